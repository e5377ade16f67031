"""Real open data through the adapters: totals as computed independently from the raw files (`expected.json`).

Needs the environment variable BUURTBEELD_REAL_DATA, the folder that holds the data; without it all are skipped.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb
import pytest

from config.errors import StructureError
from config.model import KwbSource, PolitieKaartSource, StatlineSource
from etl.frames import RawFrame, work_connection
from etl.sources import kwb, politie_kaart, statline

DATA = Path(os.environ.get("BUURTBEELD_REAL_DATA", ""))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("BUURTBEELD_REAL_DATA" not in os.environ, reason="BUURTBEELD_REAL_DATA is not set"),
]


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return work_connection()


@pytest.fixture(scope="module")
def expected() -> dict:
    return json.loads((DATA / "expected.json").read_text())


def read(con, kind: str, path: str, code: str, **options) -> RawFrame:
    """One real file into table `raw`, as the line does it."""
    adapter, model = {
        "statline": (statline, StatlineSource),
        "kwb": (kwb, KwbSource),
        "politie_kaart": (politie_kaart, PolitieKaartSource),
    }[kind]
    source = model(id="source", kind=kind, path=path, **options)
    file = DATA / path
    return adapter.read(con, source, file, name=file.name, municipality_code=code, table="raw")


def by(con, key: str) -> dict[str, float]:
    return dict(con.execute(f"SELECT {key}, sum(value) FROM raw GROUP BY 1 ORDER BY 1").fetchall())


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("politie_kaart", "GM0603"),
        ("politie_kaart", "GM0637"),
        ("politie_kaart/GM0503.zip", "GM0503"),
    ],
)
def test_police_map_sums_to_the_totals_per_year_and_per_kind_of_crime(con, expected, path, code):
    facts = expected["politie_kaart"][code]

    raw = read(con, "politie_kaart", path, code)

    assert by(con, "left(period, 4)") == facts["per_year"]
    assert by(con, "measure") == facts["per_delict"]
    assert con.execute(
        "SELECT count(*), count(DISTINCT area), count(DISTINCT period), count(mark) FROM raw"
    ).fetchall() == [(facts["cells"], facts["buurten"], facts["months"], 0)]
    months = con.execute("SELECT period FROM raw GROUP BY period HAVING sum(value) = 0").fetchall()
    assert [month for (month,) in months] == facts["zero_months"]
    top = con.execute("SELECT area, sum(value) FROM raw GROUP BY area ORDER BY 2 DESC LIMIT 3").fetchall()
    assert [list(row) for row in top] == facts["top3_buurten"]
    assert len(raw.area_names) == facts["buurten"]


def test_crimes_of_enschede_2023_as_r_wrote_them(con, expected):
    facts = expected["PolRegCrime47018_2023__GM0153.csv"]

    raw = read(con, "statline", "politie_47018NED/PolRegCrime47018_2023__GM0153.csv", "GM0153", table="47018NED")

    assert by(con, "period || ' ' || measure") == {"2023 0.0.0": facts["total"]}
    assert con.execute("SELECT count(*), count(DISTINCT area) FROM raw").fetchall() == [(70, 70)]
    assert con.execute("SELECT value, area FROM raw ORDER BY value DESC LIMIT 1").fetchall() == [tuple(facts["max"])]
    assert (raw.rows_read, raw.skipped, len(raw.area_names)) == (facts["rows"], {}, 70)
    assert raw.measures == {"0.0.0": "Totaal misdrijven"}


def test_population_of_enschede_2023_with_columns_chosen_by_a_researcher(con, expected):
    facts = expected["Population85618_2023__GM0153.csv"]

    read(con, "kwb", "cbs_kwb/Population85618_2023__GM0153.csv", "GM0153")

    assert by(con, "period || ' ' || measure") == {
        "2023 AantalInwoners": facts["population"],
        "2023 OppervlakteLand": facts["area_ha"],
    }


@pytest.mark.parametrize("code", ["GM0153", "GM0603", "GM0637", "GM0503", "GM0553", "GM0232", "GM0518"])
def test_population_2024_of_the_whole_country_gives_each_municipality_its_own(con, expected, code):
    facts = expected["Population85984_2024.csv"]

    raw = read(con, "kwb", "cbs_kwb/Population85984_2024.csv", code)

    assert by(con, "period") == {"2024": facts[code]}
    own = con.execute("SELECT count(*) FROM raw").fetchall()[0][0]
    assert raw.skipped == {"other municipality": facts["rows"] - own}


def test_key_figures_of_amsterdam_2017_under_names_that_r_made(con, expected):
    facts = expected["Kerncijfers_wijken_en_buurten_2017.csv"]

    raw = read(con, "kwb", "cbs_kwb/Kerncijfers_wijken_en_buurten_2017.csv", "GM0363")

    population = "SELECT {} FROM raw WHERE measure = 'AantalInwoners' AND area LIKE '{}'"
    assert con.execute(population.format("sum(value)", "GM0363")).fetchall() == [(float(facts["amsterdam"]),)]
    assert con.execute(population.format("sum(value)", "BU%")).fetchall() == [(facts["buurt_sum"],)]
    assert con.execute(population.format("count(*)", "BU%")).fetchall() == [(facts["levels"]["Buurt"],)]
    assert con.execute("SELECT DISTINCT period FROM raw").fetchall() == [("2017",)]
    assert (raw.rows_read, raw.skipped) == (facts["rows"], {"country": 1})
    assert raw.area_names["BU03630000"] == "Kop Zeedijk"
    wanted = {
        "Woningvoorraad",
        "Koopwoningen",
        "PersonenautoSTotaal",
        "MateVanStedelijkheid",
        "BedrijfsvestigingenTotaal",
    }
    assert wanted <= set(raw.measures)
    assert con.execute("SELECT count(*) FROM raw WHERE mark = 'invalid'").fetchall() == [(0,)]


def test_decimal_commas_of_2017_are_read_as_decimals(con):
    read(con, "kwb", "cbs_kwb/Kerncijfers_wijken_en_buurten_2017.csv", "GM0363")

    size = "SELECT min(value), max(value) FROM raw WHERE measure = 'GemiddeldeHuishoudensgrootte'"
    low, high = con.execute(size).fetchall()[0]
    assert 1.0 <= low < high < 5.0
    assert high % 1 > 0


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("politie_47018NED/SoortMisdrijf.csv", "statline", "list of codes"),
        ("politie_47018NED/Perioden.csv", "statline", "list of codes"),
        ("politie_47018NED/DataProperties.csv", "statline", "list of codes"),
        ("politie_statline/2024_bikes.csv", "statline", "StatLine web page"),
        ("politie_47013NED/allemisdrijven_metadata_21122025.csv", "statline", "description of a table"),
        ("politie_47022NED/NL_Crime.csv", "statline", "is missing"),
        ("gemeente/cbs_diefstallen.csv", "statline", "is missing"),
        ("cbs_kwb/Population85984_2024.csv", "statline", "is missing"),
        ("cbs_kwb/Kerncijfers_wijken_en_buurten_2015.csv", "kwb", "no area code in any row"),
        ("politie_47018NED/PolRegCrime47018_2023__GM0153.csv", "kwb", "police table"),
        ("cbs_kwb/UrbanData-test.db", "kwb", "no column with area codes"),
    ],
)
def test_real_files_of_another_kind_are_refused_with_a_reason(con, path, kind, said):
    options = {"table": "47018NED"} if kind == "statline" else {}

    with pytest.raises(StructureError) as caught:
        read(con, kind, path, "GM0363", **options)

    assert said in caught.value.findings[0].what
    assert caught.value.findings[0].where.startswith(Path(path).name)
    assert caught.value.findings[0].fix
