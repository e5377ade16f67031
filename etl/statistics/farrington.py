"""Farrington Flexible: is the count of this period more than what is normal for this time of the year?

A quasi-Poisson regression on up to five earlier years (trend and ten seasons) says what to expect; earlier outbreaks
weigh less; the threshold is a quantile of the negative binomial. Its p-value leaves out how uncertain the expectation
itself is, so what may be promised is the measured rate of false signals, not the nominal one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from etl.statistics.negative_binomial import at_least, at_most, quantile
from etl.statistics.quasi_poisson import QuasiPoisson, fit_quasi_poisson
from etl.statistics.reference_periods import FEWEST_YEARS, Reference

Floats = NDArray[np.float64]

ALPHA = 0.01

#: A period whose standardised Anscombe residual lies above this was an outbreak itself, and weighs less.
OUTBREAK_ABOVE = 2.58

#: With fewer cases than this in the last four weeks nothing is a signal.
FEWEST_RECENT = 5

#: A known effect (New Year's Eve, a holiday) is estimated from at least this many earlier occurrences; the periods of
#: one that was seen less often are left out of the reference.
_FEWEST_OCCURRENCES = 2


@dataclass(frozen=True)
class Farrington:
    """What one period of one series is held against.

    expected: mean that is normal for the period. phi: variance over mean, >= 1.
    upper: highest count that is still normal at 1 - alpha.
    p: probability of so many or more if all is normal. p_low: of so few or fewer. NaN without a count.
    is_enough: at least five cases in the last four weeks. is_alarm: enough, and above upper.
    has_trend: whether the expectation follows a trend. n_reference: periods it rests on.
    """

    expected: float
    phi: float
    upper: float
    p: float
    p_low: float
    is_enough: bool
    is_alarm: bool
    has_trend: bool
    n_reference: int


def farrington_flexible(
    counts: ArrayLike,
    reference: Reference,
    *,
    exposure: ArrayLike | None = None,
    leave_out: ArrayLike | None = None,
    known_effects: ArrayLike | None = None,
    alpha: float = ALPHA,
    trend_below: float = 1.0,
) -> Farrington | None:
    """Expectation, threshold and p-value of period `reference.at`.

    Args:
        counts: events per period, shape (periods,); whole, >= 0; NaN for not delivered (never 0 for it).
        reference: the periods to compare with, see `reference_periods`.
        exposure: population at risk per period, shape (periods,), > 0; None where it does not change.
        leave_out: true for periods that do not show what is normal (provisional, a known error), shape (periods,).
        known_effects: what is known to matter besides the season, shape (periods, effects), 1 where it applies.
        trend_below: the trend stays where its p-value is below this (1: always, as Noufaily et al. advise) and where
            it does not lead beyond what was seen.

    Returns:
        None where fewer than three of the earlier years are known around the same date.

    Source: Noufaily et al. (2013), Statistics in Medicine 32: 1206; threshold `nbPlugin` of Salmon et al. (2016),
        Journal of Statistical Software 70(10).
    """
    y = np.asarray(counts, dtype=np.float64)
    people = np.ones_like(y) if exposure is None else np.asarray(exposure, dtype=np.float64)
    is_known = np.isfinite(y) & np.isfinite(people) & (people > 0)
    if leave_out is not None:
        is_known &= ~np.asarray(leave_out, dtype=np.bool_)
    effects = np.zeros((y.size, 0)) if known_effects is None else np.asarray(known_effects, dtype=np.float64)
    used = is_known[reference.index]
    effects, used = _estimable(effects, reference, used)
    if _known_years(reference, used) < FEWEST_YEARS or not people[reference.at] > 0:
        return None
    expected, phi, has_trend = _expect(
        y, np.log(np.where(people > 0, people, 1)), effects, reference, used, trend_below
    )
    return _judge(y, reference, expected, phi, has_trend, int(used.sum()), alpha)


def _known_years(reference: Reference, used: NDArray[np.bool_]) -> int:
    """Earlier years of which something around the same date is known."""
    known = reference.index[used]
    reach = reference.rhythm.half_window
    return sum(bool(np.any(np.abs(known - centre) <= reach)) for centre in reference.anniversaries)


def _estimable(effects: Floats, reference: Reference, used: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
    """The effects seen often enough to estimate; the periods of the others are not used."""
    applies = effects[reference.index] > 0
    often = applies[used].sum(axis=0) >= _FEWEST_OCCURRENCES
    return effects[:, often], used & ~applies[:, ~often].any(axis=1)


def _expect(
    y: Floats,
    log_people: Floats,
    effects: Floats,
    reference: Reference,
    used: NDArray[np.bool_],
    trend_below: float,
) -> tuple[float, float, bool]:
    """Expected mean of the judged period, phi, and whether a trend is in it."""
    index = reference.index[used]
    past = y[index]
    if not past.any():
        return 0.0, 1.0, False
    seasons = (reference.season[used][:, np.newaxis] == np.unique(reference.season[used])).astype(np.float64)
    effects = effects[:, _apart_from(seasons, effects[index])]
    without = np.column_stack([effects[index], seasons])
    now = np.concatenate([effects[reference.at], np.zeros(seasons.shape[1] - 1), [1.0]])
    fit = _robust_fit(past, np.column_stack([without, reference.trend[used]]), log_people[index])
    expected = float(np.exp(fit.coefficients[:-1] @ now + log_people[reference.at]))
    is_kept = trend_below >= 1 or fit.p_value(-1) < trend_below
    if is_kept and expected <= past.max():
        return expected, fit.phi, True
    fit = _robust_fit(past, without, log_people[index])
    return float(np.exp(fit.coefficients @ now + log_people[reference.at])), fit.phi, False


def _apart_from(seasons: Floats, effects: Floats) -> list[int]:
    """Columns of the effects that can be told from the seasons and from each other; a season stands for the others."""
    apart: list[int] = []
    for column in range(effects.shape[1]):
        tried = np.column_stack([seasons, effects[:, [*apart, column]]])
        if np.linalg.matrix_rank(tried) == tried.shape[1]:
            apart.append(column)
    return apart


def _robust_fit(past: Floats, design: Floats, offset: Floats) -> QuasiPoisson:
    """Fit, then fit again with less weight for periods that were outbreaks themselves."""
    first = fit_quasi_poisson(past, design, offset=offset)
    weights = outbreak_weights(anscombe_residuals(past, first))
    return fit_quasi_poisson(past, design, offset=offset, weights=weights, start=first.coefficients)


def anscombe_residuals(counts: Floats, fit: QuasiPoisson) -> Floats:
    """Standardised Anscombe residuals of a quasi-Poisson regression, shape (n,)."""
    raw = 1.5 * (counts ** (2 / 3) * fit.mu ** (-1 / 6) - np.sqrt(fit.mu))
    return np.asarray(raw / np.sqrt(fit.phi * (1 - fit.leverage)))


def outbreak_weights(residuals: ArrayLike, *, above: float = OUTBREAK_ABOVE) -> Floats:
    """Weights that sum to the number of periods: a constant, divided by residual² where that lies above the limit."""
    s = np.asarray(residuals, dtype=np.float64)
    is_outbreak = s > above
    weights = np.where(is_outbreak, 1 / np.where(is_outbreak, s, 1) ** 2, 1.0)
    return np.asarray(weights * (s.size / weights.sum()))


def _judge(
    y: Floats, reference: Reference, expected: float, phi: float, has_trend: bool, n_reference: int, alpha: float
) -> Farrington:
    at = reference.at
    count = y[at]
    upper = float(quantile(1 - alpha, expected, phi))
    is_enough = has_enough_recent(y, at, reference.rhythm.recent)
    return Farrington(
        expected=expected,
        phi=phi,
        upper=upper,
        p=float(at_least(count, expected, phi)),
        p_low=float(at_most(count, expected, phi)),
        is_enough=is_enough,
        is_alarm=bool(is_enough and count > upper and count > 0),
        has_trend=has_trend,
        n_reference=n_reference,
    )


def has_enough_recent(counts: Floats, at: int, recent: int) -> bool:
    """At least five cases in the last four weeks, the judged period included; what is missing counts as none."""
    return bool(np.nansum(counts[max(at - recent + 1, 0) : at + 1]) >= FEWEST_RECENT)
