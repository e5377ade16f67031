"""Run a module's own tests with one fault in it; no file is changed: the import is.

Each fault has a process of its own, forked after the libraries are loaded, so only our own modules are read anew.
"""

from __future__ import annotations

import importlib
import os
import resource
import signal
import sys
import tempfile
import time
from ast import Module
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path

import hypothesis
import pytest

#: Loaded once, before the forks.
LIBRARIES = (
    "numpy", "pandas", "scipy.stats", "scipy.optimize", "scipy.ndimage", "scipy.sparse", "scipy.spatial", "duckdb",
    "pydantic", "ruamel.yaml", "openpyxl", "defusedxml", "hypothesis.strategies", "statsmodels.api", "geopandas",
    "libpysal", "esda", "ruptures",
)  # fmt: skip
#: Seconds of processor time a fault may take: an endless loop counts as noticed.
TIME_LIMIT = 60
#: Compiled files of one run: all but the module with the fault is compiled once, and nothing stays in the tree.
_COMPILED = tempfile.TemporaryDirectory(prefix="mutation-")
_NOT_LOADED = 99
KILLED, TIMED_OUT, SURVIVED = "killed", "timed out", "survived"


class _Quiet:
    """No shrinking and no file of failures: that a case fails is enough."""

    def pytest_sessionstart(self) -> None:
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutation", hypothesis.settings(), phases=phases, database=None)
        hypothesis.settings.load_profile("mutation")


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, tree: Module) -> None:
        super().__init__(name, path)
        self.tree = tree

    def get_code(self, fullname: str) -> object:
        return compile(self.tree, self.path, "exec", dont_inherit=True)


class _Finder:
    """Gives the module with the fault to whoever imports it."""

    def __init__(self, name: str, path: Path, tree: Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        if name != self.name:
            return None
        spec = PathFinder.find_spec(name, path)
        assert spec is not None
        spec.loader = _Loader(name, str(self.path), self.tree)
        return spec


def load_libraries() -> None:
    """Read what every test needs and no fault is put into."""
    for name in LIBRARIES:
        importlib.import_module(name)


def outcome(root: Path, path: str, tree: Module, tests: Sequence[str], limit: int = TIME_LIMIT) -> str:
    """What the tests say of the module with this tree: killed, timed out or survived."""
    pid = os.fork()
    if pid == 0:
        _child(root, path, tree, tests, limit)
    deadline = time.monotonic() + 10 * limit
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        if time.monotonic() > deadline:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return TIMED_OUT
        time.sleep(0.02)
    if os.WIFSIGNALED(status):
        return TIMED_OUT if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else KILLED
    code = os.WEXITSTATUS(status)
    if code in (pytest.ExitCode.NO_TESTS_COLLECTED, pytest.ExitCode.USAGE_ERROR):
        raise SystemExit(f"{path}: no tests to run in {list(tests)}")
    if code == _NOT_LOADED:
        raise SystemExit(f"{path}: these tests never load it, so they cannot notice anything: {list(tests)}")
    return SURVIVED if code == 0 else KILLED


def _child(root: Path, path: str, tree: Module, tests: Sequence[str], limit: int) -> None:
    code = 1
    try:
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        sys.dont_write_bytecode, sys.pycache_prefix = False, _COMPILED.name
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # those of dash take a second each time
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = tempfile.gettempdir()
        os.chdir(root)
        name = path.removesuffix(".py").replace("/", ".")
        assert name not in sys.modules, f"{name} is loaded already"
        sys.meta_path.insert(0, _Finder(name, root / path, tree))
        options = ["-x", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=no", "-W", "ignore"]
        code = int(pytest.main([*options, *tests], plugins=[_Quiet()]))
        if code == 0 and name not in sys.modules:
            code = _NOT_LOADED
    finally:
        os._exit(code)
