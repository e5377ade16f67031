"""Key figures of neighbourhoods (Kerncijfers wijken en buurten) as CSV: one row an area, one column a topic.

Read are the rows of OData (`WijkenEnBuurten;…;Codering_3;AantalInwoners_5;…`), what R packages make of them, files with
a few columns chosen, and the CBS spreadsheet saved as CSV. Topics are found by base name, whatever number stands behind
it; what is called otherwise stands in `kwb_names`. The year comes from the rows, else from the file name, else from
`year` of the source.

A topic that is empty for every area of the file was not published (yet): it gives no rows. A single empty cell is
withheld by CBS.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from config.errors import Finding, StructureError
from config.model import KwbSource
from etl.frames import RAW, RawFrame, create
from etl.personal_data import check_headings
from etl.sources import cbs, delimited
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

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: Texts that stand for a withheld figure; -99997 is used in CBS grid files.
WITHHELD = (".", "null", "none", "na", "nan", "x", "geheim", "-99997")


@dataclass(frozen=True)
class _Columns:
    """Which position of the file holds what. Columns are called c1, c2, … on the way: names differ per file."""

    code: str
    name: str | None
    period: str | None
    topics: dict[str, str]  # column -> topic
    said: dict[str, str]  # column -> its name in the file

    @property
    def kept(self) -> list[str]:
        return [column for column in (self.code, self.name, self.period) if column] + list(self.topics)

    @property
    def positions(self) -> dict[str, int]:
        """Role or topic -> position in the file, for messages."""
        named = {"area": self.code, **({"period": self.period} if self.period else {})}
        named |= {topic: column for column, topic in self.topics.items()}
        return {role: int(column.removeprefix("c")) for role, column in named.items()}


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
        path: one CSV file. name: its original name, for messages and for the year. municipality_code: such as GM0153.

    Returns:
        One row per area and topic; `measure` is the base name of the topic, `period` the year. Withheld figures have
        mark 'suppressed'. Topics without any figure in the file are in `findings`; rows of other regions in `skipped`.

    Raises:
        StructureError: not readable as delimited text, no column with area codes, no topic, no year, no row of this
            municipality. PersonalDataError: a heading speaks of persons.
    """
    text = delimited.scan(path, name)
    delimiter = delimited.find_delimiter(text)
    header = delimited.read_header(text, delimiter=delimiter)
    check_headings(header, name=name, is_published=True)
    _refuse_other_exports(header, name)
    columns, notes = _columns(header, name)
    year = None if columns.period else _year(name, source)
    loaded = f"{table}__csv"
    rows = delimited.load_text(
        con, path, name=name, delimiter=delimiter, encoding=None, table=loaded, text=text,
        columns=[f"c{position}" for position in range(1, len(header) + 1)], keep=columns.kept,
    )  # fmt: skip
    _refuse_names_for_codes(con, loaded, columns, name)
    delivered, empty = _delivered(con, loaded, columns)
    kept = _to_raw(con, loaded, table, columns, delivered, year, municipality_code)
    skipped = cbs.count_skipped(con, loaded, columns.code, municipality_code)
    is_named = f"{cbs.is_of('code', municipality_code)} AND title <> code"
    area_names = cbs.titles(con, loaded, columns.code, columns.name, is_named)
    delimited.drop_text(con, loaded)
    if not kept:
        raise _nothing_of(municipality_code, rows, name)
    return RawFrame(
        table=table,
        measures={columns.topics[column]: columns.said[column] for column in delivered},
        area_names=area_names,
        skipped=skipped,
        rows_read=rows,
        findings=text.notes() + notes + _not_published(columns, empty, name),
        columns=columns.positions,
    )


def _nothing_of(municipality_code: str, rows: int, name: str) -> StructureError:
    return StructureError(
        "FILE-027",
        f"none of the {rows} rows is of {municipality_code}",
        where=name,
        fix=f"deliver a file with areas of {municipality_code}, or narrow `path` of this source",
    )


# --- columns ---------------------------------------------------------------------------------------------------------


def _columns(header: Sequence[str], name: str) -> tuple[_Columns, tuple[Finding, ...]]:
    """Find code, name, year and topics among the columns; topics whose base name occurs twice are left out and told."""
    places = {f"c{position}": said for position, said in enumerate(header, start=1)}
    code = _first(places, CODE_COLUMNS)
    if code is None:
        raise _no_codes(header, name)
    area_name = _first({place: said for place, said in places.items() if place != code}, NAME_COLUMNS)
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
        raise StructureError("FILE-020", what, where=f"{name}:1", fix=fix)
    return _Columns(code, area_name, period, topics, places), _ambiguous(named, often, name)


def _first(places: dict[str, str], known: Sequence[str]) -> str | None:
    """The column called like the first of the known names that occurs."""
    return next((place for one in known for place, said in places.items() if is_one_of(said, (one,))), None)


def _no_codes(header: Sequence[str], name: str) -> StructureError:
    names = () if delimited.has_no_header(header) else header
    near = next(filter(None, (delimited.nearest(column, names) for column in CODE_COLUMNS)), None)
    return StructureError(
        "FILE-020",
        "no column with area codes" + (f" (nearest: `{near}`)" if near else ""),
        where=f"{name}:1",
        fix=f"deliver the table with codes, in a column called {', '.join(CODE_COLUMNS)}; "
        f"this file has the columns {delimited.shown(header)}",
    )


