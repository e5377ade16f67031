"""Pictures of a report as SVG: where an area lies, and a topic through time. No numbers are made here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
import shapely

_INK, _LINE, _BAND, _AREA, _OUTLINE = "#1c2733", "#0f4c81", "#cfe0ee", "#e4e9ee", "#ffffff"
_WIDTH, _HEIGHT = 300, 120
_LEFT, _RIGHT, _TOP, _BOTTOM = 28, 40, 8, 16


@dataclass(frozen=True)
class Curve:
    """A topic of an area through time, oldest first; NaN where there is no figure.

    lower, upper: what is normal, or the probable range. reference: the municipality; empty: not drawn. is_open: figures
    that will be revised. ticks: places on the axis with what stands under them. top: end of the axis, `highest` the
    same as text. last: the newest figure as text. practice: word across the picture; empty: real figures.
    """

    values: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]
    reference: Sequence[float]
    is_open: Sequence[bool]
    ticks: Sequence[tuple[int, str]]
    top: float
    highest: str
    last: str
    practice: str = ""


def curve_svg(curve: Curve) -> str:
    """The line with its band, from zero; open points are provisional; holes stay holes."""
    top = curve.top or 1.0
    n = len(curve.values)
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, n - 1)

    def place(index: int, value: float) -> tuple[float, float]:
        return _LEFT + index * step, _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / top

    parts = [f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_AREA}"/>'
             for y in (place(0, 0)[1], place(0, top)[1])]  # fmt: skip
    parts += [_text(_LEFT - 4, place(0, 0)[1] + 3, "0", "end"), _text(_LEFT - 4, _TOP + 3, curve.highest, "end")]
    parts += [_text(place(index, 0)[0], _HEIGHT - 4, word, "middle") for index, word in curve.ticks]
    band = [i for i in range(n) if np.isfinite(curve.lower[i]) and np.isfinite(curve.upper[i])]
    if band:
        outline = [place(i, curve.upper[i]) for i in band] + [place(i, curve.lower[i]) for i in reversed(band)]
        parts.append(f'<polygon points="{_points(outline)}" fill="{_BAND}"/>')
    if curve.practice:
        parts.append(
            f'<text x="{_WIDTH / 2}" y="{_HEIGHT / 2 + 8}" font-size="22" fill="{_INK}" fill-opacity="0.12"'
            f' text-anchor="middle" font-family="Inter">{escape(curve.practice)}</text>'
        )
    if len(curve.reference):
        parts += _lines(curve.reference, place, f'stroke="{_INK}" stroke-dasharray="4 3" stroke-width="0.8"')
    parts += _lines(curve.values, place, f'stroke="{_LINE}" stroke-width="1.5"')
    known = [i for i in range(n) if np.isfinite(curve.values[i])]
    for i in known:
        if curve.is_open[i] or i == known[-1]:
            x, y = place(i, curve.values[i])
            fill = _OUTLINE if curve.is_open[i] else _LINE
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{fill}" stroke="{_LINE}"/>')
    if known:
        x, y = place(known[-1], curve.values[known[-1]])
        parts.append(_text(x + 5, y + 3, curve.last, "start", bold=True))
    return _svg(_WIDTH, _HEIGHT, parts)


def locator_svg(outlines: pd.DataFrame, members: Sequence[str]) -> str:
    """Where an area lies: all neighbourhoods in grey, those of the area in colour.

    Args:
        outlines: `area_code` and `geometry` (WKB in degrees); areas without an outline are left out.
        members: codes that are coloured.
    """
    known = outlines[outlines["geometry"].notna()]
    shapes = shapely.from_wkb([bytes(one) for one in known["geometry"]])
    if not len(shapes):
        return ""
    west, south, east, north = shapely.total_bounds(shapes)
    narrower = float(np.cos(np.radians((south + north) / 2)))
    scale = 100 / max((east - west) * narrower, north - south)

    def on_paper(points: np.ndarray) -> np.ndarray:
        return np.column_stack([(points[:, 0] - west) * narrower * scale, (north - points[:, 1]) * scale])

    drawn = shapely.simplify(shapely.transform(shapes, on_paper), 0.2)
    parts = []
    for code, shape in sorted(zip(known["area_code"], drawn, strict=True), key=lambda one: one[0] in members):
        fill = _LINE if code in members else _AREA
        for polygon in shapely.get_parts(shape):
            ring = _points(shapely.get_coordinates(shapely.get_exterior_ring(polygon)))
            parts.append(f'<polygon points="{ring}" fill="{fill}" stroke="{_OUTLINE}" stroke-width="0.4"/>')
    return _svg((east - west) * narrower * scale, (north - south) * scale, parts)


def _lines(values: Sequence[float], place: object, style: str) -> list[str]:
    """One line per unbroken run of figures."""
    runs: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(values):
        if np.isfinite(value):
            runs[-1].append(place(index, value))  # type: ignore[operator]
        elif runs[-1]:
            runs.append([])
    return [f'<polyline points="{_points(run)}" fill="none" {style}/>' for run in runs if len(run) > 1]


def _points(places: object) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)  # type: ignore[attr-defined]


def _text(x: float, y: float, said: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="8" fill="{_INK}" text-anchor="{anchor}" font-family="Inter"{weight}>'
        f"{escape(said)}</text>"
    )


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height:.1f}">{"".join(parts)}</svg>'
