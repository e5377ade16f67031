"""The municipality's own delimited file, by declared columns: nothing is guessed, columns are matched by name.

    read          file -> raw frame: areas as CBS codes, periods in our notation, categories as indicator ids
    tabular_cells how the text of a cell becomes a code, a period or a number, in SQL over whole columns

Words that `categories` does not map stay as the source writes them, so that the contract can set them aside.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from config.errors import Finding, StructureError, ValuesError
from config.model import TabularSource
from etl.frames import RawFrame
from etl.personal_data import check_headings
from etl.sources import delimited, tabular_checks
from etl.sources.tabular_cells import Cells, convert

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: More rows than any municipality's areas x periods x indicators: a file of another kind.
MAX_ROWS = 5_000_000
#: Title lines above a header are looked for this far down.
TITLE_LINES = 40
_PERIODS_IN_20_YEARS = {"year": 20, "quarter": 80, "month": 240, "week": 1_044}


@dataclass(frozen=True)
class Column:
    """A declared column: its role (area, period, measure, value, lower, upper, or an indicator id), name and place."""

    role: str
    name: str
    position: int  # 1 = first


def read(
    con: duckdb.DuckDBPyConnection,
    source: TabularSource,
    path: Path,
    *,
    name: str,
    municipality_code: str,
    table: str,
    areas: AreaTree | None = None,
) -> RawFrame:
    """Fill `table` (columns of `etl.frames.RAW`) with the file.

    Args:
        path: one delimited file. name: its original name, for messages. municipality_code: such as GM0153.
        areas: tells names from codes, and which codes are the municipality's own.

    Returns:
        Every cell that the declared columns name. Total rows that agree and empty rows are in `skipped`.

    Raises:
        StructureError: not the declared text, a declared column is missing, cells that are written in another way than
            declared, areas by name or of another municipality. All mistakes of the cells come together.
        ValuesError: a total row disagrees with the rows.
        PersonalDataError: a heading speaks of persons.
    """
    _refuse_other_kinds(path, name)
    how = source.format
    text = delimited.scan(path, name, encoding=how.encoding)
    declared = declared_columns(source)
    _refuse_title_lines(text, source, list(declared.values()))
    header = delimited.read_header(
        text, delimiter=how.delimiter, header_line=how.header_line, expected=list(declared.values())
    )
    notes = check_headings(header, name=name, line=how.header_line, declared=list(declared.values()))
    columns = _columns(header, declared, name, how.header_line)
    _refuse_too_many(text.lines - how.header_line, source, areas, name)
    loaded = f"{table}__csv"
    rows = delimited.load_text(
        con, path, name=name, delimiter=how.delimiter, encoding=how.encoding, columns=header, table=loaded,
        header_line=how.header_line, keep=sorted({column.name for column in columns}), text=text,
    )  # fmt: skip
    try:
        cells = convert(con, loaded, source, {column.role: column.name for column in columns}, table, areas)
        skipped, findings = _check(con, cells, source, columns, name, municipality_code, areas)
    finally:
        delimited.drop_text(con, loaded)
    return RawFrame(
        table=table,
        skipped=skipped,
        rows_read=rows,
        findings=(
            *text.notes(),
            *delimited.header_notes(text, delimiter=how.delimiter, header_line=how.header_line),
            *notes,
            *findings,
        ),
        columns={column.role: column.position for column in columns},
    )


def declared_columns(source: TabularSource) -> dict[str, str]:
    """Role -> column name, as configured. One column per indicator has the indicator's id as its role."""
    columns = source.columns
    named = {
        "area": columns.area,
        "period": columns.period,
        "measure": columns.category,
        "value": columns.count or columns.value,
        "lower": columns.lower,
        "upper": columns.upper,
    }
    found = {role: name for role, name in named.items() if name and (source.categories or role in ("area", "period"))}
    return {**found, **{indicator: name for name, indicator in source.values.items()}}


