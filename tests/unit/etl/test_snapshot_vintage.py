"""One division of a snapshot at a time, whatever is asked."""

from __future__ import annotations

from contextlib import closing

import pandas as pd
import pytest

from config.errors import UsageError
from etl.content import create_tables
from etl.publish import publish
from etl.snapshot import open_snapshot
from etl.tables import TABLES
from monitor.queries.areas import area, areas, municipality
from monitor.queries.observations import Filters, count_observations, observations
from tests.proefdorp import NEIGHBOURHOODS, SLUG, tables

LOST, FORMER = NEIGHBOURHOODS[0], "BU99010199"


def two_divisions(load_id: str) -> dict[str, pd.DataFrame]:
    """Proefdorp of 2026 and of 2020, when the first neighbourhood had another code and name."""
    found = tables(SLUG, load_id)
    for name in ("area", "observation", "map_layer"):
        old = found[name].assign(vintage=2020)
        if "area_code" in old:
            old = old.assign(area_code=old["area_code"].replace(LOST, FORMER))
            is_lost = old["area_code"] == FORMER
            old["area_name"] = old["area_name"].where(~is_lost, "Oude Akker")
        found[name] = pd.concat([found[name], old], ignore_index=True)
    for name in ("benchmark", "unallocated", "area_neighbour"):
        found[name] = found[name].assign(vintage=2026)
    return found


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    root = tmp_path_factory.mktemp("warehouse") / SLUG

    def fill(con, load_id):
        create_tables(con, TABLES)
        for name, frame in two_divisions(load_id).items():
            columns = ", ".join(f'"{column}"' for column in frame.columns)
            con.register("_rows", frame)
            con.execute(f'INSERT INTO "{name}" ({columns}) SELECT {columns} FROM _rows')
            con.unregister("_rows")

    publish(root, fill, manifest={"config_hash": "test"})
    with closing(open_snapshot(root)) as found:
        yield found


def test_without_a_word_every_question_is_about_the_division_on_screen(snapshot):
    assert snapshot.vintages.known == (2020, 2026)
    assert municipality(snapshot).vintage == 2026
    assert area(snapshot, LOST) is not None
    assert area(snapshot, FORMER) is None
    once = tables()["observation"]
    assert count_observations(snapshot, Filters()) == len(once)
    assert set(observations(snapshot, Filters(areas=(LOST,)))["vintage"]) == {2026}


def test_another_division_has_its_own_areas_names_and_figures(snapshot):
    then = snapshot.at(2020)

    assert municipality(then).vintage == 2020
    assert area(then, FORMER).name == "Oude Akker"
    assert area(then, LOST) is None
    assert len(areas(then)) == len(areas(snapshot))
    assert set(observations(snapshot, Filters(vintage=2020, areas=(FORMER,)))["area_name"]) == {"Oude Akker"}
    assert municipality(snapshot).vintage == 2026  # an answer about one division is never kept for the other


def test_what_is_made_on_the_division_on_screen_is_not_shown_for_areas_of_another(snapshot):
    assert snapshot.query("SELECT count(*) AS n FROM benchmark", [])["n"].iloc[0] > 0
    assert snapshot.at(2020).query("SELECT count(*) AS n FROM benchmark", [])["n"].iloc[0] == 0
    assert snapshot.at(2020).query("SELECT count(*) AS n FROM delivery", [])["n"].iloc[0] > 0


def test_a_division_that_is_not_there_is_told_with_those_that_are(snapshot):
    with pytest.raises(UsageError) as error:
        snapshot.at(2019)

    assert error.value.findings[0].code == "CLI-009"
    assert "known: 2020, 2026" in error.value.findings[0].what
