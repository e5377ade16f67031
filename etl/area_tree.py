"""Building the tree of areas from what was read: close borders, check them, build up levels, name what has no polygon.

Kept apart from `etl.areas`, which is what the rest of the line asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import shapely

from config.errors import AreasError, ConfigError, Finding
from config.model import CustomArea
from config.vocabulary import AreaLevel
from etl.geometry import (
    CLOSE,
    DEGREES,
    OVERLAP_SHARE,
    PLANE,
    Geometries,
    Overlap,
    array_of,
    borders,
    close_borders,
    dissolve,
    overlaps,
    polygonal,
    reproject,
)
from etl.sources.area_list import AreaList
from etl.sources.boundaries import Boundaries, Where
from etl.sources.properties import LEVEL_OF_PREFIX

#: A listed outline of which less than this share is free is no area of its own on the map.
FREE_SHARE = 0.05
COLUMNS = [
    "area_code",
    "area_level",
    "area_name",
    "parent",
    "geometry",
    "area_km2",
    "listed_only",
    "is_water",
    "members",
]


@dataclass(frozen=True)
class Draft:
    """All that a tree is built from."""

    code: str
    name: str
    vintage: int
    boundaries: Boundaries
    listed: AreaList | None
    own_areas: Sequence[CustomArea]
    where: Where


@dataclass
class _Area:
    """One area while the tree is built; `plane` is its polygon in EPSG:28992."""

    code: str
    level: AreaLevel
    name: str | None = None
    plane: Any = None
    degrees: Any = None  # as the file has it, where the polygon was not moved
    listed_only: bool = False
    is_water: bool = False
    members: tuple[str, ...] = ()

    @property
    def parent(self) -> str | None:
        """Codes tell it: BU01530101 lies in WK015301, WK015301 in GM0153."""
        if self.level == AreaLevel.NEIGHBOURHOOD:
            return "WK" + self.code[2:8]
        return "GM" + self.code[2:6] if self.level == AreaLevel.DISTRICT else None


Areas = dict[str, _Area]


def build(draft: Draft) -> tuple[pd.DataFrame, frozenset[str], tuple[Finding, ...]]:
    """The frame of `etl.areas.AreaTree`, the codes that a list calls unknown, and the findings.

    Raises:
        AreasError: hierarchy broken (GEO-013), areas overlap (GEO-009).
        ConfigError: an own area names an unknown neighbourhood (GEO-107).
    """
    findings = list(draft.boundaries.findings)
    _check_hierarchy(draft.boundaries)
    areas = _from_boundaries(draft.boundaries)
    listed, unknown = _from_list(draft, areas)
    for level in AreaLevel:
        findings += _settle_borders(draft, [area for area in areas.values() if area.level == level])
    _place_listed(areas, listed)
    findings += _gap_findings(draft, areas, listed)
    areas.update(listed)
    findings += _listed_findings(draft, listed)
    _build_up(draft, areas)
    _own_areas(draft, areas)
    return _frame(draft, areas), unknown, tuple(findings)


# --- what the files say ----------------------------------------------------------------------------------------------


def _check_hierarchy(boundaries: Boundaries) -> None:
    """Each neighbourhood lies in the district that its own code names, and that district is there if any is."""
    frame = boundaries.frame
    districts = set(frame.loc[frame["area_level"] == AreaLevel.DISTRICT.value, "area_code"])
    problems = []
    for row in frame[frame["area_level"] == AreaLevel.NEIGHBOURHOOD.value].itertuples():
        by_code = "WK" + str(row.area_code)[2:8]
        named = str(row.district_code).upper() if isinstance(row.district_code, str) else by_code
        named = named if named.startswith("WK") else by_code
        broken = named if named != by_code else (by_code if districts and by_code not in districts else None)
        if broken:
            place = f"{row.file} {row.area_code}"
            what = f"{place}: wijk {broken} not in the file"
            what += f" (by its code it lies in {by_code})" if broken != by_code else ""
            problems.append(Finding("GEO-013", what, place, "add the wijk, or correct the code of the wijk"))
    if problems:
        raise AreasError.of(problems)


def _from_boundaries(boundaries: Boundaries) -> Areas:
    frame = boundaries.frame
    plane = reproject(array_of(list(frame["geometry"])), DEGREES, PLANE)
    areas: Areas = {}
    for row, shape in zip(frame.to_dict("records"), plane, strict=True):
        code = str(row["area_code"])
        areas[code] = _Area(
            code,
            LEVEL_OF_PREFIX[code[:2]],
            name=row["area_name"] if isinstance(row["area_name"], str) else None,
            plane=shape,
            degrees=row["geometry"],
            is_water=bool(row["is_water"]),
        )
    return areas


def _from_list(draft: Draft, areas: Areas) -> tuple[Areas, frozenset[str]]:
    """Areas that only the list names, and codes that it calls unknown. Names of the list fill what the file leaves."""
    listed: Areas = {}
    unknown: set[str] = set()
    if draft.listed is None:
        return listed, frozenset()
    built_up = {draft.code} | {str(area.parent) for area in areas.values()}
    for row in draft.listed.frame.to_dict("records"):
        code, name = str(row["area_code"]), str(row["area_name"]) or None
        if code in areas:
            areas[code].name = areas[code].name or name
        elif code[2:6] == "0000" or "onbekend" in (name or "").lower():
            unknown.add(code)
        elif code not in built_up:
            listed[code] = _Area(code, LEVEL_OF_PREFIX[code[:2]], name, listed_only=True, degrees=row["geometry"])
    return listed, frozenset(unknown)


# --- borders ---------------------------------------------------------------------------------------------------------


def _settle_borders(draft: Draft, areas: list[_Area]) -> list[Finding]:
    """Refuse areas that overlap; let borders of one level that miss each other by a hair meet."""
    areas.sort(key=lambda area: area.code)
    plane = array_of([area.plane for area in areas])
    before = borders(plane)
    if before.meet and not before.has_slivers:
        return []
    found = overlaps(plane)
    _refuse_overlaps(draft, areas, [overlap for overlap in found if overlap.share > OVERLAP_SHARE])
    closed = close_borders(plane)
    if closed is None:
        return []
    _move(areas, closed)
    shared, filled = sum(overlap.area_m2 for overlap in found), max(before.holes_m2 - borders(closed).holes_m2, 0)
    what = (
        f"{_files(draft)}: borders did not meet exactly and were closed"
        f" (overlaps {shared:,.0f} m², slivers up to {CLOSE:.0f} m wide {filled:,.0f} m²)"
    )
    fix = "nothing; or use the boundaries as CBS publishes them"
    return [Finding("GEO-104", what, _files(draft), fix, level="note")]


def _refuse_overlaps(draft: Draft, areas: list[_Area], conflicts: list[Overlap]) -> None:
    if conflicts:
        files = _files(draft)
        raise AreasError.of(
            Finding(
                "GEO-009",
                f"{files} {areas[overlap.first].code} and {areas[overlap.second].code} overlap"
                f" by {overlap.area_m2:,.0f} m² ({overlap.share:.0%} of the smaller one)",
                f"{files} {areas[overlap.first].code}",
                "correct the border, or take out the area that does not belong there",
            )
            for overlap in conflicts
        )


def _move(areas: list[_Area], closed: Geometries) -> None:
    for area, shape in zip(areas, closed, strict=True):
        area.plane, area.degrees = shape, None


def _files(draft: Draft) -> str:
    return ", ".join(draft.boundaries.files)


def _smallest(areas: Areas) -> list[_Area]:
    """Areas of the finest level that has polygons."""
    for level in (AreaLevel.NEIGHBOURHOOD, AreaLevel.DISTRICT, AreaLevel.MUNICIPALITY):
        found = [area for area in areas.values() if area.level == level and area.plane is not None]
        if found:
            return sorted(found, key=lambda area: area.code)
    return []


def _place_listed(areas: Areas, listed: Areas) -> None:
    """Give a listed outline the ground that no boundary covers, and let its border meet theirs."""
    outlined = sorted((area for area in listed.values() if area.degrees is not None), key=lambda area: area.code)
    if not outlined:
        return
    base = _smallest(areas)
    placed: list[_Area] = []
    covered = dissolve(array_of([area.plane for area in base]))
    for area in outlined:
        outline = reproject(array_of([area.degrees]), DEGREES, PLANE)[0]
        free = polygonal(outline.difference(covered).buffer(-CLOSE).buffer(CLOSE))  # without slivers along borders
        area.degrees = None
        if free is None or free.area < FREE_SHARE * outline.area:
            continue
        area.plane = polygonal(outline.difference(covered))
        covered = shapely.union_all([covered, area.plane])
        placed.append(area)
    together = base + placed
    closed = close_borders(array_of([area.plane for area in together]), width=2 * CLOSE) if placed else None
    if closed is not None:
        _move(together, closed)


def _gap_findings(draft: Draft, areas: Areas, listed: Areas) -> list[Finding]:
    shapes = [area.plane for area in (*_smallest(areas), *listed.values()) if area.plane is not None]
    found = borders(array_of(shapes))
    if not found.holes:
        return []
    noun = "gap" if len(found.holes) == 1 else "gaps"
    what = f"{_files(draft)}: {len(found.holes)} {noun}, {found.holes_m2:,.0f} m² together; map shows them empty"
    fix = "add the missing areas to the file, or name them with `geography.area_list`"
    return [Finding("GEO-010", what, _files(draft), fix, level="warning")]


def _listed_findings(draft: Draft, listed: Areas) -> list[Finding]:
    """What the list has and the boundaries lack is told: missing ground, or a list of another year."""
    if draft.listed is None or not listed:
        return []
    counts = Counter(area.level for area in listed.values())
    numbers = ", ".join(f"{count} {level.value}" for level, count in sorted(counts.items()))
    codes = sorted(listed)
    shown = ", ".join(codes[:5]) + (f" and {len(codes) - 5} more" if len(codes) > 5 else "")
    what = f"{draft.listed.name}: {len(listed)} areas are not in {_files(draft)} ({numbers}: {shown})"
    fix = f"nothing if they have no outline; else use boundaries and a list of the same year ({draft.vintage})"
    return [Finding("GEO-108", what, draft.where("geography", "area_list"), fix, level="warning")]


# --- levels ----------------------------------------------------------------------------------------------------------


def _build_up(draft: Draft, areas: Areas) -> None:
    """Districts of neighbourhoods, the municipality of districts, where no file has them."""
    own_rows = draft.boundaries.frame
    names = own_rows[["area_code", "district_name"]].dropna()
    district_names = {"WK" + str(code)[2:8]: str(name) for code, name in names.itertuples(index=False)}
    for child in [area for area in areas.values() if area.level == AreaLevel.NEIGHBOURHOOD]:
        code = "WK" + child.code[2:8]
        if code not in areas:
            areas[code] = _Area(code, AreaLevel.DISTRICT, listed_only=True)
        areas[code].listed_only &= child.listed_only
    for area in areas.values():
        if area.level == AreaLevel.DISTRICT:
            area.name = area.name or district_names.get(area.code) or _listed_name(draft, area.code)
            area.name = area.name or f"Wijk {area.code[6:]}"
            _unite(area, [child for child in areas.values() if child.parent == area.code])
    whole = areas.setdefault(draft.code, _Area(draft.code, AreaLevel.MUNICIPALITY))
    whole.listed_only, whole.name = False, draft.name
    children = [child for child in areas.values() if child.parent == draft.code]
    _unite(whole, children)


def _listed_name(draft: Draft, code: str) -> str | None:
    if draft.listed is None:
        return None
    names = draft.listed.frame.loc[draft.listed.frame["area_code"] == code, "area_name"]
    return str(names.iloc[0]) if len(names) and names.iloc[0] else None


def _unite(area: _Area, children: list[_Area]) -> None:
    """The union of the parts, unless a file or list has the area itself."""
    if area.plane is not None:
        return
    shapes = array_of([child.plane for child in children if child.plane is not None])
    if len(shapes):
        area.plane = dissolve(shapes, meet=len(shapes) < 2 or bool(shapely.coverage_is_valid(shapes)))
        area.is_water = all(child.is_water for child in children if child.plane is not None)


def _own_areas(draft: Draft, areas: Areas) -> None:
    """Areas that the municipality makes of neighbourhoods."""
    problems = []
    for position, own in enumerate(draft.own_areas):
        for index, code in enumerate(own.neighbourhoods):
            if code not in areas or areas[code].level != AreaLevel.NEIGHBOURHOOD:
                what = f"area '{own.id}': neighbourhood code '{code}' is not in vintage {draft.vintage}"
                place = draft.where("geography", "custom_areas", position, "neighbourhoods", index)
                problems.append(Finding("GEO-107", what, place, "use codes of the boundary file"))
    if problems:
        raise ConfigError.of(problems)
    for own in draft.own_areas:
        parts = [areas[code].plane for code in dict.fromkeys(own.neighbourhoods) if areas[code].plane is not None]
        plane = dissolve(array_of(parts)) if parts else None
        members = tuple(dict.fromkeys(own.neighbourhoods))
        areas[own.id] = _Area(own.id, AreaLevel.CUSTOM, own.name, plane, members=members)


# --- result ----------------------------------------------------------------------------------------------------------


def _frame(draft: Draft, areas: Areas) -> pd.DataFrame:
    order = list(AreaLevel)
    ordered = sorted(areas.values(), key=lambda area: (order.index(area.level), area.code))
    plane = array_of([area.plane for area in ordered])
    degrees = _in_degrees(ordered, plane)
    names = _shown_names(areas)
    rows = [
        {
            "area_code": area.code,
            "area_level": area.level.value,
            "area_name": names[area.code],
            "parent": area.parent,
            "geometry": shape,
            "area_km2": area.plane.area / 1_000_000 if area.plane is not None else float("nan"),
            "listed_only": area.listed_only,
            "is_water": area.is_water,
            "members": area.members,
        }
        for area, shape in zip(ordered, degrees, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["parent"] = frame["parent"].astype(object).where(frame["parent"].notna(), None)
    return frame


def _in_degrees(areas: Sequence[_Area], plane: Geometries) -> list[Any]:
    """As the file has it where the polygon was not moved, else back from the plane."""
    to_move = array_of([shape if area.degrees is None else None for area, shape in zip(areas, plane, strict=True)])
    moved = reproject(to_move, PLANE, DEGREES)
    return [area.degrees if area.degrees is not None else shape for area, shape in zip(areas, moved, strict=True)]


def _shown_names(areas: Areas) -> dict[str, str]:
    """Code -> name; neighbourhoods of the same name carry their district, and their code where that is the same too."""
    plain = {area.code: area.name or area.code for area in areas.values()}
    own_level = [area for area in areas.values() if area.level == AreaLevel.NEIGHBOURHOOD]
    shown = dict(plain)
    for attempt in (0, 1):
        counts = Counter(shown[area.code] for area in own_level)
        for area in own_level:
            if counts[shown[area.code]] > 1:
                addition = plain.get(str(area.parent), area.code) if attempt == 0 else area.code
                shown[area.code] = f"{plain[area.code]} ({addition})"
    return shown
