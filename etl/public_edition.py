"""What the public edition sees of restricted sources: their leaves with small counts rounded, and what to remember.

The one place where frames of `etl.disclosure` meet the tables of a load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import duckdb
import pandas as pd

from config.errors import Finding, StructureError
from config.load import Configured
from config.vocabulary import AreaLevel, PeriodType, Publication, Status
from etl.disclose import Fed, public_leaves
from etl.disclosure.auditor import audit
from etl.disclosure.memory import Memory, Prepared
from etl.disclosure.rounding import Rounded, round_leaves
from etl.divisions import Divisions
from etl.frames import LEAF
from etl.line import Leaves
from etl.vintages import vintages_of

#: Columns of the published figures that attacks look at. Where no rate is possible the status of the cell is that; what
#: its number stands for is said by the status of the number.
_PUBLISHED = (
    "area_level", "area_code", "vintage", "indicator", "period", "value", "unit", "numerator", "denominator", "rate",
    "lower", "upper", "numerator_status AS status", "source",
)  # fmt: skip
#: How often periods are withheld before the load gives up.
_MOST_TRIES = 4
_EXTERNAL = ["area_code", "indicator", "period", "count"]


class PublicEdition:
    """Protects the leaves of one load.

    Args:
        remembered: what was shown before, and on which division.
        key: gives the key (`etl.disclosure.memory.rounding_key`); asked only where something is rounded.

    Raises:
        DisclosureError: a total would deviate by more than is promised.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        configured: Configured,
        leaves: Sequence[Leaves],
        divisions: Divisions,
        remembered: Memory,
        key: Callable[[], bytes],
    ) -> None:
        self._con, self._configured, self._divisions, self._remembered = con, configured, divisions, remembered
        self._base = configured.municipality.disclosure.public.base
        shown, notes = public_leaves(_fed(con, leaves), configured.indicators)
        self._tables: dict[str, str | None] = {one.source.id: one.table for one in leaves}
        self._vintages: dict[str, Mapping[str, int]] = {}
        self.findings: tuple[Finding, ...] = notes
        restricted = [one for one in leaves if is_restricted(one)]
        self._restricted = bool(restricted)
        rows = [self._leaves_of(one, [fed for fed in shown if fed.source_id == one.source.id]) for one in restricted]
        self.true_leaves = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
        self.rounded: Rounded | None = None
        if not self.true_leaves.empty:
            self.rounded = self._round(key())
        for one in restricted:
            self._tables[one.source.id] = self._protected_table(one.source.id)

    def protect(self, leaves: Leaves) -> str | None:
        """What this edition may see of a source: see `etl.line.Protect`."""
        return self._tables[leaves.source.id]

    @property
    def is_as_internal(self) -> bool:
        """Every source is open: both editions show the same."""
        return not self._restricted

    @property
    def vintages(self) -> dict[str, Mapping[str, int]]:
        """Table of protected leaves -> period -> division of its rows: the one on which it was first shown."""
        return self._vintages

    def prepare(self, load_id: str) -> Prepared | None:
        """Write aside what will be remembered, before it is shown. None: nothing is rounded here."""
        if self.rounded is None:
            return None
        of_period = [
            (source_id, period, vintage)
            for source_id in self.true_leaves.source_id.unique()
            for period, vintage in self._vintages[f"public_{source_id}"].items()
        ]
        vintages = pd.DataFrame(of_period, columns=["source_id", "period", "vintage"])
        return self._remembered.prepare(self.rounded.memory, vintages, load_id=load_id)

    def audit(self, con: duckdb.DuckDBPyConnection, catalog: str) -> None:
        """Attack the tables that are about to be published.

        Raises:
            DisclosureError: a small count can be told.
        """
        if self.rounded is None:
            return
        published = con.execute(
            f"SELECT {', '.join(_PUBLISHED)} FROM {catalog}.observation WHERE source_id IN "
            f"({', '.join('?' for _ in self._protected)})",
            self._protected,
        ).df()
        words = published.select_dtypes("category").columns
        published[words] = published[words].astype(str)
        report = audit(
            published,
            [one.block for one in self.rounded.blocks],
            municipality=self._configured.municipality.code,
            base=self._base,
            external=external_totals(self._configured, self._protected),
            remembered=self._remembered.small(),
            links=self._links(),
            weighted={
                name: one.numerator.weight_of for name, one in self._configured.indicators.items() if one.is_weighted
            },
        )
        report.require_safe()

    @property
    def _protected(self) -> list[str]:
        """Sources of which something rounded is shown."""
        return sorted(self.true_leaves.source_id.unique()) if self.rounded is not None else []

    def _links(self) -> pd.DataFrame | None:
        """How areas of one division lead to those of another, for attacks along them."""
        hoods, screen = self._divisions.hoods, self._divisions.screen
        rows = [
            (link.from_code, vintage, link.to_code, screen)
            for vintage in self._divisions.vintages
            if vintage != screen
            for link in hoods.links(vintage, screen, self._divisions.weights)
        ]
        return pd.DataFrame(rows, columns=["from_code", "from_vintage", "to_code", "to_vintage"]) if rows else None

    def _leaves_of(self, leaves: Leaves, shown: Sequence[Fed]) -> pd.DataFrame:
        """Rows of a source that are leaves of the public edition; periods shown before on another division left out."""
        source_id = leaves.source.id
        keep = pd.DataFrame(
            [(fed.indicator, str(fed.period_type), str(fed.level)) for fed in shown],
            columns=["indicator", "period_type", "area_level"],
        )
        self._con.register("_keep", keep)
        frame = self._con.execute(
            f'SELECT l.* FROM "{leaves.table}" l JOIN _keep USING (indicator, period_type, area_level) ORDER BY ALL'
        ).df()
        self._con.unregister("_keep")
        now = vintages_of(self._con, leaves.table, leaves.source, self._divisions)
        first = self._remembered.vintages(source_id)
        self._vintages[f"public_{source_id}"] = {period: first.get(period, of) for period, of in now.items()}
        again = [period for period, of in now.items() if first.get(period, of) != of]
        if again:
            frame = self._as_first_shown(frame, source_id, again)
        parents = {
            str(code): str(parent)
            for tree in self._divisions.trees.values()
            for code, parent in zip(tree.frame.area_code, tree.frame.parent, strict=True)
            if parent is not None
        }
        is_hood = frame.area_level == str(AreaLevel.NEIGHBOURHOOD)
        frame["district"] = frame.area_code.map(parents).where(is_hood, None)
        return frame

    def _as_first_shown(self, frame: pd.DataFrame, source_id: str, again: list[str]) -> pd.DataFrame:
        """Periods that come again on another division: an old area minus a new part would give the other part away.

        Their figures are those that were shown first, carried to the new division like any other; the new ones stay in
        the internal edition.
        """
        told = Finding(
            "DIS-015",
            f"{len(again)} periods of {source_id} were published on another division before; the public edition keeps"
            " those figures and carries them over",
            where=source_id,
            fix="none needed",
            level="note",
            number=len(again),
        )
        self.findings = (*self.findings, told)
        before = self._remembered.published(source_id, again)
        kept = frame[~frame.period.isin(again)]
        given = frame[frame.period.isin(again) & frame.value.notna()]
        # A period is provisional as long as any figure of it is: those come last, and the last one counts.
        given = given.sort_values("status", key=lambda status: status == str(Status.PROVISIONAL), kind="stable")
        sample = {str(row.period): row for row in given.itertuples()}
        before = before[before.period.isin(sample)].assign(
            source_id=source_id,
            area_level=str(AreaLevel.NEIGHBOURHOOD),
            period_type=lambda rows: [str(sample[period].period_type) for period in rows.period],
            value=lambda rows: rows.shown.astype(float),
            lower=None,
            upper=None,
            status=lambda rows: [str(sample[period].status) for period in rows.period],
            delivery=lambda rows: [str(sample[period].delivery) for period in rows.period],
        )
        return pd.concat([kept, before[list(LEAF)]], ignore_index=True)

    def _round(self, key: bytes) -> Rounded:
        """Round all leaves; periods whose totals cannot be kept within the bound are withheld and told.

        Figures of a published month that are revised much meet rounded values that must stay: then the promise on
        totals cannot be kept there, and the internal edition must not wait for it.

        Raises:
            DisclosureError: DIS-010, the bound does not hold after that either.
        """
        rounded = self._rounded(key)
        for _ in range(_MOST_TRIES):
            beyond = pd.MultiIndex.from_tuples(rounded.beyond(), names=["source_id", "period"])
            if beyond.empty:
                break
            rows = pd.MultiIndex.from_frame(self.true_leaves[["source_id", "period"]]).isin(beyond)
            self.true_leaves.loc[rows, "value"] = float("nan")
            self.true_leaves.loc[rows, "status"] = str(Status.SUPPRESSED)
            self.findings = (*self.findings, *_withheld(rounded.beyond()))
            rounded = self._rounded(key)
        rounded.require_bound()
        return rounded

    def _rounded(self, key: bytes) -> Rounded:
        indicators = self._configured.indicators
        return round_leaves(
            self.true_leaves,
            key=key,
            base=self._base,
            groups={
                name: one.numerator.sum_of or ()
                for name, one in indicators.items()
                if one.is_group and not one.is_weighted  # totals are kept in events, not in days
            },
            own_areas={one.id: one.neighbourhoods for one in self._configured.municipality.geography.custom_areas},
            remembered=self._remembered.small(),
        )

    def _protected_table(self, source_id: str) -> str | None:
        """The rounded rows as a LEAF table. Their status stays that of the delivery; what a shown number stands for is
        said where it is shown (`etl.observation`), for sums of leaves too."""
        if self.rounded is None:
            return None
        of_source = (self.true_leaves.source_id == source_id).to_numpy()
        if not of_source.any():
            return None
        shown, given = self.rounded.frame[of_source], self.true_leaves.status[of_source].to_numpy()
        status = shown.status.where(shown.value.isna().to_numpy(), given)
        rows = shown.assign(status=status, lower=None, upper=None)
        self._con.register("_rounded", rows[list(LEAF)])
        columns = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in LEAF.items())
        table = f"public_{source_id}"
        self._con.execute(f'CREATE OR REPLACE TABLE "{table}" AS SELECT {columns} FROM _rounded')
        self._con.unregister("_rounded")
        return table


