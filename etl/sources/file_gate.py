"""The personal data gate over a whole file: headings, every column, and what lies beside the table.

The parts are `etl.personal_data` (headings), `etl.personal_data_columns` (contents) and `workbook_asides` (comments,
properties, other sheets). All that is found comes in one refusal; nothing of the file is kept then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd

from config.errors import Finding, PersonalDataError
from etl import personal_data, personal_data_columns
from etl.frames import cell_place
from etl.personal_data_columns import Column
from etl.sources import delimited, workbook_asides
from etl.sources.sheet import Sheet


def check_file(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    sheet: Sheet,
    *,
    declared: Collection[str],
    known_codes: Collection[str] = (),
    is_workbook: bool = False,
) -> tuple[Finding, ...]:
    """Look through an opened file.

    Args:
        declared: headings that are read. known_codes: see `check_table`.

    Returns:
        Notes on columns that are not read, and warnings on what only looks like a person.

    Raises:
        PersonalDataError: everything that speaks of persons, with its place.
    """
    wanted = {delimited.same(name) for name in declared}
    columns = [
        Column(
            sql=delimited.column_sql(heading),
            heading=heading,
            position=position,
            is_declared=delimited.same(heading) in wanted,
        )
        for position, heading in enumerate(sheet.header, start=1)
    ]
    read = [column.heading for column in columns if column.is_declared]
    gate = _Gate()
    gate.run(lambda: personal_data.check_headings(sheet.header, place=sheet.heading_place, declared=read))
    gate.run(
        lambda: personal_data_columns.check_table(con, sheet.table, columns, place=sheet.place, known_codes=known_codes)
    )
    strays = [(sheet.place(row, position), text) for row, position, text in sheet.strays]
    gate.run(lambda: personal_data_columns.check_texts(strays))
    if is_workbook:
        gate.run(lambda: check_asides(path, sheet.name))
        for title, is_hidden, frame in workbook_asides.other_sheets(path, sheet.name, sheet.title):
            gate.run(lambda: _other_sheet(con, frame, sheet.name, title, is_hidden))  # noqa: B023 (run at once)
    return gate.told()


def check_asides(path: Path, name: str) -> None:
    """Look at the comments, properties and text boxes of a workbook, for every kind of source that reads one.

    Raises:
        PersonalDataError: PII-023.
    """
    personal_data_columns.check_texts(workbook_asides.texts(path, name), code="PII-023")


class _Gate:
    """Runs checks one after another and keeps what each of them says."""

    def __init__(self) -> None:
        self._refused: list[Finding] = []
        self._told: list[Finding] = []

    def run(self, check: Callable[[], Iterable[Finding] | None]) -> None:
        try:
            self._told += check() or ()
        except PersonalDataError as error:
            self._refused += error.findings

    def told(self) -> tuple[Finding, ...]:
        if self._refused:
            raise PersonalDataError.of(self._refused)
        return tuple(self._told)


def _other_sheet(
    con: duckdb.DuckDBPyConnection, frame: pd.DataFrame, name: str, title: str, is_hidden: bool
) -> tuple[Finding, ...]:
    """A sheet that is not read but kept with the file: its headings and its cells."""
    first = frame.iloc[0]
    row = int(first["row"])
    positions = [int(column[1:]) for column in frame.columns if column != "row"]
    headings = {at: "" if pd.isna(first[f"c{at}"]) else str(first[f"c{at}"]) for at in positions}
    header = list(headings.values())
    view = "_other_sheet"
    con.register(view, frame)
    columns = [Column(f"CAST(c{at} AS VARCHAR)", heading, at, is_declared=False) for at, heading in headings.items()]
    gate = _Gate()

    def place(row: int, position: int) -> str:
        return cell_place(name, title, row, position)

    try:
        if sum(bool(heading) for heading in header) > 1:  # one text alone is a title, no header
            gate.run(lambda: _headings(header, lambda at: place(row, positions[at - 1])))
        # Sentences in a sheet that everybody sees are an explanation; in a hidden one they are what is hidden.
        gate.run(lambda: personal_data_columns.check_table(con, view, columns, place=place, has_prose=not is_hidden))
        return gate.told()
    except PersonalDataError as error:
        raise PersonalDataError.of([replace(finding, code="PII-023") for finding in error]) from None
    finally:
        con.unregister(view)


def _headings(header: list[str], place: Callable[[int], str]) -> None:
    personal_data.check_headings(
        ["" if delimited.same(heading) in ("naam", "name", "namen", "names") else heading for heading in header],
        place=place,
        is_published=True,
    )
