"""What stands in the warehouse of a municipality: for `buurtbeeld status`."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from monitor.commands.options import Options

if TYPE_CHECKING:
    from etl.deliveries import Delivery


@dataclass(frozen=True)
class SourceStanding:
    """One source: how much of it is in, and whether it is late."""

    source_id: str
    kind: str
    deliveries: int
    newest: str | None  # name of the newest delivery
    received: str | None
    last_period: str | None
    areas: int
    rows_quarantined: int
    late: tuple[str, ...]  # weeks that should have come in
    listed: tuple[dict[str, Any], ...]  # every delivery, oldest first: fingerprint, name, received, periods, rows
    withdrawn: tuple[dict[str, Any], ...]  # deliveries out of use: the same, and when, by whom and why


@dataclass(frozen=True)
class Standing:
    """One municipality."""

    slug: str
    load_id: str | None
    published: str | None
    snapshots: tuple[dict[str, Any], ...]
    sources: tuple[SourceStanding, ...]
    delivery_bytes: int
    free_bytes: int
    refused: tuple[dict[str, Any], ...] = ()  # deliveries refused since the publication: source, codes, counts

    def record(self) -> dict[str, Any]:
        return asdict(self)

    def text(self) -> str:
        """Some lines for a person."""
        if self.load_id is None:
            head = [f"{self.slug}: no data loaded yet; run `buurtbeeld load {self.slug}`"]
        else:
            size = sum(snapshot["bytes"] for snapshot in self.snapshots) / 1e6
            head = [
                f"{self.slug}: snapshot {self.load_id} is served, published {self.published}",
                f"  {len(self.snapshots)} snapshots kept ({size:.1f} MB), "
                f"deliveries {self.delivery_bytes / 1e6:.1f} MB, "
                f"{self.free_bytes / 1e9:.0f} GB free",
            ]
        out_of_use = [f"  withdrawn: {_out_of_use(one)}" for source in self.sources for one in source.withdrawn]
        refused = [f"  REFUSED: {_refused(one)}" for one in self.refused]
        return "\n".join([*head, *(f"  {_line(source)}" for source in self.sources), *refused, *out_of_use])


def _line(source: SourceStanding) -> str:
    if not source.deliveries:
        return f"{source.source_id} ({source.kind}): nothing delivered yet"
    late = f"; LATE: {', '.join(source.late)}" if source.late else ""
    aside = f"; {source.rows_quarantined} rows set aside" if source.rows_quarantined else ""
    return (
        f"{source.source_id} ({source.kind}): {source.deliveries} deliveries, newest {source.newest}, "
        f"to {source.last_period}, {source.areas} areas{aside}{late}"
    )


def _refused(one: dict[str, Any]) -> str:
    codes = ", ".join(f"{code} × {number}" for code, number in one["codes"].items())
    return f"a delivery of {one['source_id']} on {one['at'][:10]} (exit code {one['exit_code']}): {codes}"


def _out_of_use(one: dict[str, Any]) -> str:
    return f"{one['name']} ({one['sha256'][:12]}) on {one['withdrawn_at'][:10]}: {one['reason']}"


def _listed(delivery: Delivery) -> dict[str, Any]:
    found = {key: value for key, value in delivery.manifest.items() if key != "periods"}
    return {
        "sha256": delivery.sha256,
        "name": delivery.name,
        "bytes": delivery.bytes,
        "received": delivery.received.isoformat(),
        **found,
        **(
            {
                "withdrawn_at": delivery.withdrawn.at,
                "withdrawn_by": delivery.withdrawn.user,
                "reason": delivery.withdrawn.reason,
            }
            if delivery.withdrawn
            else {}
        ),
    }


def standing(given: Options, slug: str) -> Standing:
    """Raises ConfigError for a configuration that is refused, MachineError for a damaged warehouse."""
    from config.load import load_municipality
    from etl.deliveries import DeliveryLog
    from etl.refusals import refusals_since_published
    from etl.timeliness import weeks_late
    from etl.upkeep import status

    configured = load_municipality(given.config_dir, slug, warehouse=given.warehouse_dir)
    root = configured.warehouse / slug
    log = DeliveryLog(root)
    today = configured.municipality.today or dt.date.today()
    sources = []
    for source in configured.municipality.sources:
        known = log.known(source.id)
        found = [delivery.manifest for delivery in known]
        periods = [str(one["last_period"]) for one in found if one.get("last_period")]
        newest = known[-1] if known else None
        sources.append(
            SourceStanding(
                source_id=source.id,
                kind=source.kind,
                deliveries=len(known),
                newest=newest.name if newest else None,
                received=newest.received.isoformat() if newest else None,
                last_period=max(periods, default=None),
                areas=max((int(one.get("areas", 0)) for one in found), default=0),
                rows_quarantined=sum(int(one.get("rows_quarantined", 0)) for one in found),
                listed=tuple(_listed(delivery) for delivery in known),
                withdrawn=tuple(_listed(delivery) for delivery in log.withdrawn(source.id)),
                late=tuple(weeks_late(source.delivery, max(periods, default=None), today)) if known else (),
            )
        )
    kept = status(root)
    return Standing(
        slug=slug,
        load_id=kept.load_id,
        published=kept.published,
        snapshots=tuple(asdict(snapshot) for snapshot in kept.snapshots),
        sources=tuple(sources),
        delivery_bytes=kept.delivery_bytes,
        free_bytes=kept.free_bytes,
        refused=tuple(asdict(one) for one in refusals_since_published(root)),
    )
