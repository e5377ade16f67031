"""Buurt en wijk: one area with all that is known of it."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, dcc, html, no_update

from config.vocabulary import Role
from monitor.components.cards import card, empty, grid, page_head
from monitor.components.format import level_name, number
from monitor.pages.parts import deeper
from monitor.pages.parts.area_facts import finding, key_facts
from monitor.pages.parts.cells import known
from monitor.pages.parts.harm import harm_sentences
from monitor.pages.parts.spine_table import comparison_for, higher_only, legend, spine_table
from monitor.pages.parts.topics import chosen_topic, downloads, listed, owner_words, ownership, report_link
from monitor.pages.parts.trend import trend, trend_type
from monitor.pages.parts.verdicts import verdict_block
from monitor.queries.areas import Area, area, areas, areas_of_level, line_of, municipality, neighbours_of, parts_of
from monitor.queries.comparisons import counts_events, year_on_year_for
from monitor.queries.indicators import indicators, newest
from monitor.queries.observations import Filters
from monitor.queries.profile import profile
from monitor.queries.series import cell
from monitor.router import Page, View
from monitor.texts.comparison import change_sentence, rest_sentence
from monitor.texts.quality import coverage_sentence

#: Ids of the section that is worked out when it is opened, and of the place it comes in.
_DEEPER = ("gebied-deeper-open", "gebied-deeper")


def layout(view: View) -> html.Div:
    """Finding, key facts, all topics with the trend of one, where the area lies and what lies in it."""
    _ = view._
    here = area(view.snapshot, str(view.path_argument)) or _whole(view)
    chosen = chosen_topic(view)
    return html.Div(
        [
            _head(view, here),
            _facts(view, here),
            grid(
                _all_topics(view, here, chosen),
                html.Div([_trend_card(view, here, chosen), _around_card(view, here)], className="span-4 stack"),
                deeper.deeper(view, indicators(view.snapshot)[chosen], _DEEPER) if chosen else None,
                _chooser(view, here),
            ),
            downloads(view, Filters(areas=(here.code,)), f"figures-{here.code}"),
            html.P(report_link(view, here.code), className="downloads meta"),
        ],
        className="area-page",
    )


def _whole(view: View) -> Area:
    """The municipality as an area; every snapshot has it."""
    found = area(view.snapshot, municipality(view.snapshot).code)
    if found is None:
        raise LookupError("the snapshot has no area for its own municipality")
    return found


def _head(view: View, here: Area) -> html.Div:
    _ = view._
    line = line_of(view.snapshot, here.code)
    trail: list[Any] = []
    for step in line[:-1]:
        trail += [
            dcc.Link(step.name, href=view.href(f"gebied/{step.code}", indicator=view.state.get("indicator"))),
            " › ",
        ]
    eyebrow = [*trail, level_name(here.level, _).capitalize(), f" {here.code}"]
    headline, lede = finding(view, here)
    coverage = _coverage(view, here)
    return html.Div(
        listed(
            [
                page_head(eyebrow, headline, lede),
                html.P(coverage, className="meta head-note") if coverage else None,
            ]
        )
    )


def _coverage(view: View, here: Area) -> str:
    """What this area's figures of events lack, taken from the topic of the page."""
    chosen = chosen_topic(view)
    now = newest(view.snapshot, chosen) if chosen else None
    row = cell(view.snapshot, str(chosen), here.code, now.period) if now else None
    if row is None:
        return ""
    inside = [one for one in areas_of_level(view.snapshot, "neighbourhood") if here in line_of(view.snapshot, one.code)]
    return coverage_sentence(known(row.coverage_share), len(inside), view._)


def _facts(view: View, here: Area) -> html.Dl | None:
    items = [
        html.Div(
            [
                html.Dt(fact.label),
                html.Dd(
                    [
                        html.Strong(fact.value),
                        html.Span(f" {fact.unit}" if fact.unit else ""),
                        html.Span(f" ({fact.period})", className="meta"),
                    ]
                ),
            ]
        )
        for fact in key_facts(view, here)
    ]
    return html.Dl(items, className="facts") if items else None


def _all_topics(view: View, here: Area, chosen: str | None) -> html.Section:
    _ = view._
    others = len(areas_of_level(view.snapshot, here.level))
    subtitle = (
        _("Newest period of each topic")
        if here.level == "municipality"
        else _.plural(
            "Among {n} {areas}; left lower, right higher than the one in the middle",
            "Among {n} {areas}; left lower, right higher than the one in the middle",
            others, areas=level_name(here.level, _, plural=True),
        )
    )  # fmt: skip
    frame = profile(view.snapshot, here.code)
    body = (
        [legend(view, here.level), spine_table(view, here, chosen), higher_only(view, here)]
        if len(frame)
        else [empty(_("No figures yet."))]
    )
    return card(_("How does this area stand?"), *body, subtitle=subtitle, span=8, className="flush")


