"""Kaart: where. One indicator on the map and in the table of its areas, from municipality to neighbourhood."""

from __future__ import annotations

from itertools import groupby

from dash import html

from config.harm import HARM
from config.vocabulary import AreaLevel, Role
from monitor.components.cards import card, empty, grid, notice
from monitor.components.format import level_name, period_name
from monitor.components.icons import icon
from monitor.components.map_view import map_periods, map_view
from monitor.queries.map_values import MAP_LEVELS
from monitor.router import Page, View

#: Sets of indicators as groups of the choice (msgids).
PACK_NAMES = {
    "police": "Registered crime",
    "nuisance": "Nuisance",
    "context": "Residents and dwellings",
    "perception": "Experienced safety",
    "quality": "Quality of life",
    "social_domain": "Social domain",
    "youth": "Youth",
    "subversion": "Undermining crime",
    "public_space": "Public space",
    "own": "Our own figures",
}


def layout(view: View) -> html.Div:
    """Filters, map, table; drawn by the browser from the address."""
    _ = view._
    indicators = [name for name in view.outline.indicators.index if map_periods(view, name)]
    levels = [level for level in MAP_LEVELS if level in view.outline.layers]
    if not indicators or not levels:
        return html.Div(
            [
                _head(view, _("Map")),
                card(_("Map"), empty(_("There are no outlines or no figures per area in this snapshot."))),
            ]
        )
    state, told = _first_state(view, indicators, levels)
    return html.Div(
        [
            *[notice(text, "warning") for text in told],
            _head(view, view.outline.label(str(state["indicator"]), view.language)),
            _filters(view, indicators, levels, state),
            grid(
                card(
                    _("Map"),
                    map_view(view, indicators=indicators, state=state),
                    actions=html.Nav(
                        html.Ol(id="map-trail", className="map-trail"), **{"aria-label": _("Where you are on the map")}
                    ),
                    footer=html.P(id="map-sum", className="map-sum"),
                    span=6,
                ),
                card(
                    _("By area"),
                    html.Div(
                        html.Div(id="map-table"),
                        className="table-wrap map-table-scroll",
                        tabIndex="0",
                        role="region",
                        **{"aria-label": _("The figures of the map, by area")},
                    ),
                    subtitle=_("By name; a heading sorts. Below each figure: probably between"),
                    span=6,
                ),
            ),
        ]
    )


def _head(view: View, title: str) -> html.Header:
    """Texts that the browser renews with each choice; filled here so that they stand before anything is fetched."""
    return html.Header(
        [
            html.P(view.outline.municipality_name, id="map-eyebrow", className="eyebrow"),
            html.H1(title, id="page-title", tabIndex="-1"),
            html.P("", id="map-lede", className="lede"),
        ],
        className="page-head",
    )


def _first_state(view: View, indicators: list[str], levels: list[AreaLevel]) -> tuple[dict[str, str | None], list[str]]:
    """What the map shows first, and what of the address it cannot show."""
    _, asked, told = view._, view.state, []
    indicator = asked["indicator"] if asked["indicator"] in indicators else None
    if asked["indicator"] and indicator is None:
        told.append(
            _(
                "“{indicator}” has no figures per area for the map; another indicator is shown.",
                indicator=view.outline.label(asked["indicator"], view.language),
            )
        )
    indicator = indicator or next((name for name in indicators if name != HARM), indicators[0])
    period = asked["period"]
    if period and period not in map_periods(view, indicator):
        told.append(_("The map has no figures for {period}; the newest are shown.", period=period_name(period, _)))
        period = None
    area = asked["area"]
    area_level = view.outline.areas.at[area, "area_level"] if area else None
    level = asked["level"] if asked["level"] in levels else None
    if area_level in levels and level is None:
        level = AreaLevel.NEIGHBOURHOOD if AreaLevel.NEIGHBOURHOOD in levels else area_level
    if area_level not in levels:
        area = None
    state = {"indicator": indicator, "level": str(level or levels[0]), "area": area, "period": period}
    return state | {"opened": area if area_level == AreaLevel.DISTRICT else None}, told


def _step(id: str, icon_name: str, words: str) -> html.Button:
    return html.Button(
        icon(icon_name), id=id, className="icon-button", type="button", title=words, **{"aria-label": words}
    )


def _filters(view: View, indicators: list[str], levels: list[AreaLevel], state: dict[str, str | None]) -> html.Div:
    _ = view._
    table = view.outline.indicators.loc[indicators]
    groups = [
        html.Optgroup(
            [html.Option(view.outline.label(str(name), view.language), value=str(name)) for name, __ in entries],
            label=_(PACK_NAMES.get(pack, pack)),
        )
        for pack, entries in groupby(table["pack"].items(), key=lambda entry: str(entry[1]))
    ]
    choices = [
        html.Button(
            level_name(level, _).capitalize(),
            type="button",
            **{"data-level": str(level), "aria-pressed": str(str(level) == state["level"]).lower()},
        )
        for level in sorted(levels, key=lambda level: level == AreaLevel.NEIGHBOURHOOD)
    ]
    return html.Div(
        [
            html.Div(
                [
                    html.Label(_("Indicator"), htmlFor="map-indicator"),
                    html.Select(groups, id="map-indicator", className="select"),
                ],
                className="field",
            ),
            html.Div(
                [
                    html.Span(_("Area level"), id="map-level-name", className="field-name"),
                    html.Div(
                        choices,
                        id="map-level",
                        className="segments",
                        role="group",
                        **{"aria-labelledby": "map-level-name"},
                    ),
                ],
                className="field",
            ),
            html.Div(
                [
                    html.Span(_("Rates"), id="map-measure-name", className="field-name"),
                    html.Div(
                        [
                            html.Button(words, type="button", **{"data-measure": name, "aria-pressed": "false"})
                            for name, words in (("smoothed", _("smoothed")), ("counted", _("as counted")))
                        ],
                        id="map-measure",
                        className="segments",
                        role="group",
                        **{"aria-labelledby": "map-measure-name"},
                    ),
                ],
                className="field",
            ),
            html.Div(
                [
                    html.Label(_("Period"), htmlFor="map-period"),
                    html.Div(
                        [
                            _step("map-earlier", "left", _("Earlier period")),
                            html.Select(id="map-period", className="select"),
                            _step("map-later", "right", _("Later period")),
                        ],
                        className="period-row",
                    ),
                ],
                className="field",
            ),
        ],
        className="map-filters card prose",
    )


PAGE = Page(
    path="kaart",
    title="Map",
    icon="map",
    group="Find",
    position=20,
    minimum_role=Role.VISITOR,
    layout=layout,
)
