"""What is normal, and which newest figures stand out: from the cells to the tables `expectation` and `verdict`.

A *panel* is all series of one level in one rhythm: weeks for municipality and districts, blocks of four weeks for
neighbourhoods, months where a source gives no weeks. The series of a panel are judged together, because what may be
called a signal depends on how many were looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.vocabulary import AreaLevel, PeriodType
from etl.calendar import parse
from etl.cube import NOT_DELIVERED, PROVISIONAL, SUPPRESSED, AreaAxis, Floats
from etl.derive import Cells
from etl.frames import coded
from etl.remembering import Memory

if TYPE_CHECKING:
    from etl.statistics.expectation import NormalRange
    from etl.statistics.reference_periods import Rhythm
    from etl.statistics.signals import Verdicts

Flags = NDArray[np.bool_]

EXPECTATION = [
    "indicator", "period_type", "area_code", "period", "expected", "lower", "upper", "outer_lower", "outer_upper",
]  # fmt: skip
VERDICT = [
    "indicator", "area_code", "period_type", "period", "verdict", "direction", "reason", "observed", "expected",
    "lower", "upper", "excess", "p", "q", "dispersion", "visible_from", "smallest_rise", "method", "n_tested",
    "expected_false",
]  # fmt: skip

#: Blocks of four weeks are counted from this Monday, so that a block is the same in every load.
EPOCH = dt.date(2000, 1, 3)
BLOCK_WEEKS = 4

#: With fewer periods than a year has there is no history to hold the newest against.
SHORTEST = {PeriodType.WEEK: 52, PeriodType.ROLLING_4_WEEKS: 13, PeriodType.MONTH: 12}

#: Signals above and below normal are both told, so both can be false.
SIDES = 2

#: From the rhythm that shows a change first; per level the first that an indicator has.
RHYTHMS: dict[AreaLevel, tuple[PeriodType, ...]] = {
    AreaLevel.MUNICIPALITY: (PeriodType.WEEK, PeriodType.MONTH),
    AreaLevel.DISTRICT: (PeriodType.WEEK, PeriodType.MONTH),
    AreaLevel.CUSTOM: (PeriodType.WEEK, PeriodType.MONTH),
    AreaLevel.NEIGHBOURHOOD: (PeriodType.ROLLING_4_WEEKS, PeriodType.MONTH),
}


@dataclass(frozen=True)
class Panel:
    """All series of one level and rhythm. Arrays have shape (series, periods); NaN: not delivered or withheld."""

    level: AreaLevel
    period_type: PeriodType
    periods: tuple[str, ...]
    series: tuple[tuple[str, str], ...]  # (indicator, area code)
    counts: Floats
    provisional: Flags
    first_usable: NDArray[np.intp]

    @property
    def first_days(self) -> NDArray[np.datetime64]:
        return np.array([parse(text).first_day for text in self.periods], dtype="datetime64[D]")

    @property
    def exposure(self) -> Floats:
        """Days in each period over the usual number: months differ in length."""
        days = np.array([parse(text).days for text in self.periods], dtype=np.float64)
        return days / np.median(days)

    def key(self, row: int) -> tuple[object, ...]:
        """All that the statistics of a series follow from."""
        counts, provisional = self.counts[row].tobytes(), self.provisional[row].tobytes()
        return self.period_type, self.periods, counts, provisional, int(self.first_usable[row])

    @property
    def rhythm(self) -> Rhythm:
        from etl.statistics import reference_periods

        return {
            PeriodType.WEEK: reference_periods.WEEK,
            PeriodType.ROLLING_4_WEEKS: reference_periods.FOUR_WEEKS,
            PeriodType.MONTH: reference_periods.MONTH,
        }[self.period_type]

    @property
    def known_effects(self) -> Floats:
        """New Year's Eve; and, where it moves a week, the holidays that follow Easter."""
        from etl.statistics.known_effects import contains_any, new_year

        columns = [new_year(self.first_days, self.rhythm)]
        if self.period_type is PeriodType.WEEK:
            columns.append(contains_any(self.first_days, self.rhythm, _moving_holidays(self.periods))[:, np.newaxis])
        return np.hstack(columns)


