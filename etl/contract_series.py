"""A delivery as a whole: periods that came as zeros, gaps, missing areas, unfinished periods, spikes.

Nothing here takes a number away: a period of zeros is named so that it is shown as not delivered, the rest is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from config.errors import Finding, ValuesError
from config.model import Source, TabularSource
from config.vocabulary import AreaLevel
from etl.calendar import parse, periods_between
from etl.contract_rows import Place
from etl.frames import RAW, create

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: From so many events in a usual period none at all is no chance: exp(-7) is less than 1 in 1,000.
USUAL_EVENTS = 7
#: A spike: so many times the usual of the area's own history, from so many periods.
SPIKE_TIMES, SPIKE_PERIODS = 20, 6
#: Values from which all being at most 1 says something about the scale.
SCALE_VALUES = 5
#: Deliveries without an area after which the configuration should say so.
LONG_MISSING = 3
_NAMED = 10


@dataclass(frozen=True)
class History:
    """Earlier deliveries of a source, oldest first: the areas of each, and the mean number of the last."""

    areas: tuple[frozenset[str], ...] = ()
    last_mean: float | None = None


@dataclass(frozen=True)
class Delivered:
    """The accepted rows of one delivery, and what they are judged by."""

    con: duckdb.DuckDBPyConnection
    accepted: str
    source: Source
    place: Place
    areas: AreaTree
    today: dt.date
    history: History | None
    present: frozenset[str] | None = None  # areas that occur, where the caller knows them

    @cached_property
    def periods(self) -> pd.DataFrame:
        """One row per period: period, period_type, total (of absolute numbers), n_numbers, n_withheld; in order."""
        frame = self.con.execute(
            f"""SELECT period, sum(abs(value)) AS total, count(value) AS n_numbers,
                       count(*) FILTER (mark = 'suppressed') AS n_withheld
                FROM "{self.accepted}" GROUP BY period"""
        ).df()
        parsed = {text: parse(text) for text in frame.period}
        frame["period_type"] = [parsed[text].period_type for text in frame.period]
        frame["last_day"] = [parsed[text].last_day for text in frame.period]
        return frame.sort_values(["period_type", "last_day"]).reset_index(drop=True)

    @cached_property
    def delivered_areas(self) -> frozenset[str]:
        if self.present is not None:
            return self.present
        found = self.con.execute(f'SELECT DISTINCT area FROM "{self.accepted}"').fetchall()
        return frozenset(area for (area,) in found)


# --- zeros -----------------------------------------------------------------------------------------------------------


def zero_periods(whole: Delivered) -> tuple[set[str], list[Finding]]:
    """Periods that came as zeros in every area and category of a source that is not so otherwise.

    Raises:
        ValuesError: VAL-011 zeros only, VAL-108 no number at all.
    """
    periods, name = whole.periods, whole.place.name
    n_numbers, n_withheld = int(periods.n_numbers.sum()), int(periods.n_withheld.sum())
    if n_numbers == 0 and n_withheld == 0:
        raise ValuesError("VAL-108", "no cell holds a number", where=name, fix="deliver the file again, filled in")
    zeros = periods[(periods.total == 0) & (periods.n_numbers > 0) & (periods.n_withheld == 0)]
    last = whole.history.last_mean if whole.history else None
    if len(zeros) == len(periods):
        if last == 0:
            return set(), []
        if len(periods) > 1 or not whole.history:
            mean = f"; last delivery mean {last:g}" if last is not None else ""
            fix = "ask the supplier whether the figures were ready, and deliver the file again"
            raise ValuesError("VAL-011", f"all {n_numbers:,} values are 0{mean}", where=name, fix=fix)
        found = set(zeros.period)
    else:
        found = _unlikely_zeros(periods, zeros)
    told = [
        Finding(
            "VAL-012",
            f"{period} came as zeros in every area; shown as not delivered, not as 0",
            name,
            "ask the supplier for this period",
            "warning",
        )
        for period in sorted(found)
    ]
    return found, told


def _unlikely_zeros(periods: pd.DataFrame, zeros: pd.DataFrame) -> set[str]:
    """A small source may have a period without events; a source of many events has none by chance."""
    found: set[str] = set()
    for period_type, group in zeros.groupby("period_type"):
        others = periods[(periods.period_type == period_type) & (periods.total > 0)]
        if len(others) and median(others.total) >= USUAL_EVENTS:
            found |= set(group.period)
    return found


def add_zero_rows(
    whole: Delivered, raw: str, not_delivered: Collection[str], figures: Collection[str]
) -> tuple[str, list[Finding]]:
    """The accepted rows, and a 0 where a source that leaves zeros out has no row for an area that it knows.

    Only for areas that occur in this file or occurred before, in periods that were delivered. A cell whose row was set
    aside stays empty: it is not known to be 0.
    """
    before = frozenset[str]().union(*whole.history.areas) if whole.history else frozenset()
    con, table = whole.con, f"{whole.accepted}__filled"
    con.register("_known", pd.DataFrame({"area": sorted(whole.delivered_areas | before)}, dtype="str"))
    con.register("_late", pd.DataFrame({"period": sorted(not_delivered)}, dtype="str"))
    con.register("_figures", pd.DataFrame({"measure": sorted(figures)}, dtype="str"))
    create(con, table, RAW)
    con.execute(
        f"""
        INSERT INTO "{table}" (area, period, measure, value)
        SELECT area, period, measure, 0
        FROM (SELECT * FROM _known, (SELECT DISTINCT period FROM "{whole.accepted}"),
                            (SELECT DISTINCT measure FROM "{whole.accepted}"))
        ANTI JOIN "{raw}" r USING (area, period, measure)
        WHERE period NOT IN (SELECT period FROM _late) AND measure NOT IN (SELECT measure FROM _figures)
        """
    )
    number = con.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0]
    con.execute(f'INSERT INTO "{table}" SELECT * FROM "{whole.accepted}"')
    for view in ("_known", "_late", "_figures"):
        con.unregister(view)
    if not number:
        return table, []
    what = f"{number:,} cells without a row count as 0 (`zero_rows: omitted`)"
    return table, [Finding("VAL-109", what, whole.place.name, "none needed", "note", number=number)]


# --- scale -----------------------------------------------------------------------------------------------------------


def refuse_scale(whole: Delivered, shares: Collection[str]) -> None:
    """Percentages that are written as parts of 1.

    Raises:
        ValuesError: VAL-007.
    """
    if not isinstance(whole.source, TabularSource) or whole.source.scale != "0-100" or not shares:
        return
    whole.con.register("_shares", pd.DataFrame({"measure": sorted(shares)}, dtype="str"))
    found = whole.con.execute(
        f"""
        SELECT measure FROM "{whole.accepted}" WHERE measure IN (SELECT measure FROM _shares) AND value IS NOT NULL
        GROUP BY measure
        HAVING count(*) >= {SCALE_VALUES} AND min(value) >= 0 AND max(value) <= 1 AND bool_or(value <> trunc(value))
        ORDER BY measure
        """
    ).fetchall()
    whole.con.unregister("_shares")
    columns = whole.source.columns
    named = {indicator: column for column, indicator in whole.source.values.items()}
    if found:
        raise ValuesError.of(
            Finding(
                "VAL-007",
                f"column {named.get(measure, columns.value or columns.count)}: all values at most 1; declared 0-100",
                whole.place.name,
                "set `scale: 0-1`",
            )
            for (measure,) in found
        )


# --- what is told ----------------------------------------------------------------------------------------------------


def tell(whole: Delivered, not_delivered: Collection[str], counts: Sequence[str]) -> list[Finding]:
    """Warnings on a delivery that is accepted."""
    return [
        *_missing_areas(whole),
        *_gaps(whole),
        *_unfinished(whole, not_delivered),
        *_spikes(whole, counts),
    ]


def _missing_areas(whole: Delivered) -> list[Finding]:
    """Areas of a level that the file has, without any row: no data, not 0."""
    found, name = [], whole.place.name
    on_purpose = set(whole.source.missing_on_purpose) if isinstance(whole.source, TabularSource) else set()
    for level in (AreaLevel.MUNICIPALITY, AreaLevel.DISTRICT, AreaLevel.NEIGHBOURHOOD):
        expected = set(whole.areas.codes(level)) - on_purpose
        present = expected & whole.delivered_areas
        missing = sorted(expected - present)
        if not present or not missing:
            continue
        listed = ", ".join(missing[:_NAMED]) + (f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else "")
        what = f'no rows for {listed} ({len(missing)} of {len(expected)}); shown as "no data", not 0'
        found.append(Finding("VAL-022", what, name, "ask the supplier for them", "warning", number=len(missing)))
        earlier = whole.history.areas[1 - LONG_MISSING :] if whole.history else ()
        if len(earlier) == LONG_MISSING - 1 and any(all(code not in one for one in earlier) for code in missing):
            what = f"coverage {len(present)} of {len(expected)} for {LONG_MISSING} deliveries"
            fix = "name the areas under `missing_on_purpose`, or have the delivery repaired"
            found.append(Finding("VAL-023", what, name, fix, "warning", number=len(missing)))
    return found


def _gaps(whole: Delivered) -> list[Finding]:
    found = []
    for _, group in whole.periods.groupby("period_type"):
        present = set(group.period)
        between = periods_between(group.period.iloc[0], group.period.iloc[-1])
        missing = [period for period in between if period not in present]
        if missing:
            listed = ", ".join(missing[:_NAMED]) + (
                f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            )
            what = f"{listed} missing; trend lines show a gap, no interpolation"
            fix = "ask the supplier for it"
            found.append(Finding("VAL-031", what, whole.place.name, fix, "warning", number=len(missing)))
    return found


def _unfinished(whole: Delivered, not_delivered: Collection[str]) -> list[Finding]:
    running = whole.periods[whole.periods.last_day >= whole.today]
    return [
        Finding("VAL-025", f"{period} is not over; loaded as provisional", whole.place.name, "none needed", "warning")
        for period in running.period
        if period not in not_delivered
    ]


def _spikes(whole: Delivered, counts: Sequence[str]) -> list[Finding]:
    """Counts at least 20 times the usual (the median) of the same area and category, told with their usual range.

    Only series whose largest number is far above their mean are looked at: one number in a series of at least six that
    is 20 times the median is more than four times the mean.
    """
    con = whole.con
    con.register("_counts", pd.DataFrame({"measure": list(counts)}, dtype="str"))
    found = con.execute(
        f"""
        WITH suspect AS (
            SELECT area, measure, length(period) AS size, period[6:6] = 'Q' AS is_quarter
            FROM "{whole.accepted}" WHERE value IS NOT NULL GROUP BY ALL
            HAVING max(value) >= {SPIKE_TIMES} AND count(*) >= {SPIKE_PERIODS} AND max(value) > 4 * avg(value)),
        usual AS (
            SELECT area, measure, size, is_quarter, median(value) AS middle, quantile_cont(value, 0.05) AS low,
                   quantile_cont(value, 0.9) AS high
            FROM "{whole.accepted}" r
            JOIN suspect s USING (area, measure)
            WHERE length(r.period) = s.size AND (r.period[6:6] = 'Q') = s.is_quarter AND value IS NOT NULL GROUP BY ALL)
        SELECT r.part, r.row, r.measure, r.area, r.period, r.value, u.low, u.high
        FROM "{whole.accepted}" r JOIN usual u USING (area, measure)
        WHERE length(r.period) = u.size AND (r.period[6:6] = 'Q') = u.is_quarter
          AND r.value >= {SPIKE_TIMES} * greatest(u.middle, 1) AND r.measure IN (SELECT measure FROM _counts)
        ORDER BY r.part, r.row
        """
    ).fetchall()
    con.unregister("_counts")
    told = []
    for part, row, measure, area, period, value, low, high in found[:_NAMED]:
        usual = f"{value:g}, usual {low:.0f}-{high:.0f}"
        what = f"{measure} {area} {period}: {usual}; loaded as delivered, unless a correction says otherwise"
        where = whole.place.of(part, row)
        told.append(Finding("VAL-010", what, where, "ask the supplier whether it is right", "warning"))
    if len(found) > _NAMED:
        what = f"{len(found) - _NAMED} more numbers are {SPIKE_TIMES} times the usual"
        told.append(
            Finding("VAL-010", what, whole.place.name, "ask the supplier", "warning", number=len(found) - _NAMED)
        )
    return told
