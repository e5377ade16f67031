"""Many tests at once: the published example of Benjamini & Hochberg, and the laws of an adjusted p-value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.statistics.multiplicity import benjamini_hochberg, benjamini_yekutieli, false_discovery_rate, holm
from tests.spec.vectors_file import vector

FDR = vector("fdr")


@pytest.mark.parametrize(("name", "method"), [("BH", benjamini_hochberg), ("BY", benjamini_yekutieli), ("holm", holm)])
def test_adjusted_values_equal_those_of_the_vector(name, method):
    assert method(FDR["p"]).tolist() == pytest.approx(FDR[name], abs=FDR["tolerance_abs"])


def test_series_that_do_not_qualify_count_as_tests():
    p = [0.001, 0.04, 0.5, 0.9]

    among_all = false_discovery_rate(p, [True, False, False, False])

    assert among_all[0] == pytest.approx(0.004)
    assert among_all[1:].tolist() == [1, 1, 1]


def test_series_that_are_not_looked_at_do_not_count_as_tests():
    found = false_discovery_rate([0.01, np.nan, np.nan, 0.9], [True, True, False, False])

    assert found[0] == pytest.approx(0.02)
    assert np.isnan(found[1:3]).all()


def test_no_tests_give_no_values():
    assert benjamini_hochberg([]).size == 0
    assert np.isnan(benjamini_hochberg([np.nan, np.nan])).all()


def test_what_is_no_probability_is_refused():
    with pytest.raises(ValueError, match="2 p-values"):
        benjamini_hochberg([0.5, -0.1, 1.1])


@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_an_adjusted_value_is_never_smaller_and_keeps_the_order(p):
    for method in (benjamini_hochberg, benjamini_yekutieli):
        adjusted = method(p)

        assert (adjusted >= np.array(p) - 1e-12).all()
        assert (adjusted <= 1).all()
        assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= -1e-12).all()
