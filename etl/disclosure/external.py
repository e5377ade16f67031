"""A18: exact totals of the same events that somebody else publishes, as known rows beside the rounded leaves.

Source: the attacker's problem as a pair of linear programs a leaf (HiGHS, scipy): lowest and highest value that fits
all known rows and the range that each leaf shows.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from etl.disclosure.leaves import WHOLE, Ints
from etl.disclosure.ledger import Flags, Ledger, ends_of

#: Questions that are solved exactly in one audit.
SOLVED = 1_000


def told_by_totals(book: Ledger, known: pd.DataFrame, municipality: str) -> tuple[int, Flags]:
    """Which secrets follow from known totals; returns the number of totals, and flags (areas, indicators, periods).

    First each total by itself narrows the leaves in it, again and again until nothing changes. Where totals share
    leaves, linear programs then look for what they tell together.

    Args:
        known: columns area_code, indicator, period, count; rows that the block does not know are passed over.
    """
    block = book.block
    told = np.zeros(block.true.shape, dtype=bool)
    rows = _rows(book, known, municipality)
    if not rows:
        return 0, told
    low, high = book.low.ravel().copy(), book.high.ravel().copy()
    members = [leaves for leaves, _ in rows]
    totals = np.array([total for _, total in rows], dtype=np.int64)
    _narrow(low, high, rows)
    secret, true = book.is_secret.ravel(), block.true.ravel()
    told_flat = told.ravel()

    def note(leaves: Ints) -> None:
        is_narrow = high[leaves] - low[leaves] + 1 < book.base
        told_flat[leaves] |= secret[leaves] & is_narrow & (low[leaves] <= true[leaves]) & (true[leaves] <= high[leaves])

    everything = np.unique(np.concatenate(members))
    note(everything)
    _solve(low, high, members, totals, everything[secret[everything] & ~told_flat[everything]])
    note(everything)
    return len(rows), told_flat.reshape(told.shape)


def _rows(book: Ledger, known: pd.DataFrame, municipality: str) -> list[tuple[Ints, int]]:
    """Leaves (flat positions) and total of each known row."""
    block = book.block
    number = {cell: place for place, cell in enumerate(block.cells)}
    windows, positions = ends_of(sorted(known.period.unique()), block)
    inside: dict[int, list[int]] = {}
    for leaf, cells in enumerate(block.cell_of):
        for cell in cells:
            inside.setdefault(cell, []).append(leaf)
    n_periods, found = len(block.periods), []
    for area, indicator, period, total in zip(
        known.area_code, known.indicator, known.period, known["count"], strict=True
    ):
        place = number.get((WHOLE if area == municipality else area, indicator))
        if place is None or period not in windows or not math.isfinite(total):
            continue
        stop = positions[period]
        at = np.arange(book.opens(windows[period])[stop], stop + 1)
        leaves = (np.array(inside[place])[:, None] * n_periods + at).ravel()
        found.append((leaves.astype(np.int64), round(total)))
    return found


def _narrow(low: Ints, high: Ints, rows: list[tuple[Ints, int]]) -> None:
    """Narrow the ranges in place by each total, until nothing changes. A total that does not fit what is shown counts
    other events: it tells nothing."""
    is_changed = True
    while is_changed:
        is_changed = False
        for leaves, total in rows:
            above, below = total - low[leaves].sum(), high[leaves].sum() - total
            if above < 0 or below < 0:
                continue
            highest = np.minimum(high[leaves], low[leaves] + above)
            lowest = np.maximum(low[leaves], high[leaves] - below)
            if (highest < high[leaves]).any() or (lowest > low[leaves]).any():
                is_changed = True
                low[leaves], high[leaves] = lowest, highest


def _solve(low: Ints, high: Ints, members: list[Ints], totals: Ints, asked: Ints) -> None:
    """Exact range of leaves that lie in totals which share leaves; narrows `low` and `high` in place.

    Leaves that lie in the same totals are one variable of the program, and those with the same range one question.
    """
    used, column = np.unique(np.concatenate(members), return_inverse=True)
    row = np.repeat(np.arange(len(members)), [len(leaves) for leaves in members])
    matrix = sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(len(members), len(used)))
    _, part = connected_components(sparse.bmat([[None, matrix], [matrix.T, None]]), directed=False)
    of_row, of_leaf = part[: len(members)], part[len(members) :]
    is_asked = np.isin(used, asked)
    left = SOLVED
    for label in np.unique(of_row):
        here, mine = np.flatnonzero(of_row == label), np.flatnonzero(of_leaf == label)
        if len(here) < 2:
            continue  # a total alone has told all it tells
        inside = matrix[here][:, mine].toarray().T
        classes, kind = np.unique(inside, axis=0, return_inverse=True)
        leaves = used[mine]
        lowest = np.bincount(kind, weights=low[leaves], minlength=len(classes))
        highest = np.bincount(kind, weights=high[leaves], minlength=len(classes))
        questions = np.column_stack([kind, low[leaves], high[leaves]])
        for question in np.unique(questions[is_asked[mine]], axis=0)[:left]:
            left -= 1
            own, least, most = (int(part) for part in question)
            bounds = np.column_stack([np.append(lowest, least), np.append(highest, most)])
            bounds[own] -= (least, most)
            known = np.vstack([classes, classes[own]]).T
            goal = np.append(np.zeros(len(classes)), 1.0)
            ends = [
                linprog(sign * goal, A_eq=known, b_eq=totals[here], bounds=bounds, method="highs") for sign in (1, -1)
            ]
            if all(end.status == 0 for end in ends):
                alike = leaves[(questions == question).all(axis=1)]
                low[alike] = max(least, math.ceil(ends[0].fun - 1e-6))
                high[alike] = min(most, math.floor(-ends[1].fun + 1e-6))
