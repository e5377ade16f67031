"""Links between divisions: how lines of a table become shares, and which tables are refused."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import AreasError
from etl.crosswalk import Crosswalk, Kind, Line, crosswalk_of, on_grid
from tests.tables import table

OWN = {"GM0153"}


def bu(short: object) -> str:
    return f"BU0153{int(short):04}"


def lines(text: str) -> list[Line]:
    """Lines of `from | year | to | year | share`, with short codes; the place is the number of the line."""
    rows = table(text).astype(str)
    return [
        Line(bu(a), int(before), bu(b), int(after), Fraction(share), where=f"links.csv:{number}")
        for number, (a, before, b, after, share) in enumerate(rows.itertuples(index=False), start=2)
    ]


def crosswalk(text: str, screen_codes: str, screen: int = 2024) -> Crosswalk:
    known = {screen: {bu(code) for code in screen_codes.split()}}
    return crosswalk_of(lines(text), screen=screen, known=known, own=OWN)


def told(found: Crosswalk, before: int, after: int) -> dict[tuple[int, int], tuple[float, str]]:
    return {
        (int(link.from_code[6:]), int(link.to_code[6:])): (float(link.share), str(link.kind))
        for link in found.links(before, after)
    }


def refused(text: str, screen_codes: str = "1 2 3") -> list[tuple[str, str]]:
    with pytest.raises(AreasError) as error:
        crosswalk(text, screen_codes)
    return [(finding.code, finding.where) for finding in error.value]


def test_each_kind_of_change_has_its_word():
    found = crosswalk(
        """
        from | before | to | after | share
        1    | 2018   | 11 | 2024  | 1
        2    | 2018   | 12 | 2024  | 0.25
        2    | 2018   | 13 | 2024  | 0.75
        3    | 2018   | 14 | 2024  | 1
        4    | 2018   | 14 | 2024  | 1
        5    | 2018   | 5  | 2024  | 0.9
        5    | 2018   | 6  | 2024  | 0.1
        6    | 2018   | 6  | 2024  | 1
        """,
        "11 12 13 14 5 6 7",
    )

    assert told(found, 2018, 2024) == {
        (1, 11): (1.0, Kind.RECODED),
        (2, 12): (0.25, Kind.SPLIT),
        (2, 13): (0.75, Kind.SPLIT),
        (3, 14): (1.0, Kind.MERGED),
        (4, 14): (1.0, Kind.MERGED),
        (5, 5): (0.9, Kind.MOVED),
        (5, 6): (0.1, Kind.MOVED),
        (6, 6): (1.0, Kind.MERGED),
        (7, 7): (1.0, Kind.IDENTICAL),
    }


def test_the_same_code_with_another_name_is_renamed():
    line = Line(bu(1), 2018, bu(1), 2024, from_name="De Broeierd", to_name="Kennispark")

    found = crosswalk_of([line], screen=2024, known={2024: {bu(1)}}, own=OWN)

    assert [link.kind for link in found.links(2018, 2024)] == [Kind.RENAMED]


def test_several_files_chain_and_a_code_that_was_used_again_is_not_mixed_up():
    found = crosswalk(
        """
        from | before | to | after | share
        1    | 2018   | 2  | 2020  | 1
        2    | 2018   | 3  | 2020  | 1
        2    | 2020   | 4  | 2024  | 0.5
        2    | 2020   | 5  | 2024  | 0.5
        """,
        "3 4 5",
    )

    assert found.vintages == (2018, 2020, 2024)
    assert told(found, 2018, 2024) == {(1, 4): (0.5, "split"), (1, 5): (0.5, "split"), (2, 3): (1.0, "recoded")}


def test_parts_that_come_together_again_are_whole():
    found = crosswalk(
        """
        from | before | to | after | share
        1    | 2018   | 2  | 2020  | 0.3
        1    | 2018   | 3  | 2020  | 0.7
        2    | 2020   | 4  | 2024  | 1
        3    | 2020   | 4  | 2024  | 1
        """,
        "4",
    )

    (link,) = found.links(2018, 2024)

    assert (link.share, link.kind, link.is_sole) == (1, Kind.RECODED, True)


def test_the_way_back_leads_to_the_area_it_lay_in_and_divides_by_inhabitants_where_they_are_known():
    found = crosswalk(
        """
        from | before | to | after | share
        1    | 2018   | 11 | 2024  | 0.5
        1    | 2018   | 12 | 2024  | 0.5
        2    | 2018   | 13 | 2024  | 1
        3    | 2018   | 13 | 2024  | 1
        """,
        "11 12 13",
    )

    assert told(found, 2024, 2018) == {(11, 1): (1.0, "merged"), (12, 1): (1.0, "merged")}
    weighed = found.links(2024, 2018, {2018: {bu(2): 300, bu(3): 100}})
    assert [(link.to_code, float(link.share), link.basis) for link in weighed if link.from_code == bu(13)] == [
        (bu(2), 0.75, "population"),
        (bu(3), 0.25, "population"),
    ]


def test_shares_written_with_few_decimals_are_scaled_to_one():
    found = crosswalk(
        """
        from | before | to | after | share
        1    | 2018   | 1  | 2024  | 0.333
        1    | 2018   | 2  | 2024  | 0.333
        1    | 2018   | 3  | 2024  | 0.333
        """,
        "1 2 3",
    )

    assert {link.share for link in found.links(2018, 2024)} == {Fraction(1, 3)}


REFUSED = """
    code    | from | before | to | after | share
    GEO-112 | 1    | 2018   | 2  | 2024  | 0.5
    GEO-113 | 1    | 2018   | 9  | 2024  | 1
    GEO-114 | 1    | 2024   | 2  | 2018  | 1
    GEO-115 | 1    | 2018   | 2  | 2020  | 1
