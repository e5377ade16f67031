"""What pictures of the deeper analysis share: words, margins, axes and the mark of practice figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from monitor.figures.palette import Palette
from monitor.figures.timeline import FONT, watermark


@dataclass(frozen=True)
class PlainWords:
    """Every word in a picture, in the reader's language. x, y: names of the axes, empty for none."""

    title: str
    x: str = ""
    y: str = ""
    practice: str = ""
    decimal_separators: str = ",."


def finish(figure: go.Figure, words: PlainWords, palette: Palette, *, right: int = 16) -> go.Figure:
    """Axes, margins and words of a picture without a legend; nothing in it can be dragged or zoomed."""
    if words.practice:
        watermark(figure, words.practice, palette)
    figure.update_layout(
        template=go.layout.Template(),  # nothing of it is used, and it is 7 kB a picture
        meta={"title": words.title, "practice": words.practice},
        separators=words.decimal_separators,
        font={"family": FONT, "size": 12, "color": palette.dim},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 8, "r": right, "t": 10, "b": 8},
        autosize=True,
        showlegend=False,
        hovermode="closest",
        hoverlabel={"bgcolor": palette.surface, "bordercolor": palette.border, "font": {"color": palette.text}},
        dragmode=False,
    )
    axis = {
        "automargin": True,
        "fixedrange": True,
        "linecolor": palette.border,
        "tickcolor": palette.border,
        "zerolinecolor": palette.border,
        "exponentformat": "none",
    }
    figure.update_xaxes(
        **axis, title={"text": words.x, "font": {"size": 12}}, showgrid=False, zeroline=False, ticks="outside"
    )
    figure.update_yaxes(**axis, title={"text": words.y, "font": {"size": 12}}, gridcolor=palette.border, nticks=6)
    return figure


def few_ticks(figure: go.Figure, labels: Sequence[str], *, most: int = 5) -> None:
    """At most `most` words under points at 0, 1, 2, …; the last always among them."""
    n = len(labels)
    step = max(1, -(-(n - 1) // (most - 1))) if n > 1 else 1
    places = sorted(range(n - 1, -1, -step))
    figure.update_xaxes(tickmode="array", tickvals=places, ticktext=[labels[place] for place in places], tickangle=0)


def plain_numbers(values: Sequence[float]) -> list[float | None]:
    """Numbers as JSON has them, with few digits; what is not known is null."""
    return [None if value != value else round(float(value), 4) for value in values]
