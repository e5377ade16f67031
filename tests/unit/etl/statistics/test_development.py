"""When trend, season and change points say nothing, and what they leave out."""

import numpy as np
import pytest

from etl.statistics.change_points import change_points
from etl.statistics.seasonal import decompose
from etl.statistics.trend import negative_binomial_trend, trend_per_year

MONTHS = np.arange(60)
FALLING = np.round(30 * 0.8 ** (MONTHS / 12))


def test_a_trend_needs_three_years_and_fifty_events():
    short, rare, enough = trend_per_year([9] * 35), trend_per_year([1] * 49 + [0] * 11), trend_per_year([2] * 36)

    assert (short.reason, rare.reason, enough.reason) == ("too_short", "too_few_events", None)
    assert np.isnan(short.change_pct)
    assert short.verdict is None
    assert enough.verdict == "no_trend"
    assert enough.change_pct == pytest.approx(0, abs=1e-9)


def test_a_fall_of_a_fifth_per_year_reads_as_minus_twenty_per_cent():
    found = trend_per_year(FALLING)

    assert found.change_pct == pytest.approx(-20, abs=0.5)
    assert found.verdict == "falling"
    assert found.n_months == 60
    assert found.n_events == FALLING.sum()
    assert found.expected == pytest.approx(FALLING, rel=0.1)
    assert found.trend_line == pytest.approx(FALLING, rel=0.1)


def test_months_before_a_series_break_and_masked_months_do_not_count():
    spoiled = FALLING.copy()
    spoiled[:12] = 300
    spoiled[20] = 500
    masked = MONTHS == 20

    found = trend_per_year(spoiled, first_usable=12, is_masked=masked)

    assert found.change_pct == pytest.approx(-20, abs=0.7)
    assert found.n_months == 47
    assert np.isnan(found.expected[:12]).all()
    assert found.expected[20] == pytest.approx(FALLING[20], rel=0.1)


def test_missing_months_and_months_without_population_are_left_out():
    gaps = FALLING.copy()
    gaps[[3, 4]] = np.nan
    people = np.full(60, 1_000.0)
    people[10] = 0

    found = trend_per_year(gaps, exposure=people)

    assert found.n_months == 57
    assert np.isnan(found.expected[10])


def test_growth_of_the_population_is_no_trend():
    people = 1_000 * 1.1 ** (MONTHS / 12)

    found = trend_per_year(np.round(people / 50), exposure=people)

    assert found.change_pct == pytest.approx(0, abs=0.5)


def test_the_check_of_counts_that_vary_little_sees_no_change_either():
    found = negative_binomial_trend([5] * 48)

    assert np.isnan(found.change_pct) or found.lower_pct < 0 < found.upper_pct


def test_shapes_that_differ_and_fractional_counts_are_refused():
    with pytest.raises(ValueError, match="shape"):
        trend_per_year([1, 2, 3], exposure=[1, 2])
    with pytest.raises(ValueError, match="no whole number"):
        trend_per_year([0.5] * 40)


def test_a_season_needs_three_years_and_a_mean_of_five():
    short, low = decompose([20] * 35), decompose([4] * 48)

    assert (short.reason, low.reason) == ("too_short", "too_few_events")
    assert np.isnan(short.adjusted).all()
    assert not short.is_seasonal


def test_a_strong_season_is_taken_out_and_a_constant_series_has_none():
    wave = 20 + 8 * np.sin(2 * np.pi * MONTHS / 12)

    strong, constant = decompose(wave), decompose([20] * 48)

    assert strong.is_seasonal
    assert strong.strength > 0.95
    assert strong.adjusted == pytest.approx(np.full(60, 20), abs=1)
    assert constant.strength == 0
    assert not constant.is_seasonal


def test_the_newest_stretch_without_a_gap_is_decomposed():
    y = 20 + 8 * np.sin(2 * np.pi * np.arange(72) / 12)
    y[10] = np.nan
    y[71] = np.nan

    found = decompose(y)

    assert found.reason is None
    assert np.isnan(found.seasonal[:11]).all()
    assert not np.isnan(found.seasonal[11:71]).any()
    assert np.isnan(found.seasonal[71])
    assert decompose(y, first_usable=40).reason == "too_short"
    assert decompose(np.full(40, np.nan)).reason == "too_short"


def test_a_change_is_not_sought_in_a_short_or_constant_series_nor_before_a_break():
    step = np.repeat([10.0, 30.0], 30)

    assert change_points(step) == (30,)
    assert change_points(step, first_usable=30) == ()
    assert change_points(step[20:43]) == ()
    assert change_points(np.full(60, 8)) == ()


def test_masked_and_missing_months_move_no_change_point():
    step = np.repeat([10.0, 30.0], 30)
    step[5], step[6] = np.nan, 400

    assert change_points(step, is_masked=np.arange(60) == 6) == (30,)
