"""Kind `kwb` in other formats than CSV with codes: cross table, workbook, database, pages; true and spoiled ones."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from config.errors import ExitCode, Finding, StructureError
from config.model import KwbSource
from etl.frames import RawFrame, work_connection
from etl.sources import kwb
from tests.contract.test_statline_exports import tree

CROSS = (
    '\ufeff"Kerncijfers wijken en buurten 2015"\r\n""\r\n"";"Onderwerp"\r\n'
    '"";"Bevolking|Aantal inwoners";"Wonen|Woningen naar eigendom|Koopwoningen";"Sport|Baden\u00a0"\r\n'
    '"Wijken en buurten";"aantal";"%";"aantal"\r\n'
    '"Oefenstad";"104000";"47,5";"."\r\n"Lasonder, Zeggelt";"9000";".";"."\r\n'
    '"Privé";"0";"33,25";"."\r\n"Bron: CBS"\r\n'
)


@pytest.fixture
def con():
    return work_connection()


@pytest.fixture
def read(con, tmp_path):
    def read(name: str, year: int | None = None) -> RawFrame:
        source = KwbSource(id="key_figures", kind="kwb", path=name, year=year)
        path: Path = tmp_path / name
        return kwb.read(con, source, path, name=name, municipality_code="GM9901", table="raw", areas=tree())

    return read


@pytest.fixture
def refusal(read):
    def refusal(name: str) -> Finding:
        with pytest.raises(StructureError) as caught:
            read(name)
        assert caught.value.exit_code == ExitCode.STRUCTURE
        return caught.value.findings[0]

    return refusal


def cells(con, measure: str) -> list[tuple]:
    sql = "SELECT part, row, area, period, value, mark FROM raw WHERE measure = $1 ORDER BY period, row"
    return con.execute(sql, [measure]).fetchall()


def test_cross_table_of_the_web_page_is_read_by_name_and_topic(con, read, tmp_path):
    (tmp_path / "Kerncijfers_2015.csv").write_text(CROSS, encoding="utf-8", newline="")

    raw = read("Kerncijfers_2015.csv")

    assert cells(con, "AantalInwoners") == [
        (None, 6, "GM9901", "2015", 104_000.0, None),
        (None, 7, "BU99010102", "2015", 9_000.0, None),
        (None, 8, "BU99010203", "2015", 0.0, None),
    ]
    assert [cell[4:] for cell in cells(con, "Koopwoningen")] == [(47.5, None), (None, "suppressed"), (33.25, None)]
    assert {finding.code for finding in raw.findings} >= {"FILE-047", "FILE-110"}


def test_cross_table_with_other_things_along_its_side_is_refused(refusal, tmp_path):
    text = CROSS.replace('"Wijken en buurten";"aantal"', '"Perioden";"aantal"')
    (tmp_path / "k_2015.csv").write_text(text, encoding="utf-8", newline="")

    finding = refusal("k_2015.csv")

    assert (finding.code, finding.where) == ("FILE-045", "k_2015.csv:5")
    assert "areas in the rows" in finding.fix


def database(path: Path, tables: dict[str, list[tuple]], header: str) -> None:
    with closing(sqlite3.connect(path)) as base:
        for table, rows in tables.items():
            base.execute(f'CREATE TABLE "{table}" ({header})')
            base.executemany(f'INSERT INTO "{table}" VALUES (?, ?, ?)', rows)
        base.commit()


def test_database_with_a_table_per_year_is_one_delivery(con, read, tmp_path):
    rows = [("Oefenstad", 104_000.0, 30.5), ("Wijk 02 Haven", 500, None), ("Privé", 250.0, 20.0)]
    header = (
        '"Wijk_Buurt\ufeff" TEXT, "Bevolking_Aantal_inwoners" REAL, "Wonen_Woningen_naar_eigendom_Koopwoningen" REAL'
    )
    database(tmp_path / "k.db", {"kwb_2016_pp": rows, "kwb_2017_pp": rows[:1]}, header)

    raw = read("k.db")

    assert cells(con, "AantalInwoners") == [
        ("kwb_2016_pp", 1, "GM9901", "2016", 104_000.0, None),
        ("kwb_2016_pp", 2, "WK990102", "2016", 500.0, None),
        ("kwb_2016_pp", 3, "BU99010203", "2016", 250.0, None),
        ("kwb_2017_pp", 1, "GM9901", "2017", 104_000.0, None),
    ]
    assert [cell[4:] for cell in cells(con, "Koopwoningen")][1] == (None, "suppressed")
    assert raw.rows_read == 4


def test_a_damaged_database_is_refused(refusal, tmp_path):
    database(tmp_path / "k.db", {"kwb_2016": [("Oefenstad", 1, 2)]}, "Wijk_Buurt, AantalInwoners, Koopwoningen")
    (tmp_path / "k.db").write_bytes((tmp_path / "k.db").read_bytes()[:600])

    finding = refusal("k.db")

    assert finding.code == "FILE-117"
    assert finding.where.startswith("k.db")


def test_workbook_of_cbs_is_read_from_the_sheet_with_areas(con, read, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Toelichting bij de cijfers"])
    sheet = book.create_sheet("KWB2023")
    sheet.append(["gwb_code_10", "regio", "gm_naam", "recs", "a_inw", "p_koopw"])
    sheet.append(["GM9901", "Oefenstad", "Oefenstad", "Gemeente", 104000, 47.5])
    sheet.append(["BU99010101", "Kade", "Oefenstad", "Buurt", 9000, "."])
    sheet.append(["BU99020101", "Dorp", "Kleinedam", "Buurt", 400, 80])
    book.save(tmp_path / "kwb-2023.xlsx")

    raw = read("kwb-2023.xlsx")

    assert cells(con, "AantalInwoners") == [
        ("KWB2023", 2, "GM9901", "2023", 104_000.0, None),
        ("KWB2023", 3, "BU99010101", "2023", 9_000.0, None),
    ]
    assert (raw.skipped, raw.area_names["BU99010101"]) == ({"other municipality": 1}, "Kade")


def test_workbook_without_areas_names_sheet_and_row(refusal, tmp_path):
    book = openpyxl.Workbook()
    for row in (["Titel"], [], ["Plek", "Inwoners"], ["Kade", 3]):
        book.active.append(row)
    book.save(tmp_path / "kwb-2023.xlsx")

    finding = refusal("kwb-2023.xlsx")

    assert (finding.code, finding.where) == ("FILE-020", "kwb-2023.xlsx/Sheet:3")
    assert "gwb_code" in finding.fix


def test_pages_of_key_figures_are_read_by_base_name(con, read, tmp_path):
    records = [
        {
            "WijkenEnBuurten": "GM9901    ",
            "Codering_3": "GM9901    ",
            "AantalInwoners_5": 104000,
            "Koopwoningen_41": 47.5,
        },
        {"WijkenEnBuurten": "BU99010101", "Codering_3": "BU99010101", "AantalInwoners_5": 0, "Koopwoningen_41": None},
    ]
    (tmp_path / "85984NED.json").write_text(json.dumps({"@odata.context": "x", "value": records}), encoding="utf-8")

    read("85984NED.json")

    assert [cell[2:] for cell in cells(con, "Koopwoningen")] == [
        ("GM9901", "2024", 47.5, None),
        ("BU99010101", "2024", None, "suppressed"),
    ]
