"""Outlines of the neighbourhoods, for pictures that are not drawn by the browser."""

from __future__ import annotations

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.memory import remembered


@remembered
def outlines(snapshot: Snapshot) -> pd.DataFrame:
    """`area_code` and `geometry` (WKB in degrees, EPSG:4326) of every neighbourhood of the vintage on screen."""
    return snapshot.query(
        """
        SELECT area_code, geometry FROM area
        WHERE area_level = 'neighbourhood' AND vintage = (SELECT vintage FROM municipality) ORDER BY area_code
        """,
        [],
    )
