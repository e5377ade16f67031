"""Known mistakes of a source, mended cell by cell as long as the source makes them."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from config.corrections import Correction
from config.load import load_catalogue
from config.model import StatlineSource
from etl.corrections import Corrected, correct
from etl.findings_nl import dutch
from etl.frames import RAW, work_connection
from tests.smalltown import CODES, SLUG, Town, rows, text, town
from tests.tables import frame

POLICE = StatlineSource(id="police", kind="statline", path="*.csv", table="47022NED")
MAPPING = pd.DataFrame({"measure": ["1.1.1"], "indicator": ["burglary_home"], "is_figure": [False]})
ROWS = """
    area       | period  | measure | value | mark        | delivery
    BU01530101 | 2026-03 | 1.1.1   | 140   |             | aa
    BU01530102 | 2026-03 | 1.1.1   | 3     | provisional | aa
    BU01530103 | 2026-03 | 1.1.1   |       | missing     | aa
    BU01530104 | 2026-02 | 1.1.1   | 7     |             | bb
"""


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    made = work_connection()
    frame(made, "raw", {**RAW, "delivery": "VARCHAR"}, ROWS)
    return made


def decision(action: str, area: str, **cell: object) -> Correction:
    settings = {"area": area, "period": "2026-03", **cell}
    return Correction.model_validate(
        {"id": "one", "source": "police", "indicator": "burglary_home", "action": action, "cells": [settings],
         "reason": "lost sign", "decided_by": "team", "date": "2026-04-02"}
    )  # fmt: skip


def mended(con: duckdb.DuckDBPyConnection, *entries: Correction) -> Corrected:
    return correct(con, "raw", POLICE, entries, load_catalogue_once())


def load_catalogue_once(_kept: dict = {}) -> dict:  # noqa: B006
    if not _kept:
        from pathlib import Path

        _kept |= load_catalogue(Path("config"))
    return _kept


def cells(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, tuple[float | None, str | None]]:
    found = con.execute(f'SELECT area, value, mark FROM "{table}"').fetchall()
    return {area: (value, mark) for area, value, mark in found}


def test_a_wrong_number_is_replaced_and_nothing_else(con):
    done = mended(con, decision("replace", "BU01530101", delivered=140, value=14))

    after, before = cells(con, done.table), cells(con, "raw")
    assert after == {**before, "BU01530101": (14, None)}
    assert [one.state for one in done.outcomes] == ["applied"]
    assert done.rows(MAPPING)[["indicator", "category", "delivered", "value", "delivery"]].values.tolist() == [
        ["burglary_home", "1.1.1", 140.0, 14.0, "aa"]
    ]


def test_a_replaced_number_stays_provisional(con):
    done = mended(con, decision("replace", "BU01530102", delivered=3, value=5))

    assert cells(con, done.table)["BU01530102"] == (5, "provisional")


def test_a_withheld_number_is_missing_and_never_zero(con):
    done = mended(con, decision("withhold", "BU01530101", delivered=140))

    assert cells(con, done.table)["BU01530101"] == (None, "missing")


@pytest.mark.parametrize("area", ["BU01530103", "BU01530104"])
def test_a_cell_that_the_source_leaves_out_is_added(con, area):
    done = mended(con, decision("add", area, value=2))

    assert cells(con, done.table)[area][0] in (2, 7)
    assert con.execute(f"SELECT value, delivery FROM \"{done.table}\" WHERE area = '{area}' AND period = '2026-03'"
                       ).fetchall() == [(2, "aa")]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (decision("replace", "BU01530101", delivered=139, value=14), "another number"),
        (decision("withhold", "BU01530103", delivered=4), "no number"),
        (decision("replace", "BU01530199", delivered=4, value=1), "no row"),
        (decision("add", "BU01530101", value=3), "the source gives it now"),
        (decision("add", "BU01530199", value=3), "an area that the source does not know"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_correction_that_does_not_fit_any_more_expires_with_a_warning(con, entry, why):
    done = mended(con, entry)

    (told,) = done.findings("corrections/x.yml")
    assert done.table == "raw"
    assert (told.code, told.level, told.number) == ("COR-001", "warning", 1)
    assert dutch(told).startswith("correctie `one`: de bron zegt niet meer")
    assert done.rows(MAPPING).state.tolist() == ["expired"]


def test_corrections_of_another_source_are_passed_over(con):
    other = decision("replace", "BU01530101", delivered=140, value=14).model_copy(update={"source": "other"})

    assert mended(con, other) == Corrected("raw", ())


# --- through the whole line -------------------------------------------------------------------------------------------

FILE = f"""\
corrections:
  - id: lost_sign
    source: reports
    indicator: burglary_home
    action: replace
    cells: [{{area: {CODES[0]}, period: "2026-09", delivered: 50, value: 5}}]
    reason: A decimal sign was lost.
    decided_by: Informatiemanagement
    date: 2026-10-10
"""
FIGURES = """
    SELECT area_level, numerator FROM observation
    WHERE indicator = 'burglary_home' AND period = '2026-09' AND area_code IN (?, 'GM9905') ORDER BY area_level
"""


@pytest.fixture(scope="module")
def corrected(tmp_path_factory) -> Town:
    made = town(tmp_path_factory.mktemp("town"))
    wrong = [row.replace(";5", ";50") if row.startswith(f"{CODES[0]};2026-09;Won") else row for row in rows()]
    made.deliver("2026-10-05.csv", text(wrong))
    made.load()
    place = made.place / "config" / "corrections" / f"{SLUG}.yml"
    place.parent.mkdir()
    place.write_text(FILE, encoding="utf-8")
    return made


def test_a_correction_reaches_area_and_municipality_and_is_told_in_the_snapshot(corrected: Town):
    before = corrected.ask(FIGURES, CODES[0])

    report = corrected.load()

    after = corrected.ask(FIGURES, CODES[0])
    assert report.exit_code == 0
    assert [old[1] - new[1] for old, new in zip(before, after, strict=True)] == [45, 45]
    assert corrected.ask("SELECT correction_id, indicator, delivered, value, state, decided_by FROM correction") == [
        ("lost_sign", "burglary_home", 50, 5, "applied", "Informatiemanagement")
    ]
    assert corrected.ask("SELECT corrections_applied FROM source_quality WHERE source_id = 'reports'") == [(1,)]


def test_when_the_source_is_mended_the_correction_expires_and_the_load_tells_it(corrected: Town):
    corrected.deliver("2026-11-05.csv", text(rows()))

    report = corrected.load()

    assert [finding.code for finding in report.findings if finding.level == "warning"] == ["COR-001"]
    assert corrected.ask(FIGURES, CODES[0])[1] == ("neighbourhood", 5.0)
    assert corrected.ask("SELECT state FROM correction") == [("expired",)]
    assert corrected.ask("SELECT source_id FROM quality_check WHERE code = 'COR-001'") == [("reports",)]
