"""Rules between parts of a municipality's file, and between that file and the catalogue."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from config.catalogue import Catalogue, check_definitions, references
from config.colour import AA_TEXT, contrast, darkened_to
from config.explain import did_you_mean
from config.fields import AREA_CODE
from config.harm import HARM
from config.harm_indicator import check_harm, with_harm
from config.index_indicator import check_indexes, with_indexes
from config.model import Indicator, Municipality, TabularSource
from config.strict_yaml import Document, KeyPath
from config.vocabulary import CONTEXT_KINDS, AreaLevel, Publication, SourceKind

_PERIOD = re.compile(r"\d{4}(-Q[1-4]|-(0[1-9]|1[0-2])|-W(0[1-9]|[1-4]\d|5[0-3]))?")


def fed_ids(municipality: Municipality) -> dict[str, KeyPath]:
    """Indicators that a tabular source of the municipality feeds, with the key path where it says so."""
    fed: dict[str, KeyPath] = {}
    for n, source in enumerate(municipality.sources):
        if isinstance(source, TabularSource):
            for key, words in (("categories", source.categories), ("values", source.values)):
                for word, name in words.items():
                    fed.setdefault(name, ("sources", n, key, word))
            if source.indicator:
                fed.setdefault(source.indicator, ("sources", n, "indicator"))
    return fed


def chosen_ids(municipality: Municipality, indicators: Mapping[str, Indicator]) -> set[str]:
    """Indicators on screen: those of the packs, those a source feeds, the municipality's own; less what it disables."""
    choice = municipality.indicators
    own = {entry.id for entry in choice.own}
    fed = set(fed_ids(municipality))
    packs = set(choice.packs)
    chosen = {name for name, entry in indicators.items() if entry.pack in packs or name in own or name in fed}
    chosen |= {one.id for one in municipality.indexes}
    chosen |= {HARM} & set(indicators)
    return chosen - set(choice.disable)


def with_helpers(chosen: Iterable[str], indicators: Mapping[str, Indicator]) -> set[str]:
    """`chosen` and every indicator they are computed from: denominators, members of groups, parts of ratios."""
    needed = {name for name in chosen if name in indicators}
    waiting = list(needed)
    while waiting:
        for _, other in references(indicators[waiting.pop()]):
            if other in indicators and other not in needed:
                needed.add(other)
                waiting.append(other)
    return needed


def check(document: Document, municipality: Municipality, catalogue: Catalogue, *, is_whole: bool) -> None:
    """Add a finding for every rule that is broken.

    Args:
        document: the file, with places that fit `municipality`.
        is_whole: False where refused parts were left out; rules that could fail because of that are then skipped.
    """
    own = {entry.id: n for n, entry in enumerate(municipality.indicators.own)}
    indicators = {**catalogue.indicators, **{entry.id: entry for entry in municipality.indicators.own}}

    def where(name: str, path: KeyPath) -> str:
        return document.where(("indicators", "own", own[name], *path)) if name in own else catalogue.where(name, path)

    if is_whole:
        document.findings += check_definitions(own, indicators, where, catalogue.categories)
        found = len(document.findings)
        check_harm(document, municipality, indicators, catalogue.categories)
        if len(document.findings) == found:
            indicators = with_harm(municipality, indicators, catalogue.categories)
        check_indexes(document, municipality.indexes, indicators, chosen_ids(municipality, indicators))
        _check_names(document, municipality, with_indexes(municipality, indicators))
    _check_own(document, municipality, catalogue)
    _check_twice(document, municipality)
    _check_sources(document, municipality)
    _check_areas(document, municipality)
    _check_targets(document, municipality)
    _check_theme(document, municipality)


def _named(municipality: Municipality) -> Iterable[tuple[KeyPath, str]]:
    """Every place of the file that names an indicator."""
    choice = municipality.indicators
    fed = fed_ids(municipality)
    return chain(
        ((path, name) for name, path in fed.items()),
        ((("indicators", "disable", n), name) for n, name in enumerate(choice.disable)),
        ((("indicators", "owners", name), name) for name in choice.owners),
        _features_named(municipality),
        _shown_names(municipality),
    )


