"""Every file of the real data loads, with the numbers of `expected.json`, or is refused with a message that says why.

The folder is walked, so a new file fails here until it is named. Needs the environment variable BUURTBEELD_REAL_DATA.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from config.errors import FixableError
from config.model import HealthSource, KwbSource, PolitieKaartSource, StatlineSource
from etl.areas import AreaTree
from etl.frames import RawFrame, work_connection
from etl.sources import health, kwb, politie_kaart, statline
from etl.sources.area_list import read_area_list
from tests.boundary_files import read as read_boundaries
from tests.contract.test_statline_exports import tree

DATA = Path(os.environ.get("BUURTBEELD_REAL_DATA", ""))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("BUURTBEELD_REAL_DATA" not in os.environ, reason="BUURTBEELD_REAL_DATA is not set"),
]
ADAPTERS = {
    "statline": (statline, StatlineSource),
    "kwb": (kwb, KwbSource),
    "health": (health, HealthSource),
    "politie_kaart": (politie_kaart, PolitieKaartSource),
}


@dataclass(frozen=True)
class Loads:
    """The file is read as this kind for this municipality, and `sums` (SQL -> rows) holds over its rows."""

    kind: str
    code: str
    holds: Callable[[dict], dict[str, Any]]
    skipped: dict[str, int] | None = None
    areas: tuple[str, str, int] | None = None  # list of areas, municipality, vintage
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """The file is refused as this kind, with this code and these words."""

    kind: str
    code: str
    says: str
    municipality: str = "GM0153"
    areas: tuple[str, str, int] | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Elsewhere:
    """Not data of a source: read by another part of the program, or by no part, for this reason."""

    reason: str


TOTAL = "SELECT sum(value) FROM raw"
CELLS = "SELECT count(*) FROM raw"
LIST_2024, LIST_2021 = "politie_47018NED/WijkenEnBuurten.csv", "politie_47022NED/WijkenEnBuurten_indeling2021.csv"
A_LIST = Refused("statline", "FILE-020", "list of codes", options={"table": "47018NED"})


def theft(known: dict) -> dict[str, Any]:
    kinds, years = known["cbs_diefstallen.csv"]["soorten"], known["cbs_diefstallen.csv"]["perioden"]
    return {
        CELLS: [(len(kinds) * len(years),)],  # with and without violence together: once, not three times
        "SELECT value FROM raw WHERE measure = 'CRI1122' ORDER BY period": [(1_590,), (1_345,), (1_475,), (1_100,)],
        "SELECT value FROM raw WHERE measure = 'CRI1132' ORDER BY period": [(20,), (25,), (25,), (10,)],
    }


def heerlen(known: dict) -> dict[str, Any]:
    population = "SELECT sum(value) FROM raw WHERE measure = 'AantalInwoners' AND period = '{}' AND area LIKE '{}%'"
    return {
        population.format(2016, "GM"): [(87_406,)],
        population.format(2020, "GM"): [(87_086,)],
        population.format(2016, "BU"): [(87_290,)],  # every neighbourhood rounded to 5 by CBS
        population.format(2016, "WK"): [(87_360,)],
        "SELECT count(DISTINCT period) FROM raw": [(5,)],
    }


def utrecht(known: dict) -> dict[str, Any]:
    with (DATA / "cbs_kwb/buurten_utrecht_provincie.csv").open(encoding="utf-8") as file:
        own = [row for row in csv.DictReader(file) if row["buurt_code"].startswith("BU0307")]
    scores = [float(row["leefbarometer_score"]) for row in own if row["leefbarometer_score"]]
    return {
        "SELECT sum(value) FROM raw WHERE measure = 'AantalInwoners'": [(sum(int(r["aantal_inwoners"]) for r in own),)],
        "SELECT count(value), round(sum(value), 4) FROM raw WHERE measure = 'LeefbaarometerScore'": [
            (len(scores), round(sum(scores), 4))
        ],
    }


def amsterdam_2015(known: dict) -> dict[str, Any]:
    return {
        "SELECT value FROM raw WHERE measure = 'AantalInkomensontvangers' AND area = 'GM0363'": [(641_700,)],
        "SELECT value FROM raw WHERE measure = 'GemiddeldInkomenPerInkomensontvanger' AND area = 'GM0363'": [(33.5,)],
        "SELECT DISTINCT period FROM raw": [("2015",)],
    }


def health_of_enschede(known: dict) -> dict[str, Any]:
    facts = known["rivm/RIVM_gezondheid2020_18+.xlsx"]["gemeenten"]["GM0153"]
    figure = "SELECT value FROM raw WHERE area = 'GM0153' AND measure = '{}'"
    return {figure.format(said.rsplit("_", 1)[0]): [(float(value),)] for said, value in facts.items()} | {
        "SELECT count(DISTINCT area) FROM raw WHERE area LIKE 'BU%'": [(70,)],
        "SELECT DISTINCT period FROM raw": [("2020",)],
        "SELECT count(*) FROM raw WHERE measure LIKE 'Lopen%' OR measure LIKE 'Fietsen%'": [(0,)],
    }


def police_map(known: dict) -> dict[str, Any]:
    facts = known["politie_kaart"]["GM0503"]
    return {TOTAL: [(facts["total"],)], CELLS: [(facts["cells"],)]}


#: Pattern of a path -> what becomes of the file. The first pattern that fits counts.
OUTCOMES: dict[str, Any] = {
    "PROVENANCE.md": Elsewhere("text"),
    "expected.json": Elsewhere("what this test holds the files against"),
    "derived/calibration_*.json": Elsewhere("input of the maker of practice data"),
    "derived/crosswalk_*.csv": Elsewhere("link between two divisions, named under geography.crosswalks"),
    "derived/enschede_names_to_codes.csv": Elsewhere("how the codes of the Enschede outlines were found"),
    "derived/buurten_GM0153_2013_met_codes.geojson": ("GM0153", 2013),
    "derived/buurten_GM0503_voronoi.geojson": ("GM0503", 2018),
    "derived/buurten_GM0603_voronoi.geojson": ("GM0603", 2018),
    "derived/buurten_GM0637_voronoi.geojson": ("GM0637", 2018),
    "cbs_grenzen/CBS_buurten.gpkg": ("GM0233", 2021),
    "cbs_grenzen/buurt2017.zip": ("GM0014", 2017),
    "cbs_grenzen/wijk2017.zip": ("GM0014", 2017),
    "cbs_grenzen/Gemeente_2015_layer_q1e3.json": ("GM0153", 2015),
    "cbs_grenzen/Wijk_2014_layer_q1e3.json": ("GM0153", 2014),
    "cbs_grenzen/Buurt_2014_layer_q1e3.json": Refused("boundaries", "GEO-006", "its outline encloses nothing"),
    "cbs_grenzen/enschede.geojson": Refused("boundaries", "GEO-012", "no column with area codes"),
    "politie_kaart/areas.txt": Elsewhere("list of areas"),
    "politie_kaart/20??/*.json": Elsewhere("member of the folder politie_kaart"),
    "politie_kaart/GM0503.zip": Loads("politie_kaart", "GM0503", police_map),
    "*/WijkenEnBuurten*.csv": Elsewhere("list of areas"),
    "politie_47018NED/PolRegCrime47018_2023__GM0153.csv": Loads(
        "statline", "GM0153", lambda known: {TOTAL: [(9_024,)]}, {}, options={"table": "47018NED"}
    ),
    "politie_47018NED/TableInfos.csv": Refused(
        "statline", "FILE-020", "description of a table", options={"table": "47018NED"}
    ),
    "politie_47018NED/*.csv": A_LIST,
    "politie_47025NED/Overlast.csv": Refused("statline", "FILE-020", "list of codes", options={"table": "47025NED"}),
    "politie_47013NED/allemisdrijven_metadata_21122025.csv": Refused(
        "statline", "FILE-020", "description of a table", options={"table": "47013NED"}
    ),
    "politie_47022NED/NL_Crime.csv": Refused("statline", "FILE-020", "missing", options={"table": "47022NED"}),
    "politie_47025NED/NL_*_jaar.csv": Refused("statline", "FILE-020", "missing", options={"table": "47025NED"}),
    "politie_statline/2024_bikes.csv": Loads(
        "statline", "GM0363",
        lambda known: {
            TOTAL: [(known["politie_statline/2024_bikes.csv"]["sum"],)],
            "SELECT count(*), count(DISTINCT area), min(left(area, 2)) FROM raw": [(517, 517, "BU")],
            "SELECT DISTINCT measure, period FROM raw": [("1.2.3", "2024")],
        },
        {}, (LIST_2024, "GM0363", 2024), {"table": "47018NED"},
    ),
    "politie_statline/Misdrijven__*.csv": Refused(
        "statline", "FILE-114", "towns", "GM0363", (LIST_2024, "GM0363", 2024), {"table": "47018NED"}
    ),
    "gemeente/bevolkingeindeperiod_21122025.csv": Loads(
        "statline", "GM0153",
        lambda known: {
            "SELECT count(*), count(*) FILTER (mark = 'provisional') FROM raw": [(32, 10)],
            "SELECT period, value FROM raw WHERE period IN ('2022', '2023', '2024') ORDER BY 1": [
                ("2023", 161_738), ("2024", 162_317),
            ],
        },
        {"other region": 18_176}, (LIST_2024, "GM0153", 2024), {"table": "37230NED"},
    ),
    "gemeente/cbs_diefstallen.csv": Loads(
        "statline", "GM0153", theft, {"other municipality": 66_240 - 144}, options={"table": "83651NED"}
    ),
    "gemeente/* Provincies.csv": Refused("statline", "FILE-020", "is missing", options={"table": "83648NED"}),
    "gemeente/gemeente_20??.csv": Refused("kwb", "FILE-020", "no column with area codes", options={"year": 2020}),
    "cbs_kwb/85984NED_*.csv": Refused("kwb", "FILE-020", "not data"),
    "cbs_kwb/Population85618_2023__GM0153.csv": Loads(
        "kwb", "GM0153",
        lambda known: {"SELECT sum(value) FROM raw WHERE measure = 'AantalInwoners'": [(161_220,)]},
    ),
    "cbs_kwb/Population85984_2024.csv": Loads(
        "kwb", "GM0553", lambda known: {TOTAL: [(known["Population85984_2024.csv"]["GM0553"],)]}
    ),
    "cbs_kwb/Kerncijfers_wijken_en_buurten_2015.csv": Loads(
        "kwb", "GM0363", amsterdam_2015, {"name of two areas": 4, "name of no area": 18},
        ("cbs_kwb/Kerncijfers_wijken_en_buurten_2017.csv", "GM0363", 2017),
    ),
    "cbs_kwb/Kerncijfers_wijken_en_buurten_2017.csv": Loads(
        "kwb", "GM0363",
        lambda known: {"SELECT value FROM raw WHERE measure = 'AantalInwoners' AND area = 'GM0363'": [(844_947,)]},
    ),
    "cbs_kwb/UrbanData-test.db": Loads("kwb", "GM0917", heerlen, areas=(LIST_2021, "GM0917", 2021)),
    "cbs_kwb/buurten_utrecht_provincie.csv": Loads("kwb", "GM0307", utrecht, options={"year": 2020}),
    "rivm/RIVM_gezondheid2020_18+.xlsx": Loads("health", "GM0153", health_of_enschede),
}  # fmt: skip
#: Features or areas of one municipality in boundary files.
N_AREAS = {
    "derived/buurten_GM0153_2013_met_codes.geojson": 70,
    "derived/buurten_GM0503_voronoi.geojson": 81,
    "derived/buurten_GM0603_voronoi.geojson": 30,
    "derived/buurten_GM0637_voronoi.geojson": 22,
    "cbs_grenzen/CBS_buurten.gpkg": 17,
    "cbs_grenzen/buurt2017.zip": 108,
    "cbs_grenzen/wijk2017.zip": 15,
    "cbs_grenzen/Gemeente_2015_layer_q1e3.json": 1,
    "cbs_grenzen/Wijk_2014_layer_q1e3.json": 10,
}


def files() -> list[str]:
    return sorted(path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.is_file()) if DATA.name else []


def outcome(path: str) -> Any:
    return next((found for pattern, found in OUTCOMES.items() if fnmatch(path, pattern)), None)


FILES = [path for path in files() if not isinstance(outcome(path), Elsewhere)]


@pytest.fixture(scope="module")
def expected() -> dict:
    return json.loads((DATA / "expected.json").read_text(encoding="utf-8"))


@lru_cache
def areas_of(path: str, code: str, vintage: int) -> AreaTree:
    """The areas of a municipality by the names of a list, or of key figures with codes."""
    if "Kerncijfers" in path:
        names = pd.read_csv(DATA / path, dtype=str, usecols=[1, 4]).map(str.strip)
        names = names[names.iloc[:, 1].str[2:6] == code[2:]]
        return tree(dict(zip(names.iloc[:, 1], names.iloc[:, 0], strict=True)), code)
    listed = read_area_list(DATA / path, name=path, municipality_code=code, where="x").frame
    own = listed[listed.area_code.str[2:6] == code[2:]]
    return tree(dict(zip(own.area_code, own.area_name, strict=True)), code)


def read(con: duckdb.DuckDBPyConnection, kind: str, path: str, how: Loads | Refused, code: str) -> RawFrame:
    adapter, model = ADAPTERS[kind]
    source = model(id="source", kind=kind, path=path, **how.options)
    areas = areas_of(*how.areas) if how.areas else None
    file = DATA / path
    return adapter.read(con, source, file, name=file.name, municipality_code=code, table="raw", areas=areas)


def test_every_file_is_named_here():
    assert files(), "the folder is empty"
    assert [path for path in files() if outcome(path) is None] == []
    assert [pattern for pattern in OUTCOMES if not any(fnmatch(path, pattern) for path in files())] == []


@pytest.mark.parametrize("path", [path for path in FILES if isinstance(outcome(path), Loads)])
def test_a_file_that_loads_has_the_known_numbers(expected, path):
    how: Loads = outcome(path)
    con = work_connection()

    raw = read(con, how.kind, path, how, how.code)

    for sql, rows in how.holds(expected).items():
        assert con.execute(sql).fetchall() == rows, sql
    assert con.execute("SELECT count(*) FROM raw WHERE mark = 'invalid'").fetchall() == [(0,)]
    if how.skipped is not None:
        assert raw.skipped == how.skipped
    known = expected.get(path, expected.get(Path(path).name, {}))
    if "rows" in known:
        assert raw.rows_read == known["rows"]


def test_of_thefts_without_violence_the_figures_are_those_of_the_file(expected, tmp_path):
    path = "gemeente/cbs_diefstallen.csv"
    lines = (DATA / path).read_text(encoding="utf-8-sig").splitlines()
    (tmp_path / "t.csv").write_text("\n".join([lines[0], *(line for line in lines if ";A048106;" in line)]) + "\n")
    source, con = StatlineSource(id="s", kind="statline", table="83651NED", path="t.csv"), work_connection()

    statline.read(con, source, tmp_path / "t.csv", name="t.csv", municipality_code="GM0153", table="raw")

    found = con.execute("SELECT measure || ' ' || period || 'JJ00', value FROM raw ORDER BY 1").fetchall()
    known = expected["cbs_diefstallen.csv"]["enschede"]
    assert dict(found) == {key: float(value) if value else None for key, value in known.items()}


@pytest.mark.parametrize("path", [path for path in FILES if isinstance(outcome(path), Refused)])
def test_a_file_that_is_refused_says_why_and_what_to_do(path):
    how: Refused = outcome(path)

    def attempt() -> object:
        if how.kind == "boundaries":
            return read_boundaries(DATA / path, code=how.municipality, vintage=2014)
        return read(work_connection(), how.kind, path, how, how.municipality)

    with pytest.raises(FixableError) as caught:
        attempt()

    finding = caught.value.findings[0]
    assert finding.code == how.code
    assert how.says in finding.what
    assert finding.where.startswith(Path(path).name)
    assert len(finding.fix) > 10


@pytest.mark.parametrize("path", [path for path in FILES if isinstance(outcome(path), tuple)])
def test_outlines_give_every_area_of_their_municipality(path):
    code, vintage = outcome(path)

    boundaries = read_boundaries(DATA / path, code=code, vintage=vintage)

    assert len(boundaries.frame) == N_AREAS[path]
    assert all(shape.is_valid and shape.area > 0 for shape in boundaries.frame["geometry"])


@pytest.mark.parametrize(
    "path", [path for path in files() if fnmatch(path, "*/WijkenEnBuurten*.csv") or path.endswith("areas.txt")]
)
def test_lists_of_areas_have_the_known_numbers(expected, path):
    known = expected.get(path) or expected[Path(path).name]

    def listed(code: str) -> pd.Series:
        return read_area_list(DATA / path, name=path, municipality_code=code, where="x").frame.area_code

    if "wijken" in known:
        found = {code for gm in ("GM0503", "GM0603", "GM0637") for code in listed(gm)}
        assert sorted(found) == known["wijken"]
    for code, n in list(known.get("buurten_per_gemeente", {}).items())[:4]:
        if code != "GM0000":
            assert listed(code).str.startswith(f"BU{code[2:]}").sum() == n
