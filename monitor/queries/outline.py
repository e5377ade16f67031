"""What a snapshot holds: its indicators, areas, periods. Asked once per snapshot, then kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.memory import remembered


@dataclass(frozen=True, eq=False)
class Outline:
    """The choices of a snapshot.

    indicators: indexed by id, in screen order; columns of table `indicator`.
    areas: indexed by code, by name; columns area_level, area_name, parent, has_figures, area_km2.
    periods: indexed by period, oldest first; columns period_type, first_day, last_day, position.
    available: (indicator, period_type) -> periods with at least one observation, oldest first.
    layers: level -> fingerprint of its map layer.
    """

    load_id: str
    municipality_code: str
    municipality_name: str
    vintage: int
    is_practice: bool
    is_schematic: bool
    today: dt.date | None
    indicators: pd.DataFrame
    areas: pd.DataFrame
    periods: pd.DataFrame
    available: dict[tuple[str, str], tuple[str, ...]]
    layers: dict[str, str]

    def label(self, indicator: str, language: str) -> str:
        """Name of an indicator on screen; Dutch where English is missing."""
        row = self.indicators.loc[indicator]
        english = row["label_en"]
        return str(english) if language == "en" and isinstance(english, str) and english else str(row["label_nl"])

    def area_name(self, code: str) -> str:
        return str(self.areas.at[code, "area_name"])

    def codes(self, level: str) -> list[str]:
        """Area codes of a level, by name."""
        return self.areas.index[self.areas["area_level"] == level].tolist()

    def parent(self, code: str) -> str | None:
        above = self.areas.at[code, "parent"]
        return above if isinstance(above, str) and above else None

    def period_types(self, indicator: str) -> list[str]:
        return [kind for (name, kind) in self.available if name == indicator]

    def newest(self, indicator: str, period_type: str) -> str | None:
        """Newest period of an indicator that has observations, or None."""
        periods = self.available.get((indicator, period_type), ())
        return periods[-1] if periods else None


@remembered
def outline(snapshot: Snapshot) -> Outline:
    """The outline of a pinned snapshot."""
    municipality = snapshot.query("SELECT * FROM municipality", []).iloc[0]
    indicators = snapshot.query("SELECT * FROM indicator ORDER BY position, indicator", []).set_index(
        "indicator", drop=False
    )
    areas = snapshot.query(
        """
        SELECT area_code, area_level, area_name, parent, has_figures, area_km2 FROM area
        ORDER BY area_name, area_code
        """,
        [],
    ).set_index("area_code", drop=False)
    periods = snapshot.query("SELECT * FROM period ORDER BY period_type, last_day", []).set_index("period", drop=False)
    pairs = snapshot.query(
        """
        SELECT o.indicator, o.period_type, o.period
        FROM (SELECT DISTINCT indicator, period_type, period FROM observation) o JOIN period p USING (period)
        ORDER BY o.indicator, o.period_type, p.last_day
        """,
        [],
    )
    layers = snapshot.query("SELECT area_level, sha256 FROM map_layer", [])
    available = {key: tuple(group) for key, group in pairs.groupby(["indicator", "period_type"], sort=False)["period"]}
    today = municipality["today"]
    return Outline(
        load_id=snapshot.load_id,
        municipality_code=str(municipality["code"]),
        municipality_name=str(municipality["name"]),
        vintage=int(municipality["vintage"]),
        is_practice=bool(municipality["is_practice"]),
        is_schematic=bool(municipality["is_schematic"]),
        today=None if pd.isna(today) else pd.Timestamp(today).date(),
        indicators=indicators,
        areas=areas,
        periods=periods,
        available=available,
        layers=dict(zip(layers["area_level"], layers["sha256"], strict=True)),
    )
