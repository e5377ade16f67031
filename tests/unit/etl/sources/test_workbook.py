"""One sheet of a workbook as text: what the sheet holds, where it stands, and what a spreadsheet did to it."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from config.errors import StructureError
from etl.frames import work_connection
from etl.sources import workbook as book
from tests.workbooks import bomb, patched, workbook

ROWS = [["Buurt", "Maand", "Aantal"], ["BU01530000", "2026-01", 3], ["BU01530001", "2026-01", 12.5]]


def opened(tmp_path, data: bytes, **how) -> tuple[book.Sheet, list[tuple]]:
    path = tmp_path / "own.xlsx"
    path.write_bytes(data)
    con = work_connection()
    sheet = book.open_sheet(con, path, name="own.xlsx", table="t", **how)
    return sheet, con.execute('SELECT * FROM "t" ORDER BY row').fetchall()


def refusal(tmp_path, data: bytes, **how):
    with pytest.raises(StructureError) as caught:
        opened(tmp_path, data, **how)
    return caught.value.findings[0]


def test_cells_become_text_with_their_row(tmp_path):
    sheet, rows = opened(tmp_path, workbook({"Data": ROWS}), decimal=",")

    assert (sheet.title, sheet.header, sheet.rows) == ("Data", ["Buurt", "Maand", "Aantal"], 2)
    assert rows == [(2, "BU01530000", "2026-01", "3"), (3, "BU01530001", "2026-01", "12,5")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", None),
        (True, "TRUE"),
        (3.0, "3"),
        (-0.5, "-0,5"),
        (1.234, "1,2340"),
        (1e-7, "0,0000001"),
        (dt.datetime(2026, 4, 1), "46113"),
        (dt.date(2026, 4, 1), "46113"),
        (dt.datetime(2026, 4, 1, 23, 14), "2026-04-01 23:14:00"),
        ("007", "007"),
    ],
)
def test_a_value_is_written_as_it_is_held(value, text):
    assert book.as_text(value, ",") == text


def test_rows_without_anything_are_no_rows_and_numbers_stay(tmp_path):
    sheet, rows = opened(tmp_path, workbook({"Data": [*ROWS[:2], [None, None, None], [], ROWS[2]]}))

    assert [row[0] for row in rows] == [2, 5]
    assert sheet.rows == 2


def test_the_only_sheet_with_data_is_read_and_a_declared_one_wins(tmp_path):
    two = workbook({"Leeg": [], "Data": ROWS, "Uitleg": [["Zo vult u dit in"]]})

    assert opened(tmp_path, workbook({"Leeg": [], "Data": ROWS}))[0].title == "Data"
    assert opened(tmp_path, two, sheet="data")[0].title == "Data"
    assert refusal(tmp_path, two).code == "FILE-104"
    assert '2 sheets hold data: "Data", "Uitleg"' in refusal(tmp_path, two).what
    assert "format.sheet" in refusal(tmp_path, two).fix
    assert refusal(tmp_path, two, sheet="Blad9").code == "FILE-105"


def test_a_hidden_sheet_is_not_chosen_but_read_when_declared(tmp_path):
    def hide(made):
        made["Oud"].sheet_state = "hidden"

    data = workbook({"Oud": ROWS, "Data": ROWS}, hide)

    assert opened(tmp_path, data)[0].title == "Data"
    assert [finding.code for finding in opened(tmp_path, data, sheet="Oud")[0].findings] == ["FILE-036"]


def test_file_036_hidden_rows_are_read_and_counted(tmp_path):
    def hide(made):
        for row in (2, 3):
            made["Data"].row_dimensions[row].hidden = True

    sheet, rows = opened(tmp_path, workbook({"Data": [*ROWS, ["BU01530002", "2026-01", 1]]}, hide))

    assert len(rows) == 3
    assert [(f.code, f.level, f.what, f.where) for f in sheet.findings] == [
        ("FILE-036", "warning", "2 hidden rows are loaded too", "own.xlsx Data")
    ]


def test_what_a_spreadsheet_spoils_is_remembered_with_its_place(tmp_path):
    rows = [*ROWS, [dt.date(2026, 3, 1), "2026-01", "#REF!"], ["x", "y", "=A1+1"]]

    sheet, read = opened(tmp_path, workbook({"Data": rows}))

    assert {(odd.kind, sheet.place(odd.row, odd.position)) for odd in sheet.odds} == {
        ("date", "own.xlsx Data!A4"),
        ("error", "own.xlsx Data!C4"),
        ("formula", "own.xlsx Data!C5"),
    }
    assert read[-1][3] is None
    with pytest.raises(StructureError) as caught:
        book.refuse_odd(sheet, {1: "an area code", 3: "a number"})
    assert [finding.code for finding in caught.value] == ["FILE-040", "FILE-039", "FILE-103"]


def test_a_formula_with_its_outcome_is_a_number(tmp_path):
    data = workbook({"Data": [["Buurt", "Aantal"], ["BU01530000", "=1+1"]]})
    kept = patched(data, "xl/worksheets/sheet1.xml", "<f>1\\+1</f><v ?/>|<f>1\\+1</f><v></v>", "<f>1+1</f><v>2</v>")

    sheet, rows = opened(tmp_path, kept)

    assert rows == [(2, "BU01530000", "2")]
    assert sheet.odds == ()


def test_file_037_merged_cells_are_refused_where_they_are_read(tmp_path):
    sheet, _ = opened(
        tmp_path, workbook({"Data": [*ROWS, ["x", "y", 1]]}, lambda made: made["Data"].merge_cells("A2:A4"))
    )

    with pytest.raises(StructureError) as caught:
        book.refuse_odd(sheet, {1: "an area code"})
    assert [(f.code, f.where) for f in caught.value] == [("FILE-037", "own.xlsx Data!A2:A4")]
    book.refuse_odd(sheet, {3: "a number"})


def test_file_034_a_zip_bomb_is_refused_before_it_is_opened(tmp_path):
    data = bomb(210)
    started = time.perf_counter()

    found = refusal(tmp_path, data)

    assert found.code == "FILE-034"
    assert "unpacks to 210 MB" in found.what
    assert "limits 200 MB and 100x" in found.what
    assert time.perf_counter() - started < 1


def test_a_steep_but_small_one_is_a_bomb_too(tmp_path):
    assert refusal(tmp_path, bomb(20)).code == "FILE-034"


@pytest.mark.parametrize("data", [b"PK\x03\x04" + b"x" * 600, b"hello", workbook({"Data": ROWS})[:-200]])
def test_a_damaged_file_is_refused(tmp_path, data):
    assert refusal(tmp_path, data).code == "FILE-106"


def test_a_damaged_sheet_is_refused(tmp_path):
    data = patched(workbook({"Data": ROWS}), "xl/worksheets/sheet1.xml", "</row>", "<row>")

    assert refusal(tmp_path, data).code == "FILE-106"


def test_an_entity_bomb_is_refused(tmp_path):
    bomb_text = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet'
    data = patched(workbook({"Data": ROWS}), "xl/worksheets/sheet1.xml", "<worksheet", bomb_text)

    assert refusal(tmp_path, data).code == "FILE-106"


def test_file_033_old_or_locked_excel_is_refused(tmp_path):
    assert refusal(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600).code == "FILE-033"


def test_file_021_a_heading_twice_is_refused(tmp_path):
    found = refusal(tmp_path, workbook({"Data": [["Buurt", "Aantal", "aantal "], ["a", 1, 2]]}))

    assert (found.code, found.where) == ("FILE-021", "own.xlsx Data!C1")


def test_file_003_a_header_without_rows_is_refused(tmp_path):
    assert refusal(tmp_path, workbook({"Data": ROWS[:1]})).code == "FILE-003"
    assert refusal(tmp_path, workbook({"Data": []})).code == "FILE-003"
    assert refusal(tmp_path, workbook({"Data": ROWS}), header_line=9).code == "FILE-003"


def test_texts_beside_the_table_are_kept_apart(tmp_path):
    sheet, rows = opened(
        tmp_path, workbook({"Data": [["Meldingen 2026"], *ROWS[:2], [*ROWS[2], None, "let op"]]}), header_line=2
    )

    assert sheet.strays == ((1, 1, "Meldingen 2026"), (4, 5, "let op"))
    assert len(rows) == 2
