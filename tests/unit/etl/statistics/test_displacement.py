"""Where events went: the bounds of each reading, and when no interval is given."""

import numpy as np
import pytest

from etl.statistics.displacement import displacement, relative_effect, weighted_displacement_quotient


@pytest.mark.parametrize(
    ("b1", "quotient", "reading"),
    [
        (90, 0.2, "diffusion"),
        (100, 0, "none"),
        (110, -0.2, "displacement"),
        (150, -1, "displacement"),
        (151, -1.02, "more_displacement_than_effect"),
    ],
)
def test_the_reading_turns_at_nothing_and_at_all_of_the_gain(b1, quotient, reading):
    found = weighted_displacement_quotient(100, 50, 100, b1, 100, 100)

    assert found == (pytest.approx(-0.5), pytest.approx(quotient), reading)


def test_no_fall_beside_the_comparison_is_no_success():
    assert weighted_displacement_quotient(100, 100, 9, 9, 100, 100)[::2] == (0, "no_success")
    assert weighted_displacement_quotient(100, 120, 9, 9, 100, 100)[0] == pytest.approx(0.2)
    assert np.isnan(weighted_displacement_quotient(100, 120, 9, 9, 100, 100)[1])


@pytest.mark.parametrize("zero", range(4))
def test_an_effect_needs_events_everywhere(zero):
    totals = [10.0, 5, 9, 9]
    totals[zero] = 0

    assert np.isnan(relative_effect(*totals)).all()
    assert relative_effect(1, 1, 1, 1)[0] == 1


def test_counts_that_vary_more_have_a_wider_effect():
    ratio, lower, upper = relative_effect(100, 50, 80, 100, phi=4)

    error = 2 * np.sqrt(1 / 100 + 1 / 50 + 1 / 80 + 1 / 100)
    assert ratio == pytest.approx(100 * 100 / (50 * 80))
    assert [np.log(lower), np.log(upper)] == pytest.approx(
        [np.log(2.5) - 1.959964 * error, np.log(2.5) + 1.959964 * error]
    )


def groups(treated, buffer, comparison, n=12, wave=0.0):
    """Counts of three groups, shape (3, n), each with the same swing from one period to the next."""
    swing = 1 + wave * np.where(np.arange(n) % 2 == 0, 1, -1)
    return np.outer([treated, buffer, comparison], swing)


def test_periods_that_swing_together_leave_no_doubt():
    found = displacement(groups(20, 40, 200, wave=0.5), groups(10, 30, 200, wave=0.5))

    assert (found.success, found.quotient) == (pytest.approx(-0.05), pytest.approx(1))
    assert (found.lower, found.upper) == (pytest.approx(1), pytest.approx(1))
    assert (found.reading, found.is_demonstrated) == ("diffusion", True)


def test_all_that_was_gained_and_more_next_door_is_demonstrated():
    found = displacement(groups(20, 40, 200), groups(10, 60, 200))

    assert (found.quotient, found.upper) == (pytest.approx(-2), pytest.approx(-2))
    assert found.reading == "more_displacement_than_effect"
    assert found.is_demonstrated


def test_without_success_there_is_no_interval():
    found = displacement(groups(20, 40, 200), groups(20, 20, 200))

    assert found.reading == "no_success"
    assert np.isnan([found.quotient, found.lower, found.upper]).all()
    assert not found.is_demonstrated


def swinging(n_down, of=12):
    """Treated areas that fall by ten in some periods and rise by nine tenths of that in the others."""
    before, after = groups(20, 40, 200, of), groups(20, 39, 200, of)
    after[0] = np.where(np.arange(of) < n_down, 10, 29)
    return displacement(before, after)


def test_an_interval_is_given_where_hardly_a_draw_lacks_success():
    assert np.isfinite(swinging(11).lower)
    doubtful = swinging(7)
    assert doubtful.success < 0
    assert np.isnan([doubtful.lower, doubtful.upper]).all()
    assert not doubtful.is_demonstrated
    assert doubtful.reading == "diffusion"


def test_the_interval_leaves_out_as_much_on_both_sides_and_more_confidence_widens_it():
    draw = np.random.default_rng(4)
    before, after = draw.poisson([[60], [80], [400]], (3, 24)), draw.poisson([[40], [75], [400]], (3, 24))

    usual, sure, again = (displacement(before, after, confidence=level) for level in (0.8, 0.99, 0.8))

    assert sure.lower < usual.lower < usual.quotient < usual.upper < sure.upper
    assert usual == again
    assert displacement(before, after, confidence=0.8, seed=1) != usual


def test_before_and_after_may_differ_in_length():
    found = displacement(groups(20, 40, 200, n=24), groups(10, 40, 200, n=6))

    assert (found.quotient, found.reading) == (0, "none")
    assert (found.lower, found.upper) == (0, 0)
    assert not found.is_demonstrated
