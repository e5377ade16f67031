"""A figure as it stands in a table or on a card: its value, or the words for why there is none."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from config.vocabulary import Status
from monitor.components.cards import status_mark
from monitor.components.format import figure, number
from monitor.i18n import Translator
from monitor.queries.indicators import Series, indicators
from monitor.router import View
from monitor.texts.quality import Known, status_reason


def known(row: Any) -> float | None:
    """A number of a frame, None where it is missing."""
    return None if row is None or pd.isna(row) else float(row)


def reason(view: View, series: Series, row: Any) -> str:
    """Why this cell is what it is, in a sentence."""
    people = indicators(view.snapshot).get(series.denominator or "")
    return status_reason(
        Known(
            str(row.status),
            known(row.value),
            known(row.numerator),
            known(row.denominator),
            people.label(view.language).lower() if people else None,
        ),
        view._,
    )


def value_cell(view: View, series: Series, row: Any) -> html.Span:
    """The value with its status mark; ≈ before what is partly estimated; a word and pattern where there is none."""
    _ = view._
    status = str(row.status)
    value = known(row.value)
    if value is None:
        why = reason(view, series, row)
        return html.Span([status_mark(status, _, reason=why), html.Span(why, className="sr-only")], title=why)
    text = figure(value, series.unit, _)
    if status == Status.ESTIMATED:
        text = f"≈ {text}"
    if status == Status.FINAL:
        return html.Span(text)
    return html.Span(
        [text, " ", status_mark(status, _, reason=reason(view, series, row))], title=reason(view, series, row)
    )


def count_cell(row: Any, _: Translator) -> str:
    """The number counted, or an en dash."""
    return number(known(row.numerator), _)


def interval_cell(series: Series, row: Any, _: Translator) -> str:
    """ "17 – 30", or an en dash where a figure has no interval."""
    lower, upper = known(row.lower), known(row.upper)
    if lower is None or upper is None:
        return "–"
    return f"{figure(lower, series.unit, _)} – {figure(upper, series.unit, _)}"
