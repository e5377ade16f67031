"""A forecast is shown only where it wins, and its interval holds what it promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.statistics.forecast import forecast
from tests.conftest import IS_SOAK

MONTH = np.arange(68)
MEAN = 20 * np.exp(-0.05 * MONTH / 12 + 0.3 * np.sin(2 * np.pi * MONTH / 12))


def dispersed(draw, mean, phi):
    """Counts with variance phi times the mean."""
    return draw.poisson(draw.gamma(mean / (phi - 1), phi - 1)) if phi > 1 else draw.poisson(mean)


@pytest.mark.parametrize("phi", [1.0, 2.5])
def test_the_interval_holds_the_coming_months_95_times_of_100(phi):
    draw = np.random.default_rng(8)
    n = 1_500 if IS_SOAK else 150
    inside = []

    for _ in range(n):
        y = dispersed(draw, MEAN, phi)
        found = forecast(y[:60], 8, n_origins=2)
        if found.is_better:
            inside.append((found.lower <= y[60:]) & (y[60:] <= found.upper))

    assert len(inside) > 0.7 * n
    assert 0.93 <= np.mean(inside) <= 0.985  # bounds are whole events, so they hold a little more


def test_a_forecast_of_a_seasonal_series_beats_the_year_before():
    draw = np.random.default_rng(9)

    found = forecast(draw.poisson(8 * MEAN[:60]), 6)

    assert found.is_better
    assert found.error < found.naive_error
    assert found.n_tested == 72
    assert found.mean == pytest.approx(8 * MEAN[60:66], rel=0.1)


def test_weeks_have_a_season_of_a_year():
    week = np.arange(4 * 52 + 6)
    mean = 30 * np.exp(0.5 * np.sin(2 * np.pi * week / 52.18))

    found = forecast(np.random.default_rng(10).poisson(mean[:-6]), 6, per_year=52)

    assert found.is_better
    assert found.mean == pytest.approx(mean[-6:], rel=0.15)


def test_where_last_year_says_it_better_nothing_is_shown():
    repeated = np.tile(np.random.default_rng(3).integers(1, 90, 12), 5)

    found = forecast(repeated, 8)

    assert found.reason == "not_better"
    assert not found.is_better
    assert found.naive_error == 0
    assert found.mean.size == found.lower.size == found.upper.size == 0


def test_a_level_that_just_broke_is_not_forecast_with_a_false_interval():
    y = np.concatenate([np.full(50, 20), np.full(14, 90)]) + np.random.default_rng(2).integers(-4, 5, 64)

    found = forecast(y, 8)

    assert found.reason == "not_better"


@pytest.mark.parametrize(
    ("counts", "reason"),
    [([10] * 35, "too_short"), ([0, 1, 0, 1] * 12, "too_few_events"), ([1] * 49, "too_few_events")],
)
def test_a_short_or_rare_series_has_no_forecast(counts, reason):
    assert forecast(counts, 4).reason == reason


def test_what_lies_before_a_break_or_is_masked_plays_no_part():
    y = np.random.default_rng(4).poisson(MEAN[:60]).astype(float)
    spoiled = y.copy()
    spoiled[:15] = 999
    spoiled[30] = 999
    masked = MONTH[:60] == 30
    clean = np.where((MONTH[:60] < 15) | masked, np.nan, y)

    assert forecast(spoiled, 4, first_usable=15, is_masked=masked).mean.tolist() == forecast(clean, 4).mean.tolist()


def test_more_people_are_expected_to_have_more_events():
    y = np.random.default_rng(5).poisson(MEAN[:60])
    grown = np.append(np.full(59, 1_000.0), 1_100.0)

    flat, more = forecast(y, 4, exposure=np.full(60, 1_000.0)), forecast(y, 4, exposure=grown)

    assert more.mean == pytest.approx(1.1 * flat.mean, rel=0.03)


def test_fewer_than_four_or_more_than_eight_periods_are_refused():
    for ahead in (3, 9):
        with pytest.raises(ValueError, match="between 4 and 8"):
            forecast([5] * 60, ahead)
    with pytest.raises(ValueError, match="shape"):
        forecast([5] * 60, 4, exposure=[1])


@given(seed=st.integers(0, 10_000), ahead=st.integers(4, 8))
@settings(max_examples=15)
def test_an_interval_holds_its_mean_and_is_whole(seed, ahead):
    found = forecast(np.random.default_rng(seed).poisson(MEAN[:60]), ahead, n_origins=3)

    assert found.mean.size == (ahead if found.is_better else 0)
    assert np.all((found.lower <= found.mean) & (found.mean <= found.upper))
    assert np.all(found.lower == np.floor(found.lower))
    assert np.all(found.lower >= 0)
