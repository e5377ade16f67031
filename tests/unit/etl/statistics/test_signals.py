"""Where exactly a verdict turns, which series share a run, and what stands beside the verdict."""

import numpy as np
import pytest

from etl.statistics.reference_periods import FOUR_WEEKS, MONTH, WEEK
from etl.statistics.signals import Verdicts, judge_newest, together
from tests.spec.statistics_samples import mondays, months

N_MONTHS = 96


def undecided(*series, n_tested=None, expected_false=0.125):
    """A run with these series; each a dict with what matters, the rest is as calm as can be."""
    calm = {"p": 1.0, "p_low": 1.0, "observed": 10.0, "expected": 10.0, "may_rise": True, "may_fall": True}
    rows = [{**calm, **one} for one in series]

    def column(name, kind=float):
        return np.array([row[name] for row in rows], dtype=kind)

    nothing, numbers = np.full(len(rows), None, dtype=object), np.full(len(rows), np.nan)
    observed, expected = column("observed"), column("expected")
    return Verdicts(
        verdict=nothing,
        reason=np.array([row.get("reason") for row in rows], dtype=object),
        method=nothing,
        observed=observed,
        expected=expected,
        lower=numbers,
        upper=numbers,
        phi=numbers,
        p=column("p"),
        q=numbers,
        excess=observed - expected,
        p_low=column("p_low"),
        q_low=numbers,
        is_low=column("may_fall", bool),
        may_rise=column("may_rise", bool),
        may_fall=column("may_fall", bool),
        visible_from=numbers,
        visible_times=numbers,
        at=0,
        n_tested=len(rows) if n_tested is None else n_tested,
        expected_false=expected_false,
    )


@pytest.mark.parametrize(
    ("series", "verdict", "reason"),
    [
        ({"p": 0.05, "observed": 13}, "signal", None),
        ({"p": 0.0501, "observed": 13}, "normal", None),
        ({"p": 0.001, "observed": 13, "expected": 10.01}, "watch", None),
        ({"p": 0.01, "observed": 12}, "watch", None),
        ({"p": 0.0101, "observed": 12}, "normal", None),
        ({"p": 0.001, "observed": 13, "may_rise": False}, "normal", None),
        ({"p": 0.5, "observed": 1, "expected": 0.25}, "normal", None),
        ({"p": 0.5, "observed": 1, "expected": 0.24}, "too_few", "too_rare"),
        ({"p": 0.001, "observed": 5, "expected": 0.24}, "signal", None),
        ({"p": 0.001, "observed": 2, "expected": 0.24}, "watch", None),
        ({"p": np.nan, "expected": np.nan, "reason": "silent"}, "too_few", "silent"),
    ],
)
def test_a_verdict_turns_at_the_bounds_that_are_promised(series, verdict, reason):
    (found,) = together([undecided(series)])

    assert (found.verdict[0], found.reason[0]) == (verdict, reason)


@pytest.mark.parametrize(
    ("series", "is_low"),
    [
        ({"p_low": 0.05, "observed": 7}, True),
        ({"p_low": 0.051, "observed": 7}, False),
        ({"p_low": 0.001, "observed": 7, "expected": 9.99}, False),
        ({"p_low": 0.001, "observed": 7, "may_fall": False}, False),
        ({"p_low": 0.001, "observed": 13}, False),
    ],
)
def test_an_improvement_is_held_to_the_same_bounds(series, is_low):
    (found,) = together([undecided(series)])

    assert found.is_low.tolist() == [is_low]
    assert found.verdict.tolist() == ["normal"]


def test_runs_of_one_page_are_corrected_as_one():
    weeks = undecided({"p": 0.01}, {"p": 0.04}, expected_false=0.125)
    others = undecided({"p": 0.03}, {"p": 0.001, "may_rise": False}, expected_false=0.25)

    first, second = together([weeks, others])

    assert first.q.tolist() == pytest.approx([4 * 0.01, 4 * 0.04 / 3])
    assert second.q.tolist() == pytest.approx([4 * 0.04 / 3, 1])
    assert (first.n_tested, second.n_tested) == (4, 4)
    assert (first.expected_false, second.expected_false) == (0.25, 0.25)
    assert together([]) == []


# --- what stands beside the verdict ----------------------------------------------------------------------------------


