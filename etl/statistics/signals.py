"""The one verdict per figure: is the newest period of a series normal for this time of the year?

`judge_newest` looks at all series of one level and run together, because what may be called a signal depends on how
many were looked at. Three years of history and more: Farrington Flexible. One to three: EARS C2. Less: no verdict.

    signal    Benjamini-Hochberg q <= 0.05, and at least three cases more than expected
    watch     p <= 0.01 only
    normal    neither
    too_few   nothing can be said; `reason` tells why
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from etl.statistics.ears import judge_by_c2
from etl.statistics.expectation import RANGE, smallest_visible_rise
from etl.statistics.farrington import ALPHA, FEWEST_RECENT, farrington_flexible, has_enough_recent
from etl.statistics.multiplicity import false_discovery_rate
from etl.statistics.negative_binomial import at_least, at_most, quantile
from etl.statistics.reference_periods import Days, Reference, Rhythm, reference_periods
from etl.statistics.verdict_words import (
    AFTER_BREAK,
    EARS,
    FARRINGTON,
    GAPS,
    KNOWN_EFFECT,
    MEAN,
    NO_EXPOSURE,
    NO_HISTORY,
    NONE,
    NORMAL,
    NOT_DELIVERED,
    PROVISIONAL,
    SHORT_HISTORY,
    SIGNAL,
    SILENT,
    TOO_FEW,
    TOO_RARE,
    WATCH,
)

Floats = NDArray[np.float64]
Words = NDArray[np.object_]
Flags = NDArray[np.bool_]

#: A signal is expected to be false in at most this share of cases.
FALSE_SHARE = 0.05

#: A signal (or an improvement) is at least this many cases away from what is expected.
LEAST_EXCESS = 3

#: Where fewer than this are expected in a period, only a rise of twelve times normal would show.
RARE_BELOW = 0.25

#: Below this part of the cases that a low count needs to be found, no regression is needed to know that.
RARELY = 0.5

#: False signals to expect per run when nothing happens, measured in null simulations with 280 series (the suite repeats
#: them). It hardly depends on how many series are tested, as Benjamini-Hochberg allows for that.
MEASURED_FALSE_PER_RUN = {"week": 0.125, "four_weeks": 0.25, "month": 0.125}


@dataclass(frozen=True)
class Verdicts:
    """Columns of shape (series,) on period `at`.

    verdict: signal | watch | normal | too_few. method: farrington | ears | none.
    reason: why too_few; else None, or why the method is ears (short_history, after_break, gaps).
    observed, expected: events. lower, upper: the normal range (5 and 95 %). phi: variance over mean.
    p, q: of so many or more, and the same adjusted over all series. excess: observed - expected.
    p_low, q_low: of so few or fewer. is_low: fewer than normal, held to the same measure as a signal.
    may_rise, may_fall: enough cases to become a signal (five in the last four weeks), enough expected to be found low.
    visible_from, visible_times: the smallest count that would show (p <= 0.01), and how many times normal that is.
    at: index of the period judged. n_tested: series with a p-value. expected_false: signals to expect in a run in which
    nothing happens.
    """

    verdict: Words
    reason: Words
    method: Words
    observed: Floats
    expected: Floats
    lower: Floats
    upper: Floats
    phi: Floats
    p: Floats
    q: Floats
    excess: Floats
    p_low: Floats
    q_low: Floats
    is_low: Flags
    may_rise: Flags
    may_fall: Flags
    visible_from: Floats
    visible_times: Floats
    at: int
    n_tested: int
    expected_false: float

    def frame(self) -> pd.DataFrame:
        """The columns as a frame, one row a series, in the order they were given."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        return pd.DataFrame({name: column for name, column in columns.items() if isinstance(column, np.ndarray)})


@dataclass
class _Series:
    """One series while it is judged."""

    reason: str | None = None
    method: str = NONE
    expected: float = np.nan
    phi: float = np.nan
    p: float = np.nan
    p_low: float = np.nan


