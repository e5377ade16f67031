"""That a delivery was refused: source, codes and counts in the log of the municipality; never a value, a name, a file.

A refused file is not kept and changes nothing, so without this line nobody could say later that it came.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from config.errors import ExitCode, FixableError

ACTION = "refuse"
#: Refusals of what was delivered; a full disk or a mistake in the configuration is none.
OF_DELIVERIES = frozenset({ExitCode.STRUCTURE, ExitCode.VALUES, ExitCode.PERSONAL_DATA})


@dataclass(frozen=True)
class Refusal:
    """One refusal: when (UTC, ISO 8601), of which source, with which exit code, and code -> rows or findings."""

    at: str
    source_id: str
    exit_code: int
    codes: dict[str, int]


def line_of(source_id: str, error: FixableError) -> dict[str, object] | None:
    """The line for the log; None for an error that is no refusal of a delivery.

    Places and sentences stay out: a name of a file or column may itself tell of a person.
    """
    if error.exit_code not in OF_DELIVERIES:
        return None
    codes: dict[str, int] = {}
    for finding in error.findings:
        codes[finding.code] = codes.get(finding.code, 0) + (finding.number or 1)
    return {"action": ACTION, "source": source_id, "exit_code": int(error.exit_code), "codes": codes}


def refusals_since_published(root: Path) -> list[Refusal]:
    """Refusals after the last publication, the newest of each source: what still waits for a good file."""
    log = root / "log.jsonl"
    found: dict[str, Refusal] = {}
    for line in log.read_text(encoding="utf-8").splitlines() if log.is_file() else []:
        entry = json.loads(line)
        if entry.get("action") == "publish":
            found.clear()
        elif entry.get("action") == ACTION:
            name = str(entry["source"])
            found[name] = Refusal(str(entry["at"]), name, int(entry["exit_code"]), dict(entry["codes"]))
    return list(found.values())
