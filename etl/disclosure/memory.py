"""The memory of the rounding: what was shown of each restricted leaf, on which vintage of areas, and the secret key.

    <slug>/rounding.duckdb    leaf: what is shown, and what was shown when it was small; period: its first vintage
    <slug>/rounding.key       the key, where the environment gives none: mode 0600

Both are in every backup and never served. A load reads the memory under its lock, rounds, and writes what it showed
once its publication has succeeded:

    memory = Memory.read(root) → round_leaves(…, remembered=memory.small()) → prepared = memory.prepare(…)
    → publish → prepared.commit()

`prepare` writes the new file aside and on the disk, `commit` is one atomic replace. A load that dies between its switch
and the commit leaves the prepared file; it carries the load id, and `Memory.read` takes it up where that load is served
(and drops it where not): what was published is remembered, whenever the machine stops.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from config.errors import MachineError
from etl.disclosure.leaves import REST
from etl.disclosure.rounding import LEAF_KEY
from etl.storage import is_machine_trouble, machine_error, sync_file, sync_folder

#: Environment variable that holds the key as hexadecimal digits, at least 32 of them (128 bits).
KEY_VARIABLE = "BUURTBEELD_ROUNDING_KEY"
FILE, PREPARED, KEY_FILE = "rounding.duckdb", "rounding.prepared.duckdb", "rounding.key"
_SCHEMA = "1"
_LEAF = {
    "source_id": "VARCHAR",
    "indicator": "VARCHAR",
    "area_code": "VARCHAR",
    "period": "VARCHAR",
    "shown": "BIGINT",  # last
    "when_small": "BIGINT",  # last time that it was 1 … base-1; empty: never
}
_PERIOD = {"source_id": "VARCHAR", "period": "VARCHAR", "vintage": "INTEGER"}


@dataclass(frozen=True)
class Prepared:
    """A memory on the disk that is not in force yet."""

    root: Path

    def commit(self) -> None:
        """In force when this returns. Raises MachineError; the file then stays, and the next read takes it up."""
        try:
            os.replace(self.root / PREPARED, self.root / FILE)
            sync_folder(self.root)
        except OSError as error:
            raise machine_error(error, self.root, stage="after the switch", remains="the load is published") from error

    def discard(self) -> None:
        """Of a publication that failed: nothing of it is remembered."""
        (self.root / PREPARED).unlink(missing_ok=True)


@dataclass(frozen=True)
class Memory:
    """What was ever shown of the restricted leaves of a municipality.

    Attributes:
        leaves: columns of LEAF_KEY, shown, when_small; one row per leaf.
        periods: source_id, period, vintage: the division of areas on which a period was first published.
    """

    root: Path
    leaves: pd.DataFrame
    periods: pd.DataFrame

    @classmethod
    def read(cls, root: Path, *, served: str | None = None) -> Memory:
        """The memory in the folder of a municipality; empty before the first publication. Call it under the lock.

        Args:
            served: load id that CURRENT names; decides what becomes of a prepared file that was left.

        Raises:
            MachineError: DIS-020, damaged; or the disk refuses.
        """
        prepared = root / PREPARED
        if prepared.exists():
            if served is not None and _load_of(prepared) == served:
                Prepared(root).commit()
            else:
                prepared.unlink()
        if not (root / FILE).exists():
            return cls(root, _empty(_LEAF), _empty(_PERIOD))
        return cls(root, *_tables(root / FILE))

    def small(self) -> pd.DataFrame:
        """Leaves that were ever published as small, `shown` as they were then: `remembered` of `round_leaves`."""
        ever = self.leaves[self.leaves.when_small.notna()]
        return ever[LEAF_KEY].assign(shown=ever.when_small.astype("int64"))

    def vintages(self, source_id: str) -> dict[str, int]:
        """Period -> the vintage on which a source's figures of it were first published."""
        mine = self.periods[self.periods.source_id == source_id]
        return dict(zip(mine.period, (int(vintage) for vintage in mine.vintage), strict=True))

    def published(self, source_id: str, periods: list[str]) -> pd.DataFrame:
        """The leaves as they were shown (columns as `leaves`), on the vintage of `vintages`.

        For periods that come again on another division: old area minus new part would give the other part away, so
        the figures on the new division are made from these by crosswalk, or left out.
        """
        mine = (self.leaves.source_id == source_id) & self.leaves.period.isin(periods)
        mine &= ~self.leaves.indicator.str.endswith(REST)  # what the total, which is here too, leaves of its parts
        return self.leaves[mine].reset_index(drop=True)

    def prepare(self, shown: pd.DataFrame, vintages: pd.DataFrame, *, load_id: str) -> Prepared:
        """Write what a load shows, together with all that was shown before, to a file aside.

        Args:
            shown: `Rounded.memory`. A leaf that is not small now keeps what was shown when it was: it may be again.
            vintages: source_id, period, vintage of the leaves. A period that is known keeps its first vintage.
            load_id: of the publication that shows it.

        Raises:
            MachineError: disk or permission.
        """
        path = self.root / PREPARED
        leaves = _merged(self.leaves, shown)
        periods = pd.concat([self.periods, vintages[list(_PERIOD)]]).drop_duplicates(["source_id", "period"])
        try:
            path.unlink(missing_ok=True)
            with duckdb.connect(str(path)) as con:
                for name, columns, rows in (("leaf", _LEAF, leaves), ("period", _PERIOD, periods)):
                    con.register("_rows", rows[list(columns)])
                    types = ", ".join(f"CAST({column} AS {kind}) AS {column}" for column, kind in columns.items())
                    con.execute(f"CREATE TABLE {name} AS SELECT {types} FROM _rows ORDER BY ALL")
                con.execute("CREATE TABLE meta (key VARCHAR, value VARCHAR)")
                facts = {"schema": _SCHEMA, "load_id": load_id, "leaves": str(len(leaves))}
                con.executemany("INSERT INTO meta VALUES (?, ?)", [list(fact) for fact in facts.items()])
                con.execute("CHECKPOINT")
            path.chmod(0o600)
            sync_file(path)
            sync_folder(self.root)
        except (OSError, duckdb.Error) as error:
            path.unlink(missing_ok=True)
            if not is_machine_trouble(error):
                raise
            raise machine_error(error, self.root, stage="while building", remains="nothing was published") from error
        return Prepared(self.root)