def _withheld(beyond: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    for source_id in sorted({name for name, _ in beyond}):
        periods = [period for name, period in beyond if name == source_id]
        yield Finding(
            "DIS-016",
            f"{len(periods)} periods of {source_id} are withheld from the public edition: revised so much that"
            f" totals could not stay within the promised bound ({', '.join(periods[:3])})",
            where=source_id,
            fix="none needed; the internal edition has them",
            level="warning",
            number=len(periods),
        )


def external_totals(configured: Configured, source_ids: Sequence[str]) -> pd.DataFrame | None:
    """Exact totals of the same events that others publish: the files under `disclosure.external_totals`.

    Each is a CSV (comma, UTF-8) with the columns area_code, indicator, period, count; it holds for every restricted
    source that gives the indicator.

    Returns:
        Columns source_id, area_code, indicator, period, count; None where no file is named.

    Raises:
        StructureError: DIS-040, a file is missing or has other columns, or a count is no whole number.
    """
    frames = []
    for number, name in enumerate(configured.municipality.disclosure.external_totals):
        path, where = configured.folder / name, configured.where("disclosure", "external_totals", number)
        try:
            frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        except (OSError, ValueError) as error:
            raise _unusable(name, "cannot be read", where) from error
        if list(frame.columns) != _EXTERNAL:
            raise _unusable(name, f"has not the columns {', '.join(_EXTERNAL)}", where)
        if not frame["count"].str.fullmatch(r"\d+").all():
            raise _unusable(name, "has counts that are no whole numbers", where)
        frames += [frame.assign(source_id=source_id, count=frame["count"].astype("int64")) for source_id in source_ids]
    return pd.concat(frames, ignore_index=True) if frames else None


def _unusable(name: str, what: str, where: str) -> StructureError:
    return StructureError(
        "DIS-040", f"{name} {what}", where=where, fix="write area_code,indicator,period,count; one total per line"
    )


def is_restricted(leaves: Leaves) -> bool:
    return leaves.source.effective_publication is not Publication.OPEN


def _fed(con: duckdb.DuckDBPyConnection, every: Sequence[Leaves]) -> list[Fed]:
    """What each source gives, by level and period type, in order of precedence."""
    return [
        Fed(
            leaves.source.id,
            str(indicator),
            PeriodType(period_type),
            AreaLevel(level),
            is_restricted(leaves),
            indicator in leaves.figures,
        )
        for leaves in every
        for indicator, period_type, level in con.execute(
            f'SELECT DISTINCT indicator, period_type, area_level FROM "{leaves.table}" ORDER BY ALL'
        ).fetchall()
    ]
