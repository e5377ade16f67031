"""Season, trend and remainder of a monthly series. Takes seconds to import (statsmodels)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.tsa.seasonal import STL

Floats = NDArray[np.float64]

#: Why there is no decomposition.
TOO_SHORT, TOO_FEW_EVENTS = "too_short", "too_few_events"

MONTHS_PER_YEAR = 12
FEWEST_YEARS, FEWEST_MEAN = 3, 5.0

#: From this strength on a chart shows the seasonally adjusted series.
SEASONAL_FROM = 0.4


@dataclass(frozen=True)
class Season:
    """season + trend + remainder = values, each of shape (n,), in the unit of the series; NaN where it was not used.

    adjusted: values without season. strength: 0 (none) to 1 (nothing else); NaN with a reason.
    is_seasonal: the season is strong enough to take it out of a control chart.
    reason: too_short | too_few_events | None.
    """

    seasonal: Floats
    trend: Floats
    remainder: Floats
    adjusted: Floats
    strength: float
    is_seasonal: bool
    reason: str | None


def decompose(values: ArrayLike, *, first_usable: int = 0) -> Season:
    """Season, trend and remainder of a monthly series.

    Args:
        values: shape (n,), oldest first; NaN for missing. The newest stretch without a gap is used.
        first_usable: position of the first month after the last series break.

    Returns:
        `Season`. A reason instead of numbers below three years, or below a mean of 5.

    Source: STL (Cleveland et al. 1990), with the settings that equal R's stl(s.window = 7, t.window = 23); strength
        1 - var(R) / var(S + R) (Wang, Smith & Hyndman 2006).
    """
    y = np.asarray(values, dtype=np.float64)
    first = _newest_stretch(y, first_usable)
    last = first + int(np.argmax(np.append(np.isnan(y[first:]), True)))
    used = y[first:last]
    reason = None
    if used.size < FEWEST_YEARS * MONTHS_PER_YEAR:
        reason = TOO_SHORT
    elif used.mean() < FEWEST_MEAN:
        reason = TOO_FEW_EVENTS
    found = np.full((4, y.size), np.nan)
    if reason:
        return Season(found[0], found[1], found[2], found[3], float("nan"), False, reason)
    fitted = STL(used, period=MONTHS_PER_YEAR, seasonal=7, trend=23, seasonal_deg=0).fit(inner_iter=2, outer_iter=0)
    season, remainder = np.asarray(fitted.seasonal), np.asarray(fitted.resid)
    found[:, first:last] = season, np.asarray(fitted.trend), remainder, used - season
    whole = float(np.var(season + remainder))
    # A constant series leaves rounding errors only: no season.
    strength = max(0.0, 1 - float(np.var(remainder)) / whole) if whole > 1e-12 * used.mean() ** 2 else 0.0
    return Season(found[0], found[1], found[2], found[3], strength, strength >= SEASONAL_FROM, None)


def _newest_stretch(y: Floats, first_usable: int) -> int:
    """Where the newest run of known months begins (after missing newest months); the end of the series if none is."""
    known = np.flatnonzero(~np.isnan(y))
    known = known[known >= first_usable]
    if not known.size:
        return int(y.size)
    gaps = np.flatnonzero(np.diff(known) > 1)
    return int(known[gaps[-1] + 1] if gaps.size else known[0])
