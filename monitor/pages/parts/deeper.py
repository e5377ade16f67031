"""Verdieping: the deeper analysis of a topic, worked out when a reader opens it."""

from __future__ import annotations

from dash import html

from monitor.components.cards import empty
from monitor.pages.parts.deeper_development import development_blocks
from monitor.pages.parts.deeper_places import own_place_blocks, place_blocks
from monitor.pages.parts.why import methods_href
from monitor.queries.areas import area
from monitor.queries.comparisons import counts_events
from monitor.queries.indicators import Series
from monitor.router import View


def deeper(view: View, series: Series, ids: tuple[str, str]) -> html.Section | None:
    """The closed section. `ids`: of the summary, whose first click asks for the analysis, and of the place it comes in.

    None where nothing is counted that could be looked at deeper (stocks, the source's own figures).
    """
    _ = view._
    if not counts_events(view.snapshot, series):
        return None
    summary, place = ids
    return html.Section(
        html.Details(
            [
                html.Summary(html.H2(_("Deeper analysis")), id=summary, n_clicks=0),
                html.P(
                    [
                        _("Where to look further: no part of this is a judgement of an area."),
                        " ",
                        html.A(_("How is this worked out?"), href=methods_href(view, "control-chart")),
                    ],
                    className="meta",
                ),
                html.Div(html.P(_("The analysis is being worked out …"), role="status"), id=place),
            ]
        ),
        className="card span-12 deeper no-print",
    )


def content(view: View, series: Series, area_code: str, *, over_areas: bool) -> html.Div:
    """What stands in the section: the series of an area, and beside it all areas (or this area's place among them)."""
    _ = view._
    here = area(view.snapshot, area_code)
    if here is None or not counts_events(view.snapshot, series):
        return html.Div(empty(_("No figures yet.")))
    blocks = development_blocks(view, series, here)
    blocks += place_blocks(view, series) if over_areas else own_place_blocks(view, series, here)
    return html.Div(blocks, className="deeper-blocks")
