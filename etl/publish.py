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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from config.errors import Finding, FixableError, MachineError
from config.vocabulary import Edition
from etl.content import content_hash, create_tables
from etl.database import CATALOG, Built, Fill, build_database, not_what_was_built
from etl.exclusive import Load, exclusive_load
from etl.retention import loads_to_keep
from etl.storage import (
    Damaged,
    is_machine_trouble,
    machine_error,
    replace_record,
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
    "CATALOG",
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

_OWN_KEYS = {"load_id", "built_at", "files", "rows", "content_hash", "schema_version", "duckdb"}


class Published(NamedTuple):
    """What a publication made."""

    load_id: str
    content_hash: str


class StoppedForTest(RuntimeError):
    """A fail point that was asked for by name."""


def publish(
    root: Path,
    fill: Fill | Mapping[Edition, Fill],
    *,
    manifest: dict[str, Any],
    work: duckdb.DuckDBPyConnection | None = None,
    before_switch: Callable[[], None] = lambda: None,
    fail_point: Callable[[str], None] | None = None,
    now: datetime | None = None,
) -> Published:
    """Build and publish the next snapshot of a municipality.

    Takes the lock itself, or uses the one this thread holds.

    Args:
        root: the municipality's folder in the warehouse.
        fill: makes and fills the tables (`create_tables`), of the internal edition or one per edition. Gets a
            connection to the new file and the load id; or, with `work`, that work connection with the new file attached
            as catalog `snapshot`.
        manifest: what else the manifest says (config hash, deliveries …): JSON values.
        before_switch: called when all is built and checked and nothing is served yet: what must be on the disk before
            the figures are (the memory of the rounding).
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
        build = _Build(load, moment, stage)
        try:
            _require_room(load)
            stage.reach("locked")
            build.make(fill if isinstance(fill, Mapping) else {Edition.INTERNAL: fill}, work)
            build.describe(manifest)
            before_switch()
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
        return Published(load.load_id, build.first.content_hash)


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
    moment: str
    stage: _Stage

    def __post_init__(self) -> None:
        name = f"build-{os.getpid()}-{secrets.token_hex(4)}"
        self.folder = snapshots_folder(self.load.root) / name
        self.files: dict[Edition, Built] = {}

    def make(self, fills: Mapping[Edition, Fill], work: duckdb.DuckDBPyConnection | None) -> None:
        """The database file of each edition: filled, closed, checked, on the disk, read-only."""
        self.folder.mkdir()
        for edition, fill in fills.items():
            facts = {"load_id": self.load.load_id, "built_at": self.moment, "edition": str(edition)}
            path = database_file(self.folder, edition)
            self.files[edition] = build_database(
                path, fill, facts, reach=self.stage.reach, remains=lambda: what_remains(self.load.root), work=work
            )
        self._check_folder()

    @property
    def first(self) -> Built:
        """The file whose numbers speak for the snapshot: the internal one where there is one."""
        return self.files.get(Edition.INTERNAL) or next(iter(self.files.values()))

    def _check_folder(self) -> None:
        """Nothing lies beside the files: what has no fingerprint is not published."""
        known = {built.path for built in self.files.values()}
        others = sorted(entry.name for entry in self.folder.iterdir() if entry not in known)
        if others:
            raise not_what_was_built(
                next(iter(known)), f" (left beside it: {', '.join(others)})", what_remains(self.load.root)
            )

    def describe(self, manifest: dict[str, Any]) -> None:
        """Manifest beside the database, then the folder gets its name."""
        own = {
            "load_id": self.load.load_id,
            "built_at": self.moment,
            "files": {str(edition): built.entry() for edition, built in self.files.items()},
            "rows": self.first.rows,
            "content_hash": self.first.content_hash,
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
