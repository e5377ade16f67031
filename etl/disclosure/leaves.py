"""The leaves of one restricted source as a dense block, and the hierarchy of cells they add up to.

A leaf is the finest figure the public edition keeps of a source: neighbourhood x indicator x period. Everything
coarser is made again from the rounded leaves: a total that a source delivers beside its parts becomes their rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.vocabulary import PeriodType, Status
from etl.calendar import parse, periods_between

Ints = NDArray[np.int64]

#: Name of the whole municipality among the areas of a hierarchy.
WHOLE = "municipality"
#: Statuses that carry a number.
NUMBERS = frozenset({Status.ROUNDED, Status.PROVISIONAL, Status.ESTIMATED, Status.FINAL})
#: Ends the name of the indicator that holds what the parts leave of a delivered total. Never published.
REST = "#rest"


@dataclass(frozen=True)
class Block:
    """Counts of one source and period type.

    Attributes:
        true: shape (areas, indicators, periods), 0 where absent.
        present: same shape; True where the source gave a number.
        cell_of: per leaf (area x indicator, flattened) the cells it counts in; the first is its own.
        cells: (area or district or WHOLE or own area, indicator or group) of each cell.
        opens: per longer window and period, the position of the first period that the window holds, shape
            (windows, periods); named by `windows`.
    """

    source_id: str
    period_type: str
    areas: tuple[str, ...]
    indicators: tuple[str, ...]
    periods: tuple[str, ...]
    true: Ints
    present: NDArray[np.bool_]
    cell_of: tuple[tuple[int, ...], ...]
    cells: tuple[tuple[str, str], ...]
    windows: tuple[str, ...]
    opens: NDArray[np.intp]

    def sums(self, leaves: NDArray[np.integer]) -> Ints:
        """Leaves of one period, shape (areas x indicators,), added up per cell."""
        spread = np.repeat(leaves, [len(cells) for cells in self.cell_of])
        flat = np.fromiter((cell for cells in self.cell_of for cell in cells), dtype=np.intp)
        return np.bincount(flat, weights=spread, minlength=len(self.cells)).astype(np.int64)


def blocks(
    leaves: pd.DataFrame, groups: Mapping[str, Sequence[str]], own_areas: Mapping[str, Collection[str]]
) -> list[Block]:
    """The blocks of a frame of leaves, by source and period type, whatever the order of its rows.

    Args:
        leaves: columns source_id, indicator, area_code, district, period, period_type, value; only rows with a number.
        groups: group -> its indicators; those that a source does not give are passed over.
        own_areas: custom area -> its neighbourhoods.

    Raises:
        ValueError: a value is no whole number of zero or more, or a leaf stands there twice.
    """
    values = leaves.value.to_numpy(dtype=float)
    if not (np.isfinite(values).all() and (values >= 0).all() and (values == np.rint(values)).all()):
        raise ValueError("leaves must be whole numbers of zero or more")
    if leaves.duplicated(["source_id", "period_type", "indicator", "area_code", "period"]).any():
        raise ValueError("a leaf stands there twice")
    return [
        _block(str(source_id), str(period_type), rows, groups, own_areas)
        for (source_id, period_type), rows in leaves.groupby(["source_id", "period_type"])
    ]


def _block(
    source_id: str,
    period_type: str,
    rows: pd.DataFrame,
    groups: Mapping[str, Sequence[str]],
    own_areas: Mapping[str, Collection[str]],
) -> Block:
    areas = tuple(sorted(rows.area_code.unique()))
    indicators = tuple(sorted(rows.indicator.unique()))
    known = sorted(rows.period.unique(), key=parse)
    # A period that nobody delivered is there as well, without leaves: a window that ends in it is a window of its own.
    periods = tuple(periods_between(known[0], known[-1]))
    place = locate(rows, areas, indicators, periods)
    shape = (len(areas), len(indicators), len(periods))
    true, present = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
    true[place] = rows.value.to_numpy(dtype=float).astype(np.int64)
    present[place] = True
    districts = dict(rows[["area_code", "district"]].to_numpy(dtype=object).tolist())
    cells, cell_of = _hierarchy(areas, indicators, districts, groups, own_areas)
    windows, opens = _windows(PeriodType(period_type), periods)
    return Block(source_id, period_type, areas, indicators, periods, true, present, cell_of, cells, windows, opens)


def locate(
    rows: pd.DataFrame, areas: Sequence[str], indicators: Sequence[str], periods: Sequence[str]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Position of each row in a block; -1 where the block does not know its area, indicator or period."""
    return (
        pd.Index(areas).get_indexer(pd.Index(rows.area_code)),
        pd.Index(indicators).get_indexer(pd.Index(rows.indicator)),
        pd.Index(periods).get_indexer(pd.Index(rows.period)),
    )


