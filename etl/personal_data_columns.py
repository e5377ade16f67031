"""Is a delivery about areas, not persons? The content check: what stands in its columns.

    check_table   every column of a file, declared or not, because an accepted file is kept as it came in
    check_raw     the words of a raw frame, for kinds whose columns are fixed; and is it counts, or one row an incident?
    check_texts   texts that stand elsewhere: a file name, comments, properties, hidden sheets

Works on distinct texts: DuckDB finds the few that could hold something, `personal_data_text` judges them. A refusal
names place and kind, never the text; all findings of a file come together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import duckdb

from config.errors import Finding, PersonalDataError
from etl import personal_data_text as words
from etl.frames import RawFrame, cell_place
from etl.personal_data import ADVICE, shown_heading
from etl.personal_data_text import Kind

#: A column is one of citizen numbers, plates, phones… from so many distinct texts, and so large a part of them.
COLUMN_TEXTS, COLUMN_SHARE = 5, 0.6
#: Fewer make a column of citizen numbers when there is nothing else in it, all have nine digits and all pass: of three
#: numbers drawn at random 1 in 1,300 triples does (0.09³).
FEW_TEXTS = 3
#: Addresses refuse from so many distinct ones, in so large a part of the rows; fewer may be names of places.
ADDRESS_TEXTS, ADDRESS_SHARE = 3, 0.02
#: Free text: so many words on average, mostly distinct.
FREE_TEXTS, FREE_WORDS, FREE_DISTINCT = 8, 6, 0.5
#: One row an incident: so many rows repeat a key, and so many of the numbers are 1.
REPEATED, ONES = 0.05, 0.95
_SAMPLE = 2_000

Place = Callable[[int, int], str]  # row, position of the column -> where that is

_OF_COLUMNS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("PII-011", "licence plates", words.is_bare_plate),
    ("PII-006", "phone numbers", words.is_bare_phone),
    ("PII-013", "case numbers", words.is_bare_case),
    ("PII-018", "times of day; the finest allowed period is the week", words.is_time),
)
#: Kinds of which one cell refuses the delivery.
_SURE = (
    words.CITIZEN, words.EMAIL, words.PHONE, words.POSTCODE, words.PLATE, words.ACCOUNT, words.CASE, words.BIRTH,
    words.MOMENT,
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column that is looked at: its name in the view, its heading in the file, its position (1 = first)."""

    sql: str
    heading: str
    position: int
    is_declared: bool = True


@dataclass(frozen=True)
class _Hit:
    n: int
    row: int


def check_table(
    con: duckdb.DuckDBPyConnection,
    view: str,
    columns: Sequence[Column],
    *,
    place: Place,
    known_codes: Collection[str] = (),
    has_prose: bool = False,
) -> tuple[Finding, ...]:
    """Look through every column of a loaded file.

    Args:
        view: has `row` and the columns as text. place: how a cell is named in messages.
        known_codes: area codes of CBS; their digits are no citizen numbers, whatever the 11-test says.
        has_prose: sentences are to be expected (an explanation), and are no free text about cases.

    Returns:
        Warnings: a few addresses, postcodes that are not loaded, numbers inside texts that pass the 11-test.

    Raises:
        PersonalDataError: all that speaks of persons, with place and kind.
    """
    found: list[Finding] = []
    known = {code[2:].lstrip("0") for code in known_codes}
    try:
        for column in columns:
            rows, distinct = _collect(con, view, column)
            if distinct:
                found += _of_column(con, column, rows, distinct, place, known, has_prose)
    finally:
        con.execute("DROP TABLE IF EXISTS _gate")
    return _refused_or_told(found)


def check_raw(
    con: duckdb.DuckDBPyConnection,
    raw: RawFrame,
    *,
    name: str,
    known_codes: Collection[str] = (),
    is_looked_through: bool = False,
) -> None:
    """Look through the words of a raw frame, and whether its rows are counts of areas or incidents one by one.

    Args:
        is_looked_through: `check_table` saw the whole file already; only the rows are judged.

    Raises:
        PersonalDataError: words about persons; PII-017 individual rows.
    """
    if not is_looked_through:
        _check_words(con, raw, name, known_codes)
    _refuse_individuals(con, raw, name)


def _check_words(con: duckdb.DuckDBPyConnection, raw: RawFrame, name: str, known_codes: Collection[str]) -> None:
    roles = ("area", "period", "measure", "text")
    columns = [Column(role, role, raw.columns.get("value" if role == "text" else role, 0)) for role in roles]
    check_table(
        con, raw.table, columns, place=lambda row, at: cell_place(name, raw.sheet, row, at), known_codes=known_codes
    )


