"""Is a figure higher or lower: than a year earlier, or than the rest of the municipality.

Screen, list, table and text ask here, and the verdict comes from `etl.statistics.comparisons` alone, so one figure has
one verdict. Everything is computed from the counts of this snapshot, for all areas of an indicator at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from config.vocabulary import UNIT_BASE, Status, Unit
from etl import calendar
from etl.snapshot import Snapshot
from etl.statistics.comparisons import area_against_rest, pearson_dispersion, year_on_year
from monitor.queries.exactness import EXACT, Exactness, exactness_of
from monitor.queries.indicators import Series, indicators
from monitor.queries.memory import remembered

#: Years of months from which the spread of a series is estimated.
_YEARS = 3

#: Why there is no verdict.
PROVISIONAL, NO_PERIOD, NO_COUNT, NO_DENOMINATOR, IS_STOCK = (
    "provisional",
    "no_period",
    "no_count",
    "no_denominator",
    "stock",
)


@dataclass(frozen=True)
class Comparison:
    """One figure set against another. Numbers are None where unknown; `verdict` None has a `reason`.

    kind: year_before | rest_of_municipality. `count` and `other_count` are events; `value` and `other_value` are in the
    unit of the indicator (the count itself for unit count). `ratio` with its 95 % bounds is of rates.
    """

    kind: str
    indicator: str
    area_code: str
    area_name: str
    period: str
    other_period: str | None
    count: float | None
    other_count: float | None
    value: float | None
    other_value: float | None
    ratio: float | None
    lower: float | None
    upper: float | None
    verdict: str | None
    reason: str | None
    exact: Exactness = EXACT
    other_exact: Exactness = EXACT

    @property
    def change_pct(self) -> float | None:
        """Change of the ratio in per cent; None where there is no ratio or too little to compare."""
        return None if self.ratio is None or self.verdict in (None, "too_few") else 100 * (self.ratio - 1)


@remembered
def _with_chance(snapshot: Snapshot) -> frozenset[str]:
    """Indicators whose counts have an interval, or of which no rate could be made anywhere; a register has neither."""
    frame = snapshot.query(
        """
        SELECT indicator FROM observation GROUP BY indicator
        HAVING count(numerator) > 0 AND (count(lower) > 0 OR count(value) = 0)
        """,
        [],
    )
    return frozenset(str(name) for name in frame["indicator"])


def counts_events(snapshot: Snapshot, series: Series) -> bool:
    """Does the indicator count events, that vary by chance?

    Stocks, weighted sums and the source's own figures are not compared.
    """
    unit = Unit(series.unit)
    is_rate_or_number = unit == Unit.COUNT or (unit in UNIT_BASE and unit != Unit.SHARE_PCT)
    return is_rate_or_number and not series.definition.is_weighted and series.indicator in _with_chance(snapshot)


@remembered
def year_on_year_of(snapshot: Snapshot, indicator: str, period: str) -> dict[str, Comparison]:
    """Every area of one indicator against the same period a year earlier, by area code.

    Only complete periods are compared: a provisional one, or one of which a month is missing, gives no verdict. Lengths
    differ by leap days and weeks 53: days are the exposure. The spread of the series is estimated from three years of
    months and widens the interval where it is large.
    """
    series = indicators(snapshot)[indicator]
    if not counts_events(snapshot, series):
        return {}
    before = calendar.same_period_last_year(period)
    now, then = _cells(snapshot, indicator, period), _cells(snapshot, indicator, before)
    frame = now.join(then[["numerator", "value", "status"]].add_suffix("_before"))
    months = _months(snapshot, indicator, period)
    open_now, open_then = _incomplete(months, period), _incomplete(months, before)
    reasons = [
        _reason_year(row, code in open_now or code in open_then)
        for code, row in zip(frame.index, frame.itertuples(), strict=True)
    ]
    usable = np.array([reason is None for reason in reasons], dtype=bool)
    compared = year_on_year(
        np.where(usable, frame["numerator_before"], np.nan),
        np.where(usable, frame["numerator"], np.nan),
        exposure_previous=float(calendar.parse(before).days),
        exposure_current=float(calendar.parse(period).days),
        dispersion=_dispersion(months, frame.index, period),
    )
    found = {
        str(code): Comparison(
            "year_before", indicator, str(code), str(row.area_name), period, before,
            _none(row.numerator), _none(row.numerator_before), _shown(series, row.value, row.numerator),
            _shown(series, row.value_before, row.numerator_before),
            _none(compared.ratio[place]), _none(compared.lower[place]), _none(compared.upper[place]),
            compared.verdict[place], reasons[place],
        )
        for place, (code, row) in enumerate(zip(frame.index, frame.itertuples(), strict=True))
    }  # fmt: skip
    return _as_published(snapshot, found)


@remembered
def against_rest_of(snapshot: Snapshot, indicator: str, period: str) -> dict[str, Comparison]:
    """Every area below the municipality against the rest of the municipality, by area code.

    The rest is the municipality's own figure minus the area, events without a known place included.
    """
    series = indicators(snapshot)[indicator]
    cells = _cells(snapshot, indicator, period)
    whole = cells[cells["area_level"] == "municipality"]
    frame = cells[cells["area_level"] != "municipality"]
    if not counts_events(snapshot, series) or whole.empty or frame.empty:
        return {}
    total = whole.iloc[0]
    count = frame["numerator"].to_numpy(dtype=float)
    people = frame["denominator"].to_numpy(dtype=float)
    people = np.where(frame["status"] == Status.NOT_APPLICABLE, np.nan, people)
    # A municipality's own row that is smaller than one of its parts is a fault of the source, told under its findings.
    fits = (count <= total["numerator"]) & (people <= total["denominator"])
    is_open = (frame["status"] == Status.PROVISIONAL).to_numpy() | (total["status"] == Status.PROVISIONAL)
    usable = fits & ~is_open
    compared = area_against_rest(
        np.where(usable, count, np.nan),
        np.where(usable, people, np.nan),
        np.full(len(frame), total["numerator"], dtype=float),
        np.full(len(frame), total["denominator"], dtype=float),
        dispersion=_dispersion(_months(snapshot, indicator, period), frame.index, period),
    )
    scale = UNIT_BASE.get(Unit(series.unit), 1) / calendar.exposure_years(period)
    rest = (total["numerator"] - count) / (total["denominator"] - people) * scale
    found = {
        str(code): Comparison(
            "rest_of_municipality", indicator, str(code), str(row.area_name), period, period,
            _none(row.numerator), _none(total["numerator"] - row.numerator), _none(row.value), _none(rest[place]),
            _none(compared.ratio[place]), _none(compared.lower[place]), _none(compared.upper[place]),
            compared.verdict[place], _reason_rest(row, bool(is_open[place]), bool(fits[place])),
        )
        for place, (code, row) in enumerate(zip(frame.index, frame.itertuples(), strict=True))
    }  # fmt: skip
    return _as_published(snapshot, found)


def year_on_year_for(snapshot: Snapshot, indicator: str, area_code: str, period: str) -> Comparison | None:
    """One area against a year earlier; None where the indicator is not compared or the area has no cell."""
    return year_on_year_of(snapshot, indicator, period).get(area_code)


def against_rest_for(snapshot: Snapshot, indicator: str, area_code: str, period: str) -> Comparison | None:
    """One area against the rest of the municipality; None for the municipality itself and where nothing is compared."""
    return against_rest_of(snapshot, indicator, period).get(area_code)


def _as_published(snapshot: Snapshot, found: dict[str, Comparison]) -> dict[str, Comparison]:
    """Where the snapshot itself holds a comparison (of its newest complete period), that one: map and table agree."""
    any_one = next(iter(found.values()), None)
    if any_one is None:
        return found
    found = {code: _with_exactness(snapshot, one) for code, one in found.items()}
    frame = snapshot.query(
        "SELECT area_code, ratio, ratio_lower, ratio_upper, verdict FROM benchmark"
        " WHERE indicator = ? AND period = ? AND kind = ?",
        [any_one.indicator, any_one.period, any_one.kind],
    )
    for row in frame.itertuples():
        mine = found.get(str(row.area_code))
        if mine is not None and mine.reason is None:
            found[mine.area_code] = replace(
                mine,
                ratio=_none(row.ratio),
                lower=_none(row.ratio_lower),
                upper=_none(row.ratio_upper),
                verdict=str(row.verdict),
            )
    return found


def _with_exactness(snapshot: Snapshot, one: Comparison) -> Comparison:
    """The same, with what its counts stand for in this edition. The rest of a municipality is a sum where it is not."""
    exact = exactness_of(snapshot, one.indicator, one.area_code, one.period)
    if one.kind == "year_before" or exact == EXACT:
        return replace(one, exact=exact, other_exact=exact)
    return replace(one, exact=exact, other_exact=Exactness(is_sum=True, base=exact.base))


# --- from the snapshot -----------------------------------------------------------------------------------------------


def _codes(snapshot: Snapshot, level: str) -> list[str]:
    return list(snapshot.query("SELECT area_code FROM area WHERE area_level = ?", [level])["area_code"])


def _cells(snapshot: Snapshot, indicator: str, period: str) -> pd.DataFrame:
    """Cells of one indicator and period, by area code. Counts redistributed over borders are rounded to be compared."""
    return snapshot.query(
        """
        SELECT area_code, area_level, area_name, value, round(numerator) AS numerator, denominator, status
        FROM observation WHERE indicator = ? AND period = ? ORDER BY area_code
        """,
        [indicator, period],
    ).set_index("area_code")


def _months(snapshot: Snapshot, indicator: str, period: str) -> pd.DataFrame:
    """Months of the three years that end with a period: `area_code`, `period`, `numerator`, `status`."""
    end = calendar.parse(period).last_day
    start = end.replace(year=end.year - _YEARS, day=1)
    return snapshot.query(
        """
        SELECT o.area_code, o.period, round(o.numerator) AS numerator, o.status
        FROM observation o JOIN period p ON p.period = o.period AND p.period_type = o.period_type
        WHERE o.indicator = ? AND o.period_type = 'month' AND p.last_day <= ? AND p.first_day > ?
        """,
        [indicator, end, start],
    )


def _incomplete(months: pd.DataFrame, period: str) -> set[str]:
    """Areas of which a month of this period was not delivered or will be revised."""
    if months.empty or calendar.period_type_of(period) in ("week", "rolling_4_weeks"):
        return set()
    inside = months[months["period"].isin(calendar.months_of(period))]
    is_open = inside["status"].isin([Status.NOT_DELIVERED, Status.PROVISIONAL])
    return set(inside.loc[is_open, "area_code"])


def _dispersion(months: pd.DataFrame, codes: pd.Index, period: str) -> np.ndarray:
    """Spread per area, shape (areas,); NaN where three whole years of months are not known (then taken as 1)."""
    spread = np.full(len(codes), np.nan)
    if calendar.period_type_of(period) in ("week", "rolling_4_weeks") or months.empty:
        return spread
    end = calendar.months_of(period)[-1]
    wanted = calendar.periods_between(calendar.previous(end, 12 * _YEARS - 1), end)
    table = months.pivot(index="area_code", columns="period", values="numerator").reindex(index=codes, columns=wanted)
    counts = table.to_numpy(dtype=float)
    known = ~np.isnan(counts).any(axis=1) & (counts == np.floor(counts)).all(axis=1)
    if known.any():
        spread[known] = pearson_dispersion(counts[known])
    return spread


def _reason_year(row: Any, is_open: bool) -> str | None:
    if pd.isna(row.status_before):
        return NO_PERIOD
    if is_open or Status.PROVISIONAL in (row.status, row.status_before):
        return PROVISIONAL
    numbers = (row.numerator, row.numerator_before)
    return NO_COUNT if any(pd.isna(number) or number != np.floor(number) for number in numbers) else None


def _reason_rest(row: Any, is_open: bool, fits: bool) -> str | None:
    if pd.isna(row.numerator):
        return NO_COUNT
    if pd.isna(row.denominator) or row.status == Status.NOT_APPLICABLE:
        return NO_DENOMINATOR
    if is_open:
        return PROVISIONAL
    return None if fits else NO_COUNT


def _shown(series: Series, value: float, count: float) -> float | None:
    return _none(count) if series.unit == Unit.COUNT else _none(value)


def _none(number: float) -> float | None:
    return None if pd.isna(number) else float(number)
