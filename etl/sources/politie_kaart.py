"""The JSON behind the police map: a folder, or a zip of it, with `<year>/<district>.json`.

A member holds, per kind of crime, twelve lists, one a month by position; each list has one object per neighbourhood:

    {"104": [[{"name": "Kade", "code": "6030221", "delicts": "3", "latitude": …, "longitude": …}, …], …], …}

Every value is text; codes come without BU and without a leading zero. Which municipality a cell is of is said by its
code, never by the name of its file.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from config.errors import StructureError
from config.model import PolitieKaartSource
from etl.frames import RAW, RawFrame, create
from etl.sources import cbs

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: Limits of one delivery: a zip must not fill the machine.
MAX_BYTES = 200 * 1024 * 1024
MAX_RATIO = 100
SMALL_BYTES = 20 * 1024 * 1024  # below this a high ratio harms nobody: lists of zeros pack to 1/75 in true deliveries
MONTHS = 12
WITHHELD = (".", "null", "none")
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass
class _Cells:
    """Cells of the municipality, column by column, and what was seen on the way."""

    own: str  # the four digits of the municipality
    row: list[int] = field(default_factory=list)
    part: list[str] = field(default_factory=list)
    area: list[str] = field(default_factory=list)
    period: list[str] = field(default_factory=list)
    measure: list[str] = field(default_factory=list)
    said: list[str | None] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    read: int = 0
    skipped: int = 0

    def frame(self) -> pd.DataFrame:
        columns = ("row", "part", "area", "period", "measure", "said")
        return pd.DataFrame({column: getattr(self, column) for column in columns})


def read(
    con: duckdb.DuckDBPyConnection,
    source: PolitieKaartSource,
    path: Path,
    *,
    name: str,
    municipality_code: str,
    table: str,
    areas: AreaTree | None = None,
) -> RawFrame:
    """Fill `table` (columns of `etl.frames.RAW`) with the cells of one municipality.

    Args:
        path: a folder or a zip. name: its original name, for messages. municipality_code: such as GM0603.

    Returns:
        One row per neighbourhood, month and kind of crime; `part` is the member, `row` the number of the cell in it,
        `area` a code with BU and eight signs. Cells of other municipalities are in `skipped`.

    Raises:
        StructureError: no such folder or zip, a member of another shape (named), a zip that leaves its folder or is too
            large, no cell of this municipality.
    """
    cells = _Cells(municipality_code[2:])
    for member, content in _members(path, name):
        _read_member(cells, f"{name}/{member}", member, content)
    if not cells.row:
        raise StructureError(
            "FILE-027",
            f"none of the {cells.read} cells is of {municipality_code}",
            where=name,
            fix=f"deliver the districts of {municipality_code}, as <year>/<district>.json",
        )
    _to_raw(con, table, cells.frame())
    return RawFrame(
        table=table,
        area_names=cells.names,
        skipped={"other municipality": cells.skipped} if cells.skipped else {},
        rows_read=cells.read,
    )


def _to_raw(con: duckdb.DuckDBPyConnection, table: str, cells: pd.DataFrame) -> None:
    create(con, table, RAW)
    con.register("_cells", cells)
    con.execute(
        f"""
        INSERT INTO "{table}" (row, part, area, period, measure, value, mark, text)
        SELECT row, part, area, period, measure, number, mark, CASE WHEN mark = 'invalid' THEN said END
        FROM (
            SELECT *, {cbs.mark("said", "number", WITHHELD)} AS mark
            FROM (SELECT *, {cbs.number("said")} AS number FROM (SELECT * REPLACE (trim(said) AS said) FROM _cells))
        )
        """
    )
    con.unregister("_cells")


# --- one member ------------------------------------------------------------------------------------------------------


def _read_member(cells: _Cells, where: str, member: str, content: bytes) -> None:
    year = _year(member, where)
    number = 0
    for delict, months in _by_delict(content, where):
        for month, areas in enumerate(_months(months, delict, where), start=1):
            period = f"{year}-{month:02}"
            for one in areas:
                number += 1
                try:
                    code, said = _area_code(one["code"]), one["delicts"]
                except (TypeError, KeyError, AttributeError):
                    raise _other_shape(where, delict, month, "an object with `code` and `delicts`") from None
                if code[2:6] != cells.own:
                    cells.skipped += 1
                    continue
                cells.row.append(number)
                cells.part.append(member)
                cells.area.append(code)
                cells.period.append(period)
                cells.measure.append(delict)
                cells.said.append(None if said is None else str(said))
                if one.get("name"):
                    cells.names[code] = str(one["name"]).strip()
    cells.read += number


def _year(member: str, where: str) -> str:
    years = [part for part in PurePosixPath(member).parts[:-1] if _YEAR.fullmatch(part)]
    if not years:
        what = "the folder of this member does not say its year"
        raise StructureError("FILE-046", what, where=where, fix="place it as <year>/<district>.json")
    return years[-1]


def _by_delict(content: bytes, where: str) -> Iterator[tuple[str, Any]]:
    try:
        data = json.loads(content)
    except json.JSONDecodeError as error:
        what = "not readable as JSON; cut off on the way?"
        place = f"{where}:{error.lineno}:{error.colno}"
        raise StructureError("FILE-048", what, where=place, fix="deliver this member again") from None
    except (UnicodeDecodeError, RecursionError):
        what = "not readable as JSON (other encoding, or nested without end)"
        raise StructureError("FILE-048", what, where=where, fix="deliver this member again") from None
    if not isinstance(data, dict) or not data:
        what = "this member is no object with kinds of crime, each with its months"
        fix = 'deliver the map files as they are: {"104": [[{"code": …, "delicts": …}, …], …], …}'
        raise StructureError("FILE-048", what, where=where, fix=fix)
    return iter(data.items())


def _months(months: Any, delict: str, where: str) -> list[list[Any]]:
    if not isinstance(months, list) or not all(isinstance(areas, list) for areas in months):
        raise _other_shape(where, delict, None, "a list of months, each a list of neighbourhoods")
    if len(months) > MONTHS:
        what = f"{len(months)} months under delict {delict}; a year has {MONTHS}"
        raise StructureError("FILE-048", what, where=where, fix="deliver one year a member, months by position")
    return months


def _other_shape(where: str, delict: str, month: int | None, expected: str) -> StructureError:
    place = f"{where}, delict {delict}" + (f", month {month}" if month else "")
    fix = "deliver the map files as they are, unchanged"
    return StructureError("FILE-048", f"another shape than expected ({expected})", where=place, fix=fix)


def _area_code(code: str) -> str:
    """6030221 -> BU06030221; what has a prefix already keeps it."""
    text = code.strip()
    return text if text[:1].isalpha() else f"BU{text:0>8}"


# --- folder or zip ---------------------------------------------------------------------------------------------------


def _members(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """Path inside the delivery and content of each JSON member, in order of path."""
    if path.is_dir():
        return _in_folder(path, name)
    if path.is_file() and zipfile.is_zipfile(path):
        return _in_zip(path, name)
    code, what = ("FILE-048", "neither a folder nor a zip") if path.exists() else ("FILE-001", "not found")
    raise StructureError(code, what, where=name, fix="name a folder or zip with <year>/<district>.json")


def _in_folder(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    root = path.resolve()
    files = sorted(file for file in path.rglob("*.json") if _is_member(file.relative_to(path).as_posix()))
    if not files:
        raise _no_members(name)
    for file in files:
        if not file.resolve().is_relative_to(root):
            _refuse_leaving(file.relative_to(path).as_posix(), name)
    _refuse_size(sum(file.stat().st_size for file in files), None, name)
    for file in files:
        yield file.relative_to(path).as_posix(), file.read_bytes()


def _in_zip(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.filename)
            for entry in entries:
                parts = PurePosixPath(entry.filename.replace("\\", "/"))
                if parts.is_absolute() or ".." in parts.parts or ":" in entry.filename:
                    _refuse_leaving(entry.filename, name)
            _refuse_size(sum(entry.file_size for entry in entries), path.stat().st_size, name)
            members = [entry for entry in entries if _is_member(entry.filename)]
            if not members:
                raise _no_members(name)
            for entry in members:
                yield entry.filename, archive.read(entry)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
        what = "the zip is damaged, or locked with a password"
        raise StructureError("FILE-048", what, where=name, fix="pack it again, without a password") from None


def _is_member(member: str) -> bool:
    """A JSON file that is no side product of an operating system."""
    parts = PurePosixPath(member).parts
    return member.endswith(".json") and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _no_members(name: str) -> StructureError:
    return StructureError("FILE-048", "no JSON file in it", where=name, fix="expected is <year>/<district>.json")


def _refuse_leaving(member: str, name: str) -> None:
    what = f'entry "{member}" leaves the folder'
    raise StructureError("FILE-042", what, where=name, fix="pack the folder again, without such paths")


def _refuse_size(unpacked: int, packed: int | None, name: str) -> None:
    ratio = unpacked / max(packed, 1) if packed is not None else 1
    if unpacked > MAX_BYTES or (ratio > MAX_RATIO and unpacked > SMALL_BYTES):
        size = f"{unpacked / 1024**2:.0f} MB" + (f" ({ratio:.0f}x)" if packed is not None else "")
        what = f"unpacks to {size}; limits {MAX_BYTES // 1024**2} MB and {MAX_RATIO}x"
        raise StructureError("FILE-034", what, where=name, fix="deliver per municipality, in smaller parts")
