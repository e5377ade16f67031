"""Regression of counts that vary more than Poisson: mean mu, variance phi x mu, log link."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import DomainWarning, PerfectSeparationWarning, SingularMatrixWarning

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class QuasiPoisson:
    """A fitted log-linear mean. mu and leverage have one entry per period that was fitted.

    errors: standard errors of the coefficients, by the spread as it is (R's), also where that is less than chance.
    freedom: rows minus coefficients that can be told apart.
    """

    coefficients: Floats
    mu: Floats
    phi: float
    leverage: Floats
    errors: Floats
    freedom: int

    def p_value(self, column: int) -> float:
        """Two-sided p-value of one coefficient (t distribution with the residual degrees of freedom)."""
        error = float(self.errors[column])
        return float(2 * student.sf(abs(self.coefficients[column]) / error, self.freedom)) if error else 0.0


def fit_quasi_poisson(
    counts: Floats,
    design: Floats,
    *,
    offset: Floats | None = None,
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

    Source: McCullagh & Nelder (1989), Generalized linear models, by statsmodels.
    """
    with warnings.catch_warnings():
        # A season without a single event has mean 0: its coefficient runs to minus infinity, as it should, and its
        # periods weigh nothing, which leaves the design short of a rank.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        warnings.simplefilter("ignore", DomainWarning)
        warnings.simplefilter("ignore", SingularMatrixWarning)
        model = GLM(counts, design, family=Poisson(), offset=offset, var_weights=weights, hasconst=True)
        found = model.fit(scale=1.0, start_params=start)
    mu, freedom = np.asarray(found.mu), int(found.df_resid)
    spread = float(found.pearson_chi2) / freedom if freedom > 0 else 1.0
    return QuasiPoisson(
        np.asarray(found.params),
        mu,
        max(1.0, spread),
        _leverage(design, mu, weights),
        np.sqrt(spread * np.diag(np.asarray(found.normalized_cov_params))),
        freedom,
    )


def _leverage(design: Floats, mu: Floats, weights: Floats | None) -> Floats:
    """Diagonal of the hat matrix, in [0, 1), also where columns of the design depend on each other."""
    scaled = design * np.sqrt(mu if weights is None else mu * weights)[:, np.newaxis]
    left, size, _ = np.linalg.svd(scaled, full_matrices=False)
    used = left[:, size > size[0] * 1e-12]
    return np.asarray(np.minimum(np.sum(used**2, axis=1), 1 - 1e-9))
