"""The methods page: every method with its source and its tables, the promise word by word, what was measured here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plotly.utils import PlotlyJSONEncoder

from docs.methods import PAGES, page
from monitor.i18n import translator
from monitor.pages.methoden import PAGE
from monitor.texts.methods import Measured, methods

NL, EN = translator("nl"), translator("en")
DOCS = Path(__file__).parents[3] / "docs"


def shown(view) -> str:
    return json.dumps(PAGE.layout(view), cls=PlotlyJSONEncoder, ensure_ascii=False)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_shows_every_method_with_its_source_and_its_anchor(view_of, language):
    told = shown(view_of("gegevens/methoden", f"?lang={language}"))

    for one in methods(translator(language)):
        assert one.title in told
        assert f'"id": "{one.key}"' in told
        assert one.source in told
    assert len(told.encode()) < 120_000


def test_the_promise_of_the_public_edition_is_printed_word_by_word_with_its_limits():
    (told,) = (one for one in methods(EN) if one.key == "disclosure")
    text = " ".join(told.paragraphs)

    assert "a count of 1–4 cannot be told from at least four other values: shown 0 means 0–4, shown 5 means 1–5" in text
    assert "Totals deviate by at most 10." in text
    assert "exact totals published elsewhere" in text
    assert "secret key" in text


def test_what_was_measured_here_is_added_and_its_absence_told():
    here = Measured(maturity=[("Police", "month", 30, 12, 0.93)], runs=[("districts", "week", 44, 0.125)])

    measured = {one.key: one for one in methods(NL, here)}
    without = {one.key: one for one in methods(NL)}

    assert measured["provisional"].tables[0].rows == (("Police", "month", "30", "12", "93,0%"),)
    assert measured["verdict"].tables[-1].rows == (("districts", "week", "44", "0,125"),)
    assert "te weinig herhaalde leveringen" in without["provisional"].paragraphs[-1]


@pytest.mark.parametrize("language", list(PAGES))
def test_the_printed_methods_are_current(language):
    """After a change of a text or example: `python -m docs.methods`."""
    assert (DOCS / PAGES[language][0]).read_text(encoding="utf-8") == page(language)


def test_a_page_below_another_one_has_its_own_address(view_of):
    assert view_of("gegevens/methoden").page is PAGE
    assert view_of("gegevens").page is not PAGE
    assert "/gegevens/methoden" in view_of("gegevens/methoden").here()
