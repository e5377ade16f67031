"""The content check at its edges: from how many texts on a column is refused, and what a finding says of it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import duckdb
import pandas as pd
import pytest

from config.errors import Finding, PersonalDataError
from etl.frames import RAW, RawFrame, cell_place, create, work_connection
from etl.personal_data import ADVICE
from etl.personal_data_columns import Column, check_file_name, check_raw, check_table, check_texts
from etl.personal_data_text import is_date, passes_11_test

PASSING = [str(number) for number in range(123_450_000, 123_480_000) if passes_11_test(str(number))]
FAILING = [str(number) for number in range(123_450_000, 123_460_000) if not passes_11_test(str(number))]
WORDS = ["Overlast", "Vernieling", "Inbraak", "Geluid", "Zwerfafval", "Jeugd", "Brand", "Geweld", "Fraude", "Drugs"]
STREETS = ["Hengelosestraat 51", "Kuipersdijk 2", "Gronausestraat 107", "Oldenzaalsestraat 9"]


@pytest.fixture(scope="module")
def con():
    return duckdb.connect(config={"threads": 1})


def look(
    con,
    texts: Sequence[str | None],
    *,
    heading: str = "Soort",
    is_declared: bool = True,
    known: Sequence[str] = (),
    has_prose: bool = False,
) -> tuple[Finding, ...]:
    """What is found in one column, refused or told; its first row is line 2 of the file, its place the third."""
    con.register("_texts", pd.DataFrame({"row": range(2, len(texts) + 2), "c": pd.Series(texts, dtype=object)}))
    con.execute("CREATE OR REPLACE TABLE looked_at AS SELECT row, CAST(c AS VARCHAR) AS c FROM _texts")
    con.unregister("_texts")
    column = Column("c", heading, 3, is_declared=is_declared)
    try:
        return check_table(
            con,
            "looked_at",
            [column],
            place=lambda row, at: f"own.csv:{row}:{at}",
            known_codes=known,
            has_prose=has_prose,
        )
    except PersonalDataError as error:
        return error.findings


def codes(found: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.level) for finding in found]


# --- columns of numbers -----------------------------------------------------------------------------------------------


def test_three_citizen_numbers_alone_are_a_column_of_them_and_among_words_five_are(con):
    assert look(con, PASSING[:2] * 2) == ()
    assert codes(look(con, PASSING[:3] * 2)) == [("PII-001", "error")]
    assert look(con, [*PASSING[:4], *WORDS]) == ()

    (finding,) = look(con, ["", None, *PASSING[:5]], heading="kenmerk")

    assert finding == Finding(
        "PII-001",
        "column `kenmerk`: citizen service numbers (5 of 5 distinct values pass the test). Nothing was loaded",
        "own.csv:4:3",
        ADVICE,
    )


def test_citizen_numbers_are_counted_among_numbers_of_their_length_only(con):
    (finding,) = look(con, [*PASSING[:5], *WORDS, "12", "1.234"])

    assert "(5 of 5 distinct values" in finding.what


def test_sixty_in_a_hundred_have_to_pass(con):
    (six_of_ten,) = look(con, [*PASSING[:6], *FAILING[:4]])

    assert "(6 of 10 distinct values" in six_of_ten.what
    assert look(con, [*PASSING[:5], *FAILING[:4]]) == ()
    assert look(con, [*PASSING[:5], *FAILING[:95]]) == ()


@pytest.mark.parametrize("form", ["{}.{}.{}", "{} {} {}", "{}-{}-{}"])
def test_citizen_numbers_may_be_written_in_groups(con, form):
    grouped = [form.format(one[:3], one[3:6], one[6:]) for one in PASSING[:5]]

    assert codes(look(con, grouped)) == [("PII-001", "error")]


def test_of_a_large_column_two_thousand_texts_are_looked_at(con):
    (finding,) = look(con, PASSING[:2_300])

    assert "(2,000 of 2,000 distinct values pass the test)" in finding.what


def test_known_area_codes_and_days_are_left_out_whatever_the_test_says(con):
    some = [f"BU0{one}" for one in ("1530004", "1530016", "1530028", "1530041", "1530053", "1530065")]
    passing = [f"{number:08}" for number in range(1_530_000, 1_530_200) if passes_11_test(f"{number:08}")][:6]
    days = [
        f"2026{month:02}{day:02}"
        for month, day in itertools.product(range(1, 13), range(1, 29))
        if passes_11_test(f"2026{month:02}{day:02}")
    ]

    assert len(some) == len(passing) == 6
    assert codes(look(con, passing)) == [("PII-001", "error")]
    assert look(con, passing, known=[f"BU{one}" for one in passing]) == ()
    assert codes(look(con, passing, known=[f"BU{one}" for one in passing[:1]])) == [("PII-001", "error")]
    assert look(con, passing, known=[f"BU{one}" for one in passing[:2]]) == ()
    large = [str(number) for number in range(16_800_000, 16_801_000) if passes_11_test(str(number))][:6]
    assert codes(look(con, large)) == [("PII-001", "error")]
    assert look(con, large, known=[f"BU{one}" for one in large]) == ()
    assert len(days) >= 5
    assert all(is_date(day) for day in days)
    assert look(con, days) == ()


BARE = {
    "PII-011": ("licence plates", [f"GB{number}X" for number in range(100, 110)]),
    "PII-006": ("phone numbers", [f"6123456{number}" for number in range(10, 20)]),
    "PII-013": ("case numbers", [f"20261234{number}" for number in range(10, 20)]),
    "PII-018": (
        "times of day; the finest allowed period is the week",
        [f"{hour}:14" for hour in range(10, 20)],
    ),
}


@pytest.mark.parametrize("code", BARE)
def test_a_column_is_of_a_kind_from_five_texts_and_sixty_in_a_hundred(con, code):
    kind, texts = BARE[code]

    assert look(con, texts[:4]) == ()
    assert look(con, [*texts[:4], "Overlast"]) == ()
    assert look(con, [*texts[:5], *WORDS[:4]]) == ()
    (five,) = look(con, ["", *texts[:5]], heading="merk")
    assert five == Finding(code, f"column `merk`: {kind}. Nothing was loaded", "own.csv:3:3", ADVICE)
    assert codes(look(con, [*texts[:6], *WORDS[:4]])) == [(code, "error")]
    assert look(con, [*texts[:6], *WORDS[:4], "nog een woord"]) == ()


def test_postcodes_are_told_where_nobody_reads_them_and_refused_as_an_area(con):
    postcodes = [f"75{number} AB" for number in range(11, 21)]

    (declared,) = look(con, [*postcodes[:6], *WORDS[:4]], heading="pc")
    assert declared == Finding(
        "PII-008",
        "column `pc` holds postcodes, finer than the allowed area level (buurt); not loaded",
        "own.csv:2:3",
        "deliver figures per buurt",
    )
    assert codes(look(con, postcodes, is_declared=False)) == [("PII-008", "warning")]
    assert look(con, [*postcodes[:5], *WORDS[:4]]) == ()
    assert look(con, postcodes[:4]) == look(con, [*postcodes[:4], "Overlast"]) == ()


# --- addresses, free text, numbers inside texts -----------------------------------------------------------------------


def test_three_addresses_in_two_of_a_hundred_rows_refuse(con):
    def with_places(texts: Sequence[str], rows: int) -> list[str]:
        return [*["Centrum"] * (rows - len(texts)), *texts]

    (refused,) = look(con, with_places(STREETS[:3], 150), heading="loc")
    assert refused == Finding(
        "PII-009", "column `loc`: 3 of 150 values are addresses. Nothing was loaded", "own.csv:149:3", ADVICE, number=3
    )
    (fewer,) = look(con, with_places(STREETS[:3], 151), heading="loc")
    assert fewer == Finding(
        "PII-010",
        "column `loc`: 3 of 151 values look like an address",
        "own.csv:150:3",
        "check that it is the name of a place, not a home",
        "warning",
        number=3,
    )


def test_two_addresses_are_names_of_places_however_often_they_stand_there(con):
    (told,) = look(con, STREETS[:2] * 40)

    assert (told.code, told.level, told.number) == ("PII-010", "warning", 80)


def test_the_example_of_the_catalogue_says_how_many_values_are_addresses(con):
    texts = [f"Hengelosestraat {number}" for number in range(1, 82)] + ["Centrum"] * 9

    (finding,) = look(con, texts, heading="loc")

    assert finding.what == "column `loc`: 81 of 90 values are addresses. Nothing was loaded"


def sentences(n: int, words: int) -> list[str]:
    """Sentences of so many words, each another."""
    return [" ".join([*["zag", "een", "man", "lopen", "bij"][: words - 1], f"nr{at}"]) for at in range(n)]


def test_free_text_is_eight_sentences_of_six_words_that_mostly_differ(con):
    (finding,) = look(con, ["", *sentences(8, 6)], heading="wat")

    assert finding == Finding(
        "PII-016",
        "column `wat`: free text (6 words on average, mostly different). Nothing was loaded",
        "own.csv:3:3",
        ADVICE,
        number=8,
    )
    assert look(con, sentences(7, 6)) == ()
    assert look(con, [*sentences(7, 6), "nr0 nr1 nr2 nr3 nr4"]) == ()  # 47 words in 8 texts
    assert codes(look(con, [*sentences(8, 6), *["zag een man lopen bij nr0"] * 8])) == [("PII-016", "error")]
    assert look(con, [*sentences(8, 6), *["zag een man lopen bij nr0"] * 9]) == ()
    assert look(con, sentences(8, 6), has_prose=True) == ()


def test_what_refuses_a_column_is_said_without_its_free_text(con):
    found = look(con, [*sentences(8, 6), "bel jan@example.nl over wat er toen was"])

    assert codes(found) == [("PII-005", "error")]


def test_free_text_is_refused_beside_what_would_only_be_told(con):
    found = look(con, [*sentences(8, 6), "wie was daar toen bij Kuipersdijk 2"])

    assert codes(found) == [("PII-016", "error")]


def test_numbers_inside_texts_are_told_up_to_four_and_refused_from_five(con):
    texts = [f"ref {number}" for number in PASSING]

    (told,) = look(con, ["Overlast", *texts[:4], texts[0]])
    assert told == Finding(
        "PII-004",
        "a number inside a text that may be a citizen service number; not loaded",
        "own.csv:3:3",
        "look at this cell; is it a citizen service number, return the file to its sender",
        "warning",
        number=5,
    )
    (refused,) = look(con, ["Overlast", *texts[:5], texts[0]], heading="wat")
    assert refused == Finding(
        "PII-001",
        "column `wat`: numbers inside 5 texts pass the test of citizen service numbers. Nothing was loaded",
        "own.csv:3:3",
        ADVICE,
        number=6,
    )


# --- one cell ---------------------------------------------------------------------------------------------------------


def test_one_cell_refuses_and_says_in_how_many_rows_it_stands(con):
    (once,) = look(con, ["Overlast", "jan@example.nl", "Overlast"])
    (often,) = look(con, ["Overlast", *[" jan@example.nl "] * 1_200, "piet@example.nl"])

    assert once == Finding("PII-005", "an e-mail address. Nothing was loaded", "own.csv:3:3", ADVICE, number=1)
    assert often == Finding(
        "PII-005", "an e-mail address (1,201 rows). Nothing was loaded", "own.csv:3:3", ADVICE, number=1_201
    )


def test_kinds_of_a_column_come_together_surest_first(con):
    found = look(con, ["06-12345678", "jan@example.nl", "zie bsn 123456782"])

    assert [(finding.code, finding.where) for finding in found] == [
        ("PII-002", "own.csv:4:3"),
        ("PII-005", "own.csv:3:3"),
        ("PII-006", "own.csv:2:3"),
    ]
    assert found[2].what == "a phone number. Nothing was loaded"


def test_short_numbers_are_passed_over(con):
    assert look(con, ["1", "-12", "+3,5", "0612345", "1.234.567", "123456789,12"]) == ()


def test_an_empty_column_and_an_empty_table_are_no_trouble(con):
    assert look(con, ["", None, "  "]) == look(con, []) == ()


def test_every_column_is_looked_at_and_all_is_said_at_once(con):
    con.execute("CREATE OR REPLACE TABLE two AS SELECT 7 AS row, 'jan@example.nl' AS a, '' AS b, '06-12345678' AS c")
    columns = [Column(name, name, at) for at, name in enumerate("abc", start=1)]

    with pytest.raises(PersonalDataError) as caught:
        check_table(con, "two", columns, place=lambda row, at: f"{row}:{at}")

    assert [(finding.code, finding.where) for finding in caught.value] == [("PII-005", "7:1"), ("PII-006", "7:3")]


def test_warnings_of_all_columns_come_back(con):
    con.execute(f"CREATE OR REPLACE TABLE two AS SELECT 7 AS row, 'Kuipersdijk 2' AS a, 'ref {PASSING[0]}' AS b")

    told = check_table(con, "two", [Column("a", "a", 1), Column("b", "b", 2)], place=lambda row, at: f"{row}:{at}")

    assert [(finding.code, finding.where) for finding in told] == [("PII-010", "7:1"), ("PII-004", "7:2")]


def test_the_check_leaves_no_table_behind(con):
    look(con, ["Overlast"])

    assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = '_gate'").fetchall() == [(0,)]


def test_a_heading_that_is_no_heading_is_not_repeated(con):
    (finding,) = look(con, PASSING[:5], heading="Jan Jansen 0612345678")

    assert finding.what.startswith("a column: citizen service numbers")


# --- texts elsewhere --------------------------------------------------------------------------------------------------


def test_texts_elsewhere_refuse_by_their_surest_kind_all_together():
    texts = [
        ("one.xlsx, author", "bel 06-12345678 of jan@example.nl"),
        ("one.xlsx, title", "Hengelosestraat 51"),  # an address may be that of an office
        ("one.xlsx, subject", "ref 123456782 x"),
        ("one.xlsx, comment", "zie bsn 123456782"),
    ]

    with pytest.raises(PersonalDataError) as caught:
        check_texts(texts)

    assert list(caught.value) == [
        Finding("PII-005", "holds an e-mail address. Nothing was loaded", "one.xlsx, author", ADVICE),
        Finding("PII-002", "holds a citizen service number in text. Nothing was loaded", "one.xlsx, comment", ADVICE),
    ]
    check_texts(texts[1:3])
    check_texts([])


@pytest.mark.parametrize("name", ["jan@example.nl.csv", "melding BSN 123456782.xlsx", "bel 06-12345678"])
def test_a_file_name_about_a_person_is_refused_by_its_source(name):
    with pytest.raises(PersonalDataError) as caught:
        check_file_name(name, "incidents")

    (finding,) = caught.value
    assert (finding.code, finding.where) == ("PII-022", "the name of a file of source incidents")


@pytest.mark.parametrize("name", ["2026-03-10.csv", "week-12.csv", "README", ".csv", "kerncijfers.2024.xlsx"])
def test_a_file_name_about_areas_passes(name):
    check_file_name(name, "incidents")


# --- rows -------------------------------------------------------------------------------------------------------------


def raw_of(values: Sequence[tuple[str, float]]) -> tuple[duckdb.DuckDBPyConnection, RawFrame]:
    """A raw frame of one month: cell and value of each row."""
    con = work_connection(threads=1)
    create(con, "raw", RAW)
    rows = pd.DataFrame(values, columns=["area", "value"])
    con.register("_rows", rows)
    con.execute(
        "INSERT INTO raw (row, area, period, measure, value)"
        " SELECT row_number() OVER () + 1, area, '2026-03', 'nuisance', value FROM _rows"
    )
    con.unregister("_rows")
    return con, RawFrame("raw")


def judged(values: Sequence[tuple[str, float]]) -> str | None:
    con, raw = raw_of(values)
    try:
        check_raw(con, raw, name="own.csv", is_looked_through=True)
    except PersonalDataError as error:
        (finding,) = error
        assert (finding.code, finding.where) == ("PII-017", "own.csv")
        assert finding.fix == f"aggregate first: one row per area, period and category; {ADVICE}"
        return finding.what
    return None


def cells(n: int) -> list[str]:
    return [f"BU0153{number:04}" for number in range(n)]


def test_rows_of_one_are_incidents_when_more_than_five_in_a_hundred_repeat_a_cell():
    distinct = [(cell, 1.0) for cell in cells(94)]

    assert judged([*distinct, *distinct[:5]]) is not None
    assert judged([*[(cell, 1.0) for cell in cells(95)], *distinct[:5]]) is None  # exactly five in a hundred
    assert judged([(cell, 1.0) for cell in cells(100)]) is None
    assert (
        judged([*distinct, *distinct[:6]])
        == "6 of 100 rows repeat a key with value 1: individual incidents, not counts"
    )


def test_more_than_ninety_five_in_a_hundred_figures_have_to_be_one():
    def rows(larger: int, zeros: int) -> list[tuple[str, float]]:
        made = [(cell, 1.0) for cell in cells(10)] * 10
        return [*((cell, 2.0) for cell, _ in made[:larger]), *made[larger:], *[("BU01539999", 0.0)] * zeros]

    assert judged(rows(larger=4, zeros=0)) is not None
    assert judged(rows(larger=5, zeros=0)) is None
    assert judged(rows(larger=4, zeros=50)) is not None  # zeros are no figures of an incident
    assert judged(rows(larger=100, zeros=0)) is None
    assert judged([]) is None


def test_the_words_of_a_raw_frame_are_looked_at_unless_the_file_was():
    con, _ = raw_of([(cell, 3.0) for cell in cells(10)])
    con.execute("UPDATE raw SET text = 'bel jan@example.nl' WHERE row = 4")
    con.execute("UPDATE raw SET measure = '06-12345678' WHERE row = 5")
    raw = RawFrame("raw", columns={"measure": 2, "value": 5}, sheet="Data")

    with pytest.raises(PersonalDataError) as caught:
        check_raw(con, raw, name="own.xlsx")

    assert [(finding.code, finding.where) for finding in caught.value] == [
        ("PII-006", cell_place("own.xlsx", "Data", 5, 2)),
        ("PII-005", cell_place("own.xlsx", "Data", 4, 5)),
    ]
    check_raw(con, raw, name="own.xlsx", is_looked_through=True)


def test_words_of_a_raw_frame_are_those_of_columns_that_are_read():
    con, _ = raw_of([(f"75{number} AB", 3.0) for number in range(11, 20)])
    with pytest.raises(PersonalDataError) as caught:
        check_raw(con, RawFrame("raw"), name="own.csv")
    assert [(finding.code, finding.level) for finding in caught.value] == [("PII-008", "error")]

    con, _ = raw_of([(cell, 3.0) for cell in cells(10)])
    con.execute("UPDATE raw SET text = 'zag een man lopen bij nr' || row")
    with pytest.raises(PersonalDataError) as caught:
        check_raw(con, RawFrame("raw"), name="own.csv")
    assert [finding.code for finding in caught.value] == ["PII-016"]


def test_area_codes_of_a_raw_frame_are_no_citizen_numbers():
    passing = [f"{number:08}" for number in range(1_530_000, 1_530_200) if passes_11_test(f"{number:08}")][:6]
    con, raw = raw_of([(code, 3.0) for code in passing])

    with pytest.raises(PersonalDataError) as caught:
        check_raw(con, raw, name="own.csv")
    assert [(finding.code, finding.where) for finding in caught.value] == [("PII-001", "own.csv:2")]

    check_raw(con, raw, name="own.csv", known_codes=[f"BU{code}" for code in passing])
