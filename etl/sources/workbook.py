"""An Excel workbook (.xlsx): looked through before it is opened, one sheet as text into DuckDB, nothing guessed.

    check        the zip: how large it unpacks, an old or locked file in disguise
    open_sheet   the sheet that is meant, its cells as text, and what a spreadsheet does to figures on the way
    What else the file holds (comments, properties, other sheets) is in `workbook_asides`.

Cells become text as the sheet holds them, not as it shows them: a number with `decimal` and no thousands sign, a date
as its day number, a moment with its time. Dates, error values and formulas that were never calculated are remembered
with their place, because only the caller knows in which columns they matter.
"""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
import zlib
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import duckdb
import openpyxl
import pandas as pd
from defusedxml.common import DefusedXmlException
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import WorkSheetParser

from config.errors import Finding, StructureError
from etl.frames import cell_place
from etl.sources import delimited
from etl.sources.sheet import Odd, Sheet, as_text, refuse_odd

__all__ = [
    "MAX_COLUMNS",
    "UNREADABLE",
    "Odd",
    "Sheet",
    "as_text",
    "check",
    "damaged",
    "open_book",
    "open_sheet",
    "refuse_odd",
    "rows_of",
]

#: A workbook that unpacks to more than this is no delivery (1.5 MB can hold 512 MB: TRUST 3).
MAX_BYTES, MAX_RATIO = 200_000_000, 100
#: More cells than any delivery has columns and rows for; a formatted sheet may claim 17 billion.
MAX_COLUMNS = 1_000
#: Texts above the header or beside the table that are looked at.
MAX_STRAYS = 20_000
#: Rows that may hold titles above the header.
FIRST_ROWS = 40
_BATCH = 20_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Excel, and new Excel behind a password
_FORMULA = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}f"
#: What the zip, XML and openpyxl layers raise on files that are no workbooks.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ParseError, DefusedXmlException,
    InvalidFileException, KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError,
)  # fmt: skip


Cell = dict[str, Any]


# --- before it is opened ---------------------------------------------------------------------------------------------


def check(path: Path, name: str) -> None:
    """Refuse what is no workbook, or too much of one, by its list of contents alone.

    Raises:
        StructureError: FILE-033 old or locked, FILE-034 unpacks to more than the limits, FILE-106 damaged.
    """
    if not path.is_file():
        raise StructureError("FILE-001", "file not found", where=name, fix="put the file in its place")
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise StructureError("FILE-002", "the file is empty (0 bytes)", where=name, fix="deliver the file again")
    if start == _OLE:
        what = "this is an old Excel file (.xls), or one behind a password"
        raise StructureError("FILE-033", what, where=name, fix="save it as .xlsx without a password, or as CSV UTF-8")
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except UNREADABLE:
        raise damaged(name) from None
    total = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    steepest = max((member.file_size / max(member.compress_size, 10_000) for member in members), default=0)
    ratio = max(total / packed, steepest) if total > 1_000_000 else 0
    if total > MAX_BYTES or ratio > MAX_RATIO:
        what = f"unpacks to {total / 1e6:,.0f} MB ({ratio:.0f}x); limits {MAX_BYTES // 1_000_000} MB and {MAX_RATIO}x"
        raise StructureError("FILE-034", what, where=name, fix="save it anew without empty rows, or as CSV UTF-8")
    if "xl/workbook.xml" not in {member.filename for member in members}:
        raise damaged(name)


def damaged(name: str) -> StructureError:
    """The refusal of a file that is no workbook, or a spoiled one."""
    fix = "open it in Excel and save it again as .xlsx, or as CSV UTF-8"
    return StructureError("FILE-106", "cannot be read as an Excel workbook (.xlsx)", where=name, fix=fix)


# --- the sheet -------------------------------------------------------------------------------------------------------


def open_sheet(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    name: str,
    table: str,
    sheet: str | None = None,
    header_line: int = 1,
    decimal: str = ".",
    max_rows: int = 1_100_000,
) -> Sheet:
    """Read one sheet into view `table`; remove it with `delimited.drop_text`.

    Args:
        sheet: its title; None: the only visible one with data.
        header_line: row with the names of the columns. decimal: sign that numbers get in text.

    Returns:
        The sheet. Rows without any text are no rows. Hidden rows are read, and told (FILE-036).

    Raises:
        StructureError: not readable, no such sheet, several with data, no rows, a name twice, too large.
    """
    check(path, name)
    with closing(open_book(path, name)) as book:
        chosen = _choose(book, sheet, name)
        return _Reading(con, book, chosen, name, table, header_line, decimal, max_rows).run()


