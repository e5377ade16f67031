"""What is promised about signals, by simulation: how often one is false, how often a shock is found.

`BUURTBEELD_SOAK=1` repeats every simulation with more seeds.
"""

import os

import numpy as np
import pytest

from etl.statistics.ears import judge_by_c2
from etl.statistics.expectation import smallest_visible_rise
from etl.statistics.farrington import farrington_flexible, has_enough_recent
from etl.statistics.multiplicity import false_discovery_rate
from etl.statistics.reference_periods import FOUR_WEEKS, MONTH, WEEK, reference_periods
from etl.statistics.signals import FALSE_SHARE, LEAST_EXCESS, judge_newest
from etl.statistics.verdict_words import EARS, SIGNAL
from tests.spec.statistics_samples import calm_series, mondays, months

SOAK = bool(os.environ.get("BUURTBEELD_SOAK"))
SEEDS = range(10) if SOAK else range(1)

#: 70 neighbourhoods x 4 categories, as the null simulation behind the promise.
N_SERIES = 280
#: Events per series and week, month, block, in a municipality of 156,000 inhabitants with 8,525 a year.
MEAN = {"week": 0.585, "four_weeks": 2.3, "month": 2.5}
PHI = 1.2


def days_of(rhythm, n):
    if rhythm is MONTH:
        return months(n)
    return np.datetime64("2015-01-05") + (7 if rhythm is WEEK else 28) * np.arange(n)


def signals_at(counts, days, rhythm, at):
    """Series that are a signal in a period; only those with enough cases are fitted, as the others get p = 1."""
    reference = reference_periods(days, at, rhythm)
    has_enough = np.array([has_enough_recent(row, at, rhythm.recent) for row in counts])
    p, expected = np.ones(len(counts)), np.zeros(len(counts))
    for series in np.flatnonzero(has_enough):
        found = farrington_flexible(counts[series], reference)
        p[series], expected[series] = found.p, found.expected
    is_unlikely = false_discovery_rate(p, has_enough) <= FALSE_SHARE
    return np.flatnonzero(is_unlikely & has_enough & (counts[:, at] - expected >= LEAST_EXCESS))


def test_the_short_cut_of_these_simulations_gives_the_same_signals():
    counts = calm_series(40, 300, 52, seed=1, mean=2.0)
    counts[[3, 7], -1] += 30

    found = judge_newest(counts, mondays(300), WEEK)

    assert np.flatnonzero(found.verdict == SIGNAL).tolist() == signals_at(counts, mondays(300), WEEK, 299).tolist()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("rhythm", "n_judged"), [(WEEK, 48), (FOUR_WEEKS, 12), (MONTH, 12)], ids=["week", "four_weeks", "month"]
)
def test_when_nothing_happens_there_is_at_most_one_false_signal_in_four_weeks(rhythm, n_judged, seed):
    history = 5 * rhythm.per_year + 30
    days = days_of(rhythm, history + n_judged)
    counts = calm_series(N_SERIES, days.size, rhythm.per_year, seed=seed, mean=MEAN[rhythm.name], phi=PHI)

    n_false = sum(signals_at(counts, days, rhythm, at).size for at in range(history, days.size))

    assert n_false <= 0.25 * n_judged * (1 if rhythm is WEEK else 4)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_short_history_gives_no_more_false_signals(seed):
    counts = calm_series(N_SERIES, 34, 12, seed=seed, mean=MEAN["month"], phi=PHI)

    runs = [judge_newest(counts[:, : at + 1], months(34)[: at + 1], MONTH) for at in range(13, 34)]

    assert {method for run in runs for method in run.method} == {EARS}
    assert sum(int((run.verdict == SIGNAL).sum()) for run in runs) <= 0.25 * len(runs)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rhythm", [WEEK, MONTH], ids=lambda rhythm: rhythm.name)
def test_eight_of_ten_shocks_of_one_and_a_half_times_the_smallest_visible_rise_are_found(rhythm, seed):
    rng = np.random.default_rng(1000 + seed)
    means = rng.permutation(np.repeat([0.5, 1, 2, 5, 10, 20], 4))
    found = [shock_is_found(rng, rhythm, mean) for mean in means]

    assert np.mean(found) >= 0.8


def shock_is_found(rng, rhythm, mean):
    """One series in 100 rises for three periods; is it a signal in one of them, among the calm others?"""
    n = 5 * rhythm.per_year + 30
    days = days_of(rhythm, n)
    means = np.concatenate([[mean], rng.gamma(0.6, MEAN[rhythm.name] / 0.6, 99)])
    counts = calm_series(100, n, rhythm.per_year, seed=rng.integers(1 << 32), means=means, phi=PHI)
    raised = 1.5 * smallest_visible_rise(mean, PHI)[0, 0]
    counts[0, -3:] = rng.negative_binomial(raised / (PHI - 1), 1 / PHI, 3)
    return any(0 in signals_at(counts, days, rhythm, at) for at in range(n - 3, n))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_list_shows_three_shocks_and_at_most_one_other(seed):
    counts = calm_series(100, 120, 12, seed=50 + seed, means=np.full(100, 5.0), phi=PHI)
    shocked = [10, 50, 90]
    counts[shocked, -1] = np.ceil(1.5 * smallest_visible_rise(5, PHI)[0, 0])

    listed = np.flatnonzero(judge_newest(counts, months(120), MONTH).verdict == SIGNAL)

    assert set(shocked) <= set(listed)
    assert len(listed) <= 4


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("history", [120, 30], ids=["farrington", "ears"])
def test_nine_in_ten_calm_periods_lie_within_their_normal_range(history, seed):
    counts = calm_series(300, history, 12, seed=70 + seed, means=np.linspace(1, 20, 300), phi=PHI)

    found = judge_newest(counts, months(history), MONTH)

    assert np.mean((found.observed >= found.lower) & (found.observed <= found.upper)) >= 0.88
    assert found.is_low.sum() <= 1


def test_the_p_value_of_a_short_history_does_not_overstate():
    rng = np.random.default_rng(11)
    means = rng.gamma(0.6, 4, (4000, 1))
    counts = rng.negative_binomial(np.maximum(means, 1e-9) / (PHI - 1), 1 / PHI, (4000, 10)).astype(float)

    p = np.array([judge_by_c2(row, 9).p for row in counts])

    assert np.mean(p < 0.001) <= 0.002
