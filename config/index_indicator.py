"""An index as an indicator beside the others, and what is refused in its making."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from config.explain import did_you_mean
from config.index import FEWEST_PARTS, Index
from config.model import Indicator, Municipality, Numerator
from config.strict_yaml import Document, KeyPath
from config.text import Text
from config.vocabulary import AreaLevel, Direction, Pack, PeriodType, Unit

#: Whose residents weigh the areas in the base year.
POPULATION = "population"
#: Theme under which indexes stand on screen: after all others.
THEME = "index"


def with_indexes(municipality: Municipality, indicators: Mapping[str, Indicator]) -> dict[str, Indicator]:
    """All indicators, and after them one for each index."""
    return {**indicators, **{one.id: _indicator(one) for one in municipality.indexes}}


def _indicator(one: Index) -> Indicator:
    parts = len(one.parts)
    return Indicator(
        id=one.id,
        pack=Pack.OWN,
        theme=THEME,
        label=one.label,
        description=Text(
            nl=f"Index van {parts} cijfers; 100 is de gemeente in {one.base}. Doel: {one.purpose}",
            en=f"Index of {parts} figures; 100 is the municipality in {one.base}. Purpose: {one.purpose}",
        ),
        unit=Unit.SCORE,
        numerator=Numerator(index=one),
        direction=Direction.HIGHER_IS_BETTER,
        levels=(AreaLevel.NEIGHBOURHOOD, AreaLevel.DISTRICT, AreaLevel.MUNICIPALITY),
        period_types=(PeriodType.YEAR,),
        caveat=Text(
            nl="Een gemiddelde verbergt waaruit het bestaat: lees de cijfers zelf, en hoe de plaats van de rekenwijze"
            " afhangt. Het zegt niets over mensen en velt geen oordeel over een gebied.",
            en="A mean hides what it is made of: read the figures themselves, and how the place depends on the way of"
            " calculating. It says nothing about people and is no judgement of an area.",
        ),
        owner=Text(nl=one.owner),
    )


def index_parts(indicator: Indicator) -> list[tuple[KeyPath, str]]:
    """Key path and id of what an index needs: its parts, and the residents that weigh areas. Nothing for another."""
    one = indicator.numerator.index
    if one is None:
        return []
    return [(("numerator", "index"), name) for name in (*one.parts, POPULATION)]


def _places(n: int, one: Index) -> Iterable[tuple[KeyPath, str]]:
    """Where the file names each part."""
    for m, name in enumerate(one.indicators):
        yield ("indexes", n, "indicators", m), name
    for t, theme in enumerate(one.themes):
        for m, name in enumerate(theme.indicators):
            yield ("indexes", n, "themes", t, "indicators", m), name


def check_indexes(
    document: Document, indexes: Sequence[Index], indicators: Mapping[str, Indicator], chosen: Iterable[str]
) -> None:
    """Add a finding for every index that cannot be made.

    Args:
        indicators: all that are known, indexes left out: an index of an index is none.
        chosen: those in use.
    """
    in_use = set(chosen)
    for n, one in enumerate(indexes):
        if one.id in indicators:
            what = f"index `{one.id}` has the id of an indicator"
            document.add(
                "CFG-080", what, path=("indexes", n, "id"), fix=f"give it an id of its own, such as `{one.id}_index`"
            )
        seen: Counter[str] = Counter()
        for path, name in _places(n, one):
            seen[name] += 1
            _check_part(document, path, name, seen[name] > 1, indicators, in_use)
        if len(seen) < FEWEST_PARTS:
            what = f"index `{one.id}` is made of {len(seen)} indicator"
            document.add(
                "CFG-081", what, path=("indexes", n), fix=f"name at least {FEWEST_PARTS}; one alone is no index"
            )


def _check_part(
    document: Document,
    path: KeyPath,
    name: str,
    is_again: bool,
    indicators: Mapping[str, Indicator],
    in_use: set[str],
) -> None:
    where = document.where(path, value=True)
    if name not in indicators:
        usable = [one for one in in_use if one in indicators and indicators[one].direction is not Direction.NEUTRAL]
        what = f"`{name}` is not defined{did_you_mean(name, usable)}"
        document.add("CFG-022", what, where=where, fix="name an indicator of the catalogue, or of `indicators.own`")
        return
    if is_again:
        what = f"`{name}` stands in this index twice"
        document.add("CFG-082", what, where=where, fix="take one out: every part counts alike")
        return
    entry = indicators[name]
    if name not in in_use:
        what = f"`{name}` is not in use in this municipality{did_you_mean(name, in_use)}"
        fix = f"take it out of `indicators.disable`, or add `{entry.pack}` to `indicators.packs`"
        document.add("CFG-033", what, where=where, fix=fix)
    if entry.direction is Direction.NEUTRAL:
        what = f"`{name}` has no direction: higher is neither better nor worse"
        document.add("CFG-083", what, where=where, fix="name an indicator whose `direction` says which way is better")
    if entry.unit is Unit.COUNT:
        what = f"`{name}` is a number: a larger area has more of it"
        document.add("CFG-084", what, where=where, fix="name a rate or a share, such as per 1,000 residents")
