"""Do intervals hold the truth as often as they say? Counted exactly where that can be, else drawn with a fixed seed."""

import os

import numpy as np
import pytest
from scipy.stats import binom, poisson

from etl.statistics.comparisons import area_against_rest, dispersed_rate_ratio, rate_ratio
from etl.statistics.ranking import rank_rates
from etl.statistics.rates import crude_rate, exact_poisson, poisson_bounds, wilson_share
from etl.statistics.standardisation import direct_rate, expected_counts, indirect_ratio

DRAWS = 200_000 if os.environ.get("BUURTBEELD_SOAK") else 20_000

#: Draws of this number miss the true coverage by more than this once in a thousand times.
SLACK = 3.3 * np.sqrt(0.05 * 0.95 / DRAWS)


def poisson_coverage(bounds, means):
    """Probability, per mean, that the interval of the count holds it: summed over all counts."""
    counts = np.arange(len(bounds))
    holds = (bounds[:, :1] <= means) & (means <= bounds[:, 1:])
    return (poisson.pmf(counts[:, np.newaxis], means) * holds).sum(axis=0)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.998])
def test_exact_bounds_of_a_count_hold_its_mean_at_least_as_often_as_they_say(confidence):
    means = np.linspace(0.05, 60, 1_500)

    coverage = poisson_coverage(exact_poisson(np.arange(250), confidence=confidence), means)

    assert coverage.min() >= confidence


@pytest.mark.parametrize(("confidence", "least"), [(0.95, 0.95), (0.998, 0.998)])
def test_exact_bounds_below_ten_and_byar_from_ten_hold_the_mean_of_a_count(confidence, least):
    means = np.concatenate([np.linspace(0.05, 60, 1_500), np.linspace(60, 1_000, 60)])

    coverage = poisson_coverage(poisson_bounds(np.arange(1_400), confidence=confidence), means)

    assert coverage.min() >= least
    assert coverage[means > 20].mean() == pytest.approx(confidence, abs=(1 - confidence) * 0.3)


@pytest.mark.parametrize("people", [100, 1_000, 5_000])
def test_the_interval_of_a_rate_holds_it(people):
    truth = 12.0
    counts = np.random.default_rng(41).poisson(truth * people / 1_000, DRAWS)

    rate = crude_rate(counts, np.full(DRAWS, people))

    assert np.mean((rate[:, 1] <= truth) & (truth <= rate[:, 2])) >= 0.95 - SLACK


@pytest.mark.parametrize(("n", "least"), [(20, 0.85), (100, 0.90), (1_000, 0.91)])
def test_wilsons_bounds_hold_a_share_on_average_and_less_only_near_none_or_all(n, least):
    shares = np.linspace(0.001, 0.999, 999)
    bounds = wilson_share(np.arange(n + 1), np.full(n + 1, n), per=1)[:, 1:]

    holds = (bounds[:, :1] <= shares) & (shares <= bounds[:, 1:])
    coverage = (binom.pmf(np.arange(n + 1)[:, np.newaxis], n, shares) * holds).sum(axis=0)

    assert coverage.mean() == pytest.approx(0.95, abs=0.006)
    assert coverage.min() >= least
    assert coverage[(shares * n > 5) & ((1 - shares) * n > 5)].min() >= 0.92


@pytest.mark.parametrize(
    ("mean_first", "mean_other", "ratio"), [(4.0, 8.0, 1.0), (30.0, 30.0, 1.0), (12.0, 300.0, 1.0), (40.0, 200.0, 2.5)]
)
def test_the_interval_of_a_rate_ratio_holds_it_at_least_as_often_as_it_says(mean_first, mean_other, ratio):
    rng = np.random.default_rng(42)
    first, other = rng.poisson(mean_first, DRAWS), rng.poisson(mean_other, DRAWS)

    found = rate_ratio(first, other, exposure_first=mean_first / ratio, exposure_other=mean_other)

    # No events at all say nothing, and hold everything.
    upper = np.where(np.isnan(found[:, 2]), np.inf, found[:, 2])
    lower = np.nan_to_num(found[:, 1])
    assert np.mean((lower <= ratio) & (ratio <= upper)) >= 0.95 - SLACK


def test_the_interval_of_over_dispersed_counts_holds_their_ratio():
    rng, phi, mean = np.random.default_rng(43), 2.5, 60.0
    size = mean / (phi - 1)
    first, other = rng.negative_binomial(size, size / (size + mean), (2, DRAWS))

    wide = dispersed_rate_ratio(first, other, np.full(DRAWS, phi))
    narrow = rate_ratio(first, other)

    assert np.mean((wide[:, 1] <= 1) & (wide[:, 2] >= 1)) == pytest.approx(0.95, abs=0.015)
    assert np.mean((narrow[:, 1] <= 1) & (narrow[:, 2] >= 1)) < 0.85


@pytest.mark.parametrize("share", [0.02, 0.4])
def test_an_area_that_is_like_the_rest_is_seldom_called_higher_or_lower(share):
    rng = np.random.default_rng(44)
    area, rest = rng.poisson(500 * share, DRAWS), rng.poisson(500 * (1 - share), DRAWS)

    found = area_against_rest(area, np.full(DRAWS, share), area + rest, np.ones(DRAWS))

    assert np.mean(np.isin(found.verdict, ("higher", "lower"))) <= 0.05 + SLACK


@pytest.mark.parametrize("truth", [0.5, 1.0, 2.0])
def test_the_interval_of_a_standardised_ratio_holds_it(truth):
    rng = np.random.default_rng(45)
    strata = np.array([[400.0, 900.0, 250.0]])
    expected = expected_counts(strata, [40, 300, 20], [10_000, 30_000, 900])[0]
    observed = rng.poisson(truth * expected, DRAWS)

    found = indirect_ratio(observed, np.full(DRAWS, expected))

    assert np.mean((found[:, 1] <= truth) & (truth <= found[:, 2])) >= 0.95 - SLACK


def test_the_interval_of_a_directly_standardised_rate_holds_it():
    rng = np.random.default_rng(46)
    people, rates, weights = (
        np.array([2_000.0, 1_500.0, 600.0]),
        np.array([0.01, 0.02, 0.03]),
        np.array([5.0, 4.0, 1.0]),
    )
    counts = rng.poisson(people * rates, (DRAWS, 3))

    found = direct_rate(counts, np.broadcast_to(people, counts.shape), weights)

    truth = 1_000 * float(rates @ weights / weights.sum())
    assert np.mean((found[:, 1] <= truth) & (truth <= found[:, 2])) == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize(("is_joint", "least"), [(False, 0.5), (True, 0.95)])
def test_places_of_all_areas_together_hold_the_true_ones_when_asked_jointly(is_joint, least):
    rng = np.random.default_rng(47)
    people, rates = np.linspace(500, 3_000, 20), np.linspace(0.002, 0.03, 20)
    true_place = 20 - np.arange(20)

    held = []
    for _ in range(300):
        found = rank_rates(rng.poisson(people * rates), people, is_joint=is_joint)
        held.append(((found.best <= true_place) & (true_place <= found.worst)).all())

    assert np.mean(held) >= least
