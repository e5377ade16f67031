"""A composite index and how it depends on its making: the vector, the laws, and the edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.statistics.composite import composite_base, composite_index
from tests.spec.vectors_file import vector

COMPOSITE = vector("composite")
NAMES, AREAS = COMPOSITE["indicators"], COMPOSITE["areas"]
LOWER_IS_BETTER = dict.fromkeys(NAMES, False)


def rows(name):
    return pd.DataFrame(COMPOSITE[name], index=AREAS, columns=NAMES)


def people():
    return pd.Series(COMPOSITE["population"], index=AREAS)


def test_the_base_equals_the_vector():
    found = composite_base(rows("base"), people())

    assert found.mean.tolist() == pytest.approx(COMPOSITE["base_mean"], abs=COMPOSITE["tolerance_abs"])
    assert found.deviation.tolist() == pytest.approx(COMPOSITE["base_sd"], abs=COMPOSITE["tolerance_abs"])


def test_the_index_and_its_places_equal_the_vector():
    found = composite_index(rows("current"), composite_base(rows("base"), people()), LOWER_IS_BETTER)

    assert found.index.tolist() == pytest.approx(COMPOSITE["index"], abs=COMPOSITE["tolerance_abs"])
    assert found.rank.tolist() == COMPOSITE["rank"]
    assert found.rank_min.tolist() == COMPOSITE["rank_min"]
    assert found.rank_max.tolist() == COMPOSITE["rank_max"]
    told = {
        way.replace("zonder_", "without:").replace("geometrisch", "geometric"): places
        for way, places in COMPOSITE["sensitivity"].items()
    }
    assert {way: found.ranks[way].tolist() for way in told} == told
    assert "principal" in found.ranks


def test_the_municipality_of_the_base_year_is_a_hundred():
    found = composite_index(rows("base"), composite_base(rows("base"), people()), LOWER_IS_BETTER)

    assert np.average(found.index, weights=people()) == pytest.approx(100)


def test_an_indicator_that_is_good_when_high_counts_the_other_way():
    base = composite_base(rows("base"), people())

    found = composite_index(rows("current"), base, {**LOWER_IS_BETTER, "geweld": True})

    plain = composite_index(rows("current"), base, LOWER_IS_BETTER)
    assert (found.scores["geweld"] - 100).tolist() == pytest.approx((100 - plain.scores["geweld"]).tolist())


def test_more_than_a_third_missing_leaves_no_index_and_no_place():
    values = rows("current")
    values.loc["A", "geweld"] = np.nan
    values.loc["B", ["geweld", "diefstal"]] = np.nan

    found = composite_index(values, composite_base(rows("base"), people()), LOWER_IS_BETTER)

    assert found.index["A"] == pytest.approx(found.scores.loc["A", ["diefstal", "overlast"]].mean())
    assert np.isnan([found.index["B"], found.rank["B"], found.rank_min["B"], found.rank_max["B"]]).all()
    assert found.band["B"] is None
    assert sorted(found.rank.dropna()) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("points", "band"),
    [
        (69.9, "far_below"),
        (70, "below"),
        (90, "average"),
        (110, "average"),
        (110.1, "above"),
        (130, "far_above"),
    ],
)
def test_bands_end_where_they_say(points, band):
    base = composite_base(pd.DataFrame({"x": [-1.0, 1.0]}, index=["a", "b"]), pd.Series([1, 1], index=["a", "b"]))

    found = composite_index(pd.DataFrame({"x": [(points - 100) / 25]}, index=["c"]), base, {"x": True})

    assert found.index["c"] == pytest.approx(points)
    assert found.band["c"] == band


def test_an_area_without_people_in_the_base_year_does_not_move_the_base():
    more = pd.concat([rows("base"), pd.DataFrame([[999.0] * 3], index=["F"], columns=NAMES)])

    found = composite_base(more, pd.concat([people(), pd.Series([0.0], index=["F"])]))

    assert found.mean.tolist() == pytest.approx(COMPOSITE["base_mean"])


def test_a_score_below_zero_still_has_a_geometric_place():
    values = rows("current")
    values.loc["C"] = [60.0, 30.0, 300.0]

    found = composite_index(values, composite_base(rows("base"), people()), LOWER_IS_BETTER)

    assert found.index["C"] < 0
    assert found.ranks.loc["C", "geometric"] == 5


def test_an_indicator_that_is_now_the_same_everywhere_leaves_no_weights_by_the_first_component():
    found = composite_index(rows("current").assign(geweld=3.0), composite_base(rows("base"), people()), LOWER_IS_BETTER)

    assert "principal" not in found.ranks
    assert found.index.notna().all()


def test_there_is_no_default_direction_and_bad_input_is_refused():
    base = composite_base(rows("base"), people())

    with pytest.raises(TypeError):
        composite_index(rows("current"), base)
    with pytest.raises(ValueError, match="same indicators"):
        composite_index(rows("current"), base, {"geweld": True})
    with pytest.raises(ValueError, match="same indicators"):
        composite_index(rows("current")[["geweld"]], base, LOWER_IS_BETTER)
    with pytest.raises(ValueError, match="an area stands twice"):
        composite_index(pd.concat([rows("current")] * 2), base, LOWER_IS_BETTER)
    with pytest.raises(ValueError, match="indicator geweld is unknown or the same"):
        composite_base(rows("base").assign(geweld=3.0), people())
    with pytest.raises(ValueError, match="indicator geweld is unknown or the same"):
        composite_base(rows("base").assign(geweld=np.nan), people())
    with pytest.raises(ValueError, match="differ in rows"):
        composite_base(rows("base"), people().iloc[::-1])
    with pytest.raises(ValueError, match="negative"):
        composite_base(rows("base"), -people())


def test_themes_count_alike_whatever_the_number_of_their_parts():
    base = composite_base(rows("base"), people())
    theme_of = {"geweld": "crime", "diefstal": "crime", "overlast": "nuisance"}

    found = composite_index(rows("current"), base, LOWER_IS_BETTER, theme_of)

    crime = found.scores[["geweld", "diefstal"]].mean(axis=1)
    assert found.themes["crime"].tolist() == pytest.approx(crime.tolist())
    assert found.index.tolist() == pytest.approx(((crime + found.scores["overlast"]) / 2).tolist())
    assert set(found.ranks) >= {"without:geweld", "without:overlast", "geometric"}


def test_a_theme_with_too_much_missing_counts_in_no_way():
    values = rows("current")
    values.loc["A", "geweld"] = np.nan
    values.loc["B", "overlast"] = np.nan
    theme_of = {"geweld": "one", "diefstal": "one", "overlast": "two"}

    found = composite_index(values, composite_base(rows("base"), people()), LOWER_IS_BETTER, theme_of)

    assert np.isnan([found.themes.loc["A", "one"], found.index["A"], found.index["B"]]).all()
    assert found.index.notna().sum() == 3
    with pytest.raises(ValueError, match="same indicators"):
        composite_index(values, composite_base(rows("base"), people()), LOWER_IS_BETTER, {"geweld": "one"})


@given(st.integers(0, 1_000))
@settings(max_examples=20, deadline=None)
def test_a_place_lies_within_its_range_and_order_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    values = pd.DataFrame(rng.normal(10, 3, (12, 5)), columns=list("abcde")).mask(rng.random((12, 5)) < 0.15)
    base = composite_base(values, pd.Series(rng.uniform(100, 5_000, 12)))
    directions = dict.fromkeys("abcde", False)

    found = composite_index(values, base, directions)
    turned = composite_index(values.iloc[::-1, ::-1], base, directions)

    known = found.index.notna()
    assert (found.rank_min[known] <= found.rank[known]).all()
    assert (found.rank[known] <= found.rank_max[known]).all()
    assert found.rank_max[known].max() <= known.sum()
    pd.testing.assert_series_equal(turned.index.iloc[::-1], found.index)
    assert turned.rank.iloc[::-1].equals(found.rank)
