"""A delivery that is taken out of use: kept, marked, and no part of what is built from then on."""

from __future__ import annotations

import json

import pytest

from config.errors import UsageError
from etl.deliveries import DeliveryLog
from etl.upkeep import verify, withdraw
from tests.smalltown import CODES, Town, rows, text, town

WRONG = [f"{CODES[0]};2026-09;Woninginbraak;40" if row.startswith(f"{CODES[0]};2026-09;W") else row for row in rows()]
FIGURE = "SELECT numerator FROM observation WHERE indicator = 'burglary_home' AND area_code = ? AND period = '2026-09'"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Town:
    """A good delivery, then one with a wrong number."""
    made = town(tmp_path_factory.mktemp("town"))
    made.deliver("2026-10-05.csv", text(rows()))
    made.deliver("2026-11-05.csv", text(WRONG))
    assert made.load().exit_code == 0
    return made


def fingerprint(loaded: Town, name: str) -> str:
    return next(one.sha256 for one in DeliveryLog(loaded.root).all() if one.name == name)


def test_a_withdrawn_delivery_is_kept_and_the_one_before_it_gives_the_figures_again(loaded: Town):
    wrong = fingerprint(loaded, "2026-11-05.csv")
    before = loaded.ask(FIGURE, CODES[0])

    uses = withdraw(loaded.root, wrong[:8].upper(), "a decimal sign was lost")
    report = loaded.load()

    assert before == [(40.0,)]
    assert [(one.source_id, one.withdrawn.reason) for one in uses] == [("reports", "a decimal sign was lost")]
    assert report.exit_code == 0
    assert not report.is_unchanged
    assert loaded.ask(FIGURE, CODES[0]) == [(5.0,)]
    assert [one.name for one in DeliveryLog(loaded.root).known("reports")] == ["2026-10-05.csv"]
    assert (loaded.root / "deliveries" / wrong / "2026-11-05.csv").is_file()
    assert verify(loaded.root) == []
    assert "FILE-051" in {finding.code for finding in report.findings}, "the file still lies in the folder"
    assert json.loads((loaded.root / "log.jsonl").read_text().splitlines()[-2])["reason"] == "a decimal sign was lost"


def test_the_snapshot_says_what_was_withdrawn_and_why(loaded: Town):
    assert loaded.ask("SELECT source_id, name, reason FROM withdrawal") == [
        ("reports", "2026-11-05.csv", "a decimal sign was lost")
    ]


def test_the_same_content_under_another_name_stays_out(loaded: Town):
    loaded.deliver("2026-11-12.csv", text(WRONG))

    report = loaded.load()

    assert report.new_deliveries == 0
    assert [f.where for f in report.findings if f.code == "FILE-051"] == ["2026-11-05.csv", "2026-11-12.csv"]


@pytest.mark.parametrize(
    ("begins", "words"),
    [("ffffffff", "no delivery 'ffffffff'"), ("abc", "at least six"), ("", "at least six"), ("../../", "no delivery")],
)
def test_a_fingerprint_that_names_no_delivery_is_refused(loaded: Town, begins: str, words: str):
    with pytest.raises(UsageError, match=words):
        withdraw(loaded.root, begins, "wrong")


def test_a_beginning_that_fits_two_deliveries_is_refused(loaded: Town):
    good = fingerprint(loaded, "2026-10-05.csv")
    twin = loaded.root / "deliveries" / (good[:10] + "0" * 54)
    twin.mkdir()
    record = json.loads((loaded.root / "deliveries" / good / "manifest.json").read_text())
    from etl.storage import write_record

    write_record(twin / "manifest.json", {key: value for key, value in record.items() if key != "seal"})

    with pytest.raises(UsageError, match="2 deliveries begin with"):
        withdraw(loaded.root, good[:8], "wrong")
    (twin / "manifest.json").unlink()
    twin.rmdir()


def test_without_a_reason_nothing_is_withdrawn(loaded: Town):
    with pytest.raises(UsageError, match="needs a reason"):
        withdraw(loaded.root, fingerprint(loaded, "2026-10-05.csv"), "  ")


def test_boundaries_cannot_be_withdrawn(loaded: Town):
    with pytest.raises(UsageError, match="boundaries"):
        withdraw(loaded.root, fingerprint(loaded, "buurten.geojson"), "wrong")


def test_when_every_delivery_of_a_source_is_withdrawn_the_last_good_load_stays_served(loaded: Town):
    served = loaded.snapshot().load_id
    withdraw(loaded.root, fingerprint(loaded, "2026-10-05.csv"), "all of it is wrong")

    report = loaded.load()

    assert (report.exit_code, report.findings[0].code) == (20, "FILE-052")
    assert loaded.snapshot().load_id == served
