"""Pages of an open-data service, kept as they came: JSON with the rows under `value`.

    v3: {"odata.metadata": "…", "value": [{"ID": 0, "SoortMisdrijf": "0.0.0 ", …}, …]}
    v4: {"@odata.context": "…", "value": [{…}, …]}

One page is a file; the pages of one table are a folder or a zip of such files, read in order of their names, and make
one delivery. Pages that say that more follow, while nothing follows, are refused: half a table looks like a fall.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from config.errors import StructureError
from etl.sources.table_file import Row, Table, of_rows

#: A page of 100,000 rows takes some 30 MB; limits of one page, of all pages of a zip, and of how far a zip may unpack.
MAX_PAGE_BYTES, MAX_BYTES, MAX_RATIO = 256 * 1024 * 1024, 8 * 1024**3, 200
_NEXT = ("odata.nextLink", "@odata.nextLink")
_DELIVER = "deliver the pages again, all of them, as the service gave them"

#: Name of a page, and what reads its bytes.
Page = tuple[str, Callable[[], bytes]]


def is_zip_of_pages(path: Path) -> bool:
    """A zip that holds JSON and no workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return False
    return "xl/workbook.xml" not in names and any(_is_page(name) for name in names)


def open_pages(path: Path, name: str) -> Table:
    """The table that a page, or a folder or zip of pages, holds. Its columns are those of all pages.

    Raises:
        StructureError: no pages, a page of another shape or cut off, more pages announced than there are.
    """
    pages = _pages(path, name)
    columns: dict[str, None] = {}
    follows = None
    for page, content in pages:
        records, follows = _read(name, page, content())
        for record in records:
            columns.update(dict.fromkeys(record))
    if follows:
        what = "the last page says that more rows follow, and no page follows"
        raise StructureError("FILE-016", what, where=_place(name, pages[-1][0]), fix=_DELIVER)
    if not columns:
        raise StructureError("FILE-003", "the pages hold no rows", where=name, fix=_DELIVER)
    header = list(columns)

    def rows() -> Iterator[Row]:
        for page, content in pages:
            records, _ = _read(name, page, content())
            part = page if len(pages) > 1 or page != name else None
            for number, record in enumerate(records, start=1):
                yield part, number, [_text(record.get(column)) for column in header]

    return of_rows(name, header, rows)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _pages(path: Path, name: str) -> list[Page]:
    if path.is_dir():
        files = sorted(file for file in path.rglob("*.json") if not file.name.startswith("."))
        pages: list[Page] = [(file.relative_to(path).as_posix(), file.read_bytes) for file in files]
    elif zipfile.is_zipfile(path):
        pages = _in_zip(path, name)
    else:
        pages = [(name, path.read_bytes)]
    if not pages:
        raise StructureError("FILE-048", "no JSON file in it", where=name, fix=_DELIVER)
    return pages


def _in_zip(path: Path, name: str) -> list[Page]:
    def content(member: str) -> Callable[[], bytes]:
        def read() -> bytes:
            with zipfile.ZipFile(path) as archive:
                return archive.read(member)

        return read

    with zipfile.ZipFile(path) as archive:
        entries = sorted((entry for entry in archive.infolist() if _is_page(entry.filename)), key=lambda e: e.filename)
    for entry in entries:
        parts = PurePosixPath(entry.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in entry.filename:
            what = f'entry "{entry.filename}" leaves the folder'
            raise StructureError("FILE-042", what, where=name, fix="pack the folder again, without such paths")
    total = sum(entry.file_size for entry in entries)
    largest = max((entry.file_size for entry in entries), default=0)
    if total > min(MAX_BYTES, MAX_RATIO * path.stat().st_size) or largest > MAX_PAGE_BYTES:
        what = f"unpacks to {total / 1024**2:.0f} MB; limits {MAX_BYTES // 1024**2} MB and {MAX_RATIO}x"
        raise StructureError("FILE-034", what, where=name, fix="deliver smaller pages")
    return [(entry.filename, content(entry.filename)) for entry in entries]


def _is_page(member: str) -> bool:
    parts = PurePosixPath(member).parts
    return member.endswith(".json") and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _place(name: str, page: str) -> str:
    return name if page == name else f"{name}/{page}"


def _read(name: str, page: str, content: bytes) -> tuple[list[dict[str, Any]], str | None]:
    """Records of a page, and the address of the next one."""
    where = _place(name, page)
    if len(content) > MAX_PAGE_BYTES:
        what = f"a page of {len(content) // 1024**2} MB; at most {MAX_PAGE_BYTES // 1024**2} MB"
        raise StructureError("FILE-043", what, where=where, fix="fetch the table in smaller pages")
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        what, place = "not readable as JSON; cut off on the way?", f"{where}:{error.lineno}:{error.colno}"
        raise StructureError("FILE-048", what, where=place, fix=_DELIVER) from None
    except (UnicodeDecodeError, RecursionError):
        what = "not readable as JSON (other encoding, or nested without end)"
        raise StructureError("FILE-048", what, where=where, fix=_DELIVER) from None
    records = data.get("value") if isinstance(data, dict) else None
    if not isinstance(records, list) or not all(_is_flat(record) for record in records):
        what = "this JSON is no page of rows (an object with a list of records under `value`)"
        fix = "deliver pages of the table as the service gives them (TypedDataSet or UntypedDataSet)"
        raise StructureError("FILE-048", what, where=where, fix=fix)
    follows = next((str(data[key]) for key in _NEXT if data.get(key)), None)
    return records, follows


def _is_flat(record: Any) -> bool:
    return isinstance(record, dict) and not any(isinstance(value, dict | list) for value in record.values())
