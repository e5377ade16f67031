"""Kind `kwb`: key figures by base name, whatever a file calls them; a true file, and spoiled ones."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from config.errors import ExitCode, Finding, StructureError
from config.model import KwbSource
from etl.frames import RawFrame, work_connection
from etl.sources import kwb, kwb_names

ODATA = """\
WijkenEnBuurten;Gemeentenaam_1;SoortRegio_2;Codering_3;AantalInwoners_5;k_15Tot25Jaar_10;Koopwoningen_41;WmoClienten_90
NL00      ;Nederland ;Land     ;NL00      ;17942942;2200000;57;       .
GM9901    ;Oefenstad ;Gemeente ;GM9901    ;  104000;12000;"47,5";       .
WK990101  ;Oefenstad ;Wijk     ;WK990101  ;9000;1100;.;       .
BU99010101;Oefenstad ;Buurt    ;BU99010101;0;.;;       .
BU9901AA02;Oefenstad ;Buurt    ;BU9901AA02;1e+05;5;33.25;       .
BU99020101;Kleinedam ;Buurt    ;BU99020101;400;20;80;       .
"""


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return work_connection()


@pytest.fixture
def read(con, tmp_path):
    def read(content: str, name: str = "85984NED.csv", year: int | None = None) -> RawFrame:
        path: Path = tmp_path / name
        path.write_text(content, encoding="utf-8", newline="")
        source = KwbSource(id="key_figures", kind="kwb", path=name, year=year)
        return kwb.read(con, source, path, name=name, municipality_code="GM9901", table="raw")

    return read


@pytest.fixture
def refusal(read):
    def refusal(content: str, **how) -> Finding:
        with pytest.raises(StructureError) as caught:
            read(content, **how)
        assert caught.value.exit_code == ExitCode.STRUCTURE
        return caught.value.findings[0]

    return refusal


def cells(con, measure: str) -> list[tuple]:
    sql = "SELECT row, area, period, value, mark FROM raw WHERE measure = $1 ORDER BY row"
    return con.execute(sql, [measure]).fetchall()


def test_topics_are_found_by_base_name_and_numbers_by_their_own_spelling(con, read):
    read(ODATA)

    assert cells(con, "AantalInwoners") == [
        (3, "GM9901", "2024", 104_000.0, None),
        (4, "WK990101", "2024", 9_000.0, None),
        (5, "BU99010101", "2024", 0.0, None),
        (6, "BU9901AA02", "2024", 100_000.0, None),
    ]
    assert [cell[3:] for cell in cells(con, "Koopwoningen")] == [
        (47.5, None), (None, "suppressed"), (None, "suppressed"), (33.25, None),
    ]  # fmt: skip


def test_one_missing_figure_is_withheld_and_an_empty_topic_is_not_delivered(con, read):
    raw = read(ODATA)

    assert cells(con, "k_15Tot25Jaar")[2] == (5, "BU99010101", "2024", None, "suppressed")
    assert cells(con, "WmoClienten") == []
    assert set(raw.measures) == {"AantalInwoners", "k_15Tot25Jaar", "Koopwoningen"}
    assert [(note.code, note.level) for note in raw.findings] == [("FILE-047", "note")]
    assert "WmoClienten" in raw.findings[0].what


def test_rows_of_other_regions_are_skipped_and_counted(read):
    raw = read(ODATA)

    assert raw.skipped == {"country": 1, "other municipality": 1}
    assert raw.rows_read == 6


def test_file_written_by_r_with_titles_for_names(con, read):
    raw = read(
        '"","Wijken.en.buurten","Regioaanduiding.Gemeentenaam..naam.","Regioaanduiding.Codering..code.",'
        '"Bevolking.Aantal.inwoners..aantal.","Wonen.Gemiddelde.WOZ.waarde.van.woningen..x.1.000.euro.",'
        '"Bevolking.Bevolkingsdichtheid..aantal.inwoners.per.km..","Eigen.onderwerp..aantal."\n'
        '"1","Kop, Haven","Oefenstad     ","BU99010101",1020,"171,5","       .",3\n',
        name="Kerncijfers_2017.csv",
    )

    assert raw.area_names == {"BU99010101": "Kop, Haven"}
    assert con.execute("SELECT period, measure, value, mark FROM raw ORDER BY measure").fetchall() == [
        ("2017", "AantalInwoners", 1_020.0, None),
        ("2017", "Eigen.onderwerp..aantal.", 3.0, None),
        ("2017", "GemiddeldeWOZWaardeVanWoningen", 171.5, None),
    ]


def test_chosen_columns_under_own_names(con, read):
    read('"","nhood_id","population","area"\n"1","BU99010101",3775,56\n', name="Population85618_2023.csv")

    assert con.execute("SELECT period, measure, value FROM raw ORDER BY measure").fetchall() == [
        ("2023", "AantalInwoners", 3_775.0),
        ("2023", "OppervlakteLand", 56.0),
    ]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_spreadsheet_names_and_renamed_topics(con, read, delimiter):
    lines = ["gwb_code_10;regio;gm_naam;a_inw;a_00_14;a_woning;BasisonderwijsVmboMbo1_65", "BU99010101;Kade;X;10;2;5;4"]

    raw = read("\n".join(lines).replace(";", delimiter) + "\n", name="kwb-2023.csv")

    assert raw.area_names == {"BU99010101": "Kade"}
    assert con.execute("SELECT measure, value FROM raw ORDER BY measure").fetchall() == [
        ("AantalInwoners", 10.0), ("OpleidingsniveauLaag", 4.0), ("Woningvoorraad", 5.0), ("k_0Tot15Jaar", 2.0),
    ]  # fmt: skip


def test_year_of_the_rows_comes_before_the_name_of_the_file(con, read):
    read(
        "WijkenEnBuurten;Perioden;AantalInwoners_5\nBU99010101;2021JJ00;7\nBU99010101;2022JJ00;8\n", name="kwb_2024.csv"
    )

    assert [cell[2:4] for cell in cells(con, "AantalInwoners")] == [("2021", 7.0), ("2022", 8.0)]


@pytest.mark.parametrize(
    ("name", "year", "expected"),
    [
        ("83765NED.csv", None, "2017"),
        ("kwb_86165NED_2026-08-01.csv", None, "2025"),
        ("kerncijfers 2019.csv", 2020, "2019"),
        ("20240105.csv", 2018, "2018"),
        ("kerncijfers.csv", 2018, "2018"),
    ],
)
def test_year_comes_from_the_table_then_the_name_then_the_source(con, read, name, year, expected):
    read("WijkenEnBuurten;AantalInwoners_5\nBU99010101;7\n", name=name, year=year)

    assert cells(con, "AantalInwoners")[0][2] == expected


@pytest.mark.parametrize("name", ["kerncijfers.csv", "2019_of_2020.csv"])
def test_year_that_nothing_says_is_asked_for(refusal, name):
    finding = refusal("WijkenEnBuurten;AantalInwoners_5\nBU99010101;7\n", name=name)

    assert (finding.code, finding.where) == ("FILE-046", name)
    assert "`year`" in finding.fix


def test_topic_under_two_headings_is_left_out_and_told(con, read):
    raw = read("WijkenEnBuurten;AantalInwoners_5;Appartement_49;Appartement_57\nBU99010101;7;2200;900\n")

    assert con.execute("SELECT DISTINCT measure FROM raw").fetchall() == [("AantalInwoners",)]
    assert [(note.code, note.level) for note in raw.findings] == [("FILE-023", "note")]
    assert "Appartement" in raw.findings[0].what


def test_words_in_a_known_topic_are_invalid_and_an_unknown_column_of_words_is_none(con, read):
    read("WijkenEnBuurten;AantalInwoners_5;Toelichting\nBU99010101;veel;druk\nBU99010102;12x;rustig\n")

    assert con.execute("SELECT measure, value, mark, text FROM raw ORDER BY row").fetchall() == [
        ("AantalInwoners", None, "invalid", "veel"),
        ("AantalInwoners", None, "invalid", "12x"),
    ]


def test_header_with_a_quote_sign_stays_a_name(con, read):
    read("WijkenEnBuurten;it's a topic;AantalInwoners_5\nBU99010101;1;2\n")

    assert cells(con, "it's a topic") == [(2, "BU99010101", "2024", 1.0, None)]


def test_names_without_codes_are_refused(refusal):
    finding = refusal("Wijken en buurten;AantalInwoners_5\nKade;7\n")

    assert (finding.code, finding.where) == ("FILE-020", "85984NED.csv:1")
    assert "holds no area code" in finding.what


def test_no_column_for_codes_names_the_nearest(refusal):
    finding = refusal("Coderin_3;AantalInwoners_5\nBU99010101;7\n")

    assert finding.what == "no column with area codes (nearest: `Coderin_3`)"
    assert "Codering" in finding.fix


def test_a_row_in_place_of_the_header_is_never_shown(refusal):
    finding = refusal("Jansen;0612345678\nKade;5\n")

    assert "Jansen" not in finding.lines()


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ('"Kerncijfers wijken en buurten 2015"\n""\n"";"Onderwerp"\n', "FILE-045", "StatLine web page"),
        ('"Key","Title","Description"\n"BU99010101","Kade",""\n', "FILE-020", "list of codes"),
        ("SoortMisdrijf;WijkenEnBuurten;Perioden;x_1\n0.0.0;BU99010101;2024JJ00;3\n", "FILE-020", "police table"),
        ("WijkenEnBuurten;Gemeentenaam_1\nBU99010101;Oefenstad\n", "FILE-020", "no column with a topic"),
        ("WijkenEnBuurten;AantalInwoners_5\nBU99020101;7\n", "FILE-027", "none of the 1 rows is of GM9901"),
    ],
)
def test_what_is_no_table_of_key_figures_is_refused(refusal, content, code, said):
    finding = refusal(content)

    assert finding.code == code
    assert said in finding.what
    assert finding.fix


def test_no_name_stands_for_two_topics():
    names = [kwb_names.key(name) for topic, aliases in kwb_names.ALIASES.items() for name in (topic, *aliases)]

    assert len(names) == len(set(names))
