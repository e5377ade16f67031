"""Our own icons, drawn on a 24 grid with strokes of 1.8; CSS masks in `assets/icons.css` show them in any colour."""

from __future__ import annotations

from dash import html

#: Names that `assets/icons.css` draws; a test compares the two.
ICONS = (
    "home", "map", "area", "topic", "data", "menu", "close", "sun", "moon", "plus", "minus", "reset", "up", "down",
    "same", "info", "warning", "left", "right", "download", "check", "search", "lock", "clock", "wait", "print",
    "external",
)  # fmt: skip


def icon(name: str, className: str = "") -> html.Span:
    """An icon without meaning of its own for a screen reader: the word stands beside it."""
    if name not in ICONS:
        raise ValueError(f"no icon named {name!r}")
    return html.Span(className=f"icon icon-{name} {className}".strip(), **{"aria-hidden": "true"})
