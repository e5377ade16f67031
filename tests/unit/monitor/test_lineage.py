"""The passport of a figure: what it says is so, and its SQL gives the number."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from etl.deliveries import DeliveryLog
from etl.snapshot import Snapshot
from monitor.queries.lineage import Passport, parts_of_period, passport
from tests.smalltown import CODE, CODES, MONTHS, SLUG, Town, count, rows, text, town

CORRECTION = f"""\
corrections:
  - id: lost_sign
    source: reports
    indicator: burglary_home
    action: replace
    cells: [{{area: {CODES[0]}, period: "2026-09", delivered: 5, value: 4}}]
    reason: A decimal sign was lost.
    decided_by: Informatiemanagement
    date: 2026-10-10
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Town:
    """Two years in one file, the last nine months in another; one cell corrected."""
    made = town(tmp_path_factory.mktemp("town"))
    made.deliver("2026-01-05.csv", text(rows(MONTHS[:24])))
    made.deliver("2026-10-05.csv", text(rows(MONTHS[22:])))
    place = made.place / "config" / "corrections" / f"{SLUG}.yml"
    place.parent.mkdir()
    place.write_text(CORRECTION, encoding="utf-8")
    assert made.load().exit_code == 0
    return made


@pytest.fixture(scope="module")
def snapshot(loaded: Town) -> Snapshot:
    return loaded.snapshot()


def of(snapshot: Snapshot, indicator: str, area: str, period: str) -> Passport:
    found = passport(snapshot, indicator, area, period)
    assert found is not None
    return found


def test_a_month_of_a_neighbourhood_rests_on_one_delivery(loaded: Town, snapshot: Snapshot):
    found = of(snapshot, "burglary_home", CODES[3], "2026-09")

    newest = DeliveryLog(loaded.root).known("reports")[-1]
    assert found.numerator.value == count(CODES[3], "2026-09", "Woninginbraak")
    assert [(one.name, one.sha256) for one in found.numerator.deliveries] == [("2026-10-05.csv", newest.sha256)]
    assert found.numerator.periods == ("2026-09",)
    assert not found.numerator.is_summed_over_areas
    assert found.numerator.is_practice
    assert (found.edition, found.load_id, found.publication) == ("internal", "000001", "restricted")


def test_the_denominator_has_its_own_source_year_and_delivery(snapshot: Snapshot):
    found = of(snapshot, "burglary_home", CODES[3], "2026-09")

    assert found.denominator is not None
    assert (found.denominator.indicator, found.denominator.period) == ("dwellings", "2025")
    assert found.denominator.source_id == "key_figures"
    assert [one.name for one in found.denominator.deliveries] == ["kwb-2025.csv"]
    assert found.denominator.categories == ("Woningvoorraad",)
    assert found.denominator.licence == "CC BY 4.0"


def test_a_period_in_two_deliveries_comes_from_the_newest(snapshot: Snapshot):
    found = of(snapshot, "assault", CODES[0], "2025-12")

    assert [one.name for one in found.numerator.deliveries] == ["2026-10-05.csv"]


def test_a_year_lists_the_deliveries_of_its_months(snapshot: Snapshot):
    found = of(snapshot, "assault", CODES[0], "2025")

    assert [(one.name, one.periods) for one in found.numerator.deliveries] == [
        ("2026-10-05.csv", 2),
        ("2026-01-05.csv", 10),
    ]
    assert found.years == 1


def test_a_higher_area_is_said_to_be_a_sum_of_neighbourhoods(snapshot: Snapshot):
    found = of(snapshot, "assault", CODE, "2026-09-R12")

    assert found.numerator.is_summed_over_areas
    assert found.numerator.periods == parts_of_period("2026-09-R12", "rolling_12_months")


@pytest.mark.parametrize(
    ("area", "period", "is_told"),
    [(CODES[0], "2026-09", True), (CODE, "2026-09-R12", True), ("WK990501", "2026-09", True),
     ("WK990502", "2026-09", False), (CODES[0], "2026-08", False), (CODES[1], "2026-09", False)],
)  # fmt: skip
def test_a_correction_stands_in_the_passport_of_every_figure_it_is_part_of(snapshot, area, period, is_told):
    found = of(snapshot, "burglary_home", area, period)

    assert [one.correction_id for one in found.corrections] == (["lost_sign"] if is_told else [])


def test_the_sql_gives_exactly_the_number_and_the_recalculation_the_same(snapshot: Snapshot, tmp_path: Path):
    cells = snapshot.query(
        """SELECT indicator, area_code, period, value FROM observation
           ORDER BY hash(indicator || area_code || period) LIMIT 80"""
    )
    n_again = 0
    with duckdb.connect(str(shutil.copy(snapshot.path, tmp_path)), read_only=True) as con:  # as a reader would open it
        for cell in cells.itertuples():
            found = of(snapshot, str(cell.indicator), str(cell.area_code), str(cell.period))

            assert con.execute(found.sql).fetchall()[0][0] == cell.value
            if found.recalculation is not None:
                n_again += 1
                assert con.execute(found.recalculation).fetchall()[0][0] == pytest.approx(cell.value, rel=1e-9)
    assert n_again > 0.9 * len(cells)


def test_a_figure_that_does_not_exist_has_no_passport(snapshot: Snapshot):
    assert passport(snapshot, "assault", CODES[0], "1999") is None
    assert passport(snapshot, "nothing", CODES[0], "2025") is None


@pytest.mark.parametrize(
    ("period", "period_type", "parts"),
    [
        ("2026-01-R12", "rolling_12_months", ("2025-02", 12, "2026-01")),
        ("2026-W02-R4", "rolling_4_weeks", ("2025-W51", 4, "2026-W02")),
        ("2026-Q1", "quarter", ("2026-01", 3, "2026-03")),
        ("2026", "year", ("2026-01", 12, "2026-12")),
    ],
)
def test_longer_periods_fall_apart_into_their_parts(period, period_type, parts):
    found = parts_of_period(period, period_type)

    assert (found[0], len(found), found[-1]) == parts
    assert parts_of_period("2026-03", "month") == parts_of_period("2026-W03", "week") == ()
