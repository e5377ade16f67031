"""Look after what was published: what stands there, whether it is whole, and back to an earlier snapshot."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.errors import Finding, MachineError, UsageError
from etl.deliveries import Delivery, DeliveryLog, Withdrawal
from etl.exclusive import exclusive_load, user_name
from etl.snapshot import not_kept
from etl.storage import Damaged, machine_error, replace_record
from etl.warehouse import (
    Current,
    current_file,
    damage_of,
    kept_loads,
    read_current,
    read_manifest,
    snapshot_folder,
    what_remains,
)


@dataclass(frozen=True)
class KeptSnapshot:
    """A published snapshot that is still there. `built_at` is None when its manifest cannot be read."""

    load_id: str
    built_at: str | None
    bytes: int
    is_served: bool


@dataclass(frozen=True)
class WarehouseStatus:
    """What stands in a municipality's folder. Sizes in bytes; moments in ISO 8601, UTC."""

    slug: str
    load_id: str | None
    published: str | None
    snapshots: tuple[KeptSnapshot, ...]
    deliveries: int
    delivery_bytes: int
    free_bytes: int


def status(root: Path) -> WarehouseStatus:
    """What is kept, how large it is, and what is served. Checks no fingerprints: see `verify`.

    Raises MachineError when CURRENT or the manifest of a delivery is damaged.
    """
    current = _current(root)
    deliveries = {delivery.sha256: delivery.bytes for delivery in DeliveryLog(root).all()}
    served = current.load_id if current else None
    return WarehouseStatus(
        slug=root.name,
        load_id=served,
        published=current.published if current and served else None,
        snapshots=tuple(_kept(root, load_id, served) for load_id in kept_loads(root)),
        deliveries=len(deliveries),
        delivery_bytes=sum(deliveries.values()),
        free_bytes=shutil.disk_usage(root if root.is_dir() else Path.cwd()).free,
    )


def verify(root: Path) -> list[Finding]:
    """Recompute every fingerprint of snapshots and deliveries; one finding for each that differs."""
    return [*_current_findings(root), *_snapshot_findings(root), *DeliveryLog(root).verify()]


def rollback(root: Path, to: str | None, reason: str) -> str:
    """Serve an earlier snapshot until the next load; returns its load id. What came after it stays kept.

    Args:
        to: load id; None: the one before the served one.
        reason: stands in log.jsonl, with who did it and when. The line is written before the switch.

    Raises:
        UsageError: no reason, or a snapshot that is not kept, or already served.
        MachineError: that snapshot is damaged; or disk, permission. BusyError: a load is running.
    """
    if not reason.strip():
        raise UsageError("RUN-013", "a rollback needs a reason", where="--reason", fix="say why, in a few words")
    with exclusive_load(root) as load:
        current = _current(root)
        served = current.load_id if current else None
        kept = kept_loads(root)
        target = _target(root, to, served, kept)
        _require_good(root, target)
        highest = max(current.highest if current else 0, *(int(load_id) for load_id in kept))
        try:
            load.log({"action": "rollback", "load_id": target, "from": served, "reason": reason.strip()})
            new = Current(target, highest, datetime.now(UTC).isoformat())
            replace_record(current_file(root), new.record())
        except OSError as error:
            raise machine_error(error, root, stage="at the switch", remains=what_remains(root)) from error
        return target


def withdraw(root: Path, sha256: str, reason: str) -> list[Delivery]:
    """Take a delivery out of use, for all sources that took it in; returns it per source. The caller rebuilds.

    Args:
        sha256: its fingerprint, or the beginning of it where no other delivery begins so (at least six signs).
        reason: stands in the manifest of the delivery and in log.jsonl, with who did it and when.

    Raises:
        UsageError: no reason; a fingerprint that names no delivery, more than one, or the boundaries.
        MachineError: disk, permission, damage. BusyError: a load is running.
    """
    if not reason.strip():
        raise UsageError("RUN-013", "a withdrawal needs a reason", where="--reason", fix="say why, in a few words")
    with exclusive_load(root) as load:
        log = DeliveryLog(root)
        found = _delivery_of(log, sha256)
        load.log({"action": "withdraw", "delivery": found, "reason": reason.strip()})
        return log.withdraw(found, Withdrawal(datetime.now(UTC).isoformat(), user_name(), reason.strip()))


