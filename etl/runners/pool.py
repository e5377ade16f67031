"""Several municipalities side by side, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from config.errors import ConfigError, FixableError
from config.load import load_municipality
from etl.run import LoadReport, Progress, load, quiet

#: Fresh processes: a fork would copy open database handles.
_CONTEXT = multiprocessing.get_context("spawn")


def load_one(
    config_dir: Path, slug: str, warehouse: Path | None, rebuild: bool, progress: Progress = quiet
) -> LoadReport:
    """One municipality, from its file: what a worker process runs. A refused file is a report like any other."""
    try:
        configured = load_municipality(config_dir, slug, warehouse=warehouse)
    except FixableError as error:
        return LoadReport(slug, error.exit_code, findings=error.findings)
    return load(configured, progress=progress, rebuild=rebuild)


def load_many(
    config_dir: Path,
    slugs: Sequence[str],
    *,
    warehouse: Path | None = None,
    rebuild: bool = False,
    progress: Callable[[str], Progress] = lambda slug: quiet,
    runner: str = "pool",
) -> Iterator[LoadReport]:
    """Load each municipality; each is finished whatever happens to another. Yields a report as each is done.

    Args:
        runner: 'one' or 'pool'; with one municipality, or one core, everything runs in this process.

    Raises:
        ConfigError: another runner.
    """
    if runner not in ("one", "pool"):
        raise ConfigError(
            "CFG-041",
            f"runner '{runner}' is not built yet",
            where=f"{config_dir / 'site.yml'}, runner",
            fix="use `runner: pool` (several processes on this machine) or `runner: one`",
        )
    workers = min(len(slugs), os.cpu_count() or 1)
    if runner == "one" or workers < 2:
        for slug in slugs:
            yield load_one(config_dir, slug, warehouse, rebuild, progress(slug))
        return
    with ProcessPoolExecutor(workers, mp_context=_CONTEXT) as pool:
        futures = [pool.submit(load_one, config_dir, slug, warehouse, rebuild) for slug in slugs]
        for future in as_completed(futures):
            yield future.result()
