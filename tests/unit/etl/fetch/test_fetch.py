"""fetch against services on this machine: pages, interruptions, refusals, and what lies in the folder afterwards."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest

from config.errors import ExitCode, UsageError
from etl.fetch import statline
from etl.fetch.client import Patience
from etl.fetch.run import NOTHING_NEW, REFUSED, SKIPPED, STORED, FetchReport, fetch
from etl.run import load
from etl.snapshot import open_snapshot
from tests.open_data import CODE, HOODS, MONTHS, Fault, count

DAY = dt.date(2026, 11, 23)
POLICE = "politie/47022NED_2026-11-23.csv"
#: Rows of this municipality: 3 kinds, 11 areas, 12 months.
N_ROWS = 3 * 11 * 12


@pytest.fixture
def bring(configured):
    def bring(*only: str, configuration: str | None = None, day: dt.date = DAY) -> FetchReport:
        chosen = configured(configuration) if configuration else configured()
        return fetch(chosen, only=only, patience=Patience(tries=3, pause=0.01, connect=2, read=2), today=day)

    return bring


@pytest.fixture
def data(place) -> Path:
    return place / "data" / "veldstad"


def codes(report: FetchReport) -> list[str]:
    return [finding.code for finding in report.findings]


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# --- what comes in ---------------------------------------------------------------------------------------------------


def test_pages_of_version_3_become_one_file_with_the_rows_of_this_municipality(bring, data, services):
    report = bring("police")

    (got,) = report.got
    with (data / POLICE).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert (got.status, got.file, got.rows, got.areas, got.pages) == (STORED, POLICE, N_ROWS, 11, 4)
    assert (got.first_period, got.last_period, got.periods) == ("2025-01", "2025-12", 12)
    assert len(rows) == N_ROWS
    assert {row["WijkenEnBuurten"].strip()[2:6] for row in rows} == {"9906"}
    assert sum(
        int(row["GeregistreerdeMisdrijven_1"])
        for row in rows
        if row["SoortMisdrijf"] == "1.1.1 " and row["WijkenEnBuurten"].startswith("BU")
    ) == sum(count("1.1.1", hood, m) for hood in HOODS for m in MONTHS)
    assert len(services.rows_asked()) == 4


def test_a_service_without_next_links_is_paged_by_top_and_skip(bring, services, monkeypatch):
    monkeypatch.setattr(statline, "PAGE_ROWS", 99)  # 396 rows: the fourth page is full, so a fifth is asked

    report = bring("police")

    assert report.got[0].rows == N_ROWS
    assert [one.partition("skip=")[2] for one in services.rows_asked()] == ["0", "99", "198", "297", "396"]


def test_observations_of_version_4_become_one_row_an_area(bring, data, services):
    services.page_rows = 7

    report = bring("key_figures")

    with (data / "kwb" / "85984NED_2026-11-23.csv").open(encoding="utf-8") as file:
        rows = {row["WijkenEnBuurten"]: row for row in csv.DictReader(file, delimiter=";")}
    assert report.got[0].areas == 11
    assert report.got[0].first_period == "2024"
    assert list(rows[CODE]) == ["WijkenEnBuurten", "AantalInwoners_1", "HuishoudensTotaal_2"]
    assert (rows[CODE]["AantalInwoners_1"], rows[HOODS[0]]["HuishoudensTotaal_2"]) == ("8000.0", "")
    assert len(services.rows_asked()) == 4


def test_boundaries_come_in_pages_and_only_of_this_municipality(bring, data):
    report = bring("boundaries")

    said = json.loads((data / "buurten_2024.geojson").read_text(encoding="utf-8"))
    assert (report.got[0].status, report.got[0].areas) == (STORED, 11)
    assert "crs" not in said
    assert [one["properties"]["statcode"] for one in said["features"]][-8:] == list(HOODS)
    assert all("aantal_inwoners" not in one["properties"] for one in said["features"])


def test_what_was_fetched_is_loaded_with_the_right_totals(bring, configured):
    report = bring()

    loaded = load(configured())

    assert (report.exit_code, [one.status for one in report.got]) == (0, [STORED, STORED, STORED])
    assert (loaded.exit_code, loaded.new_deliveries) == (0, 2), loaded.findings
    snapshot = open_snapshot(configured().warehouse / "veldstad")
    try:
        found = snapshot.query(
            "SELECT numerator, denominator, denominator_period FROM observation"
            " WHERE indicator = 'burglary_home' AND period = '2025' AND area_code = ?",
            [CODE],
        )
    finally:
        snapshot.close()
    year = sum(count("1.1.1", hood, month) for hood in HOODS for month in MONTHS)
    assert found.numerator.tolist() == [year]


# --- interruptions ---------------------------------------------------------------------------------------------------


def test_pages_that_came_before_a_failure_are_not_asked_again(bring, services):
    services.faults.append(Fault("$skip=200", 503, times=99))

    first = bring("police")
    asked = len(services.rows_asked())
    services.faults.clear()
    second = bring("police")

    assert (first.exit_code, codes(first)) == (ExitCode.ENVIRONMENT, ["NET-002"])
    assert asked == 2 + 3  # two pages, and three tries of the third
    assert [one.rpartition("=")[2] for one in services.rows_asked()[asked:]] == ["200", "300"]
    assert (second.got[0].status, second.got[0].resumed, second.got[0].rows) == (STORED, 2, N_ROWS)


def test_a_busy_service_is_asked_again_after_the_time_it_names(bring, services):
    services.faults.append(Fault("$skip=100", 503, {"Retry-After": "1"}))

    report = bring("police")

    assert report.got[0].rows == N_ROWS
    assert report.got[0].seconds >= 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault("$skip=100", keeps=True),
        Fault("$skip=100", body=b'{"value": [{"ID": 1'),
        Fault("$skip=100", body=b"<html>please wait</html>"),
        Fault("$skip=100", body=b'{"error": "busy"}'),
        Fault("$skip=100", 429, {"Retry-After": "0"}),
    ],
    ids=["cut off", "half JSON", "HTML", "another shape", "too many requests"],
)
def test_a_bad_answer_is_asked_again(bring, services, fault):
    services.faults.append(fault)

    report = bring("police")

    assert (report.exit_code, report.got[0].rows) == (0, N_ROWS)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault("$skip=100", keeps=True, times=99), "NET-005"),
        (Fault("$skip=100", body=b"<html>please wait</html>", times=99), "NET-005"),
        (Fault("TableInfos", 404), "NET-004"),
        (Fault("$skip=100", 403), "NET-002"),
        (Fault("$skip=100", 302, {"Location": "https://elsewhere.example/data"}), "NET-003"),
        (Fault("TypedDataSet?", 302, {"Location": "TypedDataSet?again=1"}, times=99), "NET-003"),
        (
            Fault("$skip=100", body=b'{"odata.nextLink": "https://elsewhere.example/x", "value": [{"ID": 1}]}'),
            "NET-003",
        ),
        (Fault("$skip=100", body=b'{"value": [{"ID": 1}]}'), "NET-008"),
        (Fault("$count", body=b"9"), "NET-008"),
    ],
    ids=["cut", "HTML", "gone", "forbidden", "redirect", "circle", "next elsewhere", "too few rows", "other count"],
)
def test_what_cannot_be_trusted_is_no_delivery(bring, services, data, fault, code):
    services.faults.append(fault)

    report = bring("police")

    assert (report.exit_code, codes(report), report.got[0].status) == (ExitCode.ENVIRONMENT, [code], REFUSED)
    assert files(data) == []


def test_a_service_that_is_down_is_told_with_its_address(configured, services, data):
    services.base = "http://127.0.0.1:9"
    (configured().file.parent.parent / "site.yml").write_text("data_roots: [data]\n" + services.configuration)

    report = fetch(configured(), only=["police"], patience=Patience(tries=2, pause=0.01, connect=1, read=1))

    assert codes(report) == ["NET-001"]
    assert report.findings[0].where.startswith("http://127.0.0.1:9/ODataFeed/OData/47022NED/")


def test_one_table_that_is_gone_does_not_stop_the_others(bring, services, data):
    services.faults.append(Fault("TableInfos", 404))

    report = bring()

    assert [one.status for one in report.got] == [REFUSED, STORED, STORED]
    assert report.exit_code == ExitCode.ENVIRONMENT
    assert files(data) == ["buurten_2024.geojson", "kwb/85984NED_2026-11-23.csv"]


def test_a_table_published_anew_in_between_is_fetched_again_from_the_start(bring, services):
    original = services.answer

    def answer(address, headers):
        if "$skip=200" in address and services.modified == "2026-08-15T02:00:00":
            services.modified = "2026-08-16T02:00:00"
        return original(address, headers)

    services.answer = answer

    report = bring("police")

    assert (report.got[0].status, report.got[0].modified) == (STORED, "2026-08-16T02:00:00")
    assert len(services.rows_asked()) == 8


# --- what changed, and what did not ----------------------------------------------------------------------------------


def test_a_table_whose_columns_changed_is_refused_before_any_row_is_asked(bring, services, data):
    services.properties[0] = ("Dimension", "Delict")
    services.properties[3] = ("Topic", "Aantal_1")

    report = bring("police")

    assert (report.exit_code, codes(report)) == (ExitCode.STRUCTURE, ["NET-006"])
    assert report.findings[0].what == "table 47022NED has changed: it lacks SoortMisdrijf, GeregistreerdeMisdrijven_1"
    assert report.findings[0].where.endswith("veldstad.yml:6:51")
    assert services.rows_asked() == []
    assert files(data) == []


def test_rows_that_lack_a_column_are_refused_as_load_would(bring, services, data):
    for row in services.crimes:
        del row["GeregistreerdeMisdrijven_1"]

    report = bring("police")

    assert (report.exit_code, codes(report)) == (ExitCode.STRUCTURE, ["FILE-020"])
    assert files(data) == []


def test_nothing_new_stores_nothing_and_asks_no_rows(bring, services, data):
    bring()
    before, asked = files(data), len(services.rows_asked())

    report = bring(day=dt.date(2026, 11, 30))

    assert [one.status for one in report.got] == [NOTHING_NEW] * 3
    assert files(data) == before
    assert [one for one in services.rows_asked()[asked:] if "/items?" not in one] == []


def test_a_new_edition_of_a_table_is_a_delivery_beside_the_old_one(bring, services, data):
    bring("police")
    services.modified = "2026-11-28T02:00:00"
    services.crimes[0]["GeregistreerdeMisdrijven_1"] += 1

    report = bring("police", day=dt.date(2026, 11, 30))

    assert report.got[0].file == "politie/47022NED_2026-11-30.csv"
    assert files(data / "politie") == ["47022NED_2026-11-23.csv", "47022NED_2026-11-30.csv"]


def test_the_same_content_under_a_new_date_of_publication_is_nothing_new(bring, services, data):
    bring("police")
    services.modified = "2026-11-28T02:00:00"

    report = bring("police", day=dt.date(2026, 11, 30))

    assert (report.got[0].status, codes(report)) == (NOTHING_NEW, ["NET-009"])
    assert files(data / "politie") == ["47022NED_2026-11-23.csv"]


def test_a_file_that_was_removed_before_it_was_loaded_is_fetched_again(bring, data):
    bring("police")
    (data / POLICE).unlink()

    report = bring("police")

    assert report.got[0].status == STORED
    assert files(data) == [POLICE]


def test_boundaries_in_another_system_say_so_in_their_file(bring, services, data):
    services.content_crs = "<http://www.opengis.net/def/crs/EPSG/0/4258>"

    report = bring("boundaries")

    said = json.loads((data / "buurten_2024.geojson").read_text(encoding="utf-8"))
    assert report.got[0].areas == 11
    assert said["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4258"


def test_boundaries_in_an_unknown_system_are_refused(bring, services, data):
    services.content_crs = "<http://example.test/crs/own>"

    report = bring("boundaries")

    assert (codes(report), files(data)) == (["NET-006"], [])


# --- where it may go -------------------------------------------------------------------------------------------------


def test_made_up_sources_and_files_from_elsewhere_are_left_alone(bring, data):
    (data / "buurten_2024.geojson").write_text("{}", encoding="utf-8")
    configuration = """\
