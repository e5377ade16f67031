"""What a reader must know about a figure before using it: status, coverage, what does not add up."""

from __future__ import annotations

import math
from dataclasses import dataclass

from config.vocabulary import Status
from monitor.components.format import count_text, number, period_name
from monitor.i18n import Translator
from monitor.queries.exactness import EXACT, Exactness


@dataclass(frozen=True)
class Known:
    """What is known about a cell, to explain it. Missing numbers are None."""

    status: str
    value: float | None
    numerator: float | None
    denominator: float | None
    denominator_name: str | None = None  # "inwoners", in the reader's language; None: the indicator has no denominator
    smallest_denominator: int | None = None
    exact: Exactness = EXACT
    estimated_share: float | None = None


def status_reason(known: Known, _: Translator) -> str:
    """Why a figure is what it is, in a sentence; "" for a final figure."""
    if known.status == Status.NOT_APPLICABLE:
        return _why_no_value(known, _)
    if known.status == Status.FINAL and known.exact.is_sum:
        return _("About: counts that were rounded to protect people are among what was added up.")
    if known.status == Status.ESTIMATED and known.estimated_share:
        return _(
            "Partly estimated: {share} of the figures was divided over changed boundaries.",
            share=f"{number(100 * known.estimated_share, _, 0 if known.estimated_share >= 0.095 else 1)}%",
        )
    return {
        Status.NOT_DELIVERED: _("The source should have delivered this figure, but did not."),
        Status.SUPPRESSED: _("Withheld to protect people; this is not zero and not missing."),
        Status.ROUNDED: _("Rounded to protect people: the figure stands for a range."),
        Status.PROVISIONAL: _("Provisional: this figure will still change and is not compared."),
        Status.ESTIMATED: _("Partly estimated: figures were divided over changed boundaries."),
    }.get(Status(known.status), "")


def _why_no_value(known: Known, _: Translator) -> str:
    if known.numerator is None:
        return _("This figure does not exist for this area.")
    if known.denominator_name is None:
        return _("There is nothing to divide by, so only the number is given.")
    if known.denominator is None or known.denominator == 0:
        return _(
            "{n} counted, but the number of {people} is not known: no rate.",
            n=count_text(known.numerator, _, known.exact), people=known.denominator_name,
        )  # fmt: skip
    return _(
        "{n} counted among {people_n} {people}: too few to give a rate.",
        n=count_text(known.numerator, _, known.exact),
        people_n=number(known.denominator, _), people=known.denominator_name,
    )  # fmt: skip


def coverage_sentence(coverage_share: float | None, n_parts: int, _: Translator) -> str:
    """How many neighbourhoods a figure lacks because the source never delivers them; "" where it lacks none."""
    if coverage_share is None or math.isnan(coverage_share) or coverage_share >= 1 or n_parts < 1:
        return ""
    lacking = max(1, round((1 - coverage_share) * n_parts))
    return _.plural(
        "Without {n} neighbourhood, for which this source gives no figures.",
        "Without {n} neighbourhoods, for which this source gives no figures.",
        lacking,
    )


def reconciliation_sentence(
    whole: float | None,
    parts: float | None,
    unallocated: float | None,
    n_areas: int,
    _: Translator,
    exact: Exactness = EXACT,
) -> str:
    """Do neighbourhoods and what has no place add up to the municipality, and if not, by how much do they differ?"""
    if whole is None or parts is None:
        return _(
            "The figure of the municipality is the sum of its neighbourhoods; the source gives no total of its own."
        )
    without = unallocated or 0.0
    share = number(100 * without / whole, _, 1) if whole else "0"
    text = _.plural(
        "The {n} neighbourhood together: {parts}; without a known place: {without} ({share}%); municipality: {whole}.",
        "The {n} neighbourhoods together: {parts}; without a known place: {without} ({share}%); municipality: {whole}.",
        n_areas, parts=count_text(parts, _, exact), without=count_text(without, _, exact), share=share,
        whole=count_text(whole, _, exact),
    )  # fmt: skip
    gap = whole - parts - without
    if abs(gap) < 0.5:
        return text + " " + _("That adds up.")
    return text + " " + _("That differs by {gap}.", gap=count_text(abs(gap), _, exact))


def provisional_sentence(period: str, latest: str, is_provisional: bool, _: Translator) -> str:
    """Which period is shown when a newer one is not complete yet, or that the shown one will change."""
    if is_provisional:
        return _(
            "{period} is provisional: the figures will still change and are not compared.",
            period=period_name(period, _),
        )
    if latest != period:
        return _(
            "{latest} is already partly in, but provisional; {period} is shown.",
            latest=period_name(latest, _), period=period_name(period, _),
        )  # fmt: skip
    return ""


def as_known_on(moment: str, _: Translator) -> str:
    """ "Cijfers zoals bekend op 16 november 2026"."""
    return _("Figures as known on {day}", day=moment)
