"""Gegevens: where the figures come from, what was found in them, and what is missing."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from config.vocabulary import Role
from monitor.components.cards import badge, card, empty, grid, page_head, table
from monitor.components.format import date_name, level_name, moment_name, number, period_name, status_name
from monitor.pages.parts.cells import known
from monitor.pages.parts.earlier import earlier_card, snapshot_card
from monitor.pages.parts.quality_cards import corrections_card, fingerprint, quality_card, withdrawn_card
from monitor.pages.parts.refused import refused_notice
from monitor.pages.parts.topics import listed
from monitor.queries.areas import Area, areas, areas_of_level, areas_without_figures, municipality
from monitor.queries.exactness import exactness_of
from monitor.queries.indicators import indicators, indicators_without_source
from monitor.queries.sources import (
    deliveries,
    findings,
    findings_by_kind,
    quarantine_summary,
    revisions,
    sources,
    statuses,
    unallocated_newest,
)
from monitor.router import Page, View
from monitor.texts.quality import as_known_on, reconciliation_sentence
from monitor.texts.sources import headline, lede

#: Rows of a long list that are shown at once; the rest is counted.
_MOST = 40


def layout(view: View) -> html.Div:
    """Sources, findings, rows set aside, areas, what adds up, topics without a source, changes, downloads."""
    return html.Div(
        [
            _head(view),
            refused_notice(view),
            grid(
                quality_card(view),
                _findings_card(view),
                _status_card(view),
                _quarantine_card(view),
                _areas_card(view),
                _adds_up_card(view),
                _without_source_card(view),
                _revision_card(view),
                corrections_card(view),
                withdrawn_card(view),
                _deliveries_card(view),
                snapshot_card(view),
                earlier_card(view),
            ),
        ]
    )


def _head(view: View) -> html.Header:
    _ = view._
    whole = municipality(view.snapshot)
    found = findings(view.snapshot)
    n_warnings = int((found["level"] == "warning").sum())
    n_sources = len(sources(view.snapshot))
    set_aside = int(quarantine_summary(view.snapshot)["n_rows"].sum())
    return page_head(
        _(
            "{place} · {period}",
            place=_("Municipality of {name}", name=whole.name),
            period=as_known_on(date_name(whole.today, _), _),
        ),
        headline(n_sources, n_warnings, _),
        lede(set_aside, len(areas_without_figures(view.snapshot)), len(indicators_without_source(view.snapshot)), _),
    )  # fmt: skip


def _findings_card(view: View) -> html.Section:
    """Findings of the load in words, warnings first, with what can be done."""
    _ = view._
    frame = findings_by_kind(view.snapshot)
    items = [_finding(view, row) for row in frame.head(_MOST).itertuples()]
    rest = len(frame) - len(items)
    return card(
        _("What was found"),
        html.Ul(items, className="findings") if items else empty(_("Nothing was found that a reader should know.")),
        subtitle=_.plural("{n} finding", "{n} findings", len(frame)),
        footer=_("{n} more findings are not shown.", n=number(rest, _)) if rest else None,
        span=7,
    )


def _finding(view: View, row: Any) -> html.Li:
    _ = view._
    is_dutch = view.language == "nl" and isinstance(row.what_nl, str) and row.what_nl
    kind = "warning" if row.level in ("warning", "error") else "info"
    said = _("warning") if kind == "warning" else _("note")
    places = str(row.places) if isinstance(row.places, str) else ""
    if row.n_places > 3:
        places = _("{places} and {n} more", places=places, n=number(float(row.n_places) - 3, _))
    where = [part for part in (row.source_id, places) if isinstance(part, str) and part]
    return html.Li(
        listed(
            [
                html.P(
                    [
                        badge(kind, said),
                        " ",
                        html.Strong(row.what_nl if is_dutch else row.what, lang=None if is_dutch else "en"),
                    ]
                ),
                html.P(" · ".join([str(row.code), *where]), className="meta"),
                html.P(_("What to do: {fix}", fix=row.fix_nl if is_dutch else row.fix), className="meta")
                if isinstance(row.fix, str) and row.fix.strip("–- ")
                else None,
            ]
        )
    )


def _status_card(view: View) -> html.Section:
    """How many cells have which status: what is withheld or missing is counted, not hidden."""
    _ = view._
    frame = statuses(view.snapshot)
    wide = frame.pivot(index="source_id", columns="status", values="n_cells").fillna(0) if len(frame) else frame
    order = [
        one
        for one in ("final", "provisional", "estimated", "rounded", "suppressed", "not_delivered", "not_applicable")
        if one in wide.columns
    ]
    rows = (
        [[str(source), *(number(float(wide.at[source, one]), _) for one in order)] for source in wide.index]
        if len(frame)
        else []
    )
    return card(
        _("Status of the cells"),
        table(
            [_("Source"), *(status_name(one, _).capitalize() for one in order)],
            rows,
            caption=_("Cells per source and status"),
            numeric=tuple(range(1, len(order) + 1)),
        )
        if rows
        else empty(_("No figures yet.")),
        subtitle=_("One cell is one topic in one area and one period."),
        span=5,
        className="flush wrap-head",
    )  # fmt: skip


def _quarantine_card(view: View) -> html.Section:
    _ = view._
    rows = [
        [
            str(row.source_id),
            str(row.code),
            str(row.reason),
            number(float(row.n_rows), _),
            number(float(row.n_areas), _),
        ]
        for row in quarantine_summary(view.snapshot).head(_MOST).itertuples()
    ]
    body = (
        table(
            [_("Source"), _("Code"), _("Reason"), _("Rows"), _("Areas")],
            rows,
            caption=_("Rows set aside"),
            numeric=(3, 4),
        )
        if rows
        else empty(_("No row was set aside."))
    )
    return card(
        _("Rows set aside"),
        body,
        subtitle=_("Counted, never shown: a row may hold what should not be there."),
        span=7,
        className="flush" if rows else "",
    )


def _areas_card(view: View) -> html.Section:
    """Areas of the map for which no source delivers figures of events."""
    _ = view._
    lacking = areas_without_figures(view.snapshot)
    counts = ", ".join(
        f"{number(len(found), _)} {level_name(level, _, plural=len(found) != 1)}"
        for level in ("district", "neighbourhood", "custom")
        if (found := areas_of_level(view.snapshot, level))
    )
    body: Any = empty(_("Every area has figures."))
    if lacking:
        body = html.Ul(
            [
                html.Li([dcc.Link(one.name, href=view.href(f"gebied/{one.code}")), _where(view, one)])
                for one in lacking[:_MOST]
            ],
            className="plain-list",
        )  # fmt: skip
    rest = len(lacking) - _MOST
    return card(
        _("Areas without figures"),
        body,
        subtitle=_("{counts}; boundaries of {year}", counts=counts, year=municipality(view.snapshot).vintage),
        footer=_("{n} more areas are not shown.", n=number(rest, _)) if rest > 0 else None,
        span=5,
    )


def _where(view: View, one: Area) -> html.Span:
    """Level of an area and the area it lies in."""
    inside = [above.name for above in areas(view.snapshot) if above.code == one.parent]
    return html.Span(" " + ", ".join([level_name(one.level, view._), *inside]), className="meta")


def _adds_up_card(view: View) -> html.Section:
    """Per topic how far neighbourhoods and events without a place are from the municipality's own figure."""
    _ = view._
    known_topics = indicators(view.snapshot)
    n_areas = len(areas_of_level(view.snapshot, "neighbourhood"))
    items = []
    for row in unallocated_newest(view.snapshot).head(_MOST).itertuples():
        label = known_topics[str(row.indicator)].label(view.language)
        exact = exactness_of(view.snapshot, str(row.indicator), municipality(view.snapshot).code, str(row.period))
        sentence = reconciliation_sentence(
            known(row.whole), known(row.parts), known(row.unallocated), n_areas, _, exact
        )
        items.append(
            html.Li(
                [
                    html.P([html.Strong(label), html.Span(f" · {period_name(str(row.period), _)}", className="meta")]),
                    html.P(sentence, className="meta"),
                ]
            )
        )
    return card(
        _("Does it add up?"),
        html.Ul(items, className="plain-list")
        if items
        else empty(
            _(
                "No source gives a total of the municipality beside its neighbourhoods,"
                " so there is nothing to hold the sum against."
            )
        ),
        span=7,
        className="scrolls",
    )


