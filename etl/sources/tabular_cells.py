"""How the text of a cell becomes an area code, a period, an indicator or a number.

Everything runs in DuckDB over distinct texts (a file of 600,000 rows has a few hundred of each), which are then joined
to the rows. Texts that cannot be read stay as they are; `tabular_checks` says which of them refuse the file, the
contract judges the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from config.errors import ConfigError
from config.model import AreaCode, TabularFormat, TabularPeriod, TabularSource
from config.vocabulary import AreaLevel
from etl.frames import RAW, create
from etl.sources.delimited import column_sql

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: Words that head a row of totals, where an area code should stand.
TOTALS = ("totaal", "eindtotaal", "total", "grand total", "totaal gemeente", "gemeente totaal", "som", "sum")
#: Spaces that spreadsheets and typesetters leave around and inside numbers.
SPACES = " \t\u00a0\u2007\u2009\u202f"
#: Days that Excel counts from; serial numbers of 2000 up to and including 2099.
EXCEL_DAY_0, EXCEL_FIRST, EXCEL_LAST = "1899-12-30", 36_526, 73_050

_DIGITS = {"year": 4, "quarter": 1, "month": 2, "week": 2}
_FIELD = re.compile(r"\{(\w+)(?::0?(\d)d?)?\}")


@dataclass(frozen=True)
class Cells:
    """The texts of a file and what they stand for.

    `rows`: row, role, area_text, period_text, word, measure, value_text, lower_text, upper_text, is_total, is_empty
    `areas`: text, area · `periods`: text, period, is_serial · `numbers`: text, number, mark (see `_numbers`)
    """

    table: str

    @property
    def rows(self) -> str:
        return f'"{self.table}__rows"'

    @property
    def areas(self) -> str:
        return f'"{self.table}__areas"'

    @property
    def periods(self) -> str:
        return f'"{self.table}__periods"'

    @property
    def numbers(self) -> str:
        return f'"{self.table}__numbers"'

    def drop(self, con: duckdb.DuckDBPyConnection) -> None:
        for name in (self.rows, self.areas, self.periods, self.numbers):
            con.execute(f"DROP TABLE IF EXISTS {name}")

    def write(self, con: duckdb.DuckDBPyConnection, source: TabularSource) -> dict[str, int]:
        """Fill the raw table; returns why rows were left out, and how many."""
        create(con, self.table, RAW)
        factor = "* 100" if source.scale == "0-1" else ""
        margins = bool(source.columns.lower or source.columns.upper)
        lower, upper = (f"{side}.number {factor}" if margins else "NULL" for side in ("l", "u"))
        unreadable = (
            " OR (r.lower_text IS NOT NULL AND l.number IS NULL AND l.mark IS DISTINCT FROM 'missing')" * margins
        )
        joins = (
            f"LEFT JOIN {self.numbers} l ON l.text = r.lower_text LEFT JOIN {self.numbers} u ON u.text = r.upper_text"
            if margins
            else ""
        )
        con.execute(
            f"""
            INSERT INTO "{self.table}"
            SELECT r.row, NULL, a.area, coalesce(p.period, p.text), coalesce(r.measure, r.word),
                   CASE WHEN n.mark IS NULL THEN n.number {factor} END, {lower}, {upper},
                   CASE WHEN r.value_text IS NULL THEN 'missing' WHEN n.mark IS NOT NULL THEN n.mark
                        WHEN n.number IS NULL {unreadable} THEN 'invalid' END,
                   CASE WHEN n.number IS NULL AND n.mark IS NULL THEN r.value_text END
            FROM {self.rows} r
            LEFT JOIN {self.areas} a ON a.text = r.area_text
            LEFT JOIN {self.periods} p ON p.text = r.period_text
            LEFT JOIN {self.numbers} n ON n.text = r.value_text
            {joins}
            WHERE NOT r.is_total AND NOT r.is_empty
            """
        )
        con.execute(f"UPDATE \"{self.table}\" SET value = NULL WHERE mark = 'invalid'")
        counted = con.execute(
            f"""SELECT count(DISTINCT row) FILTER (is_total), count(DISTINCT row) FILTER (is_empty) FROM {self.rows}
                WHERE is_total OR is_empty"""
        ).fetchall()[0]
        return {reason: n for reason, n in zip(("total row", "empty row"), counted, strict=True) if n}


def convert(
    con: duckdb.DuckDBPyConnection,
    loaded: str,
    source: TabularSource,
    columns: Mapping[str, str],
    table: str,
    areas: AreaTree | None,
    wide: Mapping[str, str] | None = None,
) -> Cells:
    """Split the loaded text into cells, and read each distinct text once.

    Args:
        loaded: view with `row` and the declared columns as text.
        columns: role -> name of the column in the file. wide: heading -> period, where each period has a column.

    Raises:
        ConfigError: `period.pattern` cannot name a period of its type.
    """
    cells = Cells(table)
    pattern = period_regex(source.period) if source.period else None
    _rows(con, cells, loaded, source, columns, wide or {})
    _areas(con, cells, source.area_code, areas)
    _periods(con, cells, source.period, pattern)
    _numbers(con, cells, source)
    return cells


# --- rows ------------------------------------------------------------------------------------------------------------


def _rows(
    con: duckdb.DuckDBPyConnection,
    cells: Cells,
    loaded: str,
    source: TabularSource,
    columns: Mapping[str, str],
    wide: Mapping[str, str],
) -> None:
    def cell(role: str) -> str:
        return trimmed(stored(columns[role])) if role in columns else "CAST(NULL AS VARCHAR)"

    whole = literal(source.indicator) if source.indicator else "CAST(NULL AS VARCHAR)"
    if source.is_wide:
        union = _unpivoted(loaded, cell("area"), cell("measure"), whole, wide)
    else:
        union = _long(loaded, source, cell, whole)
    con.register("_words", _words(source))
    total = ", ".join(literal(word) for word in TOTALS)
    period = "NULL" if source.is_wide else "period_text"  # of a wide file it is a heading, so every row has it
    con.execute(
        f"""
        CREATE OR REPLACE TABLE {cells.rows} AS
        SELECT s.* EXCLUDE (fixed), coalesce(s.fixed, exact.indicator, folded.indicator) AS measure,
               lower(coalesce(area_text, {period}, s.word, '')) IN ({total}) AS is_total,
               coalesce(area_text, {period}, s.word, value_text) IS NULL AS is_empty
        FROM ({union}) s
        LEFT JOIN _words exact ON exact.word = s.word
        LEFT JOIN (SELECT lower(word) AS word, any_value(indicator) AS indicator FROM _words GROUP BY ALL) folded
               ON folded.word = lower(s.word)
        """
    )
    con.unregister("_words")


def _long(loaded: str, source: TabularSource, cell: Callable[[str], str], whole: str) -> str:
    """One row of the file is one cell, or one cell for each column of an indicator."""
    parts = []
    if source.categories or source.indicator:
        values = [f"{cell(role)} AS {role}_text" for role in ("value", "lower", "upper")]
        parts.append(f"'value' AS role, {cell('measure')} AS word, {whole} AS fixed, {', '.join(values)}")
    for indicator in source.values.values():
        parts.append(
            f"{literal(indicator)} AS role, CAST(NULL AS VARCHAR) AS word, {literal(indicator)} AS fixed,"
            f" {cell(indicator)} AS value_text, NULL AS lower_text, NULL AS upper_text"
        )
    return " UNION ALL ".join(
        f'SELECT row, {cell("area")} AS area_text, {cell("period")} AS period_text, {part} FROM "{loaded}"'
        for part in parts
    )


def _unpivoted(loaded: str, area: str, measure: str, whole: str, wide: Mapping[str, str]) -> str:
    """Each column of a period becomes rows; the role of a cell is its period, which names its column."""
    places = {f"p{number}": (heading, period) for number, (heading, period) in enumerate(wide.items())}
    cells = ", ".join(f"{trimmed(stored(heading))} AS {place}" for place, (heading, _) in places.items())
    headed = ", ".join(f"('{place}', {literal(period)})" for place, (_, period) in places.items())
    return f"""
        SELECT row, area_text, of_place.period AS period_text, of_place.period AS role, word, {whole} AS fixed,
               value_text, CAST(NULL AS VARCHAR) AS lower_text, CAST(NULL AS VARCHAR) AS upper_text
        FROM (SELECT row, {area} AS area_text, {measure} AS word, {cells} FROM "{loaded}")
             UNPIVOT INCLUDE NULLS (value_text FOR place IN ({", ".join(places)}))
        JOIN (VALUES {headed}) AS of_place(place, period) USING (place)"""


def _words(source: TabularSource) -> pd.DataFrame:
    words = {" ".join(word.split()): indicator for word, indicator in source.categories.items()}
    return pd.DataFrame({"word": list(words), "indicator": list(words.values())}, dtype="str")


# --- areas -----------------------------------------------------------------------------------------------------------


def _areas(con: duckdb.DuckDBPyConnection, cells: Cells, how: AreaCode, areas: AreaTree | None) -> None:
    """CBS code: as it stands, or padded with zeros and prefixed; own areas by their id, whatever the case."""
    own = areas.codes(AreaLevel.CUSTOM) if areas is not None else []
    con.register("_own", pd.DataFrame({"code": own}, dtype="str"))
    bare = (
        f"WHEN regexp_full_match(upper(text), '[0-9A-Z]*[0-9][0-9A-Z]*') AND length(text) <= 8"
        f" THEN '{how.prefix}' || lpad(upper(text), CAST(greatest({how.pad}, length(text)) AS INTEGER), '0')"
        if how.prefix
        else ""
    )
    con.execute(
        f"""
        CREATE OR REPLACE TABLE {cells.areas} AS
        WITH texts AS (SELECT area_text AS text, min(row) AS row, count(*) AS n FROM {cells.rows}
                       WHERE area_text IS NOT NULL AND NOT is_total GROUP BY ALL)
        SELECT texts.*, coalesce(_own.code, CASE
            WHEN regexp_full_match(upper(text), '(GM|WK|BU)[0-9][0-9A-Z]{{1,7}}') THEN upper(text)
            {bare} ELSE text END) AS area
        FROM texts LEFT JOIN _own ON lower(_own.code) = lower(text)
        """
    )
    con.unregister("_own")


# --- periods ---------------------------------------------------------------------------------------------------------


def period_regex(period: TabularPeriod) -> str:
    """The pattern of `period` as a regular expression with named groups.

    Raises:
        ConfigError: a word that is no part of a period, or a part that its type needs is missing.
    """
    needed = {"year": {"year"}, "quarter": {"year", "quarter"}, "month": {"year", "month"}, "week": {"year", "week"}}
    fields = [found.group(1) for found in _FIELD.finditer(period.written)]
    if set(fields) != needed[period.type] or len(fields) != len(set(fields)):
        parts = " and ".join(f"{{{part}}}" for part in sorted(needed[period.type], reverse=True))
        what = f"`period.pattern` of type {period.type} must hold {parts}, once each"
        fix = 'write it as the file does, such as "{year}{week:02}"'
        raise ConfigError("CFG-101", what, where="sources, period.pattern", fix=fix)
    regex, end = "", 0
    for found in _FIELD.finditer(period.written):
        part, width = found.group(1), found.group(2)
        digits = width or (str(_DIGITS[part]) if part == "year" else f"1,{_DIGITS[part]}")
        regex += re.escape(period.written[end : found.start()]) + rf"(?P<{part}>[0-9]{{{digits}}})"
        end = found.end()
    return f"^{regex}{re.escape(period.written[end:])}$"


def period_headings(header: Sequence[str], period: TabularPeriod | None) -> dict[str, str]:
    """Heading -> period in our notation, of the headings that are written like `period.columns`.

    Raises:
        ConfigError: `period.columns` cannot name a period of its type.
    """
    if period is None:
        return {}
    con = duckdb.connect(":memory:")
    try:
        read, serial = _period_sql(period, period_regex(period)), _serial_sql()
        day = f"(DATE '{EXCEL_DAY_0}' + CAST(floor(try_cast(text AS DOUBLE)) AS INTEGER))"
        of_day = _of_day(day, period.type) if period.excel_dates else "NULL"
        texts = ", ".join(f"({number}, {literal(heading)})" for number, heading in enumerate(header)) or "(0, '')"
        found = con.execute(
            f"""SELECT heading, period FROM (SELECT number, text AS heading,
                       coalesce({read}, CASE WHEN {serial} THEN {of_day} END) AS period
                FROM (VALUES {texts}) AS headings(number, text)) WHERE period IS NOT NULL ORDER BY number"""
        ).fetchall()
    finally:
        con.close()
    return dict(found)


def _serial_sql() -> str:
    """SQL: is the text a day number of Excel?"""
    serial = f"coalesce(try_cast(text AS DOUBLE) BETWEEN {EXCEL_FIRST} AND {EXCEL_LAST + 0.999}, false)"
    return f"(regexp_full_match(text, '[0-9]{{5}}([.][0-9]+)?') AND {serial})"


def _periods(con: duckdb.DuckDBPyConnection, cells: Cells, how: TabularPeriod | None, regex: str | None) -> None:
    serial = _serial_sql()
    read = _period_sql(None if how is not None and how.columns else how, regex)  # headings are read already
    period = "read"
    if how is not None and how.excel_dates:
        day = f"(DATE '{EXCEL_DAY_0}' + CAST(floor(try_cast(text AS DOUBLE)) AS INTEGER))"
        period = f"CASE WHEN {serial} THEN {_of_day(day, how.type)} ELSE read END"
        serial = "false"
    con.execute(
        f"""
        CREATE OR REPLACE TABLE {cells.periods} AS
        WITH texts AS (SELECT period_text AS text, min(row) AS row, count(*) AS n FROM {cells.rows}
                       WHERE period_text IS NOT NULL AND NOT is_total GROUP BY ALL),
             tried AS (SELECT *, {read} AS read FROM texts)
        SELECT text, row, n, {period} AS period, read IS NULL AND {serial} AS is_serial FROM tried
        """
    )


def _period_sql(how: TabularPeriod | None, regex: str | None) -> str:
    """Our notation; NULL where the text does not fit. Without `period:` only our own notation is understood."""
    if how is None or regex is None:
        return (
            "CASE WHEN regexp_full_match(upper(text), '(19|2[01])[0-9]{2}(-([QW]?[0-9]{1,2}))?') THEN upper(text) END"
        )
    names = ", ".join(f"'{found.group(1)}'" for found in _FIELD.finditer(how.written))  # in the order of the groups
    found = f"regexp_extract(text, {literal(regex)}, [{names}])"
    year = f"CASE WHEN length({found}.year) = 2 THEN '20' || {found}.year ELSE {found}.year END"
    sign = {"year": "", "quarter": "'-Q' || ", "month": "'-' || ", "week": "'-W' || "}[how.type]
    width = 1 if how.type == "quarter" else 2
    rest = "" if how.type == "year" else f" || {sign}lpad({found}.{how.type}, {width}, '0')"
    plausible = f"regexp_full_match({year}, '(19|2[01])[0-9]{{2}}')"
    return f"CASE WHEN regexp_matches(text, {literal(regex)}) AND {plausible} THEN {year}{rest} END"


def _of_day(day: str, period_type: str) -> str:
    """SQL of the period that a day lies in."""
    return {
        "year": f"strftime({day}, '%Y')",
        "quarter": f"strftime({day}, '%Y') || '-Q' || quarter({day})",
        "month": f"strftime({day}, '%Y-%m')",
        "week": f"strftime({day}, '%G-W%V')",
    }[period_type]


# --- numbers ---------------------------------------------------------------------------------------------------------


def number_regex(how: TabularFormat) -> str:
    """A number as declared: digits, in groups of three where a thousands sign is declared, and a fraction."""
    decimal = re.escape(how.decimal)
    whole = r"[0-9]{1,15}"
    if how.thousands:
        sign = f"[{SPACES}]" if how.thousands == " " else re.escape(how.thousands)
        whole = rf"([0-9]{{1,15}}|[0-9]{{1,3}}({sign}[0-9]{{3}})+)"
    return rf"-?{whole}({decimal}[0-9]+)?"


def _numbers(con: duckdb.DuckDBPyConnection, cells: Cells, source: TabularSource) -> None:
    """Each distinct text with its number, or its mark (suppressed); neither where it cannot be read."""
    how = source.format
    plain = "text"
    if how.thousands == " ":
        plain = f"regexp_replace({plain}, {literal(f'[{SPACES}]')}, '', 'g')"
    elif how.thousands:
        plain = f"replace({plain}, {literal(how.thousands)}, '')"
    if how.decimal != ".":
        plain = f"replace({plain}, {literal(how.decimal)}, '.')"
    marks = ", ".join(literal(mark.strip()) for mark in source.suppressed_marks) or "NULL"
    texts = " UNION ALL ".join(f"SELECT {side}_text AS text FROM {cells.rows}" for side in _sides(source))
    con.execute(
        f"""
        CREATE OR REPLACE TABLE {cells.numbers} AS
        SELECT text,
               CASE WHEN text IN ({marks}) THEN 'suppressed' END AS mark,
               CASE WHEN regexp_full_match(text, {literal(number_regex(how))}) THEN try_cast({plain} AS DOUBLE) END
                    AS number
        FROM (SELECT DISTINCT text FROM ({texts}) WHERE text IS NOT NULL)
        """
    )


def _sides(source: TabularSource) -> list[str]:
    named = {"value": True, "lower": bool(source.columns.lower), "upper": bool(source.columns.upper)}
    return [side for side, is_there in named.items() if is_there]


# --- SQL words -------------------------------------------------------------------------------------------------------


def stored(column: str) -> str:
    """The name of a column in the loaded text: `row` is taken by the line number."""
    return column_sql(column)


def trimmed(column: str) -> str:
    """SQL of a text without spaces around it; NULL where nothing is left."""
    return f"nullif(trim({column}, {literal(SPACES)}), '')"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
