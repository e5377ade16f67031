"""The practice figures look like police figures and add up."""

import numpy as np
import pandas as pd
import pytest

from etl import calendar
from etl.sources.link_table import read_link_table
from sample_data import stories
from sample_data.calibration import crimes
from sample_data.files import WEEKLY_GROUPS
from sample_data.former import LAST_YEAR, LINK_TABLE, former
from sample_data.places import places

#: The categories that the calibration knows per neighbourhood.
KNOWN = tuple(category.code for category in crimes() if category.top_tenth != 0.45)

SLUGS = ("enschede", "oefenstad", "kleinedam")


def neighbourhoods(rows):
    return rows[rows["area"].str.startswith("BU")]


def week_rows(made, slug):
    """What is known of every week in the end: the newest delivery that holds it."""
    files = sorted((made / slug / "politie").glob("week-*.csv"))
    rows = pd.concat([pd.read_csv(path, sep=";", encoding="cp1252") for path in files], ignore_index=True)
    return rows.drop_duplicates(["Buurtcode", "Weeknr", "Categorie"], keep="last", ignore_index=True)


@pytest.mark.parametrize("table", ["47022NED", "47024NED"])
@pytest.mark.parametrize("slug", SLUGS)
def test_a_municipality_holds_a_little_more_than_its_neighbourhoods(police, slug, table):
    rows = police(slug, table)
    shown = rows[rows["code"] != "1.4.1"]

    sums = shown.assign(level=shown["area"].str[:2]).pivot_table("count", ["code", "month"], "level", "sum")

    assert (sums["GM"] >= sums["BU"]).all()
    assert (sums["WK"] == sums["BU"]).all()
    assert 1.005 < sums["GM"].sum() / sums["BU"].sum() < 1.025


@pytest.mark.parametrize("slug", SLUGS)
def test_the_total_is_more_than_its_categories_where_offences_are_withheld(police, slug):
    rows = police(slug)
    withheld = rows[rows["code"] == "1.4.1"]
    below = withheld["area"].str[:2] != "GM"
    assert withheld.loc[below, "count"].isna().all()
    assert withheld.loc[~below, "count"].notna().all()
    assert rows.loc[rows["code"] != "1.4.1", "count"].notna().all()

    wide = rows.pivot(index=["area", "month"], columns="code", values="count")
    gap = wide["0.0.0"] - wide.drop(columns="0.0.0").sum(axis=1)

    assert (gap >= 0).all()
    is_neighbourhood = wide.index.get_level_values("area").str[:2] == "BU"
    assert 0.025 < gap[is_neighbourhood].sum() / wide["0.0.0"][is_neighbourhood].sum() < 0.055


@pytest.mark.parametrize("slug", SLUGS)
def test_every_area_has_every_category_and_month_once(police, slug):
    rows = police(slug)
    place = places()[slug]

    assert not rows.duplicated(["code", "area", "month"]).any()
    was = former(place)
    areas = 1 + len(place.districts) + len(place.neighbourhoods)
    assert (rows["month"].min(), rows["month"].max(), rows["month"].nunique()) == ("2021-01", "2026-10", 70)
    in_month = rows.groupby("month")["area"].nunique()
    merged = in_month.index.str[:4].astype(int) <= LAST_YEAR if was else in_month.index.isna()
    assert set(in_month[~merged]) == {areas}
    assert set(in_month[merged]) <= {areas + 1}  # before a merger there is one municipality more
    assert len(rows) == in_month.sum() * rows["code"].nunique()


def test_before_the_merger_kleinedam_has_the_codes_and_the_border_of_then(police):
    rows = police("kleinedam")
    before, after = rows[rows["month"] < "2023-01"], rows[rows["month"] >= "2023-01"]

    assert {"GM9902", "GM9903"} <= set(before["area"])
    assert not after["area"].str[2:6].eq("9903").any()
    place = places()["kleinedam"]
    was = former(place)
    new = {n.code for n in place.neighbourhoods}
    assert set(neighbourhoods(before)["area"]) == {n.code for n in was.place.neighbourhoods} != new
    assert set(neighbourhoods(after)["area"]) == new


def test_the_link_table_of_kleinedam_leads_every_old_code_to_areas_of_today(made):
    lines = read_link_table(made / "kleinedam" / LINK_TABLE, name=LINK_TABLE, where="here")

    shares = pd.Series([float(line.share) for line in lines]).groupby([line.from_code for line in lines]).sum()
    assert shares.round(6).eq(1).all()
    assert {line.from_code for line in lines if line.share < 1} == {"BU99020100"}
    assert {line.from_code[2:6] for line in lines if line.from_code != line.to_code} == {"9902", "9903"}


@pytest.mark.parametrize("slug", ["enschede", "oefenstad"])
def test_most_cells_are_zero_and_few_are_one(police, slug):
    cells = neighbourhoods(police(slug))
    cells = cells[cells["code"].isin(KNOWN)]["count"]

    assert (cells == 0).mean() == pytest.approx(0.73, abs=0.09)
    assert (cells == 1).mean() == pytest.approx(0.13, abs=0.05)


