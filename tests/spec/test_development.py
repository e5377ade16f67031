"""Trend, season and change points against the numbers of R and ruptures, and the laws and coverage behind them."""

import numpy as np
import pytest
import ruptures
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.statistics.change_points import change_points
from etl.statistics.quasi_poisson import fit_quasi_poisson, harmonics
from etl.statistics.seasonal import decompose
from etl.statistics.trend import negative_binomial_trend, trend_per_year
from tests.conftest import IS_SOAK
from tests.spec.vectors_file import vector

TREND = vector("trend_regression")
STL = vector("stl")
NILE = vector("changepoint")


def dispersed(draw, mean, phi):
    """Counts with variance phi times the mean."""
    return draw.poisson(draw.gamma(mean / (phi - 1), phi - 1)) if phi > 1 else draw.poisson(mean)


def test_the_regression_equals_r_glm_poisson_and_quasi_poisson():
    t = np.arange(1, 73)
    design = np.column_stack([np.ones(72), t, harmonics(t, 12)])

    found = fit_quasi_poisson(TREND["input"]["y"], design, offset=np.log(TREND["input"]["pop"]))

    rel = TREND["tolerance_rel"]
    assert found.coefficients.tolist() == pytest.approx(TREND["poisson"]["coef"], rel=rel)
    errors = np.sqrt(np.diag(found.covariance))
    assert errors.tolist() == pytest.approx(TREND["quasi"]["se"], rel=rel)
    assert (errors / np.sqrt(found.phi)).tolist() == pytest.approx(TREND["poisson"]["se"], rel=rel)
    assert found.phi == pytest.approx(TREND["quasi"]["phi"], rel=rel)


def test_the_trend_is_the_slope_of_r_per_year():
    found = trend_per_year(TREND["input"]["y"], exposure=TREND["input"]["pop"])

    slope, error = TREND["poisson"]["coef"][1], TREND["quasi"]["se"][1]
    t_quantile = 1.9954689  # of 68 degrees of freedom
    assert found.change_pct == pytest.approx(100 * (np.exp(12 * slope) - 1), rel=1e-4)
    assert found.lower_pct == pytest.approx(100 * (np.exp(12 * (slope - t_quantile * error)) - 1), rel=1e-4)
    assert found.upper_pct == pytest.approx(100 * (np.exp(12 * (slope + t_quantile * error)) - 1), rel=1e-4)
    assert found.verdict == "falling"


def test_negative_binomial_regression_says_the_same():
    found = negative_binomial_trend(TREND["input"]["y"], exposure=TREND["input"]["pop"])
    quasi = trend_per_year(TREND["input"]["y"], exposure=TREND["input"]["pop"])

    assert found.change_pct == pytest.approx(quasi.change_pct, abs=0.1)
    assert found.upper_pct < 0
    assert found.alpha == pytest.approx(0.0525, abs=0.0005)


def test_season_and_trend_equal_stl_of_r():
    found = decompose(STL["y"])

    assert found.seasonal == pytest.approx(np.array(STL["seasonal"]), abs=STL["tolerance_abs"])
    assert found.trend == pytest.approx(np.array(STL["trend"]), abs=STL["tolerance_abs"])


def test_the_break_of_the_nile_is_found_where_strucchange_finds_it():
    found = change_points(NILE["y"], min_size=NILE["min_size"])

    exact = ruptures.Dynp(model="l2", min_size=NILE["min_size"], jump=1).fit(np.array(NILE["y"], float)).predict(1)
    assert list(found) == NILE["expected_breaks"] == exact[:-1]


@given(seed=st.integers(0, 10_000), factor=st.floats(0.01, 100))
@settings(max_examples=15)
def test_the_unit_of_the_population_changes_no_trend(seed, factor):
    draw = np.random.default_rng(seed)
    y, people = draw.poisson(6, 48), np.linspace(1_000, 1_300, 48)

    here, there = trend_per_year(y, exposure=people), trend_per_year(y, exposure=people * factor)

    assert there.change_pct == pytest.approx(here.change_pct, abs=1e-5)
    assert there.expected == pytest.approx(here.expected, rel=1e-6)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15)
def test_a_series_read_backwards_has_the_opposite_trend(seed):
    y = np.random.default_rng(seed).poisson(6, 48)

    there, back = trend_per_year(y), trend_per_year(y[::-1])

    assert 1 + back.change_pct / 100 == pytest.approx(1 / (1 + there.change_pct / 100), rel=1e-5)
    assert there.lower_pct <= there.change_pct <= there.upper_pct


@given(seed=st.integers(0, 10_000), level=st.floats(5, 200))
@settings(max_examples=20)
def test_season_trend_and_remainder_add_up(seed, level):
    y = np.random.default_rng(seed).poisson(level, 60) + 5.0

    found = decompose(y)

    assert found.seasonal + found.trend + found.remainder == pytest.approx(y)
    assert found.adjusted + found.seasonal == pytest.approx(y)
    assert 0 <= found.strength <= 1


@given(seed=st.integers(0, 10_000), n=st.integers(24, 150))
@settings(max_examples=25)
def test_change_points_keep_their_distance_and_are_at_most_two_in_five_years(seed, n):
    draw = np.random.default_rng(seed)
    levels = np.repeat(draw.integers(1, 80, n // 8 + 1), 8)[:n]

    found = np.array(change_points(draw.poisson(levels)))

    edges = np.concatenate([[0], found, [n]])
    assert np.all(np.diff(edges) >= 6)
    assert not np.any(found[2:] - found[:-2] < 60)


@pytest.mark.parametrize("phi", [1.0, 2.0])
def test_the_interval_of_the_trend_holds_the_truth_95_times_of_100(phi):
    draw = np.random.default_rng(5)
    month = np.arange(60)
    mean = 12 * np.exp(np.log(0.93) * month / 12 + 0.3 * np.sin(2 * np.pi * month / 12))
    n = 4_000 if IS_SOAK else 500

    trends = [trend_per_year(dispersed(draw, mean, phi)) for _ in range(n)]

    coverage = np.mean([trend.lower_pct <= -7 <= trend.upper_pct for trend in trends])
    assert coverage == pytest.approx(0.95, abs=0.015 if IS_SOAK else 0.025)


def test_a_flat_series_seldom_seems_to_change_and_a_real_step_is_found_about_there():
    draw = np.random.default_rng(6)

    flat = np.mean([bool(change_points(draw.poisson(10, 72))) for _ in range(300)])
    steps = [change_points(draw.poisson(np.repeat([10, 18], 36))) for _ in range(100)]

    assert flat <= 0.02
    assert np.mean([len(found) == 1 and abs(found[0] - 36) <= 4 for found in steps]) >= 0.9
