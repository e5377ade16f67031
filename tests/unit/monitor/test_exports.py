"""Figures as files: the same rows in every format, with what must go with them."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import duckdb
import pandas as pd
import pytest
from openpyxl import load_workbook

from config.errors import ExitCode, NothingFound, UsageError
from etl.content import create_tables
from etl.publish import publish
from etl.snapshot import open_snapshot
from etl.tables import TABLES
from monitor.exports import FORMATS, export
from monitor.queries.observations import COLUMNS, Filters, observations
from tests import proefdorp

ONE_YEAR = Filters(indicators=("burglary_home",), period="2025")


def exported(snapshot, configured, filters, format, **options) -> bytes:
    stream = io.BytesIO()
    export(snapshot, configured, filters, format, stream, **options)
    return stream.getvalue()


def rows_of(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8"))))


def test_a_csv_has_exactly_the_columns_of_the_contract_and_one_row_per_cell(snapshot, configured):
    body = exported(snapshot, configured, ONE_YEAR, "csv")

    assert body.decode("utf-8").splitlines()[0] == (
        "municipality,area_level,area_code,area_name,vintage,indicator,period,value,unit,numerator,denominator,rate,"
        "lower,upper,status,source,snapshot"
    )
    rows = rows_of(body)
    assert len(rows) == 15
    assert rows[0]["area_code"] == proefdorp.CODE
    assert rows[0]["source"] == "oefendata: police"
    assert rows[0]["snapshot"] == snapshot.load_id
    assert "." in rows[0]["value"]
    assert "," not in rows[0]["value"]


def test_what_is_missing_is_empty_and_never_zero(snapshot, configured):
    code = proefdorp.NEIGHBOURHOODS[3]

    rows = rows_of(
        exported(snapshot, configured, Filters(indicators=("violent_crime",), areas=(code,), period="2025"), "csv")
    )

    assert [rows[0][name] for name in ("value", "numerator", "lower", "status")] == ["", "", "", "suppressed"]


def test_every_format_holds_the_same_figures(snapshot, configured, tmp_path):
    expected = observations(snapshot, ONE_YEAR)["value"].tolist()

    from_csv = pd.read_csv(io.BytesIO(exported(snapshot, configured, ONE_YEAR, "csv")))["value"]
    from_json = [row["value"] for row in json.loads(exported(snapshot, configured, ONE_YEAR, "json"))["observations"]]
    book = load_workbook(io.BytesIO(exported(snapshot, configured, ONE_YEAR, "xlsx")))
    from_xlsx = [row[7] for row in book["figures"].iter_rows(min_row=2, values_only=True)]
    path = tmp_path / "figures.parquet"
    export(snapshot, configured, ONE_YEAR, "parquet", path)
    from_parquet = duckdb.sql(f"SELECT value FROM '{path}'").df()["value"]

    for found in (from_csv, from_json, from_xlsx, from_parquet):
        assert pd.Series(found, dtype=float).tolist() == pytest.approx(expected, nan_ok=True)


def test_every_format_says_its_source_licence_edition_filters_and_snapshot(snapshot, configured, tmp_path):
    packed = zipfile.ZipFile(io.BytesIO(exported(snapshot, configured, ONE_YEAR, "csv", with_metadata=True)))
    described = json.loads(packed.read("proefdorp-000001.csv-metadata.json"))
    of_json = json.loads(exported(snapshot, configured, ONE_YEAR, "json"))["metadata"]
    sheet = load_workbook(io.BytesIO(exported(snapshot, configured, ONE_YEAR, "xlsx")))["metadata"]
    of_xlsx = dict(sheet.iter_rows(values_only=True))
    path = tmp_path / "figures.parquet"
    export(snapshot, configured, ONE_YEAR, "parquet", path)
    of_parquet = {
        bytes(key).decode(): bytes(value).decode()
        for _, key, value in duckdb.sql(f"SELECT * FROM parquet_kv_metadata('{path}')").fetchall()
    }

    assert described["dc:license"] == "CC BY 4.0"
    assert [column["name"] for column in described["tableSchema"]["columns"]] == list(COLUMNS)
    assert all(column["dc:description"] for column in described["tableSchema"]["columns"])
    for words in (described["notes"][0], of_json, of_xlsx, of_parquet):
        assert words["source"] == "Politie (CC BY 4.0)"
        assert words["edition"] == "internal"
        assert words["snapshot"] == "000001"
        assert words["filters"] == "indicator=burglary_home, period=2025"
        assert words["practice"].startswith("oefendata")
        assert words["made_at"].startswith("20")


@pytest.fixture
def with_formula(tmp_path):
    """A snapshot whose area names start as a spreadsheet formula would."""

    def fill(con, load_id):
        create_tables(con, TABLES)
        frames = proefdorp.tables(load_id=load_id)
        frames["observation"].loc[:, "area_name"] = '=HYPERLINK("http://x.example","klik")'
        for name, frame in frames.items():
            columns = ", ".join(f'"{column}"' for column in frame.columns)
            con.register("_rows", frame)
            con.execute(f'INSERT INTO "{name}" ({columns}) SELECT {columns} FROM _rows')
            con.unregister("_rows")

    publish(tmp_path / "proefdorp", fill, manifest={})
    opened = open_snapshot(tmp_path / "proefdorp")
    yield opened
    opened.close()


def test_a_text_that_looks_like_a_formula_stays_text_in_csv(with_formula, configured):
    rows = rows_of(exported(with_formula, configured, ONE_YEAR, "csv"))

    assert {row["area_name"][:2] for row in rows} == {"'="}


def test_a_text_that_looks_like_a_formula_stays_text_in_xlsx(with_formula, configured):
    sheet = load_workbook(io.BytesIO(exported(with_formula, configured, ONE_YEAR, "xlsx")))["figures"]

    names = [row[3] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in names} == {"s"}
    assert all(str(cell.value).startswith("=HYPERLINK") for cell in names)


def test_nothing_found_ends_in_1_and_says_what_there_is(snapshot, configured):
    with pytest.raises(NothingFound) as told:
        exported(snapshot, configured, Filters(indicators=("burglary",)), "csv")

    assert told.value.exit_code == ExitCode.NOTHING_FOUND == 1
    assert "indicator 'burglary' is not in this snapshot" in str(told.value)
    assert "burglary_home" in str(told.value)


@pytest.mark.parametrize(
    ("filters", "format"),
    [(Filters(), "pdf"), (Filters(levels=("buurt",)), "csv"), (Filters(period="gisteren"), "csv")],
)
def test_a_wrong_word_is_a_wrong_command_line(snapshot, configured, filters, format):
    with pytest.raises(UsageError) as told:
        exported(snapshot, configured, filters, format)

    assert told.value.exit_code == ExitCode.USAGE


def test_a_download_that_is_cut_off_says_so(snapshot, configured):
    found = json.loads(exported(snapshot, configured, Filters(), "json", limit=10))

    assert len(found["observations"]) == 10
    assert found["metadata"]["notice"].startswith("cut off: the first 10 of 3,")


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_needs_no_limit(snapshot, configured, tmp_path, format):
    path = tmp_path / f"all.{format}"

    done = export(snapshot, configured, Filters(), format, path)

    assert done.notice == ""
    assert path.stat().st_size > 1_000
