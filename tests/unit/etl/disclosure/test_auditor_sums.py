"""Which count exactly each attack of the auditor tells, on editions small enough to reckon by hand."""

import numpy as np
import pandas as pd
import pytest

from config.errors import DisclosureError, Finding
from etl.calendar import exposure_years
from etl.disclosure import auditor
from etl.disclosure.attacks import shown as range_of
from etl.disclosure.auditor import AuditReport, audit
from etl.disclosure.leaves import blocks
from etl.disclosure.ledger import Ledger
from etl.statistics.rates import poisson_bounds
from tests.editions import MUNICIPALITY, edition_of
from tests.spec.test_rounding import leaves_of
from tests.tables import table

WEEKS = ["2026-W01", "2026-W02", "2026-W03", "2026-W04", "2026-W05", "2026-W06"]
#: A year of months that begins in November: the first quarter and year are two months long.
MONTHS = [f"2024-{month}" for month in (11, 12)] + [f"2025-{month:02}" for month in range(1, 13)]


def block_of(true, periods, indicators=("burglary", "violence", "nuisance")):
    """A block of true counts, shape (areas, indicators, periods); all areas in one district."""
    true = np.array(true)
    area, indicator, period = (axis.ravel() for axis in np.indices(true.shape))
    frame = pd.DataFrame(
        {
            "source_id": "reports",
            "indicator": np.array(list(indicators))[indicator],
            "area_code": [f"BU{one + 1}" for one in area],
            "district": "WK1",
            "period": np.array(periods)[period],
            "period_type": "week" if "W" in periods[0] else "month",
            "value": true.ravel(),
        }
    )
    return blocks(frame, {}, {})[0]


def book_of(true, shown, periods=None):
    """An edition in which every total is the sum of what is shown of the leaves; one indicator; shape (areas, periods).

    What is shown as 0 or 5 is `rounded`.
    """
    true, shown = np.array(true)[:, None, :], np.array(shown, dtype=float)[:, None, :]
    block = block_of(true, periods or WEEKS[: true.shape[2]])
    ranges = [[[range_of(value) for value in row] for row in area] for area in shown]
    low, high = np.moveaxis(np.array(ranges, dtype=np.int64), -1, 0)
    by_cell = np.stack([block.sums(shown[:, :, at].ravel()) for at in range(shown.shape[2])], axis=1)
    running = np.pad(by_cell.cumsum(axis=1), ((0, 0), (1, 0)))
    last = np.arange(1, shown.shape[2] + 1)
    totals = {"": by_cell.astype(float)}
    for window, first in zip(block.windows, block.opens, strict=True):
        totals[window] = (running[:, last] - running[:, first]).astype(float)
    return Ledger(block, 5, low, high, totals, shown, np.isin(shown, (0, 5)))


def cell(book, name):
    return book.block.cells.index((name, "burglary"))


def told(answer):
    """(area, period) of what was told, both from 0."""
    return [(int(area), int(period)) for area, _, period in np.argwhere(answer[1])]


SMALL = [[3, 20, 2, 9]], [[5, 20, 0, 9]]


def test_leaves_that_are_rounded_and_sums_of_them_tell_nothing():
    book = book_of([[3, 9, 0, 5, 1], [2, 4, 20, 3, 5]], [[5, 9, 0, 5, 0], [0, 5, 20, 5, 5]])

    for attack in (auditor._leaves_as_shown, auditor._sums, auditor._steps):
        assert told(attack(book)) == []
    assert auditor._leaves_as_shown(book)[0] == 10
    assert auditor._sums(book)[0] == 2 * 4 * 5  # month and window, of two areas, district and municipality
    assert auditor._steps(book)[0] == 4 * 4
    assert auditor._not_added_up(book) == []


def as_published(book, place, value, is_rounded):
    book.leaf_value[place] = value
    book.is_rounded[place] = is_rounded
    return auditor._leaves_as_shown(book)


