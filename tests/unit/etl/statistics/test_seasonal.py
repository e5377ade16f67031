"""From where on there is a season, which months are used, and how strong it is."""

import numpy as np
import pytest
from statsmodels.tsa.seasonal import STL

from etl.statistics.seasonal import decompose

MONTHS = np.arange(60)
NOISY = 20 + 6 * np.sin(2 * np.pi * MONTHS / 12) + np.random.default_rng(2).normal(0, 3, 60)


def reference(y):
    """R's settings, as the methods page gives them."""
    return STL(y, period=12, seasonal=7, trend=23, seasonal_deg=0).fit(inner_iter=2, outer_iter=0)


def test_three_years_and_a_mean_of_five_are_enough():
    assert decompose([20.0] * 36).reason is None
    assert decompose([20.0] * 35).reason == "too_short"
    assert decompose([5.0] * 36).reason is None
    assert decompose([5.0] * 35 + [4.9]).reason == "too_few_events"


def test_the_strength_is_the_part_of_what_is_left_of_the_trend():
    found, told = decompose(NOISY), reference(NOISY)

    assert found.strength == pytest.approx(1 - np.var(told.resid) / np.var(told.seasonal + told.resid))
    assert found.remainder == pytest.approx(told.resid)
    assert found.adjusted == pytest.approx(NOISY - told.seasonal)
    assert found.trend == pytest.approx(told.trend)
    assert found.is_seasonal


@pytest.mark.parametrize("size", [2.0, 2.5, 3.0, 3.5, 4.0])
def test_a_season_is_taken_out_from_a_strength_of_four_tenths_on(size):
    noise = np.random.default_rng(3).normal(0, 4, 60)

    found = decompose(30 + size * np.sin(2 * np.pi * MONTHS / 12) + noise)

    assert found.is_seasonal == (found.strength >= 0.4)
    assert 0.2 < found.strength < 0.7


def test_noise_has_a_strength_that_is_never_negative():
    for seed in range(5):
        assert 0 <= decompose(30 + np.random.default_rng(seed).normal(0, 4, 60)).strength < 1


def test_a_straight_line_has_no_season():
    found = decompose(10.0 + np.arange(48))

    assert found.strength < 0.4 or not np.any(np.abs(found.seasonal) > 0.5)
    assert decompose([1e6] * 48).strength == 0


def test_the_newest_months_without_a_gap_are_used_and_keep_their_place():
    y = np.r_[NOISY[:5], np.nan, NOISY, np.nan, np.nan]

    found = decompose(y)

    assert np.flatnonzero(~np.isnan(found.seasonal)).tolist() == list(range(6, 66))
    assert found.seasonal[6:66] == pytest.approx(reference(NOISY).seasonal)
    assert found.strength == decompose(NOISY).strength


def test_months_before_a_break_are_not_used():
    y = np.r_[np.full(10, 500.0), NOISY]

    found = decompose(y, first_usable=10)

    assert np.isnan(found.adjusted[:10]).all()
    assert found.adjusted[10:] == pytest.approx(decompose(NOISY).adjusted)
    assert decompose(y, first_usable=35).reason == "too_short"
    assert decompose(y, first_usable=34).reason is None


def test_nothing_known_is_too_short():
    found = decompose([np.nan] * 40)

    assert found.reason == "too_short"
    assert (np.isnan(found.strength), found.is_seasonal, found.trend.size) == (True, False, 40)
    assert decompose([]).reason == "too_short"