def check_texts(texts: Iterable[tuple[str, str]], *, code: str | None = None) -> None:
    """Look through texts that stand outside the rows.

    Args:
        texts: where it stands (shown as it is, so without the text itself), and the text.
        code: of the finding; None: that of the kind.

    Raises:
        PersonalDataError: with every place.
    """
    found = []
    for where, text in texts:
        kinds = [kind for kind in words.kinds_in(text) if kind in _SURE]
        if kinds:
            what = f"holds {_article(kinds[0].words)}. Nothing was loaded"
            found.append(Finding(code or kinds[0].code, what, where, ADVICE))
    if found:
        raise PersonalDataError.of(found)


def check_file_name(file_name: str, source_id: str) -> None:
    """Look at the name of a file; a refusal names the source, because every message would repeat the name.

    Raises:
        PersonalDataError: PII-022.
    """
    stem = file_name.rpartition(".")[0] or file_name
    check_texts([(f"the name of a file of source {source_id}", stem)], code="PII-022")


# --- one column ------------------------------------------------------------------------------------------------------


def _collect(con: duckdb.DuckDBPyConnection, view: str, column: Column) -> tuple[int, int]:
    """Table `_gate` (text, n, row) of the distinct texts; returns rows with a text, and distinct texts."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _gate AS
        SELECT text, count(*) AS n, min(row) AS row FROM (SELECT trim({column.sql}) AS text, row FROM "{view}")
        WHERE text <> '' GROUP BY text
        """
    )
    rows, distinct = con.execute("SELECT coalesce(sum(n), 0), count(*) FROM _gate").fetchall()[0]
    return int(rows), int(distinct)


#: Short whole numbers and decimals: most of what a delivery holds.
_PLAIN = r"[-+]?([0-9]{1,7}|[0-9]{1,12}[.,][0-9]{0,12}|[0-9]{1,3}([.,][0-9]{3}){1,2})"


def _of_column(
    con: duckdb.DuckDBPyConnection,
    column: Column,
    rows: int,
    distinct: int,
    place: Place,
    known: set[str],
    has_prose: bool,
) -> list[Finding]:
    hits: dict[Kind, list[_Hit]] = defaultdict(list)
    candidates = con.execute(
        """SELECT text, n, row FROM _gate
           WHERE NOT regexp_full_match(text, ?) AND regexp_matches(text, ?, 'i') ORDER BY row""",
        [_PLAIN, words.CANDIDATE],
    )
    while batch := candidates.fetchmany(10_000):
        for text, n, row in batch:
            for kind in words.kinds_in(text):
                hits[kind].append(_Hit(n, row))
    found = [_one(kind, hits[kind], column, place) for kind in _SURE if kind in hits]
    found += _addresses(hits[words.ADDRESS], rows, column, place)
    found += _whole(con, column, distinct, place, known)
    if not any(finding.level == "error" for finding in found):
        found += [] if has_prose else _free_text(con, column, rows, distinct, place)
        found += _maybe_citizens(hits[words.MAYBE_CITIZEN], column, place)
    return found


def _one(kind: Kind, hits: Sequence[_Hit], column: Column, place: Place) -> Finding:
    n = sum(hit.n for hit in hits)
    rows = "" if n == 1 else f" ({n:,} rows)"
    what = f"{_article(kind.words)}{rows}. Nothing was loaded"
    return Finding(kind.code, what, place(hits[0].row, column.position), ADVICE, number=n)


def _addresses(hits: Sequence[_Hit], rows: int, column: Column, place: Place) -> list[Finding]:
    if not hits:
        return []
    n = sum(hit.n for hit in hits)
    what = f"{_named(column)}: {n:,} of {rows:,} values are addresses"
    where = place(hits[0].row, column.position)
    if len(hits) >= ADDRESS_TEXTS and n >= ADDRESS_SHARE * rows:
        return [Finding("PII-009", f"{what}. Nothing was loaded", where, ADVICE, number=n)]
    what = f"{_named(column)}: {n:,} of {rows:,} values look like an address"
    return [Finding("PII-010", what, where, "check that it is the name of a place, not a home", "warning", number=n)]


