"""Delimited text: is it what it says it is, and into DuckDB without a guess.

Three steps, shared by every kind of source that reads CSV:

    scan         the bytes: encoding, NUL, line ends, Excel in disguise (etl/sources/textfile.py)
    read_header  the names of the columns, with the csv module
    load_text    all columns as text into DuckDB: declared delimiter, quote and columns, strict, never sniffed

DuckDB reads the rows because it is some 4 times as fast as the csv module. The csv module reads the file again only to
name the place of a mistake, or to number the lines where line breaks stand inside quotes.
"""

from __future__ import annotations

import csv
import difflib
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NoReturn

import duckdb
import numpy as np
import pandas as pd

from config.errors import Finding, StructureError
from etl.sources.textfile import CHUNK, TextFile, scan

__all__ = [
    "DELIMITERS",
    "TextFile",
    "clean",
    "column_sql",
    "drop_text",
    "find_column",
    "find_delimiter",
    "has_no_header",
    "header_notes",
    "literal",
    "load_text",
    "nearest",
    "read_header",
    "same",
    "scan",
    "shown",
]

DELIMITERS = (";", ",", "\t", "|")

# A field may be long (descriptions), the csv module's own limit of 128 kB is for hostile input.
csv.field_size_limit(1 << 20)

#: Position of a row in the file, where only some rows are kept.
_NUMBER = '"row number"'


# --- header ----------------------------------------------------------------------------------------------------------


def clean(name: str) -> str:
    """A column name without padding, byte order marks and non-breaking spaces."""
    return " ".join(name.replace("\ufeff", "").replace("\u00a0", " ").split())


def same(name: str) -> str:
    """The form in which two column names are compared: cleaned, without regard to case."""
    return clean(name).casefold()


