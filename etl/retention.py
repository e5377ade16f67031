"""Which snapshots stay: the newest, then month ends, then year ends (docs: DESIGN 1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from etl.storage import local_time

NEWEST = 12
MONTHS = 24


def loads_to_keep(loads: Sequence[tuple[str, str | None]], *, newest: int = NEWEST, months: int = MONTHS) -> set[str]:
    """Load ids that stay.

    The newest ones; then the last of each month, for so many months back from the newest; then the last of each year.
    "Last" is by number: a clock that jumps back changes the order of nothing. Months are those of the municipality.

    Args:
        loads: (load id, moment of building in ISO 8601) from oldest to newest number; a moment of None is not known.
    """
    stay = {load_id for load_id, _ in loads[-newest:]}
    seen: set[str] = set()
    latest: int | None = None
    for load_id, built_at in reversed(loads):
        if built_at is None:
            continue
        day = local_time(datetime.fromisoformat(built_at))
        month = 12 * day.year + day.month
        latest = month if latest is None else latest
        for span in [f"{day.year}", *([f"{day.year}-{day.month}"] if latest - month < months else [])]:
            if span not in seen:
                seen.add(span)
                stay.add(load_id)
    return stay
