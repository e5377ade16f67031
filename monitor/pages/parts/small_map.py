"""The map beside the list of the front page."""

from __future__ import annotations

from dash import dcc, html

from monitor.components.cards import card
from monitor.queries.indicators import Newest, Series
from monitor.router import View


def small_map(view: View, series: Series, now: Newest, level: str) -> html.Section:
    """The chosen topic per area; the whole map is one click away."""
    _ = view._
    return card(
        _("Where"),
        html.P(dcc.Link(_("Open the map"), href=view.href("kaart", indicator=series.indicator, level=level))),
        span=7,
    )
