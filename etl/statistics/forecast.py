"""The next four to eight periods, if that can be said better than "the same as last year". Takes seconds to import."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import nbinom

from etl.statistics.quasi_poisson import QuasiPoisson, fit_quasi_poisson, harmonics
from etl.statistics.rates import whole_counts

Floats = NDArray[np.float64]

#: Why there is no forecast.
TOO_SHORT, TOO_FEW_EVENTS, NOT_BETTER = "too_short", "too_few_events", "not_better"

FEWEST_AHEAD, MOST_AHEAD = 4, 8
FEWEST_YEARS, FEWEST_EVENTS, FEWEST_MEAN = 3, 50, 1.0

#: Older periods say little about the next ones.
YEARS_USED = 5

#: Forecasts that are made again in the past, each with what was known then.
N_ORIGINS = 12

#: Share of past periods that the 95 % intervals must have held; below it the intervals promise too much.
LEAST_COVERAGE = 0.8


@dataclass(frozen=True)
class Forecast:
    """The next periods, or the reason why nothing is shown.

    mean, lower, upper: expected events and 95 % interval, shape (ahead,); empty where `is_better` is False, so that
        nothing can be drawn by mistake. The bounds are whole events.
    is_better: in the back-test the forecasts were nearer than seasonal naive, and their intervals held.
    error, naive_error: mean absolute error of the back-test, in events, of the forecast and of "the same as a year
        before". coverage: share of past periods inside the interval. n_tested: periods forecast in the back-test.
    reason: too_short | too_few_events | not_better | None.
    """

    mean: Floats
    lower: Floats
    upper: Floats
    is_better: bool
    error: float
    naive_error: float
    coverage: float
    n_tested: int
    reason: str | None


def forecast(
    counts: ArrayLike,
    ahead: int,
    *,
    per_year: int = 12,
    exposure: ArrayLike | None = None,
    first_usable: int = 0,
    is_masked: ArrayLike | None = None,
    n_origins: int = N_ORIGINS,
) -> Forecast:
    """Expected events in the periods after the series, with an interval, tested on the past.

    Args:
        counts: events per period, shape (n,), oldest first; whole, >= 0; NaN for missing. Give complete periods only.
        ahead: how many periods, 4 to 8.
        per_year: 12 for months, 52 for weeks.
        exposure: people at risk, shape (n,); that of the newest period holds for the periods ahead. None: constant.
        first_usable, is_masked: as in `etl.statistics.trend.trend_per_year`.
        n_origins: past periods from which the forecast is made again.

    Returns:
        `Forecast`. A reason instead of numbers below three years, 50 events or a mean of 1, or where it does not win.

    Raises:
        ValueError: `ahead` is not 4 to 8, counts are negative or fractional, or shapes differ.

    Source: quasi-Poisson regression on time and two harmonics over five years; interval from a negative binomial whose
        variance is that of the counts plus that of the estimate. Back-test: rolling origin (Tashman 2000).
    """
    if not FEWEST_AHEAD <= ahead <= MOST_AHEAD:
        raise ValueError(f"{ahead} periods ahead is not between {FEWEST_AHEAD} and {MOST_AHEAD}")
    y = whole_counts(counts)
    people = np.ones(y.shape) if exposure is None else np.asarray(exposure, dtype=np.float64)
    masked = np.zeros(y.shape, dtype=bool) if is_masked is None else np.asarray(is_masked, dtype=bool)
    if people.shape != y.shape or masked.shape != y.shape:
        raise ValueError(f"count has shape {y.shape}, exposure {people.shape}, mask {masked.shape}")
    with np.errstate(divide="ignore", invalid="ignore"):
        at_risk = np.log(np.where(people > 0, people, np.nan))
    y = np.where(masked | np.isnan(at_risk) | (np.arange(y.size) < first_usable), np.nan, y)
    known = np.flatnonzero(~np.isnan(y))
    if known.size < FEWEST_YEARS * per_year:
        return _nothing(TOO_SHORT)
    if y[known].sum() < FEWEST_EVENTS or y[known].mean() < FEWEST_MEAN:
        return _nothing(TOO_FEW_EVENTS)

    error, naive_error, coverage, n_tested = _back_test(y, at_risk, ahead, per_year, n_origins)
    if not (error < naive_error and coverage >= LEAST_COVERAGE):
        return _nothing(NOT_BETTER, error, naive_error, coverage, n_tested)
    mean, lower, upper = _ahead(y, at_risk, y.size, ahead, per_year)
    return Forecast(mean, lower, upper, True, error, naive_error, coverage, n_tested, None)


def _back_test(
    y: Floats, at_risk: Floats, ahead: int, per_year: int, n_origins: int
) -> tuple[float, float, float, int]:
    """Mean absolute errors of forecast and seasonal naive over the same periods, coverage, and how many periods."""
    errors, naive_errors, is_inside = [], [], []
    for origin in range(y.size - ahead - n_origins + 1, y.size - ahead + 1):
        if np.sum(~np.isnan(y[:origin])) < 2 * per_year:
            continue
        mean, lower, upper = _ahead(y, at_risk, origin, ahead, per_year)
        true, a_year_before = y[origin : origin + ahead], y[origin - per_year : origin - per_year + ahead]
        is_known = ~np.isnan(true) & ~np.isnan(a_year_before)
        errors.append(np.abs(true - mean)[is_known])
        naive_errors.append(np.abs(true - a_year_before)[is_known])
        is_inside.append(((true >= lower) & (true <= upper))[is_known])
    tested = np.concatenate(errors) if errors else np.array([])
    if not tested.size:
        return float("nan"), float("nan"), float("nan"), 0
    coverage = float(np.concatenate(is_inside).mean())
    return float(tested.mean()), float(np.concatenate(naive_errors).mean()), coverage, int(tested.size)


def _ahead(y: Floats, at_risk: Floats, origin: int, ahead: int, per_year: int) -> tuple[Floats, Floats, Floats]:
    """Mean and bounds of the `ahead` periods from `origin` on, from nothing but what stands before it."""
    first = max(0, origin - YEARS_USED * per_year)
    used = first + np.flatnonzero(~np.isnan(y[first:origin]))
    fitted = fit_quasi_poisson(y[used], _design(used, per_year), offset=at_risk[used])
    return _predicted(fitted, _design(np.arange(origin, origin + ahead), per_year), at_risk[used[-1]])


def _predicted(fitted: QuasiPoisson, design: Floats, at_risk: float) -> tuple[Floats, Floats, Floats]:
    log_mean, error = fitted.log_mean(design, at_risk)
    mean = np.exp(log_mean)
    p = mean / (fitted.phi * mean + (mean * error) ** 2)
    size = mean * p / (1 - p)
    return mean, nbinom.ppf(0.025, size, p), nbinom.ppf(0.975, size, p)


def _design(position: NDArray[np.int64], per_year: int) -> Floats:
    season = 365.25 / 7 if per_year == 52 else per_year
    return np.column_stack([np.ones(position.size), position / per_year, harmonics(position, season, 2)])


def _nothing(
    reason: str,
    error: float = float("nan"),
    naive_error: float = float("nan"),
    coverage: float = float("nan"),
    n_tested: int = 0,
) -> Forecast:
    none = np.array([], dtype=np.float64)
    return Forecast(none, none, none, False, error, naive_error, coverage, n_tested, reason)
