"""Sums over areas and over time: what a parent and a longer period are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from config.vocabulary import AreaLevel, PeriodType
from etl.cube import FINAL, NOT_APPLICABLE, NOT_DELIVERED, PROVISIONAL, SUPPRESSED, AreaAxis, Cube, roll_up_areas
from etl.series import complete

#: GM with two districts: WK..01 of two neighbourhoods, WK..02 of one.
AREAS = ["GM0001", "WK000101", "WK000102", "BU00010101", "BU00010102", "BU00010201"]
PARENTS = [None, "GM0001", "GM0001", "WK000101", "WK000101", "WK000102"]
LEVELS = ["municipality", "district", "district", "neighbourhood", "neighbourhood", "neighbourhood"]


def axis(own: tuple[str, ...] = (), codes=AREAS, parents=PARENTS, levels=LEVELS) -> AreaAxis:
    rows = [*zip(codes, parents, levels, [()] * len(codes), strict=True)]
    if own:
        rows.append(("centrum", None, "custom", own))
    return AreaAxis.of(pd.DataFrame(rows, columns=["area_code", "parent", "area_level", "members"]))


def cube(
    numbers: dict[str, list[float | None]], *, ranks: dict[str, list[int]] | None = None, own=(), months=None
) -> Cube:
    """One indicator; an area that is not named is not delivered."""
    on = axis(own)
    length = len(next(iter(numbers.values())))
    periods = months or tuple(f"2026-{month:02}" for month in range(1, length + 1))
    value = np.full((1, len(on.codes), length), np.nan)
    status = np.full(value.shape, NOT_DELIVERED, dtype=np.int8)
    for code, row in numbers.items():
        place = on.codes.index(code)
        value[0, place] = [np.nan if number is None else number for number in row]
        status[0, place] = [NOT_DELIVERED if number is None else FINAL for number in row]
        if ranks and code in ranks:
            status[0, place] = ranks[code]
            value[0, place, np.array(ranks[code]) <= SUPPRESSED] = np.nan
    return Cube(
        "police", PeriodType.MONTH, ("theft",), on, periods, value, status, np.array([1 / 12]), np.ones(value.shape[:2])
    )


def cell(found: Cube, code: str, period: int = 0) -> tuple[float | None, int]:
    place = found.axis.codes.index(code)
    number = found.value[0, place, period]
    return (None if np.isnan(number) else float(number), int(found.status[0, place, period]))


def rolled(source: Cube) -> Cube:
    return roll_up_areas(source, np.array([True]))


def test_a_parent_without_an_own_row_is_the_sum_of_its_neighbourhoods():
    found = rolled(cube({"BU00010101": [2], "BU00010102": [3], "BU00010201": [4]}))

    assert cell(found, "WK000101") == (5, FINAL)
    assert cell(found, "WK000102") == (4, FINAL)
    assert cell(found, "GM0001") == (9, FINAL)


def test_a_parent_keeps_the_own_row_of_the_source():
    found = rolled(cube({"GM0001": [10], "BU00010101": [2], "BU00010102": [3], "BU00010201": [4]}))

    assert cell(found, "GM0001") == (10, FINAL)
    assert cell(found, "WK000101") == (5, FINAL)


def test_a_neighbourhood_the_source_never_delivers_lowers_coverage_only():
    found = rolled(cube({"BU00010101": [2, 1], "BU00010201": [4, 1]}))

    assert cell(found, "WK000101") == (2, FINAL)
    assert cell(found, "GM0001", 1) == (2, FINAL)
    assert found.coverage[0, found.axis.codes.index("WK000101")] == 0.5
    assert found.coverage[0, found.axis.codes.index("GM0001")] == pytest.approx(2 / 3)


def test_a_neighbourhood_missing_in_one_period_makes_its_parents_provisional_there():
    found = rolled(cube({"BU00010101": [2, 1], "BU00010102": [3, None], "BU00010201": [4, 1]}))

    assert cell(found, "WK000101", 0) == (5, FINAL)
    assert cell(found, "WK000101", 1) == (1, PROVISIONAL)
    assert cell(found, "WK000102", 1) == (1, FINAL)
    assert cell(found, "GM0001", 1) == (2, PROVISIONAL)


def test_a_withheld_part_withholds_its_parents():
    found = rolled(cube({"BU00010101": [2], "BU00010102": [0], "BU00010201": [4]}, ranks={"BU00010102": [SUPPRESSED]}))

    assert cell(found, "WK000101") == (None, SUPPRESSED)
    assert cell(found, "GM0001") == (None, SUPPRESSED)
    assert cell(found, "WK000102") == (4, FINAL)


def test_a_score_is_never_summed():
    found = roll_up_areas(cube({"BU00010101": [7.1], "BU00010102": [6.3]}), np.array([False]))

    assert cell(found, "WK000101") == (None, NOT_APPLICABLE)


def test_an_own_area_is_the_sum_of_its_neighbourhoods_even_where_the_source_has_own_rows():
    source = cube({"GM0001": [10], "BU00010101": [2], "BU00010201": [4]}, own=("BU00010101", "BU00010201"))

    assert cell(rolled(source), "centrum") == (6, FINAL)


def test_a_district_of_which_no_neighbourhood_is_known_lowers_the_coverage_of_the_municipality():
    on = axis(codes=[*AREAS, "WK000103"], parents=[*PARENTS, "GM0001"], levels=[*LEVELS, "district"])

    assert on.childless.tolist() == [1, 0, 0, 0, 0, 0, 1]


def test_eleven_of_twelve_months_are_a_provisional_year_at_the_rate_of_eleven_months():
    months = tuple(f"2017-{month:02}" for month in range(1, 13))
    source = cube({"GM0001": [1.0] * 11 + [None]}, months=months)

    year = {one.period_type: one for one in complete([source], [], frozenset())}[PeriodType.YEAR]

    assert year.periods == ("2017",)
    assert cell(year, "GM0001") == (11, PROVISIONAL)
    assert year.exposure[0, 0, 0] == pytest.approx(11 / 12)


def test_windows_begin_where_twelve_months_are_full():
    months = tuple(f"{2016 + month // 12}-{month % 12 + 1:02}" for month in range(14))
    source = cube({"GM0001": [float(month) for month in range(14)]}, months=months)

    window = {one.period_type: one for one in complete([source], [], frozenset())}[PeriodType.ROLLING_12_MONTHS]

    assert window.periods == ("2016-12-R12", "2017-01-R12", "2017-02-R12")
    assert [cell(window, "GM0001", place) for place in range(3)] == [(66, FINAL), (78, FINAL), (90, FINAL)]


def test_a_withheld_month_withholds_its_quarter():
    source = cube({"GM0001": [1, 2, 3, 4]}, ranks={"GM0001": [FINAL, SUPPRESSED, FINAL, FINAL]})

    quarter = {one.period_type: one for one in complete([source], [], frozenset())}[PeriodType.QUARTER]

    assert cell(quarter, "GM0001", 0) == (None, SUPPRESSED)
    assert cell(quarter, "GM0001", 1) == (4, PROVISIONAL)


@given(
    counts=arrays(np.float64, (3, 24), elements=st.integers(0, 50).map(float)),
    holes=arrays(np.bool_, (3, 24), elements=st.booleans()),
)
def test_the_order_of_summing_does_not_matter(counts, holes):
    months = tuple(f"{2016 + month // 12}-{month % 12 + 1:02}" for month in range(24))
    rows = {
        code: [None if holes[i, p] else counts[i, p] for p in range(24)]
        for i, code in enumerate(["BU00010101", "BU00010102", "BU00010201"])
    }
    source = cube(rows, months=months)

    year = {one.period_type: one for one in complete([source], [], frozenset())}[PeriodType.YEAR]
    hoods = source.axis.neighbourhoods

    total = np.nansum(year.value[0, 0])
    assert total == np.nansum(np.where(holes, 0, counts))
    assert np.nansum(year.value[0, hoods]) == total or np.isnan(year.value[0, hoods]).any()


def test_levels_are_known_by_their_own_rows_only():
    source = cube({"BU00010101": [2]})

    assert source.has_level(AreaLevel.NEIGHBOURHOOD).tolist() == [True]
    assert source.has_level(AreaLevel.MUNICIPALITY).tolist() == [False]