def panels(
    cells: Sequence[Cells], axis: AreaAxis, breaks: Mapping[tuple[str | None, str | None], Sequence[dt.date]]
) -> list[Panel]:
    """The panels of a snapshot.

    Args:
        breaks: (indicator, None) -> days on which its counting changed; (None, area code) -> days on which its border
            moved.
    """
    events = [block for block in cells if block.is_events and not np.isnan(block.numerator).all()]
    by_key = {(block.indicator.id, block.period_type): block for block in events}
    found: list[Panel] = []
    for level, rhythms in RHYTHMS.items():
        areas = axis.at(level)
        if not areas.size:
            continue
        taken: set[str] = set()
        for period_type in rhythms:
            blocks = [
                block
                for (name, kind), block in by_key.items()
                if kind is period_type and name not in taken and _has_level(block, areas)
            ]
            if not blocks:
                continue
            taken |= {block.indicator.id for block in blocks}
            found += _panels_of(level, period_type, blocks, areas, axis, breaks)
    return found


def _has_level(block: Cells, areas: NDArray[np.intp]) -> bool:
    return bool((np.isin(block.area, areas) & ~np.isnan(block.numerator)).any())


def _panels_of(
    level: AreaLevel,
    period_type: PeriodType,
    blocks: Sequence[Cells],
    areas: NDArray[np.intp],
    axis: AreaAxis,
    breaks: Mapping[tuple[str | None, str | None], Sequence[dt.date]],
) -> Iterator[Panel]:
    """One panel, on the periods of all its indicators together."""
    periods = tuple(sorted({text for block in blocks for text in block.periods}, key=parse))
    if period_type is PeriodType.ROLLING_4_WEEKS:
        periods = tuple(text for text in periods if ends_block(text))
    if not periods:
        return
    place = {text: index for index, text in enumerate(periods)}
    starts = [parse(text).first_day for text in periods]
    counts, provisional, series, first_usable = [], [], [], []
    for block in blocks:
        number, status = _grids(block, axis)
        column = np.array([place.get(text, -1) for text in block.periods])
        kept = column >= 0
        for area in areas:
            if np.isnan(number[kept, area]).all():
                continue
            row, young = np.full(len(periods), np.nan), np.zeros(len(periods), dtype=bool)
            row[column[kept]] = np.rint(number[kept, area])
            young[column[kept]] = status[kept, area] == PROVISIONAL
            counts.append(row)
            provisional.append(young)
            series.append((block.indicator.id, axis.codes[area]))
            days = [
                *breaks.get((block.indicator.id, None), ()),
                *breaks.get((block.indicator.id, axis.codes[area]), ()),
            ]
            first_usable.append(_after(days, starts))
    if series:
        yield Panel(
            level, period_type, periods, tuple(series), np.array(counts), np.array(provisional), np.array(first_usable)
        )


def _grids(block: Cells, axis: AreaAxis) -> tuple[Floats, NDArray[np.int8]]:
    shape = (len(block.periods), len(axis.codes))
    number, status = np.full(shape, np.nan), np.full(shape, NOT_DELIVERED, dtype=np.int8)
    number[block.period, block.area] = np.where(block.delivered_status > SUPPRESSED, block.events, np.nan)
    status[block.period, block.area] = block.delivered_status
    return number, status


def ends_block(window: str) -> bool:
    """Is a window of four weeks one of the blocks that never overlap? A sum that moves on by a week would be judged
    four times on nearly the same weeks."""
    return ((parse(window).last_day - EPOCH).days + 1) % (7 * BLOCK_WEEKS) == 0


def _after(days: Sequence[dt.date], starts: Sequence[dt.date]) -> int:
    """Index of the first period that begins on or after the last break before the newest period."""
    past = [day for day in days if day <= starts[-1]]
    if not past:
        return 0
    return next(index for index, start in enumerate(starts) if start >= max(past))


