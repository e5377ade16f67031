"""Standardised ratios and rates: the vectors of independent implementations, the laws, and the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.statistics.rates import crude_rate
from etl.statistics.standardisation import direct_rate, expected_counts, indirect_ratio
from tests.spec.vectors_file import vector

ISR = vector("isr")
DSR = vector("dsr")


@pytest.mark.parametrize("case", ISR["cases"], ids=lambda case: case["area"])
@pytest.mark.parametrize(("confidence", "name"), [(0.95, "95"), (0.998, "998")])
def test_indirect_ratio_equals_the_vector(case, confidence, name):
    counts, population, reference_count, reference_population = np.array([row[1:] for row in case["groups"]]).T

    expected = expected_counts([population], reference_count, reference_population)
    found = indirect_ratio([counts.sum()], expected, confidence=confidence)[0]

    assert expected[0] == pytest.approx(case["expected"], rel=ISR["tolerance_rel"])
    told = [case["ratio"], case[f"lower{name}"], case[f"upper{name}"]]
    assert found.tolist() == pytest.approx(told, rel=ISR["tolerance_rel"])


@pytest.mark.parametrize("case", DSR["cases"], ids=lambda case: case["area"])
@pytest.mark.parametrize(("confidence", "name"), [(0.95, "95"), (0.998, "998")])
def test_direct_rate_equals_the_vector(case, confidence, name):
    counts, population, weights = np.array(case["strata"]).T

    found = direct_rate([counts], [population], weights, per=case["multiplier"], confidence=confidence)[0]

    told = [case["value"], case[f"lower{name}"], case[f"upper{name}"]]
    assert found.tolist() == pytest.approx(told, rel=DSR["tolerance_rel"])


def test_below_ten_events_there_is_no_directly_standardised_rate():
    found = direct_rate([[4, 5], [5, 5]], [[100, 100], [100, 100]], [1, 1])

    assert np.isnan(found[0]).all()
    assert found[1, 0] == 50


def test_an_area_with_the_make_up_of_the_reference_is_as_expected():
    expected = expected_counts([[100, 300]], [10, 60], [1_000, 3_000])

    assert expected.tolist() == [7.0]
    assert indirect_ratio([7], expected)[0, 0] == 1


def test_a_stratum_unknown_to_the_reference_gives_no_expectation_where_people_are_in_it():
    found = expected_counts([[100, 5], [100, 0], [100, np.nan]], [10, 0], [1_000, 0])

    assert found[1] == 1.0
    assert np.isnan(found[[0, 2]]).all()


def test_nothing_expected_gives_no_ratio_and_never_infinity():
    assert np.isnan(indirect_ratio([3, 3, np.nan], [0, np.nan, 4])).all()


def test_a_stratum_without_people_has_no_rate_unless_it_does_not_count():
    found = direct_rate([[12, 0], [12, 0]], [[100, 0], [100, 50]], [1, 1])
    without = direct_rate([[12, 0]], [[100, 0]], [1, 0])

    assert np.isnan(found[0]).all()
    assert found[1, 0] == 60
    assert without[0, 0] == 120


def test_bad_numbers_are_refused():
    with pytest.raises(ValueError, match="strata differ"):
        expected_counts([[1, 2]], [1], [1])
    with pytest.raises(ValueError, match="negative"):
        expected_counts([[-1]], [1], [1])
    with pytest.raises(ValueError, match="shape"):
        indirect_ratio([1, 2], [1])
    with pytest.raises(ValueError, match="negative"):
        indirect_ratio([1], [-1])
    with pytest.raises(ValueError, match="observed count"):
        indirect_ratio([-1], [1])
    with pytest.raises(ValueError, match="strata differ"):
        direct_rate([[1, 2]], [[1, 2]], [1])
    with pytest.raises(ValueError, match="count"):
        direct_rate([[1.5]], [[2]], [1])
    with pytest.raises(ValueError, match="all weights are zero"):
        direct_rate([[1]], [[2]], [0])


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 5_000)), min_size=1, max_size=8))
def test_the_standard_of_the_area_itself_gives_its_crude_rate(strata):
    counts, population = np.array(strata, dtype=float).T

    found = direct_rate([counts], [population], population)[0]

    if counts.sum() < 10:
        assert np.isnan(found).all()
    else:
        assert found.tolist() == pytest.approx(crude_rate([counts.sum()], [population.sum()])[0].tolist())


@given(count=st.integers(0, 5_000), expected=st.floats(0.01, 5_000))
def test_an_interval_holds_its_ratio(count, expected):
    ratio, lower, upper = indirect_ratio([count], [expected])[0]

    assert 0 <= lower <= ratio < upper
