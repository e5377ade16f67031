"""The order of the steps: from one municipality's configuration and deliveries to its published snapshot.

The unit of work is one municipality. `load` returns a row that says how it went and never raises to its runner.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from config.errors import ExitCode, Finding, FixableError
from config.load import Configured
from config.model import Source
from config.vocabulary import Edition
from etl.areas import build_tree
from etl.assemble import Facts, fill_snapshot
from etl.cube import AreaAxis
from etl.deliveries import DeliveryLog
from etl.disclosure.memory import Memory as RoundingMemory
from etl.disclosure.memory import Prepared, rounding_key
from etl.division_files import build_divisions, division_paths
from etl.edition import Given, facts_of
from etl.exclusive import Load, exclusive_load
from etl.frames import work_connection
from etl.intake import Intake, keep, survey, take_in
from etl.line import leaves_of
from etl.peers_elsewhere import peers_elsewhere
from etl.public_edition import PublicEdition
from etl.publish import CATALOG, publish
from etl.refusals import line_of
from etl.storage import Damaged
from etl.tables import SCHEMA_VERSION
from etl.vintages import inhabitants, moved_borders
from etl.warehouse import damage_of, database_file, read_current, read_manifest, snapshot_folder

T = TypeVar("T")

#: Part of what a snapshot is made from: another version of the product builds it again.
PRODUCT = version("buurtbeeld")

Progress = Callable[[str, str], None]  # step, detail


@dataclass(frozen=True)
class LoadReport:
    """How one load went."""

    slug: str
    exit_code: int = ExitCode.DONE
    load_id: str | None = None
    is_unchanged: bool = False  # nothing new: the snapshot served is already made from these deliveries
    findings: tuple[Finding, ...] = ()
    new_deliveries: int = 0
    rows_read: int = 0
    cells: int = 0
    content_hash: str = ""
    seconds: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)  # seconds per step
    traceback: str = ""

    def record(self) -> dict[str, Any]:
        """For `--json`."""
        plain = {name: value for name, value in self.__dict__.items() if name != "findings"}
        return {**plain, "findings": [finding.__dict__ for finding in self.findings]}


def quiet(step: str, detail: str) -> None:
    """Progress nobody watches."""


def load(configured: Configured, *, progress: Progress = quiet, rebuild: bool = False) -> LoadReport:
    """Take in new deliveries, build and publish one snapshot.

    Args:
        rebuild: build even when nothing changed.

    Returns:
        A report. Its exit code is that of the error that stopped the load; the last good snapshot then stays served.
    """
    started = time.perf_counter()
    clock = _Clock(progress)
    try:
        report = _load(configured, clock, rebuild)
        clock.step("")
    except FixableError as error:
        report = LoadReport(configured.slug, error.exit_code, findings=error.findings)
    except KeyboardInterrupt:
        report = LoadReport(configured.slug, ExitCode.STOPPED, findings=(_stopped(configured),))
    except Exception:  # a bug: kept with its traceback for the one who runs the load
        report = LoadReport(configured.slug, ExitCode.BUG, traceback=traceback.format_exc())
    return replace(report, seconds=round(time.perf_counter() - started, 3), steps=clock.seconds)


class _Clock:
    """Tells the step that begins, and how long each took."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._step, self._since = progress, "", time.perf_counter()
        self.seconds: dict[str, float] = {}

    def step(self, name: str, detail: str = "") -> None:
        now = time.perf_counter()
        if self._step:
            self.seconds[self._step] = round(self.seconds.get(self._step, 0.0) + now - self._since, 3)
        self._step, self._since = name, now
        if name:
            self._progress(name, detail)


def _stopped(configured: Configured) -> Finding:
    current = read_current(configured.warehouse / configured.slug)
    has_data = current is not None and current.load_id is not None
    served = (
        f"the published data of {current.published} is unchanged" if current and has_data else "nothing was published"
    )
    return Finding("RUN-008", f"stopped; {served}", where=configured.slug, fix="run the load again")


