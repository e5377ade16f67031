"""For all tests: generated cases are repeatable and judged by what they find, not by how busy the machine is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.browser.find_chromium import FLAGS, find

if TYPE_CHECKING:
    from playwright.sync_api import Browser

#: BUURTBEELD_SOAK=1 runs the same tests longer (`make soak`).
IS_SOAK = os.environ.get("BUURTBEELD_SOAK") == "1"

settings.register_profile("suite", deadline=None, derandomize=not IS_SOAK, max_examples=1_000 if IS_SOAK else 100)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process: a second one beside it cannot start."""
    from playwright.sync_api import sync_playwright

    path = find()
    if path is None:
        pytest.skip("no Chromium: set BUURTBEELD_CHROMIUM or run tests/browser/find_chromium.py --install")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
