"""Did a series break at the start of an intervention? Without comparison areas, so weaker than with. Imports slowly."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from etl.statistics.quasi_poisson import fit_quasi_poisson, harmonics
from etl.statistics.rates import whole_counts

Floats = NDArray[np.float64]

#: Why there is no answer.
TOO_SHORT, TOO_FEW_EVENTS = "too_short", "too_few_events"

FEWEST_YEARS_BEFORE, FEWEST_YEARS_AFTER, FEWEST_EVENTS = 2, 1, 50


@dataclass(frozen=True)
class InterruptedSeries:
    """The step at the start and the change of the slope after it.

    level, level_lower, level_upper: ratio at the start, with and without the intervention. level_p: of "no step".
    slope_pct, slope_lower_pct, slope_upper_pct: change of the yearly growth, in per cent per year.
    phi: over-dispersion. autocorrelation: of neighbouring residuals; is_autocorrelated: more than chance, so that the
        intervals are too narrow.
    expected: events without the intervention, shape (n,); before the start the fitted number.
    reason: too_short | too_few_events | None.
    """

    level: float
    level_lower: float
    level_upper: float
    level_p: float
    slope_pct: float
    slope_lower_pct: float
    slope_upper_pct: float
    phi: float
    autocorrelation: float
    is_autocorrelated: bool
    expected: Floats = field(repr=False)
    reason: str | None


def interrupted_series(
    counts: ArrayLike, start: int, *, exposure: ArrayLike | None = None, per_year: int = 12
) -> InterruptedSeries:
    """Level and slope of one series before and after a start, apart from season.

    Args:
        counts: events per period, shape (n,); whole, >= 0; NaN for missing or left out.
        start: position of the first period with the intervention.
        exposure: people at risk, shape (n,); 0 or NaN: the period is left out. None: constant.
        per_year: 12 or 52.

    Returns:
        `InterruptedSeries`. A reason instead of numbers with fewer than two years before, one after, or 50 events.

    Raises:
        ValueError: counts are negative or fractional, or shapes differ.

    Source: segmented quasi-Poisson regression (Bernal, Cummins & Gasparrini 2017), one pair of harmonics.
    """
    y = whole_counts(counts)
    people = np.ones(y.shape) if exposure is None else np.asarray(exposure, dtype=np.float64)
    if people.shape != y.shape:
        raise ValueError(f"count has shape {y.shape}, exposure {people.shape}")
    with np.errstate(divide="ignore", invalid="ignore"):
        at_risk = np.log(np.where(people > 0, people, np.nan))
    used = np.flatnonzero(~np.isnan(y) & ~np.isnan(at_risk))
    n_before, n_after = int(np.sum(used < start)), int(np.sum(used >= start))
    if n_before < FEWEST_YEARS_BEFORE * per_year or n_after < FEWEST_YEARS_AFTER * per_year:
        return _nothing(TOO_SHORT, y.size)
    if y[used].sum() < FEWEST_EVENTS or y[used[used < start]].sum() == 0:
        return _nothing(TOO_FEW_EVENTS, y.size)

    years = (np.arange(y.size) - start) / per_year
    is_after = years >= 0
    season = harmonics(np.arange(y.size), 365.25 / 7 if per_year == 52 else per_year)
    design = np.column_stack([np.ones(y.size), years, is_after, is_after * years, season])
    fitted = fit_quasi_poisson(y[used], design[used], offset=at_risk[used])
    level, level_lower, level_upper, level_p = fitted.effect(2)
    slope, slope_lower, slope_upper, _ = fitted.effect(3)
    residuals = (y[used] - fitted.mu) / np.sqrt(fitted.mu)
    neighbours = np.diff(used) == 1
    # What is left of a series that the model fits exactly are crumbs of rounding, which say nothing of each other.
    left = max(float(np.sum(residuals**2)), 1e-9)
    together = float(np.sum((residuals[1:] * residuals[:-1])[neighbours])) / left
    return InterruptedSeries(
        level,
        level_lower,
        level_upper,
        level_p,
        100 * (slope - 1),
        100 * (slope_lower - 1),
        100 * (slope_upper - 1),
        fitted.phi,
        together,
        bool(together > 2 / np.sqrt(neighbours.sum())),
        np.exp(at_risk + (design * [1, 1, 0, 0, 1, 1]) @ fitted.coefficients),
        None,
    )


def _nothing(reason: str, n: int) -> InterruptedSeries:
    nan = float("nan")
    return InterruptedSeries(nan, nan, nan, nan, nan, nan, nan, nan, nan, False, np.full(n, np.nan), reason)
