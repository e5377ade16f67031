"""Earlier figures: the snapshots that are kept, each as a link to the same page as it was known then."""

from __future__ import annotations

from dash import html

from etl.asof import kept_snapshots
from monitor.components.cards import card
from monitor.components.format import moment_name
from monitor.pages.parts.topics import downloads
from monitor.queries.observations import Filters
from monitor.queries.sources import facts
from monitor.router import View


def earlier_card(view: View) -> html.Section:
    """The newest twelve snapshots; others by `?asof=` and a day."""
    _ = view._
    rows = []
    for one in kept_snapshots(view.configured.warehouse / view.slug)[:12]:
        is_shown = one.load_id == view.outline.load_id
        words = [moment_name(one.built, _)]
        if one.is_served:
            words.append(_("served now"))
        if is_shown:
            words.append(_("shown on this page"))
        shown = _("Snapshot {load}", load=one.load_id)
        link = html.Strong(shown) if is_shown else html.A(shown, href=view.here(asof=one.load_id))
        rows.append(html.Li([link, html.Span(", ".join(words), className="meta")]))
    return card(
        _("Figures as known then"),
        html.Ul(rows, className="plain-list"),
        subtitle=_("Every page can be asked as it was known on a day: add asof= and a date to the address."),
    )


def snapshot_card(view: View) -> html.Section:
    """The snapshot itself, and all its figures as files."""
    _ = view._
    stated = facts(view.snapshot)
    names = {
        "load_id": _("Snapshot"), "built_at": _("Built at"), "edition": _("Edition"), "today": _("Figures as known on"),
        "schema_version": _("Version of the tables"), "content_hash": _("Fingerprint of the content"),
        "config_hash": _("Fingerprint of the configuration"),
    }  # fmt: skip
    entries = [
        part
        for key, name in names.items()
        if stated.get(key)
        for part in (html.Dt(name), html.Dd(html.Code(stated[key])))
    ]
    return card(
        _("This snapshot"),
        html.Dl(entries, className="definition"),
        downloads(view, Filters(), "figures"),
        subtitle=_("Every figure on screen, in a download and in the interface for programs comes from this one file."),
        span=12,
    )
