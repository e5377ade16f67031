"""Pictures of areas set beside each other: funnel, scatter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from monitor.figures.palette import Palette
from monitor.figures.plain import PlainWords, finish, plain_numbers


def funnel(frame: pd.DataFrame, *, words: PlainWords, limits: tuple[str, str], palette: Palette) -> go.Figure:
    """Counted over expected against expected: small areas left, where the limits are wide.

    Args:
        frame: one row per area: `expected`, `value` (counted / expected), `lower_95`, `upper_95`, `lower_998`,
            `upper_998`, `verdict` (higher, lower, no_difference, too_few), `hover`. Unknown ones are left out.
        limits: words at the ends of the inner and the outer upper limit.

    Returns:
        Traces: four limits, the line at 1, the areas (outside the limits with a shape of their own).
    """
    rows = frame.dropna(subset=["expected", "value"]).sort_values("expected").reset_index(drop=True)
    figure = go.Figure()
    for name, dash in (("lower_95", "dash"), ("upper_95", "dash"), ("lower_998", "dot"), ("upper_998", "dot")):
        figure.add_scatter(
            x=plain_numbers(rows["expected"]), y=plain_numbers(rows[name]), mode="lines", hoverinfo="skip",
            line={"color": palette.neutral, "width": 1.2, "dash": dash},
        )  # fmt: skip
    ends = [float(rows["expected"].min()), float(rows["expected"].max())] if len(rows) else []
    figure.add_scatter(
        x=ends, y=[1.0] * len(ends), mode="lines", hoverinfo="skip", line={"color": palette.text, "width": 1}
    )
    outside = {"higher": "triangle-up", "lower": "triangle-down"}
    figure.add_scatter(
        x=plain_numbers(rows["expected"]),
        y=plain_numbers(rows["value"]),
        mode="markers",
        text=list(rows["hover"]),
        hovertemplate="%{text}<extra></extra>",
        marker={
            "color": [palette.text if one in outside else palette.brand for one in rows["verdict"]],
            "symbol": [outside.get(one, "circle") for one in rows["verdict"]],
            "size": [11 if one in outside else 7 for one in rows["verdict"]],
        },
    )
    for text, name in zip(limits, ("upper_95", "upper_998"), strict=True):
        if len(rows):
            figure.add_annotation(
                x=ends[1], y=float(rows[name].iloc[-1]), text=text, showarrow=False, xanchor="left", xshift=6,
                font={"color": palette.dim, "size": 11},
            )  # fmt: skip
    # Beyond this the limits of the smallest areas would flatten all the rest.
    top = float(np.nanmax([rows["value"].max(), 2.0])) * 1.08 if len(rows) else 2.0
    figure.update_yaxes(range=[0, top])
    return finish(figure, words, palette, right=52)


def scatter(
    x: Sequence[float], y: Sequence[float], hover: Sequence[str], *, words: PlainWords, palette: Palette
) -> go.Figure:
    """One point per area."""
    figure = go.Figure(
        go.Scatter(
            x=plain_numbers(x), y=plain_numbers(y), mode="markers", text=list(hover),
            hovertemplate="%{text}<extra></extra>", marker={"color": palette.brand, "size": 7, "opacity": 0.8},
        )
    )  # fmt: skip
    figure.update_yaxes(rangemode="tozero")
    return finish(figure, words, palette)
