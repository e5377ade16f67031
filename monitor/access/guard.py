"""One guard before everything: what is not allowed here by name is refused.

Registered on the server before any Dash instance exists, so no route of a library comes before it. Three tables decide:
`ROOT_ROUTES` and `SLUG_ROUTES` (rules of addresses), `Guard.slugs` (municipalities served here) and `Guard.callbacks`
(declared callbacks with the role they need). A test goes through the server's own lists and fails on anything that
stands in none of them.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Request, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from config.vocabulary import ROLE_RANK, Edition, Role
from monitor.access.limits import Bucket
from monitor.access.viewer import Viewer, remember_viewer

#: Longest query string and body that are read, in bytes.
MAX_QUERY = 4_096
MAX_BODY = 256 * 1024
CSRF_COOKIE, CSRF_HEADER = "_csrf_token", "X-CSRFToken"

#: Names by which a browser on this machine calls it.
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})

#: Downloads one client may ask for in a minute: a person never reaches it, a script that empties the site does.
DOWNLOADS_PER_MINUTE = 120

_SLUG_PATH = re.compile(r"^/g/([^/]*)(?:/(.*))?$", re.DOTALL)
_HYGIENE = re.compile(r"\.\.|/\.(/|$)|//|\\|%|[\x00-\x1f\x7f]")
#: Parameters of Dash's background callbacks; this server has none.
_BACKGROUND = frozenset({"cacheKey", "job", "oldJob", "cancelJob"})
_BODY_KEYS = frozenset({"output", "outputs", "inputs", "state", "changedPropIds", "parsedChangedPropsIds"})

log = logging.getLogger("monitor.access")


@dataclass(frozen=True)
class Route:
    """What an address rule allows. `role` None: open to everybody who passed the checks before it."""

    methods: frozenset[str]
    role: Role | None


_READ = frozenset({"GET", "HEAD"})

#: Rules outside a municipality, and rules below `/g/<slug>/` (written without that prefix).
ROOT_ROUTES: dict[str, Route] = {
    "/": Route(_READ, None),
    "/healthz": Route(_READ, None),
    "/readyz": Route(_READ, None),
    "/favicon.ico": Route(_READ, None),
    "/fonts/<path:name>": Route(_READ, None),
}
SLUG_ROUTES: dict[str, Route] = {
    "": Route(_READ, Role.VISITOR),
    "<path:path>": Route(_READ, Role.VISITOR),  # pages: the path must be a page's, see `Guard._page_exists`
    "_dash-layout": Route(_READ, Role.VISITOR),
    "_dash-dependencies": Route(_READ, Role.VISITOR),
    "_dash-update-component": Route(frozenset({"POST"}), Role.VISITOR),
    "_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": Route(_READ, Role.VISITOR),
    "assets/<path:filename>": Route(_READ, Role.VISITOR),
    "geo/<sha>.json": Route(_READ, Role.VISITOR),
    "v/<load_id>/<edition>/<indicator>.json": Route(_READ, Role.VISITOR),
    "download/<name>.<extension>": Route(_READ, Role.VISITOR),
}
#: Routes that Dash makes and nobody gets.
CLOSED_ROUTES = frozenset({"_reload-hash", "_favicon.ico", "_mcp", "_dash_startup_route"})


@dataclass(frozen=True)
class CallbackPolicy:
    """A declared callback: who may call it, and the exact components its body names."""

    role: Role
    outputs: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]


class Refusal(Exception):
    """A request that is not answered: HTTP status and a text without anything the client sent.

    `again_after`: seconds after which it may be asked again (429).
    """

    def __init__(self, status: int, text: str, again_after: int = 0) -> None:
        super().__init__(text)
        self.status, self.text, self.again_after = status, text, again_after


#: access.mode local: whoever sits at this machine. mode public: everybody, protected figures only.
ADMIN_HERE = Viewer(Role.ADMIN, Edition.INTERNAL)
ANYBODY = Viewer(Role.VISITOR, Edition.PUBLIC)


class Guard:
    """Decides per request; `before_request` returns nothing to let it pass.

    Args:
        slugs: municipalities served. Others answer like an address that does not exist.
        page_exists: (slug, path below it) -> whether a page or data address stands there.
        viewer: who everybody is here, until there is a sign-in.
        is_local: answer this machine only (access.mode local).
    """

    def __init__(
        self,
        slugs: frozenset[str],
        page_exists: Callable[[str, str], bool],
        viewer: Viewer = ADMIN_HERE,
        *,
        is_local: bool = True,
    ) -> None:
        self.slugs, self.viewer, self.is_local = slugs, viewer, is_local
        self.page_exists = page_exists
        self.callbacks: dict[tuple[str, str], CallbackPolicy] = {}
        self._key = secrets.token_bytes(32)
        self._downloads = Bucket(DOWNLOADS_PER_MINUTE)

    def install(self, server: Flask) -> None:
        """Put the guard before everything else on the server."""
        if server.before_request_funcs.get(None):
            raise RuntimeError("the guard must be the first function before a request")
        server.before_request(self.before_request)
        server.after_request(self.hand_out_token)
        server.config["MAX_CONTENT_LENGTH"] = MAX_BODY

    def declare(self, slug: str, output: str, policy: CallbackPolicy) -> None:
        """Allow a callback of a municipality; `output` is the id Dash gives it."""
        self.callbacks[slug, output] = policy

    # --- the decision -------------------------------------------------------------------------------------------------

    def before_request(self) -> AnyResponse | None:
        try:
            return self._decide(request)
        except Refusal as refusal:
            log.warning("refused %s %s: %s", refusal.status, request.method, refusal.text)
            response = refused(refusal.status, refusal.text)
            if refusal.again_after:
                response.headers["Retry-After"] = str(refusal.again_after)
            return response

    def _decide(self, asked: Request) -> AnyResponse | None:
        _check_address(asked)
        if self.is_local:
            _check_origin_machine(asked)
        slug, rest = self._tenant(asked.path)
        if slug is not None and rest is None:
            return redirect(f"/g/{slug}/", code=308)
        route = self._route(asked, slug, rest)
        if asked.method not in route.methods:
            raise Refusal(405, "not allowed")
        viewer = self.viewer
        if route.role is not None and ROLE_RANK[viewer.role] < ROLE_RANK[route.role]:
            raise Refusal(403, "forbidden")
        if (rest or "").startswith("download/") and (seconds := self._downloads.wait(asked.remote_addr or "")):
            raise Refusal(429, "too many downloads", seconds)
        remember_viewer(viewer)
        if asked.method == "POST":
            self._check_same_site(asked)
            self._check_callback(asked, str(slug), viewer)
        elif asked.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") and not _is_navigation(asked):
            raise Refusal(403, "another site may not read this")
        return None

    def _tenant(self, path: str) -> tuple[str | None, str | None]:
        """(slug, path below it); (None, None) outside a municipality. An unknown slug answers like nothing there."""
        found = _SLUG_PATH.match(path)
        if not found:
            return None, None
        if found[1] not in self.slugs:
            raise Refusal(404, "not found")
        return found[1], found[2]

    def _route(self, asked: Request, slug: str | None, rest: str | None) -> Route:
        """The policy of the rule that Flask matched; a rule without a policy does not exist."""
        rule = asked.url_rule.rule if asked.url_rule else None
        if asked.method not in {"GET", "HEAD", "POST"}:
            raise Refusal(405, "not allowed")
        if slug is None:
            route = ROOT_ROUTES.get(rule or asked.path)
        else:
            name = rule.removeprefix(f"/g/{slug}/") if rule else _plain_route(rest or "")
            route = None if (rest or "").split("/")[0] in CLOSED_ROUTES else SLUG_ROUTES.get(name)
            if name == "<path:path>" and not self.page_exists(slug, rest or ""):
                route = None
        if route is None:
            raise Refusal(404, "not found")
        return route

    # --- callbacks ----------------------------------------------------------------------------------------------------

    def _check_same_site(self, asked: Request) -> None:
        """A change of state comes from our own page: origin, fetch metadata and the token of this browser agree."""
        origin = asked.headers.get("Origin")
        if origin is not None and origin != asked.host_url.rstrip("/"):
            raise Refusal(403, "another site may not call this")
        if asked.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise Refusal(403, "another site may not call this")
        token = asked.cookies.get(CSRF_COOKIE, "")
        if not self._is_ours(token) or not hmac.compare_digest(token, asked.headers.get(CSRF_HEADER, "")):
            raise Refusal(403, "token missing or foreign: load the page again")

    def _check_callback(self, asked: Request, slug: str, viewer: Viewer) -> None:
        if asked.mimetype != "application/json":
            raise Refusal(403, "undeclared callback")
        if _BACKGROUND & set(asked.args):
            raise Refusal(403, "refused")
        body = _body(asked)
        output = body.get("output") if isinstance(body, dict) else None
        policy = self.callbacks.get((slug, output)) if isinstance(output, str) else None
        if policy is None:
            raise Refusal(403, "undeclared callback")
        if ROLE_RANK[viewer.role] < ROLE_RANK[policy.role]:
            raise Refusal(403, "forbidden")
        _check_shape(body, policy)

    # --- the token of this browser ------------------------------------------------------------------------------------

    def hand_out_token(self, response: Response) -> Response:
        """A page gets the token its callbacks must echo; a refused call gets a new one (the server was restarted)."""
        wants = response.mimetype == "text/html" or (request.method == "POST" and response.status_code == 403)
        if wants and not self._is_ours(request.cookies.get(CSRF_COOKIE, "")):
            nonce = secrets.token_hex(16)
            response.set_cookie(
                CSRF_COOKIE, f"{nonce}.{self._seal(nonce)}", samesite="Strict", secure=request.is_secure, path="/"
            )
        return response

    def _seal(self, nonce: str) -> str:
        return hmac.new(self._key, nonce.encode(), "sha256").hexdigest()

    def _is_ours(self, token: str) -> bool:
        nonce, __, seal = token.partition(".")
        return bool(nonce) and hmac.compare_digest(seal.encode(), self._seal(nonce).encode())


def refused(status: int, text: str) -> Response:
    """The same body for everything refused with this status and text; a person gets a page, a program JSON."""
    if status == 404 and _is_navigation(request):
        page = (
            '<!doctype html><html lang="nl"><meta charset="utf-8"><title>Niet gevonden – Buurtbeeld</title>'
            "<h1>Niet gevonden</h1><p>Dit adres bestaat hier niet. <span lang=en>There is nothing at this address."
            '</span></p><p><a href="/">Naar het begin</a></p></html>'
        )
        return Response(page, status=404, mimetype="text/html")
    return Response(json.dumps({"error": text}), status=status, mimetype="application/json")


def _check_address(asked: Request) -> None:
    """Paths without tricks and of bounded length. The raw form is looked at, before anything decoded it."""
    raw = str(asked.environ.get("REQUEST_URI") or asked.environ.get("RAW_URI") or asked.path)
    path = raw.split("?")[0]
    if "://" in path:
        path = "/" + path.split("://", 1)[1].partition("/")[2]
    if _HYGIENE.search(path) or _HYGIENE.search(asked.path):
        raise Refusal(400, "address not understood")
    if len(asked.query_string) > MAX_QUERY:
        raise Refusal(414, "uri too long")


def _check_origin_machine(asked: Request) -> None:
    """access.mode local: this machine only, under its own names, and not through a proxy that hides who asks."""
    if asked.host.rsplit(":", 1)[0] not in LOOPBACK_NAMES and asked.host not in LOOPBACK_NAMES:
        raise Refusal(400, "not a known host")
    if any(name in asked.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP")):
        raise Refusal(403, "this monitor answers its own machine only")
    try:
        is_local = ipaddress.ip_address(asked.remote_addr or "").is_loopback
    except ValueError:
        is_local = False
    if not is_local:
        raise Refusal(403, "this monitor answers its own machine only")


def _is_navigation(asked: Request) -> bool:
    """Somebody follows a link or types the address, as against a page that fetches."""
    mode = asked.headers.get("Sec-Fetch-Mode")
    return mode == "navigate" if mode else "text/html" in asked.headers.get("Accept", "")


def _plain_route(rest: str) -> str:
    """The rule a path would have under a wrong method, so the answer is 405 rather than 404."""
    return rest if rest in SLUG_ROUTES else "<path:path>"


def _body(asked: Request) -> Any:
    """The body as JSON. Duplicate keys make it undeclared: two readers could each see another callback."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Refusal(403, "undeclared callback")
        return found

    if asked.content_length is not None and asked.content_length > MAX_BODY:
        raise Refusal(413, "body too large")
    try:
        return json.loads(asked.get_data(cache=True), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise Refusal(400, "bad callback body: no JSON") from None


def _check_shape(body: dict[str, Any], policy: CallbackPolicy) -> None:
    """The components the body names are exactly those declared: Dash itself does not compare them."""
    if not set(body) <= _BODY_KEYS:
        raise Refusal(400, "bad callback body: keys")
    outputs = body.get("outputs")
    if _names(outputs if isinstance(outputs, list) else [outputs]) != policy.outputs:
        raise Refusal(400, "bad callback body: outputs differ from the declaration")
    if _names(body.get("inputs", [])) != policy.inputs:
        raise Refusal(400, "bad callback body: inputs differ from the declaration")
    if _names(body.get("state", [])) != policy.states:
        raise Refusal(400, "bad callback body: state differs from the declaration")
    changed = body.get("changedPropIds", [])
    known = {f"{name}.{key}" for name, key in policy.inputs}
    if not isinstance(changed, list) or not all(isinstance(name, str) and name in known for name in changed):
        raise Refusal(400, "bad callback body: changedPropIds")


def _names(parts: Any) -> tuple[tuple[str, str], ...] | None:
    """(id, property) per part; None when it is anything else than a list of such parts."""
    if not isinstance(parts, list):
        return None
    found = []
    for part in parts:
        if not isinstance(part, dict) or not set(part) <= {"id", "property", "value"}:
            return None
        name, key = part.get("id"), part.get("property")
        if not isinstance(name, str) or not isinstance(key, str):
            return None
        found.append((name, key))
    return tuple(found)
