"""What is asked of the search period by period, what is made of its answer, and how far totals then are."""

import itertools

import numpy as np
import pandas as pd
import pytest

from config.errors import DisclosureError
from etl.disclosure import rounding
from etl.disclosure.leaves import WHOLE
from etl.disclosure.rounding import LEAF_KEY, round_leaves
from etl.disclosure.search import settle
from tests.spec.test_rounding import KEY, leaves_of
from tests.tables import table

FIRST = table("""
    source_id | indicator | area_code  | district | period  | period_type | value | status
    reports   | burglary  | BU01530101 | WK015301 | 2026-01 | month       | 2     | final
    reports   | burglary  | BU01530102 | WK015301 | 2026-01 | month       | 9     | final
    reports   | burglary  | BU01530201 | WK015302 | 2026-01 | month       | 4     | final
    reports   | burglary  | BU01530101 | WK015301 | 2026-02 | month       | 3     | final
    reports   | burglary  | BU01530102 | WK015301 | 2026-02 | month       | 1     | final
    reports   | burglary  | BU01530201 | WK015302 | 2026-02 | month       | 0     | final
""")


def series(*counts, first_year=2024):
    """Leaves from counts by month, one list per neighbourhood."""
    return leaves_of(np.array(counts)[:, None, :], first_year)


def shown_before(leaves, *shown):
    """What is remembered of these leaves, in the shape of `series`; None: nothing."""
    flat = pd.Series([value for mine in shown for value in mine], dtype=object)
    rows = leaves[LEAF_KEY].assign(shown=flat.to_numpy())
    return rows[rows.shown.notna()].astype({"shown": "int64"})


def walk(steps):
    """Counts of months that are each 1 too high, 1 too low or right, and what was shown of them."""
    counts = [{1: 4, -1: 1, 0: 0}[step] for step in steps]
    return counts, [5 if step > 0 else 0 for step in steps]


class Asked:
    """Stands in for the search: keeps the questions, and answers by rule (as it starts, if none)."""

    def __init__(self, answer=None):
        self.questions, self.seeds, self.limits = [], [], []
        self.answer = answer or (lambda question: question.start)

    def __call__(self, question, *, seed, limit):
        self.questions.append(question)
        self.seeds.append(seed)
        self.limits.append(limit)
        return np.asarray(self.answer(question), dtype=bool)


@pytest.fixture
def asked(monkeypatch):
    def use(answer=None):
        search = Asked(answer)
        monkeypatch.setattr(rounding, "settle", search)
        return search

    return use


def all_base(question):
    return [True] * len(question.cells)


def test_only_small_counts_are_asked_about_in_descending_size(asked):
    search = asked()

    round_leaves(series([0], [1], [2], [4], [5], [6], [3], [4]), key=KEY)

    question = search.questions[0]
    own = [cells[0] for cells in question.cells]
    true = [5 * int(is_base) - int(off) for is_base, off in zip(question.start, question.deviation[own], strict=True)]
    assert true == [4, 4, 3, 2, 1]


def test_of_equal_counts_the_key_decides_which_comes_first(asked):
    leaves = series(*[[2]] * 12)

    orders = []
    for key in (b"one", b"two", b"one"):
        search = asked()
        round_leaves(leaves, key=key)
        orders.append([cells[0] for cells in search.questions[0].cells])

    assert orders[0] == orders[2] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != sorted(orders[0])


def test_the_noise_of_a_period_depends_on_key_source_period_and_nothing_else(asked):
    def seeds(key=KEY, source="reports", counts=((1, 2), (3, 4))):
        search = asked()
        round_leaves(series(*counts).assign(source_id=source), key=key)
        return search.seeds

    assert seeds() == seeds() == seeds(counts=((4, 1), (1, 1)))
    assert len({*seeds(), *seeds(key=b"other"), *seeds(source="other")}) == 6
    assert all(0 <= seed < 2**32 for seed in seeds())


@pytest.mark.parametrize(("base", "limit"), [(5, 10), (7, 14)])
def test_the_limit_is_twice_the_base(asked, base, limit):
    search = asked()

    rounded = round_leaves(series([base - 1], [base], [0]), key=KEY, base=base)

    assert search.limits == [limit]
    assert rounded.frame.value.isin([0, base]).all()
    assert (rounded.frame.status == "rounded").all()


