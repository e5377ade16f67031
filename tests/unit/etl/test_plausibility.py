"""A delivery held against those before it: size, scale, way of counting, period by period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest

from config.errors import Finding, ValuesError
from config.model import KwbSource, TabularSource
from etl.findings_nl import dutch
from etl.frames import RAW, create, work_connection
from etl.intake import titles_of
from etl.plausibility import Memory
from tests.delivered import source
from tests.smalltown import town

CODES = [f"BU015300{number:02}" for number in range(12)]
MONTHS = [f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13)][:30]


def level(code: str, month: str) -> float:
    """A steady count per area that moves by one."""
    return 20 + CODES.index(code) + (int(month[-2:]) + CODES.index(code)) % 2


def judged(
    deliveries: Iterable[dict[str, float]],
    how: TabularSource | KwbSource | None = None,
    breaks: tuple[dt.date, ...] = (),
    titles: dict[str, str] | None = None,
    **settings: object,
) -> list[Finding]:
    """What is said of the last of some deliveries: month -> factor on the usual level."""
    how = how or source()
    memory, told = Memory(how, {"burglary_home"}, {"burglary_home": breaks}, titles or {}), []
    with work_connection() as con:
        for months in deliveries:
            table = create(con, "given", RAW)
            rows = [
                (code, month, "burglary_home", round(level(code, month) * factor))
                for month, factor in months.items()
                for code in CODES
            ]
            con.executemany(f'INSERT INTO "{table}" (area, period, measure, value) VALUES (?, ?, ?, ?)', rows)
            found = {"rows_used": len(rows), "periods": list(months)}
            told = memory.judge(con, table, "new.csv", found, is_new=True, **settings)  # type: ignore[arg-type]
    return told


HISTORY = dict.fromkeys(MONTHS[:29], 1.0)


def test_a_steady_source_says_nothing():
    assert judged([HISTORY, {MONTHS[28]: 1, MONTHS[29]: 1}]) == []


def test_a_month_that_came_as_zeros_is_no_step():
    zeros = {**dict.fromkeys(MONTHS[:29], 1.0), MONTHS[29]: 0.0}

    assert [finding.code for finding in judged([zeros], not_delivered={MONTHS[29]})] == []


@pytest.mark.parametrize("factor", [10, 0.1])
def test_a_factor_ten_is_refused(factor: float):
    with pytest.raises(ValuesError) as refused:
        judged([HISTORY, {MONTHS[29]: factor}])

    assert refused.value.findings[0].code == "VAL-111"
    assert refused.value.exit_code == 21


def test_settled_periods_counted_otherwise_are_told_with_the_factor():
    told = judged([HISTORY, dict.fromkeys(MONTHS[10:29], 1.4)])

    assert [finding.code for finding in told] == ["VAL-112"]
    assert "the same periods count × 1.4" in told[0].what


@pytest.mark.parametrize("factor", [1.4, 10.0])
def test_a_category_is_told_by_its_title_in_both_languages(factor):
    title = "Gekwal. diefstal: in/uit woning"
    try:
        told = judged([HISTORY, dict.fromkeys(MONTHS[10:29], factor)], titles={"burglary_home": title})[0]
    except ValuesError as error:
        told = error.findings[0]

    assert title in told.what
    assert title in dutch(told)
    assert "burglary_home" not in told.what


def test_young_periods_may_grow():
    assert judged([HISTORY, {MONTHS[27]: 1.4, MONTHS[28]: 1.4}]) == []


def test_the_same_periods_in_another_unit_are_refused():
    with pytest.raises(ValuesError, match="another unit"):
        judged([HISTORY, dict.fromkeys(MONTHS[10:29], 10.0)])


def test_rows_outside_what_is_declared_are_refused():
    how = source(expected_rows={"min": 13})

    with pytest.raises(ValuesError, match="12 rows to use; declared are at least 13"):
        judged([{MONTHS[0]: 1}], how)


def test_yearly_facts_may_repeat_themselves():
    years = [{str(year): 1.0} for year in (2021, 2022, 2023, 2024)]
    stock = KwbSource(id="facts", kind="kwb", path="*.csv")

    assert judged(years, stock) == []


def test_a_new_level_that_is_written_down_as_a_break_is_not_asked_about():
    new = dict.fromkeys(MONTHS[24:30], 1.6)

    asked, known = judged([HISTORY_TO_2025, new]), judged([HISTORY_TO_2025, new], breaks=(dt.date(2026, 1, 1),))
    elsewhere = judged([HISTORY_TO_2025, new], breaks=(dt.date(2024, 7, 1),))

    assert [finding.code for finding in asked] == ["VAL-112"]
    assert known == []
    assert [finding.code for finding in elsewhere] == ["VAL-112"]


HISTORY_TO_2025 = dict.fromkeys(MONTHS[:24], 1.0)


def test_the_words_of_a_source_are_those_its_supplier_uses(tmp_path):
    configured = town(tmp_path).configured()
    own, facts = configured.municipality.sources

    assert titles_of(configured, own) == {"burglary_home": "Woninginbraak", "assault": "Mishandeling"}
    assert titles_of(configured, facts) == {}
    assert configured.categories["47024NED"]["E33"] == "Overlast door verward persoon"
