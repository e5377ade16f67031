"""Indexes: what one is measured by, what it is made of in an area, and which places other ways of making it give."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.indicators import Series, indicators
from monitor.queries.memory import remembered


@dataclass(frozen=True)
class BasePart:
    """One part of an index and what it is measured by. `theme_nl` is empty where the index has no themes."""

    part: str
    theme: int
    theme_nl: str
    theme_en: str
    base_period: str
    mean: float
    deviation: float
    is_higher_better: bool
    is_carried: bool
    vintage: int

    def theme_name(self, language: str) -> str:
        return self.theme_en if language == "en" else self.theme_nl


@dataclass(frozen=True)
class Standing:
    """An area on an index. Places are None where the area has too few residents for one, or its level none."""

    area_code: str
    area_level: str
    value: float
    status: str
    band: str
    rank: int | None
    rank_min: int | None
    rank_max: int | None
    n_ranked: int | None


@dataclass(frozen=True)
class ScoredPart:
    """A part in one area and period; `value` and `score` are None where it is missing."""

    part: str
    theme: int
    value: float | None
    is_smoothed: bool
    score: float | None
    status: str
    source_id: str | None
    mean: float
    deviation: float
    is_higher_better: bool


@dataclass(frozen=True)
class Move:
    """Under one other way of making an index: the area whose place moves most. `n_same` of `n` areas keep theirs."""

    way: str
    area_code: str
    area_name: str
    rank: int
    other_rank: int
    n_same: int
    n: int


def is_index(series: Series) -> bool:
    """Is this one figure made of several, which may then stand nowhere that nobody asked for it?"""
    return series.definition.numerator.index is not None


@remembered
def base_of(snapshot: Snapshot, indicator: str) -> tuple[BasePart, ...]:
    """The parts of an index with what they are measured by, in the order of the municipality's file."""
    frame = snapshot.query("SELECT * FROM composite_base WHERE indicator = ?", [indicator])
    index = indicators(snapshot)[indicator].definition.numerator.index
    order = {name: place for place, name in enumerate(index.parts if index else ())}
    found = [
        BasePart(
            str(row.part),
            int(row.theme),
            _text(row.theme_nl),
            _text(row.theme_en),
            str(row.base_period),
            float(row.mean),
            float(row.deviation),
            bool(row.is_higher_better),
            bool(row.is_carried),
            int(row.vintage),
        )
        for row in frame.itertuples()
    ]
    return tuple(sorted(found, key=lambda one: order[one.part]))


@remembered
def standings(snapshot: Snapshot, indicator: str, period: str) -> dict[str, Standing]:
    """Where every area with an index stands in a period."""
    frame = snapshot.query(
        """
        SELECT s.*, o.value, o.status, o.area_level FROM composite_standing s
        JOIN observation o USING (indicator, area_code, period)
        WHERE s.indicator = ? AND s.period = ?
        """,
        [indicator, period],
    )
    return {
        str(row.area_code): Standing(
            str(row.area_code), str(row.area_level), float(row.value), str(row.status), str(row.band), _whole(row.rank),
            _whole(row.rank_min), _whole(row.rank_max), _whole(row.n_ranked),
        )
        for row in frame.itertuples()
    }  # fmt: skip


@remembered
def scores(snapshot: Snapshot, indicator: str, period: str) -> dict[str, dict[str, ScoredPart]]:
    """Area -> part -> its score in a period, in the order of the index. A part that an area misses has its status."""
    order = {one.part: place for place, one in enumerate(base_of(snapshot, indicator))}
    frame = snapshot.query(
        """
        SELECT b.part, b.theme, b.mean, b.deviation, b.is_higher_better, o.area_code, o.status, o.source_id,
               p.value, coalesce(p.is_smoothed, false) AS is_smoothed, p.score
        FROM composite_base b
        JOIN observation o ON o.indicator = b.part AND o.period = $period
        LEFT JOIN composite_part p ON p.indicator = b.indicator AND p.part = b.part AND p.area_code = o.area_code
             AND p.period = o.period
        WHERE b.indicator = $indicator
        """,
        {"indicator": indicator, "period": period},
    )
    found: dict[str, dict[str, ScoredPart]] = {}
    for row in frame.sort_values("part", key=lambda parts: parts.map(order)).itertuples():
        found.setdefault(str(row.area_code), {})[str(row.part)] = ScoredPart(
            str(row.part), int(row.theme), _number(row.value), bool(row.is_smoothed), _number(row.score),
            str(row.status), _text(row.source_id) or None, float(row.mean), float(row.deviation),
            bool(row.is_higher_better),
        )  # fmt: skip
    return found


@remembered
def largest_moves(snapshot: Snapshot, indicator: str, level: str, period: str) -> tuple[Move, ...]:
    """Per other way of making an index, the area of a level that it moves most; the first by name of several."""
    frame = snapshot.query(
        """
        SELECT w.way, w.area_code, a.area_name, s.rank, w.rank AS other_rank
        FROM composite_way w JOIN composite_standing s USING (indicator, area_code, period)
        JOIN area a ON a.area_code = w.area_code
        WHERE w.indicator = ? AND w.period = ? AND a.area_level = ? AND s.rank IS NOT NULL
        ORDER BY abs(w.rank - s.rank) DESC, a.area_name, w.area_code
        """,
        [indicator, period, level],
    )
    found = []
    for way, rows in frame.groupby("way", sort=False):
        first, same = rows.iloc[0], rows["rank"] == rows["other_rank"]
        found.append(
            Move(
                str(way), str(first["area_code"]), str(first["area_name"]), int(first["rank"]),
                int(first["other_rank"]), int(same.sum()), len(rows),
            )
        )  # fmt: skip
    return tuple(found)


def again_sql(indicator: str, area_code: str, period: str, is_smoothed: bool) -> str:
    """SQL that makes an index again from its base and the figures of its parts, on the file of a snapshot.

    Args:
        is_smoothed: a part of it is, so that its value is not the one in `observation`.
    """
    value = "coalesce(p.value, o.value)" if is_smoothed else "o.value"
    smoothed = (
        "\n  LEFT JOIN composite_part p ON p.indicator = b.indicator AND p.part = b.part\n"
        "    AND p.area_code = o.area_code AND p.period = o.period"
        if is_smoothed
        else ""
    )
    name, area, when = (part.replace("'", "''") for part in (indicator, area_code, period))
    return (
        "SELECT avg(points) AS value FROM (\n"
        f"  SELECT avg(100 + 25 * ({value} - b.mean) / b.deviation\n"
        "             * CASE WHEN b.is_higher_better THEN 1 ELSE -1 END) AS points\n"
        "  FROM composite_base b\n"
        "  LEFT JOIN observation o ON o.indicator = b.part AND o.vintage = b.vintage\n"
        f"    AND o.area_code = '{area}' AND o.period = '{when}'{smoothed}\n"
        f"  WHERE b.indicator = '{name}'\n"
        f"  GROUP BY b.theme HAVING 3 * count({value}) >= 2 * count(*));"
    )


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]


def _number(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(value)  # type: ignore[call-overload,arg-type]


def _whole(value: object) -> int | None:
    found = _number(value)
    return None if found is None else int(found)
