"""The index by hand: base, scores, what may be missing, and the places under other ways."""

import numpy as np
import pandas as pd
import pytest

from etl.statistics.composite import CompositeBase, composite_base, composite_index


def indexed(is_higher_better=None, theme_of=None, **columns):
    """Indicators of which the base has mean 0 and deviation 1: a score is 100 and 25 points for each step."""
    values = pd.DataFrame(columns, dtype=float)
    values.index = [f"A{i}" for i in range(len(values))]
    base = CompositeBase(pd.Series(dict.fromkeys(columns, 0.0)), pd.Series(dict.fromkeys(columns, 1.0)))
    return composite_index(values, base, is_higher_better or dict.fromkeys(columns, True), theme_of)


def test_the_base_counts_each_area_by_its_people_and_only_where_it_is_known():
    values = pd.DataFrame({"x": [1.0, 4.0, np.nan, 90.0], "y": [2.0, 5.0, 8.0, 90.0]}, index=list("abcd"))

    found = composite_base(values, pd.Series([1.0, 2.0, 3.0, np.nan], index=list("abcd")))

    assert found.mean.tolist() == pytest.approx([3, 6])
    assert found.deviation.tolist() == pytest.approx([np.sqrt(2), np.sqrt((16 + 2 * 1 + 3 * 4) / 6)])


def test_a_base_without_differences_or_people_is_refused_by_name():
    people = pd.Series([1.0, 2.0])
    values = pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 3.0], "z": [np.nan, np.nan], "w": [1e9, 1e9 + 1e-5]})

    with pytest.raises(ValueError, match="indicator y, z, w is unknown or the same"):
        composite_base(values, people)
    with pytest.raises(ValueError, match="indicator x is unknown"):
        composite_base(values[["x"]], people * 0)
    with pytest.raises(ValueError, match="negative"):
        composite_base(values, pd.Series([-1.0, 2.0]))
    assert composite_base(pd.DataFrame({"x": [1e-6, 2e-6]}), people).deviation["x"] > 0


def test_a_step_of_one_deviation_is_25_points_up_or_down():
    found = indexed({"x": True, "y": False}, x=[1, 0], y=[1, 2])

    assert found.scores.to_numpy().tolist() == [[125, 75], [100, 50]]
    assert found.index.tolist() == [100, 75]
    assert found.themes["all"].tolist() == [100, 75]
    assert found.rank.tolist() == [1, 2]


def test_themes_count_alike_however_many_indicators_they_have():
    found = indexed(theme_of={"x": "safe", "y": "safe", "z": "clean"}, x=[2, 0], y=[0, 0], z=[-1, 0])

    assert found.themes.columns.tolist() == ["safe", "clean"]
    assert found.themes.iloc[0].tolist() == [125, 75]
    assert found.index.tolist() == [100, 100]
    assert found.rank.tolist() == [1, 1]


def test_a_third_of_the_indicators_of_a_theme_may_be_missing():
    found = indexed(x=[1, 1, 1], y=[2, 2, np.nan], z=[3, np.nan, np.nan])

    assert found.index.tolist() == pytest.approx([150, 137.5, np.nan], nan_ok=True)
    assert found.rank.tolist() == pytest.approx([1, 2, np.nan], nan_ok=True)
    assert found.band.tolist() == ["far_above", "far_above", None]
    assert np.isnan([found.rank_min["A2"], found.rank_max["A2"]]).all()
    assert found.ranks.loc["A2"].isna().all()


def test_a_theme_that_is_not_known_counts_in_no_way_and_a_third_of_the_themes_may_be_missing():
    theme_of = {"a": "one", "b": "two", "c": "three", "d": "three"}

    found = indexed(theme_of=theme_of, a=[1, 1], b=[0, np.nan], c=[8, 8], d=[np.nan, np.nan])

    assert found.themes["three"].isna().all()
    assert found.index.tolist() == pytest.approx([112.5, np.nan], nan_ok=True)
    assert found.scores["c"].tolist() == [300, 300]


