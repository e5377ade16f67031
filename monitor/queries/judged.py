"""The verdict on one figure, as it stands in a snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.queries.exactness import EXACT, Exactness


@dataclass(frozen=True)
class Judged:
    """The verdict on the newest complete period of one indicator in one area. Numbers are events; None: not known."""

    indicator: str
    area_code: str
    area_name: str
    area_level: str
    period_type: str
    period: str
    verdict: str  # signal, watch, normal, too_few
    direction: str | None  # high, low
    reason: str | None
    observed: float | None
    expected: float | None
    lower: float | None
    upper: float | None
    excess: float | None
    p: float | None
    q: float | None
    dispersion: float | None
    visible_from: float | None
    smallest_rise: float | None
    method: str
    n_tested: int
    expected_false: float
    exact: Exactness = EXACT