def judged(series, rhythm=MONTH, **given):
    rows = np.atleast_2d(np.asarray(series, dtype=float))
    days = months(rows.shape[1]) if rhythm is MONTH else mondays(rows.shape[1])
    return judge_newest(rows, days, rhythm, **given)


def rare(n=N_MONTHS, newest=1.0):
    """Four cases in every fifth month of five years, none since, and a newest month. The reference holds 55 months."""
    series = np.zeros(n)
    series[n - 62 : n - 7 : 5] = 4
    series[-1] = newest
    return series


def test_a_rare_series_is_held_against_its_mean():
    found = judged(rare())

    assert found.method.tolist() == ["mean"]
    assert found.expected.tolist() == [0.8]
    assert found.phi.tolist() == [pytest.approx(3.2)]  # variance 2.56 (a fifth is 4, the rest 0), mean 0.8
    none = (1 / 3.2) ** (0.8 / 2.2)  # negative binomial with size 0.8 / 2.2 and probability 1 / 3.2
    assert found.p.tolist() == pytest.approx([1 - none])
    assert found.p_low.tolist() == pytest.approx([none + none * 0.8 / 2.2 * 2.2 / 3.2])


def test_a_rare_series_that_has_enough_cases_now_is_fitted():
    assert judged(rare(newest=4)).method.tolist() == ["mean"]
    assert judged(rare(newest=5)).method.tolist() == ["farrington"]


@pytest.mark.parametrize(("usual", "method"), [(2, "mean"), (3, "farrington")])
def test_half_of_five_cases_a_month_are_worth_a_fit(usual, method):
    series = np.full(N_MONTHS, float(usual))

    assert judged(series).method.tolist() == [method]


@pytest.mark.parametrize(("every", "method"), [(7, "mean"), (6, "farrington")])
def test_of_weeks_the_four_together_are_worth_a_fit(every, method):
    """One case in six weeks is 0.67 a week, 2.7 in four weeks."""
    series = np.zeros(400)
    series[::every] = 4
    series[-7:] = 0

    assert judged(series, WEEK).method.tolist() == [method]


def test_a_series_that_is_rare_but_in_this_season_is_fitted():
    series = np.zeros(N_MONTHS)
    series[11::12] = 12
    series[-1] = 4

    found = judged(series)

    assert found.method.tolist() == ["farrington"]
    assert found.expected[0] > 3


@pytest.mark.parametrize(("n_known", "method", "reason"), [(11, "farrington", "too_rare"), (12, "mean", "too_rare")])
def test_a_mean_of_less_than_a_year_is_no_reference(n_known, method, reason):
    series = np.full(N_MONTHS, np.nan)
    same_month = N_MONTHS - 1 - 12 * np.arange(5, 0, -1)
    others = np.array([40, 41, 42, 43, 44, 45, 50])[: n_known - 5]
    series[np.concatenate([same_month, others])] = 0
    series[[0, -1]] = 0

    found = judged(series)

    assert (found.method[0], found.reason[0]) == (method, reason)


def test_a_series_without_events_varies_as_chance_does():
    found = judged(np.zeros(N_MONTHS))

    assert (found.method[0], found.expected[0], found.phi[0]) == ("mean", 0, 1)
    assert (found.lower[0], found.upper[0]) == (0, 0)


def test_a_short_series_is_held_against_seven_months():
    series = np.full(30, 50.0)
    series[-10:] = [2, 4, 6, 8, 10, 12, 14, 50, 50, 8]

    found = judged(series)

    assert found.method.tolist() == ["ears"]
    assert found.expected.tolist() == [8]
    assert found.phi.tolist() == pytest.approx([56 / 3 * 8 / 7 / 8])  # variance of seven, and of one new month
    assert found.excess.tolist() == [0]


def test_a_short_series_without_events_varies_as_chance_does():
    found = judged(np.zeros(30))

    assert (found.method[0], found.expected[0], found.phi[0]) == ("ears", 0, 1)


def test_one_of_several_known_effects_is_enough_to_say_nothing_of_a_short_series():
    effects = np.zeros((30, 2))
    effects[-1, 1] = 1

    found = judged(np.full(30, 10.0), known_effects=effects)

    assert found.reason.tolist() == ["known_effect"]


