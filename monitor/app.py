"""The web server: one Flask, one guard in front, one Dash per municipality behind it."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path

from flask import Flask

from config.errors import ConfigError, MachineError, UsageError
from config.installation import Site
from config.load import available, load_municipality, load_site
from config.vocabulary import Edition
from etl.past import PastSnapshots
from etl.snapshot import SnapshotStore
from monitor import compression, dash_app, data_addresses, public_addresses, warm
from monitor.access import headers
from monitor.access.guard import ADMIN_HERE, ANYBODY, Guard
from monitor.exports import routes as downloads
from monitor.router import find_page
from monitor.tenant import Tenant

ASSETS = Path(__file__).parent / "assets"
#: Requests worked on at once. Figures come from one read-only file per municipality, a cursor per request.
THREADS = 8


def create_app(config_dir: Path, warehouse: Path | None = None, slugs: Sequence[str] | None = None) -> Flask:
    """The server over the published snapshots of the configured municipalities.

    Args:
        config_dir: folder with site.yml and municipalities/.
        warehouse: instead of the one in site.yml.
        slugs: serve these only; None: all that are configured.

    Raises:
        ConfigError: a configuration is refused, or an access mode that this version does not have.
        UsageError: a slug names no municipality.
        MachineError: the environment would switch on parts of Dash that are not guarded.
    """
    refuse_foreign_switches(os.environ)
    site = load_site(config_dir)
    refuse_unknown_mode(site, config_dir)
    is_local = site.access.mode == "local"
    viewer = ADMIN_HERE if is_local else ANYBODY
    tenants = _tenants(config_dir, warehouse, slugs, viewer.edition)
    server = Flask("monitor", static_folder=None)
    server.url_map.strict_slashes = False
    server.url_map.merge_slashes = False
    guard = Guard(
        frozenset(tenants),
        lambda slug, rest: find_page(slug, f"/g/{slug}/{rest}")[0] is not None,
        viewer,
        is_local=is_local,
    )
    guard.install(server)
    hashes: dict[str, tuple[str, ...]] = {}
    headers.install(server, hashes)
    compression.install(server)
    folder = next(iter(tenants.values())).configured.warehouse / ".cache"
    public_addresses.add(server, list(tenants.values()), folder)
    data_addresses.add(server, tenants)
    downloads.add(server, tenants)
    dashes = {slug: dash_app.build(tenant, server, guard, str(ASSETS)) for slug, tenant in tenants.items()}
    hashes |= {slug: tuple(dash.csp_hashes()) for slug, dash in dashes.items()}
    server.extensions["buurtbeeld"] = {"guard": guard, "tenants": tenants, "dashes": dashes, "is_local": is_local}
    return server


def serve(app: Flask, host: str, port: int, *, ready: Callable[[str], None] | None = None) -> None:
    """Serve until interrupted. `ready` is called with the address once the port is ours.

    Raises:
        UsageError: another address than loopback in access.mode local.
        MachineError: the port is taken or not allowed (RUN-017).
    """
    # Waitress reads a request whole before a thread works on it: a slow sender holds a socket, not a thread.
    from waitress import create_server

    if app.extensions["buurtbeeld"]["is_local"]:
        refuse_open_host(host)
    bound = bind(host, port)
    server = create_server(
        app,
        sockets=[bound],
        threads=THREADS,
        channel_timeout=30,
        cleanup_interval=10,
        max_request_body_size=1024 * 1024,
        ident="",
    )
    shown = f"[{host}]" if ":" in host else host
    warm.begin()
    if ready is not None:
        ready(f"http://{shown}:{bound.getsockname()[1]}/")
    try:
        server.run()
    finally:
        server.close()


def require_free_port(host: str, port: int) -> None:
    """Tell a taken port before minutes of other work.

    Raises:
        UsageError, MachineError: as `serve`.
    """
    refuse_open_host(host)
    bind(host, port).close()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket of our own, so that a taken port is told before anything else happens."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere this option would let two servers share the port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise MachineError(
                "RUN-017",
                f"port {port} is in use by another process; use --port",
                where=f"{host}:{port}",
                fix="give another port with --port (make demo: PORT=8051), or stop the other process",
            ) from None
        raise MachineError(
            "RUN-018",
            f"this address cannot be served: {error.strerror}",
            where=f"{host}:{port}",
            fix="give a port above 1023 with --port, and 127.0.0.1 as --host",
        ) from None
    return bound


def refuse_open_host(host: str) -> None:
    """access.mode local serves this computer only, whatever the command line says."""
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise UsageError(
            "RUN-019",
            "access.mode local serves this computer only: another address than loopback is refused",
            where="--host",
            fix="use --host 127.0.0.1; to serve others a sign-in is needed (access.mode oidc in config/site.yml)",
        )


def refuse_unknown_mode(site: Site, config_dir: Path) -> None:
    """Modes of access that this version does not have are refused, never served openly."""
    if site.access.mode == "oidc":
        raise ConfigError(
            "CFG-060",
            f"access.mode {site.access.mode} comes with a later version",
            where=str(config_dir / "site.yml"),
            fix="set `access: {mode: local}`: this computer only, or `{mode: public}`: the public edition for all",
        )


def refuse_foreign_switches(environment: os._Environ[str] | dict[str, str]) -> None:
    """Dash reads switches from the environment and loads plug-ins: none may open what the guard does not know."""
    switches = sorted(name for name in environment if name.startswith("DASH_"))
    plugins = sorted(point.name for point in entry_points(group="dash_hooks"))
    if switches or plugins:
        raise MachineError(
            "RUN-020",
            f"the environment changes Dash itself: {', '.join(switches + plugins)}",
            where="environment variables DASH_* and installed dash_hooks",
            fix=f"unset {', '.join(switches) or 'nothing'}; uninstall {', '.join(plugins) or 'nothing'}",
        )


def _tenants(
    config_dir: Path, warehouse: Path | None, slugs: Sequence[str] | None, edition: Edition
) -> dict[str, Tenant]:
    configured = available(config_dir)
    asked = list(slugs) if slugs else configured
    unknown = [slug for slug in asked if slug not in configured]
    if unknown or not asked:
        raise UsageError(
            "RUN-021",
            f"no municipality named {', '.join(unknown)}" if unknown else "no municipality is configured",
            where=str(config_dir / "municipalities"),
            fix=f"configured are: {', '.join(configured)}" if configured else "make one with `buurtbeeld init`",
        )
    found: dict[str, Tenant] = {}
    for slug in asked:
        loaded = load_municipality(config_dir, slug, warehouse=warehouse)
        root = loaded.warehouse / slug
        found[slug] = Tenant(slug, loaded, SnapshotStore(root, edition), PastSnapshots(root, edition), found)
    return found
