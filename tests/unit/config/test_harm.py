"""Weights of offences in a municipality's file: what they must cover, and the indicator they make."""

import datetime as dt
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.catalogue import category_titles
from config.harm import HARM, Harm
from config.load import Configured, load_municipality
from config.vocabulary import AreaLevel, PeriodType
from etl.findings_nl import dutch, dutch_repair
from tests.configuration import SMALLEST, config_folder, findings_of

CRIMES = [code for code in category_titles("47022NED") if code != "0.0.0"]
MAP = list(category_titles("politie_kaart"))
POLICE = '  - {id: police_monthly, kind: statline, table: 47022NED, path: "politie/*.csv"}\n'
RAID = """\
indicators:
  own:
    - {id: raid, pack: own, label: {nl: Overval}, unit: count, owner: {nl: Team}, follow_up: {nl: Overleg},
       levels: [LEVELS], numerator: {statline: {tables: [47022NED], codes: ["1.4.7"]}}}
"""


def harm(weights: dict[str, object], exclude: list[str] | None = None, codes: list[str] = CRIMES) -> str:
    """The key `harm`; left out is what has no weight."""
    left_out = [code for code in codes if code not in weights] if exclude is None else exclude
    listed = ", ".join(f'"{code}"' for code in left_out)
    weighed = ", ".join(f'"{code}": {weight}' for code, weight in weights.items())
    return (
        'harm:\n  source: "Voorbeeld"\n  date: 2026-01-15\n  owner: "Driehoek"\n'
        f"  weights: {{{weighed}}}\n  exclude: [{listed}]\n"
    )


def configured(place: Path, text: str) -> Configured:
    return load_municipality(config_folder(place, {"municipalities/x.yml": text}), "x")


def without(*codes: str) -> list[str]:
    return [code for code in CRIMES if code not in codes]


