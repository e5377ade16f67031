"""Control charts against the numbers of NHSRplotthedots and qicharts2, and the laws of the rules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.statistics.spc import c_limits, p_limits, u_limits, xmr_limits
from etl.statistics.spc_rules import (
    point_types,
    run_counts,
    seven_on_one_side,
    seven_point_trend,
    special_causes,
)
from tests.spec.vectors_file import number, vector

XMR = vector("spc_xmr_nhs")
CHARTS = {case["name"]: case for case in vector("spc_charts")["cases"]}
RULES = vector("spc_rules")
TOLERANCE = vector("spc_charts")["tolerance_rel"]

#: Words of the vector to ours.
CAUSES = {
    "Common Cause": (None, 0),
    "Above UCL": ("outside_limits", 1),
    "Below LCL": ("outside_limits", -1),
    "7 Point Trend (Increasing)": ("seven_point_trend", 1),
    "7 Point Trend (Decreasing)": ("seven_point_trend", -1),
    "2 in 3 Above CL": ("two_in_three", 1),
    "2 in 3 Below CL": ("two_in_three", -1),
    "7 Points Above CL": ("seven_on_one_side", 1),
    "7 Points Below CL": ("seven_on_one_side", -1),
}

series = st.lists(st.integers(0, 60), min_size=1, max_size=40)


def floats(values):
    return np.array([number(value) for value in values])


def limits_per_part(y, segment):
    lines = np.full((3, y.size), np.nan)
    for part in np.unique(segment):
        found = xmr_limits(y[segment == part])
        lines[:, segment == part] = found.centre, found.lower, found.upper
    return lines


@pytest.mark.parametrize("case", XMR["cases"], ids=lambda case: case["name"])
def test_an_xmr_chart_has_the_limits_rules_and_colours_of_the_vector(case):
    y = floats(case["input"]["y"])
    segment = np.cumsum(case["input"]["rebase"])

    centre, lower, upper = limits_per_part(y, segment)
    causes = special_causes(y, centre, lower, upper, segment=segment)
    types = point_types(causes, case["input"]["improvement_direction"])

    expected = case["expected"]
    is_all_zero = case["name"] == "all_zero"  # no limits in the vector; here they are 0 and nothing is marked
    for line, key in ((centre, "mean"), (lower, "lpl"), (upper, "upl")):
        wanted = np.zeros(y.size) if is_all_zero else floats(expected[key])
        assert line == pytest.approx(wanted, abs=XMR["tolerance_abs"])
    assert list(zip(causes.rule, causes.side, strict=True)) == [CAUSES[word] for word in expected["special_cause_type"]]
    assert causes.is_outside.tolist() == [bool(value) for value in expected["outside"]]
    assert causes.is_close.tolist() == [bool(value) for value in expected["close"]]
    assert types.tolist() == [
        word.removeprefix("special_cause_").removesuffix("_cause") for word in expected["point_type"]
    ]


@pytest.mark.parametrize("case", RULES["seven_point_trend"])
def test_seven_rising_or_falling_points_equal_the_vector(case):
    assert seven_point_trend(case["input"]).tolist() == case["expected"]


@pytest.mark.parametrize("case", RULES["seven_one_side"])
def test_seven_points_on_one_side_equal_the_vector(case):
    assert seven_on_one_side(case["input"]).tolist() == case["expected"]


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("c_chart", lambda y, n: c_limits(y)),
        ("u_chart", u_limits),
        ("up_chart_laney", lambda y, n: u_limits(y, n, is_laney=True)),
        ("p_chart", p_limits),
        ("i_chart_spike", lambda y, n: xmr_limits(y, width=3 / 1.128)),
    ],
)
def test_limits_of_the_other_charts_equal_the_vector(name, limits):
    given_, expected = CHARTS[name]["input"], CHARTS[name]["expected"]
    y, n = floats(given_["y"]), floats(given_.get("n", []))

    found = limits(y, n)

    assert found.centre == pytest.approx(floats(expected["cl"]), rel=TOLERANCE)
    assert found.lower == pytest.approx(floats(expected["lcl"]), rel=TOLERANCE)
    assert found.upper == pytest.approx(floats(expected["ucl"]), rel=TOLERANCE)
    points = floats(expected["y"])
    assert ((points < found.lower) | (points > found.upper)).tolist() == expected["sigma_signal"]


@pytest.mark.parametrize("name", CHARTS)
def test_runs_and_crossings_equal_the_vector(name):
    expected = CHARTS[name]["expected"]

    found = run_counts(floats(expected["y"]), floats(expected["cl"]))

    assert found.longest_run == expected["longest_run"]
    assert found.longest_run_max == expected["longest_run_max"]
    assert found.n_crossings == expected["n_crossings"]
    assert found.n_crossings_min == expected["n_crossings_min"]
    assert found.is_signal == expected["runs_signal"][0]


@given(y=series, shift=st.integers(-20, 500))
def test_moving_every_point_moves_the_lines_and_changes_no_mark(y, shift):
    here, there = xmr_limits(y), xmr_limits(np.array(y) + shift)

    marks = [
        special_causes(v, line.centre, line.lower, line.upper) for v, line in ((y, here), (np.array(y) + shift, there))
    ]

    assert there.centre - here.centre == pytest.approx(shift)
    assert there.upper - here.upper == pytest.approx(shift, nan_ok=True) or len(y) == 1
    if np.all(np.abs(np.array(y) - here.centre[0]) > 1e-6):  # a point on the line is told apart to the last bit
        assert marks[0].rule.tolist() == marks[1].rule.tolist()


@given(y=series)
def test_turning_a_chart_upside_down_turns_its_marks(y):
    centre, lower, upper = 30.0, 12.5, 47.5

    up = special_causes(y, centre, lower, upper)
    down = special_causes(60 - np.array(y), centre, lower, upper)

    assert up.rule.tolist() == down.rule.tolist()
    assert up.side.tolist() == (-down.side).tolist()


@given(y=series)
def test_limits_lie_around_the_centre_and_counts_never_below_zero(y):
    for found in (xmr_limits(y), c_limits(y), u_limits(y, np.full(len(y), 7.0))):
        known = ~np.isnan(found.upper)
        assert np.all(found.lower[known] <= found.centre[known])
        assert np.all(found.centre[known] <= found.upper[known])
    assert np.all(c_limits(y).lower >= 0)