def _trend_card(view: View, here: Area, chosen: str | None) -> html.Section | None:
    _ = view._
    if chosen is None:
        return None
    series = indicators(view.snapshot)[chosen]
    kind = trend_type(view, series, here.level)
    now = newest(view.snapshot, chosen)
    sentences = []
    if now is not None:
        sentences = listed(
            [
                change_sentence(year_on_year_for(view.snapshot, chosen, here.code, now.period), _),
                rest_sentence(
                    comparison_for(view, here, chosen, now.period), series.unit, municipality(view.snapshot).name, _
                )
                if here.level != "municipality"
                else "",
            ]
        )
    owned = ownership(view, series)
    who = owner_words(owned, _)
    footer = listed(
        [
            _("Owner: {owner}", owner=who) + ". " if who else "",
            _("Next step: {step}", step=owned.follow_up) + " " if owned.follow_up else "",
            dcc.Link(_("Definition and all areas"), href=view.href(f"onderwerp/{chosen}")),
        ]
    )
    return card(
        _("{label} in {area}", label=series.label(view.language), area=here.name),
        verdict_block(view, series, here.code),
        trend(view, series, here.code, here.name, kind),
        html.Div([html.P(sentence) for sentence in sentences])
        if sentences and counts_events(view.snapshot, series)
        else harm_sentences(view, series, here.code, now.period, now)
        if now is not None
        else None,
        subtitle=None,
        footer=footer,
        className="trend-card",
    )


def _around_card(view: View, here: Area) -> html.Section | None:
    """The areas inside it, and those that touch it."""
    _ = view._
    inside, touching = parts_of(view.snapshot, here.code), neighbours_of(view.snapshot, here.code)
    blocks: list[Any] = []
    if inside:
        blocks.append(_links(view, _("In this area: {n}", n=number(len(inside), _)), inside))
    if touching:
        blocks.append(_links(view, _("Next to it: {n}", n=number(len(touching), _)), touching))
    return card(_("Around it"), *blocks, className="around") if blocks else None


def _links(view: View, title: str, listed_areas: tuple[Area, ...]) -> html.Div:
    links = [html.Li(_area_link(view, one)) for one in listed_areas]
    return html.Div([html.H3(title), html.Ul(links, className="inline-list")])


def _area_link(view: View, one: Area) -> list[Any]:
    link = dcc.Link(one.name, href=view.href(f"gebied/{one.code}", indicator=view.state.get("indicator")))
    return [link] if one.has_figures else [link, html.Span(f" ({view._('no figures')})", className="meta")]


def _chooser(view: View, here: Area) -> html.Section:
    """Every area of the municipality, neighbourhoods below their district; folded in on the page of an area."""
    _ = view._
    listed_areas = areas(view.snapshot)
    districts = [one for one in listed_areas if one.level == "district"]
    groups = []
    for district in districts:
        below = [one for one in listed_areas if one.parent == district.code]
        groups.append(
            html.Div(
                [html.H3(_area_link(view, district)), html.Ul([html.Li(_area_link(view, one)) for one in below])],
                className="topic-group",
            )
        )
    placed = {one.code for district in districts for one in listed_areas if one.parent == district.code}
    loose = [one for one in listed_areas if one.level == "neighbourhood" and one.code not in placed]
    own = [one for one in listed_areas if one.level == "custom"]
    for title, rest in ((_("Neighbourhoods"), loose), (_("Own areas"), own)):
        if rest:
            groups.append(
                html.Div(
                    [html.H3(title), html.Ul([html.Li(_area_link(view, one)) for one in rest])], className="topic-group"
                )
            )
    tree = html.Div(groups, className="topic-list")
    return card(
        _("Choose an area"),
        html.Details(
            [html.Summary(_("All districts and neighbourhoods")), tree],
            open=here.level == "municipality",
            className="area-chooser",
        ),
        span=12,
        className="no-print",
    )


PAGE = Page(
    "gebied", "Neighbourhood and district", "area", "Understand", Role.VISITOR, layout, argument="area", position=10
)


@PAGE.callback(Output(_DEEPER[1], "children"), Input(_DEEPER[0], "n_clicks"), prevent_initial_call=True)
def show_deeper(view: View, n_clicks: Any) -> Any:
    """The deeper analysis of the topic of the page in this area, at the first opening."""
    chosen = chosen_topic(view)
    if n_clicks != 1 or chosen is None:
        return no_update
    return deeper.content(view, indicators(view.snapshot)[chosen], str(view.path_argument), over_areas=False)
