"""Configuration that the program writes itself: a first file for a municipality, and the schema for editors."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Collection
from typing import Any

from config.catalogue import category_titles
from config.corrections import MEANING as CORRECTION_KEYS
from config.corrections import CorrectionsFile
from config.describe import MEANING, meaning
from config.harm_indicator import CRIME_TABLES
from config.model import Municipality
from config.vocabulary import TOTAL_CODE

_STARTER = """\
# config/municipalities/{slug}.yml — everything that {name} writes. What starts with # is optional.
# Check it with `buurtbeeld validate {slug}`; the meaning of every key: `buurtbeeld schema`.
code: {code}
name: {quoted}
folder: {folder}                      # below one of site.yml's data_roots; all paths in this file are inside it

geography:
  boundaries: buurten.gpkg              # GeoPackage, GeoJSON or zipped shapefile
  vintage: 2024                         # year of the division into areas
#  area_list: areas.txt                  # names areas that have no outline
#  crosswalks: [buurt_2023_2024.csv]     # from_code, from_vintage, to_code, to_vintage, share
#  former_boundaries: [{{path: buurten_2023.gpkg, vintage: 2023}}]   # earlier outlines: shares by overlap
#  predecessors: [GM9999]                # municipalities that went into this one
#  custom_areas:
#    - {{id: centrum, name: Centrum, neighbourhoods: [BU{digits}0000, BU{digits}0001]}}

sources:                                # order is precedence
  - {{id: police_monthly, kind: statline, table: 47022NED, path: "politie/47022NED*.csv"}}
  - {{id: nuisance_monthly, kind: statline, table: 47024NED, path: "politie/47024NED*.csv"}}
  - {{id: key_figures, kind: kwb, path: "kwb/*.csv"}}
#  - {{id: health, kind: health, path: "rivm/*.xlsx"}}   # 50120NED of RIVM; shown by the pack social_domain
# The municipality's own weekly delivery: columns are mapped, not programmed.
#  - id: police_weekly
#    kind: tabular
#    path: "politie/week-*.csv"
#    format: {{delimiter: ";", encoding: utf-8, decimal: ","}}
#    columns: {{area: Buurtcode, period: Weeknr, category: Categorie, count: Aantal}}
#    area_code: {{prefix: BU, pad: 8}}     # 1530000 becomes BU01530000
#    period: {{type: week, pattern: "{{year}}{{week:02}}"}}
#    categories: {{Vermogen: property_crime, Geweld: violent_crime, Overlast/vernieling: nuisance_vandalism}}
#    zero_rows: listed                   # omitted: an area that occurred before and is absent counts 0
#    delivery: {{date: "{{year}}-{{week:02}}", weekday: tuesday, count_basis: net, lag_weeks: 1}}
#    publication: restricted             # protected in the public edition
#    legal_basis: "Convenant gegevensdeling politie–gemeente, art. 3"
#    purpose: "Gebiedsgericht veiligheidsbeleid"
#    retention_months: 120
#    practice: false                     # true: made-up figures, marked "oefendata" everywhere
# A workbook (.xlsx) or Parquet file: a column per indicator …
#  - id: reports
#    kind: tabular
#    path: "meldingen.xlsx"
#    format: {{sheet: Data}}               # left out: the only sheet with data
#    columns: {{area: buurt, period: maand}}
#    period: {{type: month, pattern: "{{year}}-{{month:02}}", excel_dates: false}}   # true: the cells are dates
#    values: {{Meldingen zwerfafval: litter_reports}}
#    publication: open                   # already public as exact counts; restricted: as above
# … or a column per period, of one indicator:
#  - id: reports_wide
#    kind: tabular
#    path: "meldingen-breed.xlsx"
#    columns: {{area: buurt}}
#    period: {{type: month, columns: "{{year}}-{{month:02}}"}}   # every heading like 2026-03 is a period
#    indicator: litter_reports           # or `columns.category` with `categories`
#    publication: open

#indicators:
#  packs: [police, nuisance, context]    # also perception, quality, social_domain, youth, subversion, public_space
#  disable: [cybercrime]
#  owners: {{burglary_home: "Team Wonen"}}
#  own:                                  # same fields as the catalogue
#    - id: empty_shops
#      pack: own
#      label: {{nl: Leegstaande winkels, en: Empty shops}}
#      unit: count
#      numerator: {{tabular: {{}}}}
#      owner: {{nl: Team Economie}}
#      follow_up: {{nl: Gesprek met eigenaren}}

