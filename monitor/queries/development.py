"""One series through time, looked at deeper: control chart, season, trend, moments of change, the months ahead.

Worked out when somebody asks for it and then kept. What takes seconds to import is imported here, not with the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from config.vocabulary import UNIT_BASE, Unit
from etl import calendar
from etl.snapshot import Snapshot
from monitor.queries.indicators import indicators
from monitor.queries.memory import remembered

if TYPE_CHECKING:
    from etl.statistics.forecast import Forecast
    from etl.statistics.seasonal import Season
    from etl.statistics.spc import ControlChart
    from etl.statistics.trend import Trend

#: Months on a control chart; months looked ahead.
ON_CHART, AHEAD = 36, 6

#: Catalogue word -> which way is better on a control chart.
_BETTER = {"higher_is_worse": "decrease", "higher_is_better": "increase"}


@dataclass(frozen=True)
class Change:
    """A month around which the level seems to have changed, with the mean per month before and from it on."""

    period: str
    before: float
    after: float


@dataclass(frozen=True, eq=False)
class Development:
    """One indicator of one area by month.

    months: see `months`. first: position of the first month on the chart. unit_scale: points of the chart are events
    times this (1 for counts; rates per year of the unit's base for u charts).
    """

    months: pd.DataFrame
    first: int
    chart: ControlChart
    unit_scale: float
    season: Season
    trend: Trend
    changes: tuple[Change, ...]
    ahead: Forecast
    periods_ahead: tuple[str, ...]


@remembered
def months(snapshot: Snapshot, indicator: str, area_code: str) -> pd.DataFrame:
    """Complete months of a series, without a hole in the calendar.

    Returns:
        One row per month, oldest first: `period`, `last_day`, `count` (NaN: not delivered or provisional), `people`
        (NaN without a denominator), `is_usable` (from the last change in the way of counting on). It ends with the
        newest month that is complete. Empty where there is none.
    """
    frame = snapshot.query(
        """
        SELECT o.period, o.numerator, o.denominator, coalesce(o.numerator_status, o.status) AS status
        FROM observation o
        WHERE o.indicator = ? AND o.area_code = ? AND o.period_type = 'month'
        ORDER BY o.period
        """,
        [indicator, area_code],
    )
    breaks = snapshot.query(
        "SELECT max(date) AS date FROM series_break WHERE indicator = ? AND (area_code IS NULL OR area_code = ?)",
        [indicator, area_code],
    )
    # A number that is partly redistributed over changed boundaries is no whole number; tests of counts need one.
    counts = pd.to_numeric(frame["numerator"]).round().where(frame["status"] != "provisional")
    known = np.flatnonzero(counts.notna())
    columns = ["period", "last_day", "count", "people", "is_usable"]
    if not known.size:
        return pd.DataFrame(columns=columns)
    of_period = frame.assign(count=counts).iloc[known[0] : known[-1] + 1].set_index("period")
    every = calendar.periods_between(str(of_period.index[0]), str(of_period.index[-1]))
    found = of_period.reindex(every)
    parsed = [calendar.parse(period) for period in every]
    last_break = pd.Timestamp(breaks["date"].iloc[0])
    starts = pd.Series([pd.Timestamp(one.first_day) for one in parsed])
    return pd.DataFrame(
        {
            "period": every,
            "last_day": [pd.Timestamp(one.last_day) for one in parsed],
            "count": found["count"].to_numpy(dtype=float),
            "people": pd.to_numeric(found["denominator"]).to_numpy(dtype=float),
            "is_usable": True if pd.isna(last_break) else (starts >= last_break).to_numpy(),
        }
    )


@remembered
def development(snapshot: Snapshot, indicator: str, area_code: str) -> Development | None:
    """All that is said of a series; None where there are no complete months."""
    from etl.statistics.change_points import change_points
    from etl.statistics.forecast import forecast
    from etl.statistics.seasonal import decompose
    from etl.statistics.spc import U_LANEY, U, control_chart
    from etl.statistics.trend import trend_per_year

    frame = months(snapshot, indicator, area_code)
    usable = np.flatnonzero(frame["is_usable"])
    if not usable.size:
        return None
    series = indicators(snapshot)[indicator]
    counts = frame["count"].to_numpy()
    people = frame["people"].to_numpy()
    exposure = None if np.isnan(people).all() else people
    first_usable = int(usable[0])
    season = decompose(counts, first_usable=first_usable)
    first = max(first_usable, counts.size - ON_CHART)
    base = UNIT_BASE.get(Unit(series.unit), 1)
    chart = control_chart(
        counts[first:],
        exposure=None if exposure is None else exposure[first:] / 12,
        adjusted=season.adjusted[first:] if season.is_seasonal else None,
        better=_BETTER.get(series.direction, "neutral"),  # type: ignore[arg-type]
    )
    level = season.adjusted if season.is_seasonal else counts
    found = change_points(level, first_usable=first_usable)
    ahead = forecast(counts, AHEAD, exposure=exposure, first_usable=first_usable)
    return Development(
        frame,
        first,
        chart,
        float(base) if chart.kind in (U, U_LANEY) else 1.0,
        season,
        trend_per_year(counts, exposure=exposure, first_usable=first_usable),
        _changes(frame, level, found, first_usable),
        ahead,
        tuple(calendar.next(str(frame["period"].iloc[-1]), step) for step in range(1, AHEAD + 1)),
    )


def _changes(frame: pd.DataFrame, level: np.ndarray, found: tuple[int, ...], first_usable: int) -> tuple[Change, ...]:
    """Each change with the mean of the months on both sides, up to the change next to it."""
    ends = [first_usable, *found, level.size]
    return tuple(
        Change(
            str(frame["period"].iloc[ends[place]]),
            float(np.nanmean(level[ends[place - 1] : ends[place]])),
            float(np.nanmean(level[ends[place] : ends[place + 1]])),
        )
        for place in range(1, len(ends) - 1)
    )
