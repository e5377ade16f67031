"""The trend by hand: a series that grows exactly, what is left out, and how wide the interval is."""

import numpy as np
import pytest
from scipy.stats import norm, t
from statsmodels.discrete.discrete_model import NegativeBinomial
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from etl.statistics.trend import negative_binomial_trend, trend_per_year

MONTH = np.arange(48)
SEASON = np.exp(0.4 * np.sin(2 * np.pi * MONTH / 12) + 0.1 * np.cos(2 * np.pi * MONTH / 12))
GROWING = 1e5 * 1.08 ** (MONTH / 12)
WILD = np.random.default_rng(4).negative_binomial(4, 4 / (4 + 30 * SEASON * 0.85 ** (MONTH / 12))).astype(float)


def design(n=48):
    at = np.arange(n)
    return np.column_stack([np.ones(n), at, np.sin(2 * np.pi * at / 12), np.cos(2 * np.pi * at / 12)])


def test_eight_percent_a_year_is_read_as_that_with_season_and_line_apart():
    found = trend_per_year(np.round(GROWING * SEASON))

    assert found.change_pct == pytest.approx(8, abs=0.01)
    assert found.lower_pct < 8 < found.upper_pct
    assert found.verdict == "rising"
    assert found.phi == 1
    assert found.expected == pytest.approx(GROWING * SEASON, rel=1e-3)
    assert found.trend_line == pytest.approx(GROWING, rel=1e-3)
    assert found.p < 1e-9
    assert (found.n_months, found.n_events) == (48, np.round(GROWING * SEASON).sum())


@pytest.mark.parametrize("confidence", [0.95, 0.8])
def test_the_interval_widens_with_what_counts_vary_more_than_chance(confidence):
    found = trend_per_year(WILD, confidence=confidence)

    told = GLM(WILD, design(), family=Poisson()).fit(scale="X2")
    half = t.ppf(0.5 + confidence / 2, 44) * told.bse[1]
    assert found.phi == pytest.approx(told.scale)
    assert found.phi > 1.5
    bounds = [100 * (np.exp(12 * (told.params[1] + shift)) - 1) for shift in (-half, 0, half)]
    assert [found.lower_pct, found.change_pct, found.upper_pct] == pytest.approx(bounds, rel=1e-4)
    assert found.p == pytest.approx(2 * t.sf(abs(told.params[1]) / told.bse[1], 44))


def test_counts_that_vary_less_than_chance_have_the_interval_of_chance():
    found = trend_per_year([20] * 48)

    told = GLM(np.full(48, 20.0), design(), family=Poisson()).fit(scale=1)
    assert found.phi == 1
    assert found.upper_pct == pytest.approx(100 * (np.exp(12 * t.ppf(0.975, 44) * told.bse[1]) - 1), rel=1e-6)
    assert found.verdict == "no_trend"


def test_the_verdict_follows_from_the_interval():
    falling, rising = trend_per_year(np.round(300 * 0.9 ** (MONTH / 12))), trend_per_year(np.round(GROWING))

    assert falling.upper_pct < 0
    assert (falling.verdict, rising.verdict) == ("falling", "rising")


def test_three_years_and_fifty_events_are_enough():
    assert trend_per_year([2] * 35).reason == "too_short"
    assert trend_per_year([2] * 36).reason is None
    assert trend_per_year([1] * 50).reason is None
    few = trend_per_year([1] * 49)
    assert (few.reason, few.n_months, few.n_events, few.verdict) == ("too_few_events", 49, 49, None)
    assert np.isnan([few.change_pct, few.lower_pct, few.upper_pct, few.p, few.phi]).all()
    assert np.isnan(few.expected).all()
    assert few.expected.size == few.trend_line.size == 49


def test_months_that_are_masked_missing_without_people_or_before_a_break_do_not_count():
    y, people, masked = np.round(GROWING), np.full(48, 1_000.0), np.zeros(48, dtype=bool)
    y[3] = 9e6
    y[[10, 11]] = [np.nan, 9e6]
    people[[20, 21]] = [0, np.nan]
    y[[20, 21, 30]] = 9e6
    masked[30] = True
    masked[11] = True

    found = trend_per_year(y, exposure=people, first_usable=4, is_masked=masked)

    assert found.n_months == 48 - 4 - 5
    assert found.change_pct == pytest.approx(8, abs=0.01)
    assert np.flatnonzero(np.isnan(found.expected)).tolist() == [0, 1, 2, 3, 20, 21]
    assert np.flatnonzero(np.isnan(found.trend_line)).tolist() == [0, 1, 2, 3, 20, 21]
    assert found.expected[30] == pytest.approx(GROWING[30], rel=1e-3)


def test_a_mask_or_population_of_another_length_is_refused():
    for given in ({"is_masked": [True]}, {"exposure": [1.0]}):
        with pytest.raises(ValueError, match="shape"):
            trend_per_year([9] * 40, **given)


def test_the_second_opinion_is_the_negative_binomial_of_statsmodels():
    found = negative_binomial_trend(WILD)
    sure = negative_binomial_trend(WILD, confidence=0.8)

    told = NegativeBinomial(WILD, design()).fit(disp=0, maxiter=200)
    slope, error = told.params[1], told.bse[1]
    bounds = [100 * (np.exp(12 * (slope + shift * error)) - 1) for shift in (norm.ppf(0.025), 0, norm.ppf(0.975))]
    assert [found.lower_pct, found.change_pct, found.upper_pct] == pytest.approx(bounds, rel=1e-3)
    assert found.alpha == pytest.approx(told.params[-1], rel=1e-3)
    assert found.coefficients.size == 4
    assert found.coefficients[1] == pytest.approx(slope, rel=1e-3)
    assert sure.upper_pct == pytest.approx(100 * (np.exp(12 * (slope + norm.ppf(0.9) * error)) - 1), rel=1e-3)


def test_a_second_opinion_that_does_not_converge_says_nothing():
    found = negative_binomial_trend([5] * 48)

    if np.isnan(found.alpha):
        assert np.isnan([found.change_pct, found.lower_pct, found.upper_pct, *found.coefficients]).all()
        assert found.coefficients.size == 4
    else:
        assert found.alpha > 0


class Fitted:
    """What statsmodels says of a fit, with one thing wrong."""

    def __init__(self, converged=True, error=0.01, alpha=0.2):
        self.params, self.bse = np.array([1.0, 0.01, 0, 0, alpha]), np.array([0.1, error, 0.1, 0.1, 0.1])
        self.mle_retvals = {"converged": converged}


@pytest.mark.parametrize("wrong", [{"converged": False}, {"error": np.nan}, {"alpha": 0.0}, {"alpha": -0.1}])
def test_each_thing_that_is_wrong_with_a_fit_leaves_no_second_opinion(monkeypatch, wrong):
    for given, is_known in (({}, True), (wrong, False)):
        monkeypatch.setattr(NegativeBinomial, "fit", lambda self, given=given, **_: Fitted(**given))
        found = negative_binomial_trend(WILD)
        assert np.isfinite(found.change_pct) == np.isfinite(found.alpha) == is_known


def test_a_second_opinion_prints_nothing(capfd):
    negative_binomial_trend(WILD)

    assert capfd.readouterr().out == ""
