"""All indicators of one area, each beside the other areas of its level."""

from __future__ import annotations

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.harm import with_plain_counts
from monitor.queries.indicators import indicators as all_indicators
from monitor.queries.indicators import newest
from monitor.queries.memory import remembered

#: Below this number of areas a distribution says nothing.
MIN_AREAS = 3


@remembered
def profile(snapshot: Snapshot, area_code: str) -> pd.DataFrame:
    """Every indicator of an area in the period that stands for 'now' of that indicator.

    Returns:
        One row per indicator with a period, in screen order: `indicator`, `period`, `period_type`, `status`, `value`,
        `numerator`, `denominator`, `denominator_period`, `lower`, `upper`, `unit`, `source`, `coverage_share`,
        `municipality_value`, and over the areas of the same level that have a value: `n_areas`, `min`, `q1`, `median`,
        `q3`, `max` (empty below `MIN_AREAS` areas, and for the municipality itself).
        `is_at_level` is false where no area of this level has the indicator at all; its status is then
        'not_applicable', and 'not_delivered' where only this area's cell is missing.
    """
    wanted = [
        (found.indicator, found.period, found.period_type, series.position)
        for series in all_indicators(snapshot).values()
        if (found := newest(snapshot, series.indicator)) is not None
    ]
    if not wanted:
        return pd.DataFrame(columns=["indicator", "period", "period_type", "status", "value"])
    names, periods, types, positions = (list(column) for column in zip(*wanted, strict=True))
    frame = snapshot.query(
        f"""
        WITH wanted AS (
            SELECT unnest(?::VARCHAR[]) AS indicator, unnest(?::VARCHAR[]) AS period,
                   unnest(?::VARCHAR[]) AS period_type, unnest(?::INTEGER[]) AS position
        ),
        here AS (SELECT area_level FROM area WHERE area_code = ?),
        cells AS (
            SELECT o.*, w.position FROM observation o
            JOIN wanted w ON w.indicator = o.indicator AND w.period = o.period AND w.period_type = o.period_type
        ),
        spread AS (
            SELECT indicator, count(value) AS n_areas, min(value) AS min, quantile_cont(value, 0.25) AS q1,
                   median(value) AS median, quantile_cont(value, 0.75) AS q3, max(value) AS max
            FROM cells
            WHERE area_level = (SELECT area_level FROM here) AND area_level <> 'municipality' AND value IS NOT NULL
            GROUP BY indicator HAVING count(value) >= {MIN_AREAS}
        ),
        at_level AS (
            SELECT DISTINCT indicator FROM cells WHERE area_level = (SELECT area_level FROM here)
        )
        SELECT w.indicator, w.period, w.period_type,
               coalesce(c.status, if(l.indicator IS NULL, 'not_applicable', 'not_delivered')) AS status,
               l.indicator IS NOT NULL AS is_at_level,
               c.value, c.numerator, c.denominator, c.denominator_period, c.lower, c.upper,
               coalesce(c.unit, i.unit) AS unit, c.source, c.coverage_share, whole.value AS municipality_value,
               s.n_areas, s.min, s.q1, s.median, s.q3, s.max
        FROM wanted w
        JOIN indicator i ON i.indicator = w.indicator
        LEFT JOIN cells c ON c.indicator = w.indicator AND c.area_code = ?
        LEFT JOIN cells whole ON whole.indicator = w.indicator AND whole.area_level = 'municipality'
        LEFT JOIN spread s ON s.indicator = w.indicator
        LEFT JOIN at_level l ON l.indicator = w.indicator
        ORDER BY w.position
        """,
        [names, periods, types, positions, area_code, area_code],
    )
    counted = with_plain_counts(snapshot, frame["indicator"].tolist(), frame.assign(area_code=area_code))
    return counted.drop(columns="area_code")
