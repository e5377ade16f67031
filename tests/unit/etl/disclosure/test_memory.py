"""The memory of the rounding: kept when a publication succeeds, taken up after a crash, refused when damaged."""

import os
import secrets
import stat
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from config.errors import MachineError
from etl.disclosure import memory as module
from etl.disclosure.leaves import REST
from etl.disclosure.memory import FILE, KEY_FILE, KEY_VARIABLE, PREPARED, Memory, Prepared, rounding_key
from tests.disk import files_limited_to
from tests.tables import table

SHOWN = """
    source_id | indicator | area_code  | period  | shown | is_small
    reports   | burglary  | BU01530101 | 2026-01 | 5     | True
    reports   | burglary  | BU01530102 | 2026-01 | 12    | False
"""
VINTAGE = """
    source_id | period  | vintage
    reports   | 2026-01 | 2024
"""


@pytest.fixture
def published(tmp_path):
    memory = Memory.read(tmp_path)
    memory.prepare(table(SHOWN), table(VINTAGE), load_id="000001").commit()
    return tmp_path


def test_nothing_is_remembered_before_the_first_publication(tmp_path):
    memory = Memory.read(tmp_path)

    assert memory.small().empty
    assert memory.vintages("reports") == {}


def test_small_leaves_and_first_vintages_are_remembered(published):
    memory = Memory.read(published)

    assert memory.small().shown.tolist() == [5]
    assert memory.published("reports", ["2026-01"]).shown.tolist() == [5, 12]
    assert memory.vintages("reports") == {"2026-01": 2024}


def test_what_was_published_is_without_the_rests_of_totals(tmp_path):
    rest = table(SHOWN).assign(indicator=["all", "all#rest"])
    Memory.read(tmp_path).prepare(rest, table(VINTAGE), load_id="000001").commit()

    published = Memory.read(tmp_path).published("reports", ["2026-01"])

    assert published.indicator.tolist() == ["all"]


def test_a_leaf_that_grew_and_shrinks_again_is_shown_as_before(published):
    grown = table(SHOWN).assign(shown=[7, 12], is_small=[False, False])
    Memory.read(published).prepare(grown, table(VINTAGE), load_id="000002").commit()

    memory = Memory.read(published)

    assert memory.small().shown.tolist() == [5]
    assert memory.published("reports", ["2026-01"]).shown.tolist() == [7, 12]


def test_a_period_keeps_the_vintage_it_was_first_published_on(published):
    Memory.read(published).prepare(table(SHOWN), table(VINTAGE).assign(vintage=2026), load_id="000002").commit()

    assert Memory.read(published).vintages("reports") == {"2026-01": 2024}


def test_a_failed_publication_leaves_the_memory_as_it_was(published):
    before = (published / FILE).read_bytes()
    prepared = Memory.read(published).prepare(table(SHOWN).assign(shown=[0, 1]), table(VINTAGE), load_id="000002")

    prepared.discard()

    assert (published / FILE).read_bytes() == before
    assert not (published / PREPARED).exists()


@pytest.mark.parametrize(("served", "expected"), [("000002", [0, 12]), ("000001", [5, 12]), (None, [5, 12])])
def test_after_a_crash_what_was_published_is_what_is_remembered(published, served, expected):
    Memory.read(published).prepare(table(SHOWN).assign(shown=[0, 12]), table(VINTAGE), load_id="000002")

    memory = Memory.read(published, served=served)

    assert memory.published("reports", ["2026-01"]).shown.tolist() == expected
    assert not (published / PREPARED).exists()


@pytest.mark.parametrize("spoil", [lambda content: content[:2000], lambda content: b"", lambda content: b"x" * 5000])
def test_a_damaged_memory_is_refused_with_its_repair(published, spoil):
    path = published / FILE
    content = path.read_bytes()
    path.write_bytes(spoil(content))

    with pytest.raises(MachineError) as refused:
        Memory.read(published)

    assert refused.value.findings[0].code == "DIS-020"
    assert "backup" in refused.value.findings[0].fix


def test_an_unfinished_prepared_file_is_dropped(published):
    (published / PREPARED).write_bytes(b"half a file")

    memory = Memory.read(published, served="000001")

    assert memory.small().shown.tolist() == [5]
    assert not (published / PREPARED).exists()


@pytest.mark.skipif(os.name == "nt", reason="rights of files are those of POSIX")
def test_the_files_are_for_their_owner_only(tmp_path, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    rounding_key(tmp_path)
    Memory.read(tmp_path).prepare(table(SHOWN), table(VINTAGE), load_id="000001").commit()

    assert {path.stat().st_mode & 0o777 for path in (tmp_path / KEY_FILE, tmp_path / FILE)} == {0o600}


def test_the_key_is_made_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)

    first, second = rounding_key(tmp_path), rounding_key(tmp_path)

    assert first == second
    assert len(first) == 32


