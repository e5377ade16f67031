"""The rules of a control chart one by one, at their bounds, and in which order they win."""

import numpy as np
import pytest

from etl.statistics.spc_rules import (
    assurance_icon,
    point_types,
    run_counts,
    seven_on_one_side,
    seven_point_trend,
    special_causes,
    two_in_three,
    variation_icon,
)

CENTRE, LOWER, UPPER = 30.0, 15.0, 45.0  # the outer third begins at 20 and at 40


def marked(values, **given):
    found = special_causes(values, CENTRE, LOWER, UPPER, **given)
    return list(zip(found.rule.tolist(), found.side.tolist(), strict=True))


def test_a_point_on_a_limit_is_inside_and_beyond_it_outside():
    found = special_causes([45, 45.1, 15, 14.9], CENTRE, LOWER, UPPER)

    assert found.is_outside.tolist() == [False, True, False, True]
    assert found.rule.tolist() == [None, "outside_limits", None, "outside_limits"]
    assert found.side.tolist() == [0, 1, 0, -1]


def test_the_outer_third_begins_beyond_two_thirds_of_the_way():
    found = special_causes([40, 40.1, 20, 19.9, 45.1], CENTRE, LOWER, UPPER)

    assert found.is_close.tolist() == [False, True, False, True, False]


def test_limits_that_lie_unevenly_have_a_third_of_their_own_on_each_side():
    found = special_causes([25, 16, 50, 44], 30.0, 9.0, 51.0), special_causes([21, 16, 47], 30.0, 15.0, 60.0)

    assert found[0].is_close.tolist() == [False, False, True, False]
    assert found[1].is_close.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("values", "close"),
    [
        ([41, 42, 31], [1, 1, 0]),
        ([41, 31, 42], [1, 0, 1]),
        ([31, 41, 42], [0, 1, 1]),
        ([41, 42, 29], [0, 0, 0]),
        ([41, 42, 30], [0, 0, 0]),
        ([41, 31, 31], [0, 0, 0]),
        ([41, 42], [0, 0]),
        ([19, 18, 29], [-1, -1, 0]),
        ([41, 31, 32, 42], [0, 0, 0, 0]),
    ],
)
def test_two_of_three_in_the_outer_third_on_one_side_mark_the_close_ones(values, close):
    assert marked(values) == [("two_in_three" if side else None, side) for side in close]


def test_the_side_of_two_in_three_is_that_of_the_line():
    assert two_in_three([1, 1, 1, -1, -1, -1], [1, 1, 0, 0, 1, 1]).tolist() == [1, 1, 0, 0, -1, -1]


def test_seven_points_on_one_side_are_a_shift_and_six_are_not():
    assert marked([31] * 6 + [29]) == [(None, 0)] * 7
    assert marked([29, *[31] * 7, 29]) == [(None, 0), *[("seven_on_one_side", 1)] * 7, (None, 0)]
    assert marked([29] * 8) == [("seven_on_one_side", -1)] * 8
    assert marked([31] * 3 + [30] + [31] * 4) == [(None, 0)] * 8
    assert seven_on_one_side([1] * 6).tolist() == [0] * 6
    assert seven_on_one_side([1] * 7).tolist() == [0] * 6 + [1]


def test_seven_rising_points_are_a_trend_and_a_tie_breaks_it():
    rising = [27, 28, 29, 30.5, 31, 32, 33]

    assert marked(rising) == [("seven_point_trend", 1)] * 7
    assert marked(rising[::-1]) == [("seven_point_trend", -1)] * 7
    assert marked(rising[:6]) == [(None, 0)] * 6
    assert marked([27, 28, 29, 29, 31, 32, 33]) == [(None, 0)] * 7
    assert seven_point_trend([1, 2, 3, 4, 5, 6, 7, 8]).tolist() == [0] * 6 + [1, 1]
    assert seven_point_trend([1, 2, 3, np.nan, 5, 6, 7, 8]).tolist() == [0] * 8


def test_the_first_rule_in_the_order_wins():
    """Seven points rise on the high side; the last ones are close to the limit, and the very last lies beyond it."""
    assert marked([31, 32, 33, 34, 41, 42, 46]) == [("seven_point_trend", 1)] * 6 + [("outside_limits", 1)]
    assert marked([31, 31, 31, 31, 42, 41, 31]) == [
        *[("seven_on_one_side", 1)] * 4, ("two_in_three", 1), ("two_in_three", 1), ("seven_on_one_side", 1),
    ]  # fmt: skip


def test_a_trend_that_falls_on_the_high_side_is_low():
    assert marked([39, 38, 37, 36, 35, 34, 33]) == [("seven_point_trend", -1)] * 7