@pytest.mark.parametrize(
    ("value", "is_rounded", "expected"),
    [
        (3, False, [(0, 0)]),
        (3, True, [(0, 0)]),
        (0, True, []),
        (5, True, []),
        (0, False, [(0, 0), (0, 2)]),  # a zero that is not rounded: those that are, are small
        (5, False, [(0, 0)]),
        (np.nan, False, []),
    ],
)
def test_a_secret_leaf_may_only_be_shown_as_a_rounded_zero_or_five(value, is_rounded, expected):
    assert told(as_published(book_of(*SMALL), (0, 0, 0), value, is_rounded)) == expected


@pytest.mark.parametrize(("true", "expected"), [(0, [(0, 2)]), (5, [(0, 0)]), (9, [])])
def test_a_true_zero_or_five_that_is_not_rounded_tells_those_that_are(true, expected):
    counts, shown = [[3, 20, 2, true]], [[5, 20, 0, true]]

    assert told(as_published(book_of(counts, shown), (0, 0, 3), true, False)) == expected


def test_a_true_zero_that_is_rounded_is_no_secret_beside_one_that_is_not():
    assert told(as_published(book_of([[3, 0, 2, 0]], [[5, 0, 0, 0]]), (0, 0, 3), 0, False)) == [(0, 2)]


def test_leaves_that_are_not_published_are_not_counted():
    book = book_of(*SMALL)
    book.leaf_value[0, 0, 1] = np.nan

    assert auditor._leaves_as_shown(book)[0] == 3


def test_an_exact_total_of_a_district_tells_the_small_leaf_of_that_week():
    book = book_of([[3, 3, 3], [10, 12, 8]], [[5, 5, 5], [10, 12, 8]])
    book.totals[""][cell(book, "WK1"), 1] = 15

    assert told(auditor._sums(book)) == [(0, 1)]


@pytest.mark.parametrize(
    ("true", "total", "expected"),
    [
        ((3, 3), 6, []),  # each may be 1 to 5
        ((2, 2), 8, []),  # 3 to 5: not what is true
        ((2, 3), 5, [(0, 0), (1, 0)]),  # 1 to 4
        ((1, 1), 2, [(0, 0), (1, 0)]),
        ((4, 4), 8, [(0, 0), (1, 0)]),  # 3 to 5
        ((4, 5), 9, [(0, 0)]),  # 4 or 5, and a five is no secret
        ((3, 3), 3, []),  # 1 or 2: not what is true
        ((3, 3), 11, []),  # more than both can be
    ],
)
def test_a_total_tells_what_it_leaves_too_little_room_for(true, total, expected):
    book = book_of([[true[0]], [true[1]]], [[5], [5]])
    book.totals[""][cell(book, "WK1"), 0] = total

    assert told(auditor._sums(book)) == expected


def test_an_exact_total_of_four_weeks_tells_the_small_leaf_among_them_and_no_other():
    book = book_of([[3, 10, 2, 10, 10, 4]], [[5, 10, 0, 10, 10, 5]])
    # weeks 2 to 5: 32 in truth, 30 as shown
    book.totals["rolling_4_weeks"][cell(book, "BU1"), 4] = 34

    assert told(auditor._sums(book)) == []  # 34 would be the highest: 4, not what is true

    book.totals["rolling_4_weeks"][cell(book, "BU1"), 4] = 32
    assert told(auditor._sums(book)) == [(0, 2)]


def test_totals_that_are_not_published_are_not_tried():
    book = book_of([[3, 10, 2]], [[5, 10, 0]])
    book.totals[""][cell(book, "WK1"), 1:] = np.nan

    assert auditor._sums(book)[0] == 2 * 3 * 3 - 2


def test_of_two_windows_in_a_row_what_came_in_is_told():
    book = book_of([[10, 11, 12, 13, 3, 14]], [[10, 11, 12, 13, 5, 14]])
    book.totals["rolling_4_weeks"][cell(book, "BU1"), 4] = 11 + 12 + 13 + 3

    assert told(auditor._steps(book)) == [(0, 4)]


