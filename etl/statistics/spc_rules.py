"""Reading a control chart: which points have a special cause, which icon says so, and run counts.

Rules and icons of NHS England, Making Data Count. A flag on a chart is no signal: of 24 stable months of about ten
events 1.6 % have their newest month flagged by chance, of about one event 5.5 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COMMON = "common"
OUTSIDE, TREND, TWO_IN_THREE, ONE_SIDE = "outside_limits", "seven_point_trend", "two_in_three", "seven_on_one_side"
IMPROVEMENT, CONCERN = "improvement", "concern"
IMPROVEMENT_HIGH, IMPROVEMENT_LOW = "improvement_high", "improvement_low"
CONCERN_HIGH, CONCERN_LOW = "concern_high", "concern_low"
NEUTRAL_HIGH, NEUTRAL_LOW = "neutral_high", "neutral_low"
PASS, FAIL, INCONSISTENT = "consistent_pass", "consistent_fail", "inconsistent"

#: Which way is better; neutral for what is registered because somebody looked (drugs, subversion, reporting).
Better = Literal["decrease", "increase", "neutral"]

#: So many points in a row make a shift or a trend.
RUN = 7


@dataclass(frozen=True)
class SpecialCauses:
    """One entry per point, shape (n,).

    rule: the first rule that holds for the point, in the order outside_limits, seven_point_trend, two_in_three,
        seven_on_one_side; None for common cause and for a missing point.
    side: 1 where that rule says high or rising, -1 low or falling, 0 where there is none.
    is_outside: beyond a limit. is_close: in the outer third inside it.
    """

    rule: NDArray[np.object_]
    side: Ints
    is_outside: NDArray[np.bool_]
    is_close: NDArray[np.bool_]

    def up_to(self, last: int) -> SpecialCauses:
        """The same without the points after position `last`."""
        kept = slice(0, last + 1)
        return SpecialCauses(self.rule[kept], self.side[kept], self.is_outside[kept], self.is_close[kept])


def special_causes(
    values: ArrayLike,
    centre: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    segment: ArrayLike | None = None,
    middle: ArrayLike | None = None,
) -> SpecialCauses:
    """Which points the rules mark; all members of a run are marked, of "two in three" the close ones.

    Args:
        values: shape (n,), oldest first; NaN for missing, which ends every run.
        centre, lower, upper: the line and its limits, shape (n,) or one number. NaN: nothing is marked there.
        segment: number of the part between rebases, shape (n,); no run crosses from one into the next.
        middle: the line that sides refer to, where that is not the centre (a chart of a skewed number).

    Source: NHS England, Making Data Count; a tie ends a trend, a point on the line ends a run on one side.
    """
    y = np.asarray(values, dtype=np.float64)
    line, low, high = (np.broadcast_to(np.asarray(part, dtype=np.float64), y.shape) for part in (centre, lower, upper))
    half = line if middle is None else np.broadcast_to(np.asarray(middle, dtype=np.float64), y.shape)
    part_of = np.zeros(y.shape, dtype=np.int64) if segment is None else np.asarray(segment, dtype=np.int64)

    rule = np.full(y.shape, None, dtype=object)
    side = np.zeros(y.shape, dtype=np.int64)
    with np.errstate(invalid="ignore"):
        relative = np.where(np.isnan(y - half), 0, np.sign(y - half)).astype(np.int64)
        is_outside = (y > high) | (y < low)
        outer = 2 / 3 * np.where(y > line, high - line, line - low)
        is_close = (np.abs(y - line) > outer) & ~is_outside
    for number in np.unique(part_of):
        inside = part_of == number
        marks = {
            ONE_SIDE: _members(seven_on_one_side(relative[inside])) * relative[inside],
            TWO_IN_THREE: two_in_three(relative[inside], is_close[inside]),
            TREND: _members_signed(seven_point_trend(y[inside])),
            OUTSIDE: is_outside[inside] * np.where(y[inside] > high[inside], 1, -1),
        }
        at = np.flatnonzero(inside)
        for name, mark in marks.items():  # the last written stands: the first rule in the order of precedence
            rule[at[mark != 0]] = name
            side[at[mark != 0]] = mark[mark != 0]
    return SpecialCauses(rule, side, is_outside, is_close)


def seven_on_one_side(relative: ArrayLike) -> Ints:
    """1 where a point and the six before it lie on the same side; `relative` is -1, 0 (on the line, missing) or 1."""
    sides = np.asarray(relative, dtype=np.int64)
    found = np.zeros(sides.shape, dtype=np.int64)
    if sides.size >= RUN:
        windows = np.lib.stride_tricks.sliding_window_view(sides, RUN)
        found[RUN - 1 :] = np.abs(windows.sum(axis=1)) == RUN
    return found


def seven_point_trend(values: ArrayLike) -> Ints:
    """1 where a point ends seven strictly rising ones, -1 seven strictly falling; ties and gaps break it."""
    y = np.asarray(values, dtype=np.float64)
    found = np.zeros(y.shape, dtype=np.int64)
    if y.size >= RUN:
        steps = np.diff(y)
        direction = np.where(np.isnan(steps), 0, np.sign(steps)).astype(np.int64)
        total = np.lib.stride_tricks.sliding_window_view(direction, RUN - 1).sum(axis=1)
        found[RUN - 1 :] = np.where(np.abs(total) == RUN - 1, np.sign(total), 0)
    return found


def two_in_three(relative: ArrayLike, is_close: ArrayLike) -> Ints:
    """Side of the close points of three in a row on one side of which two or more are close to the limit, else 0."""
    sides, close = np.asarray(relative, dtype=np.int64), np.asarray(is_close, dtype=bool)
    is_part = np.zeros(sides.shape, dtype=bool)
    for first in range(sides.size - 2):
        three = slice(first, first + 3)
        if abs(sides[three].sum()) == 3 and close[three].sum() >= 2:
            is_part[three] = True
    return np.where(is_part & close, sides, 0)


def point_types(causes: SpecialCauses, better: Better) -> NDArray[np.object_]:
    """Colour of each point, shape (n,): common, improvement, concern, neutral_high or neutral_low."""
    types = np.full(causes.side.shape, COMMON, dtype=object)
    high, low = {
        "decrease": (CONCERN, IMPROVEMENT),
        "increase": (IMPROVEMENT, CONCERN),
        "neutral": (NEUTRAL_HIGH, NEUTRAL_LOW),
    }[better]
    types[causes.side > 0] = high
    types[causes.side < 0] = low
    return types


def variation_icon(causes: SpecialCauses, better: Better) -> str:
    """What the newest point says: common, improvement_high, improvement_low, concern_high, concern_low, neutral_high,
    neutral_low. An empty chart is common."""
    side = int(causes.side[-1]) if causes.side.size else 0
    if side == 0:
        return COMMON
    if better == "neutral":
        return NEUTRAL_HIGH if side > 0 else NEUTRAL_LOW
    if (side > 0) == (better == "increase"):
        return IMPROVEMENT_HIGH if side > 0 else IMPROVEMENT_LOW
    return CONCERN_HIGH if side > 0 else CONCERN_LOW


def assurance_icon(lower: float, upper: float, target: float | None, better: Better) -> str | None:
    """Will the process meet its target by itself: consistent_pass, consistent_fail, inconsistent?

    `lower` and `upper` are the newest limits. None without a target or limits, or where no direction is better.
    """
    if target is None or better == "neutral" or math.isnan(target) or math.isnan(lower) or math.isnan(upper):
        return None
    if lower <= target <= upper:
        return INCONSISTENT
    return PASS if (target > upper) == (better == "decrease") else FAIL


@dataclass(frozen=True)
class RunCounts:
    """Runs around the median or another line. is_signal: a run too long, or too few crossings, for chance."""

    longest_run: int
    longest_run_max: int
    n_crossings: int
    n_crossings_min: int
    is_signal: bool


def run_counts(values: ArrayLike, centre: ArrayLike) -> RunCounts:
    """The longest run on one side of the line and how often the line is crossed, with what chance allows.

    Points on the line and missing ones are left out. Fewer than two points: no runs, no signal.

    Source: Anhøj & Olesen (2014), PLoS ONE 9(11): e113825: at most log2(n) + 3 rounded, at least the 5 % point of
        Bin(n - 1, 1/2).
    """
    y = np.asarray(values, dtype=np.float64)
    sides = np.sign(y - np.asarray(centre, dtype=np.float64))
    sides = sides[~np.isnan(sides) & (sides != 0)]
    if sides.size < 2:
        return RunCounts(int(sides.size), 0, 0, 0, False)
    ends = np.flatnonzero(np.diff(sides))
    lengths = np.diff(np.concatenate([[-1], ends, [sides.size - 1]]))
    longest, crossings = int(lengths.max()), int(ends.size)
    longest_max, crossings_min = round(math.log2(sides.size)) + 3, _fewest_crossings(sides.size - 1)
    is_signal = longest > longest_max or crossings < crossings_min
    return RunCounts(longest, longest_max, crossings, crossings_min, is_signal)


def _fewest_crossings(n: int) -> int:
    """5 % point of Bin(n, 1/2), in whole numbers: exact, and without the seconds that scipy.stats takes to import."""
    total = 0
    for k in range(n + 1):
        total += math.comb(n, k)
        if 20 * total >= 2**n:
            return k
    return n


def _members(ends: Ints) -> Ints:
    """1 for every one of the seven points of which a run's last is marked."""
    found = np.zeros(ends.shape, dtype=np.int64)
    for end in np.flatnonzero(ends):
        found[end - RUN + 1 : end + 1] = 1
    return found


def _members_signed(ends: Ints) -> Ints:
    found = np.zeros(ends.shape, dtype=np.int64)
    for end in np.flatnonzero(ends):
        found[end - RUN + 1 : end + 1] = ends[end]
    return found
