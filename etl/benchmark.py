"""What the newest figures are compared with: the year before, and the rest of the municipality.

For every indicator with events: the newest complete period of the types that screens open with. Other periods are
compared on demand by the same functions (`etl.statistics.comparisons`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from config.vocabulary import UNIT_BASE, AreaLevel, PeriodType
from etl.calendar import exposure_years, parse, same_period_last_year
from etl.cell_grid import COMPARED_TYPES, complete, grid, newest_complete
from etl.cube import NOT_DELIVERED, AreaAxis, Floats
from etl.derive import Cells
from etl.statistics.comparisons import Compared, area_against_rest, pearson_dispersion, year_on_year

#: Over-dispersion is measured on three years of months (STATISTICS 2).
DISPERSION_MONTHS = 36

COLUMNS = ["indicator", "area_code", "period", "kind", "value", "ratio", "ratio_lower", "ratio_upper", "verdict"]


def benchmarks(cells: Sequence[Cells], axis: AreaAxis) -> pd.DataFrame:
    """The table `benchmark`: columns of `etl.tables`, one row per area and comparison of the newest complete period."""
    by_key = {(block.indicator.id, block.period_type): block for block in cells}
    frames = []
    for (name, period_type), block in by_key.items():
        if period_type not in COMPARED_TYPES or not block.is_events or np.isnan(block.lower).all():
            continue
        newest = newest_complete(block, axis)
        if newest is None:
            continue
        phi = _dispersion(by_key.get((name, PeriodType.MONTH)), axis)
        frames.append(_against_last_year(block, newest, phi, axis))
        frames.append(_against_rest(block, newest, phi, axis))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)


def _dispersion(months: Cells | None, axis: AreaAxis) -> Floats:
    if months is None:
        return np.ones(len(axis.codes))
    whole_years = min(len(months.periods), DISPERSION_MONTHS) // 12 * 12
    if whole_years < 24:
        return np.ones(len(axis.codes))
    is_delivered = (grid(months, months.delivered_status.astype(float), axis) > NOT_DELIVERED).any(axis=1)
    last = int(np.flatnonzero(is_delivered)[-1]) + 1 if is_delivered.any() else 0
    if last < whole_years:
        return np.ones(len(axis.codes))
    return np.asarray(pearson_dispersion(grid(months, months.events, axis)[last - whole_years : last].T))


def _against_last_year(block: Cells, newest: int, phi: Floats, axis: AreaAxis) -> pd.DataFrame:
    before = same_period_last_year(block.periods[newest])
    if before not in block.periods:
        return pd.DataFrame(columns=COLUMNS)
    numerator, value = grid(block, block.events, axis), grid(block, block.value, axis)
    earlier = block.periods.index(before)
    if not complete(block, axis)[earlier]:  # only equally complete periods are compared
        return pd.DataFrame(columns=COLUMNS)
    compared = year_on_year(
        numerator[earlier],
        numerator[newest],
        exposure_previous=parse(before).days,
        exposure_current=parse(block.periods[newest]).days,
        dispersion=phi,
    )
    return _rows(block, newest, "year_before", value[earlier], compared, axis, ~np.isnan(numerator[newest]))


def _against_rest(block: Cells, newest: int, phi: Floats, axis: AreaAxis) -> pd.DataFrame:
    base = UNIT_BASE.get(block.indicator.unit)
    whole = int(axis.at(AreaLevel.MUNICIPALITY)[0])
    numerator, denominator = grid(block, block.events, axis)[newest], grid(block, block.denominator, axis)[newest]
    if base is None or np.isnan(denominator[whole]) or np.isnan(numerator[whole]):
        return pd.DataFrame(columns=COLUMNS)
    fits = (numerator <= numerator[whole]) & (denominator <= denominator[whole])
    asked = fits & ~np.isnan(grid(block, block.value, axis)[newest]) & (np.arange(len(axis.codes)) != whole)
    area, people = np.where(asked, numerator, np.nan), np.where(asked, denominator, np.nan)
    totals = np.full(len(area), numerator[whole]), np.full(len(area), denominator[whole])
    compared = area_against_rest(area, people, *totals, dispersion=phi)
    with np.errstate(divide="ignore", invalid="ignore"):
        years = exposure_years(block.periods[newest])
        rest = (totals[0] - area) / (totals[1] - people) * base / years
    return _rows(block, newest, "rest_of_municipality", rest, compared, axis, asked)


def _rows(
    block: Cells, newest: int, kind: str, value: Floats, compared: Compared, axis: AreaAxis, asked: np.ndarray
) -> pd.DataFrame:
    keep = asked & np.array([verdict is not None for verdict in compared.verdict])
    return pd.DataFrame(
        {
            "indicator": block.indicator.id,
            "area_code": np.array(axis.codes, dtype=object)[keep],
            "period": block.periods[newest],
            "kind": kind,
            "value": value[keep],
            "ratio": compared.ratio[keep],
            "ratio_lower": compared.lower[keep],
            "ratio_upper": compared.upper[keep],
            "verdict": compared.verdict[keep],
        }
    )
