"""All that a load derives for a large municipality: sums, rates, intervals, comparisons, ranges, verdicts, clusters.

115 neighbourhoods in 11 districts, 15 indicators, 15 years of months: the figures are made up (Poisson, uneven over
areas, with a season), the code is the load's own from the leaves on.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HOODS, DISTRICTS, INDICATORS, YEARS = 115, 11, 15, 15


def measure() -> dict[str, Any]:
    """Seconds and memory of one run in a process of its own, on one core of the machine."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r}); from bench.derive import run; run()"
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, env=environment)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = {}
    for line in done.stdout.splitlines():
        name, _, figure = line.partition(" ")
        found[name] = float(figure)
    return found


def run() -> None:
    """Print each step's seconds, the total, processor seconds and peak memory."""
    import numpy as np
    import pandas as pd

    from config.load import load_catalogue
    from config.model import PEER_FEATURES, Rates
    from config.vocabulary import AreaLevel, PeriodType
    from etl.benchmark import benchmarks
    from etl.calendar import exposure_years, periods_between
    from etl.cube import FINAL, NOT_DELIVERED, AreaAxis, Cube
    from etl.derive import derive
    from etl.meaning import meaning_of
    from etl.remembering import Memory
    from etl.series import choose, complete

    catalogue = load_catalogue(Path(__file__).parents[1] / "config")
    usable = (one for one in catalogue.values() if one.pack == "police" and not one.is_group)
    monthly = [one for one in usable if PeriodType.MONTH in one.period_types and "neighbourhood" in one.levels]
    chosen = monthly[:INDICATORS]
    population = catalogue["population"]
    dwellings = catalogue["dwellings"]
    parents = {f"BU9999{i % DISTRICTS:02}{i // DISTRICTS:02}": f"WK9999{i % DISTRICTS:02}" for i in range(HOODS)}
    codes = ["GM9999", *sorted(set(parents.values())), *sorted(parents)]
    levels = [AreaLevel.MUNICIPALITY if c[:2] == "GM" else AreaLevel.DISTRICT if c[:2] == "WK" else
              AreaLevel.NEIGHBOURHOOD for c in codes]  # fmt: skip
    frame = pd.DataFrame(
        {
            "area_code": codes,
            "area_level": [str(level) for level in levels],
            "parent": [None, *["GM9999"] * DISTRICTS, *[parents[code] for code in sorted(parents)]],
            "members": [()] * len(codes),
        }
    )
    axis = AreaAxis.of(frame)
    draw = np.random.default_rng(115)
    hoods = axis.neighbourhoods
    months = tuple(periods_between("2011-01", "2025-12"))
    people = draw.lognormal(7.3, 0.6, HOODS).round()

    def cube(names: list[str], values: Any, periods: tuple[str, ...], kind: PeriodType, source: str) -> Cube:
        shape = (len(names), len(codes), len(periods))
        value, status = np.full(shape, np.nan), np.full(shape, NOT_DELIVERED, dtype=np.int8)
        value[:, hoods, :], status[:, hoods, :] = values, FINAL
        exposure = np.array([exposure_years(periods[0])])
        return Cube(source, kind, tuple(names), axis, periods, value, status, exposure, np.ones(shape[:2]))

    level = draw.lognormal(-1.0, 1.2, (INDICATORS, HOODS, 1))
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(len(months)) / 12)
    counts = draw.poisson(level * season)
    stock = np.stack([np.repeat(people[:, None], YEARS, axis=1), np.repeat((people / 2.1)[:, None], YEARS, axis=1)])
    years = tuple(str(2011 + year) for year in range(YEARS))
    events = cube([one.id for one in chosen], counts, months, PeriodType.MONTH, "police")
    stocks = cube(["population", "dwellings"], stock, years, PeriodType.YEAR, "key_figures")
    pairs = [(a, b) for n, a in enumerate(sorted(parents)) for b in sorted(parents)[n + 1 : n + 4]]
    pairs += [(b, a) for a, b in pairs]

    started, clock = time.perf_counter(), time.process_time()

    def step(name: str) -> None:
        print(f"{name}_seconds {time.perf_counter() - started:.2f}", flush=True)

    ready = complete([events], [], frozenset()) + complete([stocks], [], frozenset())
    series = choose(ready, [*chosen, population, dwellings], {})
    cells = list(derive(series, axis, Rates(), sources=["police", "key_figures"], registers=frozenset({"key_figures"})))
    step("until_rates")
    benchmarks(cells, axis)
    step("until_comparisons")
    meaning = meaning_of(
        cells,
        axis,
        breaks={},
        source_of={one.id: "police" for one in chosen},
        features=PEER_FEATURES,
        touching=pairs,
        memory=Memory(),
    )
    step("derive")
    print(f"derive_cpu_seconds {time.process_time() - clock:.2f}")
    print(f"series {len(meaning.verdict)}")
    print(f"peak_memory_mb {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")
