"""Two maps laid over each other: shares by surface or by people, slivers dropped, names only proposed."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from shapely import box

from etl.areas import AreaTree
from etl.crosswalk import Line
from etl.divisions import divisions_of
from etl.geometry import DEGREES, PLANE, array_of, reproject
from etl.overlap import overlap_lines
from etl.proposals import proposals, propose, same_name
from etl.vintages import moved_borders

A, B, C = "BU01530000", "BU01530001", "BU01530002"


def map_of(vintage: int, shapes: dict[str, tuple[float, float, float, float]], names: dict[str, str] | None = None):
    """A tree with rectangles in km around the middle of the national grid."""
    plane = [
        box(left * 1000 + 155_000, low * 1000 + 463_000, right * 1000 + 155_000, high * 1000 + 463_000)
        for left, low, right, high in shapes.values()
    ]
    degrees = list(reproject(array_of(plane), PLANE, DEGREES))
    rows = [("GM0153", "municipality", "Enschede", None, None), ("WK015300", "district", "Wijk 00", "GM0153", None)]
    rows += [
        (code, "neighbourhood", (names or {}).get(code, code), "WK015300", shape)
        for code, shape in zip(shapes, degrees, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["area_code", "area_level", "area_name", "parent", "geometry"]).astype(object)
    frame = frame.assign(area_km2=1.0, listed_only=False, is_water=False)
    frame["members"] = [()] * len(frame)
    return AreaTree("GM0153", vintage, frame.where(frame.notna(), None))


def shares(lines: list[Line]) -> dict[tuple[str, str], tuple[float, str]]:
    return {(line.from_code, line.to_code): (round(float(line.share), 3), line.basis) for line in lines}


BEFORE = {A: (0, 0, 4, 1), B: (4, 0, 6, 1)}
AFTER = {A: (0, 0, 3, 1), B: (3, 0, 6, 1)}


def test_a_part_counts_for_its_surface():
    lines = overlap_lines(map_of(2018, BEFORE), map_of(2024, AFTER))

    assert shares(lines) == {(A, A): (0.75, "overlap"), (A, B): (0.25, "overlap"), (B, B): (1.0, "overlap")}
    assert sum(line.share for line in lines if line.from_code == A) == 1


def test_a_part_counts_for_its_people_where_they_are_known():
    lines = overlap_lines(map_of(2018, BEFORE), map_of(2024, AFTER), {A: 900, B: 300})

    assert shares(lines) == {(A, A): (0.9, "population"), (A, B): (0.1, "population"), (B, B): (1.0, "overlap")}


def test_slivers_are_dropped():
    after = {A: (0, 0, 4.01, 1), B: (4.01, 0, 6, 1)}

    assert shares(overlap_lines(map_of(2018, BEFORE), map_of(2024, after))) == {
        (A, A): (1.0, "overlap"),
        (B, B): (1.0, "overlap"),
    }


def test_a_border_that_moved_under_an_unchanged_code_breaks_the_series_of_its_area():
    before, after = map_of(2018, BEFORE), map_of(2024, AFTER)
    found = divisions_of(after, overlap_lines(before, after), former={2018: before})

    moved = moved_borders(found.weighed({2018: {A: 1000, B: 500}}))

    assert [(one.area_code, round(one.change, 2)) for one in moved] == [(A, -0.25), (B, 0.5)]


def test_a_border_that_moved_few_people_breaks_nothing():
    before, after = map_of(2018, BEFORE), map_of(2024, {A: (0, 0, 3.9, 1), B: (3.9, 0, 6, 1)})
    found = divisions_of(after, overlap_lines(before, after), former={2018: before})

    assert moved_borders(found.weighed({2018: {A: 1000, B: 500}})) == []


def test_a_former_division_without_a_map_has_the_ground_of_what_its_areas_became():
    after = map_of(2024, {A: (0, 0, 1, 1), B: (1, 0, 2, 1), C: (2, 0, 3, 1)})
    old = "BU01530009"
    half = Fraction(1, 2)

    found = divisions_of(after, [Line(old, 2018, A, 2024, half), Line(old, 2018, B, 2024, half)])

    tree = found.trees[2018]
    assert tree.codes("neighbourhood") == [C, old]
    codes, plane = tree.geometries("neighbourhood")
    assert dict(zip(codes, [round(shape.area / 1e6, 2) for shape in plane], strict=True)) == {C: 1.0, old: 2.0}


# --- names -----------------------------------------------------------------------------------------------------------


def test_a_name_is_the_same_without_capitals_accents_and_odd_spaces():
    assert same_name("  Sint  Jozéfbuurt\u2013Oost ") == same_name("sint jozefbuurt-oost")


def test_names_are_proposed_only_where_they_occur_once_on_both_sides():
    found = propose(
        {"BU01530010": "Lasonder", "BU01530011": "Centrum", "BU01530012": "Centrum", "WK015301": "Noord"},
        {"BU01530020": "lasonder", "BU01530021": "Centrum", "BU01530022": "Noord"},
        from_vintage=2018,
        to_vintage=2024,
    )

    assert [one.line() for one in found] == ["BU01530010,2018,BU01530020,2024,1"]


def test_an_area_that_leads_nowhere_is_told_with_the_line_a_person_may_confirm():
    old, new = "BU01530008", "BU01530009"
    before = map_of(2018, {A: (0, 0, 1, 1), old: (1, 0, 2, 1)}, {old: "De Broeierd"})
    after = map_of(2024, {A: (0, 0, 1, 1), new: (1, 0, 2, 1)}, {new: "de broeierd"})
    found = divisions_of(after, [Line(A, 2018, A, 2024)], former={2018: before})

    (finding,) = proposals(found, "enschede")

    assert (finding.code, finding.level, finding.number) == ("GEO-121", "warning", 1)
    assert f"{old},2018,{new},2024,1" in finding.fix
    assert not any(link.from_code == old for link in found.hoods.links(2018, 2024))


@pytest.mark.parametrize(("asked", "year", "vintage"), [({A, B}, 2017, 2018), ({A, C}, 2017, 2024)])
def test_rows_by_period_are_of_the_division_that_knows_their_codes(asked, year, vintage):
    after = map_of(2024, {A: (0, 0, 1, 1), C: (1, 0, 2, 1)})
    found = divisions_of(after, [Line(B, 2018, C, 2024)])

    assert found.vintage_of(asked, year) == vintage
