"""Where do high values lie together? Local Moran and Gi*, tested by permutation over all areas at once.

Gi* answers "this area and its neighbours together are high". So what is named is the cluster: a contiguous group of
areas, never one area of it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from etl.statistics.rates import Floats
from etl.statistics.smoothing import empirical_bayes

if TYPE_CHECKING:
    from esda.getisord import G_Local
    from libpysal.weights import W

#: Draws per area. 999 could not survive the correction for many areas: the smallest p they give is 0.002.
PERMUTATIONS = 9_999

#: With fewer areas that have neighbours, nothing is offered.
FEWEST_AREAS = 20

#: Part of the clusters shown that may be there by chance (Benjamini-Hochberg).
FALSE_SHARE = 0.05

TOO_FEW_AREAS, ALL_EQUAL, NO_DIFFERENCES = "too_few_areas", "all_equal", "no_differences"
NO_NEIGHBOURS = "no_neighbours"


@dataclass(frozen=True)
class Cluster:
    """A contiguous group of areas that lie high together.

    members: codes of the areas whose own test says so, the highest first.
    surroundings: codes of the areas that touch them, whose values took part in those tests.
    highest_z: Gi* of the first member.
    """

    members: tuple[str, ...]
    surroundings: tuple[str, ...]
    highest_z: float


@dataclass(frozen=True)
class Hotspots:
    """An entry per area, shape (n,), in the order of the weights, unless said otherwise. NaN where nothing is said.

    local_moran: Moran's I of the area, as R spdep scales it (esda's value times n / (n - 1)).
    gi_star: z-value of the area and its neighbours together.
    p: two-sided permutation p-value of both: given the area, both rise and fall with the mean of its neighbours.
    p_adjusted: the same after Benjamini-Hochberg over the areas tested.
    kind: high_high | low_low | high_low | low_high for areas found, else None: own value, then that of the neighbours.
    clusters: groups found high (a tuple).
    n_tested: areas tested (one number).
    note: None, or why nothing is offered: too_few_areas | all_equal | no_differences (one word).
    area_note: no_neighbours for an area that has none, else None.
    """

    local_moran: Floats
    gi_star: Floats
    p: Floats
    p_adjusted: Floats
    kind: NDArray[np.object_]
    clusters: tuple[Cluster, ...]
    n_tested: int
    note: str | None
    area_note: NDArray[np.object_]


@dataclass(frozen=True)
class GlobalMoran:
    """Moran's I over all areas: index, its mean and variance under randomisation, z, two-sided p. NaN: not known."""

    index: float
    mean: float
    variance: float
    z: float
    p: float
    n_areas: int


def contiguity(codes: Sequence[str], pairs: Iterable[tuple[str, str]]) -> W:
    """Weights from pairs of areas that touch (binary, both directions; order and repeats of pairs do not matter).

    Args:
        codes: the areas, in the order of every column that goes with these weights.
        pairs: codes that touch; a pair with a code that is not among `codes`, or of an area with itself, is left out.

    Returns:
        libpysal weights with `codes` as ids; areas without neighbours stay in, as islands.

    Raises:
        ValueError: a code stands twice in `codes`.
    """
    from libpysal.weights import W

    touching: dict[str, set[str]] = {code: set() for code in codes}
    if len(touching) != len(codes):
        raise ValueError(f"{len(codes) - len(touching)} codes stand twice")
    for one, other in pairs:
        if one != other and one in touching and other in touching:
            touching[one].add(other)
            touching[other].add(one)
    neighbours: Mapping[str, list[str]] = {code: sorted(found) for code, found in touching.items()}
    return W(neighbours, id_order=list(codes), silence_warnings=True)


def among(weights: W, known: NDArray[np.bool_]) -> tuple[W, NDArray[np.bool_]]:
    """The weights among known areas that have known neighbours, and which areas these are, shape (n,)."""
    from libpysal.weights import W

    is_known = dict(zip(weights.id_order, known.tolist(), strict=True))
    kept = {
        code: [other for other in weights.neighbors[code] if is_known[other]]
        for code in weights.id_order
        if is_known[code]
    }
    # One pass does: an area without known neighbours is nobody's neighbour.
    kept = {code: others for code, others in kept.items() if others}
    takes_part = np.array([code in kept for code in weights.id_order], dtype=bool)
    return W(kept, id_order=list(kept), silence_warnings=True) if kept else weights, takes_part


