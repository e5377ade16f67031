"""How long until a period is complete? Measured on what earlier deliveries said and later ones corrected.

A *delay triangle*: for every period the number as it was known at each age, against the number that is known now.
Where periods are delivered once nothing can be measured; they count as young for `final_after_days` of the source.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import duckdb
import pandas as pd

from config.model import Source
from etl.calendar import parse
from etl.conform import Accepted
from etl.deliveries import Delivery
from etl.timeliness import WEEKDAYS

#: From this share of the number that is known in the end a period counts as complete (STATISTICS 1).
COMPLETE_SHARE = 0.95

#: A number is taken as settled when it was delivered again this many days after the age that is judged.
SETTLED_AFTER_DAYS = 28

#: Below this many periods, or events in them, a share says nothing.
FEWEST_PERIODS = 3
FEWEST_EVENTS = 30

TRIANGLE = ["indicator", "period_type", "age_days", "periods", "events", "complete_share"]


def known_on(source: Source, delivery: Delivery, today: dt.date | None = None) -> dt.date:
    """The day that a delivery speaks of: by the period in its name, else the day it came in.

    Args:
        today: of practice data, which stand still on a day that has nothing to do with when they came in.
    """
    received = today or delivery.received.date()
    if delivery.delivery_date is None or source.delivery.date is None:
        return received
    first = dt.date.fromisoformat(delivery.delivery_date)
    if source.delivery.weekday is not None:  # week w comes on that day of week w + lag
        days = 7 * max(source.delivery.lag_weeks, 1) + WEEKDAYS.index(source.delivery.weekday)
        return min(first + dt.timedelta(days=days), received)
    length = next((days for part, days in _LENGTHS if f"{{{part}" in source.delivery.date), 366)
    return min(first + dt.timedelta(days=length), received)


def judged_on(source: Source, deliveries: Sequence[Delivery], today: dt.date) -> dt.date:
    """The day by which the periods of a source are young: that of its newest delivery, at most `today`.

    A source that is late knows no more of its newest weeks than it did in its last delivery.
    """
    if source.delivery.weekday is None:
        return today
    return min(today, max(known_on(source, one, today) for one in deliveries))


#: Days after its first day until the period in a file name is over, from the shortest part that the name holds.
_LENGTHS = (("day", 0), ("week", 7), ("month", 31), ("quarter", 92))


def totals(
    con: duckdb.DuckDBPyConnection, accepted: Sequence[Accepted], days: Sequence[dt.date], mapping: pd.DataFrame
) -> pd.DataFrame:
    """What each delivery said about each period, all areas together.

    Args:
        accepted: deliveries of one source, oldest first. days: see `known_on`.
        mapping: see `etl.conform.feeds`; the source's own figures are left out, as they cannot be summed.

    Returns:
        Columns indicator, period, day, number; only periods that more than one delivery gives.
    """
    counted = mapping[~mapping.is_figure]
    if len(accepted) < 2 or counted.empty:
        return pd.DataFrame(columns=["indicator", "period", "day", "number"])
    con.register("_feeds", counted)
    parts = []
    for one, day in zip(accepted, days, strict=True):
        left_out = ", ".join(f"'{period}'" for period in sorted(one.not_delivered)) or "''"
        parts.append(
            f"SELECT f.indicator, r.period, DATE '{day.isoformat()}' AS day, sum(r.value) AS number "
            f'FROM "{one.table}" r JOIN _feeds f USING (measure) WHERE r.period NOT IN ({left_out}) GROUP BY ALL'
        )
    frame = con.execute(
        f"""
        SELECT * FROM ({" UNION ALL BY NAME ".join(parts)}) WHERE number IS NOT NULL
        QUALIFY count(DISTINCT day) OVER (PARTITION BY indicator, period) > 1
        ORDER BY indicator, period, day
        """
    ).df()
    con.unregister("_feeds")
    return frame


def delay_triangle(said: pd.DataFrame) -> pd.DataFrame:
    """Share of the final number that is known at each age.

    Args:
        said: see `totals`.

    Returns:
        Columns TRIANGLE, per indicator, type of period and age in days (since the last day of the period): over the
        periods whose number was confirmed or corrected at least SETTLED_AFTER_DAYS later, the number then divided by
        the number now. Ages with fewer than FEWEST_PERIODS periods or FEWEST_EVENTS events are left out.
    """
    if said.empty:
        return pd.DataFrame(columns=TRIANGLE)
    frame = said.copy()
    known = {text: parse(text) for text in frame.period.unique()}
    last_day = pd.to_datetime(frame.period.map({text: one.last_day for text, one in known.items()}))
    frame["period_type"] = frame.period.map({text: str(one.period_type) for text, one in known.items()})
    frame["age_days"] = (pd.to_datetime(frame.day) - last_day).dt.days
    frame = frame[frame.age_days >= 0]
    newest = frame.sort_values("age_days").groupby(["indicator", "period"])[["number", "age_days"]].last()
    frame = frame.join(newest.rename(columns={"number": "final", "age_days": "final_age"}), on=["indicator", "period"])
    settled = frame[frame.final_age >= frame.age_days + SETTLED_AFTER_DAYS]
    ages = (
        settled.groupby(["indicator", "period_type", "age_days"])
        .agg(periods=("period", "nunique"), events=("final", "sum"), then=("number", "sum"))
        .reset_index()
    )
    enough = ages[(ages.periods >= FEWEST_PERIODS) & (ages.events >= FEWEST_EVENTS)].copy()
    enough["complete_share"] = enough.then / enough.events
    return enough[TRIANGLE].reset_index(drop=True)


def days_until_complete(triangle: pd.DataFrame) -> dict[tuple[str, str], int]:
    """(indicator, type of period) -> the age from which on at least 95 % is known, and not much more than all.

    Absent where nothing was measured, or where even the oldest measured age is not complete.
    """
    found: dict[tuple[str, str], int] = {}
    for (indicator, period_type), ages in triangle.groupby(["indicator", "period_type"]):
        ordered = ages.sort_values("age_days", ascending=False)
        days = None
        for age, share in zip(ordered.age_days, ordered.complete_share, strict=True):
            if not COMPLETE_SHARE <= share <= 2 - COMPLETE_SHARE:
                break
            days = int(age)
        if days is not None:
            found[str(indicator), str(period_type)] = days
    return found


def measured(
    con: duckdb.DuckDBPyConnection,
    source: Source,
    accepted: Sequence[Accepted],
    deliveries: Sequence[Delivery],
    mapping: pd.DataFrame,
    today: dt.date | None = None,
) -> tuple[pd.DataFrame, Mapping[tuple[str, str], int]]:
    """Triangle and days until complete of one source. `today`: see `known_on`."""
    triangle = delay_triangle(totals(con, accepted, [known_on(source, one, today) for one in deliveries], mapping))
    return triangle, days_until_complete(triangle)
