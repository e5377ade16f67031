"""Did it work: sentences by rule from one evaluation. Never more certain than the numbers, never a proof of cause."""

from __future__ import annotations

import numpy as np

from config.vocabulary import Comparison, PeriodType
from etl.statistics.effect_words import (
    AUTOCORRELATED,
    DIFFUSION,
    FEW_UNTREATED,
    FEWEST_EVENTS,
    FEWEST_YEARS_AFTER,
    MORE_DISPLACEMENT,
    NO_COMPARISON,
    NO_SUCCESS,
    NO_TREATED,
    PEAK_BEFORE_START,
    PEAK_LEFT_OUT,
    PRE_TREND,
    RANDOMISATION_DISAGREES,
    TOO_FEW_EVENTS,
    TOO_SHORT_AFTER,
    TOO_SHORT_BEFORE,
    YEARS_BEFORE,
)
from monitor.components.format import count_text, date_name, number, period_name, status_name
from monitor.i18n import Translator
from monitor.queries.effect import FEW_AREAS, NO_FIGURES, PER_YEAR, ROUNDED, START_OUTSIDE, Effect
from monitor.texts.words import names

#: Per cent of verdicts that were wrong where nothing was done: simulated with FEW_AREAS comparison areas that move
#: apart by themselves at the start (spread 20 %), 272 verdicts; with 23 and with 59 areas it was 3 and 5.
WRONG_WITH_FEW = 11


def length(n: int, kind: PeriodType, _: Translator) -> str:
    """ "24 maanden", "1 week"."""
    if kind is PeriodType.WEEK:
        return _.plural("{n} week", "{n} weeks", n)
    return _.plural("{n} month", "{n} months", n)


# --- the answer ------------------------------------------------------------------------------------------------------


def answer(one: Effect, label: str, _: Translator) -> str:
    """The answer in at most three sentences: effect with its interval, displacement, and that it proves no cause."""
    if one.refusals or one.found is None or one.found.effect is None:
        return _("No effect can be worked out here.")
    said = [effect_sentence(one, label, _)]
    if one.found.verdict == Comparison.LOWER and (moved := displacement_sentence(one, _)):
        said.append(moved)
    said.append(_("This does not prove cause."))
    return " ".join(said)


def effect_sentence(one: Effect, label: str, _: Translator) -> str:
    """ "Na de start 31% minder “Inbraak” dan in de vergelijkingsbuurten (waarschijnlijk 17–43% minder)." """
    found = one.found
    if found is None or found.effect is None:
        raise ValueError("without an effect there is no sentence about it")
    ratio, lower, upper = found.effect.ratio, found.effect.lower, found.effect.upper
    if PRE_TREND in found.warnings:
        return _(
            "No verdict on “{label}”: before the start the area already moved otherwise than the comparison areas.",
            label=label,
        )
    if found.verdict == Comparison.LOWER:
        return _(
            "After the start {n}% fewer “{label}” than in the comparison areas (probably {low}–{high}% fewer).",
            n=_share(ratio, _), label=label, low=_share(upper, _), high=_share(lower, _),
        )  # fmt: skip
    if found.verdict == Comparison.HIGHER:
        return _(
            "After the start {n}% more “{label}” than in the comparison areas (probably {low}–{high}% more).",
            n=_share(ratio, _), label=label, low=_share(lower, _), high=_share(upper, _),
        )  # fmt: skip
    if RANDOMISATION_DISAGREES in found.warnings:
        return _(
            "No demonstrable difference in “{label}” with the comparison areas after the start: {change}, but other"
            " areas moved as much.",
            label=label, change=_side(ratio, _),
        )  # fmt: skip
    return _(
        "No demonstrable difference in “{label}” with the comparison areas after the start (probably between {low}"
        " and {high}).",
        label=label, low=_side(lower, _), high=_side(upper, _),
    )  # fmt: skip


def expected_sentence(one: Effect, _: Translator) -> str:
    """What was counted beside what was to be expected; "" without an effect."""
    if one.found is None or one.found.effect is None:
        return ""
    after = list(one.after)
    return _(
        "Counted in {length} since the start: {counted}. Had the area moved as the comparison areas did: about"
        " {expected}.",
        length=length(len(after), one.period_type, _),
        counted=shown(float(one.sums[0][after].sum()), one, _),
        # A period without any event in any area has no expected number: it adds nothing to either side.
        expected=number(float(np.nansum(one.found.effect.expected[after])), _),
    )


