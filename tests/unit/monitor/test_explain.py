"""An export with the lineage of each figure: the figures stay as they are."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from config.errors import UsageError
from monitor.app import create_app
from monitor.exports import explain
from monitor.exports.export import export
from monitor.exports.feedback import feedback_csv
from monitor.queries.observations import COLUMNS, Filters
from tests.smalltown import CODES, Town, rows, text, town

CELL = Filters(indicators=("assault",), areas=(CODES[0],), first="2026-08", last="2026-09")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Town:
    made = town(tmp_path_factory.mktemp("town"))
    made.deliver("2026-10-05.csv", text([*rows(), rows()[-1], "BU99050199;2026-09;Mishandeling;3"]))
    assert made.load().exit_code == 0
    return made


def test_the_columns_of_csv_stay_and_a_second_file_holds_the_lineage(loaded: Town, tmp_path: Path):
    plain, told = tmp_path / "plain.csv", tmp_path / "told.csv"
    export(loaded.snapshot(), loaded.configured(), CELL, "csv", plain)
    export(loaded.snapshot(), loaded.configured(), CELL, "csv", told, explain=True)

    second = list(csv.DictReader((tmp_path / "told.csv.lineage.csv").open(encoding="utf-8")))
    assert told.read_bytes() == plain.read_bytes()
    assert plain.read_text().splitlines()[0] == ",".join(COLUMNS)
    assert tuple(second[0]) == explain.COLUMNS
    assert [(row["period"], row["part"], row["delivery_name"]) for row in second] == [
        ("2026-08", "numerator", "2026-10-05.csv"), ("2026-08", "denominator", "kwb-2025.csv"),
        ("2026-09", "numerator", "2026-10-05.csv"), ("2026-09", "denominator", "kwb-2025.csv"),
    ]  # fmt: skip
    assert all(len(row["delivery"]) == 64 for row in second)


def test_json_nests_the_lineage_in_each_figure(loaded: Town):
    stream = io.BytesIO()

    export(loaded.snapshot(), loaded.configured(), CELL, "json", stream, explain=True)

    figures = json.loads(stream.getvalue())["observations"]
    one = figures[0]["lineage"]
    assert len(figures) == 2
    assert one["numerator"]["deliveries"][0]["name"] == "2026-10-05.csv"
    assert one["denominator"]["licence"] == "CC BY 4.0"
    assert one["sql"]["read"].startswith("SELECT value")
    assert one["load"]["id"] == "000001"
    assert " × 1,000 × 12 = " in one["definition"]["formula"]


def test_a_workbook_gets_a_sheet(loaded: Town, tmp_path: Path):
    export(loaded.snapshot(), loaded.configured(), CELL, "xlsx", tmp_path / "told.xlsx", explain=True)

    book = openpyxl.load_workbook(tmp_path / "told.xlsx", read_only=True)
    assert book.sheetnames == ["figures", "metadata", "lineage"]
    assert sum(1 for _ in book["lineage"].iter_rows()) == 5


def test_a_stream_has_no_place_for_a_second_file(loaded: Town):
    with pytest.raises(UsageError, match="writes a second file"):
        export(loaded.snapshot(), loaded.configured(), CELL, "csv", io.BytesIO(), explain=True)


def test_too_many_figures_to_explain_are_refused(loaded: Town, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(explain, "MOST", 1)

    with pytest.raises(UsageError, match="2 figures to explain; at most 1"):
        export(loaded.snapshot(), loaded.configured(), CELL, "csv", tmp_path / "told.csv", explain=True)


def test_the_feedback_for_a_supplier_holds_codes_and_counts(loaded: Town):
    lines = list(csv.DictReader(io.StringIO(feedback_csv(loaded.snapshot(), "reports", "nl").decode())))

    found = {line["code"]: line for line in lines}
    assert found["VAL-016"]["codes"] == "BU99050199"
    assert (found["VAL-013"]["number"], found["VAL-013"]["delivery"]) == ("1", "2026-10-05.csv")
    assert "twee keer" in found["VAL-013"]["what"]
    assert "bij de bron" in found["VAL-013"]["fix"]
    assert feedback_csv(loaded.snapshot(), "key_figures", "en").decode().count("\n") == 1


def test_the_feedback_is_a_download_like_every_other(loaded: Town):
    client = create_app(loaded.place / "config", loaded.place / "warehouse").test_client()

    good = client.get("/g/kleinstad/download/feedback-reports.csv?lang=nl", base_url="http://localhost")
    lost = client.get("/g/kleinstad/download/feedback-nothing.csv", base_url="http://localhost")
    never = client.get("/g/kleinstad/download/feedback-reports.csv?asof=999999", base_url="http://localhost")

    assert (good.status_code, good.mimetype) == (200, "text/csv")
    assert good.data == feedback_csv(loaded.snapshot(), "reports", "nl")
    assert (lost.status_code, never.status_code) == (404, 400)


def test_the_quality_of_a_source_counts_what_was_set_aside(loaded: Town):
    assert loaded.ask(
        """SELECT state, rows_set_aside, rows_duplicate, rows_unknown_area, completeness_pct, checks_failed
           FROM source_quality WHERE source_id = 'reports'"""
    ) == [("attention", 2, 1, 1, 100.0, 2)]
