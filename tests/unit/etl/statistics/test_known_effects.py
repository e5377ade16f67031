"""Which periods hold New Year's Eve or a holiday."""

import datetime as dt

import numpy as np

from etl.statistics.known_effects import contains_any, new_year
from etl.statistics.reference_periods import FOUR_WEEKS, MONTH, WEEK
from tests.spec.statistics_samples import mondays, months


def test_a_week_that_holds_a_day_is_marked():
    weeks = mondays(4, "2024-05-06")

    found = contains_any(weeks, WEEK, [dt.date(2024, 5, 12), dt.date(2024, 5, 20)])

    assert found.tolist() == [1, 0, 1, 0]


def test_days_outside_the_calendar_mark_nothing():
    weeks = mondays(2, "2024-05-06")

    found = contains_any(weeks, WEEK, [dt.date(2024, 5, 5), dt.date(2024, 5, 20)])

    assert found.tolist() == [0, 0]


def test_the_night_of_new_year_is_one_week_or_two():
    weeks = mondays(107, "2022-12-19")

    marked = weeks[new_year(weeks, WEEK)[:, 0] == 1].astype(str).tolist()

    # 1 January 2023 is a Sunday, 1 January 2024 a Monday: then the eve lies in the week before.
    assert marked == ["2022-12-26", "2023-12-25", "2024-01-01", "2024-12-30"]


def test_december_and_january_hold_half_of_the_night_each():
    effects = new_year(months(24, "2023-01"), MONTH)

    assert np.flatnonzero(effects[:, 0]).tolist() == [11, 23]
    assert np.flatnonzero(effects[:, 1]).tolist() == [0, 12]


def test_a_block_of_four_weeks_holds_the_night_once():
    blocks = np.datetime64("2022-12-26") + 28 * np.arange(14)

    assert np.flatnonzero(new_year(blocks, FOUR_WEEKS)[:, 0]).tolist() == [0, 13]


def test_no_periods_hold_nothing():
    assert contains_any(np.array([], dtype="datetime64[D]"), WEEK, [dt.date(2024, 1, 1)]).size == 0
    assert new_year(np.array([], dtype="datetime64[D]"), WEEK).shape == (0, 1)
