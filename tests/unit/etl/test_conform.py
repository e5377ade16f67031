"""Source words to ours: which measure feeds what, which delivery wins, what a sum of codes is."""

import datetime as dt

import duckdb
import pandas as pd
import pytest

from etl.conform import Accepted, conform, cubes, lay_over
from etl.cube import FINAL, NOT_DELIVERED, AreaAxis
from etl.frames import RAW
from tests.tables import frame

DAY = dt.date(2026, 11, 16)
NO_ZEROS: frozenset[str] = frozenset()


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        yield connection


def mapping(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [(measure, indicator, False) for measure, indicator in pairs], columns=["measure", "indicator", "is_figure"]
    )


def conformed(
    con, rows: str, feeds: pd.DataFrame, not_delivered=NO_ZEROS, day=DAY
) -> dict[tuple[str, str, str], tuple]:
    raw = lay_over(con, [Accepted(frame(con, "first", RAW, rows), "a" * 64)], "raw")
    table = conform(
        con, raw, source_id="police", mapping=feeds, not_delivered=not_delivered, reference_day=day, table="leaf"
    )
    found = con.execute(f"SELECT indicator, area_code, period, value, status FROM {table}").fetchall()
    return {(indicator, area, period): (value, status) for indicator, area, period, value, status in found}


def test_two_codes_of_one_indicator_are_summed(con):
    found = conformed(
        con,
        """
        area       | period  | measure | value
        BU00010101 | 2026-03 | 100     | 2
        BU00010101 | 2026-03 | 101     | 5
        """,
        mapping(("100", "theft_bike_moped"), ("101", "theft_bike_moped")),
    )

    assert found == {("theft_bike_moped", "BU00010101", "2026-03"): (7, "final")}


def test_a_withheld_code_withholds_the_sum(con):
    found = conformed(
        con,
        """
        area       | period  | measure | value | mark
        BU00010101 | 2026-03 | 100     | 2     |
        BU00010101 | 2026-03 | 101     |       | suppressed
        """,
        mapping(("100", "theft"), ("101", "theft")),
    )

    assert found[("theft", "BU00010101", "2026-03")] == (None, "suppressed")


def test_a_sum_that_misses_a_code_delivered_elsewhere_is_not_delivered_rather_than_too_low(con):
    found = conformed(
        con,
        """
        area       | period  | measure | value
        BU00010101 | 2026-03 | 100     | 2
        BU00010101 | 2026-03 | 101     | 5
        BU00010102 | 2026-03 | 100     | 2
        """,
        mapping(("100", "theft"), ("101", "theft")),
    )

    assert found[("theft", "BU00010102", "2026-03")] == (None, "not_delivered")


def test_a_measure_may_feed_two_indicators_and_others_are_left_out(con):
    found = conformed(
        con,
        """
        area       | period | measure | value
        BU00010101 | 2026-03 | 3.1.1  | 4
        BU00010101 | 2026-03 | 9.9.9  | 8
        """,
        mapping(("3.1.1", "drug_trade"), ("3.1.1", "drugs_own")),
    )

    assert {key[0] for key in found} == {"drug_trade", "drugs_own"}


@pytest.mark.parametrize(
    ("period", "status"),
    [
        ("2026-09", "final"),
        ("2026-10", "provisional"),
        ("2026-W42", "final"),
        ("2026-W43", "provisional"),
        ("2025", "final"),
    ],
)
def test_a_period_is_provisional_until_28_days_after_its_end(con, period, status):
    found = conformed(con, f"area | period | measure | value\nBU00010101 | {period} | a | 1", mapping(("a", "theft")))

    assert found[("theft", "BU00010101", period)] == (1, status)


def test_a_month_that_came_as_zeros_everywhere_is_not_delivered(con):
    found = conformed(
        con,
        "area | period | measure | value\nBU00010101 | 2017-12 | a | 0",
        mapping(("a", "theft")),
        not_delivered=frozenset({"2017-12"}),
    )

    assert found[("theft", "BU00010101", "2017-12")] == (None, "not_delivered")


def test_the_newest_delivery_wins_per_period_and_measure_for_all_areas_at_once(con):
    old = frame(
        con,
        "old",
        RAW,
        """
        area       | period  | measure | value
        BU00010101 | 2026-01 | a | 1
        BU00010102 | 2026-01 | a | 2
        BU00010101 | 2026-01 | b | 7
        """,
    )
    new = frame(con, "new", RAW, "area | period | measure | value\nBU00010101 | 2026-01 | a | 9")

    lay_over(con, [Accepted(old, "0" * 64), Accepted(new, "1" * 64)], "raw")

    rows = con.execute("SELECT area, measure, value FROM raw ORDER BY ALL").fetchall()
    assert rows == [("BU00010101", "a", 9), ("BU00010101", "b", 7)]


def test_a_cube_has_every_period_between_the_first_and_the_last(con):
    conformed(
        con,
        """
        area       | period  | measure | value
        BU00010101 | 2026-01 | a | 1
        BU00010101 | 2026-03 | a | 0
        """,
        mapping(("a", "theft")),
    )
    areas = pd.DataFrame(
        [
            ("GM0001", None, "municipality", ()),
            ("WK000101", "GM0001", "district", ()),
            ("BU00010101", "WK000101", "neighbourhood", ()),
        ],
        columns=["area_code", "parent", "area_level", "members"],
    )

    (found,) = cubes(con, "leaf", source_id="police", indicators=["theft"], axis=AreaAxis.of(areas))

    assert found.periods == ("2026-01", "2026-02", "2026-03")
    assert found.status[0, 2].tolist() == [FINAL, NOT_DELIVERED, FINAL]
    assert found.value[0, 2, 2] == 0


@pytest.mark.parametrize(("day", "status"), [("2026-04-15", "provisional"), ("2026-04-16", "final")])
def test_a_period_is_complete_on_the_day_that_was_measured(con, day, status):
    raw = lay_over(con, [Accepted(frame(con, "first", RAW, ONE_CELL), "a" * 64)], "raw")

    table = conform(
        con,
        raw,
        source_id="police",
        mapping=mapping(("100", "theft_bike_moped")),
        not_delivered=NO_ZEROS,
        reference_day=dt.date.fromisoformat(day),
        table="leaf",
        final_after={("theft_bike_moped", "month"): 16},
    )

    assert con.execute(f"SELECT status FROM {table}").fetchall() == [(status,)]


ONE_CELL = """
    area       | period  | measure | value
    BU00010101 | 2026-03 | 100     | 2
"""
