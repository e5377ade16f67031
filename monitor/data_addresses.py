"""Data that the browser keeps: outlines by content, values by snapshot. Both never change under their address."""

from __future__ import annotations

from flask import Flask, Response, request

from config.errors import UsageError
from config.vocabulary import Edition
from monitor.access.guard import refused
from monitor.access.viewer import current_viewer
from monitor.compression import IMMUTABLE, Kept, answer, pack
from monitor.queries.map_values import map_layer, map_values
from monitor.tenant import Tenant


def add(server: Flask, tenants: dict[str, Tenant]) -> None:
    """Add the two addresses of each municipality. Kept bodies are keyed by municipality, snapshot and edition."""
    kept = Kept()
    for slug, tenant in tenants.items():
        _add_outlines(server, kept, slug, tenant)
        _add_values(server, kept, slug, tenant)


def _add_outlines(server: Flask, kept: Kept, slug: str, tenant: Tenant) -> None:
    def outlines(sha: str) -> Response:
        """Outlines of one level; public knowledge, so any cache may keep them."""
        packed = kept.get((slug, "geo", sha))
        if packed is None:
            with tenant.store.pinned() as snapshot:
                known = (None, *snapshot.vintages.known)
                found = next((text for year in known if (text := map_layer(snapshot.at(year), sha))), None)
            if found is None:
                return refused(404, "not found")
            packed = kept.put((slug, "geo", sha), pack(found.encode(), "application/json"))
        return answer(packed, f"public, {IMMUTABLE}")

    server.add_url_rule(f"/g/{slug}/geo/<sha>.json", f"{slug}-geo", outlines)


def _add_values(server: Flask, kept: Kept, slug: str, tenant: Tenant) -> None:
    def values(load_id: str, edition: str, indicator: str) -> Response:
        """Values of one indicator in a kept snapshot, in the edition of this viewer only."""
        if edition != current_viewer().edition or edition not in set(Edition):
            return refused(404, "not found")
        vintage = request.args.get("vintage")
        if vintage is not None and not vintage.isdigit():
            return refused(404, "not found")
        key = (slug, load_id, edition, indicator, vintage or "")
        packed = kept.get(key)
        if packed is None:
            try:
                with tenant.snapshot_of(load_id) as snapshot:
                    found = map_values(snapshot.at(int(vintage) if vintage else None), indicator)
            except UsageError:  # a load that is not kept, a division that it does not hold
                return refused(404, "not found")
            if found is None:
                return refused(404, "not found")
            packed = kept.put(key, pack(found, "application/json"))
        return answer(packed, f"private, {IMMUTABLE}")

    server.add_url_rule(f"/g/{slug}/v/<load_id>/<edition>/<indicator>.json", f"{slug}-values", values)
