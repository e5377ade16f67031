"""Peak memory of loading one municipality out of a monthly file of the whole country (47022NED, 14.6 million rows).

The file is made by rule, so it is the same everywhere: 18,250 areas × 16 categories × 50 months, of which one in 365 is
of the municipality. What is measured is the process that loads, as the system counts it (VmHWM).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

CODE = "GM0001"
#: Municipalities of 50 areas each: the country, 16 categories and 50 months give 14.6 million rows.
N_MUNICIPALITIES, N_DISTRICTS, N_NEIGHBOURHOODS = 365, 7, 42
CATEGORIES = (
    "0.0.0", "1.1.1", "1.1.2", "1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5", "1.4.4", "1.4.5", "1.4.6", "2.2.1", "2.5.1",
    "2.5.2", "3.1.1", "3.7.4",
)  # fmt: skip
FIRST_YEAR, N_MONTHS = 2020, 50

LOAD = """
import json, sys, time
from pathlib import Path
from config.load import load_municipality
from etl.run import load
config, warehouse = map(Path, sys.argv[1:])
started = time.perf_counter()
report = load(load_municipality(config, "country", warehouse=warehouse))
seconds = time.perf_counter() - started
if report.exit_code:
    raise SystemExit(report.traceback or "\\n".join(finding.lines() for finding in report.findings))
status = Path("/proc/self/status").read_text()
peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
print(json.dumps({"seconds": seconds, "peak_mb": peak / 1024, "rows": report.rows_read, "cells": report.cells}))
"""


def make(folder: Path, municipalities: int = N_MUNICIPALITIES, categories: Sequence[str] = CATEGORIES) -> Path:
    """Write config/ and data/ of the municipality `country` below `folder`; returns the folder of the configuration.

    Args:
        municipalities: how many stand in the file, of 2,500 rows in each of the categories; the first one is loaded.
    """
    config, data = folder / "config", folder / "data" / "country"
    (config / "municipalities").mkdir(parents=True, exist_ok=True)
    data.mkdir(parents=True, exist_ok=True)
    (config / "municipalities" / "country.yml").write_text(
        f"code: {CODE}\nname: Meetland\nfolder: country\n"
        "geography: {boundaries: buurten.geojson, vintage: 2024, schematic: true}\n"
        "sources:\n"
        '  - {id: police, kind: statline, table: 47022NED, path: "47022NED*.csv", practice: true}\n'
        '  - {id: key_figures, kind: kwb, path: "kwb_2024.csv", practice: true}\n'
        "today: 2026-06-01\n",
        encoding="utf-8",
    )
    codes = [f"BU{CODE[2:]}{n % N_DISTRICTS:02}{n // N_DISTRICTS:02}" for n in range(N_NEIGHBOURHOODS)]
    (data / "buurten.geojson").write_text(json.dumps(_squares(codes)), encoding="utf-8")
    people = "\n".join(f"{code};{900 + 7 * n}" for n, code in enumerate(codes))
    (data / "kwb_2024.csv").write_text(f"WijkenEnBuurten;AantalInwoners_5\n{people}\n", encoding="utf-8")
    _write_police(data / "47022NED_2026-05-15.csv", municipalities, categories)
    return config


def _squares(codes: list[str]) -> dict[str, object]:
    features = []
    for number, code in enumerate(sorted(codes)):
        x, y = 6.0 + number % 10 * 0.01, 52.0 + number // 10 * 0.006
        ring = [[x, y], [x + 0.01, y], [x + 0.01, y + 0.006], [x, y + 0.006], [x, y]]
        properties = {"buurtcode": code, "buurtnaam": f"Buurt {number + 1}"}
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def _write_police(path: Path, municipalities: int, categories: Sequence[str]) -> None:
    """Every neighbourhood and month counts 1 in each category, so every sum can be told by heart."""
    kinds = ", ".join(f"('{category.ljust(6)}')" for category in categories)
    with duckdb.connect(config={"threads": 1, "memory_limit": "1GB", "preserve_insertion_order": True}) as con:
        con.execute(
            f"""COPY (
            WITH area AS (
                SELECT rpad('GM' || lpad(g::VARCHAR, 4, '0'), 10, ' ') AS code, {N_NEIGHBOURHOODS} AS n, g, 0 AS place
                FROM range(1, {municipalities + 1}) _(g)
                UNION ALL
                SELECT rpad('WK' || lpad(g::VARCHAR, 4, '0') || lpad(w::VARCHAR, 2, '0'), 10, ' '),
                    {N_NEIGHBOURHOODS // N_DISTRICTS}, g, 1 + w
                FROM range(1, {municipalities + 1}) _(g), range({N_DISTRICTS}) _(w)
                UNION ALL
                SELECT 'BU' || lpad(g::VARCHAR, 4, '0') || lpad((b % {N_DISTRICTS})::VARCHAR, 2, '0')
                    || lpad((b // {N_DISTRICTS})::VARCHAR, 2, '0'), 1, g, 100 + b
                FROM range(1, {municipalities + 1}) _(g), range({N_NEIGHBOURHOODS}) _(b)),
            kind AS (SELECT * FROM (VALUES {kinds}) _(kind)),
            month AS (SELECT {FIRST_YEAR} + m // 12 || 'MM' || lpad((m % 12 + 1)::VARCHAR, 2, '0') AS month
                FROM range({N_MONTHS}) _(m))
            SELECT row_number() OVER () - 1 AS ID, kind AS SoortMisdrijf, code AS WijkenEnBuurten,
                month AS Perioden, n AS GeregistreerdeMisdrijven_1
            FROM kind, area, month
            ) TO '{path}' (DELIMITER ';', HEADER)"""
        )


def measure(municipalities: int = N_MUNICIPALITIES) -> dict[str, object]:
    """One load of the national file in a process of its own.

    Returns:
        rows and size of the file, seconds, and peak memory in MB.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = make(folder, municipalities)
        size_mb = (folder / "data" / "country" / "47022NED_2026-05-15.csv").stat().st_size / 1e6
        found = load(config, folder / "warehouse")
    return {
        "rows": int(found["rows"]),
        "file_mb": round(size_mb, 1),
        "cells": int(found["cells"]),
        "load_s": round(found["seconds"], 1),
        "peak_memory_mb": round(found["peak_mb"]),
    }


def load(config: Path, warehouse: Path) -> dict[str, float]:
    """Load the municipality in a process of its own: seconds, peak_mb, rows read and cells."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(config), str(warehouse)],
        capture_output=True, text=True, timeout=1_800, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))
