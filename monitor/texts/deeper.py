"""Sentences of the deeper analysis. They suggest where to look; the one verdict of a figure stands elsewhere.

None of the four words of that verdict is used here: a mark on a control chart is no signal.
"""

from __future__ import annotations

import math

from monitor.components.format import about_text, month_name, number, period_name
from monitor.i18n import Translator
from monitor.queries.development import Change, Development
from monitor.queries.exactness import EXACT, Exactness
from monitor.queries.places import ClusterOfAreas, Spread, Standing
from monitor.texts.words import names, signed_pct

#: Icons of the newest point -> shape of the mark.
SHAPES = {
    "common": "same",
    "improvement_high": "up",
    "concern_high": "up",
    "neutral_high": "up",
    "improvement_low": "down",
    "concern_low": "down",
    "neutral_low": "down",
}


def icon_words(variation: str, _: Translator) -> str:
    """What the newest month of a control chart says, in a few words."""
    return {
        "common": _("newest month: ordinary fluctuation"),
        "improvement_high": _("newest month: high, favourable"),
        "improvement_low": _("newest month: low, favourable"),
        "concern_high": _("newest month: high, unfavourable"),
        "concern_low": _("newest month: low, unfavourable"),
        "neutral_high": _("newest month: high"),
        "neutral_low": _("newest month: low"),
    }[variation]


def rule_words(rule: str, side: int, _: Translator) -> str:
    """Why a point of a control chart is marked."""
    high = side > 0
    return {
        "outside_limits": _("above the upper limit") if high else _("below the lower limit"),
        "seven_point_trend": _("seven in a row rising") if high else _("seven in a row falling"),
        "two_in_three": _("two of three close to the upper limit")
        if high
        else _("two of three close to the lower limit"),
        "seven_on_one_side": _("seven in a row above the middle") if high else _("seven in a row below the middle"),
    }[rule]


def chart_sentences(found: Development, _: Translator) -> list[str]:
    """What the control chart shows, how it was made, and how often a mark is chance."""
    chart = found.chart
    if chart.reason == "no_events":
        return [_("Nothing was registered in these months: there are no limits to draw.")]
    if chart.reason == "too_few_periods":
        return [_("There are too few months since the last change in the way of counting to draw limits.")]
    marked: dict[tuple[str, int], int] = {}
    for rule, side in zip(chart.causes.rule, chart.causes.side, strict=True):
        if rule is not None:
            marked[(str(rule), int(side))] = marked.get((str(rule), int(side)), 0) + 1
    if marked:
        lines = []
        for (rule, side), n in marked.items():
            why = rule_words(rule, side, _)
            lines.append(_.plural("{n} month: {rule}", "{n} months: {rule}", n, rule=why))
        told = "; ".join(lines)
        said = [_("Marked: {told}.", told=told)]
    else:
        said = [_("All months stay within what this series does by itself.")]
    if chart.is_adjusted:
        said.append(_("The season was taken out."))
    if chart.is_provisional:
        said.append(_("The limits are preliminary: they rest on fewer than twelve months."))
    if chart.kind == "g":
        said.append(
            _("There is less than one a month: drawn is how many months lie between two events. More is rarer.")
        )
    said.append(
        _(
            "A mark is a reason to look, no judgement: of 100 calm series 2 to 6 have their newest month"
            " marked by chance."
        )
    )
    return said


def season_sentence(found: Development, _: Translator) -> str:
    """Is there a season, and when is it high and low?"""
    season = found.season
    if season.reason == "too_short":
        return _("No season is worked out: that takes three years of complete months.")
    if season.reason == "too_few_events":
        return _("No season is worked out: that takes five a month on average.")
    strength = number(season.strength, _, 2)
    if not season.is_seasonal:
        return _("There is no clear season (strength {strength}, from 0 to 1).", strength=strength)
    profile = season_profile(found)
    highest, lowest = max(profile, key=lambda month: profile[month]), min(profile, key=lambda month: profile[month])
    return _(
        "There is a season (strength {strength}, from 0 to 1): most in {high}, fewest in {low}.",
        strength=strength,
        high=month_word(highest, _),
        low=month_word(lowest, _),
    )


def season_profile(found: Development) -> dict[int, float]:
    """Month of the year -> events more or fewer than the year's mean, over the newest three years."""
    months: dict[int, list[float]] = {}
    known = [
        (str(period), float(value))
        for period, value in zip(found.months["period"], found.season.seasonal, strict=True)
        if not math.isnan(value)
    ]
    for period, value in known[-36:]:
        months.setdefault(int(period[5:7]), []).append(value)
    return {month: sum(values) / len(values) for month, values in sorted(months.items())}


def month_word(month: int, _: Translator, *, short: bool = False) -> str:
    """ "december", or "dec"."""
    return month_name(2001, month, _, short=short).rpartition(" ")[0]


def trend_sentence(found: Development, _: Translator) -> str:
    """Change per year with its interval, or why there is none."""
    trend = found.trend
    if trend.reason == "too_short":
        return _("No trend is worked out: that takes 36 complete months counted in the same way.")
    if trend.reason == "too_few_events":
        return _("No trend is worked out: that takes 50 events.")
    range_ = {"lower": signed_pct(trend.lower_pct, _), "upper": signed_pct(trend.upper_pct, _)}
    n = trend.n_months
    if trend.verdict == "no_trend":
        return _("No demonstrable trend over {n} months: probably between {lower} and {upper} a year.", n=n, **range_)
    return _(
        "Over {n} months {change} a year, apart from season and population (probably between {lower} and {upper}).",
        n=n,
        change=signed_pct(trend.change_pct, _),
        **range_,
    )


