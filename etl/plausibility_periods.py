"""The new periods of a delivery, one by one, held against the periods before them.

Nothing here refuses: each finding is told, the figures are loaded as delivered (a correction may mend them).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from statistics import median

from config.errors import Finding
from etl.calendar import parse, periods_between

#: period -> figure per area, of one category.
Series = Mapping[str, Mapping[str, float]]

#: As in `etl.contract_series`: a spike is so many times the usual of the area, from so many periods.
SPIKE_TIMES, SPIKE_PERIODS = 20, 6
#: A period that has rows of fewer than this share of the areas of the period before it is not whole.
WHOLE = 0.9
#: So many equal cells above 0 are no chance.
EQUAL_CELLS = 20
_NAMED = 5


def new_periods(known: Mapping[str, Series], given: Mapping[str, Series]) -> list[str]:
    """Periods that no delivery before had, oldest first."""
    before = {period for series in known.values() for period in series}
    return sorted({period for series in given.values() for period in series} - before, key=parse)


def tell(
    known: Mapping[str, Series],
    given: Mapping[str, Series],
    name: str,
    delivery_date: str | None,
    *,
    is_sparse: bool,
    is_stock: bool = False,
) -> list[Finding]:
    """What is odd about the new periods of a delivery.

    Args:
        known: figures of the deliveries before, per category. given: those of this one.
        delivery_date: date in its name, ISO 8601.
        is_sparse: zeros have no row, so a missing row says nothing.
        is_stock: yearly facts about areas, which may be the same as the year before.
    """
    fresh = new_periods(known, given)
    return [
        *_gap(known, fresh, name),
        *([] if is_sparse else _not_whole(known, given, fresh, name)),
        *([] if is_stock else _equal(known, given, fresh, name)),
        *_spikes(known, given, fresh, name),
        *_name_too_old(given, name, delivery_date),
    ]


def _gap(known: Mapping[str, Series], fresh: list[str], name: str) -> list[Finding]:
    """Periods between the last known one and the first new one. Gaps inside the file are told by the contract."""
    before = sorted({period for series in known.values() for period in series}, key=parse)
    if not before or not fresh:
        return []
    last, first = before[-1], fresh[0]
    if parse(last).period_type is not parse(first).period_type or parse(first) < parse(last):
        return []
    missing = periods_between(last, first)[1:-1]
    if not missing:
        return []
    listed = ", ".join(missing[:_NAMED]) + (f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else "")
    what = f"{listed} missing; trend lines show a gap, no interpolation"
    return [Finding("VAL-031", what, name, "ask the supplier for it", "warning", number=len(missing))]


def _areas_of(series: Mapping[str, Series], period: str) -> set[str]:
    return {area for periods in series.values() for area in periods.get(period, ())}


def _not_whole(known: Mapping[str, Series], given: Mapping[str, Series], fresh: list[str], name: str) -> list[Finding]:
    """New periods with rows of clearly fewer areas than the others."""
    before = {period for series in known.values() for period in series}
    usual_of = [len(_areas_of(known, period)) for period in sorted(before, key=parse)[-12:]]
    usual_of += [len(_areas_of(given, period)) for period in {one for series in given.values() for one in series}]
    usual = int(median(usual_of)) if usual_of else 0
    found = []
    for period in fresh:
        number = len(_areas_of(given, period))
        if number < WHOLE * usual:
            what = f"{period} has rows of {number} areas, usual {usual}"
            fix = "ask the supplier whether the file is whole"
            found.append(Finding("VAL-115", what, name, fix, "warning", number=usual - number))
    return found[:_NAMED]


def _equal(known: Mapping[str, Series], given: Mapping[str, Series], fresh: list[str], name: str) -> list[Finding]:
    """A new period that repeats the one before it, cell by cell."""
    every = {measure: {**known.get(measure, {}), **series} for measure, series in given.items()}
    order = sorted({period for series in every.values() for period in series}, key=parse)
    found = []
    for period in fresh:
        place = order.index(period)
        if place == 0:
            continue
        before = order[place - 1]
        new = {(measure, area): value for measure, series in every.items() for area, value in
               series.get(period, {}).items()}  # fmt: skip
        old = {(measure, area): value for measure, series in every.items() for area, value in
               series.get(before, {}).items()}  # fmt: skip
        if new == old and sum(value > 0 for value in new.values()) >= EQUAL_CELLS:
            what = f"{period} equals {before} in every cell; delivered twice under another period?"
            fix = "ask the supplier for the right file of this period"
            found.append(Finding("VAL-117", what, name, fix, "warning", number=len(new)))
    return found


def _spikes(known: Mapping[str, Series], given: Mapping[str, Series], fresh: list[str], name: str) -> list[Finding]:
    """Cells far above what is usual in the area; within a long file the contract tells them."""
    found = []
    for measure, series in given.items():
        past = known.get(measure, {})
        if len(past) < SPIKE_PERIODS or len(series) >= SPIKE_PERIODS:
            continue
        for period in fresh:
            for area, value in series.get(period, {}).items():
                if value < SPIKE_TIMES:
                    continue
                history = sorted(figures[area] for figures in past.values() if area in figures)
                if len(history) >= SPIKE_PERIODS and value >= SPIKE_TIMES * max(median(history), 1):
                    low, high = history[len(history) // 20], history[-1 - len(history) // 10]
                    usual = f"{value:g}, usual {low:.0f}-{high:.0f}"
                    what = (
                        f"{measure} {area} {period}: {usual}; loaded as delivered, unless a correction says otherwise"
                    )
                    found.append(Finding("VAL-010", what, name, "ask the supplier whether it is right", "warning"))
    return found[:_NAMED]


def _name_too_old(given: Mapping[str, Series], name: str, delivery_date: str | None) -> list[Finding]:
    """The date in the name lies before the newest period began: the file would count as older than it is."""
    periods = {period for series in given.values() for period in series}
    if delivery_date is None or not periods:
        return []
    last = max(periods, key=parse)
    if dt.date.fromisoformat(delivery_date) >= parse(last).first_day:
        return []
    what = f"the name says {delivery_date}, the file reaches to {last}"
    return [Finding("VAL-116", what, name, "correct the date in the name of the file", "warning")]
