"""One index out of several indicators, always with how much it depends on the way it was made. Off unless asked for.

100 is the municipality in the base year and 25 points is one standard deviation of its areas then; higher is better.
The base is frozen, so that the index of this year and of last year speak the same language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.statistics.rates import Floats

CENTRE, POINTS = 100.0, 25.0

#: With more than this part of its indicators missing an area has no index.
MOST_MISSING = 1 / 3

#: Lowest score that enters a geometric mean, which knows no zero and nothing below it.
LOWEST_SCORE = 1.0

#: Upper ends of the bands; the last has none.
BANDS = ((70.0, "far_below"), (90.0, "below"), (110.0, "average"), (130.0, "above"), (np.inf, "far_above"))


@dataclass(frozen=True)
class CompositeBase:
    """Mean and standard deviation of each indicator over the people of the base year. Kept, and used for every year."""

    mean: pd.Series
    deviation: pd.Series


@dataclass(frozen=True)
class Composite:
    """Rows are the areas.

    scores: points per indicator, NaN where the indicator is missing.
    themes: points per theme, the mean of its indicators; NaN with more than a third of them missing.
    index: mean of the themes; NaN with more than a third of them missing.
    band: far_below | below | average | above | far_above (to 70, 90, 110 inclusive, 130), None without an index.
    rank: 1 is the highest index; rank_min, rank_max: the same over all ways of making it, its own included.
    ranks: the place under each other way: without:<indicator>, geometric, principal (weights by the first component).
    """

    scores: pd.DataFrame
    themes: pd.DataFrame
    index: pd.Series
    band: pd.Series
    rank: pd.Series
    rank_min: pd.Series
    rank_max: pd.Series
    ranks: pd.DataFrame


def composite_base(values: pd.DataFrame, population: pd.Series) -> CompositeBase:
    """The base of an index.

    Args:
        values: base year, one row per area, one column per indicator; NaN: the area does not count for it.
        population: people per area in that year, same rows.

    Raises:
        ValueError: rows differ, a population is negative, or an indicator is unknown or the same in all areas.
    """
    if not values.index.equals(population.index):
        raise ValueError("values and population differ in rows")
    if (population < 0).any():
        raise ValueError("a population is negative")
    people = values.notna().mul(population.fillna(0), axis=0)
    with np.errstate(invalid="ignore"):
        mean = (values.fillna(0) * people).sum() / people.sum()
        deviation = (((values - mean).fillna(0) ** 2 * people).sum() / people.sum()) ** 0.5
    if wrong := [str(name) for name in values.columns if not deviation[name] > 1e-12 * max(1.0, abs(mean[name]))]:
        raise ValueError(f"indicator {', '.join(wrong)} is unknown or the same in all areas of the base year")
    return CompositeBase(mean, deviation)


def composite_index(
    values: pd.DataFrame,
    base: CompositeBase,
    is_higher_better: Mapping[str, bool],
    theme_of: Mapping[str, str] | None = None,
) -> Composite:
    """The index of a year against its base.

    Args:
        values: one row per area, one column per indicator of the base; NaN where missing. Rates on few people belong
            smoothed (`empirical_bayes`).
        is_higher_better: per indicator; there is no default.
        theme_of: per indicator; None: all are of one theme.

    Raises:
        ValueError: indicators differ between values, base, directions and themes, or an area stands twice.

    Source: modelled on the public description of the Rotterdam Wijkprofiel (unweighted means, bands); checks on its
        making as OECD & JRC (2008), Handbook on constructing composite indicators.
    """
    names = list(values.columns)
    themes = dict.fromkeys(names, "all") if theme_of is None else dict(theme_of)
    asked = (set(base.mean.index), set(is_higher_better), set(themes))
    if any(set(names) != one for one in asked) or len(set(names)) != len(names):
        raise ValueError("values, base, directions and themes do not name the same indicators")
    if not values.index.is_unique:
        raise ValueError("an area stands twice")
    sign = pd.Series({name: 1.0 if is_higher_better[name] else -1.0 for name in names})
    scores = CENTRE + POINTS * (values - base.mean[names]) / base.deviation[names] * sign
    points = scores.to_numpy(dtype=np.float64)
    place = {theme: number for number, theme in enumerate(dict.fromkeys(themes.values()))}
    theme = np.array([place[themes[name]] for name in names], dtype=np.intp)
    of_theme = np.where(_has_enough(points, theme), _mean_per_theme(points, theme), np.nan)
    points = np.where(np.isnan(of_theme[:, theme]), np.nan, points)  # a theme that is not known counts in no way
    has_index = _has_enough(of_theme, np.zeros(len(place), dtype=np.intp))[:, 0]
    index = np.where(has_index, _mean(of_theme), np.nan)

    def kept(i: int) -> Floats:
        return _mean(_mean_per_theme(np.delete(points, i, axis=1), np.delete(theme, i)))

    ways = {f"without:{name}": kept(i) for i, name in enumerate(names) if len(names) > 1}
    ways["geometric"] = np.exp(_mean(_mean_per_theme(np.log(np.maximum(points, LOWEST_SCORE)), theme)))
    if (weight := _principal_weights(points)) is not None:
        ways["principal"] = _mean(points, weight)
    rank = _rank(index)
    ranks = {way: _rank(np.where(has_index, other, np.nan)) for way, other in ways.items()}
    every = np.column_stack([rank, *ranks.values()])
    # A way that says nothing of an area (its one known indicator left out) does not count for it.
    lowest = np.where(has_index, np.fmin.reduce(every, axis=1), np.nan)
    highest = np.where(has_index, np.fmax.reduce(every, axis=1), np.nan)

    def column(found: Floats) -> pd.Series:
        return pd.Series(found, index=values.index)

    band = pd.Series([_band(one) for one in index], index=values.index, dtype=object)
    return Composite(
        scores,
        pd.DataFrame(of_theme, index=values.index, columns=list(place)),
        column(index),
        band,
        column(rank),
        column(lowest),
        column(highest),
        pd.DataFrame(ranks, index=values.index),
    )


# --- within ----------------------------------------------------------------------------------------------------------


def _mean(points: Floats, weight: Floats | None = None) -> Floats:
    """Mean of the known scores of each area; NaN where none is known."""
    weights = np.where(np.isnan(points), 0.0, np.ones(points.shape[1]) if weight is None else weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = (np.nan_to_num(points) * weights).sum(axis=1) / weights.sum(axis=1)
    return found


def _mean_per_theme(points: Floats, theme: NDArray[np.intp]) -> Floats:
    """Mean of the known scores per theme, shape (areas, themes); themes are numbered from 0."""
    return np.column_stack([_mean(points[:, theme == one]) for one in range(int(theme.max()) + 1)])


def _has_enough(points: Floats, theme: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Per theme: is no more than a third of its scores missing? Shape (areas, themes)."""
    missing = np.isnan(points)
    shares = [missing[:, theme == one].mean(axis=1) for one in range(int(theme.max()) + 1)]
    return np.asarray(np.column_stack(shares) <= MOST_MISSING + 1e-9)


def _principal_weights(points: Floats) -> Floats | None:
    """Squared loadings of the first component of the correlations; None where these cannot be had."""
    complete = points[~np.isnan(points).any(axis=1)]
    if len(complete) < 3 or points.shape[1] < 2 or (np.ptp(complete, axis=0) == 0).any():
        return None
    loadings: Floats = np.linalg.eigh(np.corrcoef(complete, rowvar=False))[1][:, -1]
    return loadings**2


def _rank(index: Floats) -> Floats:
    rounded = np.round(index, 9)  # a crumb of rounding gives no place
    found = np.sort(rounded[~np.isnan(rounded)])
    return np.where(np.isnan(rounded), np.nan, 1.0 + len(found) - np.searchsorted(found, rounded, side="right"))


def _band(index: float) -> str | None:
    if np.isnan(index):
        return None
    return next(word for end, word in BANDS if index < end or (word == "average" and index == end))
