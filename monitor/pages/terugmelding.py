"""Terugmelding: what the supplier of a source should mend, to print or send along."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import html

from config.vocabulary import Edition, Publication, Role
from monitor.components.cards import card, empty, page_head, table
from monitor.components.format import date_name, moment_name, number
from monitor.components.icons import icon
from monitor.pages.parts.cells import known
from monitor.queries.areas import municipality
from monitor.queries.quality import feedback, source_quality
from monitor.router import Page, View
from monitor.texts.sources import source_name

_MOST = 200


def layout(view: View) -> html.Div:
    """One line per fault, with code, count and repair; whom to ask; nothing of the rows themselves."""
    _ = view._
    source_id = str(view.path_argument)
    whole = municipality(view.snapshot)
    frame = feedback(view.snapshot, source_id)
    contact = view.configured.municipality.contact
    asker = " · ".join(part for part in (contact.name, contact.email) if part) if contact else whole.name
    return html.Div(
        [
            page_head(
                [_("Feedback to the source"), " · ", html.A(_("Data"), href=view.href("gegevens"))],
                _("{source}: {faults}", source=source_name(view.configured.municipality.sources, source_id, _),
                  faults=_.plural("{n} point to mend", "{n} points to mend", len(frame))),
                _("Municipality of {name}, figures as known on {day}. Questions: {contact}.",
                  name=whole.name, day=date_name(whole.today, _), contact=asker),
            ),
            card(
                _("To mend at the source"),
                _table(view, frame) if len(frame) else empty(_nothing(view, source_id)),
                subtitle=_last(view, source_id),
                footer=_("Codes and counts only: the rows themselves stay with the municipality."),
                span=12,
                className="flush" if len(frame) else "",
            ),
            html.P(
                [icon("download"), html.A(_("Download as CSV"), href=_download(view, source_id))],
                className="downloads meta no-print",
            ),
        ],
        className="feedback",
    )  # fmt: skip


def _nothing(view: View, source_id: str) -> str:
    _ = view._
    sources = view.configured.municipality.sources
    is_restricted = any(one.id == source_id and one.effective_publication is not Publication.OPEN for one in sources)
    if is_restricted and view.edition == Edition.PUBLIC:
        return _("What was found in this source is not told in the public edition.")
    return _("Nothing was found that the supplier should mend.")


def _download(view: View, source_id: str) -> str:
    query = urlencode([("lang", view.language), *([("asof", view.asof)] if view.asof else [])])
    return f"/g/{view.slug}/download/feedback-{source_id.replace('_', '-')}.csv?{query}"


def _last(view: View, source_id: str) -> str | None:
    _ = view._
    frame = source_quality(view.snapshot)
    mine = frame[frame["source_id"] == source_id]
    if mine.empty:
        return None
    row = mine.iloc[0]
    return _("Newest delivery: {name}, received {moment}", name=row.last_delivery, moment=moment_name(row.received, _))


def _table(view: View, frame: Any) -> html.Div:
    _ = view._
    is_dutch = view.language == "nl"
    rows = [
        [
            html.Span([html.Span(row.what_nl if is_dutch else row.what), html.Span(str(row.code), className="meta")],
                      className="cell-lines"),
            number(known(row.number), _),
            html.Code(row.codes) if row.codes else "–",
            row.fix_nl if is_dutch else row.fix,
            str(row.delivery or "–"),
        ]
        for row in frame.head(_MOST).itertuples()
    ]  # fmt: skip
    head = [_("What is wrong"), _("How many"), _("Codes"), _("How to mend it"), _("File")]
    return table(head, rows, caption=_("To mend at the source"), numeric=(1,))


PAGE = Page(
    "terugmelding", "Feedback to the source", "data", "Manage", Role.VISITOR, layout, argument="source", position=91,
    is_in_menu=False,
)  # fmt: skip
