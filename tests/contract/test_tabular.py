"""A municipality's own CSV: a true file and spoiled ones, by declared columns."""

from __future__ import annotations

import pandas as pd
import pytest

from config.errors import ConfigError, FixableError
from config.model import Indicator, TabularPeriod
from etl.conform import feeds
from etl.sources.tabular_cells import period_regex
from tests.delivered import CODES, HEADER, deliver, good_rows, source, text, tree

WEEKLY = {
    "path": "politie/week-*.csv",
    "format": {"delimiter": ";", "encoding": "cp1252", "decimal": ","},
    "columns": {"area": "Buurtcode", "period": "Weeknr", "category": "Categorie", "count": "Aantal"},
    "area_code": {"prefix": "BU", "pad": 8},
    "period": {"type": "week", "pattern": "{year}{week:02}"},
    "categories": {
        "Vermogen": "property_crime",
        "Overlast/vernieling": "nuisance_vandalism",
        "Geëscaleerd": "violent_crime",
    },
}


def rows_of(outcome) -> list[tuple]:
    return outcome.rows("raw", "row, area, period, measure, value, mark")


def test_the_weekly_file_of_the_design_is_read(tmp_path):
    content = "Buurtcode;Weeknr;Categorie;Aantal\n1530000;202610;Vermogen;3\n01530001;202610;Overlast/vernieling;0\n"
    content += "bu01530002;202610;geëscaleerd;2\n 1530003 ;202611; vermogen ;12\n"

    outcome = deliver(tmp_path, content.encode("cp1252"), source(**WEEKLY), tree(CODES[:4]))

    assert rows_of(outcome) == [
        (2, "BU01530000", "2026-W10", "property_crime", 3.0, None),
        (3, "BU01530001", "2026-W10", "nuisance_vandalism", 0.0, None),
        (4, "BU01530002", "2026-W10", "violent_crime", 2.0, None),
        (5, "BU01530003", "2026-W11", "property_crime", 12.0, None),
    ]
    assert outcome.raw.rows_read == 4
    assert outcome.raw.columns == {"area": 1, "period": 2, "measure": 3, "value": 4}


@pytest.mark.parametrize(
    ("period_type", "pattern", "written", "ours"),
    [
        ("year", "{year}", "2026", "2026"),
        ("year", "Jaar {year}", "Jaar 2026", "2026"),
        ("year", "{year:02}", "26", "2026"),
        ("quarter", "{year}-Q{quarter}", "2026-Q3", "2026-Q3"),
        ("quarter", "{quarter}e kwartaal {year}", "3e kwartaal 2026", "2026-Q3"),
        ("month", "{month:02}-{year}", "03-2026", "2026-03"),
        ("month", "{year}M{month}", "2026M3", "2026-03"),
        ("month", "{year}M{month}", "2026M12", "2026-12"),
        ("week", "{year}{week:02}", "202653", "2026-W53"),
        ("week", "wk {week}.{year}", "wk 7.2026", "2026-W07"),
    ],
)
def test_periods_are_read_by_their_pattern(tmp_path, period_type, pattern, written, ours):
    how = source(period={"type": period_type, "pattern": pattern})

    outcome = deliver(
        tmp_path,
        text([f"{CODES[0]};{written};Overlast;3"]),
        how,
        tree(CODES[:1]),
        today=pd.Timestamp("2027-06-01").date(),
    )

    assert [row[2] for row in rows_of(outcome)] == [ours]


def test_without_a_pattern_only_our_own_notation_is_understood(tmp_path):
    rows = [f"{CODES[0]};{period};Overlast;3" for period in ("2026-01", "2026-w02", "2026-Q1", "2025")]

    outcome = deliver(tmp_path, text(rows), source(period=None), tree(CODES[:1]))

    assert [row[2] for row in rows_of(outcome)] == ["2026-01", "2026-W02", "2026-Q1", "2025"]


@pytest.mark.parametrize(
    ("period_type", "pattern", "ours"),
    [
        ("week", "{year}{week:02}", "2026-W14"),
        ("month", "{year}-{month}", "2026-04"),
        ("quarter", "{year}{quarter}", "2026-Q2"),
        ("year", "{year}", "2026"),
    ],
)
def test_excel_day_numbers_are_read_where_declared(tmp_path, period_type, pattern, ours):
    how = source(period={"type": period_type, "pattern": pattern, "excel_dates": True})

    outcome = deliver(tmp_path, text([f"{CODES[0]};46113;Overlast;3"]), how, tree(CODES[:1]))

    assert [row[2] for row in rows_of(outcome)] == [ours]


@pytest.mark.parametrize("pattern", ["{year}", "{year}{quarter}", "{week}", "{year}{week}{week}", "{jaar}{week}"])
def test_a_pattern_that_cannot_name_a_week_is_refused(pattern):
    with pytest.raises(ConfigError) as caught:
        period_regex(TabularPeriod(type="week", pattern=pattern))

    assert "{year} and {week}" in caught.value.findings[0].what


