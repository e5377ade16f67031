"""The limits of a funnel by hand: spread, reference and the edges of each size."""

import numpy as np
import pytest
from scipy.stats import norm

from etl.statistics.funnel import (
    expected_at_limit,
    expected_from_rest,
    funnel_proportion,
    funnel_ratio,
    overdispersion,
    proportion_limits,
    ratio_limits,
)
from etl.statistics.rates import exact_poisson, poisson_bounds

Z95, Z998 = norm.ppf(0.975), norm.ppf(0.999)
COUNTS = np.array([10, 15, 20, 25, 30, 14, 26, 22, 18, 35] * 2, dtype=float)
EXPECTED = np.full(20, 20.0)


def test_the_spread_by_hand():
    z = np.array([-3.0, -2, -1, 0, 0, 0, 0, 1, 2, 3, 9])  # the outermost tenth on each side is one of eleven
    weight = np.arange(1.0, 12)

    phi, tau2 = overdispersion(z, weight)
    inner_phi, inner_tau2 = overdispersion(z, weight, is_trimmed=True)

    pulled_in = np.array([-2.0, -2, -1, 0, 0, 0, 0, 1, 2, 3, 3])
    assert phi == pytest.approx(np.mean(pulled_in**2))
    assert tau2 == pytest.approx((11 * phi - 10) / (66 - np.sum(weight**2) / 66))
    assert inner_phi == pytest.approx(np.mean(z[1:-1] ** 2))
    inner = weight[1:-1]
    assert inner_tau2 == pytest.approx((9 * inner_phi - 8) / (inner.sum() - np.sum(inner**2) / inner.sum()))


def test_what_differs_no_more_than_chance_adds_nothing():
    assert overdispersion([0.5, -0.5, 0.5, -0.5], [4.0] * 4) == (pytest.approx(0.25), 0)
    phi, tau2 = overdispersion([1.0, -1, 1, -1], [4.0] * 4)
    assert (phi, tau2) == (1, pytest.approx(1 / 12))


def test_one_area_has_no_spread_and_unknown_ones_do_not_count():
    assert np.isnan(overdispersion([2.0], [4.0])[0])
    assert overdispersion([2.0], [4.0])[1] == 0
    known = overdispersion([3.0, -3], [4.0, 4])
    assert known[1] > 0
    assert overdispersion([3.0, np.nan, -3, 5], [4.0, 4, 4, np.inf]) == known


def test_limits_with_spread_are_those_of_chance_and_areas_together():
    found = funnel_ratio(COUNTS, EXPECTED)

    z = (np.sqrt(COUNTS / 20) - 1) * 2 * np.sqrt(20)
    assert (found.phi, found.tau2) == overdispersion(z, 4 * EXPECTED)
    assert found.tau2 > 0
    error = np.sqrt(1 / 80 + found.tau2)
    assert found.z == pytest.approx((np.sqrt(COUNTS / 20) - 1) / error)
    assert found.lower_95[0] == pytest.approx((1 - Z95 * error) ** 2)
    assert found.upper_95[0] == pytest.approx((1 + Z95 * error) ** 2)
    assert found.lower_998[0] == pytest.approx(max(0, 1 - Z998 * error) ** 2)
    assert found.upper_998[0] == pytest.approx((1 + Z998 * error) ** 2)
    assert found.target == 1


def test_much_spread_leaves_no_lower_limit():
    found = funnel_ratio(np.tile([1.0, 40, 5, 90], 5), EXPECTED)

    assert found.lower_998.tolist() == [0] * 20


def test_the_reference_has_a_chance_of_its_own():
    plain, beside = (funnel_ratio([30], [20.0], reference_events=events) for events in (None, [25]))

    error = np.sqrt(1 / 80 + 1 / 100)
    assert beside.upper_95[0] == pytest.approx((1 + Z95 * error) ** 2)
    assert beside.z[0] == pytest.approx((np.sqrt(1.5) - 1) / error)
    assert plain.z[0] == pytest.approx((np.sqrt(1.5) - 1) * np.sqrt(80))
    assert plain.upper_95[0] < beside.upper_95[0]
    assert (plain.tau2, np.isnan(plain.phi)) == (0, True)


def test_fewer_than_ten_events_in_area_and_reference_together_are_too_few():
    found = funnel_ratio([4, 4, 4], [1.0, 1, 1], reference_events=[5, 6, np.nan])
    known_rate = funnel_ratio([4], [0.2])

    assert found.verdict.tolist()[:2] == ["too_few", "no_difference"]
    assert not found.is_beyond_998[0]
    assert known_rate.verdict.tolist() == ["higher"]
    assert known_rate.is_beyond_998.tolist() == [True]
    beyond = funnel_ratio([4], [0.1], reference_events=[5])
    assert (beyond.verdict[0], beyond.is_beyond_998[0]) == ("too_few", False)


def test_the_spread_may_be_asked_for_or_left_out_whatever_the_number():
    assert funnel_ratio(COUNTS[:5], EXPECTED[:5], is_spread_counted=True).tau2 > 0
    assert funnel_ratio(COUNTS, EXPECTED, is_spread_counted=False).tau2 == 0
    assert funnel_proportion(COUNTS, np.full(20, 60), is_spread_counted=False).tau2 == 0
    unknown = funnel_ratio([*COUNTS[:19], np.nan], EXPECTED)
    assert np.isnan(unknown.phi)  # nineteen known areas


