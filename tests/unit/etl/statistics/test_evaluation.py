"""What an evaluation refuses, warns for and leaves out."""

import numpy as np
import pytest

from etl.statistics.displacement import displacement
from etl.statistics.evaluation import evaluate
from etl.statistics.interrupted_series import interrupted_series
from etl.statistics.synthetic_control import synthetic_control

START = 30
TREATED = np.arange(24) < 1
BUFFER = (np.arange(24) >= 1) & (np.arange(24) < 4)
COMPARISON = np.arange(24) >= 4


def counts(seed=1, level=40.0, n_periods=48):
    return np.random.default_rng(seed).poisson(level, (24, n_periods)).astype(float)


def ask(y, start=START, **more):
    return evaluate(y, start, **({"is_treated": TREATED, "is_comparison": COMPARISON, "is_buffer": BUFFER} | more))


def test_a_halving_beside_steady_areas_is_lower_with_all_its_parts():
    y = counts()
    y[0, START:] = np.random.default_rng(2).poisson(20, 18)

    found = ask(y)

    assert found.refusals == ()
    assert found.verdict == "lower"
    assert found.effect.ratio == pytest.approx(0.5, abs=0.07)
    assert found.effect.p_randomisation == pytest.approx(1 / 21)
    assert found.relative_effect[0] == pytest.approx(1 / found.effect.ratio, rel=0.01)
    assert (found.n_before, found.n_after) == (24, 18)
    assert np.isnan(found.effect.expected[:6]).all()
    assert found.effect.expected[START:].mean() == pytest.approx(40, rel=0.1)
    assert found.interrupted.level < 0.75
    assert found.displacement.reading in ("diffusion", "displacement")
    assert not found.displacement.is_demonstrated
    assert found.synthetic.p == pytest.approx(1 / 21)


def test_events_that_move_next_door_are_displacement():
    y = counts()
    y[0, START:] -= 18
    y[1:4, START:] += 6

    found = ask(np.maximum(y, 0))

    assert found.displacement.reading in ("displacement", "more_displacement_than_effect")
    assert found.displacement.quotient == pytest.approx(-1, abs=0.4)
    assert found.displacement.is_demonstrated


def test_a_start_right_after_a_peak_is_refused_and_leaving_the_peak_out_repairs_it():
    y = counts()
    y[0, START - 2] = 90

    refused, repaired = ask(y), ask(y, leave_out_before=3)

    assert refused.refusals == ("peak_before_start",)
    assert refused.effect is refused.verdict is refused.interrupted is None
    assert repaired.refusals == ()
    assert "peak_left_out" in repaired.warnings
    assert np.isnan(repaired.treated[START - 3 : START]).all()


def test_a_peak_of_all_areas_is_none_of_the_treated():
    y = counts()
    y[:, START - 2] *= 2

    assert ask(y).refusals == ()


def test_areas_that_already_moved_apart_get_no_verdict():
    y = counts(level=80)
    y[0] = np.random.default_rng(3).poisson(80 * 0.5 ** (np.arange(48) / 24))

    found = ask(y)

    assert "pre_trend" in found.warnings
    assert found.verdict is None
    assert found.pre_trend_p < 0.1


def test_a_difference_that_other_areas_show_as_well_is_no_effect():
    y = counts(level=60)
    y[0, START:] *= 0.7
    y[4:14, START:] = np.round(y[4:14, START:] * 0.5)
    y[14:, START:] = np.round(y[14:, START:] * 1.5)

    found = ask(np.round(y))

    assert found.verdict != "lower"
    assert found.effect.p_randomisation > 0.3


def test_few_untreated_areas_are_said():
    found = ask(counts(), is_comparison=np.arange(24) >= 18)

    assert "few_untreated" in found.warnings
    assert found.effect.n_reassigned == 6
    assert found.synthetic.reason == "too_few_donors"


