"""Questions to a snapshot: the same answer for screen, export and programs."""

from __future__ import annotations

import pandas as pd
import pytest

from config.errors import UsageError
from etl.snapshot import open_snapshot
from monitor.queries.areas import area, areas_of_level, line_of, municipality, neighbours_of, parts_of
from monitor.queries.comparisons import against_rest_of, year_on_year_for, year_on_year_of
from monitor.queries.indicators import indicators, newest, newest_periods
from monitor.queries.observations import COLUMNS, Filters, count_observations, filters_from, observations
from monitor.queries.profile import profile
from monitor.queries.series import cell, periods_of, series, table_of_areas
from monitor.queries.sources import newest_by_source, sources, statuses, unallocated, unallocated_newest
from tests import proefdorp
from tests.proefdorp import CODE, NEIGHBOURHOODS, count


def test_observations_have_exactly_the_columns_of_the_contract(snapshot):
    frame = observations(snapshot, Filters(indicators=("burglary_home",), period="2026-03"))

    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == 15  # municipality, 2 districts, 12 neighbourhoods


def test_observations_are_sorted_from_the_municipality_down_and_by_time(snapshot):
    frame = observations(snapshot, Filters(indicators=("burglary_home",), period_type="month"))

    levels = frame["area_level"].drop_duplicates().tolist()
    assert levels == ["municipality", "district", "neighbourhood"]
    of_one = frame[frame["area_code"] == CODE]["period"].tolist()
    assert of_one == sorted(of_one)
    assert len(of_one) == len(proefdorp.MONTHS)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(areas=(CODE,), period="2026-03"), {"2026-03"}),
        (Filters(areas=(CODE,), first="2026-01", last="2026-03"), {"2026-01", "2026-02", "2026-03"}),
        (Filters(areas=(CODE,), first="2026-01-R12", last="2026-02-R12"), {"2026-01-R12", "2026-02-R12"}),
        (Filters(areas=(CODE,), first="2025", last="2026"), {"2025", "2026"}),
        (Filters(areas=(CODE,), last="2024-02", indicators=("burglary_home",)), {"2024-01", "2024-02"}),
    ],
)
def test_a_range_holds_periods_of_one_type_only(snapshot, filters, expected):
    assert set(observations(snapshot, filters)["period"]) == expected


def test_filters_narrow_and_count_agrees(snapshot):
    filters = Filters(indicators=("burglary_home", "violent_crime"), levels=("district",), vintage=2026, period="2025")

    frame = observations(snapshot, filters)

    assert len(frame) == count_observations(snapshot, filters) == 4


def test_a_division_that_the_snapshot_does_not_know_is_refused_with_those_it_knows(snapshot):
    with pytest.raises(UsageError, match="known: 2026"):
        count_observations(snapshot, Filters(vintage=2019))


@pytest.mark.parametrize(
    ("filters", "word"),
    [
        (Filters(levels=("buurt",)), "level"),
        (Filters(period="2026-13"), "period"),
        (Filters(first="maart"), "from"),
        (Filters(period_type="maand"), "period-type"),
    ],
)
def test_a_filter_that_is_no_word_of_ours_is_refused(snapshot, filters, word):
    assert [found for found, _ in filters.problems()] == [word]
    with pytest.raises(ValueError, match=word):
        observations(snapshot, filters)


def test_a_readers_words_never_become_sql(snapshot):
    frame = observations(snapshot, Filters(indicators=("x' OR 1=1 --",), areas=("'; DROP TABLE observation",)))

    assert frame.empty
    assert count_observations(snapshot, Filters()) > 0


def test_filters_of_an_address_may_repeat_a_word_or_use_commas():
    found = filters_from(
        {"indicator": ["a,b", "c"], "from": ["2026-01"], "period-type": ["month"], "vintage": ["2026"]}
    )

    assert found == Filters(indicators=("a", "b", "c"), first="2026-01", period_type="month", vintage=2026)
    assert filters_from({key: [value] for key, value in found.as_words().items()}) == found


def test_a_settled_period_goes_before_a_newer_provisional_one(snapshot):
    now = newest(snapshot, "burglary_home")

    assert (now.period_type, now.period, now.is_provisional) == ("rolling_12_months", "2026-08-R12", False)
    assert now.latest == "2026-10-R12"
    assert newest(snapshot, "population").period == "2026"
    assert newest(snapshot, "no_such_indicator") is None


def test_a_series_says_also_what_it_does_not_have(snapshot):
    code = NEIGHBOURHOODS[8]

    frame = series(snapshot, "burglary_home", code, "month")

    assert frame["period"].tolist() == list(proefdorp.MONTHS)
    assert frame.set_index("period")["status"]["2026-10"] == "not_delivered"
    assert pd.isna(frame.set_index("period")["value"]["2026-10"])
    assert frame.set_index("period")["numerator"]["2026-03"] == count("burglary_home", code, "2026-03")


def test_a_table_of_areas_has_every_area_of_the_level_by_name(snapshot):
    frame = table_of_areas(snapshot, "violent_crime", "neighbourhood", "2026-08-R12")

    assert frame["area_name"].tolist() == sorted(proefdorp.NAMES[code] for code in NEIGHBOURHOODS)
    assert set(frame["status"]) == {"final", "suppressed", "not_applicable"}
    empty = table_of_areas(snapshot, "violent_crime", "neighbourhood", "2011")
    assert len(empty) == 12
    assert set(empty["status"]) == {"not_delivered"}


