"""Blocks of four weeks: which windows are judged."""

from __future__ import annotations

from etl import calendar
from etl.judge import ends_block

WEEKS = calendar.periods_between("2024-W01", "2027-W10")


def test_every_week_lies_in_one_block_also_around_a_week_53():
    blocks = [calendar.window_of(week) for week in WEEKS if ends_block(calendar.window_of(week))]

    held = [week for block in blocks for week in calendar.weeks_of(block)]

    assert "2026-W53" in held
    assert len(held) == len(set(held))
    assert held == WEEKS[WEEKS.index(held[0]) : WEEKS.index(held[-1]) + 1]


def test_a_block_stays_the_same_as_newer_weeks_come():
    earlier = [week for week in WEEKS[:60] if ends_block(calendar.window_of(week))]
    later = [week for week in WEEKS if ends_block(calendar.window_of(week))]

    assert later[: len(earlier)] == earlier
