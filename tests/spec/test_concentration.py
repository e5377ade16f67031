"""Concentration over areas: the vector, the laws, and the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.statistics.concentration import areas_holding, concentration, generalised_gini, gini, lorenz
from tests.spec.vectors_file import vector

CONCENTRATION = vector("concentration")


@pytest.mark.parametrize("case", CONCENTRATION["cases"], ids=lambda case: case["name"])
def test_concentration_equals_the_vector(case):
    found = concentration(case["counts"], n_simulations=19)

    told = [case[key] for key in ("gini", "gini_generalised", "areas_holding_50pct", "share_of_areas_50pct")]
    numbers = [found.gini, found.gini_generalised, found.n_areas_half, found.share_of_areas]
    assert numbers == pytest.approx(told, abs=CONCENTRATION["tolerance_abs"])


def test_a_few_events_spread_as_evenly_as_they_can_are_no_concentration():
    found = concentration([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])

    assert found.gini == pytest.approx(0.6)
    assert found.gini_generalised == pytest.approx(0)
    assert found.p == 1.0


def test_half_of_the_events_in_one_of_ten_areas_is_more_than_chance_gives():
    found = concentration([60, 8, 7, 9, 5, 6, 8, 7, 6, 4])

    assert found.share_of_areas == 0.1
    assert found.chance_lower > 0.1
    assert found.p == pytest.approx(0.001)


def test_where_people_live_is_no_concentration():
    people = [9_000, 100, 100, 100, 100, 100, 100, 100, 100, 300]
    counts = [90, 1, 1, 1, 1, 1, 1, 1, 1, 2]

    assert concentration(counts).p == pytest.approx(0.001)
    assert concentration(counts, exposure=people).p > 0.2


def test_the_same_seed_gives_the_same_numbers():
    counts = [12, 3, 0, 5, 9, 1]

    assert concentration(counts) == concentration(counts)
    assert concentration(counts, seed=1) != concentration(counts, seed=2)


def test_chance_alone_is_seldom_called_concentrated():
    rng = np.random.default_rng(6)
    p = [concentration(rng.poisson(3, 40), n_simulations=199, seed=i).p for i in range(200)]

    assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.05, abs=0.035)


def test_areas_without_a_count_or_people_are_left_out():
    found = concentration([5, 3, np.nan, 4], exposure=[10, 10, 10, 0])

    assert (found.n_areas, found.n_events) == (2, 8)


def test_without_events_nothing_is_said():
    found = concentration([0, 0, 0])

    assert (found.n_areas, found.n_events) == (3, 0)
    assert np.isnan([found.gini, found.gini_generalised, found.n_areas_half, found.share_of_areas, found.p]).all()
    assert np.isnan(areas_holding([0, 0]))


def test_the_lorenz_curve_runs_from_the_calmest_area_to_all():
    found = lorenz([3, 0, np.nan, 1])

    assert found[:, 0].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert found[:, 1].tolist() == [0, 0, 0.25, 1]


def test_a_share_that_is_met_exactly_needs_no_further_area():
    assert areas_holding([3] * 10, 0.1) == 1
    assert areas_holding([3] * 10, 0.7) == 7


def test_bad_numbers_are_refused():
    with pytest.raises(ValueError, match="count"):
        concentration([1.5])
    with pytest.raises(ValueError, match="shape"):
        concentration([1], exposure=[1, 2])
    with pytest.raises(ValueError, match="exposure"):
        concentration([1], exposure=[-1])
    with pytest.raises(ValueError, match="count"):
        lorenz([-1])


@given(st.lists(st.integers(0, 500), min_size=1, max_size=40).filter(sum))
def test_coefficients_lie_between_even_and_all_in_one(counts):
    curve = lorenz(counts)

    assert -1e-9 <= generalised_gini(counts) <= 1 - 1 / len(counts) + 1e-9 or sum(counts) < len(counts)
    assert -1e-9 <= generalised_gini(counts) <= gini(counts) + 1e-9 <= 1
    assert (np.diff(curve[:, 1]) >= -1e-12).all()
    area_under = ((curve[1:, 1] + curve[:-1, 1]) / 2 / len(counts)).sum()
    assert gini(counts) == pytest.approx(1 - 2 * area_under)
    assert gini(counts[::-1]) == pytest.approx(float(gini(counts)))
