"""What is planted in the practice figures of Oefenstad, read from its files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sample_data import late, reports, stories
from sample_data.places import places


@pytest.fixture(scope="module")
def weeks(made) -> dict[str, pd.DataFrame]:
    """Weekly deliveries of Oefenstad: name -> events per week and district."""
    found = {}
    for path in sorted((made / late.SLUG / "politie").glob("week-2026-*.csv")):
        rows = pd.read_csv(path, sep=";", encoding="cp1252")
        district = "WK" + rows["Buurtcode"].astype(str).str.zfill(8).str[:6]
        found[path.stem[5:]] = rows.assign(district=district).pivot_table("Aantal", "Weeknr", "district", "sum")
    return found


def neighbourhood(police, code: str, area: str, table: str = "47022NED") -> pd.Series:
    rows = police("oefenstad", table)
    return rows[(rows["code"] == code) & (rows["area"] == area)].set_index("month")["count"]


def test_only_oefenstad_has_stories_each_in_two_languages():
    assert {story.slug for story in stories.STORIES} == {"oefenstad"}
    assert {story.id for story in stories.STORIES} == {
        "rise", "improvement", "shift", "registration", "late", "source_error",
    }  # fmt: skip
    assert all(story.nl and story.en for story in stories.STORIES)


def test_burglaries_rise_in_one_neighbourhood(police):
    burglaries = neighbourhood(police, stories.BURGLARY, stories.RISE_IN)

    assert burglaries[:"2026-06"].mean() < 1
    assert burglaries["2026-09"] >= 15


def test_thefts_of_bikes_fall_in_the_centre(police):
    thefts = neighbourhood(police, stories.BIKE_THEFT, stories.IMPROVED_DISTRICT)

    assert thefts["2026-06":].mean() < 0.25 * thefts["2025-06":"2025-10"].mean()


def test_nuisance_goes_from_the_neighbourhood_with_cameras_to_those_that_touch_it(police):
    def total(area):
        return sum(neighbourhood(police, code, area) for code in stories.NUISANCE_AND_VANDALISM)

    there, around = total(stories.CAMERAS_IN), sum(total(area) for area in stories.NEIGHBOURS)

    year, before = slice("2026-03", "2026-10"), slice("2025-03", "2025-10")
    assert there[year].sum() < 0.6 * there[before].sum()
    assert around[year].sum() > 1.3 * around[before].sum()


def test_one_category_is_counted_otherwise_everywhere_from_one_month_on(police, made):
    rows = police("oefenstad", "47024NED")
    districts = rows[(rows["code"] == stories.COUNTED_OTHERWISE) & rows["area"].str.startswith("WK")]
    wide = districts.pivot(index="area", columns="month", values="count")
    before = pd.read_csv(
        made / "oefenstad" / "politie" / f"47024NED_{stories.DELIVERED_BEFORE}.csv", sep=";", encoding="utf-8-sig"
    )

    ratio = wide.loc[:, "2026-04":"2026-10"].mean(axis=1) / wide.loc[:, "2025-04":"2026-03"].mean(axis=1)
    assert ratio[wide.mean(axis=1) > 2].between(1.7, 4).all()
    assert before["Perioden"].max() == "2026MM03"


def test_a_week_grows_until_it_is_complete(weeks):
    of_week_30 = [weeks[f"2026-{name}"].loc[202630].sum() for name in range(30, 37)]

    assert of_week_30 == sorted(of_week_30)
    assert 0.75 < of_week_30[0] / of_week_30[-1] < 0.92
    assert of_week_30[-1] == of_week_30[-2]


def test_one_week_is_revised_strongly_in_the_north_and_the_last_one_is_late(weeks):
    north = [weeks[name].loc[202638, list(late.NORTH)].sum() for name in ("2026-40", "2026-41")]

    assert north[0] < 0.4 * north[1]
    assert max(weeks) == "2026-44"


def test_reports_of_one_month_are_zeros_and_one_cell_is_ten_times_too_high(made):
    rows = pd.read_csv(made / reports.SLUG / "gemeente" / "meldingen.csv", sep=";")
    months = rows.groupby("Maand")["Aantal"].sum()
    typo = rows[(rows["Buurt"] == reports.TYPO_AREA) & (rows["Maand"] == reports.TYPO_MONTH)]

    assert months[months == 0].index.tolist() == [reports.ZEROS]
    assert typo.set_index("Soort")["Aantal"][reports.TYPO_KIND] == 40
    assert rows["Buurt"].nunique() == len(places()["oefenstad"].neighbourhoods)
    assert rows["Aantal"].between(1, 4).mean() > 0.25  # small counts: something to protect
    assert np.issubdtype(rows["Aantal"].dtype, np.integer)
