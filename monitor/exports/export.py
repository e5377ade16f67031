"""Write figures to a file or stream in one of four formats."""

from __future__ import annotations

import csv
import io
import json
import math
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal, cast, get_args

import duckdb
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from config.errors import NothingFound, UsageError
from config.load import Configured
from etl.snapshot import Snapshot
from monitor.exports.about import About, about, csvw
from monitor.exports.explain import COLUMNS as explain_columns
from monitor.exports.explain import lineages, lines, nested
from monitor.queries.areas import areas
from monitor.queries.indicators import indicators
from monitor.queries.lineage import Passport
from monitor.queries.observations import COLUMNS, Filters, count_observations, observations

Format = Literal["csv", "json", "parquet", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)

#: Rows of one download from the screen at most; the file then says that it is cut off.
LIMIT = 500_000

#: A spreadsheet reads a cell that starts with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Exported:
    """What was written."""

    n_rows: int
    notice: str


def export(
    snapshot: Snapshot,
    configured: Configured,
    filters: Filters,
    format: str,
    output: Path | BinaryIO,
    *,
    limit: int | None = None,
    with_metadata: bool = False,
    explain: bool = False,
) -> Exported:
    """Write the figures under these filters.

    Args:
        output: a file to make, or an open binary stream.
        limit: at most so many rows; the file's metadata says when rows were left out.
        with_metadata: CSV only: a zip of the CSV and its metadata (the other formats always carry theirs).
        explain: with the lineage of each figure: nested in JSON, a sheet of XLSX, a second file beside CSV and Parquet
            (`<output>.lineage.csv`). The figures themselves stay as they are.

    Raises:
        UsageError: the format or a filter is no valid word; too many figures to explain, or no place for a second file.
        NothingFound: no figure under these filters.
    """
    if format not in FORMATS:
        raise UsageError(
            "EXP-001", f"'{format}' is no export format", where="--format", fix=f"use one of {', '.join(FORMATS)}"
        )
    if explain and format in ("csv", "parquet") and not isinstance(output, Path):
        what = f"--explain writes a second file beside {format}"
        raise UsageError("EXP-005", what, where="--output", fix="give a file name with --output, or use --format json")
    frame, passport = _ask(snapshot, configured, filters, limit)
    told = lineages(snapshot.at(filters.vintage), frame) if explain else None
    if isinstance(output, Path):
        with output.open("wb") as stream:
            _write(frame, passport, cast(Format, format), stream, configured.slug, with_metadata, told)
        if told is not None and format in ("csv", "parquet"):
            with output.with_name(f"{output.name}.lineage.csv").open("w", encoding="utf-8", newline="") as file:
                _lines_csv(told, file)
    else:
        _write(frame, passport, cast(Format, format), output, configured.slug, with_metadata, told)
    return Exported(len(frame), passport.notice)


