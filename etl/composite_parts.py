"""The parts of an index as arrays: what each indicator is per year and area, and where it rests on too few people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.index_indicator import POPULATION
from config.model import Rates
from config.vocabulary import UNIT_BASE
from etl.cell_grid import complete, grid
from etl.cube import NOT_DELIVERED, AreaAxis, Floats, Ranks
from etl.derive import Cells, smallest_denominator
from etl.statistics.smoothing import empirical_bayes


def has_base(block: Cells | None, year: str, axis: AreaAxis) -> bool:
    """Are there complete figures of the base year in neighbourhoods?"""
    if block is None or year not in block.periods:
        return False
    at = block.periods.index(year)
    known = ~np.isnan(grid(block, block.value, axis)[at, axis.neighbourhoods])
    if block.indicator.id == POPULATION:
        return bool(known.any())
    return bool(known.any() and complete(block, axis)[at])


@dataclass(frozen=True)
class People:
    """Residents: `years` has a row per year and a column per area."""

    years: pd.DataFrame

    @classmethod
    def of(cls, block: Cells, axis: AreaAxis) -> People:
        return cls(
            pd.DataFrame(grid(block, block.value, axis), index=[int(year) for year in block.periods]).sort_index()
        )

    def at(self, year: str) -> pd.Series:
        """Per area those of that year, else of the nearest earlier year, else of the nearest later one."""
        every = self.years.index.union([int(year)])
        return pd.Series(self.years.reindex(every).ffill().bfill().loc[[int(year)]].iloc[0])


@dataclass(frozen=True)
class Part:
    """One indicator of an index as arrays of (years, areas)."""

    name: str
    block: Cells
    complete: frozenset[str]
    value: Floats
    is_smoothed: NDArray[np.bool_]
    status: Ranks
    estimated: Floats

    @classmethod
    def of(cls, block: Cells, axis: AreaAxis, rates: Rates) -> Part:
        value = grid(block, block.value, axis)
        events, people = grid(block, block.events, axis), grid(block, block.denominator, axis)
        base, hoods = UNIT_BASE.get(block.indicator.unit, 1), axis.neighbourhoods
        # Too few people for a rate of their own: drawn towards what all neighbourhoods show. A weighted sum is no count
        # that this knows how to draw.
        few = np.isnan(value) & ~np.isnan(events) & np.isin(np.arange(len(axis.codes)), hoods)
        few &= not block.indicator.is_weighted
        few &= (people > 0) & (people < smallest_denominator(block.indicator, rates))
        for year in np.flatnonzero(few.any(axis=1)):
            rate = np.full(len(axis.codes), np.nan)
            rate[hoods] = empirical_bayes(events[year, hoods], np.nan_to_num(people[year, hoods]), per=base).rate
            value[year, few[year]] = rate[few[year]]
        status = np.nan_to_num(grid(block, block.status.astype(float), axis), nan=NOT_DELIVERED)
        status = np.where(few, grid(block, block.delivered_status.astype(float), axis), status)
        return cls(
            block.indicator.id,
            block,
            frozenset(np.array(block.periods)[complete(block, axis)].tolist()),
            value,
            few & ~np.isnan(value),
            status.astype(np.int8),
            np.nan_to_num(grid(block, block.estimated, axis)),
        )

    def at(self, year: str) -> int:
        return self.block.periods.index(year)