code: GM9906
name: Veldstad
folder: veldstad
geography: {boundaries: buurten_2024.geojson, vintage: 2024}
sources:
  - {id: police, kind: statline, table: 47022NED, path: "politie/47022NED*.csv", practice: true}
"""

    report = bring(configuration=configuration)

    assert [one.status for one in report.got] == [SKIPPED, SKIPPED]
    assert codes(report) == ["NET-010", "NET-010"]
    assert (data / "buurten_2024.geojson").read_text(encoding="utf-8") == "{}"


@pytest.mark.parametrize(
    ("path", "file"),
    [("*.csv", "47022NED_2026-11-23.csv"), ("a/police_*.csv", "a/police_47022NED_2026-11-23.csv"), ("p.csv", "p.csv")],
)
def test_the_name_of_the_file_is_one_that_the_source_takes_in(bring, data, path, file):
    configuration = f"""\
code: GM9906
name: Veldstad
folder: veldstad
geography: {{boundaries: buurten_2024.geojson, vintage: 2024}}
sources:
  - {{id: police, kind: statline, table: 47022NED, path: "{path}"}}
"""

    report = bring("police", configuration=configuration)

    assert report.got[0].file == file
    assert files(data) == [file]


@pytest.mark.parametrize("path", ["police/*.json", "*/x.csv", "police.zip"])
def test_a_source_that_takes_in_no_csv_file_is_told_how_to(bring, data, path):
    configuration = f"""\
code: GM9906
name: Veldstad
folder: veldstad
geography: {{boundaries: buurten_2024.geojson, vintage: 2024}}
sources:
  - {{id: police, kind: statline, table: 47022NED, path: "{path}"}}
"""

    report = bring("police", configuration=configuration)

    assert codes(report) == ["NET-011"]
    assert 'path: "47022NED*.csv"' in report.findings[0].fix
    assert files(data) == []


def test_an_unknown_source_is_a_wrong_command(bring):
    with pytest.raises(UsageError) as caught:
        bring("polise")

    assert "boundaries, key_figures, police" in caught.value.findings[0].fix