def displacement_sentence(one: Effect, _: Translator) -> str:
    """Whether it moved next door; "" where that cannot be asked."""
    if one.found is None or one.found.effect is None:
        return ""
    if not one.groups[1]:
        return _("Displacement was not looked for: no adjoining areas take part.")
    moved = one.found.displacement
    if moved is None or moved.reading == NO_SUCCESS:
        return ""
    if not moved.is_demonstrated:
        return _("No sign of displacement.")
    if moved.reading == DIFFUSION:
        return _("The areas around it gained as well.")
    if moved.reading == MORE_DISPLACEMENT:
        return _("A sign of displacement: around it more was added than went away here.")
    return _("A sign of displacement: part of it seems to have moved to the areas around.")


def shown(count: float, one: Effect, _: Translator) -> str:
    """A count as a reader may take it: about, where boundaries changed."""
    return count_text(count, _, status="estimated" if one.is_estimated else None)


def _share(ratio: float, _: Translator) -> str:
    return number(abs(100 * (1 - ratio)), _)


def _side(ratio: float, _: Translator) -> str:
    n = _share(ratio, _)
    return _("{n}% fewer", n=n) if ratio < 1 else _("{n}% more", n=n)


# --- why not ---------------------------------------------------------------------------------------------------------


def refusal_sentences(one: Effect, _: Translator) -> list[str]:
    """What is missing, one sentence each."""
    return [_refusal(code, one, _) for code in one.refusals]


def _refusal(code: str, one: Effect, _: Translator) -> str:
    per_year, found = PER_YEAR[one.period_type], one.found
    n_before, n_after = (found.n_before, found.n_after) if found is not None else (0, 0)
    ends = {"first": period_name(one.periods[0], _), "last": period_name(one.periods[-1], _)} if one.periods else {}
    return {
        ROUNDED: lambda: _("Small counts are rounded here to protect people; no effect is worked out from those."),
        NO_FIGURES: lambda: _("There are no settled figures per month or week of this area."),
        START_OUTSIDE: lambda: _(
            "The start lies outside the settled figures, which run from {first} to {last}.", **ends
        ),
        NO_TREATED: lambda: _("No area was chosen where something was done."),
        NO_COMPARISON: lambda: _("There is no area left to compare with."),
        TOO_SHORT_BEFORE: lambda: _(
            "There are {found} before the start that count in the same way; it takes {needed}.",
            found=length(n_before, one.period_type, _), needed=length(YEARS_BEFORE * per_year, one.period_type, _),
        ),
        TOO_SHORT_AFTER: lambda: _(
            "There are {found} since the start; it takes {needed}.",
            found=length(n_after, one.period_type, _),
            needed=length(int(FEWEST_YEARS_AFTER * per_year), one.period_type, _),
        ),
        TOO_FEW_EVENTS: lambda: _(
            "There are too few events: it takes at least {n} in the area before and after the start together, and none"
            " of the two may be empty.",
            n=FEWEST_EVENTS,
        ),
        PEAK_BEFORE_START: lambda: _(
            "The start follows a peak. A peak mostly falls by itself (regression to the mean), so that a fall after it"
            " says nothing about what was done."
        ),
    }[code]()  # fmt: skip


# --- with care -------------------------------------------------------------------------------------------------------


