"""The bytes of a text file: is it what it says it is?

One pass in chunks, before anything reads the file as text: encoding, NUL bytes, line ends, Excel in disguise. What
pandas or DuckDB would let through in silence is refused here with line and column.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd

from config.errors import Finding, StructureError

CHUNK = 8 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # compound file, in which old Excel (BIFF) is kept
_UNDEFINED_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")


@dataclass(frozen=True)
class TextFile:
    """What the bytes of a file say. `lines` are physical lines, the last one also when it has no line end."""

    path: Path
    name: str
    encoding: str  # utf-8 | cp1252 | utf-16
    bytes: int
    lines: int
    has_bom: bool
    has_final_newline: bool
    has_mixed_newlines: bool

    def open(self) -> io.TextIOWrapper:
        """The file as text, without its byte order mark, line ends as they stand."""
        encoding = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        errors = "replace" if self.encoding == "cp1252" else "strict"  # five bytes of cp1252 mean nothing
        return self.path.open(encoding=encoding, errors=errors, newline="")

    def first_lines(self, count: int) -> list[str]:
        """The first physical lines without their ends, to recognise a format by."""
        with self.open() as text:
            return [line.rstrip("\r\n") for line in islice(text, count)]

    def notes(self) -> tuple[Finding, ...]:
        """What was put up with while reading, for the load report."""
        notes = []
        if self.has_bom:
            what = "byte order mark removed from the start of the file"
            notes.append(Finding("FILE-004", what, self.name, "nothing to do", "note"))
        if self.encoding == "cp1252":
            what = "the file is not UTF-8; read as cp1252 (Windows)"
            notes.append(Finding("FILE-005", what, self.name, "nothing to do; UTF-8 is safer at the source", "note"))
        return tuple(notes)


def scan(path: Path, name: str, *, encoding: str | None = None) -> TextFile:
    """Look at the bytes of a file before anything reads it as text.

    Args:
        path: the file. name: its original name, used in messages.
        encoding: utf-8, cp1252 or utf-16 where the configuration declares it; None finds out (utf-8, else cp1252).

    Raises:
        StructureError: missing or empty file, NUL byte, undeclared UTF-16, two encodings in one file, Excel in
            disguise.
    """
    if not path.is_file():
        raise StructureError("FILE-001", f"file not found{_newest(path)}", where=name, fix="put the file in its place")
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(512)
    _refuse_other_formats(path, name, start)
    if not start.removeprefix(_BOM).strip() and size <= len(start):
        raise StructureError("FILE-002", f"the file is empty ({size} bytes)", where=name, fix="deliver the file again")
    if _looks_utf16(start):
        return _utf16(path, name, size, encoding)
    if encoding == "utf-16":
        fix = "set `format.encoding` to the encoding of the file (utf-8 or cp1252)"
        raise StructureError("FILE-006", "declared as UTF-16, but the file is not", where=f"{name}:1", fix=fix)
    seen = _Bytes.of(path, name)
    return TextFile(
        path=path,
        name=name,
        encoding=_encoding(path, name, encoding, seen),
        bytes=size,
        lines=seen.lines,
        has_bom=start.startswith(_BOM),
        has_final_newline=seen.last in (b"\n", b"\r"),
        has_mixed_newlines=seen.crlf not in (0, seen.lf) or (seen.lf > 0 and seen.cr != seen.crlf),
    )


def _newest(path: Path) -> str:
    """A hint on what did arrive: the newest file beside the missing one."""
    others = [other for other in path.parent.glob("*") if other.is_file()] if path.parent.is_dir() else []
    if not others:
        return "; its folder is empty or absent"
    newest = max(others, key=lambda other: other.stat().st_mtime)
    day = pd.Timestamp(newest.stat().st_mtime, unit="s").date()
    return f"; newest in its folder: {newest.name} ({day})"


def _refuse_other_formats(path: Path, name: str, start: bytes) -> None:
    if start.startswith(_OLE):
        fix = "save it as .xlsx or as CSV UTF-8"
        raise StructureError("FILE-033", "this is an old Excel file (.xls), not CSV", where=name, fix=fix)
    if start.startswith(_ZIP):
        is_excel = _is_workbook(path)
        what = "this is an Excel file, not CSV" if is_excel else "this is a zip file, not CSV"
        fix = "give it its own ending (.xlsx) or save it as CSV UTF-8" if is_excel else "unpack it"
        raise StructureError("FILE-031", what, where=name, fix=fix)


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return True  # cut off: an Excel file is by far the likeliest


def _looks_utf16(start: bytes) -> bool:
    if start.startswith(_UTF16_BOMS):
        return True
    half = len(start) // 2
    low, high = sorted((start[0::2].count(0), start[1::2].count(0)))
    return half >= 8 and high > 0.4 * half and low < 0.05 * half  # one byte of every two, as Latin text has it


def _utf16(path: Path, name: str, size: int, encoding: str | None) -> TextFile:
    if encoding != "utf-16":
        fix = "set `format.encoding: utf-16` (kind tabular), or save the file as CSV UTF-8"
        raise StructureError("FILE-006", "the file is encoded as UTF-16", where=name, fix=fix)
    try:
        text = path.read_bytes().decode("utf-16")
    except UnicodeDecodeError as error:
        where = f"{name}, byte {error.start + 1}"
        raise StructureError("FILE-006", "not readable as UTF-16", where=where, fix="deliver the file again") from None
    if "\0" in text:
        _refuse_nul(name, text.encode("utf-8"))
    ends = text.count("\n") or text.count("\r")
    is_closed = text.endswith(("\n", "\r"))
    is_mixed = text.count("\r\n") not in (0, text.count("\n"))
    return TextFile(path, name, "utf-16", size, ends + (not is_closed), True, is_closed, is_mixed)


@dataclass
class _Bytes:
    """Counts over all bytes of a file."""

    lf: int = 0
    cr: int = 0
    crlf: int = 0
    since_newline: int = 0
    last: bytes = b""
    is_utf8: bool = True
    is_ascii: bool = True

    @property
    def lines(self) -> int:
        return (self.lf or self.cr) + (self.last not in (b"\n", b"\r"))

    @classmethod
    def of(cls, path: Path, name: str) -> _Bytes:
        seen, tail = cls(), b""
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if b"\0" in chunk:
                    _refuse_nul(name, chunk, lines=seen.lf, signs=seen.since_newline)
                seen._add(chunk)
                tail = seen._decode(tail, chunk)
        seen.is_utf8 = seen.is_utf8 and not tail
        return seen

    def _add(self, chunk: bytes) -> None:
        self.lf += chunk.count(b"\n")
        newline = chunk.rfind(b"\n")
        self.since_newline = len(chunk) - newline - 1 if newline >= 0 else self.since_newline + len(chunk)
        carriage = chunk.count(b"\r")
        if carriage:
            self.cr += carriage
            self.crlf += chunk.count(b"\r\n")
        self.crlf += self.last == b"\r" and chunk.startswith(b"\n")
        self.last = chunk[-1:]

    def _decode(self, tail: bytes, chunk: bytes) -> bytes:
        """Check that the chunk is UTF-8; returns the bytes of a sign that goes on in the next chunk."""
        if not self.is_utf8 or (not tail and chunk.isascii()):
            return tail
        self.is_ascii = False
        whole = tail + chunk
        try:
            whole.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data" and error.end == len(whole):
                return whole[error.start :]
            self.is_utf8 = False
        return b""


def _refuse_nul(name: str, data: bytes, *, lines: int = 0, signs: int = 0) -> None:
    """`lines` whole lines, and `signs` bytes of the next one, stand before `data`."""
    place = data.index(b"\0")
    newline = data.rfind(b"\n", 0, place)
    line = lines + data.count(b"\n", 0, place) + 1
    column = place - newline if newline >= 0 else signs + place + 1
    where = f"{name}:{line}:{column}"
    raise StructureError("FILE-012", "NUL byte; the file was damaged on the way", where=where, fix="deliver it again")


def _encoding(path: Path, name: str, declared: str | None, seen: _Bytes) -> str:
    if seen.is_ascii and seen.is_utf8:
        return declared or "utf-8"
    if seen.is_utf8:
        if declared == "cp1252":
            what = "declared as cp1252, but every sign of the file is UTF-8"
            raise StructureError("FILE-005", what, where=name, fix="set `format.encoding: utf-8`")
        return "utf-8"
    n_utf8, n_other, first = _lines_by_encoding(path)
    line, column, byte = first
    where = f"{name}:{line}:{column}"
    if n_utf8:
        what = f"byte 0x{byte:02X} is not UTF-8, the rest is ({n_other} lines of another encoding)"
        raise StructureError("FILE-007", what, where=where, fix="repair this line at the source")
    if declared == "utf-8":
        what = f"byte 0x{byte:02X} is not UTF-8 ({n_other} lines)"
        fix = "repair this line at the source, or set `format.encoding: cp1252` if the whole file is so"
        raise StructureError("FILE-007", what, where=where, fix=fix)
    return "cp1252"


def _lines_by_encoding(path: Path) -> tuple[int, int, tuple[int, int, int]]:
    """Lines that are UTF-8 beyond ASCII, lines that are not UTF-8, and line, column, byte of the first of those."""
    n_utf8 = n_other = 0
    first = (0, 0, 0)
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.isascii():
                continue
            try:
                line.removeprefix(_BOM).decode("utf-8")
                n_utf8 += not line.removeprefix(_BOM).isascii()
            except UnicodeDecodeError as error:
                n_other += 1
                first = first if first[0] else (number, error.start + 1, line[error.start])
                n_utf8 += bool(set(line) & _UNDEFINED_CP1252)  # no sign of cp1252 at all: damaged, not another encoding
    return n_utf8, n_other, first
