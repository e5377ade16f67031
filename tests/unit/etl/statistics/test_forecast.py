"""A forecast by hand: what it rests on, how wide it is, and from where on there is one."""

import numpy as np
import pytest
from scipy.stats import nbinom
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from etl.statistics.forecast import forecast


def noisy(n=72, level=100.0, seed=3, phi=1.0):
    draw = np.random.default_rng(seed)
    return draw.poisson(level if phi == 1 else draw.gamma(level / (phi - 1), phi - 1, n), n).astype(float)


def expected_and_bounds(y, ahead, per_year=12, years_used=5):
    """Five years, a line and two waves, by another road: statsmodels' own prediction."""
    at = np.arange(y.size - years_used * per_year, y.size + ahead)
    turn = 2 * np.pi * at / (365.25 / 7 if per_year == 52 else per_year)
    columns = [np.ones(at.size), at - at.mean(), *(wave(k * turn) for k in (1, 2) for wave in (np.sin, np.cos))]
    design = np.column_stack(columns)
    fitted = GLM(y[-years_used * per_year :], design[:-ahead], family=Poisson()).fit(scale="X2")
    if fitted.scale < 1:
        fitted = GLM(y[-years_used * per_year :], design[:-ahead], family=Poisson()).fit(scale=1)
    predicted = fitted.get_prediction(design[-ahead:])
    mean = predicted.predicted_mean
    variance = fitted.scale * mean + predicted.se_mean**2
    size, p = mean**2 / (variance - mean), mean / variance
    return mean, nbinom.ppf(0.025, size, p), nbinom.ppf(0.975, size, p)


@pytest.mark.parametrize("phi", [1.0, 3.0])
@pytest.mark.parametrize("ahead", [4, 8])
def test_the_interval_is_that_of_counts_around_an_estimated_mean(phi, ahead):
    y = noisy(phi=phi)

    found = forecast(y, ahead)

    mean, lower, upper = expected_and_bounds(y, ahead)
    assert found.is_better
    assert found.mean == pytest.approx(mean, rel=1e-6)
    assert found.lower.tolist() == lower.tolist()
    assert found.upper.tolist() == upper.tolist()


def test_weeks_are_forecast_with_the_length_of_a_year_in_weeks():
    week = np.arange(5 * 52)
    y = np.random.default_rng(1).poisson(60 * np.exp(0.5 * np.sin(2 * np.pi * week / (365.25 / 7)))).astype(float)

    assert forecast(y, 4, per_year=52).mean == pytest.approx(expected_and_bounds(y, 4, per_year=52)[0], rel=1e-6)


def test_what_is_older_than_five_years_plays_no_part_in_the_numbers():
    y = noisy(84)
    other = y.copy()
    other[:6] += 40

    assert forecast(other, 4).mean.tolist() == forecast(y, 4).mean.tolist()


def test_the_back_test_is_of_all_origins_whose_periods_are_known():
    found = forecast(noisy(), 5, n_origins=7)
    holes = noisy()
    holes[-1] = np.nan
    with_hole = forecast(holes, 5, n_origins=7)

    assert found.n_tested == 35
    assert with_hole.n_tested == 34  # only the newest origin looked at the newest month
    assert forecast(noisy(60), 5).n_tested == 60


def test_the_errors_are_those_of_what_was_known_then():
    y = noisy()

    found = forecast(y, 4, n_origins=1)

    mean, lower, upper = expected_and_bounds(y[:-4], 4)
    assert found.error == pytest.approx(np.abs(y[-4:] - mean).mean(), rel=1e-6)
    assert found.naive_error == np.abs(y[-4:] - y[-16:-12]).mean()
    assert found.coverage == np.mean((y[-4:] >= lower) & (y[-4:] <= upper))


def test_a_period_unknown_a_year_before_is_not_tested():
    y = noisy()
    y[-14] = np.nan

    found = forecast(y, 4, n_origins=1)

    assert found.n_tested == 3
    assert found.naive_error == pytest.approx(np.nanmean(np.abs(y[-4:] - y[-16:-12])))


def test_an_origin_with_less_than_two_years_before_it_is_no_test():
    y = np.r_[np.full(40, np.nan), noisy(36)]

    assert forecast(y, 8, n_origins=12).n_tested == 5 * 8  # origins 64 to 68 have 24 to 28 months before them


def test_nothing_to_test_on_is_nothing_to_show():
    y = noisy(40)
    y = np.r_[y[:30], np.full(20, np.nan), y[30:]]

    found = forecast(y, 8, n_origins=1)

    assert (found.reason, found.n_tested, found.is_better) == ("not_better", 0, False)
    assert np.isnan([found.error, found.naive_error, found.coverage]).all()


def test_three_years_fifty_events_and_one_a_month_are_enough():
    alternating = np.tile([0.0, 2, 2, 0], 20)

    assert forecast(noisy(36), 4).reason != "too_short"
    assert forecast(noisy(35), 4).reason == "too_short"
    assert forecast(alternating[:50], 4).reason not in ("too_short", "too_few_events")
    assert alternating[:50].sum() == 50
    assert forecast(np.r_[0.0, alternating[:50]], 4).reason == "too_few_events"  # less than one a month
    assert forecast(alternating[:48], 4).reason == "too_few_events"  # one a month, but less than fifty
    assert forecast(np.tile([0.0, 2], 80), 4, per_year=52).reason not in ("too_short", "too_few_events")


def test_months_without_people_are_left_out():
    y, people = noisy(), np.full(72, 1_000.0)
    spoiled, gap = y.copy(), y.copy()
    spoiled[40], people[40], gap[40] = 4_000, 0, np.nan

    assert forecast(spoiled, 4, exposure=people).mean.tolist() == pytest.approx(forecast(gap, 4).mean.tolist())


def test_more_people_from_the_newest_known_month_on():
    y = noisy()
    people = np.full(72, 1_000.0)
    people[-1] = 3_000
    y[-1] = np.nan

    assert forecast(y, 4, exposure=people).mean.tolist() == pytest.approx(forecast(y, 4).mean.tolist())


def test_intervals_that_held_less_than_eight_in_ten_are_not_shown():
    """Calm for years, then swings in the months of the back-test that no interval foresaw."""
    y = np.full(72, 100.0)
    y[-12:] = [100, 160, 100, 40, 100, 160, 100, 40, 100, 160, 100, 40]

    found = forecast(y, 4)

    assert found.coverage < 0.8
    assert found.reason == "not_better"
    assert found.error > 0


@pytest.mark.parametrize("given", [{"exposure": np.ones(3)}, {"is_masked": np.zeros(3)}])
def test_what_does_not_fit_the_counts_is_refused(given):
    with pytest.raises(ValueError, match="shape"):
        forecast(noisy(), 4, **given)


def test_masked_months_and_those_before_a_break_are_as_good_as_missing():
    y, masked = noisy(), np.arange(72) == 50
    gap = y.copy()
    gap[[*range(20), 50]] = np.nan

    assert forecast(y, 4, first_usable=20, is_masked=masked).mean.tolist() == forecast(gap, 4).mean.tolist()


def test_a_short_beginning_without_any_event_stops_nothing():
    found = forecast(np.r_[np.zeros(30), noisy(36)], 8)

    assert found.reason in (None, "not_better")
    assert np.isfinite(found.error)
