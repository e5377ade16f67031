"""Build the database file of one edition: filled, closed, read back, on the disk, read-only."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from config.errors import MachineError
from etl.content import content_hash, counts, create_tables
from etl.storage import fingerprint_file, sync_file
from etl.tables import SCHEMA_VERSION

#: Name of the new file for a work connection that it is attached to.
CATALOG = "snapshot"

#: Makes and fills the tables of a snapshot: gets a connection and the load id.
Fill = Callable[[duckdb.DuckDBPyConnection, str], None]

#: Called with the name of each stage that is reached.
Reach = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """A database file that stands."""

    path: Path
    content_hash: str
    rows: dict[str, int]

    def entry(self) -> dict[str, Any]:
        """What the manifest says of this file."""
        return {
            "file": self.path.name,
            "sha256": fingerprint_file(self.path),
            "bytes": self.path.stat().st_size,
            "content_hash": self.content_hash,
        }


def build_database(
    path: Path,
    fill: Fill,
    facts: dict[str, str],
    *,
    reach: Reach,
    remains: Callable[[], str],
    work: duckdb.DuckDBPyConnection | None = None,
) -> Built:
    """Make one file.

    Args:
        path: does not exist yet, and never existed: DuckDB remembers open files by path.
        facts: rows of `meta` that only the publication knows; holds `load_id`.
        reach: called at the stages building, filled, counted, checkpointed, closed, checked, synced.
        remains: what stays when this fails, for the message.
        work: a connection that the new file is attached to as `CATALOG`; None: the file gets its own connection.

    Raises:
        MachineError: RUN-010, what is on the disk is not what was built.
        Whatever `fill` raises.
    """
    make = _make_alone if work is None else _make_attached(work)
    digest, rows = make(path, fill, facts, reach)
    reach("closed")
    with duckdb.connect(str(path), read_only=True) as con:
        is_same = counts(con) == rows and content_hash(con) == digest
    if not is_same:
        raise not_what_was_built(path, "", remains())
    reach("checked")
    sync_file(path)
    path.chmod(0o444)
    reach("synced")
    return Built(path, digest, rows)


def not_what_was_built(path: Path, detail: str, remains: str) -> MachineError:
    return MachineError(
        "RUN-010",
        f"the new database is not what was built{detail}. {remains.capitalize()}",
        where=str(path),
        fix="check the disk, then load again",
    )


def _make_alone(path: Path, fill: Fill, facts: dict[str, str], reach: Reach) -> tuple[str, dict[str, int]]:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    with duckdb.connect(str(path), config=settings) as con:
        reach("building")
        fill(con, facts["load_id"])
        return _complete(con, None, facts, reach)


def _make_attached(
    work: duckdb.DuckDBPyConnection,
) -> Callable[[Path, Fill, dict[str, str], Reach], tuple[str, dict[str, int]]]:
    def make(path: Path, fill: Fill, facts: dict[str, str], reach: Reach) -> tuple[str, dict[str, int]]:
        quoted = str(path).replace("'", "''")
        work.execute(f"ATTACH '{quoted}' AS {CATALOG}")
        try:
            reach("building")
            fill(work, facts["load_id"])
            made = _complete(work, CATALOG, facts, reach)
        except BaseException:
            with suppress(duckdb.Error):  # what went wrong is told, not that it also cannot let go of the file
                work.execute(f"DETACH {CATALOG}")
            raise
        work.execute(f"DETACH {CATALOG}")
        return made

    return make


def _complete(
    con: duckdb.DuckDBPyConnection, catalog: str | None, facts: dict[str, str], reach: Reach
) -> tuple[str, dict[str, int]]:
    """Facts of the publication, the fingerprint and the number of rows; then everything to the file."""
    reach("filled")
    if "meta" not in counts(con, catalog):
        create_tables(con, ["meta"], catalog)
    _note(con, catalog, facts | {"schema_version": str(SCHEMA_VERSION)})
    digest = content_hash(con, catalog)
    _note(con, catalog, {"content_hash": digest})
    rows = counts(con, catalog)
    reach("counted")
    con.execute(f"CHECKPOINT {catalog or ''}")
    reach("checkpointed")
    return digest, rows


def _note(con: duckdb.DuckDBPyConnection, catalog: str | None, facts: dict[str, str]) -> None:
    """Facts in `meta` that only the publication knows."""
    name = f"{catalog}.meta" if catalog else "meta"
    for key, value in facts.items():
        con.execute(f"DELETE FROM {name} WHERE key = ?", [key])
        con.execute(f"INSERT INTO {name} VALUES (?, ?)", [key, value])
