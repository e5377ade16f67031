"""fetch: open data from its services, as deliveries for the next load."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from monitor.commands.options import Options, say, say_json, tell, verb


@verb
def fetch(
    given: Options,
    slug: Annotated[str, typer.Argument(help="Municipality: the name of its file.")],
    source: Annotated[
        list[str] | None,
        typer.Option("--source", help="Only this source, or `boundaries`; may be given more than once."),
    ] = None,
) -> int:
    """Bring open data (StatLine, PDOK) in as deliveries; resumes, retries, says what it got."""
    from config.load import load_municipality
    from etl.fetch.run import fetch as bring_in

    configured = load_municipality(given.config_dir, slug, warehouse=given.warehouse_dir)
    report = bring_in(configured, only=source or (), say=_watched(given))
    if given.json:
        say_json(report.record())
        return report.exit_code
    tell(finding for finding in report.findings if finding.level != "note")
    for note in report.findings:
        if note.level == "note":
            say(f"{slug}: {note.what}")
    stored = [one for one in report.got if one.file]
    for one in stored:
        span = f", {one.first_period} to {one.last_period} ({one.periods} periods)" if one.periods else ""
        say(
            f"{slug}: {one.file}: {one.rows:,} rows, {one.areas} areas{span}; "
            f"{one.bytes / 1e6:.1f} MB in {one.requests} requests, {one.seconds:.0f} s"
            + (f", {one.resumed} pages kept from last time" if one.resumed else "")
        )
    if stored:
        say(f"{slug}: {len(stored)} files are ready; `buurtbeeld load {slug}` takes them in")
    elif not report.exit_code:
        say(f"{slug}: nothing new to take in")
    return report.exit_code


def _watched(given: Options) -> Callable[[str], None]:
    """A line for each table on a terminal; nothing where nobody watches."""

    def show(said: str) -> None:
        if sys.stderr.isatty() and not given.json:
            sys.stderr.write(f"  {said}\n")

    return show
