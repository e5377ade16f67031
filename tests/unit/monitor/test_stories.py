"""Signals of one and the same thing are told once."""

from monitor.queries.exactness import EXACT
from monitor.queries.judged import Judged
from monitor.queries.stories import told_once

LINES = {
    "BU1": frozenset({"BU1", "WK1", "GM1"}),
    "BU2": frozenset({"BU2", "WK2", "GM1"}),
    "WK1": frozenset({"WK1", "GM1"}),
    "GM1": frozenset({"GM1"}),
}
PARTS = {
    "burglary": frozenset({"burglary"}),
    "assault": frozenset({"assault"}),
    "property": frozenset({"property", "burglary"}),
}
LEVELS = {"BU": "neighbourhood", "WK": "district", "GM": "municipality"}


def signal(indicator, area, excess):
    return Judged(
        indicator, area, area, LEVELS[area[:2]], "month", "2026-09", "signal", "high", None, 20, 5, 2, 9, excess,
        0.001, 0.01, 1.2, 12, 2.4, "farrington", 100, 0.25, EXACT,
    )  # fmt: skip


def told(*signals):
    return [((one.shown.indicator, one.shown.area_code), len(one.others)) for one in told_once(signals, LINES, PARTS)]


def test_a_neighbourhood_is_told_before_its_district_and_an_indicator_before_its_group():
    assert told(signal("property", "WK1", 18), signal("property", "BU1", 16), signal("burglary", "BU1", 15)) == [
        (("burglary", "BU1"), 2)
    ]


def test_another_area_or_another_kind_of_event_is_another_story():
    assert told(signal("burglary", "BU1", 15), signal("burglary", "BU2", 9), signal("assault", "BU1", 5)) == [
        (("burglary", "BU1"), 0),
        (("burglary", "BU2"), 0),
        (("assault", "BU1"), 0),
    ]


def test_two_neighbourhoods_that_make_up_one_rise_of_the_municipality_are_one_story():
    assert told(signal("burglary", "GM1", 30), signal("burglary", "BU1", 15), signal("burglary", "BU2", 9)) == [
        (("burglary", "BU1"), 2)
    ]


def test_stories_come_in_the_order_of_their_largest_difference():
    assert [head for head, _ in told(signal("assault", "BU2", 20), signal("burglary", "BU1", 15))] == [
        ("assault", "BU2"),
        ("burglary", "BU1"),
    ]
