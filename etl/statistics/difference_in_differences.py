"""Did areas with an intervention change otherwise than areas without? Takes seconds to import."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from etl.statistics.quasi_poisson import ratio_with_interval

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Other ways to choose the treated areas that are tried at most.
MOST_REASSIGNED = 999


@dataclass(frozen=True)
class DifferenceInDifferences:
    """Change of the treated areas over change of the comparison areas.

    ratio, lower, upper: 0.69 is 31 % fewer than in the comparison areas; 95 % interval. p: of "no difference".
    p_randomisation: share of the ways to choose the treated areas that give a difference as large as this one; the
        way it was is among them, so that it is 1 / (n_reassigned + 1) at least. n_reassigned: how many others.
    phi: over-dispersion, at least 1.
    expected: events in the treated areas together had they changed as the others did, shape (n_periods,); before the
        start the fitted number. NaN for periods that were left out.
    """

    ratio: float
    lower: float
    upper: float
    p: float
    p_randomisation: float
    n_reassigned: int
    phi: float
    expected: Floats = field(repr=False)


def difference_in_differences(
    counts: Floats, exposure: Floats, is_treated: Bools, is_after: Bools, *, seed: int = 0
) -> DifferenceInDifferences:
    """Ratio of ratios over areas and periods, with the level of each area and each period taken out.

    Args:
        counts: events, shape (n_areas, n_periods), treated and comparison areas only; NaN for missing or left out.
        exposure: people at risk, same shape; 0 or NaN: the cell is left out.
        is_treated: shape (n_areas,). is_after: shape (n_periods,).
        seed: of the choice of reassignments, where there are more than 999.

    Source: Poisson regression with a constant per area and per period; quasi-Poisson interval, because standard errors
        clustered by area are far too small with few areas. Randomisation test: Fisher (1935), on the score of the
        treated areas after the start.
    """
    is_used = _usable(counts, exposure)
    treatment = is_treated[:, np.newaxis] & is_after[np.newaxis, :]
    (ratio, lower, upper, p), phi, mean = _fit(counts, exposure, is_used, treatment.astype(np.float64))
    without = np.where(treatment, mean / ratio, mean)[is_treated]
    expected = np.where(np.isnan(without).all(axis=0), np.nan, np.nansum(without, axis=0))
    p_randomisation, n_reassigned = _randomisation(counts, exposure, is_used, is_treated, is_after, seed)
    return DifferenceInDifferences(ratio, lower, upper, p, p_randomisation, n_reassigned, phi, expected)


def pre_trend_p(counts: Floats, exposure: Floats, is_treated: Bools) -> float:
    """p-value of "treated and comparison areas moved alike before the start".

    Args: as `difference_in_differences`, periods before the start only. Tests the interaction of time and treatment.
    """
    is_used = _usable(counts, exposure)
    years = np.linspace(-1, 1, counts.shape[1])
    (_, _, _, p), _, _ = _fit(counts, exposure, is_used, is_treated[:, np.newaxis] * years[np.newaxis, :])
    return p


def _usable(counts: Floats, exposure: Floats) -> Bools:
    """Cells to fit: known, and of an area and a period that have any event (others say nothing about a ratio)."""
    with np.errstate(invalid="ignore"):
        is_used: Bools = ~np.isnan(counts) & (exposure > 0)
    events = np.where(is_used, counts, 0)
    is_used &= (events.sum(axis=1) > 0)[:, np.newaxis] & (events.sum(axis=0) > 0)[np.newaxis, :]
    return is_used


def _fit(
    counts: Floats, exposure: Floats, is_used: Bools, effect: Floats
) -> tuple[tuple[float, float, float, float], float, Floats]:
    """Poisson regression on a constant per area, one per period, and `effect`: its ratio with interval and p-value,
    phi, and all fitted means.

    Newton's method with the normal equations written down: a table of dummies of thousands of rows would hold the same
    numbers a hundred times over. Cells that are not used have mean 0.
    """
    events = np.where(is_used, counts, 0)
    mean = _two_way(events, np.where(is_used, exposure, 0))
    area, period = np.flatnonzero(is_used.any(axis=1)), np.flatnonzero(is_used.any(axis=0))
    y, mu, x = events[np.ix_(area, period)], mean[np.ix_(area, period)], effect[np.ix_(area, period)]
    coefficient = 0.0
    for _ in range(50):
        information = _information(mu, x)
        rest = y - mu
        score = np.concatenate([rest.sum(axis=1), rest.sum(axis=0)[1:], [(x * rest).sum()]])
        step = np.linalg.solve(information, score)
        of_period = np.append(0.0, step[area.size : -1])
        moved = step[: area.size, np.newaxis] + of_period[np.newaxis, :] + step[-1] * x
        shorter = min(1.0, 2 / max(float(np.abs(moved).max()), 1e-300))  # a step too far would not come back
        mu = mu * np.exp(shorter * moved)
        coefficient += shorter * float(step[-1])
        if np.abs(moved).max() < 1e-9:
            break
    is_cell = is_used[np.ix_(area, period)]
    with np.errstate(divide="ignore", invalid="ignore"):
        chi_square = float(np.sum(np.where(is_cell & (mu > 0), (y - mu) ** 2 / mu, 0)))
    freedom = max(int(is_cell.sum()) - area.size - period.size, 1)
    phi = max(1.0, chi_square / freedom)
    variance = phi * float(np.linalg.inv(_information(mu, x))[-1, -1])
    fitted = np.full(counts.shape, np.nan)
    fitted[np.ix_(area, period)] = np.where(is_cell, mu, np.nan)
    return ratio_with_interval(coefficient, float(np.sqrt(variance)), freedom), phi, fitted


def _information(mu: Floats, x: Floats) -> Floats:
    """Fisher information of area constants, period constants (but the first) and effect."""
    weighted = mu * x
    n = mu.shape[0]
    found = np.zeros((n + mu.shape[1], n + mu.shape[1]))
    found[:n, :n] = np.diag(mu.sum(axis=1))
    found[n:-1, n:-1] = np.diag(mu.sum(axis=0)[1:])
    found[:n, n:-1] = mu[:, 1:]
    found[:n, -1] = weighted.sum(axis=1)
    found[n:-1, -1] = weighted.sum(axis=0)[1:]
    found[-1, -1] = (weighted * x).sum()
    return np.asarray(np.triu(found) + np.triu(found, 1).T)


def _randomisation(
    counts: Floats, exposure: Floats, is_used: Bools, is_treated: Bools, is_after: Bools, seed: int
) -> tuple[float, int]:
    """Rank of the treated areas' score among that of other choices of as many areas."""
    mean = _two_way(np.where(is_used, counts, 0), np.where(is_used, exposure, 0))
    excess = np.where(is_used & is_after, counts - mean, 0).sum(axis=1)
    after, all_of_it = mean[:, is_after].sum(axis=1), mean.sum(axis=1)

    n, k = is_treated.size, int(is_treated.sum())
    actual = tuple(int(area) for area in np.flatnonzero(is_treated))
    if comb(n, k) - 1 <= MOST_REASSIGNED:
        others = [chosen for chosen in combinations(range(n), k) if chosen != actual]
    else:
        draw = np.random.default_rng(seed)
        others = [tuple(draw.choice(n, k, replace=False)) for _ in range(MOST_REASSIGNED)]
    chosen = np.array([actual, *others])
    of_group, part_after = excess[chosen].sum(axis=1), after[chosen].sum(axis=1)
    of_all = all_of_it[chosen].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = part_after * (1 - part_after / of_all) * (1 - of_all / all_of_it.sum())
        score = np.nan_to_num(np.abs(of_group) / np.sqrt(variance))
    return float(np.mean(score >= score[0] * (1 - 1e-9))), len(others)


def _two_way(events: Floats, exposure: Floats) -> Floats:
    """Fitted mean with a level per area and one per period: rows and columns scaled in turn to their totals."""
    mean = exposure.copy()
    rows, columns = events.sum(axis=1, keepdims=True), events.sum(axis=0, keepdims=True)
    for _ in range(200):
        with np.errstate(divide="ignore", invalid="ignore"):
            mean *= np.nan_to_num(rows / mean.sum(axis=1, keepdims=True))
            factor = np.nan_to_num(columns / mean.sum(axis=0, keepdims=True))
        mean *= factor
        if np.allclose(factor[columns > 0], 1, rtol=0, atol=1e-10):
            break
    return mean
