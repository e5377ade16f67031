"""A file of open data as tables of text, whatever it is written in: delimited text, OData pages, XLSX, SQLite.

An adapter asks for the tables of a file, chooses columns by their heading and has those loaded: as text, under the
names c1, c2, … (position in the file), with `part` (sheet, table or page) and `row` (line, row of the sheet, or number
of the record). Delimited text is read by DuckDB itself; of the other formats the rows pass through a temporary file, so
no format is ever held in memory as a whole.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from config.errors import Finding, StructureError
from etl.sources import delimited
from etl.sources.textfile import TextFile

#: Part, number and cells of one row; a cell that says nothing is None.
Row = tuple[str | None, int, Sequence[str | None]]
_SQLITE = b"SQLite format 3\x00"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Table:
    """One table of a file. `header`: names in file order, cleaned; an unnamed column is called column_<position>."""

    name: str  # of the file, for messages
    header: tuple[str, ...]
    part: str | None = None  # the sheet or table in it
    header_line: int = 1
    notes: tuple[Finding, ...] = ()
    text: TextFile | None = None  # delimited text, which DuckDB reads itself …
    delimiter: str = ";"
    rows: Callable[[], Iterator[Row]] | None = None  # … or a maker of rows

    @property
    def place(self) -> str:
        """Where the headings stand, for messages."""
        return f"{self.name}/{self.part}:{self.header_line}" if self.part else f"{self.name}:{self.header_line}"

    def load(
        self, con: duckdb.DuckDBPyConnection, table: str, keep: Sequence[int], *, only: tuple[int, str] | None = None
    ) -> int:
        """Make `table` with part, row and the columns at positions `keep` (1 = first) as text; see `drop`.

        Args:
            only: position of a column and an SQL condition on it (on c<position>): other rows are left out while
                reading, and `<table>__tally` (word, n) says how often each text of that column stands in the file.

        Returns:
            Number of rows of the file, kept or not.

        Raises:
            StructureError: no rows, or rows that do not fit the header.
        """
        columns = [f"c{position}" for position in range(1, len(self.header) + 1)]
        kept = [f"c{position}" for position in keep]
        drop(con, table)
        if self.text is not None:
            chosen = (f"c{only[0]}", only[1]) if only else None
            rows = delimited.load_text(
                con, self.text.path, name=self.name, delimiter=self.delimiter, encoding=None, columns=columns,
                table=f"{table}__file", keep=kept, text=self.text, header_line=self.header_line, only=chosen,
            )  # fmt: skip
            con.execute(f'CREATE VIEW "{table}" AS SELECT NULL::VARCHAR AS part, * FROM "{table}__file"')
            if only:
                con.execute(f'CREATE VIEW "{table}__tally" AS SELECT * FROM "{table}__file__tally"')
            return rows
        return self._load_made(con, table, columns, kept, only)

    def _load_made(
        self,
        con: duckdb.DuckDBPyConnection,
        table: str,
        columns: Sequence[str],
        kept: Sequence[str],
        only: tuple[int, str] | None,
    ) -> int:
        assert self.rows is not None
        number = 0
        with tempfile.TemporaryDirectory(prefix="buurtbeeld-") as folder:
            path = Path(folder) / "rows.csv"
            with path.open("w", encoding="utf-8", newline="") as target:
                writer = csv.writer(target, lineterminator="\n")
                for part, row, cells in self.rows():
                    writer.writerow([part, row, *cells])
                    number += 1
            declared = ", ".join(f"{delimited.literal(column)}: 'VARCHAR'" for column in columns)
            file = f"""read_csv({delimited.literal(str(path))}, auto_detect = false, header = false, delim = ',',
                quote = '"', escape = '"', strict_mode = true,
                columns = {{'part': 'VARCHAR', 'row': 'BIGINT', {declared}}})"""
            chosen = f"WHERE {only[1]}" if only else ""
            con.execute(f'CREATE TABLE "{table}" AS SELECT part, row, {", ".join(kept)} FROM {file} {chosen}')
            if only:
                con.execute(
                    f"""CREATE TABLE "{table}__tally" AS
                    SELECT c{only[0]} AS word, count(*) AS n FROM {file} GROUP BY word"""
                )
        if not number:
            what = "header found, 0 rows"
            fix = "deliver the file again; the last good load stays served"
            raise StructureError("FILE-003", what, where=self.place, fix=fix)
        return number


def drop(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Remove what `Table.load` made."""
    names = [table, f"{table}__tally"]
    found = con.execute(
        "SELECT table_name, table_type FROM information_schema.tables WHERE list_contains(?, table_name)", [names]
    ).fetchall()
    for name, kind in found:
        con.execute(f'DROP {"VIEW" if kind == "VIEW" else "TABLE"} "{name}"')
    delimited.drop_text(con, f"{table}__file")


def of_rows(
    name: str,
    header: Sequence[str | None],
    rows: Callable[[], Iterator[Row]],
    *,
    part: str | None = None,
    header_line: int = 1,
) -> Table:
    """A table whose rows are made by a function; its headings are cleaned and must differ.

    Raises:
        StructureError: a heading twice.
    """
    cleaned = tuple(delimited.clean(said or "") or f"column_{n}" for n, said in enumerate(header, start=1))
    table = Table(name, cleaned, part=part, header_line=header_line, rows=rows)
    seen: dict[str, int] = {}
    for position, said in enumerate(cleaned, start=1):
        if delimited.same(said) in seen:
            what = f"column `{said}` appears twice ({seen[delimited.same(said)]} and {position})"
            raise StructureError("FILE-021", what, where=table.place, fix="give each column its own name")
        seen[delimited.same(said)] = position
    return table


def of_text(path: Path, name: str) -> Table:
    """Delimited text whose first line is the header."""
    text = delimited.scan(path, name)
    delimiter = delimited.find_delimiter(text)
    header = delimited.read_header(text, delimiter=delimiter)
    notes = text.notes() + delimited.header_notes(text, delimiter=delimiter)
    return Table(name, tuple(header), notes=notes, text=text, delimiter=delimiter)


def format_of(path: Path) -> str:
    """What a file is by its first bytes: text, json, zip (also XLSX), sqlite, or folder."""
    if path.is_dir():
        return "folder"
    if not path.is_file():
        return "text"  # its reader says that it is missing
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith(_SQLITE):
        return "sqlite"
    if start.startswith(_ZIP):
        return "zip"
    return "json" if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")) else "text"