def test_of_two_windows_in_a_row_the_weeks_around_what_came_in_are_not_told():
    book = book_of([[10, 11, 12, 2, 3, 2]], [[10, 11, 12, 0, 5, 0]])
    window = book.totals["rolling_4_weeks"][cell(book, "BU1")]
    window[4] = window[3] + 3 - 10
    window[5] = np.nan

    assert told(auditor._steps(book)) == [(0, 4)]


def test_of_two_windows_in_a_row_what_fell_out_is_told():
    book = book_of([[10, 3, 12, 13, 14, 15]], [[10, 5, 12, 13, 14, 15]])
    book.totals["rolling_4_weeks"][cell(book, "BU1"), 4] = 3 + 12 + 13 + 14

    assert told(auditor._steps(book)) == [(0, 1)]


@pytest.mark.parametrize(("step", "expected"), [(3, [(0, 0), (0, 4)]), (1, []), (5, [])])
def test_what_fell_out_has_the_room_of_what_came_in_the_other_way_round(step, expected):
    # 4 came in, shown as 5, and 1 fell out, shown as 0. 3 more: 3 to 5 came in and 0 to 2 fell out.
    book = book_of([[1, 10, 10, 10, 4, 10]], [[0, 10, 10, 10, 5, 10]])
    window = book.totals["rolling_4_weeks"]
    window[:, 4:] = window[:, [3]] + step

    assert told(auditor._steps(book)) == expected


def test_the_first_windows_drop_nothing():
    book = book_of([[10, 3, 12]], [[10, 5, 12]])
    book.totals["rolling_4_weeks"][cell(book, "BU1"), 1] = 13

    assert told(auditor._steps(book)) == [(0, 1)]


def test_from_one_year_or_quarter_to_the_next_is_no_step():
    true = [[10] * 14]
    book = book_of(true, true, MONTHS)

    tried = auditor._steps(book)[0]

    n_cells = 3
    quarters, years, rolling = 13 - 4, 13 - 1, 13
    assert tried == n_cells * (quarters + years + rolling)


def test_a_year_to_date_tells_the_month_that_came_in_and_the_new_year_nothing():
    book = book_of([[10] * 4 + [3] + [10] * 9], [[10] * 4 + [5] + [10] * 9], MONTHS)
    book.totals["year"][cell(book, "BU1"), 4] = 23  # January to March

    assert told(auditor._steps(book)) == [(0, 4)]

    book = book_of([[10, 10, 3] + [10] * 11], [[10, 10, 5] + [10] * 11], MONTHS)
    book.totals["year"][cell(book, "BU1"), 1] = 18  # 15 less than 33: not the same window a month on
    assert told(auditor._steps(book)) == []


def test_a_single_period_has_no_steps():
    assert auditor._steps(book_of([[3]], [[5]]))[0] == 0


def test_totals_that_are_not_the_sum_of_what_is_shown_are_counted():
    book = book_of([[3, 10, 2, 10, 6]], [[5, 10, 0, 10, 6]])
    book.totals[""][cell(book, "WK1"), 1] += 1
    book.totals["rolling_4_weeks"][cell(book, "BU1"), 4] -= 7
    book.totals["rolling_4_weeks"][cell(book, "municipality"), 2] += 0.4

    (finding,) = auditor._not_added_up(book)

    assert (finding.code, finding.number) == ("DIS-031", 3)
    assert finding.what.startswith("3 totals")
    assert "source reports" in finding.where


def test_differences_in_the_last_digits_and_totals_with_a_missing_leaf_are_none():
    book = book_of([[3, 10, 2]], [[5, 10, 0]])
    book.totals[""][cell(book, "WK1"), 1] += 1e-9
    assert auditor._not_added_up(book) == []

    book.leaf_value[0, 0, 1] = np.nan
    book.totals[""][:, 1] = 99
    book.totals["rolling_4_weeks"][:, 1:] = 99
    assert auditor._not_added_up(book) == []

    book.totals[""][cell(book, "BU1"), 0] = 99
    assert auditor._not_added_up(book)[0].number == 1


