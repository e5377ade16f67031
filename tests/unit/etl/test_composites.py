"""Indexes from cells: what is made, what is missing and why, and what is left out and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from config.index import Index
from config.index_indicator import with_indexes
from config.model import Indicator, Rates
from config.vocabulary import AreaLevel, Direction, PeriodType
from etl.composites import Around, Composites, composites
from etl.cube import FINAL, NOT_APPLICABLE, NOT_DELIVERED, PROVISIONAL, SUPPRESSED, AreaAxis
from etl.derive import Cells

HOODS = tuple(f"BU990101{number:02}" for number in range(1, 13))
AXIS = AreaAxis(
    ("GM9901", *HOODS),
    (AreaLevel.MUNICIPALITY, *[AreaLevel.NEIGHBOURHOOD] * len(HOODS)),
    np.arange(1, len(HOODS) + 1),
    np.vstack([np.ones(len(HOODS)), np.eye(len(HOODS))]),
    np.zeros(len(HOODS) + 1),
)
PEOPLE = [1_000.0] * len(HOODS)
#: Six areas low and six high: mean 20, standard deviation 10 (thefts) and 5 (assaults).
THEFT = [10.0, 30.0] * 6
ASSAULT = [15.0] * 6 + [25.0] * 6

Year = Mapping[str, object]


def indicator(name: str, unit: str = "per_1000_inhabitants") -> Indicator:
    return Indicator.model_validate(
        {"id": name, "pack": "own", "label": {"nl": name}, "unit": unit, "numerator": {"tabular": {}},
         "denominator": None if unit == "count" else "population", "direction": "higher_is_worse"}
    )  # fmt: skip


def cells(
    name: str,
    years: Mapping[str, list[float]],
    *,
    unit: str = "per_1000_inhabitants",
    people: list[float] | None = None,
    status: Mapping[tuple[str, int], int] | None = None,
    estimated: float = 0.0,
) -> Cells:
    """Yearly cells of the neighbourhoods, and of the municipality the plain mean.

    Args:
        status: (year, number of the neighbourhood) -> status of that cell; without a number where it carries none.
    """
    people = [sum(PEOPLE), *(people or PEOPLE)]
    value = np.array([[np.mean(row), *row] for row in years.values()])
    ranks = np.full(value.shape, FINAL, dtype=np.int8)
    for (year, area), rank in (status or {}).items():
        ranks[list(years).index(year), area] = rank
    value[ranks <= SUPPRESSED] = np.nan
    period, area = (part.ravel() for part in np.indices(value.shape))
    flat, divided = value.ravel(), np.tile(people, len(years))
    is_few = (divided < 100) & (unit != "count")
    nothing = np.full(flat.size, np.nan)
    return Cells(
        indicator=indicator(name, unit), period_type=PeriodType.YEAR, periods=tuple(years), period=period, area=area,
        source=np.zeros(flat.size, dtype=np.int16), value=np.where(is_few, np.nan, flat),
        numerator=flat if unit == "count" else np.rint(flat * divided / 1_000), denominator=divided, rate=flat,
        lower=nothing, upper=nothing, status=np.where(is_few, NOT_APPLICABLE, ranks.ravel()).astype(np.int8),
        delivered_status=ranks.ravel(), denominator_year=np.full(flat.size, 2024), coverage=np.ones(flat.size),
        estimated=np.full(flat.size, estimated),
    )  # fmt: skip


def population(people: list[float] | None = None) -> Cells:
    return cells("population", {"2024": people or PEOPLE}, unit="count")


def made(*given: Cells, index: Mapping[str, object] | None = None, carried=frozenset()) -> Composites:
    entry = {
        "id": "safety", "label": {"nl": "Veiligheid"}, "base": "2024", "owner": "Team", "purpose": "Gesprek",
        "source": "Plan", "indicators": ["theft", "assault"], **(index or {}),
    }  # fmt: skip
    one = Index.model_validate(entry)
    asked = with_indexes(
        type("Asked", (), {"indexes": (one,)}), {block.indicator.id: block.indicator for block in given}
    )
    around = Around(
        AXIS, Rates(), ["police", "key_figures"], frozenset({"police"}), 2024, carried, "config/municipalities/x.yml"
    )
    return composites(given, asked.values(), around)


def index_of(found: Composites, year: str) -> pd.Series:
    block = found.cells[0]
    here = np.array(block.periods)[block.period] == year
    return pd.Series(block.value[here], index=[AXIS.codes[area] for area in block.area[here]])


def status_of(found: Composites, year: str, code: str) -> int:
    block = found.cells[0]
    here = (np.array(block.periods)[block.period] == year) & (np.array(AXIS.codes)[block.area] == code)
    return int(block.status[here][0])


def test_the_municipality_of_the_base_year_is_a_hundred_and_a_spread_is_25_points():
    found = made(population(), cells("theft", {"2024": THEFT}), cells("assault", {"2024": ASSAULT}))

    index = index_of(found, "2024")
    assert index["GM9901"] == 100
    assert index[list(HOODS[:2])].tolist() == [125, 100]  # theft 125 and 75, assault 125
    assert index[list(HOODS[6:8])].tolist() == [100, 75]
    assert found.base[["part", "mean", "deviation", "n_areas"]].to_numpy().tolist() == [
        ["theft", 20.0, 10.0, 12], ["assault", 20.0, 5.0, 12],
    ]  # fmt: skip
    assert found.sources == ("made of police",)
    assert found.practice == {"made of police"}


def test_a_later_year_is_measured_by_the_base_year():
    before = made(population(), cells("theft", {"2024": THEFT}), cells("assault", {"2024": ASSAULT}))
    worse = [value + 10 for value in THEFT]

    after = made(
        population(),
        cells("theft", {"2024": THEFT, "2025": worse}),
        cells("assault", {"2024": ASSAULT, "2025": ASSAULT}),
    )

    assert after.base.equals(before.base)
    assert index_of(after, "2024").equals(index_of(before, "2024"))
    assert index_of(after, "2025")["GM9901"] == 87.5  # theft 75, assault 100


def test_only_years_that_are_complete_for_every_part_have_an_index():
    years = {"2024": THEFT, "2025": THEFT, "2026": THEFT}

    found = made(
        population(),
        cells("theft", years, status={("2025", 3): PROVISIONAL}),
        cells("assault", {"2024": ASSAULT, "2025": ASSAULT}),
    )

    assert found.cells[0].periods == ("2024",)


def test_a_theme_is_the_mean_of_its_parts_and_themes_count_alike():
    themes = [
        {"label": {"nl": "Diefstal", "en": "Theft"}, "indicators": ["theft", "robbery"]},
        {"label": {"nl": "Geweld"}, "indicators": ["assault"]},
    ]

    found = made(
        population(), cells("theft", {"2024": THEFT}), cells("robbery", {"2024": THEFT}),
        cells("assault", {"2024": ASSAULT}), index={"indicators": [], "themes": themes},
    )  # fmt: skip

    assert index_of(found, "2024")[list(HOODS[:2])].tolist() == [125, 100]  # (75 + 75) / 2 and 125
    assert found.base[["theme", "theme_nl", "theme_en"]].to_numpy().tolist() == [
        [1, "Diefstal", "Theft"], [1, "Diefstal", "Theft"], [2, "Geweld", "Geweld"],
    ]  # fmt: skip


@pytest.mark.parametrize("rank", [NOT_DELIVERED, SUPPRESSED])
def test_an_area_that_misses_too_much_has_no_index_and_says_why(rank):
    found = made(
        population(), cells("theft", {"2024": THEFT}, status={("2024", 1): rank}), cells("assault", {"2024": ASSAULT})
    )

    assert np.isnan(index_of(found, "2024")[HOODS[0]])
    assert status_of(found, "2024", HOODS[0]) == rank
    assert HOODS[0] not in set(found.standing.area_code)
    assert found.standing.n_ranked.dropna().tolist() == [11] * 11


def test_a_rate_on_few_people_is_smoothed_and_the_area_gets_no_place():
    people = [40.0, *PEOPLE[1:]]
    theft = [0.0, *THEFT[1:]]

    found = made(
        population(people), cells("theft", {"2024": theft}, people=people),
        cells("assault", {"2024": ASSAULT}, people=people),
    )  # fmt: skip

    small = found.part[found.part.area_code == HOODS[0]].set_index("part")
    assert small.is_smoothed.all()
    assert 0 < small.value["theft"] < 25  # counted 0, drawn towards 22
    assert not found.part[found.part.area_code != HOODS[0]].is_smoothed.any()
    assert not np.isnan(index_of(found, "2024")[HOODS[0]])
    row = found.standing.set_index("area_code").loc[HOODS[0]]
    assert row.band in ("below", "average", "above", "far_above")
    assert pd.isna(row["rank"])
    assert HOODS[0] not in set(found.way.area_code)


def test_an_area_without_residents_has_no_index():
    people = [0.0, *PEOPLE[1:]]

    found = made(
        population(people), cells("theft", {"2024": THEFT}, people=people),
        cells("assault", {"2024": ASSAULT}, people=people),
    )  # fmt: skip

    assert status_of(found, "2024", HOODS[0]) == NOT_APPLICABLE
    assert found.base.n_areas.tolist() == [11, 11]
    assert HOODS[0] not in set(found.part.area_code)


def test_every_way_of_making_it_gives_each_area_a_place():
    found = made(population(), cells("theft", {"2024": THEFT}), cells("assault", {"2024": ASSAULT}))

    ways = found.way.pivot(index="area_code", columns="way", values="rank")
    standing = found.standing.dropna().set_index("area_code")
    assert set(ways.columns) >= {"without:theft", "without:assault", "geometric"}
    assert (ways.max(axis=1).clip(lower=standing["rank"]) == standing.rank_max).all()
    assert (ways.min(axis=1).clip(upper=standing["rank"]) == standing.rank_min).all()
    assert ways.loc[HOODS[1], ["without:theft", "without:assault"]].tolist() == [1, 7]


def test_figures_brought_over_from_another_division_mark_the_base():
    given = (population(), cells("theft", {"2024": THEFT}), cells("assault", {"2024": ASSAULT}))

    assert not made(*given, carried=frozenset({("police", "2023")})).base.is_carried.any()
    assert made(*given, carried=frozenset({("police", "2024")})).base.is_carried.all()


def test_an_estimated_part_makes_the_index_estimated():
    found = made(population(), cells("theft", {"2024": THEFT}, estimated=0.2), cells("assault", {"2024": ASSAULT}))

    assert set(found.cells[0].estimated) == {0.2}


@pytest.mark.parametrize(
    ("theft", "base", "code", "what"),
    [
        ({"2025": THEFT}, "2024", "IDX-001", "no complete figures per neighbourhood of its base year 2024 for theft"),
        ({"2024": [7.0] * 12}, "2024", "IDX-002", "theft is the same in every neighbourhood in 2024"),
        ({"2024": [*THEFT[:4], *[np.nan] * 8]}, "2024", "IDX-003", "theft is known in 4 neighbourhoods with residents"),
        ({"2024": THEFT}, "2019", "IDX-001", "its base year 2019 for theft, assault, population"),
    ],
)  # fmt: skip
def test_an_index_that_cannot_be_measured_is_left_out_and_told(theft, base, code, what):
    found = made(population(), cells("theft", theft), cells("assault", {"2024": ASSAULT}), index={"base": base})

    assert found.cells == ()
    assert found.base.empty
    assert [finding.code for finding in found.findings] == [code]
    assert what in found.findings[0].what
    assert found.findings[0].level == "warning"


def test_an_indicator_that_is_better_when_high_counts_the_other_way():
    theft = cells("theft", {"2024": THEFT})
    better = replace(theft, indicator=theft.indicator.model_copy(update={"direction": Direction.HIGHER_IS_BETTER}))

    found = made(population(), better, cells("assault", {"2024": ASSAULT}))

    assert index_of(found, "2024")[HOODS[0]] == 100  # theft 75, assault 125
    assert found.base.is_higher_better.tolist() == [True, False]


def test_without_an_index_nothing_is_made():
    assert composites((population(),), [indicator("theft")], None).frames()["composite_part"].empty
