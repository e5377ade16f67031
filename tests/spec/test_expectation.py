"""The normal range over the past: its coverage, what it leaves out, and how small a rise can be seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from etl.statistics.expectation import normal_range, smallest_visible_rise
from etl.statistics.negative_binomial import at_least, at_most, log_none, quantile


def simulated(n_series=60, n_periods=120, *, seed=1, phi=1.3, wave=0.3, per_year_trend=-0.04, mean=6.0):
    rng = np.random.default_rng(seed)
    t = np.arange(n_periods) / 12
    level = rng.gamma(2, mean / 2, (n_series, 1)) + 0.5
    mu = level * np.exp(wave * np.sin(2 * np.pi * t) + per_year_trend * t)
    return rng.negative_binomial(mu / (phi - 1), 1 / phi).astype(float), mu


def test_nothing_expected_has_no_multiple():
    found = smallest_visible_rise([0, np.nan])

    assert found[0, 0] == 1
    assert np.isnan(found[[0, 1], 1]).all()


@pytest.mark.parametrize("phi", [1.01, 1.3, 2.5])
def test_the_range_holds_what_it_says(phi):
    counts, mu = simulated(200, 120, seed=3, phi=phi)

    found = normal_range(counts, 12)

    # Whole counts: the range that knows the truth holds a little more than 90 %.
    truly = np.mean((counts >= quantile(0.05, mu, phi)) & (counts <= quantile(0.95, mu, phi)))
    assert truly >= 0.9
    assert np.mean((counts >= found.lower) & (counts <= found.upper)) == pytest.approx(truly, abs=0.015)
    assert np.mean((counts >= found.lowest) & (counts <= found.highest)) >= 0.98


def test_the_mean_follows_season_and_trend():
    counts, mu = simulated(40, 180, mean=40.0, wave=0.5)

    found = normal_range(counts, 12)

    assert np.nanmedian(np.abs(found.mu / mu - 1)) < 0.05


def test_a_trend_may_bend_within_a_long_history():
    rng = np.random.default_rng(5)
    mu = np.interp(np.arange(180), [0, 120, 179], [90, 30, 60])
    counts = rng.poisson(mu)[np.newaxis].astype(float)

    found = normal_range(counts, 12)

    assert np.abs(found.mu[0] / mu - 1).mean() < 0.06
    assert found.phi[0] < 1.4


def test_too_short_and_too_rare_have_a_reason_and_no_range():
    counts, _ = simulated(3, 36)
    counts[0, :13] = np.nan
    counts[1] = 0
    counts[1, 5] = 9

    found = normal_range(counts, 12)

    assert found.reason.tolist() == ["short_history", "too_rare", None]
    assert np.isnan(found.mu[:2]).all()
    assert np.isnan(found.phi[:2]).all()
    assert np.isfinite(found.mu[2]).all()


def test_weeks_need_two_years():
    counts, _ = simulated(1, 110)

    assert normal_range(counts[:, :103], 52).reason[0] == "short_history"
    assert normal_range(counts[:, :104], 52).reason[0] is None


def test_nothing_before_the_last_break_shapes_the_range():
    counts, _ = simulated(1, 120, mean=20.0)
    other = counts.copy()
    other[0, :60] = 500

    found, changed = (normal_range(given_counts, 12, first_usable=[60]) for given_counts in (counts, other))

    assert np.isnan(found.mu[0, :60]).all()
    assert changed.mu[0, 60:].tolist() == found.mu[0, 60:].tolist()


def test_what_is_not_delivered_gets_a_range_and_does_not_shape_it():
    counts, _ = simulated(1, 120)
    holes, leave_out = counts.copy(), np.zeros(counts.shape, dtype=bool)
    holes[0, 50:55], leave_out[0, 50:55] = np.nan, True
    counts[0, 50:55] = 900

    by_hole, by_mask = normal_range(holes, 12), normal_range(counts, 12, leave_out=leave_out)

    assert np.isfinite(by_hole.mu).all()
    assert by_hole.mu.tolist() == by_mask.mu.tolist()


def test_the_trend_stands_still_where_nothing_more_is_known():
    rng = np.random.default_rng(3)
    counts = rng.poisson(5 * 1.03 ** np.arange(96))[np.newaxis].astype(float)
    leave_out = np.zeros(counts.shape, dtype=bool)
    leave_out[0, 60:] = True

    found = normal_range(counts, 12, leave_out=leave_out)

    assert found.mu[0, 60:72].mean() == pytest.approx(found.mu[0, 84:96].mean())
    assert found.mu[0, 60:72].mean() < 1.3 * counts[0, 54:60].mean()


def test_before_a_series_was_first_delivered_it_has_no_range():
    counts, _ = simulated(1, 120)
    counts[0, :30] = np.nan

    found = normal_range(counts, 12)

    assert np.isnan(found.mu[0, :30]).all()
    assert np.isfinite(found.mu[0, 30:]).all()


def test_the_range_grows_with_the_people():
    counts, _ = simulated(1, 120, mean=30.0)
    people = np.full(120, 1000.0)
    people[-12:] = 2000
    counts[0, -12:] *= 2

    found = normal_range(counts, 12, exposure=people)

    assert found.mu[0, -12:].sum() == pytest.approx(2 * found.mu[0, -24:-12].sum(), rel=0.1)


def test_without_people_there_is_no_range():
    counts, _ = simulated(1, 120)
    people = np.full(120, 1000.0)
    people[7], people[8] = 0, np.nan

    found = normal_range(counts, 12, exposure=people)

    assert np.flatnonzero(np.isnan(found.upper[0])).tolist() == [7, 8]


def test_a_known_effect_has_its_own_normal():
    rng = np.random.default_rng(2)
    is_december = np.arange(120) % 12 == 11
    counts = rng.poisson(np.where(is_december, 60, 10))[np.newaxis].astype(float)

    found = normal_range(counts, 12, known_effects=is_december[:, np.newaxis])

    assert found.mu[0, is_december].mean() == pytest.approx(60, rel=0.1)
    assert found.phi[0] < 1.5


def test_counts_without_series_are_refused():
    with pytest.raises(ValueError, match="not \\(series, periods\\)"):
        normal_range([1, 2, 3], 12)


def test_no_series_give_no_range():
    assert normal_range(np.zeros((0, 60)), 12).mu.shape == (0, 60)


@given(counts=arrays.arrays(np.float64, (1, 40), elements=st.integers(0, 3000).map(float)))
@settings(max_examples=40, deadline=None)
def test_the_bounds_stand_in_order_around_the_mean(counts):
    found = normal_range(counts, 12)

    if found.reason[0] is None:
        assert (found.lowest <= found.lower).all()
        assert (found.lower <= found.upper).all()
        assert (found.upper <= found.highest).all()
        assert (found.phi >= 1).all()
        assert np.isfinite(found.mu).all()


# --- the distribution behind the range -------------------------------------------------------------------------------


@given(count=st.integers(0, 400), mu=st.floats(0.01, 300), phi=st.floats(1, 5))
@settings(deadline=None)
def test_the_two_tails_share_one_count(count, mu, phi):
    above, below = at_least([count], mu, phi)[0], at_most([count], mu, phi)[0]

    assert 0 <= above <= 1
    assert above + below >= 1 - 1e-9
    assert at_least([count + 1], mu, phi)[0] + below == pytest.approx(1)


@given(level=st.floats(0.001, 0.999), mu=st.floats(0.01, 300), phi=st.floats(1, 5))
@settings(deadline=None)
def test_a_quantile_is_the_smallest_count_that_reaches_its_level(level, mu, phi):
    count = quantile(level, [mu], phi)[0]

    assert at_most([count], mu, phi)[0] >= level - 1e-9
    assert count == 0 or at_most([count - 1], mu, phi)[0] < level + 1e-9


@given(mu=st.floats(0, 50), phi=st.floats(1, 5))
@settings(deadline=None)
def test_the_probability_of_none_is_that_of_at_most_zero(mu, phi):
    assert np.exp(log_none(mu, phi)) == pytest.approx(at_most([0], mu, phi)[0], rel=1e-4, abs=1e-9)


def test_what_is_missing_stays_missing():
    assert np.isnan(quantile(0.95, [np.nan, 3, 3], [1, np.nan, 1])).tolist() == [True, True, False]
    assert np.isnan(at_least([np.nan], 3, 1)).all()
