"""Numbers, dates, periods, units and statuses in words of the reader's language."""

from __future__ import annotations

import datetime as dt
import math
import re

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from config.vocabulary import AreaLevel, Comparison, Status, Unit
from monitor.i18n import Translator
from monitor.queries.exactness import EXACT, Exactness

_PERIOD = re.compile(r"^(\d{4})(?:-Q([1-4])|-(\d{2})|-W(\d{2}))?(?:-R(\d+))?$")

#: Decimals of a value on screen, per unit.
DECIMALS: dict[Unit, int] = {
    Unit.COUNT: 0,
    Unit.EURO: 0,
    Unit.DAYS: 0,
    Unit.PER_KM2: 0,
    Unit.CLASS: 0,
}


def decimals_of(unit: str) -> int:
    """Decimals of a value of this unit on screen (1 unless it is a whole number by nature)."""
    return DECIMALS.get(Unit(unit), 1)


def is_missing(value: float | None) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def number(value: float | None, _: Translator, decimals: int = 0) -> str:
    """`1.234,5` (nl) or `1,234.5` (en); a missing value is an en dash, never 0."""
    if is_missing(value):
        return "–"
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(format_decimal(value, format=pattern, locale=_.locale))


def figure(value: float | None, unit: str, _: Translator) -> str:
    """The value in the decimals of its unit, with % for shares and € for money; without "per 1.000 inwoners"."""
    text = number(value, _, decimals_of(unit))
    if text == "–":
        return text
    if unit == Unit.SHARE_PCT:
        return f"{text}%"
    if unit in (Unit.EURO, Unit.THOUSAND_EURO):
        return f"€ {text}"
    return text


def count_text(count: float | None, _: Translator, exact: Exactness = EXACT, status: str | None = None) -> str:
    """A count as a reader may take it: "120"; "0 tot 4" where a shown 0 stands for a range; "≈ 120" where parts of it
    were rounded or estimated. Every count on screen goes through here.
    """
    if count is not None and exact.is_range(count):
        low, high = (0, exact.base - 1) if count == 0 else (1, exact.base)
        return _("{low} to {high}", low=low, high=high)
    return _about(number(count, _), exact.is_sum or status in _ABOUT)


def about_text(value: float | None, _: Translator, decimals: int = 0, exact: Exactness = EXACT) -> str:
    """A number worked out from counts (a mean, an expected number, a ratio): "≈ 12,3" where those were rounded."""
    return _about(number(value, _, decimals), exact != EXACT)


def value_text(
    value: float | None,
    unit: str,
    _: Translator,
    *,
    count: float | None = None,
    exact: Exactness = EXACT,
    status: str | None = None,
) -> str:
    """A value in its unit, as `count_text` for counts; "≈ 3,4" where the `count` behind it is not exact."""
    if unit == Unit.COUNT:
        return count_text(value, _, exact, status)
    return _about(figure(value, unit, _), exact.is_about(count) or status in _ABOUT)


#: Statuses whose numbers are near the truth.
_ABOUT = (Status.ROUNDED, Status.ESTIMATED)


def _about(text: str, is_about: bool) -> str:
    return f"≈ {text}" if is_about and text != "–" else text


def unit_name(unit: str, _: Translator) -> str:
    """What a value counts: "per 1.000 inwoners", "%", "aantal"."""
    return {
        Unit.PER_1000_INHABITANTS: _("per 1,000 residents"),
        Unit.PER_10000_INHABITANTS: _("per 10,000 residents"),
        Unit.PER_1000_DWELLINGS: _("per 1,000 dwellings"),
        Unit.PER_1000_ESTABLISHMENTS: _("per 1,000 business establishments"),
        Unit.PER_1000_CARS: _("per 1,000 cars"),
        Unit.DAYS_PER_1000_INHABITANTS: _("days per 1,000 residents"),
        Unit.SHARE_PCT: "%",
        Unit.COUNT: _("number"),
        Unit.SCORE: _("score"),
        Unit.DAYS: _("days"),
        Unit.EURO: _("euro"),
        Unit.THOUSAND_EURO: _("× 1,000 euro"),
        Unit.PER_KM2: _("per km²"),
        Unit.CLASS: _("class"),
    }[Unit(unit)]


def interval_words(lower: float | None, upper: float | None, unit: str, _: Translator) -> str:
    """ "waarschijnlijk tussen 17 en 30", or "" without an interval."""
    if is_missing(lower) or is_missing(upper):
        return ""
    return _("probably between {lower} and {upper}", lower=figure(lower, unit, _), upper=figure(upper, unit, _))


def date_name(day: dt.date, _: Translator) -> str:
    """ "16 november 2026"."""
    return str(format_date(day, "d MMMM y", locale=_.locale))


def moment_name(moment: dt.datetime, _: Translator) -> str:
    """ "16 november 2026, 14:05"."""
    return str(format_datetime(moment, "d MMMM y, HH:mm", locale=_.locale))


def month_name(year: int, month: int, _: Translator, *, short: bool = False) -> str:
    """ "oktober 2026"; short: "okt 2026"."""
    return str(format_date(dt.date(year, month, 1), "LLL y" if short else "LLLL y", locale=_.locale))


def period_name(period: str, _: Translator, *, short: bool = False) -> str:
    """A period in words: "2026", "3e kwartaal 2026", "oktober 2026", "week 46 van 2026", "12 maanden t/m oktober 2026".

    A text that is no period is returned as it is: it was refused before it came here, or stands in a message.
    """
    found = _PERIOD.match(period)
    if not found:
        return period
    year, quarter, month, week, window = found.groups()
    if quarter:
        return _("quarter {quarter} of {year}", quarter=quarter, year=year)
    if month:
        if not 1 <= int(month) <= 12:
            return period
        ending = month_name(int(year), int(month), _, short=short)
        return _("{n} months to {end}", n=window, end=ending) if window else ending
    if week:
        ending = _("week {week} of {year}", week=int(week), year=year)
        return _("{n} weeks to {end}", n=window, end=ending) if window else ending
    return year


def status_name(status: str, _: Translator) -> str:
    """A status in words for a reader."""
    return {
        Status.NOT_APPLICABLE: _("not applicable"),
        Status.NOT_DELIVERED: _("not delivered"),
        Status.SUPPRESSED: _("withheld"),
        Status.ROUNDED: _("rounded"),
        Status.PROVISIONAL: _("provisional"),
        Status.ESTIMATED: _("estimated"),
        Status.FINAL: _("final"),
    }[Status(status)]


def comparison_name(verdict: str, _: Translator) -> str:
    """A verdict of a comparison in words ("hoger", "geen aantoonbaar verschil")."""
    return {
        Comparison.HIGHER: _("higher"),
        Comparison.LOWER: _("lower"),
        Comparison.NO_DIFFERENCE: _("no demonstrable difference"),
        Comparison.TOO_FEW: _("too few to compare"),
    }[Comparison(verdict)]


def level_name(level: str, _: Translator, *, plural: bool = False) -> str:
    """gemeente, wijk(en), buurt(en), eigen gebied(en)."""
    one, many = {
        AreaLevel.MUNICIPALITY: (_("municipality"), _("municipalities")),
        AreaLevel.DISTRICT: (_("district"), _("districts")),
        AreaLevel.NEIGHBOURHOOD: (_("neighbourhood"), _("neighbourhoods")),
        AreaLevel.CUSTOM: (_("own area"), _("own areas")),
    }[AreaLevel(level)]
    return many if plural else one
