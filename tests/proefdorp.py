"""Proefdorp: a small invented municipality as a published snapshot, made from its tables without a load.

For tests of queries and screens. Two districts of six neighbourhoods, thirty-four months, three rates, one count and
the population; every status of the internal edition occurs. Figures follow from a fixed rule, so a test can say what
it expects.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from shapely import box, to_wkb, unary_union

from config.vocabulary import Edition
from etl.content import create_tables
from etl.publish import publish
from etl.tables import TABLES

SLUG, CODE, NAME = "proefdorp", "GM9901", "Proefdorp"
DISTRICTS = ("WK990101", "WK990102")
NEIGHBOURHOODS = tuple(f"BU99010{district}0{number}" for district in (1, 2) for number in range(1, 7))
_ORDER = (
    "Noorderveld", "Zuiderkwartier",
    "Akkerrand", "Bosrijk", "Centrum", "De Dreef", "Eikenhof", "Fabrieksbuurt",
    "Goudkust", "Havenkwartier", "Iepenlaan", "Jachthaven", "Kleine Esch", "Landgoed Ruimzicht",
)  # fmt: skip
NAMES = dict(zip((*DISTRICTS, *NEIGHBOURHOODS), _ORDER, strict=True))
#: The last neighbourhood has too few inhabitants for a rate.
POPULATION = dict(zip(NEIGHBOURHOODS, (2100, 1450, 3900, 800, 2600, 1200, 1750, 3100, 950, 640, 2250, 40), strict=True))
MONTHS = tuple(f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13))[:34]  # to 2026-10
#: indicator: pack, theme, Dutch, English, unit, denominator, direction, source
INDICATORS: dict[str, tuple[Any, ...]] = {
    "burglary_home": ("police", "property", "Woninginbraak", "Home burglary", "per_1000_inhabitants", "population",
                      "higher_is_worse", "police"),
    "violent_crime": ("police", "violence", "Geweld", "Violent crime", "per_1000_inhabitants", "population",
                      "higher_is_worse", "police"),
    "nuisance_vandalism": ("police", "nuisance", "Overlast en vernieling", "Nuisance and vandalism",
                           "per_1000_inhabitants", "population", "higher_is_worse", "police"),
    "litter_reports": ("public_space", "public_space", "Meldingen zwerfafval", "Litter reports", "count", None,
                       "neutral", "own"),
    "population": ("context", "population", "Inwoners", "Residents", "count", None, "neutral", "key_figures"),
}  # fmt: skip
EVENTS = tuple(INDICATORS)[:4]

#: Neighbourhoods elsewhere like the third one: code, name, municipality, distance.
PEERS_ELSEWHERE = (
    ("BU99080101", "Watertuin", "Overdorp", 0.31),
    ("BU99090203", "Molenkamp", "Verderop", 1.07),
)

CONFIGURATION = """\
code: GM9901
name: Proefdorp
folder: proefdorp
geography: {boundaries: buurten.geojson, vintage: 2026, schematic: true}
sources:
  - {id: key_figures, kind: kwb, path: "kwb/*.csv"}
  - {id: police, kind: statline, table: 47022NED, path: "politie/*.csv", practice: true}
