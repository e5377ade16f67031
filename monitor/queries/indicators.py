"""Which indicators there are, what each means, and what its newest settled period is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from config.model import Indicator
from etl.snapshot import Snapshot
from monitor.queries.memory import remembered

#: Which length of period is shown first, where an indicator has several (a year of months is the steadiest picture).
PREFERRED: tuple[str, ...] = ("rolling_12_months", "year", "quarter", "month", "rolling_4_weeks", "week")

#: A settled period is preferred to a newer provisional one, as long as it is not older than so many days before it.
_PATIENCE_DAYS = {
    "rolling_12_months": 100,
    "year": 740,
    "quarter": 190,
    "month": 100,
    "rolling_4_weeks": 64,
    "week": 36,
}


@dataclass(frozen=True)
class Series:
    """An indicator as it stands in the snapshot. `source_id` is None where no source provides it."""

    indicator: str
    position: int
    pack: str
    theme: str
    label_nl: str
    label_en: str
    unit: str
    denominator: str | None
    direction: str
    source_id: str | None
    definition: Indicator

    def label(self, language: str) -> str:
        """Name on screen."""
        return self.label_en if language == "en" and self.label_en else self.label_nl


@dataclass(frozen=True)
class Break:
    """A date at which the way of counting changed, or the border of the area (`is_border`)."""

    date: dt.date
    reason_nl: str
    reason_en: str
    is_border: bool = False

    def reason(self, language: str) -> str:
        return self.reason_en if language == "en" and self.reason_en else self.reason_nl


@dataclass(frozen=True)
class Newest:
    """The period that stands for 'now' of an indicator.

    `period` is settled unless `is_provisional`; `latest` is the newest period with any figure.
    """

    indicator: str
    period_type: str
    period: str
    last_day: dt.date
    is_provisional: bool
    latest: str


@remembered
def indicators(snapshot: Snapshot) -> dict[str, Series]:
    """All indicators in use, by id, in screen order."""
    frame = snapshot.query("SELECT * FROM indicator ORDER BY position, indicator", [])
    found: dict[str, Series] = {}
    for row in frame.itertuples():
        found[str(row.indicator)] = Series(
            str(row.indicator),
            int(row.position),
            str(row.pack),
            str(row.theme),
            str(row.label_nl),
            "" if pd.isna(row.label_en) else str(row.label_en),
            str(row.unit),
            None if pd.isna(row.denominator) else str(row.denominator),
            str(row.direction),
            None if pd.isna(row.source_id) else str(row.source_id),
            Indicator.model_validate_json(str(row.definition)),
        )
    return found


def indicators_without_source(snapshot: Snapshot) -> tuple[Series, ...]:
    """Indicators that are switched on but that no source of the municipality provides."""
    return tuple(series for series in indicators(snapshot).values() if series.source_id is None)


@remembered
def breaks(snapshot: Snapshot, indicator: str, area_code: str | None = None) -> tuple[Break, ...]:
    """Dates at which a series breaks, oldest first: of an indicator in every area, and with `area_code` also the
    breaks of that area alone (of this indicator, or of all where its border changed).
    """
    frame = snapshot.query(
        """
        SELECT DISTINCT date, reason_nl, reason_en, indicator IS NULL AS is_border FROM series_break
        WHERE (indicator = $indicator AND area_code IS NULL)
           OR (area_code = $area AND (indicator = $indicator OR indicator IS NULL))
        ORDER BY date, reason_nl
        """,
        {"indicator": indicator, "area": area_code},
    )
    return tuple(
        Break(
            pd.Timestamp(row.date).date(),
            str(row.reason_nl),
            "" if pd.isna(row.reason_en) else str(row.reason_en),
            bool(row.is_border),
        )
        for row in frame.itertuples()
    )


@remembered
def newest_periods(snapshot: Snapshot) -> dict[tuple[str, str], Newest]:
    """Per indicator and length of period: the period that stands for 'now'.

    Looked up at the highest level that has figures, so every area of an indicator shows the same period. A settled
    period goes before a newer provisional one unless it is much older.
    """
    frame = snapshot.query(
        """
        WITH figures AS (
            SELECT o.indicator, o.period_type, o.period, p.last_day,
                   list_position(['municipality', 'district', 'neighbourhood', 'custom'], o.area_level) AS rank,
                   count(*) FILTER (coalesce(o.numerator_status, o.status) <> 'provisional') AS n_settled
            FROM observation o JOIN period p ON p.period = o.period AND p.period_type = o.period_type
            WHERE o.value IS NOT NULL OR o.numerator IS NOT NULL
            GROUP BY ALL
        ),
        top AS (SELECT indicator, period_type, min(rank) AS rank FROM figures GROUP BY ALL)
        SELECT f.indicator, f.period_type,
               max_by(f.period, f.last_day) AS latest, max(f.last_day) AS latest_day,
               max_by(f.period, f.last_day) FILTER (f.n_settled > 0) AS settled,
               max(f.last_day) FILTER (f.n_settled > 0) AS settled_day
        FROM figures f JOIN top t USING (indicator, period_type, rank)
        GROUP BY ALL
        """,
        [],
    )
    found: dict[tuple[str, str], Newest] = {}
    for row in frame.itertuples():
        latest_day = pd.Timestamp(row.latest_day).date()
        settled_day = None if pd.isna(row.settled_day) else pd.Timestamp(row.settled_day).date()
        patience = dt.timedelta(days=_PATIENCE_DAYS.get(str(row.period_type), 100))
        is_settled = settled_day is not None and latest_day - settled_day <= patience
        found[(str(row.indicator), str(row.period_type))] = Newest(
            str(row.indicator),
            str(row.period_type),
            str(row.settled) if is_settled else str(row.latest),
            settled_day if is_settled and settled_day else latest_day,
            not is_settled,
            str(row.latest),
        )
    return found


def newest(snapshot: Snapshot, indicator: str, period_type: str | None = None) -> Newest | None:
    """The period that stands for 'now' of one indicator; by preference a year of months.

    Returns:
        None where the indicator has no figure at all (of that length).
    """
    known = newest_periods(snapshot)
    for candidate in (period_type,) if period_type else PREFERRED:
        if (indicator, candidate) in known:
            return known[(indicator, str(candidate))]
    return None


def period_types(snapshot: Snapshot, indicator: str) -> tuple[str, ...]:
    """Lengths of period that an indicator has figures of, the preferred first."""
    known = newest_periods(snapshot)
    return tuple(candidate for candidate in PREFERRED if (indicator, candidate) in known)
