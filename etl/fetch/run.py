"""Bring open data in as deliveries: what can be fetched of a municipality's sources and boundaries, and where it goes.

    kind statline   its table, at `services.statline`; the rows of this municipality and of those that went into it
    kind kwb        key figures of `year`, else of every year whose table is known, at `services.cbs`
    boundaries      of `geography.vintage`, and of each of `geography.former_boundaries`, at `services.pdok`

A finished download is read as `load` will read it, and only then put into the municipality's folder, under a name that
the `path` of its source takes in. Nothing is fetched into a source of made-up figures, and a file that did not come
from here is never replaced.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from config.errors import ExitCode, Finding, FixableError, StructureError, UsageError
from config.load import Configured
from config.model import KwbSource, Source, StatlineSource
from etl.deliveries import DeliveryLog
from etl.exclusive import exclusive_load
from etl.fetch import pdok, statline
from etl.fetch.client import Client, Patience, ServiceError
from etl.fetch.work import Work, last_of, remember
from etl.frames import work_connection
from etl.reading import adapter
from etl.sources.boundaries import Request, read_boundaries
from etl.sources.kwb_names import TABLE_YEAR
from etl.sources.statline_labels import SUBJECT
from etl.storage import fingerprint_file, machine_error, sync_file, sync_folder

#: What became of one thing that could be fetched.
STORED, NOTHING_NEW, SKIPPED, REFUSED = "stored", "nothing new", "skipped", "refused"
BOUNDARIES = "boundaries"
_GLOB = re.compile(r"[*?\[]")


@dataclass
class Got:
    """One table or set of boundaries: what was got of it. `bytes`: received; `resumed`: pages kept from before."""

    source: str
    what: str  # 47022NED, or wijken-en-buurten-2024
    status: str = SKIPPED
    file: str | None = None  # below the municipality's folder
    rows: int = 0
    areas: int = 0
    first_period: str | None = None
    last_period: str | None = None
    periods: int = 0
    bytes: int = 0
    pages: int = 0
    resumed: int = 0
    requests: int = 0
    modified: str | None = None  # the moment of publication, as the service says it
    seconds: float = 0.0


@dataclass
class FetchReport:
    """What a fetch brought in."""

    slug: str
    got: list[Got] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    exit_code: int = ExitCode.DONE

    def record(self) -> dict[str, Any]:
        """For --json."""
        return {
            "slug": self.slug,
            "exit_code": self.exit_code,
            "got": [one.__dict__ for one in self.got],
            "findings": [finding.__dict__ for finding in self.findings],
        }


@dataclass
class _Run:
    """What the steps of one fetch share."""

    configured: Configured
    folder: Path  # of the work, in the warehouse
    log: DeliveryLog
    report: FetchReport
    patience: Patience | None
    today: dt.date
    say: Callable[[str], None]

    def note(self, code: str, what: str, where: str, fix: str) -> None:
        self.report.findings.append(Finding(code, what, where, fix, "note"))


def fetch(
    configured: Configured,
    *,
    only: Collection[str] = (),
    patience: Patience | None = None,
    today: dt.date | None = None,
    say: Callable[[str], None] = lambda said: None,
) -> FetchReport:
    """Fetch what is new for one municipality.

    Args:
        only: ids of sources, or `boundaries`; none: everything that can be fetched. say: told what is asked now.

    Returns:
        What was got, and what was wrong: a table that cannot be fetched does not stop the others. The exit code is that
        of the first error.

    Raises:
        BusyError: a load or fetch of this municipality is running.
        UsageError: `only` names what cannot be fetched.
    """
    root = configured.warehouse / configured.slug
    report = FetchReport(configured.slug)
    steps = _steps(configured, only)
    with exclusive_load(root), _disk(root):
        run = _Run(
            configured, root / "fetch", DeliveryLog(root), report, patience, today or dt.date.today(), say
        )  # fmt: skip
        run.folder.mkdir(parents=True, exist_ok=True)
        for name, what, step in steps:
            one = Got(name, what)
            report.got.append(one)
            started = time.monotonic()
            try:
                step(run, one)
            except FixableError as error:
                is_optional = {finding.code for finding in error} == {"NET-004"} and name in _every_year(configured)
                one.status = SKIPPED if is_optional else REFUSED
                level = "warning" if is_optional else "error"
                report.findings += [replace(finding, level=level) for finding in error]
                report.exit_code = report.exit_code or (ExitCode.DONE if is_optional else error.exit_code)
            one.seconds = round(time.monotonic() - started, 2)
    return report


@contextmanager
def _disk(root: Path) -> Iterator[None]:
    """A disk that refuses, in our words; pages that came in before stay kept."""
    try:
        yield
    except OSError as error:
        raise machine_error(error, root, stage="while fetching", remains="what was fetched before is kept") from error


def _steps(configured: Configured, only: Collection[str]) -> list[tuple[str, str, Callable[[_Run, Got], None]]]:
    """What can be fetched: source, table, and how."""
    steps: list[tuple[str, str, Callable[[_Run, Got], None]]] = []
    for source in configured.municipality.sources:
        for table in _tables(source):
            steps.append((source.id, table, lambda run, one, source=source: _fetch_source(run, source, one)))  # type: ignore[misc]
    geography = configured.municipality.geography
    wanted = [(path, geography.vintage) for path in geography.boundary_paths[:1]]
    wanted += [(former.path, former.vintage) for former in geography.former_boundaries]
    for path, vintage in wanted:
        steps.append(
            (
                BOUNDARIES,
                pdok.dataset(vintage),
                lambda run, one, path=path, vintage=vintage: _fetch_boundaries(run, path, vintage, one),  # type: ignore[misc]
            )
        )
    known = {name for name, _, _ in steps}
    if unknown := sorted(set(only) - known):
        what = f"nothing to fetch is called {', '.join(unknown)}"
        raise UsageError("CLI-007", what, where="--source", fix=f"one of: {', '.join(sorted(known))}")
    return [step for step in steps if not only or step[0] in only]


def _tables(source: Source) -> list[str]:
    if isinstance(source, StatlineSource):
        return [source.table]
    if isinstance(source, KwbSource):
        return [f"{table}NED" for table, year in TABLE_YEAR.items() if source.year in (None, int(year))]
    return []


def _every_year(configured: Configured) -> set[str]:
    """Sources of key figures that do not name a year: a year without a table is then no error."""
    return {one.id for one in configured.municipality.sources if isinstance(one, KwbSource) and one.year is None}


# --- tables ----------------------------------------------------------------------------------------------------------


def _fetch_source(run: _Run, source: Source, one: Got) -> None:
    if source.practice:
        run.note("NET-010", f"{source.id}: made-up figures; not fetched", source.id, "take `practice: true` away")
        return
    where = _where(run.configured, source)
    target = _delivery_path(run, source.path, f"{one.what}_{run.today.isoformat()}", where)
    name, code = f"{source.id}-{one.what}", run.configured.municipality.code
    last = last_of(run.folder, name)
    if target is None or (target.exists() and not _is_ours(target, last)):
        run.note("NET-010", f"{source.path}: is there and was not fetched; it stays", where, "use a pattern with `*`")
        return
    client = Client(_service(run.configured, one.what), run.patience)
    run.say(f"{source.id}: {one.what} from {client.base}")
    codes = [code, *run.configured.municipality.geography.predecessors]
    for attempt in (1, 2):
        said = statline.describe(client, one.what)
        one.modified = said.modified or None
        question = {"service": client.base, "table": one.what, "codes": codes, "modified": said.modified}
        if said.modified and last.get("question") == question and _is_there(run, last, source.id):
            _nothing_new(run, one, client, f"{one.what}: nothing new since {said.modified[:10]}")
            return
        _require(source, said, where)
        work = Work(run.folder / name, question)
        one.resumed = work.resumed
        draft = work.folder / target.name
        one.rows, notes = statline.fetch_table(client, said, codes, work, draft)
        if statline.describe(client, one.what).modified == said.modified:
            break
        work.clear()  # published anew in between: its pages are of two editions
        if attempt == 2:
            what = f"table {one.what} was published anew while it was fetched, twice"
            raise ServiceError("NET-007", what, where=client.base, fix="run the same command later")
    try:
        _read_back(source, draft, code, one)
        one.pages = len(work.pages)
        _store(run, one, client, draft, target, name, last, {"question": question})
        run.report.findings += notes
    finally:
        work.clear()


def _service(configured: Configured, table: str) -> str:
    """Tables of the police begin with 47; the others are of Statistics Netherlands."""
    services = configured.site.services
    return services.statline if table.startswith("47") else services.cbs


def _require(source: Source, said: statline.Description, where: str) -> None:
    if isinstance(source, StatlineSource):
        subject = SUBJECT.get(source.table)
        statline.require(said, ["Perioden", *([subject[0]] if subject else [])], subject[1] if subject else None, where)
    else:
        statline.require(said, [], None, where)


def _read_back(source: Source, file: Path, code: str, one: Got) -> None:
    """Read the file as `load` will; a file that would be refused there is refused here."""
    with work_connection() as con:
        adapter(source.kind).read(con, source, file, name=file.name, municipality_code=code, table="raw")
        found = con.execute(
            "SELECT count(DISTINCT area), min(period), max(period), count(DISTINCT period) FROM raw"
        ).fetchall()
    one.areas, one.first_period, one.last_period, one.periods = found[0]


# --- boundaries ------------------------------------------------------------------------------------------------------


def _fetch_boundaries(run: _Run, path: str, vintage: int, one: Got) -> None:
    configured = run.configured
    where, code = configured.where("geography", "boundaries"), configured.municipality.code
    target, name = configured.folder / path, f"{BOUNDARIES}-{vintage}"
    last = last_of(run.folder, name)
    if configured.municipality.geography.is_schematic:
        run.note("NET-010", f"{path}: invented outlines; not fetched", where, "take `schematic: true` away")
        return
    if target.exists() and not _is_ours(target, last):
        run.note("NET-010", f"{path}: is there and was not fetched; it stays", where, "give another file name")
        return
    if target.suffix.lower() not in (".geojson", ".json"):
        what = f"boundaries are fetched as GeoJSON; `{target.name}` has another ending"
        raise StructureError("NET-011", what, where=where, fix=f"write `boundaries: buurten_{vintage}.geojson`")
    client = Client(configured.site.services.pdok, run.patience)
    run.say(f"{BOUNDARIES}: {one.what} from {client.base}")
    question = {"service": client.base, "vintage": vintage, "code": code}
    works = {
        collection: Work(run.folder / name / collection, {**question, "collection": collection})
        for collection in pdok.COLLECTIONS
    }
    one.resumed = sum(work.resumed for work in works.values())
    is_there = target.exists() and last.get("question") == question
    etags = pdok.fetch_boundaries(client, vintage, code, works, last.get("etags", {}) if is_there else {})
    if etags is None:
        shutil.rmtree(run.folder / name, ignore_errors=True)
        _nothing_new(run, one, client, f"{one.what}: nothing new")
        return
    draft = run.folder / name / target.name
    try:
        one.pages = sum(len(work.pages) for work in works.values())
        one.rows = pdok.write_boundaries(works, code, draft)
        wanted = Request(code, configured.municipality.name, vintage, None, configured.where)
        one.areas = len(read_boundaries([(draft.name, draft)], wanted).frame)
        _store(run, one, client, draft, target, name, last, {"question": question, "etags": etags})
    finally:
        shutil.rmtree(run.folder / name, ignore_errors=True)


# --- files -----------------------------------------------------------------------------------------------------------


def _delivery_path(run: _Run, pattern: str, stem: str, where: str) -> Path | None:
    """A place for a new CSV file that the pattern of a source takes in; None where the one place it names is taken."""
    said = PurePosixPath(pattern)
    last = said.name
    fix = f'write a pattern such as `path: "{stem.split("_")[0]}*.csv"`'
    if _GLOB.search(str(said.parent)) or (run.configured.folder / pattern).is_dir():
        what = f"`{pattern}` names folders; a fetched table is one CSV file"
        raise StructureError("NET-011", what, where=where, fix=fix)
    if not last.casefold().endswith((".csv", "*")):
        raise StructureError("NET-011", f"`{pattern}` takes in no CSV file", where=where, fix=fix)
    folder = run.configured.folder / said.parent
    if not _GLOB.search(last):
        return folder / last
    head, _, tail = last.partition("*")
    ending = "" if tail.casefold().endswith(".csv") else ".csv"
    for number in range(1, 1_000):
        numbered = stem if number == 1 else f"{stem}_{number}"
        for name in (f"{numbered}.csv", f"{head}{numbered}{tail}{ending}"):
            if not fnmatchcase(name, last) or _GLOB.search(name):
                continue
            if not (folder / name).exists():
                return folder / name
            break  # taken: the next number
        else:
            break
    raise StructureError("NET-011", f"`{pattern}` takes in no file called {stem}.csv", where=where, fix=fix)


def _is_ours(path: Path, last: dict[str, Any]) -> bool:
    return path.is_file() and last.get("sha256") == fingerprint_file(path)


def _is_there(run: _Run, last: dict[str, Any], source_id: str) -> bool:
    """Is what the last fetch stored still there: in the folder, or taken in by a load?"""
    path = run.configured.folder / str(last.get("file", ""))
    if _is_ours(path, last):
        return True
    return last.get("sha256") in {delivery.sha256 for delivery in run.log.known(source_id)}


def _store(
    run: _Run,
    one: Got,
    client: Client,
    draft: Path,
    target: Path,
    name: str,
    last: dict[str, Any],
    record: dict[str, Any],
) -> None:
    """Put a whole file in its place, unless it is the one that is there already."""
    sha256 = fingerprint_file(draft)
    if sha256 == last.get("sha256") and (one.source == BOUNDARIES or _is_there(run, last, one.source)) and last["file"]:
        remember(run.folder, name, {**last, **record})
        _nothing_new(run, one, client, f"{one.what}: the same content as last time")
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.copyfile(draft, part)
        sync_file(part)
        os.replace(part, target)
        sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)
    one.status, one.file = STORED, target.relative_to(run.configured.folder).as_posix()
    _count(one, client)
    at = dt.datetime.now(dt.UTC).isoformat()
    remember(run.folder, name, {**record, "file": one.file, "sha256": sha256, "at": at, "rows": one.rows})


def _nothing_new(run: _Run, one: Got, client: Client, what: str) -> None:
    one.status = NOTHING_NEW
    _count(one, client)
    run.note("NET-009", what, one.source, "nothing to do")


def _count(one: Got, client: Client) -> None:
    one.bytes, one.requests = client.bytes, client.requests


def _where(configured: Configured, source: Source) -> str:
    position = [one.id for one in configured.municipality.sources].index(source.id)
    return configured.where("sources", position, "path")
