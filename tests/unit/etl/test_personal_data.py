"""The heading check: what is about persons stops at the door, what is about areas passes."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from config.errors import ExitCode, Finding, PersonalDataError
from etl.personal_data import ADVICE, check_headings, is_personal, is_postcode, shown_heading, words_of

COUNTS = ["Buurtcode", "Weeknr", "Categorie", "Aantal"]


def refused(header: list[str], declared: list[str] | None = None) -> tuple[Finding, ...]:
    with pytest.raises(PersonalDataError) as caught:
        check_headings(header, name="week-12.csv", declared=COUNTS if declared is None else declared)
    assert caught.value.exit_code == ExitCode.PERSONAL_DATA
    return caught.value.findings


PERSONAL = """
    BSN burgerservicenummer Burger_Service_Nr sofinummer achternaam Voornaam voorletters tussenvoegsel naam
    Naam_verdachte naamSlachtoffer volledige_naam roepnaam initialen verdachte verdachte_id VerdachteLeeftijd
    slachtoffer geslacht_slachtoffer aangever aangever_naam getuige dader betrokkene melder_telefoon geboortedatum
    geb_datum Geboortejaar geboorteplaats leeftijd_verdachte adres woonadres adres_delict straat straatnaam
    Huisnummer huisnr toevoeging_huisnummer telefoon telefoonnummer tel_nr mobiel mobiel_nummer e-mail email
    mailadres kenteken Kentekennummer zaaknummer zaak_nr zaakid dossiernummer incidentnummer registratienummer
    registratienr proces_verbaal_nr pv_nummer BVH-nummer toelichting omschrijving_incident omschrijving
    opmerkingen notitie vrije_tekst x y X-coördinaat y_coord rd_x lat lon latitude Longitude x_rd IBAN
    rekeningnummer bankrekening paspoortnummer nationaliteit_verdachte surname first_name date_of_birth victim
    suspect_age street house_number phone licence_plate case_number nickname username
