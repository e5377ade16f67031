"""Bytes and requests of each page in Chromium, and what a change of indicator or period on the map costs."""

from __future__ import annotations

import statistics
import time
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from docs.screenshots import served_demo
from tests.browser.find_chromium import FLAGS, find

PORT = 8058
SLUG = "enschede"
PAGES = {
    "overzicht": "",
    "kaart": "kaart",
    "gebied": "gebied/BU01530301",
    "onderwerp": "onderwerp/burglary_home",
    "gegevens": "gegevens",
}
#: The areas of the map, drawn by assets/map*.js.
AREA = "svg [data-code]"


class Wire:
    """What went over the wire of one tab: requests and encoded bytes, as the browser counts them."""

    def __init__(self, tab: Page) -> None:
        self.requests: list[str] = []
        self.bytes = 0
        session = tab.context.new_cdp_session(tab)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFinished", self._finished)

    def _sent(self, event: dict[str, object]) -> None:
        address = str(dict(event["request"])["url"])  # type: ignore[call-overload]
        if address.startswith("http"):
            self.requests.append(address)

    def _finished(self, event: dict[str, object]) -> None:
        self.bytes += int(float(str(event["encodedDataLength"])))

    def mark(self) -> tuple[int, int]:
        return len(self.requests), self.bytes


def measure(rounds: int = 3) -> dict[str, object]:
    """Serve the practice municipalities and visit each page, cold and warm.

    Returns:
        kB and requests per page, of the first map, and of a change on the map (median of the rounds).
    """
    with served_demo(PORT) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        pages = {}
        hosts: set[str] = set()
        for name, path in PAGES.items():
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            tab = context.new_page()
            wire = Wire(tab)
            cold = _visit(tab, wire, f"{base}/g/{SLUG}/{path}")
            warm = _visit(tab, wire, f"{base}/g/{SLUG}/{path}")
            hosts |= {urlsplit(address).netloc for address in wire.requests}
            pages[name] = {"cold": cold, "warm": warm}
            context.close()
        first_map = [_first_map(browser, f"{base}/g/{SLUG}/kaart") for _ in range(rounds)]
        changes = _changes(browser, f"{base}/g/{SLUG}/kaart?indicator=burglary_home&level=neighbourhood", rounds)
        browser.close()
    return {
        "first_map_kb": round(statistics.median(one[0] for one in first_map), 1),
        "first_map_requests": round(statistics.median(one[1] for one in first_map)),
        "first_map_ms": round(statistics.median(one[2] for one in first_map)),
        **changes,
        "outside_requests": len(hosts - {urlsplit(base).netloc}),
        "pages": pages,
        **{f"{name}_cold_kb": figures["cold"]["kb"] for name, figures in pages.items()},
        **{f"{name}_cold_requests": figures["cold"]["requests"] for name, figures in pages.items()},
        **{f"{name}_warm_kb": figures["warm"]["kb"] for name, figures in pages.items()},
    }


def _visit(tab: Page, wire: Wire, address: str) -> dict[str, float]:
    requests, size = wire.mark()
    started = time.perf_counter()
    tab.goto(address)
    tab.wait_for_selector("h1")
    heading = time.perf_counter() - started
    tab.wait_for_load_state("networkidle")
    after_requests, after_size = wire.mark()
    return {
        "kb": round((after_size - size) / 1000, 1),
        "requests": after_requests - requests,
        "heading_ms": round(heading * 1000),
    }


def _first_map(browser, address: str) -> tuple[float, int, float]:  # type: ignore[no-untyped-def]
    """kB, requests and ms until the areas are drawn, nothing cached."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    wire = Wire(tab)
    started = time.perf_counter()
    tab.goto(address)
    tab.wait_for_selector(AREA)
    seconds = time.perf_counter() - started
    tab.wait_for_load_state("networkidle")
    requests, size = wire.mark()
    context.close()
    return size / 1000, requests, seconds * 1000


def _changes(browser, address: str, rounds: int) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """Choose another indicator (never seen before) and another period on the map."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    wire = Wire(tab)
    tab.goto(address)
    tab.wait_for_selector(AREA)
    tab.wait_for_load_state("networkidle")
    indicator, period = [], []
    for name in ("assault", "vandalism", "threat", "shoplifting")[:rounds]:
        indicator.append(_change(tab, wire, "#map-indicator", name))
        period.append(_change(tab, wire, "#map-period", None))
    context.close()
    return {
        "indicator_change_requests": max(one[0] for one in indicator),
        "indicator_change_kb": round(statistics.median(one[1] for one in indicator), 1),
        "indicator_change_ms": round(statistics.median(one[2] for one in indicator)),
        "period_change_requests": max(one[0] for one in period),
        "period_change_ms": round(statistics.median(one[2] for one in period)),
    }


#: Choose in a list as a person does, and time it until the areas have their new look and a frame is drawn.
CHOOSE = """
([list, value]) => new Promise((done) => {
  const select = document.querySelector(list);
  const wanted = value || select.options[(select.selectedIndex + 1) % select.options.length].value;
  const started = performance.now();
  const seen = new MutationObserver(() => {
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - started), 0));
  });
  seen.observe(document.querySelector("svg [data-code]").ownerSVGElement, {subtree: true, attributes: true});
  select.value = wanted;
  select.dispatchEvent(new Event("input", {bubbles: true}));
  select.dispatchEvent(new Event("change", {bubbles: true}));
  setTimeout(() => done(-1), 5000);
})
"""


def _change(tab: Page, wire: Wire, selector: str, value: str | None) -> tuple[int, float, float]:
    """Requests, kB and ms of one choice; -1 ms where nothing changed within five seconds."""
    requests, size = wire.mark()
    milliseconds = tab.evaluate(CHOOSE, [selector, value])
    tab.wait_for_load_state("networkidle")
    tab.wait_for_timeout(300)
    after_requests, after_size = wire.mark()
    return after_requests - requests, (after_size - size) / 1000, float(milliseconds)
