"""The auditor: tries to break a public edition before it is published. One success and the load stops (exit 35).

Whatever is shown of a restricted source should follow from its rounded leaves alone. The auditor does not take that for
granted: it holds the published rows against the truth, and looks in every sum, difference, rate and bound for a count
of 1 to 4 that can be told from fewer than five values. All sums and all differences of windows are tried; pairs of
exports by the ten thousand, drawn with a fixed seed. Totals that others publish go through `etl.disclosure.external`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from config.errors import DisclosureError, Finding
from config.vocabulary import UNIT_BASE
from etl.calendar import exposure_years
from etl.disclosure.exports import differences
from etl.disclosure.external import told_by_totals
from etl.disclosure.leaves import Block
from etl.disclosure.ledger import Flags, Ledger, counts, ledger, of_source
from etl.statistics.rates import poisson_bounds

#: Pairs of exports that are subtracted.
PAIRS = 10_000
#: Sums looked at leaf by leaf for one finding: an edition with more is broken anyway.
_MOST = 2_000


@dataclass(frozen=True)
class AuditReport:
    """What the attacks gave. No findings: the edition may be published."""

    findings: tuple[Finding, ...] = ()
    tried: Mapping[str, int] = field(default_factory=dict)  # attack -> sums or pairs that were tried

    def require_safe(self) -> None:
        """Raises DisclosureError (exit 35) with all findings that are errors."""
        if errors := [finding for finding in self.findings if finding.level == "error"]:
            raise DisclosureError.of(errors)


def audit(
    published: pd.DataFrame,
    blocks: Sequence[Block],
    *,
    municipality: str,
    base: int = 5,
    seed: int = 0,
    pairs: int = PAIRS,
    external: pd.DataFrame | None = None,
    remembered: pd.DataFrame | None = None,
    links: pd.DataFrame | None = None,
    weighted: Mapping[str, Mapping[str, float]] | None = None,
) -> AuditReport:
    """Try all attacks on the published rows of restricted sources.

    Args:
        published: every row of the public edition, with the columns of `export`.
        blocks: the true leaves (`Rounded.blocks[i].block`).
        municipality: code of the municipality among `area_code`.
        seed: of the random pairs.
        external: exact totals of the same events known from elsewhere: columns source_id, area_code, indicator, period,
            count.
        remembered: `Memory.small()`: what earlier editions showed of leaves that were small.
        links: from_code, from_vintage, to_code, to_vintage: areas that were split (several rows of one from_code) or
            merged; rows of another vintage than the blocks' in `published` are subtracted along them.
        weighted: indicator that is a weighted sum -> its members with their weights (A13: whoever knows the weights
            can read the counts of the members from it, so it must be made of what is shown of these).

    Returns:
        Findings with codes and counts only.
    """
    findings: list[Finding] = []
    tried: dict[str, int] = {}
    vintage = published.vintage.mode().iloc[0] if "vintage" in published.columns and len(published) else None
    here = published if vintage is None else published[published.vintage == vintage]
    generator = np.random.default_rng(seed)
    for block in blocks:
        book = ledger(here, block, municipality=municipality, base=base)
        rows = of_source(here, block.source_id)
        attacks: dict[str, Callable[[], tuple[int, Flags]]] = {
            "a figure itself": partial(_leaves_as_shown, book),
            "totals minus parts": partial(_sums, book),
            "windows one period apart": partial(_steps, book),
            "rates and bounds": partial(_rates, book, rows),
            "two exports": partial(differences, book, generator, pairs),
        }
        if remembered is not None:
            attacks["earlier editions"] = partial(_earlier, book, remembered)
        if links is not None and vintage is not None:
            attacks["another division of areas"] = partial(
                _vintages, book, published[published.vintage != vintage], links
            )
        if external is not None:
            known = external[external.source_id == block.source_id]
            attacks["totals known elsewhere"] = partial(told_by_totals, book, known, municipality)
        for name, attack in attacks.items():
            number, told = attack()
            tried[name] = tried.get(name, 0) + number
            findings += _finding(name, block, told)
        findings += _not_added_up(book)
    for source_id in sorted({block.source_id for block in blocks}):
        findings += _not_weighted_up(of_source(here, source_id), source_id, weighted or {})
    return AuditReport(tuple(findings), tried)


def _finding(attack: str, block: Block, told: Flags) -> list[Finding]:
    if not told.any():
        return []
    indicators = [block.indicators[at] for at in np.flatnonzero(told.any(axis=(0, 2)))]
    listed = ", ".join(indicators[:3]) + (f" and {len(indicators) - 3} more" if len(indicators) > 3 else "")
    fix = "nothing was published; report this as a fault of the program, and publish the internal edition only"
    if attack == "totals known elsewhere":
        fix = (
            "take these indicators from the open source alone, or leave the restricted series out of the public edition"
        )
    return [
        Finding(
            "DIS-030",
            f"{attack}: {int(told.sum()):,} small counts can be told from fewer values than promised ({listed})",
            where=f"public edition, source {block.source_id}",
            fix=fix,
            number=int(told.sum()),
        )
    ]


def _not_added_up(book: Ledger) -> list[Finding]:
    """Totals that are not the sum of what is shown of their leaves: then something else than the leaves went in."""
    block, wrong = book.block, 0
    shown = np.where(block.present, book.leaf_value, 0).reshape(len(block.cell_of), -1)
    running = np.pad(book.over_cells(np.nan_to_num(shown)).cumsum(axis=1), ((0, 0), (1, 0)))
    gaps = np.pad(book.over_cells(np.isnan(shown).astype(float)).cumsum(axis=1), ((0, 0), (1, 0)))
    last = np.arange(1, len(block.periods) + 1)
    for window, total in book.totals.items():
        first = book.opens(window)
        expected, missing = running[:, last] - running[:, first], gaps[:, last] - gaps[:, first]
        wrong += int((np.isfinite(total) & (missing == 0) & (np.abs(total - expected) > 1e-6)).sum())
    if not wrong:
        return []
    return [
        Finding(
            "DIS-031",
            f"{wrong:,} totals are not the sum of what is shown of their parts",
            where=f"public edition, source {block.source_id}",
            fix="nothing was published; report this as a fault of the program, and publish the internal edition only",
            number=wrong,
        )
    ]


def _not_weighted_up(rows: pd.DataFrame, source_id: str, weighted: Mapping[str, Mapping[str, float]]) -> list[Finding]:
    """Weighted sums that are not made of the figures of their members as shown."""
    cell, wrong = ["area_code", "period"], 0
    for name, weight_of in weighted.items():
        own = rows[rows.indicator == name].dropna(subset="numerator")
        parts = rows[rows.indicator.isin(list(weight_of))]
        days = parts.assign(days=parts.numerator * parts.indicator.map(weight_of).astype(float))
        added = days.groupby(cell).days.sum(min_count=len(weight_of)).reset_index()
        both = own.merge(added, on=cell, how="left")
        wrong += int((~np.isclose(both.numerator, both.days, rtol=1e-9, atol=1e-6)).sum())
    if not wrong:
        return []
    return [
        Finding(
            "DIS-031",
            f"{wrong:,} weighted sums are not made of what is shown of their parts",
            where=f"public edition, source {source_id}",
            fix="nothing was published; report this as a fault of the program, and publish the internal edition only",
            number=wrong,
        )
    ]


def _leaves_as_shown(book: Ledger) -> tuple[int, Flags]:
    """A leaf that is shown as it is, or whose status gives away that a 0 or a base is not a small count."""
    is_there = np.isfinite(book.leaf_value)
    is_end = is_there & np.isin(book.leaf_value, (0, book.base))
    told = is_there & book.is_secret & ~(is_end & book.is_rounded)
    # where a true 0 or base is not `rounded`, all that are `rounded` with this value are 1 … base-1
    for value in (0, book.base):
        if (is_end & ~book.is_rounded & (book.leaf_value == value)).any():
            told |= book.is_secret & (book.leaf_value == value)
    return int(is_there.sum()), np.asarray(told)


def _sums(book: Ledger) -> tuple[int, Flags]:
    """A1, A2, A3, A15: every published total against the leaves in it."""
    told, tried = np.zeros(book.block.true.shape, dtype=bool), 0
    last = np.arange(1, len(book.block.periods) + 1)
    for window, total in book.totals.items():
        first = book.opens(window)
        flags, room = book.tells(total, book.of_cells[:, last] - book.of_cells[:, first])
        tried += int(np.isfinite(total).sum())
        for cell, at in np.argwhere(flags)[:_MOST]:
            _mark(book, told, int(cell), slice(int(first[at]), int(at) + 1), room.above[cell, at], room.below[cell, at])
    return tried, told


def _steps(book: Ledger) -> tuple[int, Flags]:
    """A4, A5, A9: the same window one period later, minus the earlier one."""
    told, tried = np.zeros(book.block.true.shape, dtype=bool), 0
    running = book.of_cells
    for window in book.block.windows:
        total, first = book.totals[window], book.opens(window)
        step = total[:, 1:] - total[:, :-1]
        entered = running[:, 2:] - running[:, 1:-1]
        dropped = running[:, first[1:]] - running[:, first[:-1]]
        is_step = first[1:] - first[:-1] <= 1  # a new year is no step
        step = np.where(is_step, step, np.nan)
        flags, room = book.tells(step, entered, dropped)
        tried += int(np.isfinite(step).sum())
        for cell, at in np.argwhere(flags)[:_MOST]:
            _mark(book, told, int(cell), slice(int(at) + 1, int(at) + 2), room.above[cell, at], room.below[cell, at])
            # what fell out, if anything did, follows as well, with the room the other way round
            out = slice(int(first[at]), int(first[at + 1]))
            _mark(book, told, int(cell), out, room.below[cell, at], room.above[cell, at])
    return tried, told


def _mark(book: Ledger, told: Flags, cell: int, periods: slice, above: int, below: int) -> None:
    """Note the secrets of a cell that a sum over these periods tells."""
    members = np.array([cell in cells for cells in book.block.cell_of]).reshape(told.shape[:2])
    area, indicator = np.nonzero(members)
    at = np.arange(*periods.indices(told.shape[2]))
    leaves = (area[:, None], indicator[:, None], at[None, :])
    told[leaves] |= book.secrets_told(leaves, int(above), int(below))


def _rates(book: Ledger, rows: pd.DataFrame) -> tuple[int, Flags]:
    """A7: a rate times its denominator, and a bound of an interval, against what the leaf shows."""
    told = np.zeros(book.block.true.shape, dtype=bool)
    needed = {"rate", "denominator", "unit", "upper"}
    if not needed.issubset(rows.columns):
        return 0, told
    area = pd.Index(book.block.areas).get_indexer(pd.Index(rows.area_code))
    indicator = pd.Index(book.block.indicators).get_indexer(pd.Index(rows.indicator))
    period = pd.Index(book.block.periods).get_indexer(pd.Index(rows.period))
    is_leaf = (area >= 0) & (indicator >= 0) & (period >= 0)
    place = (area[is_leaf], indicator[is_leaf], period[is_leaf])
    leaves = rows[is_leaf]
    years = leaves.period.map({name: exposure_years(name) for name in book.block.periods}).to_numpy(dtype=float)
    per = leaves.unit.astype(str).map({str(unit): base for unit, base in UNIT_BASE.items()}).to_numpy(dtype=float)
    one = per / (leaves.denominator.to_numpy(dtype=float) * years)  # rate of one event
    true, secret = book.block.true[place], book.is_secret[place]
    for column, expected in (("rate", true * one), ("upper", poisson_bounds(true)[:, 1] * one)):
        value = leaves[column].to_numpy(dtype=float)
        is_told = secret & np.isfinite(value) & (np.abs(value - expected) < 0.01 * np.abs(one))
        told[tuple(axis[is_told] for axis in place)] = True
    return int(is_leaf.sum()), told


def _earlier(book: Ledger, remembered: pd.DataFrame) -> tuple[int, Flags]:
    """A11: a leaf that was small in an earlier edition and is small now, shown otherwise: only 1 … base-1 fits both."""
    block = book.block
    told = np.zeros(block.true.shape, dtype=bool)
    mine = remembered[remembered.source_id == block.source_id]
    place = np.stack(
        [
            pd.Index(block.areas).get_indexer(pd.Index(mine.area_code)),
            pd.Index(block.indicators).get_indexer(pd.Index(mine.indicator)),
            pd.Index(block.periods).get_indexer(pd.Index(mine.period)),
        ]
    )
    is_here = (place >= 0).all(axis=0)
    at = tuple(place[:, is_here])
    before, now = mine.shown.to_numpy(dtype=float)[is_here], book.leaf_value[at]
    differs = np.isfinite(now) & (now != before) & np.isin(before, (0, book.base))
    told[at] = book.is_secret[at] & differs
    return int(is_here.sum()), told


def _vintages(book: Ledger, other: pd.DataFrame, links: pd.DataFrame) -> tuple[int, Flags]:
    """A10: an area of another division, minus the areas of this one that it was split into or merged from."""
    block, tried = book.block, 0
    told = np.zeros(block.true.shape, dtype=bool)
    known = {code: place for place, code in enumerate(block.areas)}
    forward = links.groupby("from_code").to_code.agg(list).to_dict()
    backward = links.groupby("to_code").from_code.agg(list).to_dict()
    rows = of_source(other, block.source_id)
    place = {name: number for number, name in enumerate(block.indicators)}
    position = {name: number for number, name in enumerate(block.periods)}
    for code, indicator, period, total in zip(rows.area_code, rows.indicator, rows.period, counts(rows), strict=True):
        parts = forward.get(code) or backward.get(code) or []
        if not np.isfinite(total) or indicator not in place or period not in position:
            continue
        if not parts or any(part not in known for part in parts):
            continue
        area = np.array([known[part] for part in parts])
        leaves = (area, np.full(len(area), place[indicator]), np.full(len(area), position[period]))
        above, below = round(total) - int(book.low[leaves].sum()), int(book.high[leaves].sum()) - round(total)
        told[leaves] |= book.secrets_told(leaves, above, below)
        tried += 1
    return tried, told
