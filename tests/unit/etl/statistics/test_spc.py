"""Which chart, from how many periods, and what its icons say."""

import numpy as np
import pytest

from etl.statistics.spc import (
    c_limits,
    choose_chart,
    control_chart,
    g_limits,
    gaps_between,
    p_limits,
    u_limits,
    xmr_limits,
)
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


# --- limits by hand ---------------------------------------------------------------------------------------------------


def test_the_limits_of_an_xmr_chart_are_266_mean_moving_ranges_away():
    found = xmr_limits([10, 12, 9, 13])  # ranges 2, 3 and 4

    assert found.centre.tolist() == [11] * 4
    assert found.upper.tolist() == pytest.approx([11 + 2.66 * 3] * 4)
    assert found.lower.tolist() == pytest.approx([11 - 2.66 * 3] * 4)


def test_a_range_of_3267_means_is_left_out_once_and_a_gap_has_none():
    calm = [10, 11, 10, 11, 10, 11, 10, 11, 10, 11]

    assert xmr_limits([*calm, 91]).upper[0] == pytest.approx(np.mean([*calm, 91]) + 2.66)
    kept, dropped = ([*calm, 11 + last] for last in (4.3, 4.5))  # 3.23 and 3.33 times the mean of ten ranges
    assert xmr_limits(kept).upper[0] == pytest.approx(np.mean(kept) + 2.66 * 1.33)
    assert xmr_limits(dropped).upper[0] == pytest.approx(np.mean(dropped) + 2.66)
    gap = xmr_limits([10, 11, np.nan, 50, 51])
    assert gap.centre.tolist() == [30.5] * 5
    assert gap.upper.tolist() == pytest.approx([30.5 + 2.66] * 5)


def test_points_without_two_beside_each_other_have_no_limits():
    assert np.isnan(xmr_limits([10]).upper).all()
    assert np.isnan(xmr_limits([10, np.nan, 12]).upper).all()
    assert xmr_limits([10, 10, 10]).upper.tolist() == [10] * 3
    assert np.isnan(xmr_limits([np.nan, np.nan]).centre).all()


def test_a_c_chart_is_three_roots_of_the_mean_wide_and_never_below_zero():
    wide, low = c_limits([14, 18, np.nan]), c_limits([3, 5])

    assert (wide.centre[0], wide.lower[0], wide.upper[0]) == (16, 4, 28)
    assert (low.centre[0], low.lower[0], low.upper[0]) == (4, 0, 10)


def test_a_u_chart_follows_its_exposure():
    found = u_limits([32, 16, 5], [4.0, 8.0, 0.0])

    assert found.centre.tolist() == [4] * 3  # 48 events of 12; a period without exposure takes no part
    assert found.upper[:2].tolist() == pytest.approx([4 + 3, 4 + 3 / np.sqrt(2)])
    assert found.lower[:2].tolist() == pytest.approx([1, 4 - 3 / np.sqrt(2)])


def test_a_p_chart_stays_between_none_and_all():
    found, high = p_limits([20, 30], [50, 50]), p_limits([9, 10], [10, 10])

    error = 3 * np.sqrt(0.25 / 50)
    assert [found.centre[0], found.lower[0], found.upper[0]] == pytest.approx([0.5, 0.5 - error, 0.5 + error])
    assert high.upper.tolist() == [1, 1]
    assert p_limits([0, 1], [10, 10]).lower.tolist() == [0, 0]


def test_laneys_limits_follow_how_much_the_points_really_vary():
    u = u_limits([400, 440, 400, 440], [100.0] * 4, is_laney=True)
    p = p_limits([45, 55, 45, 55], [100] * 4, is_laney=True)

    assert u.upper[0] == pytest.approx(4.2 + 3 * 0.4 / 1.128)  # every point lies 0.4 from the one before
    assert p.upper[0] == pytest.approx(0.5 + 3 * 0.1 / 1.128)


def test_the_time_between_events_has_the_limits_of_a_geometric_count():
    found, rare = g_limits([2, 4, np.nan]), g_limits([0, 1])

    assert (found.centre[0], found.lower[0]) == (3, 0)
    assert found.upper[0] == pytest.approx(3 + 3 * np.sqrt(12))
    assert rare.upper[0] == pytest.approx(0.5 + 3 * np.sqrt(0.75))


@pytest.mark.parametrize(
    ("counts", "exposure", "whole", "kind"),
    [
        ([3] * 12, None, None, "xmr"),
        ([3, 3, 2] * 4, None, None, "c"),
        ([1] * 12, None, None, "c"),
        ([1, 1, 0] * 4, None, None, "g"),
        ([2] * 12, [100, 109] * 6, None, "c"),
        ([2] * 12, [10, 11] * 6, None, "u"),
        ([2] * 12, [10, 0] * 6, None, "c"),
        ([2] * 12, [0] * 12, None, "c"),
        ([4] * 12, None, [1_000] * 12, "p_laney"),
        ([4] * 12, None, [999] * 12, "p"),
        ([4] * 12, None, [900, 1_000, 1_100] * 4, "p_laney"),
        ([], None, [], "p"),
        ([np.nan] * 12, None, None, "c"),
    ],
)
def test_the_bounds_between_the_charts(counts, exposure, whole, kind):
    assert choose_chart(counts, exposure=exposure, whole=whole) == kind


