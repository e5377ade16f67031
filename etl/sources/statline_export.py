"""Exports of the StatLine web page: a table as it stood on screen, with labels instead of codes.

Two shapes. A list: one header line (`"Soort misdrijf";"Perioden";"Wijken en buurten";"Geregistreerde misdrijven
(aantal)"`), one row a figure, columns in any order. A cross table: a title, a block of header lines that name what runs
along the top (`Onderwerp`, `Perioden`) and its members, a line with units, rows, and `Bron: CBS` at the end; also as
Excel saves it. Title lines above either are skipped. `*` behind a period means provisional.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from config.errors import StructureError
from etl.sources import delimited
from etl.sources.textfile import TextFile

#: Headings of columns with areas; `Plaatsen` are towns, not areas of the municipality.
AREA_HEADINGS = ("wijken en buurten", "regio's", "gemeenten", "plaatsen")
PERIOD_HEADING = "perioden"
TOPIC_HEADING = "onderwerp"
#: Headings that only an export of the web page has.
_ON_SCREEN = {*AREA_HEADINGS, "soort misdrijf", "soort overlast", "overlastregistraties"}
_DIMENSIONS = {*_ON_SCREEN, PERIOD_HEADING, TOPIC_HEADING, "overlast", "marges", "leeftijd", "geslacht"}
#: Lines that are looked at for a header, and the largest export that is read.
_LOOKED_AT, _MAX_BYTES = 12, 200 * 1024 * 1024
_MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One figure: where it stands, the labels it is under, and its text."""

    line: int
    labels: tuple[str, ...]  # one a dimension
    topic: str
    unit: str
    text: str


@dataclass(frozen=True)
class Export:
    """A recognised export. `dimensions` are headings in lower case, in the order of `Cell.labels`."""

    name: str
    dimensions: tuple[str, ...]
    header_line: int
    is_cross: bool
    cells: tuple[Cell, ...]

    def labels(self, dimension: str) -> list[str]:
        """Distinct labels of a dimension, in order."""
        place = self.dimensions.index(dimension)
        return list(dict.fromkeys(cell.labels[place] for cell in self.cells))


def recognise(text: TextFile) -> Export | None:
    """Read a file as an export of the web page; None where it is something else.

    Raises:
        StructureError: an export whose lines do not fit its header, or without figures.
    """
    delimiter = _delimiter(text)
    with text.open() as file:
        first = list(islice(_records(file, delimiter), _LOOKED_AT))
    for number, (line, record) in enumerate(first):
        filled = [position for position, said in enumerate(record) if said]
        if filled == [0] or not filled:
            continue  # a title, or an empty line
        if len(filled) == 1:
            return _cross(text, delimiter, number)
        known = {said.casefold() for said in record}
        is_list = known & _ON_SCREEN and len(known & _DIMENSIONS) > 1 and len(filled) == len(record)
        return _list(text, delimiter, line, record) if is_list else None
    return None


def period(label: str) -> tuple[str, bool]:
    """A period in our notation, and whether it is marked as provisional; an unknown label stays as it is."""
    said = delimited.clean(label)
    bare = said.rstrip("* ").casefold()
    is_provisional = said.endswith("*")
    month = re.fullmatch(rf"(\d{{4}}) ({'|'.join(_MONTHS)})", bare)
    if month:
        return f"{month[1]}-{_MONTHS.index(month[2]) + 1:02}", is_provisional
    quarter = re.fullmatch(r"(\d{4}) ([1-4])e kwartaal", bare)
    if quarter:
        return f"{quarter[1]}-Q{quarter[2]}", is_provisional
    week = re.fullmatch(r"(\d{4}) week (\d\d?)", bare)
    if week:
        return f"{week[1]}-W{int(week[2]):02}", is_provisional
    return (bare if re.fullmatch(r"\d{4}", bare) else said), is_provisional


# --- lines -----------------------------------------------------------------------------------------------------------


def _delimiter(text: TextFile) -> str:
    """The sign that occurs in most lines; topics of a cross table hold `|` inside their quotes."""
    lines = text.first_lines(_LOOKED_AT)

    def spread(sign: str) -> tuple[int, int]:
        return sum(sign in line for line in lines), max((line.count(sign) for line in lines), default=0)

    return max(delimited.DELIMITERS, key=spread)


