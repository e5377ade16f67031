"""Which coordinate reference system a boundary file really has: said by the file, stated by the user, or found out.

A wrong tag is common (national grid numbers tagged as degrees, latitude before longitude). The Netherlands are small
enough to notice: areas that do not land there are refused, with what would make them land there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from config.errors import Finding
from etl.geometry import DEGREES, PLANE, Geometries, array_of, reproject, swapped

#: West, south, east, north in degrees, with the Dutch part of the North Sea. European Netherlands only.
NETHERLANDS = (2.4, 50.6, 7.4, 55.9)
#: What Dutch boundary files come in. Tried in this order when a file does not say it.
USUAL = (DEGREES, PLANE, "EPSG:3857")
#: Tried only to explain where areas would land.
POSSIBLE = (*USUAL, "EPSG:25831", "EPSG:25832", "EPSG:3035", "EPSG:31370")


@dataclass(frozen=True)
class Coordinates:
    """The system to read with, or none and the finding that says why not."""

    crs: str | None
    finding: Finding | None = None


def settle(
    geometries: Geometries, *, said: str | None, stated: str | None, name: str, municipality: str, option: str
) -> Coordinates:
    """Decide the system of one layer.

    Args:
        geometries: as they stand in the file; at least one.
        said: what the file says, such as 'EPSG:28992'; None: nothing.
        stated: `geography.crs`; goes before what the file says.
        name: the file, in messages.
        municipality: name of the municipality, in messages.
        option: place of `geography` in the configuration, such as config/municipalities/x.yml:5:3.
    """
    geometries = array_of([shapely.box(*shapely.total_bounds(geometries))])  # where it lies is a matter of its corners
    crs = stated or said
    if crs is None:
        return _found_out(geometries, name, option)
    try:
        system = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        return _refused("GEO-003", f"{name}: coordinate reference system {crs} is not known", name, option)
    outer = float(np.abs(shapely.total_bounds(geometries)).max())
    is_degrees = system.is_geographic
    if is_degrees and outer > 180:
        saying = "the file says" if crs == said else "`geography.crs` says"
        return _refused(
            "GEO-003", f"{name}: coordinates up to {outer:.0f} cannot be degrees; {saying} {crs}", name, option
        )
    if not is_degrees and lies_in_netherlands(geometries, DEGREES):
        what = f"{name}: coordinates up to {outer:.1f} are degrees, not metres of {crs}"
        return _refused("GEO-003", what, name, option)
    if lies_in_netherlands(geometries, crs):
        return Coordinates(crs, _overruled(name, said, stated))
    return _refused("GEO-004", _outside(geometries, crs, name, municipality), name, option)


def lies_in_netherlands(geometries: Geometries, crs: str) -> bool:
    """Read in this system every geometry lies in the Netherlands."""
    try:
        box = shapely.total_bounds(reproject(geometries, crs, DEGREES))
    except pyproj.exceptions.ProjError:
        return False
    west, south, east, north = NETHERLANDS
    inside = box[0] >= west and box[1] >= south and box[2] <= east and box[3] <= north
    return bool(np.all(np.isfinite(box)) and inside)


def _found_out(geometries: Geometries, name: str, option: str) -> Coordinates:
    fitting = [crs for crs in USUAL if lies_in_netherlands(geometries, crs)]
    if len(fitting) == 1:
        what = f"{name}: the file does not say its coordinate reference system; only {fitting[0]} fits and is used"
        fix = f"nothing; or state `crs: {fitting[0]}` under `geography` at {option}"
        return Coordinates(fitting[0], Finding("GEO-101", what, name, fix, level="note"))
    what = f"{name}: the file does not say its coordinate reference system, and the numbers do not tell it"
    return _refused("GEO-101", what, name, option)


def _outside(geometries: Geometries, crs: str, name: str, municipality: str) -> str:
    """Where the areas land, and what would bring them home."""
    outside = f"{name}: areas lie outside the Netherlands"
    for turned, candidate in _alternatives(geometries, crs):
        if lies_in_netherlands(turned, candidate):
            west, south, east, north = shapely.total_bounds(reproject(turned, candidate, DEGREES))
            spot = f"{(south + north) / 2:.2f} N {(west + east) / 2:.2f} E"
            if candidate == crs:
                return f"{outside}; with x and y swapped they lie in {municipality} ({spot})"
            return f"{outside}; read as {candidate} they lie in {municipality} ({spot}); the file is read as {crs}"
    return f"{outside} (read as {crs})"


def _alternatives(geometries: Geometries, crs: str) -> Iterator[tuple[Geometries, str]]:
    yield swapped(geometries), crs
    for candidate in POSSIBLE:
        yield geometries, candidate


def _overruled(name: str, said: str | None, stated: str | None) -> Finding | None:
    if not stated or not said or pyproj.CRS(said) == pyproj.CRS(stated):
        return None
    what = f"{name}: the file says {said}; `geography.crs` says {stated} and is used, as the areas then lie in place"
    return Finding("GEO-003", what, name, "export the file with the right tag, then leave `crs` out", level="warning")


def _refused(code: str, what: str, name: str, option: str) -> Coordinates:
    fix = f"export it again in EPSG:28992 or EPSG:4326 (x = east first), or state what it is as `crs` at {option}"
    return Coordinates(None, Finding(code, what, name, fix))