def _whole(
    con: duckdb.DuckDBPyConnection, column: Column, distinct: int, place: Place, known: set[str]
) -> list[Finding]:
    """What only shows in many texts together: citizen numbers, and numbers written without their signs."""
    where = place(*_first(con, column))
    if distinct < COLUMN_TEXTS:
        few = [text for text in _sample(con, "regexp_full_match(text, '[0-9]{9}')") if text.lstrip("0") not in known]
        if len(few) < max(FEW_TEXTS, distinct) or not all(map(words.passes_11_test, few)):
            return []
        what = f"{_named(column)}: citizen service numbers (all {len(few)} distinct values pass the test)"
        return [Finding("PII-001", f"{what}. Nothing was loaded", where, ADVICE)]
    numbers = _sample(con, r"regexp_full_match(text, '[0-9]{8,9}|[0-9]{2,4}[ .-][0-9]{2,3}[ .-][0-9]{3}')")
    digits = ["".join(sign for sign in text if sign.isdigit()) for text in numbers if words.BSN_FORM.fullmatch(text)]
    digits = [one for one in digits if one.lstrip("0") not in known and not words.is_date(one)]
    passing = sum(words.passes_11_test(one) for one in digits)
    if len(digits) >= COLUMN_TEXTS and passing >= COLUMN_SHARE * len(digits):
        what = (
            f"{_named(column)}: citizen service numbers ({passing:,} of {len(digits):,} distinct values pass the test)"
        )
        return [Finding("PII-001", f"{what}. Nothing was loaded", where, ADVICE)]
    sample = _sample(con, f"NOT regexp_full_match(text, '{_PLAIN}') AND length(text) <= 24")
    enough = max(COLUMN_TEXTS, COLUMN_SHARE * min(distinct, _SAMPLE))
    for code, kind, is_one in _OF_COLUMNS:
        if sum(is_one(text) for text in sample) >= enough:
            return [Finding(code, f"{_named(column)}: {kind}. Nothing was loaded", where, ADVICE)]
    if sum(words.is_postcode(text) for text in sample) >= enough:
        level = "error" if column.is_declared else "warning"
        what = f"{_named(column)} holds postcodes, finer than the allowed area level (buurt); not loaded"
        return [Finding("PII-008", what, where, "deliver figures per buurt", level)]
    return []


def _first(con: duckdb.DuckDBPyConnection, column: Column) -> tuple[int, int]:
    return int(con.execute("SELECT min(row) FROM _gate").fetchall()[0][0]), column.position


def _sample(con: duckdb.DuckDBPyConnection, where: str) -> list[str]:
    """So many texts, always the same ones, from anywhere in the file."""
    found = con.execute(f"SELECT text FROM _gate WHERE {where} ORDER BY hash(text), text LIMIT {_SAMPLE}").fetchall()
    return [words.plain(text) for (text,) in found]


def _free_text(con: duckdb.DuckDBPyConnection, column: Column, rows: int, distinct: int, place: Place) -> list[Finding]:
    if distinct < FREE_TEXTS or distinct < FREE_DISTINCT * rows:
        return []
    mean = con.execute("SELECT avg(len(regexp_split_to_array(text, '\\s+'))) FROM _gate").fetchall()[0][0]
    if mean < FREE_WORDS:
        return []
    what = f"{_named(column)}: free text ({mean:.0f} words on average, mostly different). Nothing was loaded"
    return [Finding("PII-016", what, place(*_first(con, column)), ADVICE, number=distinct)]


def _maybe_citizens(hits: Sequence[_Hit], column: Column, place: Place) -> list[Finding]:
    if not hits:
        return []
    n, where = sum(hit.n for hit in hits), place(hits[0].row, column.position)
    if len(hits) >= COLUMN_TEXTS:
        what = f"{_named(column)}: numbers inside {len(hits):,} texts pass the test of citizen service numbers"
        return [Finding("PII-001", f"{what}. Nothing was loaded", where, ADVICE, number=n)]
    what = f"{words.MAYBE_CITIZEN.words}; not loaded"
    fix = "look at this cell; is it a citizen service number, return the file to its sender"
    return [Finding(words.MAYBE_CITIZEN.code, what, where, fix, "warning", number=n)]


# --- the rows as a whole ---------------------------------------------------------------------------------------------


def _refuse_individuals(con: duckdb.DuckDBPyConnection, raw: RawFrame, name: str) -> None:
    """Counts have one row a cell; incidents repeat their cell, each with a 1."""
    rows, cells, ones, filled = con.execute(
        f"""SELECT count(*), count(DISTINCT hash(area, period, measure)), count(*) FILTER (value = 1),
                   count(*) FILTER (value <> 0) FROM "{raw.table}" """
    ).fetchall()[0]
    repeated = rows - cells
    if repeated > REPEATED * rows and ones > ONES * filled:
        what = f"{repeated:,} of {rows:,} rows repeat a key with value 1: individual incidents, not counts"
        fix = f"aggregate first: one row per area, period and category; {ADVICE}"
        raise PersonalDataError("PII-017", what, where=name, fix=fix)


# --- words -----------------------------------------------------------------------------------------------------------


def _named(column: Column) -> str:
    shown = shown_heading(column.heading)
    return f"column {shown}" if shown else "a column"


def _article(text: str) -> str:
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"


def _refused_or_told(found: Sequence[Finding]) -> tuple[Finding, ...]:
    refused = [finding for finding in found if finding.level == "error"]
    if refused:
        raise PersonalDataError.of(refused)
    return tuple(found)
