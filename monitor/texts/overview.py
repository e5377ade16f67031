"""Headline and lede of the front page."""

from __future__ import annotations

from collections.abc import Sequence

from config.vocabulary import Comparison as Verdict
from monitor.components.format import count_text, period_name, unit_name, value_text
from monitor.i18n import Translator
from monitor.queries.comparisons import Comparison
from monitor.queries.exactness import EXACT, Exactness
from monitor.texts.comparison import change_words
from monitor.texts.words import counted, names


def headline(
    label: str,
    change: Comparison | None,
    value: float | None,
    unit: str,
    period: str,
    _: Translator,
    exact: Exactness = EXACT,
) -> str:
    """The finding about the chosen indicator: its change with the verdict, or its level where no change is known."""
    if change is not None and change.verdict is not None:
        return _("{label}: {finding}", label=label, finding=change_words(change, _))
    if value is not None:
        level = _(
            "{value} {unit} in {period}",
            value=value_text(value, unit, _, exact=exact),
            unit=unit_name(unit, _),
            period=period_name(period, _),
        )
        return _("{label}: {finding}", label=label, finding=level)
    return _("{label}: no figure in {period}", label=label, period=period_name(period, _))


def lede(
    municipality: str,
    pack: str,
    count: float | None,
    change: Comparison | None,
    period: str,
    areas: Sequence[Comparison],
    _: Translator,
    exact: Exactness = EXACT,
) -> str:
    """What was counted, against a year earlier, and in which areas it demonstrably differs from then.

    Args:
        areas: the comparisons of the same indicator for the areas below the municipality.
    """
    if count is None:
        return _(
            "No number is known for {municipality} in {period}.",
            municipality=municipality,
            period=period_name(period, _),
        )
    if change is not None and change.other_count is not None and change.verdict is not None:
        first = _(
            "In {municipality}: {counted} in {period}, against {before} a year earlier.",
            municipality=municipality, counted=counted(count, pack, _, exact), period=period_name(period, _),
            before=count_text(change.other_count, _, change.other_exact),
        )  # fmt: skip
    else:
        first = _(
            "In {municipality}: {counted} in {period}.",
            municipality=municipality, counted=counted(count, pack, _, exact), period=period_name(period, _),
        )  # fmt: skip
    text = " ".join(sentence for sentence in (first, _areas_sentence(areas, _)) if sentence)
    return text.replace("..", ".")  # a name may end in a full stop of its own


def _areas_sentence(areas: Sequence[Comparison], _: Translator) -> str:
    """Names in the order of the areas (by name), never a ranking."""
    judged = [one for one in areas if one.verdict is not None]
    if not judged:
        return ""
    more = sorted(one.area_name for one in judged if one.verdict == Verdict.HIGHER)
    less = sorted(one.area_name for one in judged if one.verdict == Verdict.LOWER)
    if more and less:
        return _("Demonstrably more in {more}; demonstrably less in {less}.", more=names(more, _), less=names(less, _))
    if more:
        return _("Demonstrably more in {more}.", more=names(more, _))
    if less:
        return _("Demonstrably less in {less}.", less=names(less, _))
    return _("In none of the neighbourhoods is a change demonstrable.")
