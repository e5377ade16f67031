"""Small-count rounding at the leaf: 0 stays, counts of the base and more stay, 1 … base-1 become 0 or the base.

Everything the public edition shows of a restricted source is computed from the leaves that this returns: a shown 0
stands for 0 … base-1, a shown base for 1 … base, whatever is added, divided or subtracted. Which of the two a small
leaf becomes is chosen so that totals stay close, in space, by category and in time: period by period, in which every
period sees what the earlier ones made of the totals. A small leaf that was published before keeps what was shown.

Pure: frames in, frames out. Same leaves, groups, key and memory: same result, whatever the order of the rows.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.errors import DisclosureError, Finding
from config.vocabulary import Status
from etl.disclosure.leaves import NUMBERS, Block, Ints, Split, blocks, locate, split_totals
from etl.disclosure.search import Period, settle

#: What identifies a leaf, in frames and in the memory.
LEAF_KEY = ["source_id", "indicator", "area_code", "period"]
#: No total deviates by more than this many times the base (10 where the base is 5), or the load fails.
LIMIT = 2
#: How often the periods before one that cannot be kept within the limit are tried anew, each time one period more.
MOST_TRIES = 6
#: Not a number that was ever shown.
_NONE = -1


@dataclass(frozen=True)
class RoundedBlock:
    """A block with what is shown of it. `running` is the deviation of each cell, added up over the periods, shape
    (cells, periods + 1). Deviations and true values together give counts away: nothing of this is ever published.
    """

    block: Block
    shown: Ints  # as block.true
    running: Ints

    def deviation(self, window: str | None = None) -> Ints:
        """Shown minus true per cell and period (or the window that ends in it), shape (cells, periods)."""
        last = np.arange(1, len(self.block.periods) + 1)
        first = last - 1 if window is None else self.block.opens[self.block.windows.index(window)]
        return np.asarray(self.running[:, last] - self.running[:, first])


@dataclass(frozen=True)
class Rounded:
    """Protected rows, and how far their totals are from the truth."""

    frame: pd.DataFrame  # the rows of the input in their order; value and status protected
    blocks: list[RoundedBlock]
    base: int
    memory: pd.DataFrame  # LEAF_KEY, shown, is_small: one row per leaf, for `etl.disclosure.memory`
    left_out: list[tuple[str, str]]  # (source, total) that its parts exceed: withheld

    @property
    def worst(self) -> int:
        """The largest deviation of any total, in absolute terms; 0 where nothing was rounded."""
        return max((int(np.abs(one.deviation(window)).max(initial=0)) for one, window in self._all()), default=0)

    def deviations(self, over: int = 0) -> pd.DataFrame:
        """Cells that deviate by more than `over`: source_id, area, indicator, period, window (empty: the period
        itself), deviation. For checks inside a load only."""
        found = []
        for one, window in self._all():
            deviation = one.deviation(window)
            for cell, period in np.argwhere(np.abs(deviation) > over):
                area, indicator = one.block.cells[cell]
                where = (one.block.source_id, area, indicator, one.block.periods[period], window or "")
                found.append((*where, int(deviation[cell, period])))
        return pd.DataFrame(found, columns=["source_id", "area", "indicator", "period", "window", "deviation"])

    def _all(self) -> list[tuple[RoundedBlock, str | None]]:
        return [(one, window) for one in self.blocks for window in (None, *one.block.windows)]

    def beyond(self) -> list[tuple[str, str]]:
        """(source, period) in which a total deviates by more than the promised bound, or a window that ends there:
        what a load can leave out of the public edition before it rounds again."""
        over = self.deviations(LIMIT * self.base)
        return sorted(set(zip(over.source_id, over.period, strict=True)))

    def require_bound(self) -> None:
        """Raises DisclosureError DIS-010 where a total deviates by more than the promised bound."""
        limit = LIMIT * self.base
        if self.worst <= limit:
            return
        over = self.deviations(limit)
        raise DisclosureError.of(
            Finding(
                "DIS-010",
                f"{len(rows)} totals deviate by more than {limit} after rounding ({_listed(rows.period)})",
                where=f"source {source_id}",
                fix="leave these periods of this source out of the public edition, or set its `publication` right",
                number=len(rows),
            )
            for source_id, rows in over.groupby("source_id")
        )


def round_leaves(
    leaves: pd.DataFrame,
    *,
    key: bytes,
    base: int = 5,
    groups: Mapping[str, Sequence[str]] | None = None,
    own_areas: Mapping[str, Collection[str]] | None = None,
    remembered: pd.DataFrame | None = None,
) -> Rounded:
    """Round the small leaves of restricted sources.

    Args:
        leaves: one row per leaf, with columns source_id, indicator, area_code, district (None where
            the leaf is no neighbourhood), period, period_type, value, status; more columns pass through. Rows whose
            status carries no number stay as they are.
        key: secret; decides between equals. Without it nobody can run the choice again.
        base: 5 or more.
        groups: indicator -> the indicators it is the sum of. A group that a source delivers itself becomes the sum of
            its rounded parts and its rounded rest.
        own_areas: area of the municipality's own -> its neighbourhoods.
        remembered: columns of LEAF_KEY and `shown`: leaves that were small when they were published. A leaf that is
            small again keeps it.

    Returns:
        Shown value and status. Every leaf shown as 0 or as the base is `rounded`, also one that truly is 0 or the base:
        otherwise the status would tell which is which. `lower` and `upper`, where there, are empty for these.

    Raises:
        ValueError: base below 5, an empty key, a count that is negative or not whole, or a leaf twice.
    """
    if base < 5 or not key:
        raise ValueError("the base is 5 or more, and the key is not empty")
    groups = groups or {}
    has_number = leaves.status.isin([str(status) for status in NUMBERS]).to_numpy()
    counted = leaves.loc[has_number, [*LEAF_KEY, "district", "period_type", "value"]]
    split = split_totals(counted, groups)
    rounded: list[RoundedBlock] = []
    for source_id, rows in split.leaves.groupby("source_id"):
        known = _expanded(groups, split, str(source_id))
        for block in blocks(rows, known, own_areas or {}):
            rounded.append(_round_block(block, key, base, remembered))
    frame = _shown_rows(leaves, has_number, rounded, split, base)
    of_total = pd.MultiIndex.from_frame(frame[["source_id", "indicator"]]).isin(list(split.totals)) & has_number
    totals = frame.loc[of_total, LEAF_KEY].assign(shown=frame.value[of_total].astype("int64"), is_small=False)
    memory = [*(_memory_of(one, base) for one in rounded), *([totals] if len(totals) else [])]
    columns = [*LEAF_KEY, "shown", "is_small"]
    return Rounded(
        frame,
        rounded,
        base,
        pd.concat(memory, ignore_index=True) if memory else pd.DataFrame(columns=columns),
        split.untrue,
    )


def _expanded(groups: Mapping[str, Sequence[str]], split: Split, source_id: str) -> dict[str, tuple[str, ...]]:
    """Groups in terms of the leaves of a source: a total among the members stands for its parts and its rest."""
    known = {total: parts for (owner, total), parts in split.totals.items() if owner == source_id}
    expanded = {name: tuple(sorted(parts)) for name, parts in known.items()}
    for name, members in groups.items():
        if name not in known:
            leaves = frozenset().union(*(known.get(member, frozenset({member})) for member in members))
            expanded[name] = tuple(sorted(leaves))
    return expanded


def _round_block(block: Block, key: bytes, base: int, remembered: pd.DataFrame | None) -> RoundedBlock:
    """Period by period; where one cannot be kept within the limit, the periods before it are tried anew if nothing of
    them was ever published."""
    hand = _Hand(block, key, base, _kept(block, base, remembered))
    at = tries = furthest = 0
    while at < len(block.periods):
        is_kept = hand.round(at, tries)
        back = min(tries + 1, at)
        if is_kept or tries == MOST_TRIES or not hand.is_new(at - back, at):
            if at >= furthest:
                tries = 0
            at += 1
        else:
            furthest, tries, at = max(furthest, at), tries + 1, at - back
    return RoundedBlock(block, hand.shown.reshape(block.true.shape), hand.running)


class _Hand:
    """The rounding of one block under way."""

    def __init__(self, block: Block, key: bytes, base: int, kept: Ints) -> None:
        n_leaves, n_periods = len(block.cell_of), len(block.periods)
        self.block, self.key, self.base = block, key, base
        self.true = block.true.reshape(n_leaves, n_periods)
        self.kept = kept.reshape(n_leaves, n_periods)
        self.shown = self.true.copy()
        self.running = np.zeros((len(block.cells), n_periods + 1), dtype=np.int64)
        self._own = np.array([cells[0] for cells in block.cell_of], dtype=np.intp)
        self._district = _districts(block)

    def is_new(self, first: int, last: int) -> bool:
        """True where nothing is remembered of these periods."""
        return bool((self.kept[:, first : last + 1] == _NONE).all())

    def round(self, at: int, turn: int) -> bool:
        """Decide one period; True where no total that ends in it deviates by more than the limit."""
        block, base, running, limit = self.block, self.base, self.running, LIMIT * self.base
        now, period = self.true[:, at], block.periods[at]
        small = (now > 0) & (now < base)
        sticky = small & (self.kept[:, at] != _NONE)
        self.shown[sticky, at] = self.kept[sticky, at]
        free = _in_order(block, np.flatnonzero(small & ~sticky), now, period, self.key)
        start, is_held = _start(running[self._own[free]], at, now[free], base)
        self.shown[free, at] = base * start
        deviation = block.sums(self.shown[:, at] - now)
        # The extremes of the last twelve running sums stand for every window of up to twelve periods at once.
        lately = running[:, max(0, at - 11) : at + 1]
        carried = running[:, at] - np.stack([lately.min(axis=1), lately.max(axis=1), np.zeros_like(deviation)])
        promised = running[:, at] - np.stack([running[:, at], *(running[:, first] for first in block.opens[:, at])])
        cells = [block.cell_of[leaf] for leaf in free]
        near = _together(self._district[free])
        question = Period(cells, near, start, is_held, deviation, carried, promised, base)
        seed = _mac(self.key, f"{block.source_id}|{block.period_type}|{period}|{turn}")[:4]
        self.shown[free, at] = base * settle(question, seed=int.from_bytes(seed, "big"), limit=limit)
        ended = block.sums(self.shown[:, at] - now)
        running[:, at + 1] = running[:, at] + ended
        return int(np.abs(promised + ended).max()) <= limit


def _start(running: Ints, at: int, now: Ints, base: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Per small leaf: shown as the base at first (what brings its running sum nearest to 0), and is it held there?

    A leaf is held where the other choice would take its running sum beyond the base and a fifth, or so far that a
    window of twelve periods is off by more than the limit: later periods may leave it no choice to come back. From
    within this room a small count always has a way to end in it again.

    Args:
        running: of the leaves, shape (leaves, periods + 1), filled up to position `at`.
        now: their true counts, shape (leaves,).
    """
    lately = running[:, max(0, at - 11) : at + 1]
    furthest = base + base // 5
    low = np.maximum(-furthest, lately.max(axis=1) - LIMIT * base)
    high = np.minimum(furthest, lately.min(axis=1) + LIMIT * base)
    as_zero = running[:, at] - now
    may_be_zero, may_be_base = as_zero >= low, as_zero + base <= high
    start = np.where(may_be_zero == may_be_base, 2 * as_zero < -base, may_be_base)
    return start, ~(may_be_zero & may_be_base)


