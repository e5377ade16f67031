"""Known mistakes of a source, mended cell by cell before its rows become figures.

A correction holds as long as the source says what was found wrong. Does it say something else, the source was mended or
the correction was a mistake: the correction expires, is not applied, and the load tells it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import duckdb
import pandas as pd

from config.corrections import CorrectedCell, Correction, categories_of_indicator
from config.errors import Finding
from config.model import Indicator, Source

COLUMNS = [
    "correction_id", "source_id", "indicator", "category", "area_code", "period", "action", "delivered", "value",
    "state", "delivery", "reason", "decided_by", "date",
]  # fmt: skip
#: Numbers of a source are whole or have few decimals.
_SAME = 1e-9


@dataclass(frozen=True)
class Outcome:
    """What became of one cell of a correction."""

    correction: Correction
    cell: CorrectedCell
    category: str
    state: Literal["applied", "expired"]
    delivery: str | None


@dataclass(frozen=True)
class Corrected:
    """The rows of a source after its corrections."""

    table: str  # RAW columns plus `delivery`
    outcomes: tuple[Outcome, ...] = ()

    def rows(self, mapping: pd.DataFrame) -> pd.DataFrame:
        """The rows of table `correction`: one per cell and indicator that it feeds (`etl.conform.feeds`)."""
        rows: list[dict[str, Any]] = []
        for one in self.outcomes:
            entry, cell = one.correction, one.cell
            for indicator in mapping.indicator[mapping.measure == one.category]:
                rows.append(
                    {
                        "correction_id": entry.id, "source_id": entry.source, "indicator": indicator,
                        "category": one.category, "area_code": cell.area, "period": cell.period,
                        "action": entry.action, "delivered": cell.delivered, "value": cell.value, "state": one.state,
                        "delivery": one.delivery, "reason": entry.reason, "decided_by": entry.decided_by,
                        "date": entry.date,
                    }
                )  # fmt: skip
        return pd.DataFrame(rows, columns=COLUMNS)

    def findings(self, where: str) -> list[Finding]:
        """Corrections that expired: one warning each, with the number of cells."""
        found: dict[str, int] = {}
        for one in self.outcomes:
            if one.state == "expired":
                found[one.correction.id] = found.get(one.correction.id, 0) + 1
        return [
            Finding(
                "COR-001",
                f"correction `{name}`: the source does not say what was corrected any more "
                f"({number:,} {'cell' if number == 1 else 'cells'}); not applied",
                where,
                "remove it from the file of corrections, or look at the new figure and correct that",
                "warning",
                number=number,
            )
            for name, number in found.items()
        ]


def correct(
    con: duckdb.DuckDBPyConnection,
    raw: str,
    source: Source,
    corrections: Sequence[Correction],
    indicators: dict[str, Indicator],
) -> Corrected:
    """The rows of a source with its corrections; `raw` itself where none applies.

    Args:
        raw: RAW columns plus `delivery`, of all deliveries laid over each other (`etl.conform.lay_over`).
        corrections: of the municipality; those of other sources are passed over.
    """
    outcomes = [
        _judge(con, raw, entry, cell, _category(entry, source, indicators))
        for entry in corrections
        if entry.source == source.id
        for cell in entry.cells
    ]
    applied = [one for one in outcomes if one.state == "applied"]
    if not applied:
        return Corrected(raw, tuple(outcomes))
    con.register(
        "_mended",
        pd.DataFrame(
            {
                "area": [one.cell.area for one in applied],
                "period": [one.cell.period for one in applied],
                "measure": [one.category for one in applied],
                "new_value": pd.array([one.cell.value for one in applied], dtype="Float64"),
                "delivery": [one.delivery for one in applied],
            }
        ),
    )
    table = f"{raw}__corrected"
    con.execute(
        f"""
        CREATE OR REPLACE TABLE "{table}" AS
        SELECT r.* REPLACE (
                   CASE WHEN m.measure IS NULL THEN r.value ELSE m.new_value END AS value,
                   CASE WHEN m.measure IS NULL THEN r.mark WHEN m.new_value IS NULL THEN 'missing'
                        WHEN r.mark = 'provisional' THEN r.mark END AS mark,
                   CASE WHEN m.measure IS NULL THEN r.lower END AS lower,
                   CASE WHEN m.measure IS NULL THEN r.upper END AS upper)
        FROM "{raw}" r LEFT JOIN _mended m ON m.area = r.area AND m.period = r.period AND m.measure = r.measure
        UNION ALL BY NAME
        SELECT area, period, measure, new_value AS value, delivery FROM _mended m
        WHERE NOT EXISTS (FROM "{raw}" r WHERE r.area = m.area AND r.period = m.period AND r.measure = m.measure)
        """
    )
    con.unregister("_mended")
    return Corrected(table, tuple(outcomes))


def _category(entry: Correction, source: Source, indicators: dict[str, Indicator]) -> str:
    """The category of the source that a correction is about; the configuration made sure that there is one."""
    if entry.category is not None:
        return entry.category
    return categories_of_indicator(source, indicators.get(str(entry.indicator)))[0]


def _judge(con: duckdb.DuckDBPyConnection, raw: str, entry: Correction, cell: CorrectedCell, category: str) -> Outcome:
    """Does the source still say what the correction is about?"""
    found = con.execute(
        f'SELECT value, mark, delivery FROM "{raw}" WHERE area = ? AND period = ? AND measure = ?',
        [cell.area, cell.period, category],
    ).fetchall()
    if entry.action == "add":
        is_empty = all(value is None and mark == "missing" for value, mark, _ in found)
        delivery = _delivery_of(con, raw, cell, category) if is_empty else None
        return Outcome(entry, cell, category, "applied" if delivery else "expired", delivery)
    if len(found) != 1:
        return Outcome(entry, cell, category, "expired", None)
    value, _, delivery = found[0]
    holds = value is not None and cell.delivered is not None and abs(value - cell.delivered) <= _SAME
    return Outcome(entry, cell, category, "applied" if holds else "expired", delivery)


def _delivery_of(con: duckdb.DuckDBPyConnection, raw: str, cell: CorrectedCell, category: str) -> str | None:
    """The delivery that leaves a cell out: it gives this period and category for other areas, and the area elsewhere.

    None where the source knows no such area, period or category: a cell is added to what came in, never beside it.
    """
    found = con.execute(
        f"""SELECT max(delivery) FILTER (period = ? AND measure = ?), bool_or(area = ?) FROM "{raw}" """,
        [cell.period, category, cell.area],
    ).fetchall()[0]
    return str(found[0]) if found[0] and found[1] else None
