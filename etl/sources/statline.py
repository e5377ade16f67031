"""Rows of a StatLine table of the police or Statistics Netherlands: of OData, as R writes them down, or as on screen.

One row is one count of one kind of crime or nuisance, in one area and period. Tables: 47022NED (crimes, month, wijk and
buurt), 47018NED (the same, year), 47013NED (crimes, gemeente), 47024NED (nuisance, month, wijk and buurt), 47025NED
and 47021NED (nuisance, year and gemeente), 83651NED (thefts, gemeente, rounded by Statistics Netherlands).

    rows with codes   CSV, or pages of JSON (`odata_pages`). Put up with: delimiter, quotes, order of columns, an ID or
                      an unnamed first column, the number behind `GeregistreerdeMisdrijven`, columns `*_label`,
                      `*_Date`, `*_freq`, padding, blank names on rows without events
    web exports       labels instead of codes (`statline_export`): areas are placed by name (`area_names`)

An empty cell is a count that the police withhold, never a zero. Of a national file only the municipality is kept.
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
from etl.sources import cbs, delimited, odata_pages, statline_export, statline_labels, table_file
from etl.sources.statline_labels import CRIMES, NUISANCE, SUBJECT, Labelled

if TYPE_CHECKING:
    from etl.areas import AreaTree

AREA_COLUMNS = ("WijkenEnBuurten", "RegioS")
#: Columns beside those that are read which describe the row; any other column of codes divides the counts.
OTHER_COLUMNS = ("ID", "Gemeentenaam", "SoortRegio", "Codering")
#: Texts that stand for a withheld count.
WITHHELD = (".", "null", "none", "na", "x", "geheim", "-99997")
_DIMENSION_CODE = r"[A-Z]{1,2}[0-9]{5,6}|[0-9]{5,7}"


@dataclass(frozen=True)
class _Columns:
    """Positions in the file (1 = first) of the columns that are read."""

    measure: int
    area: int
    period: int
    value: int
    measure_label: int | None = None
    area_label: int | None = None
    provisional: int | None = None
    dimensions: tuple[int, ...] = ()  # further columns of codes: one member of each is kept

    @property
    def kept(self) -> list[int]:
        named = (self.measure, self.area, self.period, self.value, self.measure_label, self.area_label)
        return sorted({place for place in (*named, self.provisional, *self.dimensions) if place})


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
        path: a CSV file, a page of JSON, or a folder or zip of pages. name: its original name, for messages.
        municipality_code: such as GM0153. areas: needed where a file names areas instead of giving codes.

    Returns:
        Area and category codes trimmed, periods in our notation (months, quarters and years side by side, as they
        stand); withheld counts with mark 'suppressed', counts of a period with `*` with mark 'provisional'. Rows of the
        country and of other municipalities, and names without one meaning, are in `skipped`; rows whose area is no code
        stay, the contract judges them.

    Raises:
        StructureError: not readable, other columns than a table of this kind has, or no row of this municipality.
        PersonalDataError: a heading speaks of persons.
    """
    opened = _open(path, name, source, areas)
    if isinstance(opened, Labelled):
        return _from_labels(con, opened, table, municipality_code)
    header = opened.header
    check_headings(header, name=name, is_published=True)
    columns = _columns(header, source.table, opened.place)
    loaded = f"{table}__file"
    only = (columns.area, cbs.kept_only(f"c{columns.area}", municipality_code))
    rows = opened.load(con, loaded, columns.kept, only=only)
    members = _one_member_each(con, loaded, columns, header, opened.place)
    kept = _to_raw(con, loaded, table, columns, members)
    skipped = cbs.count_skipped(con, f"{loaded}__tally", municipality_code)
    titles = cbs.titles(con, loaded, f"c{columns.measure}", _named(columns.measure_label))
    is_own = cbs.is_of("code", municipality_code)
    area_names = cbs.titles(con, loaded, f"c{columns.area}", _named(columns.area_label), is_own)
    table_file.drop(con, loaded)
    if not kept:
        raise _nothing_of(municipality_code, rows, name)
    return RawFrame(
        table=table,
        measures=titles,
        area_names=area_names,
        skipped=skipped,
        rows_read=rows,
        header=opened.header,
        findings=opened.notes,
        columns={role: getattr(columns, role) for role in ("measure", "area", "period", "value")},
    )


