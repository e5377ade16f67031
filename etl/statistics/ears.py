"""EARS: a threshold for series too short to know their season, from the seven periods just before.

C1 uses the last seven periods. C2 keeps two periods of distance, so that a rise that lasts does not hide itself. C3
looks at what the two periods before exceeded. This product uses C2, for one to three years of history.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtr

Floats = NDArray[np.float64]

BASELINE = 7

#: Periods between the judged one and the baseline of C2 and C3.
LAG = 2

#: With a baseline that does not vary, a count must be this much above it.
LEAST_EXCESS = 3

ALPHA = 0.001
ALPHA_C3 = 0.025


@dataclass(frozen=True)
class Ears:
    """Columns of shape (periods,); NaN where the baseline is not complete.

    mean, sd: of the baseline (sd with n - 1). upper: highest count that is still normal.
    is_alarm: the count lies above upper; where sd is 0, by 3 or more.
    """

    mean: Floats
    sd: Floats
    upper: Floats
    is_alarm: NDArray[np.bool_]


def ears_c1(counts: ArrayLike, *, baseline: int = BASELINE, alpha: float = ALPHA) -> Ears:
    """C1: the baseline ends in the period before the judged one.

    Args:
        counts: events per period, shape (periods,); NaN for not delivered.

    Source: Hutwagner et al. (2003), Journal of Urban Health 80: i89.
    """
    return _by_baseline(counts, baseline, 0, alpha)


def ears_c2(counts: ArrayLike, *, baseline: int = BASELINE, alpha: float = ALPHA) -> Ears:
    """C2: as C1, with two periods between the baseline and the judged period."""
    return _by_baseline(counts, baseline, LAG, alpha)


def ears_c3(counts: ArrayLike, *, baseline: int = BASELINE, alpha: float = ALPHA_C3) -> Ears:
    """C3: whether the two periods before exceeded their own C2 baseline, together by more than the normal quantile.

    Each counts by what it lies more than one sd above its baseline. The bound is the count itself, raised by what is
    missing to an alarm or lowered by what is exceeded, and at least 0; it equals R `surveillance` and was not verified
    independently. This product does not use C3.
    """
    y = np.asarray(counts, dtype=np.float64)
    found = _by_baseline(y, baseline, LAG, alpha)
    with np.errstate(divide="ignore", invalid="ignore"):
        exceeded = np.maximum(0, (y - found.mean) / found.sd - 1)
        earlier = sum(np.concatenate([np.full(min(lag, y.size), np.nan), exceeded[:-lag]]) for lag in range(1, LAG + 1))
        upper = np.maximum(0, y + found.sd * (float(ndtri(1 - alpha)) - earlier))
    return Ears(found.mean, found.sd, upper, np.asarray(y > upper, dtype=np.bool_))


@dataclass(frozen=True)
class ShortHistory:
    """What one period of a short series is held against: mean and variance to expect, and how unusual its count is.

    p: probability of so many or more if all is normal; p_low: of so few or fewer. NaN without a count.
    """

    mean: float
    variance: float
    p: float
    p_low: float


def judge_by_c2(counts: ArrayLike, at: int) -> ShortHistory | None:
    """Period `at` against its C2 baseline, or None where that is not complete.

    Student's t for one new value after seven (6 degrees of freedom), with half a case for whole counts. The variance is
    at least that of a Poisson count with one case more in the baseline, since seven small counts are often equal.
    """
    y = np.asarray(counts, dtype=np.float64)
    first = at - LAG - BASELINE
    past = y[max(first, 0) : at - LAG]
    if first < 0 or np.isnan(past).any():
        return None
    mean = float(past.mean())
    variance = float(max(past.var(ddof=1), (past.sum() + 1) / BASELINE) * (1 + 1 / BASELINE))
    above, below = (y[at] - 0.5 - mean) / np.sqrt(variance), (y[at] + 0.5 - mean) / np.sqrt(variance)
    return ShortHistory(mean, variance, float(stdtr(BASELINE - 1, -above)), float(stdtr(BASELINE - 1, below)))


def _by_baseline(counts: ArrayLike, baseline: int, lag: int, alpha: float) -> Ears:
    y = np.asarray(counts, dtype=np.float64)
    mean, sd = np.full(y.size, np.nan), np.full(y.size, np.nan)
    first = baseline + lag
    if y.size > first:
        past = sliding_window_view(y[: y.size - lag - 1], baseline)
        mean[first:], sd[first:] = past.mean(axis=1), past.std(axis=1, ddof=1)
    return _alarmed(y, mean, sd, mean + float(ndtri(1 - alpha)) * sd)


def _alarmed(y: Floats, mean: Floats, sd: Floats, upper: Floats) -> Ears:
    is_alarm = np.where(sd == 0, y - mean >= LEAST_EXCESS, y > upper)
    return Ears(mean, sd, upper, np.asarray(is_alarm, dtype=np.bool_))
