"""From an address to a page, inside the guard.

A page module declares `PAGE = Page(...)`; the menu, the router and the guard follow from it. All state of a page is in
its address, validated here: a page never sees an unknown indicator, level, area or period. What was unknown is replaced
by the nearest valid value and told in `View.notices`, which the shell prints above the page.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlencode

from config.errors import UsageError
from config.vocabulary import Edition, Role
from etl.snapshot import Snapshot
from monitor.address import STATE_KEYS, Check
from monitor.i18n import LANGUAGES, Translator, translator
from monitor.queries.outline import Outline, outline

#: Menu groups in their order (msgids).
GROUPS = ("Find", "Understand", "Work together", "Evaluate", "Manage")


@dataclass(frozen=True)
class Callback:
    """A declared server callback of a page: `function(view, *inputs_and_states)`."""

    outputs: tuple[Any, ...]
    inputs: tuple[Any, ...]
    states: tuple[Any, ...]
    function: Callable[..., Any]
    waits: bool = False  # not called until an input changes


@dataclass(frozen=True, eq=False)
class Page:
    """One page of the monitor.

    path: below /g/<slug>/ ("" is the front page). title and group: msgids. argument: what follows the path in the
    address ("area", "indicator" or "source"), None for nothing. is_in_menu: False for a page that others lead to.
    """

    path: str
    title: str
    icon: str
    group: str
    minimum_role: Role
    layout: Callable[[View], Any]
    argument: Literal["area", "indicator", "source"] | None = None
    position: int = 50
    is_in_menu: bool = True
    callbacks: list[Callback] = field(default_factory=list)

    def callback(
        self, *dependencies: Any, prevent_initial_call: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a server callback: `@PAGE.callback(Output(…), Input(…), State(…))` over `function(view, *values)`.

        `view` is made from the address the reader is at, with the snapshot of this request; the guard asks the page's
        minimum role. Values come from the browser and may be anything: check them before use.
        """

        def declare(function: Callable[..., Any]) -> Callable[..., Any]:
            kinds: dict[str, list[Any]] = {"Output": [], "Input": [], "State": []}
            for dependency in dependencies:
                kinds[type(dependency).__name__].append(dependency)
            self.callbacks.append(
                Callback(
                    tuple(kinds["Output"]), tuple(kinds["Input"]), tuple(kinds["State"]), function, prevent_initial_call
                )
            )
            return function

        return declare


def nowhere(area_code: str, language: str) -> None:
    """No other municipality is served here."""


@dataclass(frozen=True, eq=False)
class View:
    """Who looks at what: everything a page or callback needs to answer.

    state: validated parts of the address (STATE_KEYS but for vintage, asof and lang); None where it does not say it.
        `effect` and `effect_compare` are codes of neighbourhoods, with commas between.
    path_argument: validated area code or indicator id of the page's path; never None on a page with an argument.
    scheme: 'light' or 'dark', for colours that CSS cannot set (Plotly).
    asof: the day or load whose figures are shown, where the address asks for earlier ones; every link keeps it.
    vintage: the year of the boundaries, where the address asks for others than those on screen; every link keeps it.
    served_elsewhere: see `address_elsewhere`.
    """

    slug: str
    configured: Any
    snapshot: Any
    outline: Outline
    page: Page
    state: Mapping[str, str | None]
    path_argument: str | None
    language: str
    role: Role
    edition: Edition
    scheme: str
    notices: tuple[str, ...] = ()
    asof: str | None = None
    vintage: str | None = None
    served_elsewhere: Callable[[str, str], str | None] = nowhere

    @property
    def _(self) -> Translator:
        return translator(self.language)

    @property
    def is_practice(self) -> bool:
        return self.outline.is_practice

    def href(self, page_path: str, **state: str | None) -> str:
        """Address of a page of this municipality: `view.href("gebied/BU01530101", indicator="burglary_home")`.

        Keeps the reader's language and day; leaves out what is None.
        """
        return href(self.slug, page_path, **(self.kept() | state))

    def here(self, **changes: str | None) -> str:
        """Address of this page with its state, changed in the named parts."""
        path = self.page.path + (f"/{self.path_argument}" if self.path_argument else "")
        state = {key: value for key, value in self.state.items() if value}
        state |= self.kept() | changes
        return href(self.slug, path, **state)

    def address_elsewhere(self, area_code: str) -> str | None:
        """Page of an area of another municipality, where this server serves it to this viewer; else None."""
        return self.served_elsewhere(area_code, self.language)

    def kept(self) -> dict[str, str | None]:
        """What every link keeps."""
        return {"lang": self._chosen_language(), "asof": self.asof, "vintage": self.vintage}

    def _chosen_language(self) -> str | None:
        return None if self.language == default_language(self.configured) else self.language


