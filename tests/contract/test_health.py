"""Kind `health`: the health monitor of RIVM as XLSX, CSV and JSON; a true file, and spoiled ones."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import openpyxl
import pytest

from config.errors import ExitCode, Finding, StructureError
from config.model import HealthSource
from etl.frames import RawFrame, work_connection
from etl.sources import health

HEADER = (
    "ID", "Leeftijd", "Marges", "WijkenEnBuurten", "Perioden", "Gemeentenaam_1", "SoortRegio_2", "Codering_3",
    "Eenzaam_28", "ZwareDrinker_14", "FietsenNaarSchoolOfWerk_36",
)  # fmt: skip
ROWS = (
    (2, 20300, "MW00000", "NL01      ", "2020JJ00", "NL", "Land", "NL01  ", "    47.0", "     8.4", None),
    (3, 20300, "MW00000", "GM9901    ", "2020JJ00", "O.", "Gemeente", "GM9901", "    42.4", "     7.2", None),
    (4, 20300, "MOG0095", "GM9901    ", "2020JJ00", "O.", "Gemeente", "GM9901", "    40.1", "     6.0", None),
    (5, 20300, "MBG0095", "GM9901    ", "2020JJ00", "O.", "Gemeente", "GM9901", "    44.9", "     8.5", None),
    (6, 20300, "MW00000", "BU99010101", "2020JJ00", "O.", "Buurt   ", "BU99010101", "       .", None, None),
    (7, 80200, "MW00000", "BU99010101", "2020JJ00", "O.", "Buurt   ", "BU99010101", "    55.0", "     3.1", None),
    (8, 20300, "MW00000", "BU99020101", "2020JJ00", "K.", "Buurt   ", "BU99020101", "    39.0", "     9.9", None),
    (9, 20300, "MW00000", "GM9901    ", "2012JJ00", "O.", "Gemeente", "GM9901", "    38.0", None, None),
    (10, 20300, "MW00000", "BU99010101", "2012JJ00", "O.", "Buurt ", "BU99010101", "    37.5", "       .", None),
)  # fmt: skip


def as_xlsx(path: Path, rows=ROWS, header=HEADER) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    book.create_sheet("Toelichting").append(["Bron: RIVM"])
    book.save(path)
    return path


def as_csv(path: Path, rows=ROWS, header=HEADER) -> Path:
    lines = [";".join(header), *(";".join("" if cell is None else str(cell) for cell in row) for row in rows)]
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig", newline="")
    return path


def as_json(path: Path, rows=ROWS, header=HEADER) -> Path:
    records = [dict(zip(header, row, strict=True)) for row in rows]
    path.write_text(json.dumps({"odata.metadata": "x", "value": records}), encoding="utf-8")
    return path


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return work_connection()


@pytest.fixture
def read(con):
    def read(path: Path) -> RawFrame:
        source = HealthSource(id="health", kind="health", path=path.name)
        return health.read(con, source, path, name=path.name, municipality_code="GM9901", table="raw")

    return read


@pytest.fixture
def refusal(read):
    def refusal(path: Path) -> Finding:
        with pytest.raises(StructureError) as caught:
            read(path)
        assert caught.value.exit_code == ExitCode.STRUCTURE
        return caught.value.findings[0]

    return refusal


def cells(con) -> list[tuple]:
    sql = "SELECT area, period, measure, value, lower, upper, mark FROM raw ORDER BY measure, period, area"
    return con.execute(sql).fetchall()


@pytest.mark.parametrize(("write", "name"), [(as_xlsx, "h.xlsx"), (as_csv, "h.csv"), (as_json, "h.json")])
def test_value_and_bounds_of_adults_are_read_from_every_format(con, read, tmp_path, write, name):
    raw = read(write(tmp_path / name))

    assert cells(con) == [
        ("BU99010101", "2012", "Eenzaam", 37.5, None, None, None),
        ("GM9901", "2012", "Eenzaam", 38.0, None, None, None),
        ("BU99010101", "2020", "Eenzaam", None, None, None, "suppressed"),
        ("GM9901", "2020", "Eenzaam", 42.4, 40.1, 44.9, None),
        ("BU99010101", "2020", "ZwareDrinker", None, None, None, "suppressed"),
        ("GM9901", "2020", "ZwareDrinker", 7.2, 6.0, 8.5, None),
    ]
    assert raw.skipped == {"country": 1, "other municipality": 1, "other age": 1}
    assert raw.rows_read == 9


def test_a_topic_that_was_not_asked_is_told_and_gives_no_rows(read, tmp_path):
    raw = read(as_xlsx(tmp_path / "h.xlsx"))

    told = [finding for finding in raw.findings if finding.code == "FILE-047"]
    assert [finding.what for finding in told] == [
        "1 topics are empty for every area and count as not delivered: FietsenNaarSchoolOfWerk"
    ]


def test_the_place_of_a_row_is_its_sheet_and_row(con, read, tmp_path):
    read(as_xlsx(tmp_path / "h.xlsx"))

    assert con.execute("SELECT part, row FROM raw WHERE area = 'GM9901' AND period = '2012'").fetchall() == [
        ("Sheet", 9)
    ]


def test_a_missing_column_is_named_with_sheet_and_row(refusal, tmp_path):
    header = tuple("Ages" if said == "Leeftijd" else said for said in HEADER)

    finding = refusal(as_xlsx(tmp_path / "h.xlsx", header=header))

    assert (finding.code, finding.where) == ("FILE-020", "h.xlsx/Sheet:1")
    assert finding.what == "column `Leeftijd` is missing"
    assert "50120NED" in finding.fix


def test_a_file_of_other_municipalities_or_ages_is_refused(refusal, tmp_path):
    elsewhere = refusal(as_csv(tmp_path / "h.csv", [row for row in ROWS if "9901" not in row[3]]))
    seniors = refusal(as_csv(tmp_path / "s.csv", [row for row in ROWS if row[1] == 80200]))

    assert (elsewhere.code, elsewhere.what) == ("FILE-027", "none of the 2 rows is of GM9901")
    assert (seniors.code, seniors.where) == ("FILE-027", "s.csv")
    assert "18 and older" in seniors.what
    assert "20300" in seniors.fix


def test_what_is_no_number_is_kept_for_the_contract(con, read, tmp_path):
    rows = [(*ROWS[1][:8], "42,4", "veel", None)]

    read(as_csv(tmp_path / "h.csv", rows))

    assert con.execute("SELECT measure, value, mark, text FROM raw ORDER BY 1").fetchall() == [
        ("Eenzaam", 42.4, None, None),
        ("ZwareDrinker", None, "invalid", "veel"),
    ]


def test_a_damaged_workbook_is_refused(refusal, tmp_path):
    path = as_xlsx(tmp_path / "h.xlsx")
    path.write_bytes(path.read_bytes()[:2000])

    assert refusal(path).where.startswith("h.xlsx")
