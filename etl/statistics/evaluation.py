"""Did an intervention work? One question, answered only as far as the design allows; never a proof of cause.

`evaluate` brings together the comparison with untreated areas, displacement to the surroundings, the interrupted series
and the synthetic control, and says as codes what it refuses and what it warns for. Takes seconds to import.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import nbinom, poisson

from etl.statistics.comparisons import HIGHER, LOWER, NO_DIFFERENCE
from etl.statistics.difference_in_differences import (
    DifferenceInDifferences,
    difference_in_differences,
    pre_trend_p,
)
from etl.statistics.displacement import Displacement, displacement, relative_effect
from etl.statistics.effect_words import (
    AUTOCORRELATED,
    FEW_UNTREATED,
    FEWEST_EVENTS,
    FEWEST_YEARS_AFTER,
    NO_COMPARISON,
    NO_TREATED,
    PEAK_BEFORE_START,
    PEAK_LEFT_OUT,
    PRE_TREND,
    RANDOMISATION_DISAGREES,
    TOO_FEW_EVENTS,
    TOO_SHORT_AFTER,
    TOO_SHORT_BEFORE,
    YEARS_BEFORE,
)
from etl.statistics.interrupted_series import InterruptedSeries, interrupted_series
from etl.statistics.rates import whole_counts
from etl.statistics.synthetic_control import SyntheticControl, synthetic_control

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: A pre-trend with a p-value up to this makes the comparison unfit for a verdict.
PRE_TREND_UP_TO = 0.1

#: Chance that a month before the start is called a peak though nothing was going on.
_PEAK_P = 0.01

#: Fewer other choices of treated areas than this: the randomisation test cannot reach 5 %.
_FEWEST_REASSIGNED = 19


@dataclass(frozen=True)
class Evaluation:
    """What can be said of one intervention.

    refusals: codes of why no effect is given; empty: `effect` is there.
    warnings: codes to say beside the numbers.
    verdict: lower | higher | no_difference of the treated against the comparison areas. None with a refusal, or where
        the two already moved apart before the start (pre_trend). lower and higher need both the interval and the
        randomisation test.
    effect: ratio against the comparison areas. relative_effect: (A0 C1) / (A1 C0), its interval, widened by phi.
    pre_trend_p: of "they moved alike before the start".
    displacement: None without buffer areas or events in the comparison. interrupted: of the treated areas together;
        also given without comparison areas. synthetic: where donors suffice, else with its reason; None with a refusal.
    treated: events in the treated areas per period, shape (n_periods,); NaN where left out.
    n_before, n_after: periods that were compared.
    """

    refusals: tuple[str, ...]
    warnings: tuple[str, ...]
    verdict: str | None
    effect: DifferenceInDifferences | None
    relative_effect: tuple[float, float, float] | None
    pre_trend_p: float
    displacement: Displacement | None
    interrupted: InterruptedSeries | None
    synthetic: SyntheticControl | None
    treated: Floats = field(repr=False)
    n_before: int
    n_after: int


def evaluate(
    counts: ArrayLike,
    start: int,
    *,
    is_treated: ArrayLike,
    is_comparison: ArrayLike,
    is_buffer: ArrayLike | None = None,
    exposure: ArrayLike | None = None,
    per_year: int = 12,
    leave_out_before: int = 0,
    first_usable: int = 0,
    is_masked: ArrayLike | None = None,
    seed: int = 0,
) -> Evaluation:
    """Compare treated areas with untreated ones before and after a start.

    Args:
        counts: events per area and period, shape (n_areas, n_periods), oldest first; whole, >= 0; NaN for missing. The
            two years before the start are compared with everything after it, so end the series where the answer ends.
        start: position of the first period with the intervention.
        is_treated, is_comparison, is_buffer: which area is what, shape (n_areas,). The buffer (neighbours of treated
            areas) stays out of the comparison; displacement is looked for there. An area may be none of the three.
        exposure: people at risk, same shape as `counts`; 0 or NaN: the cell is left out. None: constant.
        per_year: 12 or 52.
        leave_out_before: periods right before the start that are left out: 3 months repair a refused peak.
        first_usable: position of the first period after the last series break; earlier ones are left out.
        is_masked: True for periods to leave out, shape (n_periods,).
        seed: of randomisation and bootstrap, so that the same question has the same answer.

    Returns:
        `Evaluation`.

    Raises:
        ValueError: counts are negative or fractional, shapes differ, an area has two parts, or start is out of range.
    """
    y = whole_counts(counts)
    if y.ndim != 2 or not 0 < start < y.shape[1]:
        raise ValueError(f"counts have shape {y.shape} and start {start}; areas by periods, and a start inside")
    parts = [
        np.zeros(y.shape[0], dtype=bool) if p is None else np.asarray(p, dtype=bool)
        for p in (is_treated, is_buffer, is_comparison)
    ]
    people = np.ones(y.shape) if exposure is None else np.asarray(exposure, dtype=np.float64)
    masked = np.zeros(y.shape[1], dtype=bool) if is_masked is None else np.asarray(is_masked, dtype=bool)
    if people.shape != y.shape or masked.shape != y.shape[1:] or any(part.shape != y.shape[:1] for part in parts):
        raise ValueError("areas, exposure or mask do not fit the shape of the counts")
    if np.any(np.sum(parts, axis=0) > 1):
        raise ValueError("an area is in two of treated, buffer and comparison")

    period = np.arange(y.shape[1])
    is_left_out = masked | (period < first_usable) | ((period >= start - leave_out_before) & (period < start))
    y = np.where(is_left_out | ~(people > 0), np.nan, y)
    treated, buffer, comparison = parts
    sums = np.array([y[part].sum(axis=0) if part.any() else np.full(period.size, np.nan) for part in parts])
    at_risk = np.nansum(people[treated], axis=0) if exposure is not None and treated.any() else np.ones(period.size)

    known = np.flatnonzero(~np.isnan(sums[0]))
    before, after = known[known < start][-YEARS_BEFORE * per_year :], known[known >= start]
    refusals = _refusals(sums, before, after, treated, comparison, per_year)
    warnings: list[str] = []
    if not leave_out_before and PEAK_BEFORE_START not in refusals and _has_peak(sums, before, start, per_year // 4):
        refusals.append(PEAK_BEFORE_START)
    if leave_out_before:
        warnings.append(PEAK_LEFT_OUT)
    interrupted = None
    if treated.any() and PEAK_BEFORE_START not in refusals:
        interrupted = interrupted_series(sums[0], start, exposure=at_risk, per_year=per_year)
        if interrupted.is_autocorrelated:
            warnings.append(AUTOCORRELATED)
    if refusals:
        return Evaluation(
            tuple(refusals), tuple(warnings), None, None, None, float("nan"), None, interrupted, None,
            sums[0], before.size, after.size,
        )  # fmt: skip

    window = np.concatenate([before, after])
    group = treated | comparison
    effect = difference_in_differences(
        y[group][:, window], people[group][:, window], treated[group], window >= start, seed=seed
    )
    effect = _on_all_periods(effect, window, period.size)
    p_before = pre_trend_p(y[group][:, before], people[group][:, before], treated[group])
    verdict, said = _verdict(effect, p_before)
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = y / people
    return Evaluation(
        (),
        (*said, *warnings),
        verdict,
        effect,
        relative_effect(*_totals(sums[[0, 2]], before, after), phi=effect.phi),
        p_before,
        _displacement(sums, before, after, seed) if buffer.any() else None,
        interrupted,
        synthetic_control(sums[0] / (at_risk if exposure is not None else treated.sum()), rates[comparison], start),
        sums[0],
        before.size,
        after.size,
    )


# --- within ----------------------------------------------------------------------------------------------------------


def _refusals(
    sums: Floats, before: NDArray[np.intp], after: NDArray[np.intp], treated: Bools, comparison: Bools, per_year: int
) -> list[str]:
    if not treated.any():
        return [NO_TREATED]
    found = [] if comparison.any() else [NO_COMPARISON]
    if before.size < YEARS_BEFORE * per_year:
        found.append(TOO_SHORT_BEFORE)
    if after.size < FEWEST_YEARS_AFTER * per_year:
        found.append(TOO_SHORT_AFTER)
    totals = [np.nansum(sums[part, when]) for part in (0, 2) for when in (before, after)]
    relevant = totals if comparison.any() else totals[:2]
    if sum(relevant[:2]) < FEWEST_EVENTS or min(relevant) == 0:
        found.append(TOO_FEW_EVENTS)
    return found


def _has_peak(sums: Floats, before: NDArray[np.intp], start: int, n_last: int) -> bool:
    """Were the treated areas unusually high just before the start, beside the comparison areas?

    Areas are often chosen at a peak, and then fall by themselves (regression to the mean). Each of the last periods,
    and their sum, against the level of the periods before; tail of a negative binomial.
    """
    last, earlier = before[before >= start - n_last], before[before < start - n_last]
    if not last.size or earlier.size < n_last:
        return False
    treated, beside = sums[0], sums[2]
    is_alone = bool(np.isnan(beside[before]).any() or beside[earlier].sum() == 0)
    if is_alone:
        beside = np.ones(treated.size)
    mean = np.maximum(treated[earlier].sum() / beside[earlier].sum() * beside, 1e-9)
    phi = max(1.0, float(np.sum((treated - mean)[earlier] ** 2 / mean[earlier]) / (earlier.size - 1)))
    seen = np.append(treated[last], treated[last].sum())
    usual = np.append(mean[last], mean[last].sum())
    # The usual level is an estimate itself, from the earlier periods and from the comparison areas.
    noise = np.full(usual.size, 1 / max(treated[earlier].sum(), 1))
    if not is_alone:
        noise += 1 / beside[earlier].sum() + 1 / np.maximum(np.append(beside[last], beside[last].sum()), 1)
    spread = phi * (usual + usual**2 * noise)
    p = np.where(
        spread > usual * (1 + 1e-9),
        nbinom.sf(seen - 1, usual**2 / np.maximum(spread - usual, 1e-12), usual / spread),
        poisson.sf(seen - 1, usual),
    )
    return bool(p.min() < _PEAK_P)


def _verdict(effect: DifferenceInDifferences, p_before: float) -> tuple[str | None, list[str]]:
    said = []
    if effect.n_reassigned < _FEWEST_REASSIGNED:
        said.append(FEW_UNTREATED)
    verdict: str | None = LOWER if effect.upper < 1 else HIGHER if effect.lower > 1 else NO_DIFFERENCE
    rarest = 1 / (effect.n_reassigned + 1)
    if verdict != NO_DIFFERENCE and effect.p_randomisation > max(0.05, rarest) + 1e-9:
        said.append(RANDOMISATION_DISAGREES)
        verdict = NO_DIFFERENCE
    if p_before <= PRE_TREND_UP_TO:
        said.append(PRE_TREND)
        verdict = None
    return verdict, said


def _totals(sums: Floats, before: NDArray[np.intp], after: NDArray[np.intp]) -> tuple[float, float, float, float]:
    first, other = sums
    return (
        float(np.nansum(first[before])),
        float(np.nansum(first[after])),
        float(np.nansum(other[before])),
        float(np.nansum(other[after])),
    )


def _displacement(sums: Floats, before: NDArray[np.intp], after: NDArray[np.intp], seed: int) -> Displacement | None:
    is_known: Bools = np.asarray(~np.isnan(sums).any(axis=0))
    before, after = before[is_known[before]], after[is_known[after]]
    if not before.size or not after.size or not sums[2, before].sum() or not sums[2, after].sum():
        return None
    return displacement(sums[:, before], sums[:, after], seed=seed)


def _on_all_periods(effect: DifferenceInDifferences, window: NDArray[np.intp], n: int) -> DifferenceInDifferences:
    expected = np.full(n, np.nan)
    expected[window] = effect.expected
    return DifferenceInDifferences(
        effect.ratio,
        effect.lower,
        effect.upper,
        effect.p,
        effect.p_randomisation,
        effect.n_reassigned,
        effect.phi,
        expected,
    )