def _open(path: Path, name: str, source: StatlineSource, areas: AreaTree | None) -> table_file.Table | Labelled:
    """A table of codes, or the labels of a web export."""
    kind = table_file.format_of(path)
    if kind in ("json", "folder") or (kind == "zip" and odata_pages.is_zip_of_pages(path)):
        return odata_pages.open_pages(path, name)
    text = delimited.scan(path, name)
    export = statline_export.recognise(text)
    if export is None:
        return table_file.of_text(path, name)
    return statline_labels.translate(export, source.table, areas, notes=text.notes())


def _from_labels(con: duckdb.DuckDBPyConnection, labelled: Labelled, table: str, municipality_code: str) -> RawFrame:
    """The rows of a web export, in codes: they pass the same judge of numbers as the others."""
    loaded = f"{table}__file"
    labelled.table.load(con, loaded, range(1, 6))
    kept = _to_raw(con, loaded, table, _Columns(1, 2, 3, 4, provisional=5), {})
    table_file.drop(con, loaded)
    if not kept:
        raise _nothing_of(municipality_code, labelled.rows_read, labelled.table.name)
    return RawFrame(
        table=table,
        measures=labelled.titles,
        area_names=labelled.area_names,
        skipped=labelled.skipped,
        rows_read=labelled.rows_read,
        findings=labelled.findings,
        columns=labelled.columns,
    )


def _nothing_of(municipality_code: str, rows: int, name: str) -> StructureError:
    return StructureError(
        "FILE-027",
        f"none of the {rows} rows is of {municipality_code}",
        where=name,
        fix=f"deliver a file with areas of {municipality_code}, or narrow `path` of this source",
    )


def _named(position: int | None) -> str | None:
    return f"c{position}" if position else None


# --- columns ---------------------------------------------------------------------------------------------------------


def _columns(header: Sequence[str], table: str, place: str) -> _Columns:
    """Find the columns that are needed; every one that is missing is a finding of its own."""
    _refuse_lists(header, place)
    subjects = [SUBJECT[table]] if table in SUBJECT else list(dict.fromkeys([CRIMES, NUISANCE, *SUBJECT.values()]))
    subject = next((known for known in subjects if _place_of(header, known[0])), subjects[0])
    _refuse_other_subject(header, subject, table, place)
    measure = _place_of(header, subject[0])
    area = next(filter(None, (_place_of(header, column) for column in AREA_COLUMNS)), None)
    period = _place_of(header, "Perioden")
    value = _numbered(header, subject[1])
    needed = {subject[0]: measure, AREA_COLUMNS[0]: area, "Perioden": period, f"{subject[1]}_1": value}
    missing = [_missing(column, header, place) for column, found in needed.items() if found is None]
    if missing or not (measure and area and period and value):
        raise StructureError.of(missing)
    read_here = {measure, area, period, value}
    return _Columns(
        measure=measure,
        area=area,
        period=period,
        value=value,
        measure_label=_place_of(header, f"{header[measure - 1]}_label"),
        area_label=_place_of(header, f"{header[area - 1]}_label"),
        dimensions=tuple(
            position
            for position, column in enumerate(header, start=1)
            if position not in read_here and re.fullmatch(r"[A-Z][A-Za-z]+", column) and column not in OTHER_COLUMNS
        ),
    )


def _place_of(header: Sequence[str], wanted: str) -> int | None:
    found = delimited.find_column(header, wanted)
    return None if found is None else list(header).index(found) + 1


def _numbered(header: Sequence[str], base: str) -> int | None:
    """The column `base_<number>`, or `base` alone; the number differs from table to table."""
    pattern = re.compile(rf"{base}(_\d+)?$", re.IGNORECASE)
    return next((position for position, column in enumerate(header, start=1) if pattern.match(column)), None)


def _missing(column: str, header: Sequence[str], place: str) -> Finding:
    near = None if delimited.has_no_header(header) else delimited.nearest(column, header)
    return Finding(
        "FILE-020",
        f"column `{column}` is missing" + (f" (nearest: `{near}`)" if near else ""),
        place,
        f"deliver the rows of the table as CSV with codes; this file has the columns {delimited.shown(header)}",
    )


def _refuse_lists(header: Sequence[str], place: str) -> None:
    """Say what a file is that describes a table instead of holding its rows."""
    known = {delimited.same(column) for column in header}
    if {"key", "title"} <= known:
        what = "this is a list of codes (Key, Title), not data"
        fix = "deliver the rows of the table (columns SoortMisdrijf or Overlast, WijkenEnBuurten, Perioden, a count)"
        raise StructureError("FILE-020", what, where=place, fix=fix)
    if {"identifier", "summary"} <= known or known == {"tableinfos"} or "tableinfos" in known:
        what = "this is the description of a table (TableInfos), not data"
        raise StructureError("FILE-020", what, where=place, fix="deliver the rows of the table")
    if len(header) == 1:
        what = "this is an export of the StatLine web page that is not recognised (a title line above the header)"
        fix = "download the table as CSV with codes (columns such as WijkenEnBuurten and Perioden, as OData gives them)"
        raise StructureError("FILE-045", what, where=place, fix=fix)


