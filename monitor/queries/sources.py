"""The state of the data: deliveries, what was found in them, what does not add up."""

from __future__ import annotations

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.memory import remembered


@remembered
def deliveries(snapshot: Snapshot) -> pd.DataFrame:
    """The deliveries this snapshot was built from, newest first within a source (columns of table `delivery`)."""
    return snapshot.query("SELECT * FROM delivery ORDER BY source_id, received DESC, name", [])


@remembered
def sources(snapshot: Snapshot) -> pd.DataFrame:
    """One row per source.

    Returns:
        `source_id`, `n_deliveries`, `rows_read`, `rows_used`, `rows_skipped`, `rows_quarantined`, `received` (newest),
        `name` (newest delivery), `last_period` (latest period of its deliveries), `practice`, `publication`,
        `n_indicators` (series it gives), `n_findings` (warnings), `n_set_aside` (rows in quarantine).
    """
    return snapshot.query(
        """
        SELECT d.source_id, count(*) AS n_deliveries,
               sum(d.rows_read) AS rows_read, sum(d.rows_used) AS rows_used, sum(d.rows_skipped) AS rows_skipped,
               sum(d.rows_quarantined) AS rows_quarantined, max(d.received) AS received,
               max_by(d.name, d.received) AS name, max(d.last_period) AS last_period,
               min(d.first_period) AS first_period, bool_or(d.practice) AS practice,
               any_value(d.publication) AS publication,
               (SELECT count(*) FROM indicator i WHERE i.source_id = d.source_id) AS n_indicators,
               (SELECT count(*) FROM quality_check q
                WHERE q.source_id = d.source_id AND q.level <> 'note') AS n_findings,
               (SELECT count(*) FROM quarantine q WHERE q.source_id = d.source_id) AS n_set_aside
        FROM delivery d GROUP BY d.source_id ORDER BY d.source_id
        """,
        [],
    )


@remembered
def findings(snapshot: Snapshot) -> pd.DataFrame:
    """What a reader of the figures should know: warnings first (columns of table `quality_check`)."""
    return snapshot.query(
        """
        SELECT * FROM quality_check
        ORDER BY list_position(['error', 'warning', 'note'], level), source_id, code, place
        """,
        [],
    )


@remembered
def findings_by_kind(snapshot: Snapshot) -> pd.DataFrame:
    """The same findings, one row per source, code and text: a remark on forty files is one remark.

    Returns:
        `source_id`, `code`, `level`, `what_nl`, `what`, `fix_nl`, `fix`, `n_places`, `places` (at most three),
        `number` (sum).
    """
    return snapshot.query(
        """
        SELECT source_id, code, level, what_nl, what, fix_nl, fix, count(*) AS n_places,
               array_to_string(list_sort(list(place))[:3], ', ') AS places, sum(number) AS number
        FROM quality_check GROUP BY source_id, code, level, what_nl, what, fix_nl, fix
        ORDER BY list_position(['error', 'warning', 'note'], level), source_id, code, what
        """,
        [],
    )


@remembered
def quarantine_summary(snapshot: Snapshot) -> pd.DataFrame:
    """Rows set aside, counted per source, code and reason: `source_id`, `code`, `reason`, `n_rows`, `n_areas`."""
    return snapshot.query(
        """
        SELECT source_id, code, reason, count(*) AS n_rows, count(DISTINCT area) AS n_areas
        FROM quarantine GROUP BY ALL ORDER BY source_id, n_rows DESC, code
        """,
        [],
    )


@remembered
def unallocated(snapshot: Snapshot, indicator: str, period: str) -> pd.Series | None:
    """How far the neighbourhoods are from the whole: `whole`, `parts`, `unallocated`, `origin`; None where unknown."""
    frame = snapshot.query("SELECT * FROM unallocated WHERE indicator = ? AND period = ?", [indicator, period])
    return None if frame.empty else frame.iloc[0]


