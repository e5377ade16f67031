"""One indicator of one area through time."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from config.vocabulary import Status
from monitor.figures.palette import Palette

#: Signs in a line of the words beside a mark.
MARK_WIDTH = 26

FONT = "Inter, system-ui, sans-serif"


@dataclass(frozen=True)
class Words:
    """Every word in the picture, in the reader's language.

    `practice` is the mark inside a picture of made-up figures ("oefendata"), empty where the figures are real.
    """

    title: str
    line: str
    provisional: str
    band: str
    reference: str = ""
    practice: str = ""
    decimal_separators: str = ",."


@dataclass(frozen=True)
class Mark:
    """A vertical line at a date: a change in the way of counting (dotted) or of the border of the area (dashed)."""

    date: pd.Timestamp
    label: str
    is_border: bool = False


def timeline(
    frame: pd.DataFrame,
    *,
    words: Words,
    palette: Palette,
    marks: Sequence[Mark] = (),
    reference: pd.DataFrame | None = None,
    show_band: bool = True,
) -> go.Figure:
    """A line with its points; what is not known leaves a hole in it.

    Args:
        frame: one row per period, oldest first: `last_day`, `period_label` (for the axis), `value`, `lower`, `upper`,
            `status`, `hover` (the whole text shown at a point); `href` (where a point leads to), if points are links.
            A row without a value is a gap.
        marks: dates at which the way of counting changed.
        reference: a second, quieter line (the municipality): `last_day`, `value`, `hover`.

    Returns:
        Traces, in this order: the band (if any), the reference (if any), the line, the settled points, the provisional
        points (open), the label at the end of the line.
    """
    figure = go.Figure()
    rows = frame.reset_index(drop=True)
    if show_band and rows[["lower", "upper"]].notna().all(axis=1).any():
        _band(figure, rows, words, palette)
    if reference is not None and not reference.empty:
        _reference(figure, reference, words, palette)
    _line(figure, rows, words, palette)
    _end_label(figure, rows, words, palette)
    for mark in marks:
        _mark(figure, mark, rows, palette)
    if words.practice:
        watermark(figure, words.practice, palette)
    _frame(figure, rows, words, palette)
    return figure


def _band(figure: go.Figure, rows: pd.DataFrame, words: Words, palette: Palette) -> None:
    """The 95 % interval: one filled shape per unbroken stretch, so that a gap stays a gap."""
    known = rows[["lower", "upper"]].notna().all(axis=1)
    stretch = (known != known.shift()).cumsum()
    for position, (_, part) in enumerate(rows[known].groupby(stretch[known])):
        days = list(part["last_day"])
        figure.add_trace(
            go.Scatter(
                x=days + days[::-1],
                y=list(part["upper"]) + list(part["lower"])[::-1],
                fill="toself",
                fillcolor=palette.band,
                line={"width": 0},
                mode="lines",
                name=words.band,
                hoverinfo="skip",
                legendgroup="band",
                showlegend=position == 0,
            )
        )


def _reference(figure: go.Figure, reference: pd.DataFrame, words: Words, palette: Palette) -> None:
    figure.add_trace(
        go.Scatter(
            x=list(reference["last_day"]),
            y=_numbers(reference["value"]),
            mode="lines",
            name=words.reference,
            line={"color": palette.neutral, "width": 1.2, "dash": "dash"},
            connectgaps=False,
            text=list(reference["hover"]),
            hovertemplate="%{text}<extra></extra>",
        )
    )


def _line(figure: go.Figure, rows: pd.DataFrame, words: Words, palette: Palette) -> None:
    """The line runs through settled and provisional points alike; only the points tell them apart."""
    figure.add_trace(
        go.Scatter(
            x=list(rows["last_day"]),
            y=_numbers(rows["value"]),
            mode="lines",
            name=words.line,
            line={"color": palette.brand, "width": 2},
            connectgaps=False,
            hoverinfo="skip",
        )
    )
    is_open = rows["status"] == Status.PROVISIONAL
    many = len(rows) > 60
    for name, part, marker in (
        (words.line, rows[~is_open], {"color": palette.brand, "size": 4 if many else 6}),
        (
            words.provisional,
            rows[is_open],
            {"color": palette.surface, "size": 8, "line": {"color": palette.brand, "width": 2}},
        ),
    ):
        part = part[part["value"].notna()]
        if part.empty:
            continue
        figure.add_trace(
            go.Scatter(
                x=list(part["last_day"]),
                y=_numbers(part["value"]),
                mode="markers",
                name=name,
                marker=marker,
                text=list(part["hover"]),
                customdata=list(part["href"]) if "href" in part else None,
                hovertemplate="%{text}<extra></extra>",
                showlegend=name == words.provisional,
            )
        )


def _end_label(figure: go.Figure, rows: pd.DataFrame, words: Words, palette: Palette) -> None:
    known = rows[rows["value"].notna()]
    if known.empty or "end_label" not in rows.columns:
        return
    last = known.iloc[-1]
    figure.add_annotation(
        x=last["last_day"],
        y=float(last["value"]),
        text=f"<b>{last['end_label']}</b>",
        showarrow=False,
        xanchor="left",
        xshift=8,
        font={"color": palette.text, "size": 12},
    )


def _mark(figure: go.Figure, mark: Mark, rows: pd.DataFrame, palette: Palette) -> None:
    """The line and its words, on the side of it where there is room."""
    is_late = mark.date - rows["last_day"].iloc[0] > (rows["last_day"].iloc[-1] - rows["last_day"].iloc[0]) / 2
    figure.add_shape(
        type="line",
        x0=mark.date,
        x1=mark.date,
        y0=0,
        y1=1,
        yref="paper",
        line={"color": palette.dim, "width": 1, "dash": "dash" if mark.is_border else "dot"},
    )
    figure.add_annotation(
        x=mark.date,
        y=1,
        yref="paper",
        text="<br>".join(textwrap.wrap(html.escape(mark.label, quote=False), MARK_WIDTH)),
        showarrow=False,
        xanchor="right" if is_late else "left",
        align="right" if is_late else "left",
        yanchor="top",
        xshift=-4 if is_late else 4,
        font={"color": palette.dim, "size": 11},
    )


def watermark(figure: go.Figure, text: str, palette: Palette) -> None:
    """The mark inside a picture of made-up figures."""
    figure.add_annotation(
        x=0.5,
        y=0.5,
        xref="paper",
        yref="paper",
        text=text,
        showarrow=False,
        textangle=-18,
        opacity=0.18,
        font={"color": palette.dim, "size": 36},
    )


def _frame(figure: go.Figure, rows: pd.DataFrame, words: Words, palette: Palette) -> None:
    """Axes, margins and words. Ticks are set by hand: the words of months come with the frame."""
    at, labels = _ticks(rows)
    numbers = rows[["value", "upper"]].to_numpy(dtype=float, na_value=float("nan")) if len(rows) else None
    top = float(pd.Series(numbers.ravel()).max()) if numbers is not None else float("nan")
    figure.update_layout(
        title={"text": "", "subtitle": {"text": ""}},
        meta={"title": words.title, "practice": words.practice},
        separators=words.decimal_separators,
        font={"family": FONT, "size": 12, "color": palette.dim},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 8, "r": 44, "t": 10, "b": 8},
        autosize=True,
        showlegend=False,
        hovermode="closest",
        hoverlabel={"bgcolor": palette.surface, "bordercolor": palette.border, "font": {"color": palette.text}},
        dragmode=False,
    )
    figure.update_xaxes(
        type="date",
        tickmode="array",
        tickvals=at,
        ticktext=labels,
        tickangle=0,
        showgrid=False,
        automargin=True,
        linecolor=palette.border,
        tickcolor=palette.border,
        ticks="outside",
        fixedrange=True,
    )
    figure.update_yaxes(
        range=[0, top * 1.08] if top > 0 else None,
        rangemode="tozero",
        gridcolor=palette.border,
        zerolinecolor=palette.border,
        automargin=True,
        fixedrange=True,
        nticks=6,
        exponentformat="none",
    )


def _ticks(rows: pd.DataFrame, most: int = 6) -> tuple[list[pd.Timestamp], list[str]]:
    """At most `most` ticks, evenly spread, the newest period always among them."""
    n = len(rows)
    if n == 0:
        return [], []
    step = max(1, -(-(n - 1) // (most - 1))) if n > 1 else 1
    places = sorted(range(n - 1, -1, -step))
    return [rows["last_day"].iloc[place] for place in places], [
        str(rows["period_label"].iloc[place]) for place in places
    ]


def _numbers(values: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in values]
