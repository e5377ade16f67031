"""How Statistics Netherlands and the police write areas, periods and numbers, as SQL over columns of text.

Shared by the kinds `statline` and `kwb`. All functions return an SQL expression; nothing here reads a file.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

#: A plain number as OData and R write it: no thousands separator, at most two digits of exponent (R: 1e+05).
_NUMBER = r"[-+]?[0-9]{1,15}([.][0-9]+)?([eE][-+]?[0-9]{1,2})?"
#: Codes of regions of any kind: two letters and a number (NL00, PV26, GM0153, WK015300, BU01530000).
_REGION = "^[A-Z]{2}[0-9][0-9A-Z]*$"


def trimmed(column: str) -> str:
    """A column without padding; OData pads codes with spaces to a fixed width."""
    return f'trim("{column}")'


def period_in_our_notation(column: str) -> str:
    """2019MM01 -> 2019-01, 2019KW01 -> 2019-Q1, 2019JJ00 -> 2019; anything else as it stands (the contract judges)."""
    text = trimmed(column)
    return f"""CASE substr({text}, 5, 2)
        WHEN 'MM' THEN left({text}, 4) || '-' || substr({text}, 7)
        WHEN 'JJ' THEN CASE WHEN substr({text}, 7) = '00' THEN left({text}, 4) ELSE {text} END
        WHEN 'KW' THEN left({text}, 4) || '-Q' || ltrim(substr({text}, 7), '0')
        ELSE {text} END"""


def is_of(area: str, municipality_code: str) -> str:
    """Is an area of the municipality? `area` is an SQL expression; the four digits stand behind GM, WK and BU."""
    return f"(substr({area}, 3, 4) = '{municipality_code[2:]}' AND left({area}, 2) IN ('GM', 'WK', 'BU'))"


def is_elsewhere(area: str, municipality_code: str) -> str:
    """Is it a code of another region? A word that is no code is not elsewhere: it is left to the contract."""
    return f"(NOT {is_of(area, municipality_code)} AND {is_region(area)})"


def is_region(area: str) -> str:
    """Is it the code of a region of any kind?"""
    return f"regexp_matches({area}, '{_REGION}')"


def number(text: str) -> str:
    """The number that a text says, NULL where it says none (never inf, never a date, never other digits than 0-9)."""
    return f"CASE WHEN regexp_full_match({text}, '{_NUMBER}') THEN CAST({text} AS DOUBLE) END"


def mark(text: str, value: str, withheld: Sequence[str]) -> str:
    """NULL where `value` is a number, 'suppressed' for an empty cell and the texts `withheld`, else 'invalid'."""
    words = ", ".join(f"'{word}'" for word in ("", *withheld))
    return f"""CASE WHEN {value} IS NOT NULL THEN NULL
        WHEN {text} IS NULL OR lower({text}) IN ({words}) THEN 'suppressed' ELSE 'invalid' END"""


def count_skipped(con: duckdb.DuckDBPyConnection, tally: str, municipality_code: str) -> dict[str, int]:
    """Rows of other regions by reason, for the load report; `tally` has the columns word and n."""
    counted = con.execute(
        f"""
        SELECT CASE WHEN left(area, 2) = 'NL' THEN 'country' WHEN left(area, 2) IN ('GM', 'WK', 'BU')
            THEN 'other municipality' ELSE 'other region' END AS reason, sum(n)
        FROM (SELECT {trimmed("word")} AS area, n FROM "{tally}")
        WHERE {is_elsewhere("area", municipality_code)} GROUP BY reason ORDER BY reason
        """
    ).fetchall()
    return {str(reason): int(rows) for reason, rows in counted}


def kept_only(column: str, municipality_code: str) -> str:
    """Condition on a column of area codes: of the municipality, or no code at all (for the contract to judge)."""
    area = trimmed(column)
    return f"({area} IS NULL OR NOT {is_elsewhere(area, municipality_code)})"


def titles(
    con: duckdb.DuckDBPyConnection, table: str, code_column: str, title_column: str | None, where: str = "true"
) -> dict[str, str]:
    """Code -> title, where the file has a column of titles; `where` is a condition on `code`."""
    if title_column is None:
        return {}
    found = con.execute(
        f"""
        SELECT code, max(title)
        FROM (SELECT {trimmed(code_column)} AS code, {trimmed(title_column)} AS title FROM "{table}")
        WHERE title <> '' AND {where} GROUP BY code ORDER BY code
        """
    ).fetchall()
    return {str(code): str(title) for code, title in found}
