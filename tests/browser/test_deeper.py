"""Verdieping and the methods page in a browser: by keyboard, in both languages, without a rule of axe broken."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.proefdorp import NEIGHBOURHOODS

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


@pytest.mark.parametrize(("viewport", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_a_reader_asks_whether_it_worked_and_reads_the_answer(open_page, violations, viewport, theme):
    page, seen = open_page("onderwerp/burglary_home", viewport=viewport, theme=theme)

    page.locator("#effect-open").click()
    page.get_by_role("button", name="Bereken").click()
    expect(page.locator("#effect-told")).to_have_text("Kies minstens één buurt en een start.")
    page.locator("#effect-choices input[type=search]").fill("akker")
    page.get_by_label("Akkerrand").first.check()
    page.locator("#effect-from-select").select_option("2026-01")
    page.get_by_role("button", name="Bereken").click()

    expect(page.locator(".effect-answer")).to_contain_text("Geen aantoonbaar verschil", timeout=60_000)
    assert f"effect={NEIGHBOURHOODS[0]}&effect_from=2026-01" in page.url
    assert violations(page) == []
    assert seen.errors == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.reload()
    expect(page.locator(".effect-answer")).to_contain_text("geen bewijs van oorzaak", timeout=60_000)
    page.locator(".effect-change > summary").click()
    expect(page.locator("#effect-choices")).to_contain_text("Akkerrand")
    expect(page.locator("#effect-from-select")).to_have_value("2026-01")