def _districts(block: Block) -> NDArray[np.intp]:
    """Per leaf a number of its district (any that its area counts in), shape (leaves,)."""
    places = [[block.cells[cell][0] for cell in cells] for cells in block.cell_of]
    above = [next((place for place in mine if place != mine[0]), "") for mine in places]
    return np.unique(above, return_inverse=True)[1]


def _together(district: NDArray[np.intp]) -> list[list[int]]:
    """Per leaf the leaves of its district, itself included."""
    members: dict[int, list[int]] = {}
    for leaf, mine in enumerate(district.tolist()):
        members.setdefault(mine, []).append(leaf)
    return [members[mine] for mine in district.tolist()]


def _kept(block: Block, base: int, remembered: pd.DataFrame | None) -> Ints:
    """Per leaf what is remembered of it: 0, the base, or _NONE."""
    kept = np.full(block.true.shape, _NONE, dtype=np.int64)
    if remembered is not None:
        # a value of another base says nothing any more
        rows = remembered[(remembered.source_id == block.source_id) & remembered.shown.isin([0, base])]
        place = np.stack(locate(rows, block.areas, block.indicators, block.periods))
        is_here = (place >= 0).all(axis=0)
        kept[tuple(place[:, is_here])] = rows.shown.to_numpy(dtype=np.int64)[is_here]
    return kept