def _check(
    con: duckdb.DuckDBPyConnection,
    cells: Cells,
    source: TabularSource,
    columns: Sequence[Column],
    name: str,
    municipality_code: str,
    areas: AreaTree | None,
) -> tuple[dict[str, int], tuple[Finding, ...]]:
    """Every mistake of the cells, collected; then the raw table. Returns rows skipped, and notes."""
    place = tabular_checks.Place(name, {column.role: column.position for column in columns})
    mistakes = [
        *tabular_checks.area_mistakes(con, cells, place, municipality_code, areas),
        *tabular_checks.period_mistakes(con, cells, place),
        *tabular_checks.number_mistakes(con, cells, place, source),
    ]
    if mistakes:
        cells.drop(con)
        raise StructureError.of(mistakes)
    wrong_totals = tabular_checks.total_mistakes(con, cells, place)
    if wrong_totals:
        cells.drop(con)
        raise ValuesError.of(wrong_totals)
    skipped = cells.write(con, source)
    cells.drop(con)
    return skipped, ()


# --- before a row is read --------------------------------------------------------------------------------------------


def _refuse_other_kinds(path: Path, name: str) -> None:
    ending = path.suffix.casefold()
    if ending in (".xlsx", ".xlsm", ".parquet"):
        what = f"files of kind {ending} cannot be read yet"
        raise StructureError("FILE-101", what, where=name, fix="save it as CSV UTF-8 and deliver that")


def _refuse_title_lines(text: delimited.TextFile, source: TabularSource, names: Sequence[str]) -> None:
    """The header stands elsewhere than declared: another line holds every declared column, this one does not."""
    how = source.format
    wanted = {delimited.same(name) for name in names}
    with text.open() as lines:
        for number, line in enumerate(islice(lines, TITLE_LINES), start=1):
            found = {delimited.same(field) for field in next(csv.reader([line], delimiter=how.delimiter), [])}
            if number == how.header_line and wanted & found:
                return
            if wanted <= found and number != how.header_line:
                where = f"{text.name}:{how.header_line}"
                fix = f"set `format.header_line: {number}`"
                raise StructureError("FILE-024", f"header found on line {number}", where=where, fix=fix)


def _columns(header: Sequence[str], declared: dict[str, str], name: str, line: int) -> list[Column]:
    """Find the declared columns; every one that is missing is a finding of its own."""
    found: list[Column] = []
    missing: list[Finding] = []
    for role, wanted in declared.items():
        column = delimited.find_column(header, wanted)
        if column is not None:
            found.append(Column(role, column, header.index(column) + 1))
            continue
        near = None if delimited.has_no_header(header) else delimited.nearest(wanted, header)
        hint = f" (nearest: `{near}`)" if near else ""
        key = f"columns.{_KEYS[role]}" if role in _KEYS else "values"
        fix = f"name the column as the file does, under `{key}`, or repair the header at the source"
        missing.append(Finding("FILE-020", f"column `{wanted}` not found{hint}", f"{name}:{line}", fix))
    if missing:
        raise StructureError.of(missing)
    return found


_KEYS = {
    "area": "area",
    "period": "period",
    "measure": "category",
    "value": "count",
    "lower": "lower",
    "upper": "upper",
}


def _refuse_too_many(rows: int, source: TabularSource, areas: AreaTree | None, name: str) -> None:
    if rows <= MAX_ROWS:
        return
    n_areas = len(areas.frame) if areas is not None else 0
    n_periods = _PERIODS_IN_20_YEARS[source.period.type if source.period else "week"]
    n_indicators = len({*source.categories.values(), *source.values.values()})
    product = n_areas * n_periods * n_indicators
    expected = f"; expected at most {n_areas}x{n_periods}x{n_indicators} = {product:,}" if product else ""
    what = f"over {MAX_ROWS:,} rows{expected} (areas x periods of 20 years x indicators)"
    raise StructureError("FILE-043", what, where=name, fix="deliver counts per area, period and category")
