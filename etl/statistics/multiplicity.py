"""Many tests at once: what may still be called unusual when hundreds of series are looked at."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.stats.multitest import multipletests

Floats = NDArray[np.float64]

_METHODS = {"benjamini_hochberg": "fdr_bh", "benjamini_yekutieli": "fdr_by", "holm": "holm"}


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Share of false findings to expect when this p-value and all smaller ones are called findings.

    Args:
        p_values: shape (n,), in [0, 1]; NaN for what was not tested (it does not count as a test).

    Returns:
        Adjusted p-values (q), shape (n,); NaN stays NaN.

    Raises:
        ValueError: a p-value lies outside 0 and 1.

    Source: Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57: 289.
    """
    return _adjust(p_values, "benjamini_hochberg")


def benjamini_yekutieli(p_values: ArrayLike) -> Floats:
    """As `benjamini_hochberg`, valid under any dependence between the tests (Benjamini & Yekutieli 2001)."""
    return _adjust(p_values, "benjamini_yekutieli")


def holm(p_values: ArrayLike) -> Floats:
    """Adjusted so that the chance of a single false finding stays below the level (Holm 1979)."""
    return _adjust(p_values, "holm")


def false_discovery_rate(p_values: ArrayLike, qualifies: ArrayLike) -> Floats:
    """Benjamini-Hochberg over all series of a level and run, with p = 1 for those that do not qualify.

    Whether a series qualifies (five cases in the last four weeks) depends on the very count that is tested. Leaving the
    others out would select high counts and promise fewer false signals than there are.

    Args:
        p_values: shape (n,); NaN for a series that is not looked at (no history, provisional): no test.
        qualifies: shape (n,), whether a series may become a signal.
    """
    p = np.asarray(p_values, dtype=np.float64)
    return benjamini_hochberg(np.where(np.isnan(p) | np.asarray(qualifies, dtype=np.bool_), p, 1.0))


def _adjust(p_values: ArrayLike, method: str) -> Floats:
    p = np.asarray(p_values, dtype=np.float64)
    tested = ~np.isnan(p)
    if wrong := int(np.sum((p[tested] < 0) | (p[tested] > 1))):
        raise ValueError(f"{wrong} p-values are not between 0 and 1")
    adjusted = np.full(p.shape, np.nan)
    if tested.any():
        adjusted[tested] = multipletests(p[tested], method=_METHODS[method])[1]
    return adjusted
