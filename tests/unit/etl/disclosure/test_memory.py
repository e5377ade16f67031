"""The memory of the rounding: kept when a publication succeeds, taken up after a crash, refused when damaged."""

import os

import pandas as pd
import pytest

from config.errors import MachineError
from etl.disclosure.memory import FILE, KEY_FILE, KEY_VARIABLE, PREPARED, Memory, rounding_key
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
