"""Rates at their edges: which confidence exists, and where one approximation gives way to the other."""

import numpy as np
import pytest

from etl.statistics.rates import (
    byar,
    crude_rate,
    exact_poisson,
    exact_poisson_bounds,
    poisson_bounds,
    wilson_share,
    z_value,
)


@pytest.mark.parametrize("confidence", [-0.1, 0, 1, 1.2, np.nan])
def test_what_is_no_confidence_is_refused(confidence):
    for asked in (lambda: z_value(confidence), lambda: exact_poisson([3], confidence=confidence)):
        with pytest.raises(ValueError, match="not between 0 and 1"):
            asked()


def test_the_interval_is_exact_up_to_nine_events():
    found = poisson_bounds([9, 10])

    assert found[0].tolist() == exact_poisson([9])[0].tolist()
    assert found[1].tolist() == byar([10])[0].tolist()
    assert found[1].tolist() != exact_poisson([10])[0].tolist()


def test_the_bounds_for_a_query_are_the_exact_ones_and_cannot_be_changed():
    bounds = exact_poisson_bounds()

    assert bounds.shape == (10, 2)
    assert bounds[0].tolist() == pytest.approx([0, 3.688879])
    assert bounds[9].tolist() == exact_poisson([9])[0].tolist()
    with pytest.raises(ValueError, match="read-only"):
        bounds[0, 0] = 1


def test_a_rate_counts_people_and_years():
    assert crude_rate([6], [2_000], exposure_years=0.5)[0, 0] == 6
    assert crude_rate([6], [2_000], per=100)[0, 0] == pytest.approx(0.3)
    assert np.isnan(crude_rate([6, 6], [2_000, 2_000], exposure_years=[0, np.nan])).all()
    for years in (-1, [1, -1]):
        with pytest.raises(ValueError, match="exposure is negative"):
            crude_rate([6, 6], [2_000, 2_000], exposure_years=years)


def test_no_events_have_a_bound_from_byar_as_well():
    assert byar([0])[0, 0] == 0
    assert byar([0])[0, 1] == pytest.approx((1 - 1 / 9 + 1.959964 / 3) ** 3)


def test_a_share_of_all_or_none_has_one_bound_that_is_open():
    found = wilson_share([0, 20], [20, 20])

    z2 = 1.959964**2
    assert np.isnan(wilson_share([0, np.nan, 3], [0, 5, np.nan])).all()
    assert found[0].tolist() == pytest.approx([0, 0, 100 * z2 / (20 + z2)])
    assert found[1].tolist() == pytest.approx([100, 100 * 20 / (20 + z2), 100])
    with pytest.raises(ValueError, match="1 parts"):
        wilson_share([3, 2], [2, 2])


def test_denominators_that_are_negative_or_infinite_are_counted():
    with pytest.raises(ValueError, match="2 denominators"):
        crude_rate([1, 1, 1], [-1, np.inf, 5])
    with pytest.raises(ValueError, match="3 values of numerator"):
        crude_rate([-1, 0.5, np.inf], [1, 1, 1])
