"""Counts that vary more than Poisson: quantiles and tails for a mean mu and a variance phi x mu, phi >= 1.

The count is taken as negative binomial with size mu / (phi - 1) and probability 1 / phi, which has that mean and
variance; phi = 1 is Poisson. Shapes broadcast; NaN gives NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import nbinom, poisson

Floats = NDArray[np.float64]

#: So close to 1 the excess over Poisson is nothing, and its size would overflow.
_POISSON_BELOW = 1 + 1e-6


def quantile(level: float, mu: ArrayLike, phi: ArrayLike) -> Floats:
    """Smallest count whose probability of that many or fewer is at least `level`."""
    return _either("ppf", level, mu, phi)


def at_least(count: ArrayLike, mu: ArrayLike, phi: ArrayLike) -> Floats:
    """Probability of `count` or more."""
    return _either("sf", np.asarray(count, dtype=np.float64) - 1, mu, phi)


def at_most(count: ArrayLike, mu: ArrayLike, phi: ArrayLike) -> Floats:
    """Probability of `count` or fewer."""
    return _either("cdf", count, mu, phi)


def log_none(mu: ArrayLike, phi: ArrayLike) -> Floats:
    """Natural logarithm of the probability of no event at all."""
    mean, dispersion = np.asarray(mu, dtype=np.float64), np.asarray(phi, dtype=np.float64)
    over = np.maximum(dispersion, _POISSON_BELOW) - 1
    return np.asarray(np.where(dispersion > _POISSON_BELOW, -mean * np.log1p(over) / over, -mean))


def _either(what: str, value: Any, mu: ArrayLike, phi: ArrayLike) -> Floats:
    value, mean, dispersion = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in (value, mu, phi)))
    found = np.full(mean.shape, np.nan)
    known = ~np.isnan(dispersion)  # what else is NaN comes out of scipy as NaN
    # A mean of 0 has no negative binomial; so little is certain that it is no event.
    mean = np.maximum(mean, 1e-12)
    varied = known & (dispersion > _POISSON_BELOW)
    plain = known & ~varied
    found[varied] = getattr(nbinom, what)(
        value[varied], mean[varied] / (dispersion[varied] - 1), 1 / dispersion[varied]
    )
    found[plain] = getattr(poisson, what)(value[plain], mean[plain])
    return found
