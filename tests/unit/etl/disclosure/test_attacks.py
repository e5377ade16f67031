"""Each attack by small sums on paper: what follows for the hidden count, and what does not."""

import json

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

NETHERLANDS = 18_000_000


def test_what_is_known_are_the_values_from_the_lowest_to_the_highest_both_included():
    known = Known(2, 5)

    assert [count for count in range(8) if known.has(count)] == [2, 3, 4, 5]
    assert known.values == 4
    assert exactly(7).values == 1
    assert Known(5, 3).values == 0


def test_of_a_hidden_count_nothing_is_known():
    assert HIDDEN.low == 0
    assert HIDDEN.has(0)
    assert HIDDEN.has(NETHERLANDS)
    assert HIDDEN.high == UNBOUNDED


@pytest.mark.parametrize(
    ("value", "base", "expected"),
    [
        (0, 5, (0, 4)),
        (5, 5, (1, 5)),
        (1, 5, (1, 1)),
        (6, 5, (6, 6)),
        (4, 5, (4, 4)),
        (0, 7, (0, 6)),
        (7, 7, (1, 7)),
        (5, 7, (5, 5)),
    ],
)
def test_a_shown_zero_and_a_shown_base_stand_for_as_many_values_as_the_base(value, base, expected):
    assert shown(value, base) == expected
    if base == 5:
        assert shown(value) == expected


@pytest.mark.parametrize(
    ("known", "true", "is_told"),
    [
        (Known(0, 3), 3, True),
        (Known(0, 4), 3, False),  # five values: as promised
        (Known(1, 5), 3, False),
        (Known(1, 4), 1, True),
        (Known(1, 4), 4, True),
        (Known(2, 4), 1, False),  # narrow, but wrong
        (Known(0, 2), 4, False),
        (Known(0, 3), 0, False),  # a zero is no secret
        (Known(3, 6), 5, False),  # nor is a five
        (Known(1, 1), 1, True),
    ],
)
def test_a_small_count_is_disclosed_where_it_is_told_rightly_from_fewer_values_than_the_base(known, true, is_told):
    assert is_disclosed(known, true) == is_told


def test_with_a_larger_base_more_values_are_promised():
    assert is_disclosed(Known(0, 5), 6, base=7) is False
    assert is_disclosed(Known(1, 6), 6, base=7) is True
    assert is_disclosed(Known(0, 6), 6, base=7) is False


def test_a_sum_tells_each_of_its_parts_as_far_as_the_others_leave_room():
    # 12 = x + y with x 0-4 and y 1-10: y is 8-10, x 2-4
    assert narrowed(12, [Known(0, 4), Known(1, 10)]) == [(2, 4), (8, 10)]
    assert narrowed(2, [Known(0, 4), Known(1, 10)]) == [(0, 1), (1, 2)]
    assert narrowed(7, [Known(0, 4), Known(1, 10)]) == [(0, 4), (3, 7)]


def test_a_difference_tells_both_what_is_added_and_what_is_taken_off():
    # 3 = x - y with x 1-5 and y 0-4: x is 3-5, y 0-2
    assert narrowed(3, [Known(1, 5)], [Known(0, 4)]) == [(3, 5), (0, 2)]
    # -3 = x - y: x is 1, y is 4
    assert narrowed(-3, [Known(1, 5)], [Known(0, 4)]) == [(1, 1), (4, 4)]
    # 10 = x + y - z with x 6-9, y 2 and z 0-4: x is 8 or 9 and z is 0 or 1
    assert narrowed(10, [Known(6, 9), exactly(2)], [Known(0, 4)]) == [(8, 9), (2, 2), (0, 1)]


def test_what_tells_nothing_new_leaves_the_range():
    assert narrowed(5, [Known(1, 5)], [Known(0, 4)])[0] == (5, 5)
    assert narrowed(1, [Known(1, 5)], [Known(0, 4)]) == [(1, 5), (0, 4)]