def _refuse_other_subject(header: Sequence[str], subject: tuple[str, str], table: str, place: str) -> None:
    other = NUISANCE if subject == CRIMES else CRIMES
    if _place_of(header, other[0]) and not _place_of(header, subject[0]):
        what = f"table {table} has a column `{subject[0]}`, this file has `{other[0]}`"
        fix = "set `table` of this source to the table the file comes from, or move the file"
        raise StructureError("FILE-020", what, where=place, fix=fix)


def _one_member_each(
    con: duckdb.DuckDBPyConnection, loaded: str, columns: _Columns, header: Sequence[str], place: str
) -> dict[int, str]:
    """Further dimensions of a table (with or without violence, age): the member whose rows are counts of all.

    Raises:
        StructureError: FILE-116, several members and no total among them; adding them up could count twice.
    """
    members: dict[int, str] = {}
    for position in columns.dimensions:
        found = con.execute(
            f"""SELECT DISTINCT {cbs.trimmed(f"c{position}")} AS code FROM "{loaded}" WHERE code <> '' ORDER BY code"""
        ).fetchall()
        codes = [str(code) for (code,) in found]
        if len(codes) < 2 or not all(re.fullmatch(_DIMENSION_CODE, code) for code in codes):
            continue  # one member, or no codes at all: a remark of somebody
        totals = [code for code in codes if code.startswith("T")]
        if len(totals) != 1:
            what = f"column `{header[position - 1]}` divides the counts into {len(codes)} and has no total"
            fix = "download the table for one member of it, or with its total"
            raise StructureError("FILE-116", what, where=place, fix=fix)
        members[position] = totals[0]
    return members


# --- rows ------------------------------------------------------------------------------------------------------------


def _to_raw(con: duckdb.DuckDBPyConnection, loaded: str, table: str, columns: _Columns, members: dict[int, str]) -> int:
    """Trim, write periods, numbers and marks in our words; returns the rows.

    Codes, periods and even counts recur: each different text is judged once, the rows are joined to the verdicts.
    """
    create(con, table, RAW)
    words = {
        "_area": (columns.area, cbs.trimmed("said")),
        "_period": (columns.period, cbs.period_in_our_notation("said")),
        "_measure": (columns.measure, cbs.trimmed("said")),
    }
    for name, (column, word) in words.items():
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE {name} AS
            SELECT said, {word} AS word FROM (SELECT DISTINCT c{column} AS said FROM "{loaded}")"""
        )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE _value AS
        SELECT said, number, mark, CASE WHEN mark = 'invalid' THEN word END AS text
        FROM (SELECT *, {cbs.mark("word", "number", WITHHELD)} AS mark
              FROM (SELECT *, {cbs.number("word")} AS number
                    FROM (SELECT said, {cbs.trimmed("said")} AS word
                          FROM (SELECT DISTINCT c{columns.value} AS said FROM "{loaded}"))))"""
    )
    mark = "mark"
    if columns.provisional:
        mark = f"CASE WHEN mark IS NULL AND c{columns.provisional} = '1' THEN 'provisional' ELSE mark END"
    chosen = " AND ".join(
        f"{cbs.trimmed(f'c{position}')} = {delimited.literal(code)}" for position, code in members.items()
    )
    con.execute(
        f"""
        INSERT INTO "{table}" (row, part, area, period, measure, value, mark, text)
        SELECT row, part, _area.word, _period.word, _measure.word, number, {mark}, text
        FROM "{loaded}" l
        JOIN _area ON _area.said IS NOT DISTINCT FROM l.c{columns.area}
        JOIN _period ON _period.said IS NOT DISTINCT FROM l.c{columns.period}
        JOIN _measure ON _measure.said IS NOT DISTINCT FROM l.c{columns.measure}
        JOIN _value ON _value.said IS NOT DISTINCT FROM l.c{columns.value}
        WHERE {chosen or "true"}
        """
    )
    for name in (*words, "_value"):
        con.execute(f"DROP TABLE {name}")
    return int(con.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0])
