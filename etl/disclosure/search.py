"""Which small leaves of one period are shown as the base, and which as 0: a keyed search that keeps every total close.

Each small leaf counts in some *cells* (its own, its district, the municipality, own areas; each of them crossed with
its indicator and the groups of it). A cell deviates by shown minus true, in the period itself and in every longer
window that ends in it. The search makes the worst of these deviations small.

Source: the greedy of small-count rounding (Langsrud & Heldal 2018), with changes that were measured on 115
neighbourhoods x 15 indicators x 180 months. Sums of squares alone left totals off by 13 to 20 (base 5), so the cost is
steep beyond the base; visits that may also raise the cost a little, ever less (simulated annealing), and exchanges
around the cells that are furthest off, leave the local optimum in which the greedy ends.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Visits of a leaf per period that the annealing may spend, and how many times as many the descents after it: bounds
#: the time where a whole country is one block. (Visits are counted, not seconds: the answer is the same everywhere.)
VISITS, DESCENTS = 60_000, 400
MOST_ROUNDS = 40
#: Tries, each where the one before leaves a deviation above the limit: share of the rounds, and how much steeper a
#: window that is shown costs.
TRIES = ((1, 1), (2, 20))
#: Turns of exchanges around the cells that are furthest off; leaves tried for each of them; leaves in one exchange.
TURNS, CANDIDATES, EXCHANGED = 20, 12, 5
#: Nodes that the integer program may visit, and the leaves that it may have.
NODES, LARGEST_PROGRAM = 500, 5_000
#: Temperatures of the annealing, in the unit of the cost.
HOT, COLD = 2_000.0, 400.0
_BITS = 8
_NOISE = [-math.log((step + 0.5) / 2**_BITS) for step in range(2**_BITS)]
#: Beyond this deviation the cost grows linearly: a total that sticky leaves hold far away stays within 64 bits.
_STEEP = 200


@dataclass(frozen=True)
class Period:
    """One period to decide.

    Attributes:
        cells: per small leaf the cells it counts in, in the order of visiting.
        near: per small leaf the leaves that may be changed in return for it.
        start: per small leaf whether it is shown as the base when the search starts.
        is_held: per small leaf: better left as it starts; changed only where the limit cannot be met otherwise.
        deviation: per cell, shown minus true of the period at the start, shape (cells,).
        carried: per window and cell the deviation of the periods before that the window also holds, shape
            (windows, cells). The last window is the running sum over all periods; the others stand for every window
            that may end in this period or a later one.
        promised: the same for the windows that are shown and end in this period.
        base: the base of the rounding.
    """

    cells: Sequence[Sequence[int]]
    near: Sequence[Sequence[int]]
    start: Flags
    is_held: Flags
    deviation: Ints
    carried: Ints
    promised: Ints
    base: int


def settle(period: Period, *, seed: int, limit: int) -> Flags:
    """Per small leaf: shown as the base?

    Args:
        seed: of the noise; keyed, so that only who holds the key can run the search again.
        limit: no window but the running sum should deviate by more; met where the search can.

    Returns:
        Shape (leaves,), in the order of `period.cells`. The same input gives the same answer.
    """
    if not len(period.cells):
        return period.start
    best, worst = period.start, math.inf
    for turn, (share, sharpness) in enumerate(TRIES):
        rounds = share * min(MOST_ROUNDS, VISITS // len(period.cells))
        search = _Search(period, sharpness, with_held=turn > 0)
        search.run(rounds, seed + turn, limit)
        if search.worst() < worst:
            best, worst = np.array(search.on, dtype=bool), search.worst()
        if worst <= limit:
            return best
    if len(period.cells) > LARGEST_PROGRAM or _cannot_help(period, limit):
        return best
    exact = _program(period, seed, limit)
    return best if exact is None else exact


def _program(period: Period, seed: int, limit: int) -> Flags | None:
    """The same question as an integer program, for the rare period in which the search stays beyond the limit.

    Every promised window within the limit; of what remains, other windows beyond the limit and running sums beyond the
    base as small as the solver finds within a fixed number of nodes (so that the answer does not depend on the speed
    of the machine). None: it found none.
    """
    n_leaves, base = len(period.cells), period.base
    leaf = np.repeat(np.arange(n_leaves), [len(cells) for cells in period.cells])
    named = np.fromiter((cell for cells in period.cells for cell in cells), dtype=np.int64)
    touched, row = np.unique(named, return_inverse=True)
    counts_in = sparse.csr_matrix((np.full(len(row), float(base)), (row, leaf)), shape=(len(touched), n_leaves))
    as_zero = period.deviation[touched] - counts_in @ period.start.astype(float)
    before, promised = period.carried[:, touched] + as_zero, period.promised[:, touched] + as_zero
    over, none = sparse.identity(len(touched)), sparse.csr_matrix((len(touched), len(touched)))
    lowest = np.maximum(-base - before[-1], -limit - before[:-1].min(axis=0))
    highest = np.minimum(base - before[-1], limit - before[:-1].max(axis=0))
    rules = [
        LinearConstraint(sparse.hstack([counts_in, none]), -limit - promised.min(axis=0), limit - promised.max(axis=0)),
        LinearConstraint(sparse.hstack([counts_in, -over]), -np.inf, highest),
        LinearConstraint(sparse.hstack([counts_in, over]), lowest, np.inf),
    ]
    keyed = np.random.default_rng(seed).random(n_leaves) / 1_000
    found = milp(
        np.concatenate([keyed, np.ones(len(touched))]),
        integrality=np.concatenate([np.ones(n_leaves), np.zeros(len(touched))]),
        bounds=Bounds(0, np.concatenate([np.ones(n_leaves), np.full(len(touched), np.inf)])),
        constraints=rules,
        options={"node_limit": NODES, "mip_rel_gap": 0.2},
    )
    return None if found.x is None else np.rint(found.x[:n_leaves]).astype(bool)


def _cannot_help(period: Period, limit: int) -> bool:
    """True where a cell without any small leaf is over the limit: no choice here can mend that."""
    is_touched = np.zeros(period.deviation.shape, dtype=bool)
    is_touched[np.fromiter((cell for cells in period.cells for cell in cells), dtype=np.int64)] = True
    fixed = np.abs(period.promised + period.deviation)[:, ~is_touched]
    return bool((fixed > limit).any())


def _costs(base: int, reach: int, sharpness: int) -> tuple[Ints, Ints]:
    """Cost of a deviation of -reach … reach: in a window that is shown, and in the running sum over all periods.

    The running sum is kept small because every later window is a difference of two of them.
    """
    size = np.abs(np.arange(-reach, reach + 1)) * 5.0 / base
    near = np.minimum(size, _STEEP)
    far = size - near
    edge = np.array([float(_STEEP - 1), float(_STEEP)])

    def shown(z: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(300.0 * sharpness * np.maximum(z - 7, 0) ** 4)

    def running(z: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(z**4 + 3_000 * np.maximum(z - 5, 0) ** 4)

    def whole(cost: NDArray[np.float64], slope: float) -> Ints:
        return np.rint(cost + far * slope).astype(np.int64)

    return (
        whole(shown(near), float(np.diff(shown(edge))[0])),
        whole(running(near), float(np.diff(running(edge))[0])),
    )


class _Search:
    """One search under way: the choice, and what a change of a leaf would cost in each of its cells.

    Plain lists: a visit reads some nine numbers, which is faster one by one than as an array.
    """

    def __init__(self, period: Period, sharpness: int, *, with_held: bool) -> None:
        base, carried, deviation = period.base, period.carried, period.deviation
        reach = int(np.abs(carried + deviation).max()) + base * (len(period.cells) + 2)
        shown, running = _costs(base, reach, sharpness)
        kinds = [shown] * (len(carried) - 1) + [running]
        places = carried + deviation + reach

        def cost(step: int) -> Ints:
            return np.asarray(sum(kind[place + step] for kind, place in zip(kinds, places, strict=True)))

        self._up: list[int] = (cost(base) - cost(0)).tolist()
        self._down: list[int] = (cost(-base) - cost(0)).tolist()
        self._at: list[int] = deviation.tolist()
        self.on: list[bool] = period.start.tolist()
        self._cells = period.cells
        free = [with_held or not held for held in period.is_held.tolist()]
        self._free = [leaf for leaf, is_free in enumerate(free) if is_free]
        self._near = period.near if with_held else [[one for one in near if free[one]] for near in period.near]
        self._visits = DESCENTS * VISITS
        self._carried, self._base = carried, base
        self._offsets: list[list[int]] = (carried[:-1].T + reach).tolist()
        self._last: list[int] = (carried[-1] + reach).tolist()
        self._shown: list[int] = shown.tolist()
        self._running: list[int] = running.tolist()

    def run(self, rounds: int, seed: int, limit: int) -> None:
        """Anneal, descend, and exchange until nothing is far off or no exchange helps."""
        self._anneal(rounds, seed)
        self._descend()
        for _ in range(TURNS):
            if self._visits <= 0 or not self._exchange(limit - 2):
                break
            self._descend()

    def worst(self) -> int:
        """The largest deviation of a window that is shown."""
        return int(np.abs(self._carried[:-1] + np.array(self._at)).max())

    def _change(self, leaf: int) -> int:
        """What a change of a leaf adds to the cost."""
        side = self._down if self.on[leaf] else self._up
        return sum([side[cell] for cell in self._cells[leaf]])

    def _flip(self, leaf: int) -> None:
        base, shown, running = self._base, self._shown, self._running
        at, up, down, last, offsets = self._at, self._up, self._down, self._last, self._offsets
        step = -base if self.on[leaf] else base
        self.on[leaf] = not self.on[leaf]
        for cell in self._cells[leaf]:
            moved = at[cell] = at[cell] + step
            place = last[cell] + moved
            here = running[place]
            more, less = running[place + base] - here, running[place - base] - here
            for offset in offsets[cell]:
                place = offset + moved
                here = shown[place]
                more += shown[place + base] - here
                less += shown[place - base] - here
            up[cell], down[cell] = more, less

    def _anneal(self, rounds: int, seed: int) -> None:
        """Visit all leaves round after round; change what lowers the cost, or raises it by less than the noise."""
        state, shift = seed & 0x7FFFFFFF, 31 - _BITS
        on, up, down = self.on, self._up, self._down
        visits = [(leaf, self._cells[leaf]) for leaf in self._free]
        for temperature in np.geomspace(HOT, COLD, rounds).tolist() if rounds else []:
            allowed = [round(temperature * step) for step in _NOISE]
            for leaf, cells in visits:
                side = down if on[leaf] else up
                change = 0
                for cell in cells:
                    change += side[cell]
                state = (state * 1103515245 + 12345) & 0x7FFFFFFF
                if change < allowed[state >> shift]:
                    self._flip(leaf)

    def _descend(self) -> None:
        """Change what lowers the cost, until nothing does or the visits are spent."""
        is_changed = True
        while is_changed and self._visits > 0:
            is_changed = False
            self._visits -= len(self._free)
            for leaf in self._free:
                if self._change(leaf) < 0:
                    self._flip(leaf)
                    is_changed = True

    def _exchange(self, limit: int) -> bool:
        """For each cell that is far off: change one of its leaves, and others in return, where that lowers the cost.

        Far off: a shown window beyond `limit`, or a running sum beyond the base. True where anything changed.
        """
        off = np.abs(self._carried + np.array(self._at))
        is_far = (off[:-1] > limit).any(axis=0) | (off[-1] > self._base)
        leaves: dict[int, list[int]] = {int(cell): [] for cell in np.flatnonzero(is_far)}
        for leaf in self._free if leaves else []:
            for cell in self._cells[leaf]:
                if cell in leaves:
                    leaves[cell].append(leaf)
        is_changed = [
            any(self._chain(leaf) for leaf in sorted(inside, key=self._change)[:CANDIDATES])
            for inside in leaves.values()
        ]
        return any(is_changed)

    def _chain(self, leaf: int) -> bool:
        """Change a leaf, then the best of those near it, and so on; undone unless it lowers the cost."""
        total, changed = 0, []
        best: int | None = leaf
        while best is not None:
            total += self._change(best)
            self._flip(best)
            changed.append(best)
            if total < 0:
                return True
            others = [one for one in self._near[leaf] if one not in changed]
            best = min(others, key=self._change, default=None)
            if len(changed) == EXCHANGED or (best is not None and self._change(best) >= 0):
                best = None
        for one in reversed(changed):
            self._flip(one)
        return False