def find_column(columns: Iterable[str], wanted: str) -> str | None:
    """The column that is called `wanted`, whatever its case and padding; None where there is none."""
    return next((column for column in columns if same(column) == same(wanted)), None)


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that looks most like a name, for the repair in a message."""
    forms = {same(candidate): candidate for candidate in candidates}
    found = difflib.get_close_matches(same(name), list(forms), n=1, cutoff=0.5)
    return forms[found[0]] if found else None


def has_no_header(names: Iterable[str]) -> bool:
    """Does the line look like a row? Then its texts are figures of somebody, and no message may show them."""
    return any(re.fullmatch(r"[\d.,:/ -]*\d[\d.,:/ -]*", clean(name)) for name in names)


def shown(names: Sequence[str], most: int = 12) -> str:
    """Column names for a message."""
    if has_no_header(names):
        return "(none: the first line looks like a row, not like a header)"
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def read_header(file: TextFile, *, delimiter: str, header_line: int = 1, expected: Collection[str] = ()) -> list[str]:
    """Names of the columns in file order, cleaned; an unnamed column is called `column_<position>`.

    `expected` are names that should occur; they only sharpen the message on a wrong delimiter.

    Raises:
        StructureError: a name twice (case does not count), or one column where another delimiter gives more.
    """
    raw, _ = _raw_header(file, delimiter, header_line)
    if len(raw) <= 1:
        _refuse_delimiter(file, delimiter, header_line, expected)
    names = [clean(name) or f"column_{position}" for position, name in enumerate(raw, start=1)]
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if same(name) in seen:
            column = "a column" if has_no_header(names) else f"column `{name}`"
            what = f"{column} appears twice ({seen[same(name)]} and {position})"
            fix = "give each column its own name"
            raise StructureError("FILE-021", what, where=f"{file.name}:{header_line}", fix=fix)
        seen[same(name)] = position
    return names


def header_notes(file: TextFile, *, delimiter: str, header_line: int = 1) -> tuple[Finding, ...]:
    """A note where column names were trimmed."""
    raw, _ = _raw_header(file, delimiter, header_line)
    padded = [clean(name) for name in raw if name != clean(name)]
    if not padded or has_no_header(raw):
        return ()
    what = f"spaces removed around {len(padded)} column names: " + ", ".join(f"`{name}`" for name in padded[:5])
    return (Finding("FILE-022", what, f"{file.name}:{header_line}", "nothing to do", "note"),)


def find_delimiter(file: TextFile, *, header_line: int = 1) -> str:
    """The delimiter that splits the header line into most columns; for kinds that do not declare one."""
    return max(DELIMITERS, key=lambda delimiter: len(_raw_header(file, delimiter, header_line)[0]))


def _raw_header(file: TextFile, delimiter: str, header_line: int) -> tuple[list[str], int]:
    """The names as they stand, and the physical line on which the header ends."""
    with file.open() as text:
        for _ in islice(text, header_line - 1):
            pass
        reader = csv.reader(islice(text, 50), delimiter=delimiter)
        try:
            return next(reader, []), header_line - 1 + max(reader.line_num, 1)
        except csv.Error:
            what = "the header line cannot be read: a quote is not closed"
            raise StructureError("FILE-010", what, where=f"{file.name}:{header_line}", fix="close it") from None


def _refuse_delimiter(file: TextFile, delimiter: str, header_line: int, expected: Collection[str]) -> None:
    other = find_delimiter(file, header_line=header_line)
    names = _raw_header(file, other, header_line)[0]
    if len(names) <= 1:
        return
    wanted = {same(name) for name in expected}
    matches = sum(same(name) in wanted for name in names)
    found = f"{matches} that match" if expected else f"{len(names)}"
    declared, better = (sign.replace("\t", "\\t") for sign in (delimiter, other))
    raise StructureError(
        "FILE-009",
        f'one column found with delimiter "{declared}"; with "{better}" there are {found}',
        where=f"{file.name}:{header_line}",
        fix=f'set `format.delimiter: "{better}"`',
    )


# --- rows ------------------------------------------------------------------------------------------------------------


def load_text(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    name: str,
    delimiter: str,
    encoding: str | None,
    columns: Sequence[str],
    table: str,
    header_line: int = 1,
    keep: Sequence[str] | None = None,
    text: TextFile | None = None,
    only: tuple[str, str] | None = None,
) -> int:
    """Read the rows below the header into `table`: the columns as text, and `row`, the line each begins on.

    Args:
        columns: names in file order, as `read_header` gives them. keep: the ones to keep (default all).
        text: result of `scan`, where the caller has it already.
        table: becomes a view over `<table>__text`; remove both with `drop_text`. An own column `row` is named `row_`.
        only: a column and an SQL condition on it. Rows that do not meet it are left out while reading, so a file of the
            whole country takes the memory of one municipality; `<table>__tally` (word, n) then says how often each text
            of that column stands in the file.

    Returns:
        Number of rows of the file. Blank lines are no rows. An empty field is NULL; everything else is text as it
        stands.

    Raises:
        StructureError: no rows, another number of fields than columns, a quote not closed, a row cut off.
    """
    text = text or scan(path, name, encoding=encoding)
    _, header_end = _raw_header(text, delimiter, header_line)
    try:
        with _readable(text, header_end) as (readable, skip):
            rows = _read_csv(con, readable, delimiter, columns, keep or columns, table, skip=skip, only=only)
    except duckdb.Error as error:
        _name_the_place(text, delimiter, header_end, len(columns), str(error))
        with _one_line_end(text, delimiter, header_end) as mended:  # nothing wrong but lines that end in two ways
            rows = _read_csv(con, mended, delimiter, columns, keep or columns, table, skip=0, only=only)
    if rows == 0:
        drop_text(con, table)
        what = "header found, 0 rows"
        fix = "deliver the file again; the last good load stays served"
        raise StructureError("FILE-003", what, where=f"{name}:{header_end}", fix=fix)
    _number_lines(con, table, text, delimiter, header_end, rows, is_part=only is not None)
    return rows


def drop_text(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Remove what `load_text` made."""
    con.execute(f"DROP VIEW IF EXISTS {_name(table)}")
    for part in ("__text", "__line", "__tally"):
        con.execute(f"DROP TABLE IF EXISTS {_name(table + part)}")


