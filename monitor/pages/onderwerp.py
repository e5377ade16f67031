"""Onderwerp: one indicator, what it means and how it lies over time and areas."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, dcc, html, no_update

from config.vocabulary import AreaLevel, Role
from monitor.components.cards import badge, card, empty, grid, page_head
from monitor.components.format import date_name, level_name, period_name
from monitor.pages.parts import deeper, effect, effect_form
from monitor.pages.parts.area_table import area_table
from monitor.pages.parts.cells import known
from monitor.pages.parts.harm import harm_cards
from monitor.pages.parts.index_cards import about_card, index_table
from monitor.pages.parts.topics import (
    composition,
    downloads,
    formula,
    listed,
    owner_words,
    ownership,
    source_words,
    theme_name,
    topic_list,
    unit_line,
)
from monitor.pages.parts.trend import trend, trend_type
from monitor.pages.parts.verdicts import verdict_block
from monitor.queries.areas import areas_of_level, municipality
from monitor.queries.comparisons import Comparison, counts_events, year_on_year_for, year_on_year_of
from monitor.queries.composite import is_index
from monitor.queries.exactness import exactness_of
from monitor.queries.indicators import Newest, Series, breaks, indicators, newest, period_types
from monitor.queries.observations import Filters
from monitor.queries.series import cell, periods_of
from monitor.queries.sources import unallocated
from monitor.router import Page, View
from monitor.texts import composite, overview
from monitor.texts.comparison import change_sentence
from monitor.texts.quality import coverage_sentence, provisional_sentence, reconciliation_sentence
from monitor.texts.sources import source_name

#: Ids of the section that is worked out when it is opened, and of the place it comes in.
_DEEPER = ("onderwerp-deeper-open", "onderwerp-deeper")


def layout(view: View) -> html.Div:
    """Finding, trend, definition, table of areas, members of a group, all topics."""
    _ = view._
    series = indicators(view.snapshot)[str(view.path_argument)]
    now = newest(view.snapshot, series.indicator)
    if now is None:
        return html.Div(
            [
                page_head(
                    theme_name(series.theme, _),
                    series.label(view.language),
                    _("This index cannot be made from these figures, or exists on another division only.")
                    if is_index(series)
                    else _("No source of this municipality gives figures for this topic."),
                ),
                grid(_definition(view, series), _all_topics(view, series, span=7)),
            ]
        )  # fmt: skip
    period = _period(view, series, now)
    return html.Div(
        [
            _head(view, series, now, period),
            grid(
                _trend_card(view, series, period),
                _definition(view, series),
                *harm_cards(view, series, period, now),
                about_card(view, series, str(_level(view)[0]), period),
                _areas_card(view, series, period),
                deeper.deeper(view, series, _DEEPER),
                effect_form.section(view, series),
                _group_card(view, series),
                _all_topics(view, series, span=12),
            ),
            downloads(view, Filters(indicators=(series.indicator,)), series.indicator.replace("_", "-")),
        ]
    )


def _period(view: View, series: Series, now: Newest) -> str:
    """The chosen period where this topic has figures of it, else the one that stands for now."""
    asked = view.state.get("period")
    if asked and any(
        asked in periods_of(view.snapshot, series.indicator, kind)
        for kind in period_types(view.snapshot, series.indicator)
    ):
        return asked
    return now.period


def _head(view: View, series: Series, now: Newest, period: str) -> html.Div:
    _ = view._
    whole = municipality(view.snapshot)
    row = cell(view.snapshot, series.indicator, whole.code, period)
    change = year_on_year_for(view.snapshot, series.indicator, whole.code, period)
    value, count = (known(row.value), known(row.numerator)) if row is not None else (None, None)
    hoods = {one.code for one in areas_of_level(view.snapshot, "neighbourhood")}
    parts = [one for code, one in year_on_year_of(view.snapshot, series.indicator, period).items() if code in hoods]
    lede = (
        overview.lede(whole.name, series.pack, count, change, period, parts, _)
        if counts_events(view.snapshot, series)
        else (series.definition.description.in_language(view.language) if series.definition.description else None)
    )
    asked = view.state.get("period")
    notes = listed(
        [
            _("{label} has no figures of {period}; {shown} is shown.", label=series.label(view.language),
              period=period_name(asked, _), shown=period_name(period, _)) if asked and asked != period else "",
            provisional_sentence(now.period, now.latest, now.is_provisional, _) if period == now.period else "",
            coverage_sentence(known(row.coverage_share) if row is not None else None, len(hoods), _),
        ]
    )  # fmt: skip
    return html.Div(
        listed(
            [
                page_head(
                    _("{place} · {period}", place=theme_name(series.theme, _), period=period_name(period, _)),
                    _headline(view, series, change, value, period),
                    lede,
                ),
                html.P(" ".join(notes), className="meta head-note") if notes else None,
            ]
        )
    )


def _headline(view: View, series: Series, change: Comparison | None, value: float | None, period: str) -> str:
    index, label = series.definition.numerator.index, series.label(view.language)
    if index is not None and value is not None:
        return composite.headline(label, value, index, period, view._)
    return overview.headline(label, change, value, series.unit, period, view._)


def _trend_card(view: View, series: Series, period: str) -> html.Section:
    _ = view._
    whole = municipality(view.snapshot)
    change = year_on_year_for(view.snapshot, series.indicator, whole.code, period)
    return card(
        _("{label} through time", label=series.label(view.language)),
        verdict_block(view, series, whole.code),
        trend(view, series, whole.code, whole.name, trend_type(view, series, "municipality")),
        subtitle=_("All of {municipality}", municipality=whole.name),
        footer=change_sentence(change, _) or None,
        span=7,
    )


def _definition(view: View, series: Series) -> html.Section:
    """What it is, how it is made, what may not be read from it, whose it is, where it comes from."""
    _ = view._
    definition = series.definition
    owned = ownership(view, series)
    entries: list[tuple[str, Any]] = []
    if definition.description:
        entries.append((_("What it is"), definition.description.in_language(view.language)))
    entries.append((_("How it is made"), formula(view, series)))
    entries.append((_("Unit"), unit_line(series, _)))
    entries.append((_("Better or worse"), _direction(series, view)))
    if definition.caveat:
        entries.append((_("Mind"), definition.caveat.in_language(view.language)))
    if owned.owner:
        entries.append((_("Owner"), _owner(view, owner_words(owned, _), owned.is_suggestion)))
    if owned.follow_up:
        entries.append((_("What one can do"), owned.follow_up))
    for one in breaks(view.snapshot, series.indicator):
        entries.append((_("Counted differently from {day}", day=date_name(one.date, _)), one.reason(view.language)))
    url = definition.source.url if definition.source else None
    source = source_words(series, _)
    entries.append((_("Source and licence"), html.A(source, href=url, rel="noreferrer") if url else source))
    if series.source_id and not is_index(series):
        title = source_name(view.configured.municipality.sources, series.source_id, _)
        entries.append((_("Delivered in"), dcc.Link(title, href=view.href("gegevens"))))
    return card(
        _("What this figure means"),
        html.Dl([part for term, text in entries for part in (html.Dt(term), html.Dd(text))], className="definition"),
        span=5,
    )


def _direction(series: Series, view: View) -> str:
    _ = view._
    return {
        "higher_is_worse": _("Higher is less favourable."),
        "higher_is_better": _("Higher is more favourable."),
    }.get(series.direction, _("Neutral: higher is neither better nor worse, so it has no colour."))


def _owner(view: View, words: str, is_suggestion: bool) -> Any:
    if not is_suggestion:
        return words
    hint = view._("The municipality has not named an owner yet.")
    return [words, " ", badge("info", hint)]


def _level(view: View) -> tuple[AreaLevel | None, list[AreaLevel]]:
    """The level of the table of areas, and all it can show."""
    offered = [
        level
        for level in (AreaLevel.DISTRICT, AreaLevel.NEIGHBOURHOOD, AreaLevel.CUSTOM)
        if areas_of_level(view.snapshot, level)
    ]
    asked = view.state.get("level")
    preferred = AreaLevel.NEIGHBOURHOOD if AreaLevel.NEIGHBOURHOOD in offered else next(iter(offered), None)
    return next((one for one in offered if one == asked), preferred), offered


def _areas_card(view: View, series: Series, period: str) -> html.Section:
    _ = view._
    level, offered = _level(view)
    if level is None:
        return card(_("Areas"), empty(_("This municipality has no areas of this level.")))
    switch = [
        dcc.Link(
            level_name(one, _, plural=True).capitalize(),
            href=view.here(level=str(one)),
            className="segment is-current" if one == level else "segment",
        )
        for one in offered
    ]
    row = unallocated(view.snapshot, series.indicator, period)
    n_areas = len(areas_of_level(view.snapshot, "neighbourhood"))
    adds_up = (
        reconciliation_sentence(
            known(row.whole),
            known(row.parts),
            known(row.unallocated),
            n_areas,
            _,
            exactness_of(view.snapshot, series.indicator, municipality(view.snapshot).code, period),
        )
        if row is not None
        else None
    )
    return card(
        _("{label} per {level}", label=series.label(view.language), level=level_name(level, _)),
        (index_table if is_index(series) else area_table)(view, series, str(level), period),
        subtitle=_("{period}, by name", period=period_name(period, _)),
        actions=html.Nav(switch, className="segments", **{"aria-label": _("area level")}) if len(switch) > 1 else None,
        footer=adds_up,
        span=12,
        className="flush",
    )


def _group_card(view: View, series: Series) -> html.Section | None:
    """What a group is made of; a group is ours, so its members are listed."""
    _ = view._
    members = composition(view, series)
    if not members:
        return None
    version = series.definition.composition_version
    return card(
        _("What this group is made of"),
        html.Ul(
            [
                html.Li(dcc.Link(one.label(view.language), href=view.href(f"onderwerp/{one.indicator}")))
                for one in members
            ],
            className="inline-list",
        ),
        subtitle=_("Composition {version}", version=version) if version else None,
        span=12,
    )  # fmt: skip


def _all_topics(view: View, series: Series, *, span: int) -> html.Section:
    return card(view._("All topics"), topic_list(view, series.indicator), span=span, className="no-print")


PAGE = Page("onderwerp", "Topic", "topic", "Understand", Role.VISITOR, layout, argument="indicator", position=20)


@PAGE.callback(Output(_DEEPER[1], "children"), Input(_DEEPER[0], "n_clicks"), prevent_initial_call=True)
def show_deeper(view: View, n_clicks: Any) -> Any:
    """The deeper analysis, at the first opening."""
    if n_clicks != 1:
        return no_update
    series = indicators(view.snapshot)[str(view.path_argument)]
    return deeper.content(view, series, municipality(view.snapshot).code, over_areas=True)


@PAGE.callback(Output(effect_form.FORM, "children"), Input(effect_form.OPEN, "n_clicks"), prevent_initial_call=True)
def show_effect_form(view: View, n_clicks: Any) -> Any:
    """The form of "did it work?", at the first opening."""
    if n_clicks != 1:
        return no_update
    return effect_form.form(view, indicators(view.snapshot)[str(view.path_argument)])


@PAGE.callback(Output(effect_form.ANSWER, "children"), Input(effect_form.ASKED, "data"))
def show_effect(view: View, asked: Any) -> Any:
    """The answer to the question in the address; the page is there before it."""
    if asked != 1:
        return no_update
    return effect.answer(view, indicators(view.snapshot)[str(view.path_argument)])
