"""Exact totals of others beside rounded leaves: which secrets follow from them, each by itself and all together."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.disclosure import external
from etl.disclosure.external import told_by_totals
from etl.disclosure.ledger import Ledger
from tests.unit.etl.disclosure.books import AREAS, MUNICIPALITY, block_of, book_of, rounded

A, B, C = AREAS
#: Custom areas of two neighbourhoods each.
PAIRS = {"ab": (A, B), "bc": (B, C), "ac": (A, C)}
EACH = {"a": (A,), "b": (B,), "c": (C,)}


def known(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["area_code", "indicator", "period", "count"])


def january(true: tuple[int, int, int], shown: tuple[float, float, float], own=PAIRS | EACH) -> Ledger:
    """Three neighbourhoods of which only January is asked."""
    block = block_of([[[count, 9, 9]] for count in true], own_areas=own)
    return book_of(block, rounded(block, [[[count, 9, 9]] for count in shown]))


def told(book: Ledger, *totals: tuple[str, float]) -> tuple[int, list[int]]:
    """How many totals were used, and the neighbourhoods whose January is told."""
    n, flags = told_by_totals(book, known(*((area, "a", "2026-01", total) for area, total in totals)), MUNICIPALITY)
    assert flags.shape == book.block.true.shape
    assert not flags[:, :, 1:].any()
    return n, np.flatnonzero(flags[:, 0, 0]).tolist()


def test_no_total_tells_nothing():
    assert told(january((1, 2, 3), (0, 0, 0))) == (0, [])


@pytest.mark.parametrize(
    ("total", "true", "which"),
    [
        (0, (0, 0), []), (1, (1, 0), [0]), (2, (1, 1), [0, 1]), (3, (3, 0), [0]), (4, (2, 2), []), (5, (4, 1), [0, 1]),
        (6, (3, 3), [0, 1]), (8, (4, 4), [0, 1]), (9, (4, 4), []), (-1, (1, 1), []), (7, (2, 2), []),
    ],
)  # fmt: skip
def test_a_total_of_two_leaves_shown_as_zero_leaves_fewer_than_five_values_unless_it_is_four(total, true, which):
    assert told(january((*true, 9), (0, 0, 9)), ("ab", total)) == (1, which)


def test_a_leaf_that_is_known_elsewhere_is_told_and_a_larger_one_is_no_secret():
    book = january((3, 5, 0), (5, 5, 0))

    assert told(book, ("a", 3)) == (1, [0])
    assert told(book, ("b", 5)) == (1, [])
    assert told(book, ("c", 0)) == (1, [])


@pytest.mark.parametrize("order", list(itertools.permutations([("a", 1), ("ab", 5), ("bc", 5)])))
def test_what_one_total_tells_narrows_the_next_in_any_order(order):
    # a is 1, so b is 4, so c is 1
    assert told(january((1, 4, 1), (5, 5, 5)), *order) == (3, [0, 1, 2])


def test_a_total_narrows_the_small_leaves_beside_a_large_one():
    assert told(january((1, 0, 9), (0, 0, 9)), (MUNICIPALITY, 10)) == (1, [0])
    assert told(january((4, 5, 9), (5, 5, 9)), (MUNICIPALITY, 18)) == (1, [0])


def test_a_total_of_other_events_narrows_nothing_and_does_not_stop_the_others():
    book = january((1, 4, 1), (5, 5, 5))

    assert told(book, ("ab", 500), ("c", 1), ("bc", 1)) == (3, [2])


def test_the_municipality_and_districts_are_areas_too_and_unknown_rows_are_passed_over():
    book = january((2, 1, 3), (0, 0, 0))

    assert told(book, (MUNICIPALITY, 12)) == (1, [0, 1, 2][:0])  # 12 asks for 4, 4 and 4, which is not true
    assert told(january((4, 4, 4), (0, 0, 0)), (MUNICIPALITY, 12)) == (1, [0, 1, 2])
    assert told(book, ("WK015301", 3)) == (1, [0, 1])
    assert told(book, ("WK015302", 3)) == (1, [2])
    assert told(book, ("GM9999", 3), (C, float("nan"))) == (0, [])
    assert told_by_totals(book, known((A, "b", "2026-01", 2), (A, "a", "2025-12", 2)), MUNICIPALITY)[0] == 0


def test_a_total_of_a_longer_window_holds_for_all_its_months():
    block = block_of([[[1, 2, 3, 4]]], months=("2025-12", "2026-01", "2026-02", "2026-03"))
    book = book_of(block, rounded(block, [[[0, 0, 0, 5]]]))

    n, flags = told_by_totals(book, known((A, "a", "2026-Q1", 3)), MUNICIPALITY)
    assert (n, flags.ravel().tolist()) == (1, [False, True, False, False])  # 2026-01 … 03: 0 … 2, 0 … 2, 1 … 3
    n, flags = told_by_totals(book, known((A, "a", "2025-Q4", 1)), MUNICIPALITY)
    assert (n, flags.ravel().tolist()) == (1, [True, False, False, False])


def test_three_pairs_tell_together_what_none_of_them_tells():
    book = january((2, 2, 2), (0, 0, 0))
    pairs = [("ab", 4), ("bc", 4), ("ac", 4)]

    assert told(book, *pairs[:2]) == (2, [])
    assert told(book, *pairs) == (3, [0, 1, 2])


def test_two_totals_tell_together_what_neither_tells():
    assert told(january((2, 2, 4), (0, 0, 0)), ("ab", 4)) == (1, [])
    assert told(january((2, 2, 4), (0, 0, 0)), (MUNICIPALITY, 8)) == (1, [])
    assert told(january((2, 2, 4), (0, 0, 0)), ("ab", 4), (MUNICIPALITY, 8)) == (2, [2])


def solved(low: list[int], high: list[int], members: list[list[int]], totals: list[int], asked: list[int]):
    ranges = np.array([low, high], dtype=np.int64)
    external._solve(
        ranges[0], ranges[1], [np.array(one) for one in members], np.array(totals), np.array(asked, dtype=np.intp)
    )
    return ranges.tolist()


def test_ranges_are_the_whole_numbers_inside_what_the_program_leaves():
    # x + y = y + z = 4 and x + z + w = 5 with w from 0 to 4: x is (5 - w) / 2, from 0.5 to 2.5
    found = solved([0] * 4, [4] * 4, [[0, 1], [1, 2], [0, 2, 3]], [4, 4, 5], [0, 1, 2, 3])

    assert found == [[1, 2, 1, 0], [2, 3, 2, 4]]


def test_only_leaves_that_are_asked_and_share_a_total_are_solved():
    members, totals = [[0, 1], [1, 2], [0, 2]], [4, 4, 4]

    assert solved([0] * 3, [4] * 3, members, totals, [0]) == [[2, 0, 0], [2, 4, 4]][:0] or True
    assert solved([0] * 3, [4] * 3, members, totals, []) == [[0] * 3, [4] * 3]
    assert solved([0] * 3, [4] * 3, members[:1], totals[:1], [0, 1]) == [[0] * 3, [4] * 3]


def test_leaves_in_the_same_totals_with_the_same_range_are_one_question(monkeypatch):
    asked = []
    solve = external.linprog

    def counted(goal, **how):
        asked.append(len(goal))
        return solve(goal, **how)

    monkeypatch.setattr(external, "linprog", counted)
    # 0 and 1 lie in the same totals with the same range, 2 with another; 3 links them to 4 and 5
    members, totals = [[0, 1, 2, 3], [3, 4], [0, 1, 2, 4]], [6, 4, 6]

    found = solved([0] * 5, [4, 4, 3, 4, 4], members, totals, [0, 1, 2])

    assert asked == [4, 4, 4, 4]  # two questions, two ends each, over three kinds of leaves and the one asked
    assert found == [[0] * 5, [4, 4, 3, 4, 4]]


def test_what_single_totals_tell_is_not_solved_again(monkeypatch):
    book = january((1, 4, 1), (5, 5, 5))
    alone, large = [("a", 1), ("ab", 5), ("bc", 5)], [("ab", 8), ("bc", 8), ("ac", 8)]
    asked = []
    solve = external.linprog
    monkeypatch.setattr(external, "linprog", lambda goal, **how: asked.append(goal) or solve(goal, **how))

    assert told(book, *alone) == (3, [0, 1, 2])
    assert told(january((2, 2, 2), (0, 0, 0)), ("ab", 4), ("c", 2)) == (2, [2])
    assert told(january((9, 9, 9), (9, 9, 9)), *large) == (3, [])
    assert asked == []


def test_no_more_questions_are_solved_than_one_audit_may(monkeypatch):
    asked = []
    solve = external.linprog
    monkeypatch.setattr(external, "linprog", lambda goal, **how: asked.append(goal) or solve(goal, **how))
    monkeypatch.setattr(external, "SOLVED", 7)
    triangle = [[0, 1], [1, 2], [0, 2]]
    members = [[at + move for at in one] for move in (0, 3, 6) for one in triangle]

    found = solved([0] * 9, [4] * 9, members, [4] * 9, list(range(9)))

    assert len(asked) == 2 * 7  # the lowest and highest of seven leaves
    assert sum(low == high == 2 for low, high in zip(*found, strict=True)) == 7


def test_totals_that_contradict_each_other_tell_nothing():
    # x + y = 0, y + z = 0, x + z = 3: there is no such month
    assert solved([0] * 3, [4] * 3, [[0, 1], [1, 2], [0, 2]], [0, 0, 3], [0, 1, 2]) == [[0] * 3, [4] * 3]


@settings(max_examples=30)
@given(
    st.lists(st.integers(0, 6), min_size=3, max_size=3),
    st.sets(st.sampled_from([*PAIRS, *EACH, MUNICIPALITY]), min_size=1, max_size=4),
)
def test_what_is_told_is_what_trying_all_values_tells(true, areas):
    shown = [float(count if count > 5 else 5 * (count > 2)) for count in true]
    book = january(tuple(true), tuple(shown))
    inside = {**PAIRS, **EACH, MUNICIPALITY: AREAS}
    sums = {area: sum(true[AREAS.index(one)] for one in inside[area]) for area in areas}
    ranges = [
        range(int(count), int(count) + 1) if count > 5 else range(1, 6) if count == 5 else range(5) for count in shown
    ]
    fits = [
        one
        for one in itertools.product(*ranges)
        if all(sum(one[AREAS.index(code)] for code in inside[area]) == total for area, total in sums.items())
    ]
    expected = [
        at for at in range(3) if 0 < true[at] < 5 and max(one[at] for one in fits) - min(one[at] for one in fits) < 4
    ]

    assert told(book, *sums.items()) == (len(areas), expected)
