"""Take in the deliveries of one source: find new files, read them, hold them against the contract, keep them.

Nothing is kept before everything of this source passed; a refused delivery leaves no trace in the warehouse.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from config.errors import Finding, StructureError
from config.load import Configured
from config.model import Source, StatlineSource, TabularSource
from config.vocabulary import Unit
from etl.areas import AreaTree
from etl.calendar import parse
from etl.conform import Accepted, feeds
from etl.contract import check, is_by_period
from etl.contract_series import History
from etl.deliveries import Delivery, DeliveryLog, delivery_date
from etl.divisions import Divisions
from etl.frames import RawFrame
from etl.personal_data_columns import check_file_name
from etl.plausibility import Memory
from etl.reading import read_delivery


@dataclass(frozen=True)
class Taken:
    """One delivery that passed: the file, and what was found in it."""

    delivery: Delivery
    accepted: str  # table with RAW columns
    quarantine: str  # table with QUARANTINE columns
    pseudo: str  # table with RAW columns: rows of areas "unknown"
    not_delivered: frozenset[str]
    rows_skipped: int
    is_new: bool


@dataclass(frozen=True)
class Intake:
    """All deliveries of one source, oldest first."""

    source: Source
    mapping: pd.DataFrame  # see `etl.conform.feeds`
    taken: tuple[Taken, ...]
    findings: tuple[Finding, ...] = field(default=())

    @property
    def deliveries(self) -> list[Delivery]:
        return [one.delivery for one in self.taken]

    @property
    def new(self) -> list[Taken]:
        return [one for one in self.taken if one.is_new]

    @property
    def rows_read(self) -> int:
        return sum(int(one.delivery.manifest["rows_read"]) for one in self.taken)

    @property
    def accepted(self) -> list[Accepted]:
        return [Accepted(one.accepted, one.delivery.sha256, one.not_delivered) for one in self.taken]

    def reference_day(self, today: dt.date | None) -> dt.date:
        """The day that young periods are judged by: `today` of practice, else the day the newest delivery came in."""
        return today or max(one.delivery.received for one in self.taken).date()


@dataclass(frozen=True)
class Survey:
    """What there is to read of one source, by fingerprint only: nothing is opened yet."""

    source: Source
    deliveries: tuple[Delivery, ...]  # oldest first; those kept before and those that lie in the folder now
    new: frozenset[str]  # fingerprints that are not kept yet
    findings: tuple[Finding, ...]

    @property
    def fingerprints(self) -> list[str]:
        return [delivery.sha256 for delivery in self.deliveries]


def survey(configured: Configured, source: Source, log: DeliveryLog, received: dt.datetime) -> Survey:
    """Find the deliveries of a source.

    Args:
        received: the moment that new files count as received.

    Raises:
        FixableError: a file is missing or cannot be opened, or its name tells of a person.
    """
    known, withdrawn = log.known(source.id), log.withdrawn(source.id)
    by_hash = {delivery.sha256: delivery for delivery in known}
    out_of_use = {delivery.sha256: delivery for delivery in withdrawn}
    findings: list[Finding] = []
    new: dict[str, Delivery] = {}
    for path in candidates(configured, source, has_known=bool(known or withdrawn)):
        check_file_name(path.name, source.id)
        sha256 = log.fingerprint(path)
        if sha256 in out_of_use:
            findings.append(_out_of_use(path, out_of_use[sha256]))
            continue
        twin = by_hash.get(sha256) or new.get(sha256)
        if twin is not None:
            findings += _same_again(path, twin, known=twin.sha256 in by_hash)
            continue
        date = delivery_date(path.name, source.delivery.date) if source.delivery.date else None
        new[sha256] = Delivery(sha256, source.id, path.name, _size(path), received, date, path)
    ordered = sorted([*known, *new.values()], key=lambda delivery: delivery.order)
    if not ordered:
        raise StructureError(
            "FILE-052",
            f"every delivery of {source.id} is withdrawn ({len(withdrawn)}); there is nothing to build it from",
            where=_where(configured, source),
            fix="deliver a good file, or take the source out of `sources`; the last good load stays served",
        )
    return Survey(source, tuple(ordered), frozenset(new), tuple(findings))


def take_in(con: duckdb.DuckDBPyConnection, configured: Configured, found: Survey, divisions: Divisions) -> Intake:
    """Read and check every delivery of a source.

    Raises:
        FixableError: a file cannot be read, or does not keep the contract.
    """
    source, mapping = found.source, feeds(found.source, configured.indicators)
    findings = [*found.findings]
    taken: list[Taken] = []
    history = History()
    memory = Memory(
        source, set(mapping.measure[~mapping.is_figure]), _breaks(configured, mapping), titles_of(configured, source)
    )
    for delivery in found.deliveries:
        is_new = delivery.sha256 in found.new
        one, told = _take(con, configured, source, divisions, mapping, delivery, history, is_new=is_new)
        judged = _kept_checks(delivery)
        if found.new:  # nothing new: nothing to hold against what came before
            judged += memory.judge(
                con,
                one.accepted,
                delivery.name,
                one.delivery.manifest,
                is_new=is_new,
                delivery_date=delivery.delivery_date,
                not_delivered=one.not_delivered,
            )
        one.delivery.manifest["checks"] = [asdict(finding) for finding in judged]
        taken.append(one)
        findings += [*told, *judged]
        history = _with(history, con, one)
    _refuse_stale(taken)
    return Intake(source, mapping, tuple(taken), tuple(findings))


def _breaks(configured: Configured, mapping: pd.DataFrame) -> dict[str, list[dt.date]]:
    """Per category the days on which the counting of an indicator that it feeds changed."""
    found: dict[str, list[dt.date]] = {}
    for measure, name in zip(mapping.measure, mapping.indicator, strict=True):
        found.setdefault(measure, []).extend(one.date for one in configured.indicators[name].breaks)
    return found


def _kept_checks(delivery: Delivery) -> list[Finding]:
    """What was said of a delivery, held against those before it, when it came in."""
    return [Finding(**said) for said in delivery.manifest.get("checks", [])]


def candidates(configured: Configured, source: Source, *, has_known: bool) -> list[Path]:
    """Files (or the one folder) that `path` names now.

    Raises:
        StructureError: FILE-001, nothing is there and nothing was ever delivered.
    """
    root = configured.folder
    place = _where(configured, source)
    target = root / source.path
    found = [target] if target.exists() else sorted(root.glob(source.path))
    found = [path for path in found if not path.name.startswith(".")]
    for path in found:
        if not path.resolve().is_relative_to(root.resolve()):
            raise StructureError(
                "FILE-044",
                f"'{path.name}' is a link to a place outside the folder",
                where=place,
                fix="put the file itself there",
            )
    if not found and not has_known:
        folder = target.parent
        files = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
        newest = max(files, key=lambda path: path.stat().st_mtime, default=None)
        seen = f"newest in the folder: {newest.name}" if newest else "the folder is empty or missing"
        raise StructureError(
            "FILE-001",
            f"{source.path}: not found; {seen}",
            where=place,
            fix=f"put the file below {configured.folder.name}/",
        )
    return found


def _where(configured: Configured, source: Source) -> str:
    position = [one.id for one in configured.municipality.sources].index(source.id)
    return configured.where("sources", position, "path")


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(member.stat().st_size for member in path.rglob("*") if member.is_file())


def _same_again(path: Path, twin: Delivery, *, known: bool) -> Iterator[Finding]:
    """The same content a second time. Its own file, left in the folder since it was taken in, is no news."""
    if known and path.name == twin.name:
        return
    day = twin.received.date().isoformat()
    yield Finding(
        "FILE-028",
        f"{path.name}: identical to the loaded delivery {twin.name} of {day}; nothing to do",
        where=path.name,
        fix="none needed; remove the copy if you like",
        level="note",
    )


def _out_of_use(path: Path, withdrawn: Delivery) -> Finding:
    """A file in the folder that was taken out of use: it is not read again."""
    day = withdrawn.withdrawn.at[:10] if withdrawn.withdrawn else ""
    return Finding(
        "FILE-051",
        f"{path.name}: withdrawn on {day}; not used",
        where=path.name,
        fix="none needed; deliver a corrected file under another content",
        level="note",
    )


def _take(
    con: duckdb.DuckDBPyConnection,
    configured: Configured,
    source: Source,
    divisions: Divisions,
    mapping: pd.DataFrame,
    delivery: Delivery,
    history: History,
    *,
    is_new: bool,
) -> tuple[Taken, tuple[Finding, ...]]:
    table = f"raw_{source.id}_{len(history.areas)}"
    raw = read_delivery(con, source, delivery, divisions, table=table)
    today = configured.municipality.today or delivery.received.date()
    checked = check(
        con,
        raw,
        source=source,
        delivery_sha=delivery.sha256,
        name=delivery.name,
        areas=_division_of(con, raw, source, divisions),
        also_known=divisions.all_codes,
        ended=divisions.ended,
        categories=categories_of(configured, source),
        used_measures=set(mapping.measure),
        fraction_measures=set(mapping.measure[mapping.is_figure]),
        share_measures=_shares(configured, mapping),
        today=today,
        history=history if history.areas else None,
    )
    skipped = sum(raw.skipped.values())
    found = _facts(con, checked.accepted, checked.quarantine, raw.rows_read, skipped)
    one = Taken(
        delivery=replace(delivery, manifest=found),
        accepted=checked.accepted,
        quarantine=checked.quarantine,
        pseudo=checked.pseudo,
        not_delivered=frozenset(checked.not_delivered),
        rows_skipped=skipped,
        is_new=is_new,
    )
    return one, (*raw.findings, *checked.findings)


def _division_of(con: duckdb.DuckDBPyConnection, raw: RawFrame, source: Source, divisions: Divisions) -> AreaTree:
    """The division that a delivery is held against: the one declared, else the one that knows its codes."""
    if not is_by_period(source) or len(divisions.vintages) == 1:
        return divisions.tree_of(source.vintage)
    found = con.execute(f'SELECT DISTINCT area FROM "{raw.table}" WHERE area IS NOT NULL').fetchall()
    newest = con.execute(f'SELECT max(left(period, 4)) FROM "{raw.table}"').fetchall()[0][0]
    year = int(newest) if str(newest).isdigit() else divisions.screen
    return divisions.trees[divisions.vintage_of({str(code) for (code,) in found}, year)]


def _with(history: History, con: duckdb.DuckDBPyConnection, one: Taken) -> History:
    """The history of a source with one more delivery: which areas it has, and how large its numbers are."""
    rows = con.execute(f'SELECT DISTINCT area FROM "{one.accepted}"').fetchall()
    mean = con.execute(f'SELECT avg(value) FROM "{one.accepted}"').fetchall()[0][0]
    return History((*history.areas, frozenset(area for (area,) in rows)), mean)


def _shares(configured: Configured, mapping: pd.DataFrame) -> set[str]:
    """Measures that are percentages as the source gives them."""
    figures = mapping[mapping.is_figure]
    pairs = zip(figures.measure, figures.indicator, strict=True)
    return {measure for measure, name in pairs if configured.indicators[name].unit is Unit.SHARE_PCT}


def categories_of(configured: Configured, source: Source) -> dict[str, str] | None:
    """Every category the source's own list knows; None: a kind whose words are declared in the configuration."""
    if isinstance(source, StatlineSource):
        return configured.categories.get(source.table)
    if isinstance(source, TabularSource):
        return None
    return configured.categories.get(source.kind)


