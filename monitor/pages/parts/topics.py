"""What an indicator is called, who owns it, what one can do with it, and how it is made: in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from config.vocabulary import UNIT_BASE, Unit
from monitor.components.format import number, unit_name
from monitor.components.icons import icon
from monitor.i18n import Translator
from monitor.queries.comparisons import counts_events
from monitor.queries.composite import is_index
from monitor.queries.indicators import Series, indicators, newest
from monitor.queries.observations import Filters
from monitor.router import View

#: The four groups of the front page, and what takes the place of one that a municipality has no figures for.
FRONT = ("property_crime", "violent_crime", "nuisance_vandalism", "subversion")
STAND_INS = (
    "crime_total",
    "burglary_home",
    "assault",
    "vandalism",
    "theft_bike_moped",
    "nuisance_total",
    "shoplifting",
)


def front_topics(view: View, n: int = 4) -> tuple[str, ...]:
    """The topics of the front page: the four groups, else the total and the most used topics, else what there is.

    Never a harm score, which one offence can decide, and never an index.
    """
    known = indicators(view.snapshot)
    events = [name for name, series in known.items() if counts_events(view.snapshot, series)]
    order = [*FRONT, *STAND_INS, *events, *known]
    found = [
        name
        for name in dict.fromkeys(order)
        if name in known and is_for_front(known[name]) and newest(view.snapshot, name) is not None
    ]
    return tuple(found[:n])


def is_for_front(series: Series) -> bool:
    """False for a figure that stands only where somebody asks for it: a harm score, an index."""
    return not (series.definition.is_weighted or is_index(series))


def chosen_topic(view: View) -> str | None:
    """The topic of the address, else the first of the front page; None where the snapshot has no figure at all."""
    asked = view.state.get("indicator")
    if asked:
        return asked
    front = front_topics(view)
    return front[0] if front else None


@dataclass(frozen=True)
class Ownership:
    """Who owns a topic and what can be done. `is_suggestion`: the municipality has not named an owner yet."""

    owner: str
    is_suggestion: bool
    follow_up: str


def ownership(view: View, series: Series) -> Ownership:
    """Owner named by the municipality, else the suggestion of the catalogue."""
    named = view.configured.municipality.indicators.owners.get(series.indicator)
    definition = series.definition
    suggested = definition.owner.in_language(view.language) if definition.owner else ""
    follow_up = definition.follow_up.in_language(view.language) if definition.follow_up else ""
    return Ownership(named or suggested, named is None and is_for_front(series), follow_up)


def owner_words(found: Ownership, _: Translator) -> str:
    """ "Team Wonen", or "voorstel: corporatie" until the municipality names an owner; "" where nobody is known."""
    if not found.owner:
        return ""
    return _("suggestion: {owner}", owner=found.owner) if found.is_suggestion else found.owner


def theme_name(theme: str, _: Translator) -> str:
    """A theme in words; a municipality's own theme as it is written."""
    return {
        "crime": _("Crime"),
        "property": _("Property crime"),
        "violence": _("Violence"),
        "traffic": _("Traffic"),
        "nuisance": _("Nuisance"),
        "subversion": _("Subversive crime"),
        "social": _("Social tension"),
        "digital": _("Digital crime"),
        "group": _("Groups"),
        "public_space": _("Public space"),
        "enforcement": _("Enforcement"),
        "youth": _("Youth"),
        "context": _("Population"),
        "housing": _("Housing"),
        "income": _("Income"),
        "care": _("Care"),
        "health": _("Health"),
        "perception": _("Perception"),
        "quality": _("Quality of the figures"),
        "own": _("Own topics"),
        "index": _("Index of several figures"),
    }.get(theme, theme.replace("_", " "))


