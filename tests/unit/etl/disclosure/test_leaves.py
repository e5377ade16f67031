"""Leaves as a block: what each counts in, which windows end in each period, and totals as the rest of their parts."""

import numpy as np
import pandas as pd
import pytest

from etl.disclosure.leaves import WHOLE, blocks, locate, split_totals
from tests.tables import table

LEAVES = table("""
    source_id | indicator | area_code | district | period  | period_type | value
    reports   | violence  | BU2       | WK1      | 2026-02 | month       | 7
    reports   | burglary  | BU1       | WK1      | 2026-01 | month       | 1
    reports   | burglary  | BU3       | WK2      | 2026-01 | month       | 0
    reports   | burglary  | BU2       | WK1      | 2026-04 | month       | 4
""")


def block_of(leaves=LEAVES, groups=None, own_areas=None):
    (only,) = blocks(leaves, groups or {}, own_areas or {})
    return only


def cells_of(block):
    """(area, indicator) -> the cells that the leaf counts in, the first being its own."""
    leaves = [(area, indicator) for area in block.areas for indicator in block.indicators]
    return {leaf: [block.cells[cell] for cell in cells] for leaf, cells in zip(leaves, block.cell_of, strict=True)}


def one_area(periods, period_type):
    """Leaves of one neighbourhood, 1 in each of these periods."""
    frame = pd.DataFrame({"period": periods, "period_type": period_type, "value": 1.0})
    return frame.assign(source_id="reports", indicator="burglary", area_code="BU1", district="WK1")


def test_a_block_holds_every_area_indicator_and_period_between_the_first_and_the_last():
    block = block_of()

    assert (block.source_id, block.period_type) == ("reports", "month")
    assert block.areas == ("BU1", "BU2", "BU3")
    assert block.indicators == ("burglary", "violence")
    assert block.periods == ("2026-01", "2026-02", "2026-03", "2026-04")
    assert block.true.tolist() == [
        [[1, 0, 0, 0], [0, 0, 0, 0]],
        [[0, 0, 0, 4], [0, 7, 0, 0]],
        [[0, 0, 0, 0], [0, 0, 0, 0]],
    ]
    assert np.argwhere(block.present).tolist() == [[0, 0, 0], [1, 0, 3], [1, 1, 1], [2, 0, 0]]


def test_a_leaf_counts_in_its_area_its_district_and_the_municipality():
    assert cells_of(block_of())["BU2", "violence"] == [("BU2", "violence"), ("WK1", "violence"), (WHOLE, "violence")]
    assert cells_of(block_of())["BU3", "burglary"] == [("BU3", "burglary"), ("WK2", "burglary"), (WHOLE, "burglary")]


def test_a_leaf_counts_in_the_groups_and_own_areas_that_hold_it_and_in_each_group_of_those():
    groups = {"all": ("violence", "burglary", "theft"), "street": ("violence",), "other": ("theft",)}

    cells = cells_of(block_of(groups=groups, own_areas={"centre": {"BU2", "BU9"}, "north": {"BU1"}}))

    assert set(cells["BU2", "burglary"]) == {
        (place, kind) for place in ("BU2", "WK1", WHOLE, "centre") for kind in ("burglary", "all")
    }
    assert set(cells["BU1", "violence"]) == {
        (place, kind) for place in ("BU1", "WK1", WHOLE, "north") for kind in ("violence", "all", "street")
    }
    assert all(len(set(mine)) == len(mine) for mine in cells.values())


def test_every_cell_is_one_number_and_none_is_without_a_leaf():
    block = block_of(groups={"all": ("violence", "burglary"), "other": ("theft",)})

    assert len(set(block.cells)) == len(block.cells)
    assert {cell for cells in block.cell_of for cell in cells} == set(range(len(block.cells)))
    assert "other" not in {kind for _, kind in block.cells}


@pytest.mark.parametrize("district", [None, np.nan, "WK1"])
def test_a_leaf_that_is_no_neighbourhood_counts_in_no_district_but_itself(district):
    leaves = one_area(["2026-01"], "month").assign(area_code="WK1", district=district)

    assert cells_of(block_of(leaves)) == {("WK1", "burglary"): [("WK1", "burglary"), (WHOLE, "burglary")]}


def test_a_group_with_the_name_of_its_part_is_that_part():
    cells = cells_of(block_of(groups={"burglary": ("burglary", "violence")}))

    assert cells["BU1", "burglary"] == [("BU1", "burglary"), ("WK1", "burglary"), (WHOLE, "burglary")]
    assert (WHOLE, "burglary") in cells["BU1", "violence"]


