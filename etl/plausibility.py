"""Can this delivery be right, given the ones before it? Size, scale and way of counting, held against what is known.

    far fewer or more rows than declared, or than before      refused or told
    a factor ten above or below the usual level               refused
    a step in all areas at once                               told: was the way of counting changed?
    the same periods in all areas higher or lower than before told

Only a new delivery is judged; what was said of it is kept in its manifest, so that every later load says the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.errors import Finding, ValuesError
from config.model import Source, TabularSource
from config.vocabulary import CONTEXT_KINDS, PeriodType, SourceKind
from etl import plausibility_periods
from etl.calendar import parse, periods_between, previous
from etl.statistics.level_shift import LevelShift, factor_ten, level_shift, recount

Floats = NDArray[np.float64]

#: Rows per period, as a share of what is usual: below it is told, far below it the delivery is refused.
FEW_ROWS, HARDLY_ANY = 0.8, 0.2
#: So many earlier deliveries say what is usual.
USUAL_FROM = 3
#: The same events counted so many times higher or lower are in another unit, not counted otherwise.
OTHER_UNIT = 7.0
#: So many of the newest shared periods are left out of a recount: late registrations still come in.
_YOUNG = {PeriodType.WEEK: 8, PeriodType.MONTH: 2, PeriodType.QUARTER: 1, PeriodType.YEAR: 0}
_PER_YEAR = {PeriodType.WEEK: 52, PeriodType.MONTH: 12, PeriodType.QUARTER: 4, PeriodType.YEAR: 1}
_FINEST = (PeriodType.WEEK, PeriodType.MONTH, PeriodType.QUARTER, PeriodType.YEAR)
#: Years of history that a new period is held against.
_YEARS = 5
_NAMED = 3

#: period -> figure per area (a dict), of one category.
Series = dict[str, dict[str, float]]


@dataclass
class Memory:
    """The figures of the deliveries of a source read so far, laid over each other, and the size of each.

    `counts`: categories that count events, in use. `breaks`: per category the days on which its counting changed, as
    far as written down: a step there needs no question. `titles`: words for categories that the source calls by code.
    """

    source: Source
    counts: Collection[str]
    breaks: Mapping[str, Collection[dt.date]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    known: dict[str, Series] = field(default_factory=dict)
    sizes: list[float] = field(default_factory=list)  # rows per period of each delivery

    def judge(
        self,
        con: duckdb.DuckDBPyConnection,
        accepted: str,
        name: str,
        found: Mapping[str, Any],
        *,
        is_new: bool,
        delivery_date: str | None = None,
        not_delivered: Collection[str] = (),
    ) -> list[Finding]:
        """Hold a delivery against those before it, then remember it. Deliveries come oldest first.

        Args:
            accepted: its accepted rows (columns RAW). found: rows_used and periods, as its manifest says.
            delivery_date: date in its name, ISO 8601, where the source gives a pattern.
            not_delivered: periods that came as zeros in every area: they say nothing about the level.
            is_new: False: it was judged when it came in; it is only remembered.

        Raises:
            ValuesError: VAL-111 a factor ten, VAL-113 hardly any rows, VAL-114 rows outside `expected_rows`.
        """
        size = found["rows_used"] / max(1, len(found["periods"]))
        told: list[Finding] = []
        if is_new:
            self._refuse_size(found["rows_used"], name)
            told += self._few_rows(size, name)
        self.sizes.append(size)
        given = {
            measure: {period: areas for period, areas in series.items() if period not in not_delivered}
            for measure, series in _figures(con, accepted, self.counts).items()
        }
        if is_new:
            told += _judge_counting(self.known, given, name, self.breaks, self.titles)
            told += plausibility_periods.tell(
                self.known, given, name, delivery_date, is_sparse=self._is_varying, is_stock=self._is_stock
            )
        for measure, periods in given.items():
            self.known.setdefault(measure, {}).update(periods)
        return told

    @property
    def _is_varying(self) -> bool:
        """Zeros have no row."""
        return isinstance(self.source, TabularSource) and self.source.zero_rows == "omitted"

    @property
    def _is_stock(self) -> bool:
        """Yearly facts about areas: topics come in steps, and dwellings may be the same as a year before."""
        return SourceKind(self.source.kind) in CONTEXT_KINDS

    def _refuse_size(self, rows: int, name: str) -> None:
        declared = self.source.expected_rows
        if declared is None:
            return
        low, high = declared.min or 0, declared.max
        if rows < low or (high is not None and rows > high):
            limits = f"at least {low:,}" if high is None else f"{low:,} to {high:,}"
            what = f"{rows:,} rows to use; declared are {limits}"
            fix = "ask the supplier whether the file is whole, or change `expected_rows`"
            raise ValuesError("VAL-114", what, where=name, fix=fix)

    def _few_rows(self, size: float, name: str) -> list[Finding]:
        """Fewer rows per period than usual; where zeros have no row, or topics follow later, that says nothing."""
        if len(self.sizes) < USUAL_FROM or self._is_varying or self._is_stock:
            return []
        usual = median(self.sizes[-12:])
        what = f"{size:,.0f} rows per period, usual {usual:,.0f}"
        fix = "ask the supplier whether the file is whole"
        if size < HARDLY_ANY * usual:
            raise ValuesError("VAL-113", what, where=name, fix=f"{fix}, and deliver it again")
        return [Finding("VAL-113", what, name, fix, "warning")] if size < FEW_ROWS * usual else []


def _figures(con: duckdb.DuckDBPyConnection, accepted: str, counts: Collection[str]) -> dict[str, Series]:
    """Counts per category, period and area, of the finest length of period."""
    kinds = {
        text: parse(text).period_type for (text,) in con.execute(f'SELECT DISTINCT period FROM "{accepted}"').fetchall()
    }
    finest = next((kind for kind in _FINEST if kind in set(kinds.values())), None)
    con.register("_used", pd.DataFrame({"measure": sorted(counts)}, dtype="str"))
    con.register("_fine", pd.DataFrame({"period": [one for one, kind in kinds.items() if kind == finest]}, dtype="str"))
    rows = con.execute(
        f"""
        SELECT measure, period, map_from_entries(list((area, value)))
        FROM "{accepted}" JOIN _used USING (measure) JOIN _fine USING (period)
        WHERE value >= 0 GROUP BY measure, period
        """
    ).fetchall()
    con.unregister("_used")
    con.unregister("_fine")
    found: dict[str, Series] = {}
    for measure, period, areas in rows:
        found.setdefault(measure, {})[period] = areas
    return found


# --- the way of counting ---------------------------------------------------------------------------------------------


def _judge_counting(
    known: Mapping[str, Series],
    given: Mapping[str, Series],
    name: str,
    breaks: Mapping[str, Collection[dt.date]],
    titles: Mapping[str, str],
) -> list[Finding]:
    stepped: dict[str, tuple[float, str]] = {}
    recounted: dict[str, float] = {}
    for measure, new in sorted(given.items()):
        old, title = known.get(measure, {}), titles.get(measure, measure)
        again = _recount(old, new)
        if again is not None and (again.ratio > OTHER_UNIT or again.ratio < 1 / OTHER_UNIT):
            raise _other_unit(title, again.ratio, name)
        if again is not None and again.is_shift:
            recounted[title] = again.ratio
        step = _step(title, old, new, name)
        if step is not None and not _is_written_down(step[1], new, breaks.get(measure, ())):
            stepped[title] = step
    if (
        not stepped
        and not any(breaks.get(measure) for measure in given)
        and (step := _step_of_all(known, given)) is not None
    ):
        stepped["all categories together"] = step
    told = []
    if recounted:
        what = (
            f"the same periods count × {_middle(recounted.values()):.2f} in all areas at once, "
            f"against the deliveries before ({_listed(recounted)}): was the way of counting changed?"
        )
        told.append(_ask(what, name, len(recounted)))
    if stepped:
        since = min((period for _, period in stepped.values()), key=parse)
        what = (
            f"from {since} on × {_middle(ratio for ratio, _ in stepped.values()):.2f} in all areas at once "
            f"({_with_ratios(stepped)}): was the way of counting changed?"
        )
        told.append(_ask(what, name, len(stepped)))
    return told


def _ask(what: str, name: str, number: int) -> Finding:
    fix = "ask the supplier; was it changed, note the date under `breaks` of the indicator"
    return Finding("VAL-112", what, name, fix, "warning", number=number)


def _is_written_down(since: str, new: Series, days: Collection[dt.date]) -> bool:
    """A break is known in the periods of the new level, or in the one just before."""
    newest = max(new, key=parse)
    return any(parse(previous(since)).first_day <= day <= parse(newest).last_day for day in days)


def _with_ratios(stepped: Mapping[str, tuple[float, str]]) -> str:
    """The categories, each with its own step where there are several."""
    if len(stepped) == 1:
        return _listed(stepped)
    return _listed([f"{measure} × {ratio:.2f}" for measure, (ratio, _) in stepped.items()])


def _listed(measures: Collection[str]) -> str:
    names = sorted(measures)
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _middle(values: Any) -> float:
    return float(median(list(values)))


def _other_unit(title: str, ratio: float, name: str) -> ValuesError:
    times = f"{ratio:.1f} times" if ratio >= 1 else f"1/{1 / ratio:.1f} of"
    what = f"{title}: {times} the usual level; another unit, or a decimal sign lost?"
    return ValuesError("VAL-111", what, where=name, fix="ask the supplier, and deliver the file again")


def _recount(old: Series, new: Series) -> LevelShift | None:
    """Do the settled periods that both hold count differently?"""
    shared = sorted(old.keys() & new.keys(), key=parse)
    if not shared:
        return None
    settled = shared[: len(shared) - _YOUNG.get(parse(shared[-1]).period_type, 0)]
    areas = _areas({period: new[period] for period in settled} | {period: old[period] for period in settled[:1]})
    if not settled or not areas:
        return None
    before, after = _grid(old, settled, areas), _grid(new, settled, areas)
    both = ~np.isnan(before) & ~np.isnan(after)
    return recount(np.where(both, before, 0).sum(axis=1), np.where(both, after, 0).sum(axis=1))


def _step(title: str, old: Series, new: Series, name: str, *, may_refuse: bool = True) -> tuple[float, str] | None:
    """The newest periods against what came before: (ratio, first of them), or None.

    Raises:
        ValuesError: VAL-111, a factor ten.
    """
    timeline = {**new, **old}  # what was known before is what the new periods are held against
    kind = parse(max(timeline, key=parse)).period_type
    per_year = _PER_YEAR[kind]
    ends = sorted((period for period in timeline if parse(period).period_type is kind), key=parse)
    periods = periods_between(ends[0], ends[-1])[-_YEARS * per_year :]
    fresh = [period for period in periods if period in new and period not in old]
    if not fresh or parse(fresh[-1]) < parse(ends[-1]):
        return None
    areas = _areas(timeline)
    grid = _grid(timeline, periods, areas)
    whole = _whole(timeline, periods, grid)
    last = 1 if not old else min(len(fresh), per_year)
    for back in range(min(len(fresh), per_year), 0, -1):  # each fresh period by itself: one of them may be wrong
        place = len(periods) - back
        judged = factor_ten(whole[:place], whole[place : place + 1], per_year=per_year)
        if judged.is_refused and may_refuse:
            raise _other_unit(title, judged.ratio, name)
    for n_newest in dict.fromkeys((1, last, min(3, len(periods) // 3))):
        if n_newest and (shift := level_shift(grid, n_newest, per_year=per_year)).is_shift:
            return shift.ratio, periods[-n_newest]
    return None


def _step_of_all(known: Mapping[str, Series], given: Mapping[str, Series]) -> tuple[float, str] | None:
    """The same over the sum of all categories: single ones may be too small to say anything."""
    if len(given) < 2:
        return None
    return _step("all", _summed(known, set(given)), _summed(given, set(given)), "", may_refuse=False)


def _summed(series: Mapping[str, Series], measures: set[str]) -> Series:
    """Sum over categories, of the periods that all of them have."""
    present = [series[measure] for measure in measures if measure in series]
    if len(present) < len(measures):
        return {}
    shared = set.intersection(*(set(one) for one in present))
    return {
        period: {area: sum(one[period].get(area, 0.0) for one in present) for area in present[0][period]}
        for period in shared
    }


def _areas(timeline: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Areas of the finest level that occur."""
    every = {area for figures in timeline.values() for area in figures}
    for head in ("BU", "WK"):
        if found := sorted(area for area in every if area[:2] == head):
            return found
    return sorted(area for area in every if area[:2] != "GM")


def _grid(timeline: Mapping[str, Mapping[str, float]], periods: list[str], areas: list[str]) -> Floats:
    """Figures, shape (areas, periods); NaN where there is none."""
    empty: dict[str, float] = {}
    columns = [[timeline.get(period, empty).get(area, np.nan) for area in areas] for period in periods]
    return np.array(columns, dtype=np.float64).reshape(len(periods), len(areas)).T


def _whole(timeline: Mapping[str, Mapping[str, float]], periods: list[str], grid: Floats) -> Floats:
    """The municipality per period: its own row, else the sum of its parts; NaN where a period has nothing."""
    own = np.array([next((value for area, value in timeline.get(period, {}).items() if area[:2] == "GM"), np.nan)
                    for period in periods])  # fmt: skip
    if not np.isnan(own).all():
        return own
    return np.where(np.isnan(grid).all(axis=0), np.nan, np.nansum(grid, axis=0)) if len(grid) else own
