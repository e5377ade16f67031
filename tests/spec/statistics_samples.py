"""Series in which nothing happens, for simulations and tests: negative binomial counts around a yearly wave."""

import numpy as np


def months(n, first="2012-01"):
    """First days of n months."""
    return (np.datetime64(first, "M") + np.arange(n)).astype("datetime64[D]")


def mondays(n, first="2015-01-05"):
    """First days of n weeks."""
    return np.datetime64(first) + 7 * np.arange(n)


def calm_series(n_series, n_periods, per_year, *, seed, means=None, mean=1.0, phi=1.2, wave=0.25):
    """Counts, shape (series, periods), whose mean follows the season only and whose variance is phi times the mean.

    Without `means` of the series these are skewed as those of neighbourhoods are: many near 0, a few large.
    """
    rng = np.random.default_rng(seed)
    level = rng.gamma(0.6, mean / 0.6, n_series) if means is None else means
    phase = rng.random((n_series, 1))
    mu = level[:, np.newaxis] * np.exp(wave * np.sin(2 * np.pi * (np.arange(n_periods) / per_year + phase)))
    return rng.negative_binomial(np.maximum(mu, 1e-9) / (phi - 1), 1 / phi).astype(float)
