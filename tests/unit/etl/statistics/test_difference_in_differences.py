"""The comparison with untreated areas by hand: a two-by-two table, the ranks of all choices, and empty rows."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import t
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from etl.statistics.difference_in_differences import difference_in_differences, pre_trend_p

SIZES = np.array([5.0, 40, 8, 25, 60, 12])
TREATED = np.isin(np.arange(6), [0, 3])
AFTER = np.arange(10) >= 6


def panel(seed=1, n_periods=10):
    draw = np.random.default_rng(seed)
    return draw.poisson(SIZES[:, np.newaxis] * np.linspace(1, 1.5, n_periods)).astype(float)


def ask(counts, exposure=None, treated=TREATED, after=AFTER):
    return difference_in_differences(counts, np.ones(counts.shape) if exposure is None else exposure, treated, after)


def test_two_areas_and_two_periods_give_the_ratio_of_ratios():
    found = ask(np.array([[40.0, 30], [50, 60]]), treated=np.array([True, False]), after=np.array([False, True]))

    assert found.ratio == pytest.approx((30 / 40) / (60 / 50))
    assert found.expected.tolist() == pytest.approx([40, 40 * 60 / 50])
    assert found.phi == 1
    # One degree of freedom is the least there is: t 12.706 times the root of the four inverse counts.
    half = 12.7062 * np.sqrt(1 / 40 + 1 / 30 + 1 / 50 + 1 / 60)
    assert np.log(found.upper / found.lower) == pytest.approx(2 * half, rel=1e-4)
    assert (found.p_randomisation, found.n_reassigned) == (1, 1)


def scores(counts):
    """|z| of every choice of two areas, from the regression with all dummies written out."""
    area, period = np.indices(counts.shape).reshape(2, -1)
    dummies = np.column_stack([area[:, None] == np.arange(6), period[:, None] == np.arange(1, 10)]).astype(float)
    mean = np.outer(counts.sum(axis=1), counts.sum(axis=0)).ravel() / counts.sum()
    found = {}
    for chosen in combinations(range(6), 2):
        x = (np.isin(area, chosen) & AFTER[period]).astype(float)
        residual = x - dummies @ np.linalg.lstsq(dummies * np.sqrt(mean)[:, None], x * np.sqrt(mean), rcond=None)[0]
        found[chosen] = abs(np.sum(x * (counts.ravel() - mean))) / np.sqrt(np.sum(mean * residual**2))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_the_randomisation_ranks_the_score_of_every_choice_of_areas(seed):
    counts = panel(seed)

    found = ask(counts)

    every = scores(counts)
    as_large = sum(z >= every[0, 3] * (1 - 1e-9) for z in every.values())
    assert found.p_randomisation == pytest.approx(as_large / 15)
    assert found.n_reassigned == 14


@pytest.mark.parametrize(("n_areas", "n_reassigned"), [(45, 989), (46, 999)])
def test_all_choices_are_tried_while_they_are_fewer_than_a_thousand(n_areas, n_reassigned):
    counts = np.random.default_rng(1).poisson(20, (n_areas, 8)).astype(float)
    treated = np.arange(n_areas) < 2

    found = ask(counts, treated=treated, after=np.arange(8) >= 4)

    assert found.n_reassigned == n_reassigned  # 45 x 44 / 2 less the one it was; of 1,035 a draw of 999
    assert found.p_randomisation >= 1 / (n_reassigned + 1)


def test_an_area_or_a_period_without_events_says_nothing():
    counts = panel()
    calm = np.vstack([counts, np.zeros((1, 10))])
    quiet = counts.copy()
    quiet[:, 2] = 0

    with_calm = ask(calm, treated=np.append(TREATED, False))
    with_quiet, without = ask(quiet), ask(np.delete(counts, 2, axis=1), after=np.delete(AFTER, 2))

    assert [with_calm.ratio, with_calm.upper, with_calm.phi] == pytest.approx(
        [ask(counts).ratio, ask(counts).upper, ask(counts).phi]
    )
    assert [with_quiet.ratio, with_quiet.upper, with_quiet.phi] == pytest.approx(
        [without.ratio, without.upper, without.phi]
    )
    assert np.isnan(with_quiet.expected[2])


def test_a_period_with_a_single_event_is_used():
    counts = panel()
    counts[:, 2] = 0
    counts[1, 2] = 1

    assert ask(counts).expected[2] == pytest.approx(counts[TREATED].sum() / counts.sum(), rel=0.2)


def test_cells_without_a_count_or_people_are_left_out_alike():
    counts, people = panel(), np.full((6, 10), 500.0)
    gap = counts.copy()
    gap[2, 4] = np.nan
    none = people.copy()
    none[2, 4] = 0

    by_gap, by_people = ask(gap, people), ask(counts, none)

    assert by_gap.ratio == by_people.ratio
    assert by_gap.upper == by_people.upper
    assert by_gap.p_randomisation == by_people.p_randomisation
    assert by_gap.ratio != ask(counts, people).ratio


def test_people_are_part_of_what_is_compared():
    counts, people = panel(), np.ones((6, 10))
    people[TREATED, 6:] = 2
    doubled = counts.copy()
    doubled[TREATED, 6:] *= 2

    assert ask(doubled, people).ratio == pytest.approx(ask(counts).ratio)
    assert ask(counts, people).ratio == pytest.approx(ask(counts).ratio / 2)


def test_without_the_intervention_the_treated_areas_would_have_gone_as_the_others():
    counts = np.tile(SIZES[:, np.newaxis], 10)
    counts[:, 6:] *= 2
    counts[TREATED, 6:] /= 4

    found = ask(counts)

    assert found.ratio == pytest.approx(1 / 4)
    assert found.expected.tolist() == pytest.approx([30.0] * 6 + [60.0] * 4)


def test_a_period_of_which_all_treated_areas_are_unknown_has_no_expectation():
    counts = panel()
    counts[TREATED, 8] = np.nan

    found = ask(counts)

    assert np.flatnonzero(np.isnan(found.expected)).tolist() == [8]


def test_areas_that_grow_alike_before_the_start_have_no_trend_of_their_own():
    alike = np.outer(SIZES, 2.0 ** (np.arange(12) / 12))
    apart = alike.copy()
    apart[TREATED] *= 1.5 ** np.arange(12)

    assert pre_trend_p(alike, np.ones(alike.shape), TREATED) == pytest.approx(1)
    assert pre_trend_p(apart, np.ones(alike.shape), TREATED) < 1e-6


def test_a_strong_effect_is_found_from_far_away():
    counts = np.tile(SIZES[:, np.newaxis], 10)
    counts[TREATED, 6:] *= 10_000

    assert ask(counts).ratio == pytest.approx(10_000)


@pytest.mark.parametrize("seed", range(3))
def test_areas_with_few_events_are_fitted_as_by_the_regression_with_all_dummies(seed):
    counts = np.random.default_rng(seed).poisson(np.array([0.6, 2, 0.8, 1.5, 0.7, 3])[:, np.newaxis], (6, 24))
    counts = counts[:, counts.sum(axis=0) > 0].astype(float)
    n = counts.shape[1]
    after = np.arange(n) >= 12

    found = ask(counts, after=after)

    area, period = np.indices(counts.shape).reshape(2, -1)
    dummies = [area[:, None] == np.arange(6), period[:, None] == np.arange(1, n), TREATED[area] & after[period]]
    told = GLM(counts.ravel(), np.column_stack(dummies).astype(float), family=Poisson()).fit(scale=1.0)
    phi = max(1, told.pearson_chi2 / told.df_resid)
    assert found.ratio == pytest.approx(np.exp(told.params[-1]), rel=1e-6)
    assert found.phi == pytest.approx(phi, rel=1e-5)
    assert np.log(found.upper / found.ratio) == pytest.approx(
        t.ppf(0.975, told.df_resid) * told.bse[-1] * np.sqrt(phi), rel=1e-5
    )