def href(slug: str, page_path: str, **state: str | None) -> str:
    """Address below /g/<slug>/ with the given state, in the fixed order of its keys."""
    query = [(key, value) for key in STATE_KEYS if (value := state.get(key))]
    unknown = set(state) - set(STATE_KEYS)
    if unknown:
        raise ValueError(f"no such state in an address: {', '.join(sorted(unknown))}")
    return f"/g/{slug}/{quote(page_path)}" + (f"?{urlencode(query)}" if query else "")


def default_language(configured: Any) -> str:
    """The municipality's first language."""
    return str(configured.municipality.languages[0])


def language_of(configured: Any, search: str | None) -> str:
    """The language an address asks for, if the municipality offers it; else its first language."""
    asked = _query(search).get("lang")
    offered = configured.municipality.languages
    return asked if asked in offered and asked in LANGUAGES else default_language(configured)


@lru_cache(maxsize=1)
def pages() -> tuple[Page, ...]:
    """All pages in menu order: every module of `monitor.pages` that declares PAGE."""
    import monitor.pages as package

    found = [
        module.PAGE
        for entry in pkgutil.iter_modules(package.__path__)
        if hasattr(module := importlib.import_module(f"{package.__name__}.{entry.name}"), "PAGE")
    ]
    return tuple(sorted(found, key=lambda page: (GROUPS.index(page.group), page.position, page.path)))


def find_page(slug: str, pathname: str | None) -> tuple[Page | None, str | None]:
    """The page of an address and the argument that follows it, not yet validated; (None, None) where there is none."""
    prefix = f"/g/{slug}/"
    rest = (pathname or prefix).removeprefix(prefix) if (pathname or prefix).startswith(prefix) else None
    if rest is None:
        return None, None
    whole = rest.strip("/")
    head, __, tail = whole.partition("/")
    for page in pages():
        if page.path == whole:  # also a page below another one, such as gegevens/methoden
            return page, None
    for page in pages():
        if page.path == head and page.argument:
            return page, tail
    return None, None


def make_view(
    *,
    slug: str,
    configured: Any,
    snapshot: Any,
    page: Page,
    argument: str | None,
    search: str | None,
    role: Role,
    edition: Edition,
    scheme: str,
    asof: str | None = None,
    unknown_asof: str | None = None,
    served_elsewhere: Callable[[str, str], str | None] = nowhere,
) -> View:
    """The view of an address; every unknown part is replaced by the nearest valid value, with a notice."""
    language, query = language_of(configured, search), _query(search)
    snapshot, vintage, notice = _on_division(snapshot, query.get("vintage"), translator(language))
    facts = outline(snapshot)
    check = Check(facts, translator(language))
    check.notices += [notice] if notice else []
    state = check.state(query)
    if (asked := query.get("lang")) and asked != language:
        check.say(asked, language)
    if unknown_asof:
        check.unknown(unknown_asof)
    path_argument = None
    if page.argument == "area":
        path_argument = check.area(argument) or facts.municipality_code
    elif page.argument == "indicator":
        path_argument = check.indicator(argument) or state["indicator"] or facts.indicators.index[0]
    elif page.argument == "source":
        path_argument = check.source(argument, [source.id for source in configured.municipality.sources])
    return View(
        slug=slug,
        configured=configured,
        snapshot=snapshot,
        outline=facts,
        page=page,
        state=state,
        path_argument=path_argument,
        language=language,
        role=role,
        edition=edition,
        scheme="dark" if scheme == "dark" else "light",
        notices=tuple(check.notices),
        asof=asof,
        vintage=vintage,
        served_elsewhere=served_elsewhere,
    )


def _on_division(snapshot: Snapshot, asked: str | None, _: Translator) -> tuple[Snapshot, str | None, str]:
    """The snapshot on the boundaries that an address asks for, their year where it is not that on screen, a notice."""
    if not asked:
        return snapshot, None, ""
    try:
        shown = snapshot.at(int(asked))
    except (ValueError, UsageError):
        known = ", ".join(str(year) for year in snapshot.vintages.known)
        said = _("“{asked}” are no boundaries that are known here (known: {known}).", asked=asked[:60], known=known)
        return snapshot, None, said
    if shown.vintage is None:
        return snapshot, None, ""
    said = _("Shown on the boundaries of {year}. Signals are made on those of {screen}.",
             year=shown.vintage, screen=snapshot.vintages.screen)  # fmt: skip
    return shown, str(shown.vintage), said


def asof_of(search: str | None) -> str | None:
    """The day or load whose figures an address asks for, not yet validated."""
    return _query(search).get("asof")


def _query(search: str | None) -> dict[str, str]:
    """Parameters of an address; of a repeated one the first holds. Never more than 4 kB (the guard's limit)."""
    found: dict[str, str] = {}
    for key, value in parse_qsl((search or "").removeprefix("?")[:4096], keep_blank_values=False):
        found.setdefault(key, value)
    return found
