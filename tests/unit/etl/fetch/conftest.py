"""A municipality without any file, and the services it can fetch from."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import Configured, load_municipality
from tests.open_data import Services, serving

CONFIGURATION = """\
code: GM9906
name: Veldstad
folder: veldstad
geography: {boundaries: buurten_2024.geojson, vintage: 2024}
sources:
  - {id: police, kind: statline, table: 47022NED, path: "politie/47022NED*.csv"}
  - {id: key_figures, kind: kwb, path: "kwb/*.csv", year: 2024}
indicators: {packs: [police, context]}
"""


@pytest.fixture
def services(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(Services()) as services:
        yield services


@pytest.fixture
def place(tmp_path, services) -> Path:
    """The folder of the installation: config/ and an empty data/."""
    (tmp_path / "config" / "municipalities").mkdir(parents=True)
    (tmp_path / "data" / "veldstad").mkdir(parents=True)
    (tmp_path / "config" / "site.yml").write_text(
        "warehouse: warehouse\ndata_roots: [data]\n" + services.configuration, encoding="utf-8"
    )
    (tmp_path / "config" / "municipalities" / "veldstad.yml").write_text(CONFIGURATION, encoding="utf-8")
    return tmp_path


@pytest.fixture
def configured(place):
    def configured(configuration: str = CONFIGURATION) -> Configured:
        (place / "config" / "municipalities" / "veldstad.yml").write_text(configuration, encoding="utf-8")
        return load_municipality(place / "config", "veldstad", warehouse=place / "warehouse")

    return configured
