"""Farrington Flexible by hand: which periods count, which effects can be told, and what the residuals weigh."""

import numpy as np
import pytest

from etl.statistics.farrington import (
    anscombe_residuals,
    farrington_flexible,
    has_enough_recent,
    outbreak_weights,
)
from etl.statistics.quasi_poisson import fit_quasi_poisson
from etl.statistics.reference_periods import MONTH, WEEK, reference_periods
from tests.spec.statistics_samples import mondays, months

N = 96


def judge(counts, **given):
    counts = np.asarray(counts, dtype=float)
    return farrington_flexible(counts, reference_periods(months(counts.size), counts.size - 1, MONTH), **given)


def steady(level=10.0, newest=None):
    counts = np.full(N, level)
    counts[-1] = level if newest is None else newest
    return counts


def test_a_steady_series_expects_what_it_always_had():
    found = judge(steady())

    assert (found.expected, found.phi) == (pytest.approx(10), 1)
    assert (found.upper, found.n_reference) == (18, 55)  # Poisson with mean 10: more than 18 in 0.7 %
    assert found.p == pytest.approx(0.542070, abs=1e-6)
    assert found.p_low == pytest.approx(0.583040, abs=1e-6)
    assert not found.is_alarm


@pytest.mark.parametrize(("newest", "is_alarm"), [(18, False), (19, True)])
def test_an_alarm_lies_above_the_highest_count_that_is_normal(newest, is_alarm):
    assert judge(steady(newest=newest)).is_alarm == is_alarm


def test_another_level_has_another_bound():
    assert judge(steady(newest=16), alpha=0.05).upper == 15
    assert judge(steady(newest=16), alpha=0.05).is_alarm


def test_a_series_without_events_has_no_trend_and_no_season():
    found = judge(np.zeros(N))

    assert (found.expected, found.phi, found.has_trend, found.upper) == (0, 1, False, 0)
    assert (found.p, found.p_low) == (1, pytest.approx(1))


def test_what_came_before_the_last_five_years_or_within_half_a_year_does_not_count():
    counts = steady()
    counts[: N - 62] = 300
    counts[-7:-1] = 300

    assert judge(counts).expected == pytest.approx(10)


def test_the_season_is_that_of_the_same_date():
    counts = np.where(np.arange(N) % 12 == (N - 1) % 12, 40.0, 10.0)
    around = np.isin(np.arange(N) % 12, [(N - 2) % 12, (N - 1) % 12, N % 12])

    assert judge(np.where(around, 40.0, 10.0)).expected == pytest.approx(40, rel=0.01)
    assert 15 < judge(counts).expected < 25  # one month in three of the window


def test_a_trend_is_followed_while_it_leads_nowhere_new():
    falling = np.round(1_000 * 0.8 ** (np.arange(N) / 12))

    found = judge(falling)

    assert found.has_trend
    assert found.expected == pytest.approx(falling[-1], rel=0.03)
    assert not judge(falling, trend_below=0).has_trend
    assert judge(falling, trend_below=0).expected > 1.3 * falling[-1]
    assert judge(falling, trend_below=0.05).has_trend


def test_people_of_the_judged_period_and_of_each_reference_count():
    people = 1_000 * 1.1 ** (np.arange(N) / 12)

    found = judge(np.round(people / 10), exposure=people)

    assert found.expected == pytest.approx(people[-1] / 10, rel=0.01)
    gone = people.copy()
    gone[50], gone[60] = 0, np.nan
    assert judge(np.round(people / 10), exposure=gone).n_reference == found.n_reference - 2
    gone[-1] = np.nan
    assert judge(np.round(people / 10), exposure=gone) is None


@pytest.mark.parametrize(("n_missing", "is_judged"), [(2, True), (3, False)])
def test_three_earlier_years_must_be_known_around_the_date(n_missing, is_judged):
    counts = steady()
    for years in range(1, 1 + n_missing):
        at = N - 1 - 12 * years
        counts[at - 1 : at + 2] = np.nan

    assert (judge(counts) is not None) == is_judged


def test_one_known_period_of_the_window_makes_its_year_known():
    counts = steady()
    for years in (1, 2):
        counts[N - 1 - 12 * years - 1 : N - 1 - 12 * years + 2] = np.nan
    for offset in (-1, 0, 1):
        window = N - 1 - 36 + np.array([-1, 0, 1])
        trial = counts.copy()
        trial[window] = np.nan
        assert judge(trial) is None
        trial[N - 1 - 36 + offset] = 10
        assert judge(trial) is not None


