"""A browser and a live server over Proefdorp, and what a test sees of it: requests, errors, axe."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from waitress import create_server

from monitor.app import bind, create_app
from tests.proefdorp import SLUG, make_config, make_snapshot

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@dataclass
class Seen:
    """What a page asked for and complained about."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def since(self, mark: int) -> list[str]:
        """Addresses asked for after the first `mark` ones."""
        return self.requests[mark:]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a live server, as users have it: Waitress, guard, one municipality."""
    folder = tmp_path_factory.mktemp("site")
    make_snapshot(folder / "warehouse" / SLUG)
    app = create_app(make_config(folder / "config", folder / "warehouse"))
    socket = bind("127.0.0.1", 0)
    server = create_server(app, sockets=[socket], threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.close()


@pytest.fixture
def open_page(chromium: Browser, site: str) -> Iterator[Callable[..., tuple[Page, Seen]]]:
    """Open a path in a fresh profile: `page, seen = open_page("kaart?level=district", viewport=PHONE)`."""
    contexts: list[BrowserContext] = []

    def open_(path: str = "", *, viewport: dict[str, int] = DESKTOP, theme: str = "light") -> tuple[Page, Seen]:
        context = chromium.new_context(viewport=viewport, color_scheme=theme, has_touch=viewport is PHONE)
        contexts.append(context)
        page, seen = context.new_page(), Seen()
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on("console", lambda told: seen.errors.append(told.text) if told.type == "error" else None)
        page.goto(f"{site}/g/{SLUG}/{path}")
        page.wait_for_selector("#main h1")
        return page, seen

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[str]]:
    """Rules of axe (WCAG 2.2 A and AA, best practices) that a page breaks, with the first place of each."""
    axe = Axe()

    def broken(page: Page) -> list[str]:
        found = axe.run(page).response["violations"]
        return [f"{rule['id']}: {rule['nodes'][0]['target']} ({len(rule['nodes'])})" for rule in found]

    return broken