def test_shares_with_spread_have_their_limits_on_the_arcsine_scale():
    counts, whole = COUNTS, np.full(20, 60.0)

    found = funnel_proportion(counts, whole)

    average = counts.sum() / whole.sum()
    middle = np.arcsin(np.sqrt(average))
    distance = np.arcsin(np.sqrt(counts / 60)) - middle
    assert found.target == pytest.approx(average)
    assert (found.phi, found.tau2) == overdispersion(distance * np.sqrt(240), np.full(20, 240.0))
    error = np.sqrt(1 / 240 + found.tau2)
    assert found.tau2 > 0
    assert found.z == pytest.approx(distance / error)
    assert found.lower_95[0] == pytest.approx(np.sin(middle - Z95 * error) ** 2)
    assert found.upper_95[0] == pytest.approx(np.sin(middle + Z95 * error) ** 2)
    assert found.upper_998[0] == pytest.approx(np.sin(middle + Z998 * error) ** 2)


def test_shares_that_differ_much_are_bounded_by_none_and_all():
    found = funnel_proportion(np.tile([0.0, 60, 30, 30], 5), np.full(20, 60.0))

    assert found.lower_998.tolist() == [0] * 20
    assert found.upper_998 == pytest.approx(np.ones(20))


@pytest.mark.parametrize("average", [0.0, 1.0])
def test_an_average_of_none_or_all_is_a_share(average):
    found = funnel_proportion([0, 10, 5], [10, 10, 10], average=average)

    assert found.target == average
    assert found.verdict[2] == ("higher" if average == 0 else "lower")
    assert found.verdict[0 if average == 0 else 1] == "no_difference"


@pytest.mark.parametrize("average", [-0.01, 1.01])
def test_an_average_that_is_no_share_is_refused(average):
    with pytest.raises(ValueError, match="not a share"):
        funnel_proportion([1], [2], average=average)


def test_wilsons_limits_around_an_average_by_hand():
    low, high = proportion_limits([50, 0], 0.2)

    scale, centre = 1 + Z95**2 / 50, 0.2 + Z95**2 / 100
    half = Z95 * np.sqrt(0.16 / 50 + Z95**2 / 10_000)
    assert (low[0], high[0]) == (pytest.approx((centre - half) / scale), pytest.approx((centre + half) / scale))
    assert np.isnan([low[1], high[1]]).all()
    assert proportion_limits([5], 0.0)[0][0] == 0
    assert proportion_limits([5], 1.0)[1][0] == 1


def test_a_limit_lies_where_the_interval_of_the_count_ends():
    """At 3.69 expected no event lies on the lower limit; between whole counts the limit is a straight line."""
    bounds = poisson_bounds([0, 1, 4, 5])

    low, high = ratio_limits([bounds[0, 1], bounds[1, 1], (bounds[0, 1] + bounds[1, 1]) / 2])
    assert low == pytest.approx([0, 1 / bounds[1, 1], 1 / (bounds[0, 1] + bounds[1, 1])])
    low, high = ratio_limits([bounds[2, 0], bounds[3, 0], (bounds[2, 0] + bounds[3, 0]) / 2])
    assert high == pytest.approx([4 / bounds[2, 0], 5 / bounds[3, 0], 9 / (bounds[2, 0] + bounds[3, 0])])


@pytest.mark.parametrize("expected", [0.001, 0.2, 3.0, 40.0, 900.0, 25_000.0])
@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_the_limits_hold_at_every_size_also_at_the_largest(expected, confidence):
    low, high = ratio_limits([expected], confidence=confidence)

    below, above = poisson_bounds(
        [np.floor(low[0] * expected + 1e-9), np.ceil(high[0] * expected - 1e-9)], confidence=confidence
    )
    assert below[1] <= expected * (1 + 1e-9) or low[0] == 0
    assert above[0] >= expected * (1 - 1e-9)


def test_nothing_expected_has_no_limits():
    assert np.isnan(ratio_limits([0, np.nan])).all()
    assert ratio_limits([])[0].size == 0


def test_numbers_expected_at_a_limit_are_the_bounds_of_the_count_the_other_way_round():
    assert expected_at_limit([7]).tolist() == [exact_poisson([7])[0, ::-1].tolist()]
    assert expected_at_limit([7])[0, 0] > 7


def test_an_area_on_its_limit_does_not_stand_out():
    expected = poisson_bounds([30])[0, 0]  # thirty events lie on the upper limit here

    on, beyond = funnel_ratio([30], [expected * (1 + 1e-9)]), funnel_ratio([30], [expected * 0.999])

    assert on.verdict.tolist() == ["no_difference"]
    assert beyond.verdict.tolist() == ["higher"]
    assert not beyond.is_beyond_998[0]


def test_areas_without_people_or_count_do_not_feed_the_rest():
    found = expected_from_rest([10, 20, 30, 99], [100, 100, 0, np.nan])

    assert found[:2].tolist() == [[20, 20], [10, 10]]
    assert np.isnan(found[2:]).all()
    assert expected_from_rest([3, 4], [0.5, 0.25])[:, 0].tolist() == [8, 1.5]  # half a year of one person
    for bad, message in (([1, -1], "negative"), ([1], "shape")):
        with pytest.raises(ValueError, match=message):
            expected_from_rest([3, 4], bad)


def test_shares_and_expectations_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="3 parts"):
        funnel_proportion([-1, 5, 3], [10, 4, -2])
    with pytest.raises(ValueError, match="shape"):
        funnel_proportion([1, 2], [10])
    with pytest.raises(ValueError, match="shape"):
        funnel_ratio([1, 2], [10])
    with pytest.raises(ValueError, match="negative"):
        funnel_ratio([1], [-10])
    assert funnel_proportion([4], [4]).value.tolist() == [1]