def _read_csv(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    delimiter: str,
    columns: Sequence[str],
    keep: Sequence[str],
    table: str,
    *,
    skip: int,
    only: tuple[str, str] | None,
) -> int:
    drop_text(con, table)
    kept = ", ".join(_name(_stored(column)) for column in keep)
    declared = ", ".join(f"{literal(_stored(column))}: 'VARCHAR'" for column in columns)
    file = f"""read_csv(
        {literal(str(path))}, auto_detect = false, header = false, skip = {skip}, columns = {{{declared}}},
        delim = {literal(delimiter)}, quote = '"', escape = '"', strict_mode = true, null_padding = false)"""
    if only is None:
        con.execute(f"CREATE TABLE {_name(table + '__text')} AS SELECT {kept} FROM {file}")
        return int(con.execute(f"SELECT count(*) FROM {_name(table + '__text')}").fetchall()[0][0])
    column, condition = only
    con.execute(
        f"""CREATE TABLE {_name(table + "__tally")} AS
        SELECT {_name(_stored(column))} AS word, count(*) AS n FROM {file} GROUP BY word"""
    )
    con.execute(
        f"""CREATE TABLE {_name(table + "__text")} AS
        SELECT * FROM (SELECT row_number() OVER () AS {_NUMBER}, {kept} FROM {file}) WHERE {condition}"""
    )
    counted = con.execute(f"SELECT coalesce(sum(n), 0)::BIGINT FROM {_name(table + '__tally')}").fetchall()
    return int(counted[0][0])


def _stored(column: str) -> str:
    return f"{column}_" if column.casefold() == "row" else column