def test_a_missing_leaf_excuses_only_the_windows_that_hold_it():
    book = book_of([[10, 11, 12, 13, 14, 15]], [[10, 11, 12, 13, 14, 15]])
    book.leaf_value[0, 0, 0] = np.nan
    book.totals["rolling_4_weeks"][cell(book, "WK1"), 3:] = [99, 98, 97]
    book.totals[""][cell(book, "WK1"), [0, 5]] = [99, 96]

    assert auditor._not_added_up(book)[0].number == 3


@pytest.mark.parametrize(
    ("score", "number"),
    [(365 * 3 + 20 * 9, 0), (365 * 5 + 20 * 9, 1), (365 * 3 + 20 * 9 + 1e-9, 0), (365 * 3 + 20 * 9 + 0.5, 1)],
)
def test_a_weighted_sum_is_made_of_what_is_shown_of_its_parts(score, number):
    rows = table("""
        area_code | period  | indicator | numerator
        BU1       | 2026-01 | burglary  | 3
        BU1       | 2026-01 | violence  | 9
        BU1       | 2026-01 | score     |
        BU1       | 2026-02 | burglary  | 4
        BU1       | 2026-02 | violence  | 1
        BU1       | 2026-02 | score     | 1480
        BU2       | 2026-01 | burglary  | 9
        BU2       | 2026-01 | violence  | 9
        BU2       | 2026-01 | score     |
    """)
    rows.loc[2, "numerator"] = score
    weights = {"score": {"burglary": 365, "violence": 20}}

    found = auditor._not_weighted_up(rows, "reports", weights)
    without_part = auditor._not_weighted_up(rows[rows.index != 3], "reports", weights)

    assert [finding.number for finding in found] == [number] * (number > 0)
    assert [finding.code for finding in without_part] == ["DIS-031"]
    assert without_part[0].number == number + 1
    assert without_part[0].what.startswith(f"{number + 1} weighted sums")
    assert auditor._not_weighted_up(rows, "reports", {}) == []


def test_a_leaf_that_does_not_exist_counts_as_nothing_in_its_totals():
    book = book_of([[3, 10], [10, 10]], [[5, 10], [10, 10]])
    book.block.present[1, 0, 0] = False
    book.leaf_value[1, 0, 0] = np.nan
    book.totals[""][:, 0] = [5, 5, 5, 0]
    book.totals["rolling_4_weeks"][:, 0] = [5, 5, 5, 0]
    book.totals["rolling_4_weeks"][:, 1] = [15, 25, 25, 10]

    assert auditor._not_added_up(book) == []


def rates_of(book, events, **columns):
    """Rows of leaves as exported: rate per 1,000 inhabitants and year, of weeks, for 50 inhabitants each."""
    block = book.block
    area, _, period = (axis.ravel() for axis in np.indices(book.block.true.shape))
    one = 1_000 / (50 * exposure_years("2026-W01"))
    rows = pd.DataFrame(
        {
            "area_code": np.array(block.areas)[area],
            "indicator": "burglary",
            "period": np.array(block.periods)[period],
            "unit": "per_1000_inhabitants",
            "value": book.leaf_value.ravel() * one,
            "numerator": book.leaf_value.ravel(),
            "denominator": 50,
            "rate": np.array(events).ravel() * one,
            "upper": poisson_bounds(book.leaf_value.ravel())[:, 1] * one,
        }
    )
    return rows.assign(**columns)


RATED = [[3, 9, 2, 4], [9, 1, 9, 9]], [[5, 9, 0, 0], [9, 0, 9, 9]]