def _load(configured: Configured, clock: _Clock, rebuild: bool) -> LoadReport:
    root = configured.warehouse / configured.slug
    with exclusive_load(root) as lock:
        received = lock.since.replace(microsecond=0)
        log = DeliveryLog(root)
        clock.step("look")
        surveys = _for_each_source(configured, lambda source: survey(configured, source, log, received), lock)
        outlines = _outlines(configured, log)
        inputs = sorted(
            [*(f"geography:{sha256}" for sha256 in outlines)]
            + [f"{found.source.id}:{sha256}" for found in surveys for sha256 in found.fingerprints]
        )
        served = _served(root)
        if served and not rebuild and _is_made_from(served, configured, inputs):
            return _unchanged(configured, served, tuple(finding for found in surveys for finding in found.findings))
        clock.step("areas", configured.municipality.name)
        tree, geo_findings = build_tree(configured)
        divisions, of_links = build_divisions(configured, tree)
        axis = AreaAxis.of(tree.frame)
        with closing(work_connection()) as con:
            by_source = {found.source.id: found for found in surveys}

            def read(source: Source) -> Intake:
                clock.step("read", source.id)
                return take_in(con, configured, by_source[source.id], divisions)

            intakes = _for_each_source(configured, read, lock)
            of_sources = tuple(finding for intake in intakes for finding in intake.findings)
            clock.step("keep")
            intakes = [keep(log, intake) for intake in intakes]
            for sha256, path in outlines.items():
                log.keep("geography", path, sha256, {}, received)
            clock.step("derive")
            leaves = [leaves_of(con, configured, intake) for intake in intakes]
            divisions = divisions.weighed(inhabitants(con, [(one.table, one.source) for one in leaves], divisions))
            given = Given(
                con=con,
                configured=configured,
                log=log,
                intakes=intakes,
                leaves=leaves,
                divisions=divisions,
                axis=axis,
                moved=moved_borders(divisions),
                findings=(*geo_findings, *of_links),
                load_id=lock.load_id,
                elsewhere=peers_elsewhere(con, configured, intakes, divisions),
            )
            facts = facts_of(given, before=_served_file(root, served, Edition.INTERNAL))
            clock.step("protect")
            public = PublicEdition(
                con,
                configured,
                leaves,
                divisions,
                RoundingMemory.read(root, served=str(served["load_id"]) if served else None),
                lambda: rounding_key(root),
            )
            before = _served_file(root, served, Edition.PUBLIC)
            if public.is_as_internal:
                shown = replace(facts, before=before)
            else:
                shown = facts_of(
                    given,
                    edition=Edition.PUBLIC,
                    protect=public.protect,
                    vintages=public.vintages,
                    findings=public.findings,
                    before=before,
                )
            clock.step("publish", lock.load_id)
            manifest = {"config_hash": configured.config_hash, "inputs": inputs, "product": PRODUCT}
            prepared: list[Prepared] = []
            try:
                load_id, content_hash = publish(
                    root,
                    {
                        Edition.INTERNAL: lambda new, _: fill_snapshot(new, facts),
                        Edition.PUBLIC: lambda new, _: _fill_and_audit(new, shown, public),
                    },
                    manifest=manifest,
                    work=con,
                    before_switch=lambda: prepared.extend(filter(None, [public.prepare(lock.load_id)])),
                )
            finally:
                _settle(root, lock.load_id, prepared)
        return LoadReport(
            configured.slug,
            load_id=load_id,
            findings=(
                *facts.findings,
                *public.findings,
                *of_sources,
                *(finding for _, finding in facts.origin.findings),
                *lock.findings,
            ),
            new_deliveries=sum(len(intake.new) for intake in intakes),
            rows_read=sum(intake.rows_read for intake in intakes),
            cells=sum(len(block.value) for block in facts.cells),
            content_hash=content_hash,
        )


def _fill_and_audit(con: duckdb.DuckDBPyConnection, shown: Facts, public: PublicEdition) -> None:
    """The public file is attacked before it is published; what succeeds stops the load (exit 35)."""
    fill_snapshot(con, shown)
    public.audit(con, CATALOG)


def _settle(root: Path, load_id: str, prepared: list[Prepared]) -> None:
    """What was rounded is remembered if it is served, and forgotten if not; also after an error or an interrupt."""
    current = read_current(root)
    for one in prepared:
        if current is not None and current.load_id == load_id:
            one.commit()
        else:
            one.discard()


def _outlines(configured: Configured, log: DeliveryLog) -> dict[str, Path]:
    """Fingerprint -> file of boundaries, area list and link tables, which make the snapshot as much as deliveries do.

    A missing one is left to `build_tree`, which says what to do.
    """
    geography = configured.municipality.geography
    names = [*geography.boundary_paths, *([geography.area_list] if geography.area_list else [])]
    paths = [*(configured.folder / name for name in names), *division_paths(configured)]
    return {log.fingerprint(path): path for path in paths if path.is_file()}


def _for_each_source(configured: Configured, step: Callable[[Source], T], lock: Load) -> list[T]:
    """One step for every source, also after one that is refused: all mistakes are told at once, and logged.

    Raises:
        FixableError: of the class with the highest exit code among the refusals.
    """
    done: list[T] = []
    refused: list[FixableError] = []
    for source in configured.municipality.sources:
        try:
            done.append(step(source))
        except FixableError as error:
            refused.append(error)
            if line := line_of(source.id, error):
                lock.log(line)
    if refused:
        worst = max(refused, key=lambda error: error.exit_code)
        others = [finding for error in refused if error is not worst for finding in error]
        raise type(worst).of([*worst, *others])
    return done


def _served(root: Path) -> dict[str, Any] | None:
    """Manifest of the snapshot that is served, or None. A damaged one is as good as none: the load makes a new one."""
    try:
        current = read_current(root)
        return None if current is None or current.load_id is None else read_manifest(root, current.load_id)
    except (Damaged, FileNotFoundError):
        return None


def _served_file(root: Path, served: dict[str, Any] | None, edition: Edition) -> Path | None:
    """The database to compare with; None where it is damaged or of another schema."""
    if served is None or served.get("schema_version") != SCHEMA_VERSION or edition not in served["files"]:
        return None
    folder = snapshot_folder(root, str(served["load_id"]))
    if damage_of(folder, edition, served) is not None:
        return None
    return database_file(folder, edition)


def _is_made_from(served: dict[str, Any], configured: Configured, inputs: list[str]) -> bool:
    made = (served.get("config_hash"), served.get("product"), served.get("schema_version"), served.get("inputs"))
    return made == (configured.config_hash, PRODUCT, SCHEMA_VERSION, inputs)


def _unchanged(configured: Configured, served: dict[str, Any], findings: tuple[Finding, ...]) -> LoadReport:
    return LoadReport(
        configured.slug,
        load_id=str(served["load_id"]),
        is_unchanged=True,
        findings=findings,
        content_hash=str(served.get("content_hash", "")),
    )
