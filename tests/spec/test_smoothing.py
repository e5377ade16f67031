"""Smoothed rates: the vectors of R spdep, esda beside ours, the laws, and the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.statistics.smoothing import empirical_bayes, local_empirical_bayes
from etl.statistics.spatial import contiguity
from tests.spec.vectors_file import vector

EB = vector("eb_rates")
SPATIAL = vector("spatial")


def lattice():
    codes = [str(i) for i in range(len(SPATIAL["neighbors0"]))]
    return contiguity(codes, [(str(i), str(j)) for i, others in enumerate(SPATIAL["neighbors0"]) for j in others])


@pytest.mark.parametrize("case", EB["cases"], ids=["tiny populations and zeros", "equal rates"])
def test_smoothed_rates_equal_the_vector(case):
    found = empirical_bayes(case["y"], case["pop"], per=1, fewest_areas=2)

    tolerance = EB["tolerance_abs"]
    assert found.rate.tolist() == pytest.approx(case["est"], abs=tolerance)
    assert (found.variance, found.mean) == pytest.approx((case["a"], case["b"]), abs=tolerance)
    assert found.has_differences == (case["a"] > 0)


def test_smoothed_rates_equal_r_spdep_and_esda_on_a_lattice():
    from esda.smoothing import Empirical_Bayes

    found = empirical_bayes(SPATIAL["y"], SPATIAL["pop"], per=1)

    tolerance = SPATIAL["tolerance_abs"]
    assert found.rate.tolist() == pytest.approx(SPATIAL["eb_global"], abs=tolerance)
    assert found.variance == pytest.approx(SPATIAL["eb_global_a"], abs=tolerance)
    assert found.mean == pytest.approx(SPATIAL["eb_global_b"], abs=tolerance)
    assert found.rate.tolist() == pytest.approx(Empirical_Bayes(SPATIAL["y"], SPATIAL["pop"]).r.ravel().tolist())


def test_areas_that_differ_no_more_than_chance_all_get_the_mean():
    found = empirical_bayes([9, 10, 11, 10, 9, 11, 10, 10, 9, 11], [1_000] * 10)

    assert found.has_differences is False
    assert found.variance == 0
    assert found.rate.tolist() == pytest.approx([10.0] * 10)
    assert found.mean == pytest.approx(10.0)


def test_an_area_without_people_or_count_has_no_rate_and_takes_no_part():
    counts, people = [5, 50, 12, 30, 8, 2, 70, 20, 33, 14], [900, 1_100, 800, 1_500, 400, 300, 2_000, 900, 1_000, 700]

    all_known = empirical_bayes(counts, people)
    with_gaps = empirical_bayes([*counts, 4, np.nan], [*people, 0, 500])

    assert np.isnan(with_gaps.rate[10:]).all()
    assert with_gaps.rate[:10].tolist() == all_known.rate.tolist()


def test_fewer_than_ten_areas_are_not_smoothed():
    found = empirical_bayes([1, 40] * 4 + [3], [1_000] * 9)

    assert np.isnan(found.rate).all()
    assert found.has_differences is None


def test_no_events_at_all_are_rates_of_zero_without_differences():
    found = empirical_bayes([0] * 12, [100] * 12)

    assert found.rate.tolist() == [0.0] * 12
    assert found.has_differences is False


def test_a_rate_is_drawn_to_its_own_surroundings():
    counts, people = np.full(30, 20.0), np.full(30, 1_000.0)
    counts[[28, 29, 23, 24]] = [60, 5, 60, 60]

    everywhere = empirical_bayes(counts, people)
    around = local_empirical_bayes(counts, people, lattice())

    assert around[29] > everywhere.rate[29]
    assert around[0] == pytest.approx(20.0)


def test_the_local_estimate_of_three_areas_in_a_row_by_hand():
    # In the middle: r = 12 / 300; spread = (100 * 0.02^2 * 2 + 100 * 0.04^2) / 300 ... written out below.
    weights = contiguity(["a", "b", "c"], [("a", "b"), ("b", "c")])

    found = local_empirical_bayes([2, 20, 8], [100, 100, 100], weights, per=1)

    mean = 30 / 300
    spread = (100 * 0.08**2 + 100 * 0.1**2 + 100 * 0.02**2) / 300 - mean / 100
    assert found[1] == pytest.approx(mean + (0.2 - mean) * spread / (spread + mean / 100))


def test_an_area_without_known_neighbours_has_no_local_estimate():
    weights = contiguity(["a", "b", "c", "d", "e"], [("a", "b"), ("c", "d")])

    found = local_empirical_bayes([0, 0, 3, np.nan, 4], [10, 10, 10, 10, 10], weights)
    nobody = local_empirical_bayes([np.nan] * 5, [10] * 5, weights)

    assert found[:2].tolist() == [0.0, 0.0]
    assert np.isnan(found[2:]).all()
    assert np.isnan(nobody).all()


def test_bad_numbers_are_refused():
    with pytest.raises(ValueError, match="count"):
        empirical_bayes([-1], [10])
    with pytest.raises(ValueError, match="shape"):
        empirical_bayes([1], [10, 10])
    with pytest.raises(ValueError, match="exposure"):
        empirical_bayes([1], [-10])
    with pytest.raises(ValueError, match="1 counts for 30 areas"):
        local_empirical_bayes([1], [10], lattice())


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 5_000)), min_size=10, max_size=40))
def test_a_smoothed_rate_lies_between_its_own_rate_and_the_mean(areas):
    counts, people = np.array(areas, dtype=float).T

    found = empirical_bayes(counts, people, per=1)
    turned = empirical_bayes(counts[::-1], people[::-1], per=1)

    own, crumb = counts / people, 1e-9 * (1 + found.mean)
    assert (found.rate >= np.minimum(own, found.mean) - crumb).all()
    assert (found.rate <= np.maximum(own, found.mean) + crumb).all()
    assert turned.rate[::-1].tolist() == pytest.approx(found.rate.tolist())
