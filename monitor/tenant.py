"""One municipality as it is served: its configuration, its published snapshots, and the views made from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import request

from config.errors import MachineError, UsageError
from etl.asof import load_served
from etl.past import PastSnapshots
from etl.snapshot import Snapshot, SnapshotStore
from etl.warehouse import kept_loads
from monitor.access.viewer import current_viewer
from monitor.queries.outline import outline
from monitor.router import Page, View, asof_of, default_language, href, make_view

THEME_COOKIE = "bb_theme"


@dataclass(frozen=True, eq=False)
class Tenant:
    """A municipality on this server. Its callbacks are closed over `store`: none takes a municipality as input.

    served: all municipalities of this server by slug, for links alone; every viewer here may see each of them.
    """

    slug: str
    configured: Any
    store: SnapshotStore
    past: PastSnapshots
    served: Mapping[str, Tenant] = field(default_factory=dict)

    @contextmanager
    def snapshot_of(self, load_id: str | None) -> Iterator[Snapshot]:
        """The snapshot of a load, pinned for this request; None: the one that is served.

        Raises:
            UsageError: that load is not kept.
        """
        with self.store.pinned() as served:
            if load_id is None or load_id == served.load_id:
                yield served
                return
        with self.past.pinned(load_id) as snapshot:
            yield snapshot

    @contextmanager
    def view(self, page: Page, argument: str | None, search: str | None, scheme: Any) -> Iterator[View]:
        """The view of an address for the viewer of this request, over one pinned snapshot.

        Raises:
            MachineError: no snapshot is published yet, or its files are damaged.
        """
        viewer = current_viewer()
        asked = asof_of(search)
        load_id = self._load_of(asked)
        with self.snapshot_of(load_id) as snapshot:
            yield make_view(
                slug=self.slug,
                configured=self.configured,
                snapshot=snapshot,
                page=page,
                argument=argument,
                search=search,
                role=viewer.role,
                edition=viewer.edition,
                scheme=scheme_of_request(scheme),
                asof=asked if load_id else None,
                unknown_asof=asked if asked and not load_id else None,
                served_elsewhere=self.address_elsewhere,
            )

    def address_elsewhere(self, area_code: str, language: str) -> str | None:
        """Page of an area of another municipality of this server; None where none has it on screen.

        Args:
            language: of the reader, kept where the other municipality offers it.
        """
        for other in self.served.values():
            if other.slug == self.slug or other.configured.municipality.code[2:] != area_code[2:6]:
                continue
            if not other.has_area(area_code):
                continue
            offered = other.configured.municipality.languages
            asked = language if language in offered and language != default_language(other.configured) else None
            return href(other.slug, f"gebied/{area_code}", lang=asked)
        return None

    def has_area(self, area_code: str) -> bool:
        """Does the snapshot that is served have this area? False while none is."""
        try:
            with self.store.pinned() as snapshot:
                return area_code in outline(snapshot).areas.index
        except MachineError:
            return False

    def _load_of(self, asof: str | None) -> str | None:
        """The kept load that a day or load id stands for; None for none, or for one that is not known."""
        if asof is None:
            return None
        root = self.store.root
        try:
            load_id = load_served(root, asof)
        except UsageError:
            return None
        return load_id if load_id in kept_loads(root) else None


def scheme_of_request(told: Any = None) -> str:
    """'light' or 'dark': the reader's own choice (cookie), else what the browser told."""
    chosen = request.cookies.get(THEME_COOKIE)
    if chosen in ("light", "dark"):
        return chosen
    return "dark" if told == "dark" else "light"