def judge_newest(
    counts: ArrayLike,
    first_days: Days,
    rhythm: Rhythm,
    *,
    at: int | None = None,
    exposure: ArrayLike | None = None,
    provisional: ArrayLike | None = None,
    first_usable: ArrayLike = 0,
    known_effects: ArrayLike | None = None,
    silent: ArrayLike | None = None,
) -> Verdicts:
    """The verdict on one period of all series of a level and run.

    Args:
        counts: events, shape (series, periods); whole, >= 0; NaN for not delivered, never 0 for it.
        first_days: first day of every period, shape (periods,), rising, none left out.
        rhythm: WEEK, FOUR_WEEKS or MONTH of `reference_periods`.
        at: index of the period to judge; None: the newest that is complete in at least one series.
        exposure: people at risk, shape (series, periods) or (periods,); None where the count alone is judged.
        provisional: true for cells that will be revised, shape (series, periods) or (periods,): never judged, and not
            used as reference.
        first_usable: index of the first period after the last break of each series, shape (series,) or one number.
        known_effects: shape (periods, effects), see `known_effects.new_year`.
        silent: true for series whose source or area fell silent (see `silence`): said so, and never an improvement.

    Raises:
        ValueError: counts have no two dimensions, or another shape does not fit them.

    Source: Noufaily et al. (2013), Hutwagner et al. (2003) and Benjamini & Hochberg (1995), see the modules used here.
    """
    y = np.asarray(counts, dtype=np.float64)
    if y.ndim != 2 or np.shape(first_days) != y.shape[1:]:
        raise ValueError(f"counts have shape {y.shape}, first days {np.shape(first_days)}")
    is_provisional = _cells(provisional, y.shape, False)
    judged_at = newest_complete(y, is_provisional) if at is None else range(y.shape[1])[at]
    run = _Run(y, first_days, rhythm, judged_at, exposure, is_provisional, first_usable, known_effects, silent)
    return _verdicts(y[:, judged_at], [run.judge(series) for series in range(y.shape[0])], run)


def newest_complete(counts: Floats, provisional: Flags) -> int:
    """Index of the newest period that is delivered and not provisional in at least one series; else the last one."""
    complete = np.flatnonzero((np.isfinite(counts) & ~provisional).any(axis=0))
    return int(complete[-1]) if complete.size else counts.shape[1] - 1


class _Run:
    """All series of a level, and what they share: the calendar and the period that is judged."""

    def __init__(
        self,
        y: Floats,
        first_days: Days,
        rhythm: Rhythm,
        at: int,
        exposure: ArrayLike | None,
        provisional: Flags,
        first_usable: ArrayLike,
        known_effects: ArrayLike | None,
        silent: ArrayLike | None,
    ) -> None:
        self.y, self.first_days, self.rhythm, self.at = y, first_days, rhythm, at
        self.people = None if exposure is None else np.broadcast_to(np.asarray(exposure, dtype=np.float64), y.shape)
        self.provisional = provisional
        self.first_usable = np.broadcast_to(np.asarray(first_usable, dtype=np.intp), y.shape[:1])
        self.effects = None if known_effects is None else np.asarray(known_effects, dtype=np.float64)
        self.silent = np.zeros(y.shape[0], np.bool_) if silent is None else np.asarray(silent, dtype=np.bool_)
        self._references: dict[int, Reference | None] = {}

    def judge(self, series: int) -> _Series:
        if reason := self._cannot_be_judged(series):
            return _Series(reason)
        past = np.where(self.provisional[series], np.nan, self.y[series])
        first = self._first_known(past, int(self.first_usable[series]))
        reference = self._reference(first)
        if reference and (rare := self._too_rare_to_fit(series, past, reference)):
            return rare
        found = self._by_farrington(series, past, reference) if reference else None
        if found:
            return found
        is_after_break = bool(np.isfinite(self.y[series, : self.first_usable[series]]).any())
        why = GAPS if reference else AFTER_BREAK if is_after_break else SHORT_HISTORY
        if self.at - first < self.rhythm.per_year:
            return _Series(AFTER_BREAK if is_after_break else NO_HISTORY)
        return self._by_ears(past, why)

    def has_enough(self) -> Flags:
        return np.array([has_enough_recent(row, self.at, self.rhythm.recent) for row in self.y], dtype=np.bool_)

    def _cannot_be_judged(self, series: int) -> str | None:
        if np.isnan(self.y[series, self.at]):
            return NOT_DELIVERED
        if self.provisional[series, self.at]:
            return PROVISIONAL
        if self.silent[series]:
            return SILENT
        if self.people is not None and not self.people[series, self.at] > 0:
            return NO_EXPOSURE
        return None

    def _first_known(self, past: Floats, first_usable: int) -> int:
        """A series begins where it was first delivered (a category may be added later), and not before its break."""
        known = np.flatnonzero(np.isfinite(past[first_usable:]))
        return first_usable + int(known[0]) if known.size else self.at

    def _reference(self, first: int) -> Reference | None:
        if first not in self._references:
            self._references[first] = reference_periods(self.first_days, self.at, self.rhythm, first_usable=first)
        return self._references[first]

    def _too_rare_to_fit(self, series: int, past: Floats, reference: Reference) -> _Series | None:
        """A series that can be neither a signal nor found low, whatever the fit says: its mean is enough then.

        Most series of small areas are like this; the regression would take most of the time of a run for nothing.
        """
        if has_enough_recent(self.y[series], self.at, self.rhythm.recent):
            return None
        known = past[reference.index]
        known = known[np.isfinite(known)]
        season = past[reference.index[reference.season == reference.season.max()]]
        season = season[np.isfinite(season)]
        if known.size < self.rhythm.per_year or not season.size:
            return None
        mean = float(known.mean())
        if max(mean, float(season.mean())) * self.rhythm.recent >= RARELY * FEWEST_RECENT:
            return None
        phi = max(1.0, float(known.var() / mean)) if mean > 0 else 1.0
        count = self.y[series, self.at]
        return _Series(None, MEAN, mean, phi, float(at_least(count, mean, phi)), float(at_most(count, mean, phi)))

    def _by_farrington(self, series: int, past: Floats, reference: Reference) -> _Series | None:
        people = None if self.people is None else self.people[series]
        found = farrington_flexible(past, reference, exposure=people, known_effects=self.effects)
        if found is None:
            return None
        return _Series(None, FARRINGTON, found.expected, found.phi, found.p, found.p_low)

    def _by_ears(self, past: Floats, why: str) -> _Series:
        if self.effects is not None and self.effects[self.at].any():
            return _Series(KNOWN_EFFECT)
        found = judge_by_c2(past, self.at)
        if found is None:
            return _Series(GAPS)
        phi = max(1.0, found.variance / found.mean) if found.mean > 0 else 1.0
        return _Series(why, EARS, found.mean, phi, found.p, found.p_low)


