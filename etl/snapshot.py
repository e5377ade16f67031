"""Read a published snapshot: verified, read-only, pinned for as long as a request needs it.

A request asks for the snapshot with `SnapshotStore.pinned()`: the file is opened when CURRENT changed, outside the lock
that other requests need, and the old one is closed when its last reader leaves. A snapshot whose fingerprint differs
is never opened; the newest good one before it is served instead, and says so.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from config.errors import ConfigError, Finding, MachineError, UsageError
from config.vocabulary import Edition
from etl.snapshot_vintage import ONE_DIVISION, Vintages, vintages_of
from etl.storage import Damaged, is_machine_trouble
from etl.tables import SCHEMA_VERSION
from etl.warehouse import (
    Current,
    current_file,
    damage_of,
    database_file,
    kept_loads,
    parse_current,
    read_manifest,
    snapshot_folder,
)

logger = logging.getLogger("buurtbeeld.snapshot")

#: One and the same for every connection of a process: DuckDB refuses a second one to a file with other settings.
#: No files, no network, no settings from SQL; work that does not fit in memory is refused, not written to disk.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "memory_limit": "512MB",
    "threads": "1",
    "temp_directory": "",
    "lock_configuration": "true",
}

#: Seconds a query may take.
TIMEOUT = 10.0
#: Seconds after which a store that serves an older snapshot than CURRENT names looks whether it was mended.
LOOK_AGAIN = 60.0
#: CURRENT may be switched, and its snapshot removed, between reading and opening: read again this often.
_ATTEMPTS = 5

_Stamp = tuple[int, int, int]


class NoSnapshot(MachineError):
    """There is nothing to serve: nothing was loaded yet, or nothing that is there can be trusted."""


class QueryStopped(MachineError):
    """A question took too long or too much memory. The snapshot goes on being served."""


class _Unusable(Exception):
    """A snapshot that must not be opened; `code` and the text go into the finding."""

    def __init__(self, code: str, reason: str, place: Path) -> None:
        super().__init__(reason)
        self.code, self.reason, self.place = code, reason, place


@dataclass(eq=False)
class Snapshot:
    """An open snapshot of one edition. `notice` says why it is not the one that CURRENT names."""

    load_id: str
    path: Path
    manifest: dict[str, Any]
    notice: Finding | None = None
    timeout: float = TIMEOUT
    vintages: Vintages = ONE_DIVISION
    vintage: int | None = None  # division that questions are about; None: the one on screen
    _connection: duckdb.DuckDBPyConnection | None = field(default=None, repr=False)

    def at(self, vintage: int | None) -> Snapshot:
        """The same open file on one of its divisions (None: on screen). UsageError CLI-009: it has no such division."""
        return replace(self, vintage=self.vintages.checked(vintage))

    def cursor(self, sql: str | None = None) -> duckdb.DuckDBPyConnection:
        """A connection of the caller's own, ready for `sql` (None: for any question); the caller closes it."""
        if self._connection is None:
            raise RuntimeError(f"snapshot {self.load_id} is closed")
        cursor = self._connection.cursor()
        for statement in self.vintages.statements(self.vintage, sql):
            cursor.execute(statement)
        return cursor

    def query(self, sql: str, params: Sequence[Any] | dict[str, Any] | None = None) -> pd.DataFrame:
        """The answer as a frame. Values go in `params`, never in the text.

        Raises:
            QueryStopped: it took longer than `timeout` seconds, or more memory than SETTINGS allow.
        """
        cursor = self.cursor(sql)
        clock = threading.Timer(self.timeout, cursor.interrupt)
        clock.daemon = True
        clock.start()
        try:
            return cursor.execute(sql, params).df()
        except duckdb.InterruptException as error:
            raise self._stopped("RUN-022", f"took longer than {self.timeout:g} seconds") from error
        except duckdb.OutOfMemoryException as error:
            raise self._stopped("RUN-023", f"needs more than {SETTINGS['memory_limit']} of memory") from error
        finally:
            clock.cancel()
            cursor.close()

    def close(self) -> None:
        """No question can be asked any more. Twice is once."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _stopped(self, code: str, cause: str) -> QueryStopped:
        return QueryStopped(
            code,
            f"this view is too large: the question {cause}",
            where=f"{self.load_id}/{self.path.name}",
            fix="choose fewer periods, areas or indicators",
        )


class _Handle:
    """An open snapshot and the number of requests that use it."""

    def __init__(self, snapshot: Snapshot, stamp: _Stamp | None) -> None:
        self.snapshot, self.stamp = snapshot, stamp
        self.users = 0
        self.is_retired = False
        self.opened = time.monotonic()

    def is_fresh(self, stamp: _Stamp | None) -> bool:
        is_waiting = self.snapshot.notice is not None and time.monotonic() - self.opened > LOOK_AGAIN
        return self.stamp == stamp and not is_waiting


class SnapshotStore:
    """The snapshots of one edition of one municipality, for all threads of a process. Opens nothing until asked."""

    def __init__(self, root: Path, edition: Edition = Edition.INTERNAL, *, timeout: float = TIMEOUT) -> None:
        self.root, self.edition, self.timeout = root, edition, timeout
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._handle: _Handle | None = None
        self._lock = threading.Lock()  # held for a few instructions only
        self._opening = threading.Lock()  # held by the one that opens a file

    @contextmanager
    def pinned(self) -> Iterator[Snapshot]:
        """The served snapshot; it stays open and the same until the block ends, whatever is published meanwhile.

        Raises:
            NoSnapshot: nothing was loaded yet, or nothing good is left.
            ConfigError: this edition is not built.
        """
        handle = self._take()
        try:
            yield handle.snapshot
        finally:
            self._leave(handle)

    def close(self) -> None:
        """Let go of the file, at the latest when its last reader leaves. The next request opens it again."""
        self._install(None)

    def _take(self) -> _Handle:
        if self._pid != os.getpid():
            # A forked process must not use the connections or locks of its parent, nor close them: it forgets them.
            _of_parent.append(self._handle)
            self._begin()
        stamp = _stamp(self.root)
        held = self._hold(stamp)
        if held is not None:
            return held
        with self._lock:
            is_served = self._handle is not None
        # The first to notice opens the new file; until then the others go on with the old, where there is one.
        if not self._opening.acquire(blocking=not is_served):
            return self._hold(None, whatever=True) or self._take()
        try:
            held = self._hold(_stamp(self.root))
            if held is None:
                self._refresh()
                held = self._hold(None, whatever=True)
        finally:
            self._opening.release()
        return held or self._take()

    def _hold(self, stamp: _Stamp | None, *, whatever: bool = False) -> _Handle | None:
        with self._lock:
            handle = self._handle
            if handle is None or not (whatever or handle.is_fresh(stamp)):
                return None
            handle.users += 1
            return handle

    def _leave(self, handle: _Handle) -> None:
        with self._lock:
            handle.users -= 1
            is_last = handle.is_retired and handle.users == 0
        if is_last:
            handle.snapshot.close()

    def _refresh(self) -> None:
        with self._lock:
            old = self._handle
        snapshot, stamp = _open_served(self.root, self.edition, old.snapshot if old else None)
        snapshot.timeout = self.timeout
        if old is not None and snapshot is old.snapshot:
            with self._lock:
                old.stamp, old.opened = stamp, time.monotonic()
            return
        self._install(_Handle(snapshot, stamp))

    def _install(self, handle: _Handle | None) -> None:
        with self._lock:
            old, self._handle = self._handle, handle
            if old is not None:
                old.is_retired = True
            is_unused = old is not None and old.users == 0
        if old is not None and is_unused:
            old.snapshot.close()


#: Connections that a parent process opened: kept from being closed in a child, where that would wait for ever.
_of_parent: list[object] = []


def open_snapshot(root: Path, edition: Edition = Edition.INTERNAL, load_id: str | None = None) -> Snapshot:
    """Open the served snapshot, or the one of a load; the caller closes it.

    Raises:
        UsageError: that load is not kept. MachineError: it is damaged.
        NoSnapshot, ConfigError: as `SnapshotStore.pinned`.
    """
    if load_id is None:
        return _open_served(root, edition, None)[0]
    kept = kept_loads(root)
    if load_id not in kept:
        raise not_kept(root, load_id, kept)
    try:
        return _open(root, load_id, edition)
    except _Unusable as bad:
        raise MachineError(bad.code, f"{load_id}: {bad.reason}", where=str(bad.place), fix=_FIX) from bad


def not_kept(root: Path, load_id: str, kept: Sequence[str]) -> UsageError:
    """The refusal of a load id that is not there (any more)."""
    span = f"{kept[0]}-{kept[-1]} ({len(kept)} snapshots)" if kept else "none"
    return UsageError(
        "RUN-014",
        f"snapshot {load_id} is no longer kept; kept: {span}",
        where=str(root / "snapshots"),
        fix=f"choose one of those; `buurtbeeld status {root.name}` lists them",
    )


_FIX = "put the file back from a backup, or run `buurtbeeld load` to build a new one; `buurtbeeld verify` checks all"


def _stamp(root: Path) -> _Stamp | None:
    try:
        found = current_file(root).stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _read_stamped(root: Path) -> tuple[bytes | None, _Stamp | None]:
    """CURRENT and the stamp of that very file, though it may be replaced at this moment."""
    try:
        with current_file(root).open("rb") as file:
            found = os.fstat(file.fileno())
            return file.read(), (found.st_ino, found.st_mtime_ns, found.st_size)
    except OSError:
        return None, None


def _open_served(root: Path, edition: Edition, held: Snapshot | None) -> tuple[Snapshot, _Stamp | None]:
    """The snapshot that CURRENT names, or else the newest good one; `held` is returned when it is that one."""
    for attempt in range(_ATTEMPTS):
        content, stamp = _read_stamped(root)
        current, notice = _parse(root, content)
        candidates = _candidates(root, current)
        for number, load_id in enumerate(candidates):
            try:
                snapshot = held if held is not None and held.load_id == load_id else _open(root, load_id, edition)
            except _Unusable as bad:
                if number == 0 and attempt + 1 < _ATTEMPTS and _stamp(root) != stamp:
                    break  # switched meanwhile: what it named may have been removed in the ordinary way
                logger.error("%s/%s: %s", root.name, load_id, bad.reason)
                notice = notice or _notice(bad, load_id)
                continue
            snapshot.notice = _with_served(notice, load_id)
            return snapshot, stamp
        else:
            raise _nothing(root, notice)
    raise _nothing(root, None)


def _parse(root: Path, content: bytes | None) -> tuple[Current | None, Finding | None]:
    if content is None:
        if not kept_loads(root):
            return None, None
        return None, Finding("RUN-011", "CURRENT: missing", str(current_file(root)), _FIX, level="warning")
    try:
        return parse_current(content), None
    except Damaged as error:
        return None, Finding("RUN-010", str(error), str(current_file(root)), _FIX, level="warning")


def _candidates(root: Path, current: Current | None) -> list[str]:
    """Load ids to try: the served one, then older ones. Newer ones were rolled back: never."""
    kept = list(reversed(kept_loads(root)))
    if current is None:
        return kept
    if current.load_id is None:
        return []
    served = int(current.load_id)
    return [current.load_id, *(load_id for load_id in kept if int(load_id) < served)]


def _notice(bad: _Unusable, load_id: str) -> Finding:
    return Finding(bad.code, f"{load_id}/{bad.place.name}: {bad.reason}", str(bad.place), _FIX, level="warning")


def _with_served(notice: Finding | None, load_id: str) -> Finding | None:
    if notice is None:
        return None
    return Finding(notice.code, f"{notice.what}; serving {load_id}", notice.where, notice.fix, notice.level)


def _nothing(root: Path, notice: Finding | None) -> NoSnapshot:
    if notice is None:
        return NoSnapshot(
            "RUN-012",
            f"no data loaded yet for {root.name}",
            where=str(root),
            fix=f"run `buurtbeeld load {root.name}`",
        )
    return NoSnapshot(notice.code, f"{notice.what}; no other good snapshot is left", where=notice.where, fix=_FIX)


def _open(root: Path, load_id: str, edition: Edition) -> Snapshot:
    """One snapshot, its fingerprint checked first. Raises _Unusable; ConfigError for an edition that is not built."""
    folder = snapshot_folder(root, load_id)
    path = database_file(folder, edition)
    try:
        manifest = read_manifest(root, load_id)
    except FileNotFoundError as error:
        raise _Unusable("RUN-011", "missing", folder / "manifest.json") from error
    except (Damaged, OSError) as error:
        raise _Unusable("RUN-010", "unreadable", folder / "manifest.json") from error
    if edition not in manifest["files"]:
        raise _not_built(root, load_id, edition)
    if manifest.get("schema_version") != SCHEMA_VERSION:
        raise _Unusable("RUN-010", "made by another version of the program", path)
    damage = damage_of(folder, edition, manifest)
    if damage is not None:
        raise _Unusable("RUN-011" if damage == "missing" else "RUN-010", damage, path)
    try:
        connection = duckdb.connect(str(path), read_only=True, config=SETTINGS)
    except duckdb.Error as error:
        if not (is_machine_trouble(error) or isinstance(error, duckdb.SerializationException)):
            raise
        raise _Unusable("RUN-010", "cannot be opened", path) from error
    return Snapshot(load_id, path, manifest, vintages=vintages_of(connection), _connection=connection)


def _not_built(root: Path, load_id: str, edition: Edition) -> ConfigError:
    return ConfigError(
        "RUN-028",
        f"the {edition} edition is not built yet",
        where=str(snapshot_folder(root, load_id)),
        fix="use `--edition internal`",
    )
