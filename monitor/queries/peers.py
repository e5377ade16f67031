"""Which neighbourhoods are alike in context: in this municipality, and elsewhere by open key figures."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.memory import remembered


@dataclass(frozen=True)
class ComparedWith:
    """What neighbourhoods elsewhere were looked for in: the file of a source, of a year. `reason`: why there are none
    for the whole municipality, a word of `etl.peers_elsewhere.Reason`; empty where there are."""

    source_id: str
    year: str
    reason: str


@remembered
def peers_of(snapshot: Snapshot, area_code: str) -> pd.DataFrame:
    """Areas of this municipality like this one, nearest first: `area_code`, `area_name`, `distance`, `kept_share`,
    `is_stable`, `features` (ids, with commas)."""
    return snapshot.query(
        """
        SELECT p.peer_code AS area_code, a.area_name, p.distance, p.kept_share, p.is_stable, p.features
        FROM peer p JOIN area a ON a.area_code = p.peer_code
        WHERE p.scope = 'own' AND p.area_code = ? ORDER BY p.rank
        """,
        [area_code],
    )


@remembered
def peers_elsewhere_of(snapshot: Snapshot, area_code: str) -> pd.DataFrame:
    """The same in other municipalities, with `municipality_name`; codes and names are of the year compared."""
    return snapshot.query(
        """
        SELECT peer_code AS area_code, peer_name AS area_name, municipality_name, distance, kept_share, is_stable,
               features
        FROM peer WHERE scope = 'elsewhere' AND area_code = ? ORDER BY rank
        """,
        [area_code],
    )


@remembered
def compared_with(snapshot: Snapshot) -> ComparedWith:
    """What neighbourhoods elsewhere were looked for in."""
    frame = snapshot.query("SELECT key, value FROM meta WHERE key LIKE 'peers_elsewhere_%'", [])
    known = dict(zip(frame["key"].str.removeprefix("peers_elsewhere_"), frame["value"], strict=True))
    return ComparedWith(known.get("source", ""), known.get("year", ""), known.get("reason", ""))
