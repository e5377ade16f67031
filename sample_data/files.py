"""Practice figures written as the files that a municipality gets: StatLine rows, weekly deliveries, key figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from etl import calendar
from sample_data.calibration import OTHER, SEXUAL
from sample_data.events import Counts, Registered
from sample_data.key_figures import TOPICS, Floats, of_parent
from sample_data.places import Place

TOTAL = "0.0.0"
_MISSING = "       ."

#: StatLine table -> (dimension, measure) as its CSV names them.
STATLINE = {
    "47022NED": ("SoortMisdrijf", "GeregistreerdeMisdrijven_1"),
    "47024NED": ("Overlast", "GeregistreerdeOverlast_1"),
}

#: Words of the weekly delivery -> categories of crimes.
WEEKLY_GROUPS = {
    "Vermogen": ("1.1.1", "1.1.2", "1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5", "2.5.1", "2.5.2", "1.6.2"),
    "Geweld": ("1.4.2", "1.4.3", "1.4.4", "1.4.5", "1.4.6", "1.4.7"),
    "Overlast/vernieling": ("2.1.1", "2.2.1", "3.6.4"),
    "Ondermijning": ("1.6.3", "2.6.2", "2.7.2", "3.1.1", "3.1.3"),
}


@dataclass(frozen=True)
class Span:
    """Counts of a span of months, in the division that holds for them."""

    place: Place
    registered: Registered
    months: range


def write_statline(path: Path, table: str, spans: Sequence[Span]) -> Path:
    """Rows of one table: municipality, districts and neighbourhoods, span by span.

    As StatLine gives them: padded codes, rows of 0 without a municipality's name, and sexual offences withheld below
    the municipality although the total holds them. The municipality's own rows also hold what has no known place.
    """
    dimension, measure = STATLINE[table]
    scene = spans[0].registered.scene
    codes = [TOTAL, *sorted((c for c in scene.codes if c != OTHER), key=_in_tree)]
    lines = [f"ID;{dimension};WijkenEnBuurten;Perioden;{measure};Gemeentenaam_2;SoortRegio_3"]
    blocks = [(_levels(span), [scene.months[month].replace("-", "MM") for month in span.months]) for span in spans]
    for code in codes:
        row = None if code == TOTAL else scene.codes.index(code)
        for area, kind, municipality, counts, periods in (
            (*level, periods) for levels, periods in blocks for level in levels
        ):
            series = counts.sum(axis=0) if row is None else counts[row]
            is_withheld = code == SEXUAL and kind != "Gemeente"
            named = f"{municipality:<30};{kind:<8}"
            for period, count in zip(periods, series.tolist(), strict=True):
                value = _MISSING if is_withheld else str(count)
                label = f"{'':<30};{'':<8}" if is_withheld or not count else named
                lines.append(f"{len(lines)};{code:<6};{area:<10};{period};{value};{label}")
    return write_lines(path, lines, "utf-8-sig")


def write_weeks(path: Path, place: Place, weekly: dict[str, Counts], weeks: Sequence[str]) -> Path:
    """One weekly delivery: codes without letters and leading zero, zeros listed, cp1252 as such systems write.

    Args:
        weekly: counts per group, shape (neighbourhoods, weeks), of the weeks in this delivery.
    """
    lines = ["Buurtcode;Weeknr;Categorie;Aantal"]
    for column, week in enumerate(weeks):
        number = week.replace("-W", "")
        for index, neighbourhood in enumerate(place.neighbourhoods):
            code = neighbourhood.code[2:].lstrip("0")
            lines += [f"{code};{number};{group};{counts[index, column]}" for group, counts in weekly.items()]
    return write_lines(path, lines, "cp1252", newline="\r\n")


def write_key_figures(
    path: Path, year: int, municipalities: Sequence[tuple[Place, dict[str, Floats]]], topics: set[str]
) -> Path:
    """Key figures of a year, of municipalities with their districts and neighbourhoods, for the topics named."""
    shown = [topic for topic in TOPICS if topic.name in topics]
    head = ["WijkenEnBuurten", "Gemeentenaam_1", "SoortRegio_2", "Codering_3", *(t.column(year) for t in shown)]
    lines = [";".join(head)]
    for place, figures in municipalities:
        names = {place.code: place.name, **place.absorbed}
        for code, name, kind, members in _areas(place):
            parent = of_parent(figures, members)
            numbers = [
                _padded(parent[t.name] if kind != "Buurt" else figures[t.name][members][0], t.decimals) for t in shown
            ]
            lines.append(
                ";".join([f"{name:<40}", f"{names[f'GM{code[2:6]}']:<40}", f"{kind:<10}", f"{code:<10}", *numbers])
            )
    return write_lines(path, lines, "utf-8-sig")


def write_population(path: Path, place: Place, year: int) -> Path:
    """The real population of the neighbourhoods: facts, so no district or municipality is made up from them."""
    position = next(topic for topic in TOPICS if topic.name == "AantalInwoners").column(year)
    lines = [f"WijkenEnBuurten;Gemeentenaam_1;SoortRegio_2;Codering_3;{position}"]
    lines += [
        f"{n.name:<40};{place.name:<40};{'Buurt':<10};{n.code:<10};{_padded(n.population, 0)}"
        for n in place.neighbourhoods
    ]
    return write_lines(path, lines, "utf-8-sig")


def week_batches(first: str, last: str, single: int) -> dict[str, list[str]]:
    """Deliveries by the week in their name: history in half years, the last `single` weeks one by one."""
    weeks = calendar.periods_between(first, last)
    history, newest = weeks[:-single], weeks[-single:]
    batches: dict[str, list[str]] = {}
    for week in history:
        year, number = int(week[:4]), int(week[6:])
        end = f"{year}-W26" if number <= 26 else f"{year}-W{calendar.weeks_in_year(year)}"
        batches.setdefault(min(end, history[-1]), []).append(week)
    return batches | {week: [week] for week in newest}


def write_lines(path: Path, lines: list[str], encoding: str, newline: str = "\n") -> Path:
    """Write lines as a file, with a folder around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((newline.join(lines) + newline).encode(encoding))
    return path