def rounding_key(root: Path) -> bytes:
    """The secret key: from the environment, else from the key file, which is made where there is none.

    Raises:
        MachineError: DIS-021: the variable or the file holds no key, others may read the file, or the memory is there
            without the key it was made with. The key itself is in no message.
    """
    given = os.environ.get(KEY_VARIABLE)
    if given is not None:
        return _parsed(given, f"environment variable {KEY_VARIABLE}")
    path = root / KEY_FILE
    if path.exists():
        if os.name != "nt" and path.stat().st_mode & 0o077:
            raise _no_key("others than its owner may read the key", str(path), f"chmod 600 {path}")
        return _parsed(path.read_text(encoding="ascii", errors="replace"), str(path))
    if (root / FILE).exists():
        raise _no_key(
            "the memory of the rounding is here, its key is not",
            str(path),
            f"put {KEY_FILE} back from a backup, or give {KEY_VARIABLE}",
        )
    return _made(path)


def _made(path: Path) -> bytes:
    beside = path.with_name(f"{path.name}.new")
    try:
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
        sync_folder(path.parent)
    except OSError as error:
        raise machine_error(error, path.parent, stage="before building", remains="nothing was published") from error
    return _parsed(path.read_text(encoding="ascii"), str(path))


def _parsed(text: str, where: str) -> bytes:
    key = b""
    with suppress(ValueError):
        key = bytes.fromhex(text.strip())
    if len(key) < 16:
        raise _no_key(
            "this is no key: at least 32 hexadecimal digits are needed", where, "make one: openssl rand -hex 32"
        )
    return key


def _no_key(what: str, where: str, fix: str) -> MachineError:
    return MachineError("DIS-021", what, where=where, fix=fix)


def _merged(before: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """What is shown now goes before what was; what was shown of a leaf when it was small stays known."""
    small = shown.shown.astype("Int64").where(shown.is_small.astype(bool))
    now = shown[LEAF_KEY].assign(shown=shown.shown.astype("Int64"), when_small=small)
    both = now.merge(before, on=LEAF_KEY, how="outer", suffixes=("", "_before"))
    for column in ("shown", "when_small"):
        both[column] = both[column].fillna(both.pop(f"{column}_before").astype("Int64"))
    return both


def _empty(columns: dict[str, str]) -> pd.DataFrame:
    kinds = {"VARCHAR": "object", "BIGINT": "Int64", "INTEGER": "int64"}
    return pd.DataFrame({name: pd.Series(dtype=kinds[kind]) for name, kind in columns.items()})


def _tables(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            leaves = con.execute(f"SELECT {', '.join(_LEAF)} FROM leaf").df()
            periods = con.execute(f"SELECT {', '.join(_PERIOD)} FROM period").df()
            meta = {str(key): str(value) for key, value in con.execute("SELECT key, value FROM meta").fetchall()}
    except duckdb.Error as error:
        raise _damaged(path) from error
    except OSError as error:
        raise machine_error(error, path.parent, stage="before building", remains="nothing was published") from error
    if meta.get("schema") != _SCHEMA or meta.get("leaves") != str(len(leaves)):
        raise _damaged(path)
    return leaves, periods


def _load_of(path: Path) -> str | None:
    """The load that prepared a file; None where it was not finished."""
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            found = con.execute("SELECT value FROM meta WHERE key = 'load_id'").fetchone()
    except duckdb.Error:
        return None
    return None if found is None else str(found[0])


def _damaged(path: Path) -> MachineError:
    return MachineError(
        "DIS-020",
        f"{path.name} is damaged: what was shown before is not known, and showing it otherwise would give counts away",
        where=str(path),
        fix=f"put {path.name} and {KEY_FILE} back from a backup. Without one: remove {path.name} and every snapshot of "
        "this municipality that was public",
    )
