"""Files that are whole or absent: fingerprints, durable writes, sealed records, and words for a disk that refuses.

Durable means: the bytes are on the disk (fsync) before the name is, and the name is on the disk (fsync of the folder)
before the caller goes on. Nothing here knows what the files mean.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from config.errors import MachineError

#: Days and hours in messages, and "the end of that day", are those of the municipality.
AMSTERDAM: tzinfo = ZoneInfo("Europe/Amsterdam")

#: Errors that mean: no room (disk, quota, or a limit on the size of a file).
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_FULL_WORDS = ("No space left on device", "File too large", "quota exceeded")
_DENIED_WORDS = ("Permission denied", "Read-only file system", "Operation not permitted")


class Damaged(Exception):
    """A record that cannot be trusted: unreadable, or changed since it was written."""


def fingerprint_file(path: Path) -> str:
    """sha256 of a file's bytes, as 64 hexadecimal digits. Symbolic links are not followed (OSError)."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    """The bytes of a file are on the disk when this returns."""
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """The names in a folder are on the disk when this returns. (Windows cannot do this, and has no need to.)"""
    if os.name != "nt":
        sync_file(folder)


def write_record(path: Path, record: dict[str, Any]) -> None:
    """A sealed JSON file, on the disk when this returns. Not atomic: use `replace_record` where one stands already."""
    sealed = {**record, "seal": _seal(record)}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(sealed, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())


def replace_record(path: Path, record: dict[str, Any]) -> None:
    """Puts a sealed JSON file in the place of the one that stands there: readers see the old or the new, whole."""
    beside = path.with_name(f"{path.name}.new")
    write_record(beside, record)
    os.replace(beside, path)
    sync_folder(path.parent)


def read_record(path: Path) -> dict[str, Any]:
    """The content of a sealed JSON file.

    Raises:
        FileNotFoundError: there is none.
        Damaged: it is not JSON, or not what was written.
    """
    return parse_record(path.read_bytes(), path.name)


def parse_record(content: bytes, name: str) -> dict[str, Any]:
    """The same for bytes at hand; `name` is used in the message."""
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"{name}: unreadable") from error
    if not isinstance(record, dict):
        raise Damaged(f"{name}: unreadable")
    seal = record.pop("seal", None)
    if seal != _seal(record):
        raise Damaged(f"{name}: changed since it was written")
    return record


def _seal(record: dict[str, Any]) -> str:
    """Fingerprint of the content of a record, whatever the order of its keys. Against damage, not against forgery."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def is_machine_trouble(error: BaseException) -> bool:
    """True for what the disk or its permissions did; False for a mistake in the program."""
    if isinstance(error, OSError | duckdb.IOException):
        return True
    return isinstance(error, duckdb.Error) and any(words in str(error) for words in (*_FULL_WORDS, *_DENIED_WORDS))


def machine_error(error: BaseException, place: Path, *, stage: str, remains: str) -> MachineError:
    """The refusal of a disk in our words.

    Args:
        place: the folder that was written to.
        stage: what was going on, such as "at the switch".
        remains: what is still good, such as "the published data of 2026-11-16 is unchanged".
    """
    number = error.errno if isinstance(error, OSError) else None
    text = str(error)
    if number in _FULL or any(words in text for words in _FULL_WORDS):
        return MachineError(
            "RUN-002" if stage == "at the switch" else "RUN-001",
            f"disk full {stage}. {remains[:1].upper()}{remains[1:]}",
            where=str(place),
            fix="free space on this disk (old backups, logs), then run the same command again",
        )
    if number in _DENIED or any(words in text for words in _DENIED_WORDS):
        user = os.getuid() if hasattr(os, "getuid") else "?"
        return MachineError(
            "RUN-003",
            f"{place}: no permission to write (user {user}); nothing changed",
            where=str(place),
            fix=f"give user {user} the right to write there, or run as the user who owns the folder",
        )
    cause = os.strerror(number) if number else type(error).__name__
    return MachineError(
        "RUN-004",
        f"cannot read or write {stage}: {cause}. {remains[:1].upper()}{remains[1:]}",
        where=str(place),
        fix="check that the disk is there and healthy, then run the same command again",
    )


def local_time(moment: datetime) -> datetime:
    """A moment on the clock of the municipality."""
    return moment.astimezone(AMSTERDAM)
