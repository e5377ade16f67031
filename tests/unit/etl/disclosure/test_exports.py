"""Two exports subtracted: which leaves remain, and what is left of them. Chance is written out, draw by draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from etl.disclosure.exports import differences
from etl.disclosure.ledger import Ledger
from tests.unit.etl.disclosure.books import AREAS, MONTHS, MUNICIPALITY, block_of, book_of, rounded, row

A, B, C = AREAS
NAN = float("nan")


class Written:
    """Draws as a test wrote them; keeps what was asked and refuses a draw outside its bounds."""

    def __init__(self, whole: Sequence[Any], between: Sequence[Any] = ()) -> None:
        self.whole, self.between, self.asked = list(whole), list(between), []

    def integers(self, low: int, high: int | None = None, size: Any = None) -> Any:
        self.asked.append((low, high, size))
        low, high = (0, low) if high is None else (low, high)
        draw = np.array(self.whole.pop(0))
        assert ((low <= draw) & (draw < high)).all(), (low, draw, high)
        return draw

    def random(self, size: int | None = None) -> Any:
        draw = self.between.pop(0)
        assert np.size(draw) == (size or 1)
        return np.array(draw) if size else draw


def pair(
    book: Ledger,
    cells: Sequence[tuple[str, str]],
    *,
    window: str = "",
    stop: int = 0,
    out: Sequence[float] = (),
    coin: float = 0.9,
    one: Sequence[int] = (),
) -> list[tuple[str, str, int]]:
    """The leaves told by one pair of exports.

    Args:
        cells: what the first export takes. out: chances of the leaves to be left out of the second, below 1.5 / n.
        coin: below a half the second export lacks a stretch of time. one: a leaf more, first and last of the stretch.
    """
    block = book.block
    places = [block.cells.index(cell) for cell in cells]
    chosen = [*places, 0, 0, 0][:3]
    drawn: list[Any] = [[chosen], [len(places)], ["", *block.windows].index(window), stop, *one]
    chances: list[Any] = [list(out)]
    if any(chance < 1.5 / len(out) for chance in out):
        chances.append(coin)
    generator = Written(drawn, chances)
    pairs, flags = differences(book, generator, 1)  # type: ignore[arg-type]
    assert pairs == 1
    of_pairs, of_windows = [(0, len(block.cells), (1, 3)), (1, 4, 1)], (1 + len(block.windows), None, None)
    assert generator.asked[:4] == [*of_pairs, of_windows, (len(block.periods), None, None)]
    return [(block.areas[a], block.indicators[i], int(at)) for a, i, at in np.argwhere(flags)]


def town(
    true: Sequence[Sequence[Sequence[int]]],
    shown: Sequence[Sequence[Sequence[float]]],
    *totals: dict[str, object],
    months: Sequence[str] = MONTHS,
) -> Ledger:
    """Leaves as they are shown, beside totals that a test gives."""
    block = block_of(true, months=months)
    return book_of(block, [*rounded(block, shown), *totals])


def test_a_district_less_its_other_neighbourhood_leaves_one():
    book = town(
        [[[3, 1, 9]], [[9, 9, 9]], [[9, 9, 9]]],
        [[[0, 0, 9]], [[9, 9, 9]], [[9, 9, 9]]],
        row("WK015301", "a", "2026-01", 12),
    )

    assert pair(book, [("WK015301", "a")], out=(0.74, 0.75)) == [(A, "a", 0)]
    assert pair(book, [("WK015301", "a")], out=(0.75, 0.74)) == []  # what remains is a 9, no secret


def test_a_total_of_what_is_shown_leaves_what_is_shown():
    book = town(
        [[[3, 1, 9]], [[9, 9, 9]], [[9, 9, 9]]],
        [[[5, 0, 9]], [[9, 9, 9]], [[9, 9, 9]]],
        row("WK015301", "a", "2026-01", 14),
    )

    assert pair(book, [("WK015301", "a")], out=(0.1, 0.9)) == []
    assert pair(book, [("WK015301", "a")], out=(0.1, 0.2)) == []


@pytest.mark.parametrize(
    ("left", "true", "told"),
    [
        (1, (1, 1), []), (2, (1, 1), [0, 1]), (3, (2, 1), [0, 1]), (5, (4, 1), [0, 1]), (6, (3, 3), []),
        (7, (4, 3), [0, 1]), (7, (1, 4), [1]), (9, (5, 4), [1]), (10, (4, 4), []), (11, (4, 4), []), (NAN, (1, 1), []),
    ],
)  # fmt: skip
def test_what_remains_of_two_leaves_shown_as_five_leaves_fewer_values_unless_it_is_six(left, true, told):
    book = town(
        [[[true[0], 9, 9]], [[true[1], 9, 9]], [[9, 9, 9]]],
        [[[5, 9, 9]], [[5, 9, 9]], [[9, 9, 9]]],
        row(MUNICIPALITY, "a", "2026-01", left + 9),
    )
    assert pair(book, [("municipality", "a")], out=(0.1, 0.2, 0.9)) == [(AREAS[at], "a", 0) for at in told]


def test_districts_of_the_first_export_add_up():
    book = town(
        [[[3, 9, 9]], [[9, 9, 9]], [[8, 9, 9]]],
        [[[0, 9, 9]], [[9, 9, 9]], [[8, 9, 9]]],
        row("WK015301", "a", "2026-01", 12),
        row("WK015302", "a", "2026-01", 8),
        row(MUNICIPALITY, "a", "2026-01", 20),
    )

    assert pair(book, [("WK015301", "a"), ("WK015302", "a")], out=(0.1, 0.9, 0.9)) == [(A, "a", 0)]
    assert pair(book, [("WK015301", "a"), ("WK015301", "a")], out=(0.1, 0.9)) == [(A, "a", 0)]
    # a leaf that counts twice in the first export: no subtraction
    assert pair(book, [("WK015301", "a"), ("municipality", "a")], out=()) == []


def test_a_year_less_the_other_months_leaves_a_stretch_of_time():
    book = town([[[9, 3, 9]]], [[[9, 0, 9]]], row(A, "a", "2026-Q1", 21))

    # nothing left out by chance: one leaf lacks months `first` … `last` - 1
    assert pair(book, [(A, "a")], window="quarter", stop=2, out=(1.6,), one=(0, 1, 2)) == [(A, "a", 1)]
    assert pair(book, [(A, "a")], window="quarter", stop=2, out=(1.6,), one=(0, 0, 1)) == []
    assert pair(book, [(A, "a")], window="quarter", stop=2, out=(1.6,), one=(0, 1, 3)) == [(A, "a", 1)]
    # chosen by chance, and the coin says a stretch of time
    assert pair(book, [(A, "a")], window="quarter", stop=2, out=(0.1,), coin=0.4, one=(0, 1, 2)) == [(A, "a", 1)]
    assert pair(book, [(A, "a")], window="quarter", stop=2, out=(0.1,), coin=0.5) == [(A, "a", 1)]


def test_a_stretch_of_time_begins_inside_the_window_and_lasts_three_months_at_most():
    months = tuple(f"2026-{month:02}" for month in range(1, 13))
    block = block_of([[[9] * 12]], months=months)
    shown = [row(A, "a", month, 9) for month in months]
    book = book_of(block, [*shown, row(A, "a", "2026", 108), row(A, "a", "2026-Q4", 27)])
    cell = block.cells.index((A, "a"))

    def asked(window: str, stop: int, first: int, last: int):
        at = ["", *block.windows].index(window)
        generator = Written([[[cell, cell, cell]], [1], at, stop, 0, first, last], [[1.6]])
        differences(book, generator, 1)  # type: ignore[arg-type]
        return generator.asked[5:]

    assert asked("year", 11, 2, 5) == [(0, 12, None), (3, 6, None)]
    assert asked("year", 11, 10, 12) == [(0, 12, None), (11, 13, None)]
    assert asked("quarter", 11, 9, 12) == [(9, 12, None), (10, 13, None)]
    assert asked("quarter", 11, 11, 12) == [(9, 12, None), (12, 13, None)]


def test_an_export_that_lacks_a_row_cannot_be_subtracted_unless_the_row_is_left_out():
    book = town(
        [[[3, 9, 9]], [[9, 9, 9]], [[2, 9, 9]]],
        [[[0, 9, 9]], [[9, 9, 9]], [[NAN, 9, 9]]],
        row(MUNICIPALITY, "a", "2026-01", 14),
    )

    assert pair(book, [("municipality", "a")], out=(0.1, 0.9, 0.9)) == []
    assert pair(book, [("municipality", "a")], out=(0.1, 0.9, 0.2)) == []  # 5 of A and C: 0 … 4 and anything
    gone = town(
        [[[9, 9, 9]], [[9, 9, 9]], [[2, 9, 9]]],
        [[[9, 9, 9]], [[9, 9, 9]], [[NAN, 9, 9]]],
        row(MUNICIPALITY, "a", "2026-01", 20),
    )
    assert pair(gone, [("municipality", "a")], out=(0.9, 0.9, 0.2)) == [(C, "a", 0)]


def test_a_hole_before_the_window_does_not_matter():
    months = ("2025-12", "2026-01", "2026-02", "2026-03")
    book = town([[[8, 9, 3, 9]]], [[[NAN, 9, 0, 9]]], row(A, "a", "2026-Q1", 21), months=months)

    assert pair(book, [(A, "a")], window="quarter", stop=3, out=(1.6,), one=(0, 2, 3)) == [(A, "a", 2)]
    assert pair(book, [(A, "a")], window="quarter", stop=3, out=(0.1,)) == [(A, "a", 2)]


def test_a_row_that_is_missing_cannot_be_subtracted_as_nothing():
    def with_hole(total: float, at: int) -> Ledger:
        shown = [[[0, 9, 9]], [[9, 9, 9]], [[9, 9, 9]]]
        shown[at][0][0] = NAN
        return town([[[3, 9, 9]], [[9, 9, 9]], [[9, 9, 9]]], shown, row(MUNICIPALITY, "a", "2026-01", total))

    for at in (1, 2):  # 12 less the 9 that is there would be 3
        assert pair(with_hole(12, at), [("municipality", "a")], out=(0.1, 0.9, 0.9)) == []


def test_a_hole_of_another_indicator_does_not_matter():
    book = town(
        [[[3, 9, 9], [4, 9, 9]], [[9, 9, 9], [9, 9, 9]]],
        [[[NAN, 9, 9], [0, 9, 9]], [[9, 9, 9], [9, 9, 9]]],
        row("WK015301", "b", "2026-01", 13),
        row("WK015301", "a", "2026-01", 12),
    )

    assert pair(book, [("WK015301", "b")], out=(0.1, 0.9)) == [(A, "b", 0)]
    assert pair(book, [("WK015301", "a")], out=(0.9, 0.1)) == []


def test_a_hole_outside_the_window_does_not_matter():
    book = town([[[9, 3, 9]]], [[[NAN, 0, 9]]], row(A, "a", "2026-02", 3), row(A, "a", "2026-Q1", 21))

    assert pair(book, [(A, "a")], stop=2, out=(0.1,)) == []
    assert pair(book, [(A, "a")], window="quarter", stop=2, out=(1.6,), one=(0, 1, 2)) == []  # January is missing
    assert pair(book, [(A, "a")], window="quarter", stop=2, out=(1.6,), one=(0, 0, 2)) == []  # two leaves remain


@pytest.mark.parametrize("total", [-1, 5])
def test_a_difference_that_does_not_fit_what_is_shown_counts_other_events(total):
    book = town([[[3, 9, 9]], [[9, 9, 9]]], [[[0, 9, 9]], [[9, 9, 9]]], row("WK015301", "a", "2026-01", 9 + total))

    assert pair(book, [("WK015301", "a")], out=(0.1, 0.9)) == []


def test_by_chance_exact_totals_are_found_and_totals_of_shown_leaves_never():
    true = [[[3, 9, 2], [7, 1, 8]], [[9, 4, 9], [2, 6, 3]]]
    shown = [[[5.0, 9, 0], [7, 0, 8]], [[9, 5, 9], [0, 6, 5]]]

    def totals(counts):
        added = np.array(counts).sum(axis=0)
        return [
            row("WK015301", "ab"[kind], month, float(added[kind, at]))
            for kind in range(2)
            for at, month in enumerate(MONTHS)
        ]

    exact, public = town(true, shown, *totals(true)), town(true, shown, *totals(shown))

    pairs, told = differences(exact, np.random.default_rng(1), 1_500)
    assert pairs == 1_500
    assert (told == exact.is_secret).all()
    assert not differences(public, np.random.default_rng(1), 1_500)[1].any()
