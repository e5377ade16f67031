"""Which neighbourhoods of other municipalities are like the own ones, by the key figures that were delivered.

A file of key figures may be that of the whole country. What makes neighbourhoods alike is read from the newest such
file for all of them and worked out by the same steps as the figures on screen, so that the own neighbourhoods are
compared by the numbers that they show. Only open sources count: what is told is public, and alike in both editions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import duckdb
import numpy as np
import pandas as pd

from config.load import Configured
from config.model import Indicator, KwbSource
from config.vocabulary import AreaLevel, Publication
from etl.conform import Accepted, conform, cubes, lay_over
from etl.corrections import correct
from etl.cube import AreaAxis
from etl.derive import Cells, derive
from etl.divisions import Divisions
from etl.intake import Intake, Taken
from etl.peers import ELSEWHERE, FEWEST_FEATURES, PEER, newest_values
from etl.series import choose, complete
from etl.sources.kwb_everywhere import Neighbourhoods, read_neighbourhoods

#: Part of the features that the newest file must know, of those that the file with the most knows.
LEAST_FEATURES = 2 / 3

Reason = Literal["no_file", "too_few_features", "own_only", "other_codes"]


@dataclass(frozen=True)
class Elsewhere:
    """Likeness to neighbourhoods of other municipalities.

    peers: rows of the table `peer`. features: of all neighbourhoods compared, one row each, one column per feature,
        NaN where unknown. source_id and year: of the file that it rests on. reason: why there are no peers:
        no_file (no open source of key figures), too_few_features (no file knows three features), own_only (no file
        holds another municipality), other_codes (the file knows none of the neighbourhoods on screen).
    """

    peers: pd.DataFrame
    features: pd.DataFrame = field(default_factory=pd.DataFrame)
    source_id: str | None = None
    year: str | None = None
    reason: Reason | None = None

    def facts(self) -> dict[str, str]:
        """For the table `meta`."""
        known = {"source": self.source_id, "year": self.year, "reason": self.reason}
        return {f"peers_elsewhere_{key}": value for key, value in known.items() if value}


@dataclass(frozen=True)
class _File:
    """One year of an accepted delivery, and how many features it knows of the own neighbourhoods."""

    intake: Intake
    taken: Taken
    source: KwbSource
    year: str
    n_features: int


def peers_elsewhere(
    con: duckdb.DuckDBPyConnection, configured: Configured, intakes: Sequence[Intake], divisions: Divisions
) -> Elsewhere:
    """For every neighbourhood on screen those most like it in other municipalities.

    Of the files with enough features the newest is used that holds other municipalities. Areas are those of the file's
    own year: a neighbourhood that has another code there has no peers.
    """
    is_context = [
        (one, one.source)
        for one in intakes
        if isinstance(one.source, KwbSource) and one.source.effective_publication is Publication.OPEN
    ]
    if not is_context:
        return _none("no_file")
    features = [configured.indicators[name] for name in _used(configured) if name in configured.indicators]
    files = [
        found for intake, source in is_context for found in _files(con, configured.indicators, features, intake, source)
    ]
    most = max((one.n_features for one in files), default=0)
    if most < FEWEST_FEATURES:
        return _none("too_few_features")
    fewest = max(FEWEST_FEATURES, math.ceil(LEAST_FEATURES * most))
    enough = [one for one in files if one.n_features >= fewest]
    newest = sorted(enough, key=lambda one: (one.year, one.n_features, one.taken.delivery.order), reverse=True)
    own = AreaAxis.of(divisions.on_screen.frame)
    on_screen = [own.codes[place] for place in own.at(AreaLevel.NEIGHBOURHOOD)]
    reason: Reason = "own_only"
    for one in newest:
        if not one.taken.rows_skipped:
            continue
        everywhere, table = _features(con, configured, features, one)
        is_own = {divisions.code, *divisions.predecessors}
        group = {code: divisions.code if (of := f"GM{code[2:6]}") in is_own else of for code in table.index}
        if set(group.values()) <= {divisions.code}:
            continue
        asked = [code for code in on_screen if code in group]
        if not asked:
            reason = "other_codes"
            continue
        if table.shape[1] < FEWEST_FEATURES:
            reason = "too_few_features"
            continue
        return Elsewhere(_peers(table, asked, group, everywhere, one.year), table, one.source.id, one.year)
    return _none(reason)


def _none(reason: Reason) -> Elsewhere:
    return Elsewhere(pd.DataFrame(columns=PEER), reason=reason)


def _used(configured: Configured) -> tuple[str, ...]:
    return configured.municipality.peers.features


def _topics(indicators: Mapping[str, Indicator], feature: Indicator) -> list[list[str]]:
    """The topics of a feature, and those of what it is divided by; a part is empty where no key figure gives it."""
    divided_by = indicators.get(feature.denominator or "")
    parts = [feature] if divided_by is None else [feature, divided_by]
    return [list(part.numerator.kwb.columns) if part.numerator.kwb else [] for part in parts]


def _files(
    con: duckdb.DuckDBPyConnection,
    indicators: Mapping[str, Indicator],
    features: Sequence[Indicator],
    intake: Intake,
    source: KwbSource,
) -> list[_File]:
    """Every year of every delivery of a source with the number of features it knows, by its own rows alone."""
    found: list[_File] = []
    for taken in intake.taken:
        known: dict[str, set[str]] = {}
        rows = con.execute(
            f"""SELECT DISTINCT period, measure FROM "{taken.accepted}"
            WHERE value IS NOT NULL AND area LIKE 'BU%'"""
        ).fetchall()
        for period, measure in rows:
            if period not in taken.not_delivered:
                known.setdefault(period, set()).add(measure)
        for year, measures in known.items():
            number = sum(
                all(measures.intersection(topics) for topics in _topics(indicators, feature)) for feature in features
            )
            found.append(_File(intake, taken, source, year, number))
    return found


def _features(
    con: duckdb.DuckDBPyConnection, configured: Configured, features: Sequence[Indicator], one: _File
) -> tuple[Neighbourhoods, pd.DataFrame]:
    """The features of all neighbourhoods of a file: one row each, one column per feature, NaN where unknown."""
    needed = {feature.id for feature in features} | {feature.denominator for feature in features if feature.denominator}
    mapping = one.intake.mapping
    mapping = mapping[mapping.indicator.isin(needed)]
    counts = ", ".join(f"'{word}'" for word in sorted(set(mapping.measure[~mapping.is_figure]))) or "''"
    delivery, table = one.taken.delivery, "everywhere"
    found = read_neighbourhoods(
        con, one.source, delivery.path, name=delivery.name, year=one.year, topics=set(mapping.measure), table=table
    )
    con.execute(
        f"""UPDATE "{table}" SET value = NULL, mark = 'suppressed'
        WHERE measure IN ({counts}) AND (value < 0 OR value <> trunc(value))"""
    )
    laid = lay_over(con, [Accepted(table, delivery.sha256)], f"{table}_rows")
    corrected = correct(con, laid, one.source, configured.corrections, configured.catalogue | configured.indicators)
    leaf = conform(
        con,
        corrected.table,
        source_id=one.source.id,
        mapping=mapping,
        not_delivered=one.taken.not_delivered,
        reference_day=one.intake.reference_day(configured.municipality.today),
        table=f"{table}_leaf",
    )
    codes = [str(code) for (code,) in con.execute(f'SELECT DISTINCT area FROM "{table}" ORDER BY area').fetchall()]
    axis = _axis(codes)
    names = [name for name in configured.indicators if name in needed]
    figures = frozenset(mapping.indicator[mapping.is_figure])
    native = cubes(con, leaf, source_id=one.source.id, indicators=names, axis=axis)
    chosen = choose(
        complete(native, [], figures), [configured.indicators[name] for name in names], {one.source.id: figures}
    )
    rates = configured.municipality.rates
    cells: list[Cells] = list(
        derive(chosen, axis, rates, sources=[one.source.id], registers=frozenset({one.source.id}))
    )
    for kind, name in (("TABLE", leaf), ("TABLE", f"{laid}__corrected"), ("VIEW", laid), ("TABLE", table)):
        con.execute(f'DROP {kind} IF EXISTS "{name}"')
    return found, newest_values(cells, axis, _used(configured))


def _axis(codes: Sequence[str]) -> AreaAxis:
    """Neighbourhoods without a tree above them: nothing is summed, so nothing needs to know its parent."""
    number = len(codes)
    return AreaAxis(
        tuple(codes),
        (AreaLevel.NEIGHBOURHOOD,) * number,
        np.arange(number, dtype=np.intp),
        np.zeros((number, 0)),
        np.zeros(number),
    )


def _peers(
    table: pd.DataFrame, asked: Sequence[str], group: Mapping[str, str], everywhere: Neighbourhoods, year: str
) -> pd.DataFrame:
    from etl.statistics.peers import similar_areas

    found = similar_areas(table, asked=asked, groups=group)
    frame = found.pairs.rename(columns={"position": "rank"})
    place = [f"GM{code[2:6]}" for code in frame.peer_code]
    return frame.assign(
        scope=ELSEWHERE,
        features=", ".join(found.features),
        peer_name=[everywhere.names.get(code, code) for code in frame.peer_code],
        municipality_code=place,
        municipality_name=[everywhere.municipalities.get(code, code) for code in place],
        period=year,
    )[PEER]
