"""preview, load, status, rollback, verify: from deliveries to snapshots."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from config.errors import ExitCode, Finding, MachineError, UsageError
from monitor.commands.options import Options, say, say_json, slugs_of, tell, verb

SlugsArgument = Annotated[list[str] | None, typer.Argument(metavar="SLUG", help="Municipalities; none: the only one.")]
SlugArgument = Annotated[str, typer.Argument(help="Municipality: the name of its file.")]


@verb
def preview(
    given: Options,
    slug: SlugArgument,
    file: Annotated[Path, typer.Argument(help="File, zip or folder to look at.")],
    source: Annotated[
        str | None, typer.Option("--source", help="Read it as this source; default: the one whose path fits.")
    ] = None,
) -> int:
    """Show how a file would be read; changes nothing."""
    from config.load import load_municipality
    from etl.areas import build_tree
    from etl.preview import preview_file

    configured = load_municipality(given.config_dir, slug, warehouse=given.warehouse_dir)
    if not file.exists():
        raise UsageError("CLI-004", f"{file} does not exist", where="command line", fix="name a file that exists")
    tree, _ = build_tree(configured)
    seen = preview_file(configured, tree, file, source_id=source)
    if given.json:
        say_json(seen.record())
    else:
        say(seen.text())
    tell(seen.findings)
    return ExitCode.DONE


@verb
def load(
    given: Options,
    slugs: SlugsArgument = None,
    every: Annotated[bool, typer.Option("--all", help="Every municipality.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build a snapshot even when nothing changed.")] = False,
) -> int:
    """Take in new deliveries, build and publish snapshots."""
    from config.load import load_site
    from etl.runners.pool import load_many

    chosen = slugs_of(given, slugs, all_of_them=every)
    reports = []
    with _progress(given) as progress:
        for report in load_many(
            given.config_dir,
            chosen,
            warehouse=given.warehouse_dir,
            rebuild=rebuild,
            progress=progress,
            runner=load_site(given.config_dir).runner,
        ):
            reports.append(report)
            if not given.json:
                tell_report(report)
    if given.json:
        say_json([report.record() for report in reports])
    return max(report.exit_code for report in reports)


@contextlib.contextmanager
def _progress(given: Options) -> Iterator[Callable[[str], Callable[[str, str], None]]]:
    """A line per step on a terminal; nothing where nobody watches."""
    is_watched = sys.stderr.isatty() and not given.json

    def of(slug: str) -> Callable[[str, str], None]:
        def show(step: str, detail: str) -> None:
            if is_watched:
                sys.stderr.write(f"  {slug}: {step} {detail}\n")

        return show

    yield of


def tell_report(report: Any) -> None:
    """Errors and warnings whole; a file that came twice in a line; of other notes only how many there are."""
    tell(finding for finding in report.findings if finding.level != "note")
    notes = [finding for finding in report.findings if finding.level == "note"]
    for note in notes:
        if note.code == "FILE-028":
            say(f"{report.slug}: {note.what}")
    others = sum(note.code != "FILE-028" for note in notes)
    if others and not report.exit_code:
        say(f"{report.slug}: {others} notes about the files; see the page Gegevens, or --json")
    if report.traceback:
        sys.stderr.write(report.traceback)
    if report.exit_code:
        say(f"{report.slug}: refused (exit code {report.exit_code}); what was published stays as it is")
    elif report.is_unchanged:
        say(f"{report.slug}: nothing new; snapshot {report.load_id} stays")
    else:
        say(
            f"{report.slug}: snapshot {report.load_id} published: {report.new_deliveries} new deliveries, "
            f"{report.rows_read:,} rows read, {report.cells:,} cells, {report.seconds:.1f} s"
        )


@verb
def status(
    given: Options,
    slugs: SlugsArgument = None,
) -> int:
    """Deliveries, lateness, completeness, snapshots and sizes."""
    from monitor.commands.standing import standing

    found = [standing(given, slug) for slug in slugs_of(given, slugs, all_of_them=not slugs)]
    if given.json:
        say_json([one.record() for one in found])
    else:
        for one in found:
            say(one.text())
    return ExitCode.DONE


@verb
def rollback(
    given: Options,
    slug: SlugArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the log.")],
    to: Annotated[str | None, typer.Option("--to", help="Load id; default: the one before the one served.")] = None,
) -> int:
    """Serve an earlier snapshot, until the next load."""
    from etl.upkeep import rollback as roll_back

    served = roll_back(_root(given, slug), to, reason)
    if given.json:
        say_json({"slug": slug, "load_id": served})
    else:
        say(f"{slug}: snapshot {served} is served now, until the next load")
    return ExitCode.DONE


@verb
def withdraw(
    given: Options,
    slug: SlugArgument,
    sha256: Annotated[str, typer.Argument(help="Fingerprint of the delivery, or its first signs.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the delivery and in the log.")],
) -> int:
    """Take a delivery out of use (kept, marked), then build and publish again."""
    from config.load import load_municipality
    from etl.run import load as load_one
    from etl.upkeep import withdraw as take_out

    configured = load_municipality(given.config_dir, slug, warehouse=given.warehouse_dir)
    withdrawn = take_out(configured.warehouse / slug, sha256, reason)
    report = load_one(configured)
    if given.json:
        uses = [{"source": one.source_id, "name": one.name} for one in withdrawn]
        say_json({"slug": slug, "sha256": withdrawn[0].sha256, "withdrawn": uses, "load": report.record()})
    else:
        for one in withdrawn:
            say(f"{slug}: {one.name} ({one.source_id}, {one.sha256[:12]}) is out of use; it stays kept")
        tell_report(report)
    return report.exit_code


def _root(given: Options, slug: str) -> Path:
    from config.load import load_municipality

    configured = load_municipality(given.config_dir, slug, warehouse=given.warehouse_dir)
    return configured.warehouse / slug


@verb
def verify(
    given: Options,
    slugs: SlugsArgument = None,
) -> int:
    """Recompute every fingerprint of deliveries and snapshots."""
    from etl.upkeep import verify as recompute

    found: dict[str, list[Finding]] = {}
    for slug in slugs_of(given, slugs, all_of_them=not slugs):
        found[slug] = recompute(_root(given, slug))
    if given.json:
        say_json({slug: [finding.__dict__ for finding in findings] for slug, findings in found.items()})
    else:
        for slug, findings in found.items():
            say(f"{slug}: {'every fingerprint is right' if not findings else f'{len(findings)} damaged'}")
    broken = [finding for findings in found.values() for finding in findings]
    if broken:
        raise MachineError.of(broken)
    return ExitCode.DONE
