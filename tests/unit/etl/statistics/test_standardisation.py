"""Standardised rates by hand, and what is refused."""

import numpy as np
import pytest

from etl.statistics.rates import byar, poisson_bounds
from etl.statistics.standardisation import direct_rate, expected_counts, indirect_ratio


def test_each_stratum_brings_the_rate_of_the_reference():
    found = expected_counts([[100, 200], [0, 50]], [10, 30], [1_000, 600])

    assert found.tolist() == [100 * 0.01 + 200 * 0.05, 50 * 0.05]
    assert expected_counts([100, 200], [10, 30], [1_000, 600]).tolist() == [11]


def test_a_reference_may_be_half_a_year_of_one_person():
    assert expected_counts([[3]], [2], [0.5]).tolist() == [12]


def test_a_stratum_nobody_of_the_reference_is_in_has_no_rate():
    found = expected_counts([[1, 100], [0, 100]], [5, 10], [0, 1_000])

    assert np.isnan(found[0])
    assert found[1] == 1
    assert np.isnan(expected_counts([[5]], [np.nan], [10]))


@pytest.mark.parametrize("given", [([[-1]], [1], [1]), ([[1]], [-1], [1]), ([[1]], [1], [-1])])
def test_negative_numbers_are_refused(given):
    with pytest.raises(ValueError, match="negative"):
        expected_counts(*given)


@pytest.mark.parametrize("given", [([[1, 2]], [1], [1, 2]), ([[1, 2]], [1, 2], [1]), ([[1]], [1, 2], [1, 2])])
def test_strata_that_differ_are_refused(given):
    with pytest.raises(ValueError, match="strata differ"):
        expected_counts(*given)


def test_a_ratio_and_its_bounds_are_divided_by_what_was_expected():
    found = indirect_ratio([4, 30], [8.0, 20.0], confidence=0.998)

    bounds = poisson_bounds([4, 30], confidence=0.998)
    assert found[0].tolist() == pytest.approx([0.5, *(bounds[0] / 8)])
    assert found[1].tolist() == pytest.approx([1.5, *(bounds[1] / 20)])


def test_a_direct_rate_and_its_interval_by_hand():
    counts, people, weights = np.array([12.0, 3]), np.array([400.0, 200]), np.array([1.0, 3])

    rate, lower, upper = direct_rate([counts], [people], weights)[0]

    told = 0.25 * 12 / 400 + 0.75 * 3 / 200
    stretch = np.sqrt((0.25**2 * 12 / 400**2 + 0.75**2 * 3 / 200**2) / 15)
    low, high = byar([15])[0]
    assert rate == pytest.approx(1_000 * told)
    assert [lower, upper] == pytest.approx(
        [1_000 * (told + stretch * (low - 15)), 1_000 * (told + stretch * (high - 15))]
    )
    assert direct_rate([counts], [people], weights, per=10)[0, 0] == pytest.approx(10 * told)
    wide = direct_rate([counts], [people], weights, confidence=0.998)[0]
    assert wide[1] < lower < upper < wide[2]


def test_ten_events_are_enough_for_a_direct_rate():
    found = direct_rate([[10, 0], [9, 0]], [[100, 100]] * 2, [1, 1])

    assert found[0, 0] == 50
    assert np.isnan(found[1]).all()


def test_a_stratum_that_does_not_count_may_lack_people():
    assert direct_rate([[20, 4]], [[100, 0]], [1, 0])[0, 0] == 200
    assert np.isnan(direct_rate([[20, 4]], [[100, 0]], [1, 1])).all()


@pytest.mark.parametrize(
    ("people", "weights", "message"),
    [
        ([[-1, 2]], [1, 1], "negative"),
        ([[1, 2]], [1, -1], "negative"),
        ([[1, 2]], [0, 0], "zero"),
        ([[1]], [1, 1], "strata"),
    ],
)
def test_what_is_no_standard_is_refused(people, weights, message):
    with pytest.raises(ValueError, match=message):
        direct_rate([[5, 6]], people, weights)
