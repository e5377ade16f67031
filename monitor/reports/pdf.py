"""From the content of a report to PDF, with Typst: tagged for screen readers (PDF/UA-1), the same bytes each time."""

from __future__ import annotations

import datetime as dt
import json
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

#: Sizes of the letters that are tried until the report fits its pages, the largest first.
_SCALES = (1.16, 1.08, 1.0, 0.94, 0.88, 0.82, 0.76)
PAGES = 2


def pdf_of(content: dict[str, Any], made: dt.datetime) -> bytes:
    """The report as PDF.

    Args:
        content: see `monitor.reports.content.area_report`.
        made: when the snapshot was made; the date of the file, so that the same figures give the same bytes.

    Returns:
        The file; two pages, more only where the smallest letters do not fit.
    """
    import typst

    moment = made.astimezone(dt.UTC).replace(microsecond=0)
    template = (files("monitor.reports") / "area.typ").read_bytes()
    with as_file(files("fontpkg_inter") / "files") as fonts:
        for scale in _SCALES:
            inputs = {"content": json.dumps(content, ensure_ascii=False), "scale": str(scale)}
            given: dict[str, Any] = {
                "font_paths": [str(Path(fonts))], "ignore_system_fonts": True, "sys_inputs": inputs,
            }  # fmt: skip
            (n_pages,) = json.loads(typst.query(template, "<pages>", field="value", **given))
            if n_pages <= PAGES or scale == _SCALES[-1]:
                return bytes(typst.compile(template, pdf_standards=["ua-1"], timestamp=moment, **given))
    raise AssertionError("unreachable: the last scale returns")
