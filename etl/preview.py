"""How a file would be read: columns and their roles, periods, what is unknown, the first rows in our words.

For every kind of source, with the adapter that a load would use; changes nothing and keeps nothing. Words that are not
mapped are shown only where they look like labels (they occur in several rows and hold no long number), because a file
under preview may still be about persons.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from config.errors import Finding, UsageError
from config.model import Source, TabularSource
from etl.calendar import parse
from etl.conform import feeds
from etl.contract_rows import CATEGORY_CODE, is_unknown_place
from etl.frames import RawFrame, work_connection
from etl.intake import categories_of
from etl.personal_data_columns import check_file_name, check_raw
from etl.reading import adapter

if TYPE_CHECKING:
    from config.load import Configured
    from etl.areas import AreaTree

FIRST_ROWS = 5
#: A word is shown when so many rows hold it, and at most so many words are.
LABEL_ROWS, MOST_WORDS = 3, 15
_LABEL = re.compile(r"^(?!.*\d{5})[^@<>]{1,40}$")
_CODE = re.compile(r"^(GM|WK|BU)[0-9][0-9A-Z]{1,7}$")


@dataclass(frozen=True)
class ColumnUse:
    """A column of the file and what it is read as."""

    position: int
    name: str
    role: str  # area, period, category, count, value, lower, upper, an indicator or topic; "not read"


@dataclass(frozen=True)
class Preview:
    """What a load would make of a file, before any limit is applied."""

    name: str
    source_id: str
    kind: str
    rows_read: int
    rows_skipped: dict[str, int]
    columns: tuple[ColumnUse, ...]
    period_types: dict[str, tuple[str, str, int]]  # type -> first, last, how many
    unreadable_periods: int  # rows
    unknown_areas: dict[str, int]  # code -> rows; texts that are no code are counted under "(no code)"
    unknown_categories: dict[str, int]  # word -> rows; words that are not shown are counted under "(other words)"
    unused_categories: int  # known, but no indicator in use is fed by them
    first_rows: tuple[tuple[str, str, str, str], ...]  # area, period, indicator, number or mark
    findings: tuple[Finding, ...]

    def record(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)

    def text(self) -> str:
        """For a terminal."""
        lines = [f"{self.name}, read as {self.source_id} ({self.kind}): {self.rows_read:,} rows"]
        lines += [f"  skipped: {number:,} ({reason})" for reason, number in self.rows_skipped.items()]
        lines += ["", "columns", *(f"  {use.position:>3}  {use.name}  ->  {use.role}" for use in self.columns)]
        lines += ["", "periods"]
        for period_type, (first, last, number) in self.period_types.items():
            lines.append(f"  {number} of type {period_type}, {first} to {last}")
        if self.unreadable_periods:
            lines.append(f"  {self.unreadable_periods:,} rows without a readable period")
        lines += _block("unknown areas", self.unknown_areas) + _block("unknown categories", self.unknown_categories)
        if self.unused_categories:
            lines += ["", f"{self.unused_categories} known categories feed no indicator in use"]
        lines += ["", "first rows: area, period, indicator, number"]
        lines += [f"  {area}  {period}  {indicator}  {number}" for area, period, indicator, number in self.first_rows]
        return "\n".join(lines)


def _block(title: str, counted: Mapping[str, int]) -> list[str]:
    if not counted:
        return []
    return ["", f"{title} (rows)", *(f"  {word}  {number:,}" for word, number in counted.items())]


def preview_file(configured: Configured, tree: AreaTree, path: Path, *, source_id: str | None = None) -> Preview:
    """Preview a file as one of the municipality's sources.

    Args:
        source_id: read it as this source; None: the one whose `path` fits the name.

    Raises:
        UsageError: no source fits, or several do. FixableError: what a load would refuse while reading.
    """
    source = _source_for(configured, path, source_id)
    return preview(
        work_connection(),
        source,
        path,
        name=path.name,
        areas=tree,
        categories=categories_of(configured, source),
        mapping=feeds(source, configured.indicators),
    )


def _source_for(configured: Configured, path: Path, source_id: str | None) -> Source:
    sources = configured.municipality.sources
    known = ", ".join(source.id for source in sources)
    if source_id is not None:
        for source in sources:
            if source.id == source_id:
                return source
        raise UsageError("CLI-006", f"no source `{source_id}`", where="--source", fix=f"use one of: {known}")
    fitting = [
        source
        for source in sources
        if fnmatch(path.name, Path(source.path).name) or path.resolve() == (configured.folder / source.path).resolve()
    ]
    in_folder = [source for source in fitting if path.resolve().match(f"{configured.folder.name}/{source.path}")]
    fitting = in_folder or fitting
    if len(fitting) != 1:
        what = f"{len(fitting)} sources have a path that fits {path.name}"
        raise UsageError("CLI-007", what, where="command line", fix=f"choose one with --source: {known}")
    return fitting[0]


def preview(
    con: duckdb.DuckDBPyConnection,
    source: Source,
    path: Path,
    *,
    name: str,
    areas: AreaTree,
    categories: Mapping[str, str] | None,
    mapping: pd.DataFrame,
) -> Preview:
    """Read a file with the adapter of its kind and describe the raw frame.

    Args:
        con: a work connection; the table `preview` is made in it and removed.
        categories: every category that the source's own list knows; None: no such list.
        mapping: which measures feed which indicator (`etl.conform.feeds`).

    Raises:
        FixableError: what a load would refuse while reading.
    """
    table = "preview"
    raw: RawFrame = adapter(source.kind).read(
        con, source, path, name=name, municipality_code=areas.municipality_code, table=table, areas=areas
    )
    check_file_name(name, source.id)
    check_raw(con, raw, name=name, known_codes=tuple(areas.names()))
    indicators = _indicators(mapping)
    words = _counts(con, table, "measure")
    known = _known(source, categories, indicators)
    periods = _counts(con, table, "period")
    readable = {text for text in periods if _is_period(text)}
    found = Preview(
        name=name,
        source_id=source.id,
        kind=source.kind,
        rows_read=raw.rows_read,
        rows_skipped=raw.skipped,
        columns=_columns(source, raw),
        period_types=_by_type(readable),
        unreadable_periods=sum(number for text, number in periods.items() if text not in readable),
        unknown_areas=_unknown_areas(_counts(con, table, "area"), areas),
        unknown_categories=_shown_words(
            {word: n for word, n in words.items() if known is not None and word not in known}
        ),
        unused_categories=sum(word not in indicators for word in words if known is None or word in known),
        first_rows=_first_rows(con, table, indicators),
        findings=raw.findings,
    )
    con.execute(f'DROP TABLE IF EXISTS "{table}"')
    return found


def _indicators(mapping: pd.DataFrame) -> dict[str, str]:
    """Measure -> the indicators it feeds, as shown."""
    grouped = mapping.groupby("measure").indicator.agg(", ".join) if len(mapping) else pd.Series(dtype="str")
    return {str(measure): str(names) for measure, names in grouped.items()}


def _known(source: Source, categories: Mapping[str, str] | None, indicators: Mapping[str, str]) -> set[str] | None:
    if isinstance(source, TabularSource):
        return set(source.fed)
    return None if categories is None else {*categories, *indicators}


def _counts(con: duckdb.DuckDBPyConnection, table: str, column: str) -> dict[str | None, int]:
    """Distinct words of a column, most frequent first."""
    rows = con.execute(f'SELECT {column}, count(*) AS n FROM "{table}" GROUP BY 1 ORDER BY n DESC, 1').fetchall()
    return dict(rows)


# --- columns ---------------------------------------------------------------------------------------------------------


def _columns(source: Source, raw: RawFrame) -> tuple[ColumnUse, ...]:
    """Every column of a file with its role; none for kinds that have no columns."""
    roles = {position: _role(role, source) for role, position in raw.columns.items()}
    return tuple(
        ColumnUse(position, column, roles.get(position, "not read"))
        for position, column in enumerate(raw.header, start=1)
    )


def _role(role: str, source: Source) -> str:
    if role == "measure":
        return "category"
    is_count = not isinstance(source, TabularSource) or source.columns.count is not None
    return "count" if role == "value" and is_count else role


# --- what is in it ---------------------------------------------------------------------------------------------------


def _is_period(text: str | None) -> bool:
    try:
        parse(text or "")
    except ValueError:
        return False
    return True


def _by_type(periods: Collection[str | None]) -> dict[str, tuple[str, str, int]]:
    found: dict[str, list[Any]] = {}
    for period in sorted((parse(text) for text in periods if text), key=lambda one: one.last_day):
        found.setdefault(str(period.period_type), []).append(period.text)
    return {period_type: (texts[0], texts[-1], len(texts)) for period_type, texts in found.items()}


def _unknown_areas(counted: Mapping[str | None, int], areas: AreaTree) -> dict[str, int]:
    unknown = {text: n for text, n in counted.items() if text not in areas and not is_unknown_place(text, areas)}
    codes = {text: n for text, n in unknown.items() if text and _CODE.match(text)}
    shown = dict(list(codes.items())[:MOST_WORDS])
    others = sum(codes.values()) - sum(shown.values())
    texts = sum(unknown.values()) - sum(codes.values())
    return {**shown, **({"(other codes)": others} if others else {}), **({"(no code)": texts} if texts else {})}


def _shown_words(counted: Mapping[str | None, int]) -> dict[str, int]:
    labels = {
        word: n
        for word, n in counted.items()
        if word and (CATEGORY_CODE.match(word) or (n >= LABEL_ROWS and _LABEL.match(word)))
    }
    shown = dict(list(labels.items())[:MOST_WORDS])
    others = sum(counted.values()) - sum(shown.values())
    return {**shown, **({"(other words)": others} if others else {})}


def _first_rows(
    con: duckdb.DuckDBPyConnection, table: str, indicators: Mapping[str, str]
) -> tuple[tuple[str, str, str, str], ...]:
    """The first rows that feed an indicator, as a load would store them."""
    con.register(
        "_feeding", pd.DataFrame({"measure": list(indicators), "indicator": list(indicators.values())}, dtype="str")
    )
    rows = con.execute(
        f"""
        SELECT area, period, indicator, value, mark FROM "{table}" r JOIN _feeding f USING (measure)
        WHERE regexp_full_match(area, '(GM|WK|BU)[0-9][0-9A-Z]+') AND mark IS DISTINCT FROM 'invalid'
        ORDER BY r.part, r.row, indicator LIMIT {FIRST_ROWS}
        """
    ).fetchall()
    con.unregister("_feeding")
    return tuple(
        (area, period if _is_period(period) else "(no period)", indicator, mark if value is None else f"{value:g}")
        for area, period, indicator, value, mark in rows
    )
