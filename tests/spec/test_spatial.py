"""Where high values lie together: R spdep's numbers, chance alone, planted groups, and the edges."""

import os
import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.statistics.spatial import contiguity, hotspots, moran_index, permutations_for, rate_hotspots
from tests.spec.vectors_file import vector

SPATIAL = vector("spatial")
TOLERANCE = SPATIAL["tolerance_abs"]
PAIRS = [(str(i), str(j)) for i, others in enumerate(SPATIAL["neighbors0"]) for j in others]
CODES = [str(i) for i in range(30)]


def grid(rows, columns):
    """Codes and touching pairs (borders and corners) of a chessboard."""
    cells = [(row, column) for row in range(rows) for column in range(columns)]
    pairs = [
        (f"{r:02d}{c:02d}", f"{s:02d}{d:02d}")
        for r, c in cells
        for s, d in cells
        if (r, c) < (s, d) and max(abs(r - s), abs(c - d)) == 1
    ]
    return contiguity([f"{row:02d}{column:02d}" for row, column in cells], pairs)


def test_morans_index_equals_r_spdep():
    found = moran_index(SPATIAL["rate"], contiguity(CODES, PAIRS))

    numbers = [found.index, found.mean, found.variance, found.p / 2]  # R's p is one-sided
    told = [SPATIAL[key] for key in ("moran_I", "moran_E", "moran_var_rand", "moran_p")]
    assert numbers == pytest.approx(told, abs=TOLERANCE)


def test_local_statistics_equal_r_spdep():
    found = hotspots(SPATIAL["rate"], contiguity(CODES, PAIRS), n_permutations=99)

    assert found.local_moran.tolist() == pytest.approx(SPATIAL["local_I"], abs=TOLERANCE)
    assert found.gi_star.tolist() == pytest.approx(SPATIAL["Gstar"], abs=TOLERANCE)


def test_the_library_still_gives_gi_as_r_spdep():
    from esda.getisord import G_Local

    found = G_Local(np.array(SPATIAL["rate"]), contiguity(CODES, PAIRS), transform="B", star=False, permutations=0)

    assert found.Zs.tolist() == pytest.approx(SPATIAL["G"], abs=TOLERANCE)


def test_an_island_says_nothing_and_changes_nothing():
    weights = contiguity([*CODES, "30"], PAIRS)

    found = hotspots([*SPATIAL["rate"], 99.0], weights, n_permutations=999)
    without = hotspots(SPATIAL["rate"], contiguity(CODES, PAIRS), n_permutations=999)

    assert np.isnan([found.local_moran[30], found.gi_star[30], found.p[30], found.p_adjusted[30]]).all()
    assert found.area_note.tolist() == [None] * 30 + ["no_neighbours"]
    assert found.n_tested == 30
    assert found.local_moran[:30].tolist() == pytest.approx(SPATIAL["local_I"], abs=TOLERANCE)
    assert found.gi_star[:30].tolist() == pytest.approx(SPATIAL["Gstar"], abs=TOLERANCE)
    assert found.p[:30].tolist() == without.p.tolist()


def test_an_area_without_a_value_takes_no_part_and_leaves_its_neighbour_an_island():
    weights = contiguity([*CODES, "30", "31"], [*PAIRS, ("30", "31")])

    found = hotspots([*SPATIAL["rate"], np.nan, 5.0], weights, n_permutations=99)

    assert found.area_note[30:].tolist() == [None, "no_neighbours"]
    assert found.gi_star[:30].tolist() == pytest.approx(SPATIAL["Gstar"], abs=TOLERANCE)


def test_high_areas_beside_each_other_are_one_group_with_surroundings():
    weights = grid(8, 8)
    values = np.full(64, 10.0) + np.arange(64) % 3
    hot = [i for i, code in enumerate(weights.id_order) if code in {"0101", "0102", "0201", "0202", "0103", "0203"}]
    values[hot] += 40

    found = hotspots(values, weights)

    assert len(found.clusters) == 1
    cluster = found.clusters[0]
    assert {"0102", "0202"} <= set(cluster.members)
    assert {"0101", "0201", "0103", "0203"} <= {*cluster.members, *cluster.surroundings}
    assert not set(cluster.members) & set(cluster.surroundings)
    assert "0303" in {*cluster.members, *cluster.surroundings}
    assert cluster.highest_z == max(found.gi_star)
    assert found.kind[weights.id_order.index("0102")] == "high_high"
    assert found.kind[weights.id_order.index("0606")] is None


def test_two_groups_apart_are_two_clusters_the_stronger_first():
    weights = grid(12, 12)
    values = np.full(144, 10.0) + np.arange(144) % 3
    for i, code in enumerate(weights.id_order):
        row, column = int(code[:2]), int(code[2:])
        values[i] += 40 * (row <= 2 and column <= 2) + 60 * (row >= 9 and column >= 9)

    found = hotspots(values, weights)

    assert len(found.clusters) == 2
    assert "1010" in found.clusters[0].members
    assert "0101" in found.clusters[1].members


def test_low_areas_beside_each_other_are_no_cluster_of_high_ones():
    weights = grid(8, 8)
    values = np.array([5.0 if code[:2] in ("00", "01", "02") else 50.0 for code in weights.id_order])

    found = hotspots(values + np.arange(64) % 2, weights)

    assert "low_low" in found.kind
    assert all("low" not in found.kind[weights.id_order.index(code)] for c in found.clusters for code in c.members)