# --- within ----------------------------------------------------------------------------------------------------------


def _levels(span: Span) -> list[tuple[str, str, str, Counts]]:
    """Area, kind, municipality's name and counts (categories x months), as StatLine has it: a parent before its parts.

    What has no known place is counted in the municipality itself.
    """
    place, registered = span.place, span.registered
    months = slice(span.months.start, span.months.stop)
    names = {place.code: place.name, **place.absorbed}
    counts = registered.counts[:, :, months]
    found = []
    for code, _, kind, members in _areas(place):
        own = counts[:, members].sum(axis=1)
        total = own + registered.unallocated[:, months] if code == place.code else own
        found.append((code, kind, names[f"GM{code[2:6]}"], total))
    return found


def _areas(place: Place) -> list[tuple[str, str, str, np.ndarray]]:
    """Code, name, kind and the neighbourhoods of each area."""
    districts = np.array([n.district_code for n in place.neighbourhoods])
    found = []
    for municipality, title in ((place.code, place.name), *place.absorbed.items()):
        own = np.array([code[2:6] == municipality[2:] for code in districts])
        found.append((municipality, title, "Gemeente", own))
        for code, name in place.districts.items():
            if code[2:6] != municipality[2:]:
                continue
            found.append((code, name, "Wijk", districts == code))
            for index in np.flatnonzero(districts == code):
                neighbourhood = place.neighbourhoods[index]
                found.append((neighbourhood.code, neighbourhood.name, "Buurt", np.arange(districts.size) == index))
    return found


def _in_tree(code: str) -> tuple[int | str, ...]:
    parts = code.split(".")
    return tuple(map(int, parts)) if all(part.isdigit() for part in parts) else (10**6, code)


def _padded(value: float, decimals: int) -> str:
    return _MISSING if math.isnan(value) else f"{value:8.{decimals}f}"
