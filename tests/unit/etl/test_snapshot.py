import os
import shutil
import threading
import time
from pathlib import Path

import duckdb
import pytest

import etl.snapshot
from config.errors import ConfigError, MachineError, UsageError
from config.vocabulary import Edition
from etl.publish import exclusive_load, publish
from etl.snapshot import NoSnapshot, QueryStopped, SnapshotStore, open_snapshot
from etl.storage import write_record
from tests.snapshots import damage, fill, published


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "oefenstad"


def file_of(root: Path, load_id: str) -> Path:
    return root / "snapshots" / load_id / "internal.duckdb"


def served(store: SnapshotStore) -> str:
    with store.pinned() as snapshot:
        return snapshot.load_id


# --- following what is published -------------------------------------------------------------------------------------


def test_a_question_is_answered_as_a_frame_with_its_values_apart(root: Path):
    published(root)

    with SnapshotStore(root).pinned() as snapshot:
        frame = snapshot.query("SELECT slug, ? AS asked FROM municipality WHERE code = ?", ["x'; --", "GM9999"])

    assert frame.to_dict("records") == [{"slug": "oefenstad", "asked": "x'; --"}]


def test_the_next_request_sees_the_new_snapshot_and_a_running_one_keeps_its_own(root: Path):
    store = SnapshotStore(root)
    published(root)

    with store.pinned() as first:
        published(root)
        with store.pinned() as second:
            assert first.query("SELECT DISTINCT load FROM figure")["load"].tolist() == [1]
            assert second.query("SELECT DISTINCT load FROM figure")["load"].tolist() == [2]


def test_an_old_snapshot_is_closed_when_its_last_reader_leaves_and_not_before(root: Path):
    store = SnapshotStore(root)
    published(root)

    with store.pinned() as first:
        with store.pinned():
            published(root)
            served(store)
        assert len(first.query("SELECT 1")) == 1

    with pytest.raises(RuntimeError, match="closed"):
        first.query("SELECT 1")


def test_a_reader_outlives_the_removal_of_its_snapshot(root: Path):
    store = SnapshotStore(root)
    published(root)

    with store.pinned() as first:
        published(root, 13)
        assert not file_of(root, "000001").exists()
        assert first.query("SELECT DISTINCT load FROM figure")["load"].tolist() == [1]


def test_between_two_publications_the_same_file_is_used(root: Path):
    store = SnapshotStore(root)
    published(root)

    with store.pinned() as one, store.pinned() as other:
        assert one is other


def test_a_store_can_be_closed_and_asked_again(root: Path):
    store = SnapshotStore(root)
    published(root)
    with store.pinned() as snapshot:
        store.close()
        assert len(snapshot.query("SELECT 1")) == 1

    assert served(store) == "000001"


def test_many_threads_share_one_store(root: Path):
    store = SnapshotStore(root)
    published(root)
    wrong: list[str] = []

    def read() -> None:
        for _ in range(20):
            with store.pinned() as snapshot:
                loads = snapshot.query("SELECT DISTINCT load FROM figure")["load"].tolist()
                if loads != [int(snapshot.load_id)]:
                    wrong.append(snapshot.load_id)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    published(root, 3)
    for thread in threads:
        thread.join()

    assert wrong == []
    assert served(store) == "000004"


