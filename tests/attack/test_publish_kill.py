"""Publishing while others read, killed at every step: no read may fail, mix two loads, or go back in time.

`BUURTBEELD_SOAK=1` makes it longer: 500 publications, each step five times, 200 kills at random moments.
SIGKILL does not test a loss of power, as what was written stays in memory: for that the order of fsync is by reasoning.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.publish import FAIL_POINTS
from etl.snapshot import SnapshotStore
from etl.upkeep import verify
from etl.warehouse import read_current, read_manifest
from tests.snapshots import published

SOAK = os.environ.get("BUURTBEELD_SOAK") == "1"
PUBLICATIONS = 500 if SOAK else 20
ROUNDS = 5 if SOAK else 1
RANDOM_KILLS = 200 if SOAK else 8
DAMAGES = 210 if SOAK else 30
READERS = 2
KILLED = -9

SCRIPT = Path(__file__).with_name("publishers.py")


class Process:
    """One of the processes of publishers.py, spoken to by lines."""

    def __init__(self, role: str, root: Path) -> None:
        command = [sys.executable, str(SCRIPT), role, str(root)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.line() == "ready"

    def line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def ask(self, request: str) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{request}\n")
        self._process.stdin.flush()
        return int(self.line())

    def end(self) -> str:
        assert self._process.stdin is not None
        self._process.stdin.close()
        said = self.line()
        assert self._process.wait(60) == 0
        return said

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "oefenstad"
    published(folder)
    return folder


@pytest.fixture
def publisher(root: Path) -> Iterator[Process]:
    process = Process("publish", root)
    yield process
    process.kill()


@pytest.fixture
def readers(root: Path) -> Iterator[list[Process]]:
    processes = [Process("read", root) for _ in range(READERS)]
    yield processes
    for process in processes:
        process.kill()


def served_and_whole(root: Path) -> int:
    """The number of the served load; its file must be there with the right size and sha256, whatever happened."""
    current = read_current(root)
    assert current is not None
    assert current.load_id is not None
    entry = read_manifest(root, current.load_id)["files"]["internal"]
    content = (root / "snapshots" / current.load_id / entry["file"]).read_bytes()
    assert len(content) == entry["bytes"]
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    return int(current.load_id)


def assert_no_bad_reads(readers: list[Process], *, loads_at_least: int) -> None:
    loads: set[str] = set()
    for reader in readers:
        told = json.loads(reader.end())
        seen = told["seen"]
        loads |= set(told["loads"])
        assert seen.pop("reads") > 0
        assert {what: number for what, number in seen.items() if number} == {}
    assert len(loads) >= loads_at_least


@pytest.mark.slow
def test_a_kill_at_each_step_leaves_the_old_or_the_new_and_readers_notice_nothing(
    root: Path, publisher: Process, readers: list[Process]
):
    for point in FAIL_POINTS * ROUNDS:
        before = served_and_whole(root)

        assert publisher.ask(f"{point}:kill") == KILLED

        is_switched = FAIL_POINTS.index(point) >= FAIL_POINTS.index("switched")
        assert (served_and_whole(root) > before) is is_switched, point
    assert publisher.ask("plain") == 0
    assert sorted(path.name for path in (root / "snapshots").glob("build-*")) == []
    assert verify(root) == []
    assert_no_bad_reads(readers, loads_at_least=2)


@pytest.mark.slow
def test_many_publications_and_kills_at_random_moments_spoil_no_read(
    root: Path, publisher: Process, readers: list[Process]
):
    moments = random.Random(20261123)
    for _ in range(PUBLICATIONS):
        before = served_and_whole(root)
        assert publisher.ask("plain") == 0
        assert served_and_whole(root) > before
    for _ in range(RANDOM_KILLS):
        before = served_and_whole(root)
        assert publisher.ask(f"after {moments.uniform(0, 0.5):.3f}") in (KILLED, 0)
        assert served_and_whole(root) >= before

    assert publisher.ask("plain") == 0
    assert verify(root) == []
    assert_no_bad_reads(readers, loads_at_least=5)


def test_rivals_are_refused_while_a_load_is_at_work_and_welcome_when_it_was_killed(root: Path, publisher: Process):
    at_work = publisher.ask("wait")
    deadline = time.monotonic() + 60
    while not (root / "filled").exists() and time.monotonic() < deadline:
        time.sleep(0.02)

    refusals = [publisher.ask("plain") for _ in range(3)]
    served_before = served_and_whole(root)
    os.kill(at_work, 9)

    assert refusals == [50, 50, 50]
    assert served_before == 1
    while publisher.ask("plain") == 50 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert served_and_whole(root) == 2


def test_no_damage_to_a_file_gives_another_answer(root: Path):
    """Bit flips and truncations anywhere: refused when it is opened, and the good snapshot before it is served."""
    published(root)
    path = root / "snapshots" / "000002" / "internal.duckdb"
    path.chmod(0o644)
    good = path.read_bytes()
    places = random.Random(20261123)

    for number in range(DAMAGES):
        if number % 3 == 2:
            path.write_bytes(good[: places.randrange(len(good))])
        else:
            spoiled = bytearray(good)
            spoiled[places.randrange(len(good))] ^= 1 << places.randrange(8)
            path.write_bytes(spoiled)
        with SnapshotStore(root).pinned() as snapshot:
            assert snapshot.load_id == "000001"
            assert snapshot.notice is not None
            assert snapshot.notice.what.endswith("serving 000001")
            assert snapshot.query("SELECT DISTINCT load FROM figure")["load"].tolist() == [1]

    path.write_bytes(good)
    with SnapshotStore(root).pinned() as snapshot:
        assert (snapshot.load_id, snapshot.notice) == ("000002", None)
