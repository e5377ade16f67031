"""The worked examples of the methods page are what the code gives, and the page prints these very tables."""

import numpy as np
import pandas as pd
import pytest

from etl.disclosure.rounding import round_leaves
from etl.statistics import examples
from etl.statistics.comparisons import year_on_year
from etl.statistics.composite import CompositeBase, composite_index
from etl.statistics.concentration import areas_holding, generalised_gini, gini
from etl.statistics.expectation import smallest_visible_rise
from etl.statistics.funnel import ratio_limits
from etl.statistics.harm import harm_score
from etl.statistics.ranking import rank_rates
from etl.statistics.rates import crude_rate
from etl.statistics.smoothing import empirical_bayes
from etl.statistics.standardisation import expected_counts, indirect_ratio
from monitor.i18n import translator
from monitor.texts.methods import methods


def test_a_rate_has_the_interval_of_the_example():
    rows = examples.RATES

    found = crude_rate(rows.column("events"), rows.column("people"))

    for place, name in enumerate(("rate", "lower", "upper")):
        assert np.round(found[:, place], 1).tolist() == rows.column(name)


def test_two_years_compare_as_in_the_example():
    rows = examples.YEAR_ON_YEAR

    found = year_on_year(rows.column("before"), rows.column("now"))

    assert found.verdict.tolist() == rows.column("comparison")
    for part, name in ((found.ratio, "change"), (found.lower, "lower"), (found.upper, "upper")):
        shown = [
            None if word == "too_few" else round(100 * (value - 1))
            for value, word in zip(part, found.verdict, strict=True)
        ]
        assert shown == rows.column(name)


def test_the_smallest_visible_rise_is_that_of_the_example():
    rows = examples.VISIBLE_RISE

    found = smallest_visible_rise(rows.column("mean"), 1.2)

    assert found[:, 0].tolist() == rows.column("alarm_from")
    assert found[:, 1].tolist() == pytest.approx(rows.column("times"), abs=0.051)


def test_areas_are_weighed_for_urbanity_as_in_the_example():
    rows = examples.STANDARDISATION
    urbanity, events, people = (np.array(rows.column(name)) for name in ("urbanity", "events", "people"))
    strata = np.array([1, 4]) == urbanity[:, np.newaxis]
    at_risk = strata * people[:, np.newaxis]

    expected = expected_counts(at_risk, strata.T @ events, at_risk.sum(axis=0))

    assert expected.tolist() == pytest.approx(rows.column("expected"))
    found = np.round(indirect_ratio(events, expected), 2)
    assert [found[:, place].tolist() for place in range(3)] == [
        rows.column(name) for name in ("ratio", "lower", "upper")
    ]


def test_the_funnel_has_the_limits_of_the_example():
    rows = examples.FUNNEL

    for confidence, name in ((0.95, "95"), (0.998, "998")):
        lower, upper = ratio_limits(rows.column("expected"), confidence=confidence)
        assert np.round(lower, 2).tolist() == rows.column(f"lower_{name}")
        assert np.round(upper, 2).tolist() == rows.column(f"upper_{name}")


def test_rates_on_few_people_move_to_the_mean_as_in_the_example():
    rows = examples.SMOOTHING

    found = empirical_bayes(rows.column("events"), rows.column("people"))

    assert np.round(found.rate, 1).tolist() == rows.column("smoothed")
    assert found.mean == pytest.approx(9.2, abs=0.05)
    raw = crude_rate(rows.column("events"), rows.column("people"))[:, 0]
    assert np.round(raw, 1).tolist() == rows.column("rate")


def test_places_leave_open_what_the_example_says():
    rows = examples.RANKS

    found = rank_rates(rows.column("events"), [1_000] * len(rows.rows))

    assert found.rank.tolist() == rows.column("rank")
    assert found.best.tolist() == rows.column("best")
    assert found.worst.tolist() == rows.column("worst")


@pytest.mark.parametrize("row", examples.CONCENTRATION.rows, ids=lambda row: row[0])
def test_few_events_look_concentrated_by_arithmetic_alone(row):
    counts = [int(part) for part in row[0].split()]

    found = [
        float(areas_holding(counts)),
        round(float(gini(counts)), 2),
        abs(round(float(generalised_gini(counts)), 2)),
    ]

    assert found == list(row[1:])


def test_the_public_edition_shows_what_the_example_allows():
    allowed: dict[int, set[float]] = {}
    for counted, shown, _ in examples.ROUNDING.rows:
        first, _, last = counted.partition("–")
        for count in range(int(first), int(last or first) + 1):
            allowed.setdefault(count, set()).add(float(shown))
    counts = [0, 1, 2, 3, 4, 5, 6, 7] * 5
    leaves = pd.DataFrame(
        [
            {"source_id": "reports", "indicator": "burglary", "area_code": f"BU0153{place:04}",
             "district": "WK015301", "period": "2026-01", "period_type": "month", "value": float(count),
             "status": "final"}
            for place, count in enumerate(counts)
        ]
    )  # fmt: skip

    shown = round_leaves(leaves, key=b"a key for tests, never used elsewhere").frame["value"]

    assert all(value in allowed[count] for value, count in zip(shown, counts, strict=True))
    for _, number, may_be in examples.ROUNDING.rows:
        stands_for = [count for count, values in allowed.items() if float(number) in values]
        first, _, last = may_be.partition("–")
        assert (min(stands_for), max(stands_for)) == (int(first), int(last or first))


def test_one_serious_offence_weighs_as_in_the_example():
    rows = examples.HARM
    weights = dict(zip(rows.column("offence"), rows.column("weight"), strict=True))

    each = [
        harm_score(pd.DataFrame({code: [n]}, index=["A"]), {code: weights[code]}).harm[0]
        for code, n in zip(rows.column("offence"), rows.column("events"), strict=True)
    ]

    assert each == rows.column("harm")


def test_the_index_gives_the_points_of_the_example():
    rows = examples.INDEX
    base = CompositeBase(pd.Series({"burglary": 10.0}), pd.Series({"burglary": 2.0}))
    values = pd.DataFrame({"burglary": rows.column("value")}, index=["A", "B", "C"], dtype=float)

    found = composite_index(values, base, {"burglary": False})

    assert found.index.tolist() == rows.column("score")


def test_other_ways_of_making_an_index_give_the_places_of_the_example():
    rows = examples.INDEX_PLACES
    points = pd.DataFrame([[float(part) for part in str(cell).split()] for cell in rows.column("points")])
    base = CompositeBase(pd.Series([100.0] * 3), pd.Series([25.0] * 3))

    found = composite_index(points, base, dict.fromkeys(range(3), True))

    assert found.index.tolist() == rows.column("index")
    assert found.rank.tolist() == rows.column("rank")
    assert found.rank_min.tolist() == rows.column("best")
    assert found.rank_max.tolist() == rows.column("worst")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_methods_page_prints_these_very_tables(language):
    printed = [part.example for one in methods(translator(language)) for part in one.tables]

    assert {id(one) for one in printed if one is not None} == {id(one) for one in examples.EXAMPLES}
