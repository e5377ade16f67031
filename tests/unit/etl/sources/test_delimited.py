"""Delimited text: refused with the place and the repair, or read with the right line numbers."""

from __future__ import annotations

from pathlib import Path

import duckdb
import openpyxl
import pytest

from config.errors import ExitCode, Finding, StructureError
from etl.frames import work_connection
from etl.sources import delimited, textfile


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return work_connection()


@pytest.fixture
def written(tmp_path: Path):
    def write(content: bytes | str, name: str = "delivery.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return write


def load(con, path: Path, delimiter: str = ";", encoding: str | None = "utf-8", header_line: int = 1) -> list[tuple]:
    """The whole way from bytes to rows: (row, a, b, …)."""
    text = delimited.scan(path, path.name, encoding=encoding)
    columns = delimited.read_header(text, delimiter=delimiter, header_line=header_line)
    delimited.load_text(
        con, path, name=path.name, delimiter=delimiter, encoding=encoding, columns=columns, table="t",
        header_line=header_line, text=text,
    )  # fmt: skip
    return con.execute("SELECT * FROM t ORDER BY row").fetchall()


def refusal(con, path: Path, **how) -> Finding:
    with pytest.raises(StructureError) as caught:
        load(con, path, **how)
    assert caught.value.exit_code == ExitCode.STRUCTURE
    assert caught.value.findings[0].fix
    return caught.value.findings[0]


def test_rows_are_text_and_carry_their_line(con, written):
    rows = load(con, written("code;n\nBU01;007\nNA;null\n;1e400\n"))

    assert rows == [(2, "BU01", "007"), (3, "NA", "null"), (4, None, "1e400")]


def test_line_numbers_survive_line_breaks_in_quotes_and_blank_lines(con, written):
    rows = load(con, written('code;text\n1;"two\nlines"\n2;x\n\n3;y\n4;"a\n\nb"\n5;z'))

    assert [(row, code) for row, code, _ in rows] == [(2, "1"), (4, "2"), (6, "3"), (7, "4"), (10, "5")]


def test_a_header_below_title_lines_and_with_a_line_break_is_found(con, written):
    rows = load(con, written('title\n\n"co\nde";n\nBU01;1\n'), header_line=3)

    assert rows == [(5, "BU01", "1")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_kind_of_line_end_is_read(con, written, end):
    rows = load(con, written(end.join(["a;b", "1;2", "3;4", ""])))

    assert rows == [(2, "1", "2"), (3, "3", "4")]


def test_two_kinds_of_line_end_in_one_file_are_read(con, written):
    rows = load(con, written(b'a;b\r\n1;2\n3;"4\r\n5"\r\n6;7\n'))

    assert rows == [(2, "1", "2"), (3, "3", "4\r\n5"), (5, "6", "7")]


def test_own_column_row_is_kept_beside_the_line(con, written):
    assert load(con, written("row;n\n9;1\n")) == [(2, "9", "1")]
    assert con.execute("SELECT row, row_ FROM t").fetchall() == [(2, "9")]


def test_path_with_pattern_signs_reads_that_one_file(con, written):
    written("a;b\n8;8\n", "week-1.csv")

    assert load(con, written("a;b\n1;2\n", "week-[1].csv")) == [(2, "1", "2")]


def test_file_001_missing_file_names_the_newest_in_its_folder(con, written, tmp_path):
    written("a;b\n1;2\n", "older.csv")

    finding = refusal(con, tmp_path / "week-12.csv")

    assert finding.code == "FILE-001"
    assert "newest in its folder: older.csv" in finding.what
    assert finding.where == "week-12.csv"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf\r\n"])
def test_file_002_empty_file(con, written, content):
    assert refusal(con, written(content)).code == "FILE-002"


def test_file_003_header_only(con, written):
    finding = refusal(con, written("a;b\n"))

    assert (finding.code, finding.where) == ("FILE-003", "delivery.csv:1")
    assert "0 rows" in finding.what


def test_file_004_byte_order_mark_is_removed_and_noted(con, written):
    path = written(b"\xef\xbb\xbfa;b\n1;2\n")

    assert load(con, path) == [(2, "1", "2")]
    assert delimited.read_header(delimited.scan(path, "x.csv"), delimiter=";") == ["a", "b"]
    notes = delimited.scan(path, "x.csv").notes()
    assert [(note.code, note.level) for note in notes] == [("FILE-004", "note")]


def test_file_005_cp1252_is_found_out_or_declared(con, written):
    path = written("naam;n\nCafé;1\n".encode("cp1252"))

    assert load(con, path, encoding=None) == [(2, "Café", "1")]
    assert load(con, path, encoding="cp1252") == [(2, "Café", "1")]
    assert [note.code for note in delimited.scan(path, "x.csv").notes()] == ["FILE-005"]


def test_file_005_utf8_declared_as_cp1252_is_refused_before_it_is_garbled(con, written):
    assert refusal(con, written("naam;n\nCafé;1\n"), encoding="cp1252").code == "FILE-005"


def test_file_006_utf16_is_refused_unless_declared(con, written):
    path = written("naam;n\nCafé;1\n".encode("utf-16"))

    finding = refusal(con, path)

    assert finding.code == "FILE-006"
    assert "format.encoding: utf-16" in finding.fix
    assert load(con, path, encoding="utf-16") == [(2, "Café", "1")]
    assert refusal(con, written("naam;n\nCafe;1\n".encode("utf-16-le"))).code == "FILE-006"
    assert refusal(con, written("a;b\n1;2\n"), encoding="utf-16").code == "FILE-006"


@pytest.mark.parametrize("encoding", [None, "utf-8", "cp1252"])
def test_file_007_mixed_encodings_name_line_and_byte(con, written, encoding):
    lines = [b"naam;n"] + ["Café;1".encode()] * 1_000
    lines[899] = "Café;1".encode("cp1252")

    finding = refusal(con, written(b"\n".join(lines) + b"\n"), encoding=encoding)

    assert (finding.code, finding.where) == ("FILE-007", "delivery.csv:900:4")
    assert "0xE9" in finding.what
    assert "Caf" not in str(finding)


def test_file_007_one_cp1252_line_in_a_file_declared_utf8(con, written):
    finding = refusal(con, written(b"naam;n\nx;1\nCaf\xe9;1\n"))

    assert (finding.code, finding.where) == ("FILE-007", "delivery.csv:3:4")
    assert "format.encoding: cp1252" in finding.fix


def test_sign_of_many_bytes_on_the_border_of_two_chunks_is_no_mistake(written, monkeypatch):
    monkeypatch.setattr(textfile, "CHUNK", 7)

    text = delimited.scan(written("naam;€€€€\n12345€;€x€\r\n"), "x.csv")

    assert (text.encoding, text.lines, text.has_mixed_newlines) == ("utf-8", 2, True)


def test_file_009_wrong_delimiter_names_the_one_that_fits(written):
    text = delimited.scan(written("area,period,n\nBU01,2026,1\n"), "x.csv")

    with pytest.raises(StructureError) as caught:
        delimited.read_header(text, delimiter=";", expected=["Area", "period", "count"])

    finding = caught.value.findings[0]
    assert (finding.code, finding.where) == ("FILE-009", "x.csv:1")
    assert 'with "," there are 2 that match' in finding.what
    assert 'format.delimiter: ","' in finding.fix


@pytest.mark.parametrize("after", ["x;y\n", 'x;y\n"p";q\n', "x;y\n" * 1_000], ids=["plain", "quoted", "long"])
def test_file_010_quote_never_closed_names_the_line_it_opened_on(con, written, after):
    finding = refusal(con, written("a;b\n" + "1;2\n" * 498 + '3;"4\n' + after * 400))

    assert (finding.code, finding.where) == ("FILE-010", "delivery.csv:500")


def test_file_012_nul_byte_names_line_and_column(con, written):
    finding = refusal(con, written(b"a;b\n2\x00;3\n"))

    assert (finding.code, finding.where) == ("FILE-012", "delivery.csv:2:2")


@pytest.mark.parametrize("chunk", [1, 3, 5, 7, 100])
def test_file_012_a_nul_byte_far_into_a_file_is_placed_without_reading_it_whole(con, written, monkeypatch, chunk):
    monkeypatch.setattr(textfile, "CHUNK", chunk)

    finding = refusal(con, written(b"a;b\n1;2\n33;4444\x00;5\n"))

    assert (finding.code, finding.where) == ("FILE-012", "delivery.csv:3:8")


def test_file_013_row_with_an_extra_field(con, written):
    finding = refusal(con, written("a;b\n1;2\n1;2;3\n"))

    assert (finding.code, finding.where) == ("FILE-013", "delivery.csv:3")
    assert "3 fields, expected 2" in finding.what


def test_file_013_all_rows_one_field_longer_than_the_header_never_shift(con, written):
    assert refusal(con, written("a;b\n7;1;2\n8;3;4\n")).where == "delivery.csv:2"


def test_file_015_row_with_a_missing_field(con, written):
    finding = refusal(con, written("a;b;c\n1;2;3\n1;2\n4;5;6\n"))

    assert (finding.code, finding.where) == ("FILE-015", "delivery.csv:3")
    assert "2 fields, expected 3" in finding.what


@pytest.mark.parametrize("tail", ["4;5", '4;5;"6', '"4'])
def test_file_016_last_row_cut_off(con, written, tail):
    finding = refusal(con, written("a;b;c\n1;2;3\n" + tail))

    assert (finding.code, finding.where) == ("FILE-016", "delivery.csv:3")
    assert "cut off" in finding.what
    assert "bytes" in finding.what


def test_last_row_without_line_end_is_no_mistake(con, written):
    assert load(con, written("a;b\n1;2\n3;4")) == [(2, "1", "2"), (3, "3", "4")]


def test_file_019_columns_are_found_by_name_in_any_order(written):
    text = delimited.scan(written("n;period;area\n1;2026;BU01\n"), "x.csv")

    columns = delimited.read_header(text, delimiter=";")

    assert delimited.find_column(columns, "Area") == "area"
    assert delimited.find_column(columns, "value") is None
    assert delimited.nearest("perod", columns) == "period"


@pytest.mark.parametrize("header", ["a;x;b;c;A", "a;x;b;c;a "])
def test_file_021_same_column_twice_names_both_positions(con, written, header):
    finding = refusal(con, written(header + "\n1;2;3;4;5\n"))

    assert (finding.code, finding.where) == ("FILE-021", "delivery.csv:1")
    assert "(1 and 5)" in finding.what


def test_file_022_spaces_around_names_are_trimmed_and_noted(written):
    text = delimited.scan(written(" Aantal\u00a0;Wijk_Buurt\ufeff;;x\n1;2;3;4\n"), "x.csv")

    assert delimited.read_header(text, delimiter=";") == ["Aantal", "Wijk_Buurt", "column_3", "x"]
    assert [(note.code, note.level) for note in delimited.header_notes(text, delimiter=";")] == [("FILE-022", "note")]


def test_file_031_excel_file_named_csv(con, tmp_path):
    path = tmp_path / "delivery.csv"
    openpyxl.Workbook().save(path)

    finding = refusal(con, path)

    assert finding.code == "FILE-031"
    assert "Excel" in finding.what


def test_file_033_old_excel_file(con, written):
    finding = refusal(con, written(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)))

    assert finding.code == "FILE-033"
    assert ".xlsx" in finding.fix


def test_delimiter_is_found_for_kinds_that_do_not_declare_one(written):
    for sign in (";", ",", "\t", "|"):
        text = delimited.scan(written(f'"a, b"{sign}c{sign}d\n'), "x.csv")

        assert delimited.find_delimiter(text) == sign
