"""How clear a step must be, how many there may be, and what is left out."""

import numpy as np
import pytest

from etl.statistics.change_points import change_points


def levels(*parts):
    """(length, level) pairs written out."""
    return np.concatenate([np.full(length, float(level)) for length, level in parts])


@pytest.mark.parametrize(("half", "found"), [(16, ()), (17, (17,))])
def test_a_step_must_gain_more_than_three_times_the_log_of_the_length(half, found):
    """From 0 to 1 is 2 sqrt(1.375) - 2 sqrt(0.375) = 1.1205 on the steady scale: n / 4 of its square, or 3 log n."""
    assert change_points(levels((half, 0), (half, 1))) == found


@pytest.mark.parametrize(("upper", "found"), [(7, ()), (8, (12,))])
def test_the_steady_scale_asks_more_of_high_levels(upper, found):
    """From 4 to 7 gains 9.35, from 4 to 8 15.4, where 3 log 24 = 9.53 is asked."""
    assert change_points(levels((12, 4), (12, upper))) == found


def test_two_years_of_known_months_are_enough_and_one_less_is_not():
    step = levels((12, 4), (12, 40))

    assert change_points(step) == (12,)
    assert change_points(step[1:]) == ()
    assert change_points(np.r_[np.nan, step]) == (13,)
    assert change_points(np.r_[99.0, step], first_usable=1) == (13,)
    assert change_points(np.r_[99.0, step], first_usable=2) == ()


def test_a_part_must_be_twice_as_long_as_it_is_asked_to_be():
    step = levels((15, 4), (15, 40))

    assert change_points(step, min_size=15) == (15,)
    assert change_points(step, min_size=16) == ()


def test_changes_keep_half_a_year_between_them_and_to_both_ends():
    assert change_points(levels((6, 4), (20, 40))) == (6,)
    assert change_points(levels((20, 4), (6, 40))) == (20,)
    assert 5 not in change_points(levels((5, 4), (21, 40)))
    assert 21 not in change_points(levels((21, 4), (5, 40)))


def test_a_third_change_is_given_only_five_years_after_the_first():
    five_years, a_month_less = (levels((20, 10), (30, 40), (n, 10), (20, 60)) for n in (30, 29))

    assert change_points(five_years) == (20, 50, 80)
    assert 0 < len(change_points(a_month_less)) < 3


def test_values_below_zero_of_an_adjusted_series_count_as_none():
    assert change_points(levels((17, -3), (17, 1))) == (17,)
    assert change_points(levels((17, -3), (17, 0))) == ()


def test_what_varies_four_times_as_much_as_chance_needs_a_clearer_step():
    draw = np.random.default_rng(12)

    def varied(level):
        return draw.negative_binomial(level / 3, 1 / 4, (200, 72)).astype(float)

    flat = np.mean([bool(change_points(row)) for row in varied(12)])
    stepped = [change_points(np.r_[row[:36], higher[36:]]) for row, higher in zip(varied(12), varied(48), strict=True)]

    assert flat < 0.1
    assert np.mean([len(found) > 0 for found in stepped]) > 0.95
