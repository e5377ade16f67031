"""Silence at its bounds: which zeros are a run, what is missed in it, and when that is no coincidence."""

import numpy as np
import pytest

from etl.statistics.silence import silent_groups, silent_series, trailing_zeros


def ended(*zeros, level=5.0, n=12):
    """Series of one level that end with so many zeros."""
    counts = np.full((len(zeros), n), level)
    for row, length in enumerate(zeros):
        counts[row, n - length :] = 0
    return counts


def test_a_run_is_of_zeros_and_ends_in_the_judged_period():
    y = [[0, 0, 3, 0, 0], [0, 0, 3, 0, 1], [0, 0, 0, 0, 0]]

    assert trailing_zeros(y).sum(axis=1).tolist() == [2, 0, 5]
    assert trailing_zeros(y, at=1).tolist() == [[True, True, False, False, False]] * 3
    assert trailing_zeros(y, at=-2).sum(axis=1).tolist() == [1, 1, 4]


def test_without_a_zero_there_is_nothing_to_doubt():
    found = silent_series(ended(0), np.full((1, 12), 5.0), [1])

    assert (found.n_periods[0], found.missed[0], found.probability[0], found.is_silent[0]) == (0, 0, 1, False)


@pytest.mark.parametrize(("mean", "is_silent"), [(11.52, True), (11.51, False)])
def test_one_in_a_hundred_thousand_is_no_coincidence(mean, is_silent):
    found = silent_series(ended(1, level=50.0), np.full((1, 12), mean), [1])

    assert found.probability[0] == pytest.approx(np.exp(-mean))
    assert found.is_silent.tolist() == [is_silent]


def test_how_unlikely_can_be_asked():
    for asked, is_silent in ((0.01, True), (0.001, False)):
        found = silent_series(ended(1), np.full((1, 12), 5.0), [1], unlikely=asked)
        assert found.is_silent.tolist() == [is_silent]
        _, group = silent_groups(ended(1), np.full((1, 12), 5.0), [1], ["A"], unlikely=asked)
        assert group.is_silent.tolist() == [is_silent]


def test_no_more_is_missed_than_happened_in_the_sixty_periods_before():
    counts = np.r_[np.full(40, 90.0), np.full(60, 2.0), np.zeros(3)][np.newaxis]

    found = silent_series(counts, np.full(counts.shape, 7.0), [1])

    assert found.missed.tolist() == [6]
    counts[0, 39:41] = [60, 2]
    counts[0, 40] = 62  # now the oldest of the sixty
    assert silent_series(counts, np.full(counts.shape, 7.0), [1]).missed[0] == pytest.approx(9)


def test_periods_that_were_not_delivered_are_no_history():
    counts = np.array([[np.nan, 6, np.nan, 2, 0, 0]])

    assert silent_series(counts, np.full((1, 6), 9.0), [1]).missed.tolist() == [8]
    never = silent_series([[0.0, 0, 0]], np.full((1, 3), 9.0), [1])
    assert (never.n_periods[0], never.missed[0], never.probability[0]) == (3, 0, 1)


def test_what_is_expected_less_than_before_is_missed_less():
    assert silent_series(ended(2), np.full((1, 12), 1.5), [1]).missed.tolist() == [3]


def test_groups_add_up_what_their_series_miss():
    counts = ended(3, 3, 2, level=4.0)
    counts[2] = 4

    labels, found = silent_groups(counts, np.full(counts.shape, 9.0), [1, 2, 1], ["B", "B", "A"])

    assert labels.tolist() == ["A", "B"]
    assert found.n_periods.tolist() == [0, 3]
    assert found.missed.tolist() == [0, 24]
    # Poisson: 4 a period; twice the variance: 4 ln 2 a period.
    assert found.probability[1] == pytest.approx(np.exp(-12 - 12 * np.log(2)))
    assert found.is_silent.tolist() == [False, True]


def test_a_group_is_silent_from_where_its_last_series_fell_silent():
    counts = ended(5, 2)

    _, found = silent_groups(counts, np.full(counts.shape, 5.0), [1, 1], ["A", "A"])

    assert found.n_periods.tolist() == [2]
    assert found.missed.tolist() == [2 * 3.5 + 2 * 5]  # the first one saw 35 in the ten periods before


def test_a_group_may_be_judged_on_an_earlier_period():
    counts = ended(3)
    counts[0, -1] = 8

    _, found = silent_groups(counts, np.full(counts.shape, 5.0), [1], ["A"], at=-2)

    assert found.n_periods.tolist() == [2]
    assert silent_series(counts, np.full(counts.shape, 5.0), [1], at=10).n_periods.tolist() == [2]


def test_a_period_in_which_no_series_of_a_group_was_delivered_ends_its_silence():
    counts = ended(4, 4)
    counts[:, -3] = np.nan

    _, found = silent_groups(counts, np.full(counts.shape, 5.0), [1, 1], ["A", "A"])

    assert found.n_periods.tolist() == [2]
