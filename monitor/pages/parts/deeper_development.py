"""The series of one area looked at deeper: control chart, season, trend, moments of change, the months ahead."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from dash import html

from config.vocabulary import Unit
from monitor.components.cards import badge
from monitor.components.charts import chart
from monitor.components.format import about_text, count_text, period_name, unit_name
from monitor.components.light_table import light_twin
from monitor.figures.development import Points, control_chart, months_ahead, season_bars
from monitor.figures.palette import palette
from monitor.figures.plain import PlainWords
from monitor.pages.parts.topics import listed
from monitor.queries.areas import Area, municipality
from monitor.queries.development import Development, development
from monitor.queries.exactness import Exactness, exactness
from monitor.queries.indicators import Series
from monitor.router import View
from monitor.texts import deeper as texts

#: Counted months drawn before the ones ahead.
_BEFORE = 24


def development_blocks(view: View, series: Series, here: Area) -> list[html.Section]:
    """What the months of an area show; one sentence where there are no months."""
    _ = view._
    found = development(view.snapshot, series.indicator, here.code)
    if found is None:
        return [block(_("Control chart"), html.P(_("There are no complete months of this topic here.")))]
    place = f"{series.label(view.language)}, {here.name}"
    exact = exactness(view.snapshot, series.indicator, here.level, "month")
    return [
        _chart_block(view, found, series, place, exact),
        _season_block(view, found, place, exact),
        block(
            _("Trend and moments of change"),
            html.P(texts.trend_sentence(found, _)),
            html.Ul([html.Li(texts.change_sentence(one, _)) for one in found.changes]) if found.changes else None,
            html.P(texts.changes_note(found, _), className="meta"),
        ),
        _ahead_block(view, found, place, exact),
    ]


def block(title: str, *parts: Any) -> html.Section:
    """One question with its answer."""
    return html.Section(listed([html.H3(title), *parts]), className="deeper-block")


def words(view: View, title: str, *, x: str = "", y: str = "") -> PlainWords:
    """The words of a picture, with the mark of practice figures where the municipality is one."""
    return PlainWords(
        title,
        x,
        y,
        view._("practice data") if municipality(view.snapshot).is_practice else "",
        ",." if view.language == "nl" else ".,",
    )


def _tick(view: View, period: str) -> str:
    return period_name(period, view._, short=True).replace(" ", "<br>", 1)


def _chart_block(view: View, found: Development, series: Series, place: str, exact: Exactness) -> html.Section:
    _ = view._
    sentences = [html.P(sentence) for sentence in texts.chart_sentences(found, _)]
    sentences[-1].className = "meta"
    points = found.chart
    if points.reason == "too_few_periods" or not np.any(~np.isnan(points.values)):
        return block(_("Control chart"), *sentences)
    shape = texts.SHAPES[points.variation]
    tone = {"concern": "higher", "improvement": "lower"}.get(points.variation.partition("_")[0], "neutral")
    unit = _chart_unit(view, found, series)
    digits = 0 if points.kind in ("c", "g", "xmr") and not points.is_adjusted else 1
    is_count = points.kind in ("c", "xmr") and not points.is_adjusted  # else rates, or what was taken out of the season

    def shown(value: float) -> str:
        if is_count:
            return count_text(float(value), _, exact)
        return about_text(value, _, digits, exact)

    periods = [str(found.months["period"].iloc[found.first + int(at)]) for at in points.period]
    scaled = [
        array * found.unit_scale
        for array in (points.values, points.limits.centre, points.lower_drawn, points.limits.upper)
    ]
    values, centre, lower, upper = scaled
    reasons = [
        texts.rule_words(str(rule), int(side), _) if rule is not None else ""
        for rule, side in zip(points.causes.rule, points.causes.side, strict=True)
    ]
    drawn = control_chart(
        Points(
            values,
            centre,
            lower,
            upper,
            [_kind(str(kind), int(side)) for kind, side in zip(points.types, points.causes.side, strict=True)],
            [_tick(view, period) for period in periods],
            [
                "<br>".join(part for part in (f"<b>{period_name(period, _)}</b>", shown(value), reason) if part)
                for period, value, reason in zip(periods, values, reasons, strict=True)
            ],
        ),
        words=words(view, place),
        upper=_("limit {n}", n=about_text(float(upper[-1]), _, 1, exact)),
        palette=palette(view.scheme),
    )
    title = _("{place}: control chart", place=place)
    rows = [
        [period_name(period, _), shown(value), reason or "–"]
        for period, value, reason in zip(periods, values, reasons, strict=True)
    ][::-1]
    twin = light_twin([_("Period"), unit, _("Marked")], rows, _, caption=title, numeric=(1,))
    return block(
        _("Control chart"),
        html.P(badge(tone, texts.icon_words(points.variation, _), icon_name=shape)),
        chart(
            drawn,
            title,
            twin=twin,
            caption=_(
                "{unit}; dashed: middle ({n}); dotted: limits", unit=unit, n=about_text(float(centre[-1]), _, 1, exact)
            ),
        ),
        *sentences,
    )


def _kind(kind: str, side: int) -> str:
    """Type of a point with the side it is marked on: the shape tells the side, the colour what it means."""
    if kind == "common" or kind.endswith(("_high", "_low")):
        return kind
    return f"{kind}_{'high' if side > 0 else 'low'}"


def _chart_unit(view: View, found: Development, series: Series) -> str:
    _ = view._
    if found.chart.kind == "g":
        return _("months between two events")
    if found.unit_scale != 1.0:
        return _("{unit} per year", unit=unit_name(Unit(series.unit), _))
    return _("number per month, season taken out") if found.chart.is_adjusted else _("number per month")


def _season_block(view: View, found: Development, place: str, exact: Exactness) -> html.Section:
    _ = view._
    sentence = html.P(texts.season_sentence(found, _))
    if not found.season.is_seasonal:
        return block(_("Season"), sentence)
    profile = texts.season_profile(found)
    told = {texts.month_word(month, _): _more_or_fewer(view, value, exact) for month, value in profile.items()}
    drawn = season_bars(
        {texts.month_word(month, _, short=True): value for month, value in profile.items()},
        words=words(view, place),
        hover=[f"<b>{month}</b><br>{text}" for month, text in told.items()],
        palette=palette(view.scheme),
    )
    title = _("{place}: season", place=place)
    twin = light_twin([_("month"), _("against the mean of the year")], list(told.items()), _, caption=title)
    caption = _("more or fewer than the mean of the year, newest three years")
    return block(_("Season"), chart(drawn, title, twin=twin, caption=caption), sentence)


def _more_or_fewer(view: View, value: float, exact: Exactness) -> str:
    _ = view._
    shown = about_text(abs(value), _, 1, exact)
    return _("{n} more", n=shown) if value >= 0 else _("{n} fewer", n=shown)


def _ahead_block(view: View, found: Development, place: str, exact: Exactness) -> html.Section:
    _ = view._
    sentence = html.P(texts.ahead_sentence(found, _, exact))
    if not found.ahead.is_better:
        return block(_("Looking ahead"), sentence)
    newest = found.months.tail(_BEFORE)
    known = [str(period) for period in newest["period"]]
    told = [
        _("{mean} (probably between {low} and {high})",
          mean=about_text(float(mean), _, exact=exact), low=about_text(float(low), _, exact=exact),
          high=about_text(float(high), _, exact=exact))
        for mean, low, high in zip(found.ahead.mean, found.ahead.lower, found.ahead.upper, strict=True)
    ]  # fmt: skip
    drawn = months_ahead(
        Points(
            newest["count"].tolist(),
            [],
            list(found.ahead.lower),
            list(found.ahead.upper),
            [],
            [_tick(view, period) for period in known],
            [
                f"<b>{period_name(period, _)}</b><br>{count_text(None if math.isnan(count) else count, _, exact)}"
                for period, count in zip(known, newest["count"], strict=True)
            ],
        ),
        list(found.ahead.mean),
        [_tick(view, period) for period in found.periods_ahead],
        [f"<b>{period_name(period, _)}</b><br>{text}" for period, text in zip(found.periods_ahead, told, strict=True)],
        words=words(view, place),
        palette=palette(view.scheme),
    )
    title = _("{place}: looking ahead", place=place)
    rows = [[period_name(period, _), text] for period, text in zip(found.periods_ahead, told, strict=True)]
    twin = light_twin([_("Period"), _("expected")], rows, _, caption=title)
    caption = _("number per month; open points: months ahead; band: probably between")
    return block(_("Looking ahead"), chart(drawn, title, twin=twin, caption=caption), sentence)
