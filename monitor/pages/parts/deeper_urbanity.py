"""Like with like: neighbourhoods against others of their own class of urbanity."""

from __future__ import annotations

from dash import html

from etl import calendar
from monitor.components.format import about_text, count_text, number, period_name
from monitor.components.light_table import light_twin
from monitor.pages.parts.deeper_development import block
from monitor.queries.areas import Area
from monitor.queries.exactness import exactness
from monitor.queries.indicators import Series
from monitor.queries.urbanity import against_urbanity
from monitor.router import View
from monitor.texts import urbanity as texts


def urbanity_block(view: View, series: Series, where: str) -> html.Section:
    """All neighbourhoods against their class."""
    _ = view._
    title = _("Weighed for urbanity")
    found = against_urbanity(view.snapshot, series.indicator)
    if found is None:
        return block(title, html.P(_("Not worked out: the urbanity is not known, or the same everywhere.")))
    exact = exactness(view.snapshot, series.indicator, "neighbourhood", str(calendar.period_type_of(found.period)))
    columns = ["area_name", "urbanity", "count", "expected", "ratio", "lower", "upper"]
    rows = [
        [name, number(int(urbanity), _), count_text(count, _, exact), about_text(expected, _, 1, exact),
         about_text(ratio, _, 2, exact), f"{about_text(lower, _, 2, exact)} – {number(upper, _, 2)}"]
        for name, urbanity, count, expected, ratio, lower, upper in found.areas.sort_values("area_name")[
            columns
        ].itertuples(index=False, name=None)
    ]  # fmt: skip
    head = [
        _("Neighbourhood"), _("urbanity"), _("counted"), _("expected"), _("ratio"), _("Probably between"),
    ]  # fmt: skip
    twin = light_twin(head, rows, _, caption=_("{place}: weighed for urbanity", place=where), numeric=(1, 2, 3, 4, 5))
    return block(
        title,
        html.P(texts.spread_sentence(found, _)),
        html.P(_("Class 1 is very strongly urban, 5 is not urban."), className="meta"),
        twin,
    )


def own_urbanity_block(view: View, series: Series, here: Area) -> html.Section | None:
    """One neighbourhood against its class; None where it takes no part."""
    _ = view._
    found = against_urbanity(view.snapshot, series.indicator)
    if found is None:
        return None
    exact = exactness(view.snapshot, series.indicator, "neighbourhood", str(calendar.period_type_of(found.period)))
    sentence = texts.own_sentence(found, here.code, _, exact)
    if not sentence:
        return None
    period = html.P(period_name(found.period, _), className="meta")
    return block(_("Weighed for urbanity"), html.P(sentence), period)
