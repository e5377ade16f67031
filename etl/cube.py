"""Figures of one source as a dense block: indicator x area x period.

A municipality has some hundred areas and a source some dozens of indicators, so all its periods fit in memory as one
array; sums over areas and over time are then a matrix product and a difference of running sums. Nothing here knows
files, databases or screens.

Statuses are ranks in `config.vocabulary.STATUS_ORDER` (0 = not_applicable … 6 = final): the lower rank prevails.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.vocabulary import STATUS_ORDER, AreaLevel, PeriodType, Status
from etl.calendar import exposure_years

Floats = NDArray[np.float64]
Ranks = NDArray[np.int8]

RANK: dict[Status, int] = {status: rank for rank, status in enumerate(STATUS_ORDER)}
NOT_APPLICABLE, NOT_DELIVERED, SUPPRESSED = (
    RANK[Status.NOT_APPLICABLE],
    RANK[Status.NOT_DELIVERED],
    RANK[Status.SUPPRESSED],
)
ROUNDED = RANK[Status.ROUNDED]
PROVISIONAL, ESTIMATED, FINAL = RANK[Status.PROVISIONAL], RANK[Status.ESTIMATED], RANK[Status.FINAL]

#: Below this share of delivered parts a sum over time is provisional (DESIGN 3).
COMPLETE_SHARE = 0.95


@dataclass(frozen=True)
class AreaAxis:
    """The areas of a tree in a fixed order, and which neighbourhoods make up each of them.

    `members` has shape (areas, neighbourhoods): 1 where the neighbourhood lies in the area.
    """

    codes: tuple[str, ...]
    levels: tuple[AreaLevel, ...]
    neighbourhoods: NDArray[np.intp]
    members: Floats
    childless: Floats  # per area: districts in it of which no neighbourhood is known; they count as not covered

    @classmethod
    def of(cls, frame: pd.DataFrame) -> AreaAxis:
        """The axis of a tree (columns of `etl.areas.AreaTree.frame`), in the order of its rows."""
        codes = tuple(str(code) for code in frame.area_code)
        levels = tuple(AreaLevel(level) for level in frame.area_level)
        parents = dict(zip(codes, frame.parent, strict=True))
        hoods = np.array([i for i, level in enumerate(levels) if level is AreaLevel.NEIGHBOURHOOD], dtype=np.intp)
        own = {code: set(members) for code, members in zip(codes, frame.members, strict=True) if members}
        members = np.zeros((len(codes), len(hoods)))
        for column, hood in enumerate(hoods):
            district = parents[codes[hood]]
            inside = {codes[hood], district, parents.get(district)}
            members[:, column] = [code in inside or codes[hood] in own.get(code, ()) for code in codes]
        childless = np.array(
            [
                float(sum(members[j].sum() == 0 for j, other in enumerate(levels) if other is AreaLevel.DISTRICT))
                if level is AreaLevel.MUNICIPALITY
                else float(level is AreaLevel.DISTRICT and members[i].sum() == 0)
                for i, level in enumerate(levels)
            ]
        )
        return cls(codes, levels, hoods, members, childless)

    def at(self, level: AreaLevel) -> NDArray[np.intp]:
        """Positions of the areas of one level."""
        return np.array([index for index, own in enumerate(self.levels) if own == level], dtype=np.intp)


@dataclass(frozen=True)
class Cube:
    """Figures of one source and one period type.

    Attributes:
        value: shape (indicators, areas, periods); NaN where the status carries no number.
        lower, upper: the source's own margins, same shape, or None.
        status: ranks, same shape.
        exposure: years that each period stands for, shape (periods,) broadcast against value: a year of which eleven
            months are delivered counts 11/12.
        coverage: share of an area's neighbourhoods that the source ever delivers, shape (indicators, areas).
        estimated: the part of value that was redistributed over changed boundaries, same shape; None: nothing was.
        crossing: of that, the part that came over the border of a district.
    """

    source_id: str
    period_type: PeriodType
    indicators: tuple[str, ...]
    axis: AreaAxis
    periods: tuple[str, ...]
    value: Floats
    status: Ranks
    exposure: Floats
    coverage: Floats
    lower: Floats | None = None
    upper: Floats | None = None
    estimated: Floats | None = None
    crossing: Floats | None = None

    @property
    def delivered(self) -> NDArray[np.bool_]:
        """True where the source said something, a withheld number included."""
        return np.greater(self.status, NOT_DELIVERED)

    def has_level(self, level: AreaLevel) -> NDArray[np.bool_]:
        """Per indicator: does the source give any cell of this level? Shape (indicators,)."""
        return np.asarray(self.delivered[:, self.axis.at(level), :].any(axis=(1, 2)))


def roll_up_areas(cube: Cube, additive: NDArray[np.bool_]) -> Cube:
    """Fill the levels that the source does not give from its neighbourhoods (DESIGN 3, "Parents").

    Args:
        cube: figures as delivered; levels the source lacks are not_delivered.
        additive: per indicator, shape (indicators,): may it be summed? A mean or a score may not: not_applicable.

    Returns:
        A cube in which each lacking level holds the sum of the delivered neighbourhoods. A neighbourhood that the
        source never delivers lowers `coverage`; one that is missing only in this period makes its parent provisional;
        a withheld one withholds its parent.
    """
    axis, hoods = cube.axis, cube.axis.neighbourhoods
    value, status, coverage = cube.value.copy(), cube.status.copy(), cube.coverage.copy()
    leaf_status = cube.status[:, hoods, :]
    ever = np.asarray(cube.delivered[:, hoods, :].any(axis=2))  # (indicators, neighbourhoods)
    numbers = np.nan_to_num(cube.value[:, hoods, :])
    estimated = None if cube.estimated is None else cube.estimated.copy()
    for level in (AreaLevel.DISTRICT, AreaLevel.MUNICIPALITY, AreaLevel.CUSTOM):
        places = axis.at(level)
        lacking = np.flatnonzero(~cube.has_level(level)) if places.size else np.array([], dtype=np.intp)
        if not places.size or not lacking.size:
            continue
        members = axis.members[places]
        sums = _over_members(members, numbers[lacking])
        covered: Floats = ever[lacking].astype(float) @ members.T  # (indicators, parents)
        here = _over_members(members, (leaf_status[lacking] > NOT_DELIVERED).astype(float))
        rank = _parent_rank(members, leaf_status[lacking], here, covered)
        rank[~additive[lacking]] = NOT_APPLICABLE
        if estimated is not None:
            moved = _moved(cube, level, members, lacking)
            rank[(rank == ESTIMATED) & (moved == 0)] = FINAL  # what moved stayed inside: the sum is known
            estimated[np.ix_(lacking, places)] = moved
        sums[rank <= SUPPRESSED] = np.nan
        value[np.ix_(lacking, places)] = sums
        status[np.ix_(lacking, places)] = rank
        coverage[np.ix_(lacking, places)] = covered / np.maximum(members.sum(axis=1) + axis.childless[places], 1)
    return replace(cube, value=value, status=status, coverage=coverage, estimated=estimated)


def _moved(cube: Cube, level: AreaLevel, members: Floats, lacking: NDArray[np.intp]) -> Floats:
    """The redistributed part of a sum over neighbourhoods; nothing crosses the border of the municipality."""
    leaves = cube.crossing if level is AreaLevel.DISTRICT else cube.estimated
    if leaves is None or level is AreaLevel.MUNICIPALITY:
        return np.zeros((len(lacking), len(members), len(cube.periods)))
    return _over_members(members, leaves[np.ix_(lacking, cube.axis.neighbourhoods)])


def _over_members(members: Floats, leaves: Floats) -> Floats:
    """Sums over the neighbourhoods of each parent; (parents, n) with (indicators, n, periods)."""
    sums: Floats = np.einsum("an,inp->iap", members, leaves, optimize=True)
    return sums


def _parent_rank(members: Floats, leaf_status: Ranks, here: Floats, covered: Floats) -> Ranks:
    """Status of a sum over neighbourhoods, shape (indicators, parents, periods)."""
    rank = np.full(here.shape, FINAL, dtype=np.int8)
    for leaf_rank in (ESTIMATED, PROVISIONAL):
        rank[_over_members(members, (leaf_status == leaf_rank).astype(float)) > 0] = leaf_rank
    rank[here < covered[:, :, None]] = PROVISIONAL
    rank[_over_members(members, (leaf_status == SUPPRESSED).astype(float)) > 0] = SUPPRESSED
    rank[here == 0] = NOT_DELIVERED
    return rank


@dataclass(frozen=True)
class Window:
    """A longer period made of consecutive shorter ones: positions [start, stop) of the axis, of `expected` in all."""

    period: str
    start: int
    stop: int
    expected: int


def roll_up_time(cube: Cube, period_type: PeriodType, windows: list[Window]) -> Cube:
    """Sum consecutive periods into longer ones.

    Args:
        cube: periods without holes in the axis (a period nobody delivered is not_delivered).
        windows: the longer periods, at least one; may overlap.

    Returns:
        A cube whose periods are the windows: the sum of the delivered parts; provisional where less than 95 % of the
        parts is delivered or a part is provisional; suppressed where a part is; not_delivered where none is.
        Exposure counts the delivered parts only, so that a rate stays a rate per year.
    """
    start = np.array([window.start for window in windows], dtype=np.intp)
    stop = np.array([window.stop for window in windows], dtype=np.intp)
    expected = np.array([window.expected for window in windows], dtype=float)

    def total(cells: NDArray[np.generic]) -> Floats:
        running = np.concatenate([np.zeros((*cells.shape[:2], 1)), np.cumsum(cells, axis=2, dtype=float)], axis=2)
        return np.asarray(running[:, :, stop] - running[:, :, start])

    present = total(cube.delivered)
    value = total(np.nan_to_num(cube.value))
    rank = np.full(value.shape, FINAL, dtype=np.int8)
    rank[total(cube.status == ESTIMATED) > 0] = ESTIMATED
    rank[(total(cube.status == PROVISIONAL) > 0) | (present / expected < COMPLETE_SHARE)] = PROVISIONAL
    rank[total(cube.status == SUPPRESSED) > 0] = SUPPRESSED
    rank[present == 0] = NOT_DELIVERED
    rank[total(cube.status == NOT_APPLICABLE) > 0] = NOT_APPLICABLE
    value[rank <= SUPPRESSED] = np.nan
    return replace(
        cube,
        period_type=period_type,
        periods=tuple(window.period for window in windows),
        value=value,
        status=rank,
        exposure=np.maximum(present, 1) / expected * exposure_years(windows[0].period),
        lower=None,
        upper=None,
        estimated=None if cube.estimated is None else total(cube.estimated),
        crossing=None,
    )


def sum_of(cube: Cube, members: NDArray[np.intp], weights: Floats | None = None) -> tuple[Floats, Ranks]:
    """A group: the sum of several indicators with the status that prevails among them, shapes (areas, periods).

    Args:
        weights: of each member, shape (members,); None: each counts once.
    """
    value = weighted(cube.value[members], weights)
    rank = np.asarray(cube.status[members].min(axis=0))
    value[rank <= SUPPRESSED] = np.nan
    return value, rank


def weighted(cells: Floats, weights: Floats | None) -> Floats:
    """The sum over the first axis, each with its weight."""
    if weights is None:
        return np.asarray(cells.sum(axis=0))
    return np.asarray(np.tensordot(weights, cells, axes=1))
