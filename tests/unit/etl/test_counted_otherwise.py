"""Indicators that moved in all districts at once are held back until somebody says why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from config.vocabulary import AreaLevel, PeriodType
from etl.calendar import parse, periods_between
from etl.counted_otherwise import held_back, said, suspected
from etl.judge import Panel

MONTHS = tuple(periods_between("2022-01", "2026-09"))
DISTRICTS = [f"WK99010{number}" for number in range(10)]


def panel(factors: list[float], since: str, level: AreaLevel = AreaLevel.DISTRICT) -> Panel:
    """Ten districts with about 30 events a month, each times its factor from a month on."""
    counts = np.random.default_rng(4).poisson(30, (len(DISTRICTS), len(MONTHS))).astype(float)
    counts[:, MONTHS.index(since) :] *= np.array(factors)[:, np.newaxis]
    return Panel(
        level,
        PeriodType.MONTH,
        MONTHS,
        tuple(("noise", code) for code in DISTRICTS),
        np.rint(counts),
        np.zeros(counts.shape, dtype=bool),
        np.zeros(len(DISTRICTS), dtype=np.intp),
    )


def test_a_level_that_all_districts_move_to_is_suspected_from_its_first_month():
    assert suspected([panel([1.8] * 10, "2026-04")]) == {"noise": dt.date(2026, 4, 1)}


def test_a_fall_in_one_part_of_the_town_and_one_odd_month_are_no_other_way_of_counting():
    assert suspected([panel([1.0] * 8 + [0.2] * 2, "2026-04")]) == {}
    assert suspected([panel([1.8] * 10, "2026-09")]) == {}
    assert suspected([panel([1.0] * 10, "2026-04")]) == {}


def test_a_step_at_a_known_break_is_explained():
    known = panel([1.8] * 10, "2026-04")
    known = replace(known, first_usable=np.full(10, MONTHS.index("2026-04")))

    assert suspected([known]) == {}


def test_nothing_is_judged_across_a_suspected_step_and_the_verdict_says_why():
    months = panel([1.8] * 10, "2026-04")
    verdict = pd.DataFrame(
        {"indicator": ["noise", "noise", "other"], "reason": ["after_break", "provisional", "after_break"]}
    )

    (held,) = held_back([months], {"noise": parse("2026-04").first_day})
    told = said(verdict, {"noise": parse("2026-04").first_day})

    assert held.first_usable.tolist() == [MONTHS.index("2026-04")] * 10
    assert told.reason.tolist() == ["counted_otherwise", "provisional", "after_break"]
