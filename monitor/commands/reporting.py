"""report: areas on paper."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import ExitCode, UsageError
from config.vocabulary import Edition, Role
from monitor.commands.loading import SlugArgument
from monitor.commands.options import Options, edition_of, say, say_json, verb

if TYPE_CHECKING:
    from etl.snapshot import Snapshot
    from monitor.queries.areas import Area


@verb
def report(
    given: Options,
    slug: SlugArgument,
    areas: Annotated[list[str] | None, typer.Argument(metavar="[AREA]…", help="Area codes.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every area.")] = False,
    output: Annotated[Path, typer.Option("--output", help="Folder to write to.")] = Path(),
    language: Annotated[
        str | None, typer.Option("--language", help="nl or en; without it the municipality's first language.")
    ] = None,
    vintage: Annotated[int | None, typer.Option("--vintage", help="Year of the boundaries.")] = None,
    edition: Annotated[str, typer.Option("--edition", help="internal or public.")] = "internal",
    asof: Annotated[
        str | None, typer.Option("--asof", help="Load id, or a date: the snapshot served at its end.")
    ] = None,
) -> int:
    """Write the report of an area as PDF, two A4 pages each."""
    from config.load import load_municipality
    from etl.asof import load_served
    from etl.snapshot import open_snapshot
    from monitor.pages.gebied import PAGE
    from monitor.reports.report import file_name, report_of
    from monitor.router import make_view

    chosen = edition_of(edition)
    configured = load_municipality(given.config_dir, slug, warehouse=given.warehouse_dir)
    offered = configured.municipality.languages
    if language is not None and language not in offered:
        raise UsageError(
            "CLI-010", f"no language '{language}' here", where="--language", fix=f"use {' or '.join(offered)}"
        )
    root = configured.warehouse / slug
    load_id = None if asof is None else load_served(root, asof)
    written: list[str] = []
    with closing(open_snapshot(root, chosen, load_id)) as snapshot:
        on_division = snapshot.at(vintage)
        search = "&".join(
            f"{key}={value}" for key, value in (("vintage", vintage), ("lang", language or offered[0])) if value
        )
        for here in _chosen(on_division, areas, every=every):
            view = make_view(
                slug=slug,
                configured=configured,
                snapshot=snapshot,
                page=PAGE,
                argument=here.code,
                search=f"?{search}",
                role=Role.VISITOR if chosen is Edition.PUBLIC else Role.ADMIN,
                edition=chosen,
                scheme="light",
                asof=asof,
            )
            path = output / file_name(view, here)
            _write(path, report_of(view, here))
            written.append(str(path))
            if sys.stderr.isatty() and not given.json:
                sys.stderr.write(f"  {path}\n")
    if given.json:
        say_json({"files": written})
    else:
        say(f"{len(written):,} reports in {output}" if every else "\n".join(written))
    return ExitCode.DONE


def _chosen(snapshot: Snapshot, codes: list[str] | None, *, every: bool) -> list[Area]:
    """The areas asked for.

    Raises:
        UsageError: none is named, or a code is none of this municipality.
    """
    from config.explain import did_you_mean
    from monitor.queries.areas import areas as all_areas

    known = {one.code: one for one in all_areas(snapshot)}
    if every:
        return list(known.values())
    if not codes:
        raise UsageError("CLI-011", "no area is named", where="report", fix="name area codes, or --all")
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise UsageError(
            "CLI-012",
            f"no area '{unknown[0]}' on the boundaries of this report",
            where="report",
            fix=f"use a code of this municipality{did_you_mean(unknown[0], known)}",
        )
    return [known[code] for code in codes]


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a report that stands half-written is taken for one."""
    from etl.storage import machine_error

    unfinished = path.with_suffix(".pdf.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        raise machine_error(
            error, path.parent, stage="while a report was written", remains="reports written before it are whole"
        ) from error
