"""Two counts compared: the ratio of their rates, its interval and a verdict in one word.

`year_on_year` sets a period against the same one a year earlier, `area_against_rest` an area against the rest of its
municipality (never against a total that holds the area itself). Whole columns at once: the interval is closed-form, so
thousands of comparisons take milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincinv, gammaln, ndtr, xlog1py, xlogy

from etl.statistics.rates import Floats, whole_counts, z_value

HIGHER, LOWER, NO_DIFFERENCE, TOO_FEW = "higher", "lower", "no_difference", "too_few"

#: Together fewer events than this: too few to compare, no ratio is shown.
FEWEST_EVENTS = 10

#: From this over-dispersion on the counts vary too much for a Poisson test, and its interval is widened.
DISPERSED_ABOVE = 1.5

#: Outcomes whose probabilities differ by less than this are equally likely, so that rounding never moves a p-value.
_LIKELY_AS = 1e-7


@dataclass(frozen=True)
class Compared:
    """Columns of shape (n,), one entry per comparison.

    ratio: rate of the first over rate of the other; NaN where the other has no events, or nothing is known.
    lower, upper: 95 % interval of the ratio; upper NaN where there is no upper bound (no events in the other).
    p: two-sided p-value of "the rates are equal".
    verdict: higher | lower | no_difference | too_few; None where a count or exposure is missing. Follows from the
        interval (1 outside it), so that what is said and what is drawn never differ.
    """

    ratio: Floats
    lower: Floats
    upper: Floats
    p: Floats
    verdict: NDArray[np.object_]


def year_on_year(
    previous: ArrayLike,
    current: ArrayLike,
    *,
    exposure_previous: ArrayLike = 1.0,
    exposure_current: ArrayLike = 1.0,
    dispersion: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> Compared:
    """Is the current period higher or lower than the previous one?

    Args:
        previous, current: events, shape (n,); whole, >= 0; NaN for missing.
        exposure_previous, exposure_current: lengths in any common unit, shape (n,) or one number (365 and 366 days, or
            years times population).
        dispersion: phi of the series (see `pearson_dispersion`), shape (n,) or one number; NaN counts as 1.

    Returns:
        `Compared`, with current ÷ previous as ratio.

    Raises:
        ValueError: a count is negative or fractional, an exposure negative, or shapes differ.

    Source: exact conditional test with Clopper-Pearson limits (Przyborowski & Wilenski 1940; R `poisson.test`);
        quasi-Poisson log ratio where phi > 1.5.
    """
    return _compare(current, exposure_current, previous, exposure_previous, dispersion, confidence)


def area_against_rest(
    area_count: ArrayLike,
    area_exposure: ArrayLike,
    total_count: ArrayLike,
    total_exposure: ArrayLike,
    *,
    dispersion: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> Compared:
    """Is the rate of an area higher or lower than that of the rest of the municipality?

    Args:
        area_count: events in the area, shape (n,); whole, >= 0; NaN for missing.
        area_exposure: people at risk there (times years), shape (n,). 0 or NaN: no comparison.
        total_count, total_exposure: the same of the whole municipality, the area included.
        dispersion: phi of the area's series, shape (n,) or one number; NaN counts as 1.

    Returns:
        `Compared`, with rate of the area ÷ rate of the rest as ratio. An area that is all there is has no rest: None.

    Raises:
        ValueError: an area holds more events or people than its municipality, or as `year_on_year`.
    """
    area, total = whole_counts(area_count, "area count"), whole_counts(total_count, "total count")
    area_people = np.asarray(area_exposure, dtype=np.float64)
    rest, rest_people = total - area, np.asarray(total_exposure, dtype=np.float64) - area_people
    if wrong := int(np.sum(rest < 0) + np.sum(rest_people < 0)):
        raise ValueError(f"{wrong} areas hold more than their municipality")
    return _compare(area, area_people, rest, rest_people, dispersion, confidence)


def rate_ratio(
    first: ArrayLike,
    other: ArrayLike,
    *,
    exposure_first: ArrayLike = 1.0,
    exposure_other: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> Floats:
    """Ratio of two Poisson rates, exact and conditional on their sum.

    Returns:
        Shape (n, 4): ratio, lower, upper, p (see `Compared`). No events at all: four times NaN.

    Source: given a + b events, those of the first are binomial with p0 = T1 / (T1 + T2); Clopper-Pearson limits of that
        share p give p / (1 - p) · T2 / T1. p-value: outcomes at most as likely as the observed one (as R).
    """
    x, y, t_x, t_y = _pairs(first, other, exposure_first, exposure_other)
    share_0 = t_x / (t_x + t_y)
    ratio, lower, upper = _ratio_and_limits(x, y, t_x, t_y, x, y, confidence)
    p = np.where(x + y > 0, _two_sided_p(x, x + y, share_0), np.nan)
    return np.column_stack([ratio, lower, upper, p])


def dispersed_rate_ratio(
    first: ArrayLike,
    other: ArrayLike,
    dispersion: ArrayLike,
    *,
    exposure_first: ArrayLike = 1.0,
    exposure_other: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> Floats:
    """Ratio of two rates whose counts vary phi times as much as Poisson counts. Shape (n, 4) like `rate_ratio`.

    Normal on the log scale, se = sqrt(phi (1/a + 1/b)). Where one count is 0 the log does not exist; there the exact
    limits are taken at counts divided by phi (phi events then carry the information of one), p twice the tail.
    """
    x, y, t_x, t_y = _pairs(first, other, exposure_first, exposure_other)
    phi = np.asarray(dispersion, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log(x / t_x) - np.log(y / t_y)
        error = np.sqrt(phi * (1 / x + 1 / y))
        z = z_value(confidence)
        limits = np.exp(log_ratio - z * error), np.exp(log_ratio + z * error)
        normal = np.column_stack([np.exp(log_ratio), *limits, 2 * ndtr(-np.abs(log_ratio) / error)])
        share_0 = t_x / (t_x + t_y)
        tail = np.where(x > 0, share_0 ** (x / phi), (1 - share_0) ** (y / phi))
    bounds = _ratio_and_limits(x, y, t_x, t_y, x / phi, y / phi, confidence)
    at_zero = np.column_stack([*bounds, np.where(x + y > 0, np.minimum(1, 2 * tail), np.nan)])
    return np.where(((x == 0) | (y == 0))[:, np.newaxis], at_zero, normal)


def pearson_dispersion(monthly: ArrayLike) -> Floats:
    """How much more monthly counts vary than Poisson counts, apart from level per year and season.

    Args:
        monthly: events per month, shape (n, months) or (months,), oldest first; whole years, at least two (three are
            meant). A series with a missing month gives NaN.

    Returns:
        Shape (n,): phi = Pearson chi-square ÷ degrees of freedom around year total x share of the calendar month.
        About 1 for Poisson counts. NaN for a series without events, or with too few months in use.

    Raises:
        ValueError: not whole years, fewer than two, or a count is negative or fractional.
    """
    counts = np.atleast_2d(whole_counts(monthly, "monthly count"))
    n_years, rest = divmod(counts.shape[1], 12)
    if rest or n_years < 2:
        raise ValueError(f"{counts.shape[1]} months are not two or more whole years")
    cells = counts.reshape(-1, n_years, 12)
    per_year, per_month = cells.sum(axis=2, keepdims=True), cells.sum(axis=1, keepdims=True)
    total = per_year.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = per_year * per_month / total
        chi_square = np.where(expected > 0, (cells - expected) ** 2 / expected, expected * 0).sum(axis=(1, 2))
        freedom = ((per_year > 0).sum(axis=(1, 2)) - 1) * ((per_month > 0).sum(axis=(1, 2)) - 1)
        phi: Floats = np.where(freedom > 0, chi_square / freedom, np.nan)
    return phi


# --- within ----------------------------------------------------------------------------------------------------------


def _compare(
    first: ArrayLike,
    exposure_first: ArrayLike,
    other: ArrayLike,
    exposure_other: ArrayLike,
    dispersion: ArrayLike,
    confidence: float,
) -> Compared:
    exposures = {"exposure_first": exposure_first, "exposure_other": exposure_other, "confidence": confidence}
    numbers = rate_ratio(first, other, **exposures)  # type: ignore[arg-type]
    phi = np.broadcast_to(np.asarray(dispersion, dtype=np.float64), numbers.shape[:1])
    is_dispersed = phi > DISPERSED_ABOVE
    if is_dispersed.any():
        wide = dispersed_rate_ratio(first, other, np.where(is_dispersed, phi, 1.0), **exposures)  # type: ignore[arg-type]
        numbers = np.where(is_dispersed[:, np.newaxis], wide, numbers)
    ratio, lower, upper, p = numbers.T
    x, y, t_x, t_y = _pairs(first, other, exposure_first, exposure_other)
    verdict = np.full(ratio.shape, NO_DIFFERENCE, dtype=object)
    verdict[lower > 1] = HIGHER
    verdict[upper < 1] = LOWER
    verdict[x + y < FEWEST_EVENTS] = TOO_FEW
    verdict[np.isnan(x + y + t_x + t_y)] = None
    return Compared(ratio, lower, upper, p, verdict)


def _pairs(
    first: ArrayLike, other: ArrayLike, exposure_first: ArrayLike, exposure_other: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Counts and exposures in one shape; an exposure of 0 is missing."""
    x, y = whole_counts(first, "first count"), whole_counts(other, "other count")
    if x.shape != y.shape:
        raise ValueError(f"first count has shape {x.shape}, the other {y.shape}")
    exposures = []
    for exposure in (exposure_first, exposure_other):
        given = np.broadcast_to(np.asarray(exposure, dtype=np.float64), x.shape)
        if np.any(given < 0):
            raise ValueError("an exposure is negative")
        exposures.append(np.where(given > 0, given, np.nan))
    return x, y, exposures[0], exposures[1]