def test_what_cannot_be_compared_is_refused_with_all_its_reasons():
    y = counts(level=0.2)

    short = ask(y[:, 20:34], 10)

    assert set(short.refusals) == {"too_short_before", "too_short_after", "too_few_events"}
    assert short.effect is None
    assert ask(counts(), is_treated=np.zeros(24)).refusals == ("no_treated_area",)


def test_without_comparison_areas_the_series_itself_is_all_there_is():
    y = counts()
    y[0, START:] -= 15

    found = ask(np.maximum(y, 0), is_comparison=np.zeros(24), is_buffer=None)

    assert found.refusals == ("no_comparison_area",)
    assert found.effect is None
    assert found.interrupted.level == pytest.approx(25 / 40, abs=0.15)


def test_a_series_break_masked_periods_and_missing_cells_are_left_out():
    y = counts(n_periods=60)
    y[:, :10] *= 9
    y[:, 20] *= 5
    y[5, 50] = np.nan

    found = ask(y, 40, first_usable=10, is_masked=np.arange(60) == 20)

    assert found.effect.ratio == pytest.approx(1, abs=0.12)
    assert np.isnan(found.treated[[*range(10), 20]]).all()
    assert found.n_before == 24


def test_a_growing_population_is_no_effect():
    people = np.full((24, 48), 1_000.0)
    people[0, START:] = 2_000
    y = np.random.default_rng(5).poisson(people * 0.04)

    found = ask(y, exposure=people)

    assert found.effect.ratio == pytest.approx(1, abs=0.12)
    assert found.synthetic.ratio == pytest.approx(1, abs=0.12)


def test_the_same_question_has_the_same_answer():
    y, treated = counts(2), np.arange(24) < 3
    more = {"is_treated": treated, "is_comparison": ~treated, "is_buffer": None}

    first, again = ask(y, **more), ask(y, **more)

    assert first.effect.n_reassigned == 999
    assert first.effect.p_randomisation == again.effect.p_randomisation


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"start": 0}, "start"),
        ({"start": 48}, "start"),
        ({"is_comparison": np.ones(24)}, "two of"),
        ({"is_treated": [True]}, "shape"),
        ({"exposure": [[1.0]]}, "shape"),
    ],
)
def test_a_question_that_does_not_fit_its_data_is_refused(more, message):
    with pytest.raises(ValueError, match=message):
        ask(counts(), **more)


def test_an_interrupted_series_needs_two_years_before_and_one_after():
    y = np.full(60, 20)

    assert interrupted_series(y, 23).reason == "too_short"
    assert interrupted_series(y, 49).reason == "too_short"
    assert interrupted_series(y, 48).reason is None
    assert interrupted_series(np.zeros(60), 30).reason == "too_few_events"
    with pytest.raises(ValueError, match="shape"):
        interrupted_series(y, 30, exposure=[1])


def test_residuals_that_hang_together_are_said():
    draw = np.random.default_rng(1)
    y = draw.poisson(40 * np.exp(draw.normal(0, 0.25, 84).cumsum()))

    assert interrupted_series(y, 50).is_autocorrelated


def test_an_uncertain_success_has_a_quotient_without_interval():
    draw = np.random.default_rng(1)
    before, after = draw.poisson([[3], [9], [40]], (3, 12)), draw.poisson([[3], [9], [40]], (3, 12))
    after[0] = before[0]
    after[0, 0] = max(0, before[0, 0] - 1)
    after[2] = before[2]

    found = displacement(before, after)

    assert np.isnan(found.lower)
    assert not found.is_demonstrated


def test_a_synthetic_control_says_why_there_is_none():
    donors = np.random.default_rng(1).poisson(40, (12, 40)).astype(float)

    assert synthetic_control(donors[0], donors[:9], 20).reason == "too_few_donors"
    assert synthetic_control(donors[0], donors, 11).reason == "too_short"
    assert synthetic_control(np.zeros(40), donors, 20).reason == "too_short"
    assert synthetic_control(donors[0] * 5, donors, 20).reason == "poor_fit"
    assert synthetic_control(donors[0] * 5, donors, 20).error > 0.2
    with pytest.raises(ValueError, match="shape"):
        synthetic_control(donors[0, :3], donors, 20)


