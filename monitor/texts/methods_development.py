"""Methods of a series through time: control chart, season, trend, change points, forecast, evaluation."""

from __future__ import annotations

from monitor.i18n import Translator
from monitor.queries.effect import FEW_AREAS
from monitor.texts.effect import WRONG_WITH_FEW
from monitor.texts.methods import Measured, Method


def told(_: Translator, measured: Measured) -> tuple[Method, ...]:
    """These methods, in reading order."""
    return (_control_chart(_), _season(_), _trend(_), _change_points(_), _forecast(_), _evaluation(_))


def _control_chart(_: Translator) -> Method:
    return Method(
        "control-chart",
        _("Control chart"),
        (
            _(
                "A control chart shows what a series does by itself: a middle line, and limits that ordinary"
                " months stay within. The limits come from the first 24 months shown (at least 12; with 6 to 11"
                " they are preliminary). Where the season is strong it is taken out first."
            ),
            _(
                "A point is marked by one of four rules: outside the limits; seven points in a row rising or"
                " falling; two of three close to a limit; seven in a row on one side of the middle line."
            ),
            _(
                "A mark is a reason to look, not a verdict. Of 24 stable months of about ten events the newest is"
                " marked by chance in 1.6% of charts, with about one event in 5.5%."
            ),
        ),
        _(
            "XmR chart, rules and icons: NHS England, Making Data Count; for rare or varying counts c, u, u′"
            " (Laney 2002) and g charts (Benneyan 2001)."
        ),
    )


def _season(_: Translator) -> Method:
    return Method(
        "season",
        _("Season"),
        (
            _(
                "A monthly series is split into season, trend and the rest. This needs three years and an average"
                " of five per month. The strength runs from 0 (no season) to 1 (nothing but season); from 0.4 on"
                " we speak of a season."
            ),
        ),
        _("STL (Cleveland et al. 1990), strength: Wang, Smith & Hyndman (2006)."),
    )


def _trend(_: Translator) -> Method:
    return Method(
        "trend",
        _("Trend per year"),
        (
            _(
                "The average change per year, apart from the season and from more or fewer residents, with its"
                " 95% interval. It needs 36 months and 50 events. When the interval holds zero there is no"
                " demonstrable trend."
            ),
        ),
        _("Quasi-Poisson regression with season and population; McCullagh & Nelder (1989)."),
    )


def _change_points(_: Translator) -> Method:
    return Method(
        "change-points",
        _("Moments of change"),
        (
            _(
                "The program looks for months around which the level changed: at most two in five years, with at"
                " least six months between. “Around March 2024” is a suggestion to look what happened then, never"
                " a verdict."
            ),
        ),
        _("PELT (Killick, Fearnhead & Eckley 2012) on square-root counts (Anscombe 1948)."),
    )


def _forecast(_: Translator) -> Method:
    return Method(
        "forecast",
        _("Looking ahead"),
        (
            _(
                "For four to eight months ahead the expected number is worked out, with an interval. It is tested"
                " on the past first. Only where it was nearer than “the same as a year before”, and at least 80%"
                " of past months lay in the interval, it is shown. Elsewhere nothing is shown."
            ),
        ),
        _("Quasi-Poisson regression over five years; test with a rolling origin (Tashman 2000)."),
    )


def _evaluation(_: Translator) -> Method:
    return Method(
        "evaluation",
        _("Did a measure work?"),
        (
            _(
                "Areas with a measure are compared with areas without, before and after its start. Neighbouring"
                " areas stay apart: there we look for displacement. The result is “x% fewer than in the comparison"
                " areas”, with an interval, a test that gives the measure to every other area by turns, and the"
                " sentence that this does not prove cause."
            ),
            _(
                "An evaluation is refused when there are no treated or no comparison areas, with less than two"
                " years before or half a year after the start, with fewer than 20 events, or when the measure"
                " began right after a peak: a peak falls by itself (regression to the mean). It warns when the"
                " areas already went different ways before the start."
            ),
            _(
                "You ask it on the page of a topic, under “Did it work?”: where, from when, and beside which areas (all"
                " that do not touch it, unless you choose others). Provisional periods take no part; nor do areas of"
                " which a number is withheld or missing, or that changed their way of counting in that time. All that"
                " is left out is listed with the answer. From rounded counts of the public edition no effect is worked"
                " out."
            ),
            _(
                "Areas drift by themselves, and more comparison areas show that better. In trials in which nothing was"
                " done but areas moved apart by about 20%, 3% to 5% of verdicts were wrong with 23 or more comparison"
                " areas, 8% with 12, and {wrong}% with {few}. With {few} or fewer the answer says so.",
                wrong=WRONG_WITH_FEW,
                few=FEW_AREAS,
            ),
        ),
        _(
            "Difference in differences with quasi-Poisson intervals and randomisation test (Fisher 1935); displacement:"
            " weighted displacement quotient (Bowers & Johnson 2003) with a bootstrap; interrupted time series"
            " (Bernal, Cummins & Gasparrini 2017); synthetic"
            " control (Abadie et al. 2010) where there are at least ten donors."
        ),
    )
