"""Boundary files that are wrong: one test per case of bad_inputs.json (GEO, CFG-008), with place and repair."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely import LineString, Point, Polygon
from shapely.geometry import box

from config.errors import AreasError, ConfigError, ExitCode, Finding, FixableError
from etl.map_layer import encode
from tests.boundary_files import FOUR, SOUTH, UNIT, WEST, four, read, square, tree_of, waves, where, write, write_json


def refused(action: Callable[[], Any], kind: type[FixableError] = AreasError) -> list[Finding]:
    """All findings of a refusal, each with a place and a repair."""
    with pytest.raises(kind) as caught:
        action()
    findings = list(caught.value)
    assert all(finding.where and finding.fix for finding in findings)
    return findings


def degrees(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:28992").to_crs("EPSG:4326")
    return [{**row, "geometry": shape} for row, shape in zip(rows, frame.geometry, strict=True)]


def test_geo_001_a_missing_file_is_told_with_its_path() -> None:
    findings = refused(lambda: read(Path("/nowhere/buurten.gpkg")))

    assert (findings[0].code, findings[0].what) == ("GEO-001", "buurten.gpkg: not found")
    assert findings[0].where == where("geography", "boundaries")
    assert AreasError.exit_code == ExitCode.AREAS == 40


def test_geo_003_national_grid_numbers_tagged_as_degrees(tmp_path: Path) -> None:
    path = write(tmp_path / "b.gpkg", four(), crs="EPSG:4326")

    findings = refused(lambda: read(path))

    assert findings[0].code == "GEO-003"
    assert findings[0].what == "b.gpkg: coordinates up to 470000 cannot be degrees; the file says EPSG:4326"


def test_geo_003_degrees_tagged_as_national_grid(tmp_path: Path) -> None:
    path = write(tmp_path / "b.gpkg", degrees(FOUR), crs="EPSG:28992")

    assert "are degrees, not metres of EPSG:28992" in refused(lambda: read(path))[0].what


def test_geo_003_the_stated_system_mends_a_wrong_tag_and_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "b.gpkg", four(), crs="EPSG:4326")

    tree, findings = tree_of(path, crs="EPSG:28992")

    assert tree.frame["area_km2"].iloc[0] == pytest.approx(4.0, abs=1e-6)
    assert "`geography.crs` says EPSG:28992 and is used" in findings["GEO-003"]


def test_geo_003_a_file_that_does_not_say_its_system_is_found_out_or_asked_for(tmp_path: Path) -> None:
    tree, findings = tree_of(write(tmp_path / "b.zip", four(), crs=None))
    assert "only EPSG:28992 fits" in findings["GEO-101"]
    assert tree.frame["area_km2"].iloc[0] == pytest.approx(4.0, abs=1e-6)

    elsewhere = [{**row, "geometry": box(5e6 + i * 10, 9e6, 5e6 + i * 10 + 10, 9e6 + 10)} for i, row in enumerate(FOUR)]
    found = refused(lambda: read(write(tmp_path / "c.zip", elsewhere, crs=None)))
    assert found[0].code == "GEO-101"
    assert where("geography") in found[0].fix


def test_geo_004_latitude_before_longitude_and_where_they_would_lie(tmp_path: Path) -> None:
    turned = [
        {**row, "geometry": Polygon([(y, x) for x, y in row["geometry"].exterior.coords])} for row in degrees(FOUR)
    ]

    findings = refused(lambda: read(write(tmp_path / "b.geojson", turned, crs="EPSG:4326")))

    assert findings[0].code == "GEO-004"
    assert findings[0].what.startswith(
        "b.geojson: areas lie outside the Netherlands; with x and y swapped they lie in Enschede (52.2"
    )


def test_geo_004_another_system_than_said_is_named(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(FOUR, geometry="geometry", crs="EPSG:28992").to_crs("EPSG:25832")
    rows = [{**row, "geometry": shape} for row, shape in zip(FOUR, frame.geometry, strict=True)]

    found = refused(lambda: read(write(tmp_path / "b.gpkg", rows, crs="EPSG:28992")))

    assert "read as EPSG:25832 they lie in Enschede" in found[0].what


@pytest.mark.parametrize("geometry", [None, Polygon()])
def test_geo_006_an_area_without_geometry_is_named(tmp_path: Path, geometry: Any) -> None:
    path = write(tmp_path / "b.gpkg", four(BU01530001={"geometry": geometry}))

    findings = refused(lambda: read(path))

    assert [(finding.code, finding.what) for finding in findings] == [("GEO-006", "b.gpkg BU01530001: no geometry")]


def test_geo_006_an_outline_that_encloses_nothing_is_refused(tmp_path: Path) -> None:
    flat = Polygon([(WEST, SOUTH), (WEST + 10, SOUTH), (WEST + 20, SOUTH), (WEST, SOUTH)])

    findings = refused(lambda: read(write(tmp_path / "b.gpkg", four(BU01530001={"geometry": flat}))))

    assert findings[0].what.startswith("b.gpkg BU01530001: no geometry")


@pytest.mark.parametrize("shape", [Point(WEST, SOUTH), LineString([(WEST, SOUTH), (WEST + 9, SOUTH)])])
def test_geo_007_a_point_or_line_is_no_area(tmp_path: Path, shape: Any) -> None:
    path = write(tmp_path / "b.geojson", degrees(four(BU01530001={"geometry": shape})), crs="EPSG:4326")

    findings = refused(lambda: read(path))

    assert findings[0].code == "GEO-007"
    assert findings[0].what == f"b.geojson BU01530001: {shape.geom_type}; Polygon or MultiPolygon required"


def test_geo_008_a_ring_that_crosses_itself_is_mended_and_named(tmp_path: Path) -> None:
    corners = [(0, 0), (1, 1), (1, 0), (0, 1)]  # a bow tie
    tie = Polygon([(WEST + x * UNIT, SOUTH + y * UNIT) for x, y in corners])

    tree, findings = tree_of(write(tmp_path / "b.gpkg", four(BU01530000={"geometry": tie})))

    assert "(BU01530000)" in findings["GEO-104"]
    assert tree.frame.set_index("area_code").loc["BU01530000", "area_km2"] == pytest.approx(0.5, abs=1e-6)
    assert tree.frame["geometry"].map(lambda shape: shape.is_valid).all()


def test_geo_009_two_areas_that_overlap_are_named_with_the_square_metres(tmp_path: Path) -> None:
    path = write(tmp_path / "b.gpkg", four(BU01530100={"geometry": square(0.9876, 0, 1.0124, 1)}))

    findings = refused(lambda: tree_of(path))

    assert findings[0].code == "GEO-009"
    assert findings[0].what.startswith("b.gpkg BU01530000 and BU01530100 overlap by 12,400 m²")


def test_geo_009_a_small_overlap_is_closed_and_told(tmp_path: Path) -> None:
    _, findings = tree_of(write(tmp_path / "b.gpkg", four(BU01530100={"geometry": square(0.999, 0, 1.001, 1)})))

    assert "overlaps 1,000 m²" in findings["GEO-104"]


def test_geo_010_gaps_between_areas_are_counted_and_measured(tmp_path: Path) -> None:
    holes = square(0.2, 0.2, 0.04, 0.05), square(0.6, 0.2, 0.04, 0.05), square(0.4, 0.6, 0.03, 0.04)
    shape = square(0, 0)
    for hole in holes:
        shape = shape.difference(hole)

    tree, findings = tree_of(write(tmp_path / "b.gpkg", four(BU01530000={"geometry": shape})))

    assert findings == {"GEO-010": "b.gpkg: 3 gaps, 5,200 m² together; map shows them empty"}
    assert len(tree.codes("neighbourhood")) == 4


def test_geo_012_a_feature_without_code_is_named_by_its_number(tmp_path: Path) -> None:
    rows = [*four(), {"buurtcode": None, "buurtnaam": "Ergens", "geometry": square(3, 0)}]

    findings = refused(lambda: read(write(tmp_path / "b.gpkg", rows)))

    assert [(finding.code, finding.what) for finding in findings] == [("GEO-012", "b.gpkg feature 5: no area code")]


def test_geo_012_a_value_that_is_no_code_is_refused_without_showing_it(tmp_path: Path) -> None:
    rows = [*four(), {"buurtcode": "J. Jansen", "buurtnaam": "Ergens", "geometry": square(3, 0)}]

    found = refused(lambda: read(write(tmp_path / "b.gpkg", rows)))

    assert found[0].what == "b.gpkg feature 5: the value of `buurtcode` is no area code"
    assert "Jansen" not in found[0].lines()


def test_geo_012_names_alone_are_not_enough(tmp_path: Path) -> None:
    rows = [{"name": row["buurtnaam"], "geometry": row["geometry"]} for row in FOUR]

    findings = refused(lambda: read(write(tmp_path / "b.gpkg", rows)))

    assert findings[0].what == "b.gpkg: no column with area codes (only names or other properties)"
    assert "buurtcode" in findings[0].fix


def test_geo_013_a_neighbourhood_without_its_district(tmp_path: Path) -> None:
    path = write(tmp_path / "b.gpkg", four(), layer="buurten")
    write(path, [{"wijkcode": "WK015300", "geometry": square(0, 0, 1, 2)}], layer="wijken")

    findings = refused(lambda: tree_of(path))

    assert [finding.what for finding in findings] == [
        "b.gpkg BU01530100: wijk WK015301 not in the file",
        "b.gpkg BU01530101: wijk WK015301 not in the file",
    ]
    assert {finding.code for finding in findings} == {"GEO-013"}


def test_geo_013_a_neighbourhood_that_names_another_district_than_its_code(tmp_path: Path) -> None:
    rows = [{**row, "wijkcode": "WK0153" + row["buurtcode"][6:8]} for row in four()]
    rows[0]["wijkcode"] = "WK015399"

    findings = refused(lambda: tree_of(write(tmp_path / "b.gpkg", rows)))

    assert findings[0].what == "b.gpkg BU01530000: wijk WK015399 not in the file (by its code it lies in WK015300)"


@pytest.mark.slow
def test_geo_015_one_and_a_half_million_points_are_accepted_and_a_light_copy_is_published(tmp_path: Path) -> None:
    rows = waves(5, 15_000)
    assert sum(len(row["geometry"].exterior.coords) for row in rows) >= 1_500_000
    path = write(tmp_path / "b.gpkg", rows)
    before = path.read_bytes()

    started = time.process_time()
    tree, findings = tree_of(path)
    text, _ = encode(tree, "neighbourhood")

    assert findings == {}
    assert len(text) < 25_000
    assert text.count('"BU') == 25
    assert path.read_bytes() == before
    assert time.process_time() - started < 90


def test_geo_016_an_area_of_water_only_is_accepted(tmp_path: Path) -> None:
    rows = [{**row, "water": "NEE"} for row in four()]
    rows[3]["water"] = "JA"

    tree, findings = tree_of(write(tmp_path / "b.gpkg", rows))

    assert findings == {}
    assert tree.frame.set_index("area_code").loc["BU01530101", "is_water"]
    assert "BU01530101" in tree


@pytest.mark.parametrize("column", ["buurtnaam", "wijknaam"])
def test_geo_018_a_script_in_a_name_is_refused_and_not_repeated(tmp_path: Path, column: str) -> None:
    rows = four()
    rows[1] = {**rows[1], column: "<img src=x onerror=alert(1)>"}

    findings = refused(lambda: read(write(tmp_path / "b.geojson", degrees(rows), crs="EPSG:4326")))

    assert [(finding.code, finding.what) for finding in findings] == [
        ("GEO-018", "b.geojson BU01530001: `<` in a name")
    ]
    assert "onerror" not in findings[0].lines()


def test_geo_018_also_in_a_list_of_areas(tmp_path: Path) -> None:
    area_list = tmp_path / "areas.txt"
    area_list.write_text("15302,<b>Oost|52.2,6.9|52.3,6.9|52.3,7.0\n", encoding="ascii")

    findings = refused(lambda: tree_of(write(tmp_path / "b.gpkg", four()), area_list=area_list))

    assert findings[0].what == "areas.txt:1 WK015302: `<` in a name"


def test_geo_019_data_of_another_division_is_refused_when_no_code_matches(tmp_path: Path) -> None:
    tree, _ = tree_of(write(tmp_path / "b.gpkg", four()))

    findings = refused(lambda: tree.check_division(["BU0153AA01", "BU0153AA02"], vintage=2026, where="p.csv"))

    assert (findings[0].code, findings[0].what) == (
        "GEO-019",
        "b.gpkg: division 2024; data needs 2026 (2 codes differ)",
    )


def test_cfg_008_boundaries_of_another_municipality_are_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    path = write(tmp_path / "b.gpkg", four())

    findings = refused(lambda: read(path, code="GM0344", name="Utrecht"), ConfigError)

    assert findings[0].code == "CFG-008"
    assert findings[0].what == "code GM0344 but all 4 areas in b.gpkg belong to GM0153"
    assert findings[0].where == where("code")
    assert ConfigError.exit_code == 10


def test_all_mistakes_of_a_file_come_at_once(tmp_path: Path) -> None:
    rows = [
        *four(BU01530000={"geometry": None}, BU01530001={"buurtnaam": "a < b"}),
        {"buurtcode": None, "geometry": square(3, 0)},
    ]

    assert {finding.code for finding in refused(lambda: read(write(tmp_path / "b.gpkg", rows)))} == {
        "GEO-006",
        "GEO-012",
        "GEO-018",
    }


def test_the_same_code_in_two_layers_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "b.gpkg", four(), layer="buurt_2024")
    write(path, four(), layer="buurt_gegeneraliseerd_2024")

    findings = refused(lambda: read(path))

    assert findings[0].code == "GEO-105"
    assert "4 area codes stand in more than one layer" in findings[0].what


def test_the_parts_of_one_area_in_one_layer_are_joined_and_told(tmp_path: Path) -> None:
    tree, findings = tree_of(write(tmp_path / "b.gpkg", [*four(), {**FOUR[0], "geometry": square(-1, 0)}]))

    assert "(BU01530000)" in findings["GEO-104"]
    assert tree.frame.set_index("area_code").loc["BU01530000", "area_km2"] == pytest.approx(2.0, abs=1e-6)


# --- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'{"type": "Polygon", "coordinates": []}', "JSON without a FeatureCollection is not read"),
        (b"code;name\nBU01530000;City\n", "text without a column of outlines (WKT, such as POLYGON((…))) is not read"),
        (b"", "this format is not read"),
    ],
)
def test_a_format_that_is_not_read_is_told_with_those_that_are(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(content)

    findings = refused(lambda: read(path))

    assert (findings[0].code, findings[0].what) == ("GEO-103", f"b.json: {what}")
    assert "GeoPackage (.gpkg), GeoJSON (.geojson) and a zipped shapefile (.zip)" in findings[0].fix


def test_a_file_that_is_cut_off_is_damaged_not_a_bug(tmp_path: Path) -> None:
    for name in ("b.gpkg", "b.geojson", "b.zip"):
        rows, crs = (degrees(FOUR), "EPSG:4326") if name.endswith("json") else (FOUR, "EPSG:28992")
        path = write(tmp_path / name, rows, crs)
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])

        assert refused(lambda path=path: read(path))[0].code == "GEO-102", name  # type: ignore[misc]


@pytest.mark.parametrize(
    "content", [b'{"type": "Topology", "objects": {}, "arcs": []}', b'{"arcs": [], "objects": {}, "type":"Topology"}']
)
def test_a_topology_without_areas_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(content)

    assert refused(lambda: read(path))[0].code == "GEO-102"


def test_an_empty_collection_is_refused(tmp_path: Path) -> None:
    assert refused(lambda: read(write_json(tmp_path / "b.geojson", [])))[0].code in {"GEO-012", "GEO-102"}


@pytest.mark.parametrize("member", ["../b.shp", "/etc/b.shp", "C:\\b.shp", "a/../../b.shp"])
def test_a_zip_whose_member_leaves_its_folder_is_refused(tmp_path: Path, member: str) -> None:
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, b"x")

    findings = refused(lambda: read(path))

    assert findings[0].what == "b.zip: a member of the zip points outside its folder"
    assert not (tmp_path.parent / "b.shp").exists()


def test_a_zip_that_unpacks_to_far_more_than_its_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.shp", b"\x00" * 60_000_000)

    assert "unpacks to more than 100 times its size" in refused(lambda: read(path))[0].what


def test_a_zip_without_boundaries_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lees mij.txt", "x")

    assert refused(lambda: read(path))[0].what == "b.zip: no shapefile, GeoPackage or GeoJSON in the zip"


def test_reading_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(aside))

    read(write(tmp_path / "b.zip", four()))

    assert os.listdir(aside) == []


def test_boundaries_on_the_network_are_never_fetched(tmp_path: Path) -> None:
    for name in ("/vsicurl/https://example.org/b.gpkg", "https://example.org/b.geojson", "WFS:https://example.org"):
        assert refused(lambda name=name: read(Path(name)))[0].code == "GEO-001"  # type: ignore[misc]
