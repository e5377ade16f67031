"""Key figures of neighbourhoods (Kerncijfers wijken en buurten): one row an area, one column a topic.

Read are the rows of OData (`WijkenEnBuurten;…;Codering_3;AantalInwoners_5;…`, CSV or pages of JSON), what R packages
make of them, files with a few columns chosen, the CBS spreadsheet (XLSX, or saved as CSV), a database with a table per
year (SQLite), and the cross table of the StatLine web page. Topics are found by base name, whatever number stands
behind it; what is called otherwise stands in `kwb_names`. Where a table has names of areas and no codes they are placed
by `area_names`. The year comes from the rows, else from the name of the sheet or table, the file name, or `year` of the
source.

A topic that is empty for every area of the file was not published (yet): it gives no rows. A single empty cell is
withheld by CBS.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from config.errors import Finding, StructureError
from config.model import KwbSource
from etl.frames import RAW, RawFrame, create
from etl.personal_data import check_headings
from etl.sources import area_names, cbs, delimited, kwb_tables, table_file
from etl.sources.kwb_names import (
    CODE_COLUMNS,
    NAME_COLUMNS,
    OTHER_COLUMNS,
    PERIOD_COLUMNS,
    TABLE_YEAR,
    base,
    is_one_of,
    key,
    topic_of,
)
from etl.sources.table_file import Table

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: Texts that stand for a withheld figure; -99997 is used in CBS grid files.
WITHHELD = (".", "null", "none", "na", "nan", "x", "geheim", "-99997")
#: Column that holds the code found for a name.
_FOUND = "c0"


@dataclass(frozen=True)
class Columns:
    """Which position of the file holds what. Columns are called c1, c2, … on the way: names differ per file."""

    code: str | None
    name: str | None
    period: str | None
    topics: dict[str, str]  # column -> topic
    said: dict[str, str]  # column -> its name in the file

    @property
    def kept(self) -> list[int]:
        named = [column for column in (self.code, self.name, self.period) if column and column != _FOUND]
        return [int(column.removeprefix("c")) for column in (*named, *self.topics)]

    @property
    def positions(self) -> dict[str, int]:
        """Role or topic -> position in the file, for messages."""
        area = self.name if self.code in (None, _FOUND) else self.code
        named = {"area": area, "period": self.period} | {topic: column for column, topic in self.topics.items()}
        return {role: int(column.removeprefix("c")) for role, column in named.items() if column}


def read(
    con: duckdb.DuckDBPyConnection,
    source: KwbSource,
    path: Path,
    *,
    name: str,
    municipality_code: str,
    table: str,
    areas: AreaTree | None = None,
) -> RawFrame:
    """Fill `table` (columns of `etl.frames.RAW`) with the key figures of one municipality.

    Args:
        path: a file (CSV, JSON, XLSX, SQLite) or a folder of pages. name: its original name, for messages and for the
            year. municipality_code: such as GM0153. areas: needed where a file has names of areas and no codes.

    Returns:
        One row per area and topic; `measure` is the base name of the topic, `period` the year. Withheld figures have
        mark 'suppressed'. Topics without any figure in the file are in `findings`; rows of other regions in `skipped`.

    Raises:
        StructureError: not readable, no column with areas, no topic, no year, no row of this municipality.
        PersonalDataError: a heading speaks of persons.
    """
    create(con, table, RAW)
    parts = [
        _read_table(con, source, opened, table, municipality_code, areas)
        for opened in kwb_tables.open_tables(path, name)
    ]
    rows = sum(part.rows_read for part in parts)
    if not con.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0]:
        raise StructureError(
            "FILE-027",
            f"none of the {rows} rows is of {municipality_code}",
            where=name,
            fix=f"deliver a file with areas of {municipality_code}, or narrow `path` of this source",
        )
    skipped: Counter[str] = Counter()
    for part in parts:
        skipped.update(part.skipped)
    return RawFrame(
        table=table,
        measures={code: title for part in parts for code, title in part.measures.items()},
        area_names={code: title for part in parts for code, title in part.area_names.items()},
        skipped=dict(skipped),
        rows_read=rows,
        findings=tuple(finding for part in parts for finding in part.findings),
        header=parts[0].header if len(parts) == 1 else (),
        columns=parts[0].columns if len(parts) == 1 else {},
    )


def _read_table(
    con: duckdb.DuckDBPyConnection,
    source: KwbSource,
    opened: Table,
    table: str,
    municipality_code: str,
    areas: AreaTree | None,
) -> RawFrame:
    """Add the rows of one table of the file."""
    check_headings(opened.header, name=opened.name, is_published=True)
    _refuse_others(opened.header, opened.place)
    columns, notes = columns_of(opened.header, opened.place, may_have_names=areas is not None)
    year = None if columns.period else year_of(opened, source)
    loaded = f"{table}__file"
    rows = opened.load(con, loaded, columns.kept)
    columns, told, skipped = _with_codes(con, loaded, columns, opened, areas)
    assert columns.code
    delivered, empty = _delivered(con, loaded, columns)
    _to_raw(con, loaded, table, columns, delivered, year, municipality_code)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE _tally AS
        SELECT {columns.code} AS word, count(*) AS n FROM "{loaded}" GROUP BY word"""
    )
    skipped |= cbs.count_skipped(con, "_tally", municipality_code)
    con.execute("DROP TABLE _tally")
    is_named = f"{cbs.is_of('code', municipality_code)} AND title <> code"
    titles = cbs.titles(con, loaded, columns.code, columns.name, is_named) if columns.code != _FOUND else {}
    table_file.drop(con, loaded)
    return RawFrame(
        table=table,
        measures={columns.topics[column]: columns.said[column] for column in delivered},
        area_names=titles,
        skipped=skipped,
        rows_read=rows,
        header=opened.header,
        findings=opened.notes + notes + told + _not_published(columns, empty, opened.name),
        columns=columns.positions,
    )


