import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import BusyError
from etl.publish import exclusive_load, publish
from tests.snapshots import fill


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "oefenstad"


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
