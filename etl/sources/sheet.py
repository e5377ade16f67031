"""A sheet of a workbook once it is read: its cells as text, their places, and what a spreadsheet did to them.

Excel turns "1-3" into a date, keeps error values and formulas without outcome, and merges cells. Whether that matters
depends on the column, so it is remembered while reading and refused by the caller.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl.utils.cell import range_boundaries

from config.errors import Finding, StructureError
from etl.frames import cell_place

_DAY_0 = dt.datetime(1899, 12, 30)


@dataclass(frozen=True)
class Odd:
    """Cells of one column that a spreadsheet changed, or could not say: the first, and how many."""

    kind: str  # date | error | formula
    position: int  # of the column, 1 = A
    row: int
    n: int
    shown: str = ""  # the error value; empty for the other kinds


@dataclass(frozen=True)
class Sheet:
    """A table whose rows are in DuckDB: view `table` with `row` and every column as text."""

    name: str  # of the file
    title: str  # of the sheet; empty for CSV and Parquet
    table: str
    header: list[str]  # in file order; a column without a name is called column_<position>
    header_line: int  # 0: Parquet, which has none
    rows: int
    odds: tuple[Odd, ...] = ()
    merged: tuple[str, ...] = ()  # ranges, such as A5:A9
    strays: tuple[tuple[int, int, str], ...] = ()  # row, position, text: above the header, or right of the table
    first: tuple[tuple[int, tuple[str, ...]], ...] = ()  # number and texts of the first rows, to find a header in
    findings: tuple[Finding, ...] = ()

    def place(self, row: int, position: int = 0) -> str:
        """Where a cell stands, for messages."""
        return cell_place(self.name, self.title, row, position)

    def heading_place(self, position: int) -> str:
        """Where a heading stands; Parquet has no header line."""
        return self.place(self.header_line, position) if self.header_line else f"{self.name}, column {position}"


def as_text(value: Any, decimal: str = ".") -> str | None:
    """The content of a cell as text; None where nothing stands in it.

    A fraction of exactly three digits gets a zero: `1,234` in a text may be a thousand, in a number it is not.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, float):
        whole, _, fraction = format(Decimal(repr(value)), "f").partition(".")
        return f"{whole}{decimal}{fraction}{'0' * (len(fraction) == 3)}" if fraction else whole
    if isinstance(value, dt.datetime):
        is_day = value.time() == dt.time(0)
        return str((value - _DAY_0).days) if is_day else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.date):
        return str((value - _DAY_0.date()).days)
    return str(value)


def refuse_odd(sheet: Sheet, positions: Mapping[int, str], *, dates_in: frozenset[int] = frozenset()) -> None:
    """Refuse cells of these columns that a spreadsheet spoiled.

    Args:
        positions: column -> what it holds, for the message. dates_in: columns that may hold dates.

    Raises:
        StructureError: FILE-037 merged cells, FILE-039 error values, FILE-040 dates, FILE-103 formulas never
            calculated; all of them together.
    """
    found = [*_merged(sheet, positions)]
    for odd in sorted(sheet.odds, key=lambda one: (one.row, one.position)):
        if odd.position not in positions:
            continue
        where, rows = sheet.place(odd.row, odd.position), f"{odd.n:,} cell" + "s" * (odd.n != 1)
        if odd.kind == "error":
            what, fix = f"holds {odd.shown} ({rows})", "repair it at the source"
            found.append(Finding("FILE-039", what, where, fix, number=odd.n))
        elif odd.kind == "formula":
            what = f"a formula whose outcome is not in the file ({rows})"
            fix = "open it in Excel and save it, or paste the column as values"
            found.append(Finding("FILE-103", what, where, fix, number=odd.n))
        elif odd.position not in dates_in:
            what = f"date where {positions[odd.position]} is expected ({rows})"
            fix = 'format the column as text and repair the cells: Excel makes a date of "1-3"'
            found.append(Finding("FILE-040", what, where, fix, number=odd.n))
    if found:
        raise StructureError.of(found)


def _merged(sheet: Sheet, positions: Mapping[int, str]) -> Iterator[Finding]:
    for cells in sheet.merged:
        left, _, right, bottom = range_boundaries(cells)
        if bottom >= sheet.header_line and any(left <= position <= right for position in positions):
            where, fix = f"{sheet.name} {sheet.title}!{cells}", "unmerge them and repeat the value in each row"
            yield Finding("FILE-037", "merged cells", where, fix)
