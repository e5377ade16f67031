"""A17: no unprotected value in the public file, in any answer, figure, tooltip, axis, cache or log.

Two proofs beside each other. Two towns that show the same rounded figures over other exact counts must answer alike,
whatever is asked (`tests.twins`): then nothing that is said depends on an exact count. And one town is read for exact
totals and for counts of 1 to 4, in any notation. Leaks that are planted here are noticed by either.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pytest
from dash import dcc, html
from playwright.sync_api import Browser
from typer.testing import CliRunner
from waitress import create_server

from config.vocabulary import Edition
from etl.snapshot import SETTINGS
from monitor import cli, data_addresses
from monitor.app import bind, create_app
from monitor.components.cards import table
from monitor.pages import herkomst
from monitor.queries.memory import _kept
from tests.attack.crawl import Crawl, Places, ask_everything
from tests.attack.reading import large_numbers, long_numbers, map_numbers, readable, small_counts
from tests.twins import CODE, CODES, MONTHS, RESTRICTED, SLUG, WORDS, Twin, twins

PLACES = Places(
    slug=SLUG,
    states={
        "indicator": ("all_reports", "burglary_home", "assault", "litter_reports", "burglary_hom"),
        "level": ("neighbourhood", "district", "municipality", "custom", "x"),
        "area": (CODES[4], CODE, "WK990501", "centrum", "BU00000000"),
        "period": ("2026-08-R12", "2026-08", "2026-Q2", "2025", "1900"),
        "compare": ("rest_of_municipality", "year_before", "previous", "", "x"),
        "measure": ("counted", "smoothed", "index", "", "x"),
        "effect": (CODES[0], CODES[8], f"{CODES[0]},{CODES[5]}", CODES[0], "x"),
        "effect_from": ("2026-01", "2025-09", "2026-02", "2026-01", "x"),
        "effect_to": ("", "2026-05", "", "2026-06", "x"),
        "effect_compare": ("", f"{CODES[9]},{CODES[10]}", "", "", "x"),
        "effect_leave_out": ("", "peak", "", "", "x"),
        "vintage": ("", "2024", "2023", "", "1990"),
        "asof": ("", "2026-08-20", "", "000001", "x"),
        "lang": ("nl", "en"),
    },
    arguments={
        None: ("",),
        "area": (CODES[4], CODE, "WK990502", CODES[0], "centrum"),
        "indicator": ("burglary_home", "all_reports", "litter_reports", "assault", "x"),
        "source": ("reports", "litter", "x"),
    },
    loads=("000001", "000002"),
    vintages=(2023, 2024),
    indicators=("burglary_home", "all_reports", "assault", "litter_reports", "population"),
    sources=("reports", "litter", "key_figures"),
)
#: Answers whose numbers are coordinates of outlines, the same for everybody.
OUTLINES = f"/g/{SLUG}/geo/"


@dataclass(frozen=True)
class Told:
    """Both towns, what they answer, and what one wrote to its log meanwhile."""

    one: Twin
    other: Twin
    first: Crawl
    second: Crawl
    log: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    written = io.StringIO()
    handler, root = logging.StreamHandler(written), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        one, other = twins(tmp_path_factory.mktemp("twins"))
        first = ask_everything(create_app(one.config), PLACES)
        shutil.copytree(one.town.root.parent / ".cache", other.town.root.parent / ".cache")  # the font, made once
        second = ask_everything(create_app(other.config), PLACES)
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
    return Told(one, other, first, second, written.getvalue())


def leaks(town: Twin, crawl: Crawl) -> list[str]:
    """Exact totals and small counts in what a server said."""
    found = []
    for question, said in crawl.said.items():
        if OUTLINES in question:
            continue
        is_map = question.startswith(f"GET /g/{SLUG}/v/") and said.startswith("200")
        numbers = map_numbers(said) if is_map else large_numbers(said)
        found += [f"{question}: exact total {number}" for number in numbers & town.marks]
        found += [f"{question}: exact figure {number}" for number in long_numbers(said) & town.long_marks]
        found += [f"{question}: {one}" for one in small_counts(said, RESTRICTED)]
    return found


def differences(first: Crawl, second: Crawl) -> list[str]:
    """Questions to which two towns answer differently."""
    return sorted(
        question for question in {*first.said, *second.said} if first.said.get(question) != second.said.get(question)
    )


# --- the proof --------------------------------------------------------------------------------------------------------


def test_the_towns_differ_in_what_is_hidden_and_there_is_something_to_find(told: Told):
    was, now = told.one.counts, told.other.counts
    small = (was > 0) & (was < 5)

    assert (was != now).sum() > small.sum() / 4
    assert ((now == 0) & small).sum() > 5  # also whether there was anything at all
    assert (was != now)[~small].sum() == 0
    assert len(told.one.marks) > 100
    assert len(told.one.long_marks) > 100


def test_everything_that_can_be_asked_was_asked(told: Told):
    assert told.first.not_asked() == []
    answered = [question for question, said in told.first.said.items() if said.startswith("200")]
    assert len(answered) > 100
    assert not [question for question, said in told.first.said.items() if said.startswith("5")]


def test_no_answer_depends_on_an_exact_count(told: Told):
    assert differences(told.first, told.second) == []


def test_no_answer_holds_an_exact_total_or_a_small_count(told: Told):
    assert leaks(told.one, told.first) == []


@pytest.mark.parametrize("load_id", ["000001", "000002"])
def test_the_public_file_says_the_same_of_both_towns(told: Told, load_id: str):
    def tables(town: Twin) -> dict[str, list[str]]:
        with duckdb.connect(str(town.file(Edition.PUBLIC, load_id)), read_only=True, config=SETTINGS) as con:
            names = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
            return {name: sorted(map(repr, con.execute(f'SELECT * FROM "{name}"').fetchall())) for name in names}

    first, second = tables(told.one), tables(told.other)

    assert [name for name in first if first[name] != second[name]] == []
    assert set(first) == set(second) > {"observation", "delivery", "lineage", "source_quality", "correction"}


def test_the_bytes_of_the_public_files_differ_in_nothing_but_checksums_and_padding(told: Told):
    """DuckDB pads what it writes with a few bytes of memory as they are: never enough for a row."""
    first, second = (np.fromfile(town.file(Edition.PUBLIC), dtype=np.uint8) for town in (told.one, told.other))

    assert len(first) == len(second)
    at = np.flatnonzero(first != second)
    runs = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)
    assert max(len(run) for run in runs) <= 16
    assert len(at) < 5_000


# --- the machine that serves ------------------------------------------------------------------------------------------


def test_no_log_holds_an_exact_total(told: Told):
    assert "refused 404" in told.log  # something was logged
    assert large_numbers(told.log) & told.one.marks == set()


def test_no_file_outside_the_internal_ones_holds_an_exact_total(told: Told):
    root = told.one.town.root
    internal = {"internal.duckdb", "rounding.duckdb", "rounding.key"}
    files = [path for path in root.rglob("*") if path.is_file() and path.name not in internal]
    texts = {path: path.read_text(encoding="utf-8", errors="ignore") for path in files
             if "deliveries" not in path.parts and path.suffix != ".duckdb"}  # fmt: skip

    assert {path.name for path in texts} >= {"manifest.json", "CURRENT", "log.jsonl"}
    assert [path.name for path, text in texts.items() if large_numbers(text) & told.one.marks] == []
    status = CliRunner().invoke(cli.app, ["status", SLUG, "--config", str(told.one.config), "--json"])
    assert status.exit_code == 0
    assert large_numbers(status.output) & told.one.marks == set()


def test_the_process_opened_and_remembers_public_files_only(told: Told):
    kept = [str(key) for key in _kept if SLUG in str(key)]
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("this system does not list open files")
    opened = {str(link.readlink()) for link in descriptors.iterdir() if link.is_symlink()}
    ours = str(told.one.town.place.parent)

    assert kept
    assert not [key for key in kept if "internal" in key]
    assert not [name for name in opened if name.startswith(ours) and not name.endswith(("public.duckdb", ".lock"))]
    with Path("/proc/self/environ").open("rb") as environment:
        assert b"internal.duckdb" not in environment.read()


# --- planted leaks ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Secret:
    """A window of an area whose exact total is known to differ between the towns, and a leaf that is small in one."""

    indicator: str
    area_code: str
    small: tuple[str, str, str]  # indicator, area, month

    def of(self, view: Any) -> int:
        return self._ask(view, self.indicator, self.area_code, "2026-08-R12")

    def leaf_of(self, view: Any) -> int:
        return self._ask(view, *self.small)

    def order_of(self, view: Any) -> list[str]:
        """Neighbourhoods by their exact count, largest first."""
        rows = _internal(view, "SELECT area_code FROM observation WHERE indicator = ? AND period = '2026-08'"
                         " AND area_level = 'neighbourhood' AND vintage = 2024 ORDER BY numerator DESC, area_code",
                         [self.indicator])  # fmt: skip
        return [str(code) for (code,) in rows]

    def _ask(self, view: Any, *cell: str) -> int:
        sql = (
            "SELECT numerator FROM observation WHERE indicator = ? AND area_code = ? AND period = ? AND vintage = 2024"
        )
        return int(_internal(view, sql, list(cell))[0][0])


def _internal(view: Any, sql: str, values: list[str]) -> list[Any]:
    """What a careless programmer would fetch."""
    file = Path(view.configured.warehouse) / SLUG / "snapshots" / "000002" / "internal.duckdb"
    with duckdb.connect(str(file), read_only=True, config=SETTINGS) as con:
        return con.execute(sql, values).fetchall()


@pytest.fixture(scope="module")
def secret(told: Told) -> Secret:
    def numbers(town: Twin) -> dict[tuple[str, str], int]:
        sql = "SELECT indicator, area_code, numerator FROM observation WHERE period = '2026-08-R12' AND vintage = 2024"
        return {(str(a), str(b)): int(n) for a, b, n in town.ask(Edition.INTERNAL, sql) if n is not None}

    first, second = numbers(told.one), numbers(told.other)
    indicator, code = next(
        key for key, number in sorted(first.items()) if number in told.one.marks and number != second[key]
    )
    was, now = told.one.counts, told.other.counts
    kind, area, month = np.argwhere((was > 0) & (was < 5) & (was != now))[0]
    return Secret(indicator, code, (list(WORDS.values())[kind], CODES[area], MONTHS[month]))


def _dutch(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _chart(**figure: Any) -> dcc.Graph:
    return dcc.Graph(figure=figure)


def _bytes(number: int) -> dict[str, str]:
    return {"dtype": "i4", "bdata": base64.b64encode(np.array([number], dtype="<i4").tobytes()).decode()}


#: Where a leak can hide -> what is put on a page. True: the words alone tell it; False: only the other town does.
PLANTS: dict[str, tuple[bool, Callable[[Secret, Any], Any]]] = {
    "tooltip": (
        True,
        lambda one, view: _chart(data=[{"hovertext": [f"<b>x</b><br>{_dutch(one.of(view))} meldingen"]}]),
    ),
    "small tooltip": (True, lambda one, view: _chart(data=[{"customdata": [f"aantal: {one.leaf_of(view)}"]}])),
    "label for screen readers": (True, lambda one, view: html.Div(**{"aria-label": f"{one.of(view):,} reports"})),
    "title": (True, lambda one, view: html.Span(title=f"was {one.of(view)}.0")),
    "data attribute": (True, lambda one, view: html.Span(**{"data-total": str(one.of(view))})),
    "store": (True, lambda one, view: dcc.Store(id="s", data={"rows": [[one.area_code, one.of(view)]]})),
    "typed array": (True, lambda one, view: _chart(data=[{"y": _bytes(one.of(view))}])),
    "table": (True, lambda one, view: table(["Buurt", "Aantal"], [["x", str(one.leaf_of(view))]], caption="x")),
    "axis range": (False, lambda one, view: _chart(layout={"yaxis": {"range": [0, 1.05 * one.of(view)]}})),
    "rate": (False, lambda one, view: html.P(f"{1000 * one.of(view) / 21_000:.2f} per 1.000")),
    "order": (False, lambda one, view: html.Ul([html.Li(code) for code in one.order_of(view)])),
    "class of a colour": (False, lambda one, view: html.Span(className=f"class-{one.leaf_of(view) % 5}")),
}


@pytest.mark.parametrize("where", PLANTS)
def test_a_leak_planted_on_a_page_is_noticed(told: Told, secret: Secret, monkeypatch: pytest.MonkeyPatch, where: str):
    is_worded, plant = PLANTS[where]
    monkeypatch.setattr(herkomst, "_again_card", lambda view, found: plant(secret, view))

    first, second = (Crawl(crawl.app, SLUG) for crawl in (told.first, told.second))
    for crawl in (first, second):
        crawl.page(f"/g/{SLUG}/herkomst", "?indicator=assault")

    assert len(differences(first, second)) == 1
    assert bool(leaks(told.one, first)) == is_worded


def test_a_leak_planted_in_kept_data_or_a_download_is_noticed(
    told: Told, secret: Secret, monkeypatch: pytest.MonkeyPatch
):
    def of(snapshot: Any) -> int:
        at = SimpleNamespace(configured=SimpleNamespace(warehouse=snapshot.path.parents[3]))
        return secret.of(at)

    export = sys.modules["monitor.exports.export"]  # the package gives its function this name
    values, words = data_addresses.map_values, export.csvw

    def with_secret(snapshot: Any, indicator: str) -> bytes:
        body = json.loads(values(snapshot, indicator) or b"{}")
        body["municipality"]["2026-08-R12"][1] = of(snapshot)
        return json.dumps(body).encode()

    def ask(snapshot: Any, *rest: Any) -> Any:
        asked.append(snapshot)
        return observations(snapshot, *rest)

    asked: list[Any] = []
    observations = export._ask
    monkeypatch.setattr(data_addresses, "map_values", with_secret)
    monkeypatch.setattr(export, "_ask", ask)
    monkeypatch.setattr(export, "csvw", lambda *given: words(*given) | {"rows": of(asked[-1])})
    first, second = (Crawl(crawl.app, SLUG) for crawl in (told.first, told.second))
    for crawl in (first, second):
        crawl.get(f"/g/{SLUG}/v/000002/public/assault.json?vintage=2024")
        crawl.get(f"/g/{SLUG}/download/figures.csv?indicator=assault&period=2025")

    assert len(differences(first, second)) == 2
    assert {found.split("?")[0] for found in leaks(told.one, first)} == {
        f"GET /g/{SLUG}/v/000002/public/assault.json", f"GET /g/{SLUG}/download/figures.csv"
    }  # fmt: skip


def test_what_was_not_asked_is_named(told: Told):
    crawl = Crawl(told.first.app, SLUG)

    missing = crawl.not_asked()

    assert {f"/g/{SLUG}/v/<load_id>/<edition>/<indicator>.json", "gebied-deeper.children", "vintage"} <= set(missing)


# --- in a browser -----------------------------------------------------------------------------------------------------

#: All that a page holds: its elements with every attribute, what the browser keeps, what a chart was given.
_HELD = """async () => {
  const kept = [];
  for (const name of await caches.keys()) kept.push(name);
  const charts = [...document.querySelectorAll('.js-plotly-plot')].map(one => JSON.stringify(
    { data: one.data, layout: one.layout, axis: one._fullLayout && one._fullLayout.yaxis.range },
    (key, value) => ArrayBuffer.isView(value) ? [...value] : value));
  return [document.documentElement.outerHTML, document.body.innerText, document.cookie, JSON.stringify(localStorage),
    JSON.stringify(sessionStorage), kept.join(), ...charts, location.href].join('\\n');
}"""


@pytest.mark.browser
def test_a_browser_holds_no_exact_total_on_any_main_page_also_after_pointing(told: Told, chromium: Browser):
    socket = bind("127.0.0.1", 0)
    server = create_server(told.first.app, sockets=[socket], threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    context = chromium.new_context()
    page = context.new_page()
    bodies: list[str] = []
    page.on("response", lambda got: bodies.append(f"{got.url} {readable(got.body())}") if _is_data(got) else None)
    seen: dict[str, str] = {}
    try:
        for path, pointed in (("", None), ("kaart?indicator=burglary_home&measure=counted", "#map-root [data-code]"),
                              (f"gebied/{CODES[4]}?indicator=burglary_home", ".js-plotly-plot .nsewdrag"),
                              ("onderwerp/burglary_home?period=2026-08", ".js-plotly-plot .nsewdrag"),
                              ("gegevens", None)):  # fmt: skip
            page.goto(f"http://127.0.0.1:{socket.getsockname()[1]}/g/{SLUG}/{path}")
            page.wait_for_selector("#main h1")
            if pointed is not None:
                page.locator(pointed).first.hover(force=True)
            seen[path] = page.evaluate(_HELD)
    finally:
        context.close()
        server.close()

    maps = [body for body in bodies if "/v/" in body.split(" ")[0]]
    assert all(not map_numbers(body[body.index(" ") :]) & told.one.marks for body in maps)
    for text in (*seen.values(), *(body for body in bodies if body not in maps)):
        assert large_numbers(text) & told.one.marks == set()
        assert long_numbers(text) & told.one.long_marks == set()
    assert [path for path, text in seen.items() if "≈" not in text and path != "gegevens"] == []
    assert "tot 4" in seen[f"gebied/{CODES[4]}?indicator=burglary_home"]
    assert all(f"/g/{SLUG}/v/000002/public/" in body for body in maps)
    assert maps


def _is_data(response: Any) -> bool:
    """Answers of ours that are no outlines, fonts or bundles."""
    is_ours = any(part in response.url for part in ("/_dash-update-component", "/v/", "/_dash-layout", "/download/"))
    return is_ours and response.status == 200