@pytest.mark.parametrize(
    ("points", "band"),
    [
        (69.99, "far_below"), (70, "below"), (89.99, "below"), (90, "average"), (110, "average"), (110.01, "above"),
        (129.99, "above"), (130, "far_above"), (1_000, "far_above"),
    ],
)  # fmt: skip
def test_a_band_begins_where_the_one_below_ends(points, band):
    assert indexed(x=[(points - 100) / 25]).band.tolist() == [band]


def test_each_indicator_is_left_out_in_turn_and_the_places_are_told():
    """By the mean 112.5, 100 and 112.5; without x 75, 100 and 150; without y 150, 100 and 75."""
    found = indexed(x=[2, 0, -1], y=[-1, 0, 2])

    assert found.rank.tolist() == [1, 3, 1]
    assert found.ranks["without:x"].tolist() == [3, 2, 1]
    assert found.ranks["without:y"].tolist() == [1, 2, 3]
    assert found.rank_min.tolist() == [1, 2, 1]
    assert found.rank_max.tolist() == [3, 3, 3]


def test_the_geometric_mean_asks_for_balance():
    """Means 112.5 and 112; geometric the second is ahead: 150 and 75 against 113 and 111."""
    found = indexed(x=[2, 0.52], y=[-1, 0.44])

    assert found.rank.tolist() == [1, 2]
    assert found.ranks["geometric"].tolist() == [2, 1]


def test_a_score_below_one_counts_as_one_in_the_geometric_mean():
    found = indexed(x=[-8, -3.97, -3.95], y=[0, 0, 0])

    assert found.scores["x"].tolist() == pytest.approx([-100, 0.75, 1.25])
    assert found.ranks["geometric"].tolist() == [2, 2, 1]


def test_the_first_component_weighs_what_goes_together():
    """x and y move alike, z does not: it weighs next to nothing, so its leader loses the first place."""
    x = np.array([0, 1, 2, 3, 4.0])
    z = np.array([8, -1, -2, -1, 0.0])

    found = indexed(x=x, y=x, z=z)

    assert found.rank.tolist()[0] == 1
    weights = np.linalg.eigh(np.corrcoef([x, x, z]))[1][:, -1] ** 2
    told = (np.column_stack([x, x, z]) * weights).sum(axis=1)
    assert found.ranks["principal"].tolist() == (1 + (told[:, None] < told).sum(axis=1)).tolist()
    assert found.ranks["principal"].tolist() != found.rank.tolist()


def test_a_first_component_needs_three_complete_areas_and_two_indicators():
    assert "principal" in indexed(x=[1, 2, 4], y=[3, 1, 2]).ranks
    assert "principal" not in indexed(x=[1, 2], y=[3, 1]).ranks
    assert "principal" not in indexed(x=[1, 2, 4]).ranks
    assert "without:x" not in indexed(x=[1, 2, 4]).ranks
    three = {"x": [1, 2, 4, np.nan], "y": [3, 1, 2, 9], "z": [1, 5, 2, 2]}
    assert "principal" in indexed(**three).ranks
    assert "principal" not in indexed(**{**three, "z": [1, 1, 1, 5]}).ranks


def test_a_difference_of_rounding_gives_no_place():
    found = indexed(x=[0.1 + 0.2, 0.3, 0.5], y=[0, 0, 0])

    assert found.rank.tolist() == [2, 2, 1]


@pytest.mark.parametrize(
    "given",
    [
        {"is_higher_better": {"x": True}},
        {"is_higher_better": {"x": True, "y": True, "z": True}},
        {"theme_of": {"x": "one"}},
    ],
)
def test_directions_and_themes_name_every_indicator_and_no_other(given):
    with pytest.raises(ValueError, match="same indicators"):
        indexed(x=[1, 2], y=[1, 3], **given)
