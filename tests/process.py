"""The command line as a process, as users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Done:
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def buurtbeeld(*arguments: object, cwd: Path | None = None, timeout: float = 240, **environment: str) -> Done:
    """Run `buurtbeeld` with these arguments in a folder; never shows a traceback unless it is a bug."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("BUURTBEELD_", "DASH_"))}
    done = subprocess.run(
        [sys.executable, "-m", "monitor.cli", *map(str, arguments)],
        cwd=cwd or ROOT,
        env={**known, "PYTHONPATH": str(ROOT), "COLUMNS": "160", **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def exported(*arguments: object) -> pd.DataFrame:
    """`buurtbeeld export … --format csv` as a frame; empty cells are NaN, codes stay text."""
    done = buurtbeeld("export", *arguments, "--format", "csv")
    assert done.code == 0, done.err
    import io

    return pd.read_csv(
        io.StringIO(done.out), dtype={"period": str, "snapshot": str}, keep_default_na=False, na_values=[""]
    )
