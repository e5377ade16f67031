"""Clusters by hand: who touches whom, the numbers of a chain of areas, and what is said of each."""

import numpy as np
import pytest

from etl.statistics.spatial import among, contiguity, hotspots, moran_index, permutations_for, rate_hotspots


def chain(n):
    """Areas in a row, each touching the next."""
    codes = [f"{i:02d}" for i in range(n)]
    return contiguity(codes, [(codes[i], codes[i + 1]) for i in range(n - 1)])


STEP = np.r_[np.full(10, 10.0), np.full(10, 2.0)] + np.tile([0.0, 0.5], 10)


def test_known_areas_keep_their_known_neighbours():
    weights = chain(5)

    part, takes_part = among(weights, np.array([True, True, False, True, False]))

    assert takes_part.tolist() == [True, True, False, False, False]
    assert part.id_order == ["00", "01"]
    assert part.neighbors == {"00": ["01"], "01": ["00"]}
    assert not among(weights, np.zeros(5, dtype=bool))[1].any()


@pytest.mark.parametrize(("n_areas", "draws"), [(1, 9_999), (249, 9_999), (250, 9_999), (251, 10_039), (400, 15_999)])
def test_so_many_draws_that_the_rarest_can_survive_among_all(n_areas, draws):
    assert permutations_for(n_areas) == draws
    assert 2 / (draws + 1) <= 0.05 / n_areas * (1 + 1e-12)


def test_local_moran_and_gi_star_by_hand():
    weights = chain(20)

    found = hotspots(STEP, weights, n_permutations=99)

    centred = STEP - STEP.mean()
    around = np.array([np.mean([centred[j] for j in (i - 1, i + 1) if 0 <= j < 20]) for i in range(20)])
    assert found.local_moran == pytest.approx(20 * centred * around / np.sum(centred**2))
    together = np.array([STEP[max(i - 1, 0) : i + 2].sum() for i in range(20)])
    size = np.array([2, *[3] * 18, 2])
    spread = np.sqrt(STEP.var() * (20 * size - size**2) / 19)
    assert found.gi_star == pytest.approx((together - size * STEP.mean()) / spread)


def test_what_is_high_among_high_and_low_among_low_is_named():
    """Forty areas in a row, each touching the four on either side; the first half is high."""
    codes = [f"{i:02d}" for i in range(40)]
    weights = contiguity(codes, [(codes[i], codes[j]) for i in range(40) for j in range(i) if i - j <= 4])
    values = np.where(np.arange(40) < 20, 10.0, 2.0) + np.arange(40) % 3 / 10

    found = hotspots(values, weights, n_permutations=4_999)

    assert (found.n_tested, found.note) == (40, None)
    assert set(found.kind[:18]) <= {"high_high", None}
    assert set(found.kind[22:]) <= {"low_low", None}
    assert {"high_high", "low_low"} <= set(found.kind)
    assert [kind is not None for kind in found.kind] == (found.p_adjusted <= 0.05).tolist()
    (cluster,) = found.clusters
    assert set(cluster.members) == {codes[i] for i in range(40) if found.kind[i] == "high_high"}
    assert cluster.highest_z == pytest.approx(max(found.gi_star))
    strength = [found.gi_star[int(code)] for code in cluster.members]
    assert strength == sorted(strength, reverse=True)
    touching = {other for code in cluster.members for other in weights.neighbors[code]}
    assert cluster.surroundings == tuple(sorted(touching - set(cluster.members)))


def test_an_area_that_differs_from_its_neighbours_is_named_by_both():
    """A village of one high house number in a low street, and the other way round: by its own value and by theirs."""
    values = np.tile([1.0, 9.0], 15)
    weights = contiguity(
        [f"{i:02d}" for i in range(30)],
        [(f"{i:02d}", f"{j:02d}") for i in range(30) for j in range(i) if (i + j) % 2 == 1],
    )

    found = hotspots(values + np.arange(30) / 100, weights, n_permutations=999)

    named = {kind for kind in found.kind if kind}
    assert named <= {"high_low", "low_high"}
    assert named
    assert all(found.kind[i] in (None, "high_low" if i % 2 else "low_high") for i in range(30))


