"""How good each source is, what was corrected or withdrawn, and what its supplier should mend."""

from __future__ import annotations

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.memory import remembered


@remembered
def source_quality(snapshot: Snapshot) -> pd.DataFrame:
    """One row per source (columns of table `source_quality`, and those of `source`): what asks for attention first."""
    return snapshot.query(
        """
        SELECT q.*, s.kind, s.publication, s.practice, s.position,
               (SELECT count(*) FROM delivery d WHERE d.source_id = q.source_id) AS n_deliveries,
               (SELECT count(*) FROM indicator i WHERE i.source_id = q.source_id) AS n_indicators
        FROM source_quality q LEFT JOIN source s USING (source_id)
        ORDER BY list_position(['late', 'attention', 'good'], q.state), q.checks_failed DESC, s.position, q.source_id
        """,
        [],
    )


@remembered
def corrections(snapshot: Snapshot) -> pd.DataFrame:
    """Corrected cells, expired ones first: one row per decision, area and period, whatever indicators it feeds.

    Returns:
        `correction_id`, `source_id`, `state`, `action`, `category`, `area_code`, `area_name`, `period`, `delivered`,
        `value`, `reason`, `decided_by`, `date`.
    """
    return snapshot.query(
        """
        SELECT DISTINCT c.correction_id, c.source_id, c.state, c.action, c.category, c.area_code, a.area_name, c.period,
               c.delivered, c.value, c.reason, c.decided_by, c.date
        FROM correction c LEFT JOIN (SELECT DISTINCT area_code, area_name FROM area) a USING (area_code)
        ORDER BY list_position(['expired', 'applied'], c.state), c.date DESC, c.correction_id, c.period, c.area_code
        """,
        [],
    )


@remembered
def withdrawals(snapshot: Snapshot) -> pd.DataFrame:
    """Deliveries out of use, newest first (columns of table `withdrawal`)."""
    return snapshot.query("SELECT * FROM withdrawal ORDER BY withdrawn DESC, source_id, name", [])


@remembered
def feedback(snapshot: Snapshot, source_id: str) -> pd.DataFrame:
    """What the supplier of a source should mend, most rows first: rows set aside, and findings that ask for attention.

    Codes and counts only: a row may hold what should not be told.

    Returns:
        `delivery` (name of the file), `code`, `what_nl`, `what`, `number`, `codes` (area codes and categories, at most
        ten), `fix_nl`, `fix`.
    """
    return snapshot.query(
        """
        WITH aside AS (
            SELECT d.name AS delivery, q.code, any_value(q.reason) AS reason, count(*) AS number,
                   array_to_string(list_sort(list_distinct(list(coalesce(
                       CASE WHEN q.code IN ('VAL-035') THEN q.measure WHEN q.code IN ('VAL-026', 'VAL-028', 'VAL-107')
                            THEN q.period ELSE q.area END, ''))))[:10], ', ') AS codes
            FROM quarantine q LEFT JOIN delivery d ON d.sha256 = q.delivery AND d.source_id = q.source_id
            WHERE q.source_id = ? GROUP BY d.name, q.code),
        told AS (
            SELECT place AS delivery, code, what_nl, what, number, '' AS codes, fix_nl, fix FROM quality_check
            WHERE source_id = ? AND level <> 'note'),
        words AS (
            SELECT code, any_value(what_nl) AS what_nl, any_value(what) AS what, any_value(fix_nl) AS fix_nl,
                   any_value(fix) AS fix
            FROM quality_check WHERE source_id = ? GROUP BY code)
        SELECT a.delivery, a.code, coalesce(w.what_nl, a.reason) AS what_nl, coalesce(w.what, a.reason) AS what,
               a.number, a.codes, coalesce(w.fix_nl, '') AS fix_nl, coalesce(w.fix, '') AS fix
        FROM aside a LEFT JOIN words w USING (code)
        UNION ALL BY NAME
        SELECT * FROM told WHERE code NOT IN (SELECT code FROM aside)
        ORDER BY number DESC NULLS LAST, code, delivery
        """,
        [source_id, source_id, source_id],
    )