BAD = {
    "a code that is nowhere": (
        harm({"1.1.1": 30}, without("1.1.1", "1.1.2", "1.4.7")),
        [("CFG-070", '2 offences of 47022NED have no weight and are not left out: "1.1.2", "1.4.7"', ":8:1")],
    ),
    "a code in both": (
        harm({"1.1.1": 30}, [*CRIMES]),
        [("CFG-071", "`1.1.1` has a weight and is left out", ":13:13")],
    ),
    "an unknown weight": (
        harm({"1.1.1": 30, "1.4.9": 2}, without("1.1.1")),
        [("CFG-072", "`1.4.9` is no offence of 47022NED; did you mean `1.4.7`?", ":12:26")],
    ),
    "an unknown exclusion": (
        harm({"1.1.1": 30}, [*without("1.1.1"), "overval"]),
        [("CFG-072", "`overval` is no offence of 47022NED", None)],
    ),
    "the total": (harm({"1.1.1": 30, "0.0.0": 1}, without("1.1.1")), [("CFG-072", "`0.0.0` is the total", ":12:26")]),
    "a negative weight": (harm({"1.1.1": -30}), [("CFG-073", "a weight is a number of days, 0 or more", ":12:22")]),
    "an offence that no indicator counts alone": (
        harm({"1.1.1": 30, "2.6.8": 5}),
        [("CFG-074", "no indicator counts `2.6.8` (Transport gevaarlijke stoffen) alone", ":12:26")],
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_weights_that_do_not_fit_are_refused_where_they_stand(case: str, tmp_path: Path):
    text, expected = BAD[case]

    findings = findings_of(tmp_path, SMALLEST + text)

    assert [finding.code for finding in findings] == [code for code, _, _ in expected]
    for finding, (_, what, place) in zip(findings, expected, strict=True):
        assert what in finding.what
        assert place is None or finding.where.endswith(place)
        assert dutch(finding) != finding.what
        assert dutch_repair(finding) != finding.fix


@pytest.mark.parametrize("word", [".inf", ".nan", "veel"])
def test_a_weight_that_is_no_number_is_refused(word: str, tmp_path: Path):
    findings = findings_of(tmp_path, SMALLEST + harm({"1.1.1": word}))

    assert [(one.code, one.where.rpartition("x.yml")[2]) for one in findings] == [("CFG-007", ":12:22")]


@pytest.mark.parametrize("weight", [float("inf"), float("nan"), -0.5])
def test_the_model_itself_takes_only_days(weight: float):
    given = {"source": "a", "owner": "b", "date": dt.date(2026, 1, 15), "weights": {"1.1.1": weight}}

    with pytest.raises(ValidationError, match="0 or more"):
        Harm.model_validate(given)


def test_four_broad_groups_cannot_be_weighed(tmp_path: Path):
    findings = findings_of(tmp_path, SMALLEST.replace(POLICE, "") + harm({"1.1.1": 30}))

    assert [finding.code for finding in findings] == ["CFG-075"]
    assert "ruime groepen" in dutch(findings[0])


def test_offences_that_share_no_level_cannot_be_added_up(tmp_path: Path):
    own = RAID.replace("LEVELS", "neighbourhood")

    findings = findings_of(tmp_path, SMALLEST + own + harm({"1.4.2": 9, "1.4.7": 30}))

    assert [finding.code for finding in findings] == ["CFG-077"]


def test_another_indicator_cannot_count_in_days(tmp_path: Path):
    own = RAID.replace("unit: count", "unit: days_per_1000_inhabitants, denominator: population")
    summed = own.replace('{statline: {tables: [47022NED], codes: ["1.4.7"]}}', "{sum_of: [assault], weights: [3]}")

    for text in (own, summed):
        findings = findings_of(tmp_path, SMALLEST + text.replace("LEVELS", "district"))

        assert [finding.code for finding in findings] == ["CFG-076"]


def test_there_is_no_harm_score_without_weights(tmp_path: Path):
    assert HARM not in configured(tmp_path, SMALLEST).indicators


def test_weights_make_an_indicator_beside_the_other_crimes(tmp_path: Path):
    found = configured(tmp_path, SMALLEST + harm({"1.1.1": 30, "1.4.5": 12.5}))

    made = found.indicators[HARM]
    assert made.numerator.weight_of == {"burglary_home": 30, "assault": 12.5}
    assert HARM not in found.helpers
    assert [name for name, entry in found.indicators.items() if entry.theme == "crime"][-1] == HARM
    assert made.levels == (AreaLevel.NEIGHBOURHOOD, AreaLevel.DISTRICT, AreaLevel.MUNICIPALITY)
    assert made.period_types == (PeriodType.MONTH, PeriodType.QUARTER, PeriodType.YEAR)


def test_the_score_is_shown_only_where_each_of_its_offences_is(tmp_path: Path):
    made = configured(tmp_path, SMALLEST + harm({"1.1.1": 30, "1.4.7": 365})).indicators[HARM]

    assert made.numerator.sum_of == ("burglary_home", "robbery_raid")
    assert made.levels == (AreaLevel.DISTRICT, AreaLevel.MUNICIPALITY)
    assert made.period_types == (PeriodType.YEAR,)


def test_an_own_indicator_of_the_code_goes_before_that_of_the_catalogue(tmp_path: Path):
    own = RAID.replace("LEVELS", "neighbourhood, district")

    made = configured(tmp_path, SMALLEST + own + harm({"1.1.1": 30, "1.4.7": 365})).indicators[HARM]

    assert made.numerator.sum_of == ("burglary_home", "raid")
    assert made.levels == (AreaLevel.NEIGHBOURHOOD, AreaLevel.DISTRICT)


def test_an_offence_that_is_switched_off_still_counts(tmp_path: Path):
    text = SMALLEST + "indicators: {disable: [assault]}\n" + harm({"1.4.5": 12})

    found = configured(tmp_path, text)

    assert "assault" in found.helpers
    assert found.indicators[HARM].numerator.sum_of == ("assault",)


def test_the_map_of_the_police_is_weighed_by_its_own_codes(tmp_path: Path):
    source = POLICE.replace("kind: statline, table: 47022NED", "kind: politie_kaart")
    text = SMALLEST.replace(POLICE, source)

    found = configured(tmp_path, text + harm({"104": 30}, codes=MAP))

    assert found.indicators[HARM].numerator.sum_of == ("burglary_home",)
    assert [one.code for one in findings_of(tmp_path, text + harm({"1.1.1": 30}, MAP))] == ["CFG-072"]


def test_targets_may_name_the_score(tmp_path: Path):
    target = 'targets: [{indicator: harm_score, period: "2027", value: 3.0, source: Plan}]\n'

    assert findings_of(tmp_path, SMALLEST + harm({"1.1.1": 30}) + target) == []
    assert [one.code for one in findings_of(tmp_path, SMALLEST + target)] == ["CFG-022"]
