"""What the figures of an edition mean: all statistics that a load computes, from what that edition may show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from config.model import Indicator
from etl.counted_otherwise import held_back, said, suspected
from etl.cube import AreaAxis
from etl.derive import Cells
from etl.judge import judged, panels
from etl.peers import peers
from etl.remembering import Memory
from etl.rounded_series import without_verdict
from etl.standing import clusters, crossings, standing

#: Of the permutations: the same figures give the same clusters in every load.
SEED = 20_240_101

Breaks = Mapping[tuple[str | None, str | None], Sequence[dt.date]]


@dataclass(frozen=True)
class Meaning:
    """Tables of `etl.tables_statistics` by name."""

    expectation: pd.DataFrame
    verdict: pd.DataFrame
    standing: pd.DataFrame
    cluster: pd.DataFrame
    peer: pd.DataFrame

    def frames(self) -> dict[str, pd.DataFrame]:
        return dict(vars(self))


def breaks_of(
    indicators: Sequence[Indicator], moved: Mapping[str, dt.date]
) -> dict[tuple[str | None, str | None], list[dt.date]]:
    """Days on which a series breaks: see `etl.judge.panels`. A group breaks where one of its members does.

    Args:
        moved: area code -> day on which its border moved.
    """
    own = {indicator.id: [one.date for one in indicator.breaks] for indicator in indicators}
    found: dict[tuple[str | None, str | None], list[dt.date]] = {(None, code): [day] for code, day in moved.items()}
    for indicator in indicators:
        days = {day for name in (indicator.id, *(indicator.numerator.sum_of or ())) for day in own.get(name, ())}
        if days:
            found[indicator.id, None] = sorted(days)
    return found


def meaning_of(
    cells: Sequence[Cells],
    axis: AreaAxis,
    *,
    breaks: Breaks,
    source_of: Mapping[str, str],
    features: Sequence[str],
    touching: Sequence[tuple[str, str]],
    memory: Memory,
    rounded: frozenset[str] = frozenset(),
    elsewhere: pd.DataFrame | None = None,
) -> Meaning:
    """All statistics of an edition.

    Args:
        breaks: see `etl.judge.panels`. source_of: indicator -> the source that gives it.
        features: context indicators that make areas alike.
        touching: neighbourhoods that share a border. memory: of the statistics of another edition of this load.
        rounded: sources whose small counts this edition shows rounded; their series are not judged.
        elsewhere: rows of the table `peer` for other municipalities (`etl.peers_elsewhere`).
    """
    is_rounded = [source_of.get(block.indicator.id) in rounded for block in cells]
    found = panels([block for block, was in zip(cells, is_rounded, strict=True) if not was], axis, breaks)
    without = panels([block for block, was in zip(cells, is_rounded, strict=True) if was], axis, breaks)
    steps = suspected(found)
    expectation, verdict = judged(held_back(found, steps), source_of, memory)
    crossed = crossings(cells, axis)
    return Meaning(
        expectation=expectation,
        verdict=_joined(said(verdict, steps), without_verdict(without)),
        standing=standing(crossed, axis),
        cluster=clusters(crossed, axis, touching, seed=SEED, memory=memory),
        peer=_joined(peers(cells, axis, features), pd.DataFrame() if elsewhere is None else elsewhere),
    )


def _joined(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    kept = [frame for frame in (one, other) if len(frame)]
    return pd.concat(kept, ignore_index=True) if kept else one
