"""Words in the reader's language: English msgids in the code, one `.po` file per other language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent / "locales"
#: Language of the interface -> locale of numbers and dates.
LANGUAGES: dict[str, str] = {"nl": "nl_NL", "en": "en_GB"}
#: How a language calls itself.
LANGUAGE_NAMES: dict[str, str] = {"nl": "Nederlands", "en": "English"}


@dataclass(frozen=True)
class Translator:
    """Call it with a msgid: `_("No figures for {area}", area=name)`. An untranslated msgid is shown in English."""

    language: str

    @property
    def locale(self) -> str:
        """Locale for numbers and dates (babel)."""
        return LANGUAGES[self.language]

    def __call__(self, msgid: str, **values: object) -> str:
        text = _catalog(self.language).get(msgid) if self.language != "en" else None
        shown = str(text.string) if text is not None and text.string else msgid
        return shown.format(**values) if values else shown

    def plural(self, singular: str, plural: str, number: int, **values: object) -> str:
        """`_.plural("{n} area", "{n} areas", n)`; `{n}` is the number."""
        text = _catalog(self.language).get(singular) if self.language != "en" else None
        forms = text.string if text is not None and isinstance(text.string, (tuple, list)) else (singular, plural)
        if not all(forms):
            forms = (singular, plural)
        return str(forms[0 if number == 1 else 1]).format(n=number, **values)


@lru_cache(maxsize=8)
def translator(language: str) -> Translator:
    """The translator of a language; an unknown language gives English."""
    return Translator(language if language in LANGUAGES else "en")


@lru_cache(maxsize=8)
def _catalog(language: str) -> Catalog:
    path = LOCALES / f"{language}.po"
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)
