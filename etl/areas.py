"""The areas of one municipality in one vintage: a tree of gemeente, wijk and buurt with polygons, names and neighbours.

Levels that the boundaries lack are built up: a wijk is the union of the buurten whose code begins with its code, the
gemeente the union of all. A list of areas adds what has no boundary, so that missing figures are seen (`listed_only`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from config.errors import AreasError, Finding
from config.vocabulary import AreaLevel
from etl.area_tree import Draft, build
from etl.geometry import DEGREES, PLANE, Geometries, array_of, reproject, touching
from etl.sources.area_list import read_area_list
from etl.sources.boundaries import Request, read_boundaries

if TYPE_CHECKING:
    from config.load import Configured

#: Areas that stand for "place unknown" in CBS and police lists, whatever the municipality.
PSEUDO = frozenset({"GM0000", "WK000000", "BU00000000"})
#: Two areas are neighbours when they come this near to each other (metres): borders of different surveys.
NEIGHBOUR_M = 1.0


@dataclass(frozen=True)
class AreaTree:
    """Areas of one vintage. `frame` has one row per area, from municipality to own areas, sorted by level and code:

    area_code, area_level, area_name (as shown: "buurt (wijk)" where two buurten have the same name), parent (code;
    None for the municipality and own areas), geometry (shapely in EPSG:4326; None where only a list names the area),
    area_km2 (measured in EPSG:28992; NaN without geometry), listed_only (no boundary file has it), is_water,
    members (codes of the neighbourhoods of an own area; else empty).

    Frozen: nobody writes into `frame`.
    """

    municipality_code: str
    vintage: int
    frame: pd.DataFrame
    files: tuple[str, ...] = ()
    unknown: frozenset[str] = field(default_factory=frozenset)  # codes that a list calls "onbekend"
    predecessors: frozenset[str] = field(default_factory=frozenset)  # municipalities that went into this one
    former: frozenset[str] = field(default_factory=frozenset)  # of those, the ones that were there in this vintage

    @cached_property
    def _rows(self) -> dict[str, dict[str, Any]]:
        columns = ["area_level", "area_name", "parent", "listed_only", "geometry"]
        records = self.frame[columns].to_dict("records")
        by_code = zip(self.frame["area_code"], records, strict=True)
        return {str(code): {str(key): value for key, value in record.items()} for code, record in by_code}

    def __contains__(self, code: object) -> bool:
        return code in self._rows or code in self.former

    def level_of(self, code: str) -> AreaLevel:
        """Level of a known area.

        Raises:
            KeyError: the code is not in the tree (ask `in` first).
        """
        return AreaLevel(self._rows[code]["area_level"])

    def parent_of(self, code: str) -> str | None:
        """Code of the area it lies in; None for the municipality and for own areas."""
        parent = self._rows[code]["parent"]
        return None if parent is None else str(parent)

    def children_of(self, code: str) -> list[str]:
        """Codes that lie directly in it, sorted; of an own area its neighbourhoods."""
        own = self.frame.loc[self.frame["area_code"] == code, "members"]
        if len(own) and own.iloc[0]:
            return sorted(own.iloc[0])
        return [str(child) for child in self.frame.loc[self.frame["parent"] == code, "area_code"]]

    def names(self) -> dict[str, str]:
        """Code -> name as shown."""
        return {code: str(row["area_name"]) for code, row in self._rows.items()}

    def codes(self, level: AreaLevel | str) -> list[str]:
        """Codes of one level, sorted; with those that only a list names."""
        return sorted(code for code, row in self._rows.items() if row["area_level"] == str(level))

    def levels(self) -> list[AreaLevel]:
        """Levels that have areas, from large to small, own areas last."""
        present = set(self.frame["area_level"])
        return [level for level in AreaLevel if level.value in present]

    def is_listed_only(self, code: str) -> bool:
        """No boundary file has the area; a list names it."""
        return bool(self._rows[code]["listed_only"])

    def nearest(self, code: str) -> str | None:
        """The known code of the same kind that is written most alike; None when none is near."""
        known = [other for other in self._rows if other[:2] == code[:2]]
        found = difflib.get_close_matches(code, known, n=1, cutoff=0.6)
        return found[0] if found else None

    def is_pseudo(self, code: str) -> bool:
        """The code stands for "place unknown": GM0000 and its like, WK and BU of district 99 that no boundary has."""
        if code in PSEUDO or code in self.unknown:
            return True
        if code in self._rows:
            return "onbekend" in str(self._rows[code]["area_name"]).lower()
        gm = self.municipality_code[2:]
        return code == f"WK{gm}99" or (code.startswith(f"BU{gm}99") and len(code) == 10)

    @cached_property
    def _plane(self) -> dict[str, Any]:
        """Code -> polygon in EPSG:28992, for areas that have one."""
        drawn = {code: row["geometry"] for code, row in self._rows.items() if row["geometry"] is not None}
        return dict(zip(drawn, reproject(array_of(list(drawn.values())), DEGREES, PLANE), strict=True))

    def geometries(self, level: AreaLevel | str) -> tuple[list[str], Geometries]:
        """Codes with a polygon of one level, sorted, and their geometry in EPSG:28992 (metres)."""
        codes = [code for code in self.codes(level) if code in self._plane]
        return codes, array_of([self._plane[code] for code in codes])

    def neighbours(self, level: AreaLevel | str) -> list[tuple[str, str]]:
        """Pairs of areas of one level that share a border or a corner, in both directions, sorted."""
        codes, plane = self.geometries(level)
        return [(codes[first], codes[second]) for first, second in touching(plane, NEIGHBOUR_M)]

    def check_division(self, codes: Iterable[str], *, vintage: int | None, where: str) -> None:
        """Refuse area codes of another division as a whole.

        Args:
            codes: codes of this municipality as a source gives them; those of "place unknown" do not count.
            vintage: the year of the source's area codes; None: the source does not say it.

        Raises:
            AreasError: GEO-019, none of the codes is in the tree. Some that are not: a matter of the rows (VAL).
        """
        asked = {code for code in codes if not self.is_pseudo(code) and code != self.municipality_code}
        if not asked or any(code in self for code in asked):
            return
        files = ", ".join(self.files) or "boundaries"
        what = f"{files}: division {self.vintage}; data needs {vintage or 'another'} ({len(asked)} codes differ)"
        year = vintage or "that year"
        fix = f"use the boundaries of {year}, or name a file in `geography.crosswalks` between the two divisions"
        raise AreasError("GEO-019", what, where=where, fix=fix)


def make_tree(draft: Draft) -> tuple[AreaTree, tuple[Finding, ...]]:
    """The tree of boundaries, a list and own areas that have been read (see `etl.area_tree.build`)."""
    frame, unknown, findings = build(draft)
    tree = AreaTree(draft.code, draft.vintage, frame, draft.boundaries.files, unknown)
    return tree, findings


def build_tree(configured: Configured) -> tuple[AreaTree, tuple[Finding, ...]]:
    """Read the boundaries and the area list of a municipality and build its tree.

    Returns:
        The tree, and what a reader of the map should know (warnings and notes).

    Raises:
        AreasError: boundaries or list refused (exit code 40).
        ConfigError: boundaries of another municipality, or an own area with an unknown neighbourhood (10).
    """
    municipality, geography = configured.municipality, configured.municipality.geography
    wanted = Request(municipality.code, municipality.name, geography.vintage, geography.crs, configured.where)
    boundaries = read_boundaries(_files(geography.boundary_paths, configured.folder), wanted)
    listed = None
    if geography.area_list:
        place = configured.where("geography", "area_list")
        path = configured.folder / geography.area_list
        listed = read_area_list(path, name=geography.area_list, municipality_code=municipality.code, where=place)
    return make_tree(
        Draft(
            code=municipality.code,
            name=municipality.name,
            vintage=geography.vintage,
            boundaries=boundaries,
            listed=listed,
            own_areas=geography.custom_areas,
            where=configured.where,
        )
    )


def _files(paths: Sequence[str], folder: Path) -> list[tuple[str, Path]]:
    return [(path, folder / path) for path in paths]