@pytest.mark.parametrize("slug", ["enschede", "oefenstad"])
def test_a_tenth_of_the_neighbourhoods_holds_as_much_as_in_reality(police, slug):
    cells = neighbourhoods(police(slug)).pivot_table("count", "code", "area", "sum")
    wanted = {category.code: category.top_tenth for category in crimes()}
    tenth = round(cells.shape[1] / 10)

    share = cells.apply(lambda row: row.nlargest(tenth).sum() / row.sum(), axis=1)[list(KNOWN)]

    assert share.between(0.28, 0.86).all()
    assert np.corrcoef(share, [wanted[code] for code in KNOWN])[0, 1] > 0.8


@pytest.mark.parametrize("slug", ["enschede", "oefenstad"])
def test_seasons_follow_the_calibration(police, slug):
    whole = police(slug)
    whole = whole[whole["area"].str.startswith("GM") & (whole["month"] < "2026")]
    by_month = whole.assign(place=whole["month"].str[5:]).pivot_table("count", "code", "place", "sum")

    assert by_month.loc["1.1.1", "12"] > 1.3 * by_month.loc["1.1.1", "06"]
    assert by_month.loc["2.2.1"].idxmax() == "01"
    assert by_month.loc["2.6.9"].idxmax() == "12"
    for category in crimes():
        if category.code in by_month.index and by_month.loc[category.code].sum() > 3_000:
            assert np.corrcoef(by_month.loc[category.code], category.season)[0, 1] > 0.5, category.code


@pytest.mark.parametrize("slug", ["enschede", "oefenstad"])
def test_vandalism_peaks_in_the_first_days_of_the_year(made, slug):
    rows = week_rows(made, slug)
    weekly = rows[rows["Categorie"] == "Overlast/vernieling"].groupby("Weeknr")["Aantal"].sum()

    #: 1 January 2026 lies in 2026-W01, that of 2023 in 2022-W52 and that of 2022 in 2021-W52.
    for week in (202601, 202252, 202152):
        assert weekly[week] > 1.4 * weekly.median()


@pytest.mark.parametrize("slug", ["enschede", "oefenstad"])
def test_weeks_tell_of_the_same_events_as_months(made, police, slug):
    months, weeks = neighbourhoods(police(slug)), week_rows(made, slug)
    years = [f"{year}-{month:02}" for year in range(2022, 2026) for month in range(1, 13)]
    in_weeks = weeks[weeks["Weeknr"].between(202201, 202552)].groupby("Categorie")["Aantal"].sum()

    for group, codes in WEEKLY_GROUPS.items():
        in_months = months[months["code"].isin(codes) & months["month"].isin(years)]["count"].sum()
        assert in_weeks[group] == pytest.approx(in_months, rel=0.03)


@pytest.mark.parametrize(("slug", "newest"), [("enschede", "2026-W46"), ("oefenstad", "2026-W44")])
def test_weekly_deliveries_list_every_week_and_say_zero(made, slug, newest):
    rows = week_rows(made, slug)
    place = places()[slug]
    weeks = [week.replace("-W", "") for week in calendar.periods_between("2021-W01", newest)]

    assert sorted(rows["Weeknr"].astype(str).unique()) == weeks
    assert len(rows) == len(weeks) * len(place.neighbourhoods) * 4
    assert {f"BU{code:08}" for code in rows["Buurtcode"]} == {n.code for n in place.neighbourhoods}
    assert (rows["Aantal"] == 0).mean() > 0.3


def test_the_newest_six_weeks_of_enschede_come_one_by_one_and_once(made):
    names = sorted(path.name for path in (made / "enschede" / "politie").glob("week-*.csv"))

    assert names[-7:] == [f"week-2026-{week}.csv" for week in (40, 41, 42, 43, 44, 45, 46)]
    newest = pd.read_csv(made / "enschede" / "politie" / names[-1], sep=";", encoding="cp1252")
    assert newest["Weeknr"].unique().tolist() == [202646]


def test_enschede_follows_its_real_totals_of_2023(police):
    rows = neighbourhoods(police("enschede"))
    of_2023 = rows[(rows["code"] == "0.0.0") & rows["month"].str.startswith("2023")].groupby("area")["count"].sum()
    facts = pd.Series({n.code: n.police_total_2023 for n in places()["enschede"].neighbourhoods})

    assert facts.sum() == 9_024
    assert of_2023.sum() == pytest.approx(9_024, rel=0.04)
    assert np.corrcoef(of_2023, facts[of_2023.index])[0, 1] > 0.99


def test_a_story_changes_what_is_expected_and_nothing_elsewhere(monkeypatch):
    scene = stories.Scene(("1.1.1",), ("BU1", "BU2"), ("2026-01", "2026-02"))
    rise = stories.Story("rise", "here", "", "twice as many in BU1", lambda expected, axes: expected * [[[2.0], [1.0]]])
    monkeypatch.setattr(stories, "STORIES", (rise,))

    assert stories.tell("here", np.ones((1, 2, 2)), scene).tolist() == [[[2, 2], [1, 1]]]
    assert stories.tell("there", np.ones((1, 2, 2)), scene).tolist() == [[[1, 1], [1, 1]]]


def test_a_story_that_makes_a_count_negative_is_refused(monkeypatch):
    wrong = stories.Story("wrong", "here", "", "less than nothing", lambda expected, axes: expected - 2)
    monkeypatch.setattr(stories, "STORIES", (wrong,))

    with pytest.raises(ValueError, match="'wrong'"):
        stories.tell("here", np.ones((1, 1, 1)), stories.Scene(("1.1.1",), ("BU1",), ("2026-01",)))
