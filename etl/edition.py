"""One edition of a load: its figures on every division, what they mean and where they come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from config.errors import Finding
from config.load import Configured
from config.vocabulary import CONTEXT_KINDS, AreaLevel, Edition, SourceKind
from etl.areas import AreaTree
from etl.assemble import Facts, today_of
from etl.benchmark import benchmarks
from etl.composites import Around, Composites, composites
from etl.cube import AreaAxis
from etl.deliveries import DeliveryLog
from etl.derive import has_figures
from etl.divided import Divided
from etl.divisions import Divisions
from etl.harm import harm_frames, not_made
from etl.intake import Intake
from etl.line import Figures, Leaves, Line, Protect, everything, triangles
from etl.meaning import breaks_of, meaning_of
from etl.origin import origin_of, restricted_sources
from etl.peers_elsewhere import Elsewhere
from etl.reconcile import without_figures
from etl.remembering import Memory
from etl.vintages import Carrier, MovedBorder, told_borders
from etl.vintages import findings as carried_findings


@dataclass(frozen=True)
class Given:
    """All that the editions of one load share."""

    con: duckdb.DuckDBPyConnection
    configured: Configured
    log: DeliveryLog
    intakes: Sequence[Intake]
    leaves: Sequence[Leaves]
    divisions: Divisions
    axis: AreaAxis
    moved: Sequence[MovedBorder]
    findings: Sequence[Finding]  # on the areas themselves
    load_id: str
    elsewhere: Elsewhere
    memory: Memory = field(default_factory=Memory)

    @property
    def tree(self) -> AreaTree:
        return self.divisions.on_screen

    @property
    def events(self) -> list[int]:
        """Positions of the sources that count events, not stocks."""
        return [i for i, one in enumerate(self.intakes) if SourceKind(one.source.kind) not in CONTEXT_KINDS]


#: LEAF table -> period -> vintage of its rows, where that is not what the source declares.
Vintages = Mapping[str, Mapping[str, int]]


def facts_of(
    given: Given,
    *,
    edition: Edition = Edition.INTERNAL,
    protect: Protect = everything,
    vintages: Vintages | None = None,
    findings: Sequence[Finding] = (),
    before: Path | None = None,
) -> Facts:
    """Figures, statistics and origin of one edition, ready to fill its snapshot.

    Args:
        protect: what the edition may see of the leaves. vintages: of protected leaves that stay on an earlier division.
        findings: on this edition. before: the file of this edition that is served now.
    """
    con, configured, tree, axis = given.con, given.configured, given.tree, given.axis
    carrier = _carrier(given, tree.vintage, vintages)
    figures = Line(con, configured, given.leaves, axis, carrier).figures(protect)
    covered = has_figures(figures.cells, axis, given.events)
    today: dt.date = today_of(configured, given.intakes)
    origin = origin_of(con, configured, given.log, given.intakes, given.leaves, figures, tree, axis, today)
    if edition is Edition.INTERNAL:
        delivered = [(one.table, one.source) for one in given.leaves]
        origin = replace(origin, findings=(*origin.findings, *carried_findings(carrier, delivered)))
    hides = restricted_sources(given.intakes) if edition is Edition.PUBLIC else frozenset()
    meaning = meaning_of(
        figures.cells,
        axis,
        breaks=breaks_of(
            list(configured.indicators.values()), {one.area_code: dt.date(one.to_vintage, 1, 1) for one in given.moved}
        ),
        source_of={name: series[0].cube.source_id for (name, _), series in figures.chosen.items()},
        features=configured.municipality.peers.features,
        touching=tree.neighbours(AreaLevel.NEIGHBOURHOOD),
        memory=given.memory,
        rounded=hides,
        elsewhere=given.elsewhere.peers,
    )
    made = _composites(given, figures, carrier, protect)
    return Facts(
        configured=configured,
        tree=tree,
        axis=axis,
        intakes=given.intakes,
        chosen=figures.chosen,
        cells=[*figures.cells, *made.cells],
        made=made,
        benchmark=benchmarks(figures.cells, axis),
        meaning=meaning,
        harm=harm_frames(configured, figures.chosen, figures.cells, axis),
        maturity=triangles([one for one in given.leaves if one.source.id not in hides]),
        unallocated=figures.unallocated,
        has_figures=covered,
        findings=(
            *given.findings,
            *told_borders(given.moved, configured.slug),
            *without_figures(tree.frame, covered, configured.slug),
            *not_made(configured, figures.chosen),
            *made.findings,
            *findings,
        ),
        origin=origin,
        load_id=given.load_id,
        known=given.elsewhere.facts(),
        before=before,
        former=[
            _on_division(given, vintage, protect, vintages)
            for vintage in given.divisions.vintages
            if vintage != tree.vintage
        ],
        moved=given.moved,
        hides=hides,
    )


def _carrier(given: Given, vintage: int, vintages: Vintages | None) -> Carrier:
    carrier = Carrier(given.con, given.divisions, vintage)
    for table, of_period in (vintages or {}).items():
        carrier.declare(table, of_period)
    return carrier


def _composites(given: Given, figures: Figures, carrier: Carrier, protect: Protect) -> Composites:
    """The indexes, on the division on screen alone: on another one a base would be another base."""
    configured = given.configured
    carried: set[tuple[str, str]] = set()
    for one in given.leaves if len(given.divisions.vintages) > 1 else ():
        if (table := protect(one)) is not None:
            of_period = carrier.vintages_of(table, one.source)
            carried |= {(one.source.id, period[:4]) for period, of in of_period.items() if of != carrier.vintage}
    around = Around(
        axis=given.axis,
        rates=configured.municipality.rates,
        sources=[one.source.id for one in given.intakes],
        practice=frozenset(one.source.id for one in given.intakes if one.source.practice),
        vintage=carrier.vintage,
        carried=frozenset(carried),
        where=configured.where("indexes"),
    )
    return composites(figures.cells, configured.indicators.values(), around)


def _on_division(given: Given, vintage: int, protect: Protect, vintages: Vintages | None) -> Divided:
    """The same deliveries on another division than the one on screen."""
    tree = given.divisions.trees[vintage]
    axis = AreaAxis.of(tree.frame)
    carrier = _carrier(given, vintage, vintages)
    figures = Line(given.con, given.configured, given.leaves, axis, carrier).figures(protect)
    covered = has_figures(figures.cells, axis, given.events)
    return Divided(tree, axis, figures.cells, benchmarks(figures.cells, axis), figures.unallocated, covered)
