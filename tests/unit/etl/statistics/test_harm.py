"""Harm by hand: interval, heaviest offence, places at the top, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from etl.statistics.harm import harm_score, harm_sensitivity
from etl.statistics.rates import poisson_bounds

WEIGHTS = {"robbery": 300.0, "burglary": 20.0, "damage": 0.0}


def counts(*rows):
    return pd.DataFrame(rows, columns=list(WEIGHTS), index=[f"A{i}" for i in range(len(rows))], dtype=float)


@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_the_interval_by_hand(confidence):
    found = harm_score(counts([2, 30, 90]), WEIGHTS, population=[4_000], confidence=confidence)

    low, high = poisson_bounds([32], confidence=confidence)[0]
    stretch = np.sqrt((2 * 300**2 + 30 * 20**2) / 32)
    bounds = [1_200 + stretch * (low - 32), 1_200 + stretch * (high - 32)]
    assert found.harm.tolist() == [1_200]
    assert [found.lower[0], found.upper[0]] == pytest.approx([max(0, bounds[0]), bounds[1]])
    assert [found.per_1000[0], found.per_1000_upper[0]] == pytest.approx([300, bounds[1] / 4])
    assert found.per_1000_lower[0] == pytest.approx(found.lower[0] / 4)
    assert found.per_offence.tolist() == [37.5]
    assert found.n_offences.tolist() == [32]


def test_an_interval_never_goes_below_nothing():
    low = poisson_bounds([2])[0, 0]
    assert 320 + np.sqrt((300**2 + 20**2) / 2) * (low - 2) < 0

    assert harm_score(counts([1, 1, 0]), WEIGHTS).lower.tolist() == [0]


@pytest.mark.parametrize(("n_burglaries", "is_driven"), [(14, True), (15, False), (16, False)])
def test_one_offence_drives_the_figure_above_half(n_burglaries, is_driven):
    found = harm_score(counts([1, n_burglaries, 5]), WEIGHTS)

    assert found.heaviest_code.tolist() == ["robbery"]
    assert found.heaviest_share[0] == pytest.approx(300 / (300 + 20 * n_burglaries))
    assert found.is_driven_by_one.tolist() == [is_driven]
    assert found.without_heaviest.tolist() == [20 * n_burglaries]


def test_the_heaviest_offence_is_one_that_happened():
    found = harm_score(counts([0, 3, 0], [0, 0, 9], [1, 0, 0]), WEIGHTS)

    assert found.heaviest_code.tolist() == ["burglary", None, "robbery"]
    assert found.without_heaviest.tolist() == [40, 0, 0]
    assert found.heaviest_share[[0, 2]].tolist() == pytest.approx([1 / 3, 1])
    assert np.isnan(found.heaviest_share[1])
    assert found.is_driven_by_one.tolist() == [False, False, True]


def test_an_unknown_count_leaves_everything_unknown_also_one_of_no_weight():
    found = harm_score(counts([1, np.nan, 0], [1, 4, np.nan]), WEIGHTS, population=[100, 100])

    for column in ("harm", "lower", "upper", "per_1000", "per_offence", "n_offences", "heaviest_share"):
        assert np.isnan(getattr(found, column)).all()
    assert np.isnan(found.without_heaviest).all()
    assert found.heaviest_code.tolist() == [None, None]
    assert not found.is_driven_by_one.any()


def test_without_offences_the_upper_bound_is_unknown():
    found = harm_score(counts([0, 0, 7]), WEIGHTS, population=[0])

    assert (found.harm[0], found.lower[0], found.without_heaviest[0], found.n_offences[0]) == (0, 0, 0, 0)
    assert np.isnan([found.upper[0], found.per_offence[0], found.per_1000[0]]).all()


def test_codes_may_all_be_left_out():
    found = harm_score(counts([1, 2, 3]), {}, exclude=list(WEIGHTS))

    assert (found.harm.tolist(), found.n_offences.tolist(), found.heaviest_code.tolist()) == ([0], [0], [None])


def test_without_people_nothing_is_per_thousand():
    found = harm_score(counts([1, 2, 3], [1, 2, 3], [1, 2, 3]), WEIGHTS, population=[500, 0, np.nan])

    assert found.per_1000[0] == pytest.approx(2 * 340)
    assert np.isnan(found.per_1000[1:]).all()
    assert np.isnan(harm_score(counts([1, 2, 3]), WEIGHTS).per_1000).all()


@pytest.mark.parametrize(
    ("weights", "exclude", "message"),
    [
        ({"robbery": np.inf, "burglary": 1, "damage": 1}, (), "weight of robbery is"),
        ({"robbery": -0.1, "burglary": np.nan, "damage": 1}, (), "weight of burglary, robbery is"),
        ({"robbery": 1, "burglary": 1}, (), "no weight for category damage"),
        ({"robbery": 1}, (), "no weight for category burglary, damage"),
        (WEIGHTS, ("damage",), "damage has a weight and is excluded"),
    ],
)
def test_weights_that_do_not_fit_are_named(weights, exclude, message):
    with pytest.raises(ValueError, match=message):
        harm_score(counts([1, 2, 3]), weights, exclude=exclude)


def test_a_weight_for_what_never_came_is_no_fault():
    assert harm_score(counts([1, 0, 0]), {**WEIGHTS, "homicide": 5_000}).harm.tolist() == [300]


def test_the_top_under_other_weights():
    table = counts([1, 0, 0], [0, 14, 0], [0, 9, 0], [0, 0, 8], [0, 0, 0])

    found = harm_sensitivity(table, WEIGHTS, n_top=1).set_index(["code", "factor"])

    assert found.index.tolist() == [(code, factor) for code in WEIGHTS for factor in (0.5, 2.0)]
    assert found["top"].tolist() == [("A1",), ("A0",), ("A0",), ("A1",), ("A0",), ("A0",)]
    assert found["is_changed"].tolist() == [True, False, False, True, False, False]
    assert found.loc[("robbery", 0.5), ["entered", "left"]].tolist() == [("A1",), ("A0",)]
    assert found.loc[("robbery", 2.0), ["entered", "left"]].tolist() == [(), ()]


def test_only_areas_with_harm_are_on_top_and_the_code_decides_between_equals():
    table = counts([0, 3, 0], [0, 0, 9], [0, 3, 0], [0, 0, 0], [0, 5, 0])

    assert harm_sensitivity(table, WEIGHTS)["top"].tolist() == [("A4", "A0", "A2")] * 6
    assert harm_sensitivity(table.iloc[::-1], WEIGHTS)["top"].iloc[0] == ("A4", "A0", "A2")


def test_five_areas_are_watched_and_other_factors_may_be_asked():
    table = counts(*[[0, n, 0] for n in range(9, 1, -1)])

    found = harm_sensitivity(table, WEIGHTS, factors=(3.0,))

    assert found["top"].iloc[0] == ("A0", "A1", "A2", "A3", "A4")
    assert found["factor"].tolist() == [3.0] * 3


def test_with_people_the_top_is_by_head_and_areas_without_people_have_no_place():
    table = counts([0, 30, 0], [0, 9, 0], [0, 50, 0])

    found = harm_sensitivity(table, WEIGHTS, population=[1_000, 100, 0])

    assert found["top"].iloc[0] == ("A1", "A0")
