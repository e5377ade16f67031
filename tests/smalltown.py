"""Kleinstad: a small invented municipality that is loaded through the whole line, file by file.

Sixteen neighbourhoods in two districts as squares, key figures of two years, and a municipality's own file of two
categories. A test writes a good or a spoiled delivery and asks what the load said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from config.load import Configured, load_municipality
from config.vocabulary import Edition
from etl.run import LoadReport, load
from etl.snapshot import Snapshot, open_snapshot

SLUG, CODE = "kleinstad", "GM9905"
CODES = tuple(f"BU9905{district:02}{number:02}" for district in (1, 2) for number in range(1, 9))
CATEGORIES = {"Woninginbraak": "burglary_home", "Mishandeling": "assault"}
HEADER = "Buurt;Maand;Soort;Aantal"
MONTHS = tuple(f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13))[:33]  # to 2026-09

CONFIGURATION = """\
code: GM9905
name: Kleinstad
folder: kleinstad
geography: {boundaries: buurten.geojson, vintage: 2024, schematic: true}
sources:
  - id: reports
    kind: tabular
    path: "own/*.csv"
    columns: {area: Buurt, period: Maand, category: Soort, count: Aantal}
    period: {type: month, pattern: "{year}-{month:02}"}
    categories: {Woninginbraak: burglary_home, Mishandeling: assault}
    delivery: {date: "{year}-{month:02}-{day:02}"}
    legal_basis: "Convenant"
    purpose: "Gebiedsgericht beleid"
    retention_months: 120
    practice: true
  - {id: key_figures, kind: kwb, path: "kwb/*.csv", practice: true}
indicators: {packs: [police, context]}
today: 2026-11-16
"""


def count(code: str, month: str, word: str) -> int:
    """Events of an area in a month by a fixed rule: between 2 and 11."""
    return 2 + (CODES.index(code) * 3 + MONTHS.index(month) * 5 + len(word)) % 10


def rows(
    months: Iterable[str] = MONTHS, codes: Iterable[str] = CODES, words: Iterable[str] = tuple(CATEGORIES)
) -> list[str]:
    """The lines of a good delivery."""
    codes, words = list(codes), list(words)
    return [f"{code};{month};{word};{count(code, month, word)}" for month in months for code in codes for word in words]


def text(lines: Iterable[str], header: str = HEADER) -> str:
    return "\n".join([header, *lines]) + "\n"


@dataclass(frozen=True)
class Town:
    """The folder of the municipality: `data` for its files, beside `config` and `warehouse`."""

    place: Path

    @property
    def data(self) -> Path:
        return self.place / "data" / SLUG

    @property
    def root(self) -> Path:
        return self.place / "warehouse" / SLUG

    def deliver(self, name: str, content: str | bytes, folder: str = "own") -> Path:
        path = self.data / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def configured(self) -> Configured:
        return load_municipality(self.place / "config", SLUG)

    def load(self) -> LoadReport:
        return load(self.configured())

    def snapshot(self, edition: Edition = Edition.INTERNAL) -> Snapshot:
        return open_snapshot(self.root, edition)

    def ask(self, sql: str, *values: object, edition: Edition = Edition.INTERNAL) -> list[tuple[object, ...]]:
        """The answer of the served snapshot."""
        snapshot = self.snapshot(edition)
        cursor = snapshot.cursor()
        try:
            return cursor.execute(sql, list(values)).fetchall()
        finally:
            cursor.close()
            snapshot.close()


def town(place: Path, configuration: str = CONFIGURATION) -> Town:
    """Configuration, boundaries and key figures; no delivery of events yet."""
    made = Town(place)
    (place / "config" / "municipalities").mkdir(parents=True)
    (place / "config" / "municipalities" / f"{SLUG}.yml").write_text(configuration, encoding="utf-8")
    made.deliver("buurten.geojson", json.dumps(_outlines()), folder=".")
    for year in (2024, 2025):
        made.deliver(f"kwb-{year}.csv", _key_figures(year), folder="kwb")
    return made


def _outlines() -> dict[str, object]:
    features = []
    for number, code in enumerate(CODES):
        x, y = 6.0 + (number % 4) * 0.01, 52.2 - (number // 4) * 0.01
        ring = [[x, y], [x + 0.01, y], [x + 0.01, y - 0.01], [x, y - 0.01], [x, y]]
        names = {"buurtcode": code, "buurtnaam": f"Buurt {number + 1}", "wijkcode": f"WK{code[2:8]}",
                 "wijknaam": f"Wijk {code[6:8]}", "gemeentecode": CODE, "gemeentenaam": "Kleinstad"}  # fmt: skip
        features.append(
            {"type": "Feature", "properties": names, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        )
    return {"type": "FeatureCollection", "features": features}


def _key_figures(year: int) -> str:
    codes = [(code, "Buurt", 1000 + 50 * number) for number, code in enumerate(CODES)]
    lines = ["ID;WijkenEnBuurten;Gemeentenaam_1;SoortRegio_2;Codering_3;AantalInwoners_5;Woningvoorraad_34"]
    everybody = sum(people for _, _, people in codes)
    areas = [(CODE, "Gemeente", everybody)]
    for district in ("01", "02"):
        inside = sum(people for code, _, people in codes if code[6:8] == district)
        areas.append((f"WK9905{district}", "Wijk", inside))
    for number, (code, kind, people) in enumerate([*areas, *codes]):
        people += 10 * (year - 2024)
        lines.append(f'{number};"{code:10}";"Kleinstad ";"{kind}";"{code:10}";{people};{people // 2}')
    return "\n".join(lines) + "\n"
