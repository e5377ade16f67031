"""What stands in the report of an area: words and pictures, all from the questions and sentences of the screen."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from config.vocabulary import Edition
from etl.asof import made_at
from monitor.components.format import (
    comparison_name,
    date_name,
    figure,
    level_name,
    number,
    period_name,
    unit_name,
    value_text,
)  # fmt: skip
from monitor.components.shell import publishers
from monitor.i18n import Translator
from monitor.pages.parts.area_facts import finding, key_facts
from monitor.pages.parts.cells import count_cell, interval_cell, known, reason, shown_value
from monitor.pages.parts.index_cards import index_sentence
from monitor.pages.parts.spine_table import comparison_for
from monitor.pages.parts.topics import front_topics, is_for_front, owner_words, ownership, theme_name
from monitor.pages.parts.trend import drawn_of, trend_type
from monitor.queries.areas import Area, areas, line_of, municipality
from monitor.queries.comparisons import counts_events, year_on_year_for
from monitor.queries.composite import is_index
from monitor.queries.exactness import exactness_of
from monitor.queries.indicators import Series, indicators, newest
from monitor.queries.outlines import outlines
from monitor.queries.profile import profile
from monitor.queries.sources import deliveries
from monitor.queries.verdicts import SIGNAL, WATCH, verdicts
from monitor.reports.pictures import Curve, curve_svg, locator_svg
from monitor.router import View
from monitor.texts import verdict as verdict_texts
from monitor.texts.comparison import change_sentence, reason_words, verdict_words
from monitor.texts.sources import short_fingerprint, source_name

#: Topics that are drawn, verdicts that are told; what is left out is said.
_CURVES, _MOST_TOLD, _TICKS = 4, 6, 4


def area_report(view: View, here: Area) -> dict[str, Any]:
    """Content of the two pages of one area, ready for the template `area.typ`: texts, tables of texts and SVG."""
    _ = view._
    headline, lede = finding(view, here)
    whole = municipality(view.snapshot)
    return {
        "language": view.language,
        "municipality": _("Municipality of {name}", name=whole.name),
        "practice": _("practice data") if whole.is_practice else "",
        "trail": " › ".join(one.name for one in line_of(view.snapshot, here.code)[:-1]),
        "place": f"{level_name(here.level, _).capitalize()} {here.code}",
        "headline": headline,
        "lede": lede,
        "edition": _edition_words(view, _),
        "known": _known_words(view, _),
        "locator": locator_svg(outlines(view.snapshot), _members(view, here)),
        "locator_words": _("Where {area} lies in {municipality}", area=here.name, municipality=whole.name),
        "facts": [vars(fact) for fact in key_facts(view, here)],
        "verdicts": _verdicts(view, here),
        "table": _table(view, here),
        "curves": {"title": _("Through time"), "pictures": _curves(view, here)},
        "context": _context(view, here),
        "lineage": _lineage(view),
        "notes": _notes(view, _),
        "page": _("page"),
    }


def _members(view: View, here: Area) -> list[str]:
    """The neighbourhoods that the area is, or consists of."""
    return [one.code for one in areas(view.snapshot) if here in line_of(view.snapshot, one.code) or one == here]


def _edition_words(view: View, _: Translator) -> str:
    if view.edition is Edition.PUBLIC:
        return _("Public edition: small counts are rounded to protect people.")
    return _("Internal edition: exact counts, not for publication.")


def _known_words(view: View, _: Translator) -> str:
    """Which snapshot this is, and as known when: a report is held against a later one by these words."""
    facts = view.outline
    said = [
        _("Snapshot {load}", load=facts.load_id),
        _("made on {day}", day=date_name(made_at(view.snapshot.manifest).date(), _)),
    ]
    if view.asof and not view.asof.isdigit():
        said.append(_("figures as known on {day}", day=date_name(dt.date.fromisoformat(view.asof), _)))
    elif facts.today is not None:
        said.append(_("figures as known on {day}", day=date_name(facts.today, _)))
    borders = _("boundaries of {year}", year=view.vintage or facts.vintage)
    said.append(borders + (f" ({_('schematic')})" if facts.is_schematic else ""))
    return " · ".join(said)


def _verdicts(view: View, here: Area) -> dict[str, Any]:
    """What is not normal here now, signals first, with who acts."""
    _ = view._
    topics = indicators(view.snapshot)
    judged = [one for one in verdicts(view.snapshot) if one.area_code == here.code]
    found = [one for one in judged if one.verdict in (SIGNAL, WATCH) and one.indicator in topics]
    lines = []
    for one in found[:_MOST_TOLD]:
        series = topics[one.indicator]
        owned = ownership(view, series)
        who = owner_words(owned, _)
        acts = [_("Owner: {owner}", owner=who)] if who else []
        acts += [_("Next step: {step}", step=owned.follow_up)] if owned.follow_up and one.verdict == SIGNAL else []
        lines.append(
            {
                "word": verdict_texts.verdict_name(one.verdict, _),
                "topic": series.label(view.language),
                "finding": verdict_texts.finding(one, series.pack, _),
                "acts": ". ".join(part.rstrip(".") for part in acts),
            }
        )
    n = sum(one.verdict in (SIGNAL, WATCH, "normal") for one in judged)
    nothing = _.plural("{n} series of this area was judged: nothing unusual.",
                       "{n} series of this area were judged: nothing unusual.", n)  # fmt: skip
    if not n:
        nothing = _("No series of this area is judged in this edition, or all are too rare.")
    more = len(found) - len(lines)
    left_out = _.plural("{n} more stands on screen.", "{n} more stand on screen.", more) if more else ""
    return {"title": _("What stands out now"), "lines": lines, "nothing": nothing, "left_out": left_out}


def _table(view: View, here: Area) -> dict[str, Any]:
    """All topics that count events, theme by theme; an index in the sentence that says how sure its place is."""
    _ = view._
    topics = indicators(view.snapshot)
    is_whole = here.level == "municipality"
    groups: list[dict[str, Any]] = []
    frame = profile(view.snapshot, here.code)
    for row in frame[frame["is_at_level"]].itertuples():
        series = topics[str(row.indicator)]
        if not counts_events(view.snapshot, series) and not is_index(series):
            continue
        name = theme_name(series.theme, _)
        if not groups or groups[-1]["name"] != name:
            groups.append({"name": name, "rows": []})
        groups[-1]["rows"].append(_row(view, here, series, row, is_whole))
    head = [
        _("Topic"),
        level_name(here.level, _).capitalize(),
        _("Probably between"),
        _("Year earlier") if is_whole else _("Municipality"),
        _("Change") if is_whole else _("Against the rest"),
    ]
    return {"title": _("How does this area stand?"), "head": head, "groups": groups}


def _row(view: View, here: Area, series: Series, row: Any, is_whole: bool) -> list[Any]:
    """Texts of a row, and whether it differs demonstrably."""
    _ = view._
    one = comparison_for(view, here, series.indicator, str(row.period))
    label = f"{unit_name(series.unit, _)} · {period_name(str(row.period), _, short=True)}"
    if known(row.value) is not None:
        value = shown_value(view, series, row, here.code)
    elif known(row.numerator) is not None:
        value = f"{count_cell(view, series, row, here.code)} ({reason(view, series, row, here.code)})"
    else:
        value = reason(view, series, row, here.code)
    if is_whole:
        other = value_text(one.other_value, series.unit, _, exact=one.other_exact) if one else "–"
    else:
        whole = exactness_of(view.snapshot, series.indicator, municipality(view.snapshot).code, str(row.period))
        other = value_text(known(row.municipality_value), series.unit, _, exact=whole)
    if one is None:
        said = index_sentence(view, series, here.code, str(row.period)) or "–"
    elif one.verdict is None:
        said = reason_words(one, _)
    else:
        said = verdict_words(one, _) or comparison_name(one.verdict, _)
    differs = one is not None and one.verdict in ("higher", "lower")
    return [series.label(view.language), label, value, interval_cell(series, row, _), other, said, differs]


def _curves(view: View, here: Area) -> list[dict[str, str]]:
    """The topics of the front page through time."""
    _ = view._
    pictures = []
    for name in front_topics(view, 2 * _CURVES):
        series = indicators(view.snapshot)[name]
        kind = trend_type(view, series, here.level)
        drawn = drawn_of(view, series, here.code, kind) if kind else None
        if drawn is None or not counts_events(view.snapshot, series):
            continue
        points = drawn.points
        beside = drawn.reference
        reference = [] if beside is None else points[["last_day"]].merge(
            beside[["last_day", "value"]], on="last_day", how="left"
        )["value"].tolist()  # fmt: skip
        everything = pd.concat([points["value"], points["upper"], pd.Series(reference, dtype=float)])
        top = float(everything.max())
        places = np.unique(np.linspace(0, len(points) - 1, _TICKS).round().astype(int))
        labels = points["period_label"].str.replace("<br>", " ").tolist()
        curve = Curve(
            values=points["value"].tolist(),
            lower=points["lower"].tolist(),
            upper=points["upper"].tolist(),
            reference=reference,
            is_open=(points["status"] == "provisional").tolist(),
            ticks=[(int(place), labels[place]) for place in places],
            top=top,
            highest=figure(top, drawn.measure.unit, _),
            last=drawn.end_label,
            practice=_("practice data") if municipality(view.snapshot).is_practice else "",
        )
        now = newest(view.snapshot, name)
        change = year_on_year_for(view.snapshot, name, here.code, now.period) if now else None
        band = _("band: normal for the time of the year") if drawn.is_normal else _("band: the probable range")
        dashed = _("dashed: {municipality}", municipality=municipality(view.snapshot).name)
        caption = [unit_name(drawn.measure.unit, _), band, *([dashed] if len(reference) else [])]
        if any(curve.is_open):
            caption.append(_("open point: provisional"))
        pictures.append(
            {
                "title": series.label(view.language),
                "svg": curve_svg(curve),
                "alt": _("{title}: line through time", title=series.label(view.language)),
                "caption": " · ".join(caption),
                "sentence": change_sentence(change, _),
            }
        )
        if len(pictures) == _CURVES:
            break
    return pictures


def _context(view: View, here: Area) -> dict[str, Any]:
    """The topics that are no events, beside the municipality."""
    _ = view._
    topics = indicators(view.snapshot)
    rows = []
    frame = profile(view.snapshot, here.code)
    for row in frame[frame["is_at_level"]].itertuples():
        series = topics[str(row.indicator)]
        if counts_events(view.snapshot, series) or not is_for_front(series) or known(row.value) is None:
            continue
        value = shown_value(view, series, row, here.code)
        unit = "" if series.unit == "share_pct" else unit_name(series.unit, _)
        beside = [] if here.level == "municipality" else [figure(known(row.municipality_value), series.unit, _)]
        rows.append([series.label(view.language), f"{unit} · {row.period}".lstrip(" ·"), value, *beside])
    head = [_("Topic"), level_name(here.level, _).capitalize()]
    head += [] if here.level == "municipality" else [_("Municipality")]
    return {"title": _("Who lives here, and how"), "head": head, "rows": rows}


def _lineage(view: View) -> dict[str, Any]:
    """The newest delivery of each source with its fingerprint, and how to trace any figure to its rows."""
    _ = view._
    rows = []
    for source_id, group in deliveries(view.snapshot).groupby("source_id", sort=False):
        newest_one = group.sort_values(["last_period", "received"]).iloc[-1]
        rows.append(
            [
                source_name(view.configured.municipality.sources, str(source_id), _),
                str(newest_one["name"]),
                number(len(group), _),
                number(known(group["rows_used"].sum(min_count=1)), _),  # none is told of a restricted source in public
                short_fingerprint(str(newest_one["sha256"])),
            ]
        )
    head = [_("Source"), _("newest delivery"), _("deliveries"), _("rows used"), _("fingerprint")]
    slug = municipality(view.snapshot).slug
    return {
        "title": _("Where the figures come from"),
        "head": head,
        "rows": rows,
        "sentence": _("Every figure can be traced to its rows:"),
        "command": f"buurtbeeld export {slug} --asof {view.outline.load_id} --explain --format json",
    }


def _notes(view: View, _: Translator) -> list[str]:
    notes = []
    if view.outline.is_practice:
        notes.append(_("The figures of events in this report are made up."))
    said = publishers(view)
    if said:
        notes.append(f"{_('Sources')}: {'; '.join(said)}.")
    notes.append(
        _(
            "The figures are about areas, not about people. Registered crime is not all crime:"
            " reporting and police activity weigh in."
        )
    )
    notes.append(
        _("“Demonstrable” means: allowing for chance. “Probably between”: in 95 of 100 cases the figure lies in it.")
    )
    return notes
