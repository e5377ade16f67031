"""What refuses a tabular file: cells written in another way than declared, names for codes, totals that disagree.

Each mistake is told once with the place of its first occurrence and the number of rows. Numbers and codes may be shown,
other text never: it could be about a person.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from config.errors import Finding
from config.model import TabularSource
from etl.frames import cell_place
from etl.sources.tabular_cells import SPACES, Cells, literal

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: A number with its signs, short enough to be no number of a person.
_SHOWABLE = re.compile(rf"[€$£%{SPACES}]*[-−]?[0-9.,{SPACES}]{{1,14}}[€$£%{SPACES}]*")
_SYMBOLS = "[€$£%]|(^|[^a-z])(eur|euro|keer|stuks|st|x)($|[^a-z])"


@dataclass(frozen=True)
class Place:
    """Where a cell stands: file, line, and the position of its column."""

    name: str
    columns: dict[str, int]
    sheet: str = ""

    def of(self, row: int, role: str = "") -> str:
        return cell_place(self.name, self.sheet, row, self.columns.get(role))


def shown(text: str) -> str:
    """A number as it stands, in quotes; any other text is only described."""
    is_short = sum(sign.isdigit() for sign in text) <= 8
    return f'"{text}"' if is_short and _SHOWABLE.fullmatch(text) else f"a text of {len(text)} signs"


def rows_of(number: int) -> str:
    return f"{number} row" if number == 1 else f"{number:,} rows"


# --- error values ----------------------------------------------------------------------------------------------------

#: What Excel writes where a formula fails, in English and in Dutch.
ERRORS = (
    "#N/A", "#N/B", "#REF!", "#VERW!", "#VALUE!", "#WAARDE!", "#DIV/0!", "#DEEL/0!", "#NAME?", "#NAAM?", "#NUM!",
    "#GETAL!", "#NULL!", "#LEEG!", "#SPILL!", "#CALC!",
)  # fmt: skip


def error_mistakes(con: duckdb.DuckDBPyConnection, cells: Cells, place: Place) -> list[Finding]:
    """Error values of a spreadsheet that were saved as text, in any declared column."""
    known = ", ".join(literal(error) for error in ERRORS)
    found = con.execute(
        f"""
        SELECT side, role, upper(text) AS error, min(row), count(DISTINCT row)
        FROM (UNPIVOT (SELECT row, role, area_text AS area, period_text AS period, word AS measure, value_text AS value,
                              lower_text AS lower, upper_text AS upper FROM {cells.rows})
              ON area, period, measure, value, lower, upper INTO NAME side VALUE text)
        WHERE text[1:1] = '#' AND upper(text) IN ({known}) GROUP BY ALL ORDER BY 4, 1
        """
    ).fetchall()
    return [
        Finding(
            "FILE-039",
            f"holds {error} ({rows_of(n)})",
            place.of(row, role if side == "value" else side),
            "repair it at the source",
            number=n,
        )
        for side, role, error, row, n in found
    ]


# --- areas -----------------------------------------------------------------------------------------------------------


def area_mistakes(
    con: duckdb.DuckDBPyConnection, cells: Cells, place: Place, municipality_code: str, areas: AreaTree | None
) -> list[Finding]:
    """Areas of another municipality, and names where codes are required."""
    return [
        *_of_others(con, cells, place, municipality_code, areas),
        *_names(con, cells, place, areas),
    ]


def _of_others(
    con: duckdb.DuckDBPyConnection, cells: Cells, place: Place, municipality_code: str, areas: AreaTree | None
) -> list[Finding]:
    others = con.execute(
        f"""
        SELECT area, row, n FROM {cells.areas}
        WHERE regexp_full_match(area, '(GM|WK|BU)[0-9]{{4}}[0-9A-Z]{{0,4}}') AND area[3:6] <> ?
        ORDER BY row
        """,
        [municipality_code[2:]],
    ).fetchall()
    if areas is not None:
        others = [(code, row, n) for code, row, n in others if code not in areas and not areas.is_pseudo(code)]
    else:
        others = [(code, row, n) for code, row, n in others if code[2:6] != "0000"]
    if not others:
        return []
    code, row, _ = others[0]
    number = sum(n for _, _, n in others)
    what = f"area {code} is not of {municipality_code} ({rows_of(number)})"
    return [Finding("FILE-027", what, place.of(row, "area"), "deliver per municipality", number=number)]


def _names(con: duckdb.DuckDBPyConnection, cells: Cells, place: Place, areas: AreaTree | None) -> list[Finding]:
    texts = con.execute(
        f"""SELECT text, row, n, area FROM {cells.areas}
            WHERE NOT regexp_full_match(area, '(GM|WK|BU)[0-9][0-9A-Z]+') ORDER BY row LIMIT 10000"""
    ).fetchall()
    texts = [(text, row, n) for text, row, n, area in texts if areas is None or area not in areas]
    known = _codes_by_name(areas)
    found: list[Finding] = []
    named = [(text, row, n, known[_folded(text)]) for text, row, n in texts if _folded(text) in known]
    for text, row, n, codes in named[:10]:
        where = place.of(row, "area")
        if len(codes) > 1:
            fix = "use codes; names that occur twice cannot be told apart"
            found.append(
                Finding("VAL-020", f'"{text}" fits {" and ".join(codes)} ({rows_of(n)})', where, fix, number=n)
            )
        else:
            what = f'"{text}" is a name ({rows_of(n)}); a code like BU01530103 is required'
            found.append(Finding("VAL-019", what, where, f"write the code (suggestion: {codes[0]})", number=n))
    has_codes = con.execute(
        f"SELECT bool_or(regexp_full_match(area, '(GM|WK|BU)[0-9][0-9A-Z]+')) FROM {cells.areas}"
    ).fetchall()[0][0]
    if texts and not found and not has_codes:
        number = sum(n for _, _, n in texts)
        what = f"{rows_of(number)} hold a text where an area code is required, none holds a code"
        fix = "write codes like BU01530103, or declare `area_code` ({prefix: BU, pad: 8})"
        found.append(Finding("VAL-019", what, place.of(texts[0][1], "area"), fix, number=number))
    return found


def _codes_by_name(areas: AreaTree | None) -> dict[str, list[str]]:
    """Folded name -> codes. Names that occur twice carry their district in the tree; both forms are known."""
    known: dict[str, list[str]] = defaultdict(list)
    for code, name in (areas.names() if areas is not None else {}).items():
        for form in {_folded(name), _folded(re.sub(r" \([^()]*\)$", "", name))}:
            known[form].append(code)
    return known


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


# --- periods ---------------------------------------------------------------------------------------------------------


def period_mistakes(con: duckdb.DuckDBPyConnection, cells: Cells, place: Place) -> list[Finding]:
    """Day numbers of Excel where a period is declared."""
    serials = con.execute(f"SELECT text, row, n FROM {cells.periods} WHERE is_serial ORDER BY row").fetchall()
    if not serials:
        return []
    text, row, _ = serials[0]
    number = sum(n for _, _, n in serials)
    day = dt.date(1899, 12, 30) + dt.timedelta(days=int(float(text)))
    what = f"{text} is an Excel day number ({day}) ({rows_of(number)})"
    fix = "format the column as text, or set `period.excel_dates: true`"
    return [Finding("VAL-029", what, place.of(row, "period"), fix, number=number)]


# --- numbers ---------------------------------------------------------------------------------------------------------


def number_mistakes(con: duckdb.DuckDBPyConnection, cells: Cells, place: Place, source: TabularSource) -> list[Finding]:
    """Numbers written with another decimal or thousands sign than declared, or with a unit."""
    how = source.format
    other = "." if how.decimal == "," else ","
    thousands = how.thousands or ""
    signed = f"-?[0-9]{{1,3}}([{other if other != thousands else ''}{how.decimal}][0-9]{{3}})+"
    grouped = f"regexp_full_match(text, {literal(signed)})"
    foreign = f"regexp_full_match(text, {literal(f'-?[0-9]+[{other}][0-9]+')})" if other != thousands else "false"
    both = f"regexp_full_match(text, {literal('-?[0-9]{1,3}([.,][0-9]{3})+([.,][0-9]+)?')})"
    symbols = f"regexp_matches(lower(text), {literal(_SYMBOLS)}) AND regexp_matches(text, '[0-9]')"
    sides = ", ".join(f"'{side}'" for side in ("value", "lower", "upper"))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _suspect AS
        SELECT text, number IS NOT NULL AS is_read, {grouped} AS is_grouped, {foreign} AS is_foreign, {both} AS is_both,
               number IS NULL AND {symbols} AS has_symbols, contains(text, {literal(how.decimal)}) AS has_decimal
        FROM {cells.numbers} WHERE mark IS NULL AND NOT regexp_full_match(text, '-?[0-9]{{1,15}}')
        """
    )
    texts = con.execute("SELECT count(*) FROM _suspect").fetchall()[0][0]
    if not texts:
        con.execute("DROP TABLE _suspect")
        return []
    frame = con.execute(
        f"""
        SELECT r.role, side, s.*, min(r.row) AS row, count(*) AS n
        FROM (UNPIVOT (SELECT row, role, value_text AS value, lower_text AS lower, upper_text AS upper
                       FROM {cells.rows} WHERE NOT is_total) ON value, lower, upper INTO NAME side VALUE text) r
        JOIN _suspect s USING (text) WHERE side IN ({sides})
        GROUP BY ALL ORDER BY row
        """
    ).df()
    con.execute("DROP TABLE _suspect")
    by = ["side"] if source.is_wide else ["role", "side"]  # columns of periods are written alike: told once
    return [finding for _, column in frame.groupby(by) for finding in _of_column(column, place, source)]


