"""Kind `statline`: rows of police tables as OData and R write them; a true file, and spoiled ones."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from config.errors import ExitCode, Finding, StructureError
from config.model import StatlineSource
from etl.frames import RawFrame, work_connection
from etl.sources import statline

CRIMES = """\
ID;SoortMisdrijf;WijkenEnBuurten;Perioden;GeregistreerdeMisdrijven_1;Gemeentenaam_2;SoortRegio_3
1;0.0.0 ;NL00      ;2026MM01;65000;Nederland;Land
2;0.0.0 ;GM9901    ;2026MM01;41;Oefenstad;Gemeente
3;0.0.0 ;WK990101  ;2026MM01;20;Oefenstad;Wijk
4;1.1.1 ;BU99010101;2026MM01;0;;
5;1.1.1 ;BU99010101;2026JJ00;       7;Oefenstad;Buurt
6;2.6.10;BU99010101;2026KW01;       .;;
7;1.1.1 ;BU99010102;2026MM02;;;
8;1.1.1 ;BU9901AA03;2026MM02;None;;
9;1.1.1 ;BU99020101;2026MM01;5;Kleinedam;Buurt
10;1.1.1 ;GM0000    ;2026MM01;3;;
11;1.1.1 ;BU99019999;2026MM01;2;;
"""


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return work_connection()


@pytest.fixture
def read(con, tmp_path):
    def read(content: str | bytes, table: str = "47022NED", name: str = "police.csv") -> RawFrame:
        path: Path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        source = StatlineSource(id="police", kind="statline", table=table, path=name)
        return statline.read(con, source, path, name=name, municipality_code="GM9901", table="raw")

    return read


@pytest.fixture
def refusal(read):
    def refusal(content: str | bytes, table: str = "47022NED") -> tuple[Finding, ...]:
        with pytest.raises(StructureError) as caught:
            read(content, table)
        assert caught.value.exit_code == ExitCode.STRUCTURE
        return caught.value.findings

    return refusal


def cells(con) -> list[tuple]:
    return con.execute("SELECT row, area, period, measure, value, mark FROM raw ORDER BY row").fetchall()


def test_codes_are_trimmed_and_months_quarters_and_years_stand_side_by_side(con, read):
    read(CRIMES)

    assert cells(con) == [
        (3, "GM9901", "2026-01", "0.0.0", 41.0, None),
        (4, "WK990101", "2026-01", "0.0.0", 20.0, None),
        (5, "BU99010101", "2026-01", "1.1.1", 0.0, None),
        (6, "BU99010101", "2026", "1.1.1", 7.0, None),
        (7, "BU99010101", "2026-Q1", "2.6.10", None, "suppressed"),
        (8, "BU99010102", "2026-02", "1.1.1", None, "suppressed"),
        (9, "BU9901AA03", "2026-02", "1.1.1", None, "suppressed"),
        (12, "BU99019999", "2026-01", "1.1.1", 2.0, None),
    ]


def test_rows_of_other_regions_are_skipped_and_counted(read):
    raw = read(CRIMES)

    assert raw.skipped == {"country": 1, "other municipality": 2}
    assert raw.rows_read == 11


@pytest.mark.parametrize("withheld", [".", "       .", '"."', "", '""', "None", "null", "NULL", "NA"])
def test_a_withheld_count_is_never_zero(con, read, withheld):
    read(f"SoortMisdrijf;WijkenEnBuurten;Perioden;GeregistreerdeMisdrijven_1\n1.1.1;BU99010101;2026MM01;{withheld}\n")

    assert cells(con)[0][-2:] == (None, "suppressed")


@pytest.mark.parametrize("unreadable", ["1e400", "inf", "nan", "−3", "１２", "12*", "1 234"])
def test_what_is_no_number_is_marked_and_kept_as_text(con, read, unreadable):
    read(f"SoortMisdrijf;WijkenEnBuurten;Perioden;GeregistreerdeMisdrijven_1\n1.1.1;BU99010101;2026MM01;{unreadable}\n")

    assert con.execute("SELECT value, mark, text FROM raw").fetchall() == [(None, "invalid", unreadable)]


@pytest.mark.parametrize(("said", "number"), [("-3", -3.0), ("2.5", 2.5), ("1e+05", 100_000.0), ("007", 7.0)])
def test_numbers_as_odata_and_r_write_them(con, read, said, number):
    read(f"SoortMisdrijf;WijkenEnBuurten;Perioden;GeregistreerdeMisdrijven_1\n1.1.1;BU99010101;2026MM01;{said}\n")

    assert cells(con)[0][-2:] == (number, None)


def test_file_written_by_r_gives_the_same_rows_and_its_titles(con, read):
    raw = read(
        '"","SoortMisdrijf","SoortMisdrijf_label","WijkenEnBuurten","WijkenEnBuurten_label","Perioden","Perioden_Date",'
        '"Perioden_freq","Perioden_label","GeregistreerdeMisdrijven_1","Gemeentenaam_2","SoortRegio_3"\n'
        '"1","0.0.0 ","Totaal","BU99010101","Kade, Haven","2025JJ00",2025-01-01,"Y","2025",98,"Oefenstad ","Buurt "\n'
        '"2","0.0.0 ","Totaal","BU99020101","Dorp","2025JJ00",2025-01-01,"Y","2025",4,"Kleinedam ","Buurt "\n',
        "47018NED",
    )

    assert cells(con) == [(2, "BU99010101", "2025", "0.0.0", 98.0, None)]
    assert raw.area_names == {"BU99010101": "Kade, Haven"}
    assert raw.measures == {"0.0.0": "Totaal"}


def test_nuisance_table_with_byte_order_mark_quotes_and_another_order(con, read):
    raw = read(
        b"\xef\xbb\xbf"
        b'"Perioden";"GeregistreerdeOverlast_1";"WijkenEnBuurten";"Overlast"\r\n'
        b'"2026MM01";"       3";"BU99010101";"E35   "\r\n',
        "47024NED",
    )

    assert cells(con) == [(2, "BU99010101", "2026-01", "E35", 3.0, None)]
    assert [note.code for note in raw.findings] == ["FILE-004"]


def test_what_is_no_period_or_area_is_left_to_the_contract(con, read):
    read(
        "SoortMisdrijf;WijkenEnBuurten;Perioden;GeregistreerdeMisdrijven_1\n"
        "1.1.1;BU99010101;2026MM13;1\n1.1.1;BU99010101;2026X000;1\n1.1.1;NA;2026MM01;1\n1.1.1;;2026MM01;1\n"
    )

    assert [cell[1:3] for cell in cells(con)] == [
        ("BU99010101", "2026-13"),
        ("BU99010101", "2026X000"),
        ("NA", "2026-01"),
        (None, "2026-01"),
    ]


def test_missing_columns_are_all_named_with_the_nearest(refusal):
    findings = refusal("SoortMisdrijf;WijkEnBuurt;Perioden;Aantal\n1.1.1;BU99010101;2026MM01;1\n")

    assert [finding.code for finding in findings] == ["FILE-020", "FILE-020"]
    assert findings[0].what == "column `WijkenEnBuurten` is missing (nearest: `WijkEnBuurt`)"
    assert "`GeregistreerdeMisdrijven_1` is missing" in findings[1].what
    assert {finding.where for finding in findings} == {"police.csv:1"}
    assert "SoortMisdrijf, WijkEnBuurt, Perioden, Aantal" in findings[0].fix


def test_a_row_in_place_of_the_header_is_never_shown(refusal):
    for line in ("Jansen;0612345678;Kade\n", "Jansen;0612345678;Jansen\n"):
        text = "\n".join(finding.lines() for finding in refusal(line * 2))

        assert "Jansen" not in text
        assert "0612345678" not in text


def test_crimes_in_a_source_of_nuisance_are_refused(refusal):
    finding = refusal(CRIMES, table="47024NED")[0]

    assert finding.what == "table 47024NED has a column `Overlast`, this file has `SoortMisdrijf`"
    assert "`table`" in finding.fix


def test_list_of_codes_is_no_data(refusal):
    finding = refusal('"Key","Title","Description","CategoryGroupID"\n"0.0.0 ","Totaal misdrijven",,\n')[0]

    assert (finding.code, finding.where) == ("FILE-020", "police.csv:1")
    assert "list of codes" in finding.what


def test_file_without_a_row_of_the_municipality_is_refused(refusal):
    finding = refusal(CRIMES.replace("9901", "9903"))[0]

    assert (finding.code, finding.where) == ("FILE-027", "police.csv")
    assert finding.what == "none of the 11 rows is of GM9901"


def test_cut_off_file_is_refused_with_its_last_line(refusal):
    finding = refusal(CRIMES[:-40])[0]

    assert (finding.code, finding.where) == ("FILE-016", "police.csv:11")
