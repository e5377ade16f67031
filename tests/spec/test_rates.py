"""Rates and shares: the vectors of independent implementations, the laws, and the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.statistics.rates import (
    byar,
    crude_rate,
    exact_poisson,
    exact_poisson_bounds,
    poisson_bounds,
    weighted_bounds,
    wilson_share,
    z_value,
)
from tests.spec.vectors_file import number, vector

RATES = vector("rates_ci")
POISSON = vector("poisson_exact")

counts = st.integers(0, 1_000_000)


@pytest.mark.parametrize("case", RATES["byar_wilson"])
def test_bounds_equal_those_of_the_vector(case):
    if case["method"] == "Wilson":
        bounds = wilson_share([case["x"]], [case["n"]], per=1, confidence=case["confidence"])[0, 1:]
    else:
        bounds = byar([case["x"]], confidence=case["confidence"])[0]

    assert bounds.tolist() == pytest.approx([case["lower"], case["upper"]], rel=RATES["tolerance_rel"])


@pytest.mark.parametrize("case", RATES["rates"])
@pytest.mark.parametrize(("confidence", "suffix"), [(0.95, "95"), (0.998, "998")])
def test_rates_equal_those_of_the_vector(case, confidence, suffix):
    rate = crude_rate(
        [number(case["numerator"])], [number(case["denominator"])], per=case["multiplier"], confidence=confidence
    )[0]

    expected = [number(case[key]) for key in ("value", f"lower{suffix}", f"upper{suffix}")]
    assert rate.tolist() == pytest.approx(expected, rel=RATES["tolerance_rel"], nan_ok=True)


@pytest.mark.parametrize("case", POISSON["one_sample"])
def test_exact_bounds_equal_those_of_r(case):
    bounds = exact_poisson([case["x"]])[0]

    assert bounds.tolist() == pytest.approx([case["lo"], case["hi"]], rel=POISSON["tolerance_rel"])


def test_exact_bounds_below_ten_and_byar_from_ten():
    bounds = poisson_bounds([0, 9, 10])

    assert bounds[0].tolist() == pytest.approx([0, 3.688879454114])
    assert bounds[1].tolist() == exact_poisson([9])[0].tolist()
    assert bounds[2].tolist() == byar([10])[0].tolist()


def test_the_constants_for_a_query_are_the_exact_bounds_of_zero_to_nine():
    constants = exact_poisson_bounds(9)

    assert constants.shape == (10, 2)
    assert constants.tolist() == poisson_bounds(range(10)).tolist()
    assert constants[0].tolist() == pytest.approx([0, 3.688879454114])


def test_nothing_happened_is_a_rate_of_zero_with_an_upper_bound():
    assert crude_rate([0], [500])[0].tolist() == pytest.approx([0, 0, 1000 * 3.688879454114 / 500])


def test_without_people_there_is_no_rate_and_never_infinity():
    rates = crude_rate([4, 0, 4, np.nan], [0, 0, np.nan, 100])

    assert np.isnan(rates).all()


def test_more_events_than_people_is_a_rate():
    assert crude_rate([248], [10])[0, 0] == 24_800


def test_a_share_above_one_is_refused():
    with pytest.raises(ValueError, match="1 parts are larger than their whole"):
        wilson_share([11, 3], [10, 10])


@pytest.mark.parametrize("bad", [-1, 1.5, np.inf])
def test_negative_and_fractional_counts_are_refused(bad):
    for function in (exact_poisson, byar, poisson_bounds):
        with pytest.raises(ValueError, match="1 values of count"):
            function([3, bad])
    with pytest.raises(ValueError, match="1 values of numerator"):
        crude_rate([3, bad], [100, 100])


def test_columns_of_different_length_and_negative_people_are_refused():
    with pytest.raises(ValueError, match="shape"):
        crude_rate([1, 2], [100])
    with pytest.raises(ValueError, match="negative"):
        crude_rate([1], [-5])
    with pytest.raises(ValueError, match="negative"):
        crude_rate([1], [5], exposure_years=-1)
    with pytest.raises(ValueError, match="confidence"):
        crude_rate([1], [5], confidence=95)


def test_a_month_is_brought_to_a_rate_per_year():
    month, year = crude_rate([12], [1_000], exposure_years=1 / 12), crude_rate([12], [1_000])

    assert month[0].tolist() == pytest.approx((year[0] * 12).tolist())


def test_no_rows_give_no_rows():
    assert crude_rate([], []).shape == (0, 3)
    assert poisson_bounds([]).shape == (0, 2)
    assert wilson_share([], []).shape == (0, 3)


def test_a_share_of_all_or_none_keeps_its_bounds_within_the_scale():
    none, all_of_them = wilson_share([0, 20], [20, 20])

    assert none.tolist() == pytest.approx([0, 0, 16.11252], rel=1e-5)
    assert all_of_them.tolist() == pytest.approx([100, 83.88748, 100], rel=1e-5)


def test_the_constant_of_the_95_percent_interval():
    assert z_value() == pytest.approx(1.959963984540054)


@given(count=counts, people=st.integers(1, 10_000_000))
def test_an_interval_holds_its_rate(count, people):
    rate, lower, upper = crude_rate([count], [people])[0]

    assert 0 <= lower <= rate < upper


@given(part=st.integers(0, 100_000), rest=st.integers(0, 100_000))
def test_an_interval_holds_its_share(part, rest):
    share, lower, upper = wilson_share([part], [part + rest])[0]

    if part + rest == 0:
        assert np.isnan([share, lower, upper]).all()
    else:
        assert 0 <= lower <= share <= upper <= 100


@given(count=st.integers(0, 100_000))
def test_bounds_rise_with_the_count(count):
    now, more = poisson_bounds([count, count + 1])

    assert (now <= more).all()


@given(count=st.integers(10, 100_000))
def test_the_approximation_is_close_to_the_exact_interval(count):
    assert byar([count])[0].tolist() == pytest.approx(exact_poisson([count])[0].tolist(), rel=2e-3)


@given(count=st.integers(1, 10_000), weight=st.floats(0.1, 1_000))
def test_bounds_of_equal_weights_are_those_of_the_count(count, weight):
    total, spread = weight * count, weight**2 * count

    bounds = weighted_bounds(np.array([total]), np.array([float(count)]), np.array([spread]))[0]

    assert bounds.tolist() == pytest.approx((weight * poisson_bounds([count])[0]).tolist())


def test_one_heavy_event_makes_a_sum_uncertain():
    light, heavy = (np.array([number]) for number in (100.0, 100.0 + 5_000))  # 100 of 1 day; the same and one of 5,000

    narrow = weighted_bounds(light, np.array([100.0]), np.array([100.0]))[0]
    wide = weighted_bounds(heavy, np.array([101.0]), np.array([100.0 + 5_000**2]))[0]

    assert np.ptp(wide) > 200 * np.ptp(narrow)
    assert wide[0] == 0


def test_bounds_of_parts_of_events_are_those_of_the_whole_numbers_around():
    total, events, spread = np.array([25.0]), np.array([2.5]), np.array([250.0])  # weight 10

    lower, upper = weighted_bounds(total, events, spread)[0]

    assert lower == pytest.approx(10 * poisson_bounds([2])[0, 0])
    assert upper == pytest.approx(10 * poisson_bounds([3])[0, 1])


def test_a_weighted_sum_without_events_or_unknown_has_no_bounds():
    bounds = weighted_bounds(np.array([0.0, np.nan]), np.array([0.0, np.nan]), np.array([0.0, np.nan]))

    assert np.isnan(bounds).all()
