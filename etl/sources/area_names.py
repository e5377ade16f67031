"""Names of areas to codes, inside one municipality and never by guess.

Exports of the StatLine web page name areas and give no codes, and a name may stand for a wijk and for a buurt at once
(Kadoelen, Frankendael and Betondorp in Amsterdam), so a join on names counts such an area twice. Therefore:

- a file whose names (but for the municipality) all stand at one level is a file of that level: they mean that;
- a file that mixes levels is told apart by names that stand at one level only; a name with two meanings is set aside;
- a name that two areas of a level share, and a name that no area has, is set aside.

Names are compared by letters and digits, without case and accents. `Wijk 03 Noord` says its level itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.errors import Finding, StructureError
from config.vocabulary import AreaLevel

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: Suffixes of regions that are no municipality: province, part of the country, COROP, police unit, agglomeration, …
_OTHER_REGION = re.compile(r"\((PV|LD|CR|CP|RE|AM|SG|RP|AR|GGD|VR|PE|ZK|JR)\)$", re.IGNORECASE)
_DISTRICT = re.compile(r"^wijk\s+(\d\d|[0-9A-Z]{2})\s+(?=\S)", re.IGNORECASE)
_SUFFIX = re.compile(r"\s*\([^()]*\)$")
#: Two spellings of one municipality; the long one is that of Statistics Netherlands.
_SAME_MUNICIPALITY = {"den haag": "s gravenhage", "den bosch": "s hertogenbosch", "fryslan": "friesland"}
#: More of the names without a place than this: the file is of another division, or of another municipality.
MAX_UNPLACED = 0.25
_NAMED = 5


def key(name: str) -> str:
    """The form in which names are compared."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").casefold()
    words = " ".join(re.findall(r"[a-z0-9]+", plain))
    return _SAME_MUNICIPALITY.get(words, words)


@dataclass(frozen=True)
class Placed:
    """What the names of a file stand for."""

    codes: dict[str, str]  # name as written -> code
    levels: tuple[AreaLevel, ...] = ()
    elsewhere: frozenset[str] = frozenset()  # country, provinces, other municipalities
    ambiguous: dict[str, tuple[str, ...]] = field(default_factory=dict)  # name -> codes it may stand for
    unknown: frozenset[str] = frozenset()


def place(names: Iterable[str], areas: AreaTree, *, is_regions: bool = False) -> Placed:
    """Find the codes of names.

    Args:
        names: as they stand in the file; each once.
        is_regions: the column holds municipalities and larger regions: every name but the municipality's is elsewhere.
    """
    written = list(dict.fromkeys(names))
    own, elsewhere, rest = _municipality(written, areas, is_regions=is_regions)
    codes = {name: areas.municipality_code for name in own}
    ambiguous: dict[str, tuple[str, ...]] = {}
    if len(own) > 1:
        ambiguous = {name: (areas.municipality_code, "another municipality") for name in own}
    if ambiguous:
        codes = {}
    by_level = _index(areas)
    says_district = {name for name in rest if _DISTRICT.match(name)}
    meanings = {name: _meanings(name, by_level, has_prefixes=bool(says_district)) for name in rest}
    level = _one_level(meanings)
    for name, found in meanings.items():
        possible = found.get(level, ()) if level else tuple(code for group in found.values() for code in group)
        if len(possible) == 1:
            codes[name] = possible[0]
        elif possible:
            ambiguous[name] = tuple(sorted(possible))
    unknown = frozenset(name for name in rest if name not in codes and name not in ambiguous)
    levels = tuple(one for one in AreaLevel if any(areas.level_of(code) == one for code in codes.values()))
    return Placed(codes, levels, frozenset(elsewhere), ambiguous, unknown)


def _municipality(
    written: Sequence[str], areas: AreaTree, *, is_regions: bool
) -> tuple[list[str], set[str], list[str]]:
    """Names of the municipality itself, of other regions, and the rest.

    `Hengelo (O.)` is Hengelo, but where `Bergen (L.)` and `Bergen (NH.)` both occur neither is taken for Bergen.
    """
    name = areas.names()[areas.municipality_code]
    whole, short = key(name), key(_SUFFIX.sub("", name))
    regions = {said for said in written if _OTHER_REGION.search(said) or key(said) == "nederland"}
    exact = [said for said in written if said not in regions and key(said) in {whole, f"{whole} gemeente"}]
    near = [said for said in written if said not in regions and key(_SUFFIX.sub("", said)) == short]
    own = exact or near
    if not is_regions:
        own = own[:1] if exact else own
        return own, regions, [said for said in written if said not in regions and said not in own]
    return own, {said for said in written if said not in own}, []


