"""From a figure on screen to its passport."""

from __future__ import annotations

from typing import Any

from dash import html

from monitor.router import View


def why_href(view: View, indicator: str, area_code: str, period: str) -> str:
    """Address of the passport of a figure."""
    return view.href("herkomst", indicator=indicator, area=area_code, period=period)


def methods_href(view: View, key: str = "") -> str:
    """Address of the methods page, at one of its methods (`monitor.texts.methods`)."""
    return view.href("gegevens/methoden") + (f"#{key}" if key else "")


def why(view: View, shown: Any, indicator: str, area_code: str, period: str) -> html.A:
    """A figure that leads to its passport: by mouse, by keyboard, and as a link that can be passed on."""
    return html.A(
        shown,
        href=why_href(view, indicator, area_code, period),
        className="why",
        title=view._("Where does this figure come from?"),
    )