def _of_column(column: pd.DataFrame, place: Place, source: TabularSource) -> list[Finding]:
    """The mistakes of one column, in order of what explains most."""
    how = source.format
    role, side = str(column.role.iloc[0]), str(column.side.iloc[0])
    where_role = role if side == "value" else side
    is_count = side == "value" and (role == "value" and source.columns.count is not None)
    is_figure = side != "value" or (role == "value" and source.columns.count is None)
    fractions = column[column.is_read & column.has_decimal]
    # One column per indicator may hold counts or figures: three digits behind every sign are thousands.
    all_grouped = bool(len(fractions)) and bool(fractions.is_grouped.all())
    may_be_grouped = column.is_grouped & (is_count | (~column.is_read) | (not is_figure and all_grouped))
    found: list[Finding] = []

    def add(code: str, rows: pd.DataFrame, why: str, fix: str) -> None:
        if len(rows):
            first, number = rows.iloc[0], int(rows.n.sum())
            what = f"{shown(str(first.text))}{why} ({rows_of(number)})"
            where = place.of(int(first.row), str(first.role) if source.is_wide else where_role)
            found.append(Finding(code, what, where, fix, number=number))

    foreign = column[column.is_foreign & ~column.is_read & ~may_be_grouped]
    other = "," if how.decimal == "." else "."
    word = "comma" if other == "," else "point"
    add("VAL-001", foreign, f": decimal {word} found", f'set `format.decimal: "{other}"`')
    if not len(foreign):
        ambiguous = column[may_be_grouped | (column.is_both & ~column.is_read)]
        sign = next((sign for sign in str(ambiguous.text.iloc[0]) if sign in ".,"), ".") if len(ambiguous) else "."
        fix = f'set `format.thousands: "{sign}"`'
        if sign == how.decimal:
            fix += f' and `format.decimal: "{other}"`'
        add("VAL-002", ambiguous, " is ambiguous for a whole number", fix)
    add("VAL-041", column[column.has_symbols], ": symbols in a number", "remove them at the source")
    return found


