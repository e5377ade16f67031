"""export: figures as on screen."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from config.errors import ExitCode
from monitor.commands.loading import SlugArgument
from monitor.commands.options import Options, edition_of, say, say_json, verb


@verb
def export(
    given: Options,
    slug: SlugArgument,
    indicator: Annotated[list[str] | None, typer.Option("--indicator", help="Indicator ids.")] = None,
    level: Annotated[
        str | None, typer.Option("--level", help="municipality, district, neighbourhood or custom.")
    ] = None,
    area: Annotated[list[str] | None, typer.Option("--area", help="Area codes.")] = None,
    period: Annotated[str | None, typer.Option("--period", help="One period, such as 2026-03 or 2026.")] = None,
    from_period: Annotated[str | None, typer.Option("--from", help="First period.")] = None,
    to_period: Annotated[str | None, typer.Option("--to", help="Last period.")] = None,
    period_type: Annotated[str | None, typer.Option("--period-type", help="year, quarter, month, week, …")] = None,
    vintage: Annotated[int | None, typer.Option("--vintage", help="Year of the boundaries.")] = None,
    edition: Annotated[str, typer.Option("--edition", help="internal or public.")] = "internal",
    asof: Annotated[
        str | None, typer.Option("--asof", help="Load id, or a date: the snapshot served at its end.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="csv, json, parquet or xlsx.")] = "csv",
    explain: Annotated[bool, typer.Option("--explain", help="With the lineage of each figure.")] = False,
    output: Annotated[Path | None, typer.Option("--output", help="File to write; - or none: standard output.")] = None,
) -> int:
    """Write figures as on screen."""
    from config.load import load_municipality
    from etl.asof import load_served
    from etl.snapshot import open_snapshot
    from monitor.exports import export as write
    from monitor.queries.observations import Filters

    chosen = edition_of(edition)
    configured = load_municipality(given.config_dir, slug, warehouse=given.warehouse_dir)
    filters = Filters(
        indicators=tuple(indicator or ()),
        levels=(level,) if level else (),
        areas=tuple(area or ()),
        period=period,
        first=from_period,
        last=to_period,
        period_type=period_type,
        vintage=vintage,
    )
    root = configured.warehouse / slug
    is_stream = output is None or str(output) == "-"
    load_id = None if asof is None else load_served(root, asof)
    with closing(open_snapshot(root, chosen, load_id)) as snapshot:
        target = sys.stdout.buffer if is_stream else output
        written = write(snapshot, configured, filters, form, target, explain=explain)
    if not is_stream:
        if given.json:
            say_json({"file": str(output), "rows": written.n_rows})
        else:
            say(f"{output}: {written.n_rows:,} rows")
    return ExitCode.DONE