def test_rates_are_smoothed_before_they_are_tested():
    weights = grid(8, 8)
    counts = np.array(
        [60 if code[0] + code[1] in ("01", "02") and code[3] in "123" else 20 for code in weights.id_order]
    )
    people = np.full(64, 2_000.0)
    counts[-1], people[-1] = 1, 5  # two hundred per 1,000, of five people

    found = rate_hotspots(counts, people, weights)
    plain = hotspots(counts / people, weights)

    assert found.clusters[0].members
    assert all(code[:2] <= "04" for code in found.clusters[0].members)
    assert abs(found.local_moran[-1]) < abs(plain.local_moran[-1])


def test_rates_that_differ_no_more_than_chance_are_not_offered():
    weights = grid(6, 6)

    found = rate_hotspots([10, 11, 9] * 12, [1_000] * 36, weights)
    few = rate_hotspots([10, 90, 9] * 3, [1_000] * 9, grid(3, 3))

    assert (found.note, found.clusters, found.n_tested) == ("no_differences", (), 0)
    assert few.note == "too_few_areas"


@pytest.mark.parametrize(
    ("rows", "values", "note"),
    [(3, np.arange(18.0), "too_few_areas"), (4, np.full(24, 3.0), "all_equal"), (4, np.zeros(24), "all_equal")],
)
def test_too_few_areas_and_equal_values_are_not_offered(rows, values, note):
    found = hotspots(values, grid(rows, 6))

    assert found.note == note
    assert found.clusters == ()
    assert found.n_tested == 0
    assert np.isnan(found.p).all()
    assert found.kind.tolist() == [None] * len(values)


def test_the_same_seed_gives_the_same_p_values_and_leaves_others_generators_alone():
    weights = contiguity(CODES, PAIRS)
    np.random.seed(3)
    untouched = np.random.random(3).tolist()

    np.random.seed(3)
    first = hotspots(SPATIAL["rate"], weights, n_permutations=199)
    after = np.random.random(3).tolist()
    second = hotspots(SPATIAL["rate"], weights, n_permutations=199)
    other = hotspots(SPATIAL["rate"], weights, n_permutations=199, seed=1)

    assert first.p.tolist() == second.p.tolist()
    assert first.p.tolist() != other.p.tolist()
    assert after == untouched


def test_enough_draws_that_one_area_alone_can_be_found():
    assert permutations_for(115) == 9_999
    assert 2 / (permutations_for(800) + 1) <= 0.05 / 800


def test_many_equal_values_are_equal_also_after_adding_up():
    weights = grid(6, 6)
    values = np.zeros(36)
    values[[0, 35]] = 0.1

    found = hotspots(values, weights, n_permutations=199)

    assert found.clusters == ()
    assert (found.p[[14, 15, 20, 21]] > 0.5).all()


def test_chance_alone_seldom_gives_a_cluster():
    weights, rng = grid(6, 7), np.random.default_rng(7)
    n_maps = 300 if os.environ.get("BUURTBEELD_SOAK") else 40

    found = [hotspots(rng.poisson(4, 42), weights, n_permutations=1_999, seed=i) for i in range(n_maps)]

    is_flagged = [any(kind is not None for kind in one.kind) for one in found]
    assert np.mean(is_flagged) <= 0.125
    assert np.mean(np.concatenate([one.p for one in found]) <= 0.05) <= 0.065


def test_pairs_may_come_in_any_order_twice_and_with_strangers():
    weights = contiguity(["b", "a", "c"], [("a", "b"), ("b", "a"), ("a", "x"), ("c", "c")])

    assert weights.neighbors == {"b": ["a"], "a": ["b"], "c": []}
    assert weights.id_order == ["b", "a", "c"]
    assert weights.islands == ["c"]


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="1 codes stand twice"):
        contiguity(["a", "a"], [])
    with pytest.raises(ValueError, match="3 values for 30 areas"):
        hotspots([1, 2, 3], contiguity(CODES, PAIRS))
    with pytest.raises(ValueError, match="negative"):
        hotspots([-1.0] * 30, contiguity(CODES, PAIRS))
    with pytest.raises(ValueError, match="infinite"):
        moran_index([np.inf] * 30, contiguity(CODES, PAIRS))


def test_morans_index_of_a_chessboard_is_negative_and_of_nothing_unknown():
    rook = contiguity([f"{i:02d}" for i in range(30)], [(f"{i:02d}", f"{i + 1:02d}") for i in range(29)])

    assert moran_index([1.0, -1.0] * 15, rook).index == pytest.approx(-1)
    assert np.isnan(moran_index([2.0] * 30, rook).p)
    assert np.isnan(moran_index([1.0, 2.0, np.nan], contiguity(["a", "b", "c"], [("a", "b")])).index)


@given(st.lists(st.integers(0, 30), min_size=30, max_size=30).filter(lambda y: len(set(y)) > 1), st.randoms())
@settings(max_examples=15, deadline=None)
def test_order_of_the_areas_does_not_matter(values, chance):
    order = chance.sample(range(30), 30)
    turned_codes = [CODES[i] for i in order]

    found = hotspots(values, contiguity(CODES, PAIRS), n_permutations=9)
    turned = hotspots([values[i] for i in order], contiguity(turned_codes, PAIRS), n_permutations=9)

    assert turned.gi_star.tolist() == pytest.approx(found.gi_star[order].tolist())
    assert turned.local_moran.tolist() == pytest.approx(found.local_moran[order].tolist())


def test_nothing_of_the_library_is_warned_about():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = hotspots(SPATIAL["rate"], contiguity(CODES, PAIRS), n_permutations=9)

    assert found.n_tested == 30


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("BUURTBEELD_SOAK"), reason="needs BUURTBEELD_SOAK=1")
def test_fifteen_indicators_of_115_areas_take_less_than_ten_seconds():
    weights, rng = grid(5, 23), np.random.default_rng(8)
    start = time.process_time()

    for _ in range(15):
        hotspots(rng.poisson(5, 115), weights)

    assert time.process_time() - start < 10
