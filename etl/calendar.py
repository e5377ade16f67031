"""Periods: parse, order, move, roll up. Pure: text in, text or dates out; nothing here knows a file or a table.

    2026   2026-Q1   2026-03   2026-W12         a year, quarter, month and ISO week
    2026-03-R12   2026-W12-R4                   windows, named by the period they end in

Weeks are ISO 8601: they start on Monday, week 1 holds the first Thursday, some years have a week 53. Weeks and months
are never converted into each other, because no week lies wholly in one month.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache, total_ordering

from config.vocabulary import PeriodType

#: Years outside this range are misread numbers, not periods.
FIRST_YEAR, LAST_YEAR = 1900, 2199

WEEK = dt.timedelta(days=7)
DAYS_PER_YEAR = 365.25

_PATTERN = re.compile(
    r"(?P<year>[0-9]{4})"
    r"(?:-Q(?P<quarter>[1-4])|-W(?P<week>[0-9]{2})(?P<weeks>-R4)?|-(?P<month>[0-9]{2})(?P<months>-R12)?)?"
)

#: The window that ends in a period of this type.
_SUFFIX = {PeriodType.MONTH: "-R12", PeriodType.WEEK: "-R4"}

#: Length in years, used to bring counts to a rate per year. A month counts as 1/12, whatever its days.
_EXPOSURE: dict[PeriodType, float] = {
    PeriodType.YEAR: 1.0,
    PeriodType.QUARTER: 0.25,
    PeriodType.MONTH: 1 / 12,
    PeriodType.WEEK: 7 / DAYS_PER_YEAR,
    PeriodType.ROLLING_12_MONTHS: 1.0,
    PeriodType.ROLLING_4_WEEKS: 28 / DAYS_PER_YEAR,
}


@total_ordering
@dataclass(frozen=True)
class Period:
    """One period. Ordered by its last day; of two that end together the longer one comes last."""

    text: str
    period_type: PeriodType
    first_day: dt.date
    last_day: dt.date

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        return (self.last_day, self.days, self.text) < (other.last_day, other.days, other.text)


@lru_cache(maxsize=16_384)
def parse(text: str) -> Period:
    """The period that a text names.

    Raises:
        ValueError: the text is no period, or one that does not exist (month 13, week 53 of a year with 52 weeks).
    """
    found = _PATTERN.fullmatch(text)
    if not found:
        raise ValueError(f"'{text}' is no period; write 2026, 2026-Q1, 2026-03, 2026-W12, 2026-03-R12 or 2026-W12-R4")
    year = int(found["year"])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"year {year} is not between {FIRST_YEAR} and {LAST_YEAR}")
    if found["quarter"]:
        quarter = int(found["quarter"])
        return Period(text, PeriodType.QUARTER, dt.date(year, 3 * quarter - 2, 1), _month_end(year, 3 * quarter))
    if found["month"]:
        return _parse_months(text, year, int(found["month"]), bool(found["months"]))
    if found["week"]:
        return _parse_weeks(text, year, int(found["week"]), bool(found["weeks"]))
    return Period(text, PeriodType.YEAR, dt.date(year, 1, 1), dt.date(year, 12, 31))


def _parse_months(text: str, year: int, month: int, is_window: bool) -> Period:
    if not 1 <= month <= 12:
        raise ValueError(f"month {month} does not exist")
    last = _month_end(year, month)
    if not is_window:
        return Period(text, PeriodType.MONTH, dt.date(year, month, 1), last)
    first_year, first_month = divmod(year * 12 + month - 1 - 11, 12)
    return Period(text, PeriodType.ROLLING_12_MONTHS, dt.date(first_year, first_month + 1, 1), last)


def _parse_weeks(text: str, year: int, week: int, is_window: bool) -> Period:
    if not 1 <= week <= weeks_in_year(year):
        raise ValueError(f"week {week} does not exist in {year}, which has {weeks_in_year(year)} weeks")
    monday = dt.date.fromisocalendar(year, week, 1)
    kind = PeriodType.ROLLING_4_WEEKS if is_window else PeriodType.WEEK
    return Period(text, kind, monday - 3 * WEEK if is_window else monday, monday + dt.timedelta(days=6))


def _month_end(year: int, month: int) -> dt.date:
    following = dt.date(year + 1, 1, 1) if month == 12 else dt.date(year, month + 1, 1)
    return following - dt.timedelta(days=1)


def period_type_of(text: str) -> PeriodType:
    """The type of a period. Raises ValueError like `parse`."""
    return parse(text).period_type


# --- from a day to its period ----------------------------------------------------------------------------------------


def iso_week(day: dt.date) -> str:
    """The ISO week of a day; its year may differ from the day's own: 3 January 2021 lies in 2020-W53."""
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def month_of(day: dt.date) -> str:
    """The month of a day."""
    return f"{day.year:04}-{day.month:02}"


