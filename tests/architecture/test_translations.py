"""Every word of the interface has Dutch; a translation keeps the places of its msgid and has one in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from monitor.pages.kaart import PACK_NAMES
from monitor.router import GROUPS, pages

MONITOR = Path(__file__).parents[2] / "monitor"
KEYWORDS = {"_": None, "plural": (1, 2)}
PLACE = re.compile(r"\{(\w*)\}")


def said_in_code() -> Iterator[tuple[str, tuple[str, ...]]]:
    """(where, msgids): one msgid, or singular and plural."""
    for name, line, message, _, _ in extract_from_dir(MONITOR, [("**.py", "python")], {}, KEYWORDS):
        msgids = tuple(part for part in message if part) if isinstance(message, tuple) else (message,)
        yield f"monitor/{name}:{line}", msgids
    for page in pages():
        yield f"title of page {page.path!r}", (page.title,)
    for group in GROUPS:
        yield "monitor/router.py GROUPS", (group,)
    for name in PACK_NAMES.values():
        yield "monitor/pages/kaart.py PACK_NAMES", (name,)


@pytest.fixture(scope="module")
def dutch() -> Catalog:
    with (MONITOR / "locales" / "nl.po").open("rb") as file:
        return read_po(file, locale="nl")


def translations(dutch: Catalog, msgid: str) -> tuple[str, ...]:
    found = dutch.get(msgid)
    if found is None:
        return ()
    strings = found.string if isinstance(found.string, (tuple, list)) else (found.string,)
    return tuple(str(text) for text in strings if text)


def test_every_msgid_in_the_code_has_dutch(dutch):
    missing = sorted(
        {f"{where}: {msgids[0]!r}" for where, msgids in said_in_code() if not translations(dutch, msgids[0])}
    )

    assert not missing, "\n".join(missing)


def test_every_translation_is_said_somewhere(dutch):
    """Words also travel as plain strings (titles of pages, names of columns), so any string of the code will do."""
    texts = [
        path.read_text(encoding="utf-8")
        for folder in (MONITOR, MONITOR.parent / "config")
        for path in folder.rglob("*.py")
    ]
    said = {node.value for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
    said |= {msgid for _, msgids in said_in_code() for msgid in msgids}
    msgids = [message.id if isinstance(message.id, str) else message.id[0] for message in dutch]

    assert not [msgid for msgid in msgids if msgid and msgid not in said]


def test_a_plural_has_two_dutch_forms(dutch):
    lacking = {
        msgids[0] for _, msgids in said_in_code() if len(msgids) == 2 and len(translations(dutch, msgids[0])) != 2
    }

    assert not lacking


def test_a_translation_keeps_the_places_that_are_filled_in(dutch):
    wrong = []
    for where, msgids in said_in_code():
        offered = {place for msgid in msgids for place in PLACE.findall(msgid)}
        for text in translations(dutch, msgids[0]):
            if not set(PLACE.findall(text)) <= offered:
                wrong.append(f"{where}: {text!r} asks for a place that {msgids[0]!r} does not fill")

    assert not wrong, "\n".join(wrong)


def test_the_words_of_the_house_are_kept(dutch):
    """Crimes are registered, not reported by citizens; no neighbourhood is a problem."""
    for message in dutch:
        for text in translations(dutch, str(message.id[0] if isinstance(message.id, tuple) else message.id)):
            assert "probleemwijk" not in text.lower()
            assert "misdrijfmelding" not in text.lower()
            assert not ("meldingen" in text.lower() and "misdrijven" in text.lower())


def test_the_catalogue_has_each_msgid_once():
    text = (MONITOR / "locales" / "nl.po").read_text(encoding="utf-8")
    entries = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)

    assert not {entry for entry in entries if entries.count(entry) > 1}