def test_a_rate_or_bound_of_the_true_count_tells_it():
    book = book_of(*RATED)
    safe, exact = rates_of(book, book.leaf_value), rates_of(book, book.block.true)
    one = 1_000 / (50 * exposure_years("2026-W01"))
    bound = safe.assign(upper=poisson_bounds(book.block.true.ravel())[:, 1] * one)

    assert told(auditor._rates(book, safe)) == []
    assert auditor._rates(book, safe)[0] == 8
    assert told(auditor._rates(book, exact)) == [(0, 0), (0, 2), (0, 3), (1, 1)]
    assert told(auditor._rates(book, bound)) == [(0, 0), (0, 2), (0, 3), (1, 1)]


def test_a_rate_is_that_of_a_count_within_a_hundredth_of_an_event():
    book = book_of(*RATED)

    assert told(auditor._rates(book, rates_of(book, book.block.true + 0.009))) != []
    assert told(auditor._rates(book, rates_of(book, book.block.true + 0.011))) == []
    assert told(auditor._rates(book, rates_of(book, book.block.true - 0.9))) == []


def test_the_rate_of_a_count_that_is_no_secret_tells_nothing_even_where_another_is_shown():
    book = book_of([[9, 0, 5]], [[7, 6, 6]])

    assert told(auditor._rates(book, rates_of(book, book.block.true))) == []


def test_rows_without_rates_or_of_what_is_no_leaf_are_not_tried():
    book = book_of(*RATED)
    exact = rates_of(book, book.block.true)

    assert auditor._rates(book, exact.drop(columns="rate"))[0] == 0
    assert auditor._rates(book, exact.head(0))[0] == 0
    assert told(auditor._rates(book, exact.assign(rate=np.nan))) == []
    for column, other in (("area_code", "WK1"), ("indicator", "theft"), ("period", "2026")):
        mixed = exact.assign(**{column: exact[column].where(exact.index != 0, other)})
        tried, found = auditor._rates(book, mixed)
        assert tried == 7
        assert told((tried, found)) == [(0, 2), (0, 3), (1, 1)]


def before(book, shown, **columns):
    """What is remembered of the leaves of an edition."""
    block = book.block
    area, _, period = (axis.ravel() for axis in np.indices(block.true.shape))
    frame = pd.DataFrame(
        {
            "source_id": "reports",
            "indicator": "burglary",
            "area_code": np.array(block.areas)[area],
            "period": np.array(block.periods)[period],
            "shown": np.broadcast_to(shown, book.leaf_value[:, 0].shape).ravel(),
        }
    )
    return frame.assign(**columns)


def test_a_small_leaf_that_is_shown_otherwise_than_before_is_told():
    book = book_of(*RATED)
    turned = before(book, [[0, 9, 5, 0], [9, 0, 9, 9]])

    assert told(auditor._earlier(book, before(book, book.leaf_value[:, 0]))) == []
    assert auditor._earlier(book, turned)[0] == 8
    assert told(auditor._earlier(book, turned)) == [(0, 0), (0, 2)]
    assert told(auditor._earlier(book, turned.assign(shown=6))) == []  # shown with another base
    assert told(auditor._earlier(book, before(book, 5 - np.array(RATED[1])))) == [(0, 0), (0, 2), (0, 3), (1, 1)]


@pytest.mark.parametrize(
    ("column", "other"), [("source_id", "calls"), ("area_code", "BU9"), ("indicator", "theft"), ("period", "2025-W52")]
)
def test_what_was_shown_of_others_tells_nothing(column, other):
    book = book_of(*RATED)

    assert auditor._earlier(book, before(book, 5, **{column: other}))[0] == 0
    assert told(auditor._earlier(book, before(book, 5, **{column: other}))) == []


def test_a_leaf_that_is_not_published_now_is_not_told_by_what_it_was():
    book = book_of(*RATED)
    book.leaf_value[:] = np.nan

    assert told(auditor._earlier(book, before(book, 0))) == []


def other_division(*rows):
    frame = pd.DataFrame(rows, columns=["area_code", "period", "value"])
    return frame.assign(source="reports", indicator="burglary", unit="count")


SPLIT = pd.DataFrame({"from_code": ["OLD", "OLD", "GONE"], "to_code": ["BU1", "BU2", "BU9"]})


