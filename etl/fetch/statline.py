"""Tables of StatLine by OData: version 3 (police) and version 4 (Statistics Netherlands).

    version 3   <base>/<table>/TableInfos, DataProperties, Perioden, TypedDataSet; a row holds every topic of its cell.
                Pages of 10,000 rows by $top and $skip, or by `odata.nextLink` where the service gives it
    version 4   <base>/<table>/Properties, Dimensions, MeasureCodes, PeriodenCodes, Observations; a row holds one
                measure. Pages by `@odata.nextLink`

Only the rows of the municipality are asked. What comes is written as one CSV file in the form of version 3 (dimensions,
then topics under a name such as `AantalInwoners_5`), which the adapters read and DuckDB streams. A table that is
published anew while it is being fetched is fetched again from the start.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from config.errors import Finding, StructureError
from etl.fetch.client import Answer, Client, ServiceError
from etl.fetch.paging import Read, gather, is_page, refuse_other_number
from etl.fetch.work import Work
from etl.frames import work_connection
from etl.sources import odata_pages, table_file
from etl.sources.delimited import literal
from etl.storage import sync_file, sync_folder

#: Rows of a page of version 3: the most that the service gives at once.
PAGE_ROWS = 10_000
_GEO_KINDS = ("GeoDimension", "GeoDetail")
_NEXT = ("odata.nextLink", "@odata.nextLink")


@dataclass(frozen=True)
class Description:
    """What a service says of a table. `topics`: measure as it stands in the rows -> column in the form of version 3."""

    table: str
    version: int
    modified: str
    dimensions: dict[str, str]  # key -> kind
    topics: dict[str, str]
    n_periods: int | None

    @property
    def geo(self) -> str | None:
        return next((key for key, kind in self.dimensions.items() if kind in _GEO_KINDS), None)

    @property
    def time(self) -> str | None:
        return next((key for key, kind in self.dimensions.items() if kind == "TimeDimension"), None)


def version_of(base: str) -> int:
    """Version of OData that an address speaks."""
    return 3 if re.search(r"odata(feed|api)", base, re.IGNORECASE) else 4


def describe(client: Client, table: str) -> Description:
    """Ask what a table is: when it was published, its dimensions, topics and periods.

    Raises:
        ServiceError: no such table, or no answer.
    """
    if version_of(client.base) == 3:
        return _describe_v3(client, table)
    return _describe_v4(client, table)


def require(description: Description, dimensions: Sequence[str], topic: str | None, place: str) -> None:
    """Refuse a table that changed so much that its rows would not be read, before any row is asked.

    Args:
        dimensions: keys that it must have, beside areas. topic: base name of the column with figures; None: any.

    Raises:
        StructureError: NET-006, with all that lacks.
    """
    known = {key.casefold() for key in description.dimensions}
    lacking = [key for key in dimensions if key.casefold() not in known]
    if description.geo is None:
        lacking.append("a dimension with areas (WijkenEnBuurten or RegioS)")
    pattern = re.compile(rf"{topic or '.+'}(_\d+)?", re.IGNORECASE)
    if not any(pattern.fullmatch(column) for column in description.topics.values()):
        lacking.append(f"{topic}_1" if topic else "any topic")
    if lacking:
        what = f"table {description.table} has changed: it lacks {', '.join(lacking)}"
        fix = "look at the publisher which table has these figures now, and set `table` of this source"
        raise StructureError("NET-006", what, where=place, fix=fix)


def fetch_table(
    client: Client, description: Description, codes: Sequence[str], work: Work, target: Path
) -> tuple[int, tuple[Finding, ...]]:
    """Fetch the rows of these municipalities and write them as one CSV file.

    Args:
        codes: such as GM0153. work: pages got so far; empty it when the file is in its place.
        target: the file; whole when this returns, and not there before.

    Returns:
        Number of rows, and findings.

    Raises:
        ServiceError: no answer; NET-008 another number of rows than the service counts; NET-012 none at all.
        StructureError: a page that is no page of this table.
    """
    _gather(client, description, codes, work)
    if not work.rows:
        work.clear()
        what = f"table {description.table} has no rows of {', '.join(codes)}"
        raise ServiceError("NET-012", what, where=client.base, fix="check `code` and the table of this source")
    part = target.with_name(f".{target.name}.part")
    try:
        rows, periods = _write(work, description, part)
        sync_file(part)
        os.replace(part, target)
        sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)
    return rows, _missing_periods(description, periods, target.name)


# --- what a table is -------------------------------------------------------------------------------------------------


def _describe_v3(client: Client, table: str) -> Description:
    def rows(resource: str) -> list[dict[str, Any]]:
        return list(client.json(client.address(f"{table}/{resource}", _format="json"), shape=is_page)["value"])

    info = rows("TableInfos")
    properties = rows("DataProperties")
    kinds = {str(row.get("Key") or ""): str(row.get("Type") or "") for row in properties}
    dimensions = {key: kind for key, kind in kinds.items() if key and kind.endswith(("Dimension", "GeoDetail"))}
    topics = {key: key for key, kind in kinds.items() if key and kind == "Topic"}
    time = next((key for key, kind in dimensions.items() if kind == "TimeDimension"), None)
    periods = len(rows(time)) if time else None
    modified = str(info[0].get("Modified") or "") if info else ""
    return Description(table, 3, modified, dimensions, topics, periods)


def _describe_v4(client: Client, table: str) -> Description:
    def rows(resource: str) -> list[dict[str, Any]]:
        found, address = [], client.address(f"{table}/{resource}")
        for _ in range(100):
            page = client.json(address, shape=is_page)
            found += page["value"]
            if not page.get("@odata.nextLink"):
                break
            address = client.follow(page["@odata.nextLink"], address)
        return found

    properties = client.json(client.address(f"{table}/Properties"))
    dimensions = {str(row.get("Identifier")): str(row.get("Kind")) for row in rows("Dimensions")}
    measures = [row for row in rows("MeasureCodes") if row.get("DataType") != "String"]  # names are no figures
    topics = {
        str(row.get("Identifier")).strip(): _column(str(row.get("Title") or ""), place)
        for place, row in enumerate(measures, start=1)
    }
    time = next((key for key, kind in dimensions.items() if kind == "TimeDimension"), None)
    periods = len(rows(f"{time}Codes")) if time else None
    return Description(table, 4, str(properties.get("Modified") or ""), dimensions, topics, periods)


def _column(title: str, place: int) -> str:
    """The name that version 3 gives a topic: `Aantal inwoners` is AantalInwoners_5, `0 tot 15 jaar` k_0Tot15Jaar_8."""
    words = re.findall(r"\w+", title)
    joined = "".join(word[:1].upper() + word[1:] for word in words) or "Topic"
    return f"{'k_' if joined[0].isdigit() else ''}{joined}_{place}"


# --- pages -----------------------------------------------------------------------------------------------------------


def _gather(client: Client, description: Description, codes: Sequence[str], work: Work) -> None:
    """Every page of the rows, as many as the service counts."""
    chosen = _filter(description, codes)
    resource = f"{description.table}/{'TypedDataSet' if description.version == 3 else 'Observations'}"
    if description.version == 3:
        first = client.address(resource, _filter=chosen, _format="json", _top=PAGE_ROWS, _skip=0)
    else:
        first = client.address(resource, _filter=chosen)

    def read(data: Any, answer: Answer) -> Read:
        rows = len(data["value"])
        follows = next((str(data[key]) for key in _NEXT if data.get(key)), None)
        if follows is None and description.version == 3 and rows == PAGE_ROWS:
            follows = _skipped(answer.address, rows)
        return Read(rows, follows)

    expected = _count(client, resource, chosen)
    gather(client, work, first, read, shape=is_page)
    refuse_other_number(work, expected, first)


def _skipped(address: str, rows: int) -> str:
    """The same question, one page further."""
    return re.sub(r"(?<=\$skip=)\d+", lambda found: str(int(found[0]) + rows), address)


def _filter(description: Description, codes: Sequence[str]) -> str:
    levels = [f"{level}{code[2:]}" for code in codes for level in ("GM", "WK", "BU")]
    return " or ".join(f"startswith({description.geo},'{start}')" for start in levels)


def _count(client: Client, resource: str, chosen: str) -> int | None:
    """Number of rows, as the service counts them; None where it cannot count."""
    try:
        address = client.address(f"{resource}/$count", _filter=chosen)
        counted = client.get(address, lambda answer: answer.content.decode("utf-8-sig").strip())[1]
    except ServiceError as error:
        if error.findings[0].code in ("NET-002", "NET-004"):
            return None  # not every service counts; then the pages alone say when they end
        raise
    return int(counted) if counted and counted.isdigit() else None


# --- the file --------------------------------------------------------------------------------------------------------


def _write(work: Work, description: Description, path: Path) -> tuple[int, int]:
    """Write the rows of all pages; returns rows and distinct periods. One page is in memory at a time."""
    opened = odata_pages.open_pages(work.pages_folder, description.table)
    if description.version == 4:
        return _write_wide(opened, description, path)
    rows, periods = 0, set()
    time = opened.header.index(description.time) if description.time in opened.header else None
    assert opened.rows is not None
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(opened.header)
        for _, _, cells in opened.rows():
            writer.writerow(cells)
            rows += 1
            if time is not None:
                periods.add(cells[time])
    return rows, len(periods)


def _write_wide(opened: table_file.Table, description: Description, path: Path) -> tuple[int, int]:
    """Observations (one measure a row) as rows with every measure; what has no value stays empty.

    Raises:
        StructureError: NET-006, a column lacks, or two values stand for one cell.
    """
    dimensions = [key for key in description.dimensions if key in opened.header]
    needed = [*description.dimensions, "Measure", "Value"]
    lacking = [key for key in needed if key not in opened.header]
    if lacking:
        what = f"table {description.table} has changed: its rows lack {', '.join(lacking)}"
        raise StructureError(
            "NET-006", what, where=description.table, fix="wait for an update of Buurtbeeld, or use CSV"
        )
    at = {key: f"c{opened.header.index(key) + 1}" for key in needed}
    with work_connection() as con:
        opened.load(con, "seen", [opened.header.index(key) + 1 for key in needed])
        values = ", ".join(
            f"max(CASE WHEN trim({at['Measure']}) = {literal(measure)} THEN {at['Value']} END) AS {_quoted(column)}"
            for measure, column in description.topics.items()
        )
        keys = ", ".join(at[key] for key in dimensions)
        _refuse_double(con, keys, at["Measure"], description.table)
        named = ", ".join(f"{at[key]} AS {_quoted(key)}" for key in dimensions)
        con.execute(
            f"""COPY (SELECT {named}, {values} FROM seen GROUP BY {keys} ORDER BY {keys})
            TO {literal(str(path))} (DELIMITER ';', HEADER)"""
        )
        rows = int(con.execute("SELECT count(*) FROM seen").fetchall()[0][0])
        time = at.get(description.time or "")
        periods = int(con.execute(f"SELECT count(DISTINCT {time}) FROM seen").fetchall()[0][0]) if time else 0
    return rows, periods


def _refuse_double(con: duckdb.DuckDBPyConnection, keys: str, measure: str, table: str) -> None:
    found = con.execute(f"SELECT count(*) FROM seen GROUP BY {keys}, {measure} HAVING count(*) > 1 LIMIT 1").fetchall()
    if found:
        what = f"table {table} gives two values for one area, period and measure"
        raise StructureError("NET-006", what, where=table, fix="run the same command again; else tell the publisher")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _missing_periods(description: Description, periods: int, name: str) -> tuple[Finding, ...]:
    listed = description.n_periods
    if listed is None or description.time is None or periods >= listed:
        return ()
    what = f"table {description.table} lists {listed} periods; {periods} have rows of this municipality"
    fix = "nothing, unless the newest period lacks: then ask the publisher"
    return (Finding("NET-013", what, name, fix, "note", listed - periods),)