def _lines_csv(told: Sequence[Passport | None], file: IO[str]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(explain_columns)
    writer.writerows([csv_text(value) for value in line] for line in lines(list(told)))


def _ask(snapshot: Snapshot, configured: Configured, filters: Filters, limit: int | None) -> tuple[pd.DataFrame, About]:
    wrong = filters.problems()
    if wrong:
        word, why = wrong[0]
        raise UsageError(
            "EXP-002", why, where=f"--{word}", fix="correct the filter; `buurtbeeld export --help` lists them"
        )
    snapshot = snapshot.at(filters.vintage)
    frame = observations(snapshot, filters, limit=limit)
    if frame.empty:
        what, fix = _why_nothing(snapshot, filters)
        raise NothingFound("EXP-003", what, where=f"snapshot {snapshot.load_id} of {configured.slug}", fix=fix)
    notice = ""
    if limit is not None and len(frame) == limit:
        total = count_observations(snapshot, filters)
        if total > limit:
            notice = f"cut off: the first {limit:,} of {total:,} rows; narrow the filters or use `buurtbeeld export`"
    return frame, about(snapshot, frame, filters, notice=notice)


def _why_nothing(snapshot: Snapshot, filters: Filters) -> tuple[str, str]:
    """Which filter names something that does not exist here, and what to ask instead."""
    known = set(indicators(snapshot))
    strange = [name for name in filters.indicators if name not in known]
    if strange:
        return (
            f"indicator '{strange[0]}' is not in this snapshot",
            "indicators here: " + ", ".join(sorted(known)[:40]),
        )
    codes = {area.code for area in areas(snapshot)}
    lost = [code for code in filters.areas if code not in codes]
    if lost:
        return f"area '{lost[0]}' is not in this snapshot", f"use a code of the {len(codes)} areas of this municipality"
    return "no figure under these filters", "widen the period or leave a filter out"


def _write(
    frame: pd.DataFrame,
    passport: About,
    format: Format,
    stream: BinaryIO,
    name: str,
    with_metadata: bool,
    told: Sequence[Passport | None] | None,
) -> None:
    if format == "csv" and with_metadata:
        _write_zip(frame, passport, stream, name)
    elif format == "csv":
        _write_csv(frame, stream)
    elif format == "json":
        _write_json(frame, passport, stream, told)
    elif format == "parquet":
        _write_parquet(frame, passport, stream)
    else:
        _write_xlsx(frame, passport, stream, told)


# --- CSV -------------------------------------------------------------------------------------------------------------


def _write_csv(frame: pd.DataFrame, stream: BinaryIO) -> None:
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([csv_text(value) for value in row] for row in _rows(frame))
    text.detach()


def csv_text(value: Any) -> str:
    """A number with a dot, a text that no spreadsheet runs as a formula, nothing for what is missing."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return str(value)


def _write_zip(frame: pd.DataFrame, passport: About, stream: BinaryIO, name: str) -> None:
    """The same figures give the same bytes but for the moment of making: the archive itself holds a fixed date."""
    figures = f"{name}-{passport.snapshot}.csv"
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(zipfile.ZipInfo(figures, (1980, 1, 1, 0, 0, 0)), "w") as member:
            _write_csv(frame, cast(BinaryIO, member))
        entry = zipfile.ZipInfo(f"{figures}-metadata.json", (1980, 1, 1, 0, 0, 0))
        archive.writestr(entry, json.dumps(csvw(passport, figures), ensure_ascii=False, indent=2))


# --- JSON, Parquet, XLSX ---------------------------------------------------------------------------------------------


def _write_json(frame: pd.DataFrame, passport: About, stream: BinaryIO, told: Sequence[Passport | None] | None) -> None:
    head = json.dumps(passport.words(), ensure_ascii=False)
    stream.write(f'{{"metadata": {head},\n"observations": [\n'.encode())
    for place, row in enumerate(_rows(frame)):
        comma = ",\n" if place else ""
        figure = dict(zip(COLUMNS, row, strict=True))
        if told is not None:
            figure["lineage"] = nested(told[place])
        stream.write((comma + json.dumps(figure, ensure_ascii=False)).encode())
    stream.write(b"\n]}\n")


def _write_parquet(frame: pd.DataFrame, passport: About, stream: BinaryIO) -> None:
    con = duckdb.connect(":memory:")
    try:
        con.register("figures", frame)
        words = passport.words()
        # The keys are fixed words of ours; the texts are parameters.
        keys = ", ".join(f"{key}: ?" for key in words)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "figures.parquet"
            con.execute(
                f"COPY (SELECT {', '.join(COLUMNS)} FROM figures) TO '{path.as_posix()}' "
                f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{keys}}})",
                list(words.values()),
            )
            stream.write(path.read_bytes())
    finally:
        con.close()


def _write_xlsx(frame: pd.DataFrame, passport: About, stream: BinaryIO, told: Sequence[Passport | None] | None) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("figures")
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJKLMNOPQ", (14, 14, 13, 26, 9, 22, 16, *(12,) * 7, 15, 22, 11), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append(list(COLUMNS))
    for row in _rows(frame):
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    second = book.create_sheet("metadata")
    second.column_dimensions["A"].width = 22
    second.column_dimensions["B"].width = 100
    for key, value in (*passport.words().items(), *((f"column {key}", text) for key, text in passport.columns.items())):
        second.append([key, _xlsx_cell(second, value)])
    if told is not None:
        third = book.create_sheet("lineage")
        third.append(list(explain_columns))
        for line in lines(list(told)):
            third.append([_xlsx_cell(third, value) for value in line])
    buffer = io.BytesIO()
    book.save(buffer)
    stream.write(buffer.getvalue())


def _xlsx_cell(sheet: Any, value: Any) -> Any:
    """The workbook library takes a text that starts with `=` for a formula: such a cell is told to be text."""
    if isinstance(value, str) and value.startswith("="):
        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"
        return cell
    return value


def _rows(frame: pd.DataFrame) -> Iterator[Sequence[Any]]:
    """Rows of plain values; a missing cell is None, a year a whole number."""
    for row in frame.itertuples(index=False, name=None):
        yield tuple(_plain(value, column) for value, column in zip(row, COLUMNS, strict=True))


def _plain(value: Any, column: str) -> Any:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if column == "vintage":
        return int(value)
    return value.item() if hasattr(value, "item") else value
