"""Response headers: what a browser may do with our pages (content security policy without eval or inline script)."""

from __future__ import annotations

from flask import Flask, Response, request

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def content_security_policy(script_hashes: tuple[str, ...] = ()) -> str:
    """The policy of a page. `script_hashes`: quoted hashes of the inline scripts that Dash itself writes.

    Styles need 'unsafe-inline': Dash components and Plotly set them on elements.
    """
    scripts = " ".join(("'self'", *script_hashes))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "object-src 'none'",
        )
    )


def install(server: Flask, hashes_of: dict[str, tuple[str, ...]]) -> None:
    """Set the headers on every answer. `hashes_of`: slug -> hashes of that municipality's inline scripts."""

    @server.after_request
    def set_headers(response: Response) -> Response:
        for name, value in _ALWAYS.items():
            response.headers[name] = value
        parts = request.path.split("/")
        slug = parts[2] if len(parts) > 2 and parts[1] == "g" else ""
        response.headers["Content-Security-Policy"] = content_security_policy(hashes_of.get(slug, ()))
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response
