"""Which past periods say what is normal now: the calendar of Farrington Flexible.

The same date of up to five earlier years, with a window around each, is the season of now; the time between two windows
is cut into blocks of nearly equal length, which are the other seasons. Works on first days alone, so ISO weeks (also
week 53), blocks of four weeks and months go the same way.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]

#: Fewer years than this say too little about the season (Noufaily et al. 2013 use five).
FEWEST_YEARS = 3


@dataclass(frozen=True)
class Rhythm:
    """How often a series has a value, in periods.

    half_window: periods to either side of the same date last year that are its season.
    left_out: newest periods that do not count as normal, so that a rise that lasts does not hide itself (26 weeks).
    recent: periods that make up the last four weeks (at least one period).
    """

    name: str
    per_year: int
    half_window: int
    left_out: int
    recent: int


WEEK = Rhythm("week", 52, 3, 26, 4)
FOUR_WEEKS = Rhythm("four_weeks", 13, 1, 7, 1)
MONTH = Rhythm("month", 12, 1, 6, 1)

RHYTHMS = {rhythm.name: rhythm for rhythm in (WEEK, FOUR_WEEKS, MONTH)}


@dataclass(frozen=True)
class Reference:
    """The periods a newest one is held against.

    at: index of the period that is judged.
    index: indices of the reference periods, shape (n,), oldest first.
    season: season of each of them, shape (n,); the highest number is the season of `at`.
    anniversaries: index of the same date in each earlier year, newest first.
    """

    at: int
    rhythm: Rhythm
    index: NDArray[np.intp]
    season: NDArray[np.intp]
    n_seasons: int
    anniversaries: tuple[int, ...]

    @property
    def trend(self) -> NDArray[np.float64]:
        """Time of each reference period, in years before `at`; `at` itself is 0."""
        return np.asarray((self.index - self.at) / self.rhythm.per_year, dtype=np.float64)


def reference_periods(
    first_days: Days,
    at: int,
    rhythm: Rhythm,
    *,
    first_usable: int = 0,
    years_back: int = 5,
    n_seasons: int = 10,
) -> Reference | None:
    """The reference periods of period `at`, or None where fewer than three years lie before it.

    Args:
        first_days: first day of every period, shape (periods,), rising, no period left out.
        at: index of the period to judge, >= 0.
        first_usable: index of the first period that may be compared with (after the last break of the series).
        years_back: most years to look back.
        n_seasons: levels of the seasonal factor.

    Source: Noufaily et al. (2013), Statistics in Medicine 32: 1206.
    """
    anniversaries = same_dates(first_days, at, first_usable=first_usable, years_back=years_back)
    if len(anniversaries) < FEWEST_YEARS:
        return None
    season = _seasons([*reversed(anniversaries), at], rhythm.half_window, n_seasons)
    first = max(anniversaries[-1] - rhythm.half_window, first_usable, 0)
    index = np.arange(first, at - rhythm.left_out, dtype=np.intp)
    return Reference(at, rhythm, index, season[index], n_seasons, anniversaries)


def same_dates(first_days: Days, at: int, *, first_usable: int = 0, years_back: int = 5) -> tuple[int, ...]:
    """Index of the period nearest to the same date one, two, … years earlier, as far as the series goes back.

    29 February goes with 1 March. Week 53 goes with whichever of the weeks 52, 53 and 1 begins nearest to its date, so
    it is never without a reference.

    Raises:
        ValueError: first_days do not rise.
    """
    days = np.asarray(first_days, dtype="datetime64[D]")
    steps = np.diff(days).astype(np.int64)
    if steps.size and steps.min() <= 0:
        raise ValueError("first days of periods must rise")
    half_a_step = np.timedelta64(int(steps.max()) // 2 if steps.size else 0, "D")
    today: dt.date = days[at].astype(dt.date)
    found: list[int] = []
    for years in range(1, years_back + 1):
        date = np.datetime64(_years_earlier(today, years))
        if date < days[first_usable] - half_a_step:
            break
        found.append(max(int(np.argmin(np.abs(days - date))), first_usable))
    return tuple(found)


def _years_earlier(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return dt.date(day.year - years, 3, 1)


def _seasons(centres: list[int], half_window: int, n_seasons: int) -> NDArray[np.intp]:
    """Season of every period up to the last centre: the windows are the highest, what lies between is cut in blocks."""
    season = np.full(centres[-1] + 1, n_seasons - 1, dtype=np.intp)
    for earlier, later in pairwise(centres):
        first, end = earlier + half_window + 1, later - half_window
        length, longer = divmod(max(end - first, 0), n_seasons - 1)
        lengths = np.full(n_seasons - 1, length)
        lengths[:longer] += 1
        season[first:end] = np.repeat(np.arange(n_seasons - 1), lengths)
    return season
