"""Silence: zeros in a row where something normally happens."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.statistics.expectation import normal_range
from etl.statistics.silence import silent_groups, silent_series, trailing_zeros
from tests.spec.statistics_samples import calm_series
from tests.tables import table

#: Poisson counts (phi 1): how many zeros in a row before a series is called silent. Printed on the methods page.
ZEROS_UNTIL_SILENT = """
    mean | zeros
    0.5  | 24
    1    | 12
    2    | 6
    4    | 3
    12   | 1
"""


@pytest.mark.parametrize("row", [*table(ZEROS_UNTIL_SILENT).itertuples()], ids=lambda row: str(row.mean))
def test_a_series_is_silent_after_so_many_zeros(row):
    zeros = int(row.zeros)
    counts = np.array([[*[12.0] * 30, *[0.0] * zeros], [*[12.0] * 31, *[0.0] * (zeros - 1)]])

    found = silent_series(counts, np.full(counts.shape, row.mean), [1, 1])

    assert found.n_periods.tolist() == [zeros, zeros - 1]
    assert found.is_silent.tolist() == [True, False]
    assert found.probability.tolist() == pytest.approx([np.exp(-row.mean * zeros), np.exp(-row.mean * (zeros - 1))])
    assert found.missed.tolist() == [row.mean * zeros, row.mean * (zeros - 1)]


def test_counts_that_vary_more_are_called_silent_later():
    counts, expected = np.array([[5.0, 0, 0, 0]] * 2), np.full((2, 4), 5.0)

    plain, varied = silent_series(counts, expected, [1, 3]).probability

    assert plain == pytest.approx(np.exp(-15))
    assert varied == pytest.approx(3**-7.5)


def test_what_is_not_delivered_ends_a_run():
    run = trailing_zeros([[0, 0, np.nan, 0, 0], [0, 0, 0, 0, np.nan], [1, 0, 0, 0, 0]])

    assert run.tolist() == [[False, False, False, True, True], [False] * 5, [False, True, True, True, True]]


def test_the_run_may_end_before_the_newest_period():
    run = trailing_zeros([[1, 0, 0, 4]], at=2)

    assert run.tolist() == [[False, True, True, False]]


def test_without_an_expectation_nothing_is_silent():
    found = silent_series([[3.0, 0, 0, 0]], np.full((1, 4), np.nan), [np.nan])

    assert found.probability[0] == 1
    assert not found.is_silent[0]


def test_an_area_that_vanishes_from_a_file_is_silent_at_once():
    rng = np.random.default_rng(8)
    counts = rng.poisson(2.0, (6 * 5, 60)).astype(float)
    areas = np.repeat(["A", "B", "C", "D", "E", "F"], 5)
    counts[areas == "C", -2:] = 0
    normal = normal_range(counts, 12, leave_out=trailing_zeros(counts))

    each = silent_series(counts, normal.mu, normal.phi)
    labels, area = silent_groups(counts, normal.mu, normal.phi, areas)

    assert not each.is_silent.any()
    assert labels[area.is_silent].tolist() == ["C"]
    assert area.n_periods[labels == "C"].tolist() == [2]


def test_a_whole_source_that_delivers_zeros_is_silent():
    counts = np.full((4, 12), 2.0)
    counts[:, -2:] = 0

    labels, source = silent_groups(counts, np.full((4, 12), 2.0), [1] * 4, ["police"] * 4)

    assert labels.tolist() == ["police"]
    assert source.is_silent.tolist() == [True]


def test_a_group_is_not_silent_while_one_of_its_series_speaks():
    counts = np.zeros((3, 12))
    counts[1] = 4

    _, area = silent_groups(counts, np.full((3, 12), 9.0), [1] * 3, ["A"] * 3)

    assert area.n_periods.tolist() == [0]
    assert area.probability.tolist() == [1]


def test_a_series_that_is_not_delivered_says_nothing_about_its_group():
    counts = np.zeros((2, 3))
    counts[:, 0] = 5
    counts[1, 1:] = np.nan

    _, area = silent_groups(counts, np.full((2, 3), 4.0), [1, 1], ["A", "A"])

    assert area.missed.tolist() == [8]


def test_of_many_calm_series_none_is_called_silent():
    counts = calm_series(3000, 180, 12, seed=1, mean=3.0)
    counts = counts[counts[:, -6:].sum(axis=1) == 0]
    normal = normal_range(counts, 12, leave_out=trailing_zeros(counts))

    found = silent_series(counts, normal.mu, normal.phi)

    assert len(counts) > 200
    assert found.is_silent.sum() == 0


def test_a_rise_that_was_expected_but_never_seen_is_not_missed():
    found = silent_series([[1.0, 1, 1, 0, 0, 0, 0]], np.full((1, 7), 50.0), [1])

    assert found.missed[0] == 4
    assert not found.is_silent[0]


@given(mean=st.floats(0.1, 30), zeros=st.integers(1, 20), phi=st.floats(1, 4))
@settings(deadline=None)
def test_a_longer_silence_is_less_likely(mean, zeros, phi):
    counts = np.array([[30.0, *[0.0] * zeros, 0.0]])
    expected = np.full(counts.shape, mean)

    shorter, longer = (silent_series(counts[:, 0:end], expected[:, 0:end], [phi]) for end in (zeros + 1, zeros + 2))

    assert 0 <= longer.probability[0] <= shorter.probability[0] <= 1
    assert longer.missed[0] > shorter.missed[0]
