"""Places with the places chance leaves open: the vector, the laws, and the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.statistics.ranking import rank_interval, rank_rates
from etl.statistics.rates import exact_poisson
from tests.spec.vectors_file import vector

RANKS = vector("rank_interval")


def test_places_equal_the_vector():
    population = np.array(RANKS["population"])
    bounds = exact_poisson(RANKS["observed"]) / population[:, np.newaxis]

    found = rank_interval(RANKS["observed"] / population, bounds[:, 0], bounds[:, 1])

    assert found.rank.tolist() == RANKS["rank"]
    assert found.best.tolist() == RANKS["rank_best"]
    assert found.worst.tolist() == RANKS["rank_worst"]
    assert found.n_ranked == 8


def test_places_of_rates_come_from_their_own_intervals():
    found = rank_rates(RANKS["observed"], RANKS["population"])

    assert found.rank.tolist() == RANKS["rank"]
    assert found.best.tolist() == RANKS["rank_best"]


def test_a_statement_for_all_areas_together_leaves_more_places_open():
    counts, people = [100, 130, 170, 220], [1_000] * 4

    one_by_one = rank_rates(counts, people)
    together = rank_rates(counts, people, is_joint=True)

    assert one_by_one.best.tolist() == [3, 2, 1, 1]
    assert one_by_one.worst.tolist() == [4, 4, 3, 2]
    assert together.worst.tolist() == [4, 4, 3, 2]
    assert (together.worst - together.best).sum() >= (one_by_one.worst - one_by_one.best).sum()


def test_an_area_without_a_rate_has_no_place_and_takes_none():
    found = rank_rates([10, np.nan, 300, 5], [1_000, 1_000, 1_000, 0])

    assert found.n_ranked == 2
    assert found.rank[[0, 2]].tolist() == [2, 1]
    assert found.worst[[0, 2]].tolist() == [2, 1]
    assert np.isnan(found.rank[[1, 3]]).all()
    assert np.isnan(found.best[[1, 3]]).all()


def test_equal_values_share_their_best_place():
    assert rank_interval([5, 5, 1], [4, 4, 0], [6, 6, 2]).rank.tolist() == [1, 1, 3]


def test_a_joint_statement_of_two_areas_halves_what_each_may_miss():
    assert rank_rates([100, 145], [1_000, 1_000]).best.tolist() == [2, 1]
    assert rank_rates([100, 145], [1_000, 1_000], is_joint=True).best.tolist() == [1, 1]


def test_a_value_may_be_its_own_bound():
    assert rank_interval([1, 2], [1, 2], [1, 2]).rank.tolist() == [2, 1]


def test_bounds_that_touch_leave_the_place_open():
    found = rank_interval([1, 3], [0, 2], [2, 4])

    assert found.best.tolist() == [1, 1]
    assert found.worst.tolist() == [2, 2]


def test_no_areas_and_bad_bounds():
    assert rank_rates([], []).n_ranked == 0
    with pytest.raises(ValueError, match="shape"):
        rank_interval([1], [0, 0], [2])
    with pytest.raises(ValueError, match="1 values lie outside"):
        rank_interval([1, 3], [0, 0], [2, 2])


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 3_000)), min_size=1, max_size=30), st.randoms())
def test_a_place_lies_within_its_interval_and_order_does_not_matter(areas, chance):
    counts, people = np.array(areas).T
    order = np.array(chance.sample(range(len(areas)), len(areas)))

    found = rank_rates(counts, people, is_joint=True)
    turned = rank_rates(counts[order], people[order], is_joint=True)

    assert (found.best >= 1).all()
    assert (found.best <= found.rank).all()
    assert (found.rank <= found.worst).all()
    assert (found.worst <= len(areas)).all()
    assert turned.rank.tolist() == found.rank[order].tolist()
    assert turned.best.tolist() == found.best[order].tolist()
