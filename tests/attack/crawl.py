"""Ask a server of the public edition for everything it can answer.

The crawl is complete by what the server itself lists: its rules of addresses, its callbacks, its pages, the keys of an
address, and every kind of link on every page. What is new there is named by `Crawl.not_asked` until it is asked here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask

from monitor import fonts
from monitor.access.guard import CSRF_COOKIE, CSRF_HEADER, CallbackPolicy
from monitor.router import STATE_KEYS, pages
from tests.attack.reading import readable, walk

#: Inputs and states of a page's own callbacks, beside the address: (component, property) -> what a reader can send.
VALUES: dict[tuple[str, str], Sequence[Any]] = {
    ("gebied-deeper-open", "n_clicks"): (1,),
    ("onderwerp-deeper-open", "n_clicks"): (1,),
    ("effect-open", "n_clicks"): (1,),
    ("effect-asked", "data"): (1,),
}
#: Headers that follow the clock, or the size of an archive with moments in it; and the key that Dash draws at a start.
_OF_THE_MOMENT = ("Set-Cookie", "Date", "Content-Length")
_RANDOM = re.compile(r'"end_id": ?"[^"]+"')
#: Links of one shape (the same page and keys, the same kind of area and period) that are followed.
_OF_A_SHAPE = 1
_OTHER_EDITIONS = ("internal", "Internal", "internal.duckdb", "both")
#: Rules that Dash makes and the guard closes, or that hold nothing of a municipality.
_EMPTY_RULES = ("/favicon.ico", "_reload-hash", "_favicon.ico")


@dataclass(frozen=True)
class Places:
    """What there is to ask for. Every value of every key occurs on every page."""

    slug: str
    states: Mapping[str, Sequence[str]]  # key of an address -> values, valid and not
    arguments: Mapping[str | None, Sequence[str]]  # argument of a page -> values
    loads: Sequence[str]
    vintages: Sequence[int]
    indicators: Sequence[str]
    sources: Sequence[str]


@dataclass
class Crawl:
    """What a server said: the question in words -> status, headers and body as text."""

    app: Flask
    slug: str
    said: dict[str, str] = field(default_factory=dict)
    rules: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    hrefs: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()
        self.app.extensions["buurtbeeld"]["guard"]._downloads._size = 1e9
        self.client.get(f"/g/{self.slug}/")
        cookie = self.client.get_cookie(CSRF_COOKIE)
        self.token = cookie.value if cookie else ""

    @property
    def policies(self) -> dict[str, CallbackPolicy]:
        return {output: policy for (_, output), policy in self.app.extensions["buurtbeeld"]["guard"].callbacks.items()}

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> bytes:
        """A GET; `path` from the root of the server."""
        rule = self.app.url_map.bind("localhost")
        if rule.test(path.split("?")[0]):
            self.rules.add(rule.match(path.split("?")[0], return_rule=True)[0].rule)
        answer = self.client.get(path, headers=dict(headers or {}))
        self._note(f"GET {path} {json.dumps(dict(headers)) if headers else ''}".strip(), answer)
        return bytes(answer.data)

    def call(self, output: str, path: str, search: str, values: Mapping[tuple[str, str], Any] = {}) -> Any:
        """A callback as the browser calls it at an address; what it gave, or None."""
        policy = self.policies[output]
        known = {("url", "pathname"): path, ("url", "search"): search, ("scheme", "data"): "light"} | dict(values)
        named = [{"id": name, "property": key} for name, key in policy.outputs]
        body = {
            "output": output,
            "outputs": named if output.startswith("..") else named[0],
            "inputs": [{"id": name, "property": key, "value": known[name, key]} for name, key in policy.inputs],
            "state": [{"id": name, "property": key, "value": known[name, key]} for name, key in policy.states],
            "changedPropIds": [f"{name}.{key}" for name, key in policy.inputs[:1]],
        }
        answer = self.client.post(
            f"/g/{self.slug}/_dash-update-component", headers={CSRF_HEADER: self.token}, json=body
        )
        self._note(f"POST {output} {path}{search} {values}", answer)
        if answer.status_code == 200:
            self.called.add(output)
            self.rules.add(f"/g/{self.slug}/_dash-update-component")
        return json.loads(answer.data)["response"] if answer.status_code == 200 else None

    def page(self, path: str, search: str) -> Any:
        """The router at an address; remembers the links on the page."""
        router = next(output for output in self.policies if "page-meta" in output)
        told = self.call(router, path, search)
        for part in walk(told):
            if isinstance(href := part.get("href"), str) and href.startswith("/"):
                self.hrefs.setdefault(href)
        return told

    def _note(self, question: str, answer: Any) -> None:
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers if name not in _OF_THE_MOMENT)
        body = _RANDOM.sub("", readable(answer.data))
        self.said[question] = f"{answer.status_code}\n{headers}\n\n{body}"

    def not_asked(self) -> list[str]:
        """Rules, callbacks, pages and keys of an address that the server has and nobody asked."""
        rules = {rule.rule for rule in self.app.url_map.iter_rules()} - self.rules
        rules = {rule for rule in rules if not rule.endswith(_EMPTY_RULES)}
        keys = {key for question in self.said for key in re.findall(r"[?&]([a-z_]+)=", question)}
        seen = {page.path for page in pages() if any(f"/g/{self.slug}/{page.path}" in asked for asked in self.said)}
        missing = rules | (set(self.policies) - self.called) | (set(STATE_KEYS) - keys)
        return sorted(missing | ({page.path for page in pages()} - seen))


def ask_everything(app: Flask, town: Places) -> Crawl:
    """All addresses, pages, callbacks and links, and every way to ask for another edition."""
    crawl = Crawl(app, town.slug)
    below = f"/g/{town.slug}"
    for path in ("/", "/?lang=en", "/healthz", "/readyz", fonts.address(), f"{below}/", f"{below}/_dash-layout",
                 f"{below}/_dash-dependencies", f"{below}/assets/tokens.css", "/nothing", f"{below}/nothing",
                 "/g/elsewhere/"):  # fmt: skip
        crawl.get(path)
    suite = next(iter(re.findall(rf"{below}/_dash-component-suites/[^\"?]+", crawl.client.get(f"{below}/").text)))
    crawl.get(suite)
    _ask_pages(crawl, town)
    _ask_data(crawl, town)
    _ask_downloads(crawl, town)
    _ask_for_another_edition(crawl, town)
    _follow_links(crawl)
    return crawl


def _ask_pages(crawl: Crawl, town: Places) -> None:
    """Every page at addresses in which every value of every key occurs; the callbacks of the page at each of them."""
    own = {output: policy for output, policy in crawl.policies.items() if "page-meta" not in output}
    for page in pages():
        arguments = town.arguments[page.argument]
        most = max(len(arguments), *(len(values) for values in town.states.values()))
        for turn in range(most):
            argument = arguments[turn % len(arguments)]
            path = f"/g/{crawl.slug}/" + f"{page.path}/{argument}".strip("/")
            state = {key: values[turn % len(values)] for key, values in town.states.items()}
            search = f"?{urlencode({key: value for key, value in state.items() if value})}"
            if turn == 0:
                crawl.get(path + search)
            crawl.page(path, search)
            for output in (_output_of(callback, own) for callback in page.callbacks):
                asked = [
                    name for name in (*own[output].inputs, *own[output].states) if name[0] not in ("url", "scheme")
                ]
                for values in product(*(VALUES[name] for name in asked)):
                    crawl.call(output, path, search, dict(zip(asked, values, strict=True)))


def _output_of(callback: Any, known: Mapping[str, CallbackPolicy]) -> str:
    outputs = tuple((one.component_id, one.component_property) for one in callback.outputs)
    return next(output for output, policy in known.items() if policy.outputs == outputs)


def _ask_data(crawl: Crawl, town: Places) -> None:
    below = f"/g/{crawl.slug}"
    for load_id, indicator in product((*town.loads, "999999"), (*town.indicators, "nothing")):
        crawl.get(f"{below}/v/{load_id}/public/{indicator}.json")
    for vintage in (*town.vintages, 1999, "x"):
        crawl.get(f"{below}/v/{town.loads[-1]}/public/{town.indicators[0]}.json?vintage={vintage}")
    outlines = {found for said in crawl.said.values() for found in re.findall(rf"{below}/geo/[0-9a-f]+\.json", said)}
    for path in (*sorted(outlines), f"{below}/geo/00.json"):
        crawl.get(path)


def _ask_downloads(crawl: Crawl, town: Places) -> None:
    below = f"/g/{crawl.slug}/download"
    for extension in ("csv", "json", "xlsx", "parquet"):
        crawl.get(f"{below}/figures.{extension}?indicator={town.indicators[0]}&area={town.states['area'][1]}")
    crawl.get(f"{below}/figures.csv")
    for load_id, vintage in product(town.loads, town.vintages):
        crawl.get(f"{below}/figures.csv?indicator={','.join(town.indicators[:2])}&asof={load_id}&vintage={vintage}")
    for filters in ("period-type=month&level=neighbourhood", "from=2026-01&to=2026-03", "period=2026-08-R12", "level=x",
                    "vintage=1999", "vintage=x", "asof=x", "explain=1"):  # fmt: skip
        crawl.get(f"{below}/figures.json?indicator={town.indicators[0]}&{filters}")
    crawl.get(f"{below}/figures.exe")
    crawl.get(f"{below}/report-{town.states['area'][1]}.pdf")
    question = "effect=BU99050101&effect_from=2026-01"
    for indicator in town.indicators:
        crawl.get(f"{below}/effect-{indicator.replace('_', '-')}.csv?{question}")
    for source, language in product((*town.sources, "nothing"), ("nl", "en")):
        crawl.get(f"{below}/feedback-{source.replace('_', '-')}.csv?lang={language}")


def _ask_for_another_edition(crawl: Crawl, town: Places) -> None:
    """By path, by parameter, by header, by cookie, and by the name of a file."""
    below, indicator, load_id = f"/g/{crawl.slug}", town.indicators[0], town.loads[-1]
    for edition in _OTHER_EDITIONS:
        crawl.get(f"{below}/v/{load_id}/{edition}/{indicator}.json")
    headers = {"X-Role": "admin", "X-Edition": "internal", "X-Forwarded-For": "127.0.0.1", "Cookie": "edition=internal"}
    words = "edition=internal&role=admin&mode=local"
    for path in (f"v/{load_id}/public/{indicator}.json", "download/figures.csv", "herkomst", ""):
        crawl.get(f"{below}/{path}?{words}&indicator={indicator}", headers)
        crawl.page(f"{below}/{path}", f"?{words}&indicator={indicator}")
    for path in (f"snapshots/{load_id}/internal.duckdb", "internal.duckdb", "../internal.duckdb", "rounding.duckdb",
                 f"assets/../../warehouse/{crawl.slug}/snapshots/{load_id}/internal.duckdb"):  # fmt: skip
        crawl.get(f"{below}/{path}")


def _follow_links(crawl: Crawl) -> None:
    """One link of every shape, also of the pages that they lead to."""
    shapes: dict[str, int] = {}
    done = 0
    while done < len(crawl.hrefs):
        href = list(crawl.hrefs)[done]
        done += 1
        shape = _shape(href)
        shapes[shape] = shapes.get(shape, 0) + 1
        if shapes[shape] > _OF_A_SHAPE:
            continue
        parts = urlsplit(href)
        if "/download/" in parts.path or parts.path in ("/",):
            crawl.get(href.split("#")[0])
        else:
            crawl.page(parts.path, f"?{parts.query}" if parts.query else "")


def _shape(href: str) -> str:
    """A link without its values: the page; of an area its level; of a passport the kind of period."""
    path = urlsplit(href).path
    page = re.sub(r"(BU|WK|GM)\w+", r"\1", path)
    page = re.sub(r"(onderwerp|terugmelding)/\w+", r"\1/x", re.sub(r"download/([a-z]+)[\w-]*", r"download/\1", page))
    period = re.search(r"herkomst.*period=([\w-]+)", href)
    return f"{page} {period and re.sub(r'[0-9]', '9', period[1])}"
