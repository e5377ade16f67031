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