def _with_codes(
    con: duckdb.DuckDBPyConnection, loaded: str, columns: Columns, opened: Table, areas: AreaTree | None
) -> tuple[Columns, tuple[Finding, ...], dict[str, int]]:
    """The columns with one that holds codes; where the table has names alone they are placed, the rest is left out."""
    if columns.code and _has_codes(con, loaded, columns.code):
        return columns, (), {}
    named = columns.name or columns.code
    if named is None or areas is None:
        said = columns.said[columns.code] if columns.code else "?"
        what = f"column `{said}` holds no area code in any row (names, or another division)"
        fix = "deliver the table with codes such as GM0153, WK015300 and BU01530000"
        raise StructureError("FILE-020", what, where=opened.place, fix=fix)
    counted = con.execute(
        f"""SELECT {cbs.trimmed(named)} AS said, count(*) AS n
        FROM "{loaded}" WHERE said <> '' GROUP BY said ORDER BY said"""
    ).fetchall()
    per_name = Counter({str(said): int(n) for said, n in counted})
    placed = area_names.place(per_name, areas)
    told = area_names.findings(placed, per_name, areas, opened.place.rsplit(":", 1)[0])
    pairs = ", ".join(f"({delimited.literal(said)}, {delimited.literal(code)})" for said, code in placed.codes.items())
    con.execute(
        f"""CREATE TABLE "{loaded}__named" AS SELECT l.*, p.code AS {_FOUND}
        FROM "{loaded}" l JOIN (VALUES {pairs}) AS p(said, code) ON p.said = {cbs.trimmed(named)}"""
    )
    table_file.drop(con, loaded)
    con.execute(f'ALTER TABLE "{loaded}__named" RENAME TO "{loaded}"')
    return replace(columns, code=_FOUND, name=named), told, area_names.skipped(placed, per_name)


def _has_codes(con: duckdb.DuckDBPyConnection, loaded: str, column: str) -> bool:
    found = con.execute(f'SELECT count(*) FROM "{loaded}" WHERE {cbs.is_region(cbs.trimmed(column))}').fetchall()
    return bool(found[0][0])


