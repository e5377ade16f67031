"""Pictures of one series looked at deeper: control chart, season, the months ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from monitor.figures.palette import Palette
from monitor.figures.plain import PlainWords, few_ticks, finish, plain_numbers

#: Type of a point -> its shape; the colour follows from the palette.
_SYMBOLS = {"common": "circle", "high": "triangle-up", "low": "triangle-down"}


@dataclass(frozen=True)
class Points:
    """Points of a control chart, one entry each, oldest first.

    values, centre, lower, upper: numbers, NaN where there are none. kinds: common, or improvement, concern or neutral
    with _high or _low. labels: under the axis. hover: the whole text at a point.
    """

    values: Sequence[float]
    centre: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]
    kinds: Sequence[str]
    labels: Sequence[str]
    hover: Sequence[str]


def control_chart(points: Points, *, words: PlainWords, upper: str, palette: Palette) -> go.Figure:
    """Points with their middle line and limits; marked points have a colour and a shape of their own.

    Args:
        upper: the words above the end of the upper limit (at the middle line they would cross the points).

    Returns:
        Traces: lower limit, upper limit, middle, line, points.
    """
    figure = go.Figure()
    places = list(range(len(points.values)))
    for line, dash in ((points.lower, "dot"), (points.upper, "dot"), (points.centre, "dash")):
        figure.add_scatter(
            x=places, y=plain_numbers(line), mode="lines", hoverinfo="skip",
            line={"color": palette.neutral, "width": 1.2, "dash": dash},
        )  # fmt: skip
    figure.add_scatter(
        x=places, y=plain_numbers(points.values), mode="lines", hoverinfo="skip", connectgaps=False,
        line={"color": palette.brand, "width": 1.6},
    )  # fmt: skip
    figure.add_scatter(
        x=places,
        y=plain_numbers(points.values),
        mode="markers",
        text=list(points.hover),
        hovertemplate="%{text}<extra></extra>",
        marker={
            "color": [_colour(kind, palette) for kind in points.kinds],
            "symbol": [_SYMBOLS[kind.rpartition("_")[2]] for kind in points.kinds],
            "size": [6 if kind == "common" else 11 for kind in points.kinds],
        },
    )
    if places and points.upper[-1] == points.upper[-1]:
        figure.add_annotation(
            x=places[-1], y=float(points.upper[-1]), text=upper, showarrow=False, xanchor="right", yshift=8,
            font={"color": palette.dim, "size": 11},
        )  # fmt: skip
    few_ticks(figure, points.labels)
    figure.update_yaxes(rangemode="tozero")
    return finish(figure, words, palette)


def season_bars(profile: dict[str, float], *, words: PlainWords, hover: Sequence[str], palette: Palette) -> go.Figure:
    """Events more or fewer than the mean of the year, per month of the year. profile: month in words -> difference."""
    figure = go.Figure(
        go.Bar(
            x=list(profile),
            y=plain_numbers(list(profile.values())),
            marker={"color": palette.brand},
            text=list(hover),
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.update_xaxes(tickangle=0, tickfont={"size": 10})
    return finish(figure, words, palette)


def months_ahead(
    known: Points, mean: Sequence[float], labels: Sequence[str], hover: Sequence[str], *, words: PlainWords,
    palette: Palette,
) -> go.Figure:  # fmt: skip
    """The newest months as counted, and the ones ahead dashed in their interval.

    Args:
        known: counted months (its limits are not drawn), then `known.lower` and `known.upper` of the months ahead.
        mean, labels, hover: of the months ahead.
    """
    figure = go.Figure()
    n = len(known.values)
    places = list(range(n, n + len(mean)))
    figure.add_scatter(
        x=places + places[::-1],
        y=plain_numbers([*known.upper, *list(known.lower)[::-1]]),
        fill="toself", fillcolor=palette.band, line={"width": 0}, mode="lines", hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=list(range(n)), y=plain_numbers(known.values), mode="lines+markers", connectgaps=False,
        line={"color": palette.brand, "width": 1.8}, marker={"size": 5, "color": palette.brand},
        text=list(known.hover), hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=places, y=plain_numbers(mean), mode="lines+markers",
        line={"color": palette.brand, "width": 1.6, "dash": "dot"},
        marker={"size": 8, "color": palette.surface, "line": {"color": palette.brand, "width": 2}},
        text=list(hover), hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    few_ticks(figure, [*known.labels, *labels])
    figure.update_yaxes(rangemode="tozero")
    return finish(figure, words, palette)


def _colour(kind: str, palette: Palette) -> str:
    return {"concern": palette.higher, "improvement": palette.lower, "neutral": palette.text}.get(
        kind.partition("_")[0], palette.brand
    )