@pytest.mark.parametrize(
    ("period", "total", "expected"),
    [
        ("2026-W01", 12, [(0, 0)]),  # 3, shown as 5, beside 9
        ("2026-W01", 14, []),  # as shown
        ("2026-W04", 13, [(0, 3)]),  # 4, shown as 0, beside 9
        ("2026-W01", 30, []),
        ("2026-W01", 5, []),
    ],
)
def test_an_area_that_was_split_minus_its_parts_tells_a_small_one(period, total, expected):
    tried, found = auditor._vintages(book_of(*RATED), other_division(("OLD", period, total)), SPLIT)

    assert tried == 1
    assert told((tried, found)) == expected


def test_areas_that_were_merged_tell_as_well():
    book = book_of(*RATED)
    merged = pd.DataFrame({"from_code": ["BU1", "BU2"], "to_code": ["NEW", "NEW"]})
    rows = other_division(("NEW", "2026-W01", 12), ("NEW", "2026-W02", 10), ("NEW", "2026-W03", 11))

    tried, found = auditor._vintages(book, rows, merged)

    assert tried == 3
    assert told((tried, found)) == [(0, 0), (0, 2), (1, 1)]


def test_rows_of_another_division_that_cannot_be_subtracted_are_passed_over():
    book = book_of(*RATED)
    rows = [
        ("GONE", "2026-W01", 3),
        ("UNKNOWN", "2026-W01", 3),
        ("OLD", "2025-W01", 12),
        ("OLD", "2026-W01", np.nan),
    ]
    theft = other_division(("OLD", "2026-W01", 12)).assign(indicator="theft")
    half = pd.concat([SPLIT, pd.DataFrame({"from_code": ["OLD"], "to_code": ["BU9"]})])

    assert auditor._vintages(book, other_division(*rows), SPLIT)[0] == 0
    assert auditor._vintages(book, theft, SPLIT)[0] == 0
    assert auditor._vintages(book, other_division(("OLD", "2026-W01", 12)), half)[0] == 0
    assert told(auditor._vintages(book, other_division(*rows, ("OLD", "2026-W01", 12)), SPLIT)) == [(0, 0)]


@pytest.mark.parametrize(
    ("n_told", "names"), [(1, "(a)"), (3, "(a, b, c)"), (4, "(a, b, c and 1 more)"), (5, "(a, b, c and 2 more)")]
)
def test_a_finding_names_up_to_three_indicators_and_counts_what_is_told(n_told, names):
    block = block_of(np.ones((2, 6, 3), dtype=int), WEEKS[:3], indicators="abcdef")
    flags = np.zeros((2, 6, 3), dtype=bool)
    flags[1, :n_told, 2] = True

    (finding,) = auditor._finding("two exports", block, flags)

    assert (finding.code, finding.number, finding.level) == ("DIS-030", n_told, "error")
    assert finding.what == f"two exports: {n_told} small counts can be told from fewer values than promised {names}"
    assert finding.where == "public edition, source reports"
    assert auditor._finding("two exports", block, np.zeros_like(flags)) == []


def test_what_to_do_depends_on_where_the_totals_come_from():
    block = block_of(np.ones((1, 1, 1), dtype=int), WEEKS[:1])
    flags = np.ones((1, 1, 1), dtype=bool)

    assert "open source" in auditor._finding("totals known elsewhere", block, flags)[0].fix
    assert "fault of the program" in auditor._finding("totals minus parts", block, flags)[0].fix


def test_only_errors_stop_a_load():
    note = Finding("DIS-030", "what", "where", "fix", level="note")

    AuditReport((note,)).require_safe()
    AuditReport().require_safe()
    with pytest.raises(DisclosureError) as refused:
        AuditReport((note, Finding("DIS-031", "what", "where", "fix"))).require_safe()
    assert [finding.code for finding in refused.value.findings] == ["DIS-031"]


