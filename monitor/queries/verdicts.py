"""The one verdict per figure: what stands out, what is normal, and why nothing can be said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.exactness import exactness
from monitor.queries.judged import Judged
from monitor.queries.memory import remembered
from monitor.queries.stories import Story, lines_of_areas, parts_of_indicators, told_once

SIGNAL, WATCH, NORMAL, TOO_FEW = "signal", "watch", "normal", "too_few"
HIGH, LOW = "high", "low"

#: Signals on the front page at most (DESIGN 5).
MOST_SHOWN = 7


@dataclass(frozen=True)
class StandingOut:
    """What differs from normal, largest difference first.

    more, fewer: signals above and below what is normal, together at most MOST_SHOWN, as many of the one as of the other
    where there are; each with the other signals of the same story. watched: the weaker tier. n_tested, expected_false:
    over all series that were judged.
    n_left_out: stories beyond the limit.
    """

    more: tuple[Story, ...]
    fewer: tuple[Story, ...]
    watched: tuple[Judged, ...]
    n_left_out: int
    n_tested: int
    expected_false: float
    period_types: tuple[str, ...]


@remembered
def verdicts(snapshot: Snapshot) -> tuple[Judged, ...]:
    """All verdicts of a snapshot: signals first, then by the size of the difference."""
    frame = snapshot.query(
        """
        SELECT v.*, a.area_name, a.area_level FROM verdict v JOIN area a USING (area_code)
        ORDER BY list_position(['signal', 'watch', 'normal', 'too_few'], v.verdict), abs(v.excess) DESC NULLS LAST,
                 v.indicator, v.area_code
        """
    )
    names = [field.name for field in fields(Judged) if field.name != "exact"]
    return tuple(
        Judged(
            **{name: _plain(row[name]) for name in names},
            exact=exactness(snapshot, str(row["indicator"]), str(row["area_level"]), str(row["period_type"])),
        )
        for row in frame.to_dict("records")
    )


def _plain(value: Any) -> Any:
    return None if value is None or value is pd.NA or value != value else value


@remembered
def _by_figure(snapshot: Snapshot) -> dict[tuple[str, str], Judged]:
    return {(one.indicator, one.area_code): one for one in verdicts(snapshot)}


def verdict_of(snapshot: Snapshot, indicator: str, area_code: str) -> Judged | None:
    """The verdict on an indicator in an area; None where it is not judged (no events, or a level without figures)."""
    return _by_figure(snapshot).get((indicator, area_code))


def verdicts_of(snapshot: Snapshot, indicator: str) -> dict[str, Judged]:
    """Area code -> verdict on one indicator."""
    return {code: one for (name, code), one in _by_figure(snapshot).items() if name == indicator}


def standing_out(snapshot: Snapshot, indicators: Iterable[str]) -> StandingOut:
    """What the front page tells, over all areas and the indicators named."""
    asked = set(indicators)
    judged = [one for one in verdicts(snapshot) if one.indicator in asked]
    signals = [one for one in judged if one.verdict == SIGNAL]
    lines, parts = lines_of_areas(snapshot), parts_of_indicators(snapshot)
    more = told_once([one for one in signals if one.direction == HIGH], lines, parts)
    fewer = told_once([one for one in signals if one.direction == LOW], lines, parts)
    n_fewer = min(len(fewer), max(MOST_SHOWN // 2, MOST_SHOWN - len(more)))
    n_more = min(len(more), MOST_SHOWN - n_fewer)
    # All series of a level are looked at together, whatever their rhythm: its number and its rate count once.
    levels = {one.area_level: one for one in judged}
    return StandingOut(
        more=tuple(more[:n_more]),
        fewer=tuple(fewer[:n_fewer]),
        watched=tuple(one for one in judged if one.verdict == WATCH),
        n_left_out=len(more) - n_more + len(fewer) - n_fewer,
        n_tested=sum(one.n_tested for one in levels.values()),
        expected_false=sum(one.expected_false for one in levels.values()),
        period_types=tuple(dict.fromkeys(one.period_type for one in judged)),
    )


@remembered
def normal_range(snapshot: Snapshot, indicator: str, area_code: str, period_type: str) -> pd.DataFrame:
    """What is normal per period: columns period, expected, lower, upper, outer_lower, outer_upper; oldest first.

    Counts of events. Empty where the series is too short or too rare, or has another rhythm.
    """
    return snapshot.query(
        """
        SELECT e.period, e.expected, e.lower, e.upper, e.outer_lower, e.outer_upper
        FROM expectation e JOIN period p ON p.period = e.period AND p.period_type = e.period_type
        WHERE e.indicator = ? AND e.area_code = ? AND e.period_type = ?
        ORDER BY p.last_day
        """,
        [indicator, area_code, period_type],
    )