def _features_named(municipality: Municipality) -> Iterable[tuple[KeyPath, str]]:
    """Breaks, and features of peers that the file itself names: an own catalogue may lack the default ones."""
    for n, one in enumerate(municipality.breaks):
        for m, name in enumerate(one.indicators):
            yield ("breaks", n, "indicators", m), name
    if "peers" in municipality.model_fields_set:
        for n, name in enumerate(municipality.peers.features):
            yield ("peers", "features", n), name


def _shown_names(municipality: Municipality) -> Iterable[tuple[KeyPath, str]]:
    """Places that speak of an indicator as something on screen."""
    for n, question in enumerate(municipality.questions):
        for m, name in enumerate(question.indicators):
            yield ("questions", n, "indicators", m), name
    for n, target in enumerate(municipality.targets):
        yield ("targets", n, "indicator"), target.indicator


def _check_names(document: Document, municipality: Municipality, indicators: Mapping[str, Indicator]) -> None:
    for path, name in _named(municipality):
        if name not in indicators:
            document.add(
                "CFG-022",
                f"`{name}` is not defined{did_you_mean(name, indicators)}",
                where=document.where(path, value=path[-1] != name),
                fix="name an indicator of the catalogue, or define it under `indicators.own`",
            )
    for name, path in fed_ids(municipality).items():
        if name in indicators and indicators[name].numerator.tabular is None:
            document.add(
                "CFG-022",
                f"`{name}` is not fed by a tabular source",
                where=document.where(path, value=True),
                fix="name an indicator whose `numerator` has `tabular: {}`",
            )
    chosen = chosen_ids(municipality, indicators)
    for path, name in _shown_names(municipality):
        if name in indicators and name not in chosen:
            fix = f"add `{indicators[name].pack}` to `indicators.packs`"
            if name in municipality.indicators.disable:
                fix = f"take `{name}` out of `indicators.disable`, or leave it out here"
            where = document.where(path, value=True)
            document.add("CFG-033", f"`{name}` is not in use in this municipality", where=where, fix=fix)


def _check_own(document: Document, municipality: Municipality, catalogue: Catalogue) -> None:
    """Own entries: a new id, and somebody who does something with the figure."""
    choice = municipality.indicators
    asked = {name for question in municipality.questions for name in question.indicators}
    for n, entry in enumerate(choice.own):
        path: KeyPath = ("indicators", "own", n)
        if entry.id in catalogue.indicators:
            fix = (
                "give it another id; to replace the entry, put yours in `indicators/` of your own configuration folder"
            )
            document.add("CFG-024", f"`{entry.id}` is already in the catalogue", path=(*path, "id"), fix=fix)
        has_owner = bool(entry.owner) or entry.id in choice.owners or entry.id in asked
        has_follow_up = bool(entry.follow_up) or entry.id in asked
        lacking = [key for key, is_there in (("owner", has_owner), ("follow_up", has_follow_up)) if not is_there]
        if lacking:
            keys = " and ".join(f"`{key}`" for key in lacking)
            document.add(
                "CFG-025",
                f"indicator `{entry.id}` lacks {keys} (who acts on this figure, and how); required by the purpose rule",
                path=path,
                fix=f"add {keys} to this entry, or a question under `questions` that names `{entry.id}`",
            )


def _check_twice(document: Document, municipality: Municipality) -> None:
    """Ids that must differ within their list."""
    lists: dict[tuple[str, ...], Iterable[Any]] = {
        ("sources",): municipality.sources,
        ("indicators", "own"): municipality.indicators.own,
        ("geography", "custom_areas"): municipality.geography.custom_areas,
        ("questions",): municipality.questions,
        ("indexes",): municipality.indexes,
    }
    for path, items in lists.items():
        places: dict[str, list[int]] = defaultdict(list)
        for n, item in enumerate(items):
            places[item.id].append(n)
        for name, positions in places.items():
            for n in positions[1:]:
                first = document.where((*path, positions[0], "id")).split(":")[-2]
                what = f"id `{name}` is given twice (first on line {first})"
                document.add("CFG-024", what, path=(*path, n, "id"), fix="give one of them another id")


