"""The map as a component: an empty place, and everything the browser needs to draw in it by itself.

Drawing, zoom, tooltip and table are in `assets/map_*.js`; outlines and values come from their own addresses
(`monitor.data_addresses`), so changing the indicator asks for its values only and changing the period for nothing.
"""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from config.vocabulary import AreaLevel, Comparison, PeriodType, Status
from monitor.components.format import comparison_name, level_name, period_name, status_name, unit_name
from monitor.i18n import LANGUAGES, Translator
from monitor.queries.map_standing import VERDICTS
from monitor.queries.map_values import MAP_LEVELS, MAP_PERIODS
from monitor.queries.verdicts import verdicts
from monitor.router import View
from monitor.texts.verdict import REASONS, reason_name, verdict_name


def map_view(view: View, *, indicators: list[str], state: dict[str, str | None]) -> html.Div:
    """The map's place, its legend, and its settings.

    Args:
        indicators: ids that can be chosen.
        state: what is shown first: indicator, level, area, period (None: the newest).
    """
    _ = view._
    return html.Div(
        [
            html.P(
                _("Use the arrow keys to move from area to area; Enter chooses an area, Escape closes its text."),
                id="map-help",
                className="sr-only",
            ),
            html.Div(id="map-root", className="map-root"),
            html.Div(id="map-chosen", className="map-chosen", hidden=True),
            html.Div(id="map-legend", className="map-legend"),
            dcc.Store(id="map-config", data=_settings(view, indicators, state)),
        ]
    )


def small_map_view(view: View, state: dict[str, str | None]) -> html.Div:
    """One topic on one level and in one period, without choices: an area leads to its own page.

    Args:
        state: indicator, level and period.
    """
    _ = view._
    indicator = str(state["indicator"])
    return html.Div(
        [
            html.P(
                _("Use the arrow keys to move from area to area; Enter opens the page of an area."),
                id="map-help",
                className="sr-only",
            ),
            html.Div(id="small-map-root", className="map-root small-map"),
            html.Div(id="small-map-legend", className="map-legend"),
            dcc.Store(id="small-map-config", data=_settings(view, [indicator], state)),
            dcc.Store(id="small-map-drawn"),
        ]
    )


def map_periods(view: View, indicator: str) -> list[str]:
    """Periods of an indicator that the map offers, oldest first, the preferred length first."""
    return [period for kind in MAP_PERIODS for period in view.outline.available.get((indicator, kind), ())]


def _settings(view: View, indicators: list[str], state: dict[str, str | None]) -> dict[str, Any]:
    """All that the drawing needs besides outlines and values. Names are sent here once, never with figures."""
    facts, _ = view.outline, view._
    shown = facts.areas[facts.areas["area_level"].isin([AreaLevel.MUNICIPALITY, *MAP_LEVELS])]
    kinds = facts.periods["period_type"].isin(MAP_PERIODS)
    return {
        "base": f"/g/{view.slug}/",
        "load": facts.load_id,
        "edition": view.edition.value,
        "kept": {key: value for key, value in view.kept().items() if value},
        "locale": LANGUAGES[view.language].replace("_", "-"),
        "layers": {level: sha for level, sha in facts.layers.items() if level in set(MAP_LEVELS)},
        "names": shown["area_name"].to_dict(),
        "levels": shown["area_level"].to_dict(),
        "parents": {code: parent for code, parent in shown["parent"].items() if isinstance(parent, str)},
        "municipality": {"code": facts.municipality_code, "name": facts.municipality_name},
        "indicators": {indicator: facts.label(indicator, view.language) for indicator in indicators},
        "units": {unit: unit_name(unit, _) for unit in facts.indicators.loc[indicators, "unit"].unique()},
        "periods": {period: period_name(period, _) for period in facts.periods.index[kinds]},
        "judgedPeriods": {
            period: period_name(period, _) for period in sorted({one.period for one in verdicts(view.snapshot)})
        },
        "practice": facts.is_practice,
        "schematic": facts.is_schematic,
        "state": state,
        "texts": _texts(_),
    }


