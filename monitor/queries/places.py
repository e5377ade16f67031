"""One topic over areas, looked at deeper: funnel, concentration, clusters, places with intervals, associations.

Worked out when somebody asks for it and then kept. What takes seconds to import is imported here, not with the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from etl import calendar
from etl.snapshot import Snapshot
from monitor.queries.indicators import newest
from monitor.queries.memory import remembered
from monitor.queries.methods import peer_features

if TYPE_CHECKING:
    from etl.statistics.concentration import Concentration
    from etl.statistics.funnel import Funnel

#: With fewer areas there is nothing to set side by side.
FEWEST_AREAS = 3


@dataclass(frozen=True)
class Standing:
    """Place of an area among those of its level, 1 = highest rate, and the places that chance leaves open."""

    area_code: str
    area_name: str
    rank: int
    best: int
    worst: int
    n_ranked: int


@dataclass(frozen=True)
class ClusterOfAreas:
    """Areas next to each other that are high together; `name`: the one in the middle of it."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Spread:
    """How a topic lies over the neighbourhoods in `period`.

    areas: one row per neighbourhood with a number: `area_code`, `area_name`, `count`, `people` (times years; NaN
    without a denominator), `expected` (at the rate of the rest). funnel: in the order of `areas`; None where no rate
    can be made. clusters: None where the areas were not tested.
    """

    period: str
    areas: pd.DataFrame
    funnel: Funnel | None
    concentration: Concentration
    clusters: tuple[ClusterOfAreas, ...] | None


@remembered
def standing_period(snapshot: Snapshot, indicator: str) -> str | None:
    """The newest complete period in which areas are compared; without rates the period that stands for now."""
    frame = snapshot.query("SELECT max(period) AS period FROM standing WHERE indicator = ?", [indicator])
    found = frame["period"].iloc[0]
    if isinstance(found, str):
        return found
    now = newest(snapshot, indicator)
    return None if now is None or now.is_provisional else now.period


@remembered
def standings(snapshot: Snapshot, indicator: str, level: str) -> tuple[Standing, ...]:
    """Places of the areas of a level, highest first."""
    frame = snapshot.query(
        """
        SELECT s.area_code, a.area_name, s.rank, s.rank_lower, s.rank_upper, s.n_ranked
        FROM standing s JOIN area a USING (area_code)
        WHERE s.indicator = ? AND a.area_level = ? AND s.rank IS NOT NULL ORDER BY s.rank, a.area_name
        """,
        [indicator, level],
    )
    return tuple(
        Standing(str(row.area_code), str(row.area_name), int(row.rank), int(row.rank_lower), int(row.rank_upper),
                 int(row.n_ranked))
        for row in frame.itertuples()
    )  # fmt: skip


@remembered
def spread(snapshot: Snapshot, indicator: str) -> Spread | None:
    """Funnel, concentration and clusters of the neighbourhoods; None with fewer than three numbers."""
    from etl.statistics.concentration import concentration
    from etl.statistics.funnel import expected_from_rest, funnel_ratio

    period = standing_period(snapshot, indicator)
    frame = neighbourhood_counts(snapshot, indicator, period) if period else pd.DataFrame()
    if period is None or len(frame) < FEWEST_AREAS:
        return None
    counts, people = frame["count"].to_numpy(), frame["people"].to_numpy()
    frame["expected"], funnel = np.nan, None
    if (people > 0).sum() >= FEWEST_AREAS:
        rest = expected_from_rest(np.where(people > 0, counts, np.nan), np.nan_to_num(people))
        frame["expected"] = rest[:, 0]
        funnel = funnel_ratio(np.where(people > 0, counts, np.nan), rest[:, 0], reference_events=rest[:, 1])
    exposure = np.where(np.isnan(people), 0, people) if funnel is not None else None
    return Spread(period, frame, funnel, concentration(counts, exposure=exposure), _clusters(snapshot, indicator))


def neighbourhood_counts(snapshot: Snapshot, indicator: str, period: str) -> pd.DataFrame:
    """Numbers of one period; people only where there is a rate, so that an area of ten inhabitants gets none."""
    frame = snapshot.query(
        """
        SELECT o.area_code, o.area_name, round(o.numerator) AS count,
               CASE WHEN o.rate IS NOT NULL THEN o.denominator END AS people
        FROM observation o
        WHERE o.indicator = ? AND o.period = ? AND o.area_level = 'neighbourhood' AND o.numerator IS NOT NULL
        ORDER BY o.area_code
        """,
        [indicator, period],
    )
    frame["people"] = pd.to_numeric(frame["people"]) * calendar.exposure_years(period)
    return frame


def _clusters(snapshot: Snapshot, indicator: str) -> tuple[ClusterOfAreas, ...] | None:
    frame = snapshot.query(
        """
        SELECT c.cluster, c.gi_star, a.area_name FROM cluster c JOIN area a USING (area_code)
        WHERE c.indicator = ? ORDER BY c.cluster, c.gi_star DESC, a.area_name
        """,
        [indicator],
    )
    if frame.empty:
        return None
    groups = frame[frame["cluster"].notna()].groupby("cluster", sort=True)["area_name"]
    return tuple(ClusterOfAreas(str(names.iloc[0]), tuple(str(name) for name in names)) for __, names in groups)


@remembered
def context_associations(snapshot: Snapshot, indicator: str) -> pd.DataFrame:
    """Associations of a rate with the features of the context, over neighbourhoods.

    Returns:
        The columns of `etl.statistics.associations.associations`, largest first. Empty below 20 areas, or where no
        feature is known.
    """
    from etl.statistics.associations import FEWEST_AREAS as FEWEST
    from etl.statistics.associations import associations
    from etl.statistics.spatial import contiguity

    table = context_table(snapshot, indicator)
    features = [name for name in table.columns if name not in ("area_name", "rate", "people")]
    if len(table) < FEWEST or not features:
        return pd.DataFrame()
    pairs = snapshot.query("SELECT area_code, neighbour_code FROM area_neighbour", [])
    found = associations(
        table[["rate"]],
        table[features],
        population=table["people"].to_numpy(),
        weights=contiguity(list(table.index), pairs.itertuples(index=False, name=None)),
    )
    found = found[found["rho"].notna()]
    return found.reindex(found["rho"].abs().sort_values(ascending=False).index).reset_index(drop=True)


@remembered
def context_table(snapshot: Snapshot, indicator: str) -> pd.DataFrame:
    """Rate of the topic and newest yearly value of each feature per neighbourhood: index area code, `area_name`,
    `rate` (per person and year), `people`, one column per feature. Areas without a rate are left out."""
    period, features = standing_period(snapshot, indicator), list(peer_features(snapshot))
    frame = neighbourhood_counts(snapshot, indicator, period) if period else pd.DataFrame()
    if frame.empty or not features:
        return pd.DataFrame()
    frame = frame[frame["people"] > 0].set_index("area_code")
    context = snapshot.query(
        """
        SELECT indicator, area_code, max_by(value, period) AS value FROM observation
        WHERE indicator IN (SELECT unnest(?::VARCHAR[])) AND area_level = 'neighbourhood' AND period_type = 'year'
              AND value IS NOT NULL
        GROUP BY ALL
        """,
        [features],
    )
    wide = context.pivot(index="area_code", columns="indicator", values="value").reindex(frame.index)
    rates = pd.DataFrame(
        {"area_name": frame["area_name"], "rate": frame["count"] / frame["people"], "people": frame["people"]}
    )
    return rates.join(wide[[name for name in features if name in wide.columns]])
