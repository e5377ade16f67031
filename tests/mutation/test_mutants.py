"""The faults themselves: each one is a change, the same each time, and an untouched module passes its tests."""

from __future__ import annotations

import ast

from tests.mutation import mutants

SOURCE = '''
"""A text."""

def wanted(row: dict[str, int | None], least: int = 3) -> bool:
    """Not touched."""
    if not row["count"] or row["count"] < least:
        raise ValueError("too few")
    return max(row["count"], 1) == -least + 2
'''


def test_every_kind_of_fault_is_found_once_and_texts_and_types_are_left():
    changes = {(mutant.before, mutant.after) for mutant in mutants.mutants(SOURCE)}

    assert {
        ("row['count'] < least", "row['count'] <= least"),
        ("not row['count']", "not not row['count']"),
        ("not row['count'] or row['count'] < least", "not row['count'] and row['count'] < least"),
        ("raise ValueError('too few')", "pass"),
        ("max(row['count'], 1)", "min(row['count'], 1)"),
        ("-least", "+least"),
        ("-least + 2", "-least - 2"),
        ("row['count']", "row['XXcount']"),
        ("3", "4"),
    } <= changes
    assert not any("A text" in before or before == "None" or "too few" in after for before, after in changes)


def test_every_fault_is_a_change_that_still_compiles():
    whole = ast.unparse(ast.parse(SOURCE))

    for number in range(mutants.count(SOURCE)):
        tree = mutants.mutated(SOURCE, number)
        compile(tree, "wanted.py", "exec")
        assert ast.unparse(tree) != whole


def test_the_same_seed_draws_the_same_faults():
    drawn = [mutants.sample(SOURCE, 5, "seed") for _ in range(2)]

    assert drawn[0] == drawn[1]
    assert len({mutant.number for mutant in drawn[0]}) == 5
