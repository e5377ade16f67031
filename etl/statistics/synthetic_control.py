"""A comparison area put together from several: those weights of other areas that repeat the years before the start.

The weights are 20 lines of scipy; the package that offers them brings matplotlib along, which nothing else here needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls

Floats = NDArray[np.float64]

#: Why there is no answer.
TOO_FEW_DONORS, TOO_SHORT, POOR_FIT = "too_few_donors", "too_short", "poor_fit"

FEWEST_DONORS, FEWEST_BEFORE = 10, 12

#: Error before the start as a share of the mean, at most.
MOST_ERROR = 0.2


@dataclass(frozen=True)
class SyntheticControl:
    """The treated area beside its synthetic twin.

    ratio: outcome after the start over that of the twin. p: share of all areas, the treated one included, whose twin
        departs as much after the start as this one (compared with before); 1 / (donors + 1) at least.
    weights: of the donors, shape (n_donors,): >= 0, together 1. twin: shape (n_periods,).
    error: root mean squared error before the start, as a share of the mean.
    reason: too_few_donors | too_short | poor_fit (nothing but `error` is given then) | None.
    """

    ratio: float
    p: float
    weights: Floats
    twin: Floats = field(repr=False)
    error: float
    reason: str | None


def synthetic_control(treated: ArrayLike, donors: ArrayLike, start: int) -> SyntheticControl:
    """What the treated area would have done, from areas that were left alone.

    Args:
        treated: rate per period, shape (n_periods,). donors: the same of untreated areas, shape (n_donors, n_periods).
            A period with a NaN anywhere is left out.
        start: position of the first period with the intervention.

    Returns:
        `SyntheticControl`. A reason instead of numbers with fewer than 10 donors, fewer than 12 periods before or none
        after, or an error of 20 % of the mean or more.

    Raises:
        ValueError: shapes differ.

    Source: Abadie, Diamond & Hainmueller (2010), J. Am. Stat. Assoc. 105: 493, on the outcomes before the start;
        placebo test by the ratio of errors after and before.
    """
    y, others = np.asarray(treated, dtype=np.float64), np.asarray(donors, dtype=np.float64)
    if others.ndim != 2 or others.shape[1:] != y.shape:
        raise ValueError(f"treated has shape {y.shape}, donors {others.shape}")
    if others.shape[0] < FEWEST_DONORS:
        return _nothing(TOO_FEW_DONORS)
    is_known = ~np.isnan(y) & ~np.isnan(others).any(axis=0)
    is_before = is_known & (np.arange(y.size) < start)
    is_after = is_known & (np.arange(y.size) >= start)
    if is_before.sum() < FEWEST_BEFORE or not is_after.any() or not y[is_before].mean() > 0:
        return _nothing(TOO_SHORT)

    weights = simplex_weights(y[is_before], others[:, is_before])
    twin = weights @ others
    error = _rmse(y - twin, is_before) / float(y[is_before].mean())
    if error >= MOST_ERROR:
        return _nothing(POOR_FIT, error)
    departures = [_departure(y, twin, is_before, is_after)]
    for donor in range(others.shape[0]):
        rest = np.delete(others, donor, axis=0)
        placebo = simplex_weights(others[donor, is_before], rest[:, is_before]) @ rest
        departures.append(_departure(others[donor], placebo, is_before, is_after))
    p = float(np.mean(np.array(departures) >= departures[0] * (1 - 1e-9)))
    after = float(twin[is_after].sum())
    ratio = float(y[is_after].sum()) / after if after > 0 else float("nan")
    return SyntheticControl(ratio, p, weights, twin, error, None)


def simplex_weights(target: Floats, donors: Floats) -> Floats:
    """Weights >= 0 with sum 1 whose mix of donors, shape (n_donors, n), lies nearest to the target, shape (n,).

    Non-negative least squares with "the sum is 1" as one more, very heavy observation.
    """
    scale = float(np.abs(donors).mean()) or 1.0
    heavy = 1e4 * np.sqrt(target.size)
    found, _ = nnls(
        np.vstack([donors.T / scale, np.full(donors.shape[0], heavy)]), np.append(target / scale, heavy), maxiter=10_000
    )
    weights: Floats = found / found.sum()
    return weights


def _departure(y: Floats, twin: Floats, is_before: NDArray[np.bool_], is_after: NDArray[np.bool_]) -> float:
    before = _rmse(y - twin, is_before)
    return _rmse(y - twin, is_after) / before if before > 0 else float("inf")


def _rmse(off: Floats, where: NDArray[np.bool_]) -> float:
    return float(np.sqrt(np.mean(off[where] ** 2)))


def _nothing(reason: str, error: float = float("nan")) -> SyntheticControl:
    none = np.array([], dtype=np.float64)
    return SyntheticControl(float("nan"), float("nan"), none, none, error, reason)