def _index(areas: AreaTree) -> dict[AreaLevel, dict[str, list[str]]]:
    """Level -> key of a name -> codes that bear it. Names as shown carry "(wijk)" where two areas share one."""
    names = areas.names()
    index: dict[AreaLevel, dict[str, list[str]]] = {}
    for level in (AreaLevel.DISTRICT, AreaLevel.NEIGHBOURHOOD):
        entries: dict[str, list[str]] = defaultdict(list)
        codes = [code for code in areas.codes(level) if not areas.is_pseudo(code)]
        bare = {code: _DISTRICT.sub("", names[code]) for code in codes}
        often = Counter(key(_SUFFIX.sub("", name)) for name in bare.values())
        for code in codes:
            forms = {key(names[code]), key(bare[code])}
            short = key(_SUFFIX.sub("", bare[code]))
            if often[short] > 1 or short not in forms:
                forms.add(short)
            for form in forms:
                entries[form].append(code)
        index[level] = entries
    return index


def _meanings(
    name: str, index: dict[AreaLevel, dict[str, list[str]]], *, has_prefixes: bool
) -> dict[AreaLevel, tuple[str, ...]]:
    """Level -> codes that a name may stand for."""
    is_district = _DISTRICT.match(name) is not None
    forms = dict.fromkeys([key(name), key(_DISTRICT.sub("", name))])
    found = {}
    for level, entries in index.items():
        if is_district and level is not AreaLevel.DISTRICT:
            continue
        if has_prefixes and not is_district and level is AreaLevel.DISTRICT:
            continue  # this file writes "Wijk 03 Noord" for a wijk: a name without it is none
        codes = next((entries[form] for form in forms if form in entries), [])
        if codes:
            found[level] = tuple(codes)
    return found


def _one_level(meanings: dict[str, dict[AreaLevel, tuple[str, ...]]]) -> AreaLevel | None:
    """The one level at which every name that means anything has a meaning; None where there is none, or two."""
    known = [found for found in meanings.values() if found]
    fitting = [
        level for level in (AreaLevel.DISTRICT, AreaLevel.NEIGHBOURHOOD) if all(level in found for found in known)
    ]
    return fitting[0] if len(fitting) == 1 and known else None


# --- telling ---------------------------------------------------------------------------------------------------------


def findings(placed: Placed, rows: Counter[str], areas: AreaTree, name: str) -> tuple[Finding, ...]:
    """What was made of names, for the load report. No name is repeated: names of a file are not ours to print.

    Args:
        rows: how many rows each name has.

    Raises:
        StructureError: FILE-113, too few of the names are areas of this municipality.
    """
    year, code = areas.vintage, areas.municipality_code
    asked = len(placed.codes) + len(placed.ambiguous) + len(placed.unknown)
    lost = len(placed.ambiguous) + len(placed.unknown)
    if not placed.codes or lost > MAX_UNPLACED * asked:
        raise StructureError(
            "FILE-113",
            f"{lost} of {asked} names of areas have no place in {code} of {year}",
            where=name,
            fix="download the table with codes (columns such as WijkenEnBuurten, as OData gives them); names change",
        )
    levels = " and ".join(placed.levels)
    what = f"areas stand here by name; {len(placed.codes)} names are placed ({levels})"
    told = [Finding("FILE-110", what, name, "nothing to do; codes are safer", "note", number=len(placed.codes))]
    if placed.ambiguous:
        number = sum(rows[one] for one in placed.ambiguous)
        codes = sorted({" or ".join(filter(None, codes)) for codes in placed.ambiguous.values()})
        listed = ", ".join(codes[:_NAMED]) + (", …" if len(codes) > _NAMED else "")
        what = f"{len(placed.ambiguous)} names stand for more than one area ({listed}); {number} rows set aside"
        told.append(Finding("FILE-111", what, name, "download the table with codes", "warning", number=number))
    if placed.unknown:
        number = sum(rows[one] for one in placed.unknown)
        what = f"{len(placed.unknown)} names are no area of {code} in {year}; {number} rows set aside"
        told.append(Finding("FILE-112", what, name, "download the table with codes", "warning", number=number))
    return tuple(told)


def skipped(placed: Placed, rows: Counter[str]) -> dict[str, int]:
    """Rows that are not used, by reason."""
    reasons = {
        "other region": sum(rows[name] for name in placed.elsewhere),
        "name of two areas": sum(rows[name] for name in placed.ambiguous),
        "name of no area": sum(rows[name] for name in placed.unknown),
    }
    return {reason: number for reason, number in reasons.items() if number}
