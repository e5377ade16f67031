"""What became of areas by their ground: two maps laid over each other.

A part of an area counts for the people who live there, where they are known, else for its surface. Slivers are dropped:
borders of two surveys never meet exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import shapely

from config.vocabulary import AreaLevel
from etl.crosswalk import Line

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: A part of less than this share of an area is a sliver, unless it is most of the area it lies in.
SLIVER = 0.01
MOST = 0.5


@dataclass(frozen=True)
class _Part:
    to_code: str
    area_m2: float
    share_of_target: float


def overlap_lines(before: AreaTree, after: AreaTree, inhabitants: Mapping[str, float] | None = None) -> list[Line]:
    """Lines from every neighbourhood of one map to those of another.

    Args:
        before, after: trees with polygons. inhabitants: of the areas of `after`; where they are known for every part
            of an area, its shares are by people (a part has its area's people in proportion to its surface).

    Returns:
        Shares that add up to 1 per area, with basis 'overlap' or 'population'. An area without a polygon, or that no
        area of `after` covers, has no line.
    """
    lines = []
    for code, parts in _parts(before, after).items():
        known = inhabitants or {}
        people = [known.get(part.to_code, 0.0) * part.share_of_target for part in parts]
        by_people = all(number > 0 for number in people)
        sizes = people if by_people else [part.area_m2 for part in parts]
        total = sum(Fraction(size) for size in sizes)
        basis = ("population" if by_people else "overlap") if len(parts) > 1 else "overlap"
        lines += [
            Line(code, before.vintage, part.to_code, after.vintage, Fraction(size) / total, basis=basis,
                 where="geography.former_boundaries")
            for part, size in zip(parts, sizes, strict=True)
        ]  # fmt: skip
    return lines


def _parts(before: AreaTree, after: AreaTree) -> dict[str, list[_Part]]:
    from_codes, old = before.geometries(AreaLevel.NEIGHBOURHOOD)
    to_codes, new = after.geometries(AreaLevel.NEIGHBOURHOOD)
    found: dict[str, list[_Part]] = defaultdict(list)
    pairs = shapely.STRtree(new).query(old, predicate="intersects")
    shared = shapely.area(shapely.intersection(old[pairs[0]], new[pairs[1]]))
    for first, second, area in zip(*pairs.tolist(), shared.tolist(), strict=True):
        of_target = area / new[second].area
        if area >= SLIVER * old[first].area or of_target >= MOST:
            found[from_codes[first]].append(_Part(to_codes[second], area, of_target))
    return {code: sorted(parts, key=lambda part: part.to_code) for code, parts in sorted(found.items())}
