"""Small snapshots for tests: a municipality's folder with a table whose three questions must agree."""

from __future__ import annotations

from pathlib import Path

import duckdb

from etl.content import create_tables
from etl.publish import Published, publish

ROWS = 2_000


def fill(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
    """A municipality and `figure`: each row holds its load's number, so parts of two loads cannot pass for one."""
    create_tables(con, ["meta", "municipality"])
    con.execute("INSERT INTO municipality VALUES ('oefenstad', 'GM9999', 'Oefenstad', 2024, true, true, '2026-11-16')")
    con.execute(f"CREATE TABLE figure AS SELECT i, {int(load_id)} AS load FROM range({ROWS}) r(i)")


def same(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
    """The same content whatever the load, apart from columns that name it."""
    create_tables(con, ["meta", "observation"])
    con.execute(
        "INSERT INTO observation BY NAME "
        "SELECT 'BU0153' || i AS area_code, i / 7 AS value, ? AS load_id FROM range(50) r(i)",
        [load_id],
    )


def published(root: Path, number: int = 1) -> list[Published]:
    """That many snapshots, one after another."""
    return [publish(root, fill, manifest={}) for _ in range(number)]


def damage(path: Path, offset: int, bit: int) -> None:
    """Flip one bit of a published (read-only) file."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[offset] ^= 1 << bit
    path.write_bytes(content)
