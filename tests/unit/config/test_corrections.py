"""A file of corrections: strict, with file, line and column of every mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.corrections import MEANING, CorrectedCell, Correction, CorrectionsFile
from config.errors import ConfigError
from config.load import load_municipality
from config.write import corrections_schema
from tests.configuration import SMALLEST, config_folder

GOOD = """\
corrections:
  - id: week_12
    source: police_monthly
    category: "1.1.1"
    action: replace
    cells:
      - {area: BU01530103, period: "2026-03", delivered: 140, value: 14}
    reason: A decimal sign was lost; the supplier confirmed 14.
    decided_by: Informatiemanagement
    date: 2026-04-02
"""


def findings(place: Path, text: str) -> list[tuple[str, str, str]]:
    config = config_folder(place, {"municipalities/x.yml": SMALLEST, "corrections/x.yml": text})
    try:
        load_municipality(config, "x")
    except ConfigError as error:
        return [(one.code, one.where.partition("corrections/")[2], one.what) for one in error]
    return []


def test_a_municipality_without_a_file_has_no_corrections(tmp_path):
    config = config_folder(tmp_path, {"municipalities/x.yml": SMALLEST})

    assert load_municipality(config, "x").corrections == ()


def test_corrections_are_read_and_are_part_of_what_a_snapshot_is_made_from(tmp_path):
    without = load_municipality(config_folder(tmp_path, {"municipalities/x.yml": SMALLEST}), "x")
    with_one = load_municipality(config_folder(tmp_path, {"corrections/x.yml": GOOD}), "x")

    (entry,) = with_one.corrections
    assert (entry.source, entry.action, entry.cells[0].delivered, entry.cells[0].value) == (
        "police_monthly", "replace", 140, 14,
    )  # fmt: skip
    assert without.config_hash != with_one.config_hash


@pytest.mark.parametrize(
    ("old", "new", "code", "where", "words"),
    [
        ("    cells:", "    actoin: add\n    cells:", "CFG-005", "x.yml:6:5", "did you mean `action`"),
        ("action: replace", "action: mend", "CFG-009", "x.yml:5:13", "`mend` is not known here"),
        ('"2026-03"', '"2026-13"', "CFG-009", "x.yml:7:36", "expected a period"),
        ('"2026-03"', '"2026-03-R12"', "CFG-009", "x.yml:7:36", "expected a period"),
        (", value: 14", "", "CFG-009", "x.yml:2", "`replace` and `add` need `value`"),
        ("delivered: 140, ", "", "CFG-009", "x.yml:2", "needs `delivered`"),
        ("action: replace", "action: withhold", "CFG-009", "x.yml:2", "`withhold` has none"),
        ("action: replace", "action: add", "CFG-009", "x.yml:2", "no `delivered`"),
        ("source: police_monthly", "source: police_month", "CFG-022", "x.yml:3:5", "did you mean `police_monthly`"),
        ('category: "1.1.1"', "indicator: violent_crime", "CFG-022", "x.yml:4:5", "fed by 0 categories"),
        ("BU01530103", "BU0153", "CFG-009", "x.yml:7:10", "`BU0153` is no area code"),
        ("date: 2026-04-02", "date: gisteren", "CFG-009", "x.yml:10:11", "expected a date"),
        ("    reason: A decimal sign was lost; the supplier confirmed 14.\n", "", "CFG-006", "x.yml:2", "`reason`"),
        ("delivered: 140", "delivered: veel", "CFG-007", "x.yml:7:58", "expected a number"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(tmp_path, old, new, code, where, words):
    assert old in GOOD

    found = findings(tmp_path, GOOD.replace(old, new))

    assert [one[0] for one in found] == [code], found
    assert found[0][1].startswith(where)
    assert words in found[0][2]


def test_a_cell_is_corrected_once_and_an_id_used_once(tmp_path):
    found = findings(tmp_path, GOOD + GOOD.partition("\n")[2])

    assert [one[:2] for one in found] == [("CFG-024", "x.yml:11:5"), ("CFG-024", "x.yml:16:10")]


def test_the_schema_gives_every_key_a_meaning():
    schema = corrections_schema()

    parts = {"CorrectionsFile": schema, **schema["$defs"]}
    for model in (CorrectionsFile, Correction, CorrectedCell):
        assert set(MEANING[model.__name__]) == set(model.model_fields)
        assert all(entry["description"] for entry in parts[model.__name__]["properties"].values())
    json.dumps(schema)