def formula(view: View, series: Series) -> str:
    """How the figure is made, in words."""
    _ = view._
    known = indicators(view.snapshot)
    unit = Unit(series.unit)
    feeds = series.definition.numerator
    if feeds.index:
        return _(
            "Each part becomes points against the municipality of {year}; a theme is the mean of its parts, the index"
            " the mean of its themes. No part has a weight.",
            year=feeds.index.base,
        )
    if feeds.ratio:
        above, below = (known[name].label(view.language) if name in known else name for name in feeds.ratio)
        return _("{above} divided by {below}.", above=above, below=below)
    if series.denominator is None or unit not in UNIT_BASE:
        return (
            _("The number as the source gives it.") if unit == Unit.COUNT else _("The figure as the source gives it.")
        )
    below = (
        known[series.denominator].label(view.language).lower() if series.denominator in known else series.denominator
    )
    if series.definition.is_weighted:
        return _(
            "Number times weight in days, added up over all weighted offences, divided by {below} of that year, times"
            " {base}, per year. A month counts as one twelfth of a year.",
            below=below, base=number(UNIT_BASE[unit], _),
        )  # fmt: skip
    if unit == Unit.SHARE_PCT:
        return _("The number divided by {below}, times 100.", below=below)
    return _(
        "The number divided by {below} of that year, times {base}, per year. A month counts as one twelfth of a year.",
        below=below, base=number(UNIT_BASE[unit], _),
    )  # fmt: skip


def composition(view: View, series: Series) -> list[Series]:
    """The members of a group that this snapshot has, in screen order."""
    known = indicators(view.snapshot)
    return [known[name] for name in series.definition.numerator.sum_of or () if name in known]


def source_words(series: Series, _: Translator) -> str:
    """Publisher and licence."""
    publisher = series.definition.source
    return f"{publisher.publisher} ({publisher.licence})" if publisher else _("the municipality itself")


def topics_by_theme(view: View) -> dict[str, list[Series]]:
    """All topics that a source provides, per theme, in screen order."""
    found: dict[str, list[Series]] = {}
    for series in indicators(view.snapshot).values():
        if newest(view.snapshot, series.indicator) is not None:
            found.setdefault(series.theme, []).append(series)
    return found


def topic_list(view: View, current: str | None, *, page: str = "onderwerp") -> html.Div:
    """Links to every topic by theme; the current one is marked."""
    _ = view._
    groups = []
    for theme, listed in topics_by_theme(view).items():
        links = [
            html.Li(
                dcc.Link(
                    series.label(view.language),
                    href=view.href(f"{page}/{series.indicator}"),
                    className="is-current" if series.indicator == current else None,
                )
            )
            for series in listed
        ]
        groups.append(html.Div([html.H3(theme_name(theme, _)), html.Ul(links)], className="topic-group"))
    return html.Div(groups, className="topic-list")


def unit_line(series: Series, _: Translator) -> str:
    """The unit under a label; rates are per year."""
    if series.definition.numerator.index:
        return _("points; 100 = municipality in {year}", year=series.definition.numerator.index.base)
    name = unit_name(series.unit, _)
    return _("{unit} per year", unit=name) if Unit(series.unit) in UNIT_BASE and series.unit != Unit.SHARE_PCT else name


def downloads(view: View, filters: Filters, name: str) -> html.P:
    """Links to the same figures as files."""
    _ = view._
    kept = {key: value for key, value in view.kept().items() if value}
    query = urlencode({**filters.as_words(), **kept, "lang": view.language})
    links: list[Any] = [icon("download"), html.Span(_("Download these figures") + ": ")]
    for place, (extension, shown) in enumerate(
        (("csv", "CSV"), ("xlsx", "Excel"), ("parquet", "Parquet"), ("json", "JSON"))
    ):
        links += [", " if place else "", html.A(shown, href=f"/g/{view.slug}/download/{name}.{extension}?{query}")]
    return html.P(links, className="downloads meta")


def report_link(view: View, area_code: str) -> list[Any]:
    """The same area on two sheets of paper."""
    _ = view._
    query = urlencode({**{key: value for key, value in view.kept().items() if value}, "lang": view.language})
    address = f"/g/{view.slug}/download/report-{area_code}.pdf?{query}"
    return [icon("download"), html.A(_("Report of this area as PDF, two pages"), href=address)]


def listed(parts: Sequence[Any]) -> list[Any]:
    """The parts that are there."""
    return [part for part in parts if part is not None and part != ""]
