"""A delivery of a municipality's own file, from text in a test to what the line makes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from config.model import TabularSource
from etl.areas import AreaTree
from etl.contract import Checked, check
from etl.frames import RawFrame, work_connection
from etl.sources import tabular

TODAY = dt.date(2026, 11, 16)
CATEGORIES = {"Woninginbraak": "burglary_home", "Overlast": "nuisance"}
COLUMNS = {"area": "Buurt", "period": "Maand", "category": "Soort", "count": "Aantal"}
HEADER = "Buurt;Maand;Soort;Aantal"
#: Enough neighbourhoods that one bad row stays below the limits.
CODES = tuple(f"BU0153{district:02}{number:02}" for district in range(9) for number in range(10))


def tree(codes: Iterable[str] = CODES, names: dict[str, str] | None = None, custom: Iterable[str] = ()) -> AreaTree:
    """The areas of Enschede (GM0153), vintage 2024: gemeente, wijken and buurten without polygons."""
    codes = sorted(codes)
    rows = [("GM0153", "municipality", "Enschede", None)]
    rows += [(wijk, "district", f"Wijk {wijk[6:8]}", "GM0153") for wijk in sorted({f"WK{code[2:8]}" for code in codes})]
    rows += [(code, "neighbourhood", f"Buurt {code[6:]}", f"WK{code[2:8]}") for code in codes]
    rows += [(code, "custom", code.title(), None) for code in custom]
    frame = pd.DataFrame(rows, columns=["area_code", "area_level", "area_name", "parent"]).astype(object)
    frame["area_name"] = [
        (names or {}).get(code, name) for code, name in zip(frame.area_code, frame.area_name, strict=True)
    ]
    frame = frame.assign(geometry=None, area_km2=1.0, listed_only=False, is_water=False)
    frame["members"] = [()] * len(frame)
    return AreaTree("GM0153", 2024, frame.where(frame.notna(), None))


def source(**changes: Any) -> TabularSource:
    """A monthly source of two categories; `changes` replace keys of the configuration."""
    settings: dict[str, Any] = {
        "id": "own",
        "kind": "tabular",
        "path": "*.csv",
        "columns": COLUMNS,
        "period": {"type": "month", "pattern": "{year}-{month:02}"},
        "categories": CATEGORIES,
    }
    return TabularSource.model_validate(
        {key: value for key, value in (settings | changes).items() if value is not None}
    )


def good_rows(periods: Iterable[str] = ("2026-01", "2026-02", "2026-03"), codes: Iterable[str] = CODES) -> list[str]:
    """Every area, period and category with a count between 1 and 9."""
    codes = list(codes)
    return [
        f"{code};{period};{word};{1 + (position + turn) % 9}"
        for turn, period in enumerate(periods)
        for position, code in enumerate(codes)
        for word in CATEGORIES
    ]


def text(rows: Iterable[str], header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


@dataclass(frozen=True)
class Outcome:
    """What came of a delivery that was not refused."""

    con: duckdb.DuckDBPyConnection
    raw: RawFrame
    checked: Checked

    def rows(self, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
        return self.con.execute(f'SELECT {columns} FROM "{table}" ORDER BY ALL').fetchall()

    @property
    def accepted(self) -> list[tuple[Any, ...]]:
        return self.rows(self.checked.accepted, "area, period, measure, value, mark")

    @property
    def quarantine(self) -> list[tuple[Any, ...]]:
        return self.rows(self.checked.quarantine, "row, area, period, measure, value, code")

    def told(self, code: str) -> list[Any]:
        return [finding for finding in (*self.raw.findings, *self.checked.findings) if finding.code == code]


def read(folder: Path, content: str | bytes, how: TabularSource, areas: AreaTree, name: str = "own.csv") -> tuple:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    con = work_connection()
    raw = tabular.read(con, how, path, name=name, municipality_code="GM0153", table="raw", areas=areas)
    return con, raw


def deliver(
    folder: Path,
    content: str | bytes,
    how: TabularSource | None = None,
    areas: AreaTree | None = None,
    name: str = "own.csv",
    **settings: Any,
) -> Outcome:
    """From the bytes of a file to what the contract makes of it; raises what the line raises."""
    how, areas = how or source(), areas or tree()
    con, raw = read(folder, content, how, areas, name)
    options: dict[str, Any] = {
        "used_measures": set(how.fed),
        "fraction_measures": how.fed if how.columns.value else frozenset(),
        "today": TODAY,
    }
    checked = check(
        con, raw, source=how, delivery_sha="ab" * 32, name=name, areas=areas, categories=None, **(options | settings)
    )
    return Outcome(con, raw, checked)
