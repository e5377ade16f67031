"""Overzicht: what stands out now, for the whole municipality."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from config.vocabulary import Role
from monitor.components.cards import card, comparison_badge, empty, page_head
from monitor.components.charts import spark
from monitor.components.format import moment_name, period_name, unit_name, value_text
from monitor.components.icons import icon
from monitor.figures.sparkline import sparkline
from monitor.pages.parts.area_table import area_table
from monitor.pages.parts.cells import count_cell, known, shown_value
from monitor.pages.parts.small_map import small_map
from monitor.pages.parts.topics import chosen_topic, front_topics, is_for_front, listed
from monitor.pages.parts.trend import trend, trend_type
from monitor.pages.parts.verdicts import standing_out_card
from monitor.pages.parts.why import why
from monitor.queries.areas import areas_of_level, municipality
from monitor.queries.comparisons import Comparison, counts_events, year_on_year_for, year_on_year_of
from monitor.queries.composite import is_index
from monitor.queries.exactness import exactness, exactness_of
from monitor.queries.indicators import Newest, Series, indicators, newest
from monitor.queries.series import cell
from monitor.queries.series import series as ask_series
from monitor.queries.sources import newest_by_source, sources, unallocated
from monitor.queries.verdicts import standing_out
from monitor.router import Page, View
from monitor.texts import overview
from monitor.texts.comparison import verdict_words
from monitor.texts.quality import coverage_sentence, provisional_sentence, reconciliation_sentence
from monitor.texts.sources import source_name


def layout(view: View) -> html.Div:
    """Finding, key figures, map and list, trend and areas, state of the data, questions."""
    _ = view._
    whole = municipality(view.snapshot)
    chosen = _topic(view)
    if chosen is None or (now := newest(view.snapshot, chosen)) is None:
        return html.Div(
            [
                page_head(whole.name, _("There are no figures yet")),
                card(
                    _("State of the data"),
                    empty(_("No source has delivered a figure for this municipality."), hint=_state_link(view)),
                ),
            ]
        )
    series = indicators(view.snapshot)[chosen]
    level = _level(view)
    return html.Div(
        [
            _head(view, series, now, level),
            html.Div([_key_figure(view, name, name == chosen) for name in front_topics(view)], className="kpis"),
            # Two columns that fill themselves; on a narrow screen one, in the order of the classes.
            html.Div(
                [
                    html.Div(
                        listed(
                            [
                                small_map(view, series, now, level),
                                _trend_card(view, series),
                                _questions_card(view),
                                _state_card(view),
                            ]
                        ),
                        className="stack",
                    ),
                    html.Div(
                        [_standing_out(view), _areas_card(view, series, now, level)],
                        className="stack",
                    ),
                ],
                className="two-columns",
            ),
        ]
    )


def _topic(view: View) -> str | None:
    """The chosen topic; a harm score or index is not for the front page, the first topic takes its place."""
    chosen = chosen_topic(view)
    if chosen is not None and not is_for_front(indicators(view.snapshot)[chosen]):
        return next(iter(front_topics(view)), None)
    return chosen


def _level(view: View) -> str:
    """Neighbourhoods where there are any, else districts."""
    return "neighbourhood" if areas_of_level(view.snapshot, "neighbourhood") else "district"


def _head(view: View, series: Series, now: Newest, level: str) -> html.Div:
    _ = view._
    whole = municipality(view.snapshot)
    row = cell(view.snapshot, series.indicator, whole.code, now.period)
    change = year_on_year_for(view.snapshot, series.indicator, whole.code, now.period)
    label = series.label(view.language)
    value, count = (known(row.value), known(row.numerator)) if row is not None else (None, None)
    exact = exactness_of(view.snapshot, series.indicator, whole.code, now.period)
    codes = {area.code for area in areas_of_level(view.snapshot, level)}
    parts = [one for code, one in year_on_year_of(view.snapshot, series.indicator, now.period).items() if code in codes]
    lede = (
        overview.lede(whole.name, series.pack, count, change, now.period, parts, _, exact)
        if counts_events(view.snapshot, series)
        else _(
            "{value} {unit} in {period}.",
            value=value_text(value, series.unit, _, exact=exact), unit=unit_name(series.unit, _),
            period=period_name(now.period, _),
        )
    )  # fmt: skip
    notes = listed(
        [
            provisional_sentence(now.period, now.latest, now.is_provisional, _),
            coverage_sentence(known(row.coverage_share) if row is not None else None, len(codes), _),
        ]
    )
    return html.Div(
        listed(
            [
                page_head(
                    _(
                        "{place} · {period}",
                        place=_("Municipality of {name}", name=whole.name),
                        period=period_name(now.period, _),
                    ),
                    overview.headline(label, change, value, series.unit, now.period, _, exact),
                    lede,
                ),
                html.P(" ".join(notes), className="meta head-note") if notes else None,
            ]
        )
    )


def _key_figure(view: View, name: str, is_current: bool) -> html.Div:
    """A key figure; choosing it makes it the topic of the page. Beside it stands the way to its passport."""
    _ = view._
    series = indicators(view.snapshot)[name]
    now = newest(view.snapshot, name)
    code = municipality(view.snapshot).code
    row = cell(view.snapshot, name, code, now.period) if now else None
    change = year_on_year_for(view.snapshot, name, code, now.period) if now else None
    value, count = (known(row.value), known(row.numerator)) if row is not None else (None, None)
    is_events = counts_events(view.snapshot, series) and count is not None
    has_rate = is_events and value is not None and series.unit != "count"
    text = shown_value(view, series, row, code) if row is not None else "–"
    shown = count_cell(view, series, row, code) if is_events else text
    lines: list[Any] = [
        html.Span(series.label(view.language), className="kpi-label"),
        html.Span(
            listed([html.Span(shown, className="kpi-value"), _spark(view, series, code)]),
            className="kpi-line",
        ),
        html.Span(_period_words(now, view) if now else "", className="kpi-unit"),
    ]
    if has_rate:
        lines.append(html.Span(f"{text} {unit_name(series.unit, _)}", className="kpi-unit"))
    lines.append(html.Span(listed([_change_badge(view, series, change)]), className="kpi-foot"))
    if is_current:
        lines.append(html.Span(_("chosen topic"), className="sr-only"))
    chosen = dcc.Link(
        lines,
        href=view.here(indicator=name, period=None),
        className="kpi kpi-card" + (" is-current" if is_current else ""),
    )
    mark = [icon("info"), html.Span(_("Where does {label} come from?", label=series.label(view.language)))]
    return html.Div(listed([chosen, why(view, mark, name, code, now.period) if now else None]), className="kpi-place")


def _period_words(now: Newest, view: View) -> str:
    words = _short_period(now.period, view)
    return view._("{period} (provisional)", period=words) if now.is_provisional else words


def _short_period(period: str, view: View) -> str:
    return view._("in {period}", period=period_name(period, view._, short=True))


def _change_badge(view: View, series: Series, change: Comparison | None) -> Any:
    _ = view._
    if change is None or change.verdict is None:
        return html.Span(verdict_words(change, _), className="meta")
    return comparison_badge(change.verdict, series.direction, _, verdict_words(change, _))


def _spark(view: View, series: Series, code: str) -> Any:
    """The last 24 months, else the longest other series."""
    kind = trend_type(view, series, "municipality")
    if kind is None:
        return None
    frame = ask_series(view.snapshot, series.indicator, code, kind).tail(24)
    column = "value" if frame["value"].notna().any() else "numerator"
    values = [known(value) for value in frame[column]]
    return spark(
        sparkline(values),
        view._("{label} through time, {n} periods", label=series.label(view.language), n=len(values)),
    )


def _standing_out(view: View) -> html.Section:
    """What is not normal now, over all topics on screen."""
    return standing_out_card(view, standing_out(view.snapshot, indicators(view.snapshot)))


def _trend_card(view: View, series: Series) -> html.Section:
    _ = view._
    whole = municipality(view.snapshot)
    return card(
        _("{label} through time", label=series.label(view.language)),
        trend(view, series, whole.code, whole.name, trend_type(view, series, "municipality")),
        subtitle=_("All of {municipality}", municipality=whole.name),
        footer=dcc.Link(_("Definition and all areas"), href=view.href(f"onderwerp/{series.indicator}")),
        className="order-3",
    )


def _areas_card(view: View, series: Series, now: Newest, level: str) -> html.Section:
    _ = view._
    row = unallocated(view.snapshot, series.indicator, now.period)
    n_areas = len(areas_of_level(view.snapshot, "neighbourhood"))
    adds_up = (
        reconciliation_sentence(
            known(row.whole),
            known(row.parts),
            known(row.unallocated),
            n_areas,
            _,
            exactness(view.snapshot, series.indicator, "municipality", now.period_type),
        )
        if row is not None
        else ""
    )
    return card(
        _("All neighbourhoods") if level == "neighbourhood" else _("All districts"),
        area_table(view, series, level, now.period, is_short=True),
        subtitle=_("{period}, by name", period=period_name(now.period, _)),
        footer=adds_up or None,
        className="scrolls order-4",
    )


def _state_card(view: View) -> html.Section:
    """Per source: how far it reaches, when it came, what was found in it."""
    _ = view._
    reach = newest_by_source(view.snapshot).groupby("source_id").first()
    rows = []
    for row in sources(view.snapshot).itertuples():
        period = period_name(str(reach.at[row.source_id, "period"]), _) if row.source_id in reach.index else "–"
        findings = _.plural("{n} finding", "{n} findings", int(row.n_findings)) if row.n_findings else _("no findings")
        rows.append(
            html.Li(
                [
                    html.Strong(source_name(view.configured.municipality.sources, str(row.source_id), _)),
                    html.Span(
                        _("to {period}, received {moment}, {findings}", period=period,
                          moment=moment_name(row.received, _), findings=findings),
                        className="meta",
                    ),
                ]
            )
        )  # fmt: skip
    return card(
        _("State of the data"),
        html.Ul(rows, className="plain-list") if rows else empty(_("No delivery yet.")),
        footer=_state_link(view),
        className="order-6",
    )


def _state_link(view: View) -> dcc.Link:
    return dcc.Link(view._("All deliveries and findings"), href=view.href("gegevens"))


def _questions_card(view: View) -> html.Section:
    """Why this monitor exists: each question with its owner, what follows, and where its answer stands."""
    _ = view._
    known_topics = indicators(view.snapshot)
    rows = []
    for question in view.configured.municipality.questions:
        links: list[Any] = []
        for name in question.indicators:
            if name in known_topics and not is_index(known_topics[name]):
                links += [
                    ", " if links else "",
                    dcc.Link(known_topics[name].label(view.language), href=view.href(f"onderwerp/{name}")),
                ]
        rows.append(
            html.Li(
                [
                    html.P(question.question, className="notable-title"),
                    html.P([*links, "." if links else ""]),
                    html.P(
                        _("Owner: {owner}", owner=question.owner)
                        + " · "
                        + _("Next step: {step}", step=question.follow_up),
                        className="meta",
                    ),
                ]
            )
        )
    return card(
        _("Questions of this municipality"),
        html.Ul(rows, className="plain-list")
        if rows
        else empty(
            _("No questions have been written down yet."),
            hint=_("They stand under `questions` in the file of the municipality."),
        ),
        className="order-5",
    )


PAGE = Page("", "Overview", "home", "Find", Role.VISITOR, layout, position=10)
