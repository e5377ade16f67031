"""Rates and shares with their intervals. Every function takes whole columns; a missing number gives missing bounds."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, ndtri

Floats = NDArray[np.float64]

#: Below this number of events the exact interval is used, from it on Byar's approximation, which is then as good
#: (Breslow & Day 1987, vol. II; the same limit as Public Health England's Fingertips).
EXACT_BELOW = 10


def whole_counts(counts: ArrayLike, name: str = "count") -> Floats:
    """Counts as floats, with NaN for missing.

    Raises:
        ValueError: a count is negative, infinite or no whole number; says how many are.
    """
    found = np.atleast_1d(np.asarray(counts, dtype=np.float64))
    known = found[~np.isnan(found)]
    wrong = int(np.sum(~np.isfinite(known) | (known < 0) | (known != np.floor(known))))
    if wrong:
        raise ValueError(f"{wrong} values of {name} are negative or no whole number")
    return found


def z_value(confidence: float = 0.95) -> float:
    """Standard normal quantile that leaves half of 1 - confidence above it (1.96 for 95 %).

    Raises:
        ValueError: confidence does not lie between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is not between 0 and 1")
    return float(ndtri(0.5 + confidence / 2))


def exact_poisson(counts: ArrayLike, *, confidence: float = 0.95) -> Floats:
    """Exact interval of the mean of a Poisson count.

    Args:
        counts: events, shape (n,); whole, >= 0. NaN: both bounds are NaN.

    Returns:
        Shape (n, 2): lower, upper, in events. 0 events: lower 0, upper 3.69 at 95 %.

    Raises:
        ValueError: a count is negative or fractional.

    Source: chi-square form of Garwood (1936), Biometrika 28: 437.
    """
    events = whole_counts(counts)
    tail = _tail(confidence)
    with np.errstate(invalid="ignore"):
        lower = np.where(events == 0, 0.0, chdtri(2 * events, 1 - tail) / 2)
        upper = chdtri(2 * events + 2, tail) / 2
    return np.column_stack([np.where(np.isnan(events), np.nan, lower), upper])


@lru_cache(maxsize=8)
def exact_poisson_bounds(max_count: int = EXACT_BELOW - 1, *, confidence: float = 0.95) -> Floats:
    """Exact bounds of 0, 1, … max_count events, shape (max_count + 1, 2): constants for a query."""
    bounds = exact_poisson(np.arange(max_count + 1), confidence=confidence)
    bounds.setflags(write=False)  # shared by every caller
    return bounds


