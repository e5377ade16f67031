"""Boundaries of areas, as CBS and PDOK publish them or a GIS exports them (formats: `etl.sources.boundary_files`).

The file decides what an area is called and where it lies; nothing is fetched. Every area of the municipality is mended
or refused by name; areas of other municipalities are skipped and counted. Findings:

    GEO-001 file missing           GEO-009 two areas overlap      GEO-101 coordinate reference system not said
    GEO-003 wrong system           GEO-012 no area code           GEO-102 zip or file cannot be read
    GEO-004 outside Netherlands    GEO-013 hierarchy broken       GEO-103 format not read
    GEO-006 no geometry            GEO-018 `<` in a name          GEO-104 mended, merged or closed borders (note)
    GEO-007 no polygon             GEO-019 other division         GEO-105 the same code twice
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import shapely

from config.errors import AreasError, ConfigError, Finding
from config.vocabulary import AreaLevel
from etl.geometry import DEGREES, array_of, mend, reproject
from etl.sources.boundary_files import Layer, opened
from etl.sources.coordinates import settle
from etl.sources.properties import (
    DISTRICT_CODE,
    DISTRICT_NAME,
    LEVEL_OF_PREFIX,
    NAME_COLUMNS,
    OTHER_REGION,
    WATER,
    YEAR_AND_CODE,
    area_code,
    code_column,
    first,
    known_columns,
    plain,
    text,
)


class Where(Protocol):
    """Place of a key in the configuration, such as config/municipalities/x.yml:5:9."""

    def __call__(self, *loc: str | int) -> str: ...


@dataclass(frozen=True)
class Boundaries:
    """Areas of one municipality as their files give them.

    `frame`: area_code, area_level, area_name (None: the file has none), district_code and district_name (as a
    neighbourhood's own row names them, else None), is_water, geometry (EPSG:4326, valid, polygons), file.
    """

    frame: pd.DataFrame
    skipped: dict[str, int] = field(default_factory=dict)  # reason -> rows
    findings: tuple[Finding, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """Whose areas are wanted, of which year; and how to name things in messages."""

    code: str
    name: str
    vintage: int
    crs: str | None
    where: Where


@dataclass
class _Reading:
    """What has been seen of one file so far."""

    name: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    problems: list[Finding] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)  # codes of other municipalities
    has_codes: bool = False

    def problem(self, code: str, what: str, place: str, fix: str) -> None:
        self.problems.append(Finding(code, what, place, fix))


def read_boundaries(files: Sequence[tuple[str, Path]], wanted: Request) -> Boundaries:
    """Read the areas of one municipality from its boundary files.

    Args:
        files: name in messages and place of each file.
        wanted: the municipality.

    Raises:
        AreasError: all that is wrong with the first file that is refused.
        ConfigError: the files hold areas of other municipalities only (CFG-008).
    """
    readings = [_read_file(name, path, wanted) for name, path in files]
    rows = [row for reading in readings for row in reading.rows]
    if not rows:
        raise _wrong_municipality(readings, wanted)
    frame = pd.DataFrame(rows)
    _refuse_repeated(frame)
    skipped: Counter[str] = Counter()
    for reading in readings:
        skipped.update(reading.skipped)
    findings = tuple(finding for reading in readings for finding in reading.findings)
    return Boundaries(frame, dict(skipped), findings, tuple(name for name, _ in files))


def _read_file(name: str, path: Path, wanted: Request) -> _Reading:
    reading = _Reading(name)
    with opened(path, name, place=wanted.where("geography", "boundaries")) as layers:
        for layer in layers:
            _read_layer(layer, reading, wanted)
    if not reading.has_codes and not reading.problems:
        reading.problem(
            "GEO-012",
            f"{name}: no column with area codes (only names or other properties)",
            name,
            "add the CBS codes as a property `buurtcode` (BU and eight signs): names are not unique and change",
        )
    if reading.problems:
        raise AreasError.of(reading.problems)
    return reading


# --- layers ----------------------------------------------------------------------------------------------------------


def _read_layer(layer: Layer, reading: _Reading, wanted: Request) -> None:
    """Properties first, then the geometry of the municipality's own areas only: national files stay cheap."""
    columns = known_columns(layer.fields)
    table = layer.properties(sorted(set(columns.values())))
    table.columns = [plain(str(column)) for column in table.columns]
    column = code_column(table)
    if column is None:
        if len(table) and columns:
            reading.skipped["layer without area codes"] += len(table)
        return
    reading.has_codes = True
    own = _own_rows(table, column, reading, wanted)
    if not own:
        return
    shapes = layer.shapes(list(own))
    _read_areas([(code, table.loc[fid], shapes[fid]) for fid, code in own.items()], layer.crs, reading, wanted)


def _own_rows(table: pd.DataFrame, column: str, reading: _Reading, wanted: Request) -> dict[Any, str]:
    """Feature id -> code of the municipality's own areas; the rest is counted or refused."""
    own: dict[Any, str] = {}
    for number, (fid, value) in enumerate(table[column].items(), start=1):
        code = area_code(value)
        if code is not None and code[2:6] == wanted.code[2:]:
            own[fid] = code
        elif code is not None:
            reading.skipped["other municipality"] += 1
            reading.others["GM" + code[2:6]] += 1
        elif (written := text(value)) is None:
            what = f"{reading.name} feature {number}: no area code"
            fix = "give every area its CBS code, or take the feature out"
            reading.problem("GEO-012", what, f"{reading.name} feature {number}", fix)
        elif OTHER_REGION.match(written.upper()):
            reading.skipped["other kind of region"] += 1
        else:
            what = f"{reading.name} feature {number}: the value of `{column}` is no area code"
            fix = "a CBS code is GM and four digits, WK and six signs, or BU and eight signs"
            reading.problem("GEO-012", what, f"{reading.name} feature {number}", fix)
    return own


# --- areas -----------------------------------------------------------------------------------------------------------


def _read_areas(areas: list[tuple[str, Any, Any]], said: str | None, reading: _Reading, wanted: Request) -> None:
    """Check and mend the areas of one layer, in the file's order, and add them to the reading."""
    usable = [(code, row, shape) for code, row, shape in areas if _has_surface(code, shape, reading)]
    rows = [_properties(code, row, reading) for code, row, _ in usable]
    _compare_year([row for _, row, _ in usable], reading, wanted)
    if not usable:
        return
    raw = array_of([shape for _, _, shape in usable])
    place = wanted.where("geography")
    settled = settle(raw, said=said, stated=wanted.crs, name=reading.name, municipality=wanted.name, option=place)
    if settled.crs is None:
        assert settled.finding is not None
        reading.problems.append(settled.finding)
        return
    if settled.finding:
        reading.findings.append(settled.finding)
    mended = _mend(usable, rows, reading)
    for row, shape in zip(
        rows, reproject(array_of([row["geometry"] for row in rows]), settled.crs, DEGREES), strict=True
    ):
        row["geometry"] = shape if shape is None or shape.is_valid else mend(shape)[0]
    if mended:
        what = f"{reading.name}: {len(mended)} areas had borders that cross themselves or stray lines ({_few(mended)})"
        reading.findings.append(Finding("GEO-104", what, reading.name, "nothing; they are mended", level="note"))
    reading.rows.extend(_united([row for row in rows if row["geometry"] is not None], reading))


def _mend(areas: list[tuple[str, Any, Any]], rows: list[dict[str, Any]], reading: _Reading) -> list[str]:
    """Fill in the valid geometry of each row; returns the codes whose shape had to be changed."""
    mended = []
    for (code, _, shape), row in zip(areas, rows, strict=True):
        row["geometry"], was_changed = mend(shape)
        if row["geometry"] is None:
            place = f"{reading.name} {code}"
            what = f"{place}: no geometry (its outline encloses nothing)"
            reading.problem("GEO-006", what, place, "draw the area again")
        elif was_changed:
            mended.append(code)
    return mended


def _has_surface(code: str, shape: Any, reading: _Reading) -> bool:
    place = f"{reading.name} {code}"
    if shape is None or shape.is_empty:
        reading.problem("GEO-006", f"{place}: no geometry", place, "draw the area, or take it out of the file")
        return False
    parts = {part.geom_type for part in shapely.get_parts(shapely.get_parts(shape))}
    if not parts & {"Polygon", "MultiPolygon"}:
        what = f"{place}: {shape.geom_type}; Polygon or MultiPolygon required"
        reading.problem("GEO-007", what, place, "export the areas as polygons")
        return False
    return True


def _properties(code: str, row: Any, reading: _Reading) -> dict[str, Any]:
    level = LEVEL_OF_PREFIX[code[:2]]
    name = first(row, NAME_COLUMNS[level])
    is_neighbourhood = level == AreaLevel.NEIGHBOURHOOD
    district_name = first(row, DISTRICT_NAME) if is_neighbourhood else None
    if "<" in (name or "") + (district_name or ""):
        place = f"{reading.name} {code}"
        reading.problem("GEO-018", f"{place}: `<` in a name", place, "write the name as plain text")
    return {
        "area_code": code,
        "area_level": level.value,
        "area_name": name,
        "district_code": first(row, DISTRICT_CODE) if is_neighbourhood else None,
        "district_name": district_name,
        "is_water": (first(row, WATER) or "").upper() in {"JA", "B", "1", "TRUE"},
        "geometry": None,
        "file": reading.name,
    }


def _compare_year(rows: list[Any], reading: _Reading, wanted: Request) -> None:
    """The year that some files carry beside the code must be the vintage that the configuration states."""
    years = Counter(year[:4] for row in rows if (year := first(row, YEAR_AND_CODE)) and year[:4].isdigit())
    others = {year: count for year, count in years.items() if int(year) != wanted.vintage}
    if others:
        year = max(others, key=lambda key: others[key])
        what = f"{reading.name}: division {year}; `geography.vintage` says {wanted.vintage} ({others[year]} areas)"
        place = wanted.where("geography", "vintage")
        fix = f"write `vintage: {year}`, or use the boundaries of {wanted.vintage}"
        reading.findings.append(Finding("GEO-019", what, place, fix, level="warning"))


def _united(rows: list[dict[str, Any]], reading: _Reading) -> list[dict[str, Any]]:
    """One row per code: older CBS files give an area in parts, land and water apart. Land goes before water."""
    by_code: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_code.setdefault(row["area_code"], []).append(row)
    result = []
    for parts in by_code.values():
        land = [part for part in parts if not part["is_water"]] or parts
        if len(land) > 1:
            geometry, _ = mend(shapely.union_all([part["geometry"] for part in land]))
            land[0] = {**land[0], "geometry": geometry}
        result.append(land[0])
    repeated = [code for code, parts in by_code.items() if len(parts) > 1]
    if repeated:
        what = f"{reading.name}: {len(repeated)} areas stand in the file in parts and are joined ({_few(repeated)})"
        reading.findings.append(Finding("GEO-104", what, reading.name, "nothing", level="note"))
    return result


def _refuse_repeated(frame: pd.DataFrame) -> None:
    """The same code in two layers or files: which one counts cannot be known."""
    repeated = frame[frame["area_code"].duplicated()]
    if len(repeated):
        codes = sorted(set(repeated["area_code"]))
        first = str(repeated["file"].iloc[0])
        raise AreasError(
            "GEO-105",
            f"{first}: {len(codes)} area codes stand in more than one layer or file ({_few(codes)})",
            where=f"{first} {codes[0]}",
            fix="keep one layer per level (buurten, wijken, gemeente), for instance without the generalised copies",
        )


def _wrong_municipality(readings: list[_Reading], wanted: Request) -> AreasError | ConfigError:
    others: Counter[str] = Counter()
    for reading in readings:
        others.update(reading.others)
    names = ", ".join(reading.name for reading in readings)
    if not others:
        return AreasError("GEO-102", f"{names}: no areas in the file", where=names, fix="export the areas again")
    whose = next(iter(others)) if len(others) == 1 else f"{len(others)} other municipalities"
    what = f"code {wanted.code} but all {sum(others.values())} areas in {names} belong to {whose}"
    return ConfigError(
        "CFG-008", what, where=wanted.where("code"), fix="correct `code`, or the file under `geography.boundaries`"
    )


def _few(codes: Sequence[str], most: int = 5) -> str:
    return ", ".join(codes[:most]) + (f" and {len(codes) - most} more" if len(codes) > most else "")