def _ratio_and_limits(
    x: Floats, y: Floats, t_x: Floats, t_y: Floats, events_x: Floats, events_y: Floats, confidence: float
) -> tuple[Floats, Floats, Floats]:
    """Ratio of the rates, and Clopper-Pearson limits at `events_x` and `events_y` (the counts, or fewer)."""
    tail = (1 - confidence) / 2
    scale = t_y / t_x
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(x > 0, betaincinv(np.where(x > 0, events_x, 1), events_y + 1, tail), 0.0)
        high = np.where(y > 0, betaincinv(events_x + 1, np.where(y > 0, events_y, 1), 1 - tail), np.nan)
        ratio = np.where(y > 0, x / y * scale, np.nan)
    is_empty = np.isnan(x + y + scale) | (x + y == 0)
    lower, upper = low / (1 - low) * scale, high / (1 - high) * scale
    return ratio, np.where(is_empty, np.nan, lower), np.where(is_empty, np.nan, upper)


def _two_sided_p(x: Floats, n: Floats, share_0: Floats) -> Floats:
    """Probability under Bin(n, share_0) of all outcomes at most as likely as x.

    The probabilities rise up to the mode and fall after it, so the other tail starts at one place: found by halving,
    for all comparisons together.
    """
    known = ~np.isnan(x + n + share_0)
    x, n, share_0 = (np.where(known, part, fill) for part, fill in ((x, 0.0), (n, 1.0), (share_0, 0.5)))
    mode = np.minimum(np.floor((n + 1) * share_0), n)
    limit = _log_pmf(x, n, share_0) + _LIKELY_AS
    is_low = x < mode

    # One step beyond the far end (n + 1 or -1) stands for "nowhere": an empty tail.
    inside, outside = mode.copy(), np.where(is_low, n + 1, -1.0)
    while np.any(np.abs(outside - inside) > 1):
        middle = np.floor((inside + outside) / 2)
        is_rare = _log_pmf(np.clip(middle, 0, n), n, share_0) <= limit
        moves = np.abs(outside - inside) > 1
        outside = np.where(moves & is_rare, middle, outside)
        inside = np.where(moves & ~is_rare, middle, inside)

    p = np.where(
        is_low,
        _at_most(x, n, share_0) + _at_least(outside, n, share_0),
        _at_least(x, n, share_0) + _at_most(outside, n, share_0),
    )
    is_mode = _log_pmf(mode, n, share_0) <= limit
    return np.where(known, np.where(is_mode, 1.0, np.minimum(p, 1.0)), np.nan)


def _log_pmf(k: Floats, n: Floats, p: Floats) -> Floats:
    found: Floats = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + xlogy(k, p) + xlog1py(n - k, -p)
    return found


def _at_least(k: Floats, n: Floats, p: Floats) -> Floats:
    """P(X >= k) for k >= 1, also beyond n (0). A tail that holds all outcomes is the mode's, and asked elsewhere."""
    inner = np.clip(k, 1, np.maximum(n, 1))
    return np.where(k > n, 0.0, betainc(inner, n - inner + 1, p))


def _at_most(k: Floats, n: Floats, p: Floats) -> Floats:
    return _at_least(n - k, n, 1 - p)
