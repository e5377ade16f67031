"""How weeks come in where registrations follow later: each delivery gives the newest weeks again, more complete.

Oefenstad gets its weeks like this, Enschede gets each week once. The events are the same ones that the months tell of;
only when the municipality gets to know them differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from etl import calendar
from sample_data.events import Counts
from sample_data.places import Place, stream

#: The municipality, and the newest week that it got. That of 2026-W45 was due on 10 November.
SLUG, NEWEST = "oefenstad", "2026-W44"
#: So many of the newest deliveries come one by one, and each gives so many weeks.
DELIVERIES, WEEKS_EACH = 16, 7
#: Assumption: part of a week's events that is known in the delivery of that week, of the week after, and so on.
KNOWN = (0.85, 0.93, 0.975, 0.99, 1.0)
#: One week of which the northern districts came in only three weeks later, but for a part.
REVISED, KNOWN_FROM, NORTH, PART_BEFORE = "2026-W38", "2026-W41", ("WK990106", "WK990107", "WK990113"), 0.2


@dataclass(frozen=True)
class Sent:
    """One weekly delivery: the week in its name, the weeks in it, and per group the counts of those weeks."""

    name: str
    weeks: list[str]
    counts: dict[str, Counts]  # (neighbourhoods, weeks)


def sent(place: Place, weekly: dict[str, Counts], weeks: list[str], batches: dict[str, list[str]]) -> Iterator[Sent]:
    """The weekly deliveries of a place.

    Args:
        weekly: what is known in the end, per group (neighbourhoods, weeks).
        batches: deliveries of old, by the week in their name; the last one is followed by single weeks.
    """
    draw = stream(place, "late registrations")
    known = {group: _by_age(counts, draw) for group, counts in weekly.items()}
    is_north = np.array([n.district_code in NORTH for n in place.neighbourhoods])
    before = {
        group: draw.binomial(counts[is_north, weeks.index(REVISED)], PART_BEFORE) for group, counts in weekly.items()
    }
    last_of_old = max(batches)
    singles = calendar.periods_between(last_of_old, NEWEST)[1:]
    for name in [*batches, *singles]:
        at = weeks.index(name)
        covered = batches.get(name) or weeks[at - WEEKS_EACH + 1 : at + 1]
        columns = [weeks.index(week) for week in covered]
        # The archive came in one go; its newest weeks were as young as those of any delivery.
        ages = [len(KNOWN) - 1 if name < last_of_old else min(at - column, len(KNOWN) - 1) for column in columns]
        counts = {group: by_age[:, columns, ages] for group, by_age in known.items()}
        if REVISED in covered and name < KNOWN_FROM:
            for group, few in before.items():
                counts[group][is_north, covered.index(REVISED)] = few
        yield Sent(name, covered, counts)


def _by_age(counts: Counts, draw: np.random.Generator) -> Counts:
    """Events known at each age, shape (neighbourhoods, weeks, ages): each event becomes known once and stays so."""
    newly = draw.multinomial(counts, np.diff(KNOWN, prepend=0.0))
    return newly.cumsum(axis=2)
