"""demo and serve: the monitor in a browser."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from config.errors import ExitCode
from monitor.commands.options import Options, say, verb

HOST = "127.0.0.1"
PORT = 8050


@verb
def serve(
    given: Options,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; loopback only in access.mode local.")
    ] = HOST,
    port: Annotated[int, typer.Option("--port", envvar="PORT", help="Port.")] = PORT,
) -> int:
    """Serve the monitor of every municipality."""
    from monitor.app import create_app
    from monitor.app import serve as listen

    listen(create_app(given.config_dir, given.warehouse_dir), host, port)
    return ExitCode.DONE


@verb
def demo(
    given: Options,
    port: Annotated[int, typer.Option("--port", envvar="PORT", help="Port.")] = PORT,
) -> int:
    """Load the sample municipalities and serve them."""
    from monitor.app import create_app, require_free_port
    from monitor.app import serve as listen

    require_free_port(HOST, port)  # before minutes of work, not after
    slugs = _make_samples(given.config_dir)
    code = _load_samples(given.config_dir, slugs, given.warehouse_dir)
    if code:
        return code
    say("[3/3] start the monitor")
    server = create_app(given.config_dir, given.warehouse_dir, slugs)
    listen(server, HOST, port, ready=lambda address: say(f"\nBuurtbeeld is ready: {address}   (Ctrl-C stops it)"))
    return ExitCode.DONE


def _make_samples(config_dir: Path) -> list[str]:
    """Practice deliveries of the sample municipalities; made once, found at once afterwards."""
    from sample_data.maker import make
    from sample_data.places import places

    slugs = list(places())
    say("[1/3] practice deliveries")
    for slug in slugs:
        started = time.perf_counter()
        files = make(slug, Path(config_dir).resolve().parent / "sample_data")
        say(f"      {slug}: {len(files)} files, {time.perf_counter() - started:.1f} s")
    return slugs


def _load_samples(config_dir: Path, slugs: list[str], warehouse: Path | None) -> int:
    from etl.runners.pool import load_many
    from monitor.commands.loading import tell_report

    say("[2/3] load")
    worst = ExitCode.DONE
    for report in load_many(config_dir, slugs, warehouse=warehouse):
        if report.exit_code:
            tell_report(report)
        else:
            word = "nothing new" if report.is_unchanged else f"{report.cells:,} cells in {report.seconds:.1f} s"
            say(f"      {report.slug}: snapshot {report.load_id}, {word}")
        worst = max(worst, report.exit_code)
    return worst
