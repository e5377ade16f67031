"""The public edition of a whole load: small counts of a restricted source are rounded, and nowhere to be found."""

import duckdb
import pandas as pd
import pytest

from config.vocabulary import Edition
from etl.disclosure.memory import FILE, KEY_FILE
from etl.run import load
from etl.snapshot import open_snapshot
from etl.warehouse import read_current
from tests.smalltown import CODES, HEADER, MONTHS, Town, text, town

SPARSE = MONTHS[:26]


def sparse(month: str, code: str, word: str) -> int:
    """Events by a fixed rule, most of them 0 to 6."""
    return (CODES.index(code) * 7 + MONTHS.index(month) * 3 + len(word)) ** 2 % 11 % 7


def lines(months=SPARSE, more=None):
    more = more or {}
    return [
        f"{code};{month};{word};{sparse(month, code, word) + more.get((code, month, word), 0)}"
        for month in months
        for code in CODES
        for word in ("Woninginbraak", "Mishandeling")
    ]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Town:
    place = town(tmp_path_factory.mktemp("public"))
    place.deliver("2026-03-10.csv", text(lines(), HEADER))
    report = load(place.configured())
    assert report.exit_code == 0, [finding.lines() for finding in report.findings]
    return place


def figures(place: Town, edition: Edition, load_id: str | None = None) -> pd.DataFrame:
    snapshot = open_snapshot(place.root, edition, load_id)
    try:
        return snapshot.query(
            "SELECT * FROM observation WHERE source_id = 'reports' ORDER BY indicator, area_code, period_type, period"
        )
    finally:
        snapshot.close()


def test_leaves_are_zero_the_base_or_larger_and_say_what_they_stand_for(loaded):
    public, internal = figures(loaded, Edition.PUBLIC), figures(loaded, Edition.INTERNAL)
    leaves = public[(public.area_level == "neighbourhood") & (public.period_type == "month")]
    true = internal[(internal.area_level == "neighbourhood") & (internal.period_type == "month")]

    assert len(leaves) == len(true)
    assert not leaves.numerator.between(1, 4).any()
    assert true.numerator.between(1, 4).mean() > 0.3  # there was something to protect
    assert (leaves.status[leaves.numerator.isin([0, 5])] == "rounded").all()
    large = true.numerator.to_numpy() >= 6
    assert (leaves.numerator.to_numpy()[large] == true.numerator.to_numpy()[large]).all()


def test_every_total_is_the_sum_of_its_leaves_and_within_the_promised_bound(loaded):
    public, internal = figures(loaded, Edition.PUBLIC), figures(loaded, Edition.INTERNAL)
    key = ["indicator", "area_code", "period"]
    both = public.merge(internal, on=key, suffixes=("", "_true"))
    whole = public[(public.area_level == "municipality") & (public.period_type == "month")]
    leaves = public[(public.area_level == "neighbourhood") & (public.period_type == "month")]
    added = leaves.groupby(["indicator", "period"], observed=True).numerator.sum()

    assert len(both) == len(public) == len(internal)
    assert (both.numerator - both.numerator_true).abs().max() <= 10
    assert (whole.set_index(["indicator", "period"]).numerator == added).all()


def test_the_same_load_twice_gives_the_same_figures(loaded):
    first = figures(loaded, Edition.PUBLIC)

    report = load(loaded.configured(), rebuild=True)

    assert report.exit_code == 0
    pd.testing.assert_series_equal(figures(loaded, Edition.PUBLIC).numerator, first.numerator)
    assert (loaded.root / FILE).is_file()
    assert (loaded.root / KEY_FILE).stat().st_mode & 0o077 == 0


def test_a_revision_within_the_small_counts_shows_nothing(tmp_path):
    place = town(tmp_path)
    place.deliver("2026-03-10.csv", text(lines(), HEADER))
    assert load(place.configured()).exit_code == 0
    before = figures(place, Edition.PUBLIC)
    month, word = SPARSE[-1], "Mishandeling"
    code = next(code for code in CODES if sparse(month, code, word) == 2)
    place.deliver("2026-04-10.csv", text(lines(more={(code, month, word): 1}), HEADER))

    assert load(place.configured()).exit_code == 0

    after = figures(place, Edition.PUBLIC)
    leaf = (after.area_level == "neighbourhood") & (after.period_type == "month")
    pd.testing.assert_series_equal(after.numerator[leaf], before.numerator[leaf])


