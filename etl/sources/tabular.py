"""The municipality's own file (CSV, workbook, Parquet), by declared columns: matched by name, nothing is guessed.

    read          file -> raw frame: areas as CBS codes, periods in our notation, categories as indicator ids
    tabular_files how a file becomes text in DuckDB · file_gate: is it about areas, not persons?
    tabular_cells how the text of a cell becomes a code, a period or a number, in SQL over whole columns

Words that `categories` does not map stay as the source writes them, so that the contract can set them aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from config.errors import Finding, StructureError, ValuesError
from config.model import TabularSource
from etl.frames import RawFrame
from etl.sources import delimited, tabular_checks, tabular_files
from etl.sources.file_gate import check_file
from etl.sources.sheet import Sheet, refuse_odd
from etl.sources.tabular_cells import Cells, convert, period_headings

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: More rows than any municipality's areas x periods x indicators: a file of another kind.
MAX_ROWS = 5_000_000
_PERIODS_IN_20_YEARS = {"year": 20, "quarter": 80, "month": 240, "week": 1_044}


@dataclass(frozen=True)
class Column:
    """A declared column: what it holds, its heading and its place."""

    role: str  # area, period, measure, value, lower, upper; an indicator id; or our notation of one period
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
        path: one file. name: its original name, for messages. municipality_code: such as GM0153.
        areas: tells names from codes, and which codes are the municipality's own.

    Returns:
        Every cell that the declared columns name. Total rows that agree and empty rows are in `skipped`.

    Raises:
        StructureError: not the declared file, a declared column is missing, cells that are written in another way than
            declared, areas by name or of another municipality. All mistakes of the cells come together.
        ValuesError: a total row disagrees with the rows.
        PersonalDataError: a heading, a column or what lies beside the table speaks of persons.
    """
    loaded = f"{table}__csv"
    declared = declared_columns(source)
    try:
        sheet = tabular_files.open_file(
            con, path, source, name=name, table=loaded, expected=list(declared.values()),
            limit=lambda rows: _refuse_too_many(rows, source, areas, name),
        )  # fmt: skip
        periods = period_headings(sheet.header, source.period) if source.is_wide else {}
        notes = check_file(
            con,
            path,
            sheet,
            declared=[*declared.values(), *periods],
            known_codes=tuple(areas.names()) if areas is not None else (),
            is_workbook=tabular_files.kind_of(path, name) == "workbook",
        )
        columns = _columns(sheet, declared, periods, source)
        _refuse_spoiled(sheet, columns, source)
        cells = convert(con, loaded, source, {column.role: column.name for column in columns}, table, areas, periods)
        skipped = _check(con, cells, source, columns, sheet, municipality_code, areas)
    finally:
        delimited.drop_text(con, loaded)
    return RawFrame(
        table=table,
        skipped=skipped,
        rows_read=sheet.rows,
        findings=(*sheet.findings, *notes),
        columns={column.role: column.position for column in columns},
        sheet=sheet.title,
        header=tuple(sheet.header),
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
    is_long = bool(source.categories or source.indicator)
    found = {role: name for role, name in named.items() if name and (is_long or role in ("area", "period"))}
    return {**found, **{indicator: name for name, indicator in source.values.items()}}


def _check(
    con: duckdb.DuckDBPyConnection,
    cells: Cells,
    source: TabularSource,
    columns: Sequence[Column],
    sheet: Sheet,
    municipality_code: str,
    areas: AreaTree | None,
) -> dict[str, int]:
    """Every mistake of the cells, collected; then the raw table. Returns rows skipped."""
    place = tabular_checks.Place(sheet.name, {column.role: column.position for column in columns}, sheet.title)
    try:
        mistakes = [
            *tabular_checks.error_mistakes(con, cells, place),
            *tabular_checks.area_mistakes(con, cells, place, municipality_code, areas),
            *tabular_checks.period_mistakes(con, cells, place),
            *tabular_checks.number_mistakes(con, cells, place, source),
        ]
        if mistakes:
            raise StructureError.of(mistakes)
        wrong_totals = tabular_checks.total_mistakes(con, cells, place)
        if wrong_totals:
            raise ValuesError.of(wrong_totals)
        return cells.write(con, source)
    finally:
        cells.drop(con)


def _refuse_spoiled(sheet: Sheet, columns: Sequence[Column], source: TabularSource) -> None:
    """What a spreadsheet made of the declared columns."""
    words = {"area": "an area code", "period": "a period", "measure": 'a category like "1-3"'}
    positions = {column.position: words.get(column.role, "a number") for column in columns}
    refuse_odd(sheet, positions, dates_in=frozenset(column.position for column in columns if column.role == "period"))


def _columns(sheet: Sheet, declared: dict[str, str], periods: dict[str, str], source: TabularSource) -> list[Column]:
    """Find the declared columns; every one that is missing is a finding of its own."""
    header = sheet.header
    found: list[Column] = []
    missing: list[Finding] = []
    where = sheet.place(sheet.header_line) if sheet.header_line else sheet.name
    for role, wanted in declared.items():
        column = delimited.find_column(header, wanted)
        if column is not None:
            found.append(Column(role, column, header.index(column) + 1))
            continue
        near = None if delimited.has_no_header(header) and not source.is_wide else delimited.nearest(wanted, header)
        hint = f" (nearest: `{near}`)" if near else ""
        key = f"columns.{_KEYS[role]}" if role in _KEYS else "values"
        fix = f"name the column as the file does, under `{key}`, or repair the header at the source"
        missing.append(Finding("FILE-020", f"column `{wanted}` not found{hint}", where, fix))
    if source.is_wide and source.period is not None and not periods:
        what = f"no heading is written like `{source.period.columns}`, so no column holds a period"
        missing.append(Finding("FILE-020", what, where, "write `period.columns` as the headings are"))
    if missing:
        raise StructureError.of(missing)
    return [*found, *(Column(period, heading, header.index(heading) + 1) for heading, period in periods.items())]


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
    n_indicators = len(source.fed)
    product = n_areas * n_periods * n_indicators
    expected = f"; expected at most {n_areas}x{n_periods}x{n_indicators} = {product:,}" if product else ""
    what = f"over {MAX_ROWS:,} rows{expected} (areas x periods of 20 years x indicators)"
    raise StructureError("FILE-043", what, where=name, fix="deliver counts per area, period and category")
