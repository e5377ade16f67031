"""What the properties of a boundary file are called, in all vintages of CBS and PDOK, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from config.model import AREA_CODE
from config.vocabulary import AreaLevel

LEVEL_OF_PREFIX = {"GM": AreaLevel.MUNICIPALITY, "WK": AreaLevel.DISTRICT, "BU": AreaLevel.NEIGHBOURHOOD}

#: Property names of all vintages, written in lower case without signs. First match wins.
CODE_COLUMNS = ("buurtcode", "bucode", "statcode", "code", "areacode", "wijkcode", "wkcode", "gemeentecode", "gmcode")
NAME_COLUMNS = {
    AreaLevel.NEIGHBOURHOOD: ("buurtnaam", "bunaam", "statnaam", "naam", "name", "areaname"),
    AreaLevel.DISTRICT: ("wijknaam", "wknaam", "statnaam", "naam", "name", "areaname"),
    AreaLevel.MUNICIPALITY: ("gemeentenaam", "gmnaam", "statnaam", "naam", "name", "areaname"),
}
DISTRICT_CODE = ("wijkcode", "wkcode")
DISTRICT_NAME = ("wijknaam", "wknaam")
WATER = ("water", "h2o")
YEAR_AND_CODE = ("jaarstatcode", "jrstatcode", "jaarcode")

OTHER_REGION = re.compile(r"^[A-Z]{2}\d{2,8}$")  # provinces, police regions, … stand in the same files


def plain(column: str) -> str:
    """A column name in lower case without signs: BU_CODE is bucode."""
    return re.sub(r"[^a-z0-9]", "", column.lower())


def known_columns(fields: Iterable[str]) -> dict[str, str]:
    """Known properties: plain word -> name in the file."""
    known = {*CODE_COLUMNS, *DISTRICT_NAME, *WATER, *YEAR_AND_CODE}.union(*NAME_COLUMNS.values())
    return {plain(column): column for column in fields if plain(column) in known}


def code_column(table: pd.DataFrame) -> str | None:
    """The column that holds the areas' own codes: the first with a CBS code in it, else the first there is."""
    present = [column for column in (*CODE_COLUMNS, *YEAR_AND_CODE) if column in table.columns]
    for column in present:
        if any(area_code(value) for value in table[column]):
            return column
    return present[0] if present else None


def area_code(value: Any) -> str | None:
    """A CBS code of gemeente, wijk or buurt, also where the year stands before it (2021BU02330000)."""
    written = text(value)
    if written is None:
        return None
    code = re.sub(r"^\d{4}(?=[A-Z]{2})", "", written.upper())
    return code if AREA_CODE.match(code) else None


def text(value: Any) -> str | None:
    """Trimmed text with single spaces; None where nothing stands."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    return " ".join(str(value).replace("\u00a0", " ").split()) or None


def first(row: Any, columns: Iterable[str]) -> str | None:
    """The first of these properties that says something."""
    for column in columns:
        if column in row.index and (written := text(row[column])) is not None:
            return written
    return None
