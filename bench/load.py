"""Time and peak memory of one load against DuckDB alone reading the same bytes into a file, in turn, in one run."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.data import make

FLOOR = """
import json, resource, sys, time
import duckdb
source, target = sys.argv[1:]
started = time.perf_counter()
with duckdb.connect(target, config={"threads": 2}) as con:
    con.execute("CREATE TABLE rows AS SELECT * FROM read_csv(?, delim=';', header=true, columns={'ID': 'BIGINT', "
        "'SoortMisdrijf': 'VARCHAR', 'WijkenEnBuurten': 'VARCHAR', 'Perioden': 'VARCHAR', "
        "'GeregistreerdeMisdrijven_1': 'INTEGER'})", [source])
seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""

LOAD = """
import json, resource, sys, time
from pathlib import Path
from config.load import load_municipality
from etl.run import load
config, warehouse = map(Path, sys.argv[1:])
started = time.perf_counter()
report = load(load_municipality(config, "bench", warehouse=warehouse))
seconds = time.perf_counter() - started
if report.exit_code:
    raise SystemExit(report.traceback or "\\n".join(finding.lines() for finding in report.findings))
print(json.dumps({"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "steps": report.steps, "rows": report.rows_read, "cells": report.cells}))
"""


def measure(rounds: int = 5) -> dict[str, object]:
    """Both in turn, `rounds` times after one uncounted round; every process is fresh, imports are not counted.

    Returns:
        medians, raw figures of every round, and the ratio of the medians.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = make(folder)
        source = folder / "data" / "bench" / "47022NED.csv"
        floors, loads = [], []
        for turn in range(rounds + 1):
            floor = _run(FLOOR, source, folder / "floor.duckdb")
            (folder / "floor.duckdb").unlink()
            loaded = _run(LOAD, config, folder / "warehouse")
            shutil.rmtree(folder / "warehouse")
            if turn:
                floors.append(floor)
                loads.append(loaded)
        size_mb = source.stat().st_size / 1e6
    floor_s = statistics.median(one["seconds"] for one in floors)
    load_s = statistics.median(one["seconds"] for one in loads)
    return {
        "rows": loads[0]["rows"],
        "file_mb": round(size_mb, 1),
        "cells": loads[0]["cells"],
        "duckdb_alone_s": round(floor_s, 3),
        "load_s": round(load_s, 3),
        "ratio_to_duckdb_alone": round(load_s / floor_s, 2),
        "peak_memory_mb": round(max(one["peak_mb"] for one in loads)),
        "duckdb_alone_peak_mb": round(max(one["peak_mb"] for one in floors)),
        "raw": {"duckdb_alone": floors, "load": loads},
    }


def _run(code: str, *arguments: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], check=True, capture_output=True, text=True, timeout=300
    )
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))
