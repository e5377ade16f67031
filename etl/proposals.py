"""Areas that no link leads anywhere, and links that a person may confirm: by name, inside one municipality and level.

A name is no proof. Nothing is carried by name alone: the proposal is a line ready to be put in a link table.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.errors import Finding
from config.vocabulary import AreaLevel
from etl.divisions import Divisions

HEADER = "from_code,from_vintage,to_code,to_vintage,share"
_NAMED = 5


@dataclass(frozen=True)
class Proposal:
    """An area that may be another one, because their names are the same."""

    from_code: str
    from_vintage: int
    to_code: str
    to_vintage: int
    name: str

    def line(self) -> str:
        """As a line of a link table (columns of `HEADER`)."""
        return f"{self.from_code},{self.from_vintage},{self.to_code},{self.to_vintage},1"


def same_name(text: str) -> str:
    """A name without capitals, accents and odd spaces; two areas with one name are told apart by nothing else."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[\u2010-\u2015]", "-", plain).casefold().split())


def propose(
    before: Mapping[str, str], after: Mapping[str, str], *, from_vintage: int, to_vintage: int
) -> list[Proposal]:
    """Pairs of areas of one level with the same name, where that name occurs once on both sides. Never a guess.

    Args:
        before, after: code -> name of the areas that no link connects.
    """
    found = []
    old, new = _by_name(before), _by_name(after)
    for name in sorted(old.keys() & new.keys()):
        if len(old[name]) == len(new[name]) == 1 and old[name][0][:2] == new[name][0][:2]:
            code = old[name][0]
            found.append(Proposal(code, from_vintage, new[name][0], to_vintage, before[code]))
    return found


def _by_name(names: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for code, name in names.items():
        if name and name != code:
            found[same_name(name)].append(code)
    return found


def proposals(divisions: Divisions, slug: str) -> tuple[Finding, ...]:
    """Per former division: the areas that lead nowhere, and the lines that a person may add to a link table."""
    return tuple(finding for vintage in divisions.vintages for finding in _of(divisions, vintage, slug))


def _of(divisions: Divisions, vintage: int, slug: str) -> Iterable[Finding]:
    if vintage == divisions.screen:
        return
    links = divisions.hoods.links(vintage, divisions.screen, divisions.weights)
    tree, shown = divisions.trees[vintage], divisions.on_screen
    lost = set(divisions.hoods.codes[vintage]) - {link.from_code for link in links}
    empty = set(shown.codes(AreaLevel.NEIGHBOURHOOD)) - {link.to_code for link in links}
    if not lost:
        return
    found = propose(
        {code: name for code, name in tree.names().items() if code in lost},
        {code: name for code, name in shown.names().items() if code in empty},
        from_vintage=vintage,
        to_vintage=divisions.screen,
    )
    codes = ", ".join(sorted(lost)[:_NAMED]) + (f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else "")
    what = f"{len(lost)} areas of {vintage} lead to none of {divisions.screen}: {codes}; their series break there"
    fix = "add them to a file of `geography.crosswalks`"
    if found:
        fix += f"; {len(found)} have the same name, confirm them as lines of that file: {HEADER} "
        fix += " ".join(one.line() for one in found)
    yield Finding("GEO-121", what, slug, fix, "warning", number=len(lost))
