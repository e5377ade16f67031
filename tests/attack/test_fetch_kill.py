"""fetch as a process: killed half-way and started again, and what the command line says."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from monitor.cli import main
from tests.open_data import Fault, Services, serving
from tests.process import ROOT, buurtbeeld
from tests.unit.etl.fetch.conftest import CONFIGURATION


@pytest.fixture
def services():
    with serving(Services()) as services:
        yield services


@pytest.fixture
def place(tmp_path, services) -> Path:
    (tmp_path / "config" / "municipalities").mkdir(parents=True)
    (tmp_path / "data" / "veldstad").mkdir(parents=True)
    (tmp_path / "config" / "site.yml").write_text("data_roots: [data]\n" + services.configuration, encoding="utf-8")
    (tmp_path / "config" / "municipalities" / "veldstad.yml").write_text(CONFIGURATION, encoding="utf-8")
    return tmp_path


def test_a_killed_fetch_asks_only_the_missing_pages_when_started_again(place, services):
    gate = threading.Event()
    services.faults.append(Fault("$skip=200", waits=gate))
    started = subprocess.Popen(
        [sys.executable, "-m", "monitor.cli", "fetch", "veldstad", "--source", "police"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while not any("$skip=200" in one for one in services.asked) and time.monotonic() < until:
        time.sleep(0.02)

    started.kill()
    started.wait(10)
    gate.set()
    asked = len(services.asked)
    left = [path for path in (place / "data").rglob("*") if path.is_file()]
    done = buurtbeeld("--json", "fetch", "veldstad", "--source", "police", cwd=place, NO_PROXY="127.0.0.1")

    pages = [one.rpartition("=")[2] for one in services.asked[asked:] if "TypedDataSet?" in one]
    assert left == []
    assert pages == ["200", "300"]
    assert done.code == 0, done.err
    assert (done.json["got"][0]["rows"], done.json["got"][0]["resumed"]) == (396, 2)
    assert not (place / "warehouse" / "veldstad" / "fetch" / "police-47022NED").exists()


def test_what_was_got_and_what_was_not_is_said(place, services, monkeypatch, capsys):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    services.faults.append(Fault("/cbs/", 404, times=99))

    code = main(["--config", str(place / "config"), "--lang", "nl", "fetch", "veldstad"])

    said = capsys.readouterr()
    assert code == 60
    assert "veldstad: politie/47022NED_" in said.out
    assert "396 rows, 11 areas, 2025-01 to 2025-12 (12 periods)" in said.out
    assert "fout NET-004: de dienst kent deze tabel of verzameling niet (status 404)" in said.err


def test_nothing_but_the_command_imports_fetch_and_only_when_it_runs():
    importers = {
        path.relative_to(ROOT).as_posix(): statement.col_offset
        for path in [*(ROOT / "monitor").rglob("*.py"), *(ROOT / "etl").glob("*.py")]
        for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("etl.fetch")
    }

    assert set(importers) == {"monitor/commands/fetching.py"}
    assert importers["monitor/commands/fetching.py"] > 0  # inside the function
