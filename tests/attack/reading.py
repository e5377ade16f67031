"""Read an answer of a server as somebody would who looks for counts in it: unpacked, decoded, in any notation."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import duckdb
import numpy as np
import pandas as pd

#: A moment of making, which differs between two runs and says nothing.
_MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)?")
#: Whole numbers from 1,000: 7919, 7.919, 7,919, 7 919, 7919.0.
_LARGE = re.compile("(?<![\\w.#])(?:\\d{1,3}(?:[.,\u00a0\u202f\u2009 ]\\d{3})+|\\d{4,7})(?!\\w)(?![.,](?!0(?!\\d))\\d)")
_LONG = re.compile(r"(?<![\w.])\d+\.\d{5,}")
#: "aantal: 3", "number: 3" in a tooltip or label.
_COUNTED = re.compile(r"(?:aantal|number): (\d+)(?![\d.,]*\d)", re.IGNORECASE)


def readable(body: bytes) -> str:
    """A body as text: archives and workbooks unpacked, Parquet as lines, typed arrays of figures as numbers."""
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return "\n".join(f"== {name}\n{readable(packed.read(name))}" for name in packed.namelist())
    if body[:4] == b"PAR1":
        return _parquet(body)
    if body[:4] == b"%PDF":
        return _MOMENT.sub("(moment)", _pdf(body))
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return f"binary {len(body)} {hashlib.sha256(body).hexdigest()}"
    if text[:1] in ("{", "["):
        text = json.dumps(_decoded(json.loads(text)), ensure_ascii=False)
    return _MOMENT.sub("(moment)", text)


def _pdf(body: bytes) -> str:
    """What its streams hold, unpacked; text stands there as glyphs: two files can be compared, not read."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL)
    texts = [_inflated(part).decode("latin-1") for part in parts]
    return "\n".join(text for text in texts if "<?xpacket" not in text)  # the packet of moments and ids


def _inflated(part: bytes) -> bytes:
    try:
        return zlib.decompress(part)
    except zlib.error:
        return part


def _parquet(body: bytes) -> str:
    with duckdb.connect() as con, tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(body)
        file.flush()
        rows = con.execute("SELECT * FROM read_parquet(?)", [file.name]).df().to_csv(index=False)
        words = con.execute("SELECT key::VARCHAR, value::VARCHAR FROM parquet_kv_metadata(?)", [file.name])
        return _MOMENT.sub("(moment)", rows + "\n".join(map(str, words.fetchall())))


def _decoded(part: Any) -> Any:
    if isinstance(part, dict):
        if "bdata" in part:
            return np.frombuffer(base64.b64decode(part["bdata"]), dtype=np.dtype(part["dtype"])).tolist()
        return {key: _decoded(value) for key, value in part.items()}
    return [_decoded(value) for value in part] if isinstance(part, list) else part


def large_numbers(text: str) -> set[int]:
    """Whole numbers of 1,000 and more, in Dutch and English notation."""
    return {int(re.sub(r"\D", "", found)) for found in _LARGE.findall(text)}


def long_numbers(text: str) -> set[str]:
    """Numbers with five decimals and more, to seven digits."""
    return {f"{float(found):.6e}" for found in _LONG.findall(text)}


# --- small counts -----------------------------------------------------------------------------------------------------


def small_counts(text: str, restricted: Collection[str]) -> list[str]:
    """Counts of 1 to 4 that an answer shows of a restricted indicator, in words.

    Looks where numbers of events stand: rows of a download, values of a map, tables on a page, tooltips of a chart.
    """
    found = [f"tooltip or label: {shown}" for shown in _COUNTED.findall(text) if _is_small(shown)]
    body = text.split("\n\n", 1)[-1]
    if body.startswith("== ") or "\narea_level," in body or body.startswith("municipality,area_level"):
        found += _in_lines(body, restricted)
    elif body.startswith("{"):
        content = json.loads(body)
        if "levels" in content:
            found += _in_map(content, restricted)
        elif "observations" in content:
            found += [str(row) for row in content["observations"] if _is_small_row(row, restricted)]
        else:
            found += [f"table {cell}" for cell in _in_tables(content) if _is_small(cell)]
    return found


def _is_small(shown: Any) -> bool:
    if isinstance(shown, str):
        return re.fullmatch(r"[1-4](?:[.,]0)?", shown) is not None
    return shown is not None and 0 < shown < 5


def _is_small_row(row: Mapping[str, Any], restricted: Collection[str]) -> bool:
    counted = [row["numerator"]] + ([row["value"]] if row["unit"] == "count" else [])
    return row["indicator"] in restricted and any(_is_small(number) for number in counted)


def _in_lines(body: str, restricted: Collection[str]) -> list[str]:
    """Rows of a CSV, also one of those in an archive."""
    found = []
    for part in re.split(r"^== .*$", body, flags=re.MULTILINE):
        if part.strip().startswith("municipality,area_level"):
            rows = pd.read_csv(io.StringIO(part.strip().split("\n(")[0])).to_dict("records")
            found += [str(row) for row in rows if _is_small_row(row, restricted)]
    return found


def _in_map(content: Mapping[str, Any], restricted: Collection[str]) -> list[str]:
    if content["indicator"] not in restricted:
        return []
    found = []
    for level, kinds in content["levels"].items():
        for kind, block in kinds.items():
            for code, series in zip(block["codes"], block["series"], strict=True):
                numbers = np.cumsum([step or 0 for step in series["numerator"]])
                found += [f"{level} {kind} {code}: {number}" for number in numbers if 0 < number < 5]
    return found


def map_numbers(text: str) -> set[int]:
    """The counts that a map holds, added up from their steps."""
    content = json.loads(text.split("\n\n", 1)[-1])
    found: set[int] = set()
    for kinds in content["levels"].values():
        for block in kinds.values():
            for series in block["series"]:
                found |= {int(number) for number in np.cumsum([step or 0 for step in series["numerator"]])}
    for cell in content["municipality"].values():
        found |= {int(number) for number in cell[1:5] if number is not None}
    return found


def _in_tables(content: Any) -> Iterator[str]:
    """Cells below the head "Aantal" or "Number" of any table of a page."""
    for part in walk(content):
        if part.get("type") != "Table":
            continue
        lines = [
            [text_of(cell) for cell in walk(row) if cell.get("type") in ("Td", "Th")]
            for row in walk(part)
            if row.get("type") == "Tr"
        ]
        for place, head in enumerate(lines[0] if lines else ()):
            if head in ("Aantal", "Number"):
                yield from (line[place] for line in lines[1:] if len(line) > place)


def text_of(part: Any) -> str:
    """The text of a component and all in it."""
    if isinstance(part, dict):
        return text_of(part.get("props", {}).get("children"))
    if isinstance(part, list):
        return "".join(text_of(one) for one in part)
    return "" if part is None else str(part)


def walk(part: Any) -> Iterator[dict[str, Any]]:
    """Every object inside, outermost first."""
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from walk(value)
    elif isinstance(part, list):
        for value in part:
            yield from walk(value)