def test_one_column_per_indicator_becomes_one_row_per_indicator(tmp_path):
    how = source(
        columns={"area": "buurt", "period": "maand"},
        categories={},
        values={"Meldingen zwerfafval": "litter_reports", "Meldingen geluid": "noise_reports"},
    )
    content = "maand;buurt;Meldingen geluid;Meldingen zwerfafval\n"
    content += f"2026-01;{CODES[0]};4;7\n2026-01;{CODES[1]};;0\n"

    outcome = deliver(tmp_path, content, how, tree(CODES[:2]))

    assert rows_of(outcome) == [
        (2, CODES[0], "2026-01", "litter_reports", 7.0, None),
        (2, CODES[0], "2026-01", "noise_reports", 4.0, None),
        (3, CODES[1], "2026-01", "litter_reports", 0.0, None),
        (3, CODES[1], "2026-01", "noise_reports", None, "missing"),
    ]
    assert outcome.raw.columns == {"area": 2, "period": 1, "litter_reports": 4, "noise_reports": 3}


def test_a_mistake_in_one_of_several_value_columns_names_its_column(tmp_path):
    how = source(columns={"area": "Buurt", "period": "Maand"}, categories={}, values={"A": "one", "B": "two"})
    rows = [f"{code};{month};1;2" for month in ("2026-01", "2026-02", "2026-03", "2026-04") for code in CODES]
    rows[5] = rows[5].rsplit(";", 1)[0] + ";-1"

    outcome = deliver(tmp_path, text(rows, "Buurt;Maand;A;B"), how)

    assert [finding.where for finding in outcome.told("VAL-004")] == ["own.csv:7:4"]


def test_values_come_with_their_margins(tmp_path):
    how = source(
        columns={"area": "b", "period": "j", "category": "i", "value": "v", "lower": "van", "upper": "tot"},
        period={"type": "year", "pattern": "{year}"},
        categories={"Onveilig": "feels_unsafe"},
    )
    content = f"b;j;i;v;van;tot\n{CODES[0]};2025;Onveilig;18,5;16,0;21,0\n{CODES[1]};2025;Onveilig;12;;\n"

    outcome = deliver(tmp_path, content, how, tree(CODES[:2]))

    assert outcome.rows("raw", "area, value, lower, upper, mark") == [
        (CODES[0], 18.5, 16.0, 21.0, None),
        (CODES[1], 12.0, None, None, None),
    ]


def test_unreadable_margins_make_the_cell_unreadable(tmp_path):
    how = source(
        columns={"area": "b", "period": "j", "category": "i", "value": "v", "lower": "van", "upper": "tot"},
        period={"type": "year", "pattern": "{year}"},
        categories={"Onveilig": "feels_unsafe"},
    )

    with pytest.raises(FixableError) as caught:
        deliver(tmp_path, f"b;j;i;v;van;tot\n{CODES[0]};2025;Onveilig;18,5;ongeveer;21\n", how, tree(CODES[:1]))

    assert [finding.code for finding in caught.value.findings] == ["VAL-100", "VAL-102"]


def test_a_title_and_a_header_further_down_are_read_when_declared(tmp_path):
    content = "Meldingen per buurt\n\nStand 2026\n" + text(good_rows(["2026-01"]))

    outcome = deliver(tmp_path, content, source(format={"header_line": 4}))

    assert rows_of(outcome)[0][0] == 5
    assert len(outcome.accepted) == 180


def test_a_column_called_row_is_a_column(tmp_path):
    how = source(columns={"area": "row", "period": "Maand", "category": "Soort", "count": "Aantal"})

    outcome = deliver(tmp_path, text(good_rows(), "row;Maand;Soort;Aantal"), how)

    assert len(outcome.accepted) == 540


def test_utf_16_is_read_when_declared(tmp_path):
    outcome = deliver(tmp_path, text(good_rows()).encode("utf-16"), source(format={"encoding": "utf-16"}))

    assert len(outcome.accepted) == 540


def test_reading_leaves_only_the_raw_tables_behind(tmp_path):
    outcome = deliver(tmp_path, text([*good_rows(), "Totaal;;;2700"]))

    names = {name for (name,) in outcome.con.execute("SHOW TABLES").fetchall()}
    assert names == {"raw", "raw__quarantine", "raw__pseudo"}


def test_a_cell_with_spaces_around_is_trimmed(tmp_path):
    rows = [f" {CODES[0]}\u00a0; 2026-01 ;\u00a0Overlast; 4 "]

    outcome = deliver(tmp_path, text(rows), areas=tree(CODES[:1]))

    assert rows_of(outcome) == [(2, CODES[0], "2026-01", "nuisance", 4.0, None)]


def test_scores_in_a_column_of_their_own_are_figures_and_counts_are_not():
    def own(name: str, unit: str) -> Indicator:
        return Indicator.model_validate(
            {"id": name, "pack": "own", "label": {"nl": name}, "unit": unit, "numerator": {"tabular": {}}}
        )

    how = source(columns={"area": "b", "period": "m"}, categories={}, values={"Cijfer": "grade", "Leeg": "empty_shops"})
    mapping = feeds(how, {"grade": own("grade", "score"), "empty_shops": own("empty_shops", "count")})

    assert dict(zip(mapping.measure, mapping.is_figure, strict=True)) == {"grade": True, "empty_shops": False}


def test_the_header_of_these_tests_is_the_declared_one():
    assert HEADER == "Buurt;Maand;Soort;Aantal"
