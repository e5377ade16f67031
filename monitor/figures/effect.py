"""A treated area beside others before and after a start, all on the scale "100 is the mean before"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from monitor.figures.palette import Palette
from monitor.figures.plain import PlainWords, few_ticks, finish, plain_numbers

#: Room between two names at the line ends, as a share of the height of the picture.
_APART = 0.08


@dataclass(frozen=True)
class Line:
    """One group. values: one per period, NaN where unknown; blocks: (middle position, mean) of some periods together,
    never across the start; name: at the line's end."""

    name: str
    values: Sequence[float]
    blocks: Sequence[tuple[float, float]]


def before_and_after(
    treated: Line, comparison: Line, around: Line | None, *, start: int, start_name: str, labels: Sequence[str],
    hover: Sequence[str], words: PlainWords, palette: Palette,
) -> go.Figure:  # fmt: skip
    """The periods of the treated areas as faint points, and a line of means of each group.

    Args:
        start: position of the first period with the intervention. labels: under the axis, one per period.
        hover: the whole text at a point of the treated areas.

    Returns:
        Traces: points of the treated areas, then the lines of `around` (if any), comparison and treated areas.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=list(range(len(treated.values))), y=plain_numbers(treated.values), mode="markers", text=list(hover),
        hovertemplate="%{text}<extra></extra>", marker={"size": 6, "color": palette.brand, "opacity": 0.45},
    )  # fmt: skip
    styles = [
        (around, palette.higher, 1.3, "dot"),
        (comparison, palette.neutral, 2, "dash"),
        (treated, palette.brand, 2.6, "solid"),
    ]
    drawn = [(line, colour, width, dash) for line, colour, width, dash in styles if line is not None]
    for line, colour, width, dash in drawn:
        for side in (False, True):  # no line across the start: what lies between is not known to be a slope
            part = [(x, y) for x, y in line.blocks if (x >= start) is side]
            figure.add_scatter(
                x=[x for x, _ in part], y=plain_numbers([y for _, y in part]), mode="lines+markers", hoverinfo="skip",
                line={"color": colour, "width": width, "dash": dash}, marker={"size": 5, "color": colour},
            )  # fmt: skip
    tops = [value for line in (treated, comparison) for value in line.values if value == value]
    high = max([100.0, *[y for line, *_ in drawn for _, y in line.blocks], *tops])
    _name_ends(figure, [(line, colour) for line, colour, *_ in drawn if line.blocks], high)
    figure.add_vline(x=start - 0.5, line={"color": palette.text, "width": 1.2, "dash": "dash"})
    figure.add_annotation(
        x=start - 0.5, y=1, yref="paper", text=start_name, showarrow=False, xanchor="right", xshift=-6, yanchor="top",
        font={"color": palette.text, "size": 11},
    )  # fmt: skip
    figure.add_hline(y=100, line={"color": palette.border, "width": 1})
    few_ticks(figure, labels)
    figure.update_yaxes(rangemode="tozero", range=[0, high * 1.06])
    return finish(figure, words, palette, right=92)


def _name_ends(figure: go.Figure, lines: Sequence[tuple[Line, str]], high: float) -> None:
    """Names right of the line ends, moved apart where they would lie over each other."""
    ends = sorted(((line.blocks[-1][1], line.name, colour) for line, colour in lines), key=lambda end: end[0])
    place = -high
    for value, name, colour in ends:
        place = max(value, place + _APART * high)
        figure.add_annotation(
            x=1, xref="paper", y=place, text=name, showarrow=False, xanchor="left", xshift=6,
            font={"color": colour, "size": 11.5},
        )  # fmt: skip
