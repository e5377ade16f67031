"""Which rows keep the contract and which are set aside, with code, reason and place.

Areas, periods and categories occur by the hundred, so each distinct word is judged once and its rows follow; numbers
and duplicates are judged in SQL over the whole table. Words of the source are shown only where they are codes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from config.errors import Finding, ValuesError
from etl.calendar import parse
from etl.frames import RawFrame, cell_place

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: Why a row is set aside, as it stands in the table `quarantine`.
REASONS = {
    "VAL-016": "area code is not in this vintage",
    "VAL-101": "no area",
    "VAL-026": "no period",
    "VAL-028": "week does not exist in this year",
    "VAL-107": "period lies in the future",
    "VAL-035": "category is not mapped",
    "VAL-008": "no usable number",
    "VAL-040": "signs that only look like digits or a minus",
    "VAL-102": "no number",
    "VAL-103": "larger than any count of a municipality",
    "VAL-004": "a count cannot be negative",
    "VAL-005": "a count must be whole",
    "VAL-013": "same row twice",
    "VAL-110": "margins do not enclose the value",
}
#: Largest count that a municipality can have: more than the country has inhabitants.
MAX_COUNT = 20_000_000

_AREA = re.compile(r"^(GM|WK|BU)[0-9][0-9A-Z]{1,7}$")
_PERIOD = re.compile(r"^[0-9]{4,6}$|^[0-9]{4}[-/]?[QWKM]?[0-9]{1,2}$")
CATEGORY_CODE = re.compile(r"^[A-Z]{0,4}[0-9]{1,4}([.-][0-9]{1,3}){0,3}$")
_NUMBER = re.compile(r"^[-+−–－]?[0-9０-９.,]{1,8}([eE][-+]?[0-9]{1,4})?$|^[-+]?(nan|inf|infinity)$", re.IGNORECASE)

#: RE2 classes: dashes that are no minus, digits that are no ASCII digit, what is no usable number.
_LOOKALIKE = r"\p{Nd}|[\x{2010}-\x{2015}\x{2212}\x{FE63}\x{FF0D}]"
_UNUSABLE = r"[-+]?(nan|inf|infinity|[0-9]+([.,][0-9]+)?e[-+]?[0-9]+|[0-9]{16,}([.,][0-9]+)?)"


@dataclass(frozen=True)
class Place:
    """Where a cell stands: file (and member of a folder), line, position of its column."""

    name: str
    columns: dict[str, int]
    sheet: str = ""  # of a workbook

    def of(self, part: str | None, row: int | None, role: str = "") -> str:
        where = f"{self.name}/{part}" if part and part != self.name else self.name
        return cell_place(where, self.sheet, row, self.columns.get(role))


@dataclass(frozen=True)
class Word:
    """A distinct area, period or category: how often and where first."""

    text: str | None
    n: int
    part: str | None
    row: int | None


def words(con: duckdb.DuckDBPyConnection, table: str, column: str) -> list[Word]:
    """The distinct words of a column in order of their first row."""
    found = con.execute(
        f"""SELECT {column}, count(*), arg_min(part, row), min(row) AS first FROM "{table}" GROUP BY {column}
            ORDER BY first NULLS LAST, {column}"""
    ).fetchall()
    return [Word(*row) for row in found]


def is_unknown_place(text: str | None, areas: AreaTree) -> bool:
    """A code or word that stands for "place unknown"."""
    return text is not None and (areas.is_pseudo(text) or "onbekend" in text.casefold() or text.casefold() == "unknown")


def period_fault(text: str | None, today: dt.date) -> str | None:
    """Code of what is wrong with a period; None for one that exists and has begun."""
    if text is None or "-R" in text:
        return "VAL-026"
    try:
        period = parse(text)
    except ValueError:
        is_week = re.fullmatch(r"[0-9]{4}-W53", text)
        return "VAL-028" if is_week else "VAL-026"
    return "VAL-107" if period.first_day > today else None


# --- set aside -------------------------------------------------------------------------------------------------------


def set_aside(
    con: duckdb.DuckDBPyConnection,
    raw: RawFrame,
    *,
    areas: dict[str | None, str],
    periods: dict[str | None, str],
    measures: dict[str | None, str],
    counts: Collection[str],
    place: Place,
    has_maximum: bool,
) -> str | None:
    """Make `<raw>__bad` (id, code) of the rows that do not keep the contract; None where all rows do.

    Args:
        areas, periods, measures: faulty words and the code of their fault.
        counts: measures whose numbers are counts: whole, never negative.
        has_maximum: counts above `MAX_COUNT` are set aside.

    Raises:
        ValuesError: VAL-014, two rows for one cell differ.
    """
    bad = f"{raw.table}__bad"
    con.register("_counts", pd.DataFrame({"measure": sorted(counts)}, dtype="str"))
    by_word = {"area": areas, "period": periods, "measure": measures}
    for column, faults in by_word.items():
        frame = pd.DataFrame({"word": list(faults), "code": list(faults.values())}, dtype="str")
        con.register(f"_bad_{column}", frame)
    fault = _number_fault(has_maximum)
    n_numbers = con.execute(f'SELECT count(*) FROM "{raw.table}" WHERE {_SUSPECT}').fetchall()[0][0]
    if n_numbers:
        n_numbers = con.execute(
            f'SELECT count(*) FROM "{raw.table}" r WHERE {_SUSPECT} AND ({fault}) IS NOT NULL'
        ).fetchall()[0][0]
    has_faults = bool(n_numbers or areas or periods or measures)
    joins = " ".join(
        f"LEFT JOIN _bad_{column} {column}_fault ON r.{column} IS NOT DISTINCT FROM {column}_fault.word"
        for column, faults in by_word.items()
        if faults
    )
    codes = [f"{column}_fault.code" for column, faults in by_word.items() if faults]
    if has_faults:
        con.execute(
            f"""
            CREATE OR REPLACE TABLE "{bad}" AS
            SELECT id, code FROM (
                SELECT r.rowid AS id, coalesce({", ".join([*codes, fault])}) AS code
                FROM "{raw.table}" r {joins})
            WHERE code IS NOT NULL
            """
        )
    has_twins = _duplicates(con, raw.table, bad if has_faults else None, place)
    for view in ("_counts", "_bad_area", "_bad_period", "_bad_measure"):
        con.unregister(view)
    return bad if has_faults or has_twins else None


_IS_COUNT = "r.measure IN (SELECT measure FROM _counts)"
#: Cheap first look: only rows like these can have a faulty number.
_SUSPECT = f"""(mark = 'invalid' OR (mark IS NULL AND value IS NULL) OR NOT isfinite(value) OR value < 0
    OR value > {MAX_COUNT} OR value <> trunc(value) OR lower > value OR upper < value OR lower > upper)"""


def _number_fault(has_maximum: bool) -> str:
    """SQL of the code of what is wrong with a number; NULL where nothing is."""
    maximum = f"WHEN {_IS_COUNT} AND r.value > {MAX_COUNT} THEN 'VAL-103'" if has_maximum else ""
    return f"""CASE
        WHEN r.mark = 'invalid' THEN CASE
            WHEN regexp_matches(regexp_replace(r.text, '[0-9]', '', 'g'), '{_LOOKALIKE}') THEN 'VAL-040'
            WHEN regexp_full_match(lower(r.text), '{_UNUSABLE}') THEN 'VAL-008' ELSE 'VAL-102' END
        WHEN r.mark IS NULL AND r.value IS NULL THEN 'VAL-102'
        WHEN r.value IS NULL THEN NULL
        WHEN NOT isfinite(r.value) THEN 'VAL-008'
        WHEN r.value < 0 AND {_IS_COUNT} THEN 'VAL-004'
        WHEN r.value <> trunc(r.value) AND {_IS_COUNT} THEN 'VAL-005'
        {maximum}
        WHEN r.lower > r.value OR r.upper < r.value OR r.lower > r.upper THEN 'VAL-110' END"""


def _duplicates(con: duckdb.DuckDBPyConnection, table: str, bad: str | None, place: Place) -> bool:
    """Rows of a cell that was there before: equal ones are set aside, different ones refuse the file."""
    kept = f'WHERE rowid NOT IN (SELECT id FROM "{bad}")' if bad else ""
    n_rows, n_cells = con.execute(
        f"""SELECT count(*), count(DISTINCT hash(area, period, measure)) FROM "{table}" {kept}"""
    ).fetchall()[0]
    if n_rows == n_cells:
        return False
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _twin AS
        SELECT rowid AS id, part, row, value, mark, measure, first_value(rowid) OVER cell AS first_id,
               first_value(row) OVER cell AS first_row, first_value(part) OVER cell AS first_part,
               first_value(value) OVER cell AS first_value, first_value(mark) OVER cell AS first_mark
        FROM "{table}" {kept}
        WINDOW cell AS (PARTITION BY area, period, measure ORDER BY part, row, rowid)
        QUALIFY row_number() OVER cell > 1
        """
    )
    different = con.execute(
        """SELECT part, row, value, mark, first_part, first_row, first_value, first_mark FROM _twin
           WHERE value IS DISTINCT FROM first_value OR mark IS DISTINCT FROM first_mark ORDER BY part, row"""
    ).fetchall()
    if different:
        raise ValuesError.of(_differing(different, place))
    twins = con.execute("SELECT count(*) FROM _twin").fetchall()[0][0]
    if twins and bad:
        con.execute(f"INSERT INTO \"{bad}\" SELECT id, 'VAL-013' FROM _twin")
    elif twins:
        con.execute(f"CREATE OR REPLACE TABLE \"{table}__bad\" AS SELECT id, 'VAL-013' AS code FROM _twin")
    con.execute("DROP TABLE _twin")
    return bool(twins)


