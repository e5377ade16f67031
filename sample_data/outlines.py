"""Schematic outlines: Voronoi cells around the middles of the neighbourhoods, with gently wobbling borders.

Two neighbours share one border, drawn once and used for both, so the areas fit without gaps or overlaps.
"""

from __future__ import annotations

import itertools
import json

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sample_data.places import Place, stream

NOTE = (
    "Schematische grenzen, gemaakt voor oefengegevens: geen officiële wijk- en buurtgrenzen. "
    "Schematic outlines made for practice data: not official boundaries."
)
VINTAGE = 2024

#: Metres: space around the outermost middles, pieces of a wobbling border, grid that coordinates are put on.
_MARGIN, _PIECE, _GRID = 900.0, 140.0, 0.5
#: How far a border leaves the straight line, as a part of its length at each halving.
_WOBBLE = 0.11
_KM_PER_DEGREE = 111.32


def outlines(place: Place) -> list[BaseGeometry]:
    """One polygon per neighbourhood, in their order, EPSG:4326 with six decimals.

    Raises:
        ValueError: no amount of wobbling gives polygons that fit (two middles coincide).
    """
    lon = np.array([n.longitude for n in place.neighbourhoods])
    lat = np.array([n.latitude for n in place.neighbourhoods])
    origin, scale = np.array([lon.mean(), lat.mean()]), _metres_per_degree(lat.mean())
    sites = (np.column_stack([lon, lat]) - origin) * scale
    borders = _straight_borders(sites, _hull(sites))
    wobble = _WOBBLE
    while wobble > 0.005:
        lines = [_wobbling(line, wobble, stream(place, f"border {number}")) for number, line in enumerate(borders)]
        cells = _cells([np.round(line / scale + origin, 6) for line in lines], np.column_stack([lon, lat]))
        if cells is not None:
            return cells
        wobble *= 0.7
    raise ValueError(f"no fitting outlines for {place.slug}")


def geojson(place: Place) -> str:
    """The outlines as GeoJSON, one feature a line, with the names that the CBS uses."""
    features = []
    for neighbourhood, outline in zip(place.neighbourhoods, outlines(place), strict=True):
        properties = {
            "buurtcode": neighbourhood.code,
            "buurtnaam": neighbourhood.name,
            "wijkcode": neighbourhood.district_code,
            "wijknaam": place.districts[neighbourhood.district_code],
            "gemeentecode": place.code,
            "gemeentenaam": place.name,
            "jaar": VINTAGE,
        }
        feature = {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(outline)}
        features.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    head = json.dumps(NOTE, ensure_ascii=False)
    return '{"type":"FeatureCollection","note":' + head + ',"features":[\n' + ",\n".join(features) + "\n]}\n"


def _metres_per_degree(latitude: float) -> NDArray[np.float64]:
    return 1_000 * _KM_PER_DEGREE * np.array([np.cos(np.radians(latitude)), 1.0])


def _hull(sites: NDArray[np.float64]) -> BaseGeometry:
    """A rounded outline around all middles that follows where they lie."""
    core = shapely.concave_hull(shapely.MultiPoint(sites), ratio=0.45)
    rounded = core.buffer(2.5 * _MARGIN).buffer(-1.5 * _MARGIN)
    return rounded.simplify(60)


def _straight_borders(sites: NDArray[np.float64], hull: BaseGeometry) -> list[NDArray[np.float64]]:
    """Borders between the cells and around them: pieces from node to node, each once, sorted by where they lie."""
    edges = shapely.voronoi_polygons(shapely.MultiPoint(sites), extend_to=hull, only_edges=True)
    inside = shapely.get_parts(shapely.union_all([edges, hull.exterior], grid_size=_GRID))
    inside = inside[shapely.covered_by(inside, hull.buffer(2 * _GRID))]
    pieces = []
    for line in inside:
        points = shapely.get_coordinates(line)
        pieces += [np.array(sorted(map(tuple, pair))) for pair in itertools.pairwise(points)]
    return sorted(pieces, key=lambda piece: piece.ravel().tolist())


def _wobbling(line: NDArray[np.float64], wobble: float, draw: np.random.Generator) -> NDArray[np.float64]:
    """Halve a straight border again and again, moving each new point a little aside; the ends stay."""
    while np.linalg.norm(np.diff(line, axis=0), axis=1).max() > _PIECE:
        along = np.diff(line, axis=0)
        aside = along[:, ::-1] * [-1, 1] * wobble * draw.uniform(-1, 1, (len(along), 1))
        halved = np.empty((2 * len(line) - 1, 2))
        halved[::2], halved[1::2] = line, line[:-1] + along / 2 + aside
        line = halved
    return line


def _cells(lines: list[NDArray[np.float64]], sites: NDArray[np.float64]) -> list[BaseGeometry] | None:
    """The polygon around each site; None where the lines cross, or a polygon holds no or two sites."""
    cells = shapely.get_parts(shapely.polygonize([shapely.LineString(line) for line in lines]))
    if len(cells) != len(sites) or not shapely.is_valid(cells).all() or not shapely.coverage_is_valid(cells):
        return None
    holds = shapely.contains_xy(cells[:, np.newaxis], sites[:, 0], sites[:, 1])
    if not ((holds.sum(axis=0) == 1).all() and (holds.sum(axis=1) == 1).all()):
        return None
    return [cells[row] for row in holds.argmax(axis=0)]
