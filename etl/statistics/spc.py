"""Control charts: what a series does by itself, and which points stand out from that.

`control_chart` chooses the chart by the data, draws its limits from the baseline and reads it by the rules of
`etl.statistics.spc_rules`. The limits of each chart are functions of their own. Limits change only where somebody
rebased the chart on purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from etl.statistics.rates import whole_counts
from etl.statistics.spc_rules import (
    COMMON,
    Better,
    SpecialCauses,
    assurance_icon,
    point_types,
    special_causes,
    variation_icon,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

XMR, C, U, U_LANEY, P, P_LANEY, G = "xmr", "c", "u", "u_laney", "p", "p_laney", "g"

#: Why there are no limits.
TOO_FEW_PERIODS, NO_EVENTS = "too_few_periods", "no_events"

#: Periods that limits are drawn from; below 12 they are provisional, below 6 there are none.
BASELINE, FIRM_FROM, NONE_BELOW = 24, 12, 6

#: From this mean per period on the points are near enough to normal for XmR; below 1 the time between events says more.
XMR_FROM, GAPS_BELOW = 3.0, 1.0

#: Largest over smallest exposure from which on limits follow the exposure.
VARIES_FROM = 1.1

#: With larger wholes the binomial limits become too narrow for what areas really do.
LANEY_FROM = 1_000

#: 3 / 1.128 rounded, as NHS England publishes it: half the width of an XmR chart in mean moving ranges.
NHS_WIDTH = 2.66

#: d2 of two points: sigma = mean moving range / 1.128. A range of 3.267 means or more is an outlier (Nelson 1982).
_D2, _SCREEN = 1.128, 3.267


@dataclass(frozen=True)
class Limits:
    """centre, lower and upper line, each of shape (n,), in the unit of the points; NaN where there are none."""

    centre: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class ControlChart:
    """A chart ready to draw and to say in words.

    kind: xmr | c | u | u_laney | p | p_laney | g.
    values: the points, shape (n,): events, or events per unit of exposure, parts per whole, periods between events.
    limits: of the rules. `lower_drawn` is the lower limit as drawn: never below 0.
    causes, types: what the rules mark, see `special_causes` and `point_types`.
    variation, assurance: icons of the newest known point; assurance None without a target.
    is_provisional: 6 to 11 periods were there to draw limits from.
    is_adjusted: the points were seasonally adjusted.
    reason: too_few_periods (no limits since the last rebase) | no_events (limits 0, nothing marked) | None.
    period: position of each point in the series that was given, shape (n,); differs from 0, 1, … for a g chart.
    """

    kind: str
    values: Floats
    limits: Limits
    lower_drawn: Floats
    causes: SpecialCauses
    types: NDArray[np.object_]
    variation: str
    assurance: str | None
    is_provisional: bool
    is_adjusted: bool
    reason: str | None
    period: Ints


def control_chart(
    counts: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    whole: ArrayLike | None = None,
    adjusted: ArrayLike | None = None,
    better: Better = "decrease",
    target: float | None = None,
    rebase_at: tuple[int, ...] = (),
    baseline: int = BASELINE,
    kind: str | None = None,
) -> ControlChart:
    """The control chart of one series.

    Args:
        counts: events per period, shape (n,), oldest first; whole, >= 0; NaN for missing. Give complete periods only.
        exposure: people (times years) at risk, shape (n,). None: constant.
        whole: for a share, the whole of which `counts` is the part, shape (n,).
        adjusted: the seasonally adjusted series, shape (n,): charted instead of the counts, as XmR.
        better: the direction that is an improvement, of the counts or the share.
        target: in the unit of the points; None for none. Left out for a g chart.
        rebase_at: positions where a new process begins by decision; limits are drawn anew from there.
        baseline: points of each part that its limits are drawn from: the first ones, so that limits stay put.
        kind: one of the charts; None chooses by the data (`choose_chart`).

    Raises:
        ValueError: counts are negative or fractional, shapes differ, or the kind is unknown or lacks its exposure.
    """
    y = whole_counts(counts)
    at_risk = _like(exposure, y, "exposure")
    wholes = _like(whole, y, "whole")
    chosen = kind or (XMR if adjusted is not None else choose_chart(y, exposure=at_risk, whole=wholes))
    period = np.arange(y.size, dtype=np.int64)
    segment = np.searchsorted(np.sort(np.asarray(rebase_at, dtype=np.int64)), period, side="right")
    if chosen == G:
        points, period = gaps_between(y)
        segment, target = segment[period], None
        better = {"decrease": "increase", "increase": "decrease"}.get(better, better)  # type: ignore[assignment]
        limits = _by_segment(points, segment, baseline, g_limits)
    else:
        points, limits = _points_and_limits(chosen, y, at_risk, wholes, adjusted, segment, baseline)

    known = np.flatnonzero(~np.isnan(points))
    n_newest = int(np.sum(segment[known] == segment[known[-1]])) if known.size else 0
    reason = None
    if n_newest < NONE_BELOW:
        reason = TOO_FEW_PERIODS
    elif not np.nansum(y) > 0:
        reason = NO_EVENTS
    middle = limits.centre * np.log(2) if chosen == G else None
    causes = special_causes(points, limits.centre, limits.lower, limits.upper, segment=segment, middle=middle)
    last = int(known[-1]) if known.size else None
    return ControlChart(
        chosen,
        points,
        limits,
        np.maximum(limits.lower, 0),
        causes,
        point_types(causes, better),
        COMMON if last is None else variation_icon(causes.up_to(last), better),
        None if last is None else assurance_icon(limits.lower[last], limits.upper[last], target, better),
        NONE_BELOW <= n_newest < FIRM_FROM,
        adjusted is not None,
        reason,
        period,
    )


def choose_chart(counts: ArrayLike, *, exposure: ArrayLike | None = None, whole: ArrayLike | None = None) -> str:
    """The chart that suits the data.

    A share: p, or p' with wholes of 1,000 and more. Fewer than one event per period: g, the time between events. Fewer
    than three: c, or u where the exposure varies by 10 % or more. From three: XmR, or u' where the exposure varies.
    """
    y = whole_counts(counts)
    if whole is not None:
        wholes = np.asarray(whole, dtype=np.float64)
        return P_LANEY if wholes.size and np.nanmedian(wholes) >= LANEY_FROM else P
    mean = float(np.nanmean(y)) if np.any(~np.isnan(y)) else 0.0
    if 0 < mean < GAPS_BELOW:
        return G
    varies = False
    if exposure is not None:
        known = np.asarray(exposure, dtype=np.float64)
        known = known[known > 0]
        varies = bool(known.size) and bool(known.max() >= VARIES_FROM * known.min())
    if mean < XMR_FROM:
        return U if varies else C
    return U_LANEY if varies else XMR


def xmr_limits(values: ArrayLike, *, width: float = NHS_WIDTH) -> Limits:
    """Mean ± `width` mean moving ranges; ranges of 3.267 means and more are left out once. lower may be negative.

    Args:
        values: shape (n,), NaN for missing: no range is taken across a gap.

    Source: NHS England, Making Data Count; Nelson (1982), J. Quality Technology 14: 172.
    """
    y = np.asarray(values, dtype=np.float64)
    half = width * _moving_range(y)
    return _lines(y, _mean(y), half, np.full(y.shape, -np.inf))


def c_limits(counts: ArrayLike) -> Limits:
    """Counts with constant exposure: mean ± 3 roots of it, from 0."""
    y = np.asarray(counts, dtype=np.float64)
    return _lines(y, _mean(y), 3 * np.sqrt(_mean(y)), np.zeros(y.shape))


def u_limits(counts: ArrayLike, exposure: ArrayLike, *, is_laney: bool = False) -> Limits:
    """Events per unit of exposure: overall rate ± 3 sqrt(rate / exposure), from 0.

    is_laney: u' chart, the limits widened or narrowed by how much the points really vary from one to the next.

    Source: Laney (2002), Quality Engineering 14: 531.
    """
    y, n = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    rate, overall = _ratio(y, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(overall / n)
    factor = _laney(rate, overall, error) if is_laney else 1.0
    return _lines(rate, overall, 3 * error * factor, np.zeros(y.shape))


def p_limits(part: ArrayLike, whole: ArrayLike, *, is_laney: bool = False) -> Limits:
    """Parts per whole: overall share ± 3 sqrt(share (1 - share) / whole), between 0 and 1; `is_laney` as `u_limits`."""
    y, n = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    share, overall = _ratio(y, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(overall * (1 - overall) / n)
    factor = _laney(share, overall, error) if is_laney else 1.0
    found = _lines(share, overall, 3 * error * factor, np.zeros(y.shape))
    return Limits(found.centre, found.lower, np.minimum(found.upper, 1))


def g_limits(gaps: ArrayLike) -> Limits:
    """Periods between events: mean ± 3 sqrt(mean (mean + 1)), from 0.

    Source: geometric counts; Benneyan (2001), Health Care Management Science 4: 305.
    """
    y = np.asarray(gaps, dtype=np.float64)
    mean = _mean(y)
    return _lines(y, mean, 3 * np.sqrt(mean * (mean + 1)), np.zeros(y.shape))


def gaps_between(counts: ArrayLike) -> tuple[Floats, Ints]:
    """Periods from each event to the one before it, and the period of the later one; 0 within one period.

    Shape (events - 1,) each. A missing period between two events makes their gap NaN.
    """
    y = whole_counts(counts)
    events = np.repeat(np.arange(y.size), np.nan_to_num(y).astype(np.int64))
    missing = np.cumsum(np.isnan(y))
    gaps = np.diff(events).astype(np.float64)
    gaps[np.diff(missing[events]) > 0] = np.nan
    return gaps, events[1:].astype(np.int64)


# --- within ----------------------------------------------------------------------------------------------------------


def _points_and_limits(
    kind: str,
    counts: Floats,
    exposure: Floats | None,
    whole: Floats | None,
    adjusted: ArrayLike | None,
    segment: Ints,
    baseline: int,
) -> tuple[Floats, Limits]:
    if kind == XMR:
        points = counts if adjusted is None else np.asarray(adjusted, dtype=np.float64)
        if points.shape != counts.shape:
            raise ValueError(f"count has shape {counts.shape}, adjusted {points.shape}")
        return points, _by_segment(points, segment, baseline, xmr_limits)
    if kind == C:
        return counts, _by_segment(counts, segment, baseline, c_limits)
    parts: dict[str, tuple[Floats | None, Callable[..., Limits]]] = {
        U: (exposure, u_limits),
        U_LANEY: (exposure, u_limits),
        P: (whole, p_limits),
        P_LANEY: (whole, p_limits),
    }
    if kind not in parts:
        raise ValueError(f"no control chart is called '{kind}'")
    of, limits = parts[kind]
    if of is None:
        raise ValueError(f"a {kind} chart needs the {'whole' if kind in (P, P_LANEY) else 'exposure'}")
    is_laney = kind in (U_LANEY, P_LANEY)
    found = _by_segment(counts, segment, baseline, lambda y, n: limits(y, n, is_laney=is_laney), of)
    return _ratio(counts, of)[0], found


def _by_segment(values: Floats, segment: Ints, baseline: int, limits: Callable[..., Limits], *others: Floats) -> Limits:
    """Limits per part, drawn from its first `baseline` known points and carried on to its end."""
    drawn = np.full((3, values.size), np.nan)
    for number in np.unique(segment):
        inside = np.flatnonzero(segment == number)
        known = inside[~np.isnan(values[inside])]
        if known.size < NONE_BELOW:
            continue
        used = np.where(np.arange(values.size) <= known[: max(baseline, 1)][-1], values, np.nan)[inside]
        found = limits(used, *(other[inside] for other in others))
        drawn[:, inside] = found.centre, found.lower, found.upper
    return Limits(*drawn)


def _lines(y: Floats, centre: float, half: Floats | float, floor: Floats) -> Limits:
    line = np.full(y.shape, centre)
    return Limits(line, np.maximum(line - half, floor), line + half)


def _moving_range(y: Floats) -> float:
    ranges = np.abs(np.diff(y))
    with np.errstate(invalid="ignore"):
        kept = ranges[ranges < _SCREEN * _mean(ranges)]
    return _mean(kept) if kept.size else (0.0 if np.any(~np.isnan(ranges)) else float("nan"))


def _laney(rate: Floats, overall: float, error: Floats) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return _moving_range((rate - overall) / error) / _D2


def _ratio(part: Floats, whole: Floats) -> tuple[Floats, float]:
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(whole > 0, part / whole, np.nan)
    known = ~np.isnan(each)
    return each, float(part[known].sum() / whole[known].sum()) if known.any() else float("nan")


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _like(values: ArrayLike | None, counts: Floats, name: str) -> Floats | None:
    if values is None:
        return None
    given = np.asarray(values, dtype=np.float64)
    if given.shape != counts.shape:
        raise ValueError(f"count has shape {counts.shape}, {name} {given.shape}")
    return given