def _verdicts(observed: Floats, judged: list[_Series], run: _Run) -> Verdicts:
    def column(name: str) -> Floats:
        return np.array([getattr(one, name) for one in judged], dtype=np.float64)

    expected, phi, p, p_low = (column(name) for name in ("expected", "phi", "p", "p_low"))
    nothing, unknown = np.full(p.shape, None, dtype=object), np.isnan(p)
    visible = smallest_visible_rise(expected, phi, alpha=ALPHA)
    found = Verdicts(
        verdict=nothing,
        reason=np.array([one.reason for one in judged], dtype=object),
        method=np.array([one.method for one in judged], dtype=object),
        observed=observed,
        expected=expected,
        lower=quantile(RANGE[0], expected, phi),
        upper=quantile(RANGE[1], expected, phi),
        phi=phi,
        p=p,
        q=np.full(p.shape, np.nan),
        excess=observed - expected,
        p_low=p_low,
        q_low=np.full(p.shape, np.nan),
        is_low=np.zeros(p.shape, dtype=np.bool_),
        may_rise=run.has_enough(),
        # The count itself must not decide whether a low one may be found; what was expected does.
        may_fall=np.asarray(expected * run.rhythm.recent >= FEWEST_RECENT, dtype=np.bool_),
        visible_from=visible[:, 0],
        visible_times=visible[:, 1],
        at=run.at,
        n_tested=int(np.sum(~unknown)),
        expected_false=0.0 if unknown.all() else MEASURED_FALSE_PER_RUN[run.rhythm.name],
    )
    return together([found])[0]


def together(runs: Sequence[Verdicts]) -> list[Verdicts]:
    """The verdicts of several runs taken as one: all series of a level that are looked at at the same time.

    Weeks of some indicators and months of others stand on one page; the correction for many tests is over all of them.
    """
    if not runs:
        return []
    ends = np.cumsum([run.p.size for run in runs])[:-1]

    def joint(p: str, may: str) -> list[Floats]:
        q = false_discovery_rate(
            np.concatenate([getattr(run, p) for run in runs]), np.concatenate([getattr(run, may) for run in runs])
        )
        return np.split(q, ends)

    n_tested = sum(run.n_tested for run in runs)
    expected_false = max(run.expected_false for run in runs)
    return [
        replace(_decided(run, q, q_low), n_tested=n_tested, expected_false=expected_false)
        for run, q, q_low in zip(runs, joint("p", "may_rise"), joint("p_low", "may_fall"), strict=True)
    ]


def _decided(run: Verdicts, q: Floats, q_low: Floats) -> Verdicts:
    """The one place where a verdict is decided."""
    is_signal = (q <= FALSE_SHARE) & (run.excess >= LEAST_EXCESS) & run.may_rise
    is_watched = ~is_signal & (run.p <= ALPHA) & run.may_rise
    is_unknown = np.isnan(run.p)
    is_rare = ~is_unknown & ~is_signal & ~is_watched & (run.expected < RARE_BELOW)
    reason = run.reason.copy()
    reason[is_rare] = TOO_RARE
    return replace(
        run,
        verdict=np.select(
            [is_unknown | is_rare, is_signal, is_watched],
            [np.array(word, dtype=object) for word in (TOO_FEW, SIGNAL, WATCH)],
            np.array(NORMAL, dtype=object),
        ),
        reason=reason,
        q=q,
        q_low=q_low,
        is_low=np.asarray((q_low <= FALSE_SHARE) & (-run.excess >= LEAST_EXCESS), dtype=np.bool_),
    )


def _cells(given: ArrayLike | None, shape: tuple[int, ...], default: bool) -> Flags:
    return np.broadcast_to(np.asarray(default if given is None else given, dtype=np.bool_), shape)
