"""What matters besides the season: New Year's Eve, holidays, events. One column per effect, 1 where it holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from etl.statistics.reference_periods import MONTH, Days, Rhythm

Floats = NDArray[np.float64]

#: A month has 31 days at most; the last period of a calendar ends no later than this after its first day.
_LONGEST = {"week": 7, "four_weeks": 28, "month": 31}


def contains_any(first_days: Days, rhythm: Rhythm, days: Iterable[dt.date]) -> Floats:
    """1 for every period that holds at least one of the days (a holiday, a yearly event), else 0; shape (periods,)."""
    starts = np.asarray(first_days, dtype="datetime64[D]")
    found = np.zeros(starts.size)
    if not starts.size:
        return found
    given = np.array(sorted(days), dtype="datetime64[D]")
    end = starts[-1] + np.timedelta64(_LONGEST[rhythm.name], "D")
    inside = given[(given >= starts[0]) & (given < end)]
    found[np.searchsorted(starts, inside, side="right") - 1] = 1
    return found


def new_year(first_days: Days, rhythm: Rhythm) -> Floats:
    """The night of New Year's Eve, shape (periods, effects).

    Weeks and blocks: one effect, where the period holds 31 December or 1 January (two weeks where 1 January is a
    Monday). Months: December and January apart, as each holds its own half of the night.
    """
    years = np.unique(np.asarray(first_days, dtype="datetime64[Y]").astype(np.int64) + 1970)
    eves, mornings = ([dt.date(int(year), *day) for year in years] for day in ((12, 31), (1, 1)))
    if rhythm == MONTH:
        return np.column_stack([contains_any(first_days, rhythm, days) for days in (eves, mornings)])
    return contains_any(first_days, rhythm, [*eves, *mornings])[:, np.newaxis]
