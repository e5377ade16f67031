"""What the auditor reckons with: what each published row leaves open, and what a sum of leaves tells of one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.disclosure.attacks import UNBOUNDED
from etl.disclosure.ledger import Ledger, Room, counts, ends_of, ledger, of_source
from tests.unit.etl.disclosure.books import AREAS, MONTHS, MUNICIPALITY, block_of, book_of, rounded, row

NAN = float("nan")


# --- what a row leaves open -------------------------------------------------------------------------------------------


def test_a_shown_figure_stands_for_the_promised_range():
    block = block_of([[[0, 3, 9]], [[0, 4, 5]], [[2, 12, None]]])
    shown = [
        row(AREAS[0], "a", "2026-01", 0, "rounded"),
        row(AREAS[0], "a", "2026-02", 5, "rounded"),
        row(AREAS[0], "a", "2026-03", 9),
        row(AREAS[1], "a", "2026-01", 0, "final"),  # a zero that is told apart
        row(AREAS[1], "a", "2026-02", 4, "provisional"),
        row(AREAS[2], "a", "2026-02", 12, "estimated"),
    ]

    book = book_of(block, shown)

    assert book.low[:, 0].tolist() == [[0, 1, 9], [0, 4, 0], [0, 12, 0]]
    assert book.high[:, 0].tolist() == [[4, 5, 9], [0, 4, UNBOUNDED], [UNBOUNDED, 12, 0]]
    assert book.is_rounded[:, 0].tolist() == [[True, True, False], [False] * 3, [False] * 3]
    assert np.nan_to_num(book.leaf_value[:, 0], nan=-1).tolist() == [[0, 5, 9], [0, 4, -1], [-1, 12, -1]]


def test_the_range_follows_the_base():
    block = block_of([[[1, 2, 3]]])

    book = book_of(
        block, [row(AREAS[0], "a", month, at, "rounded") for month, at in zip(MONTHS, (0, 3, 3), strict=True)], base=3
    )

    assert book.low.ravel().tolist() == [0, 1, 1]
    assert book.high.ravel().tolist() == [2, 3, 3]
    assert book.is_secret.ravel().tolist() == [True, True, False]


def test_a_secret_is_a_true_count_of_one_to_four():
    block = block_of([[[0, 1, 2]], [[3, 4, 5]], [[6, None, 40]]])

    assert book_of(block, []).is_secret.ravel().tolist() == [False, True, True, True, True, False, False, False, False]


def test_totals_lie_in_their_cell_at_the_last_period_of_their_window():
    block = block_of([[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]], groups={"all": ["a", "b"]})
    place = {cell: at for at, cell in enumerate(block.cells)}
    rows = [
        row(MUNICIPALITY, "all", "2026-02", 26, "rounded"),
        row("WK015301", "a", "2026-Q1", 30),
        row(MUNICIPALITY, "b", "2026", 48),
        row(AREAS[0], "a", "2026-02-R12", 3, "rounded"),
        row(AREAS[2], "a", "2026-01", 99),
        row(MUNICIPALITY, "c", "2026-01", 99),
        row(MUNICIPALITY, "a", "2025-12", 99),
        row(MUNICIPALITY, "a", "2027", 99),
    ]

    book = book_of(block, rows)

    filled = {
        (window, cell, at): total[place[cell], at]
        for window, total in book.totals.items()
        for cell in block.cells
        for at in range(3)
        if np.isfinite(total[place[cell], at])
    }
    assert filled == {
        ("", ("municipality", "all"), 1): 26,
        ("quarter", ("WK015301", "a"), 2): 30,
        ("year", ("municipality", "b"), 2): 48,
        ("rolling_12_months", (AREAS[0], "a"), 1): 3,
    }
    assert list(book.totals) == ["", "quarter", "year", "rolling_12_months"]
    assert not book.is_rounded.any()  # neither a total nor a window is a leaf
    assert not np.isfinite(book.leaf_value).any()


def test_rows_are_of_their_source_practice_or_not():
    rows = pd.DataFrame({"source": ["reports", "oefendata: reports", "other", "reports2"], "value": [1, 2, 3, 4]})

    assert of_source(rows, "reports").value.tolist() == [1, 2]
    block = block_of([[[1, 2, 3]]])
    foreign = pd.DataFrame([row(AREAS[0], "a", "2026-01", 7) | {"source": "other"}])
    assert not np.isfinite(ledger(foreign, block, municipality=MUNICIPALITY).leaf_value).any()


def test_the_count_of_a_row_is_its_numerator_else_the_value_of_what_counts():
    rows = pd.DataFrame(
        {
            "value": [3.7, 8.0, 3.7, NAN],
            "numerator": [3.0, NAN, NAN, NAN],
            "unit": ["per_1000", "count", "per_1000", "count"],
        }
    )

    assert np.nan_to_num(counts(rows), nan=-1).tolist() == [3, 8, -1, -1]
    assert np.nan_to_num(counts(rows[["value", "unit"]]), nan=-1).tolist() == [-1, 8, -1, -1]
    assert np.nan_to_num(counts(rows[["value"]]), nan=-1).tolist() == [3.7, 8, 3.7, -1]
    assert np.nan_to_num(counts(rows[["value", "numerator"]]), nan=-1).tolist() == [3, 8, 3.7, -1]


def test_windows_end_with_the_last_period_that_lies_in_them():
    block = block_of([[[1, 2, 3]]], months=("2025-11", "2025-12", "2026-01"))
    asked = [
        "2025-11", "2026-01", "2025-Q4", "2026-Q1", "2025-Q3", "2026-Q2", "2025", "2026", "2024", "2027",
        "2025-11-R12", "2025-12-R12", "2026-01-R12", "2026-02-R12", "2026-W01", "2026-W02-R4",
    ]  # fmt: skip

    windows, positions = ends_of(asked, block)

    assert windows == {
        "2025-11": "", "2026-01": "", "2025-Q4": "quarter", "2026-Q1": "quarter", "2025": "year", "2026": "year",
        "2025-11-R12": "rolling_12_months",
        "2025-12-R12": "rolling_12_months", "2026-01-R12": "rolling_12_months", "2026-02-R12": "rolling_12_months",
    }  # fmt: skip
    assert positions == {
        "2025-11": 0, "2026-01": 2, "2025-Q4": 1, "2026-Q1": 2, "2025": 1, "2026": 2, "2025-11-R12": 0,
        "2025-12-R12": 1, "2026-01-R12": 2, "2026-02-R12": 2,
    }  # fmt: skip


# --- sums -------------------------------------------------------------------------------------------------------------


def test_counters_add_up_ranges_and_secrets_near_their_ends():
    block = block_of([[[1, 4, 9]]])

    counters = book_of(block, rounded(block, [[[0, 5, 9]]])).counters[0, 0]

    # lowest, highest; secrets within 0, 1, 2, 3 of their lowest; and within 0, 1, 2, 3 of their highest
    assert counters.tolist() == [
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 4, 0, 1, 1, 1, 0, 0, 0, 1],  # 1, shown as 0 to 4
        [1, 9, 0, 1, 1, 2, 0, 1, 1, 2],  # 4, shown as 1 to 5
        [10, 18, 0, 1, 1, 2, 0, 1, 1, 2],
    ]


def test_a_secret_outside_what_is_shown_is_near_no_end():
    block = block_of([[[3, 3, 3]]])

    book = book_of(block, [row(AREAS[0], "a", "2026-01", 7), row(AREAS[0], "a", "2026-02", 2)])

    assert book.counters[0, 0, 1].tolist() == [7, 7, *[0] * 8]
    assert book.counters[0, 0, 2].tolist() == [9, 9, 0, 1, 1, 1, *[0] * 4]  # one more than the 2 that is shown


def test_cells_hold_the_sums_of_their_leaves():
    block = block_of([[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]], groups={"all": ["a", "b"]})
    book = book_of(block, [])
    place = {cell: at for at, cell in enumerate(block.cells)}

    added = book.over_cells(block.true.reshape(4, 3))

    assert added[place[AREAS[0], "a"]].tolist() == [1, 2, 3]
    assert added[place["WK015301", "a"]].tolist() == [8, 10, 12]
    assert added[place["municipality", "all"]].tolist() == [22, 26, 30]
    assert len(added) == len(block.cells)
    secrets = book.of_cells[place["municipality", "a"]]
    assert secrets.shape == (4, 10)
    assert secrets[:, 1].tolist() == [0, 2 * UNBOUNDED, 4 * UNBOUNDED, 6 * UNBOUNDED]
    assert secrets[:, 5].tolist() == [0, 1, 2, 3]  # 1, 2 and 3 lie within three of their lowest, which is 0


def test_a_window_opens_where_its_first_period_is():
    block = block_of([[[1, 2, 3]]], months=("2025-11", "2025-12", "2026-01"))
    book = book_of(block, [])

    assert book.opens("").tolist() == [0, 1, 2]
    assert book.opens("quarter").tolist() == [0, 0, 2]
    assert book.opens("rolling_12_months").tolist() == [0, 0, 0]


THREE = block_of([[[0, 0, 0]]] * 3)
EMPTY = book_of(THREE, [])


def free(low: Sequence[int], high: Sequence[int], true: Sequence[int], base: int = 5) -> Ledger:
    """Three leaves of one month with ranges as a test wants them."""
    counts = np.zeros((3, 3, 1, 3), dtype=np.int64)
    counts[:, :, 0, 0] = low, high, true
    return replace(EMPTY, block=replace(THREE, true=counts[2]), base=base, low=counts[0], high=counts[1])


LEAVES = (np.arange(3)[:, None], np.zeros((3, 1), dtype=np.intp), np.zeros((1, 1), dtype=np.intp))
ends = st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6))


def by_hand(low, high, true, total, base):
    """Secrets whose value is one of fewer than `base` in a row, by trying all that fits the total."""
    fits = [
        one
        for one in itertools.product(*(range(a, b + 1) for a, b in zip(low, high, strict=True)))
        if sum(one) == total
    ]
    if not fits:
        return None
    least, most = [min(place) for place in zip(*fits, strict=True)], [max(place) for place in zip(*fits, strict=True)]
    return [0 < t < base and b - a + 1 < base and a <= t <= b for a, b, t in zip(least, most, true, strict=True)]


@settings(max_examples=60)
@given(ends, ends, ends, st.integers(0, 18), st.sampled_from([3, 5]))
def test_a_sum_tells_what_trying_all_values_tells(low, width, true, total, base):
    high = [a + w for a, w in zip(low, width, strict=True)]
    book = free(low, high, true, base)
    expected = by_hand(low, high, true, total, base)
    above, below = total - sum(low), sum(high) - total

    cells = book.counters[:, 0, 1].sum(axis=0)[None]
    may, room = book.tells(np.array([float(total)]), cells)

    assert room == Room(np.array([above]), np.array([below]))
    if expected is None:
        assert not may[0]
        return
    told = book.secrets_told(LEAVES, above, below)
    assert told.ravel().tolist() == expected
    wide = [at for at in range(3) if high[at] - low[at] + 1 < base]  # a range that is narrow without any sum
    if any(expected[at] for at in range(3) if at not in wide):
        assert may[0]


@pytest.mark.parametrize(
    ("total", "true", "is_told"),
    [
        (0, (0, 0), False), (1, (1, 0), True), (2, (1, 1), True), (3, (0, 3), True), (4, (1, 3), False),
        (5, (1, 4), True), (8, (4, 4), True), (9, (4, 4), False), (NAN, (1, 3), False), (3.0000001, (0, 3), True),
    ],
)  # fmt: skip
def test_two_leaves_that_are_shown_as_zero_are_told_by_what_their_sum_leaves(total, true, is_told):
    book = free([0, 0, 0], [4, 4, 0], [*true, 0])

    may, room = book.tells(np.array([total]), book.counters[:, 0, 1].sum(axis=0)[None])

    assert may.tolist() == [is_told]
    if np.isfinite(total):
        assert (room.above.tolist(), room.below.tolist()) == ([round(total)], [8 - round(total)])


@pytest.mark.parametrize(("total", "true", "is_told"), [(2, (1, 1), True), (6, (2, 4), False), (10, (4, 4), False)])
def test_two_leaves_that_are_shown_as_five_are_told_by_what_their_sum_leaves(total, true, is_told):
    book = free([1, 1, 0], [5, 5, 0], [*true, 0])

    may, _ = book.tells(np.array([float(total)]), book.counters[:, 0, 1].sum(axis=0)[None])

    assert may.tolist() == [is_told]


def test_what_is_taken_off_counts_the_other_way_round():
    book = free([1, 0, 0], [5, 4, 0], [2, 3, 0])
    plus, minus = book.counters[0, 0, 1][None], book.counters[1, 0, 1][None]

    def step(total: float):
        may, room = book.tells(np.array([total]), plus, minus)
        return bool(may[0]), int(room.above[0]), int(room.below[0])

    # 1 … 5 less 0 … 4 lies between -3 and 5
    assert step(-1) == (True, 2, 6)
    assert step(-3) == (False, 0, 8)
    assert step(-2) == (True, 1, 7)
    assert step(0) == (True, 3, 5)
    assert step(1) == (False, 4, 4)
    assert step(2) == (True, 5, 3)
    assert step(6) == (False, 9, -1)
    assert step(-4) == (False, -1, 9)
