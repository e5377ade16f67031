"""What is normal, and which newest figures stand out: from the cells to the tables `expectation` and `verdict`.

A *panel* is all series of one level in one rhythm: weeks for municipality and districts, blocks of four weeks for
neighbourhoods, months where a source gives no weeks. The series of a panel are judged together, because what may be
called a signal depends on how many were looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.vocabulary import AreaLevel, PeriodType
from etl.calendar import parse
from etl.cube import NOT_DELIVERED, PROVISIONAL, SUPPRESSED, AreaAxis, Floats
from etl.derive import Cells

if TYPE_CHECKING:
    from etl.statistics.reference_periods import Rhythm

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
    cells: Sequence[Cells], axis: AreaAxis, breaks: Mapping[tuple[str, str | None], Sequence[dt.date]]
) -> list[Panel]:
    """The panels of a snapshot.

    Args:
        breaks: (indicator, area code or None for all areas) -> days on which its counting changed.
    """
    events = [block for block in cells if not np.isnan(block.numerator).all() and not np.isnan(block.lower).all()]
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
    breaks: Mapping[tuple[str, str | None], Sequence[dt.date]],
) -> Iterator[Panel]:
    """One panel, on the periods of all its indicators together."""
    periods = tuple(sorted({text for block in blocks for text in block.periods}, key=parse))
    if period_type is PeriodType.ROLLING_4_WEEKS:
        periods = tuple(text for text in periods if _ends_block(text))
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
    number[block.period, block.area] = np.where(block.delivered_status > SUPPRESSED, block.numerator, np.nan)
    status[block.period, block.area] = block.delivered_status
    return number, status


def _ends_block(window: str) -> bool:
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


def expectations(found: Sequence[Panel]) -> pd.DataFrame:
    """The table `expectation`: columns EXPECTATION, for every period of every series that has a normal range."""
    from etl.statistics.expectation import normal_range

    frames = []
    for panel in found:
        ranges = normal_range(
            panel.counts,
            panel.rhythm.per_year,
            exposure=panel.exposure,
            first_usable=panel.first_usable,
            leave_out=panel.provisional,
            known_effects=panel.known_effects,
        )
        series, period = np.nonzero(~np.isnan(ranges.mu))
        frames.append(
            pd.DataFrame(
                {
                    "indicator": _words(panel.series, 0, series),
                    "period_type": str(panel.period_type),
                    "area_code": _words(panel.series, 1, series),
                    "period": _coded(period, panel.periods),
                    "expected": ranges.mu[series, period].round(2),
                    "lower": ranges.lower[series, period],
                    "upper": ranges.upper[series, period],
                    "outer_lower": ranges.lowest[series, period],
                    "outer_upper": ranges.highest[series, period],
                }
            )
        )
    if not frames:
        return pd.DataFrame(columns=EXPECTATION)
    frame = pd.concat(frames, ignore_index=True)
    return frame.sort_values(["indicator", "period_type", "area_code"], kind="stable", ignore_index=True)


def verdicts(found: Sequence[Panel]) -> pd.DataFrame:
    """The table `verdict`: columns VERDICT, one row per series."""
    frames = [_judged(panel, at, rows) for panel in found for at, rows in _by_newest(panel)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=VERDICT)


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


def _judged(panel: Panel, at: int, rows: NDArray[np.intp]) -> pd.DataFrame:
    from etl.statistics.signals import SIGNAL, WATCH, judge_newest

    judged = judge_newest(
        panel.counts[rows],
        panel.first_days,
        panel.rhythm,
        at=at,
        exposure=panel.exposure,
        provisional=panel.provisional[rows],
        first_usable=panel.first_usable[rows],
        known_effects=panel.known_effects,
    )
    frame = judged.frame().rename(columns={"phi": "dispersion", "visible_times": "smallest_rise"})
    frame["indicator"] = [panel.series[row][0] for row in rows]
    frame["area_code"] = [panel.series[row][1] for row in rows]
    frame["period_type"], frame["period"] = str(panel.period_type), panel.periods[at]
    frame["n_tested"], frame["expected_false"] = judged.n_tested, judged.expected_false
    low = frame.is_low.astype(bool)
    frame["direction"] = np.select(
        [frame.verdict.isin([SIGNAL, WATCH]), low],
        [np.array("high", dtype=object), np.array("low", dtype=object)],
        np.array(None, dtype=object),
    )
    frame.loc[low, "p"], frame.loc[low, "q"] = frame.p_low[low], frame.q_low[low]
    return frame[VERDICT]


def _words(series: Sequence[tuple[str, str]], part: int, rows: NDArray[np.intp]) -> pd.Categorical:
    """A column of words as positions in a short list."""
    words = [one[part] for one in series]
    unique = sorted(set(words))
    place = {word: index for index, word in enumerate(unique)}
    return _coded(np.array([place[word] for word in words])[rows], unique)


def _coded(codes: NDArray[np.intp], words: Sequence[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(words), dtype=object))