# --- columns ---------------------------------------------------------------------------------------------------------


def columns_of(header: Sequence[str], where: str, *, may_have_names: bool) -> tuple[Columns, tuple[Finding, ...]]:
    """Find code, name, year and topics among the columns; topics whose base name occurs twice are left out and told."""
    places = {f"c{position}": said for position, said in enumerate(header, start=1)}
    code = _first(places, CODE_COLUMNS)
    area_name = _first({place: said for place, said in places.items() if place != code}, NAME_COLUMNS)
    if code is None and not (area_name and may_have_names):
        raise _no_codes(header, where)
    period = _first(places, PERIOD_COLUMNS)
    aside = CODE_COLUMNS + NAME_COLUMNS + PERIOD_COLUMNS + OTHER_COLUMNS
    named = {
        place: topic_of(said) or base(said)
        for place, said in places.items()
        if not is_one_of(said, aside) and not re.fullmatch(r"column_\d+", said)
    }
    often = {topic for topic, times in Counter(key(topic) for topic in named.values()).items() if times > 1}
    topics = {place: topic for place, topic in named.items() if key(topic) not in often}
    if not topics:
        what = "no column with a topic found"
        fix = "deliver the table with its topics, such as AantalInwoners_5"
        raise StructureError("FILE-020", what, where=where, fix=fix)
    return Columns(code, area_name, period, topics, places), _ambiguous(named, often, where)


def _first(places: dict[str, str], known: Sequence[str]) -> str | None:
    """The column called like the first of the known names that occurs."""
    return next((place for one in known for place, said in places.items() if is_one_of(said, (one,))), None)


def _no_codes(header: Sequence[str], where: str) -> StructureError:
    names = () if delimited.has_no_header(header) else header
    near = next(filter(None, (delimited.nearest(column, names) for column in CODE_COLUMNS)), None)
    return StructureError(
        "FILE-020",
        "no column with area codes" + (f" (nearest: `{near}`)" if near else ""),
        where=where,
        fix=f"deliver the table with codes, in a column called {', '.join(CODE_COLUMNS)}; "
        f"this file has the columns {delimited.shown(header)}",
    )


def _ambiguous(named: dict[str, str], often: set[str], where: str) -> tuple[Finding, ...]:
    if not often:
        return ()
    words = sorted({topic for topic in named.values() if key(topic) in often})
    what = f"{len(words)} topics stand under more than one heading and are not read: {', '.join(words)}"
    return (Finding("FILE-023", what, where, "nothing to do, unless an own indicator needs one", "note"),)


def _refuse_others(header: Sequence[str], where: str) -> None:
    known = {key(base(said)) for said in header}
    if {"key", "title"} <= known or {"identifier", "summary"} <= known:
        what = "this is a list of codes or a description of a table, not data"
        raise StructureError("FILE-020", what, where=where, fix="deliver the rows of the table")
    if known & {"soortmisdrijf", "overlast", "soortdiefstal"}:
        what = "this is a police table (column `SoortMisdrijf` or `Overlast`), not key figures"
        raise StructureError("FILE-020", what, where=where, fix="name it in a source of kind `statline`")
    if {"marges", "leeftijd"} <= known:
        what = "this is a table of the health monitor (columns `Leeftijd`, `Marges`), not key figures"
        raise StructureError("FILE-020", what, where=where, fix="name it in a source of kind `health`")


# --- year ------------------------------------------------------------------------------------------------------------


def year_of(opened: Table, source: KwbSource) -> str:
    """The year of a table without a period column: said by its own name, by the file's, else by the source."""
    for said in (opened.part or "", Path(opened.name).name):
        years = set(_years(said))
        if len(years) == 1:
            return years.pop()
    if source.year:
        return str(source.year)
    years = set(_years(Path(opened.name).name))
    said = f"its name says more than one ({', '.join(sorted(years))})" if years else "nor does its name"
    raise StructureError(
        "FILE-046",
        f"the rows do not say which year they are of, {said}",
        where=opened.name,
        fix="set `year` of this source, or put the year or the table (such as 85984NED) in the file name",
    )


