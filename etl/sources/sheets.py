"""Workbooks and databases of published tables: every sheet of an XLSX, every table of an SQLite file, as text.

For files as Statistics Netherlands and RIVM publish them, or researchers keep them: the first row with more than one
cell is the header. `workbook` guards what is opened; nothing is computed, cells are what was saved.
"""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from config.errors import StructureError
from etl.sources.table_file import Row, Table, of_rows

#: Titles above a header, and tables of one file.
MAX_TITLE_ROWS, MAX_TABLES = 20, 100


def is_workbook(path: Path) -> bool:
    """An XLSX: a zip with a workbook in it."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def open_workbook(path: Path, name: str) -> list[Table]:
    """One table a sheet that has a header and rows.

    Raises:
        StructureError: damaged, too large when unpacked, or no sheet with rows.
    """
    from etl.sources import workbook  # reads XML in ways that take half a second to import

    workbook.check(path, name)
    with closing(workbook.open_book(path, name)) as book:
        sheets = [(str(sheet.title), _header(book, sheet, name)) for sheet in book.worksheets]
    tables = [
        of_rows(name, header[1], _sheet_rows(path, name, title, *header), part=title, header_line=header[0])
        for title, header in sheets
        if header is not None
    ]
    if not tables:
        raise StructureError("FILE-003", "no sheet with a header and rows", where=name, fix="deliver the file again")
    return tables


def _header(book: Any, sheet: Any, name: str) -> tuple[int, list[str | None]] | None:
    from etl.sources import workbook

    for number, cells in workbook.rows_of(book, sheet, name):
        if number > MAX_TITLE_ROWS:
            return None
        filled = [cell for cell in cells if cell["value"] not in (None, "")]
        if len(filled) > 1:
            return number, _texts(filled, max(cell["column"] for cell in filled))
    return None


def _sheet_rows(
    path: Path, name: str, title: str, header_line: int, header: list[str | None]
) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        from etl.sources import workbook

        with closing(workbook.open_book(path, name)) as book:
            for number, cells in workbook.rows_of(book, book[title], name):
                texts = _texts(cells, len(header)) if number > header_line else []
                if any(texts):
                    yield title, number, texts

    return rows


def _texts(cells: list[dict[str, Any]], width: int) -> list[str | None]:
    from etl.sources.workbook import as_text

    texts: list[str | None] = [None] * width
    for cell in cells:
        if cell["column"] <= width:
            value = cell["value"]
            texts[cell["column"] - 1] = value if isinstance(value, str) else as_text(value)
    return texts


# --- SQLite ----------------------------------------------------------------------------------------------------------


def open_database(path: Path, name: str) -> list[Table]:
    """One table of text a table of an SQLite file.

    Raises:
        StructureError: damaged, or without tables.
    """
    try:
        with closing(_connect(path)) as con:
            found = con.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            names = [str(table) for (table,) in found if not str(table).startswith("sqlite_")][:MAX_TABLES]
            headers = {table: _headings(con, table) for table in names}
    except sqlite3.Error:
        what, fix = "the database is damaged or locked with a password", "deliver the file again"
        raise StructureError("FILE-117", what, where=name, fix=fix) from None
    if not headers:
        raise StructureError("FILE-003", "no table in the database", where=name, fix="deliver the file again")
    return [
        of_rows(name, header, _table_rows(path, name, table), part=table)
        for table, header in headers.items()
        if len(header) > 1
    ]


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _quoted(table: str) -> str:
    return '"' + table.replace('"', '""') + '"'


def _headings(con: sqlite3.Connection, table: str) -> list[str | None]:
    return [str(column[1]) for column in con.execute(f"PRAGMA table_info({_quoted(table)})")]


def _table_rows(path: Path, name: str, table: str) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        try:
            with closing(_connect(path)) as con:
                for number, cells in enumerate(con.execute(f"SELECT * FROM {_quoted(table)}"), start=1):
                    yield table, number, [_cell(cell) for cell in cells]
        except sqlite3.Error:
            what = "the database is damaged"
            raise StructureError("FILE-117", what, where=f"{name}/{table}", fix="deliver the file again") from None

    return rows


def _cell(value: Any) -> str | None:
    """A value of a database as text: whole numbers without a point."""
    if value is None or isinstance(value, bytes):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)
