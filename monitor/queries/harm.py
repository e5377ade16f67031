"""What a harm score rests on: the plain number of offences, the heaviest one, other weights, and who set them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from etl.snapshot import Snapshot
from monitor.queries.indicators import Series, indicators
from monitor.queries.memory import remembered


@dataclass(frozen=True)
class Weight:
    """One offence of the list. `member` is the indicator that counts it and `days` its weight; None: left out."""

    code: str
    title: str
    member: str | None
    days: float | None


@dataclass(frozen=True)
class Weights:
    """All weights of a municipality, with who adopted them when."""

    source: str
    date: dt.date
    owner: str
    weighed: tuple[Weight, ...]  # heaviest first
    excluded: tuple[Weight, ...]


@dataclass(frozen=True)
class Detail:
    """What the score of an area rests on in a period. `heaviest` is a code, None without offences.

    share_of_one: part of the days that one such offence is, 0 to 1.
    """

    harm: float
    n_offences: float
    per_offence: float | None
    heaviest: str | None
    heaviest_title: str
    n_heaviest: float
    share_of_one: float | None
    is_driven_by_one: bool
    without_heaviest: float


@dataclass(frozen=True)
class Driven:
    """An area whose score is for more than half one offence."""

    area_code: str
    area_name: str
    title: str
    harm: float
    without_heaviest: float


@dataclass(frozen=True)
class Changed:
    """Another weight that brings other areas to the top: names of those that enter and leave."""

    code: str
    title: str
    weight: float
    factor: float
    entered: tuple[str, ...]
    left: tuple[str, ...]


@dataclass(frozen=True)
class Sensitivity:
    """How the five highest areas of a level (by name) depend on single weights: of `tried` changes `changed` matter."""

    level: str
    period: str
    top: tuple[str, ...]
    tried: int
    changed: tuple[Changed, ...]


def is_weighted(series: Series) -> bool:
    """Does this indicator count in days?"""
    return series.definition.is_weighted


@remembered
def weights(snapshot: Snapshot, indicator: str) -> Weights | None:
    """The weights of a harm score; None where there are none."""
    frame = snapshot.query("SELECT * FROM harm_weight WHERE indicator = ? ORDER BY weight DESC, code", [indicator])
    if frame.empty:
        return None
    listed = [
        Weight(str(row.code), str(row.title), _text(row.member), None if pd.isna(row.weight) else float(row.weight))
        for row in frame.itertuples()
    ]
    first = frame.iloc[0]
    return Weights(
        str(first["source"]),
        pd.Timestamp(first["date"]).date(),
        str(first["owner"]),
        tuple(one for one in listed if one.days is not None),
        tuple(one for one in listed if one.days is None),
    )


@remembered
def detail(snapshot: Snapshot, indicator: str, area_code: str, period: str) -> Detail | None:
    """What one score rests on; None for a period of which it is not kept (see `harm_detail`)."""
    frame = snapshot.query(
        "SELECT * FROM harm_detail WHERE indicator = ? AND area_code = ? AND period = ?", [indicator, area_code, period]
    )
    if frame.empty:
        return None
    row = frame.iloc[0]
    return Detail(
        float(row["harm"]),
        float(row["n_offences"]),
        None if pd.isna(row["per_offence"]) else float(row["per_offence"]),
        _text(row["heaviest_code"]),
        _text(row["heaviest_title"]) or "",
        0.0 if pd.isna(row["n_heaviest"]) else float(row["n_heaviest"]),
        None if pd.isna(row["heaviest_share"]) else float(row["heaviest_share"]),
        bool(row["is_driven_by_one"]),
        float(row["without_heaviest"]),
    )


@remembered
def driven(snapshot: Snapshot, indicator: str, level: str, period: str) -> tuple[Driven, ...]:
    """The areas of a level whose score is for more than half one offence, by name."""
    frame = snapshot.query(
        """
        SELECT d.area_code, a.area_name, d.heaviest_title, d.harm, d.without_heaviest
        FROM harm_detail d JOIN area a USING (area_code)
        WHERE d.indicator = ? AND a.area_level = ? AND d.period = ? AND d.is_driven_by_one
        ORDER BY a.area_name, d.area_code
        """,
        [indicator, level, period],
    )
    return tuple(
        Driven(str(row.area_code), str(row.area_name), str(row.heaviest_title), float(row.harm),
               float(row.without_heaviest))
        for row in frame.itertuples()
    )  # fmt: skip


@remembered
def sensitivity(snapshot: Snapshot, indicator: str, level: str, period: str) -> Sensitivity | None:
    """Other weights, one at a time; None where it was not worked out."""
    frame = snapshot.query(
        """
        SELECT * FROM harm_sensitivity WHERE indicator = ? AND area_level = ? AND period = ?
        ORDER BY code IS NOT NULL, weight DESC, code, factor
        """,
        [indicator, level, period],
    )
    if frame.empty:
        return None
    names = dict(snapshot.query("SELECT area_code, area_name FROM area").itertuples(index=False))

    def named(codes: str) -> tuple[str, ...]:
        return tuple(str(names.get(code, code)) for code in codes.split(",") if code)

    changed = frame[frame["is_changed"]]
    return Sensitivity(
        level,
        period,
        tuple(sorted(named(str(frame["top"].iloc[0])))),
        int(frame["code"].notna().sum()),
        tuple(
            Changed(str(row.code), str(row.title), float(row.weight), float(row.factor), named(row.entered),
                    named(row.left))
            for row in changed.itertuples()
        ),
    )  # fmt: skip


@remembered
def offences(snapshot: Snapshot, indicator: str, area_code: str, period: str) -> tuple[tuple[str, float, float], ...]:
    """The indicators that a score is the sum of and that are not 0 here: id, number, days of one; most days first."""
    weight_of = indicators(snapshot)[indicator].definition.numerator.weight_of
    frame = snapshot.query(
        """
        SELECT indicator, numerator FROM observation
        WHERE list_contains(?, indicator) AND area_code = ? AND period = ? AND numerator > 0
          AND source_id = (SELECT source_id FROM indicator WHERE indicator = ?)
        """,
        [list(weight_of), area_code, period, indicator],
    )
    found = [(str(row.indicator), float(row.numerator), weight_of[str(row.indicator)]) for row in frame.itertuples()]
    return tuple(sorted(found, key=lambda one: (-one[1] * one[2], one[0])))


@remembered
def _offences(snapshot: Snapshot, indicator: str) -> pd.DataFrame:
    """Plain number of offences that weigh something, per area and period: columns area_code, period, n."""
    weight_of = indicators(snapshot)[indicator].definition.numerator.weight_of
    members = [name for name, days in weight_of.items() if days > 0]
    return snapshot.query(
        """
        SELECT area_code::VARCHAR AS area_code, period::VARCHAR AS period, sum(numerator) AS n FROM observation
        WHERE list_contains(?, indicator)
          AND source_id = (SELECT source_id FROM indicator WHERE indicator = ?)
        GROUP BY ALL HAVING count(numerator) = ?
        """,
        [members, indicator, len(members)],
    )


def with_plain_counts(snapshot: Snapshot, names: Sequence[str], frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with, for harm scores, the number of offences as `numerator`: on screen a number is one of events.

    Args:
        names: indicator of each row. frame: columns area_code, period and numerator.
    """
    known = indicators(snapshot)
    for name in dict.fromkeys(names):
        if name in known and is_weighted(known[name]):
            rows = [one == name for one in names]
            plain = frame.loc[rows, ["area_code", "period"]].merge(_offences(snapshot, name), how="left")
            frame = frame.astype({"numerator": "float64"})
            frame.loc[rows, "numerator"] = plain["n"].to_numpy(dtype=float)
    return frame


def _text(value: object) -> str | None:
    return None if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]