def test_sums_add_up_the_leaves_of_each_cell():
    block = block_of(groups={"all": ("violence", "burglary")})

    sums = dict(zip(block.cells, block.sums(np.array([1, 10, 2, 20, -4, 40])).tolist(), strict=True))

    assert sums["BU2", "burglary"] == 2
    assert sums["BU2", "all"] == 22
    assert (sums["WK1", "burglary"], sums["WK1", "violence"], sums["WK1", "all"]) == (3, 30, 33)
    assert (sums["WK2", "burglary"], sums[WHOLE, "burglary"], sums[WHOLE, "all"]) == (-4, -1, 69)


def test_windows_of_months_open_at_the_quarter_the_year_and_eleven_months_back():
    block = block_of(one_area(["2024-11", "2026-02"], "month"))

    opens = {
        window: [block.periods[at] for at in opens] for window, opens in zip(block.windows, block.opens, strict=True)
    }

    assert set(opens) == {"quarter", "year", "rolling_12_months"}
    assert opens["quarter"] == [
        *["2024-11"] * 2,
        *["2025-01"] * 3,
        *["2025-04"] * 3,
        *["2025-07"] * 3,
        *["2025-10"] * 3,
        *["2026-01"] * 2,
    ]
    assert opens["year"] == [*["2024-11"] * 2, *["2025-01"] * 12, *["2026-01"] * 2]
    assert opens["rolling_12_months"] == [*["2024-11"] * 12, "2024-12", "2025-01", "2025-02", "2025-03"]


def test_windows_of_weeks_open_three_weeks_back_also_over_the_end_of_a_year():
    block = block_of(one_area(["2025-W51", "2026-W04"], "week"))

    assert block.windows == ("rolling_4_weeks",)
    assert block.periods == ("2025-W51", "2025-W52", "2026-W01", "2026-W02", "2026-W03", "2026-W04")
    assert block.opens.tolist() == [[0, 0, 0, 0, 1, 2]]


def test_years_have_no_longer_windows():
    block = block_of(one_area(["2024", "2026"], "year"))

    assert block.periods == ("2024", "2025", "2026")
    assert block.windows == ()
    assert block.opens.shape == (0, 3)


def test_periods_stand_in_the_order_of_the_calendar():
    leaves = one_area(["2026-03", "2025-12", "2026-01"], "month").assign(value=[3.0, 12.0, 1.0])

    assert block_of(leaves).true.ravel().tolist() == [12, 1, 0, 3]


def test_each_source_and_kind_of_period_is_a_block_in_the_order_of_their_names():
    months, weeks = one_area(["2026-01"], "month"), one_area(["2026-W01"], "week")
    leaves = pd.concat([weeks, months, months.assign(source_id="calls", value=2.0)])

    made = blocks(leaves, {}, {})

    names = [(block.source_id, block.period_type, int(block.true.sum())) for block in made]
    assert names == [("calls", "month", 2), ("reports", "month", 1), ("reports", "week", 1)]


@pytest.mark.parametrize("value", [-1.0, 0.5, np.nan, np.inf])
def test_one_value_that_is_no_count_is_refused(value):
    leaves = one_area(["2026-01", "2026-02"], "month").assign(value=[3.0, value])

    with pytest.raises(ValueError, match="whole numbers of zero or more"):
        blocks(leaves, {}, {})


def test_a_leaf_that_stands_there_twice_is_refused():
    leaves = pd.concat([LEAVES, LEAVES.tail(1).assign(value=9)])

    with pytest.raises(ValueError, match="twice"):
        blocks(leaves, {}, {})


def test_rows_are_placed_by_name_and_unknown_names_have_no_place():
    rows = table("""
        area_code | indicator | period
        BU2       | violence  | 2026-01
        BU9       | burglary  | 2026-02
        BU1       | theft     | 2026-03
    """)

    area, indicator, period = locate(rows, ["BU1", "BU2"], ["burglary", "violence"], ["2026-01", "2026-02"])

    assert (area.tolist(), indicator.tolist(), period.tolist()) == ([1, -1, 0], [1, 0, -1], [0, 1, -1])


GIVEN = table("""
    source_id | indicator | area_code | district | period  | period_type | value
    reports   | burglary  | BU1       | WK1      | 2026-01 | month       | 2
    reports   | violence  | BU1       | WK1      | 2026-01 | month       | 3
    reports   | crime     | BU1       | WK1      | 2026-01 | month       | 5
    reports   | nuisance  | BU1       | WK1      | 2026-01 | month       | 4
    reports   | all       | BU1       | WK1      | 2026-01 | month       | 10
    reports   | violence  | BU2       | WK1      | 2026-01 | month       | 1
    reports   | crime     | BU2       | WK1      | 2026-01 | month       | 6
    reports   | all       | BU2       | WK1      | 2026-01 | month       | 6
    reports   | all       | BU3       | WK1      | 2026-01 | month       | 8
""")
GROUPS = {"crime": ("violence", "burglary"), "all": ("crime", "nuisance"), "elsewhere": ("theft",)}