def open_book(path: Path, name: str) -> Any:
    """The workbook, read-only, by openpyxl; the caller closes it.

    Raises:
        StructureError: FILE-106.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of features that have no figures: styles, validation
            return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except UNREADABLE:
        raise damaged(name) from None


def rows_of(
    book: Any, sheet: Any, name: str, parser: _Parser | None = None
) -> Generator[tuple[int, list[Cell]], None, None]:
    """Number and cells (row, column, value, data_type) of every row that the sheet holds.

    Raises:
        StructureError: FILE-106.
    """
    try:
        with sheet._get_source() as source, warnings.catch_warnings(action="ignore"):
            if parser is None:
                parser = _Parser.of(book, sheet, source)
            parser.source = source
            yield from parser.parse()
    except UNREADABLE:
        raise damaged(name) from None


def _choose(book: Any, wanted: str | None, name: str) -> Any:
    titles = [sheet.title for sheet in book.worksheets]
    listed = ", ".join(f'"{title}"' for title in titles[:12])
    if wanted is not None:
        found = [sheet for sheet in book.worksheets if delimited.same(sheet.title) == delimited.same(wanted)]
        if not found:
            what = f'no sheet "{wanted}"; the file has {listed}'
            raise StructureError("FILE-105", what, where=name, fix="set `format.sheet` to one of these")
        return found[0]
    filled = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible" and _has_data(book, sheet, name)]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        raise StructureError("FILE-003", "no visible sheet with data", where=name, fix="deliver the file again")
    listed = ", ".join(f'"{sheet.title}"' for sheet in filled[:12])
    what = f"{len(filled)} sheets hold data: {listed}"
    raise StructureError("FILE-104", what, where=name, fix="name the one that is meant: `format.sheet`")


def _has_data(book: Any, sheet: Any, name: str) -> bool:
    with closing(rows_of(book, sheet, name)) as rows:
        return any(cell["value"] is not None for _, cells in rows for cell in cells)


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """openpyxl's own parser of a sheet; a formula without a calculated value becomes a cell of type `f`."""

    @classmethod
    def of(cls, book: Any, sheet: Any, source: Any = None) -> _Parser:
        return cls(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )

    def parse_cell(self, element: Any) -> Cell:
        cell: Cell = super().parse_cell(element)
        if cell["value"] is None and element.get("t") != "str" and element.find(_FORMULA) is not None:
            cell["data_type"] = "f"  # of type "str": the outcome is an empty text
        return cell


