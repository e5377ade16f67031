"""Polygons of areas: mend them, measure them, hold them against each other.

All functions take and return numpy arrays of shapely geometries. Lengths are metres and areas square metres: measure in
`PLANE` (EPSG:28992, the Dutch national grid), never in degrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.network import set_network_enabled  # type: ignore[attr-defined]
from shapely.geometry.base import BaseGeometry

#: What is stored and published.
DEGREES = "EPSG:4326"
#: What is measured in: metres, equal to the naked eye over a municipality.
PLANE = "EPSG:28992"
#: Borders that differ by less than this are meant to be one border (metres).
CLOSE = 5.0
#: Two areas that share more than this of the smaller one are in conflict.
OVERLAP_SHARE = 0.01
#: Below this a difference is noise of the coordinates (square metres).
NOISE_M2 = 1.0

Geometries = NDArray[Any]

# Grid files for a shift of centimetres would come from the network: never.
set_network_enabled(active=False)


@dataclass(frozen=True)
class Overlap:
    """Two areas (positions in the array) that share `area_m2`, which is `share` of the smaller one."""

    first: int
    second: int
    area_m2: float
    share: float


def array_of(geometries: Sequence[Any]) -> Geometries:
    """An object array, also of one geometry or none."""
    result = np.empty(len(geometries), dtype=object)
    for position, geometry in enumerate(geometries):
        result[position] = geometry
    return result


def reproject(geometries: Geometries, source: str, target: str) -> Geometries:
    """From one coordinate reference system to another, always x (east) before y (north); None stays None."""
    if source == target or not len(geometries):
        return geometries
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return array_of(list(shapely.transform(geometries, moved)))


def swapped(geometries: Geometries) -> Geometries:
    """With x and y exchanged."""
    return array_of(list(shapely.transform(geometries, lambda points: points[:, ::-1])))


def polygonal(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """The polygons of a geometry without lines, points and parts of no surface; None when nothing is left."""
    if geometry is None or geometry.is_empty:
        return None
    if geometry.geom_type == "Polygon":
        return geometry if geometry.area > 0 else None
    parts = [part for part in _polygons(geometry) if part.area > 0]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _polygons(geometry: BaseGeometry) -> list[Any]:
    """All polygons in a geometry, also those inside a collection of collections."""
    if geometry.geom_type == "Polygon":
        return [geometry]
    return [polygon for part in getattr(geometry, "geoms", ()) for polygon in _polygons(part)]


def mend(geometry: BaseGeometry) -> tuple[BaseGeometry | None, bool]:
    """A valid polygon or multipolygon, outer rings counter-clockwise; and whether its shape had to be changed.

    None when no surface is left. A self-crossing ring becomes the parts it encloses (even-odd), stray lines and points
    and parts of no surface go.
    """
    flat = shapely.force_2d(geometry)
    if flat.geom_type in {"Polygon", "MultiPolygon"} and flat.is_valid:
        polygon = polygonal(flat)
        was_changed = False
    else:
        polygon = polygonal(shapely.make_valid(flat))
        was_changed = True
    if polygon is None:
        return None, True
    kept = [part for part in shapely.get_parts(polygon) if part.area > 1e-14]
    if not kept:
        return None, True
    oriented = shapely.orient_polygons(kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept))
    return oriented, was_changed


@dataclass(frozen=True)
class Borders:
    """How the areas of one level meet: `meet` when every shared border is one line and nothing overlaps."""

    meet: bool
    holes: tuple[BaseGeometry, ...]  # enclosed and covered by none, largest first, without noise

    @property
    def has_slivers(self) -> bool:
        """A hole so narrow that it is one border drawn twice: twice its surface over its length is below `CLOSE`."""
        return any(2 * hole.area / hole.length < CLOSE for hole in self.holes)

    @property
    def holes_m2(self) -> float:
        return float(sum(hole.area for hole in self.holes))


def borders(plane: Geometries) -> Borders:
    """Look at how areas meet. One pass over all points: costly for detailed files."""
    meet = len(plane) < 2 or bool(shapely.coverage_is_valid(plane))
    united = dissolve(plane, meet=meet)
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(united) for ring in part.interiors]
    kept = sorted((hole for hole in holes if hole.area >= NOISE_M2), key=lambda hole: -float(hole.area))
    return Borders(meet, tuple(kept))


def overlaps(plane: Geometries) -> list[Overlap]:
    """Pairs that share more than noise, in order of position. Areas that `meet` have none: do not ask."""
    if len(plane) < 2:
        return []
    tree = shapely.STRtree(plane)
    left, right = tree.query(plane, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    shared = shapely.area(shapely.intersection(plane[left], plane[right]))
    areas = shapely.area(plane)
    found = [
        Overlap(int(a), int(b), float(area), float(area / min(areas[a], areas[b])))
        for a, b, area in zip(left, right, shared, strict=True)
        if area >= NOISE_M2
    ]
    return sorted(found, key=lambda overlap: (overlap.first, overlap.second))


def dissolve(plane: Geometries, *, meet: bool = False) -> BaseGeometry:
    """One geometry of all: quick where the areas are known to meet exactly (`Borders.meet`), careful elsewhere."""
    united = shapely.coverage_union_all(plane) if meet and len(plane) else shapely.union_all(plane)
    polygon = polygonal(united)
    return polygon if polygon is not None else shapely.Polygon()


def close_borders(plane: Geometries, width: float = CLOSE) -> Geometries | None:
    """The same areas with borders that meet exactly; None when an area would vanish (as thin as a sliver itself).

    Enclosed slivers narrower than `width` go to the neighbour with the longest border, small overlaps likewise (GEOS
    coverage cleaning). Wider gaps stay.
    """
    cleaned = array_of([polygonal(geometry) for geometry in shapely.coverage_clean(plane, gap_width=width)])  # type: ignore[attr-defined]
    if any(geometry is None for geometry in cleaned):
        return None
    oriented: Geometries = shapely.orient_polygons(cleaned)
    return oriented


def touching(plane: Geometries, tolerance: float) -> list[tuple[int, int]]:
    """Positions of areas that share a border or a corner within `tolerance` metres (Queen), both directions, sorted."""
    if len(plane) < 2:
        return []
    tree = shapely.STRtree(plane)
    left, right = tree.query(plane, predicate="dwithin", distance=tolerance)
    return sorted((int(a), int(b)) for a, b in zip(left, right, strict=True) if a != b)
