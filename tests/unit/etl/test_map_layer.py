"""Outlines for the screen: complete, shared borders, the same bytes for the same tree."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely import Polygon

from config.model import CustomArea
from etl.map_layer import GRID, encode
from tests.boundary_files import four, police_line, square, tree_of, waves, write


def polygon_of(path: str) -> Any:
    """The shape that a browser draws of a path (even-odd)."""
    shape: Any = Polygon()
    for part in re.findall(r"M([^M]*)z", path):
        start, steps = part.split("l")
        x, y = (int(number) for number in start.split())
        points = [(x, y)]
        numbers = [int(number) for number in re.findall(r"-?\d+", steps)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        shape = shape.symmetric_difference(shapely.make_valid(Polygon(points)))
    return shape


def layer(tree: Any, level: str) -> dict[str, Any]:
    return json.loads(encode(tree, level)[0])


def test_every_area_is_drawn_at_its_place_and_size(tmp_path: Path) -> None:
    tree, _ = tree_of(write(tmp_path / "b.gpkg", four()))

    drawn = layer(tree, "neighbourhood")

    assert (drawn["width"], drawn["height"]) == (GRID, GRID)
    assert [area[0] for area in drawn["areas"]] == tree.codes("neighbourhood")
    city = polygon_of(drawn["areas"][0][1])
    assert city.bounds == pytest.approx((0, GRID / 2, GRID / 2, GRID), abs=1)  # south-west: y runs down


def test_paths_are_whole_numbers_and_relative(tmp_path: Path) -> None:
    drawn = layer(tree_of(write(tmp_path / "b.gpkg", four()))[0], "neighbourhood")

    for _, path, x, y in drawn["areas"]:
        assert re.fullmatch(r"(M\d+ \d+l-?\d+(?:[ -]\d+|-\d+)*z)+", path)
        assert isinstance(x, int)
        assert isinstance(y, int)


def test_a_label_stands_inside_its_area(tmp_path: Path) -> None:
    drawn = layer(tree_of(write(tmp_path / "b.gpkg", waves(6, 40)))[0], "neighbourhood")

    for _, path, x, y in drawn["areas"]:
        assert polygon_of(path).buffer(1).contains(shapely.Point(x, y))


def test_simplified_neighbours_keep_one_border(tmp_path: Path) -> None:
    tree, _ = tree_of(write(tmp_path / "b.gpkg", waves(6, 40)))

    drawn = layer(tree, "neighbourhood")

    shapes = [polygon_of(path) for _, path, _, _ in drawn["areas"]]
    points = sum(path.count(" ") + path.count("-") for _, path, _, _ in drawn["areas"])
    whole = shapely.union_all(shapes)
    assert drawn["shared_borders"] is True
    assert points < 2 * 36 * 160 * 0.8  # simplified
    assert whole.geom_type == "Polygon"
    assert not whole.interiors  # no cracks between areas
    assert sum(shape.area for shape in shapes) == pytest.approx(whole.area, rel=1e-9)  # no overlaps


def test_the_outline_is_the_border_around_all(tmp_path: Path) -> None:
    tree, _ = tree_of(write(tmp_path / "b.gpkg", waves(6, 40)))

    for level in ("municipality", "district", "neighbourhood"):
        drawn = layer(tree, level)
        whole = shapely.union_all([polygon_of(path) for _, path, _, _ in drawn["areas"]])
        assert polygon_of(drawn["outline"]).symmetric_difference(whole).area < 1


def test_all_levels_share_one_grid(tmp_path: Path) -> None:
    tree, _ = tree_of(write(tmp_path / "b.gpkg", waves(6, 40)))

    districts, neighbourhoods = layer(tree, "district"), layer(tree, "neighbourhood")

    assert (districts["width"], districts["height"]) == (neighbourhoods["width"], neighbourhoods["height"])
    first = polygon_of(districts["areas"][0][1])
    parts = shapely.union_all([polygon_of(area[1]) for area in neighbourhoods["areas"][:6]])
    assert first.symmetric_difference(parts).area < 0.01 * first.area


def test_the_same_tree_gives_the_same_bytes_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    rows = waves(6, 40)
    one, _ = tree_of(write(tmp_path / "a.gpkg", rows))
    two, _ = tree_of(write(tmp_path / "b.gpkg", rows[::-1]))

    text, sha256 = encode(one, "neighbourhood")

    assert encode(one, "neighbourhood") == (text, sha256)
    assert encode(two, "neighbourhood") == (text, sha256)
    assert hashlib.sha256(text.encode()).hexdigest() == sha256


def test_an_area_smaller_than_the_grid_is_still_drawn(tmp_path: Path) -> None:
    rows = [*four(), {"buurtcode": "BU01530200", "buurtnaam": "Sluis", "geometry": square(30, 30, 0.002, 0.002)}]

    drawn = layer(tree_of(write(tmp_path / "b.gpkg", rows))[0], "neighbourhood")

    assert drawn["areas"][-1][0] == "BU01530200"
    assert drawn["areas"][-1][1].startswith("M")


def test_a_hole_stays_a_hole(tmp_path: Path) -> None:
    ring = square(0, 0, 3, 3).difference(square(1, 1))
    rows = [
        {"buurtcode": "BU01530000", "buurtnaam": "Buiten", "geometry": ring},
        {"buurtcode": "BU01530001", "buurtnaam": "Binnen", "geometry": square(1, 1)},
    ]

    drawn = layer(tree_of(write(tmp_path / "b.gpkg", rows))[0], "neighbourhood")

    around, inside = (polygon_of(area[1]) for area in drawn["areas"])
    assert around.intersection(inside).area == 0
    assert around.area == pytest.approx(8 * inside.area, rel=0.01)


def test_overlapping_own_areas_are_simplified_one_by_one_and_say_so(tmp_path: Path) -> None:
    own = [
        CustomArea(id="een", name="Een", neighbourhoods=("BU01530000", "BU01530001")),
        CustomArea(id="twee", name="Twee", neighbourhoods=("BU01530001", "BU01530101")),
    ]

    drawn = layer(tree_of(write(tmp_path / "b.gpkg", four()), own_areas=own)[0], "custom")

    assert drawn["shared_borders"] is False
    een, twee = (polygon_of(area[1]) for area in drawn["areas"])
    assert een.intersection(twee).area == pytest.approx((GRID / 2) ** 2, rel=0.01)


def test_areas_without_a_polygon_are_left_out_and_listed_ground_is_drawn_apart(tmp_path: Path) -> None:
    area_list = tmp_path / "areas.txt"
    area_list.write_text(police_line("15302", "Oost", square(2, 0, 1, 2)) + "15305,Zuid\n", encoding="ascii")
    tree, _ = tree_of(write(tmp_path / "b.gpkg", four()), area_list=area_list)

    neighbourhoods, districts = layer(tree, "neighbourhood"), layer(tree, "district")

    assert [area[0] for area in neighbourhoods["listed"]] == ["WK015302"]
    assert [area[0] for area in districts["areas"]] == ["WK015300", "WK015301", "WK015302"]
    assert districts["listed"] == []
    together = shapely.union_all([polygon_of(a[1]) for a in (*neighbourhoods["areas"], *neighbourhoods["listed"])])
    assert together.geom_type == "Polygon"
    assert not together.interiors


def test_seventy_areas_stay_below_25_kilobyte(tmp_path: Path) -> None:
    tree, _ = tree_of(write(tmp_path / "b.gpkg", waves(9, 12)))  # 81 areas, all borders wave

    assert len(encode(tree, "neighbourhood")[0].encode()) < 25_000


def test_own_areas_lie_within_the_border_of_the_municipality(tmp_path: Path) -> None:
    own = [CustomArea(id="midden", name="Midden", neighbourhoods=("BU01530000",))]
    tree = tree_of(write(tmp_path / "b.gpkg", four()), own_areas=own)[0]

    assert layer(tree, "custom")["outline"] == layer(tree, "municipality")["outline"] != ""
