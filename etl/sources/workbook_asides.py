"""What a workbook holds besides the sheet that is read: comments, properties, drawings, other sheets.

The file is kept as it came in, so a name in a comment is kept with it. Nothing here decides: it yields texts with their
place for the personal data gate.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
from defusedxml import ElementTree

from config.errors import StructureError
from etl.frames import cell_place
from etl.sources import workbook

#: More cells of a sheet that nobody reads are not looked at: a workbook of that size is refused for its own rows.
MAX_CELLS = 2_000_000
_PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml")
_DAYS = ("created", "modified", "lastPrinted")


def texts(path: Path, name: str) -> Iterator[tuple[str, str]]:
    """Place and text of every property, comment and text box, in any sheet.

    Raises:
        StructureError: FILE-106.
    """
    try:
        with zipfile.ZipFile(path) as archive, closing(workbook.open_book(path, name)) as book:
            members = archive.namelist()
            for member in (one for one in _PROPERTIES if one in members):
                for element in ElementTree.fromstring(archive.read(member)).iter():
                    tag = element.tag.rpartition("}")[2]
                    if element.text and element.text.strip() and tag not in _DAYS:
                        yield f"{name}, property `{element.get('name') or tag}`", element.text
            titles = _titles(archive, book)
            for member in members:
                if re.match(r"xl/(comments|threadedComments)/?[^/]*\.xml$", member):
                    yield from _comments(archive, member, name, titles.get(member, ""))
                elif re.match(r"xl/drawings/[^/]*\.xml$", member):
                    drawn = _all_text(ElementTree.fromstring(archive.read(member)))
                    yield f"{name} {titles.get(member, '')}, text box".replace(" ,", ","), drawn
    except (*workbook.UNREADABLE,):
        raise workbook.damaged(name) from None


def _comments(archive: zipfile.ZipFile, member: str, name: str, title: str) -> Iterator[tuple[str, str]]:
    for element in ElementTree.fromstring(archive.read(member)).iter():
        if element.tag.rpartition("}")[2] in ("comment", "threadedComment"):
            cell = element.get("ref", "")
            yield f"{name} {title}!{cell}, comment", _all_text(element)


def _all_text(element: Any) -> str:
    return " ".join(text.strip() for text in element.itertext() if text.strip())


def _titles(archive: zipfile.ZipFile, book: Any) -> dict[str, str]:
    """Part of the file (comments, drawing) -> title of the sheet it belongs to."""
    found: dict[str, str] = {}
    for sheet in book.worksheets:
        place = sheet._worksheet_path.lstrip("/")
        folder, file = posixpath.split(place)
        relations = f"{folder}/_rels/{file}.rels"
        if relations in archive.namelist():
            for relation in ElementTree.fromstring(archive.read(relations)):
                target = relation.get("Target", "")
                whole = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
                found[whole] = sheet.title
    return found


def other_sheets(path: Path, name: str, read: str) -> Iterator[tuple[str, bool, pd.DataFrame]]:
    """Title, is hidden, and cells of every sheet but the one that is read.

    The frame has `row` and a text column c1, c2, … for each column of the sheet.

    Raises:
        StructureError: FILE-106; FILE-107 more cells than are looked at.
    """
    with closing(workbook.open_book(path, name)) as book:
        for sheet in book.worksheets:
            if sheet.title == read:
                continue
            cells: list[tuple[int, int, str]] = []
            for _, found in workbook.rows_of(book, sheet, name):
                for cell in found:
                    text = workbook.as_text(cell["value"])
                    if text is not None and cell["column"] <= workbook.MAX_COLUMNS:
                        cells.append((cell["row"], cell["column"], text))
                if len(cells) > MAX_CELLS:
                    what = f"over {MAX_CELLS:,} cells in a sheet that is not read"
                    where = cell_place(name, sheet.title, 1)
                    raise StructureError("FILE-107", what, where=where, fix="deliver the sheet with the figures only")
            if cells:
                frame = pd.DataFrame(cells, columns=["row", "at", "text"]).astype({"text": object})
                wide = frame.pivot_table(index="row", columns="at", values="text", aggfunc="first")
                wide.columns = [f"c{position}" for position in wide.columns]
                yield sheet.title, sheet.sheet_state != "visible", wide.reset_index()
