"""What an address can say, and whether this snapshot knows it: all state of a page is in its address.

What is unknown is replaced by the nearest valid value, or by the default, and told.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping

from config.vocabulary import AreaLevel
from etl import calendar
from monitor.i18n import Translator
from monitor.queries.outline import Outline

#: What the second part of an address may be compared with.
COMPARISONS = ("previous", "year_before", "rest_of_municipality")
#: All that an address can say, in its fixed order; docs/operating.md tells what each key means.
STATE_KEYS = (
    "indicator", "level", "area", "period", "compare", "measure",
    "effect", "effect_from", "effect_to", "effect_compare", "effect_leave_out",
    "vintage", "asof", "lang",
)  # fmt: skip
#: How rates stand on the map: drawn towards the mean of the town where an area is small, or as they were counted.
MEASURES = ("smoothed", "counted")
#: What a question about an effect may leave out: the quarter before the start.
LEFT_OUT = ("peak",)
#: Unknown areas of one list for which a near one is looked for; the rest is told in one sentence.
_GUESSED = 3
#: A month written without its zero.
_ONE_DIGIT = re.compile(r"^(\d{4}-)(\d)$")


class Check:
    """Holds values of an address against the snapshot and collects in `notices` what was replaced."""

    def __init__(self, facts: Outline, _: Translator) -> None:
        self.facts, self._ = facts, _
        self.notices: list[str] = []

    def state(self, query: Mapping[str, str]) -> dict[str, str | None]:
        """All state that a page can have, None where the address does not say it."""
        return {
            "indicator": self.indicator(query.get("indicator")),
            "level": self.level(query.get("level")),
            "area": self.area(query.get("area")),
            "period": self.period(query.get("period")),
            "compare": self._one_of(query.get("compare"), list(COMPARISONS)),
            "measure": self._one_of(query.get("measure"), list(MEASURES)),
            **self.effect(query),
        }

    def say(self, asked: str, used: str) -> None:
        self.notices.append(
            self._("“{asked}” in the address is unknown here; “{used}” is shown instead.", asked=asked[:60], used=used)
        )

    def _one_of(
        self, asked: str | None, known: list[str], name: Callable[[str], str] = str, *, may_guess: bool = True
    ) -> str | None:
        """`asked` if known; else the nearest known text, with a notice; None when nothing was asked."""
        if not asked or asked in known:
            return asked or None
        near = difflib.get_close_matches(asked[:60], known, n=1, cutoff=0.6) if may_guess else []
        if near:
            self.say(asked, name(near[0]))
            return near[0]
        self.unknown(asked)
        return None

    def unknown(self, asked: str) -> None:
        self.notices.append(
            self._("“{asked}” in the address is unknown here; the default is shown instead.", asked=asked[:60])
        )

    def indicator(self, asked: str | None) -> str | None:
        return self._one_of(
            asked, self.facts.indicators.index.tolist(), lambda found: self.facts.label(found, self._.language)
        )

    def level(self, asked: str | None) -> str | None:
        levels = set(self.facts.areas["area_level"])
        return self._one_of(asked, [level.value for level in AreaLevel if level in levels])

    def area(self, asked: str | None) -> str | None:
        # An area of another municipality is no slip of the pen: it is as unknown as any other text.
        is_ours = bool(asked) and asked[2:6] == self.facts.municipality_code[2:6]
        return self._one_of(asked, self.facts.areas.index.tolist(), self.facts.area_name, may_guess=is_ours)

    def period(self, asked: str | None) -> str | None:
        return self._one_of(asked, self.facts.periods.index.tolist())

    def source(self, asked: str | None, known: list[str]) -> str:
        return self._one_of(asked, known) or known[0]

    def effect(self, query: Mapping[str, str]) -> dict[str, str | None]:
        """The question "did it work?": treated areas, first and last period, areas to compare with, what to leave out.

        The last period comes after the first, and no area is compared with itself.
        """
        start, end = self._counted_period(query.get("effect_from")), self._counted_period(query.get("effect_to"))
        treated = self._neighbourhoods(query.get("effect"))
        beside = self._neighbourhoods(query.get("effect_compare"))
        if start and end and calendar.parse(end) < calendar.parse(start):
            self.unknown(end)
            end = None
        if both := [code for code in beside if code in treated]:
            self.unknown(", ".join(both))
        return {
            "effect": ",".join(treated) or None,
            "effect_from": start,
            "effect_to": end,
            "effect_compare": ",".join(code for code in beside if code not in treated) or None,
            "effect_leave_out": self._one_of(query.get("effect_leave_out"), list(LEFT_OUT)),
        }

    def _counted_period(self, asked: str | None) -> str | None:
        """A month or week: the lengths of which an effect is worked out. Of another period the month it begins in."""
        known = self.facts.periods
        counted = known.index[known["period_type"].isin(["month", "week"])].tolist()
        if asked and asked not in counted:
            try:
                near = calendar.month_of(calendar.parse(_ONE_DIGIT.sub(r"\g<1>0\g<2>", asked)).first_day)
            except ValueError:
                near = ""
            if near in counted:
                self.say(asked, near)
                return near
        return self._one_of(asked, counted)

    def _neighbourhoods(self, asked: str | None) -> list[str]:
        """Codes in the order asked, each once. A district stands for its neighbourhoods."""
        asked_for = list(dict.fromkeys(text.strip() for text in (asked or "").split(",") if text.strip()))
        known = [code for code in asked_for if code in self.facts.areas.index]
        strange = [code for code in asked_for if code not in known]
        near = [found for part in strange[:_GUESSED] if (found := self.area(part))]
        if strange[_GUESSED:]:
            self.unknown(", ".join(strange[_GUESSED:]))
        found: dict[str, None] = {}
        for code in [*known, *near]:
            inside = [one for one in self.facts.codes("neighbourhood") if code in (one, self.facts.parent(one))]
            if not inside:
                self.unknown(code)
            found |= dict.fromkeys(inside)
        return list(found)