def _differing(rows: Sequence[tuple[Any, ...]], place: Place) -> Iterable[Finding]:
    """The first ten by name, the rest as a number."""

    def number(value: float | None, mark: str | None) -> str:
        return str(mark) if value is None else f"{value:g}" if abs(value) <= MAX_COUNT else "a large number"

    for part, row, value, mark, first_part, first_row, first_value, first_mark in rows[:10]:
        first = f"line {first_row}" if first_part == part else f"{first_part}:{first_row}"
        both = f"{number(first_value, first_mark)} and {number(value, mark)}"
        yield Finding(
            "VAL-014",
            f"key of {first} with another value ({both})",
            place.of(part, row),
            "ask the supplier which is right and remove the other",
            number=len(rows),
        )
    if len(rows) > 10:
        yield Finding(
            "VAL-014", f"{len(rows) - 10} more rows repeat a key with another value", place.name, "as above", "error"
        )


# --- telling ---------------------------------------------------------------------------------------------------------


def findings(
    con: duckdb.DuckDBPyConnection,
    raw: RawFrame,
    bad: str,
    place: Place,
    areas: AreaTree,
    ended: Mapping[str, tuple[int, int]] | None = None,
) -> list[Finding]:
    """One warning per reason: the first row, and how many there are. `ended`: codes of former vintages."""
    rows = con.execute(
        f"""
        SELECT b.code, count(*) AS n, count(DISTINCT r.area) AS n_areas, arg_min(struct_pack(
                   part := r.part, area := r.area, period := r.period, measure := r.measure, value := r.value,
                   words := r.text), coalesce(r.row, 0)) AS first, min(r.row) AS row
        FROM "{bad}" b JOIN "{raw.table}" r ON r.rowid = b.id GROUP BY b.code ORDER BY b.code
        """
    ).fetchall()
    told = [_finding(code, n, n_areas, first, row, place, areas) for code, n, n_areas, first, row in rows]
    former = {code: first["area"] for code, _, _, first, _ in rows if first["area"] in (ended or {})}
    return [
        _of_former(finding, former[finding.code], (ended or {})[former[finding.code]], areas)
        if finding.code == "VAL-016" and finding.code in former
        else finding
        for finding in told
    ]


