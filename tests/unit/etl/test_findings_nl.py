"""Dutch findings: every warning and note of the line has its sentence, with the same numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.errors import Finding
from etl.contract_rows import REASONS
from etl.findings_nl import REFUSALS, REPAIRS, SENTENCES, dutch, dutch_repair
from tests.process import buurtbeeld
from tests.smalltown import town

ROOT = Path(__file__).parents[3]


def told(code: str, what: str) -> str:
    return dutch(Finding(code, what, "own.csv:8:4", "-", "warning"))


ASIDE = "een aantal moet een heel getal zijn; 1.200 rij(en) apart gezet"
PAIRS = [
    (
        "IDX-001",
        "index safety is left out: no complete figures per neighbourhood of its base year 2024 for assault, threat",
        "index safety is weggelaten: geen volledige cijfers per buurt van het basisjaar 2024 voor assault, threat",
    ),
    (
        "IDX-002",
        "index safety is left out: threat is the same in every neighbourhood in 2024, so there is no spread to measure"
        " by",
        "index safety is weggelaten: threat is in 2024 in elke buurt gelijk; dan is er geen spreiding om mee te meten",
    ),
    (
        "IDX-003",
        "index safety is left out: threat is known in 4 neighbourhoods with residents in 2024; at least 5 are needed",
        "index safety is weggelaten: threat is in 2024 bekend in 4 buurten met inwoners; 5 zijn nodig",
    ),
    (
        "CFG-083",
        "`woz_average` has no direction: higher is neither better nor worse",
        "`woz_average` heeft geen richting: hoger is niet beter en niet slechter",
    ),
    (
        "FILE-110",
        "areas stand here by name; 517 names are placed (neighbourhood)",
        "gebieden staan hier met hun naam; 517 namen hebben hun plaats gevonden",
    ),
    (
        "FILE-111",
        "2 names stand for more than one area (BU99010101 or WK990101); 4 rows set aside",
        "2 namen staan voor meer dan één gebied; 4 rij(en) apart gezet",
    ),
    (
        "FILE-112",
        "1 names are no area of GM9901 in 2024; 12 rows set aside",
        "1 namen zijn geen gebied van GM9901 in 2024; 12 rij(en) apart gezet",
    ),
    ("FILE-115", "2 other topics are not read", "2 andere onderwerpen zijn niet gelezen"),
    (
        "GEO-123",
        "GM9903 no longer exists since 2023; successor GM9902. Series are converted, estimated share 4.6%",
        "GM9903 bestaat sinds 2023 niet meer; opvolger GM9902. Reeksen zijn omgerekend, aandeel geschat 4,6%",
    ),
    (
        "GEO-122",
        "rows of division 2018 and 2020 are shown on that of 2024; estimated share 0.0%",
        "cijfers van indeling 2018 en 2020 staan op die van 2024; aandeel geschat 0,0%",
    ),
    (
        "GEO-121",
        "2 areas of 2018 lead to none of 2024: BU01530001, BU01530002; their series break there",
        "2 gebieden van 2018 leiden naar geen gebied van 2024: BU01530001, BU01530002; hun reeksen breken daar af",
    ),
    (
        "GEO-124",
        "1,200 rows of 7 areas lead to no area of 2024 (BU1, BU2 and 5 more); set aside",
        "1.200 rijen van 7 gebieden leiden naar geen gebied van 2024 (BU1, BU2 en 5 meer); apart gezet",
    ),
    (
        "GEO-125",
        "the border of 2 areas moved between 2022 and 2024 while their code stayed, with more than 10% of their"
        " residents: BU1, BU2; their series break there",
        "de grens van 2 gebieden is tussen 2022 en 2024 verlegd terwijl hun code bleef, met meer dan 10% van hun"
        " inwoners: BU1, BU2; hun reeksen breken daar af",
    ),
    (
        "VAL-004",
        "-3: a count cannot be negative; 1 row set aside",
        "-3: een aantal kan niet negatief zijn; 1 rij(en) apart gezet",
    ),
    ("VAL-005", "2.5: a count must be whole; 1,200 rows set aside", f"2,5: {ASIDE}"),
    (
        "VAL-010",
        "assault BU1 2026-05: 100, usual 3-9; loaded as delivered, unless a correction says otherwise",
        "assault BU1 2026-05: 100, gewoonlijk 3 tot 9; geladen zoals geleverd, tenzij een correctie anders zegt",
    ),
    (
        "VAL-012",
        "2017-12 came as zeros in every area; shown as not delivered, not as 0",
        "2017-12 kwam in elk gebied als 0 binnen; getoond als niet geleverd, niet als 0",
    ),
    (
        "VAL-022",
        'no rows for BU1, BU2 and 3 more (5 of 90); shown as "no data", not 0',
        'geen rijen voor BU1, BU2 en 3 meer (5 van 90); getoond als "geen gegevens", niet als 0',
    ),
    (
        "GEO-019",
        "12 area codes are of another division than 2024 (1,234 rows)",
        "12 gebiedscodes horen bij een andere indeling dan 2024 (1.234 rijen)",
    ),
    (
        "GEO-120",
        "4 areas (neighbourhood) have no figures from any source: BU1",
        "4 gebieden (buurt) hebben van geen enkele bron cijfers: BU1",
    ),
]


@pytest.mark.parametrize(("code", "english", "expected"), PAIRS)
def test_a_finding_reads_the_same_in_dutch(code, english, expected):
    assert told(code, english) == expected


def test_a_finding_without_dutch_stays_as_it_is():
    assert told("XYZ-001", "something new") == "something new"


def test_every_reason_for_setting_aside_has_dutch():
    assert set(REASONS) <= set(SENTENCES)


def codes_in_the_source() -> set[str]:
    """Every code of a finding that stands anywhere in the program."""
    paths = [path for room in ("config", "etl", "monitor") for path in ROOT.glob(f"{room}/**/*.py")]
    texts = [path.read_text() for path in paths if not path.name.startswith("findings_nl")]
    return {code for text in texts for code in re.findall(r'"([A-Z]{3,4}-\d{3})"', text)}


def test_every_code_that_can_occur_has_a_dutch_sentence_and_repair():
    codes = codes_in_the_source()

    assert len(codes) > 250
    assert codes - set(SENTENCES) - set(REFUSALS) == set()
    assert codes - set(REPAIRS) - set(REFUSALS) == set()
    assert set(REFUSALS) - codes == set(), "a code that no longer occurs"


def test_a_code_has_one_place_for_its_dutch():
    assert set(SENTENCES) & set(REFUSALS) == set()


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_refusal_is_told_without_english_and_with_what_it_names(code):
    finding = Finding(code, "the column `Datum pleging` is not right", "own.csv:1", "write `Maand` or 'Jaar'")

    said, repair = dutch(finding), dutch_repair(finding)

    assert "{" not in said.replace("{named}", "?")
    assert "{named}" not in said + repair
    assert not re.search(r"\b(the|is not|column|write|file|with)\b", said.replace("`Datum pleging`", ""))
    if "{named}" in REFUSALS[code][0]:
        assert "(`Datum pleging`)" in said
    if "{named}" in REFUSALS[code][1]:
        assert repair.endswith("(`Maand`, 'Jaar')")


def test_a_refused_file_is_told_in_dutch_on_the_command_line(tmp_path):
    place = town(tmp_path)
    place.deliver("reports_2026-11-02.csv", "Wijk;Maand;Soort;Aantal\nBU99050101;2026-01;Woninginbraak;3\n")

    done = buurtbeeld("load", "kleinstad", "--lang", "nl", "--config", tmp_path / "config")

    assert done.code == 20
    assert (
        "fout FILE-020: dit is niet het bestand dat bij deze bron hoort, of er ontbreekt een kolom (`Buurt`" in done.err
    )
    assert "doe:   lever de rijen van de juiste tabel" in done.err


def test_every_warning_and_note_in_the_code_has_dutch():
    found = set()
    for path in [*ROOT.glob("etl/**/*.py"), *ROOT.glob("config/*.py")]:
        for call in re.findall(r"Finding\(((?:[^()]|\([^()]*\))*)\)", path.read_text()):
            code = re.search(r'"([A-Z]{3,4}-\d{3})"', call)
            if code and re.search(r'"(warning|note)"', call):
                found.add(code.group(1))

    assert len(found) > 15
    assert found - set(SENTENCES) == set()


def test_every_code_with_a_dutch_sentence_has_a_dutch_repair():
    assert set(REPAIRS) == set(SENTENCES)
    assert dutch_repair(Finding("XYZ-001", "new", "here", "mend it")) == "mend it"
