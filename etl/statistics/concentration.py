"""How much of it happens in how few areas, and is that more than chance gives?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from etl.statistics.rates import Floats, whole_counts

#: Draws for the comparison with chance: p-values go down to 0.001.
SIMULATIONS = 999


@dataclass(frozen=True)
class Concentration:
    """All NaN (counts 0) where no event is known.

    n_areas, n_events: areas with a known count, and their events.
    n_areas_half, share_of_areas: fewest areas that hold half of the events, and their share of the areas (0 to 1).
    gini: 0 (all areas equal) to 1; classic, over all areas.
    gini_generalised: the same where there may be fewer events than areas: 0 is as even as so few events can be.
    chance_share, chance_lower, chance_upper: median and 95 % range of `share_of_areas` if only chance were at work.
    p: probability under chance alone of a generalised Gini at least as high.
    """

    n_areas: int
    n_events: int
    n_areas_half: float
    share_of_areas: float
    gini: float
    gini_generalised: float
    chance_share: float
    chance_lower: float
    chance_upper: float
    p: float


def concentration(
    counts: ArrayLike, *, exposure: ArrayLike | None = None, n_simulations: int = SIMULATIONS, seed: int = 20_240_101
) -> Concentration:
    """Concentration of events over areas, held against chance.

    Args:
        counts: events per area, shape (n,); whole, >= 0. NaN: the area is left out.
        exposure: people at risk, shape (n,): chance alone then gives each area events in proportion to them. Areas
            where it is 0 or NaN are left out. None: the same chance for each area.
        n_simulations, seed: draws of the same number of events; the same seed gives the same numbers.

    Raises:
        ValueError: a count is negative or fractional, an exposure negative, or shapes differ.

    Source: Bernasco & Steenbeek (2017), J. Quant. Criminol. 33: 451 (generalised Gini).
    """
    events = whole_counts(counts)
    chance = np.ones_like(events) if exposure is None else np.atleast_1d(np.asarray(exposure, dtype=np.float64))
    if chance.shape != events.shape:
        raise ValueError(f"counts have shape {events.shape}, exposure {chance.shape}")
    if np.any(chance < 0):
        raise ValueError("an exposure is negative")
    known = ~np.isnan(events) & (chance > 0)
    events, chance = events[known], chance[known]
    n, total = len(events), int(events.sum())
    if total == 0:
        return Concentration(n, 0, *[float("nan")] * 8)
    drawn = np.random.default_rng(seed).multinomial(total, chance / chance.sum(), size=n_simulations).astype(np.float64)
    half, drawn_half = float(areas_holding(events)), areas_holding(drawn) / n
    spread, drawn_spread = float(generalised_gini(events)), generalised_gini(drawn)
    p = (1 + np.sum(drawn_spread >= spread - 1e-12)) / (1 + n_simulations)
    lower, middle, upper = np.quantile(drawn_half, [0.025, 0.5, 0.975])
    return Concentration(
        n, total, half, half / n, float(gini(events)), spread, float(middle), float(lower), float(upper), float(p)
    )


def gini(counts: ArrayLike) -> Floats:
    """Gini coefficient over the last axis: 0 where all are equal, 1 - 1/n where one has all, NaN without events."""
    events = np.sort(np.asarray(counts, dtype=np.float64), axis=-1)
    n = events.shape[-1]
    total = events.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = 2 * (events * np.arange(1, n + 1)).sum(axis=-1) / (n * total) - (n + 1) / n
    return found


def generalised_gini(counts: ArrayLike) -> Floats:
    """G' = max(n / c, 1) (G - 1) + 1 over the last axis, with n areas and c events.

    Four events in four of ten areas have G = 0.6 by arithmetic alone, and G' = 0: they cannot lie more evenly.

    Source: Bernasco & Steenbeek (2017), J. Quant. Criminol. 33: 451.
    """
    events = np.asarray(counts, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        stretch = np.maximum(events.shape[-1] / events.sum(axis=-1), 1)
    found: Floats = stretch * (gini(events) - 1) + 1
    return found


def areas_holding(counts: ArrayLike, share: float = 0.5) -> Floats:
    """Fewest areas that together hold this share of the events, over the last axis; NaN where there are none."""
    events = -np.sort(-np.asarray(counts, dtype=np.float64), axis=-1)
    total = events.sum(axis=-1, keepdims=True)
    # A crumb of tolerance: a share of 0.1 of 30 events is 3 of them, not 3.0000000000000004.
    enough = np.cumsum(events, axis=-1) >= share * total * (1 - 1e-12)
    return np.where(total[..., 0] > 0, 1.0 + np.argmax(enough, axis=-1), np.nan)


def lorenz(counts: ArrayLike) -> Floats:
    """Lorenz curve, to draw: shape (n + 1, 2), share of the areas (calmest first) and share of the events they hold.

    NaN counts are left out; without events the second column is NaN after its first 0.

    Raises:
        ValueError: a count is negative or fractional.
    """
    events = whole_counts(counts)
    events = np.sort(events[~np.isnan(events)])
    with np.errstate(divide="ignore", invalid="ignore"):
        held = np.cumsum(events) / events.sum()
    return np.column_stack([np.arange(len(events) + 1) / max(len(events), 1), np.concatenate([[0.0], held])])