def test_an_effect_seen_twice_is_estimated():
    effect = np.zeros((N, 1))
    effect[[50, 62, -1]] = 1
    counts = np.where(effect[:, 0] > 0, 70.0, 10.0)

    found = judge(counts, known_effects=effect)

    assert found.expected == pytest.approx(70, rel=0.01)
    assert found.n_reference == 55


def test_an_effect_that_was_delivered_once_is_left_out_with_its_period():
    effect = np.zeros((N, 1))
    effect[[50, 62]] = 1
    counts = np.where(effect[:, 0] > 0, 70.0, 10.0)
    counts[62] = np.nan

    found = judge(counts, known_effects=effect)

    assert found.n_reference == 53
    assert found.expected == pytest.approx(10)
    assert found.phi == 1


def test_one_effect_may_be_estimated_and_another_not():
    effects = np.zeros((N, 2))
    effects[[50, 62, -1], 0] = 1
    effects[70, 1] = 1
    counts = 10 + 60 * effects[:, 0] + 500 * effects[:, 1]

    found = judge(counts, known_effects=effects)

    assert found.expected == pytest.approx(70, rel=0.01)
    assert found.n_reference == 54


def test_the_same_effect_twice_is_estimated_once():
    effect = np.zeros((N, 1))
    effect[[50, 62, -1]] = 1
    counts = np.where(effect[:, 0] > 0, 70.0, 10.0)

    assert judge(counts, known_effects=np.hstack([effect, effect])).expected == pytest.approx(70, rel=0.01)


def test_periods_left_out_are_not_used():
    counts = steady()
    counts[60] = 500
    leave_out = np.arange(N) == 60

    assert judge(counts, leave_out=leave_out).expected == pytest.approx(10)
    assert judge(counts, leave_out=leave_out).phi == 1
    assert judge(counts).phi > 1


def test_the_residuals_are_those_of_the_paper():
    counts = np.array([3.0, 8, 12, 5, 9, 30])
    fit = fit_quasi_poisson(counts, np.ones((6, 1)))

    found = anscombe_residuals(counts, fit)

    mean = counts.mean()
    phi = np.sum((counts - mean) ** 2 / mean) / 5
    assert fit.phi == pytest.approx(phi)
    by_hand = 1.5 * (counts ** (2 / 3) * mean ** (-1 / 6) - mean**0.5) / np.sqrt(phi * (1 - 1 / 6))
    assert found.tolist() == pytest.approx(by_hand.tolist())


def test_only_what_lies_above_the_limit_weighs_less():
    assert outbreak_weights([0, -9, 2.58]).tolist() == [1, 1, 1]
    found = outbreak_weights([0.0, 0, 4])
    assert found.sum() == pytest.approx(3)
    assert found[2] / found[0] == pytest.approx(1 / 16)
    assert outbreak_weights([0.0, 2.0], above=1.9).tolist() == pytest.approx([1.6, 0.4])


@pytest.mark.parametrize(
    ("counts", "at", "recent", "is_enough"),
    [
        ([9, 1, 1, 1, 2], 4, 4, True),
        ([9, 1, 1, 1, 1], 4, 4, False),
        ([9, 1, 1, 1, 2, 9], 4, 4, True),
        ([9, 1, 1, 1, 1, 9], 4, 4, False),
        ([0, 5], 1, 1, True),
        ([5, 4], 1, 1, False),
        ([2, 3], 1, 4, True),
        ([2, np.nan, 3], 2, 4, True),
    ],
)
def test_five_cases_in_the_last_four_weeks_are_enough(counts, at, recent, is_enough):
    assert has_enough_recent(np.array(counts, dtype=float), at, recent) == is_enough


def test_a_week_uses_the_last_four_and_its_own_windows():
    counts = np.full(300, 1.0)
    counts[-1] = 9
    found = farrington_flexible(counts, reference_periods(mondays(300), 299, WEEK))

    assert (found.expected, found.is_enough, found.is_alarm) == (pytest.approx(1), True, True)
    assert found.n_reference == 238  # from three weeks before the date five years ago to half a year ago
