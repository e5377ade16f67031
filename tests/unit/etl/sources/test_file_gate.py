"""The gate over a whole file: headings, cells, strays, and what lies beside the table, all in one refusal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl.comments import Comment

from config.errors import Finding, PersonalDataError
from etl.personal_data import ADVICE
from etl.personal_data_text import passes_11_test
from etl.sources.file_gate import check_asides, check_file
from etl.sources.sheet import Sheet
from tests.workbooks import workbook

HEADER = ["Buurt", "Maand", "Aantal"]
ROW = ["BU01530000", "2026-01", "3"]
PASSING = [f"{number:08}" for number in range(1_530_000, 1_530_200) if passes_11_test(f"{number:08}")][:6]


def gate(
    rows: Sequence[Sequence[str]],
    header: Sequence[str] = HEADER,
    *,
    declared: Sequence[str] = HEADER,
    path: Path = Path("own.csv"),
    strays: Sequence[tuple[int, int, str]] = (),
    **how: Any,
) -> tuple[Finding, ...]:
    """What the gate says of an opened file, refused or told."""
    con = duckdb.connect(config={"threads": 1})
    named = ", ".join(f'"{heading}" VARCHAR' for heading in header)
    con.execute(f"CREATE TABLE t (row BIGINT, {named})")
    con.executemany(
        f"INSERT INTO t VALUES (?, {', '.join('?' for _ in header)})", [[2 + at, *row] for at, row in enumerate(rows)]
    )
    title = "Data" if how.get("is_workbook") else ""
    sheet = Sheet(path.name, title, "t", list(header), 1, len(rows), strays=tuple(strays))
    try:
        return check_file(con, path, sheet, declared=declared, **how)
    except PersonalDataError as error:
        return error.findings
    finally:
        assert con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall() == []


def places(found: Sequence[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.level, finding.where) for finding in found]


def beside(tmp_path: Path, rows: Sequence[Sequence[Any]], *, is_hidden: bool = False) -> tuple[Finding, ...]:
    """What the gate says of a workbook with a second sheet."""

    def change(book):
        if is_hidden:
            book["Bron"].sheet_state = "hidden"

    path = tmp_path / "own.xlsx"
    path.write_bytes(workbook({"Data": [HEADER, ROW], "Bron": rows}, change))
    return gate([ROW], path=path, is_workbook=True)


def test_a_file_about_areas_passes_without_a_word():
    assert gate([ROW]) == ()
    assert gate([ROW], declared=[" buurt ", "MAAND", "aantal"]) == ()


def test_headings_cells_and_strays_are_refused_together():
    found = gate(
        [[*ROW, "x"], ["bel jan@example.nl", *ROW[1:], "x"]],
        [*HEADER, "achternaam"],
        strays=[(1, 6, "Overlast"), (3, 7, "06-12345678")],
    )

    assert places(found) == [
        ("PII-014", "error", "own.csv:1:4"),
        ("PII-005", "error", "own.csv:3:1"),
        ("PII-006", "error", "own.csv:3:7"),
    ]


def test_what_is_told_of_headings_and_cells_comes_back():
    found = gate([[*ROW, "Kuipersdijk 2"]], [*HEADER, "Plaats"])

    assert places(found) == [("FILE-102", "note", "own.csv:1:4"), ("PII-010", "warning", "own.csv:2:4")]


def test_a_column_of_postcodes_is_refused_where_it_is_read_alone():
    postcodes = [[f"75{number} AB", *ROW[1:]] for number in range(11, 20)]

    assert places(gate(postcodes)) == [("PII-008", "error", "own.csv:2:1")]
    assert ("PII-008", "warning", "own.csv:2:1") in places(gate(postcodes, declared=HEADER[1:]))
    assert places(gate(postcodes, declared=["BUURT ", *HEADER[1:]])) == [("PII-008", "error", "own.csv:2:1")]


def test_known_area_codes_are_no_citizen_numbers():
    rows = [[code, *ROW[1:]] for code in PASSING]

    assert places(gate(rows)) == [("PII-001", "error", "own.csv:2:1")]
    assert gate(rows, known_codes=[f"BU{code}" for code in PASSING]) == ()


def test_headings_that_need_quotes_are_looked_at_too():
    (found,) = gate([["BU01530000", "jan@example.nl"]], ["Buurt", "row_"], declared=["Buurt", "row"])[:1]

    assert found.code in {"PII-005", "FILE-102"}


def test_comments_of_a_workbook_are_looked_at(tmp_path):
    path = tmp_path / "own.xlsx"

    def comment(book):
        book["Data"]["B2"].comment = Comment("bel jan@example.nl", "x")

    path.write_bytes(workbook({"Data": [HEADER, ROW]}, comment))
    told = Finding("PII-023", "holds an e-mail address. Nothing was loaded", "own.xlsx Data!B2, comment", ADVICE)

    assert gate([ROW], path=path, is_workbook=True) == (told,)
    with pytest.raises(PersonalDataError) as caught:
        check_asides(path, "own.xlsx")
    assert list(caught.value) == [told]


def test_only_workbooks_have_something_beside_their_table():
    assert gate([ROW], path=Path("is-not-there.csv")) == ()


def test_headings_and_cells_of_another_sheet_are_refused_by_their_place(tmp_path):
    found = beside(tmp_path, [[None, "Buurt", "achternaam"], ["jan@example.nl", "x", "y"]])

    assert found == (
        Finding(
            "PII-023",
            "undeclared column `achternaam` has a personal-data name. Nothing was loaded",
            "own.xlsx Bron!C1",
            f"remove it at the source; {ADVICE}",
        ),
        Finding("PII-023", "an e-mail address. Nothing was loaded", "own.xlsx Bron!A2", ADVICE, number=1),
    )


def test_another_sheet_begins_where_its_first_text_stands(tmp_path):
    found = beside(tmp_path, [[], [], [None, None, "Aantal", "achternaam"], [None, None, 1, "x"]])

    assert places(found) == [("PII-023", "error", "own.xlsx Bron!D3")]


@pytest.mark.parametrize(
    "rows",
    [
        [["Verdachte naam"], ["Zie de toelichting"]],
        [["Code", "Naam"], ["BU01530000", "Centrum"]],
        [["Codes", "NAMEN "], ["BU01530000", "Centrum"]],
        [["Toelichting", "x", "y"], ["over de buurt", 1, 2]],
        [["Buurt", "Wijk"], ["a", "b"]],
    ],
    ids=["a title alone", "names of areas", "more of them", "notes and coordinates", "undeclared columns"],
)
def test_another_sheet_may_explain_and_name_areas(tmp_path, rows):
    assert beside(tmp_path, rows) == ()


def test_two_headings_are_a_header(tmp_path):
    assert places(beside(tmp_path, [["Verdachte naam", "Code"], ["x", "y"]])) == [
        ("PII-023", "error", "own.xlsx Bron!A1")
    ]


def sentences() -> list[list[str]]:
    return [[f"zag een man lopen bij de flat nummer n{at}"] for at in range(12)]


def test_sentences_explain_in_a_sheet_that_is_seen_and_are_free_text_in_a_hidden_one(tmp_path):
    assert beside(tmp_path, sentences()) == ()
    assert places(beside(tmp_path, sentences(), is_hidden=True)) == [("PII-023", "error", "own.xlsx Bron!A1")]


def test_what_only_looks_like_a_person_in_another_sheet_is_told(tmp_path):
    assert places(beside(tmp_path, [["Plaats"], ["Kuipersdijk 2"]])) == [("PII-010", "warning", "own.xlsx Bron!A2")]


def test_postcodes_of_another_sheet_are_not_loaded_and_told(tmp_path):
    postcodes = [["Gebied"], *([f"75{number} AB"] for number in range(11, 20))]

    assert places(beside(tmp_path, postcodes)) == [("PII-008", "warning", "own.xlsx Bron!A1")]
