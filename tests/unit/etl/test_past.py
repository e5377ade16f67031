"""Earlier snapshots stay readable while the newest is served."""

import pytest

from config.errors import UsageError
from config.vocabulary import Edition
from etl.asof import kept_snapshots
from etl.content import create_tables
from etl.past import PastSnapshots
from etl.publish import publish


def fill(name):
    def put(con, load_id):
        create_tables(con, ["meta"])
        con.execute("INSERT INTO meta VALUES ('municipality', ?)", [name])

    return put


@pytest.fixture
def root(tmp_path):
    for name in ("first", "second", "third"):
        publish(tmp_path / "town", fill(name), manifest={})
    return tmp_path / "town"


def said(snapshot):
    return snapshot.query("SELECT value FROM meta WHERE key = 'municipality'").value[0]


def test_each_kept_load_can_be_read(root):
    past = PastSnapshots(root, Edition.INTERNAL)

    for load_id, name in (("000001", "first"), ("000002", "second"), ("000001", "first")):
        with past.pinned(load_id) as snapshot:
            assert said(snapshot) == name


def test_a_snapshot_stays_open_while_somebody_reads_it(root):
    past = PastSnapshots(root, Edition.INTERNAL, capacity=0)

    with past.pinned("000001") as outer:
        with past.pinned("000002") as inner:
            assert said(inner) == "second"
        assert said(outer) == "first"

    with pytest.raises(RuntimeError, match="closed"):
        outer.query("SELECT 1")


def test_a_load_that_is_not_kept_is_refused_with_those_that_are(root):
    with pytest.raises(UsageError, match="000001-000003"), PastSnapshots(root, Edition.INTERNAL).pinned("000009"):
        pass


def test_kept_snapshots_are_listed_newest_first(root):
    kept = kept_snapshots(root)

    assert [(one.load_id, one.is_served) for one in kept] == [("000003", True), ("000002", False), ("000001", False)]