# --- bounds and numbers by hand ---------------------------------------------------------------------------------------


def still(n_areas=24, n_periods=48, level=40.0):
    """Areas of unequal size that never change, so that every number can be told beforehand."""
    return np.tile(np.round(level * (1 + np.arange(n_areas)[:, np.newaxis] / n_areas)), n_periods)


def first_of(n):
    return {"is_treated": np.arange(n) < 1, "is_comparison": np.arange(n) >= 1, "is_buffer": None}


@pytest.mark.parametrize(("n", "warnings"), [(20, ()), (19, ("few_untreated",))])
def test_one_in_twenty_is_rare_enough_and_one_in_nineteen_is_the_best_there_is(n, warnings):
    y = still(n)
    y[0, START:] = 10

    found = ask(y, **first_of(n))

    assert found.effect.p_randomisation == pytest.approx(1 / n)
    assert found.warnings == warnings
    assert found.verdict == "lower"


def test_a_rise_beside_steady_areas_is_higher():
    y = still()
    y[0, START:] = 100

    found = ask(y)

    assert found.verdict == "higher"
    assert found.effect.ratio == pytest.approx(100 / 40)
    assert found.relative_effect[0] == pytest.approx(40 / 100)
    error = np.sqrt(1 / (24 * 40) + 1 / (18 * 100) + 1 / y[4:, 6:30].sum() + 1 / y[4:, 30:].sum())
    assert np.log(found.relative_effect[2]) == pytest.approx(np.log(0.4) + 1.959964 * error)


def test_where_another_area_changed_more_the_randomisation_disagrees():
    y = still()
    y[0, START:] = 25
    y[[10, 20], START:] = 5

    found = ask(y)

    assert found.effect.upper < 1
    assert found.effect.p_randomisation == pytest.approx(3 / 21)
    assert "randomisation_disagrees" in found.warnings
    assert found.verdict == "no_difference"


@pytest.mark.parametrize(
    ("start", "n_periods", "refusals"),
    [
        (24, 30, ()),
        (23, 30, ("too_short_before",)),
        (24, 29, ("too_short_after",)),
        (30, 36, ()),
    ],
)
def test_two_years_before_and_half_a_year_after_are_enough(start, n_periods, refusals):
    found = ask(still(n_periods=n_periods), start)

    assert found.refusals == refusals
    assert found.n_before == min(start, 24)
    assert found.n_after == n_periods - start


def test_twenty_events_in_the_treated_areas_are_enough():
    y = still()
    y[0] = 0
    y[0, [8, 12, 16, 20, 24, 30, 34, 38, 42, 46]] = 2
    fewer = y.copy()
    fewer[0, 46] = 1

    assert ask(y).refusals == ()
    assert ask(fewer).refusals == ("too_few_events",)


@pytest.mark.parametrize(
    ("rows", "periods"), [(slice(0, 1), slice(0, 30)), (slice(0, 1), slice(30, 48)), (slice(4, 24), slice(30, 48))]
)
def test_a_part_without_any_event_cannot_be_compared(rows, periods):
    y = still()
    y[rows, periods] = 0

    assert "too_few_events" in ask(y).refusals


def test_only_the_two_years_before_the_start_count():
    y = still()
    y[0, :6] = 400

    assert ask(y).effect.ratio == pytest.approx(1)
    assert ask(y).pre_trend_p == pytest.approx(1)


def test_the_last_quarter_before_the_start_is_looked_at_for_a_peak():
    for month in (START - 3, START - 1):
        y = still()
        y[0, month] = 80
        assert ask(y).refusals == ("peak_before_start",)
    y = still()
    y[0, START - 4] = 80
    assert ask(y).refusals == ()