class Pair:
    """Two sources with one neighbourhood and two months each: 3 shown as 5, and 9."""

    leaves = leaves_of(np.array([[[3, 9]]]))
    both = pd.concat([leaves, leaves.assign(source_id="calls")], ignore_index=True)
    blocks = blocks(both, {}, {})
    safe = edition_of(both.assign(value=[5.0, 9.0] * 2, status=["rounded", "final"] * 2))


def audited(published=Pair.safe, **more):
    return audit(published, Pair.blocks, municipality=MUNICIPALITY, **{"pairs": 20, **more})


def test_what_was_tried_is_added_up_over_the_sources():
    report = audited()

    # a leaf, its district and the municipality, in two months, a quarter and a year; no twelve months
    assert report.findings == ()
    assert report.tried == {
        "a figure itself": 4,
        "totals minus parts": 2 * 3 * 4,
        "windows one period apart": 0,
        "rates and bounds": 0,
        "two exports": 40,
    }
    assert audited(remembered=before_of(5)).tried["earlier editions"] == 2


def before_of(shown, source="reports"):
    return Pair.leaves[["source_id", "indicator", "area_code", "period"]].assign(shown=shown, source_id=source)


def test_attacks_with_what_is_known_otherwise_are_tried_where_it_is_given():
    known = Pair.leaves.rename(columns={"value": "count"})
    links = pd.DataFrame({"from_code": ["OLD"], "to_code": ["BU01530000"]})
    old = Pair.safe[Pair.safe.area_code == "BU01530000"].assign(area_code="OLD", vintage=2023)
    exact = old.assign(numerator=old.numerator.replace(5, 3), value=old.value.replace(5, 3))

    def attacks(report):
        return {(finding.what.split(":")[0], finding.where, finding.number) for finding in report.findings}

    here = "public edition, source reports"
    assert attacks(audited(external=known)) == {("totals known elsewhere", here, 1)}
    assert attacks(audited(remembered=before_of(0))) == {("earlier editions", here, 1)}
    assert attacks(audited(pd.concat([Pair.safe, old]), links=links)) == set()
    assert attacks(audited(pd.concat([Pair.safe, exact]), links=links)) == {
        ("another division of areas", f"public edition, source {source}", 1) for source in ("calls", "reports")
    }
    assert audited(pd.concat([Pair.safe, exact])).findings == ()
    assert "another division of areas" not in audited(Pair.safe.drop(columns="vintage"), links=links).tried
    assert audited(Pair.safe.drop(columns="vintage")).findings == ()
    assert set(audited(external=known, remembered=before_of(0), links=links).tried) == {
        *audited().tried,
        "earlier editions",
        "another division of areas",
        "totals known elsewhere",
    }


def test_exact_figures_of_one_source_are_found_in_that_one_and_sums_that_differ_too():
    wrong = Pair.safe.copy()
    is_year = (wrong.source == "calls") & (wrong.period == "2024")
    wrong.loc[is_year, ["numerator", "value"]] = 12

    report = audited(wrong)

    assert {finding.where for finding in report.findings} == {"public edition, source calls"}
    assert {finding.code for finding in report.findings} == {"DIS-030", "DIS-031"}
    assert [finding.number for finding in report.findings if finding.code == "DIS-031"] == [3]


def test_without_more_words_the_base_is_five_and_ten_thousand_pairs_are_drawn_the_same_each_time():
    noise = np.random.default_rng(2)
    leaves = leaves_of(noise.integers(0, 9, size=(5, 2, 3)))
    block, exact = blocks(leaves, {}, {}), edition_of(leaves)

    def told_by_exports(**more):
        report = audit(exact, block, municipality=MUNICIPALITY, **more)
        return report.tried["two exports"], [one.number for one in report.findings if "two exports" in one.what]

    first = told_by_exports(pairs=20)
    assert first == told_by_exports(pairs=20) == told_by_exports(pairs=20, seed=0)
    assert told_by_exports(pairs=20, seed=1) != first
    assert audit(exact.head(3), block, municipality=MUNICIPALITY).tried["two exports"] == 10_000
