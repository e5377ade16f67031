"""Neighbourhoods against what areas of their own class of urbanity have: indirect standardisation.

A city centre is compared with other strongly urban areas, a village with other villages. Worked out when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.memory import remembered
from monitor.queries.places import neighbourhood_counts, standing_period

#: The context indicator that holds the class, 1 (very strongly urban) to 5 (not urban).
URBANITY = "urbanity"

#: A class of fewer areas says nothing of what is usual in it; with one class there is nothing to weigh.
FEWEST_AREAS, FEWEST_CLASSES = 3, 2


@dataclass(frozen=True, eq=False)
class AgainstUrbanity:
    """Numbers of `period` against those that each neighbourhood would have at the rate of its class.

    areas: one row per neighbourhood with a rate and a class of at least three areas: `area_code`, `area_name`,
    `urbanity`, `count`, `expected`, `ratio`, `lower`, `upper` (95 %), `verdict` (of the funnel, which allows for
    ordinary differences between neighbourhoods: higher, lower, no_difference or too_few). n_classes: classes
    compared within.
    """

    period: str
    areas: pd.DataFrame
    n_classes: int


@remembered
def against_urbanity(snapshot: Snapshot, indicator: str) -> AgainstUrbanity | None:
    """Observed over expected per neighbourhood; None where urbanity is unknown or the same everywhere.

    Source: `etl.statistics.standardisation`; the strata are the classes, the reference all neighbourhoods together.
    """
    from etl.statistics.funnel import funnel_ratio
    from etl.statistics.standardisation import expected_counts, indirect_ratio

    period = standing_period(snapshot, indicator)
    if period is None:
        return None
    frame = neighbourhood_counts(snapshot, indicator, period)
    frame = frame[frame["people"] > 0].merge(_classes(snapshot), on="area_code")
    frame = frame[frame.groupby("urbanity")["area_code"].transform("size") >= FEWEST_AREAS].reset_index(drop=True)
    if frame["urbanity"].nunique() < FEWEST_CLASSES:
        return None
    at_risk = frame.pivot(columns="urbanity", values="people").fillna(0)
    events = frame.groupby("urbanity")["count"].sum()
    frame["expected"] = expected_counts(at_risk.to_numpy(), events.to_numpy(), at_risk.sum().to_numpy())
    counted, expected = frame["count"].to_numpy(), frame["expected"].to_numpy()
    frame[["ratio", "lower", "upper"]] = indirect_ratio(counted, expected)
    of_class = frame["urbanity"].map(events).to_numpy()
    frame["verdict"] = funnel_ratio(counted, expected, reference_events=of_class).verdict
    return AgainstUrbanity(period, frame.drop(columns="people"), at_risk.shape[1])


def _classes(snapshot: Snapshot) -> pd.DataFrame:
    """The newest class of each neighbourhood: `area_code`, `urbanity`."""
    return snapshot.query(
        """
        SELECT area_code, max_by(value, period)::INTEGER AS urbanity FROM observation
        WHERE indicator = ? AND area_level = 'neighbourhood' AND period_type = 'year' AND value IS NOT NULL
        GROUP BY area_code
        """,
        [URBANITY],
    )
