"""What stands around every page: header, menu, footer, and the three pages without figures."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dash import dcc, html

from config.errors import FixableError
from config.vocabulary import ROLE_RANK, Edition, Role
from etl.asof import made_at
from monitor.components.cards import notice, page_head
from monitor.components.format import date_name, period_name
from monitor.components.icons import icon
from monitor.i18n import LANGUAGE_NAMES, Translator, translator
from monitor.router import GROUPS, Page, View, href, pages

#: Indicators of these packs are the police's figures, whose newest period stands in the header.
_POLICE_PACKS = ("police", "nuisance")


def frame(_: Translator) -> html.Div:
    """The empty frame of every page; the router fills its parts. `_`: language before the address is known."""
    return html.Div(
        [
            dcc.Location(id="url", refresh=False),
            dcc.Store(id="boot", data=1),
            dcc.Store(id="scheme"),
            dcc.Store(id="page-meta"),
            dcc.Store(id="arrived"),
            dcc.Store(id="map-drawn"),
            html.A(_("Skip to content"), href="#main", className="skip-link"),
            html.Header(id="header", className="header"),
            html.Div(id="sidebar", className="sidebar"),
            html.Div(className="scrim", id="scrim"),
            html.Div(
                [
                    html.Main(id="main", className="main", tabIndex="-1", children=loading(_)),
                    html.Footer(id="footer", className="footer"),
                ],
                className="page",
            ),
            html.Div(id="live", className="sr-only", **{"aria-live": "polite", "role": "status"}),
        ],
        className="shell",
    )


def loading(_: Translator) -> html.Div:
    """Shown until the first page has come."""
    return html.Div(html.P(_("Loading …"), className="meta"), className="empty")


def _known_then(view: View) -> list[Any]:
    """Which earlier figures are shown; where that day's are no longer kept, the last kept before it: said."""
    _ = view._
    built = date_name(made_at(view.snapshot.manifest).date(), _)
    load = view.outline.load_id
    said = (
        _("Figures of snapshot {load}, made on {day}.", load=load, day=built)
        if view.asof is None or view.asof.isdigit()
        else _("Figures as known on {asked}: snapshot {load}, made on {day}.",
               asked=date_name(dt.date.fromisoformat(view.asof), _), load=load, day=built)
    )  # fmt: skip
    return [said, " ", html.A(_("Show the newest figures"), href=view.here(asof=None), className="no-print")]


def may_see(page: Page, role: Role) -> bool:
    return ROLE_RANK[role] >= ROLE_RANK[page.minimum_role]


def compose(view: View) -> tuple[Any, ...]:
    """The five parts of a page with figures: header, menu, main, footer, and what the browser needs to know."""
    _ = view._
    told = [notice(text, "warning") for text in view.notices]
    if view.asof:
        told.insert(0, notice(_known_then(view), "warning"))
    content = view.page.layout(view)
    place = view.outline.municipality_name
    if view.path_argument and view.page.argument == "area":
        place = view.outline.area_name(view.path_argument)
    elif view.path_argument and view.page.argument == "indicator":
        place = view.outline.label(view.path_argument, view.language)
    return (
        _header(view.configured, view.slug, view.language, _newest_police(view), view.here, view.is_practice),
        _menu(view.slug, view._chosen_language(), view.role, view.page, _, view.asof),
        html.Div([html.Div(told) if told else None, content], className="content"),
        _footer(view),
        {"title": f"{_(view.page.title)} – {place} – Buurtbeeld", "language": view.language, "path": view.here()},
    )


def nothing_here(configured: Any, slug: str, language: str, role: Role) -> tuple[Any, ...]:
    """An address without a page, or a page this role does not see: the same answer."""
    _ = translator(language)
    content = html.Div(
        [
            page_head(configured.municipality.name, _("There is no page at this address")),
            html.P(html.A(_("To the overview"), href=href(slug, ""))),
        ],
        className="content",
    )
    return _without_figures(configured, slug, language, role, content, _("Not found"))


def out_of_order(configured: Any, slug: str, language: str, role: Role, error: FixableError) -> tuple[Any, ...]:
    """No snapshot, or a damaged one: what to do, instead of an empty page. A visitor is told no more than that: what is
    wrong with this machine is for those who keep it.
    """
    _ = translator(language)
    if role is Role.VISITOR:
        content = html.Div(
            [
                page_head(configured.municipality.name, _("There are no figures to show yet")),
                html.P(_("The figures cannot be shown now. Try again later."), className="card span-12 prose"),
            ],
            className="content",
        )
        return _without_figures(configured, slug, language, role, content, _("No figures"))
    rows = [html.Li([html.Strong(f"{finding.code}: "), finding.what, html.Br(), finding.fix]) for finding in error]
    content = html.Div(
        [
            page_head(configured.municipality.name, _("There are no figures to show yet")),
            html.Div(
                [
                    html.P(_("The monitor found no readable snapshot. What the administrator can do:")),
                    html.Ul(rows),
                ],
                className="card span-12 prose",
            ),
        ],
        className="content",
    )
    return _without_figures(configured, slug, language, role, content, _("No figures"))


def _without_figures(
    configured: Any, slug: str, language: str, role: Role, content: Any, title: str
) -> tuple[Any, ...]:
    _ = translator(language)
    chosen = None if language == configured.municipality.languages[0] else language
    return (
        _header(configured, slug, language, None, lambda lang: href(slug, "", lang=lang), False),
        _menu(slug, chosen, role, None, _),
        content,
        html.Div(),
        {"title": f"{title} – Buurtbeeld", "language": language, "path": ""},
    )


