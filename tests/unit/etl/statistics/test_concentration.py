"""Concentration by hand, and what chance gives."""

import numpy as np
import pytest

from etl.statistics.concentration import areas_holding, concentration, generalised_gini, gini, lorenz


def test_coefficients_by_hand():
    """1, 2, 3 and 6 of 12: 2 (1 + 4 + 9 + 24) / 48 - 5 / 4."""
    assert gini([3, 1, 6, 2]) == pytest.approx(76 / 48 - 1.25)
    assert generalised_gini([3, 1, 6, 2]) == pytest.approx(76 / 48 - 1.25)
    assert gini([0, 0, 0, 9]) == pytest.approx(0.75)
    assert gini([[1, 1], [0, 4]]).tolist() == pytest.approx([0, 0.5])
    assert np.isnan(gini([0, 0]))


def test_fewer_events_than_areas_stretch_the_coefficient():
    """Two events in one of four areas: G is 0.75, and 4 / 2 x (0.75 - 1) + 1 is 0.5."""
    assert generalised_gini([0, 0, 0, 2]) == pytest.approx(0.5)
    assert generalised_gini([0, 0, 1, 1]) == pytest.approx(0)
    assert generalised_gini([0, 0, 0, 4]) == pytest.approx(0.75)


def test_areas_that_hold_a_share():
    assert areas_holding([1, 5, 4]).tolist() == 1
    assert areas_holding([1, 4, 4]).tolist() == 2
    assert areas_holding([1, 4, 4], 1.0).tolist() == 3
    assert areas_holding([[5, 5, 0], [0, 0, 0]]).tolist() == pytest.approx([1, np.nan], nan_ok=True)


def test_the_curve_of_nothing_is_unknown():
    curve = lorenz([0, 0])

    assert curve[0].tolist() == [0, 0]
    assert np.isnan(curve[1:, 1]).all()
    assert lorenz([]).tolist() == [[0, 0]]


def test_what_chance_gives_by_hand():
    """Two events over two areas lie together in one with probability a half: all the concentration there can be."""
    found = concentration([2, 0], n_simulations=4_000)

    assert (found.n_areas_half, found.share_of_areas) == (1, 0.5)
    assert found.p == pytest.approx(0.5, abs=0.03)
    assert (found.chance_share, found.chance_lower, found.chance_upper) == (0.5, 0.5, 0.5)


def test_the_range_of_chance_holds_95_of_100():
    """Twenty events over forty areas: drawn again with numpy alone."""
    found = concentration([20] + [0] * 39, n_simulations=4_000)

    drawn = -np.sort(-np.random.default_rng(1).multinomial(20, [1 / 40] * 40, size=4_000), axis=1)
    half = (1 + np.argmax(drawn.cumsum(axis=1) >= 10, axis=1)) / 40
    told = np.quantile(half, [0.025, 0.5, 0.975])
    assert [found.chance_lower, found.chance_share, found.chance_upper] == pytest.approx(told.tolist())
    assert found.p == pytest.approx(1 / 4_001)


def test_chance_follows_the_people():
    found = concentration([30, 10, 10], exposure=[3, 1, 1], n_simulations=999)

    assert found.p > 0.3
    assert concentration([30, 10, 10], n_simulations=999).p < 0.01


def test_areas_without_people_are_no_areas():
    found = concentration([4, 6, 9, 3], exposure=[1, np.nan, 0, 1], n_simulations=9)

    assert (found.n_areas, found.n_events) == (2, 7)
    assert np.isnan(concentration([9], exposure=[0], n_simulations=9).gini)
    assert concentration([9], exposure=[0], n_simulations=9).n_areas == 0


def test_draws_are_a_thousand_less_one_unless_asked():
    assert concentration([9, 0, 0, 0, 0, 0]).p == pytest.approx(1 / 1_000)
    assert concentration([9, 0, 0, 0, 0, 0], n_simulations=99).p == pytest.approx(1 / 100)
