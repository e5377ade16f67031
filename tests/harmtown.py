"""Kleinstad with weights: the small town on a police table, whose first two areas are the worked cases of the vector.

The weights are those of the vector `harm_index`: examples, no scale. The source is restricted, so that the public
edition is made of rounded leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from config.catalogue import category_titles
from tests.smalltown import CODES, MONTHS, Town, town

#: Word of the vector -> code of the police table, the indicator that counts it, and its weight in days.
OFFENCES = {
    "moord": ("1.4.2", "killing", 5475),
    "overval": ("1.4.7", "raid", 365),
    "inbraak": ("1.1.1", "burglary_home", 20),
    "vernieling": ("2.2.1", "vandalism", 2),
}
WEIGHTS = {code: weight for code, _, weight in OFFENCES.values()}
EXCLUDED = tuple(code for code in category_titles("47022NED") if code not in WEIGHTS and code != "0.0.0")
AREA, KILLED = CODES[0], CODES[1]
SHOWN = MONTHS[12:]  # 2025-01 to 2026-09

_LIST = ", ".join(f'"{code}"' for code in EXCLUDED)
HARM = f"""\
harm:
  source: "Voorbeeldweging"
  date: 2026-01-15
  owner: "Driehoek"
  weights: {{{", ".join(f'"{code}": {weight}' for code, weight in WEIGHTS.items())}}}
  exclude: [{_LIST}]
"""
CONFIGURATION = """\
code: GM9905
name: Kleinstad
folder: kleinstad
geography: {boundaries: buurten.geojson, vintage: 2024, schematic: true}
sources:
  - id: police
    kind: statline
    table: 47022NED
    path: "politie/*.csv"
    publication: restricted
    legal_basis: "Convenant"
    purpose: "Gebiedsgericht beleid"
    retention_months: 120
    practice: true
  - {id: key_figures, kind: kwb, path: "kwb/*.csv", practice: true}
indicators:
  packs: [police, context]
  own:                                    # the catalogue shows these two for the municipality and districts only
    - {id: killing, pack: own, label: {nl: Doding}, unit: count, owner: {nl: Team}, follow_up: {nl: Overleg},
       numerator: {statline: {tables: [47022NED], codes: ["1.4.2"]}}}
    - {id: raid, pack: own, label: {nl: Overval}, unit: count, owner: {nl: Team}, follow_up: {nl: Overleg},
       numerator: {statline: {tables: [47022NED], codes: ["1.4.7"]}}}
today: 2026-11-16
"""


def offences(code: str, month: str, word: str) -> int:
    """Registered offences by a fixed rule. In 2025 the first area has 2, 31 and 80, the second one homicide alone."""
    place, number = CODES.index(code), int(month[5:])
    if code == AREA:
        return {
            "overval": int(month in ("2025-03", "2025-07")),
            "inbraak": 3 if number <= 7 else 2,
            "vernieling": 7 if number <= 8 else 6,
        }.get(word, 0)
    if code == KILLED:
        return int(word == "moord" and month == "2025-05")
    return {
        "overval": int(month == "2025-02" and place in (5, 9, 12)),
        "inbraak": (place + number) % 4,
        "vernieling": (2 * place + number) % 6,
    }.get(word, 0)


def police_rows(words: Iterable[str] = tuple(OFFENCES)) -> str:
    lines = ["ID;SoortMisdrijf;WijkenEnBuurten;Perioden;GeregistreerdeMisdrijven_1;Gemeentenaam_2;SoortRegio_3"]
    for month in SHOWN:
        period = f"{month[:4]}MM{month[5:]}"
        for word in words:
            offence = OFFENCES[word][0]
            lines += [
                f"{len(lines)};{offence} ;{code};{period};{offences(code, month, word)};Kleinstad;Buurt"
                for code in CODES
            ]
    return "\n".join(lines) + "\n"


def harm_town(place: Path, configuration: str = CONFIGURATION + HARM) -> Town:
    """The town with its police figures delivered, not yet loaded."""
    made = town(place, configuration)
    made.deliver("47022NED_2026-10-20.csv", police_rows(), folder="politie")
    return made