indicators: {packs: [police, context]}
"""


def make_config(folder: Path, warehouse: Path, slugs: tuple[str, ...] = (SLUG,)) -> Path:
    """Write a configuration folder with one municipality per slug over a warehouse; returns the folder."""
    (folder / "municipalities").mkdir(parents=True)
    (folder / "site.yml").write_text(f'warehouse: "{warehouse}"\ndata_roots: [data]\n', encoding="utf-8")
    for number, slug in enumerate(slugs):
        text = CONFIGURATION.replace("GM9901", f"GM990{number + 1}").replace("folder: proefdorp", f"folder: {slug}")
        (folder / "municipalities" / f"{slug}.yml").write_text(text, encoding="utf-8")
    return folder


def make_snapshot(root: Path, slug: str = SLUG) -> str:
    """Publish the snapshot in `root` (the folder warehouse/<slug>); returns its load id."""
    return publish(root, lambda con, load_id: fill(con, slug, load_id), manifest={"config_hash": "test"}).load_id


def fill(con: duckdb.DuckDBPyConnection, slug: str, load_id: str, make: Any = None) -> None:
    """Make and fill the tables of a snapshot (`make`: `tables` or `public_tables`)."""
    _fill(con, (make or tables)(slug, load_id))


def _fill(con: duckdb.DuckDBPyConnection, frames: dict[str, pd.DataFrame]) -> None:
    create_tables(con, TABLES)
    for name, frame in frames.items():
        columns = ", ".join(f'"{column}"' for column in frame.columns)
        con.register("_rows", frame)
        con.execute(f'INSERT INTO "{name}" ({columns}) SELECT {columns} FROM _rows')
        con.unregister("_rows")


def tables(slug: str = SLUG, load_id: str = "000001") -> dict[str, pd.DataFrame]:
    """All tables as frames."""
    observation = _observations(slug, load_id)
    return {
        "municipality": pd.DataFrame(
            [(slug, CODE, NAME, 2026, True, True, dt.date(2026, 11, 16))],
            columns=["slug", "code", "name", "vintage", "is_practice", "is_schematic", "today"],
        ),
        "area": _areas(),
        "area_neighbour": pd.DataFrame(_neighbours(), columns=["area_code", "neighbour_code"]),
        "map_layer": pd.DataFrame([_layer("neighbourhood"), _layer("district")]),
        "indicator": _indicators(),
        "period": _periods(observation),
        "observation": observation,
        "benchmark": _benchmarks(observation),
        "unallocated": _unallocated(observation),
        "delivery": _deliveries(),
        "meta": pd.DataFrame(
            [("peers_elsewhere_source", "key_figures"), ("peers_elsewhere_year", "2024")], columns=["key", "value"]
        ),
        "peer": pd.DataFrame(
            [
                {
                    "scope": "elsewhere",
                    "area_code": NEIGHBOURHOODS[2],
                    "peer_code": code,
                    "rank": rank,
                    "distance": distance,
                    "kept_share": 0.75,
                    "is_stable": False,
                    "features": "population, woz_average",
                    "peer_name": name,
                    "municipality_code": f"GM{code[2:6]}",
                    "municipality_name": municipality,
                    "period": "2024",
                }
                for rank, (code, name, municipality, distance) in enumerate(PEERS_ELSEWHERE, 1)
            ]
        ),
        "quality_check": pd.DataFrame(
            [
                (
                    "police",
                    "GEO-010",
                    "warning",
                    "1 buurt zonder cijfers",
                    "1 neighbourhood without figures",
                    "2026",
                    "vraag de leverancier",
                    "ask the supplier",
                    1,
                )
            ],
            columns=["source_id", "code", "level", "what_nl", "what", "place", "fix_nl", "fix", "number"],
        ),
    }


def _indicators() -> pd.DataFrame:
    rows = []
    for position, (indicator, entry) in enumerate(INDICATORS.items(), 1):
        pack, theme, dutch, english, unit, denominator, direction, source = entry
        definition = {
            "id": indicator, "pack": pack, "theme": theme, "unit": unit, "direction": direction,
            "label": {"nl": dutch, "en": english},
            "description": {"nl": f"{dutch}, geregistreerd.", "en": f"{english}, registered."},
            "caveat": {"nl": "Aangiftebereidheid weegt mee.", "en": "Willingness to report weighs in."},
            "owner": {"nl": "Team Veiligheid", "en": "Safety team"},
            "follow_up": {"nl": "Bespreek met de wijkagent.", "en": "Discuss with the community officer."},
            "source": {"publisher": "Politie", "licence": "CC BY 4.0"},
            "numerator": {"kwb": {"columns": ["AantalInwoners"]}} if source == "key_figures" else {"tabular": {}},
        }  # fmt: skip
        rows.append(
            {"indicator": indicator, "position": position, "pack": pack, "theme": theme, "label_nl": dutch,
             "label_en": english, "unit": unit, "denominator": denominator, "direction": direction,
             "source_id": source, "definition": json.dumps(definition)}
        )  # fmt: skip
    return pd.DataFrame(rows)


# --- areas: a grid of squares, four columns and three rows -----------------------------------------------------------

_CELL = 1000


def _place(code: str) -> tuple[int, int]:
    number = NEIGHBOURHOODS.index(code)
    return number % 4, number // 4


def _parent(code: str) -> str | None:
    if code == CODE:
        return None
    return CODE if code in DISTRICTS else DISTRICTS[NEIGHBOURHOODS.index(code) // 6]


def _areas() -> pd.DataFrame:
    shapes = {}
    for code in NEIGHBOURHOODS:
        column, row = _place(code)
        shapes[code] = box(6.0 + column * 0.01, 52.19 - row * 0.01, 6.01 + column * 0.01, 52.2 - row * 0.01)
    for number, district in enumerate(DISTRICTS):
        shapes[district] = unary_union([shapes[code] for code in NEIGHBOURHOODS[number * 6 : number * 6 + 6]])
    shapes[CODE] = unary_union([shapes[district] for district in DISTRICTS])
    levels = {CODE: "municipality", **dict.fromkeys(DISTRICTS, "district")}
    return pd.DataFrame(
        [
            {"area_code": code, "area_level": levels.get(code, "neighbourhood"), "area_name": NAMES.get(code, NAME),
             "vintage": 2026, "parent": _parent(code), "geometry": to_wkb(shape), "area_km2": 0.75, "has_figures": True}
            for code, shape in shapes.items()
        ]
    )  # fmt: skip


def _neighbours() -> list[tuple[str, str]]:
    return [
        (one, other)
        for one in NEIGHBOURHOODS
        for other in NEIGHBOURHOODS
        if one != other and max(abs(a - b) for a, b in zip(_place(one), _place(other), strict=True)) == 1
    ]


def _layer(level: str) -> dict[str, Any]:
    def square(code: str) -> list[Any]:
        x, y = (part * _CELL for part in _place(code))
        return [code, f"M{x} {y}h{_CELL}v{_CELL}h-{_CELL}z", x + _CELL // 2, y + _CELL // 2]

    if level == "neighbourhood":
        shapes = [square(code) for code in NEIGHBOURHOODS]
    else:  # the first district: the first row and half of the second; the other one is the rest
        shapes = [
            [DISTRICTS[0], "M0 0h4000v1000h-2000v1000h-2000z", 1500, 750],
            [DISTRICTS[1], "M0 2000h2000v-1000h2000v2000h-4000z", 2500, 2250],
        ]
    text = json.dumps({"width": 4000, "height": 3000, "areas": shapes}, separators=(",", ":"))
    return {"area_level": level, "vintage": 2026, "sha256": hashlib.sha256(text.encode()).hexdigest(), "json": text}


# --- figures ---------------------------------------------------------------------------------------------------------


def count(indicator: str, code: str, month: str) -> int:
    """Events of a neighbourhood in a month by a fixed rule: more in winter, more where more people live."""
    place, number = EVENTS.index(indicator), NEIGHBOURHOODS.index(code)
    year, month_number = int(month[:4]), int(month[5:])
    season = 3 if month_number in (11, 12, 1, 2) else 1
    return (POPULATION[code] // 500 + season + number * (place + 1) + year % 3 + month_number) % (7 + 2 * place)


def _members() -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        ("municipality", CODE, NEIGHBOURHOODS),
        ("district", DISTRICTS[0], NEIGHBOURHOODS[:6]),
        ("district", DISTRICTS[1], NEIGHBOURHOODS[6:]),
        *(("neighbourhood", code, (code,)) for code in NEIGHBOURHOODS),
    ]


def _observations(slug: str, load_id: str) -> pd.DataFrame:
    rows = []
    for level, code, members in _members():
        people = sum(POPULATION[member] for member in members)
        for year in ("2024", "2025", "2026"):
            rows.append(_cell("population", level, code, "year", year, people, None, 1))
        for indicator in EVENTS:
            monthly = [sum(count(indicator, member, month) for member in members) for month in MONTHS]
            for place, month in enumerate(MONTHS):
                rows.append(_cell(indicator, level, code, "month", month, monthly[place], people, 12))
                if place >= 11:
                    window = sum(monthly[place - 11 : place + 1])
                    rows.append(_cell(indicator, level, code, "rolling_12_months", f"{month}-R12", window, people, 1))
            for year in ("2024", "2025", "2026"):
                total = sum(value for value, month in zip(monthly, MONTHS, strict=True) if month.startswith(year))
                rows.append(_cell(indicator, level, code, "year", year, total, people, 1))
    frame = pd.DataFrame(rows)
    frame["municipality"], frame["vintage"], frame["snapshot"], frame["load_id"] = slug, 2026, load_id, load_id
    frame["area_name"] = frame["area_code"].map(NAMES).fillna(NAME)
    frame["unit"] = frame["indicator"].map({name: entry[4] for name, entry in INDICATORS.items()})
    frame["source_id"] = frame["indicator"].map({name: entry[7] for name, entry in INDICATORS.items()})
    frame["source"] = "oefendata: " + frame["source_id"]
    frame.loc[frame["indicator"] == "population", "source"] = "key_figures"
    frame["denominator_period"], frame["coverage_share"], frame["estimated_share"] = "2026", 1.0, 0.0
    return frame


def _cell(
    indicator: str, level: str, code: str, kind: str, period: str, events: int, people: int | None, per_year: int
) -> dict[str, Any]:
    """One observation with its status; interval by the normal approximation, near enough for a screen."""
    status = _status(indicator, code, period)
    cell: dict[str, Any] = {
        "indicator": indicator, "area_level": level, "area_code": code, "period_type": kind, "period": period,
        "numerator": float(events), "denominator": people, "status": status,
        "value": None, "rate": None, "lower": None, "upper": None,
    }  # fmt: skip
    if status in ("not_delivered", "suppressed"):
        return cell | {"numerator": None, "denominator": None}
    if INDICATORS[indicator][4] == "count":
        return cell | {"value": float(events), "denominator": None}
    if status == "not_applicable" or people is None:
        return cell
    per_thousand, margin = 1000 * per_year / people, 1.96 * max(events, 1) ** 0.5
    return cell | {
        "value": events * per_thousand,
        "rate": events * per_thousand,
        "lower": max(0.0, events - margin) * per_thousand,
        "upper": (events + margin) * per_thousand,
    }


def _status(indicator: str, code: str, period: str) -> str:
    is_young = period.startswith(("2026-09", "2026-10"))
    if indicator == "population":
        return "final"
    if code == NEIGHBOURHOODS[-1] and indicator != "litter_reports":
        return "not_applicable"  # 40 inhabitants
    if code == NEIGHBOURHOODS[3] and indicator == "violent_crime":
        return "suppressed"
    if code == NEIGHBOURHOODS[8] and is_young:
        return "not_delivered"
    if is_young or period == "2026":
        return "provisional"
    return "estimated" if code == NEIGHBOURHOODS[1] and indicator == "nuisance_vandalism" else "final"


def _periods(observation: pd.DataFrame) -> pd.DataFrame:
    pairs = observation[["period", "period_type"]].drop_duplicates()
    rows = [(period, kind, *_days(period)) for period, kind in pairs.itertuples(index=False)]
    frame = pd.DataFrame(rows, columns=["period", "period_type", "first_day", "last_day"])
    frame = frame.sort_values(["period_type", "last_day"])
    frame["position"] = frame.groupby("period_type").cumcount() + 1
    return frame


def _days(period: str) -> tuple[dt.date, dt.date]:
    if len(period) == 4:
        return dt.date(int(period), 1, 1), dt.date(int(period), 12, 31)
    year, month = int(period[:4]), int(period[5:7])
    last = dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)
    if period.endswith("R12"):
        return dt.date(last.year - (month < 12), month % 12 + 1, 1), last
    return dt.date(year, month, 1), last


def _benchmarks(observation: pd.DataFrame) -> pd.DataFrame:
    """Against the rest and against the year before, for the newest complete window; the four verdicts in turn."""
    words = ("no_difference", "higher", "lower", "too_few")
    rates = observation[observation["rate"].notna()].set_index(["indicator", "area_code", "period"])
    rows = []
    for number, cell in enumerate(rates.xs("2026-08-R12", level="period").itertuples()):
        indicator, code = cell.Index
        whole = rates.loc[(indicator, CODE, "2026-08-R12")]
        others = {"year_before": rates.at[(indicator, code, "2025-08-R12"), "value"]}
        if code != CODE:
            rest = (whole["numerator"] - cell.numerator) / (whole["denominator"] - cell.denominator)
            others["rest_of_municipality"] = 1000 * rest
        for kind, value in others.items():
            ratio = cell.value / value
            rows.append(
                {"indicator": indicator, "area_code": code, "period": "2026-08-R12", "kind": kind, "value": value,
                 "ratio": ratio, "ratio_lower": ratio * 0.8, "ratio_upper": ratio * 1.25, "verdict": words[number % 4]}
            )  # fmt: skip
    return pd.DataFrame(rows)


def _unallocated(observation: pd.DataFrame) -> pd.DataFrame:
    """Three events of the whole belong to no neighbourhood."""
    whole = observation[(observation["area_level"] == "municipality") & (observation["indicator"] != "population")]
    return pd.DataFrame(
        [
            {"indicator": cell.indicator, "period_type": cell.period_type, "period": cell.period,
             "whole": cell.numerator, "parts": cell.numerator - 3, "unallocated": 3.0, "origin": "own_row"}
            for cell in whole.itertuples()
        ]
    )  # fmt: skip


def _deliveries() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"source_id": source, "sha256": hashlib.sha256(source.encode()).hexdigest(), "name": f"{source}.csv",
             "bytes": 12_345, "received": dt.datetime(2026, 11, 10, 9, 0), "delivery_date": "2026-11", "rows_read": 900,
             "rows_used": 890, "rows_skipped": 8, "rows_quarantined": 2, "first_period": "2024-01",
             "last_period": "2026-10", "areas": 12, "vintage": "2026", "practice": source != "key_figures",
             "publication": "open"}
            for source in ("police", "own", "key_figures")
        ]
    )  # fmt: skip


# --- the public edition ----------------------------------------------------------------------------------------------


def public_tables(slug: str = SLUG, load_id: str = "000001") -> dict[str, pd.DataFrame]:
    """As `tables`, with the counts of burglaries rounded at the leaf (a neighbourhood in a month) and summed anew."""
    found = tables(slug, load_id)
    cells = found["observation"]
    mine, status = cells["indicator"] == "burglary_home", cells["status"].copy()
    leaf = mine & (cells["area_level"] == "neighbourhood") & (cells["period_type"] == "month")
    small = leaf & (cells["numerator"] <= 5)
    numerator = cells["numerator"].mask(small, (cells["numerator"] > 2) * 5.0)
    status = status.mask(small & cells["value"].notna(), "rounded")
    # Every sum is made of the rounded leaves.
    places = pd.MultiIndex.from_frame(cells.loc[leaf, ["area_code", "period"]])
    of_leaf = pd.Series(numerator[leaf].to_numpy(), index=places)
    for at in cells.index[mine & ~leaf & cells["numerator"].notna()]:
        code, period, kind = (cells.at[at, name] for name in ("area_code", "period", "period_type"))
        inside = [one for level, whole, members in _members() if whole == code for one in members]
        end = MONTHS.index(period[:7]) if kind != "year" else 0
        months = {
            "month": MONTHS[end : end + 1],
            "year": tuple(month for month in MONTHS if month.startswith(period)),
            "rolling_12_months": MONTHS[end - 11 : end + 1],
        }[kind]
        numerator[at] = sum(float(of_leaf.get((one, month), 0.0) or 0.0) for one in inside for month in months)
    share = (numerator / cells["numerator"].where(cells["numerator"] != 0)).fillna(1.0).where(mine, 1.0)
    changed = {name: cells[name] * share for name in ("value", "rate", "lower", "upper")}
    found["observation"] = cells.assign(numerator=numerator, status=status, numerator_status=status, **changed)
    return found


def make_both_editions(root: Path, slug: str = SLUG) -> str:
    """Publish one load with its two files in `root`; returns its load id."""

    def of(make: Any) -> Any:
        return lambda con, load_id: _fill(con, make(slug, load_id))

    fills = {Edition.INTERNAL: of(tables), Edition.PUBLIC: of(public_tables)}
    return publish(root, fills, manifest={"config_hash": "test"}).load_id