def permutations_for(n_areas: int) -> int:
    """Draws needed so that one area alone can survive the correction: its smallest p, 2 / (draws + 1), <= 0.05 / n."""
    return max(PERMUTATIONS, int(np.ceil(2 * n_areas / FALSE_SHARE)) - 1)


def hotspots(
    values: ArrayLike,
    weights: W,
    *,
    n_permutations: int | None = None,
    seed: int = 20_240_101,
    fewest_areas: int = FEWEST_AREAS,
) -> Hotspots:
    """Groups of areas with high values beside each other.

    Args:
        values: one per area (smoothed rates: `empirical_bayes`), shape (n,), in the order of `weights`; >= 0; NaN: the
            area takes no part.
        weights: who touches whom (`contiguity`). Areas without known neighbours take no part, and get a note.
        n_permutations, seed: draws per area (left out: 9,999, more above 250 areas); the same seed, the same p-values.
        fewest_areas: areas needed that take part.

    Raises:
        ValueError: values and weights differ in length, or a value is negative or infinite.

    Source: Anselin (1995), Geogr. Anal. 27: 93; Ord & Getis (1995), Geogr. Anal. 27: 286; statistics and draws by esda
        (Moran_Local row-standardised, G_Local binary). esda's own p-value tests one side chosen after looking, which is
        half of what it should be; here both tails count, and equal values count as equal.
    """
    from esda.moran import Moran_Local

    from etl.statistics.multiplicity import benjamini_hochberg

    found = _checked(values, weights)
    part, takes_part = among(weights, ~np.isnan(found))
    n = int(takes_part.sum())
    numbers = np.full((4, len(found)), np.nan)
    kind, area_note = np.full(found.shape, None, dtype=object), np.full(found.shape, None, dtype=object)
    area_note[~np.isnan(found) & ~takes_part] = NO_NEIGHBOURS
    inside = found[takes_part]
    note = TOO_FEW_AREAS if n < max(fewest_areas, 3) else ALL_EQUAL if np.ptp(inside) <= 1e-9 * inside.max() else None
    if note:
        return Hotspots(numbers[0], numbers[1], numbers[2], numbers[3], kind, (), 0, note, area_note)

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The weights matrix is not fully connected")  # a river, two villages
        moran = Moran_Local(inside, part, transformation="r", permutations=0).Is
    draws = n_permutations or permutations_for(n)
    gi = _gi_star(inside, part, draws, seed)
    p = _two_sided_p(gi.Gs, gi.sim.T)
    adjusted = benjamini_hochberg(p)

    numbers[:, takes_part] = np.vstack([moran * n / (n - 1), gi.Zs, p, adjusted])
    centred = inside - inside.mean()
    around = _mean_of_neighbours(centred, part)
    words = np.array([["low_low", "low_high"], ["high_low", "high_high"]], dtype=object)
    is_found = adjusted <= FALSE_SHARE
    said = words[(centred > 0).astype(int), (around > 0).astype(int)]
    said[~is_found] = None
    kind[takes_part] = said
    is_high = is_found & (gi.Zs > 0)
    clusters = _clusters(part, is_high, gi.Zs)
    return Hotspots(numbers[0], numbers[1], numbers[2], numbers[3], kind, clusters, n, None, area_note)


def rate_hotspots(
    counts: ArrayLike,
    exposure: ArrayLike,
    weights: W,
    *,
    n_permutations: int | None = None,
    seed: int = 20_240_101,
) -> Hotspots:
    """`hotspots` of rates, drawn towards their mean first so that no calm area with few people makes a cluster.

    Args:
        counts, exposure: as in `empirical_bayes`, shape (n,), in the order of `weights`.

    Returns:
        `Hotspots`. Where the rates differ no more than chance makes them nothing is offered: note no_differences.
    """
    smoothed = empirical_bayes(counts, exposure)
    if smoothed.has_differences:
        return hotspots(smoothed.rate, weights, n_permutations=n_permutations, seed=seed)
    # Nothing is known to differ: the rates then are all equal, and get the word for why.
    found = hotspots(smoothed.rate, weights)
    return replace(found, note=NO_DIFFERENCES) if found.note == ALL_EQUAL else found


