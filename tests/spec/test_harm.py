"""Harm-weighted counts: the vector, what one offence does, other weights, and the edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.statistics.harm import harm_score, harm_sensitivity
from etl.statistics.rates import poisson_bounds
from tests.spec.vectors_file import vector
from tests.tables import table

HARM = vector("harm_index")
WEIGHTS = HARM["weights"]


def areas(text):
    return table(text).set_index("area_code")


def test_harm_equals_the_vector():
    case = HARM["cases"][0]

    found = harm_score(pd.DataFrame([case["counts"]]), WEIGHTS, population=[case["population"]])

    numbers = [found.harm[0], found.per_1000[0], found.per_offence[0]]
    assert numbers == pytest.approx([case["harm"], case["harm_per_1000"], case["harm_per_offence"]])
    assert not found.is_driven_by_one[0]


def test_one_offence_that_is_all_of_the_harm_is_flagged_and_taken_out():
    case = HARM["cases"][1]

    found = harm_score(pd.DataFrame([case["counts"]]), WEIGHTS)

    assert found.harm[0] == case["harm"]
    assert found.heaviest_share[0] == case["top1_share"]
    assert found.heaviest_code[0] == "moord"
    assert found.is_driven_by_one[0]
    assert found.without_heaviest[0] == 0


def test_a_code_without_a_weight_is_refused_by_name():
    case = HARM["cases"][2]

    with pytest.raises(ValueError, match=case["error"]):
        harm_score(pd.DataFrame([case["counts"]]), WEIGHTS)


def test_a_code_may_be_left_out_on_purpose():
    counts = pd.DataFrame([{"inbraak": 3, "drugshandel": 40}])

    found = harm_score(counts, WEIGHTS, exclude=["drugshandel"])

    assert found.harm.tolist() == [60]
    assert found.n_offences.tolist() == [3]


def test_there_are_no_weights_by_default():
    with pytest.raises(TypeError):
        harm_score(pd.DataFrame([{"inbraak": 3}]))


def test_one_of_two_robberies_is_less_than_half():
    found = harm_score(pd.DataFrame([{"overval": 2, "inbraak": 30}]), WEIGHTS)

    assert found.heaviest_share[0] == pytest.approx(365 / 1330)
    assert not found.is_driven_by_one[0]
    assert found.without_heaviest[0] == 965


def test_the_interval_of_one_kind_of_offence_is_that_of_its_count():
    found = harm_score(pd.DataFrame({"diefstal": [1, 12]}), {"diefstal": 0.5}, population=[1, 3_000])

    bounds = 0.5 * poisson_bounds([1, 12])
    assert np.column_stack([found.lower, found.upper]).ravel().tolist() == pytest.approx(bounds.ravel().tolist())
    per_1000 = np.column_stack([found.per_1000, found.per_1000_lower, found.per_1000_upper])
    assert per_1000[0].tolist() == pytest.approx([500, *(1_000 * bounds[0])])
    assert per_1000[1].tolist() == pytest.approx([2, *(bounds[1] / 3)])
    assert found.heaviest_code.tolist() == ["diefstal", "diefstal"]


def test_an_offence_of_no_weight_does_not_count():
    found = harm_score(pd.DataFrame({"overtreding": [7, 7], "inbraak": [0, 2]}), {"overtreding": 0, "inbraak": 20})

    assert found.n_offences.tolist() == [0, 2]
    assert found.heaviest_code.tolist() == [None, "inbraak"]
    assert found.per_offence[1] == 20


def test_no_offences_are_no_harm_with_an_unknown_upper_bound():
    found = harm_score(pd.DataFrame([{"overval": 0, "inbraak": 0}]), WEIGHTS, population=[100])

    assert (found.harm[0], found.lower[0], found.per_1000[0], found.without_heaviest[0]) == (0, 0, 0, 0)
    assert np.isnan([found.upper[0], found.per_offence[0], found.heaviest_share[0]]).all()
    assert found.heaviest_code[0] is None


def test_an_unknown_count_leaves_the_harm_unknown():
    counts = areas("""
        area_code | moord | inbraak
        A         | 0     |
        B         | 0     | 2
    """)

    found = harm_score(counts, WEIGHTS, population=[100, 0])

    assert np.isnan([found.harm[0], found.lower[0], found.upper[0], found.n_offences[0]]).all()
    assert found.heaviest_code.tolist() == [None, "inbraak"]
    assert found.harm[1] == 40
    assert np.isnan(found.per_1000[1])


def test_other_weights_that_put_other_areas_on_top_are_told():
    counts = areas("""
        area_code | overval | inbraak | vernieling
        A         | 2       | 0       | 0
        B         | 0       | 30      | 0
        C         | 0       | 0       | 250
        D         | 0       | 1       | 0
    """)

    found = harm_sensitivity(counts, WEIGHTS, n_top=2).set_index(["code", "factor"])

    assert found.loc[("overval", 2.0), "top"] == ("A", "B")
    assert not found.loc[("overval", 2.0), "is_changed"]
    assert found.loc[("vernieling", 2.0), "entered"] == ("C",)
    assert found.loc[("vernieling", 2.0), "left"] == ("B",)
    assert found.loc[("inbraak", 0.5), "is_changed"]
    assert len(found) == 6


def test_a_change_of_order_within_the_top_is_no_change_and_people_count_where_given():
    counts = pd.DataFrame({"inbraak": [10, 9, 5], "vernieling": [0, 0, 0]}, index=["A", "B", "C"])

    plain = harm_sensitivity(counts, WEIGHTS, n_top=2)
    per_head = harm_sensitivity(counts, WEIGHTS, n_top=2, population=[10_000, 1_000, 100])

    assert not plain["is_changed"].any()
    assert plain["top"].iloc[0] == ("A", "B")
    assert per_head["top"].iloc[0] == ("C", "B")


def test_bad_numbers_are_refused():
    counts = pd.DataFrame([{"inbraak": 3}])

    with pytest.raises(ValueError, match="weight of inbraak"):
        harm_score(counts, {"inbraak": -1})
    with pytest.raises(ValueError, match="weight of inbraak"):
        harm_score(counts, {"inbraak": float("nan")})
    with pytest.raises(ValueError, match="and is excluded"):
        harm_score(counts, {"inbraak": 1}, exclude=["inbraak"])
    with pytest.raises(ValueError, match="count"):
        harm_score(counts / 2, WEIGHTS)
    with pytest.raises(ValueError, match="population"):
        harm_score(counts, WEIGHTS, population=[1, 2])
    with pytest.raises(ValueError, match="population"):
        harm_score(counts, WEIGHTS, population=[-1])


@pytest.mark.parametrize(("mean", "share"), [((0.0, 20.0, 200.0, 500.0), 0.945), ((0.0, 2.0, 30.0, 80.0), 0.861)])
def test_the_interval_holds_the_true_harm_less_often_where_a_rare_offence_makes_half_of_it(mean, share):
    rng = np.random.default_rng(31)
    counts = pd.DataFrame(rng.poisson(mean, (20_000, 4)), columns=list(WEIGHTS))

    found = harm_score(counts, WEIGHTS)

    truth = float(np.array(mean) @ np.array(list(WEIGHTS.values())))
    assert np.mean((found.lower <= truth) & (truth <= found.upper)) == pytest.approx(share, abs=0.006)


@given(st.lists(st.tuples(*[st.integers(0, 50)] * 4), min_size=1, max_size=12))
def test_an_interval_holds_its_harm_and_order_does_not_matter(rows):
    counts = pd.DataFrame(rows, columns=list(WEIGHTS))

    found = harm_score(counts, WEIGHTS)
    turned = harm_score(counts.iloc[::-1, ::-1], WEIGHTS)

    some = found.n_offences > 0
    assert (found.lower <= found.harm).all()
    assert (found.upper[some] >= found.harm[some]).all()
    assert turned.harm[::-1].tolist() == found.harm.tolist()
    assert turned.heaviest_code[::-1].tolist() == found.heaviest_code.tolist()
    assert (found.is_driven_by_one == (found.without_heaviest < found.harm / 2)).all()
