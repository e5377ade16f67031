"""What a harm score rests on: one sentence, the plain count, other weights, and the weights themselves."""

from __future__ import annotations

from dash import dcc, html

from config.vocabulary import AreaLevel
from monitor.components.cards import card, table
from monitor.components.format import count_text, level_name, period_name
from monitor.pages.parts.topics import listed
from monitor.pages.parts.why import methods_href
from monitor.queries.areas import municipality
from monitor.queries.exactness import exactness_of
from monitor.queries.harm import Weights, detail, driven, is_weighted, sensitivity, weights
from monitor.queries.indicators import Newest, Series
from monitor.queries.series import periods_of
from monitor.router import View
from monitor.texts import harm as words

#: Levels of which other weights are told, the finest first.
_LEVELS = ("neighbourhood", "district")


def harm_cards(view: View, series: Series, period: str, now: Newest) -> list[html.Section]:
    """The cards of a harm score, none for any other topic."""
    adopted = weights(view.snapshot, series.indicator)
    if not is_weighted(series) or adopted is None:
        return []
    return [_rests_on(view, series, adopted, period, now), _weights(view, series, adopted)]


def _rests_on(view: View, series: Series, adopted: Weights, period: str, now: Newest) -> html.Section:
    _ = view._
    whole = municipality(view.snapshot)
    shown = _kept(view, series, whole.code, period, now) or period
    return card(
        _("What this score rests on"),
        harm_sentences(view, series, whole.code, shown, now),
        _driven(view, series, shown),
        *_other_weights(view, series, now),
        subtitle=_("{place} · {period}", place=whole.name, period=period_name(shown, _)),
        footer=html.A(_("How is this worked out?"), href=methods_href(view, "severity")),
        span=12,
        className="harm",
    )


def harm_sentences(view: View, series: Series, area_code: str, period: str, now: Newest) -> html.Div | None:
    """What the score of one area rests on; None for any other topic."""
    _ = view._
    adopted = weights(view.snapshot, series.indicator)
    if not is_weighted(series) or adopted is None:
        return None
    shown = _kept(view, series, area_code, period, now)
    found = detail(view.snapshot, series.indicator, area_code, shown) if shown else None
    exact = exactness_of(view.snapshot, series.indicator, area_code, shown or period)
    days = {one.code: one.days for one in adopted.weighed}
    sentences = [words.adopted(adopted, _)]
    if found is not None:
        sentences = [
            words.score(found, days.get(found.heaviest or ""), shown or period, _, exact)
            + " "
            + words.adopted(adopted, _),
            words.without(found, _, exact),
            words.plain(found, _, exact),
        ]
    sentences += [words.from_rounded(_) if exact.is_sum else "", words.not_compared(_)]
    return html.Div([html.P(sentence) for sentence in sentences if sentence], className="harm-sentences")


def _driven(view: View, series: Series, period: str) -> html.Div | None:
    """With and without the heaviest offence, where one offence is over half of the score."""
    _ = view._
    blocks = []
    for level in _LEVELS:
        found = driven(view.snapshot, series.indicator, level, period)
        if not found:
            continue
        areas = level_name(level, _, plural=True)
        rows = [
            [
                dcc.Link(one.area_name, href=view.href(f"gebied/{one.area_code}", indicator=series.indicator)),
                one.title,
                *(
                    count_text(days, _, exactness_of(view.snapshot, series.indicator, one.area_code, period))
                    for days in (one.harm, one.without_heaviest)
                ),
            ]
            for one in found
        ]
        caption = _("One offence is over half of the score: {areas}", areas=areas)
        head = [level_name(level, _).capitalize(), _("Offence"), _("Days"), _("Days without it")]
        blocks.append(html.Div([html.H3(caption), table(head, rows, caption=caption, numeric=(2, 3))]))
    return html.Div(blocks) if blocks else None


def _kept(view: View, series: Series, area_code: str, period: str, now: Newest) -> str | None:
    """The period shown where it is kept what the score rests on, else the newest of which it is."""
    candidates = [period, now.period, *reversed(periods_of(view.snapshot, series.indicator, "year"))]
    return next(
        (one for one in candidates if detail(view.snapshot, series.indicator, area_code, one) is not None), None
    )


def _other_weights(view: View, series: Series, now: Newest) -> list[html.Div]:
    _ = view._
    blocks = []
    for level in _LEVELS:
        found = sensitivity(view.snapshot, series.indicator, level, now.period)
        if found is None:
            continue
        areas = level_name(level, _, plural=True)
        head = [_("Offence"), _("Weight"), _("Comes in"), _("Drops out")]
        caption = _("Other weights and the top five {areas}", areas=areas)
        blocks.append(
            html.Div(
                listed(
                    [
                        html.H3(caption),
                        html.P(words.sensitivity(found, areas, _)),
                        table(head, [list(words.change(one, _)) for one in found.changed], caption=caption)
                        if found.changed
                        else None,
                    ]
                )
            )
        )
    return blocks


def _weights(view: View, series: Series, adopted: Weights) -> html.Section:
    """Every weight with its source, and what is left out."""
    _ = view._
    rows = [[one.title, html.Code(one.code), words.days_text(one.days or 0.0, _)] for one in adopted.weighed]
    caption = _("Weight of each offence, in days")
    levels = ", ".join(
        level_name(level, _, plural=level != AreaLevel.MUNICIPALITY) for level in series.definition.levels
    )
    left_out = ", ".join(f"{one.title} ({one.code})" for one in adopted.excluded)
    return card(
        _("The weights"),
        html.P(_("Source: {source}.", source=adopted.source) + " " + words.adopted(adopted, _)),
        table([_("Offence"), _("Code"), _("Days")], rows, caption=caption, numeric=(2,)),
        html.P(_("Shown where each of these offences is shown by itself: {levels}.", levels=levels)),
        html.P(_("Left out on purpose, so not in this score: {offences}.", offences=left_out)) if left_out else None,
        span=12,
        className="harm-weights",
    )
