"""Print the methods as documentation: `python -m docs.methods` writes docs/methods.md and docs/methoden.md."""

from __future__ import annotations

from pathlib import Path

from monitor.i18n import translator
from monitor.texts.methods import as_markdown

#: Name of the page per language, and the sentence that says where it comes from.
PAGES = {
    "en": ("methods.md", "Printed by `python -m docs.methods` from the texts and examples of the methods page."),
    "nl": ("methoden.md", "Gemaakt met `python -m docs.methods` uit de teksten en voorbeelden van de methodepagina."),
}


def page(language: str) -> str:
    """The page of a language."""
    return as_markdown(translator(language), printed_by=PAGES[language][1])


if __name__ == "__main__":
    for language, (name, _) in PAGES.items():
        (Path(__file__).parent / name).write_text(page(language), encoding="utf-8")
