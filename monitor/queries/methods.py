"""What the methods were measured to do in this municipality: delay triangle, series judged, features of peers."""

from __future__ import annotations

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.memory import remembered


@remembered
def maturity(snapshot: Snapshot) -> pd.DataFrame:
    """The delay triangle, all indicators of a source together.

    Returns:
        One row per source, length of period and age: `source_id`, `period_type`, `age_days`, `periods` (most measured
        of one indicator), `complete_share` (weighed by events; 1 is all that is known now). Empty where nothing was
        delivered twice.
    """
    return snapshot.query(
        """
        SELECT source_id, period_type, age_days, max(periods) AS periods,
               sum(complete_share * events) / sum(events) AS complete_share
        FROM maturity WHERE events > 0
        GROUP BY ALL ORDER BY source_id, period_type, age_days
        """,
        [],
    )


@remembered
def runs(snapshot: Snapshot) -> pd.DataFrame:
    """Series judged per level and rhythm in this load: `area_level`, `period_type`, `n_tested`, `expected_false`."""
    return snapshot.query(
        """
        SELECT a.area_level, v.period_type, max(v.n_tested) AS n_tested, max(v.expected_false) AS expected_false
        FROM verdict v JOIN area a USING (area_code)
        GROUP BY a.area_level, v.period_type
        ORDER BY list_position(['municipality', 'district', 'neighbourhood', 'custom'], a.area_level), v.period_type
        """,
        [],
    )


@remembered
def peer_features(snapshot: Snapshot) -> tuple[str, ...]:
    """Ids of the context indicators that make own neighbourhoods alike; empty where there are no peers."""
    frame = snapshot.query("SELECT DISTINCT features FROM peer WHERE scope = 'own' ORDER BY features", [])
    return tuple(frame["features"].iloc[0].split(", ")) if len(frame) else ()
