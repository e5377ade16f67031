"""Small blocks and ledgers for tests of the auditor's parts: counts in sight, published as a test says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from etl.disclosure.leaves import Block, blocks
from etl.disclosure.ledger import Ledger, ledger

MUNICIPALITY = "GM0153"
AREAS = ("BU01530101", "BU01530102", "BU01530203")
MONTHS = ("2026-01", "2026-02", "2026-03")


def block_of(
    counts: Sequence[Sequence[Sequence[int | None]]],
    *,
    groups: Mapping[str, Sequence[str]] | None = None,
    own_areas: Mapping[str, Sequence[str]] | None = None,
    months: Sequence[str] = MONTHS,
) -> Block:
    """A block of counts[area][indicator][month]; None is a leaf that nobody delivered. Indicators are a, b, c."""
    rows = [
        ("reports", "abc"[kind], AREAS[area], f"WK{AREAS[area][2:8]}", months[at], "month", value)
        for area, of_area in enumerate(counts)
        for kind, of_kind in enumerate(of_area)
        for at, value in enumerate(of_kind)
        if value is not None
    ]
    columns = ["source_id", "indicator", "area_code", "district", "period", "period_type", "value"]
    (made,) = blocks(pd.DataFrame(rows, columns=columns), groups or {}, own_areas or {})
    return made


def row(
    area: str, indicator: str, period: str, value: float, status: str = "final", **more: object
) -> dict[str, object]:
    """A row as it is published."""
    return {
        "source": "reports", "area_code": area, "indicator": indicator, "period": period, "value": value,
        "numerator": value, "unit": "count", "status": status, **more,
    }  # fmt: skip


def rounded(block: Block, shown: Sequence[Sequence[Sequence[float]]]) -> list[dict[str, object]]:
    """Rows of the leaves as they are shown; 0 and 5 are rounded, NaN is not published."""
    return [
        row(area, indicator, period, value, "rounded" if value in (0, 5) else "final")
        for area, of_area in zip(block.areas, shown, strict=True)
        for indicator, of_kind in zip(block.indicators, of_area, strict=True)
        for period, value in zip(block.periods, of_kind, strict=True)
        if np.isfinite(value)
    ]


def book_of(block: Block, rows: Sequence[Mapping[str, object]], base: int = 5) -> Ledger:
    """The ledger of published rows."""
    columns = ["source", "area_code", "indicator", "period", "value", "numerator", "unit", "status"]
    return ledger(pd.DataFrame(list(rows), columns=columns), block, municipality=MUNICIPALITY, base=base)
