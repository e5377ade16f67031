"""From where on a normal range is given, how its trend may bend, and where it stands still."""

import numpy as np
import pytest

from etl.statistics.expectation import normal_range, smallest_visible_rise

MONTHS = np.arange(120)


def test_two_years_and_ten_events_are_enough():
    known = np.full((1, 30), np.nan)
    known[0, :24] = [1] * 10 + [0] * 14
    fewer_months, fewer_events = known.copy(), known.copy()
    fewer_months[0, 23] = np.nan
    fewer_events[0, 9] = 0

    found = normal_range(np.vstack([known, fewer_months, fewer_events]), 12)

    assert found.reason.tolist() == [None, "short_history", "too_rare"]


def test_quarters_need_as_many_periods_as_months():
    assert normal_range(np.full((1, 23), 9.0), 4).reason.tolist() == ["short_history"]
    assert normal_range(np.full((1, 24), 9.0), 4).reason.tolist() == [None]


def test_of_weeks_two_years_must_be_in_use_and_not_only_delivered():
    left_out = np.zeros((1, 104), dtype=bool)
    left_out[0, 50] = True

    assert normal_range(np.full((1, 104), 9.0), 52, leave_out=left_out).reason.tolist() == ["short_history"]


def test_the_trend_is_followed_up_to_the_last_period_in_use_and_no_further():
    growing = np.round(1_000 * 2 ** (MONTHS[:72] / 12))[np.newaxis]
    leave_out = (MONTHS[:72] >= 60)[np.newaxis]

    found = normal_range(growing, 12, leave_out=leave_out)

    assert found.mu[0, :60] == pytest.approx(growing[0, :60], rel=0.001)
    assert found.mu[0, 60:] == pytest.approx(np.full(12, growing[0, 59]), rel=0.001)


def bent(years, at):
    """A trend that doubles every year and, `at` years before the end, turns to halving; with a season."""
    t = (np.arange(12 * years) - (12 * years - 1)) / 12
    return np.round(1e5 * 2 ** (-np.abs(t + at)) * np.exp(0.2 * np.sin(2 * np.pi * t)))[np.newaxis]


@pytest.mark.parametrize(
    ("years", "at", "is_followed"),
    [(7, 5, False), (8, 5, True), (8, 4, False), (12, 5, True), (12, 10, False), (13, 10, True), (13, 7.5, False)],
)
def test_the_trend_may_bend_once_in_five_years_and_not_close_to_the_beginning(years, at, is_followed):
    found = normal_range(bent(years, at), 12)

    assert (found.phi[0] < 1.5) == is_followed


def test_without_a_trend_the_season_is_all_there_is():
    wave = 500 * np.exp(0.5 * np.sin(2 * np.pi * MONTHS / 12))

    found = normal_range(np.round(wave)[np.newaxis], 12)

    assert found.mu[0] == pytest.approx(wave, rel=0.002)


def test_the_population_is_part_of_what_is_normal():
    people = np.where(MONTHS < 60, 1_000.0, 3_000.0)

    found = normal_range((people / 100)[np.newaxis], 12, exposure=people)

    assert found.mu[0] == pytest.approx(people / 100)
    assert found.phi[0] == 1


def test_only_what_lies_after_the_break_of_a_series_counts():
    counts = np.vstack([np.full(120, 9.0)] * 2)

    found = normal_range(counts, 12, first_usable=[0, 97])

    assert found.reason.tolist() == [None, "short_history"]
    assert np.isfinite(found.mu[0]).all()


def test_an_effect_that_never_applies_changes_nothing():
    counts = np.random.default_rng(1).poisson(12, (1, 60)).astype(float)

    plain, with_nothing = (normal_range(counts, 12, known_effects=e) for e in (None, np.zeros((60, 1))))

    assert with_nothing.mu.tolist() == plain.mu.tolist()


def test_the_bands_are_the_ones_that_are_promised():
    found = normal_range(np.full((1, 60), 10.0), 12)

    # Poisson with mean 10: at most 3 in 1.03 %, 5 in 6.7 %, 15 in 95.1 %, 18 in 99.3 %.
    bounds = (found.lowest, found.lower, found.upper, found.highest)
    assert [band[0, 0] for band in bounds] == [3, 5, 15, 18]


@pytest.mark.parametrize(
    ("mean", "count", "times"),
    [(0.25, 3, 12), (0.5, 4, 8), (1, 5, 5), (2, 8, 4), (5, 13, 2.6), (10, 20, 2), (20, 33, 1.65)],
)
def test_the_smallest_visible_rise_is_the_table_that_is_printed(mean, count, times):
    assert smallest_visible_rise([mean], 1.2)[0].tolist() == pytest.approx([count, times])


def test_unless_said_otherwise_counts_vary_as_chance_does_and_one_in_a_hundred_shows():
    assert smallest_visible_rise(10)[0].tolist() == pytest.approx([19, 1.9])
    assert smallest_visible_rise(10, alpha=0.05)[0, 0] == 16
