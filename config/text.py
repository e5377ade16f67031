"""Texts on screen, in the interface languages."""

from __future__ import annotations

from config.base import Model
from config.fields import Plain


class Text(Model):
    """A text in the interface languages. Dutch is required; English falls back to Dutch where it is missing."""

    nl: Plain
    en: Plain | None = None

    def in_language(self, language: str) -> str:
        return self.en if language == "en" and self.en else self.nl
