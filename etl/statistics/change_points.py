"""Where the level of a series seems to have changed: a suggestion to look, never a verdict. Imports ruptures."""

from __future__ import annotations

import numpy as np
import ruptures
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: Periods on each side of a change; no more than two changes in so many periods.
MIN_SIZE, WINDOW, MOST_IN_WINDOW = 6, 60, 2

#: Fewer known periods than this: no suggestion.
FEWEST_PERIODS = 24


def change_points(
    counts: ArrayLike,
    *,
    first_usable: int = 0,
    is_masked: ArrayLike | None = None,
    min_size: int = MIN_SIZE,
) -> tuple[int, ...]:
    """Positions at which a new level begins, oldest first; "around that period" is all that can be said.

    Args:
        counts: events per period, shape (n,), >= 0, NaN for missing; the seasonally adjusted series where there is a
            strong season (values below 0 count as 0).
        first_usable, is_masked: as in `etl.statistics.trend.trend_per_year`.
        min_size: fewest periods between two changes, and to either end.

    Returns:
        No more than two in five years of months. Empty below 24 known periods and for a series that does not vary.

    Source: PELT (Killick et al. 2012; ruptures) with squared error on 2 sqrt(y + 3/8) (Anscombe 1948: variance 1 for
        Poisson counts); penalty 3 log n times the variance between neighbours where that is larger than 1.
    """
    y = np.asarray(counts, dtype=np.float64)
    masked = np.zeros(y.shape, dtype=bool) if is_masked is None else np.asarray(is_masked, dtype=bool)
    known = np.flatnonzero(~np.isnan(y) & ~masked & (np.arange(y.size) >= first_usable))
    if known.size < max(FEWEST_PERIODS, 2 * min_size):
        return ()
    steady = 2 * np.sqrt(np.maximum(y[known], 0) + 3 / 8)
    penalty = 3 * np.log(known.size) * max(1.0, _variance_between_neighbours(steady))
    search = ruptures.KernelCPD(kernel="linear", min_size=min_size).fit(steady.reshape(-1, 1))
    while True:
        found = known[np.array(search.predict(pen=penalty)[:-1], dtype=np.int64)]
        if not np.any(found[MOST_IN_WINDOW:] - found[:-MOST_IN_WINDOW] < WINDOW):
            return tuple(int(position) for position in found)
        penalty *= 1.25  # too many: only the clearer ones


def _variance_between_neighbours(values: Floats) -> float:
    """Of the noise, robust against the jumps that are looked for: from the middle of the differences."""
    differences = np.diff(values)
    return float((1.4826 * np.median(np.abs(differences - np.median(differences)))) ** 2 / 2)