def _newest_police(view: View) -> str | None:
    """Newest week that the police figures reach, in words; where there are no weeks the newest month, and so on."""
    facts = view.outline
    police = set(facts.indicators.index[facts.indicators["pack"].isin(_POLICE_PACKS)])
    for kind in ("week", "month", "quarter", "year"):
        ends = [periods[-1] for (name, length), periods in facts.available.items() if name in police and length == kind]
        if ends:
            return period_name(max(ends, key=lambda period: facts.periods.at[period, "last_day"]), view._)
    return None


def _header(configured: Any, slug: str, language: str, newest: str | None, here: Any, is_practice: bool) -> list[Any]:
    _ = translator(language)
    municipality = configured.municipality
    first = municipality.languages[0]
    switch = [
        html.A(
            code.upper(),
            href=here(lang=None if code == first else code),
            className="language",
            title=LANGUAGE_NAMES[code],
            **{"aria-current": "true"} if code == language else {},
        )
        for code in municipality.languages
    ]
    return [
        html.Button(
            icon("menu"),
            id="menu-toggle",
            className="icon-button menu-toggle",
            type="button",
            title=_("Menu"),
            **{"aria-label": _("Menu"), "aria-expanded": "false", "aria-controls": "sidebar"},
        ),
        html.A(
            [
                html.Span(className="logo-mark", **{"aria-hidden": "true"}),
                html.Span("Buurtbeeld", className="logo-word"),
            ],
            href=href(slug, "", lang=None if language == first else language),
            className="logo",
        ),
        html.A(
            _("Municipality of {name}", name=municipality.name),
            href="/",
            className="header-place",
            title=_("Choose a municipality"),
        ),
        html.Div(className="header-space"),
        html.Span(_("Practice figures"), className="badge badge-practice header-practice") if is_practice else None,
        html.Span(
            [html.Span(className="dot"), html.Span(_("Police figures to")), " ", html.Strong(newest)],
            className="header-newest",
        )
        if newest
        else None,
        html.Nav(switch, className="languages", **{"aria-label": _("Language")}) if len(switch) > 1 else None,
        html.Button(
            [icon("moon", "when-light"), icon("sun", "when-dark")],
            id="theme-toggle",
            className="icon-button",
            type="button",
            title=_("Light or dark"),
            **{"aria-label": _("Light or dark")},
        ),
    ]


def _menu(
    slug: str, language: str | None, role: Role, current: Page | None, _: Translator, asof: str | None = None
) -> html.Nav:
    seen = [page for page in pages() if may_see(page, role) and page.is_in_menu]
    groups = []
    for number, group in enumerate(name for name in GROUPS if any(page.group == name for page in seen)):
        entries = [
            html.Li(
                html.A(
                    [icon(page.icon), html.Span(_(page.title))],
                    href=href(slug, page.path, lang=language, asof=asof),
                    className="menu-link" + (" is-current" if page is current else ""),
                    **{"aria-current": "page"} if page is current else {},
                )
            )
            for page in seen
            if page.group == group
        ]
        title = f"menu-group-{number}"
        groups.append(html.P(_(group), className="menu-group", id=title))
        groups.append(html.Ul(entries, className="menu-list", **{"aria-labelledby": title}))
    return html.Nav(groups, id="menu", **{"aria-label": _("Main menu")})


def _footer(view: View) -> html.Div:
    _ = view._
    facts = view.outline
    lines: list[Any] = []
    if facts.is_practice:
        lines.append(
            html.P(
                [html.Strong(_("Practice figures.")), " ", _("The figures of events on these pages are made up.")],
                className="footer-practice",
            )
        )
    sources = publishers(view)
    if sources:
        lines.append(html.P([_("Sources"), ": ", "; ".join(sources), "."]))
    said = [_("Snapshot {load}", load=facts.load_id)]
    if facts.today is not None:
        said.append(_("figures as known on {day}", day=date_name(facts.today, _)))
    said.append(_("boundaries of {year}", year=facts.vintage) + (f" ({_('schematic')})" if facts.is_schematic else ""))
    lines.append(html.P(" · ".join(said)))
    lines.append(html.P(_access_words(view)))
    lines.append(html.P(html.A(_("How the figures are made"), href=view.href("gegevens/methoden"))))
    lines.append(
        html.P(
            _(
                "The figures are about areas, not about people. Registered crime is not all crime:"
                " reporting and police activity weigh in."
            )
        )
    )
    return html.Div(lines, className="footer-inner")


def _access_words(view: View) -> str:
    """Who can see these pages, and what protects people on them."""
    _ = view._
    if view.edition is Edition.PUBLIC:
        return _(
            "Public edition. To prevent disclosure, counts of 1 to 4 of confidential sources are replaced by 0 or 5."
            " Totals add up and differ by 10 at most."
        )
    return _("This monitor runs in local mode: only this computer can reach it, without signing in.")


def publishers(view: View) -> list[str]:
    """Publishers and licences of the indicators in use, each once."""
    found = {}
    for indicator in view.configured.indicators.values():
        if indicator.source is not None:
            found[f"{indicator.source.publisher} ({indicator.source.licence})"] = None
    return list(found)