def test_three_months_that_are_each_a_little_high_are_a_peak_together():
    y = still()
    y[0, START - 3 : START] = 53
    once = still()
    once[0, START - 2] = 53

    assert ask(y).refusals == ("peak_before_start",)
    assert ask(once).refusals == ()


def test_a_peak_of_few_events_is_one_where_there_were_fewer():
    """Seven in the 21 months before, and six in the last quarter."""
    y = still()
    y[0, :START] = 0
    y[0, 6 : START - 3 : 3], y[0, START - 3 : START] = 1, 2

    assert "peak_before_start" in ask(y).refusals
    y[0, START - 3 : START] = 1
    assert "peak_before_start" not in ask(y).refusals


def test_a_peak_is_found_without_comparison_areas_too():
    y = still()
    y[:, START - 2] *= 2

    assert ask(y, is_comparison=np.zeros(24), is_buffer=None).refusals == ("no_comparison_area", "peak_before_start")


def test_leaving_out_a_quarter_takes_exactly_those_months():
    found = ask(still(n_periods=54), 33, leave_out_before=3)

    assert np.flatnonzero(np.isnan(found.treated)).tolist() == [30, 31, 32]
    assert (found.n_before, found.n_after) == (24, 21)
    assert found.warnings == ("peak_left_out",)


def test_treated_areas_are_added_up_and_people_too():
    people, middle = np.full((24, 48), 1_000.0), np.isin(np.arange(24), [10, 11])
    people[middle, START:] = 3_000
    y = still()
    y[middle, START:] *= 3
    two = {"is_treated": middle, "is_comparison": ~middle, "is_buffer": None}

    found = ask(y, exposure=people, **two)

    assert found.treated[0] == y[middle, 0].sum()
    assert found.effect.ratio == pytest.approx(1)
    assert found.interrupted.level == pytest.approx(1)
    assert found.synthetic.ratio == pytest.approx(1)


def test_without_people_the_synthetic_twin_is_of_the_mean_of_the_treated_areas():
    two = {"is_treated": np.arange(24) < 2, "is_comparison": np.arange(24) >= 4, "is_buffer": None}
    y = still() + np.round(6 * np.sin(np.arange(48)))
    y[:2] = 60 + np.round(6 * np.sin(np.arange(48)))

    found = ask(y, **two)

    assert found.synthetic.twin == pytest.approx(y[0], rel=0.02)


def test_a_cell_without_people_is_left_out():
    y, people = still(), np.full((24, 48), 1_000.0)
    y[0, 35], people[0, 35] = 4_000, 0

    found = ask(y, exposure=people)

    assert np.isnan(found.treated[35])
    assert found.effect.ratio == pytest.approx(1)
    assert found.n_after == 17


def test_a_pre_trend_of_a_tenth_leaves_no_verdict():
    y = still()
    y[0, :START] = np.round(40 * 1.02 ** (np.arange(START) - 15))
    y[0, START:] = 10

    found = ask(y, leave_out_before=3, start=START)

    assert found.pre_trend_p < 0.1
    assert (found.verdict, "pre_trend" in found.warnings) == (None, True)


def test_displacement_is_looked_for_only_where_there_is_a_buffer():
    assert ask(still(), is_buffer=None).displacement is None
    y = still()
    y[0, START:] = 20

    found = ask(y).displacement

    assert found.reading == "none"
    assert found.success == pytest.approx(18 * 20 / y[4:, 30:].sum() - 24 * 40 / y[4:, 6:30].sum())


def test_a_period_unknown_in_the_buffer_alone_is_left_out_of_the_displacement_alone():
    y = still()
    y[0, START:] = 20
    whole = ask(y)
    y[2, 40] = np.nan

    found = ask(y)

    assert found.effect.ratio == whole.effect.ratio
    assert found.displacement.quotient == pytest.approx(whole.displacement.quotient)
    assert found.n_after == 18


