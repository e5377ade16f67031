"""Colours of pictures that cannot read the tokens of `assets/tokens.css`: the same values, for Plotly."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours of one scheme; names as the tokens."""

    surface: str
    border: str
    text: str
    dim: str
    brand: str
    brand_soft: str
    band: str
    neutral: str
    higher: str
    lower: str


LIGHT = Palette(
    surface="#ffffff",
    border="#dfe5eb",
    text="#14212e",
    dim="#55667a",
    brand="#0f4c81",
    brand_soft="#e6eff7",
    band="rgba(61, 127, 181, 0.18)",
    neutral="#55667a",
    higher="#a84b08",
    lower="#0a736e",
)

DARK = Palette(
    surface="#16212b",
    border="#2a3a48",
    text="#e8eef4",
    dim="#a3b3c2",
    brand="#6fb1e6",
    brand_soft="#1b3447",
    band="rgba(125, 184, 224, 0.20)",
    neutral="#a3b3c2",
    higher="#f2a35e",
    lower="#5cc4bb",
)


def palette(scheme: str) -> Palette:
    """The palette of a scheme, 'light' or 'dark'."""
    return DARK if scheme == "dark" else LIGHT