def _moving_holidays(periods: Sequence[str]) -> Iterator[dt.date]:
    """Easter Monday, Ascension Day and Whit Monday of the years of the periods."""
    from dateutil.easter import easter

    for year in sorted({parse(text).last_day.year for text in periods}):
        for days in (1, 39, 50):
            yield easter(year) + dt.timedelta(days=days)


def judged(
    found: Sequence[Panel], source_of: Mapping[str, str], memory: Memory | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables `expectation` and `verdict`: columns EXPECTATION and VERDICT.

    Args:
        source_of: indicator -> id of the source that gives it; a source may fall silent as a whole.
        memory: what was found for series of another edition; the same series is not fitted again.
    """
    from etl.statistics.verdict_words import NO_HISTORY

    memory = Memory() if memory is None else memory
    short = [panel for panel in found if len(panel.periods) < SHORTEST[panel.period_type]]
    found = [panel for panel in found if panel not in short]
    ranges = [_normal_range(panel, memory) for panel in found]
    expectation = [_expectation_frame(panel, one) for panel, one in zip(found, ranges, strict=True)]
    # Less than a year of periods in all: nothing is fitted, which spares a new municipality seconds of imports.
    frames: list[pd.DataFrame] = [not_judged(panel, -1, NO_HISTORY) for panel in short]
    for level in RHYTHMS:
        # Weeks of some indicators and months of others are looked at together: one correction for all of a level.
        runs = [
            _Run(panel, at, rows, _run(panel, at, rows, one, source_of, memory))
            for panel, one in zip(found, ranges, strict=True)
            if panel.level is level
            for at, rows in _by_newest(panel)
        ]
        frames += _verdict_frames(runs)
    return _stacked(expectation, EXPECTATION), _stacked(frames, VERDICT)


def not_judged(panel: Panel, at: int, reason: str) -> pd.DataFrame:
    """Rows of the table `verdict` (columns VERDICT) on one period of a panel that say why there is no verdict."""
    from etl.statistics.verdict_words import NONE, TOO_FEW

    frame = pd.DataFrame(
        {
            "indicator": [name for name, _ in panel.series],
            "area_code": [code for _, code in panel.series],
            "period_type": str(panel.period_type),
            "period": panel.periods[at],
            "verdict": TOO_FEW,
            "reason": reason,
            "method": NONE,
            "observed": panel.counts[:, at],
            "n_tested": 0,
            "expected_false": 0.0,
        }
    )
    return frame.reindex(columns=VERDICT)


@dataclass(frozen=True)
class _Run:
    panel: Panel
    at: int
    rows: NDArray[np.intp]
    verdicts: Verdicts


def _normal_range(panel: Panel, memory: Memory) -> NormalRange:
    from etl.statistics.expectation import normal_range
    from etl.statistics.silence import trailing_zeros

    def ask(rows: NDArray[np.intp]) -> NormalRange:
        return normal_range(
            panel.counts[rows],
            panel.rhythm.per_year,
            exposure=panel.exposure,
            first_usable=panel.first_usable[rows],
            leave_out=(panel.provisional | trailing_zeros(panel.counts))[rows],
            known_effects=panel.known_effects,
        )

    return memory.recall([("range", *panel.key(row)) for row in range(len(panel.series))], ask)


def _expectation_frame(panel: Panel, ranges: NormalRange) -> pd.DataFrame:
    """Every period of every series that has a normal range."""
    series, period = np.nonzero(~np.isnan(ranges.mu))
    return pd.DataFrame(
        {
            "indicator": _words(panel.series, 0, series),
            "period_type": str(panel.period_type),
            "area_code": _words(panel.series, 1, series),
            "period": coded(period, panel.periods),
            "expected": ranges.mu[series, period].round(2),
            "lower": ranges.lower[series, period],
            "upper": ranges.upper[series, period],
            "outer_lower": ranges.lowest[series, period],
            "outer_upper": ranges.highest[series, period],
        }
    )


def _by_newest(panel: Panel) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """The series of a panel by the newest period that is complete for their indicator: sources differ in pace."""
    complete = ~np.isnan(panel.counts) & ~panel.provisional
    names = np.array([name for name, _ in panel.series])
    newest = np.zeros(len(names), dtype=np.intp)
    for name in dict.fromkeys(names):
        known = np.flatnonzero(complete[names == name].any(axis=0))
        newest[names == name] = known[-1] if known.size else len(panel.periods) - 1
    for at in np.unique(newest):
        yield int(at), np.flatnonzero(newest == at)


def _run(
    panel: Panel,
    at: int,
    rows: NDArray[np.intp],
    ranges: NormalRange,
    source_of: Mapping[str, str],
    memory: Memory,
) -> Verdicts:
    from etl.statistics.signals import judge_newest

    silent = _silent(panel, at, rows, ranges, source_of)

    def ask(places: NDArray[np.intp]) -> Verdicts:
        asked = rows[places]
        return judge_newest(
            panel.counts[asked],
            panel.first_days,
            panel.rhythm,
            at=at,
            exposure=panel.exposure,
            provisional=panel.provisional[asked],
            first_usable=panel.first_usable[asked],
            known_effects=panel.known_effects,
            silent=silent[places],
        )

    keys = [("verdict", at, bool(silent[place]), *panel.key(row)) for place, row in enumerate(rows)]
    return memory.recall(keys, ask)


def _silent(panel: Panel, at: int, rows: NDArray[np.intp], ranges: NormalRange, source_of: Mapping[str, str]) -> Flags:
    """Zeros that are no zeros: of a series by itself, or of all series of an area or of a source together."""
    from etl.statistics.silence import silent_groups, silent_series

    # After a year without a range the zeros of a series say nothing new: an unknown expectation counts as none.
    counts, expected, phi = panel.counts[rows], np.nan_to_num(ranges.mu[rows]), np.nan_to_num(ranges.phi[rows], nan=1.0)
    found = silent_series(counts, expected, phi, at=at).is_silent
    for groups in (
        [panel.series[row][1] for row in rows],
        [source_of.get(panel.series[row][0], "") for row in rows],
    ):
        labels, together = silent_groups(counts, expected, phi, groups, at=at)
        silent = {label for label, is_silent in zip(labels, together.is_silent, strict=True) if is_silent}
        found = found | (np.array([group in silent for group in groups]) & (counts[:, at] == 0))
    return np.asarray(found)


def _verdict_frames(runs: Sequence[_Run]) -> Iterator[pd.DataFrame]:
    from etl.statistics.signals import together
    from etl.statistics.verdict_words import SIGNAL, WATCH

    for run, verdicts in zip(runs, together([run.verdicts for run in runs]), strict=True):
        frame = verdicts.frame().rename(columns={"phi": "dispersion", "visible_times": "smallest_rise"})
        frame["indicator"] = [run.panel.series[row][0] for row in run.rows]
        frame["area_code"] = [run.panel.series[row][1] for row in run.rows]
        frame["period_type"], frame["period"] = str(run.panel.period_type), run.panel.periods[run.at]
        frame["n_tested"], frame["expected_false"] = verdicts.n_tested, SIDES * verdicts.expected_false
        low = frame.is_low.astype(bool)
        # Far fewer than normal is news as much as far more; both sides are held to the same measure.
        frame.loc[low, "verdict"] = SIGNAL
        frame["direction"] = np.select(
            [low, frame.verdict.isin([SIGNAL, WATCH])],
            [np.array("low", dtype=object), np.array("high", dtype=object)],
            np.array(None, dtype=object),
        )
        frame.loc[low, "p"], frame.loc[low, "q"] = frame.p_low[low], frame.q_low[low]
        yield frame[VERDICT]


def _stacked(frames: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    kept = [frame for frame in frames if len(frame)]
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=columns)


def _words(series: Sequence[tuple[str, str]], part: int, rows: NDArray[np.intp]) -> Any:
    """A column of words as positions in a short list."""
    words = [one[part] for one in series]
    unique = sorted(set(words))
    place = {word: index for index, word in enumerate(unique)}
    return coded(np.array([place[word] for word in words])[rows], unique)
