"""The middle of the line: from accepted deliveries to the cells of one edition.

    conform → disclose → carry → cubes → groups and longer periods → choose → derive

Leaves are made once and serve every edition; what an edition may not see is taken out of them before anything is
summed or divided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from config.load import Configured
from config.model import Indicator, Source
from config.vocabulary import CONTEXT_KINDS, SourceKind
from etl.conform import FINAL_AFTER_DAYS, conform, cubes, lay_over
from etl.corrections import Corrected, correct
from etl.cube import AreaAxis, Cube
from etl.derive import Cells, derive
from etl.intake import Intake
from etl.lineage import fed_by
from etl.maturity import judged_on, measured
from etl.reconcile import own_rows, reconcile, unknown_places
from etl.series import Chosen, choose, complete
from etl.vintages import Carrier


@dataclass(frozen=True)
class Leaves:
    """The accepted rows of one source in our words, as delivered."""

    source: Source
    table: str  # columns LEAF
    mapping: pd.DataFrame  # see `etl.conform.feeds`
    pseudo: pd.DataFrame  # rows of unknown places, see `etl.reconcile.unknown_places`
    corrected: Corrected  # the rows before `conform`, and what became of each correction
    lineage: pd.DataFrame  # which delivery gave what, see `etl.lineage.fed_by`
    triangle: pd.DataFrame  # how much is known at which age, see `etl.maturity.delay_triangle`

    @property
    def figures(self) -> frozenset[str]:
        """Indicators that carry the source's own figure and are never summed."""
        return frozenset(self.mapping.indicator[self.mapping.is_figure])


#: What an edition may see of the leaves of a source: the name of a LEAF table, or None for nothing.
Protect = Callable[[Leaves], str | None]


@dataclass(frozen=True)
class Figures:
    """The figures of one edition."""

    chosen: Chosen
    cells: list[Cells]
    unallocated: pd.DataFrame


def leaves_of(con: duckdb.DuckDBPyConnection, configured: Configured, intake: Intake) -> Leaves:
    """Lay the deliveries of a source over each other and say them in our words."""
    source_id, mapping = intake.source.id, intake.mapping
    laid = lay_over(con, intake.accepted, f"rows_{source_id}")
    corrected = correct(con, laid, intake.source, configured.corrections, configured.catalogue | configured.indicators)
    today = configured.municipality.today
    triangle, final_after = measured(con, intake.source, intake.accepted, intake.deliveries, mapping, today)
    table = conform(
        con,
        corrected.table,
        source_id=source_id,
        mapping=mapping,
        not_delivered=frozenset().union(*(one.not_delivered for one in intake.taken)),
        reference_day=judged_on(intake.source, intake.deliveries, intake.reference_day(today)),
        table=f"leaf_{source_id}",
        final_after=final_after,
        default_final_after=intake.source.delivery.final_after_days or FINAL_AFTER_DAYS,
    )
    return Leaves(
        intake.source,
        table,
        mapping,
        unknown_places(con, [one.pseudo for one in intake.taken], mapping),
        corrected,
        fed_by(con, corrected.table, mapping, source_id),
        triangle,
    )


def triangles(every: Sequence[Leaves]) -> pd.DataFrame:
    """The table `maturity`."""
    return pd.concat([one.triangle.assign(source_id=one.source.id) for one in every], ignore_index=True)


def everything(leaves: Leaves) -> str:
    """The internal edition sees the leaves as they are."""
    return leaves.table


class Line:
    """The editions of one load, on one division. Cubes of leaves that two editions see alike are made once."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        configured: Configured,
        leaves: Sequence[Leaves],
        axis: AreaAxis,
        carrier: Carrier,
    ) -> None:
        self._con, self._configured, self._leaves, self._axis, self._carrier = con, configured, leaves, axis, carrier
        self._cubes: dict[str, list[Cube]] = {}
        self._completed: dict[str, list[Cube]] = {}

    def figures(self, protect: Protect = everything) -> Figures:
        """The figures of an edition, source by source in order of precedence.

        Args:
            protect: what the edition may see of a source.
        """
        indicators = self._configured.indicators
        groups = [indicator for indicator in indicators.values() if indicator.is_group]
        ready: list[Cube] = []
        own: set[str] = set()
        pseudo: list[pd.DataFrame] = []
        own_figures: dict[str, frozenset[str]] = {}
        for leaves in self._leaves:
            own_figures[leaves.source.id] = leaves.figures
            table = protect(leaves)
            if table is None:
                continue
            if table == leaves.table:  # unknown places are exact counts
                pseudo.append(leaves.pseudo)
            table = self._carrier.carried(table, leaves.source, leaves.figures)
            native = self._native(leaves, table)
            own |= own_rows(native, groups)
            ready += self._complete(leaves, table, native, groups)
        chosen = choose(ready, indicators.values(), own_figures)
        cells = self._derive(chosen)
        told = pd.concat(pseudo, ignore_index=True) if pseudo else self._leaves[0].pseudo.iloc[:0]
        return Figures(chosen, cells, reconcile(cells, self._axis, told, own))

    def _native(self, leaves: Leaves, table: str) -> list[Cube]:
        if table not in self._cubes:
            names = list(self._configured.indicators)
            self._cubes[table] = cubes(self._con, table, source_id=leaves.source.id, indicators=names, axis=self._axis)
        return self._cubes[table]

    def _complete(self, leaves: Leaves, table: str, native: Sequence[Cube], groups: Sequence[Indicator]) -> list[Cube]:
        if table not in self._completed:
            self._completed[table] = complete(native, groups, leaves.figures)
        return self._completed[table]

    def _derive(self, chosen: Chosen) -> list[Cells]:
        registers = frozenset(one.source.id for one in self._leaves if SourceKind(one.source.kind) in CONTEXT_KINDS)
        sources = [one.source.id for one in self._leaves]
        rates = self._configured.municipality.rates
        return list(derive(chosen, self._axis, rates, sources=sources, registers=registers))
