"""Fill the tables of a new snapshot. The one place where frames of the line become tables for readers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.errors import Finding
from config.load import Configured
from config.vocabulary import CONTEXT_KINDS, PeriodType, SourceKind
from etl.areas import AreaTree
from etl.calendar import parse
from etl.composites import Composites
from etl.content import create_tables
from etl.cube import AreaAxis
from etl.derive import Cells
from etl.divided import Divided, area_table, map_layers, neighbour_table, with_vintage
from etl.findings_nl import dutch, dutch_repair
from etl.intake import Intake
from etl.meaning import Meaning
from etl.observation import joined, observation_frame
from etl.origin import Origin
from etl.publish import CATALOG
from etl.series import Chosen
from etl.tables import TABLES
from etl.untold import as_public
from etl.vintages import MovedBorder


@dataclass(frozen=True)
class Facts:
    """All that one snapshot is filled from."""

    configured: Configured
    tree: AreaTree
    axis: AreaAxis
    intakes: Sequence[Intake]
    chosen: Chosen
    cells: Sequence[Cells]
    benchmark: pd.DataFrame
    meaning: Meaning
    harm: Mapping[str, pd.DataFrame]  # tables of `etl.harm`
    maturity: pd.DataFrame
    unallocated: pd.DataFrame
    has_figures: NDArray[np.bool_]  # per area of the axis
    findings: Sequence[Finding]  # of the municipality as a whole; those of a source are in its intake and in `origin`
    origin: Origin
    load_id: str
    before: Path | None  # database file of the snapshot served now
    known: Mapping[str, str] = field(default_factory=dict)  # further facts for the table `meta`
    former: Sequence[Divided] = ()  # the same figures on other divisions
    moved: Sequence[MovedBorder] = ()
    hides: frozenset[str] = frozenset()  # sources of which this edition shows no exact figure
    made: Composites = field(default_factory=Composites)  # its cells stand in `cells`

    @property
    def rounded(self) -> dict[str, int]:
        """Source -> base to which its small counts were rounded."""
        base = self.configured.municipality.disclosure.public.base
        return dict.fromkeys(self.hides, base)

    @property
    def divided(self) -> list[Divided]:
        """Every division that can be asked; the one on screen first."""
        shown = Divided(self.tree, self.axis, self.cells, self.benchmark, self.unallocated, self.has_figures)
        return [shown, *self.former]

    @property
    def sources(self) -> list[str]:
        """What `Cells.source` counts: the sources of the municipality, then what indexes are made of."""
        return [*(intake.source.id for intake in self.intakes), *self.made.sources]

    @property
    def practice(self) -> frozenset[str]:
        return self.made.practice | {intake.source.id for intake in self.intakes if intake.source.practice}


def fill_snapshot(con: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    """Make and fill every table; `con` is the work connection with the new file attached as `etl.publish.CATALOG`."""
    _observations(con, facts)
    frames = {
        "meta": _meta(facts),
        "municipality": _municipality(facts),
        "area": area_table(facts.divided),
        "area_neighbour": neighbour_table(facts.divided),
        "map_layer": map_layers(facts.divided),
        "indicator": _indicators(facts),
        "period": _periods(facts),
        "benchmark": with_vintage(facts.divided, "benchmark"),
        "maturity": facts.maturity,
        **facts.meaning.frames(),
        **facts.made.frames(),
        **facts.harm,
        "unallocated": with_vintage(facts.divided, "unallocated"),
        "series_break": _breaks(facts),
        "target": _targets(facts),
        "delivery": _deliveries(facts),
        "quality_check": _quality(facts),
        **facts.origin.frames(),
    }
    if facts.hides:
        frames = as_public(frames, facts.hides)
    create_tables(con, [*frames, "quarantine", "revision", "source_quality"], CATALOG)
    for name, frame in frames.items():
        _insert(con, name, frame)
    for intake in facts.intakes:
        for one in intake.taken if intake.source.id not in facts.hides else ():
            con.execute(f'INSERT INTO {CATALOG}.quarantine BY NAME SELECT * FROM "{one.quarantine}"')
    if facts.before is not None:
        _revisions(con, facts)
    facts.origin.fill_quality(con, CATALOG, facts.hides)


def _insert(con: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    if frame.empty:
        return
    con.register("_frame", frame)
    kinds = TABLES[name].columns
    columns = ", ".join(f'CAST("{column}" AS {kinds[column][0]}) AS "{column}"' for column in frame.columns)
    con.execute(f"INSERT INTO {CATALOG}.{name} BY NAME SELECT {columns} FROM _frame")
    con.unregister("_frame")


def _observations(con: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    """Words as ENUM: the cells come in sorted, each word is stored once."""
    frames = [
        observation_frame(
            one.cells,
            one.axis,
            [str(name) for name in one.tree.frame.area_name],
            slug=facts.configured.slug,
            vintage=one.vintage,
            load_id=facts.load_id,
            sources=facts.sources,
            practice=facts.practice,
            rounded=facts.rounded,
        )
        for one in facts.divided
    ]
    frame = joined(frames)
    con.register("_cells", frame)
    con.execute(f"CREATE TABLE {CATALOG}.observation AS SELECT * FROM _cells")
    con.unregister("_cells")
    for statement in TABLES["observation"].comment_sql("observation"):
        con.execute(statement.replace('"observation"', f"{CATALOG}.observation", 1))


def _meta(facts: Facts) -> pd.DataFrame:
    known = {
        "municipality": facts.configured.slug,
        "config_hash": facts.configured.config_hash,
        "today": str(today_of(facts.configured, facts.intakes)),
        **facts.known,
    }
    if facts.hides:
        del known["config_hash"]  # the configuration holds corrections, with the figures they are about
    return pd.DataFrame({"key": list(known), "value": list(known.values())})


def today_of(configured: Configured, intakes: Sequence[Intake]) -> dt.date:
    """The day this snapshot speaks of: `today` of practice, else the day the newest delivery came in."""
    return max(intake.reference_day(configured.municipality.today) for intake in intakes)


def _municipality(facts: Facts) -> pd.DataFrame:
    own = facts.configured.municipality
    row = {
        "slug": facts.configured.slug,
        "code": own.code,
        "name": own.name,
        "vintage": facts.tree.vintage,
        "is_practice": own.is_practice,
        "is_schematic": own.geography.is_schematic,
        "today": today_of(facts.configured, facts.intakes),
    }
    return pd.DataFrame([row])


def _indicators(facts: Facts) -> pd.DataFrame:
    given: dict[str, str] = dict(facts.made.source_of)
    for (name, _), series in facts.chosen.items():
        given.setdefault(name, series[0].cube.source_id)
    rows = [
        {
            "indicator": indicator.id,
            "position": position,
            "pack": str(indicator.pack),
            "theme": indicator.theme,
            "label_nl": indicator.label.in_language("nl"),
            "label_en": indicator.label.in_language("en"),
            "unit": str(indicator.unit),
            "denominator": indicator.denominator,
            "direction": str(indicator.direction),
            "source_id": given.get(indicator.id),
            "definition": indicator.model_dump_json(exclude_none=True),
        }
        for position, indicator in enumerate(facts.configured.indicators.values(), start=1)
        if indicator.id not in facts.configured.helpers or indicator.id in given
    ]
    return pd.DataFrame(rows)


def _periods(facts: Facts) -> pd.DataFrame:
    known: dict[PeriodType, set[str]] = {}
    for block in facts.cells:
        known.setdefault(block.period_type, set()).update(block.periods)
    rows = [
        {
            "period": text,
            "period_type": str(period_type),
            "first_day": parse(text).first_day,
            "last_day": parse(text).last_day,
            "position": position,
        }
        for period_type, texts in known.items()
        for position, text in enumerate(sorted(texts, key=parse), start=1)
    ]
    return pd.DataFrame(rows)


def _breaks(facts: Facts) -> pd.DataFrame:
    rows = [
        {
            "indicator": indicator.id,
            "date": one.date,
            "reason_nl": one.reason.in_language("nl"),
            "reason_en": one.reason.in_language("en"),
        }
        for indicator in facts.configured.indicators.values()
        for one in indicator.breaks
    ]
    return pd.DataFrame([*rows, *(_moved_border(one) for one in facts.moved)])


def _moved_border(one: MovedBorder) -> dict[str, Any]:
    """A break of every series of one area: its border moved while its code stayed."""
    change = f"{one.change:+.0%}"
    return {
        "indicator": None,
        "area_code": one.area_code,
        "date": dt.date(one.to_vintage, 1, 1),
        "reason_nl": f"Grens gewijzigd tussen indeling {one.from_vintage} en {one.to_vintage} ({change} inwoners).",
        "reason_en": f"Border moved between divisions {one.from_vintage} and {one.to_vintage} ({change} residents).",
    }


def _targets(facts: Facts) -> pd.DataFrame:
    rows = [
        {
            "indicator": target.indicator,
            "area_level": str(target.level),
            "area_code": target.area,
            "period": target.period,
            "value": target.value,
            "source": target.source,
        }
        for target in facts.configured.municipality.targets
    ]
    return pd.DataFrame(rows)


def _deliveries(facts: Facts) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for intake in facts.intakes:
        source = intake.source
        for one in intake.taken:
            found = one.delivery.manifest
            rows.append(
                {
                    "source_id": source.id,
                    "sha256": one.delivery.sha256,
                    "name": one.delivery.name,
                    "bytes": one.delivery.bytes,
                    "received": one.delivery.received.replace(tzinfo=None),
                    "delivery_date": one.delivery.delivery_date,
                    **{key: found[key] for key in found if key not in ("periods", "checks")},
                    "vintage": str(source.vintage or _default_vintage(facts, source.kind)),
                    "practice": source.practice,
                    "publication": str(source.effective_publication),
                }
            )
    return pd.DataFrame(rows)


def _default_vintage(facts: Facts, kind: str) -> str:
    return "by_period" if SourceKind(kind) in CONTEXT_KINDS else str(facts.tree.vintage)


def _quality(facts: Facts) -> pd.DataFrame:
    told: list[tuple[str | None, Finding]] = [(None, finding) for finding in facts.findings]
    told += [(intake.source.id, finding) for intake in facts.intakes for finding in intake.findings]
    told += facts.origin.findings
    told = [(source_id, finding) for source_id, finding in told if source_id not in facts.hides]
    rows = [
        {
            "source_id": source_id,
            "code": finding.code,
            "level": finding.level,
            "what_nl": dutch(finding),
            "what": finding.what,
            "place": finding.where,
            "fix_nl": dutch_repair(finding),
            "fix": finding.fix,
            "number": finding.number,
        }
        for source_id, finding in told
    ]
    return pd.DataFrame(rows)


def _revisions(con: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    """Cells that the snapshot before had too, with another number or status.

    Left out are windows (they follow from their months), cells that are new, and a provisional number that became
    final unchanged.
    """
    path = str(facts.before).replace("'", "''")
    con.execute(f"ATTACH '{path}' AS before (READ_ONLY)")
    kept = f"period_type NOT IN ('{PeriodType.ROLLING_12_MONTHS}', '{PeriodType.ROLLING_4_WEEKS}')"
    kept += f" AND vintage = {facts.tree.vintage}"
    cell = "indicator::VARCHAR AS indicator, area_code::VARCHAR AS area_code, period::VARCHAR AS period"
    said = "coalesce(numerator, value) AS number, status::VARCHAR AS status, source_id::VARCHAR AS source_id"
    try:
        con.execute(
            f"""
            INSERT INTO {CATALOG}.revision BY NAME
            SELECT coalesce(n.source_id, o.source_id) AS source_id, indicator, area_code, period,
                   o.number AS old_numerator, n.number AS new_numerator, o.status AS old_status,
                   n.status AS new_status,
                   (SELECT value FROM before.meta WHERE key = 'load_id') AS old_load, '{facts.load_id}' AS new_load
            FROM (SELECT {cell}, {said} FROM before.observation WHERE {kept}) o
            LEFT JOIN (SELECT {cell}, {said} FROM {CATALOG}.observation WHERE {kept}) n
                 USING (indicator, area_code, period)
            WHERE o.number IS DISTINCT FROM n.number
               OR (o.status IS DISTINCT FROM n.status AND NOT (o.status = 'provisional' AND n.status = 'final'))
            """
        )
    finally:
        con.execute("DETACH before")