def test_areas_that_are_none_of_the_three_play_no_part():
    y = still()
    y[0, START:] = 20
    part = {"is_comparison": np.arange(24) >= 10}
    spoiled = y.copy()
    spoiled[5, START:] = 900

    assert ask(spoiled, **part).effect.ratio == ask(y, **part).effect.ratio
    assert ask(spoiled, **part).effect.p_randomisation == ask(y, **part).effect.p_randomisation


# --- the interrupted series -------------------------------------------------------------------------------------------


def broken(n=72, start=48, step=0.7, growth=1.1, after=1.2, level=400.0):
    """A level, a yearly growth, a step and another growth after it, with a season."""
    years = (np.arange(n) - start) / 12
    mean = level * growth**years * np.exp(0.3 * np.sin(2 * np.pi * np.arange(n) / 12))
    return mean * np.where(years >= 0, step * (after / growth) ** years, 1)


def test_step_and_change_of_growth_are_those_that_were_put_in():
    mean = broken()

    found = interrupted_series(np.round(mean), 48)

    assert found.level == pytest.approx(0.7, rel=0.002)
    assert found.slope_pct == pytest.approx(100 * (1.2 / 1.1 - 1), abs=0.3)
    assert found.expected == pytest.approx(broken(step=1, after=1.1), rel=0.005)
    assert found.level_lower < found.level < found.level_upper < 1
    assert found.level_p < 1e-6
    assert found.slope_lower_pct < found.slope_pct < found.slope_upper_pct < found.slope_pct + 5
    assert found.phi == 1
    assert found.reason is None


def test_people_and_gaps_are_no_step():
    mean = broken(step=1, after=1.1)
    people = np.where(np.arange(72) < 48, 1_000.0, 2_500.0)
    y = np.round(mean * people / 1_000)
    y[[20, 60]] = np.nan
    people[30] = 0

    found = interrupted_series(y, 48, exposure=people)

    assert found.level == pytest.approx(1, abs=0.005)
    assert np.isnan(found.expected[30])
    assert found.expected[60] == pytest.approx(2.5 * mean[60], rel=0.01)


def test_weeks_have_a_season_of_a_year_and_need_as_many_years():
    week = np.arange(52 * 5)
    y = np.round(300 * np.exp(0.4 * np.sin(2 * np.pi * week / (365.25 / 7))))

    found = interrupted_series(y, 150, per_year=52)

    assert found.level == pytest.approx(1, abs=0.002)
    assert found.expected == pytest.approx(y, rel=0.01)
    assert interrupted_series(y, 103, per_year=52).reason == "too_short"
    assert interrupted_series(y, 104, per_year=52).reason is None
    assert interrupted_series(y, 209, per_year=52).reason == "too_short"


def test_fifty_events_of_which_one_before_are_enough():
    y = np.zeros(36)
    y[[3, 9, 15, 21]] = 1
    y[24:] = [4, 4, 3, 4, 4, 4, 3, 4, 4, 4, 4, 4]

    assert y.sum() == 50
    assert interrupted_series(y, 24).reason is None
    y[30] -= 1
    assert interrupted_series(y, 24).reason == "too_few_events"
    y[:24], y[24:] = 0, 9
    assert interrupted_series(y, 24).reason == "too_few_events"


