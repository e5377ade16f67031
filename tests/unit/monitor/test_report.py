"""The report of an area: the figures of the screen on two pages, which snapshot it shows, and the verb as a process."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from config.vocabulary import Edition
from etl.snapshot import open_snapshot
from monitor.app import create_app
from monitor.cli import main
from monitor.queries.areas import area
from monitor.reports import content as report_content
from monitor.reports.content import area_report
from monitor.reports.pictures import Curve, curve_svg, locator_svg
from monitor.reports.report import file_name, report_of
from tests import proefdorp
from tests.process import buurtbeeld

HERE = proefdorp.NEIGHBOURHOODS[2]


def pages_of(content: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page[^s]", content))


def content_of(view):
    return area_report(view, area(view.snapshot, view.path_argument))


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> Path:
    """Proefdorp with an internal and a public file."""
    folder = tmp_path_factory.mktemp("report")
    proefdorp.make_config(folder / "config", folder / "warehouse")
    proefdorp.make_both_editions(folder / "warehouse" / proefdorp.SLUG)
    return folder


def test_a_report_has_the_figures_of_the_screen(view_of):
    content = content_of(view_of(f"gebied/{HERE}"))

    assert content["headline"].startswith("Centrum: ")
    assert content["place"] == f"Buurt {HERE}"
    rows = {row[0]: row for group in content["table"]["groups"] for row in group["rows"]}
    assert rows["Woninginbraak"][1:] == ["per 1.000 inwoners · 12 maanden t/m aug 2026", *rows["Woninginbraak"][2:]]
    shown = view_of(f"gebied/{HERE}").snapshot.query(
        "SELECT value, lower, upper FROM observation WHERE indicator = 'burglary_home' AND area_code = ?"
        " AND period = '2026-08-R12'",
        [HERE],
    ).iloc[0]  # fmt: skip
    assert rows["Woninginbraak"][2] == f"{shown.value:.1f}".replace(".", ",")
    assert rows["Woninginbraak"][3] == f"{shown.lower:.1f} – {shown.upper:.1f}".replace(".", ",")
    assert [fact["label"] for fact in content["facts"]] == ["Inwoners"]
    assert content["practice"] == "oefendata"
    assert "Interne editie" in content["edition"]


def test_what_is_withheld_or_missing_is_said_and_never_a_number(view_of):
    content = content_of(view_of(f"gebied/{proefdorp.NEIGHBOURHOODS[-1]}"))  # 40 residents: no rate

    rows = {row[0]: row for group in content["table"]["groups"] for row in group["rows"]}
    assert "(" in rows["Woninginbraak"][2]
    assert rows["Woninginbraak"][3] == "–"
    assert rows["Woninginbraak"][6] is False


def test_a_report_says_its_snapshot_and_the_day_it_is_as_of(view_of):
    view = view_of(f"gebied/{HERE}")

    now, then = content_of(view), content_of(replace(view, asof="2026-11-24"))

    assert re.match(r"Momentopname 000001 · gemaakt op .* · cijfers zoals bekend op 16 november 2026 · ", now["known"])
    assert "cijfers zoals bekend op 24 november 2026" in then["known"]
    assert now["lineage"]["command"] == "buurtbeeld export proefdorp --asof 000001 --explain --format json"
    assert all(re.fullmatch(r"[0-9a-f]{1,12}", row[4]) for row in now["lineage"]["rows"])
    assert file_name(view, area(view.snapshot, HERE)) == f"proefdorp-{HERE}-000001-internal.pdf"


@pytest.mark.parametrize("code", [proefdorp.CODE, HERE])
def test_it_is_two_pages_the_same_bytes_each_time(view_of, code):
    view = view_of(f"gebied/{code}")
    here = area(view.snapshot, code)

    first = report_of(view, here)

    assert first.startswith(b"%PDF-1.7")
    assert b"pdfuaid" in first  # tagged for screen readers
    assert pages_of(first) <= 2
    assert report_of(view, here) == first


def test_the_public_edition_prints_rounded_counts_and_says_so(both, view_of):
    root = both / "warehouse" / proefdorp.SLUG
    snapshot = open_snapshot(root, Edition.PUBLIC)
    try:
        view = replace(view_of(f"gebied/{HERE}"), snapshot=snapshot, edition=Edition.PUBLIC)
        content = content_of(view)
    finally:
        snapshot.close()

    rows = {row[0]: row for group in content["table"]["groups"] for row in group["rows"]}
    assert rows["Woninginbraak"][2].startswith("≈")
    assert content["edition"].startswith("Openbare editie")


def test_rows_that_an_edition_does_not_tell_are_no_zero(view_of, monkeypatch):
    hidden = pd.DataFrame([{"source_id": "reports", "name": "a.csv", "sha256": "reports-1", "rows_used": None,
                            "last_period": "2026-10", "received": pd.Timestamp("2026-11-01")}])  # fmt: skip
    monkeypatch.setattr(report_content, "deliveries", lambda snapshot: hidden)

    (row,) = content_of(view_of(f"gebied/{HERE}"))["lineage"]["rows"]

    assert row[1:] == ["a.csv", "1", "–", "reports-1"]


def test_the_verb_writes_a_file_per_area(both, tmp_path):
    given = ("--config", both / "config", "--warehouse", both / "warehouse", "--output", tmp_path / "out")

    done = buurtbeeld("report", proefdorp.SLUG, "--all", "--edition", "public", "--asof", "000001", "--json", *given)

    assert done.code == 0, done.err
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert len(written) == len(done.json["files"]) == 15
    assert f"proefdorp-{HERE}-000001-public.pdf" in written
    assert not [name for name in written if not name.endswith(".pdf")]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["BU99010199"], "CLI-012", "did you mean"),
        ([], "CLI-011", "--all"),
        ([HERE, "--edition", "secret"], "CLI-005", "internal or public"),
        ([HERE, "--language", "fr"], "CLI-010", "nl or en"),
        ([HERE, "--asof", "2020-01-01"], "CLI-008", "later day"),
        ([HERE, "--vintage", "1999"], "CLI-", "2026"),
    ],
)
def test_a_wrong_question_is_answered_with_what_would_do(both, tmp_path, capsys, arguments, code, said):
    given = ["--config", str(both / "config"), "--warehouse", str(both / "warehouse"), "--output", str(tmp_path)]

    assert main(["report", proefdorp.SLUG, *arguments, *given]) == 2

    told = capsys.readouterr().err
    assert code in told
    assert said in told
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_to_is_said(both, tmp_path, capsys):
    (tmp_path / "out").write_text("a file")
    given = [
        "--config",
        str(both / "config"),
        "--warehouse",
        str(both / "warehouse"),
        "--output",
        str(tmp_path / "out"),
    ]

    assert main(["report", proefdorp.SLUG, HERE, *given]) == 60

    assert "while a report was written" in capsys.readouterr().err


def test_it_is_a_download_of_the_page(both, view_of):
    client = create_app(both / "config", both / "warehouse").test_client()

    good = client.get(f"/g/proefdorp/download/report-{HERE}.pdf?lang=en&asof=000001", base_url="http://localhost")
    lost = client.get("/g/proefdorp/download/report-BU00000000.pdf", base_url="http://localhost")
    never = client.get(f"/g/proefdorp/download/report-{HERE}.pdf?asof=999999", base_url="http://localhost")

    assert (good.status_code, good.mimetype) == (200, "application/pdf")
    assert f"proefdorp-{HERE}-000001-internal.pdf" in good.headers["Content-Disposition"]
    assert lost.status_code == 404
    assert never.status_code == 400
    assert "999999" in never.get_data(as_text=True)


# --- pictures --------------------------------------------------------------------------------------------------------


def curve(**changes) -> Curve:
    given = Curve(
        values=[1, 2, np.nan, 4, 5],
        lower=[0, 1, np.nan, 2, 3],
        upper=[2, 3, np.nan, 6, 8],
        reference=[3, 3, 3, 3, 3],
        is_open=[False, False, False, False, True],
        ticks=[(0, "2024"), (4, "<2026>")],
        top=8,
        highest="8,0",
        last="5,0",
        practice="oefendata",
    )
    return replace(given, **changes)


def test_a_hole_stays_a_hole_and_an_open_point_is_provisional():
    drawn = curve_svg(curve())

    solid = re.findall(r'<polyline points="([^"]*)" fill="none" stroke="#0f4c81"', drawn)
    assert [len(run.split()) for run in solid] == [2, 2]
    assert drawn.count("<circle") == 1
    assert 'fill="#ffffff" stroke="#0f4c81"' in drawn
    assert "&lt;2026&gt;" in drawn
    assert "oefendata" in drawn


def test_the_axis_starts_at_zero_and_ends_at_the_highest():
    drawn = curve_svg(curve(reference=[], practice=""))

    (first, *_rest) = re.findall(r'<polyline points="([^"]*)"', drawn)
    y = [float(point.split(",")[1]) for point in first.split()]
    assert y == pytest.approx([104 - 96 * 1 / 8, 104 - 96 * 2 / 8], abs=0.05)
    assert "stroke-dasharray" not in drawn


def test_a_series_without_any_event_is_drawn_on_the_axis():
    drawn = curve_svg(curve(values=[0.0, 0.0], lower=[np.nan] * 2, upper=[np.nan] * 2, reference=[], top=0.0,
                            is_open=[False, False], ticks=[], highest="0"))  # fmt: skip

    assert "nan" not in drawn
    assert 'points="28.0,104.0 260.0,104.0"' in drawn


def test_the_area_lies_on_top_of_the_others_in_colour():
    boxes = shapely.to_wkb([shapely.box(6.80, 52.20, 6.81, 52.21), shapely.box(6.81, 52.20, 6.82, 52.21)])
    frame = pd.DataFrame({"area_code": ["A", "B"], "geometry": list(boxes)})

    drawn = locator_svg(frame, ["A"])

    fills = re.findall(r'<polygon points="[^"]*" fill="(#\w+)"', drawn)
    assert fills == ["#e4e9ee", "#0f4c81"]
    assert locator_svg(frame.assign(geometry=None), ["A"]) == ""