def _years(name: str) -> Iterator[str]:
    """Years that a name speaks of: those of known tables, else numbers like 2023."""
    tables = [number for number in re.findall(r"(?<!\d)\d{5}(?=NED|\D|$)", name) if number in TABLE_YEAR]
    yield from (TABLE_YEAR[number] for number in tables)
    if not tables:
        yield from re.findall(r"(?<!\d)20\d\d(?!\d)", name)


# --- rows ------------------------------------------------------------------------------------------------------------


def _delivered(con: duckdb.DuckDBPyConnection, loaded: str, columns: Columns) -> tuple[list[str], list[str]]:
    """Columns with figures, and columns that are empty in every row. A column of words alone is neither."""
    words = ", ".join(f"'{word}'" for word in ("", *WITHHELD))
    counts = ", ".join(
        f"count(*) FILTER (WHERE {cbs.number(number_text(place))} IS NOT NULL),"
        f"count(*) FILTER (WHERE lower({cbs.trimmed(place)}) NOT IN ({words}))"
        for place in columns.topics
    )
    found = con.execute(f'SELECT {counts} FROM "{loaded}"').fetchall()[0]
    delivered, empty = [], []
    for position, (place, topic) in enumerate(columns.topics.items()):
        numbers, filled = found[2 * position], found[2 * position + 1]
        if numbers or (filled and topic_of(topic)):  # a known topic of words alone: damaged, for the contract to judge
            delivered.append(place)
        elif not filled:
            empty.append(place)
    return delivered, empty


def number_text(place: str) -> str:
    """The text of a cell with a decimal point; Dutch files write a comma, and no thousands sign."""
    text = cbs.trimmed(place)
    return f"CASE WHEN contains({text}, '.') THEN {text} ELSE replace({text}, ',', '.') END"


def _not_published(columns: Columns, empty: Sequence[str], name: str) -> tuple[Finding, ...]:
    if not empty:
        return ()
    words = ", ".join(columns.topics[place] for place in empty[:8]) + (", …" if len(empty) > 8 else "")
    what = f"{len(empty)} topics are empty for every area and count as not delivered: {words}"
    return (Finding("FILE-047", what, name, "nothing to do; CBS fills a table in steps", "note"),)


def _to_raw(
    con: duckdb.DuckDBPyConnection,
    loaded: str,
    table: str,
    columns: Columns,
    delivered: Sequence[str],
    year: str | None,
    municipality_code: str,
) -> None:
    """Turn columns into rows, for the municipality alone, and add them to the table."""
    if not delivered or not columns.code:
        return
    period = cbs.period_in_our_notation(columns.period) if columns.period else f"'{year}'"
    topics = ", ".join(f"('{place}', {delimited.literal(columns.topics[place])})" for place in delivered)
    cells = ", ".join(f"{number_text(place)} AS {place}" for place in delivered)
    con.execute(
        f"""
        WITH own AS (
            SELECT * FROM (
                SELECT part, row, {cbs.trimmed(columns.code)} AS area, {period} AS period, {cells} FROM "{loaded}")
            WHERE area IS NULL OR NOT {cbs.is_elsewhere("area", municipality_code)}
        ), long AS (
            SELECT *, {cbs.number("said")} AS number
            FROM own UNPIVOT INCLUDE NULLS (said FOR place IN ({", ".join(delivered)}))
        ), marked AS (
            SELECT *, {cbs.mark("said", "number", WITHHELD)} AS mark FROM long
        )
        INSERT INTO "{table}" (part, row, area, period, measure, value, mark, text)
        SELECT part, row, area, period, topic, number, mark, CASE WHEN mark = 'invalid' THEN said END
        FROM marked JOIN (VALUES {topics}) AS topic_of(place, topic) USING (place)
        ORDER BY part, row, topic
        """
    )
