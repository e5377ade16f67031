"""The answer to "did it work?": one sentence, its picture, how sure it is, and how it was worked out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from dash import dcc, html

from config.vocabulary import Comparison
from etl.asof import made_at
from etl.statistics.effect_words import PEAK_BEFORE_START
from monitor.components.cards import badge, comparison_badge, notice, table
from monitor.components.charts import chart
from monitor.components.format import date_name, level_name, number, period_name
from monitor.components.icons import icon
from monitor.components.light_table import light_twin
from monitor.figures.effect import Line, before_and_after
from monitor.figures.palette import palette
from monitor.pages.parts.deeper_development import words
from monitor.pages.parts.effect_form import SECTION, question_of
from monitor.pages.parts.topics import listed, source_words
from monitor.queries.areas import areas_of_level
from monitor.queries.effect import PER_YEAR, Effect, effect
from monitor.queries.indicators import Series
from monitor.router import View
from monitor.texts import effect as texts
from monitor.texts.words import names


def answer(view: View, series: Series) -> html.Div:
    """The answer to the question in the address, with its picture, how sure it is and how it was worked out."""
    _ = view._
    question = question_of(view, series)
    if question is None:
        return html.Div()
    one = effect(view.snapshot, question)
    label = series.label(view.language)
    head = [_badge(one, series, view), html.H3(texts.answer(one, label, _), className="effect-answer")]
    place = _place_line(one, view)
    if one.refusals:
        told = _told(texts.refusal_sentences(one, _))
        return html.Div(
            listed(
                [*head, place, *told, _without_peak(one, view), _picture(view, one, label), _how(view, one, series)]
            ),
            className="effect-result",
        )
    told = _told(texts.warning_sentences(one, _))
    sure = [texts.chance_sentence(one, _), texts.pre_trend_sentence(one, _), texts.moved_sentence(one, _)]
    return html.Div(
        listed(
            [
                *head,
                place,
                html.P(texts.expected_sentence(one, _)),
                *told,
                html.Div(
                    listed(
                        [
                            _picture(view, one, label),
                            html.Div(
                                [html.H4(_("How sure is this?")), html.Ul([html.Li(text) for text in listed(sure)])],
                                className="effect-sure",
                            ),
                        ]
                    ),
                    className="effect-parts",
                ),
                _how(view, one, series),
            ]
        ),
        className="effect-result",
    )


def _told(sentences: list[str]) -> list[html.Div]:
    """All that must be said in one box."""
    if len(sentences) < 2:
        return [notice(sentence, "warning") for sentence in sentences]
    return [notice(html.Ul([html.Li(sentence) for sentence in sentences]), "warning")]


def _badge(one: Effect, series: Series, view: View) -> html.Span | None:
    _ = view._
    if one.found is None or one.found.effect is None:
        return badge("neutral", _("not worked out"), icon_name="info")
    if one.found.verdict is None:
        return badge("neutral", _("no verdict"), icon_name="info")
    word = {Comparison.LOWER: _("fewer"), Comparison.HIGHER: _("more")}.get(Comparison(one.found.verdict))
    return comparison_badge(one.found.verdict, series.direction, _, word)


def _place_line(one: Effect, view: View) -> html.P:
    """Where, since when, up to when."""
    _ = view._
    chosen = [area.name for area in areas_of_level(view.snapshot, "neighbourhood") if area.code in one.question.treated]
    end = one.periods[-1] if one.periods else None
    where = names(chosen, _, most=6)
    start = period_name(one.start, _)
    said = (
        _("{where}, from {start} to {end}", where=where, start=start, end=period_name(end, _))
        if end and end >= one.start
        else _("{where}, from {start}", where=where, start=start)
    )
    return html.P(said, className="meta")


def _without_peak(one: Effect, view: View) -> html.P | None:
    """The same question without the quarter before the start, where a peak is what stands in the way."""
    _ = view._
    if PEAK_BEFORE_START not in one.refusals:
        return None
    n = texts.length(PER_YEAR[one.period_type] // 4, one.period_type, _)
    where = view.here(effect_leave_out="peak") + f"#{SECTION}"
    return html.P(dcc.Link(_("Compare without the {length} before the start", length=n), href=where))


def _picture(view: View, one: Effect, label: str) -> html.Figure | None:
    """Treated, surrounding and comparison areas on the scale "100 is the mean before the start"."""
    _ = view._
    before, after = list(one.before), list(one.after)
    if not before or not after or not one.groups[2]:
        return None
    means = [float(np.nanmean(part[before])) if one.groups[at] else 0.0 for at, part in enumerate(one.sums)]
    if means[0] <= 0 or means[2] <= 0:
        return None
    span = range(one.compared[0], len(one.periods))
    per_block = PER_YEAR[one.period_type] // 4
    index = [100 * part[list(span)] / mean if mean > 0 else None for part, mean in zip(one.sums, means, strict=True)]
    start = one.at - span[0]
    line_names = (_("this area"), _("around it"), _("comparison"))
    lines = [
        Line(name, values.tolist(), _blocks(values, start, per_block)) if values is not None else None
        for name, values in zip(line_names, index, strict=True)
    ]
    treated, around, comparison = lines
    if treated is None or comparison is None:
        return None
    told = []
    for place in span:
        cells = [texts.shown(float(part[place]), one, _) if part[place] == part[place] else "–" for part in one.sums]
        shares = [number(float(values[place - span[0]]), _) if values is not None else "–" for values in index]
        told.append([period_name(one.periods[place], _), cells[0], shares[0], cells[2], shares[2], shares[1]])
    place_words = f"{label}, {names([area.name for area in one.groups[0]], _)}"
    drawn = before_and_after(
        treated,
        comparison,
        around,
        start=start,
        start_name=_("start"),
        labels=[period_name(one.periods[place], _, short=True).replace(" ", "<br>", 1) for place in span],
        hover=[f"<b>{row[0]}</b><br>{_('{n} counted', n=row[1])}<br>{row[2]}" for row in told],
        words=words(view, place_words),
        palette=palette(view.scheme),
    )
    title = _("{place}: before and after the start, beside other areas", place=place_words)
    head = [_("Period"), _("this area"), _("index"), _("comparison"), _("index"), _("around it, index")]
    twin = light_twin(head, told[::-1], _, caption=title, numeric=(1, 2, 3, 4, 5))
    caption = _("100 is the mean of the {length} before the start; lines: means of {block}, points: this area",
                length=texts.length(len(before), one.period_type, _),
                block=texts.length(per_block, one.period_type, _))  # fmt: skip
    return chart(drawn, title, twin=twin, caption=caption)


def _blocks(values: np.ndarray, start: int, per_block: int) -> list[tuple[float, float]]:
    """Means of successive periods, counted from the start to both sides; a block that is less than half known is none.

    The newest block may be shorter than the others: it then stands in the middle of what it has.
    """
    found = []
    for block in range(-math.ceil(start / per_block), math.ceil((values.size - start) / per_block)):
        places = np.arange(max(0, start + block * per_block), min(values.size, start + (block + 1) * per_block))
        known = places[~np.isnan(values[places])]
        if known.size * 2 >= per_block:
            found.append((float(places.mean()), float(values[known].mean())))
    return found


# --- how it was worked out -------------------------------------------------------------------------------------------


def _how(view: View, one: Effect, series: Series) -> html.Details:
    """Series, load, areas, what was left out, and the numbers of each method."""
    _ = view._
    sentences = [
        texts.model_sentence(one, _), texts.relative_sentence(one, _), texts.interrupted_sentence(one, _),
        texts.synthetic_sentence(one, _),
    ]  # fmt: skip
    return html.Details(
        listed(
            [
                html.Summary(_("How was this worked out?")),
                _totals(view, one),
                html.Ul([html.Li(text) for text in listed(sentences)]) if any(sentences) else None,
                html.Dl([part for pair in _facts(view, one, series) for part in pair], className="definition"),
                _download(view, series) if one.found is not None else None,
            ]
        ),
        className="effect-how",
    )


def _totals(view: View, one: Effect) -> html.Div | None:
    """Events before and after per group, in all and a month."""
    _ = view._
    before, after = list(one.before), list(one.after)
    if not before or not after:
        return None
    rows = []
    for name, group, part in zip((_("this area"), _("around it"), _("comparison")), one.groups, one.sums, strict=True):
        if group:
            cells = [name, number(len(group), _)]
            for places in (before, after):
                cells += [texts.shown(float(np.nansum(part[places])), one, _),
                          number(float(np.nanmean(part[places])), _, 1)]  # fmt: skip
            rows.append(cells)
    kind = _("a week") if PER_YEAR[one.period_type] == 52 else _("a month")
    caption = _("Counted before and after the start ({before} and {after})",
                before=texts.length(len(before), one.period_type, _),
                after=texts.length(len(after), one.period_type, _))  # fmt: skip
    head = [_("group"), _("areas"), _("before"), kind, _("after"), kind]
    return html.Div([html.P(caption, className="meta"), table(head, rows, caption=caption, numeric=range(1, 6))])


def _facts(view: View, one: Effect, series: Series) -> list[tuple[html.Dt, html.Dd]]:
    _ = view._
    built = date_name(made_at(view.snapshot.manifest).date(), _)
    beside = names([area.name for area in one.groups[2]], _, most=400)
    facts: list[tuple[str, Any]] = [
        (_("Figures"), f"{series.label(view.language)}, {source_words(series, _)}"),
        (_("Load"), _("Snapshot {load}, made on {day}", load=view.snapshot.load_id, day=built)),
    ]
    if one.compared:
        facts.append(
            (_("Periods"), _("{first} to {last}", first=period_name(one.periods[one.compared[0]], _),
                             last=period_name(one.periods[one.compared[-1]], _)))
        )  # fmt: skip
    if one.groups[1]:
        facts.append((_("Around it (not compared with)"), names([area.name for area in one.groups[1]], _, most=12)))
    if one.groups[2]:
        n = len(one.groups[2])
        level = level_name("neighbourhood", _, plural=n != 1)
        summary = html.Summary(_("{n} {level}", n=number(n, _), level=level))
        facts.append((_("Compared with"), html.Details([summary, html.P(beside)])))
    left_out = texts.left_out_sentences(one, _)
    if left_out:
        facts.append((_("Left out"), html.Ul([html.Li(text) for text in left_out])))
    return [(html.Dt(term), html.Dd(text)) for term, text in facts]


def _download(view: View, series: Series) -> html.P:
    _ = view._
    name = series.indicator.replace("_", "-")
    address = view.here(lang=view.language).partition("?")[2]
    return html.P(
        [icon("download"), html.A(_("Download these numbers (CSV)"),
                                  href=f"/g/{view.slug}/download/effect-{name}.csv?{address}")],
        className="downloads meta no-print",
    )  # fmt: skip
