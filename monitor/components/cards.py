"""Building blocks of a page: head, grid, card, figure of a card, badge, notice, the empties, table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from config.vocabulary import Comparison, Direction, Status
from monitor.components.format import comparison_name, status_name
from monitor.components.icons import icon
from monitor.i18n import Translator


def page_head(eyebrow: Any, headline: Any, lede: Any = None) -> html.Header:
    """Eyebrow (municipality · period), the finding as the page's one h1 (focus goes there), and a sentence below it."""
    parts = [html.P(eyebrow, className="eyebrow"), html.H1(headline, id="page-title", tabIndex="-1")]
    if lede:
        parts.append(html.P(lede, className="lede"))
    return html.Header(parts, className="page-head")


def grid(*children: Any, className: str = "") -> html.Div:
    """Twelve columns; children say their width with `card(span=…)`. One column below 1,100 px."""
    return html.Div(list(children), className=f"grid {className}".strip())


def card(
    title: Any,
    *children: Any,
    subtitle: Any = None,
    actions: Any = None,
    footer: Any = None,
    span: int = 12,
    id: str | None = None,
    className: str = "",
) -> html.Section:
    """A titled box. `span`: 3, 4, 5, 6, 7, 8 or 12 of 12 columns. `actions` stand right of the title."""
    head: list[Any] = [html.Div([html.H2(title), html.P(subtitle, className="meta") if subtitle else None])]
    if actions is not None:
        head.append(html.Div(actions, className="card-actions"))
    parts: list[Any] = [html.Div(head, className="card-head"), html.Div(list(children), className="card-body")]
    if footer is not None:
        parts.append(html.Div(footer, className="card-foot"))
    named = {"id": id} if id else {}
    return html.Section(parts, className=f"card span-{span} {className}".strip(), **named)


def badge(kind: str, text: Any, *, icon_name: str | None = None) -> html.Span:
    """A word with shape and colour. `kind`: higher, lower, neutral, info, warning, practice."""
    shape = icon_name or {"higher": "up", "lower": "down", "neutral": "same", "info": "info", "warning": "warning"}.get(
        kind
    )
    return html.Span([icon(shape) if shape else None, html.Span(text)], className=f"badge badge-{kind}")


def comparison_badge(verdict: str, direction: str, _: Translator, text: Any = None) -> html.Span:
    """The verdict of a comparison. Coloured only where the catalogue says which way is better; the arrow always points
    the way the figure goes, the word always stands beside it.
    """
    shape = {Comparison.HIGHER: "up", Comparison.LOWER: "down"}.get(Comparison(verdict), "same")
    return badge(tone(verdict, direction), text or comparison_name(verdict, _), icon_name=shape)


def tone(verdict: str, direction: str) -> str:
    """Colour family of a verdict: "higher" (attention), "lower" (improvement) or "neutral"."""
    if direction == Direction.NEUTRAL or verdict not in (Comparison.HIGHER, Comparison.LOWER):
        return "neutral"
    worse = Comparison.HIGHER if direction == Direction.HIGHER_IS_WORSE else Comparison.LOWER
    return "higher" if verdict == worse else "lower"


def status_mark(status: str, _: Translator, *, reason: str | None = None) -> html.Span:
    """A pattern and a word per status; `final` shows nothing."""
    if status == Status.FINAL:
        return html.Span()
    words = status_name(status, _)
    return html.Span(
        [html.Span(className=f"swatch status-{status}", **{"aria-hidden": "true"}), html.Span(words)],
        className="status-mark",
        title=reason or words,
    )


def notice(text: Any, kind: str = "info") -> html.Div:
    """A message above the content. `kind`: info, warning, practice."""
    shape = {"info": "info", "warning": "warning", "practice": "info"}[kind]
    return html.Div([icon(shape), html.Div(text)], className=f"notice notice-{kind}", role="note")


def empty(text: Any, *, hint: Any = None) -> html.Div:
    """Where a figure would stand and none is: says which of the reasons, and what to do."""
    return html.Div([html.P(text), html.P(hint, className="meta") if hint else None], className="empty")


def table(
    head: Sequence[Any],
    rows: Sequence[Sequence[Any]],
    *,
    caption: str,
    numeric: Sequence[int] = (),
    className: str = "",
) -> html.Div:
    """A plain table; the first cell of a row is its header. `numeric`: columns (from 0) set right with equal digits."""

    def style(column: int) -> str:
        return "num" if column in numeric else ""

    header = html.Tr([html.Th(cell, scope="col", className=style(column)) for column, cell in enumerate(head)])
    body = [
        html.Tr(
            [html.Th(row[0], scope="row", className=style(0))]
            + [html.Td(cell, className=style(column)) for column, cell in enumerate(row[1:], start=1)]
        )
        for row in rows
    ]
    return html.Div(
        html.Table(
            [html.Caption(caption, className="sr-only"), html.Thead(header), html.Tbody(body)], className="table"
        ),
        className=f"table-wrap {className}".strip(),
        tabIndex="0",
        role="region",
        **{"aria-label": caption},
    )


def table_twin(table_component: Any, _: Translator) -> html.Details:
    """The figures of a chart as a table, folded in below it."""
    return html.Details([html.Summary(_("As a table")), table_component], className="twin")
