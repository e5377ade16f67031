"""Herkomst: the passport of one figure, for the one who is asked where it comes from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dash import html

from config.vocabulary import Edition, Role
from monitor.components.cards import card, empty, grid, page_head, status_mark
from monitor.components.format import (
    count_text,
    interval_words,
    moment_name,
    number,
    period_name,
    unit_name,
    value_text,
)
from monitor.i18n import Translator
from monitor.pages.parts.index_cards import index_sentence
from monitor.pages.parts.quality_cards import fingerprint
from monitor.pages.parts.topics import chosen_topic, formula, listed
from monitor.pages.parts.verdicts import verdict_badge
from monitor.pages.parts.why import why
from monitor.queries.areas import areas, municipality
from monitor.queries.exactness import EXACT, Exactness, exactness
from monitor.queries.harm import offences, weights
from monitor.queries.indicators import Series, indicators, newest
from monitor.queries.lineage import Fed, Part, Passport, passport
from monitor.queries.verdicts import verdict_of
from monitor.router import Page, View
from monitor.texts import composite
from monitor.texts import harm as harm_texts
from monitor.texts import passport as words
from monitor.texts import verdict as verdict_texts
from monitor.texts.harm import days_text
from monitor.texts.quality import coverage_sentence
from monitor.texts.sources import source_title

#: Deliveries named at once; the rest is counted (`buurtbeeld export --explain` names all).
_MOST = 6


def layout(view: View) -> html.Div:
    """The figure, how it is made, what was counted and divided by, what was mended, and SQL that gives it again."""
    _ = view._
    chosen = chosen_topic(view)
    now = newest(view.snapshot, chosen) if chosen else None
    area_code = view.state.get("area") or municipality(view.snapshot).code
    period = view.state.get("period") or (now.period if now else "")
    found = passport(view.snapshot, chosen, area_code, period) if chosen else None
    if found is None or chosen is None:
        return html.Div(
            [
                page_head(_("Where this figure comes from"), _("There is no figure here")),
                empty(
                    _("No source gives a figure of this topic for this area and period."),
                    hint=html.A(_("All deliveries and findings"), href=view.href("gegevens")),
                ),
            ]
        )
    series = indicators(view.snapshot)[chosen]
    return html.Div(
        [
            _head(view, found, series),
            grid(
                _made_card(view, found, series),
                html.Div(
                    [_index_card(view, found)]
                    if found.made_of
                    else listed(
                        [
                            _part_card(view, _("What was counted"), found.numerator, _exact(view, found)),
                            _part_card(view, _("What it is divided by"), found.denominator)
                            if found.denominator
                            else None,
                        ]
                    ),
                    className="span-5 stack",
                ),
                _corrections_card(view, found),
                _again_card(view, found),
            ),
        ],
        className="passport",
    )


def _head(view: View, one: Passport, series: Series) -> html.Header:
    _ = view._
    exact, counted = _exact(view, one), one.numerator.value
    value = (
        value_text(one.value, one.unit, _, count=counted, exact=exact, status=one.status)
        if one.value is not None
        else _number(one.numerator, series, _, exact)
    )
    unit = unit_name(one.unit, _) if one.value is not None and one.unit not in ("share_pct", "count") else ""
    back = view.href(f"gebied/{one.area_code}", indicator=one.indicator)
    return page_head(
        [_("Where this figure comes from"), " · ", html.A(one.area_name, href=back)],
        _("{label} in {area}: {value}", label=series.label(view.language), area=one.area_name, value=value),
        listed([period_name(one.period, _), " · " if unit else "", unit, " ", status_mark(one.status, _)]),
    )


def _exact(view: View, one: Passport) -> Exactness:
    return exactness(view.snapshot, one.indicator, one.area_level, one.period_type)


def _entries(pairs: list[tuple[str, Any]]) -> html.Dl:
    parts: list[Any] = []
    for name, said in pairs:
        if said not in (None, "", []):
            parts += [html.Dt(name), html.Dd(said)]
    return html.Dl(parts, className="definition")


def _lines(sentences: list[str]) -> list[Any]:
    return [html.Div(sentence) for sentence in sentences if sentence]


def _made_card(view: View, one: Passport, series: Series) -> html.Section:
    _ = view._
    definition = series.definition
    people, exact = "", _exact(view, one)
    if one.denominator:
        people = indicators(view.snapshot)[one.denominator.indicator].label(view.language).lower()
    filled = words.filled_in(one, people, _, exact)
    n_parts = sum(found.level == "neighbourhood" for found in areas(view.snapshot))
    known = one.coverage_share if one.area_level == "municipality" else None
    return card(
        _("How this figure is made"),
        _entries(
            [
                (_("Definition"), definition.description.in_language(view.language) if definition.description else ""),
                (_("Formula"), formula(view, series)),
                (_("Filled in"), html.Strong(filled) if filled else ""),
                (_("Weights"), _weighed(view, one, exact)),
                (
                    _("How sure"),
                    _lines([interval_words(one.lower, one.upper, one.unit, _).capitalize(),
                            index_sentence(view, series, one.area_code, one.period),
                            words.interval_method(one, _)]),
                ),
                (_("Verdict"), _verdict(view, one, series)),
                (_("Comparison"), _lines(words.verdict_lines(one, _))),
                (_("Coverage"), coverage_sentence(known, n_parts, _)),
                (_("Caveat"), definition.caveat.in_language(view.language) if definition.caveat else ""),
                (_("Protection"), words.protection(one, _)),
                (_("Snapshot"), _load(view, one)),
            ]
        ),
        span=7,
    )  # fmt: skip


def _weighed(view: View, one: Passport, exact: Exactness) -> Any:
    """Of a harm score: each offence that occurred times its weight, and who set the weights."""
    _ = view._
    listed_weights = weights(view.snapshot, one.indicator)
    if listed_weights is None:
        return ""
    titles = {weight.member: weight.title for weight in listed_weights.weighed}
    found = offences(view.snapshot, one.indicator, one.area_code, one.period)
    lines = [
        _("{title}: {n} × {days} = {total} days", title=titles.get(member, member),
          n=count_text(n, _, exact), days=days_text(days, _), total=days_text(n * days, _))
        for member, n, days in found
    ]  # fmt: skip
    return _lines([*lines, harm_texts.adopted(listed_weights, _)])


def _verdict(view: View, one: Passport, series: Series) -> Any:
    """The verdict on this very figure: only the newest complete period of a series has one."""
    _ = view._
    judged = verdict_of(view.snapshot, one.indicator, one.area_code)
    if judged is None or judged.period != one.period:
        return ""
    told = [*verdict_texts.why(judged, _), verdict_texts.method_words(judged, _)]
    return [verdict_badge(view, judged, series.direction), *_lines(told)]


def _load(view: View, one: Passport) -> str:
    _ = view._
    if not one.built_at:
        return one.load_id
    return _(
        "{load}, made on {moment}", load=one.load_id, moment=moment_name(dt.datetime.fromisoformat(one.built_at), _)
    )


def _part_card(view: View, title: str, part: Part, exact: Exactness = EXACT) -> html.Section:
    _ = view._
    series = indicators(view.snapshot)[part.indicator]
    source = next((one for one in view.configured.municipality.sources if one.id == part.source_id), None)
    origin = listed([source_title(source, _), html.Span(f" {part.source_id or ''}", className="meta")])
    shown = part.deliveries[:_MOST]
    rest = len(part.deliveries) - len(shown)
    deliveries: Any = html.Ul([_delivery(view, one) for one in shown], className="plain-list") if shown else None
    return card(
        title,
        _entries(
            [
                (series.label(view.language), f"{_number(part, series, _, exact)} · {period_name(part.period, _)}"),
                (_("Source"), [*origin, f" · {_('practice data')}" if part.is_practice else ""]),
                (_("Publisher"), f"{part.publisher} ({part.licence})" if part.publisher else ""),
                (_("Categories"), ", ".join(part.categories)),
                (_("Added up"), _lines(words.made_of(part, _))),
            ]
        ),
        html.H3(_.plural("From {n} delivery", "From {n} deliveries", len(part.deliveries))),
        deliveries or html.P(_("The delivery is not known: this figure follows from others."), className="meta"),
        footer=_("{n} more deliveries are not shown.", n=number(rest, _)) if rest else None,
        span=5,
    )


def _number(part: Part, series: Series, _: Translator, exact: Exactness) -> str:
    text = count_text(part.value, _, exact)
    return _("{n} days", n=text) if series.definition.is_weighted and part.value is not None else text


def _index_card(view: View, one: Passport) -> html.Section:
    """Each part of an index: its figure, which leads to a passport of its own, and how that became points."""
    _ = view._
    topics = indicators(view.snapshot)
    entries: list[tuple[str, Any]] = []
    for part in one.made_of:
        series = topics[part.part]
        if part.value is None or part.score is None:
            entries.append((series.label(view.language), status_mark(part.status, _)))
            continue
        exact = exactness(view.snapshot, part.part, one.area_level, one.period_type)
        shown = value_text(part.value, series.unit, _, exact=exact, status=part.status)
        link = why(view, f"{shown} {unit_name(series.unit, _)}", part.part, one.area_code, one.period)
        told = [html.Div(link), html.Div(composite.points_formula(part, shown, _), className="meta")]
        if part.is_smoothed:
            told.append(html.Div(_("Smoothed: too few people for a rate of its own."), className="meta"))
        entries.append((series.label(view.language), told))
    return card(_("What it is made of"), _entries(entries), span=5)


def _delivery(view: View, one: Fed) -> html.Li:
    _ = view._
    facts = [
        moment_name(one.received, _) if one.received else "",
        _.plural("{shown} row", "{shown} rows", one.rows_used, shown=number(float(one.rows_used), _))
        if one.rows_used is not None
        else "",
        _.plural("{n} period of this figure", "{n} periods of this figure", one.periods),
    ]
    return html.Li(
        [
            html.Div(one.name),
            html.Div(" · ".join(part for part in facts if part), className="meta"),
            fingerprint(one.sha256, 16),
        ]
    )


def _corrections_card(view: View, one: Passport) -> html.Section | None:
    _ = view._
    if not one.corrections:
        return None
    names = {area.code: area.name for area in areas(view.snapshot)}
    items = [
        html.Li(words.correction_line(mended, names.get(mended.area_code, mended.area_code), _))
        for mended in one.corrections
    ]
    return card(
        _("Corrected here"),
        html.Ul(items, className="plain-list"),
        subtitle=_("A known mistake of the source; the correction ends when the source is mended."),
        span=12,
    )


def _again_card(view: View, one: Passport) -> html.Section:
    _ = view._
    folder = "" if one.edition == Edition.PUBLIC else f"snapshots/{one.load_id}/"  # the public knows no folders of ours
    file = f"{folder}{one.edition}.duckdb"
    return card(
        _("The same number again"),
        html.P(_("With DuckDB on {file} in the warehouse this gives the figure:", file=file), className="meta"),
        html.Pre(html.Code(one.sql), tabIndex="0"),
        html.P(_("And this makes it again from its parts:"), className="meta") if one.recalculation else None,
        html.Pre(html.Code(one.recalculation), tabIndex="0") if one.recalculation else None,
        span=12,
    )


PAGE = Page(
    "herkomst", "Where this figure comes from", "data", "Manage", Role.VISITOR, layout, position=90, is_in_menu=False
)
