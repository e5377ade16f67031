"""A small public edition: every row that a reader could export, added up from leaves the plain way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

MUNICIPALITY = "GM0153"


def edition_of(leaves: pd.DataFrame, groups: Mapping[str, Sequence[str]] = {}) -> pd.DataFrame:
    """Rows with columns of the export for leaves, districts and the municipality, groups, and longer windows.

    Args:
        leaves: months of neighbourhoods; columns source_id, indicator, area_code, district, period, value, status.
    """
    areas = [leaves, leaves.assign(area_code=leaves.district), leaves.assign(area_code=MUNICIPALITY)]
    known = set(leaves.indicator)
    rows = pd.concat([areas[0], *(part.assign(status="final") for part in areas[1:])])
    extra = [
        rows[rows.indicator.isin(members)].assign(indicator=name, status="final") for name, members in groups.items()
    ]
    rows = pd.concat([rows, *(part for part, name in zip(extra, groups, strict=True) if name not in known)])
    year, month = rows.period.str[:4], rows.period.str[5:].astype(int)
    longer = [
        rows.assign(period=year, status="final"),
        rows.assign(period=year + "-Q" + ((month + 2) // 3).astype(str), status="final"),
    ]
    periods = sorted(rows.period.unique())
    for stop in range(12, len(periods) + 1):
        window = rows[rows.period.isin(periods[stop - 12 : stop])]
        longer.append(window.assign(period=f"{periods[stop - 1]}-R12", status="final"))
    keys = ["source_id", "indicator", "area_code", "period"]
    added = (
        pd.concat([rows, *longer])
        .groupby(keys, as_index=False, sort=False)
        .agg(value=("value", "sum"), status=("status", "first"))
    )
    return added.rename(columns={"source_id": "source"}).assign(unit="count", numerator=added.value, vintage=2024)
