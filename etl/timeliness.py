"""Is the delivery of this week in? What a source with a fixed day should have delivered by now."""

from __future__ import annotations

import datetime as dt

from config.model import Delivery
from etl.calendar import iso_week, parse, periods_between

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def expected_week(delivery: Delivery, today: dt.date) -> str | None:
    """The newest ISO week that should have come in on `today`; None where the source has no fixed day.

    Week w is due on `weekday` of week w + `lag_weeks`.
    """
    if delivery.weekday is None:
        return None
    days_since = (today.weekday() - WEEKDAYS.index(delivery.weekday)) % 7
    last_due_day = today - dt.timedelta(days=days_since)
    return iso_week(last_due_day - dt.timedelta(weeks=delivery.lag_weeks))


def weeks_late(delivery: Delivery, newest: str | None, today: dt.date) -> list[str]:
    """Weeks that should have come in after `newest` and did not, oldest first; empty where nothing is due."""
    due = expected_week(delivery, today)
    if due is None:
        return []
    if newest is None:
        return [due]
    return periods_between(newest, due)[1:] if parse(newest) < parse(due) else []
