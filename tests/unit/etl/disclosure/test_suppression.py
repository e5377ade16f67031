"""Suppression of small tables that can be reckoned by head: who knows what, what goes with it, and what stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.disclosure.suppression import attacker_interval, suppress, unsafe_cells

INF = float("inf")


def one_row(*leaves: float) -> tuple[list[float], list[list[int]]]:
    """Cells: each leaf, then their total."""
    return [*leaves, sum(leaves)], [*np.eye(len(leaves), dtype=int).tolist(), [1] * len(leaves)]


def pattern(values, matrix, *, threshold: int = 5, top=()) -> tuple[list[int], list[int], bool]:
    found = suppress(values, matrix, threshold=threshold, top=top)
    assert (found.hidden == (found.primary | found.secondary)).all()
    assert not (found.primary & found.secondary).any()
    return np.flatnonzero(found.primary).tolist(), np.flatnonzero(found.secondary).tolist(), found.is_possible


def test_a_total_minus_its_known_parts_is_a_hidden_part():
    values, matrix = one_row(3, 7, 4)

    assert attacker_interval(values, matrix, [0], 0) == pytest.approx((3, 3))
    assert attacker_interval(values, matrix, [0, 2], 0) == pytest.approx((0, 7))
    assert attacker_interval(values, matrix, [0, 3], 0) == (0, INF)
    assert attacker_interval(values, matrix, [0, 1, 2, 3], 3) == (0, INF)
    assert attacker_interval(values, matrix, [], 1) == pytest.approx((7, 7))


def test_a_hidden_cell_is_safe_when_it_may_be_one_and_may_be_the_threshold():
    # a + b = 5 and b + c = 4: a is 1 … 5, b and c are 0 … 4
    values, matrix = [2, 3, 1, 5, 4], [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1]]

    assert attacker_interval(values, matrix, [0, 1, 2], 0) == pytest.approx((1, 5))
    assert attacker_interval(values, matrix, [0, 1, 2], 1) == pytest.approx((0, 4))
    assert unsafe_cells(values, matrix, [0, 1, 2, 4]) == []
    assert unsafe_cells(values, matrix, [0, 1, 2]) == [1, 2, 4]  # b + c is a small count itself, and published
    assert unsafe_cells(values, matrix, [1, 2, 4]) == [0, 1, 4]  # a is known, so b is, so b + c is 3 at least


def test_a_cell_that_is_two_at_least_is_not_safe():
    # a + b = 6 and b + c = 4: a is 2 … 6
    values, matrix = [3, 3, 1, 6, 4], [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1]]

    assert attacker_interval(values, matrix, [0, 1, 2], 0) == pytest.approx((2, 6))
    assert 0 in unsafe_cells(values, matrix, [0, 1, 2])


def test_small_counts_that_add_up_to_the_threshold_protect_each_other():
    assert pattern(*one_row(2, 3, 20)) == ([0, 1], [], True)
    assert pattern(*one_row(2, 2, 20)) == ([0, 1], [2], True)
    assert pattern(*one_row(1, 1, 1, 1, 20)) == ([0, 1, 2, 3], [4], True)


def test_counts_from_one_below_the_threshold_are_small_and_zeros_are_published():
    assert pattern(*one_row(4, 5, 0, 9)) == ([0], [1], True)
    assert pattern(*one_row(0, 5, 6)) == ([], [], True)
    assert pattern(*one_row(2, 3, 9), threshold=3) == ([0], [1], True)
    assert unsafe_cells(*one_row(2, 3, 9), [], threshold=3) == [0]
    assert unsafe_cells(*one_row(4, 5, 9), []) == [0]


def test_the_smallest_of_the_others_goes_with_a_small_count():
    assert pattern(*one_row(3, 40, 7, 12)) == ([0], [2], True)
    assert pattern(*one_row(1, 40, 12, 7)) == ([0], [3], True)


def test_a_total_of_the_highest_level_goes_last_however_large_the_others_are():
    values, matrix = one_row(3, *[1e8] * 30)

    primary, secondary, is_possible = pattern(values, matrix, top=[31])

    assert (primary, is_possible) == ([0], True)
    assert len(secondary) == 1
    assert secondary != [31]


def test_a_total_of_the_highest_level_goes_where_nothing_else_can():
    # the other part is no cell of the table: 9 of the total are known from a second table
    values, matrix = [3, 12, 9], [[1, 0], [1, 1], [0, 1]]

    assert pattern(values, matrix, top=[1]) == ([0], [2], True)
    assert pattern(values, matrix, top=[1, 2]) == ([0], [2], True)  # both dear: the smaller
    assert pattern([3, 12, 9, 9], [[1, 0], [1, 1], [0, 1], [0, 1]], top=[1]) == ([0], [2, 3], True)


def test_a_district_of_one_neighbourhood_takes_another_district_and_never_the_municipality():
    # neighbourhoods 3 | 8, 6; districts 3 | 14; municipality 17
    values = [3, 8, 6, 3, 14, 17]
    matrix = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 1], [1, 1, 1]]

    assert pattern(values, matrix, top=[5]) == ([0, 3], [2, 4], True)


def test_a_small_count_is_protected_downwards_too():
    # a + b = 9 and b + c = 7: with a, b and c hidden, a is 2 at least, as c cannot fall below 0
    values, matrix = [3, 6, 1, 9, 7], [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1]]

    primary, secondary, is_possible = pattern(values, matrix)

    assert (primary, len(secondary), is_possible) == ([0, 2], 2, True)
    assert unsafe_cells(values, matrix, [0, 1, 2]) == [0]
    assert unsafe_cells(values, matrix, [*primary, *secondary]) == []


def test_of_cells_that_may_be_shown_again_the_dearest_is():
    # rows 1 4 7 | 2 3 12 | 2 20 2 with their totals: with 20 hidden, one of 7 and 12 may be shown
    leaves = np.array([1, 4, 7, 2, 3, 12, 2, 20, 2])
    rows, columns = np.kron(np.eye(3), np.ones(3)), np.kron(np.ones(3), np.eye(3))
    matrix = np.vstack([np.eye(9), rows, columns, np.ones(9)])

    _, secondary, _ = pattern(matrix @ leaves, matrix, top=[15])

    assert leaves[secondary].tolist() == [7, 20]


def test_what_no_pattern_protects_goes_as_a_whole():
    assert pattern([3, 3], [[1], [1]]) == ([0, 1], [], True)
    assert pattern([3, 0], [[1], [1]])[2] is False


@pytest.mark.parametrize(
    ("values", "words"), [([1, -1, 2], "zero or more"), ([1, np.inf, 2], "zero or more"), ([1, 2], "one row")]
)
def test_what_is_no_table_is_refused_by_every_question(values, words):
    for ask in (suppress, lambda *of: unsafe_cells(*of, []), lambda *of: attacker_interval(*of, [], 0)):
        with pytest.raises(ValueError, match=words):
            ask(values, np.eye(3))


@settings(max_examples=15)
@given(st.lists(st.lists(st.sampled_from([0, 1, 2, 4, 5, 7, 12]), min_size=2, max_size=3), min_size=2, max_size=2))
def test_a_pattern_protects_and_no_cell_of_it_is_hidden_for_nothing(rows):
    leaves = np.array([row[:2] for row in rows]).ravel()
    matrix = np.vstack([np.eye(4), [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 1]]])
    values = matrix @ leaves

    found = suppress(values, matrix, top=[8])

    if not found.is_possible:
        return
    hidden = np.flatnonzero(found.hidden)
    assert unsafe_cells(values, matrix, hidden) == []
    for cell in np.flatnonzero(found.secondary):
        assert unsafe_cells(values, matrix, [one for one in hidden if one != cell]) != []
    assert (values[found.hidden] > 0).all()
