"""One municipality as it is served: its configuration, its published snapshots, and the views made from them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import request

from etl.snapshot import SnapshotStore
from monitor.access.viewer import current_viewer
from monitor.router import Page, View, make_view

THEME_COOKIE = "bb_theme"


@dataclass(frozen=True, eq=False)
class Tenant:
    """A municipality on this server. Its callbacks are closed over `store`: none takes a municipality as input."""

    slug: str
    configured: Any
    store: SnapshotStore

    @contextmanager
    def view(self, page: Page, argument: str | None, search: str | None, scheme: Any) -> Iterator[View]:
        """The view of an address for the viewer of this request, over one pinned snapshot.

        Raises:
            MachineError: no snapshot is published yet, or its files are damaged.
        """
        viewer = current_viewer()
        with self.store.pinned() as snapshot:
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
            )


def scheme_of_request(told: Any = None) -> str:
    """'light' or 'dark': the reader's own choice (cookie), else what the browser told."""
    chosen = request.cookies.get(THEME_COOKIE)
    if chosen in ("light", "dark"):
        return chosen
    return "dark" if told == "dark" else "light"
