"""Boundary files of squares, in sight: written as a GIS would, then spoiled by the test that needs it.

Squares stand in the Dutch national grid (EPSG:28992) around Enschede: a unit of 1,000 m, column and row from 0.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
from shapely import Polygon
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from config.model import CustomArea
from etl.area_tree import Draft
from etl.areas import AreaTree, make_tree
from etl.geometry import DEGREES, PLANE, array_of, reproject
from etl.sources.area_list import read_area_list
from etl.sources.boundaries import Boundaries, Request, read_boundaries

WEST, SOUTH, UNIT = 255_000.0, 468_000.0, 1_000.0


def square(column: float, row: float, width: float = 1, height: float = 1) -> BaseGeometry:
    """A rectangle of whole or part units, lower left corner at column and row."""
    return box(WEST + column * UNIT, SOUTH + row * UNIT, WEST + (column + width) * UNIT, SOUTH + (row + height) * UNIT)


def wavy(column: int, row: int, points: int, height: float = 0.02) -> BaseGeometry:
    """A unit square with wavy borders of `points` points each; squares beside it have the same points."""

    def along(start: int, across: int, index: int) -> tuple[float, float]:
        share = index / points
        wave = math.sin(math.pi * share) * math.sin((start + share) * 25 + across)  # nothing at the corners
        return start + share, across + height * wave

    south = [along(column, row, index) for index in range(points)]
    east = [along(row, column + 1, index)[::-1] for index in range(points)]
    north = [along(column, row + 1, index) for index in range(points, 0, -1)]
    west = [along(row, column, index)[::-1] for index in range(points, 0, -1)]
    return Polygon([(WEST + x * UNIT, SOUTH + y * UNIT) for x, y in (*south, *east, *north, *west)])


def waves(size: int, points: int) -> list[dict[str, Any]]:
    """size x size neighbourhoods with wavy borders; a column is a district."""
    return [
        {
            "buurtcode": f"BU0153{column:02}{row:02}",
            "buurtnaam": f"{column}-{row}",
            "geometry": wavy(column, row, points),
        }
        for column in range(size)
        for row in range(size)
    ]


#: Four neighbourhoods in two districts: 0000 and 0001 above each other, 0100 and 0101 beside them.
FOUR = [
    {"buurtcode": "BU01530000", "buurtnaam": "City", "geometry": square(0, 0)},
    {"buurtcode": "BU01530001", "buurtnaam": "De Laares", "geometry": square(0, 1)},
    {"buurtcode": "BU01530100", "buurtnaam": "Velve", "geometry": square(1, 0)},
    {"buurtcode": "BU01530101", "buurtnaam": "Wooldrik", "geometry": square(1, 1)},
]


def four(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    """The four neighbourhoods; `BU01530000={...}` changes properties of one."""
    return [{**row, **changes.get(str(row["buurtcode"]), {})} for row in FOUR]


def write(path: Path, rows: Sequence[dict[str, Any]], crs: str | None = "EPSG:28992", layer: str | None = None) -> Path:
    """Write rows in the format that the suffix says; `.zip` is a zipped shapefile."""
    frame = gpd.GeoDataFrame(list(rows), geometry="geometry", crs=crs)
    if path.suffix == ".zip":
        folder = path.parent / f"{path.stem}-shp"
        folder.mkdir()
        pyogrio.write_dataframe(frame, folder / f"{path.stem}.shp")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(folder.iterdir()):
                archive.write(part, part.name)
    else:
        driver = "GPKG" if path.suffix == ".gpkg" else "GeoJSON"
        options = {} if driver == "GPKG" else {"driver": driver}
        pyogrio.write_dataframe(frame, path, layer=layer, append=path.exists() and driver == "GPKG", **options)
    return path


def write_json(path: Path, features: Sequence[tuple[dict[str, Any], dict[str, Any] | None]]) -> Path:
    """GeoJSON as text, for what no GIS would write."""
    content = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": geometry} for properties, geometry in features
        ],
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def where(*loc: str | int) -> str:
    """Places as the configuration would give them."""
    return "config/municipalities/x.yml:" + (".".join(str(part) for part in loc) or "1:1")


def read(
    *paths: Path, code: str = "GM0153", name: str = "Enschede", vintage: int = 2024, crs: str | None = None
) -> Boundaries:
    """Read boundary files for one municipality."""
    return read_boundaries([(path.name, path) for path in paths], Request(code, name, vintage, crs, where))


def tree_of(
    *paths: Path,
    area_list: Path | None = None,
    own_areas: Sequence[CustomArea] = (),
    code: str = "GM0153",
    name: str = "Enschede",
    vintage: int = 2024,
    crs: str | None = None,
) -> tuple[AreaTree, dict[str, str]]:
    """The tree of boundary files, and its findings as code -> what."""
    boundaries = read(*paths, code=code, name=name, vintage=vintage, crs=crs)
    listed = None
    if area_list is not None:
        place = where("geography", "area_list")
        listed = read_area_list(area_list, name=area_list.name, municipality_code=code, where=place)
    tree, findings = make_tree(Draft(code, name, vintage, boundaries, listed, own_areas, where))
    return tree, {finding.code: finding.what for finding in findings}


def police_line(digits: str, name: str, shape: BaseGeometry) -> str:
    """A line of areas.txt: latitude first, four decimals."""
    outline = reproject(array_of([shape]), PLANE, DEGREES)[0]
    points = "|".join(f"{latitude:.4f},{longitude:.4f}" for longitude, latitude in outline.exterior.coords)
    return f"{digits},{name}|{points}\n"
