"""Did the events move to the surroundings? Weighted displacement quotient and relative effect size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from etl.statistics.effect_words import DIFFUSION, DISPLACEMENT, MORE_DISPLACEMENT, NO_SUCCESS, NONE
from etl.statistics.rates import z_value

Floats = NDArray[np.float64]

#: Draws of the bootstrap; share of them that may lack an effect to divide by.
N_DRAWS, MOST_UNDEFINED = 1_999, 0.05


@dataclass(frozen=True)
class Displacement:
    """Areas A (treated), B (buffer around them), C (comparison); 0 before, 1 after.

    success: A1/C1 - A0/C0; negative is success. quotient: (B1/C1 - B0/C0) / success; NaN without success.
    lower, upper: 95 % bootstrap interval of the quotient; NaN where success is too uncertain to divide by.
    reading: diffusion (> 0: the surroundings gained too) | none (0) | displacement (0 to -1: less than the gain) |
        more_displacement_than_effect (< -1) | no_success (show no quotient).
    is_demonstrated: the interval leaves 0 out. If not, there is no sign of displacement or diffusion.
    """

    success: float
    quotient: float
    lower: float
    upper: float
    reading: str
    is_demonstrated: bool


def weighted_displacement_quotient(
    a0: float, a1: float, b0: float, b1: float, c0: float, c1: float
) -> tuple[float, float, str]:
    """Success measure, quotient and its reading from six totals (see `Displacement`).

    No events in C before or after: both are NaN, and nothing can be said (no_success).

    Source: Bowers & Johnson (2003), J. Quantitative Criminology 19: 275.
    """
    nan = float("nan")
    if not (c0 > 0 and c1 > 0):
        return nan, nan, NO_SUCCESS
    success = a1 / c1 - a0 / c0
    if not success < 0:
        return success, nan, NO_SUCCESS
    quotient = (b1 / c1 - b0 / c0) / success
    if quotient > 0:
        return success, quotient, DIFFUSION
    if quotient == 0:
        return success, quotient, NONE
    return success, quotient, DISPLACEMENT if quotient >= -1 else MORE_DISPLACEMENT


def relative_effect(
    a0: float, a1: float, c0: float, c1: float, *, phi: float = 1.0, confidence: float = 0.95
) -> tuple[float, float, float]:
    """(A0 C1) / (A1 C0) and its interval; above 1 the treated areas did better. NaN where a total is 0.

    phi: over-dispersion of the counts; the standard error of the log grows with its root.
    """
    if min(a0, a1, c0, c1) <= 0:
        return float("nan"), float("nan"), float("nan")
    log_ratio = np.log(a0) + np.log(c1) - np.log(a1) - np.log(c0)
    half = z_value(confidence) * np.sqrt(phi * (1 / a0 + 1 / a1 + 1 / c0 + 1 / c1))
    return float(np.exp(log_ratio)), float(np.exp(log_ratio - half)), float(np.exp(log_ratio + half))


def displacement(before: ArrayLike, after: ArrayLike, *, seed: int = 0, confidence: float = 0.95) -> Displacement:
    """Where the events went, with an interval.

    Args:
        before, after: events per group and period, shape (3, n_periods): treated, buffer, comparison; no NaN.
        seed: of the bootstrap, which draws whole periods, so that groups stay together and over-dispersion is kept.
    """
    past, later = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    (a0, b0, c0), (a1, b1, c1) = past.sum(axis=1), later.sum(axis=1)
    success, quotient, reading = weighted_displacement_quotient(a0, a1, b0, b1, c0, c1)
    nan = float("nan")
    if reading == NO_SUCCESS:
        return Displacement(success, quotient, nan, nan, reading, False)
    draw = np.random.default_rng(seed)
    sums = [part[:, draw.integers(0, part.shape[1], (N_DRAWS, part.shape[1]))].sum(axis=2) for part in (past, later)]
    with np.errstate(divide="ignore", invalid="ignore"):
        (a_0, b_0), (a_1, b_1) = (total[:2] / total[2] for total in sums)
        quotients = (b_1 - b_0) / (a_1 - a_0)
        is_success = (a_1 - a_0 < 0) & np.isfinite(quotients)
    if np.mean(~is_success) > MOST_UNDEFINED:
        return Displacement(success, quotient, nan, nan, reading, False)
    tail = (1 - confidence) / 2
    lower, upper = (float(np.quantile(quotients[is_success], q)) for q in (tail, 1 - tail))
    return Displacement(success, quotient, lower, upper, reading, lower > 0 or upper < 0)
