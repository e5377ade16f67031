"""The page Herkomst as a reader gets it, in both languages."""

from __future__ import annotations

import json
import zlib

import pytest
from plotly.utils import PlotlyJSONEncoder

from config.vocabulary import Edition, Role
from monitor.pages.herkomst import PAGE
from monitor.router import View, make_view
from monitor.texts.passport import filled_in, protection
from tests.smalltown import CODES, Town, rows, text, town


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Town:
    made = town(tmp_path_factory.mktemp("town"))
    made.deliver("2026-10-05.csv", text(rows()))
    assert made.load().exit_code == 0
    return made


def view(loaded: Town, search: str) -> View:
    return make_view(
        slug="kleinstad", configured=loaded.configured(), snapshot=loaded.snapshot(), page=PAGE, argument=None,
        search=search, role=Role.ADMIN, edition=Edition.INTERNAL, scheme="light",
    )  # fmt: skip


def shown(loaded: Town, search: str) -> str:
    """All texts of the page, with signs as they are."""
    return json.dumps(PAGE.layout(view(loaded, search)), cls=PlotlyJSONEncoder, ensure_ascii=False)


FIGURE = f"?indicator=burglary_home&area={CODES[2]}&period=2026-09"


def test_the_page_fills_in_the_formula_and_names_the_deliveries(loaded: Town):
    page = shown(loaded, FIGURE)

    assert "11 : 555 woningvoorraad (2025) × 1.000 × 12 = 237,8 per 1.000 woningen" in page
    assert "2026-10-05.csv" in page
    assert "kwb-2025.csv" in page
    assert "benadering van Byar" in page
    assert "AND period = '2026-09' AND vintage = 2024;" in page
    assert "SELECT (SELECT sum(numerator)" in page


def test_the_page_stands_in_english_too(loaded: Town):
    page = shown(loaded, FIGURE + "&lang=en")

    assert "× 1,000 × 12 = 237.8 per 1,000 dwellings" in page
    assert "Where this figure comes from" in page


def test_an_address_without_a_figure_says_so(loaded: Town):
    assert "Hier is geen cijfer" in shown(loaded, "?indicator=population&area=GM9905&period=2026-09")


def test_a_page_that_others_lead_to_stands_in_no_menu():
    assert not PAGE.is_in_menu


def test_the_answer_is_small(loaded: Town):
    """As it goes over the line: answers are compressed."""
    assert len(zlib.compress(shown(loaded, FIGURE).encode())) <= 4 * 1024


def test_what_was_done_for_protection_depends_on_edition_and_source(loaded: Town):
    from dataclasses import replace

    from monitor.queries.lineage import passport

    one = passport(loaded.snapshot(), "burglary_home", CODES[2], "2026-09")
    assert one is not None
    _ = view(loaded, "?lang=en")._

    said = [
        protection(replace(one, edition=edition, publication=publication), _).partition(":")[2].strip()
        for edition, publication in (("internal", "restricted"), ("public", "restricted"), ("public", "open"))
    ]

    assert [words.split(",")[0].split(" are ")[0] for words in said] == [
        "exact", "small counts of neighbourhoods", "the source already publishes these counts",
    ]  # fmt: skip
    assert filled_in(replace(one, value=None), "dwellings", _) == ""
