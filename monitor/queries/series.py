"""Figures through time and over areas."""

from __future__ import annotations

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.harm import with_plain_counts
from monitor.queries.memory import remembered

#: What a cell of a series or a table of areas says; of a harm score `numerator` is the number of offences, not of days.
CELL = (
    "o.period",
    "o.value",
    "o.numerator",
    "o.denominator",
    "o.rate",
    "o.lower",
    "o.upper",
    "o.status",
    "o.unit",
    "o.source",
    "o.source_id",
    "o.denominator_period",
    "o.coverage_share",
    "o.estimated_share",
)


@remembered
def series(snapshot: Snapshot, indicator: str, area_code: str, period_type: str) -> pd.DataFrame:
    """One indicator of one area through time.

    Returns:
        One row per period of the source, oldest first: the columns of `CELL` (without prefix), `first_day`, `last_day`.
        A period without a figure is a row too, with its status.
    """
    frame = snapshot.query(
        f"""
        SELECT {", ".join(CELL)}, p.first_day, p.last_day, o.area_code
        FROM observation o JOIN period p ON p.period = o.period AND p.period_type = o.period_type
        WHERE o.indicator = ? AND o.area_code = ? AND o.period_type = ?
        ORDER BY p.last_day
        """,
        [indicator, area_code, period_type],
    )
    return with_plain_counts(snapshot, [indicator] * len(frame), frame)


@remembered
def table_of_areas(snapshot: Snapshot, indicator: str, level: str, period: str) -> pd.DataFrame:
    """One indicator of all areas of a level in one period, by name of the area.

    Returns:
        Every area of the level: `area_code`, `area_name`, `parent`, `has_figures`, and the columns of `CELL`. An area
        without a row in this period has status 'not_applicable' where no source delivers it, else 'not_delivered'.
    """
    cells = ", ".join(column for column in CELL if column not in ("o.status", "o.period"))
    frame = snapshot.query(
        f"""
        SELECT a.area_code, a.area_name, a.parent, a.has_figures, ? AS period, {cells},
               coalesce(o.status, CASE WHEN a.has_figures THEN 'not_delivered' ELSE 'not_applicable' END) AS status
        FROM area a
        LEFT JOIN observation o ON o.area_code = a.area_code AND o.indicator = ? AND o.period = ?
        WHERE a.area_level = ?
        ORDER BY a.area_name, a.area_code
        """,
        [period, indicator, period, level],
    )
    return with_plain_counts(snapshot, [indicator] * len(frame), frame)


@remembered
def periods_of(snapshot: Snapshot, indicator: str, period_type: str) -> tuple[str, ...]:
    """Periods of one length in which an indicator has a figure in any area, oldest first."""
    frame = snapshot.query(
        """
        SELECT p.period FROM period p
        WHERE p.period_type = ? AND EXISTS (
            SELECT 1 FROM observation o
            WHERE o.indicator = ? AND o.period = p.period AND o.period_type = p.period_type
              AND (o.value IS NOT NULL OR o.numerator IS NOT NULL))
        ORDER BY p.last_day
        """,
        [period_type, indicator],
    )
    return tuple(str(period) for period in frame["period"])


@remembered
def cell(snapshot: Snapshot, indicator: str, area_code: str, period: str) -> pd.Series | None:
    """One figure with all its columns and the days of its period, or None where there is no such cell."""
    frame = snapshot.query(
        f"""
        SELECT {", ".join(CELL)}, o.area_code, o.area_name, o.area_level, p.first_day, p.last_day
        FROM observation o JOIN period p ON p.period = o.period AND p.period_type = o.period_type
        WHERE o.indicator = ? AND o.area_code = ? AND o.period = ?
        """,
        [indicator, area_code, period],
    )
    return None if frame.empty else with_plain_counts(snapshot, [indicator], frame).iloc[0]
