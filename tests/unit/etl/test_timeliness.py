"""When is a weekly delivery late?"""

import datetime as dt

import pytest

from config.model import Delivery
from etl.timeliness import expected_week, weeks_late

TUESDAYS = Delivery(weekday="tuesday", lag_weeks=1)


@pytest.mark.parametrize(
    ("today", "week"),
    [
        ("2026-11-16", "2026-W45"),  # Monday of week 47: week 46 comes tomorrow
        ("2026-11-17", "2026-W46"),
        ("2026-11-23", "2026-W46"),
        ("2021-01-12", "2021-W01"),
        ("2021-01-11", "2020-W53"),
    ],
)
def test_a_week_is_due_on_the_weekday_of_the_week_after_it(today, week):
    assert expected_week(TUESDAYS, dt.date.fromisoformat(today)) == week


def test_late_weeks_are_named_from_the_first_missing_one():
    assert weeks_late(TUESDAYS, "2026-W43", dt.date(2026, 11, 17)) == ["2026-W44", "2026-W45", "2026-W46"]


def test_a_source_that_is_ahead_is_not_late():
    assert weeks_late(TUESDAYS, "2026-W46", dt.date(2026, 11, 16)) == []


def test_a_source_without_a_fixed_day_is_never_late():
    assert weeks_late(Delivery(), None, dt.date(2026, 11, 16)) == []
