"""What a harm score rests on, in sentences."""

from __future__ import annotations

from monitor.components.format import count_text, date_name, number, period_name
from monitor.i18n import Translator
from monitor.queries.exactness import EXACT, Exactness
from monitor.queries.harm import Changed, Detail, Sensitivity, Weights


def days_text(days: float, _: Translator) -> str:
    """A number of days with the decimals it has, at most two."""
    return number(days, _, next(n for n in (0, 1, 2) if n == 2 or abs(days - round(days, n)) < 1e-9))


def score(found: Detail, days: float | None, period: str, _: Translator, exact: Exactness = EXACT) -> str:
    """ "Ernstscore 1.510 dagen in 2025 (2 × Overval = 48%)": the score with the part of its heaviest kind of offence.

    Args:
        days: weight of the heaviest offence.
    """
    total = count_text(found.harm, _, exact)
    when = period_name(period, _)
    if found.heaviest is None or days is None or found.harm <= 0:
        if exact.is_sum:  # a shown 0 may be offences that were rounded away
            return _("Harm score {total} days in {period}.", total=total, period=when)
        return _("Harm score {total} days in {period}: no offence that weighs anything.", total=total, period=when)
    return _(
        "Harm score {total} days in {period} ({n} × {title} = {share}%).",
        total=total, period=when, n=count_text(found.n_heaviest, _, exact), title=found.heaviest_title,
        share=number(100 * found.n_heaviest * days / found.harm, _),
    )  # fmt: skip


def adopted(weights: Weights, _: Translator) -> str:
    """Who set the weights when, and that one offence can decide the figure."""
    return _(
        "Weights set by {owner} on {day}; mind: a single serious offence can decide this figure.",
        owner=weights.owner, day=date_name(weights.date, _),
    )  # fmt: skip


def plain(found: Detail, _: Translator, exact: Exactness = EXACT) -> str:
    """The number of offences behind it, and the mean weight."""
    n = count_text(found.n_offences, _, exact)
    if found.per_offence is None:
        return _("Counted plainly: {n} offences.", n=n)
    return _("Counted plainly: {n} offences, on average {mean} days each.", n=n, mean=number(found.per_offence, _, 1))


def without(found: Detail, _: Translator, exact: Exactness = EXACT) -> str:
    """The score without its single heaviest offence, where that is over half of it; "" elsewhere."""
    if not found.is_driven_by_one or found.share_of_one is None:
        return ""
    return _(
        "One offence ({title}) is {share}% of this figure. Without it: {rest} days.",
        title=found.heaviest_title, share=number(100 * found.share_of_one, _),
        rest=count_text(found.without_heaviest, _, exact),
    )  # fmt: skip


def not_compared(_: Translator) -> str:
    """Why there is no verdict."""
    return _(
        "Not compared with other areas or years: days are no events, and with so few serious offences a difference is"
        " chance more often than not."
    )


def from_rounded(_: Translator) -> str:
    """What rounding does to a weighted sum."""
    return _(
        "Made from rounded counts: a serious offence that occurred 1 to 4 times counts here 0 or 5 times. Do not use"
        " this figure for an area."
    )


def sensitivity(found: Sensitivity, areas: str, _: Translator) -> str:
    """Do other weights bring other areas to the top? `areas`: the level in words."""
    top = ", ".join(found.top)
    if not found.changed:
        return _(
            "With every weight halved and doubled in turn, the five {areas} with the highest score stay the same:"
            " {top}.",
            areas=areas, top=top,
        )  # fmt: skip
    return _(
        "With every weight halved and doubled in turn, the five {areas} with the highest score change in {n} of {tried}"
        " cases. As set: {top}.",
        areas=areas, n=len(found.changed), tried=found.tried, top=top,
    )  # fmt: skip


def change(one: Changed, _: Translator) -> tuple[str, str, str, str]:
    """A row of the table of other weights: offence, weight, who comes in, who drops out."""
    weight = _("{before} → {after} days", before=days_text(one.weight, _), after=days_text(one.weight * one.factor, _))
    return one.title, weight, ", ".join(one.entered) or "–", ", ".join(one.left) or "–"
