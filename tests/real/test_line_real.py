"""The real police files of Rijswijk, Zoetermeer and Delft, and Enschede 2023, through the line by the command line."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from etl.snapshot import open_snapshot
from monitor.queries.indicators import newest
from monitor.queries.map_values import map_values
from tests.process import buurtbeeld, exported

DATA = os.environ.get("BUURTBEELD_REAL_DATA")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(DATA is None, reason="BUURTBEELD_REAL_DATA is not set: the real open data is not here"),
]

POLICE_MAP = """\
code: {code}
name: {name}
folder: {folder}
geography: {{boundaries: derived/buurten_{code}_voronoi.geojson, vintage: 2018, area_list: politie_kaart/areas.txt}}
sources:
  - {{id: police_map, kind: politie_kaart, path: {path}}}
"""
ENSCHEDE = """\
code: GM0153
name: Enschede
folder: {folder}
geography: {{boundaries: derived/buurten_GM0153_2013_met_codes.geojson, vintage: 2024}}
sources:
  - {{id: police_yearly, kind: statline, table: 47018NED, path: politie_47018NED/PolRegCrime47018_2023__GM0153.csv}}
  - {{id: population, kind: kwb, path: cbs_kwb/Population85618_2023__GM0153.csv}}
"""
#: slug -> code, name, place of the files, and a wijk that the area list names while no figures come for it.
TOWNS = {
    "rijswijk": ("GM0603", "Rijswijk", "politie_kaart", "WK060301"),
    "zoetermeer": ("GM0637", "Zoetermeer", "politie_kaart", "WK063700"),
    "delft": ("GM0503", "Delft", "politie_kaart/GM0503.zip", "WK050311"),
}
#: Delict codes of the police map and the indicators they feed; 100 and 101 are one.
DELICTS = {
    "theft_bike_moped": ("100", "101"),
    "street_robbery": ("102",),
    "burglary_home": ("104",),
    "theft_from_vehicle": ("105",),
    "theft_of_vehicle": ("106",),
    "shoplifting": ("107",),
    "pickpocketing": ("108",),
    "threat": ("109",),
    "assault": ("110",),
    "vandalism": ("111",),
    "robbery_raid": ("117",),
}


@pytest.fixture(scope="session")
def place(tmp_path_factory) -> tuple[Path, Path, list[dict]]:
    """Configuration, warehouse and the reports of one `buurtbeeld load --all`."""
    folder = tmp_path_factory.mktemp("real")
    config, warehouse = folder / "config", folder / "warehouse"
    data = Path(str(DATA)).resolve()
    (config / "municipalities").mkdir(parents=True)
    (config / "site.yml").write_text(f"data_roots: [{json.dumps(str(data.parent))}]\n", encoding="utf-8")
    for slug, (code, name, path, _) in TOWNS.items():
        text = POLICE_MAP.format(code=code, name=name, folder=data.name, path=path)
        (config / "municipalities" / f"{slug}.yml").write_text(text, encoding="utf-8")
    (config / "municipalities" / "enschede.yml").write_text(ENSCHEDE.format(folder=data.name), encoding="utf-8")
    done = buurtbeeld("load", "--all", "--json", "--config", config, "--warehouse", warehouse, timeout=300)
    assert done.code == 0, done.err
    return config, warehouse, done.json


@pytest.fixture(scope="session")
def expected() -> dict:
    return json.loads((Path(str(DATA)) / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def exports(place) -> dict[str, pd.DataFrame]:
    """Every figure of every town, by the command line: one process each."""
    config, warehouse, _ = place
    return {slug: exported(slug, "--config", config, "--warehouse", warehouse) for slug in [*TOWNS, "enschede"]}


def figures(table: pd.DataFrame, **filters: str) -> pd.DataFrame:
    """The rows of an export in which each of these columns holds this word."""
    for column, word in filters.items():
        table = table[table[column] == word]
    return table


def findings(place, slug: str) -> list[dict]:
    return next(report["findings"] for report in place[2] if report["slug"] == slug)


@pytest.mark.parametrize("slug", TOWNS)
def test_the_municipality_adds_up_to_what_the_files_hold(exports, expected, slug):
    known = expected["politie_kaart"][TOWNS[slug][0]]

    table = figures(exports[slug], area_level="municipality")
    rows = table[table.period.str.len() == 4]

    assert rows.groupby("period").numerator.sum().to_dict() == known["per_year"]
    per_indicator = rows.groupby("indicator").numerator.sum().to_dict()
    assert per_indicator == {name: sum(known["per_delict"][code] for code in codes) for name, codes in DELICTS.items()}


@pytest.mark.parametrize("slug", TOWNS)
def test_december_2017_is_not_delivered_and_2017_provisional(exports, slug):
    december = figures(exports[slug], period="2017-12")
    year = figures(exports[slug], period="2017", area_level="municipality", indicator="pickpocketing")
    month = figures(exports[slug], period="2016-10", area_level="municipality")

    assert set(december.status) == {"not_delivered"}
    assert december.numerator.isna().all()
    assert year.status.tolist() == ["provisional"]
    assert set(month.status[month.unit == "count"]) == {"final"}


@pytest.mark.parametrize("slug", TOWNS)
def test_without_population_on_these_codes_there_is_no_rate_but_the_number_stays(exports, slug):
    rows = figures(exports[slug], period="2016", area_level="neighbourhood", indicator="burglary_home")

    delivered = rows[rows.numerator.notna()]
    assert len(delivered)
    assert set(delivered.status) == {"not_applicable"}
    assert delivered.value.isna().all()


@pytest.mark.parametrize("slug", TOWNS)
def test_no_crime_total_is_made_from_categories(exports, slug):
    assert set(exports[slug].indicator) == set(DELICTS)


def test_an_indicator_without_a_figure_is_told_with_exit_code_1(place):
    config, warehouse, _ = place

    done = buurtbeeld("export", "delft", "--indicator", "crime_total", "--config", config, "--warehouse", warehouse)

    assert done.code == 1
    assert "error EXP-003" in done.err


@pytest.mark.parametrize("slug", TOWNS)
def test_listed_districts_without_figures_are_reported(place, slug):
    district = TOWNS[slug][3]

    told = [finding for finding in findings(place, slug) if finding["code"] == "GEO-120"]

    assert any(district in finding["what"] for finding in told)


@pytest.mark.parametrize("slug", TOWNS)
def test_the_largest_cell_is_where_it_is(exports, expected, slug):
    cell = expected["politie_kaart"][TOWNS[slug][0]]["largest_cell"]
    indicator = next(name for name, codes in DELICTS.items() if cell["delict"] in codes)

    rows = figures(exports[slug], indicator=indicator, area_code=cell["buurt"], period=cell["month"])

    assert rows.numerator.tolist() == [cell["n"]]


def test_enschede_2023_sums_to_9024_with_rates_on_its_population(exports):
    rows = figures(exports["enschede"], indicator="crime_total", period="2023")
    by_area = rows.set_index("area_code")

    assert by_area.loc["GM0153"].numerator == 9024
    assert by_area.loc["GM0153"].denominator == 161_220
    assert by_area.loc["GM0153"].value == pytest.approx(9024 / 161.22)
    hoods = rows[rows.area_level == "neighbourhood"]
    assert (len(hoods), hoods.numerator.sum()) == (70, 9024)
    city = by_area.loc["BU01530000"]
    assert (city.numerator, city.denominator) == (1924, 3775)
    assert city.lower < city.value < city.upper


def test_a_neighbourhood_of_ten_inhabitants_gets_no_rate(exports):
    row = figures(exports["enschede"], area_code="BU01530703", indicator="crime_total").iloc[0]

    assert (row.numerator, row.status) == (248, "not_applicable")
    assert pd.isna(row.value)
    assert pd.isna(row.rate)


def test_a_second_load_finds_nothing_new(place):
    config, warehouse, _ = place

    done = buurtbeeld("load", "rijswijk", "--config", config, "--warehouse", warehouse, "--json")

    assert done.code == 0
    assert done.json[0]["is_unchanged"] is True
    assert done.json[0]["load_id"] == "000001"


def test_without_any_rate_the_map_shows_numbers_not_colours(place):
    _, warehouse, _ = place

    with closing(open_snapshot(warehouse / "rijswijk")) as snapshot:
        told = json.loads(map_values(snapshot, "burglary_home") or b"{}")
        now = newest(snapshot, "burglary_home")

    block = told["levels"]["neighbourhood"]["year"]
    assert (told["unit"], block["breaks"]) == ("count", [])
    assert told["municipality"]["2016"][0] == 165
    assert now is not None
    assert now.period == "2017-11-R12", "the window that ends in the month that was not delivered is not the newest"
