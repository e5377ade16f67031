"""The calendar behind what is normal: how far back, which season each period has, and blocks of four weeks."""

import numpy as np
import pytest

from etl.statistics.reference_periods import (
    FOUR_WEEKS,
    MONTH,
    WEEK,
    reference_periods,
    same_dates,
)
from tests.spec.statistics_samples import mondays, months


def test_five_years_of_months_are_cut_into_a_window_and_nine_other_seasons():
    found = reference_periods(months(96), 95, MONTH)

    assert found.at == 95
    assert found.anniversaries == (83, 71, 59, 47, 35)
    assert found.index.tolist() == list(range(34, 89))
    assert found.n_seasons == 10
    assert found.season[found.index == 35].tolist() == [9]
    # Between two windows of three months lie nine: one for each other season, in order.
    assert found.season[(found.index >= 34) & (found.index <= 46)].tolist() == [9, 9, 9, *range(9), 9]


def test_what_does_not_divide_evenly_goes_to_the_first_blocks():
    found = reference_periods(mondays(520), 519, WEEK, n_seasons=10)

    earlier, later = found.anniversaries[1], found.anniversaries[0]
    between = found.season[(found.index > earlier + 3) & (found.index < later - 3)]
    assert later - earlier == 52
    assert np.bincount(between).tolist() == [5] * 9  # 45 weeks between the windows
    assert (np.diff(between) >= 0).all()
    longer = reference_periods(mondays(520), 519, WEEK, n_seasons=8)
    between = longer.season[(longer.index > earlier + 3) & (longer.index < later - 3)]
    assert np.bincount(between).tolist() == [7, 7, 7, 6, 6, 6, 6]


def test_time_counts_back_from_the_judged_period_in_years():
    found = reference_periods(months(96), 95, MONTH)

    assert found.trend[[0, -1]].tolist() == pytest.approx([(34 - 95) / 12, (88 - 95) / 12])
    for rhythm, days, a_year in ((WEEK, mondays(520), 52), (FOUR_WEEKS, mondays(520)[::4], 13)):
        found = reference_periods(days, days.size - 1, rhythm)
        assert found.trend[found.index == days.size - 1 - a_year].tolist() == [-1]


def test_three_years_are_enough_and_two_are_not():
    assert reference_periods(months(37), 36, MONTH) is not None
    assert reference_periods(months(36), 35, MONTH) is None
    assert reference_periods(months(37), 36, MONTH).anniversaries == (24, 12, 0)
    assert reference_periods(months(37), 36, MONTH).index[0] == 0


def test_how_far_back_is_looked_can_be_asked():
    assert same_dates(months(96), 95, years_back=2) == (83, 71)
    assert len(same_dates(months(96), 95)) == 5
    assert reference_periods(months(96), 95, MONTH, years_back=3).index[0] == 95 - 36 - 1


def test_a_date_just_before_the_first_period_goes_with_it():
    """The first Monday lies up to half a week after the date a year ago: still the nearest there is."""
    weeks = np.datetime64("2023-06-12") + 7 * np.arange(53)  # judged: 10 June 2024, so 10 June 2023

    assert same_dates(weeks, 52) == (0,)
    assert same_dates(weeks[1:], 51) == ()


def test_the_first_usable_period_stands_for_a_date_just_before_it_and_for_none_earlier():
    days = months(96)

    assert same_dates(days, 95, first_usable=59) == (83, 71, 59)
    assert same_dates(days, 95, first_usable=60) == (83, 71)
    weeks = mondays(300)
    nearest = same_dates(weeks, 299)[1]
    assert same_dates(weeks, 299, first_usable=nearest)[1] == nearest


def test_nothing_before_the_first_usable_period_is_referred_to():
    found = reference_periods(months(96), 95, MONTH, first_usable=35)

    assert found.index[0] == 35
    assert found.anniversaries[-1] == 35


def test_a_single_period_has_no_earlier_date():
    assert same_dates(months(1), 0) == ()


def test_days_must_rise():
    with pytest.raises(ValueError, match="must rise"):
        same_dates(months(3)[::-1], 2)
    with pytest.raises(ValueError, match="must rise"):
        same_dates(months(3)[[0, 1, 1]], 2)


@pytest.mark.parametrize(
    ("rhythm", "days", "n_newest", "width"),
    [(WEEK, mondays(520), 26, 7), (MONTH, months(120), 6, 3), (FOUR_WEEKS, mondays(520)[::4], 7, 3)],
)
def test_each_rhythm_leaves_out_half_a_year_and_has_its_own_window(rhythm, days, n_newest, width):
    at = days.size - 1

    found = reference_periods(days, at, rhythm)

    assert found.index[-1] == at - n_newest - 1
    assert np.sum(np.abs(found.index - found.anniversaries[1]) <= width // 2) == width
    around = np.abs(found.index[:, np.newaxis] - np.array(found.anniversaries)) <= width // 2
    assert (found.season[around.any(axis=1)] == 9).all()
    assert (found.season[~around.any(axis=1) & (found.index < at - rhythm.half_window)] < 9).all()


def test_a_leap_day_goes_with_the_first_of_march():
    days = np.array(["2023-02-28", "2023-03-01", "2024-02-29"], dtype="datetime64[D]")

    assert same_dates(days, 2) == (1,)
