"""From labels to codes: what a web export says in words, as rows with codes.

Kinds of crime carry their code (`1.2.3 Diefstal van …`) or are found by their title; areas are placed by name; a period
with `*` is provisional.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.catalogue import category_titles
from config.errors import Finding, StructureError
from etl.sources import area_names, delimited
from etl.sources.statline_export import AREA_HEADINGS, PERIOD_HEADING, TOPIC_HEADING, Cell, Export, period
from etl.sources.table_file import Row, Table, of_rows

if TYPE_CHECKING:
    from etl.areas import AreaTree

#: What a table counts, as StatLine calls the column with the kind of event and (without its number) the count.
CRIMES = ("SoortMisdrijf", "GeregistreerdeMisdrijven")
NUISANCE = ("Overlast", "GeregistreerdeOverlast")
THEFTS = ("SoortDiefstal", "TotaalGeregistreerdeDiefstallen")
SUBJECT: dict[str, tuple[str, str]] = {
    "47013NED": CRIMES,
    "47018NED": CRIMES,
    "47022NED": CRIMES,
    "47021NED": NUISANCE,
    "47024NED": NUISANCE,
    "47025NED": NUISANCE,
    "83651NED": THEFTS,
}
#: Heading of the kind of event on screen, per subject, and how the topic with the counts begins.
_KINDS = {
    CRIMES: (("soort misdrijf",), "geregistreerde misdrijven"),
    NUISANCE: (("soort overlast", "overlast", "overlastregistraties"), "geregistreerde overlast"),
    THEFTS: (("soort diefstal",), "totaal geregistreerde diefstallen"),
}
_CODE = re.compile(r"(\d\.\d\.\d{1,2}|[A-Z]\d{2,3})\s+(?=\S)")
_AS_CODES = "download the table as CSV with codes (columns such as WijkenEnBuurten, Perioden), as OData gives them"


@dataclass(frozen=True)
class Labelled:
    """A web export in codes. `table` has the columns measure, area, period, value, provisional ('1' or nothing)."""

    table: Table
    rows_read: int
    titles: dict[str, str]
    area_names: dict[str, str]
    skipped: dict[str, int]
    findings: tuple[Finding, ...]
    columns: dict[str, int]


def translate(export: Export, table: str, areas: AreaTree | None, *, notes: tuple[Finding, ...]) -> Labelled:
    """Give every figure of an export its codes.

    Args:
        table: StatLine table that the source names. areas: of the municipality.

    Raises:
        StructureError: no areas or periods in it, towns instead of municipalities, a dimension whose members cannot be
            told apart, names that are not of this municipality.
    """
    place = f"{export.name}:{export.header_line}"
    heading = _area_heading(export, place)
    if areas is None:
        what = "this is an export of the StatLine web page: it names areas, and the areas are not known here"
        raise StructureError("FILE-045", what, where=place, fix=_AS_CODES)
    kind, cells, told = _chosen(export, table, place)
    at = {name: export.dimensions.index(name) for name in export.dimensions}
    per_area = Counter(cell.labels[at[heading]] for cell in cells)
    placed = area_names.place(per_area, areas, is_regions=heading in ("regio's", "gemeenten"))
    told = (*told, *area_names.findings(placed, per_area, areas, export.name))
    titles = {title.casefold(): code for code, title in category_titles(table).items()}
    kinds = {label: _code(label, titles) for label in {_kind(cell, kind, at) for cell in cells}}
    periods = {label: period(label) for label in export.labels(PERIOD_HEADING)}

    def rows() -> Iterator[Row]:
        for cell in cells:
            area = placed.codes.get(cell.labels[at[heading]])
            if area is not None:
                when, is_provisional = periods[cell.labels[at[PERIOD_HEADING]]]
                number = cell.text if "." in cell.text else cell.text.replace(",", ".")
                mark = "1" if is_provisional else None
                yield None, cell.line, [kinds[_kind(cell, kind, at)], area, when, number, mark]

    return Labelled(
        table=of_rows(export.name, ["measure", "area", "period", "value", "provisional"], rows),
        rows_read=len(cells),
        titles={code: label for label, code in kinds.items()},
        area_names={},
        skipped=area_names.skipped(placed, per_area),
        findings=(*notes, *told),
        columns={} if export.is_cross else {"area": at[heading] + 1},
    )


def _area_heading(export: Export, place: str) -> str:
    heading = next((name for name in AREA_HEADINGS if name in export.dimensions), None)
    if heading is None or PERIOD_HEADING not in export.dimensions:
        lacking = "areas (`Wijken en buurten` or `Regio's`)" if heading is None else "periods (`Perioden`)"
        raise StructureError("FILE-020", f"no column with {lacking}", where=place, fix=_AS_CODES)
    if heading == "plaatsen":
        what = "the rows are of towns (`Plaatsen`), not of the municipality: a town is smaller, its numbers lower"
        fix = "download the table by municipality, district and neighbourhood (47018NED, 47022NED, 47013NED)"
        raise StructureError("FILE-114", what, where=place, fix=fix)
    return heading


def _chosen(export: Export, table: str, place: str) -> tuple[str | None, list[Cell], tuple[Finding, ...]]:
    """Heading of the kind of event (None: the topics are what is counted), and the cells with its counts."""
    subject = SUBJECT.get(table)
    for known, (headings, topic) in _KINDS.items():
        kind = next((name for name in headings if name in export.dimensions), None)
        if kind is None:
            continue
        if subject not in (None, known):
            what = f"table {table} is not by `{kind}`"
            fix = "set `table` of this source to the table the file comes from, or move the file"
            raise StructureError("FILE-020", what, where=place, fix=fix)
        _refuse_more(export, {kind, PERIOD_HEADING, TOPIC_HEADING, *AREA_HEADINGS}, place)
        topics = dict.fromkeys(cell.topic for cell in export.cells)
        wanted = [one for one in topics if one.casefold() == topic] if len(topics) > 1 else list(topics)
        if len(wanted) != 1:
            what = f"{len(topics)} topics, and none is called `{topic.capitalize()}`"
            raise StructureError("FILE-116", what, where=place, fix="download one topic: the number of registrations")
        others = len(topics) - 1
        note = Finding("FILE-115", f"{others} other topics are not read", place, "nothing to do", "note", others)
        return kind, [cell for cell in export.cells if cell.topic == wanted[0]], (note,) if others else ()
    _refuse_more(export, {PERIOD_HEADING, TOPIC_HEADING, *AREA_HEADINGS}, place)
    return None, list(export.cells), ()


def _refuse_more(export: Export, known: set[str], place: str) -> None:
    """A further dimension with several members: which of them is the whole cannot be known from its label."""
    for name in export.dimensions:
        if name not in known and (number := len(export.labels(name))) > 1:
            shown = f"`{name}`" if len(name) <= 40 else "a further column"
            what = f"{shown} divides the figures into {number}"
            raise StructureError("FILE-116", what, where=place, fix="download the table for one member of it")


def _kind(cell: Cell, kind: str | None, at: dict[str, int]) -> str:
    return cell.labels[at[kind]] if kind else cell.topic


def _code(label: str, titles: dict[str, str]) -> str:
    said = delimited.clean(label)
    found = _CODE.match(said)
    return found[1] if found else titles.get(said.casefold(), said)
