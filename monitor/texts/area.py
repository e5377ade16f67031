"""Headline and lede of the page of one area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from config.vocabulary import Comparison as Verdict
from monitor.components.format import number, unit_name, value_text
from monitor.i18n import Translator
from monitor.queries.comparisons import Comparison
from monitor.texts.words import names


def headline(area: str, found: Sequence[Comparison], municipality: str, _: Translator) -> str:
    """How many topics are demonstrably higher and lower: than the rest, or for the municipality than a year earlier."""
    higher = sum(one.verdict == Verdict.HIGHER for one in found)
    lower = sum(one.verdict == Verdict.LOWER for one in found)
    judged = sum(one.verdict is not None and one.verdict != Verdict.TOO_FEW for one in found)
    if not judged:
        return area
    is_year = any(one.kind == "year_before" for one in found)
    other = _("a year earlier") if is_year else _("the rest of {municipality}", municipality=municipality)
    if higher and lower:
        finding = _.plural(
            "{n} topic higher and {lower} lower than {other}",
            "{n} topics higher and {lower} lower than {other}",
            higher,
            lower=lower,
            other=other,
        )
    elif higher:
        finding = _.plural("{n} topic higher than {other}", "{n} topics higher than {other}", higher, other=other)
    elif lower:
        finding = _.plural("{n} topic lower than {other}", "{n} topics lower than {other}", lower, other=other)
    else:
        finding = _("no demonstrable difference with {other}", other=other)
    return _("{label}: {finding}", label=area, finding=finding)


def lede(
    population: float | None,
    population_period: str | None,
    found: Sequence[Comparison],
    labels: Mapping[str, str],
    units: Mapping[str, str],
    _: Translator,
) -> str:
    """Residents with their year; then the topics that differ most clearly, in the order of the screen."""
    sentences = []
    if population is not None:
        sentences.append(_("{n} residents ({year}).", n=number(population, _), year=population_period or "–"))
    for verdict, one_text in ((Verdict.HIGHER, _("Higher: {topics}.")), (Verdict.LOWER, _("Lower: {topics}."))):
        topics = [_topic(one, labels, units, _) for one in found if one.verdict == verdict]
        if topics:
            sentences.append(one_text.format(topics=names(topics, _)))
    too_few = sum(one.verdict == Verdict.TOO_FEW for one in found)
    if too_few:
        sentences.append(
            _.plural(
                "For {n} topic the numbers are too small to compare.",
                "For {n} topics the numbers are too small to compare.",
                too_few,
            )
        )
    return " ".join(sentences)


def _topic(one: Comparison, labels: Mapping[str, str], units: Mapping[str, str], _: Translator) -> str:
    label = labels[one.indicator]
    unit = units[one.indicator]
    if one.value is None or one.other_value is None:
        return label
    return _(
        "{label} ({value} against {other} {unit})",
        label=label, value=value_text(one.value, unit, _, count=one.count, exact=one.exact),
        other=value_text(one.other_value, unit, _, exact=one.other_exact), unit=unit_name(unit, _),
    )  # fmt: skip
