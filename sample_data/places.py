"""The three municipalities of the practice data: Enschede from facts, Oefenstad and Kleinedam from `names.py`."""

from __future__ import annotations

import csv
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sample_data import names

FOLDER = Path(__file__).parent

#: Inhabitants of a neighbourhood, by its kind: median and spread (standard deviation of the logarithm). Assumptions.
_POPULATION = {
    "centre": (1_900, 0.4),
    "shops": (2_200, 0.4),
    "dense": (1_950, 0.5),
    "suburb": (1_700, 0.5),
    "village": (900, 0.6),
    "business": (70, 0.9),
}

#: Crimes per 1,000 inhabitants and year by kind of neighbourhood, before the municipality's total is met. Assumptions.
_CRIMES_PER_1000 = {"centre": 330, "shops": 95, "dense": 52, "suburb": 28, "village": 24}
#: On a business park hardly anybody lives: its crimes follow what is there, not who lives there.
_CRIMES_OF_BUSINESS = 75


@dataclass(frozen=True)
class Neighbourhood:
    """A neighbourhood. `police_total_2023` and `land_ha` only where they are facts."""

    code: str
    name: str
    district_code: str
    character: str
    population: int
    longitude: float
    latitude: float
    police_total_2023: int | None = None
    land_ha: int | None = None


@dataclass(frozen=True)
class Place:
    """A municipality of the practice data. `seed` is fixed, so its figures are the same each time."""

    slug: str
    code: str
    name: str
    seed: int
    districts: dict[str, str]
    neighbourhoods: tuple[Neighbourhood, ...]
    crimes_per_1000: float
    has_weekly: bool
    is_invented: bool
    absorbed: dict[str, str] = field(default_factory=dict)  # other municipalities that its buurten are of: code -> name

    @property
    def population(self) -> NDArray[np.float64]:
        """Inhabitants in 2023, per neighbourhood."""
        return np.array([n.population for n in self.neighbourhoods], dtype=np.float64)


def stream(place: Place, topic: str) -> np.random.Generator:
    """The random numbers of one topic of a place. A new topic never moves the figures of another."""
    return _stream(place.seed, topic)


def _stream(seed: int, topic: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(topic.encode())])))


@lru_cache
def places() -> dict[str, Place]:
    """All practice municipalities by slug.

    The invented ones lie in open water, where no municipality has inhabitants: Oefenstad in the IJsselmeer,
    Kleinedam in the Markermeer.
    """
    found = (
        _enschede(),
        _invented("oefenstad", "GM9901", "Oefenstad", 9901, names.OEFENSTAD, (5.36, 52.80), 190_000, 56.0, True),
        _invented("kleinedam", "GM9902", "Kleinedam", 9902, names.KLEINEDAM, (5.20, 52.55), 11_000, 31.0, False),
    )
    return {place.slug: place for place in found}


def yearly_crimes(place: Place) -> NDArray[np.float64]:
    """Crimes of 2023 per neighbourhood: the real police total where that is known, else invented.

    Never 0, so that every neighbourhood has a chance of an event.
    """
    if not place.is_invented:
        return np.array([max(n.police_total_2023 or 0, 1) for n in place.neighbourhoods], dtype=np.float64)
    draw = stream(place, "level of crimes")
    level = np.array([_CRIMES_PER_1000.get(n.character, 0) for n in place.neighbourhoods]) * place.population / 1_000
    level[[n.character == "business" for n in place.neighbourhoods]] = _CRIMES_OF_BUSINESS
    level *= np.exp(0.45 * draw.standard_normal(level.size))
    return level * place.crimes_per_1000 * place.population.sum() / 1_000 / level.sum()


def yearly_nuisance(place: Place, per_1000: float) -> NDArray[np.float64]:
    """Nuisance registrations of 2023 per neighbourhood: between population and crimes, with a spread of its own."""
    draw = stream(place, "level of nuisance")
    level = np.sqrt(np.maximum(place.population, 20) * yearly_crimes(place))
    level *= np.exp(0.4 * draw.standard_normal(level.size))
    return level * per_1000 * place.population.sum() / 1_000 / level.sum()


# --- Enschede: facts -------------------------------------------------------------------------------------------------


