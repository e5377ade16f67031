"""Rates, intervals and statuses of the cells that are shown."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from config.model import Indicator, Rates
from config.vocabulary import STATUS_ORDER, PeriodType
from etl.cube import FINAL, NOT_DELIVERED, SUPPRESSED, AreaAxis, Cube
from etl.derive import Cells, derive
from etl.observation import observation_frame
from etl.series import choose, complete
from etl.statistics.rates import weighted_bounds

AREAS = pd.DataFrame(
    [
        ("GM0001", None, "municipality", ()),
        ("WK000101", "GM0001", "district", ()),
        ("BU00010101", "WK000101", "neighbourhood", ()),
        ("BU00010102", "WK000101", "neighbourhood", ()),
    ],
    columns=["area_code", "parent", "area_level", "members"],
)
AXIS = AreaAxis.of(AREAS)


def indicator(name: str, **fields: object) -> Indicator:
    given = {
        "id": name,
        "pack": "police",
        "label": {"nl": name},
        "unit": "count",
        "numerator": {"tabular": {}},
        **fields,
    }
    return Indicator.model_validate(given)


def yearly(source: str, name: str, rows: dict[str, dict[str, float | None]], kind=PeriodType.YEAR, years=1.0) -> Cube:
    periods = tuple(sorted({period for row in rows.values() for period in row}))
    value = np.full((1, len(AXIS.codes), len(periods)), np.nan)
    status = np.full(value.shape, NOT_DELIVERED, dtype=np.int8)
    for code, row in rows.items():
        for period, number in row.items():
            place = (0, AXIS.codes.index(code), periods.index(period))
            if number is not None:
                value[place], status[place] = number, FINAL
    return Cube(source, kind, (name,), AXIS, periods, value, status, np.array([years]), np.ones(value.shape[:2]))


POPULATION = indicator("population", pack="context")
BURGLARY = indicator("burglary", unit="per_1000_inhabitants", denominator="population")


def observed(cubes: list[Cube], indicators: list[Indicator]) -> pd.DataFrame:
    ready = [one for cube in cubes for one in complete([cube], [], frozenset())]
    chosen = choose(ready, indicators, {})
    sources = list(dict.fromkeys(cube.source_id for cube in cubes))
    cells = list(derive(chosen, AXIS, Rates(), sources=sources, registers=frozenset({"kwb"})))
    frame = observation_frame(
        cells,
        AXIS,
        AREAS.area_code,
        slug="x",
        vintage=2024,
        load_id="000001",
        sources=sources,
        practice=frozenset({"police"}),
    )
    return frame.set_index(["indicator", "area_code", "period"]).sort_index()


def test_a_rate_is_per_1000_inhabitants_with_the_exact_interval():
    table = observed(
        [
            yearly("police", "burglary", {"BU00010101": {"2024": 4.0}, "BU00010102": {"2024": 0.0}}),
            yearly("kwb", "population", {"BU00010101": {"2024": 2000.0}, "BU00010102": {"2024": 1000.0}}),
        ],
        [BURGLARY, POPULATION],
    )

    cell = table.loc[("burglary", "BU00010101", "2024")]
    assert cell.value == cell.rate == 2.0
    assert (cell.lower, cell.upper) == pytest.approx((1.0899 / 2, 10.2416 / 2), abs=1e-4)
    assert cell.denominator_period == "2024"
    zero = table.loc[("burglary", "BU00010102", "2024")]
    assert (zero.value, zero.lower, zero.status) == (0, 0, "final")
    assert table.loc[("burglary", "GM0001", "2024")].value == pytest.approx(4 / 3)


def test_a_register_count_has_no_interval():
    table = observed([yearly("kwb", "population", {"BU00010101": {"2024": 2000.0}})], [POPULATION])

    cell = table.loc[("population", "BU00010101", "2024")]
    assert cell.value == 2000
    assert np.isnan(cell.lower)


def test_too_few_inhabitants_give_no_rate_but_keep_the_number():
    table = observed(
        [
            yearly("police", "burglary", {"BU00010101": {"2024": 248.0}}),
            yearly("kwb", "population", {"BU00010101": {"2024": 10.0}}),
        ],
        [BURGLARY, POPULATION],
    )

    cell = table.loc[("burglary", "BU00010101", "2024")]
    assert (cell.numerator, cell.status) == (248, "not_applicable")
    assert np.isnan(cell.value)
    assert np.isnan(cell.upper)


def test_without_any_denominator_there_is_no_rate_and_what_is_missing_stays_missing():
    table = observed(
        [yearly("police", "burglary", {"BU00010101": {"2023": 3.0, "2024": None}})],
        [BURGLARY],
    )

    assert table.loc[("burglary", "BU00010101", "2023")].status == "not_applicable"
    assert table.loc[("burglary", "BU00010101", "2024")].status == "not_delivered"


@pytest.mark.parametrize(
    ("year", "used"), [("2020", "2021"), ("2021", "2021"), ("2022", "2021"), ("2023", "2023"), ("2026", "2023")]
)
def test_the_denominator_is_of_the_year_else_the_nearest_earlier_else_the_nearest_later(year, used):
    table = observed(
        [
            yearly("police", "burglary", {"BU00010101": {year: 10.0}}),
            yearly("kwb", "population", {"BU00010101": {"2021": 1000.0, "2023": 2000.0}}),
        ],
        [BURGLARY, POPULATION],
    )

    assert table.loc[("burglary", "BU00010101", year)].denominator_period == used


def test_a_month_is_brought_to_a_year():
    table = observed(
        [
            yearly("police", "burglary", {"BU00010101": {"2024-05": 10.0}}, PeriodType.MONTH, 1 / 12),
            yearly("kwb", "population", {"BU00010101": {"2024": 1000.0}}),
        ],
        [BURGLARY, POPULATION],
    )

    assert table.loc[("burglary", "BU00010101", "2024-05")].value == pytest.approx(120)


def test_a_partly_covered_parent_is_divided_by_the_covered_inhabitants_only():
    table = observed(
        [
            yearly("police", "burglary", {"BU00010101": {"2024": 10.0}}),
            yearly(
                "kwb",
                "population",
                {"GM0001": {"2024": 3000.0}, "BU00010101": {"2024": 1000.0}, "BU00010102": {"2024": 2000.0}},
            ),
        ],
        [BURGLARY, POPULATION],
    )

    cell = table.loc[("burglary", "GM0001", "2024")]
    assert (cell.denominator, cell.coverage_share, cell.value) == (1000, 0.5, 10)


def test_the_first_source_gives_the_whole_series():
    first = yearly("police", "burglary", {"BU00010101": {"2024": 1.0}})
    second = yearly("other", "burglary", {"BU00010101": {"2023": 5.0, "2024": 6.0}})

    table = observed([first, second], [BURGLARY])

    assert set(table.source) == {"oefendata: police"}
    assert ("burglary", "BU00010101", "2023") not in table.index


def test_every_status_word_is_known_to_the_frame():
    table = observed([yearly("kwb", "population", {"BU00010101": {"2024": 2000.0}})], [POPULATION])

    assert list(table.status.cat.categories) == [str(word) for word in STATUS_ORDER]


def weighted_cells(burglary: float, raid: float | None, moved: float = 0.0) -> Cells:
    """A year of one neighbourhood in which a burglary weighs 20 and a raid 365. raid None: withheld."""
    score = indicator(
        "score",
        unit="days_per_1000_inhabitants",
        denominator="population",
        numerator={"sum_of": ["burglary", "raid"], "weights": [20, 365]},
    )
    one, two = (
        yearly("police", name, {"BU00010101": {"2024": number}}) for name, number in (("b", burglary), ("r", raid))
    )
    if raid is None:
        two.status[0, AXIS.codes.index("BU00010101"), 0] = SUPPRESSED
    part = np.where(np.isnan(one.value), 0.0, moved)
    cube = replace(
        one,
        indicators=("burglary", "raid"),
        value=np.concatenate([one.value, two.value]),
        status=np.concatenate([one.status, two.status]),
        coverage=np.concatenate([one.coverage, two.coverage]),
        estimated=np.concatenate([part, np.zeros_like(part)]),
    )
    people = yearly("kwb", "population", {"BU00010101": {"2024": 1000.0}})
    ready = [*complete([cube], [score], frozenset()), *complete([people], [], frozenset())]
    chosen = choose(ready, [score, POPULATION], {})
    cells = derive(chosen, AXIS, Rates(), sources=["police", "kwb"], registers=frozenset({"kwb"}))
    return next(block for block in cells if block.indicator.id == "score")


def only_cell(block: Cells, name: str) -> float:
    return float(getattr(block, name)[block.area == AXIS.codes.index("BU00010101")][0])


def test_a_weighted_sum_counts_in_days_and_is_no_number_of_events():
    block = weighted_cells(10, 2)

    assert only_cell(block, "numerator") == 10 * 20 + 2 * 365
    assert only_cell(block, "value") == 930
    bounds = weighted_bounds(np.array([930.0]), np.array([12.0]), np.array([10 * 20.0**2 + 2 * 365.0**2]))[0]
    assert [only_cell(block, "lower"), only_cell(block, "upper")] == pytest.approx(bounds)
    assert not block.is_events


def test_the_redistributed_part_of_a_weighted_sum_is_in_days_too():
    block = weighted_cells(10.5, 2, moved=4.0)

    assert only_cell(block, "estimated") == pytest.approx(4 * 20 / (10.5 * 20 + 2 * 365))
    assert only_cell(block, "lower") < only_cell(block, "value") < only_cell(block, "upper")


def test_a_weighted_sum_with_a_withheld_offence_is_withheld():
    block = weighted_cells(10, None)

    assert np.isnan(only_cell(block, "value"))
    assert np.isnan(only_cell(block, "lower"))
    assert only_cell(block, "status") == SUPPRESSED
