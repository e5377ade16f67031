"""The tables of a delivery of key figures, in whatever it came: text, cross table, pages, workbook, database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from config.errors import StructureError
from etl.sources import delimited, odata_pages, sheets, statline_export, table_file
from etl.sources.kwb_names import CODE_COLUMNS, NAME_COLUMNS, is_one_of
from etl.sources.statline_export import PERIOD_HEADING, TOPIC_HEADING, Export
from etl.sources.table_file import Row, Table


def open_tables(path: Path, name: str) -> list[Table]:
    """Every table with areas that a file holds; sheets of remarks are passed over.

    Raises:
        StructureError: not readable, or no table in it has a column of areas.
    """
    kind = table_file.format_of(path)
    if kind in ("json", "folder") or (kind == "zip" and odata_pages.is_zip_of_pages(path)):
        return [odata_pages.open_pages(path, name)]
    if kind == "sqlite":
        return _with_areas(sheets.open_database(path, name), name)
    if kind == "zip" and sheets.is_workbook(path):
        return _with_areas(sheets.open_workbook(path, name), name)
    text = delimited.scan(path, name)
    export = statline_export.recognise(text)
    if export is None:
        return [table_file.of_text(path, name)]
    return [_wide(export)]


def _with_areas(tables: list[Table], name: str) -> list[Table]:
    """Tables of which some column may hold areas; the first of all where none does, so that it is told what lacks."""
    found = [table for table in tables if any(is_one_of(said, CODE_COLUMNS + NAME_COLUMNS) for said in table.header)]
    if not tables:
        raise StructureError("FILE-003", "no table with rows in it", where=name, fix="deliver the file again")
    return found or tables[:1]


def _wide(export: Export) -> Table:
    """A cross table of areas by topics as one row an area and one column a topic.

    Raises:
        StructureError: other things than topics run along the top, or along the side.
    """
    place = f"{export.name}:{export.header_line}"
    topics = list(dict.fromkeys(cell.topic for cell in export.cells))
    area = next((name for name in export.dimensions if name not in (TOPIC_HEADING, PERIOD_HEADING)), None)
    rest = set(export.dimensions) - {TOPIC_HEADING, PERIOD_HEADING, area}
    if area is None or rest or not export.is_cross or TOPIC_HEADING not in export.dimensions:
        what = "this is an export of the StatLine web page, and no cross table of areas by topics"
        fix = "put areas in the rows and topics in the columns, or download the table with codes, as OData gives it"
        raise StructureError("FILE-045", what, where=place, fix=fix)
    at = {name: export.dimensions.index(name) for name in export.dimensions}
    has_period = PERIOD_HEADING in at

    def rows() -> Iterator[Row]:
        by_row: dict[tuple[str, str], dict[str, str]] = {}
        lines: dict[tuple[str, str], int] = {}
        for cell in export.cells:
            when = statline_export.period(cell.labels[at[PERIOD_HEADING]])[0] if has_period else ""
            key = (cell.labels[at[area]], when)
            by_row.setdefault(key, {})[cell.topic] = cell.text
            lines.setdefault(key, cell.line)
        for key, figures in by_row.items():
            first = [key[0], key[1]] if has_period else [key[0]]
            yield None, lines[key], [*first, *(figures.get(topic) for topic in topics)]

    named = ["Wijken en buurten", "Perioden"] if has_period else ["Wijken en buurten"]
    return table_file.of_rows(export.name, [*named, *topics], rows, header_line=export.header_line)
