"""Associations with context: R's numbers, chance alone, what else makes them, and the edges."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from etl.statistics.associations import associations, context_model, spearman, weighted_spearman
from etl.statistics.multiplicity import benjamini_hochberg
from etl.statistics.spatial import contiguity
from tests.spec.vectors_file import vector

CORRELATION = vector("correlation")
FDR = vector("fdr")
TABLE = pd.DataFrame(CORRELATION["input"])


def test_rank_correlations_equal_r():
    found = [[spearman(TABLE[one], TABLE[other]).rho for other in "abc"] for one in "abc"]

    assert np.array(found) == pytest.approx(np.array(CORRELATION["spearman"]), abs=CORRELATION["tolerance_abs"])
    assert spearman(TABLE["a"], TABLE["b"]).p == pytest.approx(spearmanr(TABLE["a"], TABLE["b"]).pvalue)


def test_the_partial_rank_correlation_equals_r():
    found = spearman(TABLE["b"], TABLE["c"], given=TABLE["a"])

    assert found.rho == pytest.approx(CORRELATION["partial_spearman_bc_given_a"], abs=CORRELATION["tolerance_abs"])
    assert found.p > spearman(TABLE["b"], TABLE["c"]).p


def test_adjusted_p_values_equal_r():
    assert benjamini_hochberg(FDR["p"]).tolist() == pytest.approx(FDR["BH"], abs=FDR["tolerance_abs"])


def test_all_pairs_tried_count_in_the_correction():
    rng = np.random.default_rng(21)
    context = pd.DataFrame(rng.normal(size=(60, 12)), columns=[f"c{i}" for i in range(12)])
    outcomes = pd.DataFrame({"nuisance": context["c3"] + rng.normal(size=60), "theft": rng.normal(size=60)})

    found = associations(outcomes, context)

    assert len(found) == 24
    assert (found["n_tests"] == 24).all()
    assert found["p_adjusted"].tolist() == pytest.approx(benjamini_hochberg(found["p"]).tolist())
    is_real = (found["outcome"] == "nuisance") & (found["context"] == "c3")
    assert found["is_significant"].tolist() == is_real.tolist()


def test_chance_alone_seldom_gives_an_association():
    rng = np.random.default_rng(22)

    found = [
        associations(pd.DataFrame(rng.normal(size=(40, 2))), pd.DataFrame(rng.normal(size=(40, 6)))) for _ in range(60)
    ]

    assert np.mean([one["is_significant"].any() for one in found]) <= 0.12


def test_what_comes_from_a_third_thing_goes_when_that_is_held():
    rng = np.random.default_rng(23)
    density = rng.normal(size=200)
    frame = pd.DataFrame({"density": density, "flats": density + 0.4 * rng.normal(size=200)})
    outcomes = pd.DataFrame({"nuisance": density + 0.4 * rng.normal(size=200)})

    found = associations(outcomes, frame[["flats"]], given=frame).iloc[0]

    assert found["rho"] > 0.8
    assert abs(found["rho_partial"]) < 0.25
    assert found["p_partial"] > 0.001


def test_an_association_of_small_areas_only_is_sensitive_to_people():
    rng = np.random.default_rng(24)
    x = rng.normal(size=60)
    people = np.where(np.arange(60) < 45, 50.0, 20_000.0)
    y = np.where(people < 100, x, -x) + 0.1 * rng.normal(size=60)

    found = associations(pd.DataFrame({"y": y}), pd.DataFrame({"x": x}), population=people).iloc[0]
    steady = associations(pd.DataFrame({"y": x + 1}), pd.DataFrame({"x": x}), population=people).iloc[0]

    assert found["rho"] > 0.2
    assert found["rho_weighted"] < 0
    assert found["is_weight_sensitive"]
    assert not steady["is_weight_sensitive"]


def test_what_is_left_alike_among_neighbours_is_flagged():
    codes = [f"{i:02d}" for i in range(60)]
    weights = contiguity(codes, itertools.pairwise(codes))
    rng = np.random.default_rng(25)
    x = rng.normal(size=60)
    wave = np.sin(np.arange(60) / 5)

    smooth = associations(pd.DataFrame({"y": x + 3 * wave}), pd.DataFrame({"x": x}), weights=weights).iloc[0]
    rough = associations(pd.DataFrame({"y": x + rng.normal(size=60)}), pd.DataFrame({"x": x}), weights=weights).iloc[0]

    assert smooth["has_spatial_residuals"]
    assert not rough["has_spatial_residuals"]


def test_fewer_than_twenty_areas_give_no_association_and_no_test():
    frame = pd.DataFrame({"y": range(25), "x": range(25)}, dtype=float)
    frame.loc[:5, "y"] = np.nan

    found = associations(frame[["y"]], frame[["x"]]).iloc[0]

    assert found["n_areas"] == 19
    assert np.isnan(found[["rho", "p", "p_adjusted", "rho_weighted", "rho_partial"]].astype(float)).all()
    assert found["n_tests"] == 0
    assert not found["is_significant"]
    assert np.isnan(weighted_spearman(frame["x"][:19], frame["y"][:19], [1] * 19))


def test_a_column_that_is_all_equal_or_follows_from_another_gives_nothing():
    x = np.arange(30.0)

    assert np.isnan(spearman(x, np.ones(30)).rho)
    assert np.isnan(spearman(x, x[::-1], given=x * 2).rho)
    assert spearman(x, x * 2).p == 0
    assert np.isnan(weighted_spearman(x, np.ones(30), np.ones(30)))


def test_a_context_model_finds_the_rate_ratio_that_was_put_in():
    rng = np.random.default_rng(26)
    people, flats, other = rng.uniform(500, 4_000, 120), rng.normal(size=120), rng.normal(size=120)
    counts = rng.poisson(people * 0.02 * np.exp(0.4 * (flats - flats.mean()) / flats.std()))

    found = context_model([*counts, np.nan], [*people, 100], np.vstack([np.column_stack([flats, other]), [1, 1]]))

    assert found.lower[0] < np.exp(0.4) < found.upper[0]
    assert found.p[0] < 1e-6
    assert found.lower[1] < 1 < found.upper[1]
    assert found.n == 120
    assert found.phi == pytest.approx(1, abs=0.4)
    assert np.isnan(found.residuals[-1])


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="differ in shape"):
        spearman([1, 2], [1])
    with pytest.raises(ValueError, match="differ in rows"):
        associations(pd.DataFrame({"y": [1.0]}, index=["a"]), pd.DataFrame({"x": [1.0]}, index=["b"]))
    with pytest.raises(ValueError, match="3 predictors for 25 areas"):
        context_model(np.ones(25), np.ones(25), np.random.default_rng(0).normal(size=(25, 3)))
    with pytest.raises(ValueError, match="1 predictors for 19 areas"):
        context_model(np.ones(19), np.ones(19), np.arange(19))
    with pytest.raises(ValueError, match="the same everywhere"):
        context_model(np.ones(30), np.ones(30), np.ones(30))
    with pytest.raises(ValueError, match="shape"):
        context_model(np.ones(30), np.ones(29), np.ones(30))


@given(st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=20, max_size=40), st.randoms())
def test_only_the_order_of_the_values_counts_and_not_that_of_the_areas(pairs, chance):
    x, y = np.array(pairs, dtype=float).T
    order = chance.sample(range(len(x)), len(x))

    found = spearman(x, y)
    stretched = spearman(np.exp(x / 10)[order], (y**3)[order])

    assert stretched.rho == pytest.approx(found.rho, nan_ok=True)
    assert np.isnan(found.rho) or (-1 - 1e-12 <= found.rho <= 1 + 1e-12 and 0 <= found.p <= 1)
    assert spearman(y, -x).rho == pytest.approx(-found.rho, nan_ok=True)
