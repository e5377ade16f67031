"""The divisions a municipality knows: the areas of each vintage, and the ways between them.

The division on screen has its boundaries. A former one has boundaries where `geography.former_boundaries` names them;
else its areas follow from the link tables, and its outlines from the areas that are still the same ground.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import pandas as pd
import shapely

from config.vocabulary import AreaLevel
from etl.area_tree import COLUMNS
from etl.areas import AreaTree
from etl.carry import Way
from etl.crosswalk import Crosswalk, Line, Link, crosswalk_of, on_grid
from etl.geometry import array_of
from etl.overlap import overlap_lines

Weights = Mapping[int, Mapping[str, float]]


@dataclass(frozen=True)
class Divisions:
    """The trees of all vintages and the crosswalks between them.

    hoods: links of neighbourhoods. districts: links of districts, where a link table has its own.
    predecessors: codes of municipalities that went into this one. weights: vintage -> area -> inhabitants.
    overlapping: vintages whose links to that on screen are by area of overlap.
    """

    code: str
    screen: int
    trees: Mapping[int, AreaTree]
    hoods: Crosswalk
    districts: Crosswalk | None = None
    predecessors: tuple[str, ...] = ()
    weights: Weights = field(default_factory=dict)
    overlapping: frozenset[int] = frozenset()

    @property
    def vintages(self) -> tuple[int, ...]:
        """Every vintage that can be asked, oldest first."""
        return self.hoods.vintages

    @property
    def on_screen(self) -> AreaTree:
        return self.trees[self.screen]

    @cached_property
    def all_codes(self) -> frozenset[str]:
        """Codes of any vintage, at any level."""
        return frozenset().union(*(self._codes(vintage) for vintage in self.vintages))

    @cached_property
    def ended(self) -> dict[str, tuple[int, int]]:
        """Codes that a later vintage has no more: the newest vintage that has them, and the next one that is known."""
        found: dict[str, tuple[int, int]] = {}
        for last, following in pairwise(self.vintages):
            gone = self._codes(last) - self._codes(following)
            found.update(dict.fromkeys(gone, (last, following)))
        return {code: years for code, years in found.items() if code not in self._codes(self.vintages[-1])}

    def tree_of(self, vintage: int | str | None) -> AreaTree:
        """The tree that rows of a vintage are held against; of one that is not known that on screen."""
        return self.trees.get(vintage, self.on_screen) if isinstance(vintage, int) else self.on_screen

    def vintage_of(self, codes: Collection[str], year: int) -> int:
        """The division that these codes are of: the one that lacks the fewest of them.

        Of several that do equally well the newest that is not after `year`, else the oldest.
        """
        asked = {code for code in codes if code[:2] in ("GM", "WK", "BU")}

        def merit(vintage: int) -> tuple[int, bool, int]:
            return len(asked - self._codes(vintage)), vintage > year, abs(year - vintage)

        return min(self.vintages, key=merit)

    def _codes(self, vintage: int) -> frozenset[str]:
        tree = self.trees[vintage]
        return frozenset(str(code) for code in tree.frame["area_code"]) | tree.former

    def weighed(self, weights: Weights) -> Divisions:
        """With inhabitants per vintage and area: for the way back in time, and for parts found by overlap."""
        steps = dict(self.hoods.steps)
        for vintage in self.overlapping:
            lines = overlap_lines(self.trees[vintage], self.on_screen, weights.get(self.screen))
            steps[vintage, self.screen] = tuple(lines)
        return replace(self, weights=weights, hoods=replace(self.hoods, steps=steps, _composed={}))

    def way(self, from_vintage: int, to_vintage: int) -> Way:
        """How areas of all levels lead from one vintage to another."""
        links = self.hoods.links(from_vintage, to_vintage, self.weights)
        own, summed = self._of_districts(links, from_vintage, to_vintage)
        rows = _rows(links)
        rows += [(before, after, 1.0, True, number, False) for before, after, number in own]
        whole = sorted(self._municipalities(from_vintage))
        rows += [(code, self.code, 1.0, True, len(whole), False) for code in whole]
        if to_vintage == self.screen:
            rows += [(code, code, 1.0, True, 1, False) for code in self.on_screen.codes(AreaLevel.CUSTOM)]
        columns = ["from_code", "to_code", "weight", "is_whole", "n_origins", "crosses"]
        return Way(pd.DataFrame(rows, columns=columns), summed)

    def _municipalities(self, vintage: int) -> set[str]:
        """Codes that a row of the whole municipality has in a vintage: before a merger there are several."""
        found = {f"GM{code[2:6]}" for code in self.hoods.codes[vintage]} & {self.code, *self.predecessors}
        return found or {self.code}

    def _of_districts(
        self, links: Iterable[Link], from_vintage: int, to_vintage: int
    ) -> tuple[list[tuple[str, str, int]], frozenset[str]]:
        """Districts that went whole: (from, to, how many went into it); and those that only their parts make up."""
        if self.districts is not None:
            given = self.districts.links(from_vintage, to_vintage)
            if given and all(link.is_whole for link in given):
                number: dict[str, int] = defaultdict(int)
                for link in given:
                    number[link.to_code] += 1
                return [(link.from_code, link.to_code, number[link.to_code]) for link in given], frozenset()
        leads_to: dict[str, set[str]] = defaultdict(set)
        is_lost: set[str] = {
            _district(code) for code in self.hoods.codes[from_vintage] - {one.from_code for one in links}
        }
        for link in links:
            leads_to[_district(link.from_code)].add(_district(link.to_code))
        made_of: dict[str, set[str]] = defaultdict(set)
        for district, parts in leads_to.items():
            for part in parts:
                made_of[part].add(district)
        mixed = {
            code
            for code, origins in made_of.items()
            if any(len(leads_to[one]) > 1 or one in is_lost for one in origins)
        }
        whole = [
            (one, code, len(made_of[code])) for code in sorted(made_of.keys() - mixed) for one in sorted(made_of[code])
        ]
        return whole, frozenset(mixed)


def _district(code: str) -> str:
    return f"WK{code[2:8]}"


def _rows(links: Iterable[Link]) -> list[tuple[str, str, float, bool, int, bool]]:
    parts: dict[str, list[Link]] = defaultdict(list)
    origins: dict[str, int] = defaultdict(int)
    for link in links:
        parts[link.from_code].append(link)
        origins[link.to_code] += 1
    rows = []
    for code, found in parts.items():
        crosses = len({_district(link.to_code) for link in found}) > 1
        for link, weight in zip(found, on_grid(link.share for link in found), strict=True):
            rows.append((code, link.to_code, weight, link.is_whole, origins[link.to_code], crosses))
    return rows


# --- making them -----------------------------------------------------------------------------------------------------


def divisions_of(
    tree: AreaTree,
    lines: Iterable[Line],
    *,
    former: Mapping[int, AreaTree] | None = None,
    predecessors: Collection[str] = (),
) -> Divisions:
    """Put the tree on screen, the former ones that have boundaries and the lines of link tables together.

    Raises:
        AreasError: lines that contradict each other or the divisions (see `etl.crosswalk.crosswalk_of`).
    """
    lines = list(lines)
    merged = {line.from_code for line in lines if line.from_code[:2] == "GM" and line.to_code == tree.municipality_code}
    gone = tuple(sorted({*predecessors, *merged} - {tree.municipality_code}))
    own = {tree.municipality_code, *gone}
    maps = {tree.vintage: tree, **(former or {})}

    def crosswalk(level: AreaLevel, prefix: str) -> Crosswalk:
        known = {vintage: set(one.codes(level)) for vintage, one in maps.items()}
        of_level = [line for line in lines if line.from_code[:2] == prefix or line.to_code[:2] == prefix]
        return crosswalk_of(of_level, screen=tree.vintage, known=known, own=own)

    hoods = crosswalk(AreaLevel.NEIGHBOURHOOD, "BU")
    has_districts = any(line.from_code[:2] == "WK" for line in lines)
    districts = crosswalk(AreaLevel.DISTRICT, "WK") if has_districts else None
    found = Divisions(tree.municipality_code, tree.vintage, {}, hoods, districts, gone)
    trees = {
        vintage: maps[vintage] if vintage in maps else _tree_from_links(found, tree, vintage)
        for vintage in hoods.vintages
    }
    return replace(
        found,
        trees={
            vintage: replace(
                one,
                predecessors=frozenset(gone),
                former=frozenset()
                if vintage == tree.vintage
                else frozenset(found._municipalities(vintage)) - {one.municipality_code},
            )
            for vintage, one in trees.items()
        },
    )


def _tree_from_links(divisions: Divisions, tree: AreaTree, vintage: int) -> AreaTree:
    """The areas of a former division that has no map: codes and names of the lines, ground of what it became."""
    links = divisions.hoods.links(vintage, tree.vintage) or divisions.hoods.links(tree.vintage, vintage)
    names = {**tree.names(), **divisions.hoods.names.get(vintage, {})}
    if divisions.districts is not None:
        names |= divisions.districts.names.get(vintage, {})
    shapes = _ground(links, tree, vintage)
    hoods = sorted(divisions.hoods.codes[vintage])
    rows: list[dict[str, Any]] = [
        _row(tree.municipality_code, AreaLevel.MUNICIPALITY, tree.names()[tree.municipality_code], None)
    ]
    for code in sorted({_district(hood) for hood in hoods}):
        rows.append(_row(code, AreaLevel.DISTRICT, names.get(code, f"Wijk {code[6:]}"), tree.municipality_code))
    for code in hoods:
        became = [link.to_code for link in links if link.from_code == code]
        name = names.get(code) or (tree.names().get(became[0]) if len(became) == 1 else None)
        rows.append(_row(code, AreaLevel.NEIGHBOURHOOD, name or code, _district(code)))
    for row in rows:
        row["geometry"] = _outline(row["area_code"], row["area_level"], hoods, shapes, tree)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["parent"] = frame["parent"].astype(object).where(frame["parent"].notna(), None)
    return AreaTree(tree.municipality_code, vintage, frame, ("geography.crosswalks",), tree.unknown)


def _row(code: str, level: AreaLevel, name: str, parent: str | None) -> dict[str, Any]:
    empty = {"geometry": None, "area_km2": float("nan"), "listed_only": False, "is_water": False, "members": ()}
    return {"area_code": code, "area_level": level.value, "area_name": name, "parent": parent, **empty}


def _ground(links: Iterable[Link], tree: AreaTree, vintage: int) -> dict[str, Any]:
    """Outlines of former areas whose parts are all theirs alone, in degrees."""
    outline = dict(zip(tree.frame["area_code"], tree.frame["geometry"], strict=True))
    parts: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        parts[link.from_code].append(link)
    found = {}
    for code, made in parts.items():
        shapes = [outline.get(link.to_code) for link in made]
        if all(link.is_sole for link in made) and all(shape is not None for shape in shapes):
            found[code] = shapes[0] if len(shapes) == 1 else shapely.union_all(array_of(shapes))
    return found


def _outline(code: str, level: str, hoods: list[str], shapes: Mapping[str, Any], tree: AreaTree) -> Any:
    if level == AreaLevel.NEIGHBOURHOOD:
        return shapes.get(code)
    if level == AreaLevel.MUNICIPALITY:
        return dict(zip(tree.frame["area_code"], tree.frame["geometry"], strict=True))[code]
    inside = [shapes.get(hood) for hood in hoods if _district(hood) == code]
    return shapely.union_all(array_of(inside)) if inside and all(shape is not None for shape in inside) else None