@pytest.mark.parametrize(("n", "note"), [(20, None), (19, "too_few_areas")])
def test_twenty_areas_with_neighbours_are_enough(n, note):
    assert hotspots(STEP[-n:], chain(n), n_permutations=9).note == note


def test_fewer_areas_may_be_asked_for_but_no_fewer_than_three():
    assert hotspots([1, 2, 3], chain(3), n_permutations=9, fewest_areas=0).note is None
    assert hotspots([1, 2], chain(2), n_permutations=9, fewest_areas=0).note == "too_few_areas"


def test_the_smallest_p_value_is_two_of_all_draws():
    values = np.r_[np.full(15, 1.0), np.full(5, 90.0)] + np.arange(20) / 100

    found = hotspots(values, chain(20), n_permutations=99)

    assert found.p.min() >= 2 / 100
    assert found.p.max() <= 1


def test_an_area_without_a_value_has_no_note_and_one_without_neighbours_has():
    values = np.r_[STEP, np.nan, 4.0]
    codes = [f"{i:02d}" for i in range(22)]
    weights = contiguity(codes, [(codes[i], codes[i + 1]) for i in range(20)])

    found = hotspots(values, weights, n_permutations=9)

    assert found.area_note.tolist() == [None] * 21 + ["no_neighbours"]
    assert found.n_tested == 20
    assert np.isnan(found.gi_star[20:]).all()


def test_values_that_are_equal_but_for_rounding_are_equal():
    assert hotspots(0.1 + np.zeros(20) + 1e-17 * np.arange(20), chain(20)).note == "all_equal"
    assert hotspots(1e9 + 1e-2 * np.arange(20), chain(20)).note == "all_equal"


@pytest.mark.parametrize("bad", [-0.1, np.inf])
def test_values_that_cannot_be_are_refused(bad):
    with pytest.raises(ValueError, match="negative or infinite"):
        hotspots(np.r_[bad, STEP[1:]], chain(20))
    if bad < 0:
        assert not np.isnan(moran_index(np.r_[bad, STEP[1:]], chain(20)).index)


def test_rates_pass_on_how_often_to_draw():
    counts, people = np.round(STEP * 20), np.full(20, 1_000.0)

    found = rate_hotspots(counts, people, chain(20), n_permutations=9)

    assert found.p.min() >= 0.2
    assert found.note is None
    other = rate_hotspots(counts, people, chain(20), n_permutations=199, seed=3)
    assert other.p.tolist() != rate_hotspots(counts, people, chain(20), n_permutations=199).p.tolist()


def test_too_few_areas_are_said_before_that_they_do_not_differ():
    assert rate_hotspots([10] * 12, [1_000] * 12, chain(12)).note == "too_few_areas"
    assert rate_hotspots([10] * 20, [1_000] * 20, chain(20)).note == "no_differences"
    assert rate_hotspots([10] * 5, [1_000] * 5, chain(5)).note == "too_few_areas"


def test_morans_index_of_a_chain_by_hand():
    values = np.array([1.0, 3, 2, 7, 8, 6])

    found = moran_index(values, chain(6))

    centred = values - values.mean()
    around = [np.mean([centred[j] for j in (i - 1, i + 1) if 0 <= j < 6]) for i in range(6)]
    assert found.index == pytest.approx(np.sum(centred * around) / np.sum(centred**2))
    assert (found.mean, found.n_areas) == (pytest.approx(-1 / 5), 6)
    assert found.z == pytest.approx((found.index - found.mean) / np.sqrt(found.variance))
    assert 0 < found.p < 1


@pytest.mark.parametrize(("n", "is_known"), [(4, True), (3, False)])
def test_four_areas_are_enough_for_morans_index(n, is_known):
    found = moran_index(np.arange(n) ** 2.0, chain(n))

    assert np.isnan(found.index) != is_known
    assert found.n_areas == n


def test_areas_without_value_take_no_part_in_morans_index():
    values = np.array([1.0, 3, 2, 7, 8, 6])

    assert moran_index(np.r_[values, np.nan], chain(7)) == moran_index(values, chain(6))
    assert np.isnan(moran_index([5.0] * 6, chain(6)).z)
    with pytest.raises(ValueError, match="2 values for 6"):
        moran_index([1.0, 2.0], chain(6))
