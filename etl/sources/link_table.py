"""Link tables between divisions, as CSV: our own columns, and the two forms in which others write them.

    from_code,from_vintage,to_code,to_vintage,share             our own; from_name and to_name may stand beside
    code_2018,naam_2018,code_2024,naam_2024,…                   a year in the names of the columns; share or aandeel

Delimiter , or ; and decimals with a dot or a comma. A table without shares says that each area went whole.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

from config.errors import AreasError, Finding
from config.model import AREA_CODE
from etl.crosswalk import Line

OWN_COLUMNS = ("from_code", "from_vintage", "to_code", "to_vintage")
SHARES = ("share", "aandeel")
_CODE_OF_YEAR = re.compile(r"^[a-z_ ]*code[_ ]?((?:19|20)\d{2})$")
_NAME_OF_YEAR = re.compile(r"^[a-z_ ]*(?:naam|name)[_ ]?((?:19|20)\d{2})$")
_DECIMAL = re.compile(r"^[01]?([.,]\d+)?$")
FORMATS = "the columns from_code, from_vintage, to_code, to_vintage and share"


def read_link_table(path: Path, *, name: str, where: str) -> list[Line]:
    """The lines of a link table, each with its place.

    Args:
        name: the file in messages. where: place of the key that names it.

    Raises:
        AreasError: GEO-001 not found, GEO-110 other columns or not text, GEO-111 all lines with a code, year or share
            that cannot be read.
    """
    if not path.is_file():
        raise AreasError("GEO-001", f"{name}: not found", where=where, fix="put the link table there, or take it out")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_bytes().decode("cp1252", errors="replace")
    head = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    header = [column.strip().casefold() for column in next(rows, [])]
    cells = _cells(header)
    if cells is None:
        what = f"{name}: no link table (columns: {', '.join(header)[:120] or 'none'})"
        raise AreasError("GEO-110", what, where=f"{name}:1", fix=f"give {FORMATS}")
    lines: list[Line] = []
    problems: list[Finding] = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        found = _line(dict(zip(header, (cell.strip() for cell in row), strict=False)), cells, f"{name}:{rows.line_num}")
        if isinstance(found, Line):
            lines.append(found)
        else:
            problems.append(found)
    if problems:
        raise AreasError.of(problems)
    return lines


#: Column of each part of a line; a year that stands in the name of a column is a number here.
_Cells = dict[str, str | int | None]


def _cells(header: list[str]) -> _Cells | None:
    share = next((column for column in SHARES if column in header), None)
    if set(OWN_COLUMNS) <= set(header):
        names = {part: part if part in header else None for part in ("from_name", "to_name")}
        return {**{part: part for part in OWN_COLUMNS}, "share": share, **names}
    codes = sorted((int(found[1]), column) for column in header if (found := _CODE_OF_YEAR.match(column)))
    named = {int(found[1]): column for column in header if (found := _NAME_OF_YEAR.match(column))}
    if len(codes) != 2 or codes[0][0] == codes[1][0]:
        return None
    (before, from_code), (after, to_code) = codes
    return {
        "from_code": from_code,
        "from_vintage": before,
        "to_code": to_code,
        "to_vintage": after,
        "share": share,
        "from_name": named.get(before),
        "to_name": named.get(after),
    }


def _line(row: dict[str, str], cells: _Cells, where: str) -> Line | Finding:
    def said(part: str) -> str:
        column = cells[part]
        return str(column) if isinstance(column, int) else row.get(column, "") if column else ""

    wrong = list(_mistakes(said, cells))
    if wrong:
        return Finding("GEO-111", "; ".join(wrong), where, f"write a line as {FORMATS}, such as 0.25")
    share = said("share").replace(",", ".")
    return Line(
        from_code=said("from_code"),
        from_vintage=int(said("from_vintage")),
        to_code=said("to_code"),
        to_vintage=int(said("to_vintage")),
        share=Fraction(share) if share else Fraction(1),
        from_name=said("from_name") or None,
        to_name=said("to_name") or None,
        where=where,
    )


def _mistakes(said: Callable[[str], str], cells: _Cells) -> Iterator[str]:
    for part in ("from_code", "to_code"):
        if not AREA_CODE.match(said(part)):
            yield f"{part} is no area code"
    for part in ("from_vintage", "to_vintage"):
        if not re.fullmatch(r"(19|20)\d{2}", said(part)):
            yield f"{part} is no year"
    share = said("share")
    if cells["share"] and not (_DECIMAL.match(share) and share and 0 < Fraction(share.replace(",", ".")) <= 1):
        yield "the share is no number above 0 and at most 1"
