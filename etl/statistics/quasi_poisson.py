"""Regression of counts that vary more than Poisson: log link, mean mu, variance phi x mu, with intervals of t.

The one regression under signals, normal range, trend, forecast, associations and evaluation. Takes seconds to import:
import it where it is used.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning, SingularMatrixWarning

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class QuasiPoisson:
    """A fitted mean mu = exp(offset + design · coefficients), shape (n,), one entry per row that was fitted.

    covariance: of the coefficients, phi included, shape (k, k). phi: at least 1, so that no interval is narrower than
    that of Poisson counts; dispersion: the same as it was estimated, also below 1. freedom: rows minus coefficients, at
    least 1.
    """

    coefficients: Floats
    covariance: Floats
    phi: float
    dispersion: float
    freedom: int
    mu: Floats
    design: Floats = field(repr=False)
    weights: Floats | None = field(repr=False)

    def effect(self, column: int, *, times: float = 1.0, confidence: float = 0.95) -> tuple[float, float, float, float]:
        """exp(times x coefficient) with its interval, and the two-sided p-value of "no effect"."""
        error = abs(times) * float(np.sqrt(self.covariance[column, column]))
        return ratio_with_interval(times * float(self.coefficients[column]), error, self.freedom, confidence=confidence)

    def p_value(self, column: int) -> float:
        """Two-sided p-value of one coefficient by the dispersion as estimated, as the signals' own source has it."""
        error = float(np.sqrt(self.covariance[column, column] * self.dispersion / self.phi))
        return float(2 * stdtr(self.freedom, -abs(self.coefficients[column]) / error)) if error else 0.0

    def log_mean(self, design: Floats, offset: ArrayLike = 0.0) -> tuple[Floats, Floats]:
        """Log of the mean of new rows and its standard error, shape (rows,) each."""
        mean = np.asarray(offset, dtype=np.float64) + design @ self.coefficients
        return mean, np.sqrt(np.einsum("ij,jk,ik->i", design, self.covariance, design))

    @cached_property
    def leverage(self) -> Floats:
        """Diagonal of the hat matrix, in [0, 1), also where columns of the design depend on each other."""
        weighted = self.mu if self.weights is None else self.mu * self.weights
        left, size, _ = np.linalg.svd(self.design * np.sqrt(weighted)[:, np.newaxis], full_matrices=False)
        used = left[:, size > size[0] * 1e-12]
        return np.asarray(np.minimum(np.sum(used**2, axis=1), 1 - 1e-9))


def ratio_with_interval(
    estimate: float, error: float, freedom: int, *, confidence: float = 0.95
) -> tuple[float, float, float, float]:
    """exp(estimate) with its interval by the t distribution, and the two-sided p-value of "no effect"."""
    half = stdtrit(freedom, 0.5 + confidence / 2) * error
    p = 2 * stdtr(freedom, -abs(estimate) / error) if error > 0 else np.nan
    with np.errstate(over="ignore"):
        return float(np.exp(estimate)), float(np.exp(estimate - half)), float(np.exp(estimate + half)), float(p)


def fit_quasi_poisson(
    counts: ArrayLike,
    design: Floats,
    *,
    offset: ArrayLike | None = None,
    weights: Floats | None = None,
    start: Floats | None = None,
) -> QuasiPoisson:
    """Poisson regression; phi is Pearson's chi-square over its degrees of freedom, at least 1.

    Where nothing is left over to estimate phi from (as many coefficients as rows) it is 1.

    Args:
        counts: shape (n,), no NaN.
        design: shape (n, k); its columns span a constant.
        offset: log of the exposure, shape (n,).
        weights: variance weights, shape (n,).
        start: coefficients to begin with, shape (k,).

    Source: McCullagh & Nelder (1989), Generalized linear models, chapter 6; statsmodels GLM.
    """
    y = np.asarray(counts, dtype=np.float64)
    with warnings.catch_warnings():
        # A season without a single event has mean 0: its coefficient runs to minus infinity, as it should, and its
        # periods weigh nothing, which leaves the design short of a rank.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        warnings.simplefilter("ignore", SingularMatrixWarning)
        model = GLM(y, design, family=Poisson(), offset=offset, var_weights=weights, hasconst=True)
        found = model.fit(scale=1.0, start_params=start)
    freedom = int(found.df_resid)
    dispersion = float(found.pearson_chi2) / freedom if freedom > 0 else 1.0
    phi = max(1.0, dispersion)
    covariance = phi * np.asarray(found.normalized_cov_params, dtype=np.float64)
    mu = np.asarray(found.mu, dtype=np.float64)
    return QuasiPoisson(np.asarray(found.params), covariance, phi, dispersion, max(freedom, 1), mu, design, weights)


def harmonics(position: ArrayLike, period: float, n_pairs: int = 1) -> Floats:
    """Sine and cosine of the season, shape (n, 2 · n_pairs); `position` counts periods from anywhere."""
    at = np.asarray(position, dtype=np.float64)[:, np.newaxis] * (2 * np.pi / period) * np.arange(1, n_pairs + 1)
    return np.stack([np.sin(at), np.cos(at)], axis=2).reshape(at.shape[0], 2 * n_pairs)