def test_a_forked_process_opens_for_itself(root: Path):
    store = SnapshotStore(root)
    published(root)
    with store.pinned() as parents:
        child = os.fork()
        if child == 0:
            with store.pinned() as own:
                is_good = own is not parents and own.query("SELECT count(*) AS n FROM figure")["n"].tolist() == [2000]
            os._exit(0 if is_good else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert len(parents.query("SELECT 1")) == 1


# --- nothing, or something damaged -----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["no folder", "empty", "first load runs"])
def test_before_the_first_load_there_is_no_snapshot_and_it_says_what_to_run(root: Path, state: str):
    """RUN-012."""
    if state == "empty":
        root.mkdir()
    if state == "first load runs":
        with exclusive_load(root):
            pass

    with pytest.raises(NoSnapshot) as none, SnapshotStore(root).pinned():
        pass

    assert none.match("no data loaded yet for oefenstad")
    assert none.match("buurtbeeld load oefenstad")


def test_a_store_asked_too_early_serves_as_soon_as_there_is_something(root: Path):
    store = SnapshotStore(root)
    with pytest.raises(NoSnapshot):
        served(store)

    published(root)

    assert served(store) == "000001"


def test_a_published_file_that_is_gone_makes_the_one_before_served_and_said(root: Path):
    """RUN-011."""
    published(root, 2)
    file_of(root, "000002").unlink()

    with SnapshotStore(root).pinned() as snapshot:
        assert snapshot.load_id == "000001"
        assert snapshot.notice is not None
        assert (snapshot.notice.code, snapshot.notice.level) == ("RUN-011", "warning")
        assert snapshot.notice.what == "000002/internal.duckdb: missing; serving 000001"


@pytest.mark.parametrize(
    "harm", ["bit", "truncated", "empty", "garbage", "no manifest", "bad manifest", "link", "other version"]
)
def test_a_damaged_snapshot_is_never_opened(root: Path, harm: str):
    published(root, 2)
    path = file_of(root, "000002")
    manifest = path.with_name("manifest.json")
    path.chmod(0o644)
    match harm:
        case "bit":
            damage(path, path.stat().st_size // 2, 4)
        case "truncated":
            os.truncate(path, path.stat().st_size - 4096)
        case "empty":
            os.truncate(path, 0)
        case "garbage":
            path.write_bytes(b"\xff" * path.stat().st_size)
        case "no manifest":
            manifest.unlink()
        case "bad manifest":
            manifest.write_text(manifest.read_text().replace('"000002"', '"000001"'))
        case "link":
            shutil.copy(path, root / "copy.duckdb")
            path.unlink()
            path.symlink_to(root / "copy.duckdb")
        case "other version":
            content = etl.snapshot.read_manifest(root, "000002") | {"schema_version": 999}
            write_record(manifest, content)

    with SnapshotStore(root).pinned() as snapshot:
        assert snapshot.load_id == "000001"
        assert snapshot.notice is not None
        assert snapshot.query("SELECT DISTINCT load FROM figure")["load"].tolist() == [1]


def test_a_good_snapshot_that_is_open_goes_on_when_its_successor_is_damaged(root: Path):
    store = SnapshotStore(root)
    published(root)
    with store.pinned() as first:
        published(root)
        file_of(root, "000002").unlink()
        with store.pinned() as second:
            assert second is first
            assert second.notice is not None
    published(root)

    with store.pinned() as third:
        assert (third.load_id, third.notice) == ("000003", None)


def test_when_nothing_good_is_left_it_says_what_is_wrong(root: Path):
    published(root)
    damage(file_of(root, "000001"), 4096, 0)

    with pytest.raises(NoSnapshot, match=r"000001/internal\.duckdb: sha256 differs; no other good"):
        served(SnapshotStore(root))


@pytest.mark.parametrize("harm", ["missing", "damaged", "empty"])
def test_a_spoiled_current_serves_the_newest_good_snapshot_and_says_so(root: Path, harm: str):
    published(root, 2)
    current = root / "CURRENT"
    if harm == "missing":
        current.unlink()
    else:
        current.write_text("" if harm == "empty" else current.read_text().replace("000002", "000001"))

    with SnapshotStore(root).pinned() as snapshot:
        assert snapshot.load_id == "000002"
        assert snapshot.notice is not None
        assert snapshot.notice.what.startswith("CURRENT: ")
        assert snapshot.notice.what.endswith("; serving 000002")


def test_a_mended_snapshot_is_found_again_after_a_while(root: Path, monkeypatch: pytest.MonkeyPatch):
    store = SnapshotStore(root)
    published(root, 2)
    file_of(root, "000002").rename(root / "aside")
    assert served(store) == "000001"
    (root / "aside").rename(file_of(root, "000002"))

    monkeypatch.setattr(etl.snapshot, "LOOK_AGAIN", 0.0)

    assert served(store) == "000002"


# --- one load by its id ----------------------------------------------------------------------------------------------


def test_an_earlier_load_can_be_opened_by_its_id(root: Path):
    published(root, 2)

    snapshot = open_snapshot(root, load_id="000001")

    assert snapshot.query("SELECT DISTINCT load FROM figure")["load"].tolist() == [1]
    snapshot.close()
    snapshot.close()


def test_a_load_that_is_not_kept_or_damaged_is_refused(root: Path):
    published(root, 2)
    damage(file_of(root, "000001"), 8000, 1)

    with pytest.raises(UsageError, match="snapshot 000007 is no longer kept; kept: 000001-000002"):
        open_snapshot(root, load_id="000007")
    with pytest.raises(MachineError, match="000001: sha256 differs"):
        open_snapshot(root, load_id="000001")


def test_an_edition_that_is_not_built_is_a_matter_of_configuration(root: Path):
    published(root)

    with pytest.raises(ConfigError, match="the public edition is not built yet"):
        open_snapshot(root, Edition.PUBLIC)


# --- what a question cannot do ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO figure VALUES (1, 1)",
        "CREATE TABLE mine(i INT)",
        "DROP TABLE figure",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "ATTACH '/tmp/other.duckdb'",
        "COPY figure TO '/tmp/figure.csv'",
        "EXPORT DATABASE '/tmp/export'",
        "INSTALL spatial",
        "LOAD spatial",
        "SET threads = 8",
        "SET enable_external_access = true",
        "RESET memory_limit",
        "PRAGMA temp_directory = '/tmp'",
        "SELECT * FROM frame_of_python",
    ],
)
def test_a_question_cannot_write_reach_files_or_change_settings(root: Path, sql: str):
    frame_of_python = published(root)
    assert frame_of_python

    with SnapshotStore(root).pinned() as snapshot, pytest.raises(duckdb.Error):
        snapshot.query(sql)


