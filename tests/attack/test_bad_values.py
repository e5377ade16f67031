"""Values that cannot be right: each case of the catalogue that concerns a municipality's own CSV."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.errors import FixableError
from etl.contract import History
from etl.findings_nl import dutch
from tests.delivered import CODES, HEADER, deliver, good_rows, source, text, tree

CASES = {case["id"]: case for case in json.loads((Path(__file__).parent / "bad_inputs.json").read_text())["cases"]}
MONTHS = tuple(f"2026-{month:02}" for month in range(1, 11))
GOOD = good_rows(MONTHS)
FIGURE = {"area": "Buurt", "period": "Maand", "category": "Soort", "value": "Pct"}


def spoiled(**cells: str) -> str:
    """A good file of which line 8 has other cells: area, period, word or count."""
    rows = list(GOOD)
    now = dict(zip(("area", "period", "word", "count"), rows[6].split(";"), strict=True))
    rows[6] = ";".join((now | cells).values())
    return text(rows)


def figures(value: str) -> str:
    """A file of shares, all written alike."""
    rows = [f"{code};2026-01;Overlast;{value}" for code in CODES[:20]]
    return text(rows, header="Buurt;Maand;Soort;Pct")


def refusal(tmp_path: Path, content: str, *args: object, **settings: object) -> FixableError:
    with pytest.raises(FixableError) as caught:
        deliver(tmp_path, content, *args, **settings)
    return caught.value


# --- refused as written otherwise than declared ----------------------------------------------------------------------

POINT = source(format={"decimal": "."})
COMMA = source(format={"decimal": ","})
SHARES = source(columns=FIGURE, format={"decimal": "."})
#: case id -> file, source, place, words of the message, words of the repair
REFUSED = {
    "VAL-001": (spoiled(count="12,5"), POINT, "own.csv:8:4", ['"12,5"', "decimal comma"], ['format.decimal: ","']),
    "VAL-002": (spoiled(count="1.234"), COMMA, "own.csv:8:4", ['"1.234" is ambiguous'], ['format.thousands: "."']),
    "VAL-019": (spoiled(area="pathmos"), COMMA, "own.csv:8:1", ['"pathmos" is a name'], ["suggestion: BU01530103"]),
    "VAL-020": (spoiled(area="Centrum"), COMMA, "own.csv:8:1", ['"Centrum" fits BU01530001 and BU01530407'], ["codes"]),
    "VAL-029": (spoiled(period="46113"), COMMA, "own.csv:8:2", ["46113", "2026-04-01"], ["period.excel_dates: true"]),
    "VAL-041": (spoiled(count="€ 12.000"), COMMA, "own.csv:8:4", ['"€ 12.000"', "symbols"], ["remove"]),
}
NAMES = {
    "BU01530103": "Pathmos",
    "BU01530001": "Centrum (Wijk 00)",
    "BU01530407": "Centrum (Wijk 04)",
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_cell_written_otherwise_than_declared_refuses_the_file(case, tmp_path):
    content, how, where, words, repair = REFUSED[case]

    error = refusal(tmp_path, content, how, tree(names=NAMES))

    first = error.findings[0]
    assert (error.exit_code, first.code, first.where) == (CASES[case]["exit_code"], case, where)
    assert [word for word in words if word not in first.what] == []
    assert [word for word in repair if word not in first.fix] == []


def test_a_declared_point_does_not_make_a_fraction_of_a_thousand(tmp_path):
    error = refusal(tmp_path, spoiled(count="1.234"), POINT)

    assert error.findings[0].code == "VAL-002"
    assert error.findings[0].fix == 'set `format.thousands: "."` and `format.decimal: ","`'


def test_declared_thousands_and_decimals_are_read(tmp_path):
    rows = [
        f"{code};2026-01;Overlast;{value}"
        for code, value in zip(CODES, ["1.234", "2.345.678", "12", "-0,5"], strict=False)
    ]

    outcome = deliver(
        tmp_path,
        text(rows, header="Buurt;Maand;Soort;Pct"),
        source(columns=FIGURE, format={"decimal": ",", "thousands": "."}),
    )

    assert [row[3] for row in outcome.accepted] == [1234, 2345678, 12, -0.5]


def test_a_figure_with_three_decimals_is_a_figure(tmp_path):
    outcome = deliver(tmp_path, figures("1.234"), SHARES)

    assert {row[3] for row in outcome.accepted} == {1.234}


def test_all_mistakes_of_a_file_come_together(tmp_path):
    rows = list(GOOD)
    rows[0], rows[1] = "Pathmos;2026-01;Overlast;€ 5", f"{CODES[0]};46113;Overlast;5"

    error = refusal(tmp_path, text(rows), COMMA, tree(names=NAMES))

    assert [finding.code for finding in error.findings] == ["VAL-019", "VAL-029", "VAL-041"]


# --- set aside -------------------------------------------------------------------------------------------------------

#: case id -> file, place, words of the message
SET_ASIDE = {
    "VAL-004": (spoiled(count="-3"), "own.csv:8:4", "-3: a count cannot be negative"),
    "VAL-005": (spoiled(count="2,5"), "own.csv:8:4", "2.5: a count must be whole"),
    "VAL-008": (spoiled(count="1e400"), "own.csv:8:4", '"1e400" is no usable number'),
    "VAL-016": (spoiled(area="BU01530199"), "own.csv:8:1", "BU01530199 is not in vintage 2024"),
    "VAL-026": (spoiled(period="2026-13"), "own.csv:8:2", '"2026-13" is no period'),
    "VAL-035": (spoiled(word="3.9.9"), "own.csv:8:3", 'category "3.9.9" is not mapped'),
    "VAL-040": (spoiled(count="−3"), "own.csv:8:4", '"−3" uses U+2212'),
}


@pytest.mark.parametrize("case", SET_ASIDE)
def test_a_row_that_cannot_be_right_is_set_aside_and_told(case, tmp_path):
    content, where, words = SET_ASIDE[case]

    outcome = deliver(tmp_path, content)

    told = outcome.told(case)
    assert CASES[case]["exit_code"] == 0
    assert [(finding.level, finding.where, finding.number) for finding in told] == [("warning", where, 1)]
    assert words in told[0].what
    assert "1 row set aside" in told[0].what
    assert told[0].fix
    assert dutch(told[0]) != told[0].what
    assert [(row[0], row[-1]) for row in outcome.quarantine] == [(8, case)]
    assert len(outcome.accepted) == len(GOOD) - 1


@pytest.mark.parametrize(
    ("years", "when"), [((2020, 2021), "on 2021-01-01"), ((2018, 2021), "between 2018 and 2021-01-01")]
)
def test_val_016_an_area_of_a_former_division_names_its_last_day(years, when, tmp_path):
    outcome = deliver(tmp_path, spoiled(area="BU01539105"), ended={"BU01539105": years})

    told = outcome.told("VAL-016")
    assert f"area BU01539105 ended {when}; 1 row set aside" in told[0].what
    assert "geography.crosswalks" in told[0].fix
    assert "bestaat niet meer sinds 2021-01-01" in dutch(told[0])


@pytest.mark.parametrize("number", ["NaN", "inf", "-Infinity", "1e5", "9" * 20])
def test_val_008_no_usable_number_in_other_forms(number, tmp_path):
    assert [row[-1] for row in deliver(tmp_path, spoiled(count=number)).quarantine] == ["VAL-008"]


@pytest.mark.parametrize("number", ["１２", "–3", "٣"])
def test_val_040_signs_that_look_like_digits(number, tmp_path):
    assert [row[-1] for row in deliver(tmp_path, spoiled(count=number)).quarantine] == ["VAL-040"]


def test_val_028_week_53_of_a_year_with_52_weeks_is_set_aside(tmp_path):
    rows = good_rows([f"2025{week}" for week in range(41, 53)])
    rows[6] = rows[6].replace("202541", "202553")
    weekly = source(period={"type": "week", "pattern": "{year}{week:02}"})

    outcome = deliver(tmp_path, text(rows), weekly)

    assert [finding.where for finding in outcome.told("VAL-028")] == ["own.csv:8:2"]
    assert "2025 has no ISO week 53" in outcome.told("VAL-028")[0].what
    assert ("BU01530000", "2025-W41", "nuisance", 1.0, None) in outcome.accepted


def test_val_013_an_equal_row_twice_is_set_aside(tmp_path):
    outcome = deliver(tmp_path, text([*GOOD, GOOD[6]]))

    assert [row[0] for row in outcome.quarantine] == [len(GOOD) + 2]
    assert len(outcome.accepted) == len(GOOD)


def test_val_014_two_values_for_one_cell_refuse_the_file_and_name_both_lines(tmp_path):
    error = refusal(tmp_path, text([*GOOD, f"{CODES[3]};2026-01;Woninginbraak;7"]))

    assert (error.exit_code, error.findings[0].code) == (21, "VAL-014")
    assert error.findings[0].where == f"own.csv:{len(GOOD) + 2}"
    assert error.findings[0].what == "key of line 8 with another value (4 and 7)"


def test_more_than_half_a_percent_set_aside_refuses_with_every_reason(tmp_path):
    rows = list(GOOD)
    for line in range(6):
        rows[line * 5] = rows[line * 5].rsplit(";", 1)[0] + ";-1"
    for line in range(6):
        rows[line * 5 + 1] = rows[line * 5 + 1].replace("2026-01", "2026-13")

    error = refusal(tmp_path, text(rows))

    assert error.exit_code == 21
    assert [finding.code for finding in error.findings] == ["VAL-100", "VAL-004", "VAL-026"]
    assert "12 of 1,800 rows" in error.findings[0].what
    assert [finding.number for finding in error.findings] == [12, 6, 6]


def test_more_than_one_percent_of_a_sum_set_aside_refuses(tmp_path):
    error = refusal(tmp_path, spoiled(area="BU01530199", count="900"))

    assert error.findings[0].code == "VAL-100"
    assert "of burglary_home" in error.findings[0].what


# --- the file as a whole ---------------------------------------------------------------------------------------------


def test_val_007_shares_as_parts_of_one_are_refused_and_read_when_declared(tmp_path):
    error = refusal(tmp_path, figures("0.97"), SHARES, share_measures={"nuisance"})
    outcome = deliver(
        tmp_path,
        figures("0.97"),
        source(columns=FIGURE, format={"decimal": "."}, scale="0-1"),
        share_measures={"nuisance"},
    )

    assert (error.exit_code, error.findings[0].code) == (21, "VAL-007")
    assert "column Pct: all values at most 1; declared 0-100" in error.findings[0].what
    assert error.findings[0].fix == "set `scale: 0-1`"
    assert {row[3] for row in outcome.accepted} == {97.0}


def test_val_010_a_spike_is_loaded_and_told(tmp_path):
    rows = [
        f"{CODES[0]};{month};Woninginbraak;{count}"
        for month, count in zip(MONTHS, [5, 4, 6, 5, 100, 5, 3, 5, 9, 5], strict=True)
    ]

    outcome = deliver(tmp_path, text(rows), areas=tree(CODES[:1]))

    told = outcome.told("VAL-010")
    assert [(finding.level, finding.where) for finding in told] == [("warning", "own.csv:6")]
    assert "burglary_home BU01530000 2026-05: 100, usual 3-" in told[0].what
    assert len(outcome.accepted) == 10


def test_val_011_zeros_only_are_refused(tmp_path):
    zeros = text([row.rsplit(";", 1)[0] + ";0" for row in GOOD])

    first = refusal(tmp_path, zeros)
    later = refusal(tmp_path, zeros, history=History(last_mean=4.5))

    assert [(error.exit_code, error.findings[0].code) for error in (first, later)] == [(21, "VAL-011")] * 2
    assert first.findings[0].what == "all 1,800 values are 0"
    assert later.findings[0].what == "all 1,800 values are 0; last delivery mean 4.5"


def test_a_single_month_of_zeros_after_others_is_not_delivered(tmp_path):
    zeros = text([row.rsplit(";", 1)[0] + ";0" for row in good_rows(["2026-10"])])

    outcome = deliver(tmp_path, zeros, history=History())

    assert outcome.checked.not_delivered == {"2026-10"}
    assert [finding.level for finding in outcome.told("VAL-012")] == ["warning"]


def test_a_month_of_zeros_among_others_is_not_delivered(tmp_path):
    rows = [row.rsplit(";", 1)[0] + ";0" if ";2026-10;" in row else row for row in GOOD]

    assert deliver(tmp_path, text(rows)).checked.not_delivered == {"2026-10"}


def test_a_month_without_events_of_a_small_source_is_zero(tmp_path):
    rows = [f"{CODES[0]};{month};Overlast;{int(month in ('2026-02', '2026-07'))}" for month in MONTHS]

    assert deliver(tmp_path, text(rows), areas=tree(CODES[:1])).checked.not_delivered == frozenset()


def test_val_017_two_divisions_in_one_file_are_refused(tmp_path):
    rows = good_rows(codes=[*CODES[:60], *(f"BU0153{number}" for number in range(8000, 8030))])

    error = refusal(tmp_path, text(rows))

    assert (error.exit_code, error.findings[0].code) == (21, "VAL-017")
    assert "60 of 2024, 30 that are not" in error.findings[0].what
    assert "vintage" in error.findings[0].fix


def test_geo_019_no_area_of_the_division_is_refused(tmp_path):
    rows = good_rows(codes=[f"BU0153{number}" for number in range(8000, 8030)])

    error = refusal(tmp_path, text(rows))

    assert (error.exit_code, error.findings[0].code) == (40, "GEO-019")
    assert "division 2024" in error.findings[0].what


def test_val_022_areas_without_rows_are_told_and_not_zero(tmp_path):
    outcome = deliver(
        tmp_path, text(good_rows(codes=[code for code in CODES if code not in ("BU01530004", "BU01530801")]))
    )

    assert [(finding.level, finding.number) for finding in outcome.told("VAL-022")] == [("warning", 2)]
    assert "no rows for BU01530004, BU01530801" in outcome.told("VAL-022")[0].what
    assert "BU01530004" not in {row[0] for row in outcome.accepted}


def test_areas_missing_on_purpose_are_not_told(tmp_path):
    outcome = deliver(tmp_path, text(good_rows(codes=CODES[1:])), source(missing_on_purpose=[CODES[0]]))

    assert outcome.told("VAL-022") == []


def test_val_023_an_area_missing_in_three_deliveries_asks_for_a_decision(tmp_path):
    covered = frozenset(CODES[2:])

    outcome = deliver(tmp_path, text(good_rows(codes=CODES[2:])), history=History(areas=(covered, covered)))

    assert "coverage 88 of 90 for 3 deliveries" in outcome.told("VAL-023")[0].what
    assert "missing_on_purpose" in outcome.told("VAL-023")[0].fix


def test_val_025_a_month_still_running_is_told(tmp_path):
    outcome = deliver(tmp_path, text(good_rows(["2026-10", "2026-11"])))

    assert [finding.what for finding in outcome.told("VAL-025")] == ["2026-11 is not over; loaded as provisional"]


def test_a_month_that_has_not_begun_is_set_aside(tmp_path):
    outcome = deliver(tmp_path, text([*GOOD, f"{CODES[0]};2026-12;Overlast;3"]))

    assert [row[-1] for row in outcome.quarantine] == ["VAL-107"]


def test_val_031_a_gap_in_periods_is_told(tmp_path):
    outcome = deliver(tmp_path, text(good_rows(["2026-02", "2026-04"])))

    assert [finding.what[:15] for finding in outcome.told("VAL-031")] == ["2026-03 missing"]


def test_val_032_declared_marks_are_suppressed_not_zero_not_missing(tmp_path):
    rows = [
        f"{code};2026-01;Overlast;{mark}" for code, mark in zip(CODES, ["<5", "x", ".", "-", "", "7"], strict=False)
    ]

    outcome = deliver(tmp_path, text(rows), source(suppressed_marks=["<5", "x", ".", "-"]))

    marks = [(row[3], row[4]) for row in outcome.accepted]
    assert marks == [(None, "suppressed")] * 4 + [(None, "missing"), (7.0, None)]


def test_undeclared_marks_are_set_aside_with_the_key_that_declares_them(tmp_path):
    outcome = deliver(tmp_path, spoiled(count="<5"))

    assert [row[-1] for row in outcome.quarantine] == ["VAL-102"]
    assert "suppressed_marks" in outcome.told("VAL-102")[0].fix


@pytest.mark.parametrize("word", ["NA", "None", "null", "nan"])
def test_val_034_words_that_look_like_missing_are_text(word, tmp_path):
    rows = [f"{word};2026-01;{word};5", *good_rows()]
    how = source(categories={"Woninginbraak": "burglary_home", "Overlast": "nuisance", word: "litter"})

    outcome = deliver(tmp_path, text(rows), how, tree(custom=[word.lower()]))

    assert (word.lower(), "2026-01", "litter", 5.0, None) in outcome.accepted


def test_unknown_places_are_kept_apart(tmp_path):
    extra = ["BU00000000;2026-01;Overlast;4", "onbekend;2026-02;Overlast;3"]

    outcome = deliver(tmp_path, text([*GOOD, *extra]))

    assert outcome.rows(outcome.checked.pseudo, "area, value") == [("BU00000000", 4.0), ("onbekend", 3.0)]
    assert len(outcome.accepted) == len(GOOD)
    assert [finding.number for finding in outcome.told("VAL-106")] == [2]


def test_omitted_zero_rows_are_added_for_known_areas_only(tmp_path):
    rows = [row for row in GOOD if not row.startswith((f"{CODES[0]};2026-05", f"{CODES[1]};"))]
    rows = [*rows, f"{CODES[0]};2026-05;Overlast;oops"]

    outcome = deliver(tmp_path, text(rows), source(zero_rows="omitted"))

    found = [row[2:] for row in outcome.accepted if row[:2] == (CODES[0], "2026-05")]
    assert found == [("burglary_home", 0.0, None)]  # the row that was set aside is not known to be 0
    assert CODES[1] not in {row[0] for row in outcome.accepted}
    assert [finding.number for finding in outcome.told("VAL-109")] == [1]


def test_no_text_of_a_row_is_repeated_anywhere(tmp_path):
    rows = [*GOOD, "Jansen;Pietersen;Klaassen;Willemsen", f"{CODES[0]};2026-02;Hendriksen;tweehonderd"]

    outcome = deliver(tmp_path, text(rows))

    seen = f"{outcome.checked.findings}{outcome.raw.findings}{outcome.quarantine}"
    assert len(outcome.quarantine) == 2
    assert [word for word in ("Jansen", "Pieter", "Klaas", "Willem", "Hendrik", "twee") if word in seen] == []


def test_every_warning_of_these_files_has_dutch(tmp_path):
    rows = [row for row in good_rows(["2026-01", "2026-03", "2026-11"]) if not row.startswith(CODES[1])]
    rows = [*rows, "onbekend;2026-01;Overlast;1", f"{CODES[1]};2026-01;Overlast;400", ";;;"]

    outcome = deliver(tmp_path, b"\xef\xbb\xbf" + text([row + ";x" for row in rows], HEADER + ";Wijknaam ").encode())

    told = (*outcome.raw.findings, *outcome.checked.findings)
    codes = {"FILE-004", "FILE-022", "FILE-102", "VAL-106", "VAL-025", "VAL-031"}
    assert {finding.code for finding in told} >= codes
    assert [finding.code for finding in told if dutch(finding) == finding.what] == []