"""


@pytest.mark.parametrize("row", range(4))
def test_a_table_that_cannot_be_is_refused_with_its_place(row):
    case = table(REFUSED).iloc[row]
    head, *_ = REFUSED.strip().splitlines()
    text = "\n".join([head.split("|", 1)[1], "|".join(str(cell) for cell in case[1:])])

    assert refused(text) == [(case.code, "links.csv:2")]


def test_the_same_line_twice_is_refused_and_so_are_areas_of_two_levels():
    twice = [Line(bu(1), 2018, bu(2), 2024, Fraction(1, 2), where=f"links.csv:{line}") for line in (2, 3)]
    mixed = [Line("WK015300", 2018, bu(2), 2024, where="links.csv:2")]

    for wrong, code, where in ((twice, "GEO-116", "links.csv:3"), (mixed, "GEO-111", "links.csv:2")):
        with pytest.raises(AreasError) as error:
            crosswalk_of(wrong, screen=2024, known={2024: {bu(2)}}, own=OWN)
        assert [(finding.code, finding.where) for finding in error.value] == [(code, where)]


def test_lines_of_other_municipalities_are_left_out():
    other = Line("BU01630001", 2018, "BU01630002", 2024)

    found = crosswalk_of([other], screen=2024, known={2024: {bu(1)}}, own=OWN)

    assert found.vintages == (2024,)


shares = st.lists(st.integers(1, 97), min_size=1, max_size=5).map(
    lambda parts: [Fraction(part, sum(parts)) for part in parts]
)


@st.composite
def chains(draw, steps: int = 2) -> tuple[list[Line], list[set[str]]]:
    """A random chain of valid link tables, with the codes of each division."""
    codes = [{bu(code) for code in draw(st.sets(st.integers(0, 9), min_size=1, max_size=6))}]
    found: list[Line] = []
    for year in range(2018, 2018 + steps):
        following: set[str] = set()
        for code in sorted(codes[-1]):
            parts = draw(shares)
            targets = draw(st.lists(st.integers(0, 15), min_size=len(parts), max_size=len(parts), unique=True))
            following |= {bu(target) for target in targets}
            found += [
                Line(code, year, bu(target), year + 1, share) for target, share in zip(targets, parts, strict=True)
            ]
        codes.append(following)
    return found, codes


@settings(max_examples=60, deadline=None)
@given(chains())
def test_steps_compose_to_the_product_of_the_steps(chain):
    found, codes = chain
    last = 2018 + len(codes) - 1
    whole = crosswalk_of(found, screen=last, known={2018 + n: c for n, c in enumerate(codes)}, own=OWN)

    stepwise = {}
    for first in whole.links(2018, 2019):
        for second in whole.links(2019, 2020):
            if first.to_code == second.from_code:
                key = (first.from_code, second.to_code)
                stepwise[key] = stepwise.get(key, Fraction(0)) + first.share * second.share

    assert {(link.from_code, link.to_code): link.share for link in whole.links(2018, 2020)} == stepwise


@settings(max_examples=60, deadline=None)
@given(shares, st.lists(st.integers(0, 2**20), min_size=1, max_size=20))
def test_shares_on_the_grid_keep_every_total_to_the_bit(parts, counts):
    grid = on_grid(parts)

    assert sum(grid) == 1.0
    assert sum(count * share for count in counts for share in grid) == sum(counts)
    assert max(abs(share - float(part)) for share, part in zip(grid, parts, strict=True)) < 1e-6
