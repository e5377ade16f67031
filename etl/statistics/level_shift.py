"""Is this still counted the same way? Checks of a delivery against history, before anything is published.

A change of counting shows in all areas at once, a change of unit as a factor ten. Imports no statsmodels: the checks
run on every load.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: A level that moves by more than a quarter in all areas at once may be counted differently.
SHIFT_ABOVE = 0.25

#: An area with fewer events in as many periods says too little by itself; with fewer such areas nothing is said.
FEWEST_EXPECTED, FEWEST_AREAS = 10.0, 5

#: Share of the areas that may clearly not have moved along; z above which an area is clear about it.
_MOST_AGAINST, _CLEAR = 0.1, 2.0

#: The shift must exceed the swings of the past by this many robust standard deviations.
_SWINGS = 3.0

#: Robust standard deviation from the median absolute deviation of a normal variable.
_MAD = 1.4826

FACTOR = 10.0

#: Fewer events than this on the larger side: a factor ten may be chance.
FEWEST_FOR_FACTOR = 50.0

#: Why nothing can be said.
TOO_SHORT, TOO_FEW_AREAS, TOO_FEW_EVENTS, NO_EVENTS = "too_short", "too_few_areas", "too_few_events", "no_events"


@dataclass(frozen=True)
class LevelShift:
    """Did all areas move at once?

    is_shift: yes: ask whether the counting changed.
    ratio: how much the middle area moved, apart from its season and its level just before; NaN with a reason.
    n_areas: areas with events enough to judge. n_against: those that clearly did not move along.
    swing: how far the ratio went at other times (3 robust standard deviations, as a factor); NaN if unknown.
    reason: too_short | too_few_areas | None.
    """

    is_shift: bool
    ratio: float
    n_areas: int
    n_against: int
    swing: float
    reason: str | None


@dataclass(frozen=True)
class FactorTen:
    """is_refused: the newest periods lie a factor ten above or below the usual level. ratio: newest / usual.

    usual: level of the same periods in earlier years where known, else of all earlier periods.
    reason: too_short | too_few_events | no_events (only zeros came: not a change of unit) | None.
    """

    is_refused: bool
    ratio: float
    usual: float
    reason: str | None


def level_shift(counts: ArrayLike, n_newest: int, *, per_year: int = 12, threshold: float = SHIFT_ABOVE) -> LevelShift:
    """Has the level of all areas changed between the newest periods and what came before?

    Each area is compared with itself: its newest periods against the same ones a year earlier, divided by how its
    periods just before moved against a year earlier. So season and a steady trend are no shift; with less than a year
    and a half of history the newest periods are compared with all earlier ones.

    Args:
        counts: events per area and period, shape (n_areas, n_periods), oldest first; NaN for missing.
        n_newest: how many of the last periods are new, at least 1. Several make a smaller shift visible.
        per_year: periods per year, 12 or 52.
        threshold: 0.25 asks from 1.25 and from 1 / 1.25 on.

    Returns:
        `LevelShift`. is_shift where the middle area moved by more than the threshold, by more than chance and by
        more than it swings at other times, and no more than a tenth of the areas clearly stayed behind.

    Raises:
        ValueError: a count is negative or infinite, `n_newest` is below 1, or counts are not two-dimensional.
    """
    y = np.asarray(counts, dtype=np.float64)
    if y.ndim != 2 or n_newest < 1:
        raise ValueError(f"counts have {y.ndim} dimensions and {n_newest} newest periods; 2 and at least 1 are needed")
    if wrong := int(np.sum((y < 0) | np.isinf(y))):
        raise ValueError(f"{wrong} counts are negative or infinite")
    if y.shape[1] < 2 * n_newest + 1:
        return LevelShift(False, float("nan"), 0, 0, float("nan"), TOO_SHORT)

    observed, expected, noise, is_judged = _moved(y, y.shape[1] - n_newest, n_newest, per_year)
    n_areas = int(is_judged.sum())
    if n_areas < FEWEST_AREAS:
        return LevelShift(False, float("nan"), n_areas, 0, float("nan"), TOO_FEW_AREAS)
    ratio = float(np.median(observed[is_judged] / expected[is_judged]))
    swing = _usual_swing(y[:, : y.shape[1] - n_newest], n_newest, per_year)
    n_against = _n_against(observed[is_judged], expected[is_judged], noise[is_judged], ratio)
    is_large = max(ratio, 1 / ratio if ratio > 0 else np.inf) > 1 + threshold
    size = abs(np.log(max(ratio, 1e-9)))
    is_unusual = np.isnan(swing) or size > np.log(swing)
    is_clear = size > _SWINGS * _error_of_middle(observed[is_judged], noise[is_judged])
    is_shift = bool(is_large and is_unusual and is_clear and n_against <= _MOST_AGAINST * n_areas)
    return LevelShift(is_shift, ratio, n_areas, n_against, swing, None)


def recount(previous: ArrayLike, current: ArrayLike, *, threshold: float = SHIFT_ABOVE) -> LevelShift:
    """Do two deliveries count the same periods differently, in all areas at once (gross for net, say)?

    Args:
        previous, current: events per area over the periods that both deliveries hold, shape (n_areas,); NaN: not in
            that delivery.

    Returns:
        `LevelShift`. The events are the same ones, so chance plays no part: n_against counts the areas that moved by
        less than half the threshold (or the other way), swing is NaN.

    Raises:
        ValueError: shapes differ, or a count is negative.
    """
    before, after = np.asarray(previous, dtype=np.float64), np.asarray(current, dtype=np.float64)
    if before.shape != after.shape:
        raise ValueError(f"previous has shape {before.shape}, current {after.shape}")
    if wrong := int(np.sum(before < 0) + np.sum(after < 0)):
        raise ValueError(f"{wrong} counts are negative")
    is_judged = np.maximum(before, after) >= FEWEST_EXPECTED  # False where one is NaN
    n_areas = int(is_judged.sum())
    if n_areas < FEWEST_AREAS:
        return LevelShift(False, float("nan"), n_areas, 0, float("nan"), TOO_FEW_AREAS)
    with np.errstate(divide="ignore"):
        moved = np.log(after[is_judged]) - np.log(before[is_judged])
    middle = float(np.median(moved))
    n_against = int(np.sum(moved * np.sign(middle) < np.log(1 + threshold / 2)))
    is_shift = abs(middle) > np.log(1 + threshold) and n_against <= _MOST_AGAINST * n_areas
    return LevelShift(is_shift, float(np.exp(middle)), n_areas, n_against, float("nan"), None)


def factor_ten(
    history: ArrayLike, newest: ArrayLike, *, per_year: int = 12, fewest: float = FEWEST_FOR_FACTOR
) -> FactorTen:
    """Do the newest periods lie a factor ten from the usual level? The caller refuses the delivery.

    Args:
        history: the indicator as a whole per period, shape (n,), oldest first; NaN for missing. Counts, or any other
            amounts of one unit, >= 0.
        newest: the periods that follow, shape (k,), NaN for missing.
        per_year: periods per year; the same period of earlier years is the usual level (fireworks in December).
        fewest: sum that the larger of newest and usual must reach; for amounts that are no counts 0 is right.

    Returns:
        `FactorTen`. Never refused by a level that has been seen before: the newest periods must also lie outside
        the range of history.

    Raises:
        ValueError: a value is negative.
    """
    past, new = np.asarray(history, dtype=np.float64), np.asarray(newest, dtype=np.float64)
    if wrong := int(np.sum(past < 0) + np.sum(new < 0)):
        raise ValueError(f"{wrong} values are negative")
    nan = float("nan")
    positions = past.size + np.flatnonzero(~np.isnan(new))
    known = past[~np.isnan(past)]
    if not positions.size or not known.size:
        return FactorTen(False, nan, nan, TOO_SHORT)
    found = new[~np.isnan(new)]
    usual = np.array([_usual_at(past, int(position), per_year) for position in positions])
    total, level = float(found.sum()), float(usual.sum())
    if total == 0:
        return FactorTen(False, 0.0 if level else nan, level, NO_EVENTS)
    if max(total, level) < fewest:
        return FactorTen(False, nan, level, TOO_FEW_EVENTS)
    ratio = total / level if level > 0 else float("inf")
    is_above = ratio >= FACTOR and bool(found.min() > known.max())
    is_below = ratio <= 1 / FACTOR and bool(found.max() < known.min())
    return FactorTen(is_above or is_below, ratio, level, None)


# --- within ----------------------------------------------------------------------------------------------------------


def _moved(y: Floats, at: int, size: int, per_year: int) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Per area: events in the `size` periods from `at`, those to expect there, the relative variance of the latter, and
    whether there are events enough to judge by.

    Where the year before is known in full: expected = a year earlier x (just before / just before a year earlier).
    Judged by the level of the year before, not by the expectation: chosen for a high expectation, areas would seem to
    fall.
    """
    new = y[:, at : at + size].sum(axis=1)
    run_up = min(per_year - size, per_year // 2)
    a_year_ago = at - per_year
    if run_up >= 1 and a_year_ago - run_up >= 0:
        then = y[:, a_year_ago : a_year_ago + size].sum(axis=1)
        before = y[:, at - run_up : at].sum(axis=1)
        before_then = y[:, a_year_ago - run_up : a_year_ago].sum(axis=1)
        parts = (then, before, before_then)
        with np.errstate(divide="ignore", invalid="ignore"):
            expected, noise = then * before / before_then, sum(1 / part for part in parts)
    else:
        past = y[:, :at]
        with np.errstate(divide="ignore", invalid="ignore"):
            expected, noise = size * past.mean(axis=1), 1 / past.sum(axis=1)
    level = size * y[:, max(at - per_year, 0) : at].mean(axis=1)
    with np.errstate(invalid="ignore"):
        is_judged = np.isfinite(new) & np.isfinite(expected) & np.isfinite(noise) & (level >= FEWEST_EXPECTED)
    return new, expected, noise, is_judged


def _usual_swing(past: Floats, size: int, per_year: int) -> float:
    """3 robust standard deviations of the middle area's move at earlier times, as a factor."""
    moves = []
    for at in range(past.shape[1] - size, per_year, -size):
        observed, expected, _, is_judged = _moved(past, at, size, per_year)
        if is_judged.sum() >= FEWEST_AREAS:
            middle = float(np.median(observed[is_judged] / expected[is_judged]))
            moves.append(np.log(max(middle, 1e-9)))
    if len(moves) < 6:
        return float("nan")
    spread = _MAD * float(np.median(np.abs(np.array(moves) - np.median(moves))))
    return float(np.exp(_SWINGS * spread))


def _error_of_middle(observed: Floats, noise: Floats) -> float:
    """Standard error of the middle log ratio: that of a median is 1.25 times that of a mean."""
    middle = float(np.median(np.sqrt(1 / np.maximum(observed, 1) + noise)))
    return 1.25 * middle / float(np.sqrt(observed.size))


def _n_against(observed: Floats, expected: Floats, noise: Floats, ratio: float) -> int:
    """Areas whose events differ clearly from the common ratio, on the side of no change.

    Log scale, none counted as half a case; the noise is that of their own counts, and at least a tenth, since areas
    never move wholly alike.
    """
    off = np.log(np.maximum(observed, 0.5) / np.maximum(expected * ratio, 0.5))
    error = np.sqrt(1 / np.maximum(observed, 1) + noise + 0.1**2)
    return int(np.sum(off * np.sign(ratio - 1) < -_CLEAR * error))


def _usual_at(past: Floats, position: int, per_year: int) -> float:
    """Median of the same period in earlier years, else of all known periods."""
    same = past[position % per_year :: per_year] if position >= per_year else past[:0]
    same = same[~np.isnan(same)]
    return float(np.median(same if same.size else past[~np.isnan(past)]))
