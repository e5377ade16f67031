"""Workbooks, Parquet and wide files that are not what they say: each case of the catalogue, and what is read right."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from config.errors import FixableError
from etl.findings_nl import dutch
from tests.delivered import CODES, deliver, good_rows, source, tree
from tests.workbooks import bomb, patched, workbook

CASES = {case["id"]: case for case in json.loads((Path(__file__).parent / "bad_inputs.json").read_text())["cases"]}
HEADER = ["Buurt", "Maand", "Soort", "Aantal"]


def rows(changes: dict[int, Sequence[Any]] | None = None) -> list[list[Any]]:
    """A good sheet with its numbers as numbers; `changes` replaces rows of the sheet (2: below the header)."""
    good = [[*row.split(";")[:3], int(row.split(";")[3])] for row in good_rows()]
    for number, row in (changes or {}).items():
        good[number - 2] = list(row)
    return [HEADER, *good]


def sheet(changes: dict[int, Sequence[Any]] | None = None, change=None) -> bytes:
    return workbook({"Data": rows(changes)}, change)


def parquet(folder: Path, select: str) -> bytes:
    path = folder / "made.parquet"
    duckdb.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def refusal(tmp_path: Path, content: bytes, name: str = "own.xlsx", **how: Any) -> FixableError:
    with pytest.raises(FixableError) as caught:
        deliver(tmp_path, content, source(**how), name=name)
    return caught.value


# --- refused ---------------------------------------------------------------------------------------------------------


def merge(made) -> None:
    made["Data"].merge_cells("A5:A9")


AREA = CODES[0]
REFUSED = {
    "FILE-034": (lambda: bomb(210), "own.xlsx", "unpacks to 210 MB", "save it anew"),
    "FILE-037": (lambda: sheet(change=merge), "own.xlsx Data!A5:A9", "merged cells", "unmerge"),
    "FILE-039": (
        lambda: sheet({5: [AREA, "2026-01", "Overlast", "#REF!"]}),
        "own.xlsx Data!D5",
        "holds #REF!",
        "repair",
    ),
    "FILE-040": (
        lambda: sheet({7: [AREA, "2026-01", dt.date(2026, 3, 1), 4]}),
        "own.xlsx Data!C7",
        'date where a category like "1-3" is expected',
        "format the column as text",
    ),
    "VAL-029": (
        lambda: sheet({8: [AREA, dt.date(2026, 4, 1), "Overlast", 4]}),
        "own.xlsx Data!B8",
        "46113 is an Excel day number (2026-04-01)",
        "period.excel_dates: true",
    ),
    "VAL-001": (
        lambda: sheet({8: [AREA, "2026-01", "Overlast", "12.5"]}),
        "own.xlsx Data!D8",
        "decimal point",
        "decimal",
    ),
    "VAL-019": (
        lambda: sheet({8: ["Buurt 0000", "2026-01", "Overlast", 1]}),
        "own.xlsx Data!A8",
        "is a name",
        CODES[0],
    ),
    "PII-005": (lambda: sheet({51: [AREA, "2026-01", "jan@example.nl", 1]}), "own.xlsx Data!C51", "e-mail", "return"),
    "PII-018": (
        lambda: sheet({2: [AREA, dt.datetime(2026, 3, 1, 23, 14), "Overlast", 1]}),
        "own.xlsx Data!B2",
        "time of day; the finest allowed period is the week",
        "return",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_workbook_that_cannot_be_right_is_refused_with_sheet_and_cell(case, tmp_path):
    make, where, words, repair = REFUSED[case]

    error = refusal(tmp_path, make())

    first = error.findings[0]
    assert (first.code, first.where, error.exit_code) == (case, where, CASES[case]["exit_code"])
    assert words in first.what
    assert repair in first.fix


def test_all_that_a_spreadsheet_spoiled_is_told_together(tmp_path):
    error = refusal(tmp_path, sheet({5: [AREA, "2026-01", dt.date(2026, 3, 1), "=1/0"]}, merge))

    assert [finding.code for finding in error] == ["FILE-037", "FILE-040", "FILE-103"]


def test_error_values_saved_as_text_are_errors_too(tmp_path):
    content = "\n".join([";".join(HEADER), *good_rows(), f"{AREA};2026-05;#VERW!;3"])

    error = refusal(tmp_path, content.encode(), name="own.csv")

    assert [(f.code, f.where) for f in error] == [("FILE-039", "own.csv:542:3")]


def test_file_036_hidden_rows_and_sheets_are_told(tmp_path):
    def hide(made) -> None:
        made["Data"].row_dimensions[4].hidden = True

    outcome = deliver(tmp_path, sheet(change=hide), name="own.xlsx")

    told = outcome.told("FILE-036")
    assert [(f.level, f.where) for f in told] == [("warning", "own.xlsx Data")]
    assert CASES["FILE-036"]["outcome"] == "warn"
    assert dutch(told[0]) == "1 verborgen rij(en) ook geladen"
    assert len(outcome.accepted) == 540


def test_a_row_set_aside_names_its_cell(tmp_path):
    outcome = deliver(tmp_path, sheet({8: [AREA, "2026-01", "Overlast", -3]}), name="own.xlsx")

    assert [finding.where for finding in outcome.told("VAL-004")] == ["own.xlsx Data!D8"]


def test_a_header_further_down_is_pointed_at(tmp_path):
    titled = workbook({"Data": [["Meldingen per buurt"], [], *rows()]})

    error = refusal(tmp_path, titled)

    assert (error.findings[0].code, error.findings[0].fix) == ("FILE-024", "set `format.header_line: 3`")
    assert len(deliver(tmp_path, titled, source(format={"header_line": 3}), name="own.xlsx").accepted) == 540


def test_a_workbook_gives_what_its_csv_gives(tmp_path):
    content = "\n".join([";".join(HEADER), *good_rows()])

    assert deliver(tmp_path, sheet(), name="own.xlsx").accepted == deliver(tmp_path, content).accepted


def test_codes_that_lost_their_zeros_are_read_as_declared(tmp_path):
    numbered = workbook({"Data": [HEADER, *([int(row[0][2:]), *row[1:]] for row in rows()[1:])]})

    outcome = deliver(tmp_path, numbered, source(area_code={"prefix": "BU", "pad": 8}), name="own.xlsx")

    assert outcome.accepted == deliver(tmp_path, sheet(), name="own.xlsx").accepted
    assert "area_code" in refusal(tmp_path, numbered).findings[0].fix


def test_dates_are_months_where_declared(tmp_path):
    dated = workbook({"Data": [HEADER, *([r[0], dt.date(2026, int(r[1][5:]), 1), *r[2:]] for r in rows()[1:])]})
    how = {"period": {"type": "month", "pattern": "{year}-{month:02}", "excel_dates": True}}

    assert (
        deliver(tmp_path, dated, source(**how), name="own.xlsx").accepted
        == deliver(tmp_path, sheet(), name="own.xlsx").accepted
    )


def test_numbers_of_a_sheet_are_never_taken_for_thousands(tmp_path):
    scores = workbook({"Data": [HEADER, *([code, "2026-01", "Overlast", 1.234] for code in CODES[:20])]})
    how = source(columns={"area": "Buurt", "period": "Maand", "category": "Soort", "value": "Aantal"})

    assert {row[3] for row in deliver(tmp_path, scores, how, name="own.xlsx").accepted} == {1.234}


def test_the_reports_source_of_the_design_is_read(tmp_path):
    data = workbook({"Blad1": [["buurt", "maand", "Meldingen zwerfafval"], *([code, "2026-01", 3] for code in CODES)]})
    how = source(
        columns={"area": "buurt", "period": "maand"}, categories={}, values={"Meldingen zwerfafval": "litter_reports"}
    )

    outcome = deliver(tmp_path, data, how, name="meldingen.xlsx")

    assert outcome.accepted[0] == (CODES[0], "2026-01", "litter_reports", 3.0, None)
    assert len(outcome.accepted) == 90


# --- what lies beside the table --------------------------------------------------------------------------------------


def with_comment(made) -> None:
    from openpyxl.comments import Comment

    made["Data"]["C5"].comment = Comment("bel jan@example.nl hierover", "J")


def with_author(made) -> None:
    made.properties.creator = "jan.jansen@example.nl"


def with_hidden_sheet(made) -> None:
    hidden = made.create_sheet("Bron")
    hidden.append(["achternaam", "aantal"])
    hidden.append(["x", 1])
    hidden.sheet_state = "hidden"


def with_numbers_on_another_sheet(made) -> None:
    made.create_sheet("Bron").sheet_state = "hidden"
    for number in (123456782, 111222333, 123456782, 100000009, 100000010, 100000022, 100000034):
        made["Bron"].append([number])


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (with_comment, "own.xlsx Data!C5, comment"),
        (with_author, "own.xlsx, property `creator`"),
        (with_hidden_sheet, "own.xlsx Bron!A1"),
        (with_numbers_on_another_sheet, "own.xlsx Bron!A1"),
    ],
)
def test_pii_023_what_lies_beside_the_table_is_looked_at(change, where, tmp_path):
    error = refusal(tmp_path, sheet(change=change), format={"sheet": "Data"})

    assert (error.exit_code, error.findings[0].code, error.findings[0].where) == (30, "PII-023", where)
    assert "Nothing was loaded" in error.findings[0].what
    assert "jan" not in str(error)


def test_a_name_as_author_and_an_explaining_sheet_pass(tmp_path):
    def explain(made) -> None:
        made.properties.creator = "Team Veiligheid"
        guide = made.create_sheet("Uitleg")
        for step in range(12):
            guide.append([f"Stap {step}: vul in elke rij het aantal meldingen van een buurt en een maand in"])
        codes = made.create_sheet("Buurten")
        for row in (["code", "naam"], *([code, f"Buurt {code}"] for code in CODES)):
            codes.append(row)

    outcome = deliver(tmp_path, sheet(change=explain), source(format={"sheet": "Data"}), name="own.xlsx")

    assert len(outcome.accepted) == 540


# --- Parquet ---------------------------------------------------------------------------------------------------------

SELECT = """SELECT 'BU0153' || lpad((i // 10)::VARCHAR, 2, '0') || lpad((i % 10)::VARCHAR, 2, '0') AS "Buurt",
            '2026-0' || (m + 1) AS "Maand", s AS "Soort", (i % 9 + 1)::INTEGER AS "Aantal"
            FROM range(90) a(i), range(3) b(m), (VALUES ('Overlast'), ('Woninginbraak')) c(s)"""


def test_parquet_is_read(tmp_path):
    outcome = deliver(tmp_path, parquet(tmp_path, SELECT), name="own.parquet")

    assert len(outcome.accepted) == 540
    assert outcome.accepted[0] == (CODES[0], "2026-01", "burglary_home", 1.0, None)


def test_fractions_and_dates_of_parquet_keep_their_meaning(tmp_path):
    made = SELECT.replace("(i % 9 + 1)::INTEGER", "1.234::DOUBLE").replace(
        "'2026-0' || (m + 1)", "make_date(2026, m::INT + 1, 1)"
    )
    how = source(
        columns={"area": "Buurt", "period": "Maand", "category": "Soort", "value": "Aantal"},
        period={"type": "month", "pattern": "{year}-{month:02}", "excel_dates": True},
    )

    outcome = deliver(tmp_path, parquet(tmp_path, made), how, name="own.parquet")

    assert {row[3] for row in outcome.accepted} == {1.234}
    assert {row[1] for row in outcome.accepted} == {"2026-01", "2026-02", "2026-03"}


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"PAR1" + b"x" * 100 + b"PAR1", "FILE-109"), (b"hello", "FILE-109"), (b"", "FILE-109")],
)
def test_damaged_parquet_is_refused(content, code, tmp_path):
    error = refusal(tmp_path, content, name="own.parquet")

    assert (error.exit_code, error.findings[0].code) == (20, code)


def test_parquet_with_moments_or_names_is_refused(tmp_path):
    moments = SELECT.replace("'2026-0' || (m + 1)", "make_timestamp(2026, m::INT + 1, 1, 23, 14, 0)")

    assert [finding.code for finding in refusal(tmp_path, parquet(tmp_path, moments), name="own.parquet")] == [
        "PII-018"
    ]
    named = refusal(
        tmp_path,
        parquet(tmp_path, SELECT.replace("FROM range(90)", ", 'x' AS achternaam FROM range(90)")),
        name="own.parquet",
    )
    assert [(f.code, f.where) for f in named] == [("PII-014", "own.parquet, column 5")]


# --- wide files ------------------------------------------------------------------------------------------------------

WIDE: dict[str, Any] = {
    "columns": {"area": "Buurt"},
    "period": {"type": "month", "columns": "{year}-{month:02}"},
    "categories": None,
    "indicator": "litter_reports",
}
MONTHS = ["2026-01", "2026-02", "2026-03"]


def wide(header: Sequence[Any] = ("Buurt", *MONTHS), cell: Any = 4) -> list[list[Any]]:
    return [list(header), *([code, cell, 5, 6] for code in CODES)]


def csv(made: list[list[Any]]) -> str:
    return "\n".join(";".join(map(str, row)) for row in made) + "\n"


def test_each_period_may_have_a_column_of_its_own(tmp_path):
    outcome = deliver(tmp_path, csv(wide()), source(**WIDE))

    assert outcome.accepted[:3] == [
        (CODES[0], "2026-01", "litter_reports", 4.0, None),
        (CODES[0], "2026-02", "litter_reports", 5.0, None),
        (CODES[0], "2026-03", "litter_reports", 6.0, None),
    ]
    assert len(outcome.accepted) == 270
    assert outcome.accepted == deliver(tmp_path, workbook({"Data": wide()}), source(**WIDE), name="own.xlsx").accepted


def test_headings_of_a_sheet_may_be_numbers_or_dates(tmp_path):
    years = source(**{**WIDE, "period": {"type": "year", "columns": "{year}"}})
    months = source(**{**WIDE, "period": {"type": "month", "columns": "{year}-{month:02}", "excel_dates": True}})

    numbered = deliver(tmp_path, workbook({"Data": wide(("Buurt", 2023, 2024, 2025))}), years, name="own.xlsx")
    dated = deliver(
        tmp_path,
        workbook({"Data": wide(("Buurt", *(dt.date(2026, m, 1) for m in (1, 2, 3))))}),
        months,
        name="own.xlsx",
    )

    assert {row[1] for row in numbered.accepted} == {"2023", "2024", "2025"}
    assert {row[1] for row in dated.accepted} == set(MONTHS)


def test_a_wide_file_may_have_categories_totals_and_gaps(tmp_path):
    how = source(
        **{
            **WIDE,
            "indicator": None,
            "columns": {"area": "Buurt", "category": "Soort"},
            "categories": {"Overlast": "nuisance"},
        }
    )
    made = [["Buurt", "Soort", "Toevoeging", *MONTHS], *([code, "Overlast", "x", 1, 2, ""] for code in CODES)]
    made += [["Totaal", "", "", 90, 180, ""], ["", "", "", "", "", ""]]

    outcome = deliver(tmp_path, csv(made), how)

    assert outcome.raw.skipped == {"total row": 1, "empty row": 1}
    assert {row[1:] for row in outcome.accepted} == {
        ("2026-01", "nuisance", 1.0, None),
        ("2026-02", "nuisance", 2.0, None),
        ("2026-03", "nuisance", None, "missing"),
    }


def test_a_mistake_in_a_wide_file_names_its_column(tmp_path):
    made = wide()
    made[7][2] = -5
    wrong = wide()
    wrong[7][3] = "€ 12"

    assert [f.where for f in deliver(tmp_path, csv(made), source(**WIDE)).told("VAL-004")] == ["own.csv:8:3"]
    assert [(f.code, f.where) for f in refusal(tmp_path, csv(wrong).encode(), name="own.csv", **WIDE)] == [
        ("VAL-041", "own.csv:8:4")
    ]


def test_a_wide_file_without_a_period_says_how_headings_are_declared(tmp_path):
    error = refusal(tmp_path, csv(wide(("Buurt", "jan", "feb", "mrt"))).encode(), name="own.csv", **WIDE)

    assert error.findings[0].code == "FILE-020"
    assert "`{year}-{month:02}`" in error.findings[0].what
    assert "period.columns" in error.findings[0].fix


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"columns": {"area": "b", "period": "m"}}, "exclude each other"),
        ({"columns": {"area": "b", "count": "n"}}, "leave `count` and `value` out"),
        ({"period": {"type": "month", "pattern": "{year}", "columns": "{year}"}}, "one of both"),
        ({"period": {"type": "month"}}, "one of both"),
        ({"indicator": None}, "give `categories`"),
        ({"values": {"A": "one"}}, "excludes `categories` and `values`"),
        ({"period": None}, "`columns` needs `period`"),
    ],
)
def test_a_configuration_that_contradicts_itself_is_refused(changes, words):
    with pytest.raises(ValueError, match=r"Value error") as caught:
        source(**(WIDE | changes))

    assert words in str(caught.value)


# --- margins ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "lower", "upper"), [(18, 19, 21), (18, 16, 17), (18, 21, 16)])
def test_margins_that_do_not_enclose_their_value_are_set_aside(value, lower, upper, tmp_path):
    how = source(
        columns={"area": "b", "period": "j", "category": "i", "value": "v", "lower": "van", "upper": "tot"},
        period={"type": "year", "pattern": "{year}"},
        categories={"Onveilig": "feels_unsafe"},
    )
    made = [
        ["b", "j", "i", "v", "van", "tot"],
        *([code, year, "Onveilig", 18, 16, 21] for year in (2023, 2024, 2025) for code in CODES),
    ]
    made[5][3:] = [value, lower, upper]

    outcome = deliver(tmp_path, csv(made), how)

    told = outcome.told("VAL-110")
    assert [(f.level, f.where) for f in told] == [("warning", "own.csv:6:4")]
    assert [row[-1] for row in outcome.quarantine] == ["VAL-110"]
    assert dutch(told[0]) != told[0].what


def test_a_damaged_sheet_is_no_traceback(tmp_path):
    data = patched(sheet(), "xl/worksheets/sheet1.xml", r'r="A2"', 'r="??"')

    assert refusal(tmp_path, data).exit_code == 20


def test_the_tree_of_these_tests_has_the_codes():
    assert set(CODES) <= set(tree().names())
