"""Rows carried over changed boundaries: totals kept, estimates said, breaks seen."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.carry import CARRIED, Carried, carry
from etl.crosswalk import Line
from etl.divisions import Divisions, divisions_of
from etl.frames import LEAF, work_connection
from tests.delivered import tree
from tests.tables import frame, table

#: Short names of neighbourhoods: two in district 01, one in 02 and so on.
A, B, C, D, E = (f"BU0153{number}" for number in ("0101", "0102", "0201", "0202", "0301"))
SHORT = {A: "A", B: "B", C: "C", D: "D", E: "E", "GM0153": "GM", "WK015301": "W1", "WK015302": "W2", "WK015303": "W3"}
LONG = {short: code for code, short in SHORT.items()}


def divisions(text: str, on_screen: str, **more) -> Divisions:
    """The division of 2024 with the areas `on_screen`, and lines `from | to | share` from 2018."""
    rows = table(text).astype(str)
    lines = [Line(LONG[a], 2018, LONG[b], 2024, Fraction(share)) for a, b, share in rows.itertuples(index=False)]
    return divisions_of(tree([LONG[short] for short in on_screen.split()]), lines, **more)


def carried(
    rows: str, given: Divisions, *, figures: tuple[str, ...] = (), vintages: Mapping[str, int] | None = None,
    to: int = 2024,
) -> tuple[dict[tuple[str, str], tuple[float | None, str, float]], Carried]:  # fmt: skip
    """Rows `area | period | value | status` of 2018, carried: (area, period) -> value, status, estimated share."""
    con = work_connection()
    leaf = frame(con, "leaf", LEAF, rows)
    con.execute(
        """
        UPDATE leaf SET source_id = 's', indicator = coalesce(indicator, 'theft'), period_type = 'year',
               area_code = CASE area_code WHEN 'A' THEN $A WHEN 'B' THEN $B WHEN 'C' THEN $C WHEN 'D' THEN $D
                           WHEN 'E' THEN $E WHEN 'W1' THEN 'WK015301' WHEN 'W2' THEN 'WK015302'
                           WHEN 'GM' THEN 'GM0153' ELSE area_code END,
               status = coalesce(status, 'final')
        """,
        {"A": A, "B": B, "C": C, "D": D, "E": E},
    )
    con.execute(
        """UPDATE leaf SET area_level = CASE area_code[1:2] WHEN 'GM' THEN 'municipality' WHEN 'WK' THEN 'district'
           ELSE 'neighbourhood' END"""
    )
    periods = {period for (period,) in con.execute("SELECT DISTINCT period FROM leaf").fetchall()}
    of = {period: (vintages or {}).get(period, 2018) for period in periods}
    ways = {vintage: given.way(vintage, to) for vintage in set(of.values()) - {to}}
    done = carry(con, leaf, vintages=of, to_vintage=to, ways=ways, figures=figures, table="carried")
    found = con.execute(f'SELECT * FROM "{done.table}"').df()
    cells = {
        (SHORT.get(row.area_code, row.area_code), str(row.period)): (
            None if pd.isna(row.value) else row.value, row.status, round(getattr(row, "estimated_share", 0.0), 6),
        )
        for row in found.itertuples()
    }  # fmt: skip
    return cells, done


def test_a_recoded_area_keeps_its_count_and_is_not_estimated():
    cells, done = carried(
        """
        area_code | period | value
        A         | 2018   | 7
        """,
        divisions(
            """
            from | to | share
            A    | C  | 1
            """,
            "C",
        ),
    )

    assert cells == {("C", "2018"): (7, "final", 0)}
    assert (done.rows_aside, done.estimated_share, done.vintages) == (0, 0, frozenset({2018}))


def test_a_moved_border_divides_the_count_and_says_for_which_share():
    cells, done = carried(
        """
        area_code | period | value
        A         | 2018   | 10
        B         | 2018   | 7
        """,
        divisions(
            """
            from | to | share
            A    | A  | 0.75
            A    | B  | 0.25
            B    | B  | 1
            """,
            "A B",
        ),
    )

    assert cells == {
        ("A", "2018"): (7.5, "estimated", 1.0),
        ("B", "2018"): (9.5, "estimated", round(2.5 / 9.5, 6)),
    }
    assert done.estimated_share == pytest.approx(10 / 17)


def test_areas_that_merge_whole_are_not_estimated():
    cells, _ = carried(
        """
        area_code | period | value
        A         | 2018   | 3
        B         | 2018   | 4
        """,
        divisions(
            """
            from | to | share
            A    | A  | 1
            B    | A  | 1
            """,
            "A",
        ),
    )

    assert cells == {("A", "2018"): (7, "final", 0)}


MERGED = """
    from | to | share
    A    | A  | 1
    B    | A  | 1
