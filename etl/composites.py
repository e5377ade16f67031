"""Indexes that a municipality asks for: one figure out of several, from the cells that an edition shows.

Made after `derive` and from nothing else, so that the index of the public edition follows from protected figures. The
base is that of the neighbourhoods in the base year and holds for every level and year: adding a year moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.errors import Finding
from config.index import Index
from config.index_indicator import POPULATION
from config.model import Indicator, Rates
from config.vocabulary import AreaLevel, Direction, PeriodType
from etl.composite_parts import Part, People, has_base
from etl.cube import ESTIMATED, FINAL, NOT_APPLICABLE, AreaAxis
from etl.derive import Cells
from etl.statistics.composite import Composite, CompositeBase, composite_base, composite_index

BASE = [
    "indicator", "theme", "theme_nl", "theme_en", "part", "base_period", "mean", "deviation", "is_higher_better",
    "n_areas", "is_carried", "vintage",
]  # fmt: skip
PART = ["indicator", "area_code", "period", "part", "value", "is_smoothed", "score"]
STANDING = ["indicator", "area_code", "period", "band", "rank", "rank_min", "rank_max", "n_ranked"]
WAY = ["indicator", "area_code", "period", "way", "rank"]

#: With fewer neighbourhoods there is no spread to measure by.
FEWEST_AREAS = 5

#: Levels whose areas get a place among each other.
RANKED_LEVELS = (AreaLevel.NEIGHBOURHOOD, AreaLevel.DISTRICT)


@dataclass(frozen=True)
class Composites:
    """The indexes of one edition: cells to stand beside the others, and tables of `etl.tables_statistics`.

    sources: names of what the cells are made of; `Cells.source` counts on from the sources of the municipality.
    practice: those of them with a part that is practice. source_of: index -> its name in `sources`.
    """

    cells: tuple[Cells, ...] = ()
    sources: tuple[str, ...] = ()
    practice: frozenset[str] = frozenset()
    source_of: Mapping[str, str] = field(default_factory=dict)
    base: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=BASE))
    part: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=PART))
    standing: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=STANDING))
    way: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=WAY))
    findings: tuple[Finding, ...] = ()

    def frames(self) -> dict[str, pd.DataFrame]:
        """Table -> rows."""
        names = ("base", "part", "standing", "way")
        return {f"composite_{name}": getattr(self, name) for name in names}


@dataclass(frozen=True)
class Around:
    """What an index is made in. sources: ids in order of precedence; `practice` those that are made up.

    carried: (source, year) whose figures were brought over from another division than `vintage`.
    """

    axis: AreaAxis
    rates: Rates
    sources: Sequence[str]
    practice: frozenset[str]
    vintage: int
    carried: frozenset[tuple[str, str]]
    where: str


def composites(cells: Sequence[Cells], indicators: Iterable[Indicator], around: Around) -> Composites:
    """Every index among the indicators; one that cannot be made is left out and told.

    It is left out and the load goes on: an index is an extra, and without it all other figures still stand.
    """
    yearly = {block.indicator.id: block for block in cells if block.period_type is PeriodType.YEAR}
    made: list[_Made] = []
    findings: list[Finding] = []
    for indicator in indicators:
        one = indicator.numerator.index
        if one is None:
            continue
        lacking = [name for name in (*one.parts, POPULATION) if not has_base(yearly.get(name), one.base, around.axis)]
        if lacking:
            findings.append(_no_base(one, lacking, around.where))
            continue
        parts = [Part.of(yearly[name], around.axis, around.rates) for name in one.parts]
        maker = _Maker(indicator, one, parts, People.of(yearly[POPULATION], around.axis), around)
        refused = maker.refused()
        findings += refused
        if not refused:
            made.append(maker.made(len(made)))
    return _together(made, tuple(findings), around)


def _no_base(one: Index, lacking: Sequence[str], where: str) -> Finding:
    return Finding(
        "IDX-001",
        f"index {one.id} is left out: no complete figures per neighbourhood of its base year {one.base} for"
        f" {', '.join(lacking)}",
        where=where,
        fix="choose a base year that all its indicators have, or take these out of the index",
        level="warning",
        number=len(lacking),
    )


@dataclass(frozen=True)
class _Made:
    cells: Cells
    source: str
    is_practice: bool
    base: pd.DataFrame
    part: pd.DataFrame
    standing: pd.DataFrame
    way: pd.DataFrame


@dataclass(frozen=True)
class _Maker:
    """Makes one index."""

    indicator: Indicator
    index: Index
    parts: Sequence[Part]
    people: People
    around: Around

    @property
    def is_higher_better(self) -> dict[str, bool]:
        return {one.name: one.block.indicator.direction is Direction.HIGHER_IS_BETTER for one in self.parts}

    def values(self, year: str, areas: NDArray[np.intp]) -> pd.DataFrame:
        """One row per area (its position in the axis), one column per indicator."""
        return pd.DataFrame({one.name: one.value[one.at(year), areas] for one in self.parts}, index=areas)

    def refused(self) -> list[Finding]:
        """Why no base can be measured."""
        hoods = self.around.axis.neighbourhoods
        counted = self.values(self.index.base, hoods).where(self.people.at(self.index.base)[hoods] > 0)
        n = counted.notna().sum()
        if few := [str(name) for name in n.index if n[name] < FEWEST_AREAS]:
            what = (
                f"index {self.index.id} is left out: {', '.join(few)} is known in {int(n[few].min())} neighbourhoods"
                f" with residents in {self.index.base}; at least {FEWEST_AREAS} are needed"
            )
            fix = "choose another base year, or take these out of the index"
            return [Finding("IDX-003", what, self.around.where, fix, "warning", int(n[few].min()))]
        spread = counted.max() - counted.min()
        flat = [str(name) for name in n.index if not spread[name] > 1e-9 * max(1.0, abs(float(counted[name].mean())))]
        if flat:
            what = (
                f"index {self.index.id} is left out: {', '.join(flat)} is the same in every neighbourhood in"
                f" {self.index.base}, so there is no spread to measure by"
            )
            fix = "choose another base year, or take these out of the index"
            return [Finding("IDX-002", what, self.around.where, fix, "warning", len(flat))]
        return []

    def made(self, number: int) -> _Made:
        axis, sources = self.around.axis, self.around.sources
        base = composite_base(
            self.values(self.index.base, axis.neighbourhoods), self.people.at(self.index.base)[axis.neighbourhoods]
        )
        years = sorted(frozenset.intersection(*(one.complete for one in self.parts)))
        found = {year: self._asked(self.values(year, np.arange(len(axis.codes))), base) for year in years}
        used = sorted({int(source) for one in self.parts for source in np.unique(one.block.source)})
        ids = [sources[source] for source in used]
        ranked = [frames for year in years for frames in self._ranked(year, found[year], base)]
        return _Made(
            self._cells(years, found, len(sources) + number),
            f"made of {', '.join(ids)}",
            bool(self.around.practice & set(ids)),
            self._base_frame(base, ids),
            pd.concat([self._part_frame(year, found[year]) for year in years], ignore_index=True),
            self._standing_frame(years, found, [standing for standing, _ in ranked]),
            _stacked([way for _, way in ranked], WAY),
        )

    def _asked(self, values: pd.DataFrame, base: CompositeBase) -> Composite:
        return composite_index(values, base, self.is_higher_better, self.index.theme_of)

    def _cells(self, years: Sequence[str], found: Mapping[str, Composite], source: int) -> Cells:
        n_areas = len(self.around.axis.codes)
        value = np.array([found[year].index.to_numpy() for year in years])
        people = np.array([self.people.at(year).to_numpy() for year in years])
        value = np.where(people > 0, value, np.nan)
        status, estimated = np.full(value.shape, NOT_APPLICABLE, dtype=np.int8), np.zeros(value.shape)
        for at, year in enumerate(years):
            of_part = np.array([one.status[one.at(year)] for one in self.parts])
            lacks = np.array([np.isnan(one.value[one.at(year)]) for one in self.parts])
            moved = np.array([one.estimated[one.at(year)] for one in self.parts])
            estimated[at] = np.where(lacks, 0.0, moved).max(axis=0)
            is_known = np.where(estimated[at] > 0, ESTIMATED, FINAL)
            why = np.where(lacks, of_part, FINAL).min(axis=0)
            status[at] = np.where(np.isnan(value[at]), why, is_known)
            status[at, ~(people[at] > 0)] = NOT_APPLICABLE
        period, area = (part.ravel() for part in np.indices(value.shape))
        nothing, ranks = np.full(value.size, np.nan), status.ravel()
        return Cells(
            indicator=self.indicator,
            period_type=PeriodType.YEAR,
            periods=tuple(years),
            period=period,
            area=area,
            source=np.full(value.size, source, dtype=np.int16),
            value=value.ravel(),
            numerator=nothing,
            denominator=nothing,
            rate=nothing,
            lower=nothing,
            upper=nothing,
            status=ranks,
            delivered_status=ranks,
            denominator_year=np.zeros(value.size, dtype=np.int64),
            coverage=np.ones(len(years) * n_areas),
            estimated=np.where(np.isnan(value), 0.0, estimated).ravel(),
            is_events=False,
        )

    def _base_frame(self, base: CompositeBase, ids: Sequence[str]) -> pd.DataFrame:
        around, hoods = self.around, self.around.axis.neighbourhoods
        counted = self.values(self.index.base, hoods).where(self.people.at(self.index.base)[hoods] > 0)
        labels = {str(n): theme.label for n, theme in enumerate(self.index.themes, start=1)}
        rows = [
            {
                "indicator": self.index.id,
                "theme": int(theme),
                "theme_nl": labels[theme].in_language("nl") if labels else None,
                "theme_en": labels[theme].in_language("en") if labels else None,
                "part": name,
                "base_period": self.index.base,
                "mean": base.mean[name],
                "deviation": base.deviation[name],
                "is_higher_better": self.is_higher_better[name],
                "n_areas": int(counted[name].notna().sum()),
                "is_carried": any((one, self.index.base) in around.carried for one in ids),
                "vintage": around.vintage,
            }
            for name, theme in self.index.theme_of.items()
        ]
        return pd.DataFrame(rows, columns=BASE)

    def _part_frame(self, year: str, found: Composite) -> pd.DataFrame:
        codes = np.array(self.around.axis.codes, dtype=object)
        frames = []
        for one in self.parts:
            value = one.value[one.at(year)]
            known = np.flatnonzero(~np.isnan(value) & (self.people.at(year).to_numpy() > 0))
            frame = {
                "indicator": self.index.id,
                "area_code": codes[known],
                "period": year,
                "part": one.name,
                "value": value[known],
                "is_smoothed": one.is_smoothed[one.at(year), known],
                "score": found.scores[one.name].to_numpy()[known],
            }
            frames.append(pd.DataFrame(frame, columns=PART))
        return pd.concat(frames, ignore_index=True)

    def _ranked(self, year: str, found: Composite, base: CompositeBase) -> Iterable[tuple[pd.DataFrame, pd.DataFrame]]:
        """Places per level, of areas with enough residents for a rate: fewer have no place (DESIGN 2)."""
        axis, people = self.around.axis, self.people.at(year).to_numpy()
        for level in RANKED_LEVELS:
            areas = axis.at(level)
            areas = areas[(people[areas] >= self.around.rates.min_inhabitants) & found.index.notna().to_numpy()[areas]]
            if not areas.size:
                continue
            among = self._asked(self.values(year, areas), base)
            codes = [axis.codes[area] for area in areas]
            same = {"indicator": self.index.id, "area_code": codes, "period": year}
            places = {name: getattr(among, name).to_numpy() for name in ("rank", "rank_min", "rank_max")}
            ways = [pd.DataFrame({**same, "way": way, "rank": among.ranks[way].to_numpy()}) for way in among.ranks]
            yield pd.DataFrame({**same, **places, "n_ranked": len(areas)}), pd.concat(ways).dropna(subset="rank")

    def _standing_frame(
        self, years: Sequence[str], found: Mapping[str, Composite], ranked: Sequence[pd.DataFrame]
    ) -> pd.DataFrame:
        codes = np.array(self.around.axis.codes, dtype=object)
        bands = []
        for year in years:
            known = (found[year].index.notna() & (self.people.at(year) > 0)).to_numpy()
            band = found[year].band.to_numpy()[known]
            bands.append(
                pd.DataFrame({"indicator": self.index.id, "area_code": codes[known], "period": year, "band": band})
            )
        keys = ["indicator", "area_code", "period"]
        places = _stacked(ranked, [*keys, "rank", "rank_min", "rank_max", "n_ranked"])
        return pd.concat(bands, ignore_index=True).merge(places, on=keys, how="left")[STANDING]


def _stacked(frames: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(columns))


def _together(made: Sequence[_Made], findings: tuple[Finding, ...], around: Around) -> Composites:
    if not made:
        return Composites(findings=findings)
    return Composites(
        cells=tuple(one.cells for one in made),
        sources=tuple(one.source for one in made),
        practice=frozenset(one.source for one in made if one.is_practice),
        source_of={one.cells.indicator.id: one.source for one in made},
        base=pd.concat([one.base for one in made], ignore_index=True),
        part=pd.concat([one.part for one in made], ignore_index=True),
        standing=pd.concat([one.standing for one in made], ignore_index=True),
        way=pd.concat([one.way for one in made], ignore_index=True),
        findings=findings,
    )
