"""Kaart: what stands out, what is smoothed, and what the public edition may say, as a reader sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest
from playwright.sync_api import Browser, Page, expect
from waitress import create_server

from config.vocabulary import Edition
from etl.publish import publish
from monitor.app import bind, create_app
from tests.browser.conftest import DESKTOP, PHONE
from tests.proefdorp import NEIGHBOURHOODS, SLUG, fill, make_config, public_tables

pytestmark = pytest.mark.browser
HIGH, LOW, WATCHED, CALM, FEW, DIVIDED = NEIGHBOURHOODS[:6]
JUDGED = ((HIGH, "signal", "high"), (LOW, "signal", "low"), (WATCHED, "watch", "high"), (CALM, "normal", None))


def judged(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
    """Proefdorp with verdicts on August 2026, smoothed rates and places."""
    fill(con, SLUG, load_id)
    rows = [(code, word, way, None, 14.0, 3.0, 9.0) for code, word, way in JUDGED]
    rows.append((FEW, "too_few", None, "too_rare", 1.0, None, None))
    con.executemany(
        "INSERT INTO verdict (indicator, area_code, period_type, period, verdict, direction, reason, observed,"
        " expected, lower, upper, excess, method, n_tested, expected_false) VALUES"
        " ('burglary_home', ?, 'month', '2026-08', ?, ?, ?, ?, 6, ?, ?, 8, 'farrington', 12, 0.1)",
        rows,
    )
    con.executemany(
        "INSERT INTO standing VALUES (?, ?, '2026-08-R12', ?, ?, ?, ?, 11, 'no_difference')",
        [("burglary_home", code, 4.0 + place, place + 1, 1, 11) for place, code in enumerate(NEIGHBOURHOODS[:11])]
        + [("nuisance_vandalism", code, 20.0, place + 1, 1, 11) for place, code in enumerate(NEIGHBOURHOODS[:11])],
    )
    con.execute(
        "UPDATE observation SET status = 'estimated', estimated_share = 0.041 WHERE indicator = 'burglary_home'"
        " AND area_code = ? AND period = '2026-08-R12'",
        [DIVIDED],
    )


def judged_in_public(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
    """The public edition with verdicts on leaves: a shown 5 stands for a range, a shown 12 for itself."""
    fill(con, SLUG, load_id, public_tables)
    con.executemany(
        "INSERT INTO verdict (indicator, area_code, period_type, period, verdict, observed, expected, lower, upper,"
        " method, n_tested) VALUES ('burglary_home', ?, 'month', '2026-08', 'normal', ?, 6, 1, 14, 'farrington', 12)",
        [(HIGH, 5.0), (LOW, 12.0)],
    )


def served(folder: Path, mode: str) -> Iterator[str]:
    config = make_config(folder / "config", folder / "warehouse")
    site = config / "site.yml"
    site.write_text(site.read_text(encoding="utf-8") + f"access: {{mode: {mode}}}\n", encoding="utf-8")
    socket = bind("127.0.0.1", 0)
    server = create_server(create_app(config), sockets=[socket], threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{socket.getsockname()[1]}/g/{SLUG}/"
    server.close()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("judged")
    publish(folder / "warehouse" / SLUG, judged, manifest={"config_hash": "test"})
    yield from served(folder, "local")


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("public")
    both = {Edition.INTERNAL: judged, Edition.PUBLIC: judged_in_public}
    publish(folder / "warehouse" / SLUG, both, manifest={"config_hash": "test"})
    yield from served(folder, "public")


@pytest.fixture
def look(chromium: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def look_(address: str, viewport: dict[str, int] = DESKTOP, theme: str = "light") -> Page:
        contexts.append(chromium.new_context(viewport=viewport, color_scheme=theme))
        page = contexts[-1].new_page()
        page.goto(address)
        page.wait_for_selector("#map-root .area.q1, #map-root .area.q2, #map-root .area.q3")
        return page

    yield look_
    for context in contexts:
        context.close()


def label(page: Page, code: str) -> str:
    return page.locator(f"#map-root [data-code={code}]").get_attribute("aria-label") or ""


def test_what_stands_out_has_a_shape_a_word_and_its_own_period(look, here: str):
    page = look(here + "kaart")

    shapes = [page.locator(f"#map-root .sign-{kind}").count() for kind in ("h", "l", "w")]
    legend = page.locator("#map-legend").inner_text()

    assert shapes == [1, 1, 1]
    assert "Signaal: meer dan normaal" in legend
    assert "Signaal: minder dan normaal" in legend
    assert "oordeel over augustus 2026" in legend
    assert "Signaal (augustus 2026: 14, normaal is 3 tot 9 voor deze tijd van het jaar)" in label(page, HIGH)
    assert "Te weinig om te zeggen (augustus 2026: zo zeldzaam" in label(page, FEW)


def test_panel_and_table_say_the_verdict_and_lead_to_its_passport(look, here: str):
    page = look(here + "kaart")

    page.locator(f"#map-root [data-code={HIGH}]").click()
    row = page.locator("#map-table tr", has_text="Akkerrand")

    expect(page.locator("#map-chosen")).to_contain_text("augustus 2026: 14, normaal is 3 tot 9")
    expect(row).to_contain_text("14, normaal 3–9")
    expect(page.locator("#map-table thead")).to_contain_text("Oordeel, augustus 2026")
    for link in (page.locator("#map-chosen .why-link"), row.locator(".why-link")):
        assert f"herkomst?indicator=burglary_home&area={HIGH}&period=2026-08" in (link.get_attribute("href") or "")


def test_an_earlier_period_has_no_verdict_of_now(look, here: str):
    page = look(here + "kaart?period=2026-01-R12")

    assert page.locator("#map-root .map-sign").count() == 0
    assert "Signaal" not in label(page, HIGH)


def test_rates_are_smoothed_until_the_reader_asks_for_them_as_counted(look, here: str):
    page = look(here + "kaart")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    smoothed = [label(page, HIGH), page.locator(f"[data-code={HIGH}]").get_attribute("class")]

    page.click("#map-measure [data-measure=counted]")
    counted = [label(page, HIGH), page.locator(f"[data-code={HIGH}]").get_attribute("class")]

    assert "afgevlakt 4,0 per 1.000 inwoners, zoals geteld " in smoothed[0]
    assert "plaats 1 van 11, waarschijnlijk 1 tot 11" in smoothed[0]
    assert "afgevlakt" not in counted[0]
    assert smoothed[1] != counted[1]
    assert "measure=counted" in page.url
    assert asked == []
    page.reload()
    page.wait_for_selector("#map-root .area.q1")
    expect(page.locator("[data-measure=counted]")).to_have_attribute("aria-pressed", "true")


def test_smoothing_is_for_the_newest_twelve_months_and_says_so(look, here: str):
    page = look(here + "kaart?period=2026-01-R12")

    expect(page.locator("[data-measure=smoothed]")).to_be_disabled()
    expect(page.locator("[data-measure=counted]")).to_have_attribute("aria-pressed", "true")


def test_areas_that_chance_alone_tells_apart_are_said_to_be_alike(look, here: str):
    page = look(here + "kaart?indicator=nuisance_vandalism&period=2026-08-R12")

    expect(page.locator("#map-lede")).to_contain_text("Geen aantoonbare verschillen tussen buurten.")


def test_the_public_map_shows_no_sum_of_rounded_counts_bare(look, public: str):
    page = look(public + "kaart?indicator=burglary_home&period=2026-08-R12")

    cells = page.locator("#map-table tbody td:nth-child(3)").all_inner_texts()
    paths = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")

    assert cells
    assert all(text.startswith("≈ ") or text == "–" for text in cells)
    assert "≈ " in label(page, HIGH)
    expect(page.locator("#map-sum")).to_contain_text("≈")
    expect(page.locator("#map-legend")).to_contain_text("uit afgeronde aantallen")
    assert [urlsplit(path).path for path in paths if "/v/" in path] == [f"/g/{SLUG}/v/000001/public/burglary_home.json"]


def test_a_verdict_on_a_rounded_count_says_the_range_and_an_exact_count_is_bare(look, public: str):
    page = look(public + "kaart?indicator=burglary_home&period=2026-08-R12")

    assert "Normaal (augustus 2026: 1 tot 5, normaal is 1 tot 14" in label(page, HIGH)
    assert "Normaal (augustus 2026: 12, normaal is 1 tot 14" in label(page, LOW)


def test_an_estimated_figure_says_which_part_was_divided(look, here: str):
    page = look(here + "kaart?indicator=burglary_home&period=2026-08-R12")

    assert "≈ " in label(page, DIVIDED)
    assert "4,1% verdeeld over gewijzigde grenzen" in label(page, DIVIDED)
    assert "verdeeld" not in label(page, HIGH)


@pytest.mark.parametrize(("viewport", "theme", "language"), [(DESKTOP, "light", "nl"), (PHONE, "dark", "en")])
def test_axe_finds_nothing_on_a_map_with_verdicts(look, here: str, violations, viewport, theme: str, language: str):
    page = look(here + f"kaart?lang={language}&area={HIGH}", viewport, theme)
    expect(page.locator("#map-chosen .why-link")).to_be_visible()

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
