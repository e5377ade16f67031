"""EARS: the bounds of an independent implementation, and the edges of a short history."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.statistics.ears import ears_c1, ears_c2, ears_c3, judge_by_c2
from tests.spec.vectors_file import vector

EARS = vector("ears")
METHODS = {"C1": ears_c1, "C2": ears_c2, "C3": ears_c3}


@pytest.mark.parametrize("case", EARS["cases"], ids=lambda case: case["name"])
def test_bounds_and_alarms_equal_those_of_the_vector(case):
    given_, expected = case["input"], case["expected"]

    found = METHODS[case["name"][-2:]](given_["y"], baseline=given_["baseline"], alpha=given_["alpha"])

    judged = slice(-len(expected["upperbound"]), None)
    assert found.upper[judged].tolist() == pytest.approx(expected["upperbound"], abs=EARS["tolerance_abs"])
    assert found.is_alarm[judged].tolist() == expected["alarm"]


@pytest.mark.parametrize(("newest", "is_alarm"), [(6, False), (7, False), (8, True)])
def test_a_baseline_that_does_not_vary_asks_for_three_more(newest, is_alarm):
    found = ears_c2([5] * 9 + [newest])

    assert found.upper[-1] == 5
    assert found.is_alarm[-1] == is_alarm


def test_c2_does_not_look_at_the_two_periods_before():
    quiet, rising = ears_c2([5, 4, 6, 5, 4, 6, 5, 5, 5, 20]), ears_c2([5, 4, 6, 5, 4, 6, 5, 90, 90, 20])

    assert quiet.upper[-1] == rising.upper[-1]
    assert rising.is_alarm[-1]


def test_without_a_complete_baseline_there_is_no_bound_and_no_alarm():
    short, gap = ears_c2([5] * 8 + [90]), ears_c2([5, 5, np.nan, 5, 5, 5, 5, 5, 5, 90])

    assert np.isnan(short.upper).all()
    assert not short.is_alarm.any()
    assert np.isnan(gap.upper[-1])
    assert not gap.is_alarm[-1]
    assert judge_by_c2([5] * 8 + [90], 8) is None
    assert judge_by_c2([5, 5, np.nan, 5, 5, 5, 5, 5, 5, 90], 9) is None


def test_no_periods_give_no_bounds():
    for method in METHODS.values():
        assert method([]).upper.size == 0


@pytest.mark.parametrize("mean", [0.3, 1.0, 5.0, 20.0])
def test_a_p_value_below_a_hundredth_is_as_rare_as_it_says(mean):
    rng = np.random.default_rng(7)
    series = rng.poisson(mean, (4000, 10)).astype(float)

    p = np.array([judge_by_c2(row, 9).p for row in series])

    assert np.mean(p < 0.01) <= 0.012


@given(counts=st.lists(st.integers(0, 1000), min_size=10, max_size=10), more=st.integers(1, 100))
def test_more_cases_are_never_less_unusual(counts, more):
    found, raised = judge_by_c2(counts, 9), judge_by_c2([*counts[:9], counts[9] + more], 9)

    assert 0 <= raised.p <= found.p <= 1
    assert 0 <= found.p_low <= raised.p_low <= 1
    assert found.variance > 0
