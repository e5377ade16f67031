"""A chart in its frame, a word-sized line, and the bar that places one area among the others."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

#: A chart is read, not operated: no buttons over it, no zoom by scroll, nothing sent anywhere.
CONFIG = {"displayModeBar": False, "displaylogo": False, "scrollZoom": False, "doubleClick": False, "responsive": True}


def chart(figure: Any, title: str, *, twin: Any = None, caption: Any = None, id: str | None = None) -> html.Figure:
    """A Plotly figure with its caption and, folded in below, the same figures as a table.

    Args:
        title: what a screen reader says of the picture; the numbers are in the table.
    """
    named = {"id": id} if id else {}
    picture = html.Div(
        dcc.Graph(figure=figure, config=CONFIG, responsive=True, className="chart-graph", **named),
        role="img",
        className="chart",
        **{"aria-label": title},
    )
    parts = [picture, html.Figcaption(caption, className="meta") if caption else None, twin]
    return html.Figure([part for part in parts if part is not None], className="figure")


def spark(address: str, text: str) -> html.Span | None:
    """A word-sized line (`figures.sparkline`) in the colour of the theme; None where there is nothing to draw."""
    if not address:
        return None
    mask = f"url({address})"
    return html.Span(
        className="spark",
        role="img",
        style={"maskImage": mask, "WebkitMaskImage": mask},
        **{"aria-label": text},
    )


def spine(place: dict[str, float], verdict_shape: str, tone: str, text: str) -> html.Div:
    """Where an area stands among the others: least to most, the middle half darker, the median in the middle.

    Args:
        place: shares of the width, 0 to 1: `min`, `q1`, `q3`, `max`, `marker`; the median stands at 0.5.
        verdict_shape: "up", "down" or "same".
        tone: "higher" (attention), "lower" (improvement) or "neutral".
        text: the same in words.
    """

    def bar(name: str, start: float, end: float) -> html.Span:
        return html.Span(
            className=f"spine-{name}",
            style={"left": f"{100 * start:.1f}%", "width": f"{100 * max(end - start, 0):.1f}%"},
        )

    sign = {"up": "▲", "down": "▼", "same": "●"}[verdict_shape]
    return html.Div(
        [
            bar("range", place["min"], place["max"]),
            bar("middle", place["q1"], place["q3"]),
            html.Span(className="spine-median"),
            html.Span(sign, className=f"spine-marker tone-{tone}", style={"left": f"{100 * place['marker']:.1f}%"}),
        ],
        className="spine",
        role="img",
        **{"aria-label": text},
    )


def spine_places(value: float, least: float, q1: float, median: float, q3: float, most: float) -> dict[str, float]:
    """Shares of the width with the median in the middle; the further end touches the edge, so bars stay comparable."""
    reach = max(median - least, most - median) or 1.0

    def at(number: float) -> float:
        return min(1.0, max(0.0, 0.5 + (number - median) / reach * 0.48))

    return {"min": at(least), "q1": at(q1), "q3": at(q3), "max": at(most), "marker": at(value)}
