import datetime as dt
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from config.errors import BusyError, Finding, MachineError, ValuesError
from etl.content import content_hash
from etl.deliveries import DeliveryLog
from etl.frames import work_connection
from etl.publish import FAIL_POINTS, StoppedForTest, create_tables, exclusive_load, prune, publish
from etl.tables import TABLES
from etl.upkeep import verify
from etl.warehouse import kept_loads, read_current, read_manifest
from tests.disk import as_nobody, files_limited_to, fill_up, small_disk
from tests.snapshots import fill, published, same

BEFORE_SWITCH = FAIL_POINTS[: FAIL_POINTS.index("switched")]
AFTER_SWITCH = FAIL_POINTS[FAIL_POINTS.index("switched") :]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "oefenstad"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


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


# --- content hash ----------------------------------------------------------------------------------------------------


def hash_of(*statements: str) -> str:
    with duckdb.connect() as con:
        for statement in statements:
            con.execute(statement)
        return content_hash(con)


def test_the_same_content_in_two_loads_has_the_same_hash(root: Path):
    first = publish(root, same, manifest={})
    second = publish(root, same, manifest={}, now=dt.datetime(2026, 11, 30, tzinfo=dt.UTC))

    assert first.content_hash == second.content_hash
    assert first.load_id != second.load_id


def test_order_of_rows_columns_and_tables_does_not_change_the_hash():
    one = hash_of("CREATE TABLE a AS SELECT i, -i AS j FROM range(9) r(i)", "CREATE TABLE b(x INT)")
    other = hash_of("CREATE TABLE b(x INT)", "CREATE TABLE a AS SELECT -i AS j, i FROM range(9) r(i) ORDER BY i DESC")

    assert one == other


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE a SET v = 4 WHERE i = 3",
        "UPDATE a SET v = NULL WHERE i = 0",
        "UPDATE a SET t = '' WHERE t IS NULL",
        "DELETE FROM a WHERE i = 3",
        "INSERT INTO a SELECT * FROM a WHERE i = 3",
        "ALTER TABLE a RENAME v TO w",
        "ALTER TABLE a ALTER v TYPE FLOAT",
        "UPDATE a SET v = 8 - i WHERE i IN (2, 6)",
        "CREATE TABLE b(x INT)",
    ],
)
def test_any_other_value_row_name_or_type_changes_the_hash(change: str):
    made = "CREATE TABLE a AS SELECT i, i::DOUBLE AS v, CASE WHEN i > 2 THEN 'x' END AS t FROM range(9) r(i)"

    assert hash_of(made, change) != hash_of(made)


def test_what_names_the_load_is_no_content():
    def with_load(load: str) -> str:
        return hash_of(
            f"CREATE TABLE a AS SELECT 1 AS v, '{load}' AS load_id, '{load}' AS snapshot, '{load}' AS received",
            f"CREATE TABLE meta AS SELECT * FROM (VALUES ('load_id', '{load}'), ('today', '2026-11-16')) t(key, value)",
            f"CREATE TABLE revision AS SELECT '{load}' AS old_load, 3 AS old_numerator",
        )

    assert with_load("000001") == with_load("000002")


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


# --- one at a time ---------------------------------------------------------------------------------------------------

