"""Proefdorp as an open snapshot: built once, read by all tests of queries, texts and pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.load import Configured, load_municipality
from config.vocabulary import Edition, Role
from etl.snapshot import Snapshot, open_snapshot
from monitor.router import View, find_page, make_view
from tests import proefdorp


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `config` and `warehouse` of Proefdorp, one snapshot published."""
    folder = tmp_path_factory.mktemp("proefdorp")
    proefdorp.make_config(folder / "config", folder / "warehouse")
    proefdorp.make_snapshot(folder / "warehouse" / proefdorp.SLUG)
    return folder


@pytest.fixture(scope="session")
def configured(place: Path) -> Configured:
    return load_municipality(place / "config", proefdorp.SLUG, warehouse=place / "warehouse")


@pytest.fixture(scope="session")
def snapshot(place: Path) -> Iterator[Snapshot]:
    opened = open_snapshot(place / "warehouse" / proefdorp.SLUG)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def view_of(configured: Configured, snapshot: Snapshot):
    """(address below /g/proefdorp/, search) -> the view of that page."""

    def make(path: str = "", search: str = "", scheme: str = "light") -> View:
        page, argument = find_page(proefdorp.SLUG, f"/g/{proefdorp.SLUG}/{path}")
        assert page is not None, f"no page at {path}"
        return make_view(
            slug=proefdorp.SLUG,
            configured=configured,
            snapshot=snapshot,
            page=page,
            argument=argument,
            search=search,
            role=Role.ADMIN,
            edition=Edition.INTERNAL,
            scheme=scheme,
        )

    return make
