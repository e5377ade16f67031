"""Kleinedam, where a municipality was merged in and a border moved: from its files to one series."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from config.load import load_municipality
from etl.areas import build_tree
from etl.cube import RANK, AreaAxis
from etl.deliveries import DeliveryLog
from etl.division_files import build_divisions, check_divisions
from etl.frames import work_connection
from etl.intake import survey, take_in
from etl.line import Line, leaves_of
from etl.vintages import Carrier, findings, inhabitants, moved_borders
from sample_data.maker import make

ROOT = Path(__file__).parents[3]
SOURCE, MOVED = "police_monthly", {"BU99020100", "BU99020101"}


class Told:
    """The figures of Kleinedam on its two divisions, made once."""

    def __init__(self, place: Path) -> None:
        make("kleinedam", place / "sample_data")
        (place / "config" / "municipalities").mkdir(parents=True)
        shutil.copy(ROOT / "config" / "municipalities" / "kleinedam.yml", place / "config" / "municipalities")
        self.configured = load_municipality(place / "config", "kleinedam", warehouse=place / "warehouse")
        tree, _ = build_tree(self.configured)
        self.divisions, self.of_links = build_divisions(self.configured, tree)
        con = work_connection()
        log, now = DeliveryLog(place / "warehouse" / "kleinedam"), dt.datetime(2026, 11, 16, tzinfo=dt.UTC)
        wanted = [one for one in self.configured.municipality.sources if one.id != "nuisance_monthly"]
        taken = [
            take_in(con, self.configured, survey(self.configured, one, log, now), self.divisions) for one in wanted
        ]
        leaves = [leaves_of(con, self.configured, intake) for intake in taken]
        delivered = [(one.table, one.source) for one in leaves]
        self.divisions = self.divisions.weighed(inhabitants(con, delivered, self.divisions))
        self.raw = con.execute(f"SELECT * FROM \"{leaves[0].table}\" WHERE indicator = 'crime_total'").df()
        self.cells: dict[int, pd.DataFrame] = {}
        for vintage in self.divisions.vintages:
            axis = AreaAxis.of(self.divisions.trees[vintage].frame)
            carrier = Carrier(con, self.divisions, vintage)
            figures = Line(con, self.configured, leaves, axis, carrier).figures()
            self.cells[vintage] = _frame(figures.cells, axis)
            if vintage == self.divisions.screen:
                self.findings = findings(carrier, delivered)


def _frame(cells, axis) -> pd.DataFrame:
    words = {rank: str(word) for word, rank in RANK.items()}
    return pd.concat(
        pd.DataFrame(
            {
                "indicator": block.indicator.id, "period": np.array(block.periods)[block.period],
                "area": np.array(axis.codes)[block.area], "numerator": block.numerator, "rate": block.rate,
                "status": [words[rank] for rank in block.status.tolist()], "estimated": block.estimated,
            }
        )
        for block in cells
        if block.indicator.id in ("crime_total", "population")
    )  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Told:
    return Told(tmp_path_factory.mktemp("merger"))


def crimes(told: Told, vintage: int, period: str) -> pd.DataFrame:
    cells = told.cells[vintage]
    return cells[(cells.indicator == "crime_total") & (cells.period == period)].set_index("area")


@pytest.mark.parametrize("vintage", [2022, 2024])
def test_the_municipality_is_one_series_across_the_merger(told, vintage):
    """Its rows of then and those of the municipality that went into it, on either division."""
    whole = told.raw[told.raw.area_level == "municipality"].groupby("period").value.sum()

    series = told.cells[vintage].query("area == 'GM9902' and indicator == 'crime_total'").set_index("period")

    assert len(whole) == 70
    assert series.numerator.reindex(whole.index).eq(whole).all()
    yearly = series.loc[["2021", "2022", "2023", "2024", "2025"], "numerator"]
    assert yearly.max() / yearly.min() < 1.35  # a municipality that grew overnight would show a step of a tenth more
    assert not (series.status == "estimated").any()


@pytest.mark.parametrize("period", ["2021-03", "2022", "2022-12"])
def test_every_total_survives_the_move_to_the_bit(told, period):
    old, new = crimes(told, 2022, period), crimes(told, 2024, period)

    for prefix in ("GM", "WK", "BU"):
        totals = [table[table.index.str.startswith(prefix)].numerator.sum() for table in (old, new)]
        assert totals[0] == totals[1]


def test_only_the_two_areas_whose_border_moved_are_estimated(told):
    year = crimes(told, 2024, "2022")

    assert set(year.index[year.status == "estimated"]) == MOVED
    assert year.estimated["BU99020100"] == 1
    assert 0 < year.estimated["BU99020101"] < 1
    assert (year.estimated[~year.index.isin(MOVED)] == 0).all()
    assert not (crimes(told, 2024, "2023").status == "estimated").any()


def test_a_recoded_area_of_the_merged_municipality_keeps_its_figures(told):
    old, new = crimes(told, 2022, "2022"), crimes(told, 2024, "2022")

    assert new.numerator["BU99020201"] == old.numerator["BU99030001"]
    assert new.rate["BU99020201"] == old.rate["BU99030001"]
    assert new.status["BU99020201"] == old.status["BU99030001"] == "final"


def test_the_successor_is_told_with_the_share_that_is_estimated(told):
    said = [finding.what for source, finding in told.findings if source == SOURCE and finding.code == "GEO-123"]

    assert len(said) == 1
    assert said[0].startswith("GM9903 no longer exists since 2023; successor GM9902. Series are converted, estimated")
    assert told.of_links == ()


def test_the_moved_border_breaks_the_series_of_its_two_areas(told):
    assert {one.area_code for one in moved_borders(told.divisions)} == MOVED


def test_a_link_table_is_checked_without_loading_anything(told):
    assert check_divisions(told.configured) == ()
    links = told.configured.folder / "buurten_2022_2024.csv"
    good = links.read_text(encoding="utf-8")
    links.write_text(good.replace("BU99030001,2022,BU99020201", "BU99030001,2022,BU99020277"), encoding="utf-8")

    (finding,) = check_divisions(told.configured)

    links.write_text(good, encoding="utf-8")
    assert (finding.code, finding.level, finding.where) == ("GEO-113", "error", "buurten_2022_2024.csv:6")
