"""The eighteen attacks on small counts: each succeeds on figures as they are, and fails on the public edition."""

import itertools
import json

import numpy as np
import pytest

from etl.disclosure.attacks import (
    HIDDEN,
    UNBOUNDED,
    Known,
    average_step,
    both,
    exactly,
    from_change,
    from_index,
    from_mean,
    from_rate,
    from_smoothed,
    in_payload,
    is_disclosed,
    narrowed,
    order_told,
    shown,
    window_step,
)
from etl.disclosure.rounding import round_leaves
from tests.spec.test_rounding import KEY, leaves_of
from tests.spec.vectors_file import vector

CASES = {case["id"]: case for case in vector("sdc_attacks")["cases"]}


def protect(counts):
    """Counts of one list as the public edition shows them: the leaves, rounded."""
    frame = round_leaves(leaves_of(np.array(counts).reshape(-1, 1, 1)), key=KEY).frame
    return [int(value) for value in frame.value]


def test_every_attack_of_the_vector_is_tried_here():
    assert len(CASES) == 18


@pytest.mark.parametrize(
    ("attack", "total", "others"),
    [
        ("A1_hierarchy", 35, [12, 20]),
        ("A2_category", 14, [9, 5, 0]),
        ("A3_year_minus_months", 39, [5, 6, 0, 8, 5, 7, 0, 5, 0, 0, 0]),
        ("A4_ytd", 23, [21]),
        ("A6_week_month", 11, [3, 2, 4]),
        ("A10_geography_vintage", 9, [7]),
        ("A12_adhoc_selection", 31, [28]),
        ("A15_spc_mean", 63, [60]),
        ("A18_external_total", 15, [12]),
    ],
)
def test_a_total_minus_its_other_parts_tells_the_hidden_one(attack, total, others):
    case = CASES[attack]
    true = case["recovers"]

    raw = narrowed(total, [HIDDEN, *map(exactly, others)])[0]

    assert raw == exactly(true)
    # protected: the total is the sum of what is shown of the parts (an external total is refused by the auditor)
    parts = protect([true, *others])
    public = narrowed(sum(parts), [shown(part) for part in parts])[0]
    assert not is_disclosed(public, true)


def test_two_windows_of_twelve_months_tell_what_came_in():
    published = CASES["A5_rolling12"]["published"]

    raw = window_step(published["r12_t"], published["r12_t-1"], exactly(published["x_t-12"]))

    assert raw == exactly(3)
    months = protect([5, 2, 7, 0, 1, 6, 9, 3, 8, 4, 10, 5, 3])
    public = window_step(sum(months[1:]), sum(months[:-1]), shown(months[0]), shown(months[-1]))
    assert not is_disclosed(public, 3)


@pytest.mark.parametrize("true", [1, 2, 3, 4])
def test_a_rate_times_its_population_tells_the_count(true):
    published = CASES["A7_rate_times_population"]["published"]

    raw = from_rate(round(true / 812 * 1_000, 1), published["population"], per=1_000, step=0.1)

    assert raw == exactly(true)
    count = protect([true])[0]
    public = from_rate(round(count / 812 * 1_000, 1), 812, per=1_000, step=0.1)
    assert not is_disclosed(public, true)


def test_the_rate_of_the_vector_tells_three():
    published = CASES["A7_rate_times_population"]["published"]

    assert from_rate(published["rate_per_1000"], published["population"], per=1_000, step=0.1) == exactly(3)


def test_a_change_in_per_cent_tells_both_counts():
    small = Known(1, 4)

    raw = from_change(200, small, small)

    assert [list(pair) for pair in raw] == CASES["A8_percent_change"]["recovers"]


@pytest.mark.parametrize(("before", "after"), list(itertools.product(range(5), range(9))))
def test_a_change_between_shown_counts_leaves_the_promised_range(before, after):
    a, b = protect([before]), protect([after])
    if a[0] == 0:
        return  # no change in per cent from 0

    pairs = from_change(100 * (b[0] - a[0]) / a[0], shown(a[0]), shown(b[0]))

    for place, true in enumerate((before, after)):
        values = {pair[place] for pair in pairs}
        assert not (true in values and 0 < true < 5 and len(values) < 5)


def test_moving_averages_tell_what_came_in():
    published = CASES["A9_moving_average"]["published"]

    raw = average_step(published["ma3_t"], published["ma3_t-1"], 3, exactly(published["x_t-3"]))

    assert raw == exactly(4)
    months = protect([5, 4, 4, 4])
    public = average_step(sum(months[1:]) / 3, sum(months[:3]) / 3, 3, shown(months[0]), shown(months[3]))
    assert not is_disclosed(public, 4)