def _without_source_card(view: View) -> html.Section:
    _ = view._
    lacking = indicators_without_source(view.snapshot)
    return card(
        _("Topics without a source"),
        html.Ul([html.Li(one.label(view.language)) for one in lacking], className="inline-list")
        if lacking
        else empty(_("Every topic has a source.")),
        subtitle=_("Switched on in the configuration, but no source of this municipality provides them."),
        span=5,
    )


def _revision_card(view: View) -> html.Section:
    """What changed since the snapshot before: restated history is told, not silently replaced."""
    _ = view._
    known_topics = indicators(view.snapshot)
    frame = revisions(view.snapshot)
    rows = [
        [
            known_topics[str(row.indicator)].label(view.language)
            if row.indicator in known_topics
            else str(row.indicator),
            number(float(row.n_changed), _),
            number(float(row.n_new), _),
            number(float(row.n_gone), _),
            number(known(row.largest), _),
        ]
        for row in frame.head(_MOST).itertuples()
    ]  # fmt: skip
    before = str(frame["old_load"].dropna().iloc[0]) if len(frame) and frame["old_load"].notna().any() else ""
    body = (
        table(
            [_("Topic"), _("Changed"), _("New"), _("Gone"), _("Largest change")],
            rows,
            caption=_("Changes since the snapshot before"),
            numeric=(1, 2, 3, 4),
        )
        if rows
        else empty(_("Nothing changed since the snapshot before, or this is the first one."))
    )
    return card(
        _("Changes"), body,
        subtitle=_("Since snapshot {load}", load=before) if before else None,
        span=7, className="flush" if rows else "",
    )  # fmt: skip


def _deliveries_card(view: View) -> html.Section:
    _ = view._
    frame = deliveries(view.snapshot)
    rows = [
        [
            str(row.name), str(row.source_id), moment_name(row.received, _),
            _("{first} to {last}", first=row.first_period, last=row.last_period)
            if isinstance(row.first_period, str) else "–",
            number(known(row.areas), _), number(known(row.rows_read), _),
            fingerprint(str(row.sha256)),
        ]
        for row in frame.head(_MOST).itertuples()
    ]  # fmt: skip
    head = [_("File"), _("Source"), _("Received"), _("Periods"), _("Areas"), _("Rows"), _("Fingerprint")]
    rest = len(frame) - len(rows)
    return card(
        _("Deliveries"),
        table(head, rows, caption=_("Deliveries of this snapshot"), numeric=(4, 5))
        if rows
        else empty(_("No delivery yet.")),
        subtitle=_("The files this snapshot was built from, kept unchanged under their fingerprint."),
        footer=_("{n} more deliveries are not shown.", n=number(rest, _)) if rest else None,
        span=12,
        className="flush",
    )


PAGE = Page("gegevens", "Data", "data", "Manage", Role.VISITOR, layout, position=10)
