"""The figures of one division, and the tables of a snapshot that say which areas it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from config.vocabulary import AreaLevel
from etl.areas import AreaTree
from etl.cube import AreaAxis
from etl.derive import Cells
from etl.map_layer import encode


@dataclass(frozen=True)
class Divided:
    """One division that can be asked, and what is shown on it. The one on screen comes first."""

    tree: AreaTree
    axis: AreaAxis
    cells: Sequence[Cells]
    benchmark: pd.DataFrame
    unallocated: pd.DataFrame
    has_figures: NDArray[np.bool_]  # per area of the axis

    @property
    def vintage(self) -> int:
        return self.tree.vintage


def area_table(divided: Sequence[Divided]) -> pd.DataFrame:
    """The table `area`: every area of every division."""
    return pd.concat([_areas(one) for one in divided], ignore_index=True)


def _areas(one: Divided) -> pd.DataFrame:
    frame = one.tree.frame
    return pd.DataFrame(
        {
            "area_code": frame.area_code,
            "area_level": frame.area_level.astype(str),
            "area_name": frame.area_name,
            "vintage": one.vintage,
            "parent": frame.parent,
            "geometry": [None if shape is None else shapely.to_wkb(shape) for shape in frame.geometry],
            "area_km2": frame.area_km2,
            "has_figures": one.has_figures,
        }
    )


def neighbour_table(divided: Sequence[Divided]) -> pd.DataFrame:
    """The table `area_neighbour`."""
    rows = [(*pair, one.vintage) for one in divided for level in AreaLevel for pair in one.tree.neighbours(level)]
    return pd.DataFrame(rows, columns=["area_code", "neighbour_code", "vintage"])


def map_layers(divided: Sequence[Divided]) -> pd.DataFrame:
    """The table `map_layer`: one per level and division that has outlines."""
    rows = []
    for one in divided:
        for level in AreaLevel:
            shown = one.tree.frame[one.tree.frame.area_level == str(level)]
            if not shown.geometry.notna().any():
                continue
            text, sha256 = encode(one.tree, level)
            rows.append({"area_level": str(level), "vintage": one.vintage, "sha256": sha256, "json": text})
    return pd.DataFrame(rows)


def with_vintage(divided: Sequence[Divided], name: str) -> pd.DataFrame:
    """The frames `name` of all divisions (benchmark, unallocated), each row with its vintage."""
    frames: list[pd.DataFrame] = [getattr(one, name).assign(vintage=one.vintage) for one in divided]
    return pd.concat(frames, ignore_index=True)
