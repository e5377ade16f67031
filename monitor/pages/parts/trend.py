"""One indicator of one area through time: the chart, its words and its table twin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from dash import dcc, html

from config.vocabulary import UNIT_BASE, PeriodType, Unit
from etl import calendar
from monitor.components.cards import empty, table, table_twin
from monitor.components.charts import chart
from monitor.components.format import (
    count_text,
    figure,
    interval_words,
    period_name,
    status_name,
    unit_name,
    value_text,
)
from monitor.figures.palette import palette
from monitor.figures.timeline import Mark, Words, timeline
from monitor.i18n import Translator
from monitor.pages.parts.cells import known
from monitor.pages.parts.topics import listed
from monitor.pages.parts.why import why, why_href
from monitor.queries.areas import municipality
from monitor.queries.exactness import Exactness, exactness, exactness_of
from monitor.queries.indicators import Series, breaks, newest, period_types
from monitor.queries.series import series as ask_series
from monitor.queries.verdicts import normal_range
from monitor.router import View

#: Lengths of a period from the finest; the first that an indicator has is drawn unless the reader chose one.
_FINE = ("month", "quarter", "rolling_12_months", "year", "rolling_4_weeks", "week")
#: Below the municipality a month of one area is mostly chance: a year of months is drawn first.
_STEADY = ("rolling_12_months", "year", "quarter", "month", "rolling_4_weeks", "week")


@dataclass(frozen=True)
class Measure:
    """What is drawn: the value, or the number counted where no rate can be made anywhere in the series."""

    column: str
    unit: str


@dataclass(frozen=True, eq=False)
class Drawn:
    """What a picture of a series shows.

    frame: columns of `monitor.queries.series.series`, from the first period with a figure. points: the same in the unit
    that is drawn: `value`, `lower`, `upper` (what is normal where `is_normal`, else the probable range),
    `period_label`, `end_label`. reference: points of the municipality beside a smaller area; None where it
    is not drawn.
    """

    frame: pd.DataFrame
    measure: Measure
    points: pd.DataFrame
    reference: pd.DataFrame | None
    is_normal: bool
    exact: Exactness

    @property
    def end_label(self) -> str:
        """The newest figure as text."""
        return str(self.points["end_label"].iloc[-1])


def trend_type(view: View, series: Series, area_level: str) -> str | None:
    """Length of period of the trend: that of the chosen period, else the one that suits the level."""
    offered = period_types(view.snapshot, series.indicator)
    chosen = view.state.get("period")
    if chosen and (kind := str(calendar.period_type_of(chosen))) in offered:
        return kind
    order = _FINE if area_level == "municipality" else _STEADY
    return next((kind for kind in order if kind in offered), None)


def trend(view: View, series: Series, area_code: str, area_name: str, period_type: str | None) -> html.Div:
    """The trend of an area, with the municipality as a quieter line beside a smaller area."""
    _ = view._
    if period_type is None:
        return empty(_("No source of this municipality gives figures for this topic."))
    found = drawn_of(view, series, area_code, period_type)
    if found is None:
        frame = ask_series(view.snapshot, series.indicator, area_code, period_type)
        return empty(_("There is no figure of this area in any period."), hint=_statuses_seen(frame, _))
    frame, measure, points, exact, is_normal = found.frame, found.measure, found.points, found.exact, found.is_normal
    whole, reference = municipality(view.snapshot), found.reference
    points["href"] = [why_href(view, series.indicator, area_code, str(period)) for period in frame["period"]]
    has_band = is_normal or area_code != whole.code
    marks = _marks(view, series, area_code, frame)
    is_practice = bool(frame["source"].astype(str).str.startswith("oefendata").any())
    title = _("{label} in {area}", label=series.label(view.language), area=area_name)
    words = Words(
        title=title,
        line=area_name,
        provisional=_("provisional"),
        band=_("normal for the time of the year") if is_normal else _("probable range"),
        reference=whole.name,
        practice=_("practice data") if is_practice else "",
        decimal_separators=",." if view.language == "nl" else ".,",
    )
    drawn = timeline(
        points,
        words=words,
        palette=palette(view.scheme),
        marks=marks,
        reference=reference,
        show_band=has_band,
    )
    return html.Div(
        [
            type_switch(view, series, period_type),
            chart(
                drawn,
                _("{title}: line through time, the figures stand in the table below", title=title),
                twin=table_twin(_table(view, series, area_code, frame, measure, title), _),
                caption=_legend(
                    view, marks, exact, frame, measure, reference is not None, _band_words(is_normal, has_band, _)
                ),
            ),
        ],
        className="trend",
    )


def drawn_of(view: View, series: Series, area_code: str, period_type: str) -> Drawn | None:
    """What there is to draw; None where no period has a figure."""
    _ = view._
    frame = ask_series(view.snapshot, series.indicator, area_code, period_type)
    measure = _measure(frame, series)
    if frame.empty or frame[measure.column].notna().sum() == 0:
        return None
    frame = _trimmed(frame, measure)
    whole = municipality(view.snapshot)
    reference = None
    if area_code != whole.code and measure.column == "value" and series.unit not in (Unit.COUNT,):
        beside = exactness(view.snapshot, series.indicator, "municipality", period_type)
        reference = _points(ask_series(view.snapshot, series.indicator, whole.code, period_type), measure, _, beside)
        reference = reference[reference["last_day"] >= frame["last_day"].iloc[0]]
    exact = exactness_of(view.snapshot, series.indicator, area_code, str(frame["period"].iloc[-1]))
    points = _points(frame, measure, _, exact)
    is_normal = _put_normal_range(view, series, area_code, period_type, frame, measure, points)
    points["end_label"] = [_shown(row, measure, _, exact) for row in frame.itertuples()]
    return Drawn(frame, measure, points, reference, is_normal, exact)


def type_switch(view: View, series: Series, period_type: str) -> html.Nav | None:
    """Links to the same page with another length of period; None where there is only one."""
    _ = view._
    offered = period_types(view.snapshot, series.indicator)
    if len(offered) < 2:
        return None
    links = []
    for kind in sorted(offered, key=_FINE.index):
        now = newest(view.snapshot, series.indicator, kind)
        if now is None:
            continue
        # dcc.Link takes no aria attributes: the current one is told by a word and by its class.
        is_current = kind == period_type
        shown = [type_name(kind, _), html.Span(f" ({_('shown')})", className="sr-only") if is_current else None]
        name = "segment is-current" if is_current else "segment"
        links.append(dcc.Link(listed(shown), href=view.here(period=now.period), className=name))
    return html.Nav(links, className="segments", **{"aria-label": _("length of period")})


def type_name(period_type: str, _: Translator) -> str:
    """Length of a period in words."""
    return {
        PeriodType.YEAR: _("year"),
        PeriodType.QUARTER: _("quarter"),
        PeriodType.MONTH: _("month"),
        PeriodType.WEEK: _("week"),
        PeriodType.ROLLING_12_MONTHS: _("12 months"),
        PeriodType.ROLLING_4_WEEKS: _("4 weeks"),
    }[PeriodType(period_type)]


def _measure(frame: pd.DataFrame, series: Series) -> Measure:
    if frame["value"].notna().any() or not frame["numerator"].notna().any():
        return Measure("value", series.unit)
    return Measure("numerator", Unit.COUNT)


def _trimmed(frame: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """From the first period with a figure; holes after it stay."""
    first = frame[measure.column].first_valid_index()
    return frame.loc[first:].reset_index(drop=True)


def _points(frame: pd.DataFrame, measure: Measure, _: Translator, exact: Exactness) -> pd.DataFrame:
    points = frame[["last_day", "status"]].copy()
    points["value"] = frame[measure.column]
    has_bounds = measure.column == "value"
    points["lower"] = frame["lower"] if has_bounds else float("nan")
    points["upper"] = frame["upper"] if has_bounds else float("nan")
    ends = [calendar.window_end(str(period)) for period in frame["period"]]
    points["period_label"] = [_tick(end, _) for end in ends]
    points["hover"] = [_hover(row, measure, _, exact) for row in frame.itertuples()]
    return points


def _tick(period: str, _: Translator) -> str:
    """A period under the axis, on two short lines: month, quarter or week above its year."""
    year, _sign, part = period.partition("-")
    if not part:
        return year
    if part.startswith("W"):
        return _("wk {week}", week=int(part[1:])) + f"<br>{year}"
    if part.startswith("Q"):
        return f"{_('Q{quarter}', quarter=part[1:])}<br>{year}"
    return period_name(period, _, short=True).replace(" ", "<br>", 1)


def _shown(row: Any, measure: Measure, _: Translator, exact: Exactness) -> str:
    """What is drawn, as text: a range, ≈ or the number."""
    value = known(getattr(row, measure.column))
    return value_text(value, measure.unit, _, count=known(row.numerator), exact=exact, status=str(row.status))


def _hover(row: Any, measure: Measure, _: Translator, exact: Exactness) -> str:
    unit = "" if measure.unit == Unit.SHARE_PCT else unit_name(measure.unit, _)
    lines = [f"<b>{period_name(str(row.period), _)}</b>", f"{_shown(row, measure, _, exact)} {unit}".strip()]
    if measure.column == "value":
        if known(row.numerator) is not None and measure.unit != Unit.COUNT:
            lines.append(_("number: {n}", n=count_text(known(row.numerator), _, exact, str(row.status))))
        words = interval_words(known(row.lower), known(row.upper), measure.unit, _)
        if words:
            lines.append(words)
    if str(row.status) in ("provisional", "estimated", "rounded"):
        lines.append(status_name(str(row.status), _))
    return "<br>".join(lines)


def _put_normal_range(
    view: View,
    series: Series,
    area_code: str,
    period_type: str,
    frame: pd.DataFrame,
    measure: Measure,
    points: pd.DataFrame,
) -> bool:
    """What is normal per period, in the unit that is drawn, in place of the interval. False: there is none."""
    normal = normal_range(view.snapshot, series.indicator, area_code, period_type)
    if normal.empty:
        return False
    around = frame[["period"]].merge(normal, on="period", how="left")
    scale = 1.0
    if measure.column == "value" and measure.unit != Unit.COUNT:
        years = frame["period"].map(calendar.exposure_years)
        scale = UNIT_BASE[Unit(measure.unit)] / (frame["denominator"] * years)
    points["lower"], points["upper"] = around["lower"] * scale, around["upper"] * scale
    return bool(points[["lower", "upper"]].notna().all(axis=1).any())


def _band_words(is_normal: bool, has_band: bool, _: Translator) -> str:
    if is_normal:
        return _("band: normal for the time of the year")
    return _("band: the probable range") if has_band else ""


def _marks(view: View, series: Series, area_code: str, frame: pd.DataFrame) -> list[Mark]:
    first, last = frame["first_day"].iloc[0], frame["last_day"].iloc[-1]
    return [
        Mark(pd.Timestamp(one.date), one.reason(view.language), is_border=one.is_border)
        for one in breaks(view.snapshot, series.indicator, area_code)
        if first < pd.Timestamp(one.date) < last
    ]


def _table(view: View, series: Series, area_code: str, frame: pd.DataFrame, measure: Measure, title: str) -> html.Div:
    _ = view._
    exact = exactness_of(view.snapshot, series.indicator, area_code, str(frame["period"].iloc[-1]))
    head = [_("Period"), unit_name(measure.unit, _).capitalize(), _("Number"), _("Probably between"), _("Status")]
    rows = []
    for row in frame.iloc[::-1].itertuples():
        lower, upper = known(row.lower), known(row.upper)
        between = "–"
        if lower is not None and upper is not None:
            between = f"{figure(lower, measure.unit, _)} – {figure(upper, measure.unit, _)}"
        rows.append(
            [
                period_name(str(row.period), _),
                why(view, _shown(row, measure, _, exact), series.indicator, area_code, str(row.period)),
                count_text(known(row.numerator), _, exact, str(row.status)),
                between,
                status_name(str(row.status), _),
            ]
        )  # fmt: skip
    return table(head, rows, caption=title, numeric=(1, 2, 3))


def _legend(
    view: View,
    marks: list[Mark],
    exact: Exactness,
    frame: pd.DataFrame,
    measure: Measure,
    has_reference: bool,
    band: str,
) -> list[Any]:
    """What the line, the open points, the band and the holes stand for; only what is in this picture."""
    _ = view._
    unit = unit_name(measure.unit, _)
    parts = [unit if measure.unit not in RATES else _("{unit} per year", unit=unit)]
    if band and frame[["lower", "upper"]].notna().all(axis=1).any():
        parts.append(band)
    if has_reference:
        parts.append(_("dashed: {municipality}", municipality=municipality(view.snapshot).name))
    if (frame["status"] == "provisional").any():
        parts.append(_("open point: provisional"))
    if (frame["status"] == "not_delivered").any():
        parts.append(_("hole: not delivered"))
    if (frame["status"] == "suppressed").any():
        parts.append(_("hole: withheld to protect people"))
    if any(not mark.is_border for mark in marks):
        parts.append(_("dotted line: change in the way of counting"))
    if any(mark.is_border for mark in marks):
        parts.append(_("dashed line: change of the border"))
    if (frame["status"] == "rounded").any() or exact.is_sum:
        parts.append(_("≈: about, from rounded counts"))
    elif (frame["status"] == "estimated").any():
        parts.append(_("≈: about, divided over changed borders"))
    return [" · ".join(parts)]


def _statuses_seen(frame: pd.DataFrame, _: Translator) -> str | None:
    if frame.empty:
        return None
    seen = [status_name(status, _) for status in dict.fromkeys(frame["status"])]
    return _("Status of its periods: {statuses}.", statuses=", ".join(seen))


#: Units whose values are rates per year, also where the period is a month.
RATES = frozenset(
    (
        Unit.PER_1000_INHABITANTS,
        Unit.PER_10000_INHABITANTS,
        Unit.PER_1000_DWELLINGS,
        Unit.PER_1000_ESTABLISHMENTS,
        Unit.PER_1000_CARS,
        Unit.DAYS_PER_1000_INHABITANTS,
    )
)
