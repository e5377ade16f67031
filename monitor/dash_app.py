"""One Dash instance per municipality: its index page, its shell, its callbacks, each declared to the guard."""

from __future__ import annotations

import re
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State
from flask import Flask, request
from markupsafe import escape

from config.errors import FixableError
from config.vocabulary import Role
from monitor.access.guard import CSRF_COOKIE, CSRF_HEADER, CallbackPolicy, Guard
from monitor.access.viewer import current_viewer
from monitor.components import shell
from monitor.components.theme import font_face, theme_css
from monitor.i18n import translator
from monitor.public_addresses import ICON_LINK
from monitor.router import Callback, Page, find_page, language_of, pages
from monitor.tenant import THEME_COOKIE, Tenant

#: Bundles that Dash puts on every page and this monitor never uses. (The polyfill stays: charts need what it defines.)
_UNUSED_SCRIPTS = re.compile(r'\s*<script src="[^"]*/dash_table/[^"]*"></script>')
#: Told to every page by Dash: our version of Python, and where to look for a newer Dash.
_UNTOLD = ("python_version", "dash_version_url")


class TenantDash(Dash):
    """Dash with our own index page: language, theme, no version of Python, no unused bundles."""

    def __init__(self, tenant: Tenant, server: Flask, assets: str) -> None:
        self.tenant = tenant
        super().__init__(
            f"monitor.{tenant.slug}",
            server=server,
            url_base_pathname=f"/g/{tenant.slug}/",
            assets_folder=assets,
            use_pages=False,
            suppress_callback_exceptions=True,
            update_title=None,
            serve_locally=True,
            compress=False,
            enable_mcp=False,
            csrf_token_name=CSRF_COOKIE,
            csrf_header_name=CSRF_HEADER,
            title=f"Buurtbeeld {tenant.configured.municipality.name}",
        )

    def _config(self) -> dict[str, Any]:
        told = {key: value for key, value in super()._config().items() if key not in _UNTOLD}
        return told | {"disable_version_check": True}

    def interpolate_index(self, **parts: Any) -> str:
        language = language_of(self.tenant.configured, request.query_string.decode("ascii", "replace"))
        chosen = request.cookies.get(THEME_COOKIE)
        theme = f' data-theme="{chosen}"' if chosen in ("light", "dark") else ""
        style = font_face() + theme_css(self.tenant.configured.municipality.theme.primary)
        scripts = _UNUSED_SCRIPTS.sub("", str(parts["scripts"]))
        _ = translator(language)
        return (
            f'<!DOCTYPE html>\n<html lang="{language}"{theme}>\n<head>\n{parts["metas"]}\n'
            f'<meta name="color-scheme" content="light dark">\n<title>{escape(parts["title"])}</title>\n'
            f"{ICON_LINK}\n<style>{style}</style>\n{parts['css']}\n</head>\n<body>\n"
            f'<noscript><p class="noscript">{escape(_("This monitor needs JavaScript."))}</p></noscript>\n'
            f"{parts['app_entry']}\n{parts['config']}\n{scripts}\n{parts['renderer']}\n</body>\n</html>"
        )


def build(tenant: Tenant, server: Flask, guard: Guard, assets: str) -> TenantDash:
    """The Dash instance of a municipality, with the shell's and all pages' callbacks declared to the guard."""
    app = TenantDash(tenant, server, assets)
    app.layout = lambda: shell.frame(translator(language_of(tenant.configured, None)))
    _declare(app, guard, Role.VISITOR, _routing(tenant))
    for page in pages():
        for callback in page.callbacks:
            _declare(app, guard, page.minimum_role, _over_view(tenant, page, callback))
    app.clientside_callback(
        ClientsideFunction("shell", "scheme"),
        Output("scheme", "data"),
        Input("boot", "data"),
        prevent_initial_call=False,
    )
    app.clientside_callback(
        ClientsideFunction("shell", "arrive"), Output("arrived", "data"), Input("page-meta", "data")
    )
    app.clientside_callback(
        ClientsideFunction("buurtbeeld_map", "draw"), Output("map-drawn", "data"), Input("map-config", "data")
    )
    app.clientside_callback(
        ClientsideFunction("buurtbeeld_small_map", "draw"),
        Output("small-map-drawn", "data"),
        Input("small-map-config", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("buurtbeeld_effect", "fill"), Output("effect-filled", "data"), Input("effect-config", "data")
    )
    app._setup_server()
    return app


def _declare(app: TenantDash, guard: Guard, role: Role, callback: Callback) -> None:
    """Register a callback with Dash, and with the guard under the id that Dash gives it."""
    before = set(app.callback_map)
    app.callback(*callback.outputs, *callback.inputs, *callback.states, prevent_initial_call=callback.waits)(
        callback.function
    )
    (output,) = set(app.callback_map) - before
    guard.declare(
        app.tenant.slug,
        output,
        CallbackPolicy(role, _ids(callback.outputs), _ids(callback.inputs), _ids(callback.states)),
    )


def _ids(dependencies: tuple[Any, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((dependency.component_id, dependency.component_property) for dependency in dependencies)


def _routing(tenant: Tenant) -> Callback:
    """The router as a callback: address and scheme in, the five parts of the page out."""

    def route(pathname: Any, search: Any, scheme: Any) -> tuple[Any, ...]:
        pathname = pathname if isinstance(pathname, str) else None
        search = search if isinstance(search, str) else None
        language = language_of(tenant.configured, search)
        page, argument = find_page(tenant.slug, pathname)
        role = current_viewer().role
        if page is None or not shell.may_see(page, role):
            return shell.nothing_here(tenant.configured, tenant.slug, language, role)
        try:
            with tenant.view(page, argument, search, scheme) as view:
                return shell.compose(view)
        except FixableError as error:
            return shell.out_of_order(tenant.configured, tenant.slug, language, role, error)

    return Callback(
        (
            Output("header", "children"),
            Output("sidebar", "children"),
            Output("main", "children"),
            Output("footer", "children"),
            Output("page-meta", "data"),
        ),
        (Input("url", "pathname"), Input("url", "search"), Input("scheme", "data")),
        (),
        route,
    )


def _over_view(tenant: Tenant, page: Page, callback: Callback) -> Callback:
    """A page's callback with the address as extra state, so that it is called with a `View` before its own values."""

    def call(*values: Any) -> Any:
        *own, pathname, search, scheme = values
        found, argument = find_page(tenant.slug, pathname if isinstance(pathname, str) else None)
        with tenant.view(
            page, argument if found is page else None, search if isinstance(search, str) else None, scheme
        ) as view:
            return callback.function(view, *own)

    address = (State("url", "pathname"), State("url", "search"), State("scheme", "data"))
    return Callback(callback.outputs, callback.inputs, (*callback.states, *address), call, callback.waits)