def test_a_missing_point_ends_a_run_and_has_no_mark():
    assert marked([31, 31, 31, np.nan, 31, 31, 31, 31]) == [(None, 0)] * 8


def test_no_run_crosses_from_one_part_into_the_next():
    assert marked([31] * 8, segment=[0, 0, 0, 0, 1, 1, 1, 1]) == [(None, 0)] * 8
    assert marked([31] * 14, segment=[0] * 7 + [1] * 7) == [("seven_on_one_side", 1)] * 14


def test_without_limits_nothing_is_marked():
    found = special_causes([31] * 8, np.nan, np.nan, np.nan)

    assert found.rule.tolist() == [None] * 8
    assert not found.is_outside.any()
    assert not found.is_close.any()


def test_sides_may_refer_to_another_line_than_the_centre():
    assert marked([29] * 7, middle=25.0) == [("seven_on_one_side", 1)] * 7
    assert marked([29] * 7, middle=29.0) == [(None, 0)] * 7


def test_what_came_later_is_cut_off_and_the_beginning_stays():
    found = special_causes([50, 30, 10, 30], CENTRE, LOWER, UPPER).up_to(2)

    assert found.rule.tolist() == ["outside_limits", None, "outside_limits"]
    assert found.side.tolist() == [1, 0, -1]
    assert found.is_outside.tolist() == [True, False, True]
    assert found.is_close.tolist() == [False, False, False]


@pytest.mark.parametrize(
    ("better", "high", "low"),
    [
        ("decrease", "concern", "improvement"),
        ("increase", "improvement", "concern"),
        ("neutral", "neutral", "neutral"),
    ],
)
def test_colour_and_icon_say_which_way_and_whether_that_is_better(better, high, low):
    up, down = (special_causes([30, value], CENTRE, LOWER, UPPER) for value in (50, 10))

    assert variation_icon(up, better) == f"{high}_high"
    assert variation_icon(down, better) == f"{low}_low"
    is_neutral = better == "neutral"
    assert point_types(up, better).tolist() == ["common", "neutral_high" if is_neutral else high]
    assert point_types(down, better).tolist() == ["common", "neutral_low" if is_neutral else low]
    assert variation_icon(up.up_to(0), better) == "common"


def test_an_empty_chart_has_nothing_to_say():
    assert variation_icon(special_causes([], CENTRE, LOWER, UPPER), "decrease") == "common"


@pytest.mark.parametrize(
    ("target", "decrease", "increase"),
    [
        (9.9, "consistent_fail", "consistent_pass"),
        (10, "inconsistent", "inconsistent"),
        (20, "inconsistent", "inconsistent"),
        (20.1, "consistent_pass", "consistent_fail"),
        (np.nan, None, None),
    ],
)
def test_a_target_on_a_limit_is_met_by_chance(target, decrease, increase):
    assert assurance_icon(10, 20, target, "decrease") == decrease
    assert assurance_icon(10, 20, target, "increase") == increase
    assert assurance_icon(10, np.nan, target, "increase") is None


def runs(text):
    """Points above (+), below (-) and on (0) a line."""
    return run_counts([{"+": 1.0, "-": -1.0, "0": 0.0, "?": np.nan}[sign] for sign in text], 0.0)


@pytest.mark.parametrize(
    ("points", "longest", "longest_max", "crossings", "crossings_min", "is_signal"),
    [
        ("", 0, 0, 0, 0, False),
        ("+", 1, 0, 0, 0, False),
        ("++", 2, 4, 0, 0, False),
        ("+-", 1, 4, 1, 0, False),
        ("+++++-----", 5, 6, 1, 2, True),
        ("++++++--+-", 6, 6, 3, 2, False),
        ("+++++++-+-", 7, 6, 3, 2, True),
        ("+0+?+0++--+-", 5, 6, 3, 2, False),
    ],
)
def test_runs_are_long_and_crossings_few_by_what_chance_allows(
    points, longest, longest_max, crossings, crossings_min, is_signal
):
    found = runs(points)

    assert (found.longest_run, found.n_crossings) == (longest, crossings)
    assert (found.longest_run_max, found.n_crossings_min) == (longest_max, crossings_min)
    assert found.is_signal == is_signal


@pytest.mark.parametrize(("n", "longest_max", "crossings_min"), [(5, 5, 0), (6, 6, 1), (20, 7, 6), (24, 8, 8)])
def test_what_chance_allows_grows_with_the_number_of_points(n, longest_max, crossings_min):
    found = runs("+-" * (n // 2) + "+" * (n % 2))

    assert (found.longest_run_max, found.n_crossings_min) == (longest_max, crossings_min)
