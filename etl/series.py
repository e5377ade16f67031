"""From one source's figures as delivered to every series it can give: groups, higher areas, longer periods.

A *series* is one indicator at one level in one period type. Which source gives it is the order of `sources` in the
configuration: the first that provides a series gives all of it; series are never spliced (DESIGN 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from config.model import Indicator
from config.vocabulary import AreaLevel, PeriodType
from etl.calendar import parse
from etl.cube import Cube, Floats, Window, roll_up_areas, roll_up_time, sum_of, weighted

Chosen = Mapping[tuple[str, PeriodType], Sequence["Series"]]

#: Which window type a period type of the catalogue brings along.
WINDOW_OF = {PeriodType.MONTH: PeriodType.ROLLING_12_MONTHS, PeriodType.WEEK: PeriodType.ROLLING_4_WEEKS}


@dataclass(frozen=True)
class Series:
    """One indicator at one level: position `index` of a cube."""

    indicator: Indicator
    level: AreaLevel
    cube: Cube
    index: int
    is_figure: bool  # the source's own figure (a score, mean or share), not a number of events


def complete(native: Sequence[Cube], groups: Iterable[Indicator], figures: frozenset[str]) -> list[Cube]:
    """All cubes of one source, those as delivered first, then those rolled up over time.

    Args:
        native: cubes as delivered, one per period type.
        groups: indicators that are the sum of others; made only where the source gives every member.
        figures: indicators that carry the source's own figure and are never summed.
    """
    own: list[Cube] = []
    for cube in native:
        additive = np.array([name not in figures for name in cube.indicators])
        own.append(_with_groups(roll_up_areas(cube, additive), groups))
    rolled: list[Cube] = []
    for cube in own:
        summable = [index for index, name in enumerate(cube.indicators) if name not in figures]
        base = select(cube, np.array(summable, dtype=np.intp))
        if base.indicators:
            longer = _longer(cube.period_type, base.periods)
            rolled += [roll_up_time(base, kind, windows) for kind, windows in longer if windows]
    return own + rolled


def _longer(period_type: PeriodType, periods: tuple[str, ...]) -> list[tuple[PeriodType, list[Window]]]:
    """The longer periods that months and weeks add up to."""
    if period_type is PeriodType.MONTH:
        return [
            (PeriodType.ROLLING_12_MONTHS, _sliding(periods, 12, "-R12")),
            (PeriodType.QUARTER, _calendar(periods, 3)),
            (PeriodType.YEAR, _calendar(periods, 12)),
        ]
    if period_type is PeriodType.WEEK:
        return [(PeriodType.ROLLING_4_WEEKS, _sliding(periods, 4, "-R4"))]
    return []


def select(cube: Cube, keep: NDArray[np.intp]) -> Cube:
    """The cube with only some of its indicators."""
    exposure = cube.exposure if cube.exposure.ndim < 3 else cube.exposure[keep]
    return replace(
        cube,
        indicators=tuple(cube.indicators[index] for index in keep),
        value=cube.value[keep],
        status=cube.status[keep],
        exposure=exposure,
        coverage=cube.coverage[keep],
        lower=None if cube.lower is None else cube.lower[keep],
        upper=None if cube.upper is None else cube.upper[keep],
        estimated=None if cube.estimated is None else cube.estimated[keep],
        crossing=None if cube.crossing is None else cube.crossing[keep],
    )


def _with_groups(cube: Cube, groups: Iterable[Indicator]) -> Cube:
    """Append the groups whose members the source gives all; a group that the source feeds itself stays as it is."""
    place = {name: index for index, name in enumerate(cube.indicators)}
    names, values, ranks, coverages, groups_of = [], [], [], [], []
    for group in groups:
        members = group.numerator.sum_of or ()
        if group.id in place or not members or any(member not in place for member in members):
            continue
        positions = np.array([place[member] for member in members], dtype=np.intp)
        weights = None if group.numerator.weights is None else np.array(group.numerator.weights)
        value, rank = sum_of(cube, positions, weights)
        names.append(group.id)
        values.append(value)
        ranks.append(rank)
        coverages.append(cube.coverage[positions].min(axis=0))
        groups_of.append((positions, weights))
    if not names:
        return cube
    margin = np.full((len(names), *cube.value.shape[1:]), np.nan)
    return replace(
        cube,
        indicators=(*cube.indicators, *names),
        value=np.concatenate([cube.value, np.stack(values)]),
        status=np.concatenate([cube.status, np.stack(ranks)]),
        coverage=np.concatenate([cube.coverage, np.stack(coverages)]),
        lower=None if cube.lower is None else np.concatenate([cube.lower, margin]),
        upper=None if cube.upper is None else np.concatenate([cube.upper, margin]),
        estimated=_with_sums(cube.estimated, groups_of),
        crossing=_with_sums(cube.crossing, groups_of),
    )


def _with_sums(cells: Floats | None, groups: Sequence[tuple[NDArray[np.intp], Floats | None]]) -> Floats | None:
    """Append the sum over the members of each group; (indicators, areas, periods)."""
    if cells is None:
        return None
    return np.concatenate([cells, np.stack([weighted(cells[members], weights) for members, weights in groups])])


def _sliding(periods: tuple[str, ...], length: int, suffix: str) -> list[Window]:
    """Windows of `length` periods, one ending in each period from the first that is full."""
    return [
        Window(f"{periods[stop - 1]}{suffix}", stop - length, stop, length) for stop in range(length, len(periods) + 1)
    ]


def _calendar(months: tuple[str, ...], length: int) -> list[Window]:
    """Quarters (3) or years (12) that the months touch; months outside the delivered range count as missing."""
    spans: dict[str, list[int]] = {}
    for position, month in enumerate(months):
        day = parse(month).first_day
        name = f"{day.year}" if length == 12 else f"{day.year}-Q{(day.month - 1) // 3 + 1}"
        spans.setdefault(name, []).append(position)
    return [Window(name, members[0], members[-1] + 1, length) for name, members in spans.items()]


def choose(
    cubes: Sequence[Cube], indicators: Iterable[Indicator], figures: dict[str, frozenset[str]]
) -> dict[tuple[str, PeriodType], list[Series]]:
    """The series that are shown: per indicator, period type and level the first cube that provides it.

    Args:
        cubes: of all sources, in order of precedence (the order of `sources`, as delivered before rolled up).
        figures: per source, the indicators that carry its own figure.

    Returns:
        (indicator, period type) -> its series, one per level, from municipality down.
    """
    chosen: dict[tuple[str, PeriodType], list[Series]] = {}
    provided = [
        (
            cube,
            {level: cube.has_level(level) for level in AreaLevel},
            {name: i for i, name in enumerate(cube.indicators)},
        )
        for cube in cubes
    ]
    for indicator in indicators:
        types = {*indicator.period_types, *(WINDOW_OF[kind] for kind in indicator.period_types if kind in WINDOW_OF)}
        levels = [level for level in AreaLevel if level in indicator.levels or level is AreaLevel.CUSTOM]
        for period_type in PeriodType:
            if period_type not in types:
                continue
            for level in levels:
                for cube, has_level, place in provided:
                    index = place.get(indicator.id)
                    if cube.period_type is period_type and index is not None and has_level[level][index]:
                        is_figure = indicator.id in figures.get(cube.source_id, frozenset())
                        series = Series(indicator, level, cube, index, is_figure)
                        chosen.setdefault((indicator.id, period_type), []).append(series)
                        break
    return chosen
