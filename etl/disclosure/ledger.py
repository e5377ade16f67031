"""Published figures of one source as dense arrays, beside what is true: what the auditor reckons with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from config.vocabulary import PeriodType, Status
from etl.calendar import parse
from etl.disclosure.attacks import UNBOUNDED
from etl.disclosure.leaves import WHOLE, Block, Ints

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

#: What stands before the id of a source whose figures are made up.
_PRACTICE = "oefendata: "
#: Windows by the period type of a published row.
_WINDOW = {
    PeriodType.QUARTER: "quarter",
    PeriodType.YEAR: "year",
    PeriodType.ROLLING_12_MONTHS: "rolling_12_months",
    PeriodType.ROLLING_4_WEEKS: "rolling_4_weeks",
}


class Room(NamedTuple):
    """How far a sum of leaves lies above its lowest and under its highest, as published; same shape both."""

    above: Ints
    below: Ints


@dataclass(frozen=True)
class Ledger:
    """One block as published.

    Attributes:
        low, high: range that each leaf's published value and status stand for, shape (areas, indicators, periods).
        totals: window ('' = the period itself) -> published count of each cell, shape (cells, periods), by the last
            period of the window; NaN where nothing was published.
        leaf_value, is_rounded: published count and status of each leaf, shape as `low`; NaN where nothing was.
    """

    block: Block
    base: int
    low: Ints
    high: Ints
    totals: dict[str, Floats]
    leaf_value: Floats
    is_rounded: Flags

    @cached_property
    def is_secret(self) -> Flags:
        """Leaves that must stay hidden: truly 1 … base-1."""
        return np.asarray((self.block.true > 0) & (self.block.true < self.base))

    @cached_property
    def counters(self) -> Ints:
        """Added up over the periods, shape (areas, indicators, periods + 1, 2 + 2 (base - 1)): lowest, highest, and the
        secrets that lie within 0, 1 … of their lowest, and within 0, 1 … of their highest."""
        true, steps = self.block.true, range(self.base - 1)
        kinds: list[NDArray[np.generic]] = [self.low, self.high]
        kinds += [self.is_secret & (true >= self.low) & (true - self.low <= step) for step in steps]
        kinds += [self.is_secret & (true <= self.high) & (self.high - true <= step) for step in steps]
        stacked = np.stack([np.asarray(kind, dtype=np.int64) for kind in kinds], axis=-1)
        return np.insert(stacked.cumsum(axis=2), 0, 0, axis=2)

    def over_cells(self, leaves: NDArray[np.generic]) -> NDArray[Any]:
        """Numbers of the leaves added up per cell: (areas x indicators, n) gives (cells, n)."""
        block = self.block
        leaf = np.repeat(np.arange(len(block.cell_of)), [len(cells) for cells in block.cell_of])
        cell = np.fromiter((cell for cells in block.cell_of for cell in cells), dtype=np.intp)
        ones = np.ones(len(leaf), dtype=leaves.dtype)
        return np.asarray(sparse.csr_matrix((ones, (cell, leaf)), (len(block.cells), len(block.cell_of))) @ leaves)

    @cached_property
    def of_cells(self) -> Ints:
        """The counters of each cell, shape (cells, periods + 1, counters)."""
        flat = self.over_cells(self.counters.reshape(len(self.block.cell_of), -1))
        return flat.reshape(len(self.block.cells), *self.counters.shape[2:])

    def opens(self, window: str) -> NDArray[np.intp]:
        """Position of the first period of the window that ends in each period."""
        return self.block.opens[self.block.windows.index(window)] if window else np.arange(len(self.block.periods))

    def tells(self, total: Floats, plus: Ints, minus: Ints | None = None) -> tuple[Flags, Room]:
        """Where `total = sum(plus) - sum(minus)` may tell a secret from fewer than `base` values.

        Args:
            total: published, any shape; NaN: not published.
            plus, minus: counters of the leaves that are added and subtracted, shape (*total, counters).

        Returns:
            True where it may (to be looked at leaf by leaf), and the room of the sum.
        """
        steps = self.base - 1
        taken = np.zeros_like(plus) if minus is None else minus
        is_there = np.isfinite(total)
        said = np.where(is_there, np.rint(np.nan_to_num(total)), 0).astype(np.int64)
        above = said - (plus[..., 0] - taken[..., 1])
        below = (plus[..., 1] - taken[..., 0]) - said
        near_low = plus[..., 2 : 2 + steps] + taken[..., 2 + steps :]
        near_high = plus[..., 2 + steps :] + taken[..., 2 : 2 + steps]
        told = np.zeros(total.shape, dtype=bool)
        for room, near in ((above, near_low), (below, near_high)):
            step = np.clip(room, 0, steps - 1)
            count = np.take_along_axis(near, step[..., None], axis=-1)[..., 0]
            told |= (room >= 0) & (room < steps) & (count > 0)
        return told & is_there & (above >= 0) & (below >= 0), Room(above, below)

    def secrets_told(self, leaves: Flags | tuple[NDArray[np.intp], ...], above: int, below: int) -> Flags:
        """Which of the leaves that one sum adds are told, given its room. Shape of the selection."""
        low, high, true = self.low[leaves], self.high[leaves], self.block.true[leaves]
        lowest, highest = np.maximum(low, high - below), np.minimum(high, low + above)
        is_narrow = highest - lowest + 1 < self.base
        return np.asarray(self.is_secret[leaves] & is_narrow & (lowest <= true) & (true <= highest))


def counts(rows: pd.DataFrame) -> Floats:
    """The count of each published row: the numerator, or the value of an indicator that counts; NaN where none."""
    value = rows.value.where(rows.unit.astype(str) == "count") if "unit" in rows.columns else rows.value
    if "numerator" not in rows.columns:
        return value.to_numpy(dtype=float)
    return rows.numerator.where(rows.numerator.notna(), value).to_numpy(dtype=float)


def of_source(published: pd.DataFrame, source_id: str) -> pd.DataFrame:
    """The published rows of a source, practice or not."""
    return published[published.source.astype(str).isin([source_id, _PRACTICE + source_id])]


def ledger(published: pd.DataFrame, block: Block, *, municipality: str, base: int = 5) -> Ledger:
    """Lay the published rows of a block's source beside the truth.

    Args:
        published: columns of the export, of one vintage; rows of other sources are passed over.
        municipality: code of the municipality in `published`.
    """
    rows = of_source(published, block.source_id)
    number = {cell: place for place, cell in enumerate(block.cells)}
    windows, positions = ends_of(sorted(rows.period.unique()), block)
    count = counts(rows)
    area = rows.area_code.where(rows.area_code != municipality, WHOLE)
    cell = pd.MultiIndex.from_tuples(list(number)).get_indexer(pd.MultiIndex.from_arrays([area, rows.indicator]))
    window = rows.period.map(windows).to_numpy(dtype=object)
    at = rows.period.map(positions).fillna(-1).to_numpy(dtype=np.intp)
    totals = {}
    for name in ("", *block.windows):
        table = np.full((len(block.cells), len(block.periods)), np.nan)
        mine = (window == name) & (cell >= 0) & (at >= 0)
        table[cell[mine], at[mine]] = count[mine]
        totals[name] = table
    own = np.array([cells[0] for cells in block.cell_of], dtype=np.intp)
    status = np.zeros((len(block.cells), len(block.periods)), dtype=bool)
    mine = (window == "") & (cell >= 0) & (at >= 0) & (rows.status.astype(str) == str(Status.ROUNDED)).to_numpy()
    status[cell[mine], at[mine]] = True
    value = totals[""][own].reshape(block.true.shape)
    is_rounded = status[own].reshape(block.true.shape)
    low, high = _ranges(value, is_rounded, base)
    low[~block.present], high[~block.present] = 0, 0
    return Ledger(block, base, low, high, totals, value, is_rounded)


def _ranges(value: Floats, is_rounded: Flags, base: int) -> tuple[Ints, Ints]:
    is_there = np.isfinite(value)
    said = np.where(is_there, np.nan_to_num(value), 0).astype(np.int64)
    low = np.where(is_there & ~is_rounded, said, np.where(is_rounded & (said >= base), 1, 0))
    high = np.where(
        is_there & ~is_rounded, said, np.where(is_rounded, np.where(said >= base, base, base - 1), UNBOUNDED)
    )
    return low.astype(np.int64), high.astype(np.int64)


def ends_of(periods: Sequence[str], block: Block) -> tuple[dict[str, str], dict[str, int]]:
    """Per published period its window and the position of the block's last period in it."""
    place = {period: at for at, period in enumerate(block.periods)}
    last_days = np.array([parse(period).last_day.toordinal() for period in block.periods])
    windows, positions = {}, {}
    for text in periods:
        if text in place:
            windows[text], positions[text] = "", place[text]
            continue
        period = parse(str(text))
        window = _WINDOW.get(period.period_type)
        at = int(np.searchsorted(last_days, period.last_day.toordinal(), side="right")) - 1
        if window in block.windows and at >= 0 and last_days[at] >= period.first_day.toordinal():
            windows[text], positions[text] = str(window), at
    return windows, positions
