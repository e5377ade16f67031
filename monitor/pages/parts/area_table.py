"""One topic over all areas of a level, by name: never sorted from worst to best."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from config.vocabulary import Comparison as Verdict
from monitor.components.cards import comparison_badge, empty, table
from monitor.components.format import level_name, period_name, unit_name
from monitor.pages.parts.cells import count_cell, interval_cell, known, value_cell
from monitor.pages.parts.why import why
from monitor.queries.areas import areas
from monitor.queries.comparisons import Comparison, against_rest_of, year_on_year_of
from monitor.queries.indicators import Series
from monitor.queries.series import table_of_areas
from monitor.router import View
from monitor.texts.comparison import change_sentence, reason_words, rest_sentence, verdict_words


def area_table(view: View, series: Series, level: str, period: str, *, is_short: bool = False) -> html.Div:
    """The table of areas.

    Args:
        is_short: value, bar and change only (the front page); else also number, interval and the comparison with the
            rest of the municipality.
    """
    _ = view._
    frame = table_of_areas(view.snapshot, series.indicator, level, period)
    if frame.empty:
        return empty(_("This municipality has no areas of this level."))
    changes = year_on_year_of(view.snapshot, series.indicator, period)
    contrasts = against_rest_of(view.snapshot, series.indicator, period)
    places = {area.code: area.name for area in areas(view.snapshot)}
    twice = set(frame.loc[frame["area_name"].duplicated(keep=False), "area_code"])
    has_value = frame["value"].notna().any()
    top = float(frame["value" if has_value else "numerator"].max() or 0)
    rows = []
    for row in frame.itertuples():
        name = str(row.area_name)
        if row.area_code in twice and row.parent in places:
            name = f"{name} ({places[row.parent]})"
        link = dcc.Link(name, href=view.href(f"gebied/{row.area_code}", indicator=series.indicator))
        code = str(row.area_code)
        count = count_cell(view, series, row, code)
        shown = value_cell(view, series, row, code) if has_value or known(row.numerator) is None else count
        shown = why(view, shown, series.indicator, code, period)
        bar = _bar(known(row.value if has_value else row.numerator), top)
        change = _verdict(view, series, changes.get(str(row.area_code)))
        if is_short:
            rows.append([link, shown, bar, change])
        else:
            rest = _verdict(view, series, contrasts.get(str(row.area_code)))
            rows.append([link, count, shown, bar, interval_cell(series, row, _), rest, change])
    unit = (unit_name(series.unit, _) if has_value else _("number")).capitalize()
    caption = _(
        "{label} per {level}, {period}",
        label=series.label(view.language), level=level_name(level, _), period=period_name(period, _),
    )  # fmt: skip
    first = level_name(level, _).capitalize()
    bar_head = html.Span(_("bar"), className="sr-only")
    if is_short:
        return table([first, unit, bar_head, _("Year earlier")], rows, caption=caption, numeric=(1,), className="short")
    head = [first, _("Number"), unit, bar_head, _("Probably between"), _("Rest of municipality"), _("Year earlier")]
    return table(head, rows, caption=caption, numeric=(1, 2, 4), className="sticky-first")


def _bar(value: float | None, top: float) -> html.Span:
    if value is None or top <= 0:
        return html.Span(className="bar")
    width = max(0.0, min(100.0, 100 * value / top))
    return html.Span(html.Span(style={"width": f"{width:.1f}%"}), className="bar", **{"aria-hidden": "true"})


def _verdict(view: View, series: Series, one: Comparison | None) -> Any:
    """The verdict with its sign; the whole sentence on hover. Words where there is none."""
    _ = view._
    if one is None:
        return html.Span("–", className="meta")
    if one.verdict is None:
        return html.Span(reason_words(one, _), className="meta")
    text: Any = verdict_words(one, _)
    if one.verdict in (Verdict.HIGHER, Verdict.LOWER):
        text = comparison_badge(one.verdict, series.direction, _, text)
    full = (
        change_sentence(one, _) if one.kind == "year_before" else rest_sentence(one, series.unit, _("municipality"), _)
    )
    return html.Span(text, title=full, className="verdict")