def _check_sources(document: Document, municipality: Municipality) -> None:
    for n, source in enumerate(municipality.sources):
        lacking = [key for key in ("legal_basis", "purpose", "retention_months") if getattr(source, key) is None]
        if source.effective_publication is Publication.RESTRICTED and lacking:
            keys = ", ".join(f"`{key}`" for key in lacking)
            open_too = " (or `publication: open`, where its exact counts are already public)"
            what = f"restricted source `{source.id}` lacks {keys}"
            document.add("CFG-027", what, path=("sources", n), fix=f"add {keys}{open_too}")
    real = [
        source.id
        for source in municipality.sources
        if not source.practice and SourceKind(source.kind) not in CONTEXT_KINDS
    ]
    if municipality.today is not None and real:
        names = ", ".join(f"`{name}`" for name in real)
        document.add(
            "CFG-035",
            f"`today` stands still while {names} holds real figures",
            path=("today",),
            fix="remove `today`; it is for municipalities whose sources of events are all `practice: true`",
        )


def _check_areas(document: Document, municipality: Municipality) -> None:
    geography = municipality.geography
    for n, code in enumerate(geography.predecessors):
        if code == municipality.code and not document.is_spoiled(("code",)):
            what = f"`{code}` is this municipality itself"
            fix = "name the municipalities that went into it; its own code needs no mention"
            document.add("CFG-009", what, path=("geography", "predecessors", n), fix=fix)
    years: dict[int, int] = {geography.vintage: -1}
    for n, former in enumerate(geography.former_boundaries):
        if former.vintage in years:
            what = f"there are boundaries of {former.vintage} already"
            where: KeyPath = ("geography", "former_boundaries", n, "vintage")
            document.add("CFG-009", what, path=where, fix="one file per division; `boundaries` is the one on screen")
        years[former.vintage] = n
    for n, area in enumerate(municipality.geography.custom_areas):
        for m, code in enumerate(area.neighbourhoods):
            path: KeyPath = ("geography", "custom_areas", n, "neighbourhoods", m)
            if not (AREA_CODE.match(code) and code.startswith("BU")):
                what = f"`{code[:20]}` is no code of a neighbourhood"
                document.add("CFG-009", what, path=path, fix="write it as CBS does: BU and eight signs")
            elif code[2:6] != municipality.code[2:] and not document.is_spoiled(("code",)):
                what = f"`{code}` lies in another municipality than {municipality.code}"
                document.add("CFG-009", what, path=path, fix=f"use codes that start with BU{municipality.code[2:]}")


def _check_targets(document: Document, municipality: Municipality) -> None:
    for n, target in enumerate(municipality.targets):
        path: KeyPath = ("targets", n)
        if not _PERIOD.fullmatch(target.period):
            where = document.where((*path, "period"), value=True)
            document.add(
                "CFG-009", "expected a period", where=where, fix='write "2027", "2027-Q1", "2027-03" or "2027-W12"'
            )
        if (target.area is None) != (target.level is AreaLevel.MUNICIPALITY) and not (
            target.level is AreaLevel.MUNICIPALITY and target.area == municipality.code
        ):
            document.add(
                "CFG-009",
                f"target for level `{target.level}` " + ("has no `area`" if target.area is None else "names an area"),
                path=path,
                fix="give `area` for every level but municipality, and there none",
            )


def _check_theme(document: Document, municipality: Municipality) -> None:
    colour = municipality.theme.primary
    reached = contrast(colour, "#ffffff")
    if reached < AA_TEXT:
        document.add(
            "CFG-029",
            f"contrast {int(reached * 10) / 10}:1 is below {AA_TEXT}:1 (WCAG 1.4.3, white text on this colour)",
            where=document.where(("theme", "primary"), value=True),
            fix=f'nearest that passes: "{darkened_to(colour)}"',
        )
