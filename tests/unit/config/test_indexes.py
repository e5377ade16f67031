"""The key `indexes`: what it makes, and each way of getting it wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load_municipality
from config.model import Indicator
from config.vocabulary import Direction, PeriodType, Unit
from tests.configuration import SMALLEST, config_folder, findings_of, places

INDEX = """\
indexes:
  - id: safety_index
    label: {nl: Veiligheidsindex, en: Safety index}
    base: "2024"
    owner: "Team Veiligheid"
    purpose: "Gesprek in het gebiedsoverleg"
    source: "Integraal Veiligheidsplan"
    indicators: [burglary_home, assault]
"""


def told(place: Path, old: str, new: str) -> list[tuple[str, str]]:
    """Code and sentence of each finding after a change of the example."""
    assert old in INDEX
    return [(finding.code, finding.what) for finding in findings_of(place, SMALLEST + INDEX.replace(old, new))]


def test_without_the_key_there_is_no_index(tmp_path: Path):
    config = config_folder(tmp_path, {"municipalities/x.yml": SMALLEST})

    indicators = load_municipality(config, "x").indicators.values()

    assert [one.id for one in indicators if one.numerator.index is not None] == []


def test_an_index_becomes_the_last_indicator_with_its_making_inside(tmp_path: Path):
    config = config_folder(tmp_path, {"municipalities/x.yml": SMALLEST + INDEX.replace('"2024"', "2024")})

    configured = load_municipality(config, "x")

    made = list(configured.indicators.values())[-1]
    assert (made.id, made.unit, made.direction) == ("safety_index", Unit.SCORE, Direction.HIGHER_IS_BETTER)
    assert made.period_types == (PeriodType.YEAR,)
    again = Indicator.model_validate_json(made.model_dump_json())  # as the snapshot keeps it
    assert again.numerator.index is not None
    assert again.numerator.index.base == "2024"
    assert again.numerator.index.theme_of == {"burglary_home": "1", "assault": "1"}
    assert "population" in configured.indicators
    assert "safety_index" not in configured.helpers


def test_themes_group_the_parts(tmp_path: Path):
    themes = (
        "themes: [{label: {nl: A}, indicators: [burglary_home, vandalism]}, {label: {nl: B}, indicators: [assault]}]"
    )
    text = SMALLEST + INDEX.replace("indicators: [burglary_home, assault]", themes)

    configured = load_municipality(config_folder(tmp_path, {"municipalities/x.yml": text}), "x")

    assert configured.municipality.indexes[0].theme_of == {"burglary_home": "1", "vandalism": "1", "assault": "2"}


@pytest.mark.parametrize(
    ("old", "new", "code", "what"),
    [
        ("burglary_home", "burglary_hom", "CFG-022", "`burglary_hom` is not defined; did you mean `burglary_home`?"),
        ("burglary_home", "safety_index", "CFG-022", "`safety_index` is not defined"),
        ("burglary_home", "litter_reports", "CFG-033", "`litter_reports` is not in use in this municipality"),
        ("burglary_home", "population_density", "CFG-083",
         "`population_density` has no direction: higher is neither better nor worse"),
        ("assault", "burglary_home", "CFG-082", "`burglary_home` stands in this index twice"),
        ("burglary_home, assault", "assault", "CFG-081", "index `safety_index` is made of 1 indicator"),
        ("id: safety_index", "id: assault", "CFG-080", "index `assault` has the id of an indicator"),
        ('"2024"', "base", "CFG-009", "expected a year"),
        ('"2024"', "2024-01", "CFG-009", "expected a year"),
        ("    indicators: [burglary_home, assault]\n", "", "CFG-009",
         "give `themes` with their indicators, or `indicators` where there are no themes"),
        ('    owner: "Team Veiligheid"\n', "", "CFG-006", "required key `owner` is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused(tmp_path: Path, old: str, new: str, code: str, what: str):
    found = told(tmp_path, old, new)

    assert (code, what) in [(one, text[: len(what)]) for one, text in found]
    assert all(finding.fix for finding in findings_of(tmp_path, SMALLEST + INDEX.replace(old, new)))


def test_a_number_of_events_is_no_part(tmp_path: Path):
    own = """\
indicators:
  own:
    - {id: empty_shops, pack: own, label: {nl: Winkels}, unit: count, direction: higher_is_worse,
       numerator: {tabular: {}}, owner: {nl: Team}, follow_up: {nl: Gesprek}}
"""
    text = SMALLEST + own + INDEX.replace("assault", "empty_shops")

    found = findings_of(tmp_path, text)

    assert [finding.code for finding in found] == ["CFG-084"]
    assert places(found)[0][1].startswith("19:")


def test_a_disabled_indicator_is_told_at_its_place(tmp_path: Path):
    found = findings_of(tmp_path, SMALLEST + "indicators: {disable: [assault]}\n" + INDEX)

    assert [finding.code for finding in found] == ["CFG-033"]
    assert places(found) == [("CFG-033", "16:33")]


def test_two_indexes_have_two_ids(tmp_path: Path):
    found = findings_of(tmp_path, SMALLEST + INDEX + INDEX.removeprefix("indexes:\n"))

    assert [finding.code for finding in found] == ["CFG-024"]


def test_an_entry_of_an_indicator_cannot_be_an_index(tmp_path: Path):
    made = "{id: x, label: {nl: X}, base: 2024, owner: T, purpose: P, source: S, indicators: [assault, vandalism]}"
    own = f"""\
indicators:
  own:
    - {{id: mine, pack: own, label: {{nl: Mijn}}, unit: score, numerator: {{index: {made}}},
       owner: {{nl: Team}}, follow_up: {{nl: Gesprek}}}}
"""
    found = findings_of(tmp_path, SMALLEST + own)

    assert [finding.code for finding in found] == ["CFG-085"]
