"""A number that stands for a range never stands bare: one function decides, and every place goes through it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from plotly.utils import PlotlyJSONEncoder

from config.vocabulary import Edition, Role
from etl.snapshot import Snapshot, open_snapshot
from monitor.components.format import about_text, count_text, value_text
from monitor.i18n import translator
from monitor.pages.parts.deeper_development import development_blocks
from monitor.pages.parts.deeper_places import place_blocks
from monitor.queries.areas import area
from monitor.queries.exactness import EXACT, Exactness, exactness
from monitor.queries.indicators import breaks, indicators
from monitor.queries.map_values import map_values
from monitor.router import find_page, make_view
from tests import proefdorp
from tests.proefdorp import CODE, NEIGHBOURHOODS, SLUG

NL = translator("nl")
LEAF, SUM = Exactness(is_leaf=True), Exactness(is_sum=True)
#: A neighbourhood with a rounded 5 in January 2024 and a rounded 0 in July 2024.
AKKERRAND = NEIGHBOURHOODS[0]


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    root = tmp_path_factory.mktemp("public") / SLUG
    proefdorp.make_both_editions(root)
    opened = open_snapshot(root, Edition.PUBLIC)
    yield opened
    opened.close()


@pytest.fixture
def page(public: Snapshot, configured):
    """(address, search) -> the page of the public edition as JSON, with signs as they are."""

    def read(path: str, search: str = "") -> str:
        found, argument = find_page(SLUG, f"/g/{SLUG}/{path}")
        view = make_view(
            slug=SLUG, configured=configured, snapshot=public, page=found, argument=argument, search=search,
            role=Role.VISITOR, edition=Edition.PUBLIC, scheme="light",
        )  # fmt: skip
        return json.dumps(found.layout(view), cls=PlotlyJSONEncoder, ensure_ascii=False)

    return read


# --- the one function -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "exact", "status", "said"),
    [
        (0, EXACT, "final", "0"),
        (5, EXACT, "final", "5"),
        (0, LEAF, "rounded", "0 tot 4"),
        (5, LEAF, "rounded", "1 tot 5"),
        (6, LEAF, "final", "6"),
        (0, SUM, "rounded", "≈ 0"),
        (5, SUM, "rounded", "≈ 5"),
        (1234, SUM, "final", "≈ 1.234"),
        (12, EXACT, "estimated", "≈ 12"),
        (None, SUM, "final", "–"),
        (0, Exactness(is_leaf=True, base=10), "rounded", "0 tot 9"),
    ],
)
def test_a_count_says_what_it_stands_for(count, exact, status, said):
    assert count_text(count, NL, exact, status) == said
    assert value_text(count, "count", NL, exact=exact, status=status) == said


@pytest.mark.parametrize(
    ("count", "exact", "status", "said"),
    [
        (6, LEAF, "final", "3,4"),
        (5, LEAF, "rounded", "≈ 3,4"),
        (40, SUM, "final", "≈ 3,4"),
        (40, EXACT, "estimated", "≈ 3,4"),
        (40, EXACT, "final", "3,4"),
    ],
)
def test_a_rate_is_about_where_its_count_is(count, exact, status, said):
    assert value_text(3.4, "per_1000_inhabitants", NL, count=count, exact=exact, status=status) == said


# --- what is a leaf ---------------------------------------------------------------------------------------------------


def test_leaves_are_of_the_finest_level_and_period_and_all_else_is_a_sum(public: Snapshot):
    assert exactness(public, "burglary_home", "neighbourhood", "month") == LEAF
    assert exactness(public, "burglary_home", "neighbourhood", "rolling_12_months") == SUM
    assert exactness(public, "burglary_home", "municipality", "month") == SUM
    assert exactness(public, "violent_crime", "neighbourhood", "month") == EXACT


def test_the_internal_edition_is_exact(snapshot: Snapshot):
    assert exactness(snapshot, "burglary_home", "neighbourhood", "month") == EXACT


# --- every place ------------------------------------------------------------------------------------------------------


def test_chart_table_and_end_of_the_line_give_ranges(page):
    shown = page(f"gebied/{AKKERRAND}", "?indicator=burglary_home&period=2024-07")

    assert "aantal: 0 tot 4" in shown
    assert "aantal: 1 tot 5" in shown
    assert "≈: ongeveer, uit afgeronde aantallen" in shown
    assert not re.search(r"aantal: [05]\b(?! tot)", shown)


@pytest.mark.parametrize("path", ["", "onderwerp/burglary_home", f"gebied/{AKKERRAND}", "gegevens"])
def test_no_page_shows_a_sum_of_rounded_counts_bare(page, public: Snapshot, path: str):
    sums = public.query(
        "SELECT DISTINCT numerator FROM observation WHERE indicator = 'burglary_home' AND area_level = 'municipality'"
        " AND period_type = 'rolling_12_months'"
    )["numerator"]
    other = public.query("SELECT DISTINCT numerator FROM observation WHERE indicator <> 'burglary_home'")["numerator"]
    telling = [f"{number:.0f}" for number in sorted(set(sums) - set(other))]

    shown = page(path, "?indicator=burglary_home")

    pattern = r'(?<![≈\d.,] )(?<![\d.,:\-"#]){}(?= (in|per|tegen|geteld|geregistreerd))'
    bare = [number for number in telling if re.search(pattern.format(number), shown)]
    assert telling
    assert "≈ " in shown
    assert bare == []


def test_the_passport_of_a_rounded_figure_gives_the_range(page):
    shown = page("herkomst", f"?indicator=burglary_home&area={AKKERRAND}&period=2024-07")

    assert "0 tot 4 : 2.100 inwoners" in shown
    assert "≈ 0,0 per 1.000 inwoners" in shown


def test_an_estimated_figure_tells_its_share(view_of, snapshot: Snapshot):
    view = view_of("onderwerp/nuisance_vandalism", "?period=2025&level=neighbourhood")

    shown = json.dumps(view.page.layout(view), cls=PlotlyJSONEncoder, ensure_ascii=False)

    assert "≈ " in shown
    assert "Deels geschat: " in shown


def test_the_map_is_told_what_its_counts_stand_for(public: Snapshot, snapshot: Snapshot):
    told = json.loads(map_values(public, "burglary_home") or b"")
    exact = json.loads(map_values(snapshot, "burglary_home") or b"")

    assert told["about"] == {"base": 5, "leaf": None}  # leaves are months: not on the map
    assert exact["about"] is None


# --- breaks -----------------------------------------------------------------------------------------------------------


def test_a_moved_border_breaks_the_series_of_its_area_only(tmp_path: Path):
    def fill(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
        proefdorp.fill(con, SLUG, load_id)
        con.execute(
            "INSERT INTO series_break (indicator, area_code, date, reason_nl) VALUES"
            " ('burglary_home', NULL, '2025-01-01', 'anders geteld'), (NULL, ?, '2025-06-01', 'grens gewijzigd')",
            [AKKERRAND],
        )

    proefdorp.publish(tmp_path / SLUG, fill, manifest={"config_hash": "test"})
    opened = open_snapshot(tmp_path / SLUG)

    here, there = breaks(opened, "burglary_home", AKKERRAND), breaks(opened, "burglary_home", CODE)
    opened.close()

    assert [(one.reason_nl, one.is_border) for one in here] == [("anders geteld", False), ("grens gewijzigd", True)]
    assert [one.reason_nl for one in there] == ["anders geteld"]
    assert pd.Timestamp(here[1].date) == pd.Timestamp("2025-06-01")


def test_looking_deeper_gives_ranges_and_sums_too(public: Snapshot, configured):
    found, argument = find_page(SLUG, f"/g/{SLUG}/gebied/{AKKERRAND}")
    assert found is not None
    view = make_view(
        slug=SLUG, configured=configured, snapshot=public, page=found, argument=argument,
        search="?indicator=burglary_home", role=Role.VISITOR, edition=Edition.PUBLIC, scheme="light",
    )  # fmt: skip
    here = area(public, AKKERRAND)
    assert here is not None

    shown = json.dumps(
        development_blocks(view, indicators(public)["burglary_home"], here), cls=PlotlyJSONEncoder, ensure_ascii=False
    )

    assert "1 tot 5" in shown
    assert not re.search(r"<br>[05](<br>|\")", shown)


def test_what_is_worked_out_from_rounded_counts_is_about_in_the_deeper_analysis(public: Snapshot, configured):
    found, argument = find_page(SLUG, f"/g/{SLUG}/onderwerp/burglary_home")
    view = make_view(
        slug=SLUG, configured=configured, snapshot=public, page=found, argument=argument, search="", role=Role.VISITOR,
        edition=Edition.PUBLIC, scheme="light",
    )  # fmt: skip
    series = indicators(public)["burglary_home"]
    blocks = [*development_blocks(view, series, area(public, CODE)), *place_blocks(view, series)]

    told = json.dumps(blocks, cls=PlotlyJSONEncoder, ensure_ascii=False)

    assert re.search(r"grens ≈ \d", told)
    assert re.search(r"midden \(≈ \d", told)
    assert re.search(r"geteld, ≈ \d+,\d te verwachten", told)
    assert re.search(r"komt uit ≈ \d+ van de 11 buurten", told)
    assert not re.search(r"(grens|geteld,|midden \() ?\d", told)


@pytest.mark.parametrize(("exact", "said"), [(EXACT, "12,3"), (SUM, "≈ 12,3"), (LEAF, "≈ 12,3")])
def test_a_number_worked_out_from_counts_is_about_where_they_are(exact, said):
    assert about_text(12.34, NL, 1, exact) == said
    assert about_text(None, NL, 1, exact) == "–"
