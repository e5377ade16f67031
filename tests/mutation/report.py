"""docs/mutation.md from what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.mutation.runner import SURVIVED, TIME_LIMIT, TIMED_OUT

HEAD = f"""# Do the tests notice a fault?

Made by `make mutation` (`python -m tests.mutation [module …]` for some); not edited by hand.

One small fault at a time is put into a module: a comparison shifted, an operator swapped, a `not` removed, a number one
higher, a result left out (`tests/mutation/mutants.py` lists them). The module's own fast tests then have to fail. The
faults are a seeded sample; which tests run for which module stands in `tests/mutation/modules.toml`. Simulations and
tests of the whole line are left out, so a fault that survives here may still be noticed by `make test`. A fault that
runs longer than {TIME_LIMIT} seconds of processor time counts as noticed. Faults that change nothing anybody can see
are named below with the reason and do not count.

A share that was measured again on the same faults, after a test was added for one that survived, flatters. So each
module has two numbers: how many were noticed when these faults were first drawn, and how many are now. `--seed` draws
faults no test was written for. Where all possible faults were drawn, the share now is that of the whole module.

Goals: 95 % noticed for disclosure and the personal-data gate, 85 % for statistics.
"""
COLUMNS = (
    "possible", "drawn", "equivalent", "noticed at first", "now", "of these too slow", "share at first", "share now",
)  # fmt: skip
GROUPS = {
    "Disclosure": ("etl/disclos", "etl/public_edition"),
    "Personal-data gate": ("etl/personal_data", "etl/sources/file_gate"),
    "Statistics": ("etl/statistics",),
}


def report(modules: Iterable[Mapping[str, Any]], known: Mapping[str, Any], same: Mapping[str, str]) -> str:
    """The page: a table, what survived with its place, what is equivalent, what was not measured."""
    modules = list(modules)
    parts = [HEAD, *_tables(modules, known, same)]
    rows = [(module["path"], row) for module in modules for row in known.get(module["path"], {}).get("mutants", ())]
    left = [(path, row) for path, row in rows if row["outcome"] == SURVIVED]
    parts.append("## Not noticed\n")
    parts += [_line(path, row) for path, row in left if _name(path, row) not in same] or ["None."]
    parts.append("\n## Equivalent: nothing to notice\n")
    named = [(path, row) for path, row in left if _name(path, row) in same]
    parts += [f"{_line(path, row)}: {same[_name(path, row)]}" for path, row in named] or ["None."]
    missing = [f"- `{module['path']}`" for module in modules if module["path"] not in known]
    if missing:
        why = "No number: not run yet, or the fast tests named for them in modules.toml never load them.\n"
        parts += ["\n## Not measured\n", why, *missing]
    return "\n".join(parts) + "\n"


def _tables(modules: list[Any], known: Mapping[str, Any], same: Mapping[str, str]) -> Iterable[str]:
    for title, starts in GROUPS.items():
        yield f"## {title}\n"
        yield f"| module | day | seed | {' | '.join(COLUMNS)} |"
        yield "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"
        sums = [0, 0, 0, 0, 0, 0]
        for path in [module["path"] for module in modules if module["path"].startswith(starts)]:
            if path not in known:
                continue
            rows = known[path]["mutants"]
            equal = sum(row["outcome"] == SURVIVED and _name(path, row) in same for row in rows)
            noticed = sum(row["outcome"] != SURVIVED for row in rows)
            slow = sum(row["outcome"] == TIMED_OUT for row in rows)
            numbers = [known[path]["possible"], len(rows), equal, known[path]["first"], noticed, slow]
            sums = [total + number for total, number in zip(sums, numbers, strict=True)]
            yield f"| `{path}` | {known[path]['day']} | {known[path]['seed']} | {_cells(numbers)} |"
        yield f"| together | | | {_cells(sums)} |\n"


def _cells(numbers: list[int]) -> str:
    _, drawn, equal, first, noticed, _ = numbers
    shares = [f"{some / (drawn - equal):.0%}" if drawn > equal else "-" for some in (first, noticed)]
    return " | ".join([*map(str, numbers), *shares])


def _name(path: str, row: Mapping[str, Any]) -> str:
    return f"{path}: {row['label']}"


def _line(path: str, row: Mapping[str, Any]) -> str:
    function, _, change = row["label"].partition(": ")
    before, _, after = change.rpartition(" → ")
    return f"- `{path}:{row['line']}` {function}: `` {before} `` → `` {after} ``"
