"""Two counts compared: the vectors of independent implementations, the laws, and the edges."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2_contingency

from etl.statistics.comparisons import area_against_rest, pearson_dispersion, rate_ratio, year_on_year
from tests.spec.vectors_file import number, vector

POISSON = vector("poisson_exact")
YOY = vector("yoy")

#: Words of the vector to ours; "no data" has no events, so too few to compare.
WORDS = {"hoger": "higher", "lager": "lower", "te weinig": "too_few", "geen gegevens": "too_few"}

counts = st.integers(0, 5_000)
exposures = st.floats(0.01, 1_000)


@pytest.mark.parametrize("case", YOY["cases"], ids=lambda case: f"{case['previous']}-{case['current']}")
def test_year_on_year_equals_the_vector(case):
    found = year_on_year([case["previous"]], [case["current"]])

    expected = [number(case[key]) for key in ("ratio", "ratio_lo", "ratio_hi", "p_exact")]
    numbers = [found.ratio[0], found.lower[0], found.upper[0], found.p[0]]
    assert numbers == pytest.approx(expected, rel=YOY["tolerance_rel"], nan_ok=True)
    assert found.verdict[0] == WORDS[case["verdict"]]


@pytest.mark.parametrize("case", POISSON["two_sample"])
def test_rate_ratio_equals_r(case):
    (first, other), (t_first, t_other) = case["x"], case["T"]

    found = rate_ratio([first], [other], exposure_first=t_first, exposure_other=t_other)[0]

    expected = [case["estimate"], case["lo"], case["hi"], case["p"]]
    assert found.tolist() == pytest.approx(expected, rel=POISSON["tolerance_rel"])


def test_most_yearly_changes_of_an_area_are_noise():
    found = year_on_year([45, 90], [52, 120])

    assert found.verdict.tolist() == ["no_difference", "higher"]
    assert found.p.tolist() == pytest.approx([0.54, 0.045], abs=0.005)
    assert (100 * (np.array([found.lower[1], found.upper[1]]) - 1)).round().tolist() == [1, 77]


def test_fewer_than_ten_events_together_are_too_few_to_compare():
    found = year_on_year([3, 3, 0, 9], [6, 7, 9, 0])

    assert found.verdict.tolist() == ["too_few", "no_difference", "too_few", "too_few"]


def test_an_area_is_compared_with_the_rest_and_not_with_a_total_that_holds_it():
    found = area_against_rest([12], [1_450], [42], [159_450])

    assert found.ratio[0] == pytest.approx(43.586206896552)
    assert found.verdict[0] == "higher"


def test_an_area_that_is_the_whole_municipality_has_no_rest():
    found = area_against_rest([12], [1_000], [12], [1_000])

    assert np.isnan(found.ratio[0])
    assert found.verdict[0] is None


def test_an_area_larger_than_its_municipality_is_refused():
    with pytest.raises(ValueError, match="1 areas hold more"):
        area_against_rest([12], [100], [11], [1_000])


def test_missing_numbers_give_no_verdict():
    found = year_on_year([np.nan, 20, 20], [20, 20, 20], exposure_current=[1, 0, np.nan])

    assert found.verdict.tolist() == [None, None, None]
    assert np.isnan(found.p).all()


def test_a_fall_to_zero_has_a_ratio_of_zero_and_a_rise_from_zero_none():
    found = year_on_year([20, 0], [0, 20])

    assert found.ratio[0] == 0
    assert np.isnan(found.ratio[1])
    assert np.isnan(found.upper[1])
    assert found.verdict.tolist() == ["lower", "higher"]


def test_a_longer_year_is_taken_into_account():
    found = year_on_year([3_650], [3_660], exposure_previous=365, exposure_current=366)

    assert found.ratio[0] == pytest.approx(1)


def test_counts_that_vary_much_get_a_wider_interval():
    calm = year_on_year([90], [120])
    wild = year_on_year([90], [120], dispersion=2.0)

    error = np.sqrt(2.0 * (1 / 90 + 1 / 120))
    assert calm.verdict[0] == "higher"
    assert wild.verdict[0] == "no_difference"
    assert wild.lower[0] == pytest.approx(np.exp(np.log(120 / 90) - 1.959963984540054 * error))
    assert wild.upper[0] == pytest.approx(np.exp(np.log(120 / 90) + 1.959963984540054 * error))
    assert wild.ratio[0] == calm.ratio[0]


def test_dispersion_up_to_one_and_a_half_or_unknown_leaves_the_exact_interval():
    exact = year_on_year([90], [120])

    for phi in (0.3, 1.0, 1.5, np.nan):
        assert year_on_year([90], [120], dispersion=phi).upper[0] == exact.upper[0]


def test_a_dispersed_rise_from_zero_needs_more_events():
    found = year_on_year([0, 0, 30], [12, 40, 0], dispersion=4.0)

    assert found.verdict.tolist() == ["no_difference", "higher", "lower"]
    assert found.lower[0] == pytest.approx(rate_ratio([3], [0])[0, 1])


@pytest.mark.parametrize("bad", [-1, 0.5])
def test_negative_and_fractional_counts_are_refused(bad):
    with pytest.raises(ValueError, match="no whole number"):
        year_on_year([bad], [10])
    with pytest.raises(ValueError, match="shape"):
        year_on_year([1, 2], [10])
    with pytest.raises(ValueError, match="exposure"):
        year_on_year([1], [10], exposure_current=-1)


def test_dispersion_is_the_pearson_statistic_of_year_by_calendar_month():
    monthly = np.random.default_rng(20).poisson(15, 36)

    phi = pearson_dispersion(monthly)

    reference = chi2_contingency(monthly.reshape(3, 12), correction=False)
    assert phi[0] == pytest.approx(reference.statistic / reference.dof)


def test_dispersion_is_about_one_for_poisson_counts_with_season_and_trend_and_larger_for_wild_ones():
    draw = np.random.default_rng(7)
    mean = 8 * np.tile(1 + 0.4 * np.sin(np.arange(12)), 3) * np.repeat([1, 0.9, 0.7], 12)

    calm = pearson_dispersion(draw.poisson(mean, (2_000, 36)))
    wild = pearson_dispersion(draw.poisson(mean * draw.gamma(4, 1 / 4, (2_000, 36))))

    assert calm.mean() == pytest.approx(1, abs=0.03)
    assert wild.mean() > 2


def test_dispersion_of_an_empty_or_incomplete_series_is_unknown():
    gap = np.full(36, 4.0)
    gap[5] = np.nan

    assert np.isnan(pearson_dispersion([np.zeros(36), gap])).all()
    with pytest.raises(ValueError, match="whole years"):
        pearson_dispersion(np.ones(30))
    with pytest.raises(ValueError, match="whole years"):
        pearson_dispersion(np.ones(12))


def test_ten_thousand_comparisons_take_less_than_half_a_second():
    draw = np.random.default_rng(3)
    area, total = draw.integers(0, 500, 10_000), draw.integers(1_000, 90_000, 10_000)

    start = time.perf_counter()
    area_against_rest(area, 1_200, total, 160_000)

    assert time.perf_counter() - start < 0.5


@given(first=counts, other=counts, t_first=exposures, t_other=exposures)
def test_an_interval_holds_its_ratio(first, other, t_first, t_other):
    ratio, lower, upper, p = rate_ratio([first], [other], exposure_first=t_first, exposure_other=t_other)[0]

    if first + other == 0:
        assert np.isnan([ratio, lower, upper, p]).all()
        return
    assert 0 < p <= 1 or p == 0
    assert np.isnan(ratio) == np.isnan(upper) == (other == 0)
    if other:
        assert lower <= ratio <= upper


@given(first=counts, other=counts, phi=st.sampled_from([1.0, 2.5]))
def test_swapping_the_two_turns_the_ratio_over(first, other, phi):
    there = year_on_year([other], [first], dispersion=phi, exposure_current=2.0)
    back = year_on_year([first], [other], dispersion=phi, exposure_previous=2.0)

    assert back.p[0] == pytest.approx(there.p[0], rel=1e-6, nan_ok=True)
    if first and other:
        assert back.ratio[0] == pytest.approx(1 / there.ratio[0])
        assert [back.lower[0], back.upper[0]] == pytest.approx([1 / there.upper[0], 1 / there.lower[0]], rel=1e-6)
    opposite = {"higher": "lower", "lower": "higher"}
    assert back.verdict[0] == opposite.get(there.verdict[0], there.verdict[0])


@given(first=st.integers(0, 400), other=st.integers(0, 400), t_first=st.sampled_from([0.1, 1.0, 3.0, 52.14]))
def test_the_p_value_equals_that_of_the_binomial_test(first, other, t_first):
    if first + other:
        p = rate_ratio([first], [other], exposure_first=t_first)[0, 3]

        assert p == pytest.approx(binomtest(first, first + other, t_first / (t_first + 1)).pvalue, rel=1e-6)
