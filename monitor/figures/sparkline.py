"""A word-sized line: shape only. It is used as a mask, so its colour follows the theme without a new picture."""

from __future__ import annotations

import base64
from collections.abc import Sequence

WIDTH, HEIGHT, EDGE = 96.0, 28.0, 3.0


def sparkline(values: Sequence[float | None]) -> str:
    """An SVG as a data address: a line through the values with a point at the newest, and a light fill below it.

    Args:
        values: oldest first; None is a gap (the line stops and starts again).

    Returns:
        "" where fewer than two values are known. The scale starts at 0, so a small change looks small.
    """
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return ""
    top = max(known) or 1.0
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)

    def at(place: int, value: float) -> tuple[float, float]:
        return EDGE + place * step, HEIGHT - EDGE - (value / top) * (HEIGHT - 2 * EDGE)

    stretches: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append(at(place, float(value)))
    drawn = [stretch for stretch in stretches if stretch]
    base = HEIGHT - EDGE
    shapes = []
    for stretch in drawn:
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in stretch)
        if len(stretch) > 1:
            fill = f"{stretch[0][0]:.1f},{base} {line} {stretch[-1][0]:.1f},{base}"
            shapes.append(f'<polygon points="{fill}" fill="#000" fill-opacity=".14"/>')
        shapes.append(
            f'<polyline points="{line}" fill="none" stroke="#000" stroke-width="1.6" '
            'stroke-linecap="round" stroke-linejoin="round"/>'
        )
    x, y = drawn[-1][-1]
    shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6"/>')
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}">{"".join(shapes)}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
