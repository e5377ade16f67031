"""Outlines for the screen: one small JSON per level, sent once and cached by its content.

The areas of a level are simplified together, so neighbours keep one border between them (coverage simplification,
Visvalingam-Whyatt on shared edges), put on a whole-number grid in the Dutch national grid (so that a kilometre is as
long east as north) and written as relative SVG paths. All levels of a municipality share one grid.

    {"width": 4096, "height": 3127, "areas": [[code, path, label_x, label_y], …],
     "listed": [[code, path, label_x, label_y], …], "outline": path, "shared_borders": true}

`areas`: areas of the level with a polygon, sorted by code; y runs down; names are not included. `listed`: larger areas
that only a list names and that fill ground on this level (figures will not come for them); drawn, not coloured.
`outline`: the border around all of it. `shared_borders` false: areas overlap (own areas may) and are simplified one by
one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from config.vocabulary import AreaLevel
from etl.geometry import Geometries, array_of, dissolve, polygonal

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: Units of the longest side of the municipality.
GRID = 4096
#: Triangles smaller than the square of this many units are cut off: below a pixel on a wide screen.
TOLERANCE_UNITS = 4.0

Ring = list[tuple[int, int]]


@dataclass(frozen=True)
class _Grid:
    """From metres to whole units: x = (metres - left) * scale, y = (top - metres) * scale."""

    left: float
    top: float
    scale: float
    width: int
    height: int

    def ring(self, coordinates: Any) -> Ring:
        """Whole-number points without the closing one and without repeats."""
        points = np.asarray(coordinates)[:-1, :2]
        xs = np.rint((points[:, 0] - self.left) * self.scale).astype(int)
        ys = np.rint((self.top - points[:, 1]) * self.scale).astype(int)
        ring: Ring = []
        for point in zip(xs.tolist(), ys.tolist(), strict=True):
            if not ring or ring[-1] != point:
                ring.append(point)
        while len(ring) > 1 and ring[0] == ring[-1]:
            ring.pop()
        return ring

    def point(self, point: Any) -> tuple[int, int]:
        return round((point.x - self.left) * self.scale), round((self.top - point.y) * self.scale)


def encode(tree: AreaTree, level: AreaLevel | str) -> tuple[str, str]:
    """The map of one level and the sha256 of its text.

    The same tree gives the same text, byte for byte. Areas without a polygon are left out: a page lists them.
    """
    grid = _grid(tree)
    codes, plane = tree.geometries(level)
    larger, outlines = _listed_ground(tree, level)
    simplified, has_shared_borders = _simplify(array_of([*plane, *outlines]), TOLERANCE_UNITS / grid.scale)
    rows = [_row(code, shape, grid) for code, shape in zip([*codes, *larger], simplified, strict=True)]
    content = {
        "width": grid.width,
        "height": grid.height,
        "areas": rows[: len(codes)],
        "listed": rows[len(codes) :],
        "outline": _outline(tree, level, simplified, has_shared_borders, grid),
        "shared_borders": has_shared_borders,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return text, hashlib.sha256(text.encode("utf-8")).hexdigest()


def _outline(
    tree: AreaTree, level: AreaLevel | str, simplified: Geometries, has_shared_borders: bool, grid: _Grid
) -> str:
    """The border around all areas; around the municipality where own areas cover a part of it."""
    if str(level) == AreaLevel.CUSTOM:
        whole = tree.geometries(AreaLevel.MUNICIPALITY)[1]
        return "".join(_path(shape, grid) for shape in _simplify(whole, TOLERANCE_UNITS / grid.scale)[0])
    return _path(dissolve(simplified, meet=has_shared_borders), grid) if len(simplified) else ""


def _grid(tree: AreaTree) -> _Grid:
    boxes = [shapely.total_bounds(tree.geometries(level)[1]) for level in tree.levels()]
    left, bottom = np.nanmin(boxes, axis=0)[:2]
    right, top = np.nanmax(boxes, axis=0)[2:]
    scale = GRID / max(right - left, top - bottom)
    return _Grid(left, top, scale, max(1, round((right - left) * scale)), max(1, round((top - bottom) * scale)))


def _listed_ground(tree: AreaTree, level: AreaLevel | str) -> tuple[list[str], list[Any]]:
    """Larger areas that only a list names and that have a polygon: on a finer level they fill their own ground."""
    if str(level) != AreaLevel.NEIGHBOURHOOD:
        return [], []
    codes, plane = tree.geometries(AreaLevel.DISTRICT)
    drawn = set(tree.geometries(level)[0])
    filling = [
        (code, shape)
        for code, shape in zip(codes, plane, strict=True)
        if tree.is_listed_only(code) and not drawn & set(tree.children_of(code))
    ]
    return [code for code, _ in filling], [shape for _, shape in filling]


def _simplify(plane: Geometries, tolerance: float) -> tuple[Geometries, bool]:
    """Fewer points, borders still shared where the areas form a coverage; never an area without surface."""
    if not len(plane):
        return plane, True
    has_shared_borders = len(plane) == 1 or bool(shapely.coverage_is_valid(plane))
    if has_shared_borders:
        fewer = shapely.coverage_simplify(plane, tolerance)
    else:
        fewer = shapely.simplify(plane, tolerance / 2)
    kept = [polygonal(shape) or whole for shape, whole in zip(fewer, plane, strict=True)]
    return array_of(kept), has_shared_borders


def _row(code: str, shape: BaseGeometry, grid: _Grid) -> list[Any]:
    x, y = grid.point(shape.representative_point())
    path = _path(shape, grid) or f"M{x - 1} {y - 1}h2v2h-2z"  # smaller than the grid: a dot, so that it is there
    return [code, path, x, y]


def _path(shape: BaseGeometry, grid: _Grid) -> str:
    """All rings as relative SVG path; holes run the other way round, so any fill rule leaves them open."""
    text = ""
    for polygon in shapely.get_parts(shapely.normalize(shape)):
        for ring in (polygon.exterior, *polygon.interiors):
            points = grid.ring(ring.coords)
            if len(points) >= 3 and _doubled_area(points):
                text += _ring_path(points)
    return text


def _doubled_area(ring: Ring) -> int:
    """Twice the surface in units; 0: the ring fell together on the grid."""
    following = [*ring[1:], ring[0]]
    return abs(sum(x * y2 - x2 * y for (x, y), (x2, y2) in zip(ring, following, strict=True)))


def _ring_path(ring: Ring) -> str:
    """`M` absolute, then steps: `l1-2 3 4z`. A sign separates as well as a space."""
    x, y = ring[0]
    numbers: list[int] = []
    for next_x, next_y in ring[1:]:
        numbers += [next_x - x, next_y - y]
        x, y = next_x, next_y
    steps = "".join(str(number) if number < 0 else f" {number}" for number in numbers)
    return f"M{ring[0][0]} {ring[0][1]}l{steps.lstrip()}z"
