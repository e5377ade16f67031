import datetime as dt
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from config.errors import MachineError, ValuesError
from etl.frames import work_connection
from etl.publish import FAIL_POINTS, StoppedForTest, create_tables, prune, publish
from etl.tables import TABLES
from etl.upkeep import verify
from etl.warehouse import kept_loads, read_current, read_manifest
from tests.snapshots import fill, published

BEFORE_SWITCH = FAIL_POINTS[: FAIL_POINTS.index("switched")]
AFTER_SWITCH = FAIL_POINTS[FAIL_POINTS.index("switched") :]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "oefenstad"


def database(root: Path, load_id: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(root / "snapshots" / load_id / "internal.duckdb"), read_only=True)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def served(root: Path) -> str | None:
    current = read_current(root)
    return current.load_id if current else None


def raise_at(point: str, error: BaseException):
    def reach(name: str) -> None:
        if name == point:
            raise error

    return reach


# --- what is published -----------------------------------------------------------------------------------------------


def test_load_ids_count_up_in_six_digits_and_the_last_is_served(root: Path):
    made = published(root, 3)

    assert [one.load_id for one in made] == ["000001", "000002", "000003"]
    assert served(root) == "000003"


def test_a_snapshot_is_one_read_only_database_and_its_manifest(root: Path):
    published(root)

    folder = root / "snapshots" / "000001"
    manifest = read_manifest(root, "000001")
    database_file = folder / "internal.duckdb"
    assert names(folder) == ["internal.duckdb", "manifest.json"]
    assert database_file.stat().st_mode & 0o222 == 0
    assert manifest["files"]["internal"]["bytes"] == database_file.stat().st_size
    assert manifest["rows"] == {"meta": 5, "municipality": 1, "figure": 2000}
    assert verify(root) == []


def test_what_the_caller_adds_stands_in_the_manifest_and_its_own_keys_cannot_be_given(root: Path):
    publish(root, fill, manifest={"config_hash": "abc", "deliveries": ["d1"]})

    assert read_manifest(root, "000001")["deliveries"] == ["d1"]
    with pytest.raises(ValueError, match="load_id"):
        publish(root, fill, manifest={"load_id": "000009"})


def test_meta_names_the_load_and_its_content(root: Path):
    made = published(root)[0]

    with database(root, "000001") as con:
        meta = dict(con.execute("SELECT key, value FROM meta").fetchall())
    assert meta["load_id"] == "000001"
    assert meta["content_hash"] == made.content_hash == read_manifest(root, "000001")["content_hash"]
    assert meta["edition"] == "internal"


