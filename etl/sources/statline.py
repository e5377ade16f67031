"""Rows of a StatLine table of the police, as CSV: how OData gives them, and how R packages write them down.

One row is one count of one kind of crime or nuisance, in one area and period. Tables: 47022NED (crimes, month, wijk and
buurt), 47018NED (the same, year), 47013NED (crimes, gemeente), 47024NED (nuisance, month, wijk and buurt), 47025NED
and 47021NED (nuisance, year and gemeente). What differs from file to file and is put up with: delimiter, quotes,
order of columns, an ID or an unnamed first column, the number behind `GeregistreerdeMisdrijven`, columns `*_label`,
`*_Date`, `*_freq`, padding, blank names on rows without events.

An empty cell is a count that the police withhold, never a zero.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from config.errors import Finding, StructureError
from config.model import StatlineSource
from etl.frames import RAW, RawFrame, create
from etl.personal_data import check_headings
from etl.sources import cbs, delimited

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: What a table counts, as StatLine calls the column with the kind of event and (without its number) the count.
CRIMES = ("SoortMisdrijf", "GeregistreerdeMisdrijven")
NUISANCE = ("Overlast", "GeregistreerdeOverlast")
SUBJECT: dict[str, tuple[str, str]] = {
    "47013NED": CRIMES,
    "47018NED": CRIMES,
    "47022NED": CRIMES,
    "47021NED": NUISANCE,
    "47024NED": NUISANCE,
    "47025NED": NUISANCE,
}
AREA_COLUMNS = ("WijkenEnBuurten", "RegioS")
#: Texts that stand for a withheld count.
WITHHELD = (".", "null", "none", "na", "x", "geheim", "-99997")


@dataclass(frozen=True)
class _Columns:
    """The columns of a file that are read, as they are called there."""

    measure: str
    area: str
    period: str
    value: str
    measure_label: str | None
    area_label: str | None

    @property
    def names(self) -> list[str]:
        named = (self.measure, self.area, self.period, self.value, self.measure_label, self.area_label)
        return [name for name in named if name]


def read(
    con: duckdb.DuckDBPyConnection,
    source: StatlineSource,
    path: Path,
    *,
    name: str,
    municipality_code: str,
    table: str,
    areas: AreaTree | None = None,
) -> RawFrame:
    """Fill `table` (columns of `etl.frames.RAW`) with the rows of one municipality.

    Args:
        path: one CSV file. name: its original name, for messages. municipality_code: such as GM0153.

    Returns:
        Area and category codes trimmed, periods in our notation (months, quarters and years side by side, as they
        stand); withheld counts with mark 'suppressed'. Rows of the country and of other municipalities are in
        `skipped`; rows whose area is no code stay, the contract judges them.

    Raises:
        StructureError: not readable as delimited text, other columns than a table of this kind has, or no row of
            this municipality. PersonalDataError: a heading speaks of persons.
    """
    text = delimited.scan(path, name)
    delimiter = delimited.find_delimiter(text)
    header = delimited.read_header(text, delimiter=delimiter)
    check_headings(header, name=name, is_published=True)
    columns = _columns(header, source.table, name)
    loaded = f"{table}__csv"
    rows = delimited.load_text(
        con, path, name=name, delimiter=delimiter, encoding=None, columns=header, table=loaded, keep=columns.names,
        text=text,
    )  # fmt: skip
    kept = _to_raw(con, loaded, table, columns, municipality_code)
    skipped = cbs.count_skipped(con, loaded, columns.area, municipality_code) if kept < rows else {}
    titles = cbs.titles(con, loaded, columns.measure, columns.measure_label)
    area_names = cbs.titles(con, loaded, columns.area, columns.area_label, cbs.is_of("code", municipality_code))
    delimited.drop_text(con, loaded)
    if not kept:
        raise _nothing_of(municipality_code, rows, name)
    return RawFrame(
        table=table,
        measures=titles,
        area_names=area_names,
        skipped=skipped,
        rows_read=rows,
        findings=text.notes() + delimited.header_notes(text, delimiter=delimiter),
        columns={
            role: header.index(column) + 1
            for role, column in zip(("measure", "area", "period", "value"), columns.names, strict=False)
        },
    )


def _nothing_of(municipality_code: str, rows: int, name: str) -> StructureError:
    return StructureError(
        "FILE-027",
        f"none of the {rows} rows is of {municipality_code}",
        where=name,
        fix=f"deliver a file with areas of {municipality_code}, or narrow `path` of this source",
    )


# --- columns ---------------------------------------------------------------------------------------------------------


def _columns(header: Sequence[str], table: str, name: str) -> _Columns:
    """Find the columns that are needed; every one that is missing is a finding of its own."""
    _refuse_other_exports(header, name)
    subjects = [SUBJECT[table]] if table in SUBJECT else [CRIMES, NUISANCE]
    subject = next((known for known in subjects if delimited.find_column(header, known[0])), subjects[0])
    _refuse_other_subject(header, subject, table, name)
    measure = delimited.find_column(header, subject[0])
    area = next(filter(None, (delimited.find_column(header, column) for column in AREA_COLUMNS)), None)
    period = delimited.find_column(header, "Perioden")
    value = _numbered(header, subject[1])
    needed = {subject[0]: measure, AREA_COLUMNS[0]: area, "Perioden": period, f"{subject[1]}_1": value}
    missing = [_missing(column, header, name) for column, found in needed.items() if found is None]
    if missing or not (measure and area and period and value):
        raise StructureError.of(missing)
    return _Columns(
        measure=measure,
        area=area,
        period=period,
        value=value,
        measure_label=delimited.find_column(header, f"{measure}_label"),
        area_label=delimited.find_column(header, f"{area}_label"),
    )


def _numbered(header: Sequence[str], base: str) -> str | None:
    """The column `base_<number>`, or `base` alone; the number differs from table to table."""
    pattern = re.compile(rf"{base}(_\d+)?$", re.IGNORECASE)
    return next((column for column in header if pattern.match(column)), None)


def _missing(column: str, header: Sequence[str], name: str) -> Finding:
    near = None if delimited.has_no_header(header) else delimited.nearest(column, header)
    return Finding(
        "FILE-020",
        f"column `{column}` is missing" + (f" (nearest: `{near}`)" if near else ""),
        f"{name}:1",
        f"deliver the rows of the table as CSV with codes; this file has the columns {delimited.shown(header)}",
    )


def _refuse_other_exports(header: Sequence[str], name: str) -> None:
    """Say what a file is that is not rows with codes: an export of the StatLine screen, or a list of codes."""
    known = {delimited.same(column) for column in header}
    if {"key", "title"} <= known:
        what = "this is a list of codes (Key, Title), not data"
        fix = "deliver the rows of the table (columns SoortMisdrijf or Overlast, WijkenEnBuurten, Perioden, a count)"
        raise StructureError("FILE-020", what, where=f"{name}:1", fix=fix)
    on_screen = {"soort misdrijf", "soort overlast", "overlastregistraties", "wijken en buurten", "plaatsen", "regio's"}
    if len(header) == 1 or (known & on_screen and not known & {delimited.same(column) for column in AREA_COLUMNS}):
        seen = sorted(known & on_screen) or ["a title line above the header"]
        what = f"this is an export of the StatLine web page (names instead of codes: {', '.join(seen)}); not read yet"
        fix = "download the table as CSV with codes (columns such as WijkenEnBuurten and Perioden, as OData gives them)"
        raise StructureError("FILE-045", what, where=f"{name}:1", fix=fix)


def _refuse_other_subject(header: Sequence[str], subject: tuple[str, str], table: str, name: str) -> None:
    other = NUISANCE if subject == CRIMES else CRIMES
    if delimited.find_column(header, other[0]) and not delimited.find_column(header, subject[0]):
        what = f"table {table} has a column `{subject[0]}`, this file has `{other[0]}`"
        fix = "set `table` of this source to the table the file comes from, or move the file"
        raise StructureError("FILE-020", what, where=f"{name}:1", fix=fix)


# --- rows ------------------------------------------------------------------------------------------------------------


def _to_raw(con: duckdb.DuckDBPyConnection, loaded: str, table: str, columns: _Columns, municipality_code: str) -> int:
    """Trim, keep the municipality, write periods, numbers and marks in our words; returns the rows.

    Codes, periods and even counts recur: each different text is judged once, the rows are joined to the verdicts.
    """
    create(con, table, RAW)
    area = cbs.trimmed("said")
    words = {
        "_area": (columns.area, area, f"{area} IS NULL OR NOT {cbs.is_elsewhere(area, municipality_code)}"),
        "_period": (columns.period, cbs.period_in_our_notation("said"), "true"),
        "_measure": (columns.measure, cbs.trimmed("said"), "true"),
    }
    for name, (column, word, condition) in words.items():
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE {name} AS SELECT said, {word} AS word
            FROM (SELECT DISTINCT "{column}" AS said FROM "{loaded}") WHERE {condition}"""
        )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE _value AS
        SELECT said, number, mark, CASE WHEN mark = 'invalid' THEN word END AS text
        FROM (SELECT *, {cbs.mark("word", "number", WITHHELD)} AS mark
              FROM (SELECT *, {cbs.number("word")} AS number
                    FROM (SELECT said, {cbs.trimmed("said")} AS word
                          FROM (SELECT DISTINCT "{columns.value}" AS said FROM "{loaded}"))))"""
    )
    con.execute(
        f"""
        INSERT INTO "{table}" (row, area, period, measure, value, mark, text)
        SELECT row, _area.word, _period.word, _measure.word, number, mark, text
        FROM "{loaded}" l
        JOIN _area ON _area.said IS NOT DISTINCT FROM l."{columns.area}"
        JOIN _period ON _period.said IS NOT DISTINCT FROM l."{columns.period}"
        JOIN _measure ON _measure.said IS NOT DISTINCT FROM l."{columns.measure}"
        JOIN _value ON _value.said IS NOT DISTINCT FROM l."{columns.value}"
        """
    )
    for name in (*words, "_value"):
        con.execute(f"DROP TABLE {name}")
    return int(con.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0])
