"""All areas at once is a question about counting; a factor ten is a mistake in the file."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.statistics.level_shift import factor_ten, level_shift, recount


def areas(seed, n_areas=40, n_periods=72, level=30.0, yearly=1.0):
    """Counts with season and trend, areas of unequal size."""
    draw = np.random.default_rng(seed)
    size = draw.gamma(2, level / 2, n_areas)[:, np.newaxis] + 5
    month = np.arange(n_periods)
    return draw, size * (1 + 0.4 * np.sin(2 * np.pi * month / 12)) * yearly ** (month / 12)


@pytest.mark.parametrize(("factor", "is_shift"), [(1.0, False), (1.6, True), (0.55, True), (1.1, False)])
def test_a_jump_of_all_areas_at_once_is_a_shift(factor, is_shift):
    draw, mean = areas(1)
    mean[:, -3:] *= factor

    found = level_shift(draw.poisson(mean), 3)

    assert found.is_shift == is_shift
    assert found.ratio == pytest.approx(factor, rel=0.12)
    assert found.n_areas > 30


def test_a_jump_of_a_few_areas_is_none_however_large():
    draw, mean = areas(2)
    mean[:8, -3:] *= 6

    found = level_shift(draw.poisson(mean), 3)

    assert not found.is_shift
    assert found.ratio == pytest.approx(1, abs=0.15)


def test_half_of_the_areas_moving_is_none_because_the_others_stay_behind():
    draw, mean = areas(3)
    mean[:24, -6:] *= 2.5

    found = level_shift(draw.poisson(mean), 6)

    assert found.ratio > 1.25
    assert found.n_against > 4
    assert not found.is_shift


@pytest.mark.parametrize("yearly", [0.8, 1.0, 1.25])
def test_season_and_a_steady_trend_are_no_shift(yearly):
    shifts = []
    for seed in range(60):
        draw, mean = areas(seed, yearly=yearly)
        shifts.append(level_shift(draw.poisson(mean), 1).is_shift)

    assert sum(shifts) == 0


def test_a_place_that_often_swings_in_all_areas_is_not_asked_about_again():
    draw, mean = areas(4)
    swings = np.exp(draw.normal(0, 0.3, 72))

    found = level_shift(draw.poisson(mean * swings), 1)

    assert found.swing > 2
    assert not found.is_shift


def test_with_little_history_the_newest_periods_are_set_against_all_before():
    counts = np.full((12, 10), 40.0)
    counts[:, -2:] = 90

    found = level_shift(counts, 2)

    assert found.is_shift
    assert found.ratio == pytest.approx(2.25)


def test_few_areas_few_periods_or_few_events_give_no_answer():
    assert level_shift(np.full((4, 30), 50.0), 1).reason == "too_few_areas"
    assert level_shift(np.full((9, 30), 1.0), 1).reason == "too_few_areas"
    assert level_shift(np.full((9, 2), 50.0), 1).reason == "too_short"
    assert level_shift(np.full((9, 30), np.nan), 1).reason == "too_few_areas"


def test_an_area_with_a_gap_is_left_out():
    draw, mean = areas(5)
    counts = draw.poisson(mean).astype(float)
    counts[0, -1] = np.nan
    whole = level_shift(draw.poisson(mean), 1)

    assert level_shift(counts, 1).n_areas <= whole.n_areas
    assert level_shift(counts, 1).reason is None


def test_what_is_no_table_of_counts_is_refused():
    with pytest.raises(ValueError, match="dimensions"):
        level_shift([1, 2, 3], 1)
    with pytest.raises(ValueError, match="negative"):
        level_shift([[1, -2, 3]], 1)
    with pytest.raises(ValueError, match="newest"):
        level_shift([[1, 2, 3]], 0)


def test_the_same_events_counted_gross_instead_of_net_are_a_shift():
    net = np.array([100, 40, 60, 15, 220, 31])

    found = recount(net, np.round(net * 1.4))

    assert found.is_shift
    assert found.ratio == pytest.approx(1.4, rel=0.02)
    assert found.n_against == 0


def test_corrections_of_some_areas_are_no_recount():
    net = np.array([100, 40, 60, 15, 220, 31])

    assert not recount(net, net).is_shift
    assert not recount(net, net * [3, 1, 1, 2, 1, 1]).is_shift
    assert not recount(net, net * [1.5, 1.5, 1.5, 1.5, 1.5, 1]).is_shift  # one of six did not move along
    assert recount([3, 2, 1, 50, 60, 70], [9, 8, 7, 90, 99, 99]).reason == "too_few_areas"
    assert recount(net, np.zeros(6)).is_shift


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30)
def test_two_deliveries_swapped_turn_the_ratio_over(seed):
    draw = np.random.default_rng(seed)
    before, after = draw.integers(10, 400, 20), draw.integers(10, 400, 20)

    there, back = recount(before, after), recount(after, before)

    assert there.ratio == pytest.approx(1 / back.ratio)
    assert there.is_shift == back.is_shift


@pytest.mark.parametrize(
    ("factor", "is_refused"),
    [(0.05, True), (0.1, True), (0.5, False), (1, False), (9, False), (10, True), (1_000, True)],
)
def test_a_factor_ten_against_history_is_refused(factor, is_refused):
    found = factor_ten([200] * 24, [200 * factor] * 2)

    assert found.is_refused == is_refused
    assert found.ratio == pytest.approx(factor)


def test_a_month_that_is_high_every_year_is_usual():
    fireworks = np.tile([2] * 11 + [300], 3)

    december = factor_ten(fireworks[:-1], [300])

    assert not december.is_refused
    assert december.ratio == pytest.approx(1)


def test_a_level_that_was_seen_before_is_not_refused():
    assert not factor_ten([200, 190, 2_500, 210, 205, 195], [2_200]).is_refused


def test_few_events_and_zeros_are_no_factor_ten():
    assert factor_ten([2] * 24, [30]).reason == "too_few_events"
    assert factor_ten([2] * 24, [30], fewest=0).is_refused
    assert factor_ten([200] * 24, [0]).reason == "no_events"
    assert factor_ten([], [40]).reason == "too_short"
    assert factor_ten([200], [np.nan]).reason == "too_short"
    assert factor_ten([0] * 12, [500]).is_refused
    with pytest.raises(ValueError, match="negative"):
        factor_ten([-1], [1])


# --- bounds and numbers by hand ---------------------------------------------------------------------------------------


def flat(n_areas=12, n_periods=48, level=40.0):
    return np.full((n_areas, n_periods), level)


@pytest.mark.parametrize(("factor", "is_shift"), [(1.25, False), (1.26, True), (0.8, False), (0.79, True), (0, True)])
def test_the_level_must_move_by_more_than_a_quarter(factor, is_shift):
    y = flat(level=1_000.0)
    y[:, -1] *= factor

    found = level_shift(y, 1)

    assert found.ratio == pytest.approx(factor)
    assert (found.is_shift, found.n_areas, found.n_against, found.swing) == (is_shift, 12, 0, 1)


def test_where_nothing_is_counted_any_more_no_area_stayed_behind():
    y = np.tile([[10.0], [400], [90], [3_000], [25], [60]], 48)
    y[:, -2:] = 0
    one_still = y.copy()
    one_still[3, -2:] = 3_000

    assert (level_shift(y, 2).is_shift, level_shift(y, 2).n_against) == (True, 0)
    assert (level_shift(one_still, 2).is_shift, level_shift(one_still, 2).n_against) == (False, 1)


def test_another_threshold_can_be_asked():
    y = flat(level=1_000.0)
    y[:, -1] *= 1.2

    assert not level_shift(y, 1).is_shift
    assert level_shift(y, 1, threshold=0.15).is_shift


def test_five_areas_of_ten_events_are_enough():
    five, four = flat(5, 48, 10.0), flat(4, 48, 10.0)
    low = flat(5, 48, 10.0)
    low[0] = 9

    assert level_shift(five, 1).n_areas == 5
    assert level_shift(five, 1).reason is None
    assert (level_shift(four, 1).reason, level_shift(four, 1).n_areas) == ("too_few_areas", 4)
    assert level_shift(low, 1).reason == "too_few_areas"
    assert level_shift(low, 2).n_areas == 5  # nine a month are eighteen in two


def test_twice_the_new_periods_and_one_more_are_enough_history():
    assert level_shift(flat(n_periods=5), 2).reason is None
    assert level_shift(flat(n_periods=4), 2).reason == "too_short"


def test_a_month_is_held_against_a_year_ago_and_the_half_year_before_both():
    """A year ago 50; the half year before this month 60 a month, that before the other 40: so 75 is expected."""
    y = flat()
    y[:, -7:-1], y[:, -13], y[:, -19:-13] = 60, 50, 40
    y[:, -1] = 75

    assert level_shift(y, 1).ratio == pytest.approx(1)
    other = y.copy()
    other[:, -20] = 900  # before all of that
    other[:, -12:-7] = 900  # and in between
    assert level_shift(other, 1).ratio == pytest.approx(1)


def test_several_new_months_are_held_against_the_same_ones_and_a_half_year_before():
    y = flat()
    y[:, -9:-3], y[:, -15:-12], y[:, -21:-15] = 60, 50, 40
    y[:, -3:] = 90

    assert level_shift(y, 3).ratio == pytest.approx(1.2)


def test_ten_new_months_leave_two_to_run_up_to_them():
    y = flat()
    y[:, -12:-10], y[:, -22:-12], y[:, -24:-22] = 80, 50, 40
    y[:, -10:] = 100

    assert level_shift(y, 10).ratio == pytest.approx(1)


def test_with_less_than_a_year_and_a_half_before_all_earlier_periods_are_the_measure():
    known = [*[30.0] * 6, 45, *[60] * 11]
    long, short = (np.tile([*past, 90.0], (12, 1)) for past in (known, known[1:]))

    assert level_shift(long, 1).ratio == pytest.approx(1)  # 45 x 60 / 30
    assert level_shift(short, 1).ratio == pytest.approx(90 / np.mean(known[1:]))


def test_how_far_it_swings_is_three_robust_deviations_of_the_past():
    y = flat(n_periods=60, level=10_000.0)
    swings = np.tile([1.0, 1.2, 1.0, 1 / 1.2], 15)
    y = y * swings

    found = level_shift(y, 1, per_year=4)

    moves = []
    for at in range(58, 4, -1):
        if at - 4 - 2 < 0:
            expected = y[0, :at].mean()
        else:
            expected = y[0, at - 4] * y[0, at - 2 : at].sum() / y[0, at - 6 : at - 4].sum()
        moves.append(np.log(y[0, at] / expected))
    spread = 1.4826 * np.median(np.abs(moves - np.median(moves)))
    assert found.swing == pytest.approx(np.exp(3 * spread))


def test_six_moves_of_the_past_are_enough_to_know_how_it_swings():
    assert np.isnan(level_shift(flat(n_periods=18), 1).swing)
    assert level_shift(flat(n_periods=20), 1).swing == pytest.approx(1)
    assert np.isnan(level_shift(flat(n_periods=19), 1).swing)


@pytest.mark.parametrize(("n_behind", "is_shift"), [(2, True), (3, False)])
def test_a_tenth_of_the_areas_may_stay_behind(n_behind, is_shift):
    y = flat(n_areas=20, level=1_000.0)
    y[n_behind:, -1] *= 1.6
    down = flat(n_areas=20, level=1_000.0)
    down[n_behind:, -1] /= 1.6

    for found in (level_shift(y, 1), level_shift(down, 1)):
        assert found.n_against == n_behind
        assert found.is_shift == is_shift


def test_an_area_is_against_only_beyond_its_own_noise():
    """Of 1,000 events noise is a tenth and a little: 1,600 exp(-2 x 0.11) is 1,284."""
    y = flat(n_areas=20, level=1_000.0)
    y[:, -1] *= 1.6
    y[0, -1], y[1, -1] = 1_290, 1_275

    assert level_shift(y, 1).n_against == 1


def test_more_than_chance_in_few_small_areas_is_needed():
    """From 10 to 14 events in five areas: 1.25 x 0.39 / sqrt(5) is 0.22 on the log scale, and three times that 0.65."""
    small, large = flat(n_areas=5, level=10.0), flat(n_areas=5, level=1_000.0)
    small[:, -1], large[:, -1] = 14, 1_400

    assert not level_shift(small, 1).is_shift
    assert level_shift(large, 1).is_shift
    twenty = flat(n_areas=60, level=10.0)
    twenty[:, -1] = 14
    assert level_shift(twenty, 1).is_shift


def test_numbers_that_cannot_be_are_counted():
    y = flat()
    y[0, 0], y[1, 1] = -1, np.inf

    with pytest.raises(ValueError, match="2 counts"):
        level_shift(y, 1)
    with pytest.raises(ValueError, match="2 counts"):
        recount([-1, 2], [3, -4])
    with pytest.raises(ValueError, match="shape"):
        recount([1, 2], [3])
    with pytest.raises(ValueError, match="2 values"):
        factor_ten([-1, 4], [-1])


@pytest.mark.parametrize(("factor", "is_shift"), [(1.25, False), (1.26, True), (0.8, False), (0.79, True)])
def test_a_recount_must_move_the_middle_by_more_than_a_quarter(factor, is_shift):
    before = np.full(5, 1_000.0)

    found = recount(before, before * factor)

    assert (found.is_shift, found.n_areas, found.n_against) == (is_shift, 5, 0)
    assert np.isnan(found.swing)


def test_a_recount_looks_at_areas_with_ten_events_in_either_delivery():
    assert recount([10, 9, 20, 20, 20, 20], [9, 10, 20, 20, 20, 20]).n_areas == 6
    assert recount([9, 9, 20, 20, 20, 20], [9, 9, 20, 20, 20, 20]).reason == "too_few_areas"
    assert recount([np.nan, 20, 20, 20, 20, 20], [20] * 6).n_areas == 5
    assert recount([20] * 6, [np.nan, 20, 20, 20, 20, 20]).n_areas == 5


@pytest.mark.parametrize(("n_behind", "is_shift"), [(1, True), (2, False)])
def test_a_recount_lets_a_tenth_of_the_areas_move_by_less_than_half_the_threshold(n_behind, is_shift):
    before = np.full(10, 1_000.0)
    after = np.where(np.arange(10) < n_behind, 1_120.0, 1_500.0)

    found = recount(before, after)

    assert (found.n_against, found.is_shift) == (n_behind, is_shift)
    assert recount(before, np.where(np.arange(10) < n_behind, 1_130.0, 1_500.0)).n_against == 0
    assert recount(after, before).n_against == n_behind


def test_the_usual_level_is_the_median_of_the_same_month_in_earlier_years():
    past = np.tile(np.arange(1.0, 13) * 100, 3)
    past[[11, 23]] = [500, np.nan]

    found = factor_ten(past[:35], [10_000, 90])

    assert found.usual == 500 + 100  # December: 500 of the year that is known; January 100
    assert found.ratio == pytest.approx(10_090 / 600)
    assert factor_ten(past[:11], [1_200]).usual == 600  # no December yet: the median of all
    assert factor_ten([100.0] * 12 + [300.0], [np.nan, 90]).usual == 100  # the second of the new ones
    assert factor_ten([100.0, 300], [500], per_year=2).usual == 100


@pytest.mark.parametrize(
    ("newest", "is_refused"),
    [([2_000, 2_000], True), ([1_999, 2_000], False), ([3_900, 200], False), ([20, 20], True), ([20, 21], False)],
)
def test_a_factor_ten_must_be_whole_and_outside_all_that_was_seen(newest, is_refused):
    assert factor_ten([200] * 24, newest).is_refused == is_refused


def test_a_high_or_a_low_that_was_seen_is_never_refused():
    assert not factor_ten([200] * 23 + [2_000], [2_000]).is_refused
    assert factor_ten([200] * 23 + [1_999], [2_000]).is_refused
    assert not factor_ten([200] * 23 + [20], [20]).is_refused
    assert factor_ten([200] * 23 + [21], [20]).is_refused


def test_fifty_on_the_larger_side_are_enough():
    assert factor_ten([5] * 24, [50]).is_refused
    assert factor_ten([4.9] * 24, [49]).reason == "too_few_events"
    assert np.isnan(factor_ten([4.9] * 24, [49]).ratio)
    assert factor_ten([50] * 24, [5]).is_refused


def test_only_zeros_are_no_change_of_unit_and_from_nothing_the_ratio_is_without_bound():
    nothing, empty, from_nothing = factor_ten([200] * 12, [0, 0]), factor_ten([0] * 12, [0]), factor_ten([0] * 12, [60])

    assert (nothing.ratio, nothing.usual, nothing.reason, nothing.is_refused) == (0, 400, "no_events", False)
    assert np.isnan(empty.ratio)
    assert (from_nothing.ratio, from_nothing.is_refused, from_nothing.reason) == (np.inf, True, None)


def test_unknown_new_periods_are_left_out_and_keep_their_place():
    past = np.tile([100.0] * 11 + [1_000], 2)

    found = factor_ten(past, [np.nan] * 11 + [1_000])

    assert (found.usual, found.ratio) == (1_000, 1)
    assert factor_ten([np.nan, np.nan], [5]).reason == "too_short"
