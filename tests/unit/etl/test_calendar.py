"""Periods are parsed, ordered, moved and taken apart."""

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import PeriodType
from etl import calendar

VECTOR = json.loads((Path(__file__).parents[2] / "spec" / "vectors" / "calendar.json").read_text(encoding="utf-8"))

days = st.dates(dt.date(1950, 1, 1), dt.date(2150, 12, 31))
years = st.integers(1950, 2150)


@st.composite
def period_texts(draw: st.DrawFn) -> str:
    """A text of any period type."""
    day = draw(days)
    month, week = calendar.month_of(day), calendar.iso_week(day)
    quarter = f"{day.year}-Q{(day.month + 2) // 3}"
    return draw(st.sampled_from([str(day.year), quarter, month, week, f"{month}-R12", f"{week}-R4"]))


@pytest.mark.parametrize("case", VECTOR["cases"], ids=lambda case: case["date"])
def test_days_around_new_year_lie_in_the_iso_week_of_the_vector(case):
    assert calendar.iso_week(dt.date.fromisoformat(case["date"])) == case["iso"]


@pytest.mark.parametrize(
    ("text", "kind", "first", "last"),
    [
        ("2026", "year", "2026-01-01", "2026-12-31"),
        ("2024-Q1", "quarter", "2024-01-01", "2024-03-31"),
        ("2026-Q4", "quarter", "2026-10-01", "2026-12-31"),
        ("2024-02", "month", "2024-02-01", "2024-02-29"),
        ("2026-W53", "week", "2026-12-28", "2027-01-03"),
        ("2025-W01", "week", "2024-12-30", "2025-01-05"),
        ("2026-03-R12", "rolling_12_months", "2025-04-01", "2026-03-31"),
        ("2026-12-R12", "rolling_12_months", "2026-01-01", "2026-12-31"),
        ("2026-W02-R4", "rolling_4_weeks", "2025-12-15", "2026-01-11"),
    ],
)
def test_a_text_gives_its_type_and_days(text, kind, first, last):
    period = calendar.parse(text)

    assert (period.text, period.period_type) == (text, PeriodType(kind))
    assert (period.first_day.isoformat(), period.last_day.isoformat()) == (first, last)
    assert calendar.period_type_of(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "26", "2026-", "2026-13", "2026-00", "2026-3", "2026-Q0", "2026-Q5", "2026-W00", "2026-W54",
        "2025-W53", "2026-W1", "2026MM03", "2026JJ00", "2026-03-R4", "2026-W12-R12", "2026-R12", "2026-Q1-R12",
        "202603", "2026-03 ", "2026-03\n", "0001", "1899", "2200", "9999", "²⁰²⁶", "٢٠٢٦", "2026-0٣",
    ],
)  # fmt: skip
def test_a_text_that_is_no_period_is_refused(text):
    with pytest.raises(ValueError, match=r"no period|does not exist|not between"):
        calendar.parse(text)


def test_periods_are_ordered_by_their_last_day():
    texts = ["2026", "2026-W01", "2026-Q1", "2026-03", "2025-12", "2026-03-R12"]

    ordered = sorted(map(calendar.parse, texts))

    assert [period.text for period in ordered] == ["2025-12", "2026-W01", "2026-03", "2026-Q1", "2026-03-R12", "2026"]


@pytest.mark.parametrize(
    ("text", "n", "moved"),
    [
        ("2026", 1, "2027"),
        ("2026-Q4", 1, "2027-Q1"),
        ("2026-Q1", -5, "2024-Q4"),
        ("2026-12", 1, "2027-01"),
        ("2026-01", -13, "2024-12"),
        ("2026-W53", 1, "2027-W01"),
        ("2020-W52", 1, "2020-W53"),
        ("2021-W01", -1, "2020-W53"),
        ("2026-01-R12", -1, "2025-12-R12"),
        ("2026-W53-R4", 1, "2027-W01-R4"),
        ("2026-W12", 0, "2026-W12"),
    ],
)
def test_a_period_moves_in_steps_of_its_own_type(text, n, moved):
    assert calendar.next(text, n) == moved
    assert calendar.previous(moved, n) == text


