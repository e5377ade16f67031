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


def test_a_calendar_that_begins_or_ends_at_new_year_marks_what_it_holds():
    eve, morning = mondays(1, "2024-12-30"), mondays(1, "2024-01-01")

    assert new_year(eve, WEEK).tolist() == [[1]]
    assert new_year(morning, WEEK).tolist() == [[1]]
    assert new_year(mondays(1, "2024-12-23"), WEEK).tolist() == [[0]]
    assert new_year(mondays(1, "2024-01-08"), WEEK).tolist() == [[0]]
    assert new_year(months(1, "2024-12"), MONTH).tolist() == [[1, 0]]
    assert new_year(months(1, "2025-01"), MONTH).tolist() == [[0, 1]]
    assert new_year(months(1, "2025-02"), MONTH).tolist() == [[0, 0]]


def test_the_last_period_ends_after_a_week_four_weeks_or_a_month():
    for rhythm, length in ((WEEK, 7), (FOUR_WEEKS, 28), (MONTH, 31)):
        first = mondays(1, "2024-07-01")
        last, after = (dt.date(2024, 7, 1) + dt.timedelta(days) for days in (length - 1, length))
        assert contains_any(first, rhythm, [last]).tolist() == [1]
        assert contains_any(first, rhythm, [after]).tolist() == [0]
        assert contains_any(first, rhythm, [dt.date(2024, 7, 1)]).tolist() == [1]
        assert contains_any(first, rhythm, []).tolist() == [0]


def test_days_may_come_in_any_order_and_twice():
    weeks = mondays(3, "2024-05-06")

    assert contains_any(weeks, WEEK, [dt.date(2024, 5, 25), dt.date(2024, 5, 6), dt.date(2024, 5, 7)]).tolist() == [
        1, 0, 1,
    ]  # fmt: skip
