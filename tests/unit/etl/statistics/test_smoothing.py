"""Smoothed rates by hand."""

import numpy as np
import pytest

from etl.statistics.smoothing import empirical_bayes, local_empirical_bayes
from etl.statistics.spatial import contiguity

COUNTS = np.array([5, 50, 12, 30, 8, 2, 70, 20, 33, 14], dtype=float)
PEOPLE = np.array([900, 1_100, 800, 1_500, 400, 300, 2_000, 900, 1_000, 700], dtype=float)


def test_the_global_estimate_by_hand():
    found = empirical_bayes(COUNTS, PEOPLE)

    mean, rate = COUNTS.sum() / PEOPLE.sum(), COUNTS / PEOPLE
    spread = np.sum(PEOPLE * (rate - mean) ** 2) / PEOPLE.sum() - mean / PEOPLE.mean()
    weight = spread / (spread + mean / PEOPLE)
    assert found.mean == pytest.approx(1_000 * mean)
    assert found.variance == pytest.approx(spread)
    assert found.rate.tolist() == pytest.approx((1_000 * (mean + weight * (rate - mean))).tolist())
    assert found.has_differences is True


def test_ten_known_areas_are_enough_and_nine_say_nothing():
    assert empirical_bayes(COUNTS, PEOPLE).has_differences is not None
    nine = empirical_bayes(np.append(COUNTS[:9], np.nan), PEOPLE)
    assert nine.has_differences is None
    assert np.isnan([*nine.rate, nine.mean, nine.variance]).all()
    assert empirical_bayes([], []).has_differences is None
    assert empirical_bayes([], [], fewest_areas=0).has_differences is None
    assert empirical_bayes([4], [10], fewest_areas=0).rate.tolist() == [400]


def test_equal_rates_of_unequal_areas_have_no_difference_left_by_rounding():
    people = np.array([300, 700, 1_100, 1_300, 1_700, 1_900, 2_300, 2_900, 3_100, 3_700], dtype=float)

    found = empirical_bayes(people * 3, people * 10)

    assert (found.variance, found.has_differences) == (0, False)
    assert found.rate.tolist() == pytest.approx([300.0] * 10)


def test_a_small_difference_between_large_areas_is_a_difference():
    people = np.full(10, 1e9)

    found = empirical_bayes(people / 10 + 1e5 * np.arange(10), people)

    assert found.has_differences is True
    assert found.variance > 0


def test_rates_are_per_what_is_asked():
    assert empirical_bayes(COUNTS, PEOPLE, per=10).mean == pytest.approx(empirical_bayes(COUNTS, PEOPLE).mean / 100)


def test_the_local_estimate_takes_the_area_and_its_neighbours():
    codes = ["a", "b", "c", "d", "e"]
    weights = contiguity(codes, [("a", "b"), ("b", "c"), ("d", "e")])
    counts, people = np.array([10.0, 40, 10, 90, 5]), np.array([500.0, 500, 1_000, 300, 400])

    found = local_empirical_bayes(counts, people, weights)

    mean = 60 / 2_000
    spread = np.sum(people[:3] * (counts[:3] / people[:3] - mean) ** 2) / 2_000 - mean / (2_000 / 3)
    weight = spread / (spread + mean / 500)
    assert found[1] == pytest.approx(1_000 * (mean + weight * (40 / 500 - mean)))
    assert local_empirical_bayes(counts, people, weights, per=1)[1] == pytest.approx(found[1] / 1_000)


def test_an_area_that_is_unknown_is_nobodys_neighbour():
    weights = contiguity(["a", "b", "c"], [("a", "b"), ("b", "c")])

    for counts, people in (([4, 9, np.nan], [100, 200, 300]), ([4, 9, 7], [100, 200, 0])):
        found = local_empirical_bayes(counts, people, weights)
        alone = local_empirical_bayes([4, 9], [100, 200], contiguity(["a", "b"], [("a", "b")]))
        assert found[:2].tolist() == alone.tolist()
        assert np.isnan(found[2])


def test_neither_events_here_nor_around_is_a_rate_of_zero():
    weights = contiguity(["a", "b", "c", "d"], [("a", "b"), ("c", "d")])

    assert local_empirical_bayes([0, 0, 4, 9], [10, 20, 30, 40], weights)[:2].tolist() == [0, 0]
