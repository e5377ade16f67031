"""Texts about persons are recognised, texts about areas pass; written down apart from the detectors."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.personal_data_text import (
    CANDIDATE,
    Kind,
    is_account,
    is_bare_case,
    is_bare_phone,
    is_bare_plate,
    is_date,
    is_postcode,
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


@pytest.mark.parametrize("weight", range(2, 10))
def test_each_digit_has_its_own_weight_and_the_last_is_taken_off(weight):
    one = ["0"] * 9
    one[9 - weight] = "1"

    passing = [last for last in range(10) if passes_11_test("".join([*one[:8], str(last)]))]

    assert passing == [weight]


@pytest.mark.parametrize("digits", ["", "0", "1234567820", "12345678a", "-23456782", "１２３４５６７８２", "²23456782"])
def test_what_is_not_nine_digits_is_no_citizen_number(digits):
    assert passes_11_test(digits) is False


def test_eight_digits_are_a_citizen_number_without_its_leading_zero():
    assert passes_11_test("12345672") is passes_11_test("012345672") is True
    assert passes_11_test("12345678") is False


def test_an_account_has_right_check_digits():
    assert is_account("NL91 ABNA 0417 1643 00") is True
    assert is_account("nl91abna0417164300") is True
    assert is_account("NL92 ABNA 0417 1643 00") is False
    assert is_account("NL19 ABNA 0417 1643 00") is False


def test_an_account_has_fifteen_to_thirty_four_signs():
    right = ["NL61ABNA041716", "NL13ABNA0417164", f"MT05{'A' * 30}", f"MT22{'A' * 31}"]  # their check digits are right

    assert [len(text) for text in right] == [14, 15, 34, 35]
    assert [is_account(text) for text in right] == [False, True, True, False]


@pytest.mark.parametrize("behind", ["", " van", " op 12", " a b c d e f g h"])
def test_an_account_is_seen_whatever_words_follow_it(behind):
    for text in (f"NL91ABNA0417164300{behind}", f"rek NL91 ABNA 0417 1643 00{behind}"):
        assert "PII-012" in {kind.code for kind in kinds_in(text)}
    assert kinds_in(f"NL92ABNA0417164300{behind}") == ()


@pytest.mark.parametrize(
    ("text", "is_phone"),
    [
        ("0612345678", True), ("06123456789", False), ("+31612345678", True), ("+31 (0)6 12345678", True),
        ("0031 6 12345678", True), ("0031 (0)6 12345678", True), ("+31 53 123456", False), ("053-487654", False),
        ("+31 53 4876543", True), ("+31 530 1234 1234", True), ("+31 530 1234 1234 1234", False),
        ("053-48765432", False), ("2026-03-12 053-4876543", True), ("12-03-2026 4876 5432", False),
        ("0541 12:30 1234", False),
    ],
)  # fmt: skip
def test_a_phone_number_has_ten_digits_or_its_country_before_it(text, is_phone):
    assert ("PII-006" in {kind.code for kind in kinds_in(text)}) is is_phone


@pytest.mark.parametrize(
    "text", ["123456782", "123.456.782", "12345672", "123.456.782,50", "1.234.567,82", "-123456782"]
)
def test_a_bare_number_is_judged_with_its_column(text):
    assert kinds_in(text) == ()


def test_inside_a_text_nine_digits_that_pass_are_told_and_eight_are_not():
    assert [kind.code for kind in kinds_in("melding 123456782 van")] == ["PII-004"]
    assert [kind.code for kind in kinds_in("melding 123456789 of 123456782")] == ["PII-004"]
    assert kinds_in("melding 123456789 van") == ()
    assert kinds_in("melding 12345672 van") == ()
    assert passes_11_test("12345672")


def test_the_surest_kind_comes_first():
    text = "bsn 123456782, jan@example.nl, Hengelosestraat 51, NL91ABNA0417164300"

    assert [kind.code for kind in kinds_in(text)] == [
        "PII-002", "PII-005", "PII-012", "PII-009", "PII-004",
    ]  # fmt: skip


def test_a_text_is_read_with_usual_digits_signs_and_spaces():
    assert plain(" a\u00a0\tb__c\u200b ") == "a b c"
    assert plain("０６\u2011１２") == "06-12"
    assert plain("1\u22122\u00ad") == "1-2"


@pytest.mark.parametrize(
    ("text", "is_plate"),
    [
        ("GB123X", True), ("gb 123 x", True), ("12GBB3", True), ("1GBB23", True), ("G123BB", True),
        ("12GBXX", True), ("GBXX12", True), ("GB12XX", True), ("12XX34", True),
        ("GB1234", False), ("1234GB", False), ("7511AB", False), ("2026AB", False), ("12", False), ("GB123XX", False),
        ("18MM05", False), ("24KW01", False), ("24HJ02", False), ("24JJ00", False),
    ],
)  # fmt: skip
def test_a_plate_without_dashes_counts_in_a_column_only(text, is_plate):
    assert is_bare_plate(text) is is_plate
    assert kinds_in(text) == ()


def test_midnight_is_a_day_and_no_moment():
    assert kinds_in("2026-03-01 00:00") == kinds_in("2026-03-01 00:00:00") == ()
    assert [kind.code for kind in kinds_in("2026-03-01 00:00 tot 2026-03-02 00:10")] == ["PII-018"]


@pytest.mark.parametrize("text", ["23:14", "9:05:00", "0:01", "23:14 uur", "9:05am", "00:00:00.5"])
def test_a_time_of_day_is_a_time_and_nothing_else(text):
    assert is_time(text) is True


@pytest.mark.parametrize("text", ["00:00", "00:00:00", "23.14", "24:00", "9:5", "om 23:14", "", "12", "1:234"])
def test_midnight_and_numbers_are_no_time_of_day(text):
    assert is_time(text) is False


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("7511AB", True), ("7511 ab", True), ("0511AB", False), ("7511SS", False), ("7511SA", False), ("7511", False),
     ("7511AB 1", False), ("2023JJ", False), ("2023 MM", False), ("2511 JJ", True), ("", False)],
)  # fmt: skip
def test_a_postcode_alone_is_told_from_a_period(text, is_one):
    assert is_postcode(text) is is_one


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("0612345678", True), ("0534876543", True), ("612345678", True), ("31612345678", True), ("0012345678", False),
     ("512345678", False), ("06123456789", False), ("61234567", False)],
)  # fmt: skip
def test_a_bare_phone_has_ten_digits_or_what_a_spreadsheet_leaves_of_it(text, is_one):
    assert is_bare_phone(text) is is_one


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("2026123456", True), ("2049000000", True), ("2050123456", False), ("1999123456", False), ("202612345", False)],
)
def test_a_bare_case_number_is_a_year_and_six_digits(text, is_one):
    assert is_bare_case(text) is is_one


@pytest.mark.parametrize(
    ("digits", "is_one"),
    [("20260301", True), ("01032026", True), ("19991231", True), ("12345678", False), ("20261301", False),
     ("20260341", False), ("01132026", False), ("01032126", False), ("2026030", False)],
)  # fmt: skip
def test_eight_digits_that_are_a_day_are_no_citizen_number(digits, is_one):
    assert is_date(digits) is is_one


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_judged_without_an_error(text):
    assert isinstance(plain(text), str)
    assert all(isinstance(kind, Kind) for kind in kinds_in(text))


@given(st.from_regex(r"(GM)?[0-9]{4}|(WK)?[0-9]{6}|(BU)?[0-9]{8}", fullmatch=True))
def test_no_code_of_an_area_is_taken_for_a_person(code):
    assert kinds_in(code) == ()


@pytest.mark.parametrize("name", ["PolRegCrime47018_2023__GM0153", "kerncijfers 2024 WK015301", "2024BU01530000"])
def test_a_year_before_an_area_code_is_no_postcode(name):
    assert not [kind for kind in kinds_in(name) if kind.code == "PII-007"]


def test_a_postcode_behind_an_area_code_is_seen():
    assert "PII-007" in {kind.code for kind in kinds_in("2023 GM0153 7511 AB 12")}
