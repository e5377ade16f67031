"""What stands in the folder of one municipality, and which of it is good.

    <slug>/CURRENT                    which load is served (JSON); switched by one atomic replace
    <slug>/publish.lock               held while a load runs; names who holds it
    <slug>/log.jsonl                  one line for each publication and rollback
    <slug>/snapshots/<load_id>/       internal.duckdb and manifest.json; never changed once it has this name
    <slug>/snapshots/build-*          work of a load that runs, or leftovers of one that died
    <slug>/deliveries/<sha256>/       see `etl.deliveries`

Load ids count up and are never used twice: order is by number, never by clock. `highest` in CURRENT is the largest
number ever switched to; a folder above it was never published. After a rollback `load_id` is below `highest`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from etl.storage import Damaged, fingerprint_file, local_time, parse_record, read_record

_LOAD_ID = re.compile(r"^\d{6,}$")


@dataclass(frozen=True)
class Current:
    """The content of CURRENT. `load_id` is None from the first load's start to its first switch."""

    load_id: str | None
    highest: int
    published: str  # moment of the switch, ISO 8601, UTC

    def record(self) -> dict[str, Any]:
        return {"load_id": self.load_id, "highest": self.highest, "published": self.published}


def current_file(root: Path) -> Path:
    return root / "CURRENT"


def snapshots_folder(root: Path) -> Path:
    return root / "snapshots"


def deliveries_folder(root: Path) -> Path:
    return root / "deliveries"


def snapshot_folder(root: Path, load_id: str) -> Path:
    return snapshots_folder(root) / load_id


def database_file(folder: Path, edition: str) -> Path:
    return folder / f"{edition}.duckdb"


def parse_current(content: bytes) -> Current:
    """Raises Damaged when the bytes of CURRENT are not what a publication wrote."""
    record = parse_record(content, "CURRENT")
    load_id, highest, published = record.get("load_id"), record.get("highest"), record.get("published")
    is_known = load_id is None or (isinstance(load_id, str) and _LOAD_ID.match(load_id))
    if not (is_known and isinstance(highest, int) and isinstance(published, str)):
        raise Damaged("CURRENT: unreadable")
    return Current(load_id, highest, published)


def read_current(root: Path) -> Current | None:
    """None: nothing was ever loaded here (or CURRENT was removed by hand). Raises Damaged."""
    try:
        return parse_current(current_file(root).read_bytes())
    except FileNotFoundError:
        return None


def numbers(root: Path) -> list[int]:
    """Numbers of all snapshot folders, also of those that were never published; ascending."""
    folder = snapshots_folder(root)
    if not folder.is_dir():
        return []
    return sorted(int(entry.name) for entry in folder.iterdir() if _LOAD_ID.match(entry.name))


def load_id_of(number: int) -> str:
    return f"{number:06d}"


def kept_loads(root: Path) -> list[str]:
    """Load ids of the published snapshots that are still there, ascending.

    Without a readable CURRENT every numbered folder counts: what was published is then not known, and nothing may be
    taken for a leftover.
    """
    try:
        current = read_current(root)
    except Damaged:
        current = None
    found = numbers(root)
    return [load_id_of(number) for number in found if current is None or number <= current.highest]


def read_manifest(root: Path, load_id: str) -> dict[str, Any]:
    """Raises FileNotFoundError, or Damaged when the manifest is not what was written or names another load."""
    record = read_record(snapshot_folder(root, load_id) / "manifest.json")
    if record.get("load_id") != load_id or not isinstance(record.get("files"), dict):
        raise Damaged("manifest.json: names another load")
    return record


def damage_of(folder: Path, edition: str, manifest: dict[str, Any]) -> str | None:
    """What is wrong with the database file of an edition: 'missing', 'size differs', 'sha256 differs', or None."""
    expected = manifest["files"][edition]
    path = database_file(folder, edition)
    try:
        if path.lstat().st_size != expected["bytes"]:
            return "size differs"
        return None if fingerprint_file(path) == expected["sha256"] else "sha256 differs"
    except FileNotFoundError:
        return "missing"
    except OSError:
        return "unreadable"


def day_of(moment: str) -> str:
    """The day of an ISO 8601 moment where the municipality is."""
    return local_time(datetime.fromisoformat(moment)).date().isoformat()


def what_remains(root: Path) -> str:
    """What a failed or stopped load leaves: for messages."""
    try:
        current = read_current(root)
    except (Damaged, OSError):
        return "the published data is unchanged"
    if current is None or current.load_id is None:
        return "nothing was published before, and nothing is now"
    return f"the published data of {day_of(current.published)} is unchanged"
