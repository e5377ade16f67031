"""Small tables in sight: data of a test as it would stand on paper."""

from __future__ import annotations

import io

import duckdb
import pandas as pd

from etl.frames import create


def table(text: str) -> pd.DataFrame:
    """A frame from lines of `a | b | c`; the first line is the header, an empty cell is missing."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    rows = "\n".join("|".join(cell.strip() for cell in line.split("|")) for line in lines)
    return pd.read_csv(io.StringIO(rows), sep="|", na_values=[""], keep_default_na=False)


def frame(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], text: str) -> str:
    """A table of the line (see `etl.frames`) from lines of text; columns that are not named stay empty."""
    create(con, name, columns)
    rows = table(text)
    con.register("_rows", rows)
    named = ", ".join(f'"{column}"' for column in rows.columns)
    values = ", ".join(f'CAST("{column}" AS {columns[column]})' for column in rows.columns)
    con.execute(f'INSERT INTO "{name}" ({named}) SELECT {values} FROM _rows')
    con.unregister("_rows")
    return name
