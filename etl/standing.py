"""Where each area stands among those of its level: smoothed rate, place with its interval, funnel, clusters.

For the newest complete twelve months (or year) of every indicator with events and a denominator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.model import Indicator
from config.vocabulary import UNIT_BASE, AreaLevel, Unit
from etl.calendar import exposure_years
from etl.cell_grid import COMPARED_TYPES, newest_complete
from etl.cube import AreaAxis, Floats
from etl.derive import Cells
from etl.remembering import Memory

if TYPE_CHECKING:
    from libpysal.weights import W

STANDING = ["indicator", "area_code", "period", "smoothed", "rank", "rank_lower", "rank_upper", "n_ranked", "funnel"]
CLUSTER = ["indicator", "area_code", "period", "cluster", "local_moran", "gi_star", "q"]

#: With fewer neighbourhoods no clusters are offered (STATISTICS 6); what looks for them takes seconds to import.
FEWEST_AREAS = 20

#: Levels whose areas are compared with each other.
RANKED_LEVELS = (AreaLevel.NEIGHBOURHOOD, AreaLevel.DISTRICT)


@dataclass(frozen=True)
class Crossing:
    """The figures of one indicator in its newest complete period, per area of the axis; NaN where there is no rate."""

    indicator: Indicator
    period: str
    events: Floats
    people: Floats  # denominator x years

    @property
    def base(self) -> int:
        return UNIT_BASE[self.indicator.unit]


def crossings(cells: Sequence[Cells], axis: AreaAxis) -> list[Crossing]:
    """What can be compared between areas: rates of events, not stocks, shares or scores."""
    by_key = {(block.indicator.id, block.period_type): block for block in cells}
    found = []
    for name in dict.fromkeys(block.indicator.id for block in cells):
        for period_type in COMPARED_TYPES:
            block = by_key.get((name, period_type))
            crossing = None if block is None else _crossing(block, axis)
            if crossing is not None:
                found.append(crossing)
                break
    return found


def _crossing(block: Cells, axis: AreaAxis) -> Crossing | None:
    unit = block.indicator.unit
    if unit not in UNIT_BASE or unit is Unit.SHARE_PCT or not block.is_events:
        return None
    newest = newest_complete(block, axis)
    if newest is None:
        return None
    events, people = (np.full(len(axis.codes), np.nan) for _ in range(2))
    inside = (block.period == newest) & ~np.isnan(block.rate)
    # A number that is partly redistributed over changed boundaries is no whole number; tests of counts need one.
    events[block.area[inside]] = np.rint(block.numerator[inside])
    people[block.area[inside]] = block.denominator[inside] * exposure_years(block.periods[newest])
    return Crossing(block.indicator, block.periods[newest], events, people)


def standing(found: Sequence[Crossing], axis: AreaAxis) -> pd.DataFrame:
    """The table `standing`: columns STANDING."""
    from etl.statistics.funnel import expected_from_rest, funnel_ratio
    from etl.statistics.ranking import rank_rates
    from etl.statistics.smoothing import empirical_bayes

    frames = []
    for one in found:
        for level in RANKED_LEVELS:
            areas = axis.at(level)
            events, people = one.events[areas], one.people[areas]
            known = ~np.isnan(events) & (people > 0)
            if not known.any():
                continue
            events = np.where(known, events, np.nan)
            people = np.where(known, people, np.nan)
            smoothed = empirical_bayes(events, people, per=one.base)
            ranks = rank_rates(events, people)
            rest = expected_from_rest(events, people)
            funnel = funnel_ratio(events, rest[:, 0], reference_events=rest[:, 1])
            frames.append(
                pd.DataFrame(
                    {
                        "indicator": one.indicator.id,
                        "area_code": _codes(axis, areas[known]),
                        "period": one.period,
                        "smoothed": smoothed.rate[known],
                        "rank": ranks.rank[known],
                        "rank_lower": ranks.best[known],
                        "rank_upper": ranks.worst[known],
                        "n_ranked": ranks.n_ranked,
                        "funnel": funnel.verdict[known],
                    }
                )
            )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=STANDING)


def clusters(
    found: Sequence[Crossing],
    axis: AreaAxis,
    pairs: Sequence[tuple[str, str]],
    *,
    seed: int,
    memory: Memory,
) -> pd.DataFrame:
    """The table `cluster` (columns CLUSTER): areas that are part of a group of high areas, or that were tested.

    Args:
        pairs: neighbourhoods that touch.
        seed: of the permutations, so that the same figures give the same clusters.
        memory: of another edition of this load; the same figures are not permuted again.
    """
    areas = axis.at(AreaLevel.NEIGHBOURHOOD)
    if len(areas) < FEWEST_AREAS or not found:
        return pd.DataFrame(columns=CLUSTER)
    from etl.statistics.spatial import contiguity

    weights = contiguity(_codes(axis, areas), pairs)
    frames = []
    for one in found:
        events, people = one.events[areas], one.people[areas]
        key = ("clusters", one.indicator.id, one.period, events.tobytes(), people.tobytes())
        frame = memory.once(key, partial(_clusters_of, one, events, people, weights, seed))
        if frame is not None:
            frames.append(frame)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=CLUSTER)


def _clusters_of(one: Crossing, events: Floats, people: Floats, weights: W, seed: int) -> pd.DataFrame | None:
    from etl.statistics.spatial import rate_hotspots

    spots = rate_hotspots(events, people, weights, seed=seed)
    if not spots.n_tested:
        return None
    number = {code: place for place, group in enumerate(spots.clusters, start=1) for code in group.members}
    tested = ~np.isnan(spots.gi_star)
    codes = [code for code, was in zip(weights.id_order, tested, strict=True) if was]
    return pd.DataFrame(
        {
            "indicator": one.indicator.id,
            "area_code": codes,
            "period": one.period,
            "cluster": [number.get(code) for code in codes],
            "local_moran": spots.local_moran[tested],
            "gi_star": spots.gi_star[tested],
            "q": spots.p_adjusted[tested],
        }
    )


def _codes(axis: AreaAxis, areas: NDArray[np.intp]) -> list[str]:
    return [axis.codes[area] for area in areas]
