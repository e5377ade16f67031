"""The health monitor of GGD, CBS and RIVM by neighbourhood (50120NED): one row an area, one column a topic.

Read are the rows as the service gives them, saved as XLSX, as CSV, or as pages of JSON:

    ID;Leeftijd;Marges;WijkenEnBuurten;Perioden;Gemeentenaam_1;…;ErvarenGezondheidGoedZeerGoed_4;…

Figures are percentages of people of 18 and older, estimated by a model: shares of an area, never added up. `Marges`
says what a row is: MW00000 the value, MOG0095 and MBG0095 the bounds of its 95 % interval. Topics are called by their
base name, as the number behind it moves. A topic that is empty in every area of a period was not asked in that year; a
single empty cell is withheld, for too few people live there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from config.errors import Finding, StructureError
from config.model import HealthSource
from etl.frames import RAW, RawFrame, create
from etl.personal_data import check_headings
from etl.sources import cbs, delimited, odata_pages, sheets, table_file
from etl.sources.table_file import Table

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: People of 18 and older; other ages of the table (53115: 18 to 65, 80200: 65 and older) have no indicator.
ADULTS = "20300"
VALUE, LOWER, UPPER = "MW00000", "MOG0095", "MBG0095"
WITHHELD = (".", "null", "none", "na", "nan", "x", "geheim", "-99997")
_NEEDED = ("Leeftijd", "Marges", "WijkenEnBuurten", "Perioden")
_ABOUT = ("Gemeentenaam", "SoortRegio", "Codering", "ID")


@dataclass(frozen=True)
class _Columns:
    """Positions in the file (1 = first)."""

    age: int
    margin: int
    area: int
    period: int
    area_name: int | None
    topics: dict[int, str]

    @property
    def kept(self) -> list[int]:
        named = (self.age, self.margin, self.area, self.period, self.area_name)
        return sorted({place for place in (*named, *self.topics) if place})


def read(
    con: duckdb.DuckDBPyConnection,
    source: HealthSource,
    path: Path,
    *,
    name: str,
    municipality_code: str,
    table: str,
    areas: AreaTree | None = None,
) -> RawFrame:
    """Fill `table` (columns of `etl.frames.RAW`) with the health figures of one municipality.

    Args:
        path: an XLSX, CSV or JSON file, or a folder or zip of pages. name: its original name, for messages.
        municipality_code: such as GM0153.

    Returns:
        One row per area, year and topic; `measure` is the base name of the topic, `lower` and `upper` its bounds where
        the file has them. Withheld figures have mark 'suppressed'. Rows of other regions and ages are in `skipped`.

    Raises:
        StructureError: not readable, other columns than this table has, or no row of this municipality.
        PersonalDataError: a heading speaks of persons.
    """
    opened = _open(path, name)
    check_headings(opened.header, name=name, is_published=True)
    columns = _columns(opened)
    loaded = f"{table}__file"
    rows = opened.load(
        con, loaded, columns.kept, only=(columns.area, cbs.kept_only(f"c{columns.area}", municipality_code))
    )
    skipped = cbs.count_skipped(con, f"{loaded}__tally", municipality_code) | _other_ages(con, loaded, columns)
    create(con, table, RAW)
    delivered, empty = _delivered(con, loaded, columns)
    _to_raw(con, loaded, table, columns, delivered)
    kept = con.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0]
    table_file.drop(con, loaded)
    if not kept:
        raise _nothing_of(municipality_code, rows, skipped, name)
    return RawFrame(
        table=table,
        measures={columns.topics[place]: opened.header[place - 1] for place in delivered},
        skipped=skipped,
        rows_read=rows,
        header=opened.header,
        findings=opened.notes + _not_asked(columns, empty, name),
        columns={"area": columns.area, "period": columns.period} | {said: n for n, said in columns.topics.items()},
    )


def _open(path: Path, name: str) -> Table:
    """The sheet with the columns of this table, or the file itself."""
    kind = table_file.format_of(path)
    if kind in ("json", "folder") or (kind == "zip" and odata_pages.is_zip_of_pages(path)):
        return odata_pages.open_pages(path, name)
    if kind == "zip" and sheets.is_workbook(path):
        found = sheets.open_workbook(path, name)
        fitting = (table for table in found if all(delimited.find_column(table.header, one) for one in _NEEDED))
        return next(fitting, found[0])
    return table_file.of_text(path, name)


def _columns(opened: Table) -> _Columns:
    header = opened.header
    found = {wanted: delimited.find_column(header, wanted) for wanted in _NEEDED}
    lacking = [wanted for wanted, column in found.items() if column is None]
    if lacking:
        fix = f"deliver the rows of 50120NED with codes; this file has the columns {delimited.shown(header)}"
        raise StructureError.of(
            Finding("FILE-020", f"column `{column}` is missing", opened.place, fix) for column in lacking
        )
    at = {wanted: header.index(str(column)) + 1 for wanted, column in found.items()}
    topics = {
        position: match[1]
        for position, column in enumerate(header, start=1)
        if (match := re.fullmatch(r"([A-Za-z]\w*?)_\d+", column)) and match[1] not in _ABOUT
    }
    if not topics:
        what, fix = "no column with a topic found", "deliver the table with its topics, such as Eenzaam_28"
        raise StructureError("FILE-020", what, where=opened.place, fix=fix)
    twice = sorted({topic for topic in topics.values() if list(topics.values()).count(topic) > 1})
    if twice:
        what = f"topics stand in more than one column: {', '.join(twice)}"
        raise StructureError("FILE-021", what, where=opened.place, fix="deliver the table as the service gives it")
    label = delimited.find_column(header, "WijkenEnBuurten_label")
    name = header.index(label) + 1 if label else None
    return _Columns(at["Leeftijd"], at["Marges"], at["WijkenEnBuurten"], at["Perioden"], name, topics)


def _nothing_of(municipality_code: str, rows: int, skipped: dict[str, int], name: str) -> StructureError:
    if skipped.get("other age"):
        what = f"no row of {municipality_code} is of people of 18 and older (Leeftijd {ADULTS})"
        return StructureError("FILE-027", what, where=name, fix=f"deliver the table with Leeftijd {ADULTS}")
    what = f"none of the {rows} rows is of {municipality_code}"
    fix = f"deliver a file with areas of {municipality_code}, or narrow `path` of this source"
    return StructureError("FILE-027", what, where=name, fix=fix)


def _other_ages(con: duckdb.DuckDBPyConnection, loaded: str, columns: _Columns) -> dict[str, int]:
    age = cbs.trimmed(f"c{columns.age}")
    found = con.execute(f"""SELECT count(*) FROM "{loaded}" WHERE {age} IS DISTINCT FROM '{ADULTS}'""").fetchall()
    return {"other age": int(found[0][0])} if found[0][0] else {}


# --- rows ------------------------------------------------------------------------------------------------------------


def _text(place: int) -> str:
    """A cell with a decimal point; files saved in Dutch write a comma."""
    return f"replace({cbs.trimmed(f'c{place}')}, ',', '.')"


def _delivered(con: duckdb.DuckDBPyConnection, loaded: str, columns: _Columns) -> tuple[list[int], list[int]]:
    """Topics with a figure or a text that should be one, and topics that are empty in every row."""
    words = ", ".join(f"'{word}'" for word in ("", *WITHHELD))
    counts = ", ".join(f"count(*) FILTER (WHERE lower({_text(place)}) NOT IN ({words}))" for place in columns.topics)
    filled = con.execute(f'SELECT {counts} FROM "{loaded}"').fetchall()[0]
    by_topic = dict(zip(columns.topics, filled, strict=True))
    return [place for place, n in by_topic.items() if n], [place for place, n in by_topic.items() if not n]


def _not_asked(columns: _Columns, empty: Sequence[int], name: str) -> tuple[Finding, ...]:
    if not empty:
        return ()
    words = ", ".join(columns.topics[place] for place in empty[:8]) + (", …" if len(empty) > 8 else "")
    what = f"{len(empty)} topics are empty for every area and count as not delivered: {words}"
    return (Finding("FILE-047", what, name, "nothing to do; not every topic is asked every year", "note"),)


def _to_raw(
    con: duckdb.DuckDBPyConnection, loaded: str, table: str, columns: _Columns, delivered: Sequence[int]
) -> None:
    """Columns to rows, and the bounds beside their value. A topic without a figure in a period gives no rows there."""
    if not delivered:
        return
    words = {"area": columns.area, "age": columns.age, "margin": columns.margin}
    named = ", ".join(f"{cbs.trimmed(f'c{place}')} AS {word}" for word, place in words.items())
    cells = ", ".join(f"{_text(place)} AS c{place}" for place in delivered)
    topics = ", ".join(f"('c{place}', {delimited.literal(columns.topics[place])})" for place in delivered)
    con.execute(
        f"""
        INSERT INTO "{table}" (part, row, area, period, measure, value, lower, upper, mark, text)
        WITH own AS (
            SELECT part, row, {named}, {cbs.period_in_our_notation(f"c{columns.period}")} AS period, {cells}
            FROM "{loaded}"
        ), long AS (
            SELECT *, {cbs.number("said")} AS number
            FROM own UNPIVOT INCLUDE NULLS (said FOR place IN ({", ".join(f"c{place}" for place in delivered)}))
            WHERE age = '{ADULTS}'
        ), marked AS (
            SELECT *, {cbs.mark("said", "number", WITHHELD)} AS mark,
                   count(number) OVER (PARTITION BY period, place) AS n_numbers
            FROM long WHERE margin = '{VALUE}'
        ), bound AS (
            SELECT area, period, place, max(number) FILTER (margin = '{LOWER}') AS lower,
                   max(number) FILTER (margin = '{UPPER}') AS upper
            FROM long WHERE margin IN ('{LOWER}', '{UPPER}') GROUP BY ALL
        )
        SELECT part, row, area, period, topic, number, CASE WHEN number IS NOT NULL THEN lower END,
               CASE WHEN number IS NOT NULL THEN upper END, mark, CASE WHEN mark = 'invalid' THEN said END
        FROM marked JOIN (VALUES {topics}) AS topic_of(place, topic) USING (place)
             LEFT JOIN bound USING (area, period, place)
        WHERE n_numbers > 0 OR mark = 'invalid'
        ORDER BY part, row, topic
        """
    )
