"""Downloads from the screen: the figures of a view as a file, behind the guard like every other address."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import Flask, Response, request

from config.errors import FixableError, NothingFound
from etl.asof import load_served
from monitor.exports.effect import effect_zip
from monitor.exports.export import FORMATS, LIMIT, export
from monitor.exports.feedback import feedback_csv
from monitor.queries.areas import area
from monitor.queries.comparisons import counts_events
from monitor.queries.effect import effect, question_in
from monitor.queries.indicators import indicators
from monitor.queries.observations import filters_from
from monitor.router import find_page, language_of

#: A file name in an address: chosen by us in links, so nothing else is needed.
_NAME = re.compile(r"^[A-Za-z0-9-]{1,80}$")
_FEEDBACK, _EFFECT, _REPORT = "feedback-", "effect-", "report-"
#: format -> (extension of the file, type told to the browser). A CSV comes in a zip with its metadata.
_FILES = {
    "csv": ("zip", "application/zip"),
    "json": ("json", "application/json"),
    "parquet": ("parquet", "application/vnd.apache.parquet"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def add(server: Flask, tenants: dict[str, Any]) -> None:
    """Add `/g/<slug>/download/<name>.<format>` of each municipality; the guard allows `download/<name>.<extension>`."""
    for slug, tenant in tenants.items():
        _add(server, slug, tenant)


def _add(server: Flask, slug: str, tenant: Any) -> None:
    def download(name: str, extension: str) -> Response:
        """The figures under the filters of the address. 400: a filter is no word; 404: nothing found."""
        if extension == "pdf" and name.startswith(_REPORT):
            return _report(tenant, name.removeprefix(_REPORT))
        if extension not in FORMATS or not _NAME.match(name):
            return _told(404, "not found")
        asof = request.args.get("asof")
        if name.startswith(_FEEDBACK) and extension == "csv":
            return _feedback(slug, tenant, name.removeprefix(_FEEDBACK), asof)
        if name.startswith(_EFFECT) and extension == "csv":
            return _effect(slug, tenant, name.removeprefix(_EFFECT))
        words = {key: request.args.getlist(key) for key in request.args if key not in ("lang", "asof")}
        try:
            filters = filters_from(words)
        except ValueError:
            return _told(400, "vintage is a year")
        body = io.BytesIO()
        try:
            with tenant.snapshot_of(_wanted(tenant, asof)) as snapshot:
                export(snapshot, tenant.configured, filters, extension, body, limit=LIMIT, with_metadata=True)
                load_id = snapshot.load_id
        except NothingFound as error:
            return _told(404, str(error))
        except FixableError as error:
            return _told(400, str(error))
        ending, kind = _FILES[extension]
        file_name = f"{slug}-{name}-{load_id}.{ending}"
        return Response(
            body.getvalue(), mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{file_name}"'}
        )

    server.add_url_rule(f"/g/{slug}/download/<name>.<extension>", f"{slug}-download", download)


def _wanted(tenant: Any, asof: str | None) -> str | None:
    """The load of a day or load id; None for the one that is served."""
    return load_served(tenant.store.root, asof, where="asof") if asof else None


def _feedback(slug: str, tenant: Any, name: str, asof: str | None) -> Response:
    """What a supplier should mend. 404: there is no such source; 400: no such day."""
    source_ids = {one.id.replace("_", "-"): one.id for one in tenant.configured.municipality.sources}
    if name not in source_ids:
        return _told(404, "not found")
    language = language_of(tenant.configured, request.query_string.decode("ascii", "replace"))
    try:
        with tenant.snapshot_of(_wanted(tenant, asof)) as snapshot:
            content, load_id = feedback_csv(snapshot, source_ids[name], language), snapshot.load_id
    except FixableError as error:
        return _told(400, str(error))
    file_name = f"{slug}-feedback-{name}-{load_id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return Response(content, mimetype="text/csv", headers=headers)


def _effect(slug: str, tenant: Any, name: str) -> Response:
    """The numbers of the question in the address. 404: no such topic, or no question."""
    indicator = name.replace("-", "_")
    page, argument = find_page(slug, f"/g/{slug}/onderwerp/{indicator}")
    if page is None:
        return _told(404, "not found")
    with tenant.view(page, argument, request.query_string.decode("ascii", "replace"), None) as view:
        known = indicators(view.snapshot).get(indicator)
        question = question_in(view.state, indicator) if known and counts_events(view.snapshot, known) else None
        if question is None:
            return _told(404, "not found")
        content, load_id = (
            effect_zip(view.snapshot, effect(view.snapshot, question), view.edition),
            view.snapshot.load_id,
        )
    file_name = f"{slug}-effect-{name}-{load_id}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return Response(content, mimetype="application/zip", headers=headers)


def _report(tenant: Any, code: str) -> Response:
    """The report of an area, of the edition this viewer sees."""
    from monitor.pages.gebied import PAGE
    from monitor.reports.report import file_name, report_of

    search = request.query_string.decode("ascii", "replace")
    try:
        with tenant.view(PAGE, code, f"?{search}", None) as view:
            here = area(view.snapshot, code)
            if here is None:
                return _told(404, "not found")
            if request.args.get("asof") and view.asof is None:  # the page says so and shows the newest; paper may not
                return _told(400, " ".join(view.notices))
            content, name = report_of(view, here), file_name(view, here)
    except FixableError as error:
        return _told(400, str(error))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="application/pdf", headers=headers)


def _told(status: int, text: str) -> Response:
    """A plain text without anything the browser would run."""
    return Response(text, status=status, mimetype="text/plain")
