"""Which snapshot was served at the end of a day: figures as they were known then."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.errors import UsageError
from etl.storage import Damaged, local_time
from etl.warehouse import kept_loads, read_current, read_manifest


def load_served(root: Path, asof: str, *, where: str = "--asof") -> str:
    """The load id that `asof` stands for.

    Args:
        where: who asks, for the message.
        asof: a load id, or a date (ISO 8601): the snapshot served at the end of that day in the Netherlands; where it
            is no longer kept, the last kept one before it.

    Raises:
        UsageError: neither a load id nor a date, or nothing was served yet on that day.
    """
    if asof.isdigit() and len(asof) >= 6:
        return asof
    try:
        day = dt.date.fromisoformat(asof)
    except ValueError as error:
        raise UsageError(
            "CLI-007", f"'{asof}' is no load id and no date", where=where, fix="write 000012 or 2026-11-16"
        ) from error
    served = _served_on(root, day)
    kept = [load_id for load_id in kept_loads(root) if served is not None and load_id <= served]
    if not kept:
        raise UsageError(
            "CLI-008",
            f"no snapshot that was served on {day} is kept",
            where=where,
            fix=f"choose a later day; `buurtbeeld status {root.name}` lists the snapshots",
        )
    return kept[-1]


def _served_on(root: Path, day: dt.date) -> str | None:
    """The last publication or rollback up to the end of the day, by the log."""
    log = root / "log.jsonl"
    served: str | None = None
    for line in log.read_text(encoding="utf-8").splitlines() if log.is_file() else []:
        entry = json.loads(line)
        if (
            entry.get("action") in ("publish", "rollback")
            and local_time(dt.datetime.fromisoformat(entry["at"])).date() <= day
        ):
            served = str(entry["load_id"])
    return served


@dataclass(frozen=True)
class Kept:
    """A snapshot that can be asked for."""

    load_id: str
    built: dt.datetime  # in the Netherlands
    is_served: bool


def kept_snapshots(root: Path) -> list[Kept]:
    """The snapshots that are kept, newest first; a damaged one is left out."""
    try:
        current = read_current(root)
    except Damaged:
        current = None
    served = current.load_id if current else None
    found = []
    for load_id in reversed(kept_loads(root)):
        try:
            built = made_at(read_manifest(root, load_id))
        except (OSError, Damaged):
            continue
        found.append(Kept(load_id, built, load_id == served))
    return found


def made_at(manifest: dict[str, Any]) -> dt.datetime:
    """When a snapshot was made, on the clock of the Netherlands."""
    return local_time(dt.datetime.fromisoformat(manifest["built_at"]))
