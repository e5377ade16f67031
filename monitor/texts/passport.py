"""The passport of a figure in sentences: how it is made, with its numbers filled in, and how sure it is."""

from __future__ import annotations

from config.vocabulary import UNIT_BASE, Edition, Publication, Status, Unit
from monitor.components.format import comparison_name, count_text, date_name, number, period_name, unit_name, value_text
from monitor.i18n import Translator
from monitor.queries.exactness import EXACT, Exactness
from monitor.queries.lineage import Mended, Part, Passport
from monitor.texts import composite


def filled_in(one: Passport, people: str, _: Translator, exact: Exactness = EXACT) -> str:
    """The formula with the numbers of this figure, such as "42 : 3.105 woningen (2025) × 1.000 = 13,5"; "" without.

    Args:
        people: what is divided by, in the reader's language.
    """
    counted, unit = one.numerator.value, Unit(one.unit)
    if one.value is None:
        return ""
    if one.made_of:
        return composite.filled_in(one.made_of, one.value, _)
    value = value_text(one.value, one.unit, _, count=counted, exact=exact, status=one.status)
    result = f"{value} {'' if unit is Unit.SHARE_PCT else unit_name(one.unit, _)}".strip()
    if counted is None or unit not in UNIT_BASE or one.denominator is None:
        return _("{result}, as it is counted or given", result=result)
    below = number(one.denominator.value, _)
    above = count_text(counted, _, exact, one.status)
    if unit is Unit.DAYS_PER_1000_INHABITANTS:
        above = _("{n} days", n=above)
    text = f"{above} : {below} {people} ({one.denominator.period}) × {number(UNIT_BASE[unit], _)}"
    per_year = 1 / one.years
    if unit is not Unit.SHARE_PCT and abs(per_year - 1) > 1e-9:
        decimals = 0 if abs(per_year - round(per_year)) < 1e-9 else 3
        text += f" × {number(per_year, _, decimals)}"
    return f"{text} = {result}"


def interval_method(one: Passport, _: Translator) -> str:
    """How the interval was made, by which method."""
    if one.made_of:
        return _("No interval: how sure an index is shows in its places under other ways of calculating.")
    if one.lower is None or one.upper is None:
        return _("No interval: this figure has no chance variation, or the source gives no margin.")
    unit = Unit(one.unit)
    if one.numerator.value is None:
        return _("Interval as the source gives it (95%).")
    if unit is Unit.SHARE_PCT:
        return _("95% interval of a share by Wilson (1927).")
    if unit is Unit.DAYS_PER_1000_INHABITANTS:
        return _("95% interval of a weighted sum: compound Poisson, from the numbers of offences and their weights.")
    if one.numerator.value < 10:
        return _("95% interval of a count: exact Poisson limits, as for every count below 10.")
    return _("95% interval of a count: Byar's approximation of the Poisson limits, from 10 events.")


def verdict_lines(one: Passport, _: Translator) -> list[str]:
    """Each verdict on this figure with the method that gave it."""
    kinds = {"year_before": _("against a year earlier"), "rest_of_municipality": _("against the rest")}
    said = [
        f"{kinds.get(kind, kind.replace('_', ' '))}: {comparison_name(verdict, _)}" for kind, verdict in one.verdicts
    ]
    if said:
        said.append(
            _("Ratio of two rates with its 95% interval; exact, or widened where the counts vary more than chance.")
        )
    return said


def protection(one: Passport, _: Translator) -> str:
    """What disclosure control did to this figure in this edition."""
    if one.edition != Edition.PUBLIC:
        return _("Internal edition: exact, small numbers included. Not to be passed on as it is.")
    if one.publication == Publication.OPEN:
        return _("Public edition: the source already publishes these counts, so nothing was rounded.")
    if one.status == Status.SUPPRESSED:
        return _("Public edition: withheld to protect people.")
    if one.made_of:
        return _("Public edition: made of the figures of this edition, in which small counts are rounded.")
    return _("Public edition: small counts of neighbourhoods are rounded, and every sum is made of the rounded counts.")


def made_of(part: Part, _: Translator) -> list[str]:
    """Which periods, areas and topics were added up for a numerator or denominator."""
    said = []
    if len(part.periods) > 1:
        first, last = period_name(part.periods[0], _), period_name(part.periods[-1], _)
        said.append(
            _("Sum of {n} periods as delivered, {first} to {last}.", n=len(part.periods), first=first, last=last)
        )
    if part.is_summed_over_areas:
        said.append(_("Sum of the neighbourhoods: the source gives no row of this area itself."))
    if part.members:
        said.append(_("Sum of {n} topics.", n=len(part.members)))
    return said


def correction_line(one: Mended, area_name: str, _: Translator) -> str:
    """One correction: what stood there, what stands there now, who decided."""
    before = number(one.delivered, _) if one.delivered is not None else _("nothing")
    after = number(one.value, _) if one.value is not None else _("not delivered")
    where = f"{area_name}, {period_name(one.period, _)}"
    done = _("{where}: {before} became {after}.", where=where, before=before, after=after)
    if one.delivered is None and one.value is None:
        done = _("{where}: corrected.", where=where)
    day = date_name(one.date, _)
    why = f"{one.reason} " if one.reason else ""
    return f"{done} {why}" + _("Decided by {who} on {day}.", who=one.decided_by, day=day)
