"""Excel workbooks for tests: small ones from rows in sight, and parts that openpyxl cannot write."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import openpyxl

Rows = Iterable[Sequence[Any]]


def workbook(sheets: dict[str, Rows], change: Callable[[openpyxl.Workbook], object] | None = None) -> bytes:
    """The bytes of an .xlsx with these sheets; `change` may spoil the workbook before it is saved."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.properties.creator = ""
    if change:
        change(book)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def patched(data: bytes, member: str, pattern: str, replacement: str) -> bytes:
    """The same zip with a pattern replaced in one member; the pattern must occur."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in source.namelist():
            content = source.read(name)
            if name == member:
                changed = re.sub(pattern, replacement, content.decode("utf-8"))
                assert changed != content.decode("utf-8"), pattern
                content = changed.encode("utf-8")
            new.writestr(name, content)
    return target.getvalue()


def bomb(megabytes: int) -> bytes:
    """A workbook whose sheet unpacks to so many megabytes of nothing."""
    target = io.BytesIO()
    small = workbook({"Data": [["a"]]})
    with zipfile.ZipFile(io.BytesIO(small)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                new.writestr(name, source.read(name))
        with new.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(megabytes):
                sheet.write(b" " * 1_000_000)
    return target.getvalue()
