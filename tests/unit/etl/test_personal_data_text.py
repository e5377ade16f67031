"""Texts about persons are recognised, texts about areas pass; written down apart from the detectors."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.personal_data_text import (
    CANDIDATE,
    is_account,
    is_bare_plate,
    is_date,
    is_time,
    kinds_in,
    passes_11_test,
    plain,
)

ABOUT_PERSONS = {
    "PII-002": ["zie BSN 1234567xx", "BSN: 123.456.782", "bsn_123456782",
                "burgerservicenummer 123 456 782", "sofinr 12345678"],
    "PII-004": ["melding 123456782 van", "ref 123 456 782 x", "dossier (111222333)"],
    "PII-005": [
        "jan@example.nl", "Jan Jansen <j.jansen@gemeente.example.nl>", "jan (at) gemeente.nl", "jan[at]gemeente[dot]nl",
        "ＪＡＮ＠example.nl", "contact: a_b+c@sub.example.org.",
    ],
    "PII-006": [
        "06-12345678", "0612345678", "06 12 34 56 78", "06 1234 5678", "+31 6 12345678", "+31612345678",
        "0031612345678",
        "+31 (0)6 12345678", "053-4876543", "053 - 487 65 43", "(053) 4876543", "+31 53 487 6543", "+31 (0)53 487 6543",
        "0541-234567", "bel 0612345678 graag", "tel.06-12345678", "+49 2562 123456", "06\u201112345678",
    ],
    "PII-007": ["7511AB 12", "7511 AB 12a", "7511ab 12", "7511 AB, 12", "7511AB12", "Postcode 7511 AB 12-3"],
    "PII-009": [
        "Hengelosestraat 51", "hengelosestraat 51a", "Van Heekplein 12-3", "Burg. Edo Bergsmalaan 5", "Oude Markt 24",
        "Hengelosestraat nr. 51", "Laan van Driene 12", "Deurningerstraat 3 hs", "Noorderhagen-straat 9",
    ],
    "PII-011": ["GB-123-X", "gb-123-x", "12-GBB-3", "XX-99-99", "99-XX-99", "G-123-BB", "auto GB-123-X zwart",
                "kenteken gb123x", "kenteken: 12 gbb 3"],
    "PII-012": ["NL91 ABNA 0417 1643 00", "NL91ABNA0417164300", "nl91abna0417164300", "rek. NL91 ABNA 0417 1643 00 van",
                "GB29 NWBK 6016 1331 9268 19", "DE89.3704.0044.0532.0130.00"],
    "PII-013": ["PL0600-2026123456", "PL05TB 2026-123456", "PL0600-2026123456-1", "08-123456-26", "08/123456-26",
                "BVH 2026123456", "zaak 2026123456", "parketnummer 08/123456-26", "pv nr. 2026-123456"],
    "PII-015": ["geb. 12-03-1980", "geboren op 1 maart 1980", "born 1980-03-12", "dob: 12/03/1980"],
    "PII-018": ["2026-03-01 23:14", "01-03-2026 23:14:00", "2026-03-01T23:14:05", "1/3/26 9:05", "01-03-2026 om 23.14",
                "2026-03-01 00:30"],
}  # fmt: skip

ABOUT_AREAS = (
    """
    2026-W12|2023MM04|2023 MM04|2019KW01|2019 KW 1|2023JJ00|BU01530103|01530103|1530103|1e kwartaal 2026|2026-03-01
    01-03-2026|2026-03-01 00:00:00|2026-03-01 00:00|Wijk 00 Annen|Plan 2000|Bedrijventerrein Euroweg|Park Noord 2
    2020 of 2021|65 jaar of ouder|15 tot 25 jaar|1.234.567,89|12 345 678|1.1.1 Diefstal/inbraak woning|Buurt 5
    Misdrijven__soort_misdrijf__plaats_03112025_180137.csv|Overlast 23:00-07:00|week-12.csv|A1 / A35|0,123456789
    52.2215,6.8937|WK015300|politie_kaart 2017-12|E33 verward persoon|2026-03-01 tot 2026-04-01|2026-W12-R4
    Kop van Zuid - Entrepot|Hof van Delft|Vredehof 2e fase|P_65_EO_JR|Q1-2026|1-3|2025 januari*|NL00|Rijksweg A35
    2.6.10|Drugs/drank 18+|20-25-30|'s-Gravenhage (gemeente)|Lasonder, Zeggelt|Wijk 11 Binnenstad|Gebied 1 t/m 4
    Stadsdeel Centrum|0-4 jaar|week 12 2026|wk 12-2026|jan-26|Totaal misdrijven|Burengerucht (relatieproblemen)
    100 brom-/snorfiets|GM0153|Diefstal uit/vanaf motorvoertuigen|Cluster 3A|23-02|3.5.2 Onder invloed (weg)|16 - 17
    Amsterdam 2026|PC4 7511|7511|7511 AB|Noord-West 4|Heerlen 1e ring|CBS 84583NED|T001540|CRI1122|20300|MW00000
""".strip()
    .replace("\n", "|")
    .split("|")
)


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in ABOUT_PERSONS.items() for text in texts])
def test_a_text_about_a_person_is_recognised_as_what_it_is(code, text):
    assert code in {kind.code for kind in kinds_in(text)}
    assert re.search(CANDIDATE.replace(r"\p{Nd}", r"\d"), text, re.IGNORECASE), "the first look passes over it"


@pytest.mark.parametrize("text", [text.strip() for text in ABOUT_AREAS])
def test_a_text_about_an_area_passes(text):
    assert kinds_in(text) == ()


def test_the_11_test_is_that_of_the_citizen_number():
    assert passes_11_test("123456782")
    assert passes_11_test("111222333")
    assert not passes_11_test("123456789")
    assert not passes_11_test("000000000")
    assert sum(passes_11_test(f"{number:09}") for number in range(100_000_000, 100_011_000)) == pytest.approx(
        1000, abs=15
    )


def test_an_account_has_right_check_digits():
    assert is_account("NL91 ABNA 0417 1643 00")
    assert not is_account("NL92 ABNA 0417 1643 00")


@pytest.mark.parametrize(
    ("text", "is_plate"), [("GB123X", True), ("gb 123 x", True), ("7511AB", False), ("2026AB", False), ("12", False)]
)
def test_a_plate_without_dashes_counts_in_a_column_only(text, is_plate):
    assert is_bare_plate(text) is is_plate
    assert kinds_in(text) == ()


def test_midnight_is_a_day_and_no_moment():
    assert is_time("23:14")
    assert is_time("9:05:00")
    assert not is_time("00:00:00")


def test_eight_digits_that_are_a_day_are_no_citizen_number():
    assert is_date("20260301")
    assert is_date("01032026")
    assert not is_date("12345678")


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_judged_without_an_error(text):
    assert plain(plain(text)) == plain(text) or kinds_in(text) is not None


@pytest.mark.parametrize("name", ["PolRegCrime47018_2023__GM0153", "kerncijfers 2024 WK015301", "2024BU01530000"])
def test_a_year_before_an_area_code_is_no_postcode(name):
    assert not [kind for kind in kinds_in(name) if kind.code == "PII-007"]


def test_a_postcode_behind_an_area_code_is_seen():
    assert "PII-007" in {kind.code for kind in kinds_in("2023 GM0153 7511 AB 12")}