@pytest.mark.parametrize("answer", [[True, False], [False, True]])
def test_what_the_search_answers_is_what_is_shown(asked, answer):
    asked(lambda question: answer)

    shown = round_leaves(series([3], [4], [8]), key=KEY).frame.value.tolist()

    assert shown == [5 * answer[1], 5 * answer[0], 8]  # asked in descending size: the four first


def test_leaves_of_one_district_may_be_changed_in_return_for_each_other(asked):
    search = asked()
    leaves = series([4], [3], [2], [1]).assign(district=["WK1", "WK2", "WK1", "WK2"])

    round_leaves(leaves, key=KEY)

    assert [sorted(near) for near in search.questions[0].near] == [[0, 2], [1, 3], [0, 2], [1, 3]]


def test_what_is_no_neighbourhood_is_exchanged_within_the_municipality(asked):
    search = asked()
    leaves = series([4], [3], [2]).assign(district=["WK1", None, None])

    round_leaves(leaves, key=KEY)

    assert [sorted(near) for near in search.questions[0].near] == [[0], [1, 2], [1, 2]]


def past_of(rounded, block, windows, at):
    """Shown minus true of each cell over the periods from..at-1, added up from the published leaves one by one."""
    off = rounded.blocks[0].shown - block.true
    carried = []
    for first in windows:
        sums = np.zeros(len(block.cells), dtype=int)
        for leaf, (area, indicator) in enumerate(itertools.product(range(off.shape[0]), range(off.shape[1]))):
            for cell in block.cell_of[leaf]:
                sums[cell] += off[area, indicator, first:at].sum()
        carried.append(sums.tolist())
    return carried


