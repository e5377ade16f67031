"""Which delivery made each figure: per source, indicator and period, as the rows are laid over each other.

Per period and category the newest delivery gives all areas at once (DESIGN 1), so this is known without a note at each
cell: a few thousand rows say it of millions. Sums over areas, months or members of a group come from the deliveries of
their parts; `monitor.queries.lineage` follows them.
"""

from __future__ import annotations

import duckdb
import pandas as pd

from config.load import Configured
from config.model import StatlineSource
from config.vocabulary import AreaLevel
from etl.calendar import period_type_of
from etl.deliveries import Delivery

COLUMNS = ["source_id", "indicator", "period_type", "period", "delivery", "cells", "levels", "categories"]
_LEVELS = {"GM": AreaLevel.MUNICIPALITY, "WK": AreaLevel.DISTRICT, "BU": AreaLevel.NEIGHBOURHOOD}


def fed_by(con: duckdb.DuckDBPyConnection, raw: str, mapping: pd.DataFrame, source_id: str) -> pd.DataFrame:
    """The rows of table `lineage` of one source.

    Args:
        raw: RAW columns plus `delivery`, of all deliveries laid over each other (`etl.conform.lay_over`).
        mapping: which measure feeds which indicator (`etl.conform.feeds`).

    Returns:
        COLUMNS, one row per indicator, period and delivery, in that order.
    """
    con.register("_feeds", mapping)
    found = con.execute(
        f"""
        SELECT f.indicator, r.period, r.delivery, count(*) AS cells,
               list_sort(list(DISTINCT r.area[1:2])) AS heads, list_sort(list(DISTINCT r.measure)) AS categories
        FROM "{raw}" r JOIN _feeds f USING (measure) WHERE r.delivery IS NOT NULL
        GROUP BY f.indicator, r.period, r.delivery ORDER BY ALL
        """
    ).fetchall()
    con.unregister("_feeds")
    rows = [
        (
            source_id, indicator, str(period_type_of(period)), period, delivery, cells,
            ",".join(dict.fromkeys(str(_LEVELS.get(head, AreaLevel.CUSTOM)) for head in heads)), ",".join(categories),
        )
        for indicator, period, delivery, cells, heads, categories in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def withdrawals(deliveries: list[Delivery]) -> pd.DataFrame:
    """The rows of table `withdrawal`: who did it stands in the log of the municipality, not in a published file."""
    rows = [
        {
            "source_id": one.source_id,
            "sha256": one.sha256,
            "name": one.name,
            "received": one.received.replace(tzinfo=None),
            "withdrawn": pd.Timestamp(one.withdrawn.at).tz_convert(None),
            "reason": one.withdrawn.reason,
        }
        for one in deliveries
        if one.withdrawn is not None
    ]
    return pd.DataFrame(rows)


def sources(configured: Configured) -> pd.DataFrame:
    """The rows of table `source`: what each source of the municipality is, in order of precedence."""
    rows = [
        {
            "source_id": source.id,
            "position": position,
            "kind": str(source.kind),
            "table_id": source.table if isinstance(source, StatlineSource) else None,
            "publication": str(source.effective_publication),
            "practice": source.practice,
            "legal_basis": source.legal_basis,
            "purpose": source.purpose,
            "retention_months": source.retention_months,
        }
        for position, source in enumerate(configured.municipality.sources, start=1)
    ]
    return pd.DataFrame(rows)