def moran_index(values: ArrayLike, weights: W) -> GlobalMoran:
    """Moran's I with its mean and variance under randomisation: do values beside each other resemble each other?

    Args:
        values: one per area, shape (n,), any sign; NaN: the area takes no part.
        weights: who touches whom; row-standardised here.

    Returns:
        `GlobalMoran`; all NaN with fewer than 4 areas that have neighbours, or where all values are equal.

    Raises:
        ValueError: values and weights differ in length, or a value is infinite.

    Source: Cliff & Ord (1981), Spatial Processes; esda `Moran`.
    """
    from esda.moran import Moran

    found = _checked(values, weights, is_signed=True)
    part, takes_part = among(weights, ~np.isnan(found))
    inside, n = found[takes_part], int(takes_part.sum())
    if n < 4 or np.ptp(inside) <= 1e-9 * np.abs(inside).max():
        unknown = float("nan")
        return GlobalMoran(unknown, unknown, unknown, unknown, unknown, n)
    moran = Moran(inside, part, transformation="r", permutations=0)
    return GlobalMoran(
        float(moran.I), float(moran.EI), float(moran.VI_rand), float(moran.z_rand), float(moran.p_rand), n
    )


# --- within ----------------------------------------------------------------------------------------------------------


def _checked(values: ArrayLike, weights: W, *, is_signed: bool = False) -> Floats:
    found = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if found.shape != (weights.n,):
        raise ValueError(f"{len(found)} values for {weights.n} areas")
    if np.isinf(found).any() or (not is_signed and np.any(found < 0)):
        raise ValueError("a value is negative or infinite")
    return found


def _gi_star(values: Floats, weights: W, draws: int, seed: int) -> G_Local:
    """Gi* with its draws. esda draws from numpy's shared generator: what that held is put back."""
    from esda.getisord import G_Local

    state = np.random.get_state()
    try:
        with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
            warnings.filterwarnings("ignore", message="The weights matrix is not fully connected")
            warnings.simplefilter("ignore", DeprecationWarning)  # of esda's own p-value, which is not used
            weights.transform = "b"
            return G_Local(values, weights, transform="B", star=True, permutations=draws, seed=seed, n_jobs=1)
    finally:
        np.random.set_state(state)


def _two_sided_p(observed: Floats, drawn: Floats) -> Floats:
    """Twice the smaller tail, the observed value counted in; drawn has shape (n, draws)."""
    crumb = 1e-9 * np.abs(observed)[:, np.newaxis]
    at_least = (drawn >= observed[:, np.newaxis] - crumb).sum(axis=1)
    at_most = (drawn <= observed[:, np.newaxis] + crumb).sum(axis=1)
    p: Floats = np.minimum(1.0, 2 * (1 + np.minimum(at_least, at_most)) / (1 + drawn.shape[1]))
    return p


def _mean_of_neighbours(values: Floats, weights: W) -> Floats:
    place = weights.id2i
    return np.array([values[[place[other] for other in weights.neighbors[code]]].mean() for code in weights.id_order])


def _clusters(weights: W, is_high: NDArray[np.bool_], z: Floats) -> tuple[Cluster, ...]:
    strength = {code: float(z[i]) for i, code in enumerate(weights.id_order) if is_high[i]}
    left, clusters = set(strength), []
    while left:
        group, edge = set(), {min(left)}
        while edge:
            group |= edge
            edge = {other for code in edge for other in weights.neighbors[code] if other in left} - group
        left -= group
        members = sorted(group, key=lambda code: (-strength[code], code))
        around = {other for code in group for other in weights.neighbors[code]} - group
        clusters.append(Cluster(tuple(members), tuple(sorted(around)), strength[members[0]]))
    return tuple(sorted(clusters, key=lambda cluster: (-cluster.highest_z, cluster.members)))
