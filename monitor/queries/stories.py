"""Signals that tell of one thing: a neighbourhood and its district, an indicator and the group it is in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from config.vocabulary import TOTAL_CODE
from etl.snapshot import Snapshot
from monitor.queries.judged import Judged
from monitor.queries.memory import remembered

#: From the most to the least telling level of one story: where something can be done comes first.
_LEVELS = {"neighbourhood": 0, "custom": 1, "district": 2, "municipality": 3}


class Story(NamedTuple):
    """Signals that belong together: the one that says most, and the others."""

    shown: Judged
    others: tuple[Judged, ...]


def told_once(
    signals: Sequence[Judged], lines: Mapping[str, frozenset[str]], parts: Mapping[str, frozenset[str]]
) -> list[Story]:
    """Each story by its most telling signal, with the other signals of the same story.

    Args:
        signals: of one direction, largest difference first.
        lines: area code -> the areas it lies in, itself included. parts: indicator -> what it counts, itself included.

    Returns:
        In the order of their largest difference. Signals belong together where
        one area lies in the other and one indicator counts what the other counts, directly or through a third.
    """
    groups: list[list[Judged]] = []
    for one in signals:
        near = [group for group in groups if any(_are_related(one, other, lines, parts) for other in group)]
        merged = [*(other for group in near for other in group), one]
        groups = [group for group in groups if group not in near]
        groups.append(merged)
    groups.sort(key=lambda group: -max(abs(one.excess or 0) for one in group))
    found = []
    for group in groups:
        head = min(
            group, key=lambda one: (_LEVELS.get(one.area_level, 9), len(parts[one.indicator]), -abs(one.excess or 0))
        )
        found.append(Story(head, tuple(one for one in group if one is not head)))
    return found


def _are_related(
    one: Judged, other: Judged, lines: Mapping[str, frozenset[str]], parts: Mapping[str, frozenset[str]]
) -> bool:
    is_inside = one.area_code in lines[other.area_code] or other.area_code in lines[one.area_code]
    return is_inside and bool(parts[one.indicator] & parts[other.indicator])


@remembered
def lines_of_areas(snapshot: Snapshot) -> dict[str, frozenset[str]]:
    """Area code -> the areas it lies in, itself included."""
    frame = snapshot.query("SELECT area_code, parent FROM area")
    parent = {str(row.area_code): row.parent for row in frame.itertuples()}
    found = {}
    for code in parent:
        line, at = [code], parent[code]
        while isinstance(at, str) and at in parent and at not in line:
            line.append(at)
            at = parent[at]
        found[code] = frozenset(line)
    return found


@remembered
def parts_of_indicators(snapshot: Snapshot) -> dict[str, frozenset[str]]:
    """Indicator -> what it counts: itself, its members; a total counts all of its pack."""
    frame = snapshot.query("SELECT indicator, pack, definition FROM indicator")
    numerators = {str(row.indicator): json.loads(row.definition)["numerator"] for row in frame.itertuples()}
    packs = {str(row.indicator): str(row.pack) for row in frame.itertuples()}

    def counted(name: str) -> set[str]:
        found = {name}
        for member in numerators.get(name, {}).get("sum_of") or ():
            found |= counted(member)
        return found

    every = {name: counted(name) for name in numerators}
    for name, numerator in numerators.items():
        if TOTAL_CODE in ((numerator.get("statline") or {}).get("codes") or ()):
            every[name] |= {other for other in numerators if packs[other] == packs[name]}
    return {name: frozenset(found) for name, found in every.items()}
