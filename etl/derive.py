"""Rates, intervals and statuses: from the chosen series to the cells that are shown.

Computed from what `disclose` lets an edition see, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from config.model import Indicator, Rates
from config.vocabulary import UNIT_BASE, PeriodType, Unit
from etl.calendar import parse
from etl.cube import ESTIMATED, FINAL, NOT_APPLICABLE, SUPPRESSED, AreaAxis, Floats, Ranks, weighted
from etl.series import Chosen, Series
from etl.statistics.rates import poisson_bounds, weighted_bounds, wilson_share

#: Units whose value the source itself computed; a sum of them means nothing.
FIGURE_UNITS = frozenset({Unit.SCORE, Unit.DAYS, Unit.EURO, Unit.THOUSAND_EURO, Unit.PER_KM2, Unit.CLASS})


@dataclass(frozen=True)
class Cells:
    """The cells of one indicator and period type, period by period, within a period in the order of the areas.

    Every array has shape (cells,). `area` and `period` are positions in the axis and in `periods`.
    """

    indicator: Indicator
    period_type: PeriodType
    periods: tuple[str, ...]
    period: NDArray[np.intp]
    area: NDArray[np.intp]
    source: NDArray[np.int16]  # position in the order of sources
    value: Floats
    numerator: Floats
    denominator: Floats
    rate: Floats
    lower: Floats
    upper: Floats
    status: Ranks
    delivered_status: Ranks  # of the numerator alone, before a rate that is not possible hides it
    denominator_year: NDArray[np.int64]  # 0: none
    coverage: Floats
    estimated: Floats  # share of numerator or denominator that was redistributed, the larger of the two
    is_events: bool = True  # numbers of events, which vary by chance; no stock, weighted sum or source's own figure

    @property
    def events(self) -> Floats:
        """The numerator as whole numbers, for methods that count: what was redistributed over borders is rounded."""
        return np.rint(self.numerator)


class Denominators:
    """Yearly denominators: of the year itself, else the nearest earlier, else the nearest later year, per area."""

    def __init__(self, chosen: Chosen, axis: AreaAxis) -> None:
        self._axis = axis
        self._by_indicator: dict[str, tuple[list[int], Floats]] = {}
        self._found: dict[tuple[str, int], tuple[Floats, NDArray[np.int64]]] = {}
        self._estimated: dict[str, Floats] = {}  # shares, by area and year
        for (name, period_type), series in chosen.items():
            if period_type is PeriodType.YEAR:
                self._by_indicator[name] = self._yearly(name, series)

    def _yearly(self, name: str, series: Sequence[Series]) -> tuple[list[int], Floats]:
        years = sorted({int(period) for one in series for period in one.cube.periods})
        place = {year: index for index, year in enumerate(years)}
        figures = np.full((len(self._axis.codes), len(years)), np.nan)
        for one in series:
            columns = [place[int(period)] for period in one.cube.periods]
            areas = self._axis.at(one.level)
            figures[np.ix_(areas, np.array(columns))] = one.cube.value[one.index, areas]
            if one.cube.estimated is not None:
                shares = self._estimated.setdefault(name, np.zeros(figures.shape))
                moved = one.cube.estimated[one.index, areas]
                shares[np.ix_(areas, np.array(columns))] = _share(moved, one.cube.value[one.index, areas])
        return years, figures

    def estimated(self, name: str | None, year_of: NDArray[np.int64]) -> Floats:
        """Share of the denominators in use that was redistributed; `year_of` has shape (periods, areas), 0 is none."""
        shares = self._estimated.get(name or "")
        if shares is None:
            return np.zeros(year_of.shape)
        years = self._by_indicator[str(name)][0]
        column = np.clip(np.searchsorted(years, year_of), 0, len(years) - 1)
        return np.where(year_of > 0, shares[np.arange(year_of.shape[1])[None, :], column], 0.0)

    def known(self, name: str) -> bool:
        return name in self._by_indicator

    def at(self, name: str, year: int) -> tuple[Floats, NDArray[np.int64]]:
        """Figure and its year per area, shape (areas,); NaN and 0 where no year has one."""
        if (name, year) not in self._found:
            self._found[name, year] = self._nearest(name, year)
        return self._found[name, year]

    def _nearest(self, name: str, year: int) -> tuple[Floats, NDArray[np.int64]]:
        years, figures = self._by_indicator[name]
        distance = np.array([(year - own) if own <= year else 10_000 + own - year for own in years])
        best = np.full(len(self._axis.codes), np.nan)
        found = np.zeros(len(self._axis.codes), dtype=np.int64)
        for column in np.argsort(distance, kind="stable"):
            gap = np.isnan(best) & ~np.isnan(figures[:, column])
            best[gap] = figures[gap, column]
            found[gap] = years[column]
        return best, found


def derive(
    chosen: Chosen, axis: AreaAxis, rates: Rates, *, sources: Sequence[str], registers: frozenset[str]
) -> Iterable[Cells]:
    """Cells of every chosen series.

    Args:
        chosen: see `etl.series.choose`.
        rates: smallest denominators for which a rate is made.
        sources: ids of all sources, in order of precedence.
        registers: sources that count a stock (inhabitants, dwellings): their figures have no chance variation and get
            no interval.
    """
    denominators = Denominators(chosen, axis)
    for (_, period_type), series in chosen.items():
        yield _cells(series, period_type, axis, denominators, rates, sources, registers)


def _cells(
    series: Sequence[Series],
    period_type: PeriodType,
    axis: AreaAxis,
    denominators: Denominators,
    rates: Rates,
    sources: Sequence[str],
    registers: frozenset[str],
) -> Cells:
    indicator = series[0].indicator
    periods = _periods(series)
    place = {text: index for index, text in enumerate(periods)}
    shape = (len(periods), len(axis.codes))
    number, lower, upper = (np.full(shape, np.nan) for _ in range(3))
    status = np.full(shape, -1, dtype=np.int8)
    exposure, coverage, moved = np.ones(shape), np.ones(shape), np.zeros(shape)
    n_events, spread = (np.full(shape, np.nan) for _ in range(2))  # of a weighted sum: sum of n, and of weight^2 x n
    source = np.zeros(shape, dtype=np.int16)
    covered: dict[int, NDArray[np.bool_]] = {}
    for one in series:
        areas, cube = axis.at(one.level), one.cube
        cells = np.ix_(np.array([place[text] for text in cube.periods]), areas)
        number[cells] = cube.value[one.index, areas].T
        status[cells] = cube.status[one.index, areas].T
        exposure[cells] = np.broadcast_to(cube.exposure, cube.value.shape)[one.index, areas].T
        coverage[cells] = cube.coverage[one.index, areas]
        source[cells] = sources.index(cube.source_id)
        if indicator.is_weighted:
            n_events[cells], spread[cells] = _events_of(one, areas)
        if cube.estimated is not None:
            moved[cells] = cube.estimated[one.index, areas].T
        if cube.lower is not None and cube.upper is not None:
            lower[cells], upper[cells] = cube.lower[one.index, areas].T, cube.upper[one.index, areas].T
        ever = cube.delivered[one.index, axis.neighbourhoods].any(axis=1)
        covered.update(dict.fromkeys(areas[cube.coverage[one.index, areas] < 1], ever))
    is_figure = indicator.unit in FIGURE_UNITS or any(one.is_figure for one in series)
    has_chance = not is_figure and not {one.cube.source_id for one in series} & registers
    period, area = np.nonzero(status >= 0)
    flat = (period, area)
    estimated = _share(moved, number)
    if is_figure:
        value, rate, numerator = number[flat], _nothing(period), _nothing(period)
        denominator, year = _nothing(period), np.zeros(len(period), dtype=np.int64)
        bounds = np.column_stack([lower[flat], upper[flat]])
    else:
        numerator = number[flat]
        den, den_year = _denominator(indicator, periods, axis, denominators, covered)
        denominator, year = den[flat], den_year[flat]
        estimated = np.maximum(estimated, denominators.estimated(_divided_by(indicator), den_year))
        bounds_of = partial(_around, bounds=poisson_bounds) if has_chance else None
        if has_chance and indicator.is_weighted:
            bounds_of = partial(weighted_bounds, events=n_events[flat], spread=spread[flat])
        value, rate, bounds = _figures(indicator, numerator, denominator, exposure[flat], rates, bounds_of)
    rank = status[flat]
    rank = np.where((rank > SUPPRESSED) & np.isnan(value), NOT_APPLICABLE, rank).astype(np.int8)
    rank[(rank == FINAL) & (estimated[flat] > 0)] = ESTIMATED  # also where only the denominator is
    return Cells(
        indicator=indicator,
        period_type=period_type,
        periods=periods,
        period=period,
        area=area,
        source=source[flat],
        value=value,
        numerator=numerator,
        denominator=denominator,
        rate=rate,
        lower=bounds[:, 0],
        upper=bounds[:, 1],
        status=rank,
        delivered_status=status[flat],
        denominator_year=year,
        is_events=has_chance and not indicator.is_weighted,
        coverage=coverage[flat],
        estimated=np.where(rank > SUPPRESSED, estimated[flat], 0.0),
    )


def _periods(series: Sequence[Series]) -> tuple[str, ...]:
    """The periods of all series, in order; most often all have the same ones."""
    known = {one.cube.periods for one in series}
    if len(known) == 1:
        return known.pop()
    return tuple(sorted({text for periods in known for text in periods}, key=parse))


def _share(part: Floats, whole: Floats) -> Floats:
    """Part / whole, 0 where there is no whole."""
    shares: Floats = np.divide(part, whole, out=np.zeros(part.shape), where=np.nan_to_num(whole) > 0)
    return shares


def _divided_by(indicator: Indicator) -> str | None:
    return indicator.numerator.ratio[1] if indicator.numerator.ratio else indicator.denominator


def _nothing(like: NDArray[np.intp]) -> Floats:
    return np.full(len(like), np.nan)


def _denominator(
    indicator: Indicator,
    periods: tuple[str, ...],
    axis: AreaAxis,
    denominators: Denominators,
    covered: Mapping[int, NDArray[np.bool_]],
) -> tuple[Floats, NDArray[np.int64]]:
    """Denominator and its year, shape (periods, areas); of a partly covered area its covered neighbourhoods only."""
    name = _divided_by(indicator)
    figure = np.full((len(periods), len(axis.codes)), np.nan)
    year_of = np.zeros(figure.shape, dtype=np.int64)
    if name is None or not denominators.known(name):
        return figure, year_of
    hoods = axis.neighbourhoods
    for index, text in enumerate(periods):
        figure[index], year_of[index] = denominators.at(name, parse(text).last_day.year)
        for area, ever in covered.items():
            inside = (axis.members[area] > 0) & ever
            figure[index, area] = figure[index, hoods[inside]].sum() if inside.any() else np.nan
    return figure, year_of


def _figures(
    indicator: Indicator,
    numerator: Floats,
    denominator: Floats,
    exposure: Floats,
    rates: Rates,
    bounds_of: Callable[[Floats], Floats] | None,
) -> tuple[Floats, Floats, NDArray[np.float64]]:
    """Value, rate and the 95 % bounds of value (cells, 2), for numbers of events or of a counted part.

    Args:
        bounds_of: bounds of a numerator; None: it does not vary by chance.
    """
    bounds = np.full((len(numerator), 2), np.nan)
    if indicator.unit not in UNIT_BASE:
        if bounds_of:
            bounds = bounds_of(numerator)
        return numerator, np.full(len(numerator), np.nan), bounds
    usable = np.where(denominator >= smallest_denominator(indicator, rates), denominator, np.nan)
    base = UNIT_BASE[indicator.unit]
    if indicator.unit is Unit.SHARE_PCT:
        usable = np.where(numerator <= usable, usable, np.nan)  # a part larger than its whole is no share
        rate = numerator / usable * base
        if bounds_of:
            parts = np.where(np.isnan(usable), np.nan, numerator)
            bounds = _around(parts, lambda part: wilson_share(np.minimum(part, usable), usable, per=base)[:, 1:])
        return rate, rate, bounds
    scale = base / (usable * exposure)
    rate = numerator * scale
    if bounds_of:
        bounds = bounds_of(numerator) * scale[:, None]
    return rate, rate, bounds


def smallest_denominator(indicator: Indicator, rates: Rates) -> int:
    """Fewest people, dwellings, … for which a rate of this indicator is made."""
    return rates.min_inhabitants if indicator.denominator == "population" else rates.min_dwellings


def _events_of(one: Series, areas: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Of a weighted sum: the events that weigh something, and the sum of weight^2 x events; (periods, areas)."""
    weight_of = one.indicator.numerator.weight_of
    members = [one.cube.indicators.index(name) for name, weight in weight_of.items() if weight > 0]
    weights = np.array([weight for weight in weight_of.values() if weight > 0])
    events = one.cube.value[members][:, areas]
    return events.sum(axis=0).T, weighted(events, weights**2).T


def _around(counts: Floats, bounds: Callable[[Floats], Floats]) -> Floats:
    """Bounds of counts that may be redistributed: of the whole numbers below and above, so never too narrow."""
    below, above = np.floor(counts), np.ceil(counts)
    if np.array_equal(below, above, equal_nan=True):
        return bounds(counts)
    return np.column_stack([bounds(below)[:, 0], bounds(above)[:, 1]])


def has_figures(cells: Iterable[Cells], axis: AreaAxis, event_sources: Sequence[int]) -> NDArray[np.bool_]:
    """Per area: does a source of events ever say anything about it, a withheld number included? Shape (areas,).

    Args:
        event_sources: positions of the sources that count events, not stocks.
    """
    found = np.zeros(len(axis.codes), dtype=bool)
    for block in cells:
        said = (block.status >= SUPPRESSED) | ~np.isnan(block.numerator)
        found[np.unique(block.area[said & np.isin(block.source, event_sources)])] = True
    return found
