"""Boundary files as text: TopoJSON and CSV with WKT; a true file of each, and spoiled ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shapely import Polygon, wkt
from shapely.geometry import box

from config.errors import AreasError, Finding
from tests.boundary_files import FOUR, four, read, tree_of


def topology(path: Path, rings: list[list[list[int]]], codes: list[str]) -> Path:
    """A TopoJSON as CBS copies have it: members sorted by name, arcs as steps on a grid, one arc an area."""
    content = {
        "arcs": rings,
        "objects": {
            "layer": {
                "geometries": [
                    {"arcs": [[number]], "properties": {"statcode": code, "statnaam": code}, "type": "Polygon"}
                    for number, code in enumerate(codes)
                ],
                "type": "GeometryCollection",
            }
        },
        "transform": {"scale": [0.01, 0.01], "translate": [6.8, 52.2]},
        "type": "Topology",
    }
    path.write_text(json.dumps(content, sort_keys=True), encoding="utf-8")
    return path


SQUARE, BESIDE = [[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]], [[1, 0], [1, 0], [0, 1], [-1, 0], [0, -1]]


def refused(*paths: Path) -> tuple[Finding, ...]:
    with pytest.raises(AreasError) as caught:
        read(*paths)
    return caught.value.findings


def as_csv(path: Path, rows: list[dict], delimiter: str = ";", column: str = "wkt") -> Path:
    """Rows with their outline as WKT in quotes, as a GIS writes them."""
    lines = [delimiter.join(["buurtcode", "buurtnaam", column])]
    lines += [
        delimiter.join(
            [
                row["buurtcode"],
                row["buurtnaam"],
                f'"{row["geometry"] if isinstance(row["geometry"], str) else wkt.dumps(row["geometry"], trim=True)}"',
            ]
        )
        for row in rows
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


def test_topojson_is_read_whatever_member_stands_first(tmp_path: Path):
    path = topology(tmp_path / "b.json", [SQUARE, BESIDE], ["BU01530000", "BU01530001"])

    tree, findings = tree_of(path)

    assert tree.codes("neighbourhood") == ["BU01530000", "BU01530001"]
    assert tree.neighbours("neighbourhood") == [("BU01530000", "BU01530001"), ("BU01530001", "BU01530000")]
    assert set(findings) == {"GEO-101"}


def test_areas_that_collapse_on_the_grid_of_a_topojson_are_named(tmp_path: Path):
    flat = [[0, 0], [1, 0], [-1, 0], [0, 0]]
    path = topology(tmp_path / "b.json", [SQUARE, flat], ["BU01530000", "BU01530001"])

    finding = refused(path)[0]

    assert (finding.code, finding.where) == ("GEO-006", "b.json BU01530001")
    assert "encloses nothing" in finding.what
    assert "draw the area" in finding.fix


@pytest.mark.parametrize(("delimiter", "column"), [(";", "wkt"), (",", "geom"), ("\t", "the_geom")])
def test_csv_with_outlines_gives_the_same_tree_as_a_geopackage(tmp_path: Path, delimiter: str, column: str):
    tree, findings = tree_of(as_csv(tmp_path / "areas.csv", FOUR, delimiter, column))

    assert tree.codes("neighbourhood") == [row["buurtcode"] for row in FOUR]
    assert tree.names()["BU01530100"] == "Velve"
    assert tree.frame["area_km2"].iloc[0] == pytest.approx(4.0, rel=1e-3)
    assert "only EPSG:28992 fits" in findings["GEO-101"]


def test_a_self_crossing_outline_in_csv_is_mended_and_told(tmp_path: Path):
    bow = Polygon([(256_000, 468_000), (257_000, 469_000), (257_000, 468_000), (256_000, 469_000)])

    boundaries = read(as_csv(tmp_path / "areas.csv", four(BU01530100={"geometry": bow})))

    assert boundaries.frame["geometry"].map(lambda shape: shape.is_valid).all()
    assert any(finding.code == "GEO-104" and "(BU01530100)" in finding.what for finding in boundaries.findings)


@pytest.mark.parametrize(
    ("outline", "code", "what"),
    [
        ("POLYGON ((255000 468000, 256000", "GEO-006", "areas.csv BU01530001: no geometry"),
        ("POLYGON EMPTY", "GEO-006", "areas.csv BU01530001: no geometry"),
        ("", "GEO-006", "areas.csv BU01530001: no geometry"),
        ("POINT (255000 468000)", "GEO-007", "areas.csv BU01530001: Point; Polygon or MultiPolygon required"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_an_outline_that_is_none_is_named_and_never_shown(tmp_path: Path, outline: str, code: str, what: str):
    finding = refused(as_csv(tmp_path / "areas.csv", four(BU01530001={"geometry": outline})))[0]

    assert (finding.code, finding.what, finding.where) == (code, what, "areas.csv BU01530001")


def test_outlines_under_an_unknown_heading_are_refused_with_the_known_ones(tmp_path: Path):
    finding = refused(as_csv(tmp_path / "areas.csv", FOUR, column="omtrek"))[0]

    assert (finding.code, finding.where) == ("GEO-103", "areas.csv:1")
    assert "call it one of wkt, geometry" in finding.fix


def test_outlines_in_csv_outside_the_netherlands_are_refused(tmp_path: Path):
    rows = [{**row, "geometry": box(0, 0, 1, 1)} for row in FOUR]

    assert refused(as_csv(tmp_path / "areas.csv", rows))[0].code == "GEO-101"
