"""Where one figure comes from: the deliveries, categories and parts behind it, and SQL that gives the same number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from config.model import Indicator
from config.vocabulary import UNIT_BASE, PeriodType, Publication, SourceKind, Unit
from etl import calendar
from etl.snapshot import Snapshot
from monitor.queries.composite import ScoredPart, again_sql, is_index, scores
from monitor.queries.indicators import Series, indicators
from monitor.queries.memory import remembered

#: A recalculation agrees when it differs by less than this share: sums of floating numbers depend on their order.
_AGREES = 1e-9


@dataclass(frozen=True)
class Fed:
    """A delivery that a figure rests on."""

    sha256: str
    name: str
    received: dt.datetime | None
    rows_used: int | None
    periods: int  # of the periods behind this figure, those that it gave


@dataclass(frozen=True)
class Part:
    """Numerator or denominator of a figure.

    `periods` are those as delivered that were summed; `members` the indicators of a group; `is_summed_over_areas`: the
    source gives no row of this area, its neighbourhoods were added up.
    """

    indicator: str
    value: float | None
    period: str
    source_id: str | None
    is_practice: bool
    kind: str | None
    table_id: str | None
    publisher: str
    licence: str
    categories: tuple[str, ...]
    members: tuple[str, ...]
    periods: tuple[str, ...]
    is_summed_over_areas: bool
    deliveries: tuple[Fed, ...]


@dataclass(frozen=True)
class Mended:
    """A correction that a figure rests on."""

    correction_id: str
    area_code: str
    period: str
    category: str
    action: str
    delivered: float | None
    value: float | None
    reason: str
    decided_by: str
    date: dt.date


@dataclass(frozen=True)
class Passport:
    """One figure with everything behind it."""

    indicator: str
    area_code: str
    area_name: str
    area_level: str
    period: str
    period_type: str
    vintage: int
    status: str
    unit: str
    value: float | None
    lower: float | None
    upper: float | None
    coverage_share: float | None
    estimated_share: float | None
    years: float  # length of what was counted, in years; 11/12 of a year of which a month is missing
    numerator: Part
    denominator: Part | None
    corrections: tuple[Mended, ...]
    verdicts: tuple[tuple[str, str], ...]  # kind of comparison, verdict
    edition: str
    publication: str | None
    load_id: str
    built_at: str
    sql: str
    recalculation: str | None  # from the parts; None where it cannot be done from this file alone
    made_of: tuple[ScoredPart, ...] = ()  # of an index


@remembered
def passport(snapshot: Snapshot, indicator: str, area_code: str, period: str) -> Passport | None:
    """Where a figure comes from; None where the snapshot has no such cell."""
    known = indicators(snapshot)
    where = "indicator = ? AND area_code = ? AND period = ?"
    frame = snapshot.query(f"SELECT * FROM observation WHERE {where}", [indicator, area_code, period])
    if frame.empty or indicator not in known:
        return None
    row = frame.iloc[0]
    series, source_id = known[indicator], _text(row.source_id)
    counted = _part(snapshot, series, area_code, str(row.area_level), period, source_id, _number(row.numerator))
    divided = _denominator(snapshot, series, row, known)
    years = _years(snapshot, indicator, area_code, period, str(row.period_type))
    made_of = tuple(scores(snapshot, indicator, period).get(area_code, {}).values()) if is_index(series) else ()
    stated = dict(snapshot.query("SELECT key, value FROM meta", []).itertuples(index=False))
    return Passport(
        indicator=indicator,
        area_code=area_code,
        area_name=str(row.area_name),
        area_level=str(row.area_level),
        period=period,
        period_type=str(row.period_type),
        vintage=int(row.vintage),
        status=str(row.status),
        unit=series.unit,
        value=_number(row.value),
        lower=_number(row.lower),
        upper=_number(row.upper),
        coverage_share=_number(row.coverage_share),
        estimated_share=_number(row.estimated_share),
        years=years,
        numerator=counted,
        denominator=divided,
        corrections=_corrections(snapshot, counted, indicator, area_code),
        verdicts=_verdicts(snapshot, indicator, area_code, period),
        edition=str(stated.get("edition") or "internal"),
        publication=_publication_of(snapshot, [one.source_id for one in made_of] or [source_id]),
        load_id=str(snapshot.load_id),
        built_at=str(stated.get("built_at") or snapshot.manifest.get("built_at") or ""),
        sql=_sql(indicator, area_code, period, int(row.vintage)),
        recalculation=_recalculation(snapshot, row, series, counted, years, made_of),
        made_of=made_of,
    )


def parts_of_period(period: str, period_type: str) -> tuple[str, ...]:
    """The months or weeks that make up a longer period: twelve of "2026-03-R12"; none of a month or a week."""
    known = calendar.parse(period)
    if period_type == PeriodType.ROLLING_4_WEEKS:
        return tuple(calendar.iso_week(known.first_day + dt.timedelta(weeks=number)) for number in range(4))
    if period_type not in (PeriodType.ROLLING_12_MONTHS, PeriodType.YEAR, PeriodType.QUARTER):
        return ()
    months = [known.first_day.replace(day=1)]
    while (following := (months[-1] + dt.timedelta(days=32)).replace(day=1)) <= known.last_day:
        months.append(following)
    return tuple(f"{month.year:04}-{month.month:02}" for month in months)


# --- numerator and denominator ---------------------------------------------------------------------------------------


def _part(
    snapshot: Snapshot, series: Series, area_code: str, level: str, period: str, source_id: str | None,
    value: float | None,
) -> Part:  # fmt: skip
    """What was counted, from which rows of which deliveries."""
    own = _lineage(snapshot, source_id, (series.indicator,))
    members = () if len(own) else tuple(series.definition.numerator.sum_of or ())
    rows = _lineage(snapshot, source_id, members) if members else own
    period_type = str(calendar.period_type_of(period))
    is_native = bool((rows["period_type"] == period_type).any()) and "-R" not in period
    wanted = (period,) if is_native else parts_of_period(period, period_type)
    rows = rows[rows["period"].isin(wanted)]
    levels = {word for words in rows["levels"] for word in str(words).split(",")}
    source = _source(snapshot, source_id)
    # A municipality's own file is its own, whoever publishes such figures elsewhere.
    publisher = None if source.get("kind") == SourceKind.TABULAR else series.definition.source
    return Part(
        indicator=series.indicator,
        value=value,
        period=period,
        source_id=source_id,
        is_practice=bool(source.get("practice", False)),
        kind=_text(source.get("kind")),
        table_id=_text(source.get("table_id")),
        publisher=publisher.publisher if publisher else "",
        licence=publisher.licence if publisher else "",
        categories=_categories(rows, series.definition),
        members=members,
        periods=tuple(sorted(set(rows["period"]), key=calendar.parse)),
        is_summed_over_areas=bool(levels) and level not in levels,
        deliveries=_deliveries(snapshot, source_id, rows),
    )


def _categories(rows: pd.DataFrame, definition: Indicator) -> tuple[str, ...]:
    found = {word for words in rows["categories"] for word in str(words).split(",") if word}
    return tuple(sorted(found - {definition.id}))


def _denominator(snapshot: Snapshot, series: Series, row: pd.Series, known: dict[str, Series]) -> Part | None:
    name, year, people = series.denominator, _text(row.denominator_period), _number(row.denominator)
    if name is None or name not in known or year is None or people is None:
        return None
    given = snapshot.query(
        "SELECT source_id FROM observation WHERE indicator = ? AND period = ? AND period_type = 'year' LIMIT 1",
        [name, year],
    )
    source_id = _text(given["source_id"].iloc[0]) if len(given) else known[name].source_id
    return _part(snapshot, known[name], str(row.area_code), str(row.area_level), year, source_id, people)


def _lineage(snapshot: Snapshot, source_id: str | None, names: Sequence[str]) -> pd.DataFrame:
    return snapshot.query(
        "SELECT * FROM lineage WHERE source_id = ? AND list_contains(?, indicator)", [source_id, list(names)]
    )


def _source(snapshot: Snapshot, source_id: str | None) -> dict[str, object]:
    frame = snapshot.query("SELECT * FROM source WHERE source_id = ?", [source_id])
    return {} if frame.empty else {str(key): value for key, value in frame.iloc[0].items()}


def _publication_of(snapshot: Snapshot, sources: Sequence[str | None]) -> str | None:
    """open where all sources of a figure are; else the word of the first that is not."""
    words = [_text(_source(snapshot, one).get("publication")) for one in sources]
    return next((word for word in words if word != Publication.OPEN), words[0])


def _deliveries(snapshot: Snapshot, source_id: str | None, rows: pd.DataFrame) -> tuple[Fed, ...]:
    """The deliveries behind these rows, newest first."""
    n_periods = rows.groupby("delivery")["period"].nunique()
    frame = snapshot.query("SELECT sha256, name, received, rows_used FROM delivery WHERE source_id = ?", [source_id])
    known = {str(one.sha256): one for one in frame.itertuples()}
    found = [
        Fed(
            str(sha256),
            str(known[sha256].name) if sha256 in known else "",
            pd.Timestamp(known[sha256].received).to_pydatetime() if sha256 in known else None,
            _whole(known[sha256].rows_used) if sha256 in known else None,
            int(number),
        )
        for sha256, number in n_periods.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.received or dt.datetime.min, one.name), reverse=True))


def _corrections(snapshot: Snapshot, part: Part, indicator: str, area_code: str) -> tuple[Mended, ...]:
    """Corrections in the cells that this figure is the sum of: of the area itself, and of its neighbourhoods."""
    inside = "SELECT area_code FROM area WHERE parent = ?"
    frame = snapshot.query(
        f"""
        SELECT DISTINCT correction_id, area_code, period, category, action, delivered, value, reason, decided_by, date
        FROM correction
        WHERE state = 'applied' AND source_id = ? AND list_contains(?, indicator) AND list_contains(?, period)
          AND (area_code = ? OR ? AND (area_code IN ({inside})
               OR area_code IN (SELECT area_code FROM area WHERE parent IN ({inside}))))
        ORDER BY period, area_code
        """,
        [part.source_id, [indicator, *part.members], list(part.periods), area_code, part.is_summed_over_areas,
         area_code, area_code],
    )  # fmt: skip
    return tuple(
        Mended(
            str(one.correction_id), str(one.area_code), str(one.period), str(one.category), str(one.action),
            _number(one.delivered), _number(one.value), _text(one.reason) or "", str(one.decided_by),
            pd.Timestamp(one.date).date(),
        )
        for one in frame.itertuples()
    )  # fmt: skip


def _verdicts(snapshot: Snapshot, indicator: str, area_code: str, period: str) -> tuple[tuple[str, str], ...]:
    frame = snapshot.query(
        """SELECT kind, verdict FROM benchmark
           WHERE indicator = ? AND area_code = ? AND period = ? AND verdict IS NOT NULL ORDER BY kind""",
        [indicator, area_code, period],
    )
    return tuple((str(one.kind), str(one.verdict)) for one in frame.itertuples())


# --- the number again ------------------------------------------------------------------------------------------------


def _sql(indicator: str, area_code: str, period: str, vintage: int) -> str:
    return (
        "SELECT value, numerator, denominator, lower, upper, status\nFROM observation\n"
        f"WHERE indicator = {_quoted(indicator)} AND area_code = {_quoted(area_code)}\n"
        f"  AND period = {_quoted(period)} AND vintage = {vintage};"
    )


def _years(snapshot: Snapshot, indicator: str, area_code: str, period: str, period_type: str) -> float:
    """Years that were counted: of a sum over months or weeks the delivered ones only."""
    length = calendar.exposure_years(period)
    parts = parts_of_period(period, period_type)
    if not parts:
        return length
    frame = snapshot.query(
        """SELECT count(*) AS n, count(*) FILTER (numerator IS NOT NULL) AS given FROM observation
           WHERE indicator = ? AND area_code = ? AND list_contains(?, period)""",
        [indicator, area_code, list(parts)],
    )
    n, given = int(frame["n"].iloc[0]), int(frame["given"].iloc[0])
    return length * given / len(parts) if n and given else length


def _recalculation(
    snapshot: Snapshot, row: pd.Series, series: Series, part: Part, years: float, made_of: Sequence[ScoredPart]
) -> str | None:
    """SQL that makes the figure again from its parts; given only where it was run and agrees."""
    value = _number(row.value)
    if value is None:
        return None
    area = f"area_code = {_quoted(str(row.area_code))} AND vintage = {int(row.vintage)}"
    cell = f"indicator = {_quoted(series.indicator)} AND {area}"
    months = parts_of_period(str(row.period), str(row.period_type))
    is_sum = bool(months) and part.periods != (str(row.period),)
    period = (
        f"period IN ({', '.join(_quoted(one) for one in months)})" if is_sum else f"period = {_quoted(str(row.period))}"
    )
    counted = f"(SELECT sum(numerator) FROM observation WHERE {cell}\n    AND {period})"
    if series.definition.is_weighted:
        counted = (
            "(SELECT sum(o.numerator * w.weight) FROM observation o JOIN harm_weight w ON w.member = o.indicator\n"
            f"    WHERE w.indicator = {_quoted(series.indicator)} AND {area}\n"
            f"    AND source_id = {_quoted(str(row.source_id))} AND {period})"
        )
    unit = Unit(series.unit)
    if made_of:
        is_smoothed = any(one.is_smoothed for one in made_of)
        sql = again_sql(series.indicator, str(row.area_code), str(row.period), is_smoothed)
    elif unit is Unit.COUNT:
        sql = f"SELECT {counted} AS value;" if is_sum else None
    elif unit in UNIT_BASE and series.denominator is not None and _text(row.denominator_period) is not None:
        divided = (
            f"(SELECT any_value(denominator) FROM observation WHERE {cell}\n"
            f"    AND period = {_quoted(str(row.period))})"
        )
        length = "" if unit is Unit.SHARE_PCT else f" / {years!r}"
        sql = f"SELECT {counted}\n  / {divided}\n  * {UNIT_BASE[unit]}{length} AS value;"
    else:
        sql = None
    if sql is None:
        return None
    again = _number(snapshot.query(sql, [])["value"].iloc[0])
    agrees = again is not None and abs(again - value) <= _AGREES * max(1.0, abs(value))
    return sql if agrees else None


def _quoted(text: str) -> str:
    """A text as SQL writes it: this SQL is read by people, who copy it."""
    return "'" + text.replace("'", "''") + "'"


def _number(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(value)  # type: ignore[call-overload,arg-type]


def _whole(value: object) -> int | None:
    return None if value is None or pd.isna(value) else int(value)  # type: ignore[call-overload,arg-type]


def _text(value: object) -> str | None:
    return None if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]
