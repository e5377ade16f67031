"""Places of areas on a list, with the places chance leaves open. Never a "top 10" without them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from etl.statistics.rates import Floats, crude_rate


@dataclass(frozen=True)
class Ranks:
    """Places per area, shape (n,), 1 for the highest value; NaN where the value is unknown.

    rank: place of the value; equal values share the best of their places.
    best, worst: places the intervals leave open; best <= rank <= worst.
    n_ranked: areas with a place.
    """

    rank: Floats
    best: Floats
    worst: Floats
    n_ranked: int


def rank_interval(value: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> Ranks:
    """Places of values that each have an interval.

    Args:
        value, lower, upper: shape (n,). An area with a NaN in one of them is not ranked.

    Raises:
        ValueError: shapes differ, or a value lies outside its interval.

    Source: Klein, Wright & Wieczorek (2020), J. R. Stat. Soc. A 183: 589: best is one after the areas that lie wholly
        above, worst leaves out those that lie wholly below. Bounds that hold jointly make the places hold jointly.
    """
    found, low, high = (np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (value, lower, upper))
    if not found.shape == low.shape == high.shape:
        raise ValueError(f"value has shape {found.shape}, lower {low.shape}, upper {high.shape}")
    known = ~np.isnan(found + low + high)
    if wrong := int(np.sum((found < low) | (found > high))):
        raise ValueError(f"{wrong} values lie outside their interval")
    n = int(known.sum())
    places = np.full((3, len(found)), np.nan)
    places[0, known] = 1 + n - np.searchsorted(np.sort(found[known]), found[known], side="right")
    places[1, known] = 1 + n - np.searchsorted(np.sort(low[known]), high[known], side="right")
    places[2, known] = n - np.searchsorted(np.sort(high[known]), low[known], side="left")
    return Ranks(places[0], places[1], places[2], n)


def rank_rates(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    exposure_years: ArrayLike = 1.0,
    confidence: float = 0.95,
    is_joint: bool = False,
) -> Ranks:
    """Places of rates, from their exact (below 10 events) or Byar intervals.

    Args:
        numerator, denominator, exposure_years: as in `crude_rate`.
        is_joint: the statement holds for all areas together (Bonferroni: confidence 1 - 0.05 / n each), and not only
            for the one area a reader looks at.

    Raises:
        ValueError: as `crude_rate`.
    """
    rates = crude_rate(numerator, denominator, exposure_years=exposure_years, confidence=confidence)
    n = int((~np.isnan(rates[:, 0])).sum())
    if is_joint and n > 1:
        rates = crude_rate(numerator, denominator, exposure_years=exposure_years, confidence=1 - (1 - confidence) / n)
    return rank_interval(*rates.T)
