"""A comparison in words: the verdict always, the percentage only beside it and only where it may be given."""

from __future__ import annotations

from config.vocabulary import Comparison as Verdict
from monitor.components.format import comparison_name, count_text, number, period_name, unit_name, value_text
from monitor.i18n import Translator
from monitor.queries.comparisons import Comparison
from monitor.texts.words import signed_pct


def verdict_words(one: Comparison | None, _: Translator) -> str:
    """The verdict as a reader meets it on a card: "9% minder", "geen aantoonbaar verschil", or why there is none."""
    if one is None:
        return _("not compared")
    if one.verdict is None:
        return reason_words(one, _)
    if one.verdict == Verdict.HIGHER:
        return _("{pct} more", pct=_size(one, _)) if one.kind == "year_before" else comparison_name(one.verdict, _)
    if one.verdict == Verdict.LOWER:
        return _("{pct} less", pct=_size(one, _)) if one.kind == "year_before" else comparison_name(one.verdict, _)
    return comparison_name(one.verdict, _)


def change_words(one: Comparison | None, _: Translator) -> str:
    """The verdict with what it is compared to: "9% minder dan een jaar eerder"."""
    if one is None or one.verdict is None:
        return verdict_words(one, _)
    if one.verdict == Verdict.HIGHER:
        return _("{pct} more than a year earlier", pct=_size(one, _))
    if one.verdict == Verdict.LOWER:
        return _("{pct} less than a year earlier", pct=_size(one, _))
    if one.verdict == Verdict.NO_DIFFERENCE:
        return _("no demonstrable difference with a year earlier")
    return _("too few to compare with a year earlier")


def change_sentence(one: Comparison | None, _: Translator) -> str:
    """Both numbers, the interval of the change and the verdict in one sentence."""
    if one is None:
        return ""
    if one.verdict is None or one.count is None or one.other_count is None or one.other_period is None:
        return _("{period}: {reason}.", period=period_name(one.period, _), reason=reason_words(one, _))
    numbers = _(
        "{count} in {period}, {before} in {earlier}",
        count=count_text(one.count, _, one.exact), period=period_name(one.period, _),
        before=count_text(one.other_count, _, one.other_exact), earlier=period_name(one.other_period, _),
    )  # fmt: skip
    return _with_interval(one, numbers, _)


def _with_interval(one: Comparison, numbers: str, _: Translator) -> str:
    if one.change_pct is None or one.lower is None or one.upper is None:
        return _("{numbers}: {verdict}.", numbers=numbers, verdict=comparison_name(str(one.verdict), _))
    return _(
        "{numbers} ({pct}, probably {low} to {high}): {verdict}.",
        numbers=numbers,
        pct=signed_pct(one.change_pct, _),
        low=signed_pct(100 * (one.lower - 1), _),
        high=signed_pct(100 * (one.upper - 1), _),
        verdict=comparison_name(str(one.verdict), _),
    )


def rest_sentence(one: Comparison | None, unit: str, municipality: str, _: Translator) -> str:
    """The area's rate, that of the rest, and the verdict: "8,7 per 1.000 woningen; de rest 5,4: hoger."."""
    if one is None:
        return ""
    if one.verdict is None or one.value is None or one.other_value is None:
        return _(
            "Not compared with the rest of {municipality}: {reason}.",
            municipality=municipality,
            reason=reason_words(one, _),
        )
    return _(
        "{value} {unit}; the rest of {municipality} {rest}: {verdict}.",
        value=value_text(one.value, unit, _, count=one.count, exact=one.exact),
        unit=unit_name(unit, _),
        municipality=municipality,
        rest=value_text(one.other_value, unit, _, exact=one.other_exact),
        verdict=comparison_name(one.verdict, _),
    )


def reason_words(one: Comparison, _: Translator) -> str:
    """Why a comparison has no verdict."""
    return {
        "provisional": _("provisional, not compared yet"),
        "no_period": _("a year earlier is not known"),
        "no_count": _("no number to compare"),
        "no_denominator": _("no rate, so not compared"),
        "stock": _("not compared"),
    }.get(one.reason or "", _("not compared"))


def _size(one: Comparison, _: Translator) -> str:
    """Size of a change without its sign; a change that has no ratio (from zero) has none either."""
    return f"{number(abs(round(one.change_pct)), _)}%" if one.change_pct is not None else _("from zero")