def titles_of(configured: Configured, source: Source) -> dict[str, str]:
    """Words that a supplier knows for the measures of a source: official titles, or the words of its own file."""
    if isinstance(source, TabularSource):
        words = {**source.categories, **source.values}
        return {indicator: word for word, indicator in reversed(words.items())}
    return categories_of(configured, source) or {}


def _facts(
    con: duckdb.DuckDBPyConnection, accepted: str, quarantine: str, rows_read: int, rows_skipped: int
) -> dict[str, Any]:
    """What the manifest of a delivery says about its content: counts, periods, areas; no values of rows."""
    used, areas = con.execute(f'SELECT count(*), count(DISTINCT area) FROM "{accepted}"').fetchall()[0]
    set_aside = con.execute(f'SELECT count(*) FROM "{quarantine}"').fetchall()[0][0]
    periods = sorted(
        (text for (text,) in con.execute(f'SELECT DISTINCT period FROM "{accepted}"').fetchall()), key=parse
    )
    return {
        "rows_read": rows_read,
        "rows_used": used,
        "rows_skipped": rows_skipped,
        "rows_quarantined": set_aside,
        "first_period": periods[0] if periods else None,
        "last_period": periods[-1] if periods else None,
        "periods": periods,
        "areas": areas,
    }


def _refuse_stale(taken: Sequence[Taken]) -> None:
    """A new file that is older than a kept one and brings no period of its own would change nothing.

    Raises:
        StructureError: FILE-030.
    """
    for place, one in enumerate(taken):
        newer = [other for other in taken[place + 1 :] if not other.is_new]
        if not one.is_new or not newer or one.delivery.delivery_date is None:
            continue
        covered = {period for other in newer for period in other.delivery.manifest["periods"]}
        if set(one.delivery.manifest["periods"]) <= covered:
            raise StructureError(
                "FILE-030",
                f"{one.delivery.name}: extract of {one.delivery.delivery_date}, "
                f"loaded is {newer[-1].delivery.delivery_date}",
                where=one.delivery.name,
                fix="remove the old file; to go back on purpose use `buurtbeeld rollback`",
            )


def keep(log: DeliveryLog, intake: Intake) -> Intake:
    """Keep the new deliveries of a source under their fingerprint; returns the intake with what was kept."""
    kept: list[Taken] = []
    for one in intake.taken:
        if not one.is_new:
            kept.append(one)
            continue
        delivery = one.delivery
        stored = log.keep(
            intake.source.id,
            delivery.path,
            delivery.sha256,
            delivery.manifest,
            delivery.received,
            name=delivery.name,
            delivery_date=delivery.delivery_date,
        )
        kept.append(replace(one, delivery=replace(delivery, path=stored.path, received=stored.received)))
    return replace(intake, taken=tuple(kept))
