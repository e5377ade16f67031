"""Contrast of two colours (WCAG 2.2, success criterion 1.4.3 and the definition of relative luminance)."""

from __future__ import annotations

AA_TEXT = 4.5


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours written as #rrggbb, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def darkened_to(colour: str, against: str = "#ffffff", ratio: float = AA_TEXT) -> str:
    """The lightest shade of the same hue that reaches `ratio` against a light colour."""
    channels = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    for step in range(256, -1, -1):
        shade = "#" + "".join(f"{channel * step // 256:02x}" for channel in channels)
        if contrast(shade, against) >= ratio:
            return shade
    return "#000000"
