"""What is said of an area first: its finding, who lives there, and the key facts; the page and the report alike."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.components.format import unit_name
from monitor.pages.parts.cells import known, shown_value
from monitor.pages.parts.spine_table import comparisons_of
from monitor.queries.areas import Area, municipality
from monitor.queries.indicators import indicators, newest
from monitor.queries.profile import profile
from monitor.queries.series import cell
from monitor.router import View
from monitor.texts import area as texts

#: Packs whose newest figures are key facts, and how many of them.
_PACKS = ("context",)
_MOST = 8


@dataclass(frozen=True)
class Fact:
    """A key fact with the period it is of: context figures lag behind each other."""

    label: str
    value: str
    unit: str
    period: str


def finding(view: View, here: Area) -> tuple[str, str]:
    """Headline and lede of an area."""
    _ = view._
    found = comparisons_of(view, here)
    topics = indicators(view.snapshot)
    now = newest(view.snapshot, "population")
    row = cell(view.snapshot, "population", here.code, now.period) if now else None
    lede = texts.lede(
        known(row.value) if row is not None else None,
        str(row.period) if row is not None else None,
        found,
        {name: series.label(view.language) for name, series in topics.items()},
        {name: series.unit for name, series in topics.items()},
        _,
    )
    if not here.has_figures:
        lede = f"{lede} {_('No source delivers figures of events for this area.')}".strip()
    return texts.headline(here.name, found, municipality(view.snapshot).name, _), lede


def key_facts(view: View, here: Area) -> list[Fact]:
    """The first context figures that are known of an area."""
    _ = view._
    topics = indicators(view.snapshot)
    facts = []
    for row in profile(view.snapshot, here.code).itertuples():
        series = topics[str(row.indicator)]
        if series.pack in _PACKS and known(row.value) is not None:
            unit = "" if series.unit in ("count", "share_pct", "class") else unit_name(series.unit, _)
            shown = shown_value(view, series, row, here.code)
            facts.append(Fact(series.label(view.language), shown, unit, str(row.period)))
    return facts[:_MOST]
