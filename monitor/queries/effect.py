"""Did it work? One topic before and after a start, in areas where something was done and in areas where it was not.

Asked by a reader, worked out once and then kept. What takes seconds to import is imported here, not with the server.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.vocabulary import PeriodType, Status
from etl import calendar
from etl.snapshot import Snapshot
from etl.statistics.effect_words import YEARS_BEFORE
from etl.statistics.verdict_words import COUNTED_OTHERWISE
from monitor.queries.areas import Area, areas_of_level, neighbours_of
from monitor.queries.exactness import EXACT, exactness
from monitor.queries.memory import remembered

if TYPE_CHECKING:
    from etl.statistics.evaluation import Evaluation

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Why nothing was worked out, beside the refusals of `etl.statistics.evaluation`.
ROUNDED, NO_FIGURES, START_OUTSIDE = "rounded", "no_figures", "start_outside"

#: So many comparison areas or fewer: areas that drift by themselves then give too many wrong verdicts.
FEW_AREAS = 8

#: Periods a year, and in the quarter before the start that may be left out.
PER_YEAR = {PeriodType.MONTH: 12, PeriodType.WEEK: 52}

#: A period is left out when more than this share of all areas has no settled number.
_MOST_MISSING = 0.5


@dataclass(frozen=True)
class Question:
    """Where something was done, from when; up to when is looked, and beside which areas.

    start, end: months or weeks; end None: the newest settled period. beside: empty: every neighbourhood that does not
    touch a treated one. without_peak: leave the quarter before the start out.
    """

    indicator: str
    treated: tuple[str, ...]
    start: str
    end: str | None = None
    beside: tuple[str, ...] = ()
    without_peak: bool = False


def question_in(state: Mapping[str, str | None], indicator: str) -> Question | None:
    """The question that the validated state of an address asks; None while it does not say where and from when."""
    treated, start, beside = state.get("effect"), state.get("effect_from"), state.get("effect_compare")
    if not treated or not start:
        return None
    return Question(
        indicator,
        tuple(sorted(treated.split(","))),
        start,
        state.get("effect_to"),
        tuple(sorted(beside.split(","))) if beside else (),
        state.get("effect_leave_out") == "peak",
    )


@dataclass(frozen=True, eq=False)
class Effect:
    """What can be said, and what it is said of.

    refusals: codes of ROUNDED, NO_FIGURES, START_OUTSIDE and of `evaluation`; empty: `found.effect` is there.
    found: None where there was nothing to work out. periods: of the series, oldest first, up to the last one used;
        `at`: position of the start in them; `compared`: positions of those that are compared.
    groups: treated, buffer and comparison areas. touching: comparison areas that touch a treated one. sums: events per
        group and period, NaN where left out, shape (3, n).
    areas_out, periods_out: what was left out among the compared, with the status that was why ("break" for an area).
    last_break: when the way of counting last changed; is_cut: that shortened the series. is_counted_otherwise: all
        areas moved at once, and nobody wrote down why. is_estimated: parts were redistributed over changed boundaries.
    """

    question: Question
    refusals: tuple[str, ...]
    found: Evaluation | None = None
    periods: tuple[str, ...] = ()
    at: int = 0
    period_type: PeriodType = PeriodType.MONTH
    groups: tuple[tuple[Area, ...], ...] = ((), (), ())
    sums: Floats = field(default_factory=lambda: np.empty((3, 0)))
    areas_out: tuple[tuple[Area, str], ...] = ()
    periods_out: tuple[tuple[str, str], ...] = ()
    last_break: dt.date | None = None
    is_cut: bool = False
    is_estimated: bool = False
    is_counted_otherwise: bool = False
    touching: tuple[Area, ...] = ()
    compared: tuple[int, ...] = ()

    @property
    def start(self) -> str:
        """The first period with the intervention, of the length of the series."""
        return _of_type(self.question.start, self.period_type)

    @property
    def before(self) -> tuple[int, ...]:
        """Positions of the compared periods before the start."""
        return tuple(place for place in self.compared if place < self.at)

    @property
    def after(self) -> tuple[int, ...]:
        return tuple(place for place in self.compared if place >= self.at)


@dataclass(frozen=True, eq=False)
class _Grid:
    """Areas by periods. counts: whole, NaN where there is no settled number; people: NaN without a denominator."""

    codes: tuple[str, ...]
    periods: tuple[str, ...]
    counts: Floats
    people: Floats
    status: NDArray[np.object_]


@remembered
def starts(snapshot: Snapshot, indicator: str) -> tuple[str, ...]:
    """Periods from which an effect can be asked: those with a settled number in any neighbourhood, oldest first."""
    grid = _grid(snapshot, indicator, _type_of(snapshot, indicator))
    return grid.periods if grid is not None else ()


@remembered
def effect(snapshot: Snapshot, question: Question) -> Effect:
    """The answer to one question; always one, also where it is why there is none."""
    from etl.statistics.evaluation import evaluate

    kind = _type_of(snapshot, question.indicator)
    if exactness(snapshot, question.indicator, "neighbourhood", str(kind)) != EXACT:
        return Effect(question, (ROUNDED,), period_type=kind)
    grid = _grid(snapshot, question.indicator, kind)
    if grid is None or not (counted := _counted(grid, question.treated)):
        return Effect(question, (NO_FIGURES,), period_type=kind)
    start = _of_type(question.start, kind)
    if question.end:
        grid = _until(grid, _of_type(question.end, kind))
    if start not in grid.periods[1:]:
        return Effect(question, (START_OUTSIDE,), periods=grid.periods, period_type=kind)

    at = grid.periods.index(start)
    groups = _groups(snapshot, question, counted)
    is_part = np.array([[code in {one.code for one in group} for code in grid.codes] for group in groups])
    last_break, of_area = _breaks(snapshot, question, grid)
    first = _first_usable(grid.periods, last_break)
    is_masked = _masked(grid, is_part)
    n_out = PER_YEAR[kind] // 4 if question.without_peak else 0
    window = _window(is_masked, first, at, n_out, PER_YEAR[kind])
    why = _why_out(grid, is_part, window, of_area)
    kept = is_part & ~np.array([code in why for code in grid.codes])
    found = evaluate(
        np.where(is_masked, np.nan, grid.counts),
        at,
        is_treated=kept[0],
        is_buffer=kept[1],
        is_comparison=kept[2],
        exposure=_exposure(grid),
        per_year=PER_YEAR[kind],
        leave_out_before=n_out,
        first_usable=first,
        is_masked=is_masked,
    )
    by_code = {one.code: one for one in areas_of_level(snapshot, "neighbourhood")}
    why = {code: str(Status.NOT_DELIVERED) for code in question.treated if code not in counted} | why
    is_left_out = is_masked | (np.arange(len(grid.periods)) < first)
    is_left_out[at - n_out : at] = True
    return Effect(
        question,
        found.refusals,
        found,
        grid.periods,
        at,
        kind,
        tuple(tuple(one for one in group if one.code not in why) for group in groups),
        np.array([_sum(grid.counts, part, is_left_out) for part in kept]),
        tuple((by_code[code], status) for code, status in why.items()),
        tuple((grid.periods[place], _status_of(grid, is_part, place)) for place in np.flatnonzero(is_masked)
              if window.size and place > window[0]),
        last_break,
        bool(first > 0 and (not window.size or window[0] == first) and found.n_before < 2 * PER_YEAR[kind]),
        bool((grid.status[kept.any(axis=0)][:, window] == Status.ESTIMATED).any()),
        _is_counted_otherwise(snapshot, question.indicator),
        _touching(snapshot, question, groups[2]),
        tuple(int(place) for place in window),
    )  # fmt: skip


# --- what is read ----------------------------------------------------------------------------------------------------


@remembered
def _type_of(snapshot: Snapshot, indicator: str) -> PeriodType:
    """Months, or weeks where neighbourhoods have no months."""
    frame = snapshot.query(
        """
        SELECT DISTINCT period_type FROM observation
        WHERE indicator = ? AND area_level = 'neighbourhood' AND numerator IS NOT NULL
              AND period_type IN ('month', 'week')
        """,
        [indicator],
    )
    return PeriodType.WEEK if frame["period_type"].tolist() == ["week"] else PeriodType.MONTH


@remembered
def _grid(snapshot: Snapshot, indicator: str, kind: PeriodType) -> _Grid | None:
    """All neighbourhoods that a source delivers, up to the newest period with a settled number; None without any."""
    frame = snapshot.query(
        """
        SELECT area_code, period, round(numerator) AS count, denominator, rate IS NULL AS has_no_rate,
               coalesce(numerator_status, status) AS status
        FROM observation WHERE indicator = ? AND area_level = 'neighbourhood' AND period_type = ?
        """,
        [indicator, str(kind)],
    )
    # A number that is partly redistributed over changed boundaries is no whole number; tests of counts need one.
    counts = pd.to_numeric(frame["count"]).where(frame["status"] != Status.PROVISIONAL)
    settled = frame.loc[counts.notna(), "period"]
    if settled.empty:
        return None
    periods = calendar.periods_between(str(settled.min()), str(settled.max()))
    people = pd.to_numeric(frame["denominator"]).where(~frame["has_no_rate"])
    columns = frame.assign(count=counts, people=people)

    def wide(name: str) -> pd.DataFrame:
        return columns.pivot(index="area_code", columns="period", values=name).reindex(columns=periods)

    known = wide("count")
    status = wide("status").astype(object).fillna(str(Status.NOT_DELIVERED))
    return _Grid(
        tuple(str(code) for code in known.index),
        tuple(periods),
        known.to_numpy(dtype=np.float64),
        wide("people").to_numpy(dtype=np.float64),
        status.to_numpy(dtype=object),
    )


def _until(grid: _Grid, end: str) -> _Grid:
    n = sum(calendar.parse(period) <= calendar.parse(end) for period in grid.periods)
    return _Grid(grid.codes, grid.periods[:n], grid.counts[:, :n], grid.people[:, :n], grid.status[:, :n])


def _of_type(period: str, kind: PeriodType) -> str:
    """The month or week in which a period begins."""
    found = calendar.parse(period)
    if found.period_type == kind:
        return period
    return calendar.month_of(found.first_day) if kind is PeriodType.MONTH else calendar.iso_week(found.first_day)


def _counted(grid: _Grid, treated: tuple[str, ...]) -> set[str]:
    """The treated areas that have a settled number at all."""
    return {code for code, row in zip(grid.codes, grid.counts, strict=True) if code in treated and (row >= 0).any()}


def _groups(snapshot: Snapshot, question: Question, counted: set[str]) -> tuple[tuple[Area, ...], ...]:
    """Treated areas, those that touch them, and those to compare with. A chosen comparison area is no buffer."""
    every = areas_of_level(snapshot, "neighbourhood")
    treated = set(question.treated)
    touching = {one.code for code in treated for one in neighbours_of(snapshot, code)} - treated
    beside = set(question.beside) - treated or {one.code for one in every} - treated - touching
    return tuple(tuple(one for one in every if one.code in part) for part in (counted, touching - beside, beside))


def _touching(snapshot: Snapshot, question: Question, beside: tuple[Area, ...]) -> tuple[Area, ...]:
    touching = {one.code for code in question.treated for one in neighbours_of(snapshot, code)}
    return tuple(one for one in beside if one.code in touching)


def _breaks(snapshot: Snapshot, question: Question, grid: _Grid) -> tuple[dt.date | None, dict[str, dt.date]]:
    """The newest break that the treated areas or all areas have, and that of each other area, within the series."""
    frame = snapshot.query(
        """
        SELECT area_code, max(date) AS date FROM series_break
        WHERE (indicator IS NULL OR indicator = ?) AND date <= ? GROUP BY area_code
        """,
        [question.indicator, calendar.parse(grid.periods[-1]).last_day],
    )
    shared: list[dt.date] = []
    of_area: dict[str, dt.date] = {}
    for code, date in zip(frame["area_code"], frame["date"], strict=True):
        day = pd.Timestamp(date).date()
        if not isinstance(code, str) or code in question.treated:
            shared.append(day)
        else:
            of_area[code] = day
    return max(shared, default=None), of_area


def _is_counted_otherwise(snapshot: Snapshot, indicator: str) -> bool:
    frame = snapshot.query(
        "SELECT count(*) AS n FROM verdict WHERE indicator = ? AND reason = ?", [indicator, COUNTED_OTHERWISE]
    )
    return bool(frame["n"].iloc[0])


# --- what is left out ------------------------------------------------------------------------------------------------


def _first_usable(periods: tuple[str, ...], last_break: dt.date | None) -> int:
    if last_break is None:
        return 0
    return sum(calendar.parse(period).first_day < last_break for period in periods)


def _masked(grid: _Grid, is_part: Bools) -> Bools:
    """Periods without a number in a treated area, or in most areas."""
    is_missing = np.isnan(grid.counts)
    few = is_missing[is_part.any(axis=0)].mean(axis=0) > _MOST_MISSING
    return np.asarray(few | is_missing[is_part[0]].any(axis=0))


def _window(is_masked: Bools, first: int, at: int, n_out: int, per_year: int) -> NDArray[np.intp]:
    """The periods that `evaluate` compares: two years before the start, and all after it."""
    place = np.arange(is_masked.size)
    usable = np.flatnonzero(~is_masked & (place >= first) & ~((place >= at - n_out) & (place < at)))
    return np.concatenate([usable[usable < at][-YEARS_BEFORE * per_year :], usable[usable >= at]])


def _why_out(grid: _Grid, is_part: Bools, window: NDArray[np.intp], of_area: dict[str, dt.date]) -> dict[str, str]:
    """Area code -> why a buffer or comparison area takes no part: a status, or "break"."""
    found: dict[str, str] = {}
    if not window.size:
        return found
    from_day = calendar.parse(grid.periods[window[0]]).first_day
    for row in np.flatnonzero(is_part[1] | is_part[2]):
        code = grid.codes[row]
        missing = window[np.isnan(grid.counts[row, window])]
        if missing.size:
            found[code] = str(pd.Series(grid.status[row, missing]).mode().iloc[0])
        elif code in of_area and of_area[code] > from_day:
            found[code] = "break"
    return found


def _status_of(grid: _Grid, is_part: Bools, place: int) -> str:
    """Why a period is left out: the status that most of its missing numbers have."""
    for part in (is_part[0], is_part.any(axis=0)):
        rows = part & np.isnan(grid.counts[:, place])
        if rows.any():
            return str(pd.Series(grid.status[rows, place]).mode().iloc[0])
    raise ValueError(f"{grid.periods[place]} has all its numbers")


def _exposure(grid: _Grid) -> Floats | None:
    """People at risk. An area of too few people for a rate counts as one that stays as large as it is."""
    if np.isnan(grid.people).all():
        return None
    typical = float(np.nanmedian(grid.people))
    return np.where(grid.people > 0, grid.people, typical)


def _sum(counts: Floats, is_part: Bools, is_left_out: Bools) -> Floats:
    if not is_part.any():
        return np.full(is_left_out.size, np.nan)
    return np.where(is_left_out, np.nan, counts[is_part].sum(axis=0))