@dataclass
class _Reading:
    """One pass over a sheet."""

    con: duckdb.DuckDBPyConnection
    book: Any
    sheet: Any
    name: str
    table: str
    header_line: int
    decimal: str
    max_rows: int
    header: list[str] = field(default_factory=list)
    rows: int = 0
    hidden: int = 0
    odds: dict[tuple[str, int], Odd] = field(default_factory=dict)
    strays: list[tuple[int, int, str]] = field(default_factory=list)
    first: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    batch: list[list[Any]] = field(default_factory=list)

    def run(self) -> Sheet:
        parser = _Parser.of(self.book, self.sheet)
        for number, cells in rows_of(self.book, self.sheet, self.name, parser):
            is_hidden = parser.row_dimensions.pop(str(number), {}).get("hidden") in ("1", "true")
            if number <= FIRST_ROWS:
                self.first.append((number, tuple(delimited.clean(self._text(cell) or "") for cell in cells)))
            if number < self.header_line:
                self._stray(cells)
            elif not self.header:
                self._head(number, cells)
            elif self._row(number, cells):
                self.hidden += is_hidden
        if not self.header:
            where, fix = cell_place(self.name, self.sheet.title, self.header_line), "set `format.header_line`"
            raise StructureError("FILE-003", "no header on this row", where=where, fix=fix)
        if not self.rows:
            where, fix = cell_place(self.name, self.sheet.title, self.header_line), "deliver the file again"
            raise StructureError("FILE-003", "header found, 0 rows", where=where, fix=fix)
        self._flush()
        self._view()
        merged = parser.merged_cells.mergeCell if parser.merged_cells is not None else ()
        return Sheet(
            name=self.name,
            title=self.sheet.title,
            table=self.table,
            header=self.header,
            header_line=self.header_line,
            rows=self.rows,
            odds=tuple(self.odds.values()),
            merged=tuple(str(one.ref) for one in merged),
            strays=tuple(self.strays),
            first=tuple(self.first),
            findings=self._told(),
        )

    def _head(self, number: int, cells: Sequence[Cell]) -> None:
        if number > self.header_line:
            return
        names = {cell["column"]: delimited.clean(self._text(cell) or "") for cell in cells}
        width = max((position for position, name in names.items() if name), default=0)
        if width > MAX_COLUMNS:
            what = f"{width:,} columns; at most {MAX_COLUMNS:,}"
            raise StructureError("FILE-107", what, where=self.name, fix="deliver a column per figure or period only")
        self.header = [names.get(position) or f"column_{position}" for position in range(1, width + 1)]
        seen: dict[str, int] = {}
        for position, name in enumerate(self.header, start=1):
            if delimited.same(name) in seen:
                column = "a column" if delimited.has_no_header(self.header) else f"column `{name}`"
                first = get_column_letter(seen[delimited.same(name)])
                what = f"{column} appears twice ({first} and {get_column_letter(position)})"
                where = cell_place(self.name, self.sheet.title, number, position)
                raise StructureError("FILE-021", what, where=where, fix="give each column its own name")
            seen[delimited.same(name)] = position
        kept = ", ".join(f"c{position} VARCHAR" for position in range(1, width + 1))
        delimited.drop_text(self.con, self.table)
        self.con.execute(f'CREATE TABLE "{self.table}__text" (row BIGINT, {kept})')

    def _row(self, number: int, cells: Sequence[Cell]) -> bool:
        """Keep a row; False where nothing stands in it."""
        row: list[Any] = [number] + [None] * len(self.header)
        is_filled = False
        for cell in cells:
            position = cell["column"]
            if position > len(self.header):
                self._stray((cell,))
                continue
            self._note(cell, number)
            row[position] = self._text(cell)
            is_filled = is_filled or row[position] is not None
        if not is_filled:
            return False
        self.rows += 1
        if self.rows > self.max_rows:
            what = f"over {self.max_rows:,} rows"
            raise StructureError("FILE-043", what, where=self.name, fix="deliver counts per area, period and category")
        self.batch.append(row)
        if len(self.batch) >= _BATCH:
            self._flush()
        return True

    def _stray(self, cells: Sequence[Cell]) -> None:
        for cell in cells:
            text = self._text(cell)
            if text and len(self.strays) < MAX_STRAYS:
                self.strays.append((cell["row"], cell["column"], text))

    def _note(self, cell: Cell, number: int) -> None:
        """Remember dates, error values and formulas that were never calculated."""
        kind = {"e": "error", "f": "formula"}.get(cell["data_type"])
        if kind is None and isinstance(cell["value"], dt.date | dt.time | dt.timedelta):
            kind = "date"
        if kind is None:
            return
        position = cell["column"]
        known = self.odds.get((kind, position))
        shown = str(cell["value"]) if kind == "error" else ""
        self.odds[kind, position] = (
            Odd(kind, position, number, 1, shown)
            if known is None
            else Odd(kind, position, known.row, known.n + 1, known.shown)
        )

    def _text(self, cell: Cell) -> str | None:
        return as_text(cell["value"], self.decimal)

    def _flush(self) -> None:
        if not self.batch:
            return
        names = ["row", *(f"c{position}" for position in range(1, len(self.header) + 1))]
        frame = pd.DataFrame(self.batch, columns=names, dtype=object)
        frame["row"] = frame["row"].astype("int64")
        self.con.register("_cells", frame)
        kept = ", ".join(f"CAST({name} AS VARCHAR)" for name in names[1:])
        self.con.execute(f'INSERT INTO "{self.table}__text" SELECT row, {kept} FROM _cells')
        self.con.unregister("_cells")
        self.batch = []

    def _view(self) -> None:
        named = ", ".join(
            f"c{position} AS {delimited.column_sql(name)}" for position, name in enumerate(self.header, start=1)
        )
        self.con.execute(f'CREATE VIEW "{self.table}" AS SELECT row, {named} FROM "{self.table}__text"')

    def _told(self) -> tuple[Finding, ...]:
        told = []
        where = f"{self.name} {self.sheet.title}"
        if self.hidden:
            rows = "1 hidden row is" if self.hidden == 1 else f"{self.hidden:,} hidden rows are"
            fix = "remove the filter at the source if these rows are not meant"
            told.append(Finding("FILE-036", f"{rows} loaded too", where, fix, "warning", number=self.hidden))
        if self.sheet.sheet_state != "visible":
            fix = "show it at the source, or name another in `format.sheet`"
            told.append(Finding("FILE-036", "the sheet is hidden and is loaded", where, fix, "warning"))
        return tuple(told)