# --- totals ----------------------------------------------------------------------------------------------------------


def total_mistakes(con: duckdb.DuckDBPyConnection, cells: Cells, place: Place) -> list[Finding]:
    """Rows of totals that are not the sum of the rows they total: by period and category where the row names them.

    A total may count one level of areas or all; where cells are withheld it may be larger than what is left.
    """
    if not con.execute(f"SELECT count(*) FROM {cells.rows} WHERE is_total").fetchall()[0][0]:
        return []
    rows = con.execute(
        f"""
        WITH cell AS (
            SELECT r.role, p.period, r.measure, a.area[1:2] AS level, sum(n.number) AS part,
                   count(*) FILTER (n.number IS NULL) > 0 AS has_gaps
            FROM {cells.rows} r JOIN {cells.areas} a ON a.text = r.area_text
            LEFT JOIN {cells.periods} p ON p.text = r.period_text
            LEFT JOIN {cells.numbers} n ON n.text = r.value_text
            WHERE NOT r.is_total AND NOT r.is_empty GROUP BY ALL),
        total AS (
            SELECT r.row, r.role, p.period, r.measure, n.number
            FROM {cells.rows} r LEFT JOIN {cells.periods} p ON p.text = r.period_text
            LEFT JOIN {cells.numbers} n ON n.text = r.value_text WHERE r.is_total AND n.number IS NOT NULL)
        SELECT t.row, t.role, t.number, c.level, sum(c.part), bool_or(c.has_gaps)
        FROM total t JOIN cell c ON c.role = t.role AND (t.period IS NULL OR t.period = c.period)
                                AND (t.measure IS NULL OR t.measure = c.measure)
        GROUP BY GROUPING SETS ((t.row, t.role, t.number), (t.row, t.role, t.number, c.level)) ORDER BY t.row
        """
    ).fetchall()
    sums: dict[tuple[int, str, float], list[tuple[str | None, float, bool]]] = defaultdict(list)
    for row, role, number, level, part, has_gaps in rows:
        sums[row, role, number].append((level, part or 0.0, has_gaps))
    found = []
    for (row, _, number), parts in sums.items():
        if any(
            abs(part - number) < 1e-6 * max(1.0, abs(number)) or (gaps and part < number) for _, part, gaps in parts
        ):
            continue
        nearest = min((part for _, part, _ in parts), key=lambda part: abs(part - number))
        what = f"total {number:g} but rows add to {nearest:g} (difference {abs(number - nearest):g})"
        fix = "ask the supplier which is right, or leave the total row out"
        found.append(Finding("FILE-018", what, place.of(row), fix))
    return found