def test_an_answer_that_is_changed_does_not_change_the_next_one(snapshot):
    first = series(snapshot, "burglary_home", CODE, "month")
    first["value"] = -1.0

    assert (series(snapshot, "burglary_home", CODE, "month")["value"] > 0).all()


def test_an_answer_of_one_municipality_never_reaches_another(tmp_path, snapshot):
    proefdorp.make_snapshot(tmp_path / "elders", "elders")
    other = open_snapshot(tmp_path / "elders")
    try:
        assert municipality(snapshot).slug == "proefdorp"
        assert municipality(other).slug == "elders"
        assert set(observations(other, Filters(period="2025"))["municipality"]) == {"elders"}
    finally:
        other.close()


def test_areas_know_what_they_lie_in_and_what_touches_them(snapshot):
    here = NEIGHBOURHOODS[0]

    assert [one.code for one in line_of(snapshot, here)] == [CODE, "WK990101", here]
    assert {one.code for one in parts_of(snapshot, "WK990101")} == set(NEIGHBOURHOODS[:6])
    assert len(areas_of_level(snapshot, "neighbourhood")) == 12
    assert NEIGHBOURHOODS[1] in {one.code for one in neighbours_of(snapshot, here)}
    assert area(snapshot, "BU00000000") is None


def test_a_year_on_year_comparison_uses_the_counts_of_both_windows(snapshot):
    one = year_on_year_for(snapshot, "burglary_home", CODE, "2026-08-R12")

    months = [month for month in proefdorp.MONTHS if "2025-09" <= month <= "2026-08"]
    expected = sum(count("burglary_home", code, month) for code in NEIGHBOURHOODS for month in months)
    assert one.count == expected
    assert one.other_period == "2025-08-R12"
    assert one.lower < one.ratio < one.upper
    assert one.verdict in {"higher", "lower", "no_difference"}
    assert one.reason is None


def test_a_provisional_period_is_not_compared(snapshot):
    one = year_on_year_for(snapshot, "burglary_home", CODE, "2026-10-R12")

    assert one.verdict is None
    assert one.reason == "provisional"
    assert one.change_pct is None


def test_a_period_without_a_year_before_says_so(snapshot):
    one = year_on_year_for(snapshot, "burglary_home", CODE, "2024-12-R12")

    assert (one.verdict, one.reason) == (None, "no_period")


def test_an_area_is_compared_with_the_rest_and_not_with_a_total_that_holds_it(snapshot):
    code = NEIGHBOURHOODS[2]

    one = against_rest_of(snapshot, "burglary_home", "2026-08-R12")[code]

    whole = cell(snapshot, "burglary_home", CODE, "2026-08-R12")
    here = cell(snapshot, "burglary_home", code, "2026-08-R12")
    rest = (whole.numerator - here.numerator) / (whole.denominator - here.denominator) * 1000
    assert one.other_value == pytest.approx(rest)
    assert one.ratio == pytest.approx(one.value / rest)
    assert CODE not in against_rest_of(snapshot, "burglary_home", "2026-08-R12")


def test_an_area_without_a_rate_and_one_that_is_withheld_have_no_verdict(snapshot):
    found = against_rest_of(snapshot, "violent_crime", "2026-08-R12")

    assert found[NEIGHBOURHOODS[-1]].reason == "no_denominator"
    assert found[NEIGHBOURHOODS[3]].reason == "no_count"
    assert {found[NEIGHBOURHOODS[-1]].verdict, found[NEIGHBOURHOODS[3]].verdict} == {None}


def test_a_stock_is_not_compared(snapshot):
    assert year_on_year_of(snapshot, "population", "2026") == {}
    assert against_rest_of(snapshot, "population", "2026") == {}


def test_a_profile_places_an_area_among_the_others_of_its_level(snapshot):
    frame = profile(snapshot, NEIGHBOURHOODS[2]).set_index("indicator")

    assert frame.index.tolist() == list(indicators(snapshot))
    burglary = frame.loc["burglary_home"]
    assert burglary["min"] <= burglary["q1"] <= burglary["median"] <= burglary["q3"] <= burglary["max"]
    assert burglary["n_areas"] == 11  # one neighbourhood has too few inhabitants for a rate
    assert frame.loc["population", "period"] == "2026"
    assert profile(snapshot, CODE).set_index("indicator")["n_areas"].isna().all()


def test_what_belongs_to_no_neighbourhood_is_the_difference(snapshot):
    row = unallocated(snapshot, "burglary_home", "2026-08-R12")

    assert row.whole == row.parts + row.unallocated
    assert unallocated(snapshot, "population", "2026") is None
    assert set(unallocated_newest(snapshot)["indicator"]) == set(proefdorp.EVENTS)


def test_a_source_reaches_as_far_as_its_finest_period(snapshot):
    reach = newest_by_source(snapshot).groupby("source_id").first()

    assert reach.loc["police", "period"] == "2026-10"
    assert reach.loc["key_figures", "period"] == "2026"
    assert sources(snapshot).set_index("source_id").loc["police", "n_findings"] == 1
    assert int(statuses(snapshot)["n_cells"].sum()) == count_observations(snapshot, Filters())


def test_periods_of_a_topic_have_a_figure(snapshot):
    assert periods_of(snapshot, "burglary_home", "year") == ("2024", "2025", "2026")
    assert ("burglary_home", "week") not in newest_periods(snapshot)