def _texts(_: Translator) -> dict[str, Any]:
    """Sentences of the map in the reader's language, with places for what the browser fills in."""
    return {
        "status": {status.value: status_name(status, _) for status in Status},
        "verdict": {word.value: comparison_name(word, _) for word in Comparison},
        "verdictRest": {
            Comparison.HIGHER: _("higher than the rest of the municipality"),
            Comparison.LOWER: _("lower than the rest of the municipality"),
            Comparison.NO_DIFFERENCE: _("no demonstrable difference from the rest of the municipality"),
            Comparison.TOO_FEW: _("too few to compare with the rest of the municipality"),
        },
        "kinds": {
            PeriodType.ROLLING_12_MONTHS: _("Twelve months"),
            PeriodType.YEAR: _("Calendar year"),
            PeriodType.ROLLING_4_WEEKS: _("Four weeks"),
        },
        "perLevel": {
            level.value: _("{indicator} per {level}", indicator="{indicator}", level=level_name(level, _))
            for level in MAP_LEVELS
        },
        "judged": [verdict_name(word, _) for word in VERDICTS],
        "judgedTitle": _("Verdict, {period}", period="{period}"),
        "judgedSaid": {
            "f": _("{period}: {n}, normal is {low} to {high} for this time of the year"),
            "e": _("{period}: {n}, normal is {low} to {high}, judged by the periods before"),
            "brief": _("{n}, normal {low}–{high}"),
            "few": _("{period}: {reason}"),
            "reasons": {reason: reason_name(reason, _) for reason in REASONS},
        },
        "judgedLegend": {
            "h": _("Signal: more than normal"),
            "l": _("Signal: fewer than normal"),
            "w": _("Keep an eye on"),
            "period": _("verdict on {period}"),
        },
        "why": _("Why?"),
        "whyOf": _("Why? Where does the figure of {area} come from?"),
        "smoothed": _("smoothed {value}"),
        "counted": _("as counted {value}"),
        "smoothedLegend": _("colour: smoothed rate, drawn towards the mean as far as the number is small"),
        "noDifferences": _("No demonstrable differences between neighbourhoods."),
        "smoothedOnly": _("Smoothed rates exist for the newest twelve months only."),
        "place": _("place {rank} of {n}, probably {best} to {worst}"),
        "placeIndex": _("place {rank} of {n}, {best} to {worst} under other methods"),
        "range": _("{low} to {high}"),
        "aboutLegend": _("≈: about, from rounded counts"),
        "between": _("probably between {lower} and {upper}"),
        "events": _("{n} registered"),
        "estimated": _("{share}% divided over changed borders"),
        "practice": _("practice figures"),
        "schematic": _("schematic map"),
        "classes": _("classes of equal size over all periods"),
        "bubbles": _("the surface of a circle shows the number"),
        "area": _("Area"),
        "count": _("Number"),
        "againstRest": _("Against the rest"),
        "tableCaption": _("The figures of the map, by area"),
        "toArea": _("Everything about {area}"),
        "sum": _("Sum of the neighbourhoods {parts} + not to be allocated {none} = whole municipality {whole}."),
        "sumPlain": _("Sum of the neighbourhoods {parts}; whole municipality {whole}."),
        "noWhole": _("The source gives no figure of the whole municipality for this period."),
        "withoutOne": _("One neighbourhood has no figure."),
        "without": _("{n} neighbourhoods have no figure."),
        "finding": _(
            "Compared with the rest of the municipality {higher} areas are higher, {lower} lower;"
            " for {same} there is no demonstrable difference."
        ),
        "findingFew": _("For {n} there is too little to compare."),
        "lede": _("Darker is more. The interval of each area is in its text and in the table."),
        "ledeIndex": _(
            "Darker is a higher index. The text of each area gives its places under other methods; what they depend on"
            " stands under the topic."
        ),
        "ledeCount": _("Larger circles are larger numbers. A number says little without the size of the area."),
        "listed": _("no figures come for this area"),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "zoomReset": _("Show everything"),
        "trouble": _("The figures could not be fetched. Load the page again."),
    }
