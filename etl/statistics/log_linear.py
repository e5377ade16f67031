"""Log-linear regression of counts that vary more than Poisson counts, with intervals of t.

The one regression under trend, forecast and evaluation. Takes seconds to import: import it where it is used.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import DomainWarning, PerfectSeparationWarning

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LogLinear:
    """A fitted mean mu = exp(offset + design · coefficients), shape (n,), with variance phi x mu.

    covariance: of the coefficients, phi included, shape (k, k). phi: at least 1, so that no interval is narrower than
    that of Poisson counts. freedom: rows minus coefficients.
    """

    coefficients: Floats
    covariance: Floats
    phi: float
    freedom: int
    mu: Floats

    def effect(self, column: int, *, times: float = 1.0, confidence: float = 0.95) -> tuple[float, float, float, float]:
        """exp(times x coefficient) with its interval, and the two-sided p-value of "no effect"."""
        estimate = times * self.coefficients[column]
        error = abs(times) * np.sqrt(self.covariance[column, column])
        half = stdtrit(self.freedom, 0.5 + confidence / 2) * error
        p = 2 * stdtr(self.freedom, -abs(estimate) / error) if error > 0 else np.nan
        with np.errstate(over="ignore"):
            return float(np.exp(estimate)), float(np.exp(estimate - half)), float(np.exp(estimate + half)), float(p)

    def log_mean(self, design: Floats, offset: ArrayLike = 0.0) -> tuple[Floats, Floats]:
        """Log of the mean of new rows and its standard error, shape (rows,) each."""
        mean = np.asarray(offset, dtype=np.float64) + design @ self.coefficients
        return mean, np.sqrt(np.einsum("ij,jk,ik->i", design, self.covariance, design))


def fit_log_linear(counts: ArrayLike, design: Floats, offset: ArrayLike | None = None) -> LogLinear:
    """Poisson regression with log link; standard errors widened by Pearson's chi-square over its degrees of freedom.

    Args:
        counts: shape (n,), no NaN. design: shape (n, k), n > k, a constant among its columns. offset: log of the
            exposure, shape (n,).

    Source: McCullagh & Nelder (1989), Generalized linear models, chapter 6; statsmodels GLM.
    """
    with warnings.catch_warnings():
        # Months that never have an event drive a coefficient towards minus infinity: the mean 0 there is right.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        warnings.simplefilter("ignore", DomainWarning)
        fitted = GLM(np.asarray(counts, dtype=np.float64), design, family=Poisson(), offset=offset).fit(scale=1.0)
    freedom = int(fitted.df_resid)
    mu = np.asarray(fitted.mu, dtype=np.float64)
    phi = max(1.0, float(fitted.pearson_chi2) / freedom) if freedom > 0 else 1.0
    covariance = phi * np.asarray(fitted.normalized_cov_params, dtype=np.float64)
    return LogLinear(np.asarray(fitted.params, dtype=np.float64), covariance, phi, max(freedom, 1), mu)


def harmonics(position: ArrayLike, period: float, n_pairs: int = 1) -> Floats:
    """Sine and cosine of the season, shape (n, 2 · n_pairs); `position` counts periods from anywhere."""
    at = np.asarray(position, dtype=np.float64)[:, np.newaxis] * (2 * np.pi / period) * np.arange(1, n_pairs + 1)
    return np.stack([np.sin(at), np.cos(at)], axis=2).reshape(at.shape[0], 2 * n_pairs)
