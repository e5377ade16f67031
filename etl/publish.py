"""Publish a snapshot: build aside, check, fingerprint, switch. Whole or not at all, whenever the machine stops.

The order, under one lock per municipality:

    leftovers of a dead load removed → room checked → database built in snapshots/build-* → CHECKPOINT, closed →
    opened again read-only and counted → on the disk → sha256 → manifest → folder renamed to its load id →
    CURRENT replaced → old snapshots removed

Until CURRENT is replaced readers see the old snapshot, after it the new one; a published folder never changes again.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from config.errors import Finding, FixableError, MachineError
from config.vocabulary import Edition
from etl.content import content_hash, counts, create_tables
from etl.exclusive import Load, exclusive_load
from etl.retention import loads_to_keep
from etl.storage import (
    Damaged,
    fingerprint_file,
    is_machine_trouble,
    machine_error,
    replace_record,
    sync_file,
    sync_folder,
    write_record,
)
from etl.tables import SCHEMA_VERSION
from etl.warehouse import (
    Current,
    current_file,
    database_file,
    kept_loads,
    read_current,
    read_manifest,
    snapshot_folder,
    snapshots_folder,
    what_remains,
)

__all__ = [
    "FAIL_POINTS",
    "Fill",
    "Load",
    "content_hash",
    "create_tables",
    "exclusive_load",
    "prune",
    "publish",
    "remove_old",
]

#: Places where a test stops a publication. Up to `switching` a stop leaves the old snapshot; from `switched` the new.
FAIL_POINTS = (
    "locked",
    "building",
    "filled",
    "counted",
    "checkpointed",
    "closed",
    "checked",
    "synced",
    "described",
    "renamed",
    "switching",
    "switched",
    "pruning",
    "pruned",
)

#: Room needed, as a multiple of the newest snapshot: 3.6 failed and 4.6 worked when it was measured.
ROOM = 5

#: Name of the new file for a work connection that it is attached to.
CATALOG = "snapshot"

#: Makes and fills the tables of a snapshot: gets a connection and the load id.
Fill = Callable[[duckdb.DuckDBPyConnection, str], None]

_OWN_KEYS = {"load_id", "built_at", "files", "rows", "content_hash", "schema_version", "duckdb"}


class Published(NamedTuple):
    """What a publication made."""

    load_id: str
    content_hash: str


class StoppedForTest(RuntimeError):
    """A fail point that was asked for by name."""


def publish(
    root: Path,
    fill: Fill,
    *,
    manifest: dict[str, Any],
    work: duckdb.DuckDBPyConnection | None = None,
    edition: Edition = Edition.INTERNAL,
    fail_point: Callable[[str], None] | None = None,
    now: datetime | None = None,
) -> Published:
    """Build and publish the next snapshot of a municipality.

    Takes the lock itself, or uses the one this thread holds.

    Args:
        root: the municipality's folder in the warehouse.
        fill: makes and fills the tables (`create_tables`). Gets a connection to the new file and the load id; or, with
            `work`, that work connection with the new file attached as catalog `snapshot`.
        manifest: what else the manifest says (config hash, deliveries …): JSON values.
        fail_point: called with each name of FAIL_POINTS; for tests. Default: see `_asked_fail_point`.
        now: moment of the load; default the clock's.

    Raises:
        BusyError: another load of this municipality runs.
        MachineError: disk or permission; CURRENT is as it was.
        Whatever `fill` raises; CURRENT is as it was.
    """
    if clash := _OWN_KEYS & manifest.keys():
        raise ValueError(f"the manifest's own keys cannot be given: {', '.join(sorted(clash))}")
    reach = fail_point or _asked_fail_point()
    with exclusive_load(root) as load:
        stage = _Stage(reach)
        moment = (now or datetime.now(UTC)).astimezone(UTC).isoformat()
        build = _Build(load, edition, moment, stage)
        try:
            _require_room(load)
            stage.reach("locked")
            build.make(fill, work)
            build.describe(manifest)
            build.switch()
        except BaseException as error:
            is_switched = build.is_switched()
            if is_switched is False:
                build.discard()
            if isinstance(error, FixableError) or not is_machine_trouble(error):
                raise
            if not is_switched:
                raise machine_error(error, load.root, stage=stage.words, remains=what_remains(load.root)) from error
            _tell(load, error)
        _tidy(load, stage)
        return Published(load.load_id, build.hash)


def prune(root: Path, *, named: Iterable[str] = ()) -> list[str]:
    """Remove snapshots past their time (`etl.retention`); returns their load ids. `named` ones are never removed."""
    with exclusive_load(root) as load:
        return remove_old(load, named=named)


def remove_old(load: Load, *, named: Iterable[str] = (), reach: Callable[[str], None] = lambda name: None) -> list[str]:
    """The same under a lock at hand. The served one stays. A folder loses its name first: it is never half gone."""
    current = read_current(load.root)
    kept = kept_loads(load.root)
    stay = loads_to_keep([(load_id, _built_at(load.root, load_id)) for load_id in kept]) | set(named)
    old = [load_id for load_id in kept if load_id not in stay and (current is None or load_id != current.load_id)]
    for load_id in old:
        unnamed = snapshots_folder(load.root) / f"build-old-{load_id}-{secrets.token_hex(4)}"
        os.rename(snapshot_folder(load.root, load_id), unnamed)
        reach("pruning")
        shutil.rmtree(unnamed)
    return old


def _built_at(root: Path, load_id: str) -> str | None:
    try:
        return str(read_manifest(root, load_id)["built_at"])
    except (OSError, Damaged):
        return None  # no date: kept by its number only


def _tidy(load: Load, stage: _Stage) -> None:
    """What follows the switch. The load is published: trouble here is told, never raised as a failed load."""
    try:
        line = {"action": "publish", "load_id": load.load_id}
        load.log(line)
        removed = remove_old(load, reach=stage.reach)
        if not removed:
            stage.reach("pruning")
        stage.reach("pruned")
    except OSError as error:
        _tell(load, error)


def _tell(load: Load, error: BaseException) -> None:
    trouble = machine_error(error, load.root, stage="after the switch", remains=f"{load.load_id} is published")
    first = trouble.findings[0]
    load.findings.append(Finding(first.code, first.what, first.where, first.fix, level="warning"))


class _Stage:
    """Where a publication is: for fail points and for messages."""

    def __init__(self, reach: Callable[[str], None]) -> None:
        self._reach = reach
        self.name = "locked"

    def reach(self, name: str) -> None:
        self.name = name
        self._reach(name)

    @property
    def words(self) -> str:
        is_late = FAIL_POINTS.index(self.name) >= FAIL_POINTS.index("synced")
        return "at the switch" if is_late else "while building"


@dataclass
class _Build:
    """One snapshot in the making. `folder` has a name that was never used: DuckDB remembers open files by path."""

    load: Load
    edition: Edition
    moment: str
    stage: _Stage

    def __post_init__(self) -> None:
        name = f"build-{os.getpid()}-{secrets.token_hex(4)}"
        self.folder = snapshots_folder(self.load.root) / name
        self.file = database_file(self.folder, self.edition)
        self.rows: dict[str, int] = {}
        self.hash = ""

    def make(self, fill: Fill, work: duckdb.DuckDBPyConnection | None) -> None:
        """The database file: filled, closed, checked, on the disk, read-only."""
        self.folder.mkdir()
        if work is None:
            self._make_alone(fill)
        else:
            self._make_attached(fill, work)
        self.stage.reach("closed")
        self._check()
        self.stage.reach("checked")
        sync_file(self.file)
        self.file.chmod(0o444)
        self.stage.reach("synced")

    def _make_alone(self, fill: Fill) -> None:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        with duckdb.connect(str(self.file), config=settings) as con:
            self.stage.reach("building")
            fill(con, self.load.load_id)
            self._complete(con, None)

    def _make_attached(self, fill: Fill, work: duckdb.DuckDBPyConnection) -> None:
        path = str(self.file).replace("'", "''")
        work.execute(f"ATTACH '{path}' AS {CATALOG}")
        try:
            self.stage.reach("building")
            fill(work, self.load.load_id)
            self._complete(work, CATALOG)
        except BaseException:
            with suppress(duckdb.Error):  # what went wrong is told, not that it also cannot let go of the file
                work.execute(f"DETACH {CATALOG}")
            raise
        work.execute(f"DETACH {CATALOG}")

    def _complete(self, con: duckdb.DuckDBPyConnection, catalog: str | None) -> None:
        self.stage.reach("filled")
        if "meta" not in counts(con, catalog):
            create_tables(con, ["meta"], catalog)
        facts = {"load_id": self.load.load_id, "built_at": self.moment, "edition": str(self.edition)}
        self._note(con, catalog, facts | {"schema_version": str(SCHEMA_VERSION)})
        self.hash = content_hash(con, catalog)
        self._note(con, catalog, {"content_hash": self.hash})
        self.rows = counts(con, catalog)
        self.stage.reach("counted")
        con.execute(f"CHECKPOINT {catalog or ''}")
        self.stage.reach("checkpointed")

    def _note(self, con: duckdb.DuckDBPyConnection, catalog: str | None, facts: dict[str, str]) -> None:
        """Facts in `meta` that only the publication knows."""
        name = f"{catalog}.meta" if catalog else "meta"
        for key, value in facts.items():
            con.execute(f"DELETE FROM {name} WHERE key = ?", [key])
            con.execute(f"INSERT INTO {name} VALUES (?, ?)", [key, value])

    def _check(self) -> None:
        """What is on the disk is what was built: one file, the same tables, rows and content."""
        others = sorted(entry.name for entry in self.folder.iterdir() if entry != self.file)
        with duckdb.connect(str(self.file), read_only=True) as con:
            is_same = counts(con) == self.rows and content_hash(con) == self.hash
        if others or not is_same:
            raise MachineError(
                "RUN-010",
                "the new database is not what was built"
                + (f" (left beside it: {', '.join(others)})" if others else "")
                + f". {what_remains(self.load.root).capitalize()}",
                where=str(self.file),
                fix="check the disk, then load again",
            )

    def describe(self, manifest: dict[str, Any]) -> None:
        """Manifest beside the database, then the folder gets its name."""
        entry = {"file": self.file.name, "sha256": fingerprint_file(self.file), "bytes": self.file.stat().st_size}
        own = {
            "load_id": self.load.load_id,
            "built_at": self.moment,
            "files": {str(self.edition): entry},
            "rows": self.rows,
            "content_hash": self.hash,
            "schema_version": SCHEMA_VERSION,
            "duckdb": duckdb.__version__,
        }
        write_record(self.folder / "manifest.json", manifest | own)
        sync_folder(self.folder)
        self.stage.reach("described")
        os.rename(self.folder, snapshot_folder(self.load.root, self.load.load_id))
        sync_folder(snapshots_folder(self.load.root))
        self.stage.reach("renamed")

    def switch(self) -> None:
        """From here on this load is served."""
        self.stage.reach("switching")
        current = Current(self.load.load_id, int(self.load.load_id), self.moment)
        replace_record(current_file(self.load.root), current.record())
        self.stage.reach("switched")

    def is_switched(self) -> bool | None:
        """Asked of the disk, as an interrupt can come between the switch and any note of it. None: cannot be told."""
        try:
            current = read_current(self.load.root)
        except (Damaged, OSError):
            return None
        return current is not None and current.load_id == self.load.load_id

    def discard(self) -> None:
        """Nothing of a failed load stays; what cannot be removed now goes at the start of the next load."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(snapshot_folder(self.load.root, self.load.load_id), ignore_errors=True)


def _require_room(load: Load) -> None:
    kept = kept_loads(load.root)
    if not kept:
        return
    folder = snapshot_folder(load.root, kept[-1])
    size = sum(entry.stat().st_size for entry in folder.iterdir())
    free = shutil.disk_usage(load.root).free
    if free < ROOM * size:
        raise MachineError(
            "RUN-001",
            f"disk nearly full: {free / 1e6:.1f} MB free, {ROOM * size / 1e6:.1f} MB needed ({ROOM} × the newest "
            f"snapshot). {what_remains(load.root).capitalize()}",
            where=str(load.root),
            fix="free space on this disk (old backups, logs), then run the same command again",
        )


def _asked_fail_point() -> Callable[[str], None]:
    """BUURTBEELD_FAIL_POINT=<name> raises there, <name>:kill ends this process there (SIGKILL): for tests only."""
    name, _, how = os.environ.get("BUURTBEELD_FAIL_POINT", "").partition(":")

    def reach(reached: str) -> None:
        if reached == name and how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if reached == name:
            raise StoppedForTest(name)

    return reach
