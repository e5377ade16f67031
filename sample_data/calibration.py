"""What police figures look like: sizes, seasons, over-dispersion and concentration per category, read from files.

`calibration.csv` holds facts (see SOURCES.md); what is an assumption of ours stands here and says so.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent

#: Crimes in the Netherlands in 2019, of which `calibration.csv` lists the categories (47022NED, code 0.0.0).
NATIONAL_CRIMES_2019 = 803_656
#: Crimes of 2019 in categories that the practice files do not list.
NATIONAL_OTHER_2019 = 12_794
#: Crimes of 2019 in the total but in no category: sexual offences, withheld by the source.
NATIONAL_SEXUAL_2019 = 19_008

#: Nuisance registrations in the Netherlands in 2022 (47025NED) and inhabitants at the start of that year (CBS), in
#: thousands. The total of the table is the sum of its codes.
NATIONAL_NUISANCE_2022 = {
    "E33": 138_807,
    "E35": 88_711,
    "E38": 56_028,
    "E41": 33_092,
    "F010": 6_735,
    "M061": 4_199,
    "M062": 1_739,
    "M22": 132_042,
}
NUISANCE_PER_1000 = 26.2

#: Assumptions: yearly change of a category (slow trends), where it differs from none.
TRENDS = {
    "1.1.1": -0.05,
    "1.1.2": -0.03,
    "1.2.1": -0.06,
    "1.2.2": 0.02,
    "1.2.3": 0.02,
    "1.2.4": -0.05,
    "1.4.5": -0.01,
    "1.6.1": 0.05,
    "2.2.1": -0.02,
    "2.5.1": -0.04,
    "2.5.2": 0.04,
    "3.1.1": -0.03,
    "3.7.4": 0.08,
    "3.9.1": 0.05,
    "E33": 0.03,
    "E35": -0.04,
    "E41": 0.05,
    "M22": -0.03,
}

#: Assumptions where the facts name none.
DEFAULT_ALPHA = 0.08
DEFAULT_TOP_TENTH = 0.45
#: Assumption: nuisance out of doors follows the warm months.
_OUTDOORS = (0.80, 0.80, 0.92, 1.02, 1.12, 1.18, 1.20, 1.16, 1.06, 0.98, 0.88, 0.88)
_INDOORS = (0.97, 0.93, 1.00, 0.99, 1.03, 1.03, 1.04, 1.03, 1.00, 1.01, 0.98, 0.99)
_NUISANCE_INDOORS = ("E33", "M061")

SEXUAL = "1.4.1"
OTHER = "other"  # categories that are in the total only


@dataclass(frozen=True)
class Category:
    """One category of registered crimes or nuisance.

    share: part of the total. season: twelve factors around 1. alpha: Var = mean + alpha mean² within a month and
    neighbourhood. top_tenth: share of the events that a tenth of the neighbourhoods holds. trend: change per year.
    """

    code: str
    share: float
    season: tuple[float, ...]
    alpha: float
    top_tenth: float
    trend: float


@lru_cache
def crimes() -> tuple[Category, ...]:
    """The categories of the practice crimes, then the sexual offences and the rest, which count in the total only."""
    with (FOLDER / "calibration.csv").open(encoding="utf-8", newline="") as lines:
        found = [_crime(row) for row in csv.DictReader(lines)]
    flat = (1.0,) * 12
    found.append(_category(SEXUAL, NATIONAL_SEXUAL_2019 / NATIONAL_CRIMES_2019, flat))
    found.append(_category(OTHER, NATIONAL_OTHER_2019 / NATIONAL_CRIMES_2019, flat))
    return tuple(found)


@lru_cache
def nuisance() -> tuple[Category, ...]:
    """The codes of the practice nuisance registrations."""
    total = sum(NATIONAL_NUISANCE_2022.values())
    return tuple(
        _category(code, count / total, _INDOORS if code in _NUISANCE_INDOORS else _OUTDOORS)
        for code, count in NATIONAL_NUISANCE_2022.items()
    )


def _crime(row: dict[str, str]) -> Category:
    season = tuple(float(row[f"month_{month:02}"]) for month in range(1, 13))
    return Category(
        row["code"],
        int(row["events_2019"]) / NATIONAL_CRIMES_2019,
        season,
        float(row["dispersion_alpha"] or DEFAULT_ALPHA),
        float(row["top_tenth_share"] or DEFAULT_TOP_TENTH),
        TRENDS.get(row["code"], 0.0),
    )


def _category(code: str, share: float, season: tuple[float, ...]) -> Category:
    return Category(code, share, season, DEFAULT_ALPHA, DEFAULT_TOP_TENTH, TRENDS.get(code, 0.0))