@remembered
def unallocated_newest(snapshot: Snapshot) -> pd.DataFrame:
    """Per indicator the newest year of months (else the newest year) that has an own row of the municipality.

    Returns:
        `indicator`, `period`, `whole`, `parts`, `unallocated`, `origin`, `position`.
    """
    return snapshot.query(
        """
        SELECT u.indicator, u.period, u.whole, u.parts, u.unallocated, u.origin, i.position
        FROM unallocated u
        JOIN period p ON p.period = u.period AND p.period_type = u.period_type
        JOIN indicator i ON i.indicator = u.indicator
        QUALIFY row_number() OVER (
            PARTITION BY u.indicator
            ORDER BY list_position(['rolling_12_months', 'year', 'quarter', 'month', 'rolling_4_weeks', 'week'],
                                   u.period_type), p.last_day DESC) = 1
        ORDER BY i.position
        """,
        [],
    )


@remembered
def newest_by_source(snapshot: Snapshot) -> pd.DataFrame:
    """Per source and length of period: the newest period with a figure; the finest length first.

    Returns:
        `source_id`, `period_type`, `period`, `last_day`, `n_indicators`, `n_provisional` (cells of that period that
        will be revised).
    """
    return snapshot.query(
        """
        WITH per_period AS (
            SELECT o.source_id, o.period_type, o.period, p.last_day,
                   count(DISTINCT o.indicator) AS n_indicators,
                   count(*) FILTER (o.status = 'provisional') AS n_provisional
            FROM observation o JOIN period p ON p.period = o.period AND p.period_type = o.period_type
            WHERE (o.value IS NOT NULL OR o.numerator IS NOT NULL)
              AND o.period_type NOT IN ('rolling_12_months', 'rolling_4_weeks')
            GROUP BY ALL
        )
        SELECT source_id, period_type, max_by(period, last_day) AS period, max(last_day) AS last_day,
               max_by(n_indicators, last_day) AS n_indicators, max_by(n_provisional, last_day) AS n_provisional
        FROM per_period GROUP BY source_id, period_type
        ORDER BY source_id, list_position(['week', 'month', 'quarter', 'year'], period_type)
        """,
        [],
    )


@remembered
def statuses(snapshot: Snapshot) -> pd.DataFrame:
    """How many cells have which status, per source: `source_id`, `status`, `n_cells`."""
    return snapshot.query(
        """
        SELECT source_id, status, count(*) AS n_cells FROM observation
        WHERE source_id IS NOT NULL GROUP BY ALL ORDER BY source_id, status
        """,
        [],
    )


@remembered
def revisions(snapshot: Snapshot) -> pd.DataFrame:
    """What changed since the snapshot before, per source and indicator.

    Returns:
        `source_id`, `indicator`, `old_load`, `new_load`, `n_cells`, `n_new`, `n_gone`, `n_changed`, `first_period`,
        `last_period`, `largest` (the largest change of a number, in events).
    """
    return snapshot.query(
        """
        SELECT source_id, indicator, any_value(old_load) AS old_load, any_value(new_load) AS new_load,
               count(*) AS n_cells,
               count(*) FILTER (old_status IS NULL) AS n_new,
               count(*) FILTER (new_status IS NULL) AS n_gone,
               count(*) FILTER (old_status IS NOT NULL AND new_status IS NOT NULL) AS n_changed,
               min(period) AS first_period, max(period) AS last_period,
               max(abs(new_numerator - old_numerator)) AS largest
        FROM revision GROUP BY source_id, indicator ORDER BY source_id, indicator
        """,
        [],
    )


@remembered
def facts(snapshot: Snapshot) -> dict[str, str]:
    """The facts about this snapshot (table `meta`) by key: load_id, built_at, content_hash, today, …"""
    frame = snapshot.query("SELECT key, value FROM meta ORDER BY key", [])
    return {str(row.key): "" if pd.isna(row.value) else str(row.value) for row in frame.itertuples()}
