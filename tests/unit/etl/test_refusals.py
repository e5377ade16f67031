"""That a delivery was refused stays traceable, and nothing of its content does."""

from __future__ import annotations

from etl.refusals import refusals_since_published
from tests.process import buurtbeeld
from tests.smalltown import rows, text, town


def test_a_refused_delivery_leaves_source_codes_and_counts_until_a_good_one_comes(tmp_path):
    place = town(tmp_path)
    mail = "jan.jansen@voorbeeld.nl"
    bad = place.deliver(
        "reports_2026-11-02.csv", f"Buurt;Maand;Soort;Aantal;Toelichting\nBU99050101;2026-01;x;3;{mail}\n"
    )

    report = place.load()

    (refused,) = refusals_since_published(place.root)
    assert report.exit_code == refused.exit_code == 30
    assert refused.source_id == "reports"
    assert set(refused.codes) <= {finding.code for finding in report.findings}
    log = (place.root / "log.jsonl").read_text(encoding="utf-8")
    assert not any(word in log for word in ("jansen", "voorbeeld", bad.name, "Toelichting", "BU99050101"))
    told = buurtbeeld("status", "kleinstad", "--config", tmp_path / "config").out
    assert "REFUSED: a delivery of reports on " in told
    assert "(exit code 30): " in told
    assert "PII-005 × 1" in told

    bad.unlink()
    place.deliver("reports_2026-11-03.csv", text(rows()))

    assert place.load().exit_code == 0
    assert refusals_since_published(place.root) == []
    assert "REFUSED" not in buurtbeeld("status", "kleinstad", "--config", tmp_path / "config").out


def test_a_disk_or_a_configuration_that_fails_is_no_refusal_of_a_delivery(tmp_path):
    place = town(tmp_path)
    (place.data / "buurten.geojson").unlink()
    place.deliver("reports_2026-11-03.csv", text(rows()))

    assert place.load().exit_code not in (0, 20, 21, 30)
    assert refusals_since_published(place.root) == []
