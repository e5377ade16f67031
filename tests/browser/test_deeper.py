"""Verdieping and the methods page in a browser: by keyboard, in both languages, without a rule of axe broken."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser


def test_the_deeper_analysis_opens_by_keyboard_and_gives_its_figures_as_tables(open_page, violations):
    page, seen = open_page("onderwerp/violent_crime", viewport=PHONE)

    page.locator("#onderwerp-deeper-open").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#onderwerp-deeper h3").first).to_have_text("Regelkaart", timeout=30_000)
    twin = page.locator("#onderwerp-deeper .twin").first
    twin.locator("summary").click()

    expect(twin.locator("tbody tr")).to_have_count(32)  # complete months
    expect(twin.locator("thead th").first).to_have_text("Periode")
    assert violations(page) == []
    assert seen.errors == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(
    ("language", "title", "part"),
    [
        ("nl", "Hoe de cijfers gemaakt worden", "De belofte"),
        ("en", "How the figures are made", "The promise"),
    ],
)
def test_the_methods_page_tells_what_is_promised(open_page, violations, language, title, part):
    page, seen = open_page(f"gegevens/methoden?lang={language}#disclosure")

    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("#disclosure")).to_contain_text(part)
    expect(page.locator("#disclosure h2")).to_be_in_viewport()
    assert violations(page) == []
    assert seen.errors == []