def values_of(leaves):
    return {(row.area_code, row.indicator): row.value for row in leaves.itertuples()}


def test_a_total_becomes_what_its_parts_leave_of_it_also_within_a_total():
    split = split_totals(GIVEN, GROUPS)

    assert values_of(split.leaves) == {
        ("BU1", "burglary"): 2,
        ("BU1", "violence"): 3,
        ("BU1", "crime#rest"): 0,
        ("BU1", "nuisance"): 4,
        ("BU1", "all#rest"): 1,
        ("BU2", "violence"): 1,
        ("BU2", "crime#rest"): 5,
        ("BU2", "all#rest"): 0,
        ("BU3", "all#rest"): 8,  # nothing is known of its parts
    }
    assert split.totals == {
        ("reports", "crime"): {"violence", "burglary", "crime#rest"},
        ("reports", "all"): {"violence", "burglary", "crime#rest", "nuisance", "all#rest"},
    }
    assert split.untrue == []
    assert split.leaves.index.is_unique
    assert split.leaves.columns.tolist() == GIVEN.columns.tolist()


def test_a_total_that_is_less_than_its_parts_in_one_cell_is_left_out_and_the_rest_stays():
    less = GIVEN.assign(value=[2, 3, 4, 4, 10, 1, 6, 6, 8])

    split = split_totals(less, GROUPS)

    assert split.untrue == [("reports", "crime")]
    assert not {"crime", "crime#rest"} & set(split.leaves.indicator)
    # its parts are parts of the total above it all the same: total minus parts would tell them
    assert split.totals == {("reports", "all"): {"violence", "burglary", "nuisance", "all#rest"}}
    rest = {area: value for (area, name), value in values_of(split.leaves).items() if name == "all#rest"}
    assert rest == {"BU1": 1, "BU2": 5, "BU3": 8}


def test_a_group_that_is_not_delivered_stands_for_its_parts_in_the_total_above_it():
    groups = {"all": ("sorts", "nuisance"), "sorts": ("crime", "theft"), "crime": ("violence", "burglary")}
    within = GIVEN.assign(indicator=GIVEN.indicator.replace({"crime": "unused"}))

    undelivered = split_totals(within[within.indicator != "unused"], groups)
    delivered = split_totals(GIVEN, groups)

    assert undelivered.totals == {("reports", "all"): {"violence", "burglary", "nuisance", "all#rest"}}
    assert values_of(undelivered.leaves)["BU1", "all#rest"] == 1
    assert delivered.totals["reports", "all"] == {"violence", "burglary", "crime#rest", "nuisance", "all#rest"}
    assert values_of(delivered.leaves)["BU2", "all#rest"] == 0


def test_a_total_without_any_part_is_a_leaf_like_any_other():
    alone = GIVEN[GIVEN.indicator == "crime"]

    split = split_totals(alone, GROUPS)

    pd.testing.assert_frame_equal(split.leaves, alone.reset_index(drop=True))
    assert (split.totals, split.untrue) == ({}, [])


def test_a_total_is_split_in_the_source_that_delivers_it_alone():
    calls = GIVEN[GIVEN.indicator.isin(["violence", "nuisance"])].assign(source_id="calls", value=40)
    leaves = pd.concat([GIVEN, calls], ignore_index=True)

    split = split_totals(leaves, GROUPS)

    assert {source for source, _ in split.totals} == {"reports"}
    assert values_of(split.leaves[split.leaves.source_id == "calls"]) == values_of(calls)
    own = split.leaves[split.leaves.source_id == "reports"]
    assert values_of(own) == values_of(split_totals(GIVEN, GROUPS).leaves)


def test_a_total_of_a_month_is_split_by_the_parts_of_that_month():
    later = GIVEN.assign(period="2026-02", value=GIVEN.value * 2)

    split = split_totals(pd.concat([GIVEN, later], ignore_index=True), GROUPS)

    assert values_of(split.leaves[split.leaves.period == "2026-02"])["BU1", "all#rest"] == 2
    assert values_of(split.leaves[split.leaves.period == "2026-01"])["BU1", "all#rest"] == 1


def test_totals_that_hold_each_other_do_not_go_round_for_ever():
    split = split_totals(GIVEN, {"crime": ("violence", "all"), "all": ("crime", "nuisance")})

    assert {total for _, total in split.totals} | {total for _, total in split.untrue} == {"crime", "all"}


def test_no_leaves_are_no_totals():
    split = split_totals(GIVEN.head(0), GROUPS)

    assert split.leaves.empty
    assert (split.totals, split.untrue) == ({}, [])