def warning_sentences(one: Effect, _: Translator) -> list[str]:
    """What to say beside the numbers."""
    said = []
    found = one.found
    if one.start != one.question.start:
        said.append(_("These figures are per {kind}; the start was taken as {start}.",
                      kind=_kind(one.period_type, _), start=period_name(one.start, _)))  # fmt: skip
    if found is None:
        return said
    n_beside = len(one.groups[2])
    has_effect = found.effect is not None
    if has_effect and n_beside <= FEW_AREAS:
        said.append(
            _.plural(
                "There is only {n} comparison area. With so few, areas that drift by themselves gave a wrong verdict"
                " in {wrong}% of trials.",
                "There are only {n} comparison areas. With so few, areas that drift by themselves gave a wrong verdict"
                " in {wrong}% of trials.",
                n_beside, wrong=WRONG_WITH_FEW,
            )
        )  # fmt: skip
    elif has_effect and FEW_UNTREATED in found.warnings:
        said.append(_("There are few comparison areas: chance cannot be ruled out as well as it should."))
    if PRE_TREND in found.warnings:
        said.append(
            _("The comparison rests on areas that would have moved alike without the intervention. Before the start"
              " they did not. Choose other comparison areas, or look at the numbers as a description only.")
        )  # fmt: skip
    if PEAK_LEFT_OUT in found.warnings:
        said.append(_("The {length} before the start were left out, because of a peak.",
                      length=length(PER_YEAR[one.period_type] // 4, one.period_type, _)))  # fmt: skip
    if one.touching:
        said.append(
            _.plural(
                "{names} touches the area: what moves there is counted as a difference.",
                "{names} touch the area: what moves there is counted as a difference.",
                len(one.touching), names=names([area.name for area in one.touching], _),
            )
        )  # fmt: skip
    if one.is_cut and one.last_break:
        said.append(_("The way of counting changed on {day}; only later figures take part.",
                      day=date_name(one.last_break, _)))  # fmt: skip
    if one.is_counted_otherwise:
        said.append(_("All areas moved at once in this topic: ask whether the way of counting changed."))
    if one.is_estimated:
        said.append(_("Part of the figures was redistributed over changed boundaries (≈)."))
    return said


def _kind(kind: PeriodType, _: Translator) -> str:
    return _("week") if kind is PeriodType.WEEK else _("month")


# --- how sure --------------------------------------------------------------------------------------------------------


def chance_sentence(one: Effect, _: Translator) -> str:
    """The randomisation test in words: how many other choices of areas give as large a difference."""
    if one.found is None or one.found.effect is None:
        return ""
    effect = one.found.effect
    others = round(effect.p_randomisation * (effect.n_reassigned + 1)) - 1
    among, p = number(effect.n_reassigned, _), p_text(effect.p_randomisation, _)
    if len(one.groups[0]) > 1:
        return _(
            "Of {among} other choices of as many areas {n} give a difference as large as this one (p = {p}).",
            among=among, n=number(others, _), p=p,
        )  # fmt: skip
    if not others:
        return _(
            "Had it been done in one of the {among} comparison areas instead: none of them shows a difference as large"
            " as this one (p = {p}).",
            among=among, p=p,
        )  # fmt: skip
    return _.plural(
        "Had it been done in one of the {among} comparison areas instead: {n} of them shows a difference as large as"
        " this one (p = {p}).",
        "Had it been done in one of the {among} comparison areas instead: {n} of them show a difference as large as"
        " this one (p = {p}).",
        others, among=among, p=p,
    )  # fmt: skip


def pre_trend_sentence(one: Effect, _: Translator) -> str:
    """Did the areas move alike before the start?"""
    if one.found is None or one.found.effect is None:
        return ""
    p = p_text(one.found.pre_trend_p, _)
    if PRE_TREND in one.found.warnings:
        return _("Before the start the area and the comparison areas already moved apart (p = {p}).", p=p)
    return _("Before the start the area moved as the comparison areas did, as far as can be seen (p = {p}).", p=p)


def moved_sentence(one: Effect, _: Translator) -> str:
    """The displacement quotient with its interval, or why there is none."""
    if one.found is None or one.found.effect is None:
        return ""
    if not one.groups[1]:
        return displacement_sentence(one, _)
    around = names([area.name for area in one.groups[1]], _, most=8)
    moved = one.found.displacement
    if moved is None or moved.reading == NO_SUCCESS or one.found.verdict != Comparison.LOWER:
        return _(
            "Around it ({names}) nothing was looked for: here is no demonstrable fall that could have moved.",
            names=around,
        )
    if moved.lower != moved.lower:
        return _("Around it ({names}): the fall is too uncertain to say what moved.", names=around)
    return _(
        "Around it ({names}): displacement quotient {q} (probably between {low} and {high}). Below 0 is displacement,"
        " below −1 more than what went away here, above 0 the surroundings gained too.",
        names=around, q=_signed(moved.quotient, _), low=_signed(moved.lower, _), high=_signed(moved.upper, _),
    )  # fmt: skip


def interrupted_sentence(one: Effect, _: Translator) -> str:
    """The treated areas by themselves: a step at the start apart from trend and season; or why not."""
    series = one.found.interrupted if one.found is not None else None
    if series is None:
        return ""
    if series.reason == "too_short":
        return _("The area by itself: that takes two years before and one year after the start.")
    if series.reason is not None:
        return _("The area by itself: too few events for that.")
    said = _(
        "The area by itself, apart from trend and season: {level} from the start on (probably between {low} and"
        " {high}); after it the trend differs by {slope}% a year (probably between {slope_low}% and {slope_high}%).",
        level=_side(series.level, _), low=_side(series.level_lower, _), high=_side(series.level_upper, _),
        slope=_signed(series.slope_pct, _, 0), slope_low=_signed(series.slope_lower_pct, _, 0),
        slope_high=_signed(series.slope_upper_pct, _, 0),
    )  # fmt: skip
    if one.found is not None and AUTOCORRELATED in one.found.warnings:
        said += " " + _("Successive periods resemble each other, so these intervals are too narrow.")
    return said


def synthetic_sentence(one: Effect, _: Translator) -> str:
    """The area beside a mix of other areas that resembles it; or why not."""
    twin = one.found.synthetic if one.found is not None else None
    if twin is None:
        return ""
    if twin.reason == "too_few_donors":
        return _("A mix of other areas that resembles this one: that takes ten comparison areas.")
    if twin.reason == "poor_fit":
        return _(
            "A mix of other areas that resembles this one: none was found; before the start the nearest one was {n}%"
            " off on average (20% is allowed).",
            n=number(100 * twin.error, _),
        )  # fmt: skip
    if twin.reason is not None:
        return _("A mix of other areas that resembles this one: too few periods that all areas have.")
    return _(
        "Beside a mix of {k} other areas that resembles this one ({error}% off before the start): {change} (p = {p},"
        " by trying the same on each of those areas).",
        k=number(int((twin.weights > 0.01).sum()), _), error=number(100 * twin.error, _), change=_side(twin.ratio, _),
        p=p_text(twin.p, _),
    )  # fmt: skip


def relative_sentence(one: Effect, _: Translator) -> str:
    """Relative effect size: the same comparison from four totals."""
    if one.found is None or one.found.relative_effect is None:
        return ""
    size, low, high = one.found.relative_effect
    return _(
        "From the four totals alone: ratio {size} (probably between {low} and {high}); above 1 the area did better.",
        size=number(size, _, 2), low=number(low, _, 2), high=number(high, _, 2),
    )  # fmt: skip


def model_sentence(one: Effect, _: Translator) -> str:
    """The regression behind the answer."""
    if one.found is None or one.found.effect is None:
        return ""
    effect = one.found.effect
    return _(
        "Ratio {ratio} (95%: {low} to {high}) from a quasi-Poisson regression with a level per area and per period;"
        " counts vary {phi} times as much as chance alone would make them.",
        ratio=number(effect.ratio, _, 2), low=number(effect.lower, _, 2), high=number(effect.upper, _, 2),
        phi=number(effect.phi, _, 1),
    )  # fmt: skip


def p_text(p: float, _: Translator) -> str:
    """A p-value in two decimals, never 0."""
    return f"< {number(0.01, _, 2)}" if p < 0.005 else number(p, _, 2)


def _signed(value: float, _: Translator, decimals: int = 1) -> str:
    return number(value, _, decimals).replace("-", "−")


# --- what was left out -----------------------------------------------------------------------------------------------


def left_out_sentences(one: Effect, _: Translator) -> list[str]:
    """Areas and periods that take no part, with the reason."""
    said = []
    reasons: dict[str, list[str]] = {}
    for area, why in one.areas_out:
        reasons.setdefault(why, []).append(area.name)
    for why, left in reasons.items():
        said.append(_("{names}: {reason}", names=names(left, _, most=8), reason=_why(why, _)))
    of_status: dict[str, list[str]] = {}
    for period, why in one.periods_out:
        of_status.setdefault(why, []).append(period_name(period, _))
    for why, periods in of_status.items():
        said.append(_("{names}: {reason}", names=names(periods, _, most=8), reason=_why(why, _)))
    return said


def _why(status: str, _: Translator) -> str:
    return _("counted differently since a date within this time") if status == "break" else status_name(status, _)
