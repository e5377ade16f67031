"""What the figures of an edition mean: all statistics that a load computes, from what that edition may show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from config.model import Indicator
from etl.cube import AreaAxis
from etl.derive import Cells
from etl.judge import expectations, panels, verdicts
from etl.peers import peers
from etl.standing import clusters, crossings, standing

#: Of the permutations: the same figures give the same clusters in every load.
SEED = 20_240_101

Breaks = Mapping[tuple[str, str | None], Sequence[dt.date]]


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


def breaks_of(indicators: Iterable[Indicator]) -> dict[tuple[str, str | None], list[dt.date]]:
    """Days on which the counting of an indicator changed in all areas; of a group also those of its members."""
    own = {indicator.id: [one.date for one in indicator.breaks] for indicator in indicators}
    found: dict[tuple[str, str | None], list[dt.date]] = {}
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
    features: Sequence[str],
    touching: Sequence[tuple[str, str]],
) -> Meaning:
    """All statistics of an edition.

    Args:
        breaks: see `etl.judge.panels`. features: context indicators that make areas alike.
        touching: neighbourhoods that share a border.
    """
    found = panels(cells, axis, breaks)
    crossed = crossings(cells, axis)
    return Meaning(
        expectation=expectations(found),
        verdict=verdicts(found),
        standing=standing(crossed, axis),
        cluster=clusters(crossed, axis, touching, seed=SEED),
        peer=peers(cells, axis, features),
    )
