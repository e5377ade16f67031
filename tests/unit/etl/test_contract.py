"""The contract over raw frames of every kind, from tables in sight."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest

from config.errors import AreasError, StructureError, ValuesError
from config.model import KwbSource, PolitieKaartSource, StatlineSource
from etl.contract import Checked, History, check
from etl.frames import QUARANTINE, RAW, RawFrame, work_connection
from tests.delivered import TODAY, tree
from tests.tables import frame

POLICE = StatlineSource.model_validate({"id": "police", "kind": "statline", "table": "47022NED", "path": "*.csv"})
KEY_FIGURES = KwbSource.model_validate({"id": "kwb", "kind": "kwb", "path": "*.csv"})
MAP = PolitieKaartSource.model_validate({"id": "map", "kind": "politie_kaart", "path": "kaart"})
TITLES = {"1.1.1": "Diefstal/inbraak woning", "0.0.0": "Totaal misdrijven"}
AREAS = ("BU01530000", "BU01530001", "BU01530002")


def held(text: str, source: Any = POLICE, **settings: Any) -> tuple[Any, Checked]:
    """A raw frame from a table, held against the contract of a source."""
    con = work_connection()
    frame(con, "raw", RAW, text)
    raw = RawFrame("raw", rows_read=con.execute("SELECT count(*) FROM raw").fetchall()[0][0])
    options: dict[str, Any] = {"categories": TITLES, "used_measures": {"1.1.1"}, "today": TODAY, "areas": tree(AREAS)}
    return con, check(con, raw, source=source, delivery_sha="ab" * 32, name="47022NED.csv", **(options | settings))


def codes(checked: Checked) -> list[str]:
    return [finding.code for finding in checked.findings]


def many(rows: int, value: int = 2) -> str:
    """So many good rows: three areas over successive months from 2010 on, starting at line 100."""
    lines = ["row | area | period | measure | value"]
    for number in range(rows):
        month = number // 3
        period = f"{2010 + month // 12}-{1 + month % 12:02}"
        lines.append(f"{100 + number} | {AREAS[number % 3]} | {period} | 1.1.1 | {value}")
    return "\n".join(lines)


def test_where_all_rows_are_right_the_raw_table_is_the_accepted_one():
    con, checked = held("""
        row | area       | period  | measure | value
        2   | BU01530000 | 2026-01 | 1.1.1   | 3
        3   | BU01530001 | 2026-01 | 1.1.1   | 0
        4   | BU01530002 | 2026-01 | 0.0.0   | 12
    """)

    assert checked.accepted == "raw"
    assert checked.not_delivered == frozenset()
    assert con.execute(f'SELECT count(*) FROM "{checked.quarantine}"').fetchall() == [(0,)]


def test_quarantine_and_accepted_have_their_columns_and_share_no_row():
    con, checked = held(many(600) + "\n90 | BU01530000 | 2010-13 | 1.1.1 | 1")

    assert [row[0] for row in con.execute(f'DESCRIBE "{checked.quarantine}"').fetchall()] == list(QUARANTINE)
    assert [row[0] for row in con.execute(f'DESCRIBE "{checked.accepted}"').fetchall()] == list(RAW)
    row = con.execute(
        f'SELECT source_id, delivery, row, area, period, code, reason FROM "{checked.quarantine}"'
    ).fetchall()
    assert row == [("police", "ab" * 32, 90, "BU01530000", "2010-13", "VAL-026", "no period")]
    assert con.execute(f'SELECT count(*) FROM "{checked.accepted}"').fetchall() == [(600,)]


def test_a_known_category_that_feeds_nothing_is_no_fault_and_an_unknown_one_is():
    _, checked = held(many(600) + "\n90 | BU01530000 | 2010-01 | 0.0.0 | 9\n91 | BU01530000 | 2010-01 | 3.9.9 | 1")

    assert [finding.number for finding in checked.findings if finding.code == "VAL-035"] == [1]
    assert 'category "3.9.9"' in next(finding.what for finding in checked.findings if finding.code == "VAL-035")


def test_areas_of_another_vintage_are_kept_where_a_source_has_its_own_vintage_each_year():
    _, checked = held(
        """
        row | area       | period | measure        | value
        2   | BU01539000 | 2019   | AantalInwoners | 120
        3   | BU01539001 | 2019   | AantalInwoners | 80
        """,
        KEY_FIGURES,
        categories=None,
        used_measures={"AantalInwoners"},
    )

    assert checked.accepted == "raw"
    assert [(finding.code, finding.level, finding.number) for finding in checked.findings] == [("GEO-019", "note", 2)]


def test_figures_may_have_fractions_and_minus_where_counts_may_not():
    rows = """
        row | area       | period | measure | value
        2   | BU01530000 | 2024   | Score   | -0.04
        3   | BU01530001 | 2024   | Score   | 4.22
    """

    _, figures = held(rows, KEY_FIGURES, categories=None, used_measures={"Score"}, fraction_measures={"Score"})
    with pytest.raises(ValuesError) as caught:
        held(rows, KEY_FIGURES, categories=None, used_measures={"Score"})

    assert figures.accepted == "raw"
    assert [finding.code for finding in caught.value.findings] == ["VAL-100", "VAL-004", "VAL-005"]


def test_topics_that_feed_nothing_are_not_judged_as_counts():
    _, checked = held(
        """
        row | area       | period | measure        | value
        2   | BU01530000 | 2024   | AantalInwoners | 120
        3   | BU01530000 | 2024   | Gemiddeld      | 2.3
        """,
        KEY_FIGURES,
        categories=None,
        used_measures={"AantalInwoners"},
    )

    assert checked.accepted == "raw"


def test_suppressed_and_missing_cells_are_accepted_as_they_are():
    con, checked = held("""
        row | area       | period  | measure | value | mark
        2   | BU01530000 | 2026-01 | 1.1.1   |       | suppressed
        3   | BU01530001 | 2026-01 | 1.1.1   |       | missing
        4   | BU01530002 | 2026-01 | 1.1.1   | 4     | provisional
    """)

    assert con.execute("SELECT mark FROM raw ORDER BY row").fetchall() == [
        ("suppressed",),
        ("missing",),
        ("provisional",),
    ]
    assert checked.accepted == "raw"


def test_a_month_of_zeros_is_not_delivered_unless_the_source_withheld_cells_in_it():
    last = [f"{n} | {area} | 2011-01 | 1.1.1 | 0 |" for n, area in enumerate(AREAS, start=500)]
    head, *rows = many(36, value=9).splitlines()
    before = [f"{head} | mark", *(f"{row} |" for row in rows)]

    _, plain = held("\n".join([*before, *last]))
    _, withheld = held("\n".join([*before, *last[:2], f"502 | {AREAS[2]} | 2011-01 | 1.1.1 | | suppressed"]))

    assert plain.not_delivered == {"2011-01"}
    assert withheld.not_delivered == frozenset()


def test_duplicates_in_two_files_of_one_folder_name_both():
    with pytest.raises(ValuesError) as caught:
        held(
            """
            row | part          | area       | period  | measure | value
            2   | 2016/01.json  | BU01530000 | 2016-01 | 1.1.1   | 3
            7   | 2016/02.json  | BU01530000 | 2016-01 | 1.1.1   | 4
            """,
            MAP,
        )

    assert caught.value.findings[0].where == "47022NED.csv/2016/02.json:7"
    assert "2016/01.json:2" in caught.value.findings[0].what


def test_pseudo_areas_leave_the_figures_and_stay_countable():
    con, checked = held("""
        row | area       | period  | measure | value
        2   | BU01530000 | 2026-01 | 1.1.1   | 3
        3   | BU00000000 | 2026-01 | 1.1.1   | 8
        4   | WK015399   | 2026-01 | 1.1.1   | 5
    """)

    assert con.execute(f'SELECT area, value FROM "{checked.pseudo}" ORDER BY 1').fetchall() == [
        ("BU00000000", 8.0),
        ("WK015399", 5.0),
    ]
    assert con.execute(f'SELECT area FROM "{checked.accepted}"').fetchall() == [("BU01530000",)]


def test_numbers_that_are_no_numbers_never_pass():
    with pytest.raises(ValuesError) as caught:
        held("""
            row | area       | period  | measure | value | mark    | text
            2   | BU01530000 | 2026-01 | 1.1.1   | inf   |         |
            3   | BU01530001 | 2026-01 | 1.1.1   |       | invalid | drie
            4   | BU01530002 | 2026-01 | 1.1.1   |       |         |
        """)

    assert [finding.code for finding in caught.value.findings] == ["VAL-100", "VAL-008", "VAL-102"]
    assert "drie" not in str(caught.value)


def test_a_frame_without_rows_is_refused():
    with pytest.raises(StructureError) as caught:
        held("row | area | period | measure | value")

    assert caught.value.findings[0].code == "FILE-003"


def test_no_area_of_the_division_is_an_error_of_areas():
    with pytest.raises(AreasError) as caught:
        held("""
            row | area       | period  | measure | value
            2   | BU01539000 | 2026-01 | 1.1.1   | 3
        """)

    assert caught.value.findings[0].code == "GEO-019"


def test_a_window_is_no_period_of_a_source():
    _, checked = held(many(600) + "\n90 | BU01530000 | 2010-12-R12 | 1.1.1 | 5")

    assert "VAL-026" in codes(checked)


def test_the_day_of_today_ends_what_is_unfinished():
    rows = """
        row | area       | period   | measure | value
        2   | BU01530000 | 2026-W46 | 1.1.1   | 3
    """

    _, before = held(rows, today=dt.date(2026, 11, 15))
    _, after = held(rows, today=dt.date(2026, 11, 16))

    assert "VAL-025" in codes(before)
    assert "VAL-025" not in codes(after)


def test_missing_areas_count_for_the_levels_that_a_file_has():
    _, checked = held("""
        row | area     | period  | measure | value
        2   | GM0153   | 2026-01 | 1.1.1   | 300
        3   | WK015300 | 2026-01 | 1.1.1   | 200
    """)

    assert "VAL-022" not in codes(checked)


def test_history_of_zeros_makes_zeros_plausible():
    rows = """
        row | area       | period  | measure | value
        2   | BU01530000 | 2026-01 | 1.1.1   | 0
        3   | BU01530001 | 2026-02 | 1.1.1   | 0
    """

    _, checked = held(rows, history=History(last_mean=0.0))

    assert checked.not_delivered == frozenset()


@pytest.mark.real
def test_december_2017_of_the_police_map_is_not_delivered():
    place = os.environ.get("BUURTBEELD_REAL_DATA")
    if not place:
        pytest.skip("BUURTBEELD_REAL_DATA is not set")
    from etl.sources import politie_kaart

    con = work_connection()
    raw = politie_kaart.read(
        con, MAP, Path(place) / "politie_kaart", name="politie_kaart", municipality_code="GM0603", table="raw"
    )
    areas = {code for (code,) in con.execute("SELECT DISTINCT area FROM raw").fetchall()}
    known = tree(sorted(areas))
    measures = {code for (code,) in con.execute("SELECT DISTINCT measure FROM raw").fetchall()}

    checked = check(
        con, raw, source=MAP, delivery_sha="ab" * 32, name="politie_kaart", areas=known, categories=None,
        used_measures=measures, today=TODAY,
    )  # fmt: skip

    assert checked.not_delivered == {"2017-12"}
    assert checked.accepted == "raw"
    assert "VAL-100" not in codes(checked)
