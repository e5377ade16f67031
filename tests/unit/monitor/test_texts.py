"""Sentences by rule: another number, another sentence; never a percentage without its verdict."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from config.model import Delivery
from monitor.i18n import translator
from monitor.queries.comparisons import Comparison
from monitor.texts import area as area_texts
from monitor.texts import overview
from monitor.texts.comparison import change_sentence, change_words, rest_sentence, verdict_words
from monitor.texts.quality import (
    Known,
    coverage_sentence,
    provisional_sentence,
    reconciliation_sentence,
    status_reason,
)
from monitor.texts.sources import headline, lateness, source_name
from monitor.texts.words import counted, names, noun, signed_pct
from tests.smalltown import town

NL, EN = translator("nl"), translator("en")

MORE = Comparison(
    "year_before",
    "vandalism",
    "BU01530101",
    "Laares",
    "2026",
    "2025",
    120,
    90,
    12.0,
    9.0,
    4 / 3,
    1.01,
    1.77,
    "higher",
    None,
)
SAME = replace(MORE, count=52, other_count=45, ratio=52 / 45, lower=0.77, upper=1.74, verdict="no_difference")
FEW = replace(MORE, count=7, other_count=3, ratio=7 / 3, lower=0.6, upper=10.0, verdict="too_few")
OPEN = replace(MORE, verdict=None, reason="provisional")
REST = replace(MORE, kind="rest_of_municipality", other_period="2026", value=23.0, other_value=11.0)


def test_a_change_is_told_with_both_numbers_its_interval_and_its_verdict():
    assert change_sentence(MORE, NL) == "120 in 2026, 90 in 2025 (+33%, waarschijnlijk +1% tot +77%): hoger."
    assert change_sentence(MORE, EN) == "120 in 2026, 90 in 2025 (+33%, probably +1% to +77%): higher."


def test_too_few_events_give_no_percentage():
    assert change_sentence(FEW, NL) == "7 in 2026, 3 in 2025: te weinig om te vergelijken."
    assert "%" not in change_words(FEW, NL)


@pytest.mark.parametrize("one", [SAME, FEW, OPEN])
def test_a_headline_gives_a_percentage_only_with_a_verdict_of_difference(one):
    assert "%" not in overview.headline("Vernieling", one, 12.0, "per_1000_inhabitants", "2026", NL).split("12,0")[0]


def test_a_provisional_period_is_not_compared_in_words_either():
    assert change_sentence(OPEN, NL) == "2026: voorlopig, nog niet vergeleken."
    assert verdict_words(OPEN, NL) == "voorlopig, nog niet vergeleken"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (MORE, "33% meer"),
        (SAME, "geen aantoonbaar verschil"),
        (FEW, "te weinig om te vergelijken"),
        (None, "niet vergeleken"),
    ],
)
def test_a_card_says_the_verdict_in_words(one, words):
    assert verdict_words(one, NL) == words


def test_a_change_from_zero_has_no_percentage():
    rise = replace(MORE, other_count=0, ratio=None, lower=3.2, upper=None)

    assert change_words(rise, NL) == "vanaf nul meer dan een jaar eerder"
    assert "%" not in change_sentence(rise, NL)


def test_another_number_gives_another_sentence():
    """Every number that goes in is in what comes out."""
    base = overview.lede("Enschede", "police", 120, MORE, "2026", [MORE], NL)

    assert base == (
        "In Enschede: 120 geregistreerde misdrijven in 2026, tegen 90 een jaar eerder. Aantoonbaar meer in Laares."
    )
    changed = [
        overview.lede("Enschede", "police", 121, MORE, "2026", [MORE], NL),
        overview.lede("Enschede", "police", 120, replace(MORE, other_count=91), "2026", [MORE], NL),
        overview.lede("Enschede", "police", 120, MORE, "2025", [MORE], NL),
        overview.lede("Enschede", "police", 120, MORE, "2026", [replace(MORE, verdict="lower")], NL),
        overview.lede("Enschede", "police", 120, MORE, "2026", [SAME], NL),
    ]
    assert len({base, *changed}) == 6


def test_a_comparison_with_the_rest_gives_both_rates():
    said = rest_sentence(REST, "per_1000_dwellings", "Enschede", NL)

    assert said == "23,0 per 1.000 woningen; de rest van Enschede 11,0: hoger."
    assert rest_sentence(replace(REST, other_value=12.0), "per_1000_dwellings", "Enschede", NL) != said


@pytest.mark.parametrize("pack", ["police", "subversion"])
@pytest.mark.parametrize("_", [NL, EN])
def test_crimes_are_registered_and_never_reports(pack, _):
    said = counted(998, pack, _) + noun(pack, _) + overview.lede("Enschede", pack, 998, SAME, "2026", [SAME], _)

    assert "melding" not in said.lower()
    assert "report" not in said.lower()


def test_one_is_said_in_the_singular():
    assert counted(1, "police", NL) == "1 geregistreerd misdrijf"
    assert counted(2, "police", EN) == "2 registered crimes"


def test_a_list_of_names_is_cut_with_how_many_more():
    assert names(["Laares"], NL) == "Laares"
    assert names(["Laares", "Perik"], NL) == "Laares en Perik"
    assert names(["A", "B", "C", "D", "E"], NL) == "A, B, C en nog 2"


@pytest.mark.parametrize(("change", "said"), [(33.3, "+33%"), (-8.6, "−9%"), (0.2, "0%"), (-0.4, "0%")])
def test_a_signed_percentage_is_whole_and_has_a_true_minus(change, said):
    assert signed_pct(change, NL) == said


def test_an_area_is_told_by_how_many_topics_differ():
    lower = replace(REST, indicator="assault", verdict="lower")

    assert area_texts.headline("Laares", [REST, lower], "Enschede", NL) == (
        "Laares: 1 onderwerp hoger en 1 lager dan de rest van Enschede"
    )
    assert area_texts.headline("Laares", [REST], "Enschede", NL) == "Laares: 1 onderwerp hoger dan de rest van Enschede"
    assert area_texts.headline("Laares", [], "Enschede", NL) == "Laares"


def test_the_lede_of_an_area_names_residents_with_their_year():
    said = area_texts.lede(3340, "2025", [REST], {"vandalism": "Vernieling"}, {"vandalism": "per_1000_inhabitants"}, NL)

    assert said == "3.340 inwoners (2025). Hoger: Vernieling (23,0 tegen 11,0 per 1.000 inwoners)."


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (Known("final", 3.0, 3.0, 1000.0), ""),
        (Known("not_applicable", None, 4.0, 61.0, "woningen"), "4 geteld op 61 woningen: te weinig"),
        (Known("not_applicable", None, 4.0, None, "inwoners"), "het aantal inwoners is niet bekend"),
        (Known("not_applicable", None, None, None), "bestaat niet voor dit gebied"),
        (Known("not_delivered", None, None, None), "had dit cijfer moeten leveren"),
        (Known("suppressed", None, None, None), "geen nul"),
        (Known("provisional", 3.0, 3.0, 1000.0), "verandert nog"),
        (Known("estimated", 3.0, 3.0, 1000.0), "gewijzigde grenzen"),
        (Known("rounded", 5.0, 5.0, 1000.0), "bereik"),
    ],
)
def test_every_status_has_its_own_reason(known, said):
    assert said in status_reason(known, NL)


def test_what_does_not_add_up_is_said_by_how_much():
    assert reconciliation_sentence(534, 531, 3, 12, NL) == (
        "De 12 buurten samen: 531; zonder bekende plaats: 3 (0,6%); gemeente: 534. Dat telt op."
    )
    assert reconciliation_sentence(540, 531, 3, 12, NL).endswith("Dat scheelt 6.")
    assert "geen eigen totaal" in reconciliation_sentence(None, 531, None, 12, NL)


def test_areas_that_a_source_never_delivers_are_counted():
    assert coverage_sentence(60 / 70, 70, NL) == "Zonder 10 buurten, waarvoor deze bron geen cijfers geeft."
    assert coverage_sentence(1.0, 70, NL) == ""


def test_a_newer_provisional_period_is_told():
    said = provisional_sentence("2026-09", "2026-10", False, NL)

    assert said == "oktober 2026 is deels binnen, maar voorlopig; daarom staat hier september 2026."
    assert "voorlopig" in provisional_sentence("2026-10", "2026-10", True, NL)
    assert provisional_sentence("2026-10", "2026-10", False, NL) == ""


@pytest.mark.parametrize(
    ("newest_end", "is_late"), [("2026-11-15", False), ("2026-11-08", True), ("2026-11-01", True), (None, True)]
)
def test_a_delivery_is_late_when_the_agreed_day_has_passed(newest_end, is_late):
    """Tuesday brings the week before: on Monday 23 November that of the 17th, up to Sunday the 15th, is due."""
    agreed = Delivery(weekday="tuesday", lag_weeks=1)
    end = dt.date.fromisoformat(newest_end) if newest_end else None

    assert lateness(agreed, end, dt.date(2026, 11, 23), NL).is_late is is_late
    assert lateness(None, end, dt.date(2026, 11, 23), NL).words == "geen dag afgesproken"


def test_the_state_of_the_data_is_told_in_numbers():
    assert headline(3, 1, NL) == "3 bronnen, 1 aandachtspunt"
    assert headline(1, 0, NL) == "1 bron, niets dat aandacht vraagt"
    assert headline(0, 0, NL) == "Nog geen enkele bron heeft geleverd"


def test_a_name_that_ends_in_a_full_stop_ends_the_sentence_with_one():
    said = overview.lede("Enschede", "police", 120, MORE, "2026", [replace(MORE, area_name="Veld-U.T.")], NL)

    assert said.endswith("Veld-U.T.")
    assert ".." not in said


def test_two_sources_of_one_kind_have_names_of_their_own(tmp_path):
    sources = town(tmp_path).configured().municipality.sources
    twice = [*sources, sources[0].model_copy(update={"id": "boa_reports"})]

    assert source_name(sources, "reports", NL) == "Levering van de gemeente"
    assert source_name(twice, "reports", NL) == "Levering van de gemeente (reports)"
    assert source_name(twice, "boa_reports", EN) == "Delivery of the municipality (boa_reports)"
    assert source_name(twice, "key_figures", NL) == "CBS: kerncijfers van wijken en buurten"
    assert source_name(twice, "gone", NL) == "gone"
