"""A topic over areas looked at deeper: funnel, concentration, clusters, places, associations."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from config.vocabulary import UNIT_BASE, Unit
from etl import calendar
from monitor.components.charts import chart
from monitor.components.format import about_text, comparison_name, count_text, number, period_name, unit_name
from monitor.components.light_table import light_twin
from monitor.figures.palette import palette
from monitor.figures.places import funnel, scatter
from monitor.pages.parts.deeper_development import block, words
from monitor.pages.parts.deeper_urbanity import own_urbanity_block, urbanity_block
from monitor.pages.parts.peers import peers_block
from monitor.pages.parts.topics import listed
from monitor.queries import places
from monitor.queries.areas import Area
from monitor.queries.exactness import exactness
from monitor.queries.indicators import Series, indicators
from monitor.router import View
from monitor.texts import deeper as texts

#: Places told in the open; the rest stands in the table.
_PLACES = 3


def place_blocks(view: View, series: Series) -> list[html.Section]:
    """How the topic lies over the neighbourhoods; empty with too few of them."""
    _ = view._
    found = places.spread(view.snapshot, series.indicator)
    if found is None:
        return [block(_("Over the neighbourhoods"), html.P(_("There are too few neighbourhoods with figures.")))]
    label = series.label(view.language)
    where = f"{label}, {period_name(found.period, _)}"
    exact = exactness(view.snapshot, series.indicator, "neighbourhood", str(calendar.period_type_of(found.period)))
    blocks = [
        _funnel_block(view, series, found, where),
        urbanity_block(view, series, where) if found.funnel is not None else None,
        block(
            _("Concentration and clusters"),
            html.P(texts.concentration_sentence(found, label, _, exact)),
            *[html.P(sentence) for sentence in texts.cluster_sentences(found, _)],
            html.P(period_name(found.period, _), className="meta"),
        ),
        _ranks_block(view, series, where),
        _associations_block(view, series, label),
    ]
    return listed(blocks)


def own_place_blocks(view: View, series: Series, here: Area) -> list[html.Section]:
    """Place of one area among those of its level, and the areas that are like it."""
    _ = view._
    ranked = places.standings(view.snapshot, series.indicator, here.level)
    mine = next((one for one in ranked if one.area_code == here.code), None)
    blocks: list[html.Section | None] = []
    if mine is not None:
        period = period_name(str(places.standing_period(view.snapshot, series.indicator)), _)
        blocks.append(
            block(_("Place among areas"), html.P(texts.rank_sentence(mine, _)), html.P(period, className="meta"))
        )
    if here.level == "neighbourhood":
        blocks.append(own_urbanity_block(view, series, here))
        blocks.append(peers_block(view, series, here))
    return listed(blocks)


def _funnel_block(view: View, series: Series, found: places.Spread, where: str) -> html.Section:
    _ = view._
    sentence = html.P(texts.funnel_sentence(found, _))
    if found.funnel is None:
        return block(_("Funnel of neighbourhoods"), sentence)
    limits = found.funnel
    frame = found.areas.assign(
        value=limits.value, lower_95=limits.lower_95, upper_95=limits.upper_95, lower_998=limits.lower_998,
        upper_998=limits.upper_998, verdict=limits.verdict,
    )  # fmt: skip
    rows, hovers = [], []
    exact = exactness(view.snapshot, series.indicator, "neighbourhood", str(calendar.period_type_of(found.period)))
    columns = ["area_name", "count", "expected", "value", "verdict"]
    for name, count, expected, value, verdict in frame[columns].itertuples(index=False, name=None):
        outcome = comparison_name(verdict, _) if isinstance(verdict, str) else "–"
        numbers = _(
            "{n} counted, {expected} expected",
            n=count_text(count, _, exact),
            expected=about_text(expected, _, 1, exact),
        )
        hovers.append(f"<b>{name}</b><br>{numbers}<br>{outcome}")
        rows.append(
            [
                name,
                count_text(count, _, exact),
                about_text(expected, _, 1, exact),
                about_text(value, _, 2, exact),
                outcome,
            ]
        )
    frame["hover"] = hovers
    drawn = funnel(
        frame,
        words=words(view, where, x=_("expected at the rate of the rest"), y=_("counted divided by expected")),
        limits=("95%", "99,8%" if view.language == "nl" else "99.8%"),
        palette=palette(view.scheme),
    )
    title = _("{place}: funnel of neighbourhoods", place=where)
    head = [_("Neighbourhood"), _("counted"), _("expected"), _("ratio"), _("outcome")]
    rows.sort(key=lambda row: str(row[0]))
    twin = light_twin(head, rows, _, caption=title, numeric=(1, 2, 3))
    caption = _("one point per neighbourhood; triangle: outside the limits; dashed 95%, dotted 99.8%")
    return block(_("Funnel of neighbourhoods"), chart(drawn, title, twin=twin, caption=caption), sentence)


def _ranks_block(view: View, series: Series, where: str) -> html.Section | None:
    _ = view._
    ranked = places.standings(view.snapshot, series.indicator, "neighbourhood")
    title = _("Places with what chance leaves open")
    if not ranked:
        return block(title, html.P(_("No places: there are no rates to put in order.")))
    first = [
        html.Li([_area_link(view, one.area_code, one.area_name, series), ": ", texts.rank_sentence(one, _)])
        for one in ranked[:_PLACES]
    ]
    rows = [[one.area_name, number(one.rank, _), f"{one.best}–{one.worst}"] for one in ranked]
    caption = _("{place}: places", place=where)
    twin = light_twin([_("Neighbourhood"), _("place"), _("possible places")], rows, _, caption=caption, numeric=(1, 2))
    return block(title, html.Ul(first, className="plain-list"), twin)


def _area_link(view: View, code: str, name: str, series: Series) -> Any:
    return dcc.Link(name, href=view.href(f"gebied/{code}", indicator=series.indicator))


def _associations_block(view: View, series: Series, label: str) -> html.Section:
    _ = view._
    found = places.context_associations(view.snapshot, series.indicator)
    title = _("What goes together")
    if found.empty:
        return block(title, html.P(_("No associations are worked out: that takes 20 neighbourhoods with a rate.")))
    n_tests = int(found["n_tests"].iloc[0])
    best = found.iloc[0]
    known = indicators(view.snapshot)
    name = {one: known[one].label(view.language) if one in known else one for one in found["context"]}
    feature = name[str(best["context"])]
    if bool(best["is_significant"]):
        sentence = texts.association_sentence(label, feature, float(best["rho"]), n_tests, _)
    else:
        sentence = f"{texts.no_association(n_tests, _)} {texts.association_caution(_)}"
    frame = places.context_table(view.snapshot, series.indicator).dropna(subset=[str(best["context"])])
    per = UNIT_BASE.get(Unit(series.unit), 1_000)
    drawn = scatter(
        frame[str(best["context"])].tolist(),
        (frame["rate"] * per).tolist(),
        [f"<b>{one}</b>" for one in frame["area_name"]],
        words=words(view, label, x=feature, y=unit_name(series.unit, _)),
        palette=palette(view.scheme),
    )
    rows = [
        [name[str(row.context)], number(float(row.rho), _, 2).replace("-", "−"), _association_notes(view, row)]
        for row in found.itertuples()
    ]
    caption = _("{place}: associations with context", place=label)
    twin = light_twin([_("Feature"), _("correlation"), _("mind")], rows, _, caption=caption, numeric=(1,))
    return block(
        title,
        html.P(sentence),
        chart(drawn, _("{feature} and {label} per neighbourhood", feature=feature, label=label),
              twin=twin, caption=_("one point per neighbourhood")),
    )  # fmt: skip


def _association_notes(view: View, row: Any) -> str:
    _ = view._
    notes = [_("clearer than chance") if row.is_significant else _("may be chance")]
    if row.is_weight_sensitive:
        notes.append(_("rests on small neighbourhoods"))
    if row.has_spatial_residuals:
        notes.append(_("neighbours resemble each other: less sure"))
    return "; ".join(notes)
