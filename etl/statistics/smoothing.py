"""Rates of small areas drawn towards what all areas (or the areas around) show: empirical Bayes.

A rate on few people swings by chance. Each is moved towards the mean, the more so the less it rests on. Where areas
differ no more than chance makes them, all get the mean: the map must then say "no demonstrable differences".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from etl.statistics.rates import Floats, whole_counts

if TYPE_CHECKING:
    from libpysal.weights import W

#: With fewer areas their spread cannot be estimated, and nothing is smoothed.
FEWEST_AREAS = 10


@dataclass(frozen=True)
class SmoothedRates:
    """
    rate: shape (n,), in events per `per`; NaN where unknown, or where too few areas are known.
    mean: the rate of all areas together, per `per` (one number).
    variance: a, variance between areas beyond chance, of the rate per 1 (one number). 0: no demonstrable differences.
    has_differences: False where all areas got the mean; None where too few areas are known to say.
    """

    rate: Floats
    mean: float
    variance: float
    has_differences: bool | None


def empirical_bayes(
    counts: ArrayLike, exposure: ArrayLike, *, per: int = 1_000, fewest_areas: int = FEWEST_AREAS
) -> SmoothedRates:
    """Rates drawn towards the mean of all areas.

    Args:
        counts: events per area, shape (n,); whole, >= 0; NaN for missing.
        exposure: people at risk (times years), shape (n,). 0 or NaN: the rate is NaN, and the area takes no part.
        fewest_areas: known areas needed.

    Raises:
        ValueError: a count is negative or fractional, an exposure negative, or shapes differ.

    Source: Marshall (1991), Appl. Stat. 40: 283, global method of moments; equals R spdep `EBest` and, where areas
        differ, esda's `Empirical_Bayes` (which moves rates away from the mean where they do not).
    """
    events, people, known = _known(counts, exposure)
    nothing = np.full(events.shape, np.nan)
    if known.sum() < max(fewest_areas, 1):
        return SmoothedRates(nothing, float("nan"), float("nan"), None)
    y, n = events[known], people[known]
    mean = float(y.sum() / n.sum())
    rate = y / n
    variance = max(0.0, float((n * (rate - mean) ** 2).sum() / n.sum() - mean / n.mean()))
    # Sums of equal rates leave a crumb of rounding, which is no difference.
    if variance <= 1e-12 * mean**2:
        variance = 0.0
    weight = variance / (variance + mean / n) if variance > 0 else np.zeros_like(rate)
    smoothed = nothing
    smoothed[known] = (mean + weight * (rate - mean)) * per
    return SmoothedRates(smoothed, mean * per, variance, variance > 0)


def local_empirical_bayes(counts: ArrayLike, exposure: ArrayLike, weights: W, *, per: int = 1_000) -> Floats:
    """Rates drawn towards the mean of the area and its neighbours.

    Args:
        counts, exposure: as in `empirical_bayes`, in the order of `weights`.
        weights: who touches whom (`etl.statistics.spatial.contiguity`).

    Returns:
        Shape (n,): rates per `per`. NaN where unknown, and for an area without known neighbours.

    Raises:
        ValueError: as `empirical_bayes`, or counts and weights differ in length.

    Source: Marshall (1991), local estimator; esda `Spatial_Empirical_Bayes` (= R spdep `EBlocal`, geoda = TRUE).
    """
    from esda.smoothing import Spatial_Empirical_Bayes

    from etl.statistics.spatial import among

    events, people, known = _known(counts, exposure)
    if weights.n != len(events):
        raise ValueError(f"{len(events)} counts for {weights.n} areas")
    part, takes_part = among(weights, known)
    smoothed = np.full(events.shape, np.nan)
    if not takes_part.any():
        return smoothed
    y, n = events[takes_part], people[takes_part]
    with np.errstate(invalid="ignore"):
        found = Spatial_Empirical_Bayes(y, n, part).r.ravel()
    # 0 / 0 arises only where neither the area nor a neighbour has events.
    smoothed[takes_part] = np.where(np.isnan(found), 0.0, found) * per
    return smoothed


def _known(counts: ArrayLike, exposure: ArrayLike) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    events = whole_counts(counts)
    people = np.atleast_1d(np.asarray(exposure, dtype=np.float64))
    if people.shape != events.shape:
        raise ValueError(f"counts have shape {events.shape}, exposure {people.shape}")
    if np.any(people < 0):
        raise ValueError("an exposure is negative")
    return events, people, ~np.isnan(events) & (people > 0)
