"""Do areas with more of one thing have more of another? Rank correlations, with what else can make them look so.

An association of areas says nothing about persons and nothing about cause. Each result carries how many pairs were
tried, whether it depends on the small areas, and whether neighbours share what is left unexplained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata
from scipy.stats import t as student

from etl.statistics.rates import Floats, whole_counts

if TYPE_CHECKING:
    from libpysal.weights import W

#: With fewer areas no association is given.
FEWEST_AREAS = 20

#: Pairs shown that may be there by chance (Benjamini-Hochberg).
FALSE_SHARE = 0.05

#: A model takes one predictor for so many areas.
AREAS_PER_PREDICTOR = 10


@dataclass(frozen=True)
class Correlation:
    """rho from -1 to 1, two-sided p of "no association", n areas used. NaN: too few areas, or one side is all equal."""

    rho: float
    p: float
    n: int


@dataclass(frozen=True)
class ContextModel:
    """Rate ratios of a count per standard deviation of each predictor, the others held.

    ratio, lower, upper, p: shape (k,). phi: over-dispersion (one number). n: areas used.
    residuals: Pearson residuals, shape (n areas given,); NaN where an area takes no part.
    """

    ratio: Floats
    lower: Floats
    upper: Floats
    p: Floats
    phi: float
    n: int
    residuals: Floats


def spearman(one: ArrayLike, other: ArrayLike, *, given: ArrayLike | None = None) -> Correlation:
    """Spearman's rank correlation, or the partial one.

    Args:
        one, other: shape (n,); an area with a NaN anywhere is left out.
        given: shape (n,) or (n, k): what is held constant.

    Returns:
        `Correlation`. With fewer than 20 areas, or where a column can be told from the others: NaN.

    Raises:
        ValueError: shapes differ.

    Source: partial by the inverse of the rank correlation matrix (Kim 2015, Commun. Stat. Appl. Methods 22: 665); p by
        Student's t with n - 2 - k degrees of freedom.
    """
    columns = [np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (one, other)]
    if given is not None:
        held = np.asarray(given, dtype=np.float64)
        columns += list(np.atleast_2d(held.T))
    if len({column.shape for column in columns}) != 1:
        raise ValueError(f"columns differ in shape: {[column.shape for column in columns]}")
    table = np.column_stack(columns)
    table = table[~np.isnan(table).any(axis=1)]
    n, n_held = len(table), table.shape[1] - 2
    if n < FEWEST_AREAS or n - 2 - n_held < 1 or (np.ptp(table, axis=0) == 0).any():
        return Correlation(float("nan"), float("nan"), n)
    matrix = np.corrcoef(rankdata(table, axis=0), rowvar=False)
    if n_held:
        if np.linalg.cond(matrix) > 1e10:
            return Correlation(float("nan"), float("nan"), n)
        inverse = np.linalg.inv(matrix)
        rho = float(-inverse[0, 1] / np.sqrt(inverse[0, 0] * inverse[1, 1]))
    else:
        rho = float(matrix[0, 1])
    return Correlation(rho, _p_of(rho, n - 2 - n_held), n)


def weighted_spearman(one: ArrayLike, other: ArrayLike, population: ArrayLike) -> float:
    """Correlation of the ranks in which each area counts by its people. NaN where it cannot be had.

    Areas with a NaN, or without people, are left out; a large area and a small one otherwise count the same.
    """
    x, y, people = (np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (one, other, population))
    known = ~np.isnan(x + y) & (people > 0)
    if known.sum() < FEWEST_AREAS or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        return float("nan")
    covariance = np.cov(rankdata(x[known]), rankdata(y[known]), aweights=people[known])
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))


def associations(
    outcomes: pd.DataFrame,
    context: pd.DataFrame,
    *,
    given: pd.DataFrame | None = None,
    population: ArrayLike | None = None,
    weights: W | None = None,
) -> pd.DataFrame:
    """All associations of outcomes with context, and how many were tried.

    Args:
        outcomes, context: one row per area in the same order (same index), one column per rate or feature.
        given: columns held constant for the partial correlation, same rows; a column is never held against itself.
        population: people per area, shape (n,), for the weighted check.
        weights: who touches whom (`etl.statistics.spatial.contiguity`), same order, for the check on what is left.

    Returns:
        One row per pair (outcomes in order, then context), with outcome, context, n_areas, rho, p; p_adjusted over all
        pairs tried, n_tests (their number), is_significant (p_adjusted <= 0.05); rho_weighted and is_weight_sensitive
        (with people counted the sign turns, or less than half is left); rho_partial, p_partial; residual_moran_p and
        has_spatial_residuals (what the line leaves is alike among neighbours at 0.05: the areas are fewer independent
        observations than they seem). NaN and False where a check was not asked for or cannot be had.

    Raises:
        ValueError: the rows differ.
    """
    from etl.statistics.multiplicity import benjamini_hochberg

    for frame in (context, given):
        if frame is not None and not frame.index.equals(outcomes.index):
            raise ValueError("outcomes and context differ in rows")
    rows = [
        _pair(outcomes[outcome], context[feature], given, population, weights)
        for outcome in outcomes.columns
        for feature in context.columns
    ]
    found = pd.DataFrame(rows, columns=_COLUMNS)
    found["p_adjusted"] = benjamini_hochberg(found["p"].to_numpy(dtype=np.float64))
    found["n_tests"] = int(found["p"].notna().sum())
    found["is_significant"] = found["p_adjusted"] <= FALSE_SHARE
    found["is_weight_sensitive"] = found["rho_weighted"] * np.sign(found["rho"]) < found["rho"].abs() / 2
    found["has_spatial_residuals"] = found["residual_moran_p"] <= FALSE_SHARE
    return found


def context_model(counts: ArrayLike, exposure: ArrayLike, predictors: ArrayLike) -> ContextModel:
    """Which features go with a higher rate when the others are held? Quasi-Poisson with the exposure as offset.

    Args:
        counts: events per area, shape (n,); whole, >= 0; NaN: left out.
        exposure: people at risk (times years), shape (n,). 0 or NaN: left out.
        predictors: shape (n, k), any unit; NaN: the area is left out. Standardised here.

    Raises:
        ValueError: more than one predictor per ten areas, fewer than 20 areas, a predictor that is the same everywhere
            or follows from the others, shapes differ, or a count is negative or fractional.

    Source: McCullagh & Nelder (1989), Generalized linear models; no interval is narrower than that of Poisson counts.
    """
    from etl.statistics.quasi_poisson import fit_quasi_poisson

    events, people = whole_counts(counts), np.atleast_1d(np.asarray(exposure, dtype=np.float64))
    x = np.asarray(predictors, dtype=np.float64)
    x = x[:, np.newaxis] if x.ndim == 1 else x
    if not (events.shape == people.shape and len(x) == len(events)):
        raise ValueError(f"counts have shape {events.shape}, exposure {people.shape}, predictors {x.shape}")
    known = ~np.isnan(events) & (people > 0) & ~np.isnan(x).any(axis=1)
    n, k = int(known.sum()), x.shape[1]
    if n < FEWEST_AREAS or k > n / AREAS_PER_PREDICTOR:
        raise ValueError(f"{k} predictors for {n} areas: at least {FEWEST_AREAS} areas, and {AREAS_PER_PREDICTOR} each")
    centred = x[known] - x[known].mean(axis=0)
    deviation = centred.std(axis=0)
    if (deviation == 0).any() or np.linalg.matrix_rank(centred) < k:
        raise ValueError("a predictor is the same everywhere, or follows from the others")
    design = np.column_stack([np.ones(n), centred / deviation])
    fit = fit_quasi_poisson(events[known], design, offset=np.log(people[known]))
    ratio, lower, upper, p = np.array([fit.effect(column) for column in range(1, k + 1)]).T
    residuals = np.full(events.shape, np.nan)
    residuals[known] = (events[known] - fit.mu) / np.sqrt(fit.mu)
    return ContextModel(ratio, lower, upper, p, fit.phi, n, residuals)


# --- within ----------------------------------------------------------------------------------------------------------

_COLUMNS = [
    "outcome",
    "context",
    "n_areas",
    "rho",
    "p",
    "rho_weighted",
    "rho_partial",
    "p_partial",
    "residual_moran_p",
]


def _pair(
    outcome: pd.Series,
    feature: pd.Series,
    given: pd.DataFrame | None,
    population: ArrayLike | None,
    weights: W | None,
) -> tuple[object, ...]:
    y, x = outcome.to_numpy(dtype=np.float64), feature.to_numpy(dtype=np.float64)
    plain = spearman(x, y)
    weighted = float("nan") if population is None else weighted_spearman(x, y, population)
    held = [] if given is None else [name for name in given.columns if name not in (outcome.name, feature.name)]
    partial = spearman(x, y, given=given[held]) if given is not None and held else None
    left = float("nan")
    if weights is not None and not np.isnan(plain.rho):
        left = _p_of_what_is_left(x, y, weights)
    return (
        outcome.name,
        feature.name,
        plain.n,
        plain.rho,
        plain.p,
        weighted,
        partial.rho if partial else float("nan"),
        partial.p if partial else float("nan"),
        left,
    )


def _p_of_what_is_left(x: Floats, y: Floats, weights: W) -> float:
    """p of Moran's I of the ranks of y, less the line through the ranks of x."""
    from etl.statistics.spatial import moran_index

    known: NDArray[np.bool_] = ~np.isnan(x + y)
    ranks_x, ranks_y = rankdata(x[known]), rankdata(y[known])
    slope = np.cov(ranks_x, ranks_y)[0, 1] / ranks_x.var(ddof=1)
    left = np.full(x.shape, np.nan)
    left[known] = ranks_y - ranks_y.mean() - slope * (ranks_x - ranks_x.mean())
    return moran_index(left, weights).p


def _p_of(rho: float, freedom: int) -> float:
    if abs(rho) >= 1:
        return 0.0
    return float(2 * student.sf(abs(rho) * np.sqrt(freedom / (1 - rho**2)), freedom))
