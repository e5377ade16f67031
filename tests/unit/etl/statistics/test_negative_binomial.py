"""Counts that vary more than chance: the numbers by hand, and where they become Poisson counts."""

import math

import numpy as np
import pytest

from etl.statistics.negative_binomial import at_least, at_most, log_none, quantile


def test_a_size_of_one_is_geometric():
    """Mean 2 and variance 6 (phi 3): size 2 / 2 = 1, so k events have probability (2/3)^k / 3."""
    k = np.arange(5)

    assert at_least(k, 2, 3).tolist() == pytest.approx(((2 / 3) ** k).tolist())
    assert at_most(k, 2, 3).tolist() == pytest.approx((1 - (2 / 3) ** (k + 1)).tolist())
    assert log_none(2, 3) == pytest.approx(math.log(1 / 3))
    assert quantile(1 / 3 + 1e-9, 2, 3) == 1
    assert quantile(1 / 3 - 1e-9, 2, 3) == 0


def test_without_more_than_chance_it_is_poisson():
    assert at_most(1, 2, 1) == pytest.approx(3 * math.exp(-2))
    assert at_least(1, 2, 1) == pytest.approx(1 - math.exp(-2))
    assert log_none(2, 1) == pytest.approx(-2)
    assert quantile(0.95, 10, 1) == 15


@pytest.mark.parametrize("phi", [1 + 1e-7, 1 + 1e-5])
def test_hardly_more_than_chance_is_nearly_poisson(phi):
    assert log_none(2, phi) == pytest.approx(-2, rel=1e-4)
    assert at_most(1, 2, phi) == pytest.approx(3 * math.exp(-2), rel=1e-4)


def test_a_mean_of_nothing_has_no_events():
    for phi in (1, 3):
        assert at_most(0, 0, phi) == pytest.approx(1)
        assert at_least(0, 0, phi) == 1
        assert at_least(1, 0, phi) == pytest.approx(0, abs=1e-9)
        assert quantile(0.99, 0, phi) == 0
        assert log_none(0, phi) == 0


def test_numbers_of_any_shape_go_together_and_the_unknown_stays_unknown():
    found = at_most([[0], [1]], [2.0, np.nan, 2.0], [1.0, 1.0, np.nan])

    assert found.shape == (2, 3)
    assert found[:, 0].tolist() == pytest.approx([math.exp(-2), 3 * math.exp(-2)])
    assert np.isnan(found[:, 1:]).all()
    assert np.isnan(at_least(np.nan, 2, 3))
