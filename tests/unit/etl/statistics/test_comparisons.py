"""Comparisons at their edges: what counts as nothing, what is refused, and the numbers by hand."""

import math

import numpy as np
import pytest

from etl.statistics.comparisons import (
    area_against_rest,
    dispersed_rate_ratio,
    pearson_dispersion,
    rate_ratio,
    year_on_year,
)


def test_unless_said_otherwise_an_area_varies_as_chance_does():
    found = area_against_rest([30], [1_000], [50], [2_000])

    exact = rate_ratio([30], [20], exposure_first=1_000, exposure_other=1_000)[0]
    assert [found.ratio[0], found.lower[0], found.upper[0], found.p[0]] == exact.tolist()


def test_the_dispersion_of_each_area_is_its_own():
    found = area_against_rest([30, 30], [1_000] * 2, [50, 50], [2_000] * 2, dispersion=[1.5, 1.6])

    narrow = rate_ratio([30], [20])[0]
    wide = dispersed_rate_ratio([30], [20], 1.6)[0]
    assert found.upper.tolist() == pytest.approx([narrow[2], wide[2]])
    assert found.p.tolist() == pytest.approx([narrow[3], wide[3]])


def test_areas_with_too_many_events_and_areas_with_too_many_people_are_counted_together():
    with pytest.raises(ValueError, match="2 areas hold more"):
        area_against_rest([12, 1], [100, 300], [11, 9], [1_000, 200])


def test_ten_events_together_are_enough_to_compare():
    assert year_on_year([4, 5], [5, 5]).verdict.tolist() == ["too_few", "no_difference"]


def test_an_interval_that_ends_at_one_says_no_difference():
    found = year_on_year([100, 100], [130, 129])

    assert found.lower[0] < 1.01
    assert found.verdict.tolist() == ["higher" if lower > 1 else "no_difference" for lower in found.lower]


def test_no_events_at_all_have_no_ratio_and_no_p_value():
    assert np.isnan(rate_ratio([0], [0])).all()
    assert np.isnan(dispersed_rate_ratio([0], [0], 2.0)).all()


def test_a_single_event_that_varies_much_proves_nothing():
    found = dispersed_rate_ratio([1, 0], [0, 1], 10.0)

    assert found[:, 3].tolist() == [1, 1]


def test_where_one_count_is_zero_the_other_counts_for_less_as_it_varies_more():
    found = dispersed_rate_ratio([8, 0], [0, 8], 2.0, exposure_first=[1.0, 1.0], exposure_other=[3.0, 3.0])

    # Eight events that vary twice as much say as much as four: all of them on one side.
    assert found[0, 3] == pytest.approx(2 * 0.25**4)
    assert found[1, 3] == pytest.approx(2 * 0.75**4)
    assert np.isnan(found[0, [0, 2]]).all()
    assert found[1, :2].tolist() == [0, 0]
    four = rate_ratio([0], [4], exposure_first=1.0, exposure_other=3.0)[0]
    assert found[1, 2] == pytest.approx(four[2])


def test_a_dispersed_ratio_is_normal_on_the_log_scale():
    ratio, lower, upper, p = dispersed_rate_ratio([40], [10], 2.0, exposure_first=2.0, exposure_other=1.0)[0]

    error = np.sqrt(2 * (1 / 40 + 1 / 10))
    assert ratio == pytest.approx(2)
    assert [np.log(lower), np.log(upper)] == pytest.approx([np.log(2) - 1.959964 * error, np.log(2) + 1.959964 * error])
    assert p == pytest.approx(math.erfc(np.log(2) / error / math.sqrt(2)))  # twice the normal tail


def test_a_higher_confidence_is_a_wider_interval():
    for phi in (1.0, 3.0):
        usual, sure = (year_on_year([40], [60], dispersion=phi, confidence=level) for level in (0.95, 0.998))

        assert sure.lower[0] < usual.lower[0] < usual.ratio[0] < usual.upper[0] < sure.upper[0]


def test_exposures_of_zero_or_unknown_are_missing_and_negative_ones_refused():
    found = rate_ratio([5, 5], [5, 5], exposure_first=[0.0, 1.0], exposure_other=[1.0, np.nan])

    assert np.isnan(found).all()
    with pytest.raises(ValueError, match="exposure"):
        rate_ratio([5], [5], exposure_first=-1.0)
    assert year_on_year([5], [5], exposure_previous=0.5, exposure_current=1).ratio[0] == pytest.approx(0.5)


def test_the_mode_itself_is_no_evidence():
    assert rate_ratio([5, 6, 5], [5, 5, 6])[:, 3].tolist() == [1, 1, 1]
    assert rate_ratio([0], [3], exposure_first=0.1)[0, 3] == 1


def test_two_years_of_a_season_have_no_dispersion_where_they_are_alike():
    season = np.tile([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8], 2)

    assert pearson_dispersion(season)[0] == pytest.approx(0)
    with pytest.raises(ValueError, match="12 months"):
        pearson_dispersion(season[:12])
    with pytest.raises(ValueError, match="25 months"):
        pearson_dispersion(np.ones(25))


def test_years_and_months_without_events_take_no_degrees_of_freedom():
    two = np.zeros((2, 12))
    two[:, 0], two[:, 1] = [10, 20], [20, 10]  # expected 15 everywhere: chi-square 4 x 25 / 15, one degree
    three = np.vstack([two, np.zeros(12)])

    found = pearson_dispersion([np.r_[two.ravel(), np.zeros(12)], three.ravel()])

    assert found.tolist() == pytest.approx([100 / 15] * 2)


def test_events_in_one_month_only_say_nothing_of_dispersion():
    once = np.zeros(24)
    once[[3, 15]] = [4, 9]

    assert np.isnan(pearson_dispersion(once)[0])
