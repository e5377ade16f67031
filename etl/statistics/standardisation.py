"""Rates of areas that differ in make-up (type of dwelling, age), made comparable: indirect and direct."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from etl.statistics.rates import EXACT_BELOW, Floats, byar, poisson_bounds, whole_counts


def expected_counts(population: ArrayLike, reference_count: ArrayLike, reference_population: ArrayLike) -> Floats:
    """Events each area would have if each of its strata had the rate of that stratum in the reference.

    Args:
        population: people (dwellings, ...) at risk per area and stratum, shape (n, k).
        reference_count, reference_population: the same of the reference, shape (k,). A stratum nobody of the reference
            is in has no rate; areas with people in it get NaN.

    Returns:
        Shape (n,): expected events. NaN where a stratum of the area is unknown.

    Raises:
        ValueError: a number is negative, or shapes differ.
    """
    people = np.atleast_2d(np.asarray(population, dtype=np.float64))
    events = np.atleast_1d(np.asarray(reference_count, dtype=np.float64))
    at_risk = np.atleast_1d(np.asarray(reference_population, dtype=np.float64))
    if not people.shape[1:] == events.shape == at_risk.shape:
        raise ValueError(f"strata differ: population {people.shape}, reference {events.shape} and {at_risk.shape}")
    if any(np.any(part < 0) for part in (people, events, at_risk)):
        raise ValueError("a number of people or events is negative")
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(at_risk > 0, events / at_risk, np.nan)
    expected: Floats = np.where(people == 0, 0.0, people * rate).sum(axis=1)
    return expected


def indirect_ratio(observed: ArrayLike, expected: ArrayLike, *, confidence: float = 0.95) -> Floats:
    """Indirectly standardised ratio: observed events over expected ones.

    Args:
        observed: events per area, shape (n,); whole, >= 0; NaN for missing.
        expected: see `expected_counts`, shape (n,). 0 or NaN: the ratio is NaN, never inf.

    Returns:
        Shape (n, 3): ratio, lower, upper. 1 is "as expected".

    Raises:
        ValueError: a count is negative or fractional, an expectation negative, or shapes differ.

    Source: exact Poisson below 10 events, Byar's approximation from 10 (Breslow & Day 1987).
    """
    events = whole_counts(observed, "observed count")
    foreseen = np.atleast_1d(np.asarray(expected, dtype=np.float64))
    if foreseen.shape != events.shape:
        raise ValueError(f"observed has shape {events.shape}, expected {foreseen.shape}")
    if np.any(foreseen < 0):
        raise ValueError("an expected number is negative")
    with np.errstate(divide="ignore"):
        factor = np.where(foreseen > 0, 1 / foreseen, np.nan)
    return np.column_stack([events, poisson_bounds(events, confidence=confidence)]) * factor[:, np.newaxis]


def direct_rate(
    counts: ArrayLike, population: ArrayLike, weights: ArrayLike, *, per: int = 1_000, confidence: float = 0.95
) -> Floats:
    """Directly standardised rate: the rate an area would have with the make-up of a standard population.

    Args:
        counts: events per area and stratum, shape (n, k); whole, >= 0.
        population: people at risk in the same cells, shape (n, k). A stratum without people has no rate: NaN.
        weights: people of the standard population per stratum, shape (k,).

    Returns:
        Shape (n, 3): rate, lower, upper, per `per`. NaN for an area with fewer than 10 events: its strata then say
        nothing.

    Raises:
        ValueError: a count is negative or fractional, another number negative, or shapes differ.

    Source: Dobson, Kuulasmaa, Eberle & Scherer (1991), Stat. Med. 10: 457, with Byar's bounds of the total.
    """
    events = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    whole_counts(events.ravel())
    people = np.atleast_2d(np.asarray(population, dtype=np.float64))
    standard = np.atleast_1d(np.asarray(weights, dtype=np.float64))
    if not (events.shape == people.shape and events.shape[1:] == standard.shape):
        raise ValueError(f"strata differ: counts {events.shape}, population {people.shape}, weights {standard.shape}")
    if np.any(people < 0) or np.any(standard < 0) or not standard.sum() > 0:
        raise ValueError("a population or weight is negative, or all weights are zero")
    share = standard / standard.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        per_head = np.where(share == 0, 0.0, np.where(people > 0, share / people, np.nan))
        rate = (per_head * events).sum(axis=1)
        variance = (per_head**2 * events).sum(axis=1)
        total = events.sum(axis=1)
        stretch = np.sqrt(variance / total)[:, np.newaxis]
        bounds = rate[:, np.newaxis] + stretch * (byar(total, confidence=confidence) - total[:, np.newaxis])
    found = np.column_stack([rate, bounds]) * per
    return np.where((total >= EXACT_BELOW)[:, np.newaxis], found, np.nan)