def test_tables_carry_the_comments_of_their_definition(root: Path):
    publish(root, lambda con, load_id: create_tables(con, TABLES), manifest={})

    with database(root, "000001") as con:
        tables = dict(con.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
        bare = con.execute("SELECT count(*) FROM duckdb_columns() WHERE NOT internal AND comment IS NULL").fetchone()
    assert tables == {name: table.comment for name, table in TABLES.items()}
    assert bare == (0,)


def test_a_work_connection_can_fill_the_attached_file_and_lets_it_go(root: Path):
    work = work_connection()
    work.execute("CREATE TABLE leaf AS SELECT 7 AS value")

    def from_work(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
        create_tables(con, ["municipality"], "snapshot")
        con.execute("CREATE TABLE snapshot.figure AS SELECT * FROM leaf")

    publish(root, from_work, manifest={}, work=work)

    with database(root, "000001") as con:
        assert con.execute("SELECT value FROM figure").fetchall() == [(7,)]
    assert work.execute("SELECT count(*) FROM duckdb_databases() WHERE NOT internal").fetchone() == (1,)
    assert work.execute("SELECT value FROM leaf").fetchall() == [(7,)]


# --- stopped half-way ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", BEFORE_SWITCH)
def test_a_load_that_stops_before_the_switch_changes_nothing_and_leaves_nothing(root: Path, point: str):
    published(root)

    with pytest.raises(StoppedForTest):
        publish(root, fill, manifest={}, fail_point=raise_at(point, StoppedForTest(point)))

    assert served(root) == "000001"
    assert names(root / "snapshots") == ["000001"]
    assert publish(root, fill, manifest={}).load_id == "000002"


@pytest.mark.parametrize("point", AFTER_SWITCH)
def test_a_load_that_stops_after_the_switch_is_published(root: Path, point: str):
    published(root)

    with pytest.raises(StoppedForTest):
        publish(root, fill, manifest={}, fail_point=raise_at(point, StoppedForTest(point)))

    assert served(root) == "000002"
    assert verify(root) == []


def test_every_fail_point_is_reached_once_in_its_order(root: Path):
    reached: list[str] = []

    publish(root, fill, manifest={}, fail_point=reached.append)

    assert tuple(reached) == FAIL_POINTS


def test_the_fail_point_of_the_environment_works_only_when_set(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BUURTBEELD_FAIL_POINT", "filled")
    with pytest.raises(StoppedForTest, match="filled"):
        publish(root, fill, manifest={})
    monkeypatch.delenv("BUURTBEELD_FAIL_POINT")

    assert publish(root, fill, manifest={}).load_id == "000001"


def test_an_error_of_the_filling_passes_unchanged(root: Path):
    published(root)
    refused = ValuesError("VAL-035", "too many rows set aside", where="a.csv", fix="mend the file")

    def refuse(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
        raise refused

    with pytest.raises(ValuesError) as raised:
        publish(root, refuse, manifest={})

    assert raised.value is refused
    assert names(root / "snapshots") == ["000001"]


def test_a_mistake_in_the_program_is_no_trouble_of_the_disk(root: Path):
    def wrong(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
        con.execute("SELECT * FROM no_such_table")

    with pytest.raises(duckdb.CatalogException):
        publish(root, wrong, manifest={})

    assert served(root) is None


@pytest.mark.parametrize("attached", [False, True])
def test_ctrl_c_while_building_leaves_the_published_data(root: Path, attached: bool):
    """RUN-008, at the level of the function: the command line says 'stopped' and ends in 130."""
    published(root)
    work = work_connection() if attached else None

    with pytest.raises(KeyboardInterrupt):
        publish(root, fill, manifest={}, work=work, fail_point=raise_at("building", KeyboardInterrupt()))

    assert served(root) == "000001"
    assert names(root / "snapshots") == ["000001"]
    if work is not None:
        assert work.execute("SELECT count(*) FROM duckdb_databases() WHERE NOT internal").fetchone() == (1,)


def test_what_the_filling_did_not_commit_is_not_published(root: Path):
    cursors = []

    def careless(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
        fill(con, load_id)
        cursors.append(con.cursor().execute("BEGIN").execute("INSERT INTO figure VALUES (1, 1)"))

    publish(root, careless, manifest={})

    with database(root, "000001") as con:
        assert con.execute("SELECT count(*) FROM figure").fetchone() == (2000,)
    assert verify(root) == []


def test_a_file_that_the_work_connection_still_writes_is_not_published(root: Path):
    work = work_connection()
    cursors = []

    def careless(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
        con.execute("CREATE TABLE snapshot.figure(i INT)")
        cursors.append(con.cursor().execute("BEGIN").execute("INSERT INTO snapshot.figure VALUES (1)"))

    with pytest.raises(duckdb.Error, match=r"already attached|other write transactions"):
        publish(root, careless, manifest={}, work=work)

    assert served(root) is None
    assert names(root / "snapshots") == []


def test_a_file_left_beside_the_database_is_refused(root: Path):
    published(root)

    def litter(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
        fill(con, load_id)
        con.execute(f"COPY figure TO '{next((root / 'snapshots').glob('build-*'))}/left.csv'")

    with pytest.raises(MachineError, match=r"not what was built \(left beside it: left\.csv\)"):
        publish(root, litter, manifest={})

    assert served(root) == "000001"


def test_leftovers_of_a_dead_load_go_at_the_next_and_their_number_is_not_used_again(root: Path):
    """RUN-009: power lost after the rename, before the switch."""
    published(root, 2)
    shutil.copytree(root / "snapshots" / "000002", root / "snapshots" / "000003")
    (root / "snapshots" / "build-4242-abcd").mkdir()
    (root / "snapshots" / "build-4242-abcd" / "internal.duckdb.wal").write_text("half")
    assert kept_loads(root) == ["000001", "000002"]

    made = publish(root, fill, manifest={})

    assert made.load_id == "000004"
    assert names(root / "snapshots") == ["000001", "000002", "000004"]


@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_without_a_good_current_no_snapshot_is_taken_for_a_leftover(root: Path, harm: str):
    published(root, 2)
    current = root / "CURRENT"
    current.unlink() if harm == "missing" else current.write_text(current.read_text().replace("2", "3"))

    made = publish(root, fill, manifest={})

    assert made.load_id == "000003"
    assert kept_loads(root) == ["000001", "000002", "000003"]


# --- order and age ---------------------------------------------------------------------------------------------------


def test_a_clock_that_jumps_back_does_not_change_the_order(root: Path):
    """RUN-015."""
    now = dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC)
    publish(root, fill, manifest={}, now=now)

    made = publish(root, fill, manifest={}, now=now - dt.timedelta(days=1))

    assert served(root) == made.load_id == "000002"
    assert kept_loads(root) == ["000001", "000002"]


def test_old_snapshots_go_but_month_ends_and_named_ones_stay(root: Path):
    for day in range(1, 4):
        publish(root, fill, manifest={}, now=dt.datetime(2026, 9, day, tzinfo=dt.UTC))
    for _ in range(12):
        publish(root, fill, manifest={}, now=dt.datetime(2026, 11, 16, tzinfo=dt.UTC))

    assert kept_loads(root) == [f"{number:06d}" for number in range(3, 16)]
    assert not list((root / "snapshots").glob("build-*"))
    assert prune(root) == []


def test_each_publication_is_a_line_of_the_log(root: Path):
    published(root, 2)

    lines = [json.loads(line) for line in (root / "log.jsonl").read_text().splitlines()]

    assert [(line["action"], line["load_id"]) for line in lines] == [("publish", "000001"), ("publish", "000002")]
    assert all({"at", "user"} <= line.keys() for line in lines)
