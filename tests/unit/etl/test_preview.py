"""Preview: how a file would be read, without changing anything and without showing texts of persons."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from config.errors import PersonalDataError, UsageError
from config.model import KwbSource, StatlineSource
from etl.frames import work_connection
from etl.preview import _source_for, preview
from tests.delivered import CODES, HEADER, good_rows, source, text, tree

MAPPING = pd.DataFrame(
    [("burglary_home", "burglary_home", False), ("nuisance", "nuisance", False)],
    columns=["measure", "indicator", "is_figure"],
)


def seen(path: Path, content: str, how=None, mapping=MAPPING, categories=None):
    path.write_text(content, encoding="utf-8")
    con = work_connection()
    found = preview(con, how or source(), path, name=path.name, areas=tree(), categories=categories, mapping=mapping)
    assert con.execute("SHOW TABLES").fetchall() == []
    return found


def test_each_column_has_a_role_or_is_not_read(tmp_path):
    found = seen(tmp_path / "own.csv", text([row + ";x" for row in good_rows()], HEADER + ";Wijknaam"))

    assert [(use.name, use.role) for use in found.columns] == [
        ("Buurt", "area"),
        ("Maand", "period"),
        ("Soort", "category"),
        ("Aantal", "count"),
        ("Wijknaam", "not read"),
    ]


def test_periods_and_first_rows_are_in_our_words(tmp_path):
    weekly = source(period={"type": "week", "pattern": "{year}{week:02}"})

    found = seen(tmp_path / "own.csv", text(good_rows(["202601", "202602"])), weekly)

    assert found.period_types == {"week": ("2026-W01", "2026-W02", 2)}
    assert found.first_rows[:2] == (
        (CODES[0], "2026-W01", "burglary_home", "1"),
        (CODES[0], "2026-W01", "nuisance", "1"),
    )
    assert len(found.first_rows) == 5


def test_unknown_codes_and_words_are_counted(tmp_path):
    rows = [f"{code};2026-01;Fietsdiefstal;2" for code in CODES[:4]] + ["BU01530199;2026-01;Overlast;2"]

    found = seen(tmp_path / "own.csv", text([*good_rows(), *rows]))

    assert found.unknown_areas == {"BU01530199": 1}
    assert found.unknown_categories == {"Fietsdiefstal": 4}
    assert "Fietsdiefstal  4" in found.text()
    assert found.record()["unknown_categories"] == {"Fietsdiefstal": 4}


def test_words_that_may_be_of_persons_are_counted_only(tmp_path):
    rows = [
        f"{CODES[0]};2026-01;Jansen;2",
        f"{CODES[1]};2026-01;zie melding 123456782;2",
        "Pietersen;2026-01;Overlast;1",
    ]

    found = seen(tmp_path / "own.csv", text([*good_rows(), *rows]))

    assert found.unknown_categories == {"(other words)": 2}
    assert found.unknown_areas == {"(no code)": 1}
    assert [word for word in ("Jansen", "123456", "Pietersen") if word in found.text() + str(found.record())] == []


def test_a_file_of_persons_is_refused_before_anything_is_shown(tmp_path):
    with pytest.raises(PersonalDataError):
        seen(tmp_path / "own.csv", text(good_rows(), "Buurt;Maand;Soort;BSN"))
    with pytest.raises(PersonalDataError):
        seen(tmp_path / "own.csv", text([*good_rows(), f"{CODES[1]};2026-01;zie 0612345678;2"]))


def test_a_statline_file_shows_its_columns_and_unused_categories(tmp_path):
    how = StatlineSource.model_validate({"id": "police", "kind": "statline", "table": "47022NED", "path": "*.csv"})
    header = "SoortMisdrijf;WijkenEnBuurten;Perioden;GeregistreerdeMisdrijven_1"
    rows = [f"{code} ;BU01530000;2026MM01;3" for code in ("1.1.1", "0.0.0", "9.9.9")]
    mapping = pd.DataFrame([("1.1.1", "burglary_home", False)], columns=["measure", "indicator", "is_figure"])

    found = seen(tmp_path / "p.csv", text(rows, header), how, mapping, {"1.1.1": "Diefstal", "0.0.0": "Totaal"})

    assert [use.role for use in found.columns] == ["category", "area", "period", "count"]
    assert found.first_rows == (("BU01530000", "2026-01", "burglary_home", "3"),)
    assert found.unused_categories == 1
    assert found.unknown_categories == {"9.9.9": 1}


def test_a_kwb_file_shows_its_topics(tmp_path):
    how = KwbSource.model_validate({"id": "kwb", "kind": "kwb", "path": "*.csv", "year": 2024})
    mapping = pd.DataFrame([("AantalInwoners", "population", False)], columns=["measure", "indicator", "is_figure"])

    found = seen(tmp_path / "kwb_2024.csv", "Codering_3;AantalInwoners_5\nBU01530000;120\n", how, mapping)

    assert [use.role for use in found.columns] == ["area", "AantalInwoners"]
    assert found.first_rows == (("BU01530000", "2024", "population", "120"),)


def test_the_source_is_the_one_whose_path_fits():
    weekly, monthly = source(id="weekly", path="politie/week-*.csv"), source(id="monthly", path="politie/maand-*.csv")
    configured = SimpleNamespace(municipality=SimpleNamespace(sources=(weekly, monthly)), folder=Path("/nowhere/data"))

    assert _source_for(configured, Path("week-12.csv"), None) is weekly
    assert _source_for(configured, Path("anything.csv"), "monthly") is monthly
    with pytest.raises(UsageError):
        _source_for(configured, Path("anything.csv"), None)
    with pytest.raises(UsageError):
        _source_for(configured, Path("week-12.csv"), "yearly")
