"""All indicators of one area in one table: value, interval, the others, and the verdict."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from config.vocabulary import Comparison as Verdict
from monitor.components.cards import comparison_badge, tone
from monitor.components.charts import spine, spine_places
from monitor.components.format import comparison_name, figure, level_name, period_name, unit_name, value_text
from monitor.pages.parts.cells import count_cell, exact_of, known, reason, shown_value, value_cell
from monitor.pages.parts.index_cards import index_sentence
from monitor.pages.parts.topics import theme_name
from monitor.pages.parts.why import why
from monitor.queries.areas import Area, municipality
from monitor.queries.comparisons import Comparison, against_rest_for, year_on_year_for
from monitor.queries.exactness import exactness_of
from monitor.queries.indicators import Series, indicators
from monitor.queries.profile import profile
from monitor.router import View
from monitor.texts.comparison import change_sentence, reason_words, rest_sentence, verdict_words


def comparison_for(view: View, area: Area, indicator: str, period: str) -> Comparison | None:
    """The comparison a page of an area is about: with the rest, or for the municipality itself with a year earlier."""
    ask = year_on_year_for if area.level == "municipality" else against_rest_for
    return ask(view.snapshot, indicator, area.code, period)


def comparisons_of(view: View, area: Area) -> list[Comparison]:
    """All comparisons of an area, in screen order; indicators that are not compared are left out."""
    frame = profile(view.snapshot, area.code)
    found = [comparison_for(view, area, str(row.indicator), str(row.period)) for row in frame.itertuples()]
    return [one for one in found if one is not None]


def spine_table(view: View, area: Area, chosen: str | None) -> html.Div:
    """The table: a heading per theme, a row per indicator. A row's label makes it the topic of the page."""
    _ = view._
    frame = profile(view.snapshot, area.code)
    known_topics = indicators(view.snapshot)
    is_whole = area.level == "municipality"
    body: list[Any] = []
    theme = None
    for row in frame[frame["is_at_level"]].itertuples():
        series = known_topics[str(row.indicator)]
        if series.theme != theme:
            theme = series.theme
            body.append(html.Tr(html.Th(theme_name(theme, _), colSpan=5, scope="rowgroup"), className="theme-row"))
        body.append(_row(view, area, series, row, series.indicator == chosen, is_whole))
    other = _("Year earlier") if is_whole else _("Municipality")
    head = html.Tr(
        [
            html.Th(_("Topic"), scope="col"),
            html.Th(level_name(area.level, _).capitalize(), scope="col", className="num"),
            html.Th(other, scope="col", className="num"),
            html.Th(_("Probably between") if is_whole else _("Low – high"), scope="col"),
            html.Th(_("Change") if is_whole else _("Against the rest"), scope="col"),
        ]
    )
    caption = _("All topics of {area}", area=area.name)
    return html.Div(
        html.Table(
            [html.Caption(caption, className="sr-only"), html.Thead(head), html.Tbody(body)],
            className="table spine-table",
        ),
        className="table-wrap",
        tabIndex="0",
        role="region",
        **{"aria-label": caption},
    )


def _row(view: View, area: Area, series: Series, row: Any, is_current: bool, is_whole: bool) -> html.Tr:
    _ = view._
    one = comparison_for(view, area, series.indicator, str(row.period))
    label = html.Th(
        [
            dcc.Link(
                series.label(view.language),
                href=view.here(indicator=series.indicator, period=None),
                className="is-current" if is_current else None,
            ),
            html.Div(f"{unit_name(series.unit, _)} · {period_name(str(row.period), _, short=True)}", className="meta"),
        ],
        scope="row",
    )
    if known(row.value) is None and known(row.numerator) is not None:
        value = html.Span(
            [
                _why(view, area, row, count_cell(view, series, row, area.code)),
                html.Div(reason(view, series, row, area.code), className="meta reason"),
            ]
        )
    else:
        value = html.Div(
            [
                _why(view, area, row, value_cell(view, series, row, area.code)),
                _between(view, series, row),
                _plain_count(view, area, series, row),
            ]
        )
    if is_whole:
        other_value = value_text(one.other_value, series.unit, _, exact=one.other_exact) if one else "–"
        middle: Any = _between(view, series, row) or "–"
    else:
        whole = exactness_of(view.snapshot, series.indicator, municipality(view.snapshot).code, str(row.period))
        other_value = value_text(known(row.municipality_value), series.unit, _, exact=whole)
        middle = _spine(view, area, series, row, one)
    return html.Tr(
        [
            label,
            html.Td(value, className="num"),
            html.Td(other_value, className="num dim"),
            html.Td(middle, className="spine-cell"),
            html.Td(index_sentence(view, series, area.code, str(row.period)) or _verdict(view, series, one, row)),
        ],
        className="is-current" if is_current else "",
    )  # fmt: skip