def _of_former(finding: Finding, code: str, years: tuple[int, int], areas: AreaTree) -> Finding:
    """An area of a former division: when it ended, so far as the known vintages tell."""
    last, following = years
    when = f"on {following}-01-01" if following == last + 1 else f"between {last} and {following}-01-01"
    known = f"area {code} is not in vintage {areas.vintage}"
    fix = "map it in a file of `geography.crosswalks` and set `vintage` of the source, or deliver on current areas"
    return replace(finding, what=finding.what.replace(known, f"area {code} ended {when}"), fix=fix)


_ROLE = {"VAL-016": "area", "VAL-101": "area", "VAL-026": "period", "VAL-028": "period", "VAL-107": "period"}


def _finding(
    code: str, n: int, n_areas: int, first: dict[str, object], row: int | None, place: Place, areas: AreaTree
) -> Finding:
    role = _ROLE.get(code, "measure" if code == "VAL-035" else "value")
    if role == "value" and str(first["measure"]) in place.columns:
        role = str(first["measure"])
    elif role == "value" and str(first["period"]) in place.columns:  # each period has a column of its own
        role = str(first["period"])
    told, fix = _TELL[code](first, areas)
    if code == "VAL-016" and n_areas > 1:
        told += f", and {n_areas - 1} more codes"
    rows = "1 row" if n == 1 else f"{n:,} rows"
    part = str(first["part"]) if first["part"] else None
    return Finding(code, f"{told}; {rows} set aside", place.of(part, row, role), fix, "warning", number=n)