def test_a_week_53_is_compared_with_the_two_weeks_around_it():
    assert calendar.same_period_last_year("2026-W53") == "2025-W52"
    assert calendar.counterparts_last_year("2026-W53") == ("2025-W52", "2026-W01")
    assert calendar.counterparts_last_year("2026-W52") == ("2025-W52",)
    assert calendar.same_period_last_year("2026-W53-R4") == "2025-W52-R4"
    assert calendar.same_period_last_year("2024-02") == "2023-02"
    assert calendar.same_period_last_year("2026-03-R12") == "2025-03-R12"


def test_parts_of_a_period():
    assert calendar.months_of("2026-Q4") == ["2026-10", "2026-11", "2026-12"]
    assert calendar.months_of("2026-03-R12")[0] == "2025-04"
    assert calendar.months_of("2026-03") == ["2026-03"]
    assert len(calendar.months_of("2026")) == 12
    assert calendar.weeks_of("2027-W02-R4") == ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]
    assert calendar.weeks_of("2026-W12") == ["2026-W12"]


def test_weeks_and_months_are_never_converted_into_each_other():
    with pytest.raises(ValueError, match="weeks"):
        calendar.months_of("2026-W12")
    with pytest.raises(ValueError, match="whole weeks"):
        calendar.weeks_of("2026-03")
    with pytest.raises(ValueError, match="whole weeks"):
        calendar.weeks_of("2026")


def test_windows_and_the_period_they_end_in():
    assert calendar.window_end("2026-03-R12") == "2026-03"
    assert calendar.window_end("2026-W12-R4") == "2026-W12"
    assert calendar.window_end("2026-Q1") == "2026-Q1"
    assert calendar.window_of("2026-03") == "2026-03-R12"
    assert calendar.window_of("2026-W53") == "2026-W53-R4"
    with pytest.raises(ValueError, match="no window"):
        calendar.window_of("2026")


def test_years_with_53_weeks():
    assert [year for year in range(2015, 2033) if calendar.weeks_in_year(year) == 53] == [2015, 2020, 2026, 2032]


def test_exposure_is_the_length_in_years():
    assert calendar.exposure_years("2024") == calendar.exposure_years("2026-03-R12") == 1
    assert calendar.exposure_years("2026-Q1") == 0.25
    assert calendar.exposure_years("2026-02") == pytest.approx(1 / 12)
    assert calendar.exposure_years("2026-W53") == pytest.approx(7 / 365.25)
    assert calendar.exposure_years("2026-W53-R4") == pytest.approx(28 / 365.25)


def test_periods_between_need_one_type():
    assert calendar.periods_between("2026-W52", "2027-W01") == ["2026-W52", "2026-W53", "2027-W01"]
    assert calendar.periods_between("2026-02", "2026-01") == []
    with pytest.raises(ValueError, match="month"):
        calendar.periods_between("2026-02", "2026-W12")


@given(text=period_texts(), n=st.integers(-300, 300))
def test_moving_there_and_back_is_staying(text, n):
    try:
        moved = calendar.next(text, n)
    except ValueError:
        return  # left the range of years
    assert calendar.previous(moved, n) == text
    assert (calendar.parse(moved) > calendar.parse(text)) == (n > 0)


@given(text=period_texts())
def test_the_next_period_starts_the_day_after_unless_it_is_a_window(text):
    now, then = calendar.parse(text), calendar.parse(calendar.next(text))

    if "-R" in text:
        assert then.first_day > now.first_day
        assert then.first_day <= now.last_day
    else:
        assert then.first_day == now.last_day + dt.timedelta(days=1)


@given(text=period_texts())
def test_parts_cover_a_period_exactly(text):
    period = calendar.parse(text)
    is_weekly = period.period_type in (PeriodType.WEEK, PeriodType.ROLLING_4_WEEKS)

    parts = [calendar.parse(part) for part in (calendar.weeks_of(text) if is_weekly else calendar.months_of(text))]

    assert sum(part.days for part in parts) == period.days
    assert (parts[0].first_day, parts[-1].last_day) == (period.first_day, period.last_day)
    assert period.days / 365.25 == pytest.approx(calendar.exposure_years(text), rel=0.09)


@given(day=days)
def test_every_day_lies_in_its_week_and_month(day):
    for text in (calendar.iso_week(day), calendar.month_of(day)):
        period = calendar.parse(text)
        assert period.first_day <= day <= period.last_day
