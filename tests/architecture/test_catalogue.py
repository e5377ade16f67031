"""Every shared indicator says, in both languages, what it is, what misleads, and who does what with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.load import load_catalogue
from config.model import Indicator
from config.vocabulary import UNIT_BASE, Direction, Pack, Unit

CATALOGUE = load_catalogue(Path(__file__).resolve().parents[2] / "config")

#: Unit -> the denominator that belongs to it.
DENOMINATORS = {
    Unit.PER_1000_INHABITANTS: "population",
    Unit.PER_10000_INHABITANTS: "population",
    Unit.PER_1000_DWELLINGS: "dwellings",
    Unit.PER_1000_ESTABLISHMENTS: "establishments",
    Unit.PER_1000_CARS: "cars",
}


@pytest.mark.parametrize("indicator", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_an_indicator_is_complete_in_both_languages(indicator: Indicator):
    for key in ("label", "description", "caveat", "owner", "follow_up"):
        text = getattr(indicator, key)
        assert text is not None, key
        assert text.nl.strip(), key
        assert text.en, key
        assert text.en.strip(), key
    for series_break in indicator.breaks:
        assert series_break.reason.en
    assert indicator.source is not None
    assert indicator.source.publisher
    assert indicator.source.licence


@pytest.mark.parametrize("indicator", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_a_rate_divides_by_the_denominator_of_its_unit(indicator: Indicator):
    is_own_figure = indicator.numerator.health is not None
    is_own_figure |= indicator.numerator.kwb is not None and indicator.numerator.kwb.figure == "value"

    if indicator.unit in UNIT_BASE and not is_own_figure:
        assert indicator.denominator == DENOMINATORS.get(indicator.unit, indicator.denominator)
        assert indicator.denominator is not None
    else:
        assert indicator.denominator is None


@pytest.mark.parametrize("indicator", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_words_judge_no_area_and_no_people(indicator: Indicator):
    texts = (indicator.label, indicator.description, indicator.caveat, indicator.owner, indicator.follow_up)
    words = " ".join(f"{text.nl} {text.en}" for text in texts if text).lower()

    assert not re.search(r"probleemwijk|achterstandswijk|verwarde? person|zwerver|allochto|risicojonger", words)
    if indicator.pack in (Pack.POLICE, Pack.SUBVERSION) and indicator.description:
        assert "melding" not in indicator.description.nl.lower()
    if indicator.theme in ("context", "housing", "income", "care") and indicator.pack is not Pack.NUISANCE:
        assert indicator.direction is Direction.NEUTRAL


def test_the_groups_have_the_agreed_composition_with_a_version():
    groups = {name: entry for name, entry in CATALOGUE.items() if entry.is_group}
    codes = {
        name: sorted(
            code
            for member in entry.numerator.sum_of or ()
            for code in CATALOGUE[member].numerator.statline.codes  # type: ignore[union-attr]
        )
        for name, entry in groups.items()
    }

    assert codes == {
        "property_crime": ["1.1.1", "1.1.2", "1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5", "1.6.2", "2.5.1", "2.5.2"],
        "violent_crime": ["1.4.2", "1.4.3", "1.4.4", "1.4.5", "1.4.6", "1.4.7"],
        "nuisance_vandalism": ["2.1.1", "2.2.1", "3.6.4"],
        "subversion": ["1.6.3", "2.6.2", "2.7.2", "3.1.1", "3.1.3"],
    }
    for entry in groups.values():
        assert entry.composition_version
        assert entry.numerator.tabular is not None
    assert CATALOGUE["subversion"].direction is Direction.NEUTRAL


def test_the_police_map_feeds_each_of_its_codes_once_and_never_the_total():
    fed = {
        code: name
        for name, entry in CATALOGUE.items()
        for code in (entry.numerator.politie_kaart.codes if entry.numerator.politie_kaart else ())
    }

    assert fed == {
        "100": "theft_bike_moped",
        "101": "theft_bike_moped",
        "102": "street_robbery",
        "104": "burglary_home",
        "105": "theft_from_vehicle",
        "106": "theft_of_vehicle",
        "107": "shoplifting",
        "108": "pickpocketing",
        "109": "threat",
        "110": "assault",
        "111": "vandalism",
        "117": "robbery_raid",
    }
    assert CATALOGUE["crime_total"].numerator.statline is not None
    assert CATALOGUE["crime_total"].numerator.statline.codes == ("0.0.0",)


def test_the_catalogue_fills_the_packs_of_police_nuisance_and_context():
    packs = [entry.pack for entry in CATALOGUE.values()]

    assert packs.count(Pack.POLICE) >= 25
    assert packs.count(Pack.NUISANCE) >= 6
    assert packs.count(Pack.CONTEXT) >= 15
