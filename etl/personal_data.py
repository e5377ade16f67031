"""Is a delivery about areas, not persons? The heading check: column names that speak of persons stop a file.

Every heading is checked, declared or not; only declared columns are ever read. A heading is taken apart into words
(`VerdachteLeeftijd_3` is "verdachte", "leeftijd"), and words that stand together are also read as one ("zaak nr").
Counts of people in an area are no persons: `aantal_slachtoffers` and `GeboorteTotaal` pass. On refusal nothing of the
file is kept; messages name the heading and its place, never a value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence

from config.errors import Finding, PersonalDataError


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Words that stand for one person or for the way to one.
_NAMES = _set(
    "achternaam voornaam voornamen voorletters voorletter tussenvoegsel tussenvoegsels roepnaam familienaam"
    " contactpersoon contactperson alias aliassen handtekening"
    " meisjesnaam geboortenaam volledigenaam naampersoon persoonsnaam gebruikersnaam initialen initiaal surname"
    " firstname lastname fullname givenname middlename familyname nickname username bijnaam"
)
_BIRTH = _set(
    "geboortedatum geboortedag geboortejaar geboortemaand geboorteplaats geboorteland gebdatum gebdat gebjaar"
    " dateofbirth birthdate birthday birthyear birthplace placeofbirth dob"
)
_NUMBERS = _set(
    "bsn bsnnummer bsnnr burgerservicenummer burgerservicenr sofinummer sofinr anummer vreemdelingennummer"
    " vnummer persoonsnummer persoonid persoonsid persoonnr persoonsnr klantnummer clientnummer patientnummer skn"
    " sknnummer zaaknummer zaaknr zaakid zaaknummers dossiernummer dossiernr dossierid incidentnummer incidentnr"
    " incidentid registratienummer registratienr registratieid meldingsnummer meldingnummer meldingnr meldingid"
    " mutatienummer mutatienr procesverbaal procesverbaalnummer pvnummer pvnr bvhnummer bvhnr parketnummer"
    " aangiftenummer aangiftenr casenumber caseid casenr iban rekeningnummer rekeningnr bankrekening"
    " bankrekeningnummer paspoortnummer identiteitsnummer idnummer rijbewijsnummer documentnummer kenteken"
    " kentekennummer kentekenplaat licenceplate licenseplate numberplate telefoon telefoonnummer telefoonnr telnr"
    " tel telnummer mobiel mobielnummer mobielnr phone phonenumber mobilephone email mail mailadres emailadres"
    " emailaddress imei ipadres ipaddress ssn socialsecuritynumber passportno passportnr passportnumber nationalid"
    " citizenservicenumber mobile cellphone gsm gsmnummer registrationplate plnummer plnr parketnr caseno"
    " vreemdelingennr paspoort paspoortnr idkaart idkaartnummer tijdstip pleegtijd begintijd eindtijd aanvangstijd"
    " pleegtijdstip timeofday"
)
_PLACES = _set(
    "adres woonadres postadres delictadres bezoekadres verblijfadres adresgegevens adresregel address"
    " streetaddress straat straatnaam street streetname huisnummer huisnr huisletter huisnummertoevoeging"
    " plaatsdelict housenumber housenr houseno coordinaat coordinaten coordinate coordinates xcoord ycoord"
    " xcoordinaat ycoordinaat rdx"
    " rdy xrd yrd latitude longitude latlon latlng gps"
)
_FREE_TEXT = _set(
    "toelichting omschrijving opmerking opmerkingen notitie notities vrijetekst freetext remarks comment comments"
    " verhaal relaas bijzonderheden notes note"
)
#: One person in a case; the plural forms beside them count people.
_PERSON = _set(
    "verdachte slachtoffer aangever aangeefster getuige dader betrokkene melder benadeelde gedupeerde"
    " minderjarige client klant patient leerling victim suspect offender perpetrator witness complainant reporter"
)
_PERSONS = _set(
    "verdachten slachtoffers aangevers getuigen daders betrokkenen melders benadeelden gedupeerden minderjarigen"
    " victims suspects offenders perpetrators witnesses complainants reporters"
)
_PERSON_PART = re.compile(
    rf"(?:{'|'.join(sorted(_PERSON))})n?s?"
    r"(?:id|nr|nummer|naam|namen|leeftijd|geslacht|adres|nationaliteit|age|name|sex)$"
    rf"|^(?:id|nr|nummer|naam|leeftijd|geslacht|adres|nationaliteit)(?:{'|'.join(sorted(_PERSON))})"
)
#: What makes plural persons single ones again.
_ATTRIBUTE = _set(
    "id ids nr nummer naam namen name names leeftijd geslacht nationaliteit etniciteit age sex gender adres telefoon"
)
_COUNTED = _set("aantal aantallen totaal som pct percentage perc aandeel share count per n")
#: What a description may be of without being free text about a case.
_CLASSIFIED = _set(
    "regio soort categorie category delict misdrijf gebied buurt wijk gemeente area region indicator thema"
    " onderwerp periode type klasse code eenheid statistiek"
)
_AXES = _set("x y lat lon lng long rd wgs 84 epsg 4326 28992 coord etrs 89")
_AXIS_NAMES = _set("x y lat lon lng")
_POSTCODE = _set("pc6 postcode6 postcodes6 postcode6pos pc6code zip6 p6")
#: A text that is a name of a column and nothing else; only such a text is repeated in a message.
_HEADING = re.compile(r"^(?!.*\d{5})[^\W\d_][\w \-/()%&]{0,39}$")


#: What to do with a file about persons (AVG art. 33: a breach is reported within 72 hours).
ADVICE = (
    "return the file to its sender; if it was a police delivery tell your privacy officer"
    " (possible data breach, 72 hours)"
)


def words_of(heading: str) -> list[str]:
    """The words of a heading in order: without accents, case, signs and CBS position number (`_12` at the end)."""
    plain = unicodedata.normalize("NFKD", re.sub(r"_\d{1,3}$", "", heading.strip()))
    ascii_only = "".join(sign for sign in plain if not unicodedata.combining(sign))
    parts = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+", ascii_only)
    return [part.casefold() for part in parts]


def _runs(words: Sequence[str]) -> set[str]:
    """The words, and every two or three that stand together as one."""
    return {"".join(words[start : start + size]) for size in (1, 2, 3) for start in range(len(words))}


def is_personal(heading: str) -> bool:
    """A heading that speaks of persons, not of areas."""
    return _subject(heading) is not None


def is_postcode(heading: str) -> bool:
    """A column of six-character postcodes: finer than a neighbourhood."""
    return bool(_runs(words_of(f"{heading}_")) & _POSTCODE)  # with the number at its end


def _subject(heading: str) -> str | None:
    """name, birth, text, coordinate or other: what a personal heading speaks of; None for a harmless one."""
    words = words_of(heading)
    found = set(words)
    runs = _runs(words)
    if runs & _BIRTH:
        return "birth"
    if runs & _NAMES or found in ({"naam"}, {"name"}, {"namen"}, {"names"}):
        return "name"
    is_count = bool(found & _COUNTED) and not found & _ATTRIBUTE
    if any(_PERSON_PART.search(word) for word in words) or (found & _PERSONS and found & _ATTRIBUTE):
        return "other"
    if found & _PERSON and not is_count:
        rest = found - _PERSON - {"van", "de", "het", "of", "the"}
        return "other" if rest - {"id", "ids", "nr", "nummer", "naam", "name"} else "name"
    if runs & (_NUMBERS | _PLACES) and not is_count:
        return "other"
    if runs & _FREE_TEXT and not found & _CLASSIFIED:
        return "text"
    spelled = set(words_of(f"{heading}_"))  # with the number at its end: `x_1` is a topic, `x` a coordinate
    return "coordinate" if spelled & _AXIS_NAMES and not spelled - _AXES else None


def check_headings(
    header: Sequence[str],
    *,
    name: str = "",
    line: int = 1,
    declared: Collection[str] = (),
    is_published: bool = False,
    place: Callable[[int], str] | None = None,
) -> tuple[Finding, ...]:
    """Refuse a file whose headings speak of persons.

    Args:
        header: column names in file order. name, line: the file and the line of its header, for messages.
        declared: the columns that the configuration reads (compared without regard to case).
        is_published: an open table of CBS or police, in which notes and coordinates are about areas.
        place: position -> where that heading stands; None: name, line and position.

    Returns:
        Notes on what is not read: undeclared columns, and postcodes as a warning.

    Raises:
        PersonalDataError: with every heading about persons, and its place.
    """
    wanted = {column.casefold() for column in declared}
    where_is = place or (lambda position: f"{name}:{line}:{position}")
    refused: list[Finding] = []
    notes: list[Finding] = []
    unread: list[tuple[int, str]] = []
    for position, heading in enumerate(header, start=1):
        where, is_declared = where_is(position), heading.casefold() in wanted
        subject = _subject(heading)
        if is_published and subject in ("text", "coordinate"):
            subject = None
        if subject is not None:
            refused.append(_refusal(heading, subject, where, is_declared))
        elif is_postcode(heading):
            what = f"column `{heading}` holds postcodes, finer than the allowed area level (buurt); not loaded"
            fix = "deliver figures per buurt"
            (refused if is_declared else notes).append(
                Finding("PII-008", what, where, fix, "error" if is_declared else "warning")
            )
        elif not is_declared:
            unread.append((position, heading))
    if refused:
        raise PersonalDataError.of(refused)
    return (*notes, *_not_read(unread, where_is))


def _refusal(heading: str, subject: str, where: str, is_declared: bool) -> Finding:
    """Headings are told by name: they are words of a form, not of a person."""
    kind = "column" if is_declared else "undeclared column"
    shown = f"{shown_heading(heading)} " if _HEADING.match(heading) else ""
    code = {"birth": "PII-015", "name": "PII-014"}.get(subject, "PII-014" if is_declared else "FILE-025")
    what = f"{kind} {shown}has a personal-data name. Nothing was loaded"
    return Finding(code, what, where, f"remove it at the source; {ADVICE}")


def shown_heading(heading: str) -> str:
    """A heading as a message may repeat it, between backticks; empty for a text that is more than a heading."""
    return f"`{heading}`" if _HEADING.match(heading) else ""


def _not_read(unread: Sequence[tuple[int, str]], where_is: Callable[[int], str]) -> tuple[Finding, ...]:
    if not unread:
        return ()
    named = [f"`{heading}`" for _, heading in unread if _HEADING.match(heading)][:8]
    noun = "column" if len(unread) == 1 else "columns"
    what = f"{len(unread)} undeclared {noun} not read" + (f": {', '.join(named)}" if named else "")
    fix = "nothing, or leave them out at the source"
    return (Finding("FILE-102", what, where_is(unread[0][0]), fix, "note"),)
