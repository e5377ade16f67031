"""`python -m bench`: measure, print, keep the raw figures in bench/out/, exit with 1 when a goal is missed."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import derive, load, national, pages

HERE = Path(__file__).parent
PARTS = {"load": load.measure, "derive": derive.measure, "national": national.measure, "pages": pages.measure}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; none: all")
    chosen = parser.parse_args().parts or list(PARTS)
    goals = tomllib.loads((HERE / "goals.toml").read_text(encoding="utf-8"))
    measured: dict[str, Any] = {}
    missed = []
    for part in chosen:
        print(f"measuring {part} …", flush=True)
        measured[part] = PARTS[part]()
        for name, figure in measured[part].items():
            if not isinstance(figure, (dict, list)):
                print(f"  {name:32} {figure}")
        for name, goal in goals[part].items():
            figure = measured[part][name]
            is_met = figure <= goal["at_most"]
            print(f"  {'met   ' if is_met else 'MISSED'} {goal['what']}: {figure} (goal ≤ {goal['at_most']})")
            if not is_met:
                missed.append(f"{part}.{name}")
    _keep(measured)
    print(f"missed: {', '.join(missed)}" if missed else "every goal is met")
    return 1 if missed else 0


def _keep(measured: dict[str, Any]) -> None:
    packages = {name: version(name) for name in ("buurtbeeld", "duckdb", "dash", "pandas", "numpy")}
    record = {
        "moment": dt.datetime.now(dt.UTC).isoformat(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg(),
        "packages": packages,
        "measured": measured,
    }
    folder = HERE / "out"
    folder.mkdir(exist_ok=True)
    path = folder / f"{dt.date.today().isoformat()}.json"
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"raw figures: {path.relative_to(HERE.parent)}")


if __name__ == "__main__":
    sys.exit(main())
