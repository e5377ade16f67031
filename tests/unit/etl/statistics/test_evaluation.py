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
