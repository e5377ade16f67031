"""Offences counted by their seriousness. Only with weights a municipality has set itself: there are none by default.

A single homicide can decide such a figure for years. So each carries its interval and the share of its heaviest
offence, and can be asked whether other weights would put other areas on top.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from etl.statistics.rates import Floats, weighted_bounds, whole_counts

#: From this share of one offence on the figure must be shown without it too.
DRIVEN_ABOVE = 0.5

#: Areas whose place at the top is watched, and what each weight is multiplied by.
N_TOP = 5
FACTORS = (0.5, 2.0)


@dataclass(frozen=True)
class Harm:
    """An entry per area, shape (n,), in the order of the rows. NaN where a count is unknown.

    harm: sum of weight x count, in the unit of the weights (days). lower, upper: its 95 % interval; without offences
        lower is 0 and upper NaN, as nothing then says how heavy one would be.
    per_1000, per_1000_lower, per_1000_upper: the same per 1,000 people; NaN without people.
    per_offence: mean weight of an offence; NaN without offences.
    n_offences: offences counted (those with a weight).
    heaviest_code: code of the single heaviest offence, None without offences; heaviest_share: its part of the harm
        (0 to 1).
    is_driven_by_one: that part is over a half; without_heaviest: the harm without that one offence.
    """

    harm: Floats
    lower: Floats
    upper: Floats
    per_1000: Floats
    per_1000_lower: Floats
    per_1000_upper: Floats
    per_offence: Floats
    n_offences: Floats
    heaviest_code: NDArray[np.object_]
    heaviest_share: Floats
    is_driven_by_one: NDArray[np.bool_]
    without_heaviest: Floats


def harm_score(
    counts: pd.DataFrame,
    weights: Mapping[str, float],
    *,
    population: ArrayLike | None = None,
    exclude: Collection[str] = (),
    confidence: float = 0.95,
) -> Harm:
    """Harm-weighted counts.

    Args:
        counts: one row per area, one column per offence code; whole, >= 0; NaN: the area has no harm score.
        weights: code -> weight (days of imprisonment), set by the municipality.
        population: people per area (times years), shape (n,); 0 or NaN: nothing per 1,000.
        exclude: codes left out on purpose (found by the police themselves, so that a count says what the police did).

    Raises:
        ValueError: a code of `counts` has no weight and is not excluded, or has both; a weight is negative or infinite;
            a count is negative or fractional; shapes differ.

    Source: Sherman, Neyroud & Neyroud (2016), Policing 10: 171. Interval: compound Poisson with given weights, variance
        sum of w^2 n, from the bounds of the total count as Dobson et al. (1991), Stat. Med. 10: 457. It knows only the
        offences that happened: where two a year make half of the harm it holds the truth 86 times in 100 (simulated).
    """
    codes, weight, events = _weighed(counts, weights, exclude)
    harm = events @ weight  # unknown where one count is, also one of weight 0
    n = np.where(np.isnan(harm), np.nan, events[:, weight > 0].sum(axis=1))
    lower, upper = weighted_bounds(harm, n, events @ weight**2, confidence=confidence).T
    lower = np.where(n == 0, 0.0, lower)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_head = 1_000 / _people(population, len(events))
        per_offence = harm / n
    top = np.where(events > 0, weight, -1.0) if len(codes) else np.full((len(events), 1), -1.0)
    heaviest = top.max(axis=1, initial=-1.0)
    has_any = (heaviest > 0) & ~np.isnan(harm)
    heaviest_code = np.full(len(events), None, dtype=object)
    heaviest_code[has_any] = np.array([*codes, None], dtype=object)[top.argmax(axis=1)[has_any]]
    share = np.divide(heaviest, harm, out=np.full(len(harm), np.nan), where=has_any)
    return Harm(
        harm,
        lower,
        upper,
        harm * per_head,
        lower * per_head,
        upper * per_head,
        per_offence,
        n,
        heaviest_code,
        share,
        share > DRIVEN_ABOVE,
        np.where(has_any, harm - heaviest, harm),
    )


def harm_sensitivity(
    counts: pd.DataFrame,
    weights: Mapping[str, float],
    *,
    population: ArrayLike | None = None,
    exclude: Collection[str] = (),
    n_top: int = N_TOP,
    factors: Collection[float] = FACTORS,
) -> pd.DataFrame:
    """Which areas are on top when one weight is half, or twice, what it is?

    Args:
        counts, weights, population, exclude: as in `harm_score`; with population the top is by harm per head.

    Returns:
        One row per code and factor: code, factor, top (tuple of areas, highest first), entered, left (tuples, against
        the weights as set), is_changed (another set of areas; a change of order among them is none).

    Raises:
        ValueError: as `harm_score`.
    """
    codes, weight, events = _weighed(counts, weights, exclude)
    per_head = 1 / _people(population, len(events)) if population is not None else np.ones(len(events))
    areas = np.array(counts.index, dtype=object)

    def top_of(these: Floats) -> tuple[object, ...]:
        score = events @ these * per_head
        places = [i for i in np.lexsort((areas.astype(str), -np.round(score, 9))) if score[i] > 0]
        return tuple(areas[places[:n_top]])

    as_set = top_of(weight)
    rows = []
    for i, code in enumerate(codes):
        for factor in factors:
            top = top_of(np.where(np.arange(len(weight)) == i, weight * factor, weight))
            entered = tuple(area for area in top if area not in as_set)
            left = tuple(area for area in as_set if area not in top)
            rows.append((code, factor, top, entered, left, bool(entered or left)))
    return pd.DataFrame(rows, columns=["code", "factor", "top", "entered", "left", "is_changed"])


def _weighed(
    counts: pd.DataFrame, weights: Mapping[str, float], exclude: Collection[str]
) -> tuple[list[str], Floats, Floats]:
    """Codes that count, their weights, shape (k,), and the counts, shape (n, k)."""
    if wrong := sorted(code for code, weight in weights.items() if not 0 <= weight < np.inf):
        raise ValueError(f"the weight of {', '.join(wrong)} is negative or no number")
    if both := sorted(set(weights) & set(exclude)):
        raise ValueError(f"{', '.join(both)} has a weight and is excluded")
    if unknown := sorted(str(code) for code in counts.columns if code not in weights and code not in exclude):
        raise ValueError(f"no weight for category {', '.join(unknown)}")
    codes = [code for code in counts.columns if code in weights]
    events = counts[codes].to_numpy(dtype=np.float64)
    whole_counts(events.ravel())
    return codes, np.array([weights[code] for code in codes], dtype=np.float64), events


def _people(population: ArrayLike | None, n: int) -> Floats:
    people = np.full(n, np.nan) if population is None else np.atleast_1d(np.asarray(population, dtype=np.float64))
    if people.shape != (n,):
        raise ValueError(f"population has shape {people.shape}, there are {n} areas")
    if np.any(people < 0):
        raise ValueError("a population is negative")
    return np.where(people > 0, people, np.nan)