def _why(view: View, area: Area, row: Any, shown: Any) -> html.A:
    return why(view, shown, str(row.indicator), area.code, str(row.period))


def _plain_count(view: View, area: Area, series: Series, row: Any) -> html.Div | None:
    """Beside days always the plain number of offences."""
    if not series.definition.is_weighted:
        return None
    return html.Div(view._("number: {n}", n=count_cell(view, series, row, area.code)), className="meta nowrap")


def _between(view: View, series: Series, row: Any) -> html.Div | None:
    lower, upper = known(row.lower), known(row.upper)
    if lower is None or upper is None:
        return None
    return html.Div(
        f"{figure(lower, series.unit, view._)} – {figure(upper, series.unit, view._)}", className="meta nowrap"
    )


def _spine(view: View, area: Area, series: Series, row: Any, one: Comparison | None) -> Any:
    """The bar; a reason in words where it cannot be drawn."""
    _ = view._
    value, median = known(row.value), known(row.median)
    if value is None or median is None:
        return html.Span(_("too few areas to compare") if value is not None else "–", className="meta")
    numbers = [float(getattr(row, name)) for name in ("min", "q1", "median", "q3", "max")]
    verdict = one.verdict if one else None
    exact = exact_of(view, series, row, area.code)
    least, middle, most = (value_text(found, series.unit, _, exact=exact) for found in (numbers[0], median, numbers[4]))
    text = _(
        "{value}; lowest {least}, median {median}, highest {most} of {n} areas",
        value=shown_value(view, series, row, area.code), least=least, median=middle, most=most, n=int(row.n_areas),
    )  # fmt: skip
    if one and one.verdict:
        text += f"; {comparison_name(one.verdict, _)}"
    shape = {"higher": "up", "lower": "down"}.get(str(verdict), "same")
    return spine(spine_places(value, *numbers), shape, tone(str(verdict), series.direction), text)


def _verdict(view: View, series: Series, one: Comparison | None, row: Any) -> Any:
    _ = view._
    if one is None:
        return html.Span("–", className="meta")
    if one.verdict is None:
        return html.Span(reason_words(one, _), className="meta")
    whole = (
        change_sentence(one, _) if one.kind == "year_before" else rest_sentence(one, series.unit, _("municipality"), _)
    )
    text: Any = verdict_words(one, _)
    if one.verdict in (Verdict.HIGHER, Verdict.LOWER):
        text = comparison_badge(one.verdict, series.direction, _, text)
    return html.Span(text, title=whole, className="verdict")


def higher_only(view: View, area: Area) -> html.P | None:
    """Names of the topics that exist only at a higher level than this area's."""
    _ = view._
    frame = profile(view.snapshot, area.code)
    listed = [
        indicators(view.snapshot)[name].label(view.language) for name in frame[~frame["is_at_level"]]["indicator"]
    ]
    if not listed:
        return None
    said = _("Only known at another level: {topics}.", topics=", ".join(listed))
    return html.P(said, className="meta")


def legend(view: View, level: str) -> html.P:
    """What the signs of the table stand for."""
    _ = view._
    if level == "municipality":
        return html.P(_("Compared with the same period a year earlier."), className="meta")
    return html.P(
        [
            html.Span("▲", className="tone-higher", **{"aria-hidden": "true"}), " ", _("higher"), "   ",
            html.Span("▼", className="tone-lower", **{"aria-hidden": "true"}), " ", _("lower"), "   ",
            html.Span("●", className="tone-neutral", **{"aria-hidden": "true"}), " ",
            _("no demonstrable difference, or not compared"), "   ",
            html.Span(className="swatch spine-swatch", **{"aria-hidden": "true"}), " ",
            _("middle half of the {areas}", areas=level_name(level, _, plural=True)),
        ],
        className="meta spine-legend",
    )  # fmt: skip
