"""Does an area stand out from what areas of its size show by chance? Funnel limits, over-dispersion and a verdict.

Areas of one municipality always differ more than chance alone would make them. Judged by chance alone half of a city is
"significant"; so from 20 areas on the limits are widened by what the areas themselves show to be usual (tau2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from etl.statistics.comparisons import FEWEST_EVENTS, HIGHER, LOWER, NO_DIFFERENCE, TOO_FEW
from etl.statistics.rates import Floats, exact_poisson, poisson_bounds, whole_counts, z_value

#: The two limits of a funnel: what 1 area in 20, and 1 in 500, crosses by chance.
NEAR, FAR = 0.95, 0.998

#: From this number of areas on their spread can be estimated, and widens the limits.
AREAS_FOR_SPREAD = 20

#: Part of the areas pulled in on each side before the spread is estimated, so that outliers do not hide themselves.
WINSORISED = 0.10


@dataclass(frozen=True)
class Funnel:
    """An entry per area, shape (n,), unless said otherwise.

    value: ratio observed / expected, or the share (0 to 1); NaN where unknown.
    lower_95, upper_95, lower_998, upper_998: limits at the size of the area, in the unit of `value`.
    target: the line in the middle (one number): 1 for a ratio.
    z: distance from the target in standard errors, over-dispersion included.
    verdict: higher | lower | no_difference | too_few; None where something is unknown. Says on which side of the 95 %
        limits the area lies.
    is_beyond_998: outside the 99.8 % limits too.
    phi, tau2: over-dispersion (one number each): mean squared winsorised z; added variance between areas, on the scale
        on which it was estimated. NaN and 0 where the limits are those of chance alone.
    """

    value: Floats
    lower_95: Floats
    upper_95: Floats
    lower_998: Floats
    upper_998: Floats
    target: float
    z: Floats
    verdict: NDArray[np.object_]
    is_beyond_998: NDArray[np.bool_]
    phi: float
    tau2: float


def expected_from_rest(counts: ArrayLike, exposure: ArrayLike) -> Floats:
    """Events each area would have at the rate of the rest of its municipality.

    Args:
        counts: events per area, shape (n,); whole, >= 0; NaN: the area takes no part.
        exposure: people at risk (times years), shape (n,); 0 or NaN: the area takes no part.

    Returns:
        Shape (n, 2): expected events, and the events of the rest they rest on. NaN for areas that take no part, and
        where there is no rest.

    Raises:
        ValueError: a count is negative or fractional, an exposure negative, or shapes differ.
    """
    events = whole_counts(counts)
    people = np.atleast_1d(np.asarray(exposure, dtype=np.float64))
    if people.shape != events.shape:
        raise ValueError(f"counts have shape {events.shape}, exposure {people.shape}")
    if np.any(people < 0):
        raise ValueError("an exposure is negative")
    takes_part = ~np.isnan(events) & (people > 0)
    rest_events = np.where(takes_part, events[takes_part].sum() - events, np.nan)
    rest_people = np.where(takes_part, people[takes_part].sum() - people, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(rest_people > 0, people * rest_events / rest_people, np.nan)
    return np.column_stack([expected, np.where(np.isnan(expected), np.nan, rest_events)])


def funnel_ratio(
    observed: ArrayLike,
    expected: ArrayLike,
    *,
    reference_events: ArrayLike | None = None,
    is_spread_counted: bool | None = None,
) -> Funnel:
    """Funnel of observed over expected events.

    Args:
        observed: events per area, shape (n,); whole, >= 0; NaN for missing.
        expected: events expected there, shape (n,). 0 or NaN: no verdict.
        reference_events: events the expectation was taken from (second column of `expected_from_rest`), shape (n,).
            Their own chance then widens the limits too, which matters where one area is a large part of its
            municipality. Left out: the expectation counts as known exactly (a national rate).
        is_spread_counted: widen the limits by the spread between areas. Left out: from 20 known areas on.

    Returns:
        `Funnel`, target 1. By chance alone the verdict is the one of Public Health England: the target lies outside the
        interval of the area (exact below 10 events, Byar from 10). Spread and reference only ever widen those limits:
        they never make an area stand out. too_few: area and reference together have fewer than 10 events.

    Raises:
        ValueError: a count is negative or fractional, an expectation negative, or shapes differ.

    Source: Spiegelhalter (2005), Stat. Med. 24: 1185; square-root scale and additive tau2 as in Spiegelhalter et al.
        (2012), J. R. Stat. Soc. A 175: 1.
    """
    events = whole_counts(observed, "observed count")
    foreseen = np.atleast_1d(np.asarray(expected, dtype=np.float64))
    if foreseen.shape != events.shape:
        raise ValueError(f"observed has shape {events.shape}, expected {foreseen.shape}")
    if np.any(foreseen < 0):
        raise ValueError("an expected number is negative")
    foreseen = np.where((foreseen > 0) & ~np.isnan(events), foreseen, np.nan)
    behind = None if reference_events is None else np.broadcast_to(np.asarray(reference_events, float), events.shape)

    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = events / foreseen
        variance = 1 / (4 * foreseen) + (0.0 if behind is None else 1 / (4 * behind))
    distance = np.sqrt(ratio) - 1
    phi, tau2 = _spread(distance, variance, is_spread_counted)

    limits = []
    for confidence in (NEAR, FAR):
        low, high = ratio_limits(foreseen, confidence=confidence)
        if tau2 > 0 or behind is not None:
            width = z_value(confidence) * np.sqrt(variance + tau2)
            low = np.minimum(low, np.maximum(0, 1 - width) ** 2)
            high = np.maximum(high, (1 + width) ** 2)
        limits.append((low, high))
    few = np.full(events.shape, False) if behind is None else events + behind < FEWEST_EVENTS
    return _funnel(ratio, limits, 1.0, distance / np.sqrt(variance + tau2), (phi, tau2), few)


def funnel_proportion(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    average: float | None = None,
    is_spread_counted: bool | None = None,
) -> Funnel:
    """Funnel of shares around the overall share.

    Args:
        numerator: members of the part, shape (n,); 0 to denominator, weighted answers allowed; NaN for missing.
        denominator: members of the whole, shape (n,). 0 or NaN: no verdict.
        average: the share in the middle, 0 to 1. Left out: that of all areas together.
        is_spread_counted: as in `funnel_ratio`; the spread is estimated on the arcsine scale.

    Returns:
        `Funnel`. Verdict: the area lies outside Wilson's limits around the average (Public Health England), and, with
        spread, outside the wider limits too.

    Raises:
        ValueError: shapes differ, a number is negative, a part is larger than its whole, or the average is no share.

    Source: Spiegelhalter (2005), Stat. Med. 24: 1185; Wilson (1927), J. Am. Stat. Assoc. 22: 209.
    """
    part = np.atleast_1d(np.asarray(numerator, dtype=np.float64))
    whole = np.atleast_1d(np.asarray(denominator, dtype=np.float64))
    if part.shape != whole.shape:
        raise ValueError(f"numerator has shape {part.shape}, denominator {whole.shape}")
    if wrong := int(np.sum((part < 0) | (whole < 0) | (part > whole))):
        raise ValueError(f"{wrong} parts are negative or larger than their whole")
    known = ~np.isnan(part) & (whole > 0)
    part, whole = np.where(known, part, np.nan), np.where(known, whole, np.nan)
    if average is None:
        average = float(part[known].sum() / whole[known].sum()) if known.any() else float("nan")
    elif not 0 <= average <= 1:
        raise ValueError(f"average {average} is not a share between 0 and 1")

    share, variance = part / whole, 1 / (4 * whole)
    middle = np.arcsin(np.sqrt(average))
    distance = np.arcsin(np.sqrt(share)) - middle
    phi, tau2 = _spread(distance, variance, is_spread_counted)

    limits = []
    for confidence in (NEAR, FAR):
        low, high = proportion_limits(whole, average, confidence=confidence)
        if tau2 > 0:
            width = z_value(confidence) * np.sqrt(variance + tau2)
            low = np.minimum(low, np.sin(np.maximum(0, middle - width)) ** 2)
            high = np.maximum(high, np.sin(np.minimum(np.pi / 2, middle + width)) ** 2)
        limits.append((low, high))
    few = np.full(share.shape, False)
    return _funnel(share, limits, average, distance / np.sqrt(variance + tau2), (phi, tau2), few)


def ratio_limits(expected: ArrayLike, *, confidence: float = NEAR) -> tuple[Floats, Floats]:
    """Limits of observed / expected by chance alone, to draw: lower and upper at each number expected, shape (n,) each.

    The ratio O / E at which E just lies on the bound of the interval of O (`expected_at_limit`); between whole O a
    straight line. NaN where nothing is expected.
    """
    foreseen = np.atleast_1d(np.asarray(expected, dtype=np.float64))
    known = foreseen[foreseen > 0]
    largest = float(known.max()) if known.size else 0.0
    # Beyond these the bounds of the highest count lie outside every number expected, on both sides.
    grid = np.arange(np.ceil(largest + 8 * np.sqrt(largest) + 20) + 1)
    bounds = poisson_bounds(grid, confidence=confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = np.where(foreseen > 0, np.interp(foreseen, bounds[:, 1], grid) / foreseen, np.nan)
        upper = np.where(foreseen > 0, np.interp(foreseen, bounds[:, 0], grid) / foreseen, np.nan)
    return lower, upper


def expected_at_limit(observed: ArrayLike, *, confidence: float = NEAR) -> Floats:
    """Numbers expected at which this count lies on the lower and on the upper limit of the funnel. Shape (n, 2).

    Source: exact Poisson bounds of the count, swapped (Public Health England, funnel plots).
    """
    return exact_poisson(observed, confidence=confidence)[:, ::-1]


def proportion_limits(denominator: ArrayLike, average: float, *, confidence: float = NEAR) -> tuple[Floats, Floats]:
    """Wilson's limits of a share around an average (0 to 1), lower and upper at each denominator, shape (n,) each."""
    whole = np.atleast_1d(np.asarray(denominator, dtype=np.float64))
    z = z_value(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = z * np.sqrt(average * (1 - average) / whole + z**2 / (4 * whole**2))
        centre, scale = average + z**2 / (2 * whole), 1 + z**2 / whole
        lower, upper = (centre - half) / scale, (centre + half) / scale
    has_whole = whole > 0
    return (
        np.where(has_whole, np.clip(lower, 0, average), np.nan),
        np.where(has_whole, np.clip(upper, average, 1), np.nan),
    )


def overdispersion(z: ArrayLike, weight: ArrayLike, *, is_trimmed: bool = False) -> tuple[float, float]:
    """How much more areas differ than chance makes them.

    Args:
        z: standardised distances of the areas to the target, shape (n,); NaN: left out.
        weight: inverse variance of each by chance alone, shape (n,), on the scale on which tau2 is wanted.
        is_trimmed: leave the outermost 10 % on each side out, instead of pulling them in.

    Returns:
        phi, the mean squared z (1 by chance alone), and tau2, the variance between areas to add; 0 where phi does not
        exceed what chance gives. NaN and 0 with fewer than two areas.

    Source: Spiegelhalter (2005), additive random effects, method of moments; z winsorised at 10 % on each side. That
        also takes away part of the spread itself: of areas that differ with a standard deviation of 0.3 on the log
        scale 12 % cross the 95 % limits (simulated), against half of them by chance alone.
    """
    found, weights = np.asarray(z, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    known = np.isfinite(found) & np.isfinite(weights)
    found, weights = found[known], weights[known]
    if is_trimmed:
        n_out = int(np.floor(len(found) * WINSORISED))
        inner = np.sort(np.argsort(found, kind="stable")[n_out : len(found) - n_out])
        found, weights = found[inner], weights[inner]
    n = len(found)
    if n < 2:
        return float("nan"), 0.0
    if not is_trimmed:
        found = np.clip(found, *np.quantile(found, [WINSORISED, 1 - WINSORISED]))
    phi = float(np.mean(found**2))
    tau2 = (n * phi - (n - 1)) / (weights.sum() - (weights**2).sum() / weights.sum())
    return phi, max(0.0, float(tau2))


# --- within ----------------------------------------------------------------------------------------------------------


def _spread(distance: Floats, variance: Floats, is_counted: bool | None) -> tuple[float, float]:
    n_known = int(np.isfinite(distance / variance).sum())
    if not (n_known >= AREAS_FOR_SPREAD if is_counted is None else is_counted):
        return float("nan"), 0.0
    return overdispersion(distance / np.sqrt(variance), 1 / variance)


def _funnel(
    value: Floats,
    limits: list[tuple[Floats, Floats]],
    target: float,
    z: Floats,
    spread: tuple[float, float],
    is_too_few: NDArray[np.bool_],
) -> Funnel:
    """The verdict follows from the limits, so that what is said and what is drawn never differ."""
    (low, high), (far_low, far_high) = limits
    verdict = np.full(value.shape, NO_DIFFERENCE, dtype=object)
    verdict[value > high] = HIGHER
    verdict[value < low] = LOWER
    verdict[is_too_few] = TOO_FEW
    verdict[np.isnan(value)] = None
    is_far = ((value > far_high) | (value < far_low)) & ~is_too_few
    return Funnel(value, low, high, far_low, far_high, target, z, verdict, is_far, *spread)
