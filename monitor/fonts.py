"""Inter as one small file: the Latin letters of the variable font, made once from the installed package and kept."""

from __future__ import annotations

import hashlib
import io
import logging
import os
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

#: Latin with Dutch and other western accents, punctuation, arrows and the marks used in texts.
_SIGNS = "–—‘’“”„•…€←↑→↓−≈≤≥²×▲▼●"
_UNICODES = [*range(0x20, 0x7F), *range(0xA0, 0x180), *map(ord, _SIGNS)]
_FEATURES = ["kern", "liga", "calt", "tnum", "ccmp", "locl", "mark", "mkmk"]
log = logging.getLogger("monitor.fonts")


def address() -> str:
    """Address of the font; it holds a fingerprint, so browsers keep it for good."""
    return f"/fonts/inter-{fingerprint()}.woff2"


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Fingerprint of what the file is made from: package version and choice of signs."""
    made_from = f"{version('fontpkg-inter')} {version('fonttools')} {_UNICODES} {_FEATURES} wght 400:700 opsz 14"
    return hashlib.sha256(made_from.encode()).hexdigest()[:16]


def woff2(folder: Path) -> bytes:
    """The font file: read from `folder` when it was made before, else made and, where that is allowed, kept there."""
    kept = folder / f"inter-{fingerprint()}.woff2"
    if kept.is_file():
        return kept.read_bytes()
    made = _make()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = kept.with_suffix(f".{os.getpid()}")
        aside.write_bytes(made)
        os.replace(aside, kept)
    except OSError as error:
        log.info("the font is not kept on disk: %s", error.strerror)
    return made


def _make() -> bytes:
    """Latin subset, weights 400 to 700, one optical size, compressed."""
    source = files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf"
    font = TTFont(io.BytesIO(source.read_bytes()))
    options = subset.Options(layout_features=_FEATURES, hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 13, 14])
    cut = subset.Subsetter(options)
    cut.populate(unicodes=_UNICODES)
    cut.subset(font)
    instantiateVariableFont(font, {"opsz": 14, "wght": (400, 700)}, inplace=True)
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()
