"""The figures under a set of filters: the one query behind screen, export and interface for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from config.vocabulary import AreaLevel, PeriodType
from etl import calendar
from etl.snapshot import Snapshot

#: Columns of every export, in this order.
COLUMNS: tuple[str, ...] = (
    "municipality",
    "area_level",
    "area_code",
    "area_name",
    "vintage",
    "indicator",
    "period",
    "value",
    "unit",
    "numerator",
    "denominator",
    "rate",
    "lower",
    "upper",
    "status",
    "source",
    "snapshot",
)

_LEVELS = "['municipality', 'district', 'neighbourhood', 'custom']"
_TYPES = "['year', 'quarter', 'month', 'week', 'rolling_12_months', 'rolling_4_weeks']"


@dataclass(frozen=True)
class Filters:
    """What a reader asks for. Empty means: no restriction.

    `first` and `last` bound a range of periods of one type (`period_type`, or the type of the bounds); both ends count.
    """

    indicators: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    period: str | None = None
    first: str | None = None
    last: str | None = None
    period_type: str | None = None
    vintage: int | None = None

    def as_words(self) -> dict[str, str]:
        """The filters that are set, as they are written in an address or on the command line."""
        words: dict[str, str] = {}
        for key in fields(self):
            value = getattr(self, key.name)
            if value not in (None, ()):
                words[WORDS[key.name]] = ",".join(value) if isinstance(value, tuple) else str(value)
        return words

    def problems(self) -> list[tuple[str, str]]:
        """What is wrong with the filters themselves: (filter, why) per mistake."""
        wrong: list[tuple[str, str]] = []
        for level in self.levels:
            if level not in set(AreaLevel):
                wrong.append(("level", f"'{level}' is not a level; use {', '.join(AreaLevel)}"))
        if self.period_type and self.period_type not in set(PeriodType):
            wrong.append(("period-type", f"'{self.period_type}' is no period type; use {', '.join(PeriodType)}"))
        for name in ("period", "first", "last"):
            text = getattr(self, name)
            if text:
                try:
                    calendar.parse(text)
                except ValueError:
                    wrong.append((WORDS[name], f"'{text}' is not a period, such as 2026, 2026-03 or 2026-03-R12"))
        return wrong


#: Name of each filter in an address and on the command line.
WORDS: dict[str, str] = {
    "indicators": "indicator",
    "levels": "level",
    "areas": "area",
    "period": "period",
    "first": "from",
    "last": "to",
    "period_type": "period-type",
    "vintage": "vintage",
}


def filters_from(words: Mapping[str, Sequence[str]]) -> Filters:
    """Filters from an address: words with lists of values; several values of one word may also stand behind commas.

    Raises:
        ValueError: the vintage is not a year.
    """

    def several(word: str) -> tuple[str, ...]:
        return tuple(part.strip() for text in words.get(word, ()) for part in text.split(",") if part.strip())

    def single(word: str) -> str | None:
        found = several(word) or several(word.replace("-", "_"))
        return found[-1] if found else None

    vintage = single("vintage")
    return Filters(
        indicators=several("indicator"),
        levels=several("level"),
        areas=several("area"),
        period=single("period"),
        first=single("from"),
        last=single("to"),
        period_type=single("period-type"),
        vintage=int(vintage) if vintage else None,
    )


def observations(snapshot: Snapshot, filters: Filters, *, limit: int | None = None) -> pd.DataFrame:
    """The figures under these filters, with exactly the columns of `COLUMNS`, sorted.

    Args:
        limit: at most so many rows.

    Returns:
        One row per cell, from municipality down to neighbourhood, then by area, vintage, indicator, length and period.

    Raises:
        ValueError: a filter is no valid word (see `Filters.problems`).
        UsageError: CLI-009, the snapshot does not hold the division asked.
    """
    snapshot = snapshot.at(filters.vintage)
    where, params = _where(filters)
    columns = ", ".join(f"o.{column}" for column in COLUMNS)
    sql = f"""
        SELECT {columns}
        FROM observation o LEFT JOIN period p ON p.period = o.period AND p.period_type = o.period_type
        {where}
        ORDER BY list_position({_LEVELS}, o.area_level), o.area_code, o.vintage, o.indicator,
                 list_position({_TYPES}, o.period_type), p.last_day, o.period
    """
    if limit is not None:
        sql += "\nLIMIT ?"
        params.append(limit)
    return snapshot.query(sql, params)


def count_observations(snapshot: Snapshot, filters: Filters) -> int:
    """How many cells stand under these filters."""
    snapshot = snapshot.at(filters.vintage)
    where, params = _where(filters)
    frame = snapshot.query(
        f"""
        SELECT count(*) AS n
        FROM observation o LEFT JOIN period p ON p.period = o.period AND p.period_type = o.period_type
        {where}
        """,
        params,
    )
    return int(frame["n"].iloc[0])


def _where(filters: Filters) -> tuple[str, list[Any]]:
    wrong = filters.problems()
    if wrong:
        raise ValueError("; ".join(f"{word}: {why}" for word, why in wrong))
    terms: list[str] = []
    params: list[Any] = []
    for column, values in (
        ("indicator", filters.indicators),
        ("area_level", filters.levels),
        ("area_code", filters.areas),
    ):
        if values:
            terms.append(f"list_contains(?, o.{column})")
            params.append(list(values))
    if filters.period:
        terms.append("o.period = ?")
        params.append(filters.period)
    period_type = filters.period_type
    if filters.first:
        start = calendar.parse(filters.first)
        terms.append("p.last_day >= ?")
        params.append(start.last_day)
        period_type = period_type or str(start.period_type)
    if filters.last:
        end = calendar.parse(filters.last)
        terms.append("p.last_day <= ?")
        params.append(end.last_day)
        period_type = period_type or str(end.period_type)
    if period_type:
        terms.append("o.period_type = ?")
        params.append(period_type)
    return ("WHERE " + " AND ".join(terms) if terms else ""), params
