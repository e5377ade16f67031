"""The map beside the list of the front page."""

from __future__ import annotations

from dash import dcc, html

from monitor.components.cards import card
from monitor.components.format import level_name, period_name
from monitor.components.map_view import map_periods, small_map_view
from monitor.queries.indicators import Newest, Series
from monitor.router import View


def small_map(view: View, series: Series, now: Newest, level: str) -> html.Section | None:
    """The chosen topic per area; the whole map is one click away. None where there are no outlines or no figures."""
    _ = view._
    periods = map_periods(view, series.indicator)
    if level not in view.outline.layers or not periods:
        return None
    period = now.period if now.period in periods else periods[-1]
    return card(
        _("{label} per {level}", label=series.label(view.language), level=level_name(level, _)),
        small_map_view(view, {"indicator": series.indicator, "level": level, "area": None, "period": period}),
        subtitle=period_name(period, _),
        footer=dcc.Link(
            _("Open the map"), href=view.href("kaart", indicator=series.indicator, level=level, period=period)
        ),
        className="order-1",
    )
