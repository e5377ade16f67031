"""What a map of one indicator shows: all its areas and periods in one body, so a change of period asks nothing."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.vocabulary import STATUS_ORDER, AreaLevel, Comparison, PeriodType, Status, Unit
from etl.snapshot import Snapshot
from monitor.queries.composite import is_index
from monitor.queries.exactness import EXACT, exactness
from monitor.queries.harm import with_plain_counts
from monitor.queries.indicators import indicators
from monitor.queries.map_standing import judged_of, put_standing, standing_of

#: Lengths of period a map offers, the first that an indicator has comes first on screen.
MAP_PERIODS = (PeriodType.ROLLING_12_MONTHS, PeriodType.YEAR, PeriodType.ROLLING_4_WEEKS)
MAP_LEVELS = (AreaLevel.NEIGHBOURHOOD, AreaLevel.DISTRICT, AreaLevel.CUSTOM)
CLASSES = 5
#: Values that stand for nothing measurable get no class.
_SHOWN = ("rounded", "provisional", "estimated", "final")
#: A verdict as one digit; 9 where there is none.
_VERDICTS = {verdict.value: number for number, verdict in enumerate(Comparison)}
#: Decimals of a unit on a map; must agree with what tables print.
_WHOLE = (Unit.COUNT, Unit.EURO, Unit.DAYS, Unit.PER_KM2, Unit.CLASS)


def map_layer(snapshot: Snapshot, sha256: str) -> str | None:
    """The outlines with this fingerprint as JSON text, or None."""
    found = snapshot.query("SELECT json FROM map_layer WHERE sha256 = ?", [sha256])
    return None if found.empty else str(found["json"].iloc[0])


def map_values(snapshot: Snapshot, indicator: str) -> bytes | None:
    """All values of one indicator on the map's levels and lengths of period, as JSON; None for an unknown indicator.

    Numbers are whole: `value`, `lower` and `upper` × 10^`decimals`, so that map, tooltip and table print the same.
    Per level and length of period:

    - `codes` (areas), `periods` (oldest first), `breaks` (edges of the classes over all periods, so that a colour means
      the same in each);
    - `series`: per area its distinct cells and `at`: per period which of them. The cells stand in columns, each number
      as its step from the one before (null: none): `value`, `numerator`, and the distances `below` (value - lower) and
      `above` (upper - value). An area has few distinct cells: a fifth of the bytes of a row per period (measured);
    - `status`: per period a digit per area, its rank in `config.vocabulary.STATUS_ORDER`;
    - `verdict`: period -> a digit per area against the rest of the municipality (0 higher, 1 lower, 2 no demonstrable
      difference, 3 too few, 9 none).

    - `estimated`: period -> area -> per cent of its figures that was divided over changed borders, where that is so;
    - `standing`: smoothed rates and places in the newest complete period (`map_standing.put_standing`).

    `index`: its places are those of other ways of making it, not of chance.
    `judged`: per level the verdicts on its areas, in the order of its first `codes` (`map_standing.judged_of`).
    `about`: None where counts are exact; else the base of the rounding and the [level, length of period] of the leaves,
    all else being sums of them (`exactness`).
    `municipality`: period -> its own value and numerator, the whole, the sum of the parts, what belongs to none, and
    its status.
    """
    entry = snapshot.query("SELECT indicator, unit, direction FROM indicator WHERE indicator = ?", [indicator])
    if entry.empty:
        return None
    unit = Unit(entry["unit"].iloc[0])
    cells = snapshot.query(
        """
        SELECT o.area_level, o.period_type, o.period, o.area_code, o.value, o.numerator, o.lower, o.upper, o.status,
               o.estimated_share,
               coalesce(o.numerator_status, o.status) AS numerator_status, p.last_day, b.verdict
        FROM observation o JOIN period p USING (period)
        LEFT JOIN benchmark b ON b.indicator = o.indicator AND b.area_code = o.area_code AND b.period = o.period
            AND b.kind = 'rest_of_municipality'
        WHERE o.indicator = ? AND o.period_type IN ('rolling_12_months', 'year', 'rolling_4_weeks')
        ORDER BY o.area_code, p.last_day
        """,
        [indicator],
    )
    cells = with_plain_counts(snapshot, [indicator] * len(cells), cells)
    if cells["value"].isna().all() and cells["numerator"].notna().any():
        # No rate is possible anywhere (no denominators): the numbers themselves are shown, never as colours.
        unit = Unit.COUNT
        cells = cells.assign(value=cells["numerator"], status=cells["numerator_status"])
    decimals = 0 if unit in _WHOLE else 1
    wholes = snapshot.query(
        "SELECT period, whole, parts, unallocated FROM unallocated WHERE indicator = ?", [indicator]
    ).set_index("period")
    levels = {
        level.value: {
            kind.value: _block(cells, level, kind, decimals, unit)
            for kind in MAP_PERIODS
            if ((cells["area_level"] == level) & (cells["period_type"] == kind)).any()
        }
        for level in MAP_LEVELS
    }
    judged: dict[str, Any] = {}
    standing = standing_of(snapshot, indicator)
    for level, kinds in levels.items():
        for block in kinds.values():
            put_standing(block, AreaLevel(level), standing, 10.0**decimals)
        first = next(iter(kinds.values()), None)
        if first is not None and (found := judged_of(snapshot, indicator, first["codes"])) is not None:
            judged[level] = found
    body = {
        "indicator": indicator,
        "unit": unit.value,
        "decimals": decimals,
        "direction": str(entry["direction"].iloc[0]),
        "index": is_index(indicators(snapshot)[indicator]),
        "levels": levels,
        "judged": judged,
        "about": _about(snapshot, indicator, levels),
        "municipality": _municipality(cells, wholes, decimals),
    }
    return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()


def _about(snapshot: Snapshot, indicator: str, levels: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """What the counts stand for, where they are not exact."""
    places = {(level, kind): exactness(snapshot, indicator, level, kind) for level in levels for kind in levels[level]}
    base = next((one.base for one in places.values() if one != EXACT), None)
    if base is None:
        return None
    return {"base": base, "leaf": next((list(place) for place, one in places.items() if one.is_leaf), None)}


def _block(cells: pd.DataFrame, level: AreaLevel, kind: PeriodType, decimals: int, unit: Unit) -> dict[str, Any]:
    """One level and length of period as rows per period."""
    part = cells[(cells["area_level"] == level) & (cells["period_type"] == kind)]
    periods = part.drop_duplicates("period").sort_values("last_day")["period"].tolist()
    codes = sorted(part["area_code"].unique())
    at = (pd.Index(periods).get_indexer(part["period"]), pd.Index(codes).get_indexer(part["area_code"]))

    def grid(column: str, scale: float) -> NDArray[np.float64]:
        filled = np.full((len(periods), len(codes)), np.nan)
        filled[at] = np.round(part[column].to_numpy(dtype=float) * scale)
        return filled

    scale = 10.0**decimals
    ranks = {status.value: str(rank) for rank, status in enumerate(STATUS_ORDER)}
    status = np.full((len(periods), len(codes)), "0")
    status[at] = part["status"].map(ranks).to_numpy()
    value = grid("value", scale)
    columns = {
        "value": value,
        "numerator": grid("numerator", 1),
        "lower": grid("lower", scale),
        "upper": grid("upper", scale),
    }
    is_shown = np.isin(status, [ranks[word] for word in _SHOWN])
    block: dict[str, Any] = {
        "codes": codes,
        "periods": periods,
        "breaks": [] if unit == Unit.COUNT else class_edges(value[is_shown]),
        "series": [_series({name: grid[:, place] for name, grid in columns.items()}) for place in range(len(codes))],
        "status": ["".join(row) for row in status],
        "verdict": {},
        "estimated": _estimated(part),
    }
    for period, judged in part.dropna(subset="verdict").groupby("period", sort=False):
        digits = dict(zip(judged["area_code"], judged["verdict"].map(_VERDICTS), strict=True))
        block["verdict"][period] = "".join(str(digits.get(code, 9)) for code in codes)
    return block


def _estimated(part: pd.DataFrame) -> dict[str, dict[str, float]]:
    """period -> area -> per cent of its figures that was divided over changed borders."""
    found: dict[str, dict[str, float]] = {}
    mine = part[(part["status"] == Status.ESTIMATED) & (part["estimated_share"] > 0)]
    for period, code, share in zip(mine["period"], mine["area_code"], mine["estimated_share"], strict=True):
        found.setdefault(str(period), {})[str(code)] = round(100 * float(share), 0 if share >= 0.095 else 1)
    return found


def _municipality(cells: pd.DataFrame, wholes: pd.DataFrame, decimals: int) -> dict[str, list[int | None]]:
    """period -> [value, numerator, whole, sum of parts, belongs to none, status rank] of the municipality."""
    rank = {status.value: number for number, status in enumerate(STATUS_ORDER)}
    found: dict[str, list[int | None]] = {}
    for row in cells[cells["area_level"] == AreaLevel.MUNICIPALITY].itertuples():
        whole = wholes.loc[row.period] if row.period in wholes.index else None
        found[str(row.period)] = [
            _integer(row.value, 10.0**decimals),
            _integer(row.numerator),
            *(_integer(whole[name]) if whole is not None else None for name in ("whole", "parts", "unallocated")),
            rank[str(row.status)],
        ]
    return found


def class_edges(values: NDArray[np.float64]) -> list[int]:
    """Edges between classes of about equal size, in the digits that are printed; fewer where values repeat.

    A value on an edge belongs to the class above it. Equal-count classes (quantiles, linear interpolation).
    """
    known = values[~np.isnan(values)]
    if known.size == 0:
        return []
    edges = np.quantile(known, np.arange(1, CLASSES) / CLASSES)
    return sorted({round(edge) for edge in edges if round(edge) > known.min()})


def _series(columns: dict[str, NDArray[np.float64]]) -> dict[str, list[int | None]]:
    """One area over all periods: its distinct cells, in order of their numbers, and per period which of them."""
    stacked = np.column_stack([columns[name] for name in ("value", "numerator", "lower", "upper")])
    # Infinity stands for "none" while comparing: NaN would be unlike itself.
    cells, at = np.unique(np.nan_to_num(stacked, nan=np.inf), axis=0, return_inverse=True)
    cells[np.isinf(cells)] = np.nan
    value, numerator, lower, upper = cells.T
    return {
        "value": _steps(value),
        "numerator": _steps(numerator),
        "below": _steps(value - lower),
        "above": _steps(upper - value),
        "at": at.ravel().tolist(),
    }


def _steps(column: NDArray[np.float64]) -> list[int | None]:
    """Each number as its difference from the known one before it, the first from 0."""
    steps: list[int | None] = []
    last = 0
    for number in column:
        steps.append(None if np.isnan(number) else int(number) - last)
        last = last if np.isnan(number) else int(number)
    return steps


def _integer(value: Any, scale: float = 1.0) -> int | None:
    return None if value is None or pd.isna(value) else round(float(value) * scale)
