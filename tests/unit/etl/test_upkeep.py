import json
from pathlib import Path

import pytest

from config.errors import MachineError, UsageError
from etl.publish import StoppedForTest, prune, publish
from etl.snapshot import SnapshotStore
from etl.upkeep import rollback, status, verify
from etl.warehouse import kept_loads, read_current
from tests.snapshots import damage, fill, published


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "oefenstad"


def stop_at_the_switch(point: str) -> None:
    if point == "switched":
        raise StoppedForTest(point)


def served(root: Path) -> str | None:
    current = read_current(root)
    return current.load_id if current else None


def test_a_rollback_serves_the_snapshot_before_and_keeps_what_came_after(root: Path):
    published(root, 3)

    to = rollback(root, None, "wrong delivery of the police")

    assert to == served(root) == "000002"
    assert kept_loads(root) == ["000001", "000002", "000003"]
    with SnapshotStore(root).pinned() as snapshot:
        assert (snapshot.load_id, snapshot.notice) == ("000002", None)


def test_a_rollback_holds_until_the_next_load_which_counts_on(root: Path):
    published(root, 3)
    rollback(root, "000001", "wrong")

    made = publish(root, fill, manifest={})

    assert made.load_id == served(root) == "000004"
    assert kept_loads(root) == ["000001", "000002", "000003", "000004"]


def test_a_rollback_is_a_line_of_the_log_with_its_reason(root: Path):
    published(root, 2)

    rollback(root, "1", "double count in week 12")

    line = json.loads((root / "log.jsonl").read_text().splitlines()[-1])
    assert (line["action"], line["from"], line["load_id"]) == ("rollback", "000002", "000001")
    assert line["reason"] == "double count in week 12"


def test_a_snapshot_that_is_not_kept_is_refused_with_what_is(root: Path):
    """RUN-014."""
    published(root, 15)

    with pytest.raises(UsageError) as refused:
        rollback(root, "000001", "wrong")

    assert refused.value.exit_code == 2
    assert refused.match(r"snapshot 000001 is no longer kept; kept: 000004-000015")
    assert served(root) == "000015"


@pytest.mark.parametrize(
    ("to", "reason", "what"), [("000002", "x", "served already"), ("000001", " ", "needs a reason")]
)
def test_a_rollback_to_where_it_is_or_without_a_reason_is_refused(root: Path, to: str, reason: str, what: str):
    published(root, 2)

    with pytest.raises(UsageError, match=what):
        rollback(root, to, reason)

    assert served(root) == "000002"


def test_there_is_nothing_before_the_first(root: Path):
    published(root)

    with pytest.raises(UsageError, match="no snapshot before 000001 is kept"):
        rollback(root, None, "wrong")


def test_a_damaged_snapshot_is_never_rolled_back_to(root: Path):
    published(root, 2)
    damage(root / "snapshots" / "000001" / "internal.duckdb", 9000, 3)

    with pytest.raises(MachineError, match=r"000001/internal\.duckdb: sha256 differs"):
        rollback(root, "000001", "wrong")

    assert served(root) == "000002"


def test_the_served_and_the_named_snapshots_are_never_pruned(root: Path):
    published(root, 12)
    with pytest.raises(StoppedForTest):  # published, and stopped before old snapshots were removed
        publish(root, fill, manifest={}, fail_point=stop_at_the_switch)
    rollback(root, "000001", "wrong")

    while_served = prune(root)
    rollback(root, "000013", "mended")

    assert while_served == []
    assert prune(root, named=["000001"]) == []
    assert prune(root) == ["000001"]


def test_verify_tells_each_thing_that_differs(root: Path):
    published(root, 4)
    snapshots = root / "snapshots"
    damage(snapshots / "000001" / "internal.duckdb", 5000, 0)
    (snapshots / "000002" / "internal.duckdb").unlink()
    (snapshots / "000003" / "manifest.json").write_text("{}")

    findings = [(finding.code, finding.what) for finding in verify(root)]

    assert findings == [
        ("RUN-010", "000001/internal.duckdb: sha256 differs"),
        ("RUN-011", "000002/internal.duckdb: missing"),
        ("RUN-010", "000003/manifest.json: missing or damaged"),
    ]


@pytest.mark.parametrize("harm", ["missing", "damaged", "points nowhere"])
def test_verify_tells_a_spoiled_current(root: Path, harm: str):
    published(root, 2)
    current = root / "CURRENT"
    if harm == "missing":
        current.unlink()
    elif harm == "damaged":
        current.write_text(current.read_text().replace("000002", "000001"))
    else:
        (root / "snapshots" / "000002").rename(root / "elsewhere")

    assert len(verify(root)) == 1


def test_status_tells_what_is_kept_and_served(root: Path):
    published(root, 2)

    now = status(root)

    assert (now.slug, now.load_id, now.deliveries) == ("oefenstad", "000002", 0)
    assert [(kept.load_id, kept.is_served) for kept in now.snapshots] == [("000001", False), ("000002", True)]
    assert all(kept.bytes > 10_000 and kept.built_at for kept in now.snapshots)
    assert now.free_bytes > 0


def test_status_before_the_first_load_is_empty(root: Path):
    now = status(root)

    assert (now.load_id, now.published, now.snapshots) == (None, None, ())
    assert verify(root) == []
