"""Disclosure control: what each edition may see of the leaves, decided once, before anything is summed or divided.

The internal edition sees everything. The public edition sees open sources as they are; of a restricted source it sees
one set of leaves per kind of event, with small counts rounded (`etl.disclosure.rounding`). Everything shown later is
computed from what this step returns, so nothing downstream can leak what was hidden here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.errors import Finding
from config.model import Indicator
from config.vocabulary import TOTAL_CODE, AreaLevel, PeriodType

#: From the period that serves most questions to the one that serves least. A restricted indicator is published from
#: one of them only: two tables of the same events with other periods give differences (a month minus whole weeks).
LEAF_PERIODS = (PeriodType.MONTH, PeriodType.WEEK, PeriodType.QUARTER, PeriodType.YEAR)

#: From the finest level up. Leaves are of the finest level that is delivered; higher levels are sums of them.
LEAF_LEVELS = (AreaLevel.NEIGHBOURHOOD, AreaLevel.DISTRICT, AreaLevel.MUNICIPALITY)


@dataclass(frozen=True)
class Fed:
    """An indicator of a source at one level and period type."""

    source_id: str
    indicator: str
    period_type: PeriodType
    level: AreaLevel
    is_restricted: bool
    is_figure: bool  # the source's own score, mean or share


def public_leaves(
    fed: Sequence[Fed], indicators: Mapping[str, Indicator]
) -> tuple[frozenset[Fed], tuple[Finding, ...]]:
    """Which leaves the public edition is made of.

    Args:
        fed: all that the sources give, in order of precedence of the sources.

    Returns:
        Of open sources everything. Of a restricted source:

        - nothing of events that an open source counts too: exact and rounded figures of the same events would undo
          the rounding (DIS-012);
        - none of its own scores, means and shares: they cannot be rounded as counts are (DIS-011);
        - no total beside its parts (DIS-013); a group beside its members becomes the sum of their rounded leaves and a
          rounded rest;
        - per indicator one source, period type and level (DIS-014).

        And a note per source and reason.
    """
    open_events = {part for one in fed if not one.is_restricted for part in _events(one.indicator, indicators)}
    restricted = [one for one in fed if one.is_restricted]
    counted = {one.indicator for one in restricted if not one.is_figure}
    left_out: dict[tuple[str, str], set[str]] = {}
    possible: list[Fed] = []
    for one in restricted:
        code = _objection(one, open_events, counted, indicators)
        if code:
            left_out.setdefault((one.source_id, code), set()).add(one.indicator)
        else:
            possible.append(one)
    leaves = _one_table_each(possible)
    for one in possible:
        if one not in leaves and not _is_above(one, leaves):
            left_out.setdefault((one.source_id, "DIS-014"), set()).add(one.indicator)
    shown = frozenset(one for one in fed if not one.is_restricted) | leaves
    return shown, tuple(_note(source_id, code, names) for (source_id, code), names in sorted(left_out.items()))


def _events(name: str, indicators: Mapping[str, Indicator]) -> set[str]:
    """An indicator and all it is the sum of."""
    found = {name}
    indicator = indicators.get(name)
    for member in (indicator.numerator.sum_of or ()) if indicator else ():
        found |= _events(member, indicators)
    return found


def _objection(one: Fed, open_events: set[str], counted: set[str], indicators: Mapping[str, Indicator]) -> str | None:
    if one.is_figure:
        return "DIS-011"
    events = _events(one.indicator, indicators)
    if events & open_events:
        return "DIS-012"
    if _is_total(one.indicator, indicators) and counted != {one.indicator}:
        return "DIS-013"
    return None


def _is_total(name: str, indicators: Mapping[str, Indicator]) -> bool:
    """Is this everything that a source registers? Known by its code in the police tables."""
    numerator = indicators[name].numerator
    return numerator.statline is not None and TOTAL_CODE in numerator.statline.codes


def _one_table_each(possible: Sequence[Fed]) -> frozenset[Fed]:
    best: dict[str, tuple[int, int, int]] = {}
    order = {source_id: place for place, source_id in enumerate(dict.fromkeys(one.source_id for one in possible))}

    def rank(one: Fed) -> tuple[int, int, int]:
        return LEAF_PERIODS.index(one.period_type), order[one.source_id], LEAF_LEVELS.index(one.level)

    usable = [one for one in possible if one.period_type in LEAF_PERIODS and one.level in LEAF_LEVELS]
    for one in usable:
        best[one.indicator] = min(best.get(one.indicator, rank(one)), rank(one))
    return frozenset(one for one in usable if rank(one) == best[one.indicator])


def _is_above(one: Fed, leaves: frozenset[Fed]) -> bool:
    """A higher level of a table whose leaves are shown: it comes back as their sum."""
    return any(
        (leaf.source_id, leaf.indicator, leaf.period_type) == (one.source_id, one.indicator, one.period_type)
        for leaf in leaves
    )


_REASONS = {
    "DIS-011": ("own scores, means or shares cannot be rounded", "set `publication: open` where they may be shown"),
    "DIS-012": ("an open source counts the same events", "none needed: the public edition takes the open source"),
    "DIS-013": ("a total beside its parts would give the small ones away", "none needed"),
    "DIS-014": ("the same events in another period or source would undo the rounding", "none needed"),
}


def _note(source_id: str, code: str, names: set[str]) -> Finding:
    reason, fix = _REASONS[code]
    return Finding(
        code,
        f"left out of the public edition: {', '.join(sorted(names))}; {reason}",
        where=source_id,
        fix=fix,
        level="note",
        number=len(names),
    )