def _records(file: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """First line and cleaned fields of every record."""
    reader, line = csv.reader(file, delimiter=delimiter), 1
    for record in reader:
        yield line, [delimited.clean(said) for said in record]
        line = reader.line_num + 1


def _body(text: TextFile, delimiter: str, after: int, width: int) -> Iterator[tuple[int, list[str]]]:
    """Rows below line `after`, up to the line that names the source."""
    if text.bytes > _MAX_BYTES:
        what = f"an export of the StatLine web page of {text.bytes // 1024**2} MB; at most {_MAX_BYTES // 1024**2} MB"
        raise StructureError("FILE-043", what, where=text.name, fix="download the table with codes, as OData gives it")
    with text.open() as file:
        for line, record in _records(file, delimiter):
            if line <= after or not any(record):
                continue
            if re.match(r"(bron|©)\b", record[0], re.IGNORECASE) and not any(record[1:]):
                return
            if len(record) != width:
                what = f"{len(record)} fields, expected {width}"
                fix = "download the table again; do not edit it by hand"
                code = "FILE-013" if len(record) > width else "FILE-015"
                raise StructureError(code, what, where=f"{text.name}:{line}", fix=fix)
            yield line, record


def _export(
    text: TextFile, dimensions: Sequence[str], header_line: int, cells: list[Cell], *, is_cross: bool
) -> Export:
    if not cells:
        what, fix = "header found, 0 rows", "deliver the file again; the last good load stays served"
        raise StructureError("FILE-003", what, where=f"{text.name}:{header_line}", fix=fix)
    names = tuple(dimension.casefold() for dimension in dimensions)
    return Export(text.name, names, header_line, is_cross, tuple(cells))


# --- list ------------------------------------------------------------------------------------------------------------


def _list(text: TextFile, delimiter: str, header_line: int, header: list[str]) -> Export:
    """One figure a row and topic: columns with a unit in brackets hold figures, the others labels."""
    figures = [n for n, said in enumerate(header) if said.casefold() not in _DIMENSIONS and said.endswith(")")]
    figures = figures or [n for n, said in enumerate(header) if said.casefold() not in _DIMENSIONS][-1:]
    if not figures:
        what = "no column with figures beside the columns with labels"
        raise StructureError("FILE-020", what, where=f"{text.name}:{header_line}", fix="download the table again")
    labels = [n for n in range(len(header)) if n not in figures]
    topics = {n: _topic(header[n]) for n in figures}
    cells = [
        Cell(line, tuple(record[n] for n in labels), *topics[n], record[n])
        for line, record in _body(text, delimiter, header_line, len(header))
        for n in figures
    ]
    return _export(text, [header[n] for n in labels], header_line, cells, is_cross=False)


def _topic(heading: str) -> tuple[str, str]:
    """`Geregistreerde misdrijven (aantal)` -> topic and unit."""
    found = re.fullmatch(r"(.*?)\s*\(([^()]*)\)", heading)
    return (found[1], found[2]) if found else (heading, "")


# --- cross table -----------------------------------------------------------------------------------------------------


def _cross(text: TextFile, delimiter: str, first: int) -> Export:
    """Header lines come in pairs: what runs along the top, and its members. The last one names what runs down."""
    with text.open() as file:
        head = list(islice(_records(file, delimiter), first, first + _LOOKED_AT))
    left = next(n for n, said in enumerate(head[0][1]) if said)
    last = next((n for n, (_, record) in enumerate(head) if record[0]), None)
    if last is None:
        what = "this is an export of the StatLine web page whose header lines do not end"
        raise StructureError("FILE-045", what, where=f"{text.name}:{head[0][0]}", fix=_AS_CODES)
    header_line, bottom = head[last]
    along, members = _along([record for _, record in head[: last + 1]], left)
    units = [] if len(along) * 2 == last + 1 else bottom[left:]
    down = [said for said in bottom[:left] if said]
    columns = [n for n in range(len(bottom) - left) if all(n < len(row) and row[n] for row in members)]
    dimensions = [*down, *along]
    is_topic = [name.casefold() == TOPIC_HEADING for name in dimensions]
    cells = []
    for line, record in _body(text, delimiter, header_line, len(bottom)):
        for n in columns:
            labels = [said for said, name in zip(record[:left], bottom[:left], strict=True) if name]
            labels += [row[n] for row in members]
            topic = " ".join(said for said, is_one in zip(labels, is_topic, strict=True) if is_one)
            unit = units[n] if n < len(units) else ""
            cells.append(Cell(line, tuple(labels), topic, unit, record[left + n]))
    return _export(text, dimensions, header_line, cells, is_cross=True)


def _along(head: list[list[str]], left: int) -> tuple[list[str], list[list[str]]]:
    """Names and members of what runs along the top."""
    names: list[str] = []
    members: list[list[str]] = []
    for record in head:
        if len(names) == len(members):
            filled = [said for said in record[left:] if said]
            if any(record[:left]) or len(filled) != 1:
                break  # the line with units
            names.append(filled[0])
        else:
            members.append(record[left:])
    if len(names) > len(members):
        names.pop()
    return names, members


_AS_CODES = "download the table as CSV with codes (columns such as WijkenEnBuurten, Perioden), as OData gives them"