def _enschede() -> Place:
    with (FOLDER / "enschede" / "facts.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return Place(
        slug="enschede",
        code="GM0153",
        name="Enschede",
        seed=153,
        districts={row["wijk_code"]: row["wijk_name"] for row in rows},
        neighbourhoods=tuple(_fact(row) for row in rows),
        crimes_per_1000=0.0,
        has_weekly=True,
        is_invented=False,
    )


def _fact(row: dict[str, str]) -> Neighbourhood:
    population, total, land_ha = (int(row[key]) for key in ("population_2023", "police_total_2023", "land_ha_2023"))
    return Neighbourhood(
        code=row["buurt_code"],
        name=row["buurt_name"],
        district_code=row["wijk_code"],
        character=_kind(row["wijk_code"], population, total, land_ha),
        population=population,
        longitude=float(row["longitude"]),
        latitude=float(row["latitude"]),
        police_total_2023=total,
        land_ha=land_ha,
    )


def _kind(district: str, population: int, total: int, land_ha: int) -> str:
    """Kind of neighbourhood for the practice figures, derived from its facts. An assumption, shown nowhere."""
    per_1000, per_ha = 1_000 * total / max(population, 1), population / land_ha
    if district == "WK015307" or population < 100:
        return "business"
    if per_1000 > 200:
        return "centre"
    if per_ha < 8:
        return "village"
    if per_1000 > 64:
        return "shops"
    return "dense" if per_ha > 55 else "suburb"


# --- the invented ones -----------------------------------------------------------------------------------------------


def _invented(
    slug: str,
    code: str,
    name: str,
    seed: int,
    districts: tuple[names.District, ...],
    centre: tuple[float, float],
    inhabitants: int,
    crimes_per_1000: float,
    has_weekly: bool,
) -> Place:
    draw = _stream(seed, "places")
    found, sites = [], _sites(districts, draw)
    for number, district in enumerate(districts):
        for position, entry in enumerate(district.names):
            character = names.SIGNS.get(entry[-1], district.character)
            median, spread = _POPULATION[character]
            east, north = sites[number][position]
            found.append(
                Neighbourhood(
                    code=f"BU{code[2:]}{number:02}{position:02}",
                    name=entry.rstrip("".join(names.SIGNS)),
                    district_code=f"WK{code[2:]}{number:02}",
                    character=character,
                    population=int(median * np.exp(spread * draw.standard_normal())),
                    longitude=round(centre[0] + east / (111.32 * np.cos(np.radians(centre[1]))), 5),
                    latitude=round(centre[1] + north / 111.32, 5),
                )
            )
    return Place(
        slug=slug,
        code=code,
        name=name,
        seed=seed,
        districts={f"WK{code[2:]}{number:02}": f"Wijk {number:02} {d.name}" for number, d in enumerate(districts)},
        neighbourhoods=tuple(_scaled(found, inhabitants)),
        crimes_per_1000=crimes_per_1000,
        has_weekly=has_weekly,
        is_invented=True,
    )


def _scaled(found: list[Neighbourhood], inhabitants: int) -> list[Neighbourhood]:
    """Populations rounded to 5, as CBS does, that add up to about the inhabitants of the municipality."""
    factor = inhabitants / sum(n.population for n in found)
    return [Neighbourhood(**{**vars(n), "population": max(5, 5 * round(n.population * factor / 5))}) for n in found]


def _sites(districts: tuple[names.District, ...], draw: np.random.Generator) -> list[NDArray[np.float64]]:
    """Middle of each neighbourhood, km from the centre: spread out within its district, far from the ones before."""
    bearings = np.radians([d.bearing for d in districts])
    middles = np.array([d.distance for d in districts])[:, np.newaxis] * np.column_stack(
        [np.cos(bearings), np.sin(bearings)]
    )
    taken = np.empty((0, 2))
    sites = []
    for number, district in enumerate(districts):
        for _ in district.names:
            angle, reach = draw.uniform(0, 2 * np.pi, 400), district.radius * np.sqrt(draw.random(400))
            tried = middles[number] + reach[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
            to_middles = np.linalg.norm(tried[:, np.newaxis] - middles, axis=2)
            tried = tried[to_middles.argmin(axis=1) == number]
            gap = np.linalg.norm(tried[:, np.newaxis] - taken, axis=2).min(axis=1, initial=9.0)
            taken = np.vstack([taken, tried[gap.argmax()]])
        sites.append(taken[-len(district.names) :])
    return sites
