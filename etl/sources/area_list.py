"""Lists that name areas: a CBS list (WijkenEnBuurten.csv of a StatLine table) or the police areas.txt.

A list names areas that the boundaries do not have, so that what is missing is seen. The police list also has outlines:
`code,name|lat,lon|lat,lon|…`, latitude first, codes without WK and leading zeros, `^` before a new ring.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from config.errors import AreasError
from config.model import AREA_CODE
from etl.geometry import mend

POLICE_LINE = re.compile(r"^\d{3,8},[^|]*(\|-?\d|$)")
FORMATS = "a CBS list with the columns Key and Title, or the police areas.txt (`code,name|lat,lon|…`)"


@dataclass(frozen=True)
class AreaList:
    """Areas of one municipality by code. `frame`: area_code, area_name, geometry (EPSG:4326, or None)."""

    name: str
    frame: pd.DataFrame
    skipped: dict[str, int] = field(default_factory=dict)  # reason -> rows


def read_area_list(path: Path, *, name: str, municipality_code: str, where: str) -> AreaList:
    """Read the areas of one municipality; rows of others are skipped and counted.

    Raises:
        AreasError: not found, another format, a line that cannot be read, `<` in a name, none of this municipality.
    """
    if not path.is_file():
        raise AreasError("GEO-001", f"{name}: not found", where=where, fix=f"put the list there: {FORMATS}")
    text = _decoded(path.read_bytes())
    is_police = bool(POLICE_LINE.match(text.split("\n", 1)[0]))
    entries = _police(text, name, municipality_code) if is_police else _cbs(text, name)
    rows: list[dict[str, object]] = []
    codes: set[str] = set()
    others = 0
    for place, code, title, geometry in entries:
        if code[2:6] != municipality_code[2:] and code[2:6] != "0000":
            others += 1
            continue
        if "<" in title:
            raise AreasError("GEO-018", f"{place} {code}: `<` in a name", where=place, fix="write it as plain text")
        codes.add(code)
        rows.append({"area_code": code, "area_name": title, "geometry": geometry})
    if not any(code[2:6] == municipality_code[2:] for code in codes):
        what = f"{name}: no area of {municipality_code} among {others} areas"
        raise AreasError("GEO-106", what, where=where, fix="use a list that holds your municipality, or leave it out")
    frame = pd.DataFrame(rows, columns=["area_code", "area_name", "geometry"]).drop_duplicates("area_code")
    return AreaList(name, frame.reset_index(drop=True), {"other municipality": others} if others else {})


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _title(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


Entry = tuple[str, str, str, BaseGeometry | None]  # place, code, title, outline


def _cbs(text: str, name: str) -> Iterator[Entry]:
    """Rows of Key and Title, both padded; a description may run over several lines inside its quotes."""
    header = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if header.count(";") > header.count(",") else ",")
    columns = [column.strip().lower() for column in next(reader, [])]
    if "key" not in columns or "title" not in columns:
        raise AreasError("GEO-103", f"{name}: not read as a list of areas", where=f"{name}:1", fix=f"give {FORMATS}")
    key, title = columns.index("key"), columns.index("title")
    for row in reader:
        if len(row) <= max(key, title):
            continue
        code = row[key].strip()
        if AREA_CODE.match(code):
            yield f"{name}:{reader.line_num}", code, _title(row[title]), None


def _police(text: str, name: str, municipality_code: str) -> Iterator[Entry]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        head, *points = line.split("|")
        digits, _, title = head.partition(",")
        if not digits.strip().isdigit():
            raise AreasError("GEO-103", f"{place}: no area code", where=place, fix="a line is `code,name|lat,lon|…`")
        yield place, police_code(digits.strip(), municipality_code), _title(title), _outline(points, place)


def police_code(digits: str, municipality_code: str) -> str:
    """The CBS code of a police code without prefix and leading zeros: 50311 is WK050311, 6030221 is BU06030221.

    1400 may be wijk 001400 and 140001 buurt 00140001: the reading that fits the municipality goes first.
    """
    as_district, as_neighbourhood = digits.zfill(6), digits.zfill(8)
    if len(as_district) == 6 and as_district.startswith(municipality_code[2:]):
        return "WK" + as_district
    if as_neighbourhood.startswith(municipality_code[2:]):
        return "BU" + as_neighbourhood
    return ("WK" + as_district) if len(digits) <= 6 else ("BU" + as_neighbourhood)


def _outline(points: list[str], place: str) -> BaseGeometry | None:
    """Rings of `lat,lon`; a ring inside another is a hole, a ring beside it a second part."""
    rings: list[list[tuple[float, float]]] = [[]]
    for position, point in enumerate(points):
        for turn, pair in enumerate(point.split("^")):
            if turn:
                rings.append([])
            latitude, separator, longitude = pair.partition(",")
            try:
                rings[-1].append((float(longitude), float(latitude)))
            except ValueError:
                what = f"{place}: point {position + 1} is no `lat,lon`" + ("" if separator else " (no comma)")
                raise AreasError("GEO-103", what, where=place, fix="points are degrees: 52.0101,4.36921") from None
    shape: BaseGeometry = shapely.Polygon()
    for ring in rings:
        if len(ring) >= 3 and (polygon := mend(shapely.Polygon(ring))[0]) is not None:
            shape = shape.symmetric_difference(polygon)
    return mend(shape)[0] if not shape.is_empty else None
