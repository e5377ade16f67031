"""Did it work: the vector of the displacement quotient, other programs' numbers, laws, and what chance does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from etl.statistics.difference_in_differences import difference_in_differences
from etl.statistics.displacement import displacement, relative_effect, weighted_displacement_quotient
from etl.statistics.evaluation import evaluate
from etl.statistics.interrupted_series import interrupted_series
from etl.statistics.synthetic_control import simplex_weights, synthetic_control
from tests.conftest import IS_SOAK
from tests.spec.vectors_file import number, vector

WDQ = vector("wdq")
READING = {
    "uitstraling": "diffusion",
    "verplaatsing < effect": "displacement",
    "verplaatsing > effect": "more_displacement_than_effect",
    "geen effect: WDQ niet tonen": "no_success",
}
START, N_PERIODS = 30, 48


def panel(draw, *, n_areas=24, level=10.0, phi=1.4, drift=0.0, effect=1.0, n_treated=1):
    """Areas of unequal size with season and trend; `drift`: areas move apart at the start, as areas do."""
    size = draw.gamma(4, level / 4, (n_areas, 1)) + 2
    month = np.arange(N_PERIODS)
    mean = size * (1 + 0.3 * np.sin(2 * np.pi * month / 12)) * 0.95 ** (month / 12)
    mean = mean * np.where(month >= START, np.exp(draw.normal(0, drift, (n_areas, 1))), 1)
    mean[:n_treated, START:] *= effect
    return draw.poisson(draw.gamma(mean / (phi - 1), phi - 1))


def evaluated(n, **kinds):
    """Results of n made-up interventions of which an effect is given."""
    draw = np.random.default_rng(3)
    treated = np.arange(24) < kinds.get("n_treated", 1)
    found = [
        evaluate(panel(draw, **kinds), START, is_treated=treated, is_comparison=~treated, seed=seed)
        for seed in range(n)
    ]
    given_ = [one for one in found if one.effect is not None]
    assert len(given_) > 0.85 * n
    return given_


@pytest.mark.parametrize("case", WDQ["cases"], ids=lambda case: case["name"])
def test_the_displacement_quotient_equals_the_vector(case):
    totals = [case[key] for key in ("a0", "a1", "b0", "b1", "c0", "c1")]

    success, quotient, reading = weighted_displacement_quotient(*totals)
    with_1_96 = 2 * ndtr(1.96) - 1  # the vector rounds the normal quantile
    effect = relative_effect(case["a0"], case["a1"], case["c0"], case["c1"], confidence=with_1_96)

    rel = WDQ["tolerance_rel"]
    assert success == pytest.approx(case["success_measure"], rel=rel)
    assert quotient == pytest.approx(number(case["wdq"]), rel=rel, nan_ok=True)
    assert reading == READING[case["reading"]]
    assert effect == pytest.approx((case["relative_effect"], case["res_lo"], case["res_hi"]), rel=rel)


def test_no_events_in_the_comparison_leave_the_quotient_undefined():
    assert weighted_displacement_quotient(10, 5, 8, 8, 0, 9)[2] == "no_success"
    assert np.isnan(weighted_displacement_quotient(10, 5, 8, 8, 9, 0)[1])
    assert np.isnan(relative_effect(0, 5, 9, 9)).all()


def test_difference_in_differences_equals_the_regression_with_all_dummies():
    draw = np.random.default_rng(1)
    counts = panel(draw, n_areas=8).astype(float)[:, 20:40]
    counts[3, 4] = np.nan
    exposure = draw.integers(500, 1_500, counts.shape).astype(float)
    treated, after = np.arange(8) < 2, np.arange(20) >= 10

    found = difference_in_differences(counts, exposure, treated, after)

    area, period = np.nonzero(~np.isnan(counts))
    dummies = [area[:, None] == np.arange(8), period[:, None] == np.arange(1, 20), treated[area] & after[period]]
    offset = np.log(exposure[area, period])
    reference = GLM(counts[area, period], np.column_stack(dummies).astype(float), family=Poisson(), offset=offset)
    reference = reference.fit(scale="X2")
    assert found.ratio == pytest.approx(np.exp(reference.params[-1]), rel=1e-7)
    assert found.phi == pytest.approx(max(1, reference.scale), rel=1e-6)
    error = np.log(found.upper / found.lower) / 2 / 1.97591  # t of 131 degrees of freedom, to five digits about
    assert error == pytest.approx(reference.bse[-1] * np.sqrt(found.phi / reference.scale), rel=5e-3)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15)
def test_swapping_treated_and_comparison_turns_the_ratio_over(seed):
    counts = panel(np.random.default_rng(seed), n_areas=6).astype(float)
    people, treated, after = np.ones(counts.shape), np.arange(6) < 3, np.arange(N_PERIODS) >= START

    there = difference_in_differences(counts, people, treated, after)
    back = difference_in_differences(counts, people * 7, ~treated, after)

    assert there.ratio == pytest.approx(1 / back.ratio, rel=1e-6)
    assert there.lower == pytest.approx(1 / back.upper, rel=1e-6)
    assert there.p_randomisation == pytest.approx(back.p_randomisation)
    assert there.lower <= there.ratio <= there.upper
    assert np.nansum(there.expected[:START]) == pytest.approx(counts[:3, :START].sum(), rel=1e-6)


@pytest.mark.parametrize(("effect", "n_treated"), [(1.0, 1), (0.7, 3)])
def test_the_interval_holds_the_true_effect_95_times_of_100(effect, n_treated):
    n = 1_000 if IS_SOAK else 120

    found = evaluated(n, effect=effect, n_treated=n_treated)

    coverage = np.mean([one.effect.lower <= effect <= one.effect.upper for one in found])
    assert coverage == pytest.approx(0.95, abs=0.02 if IS_SOAK else 0.045)


def test_without_an_effect_a_verdict_is_wrong_at_most_five_times_of_100_also_where_areas_drift():
    n = 1_000 if IS_SOAK else 120

    calm, drifting = evaluated(n), evaluated(n, drift=0.2)

    for found in (calm, drifting):
        assert np.mean([one.verdict in ("lower", "higher") for one in found]) <= 0.05
    # The interval alone would be wrong far more often: the randomisation test is what holds.
    assert np.mean([not one.effect.lower <= 1 <= one.effect.upper for one in drifting]) > 0.15


def test_forty_per_cent_fewer_is_seen_and_no_reassignment_comes_near():
    found = evaluated(60, effect=0.6, level=20)

    assert np.mean([one.verdict == "lower" for one in found]) > 0.75
    assert np.mean([one.effect.p_randomisation <= 0.05 for one in found]) > 0.9


def test_a_calm_start_is_seldom_called_a_peak():
    draw = np.random.default_rng(4)
    treated = np.arange(24) < 1

    found = [evaluate(panel(draw), START, is_treated=treated, is_comparison=~treated) for _ in range(150)]

    assert np.mean(["peak_before_start" in one.refusals for one in found]) <= 0.08


def test_the_bootstrap_interval_of_the_quotient_holds_the_truth():
    draw = np.random.default_rng(2)
    before, after = np.array([20, 40, 200.0]), np.array([12, 36, 200.0])
    truth = weighted_displacement_quotient(*np.column_stack([before, after]).ravel())[1]
    n, inside = (400 if IS_SOAK else 80), []

    for seed in range(n):
        counts = [draw.poisson(mean[:, np.newaxis] * np.ones(24)) for mean in (before, after)]
        found = displacement(*counts, seed=seed)
        inside.append(found.lower <= truth <= found.upper)

    assert np.mean(inside) == pytest.approx(0.95, abs=0.06)


@given(scale=st.integers(1, 50), b1=st.integers(1, 400))
def test_the_quotient_does_not_depend_on_how_long_was_counted(scale, b1):
    once = weighted_displacement_quotient(200, 120, 300, b1, 1_000, 900)
    longer = weighted_displacement_quotient(200, 120 * scale, 300, b1 * scale, 1_000, 900 * scale)

    assert longer[1] == pytest.approx(once[1], rel=1e-9, abs=1e-12)
    assert longer[2] == once[2] or abs(once[1]) < 1e-9 or abs(once[1] + 1) < 1e-9


def test_a_step_in_one_series_is_found_with_its_size():
    month = np.arange(72)
    mean = 60 * 1.05 ** (month / 12) * (1 + 0.3 * np.sin(2 * np.pi * month / 12)) * np.where(month >= 48, 0.7, 1)
    draw = np.random.default_rng(6)

    found = [interrupted_series(draw.poisson(mean), 48) for _ in range(400 if IS_SOAK else 150)]

    assert np.mean([one.level for one in found]) == pytest.approx(0.7, abs=0.02)
    assert np.mean([one.level_lower <= 0.7 <= one.level_upper for one in found]) == pytest.approx(0.95, abs=0.04)
    assert np.mean([one.is_autocorrelated for one in found]) < 0.08
    assert found[0].expected[48:].sum() == pytest.approx(mean[48:].sum() / 0.7, rel=0.2)


@given(seed=st.integers(0, 10_000), n=st.integers(10, 30))
@settings(max_examples=25)
def test_weights_of_a_synthetic_control_are_shares_and_no_single_donor_fits_better(seed, n):
    draw = np.random.default_rng(seed)
    donors, target = draw.poisson(40, (n, 24)).astype(float), draw.poisson(40, 24).astype(float)

    weights = simplex_weights(target, donors)

    assert np.all(weights >= 0)
    assert weights.sum() == pytest.approx(1)
    own = np.sum((target - weights @ donors) ** 2)
    assert own <= np.sum((target - donors) ** 2, axis=1).min() * (1 + 1e-6)
    assert own <= np.sum((target - donors.mean(axis=0)) ** 2) * (1 + 1e-6)


def test_a_mix_of_donors_is_found_and_its_departure_stands_out():
    draw = np.random.default_rng(9)
    donors = draw.gamma(9, 10, (15, 1)) * (1 + 0.3 * draw.normal(0, 1, (15, 40)).cumsum(axis=1) / 6)
    treated = 0.5 * donors[2] + 0.3 * donors[7] + 0.2 * donors[9]
    treated[28:] *= 0.6

    found = synthetic_control(treated + draw.normal(0, 0.5, 40), donors, 28)

    assert found.weights[[2, 7, 9]] == pytest.approx([0.5, 0.3, 0.2], abs=0.1)
    assert found.ratio == pytest.approx(0.6, abs=0.05)
    assert found.p == pytest.approx(1 / 16)
    assert found.error < 0.05