def test_the_environment_goes_before_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "ab" * 32)

    key = rounding_key(tmp_path)

    assert key == b"\xab" * 32
    assert not (tmp_path / KEY_FILE).exists()


@pytest.mark.parametrize("text", ["", "secret", "ab" * 8])
def test_what_is_no_key_is_refused_without_showing_it(tmp_path, monkeypatch, text):
    monkeypatch.setenv(KEY_VARIABLE, text)

    with pytest.raises(MachineError) as refused:
        rounding_key(tmp_path)

    assert refused.value.findings[0].code == "DIS-021"
    assert not text or text not in str(refused.value)


def test_a_memory_without_its_key_is_refused(published, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)

    with pytest.raises(MachineError, match="its key is not"):
        rounding_key(published)


@pytest.mark.skipif(os.name == "nt", reason="rights of files are those of POSIX")
def test_a_key_that_others_can_read_is_refused(tmp_path, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    rounding_key(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)

    with pytest.raises(MachineError, match="others"):
        rounding_key(tmp_path)


def test_a_full_disk_leaves_nothing_prepared(tmp_path, monkeypatch):
    def full(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("etl.disclosure.memory.sync_file", full)

    with pytest.raises(MachineError) as refused:
        Memory.read(tmp_path).prepare(table(SHOWN), table(VINTAGE), load_id="000001")

    assert refused.value.findings[0].code == "RUN-001"
    assert list(tmp_path.iterdir()) == []
    assert isinstance(Memory.read(tmp_path).leaves, pd.DataFrame)


# --- what is remembered -----------------------------------------------------------------------------------------------


def remember(root, shown: str, vintages: str, load_id: str = "000001") -> Memory:
    Memory.read(root).prepare(table(shown), table(vintages), load_id=load_id).commit()
    return Memory.read(root)


TWO_SOURCES = """
    source_id | indicator | area_code  | period  | shown | is_small
    reports   | burglary  | BU01530101 | 2026-01 | 5     | True
    reports   | burglary  | BU01530101 | 2026-02 | 0     | True
    reports   | burglary  | BU01530102 | 2026-02 | 0     | False
    calls     | burglary  | BU01530101 | 2026-01 | 9     | False
"""
TWO_VINTAGES = """
    source_id | period  | vintage
    reports   | 2026-01 | 2024
    reports   | 2026-02 | 2025
    calls     | 2026-01 | 2026
"""


def test_each_source_has_its_own_leaves_and_vintages(tmp_path):
    memory = remember(tmp_path, TWO_SOURCES, TWO_VINTAGES)

    assert memory.vintages("reports") == {"2026-01": 2024, "2026-02": 2025}
    assert memory.vintages("calls") == {"2026-01": 2026}
    assert memory.vintages("nobody") == {}
    assert memory.published("calls", ["2026-01", "2026-02"]).shown.tolist() == [9]
    february = memory.published("reports", ["2026-02"])
    assert february[["area_code", "shown"]].to_numpy().tolist() == [["BU01530101", 0], ["BU01530102", 0]]
    assert february.index.tolist() == [0, 1]
    assert memory.published("reports", []).empty


def test_only_leaves_that_were_small_are_small_with_whole_numbers(tmp_path):
    small = remember(tmp_path, TWO_SOURCES, TWO_VINTAGES).small()

    assert list(small.columns) == ["source_id", "indicator", "area_code", "period", "shown"]
    assert small[["period", "shown"]].to_numpy().tolist() == [["2026-01", 5], ["2026-02", 0]]
    assert small.shown.dtype == "int64"
    empty = Memory.read(tmp_path / "nothing")
    assert empty.small().shown.dtype == "int64"
    assert empty.published("reports", ["2026-01"]).empty


def test_leaves_of_earlier_loads_stay_known_beside_those_of_this_one(published):
    other = """
        source_id | indicator | area_code  | period  | shown | is_small
        reports   | burglary  | BU01530101 | 2026-02 | 0     | True
        reports   | burglary  | BU01530102 | 2026-01 | 0     | True
    """
    memory = remember(published, other, VINTAGE.replace("2026-01", "2026-02"), "000002")

    shown = memory.published("reports", ["2026-01", "2026-02"]).sort_values(["area_code", "period"])
    assert shown.shown.tolist() == [5, 0, 0]
    assert memory.small().shown.tolist() == [5, 0, 0]
    assert memory.vintages("reports") == {"2026-01": 2024, "2026-02": 2024}


def test_a_rest_is_remembered_as_small_and_not_published(tmp_path):
    memory = remember(tmp_path, SHOWN.replace("burglary ", f"all{REST} "), VINTAGE)

    assert memory.small().indicator.tolist() == [f"all{REST}"]
    assert memory.published("reports", ["2026-01"]).empty


# --- on the disk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(monkeypatch) -> list[str]:
    """What is made durable, in order: `sync <name>` with what lies there at that time, `replace <name>`."""
    events: list[str] = []

    def sync(path: Path) -> None:
        events.append(f"sync {path.name}: {' '.join(sorted(one.name for one in path.parent.glob('rounding*')))}")

    replace = os.replace

    def replaced(old: Path, new: Path) -> None:
        events.append(f"replace {Path(old).name}")
        replace(old, new)

    monkeypatch.setattr(module, "sync_file", sync)
    monkeypatch.setattr(module, "sync_folder", lambda folder: events.append(f"sync folder {folder.name}"))
    monkeypatch.setattr(module.os, "replace", replaced)
    return events


def test_a_prepared_memory_is_on_the_disk_before_anything_is_published(tmp_path, told):
    root = tmp_path / "town"
    root.mkdir()

    prepared = Memory.read(root).prepare(table(SHOWN), table(VINTAGE), load_id="000001")
    assert told == [f"sync {PREPARED}: {PREPARED}", "sync folder town"]  # nothing is left in a log beside it
    prepared.commit()

    assert told[2:] == [f"replace {PREPARED}", "sync folder town"]


def test_a_new_key_is_on_the_disk_before_its_name_is(tmp_path, told, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.setattr(secrets, "token_hex", lambda size: "ab" * size)
    root = tmp_path / "town"
    root.mkdir()
    new = root / f"{KEY_FILE}.new"
    new.write_text("left by a load that died")
    monkeypatch.setattr(module.os, "fsync", lambda file: told.append(f"fsync {new.read_text(encoding='ascii')}"))

    key = rounding_key(root)

    assert key == b"\xab" * 32
    assert told == [f"fsync {'ab' * 32}\n", f"replace {KEY_FILE}.new", "sync folder town"]
    assert (root / KEY_FILE).read_text(encoding="ascii") == "ab" * 32 + "\n"
    assert not new.exists()


def test_a_memory_that_cannot_be_put_in_force_stays_prepared(tmp_path, monkeypatch):
    prepared = Memory.read(tmp_path).prepare(table(SHOWN), table(VINTAGE), load_id="000007")

    def refuse(old, new):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as while_full:
        while_full.setattr(module.os, "replace", refuse)
        with pytest.raises(MachineError) as refused:
            prepared.commit()

    (finding,) = refused.value.findings
    assert (finding.code, finding.what) == ("RUN-001", "disk full after the switch. The load is published")
    assert Memory.read(tmp_path, served="000007").small().shown.tolist() == [5]


def test_a_key_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)

    def refuse(old, new):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "replace", refuse)
    with pytest.raises(MachineError) as refused:
        rounding_key(tmp_path)

    (finding,) = refused.value.findings
    assert (finding.code, finding.what) == ("RUN-001", "disk full before building. Nothing was published")
    assert not (tmp_path / KEY_FILE).exists()


def test_a_disk_that_is_full_when_the_log_is_written_away_prepares_nothing(tmp_path):
    with files_limited_to(100_000), pytest.raises(MachineError) as refused:
        Memory.read(tmp_path).prepare(table(SHOWN), table(VINTAGE), load_id="000001")

    assert refused.value.findings[0].code == "RUN-001"
    assert not (tmp_path / PREPARED).exists()


def test_a_fault_of_the_program_is_no_trouble_of_the_machine(tmp_path):
    with pytest.raises(duckdb.ConversionException):
        Memory.read(tmp_path).prepare(table(SHOWN), table(VINTAGE).assign(vintage="a year"), load_id="000001")

    assert not (tmp_path / PREPARED).exists()


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(MachineError):
        Memory.read(tmp_path / "gone").prepare(table(SHOWN), table(VINTAGE), load_id="000001")


def test_what_is_not_published_can_be_discarded_more_than_once(tmp_path):
    prepared = Memory.read(tmp_path).prepare(table(SHOWN), table(VINTAGE), load_id="000001")

    prepared.discard()
    prepared.discard()

    assert list(tmp_path.iterdir()) == []
    assert prepared == Prepared(tmp_path)


def test_a_memory_may_be_prepared_again(tmp_path):
    for load_id in ("000001", "000002"):
        Memory.read(tmp_path).prepare(table(SHOWN), table(VINTAGE), load_id="000000")
        Memory(tmp_path, *first_tables(tmp_path)).prepare(table(SHOWN), table(VINTAGE), load_id=load_id)

    assert Memory.read(tmp_path, served="000002").small().shown.tolist() == [5]


def first_tables(root):
    memory = Memory.read(root / "empty")
    return memory.leaves, memory.periods


def test_half_a_prepared_file_is_dropped_where_nothing_is_served(published):
    (published / PREPARED).write_bytes(b"half a file")

    assert Memory.read(published).small().shown.tolist() == [5]
    assert not (published / PREPARED).exists()


def test_a_prepared_file_that_names_no_load_is_dropped(published):
    Memory.read(published).prepare(table(SHOWN).assign(shown=[0, 12]), table(VINTAGE), load_id="000002")
    with duckdb.connect(str(published / PREPARED)) as con:
        con.execute("DELETE FROM meta WHERE key = 'load_id'")

    assert Memory.read(published, served="None").small().shown.tolist() == [5]
    assert not (published / PREPARED).exists()


@pytest.mark.parametrize(
    "spoil",
    ["UPDATE meta SET value = '2' WHERE key = 'schema'", "DELETE FROM meta", "DELETE FROM leaf WHERE shown = 12",
     "UPDATE meta SET value = '3' WHERE key = 'leaves'", "DROP TABLE period"],
)  # fmt: skip
def test_a_memory_that_is_not_whole_is_refused(published, spoil):
    with duckdb.connect(str(published / FILE)) as con:
        con.execute(spoil)

    with pytest.raises(MachineError) as refused:
        Memory.read(published)

    (finding,) = refused.value.findings
    assert (finding.code, finding.where) == ("DIS-020", str(published / FILE))


def test_reading_never_opens_a_file_for_writing(published, monkeypatch):
    opened = []
    connect = duckdb.connect

    def seen(path, **how):
        opened.append(how)
        return connect(path, **how)

    Memory.read(published).prepare(table(SHOWN), table(VINTAGE), load_id="000002")
    monkeypatch.setattr(duckdb, "connect", seen)
    Memory.read(published, served="000002")

    assert opened == [{"read_only": True}, {"read_only": True}]


def test_a_disk_that_refuses_to_read_is_trouble_of_the_machine(published, monkeypatch):
    def refuse(path, **how):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(duckdb, "connect", refuse)
    with pytest.raises(MachineError) as refused:
        Memory.read(published)

    assert [finding.code for finding in refused.value.findings] == ["RUN-003"]


# --- the key ----------------------------------------------------------------------------------------------------------


def test_a_key_has_sixteen_bytes_at_least(tmp_path, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, f"  {'ab' * 16}\n")
    assert rounding_key(tmp_path) == b"\xab" * 16

    monkeypatch.setenv(KEY_VARIABLE, "ab" * 15)
    with pytest.raises(MachineError) as refused:
        rounding_key(tmp_path)
    (finding,) = refused.value.findings
    assert finding.where == f"environment variable {KEY_VARIABLE}"
    assert finding.fix == "make one: openssl rand -hex 32"


@pytest.mark.skipif(os.name == "nt", reason="rights of files are those of POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610, 0o601, 0o620, 0o602])
def test_no_right_of_others_on_the_key_is_accepted(tmp_path, monkeypatch, mode):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    path = tmp_path / KEY_FILE
    path.write_text("ab" * 32)
    path.chmod(mode)

    with pytest.raises(MachineError, match="others") as refused:
        rounding_key(tmp_path)
    assert refused.value.findings[0].fix == f"chmod 600 {path}"

    path.chmod(0o500)
    assert rounding_key(tmp_path) == b"\xab" * 32


def test_a_key_file_that_is_no_text_is_refused_as_no_key(tmp_path, monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    path = tmp_path / KEY_FILE
    path.write_bytes(b"\xff\xfe" * 40)
    path.chmod(0o600)

    with pytest.raises(MachineError) as refused:
        rounding_key(tmp_path)

    assert [(finding.code, finding.where) for finding in refused.value.findings] == [("DIS-021", str(path))]


@pytest.mark.skipif(os.name == "nt", reason="rights of files are those of POSIX")
def test_a_memory_is_for_its_owner_before_it_has_its_name(tmp_path):
    Memory.read(tmp_path).prepare(table(SHOWN), table(VINTAGE), load_id="000001")

    assert stat.S_IMODE((tmp_path / PREPARED).stat().st_mode) == 0o600
