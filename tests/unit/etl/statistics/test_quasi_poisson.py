"""The regression of counts by hand: two groups, whose fit and errors can be written down."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t

from etl.statistics.quasi_poisson import fit_quasi_poisson, harmonics, ratio_with_interval

COUNTS = np.array([4.0, 10, 7, 11, 20, 44, 26, 30])  # means 8 and 30
GROUP = np.repeat([0.0, 1.0], 4)
DESIGN = np.column_stack([np.ones(8), GROUP])
MEAN = np.repeat([8.0, 30.0], 4)
PHI = np.sum((COUNTS - MEAN) ** 2 / MEAN) / 6


def test_two_groups_have_their_own_means_and_share_their_spread():
    fit = fit_quasi_poisson(COUNTS, DESIGN)

    assert fit.mu.tolist() == pytest.approx(MEAN.tolist())
    assert fit.coefficients.tolist() == pytest.approx([np.log(8), np.log(30 / 8)])
    assert fit.phi == pytest.approx(PHI)
    assert PHI > 2


def test_the_doubt_of_a_ratio_is_that_of_the_two_totals_and_the_spread():
    error = np.sqrt(PHI * (1 / 32 + 1 / 120))
    z = np.log(30 / 8) / error

    assert fit_quasi_poisson(COUNTS, DESIGN).p_value(1) == pytest.approx(2 * t.sf(z, 6))
    ratio, lower, upper, p = fit_quasi_poisson(COUNTS, DESIGN).effect(1)
    assert ratio == pytest.approx(30 / 8)
    assert [lower, upper] == pytest.approx([30 / 8 * np.exp(s * t.ppf(0.975, 6) * error) for s in (-1, 1)])
    assert p == pytest.approx(2 * t.sf(z, 6))


def test_an_effect_can_be_asked_several_times_over_the_other_way_and_with_more_confidence():
    fit = fit_quasi_poisson(COUNTS, DESIGN)
    error = np.sqrt(PHI * (1 / 32 + 1 / 120))

    ratio, lower, upper, p = fit.effect(1, times=-2, confidence=0.8)

    assert ratio == pytest.approx((8 / 30) ** 2)
    assert [lower, upper] == pytest.approx([ratio * np.exp(s * t.ppf(0.9, 6) * 2 * error) for s in (-1, 1)])
    assert p == pytest.approx(fit.effect(1)[3])


def test_the_mean_of_new_rows_has_the_doubt_of_its_group():
    fit = fit_quasi_poisson(COUNTS, DESIGN, offset=np.full(8, np.log(2.0)))

    mean, error = fit.log_mean(np.array([[1.0, 0], [1, 1]]), [0.0, np.log(2.0)])

    assert mean.tolist() == pytest.approx([np.log(4), np.log(30)])
    assert error.tolist() == pytest.approx([np.sqrt(PHI / 32), np.sqrt(PHI / 120)])
    assert fit.log_mean(np.array([[1.0, 0]]))[0].tolist() == pytest.approx([np.log(4)])


def test_counts_that_vary_less_than_chance_keep_the_doubt_of_chance():
    even = np.array([8.0, 8, 8, 8, 30, 30, 30, 31])

    fit = fit_quasi_poisson(even, DESIGN)

    assert fit.phi == 1
    assert fit.p_value(1) < fit.effect(1)[3]  # by the dispersion as estimated, which is below 1
    assert fit.freedom == 6
    assert np.log(fit.effect(1)[2] / fit.effect(1)[0]) == pytest.approx(t.ppf(0.975, 6) * np.sqrt(1 / 32 + 1 / 121))


def test_as_many_coefficients_as_rows_leave_one_degree_of_freedom():
    fit = fit_quasi_poisson([4, 9], np.eye(2))

    assert (fit.phi, fit.freedom) == (1, 1)
    assert fit.mu.tolist() == pytest.approx([4, 9])


def test_one_degree_of_freedom_is_enough_for_a_spread():
    design = np.array([[1.0, 0], [1, 0], [0, 1]])

    fit = fit_quasi_poisson(np.array([2.0, 18, 7]), design)

    assert (fit.phi, fit.freedom) == (pytest.approx(2 * 64 / 10), 1)


def test_without_any_error_there_is_no_p_value():
    fit = fit_quasi_poisson(COUNTS, DESIGN)
    certain = replace(fit, covariance=np.zeros((2, 2)))

    assert np.isnan(certain.effect(1)[3])
    assert certain.effect(1)[:3] == pytest.approx((30 / 8,) * 3)


def test_exposure_and_weights_are_part_of_the_fit():
    people = np.array([1.0, 3, 2, 2, 1, 1, 1, 1])
    weights = np.array([1.0, 1, 1, 1, 2, 0.5, 1, 1])

    by_people = fit_quasi_poisson(COUNTS, DESIGN, offset=np.log(people))
    by_weight = fit_quasi_poisson(COUNTS, DESIGN, weights=weights)

    assert by_people.mu[:4].tolist() == pytest.approx((32 / 8 * people[:4]).tolist())
    weighted = np.average(COUNTS[4:], weights=weights[4:])
    assert by_weight.mu[4] == pytest.approx(weighted)
    mean = np.repeat([8.0, weighted], 4)
    assert by_weight.phi == pytest.approx(np.sum(weights * (COUNTS - mean) ** 2 / mean) / 6)


def test_a_beginning_changes_no_end():
    found = fit_quasi_poisson(COUNTS, DESIGN, start=np.array([1.0, 1.0]))

    assert found.coefficients.tolist() == pytest.approx([np.log(8), np.log(30 / 8)])


def test_the_leverage_of_a_row_is_its_part_of_its_group():
    plain = fit_quasi_poisson(COUNTS, DESIGN).leverage
    weighted = fit_quasi_poisson(COUNTS, DESIGN, weights=np.array([1.0, 1, 1, 1, 2, 0.5, 1, 0.5])).leverage
    alone = fit_quasi_poisson(COUNTS, np.column_stack([DESIGN, np.eye(8)[0]])).leverage

    assert plain.tolist() == pytest.approx([0.25] * 8)
    assert weighted.tolist() == pytest.approx([0.25] * 4 + [0.5, 0.125, 0.25, 0.125])
    assert alone[0] == pytest.approx(1)
    assert 1 - alone[0] > 0.9e-9


def test_columns_that_follow_from_each_other_take_no_leverage_of_their_own():
    doubled = np.column_stack([DESIGN, GROUP])

    assert fit_quasi_poisson(COUNTS, doubled).leverage.tolist() == pytest.approx([0.25] * 8)


def test_a_group_without_events_has_a_mean_of_nothing():
    counts = np.r_[np.zeros(4), COUNTS[4:]]

    fit = fit_quasi_poisson(counts, DESIGN)

    assert fit.mu.tolist() == pytest.approx([0] * 4 + [30] * 4, abs=1e-6)


def test_a_perfect_fit_and_columns_that_hang_together_warn_nobody():
    even, doubled = np.full(8, 5.0), np.column_stack([DESIGN, GROUP])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fits = [fit_quasi_poisson(even, DESIGN), fit_quasi_poisson(COUNTS, doubled)]

    assert [fit.mu[0] for fit in fits] == pytest.approx([5, 8])


def test_unless_asked_otherwise_an_interval_holds_95_of_100():
    assert fit_quasi_poisson(COUNTS, DESIGN).effect(1) == fit_quasi_poisson(COUNTS, DESIGN).effect(1, confidence=0.95)
    assert ratio_with_interval(0.0, 1.0, 6)[2] == pytest.approx(np.exp(t.ppf(0.975, 6)))


def test_the_season_is_waves_of_a_year_and_parts_of_it():
    found = harmonics([0, 3, 6], 12, 2)

    assert found.shape == (3, 4)
    assert found[0].tolist() == pytest.approx([0, 1, 0, 1], abs=1e-12)
    assert found[1].tolist() == pytest.approx([1, 0, 0, -1], abs=1e-12)
    assert found[2].tolist() == pytest.approx([0, -1, 0, 1], abs=1e-12)
    assert harmonics([1], 12).tolist() == [pytest.approx([0.5, np.sqrt(0.75)])]
