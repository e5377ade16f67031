"""Deliveries refused since the figures shown were published: which source, when, why; nothing of their content."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dash import html

from config.errors import Finding
from config.vocabulary import Edition
from etl.findings_nl import dutch
from etl.refusals import Refusal, refusals_since_published
from monitor.components.cards import notice
from monitor.components.format import moment_name
from monitor.router import View
from monitor.texts.sources import source_name


def refused_notice(view: View) -> html.Div | None:
    """For those who work with the internal edition; None where every delivery was accepted."""
    _ = view._
    if view.edition is not Edition.INTERNAL or view.asof:
        return None
    found = refusals_since_published(view.configured.warehouse / view.slug)
    if not found:
        return None
    return notice([html.P(_sentence(one, view)) for one in found], "warning")


def _sentence(one: Refusal, view: View) -> Any:
    _ = view._
    return _(
        "A delivery of {source} was refused on {moment}: {codes}. The figures are of the last good delivery.",
        source=source_name(view.configured.municipality.sources, one.source_id, _),
        moment=moment_name(dt.datetime.fromisoformat(one.at), _),
        codes=", ".join(f"{code}{_reason(code, view)}" for code in one.codes),
    )


def _reason(code: str, view: View) -> str:
    """The sentence of a code, in Dutch; other languages have the code alone, its text is with the load."""
    said = dutch(Finding(code, "", "", "")) if view.language == "nl" else ""
    return f" ({said})" if said else ""
