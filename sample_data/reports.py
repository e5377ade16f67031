"""Reports of residents about public space: the file of a municipality's own system, with two mistakes in it.

Most numbers per neighbourhood and month are small, as they are in reality: the public edition has something to protect.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sample_data.calibration import Category
from sample_data.events import Floats, Registered
from sample_data.files import write_lines
from sample_data.places import Place, stream

#: Only this municipality gets the file.
SLUG = "oefenstad"

#: Assumption: reports per 1,000 inhabitants and year.
PER_1000 = 20.0
#: Assumptions: litter follows the warm months, lighting the dark ones.
_LITTER = (0.85, 0.85, 0.95, 1.05, 1.10, 1.12, 1.12, 1.10, 1.06, 1.00, 0.92, 0.88)
_LIGHTING = (1.30, 1.15, 1.00, 0.85, 0.75, 0.70, 0.72, 0.82, 0.98, 1.15, 1.28, 1.30)
KINDS = (
    Category("Zwerfafval", 0.62, _LITTER, 0.10, 0.30, 0.0),
    Category("Graffiti", 0.13, (1.0,) * 12, 0.10, 0.40, 0.0),
    Category("Verlichting", 0.25, _LIGHTING, 0.10, 0.25, 0.0),
)

#: The month in which the system was down: the file says zero everywhere.
ZEROS = "2025-08"
#: A digit too many: this cell is ten times too high in the file (config/corrections mends it).
TYPO_KIND, TYPO_AREA, TYPO_MONTH, TIMES = "Graffiti", "BU99010002", "2026-05", 10


def yearly_reports(place: Place) -> Floats:
    """Reports of 2023 per neighbourhood: by who lives there, with a spread."""
    spread = np.exp(0.4 * stream(place, "level of reports").standard_normal(place.population.size))
    level = np.maximum(place.population, 60) * spread
    return np.asarray(level * PER_1000 * place.population.sum() / 1_000 / level.sum())


def write_reports(path: Path, registered: Registered, published: int) -> Path:
    """One row per kind, neighbourhood and month, zeros listed."""
    scene, lines = registered.scene, ["Buurt;Maand;Soort;Aantal"]
    for month, period in enumerate(scene.months[:published]):
        for index, area in enumerate(scene.neighbourhoods):
            for row, kind in enumerate(scene.codes):
                count = 0 if period == ZEROS else int(registered.counts[row, index, month])
                if (kind, area, period) == (TYPO_KIND, TYPO_AREA, TYPO_MONTH):
                    count *= TIMES
                lines.append(f"{area};{period};{kind};{count}")
    return write_lines(path, lines, "utf-8")
