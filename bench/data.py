"""A seeded municipality of 621,000 rows: 115 areas × 30 categories × 180 months, as StatLine delivers it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

CODE = "GM9990"
#: Categories of table 47022NED that the catalogue uses, as far as 30.
N_CATEGORIES = 30
N_DISTRICTS, N_NEIGHBOURHOODS = 14, 100  # with the municipality 115 areas
FIRST_YEAR, N_YEARS = 2011, 15


def make(folder: Path) -> Path:
    """Write config/ and data/ of the municipality `bench` below `folder`; returns the folder of the configuration.

    The data file has 621,000 rows and some 30 MB.
    """
    config, data = folder / "config", folder / "data" / "bench"
    (config / "municipalities").mkdir(parents=True, exist_ok=True)
    data.mkdir(parents=True, exist_ok=True)
    (config / "municipalities" / "bench.yml").write_text(
        f"code: {CODE}\nname: Meetstad\nfolder: bench\n"
        "geography: {boundaries: buurten.geojson, vintage: 2024, schematic: true}\n"
        "sources:\n"
        '  - {id: police, kind: statline, table: 47022NED, path: "47022NED.csv", practice: true}\n'
        '  - {id: key_figures, kind: kwb, path: "kwb_2024.csv", practice: true}\n'
        "today: 2026-06-01\n",
        encoding="utf-8",
    )
    neighbourhoods = [f"BU9990{1 + i % N_DISTRICTS:02}{i // N_DISTRICTS:02}" for i in range(N_NEIGHBOURHOODS)]
    districts = sorted({f"WK{code[2:8]}" for code in neighbourhoods})
    _write_boundaries(data / "buurten.geojson", sorted(neighbourhoods))
    areas = [CODE, *districts, *sorted(neighbourhoods)]
    _write_police(data / "47022NED.csv", areas, _categories())
    people = "\n".join(f"{code.ljust(10)};{900 + 7 * i}" for i, code in enumerate(sorted(neighbourhoods)))
    (data / "kwb_2024.csv").write_text(f"WijkenEnBuurten;AantalInwoners_5\n{people}\n", encoding="utf-8")
    return config


def _categories() -> list[str]:
    from config.load import load_catalogue

    shipped = Path(__file__).parent.parent / "config"
    codes = {
        code
        for indicator in load_catalogue(shipped).values()
        if indicator.numerator.statline and "47022NED" in indicator.numerator.statline.tables
        for code in indicator.numerator.statline.codes
    }
    return sorted(codes)[:N_CATEGORIES]


def _write_boundaries(path: Path, codes: list[str]) -> None:
    """A grid of squares, side by side."""
    features = []
    for number, code in enumerate(codes):
        x, y = 6.0 + number % 10 * 0.01, 52.0 + number // 10 * 0.006
        ring = [[x, y], [x + 0.01, y], [x + 0.01, y + 0.006], [x, y + 0.006], [x, y]]
        features.append(
            {
                "type": "Feature",
                "properties": {"buurtcode": code, "buurtnaam": f"Buurt {number + 1}"},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def _write_police(path: Path, areas: list[str], categories: list[str]) -> None:
    random = np.random.Generator(np.random.PCG64(20261123))
    months = [f"{FIRST_YEAR + i // 12}MM{i % 12 + 1:02}" for i in range(12 * N_YEARS)]
    hoods = np.array([code.startswith("BU") for code in areas])
    counts = random.negative_binomial(1, 0.55, (len(categories), len(areas), len(months)))
    for place, code in enumerate(areas):
        if not hoods[place]:
            inside = [i for i, hood in enumerate(areas) if hoods[i] and (code[:2] == "GM" or hood[2:8] == code[2:])]
            counts[:, place] = counts[:, inside].sum(axis=1)
    with path.open("w", encoding="utf-8") as file:
        file.write("ID;SoortMisdrijf;WijkenEnBuurten;Perioden;GeregistreerdeMisdrijven_1\n")
        number = 0
        for i, category in enumerate(categories):
            for j, area in enumerate(areas):
                head = f"{category.ljust(6)};{area.ljust(10)};"
                rows = []
                for k, month in enumerate(months):
                    rows.append(f"{number};{head}{month};{counts[i, j, k]}")
                    number += 1
                file.write("\n".join(rows) + "\n")
