"""Methoden: how every figure is made, how sure it is, and what is promised about people."""

from __future__ import annotations

from typing import Any

from dash import html

from config.vocabulary import Role
from monitor.components.cards import card, page_head, table
from monitor.components.format import level_name
from monitor.pages.parts.trend import type_name
from monitor.queries import methods as queries
from monitor.queries.areas import municipality
from monitor.queries.indicators import indicators
from monitor.router import Page, View
from monitor.texts import methods as texts
from monitor.texts.sources import source_name


def layout(view: View) -> html.Div:
    """A list of all methods, then each with its worked example, its source and what was measured here."""
    _ = view._
    told = texts.methods(_, _measured(view))
    contents = html.Nav(
        html.Ul([html.Li(html.A(one.title, href=f"#{one.key}")) for one in told], className="method-list"),
        **{"aria-label": _("On this page")},
    )
    return html.Div(
        [
            page_head(
                [html.A(_("Data"), href=view.href("gegevens")), " › ", municipality(view.snapshot).name],
                texts.title(_),
                texts.lede(_),
            ),
            card(_("On this page"), contents, span=12, className="no-print"),
            *[_method(one, texts.source_word(_)) for one in told],
        ],
        className="methods",
    )


def _method(one: texts.Method, source: str) -> html.Section:
    parts: list[Any] = [html.P(text) for text in one.paragraphs]
    for printed in one.tables:
        parts.append(html.H3(printed.caption))
        parts.append(table(printed.head, printed.rows, caption=printed.caption, numeric=_numeric(printed)))
    return card(one.title, *parts, footer=f"{source}: {one.source}", span=12, id=one.key, className="method")


def _numeric(printed: texts.Printed) -> tuple[int, ...]:
    """Columns that begin with a digit in some row are numbers."""
    return tuple(
        column
        for column in range(len(printed.head))
        if printed.rows and all(row[column][:1] in "0123456789−–≈" for row in printed.rows)
    )


def _measured(view: View) -> texts.Measured:
    """What the snapshot says of its own methods, in the reader's words."""
    _ = view._
    known = indicators(view.snapshot)
    return texts.Measured(
        maturity=[
            (
                source_name(view.configured.municipality.sources, str(row.source_id), _),
                type_name(str(row.period_type), _),
                int(row.age_days),
                int(row.periods),
                float(row.complete_share),
            )
            for row in queries.maturity(view.snapshot).itertuples()
        ],
        runs=[
            (
                level_name(str(row.area_level), _, plural=True),
                type_name(str(row.period_type), _),
                int(row.n_tested),
                float(row.expected_false),
            )
            for row in queries.runs(view.snapshot).itertuples()
        ],
        features=[
            known[name].label(view.language) if name in known else name for name in queries.peer_features(view.snapshot)
        ],
    )


PAGE = Page(
    "gegevens/methoden", "How the figures are made", "data", "Manage", Role.VISITOR, layout, position=92,
    is_in_menu=False,
)  # fmt: skip
