"""How a municipality's own file is written: which column holds what, and how areas, periods and numbers are noted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.base import Model
from config.fields import ColumnName, Plain


class TabularFormat(Model):
    """How the file is written. Declared, never guessed. Delimiter and encoding are of text, the sheet of a workbook."""

    delimiter: Literal[";", ",", "\t", "|"] = ";"
    encoding: Literal["utf-8", "cp1252", "utf-16"] = "utf-8"
    decimal: Literal[",", "."] = ","
    thousands: Literal[".", ",", " "] | None = None
    header_line: Annotated[int, Field(ge=1, le=100)] = 1
    sheet: Plain | None = None  # None: the only visible sheet with data


class TabularColumns(Model):
    """Which column holds what. `count` for events, `value` for scores and shares with their margins."""

    area: ColumnName
    period: ColumnName | None = None  # None: each period has a column of its own (`period.columns`)
    category: ColumnName | None = None
    count: ColumnName | None = None
    value: ColumnName | None = None
    lower: ColumnName | None = None
    upper: ColumnName | None = None


class AreaCode(Model):
    """How the source's area codes become CBS codes: padded with zeros to `pad`, then prefixed."""

    prefix: Literal["BU", "WK", "GM", ""] = ""
    pad: Annotated[int, Field(ge=0, le=10)] = 0


class TabularPeriod(Model):
    """How the source writes a period, in the words year, quarter, month, week (such as "{year}{week:02}").

    `pattern` is of the cells of `columns.period`; `columns` is of headings: each such column holds one period.
    """

    type: Literal["year", "quarter", "month", "week"]
    pattern: Plain | None = None
    columns: Plain | None = None
    excel_dates: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> TabularPeriod:
        if (self.pattern is None) == (self.columns is None):
            raise ValueError("give `pattern` (a column of periods) or `columns` (a column per period), one of both")
        return self

    @property
    def written(self) -> str:
        """The pattern, wherever it stands."""
        return self.pattern or self.columns or ""


def refuse_columns(columns: TabularColumns, period: TabularPeriod | None, *, by_column: bool) -> None:
    """Is it clear where periods and figures stand?

    Args:
        by_column: each indicator has a column of its own (`values`), and no category column is given.

    Raises:
        ValueError: told with its place by `config.explain`.
    """
    has_figures = bool(columns.count or columns.value)
    if period is None or not period.columns:
        if not columns.period:
            raise ValueError("`columns` needs `period`; has each period a column of its own, give `period.columns`")
        if not by_column and not has_figures:
            raise ValueError("`columns` needs `count` or `value`")
        return
    if columns.period:
        raise ValueError("`columns.period` (a column of periods) and `period.columns` (one each) exclude each other")
    if has_figures or columns.lower or columns.upper:
        raise ValueError("with `period.columns` those columns hold the figures; leave `count` and `value` out")
    if by_column:
        raise ValueError("`values` (a column per indicator) and `period.columns` exclude each other")
