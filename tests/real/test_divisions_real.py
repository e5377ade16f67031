"""Rijswijk's police figures of 2011-2017, on codes of 2018, shown on the division of 2024."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.process import buurtbeeld, exported
from tests.real.test_line_real import DELICTS

DATA = os.environ.get("BUURTBEELD_REAL_DATA")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(DATA is None, reason="BUURTBEELD_REAL_DATA is not set: the real open data is not here"),
]

RIJSWIJK = """\
code: GM0603
name: Rijswijk
folder: rijswijk
geography: {boundaries: buurten_2024.geojson, vintage: 2024, crosswalks: [links.csv]}
sources:
  - {id: police_map, kind: politie_kaart, path: politie_kaart, vintage: 2018}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> tuple[str, ...]:
    """Configuration and warehouse of Rijswijk on 2024 codes: outlines of 2018 under their new codes."""
    folder, data = tmp_path_factory.mktemp("divisions"), Path(str(DATA)).resolve()
    town = folder / "data" / "rijswijk"
    town.mkdir(parents=True)
    for member in sorted((data / "politie_kaart").glob("20*/603*.json")):
        target = town / "politie_kaart" / member.parent.name / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(member.read_bytes())
    (town / "links.csv").write_bytes((data / "derived" / "crosswalk_GM0603_2018_2024.csv").read_bytes())
    rows = [line.split(",") for line in (town / "links.csv").read_text(encoding="utf-8").splitlines()[1:]]
    new_code = {row[0]: row[2] for row in rows}
    map_2018 = json.loads((data / "derived" / "buurten_GM0603_voronoi.geojson").read_text(encoding="utf-8"))
    for feature in map_2018["features"]:
        code = new_code[feature["properties"]["buurtcode"]]
        feature["properties"] = {"buurtcode": code, "buurtnaam": feature["properties"]["buurtnaam"]}
    (town / "buurten_2024.geojson").write_text(json.dumps(map_2018), encoding="utf-8")
    config = folder / "config"
    (config / "municipalities").mkdir(parents=True)
    (config / "site.yml").write_text(f"data_roots: [{json.dumps(str(folder / 'data'))}]\n", encoding="utf-8")
    (config / "municipalities" / "rijswijk.yml").write_text(RIJSWIJK, encoding="utf-8")
    options = ("--config", str(config), "--warehouse", str(folder / "warehouse"))
    done = buurtbeeld("load", "rijswijk", "--json", *options, timeout=300)
    assert done.code == 0, done.err
    return options


@pytest.fixture(scope="module")
def expected() -> dict:
    return json.loads((Path(str(DATA)) / "expected.json").read_text(encoding="utf-8"))["politie_kaart"]["GM0603"]


@pytest.fixture(scope="module")
def tables(place) -> dict[int, object]:
    return {year: exported("rijswijk", *place, "--period-type", "year", "--vintage", year) for year in (2018, 2024)}


@pytest.mark.parametrize("vintage", [2018, 2024])
@pytest.mark.parametrize("level", ["municipality", "district", "neighbourhood"])
def test_totals_are_equal_per_year_and_delict_on_either_division(tables, expected, vintage, level):
    rows = tables[vintage].query("area_level == @level")

    assert rows.groupby("period").numerator.sum().to_dict() == expected["per_year"]
    per_delict = rows.groupby("indicator").numerator.sum().to_dict()
    known = {name: sum(expected["per_delict"][code] for code in codes) for name, codes in DELICTS.items()}
    assert per_delict == {name: total for name, total in known.items() if total or name in per_delict}


def test_areas_that_only_changed_code_are_not_estimated_and_keep_their_figures(tables):
    new, old = (tables[year].query("area_level == 'neighbourhood'") for year in (2024, 2018))

    assert new.status.value_counts().to_dict() == old.status.value_counts().to_dict()
    assert "estimated" not in set(new.status)
    after = new[(new.area_code == "BU06030431") & (new.indicator == "assault")].set_index("period").numerator
    before = old[(old.area_code == "BU06030331") & (old.indicator == "assault")].set_index("period").numerator
    assert after.to_dict() == before.to_dict()
    assert not set(new.area_code) & {"BU06030331"}


def test_a_division_that_is_not_known_is_told_with_those_that_are(place):
    done = buurtbeeld("export", "rijswijk", *place, "--vintage", 2020)

    assert done.code == 2
    assert "known: 2018, 2024" in done.err
