"""Places by hand, with what they leave open."""

import numpy as np
import pytest

from etl.statistics.ranking import rank_interval, rank_rates
from etl.statistics.rates import crude_rate


def test_five_areas_by_hand():
    """The last two overlap each other and nothing else; the middle one overlaps the second."""
    found = rank_interval([90, 70, 60, 20, 15], [80, 62, 50, 12, 10], [99, 78, 64, 28, 21])

    assert found.rank.tolist() == [1, 2, 3, 4, 5]
    assert found.best.tolist() == [1, 2, 2, 4, 4]
    assert found.worst.tolist() == [1, 3, 3, 5, 5]
    assert found.n_ranked == 5


@pytest.mark.parametrize("unknown", range(3))
def test_an_area_of_which_something_is_unknown_has_no_place(unknown):
    numbers = np.array([[5.0, 3, 1], [4, 2, 0], [6, 3.5, 2]])
    numbers[unknown, 1] = np.nan

    found = rank_interval(*numbers)

    assert found.n_ranked == 2
    assert np.isnan([found.rank[1], found.best[1], found.worst[1]]).all()
    assert found.rank[[0, 2]].tolist() == [1, 2]
    assert found.worst.tolist()[::2] == [1, 2]


def test_values_outside_their_interval_are_counted():
    with pytest.raises(ValueError, match="2 values lie outside"):
        rank_interval([1, 5, 3], [2, 4, 3], [3, 4.5, 3])
    for lower, upper in (([0], [2, 2]), ([0, 0], [2])):
        with pytest.raises(ValueError, match="shape"):
            rank_interval([1, 1], lower, upper)


def test_places_of_rates_are_those_of_their_intervals():
    counts, people, years = [12, 40, 25], [1_000, 900, 1_100], [1.0, 0.5, 2.0]

    found = rank_rates(counts, people, exposure_years=years, confidence=0.8)

    told = rank_interval(*crude_rate(counts, people, exposure_years=years, confidence=0.8).T)
    assert (found.best.tolist(), found.worst.tolist()) == (told.best.tolist(), told.worst.tolist())


def test_a_joint_statement_shares_what_may_be_missed_over_the_areas_that_have_a_rate():
    counts, people = [12, 40, 25, 3], [1_000, 900, 1_100, 0]

    found = rank_rates(counts, people, confidence=0.9, is_joint=True)

    told = rank_interval(*crude_rate(counts, people, confidence=1 - 0.1 / 3).T)
    assert found.best.tolist() == pytest.approx(told.best.tolist(), nan_ok=True)
    assert found.worst.tolist() == pytest.approx(told.worst.tolist(), nan_ok=True)
    assert rank_rates([12], [1_000], is_joint=True).best.tolist() == [1]


@pytest.mark.parametrize("n", [2, 3, 5])
def test_a_joint_statement_is_as_wide_as_bonferroni_asks(n):
    """Two rates whose intervals just touch at a confidence of 1 - 0.05 / n each, beside others far away."""
    low = crude_rate([100], [1_000], confidence=1 - 0.05 / n)[0, 2]
    high = next(k for k in range(100, 400) if crude_rate([k], [1_000], confidence=1 - 0.05 / n)[0, 1] > low)
    far = [10_000] * (n - 2)

    apart, touching = (rank_rates([100, top, *far], [1_000] * n, is_joint=True) for top in (high, high - 1))

    assert apart.best[0] == n
    assert touching.best[0] == n - 1