HOLD = """
import sys
from pathlib import Path
from etl.publish import exclusive_load
with exclusive_load(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_load(root: Path) -> Iterator[subprocess.Popen[str]]:
    """A load of the same municipality in another process, until its input is closed."""
    command = [sys.executable, "-c", HOLD, str(root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_load_is_told_who_is_busy(root: Path, other_load: subprocess.Popen[str]):
    """RUN-005."""
    with pytest.raises(BusyError) as busy:
        publish(root, fill, manifest={})

    assert busy.value.exit_code == 50
    message = rf"a load for oefenstad is running since \d\d:\d\d \(pid {other_load.pid}, user \S+\); try again later"
    assert busy.match(message)


def test_a_lock_ends_with_its_process_however_that_ends(root: Path, other_load: subprocess.Popen[str]):
    other_load.kill()
    other_load.wait()

    assert publish(root, fill, manifest={}).load_id == "000001"


def test_another_thread_is_a_rival_too(root: Path):
    said: list[str] = []

    def rival() -> None:
        try:
            publish(root, fill, manifest={})
        except BusyError as busy:
            said.append(busy.findings[0].code)

    with exclusive_load(root):
        thread = threading.Thread(target=rival)
        thread.start()
        thread.join()

    assert said == ["RUN-005"]


def test_one_thread_may_take_its_own_lock_again(root: Path):
    with exclusive_load(root) as load:
        made = publish(root, fill, manifest={})
        with exclusive_load(root) as inner:
            assert inner is load

    assert made.load_id == load.load_id


def test_two_municipalities_load_at_once(root: Path, other_load: subprocess.Popen[str]):
    """RUN-006."""
    assert publish(root.parent / "kleinedam", fill, manifest={}).load_id == "000001"


# --- the machine refuses ---------------------------------------------------------------------------------------------


def test_a_full_disk_at_the_switch_leaves_the_published_data(root: Path):
    """RUN-002, with a limit on the size of files in place of a full disk."""
    publish(root, fill, manifest={}, now=dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC))
    limits = []

    def no_room(point: str) -> None:
        if point == "switching":
            limits.append(files_limited_to(10))
            limits[0].__enter__()

    try:
        with pytest.raises(MachineError) as full:
            publish(root, fill, manifest={}, fail_point=no_room)
    finally:
        limits[0].__exit__(None, None, None)

    assert full.value.exit_code == 60
    assert full.value.findings[0].code == "RUN-002"
    assert full.match(r"disk full at the switch\. The published data of 2026-11-16 is unchanged")
    assert served(root) == "000001"
    assert names(root / "snapshots") == ["000001"]


def test_a_full_disk_while_building_leaves_the_published_data(root: Path):
    published(root)

    with files_limited_to(20_000), pytest.raises(MachineError, match="disk full while building"):
        publish(root, fill, manifest={})

    assert served(root) == "000001"
    assert verify(root) == []


@pytest.mark.parametrize("leave", [0, 4, 16, 64, 268, 300, 400, 800, 1600, 6400])
@pytest.mark.parametrize("point", ["building", "switching"])
def test_a_small_real_disk_never_spoils_what_is_published(tmp_path: Path, leave: int, point: str):
    """RUN-002 on a real full disk: with every amount of room the load is whole or refused."""
    with small_disk(tmp_path / "disk", 16) as disk:
        root = disk / "oefenstad"
        published(root)

        def full(name: str) -> None:
            if name == point:
                fill_up(disk, leave=leave * 1024)

        refusals: tuple[Finding, ...] = ()
        try:
            made = publish(root, fill, manifest={}, fail_point=full).load_id
        except MachineError as error:
            made, refusals = "000001", error.findings
        assert all("disk full" in refusal.what for refusal in refusals)
        assert served(root) == made
        assert names(root / "snapshots") == ["000001", "000002"][: int(made)]
        assert verify(root) == []
        (disk / "ballast").unlink()
        assert publish(root, fill, manifest={}).load_id == f"{int(made) + 1:06d}"


def test_too_little_room_is_said_before_building(root: Path, monkeypatch: pytest.MonkeyPatch):
    published(root)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9 - 1000, 1000))

    with pytest.raises(MachineError, match=r"0\.0 MB free, .* MB needed \(5 × the newest"):
        publish(root, fill, manifest={})

    assert served(root) == "000001"


def test_a_folder_without_permission_is_named_with_the_user(open_folder: Path):
    """RUN-003."""
    root = open_folder / "oefenstad"
    published(root)
    (root / "publish.lock").chmod(0o444)

    def load() -> str:
        try:
            publish(root, fill, manifest={})
        except MachineError as error:
            return f"{error.exit_code} {error}"
        return "published"

    said = as_nobody(load)

    assert said.startswith(f"60 error RUN-003: {root}: no permission to write (user ")
    assert "nothing changed" in said
    assert served(root) == "000001"


def test_a_delivery_that_may_not_be_written_is_refused_too(open_folder: Path):
    path = open_folder / "a.csv"
    path.write_text("area;count\n")
    log = DeliveryLog(open_folder / "oefenstad")
    log.folder.mkdir(parents=True)

    def keep() -> str:
        try:
            log.keep("police", path, log.fingerprint(path), {}, dt.datetime.now(dt.UTC))
        except MachineError as error:
            return f"{error.exit_code} {error.findings[0].code}"
        return "kept"

    assert as_nobody(keep) == "60 RUN-003"
    assert log.all() == []


def test_trouble_after_the_switch_is_a_warning_as_the_load_is_published(root: Path):
    published(root)
    (root / "log.jsonl").unlink()
    (root / "log.jsonl").mkdir()

    with exclusive_load(root) as load:
        made = publish(root, fill, manifest={})

    assert served(root) == made.load_id == "000002"
    assert [finding.level for finding in load.findings] == ["warning"]
    assert "000002 is published" in load.findings[0].what


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
