"""Did it work: the question in an address, what takes part in the answer, its sentences, page and file."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from dash import no_update
from plotly.utils import PlotlyJSONEncoder

from config.vocabulary import Edition, PeriodType
from etl.statistics.evaluation import evaluate
from monitor.exports.effect import effect_zip
from monitor.figures.effect import Line, before_and_after
from monitor.figures.palette import palette
from monitor.figures.plain import PlainWords
from monitor.i18n import translator
from monitor.pages import onderwerp
from monitor.queries.areas import Area
from monitor.queries.effect import NO_FIGURES, START_OUTSIDE, Effect, Question, effect, question_in, starts
from monitor.texts import effect as texts
from tests.proefdorp import CODE, DISTRICTS, NAMES, NEIGHBOURHOODS, count

NL, EN = translator("nl"), translator("en")
HERE = NEIGHBOURHOODS[0]
ASKED = f"?effect={HERE}&effect_from=2026-01"
MONTHS = tuple(f"{2022 + at // 12}-{at % 12 + 1:02}" for at in range(48))
START = 30


def shown(part) -> str:
    return json.dumps(part, cls=PlotlyJSONEncoder, ensure_ascii=False)


def some_areas(first: int, n: int) -> tuple[Area, ...]:
    return tuple(
        Area(f"BU{at:08}", "neighbourhood", f"Buurt {at}", 2026, None, 1.0, True) for at in range(first, first + n)
    )


def made_up(change=1.0, around=1.0, n_beside=20, level=40.0, **question) -> Effect:
    """An answer about 1 treated area, 3 around it and n beside it; what happens after the start is drawn by chance."""
    n = 4 + n_beside
    mean = np.full((n, 48), level)
    mean[0, START:] *= change
    mean[1:4, START:] *= around
    counts = np.random.default_rng(1).poisson(mean).astype(float)
    place = np.arange(n)
    parts = (place < 1, (place >= 1) & (place < 4), place >= 4)
    found = evaluate(counts, START, is_treated=parts[0], is_buffer=parts[1], is_comparison=parts[2])
    return Effect(
        Question("burglary_home", ("BU00000000",), MONTHS[START], **question),
        found.refusals,
        found,
        MONTHS,
        START,
        PeriodType.MONTH,
        (some_areas(0, 1), some_areas(1, 3), some_areas(4, n_beside)),
        np.array([counts[part].sum(axis=0) for part in parts]),
        compared=tuple(range(START - 24, 48)),
    )


# --- sentences -------------------------------------------------------------------------------------------------------


def test_a_fall_is_told_with_its_interval_displacement_and_caution():
    one = made_up(0.55)

    told = texts.answer(one, "Woninginbraak", NL)

    assert told.startswith("Na de start 4")
    assert "minder “Woninginbraak” dan in de vergelijkingsbuurten (waarschijnlijk " in told
    assert told.endswith("% minder). Geen teken van verplaatsing. Dit is geen bewijs van oorzaak.")
    ratio = one.found.effect.ratio
    assert f"Na de start {round(100 * (1 - ratio))}% minder" in told
    assert f"{round(100 * (1 - one.found.effect.upper))}–{round(100 * (1 - one.found.effect.lower))}% minder" in told
    assert "geen daarvan" in texts.chance_sentence(one, NL)


def test_what_moved_next_door_is_told():
    one = made_up(0.4, around=1.3)

    assert "Wel een teken van verplaatsing" in texts.answer(one, "Overlast", NL)
    assert "verplaatsingsquotiënt −" in texts.moved_sentence(one, NL)


def test_a_rise_and_no_change_are_told_as_such():
    rise, calm = made_up(1.8), made_up(1.0)

    assert "% more “Nuisance” than in the comparison areas (probably " in texts.answer(rise, "Nuisance", EN)
    assert texts.answer(calm, "Nuisance", EN).startswith("No demonstrable difference in “Nuisance” with")
    assert "no demonstrable fall" in texts.moved_sentence(calm, EN)


def test_areas_that_already_moved_apart_get_no_verdict_and_a_warning():
    one = made_up(0.5)
    apart = replace(one, found=replace(one.found, verdict=None, warnings=("pre_trend",)))

    assert texts.answer(apart, "Overlast", NL).startswith("Geen oordeel over “Overlast”")
    assert any("gelijk op" in sentence for sentence in texts.warning_sentences(apart, NL))
    assert "liepen het gebied en de vergelijkingsbuurten al uiteen" in texts.pre_trend_sentence(apart, NL)


@pytest.mark.parametrize("n", [1, 8])
def test_few_comparison_areas_come_with_how_often_that_went_wrong(n):
    told = texts.warning_sentences(made_up(0.5, n_beside=n), NL)

    assert any(f"maar {n} vergelijkingsbuurt" in sentence and "11%" in sentence for sentence in told)
    assert texts.warning_sentences(made_up(0.5), NL) == []


@pytest.mark.parametrize("language", [NL, EN], ids=["nl", "en"])
def test_every_refusal_has_a_sentence_of_its_own(language):
    codes = ("rounded", "no_figures", "start_outside", "no_treated_area", "no_comparison_area", "too_short_before",
             "too_short_after", "too_few_events", "peak_before_start")  # fmt: skip
    one = replace(made_up(), refusals=codes)

    told = texts.refusal_sentences(one, language)

    assert len(set(told)) == len(codes)
    assert not any("{" in sentence for sentence in told)


def test_what_other_methods_say_is_told_or_why_they_say_nothing():
    one, few = made_up(0.5), made_up(0.5, n_beside=5)

    assert "los van trend en seizoen" in texts.interrupted_sentence(one, NL)
    assert "tien vergelijkingsbuurten nodig" in texts.synthetic_sentence(few, NL)
    assert "mengsel van" in texts.synthetic_sentence(one, NL)
    assert texts.relative_sentence(one, NL).startswith("Uit de vier totalen alleen: verhouding ")


def test_a_month_without_any_event_adds_nothing_to_what_was_expected():
    one = made_up(0.6)
    gap = one.found.effect.expected.copy()
    gap[START + 2] = np.nan
    with_gap = replace(one, found=replace(one.found, effect=replace(one.found.effect, expected=gap)))

    told = texts.expected_sentence(with_gap, NL)

    assert told.endswith(f"ongeveer {round(np.nansum(gap[START:]))}.")
    assert "–" not in told


# --- the question ----------------------------------------------------------------------------------------------------


def test_an_address_asks_one_question(view_of):
    other, third = NEIGHBOURHOODS[2], NEIGHBOURHOODS[9]

    state = view_of("onderwerp/burglary_home", f"{ASKED}&effect_to=2026-07&effect_compare={third},{other}").state

    assert question_in(state, "burglary_home") == Question(
        "burglary_home", (HERE,), "2026-01", "2026-07", (other, third)
    )
    assert question_in(view_of("onderwerp/burglary_home", f"?effect={HERE}").state, "burglary_home") is None


@pytest.mark.parametrize(
    ("search", "key", "value", "n_told"),
    [
        (f"?effect={HERE}x&effect_from=2026-01", "effect", HERE, 1),
        ("?effect=drop+table&effect_from=2026-01", "effect", None, 1),
        (f"?effect={CODE}", "effect", None, 1),
        (f"?effect={DISTRICTS[1]}", "effect", ",".join(sorted(NEIGHBOURHOODS[6:], key=lambda one: NAMES[one])), 0),
        (f"?effect={HERE}&effect_from=2026-1", "effect_from", "2026-01", 1),
        (f"?effect={HERE}&effect_from=2026-Q2", "effect_from", "2026-04", 1),
        (f"{ASKED}&effect_to=2025-03", "effect_to", None, 1),
        (f"{ASKED}&effect_compare={HERE},{NEIGHBOURHOODS[3]}", "effect_compare", NEIGHBOURHOODS[3], 1),
        (f"{ASKED}&effect_leave_out=everything", "effect_leave_out", None, 1),
        ("?effect=" + ",".join(f"X{n}" for n in range(300)), "effect", None, 4),
    ],
)  # fmt: skip
def test_what_an_address_cannot_mean_is_replaced_and_told(view_of, search, key, value, n_told):
    view = view_of("onderwerp/burglary_home", search)

    assert view.state[key] == value
    assert len(view.notices) == n_told


def test_every_part_of_the_state_comes_back_in_a_link(view_of):
    search = f"{ASKED}&effect_to=2026-07&effect_compare={NEIGHBOURHOODS[9]}&effect_leave_out=peak&measure=counted"
    view = view_of("onderwerp/burglary_home", search)

    again = view_of("onderwerp/burglary_home", "?" + view.here(level="district").partition("?")[2])

    assert {**again.state, "level": None} == dict(view.state)
    assert view.notices == again.notices == ()


# --- what takes part -------------------------------------------------------------------------------------------------


def test_the_series_is_read_as_it_was_counted_and_neighbours_stay_apart(snapshot):
    one = effect(snapshot, Question("burglary_home", (HERE,), "2026-01"))

    assert [len(group) for group in one.groups] == [1, 3, 8]
    assert one.sums[0][one.at] == count("burglary_home", HERE, "2026-01")
    assert (len(one.before), len(one.after)) == (24, 8)
    assert one.periods[one.compared[0]] == "2024-01"
    assert one.found is not None
    assert one.found.verdict == "no_difference"


def test_withheld_areas_and_provisional_months_are_left_out_and_said(snapshot):
    one = effect(snapshot, Question("violent_crime", (HERE,), "2026-01"))

    assert [(area.code, why) for area, why in one.areas_out] == [(NEIGHBOURHOODS[3], "suppressed")]
    assert one.periods_out == (("2026-09", "provisional"), ("2026-10", "provisional"))
    told = " ".join(texts.left_out_sentences(one, NL))
    assert "De Dreef: afgeschermd" in told
    assert "september 2026 en oktober 2026: voorlopig" in told


def test_an_area_without_any_number_is_refused(snapshot):
    one = effect(snapshot, Question("violent_crime", (NEIGHBOURHOODS[3],), "2026-01"))

    assert one.refusals == (NO_FIGURES,)


def test_redistributed_numbers_are_about(snapshot):
    one = effect(snapshot, Question("nuisance_vandalism", (HERE,), "2026-01"))

    assert one.is_estimated
    assert "≈" in texts.expected_sentence(one, NL)


def test_chosen_areas_are_compared_and_those_that_touch_are_named(snapshot):
    touching, far = NEIGHBOURHOODS[1], NEIGHBOURHOODS[10]

    one = effect(snapshot, Question("burglary_home", (HERE,), "2026-01", beside=(touching, far)))

    assert {area.code for area in one.groups[2]} == {touching, far}
    assert touching not in {area.code for area in one.groups[1]}
    assert any(NAMES[touching] in sentence for sentence in texts.warning_sentences(one, NL))


def test_a_week_is_taken_as_its_month_and_said(snapshot):
    one = effect(snapshot, Question("burglary_home", (HERE,), "2026-W02"))

    assert one.start == "2026-01"
    assert any("per maand" in sentence for sentence in texts.warning_sentences(one, NL))


def test_a_start_outside_the_figures_and_a_short_end_are_refused(snapshot):
    late = effect(snapshot, Question("burglary_home", (HERE,), "2027-01"))
    first = effect(snapshot, Question("burglary_home", (HERE,), starts(snapshot, "burglary_home")[0]))
    short = effect(snapshot, Question("burglary_home", (HERE,), "2026-01", "2026-03"))

    assert late.refusals == first.refusals == (START_OUTSIDE,)
    assert short.refusals == ("too_short_after",)
    assert "Er zijn 3 maanden sinds de start; nodig zijn er 6 maanden." in texts.refusal_sentences(short, NL)


# --- page, picture, file ---------------------------------------------------------------------------------------------


def test_the_section_is_closed_and_light_until_somebody_asks(view_of):
    view = view_of("onderwerp/burglary_home")

    closed = shown(onderwerp.layout(view))

    assert "Werkte het?" in closed
    assert "effect-form" not in closed
    assert "effect-form" in shown(onderwerp.show_effect_form(view, 1))
    assert onderwerp.show_effect_form(view, 2) is onderwerp.show_effect(view, None) is no_update
    assert "Werkte het?" not in shown(onderwerp.layout(view_of("onderwerp/population")))


@pytest.mark.parametrize(("language", "words"), [("nl", "Geen aantoonbaar verschil"), ("en", "No demonstrable")])
def test_the_answer_is_there_for_who_opens_the_address(view_of, language, words):
    view = view_of("onderwerp/burglary_home", f"{ASKED}&lang={language}")

    page, answer = shown(onderwerp.layout(view)), shown(onderwerp.show_effect(view, 1))

    assert '"effect-asked"' in page
    assert words in answer
    assert words not in page
    assert f"/download/effect-burglary-home.csv?effect={HERE}" in answer
    for word in ("signaal", "in de gaten", "keep an eye"):
        assert word not in answer.lower()


def test_a_refused_question_says_what_is_missing(view_of):
    told = shown(onderwerp.show_effect(view_of("onderwerp/burglary_home", f"?effect={HERE}&effect_from=2025-01"), 1))

    assert "Hier is geen effect uit te rekenen." in told
    assert "Er zijn 12 maanden vóór de start" in told


def test_a_picture_has_no_line_across_the_start_and_names_that_do_not_overlap():
    values = [100.0, 90, 110, 100, 50, 40]
    lines = [Line(name, values, [(0.5, 100), (2.5, 100), (4.5, end)]) for name, end in (("a", 50), ("b", 51))]

    figure = before_and_after(
        *lines, None, start=4, start_name="start", labels=list("123456"), hover=list("123456"),
        words=PlainWords("t"), palette=palette("light"),
    )  # fmt: skip

    assert [list(trace.x) for trace in figure.data[-2:]] == [[0.5, 2.5], [4.5]]
    names = {note.text: note.y for note in figure.layout.annotations}
    assert abs(names["a"] - names["b"]) > 5
    assert "start" in names


def test_the_file_holds_the_numbers_of_the_answer(snapshot):
    one = effect(snapshot, Question("burglary_home", (HERE,), "2026-01"))

    with zipfile.ZipFile(io.BytesIO(effect_zip(snapshot, one, Edition.INTERNAL))) as archive:
        results = list(csv.DictReader(io.StringIO(archive.read("results.csv").decode())))
        series = list(csv.DictReader(io.StringIO(archive.read("series.csv").decode())))
        about = json.loads(archive.read("about.json"))

    ratio = next(row for row in results if row["quantity"] == "ratio")
    assert float(ratio["value"]) == one.found.effect.ratio
    assert ratio["note"] == "verdict: no_difference"
    used = [row for row in series if row["group"] == "treated" and row["is_compared"] == "true"]
    assert [float(row["count"]) for row in used] == one.sums[0][list(one.compared)].tolist()
    assert about["treated"] == [HERE]
    assert about["practice"].startswith("oefendata")
