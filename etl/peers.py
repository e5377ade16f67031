"""Which neighbourhoods are alike in context, from the newest yearly figures of named context indicators."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from config.vocabulary import AreaLevel, PeriodType
from etl.cube import AreaAxis
from etl.derive import Cells

PEER = ["area_code", "peer_code", "rank", "distance", "kept_share", "is_stable", "features"]


def peers(cells: Sequence[Cells], axis: AreaAxis, features: Sequence[str]) -> pd.DataFrame:
    """The table `peer`: columns PEER; empty where fewer than three of the features are known.

    Args:
        features: ids of context indicators. Crime itself is none of them: peers must be able to differ in it.
    """
    from etl.statistics.peers import similar_areas

    table = _newest(cells, axis, features)
    if table.shape[1] < 3:
        return pd.DataFrame(columns=PEER)
    found = similar_areas(table)
    frame = found.pairs.rename(columns={"position": "rank"})
    frame["features"] = ", ".join(found.features)
    return frame[PEER]


def _newest(cells: Sequence[Cells], axis: AreaAxis, features: Sequence[str]) -> pd.DataFrame:
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