def _delivery_of(log: DeliveryLog, start: str) -> str:
    """The fingerprint that begins so."""
    listed = log.all()
    begins = start.strip().lower()
    found = sorted({one.sha256 for one in listed if one.sha256.startswith(begins)}) if len(begins) >= 6 else []
    fix = f"`buurtbeeld status {log.root.name} --json` lists every delivery with its fingerprint"
    if len(found) != 1:
        what = f"{len(found)} deliveries begin with '{begins[:64]}'" if found else f"no delivery '{begins[:64]}'"
        if len(begins) < 6:
            what = "a fingerprint has at least six signs here"
        raise UsageError("RUN-040", what, where="command line", fix=fix)
    if any(one.sha256 == found[0] and one.source_id == "geography" for one in listed):
        raise UsageError(
            "RUN-041",
            "this is the file of the boundaries or the area list, which every snapshot needs",
            where="command line",
            fix="change `geography` in the file of the municipality instead",
        )
    return found[0]


def _current(root: Path) -> Current | None:
    try:
        return read_current(root)
    except Damaged as error:
        place = str(current_file(root))
        raise MachineError(
            "RUN-010", str(error), where=place, fix="load again; the snapshots are still there"
        ) from error


def _kept(root: Path, load_id: str, served: str | None) -> KeptSnapshot:
    try:
        built_at = str(read_manifest(root, load_id)["built_at"])
    except (OSError, Damaged, KeyError):
        built_at = None
    size = sum(entry.lstat().st_size for entry in snapshot_folder(root, load_id).iterdir())
    return KeptSnapshot(load_id, built_at, size, load_id == served)


def _target(root: Path, to: str | None, served: str | None, kept: list[str]) -> str:
    if to is None:
        earlier = [load_id for load_id in kept if served is not None and int(load_id) < int(served)]
        if not earlier:
            raise UsageError(
                "RUN-014",
                f"no snapshot before {served or 'the first'} is kept",
                where=str(root / "snapshots"),
                fix="load a mended delivery instead; it replaces what is served",
            )
        return earlier[-1]
    target = to.zfill(6)
    if target not in kept:
        raise not_kept(root, to, kept)
    if target == served:
        raise UsageError(
            "RUN-013", f"snapshot {target} is served already", where="--to", fix=f"choose another of {', '.join(kept)}"
        )
    return target


def _require_good(root: Path, load_id: str) -> None:
    findings = list(_damages(root, load_id))
    if findings:
        raise MachineError.of(findings)


def _current_findings(root: Path) -> Iterator[Finding]:
    place = str(current_file(root))
    fix = "load again; the snapshots are still there"
    kept = kept_loads(root)
    try:
        current = read_current(root)
    except Damaged as error:
        yield Finding("RUN-010", str(error), place, fix)
        return
    if current is None and kept:
        yield Finding("RUN-011", "CURRENT: missing", place, fix)
    if current is not None and current.load_id is not None and current.load_id not in kept:
        yield Finding("RUN-011", f"{current.load_id}: missing, though it is the one to serve", place, fix)


def _snapshot_findings(root: Path) -> Iterator[Finding]:
    for load_id in kept_loads(root):
        yield from _damages(root, load_id)


def _damages(root: Path, load_id: str) -> Iterator[Finding]:
    folder = snapshot_folder(root, load_id)
    fix = "put the folder back from a backup, or remove it; loading again builds a new snapshot"
    try:
        manifest = read_manifest(root, load_id)
    except (Damaged, OSError):
        yield Finding("RUN-010", f"{load_id}/manifest.json: missing or damaged", str(folder), fix)
        return
    for edition in manifest["files"]:
        damage = damage_of(folder, edition, manifest)
        if damage is not None:
            code = "RUN-011" if damage == "missing" else "RUN-010"
            yield Finding(code, f"{load_id}/{edition}.duckdb: {damage}", str(folder), fix)
