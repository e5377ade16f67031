"""A refused delivery on the page Gegevens: source, moment and reason, for those inside alone."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from plotly.utils import PlotlyJSONEncoder

from config.vocabulary import Edition
from monitor.pages.parts.refused import refused_notice

LINE = {"at": "2026-11-16T09:00:00+00:00", "action": "refuse", "source": "police", "exit_code": 30,
        "codes": {"PII-005": 3}}  # fmt: skip


@pytest.fixture
def view(view_of, tmp_path):
    seen = view_of("gegevens")
    (tmp_path / seen.slug).mkdir()
    (tmp_path / seen.slug / "log.jsonl").write_text(json.dumps(LINE) + "\n", encoding="utf-8")
    municipality = seen.configured.municipality
    return replace(seen, configured=SimpleNamespace(warehouse=tmp_path, municipality=municipality))


def shown(part) -> str:
    return json.dumps(part, cls=PlotlyJSONEncoder, ensure_ascii=False)


def test_it_says_which_source_when_and_why(view):
    told = shown(refused_notice(view))

    assert "Een levering van Politie: geregistreerde misdrijven (47022NED) is op 16 november 2026" in told
    assert "PII-005 (een e-mailadres. Er is niets geladen)" in told


def test_the_public_and_earlier_figures_say_nothing_of_it(view):
    assert refused_notice(replace(view, edition=Edition.PUBLIC)) is None
    assert refused_notice(replace(view, asof="2026-11-01")) is None


def test_without_a_refusal_there_is_no_notice(view, tmp_path):
    with (tmp_path / view.slug / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps({"at": LINE["at"], "action": "publish", "load_id": "000002"}) + "\n")

    assert refused_notice(view) is None
