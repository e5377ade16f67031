"""Every column of the real open files passes the content check of the personal data gate: they are about areas.

Needs the environment variable BUURTBEELD_REAL_DATA, the folder that holds the data; without it all are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from config.errors import PersonalDataError
from etl.personal_data_columns import Column, check_table

DATA = Path(os.environ.get("BUURTBEELD_REAL_DATA", ""))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("BUURTBEELD_REAL_DATA" not in os.environ, reason="BUURTBEELD_REAL_DATA is not set"),
]
#: Documentation of a table gives the publisher's own e-mail address, and is no delivery.
DOCUMENTATION = ("TableInfos", "metadata", "DataProperties")


def test_no_column_of_figures_or_codes_is_taken_for_persons():
    refused, columns = {}, 0
    for path in sorted(DATA.rglob("*.csv")):
        if path.stat().st_size > 1_000_000 or any(word in path.name for word in DOCUMENTATION):
            continue
        con = duckdb.connect()
        options = "all_varchar = true, ignore_errors = true, null_padding = true, parallel = false"
        con.execute(f"CREATE TABLE t AS SELECT row_number() OVER () AS row, * FROM read_csv(?, {options})", [str(path)])
        names = [name for name, *_ in con.execute("DESCRIBE t").fetchall() if name != "row"]
        columns += len(names)
        looked_at = [Column(f'"{name}"', name, at) for at, name in enumerate(names, 1) if '"' not in name]
        try:
            check_table(con, "t", looked_at, place=lambda row, at: f"{row}:{at}")
        except PersonalDataError as error:
            refused[path.name] = {finding.code for finding in error}

    assert columns > 200
    assert {name for name, codes in refused.items() if codes != {"PII-016"}} == set()
    assert len(refused) <= 4  # lists of areas with a sentence on each, and one with its title above the table