def _hierarchy(
    areas: Sequence[str],
    indicators: Sequence[str],
    districts: Mapping[str, str | None],
    groups: Mapping[str, Sequence[str]],
    own_areas: Mapping[str, Collection[str]],
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[int, ...], ...]]:
    known = {name: tuple(sorted(set(members) & set(indicators))) for name, members in sorted(groups.items())}
    in_groups = {one: [name for name, members in known.items() if one in members and name != one] for one in indicators}
    number: dict[tuple[str, str], int] = {}
    cell_of = []
    for area in areas:
        district = districts.get(area)
        above = [name for name, members in sorted(own_areas.items()) if area in members]
        places = [area, *([str(district)] if isinstance(district, str) and district != area else []), WHOLE, *above]
        for one in indicators:
            pairs = [(place, kind) for place in places for kind in (one, *in_groups[one])]
            cell_of.append(tuple(number.setdefault(pair, len(number)) for pair in pairs))
    return tuple(number), tuple(cell_of)


def _windows(kind: PeriodType, periods: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The longer windows that end in each period and are shown: where each of them opens. No period is missing."""
    if kind is PeriodType.MONTH:
        month = np.array([parse(period).first_day.month - 1 for period in periods])
        back = {"quarter": month % 3, "year": month, "rolling_12_months": np.full_like(month, 11)}
    elif kind is PeriodType.WEEK:
        back = {"rolling_4_weeks": np.full(len(periods), 3)}
    else:
        back = {}
    position = np.arange(len(periods))
    opens = [np.maximum(position - periods_before, 0) for periods_before in back.values()]
    return tuple(back), np.array(opens, dtype=np.intp).reshape(len(back), len(periods))


class Split(NamedTuple):
    """Leaves in which each delivered total is replaced by what its parts leave of it."""

    leaves: pd.DataFrame
    totals: dict[tuple[str, str], frozenset[str]]  # (source, total) -> indicators that add up to it
    untrue: list[tuple[str, str]]  # totals that are less than their parts somewhere: no totals of these parts


def split_totals(leaves: pd.DataFrame, groups: Mapping[str, Sequence[str]]) -> Split:
    """Replace a total that a source delivers beside its parts by the rest, so that total minus parts tells nothing.

    The rest is a leaf like any other (`<total>#rest`). A total whose parts exceed it in any cell is left out: see
    `untrue`. Totals within totals are worked from the inside out; one that is left out, or that the source does not
    deliver, stands for its own parts in the totals above it.
    """
    key = ["source_id", "area_code", "period", "period_type"]
    totals: dict[tuple[str, str], frozenset[str]] = {}
    untrue: list[tuple[str, str]] = []
    made = []
    for source_id in sorted(leaves.source_id.unique()):
        rows = leaves[leaves.source_id == source_id]
        adds_up = {name: frozenset({name}) for name in rows.indicator.unique()}
        for total in _inside_out(groups):
            parts = frozenset[str]().union(*(adds_up.get(member, ()) for member in groups[total]))
            is_given = total in adds_up
            if not parts:
                continue
            adds_up[total] = parts
            if not is_given:
                continue
            added = rows[rows.indicator.isin(parts)].groupby(key).value.sum().reset_index()
            own = rows[rows.indicator == total].merge(added, on=key, how="left", suffixes=("", "_parts"))
            own["value"] -= own.pop("value_parts").fillna(0)
            rows = rows[rows.indicator != total]
            if (own.value < 0).any():
                untrue.append((source_id, total))
                continue
            own["indicator"] = total + REST
            rows = pd.concat([rows, own])
            totals[source_id, total] = adds_up[total] = parts | {total + REST}
        made.append(rows)
    return Split(pd.concat(made, ignore_index=True) if made else leaves, totals, untrue)


def _inside_out(groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Groups, each after the groups among its members."""
    done: list[str] = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path or name in done or name not in groups:
            return
        for member in sorted(groups[name]):
            visit(member, (*path, name))
        done.append(name)

    for name in sorted(groups):
        visit(name, ())
    return done