"""


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("provisional", (7, "provisional", 0)),
        ("suppressed", (None, "suppressed", 0)),
        ("rounded", (7, "rounded", 0)),
        ("not_delivered", (None, "not_delivered", 0)),
    ],
)
def test_of_several_parts_the_status_that_prevails_holds(status, shown):
    cells, _ = carried(
        f"""
        area_code | period | value | status
        A         | 2018   | 3     | final
        B         | 2018   | {4 if shown[0] else ""} | {status}
        """,
        divisions(MERGED, "A"),
    )

    assert cells == {("A", "2018"): shown}


def test_a_part_without_a_row_makes_the_whole_not_delivered_rather_than_too_low():
    cells, _ = carried(
        """
        area_code | period | value
        A         | 2018   | 3
        """,
        divisions(MERGED, "A"),
    )

    assert cells == {("A", "2018"): (None, "not_delivered", 0)}


def test_a_zero_that_is_divided_is_zero_and_no_estimate():
    cells, _ = carried(
        """
        area_code | period | value
        A         | 2018   | 0
        """,
        divisions(
            """
            from | to | share
            A    | A  | 0.5
            A    | B  | 0.5
            """,
            "A B",
        ),
    )

    assert cells == {("A", "2018"): (0, "final", 0), ("B", "2018"): (0, "final", 0)}


def test_a_score_goes_along_only_with_the_same_ground():
    cells, _ = carried(
        """
        area_code | indicator | period | value
        A         | score     | 2018   | 6.5
        B         | score     | 2018   | 7.5
        C         | score     | 2018   | 8.5
        """,
        divisions(
            """
            from | to | share
            A    | A  | 1
            B    | A  | 1
            C    | D  | 1
            """,
            "A D",
        ),
        figures=("score",),
    )

    assert cells == {("A", "2018"): (None, "not_applicable", 0), ("D", "2018"): (8.5, "final", 0)}


def test_rows_of_an_area_that_leads_nowhere_are_counted_and_the_series_breaks():
    former = {2018: tree([A, B])}
    cells, done = carried(
        """
        area_code | period | value
        A         | 2018   | 3
        B         | 2018   | 4
        A         | 2024   | 5
        C         | 2024   | 6
        """,
        divisions_of(tree([A, C]), [Line(A, 2018, A, 2024)], former=former),
        vintages={"2024": 2024},
    )

    assert cells == {("A", "2018"): (3, "final", 0), ("A", "2024"): (5, "final", 0), ("C", "2024"): (6, "final", 0)}
    assert (done.rows_aside, done.codes_aside) == (1, (B,))


def test_a_district_of_the_same_ground_keeps_its_own_row_and_another_is_summed():
    """Own rows of districts may hold more than their neighbourhoods; those of other ground cannot be used."""
    cells, _ = carried(
        """
        area_code | period | value
        A         | 2018   | 10
        B         | 2018   | 20
        C         | 2018   | 30
        E         | 2018   | 5
        W1        | 2018   | 31
        W2        | 2018   | 32
        WK015303  | 2018   | 6
        """,
        divisions(
            """
            from | to | share
            A    | A  | 1
            B    | B  | 0.5
            B    | C  | 0.5
            C    | C  | 1
            """,
            "A B C E",
        ),
    )

    districts = {area: cell for (area, _), cell in cells.items() if area.startswith("W")}
    assert districts == {
        "W1": (20, "estimated", 0.5),
        "W2": (40, "estimated", 0.25),
        "W3": (6, "final", 0),
    }


def test_what_moves_within_a_district_is_not_estimated_for_the_district():
    lines = """
        from | to | share
        A    | A  | 0.5
        A    | B  | 0.5
        B    | B  | 1
    """
    cells, _ = carried(
        """
        area_code | period | value
        A         | 2018   | 10
        B         | 2018   | 20
        W1        | 2018   | 30
        """,
        divisions(lines, "A B"),
    )

    assert cells["W1", "2018"] == (30, "final", 0)
    assert cells["A", "2018"] == (5, "estimated", 1)


def test_rows_of_a_municipality_that_went_into_this_one_count_as_its_own():
    found = divisions_of(tree([A, B]), [Line("BU09990000", 2018, B, 2024)], predecessors=["GM0999"])
    cells, _ = carried(
        """
        area_code | period | value
        GM        | 2018   | 100
        GM0999    | 2018   | 40
        GM        | 2024   | 150
        """,
        found,
        vintages={"2024": 2024},
    )

    assert cells == {("GM", "2018"): (140, "final", 0), ("GM", "2024"): (150, "final", 0)}
    assert "GM0999" in found.trees[2018]
    assert "GM0999" not in found.trees[2024]


def test_the_way_back_to_an_older_division():
    cells, done = carried(
        """
        area_code | period | value
        A         | 2024   | 3
        B         | 2024   | 4
        C         | 2024   | 9
        """,
        divisions(
            """
            from | to | share
            A    | A  | 0.5
            A    | B  | 0.5
            D    | C  | 1
            E    | C  | 1
            """,
            "A B C",
        ),
        vintages={"2024": 2024},
        to=2018,
    )

    assert cells == {("A", "2024"): (7, "final", 0)}
    assert (done.rows_aside, done.codes_aside) == (1, (C,))


def test_rows_of_the_vintage_asked_are_not_touched():
    cells, done = carried(
        """
        area_code | period | value
        A         | 2024   | 3
        """,
        divisions(MERGED, "A"),
        vintages={"2024": 2024},
    )

    assert done == Carried("leaf")
    assert cells == {("A", "2024"): (3, "final", 0)}


def test_the_division_of_rows_is_the_one_that_knows_their_codes():
    found = divisions(
        """
        from | to | share
        A    | B  | 1
        B    | C  | 1
        """,
        "B C",
    )

    assert found.vintage_of({A, B}, 2022) == 2018
    assert found.vintage_of({B, C}, 2015) == 2024
    assert found.vintage_of({B}, 2025) == 2024
    assert found.vintage_of({B}, 2020) == 2018


@st.composite
def worlds(draw):
    """A valid crosswalk over ten areas, and whole counts of the areas before."""
    codes = [f"BU0153{district:02}{number:02}" for district in range(5) for number in range(2)]
    before = sorted(draw(st.sets(st.sampled_from(codes), min_size=1, max_size=8)))
    lines = []
    for code in before:
        targets = draw(st.lists(st.sampled_from(codes), min_size=1, max_size=4, unique=True))
        parts = draw(st.lists(st.integers(1, 97), min_size=len(targets), max_size=len(targets)))
        lines += [
            Line(code, 2018, to, 2024, Fraction(part, sum(parts))) for to, part in zip(targets, parts, strict=True)
        ]
    counts = draw(st.lists(st.integers(0, 100_000), min_size=len(before), max_size=len(before)))
    return lines, dict(zip(before, counts, strict=True))


@settings(max_examples=25, deadline=None)
@given(worlds())
def test_totals_survive_any_valid_crosswalk_to_the_bit(world):
    lines, counts = world
    found = divisions_of(tree({line.to_code for line in lines}), lines)
    rows = "\n".join(["area_code|period|value", *(f"{code}|2018|{count}" for code, count in counts.items())])

    cells, _ = carried(rows, found)

    assert sum(value for value, _, _ in cells.values()) == sum(counts.values())
    assert all(0 <= share <= 1 for _, _, share in cells.values())
    assert all((status == "estimated") == (share > 0) for _, status, share in cells.values())


@settings(max_examples=10, deadline=None)
@given(st.dictionaries(st.sampled_from([A, B, C, D, E]), st.integers(0, 1000), min_size=1))
def test_a_crosswalk_of_identical_areas_changes_nothing(counts):
    found = divisions_of(tree([A, B, C, D, E]), [Line(code, 2018, code, 2024) for code in (A, B, C, D, E)])
    rows = "\n".join(["area_code|period|value", *(f"{code}|2018|{count}" for code, count in counts.items())])

    cells, _ = carried(rows, found)

    assert cells == {(SHORT[code], "2018"): (count, "final", 0) for code, count in counts.items()}


def test_six_hundred_thousand_rows_take_a_second_at_most():
    codes = [f"BU0153{district:02}{number:02}" for district in range(10) for number in range(10)]
    lines = [
        Line(code, 2018, to, 2024, Fraction(1, 2))
        for place, code in enumerate(codes)
        for to in codes[place // 2 * 2 :][:2]
    ]
    found = divisions_of(tree(codes), lines)
    con = work_connection()
    size, rng = 600_000, np.random.default_rng(1)
    months = [f"{2000 + n // 12}-{n % 12 + 1:02}" for n in range(200)]
    index = np.arange(size)
    leaves = pd.DataFrame(
        {
            "source_id": "s", "indicator": [f"i{n}" for n in index // 20_000], "area_level": "neighbourhood",
            "area_code": np.array(codes)[index % 100], "period": np.array(months)[index // 100 % 200],
            "period_type": "month", "value": rng.poisson(2, size).astype(float), "status": "final",
        }
    )  # fmt: skip
    con.register("_leaves", leaves)
    con.execute("CREATE TABLE leaf AS SELECT source_id, indicator, area_code, area_level, period, period_type, value,"
                " NULL::DOUBLE AS lower, NULL::DOUBLE AS upper, status, 'x' AS delivery FROM _leaves")  # fmt: skip

    started = time.process_time()
    done = carry(con, "leaf", vintages=dict.fromkeys(months, 2018), to_vintage=2024,
                 ways={2018: found.way(2018, 2024)}, figures=(), table="carried")  # fmt: skip

    assert con.execute(f"SELECT sum(value) FROM {done.table}").fetchall()[0][0] == leaves["value"].sum()
    assert time.process_time() - started < 4.0  # CPU seconds over all threads of a busy machine
    assert set(CARRIED) == {name for name, *_ in con.execute(f"DESCRIBE {done.table}").fetchall()}


def test_on_the_division_of_then_the_municipality_is_as_large_as_today():
    found = divisions_of(tree([A, B]), [Line("BU09990000", 2018, B, 2024)], predecessors=["GM0999"])
    con = work_connection()
    leaf = frame(
        con,
        "leaf",
        LEAF,
        """
        source_id | indicator | area_code  | area_level    | period | period_type | value | status
        s         | theft     | GM0153     | municipality  | 2018   | year        | 100   | final
        s         | theft     | GM0999     | municipality  | 2018   | year        | 40    | final
        s         | theft     | BU09990000 | neighbourhood | 2018   | year        | 40    | final
        """,
    )

    done = carry(
        con, leaf, vintages={"2018": 2018}, to_vintage=2018, ways={2018: found.way(2018, 2018)}, figures=(), table="t"
    )

    rows = con.execute(f"SELECT area_code, value, status FROM {done.table} ORDER BY ALL").fetchall()
    assert rows == [("BU09990000", 40, "final"), ("GM0153", 140, "final")]
