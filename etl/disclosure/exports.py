"""A12: pairs of exports, drawn at random, subtracted from each other.

The first export takes the coarsest published rows that cover a selection (districts, groups, years), the second the
finest rows of the same selection without a random part of it. What remains of the difference is a few leaves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from etl.disclosure.ledger import Flags, Ledger

Places = NDArray[np.intp]


def differences(book: Ledger, generator: np.random.Generator, pairs: int) -> tuple[int, Flags]:
    """Try `pairs` pairs; returns how many, and the secrets told, shape (areas, indicators, periods)."""
    block = book.block
    told = np.zeros(block.true.shape, dtype=bool)
    cell_of = np.array([cells[0] for cells in block.cell_of]).reshape(told.shape[:2])
    members = _members(book)
    windows = ["", *block.windows]
    shown = book.totals[""][cell_of]
    leaf_running = np.insert(np.nan_to_num(shown).cumsum(axis=2), 0, 0, axis=2)
    gaps = np.insert(np.isnan(shown).cumsum(axis=2), 0, 0, axis=2)
    cells = generator.integers(0, len(block.cells), size=(pairs, 3))
    many = generator.integers(1, 4, size=pairs)
    for pair in range(pairs):
        window = windows[int(generator.integers(len(windows)))]
        stop = int(generator.integers(len(block.periods)))
        start = int(book.opens(window)[stop])
        chosen = np.unique(cells[pair, : many[pair]])
        total = float(book.totals[window][chosen, stop].sum())
        inside = members[chosen].sum(axis=0)  # how often each (area, indicator) counts in the first export
        area, indicator = np.nonzero(inside)
        if not np.isfinite(total) or (inside > 1).any():
            continue
        # the second export: the same leaves without a random few, or without a random stretch of time
        out = generator.random(len(area)) < 1.5 / len(area)
        first, last = start, stop + 1
        if not out.any() or generator.random() < 0.5:
            out[generator.integers(len(area))] = True
            first = int(generator.integers(start, stop + 1))
            last = int(generator.integers(first + 1, min(first + 3, stop + 1) + 1))
        spans = leaf_running[area, indicator]
        whole = spans[:, stop + 1] - spans[:, start]
        part = spans[out, last] - spans[out, first]
        missing = gaps[area, indicator]
        holes = (missing[:, stop + 1] - missing[:, start]).sum() - (missing[out, last] - missing[out, first]).sum()
        if holes:
            continue  # the second export lacks a row: nothing can be subtracted
        left = total - (whole.sum() - part.sum())
        at = np.arange(first, last)
        leaves = (area[out][:, None], indicator[out][:, None], at[None, :])
        above = round(left) - int(book.low[leaves].sum())
        below = int(book.high[leaves].sum()) - round(left)
        told[leaves] |= book.secrets_told(leaves, above, below)
    return pairs, told


def _members(book: Ledger) -> NDArray[np.int8]:
    """Which leaves count in each cell, shape (cells, areas, indicators)."""
    block = book.block
    inside = np.zeros((len(block.cells), len(block.cell_of)), dtype=np.int8)
    for leaf, cells in enumerate(block.cell_of):
        inside[list(cells), leaf] = 1
    return inside.reshape(len(block.cells), *block.true.shape[:2])
