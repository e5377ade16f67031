"""Files that are not what they say: each case of the catalogue that concerns a municipality's own CSV."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.errors import FixableError
from etl.sources import tabular
from tests.delivered import CODES, HEADER, deliver, good_rows, source, text, tree

CASES = {case["id"]: case for case in json.loads((Path(__file__).parent / "bad_inputs.json").read_text())["cases"]}
GOOD = good_rows(periods=("2026-01", "2026-02", "2026-03", "2026-04"))


def spoiled(line: int, row: str) -> str:
    """A good file with another row on a line (the header is line 1)."""
    rows = list(GOOD)
    rows[line - 2] = row
    return text(rows)


def of_another_municipality() -> str:
    rows = list(GOOD)
    rows[38:74] = [row.replace("BU0153", "BU0141") for row in rows[38:74]]
    return text(rows)


ROW = f"{CODES[0]};2026-01;Woninginbraak;5"
#: case id -> bytes of the file, place, words of the message, words of the repair
REFUSED = {
    "FILE-003": (text([]), "own.csv:1", ["0 rows"], ["deliver"]),
    "FILE-006": (text(GOOD).encode("utf-16"), "own.csv", ["UTF-16"], ["format.encoding: utf-16"]),
    "FILE-007": (
        text(GOOD).encode().replace(b"Woninginbraak;5", b"Woninginbra\xe9k;5", 1)
        + "BU01530000;2026-05;Café;1\n".encode(),
        "own.csv:10:",
        ["0xE9"],
        ["repair this line"],
    ),
    "FILE-009": (
        text(GOOD).replace(";", ","),
        "own.csv:1",
        ['delimiter ";"', '","', "4 that match"],
        ['format.delimiter: ","'],
    ),
    "FILE-010": (spoiled(500, 'BU01530001;2026-01;"Woninginbraak;5'), "own.csv:500", ["quote"], ["close"]),
    "FILE-012": (spoiled(2, "BU01530000;2026-01;Woninginbraak;2\x00"), "own.csv:2:", ["NUL"], ["deliver"]),
    "FILE-013": (spoiled(3, ROW + ";1"), "own.csv:3", ["5 fields, expected 4"], ["repair"]),
    "FILE-015": (spoiled(3, "BU01530000;2026-01;5"), "own.csv:3", ["3 fields, expected 4"], ["repair"]),
    "FILE-016": (text(GOOD) + "BU01530000;2026-0", "own.csv:722", ["cut off", "bytes"], ["deliver"]),
    "FILE-018": (
        text([f"{CODES[0]};2026-01;Overlast;1200", f"{CODES[1]};2026-01;Overlast;34", "Totaal;;;1240"]),
        "own.csv:4",
        ["total 1240 but rows add to 1234 (difference 6)"],
        ["supplier"],
    ),
    "FILE-021": (text(GOOD, header="Buurt;Maand;Soort;Aantal;aantal"), "own.csv:1", ["twice (4 and 5)"], ["own name"]),
    "FILE-024": (
        "Meldingen, per buurt\n\nStand 2026\n" + text(GOOD),
        "own.csv:1",
        ["header found on line 4"],
        ["format.header_line: 4"],
    ),
    "FILE-025": (
        text([row + ";30" for row in GOOD], header=HEADER + ";verdachte_leeftijd"),
        "own.csv:1:5",
        ["undeclared column `verdachte_leeftijd` has a personal-data name"],
        ["remove it at the source"],
    ),
    "FILE-027": (
        of_another_municipality(),
        "own.csv:40:1",
        ["BU01410109 is not of GM0153 (36 rows)"],
        ["per municipality"],
    ),
    "FILE-031": (b"PK\x03\x04" + b"x" * 600, "own.csv", ["Excel"], ["CSV"]),
    "FILE-033": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "own.csv", [".xls"], ["save it as"]),
    "PII-014": (
        text([row + ";x" for row in GOOD], header="Buurt;Maand;Soort;Aantal;achternaam"),
        "own.csv:1:5",
        ["`achternaam` has a personal-data name. Nothing was loaded"],
        ["remove it"],
    ),
    "PII-015": (
        text([row + ";x" for row in GOOD], header="Buurt;Maand;Soort;Aantal;geboortedatum"),
        "own.csv:1:5",
        ["`geboortedatum`", "Nothing was loaded"],
        ["remove it"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_right_is_refused_with_place_and_repair(case, tmp_path):
    content, where, words, repair = REFUSED[case]

    with pytest.raises(FixableError) as caught:
        deliver(tmp_path, content)

    first = caught.value.findings[0]
    assert caught.value.exit_code == CASES[case]["exit_code"]
    assert first.code == case
    assert first.where.startswith(where)
    assert [word for word in words if word not in first.what] == []
    assert [word for word in repair if word not in first.fix] == []


def test_file_009_names_a_delimiter_that_splits_no_column(tmp_path):
    with pytest.raises(FixableError) as caught:
        deliver(tmp_path, text(GOOD).replace(";", "\t"))

    assert caught.value.findings[0].code == "FILE-009"
    assert 'format.delimiter: "\\t"' in caught.value.findings[0].fix


def test_file_004_a_byte_order_mark_is_removed_and_noted(tmp_path):
    outcome = deliver(tmp_path, b"\xef\xbb\xbf" + text(GOOD).encode())

    assert len(outcome.accepted) == len(GOOD)
    assert [finding.level for finding in outcome.told("FILE-004")] == ["note"]


def test_file_019_columns_in_another_order_are_matched_by_name(tmp_path):
    swapped = [";".join(reversed(row.split(";"))) for row in GOOD]

    outcome = deliver(tmp_path, text(swapped, header="Aantal;Soort;Maand;Buurt"))

    assert outcome.accepted == deliver(tmp_path, text(GOOD)).accepted


def test_file_022_a_header_with_spaces_and_another_case_is_trimmed_and_noted(tmp_path):
    outcome = deliver(tmp_path, text(GOOD, header=" buurt;MAAND ;Soort; Aantal\u00a0"))

    assert len(outcome.accepted) == len(GOOD)
    assert [finding.level for finding in outcome.told("FILE-022")] == ["note"]


def test_file_043_more_rows_than_any_municipality_has_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tabular, "MAX_ROWS", 700)

    with pytest.raises(FixableError) as caught:
        deliver(tmp_path, text(GOOD))

    assert (caught.value.findings[0].code, caught.value.exit_code) == ("FILE-043", 20)
    assert "over 700 rows; expected at most 100x240x2 = 48,000" in caught.value.findings[0].what


def test_pii_008_postcodes_are_not_loaded(tmp_path):
    outcome = deliver(tmp_path, text([row + ";7511AB" for row in GOOD], header=HEADER + ";pc6"))

    assert [finding.where for finding in outcome.told("PII-008")] == ["own.csv:1:5"]
    assert len(outcome.accepted) == len(GOOD)


def test_a_total_row_that_agrees_is_left_out_and_counted(tmp_path):
    outcome = deliver(tmp_path, text([*GOOD, f"Totaal;;;{sum(int(row.split(';')[3]) for row in GOOD)}"]))

    assert outcome.raw.skipped == {"total row": 1}
    assert len(outcome.accepted) == len(GOOD)


def test_totals_per_period_and_category_are_held_against_their_own_rows(tmp_path):
    january = sum(int(row.split(";")[3]) for row in GOOD if ";2026-01;Overlast" in row)

    with pytest.raises(FixableError) as caught:
        deliver(tmp_path, text([*GOOD, f"Totaal;2026-01;Overlast;{january}", f"Totaal;2026-02;Overlast;{january + 1}"]))

    assert [finding.where for finding in caught.value.findings] == ["own.csv:723"]


def test_rows_without_anything_are_left_out_and_counted(tmp_path):
    outcome = deliver(tmp_path, text([*GOOD, ";;;", ";;;"]))

    assert outcome.raw.skipped == {"empty row": 2}


def test_missing_columns_are_told_together_with_the_nearest_names(tmp_path):
    with pytest.raises(FixableError) as caught:
        deliver(tmp_path, text(GOOD, header="Buurt;Maanden;Soort;Antal"))

    assert [finding.code for finding in caught.value.findings] == ["FILE-020", "FILE-020"]
    assert "nearest: `Maanden`" in caught.value.findings[0].what
    assert "columns.period" in caught.value.findings[0].fix


def test_a_refusal_never_repeats_a_text_of_the_file(tmp_path):
    rows = list(GOOD)
    rows[4] = "Jan Jansen;06-12345678;BSN 123456782;jan@example.nl"

    with pytest.raises(FixableError) as caught:
        deliver(tmp_path, text([*rows[:50]]), source(), tree())

    message = str(caught.value)
    assert [word for word in ("Jansen", "06-1234", "123456782", "example") if word in message] == []


def test_an_empty_part_of_the_tree_is_no_reason_to_stop(tmp_path):
    outcome = deliver(tmp_path, text(good_rows(codes=CODES[:5])), areas=tree(CODES[:5]))

    assert len(outcome.accepted) == 30
