"""The state of the sources on the page Gegevens: quality per source, corrections, deliveries out of use."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from config.model import Source
from etl import calendar
from monitor.components.cards import badge, card, empty, table
from monitor.components.format import date_name, moment_name, number, period_name
from monitor.i18n import Translator
from monitor.pages.parts.cells import known
from monitor.pages.parts.topics import listed
from monitor.queries.areas import municipality
from monitor.queries.quality import corrections, source_quality, withdrawals
from monitor.router import View
from monitor.texts.sources import lateness, short_fingerprint, source_title

_MOST = 40


def quality_card(view: View) -> html.Section:
    """Per source: is it late, complete, right? Those that ask for attention first, each with its report."""
    _ = view._
    by_id = {source.id: source for source in view.configured.municipality.sources}
    rows = []
    for row in source_quality(view.snapshot).itertuples():
        name = str(row.source_id)
        rows.append(
            [
                named(source_title(by_id.get(name), _), name, bool(row.practice), _),
                _lines(_state(row, by_id.get(name), view),
                       html.A(_("report"), href=view.href(f"terugmelding/{name}"))),
                period_name(str(row.last_period), _) if isinstance(row.last_period, str) else "–",
                _lines(str(row.last_delivery), html.Span(moment_name(row.received, _), className="meta")),
                _percentage(row.completeness_pct, _),
                _share(row.areas_delivered, row.areas_expected, _),
                _aside(row, _),
                _percentage(row.unallocated_share_pct, _),
                number(float(row.cells_revised), _),
            ]
        )  # fmt: skip
    head = [
        _("Source"), _("State"), _("Reaches to"), _("Last delivery"), _("Complete"), _("Areas"), _("Rows set aside"),
        _("Without a place"), _("Changed cells"),
    ]  # fmt: skip
    body = (
        table(head, rows, caption=_("Quality per source"), numeric=(4, 5, 7, 8), className="sticky-first")
        if rows
        else empty(_("No source has delivered yet."))
    )
    return card(
        _("Quality per source"),
        body,
        subtitle=_("Complete: cells that came in, of those expected in a year. Without a place: of all events."),
        span=12,
        className="flush wrap-head",
    )


def _lines(*parts: Any) -> html.Span:
    """Parts of a cell below each other."""
    return html.Span([html.Span(part) for part in parts if part is not None], className="cell-lines")


def named(title: str, source_id: str, is_practice: bool, _: Translator) -> html.Span:
    """A source by what it is, with its id."""
    mark = badge("practice", _("practice data")) if is_practice else None
    return html.Span(listed([html.Span(title), html.Span(source_id, className="meta"), mark]), className="source-name")


def fingerprint(said: str, signs: int = 12) -> html.Code:
    """The first signs of a fingerprint; what an edition says in its place, whole."""
    short = short_fingerprint(said, signs)
    return html.Code(short) if short == said else html.Code(short, title=said)


def _state(row: Any, source: Source | None, view: View) -> Any:
    """Late, failed checks, or in order; of a source with an agreed day also how far it reaches."""
    _ = view._
    if not isinstance(row.state, str):
        return badge("neutral", _("not told in this edition"))
    if row.state == "late":
        return badge("warning", _.plural("{n} week late", "{n} weeks late", int(row.weeks_late)))
    if row.state == "attention":
        return badge("warning", _.plural("{n} failed check", "{n} failed checks", int(row.checks_failed)))
    if source is None or source.delivery.weekday is None or not isinstance(row.last_period, str):
        return badge("neutral", _("in order"))
    end = calendar.parse(row.last_period).last_day
    return lateness(source.delivery, end, municipality(view.snapshot).today, _).words


def _percentage(value: Any, _: Translator) -> str:
    share = known(value)
    return "–" if share is None else f"{number(share, _, 1)}%"


def _share(part: Any, whole: Any, _: Translator) -> str:
    if known(whole) is None:
        return "–"
    return _("{n} of {all}", n=number(known(part), _), all=number(known(whole), _))


def _aside(row: Any, _: Translator) -> Any:
    """How many rows, and of which kind."""
    if not known(row.rows_set_aside):
        return number(known(row.rows_set_aside), _)
    kinds = (
        (row.rows_duplicate, _("twice")),
        (row.rows_unknown_area, _("unknown area")),
        (row.rows_unknown_category, _("unknown category")),
    )
    told = ", ".join(f"{number(float(n), _)} {words}" for n, words in kinds if n)
    return _lines(number(float(row.rows_set_aside), _), html.Span(told, className="meta") if told else None)


def corrections_card(view: View) -> html.Section | None:
    """Known mistakes that are mended here; expired ones first. None where there are none."""
    _ = view._
    frame = corrections(view.snapshot)
    if frame.empty:
        return None
    rows = [
        [
            _lines(*([row.reason] if isinstance(row.reason, str) else []),
                   html.Span(f"{row.correction_id} · {row.source_id}", className="meta")),
            badge("warning", _("expired")) if row.state == "expired" else _("applied"),
            str(row.area_name) if isinstance(row.area_name, str) else str(row.area_code),
            period_name(str(row.period), _),
            number(known(row.delivered), _, 0),
            number(known(row.value), _, 0) if row.action != "withhold" else _("not delivered"),
            f"{row.decided_by}, {date_name(pd.Timestamp(row.date).date(), _)}",
        ]
        for row in frame.head(_MOST).itertuples()
    ]  # fmt: skip
    head = [_("Correction"), _("State"), _("Area"), _("Period"), _("Delivered"), _("Shown"), _("Decided")]
    rest = len(frame) - len(rows)
    return card(
        _("Corrections"),
        table(head, rows, caption=_("Corrections"), numeric=(4, 5)),
        subtitle=_("Known mistakes of a source, mended here until the source itself is mended."),
        footer=_("{n} more corrections are not shown.", n=number(rest, _)) if rest else None,
        span=12,
        className="flush",
    )


def withdrawn_card(view: View) -> html.Section | None:
    """Deliveries that were taken out of use, and why. None where there are none."""
    _ = view._
    frame = withdrawals(view.snapshot)
    if frame.empty:
        return None
    rows = [
        [str(row.name), str(row.source_id), moment_name(row.received, _), moment_name(row.withdrawn, _),
         row.reason if isinstance(row.reason, str) else "–", fingerprint(str(row.sha256))]
        for row in frame.head(_MOST).itertuples()
    ]  # fmt: skip
    head = [_("File"), _("Source"), _("Received"), _("Withdrawn"), _("Reason"), _("Fingerprint")]
    return card(
        _("Withdrawn deliveries"),
        table(head, rows, caption=_("Withdrawn deliveries")),
        subtitle=_("Kept, and no part of any figure shown here."),
        span=12,
        className="flush",
    )
