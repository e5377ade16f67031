"""Columns and types of every frame on the line.

A *frame* is a table in the work connection of one load (an in-memory DuckDB): the steps take and return frames, so
millions of rows never become Python objects. A test makes one from a few lines of text (`tests/tables.py`).

    raw      what a source file says, one row per area x period x measure, still in the source's words
    leaf     accepted rows in our words: indicator, area, period, status
    observation   every cell that is shown, with rate, interval and status (see `etl.tables`)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pandas as pd

from config.errors import Finding

#: A value as a source gives it. `row` is the line in the file (1 = first line), `part` the member of a folder or zip.
#: `area` is a trimmed CBS code (GM…, WK…, BU…) or, unresolved, the source's own word.
#: `period` is in our notation (2026, 2026-Q1, 2026-03, 2026-W12) or, unreadable, the source's own word.
#: `mark`: NULL = a plain number; 'suppressed' = withheld by the source; 'missing' = empty; 'provisional' = a number the
#: source flags as not final; 'invalid' = unreadable, the text is in `text`. `value` is NULL unless the mark is NULL or
#: 'provisional'.
RAW: dict[str, str] = {
    "row": "BIGINT",
    "part": "VARCHAR",
    "area": "VARCHAR",
    "period": "VARCHAR",
    "measure": "VARCHAR",
    "value": "DOUBLE",
    "lower": "DOUBLE",
    "upper": "DOUBLE",
    "mark": "VARCHAR",
    "text": "VARCHAR",
}

#: An accepted cell of one source in our words. `status` is a word of `config.vocabulary.Status`.
LEAF: dict[str, str] = {
    "source_id": "VARCHAR",
    "indicator": "VARCHAR",
    "area_code": "VARCHAR",
    "area_level": "VARCHAR",
    "period": "VARCHAR",
    "period_type": "VARCHAR",
    "value": "DOUBLE",
    "lower": "DOUBLE",
    "upper": "DOUBLE",
    "status": "VARCHAR",
    "delivery": "VARCHAR",  # sha256 of the delivery the cell came from
}

#: A row set aside, with its reason. Holds codes and places, never a free text of the source.
QUARANTINE: dict[str, str] = {
    "source_id": "VARCHAR",
    "delivery": "VARCHAR",
    "part": "VARCHAR",
    "row": "BIGINT",
    "area": "VARCHAR",
    "period": "VARCHAR",
    "measure": "VARCHAR",
    "value": "DOUBLE",
    "code": "VARCHAR",  # such as VAL-004
    "reason": "VARCHAR",
}


@dataclass(frozen=True)
class RawFrame:
    """What an adapter returns: a table with the columns of `RAW`, and what was seen on the way."""

    table: str
    measures: dict[str, str] = field(default_factory=dict)  # source category code -> title, where the file tells
    area_names: dict[str, str] = field(default_factory=dict)  # area code -> name, where the file tells
    skipped: dict[str, int] = field(default_factory=dict)  # reason -> rows, such as {"other municipality": 812}
    rows_read: int = 0
    findings: tuple[Finding, ...] = ()
    header: tuple[str, ...] = ()  # names of the columns of a file that has one table
    columns: dict[str, int] = field(default_factory=dict)  # position of area, period, measure, value (or a measure)
    sheet: str = ""  # of a workbook: its title, for places such as Data!C5


def cell_place(name: str, sheet: str, row: int | None, position: int | None = None) -> str:
    """Where a cell stands: `file:line:column`, in a workbook `file Sheet!C5`; without row or column where unknown."""
    if row is None:
        return name
    if not sheet:
        return f"{name}:{row}:{position}" if position else f"{name}:{row}"
    letters, rest = "", position or 0
    while rest:
        rest, sign = divmod(rest - 1, 26)
        letters = chr(65 + sign) + letters
    return f"{name} {sheet}!{letters}{row}"


def columns_sql(frame: dict[str, str]) -> str:
    """The columns of a frame as they stand in CREATE TABLE."""
    return ", ".join(f'"{name}" {kind}' for name, kind in frame.items())


def create(con: duckdb.DuckDBPyConnection, table: str, frame: dict[str, str]) -> str:
    """Make an empty table with the columns of a frame; returns its name."""
    con.execute(f'CREATE OR REPLACE TABLE "{table}" ({columns_sql(frame)})')
    return table


def work_connection(threads: int = 2, memory: str = "1500MB") -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB for one load: no extensions from the network, bounded memory."""
    return duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": memory,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "true",
        },
    )


def coded(codes: Any, words: Sequence[str]) -> Any:
    """A column of words as positions in a short list: the database then stores each word once."""
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(words), dtype=object))
