"""Worked examples of the methods: each is a test (tests/spec/test_examples.py) and is printed on the methods page.

The numbers stand here once, rounded as they are shown: an explanation can then not drift from the code.
"""

from __future__ import annotations

from dataclasses import dataclass

Cell = float | str | None


@dataclass(frozen=True)
class Example:
    """Rows of numbers and words: what goes in stands left of what comes out. None: there is no such number.

    name: of the example. columns: what each number is. rows: one tuple per line, as long as `columns`.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def column(self, name: str) -> list[Cell]:
        """One column, from the first row on."""
        return [row[self.columns.index(name)] for row in self.rows]


#: Rates per 1,000 with their 95 % interval: exact below 10 events, Byar from 10.
RATES = Example(
    "rates",
    ("events", "people", "rate", "lower", "upper"),
    (
        (0, 1_000, 0.0, 0.0, 3.7),
        (4, 2_000, 2.0, 0.5, 5.1),
        (9, 2_000, 4.5, 2.1, 8.5),
        (23, 1_000, 23.0, 14.6, 34.5),
        (230, 10_000, 23.0, 20.1, 26.2),
    ),
)

#: A year against the year before: change in per cent with its 95 % interval, and the verdict. Whole per cents.
YEAR_ON_YEAR = Example(
    "year_on_year",
    ("before", "now", "change", "lower", "upper", "comparison"),
    (
        (4, 5, None, None, None, "too_few"),
        (45, 52, 16, -24, 76, "no_difference"),
        (90, 120, 33, 1, 77, "higher"),
        (300, 400, 33, 15, 55, "higher"),
    ),
)

#: From which number on a rise shows at all, at a dispersion of 1.2 and a chance of 1 in 100.
VISIBLE_RISE = Example(
    "visible_rise",
    ("mean", "alarm_from", "times"),
    ((0.25, 3, 12), (0.5, 4, 8), (1, 5, 5), (2, 8, 4), (5, 13, 2.6), (10, 20, 2), (20, 33, 1.6)),
)

#: Limits of a funnel by chance alone: the ratio of counted over expected that 1 area in 20, and 1 in 500, crosses.
FUNNEL = Example(
    "funnel",
    ("expected", "lower_95", "upper_95", "lower_998", "upper_998"),
    (
        (5, 0.14, 2.06, 0.00, 2.75),
        (10, 0.38, 1.71, 0.14, 2.16),
        (20, 0.56, 1.49, 0.36, 1.78),
        (50, 0.72, 1.30, 0.58, 1.47),
        (100, 0.80, 1.21, 0.70, 1.33),
    ),
)

#: Six areas of two classes of urbanity: each against the rate of its own class, as observed over expected.
STANDARDISATION = Example(
    "standardisation",
    ("urbanity", "events", "people", "expected", "ratio", "lower", "upper"),
    (
        (1, 40, 2_000, 30.0, 1.33, 0.95, 1.82),
        (1, 60, 4_000, 60.0, 1.00, 0.76, 1.29),
        (1, 20, 2_000, 30.0, 0.67, 0.41, 1.03),
        (4, 4, 2_000, 6.0, 0.67, 0.18, 1.71),
        (4, 16, 3_000, 9.0, 1.78, 1.02, 2.89),
        (4, 10, 5_000, 15.0, 0.67, 0.32, 1.23),
    ),
)

#: Ten areas: the rate as counted, and drawn towards the mean of 9.2 per 1,000 as far as it rests on few people.
SMOOTHING = Example(
    "smoothing",
    ("events", "people", "rate", "smoothed"),
    (
        (0, 150, 0.0, 6.6),
        (1, 200, 5.0, 7.8),
        (4, 400, 10.0, 9.6),
        (2, 1_000, 2.0, 4.0),
        (30, 1_500, 20.0, 17.8),
        (12, 2_000, 6.0, 6.5),
        (25, 2_500, 10.0, 9.9),
        (40, 3_000, 13.3, 12.9),
        (8, 4_000, 2.0, 2.6),
        (60, 5_000, 12.0, 11.8),
    ),
)

#: Eight areas of 1,000 people: the place of each, and the places that chance leaves open.
RANKS = Example(
    "ranks",
    ("events", "rank", "best", "worst"),
    (
        (2, 8, 4, 8),
        (5, 7, 3, 8),
        (8, 6, 2, 8),
        (9, 5, 2, 8),
        (12, 4, 2, 8),
        (15, 3, 2, 7),
        (20, 2, 2, 6),
        (55, 1, 1, 1),
    ),
)

#: Ten areas: how few hold half of the events, and the Gini before and after allowing for few events.
CONCENTRATION = Example(
    "concentration",
    ("events_per_area", "areas_half", "gini", "gini_generalised"),
    (
        ("10 10 10 10 10 10 10 10 10 10", 5, 0.0, 0.0),
        ("40 20 10 5 5 5 5 4 3 3", 2, 0.48, 0.48),
        ("1 1 1 1 0 0 0 0 0 0", 2, 0.6, 0.0),
    ),
)

#: What the public edition shows of a count, base 5, and what a shown number may stand for.
ROUNDING = Example(
    "rounding",
    ("counted", "shown", "may_be"),
    (
        ("0", "0", "0–4"),
        ("1–4", "0", "0–4"),
        ("1–4", "5", "1–5"),
        ("5", "5", "1–5"),
        ("6", "6", "6"),
        ("7", "7", "7"),
    ),
)

#: Severity: what one serious offence does. Weights are an example; a municipality sets its own.
HARM = Example(
    "harm",
    ("offence", "weight", "events", "harm"),
    (("bicycle_theft", 2, 95, 190), ("burglary", 30, 19, 570), ("robbery", 365, 2, 730)),
)

#: Index: distance to the municipality in a base year, 25 points per standard deviation; a higher figure is worse here.
INDEX = Example(
    "index",
    ("value", "base_mean", "deviation", "score"),
    ((10, 10, 2, 100), (12, 10, 2, 75), (9, 10, 2, 112.5)),
)

#: Five areas, three figures in points: the index, its place, and the places that other ways of making it give.
INDEX_PLACES = Example(
    "index_places",
    ("points", "index", "rank", "best", "worst"),
    (
        ("130 125 120", 125, 1, 1, 1),
        ("95 100 135", 110, 2, 2, 4),
        ("115 105 95", 105, 3, 2, 3),
        ("105 110 79", 98, 4, 3, 4),
        ("60 70 80", 70, 5, 5, 5),
    ),
)

EXAMPLES = (
    RATES, YEAR_ON_YEAR, VISIBLE_RISE, FUNNEL, STANDARDISATION, SMOOTHING, RANKS, CONCENTRATION, ROUNDING, HARM, INDEX,
    INDEX_PLACES,
)  # fmt: skip
