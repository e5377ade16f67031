"""Areas that resemble each other in named features of their context (dwellings, households, density), and how closely.

Peers are computed from data, for any set of areas: those of one municipality, or of all where the features are public.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.statistics.rates import Floats

#: Peers shown of an area, and at most this part of all areas: who resembles everybody has no peers.
N_PEERS = 10
MOST_OF_AREAS = 1 / 3

#: Part of the features that must be known of both areas of a pair.
LEAST_KNOWN = 2 / 3

#: Peers of an area are stable when this part of them stays, whichever single feature is left out.
LEAST_STABLE = 0.7

TOO_FEW_AREAS, TOO_FEW_FEATURES = "too_few_areas", "too_few_features"

#: Rows of the table of distances that are in memory at once.
_ROWS = 32

#: Distances that differ by less are equal; the code then decides, so that the order of the rows never does.
_DIGITS = 9


@dataclass(frozen=True)
class Peers:
    """
    pairs: one row per area and peer: area_code, peer_code, position (1 is nearest), distance (root mean square
        difference, in standard deviations of a feature: 0 the same, about 1.4 two areas at random), n_features (known
        of both), kept_share (part of the leave-one-out runs in which this peer stays), is_stable (of the area: at least
        7 in 10 of its peers stay, whichever single feature is left out).
    features: names used; a feature that is unknown or the same everywhere is not.
    without: area code -> why it has no peers: too_few_areas | too_few_features.
    """

    pairs: pd.DataFrame
    features: tuple[str, ...]
    without: dict[str, str]


def similar_areas(
    features: pd.DataFrame,
    *,
    asked: Sequence[str] | None = None,
    groups: Mapping[str, str] | None = None,
    n_peers: int = N_PEERS,
) -> Peers:
    """The areas most like each area asked for.

    Args:
        features: one row per area (index: code), one column per feature (its name); NaN where unknown. Shares and
            numbers per head resemble better than counts. Standardised here, over all rows.
        asked: codes whose peers are wanted; None: all. Peers come from all rows.
        groups: code -> group; peers then come from other groups only (areas of other municipalities).
        n_peers: peers per area, at most a third of the areas they come from.

    Raises:
        ValueError: a code or name stands twice, a value is infinite, no feature is given, or a code is not a row.

    Source: nearest neighbours by standardised Euclidean distance, averaged over the features known of both.
    """
    codes, names, z = _standardised(features)
    group = None if groups is None else np.array([groups[code] for code in codes], dtype=object)
    wanted = codes if asked is None else sorted(asked)
    place = {code: i for i, code in enumerate(codes)}
    if unknown := [code for code in wanted if code not in place]:
        raise ValueError(f"{len(unknown)} areas asked for have no row of features")

    rows: list[pd.DataFrame] = []
    without: dict[str, str] = {}
    for start in range(0, len(wanted), _ROWS):
        chosen = np.array([place[code] for code in wanted[start : start + _ROWS]], dtype=np.intp)
        is_candidate = np.arange(len(codes)) != chosen[:, np.newaxis]
        if group is not None:
            is_candidate &= group != group[chosen][:, np.newaxis]
        for i, found in enumerate(_of_rows(z, chosen, is_candidate, n_peers)):
            if isinstance(found, str):
                without[codes[chosen[i]]] = found
                continue
            peer, numbers = found
            numbers.insert(0, "area_code", codes[chosen[i]])
            numbers.insert(1, "peer_code", [codes[j] for j in peer])
            rows.append(numbers)
    pairs = pd.concat(rows, ignore_index=True) if rows else _NO_PAIRS.copy()
    return Peers(pairs, tuple(names), without)


_NO_PAIRS = pd.DataFrame(
    {
        "area_code": pd.Series(dtype=object),
        "peer_code": pd.Series(dtype=object),
        "position": pd.Series(dtype=np.int64),
        "distance": pd.Series(dtype=np.float64),
        "n_features": pd.Series(dtype=np.int64),
        "kept_share": pd.Series(dtype=np.float64),
        "is_stable": pd.Series(dtype=bool),
    }
)


# --- within ----------------------------------------------------------------------------------------------------------


def _standardised(features: pd.DataFrame) -> tuple[list[str], list[str], Floats]:
    """Codes in order, names of usable features, and their z-values, shape (areas, features)."""
    if not features.index.is_unique or not features.columns.is_unique:
        raise ValueError("an area or a feature stands twice")
    ordered = features.sort_index()
    values = ordered.to_numpy(dtype=np.float64)
    if values.shape[1] == 0:
        raise ValueError("no feature is given")
    if np.isinf(values).any():
        raise ValueError("a value of a feature is infinite")
    n_known = (~np.isnan(values)).sum(axis=0)
    total = np.nansum(values, axis=0)
    centred = values - total / np.maximum(n_known, 1)
    deviation = np.sqrt(np.nansum(centred**2, axis=0) / np.maximum(n_known, 1))
    usable = deviation > 1e-12 * np.maximum(1.0, np.abs(total / np.maximum(n_known, 1)))
    names = [str(name) for name, is_usable in zip(ordered.columns, usable, strict=True) if is_usable]
    return [str(code) for code in ordered.index], names, centred[:, usable] / deviation[usable]


def _of_rows(
    z: Floats, chosen: np.ndarray, is_candidate: np.ndarray, n_peers: int
) -> list[str | tuple[np.ndarray, pd.DataFrame]]:
    """Per chosen area its peers (places) with their numbers, or why it has none."""
    squared, known = _differences(z, chosen)
    total, n_known, n_features = squared.sum(axis=0), known.sum(axis=0), len(squared)
    distance = _distance(total, n_known, n_features, is_candidate)
    dropped = [
        _distance(total - squared[f], n_known - known[f], n_features - 1, is_candidate) for f in range(n_features)
    ]
    found: list[str | tuple[np.ndarray, pd.DataFrame]] = []
    for i in range(len(chosen)):
        n_comparable = int(np.isfinite(distance[i]).sum())
        n = min(n_peers, int(n_comparable * MOST_OF_AREAS))
        if n == 0:
            n_others = int(is_candidate[i].sum())
            found.append(TOO_FEW_AREAS if int(n_others * MOST_OF_AREAS) == 0 else TOO_FEW_FEATURES)
            continue
        peer = _nearest(distance[i], n)
        stays = np.array([np.isin(peer, _nearest(one[i], n)) for one in dropped]).reshape(n_features, n)
        is_stable = n_features > 1 and bool((stays.mean(axis=1) >= LEAST_STABLE).all())
        numbers = pd.DataFrame(
            {
                "position": np.arange(1, n + 1),
                "distance": distance[i, peer],
                "n_features": n_known[i, peer].astype(np.int64),
                "kept_share": stays.mean(axis=0) if n_features > 1 else np.zeros(n),
                "is_stable": is_stable,
            }
        )
        found.append((peer, numbers))
    return found


def _differences(z: Floats, chosen: np.ndarray) -> tuple[Floats, Floats]:
    """Squared difference per feature, and whether it is known, shape (features, chosen, areas)."""
    difference = (z[chosen][:, np.newaxis, :] - z[np.newaxis, :, :]).transpose(2, 0, 1)
    known = ~np.isnan(difference)
    return np.where(known, difference, 0.0) ** 2, known.astype(np.float64)


def _distance(total: Floats, n_known: Floats, n_features: int, is_candidate: np.ndarray) -> Floats:
    """Root mean square difference; infinite for areas that are no candidate or of which too little is known."""
    is_known = (n_known >= max(1.0, LEAST_KNOWN * n_features - 1e-9)) & is_candidate
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.sqrt(np.maximum(total, 0) / n_known)
    return np.where(is_known, np.round(mean, _DIGITS), np.inf)


def _nearest(distance: Floats, n: int) -> np.ndarray:
    """Places of the n nearest, nearest first; of equals the one that comes first."""
    limit = np.partition(distance, n - 1)[n - 1]
    near = np.flatnonzero((distance <= limit) & np.isfinite(distance))
    return near[np.argsort(distance[near], kind="stable")][:n]
