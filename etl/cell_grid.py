"""Cells as an array of periods x areas, and which of its periods are complete."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from config.vocabulary import PeriodType
from etl.cube import FINAL, PROVISIONAL, AreaAxis, Floats
from etl.derive import Cells

#: Period types of cards and maps, the one that screens open with first.
COMPARED_TYPES = (PeriodType.ROLLING_12_MONTHS, PeriodType.YEAR)


def grid(block: Cells, values: Floats, axis: AreaAxis) -> Floats:
    """One figure of the cells, shape (periods, areas); NaN where there is no cell."""
    found = np.full((len(block.periods), len(axis.codes)), np.nan)
    found[block.period, block.area] = values
    return found


def complete(block: Cells, axis: AreaAxis) -> NDArray[np.bool_]:
    """Per period: are there final numbers and no provisional one? Shape (periods,)."""
    status = grid(block, block.delivered_status.astype(float), axis)
    return np.asarray((status == FINAL).any(axis=1) & ~(status == PROVISIONAL).any(axis=1))


def newest_complete(block: Cells, axis: AreaAxis) -> int | None:
    """Position of the newest complete period."""
    places = np.flatnonzero(complete(block, axis))
    return int(places[-1]) if places.size else None
