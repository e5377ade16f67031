"""What the map is told: every figure of the snapshot, in the digits that are printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import STATUS_ORDER
from etl.publish import publish
from etl.snapshot import Snapshot, SnapshotStore
from monitor.queries.map_values import class_edges, map_layer, map_values
from tests import proefdorp
from tests.proefdorp import NEIGHBOURHOODS, SLUG, make_snapshot, tables


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    root = tmp_path_factory.mktemp("map") / SLUG
    make_snapshot(root)
    with SnapshotStore(root).pinned() as pinned:
        yield pinned


def told(snapshot: Snapshot, indicator: str) -> dict[str, Any]:
    body = map_values(snapshot, indicator)
    assert body is not None
    return dict(json.loads(body))


def unrolled(steps: list[int | None]) -> list[int | None]:
    last, numbers = 0, []
    for step in steps:
        last = last if step is None else last + step
        numbers.append(None if step is None else last)
    return numbers


@pytest.mark.parametrize("indicator", ["burglary_home", "violent_crime", "litter_reports"])
def test_every_cell_of_the_snapshot_comes_back_in_its_printed_digits(snapshot: Snapshot, indicator: str):
    cells = tables()["observation"].query("indicator == @indicator and area_level == 'neighbourhood'")
    body = told(snapshot, indicator)
    scale = 10 ** body["decimals"]
    compared = 0

    for kind, block in body["levels"]["neighbourhood"].items():
        expected = cells[cells["period_type"] == kind].set_index(["area_code", "period"])
        for place, code in enumerate(block["codes"]):
            series = block["series"][place]
            value, below = unrolled(series["value"]), unrolled(series["below"])
            for row, period in enumerate(block["periods"]):
                cell, which = expected.loc[(code, period)], series["at"][row]
                assert STATUS_ORDER[int(block["status"][row][place])] == cell["status"]
                if np.isnan(cell["value"]):
                    assert value[which] is None
                else:
                    assert value[which] == np.round(cell["value"] * scale)
                if value[which] is not None and not np.isnan(cell["lower"]):
                    assert value[which] - below[which] == np.round(cell["lower"] * scale)
                compared += 1

    assert compared == len(NEIGHBOURHOODS) * (23 + 3)


def test_raw_months_are_not_on_the_map(snapshot: Snapshot):
    assert set(told(snapshot, "burglary_home")["levels"]["district"]) == {"rolling_12_months", "year"}


def test_a_count_has_no_classes(snapshot: Snapshot):
    blocks = told(snapshot, "litter_reports")["levels"]["neighbourhood"].values()

    assert [block["breaks"] for block in blocks] == [[], []]


def test_an_unknown_indicator_or_outline_is_nothing(snapshot: Snapshot):
    assert map_values(snapshot, "nothing") is None
    assert map_layer(snapshot, "0" * 64) is None


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=200))
def test_edges_rise_and_no_class_is_empty_below_them(values: list[int]):
    edges = class_edges(np.array(values, dtype=float))

    assert edges == sorted(set(edges))
    assert len(edges) <= 4
    assert all(min(values) < edge <= max(values) for edge in edges)


def test_values_that_are_all_the_same_make_one_class():
    assert class_edges(np.array([7.0, 7.0, np.nan])) == []
    assert class_edges(np.array([np.nan])) == []


def test_estimated_figures_say_which_part_was_divided(tmp_path: Path):
    def fill(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
        proefdorp.fill(con, SLUG, load_id)
        con.executemany(
            "UPDATE observation SET status = 'estimated', estimated_share = ? WHERE indicator = 'burglary_home'"
            " AND area_code = ? AND period = '2026-08-R12'",
            [(0.041, NEIGHBOURHOODS[1]), (0.304, NEIGHBOURHOODS[2]), (0.0, NEIGHBOURHOODS[3])],
        )

    publish(tmp_path / SLUG, fill, manifest={"config_hash": "test"})
    with SnapshotStore(tmp_path / SLUG).pinned() as pinned:
        block = told(pinned, "burglary_home")["levels"]["neighbourhood"]["rolling_12_months"]

    assert block["estimated"] == {"2026-08-R12": {NEIGHBOURHOODS[1]: 4.1, NEIGHBOURHOODS[2]: 30.0}}


def test_verdicts_and_places_stand_in_the_order_of_the_areas(tmp_path: Path):
    def fill(con: duckdb.DuckDBPyConnection, load_id: str) -> None:
        proefdorp.fill(con, SLUG, load_id)
        con.execute(
            "INSERT INTO verdict (indicator, area_code, period_type, period, verdict, direction, reason, observed,"
            " lower, upper, method, n_tested, expected_false) VALUES"
            " ('burglary_home', ?, 'month', '2026-08', 'signal', 'high', NULL, 14, 3, 9, 'farrington', 12, 0.1),"
            " ('burglary_home', ?, 'month', '2026-08', 'too_few', NULL, 'gaps', NULL, NULL, NULL, 'none', 12, 0.1)",
            [NEIGHBOURHOODS[1], NEIGHBOURHOODS[2]],
        )
        con.execute(
            "INSERT INTO standing VALUES ('burglary_home', ?, '2026-08-R12', 4.04, 2, 1, 9, 11, 'no_difference')",
            [NEIGHBOURHOODS[1]],
        )

    publish(tmp_path / SLUG, fill, manifest={"config_hash": "test"})
    with SnapshotStore(tmp_path / SLUG).pinned() as pinned:
        body = told(pinned, "burglary_home")

    judged = body["judged"]["neighbourhood"]
    standing = body["levels"]["neighbourhood"]["rolling_12_months"]["standing"]
    assert (judged["word"][:4], judged["way"][:4]) == ("9039", "-h--")
    assert judged["observed"][:3] == [None, 14, None]
    assert [judged["periods"][judged["at"][1]], judged["reasons"][judged["why"][2]]] == ["2026-08", "gaps"]
    assert (standing["smoothed"][1], standing["rank"][1], standing["best"][1], standing["worst"][1]) == (40, 2, 1, 9)
    assert "standing" not in body["levels"]["district"]["rolling_12_months"]
