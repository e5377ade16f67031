"""Kleinedam before 2023: a neighbouring municipality that went into it, and a border between two buurten that moved.

Figures of 2021 and 2022 come with the codes and on the ground of that time; later ones with those of today. A monitor
that knows the link table shows one series; one that does not, shows a municipality that grew overnight.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sample_data.events import Counts, Registered
from sample_data.key_figures import TOPICS, Floats
from sample_data.places import Place, stream

#: The division before and after, and the last year whose figures are on the former one.
VINTAGES = (2022, 2024)
LAST_YEAR = 2022
#: Municipality that went into Kleinedam, and the district that it became.
ABSORBED = ("GM9903", "Over de Vliet", "WK990202")
#: A part of the second buurt's people and events belonged to the first before the border moved.
GAINED_FROM, LOST_TO, PART = "BU99020101", "BU99020100", 0.25
LINK_TABLE = "buurten_2022_2024.csv"


@dataclass(frozen=True)
class Former:
    """A place in its former division; neighbourhoods in the same order as today."""

    place: Place
    moved_from: int
    moved_to: int


def former(place: Place) -> Former | None:
    """The former division of a place; None where nothing ever changed."""
    codes = [n.code for n in place.neighbourhoods]
    if GAINED_FROM not in codes:
        return None
    gone, name, district = ABSORBED

    def before(code: str) -> str:
        return f"{code[:2]}{gone[2:]}00{code[8:]}" if code[2:8] == district[2:] else code

    neighbourhoods = tuple(
        replace(n, code=before(n.code), district_code=before(n.district_code)) for n in place.neighbourhoods
    )
    districts = {
        before(code): f"Wijk 00 {name}" if code == district else title for code, title in place.districts.items()
    }
    known = replace(place, neighbourhoods=neighbourhoods, districts=districts, absorbed={gone: name})
    return Former(known, codes.index(GAINED_FROM), codes.index(LOST_TO))


def counts_before(place: Place, was: Former, registered: Registered, topic: str) -> Registered:
    """The same events by where they fell then: of the buurt that gained ground a part belonged to the other."""
    moved = stream(place, f"border moved: {topic}").binomial(registered.counts[:, was.moved_from], PART)
    counts: Counts = registered.counts.copy()
    counts[:, was.moved_from] -= moved
    counts[:, was.moved_to] += moved
    return replace(registered, counts=counts)


def figures_before(was: Former, figures: dict[str, Floats]) -> dict[str, Floats]:
    """Key figures by the ground of then. Counts move with the people (by five, as CBS rounds); shares stay."""
    found = {name: values.copy() for name, values in figures.items()}
    for topic in TOPICS:
        if topic.weight is None and topic.name != "Bevolkingsdichtheid":
            moved = 5 * np.round(PART * figures[topic.name][was.moved_from] / 5)
            found[topic.name][was.moved_from] -= moved
            found[topic.name][was.moved_to] += moved
    found["Bevolkingsdichtheid"] = np.round(100 * found["AantalInwoners"] / found["OppervlakteLand"])
    return found


def write_link_table(path: Path, place: Place, was: Former) -> Path:
    """What became of each area, as a link table with shares by inhabitants of 2023."""
    people = place.population
    moved = PART * people[was.moved_from]
    lost = moved / (people[was.moved_to] + moved)
    lines = ["from_code,from_vintage,to_code,to_vintage,share,from_name,to_name"]
    for old, new in zip(was.place.neighbourhoods, place.neighbourhoods, strict=True):
        parts = [(new, 1.0)]
        if new.code == LOST_TO:
            gained = place.neighbourhoods[was.moved_from]
            parts = [(new, 1 - round(lost, 4)), (gained, round(lost, 4))]
        if old.code != new.code or new.code in (LOST_TO, GAINED_FROM):
            years = VINTAGES
            lines += [
                f"{old.code},{years[0]},{part.code},{years[1]},{share:g},{old.name},{part.name}"
                for part, share in parts
            ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\n".join(lines) + "\n").encode("utf-8"))
    return path
