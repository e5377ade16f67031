"""Change per year of a monthly series, apart from season and population. Takes seconds to import (statsmodels)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from statsmodels.discrete.discrete_model import NegativeBinomial

from etl.statistics.quasi_poisson import QuasiPoisson, fit_quasi_poisson, harmonics
from etl.statistics.rates import whole_counts

Floats = NDArray[np.float64]

RISING, FALLING, NO_TREND = "rising", "falling", "no_trend"

#: Why there is no trend.
TOO_SHORT, TOO_FEW_EVENTS = "too_short", "too_few_events"

FEWEST_MONTHS, FEWEST_EVENTS = 36, 50


@dataclass(frozen=True)
class Trend:
    """Change of a series in per cent per year.

    change_pct, lower_pct, upper_pct: estimate and 95 % interval; -10 is a tenth less every year. NaN with a reason.
    verdict: rising | falling | no_trend; follows from the interval. None with a reason.
    phi: over-dispersion, at least 1. n_months, n_events: what it was estimated from.
    expected: fitted mean with trend and season, and trend_line: the same without season; shape (n,), in events;
        NaN before the first usable month and where exposure is missing.
    reason: too_short | too_few_events | None.
    """

    change_pct: float
    lower_pct: float
    upper_pct: float
    p: float
    verdict: str | None
    phi: float
    n_months: int
    n_events: int
    expected: Floats = field(repr=False)
    trend_line: Floats = field(repr=False)
    reason: str | None


@dataclass(frozen=True)
class NegativeBinomialTrend:
    """The same by negative binomial regression, as a check. alpha: variance = mu + alpha mu²; theta of R is 1 / alpha.

    All NaN where the fit does not converge, as may happen for counts that vary no more than Poisson counts.
    """

    change_pct: float
    lower_pct: float
    upper_pct: float
    alpha: float
    coefficients: Floats = field(repr=False)


def trend_per_year(
    counts: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    first_usable: int = 0,
    is_masked: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Trend:
    """How much a monthly series rises or falls per year.

    Args:
        counts: events per month, shape (n,), oldest first; whole, >= 0; NaN for missing. Give no provisional months.
        exposure: people at risk, shape (n,); 0 or NaN: the month is left out. None: constant.
        first_usable: position of the first month after the last series break; earlier ones are left out.
        is_masked: True for months to leave out (a known effect, a period that is not comparable), shape (n,).

    Returns:
        `Trend`. A reason instead of a number below 36 months or 50 events in use.

    Raises:
        ValueError: counts are negative or fractional, or shapes differ.

    Source: quasi-Poisson regression log mu = a + b t + sin/cos(2 pi t / 12) + log(exposure); interval of t.
    """
    y, log_exposure, is_used = _in_use(counts, exposure, first_usable, is_masked)
    n_months, n_events = int(is_used.sum()), int(y[is_used].sum())
    reason = TOO_SHORT if n_months < FEWEST_MONTHS else TOO_FEW_EVENTS if n_events < FEWEST_EVENTS else None
    if reason:
        nothing = np.full(y.shape, np.nan)
        nan = float("nan")
        return Trend(nan, nan, nan, nan, None, nan, n_months, n_events, nothing, nothing, reason)
    design = _design(y.size)
    fitted = fit_quasi_poisson(y[is_used], design[is_used], offset=log_exposure[is_used])
    ratio, lower, upper, p = fitted.effect(1, times=12, confidence=confidence)
    return Trend(
        _percent(ratio),
        _percent(lower),
        _percent(upper),
        p,
        RISING if lower > 1 else FALLING if upper < 1 else NO_TREND,
        fitted.phi,
        n_months,
        n_events,
        _line(fitted, design, log_exposure, first_usable),
        _line(fitted, design * [1, 1, 0, 0], log_exposure, first_usable),
        None,
    )


def negative_binomial_trend(
    counts: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    first_usable: int = 0,
    is_masked: ArrayLike | None = None,
    confidence: float = 0.95,
) -> NegativeBinomialTrend:
    """A second opinion on `trend_per_year`, with the same arguments; no guards: ask it where that gives a number.

    Source: NB2 maximum likelihood (equals MASS::glm.nb), by statsmodels.
    """
    y, log_exposure, is_used = _in_use(counts, exposure, first_usable, is_masked)
    design = _design(y.size)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # whether it converged is asked below
        model = NegativeBinomial(y[is_used], design[is_used], offset=log_exposure[is_used])
        fitted = model.fit(disp=0, maxiter=200)
    alpha = float(fitted.params[-1])
    if not fitted.mle_retvals["converged"] or not np.isfinite(fitted.bse[1]) or alpha <= 0:
        nan = float("nan")
        return NegativeBinomialTrend(nan, nan, nan, nan, np.full(4, nan))
    slope, half = fitted.params[1], float(ndtri(0.5 + confidence / 2)) * fitted.bse[1]
    change, lower, upper = (_percent(float(np.exp(12 * value))) for value in (slope, slope - half, slope + half))
    return NegativeBinomialTrend(change, lower, upper, alpha, np.asarray(fitted.params[:4]))


def _in_use(
    counts: ArrayLike, exposure: ArrayLike | None, first_usable: int, is_masked: ArrayLike | None
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    y = whole_counts(counts)
    at_risk = np.ones(y.shape) if exposure is None else np.asarray(exposure, dtype=np.float64)
    masked = np.zeros(y.shape, dtype=bool) if is_masked is None else np.asarray(is_masked, dtype=bool)
    if at_risk.shape != y.shape or masked.shape != y.shape:
        raise ValueError(f"count has shape {y.shape}, exposure {at_risk.shape}, mask {masked.shape}")
    with np.errstate(invalid="ignore", divide="ignore"):
        log_exposure = np.log(np.where(at_risk > 0, at_risk, np.nan))
    is_used = ~np.isnan(y) & ~np.isnan(log_exposure) & ~masked & (np.arange(y.size) >= first_usable)
    return y, log_exposure, is_used


def _design(n: int) -> Floats:
    month = np.arange(1, n + 1, dtype=np.float64)
    return np.column_stack([np.ones(n), month, harmonics(month, 12)])


def _line(fitted: QuasiPoisson, design: Floats, log_exposure: Floats, first_usable: int) -> Floats:
    line: Floats = np.exp(log_exposure + design @ fitted.coefficients)
    line[:first_usable] = np.nan
    return line


def _percent(ratio: float) -> float:
    return 100 * (ratio - 1)