def test_an_older_version_tells_what_a_newer_one_hides():
    raw = both(exactly(CASES["A11_revision_vintage"]["published"]["v1"]), Known(1, 4))

    assert raw == exactly(4)


@pytest.mark.parametrize(("older", "newer"), list(itertools.product(range(1, 5), repeat=2)))
def test_two_versions_of_a_small_leaf_look_alike(older, newer):
    first = round_leaves(leaves_of(np.full((6, 1, 1), older)), key=KEY)
    second = round_leaves(leaves_of(np.full((6, 1, 1), newer)), key=b"other", remembered=first.memory)

    for before, after in zip(first.frame.value, second.frame.value, strict=True):
        assert not is_disclosed(both(shown(before), shown(after)), newer)


def test_a_weighted_sum_tells_all_its_counts():
    published = CASES["A13_harm_index"]["published"]

    raw = from_index(published["CHI"], published["weights"], largest=4)

    assert [list(counts) for counts in raw] == [CASES["A13_harm_index"]["recovers"]]
    parts = protect([1, 2, 3, 4])
    index = sum(weight * part for weight, part in zip(published["weights"], parts, strict=True))
    assert all(not (0 < count < 5) for counts in from_index(index, published["weights"], 9)[:1] for count in counts)


def test_a_smoothed_rate_tells_the_count():
    published = CASES["A14_eb_inverse"]["published"]

    raw = from_smoothed(published["smoothed"], published["m"], published["shrink"], published["pop"])

    assert round(raw) == CASES["A14_eb_inverse"]["recovers"]
    count = protect([4])[0]
    smoothed = 0.4 * count / 500 + 0.6 * 0.005
    assert round(from_smoothed(smoothed, 0.005, 0.4, 500)) in (0, 5)


def test_the_mean_of_a_chart_tells_the_month_that_is_missing():
    published = CASES["A15_spc_mean"]["published"]

    raw = from_mean(published["mean_12"], 12, [exactly(published["other_11_sum"])])

    assert raw == exactly(3)
    months = protect([6, 6, 6, 5, 5, 5, 5, 5, 6, 6, 5, 3])
    public = from_mean(sum(months) / 12, 12, [shown(month) for month in months[:-1]], shown(months[-1]))
    assert not is_disclosed(public, 3)


def test_the_order_of_rows_tells_which_of_two_is_larger():
    by_value = [("B7", exactly(6)), ("B9", Known(1, 4)), ("B3", Known(1, 4)), ("B1", exactly(0))]
    by_name = [("B7", exactly(6)), ("B3", Known(1, 4)), ("B9", Known(1, 4)), ("B1", exactly(0))]

    assert order_told(by_value) == [("B9", "B3")]
    assert order_told(by_name) == []


CODES = ["BU01530101", "BU01530102"]


@pytest.mark.parametrize(
    "payload",
    [
        json.dumps({"data": [{"locations": CODES, "z": [3, 12]}]}),
        json.dumps({"data": [{"x": [1, 2], "ids": CODES, "customdata": [[3, "a"], [12, "b"]]}]}),
        json.dumps([{"area_code": CODES[0], "value": 3}, {"area_code": CODES[1], "value": 12}]),
        json.dumps({"rows": [[CODES[0], 3], [CODES[1], 12]]}),
        json.dumps({"layout": {"alt": f"{CODES[0]}: 3 meldingen; {CODES[1]}: 12 meldingen"}}),
        f"area_code,value\n{CODES[0]},3\n{CODES[1]},12\n",
        f'<td aria-label="{CODES[0]}: 3"></td>\n<td aria-label="{CODES[1]}: 12"></td>',
    ],
    ids=["map", "customdata", "records", "rows", "label in JSON", "CSV", "aria-label"],
)
def test_a_response_is_read_for_numbers_beside_areas(payload):
    found = in_payload(payload, CODES)

    assert 3 in found[CODES[0]]
    assert 12 in found[CODES[1]]
    assert 3 not in found[CODES[1]]


def test_an_external_total_tells_a_rounded_leaf():
    raw = narrowed(15, [shown(12), shown(5)])[1]

    assert is_disclosed(raw, 3)
    assert raw == exactly(3)


def test_nothing_follows_from_totals_that_contradict_what_is_shown():
    known = narrowed(40, [shown(12), shown(5)])[1]

    assert not is_disclosed(known, 3)
    assert Known(3, 2).values == 0
    assert HIDDEN.high == UNBOUNDED