"""


#: Written down apart from the list of the check, as forms and exports of suppliers head their columns.
WRITTEN = [
    "Naam slachtoffer", "Name of victim", "Last Name", "geb. datum", "D.O.B.", "SSN", "social security number",
    "passport no", "citizen service number", "national id", "mobile", "cell phone", "e-mail adres", "contactpersoon",
    "contact person", "client", "cliënt", "klant naam", "patient", "leerling", "gsm", "tel.", "plaats delict",
    "huisnr.", "house no", "registration plate", "PL-nummer", "parketnr", "case no", "tijdstip", "pleegtijd",
    "time of day", "vreemdelingennr", "paspoort", "birth place", "verdachte 1 naam", "slachtoffer2_leeftijd", "notes",
]  # fmt: skip


@pytest.mark.parametrize("heading", WRITTEN)
def test_a_heading_as_people_write_it_is_refused(heading):
    assert is_personal(heading)


@pytest.mark.parametrize("heading", ["postcode 6", "PC6", "postcode_6"])
def test_a_postcode_may_be_written_apart(heading):
    assert [note.code for note in check_headings([*COUNTS, heading], name="week-12.csv", declared=COUNTS)] == [
        "PII-008"
    ]


@pytest.mark.parametrize("heading", PERSONAL.split())
def test_a_heading_about_persons_is_refused_with_its_place(heading):
    findings = refused([*COUNTS, heading])

    assert [finding.where for finding in findings] == ["week-12.csv:1:5"]
    assert f"`{heading}`" in findings[0].what
    assert findings[0].code in {"FILE-025", "PII-014", "PII-015"}
    assert "remove" in findings[0].fix


OF_AREAS = [
    "x_1",
    "Gemeentenaam_1", "area_name", "Buurtnaam", "AantalInwoners", "AantalInwoners_5", "gm_naam", "wijknaam",
    "naam_2024", "naam_buurt", "GeboorteTotaal_25", "GeboorteRelatief_26",
    "Bevolking.Geboorte.en.sterfte.Geboorte.totaal..aantal.", "PersonenautoSTotaal_99",
    "EenpersoonshuishoudensTotaal_29", "Omgevingsadressendichtheid_117", "Straatroof", "aantal_slachtoffers",
    "slachtofferschap_pct", "Drenthe (PV)_Registraties van verdachten_2014", "SoortRegio_2",
    "Inkomen.Inkomen.van.personen.Gemiddeld.inkomen.per.inwoner...x.1.000.euro.", "MeestVoorkomendePostcode_113",
    "pc4", "Regioaanduiding.Soort.regio..omschrijving.", "categorie_omschrijving", "Perioden_label",
    "Leeftijdsgroepen_0_tot_15", "TotaalDiefstalUitWoningSchuurED_78", "GemiddeldeWOZWaardeVanWoningen_35",
    "aantal adressen", "Adressen", "ID", "nhood_id", "geluid_van_weg", "delict_code", "Description", "ShortTitle",
    "leeftijd_65_plus", "mobiliteit", "kentekens per huishouden", "provincienaam",
    "Personen per soort uitkering; AO", "indicator_name", "latent", "telling", "zaken", "", "column_7",
]  # fmt: skip


@pytest.mark.parametrize("heading", OF_AREAS)
def test_headings_of_area_figures_pass(heading):
    assert not is_personal(heading)
    check_headings([*COUNTS, heading], name="week-12.csv", declared=COUNTS)


@pytest.mark.parametrize(
    "heading",
    ["verdachteleeftijd", "slachtoffernaam", "naamverdachte", "leeftijd slachtoffers", "namen getuigen",
     "aantal verdachte naam", "burger service nr gebied", "verdachte_leeftijd_totaal",
     "burger service nr", "geb dat", "lat_long", "X (RD)",
     "x y", "wgs84 lat", "telefoon",
     "straat", "opmerking bij melding", "Namen", "Name"],
)  # fmt: skip
def test_one_word_or_several_may_speak_of_a_person(heading):
    assert is_personal(heading)


@pytest.mark.parametrize(
    "heading",
    ["aantal verdachte", "verdachte per 1000", "n getuige", "slachtoffers", "aantal getuigen", "aantal kenteken",
     "percentage straat", "omschrijving delict", "notes per area", "RD", "WGS84", "EPSG 28992", "x_5", "lat_2",
     "naam buurt", "leeftijd", "geslacht", "nationaliteit"],
)  # fmt: skip
def test_counts_of_people_and_words_of_maps_speak_of_nobody(heading):
    assert not is_personal(heading)


def test_a_postcode_column_is_known_by_its_whole_heading():
    assert all(is_postcode(heading) for heading in ("pc6", "PC 6", "postcode6", "zip_6", "P6"))
    assert not any(is_postcode(heading) for heading in ("pc4", "postcode", "6", "pc", ""))


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("VerdachteLeeftijd_3", ["verdachte", "leeftijd"]), ("geb_datum", ["geb", "datum"]),
        ("BSNnummer", ["bs", "nnummer"]), ("X-coördinaat", ["x", "coordinaat"]), ("pc6", ["pc", "6"]),
        ("topic_1234", ["topic", "1234"]), ("", []),
    ],
)  # fmt: skip
def test_a_heading_is_taken_apart_into_plain_words(heading, words):
    assert words_of(heading) == words


@pytest.mark.parametrize(
    ("heading", "is_declared", "code"),
    [
        ("verdachte", False, "PII-014"), ("slachtoffer nr", False, "PII-014"),
        ("de naam van het slachtoffer", False, "PII-014"), ("verdachte_leeftijd", False, "FILE-025"),
        ("slachtoffer woonplaats", False, "FILE-025"), ("telefoon", False, "FILE-025"), ("telefoon", True, "PII-014"),
        ("toelichting", False, "FILE-025"), ("x", True, "PII-014"), ("geboortejaar", True, "PII-015"),
        ("geboortejaar", False, "PII-015"),
    ],
)  # fmt: skip
def test_the_code_tells_what_a_heading_speaks_of_and_whether_it_was_to_be_read(heading, is_declared, code):
    (finding,) = refused([*COUNTS, heading], declared=[*COUNTS, *([heading.upper()] if is_declared else [])])

    kind = "column" if is_declared else "undeclared column"
    assert finding == Finding(
        code,
        f"{kind} `{heading}` has a personal-data name. Nothing was loaded",
        "week-12.csv:1:5",
        f"remove it at the source; {ADVICE}",
    )


def test_a_refused_text_that_is_more_than_a_heading_is_not_repeated():
    (finding,) = refused([*COUNTS, "naam slachtoffer Pietersen, Jan"])

    assert finding.what == "undeclared column has a personal-data name. Nothing was loaded"
    assert shown_heading("Jan 12345") == ""
    assert shown_heading("Aantal") == "`Aantal`"


def test_all_headings_about_persons_are_told_and_a_place_may_be_given():
    with pytest.raises(PersonalDataError) as caught:
        check_headings(["achternaam", "Aantal", "pc6", "x"], declared=["Aantal", "PC6"], place=lambda at: f"Data!{at}")

    assert [(finding.code, finding.where) for finding in caught.value] == [
        ("PII-014", "Data!1"), ("PII-008", "Data!3"), ("FILE-025", "Data!4"),
    ]  # fmt: skip


def test_notes_on_what_is_not_read_stand_at_the_first_of_them():
    notes = check_headings(["Wijk", "pc6", *COUNTS, "Jan, 06"], name="week-12.csv", declared=COUNTS)
    (one,) = check_headings([*COUNTS, "Wijk"], name="week-12.csv", declared=COUNTS)

    assert notes == (
        Finding(
            "PII-008", "column `pc6` holds postcodes, finer than the allowed area level (buurt); not loaded",
            "week-12.csv:1:2", "deliver figures per buurt", "warning",
        ),
        Finding(
            "FILE-102", "2 undeclared columns not read: `Wijk`", "week-12.csv:1:1",
            "nothing, or leave them out at the source", "note",
        ),
    )  # fmt: skip
    assert one.what == "1 undeclared column not read: `Wijk`"
    assert check_headings(["Jan, 06"], name="week-12.csv")[0].what == "1 undeclared column not read"
    assert check_headings(COUNTS, declared=[name.upper() for name in COUNTS]) == ()


def test_a_declared_column_about_persons_is_refused_too():
    findings = refused(
        ["achternaam", "Weeknr", "Categorie", "Aantal"], declared=["achternaam", "Weeknr", "Categorie", "Aantal"]
    )

    assert (findings[0].code, findings[0].where) == ("PII-014", "week-12.csv:1:1")
    assert "undeclared" not in findings[0].what


def test_codes_tell_names_and_birth_dates_from_other_undeclared_columns():
    findings = refused([*COUNTS, "verdachte_leeftijd", "achternaam", "geboortedatum", "verdachte_id", "aangever"])

    assert [finding.code for finding in findings] == ["FILE-025", "PII-014", "PII-015", "PII-014", "PII-014"]
    assert findings[0].where == "week-12.csv:1:5"


def test_undeclared_harmless_columns_are_noted_and_not_read():
    notes = check_headings([*COUNTS, "Buurtnaam", "Wijk"], name="week-12.csv", line=4, declared=COUNTS)

    assert [(note.code, note.level, note.where) for note in notes] == [("FILE-102", "note", "week-12.csv:4:5")]
    assert "`Buurtnaam`, `Wijk`" in notes[0].what


def test_of_many_undeclared_columns_eight_are_named():
    notes = check_headings([*COUNTS, *(f"kolom{at}" for at in range(1, 11))], name="week-12.csv", declared=COUNTS)

    assert "10 undeclared columns" in notes[0].what
    assert "`kolom8`" in notes[0].what
    assert "`kolom9`" not in notes[0].what


def test_a_name_that_is_no_heading_is_not_repeated():
    notes = check_headings([*COUNTS, "J. de Vries 0612345678", "<b>"], name="week-12.csv", declared=COUNTS)

    assert "Vries" not in str(notes)
    assert "<b>" not in str(notes)
    assert "2 undeclared columns" in notes[0].what


def test_a_postcode_column_is_not_loaded():
    notes = check_headings([*COUNTS, "pc6"], name="week-12.csv", declared=COUNTS)

    assert [(note.code, note.level, note.where) for note in notes] == [("PII-008", "warning", "week-12.csv:1:5")]
    assert "finer than the allowed area level" in notes[0].what


def test_a_postcode_as_the_area_is_refused():
    findings = refused(["postcode6", *COUNTS[1:]], declared=["postcode6", *COUNTS[1:]])

    assert findings[0].code == "PII-008"


def test_published_tables_may_hold_notes_and_coordinates_of_areas_but_no_persons():
    header = ["WijkenEnBuurten", "Toelichting", "x", "y"]

    assert check_headings(header, name="85984NED.csv", is_published=True)[0].level == "note"
    with pytest.raises(PersonalDataError):
        check_headings([*header, "achternaam"], name="85984NED.csv", is_published=True)


@pytest.mark.real
def test_no_heading_of_the_real_open_files_is_taken_for_persons():
    place = os.environ.get("BUURTBEELD_REAL_DATA")
    if not place:
        pytest.skip("BUURTBEELD_REAL_DATA is not set")
    headings = set()
    for path in Path(place).rglob("*.csv"):
        line = path.read_bytes().split(b"\n", 1)[0].decode("utf-8-sig", errors="replace").rstrip("\r")
        headings.update(next(csv.reader([line], delimiter=";" if ";" in line else ",")))

    assert len(headings) > 200
    assert {heading for heading in headings if is_personal(heading)} <= {"Summary"}
