"""What a reader with a calculator does to published figures: the eighteen known attacks, as functions.

Each takes published figures and returns what follows for a hidden count: the values it may have. An attack succeeds
when these are fewer than the range that the edition promises, and the true count is among them. (On the public edition
most attacks return a definite value, the 0 or the base that is shown there anyway: not the true count of 1 to 4.)

The reader takes every published total for exact; `narrowed` is then all that any sum or difference of totals can give.
Worked numbers: tests/spec/vectors/sdc_attacks.json (the ids A1 … A18 below are theirs).
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

#: Larger than any count of a municipality: the upper end of "nothing is known".
UNBOUNDED = 10**9


class Known(NamedTuple):
    """What is known of a count: it lies between two whole numbers, both included."""

    low: int
    high: int

    @property
    def values(self) -> int:
        """How many values it may have; 0: what was published contradicts itself."""
        return max(0, self.high - self.low + 1)

    def has(self, count: int) -> bool:
        return self.low <= count <= self.high


HIDDEN = Known(0, UNBOUNDED)


def exactly(count: float) -> Known:
    """A published whole number."""
    return Known(round(count), round(count))


def shown(value: float, base: int = 5) -> Known:
    """A leaf of the public edition: a shown 0 stands for 0 … base-1, a shown base for 1 … base."""
    if value == 0:
        return Known(0, base - 1)
    return Known(1, base) if value == base else exactly(value)


def is_disclosed(known: Known, true: int, base: int = 5) -> bool:
    """A count of 1 … base-1 that is told from fewer than `base` values, rightly."""
    return 0 < true < base and known.has(true) and known.values < base


def narrowed(total: float, plus: Sequence[Known], minus: Sequence[Known] = ()) -> list[Known]:
    """What `total = sum(plus) - sum(minus)` says of each of the counts, first of `plus`, then of `minus`.

    A1 hierarchy (district minus neighbourhoods), A2 category (total minus categories), A3 year minus months, A4 year to
    date of two months, A5 two windows of twelve months, A6 month minus whole weeks, A10 old area minus new part, A12
    two selections, A18 a total that somebody else published: they differ in which figures go in.
    """
    low = sum(one.low for one in plus) - sum(one.high for one in minus)
    high = sum(one.high for one in plus) - sum(one.low for one in minus)
    above, below = round(total) - low, high - round(total)  # room of the sum over its lowest, under its highest
    ups = [Known(max(one.low, one.high - below), min(one.high, one.low + above)) for one in plus]
    downs = [Known(max(one.low, one.high - above), min(one.high, one.low + below)) for one in minus]
    return ups + downs


def window_step(later: float, earlier: float, dropped: Known, entered: Known = HIDDEN) -> Known:
    """A5: of two windows in a row, what came in follows from what fell out."""
    return narrowed(later - earlier, [entered], [dropped])[0]


def average_step(later: float, earlier: float, length: int, dropped: Known, entered: Known = HIDDEN) -> Known:
    """A9: the same of moving averages of `length` periods."""
    return window_step(round(length * later), round(length * earlier), dropped, entered)


def from_mean(mean: float, length: int, others: Sequence[Known], hidden: Known = HIDDEN) -> Known:
    """A15: the centre line of a chart times its number of periods, minus the other periods."""
    return narrowed(round(mean * length), [hidden, *others])[0]


def from_rate(rate: float, denominator: float, *, per: float, step: float, hidden: Known = HIDDEN) -> Known:
    """A7: counts that give a published rate.

    Args:
        per: base of the rate, such as 1,000 inhabitants (divided by the length in years where it is a rate per year).
        step: unit of the last digit that is published, such as 0.1.
    """
    lowest = (rate - step / 2) * denominator / per
    highest = (rate + step / 2) * denominator / per
    return Known(max(hidden.low, math.ceil(lowest - 1e-9)), min(hidden.high, math.floor(highest + 1e-9)))


def from_change(change_pct: float, before: Known, after: Known, *, step: float = 1.0) -> list[tuple[int, int]]:
    """A8: pairs (before, after) that give a published change in per cent."""
    return [
        (a, b)
        for a, b in itertools.product(range(before.low, before.high + 1), range(after.low, after.high + 1))
        if a > 0 and abs(100 * (b - a) / a - change_pct) <= step / 2
    ]


def both(older: Known, newer: Known) -> Known:
    """A11: two versions of one figure, by who takes the count for unchanged."""
    return Known(max(older.low, newer.low), min(older.high, newer.high))


def from_index(index: float, weights: Sequence[float], largest: int) -> list[tuple[int, ...]]:
    """A13: counts that give a weighted sum, each at most `largest`; at most two are looked for.

    Weights that grow fast are the digits of a number: then only one answer is left.
    """
    found: list[tuple[int, ...]] = []

    def search(place: int, left: float, counts: tuple[int, ...]) -> None:
        if len(found) > 1 or left < -1e-6 or left > largest * sum(weights[place:]) + 1e-6:
            return
        if place == len(weights):
            found.append(counts)
            return
        for count in range(largest, -1, -1):
            search(place + 1, left - count * weights[place], (*counts, count))

    search(0, index, ())
    return found


def from_smoothed(smoothed: float, mean: float, shrink: float, denominator: float) -> float:
    """A14: the count behind a smoothed rate `shrink x count / denominator + (1 - shrink) x mean`."""
    return (smoothed - (1 - shrink) * mean) / shrink * denominator


def order_told(rows: Sequence[tuple[str, Known]]) -> list[tuple[str, str]]:
    """A16: pairs of areas that look alike, but whose order in a table sorted by value tells which is larger.

    Rows that look alike tell nothing when they stand in the order of their names.
    """
    told = []
    for _, group in itertools.groupby(rows, key=lambda row: row[1]):
        names = [name for name, known in group]
        if names != sorted(names):
            told += [(a, b) for a, b in itertools.pairwise(names) if a > b]
    return told


_CODE = re.compile(r"\b((?:BU|WK|GM)[0-9A-Z]{4,8})\b")
_SEPARATORS = {",", ";", "\t"}
_NUMBER = re.compile(r"(?<![\w.,-])(\d+)(?![\w]|[.,]\d)")


def in_payload(payload: str, codes: Iterable[str]) -> dict[str, set[int]]:
    """A17: whole numbers that a response says of an area: figure JSON, CSV, a label for screen readers, a cache.

    Lists of equal length in one JSON object stand beside each other (`locations`, `z`, `customdata`); in other text, a
    number belongs to the code before it on its line.
    """
    return _read(payload, frozenset(codes))


def _read(payload: str, wanted: frozenset[str]) -> dict[str, set[int]]:
    found = dict[str, set[int]]()
    try:
        content = json.loads(payload)
    except ValueError:
        for line in payload.splitlines():
            pieces = _CODE.split(line)
            for code, text in zip(pieces[1::2], pieces[2::2], strict=True):
                if code in wanted:
                    cells = text.split(text[0]) if text[:1] in _SEPARATORS else _NUMBER.findall(text)
                    found.setdefault(code, set()).update(
                        int(cell.strip(' "')) for cell in cells if cell.strip(' "').isdecimal()
                    )
        return found
    for part in _objects(content):
        lists = [value for value in part.values() if isinstance(value, list)]
        for names, other in itertools.product(lists, lists):
            if len(other) == len(names):
                for name, value in zip(names, other, strict=True):
                    if isinstance(name, str) and name in wanted:
                        found.setdefault(name, set()).update(_whole(value))
        beside = [value for value in part.values() if not isinstance(value, list | dict)]
        texts = [value for value in beside if isinstance(value, str)]
        for name in wanted.intersection(texts):
            found.setdefault(name, set()).update(_whole(beside))
        for text in texts:  # a label, or JSON within JSON
            for name, numbers in _read(text, wanted).items():
                found.setdefault(name, set()).update(numbers)
    return found


def _objects(content: Any) -> Iterable[Mapping[str, Any]]:
    if isinstance(content, dict):
        yield content
        for value in content.values():
            yield from _objects(value)
    elif isinstance(content, list):
        if all(not isinstance(value, list | dict) for value in content):
            yield {str(place): value for place, value in enumerate(content)}  # a row: [code, 3, …]
        for value in content:
            yield from _objects(value)


def _whole(value: Any) -> set[int]:
    if isinstance(value, bool):
        return set()
    if isinstance(value, int | float):
        return {int(value)} if float(value).is_integer() else set()
    if isinstance(value, list):
        return set().union(*(_whole(one) for one in value))
    return set()