def test_the_settings_hold(root: Path):
    published(root)

    with SnapshotStore(root).pinned() as snapshot:
        frame = snapshot.query("SELECT name, value FROM duckdb_settings()")

    settings = dict(zip(frame["name"], frame["value"], strict=True))
    assert settings["access_mode"] == "read_only"
    assert settings["enable_external_access"] == "false"
    assert settings["lock_configuration"] == "true"
    assert settings["threads"] == "1"
    assert settings["temp_directory"] == ""
    assert settings["memory_limit"] == "488.2 MiB"
    assert settings["python_enable_replacements"] == "false"


def test_a_question_that_takes_too_long_is_stopped_and_the_next_one_works(root: Path):
    published(root)
    started = time.monotonic()

    with SnapshotStore(root, timeout=0.3).pinned() as snapshot:
        with pytest.raises(QueryStopped, match=r"took longer than 0\.3 seconds"):
            snapshot.query("SELECT count(*) FROM range(100000) a(i), range(100000) b(i) WHERE sin(a.i + b.i) > 2")
        assert len(snapshot.query("SELECT 1")) == 1

    assert time.monotonic() - started < 10


def test_a_question_that_needs_too_much_memory_is_stopped_and_the_next_one_works(root: Path):
    published(root)

    with SnapshotStore(root).pinned() as snapshot:
        with pytest.raises(QueryStopped, match="needs more than 512MB of memory"):
            snapshot.query("SELECT list(i) FROM range(100000000) r(i)")
        assert len(snapshot.query("SELECT 1")) == 1


def test_the_work_of_a_load_in_the_same_process_does_not_disturb_readers(root: Path):
    store = SnapshotStore(root)
    published(root)

    def fill_while_reading(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
        fill(con, load_id)
        assert served(store) == "000001"

    publish(root, fill_while_reading, manifest={})

    assert served(store) == "000002"
