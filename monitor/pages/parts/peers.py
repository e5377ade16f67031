"""Neighbourhoods like one neighbourhood: in this municipality with their figures, elsewhere by name alone."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import dcc, html

from monitor.components.cards import table
from monitor.components.format import number, period_name, unit_name
from monitor.pages.parts.cells import value_cell
from monitor.pages.parts.deeper_development import block
from monitor.queries import peers
from monitor.queries.areas import Area
from monitor.queries.indicators import Series, indicators
from monitor.queries.places import standing_period
from monitor.queries.series import table_of_areas
from monitor.router import View
from monitor.texts import peers as texts
from monitor.texts.sources import source_name


def peers_block(view: View, series: Series, here: Area) -> html.Section:
    """Both lists, each with how sure it is and what was compared."""
    _ = view._
    return block(
        _("Similar neighbourhoods"),
        html.P(texts.what_alike_is(_)),
        *_own(view, series, here),
        html.H4(_("In other municipalities")),
        *_elsewhere(view, here),
        html.P(texts.what_distance_is(_), className="meta"),
    )


def _own(view: View, series: Series, here: Area) -> list[Any]:
    _ = view._
    frame = peers.peers_of(view.snapshot, here.code)
    period = standing_period(view.snapshot, series.indicator)
    if frame.empty or period is None:
        return [html.P(_("No similar neighbourhoods are known: too few context figures."))]
    cells = table_of_areas(view.snapshot, series.indicator, "neighbourhood", period).set_index("area_code", drop=False)
    rows: list[list[Any]] = []
    for code, name, distance in [
        (here.code, here.name, None),
        *frame[["area_code", "area_name", "distance"]].itertuples(index=False, name=None),
    ]:
        row = next(cells[cells.index == code].itertuples(), None)
        value = value_cell(view, series, row, str(code)) if row is not None else "–"
        link = name if distance is None else dcc.Link(name, href=_address(view, code, series))
        rows.append([link, *_how_far(distance, view), value])
    head = [_("Neighbourhood"), _("how alike"), _("distance"), unit_name(series.unit, _).capitalize()]
    return [
        html.P(texts.stability(bool(frame["is_stable"].all()), _)),
        table(head, rows, caption=_("Similar neighbourhoods"), numeric=(2, 3)),
        html.P(f"{period_name(period, _).capitalize()}. {_compared(view, frame)}", className="meta"),
    ]


def _elsewhere(view: View, here: Area) -> list[Any]:
    _ = view._
    frame = peers.peers_elsewhere_of(view.snapshot, here.code)
    found = peers.compared_with(view.snapshot)
    if frame.empty:
        return [html.P(texts.why_none_elsewhere(found.reason, found.year, _))]
    rows: list[list[Any]] = []
    for code, name, place, distance in frame[["area_code", "area_name", "municipality_name", "distance"]].itertuples(
        index=False, name=None
    ):
        address = view.address_elsewhere(code)
        rows.append([html.A(name, href=address) if address else name, place, *_how_far(distance, view)])
    source = source_name(view.configured.municipality.sources, found.source_id, _)
    head = [_("Neighbourhood"), _("Municipality"), _("how alike"), _("distance")]
    return [
        html.P(texts.stability(bool(frame["is_stable"].all()), _)),
        table(head, rows, caption=_("Similar neighbourhoods in other municipalities"), numeric=(3,)),
        html.P(
            f"{texts.compared_in(source, found.year, _)} {_compared(view, frame)}",
            className="meta",
        ),
    ]


def _how_far(distance: float | None, view: View) -> tuple[str, str]:
    if distance is None:
        return "–", "–"
    return texts.how_alike(round(distance, 2), view._), number(distance, view._, 2)


def _compared(view: View, frame: pd.DataFrame) -> str:
    known = indicators(view.snapshot)
    features = str(frame["features"].iloc[0]).split(", ")
    return texts.features([known[one].label(view.language) if one in known else one for one in features], view._)


def _address(view: View, code: str, series: Series) -> str:
    return view.href(f"gebied/{code}", indicator=series.indicator)
