"""Bodies compressed once per process and kept: static files and data that never change under their address."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

import brotli
from flask import Flask, Response, request

#: Above this size the best compression takes seconds; a middle one is nearly as small (measured on plotly.min.js).
_LARGE = 1_000_000
#: Kept bodies in bytes, over all municipalities; the least recently asked goes first.
CAPACITY = 64 * 1024 * 1024

_COMPRESSIBLE = ("text/", "application/json", "application/javascript", "image/svg+xml")
IMMUTABLE = "max-age=31536000, immutable"


@dataclass(frozen=True)
class Packed:
    """One body in the three forms in which it is asked for."""

    plain: bytes
    brotli: bytes
    gzip: bytes
    mimetype: str

    @property
    def size(self) -> int:
        return len(self.plain) + len(self.brotli) + len(self.gzip)


def pack(body: bytes, mimetype: str) -> Packed:
    """Compress a body in both ways that browsers ask for."""
    quality = 9 if len(body) < _LARGE else 5
    return Packed(body, brotli.compress(body, quality=quality), gzip.compress(body, 6, mtime=0), mimetype)


class Kept:
    """Packed bodies by key, least recently used first out. Safe for threads."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity, self._size = capacity, 0
        self._bodies: OrderedDict[tuple[str, ...], Packed] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, ...]) -> Packed | None:
        with self._lock:
            found = self._bodies.get(key)
            if found is not None:
                self._bodies.move_to_end(key)
            return found

    def put(self, key: tuple[str, ...], packed: Packed) -> Packed:
        with self._lock:
            if key in self._bodies:
                self._size -= self._bodies.pop(key).size
            self._bodies[key] = packed
            self._size += packed.size
            while self._size > self._capacity and len(self._bodies) > 1:
                __, oldest = self._bodies.popitem(last=False)
                self._size -= oldest.size
        return packed


def answer(packed: Packed, cache: str) -> Response:
    """A response in the smallest form the browser takes."""
    accepted = request.headers.get("Accept-Encoding", "")
    if "br" in accepted:
        response = Response(packed.brotli, mimetype=packed.mimetype)
        response.headers["Content-Encoding"] = "br"
    elif "gzip" in accepted:
        response = Response(packed.gzip, mimetype=packed.mimetype)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(packed.plain, mimetype=packed.mimetype)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = cache
    return response


def install(server: Flask) -> None:
    """Compress what the libraries serve: component bundles and assets once, callback answers and pages each time."""
    kept = Kept()

    @server.after_request
    def compress(response: Response) -> Response:
        if response.status_code != 200 or "Content-Encoding" in response.headers or request.method == "HEAD":
            return response
        if not (response.mimetype or "").startswith(_COMPRESSIBLE):
            return response
        if _is_static(request.path):
            body = _body(response)
            key = (hashlib.blake2b(body, digest_size=16).hexdigest(), str(response.mimetype))
            packed = kept.get(key) or kept.put(key, pack(body, str(response.mimetype)))
            if _has_fingerprint():
                return answer(packed, f"public, {IMMUTABLE}")
            # A bundle that Dash loads later has no fingerprint in its name: the browser asks whether it changed.
            same = answer(packed, "no-cache")
            same.set_etag(key[0], weak=True)
            return same.make_conditional(request)
        body = _body(response)
        if len(body) > 600 and "br" in request.headers.get("Accept-Encoding", ""):
            response.set_data(brotli.compress(body, quality=4))
            response.headers["Content-Encoding"] = "br"
            response.headers["Vary"] = "Accept-Encoding"
        return response


def _body(response: Response) -> bytes:
    response.direct_passthrough = False
    return response.get_data()


def _is_static(path: str) -> bool:
    parts = path.split("/")
    return len(parts) > 3 and parts[3] in ("_dash-component-suites", "assets")


def _has_fingerprint() -> bool:
    """Dash puts version and time of change into a bundle's name (`.v4_4_1m17…`), and `?m=` behind an asset."""
    return "m" in request.args or ".v" in request.path.rsplit("/", 1)[-1]
