"""The log of accepted deliveries: fingerprint, keep unchanged, list in order.

    <slug>/deliveries/<sha256>/<name>          the file or folder as it came in
    <slug>/deliveries/<sha256>/manifest.json   which source took it in, when, under which name, and what was found in it

A delivery is one file, one zip (as its bytes) or one folder. The same content given twice is one delivery; two sources
may use one delivery, each with its own entry in the manifest. Callers hold the lock of `etl.publish.exclusive_load`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import stat
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from config.errors import Finding, MachineError, StructureError
from etl.storage import (
    Damaged,
    fingerprint_file,
    machine_error,
    read_record,
    replace_record,
    sync_file,
    sync_folder,
    write_record,
)
from etl.warehouse import deliveries_folder, what_remains

_SHA256 = re.compile(r"^[0-9a-f]{64}$")
_UNFINISHED = ".incoming-"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PART = re.compile(r"\{(\w+)(?::0(\d))?\}")
_DIGITS = {"year": r"\d{4}", "quarter": r"[1-4]", "month": r"\d{1,2}", "week": r"\d{1,2}", "day": r"\d{1,2}"}


@dataclass(frozen=True)
class Withdrawal:
    """A delivery was taken out of use: when (UTC, ISO 8601), by whom and why."""

    at: str
    user: str
    reason: str


@dataclass(frozen=True)
class Delivery:
    """An accepted delivery as one source uses it. `received` is in UTC; `delivery_date` a day (ISO 8601) or None.

    `withdrawn`: it is kept, and no snapshot is built from it any more.
    """

    sha256: str
    source_id: str
    name: str
    bytes: int
    received: dt.datetime
    delivery_date: str | None
    path: Path
    manifest: dict[str, Any] = field(default_factory=dict, hash=False)
    withdrawn: Withdrawal | None = None

    @property
    def order(self) -> tuple[str, str, str]:
        """Place from oldest to newest: date in the name or else time of receipt, then time of receipt, then name."""
        received = self.received.isoformat()
        return (self.delivery_date or received, received, self.name)


def delivery_date(name: str, pattern: str) -> str | None:
    """The first day of the period that a file name holds, as ISO 8601 text: sorts as time does.

    Args:
        name: file name, such as "week-2026-12.csv".
        pattern: fixed text and {year}, {quarter}, {month}, {week} (ISO), {day}; `:02` asks for two digits.

    Returns:
        "2026-03-16" for the example with "{year}-{week:02}"; None when the name does not hold the pattern, or holds a
        date that does not exist (month 13, week 53 of a year with 52).

    Raises:
        ValueError: the pattern names another part, or no year.
    """
    for found in _pattern(pattern).finditer(name):
        parts = {part: int(digits) for part, digits in found.groupdict().items()}
        try:
            return _first_day(parts).isoformat()
        except ValueError:
            continue
    return None


def _pattern(pattern: str) -> re.Pattern[str]:
    text, end = "", 0
    for part in _PART.finditer(pattern):
        name, width = part.group(1), part.group(2)
        if name not in _DIGITS:
            raise ValueError(f"unknown part {{{name}}}; known: {', '.join(_DIGITS)}")
        digits = rf"\d{{{width}}}" if width else _DIGITS[name]
        text += re.escape(pattern[end : part.start()]) + f"(?P<{name}>{digits})"
        end = part.end()
    if "(?P<year>" not in text:
        raise ValueError("a pattern of a date needs {year}")
    return re.compile(rf"(?<!\d){text}{re.escape(pattern[end:])}(?!\d)")


def _first_day(parts: dict[str, int]) -> dt.date:
    year = parts["year"]
    if "week" in parts:
        return dt.date.fromisocalendar(year, parts["week"], 1)
    month = parts.get("month", 3 * parts.get("quarter", 1) - 2)
    return dt.date(year, month, parts.get("day", 1))


class DeliveryLog:
    """The accepted deliveries of one municipality; `root` is its folder in the warehouse."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = deliveries_folder(root)

    def fingerprint(self, path: Path) -> str:
        """sha256 of a file; of a folder: over the sorted lines "sha256  relative/path" of its members.

        Raises:
            StructureError: a symbolic link, or a member that is no file; an empty folder.
            MachineError: it cannot be read.
        """
        try:
            return _fingerprint(path)
        except OSError as error:
            raise _unreadable(path, error) from error

    def known(self, source_id: str) -> list[Delivery]:
        """Deliveries of a source that are in use, from oldest to newest (`Delivery.order`).

        Raises MachineError when a manifest is damaged: a delivery is never left out in silence.
        """
        found = [one for one in self.all() if one.source_id == source_id and one.withdrawn is None]
        return sorted(found, key=lambda delivery: delivery.order)

    def withdrawn(self, source_id: str) -> list[Delivery]:
        """Deliveries of a source that were taken out of use, from oldest to newest."""
        found = [one for one in self.all() if one.source_id == source_id and one.withdrawn is not None]
        return sorted(found, key=lambda delivery: delivery.order)

    def all(self) -> list[Delivery]:
        """Every delivery of every source, also those out of use, in order of source, then age."""
        found = [delivery for sha256 in self._kept() for delivery in self._read(sha256)]
        return sorted(found, key=lambda delivery: (delivery.source_id, delivery.order))

    def keep(
        self,
        source_id: str,
        path: Path,
        sha256: str,
        manifest: dict[str, Any],
        received: dt.datetime,
        *,
        name: str | None = None,
        delivery_date: str | None = None,
    ) -> Delivery:
        """Keep an accepted delivery, whole or not at all. Known content of the same source: what stands is returned.

        Args:
            sha256: the fingerprint that was checked; the copy must have it too.
            manifest: what was found in it (rows, periods, areas, verdicts): plain JSON values, no values of rows.
            received: with time zone.
            name: as it came in; default the name of `path`.

        Raises:
            StructureError: the file changed since its fingerprint was taken.
            MachineError: disk or permission. Nothing is kept then.
        """
        entry = {
            "name": name or path.name,
            "received": received.astimezone(dt.UTC).isoformat(),
            "delivery_date": delivery_date,
            "found": manifest,
        }
        try:
            if (self.folder / sha256).is_dir():
                self._add_use(sha256, source_id, entry)
            else:
                self._copy(path, sha256, source_id, entry)
        except OSError as error:
            raise machine_error(
                error, self.folder, stage="while keeping a delivery", remains=what_remains(self.root)
            ) from error
        return next(delivery for delivery in self._read(sha256) if delivery.source_id == source_id)

    def withdraw(self, sha256: str, withdrawal: Withdrawal) -> list[Delivery]:
        """Take a delivery out of use, for every source that took it in; it stays kept. Twice is once: the first stands.

        Raises:
            MachineError: disk or permission, or a damaged manifest; nothing changed then.
        """
        self._read(sha256)  # refuses a damaged manifest with its place and repair
        place = self.folder / sha256 / "manifest.json"
        try:
            record = read_record(place)
            for use in record["sources"].values():
                use.setdefault("withdrawn", asdict(withdrawal))
            replace_record(place, record)
        except OSError as error:
            raise machine_error(
                error, self.folder, stage="while withdrawing a delivery", remains=what_remains(self.root)
            ) from error
        return self._read(sha256)

    def verify(self) -> list[Finding]:
        """Recompute every fingerprint; one finding for each delivery that is not what was accepted."""
        return [finding for sha256 in self._kept() if (finding := self._damage(sha256)) is not None]

    def _kept(self) -> list[str]:
        if not self.folder.is_dir():
            return []
        return sorted(entry.name for entry in self.folder.iterdir() if _SHA256.match(entry.name))

    def _read(self, sha256: str) -> list[Delivery]:
        home = self.folder / sha256
        try:
            record = read_record(home / "manifest.json")
            return [
                Delivery(
                    sha256=sha256,
                    source_id=source_id,
                    name=use["name"],
                    bytes=record["bytes"],
                    received=dt.datetime.fromisoformat(use["received"]),
                    delivery_date=use["delivery_date"],
                    path=home / record["kept_as"],
                    manifest=use["found"],
                    withdrawn=Withdrawal(**use["withdrawn"]) if "withdrawn" in use else None,
                )
                for source_id, use in record["sources"].items()
            ]
        except (OSError, Damaged, KeyError, TypeError) as error:
            raise MachineError.of([_damaged(home, "manifest.json: missing or damaged")]) from error

    def _damage(self, sha256: str) -> Finding | None:
        home = self.folder / sha256
        try:
            path = self._read(sha256)[0].path
            return None if _fingerprint(path) == sha256 else _damaged(home, "sha256 differs")
        except MachineError as error:
            return error.findings[0]
        except StructureError:
            return _damaged(home, "not the file that was accepted")
        except FileNotFoundError:
            return _damaged(home, "file missing")
        except OSError as error:
            return _damaged(home, f"unreadable ({os.strerror(error.errno or 0)})")

    def _copy(self, path: Path, sha256: str, source_id: str, entry: dict[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        work = self.folder / f"{_UNFINISHED}{os.getpid()}-{sha256[:12]}"
        try:
            work.mkdir()
            kept_as = path.name if path.name != "manifest.json" else "delivery.json"
            size = _copy_members(path, work / kept_as)
            if _fingerprint(work / kept_as) != sha256:
                raise _changed(path)
            record = {"sha256": sha256, "bytes": size, "kept_as": kept_as, "sources": {source_id: entry}}
            write_record(work / "manifest.json", record)
            sync_folder(work)
            os.rename(work, self.folder / sha256)
            sync_folder(self.folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _add_use(self, sha256: str, source_id: str, entry: dict[str, Any]) -> None:
        place = self.folder / sha256 / "manifest.json"
        self._read(sha256)  # refuses a damaged manifest with its place and repair
        record = read_record(place)
        if source_id not in record["sources"]:
            record["sources"][source_id] = entry
            replace_record(place, record)

    def _sweep(self) -> None:
        """Copies that a dead load left. The caller holds the lock, so nobody is working on them."""
        for left in self.folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)


def _members(path: Path) -> list[Path]:
    """Files of a folder, sorted by relative path. Hidden files (what a file browser leaves) are no part of it."""
    found: list[Path] = []
    for entry in sorted(path.iterdir()):
        mode = entry.lstat().st_mode
        if entry.name.startswith("."):
            continue
        if _CONTROL.search(entry.name):
            raise _refused(path, "a file name with control characters", "rename the file")
        if stat.S_ISDIR(mode):
            found += _members(entry)
        elif stat.S_ISREG(mode):
            found.append(entry)
        else:
            raise _not_a_file(entry)
    return found


def _fingerprint(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISREG(mode):
        return fingerprint_file(path)
    if not stat.S_ISDIR(mode):
        raise _not_a_file(path)
    members = _members(path)
    if not members:
        raise _refused(path, "the folder is empty", "place the files of the delivery in it")
    lines = sorted(f"{fingerprint_file(member)}  {member.relative_to(path).as_posix()}\n" for member in members)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _copy_members(source: Path, target: Path) -> int:
    """Copy a file, or the members of a folder, on to the disk and read-only; returns the number of bytes."""
    if not source.is_dir():
        shutil.copyfile(source, target, follow_symlinks=False)
        sync_file(target)
        target.chmod(0o444)
        return target.stat().st_size
    size = 0
    folders = {target}
    for member in _members(source):
        copy = target / member.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        folders.add(copy.parent)
        size += _copy_members(member, copy)
    for folder in sorted(folders, reverse=True):
        sync_folder(folder)
    return size


def _refused(path: Path, what: str, fix: str) -> StructureError:
    return StructureError("FILE-050", f"{path.name}: {what}", where=str(path), fix=fix)


def _not_a_file(path: Path) -> StructureError:
    what = "is a symbolic link; links are not followed" if path.is_symlink() else "is no file and no folder"
    return _refused(path, what, "place the file itself there")


def _changed(path: Path) -> StructureError:
    return _refused(path, "changed while it was being read", "wait until it is written, then load again")


def _unreadable(path: Path, error: OSError) -> MachineError:
    cause = os.strerror(error.errno or 0)
    user = os.getuid() if hasattr(os, "getuid") else "?"
    return MachineError(
        "RUN-003",
        f"{path.name}: cannot be read ({cause}; user {user}); nothing changed",
        where=str(path),
        fix=f"check that the file is there and that user {user} may read it",
    )


def _damaged(home: Path, what: str) -> Finding:
    return Finding(
        "RUN-010",
        f"delivery {home.name[:12]}: {what}",
        where=str(home),
        fix="put the folder back from a backup; or remove it and load the file again",
    )
