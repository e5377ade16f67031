"""The one verdict per figure: the two tiers, the reasons why nothing can be said, and what is never a signal."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.statistics.reference_periods import FOUR_WEEKS, MONTH, WEEK
from etl.statistics.signals import judge_newest, newest_complete
from etl.statistics.verdict_words import METHODS, REASONS, VERDICTS
from tests.spec.statistics_samples import calm_series, mondays, months

N_MONTHS = 96


def judged(*changes, n_series=12, n_months=N_MONTHS, mean=10.0, **given_):
    """Calm monthly series judged on their newest month, after each change has been made to them."""
    counts = calm_series(n_series, n_months, 12, seed=5, means=np.full(n_series, mean))
    counts[:, -1] = np.round(np.nanmean(counts, axis=1))
    for change in changes:
        change(counts)
    return judge_newest(counts, months(n_months), MONTH, **given_)


def newest(series, count):
    """A change: the newest count of one series."""
    return lambda counts: counts.__setitem__((series, -1), count)


def test_a_shock_is_a_signal_and_the_calm_series_are_normal():
    found = judged(newest(3, 40))

    assert found.verdict.tolist() == ["normal"] * 3 + ["signal"] + ["normal"] * 8
    assert found.excess[3] == 40 - found.expected[3]
    assert found.q[3] <= 0.05
    assert (found.n_tested, found.at, found.expected_false) == (12, N_MONTHS - 1, 0.125)


def test_what_is_a_signal_by_itself_is_only_watched_among_many():
    counts = calm_series(60, N_MONTHS, 12, seed=5, means=np.full(60, 10.0))
    counts[:, -1] = 10
    counts[3, -1] = 23

    among_many, alone = (judge_newest(rows, months(N_MONTHS), MONTH) for rows in (counts, counts[3:4]))

    assert among_many.p[3] == alone.p[0] <= 0.01
    assert among_many.q[3] > 0.05 >= alone.q[0]
    assert (among_many.verdict[3], alone.verdict[0]) == ("watch", "signal")
    assert (np.delete(among_many.verdict, 3) == "normal").all()


def test_less_than_three_cases_more_is_no_signal():
    def rare(counts):
        counts[0] = 0
        counts[0, -60::20] = 1
        counts[0, -1] = 4

    def rarer_by_one(counts):
        rare(counts)
        counts[0, -1] = 5

    assert judged(rare, n_series=1).verdict[0] == "too_few"
    assert judged(rarer_by_one, n_series=1).verdict[0] == "signal"


def test_fewer_than_normal_is_held_to_the_same_measure():
    found = judged(newest(2, 1), newest(5, 40), mean=14.0)

    assert np.flatnonzero(found.is_low).tolist() == [2]
    assert found.verdict[2] == "normal"
    assert found.verdict[5] == "signal"
    assert found.q_low[2] <= 0.05


def test_a_low_count_where_little_is_expected_is_no_improvement():
    found = judged(*(newest(series, 0) for series in range(6)), mean=3.0)

    assert not found.is_low.any()


def test_the_normal_range_holds_the_expected_count():
    found = judged()

    assert (found.lower < found.expected).all()
    assert (found.expected < found.upper).all()
    assert (found.visible_from > found.upper).all()
    assert found.visible_times == pytest.approx(found.visible_from / found.expected)


# --- why nothing can be said -----------------------------------------------------------------------------------------


def test_what_is_not_delivered_has_no_verdict():
    found = judged(newest(0, np.nan))

    assert (found.verdict[0], found.reason[0], found.method[0]) == ("too_few", "not_delivered", "none")
    assert np.isnan([found.observed[0], found.expected[0], found.q[0]]).all()
    assert found.n_tested == 11


def test_a_provisional_period_is_never_a_signal():
    provisional = np.zeros((12, N_MONTHS), dtype=bool)
    provisional[0, -1] = True

    found = judged(newest(0, 500), provisional=provisional)

    assert (found.verdict[0], found.reason[0]) == ("too_few", "provisional")
    assert np.isnan(found.p[0])


def test_where_every_series_is_provisional_the_period_before_is_judged():
    provisional = np.zeros(N_MONTHS, dtype=bool)
    provisional[-2:] = True

    found = judged(newest(0, 500), provisional=provisional)

    assert found.at == N_MONTHS - 3
    assert found.verdict[0] == "normal"
    assert found.observed[0] < 500


def test_without_any_complete_period_nothing_is_judged():
    found = judged(provisional=True)

    assert set(found.reason) == {"provisional"}
    assert (found.n_tested, found.expected_false) == (0, 0)
    assert newest_complete(np.full((2, 3), np.nan), np.zeros((2, 3), dtype=bool)) == 2


def test_a_silent_series_is_no_improvement():
    silent = np.arange(12) == 4

    found = judged(newest(4, 0), silent=silent, mean=30.0)

    assert (found.verdict[4], found.reason[4]) == ("too_few", "silent")
    assert not found.is_low.any()


def test_without_people_there_is_no_verdict():
    people = np.full((12, N_MONTHS), 1000.0)
    people[7] = 0

    found = judged(exposure=people)

    assert (found.verdict[7], found.reason[7]) == ("too_few", "no_exposure")


def test_a_series_without_events_says_too_little():
    found = judged(lambda counts: counts.__setitem__(1, 0))

    assert (found.verdict[1], found.reason[1]) == ("too_few", "too_rare")
    assert (found.observed[1], found.expected[1], found.p[1]) == (0, 0, 1)


@pytest.mark.parametrize(
    ("n_months", "method", "verdict", "reason"),
    [
        (11, "none", "too_few", "no_history"),
        (12, "none", "too_few", "no_history"),
        (13, "ears", "normal", "short_history"),
        (36, "ears", "normal", "short_history"),
        (37, "farrington", "normal", None),
    ],
)
def test_the_length_of_the_history_chooses_the_method(n_months, method, verdict, reason):
    found = judged(n_series=3, n_months=n_months)

    assert found.method.tolist() == [method] * 3
    assert found.verdict.tolist() == [verdict] * 3
    assert found.reason.tolist() == [reason] * 3


@pytest.mark.parametrize(
    ("since", "method", "reason"),
    [(37, "farrington", None), (36, "ears", "after_break"), (12, "none", "after_break")],
)
def test_nothing_before_a_break_is_used(since, method, reason):
    first = N_MONTHS - since

    found = judged(lambda counts: counts.__setitem__((0, slice(0, first)), 400), n_series=1, first_usable=[first])

    assert (found.method[0], found.reason[0]) == (method, reason)
    assert not found.expected[0] > 20


def test_a_category_that_came_later_has_no_history_before():
    found = judged(lambda counts: counts.__setitem__((0, slice(0, N_MONTHS - 10)), np.nan))

    assert found.reason[0] == "no_history"
    assert found.verdict[1] == "normal"


def test_a_history_full_of_holes_falls_back_on_the_newest_periods():
    def holes(counts):
        for year in range(1, 6):
            counts[0, N_MONTHS - 1 - 12 * year - 1 : N_MONTHS - 12 * year + 1] = np.nan

    found = judged(holes)

    assert found.reason[0] == "gaps"
    assert found.method[1] == "farrington"


def test_a_short_history_signals_a_shock():
    found = judged(newest(0, 60), n_series=3, n_months=30)

    assert found.method[0] == "ears"
    assert found.verdict.tolist() == ["signal", "normal", "normal"]


def test_a_short_history_says_nothing_about_new_year():
    effect = np.zeros((30, 1))
    effect[-1] = 1

    found = judged(newest(0, 60), n_series=3, n_months=30, known_effects=effect)

    assert found.reason.tolist() == ["known_effect"] * 3


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="first days"):
        judge_newest(np.zeros((2, 5)), months(4), MONTH)
    with pytest.raises(ValueError, match="shape"):
        judge_newest(np.zeros(5), months(5), MONTH)


def test_the_frame_has_a_row_per_series():
    frame = judged().frame()

    assert len(frame) == 12
    assert {"verdict", "reason", "method", "q", "is_low", "visible_from"} <= set(frame.columns)
    assert "at" not in frame.columns


def test_every_word_that_is_found_is_declared():
    found = judged(newest(0, np.nan), newest(1, 60), newest(2, 0), silent=np.arange(12) == 2)

    assert set(found.verdict) <= set(VERDICTS)
    assert set(found.reason) - {None} <= set(REASONS)
    assert set(found.method) <= set(METHODS)


def test_no_series_give_no_verdicts():
    assert judged(n_series=0).frame().empty


# --- weeks and blocks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rhythm", [WEEK, FOUR_WEEKS], ids=lambda rhythm: rhythm.name)
def test_weeks_and_blocks_are_judged_alike(rhythm):
    step = 7 if rhythm is WEEK else 28
    n = 5 * rhythm.per_year
    days = np.datetime64("2020-01-06") + step * np.arange(n)
    counts = calm_series(4, n, rhythm.per_year, seed=2, means=np.full(4, 12.0))
    counts[:, -1] = [12, 12, 60, 12]

    found = judge_newest(counts, days, rhythm)

    assert found.verdict.tolist() == ["normal", "normal", "signal", "normal"]
    assert set(found.method) == {"farrington"}


def test_the_last_four_weeks_decide_whether_a_week_has_enough_cases():
    counts = np.zeros((2, 300))
    counts[:, -60] = 1
    counts[:, -1] = 4
    counts[1, -3] = 1

    found = judge_newest(counts, mondays(300), WEEK)

    assert found.verdict.tolist() == ["too_few", "signal"]
    assert found.q[0] == 1


@given(order=st.permutations(range(6)))
@settings(max_examples=5, deadline=None)
def test_the_order_of_the_series_does_not_matter(order):
    counts = calm_series(6, 60, 12, seed=6, means=np.array([0.5, 1, 2, 5, 10, 20]))
    counts[2, -1] = 30

    found, moved = (judge_newest(rows, months(60), MONTH) for rows in (counts, counts[order]))

    assert moved.verdict.tolist() == found.verdict[order].tolist()
    assert moved.q.tolist() == pytest.approx(found.q[order].tolist())
