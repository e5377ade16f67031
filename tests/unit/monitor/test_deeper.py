"""The deeper analysis: its sentences, its pictures, what it leaves out, and whose words it never uses."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from dash import no_update
from plotly.utils import PlotlyJSONEncoder

from etl.statistics.spc_rules import OUTSIDE
from monitor.figures.development import Points, control_chart
from monitor.figures.palette import palette
from monitor.figures.places import funnel
from monitor.figures.plain import PlainWords
from monitor.i18n import translator
from monitor.pages import gebied, onderwerp
from monitor.queries.areas import municipality
from monitor.queries.development import development, months
from monitor.queries.places import ClusterOfAreas, Standing, spread, standing_period
from monitor.texts import deeper as texts
from tests.proefdorp import CODE, NEIGHBOURHOODS

NL, EN = translator("nl"), translator("en")
HERE = NEIGHBOURHOODS[2]
LIGHT = palette("light")


def shown(part) -> str:
    return json.dumps(part, cls=PlotlyJSONEncoder, ensure_ascii=False)


# --- sentences -------------------------------------------------------------------------------------------------------


def test_a_place_is_told_with_the_places_that_chance_leaves_open():
    wide, sure = Standing("BU1", "A", 3, 1, 19, 70), Standing("BU2", "B", 1, 1, 1, 70)

    assert texts.rank_sentence(wide, NL) == (
        "Plaats 3 van 70; gezien de kleine aantallen kan het elke plaats van 1 tot 19 zijn."
    )
    assert texts.rank_sentence(wide, EN) == "Place 3 of 70; with these numbers it can be any place from 1 to 19."
    assert texts.rank_sentence(sure, NL) == "Plaats 1 van 70; de aantallen laten geen andere plaats open."


def test_a_cluster_is_named_by_an_area_and_its_surroundings():
    told = texts.cluster_sentence(ClusterOfAreas("Centrum", ("Centrum", "Bosrijk")), NL)

    assert told == (
        "Centrum en omgeving: aaneengesloten gebied met meer dan je bij toeval verwacht (Centrum en Bosrijk)."
    )


def test_an_association_says_how_many_were_looked_at_and_what_it_does_not_say():
    told = texts.association_sentence("Overlast", "Eenpersoonshuishoudens", -0.41, 12, NL)

    assert "minder “Overlast” (samenhang −0,41; 12 verbanden bekeken)" in told
    assert told.endswith("Dit zegt niets over personen en niets over oorzaak.")


@pytest.mark.parametrize("language", [NL, EN], ids=["nl", "en"])
def test_every_rule_and_icon_has_words_of_its_own(language):
    rules = {
        texts.rule_words(rule, side, language)
        for rule in (OUTSIDE, "seven_point_trend", "two_in_three", "seven_on_one_side")
        for side in (1, -1)
    }
    icons = {texts.icon_words(variation, language) for variation in texts.SHAPES}

    assert len(rules) == 8
    assert len(icons) == len(texts.SHAPES)


def test_marked_months_are_counted_in_the_readers_language(snapshot):
    found = development(snapshot, "violent_crime", CODE)
    assert found is not None
    found.chart.causes.rule[:7], found.chart.causes.side[:7] = "seven_on_one_side", -1
    found.chart.causes.rule[7:] = None

    told = texts.chart_sentences(found, NL)[0]

    found.chart.causes.rule[:], found.chart.causes.side[:] = None, 0
    assert told == "Gemarkeerd: 7 maanden: zeven op rij onder het midden."


# --- questions -------------------------------------------------------------------------------------------------------


def test_provisional_months_take_no_part(snapshot):
    frame = months(snapshot, "violent_crime", CODE)

    assert frame["period"].iloc[-1] == "2026-08"  # September and October 2026 are provisional
    assert frame["period"].iloc[0] == "2024-01"
    assert frame["is_usable"].all()


def test_a_series_too_short_for_a_season_says_so_and_still_has_a_chart(snapshot):
    found = development(snapshot, "violent_crime", CODE)

    assert found is not None
    assert (found.season.reason, found.trend.reason) == ("too_short", "too_short")
    assert not found.ahead.is_better
    assert found.chart.reason is None
    assert len(found.chart.values) == 32


def test_an_area_without_a_rate_takes_no_part_in_the_funnel(snapshot):
    found = spread(snapshot, "burglary_home")

    assert found is not None
    assert found.funnel is not None
    small = found.areas["area_code"].tolist().index(NEIGHBOURHOODS[-1])  # 40 inhabitants
    assert np.isnan(found.funnel.value[small])
    assert found.concentration.n_areas == 11
    assert standing_period(snapshot, "burglary_home") == "2026-08-R12"


def test_a_topic_without_any_rate_is_concentrated_without_a_funnel(snapshot):
    found = spread(snapshot, "litter_reports")

    assert found is not None
    assert found.funnel is None
    assert "Gelijk verdeeld" in texts.concentration_sentence(found, "Zwerfafval", NL)


# --- pictures --------------------------------------------------------------------------------------------------------


def test_a_marked_point_has_a_shape_and_a_colour_of_its_own():
    points = Points(
        [5, 6, 30], [6] * 3, [0] * 3, [12] * 3, ["common", "common", "concern_high"], ["a", "b", "c"], ["1", "2", "3"]
    )

    figure = control_chart(points, words=PlainWords("t"), upper="grens", palette=LIGHT)

    marker = figure.data[-1].marker
    assert list(marker.symbol) == ["circle", "circle", "triangle-up"]
    assert marker.color[2] == LIGHT.higher != marker.color[0]
    assert {note.text for note in figure.layout.annotations} == {"grens"}


def test_a_funnel_leaves_out_what_is_not_known():
    frame = pd.DataFrame(
        {"expected": [10.0, np.nan, 5.0], "value": [2.0, np.nan, 1.0], "lower_95": 0.4, "upper_95": 1.7,
         "lower_998": 0.1, "upper_998": 2.2, "verdict": ["higher", None, "no_difference"], "hover": ["x", "y", "z"]}
    )  # fmt: skip

    figure = funnel(frame, words=PlainWords("t"), limits=("95%", "99,8%"), palette=LIGHT)

    areas = figure.data[-1]
    assert list(areas.x) == [5.0, 10.0]
    assert list(areas.marker.symbol) == ["circle", "triangle-up"]
    assert list(areas.text) == ["z", "x"]


# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_words_of_the_verdict_are_not_used(view_of, language):
    topic = onderwerp.show_deeper(view_of("onderwerp/violent_crime", f"?lang={language}"), 1)
    place = gebied.show_deeper(view_of(f"gebied/{HERE}", f"?indicator=burglary_home&lang={language}"), 1)

    for told in (shown(topic).lower(), shown(place).lower()):
        for word in ("signaal", "signal", "in de gaten", "keep an eye", "normaal", "normal ", "too few to say"):
            assert word not in told
        assert len(told.encode()) < 150_000


def test_the_analysis_comes_at_the_first_opening_only(view_of):
    view = view_of("onderwerp/violent_crime")

    assert onderwerp.show_deeper(view, 0) is onderwerp.show_deeper(view, 2) is no_update
    assert "Regelkaart" in shown(onderwerp.show_deeper(view, 1))
    closed = shown(onderwerp.layout(view))
    assert "Verdieping" in closed
    assert "Regelkaart" not in closed


def test_a_stock_has_nothing_to_look_at_deeper(view_of):
    assert "Verdieping" not in shown(onderwerp.layout(view_of("onderwerp/population")))


def test_the_place_of_an_area_and_its_name_stand_with_its_series(view_of, snapshot):
    told = shown(gebied.show_deeper(view_of(f"gebied/{HERE}", "?indicator=burglary_home"), 1))

    assert "Woninginbraak, Centrum" in told
    assert "Vergelijkbare buurten" in told
    assert municipality(snapshot).name not in told.replace("proefdorp", "")


def test_serving_imports_nothing_that_takes_seconds():
    slow = ("statsmodels", "esda", "libpysal", "ruptures", "scipy.stats")
    code = f"import sys, monitor.app; print([name for name in {slow} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.strip() == "[]"
