"""A municipality's own file as text in DuckDB, whatever it is written in: CSV, Excel workbook, Parquet.

Every column is loaded, also those that are not declared: an accepted file is kept as it came in, so the personal data
gate looks at all of it. What follows reads the declared columns only.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import duckdb

from config.errors import Finding, StructureError
from config.model import TabularSource
from etl.sources import delimited, workbook
from etl.sources.sheet import Odd, Sheet

#: Title lines above a header are looked for this far down.
TITLE_LINES = 40
_WORKBOOK = (".xlsx", ".xlsm", ".xls")

Limit = Callable[[int], None]  # rows that a file says it has; raises where they are too many


def open_file(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    source: TabularSource,
    *,
    name: str,
    table: str,
    expected: Collection[str] = (),
    limit: Limit = lambda rows: None,
) -> Sheet:
    """Load a file into view `table` (`row`, and every column as text); remove it with `delimited.drop_text`.

    Args:
        expected: headings that are declared; they tell a header that stands further down. limit: see `Limit`.

    Raises:
        StructureError: the file is not what it is declared to be.
    """
    kind = kind_of(path, name)
    if kind == "workbook":
        how = source.format
        sheet = workbook.open_sheet(
            con, path, name=name, table=table, sheet=how.sheet, header_line=how.header_line, decimal=how.decimal
        )
        _refuse_title_rows(sheet, expected)
        limit(sheet.rows)
        return sheet
    if kind == "parquet":
        return _open_parquet(con, path, source, name, table, limit)
    return _open_text(con, path, source, name, table, expected, limit)


def kind_of(path: Path, name: str) -> str:
    """workbook, parquet or text: by the ending of its name, and for Parquet by its first bytes."""
    ending = Path(name).suffix.casefold()
    if ending in _WORKBOOK:
        return "workbook"
    if ending == ".parquet":
        return "parquet"
    if path.is_file():
        with path.open("rb") as file:
            if file.read(4) == b"PAR1":
                return "parquet"
    return "text"


# --- text ------------------------------------------------------------------------------------------------------------


def _is_declared(note: Finding, encoding: str) -> bool:
    """A file that is written as its source declares is no news."""
    return note.code == "FILE-005" and encoding == "cp1252"


def _open_text(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    source: TabularSource,
    name: str,
    table: str,
    expected: Collection[str],
    limit: Limit,
) -> Sheet:
    how = source.format
    text = delimited.scan(path, name, encoding=how.encoding)
    _refuse_title_lines(text, source, expected)
    header = delimited.read_header(
        text, delimiter=how.delimiter, header_line=how.header_line, expected=sorted(expected)
    )
    limit(text.lines - how.header_line)
    rows = delimited.load_text(
        con, path, name=name, delimiter=how.delimiter, encoding=how.encoding, columns=header, table=table,
        header_line=how.header_line, text=text,
    )  # fmt: skip
    notes = delimited.header_notes(text, delimiter=how.delimiter, header_line=how.header_line)
    above = enumerate(text.first_lines(how.header_line - 1), start=1)
    return Sheet(
        name=name,
        title="",
        table=table,
        header=header,
        header_line=how.header_line,
        rows=rows,
        strays=tuple((line, 1, words) for line, words in above if words.strip()),
        findings=(*(note for note in text.notes() if not _is_declared(note, how.encoding)), *notes),
    )


def _refuse_title_lines(text: delimited.TextFile, source: TabularSource, names: Collection[str]) -> None:
    """The header stands elsewhere than declared: another line holds every declared column, this one does not."""
    how = source.format
    wanted = {delimited.same(name) for name in names}
    if not wanted:
        return
    with text.open() as lines:
        for number, line in enumerate(islice(lines, TITLE_LINES), start=1):
            found = {delimited.same(field) for field in next(csv.reader([line], delimiter=how.delimiter), [])}
            if number == how.header_line and wanted & found:
                return
            if wanted <= found and number != how.header_line:
                raise _header_elsewhere(number, f"{text.name}:{how.header_line}")


def _refuse_title_rows(sheet: Sheet, names: Collection[str]) -> None:
    wanted = {delimited.same(name) for name in names}
    if not wanted or wanted & {delimited.same(name) for name in sheet.header}:
        return
    for number, texts in sheet.first:
        if number != sheet.header_line and wanted <= {delimited.same(text) for text in texts}:
            raise _header_elsewhere(number, sheet.place(sheet.header_line))


def _header_elsewhere(number: int, where: str) -> StructureError:
    fix = f"set `format.header_line: {number}`"
    return StructureError("FILE-024", f"header found on line {number}", where=where, fix=fix)


# --- Parquet ---------------------------------------------------------------------------------------------------------


def _open_parquet(
    con: duckdb.DuckDBPyConnection, path: Path, source: TabularSource, name: str, table: str, limit: Limit
) -> Sheet:
    try:
        with _plain_path(path) as file:
            limit(int(con.execute("SELECT num_rows FROM parquet_file_metadata(?)", [file]).fetchall()[0][0]))
            leaves = con.execute("SELECT name FROM parquet_schema(?) WHERE num_children IS NULL", [file]).fetchall()
            _refuse_twice([delimited.clean(leaf) for (leaf,) in leaves], name)
            described = con.execute("DESCRIBE SELECT * FROM read_parquet(?)", [file]).fetchall()
            types = {str(column): str(kind) for column, kind, *_ in described}
            delimited.drop_text(con, table)
            header = [delimited.clean(column) or f"column_{at}" for at, column in enumerate(types, start=1)]
            cells = ", ".join(
                f"{_cell(column, kind, source.format.decimal)} AS {delimited.column_sql(named)}"
                for (column, kind), named in zip(types.items(), header, strict=True)
            )
            con.execute(
                f"""CREATE TABLE "{table}__text" AS
                    SELECT file_row_number + 1 AS row, {cells} FROM read_parquet(?, file_row_number = true)""",
                [file],
            )
    except duckdb.Error:  # its text quotes the path, and may quote a value
        delimited.drop_text(con, table)
        what, fix = "cannot be read as a Parquet file", "write it again, or deliver CSV UTF-8"
        raise StructureError("FILE-109", what, where=name, fix=fix) from None
    con.execute(f'CREATE VIEW "{table}" AS SELECT * FROM "{table}__text"')
    rows = int(con.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0])
    if not rows:
        delimited.drop_text(con, table)
        raise StructureError("FILE-003", "columns found, 0 rows", where=name, fix="deliver the file again")
    dates = tuple(
        Odd("date", position, 1, rows)
        for position, kind in enumerate(types.values(), start=1)
        if kind.startswith(("DATE", "TIMESTAMP", "TIME"))
    )
    return Sheet(name=name, title="", table=table, header=header, header_line=0, rows=rows, odds=dates)


def _cell(column: str, kind: str, decimal: str) -> str:
    """SQL of a cell as text, as `sheet.as_text` writes it."""
    name = '"' + column.replace('"', '""') + '"'
    if kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
        is_whole = f"{name} = trunc({name}) AND abs({name}) < 1e15"
        text = rf"regexp_replace(CAST({name} AS VARCHAR), '^(-?[0-9]+)[.]([0-9]{{3}})$', '\1.\20')"
        fraction = f"replace({text}, '.', {delimited.literal(decimal)})"
        return f"CASE WHEN {is_whole} THEN CAST(CAST({name} AS BIGINT) AS VARCHAR) ELSE {fraction} END"
    if kind.startswith(("DATE", "TIMESTAMP")):
        moment = f"CAST({name} AS TIMESTAMP)"
        day = f"CAST(date_diff('day', DATE '1899-12-30', CAST({moment} AS DATE)) AS VARCHAR)"
        return f"CASE WHEN {moment} = date_trunc('day', {moment}) THEN {day} ELSE CAST({moment} AS VARCHAR) END"
    if kind == "BOOLEAN":
        return f"upper(CAST({name} AS VARCHAR))"
    return f"nullif(CAST({name} AS VARCHAR), '')"


def _refuse_twice(names: list[str], name: str) -> None:
    seen: dict[str, int] = {}
    for position, heading in enumerate(names, start=1):
        if delimited.same(heading) in seen:
            what = f"column `{heading}` appears twice ({seen[delimited.same(heading)]} and {position})"
            raise StructureError("FILE-021", what, where=name, fix="give each column its own name")
        seen[delimited.same(heading)] = position


@contextmanager
def _plain_path(path: Path) -> Iterator[str]:
    """A path that DuckDB takes for one file: without pattern signs."""
    if not set("*?[]{}") & set(str(path)):
        yield str(path)
        return
    with tempfile.TemporaryDirectory(prefix="buurtbeeld-") as folder:
        copy = Path(folder) / "rows.parquet"
        shutil.copyfile(path, copy)
        yield str(copy)