def test_of_two_windows_what_came_in_follows_from_what_fell_out():
    assert window_step(60, 62, exactly(5)) == exactly(3)
    assert window_step(60, 62, Known(1, 5)) == (0, 3)
    assert window_step(60, 62, Known(1, 5), Known(2, 9)) == (2, 3)
    assert average_step(4.0, 13 / 3, 3, exactly(5)) == exactly(4)
    assert average_step(2.5, 2.0, 4, Known(1, 5), Known(0, 4)) == (3, 4)


def test_a_mean_times_its_periods_minus_the_others_is_the_one_that_is_missing():
    assert from_mean(5.25, 12, [exactly(60)]) == exactly(3)
    assert from_mean(2.0, 3, [exactly(1), Known(0, 4)]) == (1, 5)
    assert from_mean(2.0, 3, [exactly(1), Known(0, 4)], Known(0, 3)) == (1, 3)


@pytest.mark.parametrize(
    ("rate", "denominator", "step", "expected"),
    [
        (3.7, 812, 0.1, (3, 3)),
        (3.5, 1_000, 1, (3, 4)),  # 3.0 to 4.0: both ends count
        (3.6, 1_000, 1, (4, 4)),
        (10, 100, 1, (1, 1)),  # 0.95 to 1.05
        (10, 1_000, 8, (6, 14)),
        (10, 1_000, 4, (8, 12)),
    ],
)
def test_counts_that_give_a_rate_of_so_many_digits(rate, denominator, step, expected):
    assert from_rate(rate, denominator, per=1_000, step=step) == expected


def test_a_rate_is_held_against_what_is_known_already():
    assert from_rate(10, 1_000, per=1_000, step=8, hidden=Known(8, 11)) == (8, 11)
    assert from_rate(10, 1_000, per=1_000, step=8, hidden=Known(0, 99)) == (6, 14)
    assert from_rate(0, 1_000, per=1_000, step=8) == (0, 4)


def test_pairs_that_give_a_change_in_per_cent():
    small = Known(1, 4)

    assert from_change(200, small, small) == [(1, 3)]
    assert from_change(100, small, small) == [(1, 2), (2, 4)]
    assert from_change(-50, Known(0, 5), Known(0, 5)) == [(2, 1), (4, 2)]
    assert from_change(0, small, Known(2, 9)) == [(2, 2), (3, 3), (4, 4)]


def test_a_change_is_told_to_half_its_last_digit():
    assert from_change(50.5, Known(2, 2), Known(3, 3)) == [(2, 3)]
    assert from_change(50.75, Known(2, 2), Known(3, 3)) == []
    assert from_change(50.75, Known(2, 2), Known(3, 3), step=2) == [(2, 3)]
    assert from_change(52, Known(2, 2), Known(3, 3), step=2) == []
    assert from_change(50.4, Known(2, 2), Known(3, 3), step=1) == [(2, 3)]


def test_two_versions_leave_what_both_allow():
    assert both(Known(0, 4), Known(1, 5)) == (1, 4)
    assert both(Known(1, 5), Known(0, 4)) == (1, 4)
    assert both(exactly(3), Known(0, 4)) == (3, 3)


def test_weights_that_grow_fast_tell_every_count():
    assert from_index(6269, [5475, 365, 20, 1], 4) == [(1, 2, 3, 4)]
    assert from_index(0.3 + 4 * 1.1, [1.1, 0.1], 9) == [(4, 3)]
    assert from_index(7, [7], 1) == [(1,)]
    assert from_index(28, [7], 4) == [(4,)]


def test_weights_that_do_not_are_told_by_two_answers_at_most():
    assert from_index(1, [1, 1, 1], 3) == [(1, 0, 0), (0, 1, 0)]
    assert from_index(2, [2, 1], 4) == [(1, 0), (0, 2)]
    assert from_index(1, [2, 1], 4) == [(0, 1)]


@pytest.mark.parametrize("index", [3.5, 17, -1, 2.9, 3.1])
def test_an_index_that_no_counts_give_has_no_answer(index):
    assert from_index(index, [1, 2], 4) == []
    assert from_index(index, [1], 4) == []


def test_the_count_behind_a_smoothed_rate():
    # 0.4 x 4 / 500 + 0.6 x 0.005
    assert from_smoothed(0.0062, 0.005, 0.4, 500) == pytest.approx(4)
    assert from_smoothed(0.25 * 3 / 100 + 0.75 * 0.02, 0.02, 0.25, 100) == pytest.approx(3)


