"""How long until a period is complete."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.model import TabularSource
from etl.deliveries import Delivery
from etl.maturity import days_until_complete, delay_triangle, judged_on, known_on


def said(shares, *, weeks=6, number=100, indicator="threat"):
    """Each week delivered again and again: at 3, 10, 17, … days of age with these shares of the final number."""
    rows = []
    for week in range(weeks):
        last_day = dt.date.fromisocalendar(2026, 10 + week, 7)
        for place, share in enumerate(shares):
            rows.append((indicator, f"2026-W{10 + week}", last_day + dt.timedelta(days=3 + 7 * place), number * share))
    return pd.DataFrame(rows, columns=["indicator", "period", "day", "number"])


def test_a_period_is_complete_from_the_age_at_which_95_percent_is_known():
    triangle = delay_triangle(said([0.6, 0.9, 0.96, 0.99, 1, 1, 1, 1]))

    assert days_until_complete(triangle) == {("threat", "week"): 17}
    assert triangle.complete_share.round(2).tolist() == [0.6, 0.9, 0.96, 0.99]


def test_periods_that_were_complete_at_once_are_final_at_their_first_age():
    assert days_until_complete(delay_triangle(said([1] * 8))) == {("threat", "week"): 3}


def test_numbers_that_go_down_again_are_as_young_as_those_that_grow():
    triangle = delay_triangle(said([1.3, 1.1, 1.02, 1, 1, 1, 1, 1]))

    assert days_until_complete(triangle) == {("threat", "week"): 17}


def test_too_few_periods_or_events_measure_nothing():
    assert days_until_complete(delay_triangle(said([0.6, 1, 1, 1, 1, 1], weeks=2))) == {}
    assert days_until_complete(delay_triangle(said([0.6, 1, 1, 1, 1, 1], number=2))) == {}


def test_without_a_settled_number_nothing_is_measured():
    assert delay_triangle(said([0.5, 0.8])).empty


@given(st.lists(st.floats(0.5, 1.0), min_size=6, max_size=9))
def test_from_the_found_age_on_every_measured_share_is_complete(shares):
    triangle = delay_triangle(said([*shares, 1.0]))

    found = days_until_complete(triangle).get(("threat", "week"))

    if found is not None:
        assert (triangle.complete_share[triangle.age_days >= found] >= 0.95).all()


@pytest.mark.parametrize(
    ("settings", "name", "day"),
    [
        ({"date": "{year}-{week:02}", "weekday": "tuesday", "lag_weeks": 1}, "2026-03-16", "2026-03-24"),
        ({"date": "{year}-{month:02}"}, "2026-03-01", "2026-04-01"),
        ({"date": "{year}-{month:02}-{day:02}"}, "2026-03-05", "2026-03-05"),
        ({}, None, "2026-11-16"),
    ],
)
def test_the_day_of_a_delivery_follows_from_the_period_in_its_name(settings, name, day):
    source = TabularSource.model_validate(
        {
            "id": "own",
            "kind": "tabular",
            "path": "x.csv",
            "columns": {"area": "a", "period": "p"},
            "values": {"Meldingen": "litter_reports"},
            "delivery": settings,
        }
    )
    received = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)

    assert known_on(source, Delivery("0" * 64, "own", "f", 1, received, name, None)) == dt.date.fromisoformat(day)


WEEKLY = TabularSource.model_validate(
    {
        "id": "own",
        "kind": "tabular",
        "path": "x.csv",
        "columns": {"area": "a", "period": "p"},
        "values": {"Meldingen": "litter_reports"},
        "delivery": {"date": "{year}-{week:02}", "weekday": "tuesday", "lag_weeks": 1},
    }
)


def test_practice_data_are_known_on_their_own_days_whenever_they_are_loaded():
    loaded = dt.datetime(2024, 1, 5, tzinfo=dt.UTC)
    week_12 = Delivery("0" * 64, "own", "f", 1, loaded, "2026-03-16", None)

    assert known_on(WEEKLY, week_12, dt.date(2026, 11, 16)) == dt.date(2026, 3, 24)


def test_a_late_source_is_judged_by_its_last_delivery():
    received = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)
    weeks = [Delivery("0" * 64, "own", "f", 1, received, day, None) for day in ("2026-10-19", "2026-10-26")]

    assert judged_on(WEEKLY, weeks, dt.date(2026, 11, 16)) == dt.date(2026, 11, 3)
    assert judged_on(WEEKLY, weeks, dt.date(2026, 10, 28)) == dt.date(2026, 10, 28)
