"""Which leaves the public edition is made of."""

from pathlib import Path

import pytest

from config.load import load_catalogue
from config.vocabulary import AreaLevel, PeriodType
from etl.disclose import Fed, public_leaves

INDICATORS = load_catalogue(Path("config"))


def fed(source, indicator, *, month=True, level=AreaLevel.NEIGHBOURHOOD, restricted=True, figure=False, kind=None):
    period_type = kind or (PeriodType.MONTH if month else PeriodType.WEEK)
    return Fed(source, indicator, period_type, level, restricted, figure)


def test_an_open_source_is_seen_as_it_is():
    everything = [
        fed("police", "burglary_home", restricted=False),
        fed("police", "threat", restricted=False, month=False),
    ]

    shown, notes = public_leaves(everything, INDICATORS)

    assert shown == frozenset(everything)
    assert notes == ()


def test_events_that_an_open_source_counts_are_taken_from_it_alone():
    open_one = fed("police", "burglary_home", restricted=False)
    own = fed("week_file", "burglary_home", month=False)

    shown, notes = public_leaves([own, open_one], INDICATORS)

    assert shown == {open_one}
    assert [(note.code, note.where, note.number) for note in notes] == [("DIS-012", "week_file", 1)]


@pytest.mark.parametrize(
    ("restricted", "public"), [("property_crime", "burglary_home"), ("burglary_home", "property_crime")]
)
def test_a_group_and_its_members_are_the_same_events(restricted, public):
    shown, notes = public_leaves([fed("own", restricted), fed("police", public, restricted=False)], INDICATORS)

    assert {one.indicator for one in shown} == {public}
    assert notes[0].code == "DIS-012"


def test_a_restricted_indicator_is_published_from_one_period_type():
    week, month, year = (
        fed("own", "litter_reports", kind=kind) for kind in (PeriodType.WEEK, PeriodType.MONTH, PeriodType.YEAR)
    )

    shown, notes = public_leaves([week, month, year], INDICATORS)

    assert shown == {month}
    assert [note.code for note in notes] == ["DIS-014"]


def test_a_source_of_weeks_alone_is_published_in_weeks():
    week = fed("own", "litter_reports", month=False)

    assert public_leaves([week], INDICATORS) == (frozenset({week}), ())


def test_leaves_are_of_the_finest_level_and_its_parents_are_sums_of_them():
    leaf = fed("own", "litter_reports")
    parent = fed("own", "litter_reports", level=AreaLevel.MUNICIPALITY)

    shown, notes = public_leaves([parent, leaf], INDICATORS)

    assert shown == {leaf}
    assert notes == ()


def test_the_parents_of_two_indicators_are_each_the_sum_of_their_own_leaves():
    leaves = {fed("own", "litter_reports"), fed("own", "graffiti_reports")}
    parents = [fed("own", one, level=AreaLevel.DISTRICT) for one in ("litter_reports", "graffiti_reports")]

    assert public_leaves([*parents, *leaves], INDICATORS) == (frozenset(leaves), ())


@pytest.mark.parametrize(
    "one",
    [
        fed("own", "litter_reports", kind=PeriodType.ROLLING_12_MONTHS),
        fed("own", "litter_reports", level=AreaLevel.CUSTOM),
    ],
)
def test_windows_and_own_areas_are_no_leaves(one):
    shown, notes = public_leaves([one], INDICATORS)

    assert not shown
    assert [note.code for note in notes] == ["DIS-014"]


def test_of_two_restricted_sources_of_the_same_events_the_first_is_published():
    first, second = fed("a", "litter_reports"), fed("b", "litter_reports")

    shown, notes = public_leaves([first, second], INDICATORS)

    assert shown == {first}
    assert notes[0].where == "b"


def test_a_total_beside_its_parts_is_left_out():
    total, part = fed("own", "crime_total"), fed("own", "burglary_home")
    group = fed("own", "property_crime")

    shown, notes = public_leaves([total, part, group], INDICATORS)

    assert shown == {part, group}  # the group becomes the sum of rounded parts and a rounded rest
    assert [(note.code, note.number) for note in notes] == [("DIS-013", 1)]


def test_a_total_alone_is_shown():
    total = fed("own", "crime_total")

    assert public_leaves([total], INDICATORS)[0] == {total}


def test_scores_of_a_restricted_source_cannot_be_rounded_and_stay_out():
    shown, notes = public_leaves([fed("survey", "litter_reports", figure=True)], INDICATORS)

    assert not shown
    assert notes[0].code == "DIS-011"