def change_sentence(one: Change, _: Translator) -> str:
    """ "Rond maart 2024 lijkt het niveau veranderd: van 12 naar 18 per maand." """
    return _(
        "Around {month} the level seems to have changed: from about {before} to about {after} a month.",
        month=period_name(one.period, _),
        before=number(one.before, _, 1),
        after=number(one.after, _, 1),
    )


def changes_note(found: Development, _: Translator) -> str:
    """That it is a suggestion, or that nothing was found."""
    if found.changes:
        return _("This is a suggestion to find out what happened then.")
    return _("No month was found around which the level clearly changed.")


def ahead_sentence(found: Development, _: Translator, exact: Exactness = EXACT) -> str:
    """The months ahead in words, or why nothing is shown."""
    if not found.ahead.is_better:
        return {
            "too_short": _("There is no look ahead: that takes three years of complete months."),
            "too_few_events": _("There is no look ahead: there are too few events."),
        }.get(
            found.ahead.reason or "",
            _("There is no look ahead: in the past it was not better than “the same as a year before”."),
        )
    low, high = min(found.ahead.lower), max(found.ahead.upper)
    return _(
        "If nothing changes: {first} to {last} about {mean} a month (probably between {low} and {high})."
        " Tested on {n} months: {error} off on average, “the same as a year before” {naive}.",
        first=period_name(found.periods_ahead[0], _),
        last=period_name(found.periods_ahead[-1], _),
        mean=number(float(found.ahead.mean.mean()), _),
        low=about_text(float(low), _, exact=exact),
        high=about_text(float(high), _, exact=exact),
        n=found.ahead.n_tested,
        error=about_text(found.ahead.error, _, 1, exact),
        naive=about_text(found.ahead.naive_error, _, 1, exact),
    )


# --- over areas ------------------------------------------------------------------------------------------------------


def funnel_sentence(found: Spread, _: Translator) -> str:
    """How many neighbourhoods lie outside the limits."""
    if found.funnel is None:
        return _("No rate can be made here, so areas are not set beside what their size makes likely.")
    verdicts = list(found.funnel.verdict)
    high, low, n = verdicts.count("higher"), verdicts.count("lower"), sum(one is not None for one in verdicts)
    return _(
        "Of {n} neighbourhoods {high} lie above and {low} below what ordinary differences between"
        " neighbourhoods explain.",
        n=n,
        high=high,
        low=low,
    )


def concentration_sentence(found: Spread, label: str, _: Translator, exact: Exactness = EXACT) -> str:
    """ "De helft van … komt uit 9 van de 70 buurten." """
    one = found.concentration
    if one.n_events == 0:
        return _("Nothing was registered in this period.")
    said = _(
        "Half of “{label}” comes from {k} of the {n} neighbourhoods.",
        label=label,
        k=about_text(int(one.n_areas_half), _, exact=exact),
        n=one.n_areas,
    )
    by_chance = number(one.chance_share * one.n_areas, _)
    if found.funnel is not None:
        beside = _("Spread by residents that would be about {k}.", k=by_chance)
    else:
        beside = _("Spread evenly that would be about {k}.", k=by_chance)
    return f"{said} {beside}"


def cluster_sentences(found: Spread, _: Translator) -> list[str]:
    """ "X en omgeving: …"; or that there are none, or that it was not looked for."""
    if found.clusters is None:
        return [
            _("Groups of adjoining areas were not looked for: that takes 20 neighbourhoods that differ demonstrably.")
        ]
    if not found.clusters:
        return [_("No group of adjoining areas has demonstrably more than chance would give.")]
    return [cluster_sentence(one, _) for one in found.clusters]


def cluster_sentence(one: ClusterOfAreas, _: Translator) -> str:
    """One group, named by the area in the middle of it."""
    return _(
        "{name} and surroundings: a contiguous area with more than chance would give ({areas}).",
        name=one.name,
        areas=names(one.members, _, most=6),
    )


def rank_sentence(one: Standing, _: Translator) -> str:
    """ "Plaats 3 van 70; gezien de kleine aantallen kan het elke plaats van 1 tot 19 zijn." """
    if one.best == one.worst:
        return _("Place {rank} of {n}; the numbers leave no other place open.", rank=one.rank, n=one.n_ranked)
    return _(
        "Place {rank} of {n}; with these numbers it can be any place from {best} to {worst}.",
        rank=one.rank,
        n=one.n_ranked,
        best=one.best,
        worst=one.worst,
    )


def association_sentence(label: str, feature: str, rho: float, n_tests: int, _: Translator) -> str:
    """The clearest association, with the number of pairs looked at and what it does not say."""
    shown = number(rho, _, 2).replace("-", "−")
    said = (
        _(
            "Neighbourhoods with more “{feature}” more often have more “{label}” (correlation {rho}; {n}"
            " pairs examined).",
            feature=feature,
            label=label,
            rho=shown,
            n=n_tests,
        )
        if rho > 0
        else _(
            "Neighbourhoods with more “{feature}” more often have less “{label}” (correlation {rho}; {n}"
            " pairs examined).",
            feature=feature,
            label=label,
            rho=shown,
            n=n_tests,
        )
    )
    return f"{said} {association_caution(_)}"


def no_association(n_tests: int, _: Translator) -> str:
    """Pairs were looked at and none is clear."""
    return _("{n} pairs were examined; none is clearer than chance.", n=n_tests)


def association_caution(_: Translator) -> str:
    """What an association of areas never says."""
    return _("This says nothing about people and nothing about cause.")
