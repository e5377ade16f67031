"""The funnel: the vectors of independent implementations, the laws, and the edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.statistics.funnel import (
    expected_at_limit,
    expected_from_rest,
    funnel_proportion,
    funnel_ratio,
    overdispersion,
    proportion_limits,
    ratio_limits,
)
from etl.statistics.rates import poisson_bounds, wilson_share
from tests.spec.vectors_file import vector

RATIO = vector("funnel_ratio")
PROPORTION = vector("funnel_proportion")
SPREAD = vector("funnel_overdispersion")

#: Words of the vector to ours: the verdict, and whether the 99.8 % limits are crossed too.
WORDS = {
    "Not significant": ("no_difference", False),
    "High (0.025)": ("higher", False),
    "High (0.001)": ("higher", True),
    "Low (0.025)": ("lower", False),
    "Low (0.001)": ("lower", True),
}


def said(funnel):
    return list(zip(funnel.verdict.tolist(), funnel.is_beyond_998.tolist(), strict=True))


@pytest.mark.parametrize("case", RATIO["limits"], ids=lambda case: str(case["observed"]))
@pytest.mark.parametrize(("confidence", "name"), [(0.95, "95"), (0.998, "998")])
def test_limits_of_the_ratio_equal_the_vector(case, confidence, name):
    found = expected_at_limit([case["observed"]], confidence=confidence)[0]

    expected = [case[f"lower{name}_expected"], case[f"upper{name}_expected"]]
    assert found.tolist() == pytest.approx(expected, rel=RATIO["tolerance_rel"])


def test_verdicts_on_ratios_equal_the_vector():
    observed = [case["observed"] for case in RATIO["significance"]]
    expected = [case["expected"] for case in RATIO["significance"]]

    found = funnel_ratio(observed, expected, is_spread_counted=False)

    assert said(found) == [WORDS[case["significance"]] for case in RATIO["significance"]]


def test_verdicts_on_shares_equal_the_vector():
    numerator = [case["numerator"] for case in PROPORTION["cases"]]
    denominator = [case["denominator"] for case in PROPORTION["cases"]]

    found = funnel_proportion(numerator, denominator, average=PROPORTION["all_average"], is_spread_counted=False)

    assert said(found) == [WORDS[case["significance"]] for case in PROPORTION["cases"]]


def test_over_dispersion_equals_the_vector():
    expected = SPREAD["cqc"]

    found = funnel_ratio(SPREAD["observed"], SPREAD["expected"])
    chance_alone = funnel_ratio(SPREAD["observed"], SPREAD["expected"], is_spread_counted=False)
    trimmed = overdispersion(expected["z"], 4 * np.array(SPREAD["expected"]), is_trimmed=True)

    tolerance = SPREAD["tolerance_rel"]
    assert chance_alone.z.tolist() == pytest.approx(expected["z"], rel=tolerance)
    assert (found.phi, found.tau2) == pytest.approx((expected["phi_winsor"], expected["tau2_winsor"]), rel=tolerance)
    assert trimmed == pytest.approx((expected["phi_trunc"], expected["tau2_trunc"]), rel=tolerance)


def test_the_spread_between_areas_counts_from_twenty_areas_on():
    counts, expected = [40, 5] * 10, [20.0] * 20

    nineteen = funnel_ratio(counts[:19], expected[:19])
    twenty = funnel_ratio(counts, expected)

    assert nineteen.tau2 == 0
    assert np.isnan(nineteen.phi)
    assert set(nineteen.verdict) == {"higher", "lower"}
    assert twenty.tau2 > 0
    assert set(twenty.verdict) == {"no_difference"}


def test_an_area_that_stands_out_among_areas_that_differ_is_still_found():
    counts = [15, 25] * 20 + [110]

    found = funnel_ratio(counts, [20.0] * 41)

    assert found.tau2 > 0
    assert found.verdict[-1] == "higher"
    assert found.is_beyond_998[-1]
    assert (found.verdict[:-1] == "no_difference").all()


def test_the_expectation_of_an_area_comes_from_the_others():
    found = expected_from_rest([12, 10, 20, np.nan], [1_000, 2_000, 3_000, 500])

    assert found[:3].tolist() == [[6.0, 30.0], [16.0, 32.0], [pytest.approx(22.0), 22.0]]
    assert np.isnan(found[3]).all()


def test_an_area_alone_has_no_rest_and_no_verdict():
    expected = expected_from_rest([12], [1_000])
    found = funnel_ratio([12], expected[:, 0], reference_events=expected[:, 1])

    assert np.isnan(expected).all()
    assert found.verdict.tolist() == [None]


def test_nothing_expected_or_nothing_known_gives_no_verdict():
    found = funnel_ratio([4, np.nan, 4], [0, 10, np.nan])
    shares = funnel_proportion([4, np.nan, 0], [10, 10, 0])

    assert found.verdict.tolist() == [None, None, None]
    assert np.isnan(found.value).all()
    assert shares.verdict.tolist() == ["no_difference", None, None]


def test_no_events_are_lower_only_where_four_were_expected():
    found = funnel_ratio([0, 0, 0], [1.0, 3.6, 3.7])

    assert found.verdict.tolist() == ["no_difference", "no_difference", "lower"]


def test_a_handful_of_events_in_all_is_too_few():
    found = funnel_ratio([6, 6], [1.0, 1.0], reference_events=[3, 4])

    assert found.verdict.tolist() == ["too_few", "higher"]
    assert found.is_beyond_998.tolist() == [False, False]


def test_the_chance_of_the_reference_counts_where_the_area_is_large():
    known_exactly = funnel_ratio([125], [100.0])
    half_of_all = funnel_ratio([125], [100.0], reference_events=[100])

    assert known_exactly.verdict.tolist() == ["higher"]
    assert half_of_all.verdict.tolist() == ["no_difference"]


def test_the_chance_of_the_reference_widens_the_drawn_limits_too():
    found = funnel_ratio([100], [100.0], reference_events=[25], is_spread_counted=False)

    width = 1.959963984540054 * np.sqrt(1 / 400 + 1 / 100)
    assert (found.lower_95[0], found.upper_95[0]) == pytest.approx(((1 - width) ** 2, (1 + width) ** 2))


def test_the_spread_between_areas_widens_the_limits_by_tau2():
    found = funnel_ratio(SPREAD["observed"], SPREAD["expected"])

    width = 3.090232306167813 * np.sqrt(1 / (4 * np.array(SPREAD["expected"])) + found.tau2)
    low, high = ratio_limits(SPREAD["expected"], confidence=0.998)
    assert found.lower_998.tolist() == pytest.approx(np.minimum(low, np.maximum(0, 1 - width) ** 2).tolist())
    assert found.upper_998.tolist() == pytest.approx(np.maximum(high, (1 + width) ** 2).tolist())
    assert (found.upper_998 > high).mean() > 0.9


def test_limits_of_a_share_are_wilsons_around_the_average():
    low, high = proportion_limits([50, 200, 0], 0.3)

    expected = wilson_share([15, 60], [50, 200], per=1)
    assert low[:2].tolist() == pytest.approx(expected[:, 1].tolist())
    assert high[:2].tolist() == pytest.approx(expected[:, 2].tolist())
    assert np.isnan([low[2], high[2]]).all()


def test_shares_that_differ_by_nature_get_wider_limits_on_the_arcsine_scale():
    part, whole = np.array([20, 60] * 12), np.full(24, 100)

    by_chance = funnel_proportion(part, whole, is_spread_counted=False)
    found = funnel_proportion(part, whole)

    middle = np.arcsin(np.sqrt(0.4))
    z = 20 * (np.arcsin(np.sqrt(0.6)) - middle)
    assert by_chance.target == pytest.approx(0.4)
    assert by_chance.z[1] == pytest.approx(z)
    assert set(by_chance.verdict) == {"higher", "lower"}
    assert set(found.verdict) == {"no_difference"}
    assert found.phi == pytest.approx(np.mean(by_chance.z**2))
    assert found.tau2 == pytest.approx((24 * found.phi - 23) / (400 * 23))
    width = 1.959963984540054 * np.sqrt(1 / 400 + found.tau2)
    assert found.upper_95[0] == pytest.approx(np.sin(middle + width) ** 2)
    assert found.lower_95[0] == pytest.approx(np.sin(middle - width) ** 2)


def test_shares_of_none_and_all_keep_their_limits_within_the_scale():
    found = funnel_proportion([0, 100] * 10, [100] * 20)

    assert found.tau2 > 0
    assert found.lower_998.tolist() == [0] * 20
    assert found.upper_998.tolist() == pytest.approx([1] * 20)


def test_an_area_without_people_takes_no_part_in_what_is_expected():
    found = expected_from_rest([12, 10, 5], [1_000, 2_000, 0])

    assert found[:2].tolist() == [[5.0, 10.0], [24.0, 12.0]]
    assert np.isnan(found[2]).all()


def test_an_unknown_distance_takes_no_part_in_the_spread():
    assert overdispersion([1.0, np.nan, -3.0], [4, 4, 8]) == overdispersion([1.0, -3.0], [4, 8])
    assert overdispersion([1.0, 2.0, -3.0], [4, np.nan, 8]) == overdispersion([1.0, -3.0], [4, 8])
    assert np.isnan(overdispersion([1.0], [4])[0])


def test_bad_numbers_are_refused():
    with pytest.raises(ValueError, match="observed count"):
        funnel_ratio([1.5], [2])
    with pytest.raises(ValueError, match="expected number is negative"):
        funnel_ratio([1], [-2])
    with pytest.raises(ValueError, match="shape"):
        funnel_ratio([1, 2], [2])
    with pytest.raises(ValueError, match="1 parts"):
        funnel_proportion([11], [10])
    with pytest.raises(ValueError, match="not a share"):
        funnel_proportion([5], [10], average=5)
    with pytest.raises(ValueError, match="exposure"):
        expected_from_rest([1], [-1])
    with pytest.raises(ValueError, match="shape"):
        expected_from_rest([1], [1, 2])
    with pytest.raises(ValueError, match="shape"):
        funnel_proportion([1], [1, 2])


def test_no_areas_give_an_empty_funnel():
    assert funnel_ratio([], []).verdict.tolist() == []
    assert funnel_proportion([], []).verdict.tolist() == []
    assert expected_from_rest([], []).shape == (0, 2)


@pytest.mark.parametrize(("confidence", "most"), [(0.95, 0.05), (0.998, 0.002)])
def test_by_chance_alone_few_areas_stand_out(confidence, most):
    expected = np.repeat([2.0, 8.0, 20.0, 100.0], 5_000)
    counts = np.random.default_rng(4).poisson(expected)

    found = funnel_ratio(counts, expected, is_spread_counted=False)

    stands_out = found.verdict != "no_difference" if confidence == 0.95 else found.is_beyond_998
    assert np.mean(stands_out) <= most


def test_areas_that_differ_by_nature_do_not_make_half_a_city_stand_out():
    rng = np.random.default_rng(5)
    expected = rng.uniform(20, 200, 2_000)
    counts = rng.poisson(expected * rng.lognormal(0, 0.3, 2_000))

    by_chance = funnel_ratio(counts, expected, is_spread_counted=False)
    with_spread = funnel_ratio(counts, expected)

    assert np.mean(by_chance.verdict != "no_difference") > 0.4
    # Not 5 %: pulling in the outermost tenths also pulls in part of the spread itself.
    assert 0.01 < np.mean(with_spread.verdict != "no_difference") < 0.15


@given(st.lists(st.tuples(st.integers(0, 300), st.floats(0.1, 300)), min_size=1, max_size=40))
@settings(max_examples=60)
def test_verdict_and_drawing_never_differ_and_order_does_not_matter(areas):
    observed, expected = np.array(areas).T

    found = funnel_ratio(observed, expected)
    turned = funnel_ratio(observed[::-1], expected[::-1])

    is_out = (found.value > found.upper_95) | (found.value < found.lower_95)
    assert (is_out == np.isin(found.verdict, ("higher", "lower"))).all()
    assert (found.lower_998 <= found.lower_95).all()
    assert (found.upper_998 >= found.upper_95).all()
    assert turned.verdict[::-1].tolist() == found.verdict.tolist()
    assert turned.tau2 == pytest.approx(found.tau2)


@given(count=st.integers(0, 500), expected=st.floats(0.05, 500))
def test_the_drawn_limit_is_the_interval_of_the_area(count, expected):
    (lower, upper), (low, high) = poisson_bounds([count])[0], ratio_limits([expected])

    assert (count / expected > high[0]) == (lower > expected)
    assert (count / expected < low[0]) == (upper < expected)