def test_a_period_that_is_revised_beyond_the_bound_is_withheld_and_the_rest_published(tmp_path):
    place = town(tmp_path)
    place.deliver("2026-03-10.csv", text(lines(), HEADER))
    assert load(place.configured()).exit_code == 0
    month = SPARSE[-1]
    swapped = {
        (code, month, word): {1: 3, 2: 2, 3: -2, 4: -3}.get(sparse(month, code, word), 0)
        for code in CODES
        for word in ("Woninginbraak", "Mishandeling")
    }
    place.deliver("2026-04-10.csv", text(lines(more=swapped), HEADER))

    report = load(place.configured())

    assert report.exit_code == 0
    public, internal = figures(place, Edition.PUBLIC), figures(place, Edition.INTERNAL)
    both = public.merge(internal, on=["indicator", "area_code", "period"], suffixes=("", "_true"))
    shown = both[both.numerator.notna()]
    assert (shown.numerator - shown.numerator_true).abs().max() <= 10


def test_no_table_of_the_public_file_holds_a_small_count_of_the_source(loaded):
    path = loaded.root / "snapshots"
    newest = sorted(path.glob("0*"))[-1] / "public.duckdb"
    with duckdb.connect(str(newest), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM quarantine").fetchone() == (0,)
        assert con.execute("SELECT count(*) FROM maturity WHERE source_id = 'reports'").fetchone() == (0,)
        assert con.execute("SELECT count(*) FROM verdict WHERE observed BETWEEN 1 AND 4").fetchone() == (0,)
        told = con.execute("SELECT old_numerator, new_numerator FROM revision WHERE source_id = 'reports'").fetchall()
    assert not [pair for pair in told for number in pair if number is not None and 0 < number < 5]


def test_rounded_series_are_told_and_not_judged(loaded):
    snapshot = open_snapshot(loaded.root, Edition.PUBLIC)
    rows = snapshot.query(
        "SELECT DISTINCT verdict, reason FROM verdict WHERE indicator IN ('burglary_home', 'assault')"
    )
    ranges = snapshot.query("SELECT count(*) AS n FROM expectation WHERE indicator IN ('burglary_home', 'assault')")
    snapshot.close()

    assert rows.to_dict("records") == [{"verdict": "too_few", "reason": "rounded"}]
    assert ranges.n[0] == 0


def test_exact_totals_published_elsewhere_stop_the_load(tmp_path):
    place = town(tmp_path)
    place.deliver("2026-03-10.csv", text(lines(), HEADER))
    exact = [
        f"{code},burglary_home,{month},{sparse(month, code, 'Woninginbraak')}" for month in SPARSE[:3] for code in CODES
    ]
    (place.data / "elders.csv").write_text("area_code,indicator,period,count\n" + "\n".join(exact) + "\n")
    file = place.place / "config" / "municipalities" / "kleinstad.yml"
    file.write_text(file.read_text() + "disclosure: {external_totals: [elders.csv]}\n")

    report = load(place.configured())

    assert report.exit_code == 35
    assert {finding.code for finding in report.findings} == {"DIS-030"}
    current = read_current(place.root)
    assert current is None or current.load_id is None
    assert not list((place.root / "snapshots").glob("0*"))
    assert not (place.root / FILE).exists()


def test_a_month_that_nobody_delivered_does_not_break_the_audit(tmp_path):
    place = town(tmp_path)
    months = [month for month in SPARSE if month != SPARSE[13]]
    place.deliver("2026-03-10.csv", text(lines(months), HEADER))

    report = load(place.configured())

    assert report.exit_code == 0, [finding.lines() for finding in report.findings]
    public = figures(place, Edition.PUBLIC)
    assert (public.status[public.period == SPARSE[13]].isin(["not_delivered", "not_applicable"])).all()