def test_a_chart_of_rates_shows_rates_and_reads_them_against_a_target():
    chart = control_chart([20, 22, 18] * 4, exposure=[10, 11, 9] * 4, kind="u", target=9.0)

    assert chart.values.tolist() == pytest.approx([2.0] * 12)
    assert chart.limits.centre[0] == pytest.approx(2)
    assert chart.limits.upper[0] == pytest.approx(2 + 3 * np.sqrt(2 / 10))
    assert chart.assurance == "consistent_pass"
    assert chart.period.tolist() == list(range(12))


def test_a_chart_of_shares_is_of_parts_per_whole():
    chart = control_chart([20, 30] * 6, whole=[50] * 12)

    assert chart.kind == "p"
    assert chart.values.tolist() == [0.4, 0.6] * 6
    assert chart.limits.upper[0] == pytest.approx(0.5 + 3 * np.sqrt(0.25 / 50))


def test_laney_is_left_out_unless_the_chart_asks_for_it():
    given = {"exposure": [100.0] * 12}

    plain, laney = (control_chart([400, 440] * 6, kind=kind, **given).limits.upper[0] for kind in ("u", "u_laney"))
    plain_p, laney_p = (control_chart([45, 55] * 6, kind=k, whole=[100] * 12).limits.upper[0] for k in ("p", "p_laney"))

    assert plain == pytest.approx(4.2 + 3 * np.sqrt(4.2 / 100))
    assert laney == pytest.approx(4.2 + 3 * 0.4 / 1.128)
    assert plain_p == pytest.approx(0.5 + 3 * 0.05)
    assert laney_p == pytest.approx(0.5 + 3 * 0.1 / 1.128)


def test_missing_months_do_not_count_towards_the_baseline():
    chart = control_chart([*CALM[:12], *[np.nan] * 6, *CALM[12:], 90, 90])

    assert chart.limits.centre[-1] == pytest.approx(np.mean(CALM))


def test_a_shorter_baseline_can_be_asked():
    chart = control_chart([*CALM[:10], *[60] * 10], baseline=10)

    assert chart.limits.centre[-1] == pytest.approx(np.mean(CALM[:10]))
    assert not chart.is_provisional


def test_rebases_may_come_in_any_order_and_each_part_has_its_own_limits():
    series = [*[30, 32] * 6, *[60, 62] * 6, *[90, 92] * 4]

    chart = control_chart(series, rebase_at=(24, 12))

    assert chart.limits.centre[[0, 11, 12, 23, 24, 31]].tolist() == [31, 31, 61, 61, 91, 91]
    assert chart.is_provisional
    assert set(chart.types) == {"common"}


def test_rare_events_rebase_with_their_period():
    counts = np.zeros(160)
    counts[:80:4] = 1
    counts[80::10] = 1

    chart = control_chart(counts, kind="g", rebase_at=(80,))

    assert chart.limits.centre[0] == 4
    assert chart.limits.centre[-1] == pytest.approx(np.mean([4, *[10] * 7]))


def test_the_line_of_a_g_chart_that_sides_refer_to_is_its_median():
    """Half of the waiting times of a steady process lie below 0.69 of their mean."""
    gaps = np.tile([40, 40, 8, 8, 8, 8, 8, 8, 8, 40], 3)
    counts = np.zeros(gaps.sum() + 1)
    counts[np.r_[0, np.cumsum(gaps)]] = 1

    chart = control_chart(counts, kind="g")

    assert chart.limits.centre[0] == pytest.approx(gaps[:24].mean())
    assert gaps[:24].mean() * np.log(2) > 8
    assert (chart.causes.rule[2:9] == "seven_on_one_side").all()
    assert (chart.types[2:9] == "concern").all()
    above = control_chart(counts, kind="g", better="increase")
    assert (above.types[2:9] == "improvement").all()


def test_a_series_that_is_missing_altogether_has_nothing_to_say():
    chart = control_chart([np.nan] * 12)

    assert (chart.reason, chart.variation, chart.assurance) == ("too_few_periods", "common", None)
    assert not chart.is_provisional


def test_wholes_and_adjusted_numbers_that_do_not_fit_are_refused():
    for given in ({"whole": [1, 2]}, {"adjusted": [1.0, 2]}):
        with pytest.raises(ValueError, match="shape"):
            control_chart(CALM, **given)
    with pytest.raises(ValueError, match="needs the whole"):
        control_chart(CALM, kind="p_laney")
    with pytest.raises(ValueError, match="needs the exposure"):
        control_chart(CALM, kind="u_laney")


def test_the_times_between_events_begin_at_the_second():
    gaps, period = gaps_between([0, 2, 0, 0, 1])

    assert (gaps.tolist(), period.tolist()) == ([0, 3], [1, 4])
    assert gaps_between([0, 1, 0])[0].size == 0
