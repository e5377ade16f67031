import datetime as dt
from pathlib import Path

import duckdb
import pytest

from etl.content import content_hash
from etl.publish import publish
from tests.snapshots import same


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "oefenstad"


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
