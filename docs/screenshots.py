"""Make the dated page of screenshots again: `make docs`, or `python -m docs.screenshots [ADDRESS]`.

Without an address it makes the practice municipalities, loads them into a temporary warehouse and serves them.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.find_chromium import FLAGS, find

HERE = Path(__file__).parent
IMAGES = HERE / "images"
PORT = 8059
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
#: name -> path below the address, and what the page answers.
PAGES = {
    "overzicht": ("g/enschede/", "Overzicht: what stands out"),
    "kaart": ("g/enschede/kaart?indicator=burglary_home&level=neighbourhood", "Kaart: where"),
    "gebied": ("g/enschede/gebied/BU01530301", "Buurt en wijk: one area"),
    "onderwerp": ("g/enschede/onderwerp/burglary_home", "Onderwerp: one indicator"),
    "gegevens": ("g/enschede/gegevens", "Gegevens: deliveries and findings"),
}


def main() -> None:
    with _address(sys.argv[1:]) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        IMAGES.mkdir(exist_ok=True)
        for name, (path, _) in PAGES.items():
            for size in SIZES:
                for scheme in ("light", "dark"):
                    shoot(browser, f"{address}/{path}", IMAGES / f"{name}-{size}-{scheme}.png", size, scheme)
        browser.close()
    (HERE / "screens.md").write_text(page(), encoding="utf-8")


def shoot(browser: Browser, address: str, target: Path, size: str, scheme: str) -> None:
    """One picture of the first screen of a page that has finished drawing."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale="nl-NL")
    tab = context.new_page()
    tab.goto(address)
    tab.wait_for_selector("h1")
    tab.wait_for_load_state("networkidle")
    tab.wait_for_timeout(600)
    tab.screenshot(path=str(target))
    context.close()


@contextmanager
def _address(arguments: list[str]) -> Iterator[str]:
    if arguments:
        yield arguments[0].rstrip("/")
        return
    with served_demo(PORT) as address:
        yield address


@contextmanager
def served_demo(port: int) -> Iterator[str]:
    """Make, load and serve the practice municipalities from a warehouse of their own; gives the address."""
    with tempfile.TemporaryDirectory() as warehouse:
        command = [sys.executable, "-m", "monitor.cli", "demo", "--port", str(port), "--warehouse", warehouse]
        process = subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.DEVNULL)
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/readyz", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_until_ready(address: str, process: subprocess.Popen[bytes], seconds: float = 300) -> None:
    """Until the server answers; gives up when its process ended or the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the demo did not start")


def page() -> str:
    """docs/screens.md: every picture with what it shows, and the day it was made."""
    rows = []
    for name, (_, title) in PAGES.items():
        rows.append(f"## {title}\n")
        for size in SIZES:
            pictures = " ".join(
                f"![{title}, {size}, {scheme}](images/{name}-{size}-{scheme}.png)" for scheme in ("light", "dark")
            )
            rows.append(f"{size.capitalize()}, light and dark:\n\n{pictures}\n")
    head = (
        f"# Screens on {dt.date.today().isoformat()}\n\n"
        "Practice municipality Enschede: areas and populations are real, figures of events are practice data. "
        "Made by `make docs`.\n"
    )
    return "\n".join([head, *rows])


if __name__ == "__main__":
    main()
