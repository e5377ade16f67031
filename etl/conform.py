"""Source words to ours: which measure feeds which indicator, and the accepted rows as leaves and as a cube.

Works on the frames of one source. Several deliveries are laid over each other first: per period and category the
newest delivery gives all areas at once (DESIGN 1), so a correction replaces and never adds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import duckdb
import numpy as np
import pandas as pd

from config.model import HealthSource, Indicator, KwbSource, PolitieKaartSource, Source, StatlineSource, TabularSource
from config.vocabulary import STATUS_ORDER, AreaLevel, PeriodType, Status, Unit
from etl.calendar import exposure_years, parse, period_type_of, periods_between
from etl.cube import NOT_DELIVERED, AreaAxis, Cube
from etl.frames import LEAF, create

#: A week, month or quarter is young for so many days after its end: late registrations still come in
#: (tests/spec/vectors/calendar.json, `final_after_days`). Where delays were measured these hold (`etl.maturity`).
FINAL_AFTER_DAYS = 28

#: Columns that rows carried over changed boundaries have beside those of LEAF (`etl.carry.CARRIED`).
ESTIMATED_PARTS = ("estimated_share", "crossing_share")


@dataclass(frozen=True)
class Accepted:
    """One accepted delivery of a source, as a frame."""

    table: str  # RAW columns
    sha256: str
    not_delivered: frozenset[str] = frozenset()  # periods that came as zeros everywhere


def feeds(source: Source, indicators: dict[str, Indicator]) -> pd.DataFrame:
    """Which measures of a source feed which indicator.

    Returns:
        Columns measure, indicator, is_figure (True: the source's own figure, never summed over areas). A measure may
        feed several indicators; an indicator may have several measures.
    """
    rows: list[tuple[str, str, bool]] = []
    for indicator in indicators.values():
        numerator = indicator.numerator
        if isinstance(source, StatlineSource):
            if numerator.statline and source.table in numerator.statline.tables:
                rows += [(code, indicator.id, False) for code in numerator.statline.codes]
        elif isinstance(source, KwbSource):
            if numerator.kwb:
                is_figure = numerator.kwb.figure == "value"
                rows += [(column, indicator.id, is_figure) for column in numerator.kwb.columns]
        elif isinstance(source, HealthSource):
            if numerator.health:
                rows.append((numerator.health.topic, indicator.id, True))
        elif isinstance(source, PolitieKaartSource):
            if numerator.politie_kaart:
                rows += [(code, indicator.id, False) for code in numerator.politie_kaart.codes]
        elif indicator.id in source.fed:
            rows.append((indicator.id, indicator.id, _is_own_figure(source, indicator)))
    return pd.DataFrame(rows, columns=["measure", "indicator", "is_figure"])


def _is_own_figure(source: TabularSource, indicator: Indicator) -> bool:
    """A column per indicator or period holds counts where the indicator counts or divides, else its own figure."""
    if indicator.id in source.values.values() or source.is_wide:
        return indicator.unit is not Unit.COUNT and indicator.denominator is None
    return source.columns.count is None


def lay_over(con: duckdb.DuckDBPyConnection, deliveries: Sequence[Accepted], table: str) -> str:
    """One RAW table or view (plus `delivery`) of all deliveries: per period and measure the newest gives all areas.

    Args:
        deliveries: oldest first.
    """
    if len(deliveries) == 1:
        only = deliveries[0]
        con.execute(f'CREATE OR REPLACE VIEW "{table}" AS SELECT *, \'{only.sha256}\' AS delivery FROM "{only.table}"')
        return table
    union = " UNION ALL BY NAME ".join(
        f"SELECT *, {rank} AS delivery_rank, '{delivery.sha256}' AS delivery FROM \"{delivery.table}\""
        for rank, delivery in enumerate(deliveries)
    )
    con.execute(
        f"""
        CREATE OR REPLACE TABLE "{table}" AS
        WITH everything AS ({union}),
             newest AS (SELECT period, measure, max(delivery_rank) AS delivery_rank FROM everything GROUP BY ALL)
        SELECT everything.* EXCLUDE (delivery_rank)
        FROM everything JOIN newest USING (period, measure, delivery_rank)
        """
    )
    return table


def conform(
    con: duckdb.DuckDBPyConnection,
    raw: str,
    *,
    source_id: str,
    mapping: pd.DataFrame,
    not_delivered: frozenset[str],
    reference_day: dt.date,
    table: str,
    final_after: Mapping[tuple[str, str], int] = MappingProxyType({}),
    default_final_after: int = FINAL_AFTER_DAYS,
) -> str:
    """Accepted rows in our words: a LEAF table.

    Several measures of one indicator are summed and take the status that prevails; where one of them is missing in an
    area but occurs elsewhere in that period, the sum is not_delivered rather than too low.

    Args:
        raw: RAW table plus `delivery` (see `lay_over`).
        mapping: see `feeds`.
        not_delivered: periods that came as zeros everywhere: their numbers are dropped.
        reference_day: the day young and unfinished periods are judged by.
        final_after: (indicator, type of period) -> days after its end from which a period is complete, as measured
            (`etl.maturity`); `default_final_after` where nothing was measured.
    """
    create(con, table, LEAF)
    con.register("_feeds", mapping.assign(n_measures=mapping.groupby("indicator").measure.transform("nunique")))
    periods = pd.DataFrame(
        [
            (text, period_type_of(text), text in not_delivered, (reference_day - parse(text).last_day).days)
            for (text,) in con.execute(f'SELECT DISTINCT period FROM "{raw}"').fetchall()
        ],
        columns=["period", "period_type", "is_not_delivered", "days_since"],
    )
    con.register("_periods", periods)
    con.register("_margins", _margins(mapping, periods, final_after, default_final_after))
    status = f"""
        CASE WHEN p.is_not_delivered OR r.mark = 'missing' THEN '{Status.NOT_DELIVERED}'
             WHEN r.mark = 'suppressed' THEN '{Status.SUPPRESSED}'
             WHEN p.days_since <= m.days OR r.mark = 'provisional' THEN '{Status.PROVISIONAL}'
             ELSE '{Status.FINAL}' END
    """
    level = f"""
        CASE r.area[1:2] WHEN 'GM' THEN '{AreaLevel.MUNICIPALITY}' WHEN 'WK' THEN '{AreaLevel.DISTRICT}'
                         WHEN 'BU' THEN '{AreaLevel.NEIGHBOURHOOD}' ELSE '{AreaLevel.CUSTOM}' END
    """
    con.execute(
        f"""
        INSERT INTO "{table}"
        SELECT '{source_id}', f.indicator, r.area, {level}, r.period, p.period_type,
               CASE WHEN p.is_not_delivered THEN NULL ELSE r.value END, r.lower, r.upper, {status}, r.delivery
        FROM "{raw}" r JOIN _feeds f USING (measure) JOIN _periods p USING (period)
             JOIN _margins m USING (indicator, period_type)
        WHERE f.n_measures = 1
        """
    )
    if (mapping.groupby("indicator").measure.nunique() > 1).any():
        _insert_sums(con, raw, table, source_id, level, status)
    con.unregister("_feeds")
    con.unregister("_periods")
    con.unregister("_margins")
    return table


def _insert_sums(con: duckdb.DuckDBPyConnection, raw: str, table: str, source_id: str, level: str, status: str) -> None:
    order = ", ".join(f"'{word}'" for word in STATUS_ORDER)
    con.execute(
        f"""
        INSERT INTO "{table}"
        WITH part AS (
            SELECT f.indicator, r.area, r.period, p.period_type, r.measure, r.value, r.delivery, {level} AS area_level,
                   list_position([{order}], {status}) AS rank
            FROM "{raw}" r JOIN _feeds f USING (measure) JOIN _periods p USING (period)
                 JOIN _margins m USING (indicator, period_type)
            WHERE f.n_measures > 1
        ),
        occurring AS (SELECT indicator, period, count(DISTINCT measure) AS n FROM part GROUP BY ALL),
        cell AS (
            SELECT indicator, area, any_value(area_level) AS area_level, period, any_value(period_type) AS period_type,
                   sum(value) AS value, min(rank) AS rank, count(DISTINCT measure) AS n, max(delivery) AS delivery
            FROM part GROUP BY indicator, area, period
        ),
        judged AS (
            SELECT cell.* EXCLUDE (rank),
                   CASE WHEN cell.n < occurring.n THEN list_position([{order}], '{Status.NOT_DELIVERED}')
                        ELSE rank END AS rank
            FROM cell JOIN occurring USING (indicator, period)
        )
        SELECT '{source_id}', indicator, area, area_level, period, period_type,
               CASE WHEN rank > list_position([{order}], '{Status.SUPPRESSED}') THEN value END, NULL, NULL,
               list_extract([{order}], rank), delivery
        FROM judged
        """
    )


def _margins(
    mapping: pd.DataFrame, periods: pd.DataFrame, final_after: Mapping[tuple[str, str], int], default: int
) -> pd.DataFrame:
    """Days for which a period is young, per indicator and type of period. Years are judged by their months.

    On the measured day itself it is complete.
    """
    kinds = sorted(set(periods.period_type))
    rows = [
        (name, kind, 0 if kind == PeriodType.YEAR else final_after.get((name, kind), default + 1) - 1)
        for name in sorted(set(mapping.indicator))
        for kind in kinds
    ]
    return pd.DataFrame(rows, columns=["indicator", "period_type", "days"])


def cubes(
    con: duckdb.DuckDBPyConnection, leaf: str, *, source_id: str, indicators: Sequence[str], axis: AreaAxis
) -> list[Cube]:
    """The leaves of one source as a cube per period type, on every period between the first and the last.

    Cells that no row fills are not_delivered. Indicators without any row of a period type are left out of its cube.
    """
    found: list[Cube] = []
    rows = con.execute(f'SELECT DISTINCT period_type, period FROM "{leaf}"').fetchall()
    for period_type in sorted({kind for kind, _ in rows}):
        occurring = sorted((text for kind, text in rows if kind == period_type), key=lambda text: parse(text).last_day)
        periods = tuple(periods_between(occurring[0], occurring[-1]))
        present = {
            name
            for (name,) in con.execute(
                f'SELECT DISTINCT indicator FROM "{leaf}" WHERE period_type = ?', [period_type]
            ).fetchall()
        }
        names = tuple(name for name in indicators if name in present)
        found.append(_cube(con, leaf, source_id, PeriodType(period_type), names, axis, periods))
    return found


def _cube(
    con: duckdb.DuckDBPyConnection,
    leaf: str,
    source_id: str,
    period_type: PeriodType,
    names: tuple[str, ...],
    axis: AreaAxis,
    periods: tuple[str, ...],
) -> Cube:
    for name, words in (("_i", names), ("_a", axis.codes), ("_p", periods), ("_s", STATUS_ORDER)):
        con.register(name, pd.DataFrame({"word": list(words), "position": np.arange(len(words))}))
    carried = [name for (name, *_) in con.execute(f'DESCRIBE "{leaf}"').fetchall() if name in ESTIMATED_PARTS]
    parts = "".join(f", coalesce(l.value * l.{name}, 0) AS {name}" for name in carried)
    cells = con.execute(
        f"""
        SELECT _i.position AS i, _a.position AS a, _p.position AS p, _s.position AS s, l.value, l.lower, l.upper{parts}
        FROM "{leaf}" l
        JOIN _i ON _i.word = l.indicator JOIN _a ON _a.word = l.area_code
        JOIN _p ON _p.word = l.period JOIN _s ON _s.word = l.status
        WHERE l.period_type = ?
        """,
        [period_type],
    ).fetchnumpy()
    for name in ("_i", "_a", "_p", "_s"):
        con.unregister(name)
    shape = (len(names), len(axis.codes), len(periods))
    place = (np.asarray(cells["i"]), np.asarray(cells["a"]), np.asarray(cells["p"]))

    def filled(column: str, empty: float = np.nan) -> np.ndarray[tuple[int, int, int], np.dtype[np.float64]]:
        block = np.full(shape, empty)
        block[place] = np.ma.filled(cells[column], np.nan)
        return block

    status = np.full(shape, NOT_DELIVERED, dtype=np.int8)
    status[place] = np.asarray(cells["s"])
    has_margins = not np.ma.getmaskarray(np.ma.asarray(cells["lower"])).all()
    return Cube(
        source_id=source_id,
        period_type=period_type,
        indicators=names,
        axis=axis,
        periods=periods,
        value=filled("value"),
        status=status,
        exposure=np.array([exposure_years(periods[0])]),
        coverage=np.ones(shape[:2]),
        lower=filled("lower") if has_margins else None,
        upper=filled("upper") if has_margins else None,
        estimated=filled("estimated_share", 0.0) if carried else None,
        crossing=filled("crossing_share", 0.0) if carried else None,
    )
