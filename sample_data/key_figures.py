"""Yearly key figures in the shape of the CBS table "Kerncijfers wijken en buurten", made up around the population.

Column names are those of the CBS (base name, underscore, position); positions differ per year as in reality, so only
the base name identifies a topic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sample_data.places import Place, stream

Floats = NDArray[np.float64]

YEARS = (2021, 2022, 2023, 2024)

#: CBS publishes these topics later than the others: missing in the newest year.
_LATE = (
    "HuishoudensMetEenLaagInkomen",
    "HuishOnderOfRondSociaalMinimum",
    "PercentageJongerenMetJeugdzorg",
    "WmoClientenRelatief",
    "OpleidingsniveauLaag",
    "OpleidingsniveauMiddelbaar",
    "OpleidingsniveauHoog",
)
#: Topics that got another name: from this year on.
_RENAMED = {
    "OpleidingsniveauLaag": (2023, "BasisonderwijsVmboMbo1"),
    "OpleidingsniveauMiddelbaar": (2023, "HavoVwoMbo24"),
    "OpleidingsniveauHoog": (2023, "HboWo"),
}

#: Below so many inhabitants CBS shows shares and means no more.
_FEWEST_INHABITANTS = 50


@dataclass(frozen=True)
class Topic:
    """A topic: its base name, position in 2024, decimals, and what a share or mean is weighted by (None: a count)."""

    name: str
    position: int
    decimals: int = 0
    weight: str | None = None

    def column(self, year: int) -> str:
        first, renamed = _RENAMED.get(self.name, (year + 1, self.name))
        return f"{renamed if year >= first else self.name}_{self.position + _shift(year, self.position)}"


#: Positions of table 85984NED (2024).
TOPICS = (
    Topic("AantalInwoners", 5),
    Topic("k_0Tot15Jaar", 8),
    Topic("k_15Tot25Jaar", 9),
    Topic("HuishoudensTotaal", 29),
    Topic("Eenpersoonshuishoudens", 30),
    Topic("Bevolkingsdichtheid", 34),
    Topic("Woningvoorraad", 35),
    Topic("GemiddeldeWOZWaardeVanWoningen", 36, weight="Woningvoorraad"),
    Topic("PercentageOnbewoond", 40, weight="Woningvoorraad"),
    Topic("Koopwoningen", 41, weight="Woningvoorraad"),
    Topic("InBezitWoningcorporatie", 43, weight="Woningvoorraad"),
    Topic("BouwjaarVanaf2000", 47, weight="Woningvoorraad"),
    Topic("OpleidingsniveauLaag", 65),
    Topic("OpleidingsniveauMiddelbaar", 66),
    Topic("OpleidingsniveauHoog", 67),
    Topic("HuishoudensMetEenLaagInkomen", 79, 1, weight="HuishoudensTotaal"),
    Topic("HuishOnderOfRondSociaalMinimum", 80, 1, weight="HuishoudensTotaal"),
    Topic("PersonenPerSoortUitkeringBijstand", 84),
    Topic("PercentageJongerenMetJeugdzorg", 89, 1, weight="k_0Tot15Jaar"),
    Topic("WmoClientenRelatief", 91, weight="AantalInwoners"),
    Topic("BedrijfsvestigingenTotaal", 92),
    Topic("PersonenautoSTotaal", 101),
    Topic("OppervlakteLand", 113),
    Topic("MateVanStedelijkheid", 117, weight="AantalInwoners"),
)

#: Per kind of neighbourhood, all assumptions: share of children and of 15-24, persons per household, share of
#: one-person households, owner-occupied %, housing association %, built from 2000 %, mean value in 2021 (1,000 euro),
#: low income %, cars per dwelling, establishments per 1,000 inhabitants.
_KINDS: dict[str, tuple[float, ...]] = {
    "centre": (0.07, 0.24, 1.45, 0.68, 28, 24, 22, 225, 12.5, 0.45, 210),
    "shops": (0.14, 0.14, 1.85, 0.48, 40, 42, 14, 215, 9.5, 0.75, 85),
    "dense": (0.15, 0.15, 1.80, 0.50, 38, 44, 12, 205, 10.0, 0.72, 70),
    "suburb": (0.17, 0.11, 2.35, 0.28, 68, 22, 30, 310, 4.5, 1.15, 75),
    "village": (0.16, 0.11, 2.45, 0.26, 76, 13, 18, 370, 3.2, 1.45, 110),
    "business": (0.12, 0.12, 2.10, 0.38, 55, 12, 25, 290, 5.0, 1.30, 900),
}
_SPREAD = 0.12


def key_figures(place: Place, year: int, land_km2: Floats) -> dict[str, Floats]:
    """One number per topic and neighbourhood; NaN for what CBS would leave out."""
    draw = stream(place, "key figures")  # the same stream for each year: a neighbourhood keeps its character
    kinds = np.array([_KINDS[n.character] for n in place.neighbourhoods]).T
    children, youth, size, single, owned, social, new, worth, poor, cars, firms = kinds * np.exp(
        _SPREAD * draw.standard_normal(kinds.shape)
    )
    growth = 1 + 0.008 * draw.standard_normal(place.population.size) + 0.004
    since = year - 2023
    population = _by_five(place.population * growth**since)
    if not place.is_invented:
        population = place.population  # the real number is a fact of 2023: the figures around it keep to it
    households = _by_five(population / size)
    dwellings = np.round(households * 1.03)
    adults, low = population * 0.75, np.clip(0.12 + poor / 60, 0.05, 0.5)  # those whose education is known
    density = population / land_km2
    noise = np.exp(0.04 * stream(place, f"key figures {year}").standard_normal((4, population.size)))
    found = {
        "AantalInwoners": population,
        "k_0Tot15Jaar": _by_five(population * children),
        "k_15Tot25Jaar": _by_five(population * youth),
        "HuishoudensTotaal": households,
        "Eenpersoonshuishoudens": _by_five(households * np.clip(single, 0, 0.85)),
        "Bevolkingsdichtheid": np.round(density),
        "Woningvoorraad": dwellings,
        "GemiddeldeWOZWaardeVanWoningen": np.round(worth * 1.07 ** (year - 2021)),
        "PercentageOnbewoond": np.round(4 * noise[0] * np.where(density > 6_000, 1.4, 1.0)),
        "Koopwoningen": np.round(np.clip(owned, 5, 95)),
        "InBezitWoningcorporatie": np.round(np.clip(social, 0, 100 - np.clip(owned, 5, 95))),
        "BouwjaarVanaf2000": np.round(np.clip(new + 0.5 * since, 0, 100)),
        "OpleidingsniveauLaag": _by_ten(adults * low),
        "OpleidingsniveauMiddelbaar": _by_ten(adults * 0.4),
        "OpleidingsniveauHoog": _by_ten(adults * (0.6 - low)),
        "HuishoudensMetEenLaagInkomen": np.round(poor * noise[1], 1),
        "HuishOnderOfRondSociaalMinimum": np.round(poor * 0.85 * noise[1], 1),
        "PersonenPerSoortUitkeringBijstand": _by_ten(population * poor / 100 * 0.35),
        "PercentageJongerenMetJeugdzorg": np.round((8 + poor / 3) * noise[2], 1),
        "WmoClientenRelatief": np.round((45 + 3 * poor) * noise[3]),
        "BedrijfsvestigingenTotaal": _by_five(10 + population * firms / 1_000),
        "PersonenautoSTotaal": _by_five(dwellings * cars + np.where(firms > 500, 30, 0)),
        "OppervlakteLand": np.maximum(1, np.round(land_km2 * 100)),
        "MateVanStedelijkheid": _urbanity(density * 0.55),
    }
    return {topic.name: _as_published(topic, found[topic.name], population, year) for topic in TOPICS}


def of_parent(figures: dict[str, Floats], members: NDArray[np.bool_]) -> dict[str, float]:
    """The figures of a district or municipality: counts added, shares and means weighted, density worked out again."""
    found = {}
    for topic in TOPICS:
        values = figures[topic.name][members]
        weights = np.ones(values.size) if topic.weight is None else figures[topic.weight][members]
        known = ~np.isnan(values) & ~np.isnan(weights)
        if topic.weight is None:
            found[topic.name] = float(values[known].sum()) if known.any() else float("nan")
        else:
            total = weights[known].sum()
            found[topic.name] = float((values * weights)[known].sum() / total) if total > 0 else float("nan")
    found["Bevolkingsdichtheid"] = 100 * found["AantalInwoners"] / found["OppervlakteLand"]
    return found


def _as_published(topic: Topic, values: Floats, population: Floats, year: int) -> Floats:
    if topic.name in _LATE and year == YEARS[-1]:
        return np.full(values.shape, np.nan)
    if topic.weight is not None and topic.name != "MateVanStedelijkheid":
        return np.where(population < _FEWEST_INHABITANTS, np.nan, values)
    return values


def _by_five(values: Floats) -> Floats:
    found: Floats = 5 * np.round(values / 5)
    return found


def _by_ten(values: Floats) -> Floats:
    found: Floats = 10 * np.round(values / 10)
    return found


def _urbanity(addresses_per_km2: Floats) -> Floats:
    """Class 1 (2,500 addresses per km² or more) to 5 (fewer than 500), the limits of the CBS."""
    return 5.0 - np.digitize(addresses_per_km2, [500, 1_000, 1_500, 2_500])


def _shift(year: int, position: int) -> int:
    """How far a position of 2024 lies elsewhere in an older year (topics were added in between)."""
    if position < 28 or year == 2024:
        return 0
    return {2021: -2, 2022: -1, 2023: 0 if position < 48 else 1}[year]