def _ambiguous(named: dict[str, str], often: set[str], name: str) -> tuple[Finding, ...]:
    if not often:
        return ()
    words = sorted({topic for topic in named.values() if key(topic) in often})
    what = f"{len(words)} topics stand under more than one heading and are not read: {', '.join(words)}"
    return (Finding("FILE-023", what, f"{name}:1", "nothing to do, unless an own indicator needs one", "note"),)


def _refuse_other_exports(header: Sequence[str], name: str) -> None:
    known = {key(base(said)) for said in header}
    if len(header) == 1:
        what = "this is an export of the StatLine web page (title line above the header); not read yet"
        fix = "download the table as CSV with codes (columns such as Codering_3, AantalInwoners_5, as OData gives them)"
        raise StructureError("FILE-045", what, where=f"{name}:1", fix=fix)
    if {"key", "title"} <= known:
        what = "this is a list of codes (Key, Title), not data"
        raise StructureError("FILE-020", what, where=f"{name}:1", fix="deliver the rows of the table")
    if known & {"soortmisdrijf", "overlast"}:
        what = "this is a police table (column `SoortMisdrijf` or `Overlast`), not key figures"
        raise StructureError("FILE-020", what, where=f"{name}:1", fix="name it in a source of kind `statline`")


def _refuse_names_for_codes(con: duckdb.DuckDBPyConnection, loaded: str, columns: _Columns, name: str) -> None:
    code = cbs.trimmed(columns.code)
    found = con.execute(f'SELECT count(*) FROM "{loaded}" WHERE {cbs.is_region(code)}').fetchall()[0][0]
    if not found:
        what = f"column `{columns.said[columns.code]}` holds no area code in any row (names, or another division)"
        fix = "deliver the table with codes such as GM0153, WK015300 and BU01530000"
        raise StructureError("FILE-020", what, where=f"{name}:1", fix=fix)


# --- year ------------------------------------------------------------------------------------------------------------


def _year(name: str, source: KwbSource) -> str:
    """The year of a file without a period column: a known table in its name, else one year there, else the source's."""
    stem = Path(name).name
    tables = {TABLE_YEAR[number] for number in re.findall(r"(?<!\d)\d{5}(?=NED|\D|$)", stem) if number in TABLE_YEAR}
    years = tables or set(re.findall(r"(?<!\d)20\d\d(?!\d)", stem))
    if len(years) == 1:
        return years.pop()
    if source.year:
        return str(source.year)
    said = f"its name says more than one ({', '.join(sorted(years))})" if years else "nor does its name"
    raise StructureError(
        "FILE-046",
        f"the rows do not say which year they are of, {said}",
        where=name,
        fix="set `year` of this source, or put the year or the table (such as 85984NED) in the file name",
    )


# --- rows ------------------------------------------------------------------------------------------------------------


def _delivered(con: duckdb.DuckDBPyConnection, loaded: str, columns: _Columns) -> tuple[list[str], list[str]]:
    """Columns with figures, and columns that are empty in every row. A column of words alone is neither."""
    words = ", ".join(f"'{word}'" for word in ("", *WITHHELD))
    counts = ", ".join(
        f"count(*) FILTER (WHERE {cbs.number(_number_text(place))} IS NOT NULL),"
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


def _number_text(place: str) -> str:
    """The text of a cell with a decimal point; Dutch files write a comma, and no thousands sign."""
    text = cbs.trimmed(place)
    return f"CASE WHEN contains({text}, '.') THEN {text} ELSE replace({text}, ',', '.') END"


def _not_published(columns: _Columns, empty: Sequence[str], name: str) -> tuple[Finding, ...]:
    if not empty:
        return ()
    words = ", ".join(columns.topics[place] for place in empty[:8]) + (", …" if len(empty) > 8 else "")
    what = f"{len(empty)} topics are empty for every area and count as not delivered: {words}"
    return (Finding("FILE-047", what, name, "nothing to do; CBS fills a table in steps", "note"),)


def _to_raw(
    con: duckdb.DuckDBPyConnection,
    loaded: str,
    table: str,
    columns: _Columns,
    delivered: Sequence[str],
    year: str | None,
    municipality_code: str,
) -> int:
    """Turn columns into rows, for the municipality alone; returns the number of rows."""
    create(con, table, RAW)
    if not delivered:
        return 0
    period = cbs.period_in_our_notation(columns.period) if columns.period else f"'{year}'"
    topics = ", ".join(f"('{place}', {delimited.literal(columns.topics[place])})" for place in delivered)
    cells = ", ".join(f"{_number_text(place)} AS {place}" for place in delivered)
    con.execute(
        f"""
        WITH own AS (
            SELECT * FROM (SELECT row, {cbs.trimmed(columns.code)} AS area, {period} AS period, {cells} FROM "{loaded}")
            WHERE area IS NULL OR NOT {cbs.is_elsewhere("area", municipality_code)}
        ), long AS (
            SELECT *, {cbs.number("said")} AS number
            FROM own UNPIVOT INCLUDE NULLS (said FOR place IN ({", ".join(delivered)}))
        ), marked AS (
            SELECT *, {cbs.mark("said", "number", WITHHELD)} AS mark FROM long
        )
        INSERT INTO "{table}" (row, area, period, measure, value, mark, text)
        SELECT row, area, period, topic, number, mark, CASE WHEN mark = 'invalid' THEN said END
        FROM marked JOIN (VALUES {topics}) AS topic_of(place, topic) USING (place)
        ORDER BY row, topic
        """
    )
    return int(con.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0])
