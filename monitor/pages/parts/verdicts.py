"""The verdict of a figure on a page: a badge, its grounds, and the list of what stands out."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from config.vocabulary import Comparison
from monitor.components.cards import badge, card, tone
from monitor.components.format import count_text, number
from monitor.components.icons import icon
from monitor.pages.parts.topics import listed, owner_words, ownership
from monitor.pages.parts.why import methods_href, why_href
from monitor.queries.indicators import Series, indicators
from monitor.queries.stories import Story
from monitor.queries.verdicts import HIGH, LOW, SIGNAL, TOO_FEW, WATCH, Judged, StandingOut, verdict_of
from monitor.router import View
from monitor.texts import verdict as texts
from monitor.texts.words import names

#: The weaker tier is told in one line each, and not more of them than this.
MOST_WATCHED = 6


def verdict_badge(view: View, one: Judged, direction: str) -> html.Span:
    """The word of the verdict, with an arrow the way the figure goes. Colour only where one way is better."""
    _ = view._
    name = texts.verdict_name(one.verdict, _)
    if one.verdict == SIGNAL:
        shape = "up" if one.direction == HIGH else "down"
        return badge(verdict_tone(one, direction), f"{name}: {texts.direction_words(one, _)}", icon_name=shape)
    if one.verdict == WATCH:
        return badge("neutral", name, icon_name="up")
    return badge(
        "info" if one.verdict == TOO_FEW else "neutral", name, icon_name="info" if one.verdict == TOO_FEW else "same"
    )


def verdict_tone(one: Judged, direction: str) -> str:
    """Colour family of a signal: attention, improvement, or neutral."""
    way = {HIGH: Comparison.HIGHER, LOW: Comparison.LOWER}.get(one.direction or "")
    return tone(str(way), direction) if way else "neutral"


def verdict_block(view: View, series: Series, area_code: str) -> html.Div | None:
    """Verdict and grounds of one figure; None where nothing is judged (no events)."""
    _ = view._
    one = verdict_of(view.snapshot, series.indicator, area_code)
    if one is None:
        return None
    return html.Div(
        [
            html.P([verdict_badge(view, one, series.direction), " ", texts.finding(one, series.pack, _)]),
            html.Details(
                [
                    html.Summary(_("Why?")),
                    html.Ul([html.Li(sentence) for sentence in texts.why(one, _)]),
                    html.P(
                        [
                            html.A(
                                _("Where does this figure come from?"),
                                href=why_href(view, series.indicator, area_code, one.period),
                            ),
                            " · ",
                            html.A(_("How is this worked out?"), href=methods_href(view, "verdict")),
                        ]
                    ),
                ],
                className="grounds",
            ),
        ],
        className="verdict-block",
    )


def standing_out_card(view: View, found: StandingOut) -> html.Section:
    """What is not normal now: signals above and below, then the weaker tier, then how sure this is."""
    _ = view._
    return card(
        texts.overview_name(found, _),
        _side(view, found.more, _("More than normal"), _("Nowhere demonstrably more than normal.")),
        _side(view, found.fewer, _("Fewer than normal"), _("Nowhere demonstrably fewer than normal.")),
        _watched(view, found),
        subtitle=_("What is not normal for the time of the year, the largest differences first"),
        footer=texts.explanation(found, _) + _left_out(view, found),
        className="standing-out order-2",
    )


def _left_out(view: View, found: StandingOut) -> str:
    rest = found.n_left_out
    return (
        " " + view._.plural("{n} more signal is not listed here.", "{n} more signals are not listed here.", rest)
        if rest
        else ""
    )


def _side(view: View, entries: tuple[Story, ...], title: str, nothing: str) -> html.Div:
    body: Any = (
        html.Ul([_entry(view, one) for one in entries], className="notable")
        if entries
        else html.P(nothing, className="meta")
    )
    return html.Div([html.H3(title), body])


def _entry(view: View, story: Story) -> html.Li:
    _, one = view._, story.shown
    series = indicators(view.snapshot)[one.indicator]
    owned = ownership(view, series)
    who = owner_words(owned, _)
    shape = "up" if one.direction == HIGH else "down"
    return html.Li(
        [
            html.Span(icon(shape), className=f"notable-shape tone-{verdict_tone(one, series.direction)}"),
            html.Div(
                listed(
                    [
                        html.P(
                            [
                                dcc.Link(
                                    one.area_name, href=view.href(f"gebied/{one.area_code}", indicator=one.indicator)
                                ),
                                html.Span(f" · {series.label(view.language)}"),
                            ],
                            className="notable-title",
                        ),
                        html.P(texts.finding(one, series.pack, _)),
                        _also(view, story),
                        html.P(
                            listed(
                                [
                                    _("Owner: {owner}", owner=who) if who else "",
                                    html.Br() if who and owned.follow_up else None,
                                    _("Next step: {step}", step=owned.follow_up) if owned.follow_up else "",
                                ]
                            ),
                            className="meta",
                        ),
                    ]
                )
            ),
        ]
    )


def _also(view: View, story: Story) -> html.P | None:
    """Where the same thing shows as well: the district around it, the group it is counted in."""
    _ = view._
    if not story.others:
        return None
    topics = indicators(view.snapshot)
    seen = [f"{one.area_name} ({topics[one.indicator].label(view.language).lower()})" for one in story.others]
    return html.P(_("Shows in {places} too.", places=names(seen, _)), className="meta")


def _watched(view: View, found: StandingOut) -> html.Div | None:
    """The weaker tier: no colour, one line each."""
    _ = view._
    if not found.watched:
        return None
    rows = []
    for one in found.watched[:MOST_WATCHED]:
        series = indicators(view.snapshot)[one.indicator]
        link = dcc.Link(one.area_name, href=view.href(f"gebied/{one.area_code}", indicator=one.indicator))
        numbers = _(
            "{observed}; normal is {low} to {high}",
            observed=count_text(one.observed, _, one.exact), low=number(one.lower, _), high=number(one.upper, _),
        )  # fmt: skip
        rows.append(html.Li([link, html.Span(f" · {series.label(view.language)}: {numbers}")]))
    rest = len(found.watched) - len(rows)
    if rest:
        rows.append(html.Li(_.plural("and {n} more", "and {n} more", rest), className="meta"))
    return html.Div([html.H3(texts.verdict_name(WATCH, _)), html.Ul(rows, className="plain-list")])
