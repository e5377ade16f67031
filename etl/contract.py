"""Does a raw frame keep its promise? Rows that do not are set aside with the reason; too many refuse the delivery.

    contract_rows    areas, periods, categories, numbers and duplicates: row by row
    contract_series  the delivery as a whole: periods of zeros, gaps, missing areas, spikes

Nothing is repaired and nothing empty becomes 0. Where every row is in order the raw table itself is the accepted one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from config.errors import Finding, StructureError, ValuesError
from config.model import Source, TabularSource
from config.vocabulary import CONTEXT_KINDS, SourceKind
from etl import contract_rows as rows
from etl import contract_series as series
from etl.contract_rows import REASONS, Place, Word
from etl.contract_series import History
from etl.frames import QUARANTINE, RAW, RawFrame, create

if TYPE_CHECKING:
    from etl.areas import AreaTree

__all__ = ["Checked", "History", "check"]

#: A delivery with more than these shares set aside is refused: of its rows, of the sum of any category in use.
MAX_ROWS_SHARE, MAX_SUM_SHARE = 0.005, 0.01
#: From so many codes, and so large a part of them, unknown areas are another division and no slips.
MIXED_CODES, MIXED_SHARE = 3, 0.1


@dataclass(frozen=True)
class Checked:
    """A delivery that keeps the contract."""

    accepted: str  # table RAW: known areas (or of another vintage, where that is allowed), numbers or marks
    quarantine: str  # table QUARANTINE
    pseudo: str  # table RAW: rows of areas that stand for "place unknown"
    findings: tuple[Finding, ...] = ()
    not_delivered: frozenset[str] = frozenset()  # periods that came as zeros everywhere


def is_by_period(source: Source) -> bool:
    """Do the rows of a source have the area codes of their own period?"""
    return source.vintage == "by_period" or (source.vintage is None and SourceKind(source.kind) in CONTEXT_KINDS)


def check(
    con: duckdb.DuckDBPyConnection,
    raw: RawFrame,
    *,
    source: Source,
    delivery_sha: str,
    name: str,
    areas: AreaTree,
    categories: dict[str, str] | None,
    used_measures: Collection[str],
    today: dt.date,
    fraction_measures: Collection[str] = frozenset(),
    share_measures: Collection[str] = frozenset(),
    history: History | None = None,
    also_known: Collection[str] = (),
    ended: Mapping[str, tuple[int, int]] | None = None,
) -> Checked:
    """Hold a raw frame against the contract of its source.

    Args:
        name: the file as its sender calls it, for messages. delivery_sha: its fingerprint, for the quarantine.
        categories: every category that the source's own list knows; None: no such list.
        used_measures: categories that feed an indicator in use. Known ones that feed none are no fault.
        today: day that unfinished and future periods are judged by.
        fraction_measures: of those, the ones that are the source's own figure: fractions and minus are right.
        share_measures: of those, percentages.
        history: earlier deliveries of this source; None: there are none.
        also_known: codes of other divisions that rows by period may have.
        ended: code -> newest vintage that has it, and the next known one that has not.

    Raises:
        StructureError: no row of this municipality.
        ValuesError: too many rows set aside, differing duplicates, two divisions in one file, zeros only.
        AreasError: not one area of the division on screen.
    """
    con.execute(f'DROP TABLE IF EXISTS "{raw.table}__bad"')
    place = Place(name, raw.columns, raw.sheet)
    found_areas, found_periods = rows.words(con, raw.table, "area"), rows.words(con, raw.table, "period")
    found_measures = rows.words(con, raw.table, "measure")
    if not found_areas:
        what = f"header found, {raw.rows_read} rows, none to use"
        raise StructureError(
            "FILE-003", what, where=name, fix="deliver the file again; the last good load stays served"
        )
    by_period = is_by_period(source) or SourceKind(source.kind) in CONTEXT_KINDS
    unknown = _unknown_areas(found_areas, areas)
    if by_period:
        unknown = [word for word in unknown if word.text not in also_known]
    vintage = source.vintage if isinstance(source.vintage, int) else None
    findings = _judge_division(found_areas, unknown, areas, place, by_period=by_period, vintage=vintage)
    faults = {word.text: "VAL-101" if word.text is None else "VAL-016" for word in unknown}
    if by_period:
        faults = {text: code for text, code in faults.items() if text is None}
    periods = {word.text: rows.period_fault(word.text, today) for word in found_periods}
    known = _known_measures(source, categories, used_measures)
    bad = rows.set_aside(
        con,
        raw,
        areas=faults,
        periods={text: code for text, code in periods.items() if code},
        measures={} if known is None else {w.text: "VAL-035" for w in found_measures if w.text not in known},
        counts=set(used_measures) - set(fraction_measures),
        place=place,
        has_maximum=isinstance(source, TabularSource),
    )
    if bad:
        findings += _limited(con, raw, bad, used_measures, rows.findings(con, raw, bad, place, areas, ended), name)
    pseudo_words = [w for w in found_areas if rows.is_unknown_place(w.text, areas)]
    findings += _unplaced(pseudo_words, place)
    accepted, quarantine, pseudo = _split(con, raw, bad, pseudo_words, source.id, delivery_sha, known)
    present = frozenset(w.text for w in found_areas if w.text is not None) if accepted == raw.table else None
    whole = series.Delivered(con, accepted, source, place, areas, today, history, present)
    series.refuse_scale(whole, share_measures)
    not_delivered, told = series.zero_periods(whole)
    findings += told
    findings += series.tell(whole, not_delivered, sorted(set(used_measures) - set(fraction_measures)))
    if isinstance(source, TabularSource) and source.zero_rows == "omitted":
        accepted, told = series.add_zero_rows(whole, raw.table, not_delivered, set(fraction_measures))
        findings += told
    return Checked(accepted, quarantine, pseudo, tuple(findings), frozenset(not_delivered))


# --- areas -----------------------------------------------------------------------------------------------------------


def _unknown_areas(words: Sequence[Word], areas: AreaTree) -> list[Word]:
    return [w for w in words if w.text is None or (w.text not in areas and not rows.is_unknown_place(w.text, areas))]


def _judge_division(
    words: Sequence[Word],
    unknown: Sequence[Word],
    areas: AreaTree,
    place: Place,
    *,
    by_period: bool,
    vintage: int | None,
) -> list[Finding]:
    """Is this file about the areas on screen at all?

    Raises:
        AreasError: GEO-019, not one code matches. ValuesError: VAL-017, areas of two divisions.
    """
    codes = [word for word in unknown if word.text is not None]
    n_known = len(words) - len(unknown)
    n_rows = sum(word.n for word in codes)
    if by_period:
        if not codes:
            return []
        what = f"{len(codes)} area codes are of another division than {areas.vintage} ({n_rows:,} rows)"
        fix = "none needed; name a file under `geography.crosswalks` to carry them over"
        return [Finding("GEO-019", what, place.name, fix, "note", number=len(codes))]
    if codes and n_known == 0:
        where = place.of(codes[0].part, codes[0].row, "area")
        areas.check_division([str(word.text) for word in codes], vintage=vintage, where=where)
    coded = [word for word in codes if word.text is not None and word.text[:2] in ("GM", "WK", "BU")]
    if len(coded) >= MIXED_CODES and len(coded) > MIXED_SHARE * (n_known + len(coded)):
        what = f"areas of two divisions ({n_known} of {areas.vintage}, {len(coded)} that are not)"
        fix = "set `vintage` of the source, or map the codes in a file of `geography.crosswalks`"
        where = place.of(coded[0].part, coded[0].row, "area")
        raise ValuesError("VAL-017", f"{what}, first {coded[0].text}", where=where, fix=fix)
    return []


def _unplaced(words: Sequence[Word], place: Place) -> list[Finding]:
    if not words:
        return []
    number = sum(word.n for word in words)
    what = f"{number:,} rows are of an unknown place; they count for the municipality, not for a neighbourhood"
    return [Finding("VAL-106", what, place.name, "none needed", "note", number=number)]


# --- categories ------------------------------------------------------------------------------------------------------


def _known_measures(source: Source, categories: dict[str, str] | None, used: Collection[str]) -> set[str] | None:
    """Words that are no fault; None where any word may occur (topics of a table that are not in use)."""
    if isinstance(source, TabularSource):
        return {*used, *source.fed}
    return None if categories is None else {*categories, *used}


# --- the limit -------------------------------------------------------------------------------------------------------


def _limited(
    con: duckdb.DuckDBPyConnection,
    raw: RawFrame,
    bad: str,
    used: Collection[str],
    reasons: list[Finding],
    name: str,
) -> list[Finding]:
    """The reasons as warnings, or as errors when too much is set aside.

    A row that stands there twice takes nothing from a sum, so it counts for the share of rows only.
    """
    n_rows, n_bad = con.execute(
        f'SELECT (SELECT count(*) FROM "{raw.table}"), (SELECT count(*) FROM "{bad}")'
    ).fetchall()[0]
    con.register("_used", pd.DataFrame({"measure": sorted(used)}, dtype="str"))
    sums = con.execute(
        f"""
        SELECT r.measure, sum(abs(r.value)) FILTER (b.code <> 'VAL-013') / sum(abs(r.value)) AS share
        FROM "{raw.table}" r LEFT JOIN "{bad}" b ON b.id = r.rowid
        WHERE r.measure IN (SELECT measure FROM _used) AND isfinite(r.value)
        GROUP BY r.measure HAVING share > {MAX_SUM_SHARE} ORDER BY share DESC
        """
    ).fetchall()
    con.unregister("_used")
    if n_bad <= MAX_ROWS_SHARE * n_rows and not sums:
        return reasons
    what = f"{n_bad:,} of {n_rows:,} rows do not keep the contract ({n_bad / n_rows:.1%}; limit {MAX_ROWS_SHARE:.1%})"
    if sums:
        what += f"; of {sums[0][0]} {sums[0][1]:.1%} of the sum (limit {MAX_SUM_SHARE:.0%})"
    fix = "repair what is listed here and deliver the file again; the last good load stays served"
    first = Finding("VAL-100", what, name, fix, number=n_bad)
    raise ValuesError.of([first, *(Finding(f.code, f.what, f.where, f.fix, "error", f.number) for f in reasons)])


# --- three tables ----------------------------------------------------------------------------------------------------


def _split(
    con: duckdb.DuckDBPyConnection,
    raw: RawFrame,
    bad: str | None,
    pseudo_words: Sequence[Word],
    source_id: str,
    delivery_sha: str,
    known: set[str] | None,
) -> tuple[str, str, str]:
    """Accepted, quarantine and pseudo tables. The raw table itself is the accepted one where nothing is taken out."""
    quarantine = create(con, f"{raw.table}__quarantine", QUARANTINE)
    pseudo = create(con, f"{raw.table}__pseudo", RAW)
    if not bad and not pseudo_words:
        return raw.table, quarantine, pseudo
    con.register("_pseudo", pd.DataFrame({"area": [word.text for word in pseudo_words]}, dtype="str"))
    kept = f'rowid NOT IN (SELECT id FROM "{bad}")' if bad else "true"
    of_pseudo = "area IN (SELECT area FROM _pseudo)"
    accepted = f"{raw.table}__accepted"
    con.execute(
        f'CREATE OR REPLACE TABLE "{accepted}" AS SELECT * FROM "{raw.table}" WHERE {kept} AND NOT ({of_pseudo})'
    )
    con.execute(f'INSERT INTO "{pseudo}" SELECT * FROM "{raw.table}" WHERE {kept} AND {of_pseudo}')
    con.unregister("_pseudo")
    if bad:
        con.register("_known", pd.DataFrame({"measure": sorted(known or ())}, dtype="str"))
        shown = "r.measure IN (SELECT measure FROM _known)" if known is not None else "true"
        con.register("_reasons", pd.DataFrame({"code": list(REASONS), "reason": list(REASONS.values())}, dtype="str"))
        con.execute(
            f"""
            INSERT INTO "{quarantine}"
            SELECT ?, ?, r.part, r.row,
                   CASE WHEN regexp_full_match(r.area, '(GM|WK|BU)[0-9][0-9A-Z]{{1,7}}') THEN r.area END,
                   CASE WHEN regexp_full_match(r.period, '[0-9]{{4}}(-?[QW]?[0-9]{{1,2}})?') THEN r.period END,
                   CASE WHEN {shown} OR regexp_full_match(r.measure, '[A-Z]{{0,4}}[0-9]{{1,4}}([.][0-9]{{1,3}}){{0,3}}')
                        THEN r.measure END,
                   CASE WHEN abs(r.value) <= {rows.MAX_COUNT} THEN r.value END, b.code, m.reason
            FROM "{bad}" b JOIN "{raw.table}" r ON r.rowid = b.id JOIN _reasons m ON m.code = b.code
            ORDER BY r.part, r.row
            """,
            [source_id, delivery_sha],
        )
        con.unregister("_reasons")
        con.unregister("_known")
        con.execute(f'DROP TABLE "{bad}"')
    return accepted, quarantine, pseudo