@pytest.mark.parametrize(("length", "is_autocorrelated"), [(1, False), (5, True)])
def test_neighbouring_residuals_that_lie_on_one_side_hang_together(length, is_autocorrelated):
    """Plus and minus a tenth in turns of one or five months, on top of a steady series."""
    sign = np.where(np.arange(84) // length % 2 == 0, 1, -1)

    found = interrupted_series(np.round(400 * (1 + 0.1 * sign)), 48)

    assert found.is_autocorrelated == is_autocorrelated
    assert (found.autocorrelation > 0.3) == is_autocorrelated
    assert (found.autocorrelation < -0.8) == (not is_autocorrelated)


# --- the synthetic control --------------------------------------------------------------------------------------------

DONORS = 50 + 20 * np.sin(np.arange(30) * (1 + np.arange(12)[:, np.newaxis] / 7))


def test_ten_donors_and_a_year_before_are_enough():
    treated = DONORS[:10].mean(axis=0)

    assert synthetic_control(treated, DONORS[:10], 12).reason is None
    assert synthetic_control(treated, DONORS[:9], 12).reason == "too_few_donors"
    assert synthetic_control(treated, DONORS[:10], 11).reason == "too_short"
    assert synthetic_control(treated, DONORS[:10], 30).reason == "too_short"
    assert synthetic_control(treated, DONORS[:10], 29).reason is None


def test_the_twin_is_the_mix_and_the_ratio_what_is_left_after_the_start():
    treated = 0.25 * DONORS[1] + 0.75 * DONORS[4]
    treated[15:] *= 1.5

    found = synthetic_control(treated, DONORS, 15)

    assert found.weights[[1, 4]] == pytest.approx([0.25, 0.75], abs=1e-3)
    assert found.twin == pytest.approx(0.25 * DONORS[1] + 0.75 * DONORS[4], abs=0.1)
    assert found.ratio == pytest.approx(1.5, rel=1e-3)
    assert found.p == pytest.approx(1 / 13)
    assert found.error == pytest.approx(0, abs=1e-3)


def test_a_rate_per_head_has_the_same_twin_as_one_per_thousand():
    treated = 0.25 * DONORS[1] + 0.75 * DONORS[4]
    treated[15:] *= 1.5

    per_thousand, per_head = (synthetic_control(treated / unit, DONORS / unit, 15) for unit in (1, 1_000))

    assert per_head.reason is None
    assert per_head.weights == pytest.approx(per_thousand.weights, abs=1e-6)
    assert per_head.ratio == pytest.approx(per_thousand.ratio)


def test_donors_of_another_length_are_refused_by_name():
    for treated, donors in ((DONORS[0, :9], DONORS), (DONORS[0], DONORS[0])):
        with pytest.raises(ValueError, match="treated has shape"):
            synthetic_control(treated, donors, 15)


def test_a_twin_that_is_a_fifth_of_the_mean_off_is_no_twin():
    """Donors that stand still at 100 leave the treated area its own swing."""
    donors = np.full((10, 30), 100.0)
    swing = np.where(np.arange(30) % 2 == 0, 1, -1)

    poor, good = (synthetic_control(100 + size * swing, donors, 16) for size in (20, 19))

    assert (poor.reason, poor.error) == ("poor_fit", pytest.approx(0.2))
    assert np.isnan([poor.ratio, poor.p]).all()
    assert poor.weights.size == poor.twin.size == 0
    assert (good.reason, good.error) == (None, pytest.approx(0.19))


def test_a_period_that_is_unknown_anywhere_is_left_out():
    treated = DONORS.mean(axis=0)
    gap = DONORS.copy()
    gap[3, 20] = np.nan
    treated_gap = treated.copy()
    treated_gap[20] = 4_000

    found = synthetic_control(treated_gap, gap, 15)

    assert found.ratio == pytest.approx(1, abs=1e-3)
    assert np.isnan(found.twin[20])


def test_a_donor_that_departs_more_makes_the_departure_usual():
    draw = np.random.default_rng(5)
    donors = 50 + draw.normal(0, 2, (12, 30))
    treated = donors[:4].mean(axis=0) + draw.normal(0, 1, 30)
    treated[15:] += 20
    alone = synthetic_control(treated, donors, 15).p
    donors[7, 15:] += 400

    assert alone == pytest.approx(1 / 13)
    assert synthetic_control(treated, donors, 15).p > alone
