"""Cell suppression: the patterns and attacker intervals of the vector, and the law that no small cell is bounded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.disclosure.suppression import attacker_interval, suppress, unsafe_cells
from tests.spec.vectors_file import vector

CASES = vector("sdc_suppression")["cases"]


def places(case, names):
    return [case["cells"].index(name) for name in names]


def top_of(case):
    return [index for index, name in enumerate(case["cells"]) if name.startswith("G|") or name == "W|T"]


@pytest.mark.parametrize("name", CASES)
def test_an_attacker_knows_of_primary_cells_what_the_vector_says(name):
    case = CASES[name]
    hidden = places(case, case["primary"])

    for cell, expected in case["primary_only_attack"].items():
        found = attacker_interval(case["values"], case["leaf_matrix"], hidden, case["cells"].index(cell))
        assert list(found) == pytest.approx(expected)


@pytest.mark.parametrize("name", CASES)
def test_the_best_pattern_of_the_vector_passes_the_audit_with_its_intervals(name):
    case = CASES[name]
    hidden = places(case, [*case["primary"], *case["best_pattern"]])

    unsafe = unsafe_cells(case["values"], case["leaf_matrix"], hidden, case["threshold"])

    assert unsafe == []
    for cell, expected in case["attacker_intervals_best"].items():
        found = attacker_interval(case["values"], case["leaf_matrix"], hidden, case["cells"].index(cell))
        assert list(found) == pytest.approx(expected)


@pytest.mark.parametrize("name", CASES)
def test_our_pattern_is_as_small_as_the_smallest_and_spares_the_top(name):
    case = CASES[name]

    pattern = suppress(case["values"], case["leaf_matrix"], threshold=case["threshold"], top=top_of(case))

    assert np.flatnonzero(pattern.primary).tolist() == places(case, case["primary"])
    assert pattern.secondary.sum() == case["min_secondary"]
    assert not pattern.secondary[top_of(case)].any()
    assert unsafe_cells(case["values"], case["leaf_matrix"], np.flatnonzero(pattern.hidden), case["threshold"]) == []


@settings(max_examples=25)
@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=4))
def test_every_small_cell_of_a_two_way_table_is_safe_or_the_table_goes(rows):
    leaves = np.array(rows)
    n_rows, n_columns = leaves.shape
    each = np.eye(leaves.size)
    by_row = np.kron(np.eye(n_rows), np.ones(n_columns))
    by_column = np.kron(np.ones(n_rows), np.eye(n_columns))
    matrix = np.vstack([each, by_row, by_column, np.ones(leaves.size)])
    values = matrix @ leaves.ravel()

    pattern = suppress(values, matrix, top=[len(values) - 1])

    if pattern.is_possible:
        assert unsafe_cells(values, matrix, np.flatnonzero(pattern.hidden)) == []


def test_a_table_that_no_pattern_protects_goes_as_a_whole():
    pattern = suppress([3, 0], [[1], [1]])

    assert not pattern.is_possible


def test_cells_that_contradict_each_other_are_refused():
    with pytest.raises(ValueError, match="contradict"):
        attacker_interval([3, 4, 5], [[1], [1], [1]], [2], 2)


@pytest.mark.parametrize(("values", "matrix"), [([1, -1], np.eye(2)), ([1, np.nan], np.eye(2)), ([1], np.eye(2))])
def test_what_is_no_table_is_refused(values, matrix):
    with pytest.raises(ValueError, match=r"zero or more|one row"):
        suppress(values, matrix)