def _in_order(block: Block, small: NDArray[np.intp], now: Ints, period: str, key: bytes) -> NDArray[np.intp]:
    """Leaves in descending size; of equals the keyed hash decides."""
    width = len(block.indicators)

    def rank(leaf: int) -> tuple[int, bytes]:
        area, indicator = block.areas[leaf // width], block.indicators[leaf % width]
        return -int(now[leaf]), _mac(key, f"{block.source_id}|{indicator}|{area}|{period}")

    return np.array(sorted(small.tolist(), key=rank), dtype=np.intp)


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)


def _memory_of(one: RoundedBlock, base: int) -> pd.DataFrame:
    block = one.block
    area, indicator, period = np.nonzero(block.present)
    true = block.true[block.present]
    return pd.DataFrame(
        {
            "source_id": block.source_id,
            "indicator": np.array(block.indicators, dtype=object)[indicator],
            "area_code": np.array(block.areas, dtype=object)[area],
            "period": np.array(block.periods, dtype=object)[period],
            "shown": one.shown[block.present],
            "is_small": (true > 0) & (true < base),
        }
    )


def _shown_rows(
    leaves: pd.DataFrame, has_number: NDArray[np.bool_], rounded: list[RoundedBlock], split: Split, base: int
) -> pd.DataFrame:
    """The rows of the input with what is shown of them."""
    value = leaves.value.to_numpy(dtype=float).copy()
    status = leaves.status.to_numpy(dtype=object).copy()
    counted = leaves.loc[has_number]
    position = np.flatnonzero(has_number)
    shown = np.full(len(counted), np.nan)
    for one in rounded:
        block = one.block
        mine = ((counted.source_id == block.source_id) & (counted.period_type == block.period_type)).to_numpy()
        area, indicator, period = locate(counted[mine], block.areas, block.indicators, block.periods)
        here = np.where(indicator >= 0, one.shown[area, indicator, period], np.nan)
        names = counted.indicator[mine].to_numpy()
        for (owner, total), parts in split.totals.items():
            if owner == block.source_id:
                among = [block.indicators.index(part) for part in sorted(parts) if part in block.indicators]
                rows = names == total
                here[rows] = one.shown[area[rows][:, None], among, period[rows][:, None]].sum(axis=1)
        shown[mine] = here
    is_range = np.isin(shown, (0, base))
    value[position] = shown
    status[position[is_range]] = str(Status.ROUNDED)
    status[position[np.isnan(shown)]] = str(Status.SUPPRESSED)  # a total that is less than its parts
    frame = leaves.assign(value=value, status=status)
    for margin in {"lower", "upper"} & set(frame.columns):
        frame[margin] = frame[margin].mask(frame.status.isin([str(Status.ROUNDED), str(Status.SUPPRESSED)]))
    return frame


def _listed(periods: pd.Series) -> str:
    names = sorted(set(periods))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
