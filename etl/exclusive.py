"""One load of a municipality at a time: the lock, its leftovers, and the next load id."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from config.errors import BusyError, Finding
from etl.storage import Damaged, local_time, machine_error, replace_record
from etl.warehouse import (
    Current,
    current_file,
    load_id_of,
    numbers,
    read_current,
    snapshot_folder,
    snapshots_folder,
    what_remains,
)

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@dataclass
class Load:
    """The right to change what stands in a municipality's folder. Only `exclusive_load` gives it."""

    root: Path
    load_id: str  # of the snapshot that this load may publish
    since: datetime
    findings: list[Finding] = field(default_factory=list)  # trouble after the switch: warnings

    def log(self, line: dict[str, Any]) -> None:
        """One line in log.jsonl, on the disk when this returns: who did what, and when (UTC)."""
        full = {"at": datetime.now(UTC).isoformat(), "user": user_name(), **line}
        with (self.root / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(full, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


#: Locks held in this process, so that one thread may take its own lock again (as with threading.RLock).
_held: dict[tuple[Path, int, int], Load] = {}


@contextmanager
def exclusive_load(root: Path) -> Iterator[Load]:
    """Hold the lock of a municipality; `root` is its folder, made where it is missing.

    The operating system frees the lock when its process ends, however it ends: a lock is never stale. Leftovers of a
    load that died are removed first. In one thread it may be taken again; the inner one is the same `Load`.

    Raises:
        BusyError: another process or thread holds it; says since when and who.
        MachineError: disk or permission.
    """
    key = (root.resolve(), os.getpid(), threading.get_ident())
    if key in _held:
        yield _held[key]
        return
    with _lock_file(root) as file:
        if not _try_lock(file):
            raise _busy(root, file)
        try:
            load = _begin(root, file)
        except OSError as error:
            raise _refused(root, error) from error
        _held[key] = load
        try:
            yield load
        finally:
            del _held[key]


def _lock_file(root: Path) -> IO[str]:
    try:
        snapshots_folder(root).mkdir(parents=True, exist_ok=True)
        return (root / "publish.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise _refused(root, error) from error


def _refused(root: Path, error: OSError) -> Exception:
    return machine_error(error, root, stage="before building", remains=what_remains(root))


def _try_lock(file: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            file.seek(1 << 20)  # past the text, so that others can still read who holds it
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _begin(root: Path, file: IO[str]) -> Load:
    since = datetime.now(UTC)
    file.seek(0)
    file.truncate()
    file.write(json.dumps({"since": since.isoformat(), "pid": os.getpid(), "user": user_name()}))
    file.flush()
    return Load(root, _next_load_id(root), since)


def _next_load_id(root: Path) -> str:
    """Removes what a dead load left, and counts on from the highest number ever seen: no path is used twice.

    Numbered folders above `highest` were never served. Without a readable CURRENT nobody knows what was, so they stay.
    """
    for left in snapshots_folder(root).glob("build-*"):
        shutil.rmtree(left)
    found = numbers(root)
    try:
        current = read_current(root)
    except Damaged:
        return load_id_of(max(found, default=0) + 1)
    if current is None and not found:
        current = Current(None, 0, datetime.now(UTC).isoformat())
        replace_record(current_file(root), current.record())
    if current is None:
        return load_id_of(max(found) + 1)
    for number in found:
        if number > current.highest:
            shutil.rmtree(snapshot_folder(root, load_id_of(number)))
    return load_id_of(max([current.highest, *found]) + 1)


def _busy(root: Path, file: IO[str]) -> BusyError:
    file.seek(0)
    try:
        holder = json.loads(file.read())
        since = local_time(datetime.fromisoformat(holder["since"])).strftime("%H:%M")
        who = f" since {since} (pid {int(holder['pid'])}, user {holder['user']})"
    except (ValueError, KeyError, TypeError):
        who = ""  # it has only just begun and has not said who it is
    return BusyError(
        "RUN-005",
        f"a load for {root.name} is running{who}; try again later",
        where=str(root / "publish.lock"),
        fix="wait until it has ended, then run the same command again",
    )


def user_name() -> str:
    """Who works here: for the log."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"
