"""Tables of a snapshot file: make them with their comments, count them, and fingerprint what they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import duckdb

from etl.tables import TABLES

#: Columns that say when or by which load, not what: the same inputs give other values there.
LOAD_COLUMNS = frozenset({"load_id", "snapshot", "built_at", "old_load", "new_load", "received", "cells_revised"})
#: Facts of `meta` of that kind.
LOAD_FACTS = ("load_id", "built_at", "content_hash")
#: Tables about the difference with the load before.
LOAD_TABLES = frozenset({"revision"})


def create_tables(con: duckdb.DuckDBPyConnection, names: Iterable[str], catalog: str | None = None) -> None:
    """Make empty tables of `etl.tables.TABLES`, with the comments of tables and columns.

    Args:
        catalog: name under which the snapshot file is attached; None: the connection is to that file.
    """
    before = con.execute("SELECT current_catalog(), current_schema()").fetchone()
    if catalog:
        con.execute(f"USE {_quoted(catalog)}")
    try:
        for name in names:
            con.execute(TABLES[name].create_sql(name))
            for comment in TABLES[name].comment_sql(name):
                con.execute(comment)
    finally:
        if catalog and before:
            con.execute(f"USE {_quoted(before[0])}.{_quoted(before[1])}")


def counts(con: duckdb.DuckDBPyConnection, catalog: str | None = None) -> dict[str, int]:
    """Rows per table, by name."""
    return {name: _one(con, f"SELECT count(*) FROM {_name(catalog, name)}") for name in _columns(con, catalog)}


def content_hash(con: duckdb.DuckDBPyConnection, catalog: str | None = None) -> str:
    """Fingerprint of what the tables say, whatever the order of rows, columns and tables.

    Per table: names and types of the columns, the number of rows, and the sum over the rows of DuckDB's 64-bit `hash`.
    Left out is what names the load: LOAD_COLUMNS, LOAD_FACTS, LOAD_TABLES. It tells whether two snapshots of one
    version of DuckDB say the same (its `hash` may differ between versions); against forgery there is the sha256 of
    the file.
    """
    lines = [_table_line(con, catalog, name, columns) for name, columns in sorted(_columns(con, catalog).items())]
    return hashlib.sha256("\n".join(line for line in lines if line).encode()).hexdigest()


def _table_line(con: duckdb.DuckDBPyConnection, catalog: str | None, name: str, columns: dict[str, str]) -> str:
    if name in LOAD_TABLES:
        return ""
    said = {column: kind for column, kind in sorted(columns.items()) if column not in LOAD_COLUMNS}
    hashed = ", ".join(_quoted(column) for column in said)
    facts = ", ".join(f"'{fact}'" for fact in LOAD_FACTS)
    rows = f"{_name(catalog, name)}" + (f" WHERE key NOT IN ({facts})" if name == "meta" else "")
    total = _one(con, f"SELECT coalesce(sum(hash({hashed})), 0) FROM {rows}") if said else 0
    number = _one(con, f"SELECT count(*) FROM {rows}")
    return f"{name} {said} {number} {total}"


def _columns(con: duckdb.DuckDBPyConnection, catalog: str | None) -> dict[str, dict[str, str]]:
    """Tables of the file with the names and types of their columns."""
    found = con.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE NOT internal AND database_name = coalesce(?, current_catalog()) ORDER BY ALL",
        [catalog],
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in found:
        tables.setdefault(table, {})[column] = kind
    return tables


def _name(catalog: str | None, table: str) -> str:
    return f"{_quoted(catalog)}.{_quoted(table)}" if catalog else _quoted(table)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    if row is None:
        raise RuntimeError("an aggregate gave no row")
    return int(row[0])
