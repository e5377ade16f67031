"""Do the parts make up the whole? What a source gives the municipality beside its neighbourhoods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.errors import Finding
from config.model import Indicator
from config.vocabulary import AreaLevel, PeriodType
from etl.calendar import period_type_of
from etl.cube import SUPPRESSED, AreaAxis, Cube
from etl.derive import Cells

COLUMNS = ["indicator", "period_type", "period", "whole", "parts", "unallocated", "origin"]


def own_rows(native: Iterable[Cube], groups: Sequence[Indicator]) -> set[str]:
    """Indicators of which the source gives both the municipality and its neighbourhoods; a group if all members do."""
    found: set[str] = set()
    for cube in native:
        both = cube.has_level(AreaLevel.MUNICIPALITY) & cube.has_level(AreaLevel.NEIGHBOURHOOD)
        found |= {name for name, has_both in zip(cube.indicators, both, strict=True) if has_both}
    return found | {
        group.id for group in groups if not group.is_weighted and set(group.numerator.sum_of or ()) <= found
    }


def unknown_places(con: duckdb.DuckDBPyConnection, tables: Sequence[str], mapping: pd.DataFrame) -> pd.DataFrame:
    """Rows of areas "unknown" per indicator and period; of several deliveries the newest that has the period.

    Returns:
        COLUMNS, with whole and parts empty and origin 'pseudo_area'.
    """
    con.register("_feeds", mapping)
    latest: dict[tuple[str, str], float] = {}
    for table in tables:
        rows = con.execute(
            f"""
            SELECT indicator, period, sum(value) FROM "{table}" JOIN _feeds USING (measure)
            WHERE value IS NOT NULL GROUP BY ALL
            """
        ).fetchall()
        latest.update({(indicator, period): number for indicator, period, number in rows})
    con.unregister("_feeds")
    records = [
        (indicator, str(period_type_of(period)), period, None, None, number, "pseudo_area")
        for (indicator, period), number in sorted(latest.items())
    ]
    return pd.DataFrame(records, columns=COLUMNS)


def reconcile(cells: Sequence[Cells], axis: AreaAxis, pseudo: pd.DataFrame, own: set[str]) -> pd.DataFrame:
    """The table `unallocated`: whole minus parts where the source gives the municipality its own row.

    Args:
        pseudo: rows of areas "unknown" (see `unknown_places`).
        own: indicators whose municipality row is the source's own, not a sum of parts.
    """
    rows = []
    whole = int(axis.at(AreaLevel.MUNICIPALITY)[0])
    for block in cells:
        if block.indicator.id not in own or block.period_type is PeriodType.ROLLING_4_WEEKS:
            continue
        grid = np.full((len(block.periods), len(axis.codes)), np.nan)
        grid[block.period, block.area] = block.numerator
        hidden = np.zeros(grid.shape, dtype=bool)
        hidden[block.period, block.area] = block.delivered_status == SUPPRESSED
        parts = np.nansum(grid[:, axis.neighbourhoods], axis=1)
        known = ~np.isnan(grid[:, whole]) & ~hidden[:, axis.neighbourhoods].any(axis=1)
        known &= ~np.isnan(grid[:, axis.neighbourhoods]).all(axis=1)
        rows += [
            {
                "indicator": block.indicator.id,
                "period_type": str(block.period_type),
                "period": block.periods[place],
                "whole": grid[place, whole],
                "parts": parts[place],
                "unallocated": grid[place, whole] - parts[place],
                "origin": "own_row",
            }
            for place in np.flatnonzero(known)
        ]
    return pd.concat([pd.DataFrame(rows, columns=COLUMNS), pseudo], ignore_index=True)


def without_figures(frame: pd.DataFrame, has_figures: NDArray[np.bool_], name: str) -> list[Finding]:
    """Areas of the tree that no source of events ever mentions, per level: a finding, not silence.

    Args:
        frame: `etl.areas.AreaTree.frame`. has_figures: per row of it.
    """
    found = []
    for level in (AreaLevel.DISTRICT, AreaLevel.NEIGHBOURHOOD):
        silent = sorted(frame.area_code[(frame.area_level == str(level)) & ~has_figures])
        if not silent:
            continue
        shown = ", ".join(silent[:10]) + (f" and {len(silent) - 10} more" if len(silent) > 10 else "")
        found.append(
            Finding(
                "GEO-120",
                f"{len(silent)} areas ({level}) have no figures from any source: {shown}",
                where=name,
                fix="ask the supplier, or take the areas out of the boundaries or the area list",
                level="warning",
            )
        )
    return found
