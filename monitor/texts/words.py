"""What is counted, lists of names, signed percentages."""

from __future__ import annotations

from collections.abc import Sequence

from config.vocabulary import Pack
from monitor.components.format import count_text, number
from monitor.i18n import Translator
from monitor.queries.exactness import EXACT, Exactness


def counted(count: float | None, pack: str, _: Translator, exact: Exactness = EXACT) -> str:
    """A number with what it counts: "1.234 geregistreerde misdrijven". A missing number says so."""
    if count is None:
        return _("unknown number")
    shown = count_text(count, _, exact)
    if pack in (Pack.POLICE, Pack.SUBVERSION):
        return _.plural("{shown} registered crime", "{shown} registered crimes", _one(count), shown=shown)
    if pack == Pack.NUISANCE:
        return _.plural("{shown} nuisance registration", "{shown} nuisance registrations", _one(count), shown=shown)
    return _.plural("{shown} registration", "{shown} registrations", _one(count), shown=shown)


def noun(pack: str, _: Translator) -> str:
    """What is counted, in the plural, without a number."""
    if pack in (Pack.POLICE, Pack.SUBVERSION):
        return _("registered crimes")
    if pack == Pack.NUISANCE:
        return _("nuisance registrations")
    return _("registrations")


def names(listed: Sequence[str], _: Translator, *, most: int = 3) -> str:
    """ "Laares, Perik en Zeggelt"; of a longer list the first ones and how many more."""
    if len(listed) > most:
        return _("{names} and {n} more", names=", ".join(listed[:most]), n=len(listed) - most)
    if len(listed) < 2:
        return "".join(listed)
    return _("{names} and {last}", names=", ".join(listed[:-1]), last=listed[-1])


def signed_pct(change: float, _: Translator) -> str:
    """ "+12%", "−9%", "0%": whole per cents, with a true minus sign."""
    whole = round(change)
    if whole == 0:
        return "0%"
    return f"{'+' if whole > 0 else '−'}{number(abs(whole), _)}%"


def _one(count: float) -> int:
    return 1 if count == 1 else 2
