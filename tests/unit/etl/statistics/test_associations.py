"""Associations at their edges: what is held against what, and the numbers of the checks by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata, spearmanr

from etl.statistics.associations import associations, context_model, spearman, weighted_spearman
from etl.statistics.spatial import contiguity, moran_index

X = np.arange(20.0)
Y = np.array([3.0, 1, 4, 1.5, 9, 2, 6, 5, 3.5, 8, 9.5, 7, 12, 3.2, 15, 11, 14, 10, 13, 16])


def test_twenty_areas_are_enough_and_nineteen_are_not():
    assert spearman(X, Y).rho == pytest.approx(spearmanr(X, Y).statistic)
    assert np.isnan(spearman(X[1:], Y[1:]).rho)
    assert np.isnan(weighted_spearman(X[1:], Y[1:], np.ones(19)))
    assert context_model(np.arange(20), np.ones(20), Y).n == 20


def test_what_is_held_costs_a_degree_of_freedom():
    held = np.column_stack([np.sin(X), np.cos(X)])

    found = spearman(X, Y, given=held)

    left = [column - design @ np.linalg.lstsq(design, column, rcond=None)[0]
            for design in [np.column_stack([np.ones(20), *(rankdata(h) for h in held.T)])]
            for column in (rankdata(X), rankdata(Y))]  # fmt: skip
    rho = np.corrcoef(*left)[0, 1]
    t = rho * np.sqrt(16 / (1 - rho**2))
    assert found.rho == pytest.approx(rho)
    assert found.p == pytest.approx(t_two_sided(t, 16))
    assert spearman(X, Y, given=held[:, 0]).rho == pytest.approx(spearman(X, Y, given=held[:, :1]).rho)


def t_two_sided(t, freedom):
    """By adding up the density, so that nothing of the library is asked."""
    x = np.linspace(-abs(t), abs(t), 200_001)
    density = (1 + x**2 / freedom) ** (-(freedom + 1) / 2)
    whole = np.linspace(-400, 400, 2_000_001)
    total = np.trapezoid((1 + whole**2 / freedom) ** (-(freedom + 1) / 2), whole)
    return 1 - np.trapezoid(density, x) / total


@pytest.mark.parametrize(("n_held", "is_known"), [(17, True), (18, False)])
def test_one_degree_of_freedom_must_be_left(n_held, is_known):
    held = np.random.default_rng(5).normal(size=(20, n_held))

    assert np.isnan(spearman(X, Y, given=held).rho) != is_known


def test_a_column_that_is_yes_or_no_can_be_associated():
    is_old = (X % 3 == 0).astype(float)

    assert spearman(is_old, Y).rho == pytest.approx(spearmanr(is_old, Y).statistic)
    assert weighted_spearman(is_old, Y, np.ones(20)) == pytest.approx(spearmanr(is_old, Y).statistic)
    assert weighted_spearman(Y, is_old, np.ones(20)) == pytest.approx(spearmanr(is_old, Y).statistic)


def test_areas_with_as_many_people_count_alike_and_those_without_not_at_all():
    plain = spearmanr(X, Y).statistic

    assert weighted_spearman(X, Y, np.full(20, 800)) == pytest.approx(plain)
    assert weighted_spearman(np.r_[X, 99], np.r_[Y, 0], np.r_[np.full(20, 800), 0]) == pytest.approx(plain)
    assert weighted_spearman(np.r_[X, np.nan], np.r_[Y, 0], np.full(21, 800)) == pytest.approx(plain)


def test_an_area_with_twice_the_people_counts_twice():
    people = np.where(X < 5, 2.0, 1.0)

    found = weighted_spearman(X, Y, people)

    twice = np.r_[np.arange(20), np.arange(5)]
    assert found == pytest.approx(np.corrcoef(rankdata(X)[twice], rankdata(Y)[twice])[0, 1])


def test_what_follows_from_the_other_exactly_has_no_chance_at_all():
    assert spearman(X, -X).p == 0
    assert spearman(X, -X).rho == pytest.approx(-1)


def frame(**columns):
    return pd.DataFrame(columns)


def test_a_feature_is_never_held_against_itself():
    context, outcome = frame(x=X, z=np.sin(X)), frame(y=Y)

    found = associations(outcome, context, given=frame(x=X, z=np.sin(X))).set_index("context")
    alone = associations(outcome, frame(x=X), given=frame(x=X, y=Y)).iloc[0]

    assert found.loc["x", "rho_partial"] == pytest.approx(spearman(X, Y, given=np.sin(X)).rho)
    assert found.loc["x", "p_partial"] == pytest.approx(spearman(X, Y, given=np.sin(X)).p)
    assert found.loc["z", "rho_partial"] == pytest.approx(spearman(np.sin(X), Y, given=X).rho)
    assert np.isnan(alone["rho_partial"])
    assert np.isnan(alone["p_partial"])


def test_the_pairs_stand_by_outcome_and_then_by_feature():
    found = associations(frame(a=Y, b=X), frame(c=X, d=Y))

    assert list(zip(found["outcome"], found["context"], strict=True)) == [
        ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"),
    ]  # fmt: skip
    assert found["n_areas"].tolist() == [20] * 4
    assert np.isnan(found[["rho_weighted", "residual_moran_p"]].to_numpy(float)).all()
    assert not found[["is_weight_sensitive", "has_spatial_residuals"]].to_numpy().any()


def test_an_association_is_called_at_five_percent_of_what_was_tried():
    draw = np.random.default_rng(3)
    noise = {f"n{i}": draw.normal(size=20) for i in range(3)}

    found = associations(frame(y=Y), frame(**noise))

    assert found["is_significant"].tolist() == (found["p_adjusted"] <= 0.05).tolist()


@pytest.mark.parametrize(("n_turned", "is_sensitive"), [(0, False), (6, True)])
def test_half_of_an_association_must_be_left_when_people_are_counted(n_turned, is_sensitive):
    large = np.arange(40) >= 40 - n_turned
    y = np.where(large, -np.arange(40.0), np.arange(40.0))

    for sign in (1, -1):
        found = associations(frame(y=sign * y), frame(x=np.arange(40.0)), population=np.where(large, 1e6, 1.0)).iloc[0]
        assert bool(found["is_weight_sensitive"]) == is_sensitive


def test_what_is_left_is_tested_after_the_line_through_the_ranks():
    codes = [f"{i:02d}" for i in range(20)]
    weights = contiguity(codes, [(codes[i], codes[i + 1]) for i in range(19)])
    y, x = Y.copy(), np.r_[X[:19], np.nan]

    found = associations(frame(y=y), frame(x=np.r_[X[:19], 40.0]), weights=weights).iloc[0]
    with_gap = associations(
        frame(y=np.r_[y, 1.0]),
        frame(x=np.r_[X[:19], 40.0, np.nan]),
        weights=contiguity([*codes, "20"], [(codes[i], codes[i + 1]) for i in range(19)]),
    ).iloc[0]

    ranks_x, ranks_y = rankdata(np.r_[X[:19], 40.0]), rankdata(y)
    slope, level = np.polyfit(ranks_x, ranks_y, 1)
    assert found["residual_moran_p"] == pytest.approx(moran_index(ranks_y - slope * ranks_x - level, weights).p)
    assert with_gap["residual_moran_p"] == pytest.approx(found["residual_moran_p"])
    few = associations(frame(y=y), frame(x=x), weights=weights).iloc[0]
    assert np.isnan(few["residual_moran_p"])


def test_a_model_of_one_yes_or_no_gives_the_ratio_of_the_two_rates():
    is_flat = np.arange(40) % 2 == 1
    people = np.where(is_flat, 2_000.0, 1_000.0)
    counts = np.where(is_flat, 60, 15) + np.tile([1, 1, -1, -1], 10)

    found = context_model(counts, people, is_flat.astype(float))

    # One standard deviation of a feature half of the areas have is a half.
    assert found.ratio[0] == pytest.approx(np.sqrt(2))
    mean = np.where(is_flat, 60, 15)
    assert found.residuals == pytest.approx((counts - mean) / np.sqrt(mean))
    assert found.phi == 1
    error = np.sqrt(1 / 300 + 1 / 1_200) / 2
    assert np.log(found.upper[0] / found.lower[0]) == pytest.approx(2 * 2.024394 * error, rel=1e-4)  # t, 38 freedom
    assert found.p[0] < 1e-6


def test_a_model_takes_one_predictor_for_ten_areas():
    draw = np.random.default_rng(1)

    assert context_model(draw.poisson(9, 20), np.ones(20), draw.normal(size=(20, 2))).ratio.shape == (2,)
    with pytest.raises(ValueError, match="3 predictors for 29 areas"):
        context_model(draw.poisson(9, 29), np.ones(29), draw.normal(size=(29, 3)))
    assert context_model(draw.poisson(9, 30), np.ones(30), draw.normal(size=(30, 3))).n == 30


def test_an_area_with_anything_missing_takes_no_part_in_a_model():
    draw = np.random.default_rng(2)
    counts, people, x = draw.poisson(9, 30).astype(float), np.full(30, 500.0), draw.normal(size=(30, 2))
    counts[0], people[1], people[2], x[3, 1] = np.nan, 0, np.nan, np.nan

    found = context_model(counts, people, x)

    assert found.n == 26
    assert np.flatnonzero(np.isnan(found.residuals)).tolist() == [0, 1, 2, 3]
    assert found.ratio.tolist() == context_model(counts[4:], people[4:], x[4:]).ratio.tolist()


def test_a_model_whose_columns_do_not_fit_is_refused():
    with pytest.raises(ValueError, match="exposure"):
        context_model(np.ones(30), np.ones(29), np.arange(30))
    with pytest.raises(ValueError, match="predictors"):
        context_model(np.ones(30), np.ones(30), np.arange(29))
    with pytest.raises(ValueError, match="follows from the others"):
        context_model(np.ones(30), np.ones(30), np.column_stack([np.arange(30), 2 * np.arange(30)]))