def byar(counts: ArrayLike, *, confidence: float = 0.95) -> Floats:
    """Byar's approximation to the interval of the mean of a Poisson count, shape (n, 2): lower, upper, in events.

    0 events: lower 0. Too narrow below 10 events; `poisson_bounds` chooses.

    Raises:
        ValueError: a count is negative or fractional.

    Source: Breslow & Day (1987), Statistical methods in cancer research, vol. II.
    """
    events = whole_counts(counts)
    z = z_value(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = events * (1 - 1 / (9 * events) - z / (3 * np.sqrt(events))) ** 3
    next_up = events + 1
    upper = next_up * (1 - 1 / (9 * next_up) + z / (3 * np.sqrt(next_up))) ** 3
    return np.column_stack([np.where(events == 0, 0.0, lower), upper])


def poisson_bounds(counts: ArrayLike, *, confidence: float = 0.95) -> Floats:
    """Interval of the mean of a count: exact below 10 events, Byar's from 10. Shape (n, 2), in events."""
    events = whole_counts(counts)
    small = events < EXACT_BELOW
    bounds = byar(events, confidence=confidence)
    bounds[small] = exact_poisson_bounds(confidence=confidence)[events[small].astype(np.intp)]
    return bounds


def weighted_bounds(total: Floats, events: Floats, spread: Floats, *, confidence: float = 0.95) -> Floats:
    """Interval of a weighted sum of counts: compound Poisson with given weights.

    Args:
        total: sum of weight x count, shape (n,).
        events: sum of the counts that weigh something; parts of an event (redistributed over borders) make it wider.
        spread: sum of weight^2 x count, the variance of the total.

    Returns:
        Shape (n, 2): lower (at least 0), upper, in the unit of the total. Without events both are NaN: nothing then
        says how much one would weigh.

    Source: Dobson et al. (1991), Stat. Med. 10: 457: the bounds of the number of events, stretched to this variance.
    """
    below, above = (poisson_bounds(rounded, confidence=confidence) for rounded in (np.floor(events), np.ceil(events)))
    with np.errstate(divide="ignore", invalid="ignore"):
        stretch = np.where(events > 0, np.sqrt(spread / events), np.nan)
    lower = np.maximum(0.0, total - stretch * (events - below[:, 0]))
    return np.column_stack([lower, total + stretch * (above[:, 1] - events)])


def crude_rate(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    per: int = 1_000,
    exposure_years: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> Floats:
    """Events per `per` of population and year, with an interval.

    Args:
        numerator: events per area and period, shape (n,); whole, >= 0; NaN for missing. May exceed the denominator.
        denominator: people (dwellings, …) at risk in the same cells, shape (n,). 0 or NaN: the rate is NaN, never inf.
        exposure_years: length of each period in years, shape (n,) or one number (`etl.calendar.exposure_years`).

    Returns:
        Shape (n, 3): rate, lower, upper, in events per `per` of population and year. 0 events: rate 0, lower 0.

    Raises:
        ValueError: shapes differ, or a numerator, denominator or exposure is negative, or a numerator is fractional.

    Source: exact Poisson below 10 events, Byar's approximation from 10 (Breslow & Day 1987).
    """
    events = whole_counts(numerator, "numerator")
    people = _at_risk(denominator, events)
    years = np.asarray(exposure_years, dtype=np.float64)
    if np.any(years < 0):
        raise ValueError("an exposure is negative")
    person_years = people * years
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(person_years > 0, per / person_years, np.nan)
    return np.column_stack([events, poisson_bounds(events, confidence=confidence)]) * factor[:, np.newaxis]


def wilson_share(numerator: ArrayLike, denominator: ArrayLike, *, per: int = 100, confidence: float = 0.95) -> Floats:
    """Part of a whole, with Wilson's score interval.

    Args:
        numerator: members of the part, shape (n,); whole, 0 to denominator; NaN for missing.
        denominator: members of the whole, shape (n,). 0 or NaN: the share is NaN.

    Returns:
        Shape (n, 3): share, lower, upper, in parts per `per`; bounds stay within 0 and `per`.

    Raises:
        ValueError: shapes differ, a number is negative, or a part is larger than its whole.

    Source: Wilson (1927), J. Am. Stat. Assoc. 22: 209.
    """
    part = whole_counts(numerator, "numerator")
    whole = _at_risk(denominator, part)
    if too_large := int(np.sum(part > whole)):
        raise ValueError(f"{too_large} parts are larger than their whole")
    z2 = z_value(confidence) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        share = part / whole  # 0 of 0 is NaN
        half = np.sqrt(z2) * np.sqrt(share * (1 - share) / whole + z2 / (4 * whole**2))
        centre = share + z2 / (2 * whole)
        scale = 1 + z2 / whole
    lower = np.clip((centre - half) / scale, 0, share)
    upper = np.clip((centre + half) / scale, share, 1)
    return np.column_stack([share, lower, upper]) * per


def _tail(confidence: float) -> float:
    z_value(confidence)  # refuses what is no confidence
    return (1 - confidence) / 2


def _at_risk(denominator: ArrayLike, events: Floats) -> Floats:
    people = np.atleast_1d(np.asarray(denominator, dtype=np.float64))
    if people.shape != events.shape:
        raise ValueError(f"numerator has shape {events.shape}, denominator {people.shape}")
    if wrong := int(np.sum((people < 0) | np.isinf(people))):
        raise ValueError(f"{wrong} denominators are negative or infinite")
    return people
