"""What the front page says about how many series were looked at."""

from __future__ import annotations

import pytest

from monitor.i18n import translator
from monitor.queries import verdicts
from monitor.queries.verdicts import Judged, StandingOut, standing_out
from monitor.texts.verdict import explanation

NL = translator("nl")


def judged(level: str, period_type: str, n_tested: int, expected_false: float) -> Judged:
    return Judged(
        "crime", "X", "X", level, period_type, "2026-09", "normal", None, None, 1, 1, 0, 3, 0, 0.5, 1, 1, 4, 4,
        "farrington", n_tested, expected_false,
    )  # fmt: skip


def test_the_series_of_a_level_count_once_though_some_are_weekly_and_some_monthly(monkeypatch):
    of_town = (
        judged("municipality", "week", 31, 0.25),
        judged("municipality", "month", 31, 0.25),
        judged("neighbourhood", "rolling_4_weeks", 2927, 0.5),
        judged("neighbourhood", "month", 2927, 0.5),
    )
    monkeypatch.setattr(verdicts, "verdicts", lambda snapshot: of_town)
    monkeypatch.setattr(verdicts, "lines_of_areas", lambda snapshot: {})
    monkeypatch.setattr(verdicts, "parts_of_indicators", lambda snapshot: {})

    found = standing_out(None, ["crime"])

    assert (found.n_tested, found.expected_false) == (2958, 0.75)


@pytest.mark.parametrize(
    ("rate", "said"),
    [(0.25, "ongeveer één op de 4 van zulke overzichten"), (1.0, "aantal valse signalen in zo'n overzicht 1,0")],
)
def test_the_rate_of_false_signals_is_said_as_one_in_so_many_or_as_a_number(rate, said):
    assert said in explanation(StandingOut((), (), (), 0, 2958, rate, ("week",)), NL)
