"""An index on a page: what it is made of, how sure its places are, and all areas with their parts side by side."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from monitor.components.cards import card, empty, table
from monitor.components.format import level_name, number, period_name
from monitor.pages.parts.cells import known, value_cell
from monitor.pages.parts.topics import listed
from monitor.pages.parts.why import methods_href, why
from monitor.queries.areas import areas, municipality
from monitor.queries.composite import ScoredPart, base_of, is_index, largest_moves, scores, standings
from monitor.queries.exactness import exactness_of
from monitor.queries.indicators import Series, indicators
from monitor.queries.series import cell, table_of_areas
from monitor.router import View
from monitor.texts import composite as texts


def part_labels(view: View, series: Series) -> dict[str, str]:
    """Part -> its name on screen."""
    topics = indicators(view.snapshot)
    names = [one.part for one in base_of(view.snapshot, series.indicator)]
    return {name: topics[name].label(view.language) for name in names if name in topics}


def index_sentence(view: View, series: Series, area_code: str, period: str) -> str:
    """The index of an area with its place, in a sentence; "" where it has none or this is no index."""
    base = base_of(view.snapshot, series.indicator) if is_index(series) else ()
    one = standings(view.snapshot, series.indicator, period).get(area_code) if base else None
    if one is None:
        return ""
    return texts.sentence(
        one, base[0].base_period, view._, exactness_of(view.snapshot, series.indicator, area_code, period)
    )


def about_card(view: View, series: Series, level: str, period: str) -> html.Section | None:
    """What the index is made of, who set it and why, and what other ways of calculating do to the places."""
    _ = view._
    base, index = base_of(view.snapshot, series.indicator), series.definition.numerator.index
    if index is None or not base:
        return None
    labels = part_labels(view, series)
    whole = cell(view.snapshot, series.indicator, municipality(view.snapshot).code, base[0].base_period)
    scale = listed(
        [
            texts.meaning(base, _),
            texts.own_value(known(whole.value) if whole is not None else None, base, _),
            texts.division(base, _),
        ]
    )
    return card(
        _("What this index is, and what it is not"),
        html.Dl(
            [
                part
                for term, lines in (
                    (_("Whose, and what for"), [texts.set_by(index, _)]),
                    (_("Made of"), [texts.made_of(base, labels, view.language, _)]),
                    (_("Measured by"), scale),
                    (_("Bands"), [texts.bands(_)]),
                )
                for part in (html.Dt(term), *(html.Dd(line) for line in lines))
            ],
            className="definition",
        ),
        *_sensitivity(view, series, level, period, labels),
        footer=html.A(_("How is this worked out?"), href=methods_href(view, "index")),
        span=12,
        className="index-about",
    )


def _sensitivity(view: View, series: Series, level: str, period: str, labels: dict[str, str]) -> list[Any]:
    _ = view._
    moves = largest_moves(view.snapshot, series.indicator, level, period)
    heading = html.H3(_("How much depends on the way of calculating"))
    if not moves:
        return [heading, html.P(_("Areas of this level have no place on this index."), className="meta")]
    rows = [[texts.way_name(one.way, labels, _), texts.move(one, _)] for one in moves]
    caption = _("Places under other ways of calculating, {period}", period=period_name(period, _))
    return [
        heading,
        html.P(texts.largest(moves, labels, _)),
        table([_("Other way of calculating"), _("What it does to the places")], rows, caption=caption),
    ]


def index_table(view: View, series: Series, level: str, period: str) -> html.Div:
    """All areas of a level by name: the index in a sentence, its band, and the points of each part side by side."""
    _ = view._
    frame = table_of_areas(view.snapshot, series.indicator, level, period)
    if frame.empty:
        return empty(_("This municipality has no areas of this level."))
    base = base_of(view.snapshot, series.indicator)
    labels = part_labels(view, series)
    found, placed = scores(view.snapshot, series.indicator, period), standings(view.snapshot, series.indicator, period)
    parents = {area.code: area.name for area in areas(view.snapshot)}
    twice = set(frame.loc[frame["area_name"].duplicated(keep=False), "area_code"])
    rows, has_smoothed = [], False
    for row in frame.itertuples():
        code, name = str(row.area_code), str(row.area_name)
        if code in twice and row.parent in parents:
            name = f"{name} ({parents[row.parent]})"
        link = dcc.Link(name, href=view.href(f"gebied/{code}", indicator=series.indicator))
        said = index_sentence(view, series, code, period)
        of_area = found.get(code, {})
        has_smoothed |= any(one.is_smoothed for one in of_area.values())
        rows.append(
            [
                html.Div([link, html.Div(said, className="meta")] if said else [link]),
                why(view, value_cell(view, series, row, code), series.indicator, code, period),
                texts.band_name(placed[code].band, _) if code in placed and known(row.value) is not None else "–",
                *[_points(view, of_area.get(one.part), code, period) for one in base],
            ]
        )
    heads = [dcc.Link(labels.get(one.part, one.part), href=view.href(f"onderwerp/{one.part}")) for one in base]
    caption = _(
        "{label} per {level}, {period}",
        label=series.label(view.language), level=level_name(level, _), period=period_name(period, _),
    )  # fmt: skip
    drawn = table(
        [level_name(level, _).capitalize(), _("Index"), _("Band"), *heads],
        rows,
        caption=caption,
        numeric=(1, *range(3, 3 + len(base))),
        className="sticky-first index-table wrap-head",
    )
    notes = [
        _("Points per part: the same scale as the index, 100 is the municipality in {year}.", year=base[0].base_period)
    ]
    if has_smoothed:
        notes.append(_("≈: too few residents for a rate; drawn towards the mean of all neighbourhoods."))
    return html.Div([drawn, html.P(" ".join(notes), className="meta index-note")])


def _points(view: View, one: ScoredPart | None, area_code: str, period: str) -> Any:
    if one is None or one.score is None:
        return "–"
    text = number(one.score, view._)
    return why(view, f"≈ {text}" if one.is_smoothed else text, one.part, area_code, period)
