"""Similar areas: planted likeness, missing features, stability, and the edges."""

import os
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.statistics.peers import similar_areas


def twelve_areas():
    """Three kinds of areas, four of each, the same in all features but for a step within their kind."""
    kinds = {"city": (90.0, 5.0, 60.0), "suburb": (30.0, 60.0, 30.0), "village": (5.0, 90.0, 20.0)}
    rows = {
        f"{kind}{i}": [level + i * step for level, step in zip(levels, (1.0, 0.5, 0.8), strict=True)]
        for kind, levels in kinds.items()
        for i in range(4)
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["flats", "owned", "single"])


def test_areas_of_the_same_kind_are_each_others_peers():
    found = similar_areas(twelve_areas())

    pairs = found.pairs
    assert (pairs["area_code"].str[:-1] == pairs["peer_code"].str[:-1]).all()
    assert pairs.groupby("area_code").size().tolist() == [3] * 12  # a third of the eleven others
    assert pairs["is_stable"].all()
    assert (pairs["kept_share"] == 1).all()
    assert found.features == ("flats", "owned", "single")
    assert found.without == {}


def test_the_nearest_comes_first_with_its_distance_in_standard_deviations():
    features = pd.DataFrame({"x": [0.0, 1.0, 3.0, 6.0, 10.0]}, index=list("abcde"))

    found = similar_areas(features, asked=["a"])

    deviation = np.std([0, 1, 3, 6, 10])
    assert found.pairs["peer_code"].tolist() == ["b"]
    assert found.pairs["position"].tolist() == [1]
    assert found.pairs["distance"].tolist() == pytest.approx([1 / deviation], abs=1e-9)


def test_peers_that_rest_on_one_feature_are_not_stable():
    rng = np.random.default_rng(11)
    features = pd.DataFrame(rng.normal(size=(60, 2)), index=[f"{i:02d}" for i in range(60)], columns=["a", "b"])
    alone = similar_areas(features[["a"]])

    found = similar_areas(features)

    assert not found.pairs["is_stable"].any()
    assert (found.pairs["kept_share"] < 1).any()
    assert not alone.pairs["is_stable"].any()


def test_a_feature_that_is_unknown_or_the_same_everywhere_is_not_used():
    features = twelve_areas().assign(country=1.0, unknown=np.nan)

    found = similar_areas(features)

    assert found.features == ("flats", "owned", "single")
    pd.testing.assert_frame_equal(found.pairs, similar_areas(twelve_areas()).pairs)


def test_a_missing_feature_is_left_out_of_the_distance_and_too_many_leave_no_peers():
    features = twelve_areas()
    features.loc["city1", "owned"] = np.nan
    features.loc["city2", ["owned", "single"]] = np.nan

    found = similar_areas(features)

    of_city1 = found.pairs[found.pairs["area_code"] == "city1"]
    assert of_city1["n_features"].tolist() == [2] * len(of_city1)
    assert of_city1["peer_code"].tolist() == ["city0", "city3", "suburb3"]
    assert found.without == {"city2": "too_few_features"}
    assert "city2" not in set(found.pairs["peer_code"])


def test_half_of_the_features_is_too_little_to_compare():
    features = twelve_areas().assign(rent=lambda frame: frame["single"] / 2)
    features.loc["city1", ["owned", "rent"]] = np.nan

    found = similar_areas(features)

    assert found.without == {"city1": "too_few_features"}
    assert "city1" not in set(found.pairs["peer_code"])


def test_two_features_that_say_the_same_give_ten_peers_that_stay():
    levels = np.arange(40.0) ** 1.1
    features = pd.DataFrame({"a": levels, "b": levels}, index=[f"{i:02d}" for i in range(40)])

    found = similar_areas(features)

    assert (found.pairs.groupby("area_code").size() == 10).all()
    assert found.pairs["is_stable"].all()


def test_two_or_three_areas_have_no_peers():
    features = pd.DataFrame({"x": [1.0, 2.0, 4.0]}, index=["a", "b", "c"])

    found = similar_areas(features)

    assert found.without == dict.fromkeys("abc", "too_few_areas")
    assert found.pairs.empty
    assert list(found.pairs.columns) == list(similar_areas(twelve_areas()).pairs.columns)


def test_peers_elsewhere_never_come_from_the_own_municipality():
    features = twelve_areas()
    groups = {code: "GM1" if code[-1] in "01" else "GM2" for code in features.index}

    found = similar_areas(features, asked=["city0"], groups=groups, n_peers=2)

    assert found.pairs["peer_code"].tolist() == ["city2", "city3"]


def test_of_equal_areas_the_code_decides():
    features = pd.DataFrame({"x": [1.0] * 8 + [5.0], "y": [2.0] * 8 + [6.0]}, index=list("hgfedcbai"))

    found = similar_areas(features, asked=["d"])

    assert found.pairs["peer_code"].tolist() == ["a", "b"]
    assert found.pairs["distance"].tolist() == [0, 0]


def test_bad_input_is_refused():
    features = twelve_areas()

    with pytest.raises(ValueError, match="twice"):
        similar_areas(pd.concat([features, features]))
    with pytest.raises(ValueError, match="infinite"):
        similar_areas(features.replace(90.0, np.inf))
    with pytest.raises(ValueError, match="no feature"):
        similar_areas(features[[]])
    with pytest.raises(ValueError, match="1 areas asked for"):
        similar_areas(features, asked=["city0", "elsewhere"])


@given(st.integers(0, 1_000))
@settings(max_examples=10, deadline=None)
def test_order_and_units_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    features = pd.DataFrame(
        rng.normal(size=(40, 4)).round(1), index=[f"{i:02d}" for i in range(40)], columns=list("abcd")
    )
    turned = features.iloc[rng.permutation(40), rng.permutation(4)] * 1_000 + 5

    found, other = similar_areas(features).pairs, similar_areas(turned).pairs

    pd.testing.assert_frame_equal(found, other)
    assert (found["area_code"] != found["peer_code"]).all()
    assert (found.groupby("area_code")["distance"].diff().dropna() >= 0).all()


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("BUURTBEELD_SOAK"), reason="needs BUURTBEELD_SOAK=1")
def test_peers_among_all_neighbourhoods_of_the_country_take_seconds():
    rng = np.random.default_rng(12)
    codes = [f"BU{i:08d}" for i in range(14_500)]
    features = pd.DataFrame(rng.normal(size=(14_500, 12)), index=codes)
    start = time.process_time()

    found = similar_areas(features, asked=codes[:115])

    assert len(found.pairs) == 1_150
    assert time.process_time() - start < 10
