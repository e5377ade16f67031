"""Indicators that moved in all areas at once: probably counted otherwise, so no news about any single area.

The finding "was the way of counting changed?" is told when a delivery comes in (`etl.plausibility`). Until somebody
writes the break down, or the movement turns out to be real, a list of signals for every area would be told as news.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.vocabulary import AreaLevel, PeriodType
from etl.calendar import parse
from etl.judge import Panel

#: Lengths of the new level that are tried, in periods. A step of fewer may be one odd month in the whole town (a heat
#: wave, a riot): that is told as it is. From a year on the comparison with a year earlier sees nothing any more.
LENGTHS = {PeriodType.MONTH: tuple(range(3, 12)), PeriodType.WEEK: (6, 8, 10, 13, 17, 21, 26, 32, 39, 46)}


def suspected(panels: Sequence[Panel]) -> dict[str, dt.date]:
    """Indicator -> first day of the level that all its districts moved to at once, within the last year.

    By districts: of neighbourhoods only the busiest have events enough to be judged, and those may lie in one corner of
    the town. A step before the last known break of a series is explained by it and not looked at.
    """
    found: dict[str, dt.date] = {}
    for panel in panels:
        if panel.level is AreaLevel.DISTRICT:
            names = np.array([name for name, _ in panel.series])
            for name in dict.fromkeys(names):
                step = _step(panel, np.flatnonzero(names == name))
                if step is not None:
                    found[str(name)] = parse(panel.periods[step]).first_day
    return found


def _step(panel: Panel, rows: NDArray[np.intp]) -> int | None:
    """Index of the first period of the new level: of all lengths that show a step, the one that shows it best."""
    from etl.statistics.level_shift import level_shift

    complete = np.flatnonzero((~np.isnan(panel.counts[rows]) & ~panel.provisional[rows]).any(axis=0))
    if not complete.size:
        return None
    first, end = int(panel.first_usable[rows].max()), int(complete[-1]) + 1
    grid, per_year = panel.counts[rows][:, first:end], panel.rhythm.per_year
    shifts = [(level_shift(grid, n, per_year=per_year), n) for n in LENGTHS[panel.period_type]]
    sizes = [(abs(float(np.log(max(shift.ratio, 1e-9)))), n) for shift, n in shifts if shift.is_shift]
    return end - max(sizes)[1] if sizes else None


def held_back(panels: Sequence[Panel], steps: Mapping[str, dt.date]) -> list[Panel]:
    """The panels with a break at each suspected step: nothing is judged across it."""
    return [_held_back(panel, steps) for panel in panels]


def _held_back(panel: Panel, steps: Mapping[str, dt.date]) -> Panel:
    starts = np.array([parse(text).first_day for text in panel.periods], dtype="datetime64[D]")
    place = {name: int(np.searchsorted(starts, np.datetime64(day))) for name, day in steps.items()}
    breaks = [min(place.get(name, 0), starts.size - 1) for name, _ in panel.series]
    return replace(panel, first_usable=np.maximum(panel.first_usable, breaks)) if any(breaks) else panel


def said(verdict: pd.DataFrame, steps: Mapping[str, dt.date]) -> pd.DataFrame:
    """The table `verdict` in which the series held back here say why."""
    from etl.statistics.verdict_words import AFTER_BREAK, COUNTED_OTHERWISE

    is_held = verdict.indicator.isin(list(steps)) & (verdict.reason == AFTER_BREAK)
    return verdict.assign(reason=verdict.reason.mask(is_held, COUNTED_OTHERWISE))
