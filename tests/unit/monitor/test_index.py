"""An index through the whole line: by hand from file to screen, in both editions."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from flask.testing import FlaskClient
from plotly.utils import PlotlyJSONEncoder

from config.vocabulary import Edition, Role
from etl.snapshot import Snapshot, open_snapshot
from monitor.app import create_app
from monitor.exports.explain import nested
from monitor.pages import gebied, herkomst, onderwerp, overzicht
from monitor.queries.areas import area
from monitor.queries.composite import largest_moves, standings
from monitor.queries.lineage import passport
from monitor.queries.map_values import map_values
from monitor.reports.content import area_report
from monitor.router import Page, View, make_view
from tests.smalltown import CODE, CODES, CONFIGURATION, SLUG, Town, text, town

INDEX = """\
indexes:
  - id: safety_index
    label: {nl: Veiligheidsindex, en: Safety index}
    base: "2024"
    owner: "Team Veiligheid"
    purpose: "Gesprek in het gebiedsoverleg."
    source: "Integraal Veiligheidsplan"
    indicators: [burglary_home, assault]
"""
YEARS = ("2024", "2025")
DISTRICTS = ("WK990501", "WK990502")


def monthly(code: str, month: str, word: str) -> int:
    """Per month: burglaries 1 and 2 in turn, assaults 1 in one district and 3 in the other; in 2025 5 in the first."""
    place = CODES.index(code)
    if word == "Woninginbraak":
        return 1 + place % 2
    if place == 0 and month.startswith("2025"):
        return 5
    return 1 if place < 8 else 3


def delivery(*years: str) -> str:
    months = [f"{year}-{month:02}" for year in years for month in range(1, 13)]
    words = ("Woninginbraak", "Mishandeling")
    return text(
        f"{code};{month};{word};{monthly(code, month, word)}" for month in months for code in CODES for word in words
    )


def key_figures() -> str:
    """1,000 residents and 500 dwellings everywhere."""
    lines = ["ID;WijkenEnBuurten;Gemeentenaam_1;SoortRegio_2;Codering_3;AantalInwoners_5;Woningvoorraad_34"]
    areas = [
        (CODE, "Gemeente", 16),
        *((code, "Wijk", 8) for code in DISTRICTS),
        *((code, "Buurt", 1) for code in CODES),
    ]
    for number, (code, kind, size) in enumerate(areas):
        lines.append(f'{number};"{code:10}";"Kleinstad ";"{kind}";"{code:10}";{1_000 * size};{500 * size}')
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Loaded:
    town: Town
    base: pd.DataFrame  # composite_base of the first load, of 2024 alone
    of_2024: pd.DataFrame  # and its cells of 2024

    def snapshot(self, edition: Edition = Edition.INTERNAL) -> Snapshot:
        return open_snapshot(self.town.root, edition)

    def view(self, page: Page, search: str = "", argument: str | None = None) -> View:
        return make_view(
            slug=SLUG, configured=self.town.configured(), snapshot=self.snapshot(), page=page, argument=argument,
            search=search, role=Role.ADMIN, edition=Edition.INTERNAL, scheme="light",
        )  # fmt: skip

    def shown(self, page: Page, search: str = "", argument: str | None = None) -> str:
        """All texts of a page."""
        return texts_of(self.view(page, search, argument))


def texts_of(view: View) -> str:
    return json.dumps(view.page.layout(view), cls=PlotlyJSONEncoder, ensure_ascii=False)


def cells_of(snapshot: Snapshot, period: str) -> pd.DataFrame:
    return snapshot.query(
        "SELECT area_code, value, status FROM observation WHERE indicator = 'safety_index' AND period = ? ORDER BY ALL",
        [period],
    )


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    made = town(tmp_path_factory.mktemp("town"), CONFIGURATION + INDEX)
    for year in YEARS:
        made.deliver(f"kwb-{year}.csv", key_figures(), folder="kwb")
    made.deliver("2025-02-05.csv", delivery("2024"))
    assert made.load().exit_code == 0
    before = made.snapshot()
    base, of_2024 = before.query("SELECT * FROM composite_base ORDER BY part", []), cells_of(before, "2024")
    made.deliver("2026-02-05.csv", delivery(*YEARS))
    report = made.load()
    assert (report.exit_code, report.traceback) == (0, "")
    return Loaded(made, base, of_2024)


def values(snapshot: Snapshot, period: str) -> dict[str, float]:
    frame = cells_of(snapshot, period)
    return dict(zip(frame.area_code, frame.value, strict=True))


def test_the_index_is_as_counted_by_hand(loaded: Loaded):
    """Burglaries: 24 or 48 per 1,000 dwellings, 125 or 75 points. Assaults: 12 or 36 per 1,000, 125 or 75 points."""
    found = values(loaded.snapshot(), "2024")

    assert [found[code] for code in CODES] == pytest.approx([125, 100] * 4 + [100, 75] * 4)
    assert [found[code] for code in (CODE, *DISTRICTS)] == pytest.approx([100, 112.5, 87.5])


def test_a_year_is_measured_by_the_base_year(loaded: Loaded):
    found = values(loaded.snapshot(), "2025")

    assert found[CODES[0]] == pytest.approx((125 + 25) / 2)  # assaults 60 per 1,000
    assert found[CODES[1]] == pytest.approx(100)
    assert found[CODE] == pytest.approx((100 + 93.75) / 2)  # assaults 27 per 1,000


def test_adding_a_year_moves_neither_the_base_nor_what_was_there(loaded: Loaded):
    now = loaded.snapshot()

    assert len(loaded.base) == 2
    pd.testing.assert_frame_equal(now.query("SELECT * FROM composite_base ORDER BY part", []), loaded.base)
    pd.testing.assert_frame_equal(cells_of(now, "2024"), loaded.of_2024)


def test_places_stand_with_those_of_other_ways(loaded: Loaded):
    found = standings(loaded.snapshot(), "safety_index", "2025")

    first = found[CODES[0]]
    # Without assaults it is among the best (burglaries 125), without burglaries the lowest of all.
    assert (first.rank, first.rank_min, first.rank_max, first.n_ranked) == (12, 1, 16, 16)
    assert found[CODE].rank is None
    moves = {one.way: one for one in largest_moves(loaded.snapshot(), "safety_index", "neighbourhood", "2025")}
    assert moves["without:assault"].area_code == CODES[0]
    assert (moves["without:assault"].rank, moves["without:assault"].other_rank) == (12, 1)


def test_the_passport_gives_sql_that_returns_the_number(loaded: Loaded, tmp_path: Path):
    snapshot = loaded.snapshot()

    one = passport(snapshot, "safety_index", CODES[0], "2025")

    assert one is not None
    assert [(part.part, part.score) for part in one.made_of] == [("burglary_home", 125.0), ("assault", 25.0)]
    copy = shutil.copy(snapshot.path, tmp_path / "internal.duckdb")
    explained = nested(one) or {}
    assert [(part["part"], part["score"]) for part in explained["made_of"]] == [("burglary_home", 125), ("assault", 25)]
    with duckdb.connect(str(copy), read_only=True) as file:
        assert file.execute(str(one.recalculation)).fetchall() == [(pytest.approx(75.0),)]
        assert file.execute(one.sql).fetchall()[0][0] == pytest.approx(75.0)


def test_the_public_index_follows_from_public_figures_alone(loaded: Loaded):
    exact, public = loaded.snapshot(), loaded.snapshot(Edition.PUBLIC)

    assert values(public, "2025") != pytest.approx(values(exact, "2025"))  # monthly counts below 5 are rounded
    for code in CODES:
        one = passport(public, "safety_index", code, "2025")
        assert one is not None
        again = public.query(str(one.recalculation), [])["value"].iloc[0]
        assert again == pytest.approx(values(public, "2025")[code])
    shown = public.query(
        """SELECT count(*) AS n FROM composite_part p JOIN observation o
           ON o.indicator = p.part AND o.area_code = p.area_code AND o.period = p.period
           WHERE p.value IS DISTINCT FROM o.value""",
        [],
    )
    assert shown["n"].tolist() == [0]


def test_the_topic_shows_the_index_with_its_parts_and_its_maker(loaded: Loaded):
    page = loaded.shown(onderwerp.PAGE, argument="safety_index")

    assert "Veiligheidsindex: 97 in 2025 (100 = gemeente in 2024)" in page
    assert "Index 75 (100 = gemeente in 2024). Plaats 12; bij andere rekenwijzen 1-16." in page
    assert "Vastgesteld door Team Veiligheid. Doel: Gesprek in het gebiedsoverleg. Vastgelegd in:" in page
    assert "Gemiddelde van Woninginbraak, Mishandeling." in page
    assert "Zonder Mishandeling" in page
    assert "rond 100" in page
    assert "probleem" not in page.lower()


def test_the_topic_stands_in_english_too(loaded: Loaded):
    page = loaded.shown(onderwerp.PAGE, "?lang=en", "safety_index")

    assert "Index 75 (100 = municipality in 2024). Rank 12; 1-16 under other methods." in page
    assert "Set by Team Veiligheid." in page
    assert "What matters most: without Assault. Then Buurt 1 goes from place 12 to 1 of 16." in page


def test_districts_have_an_index_and_places_of_their_own(loaded: Loaded):
    page = loaded.shown(onderwerp.PAGE, "?level=district&period=2024", "safety_index")

    assert "Index 112 (100 = gemeente in 2024). Plaats 1; bij andere rekenwijzen 1-1." in page
    assert "Index 88 (100 = gemeente in 2024). Plaats 2; bij andere rekenwijzen 1-2." in page


def test_an_area_shows_the_sentence_in_its_row(loaded: Loaded):
    page = loaded.shown(gebied.PAGE, argument=CODES[0])

    assert "Index 75 (100 = gemeente in 2024). Plaats 12; bij andere rekenwijzen 1-16." in page


@pytest.mark.parametrize("search", ["", "?indicator=safety_index"])
def test_the_front_page_never_shows_an_index(loaded: Loaded, search: str):
    page = loaded.shown(overzicht.PAGE, search)

    assert "Veiligheidsindex" not in page
    assert "safety_index" not in page.replace("indicator=safety_index", "")


def test_on_paper_the_index_stands_with_its_sentence_and_not_among_the_residents(loaded: Loaded):
    view = loaded.view(gebied.PAGE, argument=CODES[0])
    here = area(view.snapshot, CODES[0])
    assert here is not None

    content = area_report(view, here)

    rows = {row[0]: row for group in content["table"]["groups"] for row in group["rows"]}
    assert rows["Veiligheidsindex"][5] == "Index 75 (100 = gemeente in 2024). Plaats 12; bij andere rekenwijzen 1-16."
    assert "Veiligheidsindex" not in [row[0] for row in content["context"]["rows"]]


def test_the_passport_page_fills_in_the_points(loaded: Loaded):
    page = loaded.shown(herkomst.PAGE, f"?indicator=safety_index&area={CODES[0]}&period=2025")

    assert "(125,0 + 25,0) : 2 = 75,0" in page
    assert "100 − 25 × (60,0 − 24,0) : 12,0 = 25,0" in page
    assert "LEFT JOIN observation o ON o.indicator = b.part" in page
    assert "plaatsen bij andere rekenwijzen" in page


def test_the_map_gives_places_of_other_ways(loaded: Loaded):
    body = json.loads(map_values(loaded.snapshot(), "safety_index") or b"")

    block = body["levels"]["neighbourhood"]["year"]
    at = block["codes"].index(CODES[0])
    assert body["index"] is True
    assert block["periods"] == list(YEARS)
    assert [block["standing"][name][at] for name in ("rank", "best", "worst")] == [12, 1, 16]
    assert json.loads(map_values(loaded.snapshot(), "assault") or b"")["index"] is False


@pytest.fixture(scope="module")
def client(loaded: Loaded) -> FlaskClient:
    return create_app(loaded.town.place / "config", loaded.town.place / "warehouse").test_client()


def test_the_download_names_what_it_is_made_of(loaded: Loaded, client: FlaskClient):
    answer = client.get(f"/g/{SLUG}/download/x.csv?indicator=safety_index&area={CODES[0]}")

    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".csv"))
        rows: Any = pd.read_csv(archive.open(name))
    assert rows[["period", "value", "unit", "status", "source"]].to_numpy().tolist() == [
        [2024, 125.0, "score", "final", "oefendata: made of reports"],
        [2025, 75.0, "score", "final", "oefendata: made of reports"],
    ]  # fmt: skip
    assert rows[["numerator", "denominator", "lower", "upper"]].isna().all(axis=None)


def test_an_index_has_no_verdict_and_no_comparison(loaded: Loaded):
    snapshot = loaded.snapshot()

    for table in ("verdict", "benchmark", "standing", "expectation", "cluster"):
        found = snapshot.query(f"SELECT count(*) AS n FROM {table} WHERE indicator = 'safety_index'", [])
        assert found["n"].tolist() == [0], table


def test_every_table_of_an_index_is_filled(loaded: Loaded):
    snapshot = loaded.snapshot()

    for table in ("composite_base", "composite_part", "composite_standing", "composite_way"):
        assert snapshot.query(f"SELECT count(*) AS n FROM {table}", [])["n"].iloc[0] > 0, table


def test_a_base_on_another_division_is_told(tmp_path: Path):
    """The first two neighbourhoods were one until 2024: the reports still come by that older code."""
    older = f"{CODES[0][:-2]}99"
    configuration = CONFIGURATION.replace("schematic: true", "schematic: true, crosswalks: [links.csv]").replace(
        'path: "own/*.csv"', 'path: "own/*.csv"\n    vintage: 2023'
    )
    made = town(tmp_path, configuration + INDEX)
    for year in YEARS:
        made.deliver(f"kwb-{year}.csv", key_figures(), folder="kwb")
    links = [f"{older};2023;{CODES[0]};2024;0.5", f"{older};2023;{CODES[1]};2024;0.5"]
    links += [f"{code};2023;{code};2024;1" for code in CODES[2:]]
    made.deliver("links.csv", text(links, "from_code;from_vintage;to_code;to_vintage;share"), folder=".")
    lines = [line for line in delivery("2024").splitlines()[1:] if not line.startswith(CODES[1])]
    made.deliver("2025-02-05.csv", text(line.replace(CODES[0], older) for line in lines))

    report = made.load()
    loaded = Loaded(made, pd.DataFrame(), pd.DataFrame())
    page = loaded.shown(onderwerp.PAGE, argument="safety_index")

    assert (report.exit_code, report.traceback) == (0, "")
    assert made.ask("SELECT DISTINCT is_carried FROM composite_base") == [(True,)]
    assert "de cijfers van 2024 zijn omgerekend naar de indeling van 2024 en de basis is opnieuw berekend" in page
    earlier = replace(loaded.view(onderwerp.PAGE, argument="safety_index"), snapshot=loaded.snapshot().at(2023))
    assert "bestaat alleen op een andere gebiedsindeling" in texts_of(earlier)
    status = dict(made.ask("SELECT area_code, status FROM observation WHERE indicator = 'safety_index'"))
    assert (status[CODES[0]], status[CODES[2]]) == ("estimated", "final")
