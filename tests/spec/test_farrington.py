"""Farrington Flexible: the thresholds of an independent implementation, the calendar behind it, and its edges."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.statistics.farrington import farrington_flexible, outbreak_weights
from etl.statistics.negative_binomial import at_least, quantile
from etl.statistics.reference_periods import MONTH, WEEK, reference_periods, same_dates
from tests.spec.vectors_file import number, vector

NB_PLUGIN = vector("farrington_nbplugin")
THRESHOLD = vector("farrington_threshold")
VECTOR_OF_DAYS = vector("calendar")


def judged(case):
    """Every week of the range of a case, as ours judges it."""
    given = case["input"]
    counts = np.array(given["y"], dtype=float)
    mondays = np.datetime64(given["epoch_start"]) + 7 * np.arange(counts.size)
    for at in range(given["range_from_1based"] - 1, given["range_to"]):
        reference = reference_periods(mondays, at, WEEK, years_back=given["b"], n_seasons=given["noPeriods"])
        yield farrington_flexible(counts, reference, alpha=given["alpha"], trend_below=given["pThresholdTrend"])


@pytest.mark.parametrize("case", NB_PLUGIN["cases"], ids=lambda case: case["name"])
def test_every_week_is_judged_as_the_vector_does(case):
    tolerance, expected = NB_PLUGIN["tolerance"], case["expected"]

    weeks = list(judged(case))

    # The vector gives no bound where the last four weeks have fewer than five cases.
    assert [week.upper if week.is_enough else None for week in weeks] == expected["upperbound"]
    assert [week.is_alarm for week in weeks] == expected["alarm"]
    means = [week.expected if week.is_enough else np.nan for week in weeks]
    wanted = [number(mean) for mean in expected["expected"]]
    assert means == pytest.approx(wanted, rel=tolerance["expected_rel"], nan_ok=True)
    assert [week.phi for week in weeks] == pytest.approx(expected["phi"], abs=tolerance["phi_abs"])
    assert [week.has_trend for week in weeks] == expected["trend"]


@pytest.mark.parametrize(
    "case", [case for case in THRESHOLD["cases"] if case.get("method") == "nbPlugin"], ids=lambda case: str(case["phi"])
)
def test_the_threshold_and_its_p_value_equal_those_of_the_vector(case):
    mu = np.exp(case["predFit_log"])

    assert quantile(1 - case["alpha"], mu, case["phi"]) == case["upper"]
    assert quantile(case["alpha"], mu, case["phi"]) == case["lower"]
    assert at_least(case["y"], mu, case["phi"]) == pytest.approx(case["p"], abs=THRESHOLD["tolerance_abs"])


def test_earlier_outbreaks_weigh_less_as_in_the_vector():
    case = THRESHOLD["weights_case"]

    weights = outbreak_weights(case["residuals"], above=case["threshold"])

    assert weights.tolist() == pytest.approx(case["expected"], abs=THRESHOLD["tolerance_abs"])


# --- the calendar ----------------------------------------------------------------------------------------------------


def weeks_from(monday, n):
    return np.datetime64(monday) + 7 * np.arange(n)


def months_from(first, n):
    return (np.datetime64(first, "M") + np.arange(n)).astype("datetime64[D]")


def test_a_week_is_held_against_the_monday_nearest_to_its_date():
    mondays = weeks_from("2015-01-05", 700)
    at = int(np.flatnonzero(mondays == np.datetime64("2024-06-10"))[0])

    dates = mondays[list(same_dates(mondays, at))]

    assert dates.astype(str).tolist() == ["2023-06-12", "2022-06-13", "2021-06-07", "2020-06-08", "2019-06-10"]


@pytest.mark.parametrize("day", VECTOR_OF_DAYS["cases"], ids=lambda day: day["iso"])
def test_every_week_also_week_53_has_a_reference_in_each_year(day):
    monday = np.datetime64(dt.date.fromisocalendar(int(day["iso"][:4]), int(day["iso"][6:]), 1))
    mondays = weeks_from("2005-01-03", 1200)
    at = int(np.flatnonzero(mondays == monday)[0])

    dates = mondays[list(same_dates(mondays, at))].astype(dt.date)

    assert at == int(np.flatnonzero(mondays <= np.datetime64(day["date"]))[-1])
    assert len(dates) == 5
    assert {date.isocalendar().week for date in dates} <= {52, 53, 1, 2}


def test_a_period_of_29_february_goes_with_1_march():
    days = np.arange(np.datetime64("2014-01-01"), np.datetime64("2021-01-01"))
    at = int(np.flatnonzero(days == np.datetime64("2020-02-29"))[0])

    dates = days[list(same_dates(days, at))]

    assert dates.astype(str).tolist() == ["2019-03-01", "2018-03-01", "2017-03-01", "2016-02-29", "2015-03-01"]


def test_nothing_before_the_last_break_is_a_reference():
    months = months_from("2011-01", 180)

    reference = reference_periods(months, 179, MONTH, first_usable=130)

    assert reference.index.min() >= 130
    assert reference.anniversaries == (167, 155, 143, 131)


def test_less_than_three_years_after_a_break_is_no_reference():
    months = months_from("2011-01", 180)

    assert reference_periods(months, 179, MONTH, first_usable=144) is None
    assert reference_periods(months, 179, MONTH, first_usable=143) is not None


def test_the_newest_half_year_is_no_reference():
    mondays, months = weeks_from("2015-01-05", 520), months_from("2011-01", 180)

    assert reference_periods(mondays, 519, WEEK).index.max() == 519 - 27
    assert reference_periods(months, 179, MONTH).index.max() == 179 - 7


def test_the_windows_are_one_season_and_the_time_between_them_nine():
    mondays = weeks_from("2015-01-05", 520)

    reference = reference_periods(mondays, 519, WEEK)

    assert reference.n_seasons == 10
    assert sorted(set(reference.season.tolist())) == list(range(10))
    assert np.bincount(reference.season).tolist()[9] == 5 * 7
    around = [reference.season[reference.index == centre].item() for centre in reference.anniversaries]
    assert around == [9] * 5


def test_blocks_of_four_weeks_find_the_same_date_within_two_weeks():
    blocks = np.datetime64("2015-01-05") + 28 * np.arange(120)

    found = same_dates(blocks, 119)

    apart = [abs((blocks[119] - blocks[k]).astype(int) - 365.25 * (years + 1)) for years, k in enumerate(found)]
    assert max(apart) <= 15


def test_first_days_that_do_not_rise_are_refused():
    with pytest.raises(ValueError, match="must rise"):
        same_dates(np.array(["2020-01-01", "2020-01-01"], dtype="datetime64[D]"), 1)


# --- edges -----------------------------------------------------------------------------------------------------------


def monthly(seed=1, mean=20.0, n=96):
    rng = np.random.default_rng(seed)
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(n) / 12)
    return rng.poisson(mean * season).astype(float), months_from("2018-01", n)


def judge_last(counts, months, **given):
    return farrington_flexible(counts, reference_periods(months, counts.size - 1, MONTH), **given)


def test_a_series_of_zeros_expects_zero_and_is_no_alarm():
    counts, months = monthly()

    found = judge_last(counts * 0, months)

    assert (found.expected, found.phi, found.upper) == (0, 1, 0)
    assert not found.is_alarm
    assert found.p == 1


def test_five_cases_where_never_any_was_are_an_alarm():
    counts, months = monthly()
    counts[:-1], counts[-1] = 0, 5

    assert judge_last(counts, months).is_alarm


def test_four_cases_are_never_an_alarm():
    counts, months = monthly()
    counts[:-1], counts[-1] = 0, 4

    found = judge_last(counts, months)

    assert found.p < 0.01
    assert not found.is_enough
    assert not found.is_alarm


def test_what_is_not_delivered_is_left_out_and_never_counts_as_zero():
    counts, months = monthly()
    holes = counts.copy()
    holes[[44, 50, 60, 70]] = np.nan

    whole, with_holes = judge_last(counts, months), judge_last(holes, months)

    assert with_holes.n_reference == whole.n_reference - 4
    assert with_holes.expected == pytest.approx(whole.expected, rel=0.1)


def test_periods_to_leave_out_are_as_good_as_not_delivered():
    counts, months = monthly()
    holes, leave_out = counts.copy(), np.zeros(counts.size, dtype=bool)
    holes[40:50], leave_out[40:50] = np.nan, True

    assert judge_last(counts, months, leave_out=leave_out) == judge_last(holes, months)


def test_without_three_known_years_around_the_date_nothing_is_expected():
    counts, months = monthly()
    for years in (1, 2, 3):
        counts[95 - 12 * years - 1 : 95 - 12 * years + 2] = np.nan

    assert judge_last(counts, months) is None


def test_a_period_that_is_not_delivered_has_an_expectation_and_no_p_value():
    counts, months = monthly()
    counts[-1] = np.nan

    found = judge_last(counts, months)

    assert found.expected > 0
    assert np.isnan([found.p, found.p_low]).all()
    assert not found.is_alarm


def test_twice_the_people_let_twice_the_count_be_normal():
    counts, months = monthly()
    people = np.full(counts.size, 1000.0)
    people[-1] = 2000

    found, unchanged = judge_last(counts, months, exposure=people), judge_last(counts, months)

    assert found.expected == pytest.approx(2 * unchanged.expected)


def test_without_people_nothing_is_expected():
    counts, months = monthly()
    people = np.full(counts.size, 1000.0)
    people[-1] = 0

    assert judge_last(counts, months, exposure=people) is None


def test_a_trend_that_leads_beyond_what_was_seen_is_dropped():
    counts, months = np.round(5 * 1.03 ** np.arange(96)), months_from("2018-01", 96)

    found = judge_last(counts, months)

    assert not found.has_trend
    assert found.expected <= counts[:-7].max()


def test_a_trend_that_cannot_be_shown_is_dropped_when_asked():
    counts, months = monthly(mean=30)

    assert judge_last(counts, months, trend_below=1).has_trend
    assert not judge_last(counts, months, trend_below=1e-6).has_trend


def test_new_years_eve_alone_is_no_alarm():
    rng = np.random.default_rng(4)
    mondays = weeks_from("2017-01-02", 470)
    is_new_year = np.array([(monday.astype(dt.date) + dt.timedelta(6)).timetuple().tm_yday <= 7 for monday in mondays])
    counts = rng.poisson(np.where(is_new_year, 60, 12)).astype(float)
    at = int(np.flatnonzero(is_new_year)[-1])
    reference = reference_periods(mondays, at, WEEK)

    blind = farrington_flexible(counts, reference)
    knowing = farrington_flexible(counts, reference, known_effects=is_new_year[:, np.newaxis])

    assert blind.is_alarm
    assert not knowing.is_alarm
    assert knowing.expected == pytest.approx(60, rel=0.2)


def test_an_effect_seen_once_is_left_out_of_the_reference():
    counts, months = monthly()
    once = np.zeros((96, 1))
    once[50] = 1
    as_hole = counts.copy()
    as_hole[50] = np.nan
    counts[50] = 500

    assert judge_last(counts, months, known_effects=once) == judge_last(as_hole, months)


def test_an_effect_that_coincides_with_a_season_changes_nothing():
    counts, months = monthly()
    june = (months.astype("datetime64[M]").astype(int) % 12 == 5)[:, np.newaxis]

    with_june, without = judge_last(counts, months, known_effects=june), judge_last(counts, months)

    assert with_june.expected == pytest.approx(without.expected, rel=1e-3)


def test_an_earlier_outbreak_hardly_raises_what_is_normal():
    counts, months = monthly()
    raised = counts.copy()
    raised[95 - 24] = 200

    assert judge_last(raised, months).expected < 1.25 * judge_last(counts, months).expected


@given(
    counts=st.lists(st.integers(0, 300), min_size=96, max_size=96),
    more=st.integers(1, 50),
)
@settings(max_examples=40, deadline=None)
def test_more_cases_are_never_less_unusual(counts, more):
    months = months_from("2018-01", 96)
    now, then = np.array(counts, dtype=float), np.array(counts, dtype=float)
    then[-1] += more

    fewer, higher = judge_last(now, months), judge_last(then, months)

    assert fewer.expected == higher.expected
    assert higher.p <= fewer.p
    assert higher.p_low >= fewer.p_low
    assert higher.is_alarm >= fewer.is_alarm
    assert fewer.phi >= 1
    assert 0 <= fewer.expected < np.inf
