"""A figure as it stands in a table or on a card: its value, or the words for why there is none."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from config.vocabulary import Status
from monitor.components.cards import status_mark
from monitor.components.format import count_text, figure, value_text
from monitor.i18n import Translator
from monitor.queries.exactness import Exactness, exactness_of
from monitor.queries.indicators import Series, indicators
from monitor.router import View
from monitor.texts.quality import Known, status_reason


def known(row: Any) -> float | None:
    """A number of a frame, None where it is missing."""
    return None if row is None or pd.isna(row) else float(row)


def reason(view: View, series: Series, row: Any, area_code: str) -> str:
    """Why this cell is what it is, in a sentence."""
    people = indicators(view.snapshot).get(series.denominator or "")
    return status_reason(
        Known(
            str(row.status),
            known(row.value),
            known(row.numerator),
            known(row.denominator),
            people.label(view.language).lower() if people else None,
            exact=exact_of(view, series, row, area_code),
            estimated_share=known(getattr(row, "estimated_share", None)),
        ),
        view._,
    )


def exact_of(view: View, series: Series, row: Any, area_code: str) -> Exactness:
    """What the count of this cell stands for in this edition."""
    return exactness_of(view.snapshot, series.indicator, area_code, str(row.period))


def shown_value(view: View, series: Series, row: Any, area_code: str) -> str:
    """The value as text: a range, ≈ or the number; an en dash where there is none."""
    return value_text(
        known(row.value),
        series.unit,
        view._,
        count=known(row.numerator),
        exact=exact_of(view, series, row, area_code),
        status=str(row.status),
    )


def value_cell(view: View, series: Series, row: Any, area_code: str) -> html.Span:
    """The value with its status mark; a word and pattern where there is none."""
    _ = view._
    status = str(row.status)
    why = reason(view, series, row, area_code)
    if known(row.value) is None:
        return html.Span([status_mark(status, _, reason=why), html.Span(why, className="sr-only")], title=why)
    text = shown_value(view, series, row, area_code)
    if status == Status.FINAL:
        return html.Span(text, title=why or None)
    return html.Span([text, " ", status_mark(status, _, reason=why)], title=why)


def count_cell(view: View, series: Series, row: Any, area_code: str) -> str:
    """The number counted, or an en dash."""
    return count_text(known(row.numerator), view._, exact_of(view, series, row, area_code), str(row.status))


def interval_cell(series: Series, row: Any, _: Translator) -> str:
    """ "17 – 30", or an en dash where a figure has no interval."""
    lower, upper = known(row.lower), known(row.upper)
    if lower is None or upper is None:
        return "–"
    return f"{figure(lower, series.unit, _)} – {figure(upper, series.unit, _)}"
