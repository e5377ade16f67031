"""Counts that look like police figures: how many events per category, neighbourhood and month, and on which day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from etl import calendar
from sample_data.calibration import Category
from sample_data.places import Place, stream
from sample_data.stories import Scene, tell

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: The year whose level the yearly totals of a place describe.
LEVEL_YEAR = 2023.5

#: Assumption: this part of January's vandalism happens in the first hours of the year.
NEW_YEAR_VANDALISM = 0.25

#: Assumption: this part of a municipality's events has no known place within it.
UNALLOCATED = 0.015

#: Assumption: how much more often than elsewhere, per kind of neighbourhood. Not named: as often.
LEANING: dict[str, dict[str, float]] = {
    "centre": {
        "1.2.4": 5, "2.5.2": 3, "1.4.3": 6, "1.4.5": 2, "1.2.3": 2, "3.6.4": 4, "2.1.1": 8, "1.4.6": 3,
        "1.1.1": 0.4, "1.1.2": 0.3, "1.2.1": 0.5, "E38": 3, "F010": 10, "E41": 5, "M061": 15, "M062": 6, "M22": 0.6,
    },
    "shops": {"2.5.2": 3, "1.2.4": 2, "1.2.3": 1.4, "E35": 1.3},
    "business": {
        "2.5.1": 8, "1.1.1": 0.05, "1.1.2": 0.1, "1.4.4": 0.5, "1.4.5": 0.4, "1.2.1": 1.6, "1.6.2": 2, "3.9.1": 0.3,
        "3.7.4": 0.5, "2.5.2": 1.2, "E33": 0.4, "M22": 0.2,
    },
    "dense": {"1.4.4": 1.3, "1.4.5": 1.3, "1.1.2": 1.7, "2.2.1": 1.2, "2.5.2": 0.4, "1.2.4": 0.4},
    "suburb": {"1.1.1": 1.2, "3.9.1": 1.2, "2.5.2": 0.2, "1.2.4": 0.3, "1.4.3": 0.6, "M061": 0.1},
    "village": {"1.1.1": 1.2, "2.5.1": 1.3, "2.6.2": 6, "1.2.3": 0.5, "2.5.2": 0.3, "1.2.4": 0.3, "1.3.1": 1.6},
}  # fmt: skip


@dataclass(frozen=True)
class Registered:
    """Counts, categories x neighbourhoods x months, and those of the municipality without a known place."""

    scene: Scene
    counts: Counts
    unallocated: Counts  # categories x months


def register(
    place: Place, topic: str, categories: tuple[Category, ...], yearly: Floats, months: list[str]
) -> Registered:
    """Draw the counts of a place.

    Args:
        topic: names the random stream, such as "crimes".
        yearly: events of 2023 per neighbourhood, all categories together, shape (neighbourhoods,).
    """
    scene = Scene(tuple(c.code for c in categories), tuple(n.code for n in place.neighbourhoods), tuple(months))
    draw = stream(place, topic)
    level = _per_category(place, categories, yearly, draw)
    expected = tell(place.slug, level[:, :, np.newaxis] * _course(categories, months)[:, np.newaxis, :], scene)

    alpha = np.array([c.alpha for c in categories])[:, np.newaxis, np.newaxis]
    weather = draw.gamma(1 / alpha, alpha, expected.shape)
    counts = draw.poisson(expected * weather)
    unallocated = draw.poisson(UNALLOCATED * expected.sum(axis=1))
    return Registered(scene, counts, unallocated)


def _per_category(place: Place, categories: tuple[Category, ...], yearly: Floats, draw: np.random.Generator) -> Floats:
    """Events of 2023 per category and neighbourhood: totals of both fixed, the inside as uneven as in reality.

    Start from each neighbourhood's leaning and a lognormal share that grows with the known concentration, then fit
    rows and columns in turn (iterative proportional fitting, Deming & Stephan 1940).
    """
    wanted = np.array([c.share for c in categories]) / sum(c.share for c in categories) * yearly.sum()
    sigma = np.clip(3 * (np.array([c.top_tenth for c in categories]) - 0.30), 0.2, 0.8)
    inside = np.exp(sigma[:, np.newaxis] * draw.standard_normal((len(categories), yearly.size)))
    for column, neighbourhood in enumerate(place.neighbourhoods):
        leaning = LEANING.get(neighbourhood.character, {})
        inside[:, column] *= [leaning.get(c.code, 1.0) for c in categories]
    inside *= yearly
    for _ in range(30):
        inside *= (wanted / inside.sum(axis=1))[:, np.newaxis]
        inside *= yearly / inside.sum(axis=0)
    return inside


def _course(categories: tuple[Category, ...], months: list[str]) -> Floats:
    """Factor per category and month: a twelfth, times season, times trend since the middle of 2023."""
    years = np.array([int(month[:4]) + (int(month[5:]) - 0.5) / 12 for month in months])
    places_in_year = np.array([int(month[5:]) - 1 for month in months])
    season = np.array([c.season for c in categories])[:, places_in_year]
    trend = (1 + np.array([c.trend for c in categories]))[:, np.newaxis] ** (years - LEVEL_YEAR)
    return season * trend / 12


def per_week(
    place: Place, registered: Registered, groups: dict[str, tuple[str, ...]], weeks: list[str]
) -> dict[str, Counts]:
    """The same events by week: each gets a day in its month. Shape per group (neighbourhoods, weeks).

    So the weekly and the monthly figures of a group tell of the same events.
    """
    draw = stream(place, "days")
    scene, start = registered.scene, calendar.parse(weeks[0]).first_day.toordinal()
    first_days = np.array([dt.date.fromisoformat(f"{month}-01").toordinal() for month in scene.months])
    lengths = np.array([calendar.parse(month).days for month in scene.months])
    is_january = np.array([month.endswith("-01") for month in scene.months])
    found = {}
    for group, codes in groups.items():
        weekly = np.zeros((len(scene.neighbourhoods), len(weeks)), dtype=np.int64)
        for code in codes:
            counts = registered.counts[scene.codes.index(code)]
            area, month = (np.repeat(axis, counts.ravel()) for axis in np.indices(counts.shape).reshape(2, -1))
            day = np.floor(draw.random(area.size) * lengths[month]).astype(np.int64)
            if code == "2.2.1":
                day[is_january[month] & (draw.random(area.size) < NEW_YEAR_VANDALISM)] = 0
            week = (first_days[month] + day - start) // 7
            inside = (week >= 0) & (week < len(weeks))
            np.add.at(weekly, (area[inside], week[inside]), 1)
        found[group] = weekly
    return found
