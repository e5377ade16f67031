"""How good each source is: the table `source_quality`, and what of it asks for attention.

Counts and shares only; a value of a row never stands here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from config.errors import Finding
from config.model import Source
from config.vocabulary import AreaLevel, PeriodType
from etl.areas import AreaTree
from etl.calendar import parse, periods_between
from etl.cube import AreaAxis
from etl.deliveries import Delivery
from etl.derive import Cells
from etl.timeliness import weeks_late

#: Of all events this share without a known neighbourhood is too much to be silent about (DOMAIN "what goes wrong").
MUCH_UNALLOCATED = 0.05
#: Parts that are so much more than their whole do not add up (DOMAIN, go-live gate: reconciliation ±0.5 %).
MUCH_EXCESS = 0.005
#: So many periods make the newest year of a source.
_YEAR = {PeriodType.YEAR: 1, PeriodType.QUARTER: 4, PeriodType.MONTH: 12, PeriodType.WEEK: 52}
_FINEST = (PeriodType.WEEK, PeriodType.MONTH, PeriodType.QUARTER, PeriodType.YEAR)
#: Columns that count rows and findings of deliveries.
_UNTOLD = (
    "rows_used", "rows_set_aside", "rows_duplicate", "rows_unknown_area", "rows_unknown_category", "checks_failed",
    "checks_noted",
)  # fmt: skip
_LONGEST = (PeriodType.ROLLING_12_MONTHS, PeriodType.YEAR, PeriodType.QUARTER, PeriodType.MONTH)


def unallocated_shares(
    unallocated: pd.DataFrame, cells: Sequence[Cells], axis: AreaAxis, sources: Sequence[str]
) -> dict[str, float]:
    """Per source the share of its events without a known neighbourhood, 0 to 1, in its newest year.

    Taken from the topic of the source that counts most events, which is its total where it gives one.

    Args:
        unallocated: the table of that name (`etl.reconcile.reconcile`). sources: ids in the order of `cells.source`.
    """
    whole_of = _municipality_numbers(cells, axis, sources)
    best: dict[str, tuple[int, dt.date, float, float]] = {}
    columns = (unallocated[name].tolist() for name in ("indicator", "period_type", "period", "unallocated"))
    for indicator, period_type, period, without_place in zip(*columns, strict=True):
        kind = PeriodType(period_type)
        known = whole_of.get((indicator, period))
        if kind not in _LONGEST or known is None or not known[1] > 0 or without_place != without_place:
            continue
        source_id, whole = known
        place = (-_LONGEST.index(kind), parse(period).last_day, whole)
        if source_id not in best or place > best[source_id][:3]:
            best[source_id] = (*place, without_place / whole)
    return {source_id: share for source_id, (*_, share) in best.items()}


def _municipality_numbers(
    cells: Sequence[Cells], axis: AreaAxis, sources: Sequence[str]
) -> dict[tuple[str, str], tuple[str, float]]:
    """(indicator, period) -> (source, number of the municipality)."""
    whole = int(axis.at(AreaLevel.MUNICIPALITY)[0])
    found: dict[tuple[str, str], tuple[str, float]] = {}
    for block in cells:
        for position in np.flatnonzero((block.area == whole) & ~np.isnan(block.numerator)):
            key = (block.indicator.id, block.periods[block.period[position]])
            found[key] = (sources[int(block.source[position])], float(block.numerator[position]))
    return found


def unallocated_findings(shares: dict[str, float], names: dict[str, str]) -> list[tuple[str, Finding]]:
    """A warning per source of which more than 5 % has no known neighbourhood, or of which the parts exceed the whole.

    Args:
        names: source -> name of its newest delivery, to say where.
    """
    return [
        (
            source_id,
            Finding(
                "QUA-001",
                f"{share:.1%} of the events have no known neighbourhood (limit {MUCH_UNALLOCATED:.0%})",
                where=names.get(source_id, source_id),
                fix="ask the supplier to register the place",
                level="warning",
            )
            if share > 0
            else Finding(
                "QUA-003",
                f"the neighbourhoods together are {-share:.1%} more than the municipality (limit {MUCH_EXCESS:.1%})",
                where=names.get(source_id, source_id),
                fix="ask the supplier which of the two is right",
                level="warning",
            ),
        )
        for source_id, share in shares.items()
        if share > MUCH_UNALLOCATED or share < -MUCH_EXCESS
    ]


def late_findings(rows: Sequence[dict[str, Any]]) -> list[tuple[str, Finding]]:
    """A warning per source that should have delivered by now: (source, finding).

    Args:
        rows: see `of_source`.
    """
    return [
        (
            row["source_id"],
            Finding(
                "QUA-002",
                f"{row['weeks_late']} weeks should have come in; the newest is {row['last_period']}",
                where=str(row["last_delivery"]),
                fix="ask the supplier when the delivery comes",
                level="warning",
                number=row["weeks_late"],
            ),
        )
        for row in rows
        if row["weeks_late"]
    ]


def of_source(
    con: duckdb.DuckDBPyConnection, leaf: str, source: Source, deliveries: Sequence[Delivery], tree: AreaTree,
    today: dt.date,
) -> dict[str, Any]:  # fmt: skip
    """What the rows of a source say about themselves: the columns of `source_quality` that no other table gives.

    Args:
        leaf: its accepted rows (columns LEAF). deliveries: those in use, oldest first.
        today: the day that lateness is judged by.
    """
    newest = deliveries[-1]
    kinds = {kind: last for kind, last in _newest_periods(con, leaf).items() if kind in _YEAR}
    row: dict[str, Any] = {
        "source_id": source.id,
        "last_delivery": newest.name,
        "received": max(one.received for one in deliveries).replace(tzinfo=None),
        "last_period": None,
        "weeks_late": None,
        "areas_expected": None,
        "areas_delivered": None,
        "completeness_pct": None,
    }
    kind = next((kind for kind in _FINEST if kind in kinds), None)
    if kind is None:
        return row
    row["last_period"] = kinds[kind]
    if source.delivery.weekday is not None:
        row["weeks_late"] = len(weeks_late(source.delivery, kinds.get(PeriodType.WEEK), today))
    return row | _completeness(con, leaf, kind, kinds[kind], tree)


def _newest_periods(con: duckdb.DuckDBPyConnection, leaf: str) -> dict[PeriodType, str]:
    """The newest period of each length that holds a number or a withheld one."""
    found: dict[PeriodType, str] = {}
    rows = con.execute(f"SELECT DISTINCT period FROM \"{leaf}\" WHERE status <> 'not_delivered'").fetchall()
    for text in sorted((text for (text,) in rows), key=parse):
        found[parse(text).period_type] = text
    return found


def _completeness(
    con: duckdb.DuckDBPyConnection, leaf: str, kind: PeriodType, last: str, tree: AreaTree
) -> dict[str, Any]:
    """Areas and cells that came in, of those expected, over the newest year of periods."""
    first = min((text for (text,) in con.execute(f'SELECT DISTINCT period FROM "{leaf}" WHERE period_type = ?', [kind])
                 .fetchall()), key=parse)  # fmt: skip
    periods = periods_between(first, last)[-_YEAR[kind] :]
    con.register("_year", pd.DataFrame({"period": periods}, dtype="str"))
    con.register("_areas", pd.DataFrame({"area_code": list(tree.frame.area_code)}, dtype="str"))
    levels, n_areas, n_indicators, n_cells = con.execute(
        f"""
        SELECT list(DISTINCT area_level), count(DISTINCT area_code), count(DISTINCT indicator),
               count(DISTINCT (indicator, area_code, period)) FILTER (status <> 'not_delivered')
        FROM "{leaf}" JOIN _year USING (period) JOIN _areas USING (area_code)
        """
    ).fetchall()[0]
    con.unregister("_year")
    con.unregister("_areas")
    expected = sum(len(tree.codes(AreaLevel(level))) for level in levels or ())
    cells = expected * n_indicators * len(periods)
    return {
        "areas_expected": expected or None,
        "areas_delivered": n_areas if expected else None,
        "completeness_pct": 100 * n_cells / cells if cells else None,
    }


def fill_quality(
    con: duckdb.DuckDBPyConnection,
    catalog: str,
    rows: Sequence[dict[str, Any]],
    shares: dict[str, float],
    hides: Collection[str] = (),
) -> None:
    """Fill `source_quality`; the other tables of the snapshot are filled before it, as their rows are counted here.

    Args:
        rows: see `of_source`. shares: see `unallocated_shares`.
        hides: sources of which this edition tells no numbers of rows and findings (`etl.untold`). That such a source
            is late stays: the day of a delivery is no figure. That it is in order cannot be said then.
    """
    untold = ", ".join(f"CASE WHEN NOT is_hidden THEN {column} END AS {column}" for column in _UNTOLD)
    con.register("_quality", pd.DataFrame([{**row, "unallocated": shares.get(row["source_id"])} for row in rows]))
    con.execute(
        f"""
        INSERT INTO {catalog}.source_quality BY NAME
        SELECT * EXCLUDE (is_hidden) REPLACE ({untold}) FROM (
        WITH used AS (
            SELECT source_id, sum(rows_used) AS rows_used FROM {catalog}.delivery GROUP BY source_id),
        aside AS (
            SELECT source_id, count(*) AS rows_set_aside, count(*) FILTER (code = 'VAL-013') AS rows_duplicate,
                   count(*) FILTER (code IN ('VAL-016', 'VAL-101')) AS rows_unknown_area,
                   count(*) FILTER (code = 'VAL-035') AS rows_unknown_category
            FROM {catalog}.quarantine GROUP BY source_id),
        checks AS (
            SELECT source_id, count(*) FILTER (level <> 'note') AS checks_failed,
                   count(*) FILTER (level = 'note') AS checks_noted
            FROM {catalog}.quality_check GROUP BY source_id),
        revised AS (SELECT source_id, count(*) AS cells_revised FROM {catalog}.revision GROUP BY source_id),
        mended AS (
            SELECT source_id, count(DISTINCT (correction_id, area_code, period)) FILTER (state = 'applied') AS applied,
                   count(DISTINCT (correction_id, area_code, period)) FILTER (state = 'expired') AS expired
            FROM {catalog}.correction GROUP BY source_id)
        SELECT q.source_id, q.last_delivery, q.received, q.last_period, q.weeks_late::BIGINT AS weeks_late,
               q.areas_expected::BIGINT AS areas_expected, q.areas_delivered::BIGINT AS areas_delivered,
               q.completeness_pct::DOUBLE AS completeness_pct, used.rows_used,
               coalesce(aside.rows_set_aside, 0) AS rows_set_aside, coalesce(aside.rows_duplicate, 0) AS rows_duplicate,
               coalesce(aside.rows_unknown_area, 0) AS rows_unknown_area,
               coalesce(aside.rows_unknown_category, 0) AS rows_unknown_category,
               100 * q.unallocated::DOUBLE AS unallocated_share_pct,
               coalesce(checks.checks_failed, 0) AS checks_failed, coalesce(checks.checks_noted, 0) AS checks_noted,
               coalesce(revised.cells_revised, 0) AS cells_revised,
               coalesce(mended.applied, 0) AS corrections_applied, coalesce(mended.expired, 0) AS corrections_expired,
               CASE WHEN q.weeks_late > 0 THEN 'late' WHEN hidden.source_id IS NOT NULL THEN NULL
                    WHEN checks.checks_failed > 0 THEN 'attention' ELSE 'good' END AS state,
               hidden.source_id IS NOT NULL AS is_hidden
        FROM _quality q LEFT JOIN used USING (source_id) LEFT JOIN aside USING (source_id)
        LEFT JOIN checks USING (source_id) LEFT JOIN revised USING (source_id) LEFT JOIN mended USING (source_id)
        LEFT JOIN (SELECT unnest(?::VARCHAR[]) AS source_id) hidden USING (source_id))
        """,
        [sorted(hides)],
    )
    con.unregister("_quality")