def column_sql(column: str) -> str:
    """A column of the loaded text as it stands in SQL."""
    return _name(_stored(column))


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as it stands in SQL."""
    return "'" + text.replace("'", "''") + "'"


def _number_lines(
    con: duckdb.DuckDBPyConnection,
    table: str,
    text: TextFile,
    delimiter: str,
    header_end: int,
    rows: int,
    *,
    is_part: bool,
) -> None:
    """Make the view that adds `row`. One line a row: the position tells it; else the csv module counts the lines."""
    stored, number = _name(table + "__text"), _NUMBER if is_part else "rowid + 1"
    rest = f"* EXCLUDE ({_NUMBER})" if is_part else "*"
    if rows == text.lines - header_end and not text.has_mixed_newlines:
        con.execute(f"CREATE VIEW {_name(table)} AS SELECT {number} + {header_end} AS row, {rest} FROM {stored}")
        return
    lines = np.fromiter((line for line, _ in _records(text, delimiter, header_end)), dtype=np.int64)
    if len(lines) != rows:
        what = f"{rows} rows or {len(lines)}, depending on how quotes are read"
        fix = "close every quote and double those inside a quoted field"
        raise StructureError("FILE-010", what, where=f"{text.name}:{header_end + 1}", fix=fix)
    con.register("_lines", pd.DataFrame({"row": lines, "position": np.arange(1, len(lines) + 1)}))
    con.execute(f"CREATE TABLE {_name(table + '__line')} AS SELECT row, position FROM _lines")
    con.unregister("_lines")
    joined = f"{stored} s JOIN {_name(table + '__line')} l ON l.position = s.{number}"
    con.execute(f"CREATE VIEW {_name(table)} AS SELECT l.row, s.{rest} FROM {joined}")


def _records(text: TextFile, delimiter: str, header_end: int) -> Iterator[tuple[int, list[str]]]:
    """First line and fields of every record below the header; blank lines are left out."""
    with text.open() as file:
        for _ in islice(file, header_end):
            pass
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        line = header_end + 1
        try:
            for fields in reader:
                if fields:
                    yield line, fields
                line = header_end + reader.line_num + 1
        except csv.Error as error:
            _refuse_quote(text, line, str(error))


def _name_the_place(text: TextFile, delimiter: str, header_end: int, n_columns: int, message: str) -> None:
    """Find the line on which DuckDB stumbled, and say what is wrong there.

    Returns only where nothing is wrong but line ends of two kinds. DuckDB's own text is not shown: it quotes the row.
    """
    for line, fields in _records(text, delimiter, header_end):
        if len(fields) != n_columns:
            _refuse_fields(text, line, len(fields), n_columns)
    if text.has_mixed_newlines:
        return
    at = re.search(r"CSV Error on Line: (\d+)", message)
    where = f"{text.name}:{at.group(1)}" if at else text.name
    fix = "quote whole fields only, and double quotes inside them"
    raise StructureError("FILE-010", "quotes stand where none may be", where=where, fix=fix)


def _refuse_fields(text: TextFile, line: int, found: int, expected: int) -> NoReturn:
    if line >= text.lines and found < expected and not text.has_final_newline:
        what = f"the last row is incomplete ({found} of {expected} fields); file cut off? ({text.bytes} bytes)"
        raise StructureError("FILE-016", what, where=f"{text.name}:{line}", fix="deliver the whole file again")
    code = "FILE-013" if found > expected else "FILE-015"
    fix = "repair this line at the source: quote a field that holds the delimiter, fill in what is missing"
    raise StructureError(code, f"{found} fields, expected {expected}", where=f"{text.name}:{line}", fix=fix)


def _refuse_quote(text: TextFile, line: int, reason: str) -> NoReturn:
    where = f"{text.name}:{line}"
    if line >= text.lines and not text.has_final_newline:
        what = f"the last row is incomplete: a quote is not closed; file cut off? ({text.bytes} bytes)"
        raise StructureError("FILE-016", what, where=where, fix="deliver the whole file again")
    if "end of data" in reason or "field limit" in reason:
        what = "a quote opened on this line is not closed before the end of the file"
        raise StructureError("FILE-010", what, where=where, fix="close it, or double it inside a quoted field")
    what = "a quote opened on this line is closed in the middle of a field"
    raise StructureError("FILE-010", what, where=where, fix="quote whole fields only, and double quotes inside them")


@contextmanager
def _readable(text: TextFile, header_end: int) -> Iterator[tuple[Path, int]]:
    """A path that DuckDB can read, and the rows to skip there.

    That is the file itself where it is UTF-8, its header one line, and its path without pattern signs; else a temporary
    copy of the lines below the header (DuckDB skips records, not lines, so only a header of one line is safe).
    """
    if text.encoding == "utf-8" and header_end == 1 and not set("*?[]{}") & set(str(text.path)):
        yield text.path, 1
        return
    with tempfile.TemporaryDirectory(prefix="buurtbeeld-") as folder:
        copy = Path(folder) / "rows.csv"
        with text.open() as source, copy.open("w", encoding="utf-8", newline="") as target:
            for _ in islice(source, header_end):
                pass
            shutil.copyfileobj(source, target, CHUNK)
        yield copy, 0


@contextmanager
def _one_line_end(text: TextFile, delimiter: str, header_end: int) -> Iterator[Path]:
    """A temporary copy of the rows in which every row ends in the same way; line breaks inside quotes stay."""
    with tempfile.TemporaryDirectory(prefix="buurtbeeld-") as folder:
        copy = Path(folder) / "rows.csv"
        with copy.open("w", encoding="utf-8", newline="") as target:
            rows = (fields for _, fields in _records(text, delimiter, header_end))
            csv.writer(target, delimiter=delimiter, lineterminator="\n").writerows(rows)
        yield copy
