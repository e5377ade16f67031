"""Every story of Oefenstad is found by the product as what it is, and hardly anything else is called a signal."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from config.load import load_municipality
from etl.run import load
from etl.snapshot import SnapshotStore
from etl.statistics.evaluation import evaluate
from monitor.i18n import translator
from monitor.queries.effect import Question, effect
from monitor.texts import effect as texts
from sample_data import late, reports, stories

ROOT = Path(__file__).parents[3]
TOWN = "GM9901"
DISTRICT = f"WK{stories.RISE_IN[2:8]}"

#: What a story moves: indicators, areas, and the side of normal.
RISE = ({"burglary_home", "property_crime", "crime_total"}, {stories.RISE_IN, DISTRICT, TOWN}, "high")
IMPROVEMENT = ({"theft_bike_moped", "property_crime", "crime_total"}, {stories.IMPROVED_DISTRICT, TOWN}, "low")

Loaded = dict[str, pd.DataFrame]


def town(place: Path, made: Path, text: str) -> Path:
    """A folder with the files of Oefenstad and a configuration of its own."""
    shutil.copytree(made / "oefenstad", place / "sample_data" / "oefenstad", dirs_exist_ok=True)
    (place / "config" / "municipalities").mkdir(parents=True, exist_ok=True)
    (place / "config" / "corrections").mkdir(exist_ok=True)
    shutil.copy(ROOT / "config" / "corrections" / "oefenstad.yml", place / "config" / "corrections")
    (place / "config" / "municipalities" / "oefenstad.yml").write_text(text, encoding="utf-8")
    return place


def published(place: Path) -> Path:
    """Load Oefenstad; the folder of its snapshot."""
    report = load(load_municipality(place / "config", "oefenstad", warehouse=place / "warehouse"))
    assert report.exit_code == 0, (report.findings, report.traceback)
    return place / "warehouse" / "oefenstad" / "snapshots" / str(report.load_id)


def tables(snapshot: Path, *names: str) -> Loaded:
    with duckdb.connect(str(snapshot / "internal.duckdb"), read_only=True) as con:
        return {name: con.execute(f'SELECT * FROM "{name}"').df() for name in names}


def only(text: str, *sources: str) -> str:
    """The configuration with these sources alone; weights are of offences that only the monthly table gives."""
    text = re.sub(r"(?ms)^harm:.*?\n\n", "", text)
    before, _, after = text.partition("\nindicators:")
    head, *entries = re.split(r"(?m)^  - (?=\{?id: )", before)
    kept = [entry for entry in entries if re.match(r"\{?id: (\w+)", entry)[1] in sources]
    return "  - ".join([head, *kept]) + "\nindicators:" + after


@pytest.fixture(scope="module")
def shipped() -> str:
    """As shipped, but with nothing to protect: these tests ask what is found, and both editions then cost one."""
    text = (ROOT / "config" / "municipalities" / "oefenstad.yml").read_text(encoding="utf-8")
    return text.replace("publication: restricted", "publication: open")


@pytest.fixture(scope="module")
def place(tmp_path_factory, made, shipped) -> Path:
    """Loaded twice: first only the weeks as they were known in week 40, then everything."""
    place = town(tmp_path_factory.mktemp("stories"), made, only(shipped, "police_weekly", "key_figures"))
    (place / "config" / "corrections" / "oefenstad.yml").unlink()
    politie = place / "sample_data" / "oefenstad" / "politie"
    for path in politie.glob("week-2026-4[1-9].csv"):
        path.unlink()
    published(place)
    town(place, made, shipped)
    published(place)
    return place


@pytest.fixture(scope="module")
def told(place) -> Loaded:
    newest = max((place / "warehouse" / "oefenstad" / "snapshots").iterdir())
    return tables(newest, "verdict", "quality_check", "maturity", "revision", "correction", "area")


def signals(told: Loaded) -> pd.DataFrame:
    return told["verdict"][told["verdict"].verdict == "signal"]


def of_story(rows: pd.DataFrame, story: tuple[set[str], set[str], str]) -> pd.Series:
    indicators, areas, side = story
    in_centre = rows.area_code.str.startswith(f"BU{stories.IMPROVED_DISTRICT[2:]}") & (story is IMPROVEMENT)
    return rows.indicator.isin(indicators) & (rows.area_code.isin(areas) | in_centre) & (rows.direction == side)


def test_the_rise_is_a_signal_in_its_neighbourhood_and_in_the_weeks_of_its_district(told):
    found = {
        (one.indicator, one.area_code, one.period_type)
        for one in signals(told)[of_story(signals(told), RISE)].itertuples()
    }

    assert ("burglary_home", stories.RISE_IN, "month") in found
    assert ("property_crime", stories.RISE_IN, "rolling_4_weeks") in found
    assert ("property_crime", DISTRICT, "week") in found


def test_the_improvement_is_a_signal_below_normal_in_the_centre(told):
    found = signals(told)[of_story(signals(told), IMPROVEMENT)]

    assert ("theft_bike_moped", stories.IMPROVED_DISTRICT) in set(zip(found.indicator, found.area_code, strict=True))


def test_all_other_signals_together_are_no_more_than_promised_when_nothing_happens(told):
    """Promised per load: the false signals to expect of each level, above and below normal taken together."""
    levels = told["area"].set_index("area_code").area_level
    verdict = told["verdict"].assign(level=told["verdict"].area_code.map(levels))
    promised = verdict.groupby("level").expected_false.max().sum()

    others = signals(told)[~of_story(signals(told), RISE) & ~of_story(signals(told), IMPROVEMENT)]

    assert promised == pytest.approx(1.0)
    assert len(others) <= promised, others[["indicator", "area_code", "period", "observed", "expected"]]


def test_the_shift_is_found_as_displacement_to_the_neighbours(place):
    with SnapshotStore(place / "warehouse" / "oefenstad").pinned() as snapshot:
        rows = snapshot.query(
            "SELECT area_code, period, numerator FROM observation WHERE indicator = 'nuisance_vandalism' "
            "AND period_type = 'month' AND area_level = 'neighbourhood' AND status = 'final'",
            [],
        )
        touching = snapshot.query("SELECT neighbour_code FROM area_neighbour WHERE area_code = ?", [stories.CAMERAS_IN])
    wide = rows.pivot(index="area_code", columns="period", values="numerator").sort_index(axis=1)
    buffer = set(touching.neighbour_code)

    found = evaluate(
        wide.to_numpy(),
        list(wide.columns).index(stories.CAMERAS_FROM),
        is_treated=wide.index == stories.CAMERAS_IN,
        is_buffer=wide.index.isin(buffer),
        is_comparison=~wide.index.isin(buffer | {stories.CAMERAS_IN}),
    )

    assert buffer == set(stories.NEIGHBOURS)
    assert (found.refusals, found.verdict) == ((), "lower")
    assert found.displacement is not None
    assert found.displacement.is_demonstrated
    assert found.displacement.quotient < -0.3
    assert found.displacement.upper < 0


def test_a_reader_who_asks_whether_the_cameras_worked_is_told_of_the_shift(place):
    with SnapshotStore(place / "warehouse" / "oefenstad").pinned() as snapshot:
        one = effect(snapshot, Question("nuisance_vandalism", (stories.CAMERAS_IN,), stories.CAMERAS_FROM))
        other = effect(snapshot, Question("burglary_home", (stories.CAMERAS_IN,), "2025-03"))

    told = texts.answer(one, "Overlast en vernieling", translator("nl"))
    assert "minder “Overlast en vernieling” dan in de vergelijkingsbuurten" in told
    assert "Wel een teken van verplaatsing" in told
    assert {area.code for area in one.groups[1]} == set(stories.NEIGHBOURS)
    assert "Geen aantoonbaar verschil" in texts.answer(other, "Woninginbraak", translator("nl"))


def test_the_registration_effect_is_a_question_and_no_list_of_signals(told):
    asked = told["quality_check"][told["quality_check"].code == "VAL-112"]
    verdict = told["verdict"].set_index("indicator")

    assert len(asked) == 1
    assert "telwijze veranderd?" in asked.what_nl.iloc[0]
    assert f"vanaf {stories.COUNTED_FROM}" in asked.what_nl.iloc[0]
    assert "Overlast door verward persoon ×" in asked.what_nl.iloc[0]
    assert "E33" not in asked.what_nl.iloc[0]
    for indicator in ("nuisance_unexplained_behaviour", "nuisance_total"):
        judged = verdict.loc[indicator]
        assert set(judged.verdict) == {"too_few"}
        assert set(judged.reason) == {"counted_otherwise"}
    held = told["verdict"][told["verdict"].reason == "counted_otherwise"]
    assert set(held.indicator) == {"nuisance_unexplained_behaviour", "nuisance_total"}


def test_a_break_that_is_written_down_is_respected(tmp_path, made, shipped):
    others = "nuisance_youth, nuisance_alcohol_drugs, nuisance_noise, nuisance_homeless"
    text = only(shipped, "nuisance_monthly", "key_figures").replace("disable: [", f"disable: [{others}, ")
    place = town(tmp_path, made, text)
    (place / "config" / "corrections" / "oefenstad.yml").unlink()
    entries = (ROOT / "config" / "indicators" / "nuisance_registrations.yml").read_text(encoding="utf-8")
    note = '  breaks: [{date: 2026-04-01, reason: {nl: "Telt ruimer", en: "Counts more widely"}}]\n'
    for indicator in ("nuisance_unexplained_behaviour", "nuisance_total"):
        entries = entries.replace(f"- id: {indicator}\n", f"- id: {indicator}\n{note}")
    (place / "config" / "indicators").mkdir()
    (place / "config" / "indicators" / "nuisance_registrations.yml").write_text(entries, encoding="utf-8")

    found = tables(published(place), "verdict", "quality_check", "series_break")

    judged = found["verdict"][found["verdict"].indicator == "nuisance_unexplained_behaviour"]
    assert "VAL-112" not in set(found["quality_check"].code)
    assert set(judged.reason) == {"after_break"}
    assert "nuisance_unexplained_behaviour" in set(found["series_break"].indicator)


def test_delays_are_measured_and_young_weeks_are_not_judged(told, place):
    ages = told["maturity"][told["maturity"].indicator == "property_crime"].set_index("age_days").complete_share
    weekly = told["verdict"][told["verdict"].period_type == "week"]
    with SnapshotStore(place / "warehouse" / "oefenstad").pinned() as snapshot:
        statuses = snapshot.query(
            "SELECT period, any_value(status) AS status FROM observation WHERE indicator = 'property_crime' "
            f"AND period_type = 'week' AND area_code = '{TOWN}' GROUP BY period",
            [],
        ).set_index("period")

    assert ages[2] == pytest.approx(late.KNOWN[0], abs=0.04)
    assert ages[16] >= 0.95 > ages[9]
    assert set(weekly.period) == {"2026-W42"}
    assert set(statuses.status["2026-W43":]) == {"provisional"}
    assert statuses.status["2026-W42"] == "final"


def test_the_late_week_and_the_revised_week_are_told(told):
    quality, revision = told["quality_check"], told["revision"]
    north = revision[(revision.period == late.REVISED) & revision.area_code.isin(late.NORTH)]
    property_crime = north[north.indicator == "property_crime"]

    assert "police_weekly" in set(quality[quality.code == "QUA-002"].source_id)
    assert set(property_crime.area_code) <= set(late.NORTH)
    assert property_crime.new_numerator.sum() > 2 * property_crime.old_numerator.sum()
    assert np.isfinite(property_crime.old_numerator).all()


def test_the_errors_of_the_source_are_told_and_mended(told, place):
    assert "VAL-012" in set(told["quality_check"][told["quality_check"].source_id == "meldingen"].code)
    assert told["correction"][["state", "delivered", "value"]].values.tolist() == [["applied", 40.0, 4.0]]
    with SnapshotStore(place / "warehouse" / "oefenstad").pinned() as snapshot:
        statuses = snapshot.query(
            "SELECT DISTINCT status FROM observation WHERE indicator = 'litter_reports' AND period = ? "
            "AND area_level = 'neighbourhood'",
            [reports.ZEROS],
        )
    assert statuses.status.tolist() == ["not_delivered"]
