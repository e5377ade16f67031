"""Which neighbourhoods are alike in context, from the newest yearly figures of named context indicators."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from config.vocabulary import AreaLevel, PeriodType
from etl.cube import AreaAxis
from etl.derive import Cells

PEER = [
    "scope", "area_code", "peer_code", "rank", "distance", "kept_share", "is_stable", "features", "peer_name",
    "municipality_code", "municipality_name", "period",
]  # fmt: skip

#: Words of `scope`.
OWN, ELSEWHERE = "own", "elsewhere"

#: With fewer features known areas are not called alike.
FEWEST_FEATURES = 3


def peers(cells: Sequence[Cells], axis: AreaAxis, features: Sequence[str]) -> pd.DataFrame:
    """Rows of the table `peer`, inside the municipality: columns PEER; empty where too few of the features are known.

    Args:
        features: ids of context indicators. Crime itself is none of them: peers must be able to differ in it.
    """
    from etl.statistics.peers import similar_areas

    table = newest_values(cells, axis, features)
    if table.shape[1] < FEWEST_FEATURES:
        return pd.DataFrame(columns=PEER)
    found = similar_areas(table)
    frame = found.pairs.rename(columns={"position": "rank"})
    frame = frame.assign(scope=OWN, features=", ".join(found.features))
    return frame.assign(peer_name=None, municipality_code=None, municipality_name=None, period=None)[PEER]


def newest_values(cells: Sequence[Cells], axis: AreaAxis, features: Sequence[str]) -> pd.DataFrame:
    """The newest yearly value of each feature that is known anywhere, one row per neighbourhood."""
    areas = axis.at(AreaLevel.NEIGHBOURHOOD)
    table = {}
    for block in cells:
        if block.indicator.id not in features or block.period_type is not PeriodType.YEAR:
            continue
        grid = np.full((len(block.periods), len(axis.codes)), np.nan)
        grid[block.period, block.area] = block.value
        newest = pd.DataFrame(grid[:, areas]).ffill().iloc[-1].to_numpy()
        if not np.isnan(newest).all():
            table[block.indicator.id] = newest
    return pd.DataFrame(table, index=[axis.codes[area] for area in areas])
