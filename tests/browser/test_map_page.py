"""Kaart: where is it? Questions a reader asks the map, and what the browser asks the server for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Seen
from tests.proefdorp import DISTRICTS, NEIGHBOURHOODS, tables

pytestmark = pytest.mark.browser
Open = Callable[..., tuple[Page, Seen]]
CENTRUM = NEIGHBOURHOODS[2]


def drawn(page: Page) -> Page:
    page.wait_for_selector("#map-root .area.q1, #map-root .area.q2, #map-root .area.q3, #map-root .area.q0")
    expect(page.locator("#map-root[aria-busy]")).to_have_count(0)
    return page


def data_requests(addresses: list[str]) -> list[str]:
    return [path for address in addresses if re.search(r"/(geo|v)/", path := urlsplit(address).path)]


def classes(page: Page) -> dict[str, str]:
    return page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.area')]"
        ".map(a => [a.dataset.code, a.getAttribute('class')]))"
    )


def query(page: Page) -> dict[str, str]:
    return page.evaluate("Object.fromEntries(new URLSearchParams(location.search))")


# --- what is asked for ------------------------------------------------------------------------------------------------


def test_the_first_map_takes_outlines_and_values_once_and_nothing_from_elsewhere(open_page: Open, site: str):
    page, seen = open_page("kaart")

    drawn(page)

    assert [path.split("/")[3] for path in data_requests(seen.requests)] in (["geo", "v"], ["v", "geo"])
    assert {urlsplit(address).netloc for address in seen.requests} == {urlsplit(site).netloc}
    assert seen.errors == []


def test_the_first_map_stays_within_four_hundred_kilobytes_without_plotly(open_page: Open):
    page, seen = open_page("kaart")
    drawn(page)

    sizes = page.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".map(entry => entry.transferSize)"
    )

    assert sum(sizes) <= 400_000
    assert not any("plotly" in address or "async-graph" in address for address in seen.requests)


def test_another_indicator_asks_for_its_values_only_and_an_earlier_one_for_nothing(open_page: Open):
    page, seen = open_page("kaart")
    drawn(page)
    mark = len(seen.requests)

    page.select_option("#map-indicator", "violent_crime")
    expect(page.locator("h1")).to_have_text("Geweld per buurt")
    asked = seen.since(mark)
    page.select_option("#map-indicator", "burglary_home")
    expect(page.locator("h1")).to_have_text("Woninginbraak per buurt")

    assert [urlsplit(address).path for address in asked] == ["/g/proefdorp/v/000001/internal/violent_crime.json"]
    assert len(seen.since(mark)) == 1
    assert query(page)["indicator"] == "burglary_home"


def test_another_period_asks_for_nothing_and_stands_in_the_address(open_page: Open):
    page, seen = open_page("kaart")
    drawn(page)
    before, mark = classes(page), len(seen.requests)

    for _ in range(12):
        page.click("#map-earlier")
    page.select_option("#map-period", "2025")
    expect(page.locator("#map-eyebrow")).to_contain_text("2025")

    assert seen.since(mark) == []
    assert query(page)["period"] == "2025"
    assert classes(page) != before


def test_another_level_asks_for_its_outlines_once(open_page: Open):
    page, seen = open_page("kaart")
    drawn(page)
    mark = len(seen.requests)

    for level in ("district", "neighbourhood", "district"):
        page.click(f"#map-level [data-level={level}]")
        expect(page.locator(".area")).to_have_count(2 if level == "district" else 12)

    asked = [urlsplit(address).path.split("/")[3] for address in seen.since(mark)]
    assert asked == ["geo"]
    assert query(page)["level"] == "district"


# --- what is seen -----------------------------------------------------------------------------------------------------


def test_every_status_looks_and_reads_differently(open_page: Open):
    page, _ = open_page("kaart?indicator=violent_crime&period=2026-10-R12")
    drawn(page)

    looks = page.evaluate(
        """[...document.querySelectorAll('.area')].map(a => [getComputedStyle(a).fill, a.getAttribute('aria-label')])"""
    )
    words = ("afgeschermd", "niet geleverd", "niet van toepassing")
    fills = {word: {fill for fill, label in looks if word in label} for word in words}

    assert all(len(found) == 1 for found in fills.values())
    assert len(set.union(*fills.values())) == 3
    assert page.locator(".over-provisional").count() == 9
    for word in (*words, "voorlopig"):
        expect(page.locator("#map-legend")).to_contain_text(word)


def test_the_picture_says_that_it_is_practice_and_schematic(open_page: Open):
    page, _ = open_page("kaart")
    drawn(page)

    expect(page.locator("#map-root svg text")).to_have_text("oefendata · schematische kaart")


def test_map_tooltip_table_and_source_show_the_same_figure(open_page: Open, site: str):
    page, _ = open_page("kaart?period=2026-08-R12")
    drawn(page)
    cell = tables()["observation"].set_index(["indicator", "area_code", "period"])
    cell = cell.loc["burglary_home", CENTRUM, "2026-08-R12"]
    figure, lower, upper = (f"{cell[name]:.1f}".replace(".", ",") for name in ("value", "lower", "upper"))

    label = page.locator(f"[data-code={CENTRUM}]").get_attribute("aria-label") or ""
    page.locator(f"[data-code={CENTRUM}]").hover()

    assert label.startswith(f"Centrum: {figure} per 1.000 inwoners, waarschijnlijk tussen {lower} en {upper}, ")
    assert f"{cell['numerator']:.0f} geregistreerd" in label
    expect(page.locator(".map-tip")).to_contain_text(f"{figure} per 1.000 inwoners")
    expect(page.locator("#map-table tr", has_text="Centrum")).to_contain_text(figure)


def test_a_count_is_drawn_as_circles_never_as_colours(open_page: Open):
    page, _ = open_page("kaart?indicator=litter_reports&period=2026-10-R12")
    drawn(page)

    assert page.locator(".map-bubbles circle").count() == 11  # one neighbourhood was not delivered
    assert not any(re.search(r"\bq[1-5]\b", name) for name in classes(page).values())
    expect(page.locator("#map-legend")).to_contain_text("cirkel")


def test_the_whole_is_reconciled_with_its_parts(open_page: Open):
    page, _ = open_page("kaart?period=2025")
    drawn(page)

    expect(page.locator("#map-sum")).to_contain_text(re.compile(r"Som van de buurten [\d.]+ \+ niet toe te delen 3 ="))


def test_the_table_stands_by_name_and_sorts_by_a_heading(open_page: Open):
    page, _ = open_page("kaart")
    drawn(page)
    names = page.locator("#map-table tbody th")

    by_name = names.all_inner_texts()
    page.click("#map-table [data-sort=value]")
    values = page.locator("#map-table tbody tr").evaluate_all(
        "rows => rows.map(r => parseFloat(r.cells[1].innerText.replace(',', '.'))).filter(v => !isNaN(v))"
    )

    assert by_name == sorted(by_name)
    assert values == sorted(values)
    expect(page.locator("#map-table th", has=page.locator("[data-sort=value]"))).to_have_attribute(
        "aria-sort", "ascending"
    )
    expect(page.locator("#map-table [data-sort=value]")).to_be_focused()


def test_the_map_opens_on_the_newest_complete_period_with_the_finding_in_words(open_page: Open):
    page, _ = open_page("kaart")
    drawn(page)

    expect(page.locator("#map-eyebrow")).to_have_text("Proefdorp · 12 maanden t/m augustus 2026")
    expect(page.locator("#map-lede")).to_contain_text("Vergeleken met de rest van de gemeente")
    assert page.locator(".over-provisional").count() == 0


# --- finding one's way ------------------------------------------------------------------------------------------------


def test_down_into_a_district_and_back_with_the_browsers_button(open_page: Open):
    page, _ = open_page("kaart?level=district")
    drawn(page)

    box = page.locator(f"[data-code={DISTRICTS[0]}]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 0.2 * box["height"])  # beside the buttons of the map
    expect(page.locator(".area")).to_have_count(12)
    inside = page.locator("#map-table tbody tr").count()
    trail = page.locator("#map-trail li").all_inner_texts()
    page.go_back()
    expect(page.locator(".area")).to_have_count(2)

    assert inside == 6
    assert trail == ["Proefdorp", "Noorderveld"]
    expect(page.locator("[data-level=district]")).to_have_attribute("aria-pressed", "true")


def test_from_an_area_on_the_map_to_its_page_and_back_to_the_same_map(open_page: Open):
    page, seen = open_page("kaart?indicator=violent_crime&period=2025")
    drawn(page)
    mark = len(seen.requests)

    page.locator(f"[data-code={CENTRUM}]").click()
    page.click("#map-chosen a")
    page.wait_for_url(re.compile(f"gebied/{CENTRUM}"))
    expect(page.locator("h1")).to_be_focused()
    page.go_back()
    expect(page.locator("h1")).to_have_text("Geweld per buurt")
    drawn(page)

    assert query(page) | {"area": CENTRUM, "period": "2025"} == query(page)
    assert data_requests(seen.since(mark)) == []
    assert not any(address.endswith(f"gebied/{CENTRUM}") for address in seen.since(mark))


def test_the_map_is_read_and_used_with_the_keyboard_alone(open_page: Open):
    page, _ = open_page("kaart")
    drawn(page)
    page.locator("#map-later").focus()

    page.keyboard.press("Tab")  # at the top there is no way up: next is the map
    first = page.evaluate("document.activeElement.dataset.code")
    page.keyboard.press("ArrowRight")
    second = page.evaluate("document.activeElement.dataset.code")
    page.keyboard.press("Enter")

    assert (first, second) == (NEIGHBOURHOODS[0], NEIGHBOURHOODS[1])
    expect(page.locator("#map-chosen")).to_contain_text("Bosrijk")
    assert query(page)["area"] == NEIGHBOURHOODS[1]


def test_zoom_changes_what_is_shown_and_reset_brings_it_back(open_page: Open):
    page, _ = open_page("kaart")
    drawn(page)
    box = "document.querySelector('.map-view').getAttribute('viewBox')"
    whole = page.evaluate(box)

    page.get_by_role("button", name="Inzoomen").click()
    closer = page.evaluate(box)
    page.get_by_role("button", name="Alles tonen").click()

    assert closer != whole
    assert page.evaluate(box) == whole


def test_unknown_parts_of_the_address_are_told_and_the_rest_holds(open_page: Open):
    page, _ = open_page("kaart?indicator=zzz&level=district&period=2025-13-R12")
    drawn(page)

    expect(page.locator(".notice")).to_have_count(2)
    assert page.locator(".area").count() == 2


def test_script_in_the_address_stays_text(open_page: Open):
    page, seen = open_page(
        "kaart?area=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&indicator=%3Cscript%3Ealert(1)%3C/script%3E"
    )
    drawn(page)

    expect(page.locator(".notice").first).to_contain_text("<script>alert(1)")
    assert page.locator("#main img, #main script").count() == 0
    assert seen.errors == []


def test_english_and_dutch_are_a_link_apart_and_keep_the_map(open_page: Open):
    page, _ = open_page("kaart?indicator=violent_crime&period=2025")
    drawn(page)

    page.click(".languages >> text=EN")
    expect(page.locator("h1")).to_have_text("Violent crime per neighbourhood")

    assert query(page) == {"indicator": "violent_crime", "period": "2025", "lang": "en", "level": "neighbourhood"}
    assert page.evaluate("document.documentElement.lang") == "en"


# --- everybody --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(open_page: Open, violations, theme: str, language: str, viewport: dict[str, int]):
    page, seen = open_page(
        f"kaart?lang={language}&indicator=violent_crime&period=2026-10-R12", theme=theme, viewport=viewport
    )
    drawn(page)

    assert violations(page) == []
    assert seen.errors == []


@pytest.mark.parametrize("width", [360, 390, 768, 1024])
def test_nothing_runs_off_a_small_screen(open_page: Open, width: int):
    page, _ = open_page("kaart", viewport={"width": width, "height": 800})
    drawn(page)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_drawer_on_a_phone_is_used_with_the_keyboard(open_page: Open):
    page, _ = open_page("kaart", viewport=PHONE)
    drawn(page)
    button = page.locator("#menu-toggle")

    expect(page.locator("#sidebar a").first).not_to_be_visible()
    button.press("Enter")
    expect(page.locator("#sidebar a").first).to_be_focused()
    ring = [page.evaluate("document.activeElement.id || document.activeElement.closest('#sidebar')?.id")]
    for _ in range(8):
        page.keyboard.press("Tab")
        ring.append(page.evaluate("document.activeElement.id || document.activeElement.closest('#sidebar')?.id"))
    page.keyboard.press("Escape")

    assert set(ring) == {"menu-toggle", "sidebar"}
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_the_theme_is_switched_without_the_server_and_kept(open_page: Open):
    page, seen = open_page("kaart")
    drawn(page)
    mark = len(seen.requests)
    fill = "getComputedStyle(document.querySelector('.area.q5')).fill"
    light = page.evaluate(fill)

    page.click("#theme-toggle")

    assert page.evaluate(fill) != light
    assert seen.since(mark) == []
    page.reload()
    drawn(page)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_skip_link_goes_to_the_content(open_page: Open):
    page, _ = open_page("kaart")
    drawn(page)

    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()