def test_rows_that_look_alike_tell_by_their_order_unless_it_is_that_of_their_names():
    alike = Known(1, 4)

    assert order_told([("B", alike), ("C", alike), ("A", alike)]) == [("C", "A")]
    assert order_told([("C", alike), ("B", alike), ("A", alike)]) == [("C", "B"), ("B", "A")]
    assert order_told([("A", alike), ("B", alike), ("B", alike), ("C", alike)]) == []
    assert order_told([("B", alike), ("A", exactly(3)), ("C", alike)]) == []
    assert order_told([("B", alike), ("B", alike), ("A", alike)]) == [("B", "A")]


ONE, TWO, CITY = "BU01530101", "BU01530102", "GM0153"
CODES = [ONE, TWO, CITY]


def said(content):
    payload = content if isinstance(content, str) else json.dumps(content)
    return {code: numbers for code, numbers in in_payload(payload, CODES).items() if numbers}


def test_lists_of_one_length_in_an_object_stand_beside_each_other():
    assert said({"locations": [ONE, TWO], "z": [3, 12], "x": [7, 8, 9]}) == {ONE: {3}, TWO: {12}}
    assert said({"ids": ["total", TWO], "y": [99, 12], "customdata": [[1, "a"], [4, [6]]]}) == {TWO: {12, 4, 6}}
    assert said({"locations": [ONE], "deeper": {"z": [3]}}) == {}


def test_values_of_a_record_and_of_a_row_belong_to_its_area():
    assert said([{"area_code": ONE, "value": 3, "n": 8}, {"area_code": TWO, "value": 12}]) == {ONE: {3, 8}, TWO: {12}}
    assert said({"rows": [[ONE, 3], ["total", 40], [TWO, 12]]}) == {ONE: {3}, TWO: {12}}
    assert said({"name": ONE, "value": 3, "other": {"value": 7}, "more": [8, 9]}) == {ONE: {3}}
    assert said([[ONE, [4, 5]], 6]) == {}


def test_only_whole_numbers_are_counts():
    assert said({"area": ONE, "a": 3.0, "b": 2.5, "c": True, "d": False, "e": None, "f": "8"}) == {ONE: {3}}
    assert said({"ids": [ONE], "z": [[1, 2.5, [4.0]]], "y": [None], "x": ["text"], "w": [{"v": 6}]}) == {ONE: {1, 4}}


def test_labels_and_json_within_json_are_read_as_well():
    assert said({"alt": f"{ONE}: 3 meldingen; {TWO}: 12 meldingen"}) == {ONE: {3}, TWO: {12}}
    assert said({"alt": "GM0153: 3"}) == {CITY: {3}}
    assert said({"store": json.dumps({"area": TWO, "value": 4})}) == {TWO: {4}}
    assert said({"alt": f"{ONE}: 3", "title": f"{ONE} 4"}) == {ONE: {3, 4}}


def test_numbers_on_a_line_belong_to_the_code_before_them():
    assert said(f"{ONE}: 3 en 4, {TWO} 5\n7 {ONE}\n{TWO}: 6") == {ONE: {3, 4}, TWO: {5, 6}}
    assert said("BU09999999: 3\nGM0153 8") == {CITY: {8}}
    assert said(f"{ONE}: 2,5 of 3.7 of v2 of 10") == {ONE: {10}}


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_cells_of_a_table_are_read_by_what_separates_them(mark):
    lines = [mark.join(cells) for cells in (("area", "value"), (ONE, "3", "4,5" if mark != "," else ""), (TWO, '"12"'))]

    assert said("\n".join(lines)) == {ONE: {3}, TWO: {12}}
    assert said(f"{ONE}{mark}3{mark} 4 {mark}2.5") == {ONE: {3, 4}}


def test_a_response_without_known_areas_says_nothing():
    assert in_payload(json.dumps({"locations": ["BU09999999"], "z": [3]}), CODES) == {}
    assert in_payload("", CODES) == in_payload("3", CODES) == in_payload("[]", CODES) == {}
