"""Which chart, from how many periods, and what its icons say."""

import numpy as np
import pytest

from etl.statistics.spc import choose_chart, control_chart, gaps_between
from etl.statistics.spc_rules import assurance_icon

CALM = [31, 28, 35, 30, 27, 33, 29, 32, 36, 30, 28, 31, 34, 29, 30, 33, 27, 30, 31, 35, 28, 30, 33, 29]


def test_a_calm_series_marks_nothing():
    chart = control_chart(CALM)

    assert chart.kind == "xmr"
    assert chart.variation == "common"
    assert set(chart.types) == {"common"}
    assert not chart.is_provisional
    assert chart.reason is None


@pytest.mark.parametrize(
    ("n", "is_provisional", "reason"),
    [(5, False, "too_few_periods"), (6, True, None), (11, True, None), (12, False, None)],
)
def test_limits_are_provisional_below_twelve_periods_and_absent_below_six(n, is_provisional, reason):
    chart = control_chart(CALM[:n])

    assert chart.is_provisional == is_provisional
    assert chart.reason == reason
    assert np.isnan(chart.limits.upper).all() == (reason is not None)


def test_limits_come_from_the_first_two_years_and_stay():
    later = [60] * 12

    chart = control_chart(CALM + later)

    assert chart.limits.upper[-1] == control_chart(CALM).limits.upper[-1]
    assert chart.variation == "concern_high"
    assert (chart.causes.rule[24:] == "outside_limits").all()


def test_limits_are_drawn_anew_only_from_a_rebase():
    chart = control_chart([*CALM, 60, 58, 62, 59, 61, 60, 63, 57, 60, 61, 59, 62], rebase_at=(24,))

    assert chart.limits.centre[23] == pytest.approx(np.mean(CALM))
    assert chart.limits.centre[24] == pytest.approx(60.17, abs=0.01)
    assert chart.variation == "common"


def test_a_part_just_begun_has_no_limits_yet():
    chart = control_chart([*CALM, 60, 61], rebase_at=(24,))

    assert chart.reason == "too_few_periods"
    assert np.isnan(chart.limits.upper[24:]).all()
    assert not np.isnan(chart.limits.upper[:24]).any()


def test_a_series_without_events_has_limits_of_zero_and_no_mark():
    chart = control_chart([0] * 24)

    assert chart.reason == "no_events"
    assert chart.limits.upper.tolist() == [0.0] * 24
    assert chart.variation == "common"


def test_a_missing_newest_month_leaves_the_icon_of_the_newest_known_one():
    chart = control_chart([*CALM, 90, np.nan])

    assert chart.variation == "concern_high"
    assert chart.causes.rule[-1] is None


@pytest.mark.parametrize(
    ("better", "icon"), [("decrease", "concern_high"), ("increase", "improvement_high"), ("neutral", "neutral_high")]
)
def test_the_icon_of_a_high_point_follows_the_direction_of_the_indicator(better, icon):
    assert control_chart([*CALM, 90], better=better).variation == icon


@pytest.mark.parametrize(
    ("target", "better", "icon"),
    [
        (20, "decrease", "consistent_fail"),
        (30, "decrease", "inconsistent"),
        (50, "decrease", "consistent_pass"),
        (50, "increase", "consistent_fail"),
        (20, "increase", "consistent_pass"),
        (50, "neutral", None),
        (None, "decrease", None),
    ],
)
def test_assurance_sets_the_newest_limits_against_the_target(target, better, icon):
    assert control_chart(CALM, target=target, better=better).assurance == icon
    assert assurance_icon(float("nan"), 4.0, target, better) is None


def test_the_lower_limit_is_drawn_at_zero_and_never_passed():
    chart = control_chart([3, 6, 2, 5, 8, 1, 4, 3, 7, 2, 5, 4, 0])

    assert chart.limits.lower[0] < 0
    assert chart.lower_drawn[0] == 0
    assert chart.causes.rule[-1] is None


@pytest.mark.parametrize(
    ("counts", "exposure", "whole", "kind"),
    [
        ([4] * 12, None, None, "xmr"),
        ([2] * 12, None, None, "c"),
        ([2] * 12, [100, 120] * 6, None, "u"),
        ([400] * 12, [100, 120] * 6, None, "u_laney"),
        ([400] * 12, [100, 105] * 6, None, "xmr"),
        ([0, 1, 0] * 4, None, None, "g"),
        ([4] * 12, None, [50] * 12, "p"),
        ([4] * 12, None, [5_000] * 12, "p_laney"),
        ([0] * 12, None, None, "c"),
    ],
)
def test_the_chart_follows_from_the_data(counts, exposure, whole, kind):
    assert choose_chart(counts, exposure=exposure, whole=whole) == kind
    assert control_chart(counts, exposure=exposure, whole=whole).kind == kind


def test_rare_events_are_charted_by_the_periods_between_them():
    counts = np.zeros(120)
    counts[::6] = 1
    counts[60:] = 0
    counts[[60, 119]] = 1

    chart = control_chart(counts, target=3)

    assert chart.kind == "g"
    assert chart.values.tolist() == [6.0] * 10 + [59.0]
    assert chart.period[-1] == 119
    assert chart.variation == "improvement_high"  # a longer time between events is better
    assert chart.assurance is None


def test_two_events_in_one_period_have_no_time_between_them_and_a_gap_in_the_data_no_number():
    gaps, period = gaps_between([1, 0, 2, np.nan, 1, 1])

    assert gaps.tolist() == pytest.approx([2, 0, np.nan, 1], nan_ok=True)
    assert period.tolist() == [2, 2, 4, 5]


def test_the_seasonally_adjusted_series_is_charted_where_it_is_given():
    adjusted = np.array(CALM) + 0.5

    chart = control_chart(CALM, adjusted=adjusted)

    assert chart.is_adjusted
    assert chart.values.tolist() == adjusted.tolist()


def test_a_chart_that_lacks_its_exposure_or_is_unknown_is_refused():
    with pytest.raises(ValueError, match="needs the exposure"):
        control_chart(CALM, kind="u")
    with pytest.raises(ValueError, match="needs the whole"):
        control_chart(CALM, kind="p")
    with pytest.raises(ValueError, match="no control chart"):
        control_chart(CALM, kind="ewma")
    with pytest.raises(ValueError, match="shape"):
        control_chart(CALM, exposure=[1, 2])


def test_the_newest_of_24_stable_months_is_rarely_marked():
    draw = np.random.default_rng(11)

    flagged = np.mean([control_chart(draw.poisson(10, 24), kind="xmr").variation != "common" for _ in range(600)])

    assert 0.005 < flagged < 0.04