def test_a_long_series_knows_its_known_effects():
    december = (np.arange(N_MONTHS) % 12 == 11).astype(float)[:, np.newaxis]
    series = np.where(np.arange(N_MONTHS) % 12 == 11, 60.0, 10.0)
    series[[50, 70]] = 11

    found = judged(series, known_effects=december)

    assert found.method.tolist() == ["farrington"]
    assert found.verdict.tolist() == ["normal"]
    assert found.expected[0] == pytest.approx(60, rel=0.05)


@pytest.mark.parametrize(("mean", "may_fall"), [(1, False), (2, True)])
def test_five_cases_to_expect_in_four_weeks_may_be_found_low(mean, may_fall):
    found = judged(np.full(400, float(mean)), WEEK)

    assert found.expected[0] == pytest.approx(mean)
    assert found.may_fall.tolist() == [may_fall]


def test_four_cases_to_expect_in_a_month_may_not_be_found_low_and_five_may():
    found = judged(np.vstack([np.full(N_MONTHS, 4.0), np.full(N_MONTHS, 6.0)]))

    assert found.may_fall.tolist() == [False, True]
    assert found.may_rise.tolist() == [False, True]


def test_a_gap_in_the_newest_months_leaves_a_short_series_without_a_measure():
    series = np.full(30, 10.0)
    series[-5] = np.nan

    found = judged(series)

    assert (found.verdict[0], found.reason[0], found.method[0]) == ("too_few", "gaps", "none")


@pytest.mark.parametrize(
    ("rhythm", "step", "expected_false"), [(WEEK, 7, 0.125), (FOUR_WEEKS, 28, 0.25), (MONTH, 30, 0.125)]
)
def test_one_false_signal_in_eight_weeks_or_months_is_expected_and_one_in_four_blocks(rhythm, step, expected_false):
    days = np.datetime64("2015-01-05") + step * np.arange(60)

    found = judge_newest(np.full((2, 60), 10.0), days, rhythm)

    assert found.expected_false == expected_false
    assert judge_newest(np.full((2, 60), np.nan), days, rhythm).expected_false == 0


def test_what_was_missing_before_a_break_is_no_break():
    series = np.full(30, 10.0)
    series[:10] = np.nan

    assert judged(series, first_usable=10).reason.tolist() == ["short_history"]
    assert judged(np.full(30, 10.0), first_usable=10).reason.tolist() == ["after_break"]


def test_each_series_has_its_own_break():
    series = np.full((2, N_MONTHS), 10.0)

    found = judged(series, first_usable=[0, N_MONTHS - 20])

    assert found.method.tolist() == ["farrington", "ears"]


def test_a_break_that_is_still_to_come_leaves_no_history():
    found = judged(np.full(N_MONTHS, 10.0), at=60, first_usable=61)

    assert found.reason.tolist() == ["after_break"]


def test_a_period_counted_from_the_end_can_be_judged():
    series = np.full(N_MONTHS, 10.0)
    series[-2] = 30

    found, same = judged(series, at=-2), judged(series, at=N_MONTHS - 2)

    assert (found.at, same.at) == (N_MONTHS - 2, N_MONTHS - 2)
    assert found.observed.tolist() == [30]
    assert found.verdict.tolist() == ["signal"]


def test_people_decide_what_is_expected():
    people = np.full((2, N_MONTHS), 1000.0)
    people[1, -1] = 2000

    found = judged(np.full((2, N_MONTHS), 10.0), exposure=people)

    assert found.expected.tolist() == pytest.approx([10, 20], rel=0.01)


def test_provisional_months_are_no_reference():
    series = np.full((1, N_MONTHS), 10.0)
    provisional = np.zeros(series.shape, dtype=bool)
    provisional[0, 40:60] = True
    series[0, 40:60] = 90

    assert judged(series, provisional=provisional).expected[0] == pytest.approx(10)


def test_the_normal_range_is_five_to_ninety_five_percent():
    found = judged(np.full(N_MONTHS, 10.0))

    assert (found.expected[0], found.phi[0]) == (pytest.approx(10), 1)
    # Poisson with mean 10: at most 4 in 2.9 %, 5 in 6.7 %; 14 in 91.7 %, 15 in 95.1 %; more than 18 in 0.7 %.
    assert (found.lower[0], found.upper[0], found.visible_from[0]) == (5, 15, 19)
    assert found.visible_times[0] == pytest.approx(1.9)
