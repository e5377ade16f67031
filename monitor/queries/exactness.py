"""How exact the counts of an indicator are in this edition: exact, rounded at the leaf, or a sum of rounded leaves."""

from __future__ import annotations

from dataclasses import dataclass

from etl import calendar
from etl.snapshot import Snapshot
from monitor.queries.areas import areas
from monitor.queries.indicators import indicators
from monitor.queries.memory import remembered

#: The public edition takes an indicator of a restricted source from one table, of the finest level and the first of
#: these lengths of period that it has (`etl.disclose`); all else is a sum of that.
_LEVELS = "['neighbourhood', 'district', 'municipality']"
_TYPES = "['month', 'week', 'quarter', 'year']"


@dataclass(frozen=True)
class Exactness:
    """What a shown count stands for.

    is_leaf: a shown 0 stands for 0 to base-1, a shown base for 1 to base; other counts are exact. is_sum: rounded
    leaves are among what was added up, so every count is near the truth. Neither: counts are what was counted.
    """

    is_leaf: bool = False
    is_sum: bool = False
    base: int = 5

    def is_range(self, count: float | None) -> bool:
        """Does this shown count stand for a range?"""
        return self.is_leaf and count in (0, self.base)

    def is_about(self, count: float | None) -> bool:
        """Is the true count another one than this, possibly?"""
        return self.is_sum or self.is_range(count)


EXACT = Exactness()


@remembered
def _leaves(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    """Indicator of which something is rounded -> level and length of period of its leaves."""
    frame = snapshot.query(
        f"""
        SELECT indicator, min_by(area_level, list_position({_LEVELS}, area_level)) AS area_level,
               min_by(period_type, list_position({_TYPES}, period_type)) AS period_type
        FROM observation GROUP BY indicator
        HAVING count(*) FILTER (status = 'rounded' OR numerator_status = 'rounded') > 0
        """,
        [],
    )
    return {str(row.indicator): (str(row.area_level), str(row.period_type)) for row in frame.itertuples()}


@remembered
def _base(snapshot: Snapshot) -> int:
    """The smallest count that rounding shows beside 0."""
    frame = snapshot.query(
        "SELECT min(numerator) AS base FROM observation"
        " WHERE (status = 'rounded' OR numerator_status = 'rounded') AND numerator > 0",
        [],
    )
    base = frame["base"].iloc[0]
    return int(base) if base == base and base is not None else 5


def _members(snapshot: Snapshot, indicator: str) -> tuple[str, ...]:
    known = indicators(snapshot).get(indicator)
    if known is None:
        return ()
    numerator = known.definition.numerator
    return numerator.index.parts if numerator.index else tuple(numerator.sum_of or ())


def _is_made_of_rounded(snapshot: Snapshot, indicator: str, seen: frozenset[str] = frozenset()) -> bool:
    if indicator in _leaves(snapshot):
        return True
    parts = [name for name in _members(snapshot, indicator) if name not in seen]
    return any(_is_made_of_rounded(snapshot, name, seen | {indicator}) for name in parts)


@remembered
def exactness(snapshot: Snapshot, indicator: str, area_level: str, period_type: str) -> Exactness:
    """How exact the counts of an indicator are at a level and length of period."""
    if not _is_made_of_rounded(snapshot, indicator):
        return EXACT
    is_leaf = _leaves(snapshot).get(indicator) == (area_level, period_type) and not _members(snapshot, indicator)
    return Exactness(is_leaf, not is_leaf, _base(snapshot))


def exactness_of(snapshot: Snapshot, indicator: str, area_code: str, period: str) -> Exactness:
    """The same of one figure."""
    levels = _levels(snapshot)
    return exactness(snapshot, indicator, levels.get(area_code, ""), str(calendar.period_type_of(period)))


@remembered
def _levels(snapshot: Snapshot) -> dict[str, str]:
    return {area.code: area.level for area in areas(snapshot)}
