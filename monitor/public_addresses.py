"""Addresses outside a municipality: choice of municipality, health, font, icon."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from flask import Flask, Response, abort, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from config.errors import FixableError
from monitor import fonts
from monitor.components.theme import font_face
from monitor.compression import IMMUTABLE
from monitor.i18n import LANGUAGE_NAMES, translator
from monitor.tenant import THEME_COOKIE, Tenant

#: Four blocks of a town seen from above: our mark, also in assets/layout.css.
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0f4c81"/>'
    '<g fill="#fff"><rect x="8" y="8" width="7" height="7" rx="1.8" opacity=".72"/>'
    '<rect x="17" y="8" width="7" height="7" rx="1.8"/><rect x="8" y="17" width="7" height="7" rx="1.8"/>'
    '<rect x="17" y="17" width="7" height="7" rx="1.8" opacity=".45"/></g></svg>'
)

#: The icon inside the page: a browser asks for another one at each change of the address.
ICON_LINK = Markup('<link rel="icon" href="data:image/svg+xml;base64,{}">').format(b64encode(_ICON.encode()).decode())


def add(server: Flask, tenants: Sequence[Tenant], cache: Path) -> None:
    """Add the addresses. `cache`: folder in which what is made once (the font) is kept."""

    @server.get("/")
    def choose() -> AnyResponse:
        if len(tenants) == 1:
            return redirect(f"/g/{tenants[0].slug}/")
        return Response(_chooser(tenants), mimetype="text/html")

    @server.get("/healthz")
    def alive() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @server.get("/readyz")
    def ready() -> Response:
        missing = [tenant.slug for tenant in tenants if not _is_readable(tenant)]
        text = f"no readable snapshot: {', '.join(missing)}\n" if missing else "ready\n"
        return Response(text, status=503 if missing else 200, mimetype="text/plain")

    @server.get("/favicon.ico")
    def icon() -> Response:
        return Response(_ICON, mimetype="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})

    @server.get("/fonts/<path:name>")
    def font(name: str) -> Response:
        if f"/fonts/{name}" != fonts.address():
            abort(404)
        return Response(fonts.woff2(cache), mimetype="font/woff2", headers={"Cache-Control": f"public, {IMMUTABLE}"})


def _is_readable(tenant: Tenant) -> bool:
    try:
        with tenant.store.pinned() as snapshot:
            snapshot.query("SELECT count(*) FROM municipality", [])
    except FixableError:
        return False
    return True


def _chooser(tenants: Sequence[Tenant]) -> str:
    """The list of municipalities, in Dutch or with `?lang=en` in English."""
    language = "en" if request.args.get("lang") == "en" else "nl"
    _ = translator(language)
    chosen = request.cookies.get(THEME_COOKIE)
    entries = Markup("").join(
        Markup('<li><a class="choice" href="/g/{0}/{3}"><strong>{1}</strong><span>{2}</span></a></li>').format(
            tenant.slug,
            tenant.configured.municipality.name,
            _("Practice figures") if tenant.configured.municipality.is_practice else "",
            "?lang=en" if language == "en" and "en" in tenant.configured.municipality.languages else "",
        )
        for tenant in sorted(tenants, key=lambda tenant: tenant.configured.municipality.name)
    )
    other = "nl" if language == "en" else "en"
    return str(
        Markup(
            '<!DOCTYPE html><html lang="{language}"{theme}><head><meta charset="utf-8"><title>Buurtbeeld</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">{icon}'
            '<style>{face}</style><link rel="stylesheet" href="/g/{first}/assets/tokens.css">'
            '<link rel="stylesheet" href="/g/{first}/assets/layout.css"></head><body><main class="chooser">'
            '<p class="logo"><span class="logo-mark"></span><span class="logo-word">Buurtbeeld</span></p>'
            '<h1>{title}</h1><ul>{entries}</ul><p><a href="/?lang={other}" lang="{other}">{other_name}</a></p>'
            "</main></body></html>"
        ).format(
            language=language,
            theme=Markup(f' data-theme="{chosen}"') if chosen in ("light", "dark") else "",
            icon=ICON_LINK,
            face=Markup(font_face()),
            first=tenants[0].slug,
            title=_("Choose a municipality"),
            entries=entries,
            other=other,
            other_name=LANGUAGE_NAMES[other],
        )
    )
