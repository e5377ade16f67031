"""The verdict of a figure in words: what was seen, what is normal, and how sure that is."""

from __future__ import annotations

from monitor.components.format import count_text, number, period_name
from monitor.i18n import Translator
from monitor.queries.verdicts import HIGH, LOW, NORMAL, SIGNAL, TOO_FEW, WATCH, Judged, StandingOut
from monitor.texts.words import counted

#: Reasons that have words of their own.
REASONS = (
    "not_delivered", "provisional", "silent", "no_exposure", "no_history", "short_history", "after_break",
    "counted_otherwise", "gaps", "too_rare", "known_effect", "",
)  # fmt: skip


def verdict_name(verdict: str, _: Translator) -> str:
    """One of four words, the same everywhere."""
    return {
        SIGNAL: _("Signal"),
        WATCH: _("Keep an eye on"),
        NORMAL: _("Normal"),
        TOO_FEW: _("Too few to say"),
    }[verdict]


def finding(one: Judged, pack: str, _: Translator) -> str:
    """ "Week 34: 14 misdrijven. Normaal is 3 tot 9 voor deze tijd van het jaar." """
    if one.verdict == TOO_FEW and one.observed is None:
        return _("{period}: {reason}.", period=period_name(one.period, _), reason=reason_words(one, _))
    number_of = counted(one.observed, pack, _, one.exact)
    seen = _("{period}: {counted}.", period=period_name(one.period, _), counted=number_of)
    return f"{seen} {normal_words(one, _)}".strip()


def normal_words(one: Judged, _: Translator) -> str:
    """What is normal, or why that is not known."""
    if one.lower is None or one.upper is None or one.verdict == TOO_FEW:
        return _("Too few to say: {reason}.", reason=reason_words(one, _)) if one.verdict == TOO_FEW else ""
    low, high = number(one.lower, _), number(one.upper, _)
    if one.method == "ears":
        return _("Normal is {low} to {high}, judged by the periods before.", low=low, high=high)
    return _("Normal is {low} to {high} for this time of the year.", low=low, high=high)


def visible_words(one: Judged, _: Translator) -> str:
    """What could have been seen: from which number a rise can be told from chance."""
    if one.visible_from is None or one.smallest_rise is None:
        return ""
    return _(
        "Below {n} (a rise of {times} times normal) a rise cannot be told from chance here.",
        n=number(one.visible_from, _), times=number(one.smallest_rise, _, 1),
    )  # fmt: skip


def why(one: Judged, _: Translator) -> list[str]:
    """The grounds of a verdict, sentence by sentence."""
    told = [normal_words(one, _)]
    if one.expected is not None and one.verdict != TOO_FEW:
        told.append(
            _("Expected: {expected}; counted: {observed}.",
              expected=number(one.expected, _, 1), observed=count_text(one.observed, _, one.exact))
        )  # fmt: skip
    if one.p is not None and one.verdict in (SIGNAL, WATCH):
        chance = number(max(one.p, 0.0001), _, 4)
        told.append(
            _("If nothing had changed, a number so far from normal would come up with a chance of {p}.", p=chance)
        )
    told.append(
        {
            SIGNAL: _("It stands out also when all {n} series are looked at together.", n=one.n_tested),
            WATCH: _("Among {n} series looked at together, a number like this may well be chance.", n=one.n_tested),
        }.get(one.verdict, "")
    )
    if one.verdict == NORMAL:
        told.append(visible_words(one, _))
    if one.reason and one.verdict != TOO_FEW:
        told.append(_("Judged by the last periods only: {reason}.", reason=reason_words(one, _)))
    return [sentence for sentence in told if sentence]


def reason_words(one: Judged, _: Translator) -> str:
    """Why nothing can be said, or why only the newest periods are the measure."""
    return reason_name(one.reason or "", _)


def reason_name(reason: str, _: Translator) -> str:
    """A reason of a verdict in words."""
    return {
        "not_delivered": _("not delivered"),
        "provisional": _("still provisional"),
        "silent": _("the source or the area fell silent"),
        "no_exposure": _("no inhabitants or dwellings"),
        "no_history": _("less than a year of figures"),
        "short_history": _("less than three years of figures"),
        "after_break": _("the way of counting changed too recently"),
        "counted_otherwise": _("all areas moved at once: was the way of counting changed?"),
        "gaps": _("too many periods are missing"),
        "too_rare": _("so rare that only a rise of many times normal would show"),
        "rounded": _("small counts are rounded here to protect people"),
        "known_effect": _("a period with New Year's Eve or a holiday, and too little history"),
    }.get(reason, _("too few figures"))


def method_words(one: Judged, _: Translator) -> str:
    """How the verdict was made, by the name that the method has in the literature."""
    return {
        "farrington": _(
            "Method: Farrington Flexible (quasi-Poisson on up to five years), Benjamini-Hochberg over all series."
        ),
        "ears": _("Method: EARS C2 (the seven periods before), Benjamini-Hochberg over all series."),
        "mean": _("Method: the mean of the past; too rare to stand out whatever a model says."),
    }.get(one.method, "")


def direction_words(one: Judged, _: Translator) -> str:
    """More or fewer than normal; "" within the normal range."""
    return {HIGH: _("more than normal"), LOW: _("fewer than normal")}.get(one.direction or "", "")


def explanation(found: StandingOut, _: Translator) -> str:
    """How many series were looked at, and how often a signal is false: a list without this misleads."""
    if not found.n_tested:
        return _("No series has enough history to say what is normal.")
    every = max(1, round(1 / found.expected_false)) if found.expected_false else 0
    if every == 1:
        return _(
            "{n} series were looked at. Without any real change the number of false signals to expect in such an"
            " overview is {false}.",
            n=number(found.n_tested, _), false=number(found.expected_false, _, 1),
        )  # fmt: skip
    return _(
        "{n} series were looked at. Without any real change about one false signal in {every} of such overviews"
        " is to be expected.",
        n=number(found.n_tested, _), every=number(every, _),
    )  # fmt: skip


def overview_name(found: StandingOut, _: Translator) -> str:
    """Weekbeeld where weeks are judged, else Maandbeeld."""
    return _("This week") if {"week", "rolling_4_weeks"} & set(found.period_types) else _("This month")
