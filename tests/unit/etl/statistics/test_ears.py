"""EARS by hand: which periods are the baseline, how far an alarm lies, and what one new count is worth."""

import numpy as np
import pytest
from scipy.stats import norm, t

from etl.statistics.ears import ears_c1, ears_c2, ears_c3, judge_by_c2

SEVEN = [2.0, 4, 6, 8, 10, 12, 14]  # mean 8, variance 56 / 3
SD = np.sqrt(56 / 3)


def test_c1_ends_in_the_period_before_and_c2_two_earlier():
    c1, c2 = ears_c1([*SEVEN, 30]), ears_c2([*SEVEN, 99, 99, 30])

    for found in (c1, c2):
        assert (found.mean[-1], found.sd[-1]) == (8, pytest.approx(SD))
        assert found.upper[-1] == pytest.approx(8 + norm.isf(0.001) * SD)
        assert np.isnan(found.upper[:-1]).all()
        assert found.is_alarm.tolist()[-1]


def test_a_count_on_the_bound_is_no_alarm():
    upper = ears_c2([*SEVEN, 0, 0, 0]).upper[-1]

    assert not ears_c2([*SEVEN, 0, 0, upper]).is_alarm[-1]
    assert ears_c2([*SEVEN, 0, 0, upper + 0.01]).is_alarm[-1]


def test_a_shorter_baseline_and_another_level_can_be_asked():
    found = ears_c2([5, 7, 0, 0, 9], baseline=2, alpha=0.05)

    assert found.upper[-1] == pytest.approx(6 + norm.isf(0.05) * np.sqrt(2))
    assert np.isnan(found.upper[:-1]).all()


def test_c3_asks_one_in_forty_of_the_two_periods_before():
    counts = [*SEVEN, 3, 5, 9, 8, 14, 11, 30, 20]

    found, asked = ears_c3(counts), ears_c3(counts, alpha=0.025)

    assert found.upper.tolist() == pytest.approx(asked.upper.tolist(), nan_ok=True)
    assert not np.isnan(found.upper[-1])
    assert ears_c3(counts, alpha=0.05).upper[-1] < found.upper[-1]


def test_c3_adds_what_the_two_periods_before_exceeded_by_more_than_one_sd():
    counts = np.array([*SEVEN, 8, 8, 8 + 3 * SD, 8, 8.0])
    c2, found = ears_c2(counts), ears_c3(counts)

    exceeded = np.maximum(0, (counts - c2.mean) / c2.sd - 1)
    assert exceeded[9] == pytest.approx(2)
    assert found.upper[11] == pytest.approx(8 + c2.sd[11] * (norm.isf(0.025) - exceeded[10] - exceeded[9]))
    assert found.is_alarm[11]


def test_no_cases_after_an_outbreak_are_no_alarm_of_c3():
    found = ears_c3([*SEVEN, 8, 8, 90, 90, 0])

    assert found.upper[-1] == 0
    assert not found.is_alarm[-1]


def test_one_new_count_is_held_against_seven_with_the_chance_of_both():
    error = np.sqrt(56 / 3 * 8 / 7)

    found = judge_by_c2([*SEVEN, 99, 99, 20], 9)

    assert (found.mean, found.variance) == (8, pytest.approx(error**2))
    assert found.p == pytest.approx(t.sf((19.5 - 8) / error, 6))
    assert found.p_low == pytest.approx(t.cdf((20.5 - 8) / error, 6))


def test_seven_equal_counts_vary_as_chance_would_with_one_case_more():
    found = judge_by_c2([5] * 9 + [5], 9)

    assert found.variance == pytest.approx(36 / 7 * 8 / 7)
    assert judge_by_c2([0] * 10, 9).variance == pytest.approx(1 / 7 * 8 / 7)


def test_the_baseline_lies_before_the_judged_period_wherever_that_is():
    series = [50.0] * 5 + [*SEVEN, 99, 99, 20] + [70.0] * 4

    assert judge_by_c2(series, 14) == judge_by_c2([*SEVEN, 99, 99, 20], 9)
    assert judge_by_c2(series, 9) is not None
    assert judge_by_c2(series, 8) is None
    assert judge_by_c2([np.nan, *SEVEN, np.nan, np.nan, 20], 10) == judge_by_c2([*SEVEN, 99, 99, 20], 9)


def test_a_period_without_a_count_has_no_p_value():
    found = judge_by_c2([*SEVEN, 9, 9, np.nan], 9)

    assert found.mean == 8
    assert np.isnan([found.p, found.p_low]).all()
