"""What must go with figures wherever they go: source, licence, edition, snapshot, filters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.areas import municipality
from monitor.queries.indicators import Series, indicators
from monitor.queries.observations import COLUMNS, Filters
from monitor.queries.sources import facts

_TEXT = frozenset(
    (
        "municipality",
        "area_level",
        "area_code",
        "area_name",
        "indicator",
        "period",
        "unit",
        "status",
        "source",
        "snapshot",
    )
)

#: What was done to protect people, per edition.
PROTECTION = {
    "internal": "exact counts; for use within the municipality",
    "public": "small counts of restricted sources are rounded to multiples of 5 before anything is computed from them",
}


@dataclass(frozen=True)
class About:
    """The passport of an export; `words()` is what every format carries."""

    municipality: str
    municipality_code: str
    edition: str
    snapshot: str
    built_at: str
    made_at: str
    filters: dict[str, str]
    sources: tuple[dict[str, str], ...]
    is_practice: bool
    n_rows: int
    notice: str
    columns: dict[str, str]

    @property
    def licence(self) -> str:
        """All licences under which these figures may be used."""
        return "; ".join(sorted({source["licence"] for source in self.sources})) or "not stated"

    def words(self) -> dict[str, str]:
        """As names with texts, in the order in which they are shown."""
        listed = "; ".join(f"{source['publisher']} ({source['licence']})" for source in self.sources)
        return {
            "title": f"Buurtbeeld {self.municipality}",
            "municipality": f"{self.municipality} ({self.municipality_code})",
            "source": listed or "not stated",
            "licence": self.licence,
            "practice": "oefendata: made-up figures, for practice only" if self.is_practice else "no",
            "edition": self.edition,
            "protection": PROTECTION.get(self.edition, self.edition),
            "snapshot": self.snapshot,
            "snapshot_built_at": self.built_at,
            "made_at": self.made_at,
            "filters": ", ".join(f"{key}={value}" for key, value in self.filters.items()) or "none",
            "periods": self.filters.get("period") or "see column period",
            "rows": str(self.n_rows),
            "notice": self.notice,
        }


def about(
    snapshot: Snapshot, frame: pd.DataFrame, filters: Filters, *, notice: str = "", now: dt.datetime | None = None
) -> About:
    """The passport of these rows.

    Args:
        frame: what `observations` returned.
        notice: what a reader must know about this file as a whole, such as a limit that was reached.
        now: moment of making; the clock by default.
    """
    here = municipality(snapshot)
    known = indicators(snapshot)
    used = [known[name] for name in dict.fromkeys(frame["indicator"]) if name in known]
    stated = facts(snapshot)
    return About(
        municipality=here.name,
        municipality_code=here.code,
        edition=stated.get("edition", "internal"),
        snapshot=str(snapshot.load_id),
        built_at=stated.get("built_at", ""),
        made_at=(now or dt.datetime.now(dt.UTC)).replace(microsecond=0).isoformat(),
        filters=filters.as_words(),
        sources=_publishers(used),
        is_practice=bool(frame["source"].astype(str).str.startswith("oefendata: ").any()),
        n_rows=len(frame),
        notice=notice,
        columns=_column_texts(snapshot),
    )


def _publishers(used: list[Series]) -> tuple[dict[str, str], ...]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for series in used:
        publisher = series.definition.source
        if publisher is None:
            continue
        entry = {"publisher": publisher.publisher, "licence": publisher.licence, "url": publisher.url or ""}
        found.setdefault((publisher.publisher, publisher.licence), entry)
    return tuple(found.values())


def _column_texts(snapshot: Snapshot) -> dict[str, str]:
    """What each column means, as the snapshot itself says it."""
    frame = snapshot.query(
        "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'observation' AND comment IS NOT NULL", []
    )
    texts = dict(zip(frame["column_name"], frame["comment"], strict=True))
    return {column: str(texts.get(column, "")) for column in COLUMNS}


def csvw(passport: About, url: str) -> dict[str, Any]:
    """Metadata of a CSV file in the vocabulary of W3C "Metadata Vocabulary for Tabular Data" (2015)."""

    def column(name: str) -> dict[str, Any]:
        kind = "string" if name in _TEXT else "integer" if name == "vintage" else "number"
        return {"name": name, "titles": name, "dc:description": passport.columns[name], "datatype": kind}

    words = passport.words()
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": url,
        "dc:title": words["title"],
        "dc:source": words["source"],
        "dc:license": passport.licence,
        "dc:created": passport.made_at,
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True, "lineTerminators": ["\n"]},
        "tableSchema": {
            "columns": [column(name) for name in COLUMNS],
            "primaryKey": ["area_code", "vintage", "indicator", "period"],
        },
        "notes": [words],
    }
