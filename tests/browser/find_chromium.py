"""Find a browser for the tests; with --install, bring one in where there is none.

Order: BUURTBEELD_CHROMIUM, a browser of the system, the one of Playwright. To install: Playwright's own download, which
works on most machines, else the system's package (needs root). Prints the path it found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
#: Headless, without a single request of its own: the tests count every request.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find() -> str | None:
    """Path of a browser that is there, or None."""
    named = os.environ.get("BUURTBEELD_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return _of_playwright()


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> str:
    """Bring a browser in; returns its path.

    Raises:
        SystemExit: neither way works; says what to do by hand.
    """
    print("[+] a browser for the tests", flush=True)
    for command in _ways():
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0 and (path := find()):
            return path
    raise SystemExit("No browser could be installed. Install Chromium and set BUURTBEELD_CHROMIUM to its path.")


def _ways() -> list[list[str]]:
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root and shutil.which("apt-get"):
        return [["sh", "-c", "apt-get -qq update && apt-get -qq install -y chromium"], playwright]
    return [playwright]


if __name__ == "__main__":
    found = find() or (install() if "--install" in sys.argv[1:] else None)
    if found is None:
        raise SystemExit("no browser found; run with --install")
    print(found)