def weeks_in_year(year: int) -> int:
    """52 or 53: the ISO week of 28 December, which always lies in the last one."""
    return dt.date(year, 12, 28).isocalendar().week


# --- moving through time ---------------------------------------------------------------------------------------------


def next(text: str, n: int = 1) -> str:
    """The period `n` steps later, of the same type; a window moves by the period it ends in."""
    period = parse(text)
    year = int(text[:4])
    if period.period_type is PeriodType.YEAR:
        moved = f"{year + n:04}"
    elif period.period_type is PeriodType.QUARTER:
        to_year, quarter = divmod(year * 4 + int(text[6]) - 1 + n, 4)
        moved = f"{to_year:04}-Q{quarter + 1}"
    elif period.period_type in (PeriodType.MONTH, PeriodType.ROLLING_12_MONTHS):
        to_year, month = divmod(year * 12 + int(text[5:7]) - 1 + n, 12)
        moved = f"{to_year:04}-{month + 1:02}{text[7:]}"
    else:
        moved = iso_week(period.last_day + n * WEEK) + text[8:]
    return parse(moved).text


def previous(text: str, n: int = 1) -> str:
    """The period `n` steps earlier, of the same type."""
    return next(text, -n)


def periods_between(first: str, last: str) -> list[str]:
    """All periods of one type from `first` to `last`, both included; empty where `last` comes before `first`.

    Raises:
        ValueError: the two differ in type.
    """
    start, end = parse(first), parse(last)
    if start.period_type != end.period_type:
        raise ValueError(f"{first} is a {start.period_type} and {last} a {end.period_type}")
    found = []
    current = start
    while current.last_day <= end.last_day:
        found.append(current.text)
        current = parse(next(current.text))
    return found


def same_period_last_year(text: str) -> str:
    """The period of the same name one year earlier; a week 53 that the earlier year lacks becomes its week 52.

    A comparison of such a week uses `counterparts_last_year`, which gives both neighbours.
    """
    year = int(parse(text).text[:4]) - 1
    if text[5:8] == "W53" and weeks_in_year(year) == 52:
        return parse(f"{year:04}-W52{text[8:]}").text
    return parse(f"{year:04}{text[4:]}").text


def counterparts_last_year(text: str) -> tuple[str, ...]:
    """The periods of a year earlier to compare with: one, or for a week 53 that did not exist the two around it.

    Their mean is the reference (week 52 of the earlier year and week 1 after it), so that week 53 is never dropped.
    """
    reference = same_period_last_year(text)
    return (reference,) if reference[4:] == text[4:] else (reference, next(reference))


# --- parts and windows -----------------------------------------------------------------------------------------------


def months_of(text: str) -> list[str]:
    """The months that a year, quarter, month or window of 12 months consists of, oldest first.

    Raises:
        ValueError: the period consists of weeks.
    """
    period = parse(text)
    if period.period_type in (PeriodType.WEEK, PeriodType.ROLLING_4_WEEKS):
        raise ValueError(f"{text} consists of weeks, which are not converted into months")
    return periods_between(month_of(period.first_day), month_of(period.last_day))


def weeks_of(text: str) -> list[str]:
    """The weeks that a week or window of 4 weeks consists of, oldest first.

    Raises:
        ValueError: the period consists of months; weeks do not nest in it.
    """
    period = parse(text)
    if period.period_type not in (PeriodType.WEEK, PeriodType.ROLLING_4_WEEKS):
        raise ValueError(f"{text} is no number of whole weeks")
    return periods_between(iso_week(period.first_day), iso_week(period.last_day))


def window_end(text: str) -> str:
    """The period a window ends in; a period that is no window ends in itself."""
    return parse(text).text.split("-R")[0]


def window_of(text: str) -> str:
    """The window that ends in a month (12 months) or in a week (4 weeks).

    Raises:
        ValueError: no window ends in a period of this type.
    """
    kind = parse(text).period_type
    if kind not in _SUFFIX:
        raise ValueError(f"no window ends in a {kind}")
    return text + _SUFFIX[kind]


def exposure_years(text: str) -> float:
    """Length of a period in years, for rates per year (rate = count / (people x exposure))."""
    return _EXPOSURE[parse(text).period_type]
