"""The municipality's own colour as tokens for light and dark, and the address of the font."""

from __future__ import annotations

from monitor import fonts

_SURFACE_LIGHT, _SURFACE_DARK = (255, 255, 255), (22, 33, 43)
_WHITE, _BLACK = (255, 255, 255), (8, 20, 32)
#: Contrast of text and of thin lines that carry meaning (WCAG 2.2, 1.4.3).
_READABLE = 4.5

Colour = tuple[int, int, int]


def font_face() -> str:
    """Our own font, served by us; the system's font until it is there."""
    return (
        "@font-face{font-family:Inter;font-style:normal;font-weight:400 700;font-display:swap;"
        f"src:url({fonts.address()}) format('woff2')}}"
    )


def theme_css(primary: str) -> str:
    """Brand tokens from the municipality's colour: ink darker, soft lighter; in dark mode light enough to read.

    Args:
        primary: #rrggbb; carries white text (checked by the configuration).
    """
    if primary.lower() == "#0f4c81":
        return ""  # the colour that assets/tokens.css is drawn with
    base = _parse(primary)
    light = {"brand": base, "brand-ink": _mix(base, _BLACK, 0.35), "brand-soft": _mix(base, _WHITE, 0.9)}
    bright = base
    while _contrast(bright, _SURFACE_DARK) < _READABLE + 1.5 and bright != _WHITE:
        bright = _mix(bright, _WHITE, 0.12)
    dark = {"brand": bright, "brand-ink": _mix(bright, _WHITE, 0.5), "brand-soft": _mix(_SURFACE_DARK, bright, 0.2)}
    return (
        f":root{{{_tokens(light)}}}"
        f"@media(prefers-color-scheme:dark){{:root:not([data-theme=light]){{{_tokens(dark)}}}}}"
        f":root[data-theme=dark]{{{_tokens(dark)}}}"
    )


def _tokens(colours: dict[str, Colour]) -> str:
    return "".join(f"--{name}:#{r:02x}{g:02x}{b:02x};" for name, (r, g, b) in colours.items())


def _parse(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    """`share` of the other colour."""
    r, g, b = (min(255, round(a + (c - a) * share)) for a, c in zip(one, other, strict=True))
    # Rounding must not stop short of the goal: a mix towards white ends in white.
    return (r, g, b) if (r, g, b) != one else other


def _contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio of two colours (WCAG 2.2, relative luminance of sRGB)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    linear = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
