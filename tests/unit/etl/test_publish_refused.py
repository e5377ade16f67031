"""A load that the machine refuses: full disks, missing rights."""

import datetime as dt
import shutil
import tempfile
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import Finding, MachineError
from etl.deliveries import DeliveryLog
from etl.publish import exclusive_load, publish
from etl.upkeep import verify
from etl.warehouse import read_current
from tests.disk import as_nobody, files_limited_to, fill_up, small_disk
from tests.snapshots import fill, published


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


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def served(root: Path) -> str | None:
    current = read_current(root)
    return current.load_id if current else None


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
    log.folder.chmod(0o555)

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