def _quoted(text: object, pattern: re.Pattern[str], otherwise: str) -> str:
    return f'"{text}"' if text is not None and pattern.match(str(text)) else otherwise


def _unknown_area(first: dict[str, object], areas: AreaTree) -> tuple[str, str]:
    code = str(first["area"])
    if not _AREA.match(code):
        return f"a text of {len(code)} signs is no area code", "write codes like BU01530103"
    near = areas.nearest(code)
    hint = f" (nearest known: {near})" if near else ""
    return f"area {code} is not in vintage {areas.vintage}", f"map it in a file of `geography.crosswalks`{hint}"


def _week_53(first: dict[str, object], _: AreaTree) -> tuple[str, str]:
    return f"{str(first['period'])[:4]} has no ISO week 53", "check the week number at the source"


_Tell = Callable[[dict[str, object], "AreaTree"], tuple[str, str]]
_AT_SOURCE = "repair it at the source"
_TELL: dict[str, _Tell] = {
    "VAL-016": _unknown_area,
    "VAL-101": lambda first, _: ("no area code", _AT_SOURCE),
    "VAL-026": lambda first, _: (
        _quoted(first["period"], _PERIOD, "a text") + " is no period",
        "repair it at the source, or set `period.pattern` as the file writes it",
    ),
    "VAL-028": _week_53,
    "VAL-107": lambda first, _: (f"{first['period']} has not begun", _AT_SOURCE),
    "VAL-035": lambda first, _: (
        "category " + _quoted(first["measure"], CATEGORY_CODE, "(a word)") + " is not mapped",
        "add it to `categories` of this source, or leave it out at the source",
    ),
    "VAL-008": lambda first, _: (_quoted(first["words"], _NUMBER, "a text") + " is no usable number", _AT_SOURCE),
    "VAL-040": lambda first, _: (
        _quoted(first["words"], _NUMBER, "a number") + f" uses {_strange(str(first['words']))}",
        "write plain digits and a plain minus",
    ),
    "VAL-102": lambda first, _: (
        "an unreadable number",
        "repair it at the source; is it a sign for a withheld number, add it to `suppressed_marks`",
    ),
    "VAL-103": lambda first, _: ("a count too large for a municipality", _AT_SOURCE),
    "VAL-004": lambda first, _: (f"{first['value']:g}: a count cannot be negative", _AT_SOURCE),
    "VAL-005": lambda first, _: (
        f"{first['value']:g}: a count must be whole",
        "repair it at the source; is it no count, declare the column as `columns.value`",
    ),
    "VAL-110": lambda first, _: (
        "the margins do not enclose the value",
        "repair it at the source; are the margins half widths, ask for the lower and upper bound",
    ),
    "VAL-013": lambda first, _: ("the same row twice; the second", "remove it at the source"),
}


def _strange(text: str) -> str:
    """The first sign that is no ASCII, by its number in Unicode."""
    return next((f"U+{ord(sign):04X}" for sign in text if ord(sign) > 127), "other signs")
