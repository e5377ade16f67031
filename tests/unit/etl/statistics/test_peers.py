"""Similar areas by hand: distances, who may be a peer, and which peers stay."""

import numpy as np
import pandas as pd
import pytest

from etl.statistics.peers import similar_areas


def row_of(*levels, **more):
    """Areas a, b, c, … with one feature, and more of them."""
    return pd.DataFrame({"x": levels, **more}, index=list("abcdefghijklmnopqrstuvwxyz")[: len(levels)], dtype=float)


def peers_of(code, found):
    return found.pairs[found.pairs["area_code"] == code]


def test_distances_by_hand():
    features = row_of(0, 1, 3, 6, 10, 15, 21, y=[5, 5, 4, 4, 3, 3, 20])

    found = peers_of("a", similar_areas(features))

    z = (features - features.mean()) / features.std(ddof=0)
    told = np.sqrt(((z - z.loc["a"]) ** 2).mean(axis=1)).drop("a").sort_values()
    assert found["peer_code"].tolist() == told.index[:2].tolist()
    assert found["distance"].tolist() == pytest.approx(told[:2].tolist(), abs=1e-8)
    assert found["position"].tolist() == [1, 2]
    assert found["n_features"].tolist() == [2, 2]


@pytest.mark.parametrize(("n_areas", "n_peers"), [(3, 0), (4, 1), (6, 1), (7, 2), (26, 8)])
def test_no_more_than_a_third_of_the_others_are_peers(n_areas, n_peers):
    found = similar_areas(row_of(*(np.arange(n_areas) ** 1.1)))

    assert len(peers_of("a", found)) == n_peers
    assert found.without == ({} if n_peers else dict.fromkeys("abc", "too_few_areas"))


def test_ten_peers_are_shown_unless_asked_otherwise():
    levels = np.arange(60.0) ** 1.1
    features = pd.DataFrame({"x": levels}, index=[f"{i:02d}" for i in range(60)])

    assert len(similar_areas(features, asked=["00"]).pairs) == 10
    assert len(similar_areas(features, asked=["00"], n_peers=4).pairs) == 4
    assert len(similar_areas(features).pairs) == 600


def test_areas_asked_for_come_in_order_and_take_their_peers_from_all():
    found = similar_areas(row_of(0, 1, 3, 6), asked=["d", "a"])

    assert found.pairs["area_code"].tolist() == ["a", "d"]
    assert found.pairs["peer_code"].tolist() == ["b", "c"]


def test_two_thirds_of_the_features_must_be_known_of_both():
    known = {name: np.arange(8.0) * (i + 1) % 7 for i, name in enumerate(["y", "z"])}
    one_missing = row_of(0, 1, 3, 6, 10, 15, 21, 28, **known)
    one_missing.loc["a", "y"] = np.nan
    apart = one_missing.copy()
    apart.loc["b", "z"] = np.nan  # of a and b only x is known of both
    two_missing = one_missing.copy()
    two_missing.loc["a", "z"] = np.nan

    assert peers_of("a", similar_areas(one_missing))["n_features"].tolist() == [2, 2]
    assert "b" not in set(peers_of("a", similar_areas(apart))["peer_code"])
    assert similar_areas(two_missing).without == {"a": "too_few_features"}


def test_a_missing_feature_leaves_the_mean_of_the_others():
    features = row_of(0, 1, 3, 6, y=[0, 1, 5, 9], z=[0, 2, 3, 4])
    features.loc["a", "z"] = np.nan

    found = peers_of("a", similar_areas(features))

    z = (features - features.mean()) / features.std(ddof=0)
    told = np.sqrt((((z.loc["b"] - z.loc["a"]) ** 2)[["x", "y"]]).mean())
    assert found["peer_code"].tolist() == ["b"]
    assert found["distance"].tolist() == pytest.approx([told], abs=1e-8)


def test_peers_of_other_groups_only_and_a_group_of_all_has_none():
    features = row_of(0, 1, 3, 6, 10, 15)
    groups = dict(zip("abcdef", "GGHHHH", strict=True))

    found = similar_areas(features, groups=groups)

    assert peers_of("a", found)["peer_code"].tolist() == ["c"]
    assert set(found.without) == {"c", "d", "e", "f"}  # the two of the other group leave a third of two
    assert set(found.without.values()) == {"too_few_areas"}


def test_with_one_feature_nothing_can_be_left_out():
    found = similar_areas(row_of(0, 1, 3, 6))

    assert (found.pairs["kept_share"] == 0).all()
    assert not found.pairs["is_stable"].any()
    assert found.pairs["is_stable"].dtype == bool


def test_peers_are_stable_where_seven_in_ten_stay_whichever_feature_is_left_out():
    rng = np.random.default_rng(1)
    common = rng.normal(size=(60, 1))
    features = pd.DataFrame(common + 0.35 * rng.normal(size=(60, 5)), index=[f"{i:02d}" for i in range(60)])

    found = similar_areas(features)

    z = (features - features.mean()) / features.std(ddof=0)
    stable = set()
    for code, peers in found.pairs.groupby("area_code"):
        off = ((z - z.loc[code]) ** 2).drop(code)
        kept = np.array(
            [peers["peer_code"].isin(off.drop(columns=k).mean(axis=1).nsmallest(10).index) for k in features.columns]
        )
        assert peers["peer_code"].tolist() == off.mean(axis=1).nsmallest(10).index.tolist()
        assert peers["kept_share"].tolist() == pytest.approx(kept.mean(axis=0).tolist())
        is_stable = bool((kept.mean(axis=1) >= 0.7).all())
        assert peers["is_stable"].tolist() == [is_stable] * 10
        stable.add(is_stable)
    assert stable == {True, False}


def test_nearly_the_same_everywhere_is_the_same():
    features = row_of(0, 1, 3, 6, steady=[1e9, 1e9, 1e9, 1e9 + 1e-5], tiny=[1e-9, 2e-9, 3e-9, 5e-9])

    assert similar_areas(features).features == ("x", "tiny")


def test_a_feature_known_of_one_area_only_is_not_used():
    assert similar_areas(row_of(0, 1, 3, 6, once=[np.nan, 5, np.nan, np.nan])).features == ("x",)


def test_no_usable_feature_leaves_no_peers():
    found = similar_areas(row_of(4, 4, 4, 4, 4))

    assert found.features == ()
    assert found.without == dict.fromkeys("abcde", "too_few_features")
    assert found.pairs.empty


def test_columns_and_codes_that_stand_twice_are_refused():
    features = row_of(0, 1, 3, 6, y=[1, 2, 3, 5])

    with pytest.raises(ValueError, match="twice"):
        similar_areas(features.set_axis(["x", "x"], axis=1))
    with pytest.raises(ValueError, match="twice"):
        similar_areas(features.set_axis(list("aabc")))
    with pytest.raises(ValueError, match="2 areas asked for"):
        similar_areas(features, asked=["q", "a", "r"])
