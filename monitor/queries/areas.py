"""Which areas there are, and how they lie in each other."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.memory import remembered


@dataclass(frozen=True)
class Municipality:
    """The municipality as the snapshot knows it."""

    slug: str
    code: str
    name: str
    vintage: int
    is_practice: bool
    is_schematic: bool
    today: dt.date


@dataclass(frozen=True)
class Area:
    """One area. `parent` is empty for the municipality; `area_km2` where the outline is unknown."""

    code: str
    level: str
    name: str
    vintage: int
    parent: str | None
    area_km2: float | None
    has_figures: bool


@remembered
def municipality(snapshot: Snapshot) -> Municipality:
    """The municipality this snapshot is of."""
    row = snapshot.query("SELECT * FROM municipality", []).iloc[0]
    return Municipality(
        str(row["slug"]),
        str(row["code"]),
        str(row["name"]),
        int(row["vintage"]),
        bool(row["is_practice"]),
        bool(row["is_schematic"]),
        pd.Timestamp(row["today"]).date(),
    )


@remembered
def areas(snapshot: Snapshot) -> tuple[Area, ...]:
    """All areas of the vintage on screen, from municipality to neighbourhood and own area; by name within a level."""
    frame = snapshot.query(
        """
        SELECT area_code, area_level, area_name, vintage, parent, area_km2, has_figures FROM area
        ORDER BY list_position(['municipality', 'district', 'neighbourhood', 'custom'], area_level),
                 area_name, area_code
        """,
        [],
    )
    return tuple(
        Area(
            str(row.area_code),
            str(row.area_level),
            str(row.area_name),
            int(row.vintage),
            None if pd.isna(row.parent) else str(row.parent),
            None if pd.isna(row.area_km2) else float(row.area_km2),
            bool(row.has_figures),
        )
        for row in frame.itertuples()
    )


def area(snapshot: Snapshot, code: str) -> Area | None:
    """The area with this code, or None."""
    return next((found for found in areas(snapshot) if found.code == code), None)


def parts_of(snapshot: Snapshot, code: str) -> tuple[Area, ...]:
    """The areas that lie directly in an area. A municipality without districts has neighbourhoods as its parts."""
    return tuple(found for found in areas(snapshot) if found.parent == code)


def line_of(snapshot: Snapshot, code: str) -> tuple[Area, ...]:
    """The areas an area lies in, from the municipality down to the area itself."""
    known = {found.code: found for found in areas(snapshot)}
    line: list[Area] = []
    current = known.get(code)
    while current is not None and current not in line:
        line.insert(0, current)
        current = known.get(current.parent) if current.parent else None
    return tuple(line)


def areas_of_level(snapshot: Snapshot, level: str) -> tuple[Area, ...]:
    """The areas of one level, by name."""
    return tuple(found for found in areas(snapshot) if found.level == level)


def areas_without_figures(snapshot: Snapshot) -> tuple[Area, ...]:
    """Areas on the map or in the list of areas for which no source delivers a figure."""
    return tuple(found for found in areas(snapshot) if not found.has_figures)


def neighbours_of(snapshot: Snapshot, code: str) -> tuple[Area, ...]:
    """The areas of the same level that touch an area, by name."""
    frame = snapshot.query("SELECT neighbour_code FROM area_neighbour WHERE area_code = ?", [code])
    touching = set(frame["neighbour_code"])
    return tuple(found for found in areas(snapshot) if found.code in touching)
