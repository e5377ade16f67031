"""Where the figures of one load come from, and how good their sources are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from config.corrections import corrections_file
from config.errors import Finding
from config.load import Configured
from config.vocabulary import CONTEXT_KINDS, Publication, SourceKind
from etl.areas import AreaTree
from etl.cube import AreaAxis
from etl.deliveries import DeliveryLog
from etl.intake import Intake
from etl.line import Figures, Leaves
from etl.lineage import sources as source_rows
from etl.lineage import withdrawals
from etl.quality import fill_quality, late_findings, of_source, unallocated_findings, unallocated_shares


@dataclass(frozen=True)
class Origin:
    """Lineage, corrections, withdrawals and quality of one load.

    `findings` are of a source each: (source, finding).
    """

    sources: pd.DataFrame
    lineage: pd.DataFrame
    corrections: pd.DataFrame
    withdrawals: pd.DataFrame
    quality: Sequence[dict[str, Any]]
    unallocated_shares: dict[str, float]
    findings: tuple[tuple[str, Finding], ...]

    def frames(self) -> dict[str, pd.DataFrame]:
        """Table -> rows, but for `source_quality`."""
        return {
            "source": self.sources,
            "lineage": self.lineage,
            "correction": self.corrections,
            "withdrawal": self.withdrawals,
        }

    def fill_quality(self, con: duckdb.DuckDBPyConnection, catalog: str, hides: frozenset[str] = frozenset()) -> None:
        """Fill `source_quality`, after all other tables. `hides`: sources of which it tells no numbers of rows."""
        fill_quality(con, catalog, self.quality, self.unallocated_shares, hides)


def restricted_sources(intakes: Sequence[Intake]) -> frozenset[str]:
    """Sources whose exact figures stay out of the public edition."""
    return frozenset(
        one.source.id for one in intakes if one.source.effective_publication is not Publication.OPEN
    )  # fmt: skip


def origin_of(
    con: duckdb.DuckDBPyConnection,
    configured: Configured,
    log: DeliveryLog,
    intakes: Sequence[Intake],
    leaves: Sequence[Leaves],
    figures: Figures,
    tree: AreaTree,
    axis: AreaAxis,
    today: dt.date,
) -> Origin:
    """Collect the origin of the figures of a load.

    Args:
        figures: those of the edition that is filled: shares of what has no place follow from them.
    """
    sources = [intake.source.id for intake in intakes]
    registers = {one.source.id for one in intakes if SourceKind(one.source.kind) in CONTEXT_KINDS}
    shares = {
        source_id: share
        for source_id, share in unallocated_shares(figures.unallocated, figures.cells, axis, sources).items()
        if source_id not in registers  # stocks: a difference there is rounding by the CBS, not a place unknown
    }
    where = corrections_file(configured.file.parent.parent, configured.slug).name
    told = [(one.source.id, finding) for one in leaves for finding in one.corrected.findings(f"corrections/{where}")]
    told += unallocated_findings(shares, {one.source.id: one.deliveries[-1].name for one in intakes})
    quality = [
        of_source(con, one.table, one.source, intake.deliveries, tree, today)
        for one, intake in zip(leaves, intakes, strict=True)
    ]
    told += late_findings(quality)
    return Origin(
        sources=source_rows(configured),
        lineage=pd.concat([one.lineage for one in leaves], ignore_index=True),
        corrections=pd.concat([one.corrected.rows(one.mapping) for one in leaves], ignore_index=True),
        withdrawals=withdrawals([one for source in sources for one in log.withdrawn(source)]),
        quality=quality,
        unallocated_shares=shares,
        findings=tuple(told),
    )
