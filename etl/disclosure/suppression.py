"""Cell suppression for fixed tables, with its audit: for printed tables that cannot be rounded. Not used by a load.

A table is a list of cells, each the sum of some leaves: `matrix[cell, leaf]` is 1 where the leaf is in the cell. An
attacker knows every published cell, that leaves are not negative, and which cells are hidden. A hidden small cell is
safe when its value may be 1 or less and may be the threshold or more.

Source: secondary suppression by linear programming (Kelly, Golden & Assad 1992; Robertson 1993); exact attacker
intervals by two linear programs a cell. Solver: HiGHS (scipy).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize import linprog

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Cost of hiding a cell that is hidden already; and of a total of the highest level, as a multiple of all others.
_FREE, _DEAR = 1e-6, 1_000.0
_TOLERANCE = 1e-6
#: Status of scipy's `linprog`.
_UNBOUNDED = 3


@dataclass(frozen=True)
class Suppression:
    """Which cells to hide; shapes (cells,). `is_possible` False: no pattern protects, so the whole table goes."""

    primary: Flags
    secondary: Flags
    is_possible: bool

    @property
    def hidden(self) -> Flags:
        return np.asarray(self.primary | self.secondary)


@dataclass(frozen=True)
class _Table:
    values: Floats
    matrix: sparse.csr_matrix

    @classmethod
    def of(cls, values: ArrayLike, matrix: ArrayLike) -> _Table:
        numbers = np.asarray(values, dtype=float)
        cells = sparse.csr_matrix(np.asarray(matrix, dtype=float))
        if cells.shape[0] != len(numbers):
            raise ValueError("one row of the matrix for each value")
        if (numbers < 0).any() or not np.isfinite(numbers).all():
            raise ValueError("values are zero or more")
        return cls(numbers, cells)

    def primary(self, threshold: int) -> Flags:
        return np.asarray((self.values > 0) & (self.values < threshold))

    def interval(self, hidden: Flags, cell: int) -> tuple[float, float]:
        """What an attacker can prove of a cell."""
        known = ~hidden
        bounds = []
        for sign in (1, -1):
            found = linprog(
                sign * self.matrix[cell].toarray()[0],
                A_eq=self.matrix[known] if known.any() else None,
                b_eq=self.values[known] if known.any() else None,
                bounds=(0, None),
                method="highs",
            )
            if found.status not in (0, _UNBOUNDED):
                raise ValueError("the published cells contradict each other")
            bounds.append(sign * (found.fun if found.status == 0 else -np.inf))
        return float(bounds[0]), float(bounds[1])

    def is_safe(self, hidden: Flags, cell: int, threshold: int) -> bool:
        lowest, highest = self.interval(hidden, cell)
        return lowest < 1 + _TOLERANCE and highest > threshold - _TOLERANCE


def attacker_interval(values: ArrayLike, matrix: ArrayLike, hidden: Collection[int], cell: int) -> tuple[float, float]:
    """Lowest and highest value that a cell may have, for who knows all cells but the hidden ones. inf: unbounded."""
    table = _Table.of(values, matrix)
    return table.interval(np.isin(np.arange(len(table.values)), list(hidden)), cell)


def unsafe_cells(values: ArrayLike, matrix: ArrayLike, hidden: Collection[int], threshold: int = 5) -> list[int]:
    """Small cells that a pattern does not protect: published, or provably above 1 or below the threshold."""
    table = _Table.of(values, matrix)
    is_hidden = np.isin(np.arange(len(table.values)), list(hidden))
    return [
        int(cell)
        for cell in np.flatnonzero(table.primary(threshold))
        if not (is_hidden[cell] and table.is_safe(is_hidden, int(cell), threshold))
    ]


def suppress(values: ArrayLike, matrix: ArrayLike, *, threshold: int = 5, top: Collection[int] = ()) -> Suppression:
    """Hide every count of 1 … threshold-1, and as few others as protect these.

    Args:
        values: of the cells, shape (cells,): zero or more. Zeros are published.
        matrix: shape (cells, leaves), 1 where a leaf is in a cell.
        top: cells to hide only where nothing else protects (totals of the municipality).

    Returns:
        The pattern. Each hidden small cell passes the audit (`unsafe_cells`), or `is_possible` is False.

    Raises:
        ValueError: shapes differ, or a value is negative or missing.
    """
    table = _Table.of(values, matrix)
    primary = table.primary(threshold)
    hidden = primary.copy()
    cost = np.log1p(table.values)
    cost[list(top)] = _DEAR * cost.sum()
    for cell in np.flatnonzero(primary):
        for change in (threshold - table.values[cell], -(table.values[cell] - 1)):
            moved = _moved(table, np.where(hidden, _FREE, cost), int(cell), float(change)) if change else hidden
            if moved is None:
                return Suppression(primary, hidden & ~primary, False)
            hidden |= moved
    return Suppression(primary, _needed(table, primary, hidden, cost, threshold) & ~primary, True)


def _moved(table: _Table, cost: Floats, cell: int, change: float) -> Flags | None:
    """The cheapest cells that move when one cell changes by `change`; None where it cannot."""
    n_cells, n_leaves = table.matrix.shape
    leaves = np.asarray(table.matrix.sum(axis=1) == 1).ravel()
    held = table.values == 0
    lowest = np.full(n_leaves, -np.inf)
    for single in np.flatnonzero(leaves):
        leaf = table.matrix[single].indices[0]
        lowest[leaf] = -table.values[single]
    # variables: change of each leaf, then the size of the change of each cell
    sizes = sparse.identity(n_cells)
    rules = sparse.vstack([sparse.hstack([table.matrix, -sizes]), sparse.hstack([-table.matrix, -sizes])])
    fixed = np.flatnonzero(held)
    equal = sparse.hstack([table.matrix[np.append(fixed, cell)], sparse.csr_matrix((len(fixed) + 1, n_cells))])
    found = linprog(
        np.concatenate([np.zeros(n_leaves), cost]),
        A_ub=rules,
        b_ub=np.zeros(2 * n_cells),
        A_eq=equal,
        b_eq=np.append(np.zeros(len(fixed)), change),
        bounds=[*((low, None) for low in lowest), *[(0, None)] * n_cells],
        method="highs",
    )
    if found.status != 0:
        return None
    return np.asarray(np.abs(table.matrix @ found.x[:n_leaves]) > _TOLERANCE)


def _needed(table: _Table, primary: Flags, hidden: Flags, cost: Floats, threshold: int) -> Flags:
    """The pattern without the cells that can be shown again, dearest first."""
    kept = hidden.copy()
    small = np.flatnonzero(primary)
    for cell in sorted(np.flatnonzero(hidden & ~primary), key=lambda one: (-cost[one], one)):
        kept[cell] = False
        if not all(table.is_safe(kept, int(one), threshold) for one in small):
            kept[cell] = True
    return kept
