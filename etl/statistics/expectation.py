"""The normal range drawn over the past, and how small a rise can be seen at all.

One quasi-Poisson regression per series: a trend that may bend once in five years, a yearly wave, known effects, and the
population as exposure. The verdict on the newest period does not come from here but from `signals`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from etl.statistics.negative_binomial import quantile
from etl.statistics.quasi_poisson import fit_quasi_poisson

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: The normal range (light band) and the range around it, as levels of the negative binomial.
RANGE = (0.05, 0.95)
WIDE_RANGE = (0.01, 0.99)

#: Less history than this, or less than two years of it, says nothing about the season.
FEWEST_PERIODS = 24

#: Fewer events than this in all of the history say nothing about what is normal.
FEWEST_EVENTS = 10

#: A trend over many years is no straight line: it may bend this often.
_YEARS_PER_BEND = 5

SHORT_HISTORY, TOO_RARE = "short_history", "too_rare"


@dataclass(frozen=True)
class NormalRange:
    """What is normal for every period of every series.

    mu: expected mean. lower, upper: 5 and 95 % of what may be counted; lowest, highest: 1 and 99 %. Shape (series,
    periods); NaN before the first delivered or usable period, without exposure, and for a series that has a reason.
    phi: variance over mean, shape (series,). reason: short_history | too_rare | None, shape (series,).
    """

    mu: Floats
    lower: Floats
    upper: Floats
    lowest: Floats
    highest: Floats
    phi: Floats
    reason: NDArray[np.object_]


def normal_range(
    counts: ArrayLike,
    per_year: int,
    *,
    exposure: ArrayLike | None = None,
    first_usable: ArrayLike = 0,
    leave_out: ArrayLike | None = None,
    known_effects: ArrayLike | None = None,
) -> NormalRange:
    """Fits every series and gives its normal range.

    Args:
        counts: events, shape (series, periods); whole, >= 0; NaN for not delivered. No period is absent.
        per_year: periods in a year (52, 13, 12, 4).
        exposure: people at risk, shape (series, periods) or (periods,); a cell that is not > 0 has no range.
        first_usable: index of the first period after the last break of each series, shape (series,) or one number.
        leave_out: true for cells that do not show what is normal (provisional, silent), shape (series, periods); they
            get a range but do not shape it.
        known_effects: shape (periods, effects), 1 where a holiday or New Year's Eve applies.

    Raises:
        ValueError: counts have no two dimensions, or another shape does not fit them.

    Source: quasi-Poisson regression (McCullagh & Nelder 1989) with a yearly harmonic; quantiles of the negative
        binomial with the same mean and variance.
    """
    y = np.asarray(counts, dtype=np.float64)
    if y.ndim != 2:
        raise ValueError(f"counts have shape {y.shape}, not (series, periods)")
    people = np.ones_like(y) if exposure is None else np.broadcast_to(np.asarray(exposure, dtype=np.float64), y.shape)
    first = np.broadcast_to(np.asarray(first_usable, dtype=np.intp), y.shape[:1])
    has_exposure = (people > 0) & np.isfinite(people) & (np.arange(y.shape[1]) >= first[:, np.newaxis])
    used = has_exposure & np.isfinite(y)
    if leave_out is not None:
        used &= ~np.asarray(leave_out, dtype=np.bool_)
    log_people = np.log(np.where(has_exposure, people, 1))
    mu, phi = np.full(y.shape, np.nan), np.full(y.shape[0], np.nan)
    reason = _reasons(y, used, per_year)
    for series in np.flatnonzero(reason == None):  # noqa: E711 - compares every entry
        within = np.flatnonzero(used[series])
        design = _design(y.shape[1], per_year, int(within[0]), int(within[-1]), known_effects)
        mu[series], phi[series] = _fit(y[series], design, log_people[series], used[series])
        mu[series, : within[0]] = np.nan
    mu[~has_exposure] = np.nan
    lower, upper, lowest, highest = (quantile(level, mu, phi[:, np.newaxis]) for level in (*RANGE, *WIDE_RANGE))
    return NormalRange(mu, lower, upper, lowest, highest, phi, reason)


def _reasons(y: Floats, used: Flags, per_year: int) -> NDArray[np.object_]:
    reason = np.full(y.shape[0], None, dtype=object)
    events = np.where(used, y, 0).sum(axis=1)
    reason[events < FEWEST_EVENTS] = TOO_RARE
    reason[used.sum(axis=1) < max(FEWEST_PERIODS, 2 * per_year)] = SHORT_HISTORY
    return reason


def _design(n_periods: int, per_year: int, first: int, last: int, known_effects: ArrayLike | None) -> Floats:
    """A constant, the trend with its bends, one wave a year, and the known effects.

    After the last period that shapes the range the trend stands still: extended, it would run away within months.
    """
    years = (np.arange(n_periods) - last) / per_year
    trend = np.minimum(years, 0)
    bends = np.arange(-_YEARS_PER_BEND, years[first] + _YEARS_PER_BEND / 2, -_YEARS_PER_BEND)
    columns = [np.ones(n_periods), trend, *(np.maximum(0, bend - trend) for bend in bends)]
    columns += [np.sin(2 * np.pi * years), np.cos(2 * np.pi * years)]
    if known_effects is not None:
        columns += list(np.asarray(known_effects, dtype=np.float64).T)
    return np.column_stack(columns)


def _fit(y: Floats, design: Floats, log_people: Floats, used: Flags) -> tuple[Floats, float]:
    fitted = design[used]
    varies = np.ptp(fitted, axis=0) > 0
    varies[0] = True
    fit = fit_quasi_poisson(y[used], fitted[:, varies], offset=log_people[used])
    return np.exp(design[:, varies] @ fit.coefficients + log_people), fit.phi


def smallest_visible_rise(mean: ArrayLike, phi: ArrayLike = 1.0, *, alpha: float = 0.01) -> Floats:
    """From which count on a period stands out, and how many times normal that is.

    Args:
        mean: expected events in a period, shape (n,). phi: variance over mean, >= 1.

    Returns:
        Shape (n, 2): the smallest count above the 1 - alpha quantile, and that count over the mean. Mean 0 or NaN: the
        second (or both) is NaN.
    """
    expected = np.atleast_1d(np.asarray(mean, dtype=np.float64))
    alarm_from = quantile(1 - alpha, expected, phi) + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.where(expected > 0, alarm_from / expected, np.nan)
    return np.column_stack([alarm_from, times])