# Why this monitor exists: information without a follow-up is "nice to know".
#questions:
#  - id: inbraak
#    question: "Waar loopt woninginbraak op?"
#    owner: "Team Veiligheid"
#    follow_up: "Gesprek met wijkagent en corporatie"
#    indicators: [burglary_home]
#    audience: [adviser]
#    maintainer: "Informatiemanagement"
#    review: 2027-03-01
#targets:
#  - {{indicator: burglary_home, level: municipality, period: "2027", value: 3.0, source: "Integraal Veiligheidsplan"}}
#breaks:                                 # changes in the way of counting: drawn in charts, respected by verdicts
#  - {{indicators: [litter_reports], date: 2025-01-01, reason: {{nl: Meldingen ook via de app}}}}
#rates: {{min_inhabitants: 100, min_dwellings: 50}}   # below: no rate, no rank
#peers: {{features: [population_density, single_households, social_housing_share]}}   # what makes areas alike
# One figure out of several, only where you ask for it; always shown with its parts and how sure its places are.
#indexes:
#  - id: safety_index
#    label: {{nl: Veiligheidsindex, en: Safety index}}
#    base: "2024"                        # the municipality of this year is 100
#    owner: "Team Veiligheid"
#    purpose: "Onderzoeken waar meer cijfers tegelijk ongunstig zijn"
#    source: "Integraal Veiligheidsplan"
#    themes:                             # each counts alike; or one list `indicators:` without themes
#      - {{label: {{nl: Diefstal, en: Theft}}, indicators: [burglary_home, theft_bike_moped]}}
#      - {{label: {{nl: Geweld, en: Violence}}, indicators: [assault, threat]}}
# Offences counted by their seriousness: only with weights you set yourself, for every code of the table; no defaults.
#harm:
#  source: "Strafvorderingsrichtlijnen OM, in dagen"
#  date: 2026-01-15                      # adopted on
#  owner: "Driehoek"
#  weights: {{"1.1.1": 1, "1.4.7": 2}}     # code -> days; these two numbers only show how it is written
#  exclude:                              # left out on purpose, such as what the police find themselves
{unweighted}
#disclosure: {{public: {{base: 5}}, external_totals: []}}
#languages: [nl, en]
#contact: {{name: Team Veiligheid, email: veiligheid@gemeente.example}}
#theme: {{primary: "#0f4c81"}}            # carries white text: contrast at least 4.5 : 1
#roles: {{viewer: [], adviser: [], partner: [], admin: [], auditor: []}}   # claims from the sign-in provider
"""


def starter(code: str, name: str | None = None) -> str:
    """A first configuration file: the required keys, and every optional key as a comment.

    Args:
        code: municipality code, GM and four digits.
        name: name on screen; left out: the code, to be replaced.

    Raises:
        ValueError: not a municipality code, or a name that no file could hold.
    """
    if not re.fullmatch(r"GM[0-9]{4}", code):
        raise ValueError("expected a municipality code: GM and four digits, such as GM0153")
    shown = " ".join((name or code).split())
    if not shown or any(unicodedata.category(sign) == "Cc" or sign == "<" for sign in shown):
        raise ValueError("expected a name without markup or control signs")
    slug = slug_of(shown) or code.lower()
    return _STARTER.format(
        code=code,
        digits=code[2:],
        name=shown,
        quoted=_as_text(shown),
        slug=slug,
        folder=_as_text(slug),
        unweighted=_unweighted(("1.1.1", "1.4.7")),
    )


def _unweighted(weighed: Collection[str]) -> str:
    """The other offence codes of the table of the starter, as commented lines of a list."""
    codes = [f'"{code}"' for code in category_titles(CRIME_TABLES[0]) if code not in (TOTAL_CODE, *weighed)]
    return textwrap.fill(
        f"[{', '.join(codes)}]", width=118, initial_indent="#    ", subsequent_indent="#     ", break_on_hyphens=False
    )


def slug_of(name: str) -> str:
    """The name of the file and folder: lower case, digits and hyphens; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-").lstrip("0123456789-")[:40].rstrip("-")


def _as_text(text: str) -> str:
    """The text as YAML that every reader takes for text: in quotes, but for plain words that mean nothing else."""
    is_word = re.fullmatch(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ -]*[A-Za-zÀ-ÿ]", text) is not None
    if is_word and text.lower() not in ("yes", "no", "on", "off", "true", "false", "null"):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def json_schema() -> dict[str, Any]:
    """JSON Schema of a municipality's file, with the meaning of every key."""
    schema = Municipality.model_json_schema(by_alias=True)
    _describe(schema, "Municipality")
    for name, part in schema.get("$defs", {}).items():
        if name in MEANING or "Source" in name:
            _describe(part, name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Buurtbeeld: one municipality",
    }


def corrections_schema() -> dict[str, Any]:
    """JSON Schema of a file of corrections, with the meaning of every key."""
    schema = CorrectionsFile.model_json_schema()
    for name, part in [("CorrectionsFile", schema), *schema["$defs"].items()]:
        for key, entry in part.get("properties", {}).items():
            entry["description"] = CORRECTION_KEYS[name][key]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Buurtbeeld: corrections of one municipality",
    }


def _describe(part: dict[str, Any], model: str) -> None:
    for key, known in part.get("properties", {}).items():
        known["description"] = meaning(model, key)
