"""Key figures of every neighbourhood that a file of key figures holds, of whatever municipality.

The line takes the rows of its own municipality out of a file (`etl.sources.kwb`). Likeness to neighbourhoods elsewhere
needs a few topics of the others too, of one year. Topics, years, numbers and withheld figures are read in the same way.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from config.model import KwbSource
from etl.frames import RAW, create
from etl.sources import cbs, delimited, kwb_tables, table_file
from etl.sources.kwb import Columns, columns_of, number_text, year_of
from etl.sources.kwb_names import MUNICIPALITY_COLUMNS, is_one_of
from etl.sources.table_file import Table

_NEIGHBOURHOOD = "^BU[0-9]{4}[0-9A-Z]{4}$"


@dataclass(frozen=True)
class Neighbourhoods:
    """table: columns of `etl.frames.RAW`, one row per neighbourhood and topic. names: neighbourhood -> its name, and
    municipalities: code -> its name, where the file tells."""

    table: str
    names: dict[str, str]
    municipalities: dict[str, str]


def read_neighbourhoods(
    con: duckdb.DuckDBPyConnection,
    source: KwbSource,
    path: Path,
    *,
    name: str,
    year: str,
    topics: Collection[str],
    table: str,
) -> Neighbourhoods:
    """Fill `table` with some topics of one year, for all neighbourhoods of a file that was accepted before.

    Args:
        topics: base names (`etl.sources.kwb_names`).

    Returns:
        Nothing is read of tables without codes: a name alone does not say of which municipality an area is. A figure
        that is withheld, no number, or given twice for an area is unknown: mark 'suppressed', never 0.
    """
    create(con, table, RAW)
    names: dict[str, str] = {}
    municipalities: dict[str, str] = {}
    for opened in kwb_tables.open_tables(path, name):
        columns, _ = columns_of(opened.header, opened.place, may_have_names=True)
        if not columns.code or (columns.period is None and year_of(opened, source) != year):
            continue
        chosen = {place: topic for place, topic in columns.topics.items() if topic in topics}
        if not chosen:
            continue
        of_area, of_municipality = _read_table(con, opened, columns, chosen, year, table)
        names |= of_area
        municipalities |= of_municipality
    return Neighbourhoods(table, names, municipalities)


def _read_table(
    con: duckdb.DuckDBPyConnection, opened: Table, columns: Columns, chosen: dict[str, str], year: str, table: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Add the rows of one table of the file; returns names of neighbourhoods and of municipalities."""
    assert columns.code
    municipality = next((place for place, said in columns.said.items() if is_one_of(said, MUNICIPALITY_COLUMNS)), None)
    named = [place for place in (columns.code, columns.name, columns.period, municipality) if place]
    kept = sorted({int(place.removeprefix("c")) for place in (*named, *chosen)})
    loaded = f"{table}__file"
    opened.load(con, loaded, kept)
    topic_of = ", ".join(f"('{place}', {delimited.literal(topic)})" for place, topic in chosen.items())
    cells = ", ".join(f"{number_text(place)} AS {place}" for place in chosen)
    when = f"WHERE {cbs.period_in_our_notation(columns.period)} = '{year}'" if columns.period else ""
    con.execute(
        f"""
        WITH hoods AS (
            SELECT part, row, {cbs.trimmed(columns.code)} AS area, {cells} FROM "{loaded}" {when}
        ), long AS (
            SELECT *, {cbs.number("said")} AS number
            FROM (SELECT * FROM hoods WHERE regexp_full_match(area, '{_NEIGHBOURHOOD}'))
                 UNPIVOT INCLUDE NULLS (said FOR place IN ({", ".join(chosen)}))
        )
        INSERT INTO "{table}" (area, period, measure, value, mark)
        SELECT area, '{year}', topic, CASE WHEN count(*) = 1 THEN max(number) END AS found,
               CASE WHEN found IS NULL THEN 'suppressed' END
        FROM long JOIN (VALUES {topic_of}) AS topic_of(place, topic) USING (place)
        GROUP BY area, topic ORDER BY area, topic
        """
    )
    is_named = f"regexp_full_match(code, '{_NEIGHBOURHOOD}') AND title <> code"
    names = cbs.titles(con, loaded, columns.code, columns.name, is_named)
    whole = "code LIKE 'GM____' AND title <> code"
    municipalities = cbs.titles(con, loaded, columns.code, columns.name, whole)
    if municipality:
        told = cbs.titles(con, loaded, columns.code, municipality, f"regexp_full_match(code, '{_NEIGHBOURHOOD}')")
        municipalities |= {f"GM{code[2:6]}": title for code, title in told.items()}
    table_file.drop(con, loaded)
    return names, municipalities