def test_every_window_that_a_period_ends_is_asked_about_with_what_earlier_periods_left(asked):
    noise = np.random.default_rng(5)
    leaves = leaves_of(noise.integers(0, 7, size=(6, 2, 16)), first_year=2024)
    search = asked(lambda question: settle(question, seed=1, limit=10))

    rounded = round_leaves(leaves, key=KEY, groups={"all": ("burglary", "violence")})

    block = rounded.blocks[0].block
    assert len(search.questions) == 16
    for at, question in enumerate(search.questions):
        opens = [at, 3 * (at // 3), 12 * (at // 12), max(0, at - 11)]  # month, quarter, year, last twelve
        assert question.promised.tolist() == past_of(rounded, block, opens, at)
        pasts = np.array(past_of(rounded, block, range(max(0, at - 11), at + 1), at))
        everything = past_of(rounded, block, [0], at)[0]
        assert question.carried.tolist() == [pasts.max(axis=0).tolist(), pasts.min(axis=0).tolist(), everything]
        started = np.zeros(len(block.cell_of), dtype=int)
        own = [cells[0] for cells in block.cell_of]
        for cells, is_base in zip(question.cells, question.start, strict=True):
            leaf = own.index(cells[0])
            assert cells == block.cell_of[leaf]
            started[leaf] = 5 * is_base - block.true[:, :, at].ravel()[leaf]
        assert question.deviation.tolist() == block.sums(started).tolist()
        assert question.base == 5


# A leaf by itself: by what it is off already (shown minus true, step by step) and its count now.
@pytest.mark.parametrize(
    ("off", "count", "start", "is_held"),
    [
        (0, 1, False, False),
        (0, 2, False, False),
        (0, 3, True, False),
        (0, 4, True, False),
        (-4, 2, True, False),  # as 0: at -6, a base and a fifth, still allowed; as the base nearer to 0
        (-4, 3, True, True),  # as 0: at -7
        (-3, 4, True, True),
        (4, 3, False, False),  # as the base: at 6, still allowed
        (4, 2, False, True),  # as the base: at 7
        (3, 1, False, True),
        (1, 3, False, False),  # 2 too low is nearer than 3 too high
        (1, 4, True, False),  # 2 too high is nearer than 3 too low
    ],
)
def test_a_leaf_starts_where_its_own_sum_comes_nearest_to_zero_and_is_held_where_it_must(
    asked, off, count, start, is_held
):
    past, before = walk([1] * off if off > 0 else [-1] * -off)
    leaves = series([*past, count])
    search = asked()

    round_leaves(leaves, key=KEY, remembered=shown_before(leaves, [*before, None]))

    question = search.questions[-1]
    assert (question.start.tolist(), question.is_held.tolist()) == ([start], [is_held])


def test_with_another_base_the_room_of_a_leaf_is_that_base_and_a_fifth(asked):
    def held(count):
        leaves = series([4, 4, count])
        search = asked()
        round_leaves(leaves, key=KEY, base=10, remembered=shown_before(leaves, [0, 0, None]))
        return search.questions[-1].is_held.tolist(), search.questions[-1].start.tolist()

    assert held(4) == ([False], [True])  # as 0: at -12
    assert held(5) == ([True], [True])  # as 0: at -13


def test_half_a_base_too_low_stays_zero(asked):
    search = asked()

    round_leaves(series([3], [4]), key=KEY, base=6)

    assert search.questions[0].start.tolist() == [True, False]  # four: 2 too high; three: as near either way


@pytest.mark.parametrize(("pause", "is_held"), [(0, True), (1, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_leaf_is_held_where_the_last_twelve_months_would_be_off_by_more_than_the_limit(asked, sign, pause, is_held):
    # at +5 after five months, at -2 eleven months later: the other choice, to -6, makes twelve months of -11
    past, before = walk([sign] * 5 + [-sign] * 9 + [sign] * 2 + [0] * pause)
    leaves = series([*past, 4 if sign > 0 else 1])
    search = asked()

    round_leaves(leaves, key=KEY, remembered=shown_before(leaves, [*before, None]))

    assert search.questions[-1].start.tolist() == [sign > 0]
    assert search.questions[-1].is_held.tolist() == [is_held]


class Stubborn:
    """The search, but beyond the limit at some visits of a month. Each month has one small leaf more than the one
    before (all are 1), so that a question tells its month."""

    def __init__(self, n_months, fails):
        counts = np.triu(np.ones((n_months, n_months), dtype=int))
        self.leaves = series(*counts.tolist(), [0] * n_months)
        self.fails, self.visits = fails, []

    def __call__(self, question):
        month = len(question.cells) - 1
        self.visits.append(month)
        if self.visits.count(month) in self.fails.get(month, ()):
            return all_base(question)  # each 4 too high
        return settle(question, seed=1, limit=10)


ALWAYS = range(1, 99)


@pytest.mark.parametrize(
    ("fails", "n_months", "visits"),
    [
        ({}, 6, [0, 1, 2, 3, 4, 5]),
        ({5: [1]}, 7, [0, 1, 2, 3, 4, 5, 4, 5, 6]),
        ({5: [1, 2]}, 7, [0, 1, 2, 3, 4, 5, 4, 5, 3, 4, 5, 6]),
        # the month after one that was mended begins again with one month
        ({5: [1, 2], 6: [1]}, 8, [0, 1, 2, 3, 4, 5, 4, 5, 3, 4, 5, 6, 5, 6, 7]),
        # a month that fails only when it is tried anew counts as a try for the one it was tried for
        ({5: [1, 2], 4: [2]}, 7, [0, 1, 2, 3, 4, 5, 4, 2, 3, 4, 5, 2, 3, 4, 5, 6]),
        # six times, each time a month more, and then it stays; not before the first month
        ({7: ALWAYS}, 8, [*range(8), *[month for back in range(1, 7) for month in range(7 - back, 8)]]),
        ({3: ALWAYS}, 4, [0, 1, 2, 3, 2, 3, 1, 2, 3, *[0, 1, 2, 3] * 4]),
    ],
)
def test_months_before_one_beyond_the_limit_are_tried_anew_each_time_one_more(asked, fails, n_months, visits):
    town = Stubborn(n_months, fails)
    asked(town)

    rounded = round_leaves(town.leaves, key=KEY)

    assert town.visits == visits
    failed = {month for month, at in fails.items() if at is ALWAYS}
    assert {int(period[5:]) - 1 for _, period in rounded.beyond()} == failed


@pytest.mark.parametrize(
    ("known", "n_months", "visits"),
    [
        (5, 6, [0, 1, 2, 3, 4, 5]),
        (4, 6, [0, 1, 2, 3, 4, 5]),
        (3, 6, [0, 1, 2, 3, 4, 5, 4, 5]),
        (2, 6, [0, 1, 2, 3, 4, 5, 4, 5, 3, 4, 5]),
        (6, 7, [0, 1, 2, 3, 4, 5, 4, 5, 3, 4, 5, 6]),  # a month that comes after it does not matter
    ],
)
def test_months_of_which_anything_was_published_are_never_tried_anew(asked, known, n_months, visits):
    town = Stubborn(n_months, {5: [1, 2]})
    asked(town)
    last = town.leaves[town.leaves.area_code == town.leaves.area_code.max()]
    before = last[last.period == f"2024-{known + 1:02}"][LEAF_KEY].assign(shown=0)

    round_leaves(town.leaves, key=KEY, remembered=before)

    assert town.visits == visits


def test_a_month_tried_anew_gets_other_noise_and_the_months_after_it_their_own(asked):
    plain, mended = Stubborn(7, {}), Stubborn(7, {5: [1, 2]})

    first = asked(plain)
    round_leaves(plain.leaves, key=KEY)
    second = asked(mended)
    round_leaves(mended.leaves, key=KEY)

    usual = dict(zip(plain.visits, first.seeds, strict=True))
    tried = list(zip(mended.visits, second.seeds, strict=True))
    assert [seed == usual[month] for month, seed in tried] == [*[True] * 6, *[False] * 5, True]
    assert len({seed for month, seed in tried if month == 5}) == 3


@pytest.mark.parametrize(("counts", "is_kept"), [((1, 2, 2), True), ((1, 1, 2), False)])
def test_a_month_at_the_limit_is_kept_and_one_beyond_it_is_not(asked, counts, is_kept):
    search = asked(all_base)

    rounded = round_leaves(series(*[[0, count] for count in counts]), key=KEY)

    assert rounded.worst == 15 - sum(counts)
    assert (len(search.questions) == 1 + 1) == is_kept


def test_a_window_beyond_the_limit_counts_as_much_as_a_month(asked):
    search = asked(all_base)

    rounded = round_leaves(series([1, 1], [1, 1]), key=KEY)  # 8 too high a month

    assert rounded.worst == 16
    assert len(search.questions) == 2 + 6 * 2
    assert rounded.beyond() == [("reports", "2024-02")]


def deviations_of(rounded, **where):
    rows = rounded.deviations()
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return dict(zip(zip(rows.area, rows.period, strict=True), rows.deviation, strict=True))


def test_deviations_are_shown_minus_true_by_cell_period_and_window(asked):
    asked(lambda question: [True, False][: len(question.cells)])
    leaves = series([2, 0, 1], [1, 4, 0], first_year=2026)

    rounded = round_leaves(leaves, key=KEY)

    own, other, district = "BU01530000", "BU01530001", "WK015300"
    january, february, march = "2026-01", "2026-02", "2026-03"
    assert rounded.frame.value.tolist() == [5, 0, 5, 0, 5, 0]
    assert deviations_of(rounded, window="") == {
        (own, january): 3,
        (other, january): -1,
        (district, january): 2,
        (WHOLE, january): 2,
        (other, february): 1,
        (district, february): 1,
        (WHOLE, february): 1,
        (own, march): 4,
        (district, march): 4,
        (WHOLE, march): 4,
    }
    for window in ("quarter", "year", "rolling_12_months"):
        assert deviations_of(rounded, window=window, area=WHOLE) == {
            (WHOLE, january): 2,
            (WHOLE, february): 3,
            (WHOLE, march): 7,
        }
        assert deviations_of(rounded, window=window, area=other) == {(other, january): -1}
    assert rounded.worst == 7
    assert set(rounded.deviations(over=6).deviation) == {7}
    assert rounded.deviations(over=7).empty
    assert rounded.deviations(over=7).columns.tolist() == rounded.deviations().columns.tolist()
    assert set(rounded.deviations().source_id) == {"reports"}
    assert set(rounded.deviations().indicator) == {"burglary"}
    assert rounded.blocks[0].running.shape == (4, 4)


def test_a_quarter_and_a_year_begin_anew_and_twelve_months_do_not(asked):
    asked(all_base)
    leaves = series([0, 0, 4, 4, *[0] * 8, 4, 0, 0, 4])

    off = [deviations_of(round_leaves(leaves, key=KEY), window=one, area=WHOLE) for one in ("quarter", "year")]
    rolling = deviations_of(round_leaves(leaves, key=KEY), window="rolling_12_months", area=WHOLE)

    assert [off[0].get((WHOLE, month), 0) for month in ("2024-03", "2024-04", "2024-06", "2025-01")] == [1, 1, 1, 1]
    assert [off[1].get((WHOLE, month), 0) for month in ("2024-03", "2024-04", "2024-12", "2025-01")] == [1, 2, 2, 1]
    assert [rolling.get((WHOLE, month), 0) for month in ("2024-12", "2025-01", "2025-03", "2025-04")] == [2, 3, 2, 2]


def test_nothing_small_deviates_nowhere():
    rounded = round_leaves(series([0, 5, 60], [7, 0, 8]), key=KEY)

    assert rounded.worst == 0
    assert rounded.deviations().empty
    rounded.require_bound()


def test_no_leaves_at_all_are_no_blocks_and_an_empty_memory():
    leaves = FIRST.assign(value=np.nan, status="not_delivered")

    rounded = round_leaves(leaves, key=KEY)

    assert rounded.worst == 0
    assert rounded.blocks == []
    assert rounded.memory.columns.tolist() == [*LEAF_KEY, "shown", "is_small"]
    assert rounded.memory.empty
    assert rounded.frame.status.tolist() == ["not_delivered"] * 6


def off_by(*too_high, months=1, source="reports"):
    """Rounded leaves of which each is shown as 5 and is so much too high."""
    leaves = series(*[[5 - off] * months for off in too_high]).assign(source_id=source)
    return leaves, leaves[LEAF_KEY].assign(shown=5)


def test_a_total_at_the_bound_may_be_published_and_one_beyond_it_may_not():
    leaves, before = off_by(4, 3, 3)
    at = round_leaves(leaves, key=KEY, remembered=before)
    leaves, before = off_by(4, 4, 3)
    beyond = round_leaves(leaves, key=KEY, remembered=before)

    at.require_bound()
    assert (at.worst, at.beyond()) == (10, [])
    assert (beyond.worst, beyond.beyond()) == (11, [("reports", "2024-01")])
    with pytest.raises(DisclosureError) as refused:
        beyond.require_bound()
    # the district and the municipality, each in the month, the quarter, the year and twelve months
    assert [(finding.code, finding.number) for finding in refused.value.findings] == [("DIS-010", 8)]
    assert "8 totals deviate by more than 10" in refused.value.findings[0].what
    assert "(2024-01)" in refused.value.findings[0].what


def test_the_bound_follows_the_base():
    leaves = series([1], [2])
    before = leaves[LEAF_KEY].assign(shown=8)

    rounded = round_leaves(leaves, key=KEY, base=8, remembered=before)

    assert rounded.worst == 13
    rounded.require_bound()
    assert rounded.beyond() == []


@pytest.mark.parametrize(
    ("months", "named"), [(3, "2024-01, 2024-02, 2024-03)"), (4, "2024-01, 2024-02, 2024-03 and 1 more)")]
)
def test_what_is_beyond_the_bound_is_named_by_source_and_up_to_three_periods(months, named):
    parts = [off_by(4, 4, 3, months=months, source=source) for source in ("reports", "calls")]
    leaves, before = (pd.concat(frames, ignore_index=True) for frames in zip(*parts, strict=True))

    rounded = round_leaves(leaves, key=KEY, remembered=before)

    with pytest.raises(DisclosureError) as refused:
        rounded.require_bound()
    assert [finding.where for finding in refused.value.findings] == ["source calls", "source reports"]
    assert all(named in finding.what for finding in refused.value.findings)
    assert len(rounded.beyond()) == 2 * months


@pytest.mark.parametrize(("base", "key"), [(4, KEY), (5, b""), (4, b"")])
def test_a_base_below_five_and_an_empty_key_are_refused(base, key):
    with pytest.raises(ValueError, match="the base is 5 or more, and the key is not empty"):
        round_leaves(series([3]), key=key, base=base)


def test_the_base_is_five_unless_another_is_asked_for():
    leaves = series([5], [6], [7])

    assert round_leaves(leaves, key=KEY).frame.value.tolist() == [5, 6, 7]
    assert round_leaves(leaves, key=KEY, base=5).frame.status.tolist() == ["rounded", "final", "final"]
    assert round_leaves(leaves, key=KEY, base=7).frame.value.isin([0, 7]).all()


def test_a_leaf_that_was_small_keeps_what_was_shown_only_while_it_is_small():
    leaves = series([1, 4, 2], [3, 0, 5], [4, 7, 1])
    before = shown_before(leaves, [5, 0, 0], [0, 5, 0], [0, 5, 5])

    shown = round_leaves(leaves, key=KEY, remembered=before).frame.value.tolist()

    assert shown == [5, 0, 0, 0, 0, 5, 0, 7, 5]


@pytest.mark.parametrize(
    ("column", "value"), [("source_id", "calls"), ("indicator", "theft"), ("area_code", "BU9"), ("period", "2023-12")]
)
def test_what_is_remembered_of_others_changes_nothing(column, value):
    noise = np.random.default_rng(1)
    leaves = leaves_of(noise.integers(1, 5, size=(4, 2, 3)))
    plain = round_leaves(leaves, key=KEY)
    before = plain.memory.assign(shown=5 - plain.memory.shown, **{column: value})

    assert round_leaves(leaves, key=KEY, remembered=before).frame.equals(plain.frame)
    assert round_leaves(leaves, key=KEY, remembered=before.head(0)).frame.equals(plain.frame)


def test_what_was_shown_with_another_base_says_nothing():
    leaves = series([1, 2, 4], [3, 3, 2])
    plain = round_leaves(leaves, key=KEY, base=6)

    again = round_leaves(leaves, key=KEY, base=6, remembered=leaves[LEAF_KEY].assign(shown=5))

    assert again.frame.equals(plain.frame)


def test_the_memory_holds_every_leaf_and_total_once_with_what_is_shown_and_whether_it_was_small():
    leaves = table("""
        source_id | indicator | area_code  | district | period  | period_type | value | status
        reports   | burglary  | BU01530101 | WK015301 | 2026-01 | month       | 1     | final
        reports   | violence  | BU01530101 | WK015301 | 2026-01 | month       | 4     | final
        reports   | all       | BU01530101 | WK015301 | 2026-01 | month       | 11    | final
        reports   | burglary  | BU01530102 | WK015301 | 2026-01 | month       | 5     | final
        reports   | violence  | BU01530102 | WK015301 | 2026-01 | month       | 0     | provisional
        reports   | all       | BU01530102 | WK015301 | 2026-01 | month       | 5     | final
        reports   | all       | BU01530103 | WK015301 | 2026-01 | month       |       | suppressed
    """)
    before = leaves[LEAF_KEY].assign(shown=[0, 5, 0, 0, 0, 0, 0])

    rounded = round_leaves(leaves, key=KEY, groups={"all": ("burglary", "violence")}, remembered=before)

    memory = rounded.memory.sort_values(["area_code", "indicator"], ignore_index=True)
    expected = table("""
        source_id | indicator | area_code  | period  | shown | is_small
        reports   | all       | BU01530101 | 2026-01 | 11    | False
        reports   | all#rest  | BU01530101 | 2026-01 | 6     | False
        reports   | burglary  | BU01530101 | 2026-01 | 0     | True
        reports   | violence  | BU01530101 | 2026-01 | 5     | True
        reports   | all       | BU01530102 | 2026-01 | 5     | False
        reports   | all#rest  | BU01530102 | 2026-01 | 0     | False
        reports   | burglary  | BU01530102 | 2026-01 | 5     | False
        reports   | violence  | BU01530102 | 2026-01 | 0     | False
    """)
    assert memory.astype({"is_small": bool}).to_dict("list") == expected.to_dict("list")
    assert rounded.memory.index.is_unique
    assert rounded.left_out == []


def test_sources_and_kinds_of_periods_are_rounded_apart_whatever_the_order_of_their_rows():
    noise = np.random.default_rng(4)
    months = leaves_of(noise.integers(0, 9, size=(5, 2, 3)))
    weeks = months.assign(period=months.period.str.replace("-", "-W"), period_type="week", value=months.value + 1)
    calls = months.assign(source_id="calls", value=8 - months.value)
    leaves = pd.concat([weeks, months, calls], ignore_index=True)

    rounded = round_leaves(leaves, key=KEY)
    mixed = round_leaves(leaves.sample(frac=1, random_state=1), key=KEY)

    kinds = [(one.block.source_id, one.block.period_type) for one in rounded.blocks]
    assert kinds == [("calls", "month"), ("reports", "month"), ("reports", "week")]
    pd.testing.assert_frame_equal(mixed.memory, rounded.memory)
    large = leaves.value > 5
    assert (rounded.frame.value == leaves.value)[large].all()
    assert rounded.frame.value[~large].isin([0, 5]).all()
    for part in (weeks, months, calls):
        rows = rounded.frame.iloc[leaves.index[leaves.period.isin(part.period) & leaves.source_id.isin(part.source_id)]]
        alone = round_leaves(part, key=KEY)
        assert rows.value.tolist() == alone.frame.value.tolist()


def test_a_total_counts_only_for_the_source_that_delivers_it_and_for_the_periods_that_have_its_parts():
    leaves = table("""
        source_id | indicator | area_code  | district | period   | period_type | value | status
        reports   | burglary  | BU01530101 | WK015301 | 2026-01  | month       | 2     | final
        reports   | crime     | BU01530101 | WK015301 | 2026-01  | month       | 9     | final
        reports   | burglary  | BU01530101 | WK015301 | 2026-W01 | week        | 1     | final
        reports   | nuisance  | BU01530101 | WK015301 | 2026-01  | month       | 3     | final
        calls     | burglary  | BU01530101 | WK015301 | 2026-01  | month       | 4     | final
        calls     | theft     | BU01530101 | WK015301 | 2026-01  | month       | 4     | final
        calls     | nuisance  | BU01530101 | WK015301 | 2026-01  | month       | 4     | final
    """)
    groups = {"crime": ("burglary", "theft"), "all": ("crime", "nuisance")}

    rounded = round_leaves(leaves, key=KEY, groups=groups)

    shown = rounded.frame.value
    assert shown[1] == shown[0] + 7
    cells = {
        (one.block.source_id, one.block.period_type): {
            group: sorted(
                one.block.indicators[leaf]
                for leaf, mine in enumerate(one.block.cell_of)
                if one.block.cells.index((WHOLE, group)) in mine
            )
            for group in ("crime", "all")
            if (WHOLE, group) in one.block.cells
        }
        for one in rounded.blocks
    }
    assert cells == {
        ("calls", "month"): {"crime": ["burglary", "theft"], "all": ["nuisance"]},
        ("reports", "month"): {"crime": ["burglary", "crime#rest"], "all": ["burglary", "crime#rest", "nuisance"]},
        ("reports", "week"): {"crime": ["burglary"], "all": ["burglary"]},
    }


@pytest.mark.parametrize("crime", [[], [12, 3]], ids=["not delivered", "less than its parts somewhere"])
def test_a_total_tells_nothing_of_the_parts_of_a_group_within_it_that_is_not_shown(crime):
    leaves = table("""
        source_id | indicator | area_code  | district | period  | period_type | value | status
        reports   | burglary  | BU01530101 | WK015301 | 2026-01 | month       | 2     | final
        reports   | violence  | BU01530101 | WK015301 | 2026-01 | month       | 10    | final
        reports   | all       | BU01530101 | WK015301 | 2026-01 | month       | 12    | final
        reports   | burglary  | BU01530102 | WK015301 | 2026-01 | month       | 4     | final
        reports   | all       | BU01530102 | WK015301 | 2026-01 | month       | 9     | final
    """)
    subtotal = leaves[leaves.indicator == "burglary"].head(len(crime)).assign(indicator="crime", value=crime)
    leaves = pd.concat([leaves, subtotal], ignore_index=True)

    rounded = round_leaves(leaves, key=KEY, groups={"all": ("crime",), "crime": ("violence", "burglary")})

    burglary, violence, total = rounded.frame.value[:3]
    assert total == burglary + violence  # 12 as it is, less 10, would leave 0 to 2
    assert rounded.left_out == [("reports", "crime")] * bool(crime)


def test_margins_of_what_is_rounded_or_withheld_are_not_shown():
    leaves = FIRST.assign(lower=FIRST.value - 1, upper=FIRST.value + 1)

    frame = round_leaves(leaves, key=KEY).frame

    assert frame.lower.notna().tolist() == frame.upper.notna().tolist() == [False, True, False, False, False, False]
    assert frame.upper[1] == 10
    assert round_leaves(FIRST.assign(upper=1.0), key=KEY).frame.columns.tolist() == [*FIRST.columns, "upper"]


#: The small leaves that are shown as 5, eight a sign.
RECORDED = "59aa969933a99aaa9595556a8db2"


def test_a_key_makes_the_same_edition_on_every_machine_and_in_every_release():
    counts = [[(7 * area * area + 3 * month * (area + 1)) % 7 for month in range(14)] for area in range(16)]

    rounded = round_leaves(series(*counts), key=b"any key", own_areas={"centre": {"BU01530001", "BU01530006"}})

    small = rounded.memory[rounded.memory.is_small].sort_values(LEAF_KEY)
    assert np.packbits(small.shown == 5).tobytes().hex() == RECORDED
