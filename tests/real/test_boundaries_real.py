"""The boundary files that CBS, PDOK and others publish: read, or refused with the right message."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from config.errors import AreasError, ConfigError
from etl.areas import AreaTree
from etl.map_layer import encode
from tests.boundary_files import read, tree_of

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def data() -> Path:
    place = os.environ.get("BUURTBEELD_REAL_DATA")
    if not place:
        pytest.skip("BUURTBEELD_REAL_DATA is not set")
    return Path(place)


def enough(tree: AreaTree, neighbourhoods: int, districts: int) -> None:
    """Counts per level, every polygon valid, parts as large as the whole, and a light map of each level."""
    assert (len(tree.codes("neighbourhood")), len(tree.codes("district"))) == (neighbourhoods, districts)
    shapes = tree.frame["geometry"].dropna()
    assert all(shape.is_valid and shape.area > 0 for shape in shapes)
    surface = tree.frame.set_index("area_code")["area_km2"]
    assert surface[tree.codes("district")].sum() == pytest.approx(surface[tree.municipality_code], rel=1e-6)
    for level in tree.levels():
        drawn = json.loads(encode(tree, level)[0])
        codes, _ = tree.geometries(level)
        assert [area[0] for area in drawn["areas"]] == codes
        assert drawn["shared_borders"]


def test_pdok_geopackage_of_ermelo(data: Path) -> None:
    path = data / "cbs_grenzen/CBS_buurten.gpkg"

    tree, findings = tree_of(path, code="GM0233", name="Ermelo", vintage=2021)

    enough(tree, 17, 3)
    assert findings == {}
    assert tree.frame["area_km2"].iloc[0] == pytest.approx(87.3, abs=0.1)
    assert "division 2021" in tree_of(path, code="GM0233", name="Ermelo", vintage=2024)[1]["GEO-019"]


def test_zipped_shapefile_in_web_mercator_of_groningen(data: Path) -> None:
    path = data / "cbs_grenzen/buurt2017.zip"

    tree, _ = tree_of(path, code="GM0014", name="Groningen", vintage=2017)
    with_districts, _ = tree_of(path, data / "cbs_grenzen/wijk2017.zip", code="GM0014", name="Groningen", vintage=2017)

    enough(tree, 108, 15)
    enough(with_districts, 108, 15)
    assert tree.frame["area_km2"].iloc[0] == pytest.approx(101.5, abs=0.1)
    assert with_districts.names()["WK001400"] == "Centrum"


@pytest.mark.parametrize(
    ("code", "neighbourhoods", "districts", "undelivered"),
    [("GM0603", 30, 9, "WK060301"), ("GM0637", 22, 9, "WK063700"), ("GM0503", 81, 13, "WK050311")],
)
def test_police_list_adds_the_district_that_has_no_figures(
    data: Path, code: str, neighbourhoods: int, districts: int, undelivered: str
) -> None:
    path = data / f"derived/buurten_{code}_voronoi.geojson"

    tree, findings = tree_of(path, area_list=data / "politie_kaart/areas.txt", code=code, vintage=2018)

    enough(tree, neighbourhoods, districts)
    assert tree.is_listed_only(undelivered)
    assert f"(1 district: {undelivered})" in findings["GEO-108"]
    assert [area[0] for area in json.loads(encode(tree, "neighbourhood")[0])["listed"]] == [undelivered]
    assert "GEO-010" not in findings  # its outline fills the gap


def test_a_gap_is_told_where_no_list_fills_it(data: Path) -> None:
    _, findings = tree_of(data / "derived/buurten_GM0637_voronoi.geojson", code="GM0637", vintage=2018)

    assert "1 gap, 3,5" in findings["GEO-010"]


def test_cbs_list_names_the_districts_of_enschede(data: Path) -> None:
    path = data / "derived/buurten_GM0153_2013_met_codes.geojson"

    tree, findings = tree_of(path, area_list=data / "politie_47018NED/WijkenEnBuurten.csv")

    enough(tree, 70, 10)
    assert findings == {}  # the list has no area that the boundaries lack
    assert tree.names()["WK015301"] == "Wijk 01 Hogeland - Velve"
    assert tree.names()["BU01530001"] == "Lasonder-Zeggelt"  # as the boundary file has it
    assert tree.is_pseudo("BU00000000")
    assert len(encode(tree, "neighbourhood")[0].encode()) < 25_000


def test_cbs_list_of_delft_has_the_inner_city_without_polygons(data: Path) -> None:
    path = data / "derived/buurten_GM0503_voronoi.geojson"

    tree, _ = tree_of(path, area_list=data / "politie_47018NED/WijkenEnBuurten.csv", code="GM0503", vintage=2018)

    listed = [code for code in tree.codes("neighbourhood") if tree.is_listed_only(code)]
    assert [code for code in listed if code.startswith("BU050311")] == [f"BU0503110{n}" for n in range(10)]


def test_names_without_codes_are_refused(data: Path) -> None:
    with pytest.raises(AreasError, match="no column with area codes"):
        read(data / "cbs_grenzen/enschede.geojson")


def test_topojson_of_the_country_gives_the_districts_and_the_outline_of_a_municipality(data: Path) -> None:
    districts, _ = tree_of(data / "cbs_grenzen/Wijk_2014_layer_q1e3.json", vintage=2014)
    outline, _ = tree_of(data / "cbs_grenzen/Gemeente_2015_layer_q1e3.json", vintage=2015)

    assert len(districts.codes("district")) == 10
    assert districts.names()["WK015300"].startswith("Wijk 00")
    assert outline.codes("municipality") == ["GM0153"]
    assert outline.frame["area_km2"].iloc[0] == pytest.approx(142.7, rel=0.1)  # quantised to some 300 m


@pytest.mark.parametrize(("code", "collapsed"), [("GM0153", 2), ("GM0503", 18)])
def test_topojson_that_is_too_coarse_for_neighbourhoods_is_refused_area_by_area(
    data: Path, code: str, collapsed: int
) -> None:
    with pytest.raises(AreasError) as caught:
        read(data / "cbs_grenzen/Buurt_2014_layer_q1e3.json", code=code, vintage=2014)

    assert {finding.code for finding in caught.value.findings} == {"GEO-006"}
    assert len(caught.value.findings) == collapsed
    assert all("its outline encloses nothing" in finding.what for finding in caught.value.findings)


def test_boundaries_of_another_municipality_are_told(data: Path) -> None:
    with pytest.raises(ConfigError, match=r"code GM0344 but all 17 areas in CBS_buurten\.gpkg belong to GM0233"):
        read(data / "cbs_grenzen/CBS_buurten.gpkg", code="GM0344")
