"""Many tests by hand."""

import numpy as np
import pytest

from etl.statistics.multiplicity import benjamini_hochberg, benjamini_yekutieli, false_discovery_rate, holm

P = [0.04, 0.01, np.nan, 0.03, 1.0]


def test_the_three_corrections_by_hand():
    assert benjamini_hochberg(P).tolist() == pytest.approx([0.16 / 3, 0.04, np.nan, 0.16 / 3, 1], nan_ok=True)
    harmonic = 1 + 1 / 2 + 1 / 3 + 1 / 4
    assert benjamini_yekutieli(P).tolist() == pytest.approx(
        [0.16 / 3 * harmonic, 0.04 * harmonic, np.nan, 0.16 / 3 * harmonic, 1], nan_ok=True
    )
    assert holm(P).tolist() == pytest.approx([0.09, 0.04, np.nan, 0.09, 1], nan_ok=True)


def test_none_and_certain_are_probabilities_and_anything_beyond_is_refused():
    assert benjamini_hochberg([0.0, 1.0]).tolist() == [0, 1]
    for bad in ([-1e-9], [1.001], [0.5, np.inf]):
        with pytest.raises(ValueError, match="1 p-values"):
            benjamini_hochberg(bad)


def test_a_series_that_does_not_qualify_counts_as_certain():
    assert false_discovery_rate([0.01, 0.02], [True, False]).tolist() == pytest.approx([0.02, 1])
    assert false_discovery_rate([0.01, 0.02], [True, True]).tolist() == pytest.approx([0.02, 0.02])
