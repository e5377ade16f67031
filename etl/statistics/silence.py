"""A series that falls silent: zeros where something normally happens say that a delivery is wrong, not that it is calm.

The measure is the probability of so many zeros in a row under the normal range. An area (or a source) that vanished
from a file is silent in all of its series at once, which shows sooner than in any one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from etl.statistics.negative_binomial import log_none

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

#: Zeros less likely than this are no coincidence, also when some thousands of series are looked at.
UNLIKELY = 1e-5

#: Nothing more is missed than what really happened in so many periods before: a run of zeros begins right after an
#: event, so the newest of them alone overstate what a rare series normally shows.
BEFORE = 60


@dataclass(frozen=True)
class Silence:
    """Columns of shape (n,): one entry per series, or per group of series.

    n_periods: zeros in a row up to the judged period (groups: in which all series are zero). missed: events expected
    in them. probability: of that many zeros in a row or more if all is normal; 1 without a zero or an expectation.
    is_silent: less likely than one in 100,000.
    """

    n_periods: Indices
    missed: Floats
    probability: Floats
    is_silent: Flags


def trailing_zeros(counts: ArrayLike, at: int = -1) -> Flags:
    """True for the cells of the run of zeros that ends in period `at`, shape (series, periods).

    What is not delivered ends a run: it is a gap, no zero. To be left out of the fit that says what is normal.
    """
    y = np.asarray(counts, dtype=np.float64)
    last = range(y.shape[1])[at] + 1
    run = np.zeros(y.shape, dtype=np.bool_)
    run[:, :last] = np.logical_and.accumulate(y[:, :last][:, ::-1] == 0, axis=1)[:, ::-1]
    return run


def silent_series(
    counts: ArrayLike, expected: ArrayLike, phi: ArrayLike, *, at: int = -1, unlikely: float = UNLIKELY
) -> Silence:
    """How unlikely the zeros are with which each series ends.

    Args:
        counts: events, shape (series, periods); NaN for not delivered.
        expected: mean that is normal for every cell, same shape (`normal_range` with the trailing zeros left out).
        phi: variance over mean of each series, shape (series,).
        at: index of the period the run must reach.
    """
    run = trailing_zeros(counts, at)
    missing = _no_more_than_before(counts, expected, run)
    return _judge(run, missing, phi, np.arange(run.shape[0]), run.shape[0], unlikely)


def silent_groups(
    counts: ArrayLike,
    expected: ArrayLike,
    phi: ArrayLike,
    groups: ArrayLike,
    *,
    at: int = -1,
    unlikely: float = UNLIKELY,
) -> tuple[NDArray[np.object_], Silence]:
    """The same for all series of an area, or of a whole source, together.

    Args:
        groups: to which area (or source) each series belongs, shape (series,).

    Returns:
        The groups in order, and their silence. Series are taken as independent, given what is normal for each; they
        share no events, so give either a total or its parts.
    """
    y = np.asarray(counts, dtype=np.float64)
    labels, member = np.unique(np.asarray(groups, dtype=object), return_inverse=True)
    together = np.zeros((labels.size, y.shape[1]))
    np.add.at(together, member, np.nan_to_num(y))
    is_known = np.zeros((labels.size, y.shape[1]), dtype=np.bool_)
    np.logical_or.at(is_known, member, np.isfinite(y))
    run = trailing_zeros(np.where(is_known, together, np.nan), at)[member] & np.isfinite(y)
    missing = _no_more_than_before(y, expected, run)
    return labels, _judge(run, missing, phi, member, labels.size, unlikely)


def _no_more_than_before(counts: ArrayLike, expected: ArrayLike, run: Flags) -> Floats:
    """What is expected in a run, at most the mean of the known periods before it; NaN where none is known."""
    y = np.asarray(counts, dtype=np.float64)
    positions = np.arange(y.shape[1])
    start = np.where(run.any(axis=1), run.argmax(axis=1), y.shape[1])[:, np.newaxis]
    is_before = (positions < start) & (positions >= start - BEFORE) & np.isfinite(y)
    n_before = is_before.sum(axis=1)
    mean = np.where(is_before, y, 0).sum(axis=1) / np.maximum(n_before, 1)
    mean[n_before == 0] = np.nan
    return np.asarray(np.minimum(np.asarray(expected, dtype=np.float64), mean[:, np.newaxis]))


def _judge(run: Flags, expected: ArrayLike, phi: ArrayLike, member: Indices, n: int, unlikely: float) -> Silence:
    mean = np.asarray(expected, dtype=np.float64)
    log_p = np.nan_to_num(log_none(mean, np.asarray(phi, dtype=np.float64)[:, np.newaxis]), nan=0.0)
    log_probability, missed = np.zeros(n), np.zeros(n)
    n_periods = np.zeros(n, dtype=np.intp)
    np.add.at(log_probability, member, np.where(run, log_p, 0).sum(axis=1))
    np.add.at(missed, member, np.where(run, np.nan_to_num(mean), 0).sum(axis=1))
    np.maximum.at(n_periods, member, run.sum(axis=1))
    probability = np.exp(log_probability)
    return Silence(n_periods, missed, probability, probability < unlikely)
