"""The questions users ask on Overzicht, Buurt en wijk, Onderwerp and Gegevens, in a browser over a live server."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.proefdorp import NEIGHBOURHOODS

pytestmark = pytest.mark.browser

HERE = NEIGHBOURHOODS[2]  # Centrum
PAGES = ("", "gebied", f"gebied/{HERE}?indicator=violent_crime", "onderwerp/violent_crime", "gegevens")


def settled(page):
    """Wait until charts and map have been drawn."""
    page.wait_for_load_state("networkidle")
    for graph in page.locator(".chart").all():
        expect(graph.locator(".main-svg").first).to_be_visible(timeout=15_000)


# --- Overzicht -------------------------------------------------------------------------------------------------------


def test_what_changed_and_is_it_more_than_chance(open_page):
    page, _ = open_page()

    expect(page.locator("h1")).to_have_text(re.compile("Geweld: .*een jaar eerder"))
    expect(page.locator(".lede")).to_contain_text("geregistreerde misdrijven")
    expect(page.locator(".lede")).not_to_contain_text("meldingen")
    cards = page.locator(".kpi-card")
    assert cards.count() >= 4
    for card in cards.all():
        assert re.search(
            "geen aantoonbaar verschil|meer|minder|te weinig|niet vergeleken|niet bekend", card.inner_text()
        )


def test_which_topic_is_behind_a_key_figure(open_page):
    page, _ = open_page()

    page.locator(".kpi-card", has_text="Woninginbraak").click()

    expect(page.locator("h1")).to_contain_text("Woninginbraak")
    assert "indicator=burglary_home" in page.url
    expect(page.locator(".kpi-card.is-current")).to_contain_text("Woninginbraak")


def test_what_stands_out_says_what_is_normal_and_how_sure_that_is(open_page):
    page, _ = open_page()

    listed = page.locator(".standing-out")
    expect(listed).to_contain_text("Meer dan normaal")
    expect(listed).to_contain_text("Minder dan normaal")
    assert listed.locator(".notable > li").count() <= 7
    for entry in listed.locator(".notable > li").all():
        expect(entry).to_contain_text("Eigenaar:")
        expect(entry).to_contain_text("Vervolgstap:")
        expect(entry).to_contain_text("Normaal is")
    expect(listed).to_contain_text(re.compile("reeksen|Geen enkele reeks"))


def test_an_area_of_the_overview_leads_to_its_page_in_one_click(open_page):
    page, _ = open_page()

    page.locator(".area-table a, .notable a, .scrolls a").first.click()

    expect(page.locator(".eyebrow")).to_contain_text("BU")
    assert "/gebied/BU" in page.url


def test_the_map_beside_it_shows_every_neighbourhood_and_opens_one(open_page):
    page, seen = open_page()

    areas = page.locator("#small-map-root .area")
    expect(areas).to_have_count(12)
    areas.nth(4).click()

    page.wait_for_url(re.compile("/gebied/BU"))
    assert seen.errors == []


def test_are_this_weeks_figures_in(open_page):
    page, _ = open_page()

    page.get_by_role("link", name="Alle leveringen en bevindingen").click()

    expect(page.locator("h1")).to_contain_text("bronnen")


# --- Buurt en wijk ---------------------------------------------------------------------------------------------------


def test_what_do_the_figures_say_about_my_neighbourhood(open_page):
    page, seen = open_page(f"gebied/{HERE}")
    settled(page)

    expect(page.locator("h1")).to_have_text(re.compile("Centrum: .* dan de rest van Proefdorp"))
    expect(page.locator(".lede")).to_contain_text("3.900 inwoners (2026)")
    row = page.locator(".spine-table tr", has_text="Woninginbraak")
    expect(row).to_contain_text(re.compile(r"\d+,\d – \d+,\d"))  # the interval
    expect(row).to_contain_text(re.compile("hoger|lager|geen aantoonbaar verschil|te weinig om te vergelijken"))
    assert "middelste" in (row.locator(".spine").get_attribute("aria-label") or "")
    assert seen.errors == []


def test_what_else_goes_on_here(open_page):
    page, _ = open_page(f"gebied/{HERE}")

    page.locator(".spine-table").get_by_role("link", name="Overlast en vernieling").click()

    expect(page.locator(".trend-card h2")).to_have_text("Overlast en vernieling in Centrum")
    assert "indicator=nuisance_vandalism" in page.url
    expect(page.locator(".trend-card")).to_contain_text("Eigenaar:")


def test_why_is_there_no_rate_here(open_page):
    page, _ = open_page(f"gebied/{NEIGHBOURHOODS[-1]}")

    row = page.locator(".spine-table tr", has_text="Woninginbraak")
    expect(row).to_contain_text("geteld op 40 inwoners: te weinig")
    expect(row).to_contain_text("niet vergeleken")


def test_withheld_is_not_the_same_as_missing(open_page):
    page, _ = open_page("onderwerp/violent_crime")

    row = page.locator("tr", has_text="De Dreef")
    expect(row.locator(".status-suppressed")).to_be_visible()
    expect(row).to_contain_text("afgeschermd")
    other = page.locator("tr", has_text="Landgoed Ruimzicht")
    expect(other.locator(".status-not_applicable")).to_be_visible()
    expect(other).not_to_contain_text("afgeschermd")


def test_which_district_does_it_lie_in_and_what_lies_next_to_it(open_page):
    page, _ = open_page(f"gebied/{HERE}")

    expect(page.locator(".around")).to_contain_text("Grenst aan")
    page.locator(".eyebrow a", has_text="Noorderveld").click()

    expect(page.locator("h1")).to_contain_text("Noorderveld")
    expect(page.locator(".around")).to_contain_text("In dit gebied: 6")


def test_i_choose_an_area_from_the_tree(open_page):
    page, _ = open_page("gebied")

    expect(page.locator("h1")).to_contain_text("Proefdorp")
    page.locator(".area-chooser").get_by_role("link", name="Jachthaven").click()

    expect(page.locator("h1")).to_contain_text("Jachthaven")


def test_the_page_of_an_area_prints_on_two_sheets(open_page):
    page, _ = open_page(f"gebied/{HERE}")
    settled(page)

    page.emulate_media(media="print")
    printed = page.pdf(format="A4")

    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) <= 2


def test_a_printed_page_says_which_snapshot_and_draws_its_chart_for_the_sheet(open_page):
    page, _ = open_page(f"gebied/{HERE}?asof=000001")
    settled(page)
    page.emulate_media(media="print")

    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")

    expect(page.locator(".notice").first).to_contain_text("Cijfers van stand 000001, gemaakt op")
    expect(page.get_by_text("Toon de nieuwste cijfers")).to_be_hidden()
    assert page.locator(".printed-chart .main-svg").first.bounding_box()["width"] == 660
    expect(page.locator(".js-plotly-plot").last).to_be_hidden()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".printed-chart")).to_have_count(0)


# --- Onderwerp -------------------------------------------------------------------------------------------------------


def test_what_does_this_indicator_mean_and_what_may_i_not_read_from_it(open_page):
    page, _ = open_page("onderwerp/burglary_home")

    meaning = page.locator(".card", has=page.get_by_role("heading", name="Wat dit cijfer betekent"))
    for words in (
        "gedeeld door inwoners",
        "Aangiftebereidheid weegt mee",
        "voorstel: Team Veiligheid",
        "nog geen eigenaar genoemd",
        "Bespreek met de wijkagent",
        "CC BY 4.0",
    ):
        expect(meaning).to_contain_text(words)


def test_how_did_it_go_and_what_is_still_provisional(open_page):
    page, seen = open_page("onderwerp/burglary_home")
    settled(page)

    drawn = page.evaluate("document.querySelector('.js-plotly-plot').data.map(t => [t.name, t.mode, t.y.length])")
    assert ["voorlopig", "markers", 2] in drawn
    assert "oefendata" in page.locator(".js-plotly-plot .annotation-text").all_text_contents()
    expect(page.locator(".figure figcaption")).to_contain_text("open punt: voorlopig")
    assert seen.errors == []


def test_a_chart_has_the_same_figures_as_a_table(open_page):
    page, _ = open_page("onderwerp/burglary_home")

    page.get_by_text("Als tabel").click()

    twin = page.locator(".twin table")
    expect(twin.locator("tbody tr")).to_have_count(34)
    expect(twin.locator("tbody tr").first).to_contain_text("oktober 2026")
    expect(twin.locator("tbody tr").first).to_contain_text("voorlopig")


def test_how_does_it_lie_over_the_districts(open_page):
    page, _ = open_page("onderwerp/burglary_home")

    page.get_by_role("link", name="Wijken", exact=True).click()

    expect(page.locator(".card", has_text="Woninginbraak per wijk").locator("tbody tr")).to_have_count(2)
    assert "level=district" in page.url
    expect(page.locator(".card-foot", has_text="Dat telt op.")).to_be_visible()


def test_areas_stand_by_name_and_not_from_worst_to_best(open_page):
    page, _ = open_page("onderwerp/violent_crime")

    named = page.locator(".card", has_text="Geweld per buurt").locator("tbody th").all_inner_texts()

    assert named == sorted(named)
    assert len(named) == 12


def test_another_length_of_period_is_another_address(open_page):
    page, _ = open_page("onderwerp/burglary_home")

    page.locator("nav.segments").get_by_role("link", name="jaar").click()

    expect(page.locator("nav.segments .is-current").first).to_contain_text("jaar")
    assert "period=2025" in page.url


# --- Gegevens --------------------------------------------------------------------------------------------------------


def test_what_is_wrong_with_our_file(open_page):
    page, _ = open_page("gegevens")

    expect(page.locator("h1")).to_have_text("3 bronnen, 1 aandachtspunt")
    expect(page.locator(".findings")).to_contain_text("1 buurt zonder cijfers")
    expect(page.locator(".findings")).to_contain_text("GEO-010")


def test_do_neighbourhoods_add_up_to_the_municipality(open_page):
    page, _ = open_page("gegevens")

    expect(page.locator(".card", has_text="Telt het op?")).to_contain_text("zonder bekende plaats: 3")


def test_i_take_the_figures_with_me(open_page, site):
    page, _ = open_page("onderwerp/burglary_home")

    with page.expect_download() as waited:
        page.locator(".downloads").get_by_role("link", name="CSV").click()

    body = waited.value.path().read_bytes()
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        names = packed.namelist()
        rows = packed.read(names[0]).decode("utf-8").splitlines()
    assert names == ["proefdorp-000001.csv", "proefdorp-000001.csv-metadata.json"]
    assert rows[0].startswith("municipality,area_level,area_code")
    assert len(rows) > 500


def test_an_unknown_download_is_told_without_a_trace(open_page, site):
    page, _ = open_page("gegevens")

    gone = page.request.get(f"{site}/g/proefdorp/download/figures.csv?indicator=nope")
    wrong = page.request.get(f"{site}/g/proefdorp/download/figures.csv?period=gisteren")

    assert (gone.status, wrong.status) == (404, 400)
    assert "Traceback" not in gone.text() + wrong.text()


# --- every page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(open_page, violations, path, language):
    page, seen = open_page(path + ("&" if "?" in path else "?") + f"lang={language}")
    settled(page)

    ground = "getComputedStyle(document.body).backgroundColor"
    in_light = page.evaluate(ground)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    settled(page)
    assert page.evaluate(ground) != in_light
    assert violations(page) == []
    assert page.evaluate("document.documentElement.lang") == language
    assert seen.errors == []


@pytest.mark.parametrize("width", [390, 360])
@pytest.mark.parametrize("path", PAGES)
def test_a_phone_never_scrolls_sideways(open_page, path, width):
    page, _ = open_page(path, viewport=PHONE)
    page.set_viewport_size({"width": width, "height": 800})
    settled(page)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", PAGES)
def test_nothing_leaves_the_server(open_page, site, path):
    page, seen = open_page(path)
    settled(page)

    assert [address for address in seen.requests if not address.startswith((site, "data:", "blob:"))] == []


def test_the_back_button_goes_back_to_what_was_chosen(open_page):
    page, _ = open_page("?indicator=burglary_home")
    expect(page.locator("h1")).to_contain_text("Woninginbraak")

    page.locator(".kpi-card", has_text="Overlast").click()
    expect(page.locator("h1")).to_contain_text("Overlast en vernieling")
    page.get_by_role("link", name="Definitie en alle gebieden").click()
    expect(page.locator("h2").first).to_contain_text("door de tijd")
    page.go_back()
    expect(page.locator(".kpi-card.is-current")).to_contain_text("Overlast")
    page.go_back()

    expect(page.locator("h1")).to_contain_text("Woninginbraak")


@pytest.mark.parametrize(
    "path",
    [
        "?indicator=litter_reports",
        f"gebied/{HERE}?indicator=nuisance_vandalism&period=2025",
        "onderwerp/violent_crime?level=district&period=2025",
    ],
)
def test_the_same_address_gives_the_same_page(open_page, path):
    first, _ = open_page(path)
    settled(first)
    second, _ = open_page(first.url.split("/g/proefdorp/")[1])
    settled(second)

    assert first.locator("#main").inner_text() == second.locator("#main").inner_text()


@pytest.mark.parametrize(
    ("path", "instead"),
    [
        ("?indicator=burglary_hom", "Woninginbraak"),
        ("gebied/BU9901010", "rest van Proefdorp"),
        ("onderwerp/violentcrime", "Geweld"),
        ("onderwerp/violent_crime?period=2026-1", "Geweld"),
        ("gegevens?level=straat", "bronnen"),
    ],
)
def test_an_unknown_word_in_the_address_is_told_and_replaced(open_page, path, instead):
    page, seen = open_page(path)

    expect(page.locator(".notice-warning")).to_contain_text("uit het adres is hier onbekend")
    expect(page.locator("#main")).to_contain_text(instead)
    assert seen.errors == []


def test_a_period_that_a_topic_does_not_have_is_told(open_page):
    page, _ = open_page("onderwerp/population?period=2026-03")

    expect(page.locator(".head-note")).to_contain_text("heeft geen cijfers over maart 2026")


def test_the_menu_names_each_page_once_and_in_the_readers_language(open_page):
    page, _ = open_page("?lang=en", viewport=DESKTOP)

    entries = page.locator("#menu .menu-link").all_inner_texts()
    assert len(entries) == len(set(entries)) == 5
    assert "Overview" in entries
