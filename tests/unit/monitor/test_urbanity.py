"""Neighbourhoods against their own class of urbanity: the query on a snapshot of six areas, and its sentences."""

from __future__ import annotations

from contextlib import closing

import pytest

from etl.content import create_tables
from etl.publish import publish
from etl.snapshot import open_snapshot
from monitor.i18n import translator
from monitor.queries.exactness import Exactness
from monitor.queries.urbanity import against_urbanity
from monitor.texts import urbanity as texts

NL, EN = translator("nl"), translator("en")

#: Name, class, events, residents: the rate of class 1 is 15 per 1,000, that of class 4 is 3.
AREAS = [
    ("Centrum", 1, 40, 2_000),
    ("Markt", 1, 60, 4_000),
    ("Haven", 1, 20, 2_000),
    ("Bosrijk", 4, 4, 2_000),
    ("Veld", 4, 16, 3_000),
    ("Heide", 4, 10, 5_000),
    ("Eiland", 5, 9, 100),
]


def snapshot_of(root, areas):
    """A published snapshot of one topic and the urbanity of each area; closes after use."""

    def fill(con, load_id):
        create_tables(con, ["meta", "municipality", "observation", "standing", "indicator", "period"])
        con.execute("INSERT INTO municipality VALUES ('dorp', 'GM9999', 'Dorp', 2024, true, true, '2026-11-16')")
        for place, (name, urbanity, count, people) in enumerate(areas):
            code = f"BU999900{place:02}"
            for indicator, value, numerator, denominator in (
                ("theft", 1_000 * count / people, count, people),
                ("urbanity", urbanity, None, None),
            ):
                con.execute(
                    "INSERT INTO observation BY NAME SELECT ? AS indicator, ? AS area_code, ? AS area_name, '2025' AS"
                    " period, 'year' AS period_type, 'neighbourhood' AS area_level, ?::DOUBLE AS value, ?::DOUBLE AS"
                    " numerator, ?::DOUBLE AS denominator, ?::DOUBLE AS rate",
                    [indicator, code, name, value, numerator, denominator, value if indicator == "theft" else None],
                )
            con.execute(
                "INSERT INTO standing BY NAME SELECT 'theft' AS indicator, ? AS area_code, '2025' AS period", [code]
            )

    publish(root, fill, manifest={})
    return closing(open_snapshot(root))


def test_each_neighbourhood_is_set_against_the_rate_of_its_class(tmp_path):
    with snapshot_of(tmp_path / "dorp", AREAS) as snapshot:
        found = against_urbanity(snapshot, "theft")

    assert found is not None
    assert (found.period, found.n_classes) == ("2025", 2)
    assert "Eiland" not in set(found.areas["area_name"])  # alone in its class
    assert found.areas["expected"].tolist() == pytest.approx([30, 60, 30, 6, 9, 15])
    assert found.areas["ratio"].round(2).tolist() == [1.33, 1.0, 0.67, 0.67, 1.78, 0.67]
    assert found.areas["lower"].round(2).tolist() == [0.95, 0.76, 0.41, 0.18, 1.02, 0.32]
    assert found.areas["verdict"].tolist() == ["no_difference"] * 6  # Veld too: its class rests on 30 events
    assert "Geen enkele verschilt aantoonbaar" in texts.spread_sentence(found, NL)
    assert texts.own_sentence(found, "BU99990004", NL) == (
        "16 geteld; bij het cijfer van de buurten die even stedelijk zijn (klasse 4 van 5) zou je er 9,0 verwachten:"
        " 1,8 keer zoveel (waarschijnlijk 1,0 tot 2,9 keer)."
    )
    assert texts.own_sentence(found, "BU99990006", NL) == ""
    assert texts.own_sentence(found, "BU99990003", EN, Exactness(is_sum=True)).startswith("≈ 4 counted")


def test_one_class_of_urbanity_leaves_nothing_to_weigh(tmp_path):
    with snapshot_of(tmp_path / "dorp", [one for one in AREAS if one[1] == 1]) as snapshot:
        assert against_urbanity(snapshot, "theft") is None


def test_what_differs_from_its_class_is_named(tmp_path):
    areas = [*AREAS[:4], ("Veld", 4, 90, 3_000), *AREAS[5:]]

    with snapshot_of(tmp_path / "dorp", areas) as snapshot:
        found = against_urbanity(snapshot, "theft")

    assert found is not None
    told = texts.spread_sentence(found, NL)
    assert "Meer dan gebruikelijk voor de klasse in 1: Veld." in told
    assert "Minder dan gebruikelijk voor de klasse in 2: Heide en Bosrijk." in told
