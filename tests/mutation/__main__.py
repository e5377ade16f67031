"""`python -m tests.mutation [module ...]`: draw faults, run the tests, write docs/mutation.md.

Modules, tests and sizes stand in modules.toml; what was measured is kept in measured.json, so that one module can be
measured again without the rest. `--again` runs only the faults that survived the last time; `--seed` draws others, for
a share that no test was written for.
"""

from __future__ import annotations

import argparse
import ast
import fcntl
import json
import sys
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.mutation import mutants, runner
from tests.mutation.report import report

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
MEASURED = HERE / "measured.json"
SEED = "2026"


def main() -> None:
    """Measure the modules asked for (all, if none) and write the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", help="paths; none: all")
    parser.add_argument("--again", action="store_true", help="only what survived the last time")
    parser.add_argument("--report", action="store_true", help="write the page again, measure nothing")
    parser.add_argument("--sample", type=int, help="faults a module, in place of modules.toml")
    parser.add_argument("--seed", default=SEED, help="which faults are drawn (default %(default)s)")
    asked = parser.parse_args()
    chosen = modules()
    if unknown := set(asked.modules) - {module["path"] for module in chosen}:
        parser.error(f"not in modules.toml: {sorted(unknown)}")
    if asked.modules:
        chosen = [module for module in chosen if module["path"] in asked.modules]
    if not asked.report:
        runner.load_libraries()
        for module in chosen:
            before = measured().get(module["path"]) if asked.again else None
            seed = before["seed"] if before else asked.seed
            _keep(module["path"], measure(module, asked.sample or module["sample"], seed, before))
    (ROOT / "docs" / "mutation.md").write_text(report(modules(), measured(), equivalent()))


def _keep(path: str, result: dict[str, Any]) -> None:
    """Two runs side by side each keep their own modules."""
    with open(HERE / "modules.toml") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        MEASURED.write_text(
            json.dumps({**measured(), path: result}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        )


def modules() -> list[dict[str, Any]]:
    """The modules of modules.toml."""
    return list(tomllib.loads((HERE / "modules.toml").read_text())["module"])


def measured() -> dict[str, Any]:
    """What was measured last, by module."""
    return dict(json.loads(MEASURED.read_text())) if MEASURED.exists() else {}


def equivalent() -> dict[str, str]:
    """Faults that change nothing, with the reason."""
    rows = tomllib.loads((HERE / "equivalent.toml").read_text()).get("equivalent", [])
    return {row["mutant"]: row["reason"] for row in rows}


def measure(module: dict[str, Any], n: int, seed: str, before: dict[str, Any] | None) -> dict[str, Any]:
    """Run the tests of one module once as it is and once a fault."""
    path = module["path"]
    source = (ROOT / path).read_text()
    tests = [*module["tests"], *(["-k", module["only"]] if "only" in module else [])]
    drawn = mutants.sample(source, n, f"{seed}:{path}")
    if before:
        survived = {row["label"] for row in before["mutants"] if row["outcome"] == runner.SURVIVED}
        drawn = [mutant for mutant in drawn if mutant.label in survived]
    begin = time.monotonic()
    if runner.outcome(ROOT, path, ast.parse(source), tests, 10 * runner.TIME_LIMIT) != runner.SURVIVED:
        sys.exit(f"{path}: the tests fail without any fault")
    once = time.monotonic() - begin
    rows = []
    for mutant in drawn:
        what = runner.outcome(ROOT, path, mutants.mutated(source, mutant.number), tests)
        rows.append({"label": mutant.label, "line": mutant.line, "outcome": what})
        if what != runner.KILLED:
            print(f"  {what}: {path}:{mutant.line} {mutant.label}", flush=True)
    if before:
        rows.sort(key=lambda row: row["outcome"] == runner.SURVIVED)  # of two with the same name the worst counts
        fresh = {row["label"]: row for row in rows}
        rows = [fresh.get(row["label"], row) for row in before["mutants"]]
    killed = sum(row["outcome"] != runner.SURVIVED for row in rows)
    print(f"{path}: {killed} of {len(rows)} noticed ({once:.0f} s a run, {time.monotonic() - begin:.0f} s)", flush=True)
    return {
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
        "seed": seed,
        "possible": mutants.count(source),
        "first": before["first"] if before else killed,
        "mutants": rows,
    }


if __name__ == "__main__":
    main()
