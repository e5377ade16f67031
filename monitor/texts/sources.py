"""The state of the data in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from config.model import Delivery
from monitor.components.format import date_name, number
from monitor.i18n import Translator

#: Position of a weekday in a week, Monday first.
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Lateness:
    """Is the next delivery late? `words` says by how much, up to where the figures reach, or that no day is agreed."""

    is_late: bool
    words: str


def lateness(delivery: Delivery | None, newest_end: dt.date | None, today: dt.date, _: Translator) -> Lateness:
    """Hold the newest delivered week against the agreed day of delivery.

    Args:
        delivery: what was agreed: a weekday, and how many weeks after a week its figures come.
        newest_end: last day of the newest period delivered; None where there is none.
    """
    if delivery is None or delivery.weekday is None:
        return Lateness(False, _("no day agreed"))
    due = _last_due(today, _WEEKDAYS.index(delivery.weekday))
    expected_end = due - dt.timedelta(days=due.weekday() + 1 + 7 * delivery.lag_weeks)
    if newest_end is None or newest_end < expected_end:
        weeks = 1 if newest_end is None else max(1, (expected_end - newest_end).days // 7)
        return Lateness(True, _.plural("{n} week late", "{n} weeks late", weeks))
    return Lateness(False, _("on time, to {day}", day=date_name(newest_end, _)))


def _last_due(today: dt.date, weekday: int) -> dt.date:
    """The latest agreed day of delivery that has come."""
    return today - dt.timedelta(days=(today.weekday() - weekday) % 7)


def headline(n_sources: int, n_warnings: int, _: Translator) -> str:
    """How many sources there are and whether they need attention."""
    if not n_sources:
        return _("No source has delivered yet")
    listed = _.plural("{n} source", "{n} sources", n_sources)
    if n_warnings:
        return _(
            "{sources}, {warnings}",
            sources=listed,
            warnings=_.plural("{n} point of attention", "{n} points of attention", n_warnings),
        )
    return _("{sources}, nothing that needs attention", sources=listed)


def lede(n_set_aside: int, n_areas: int, n_topics: int, _: Translator) -> str:
    """What is set aside or missing, in numbers; zero is said too."""
    return " ".join(
        (
            _.plural(
                "{shown} row was set aside.", "{shown} rows were set aside.", n_set_aside, shown=number(n_set_aside, _)
            ),
            _.plural("{n} area has no figures.", "{n} areas have no figures.", n_areas),
            _.plural("{n} topic has no source.", "{n} topics have no source.", n_topics),
        )
    )
