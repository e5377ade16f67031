"""Dutch for files: what is told of them, and why they are refused: structure (exit code 20), persons (exit code 30).

FILES: code -> (sentence, repair). `{named}` stands for what the English sentence, or its repair, names between quotes.
"""

from __future__ import annotations

_AGAIN = "lever het bestand opnieuw; de laatste goede cijfers blijven staan"
_AT_SOURCE = "herstel het bij de bron en lever het bestand opnieuw{named}"
_NOTHING = "u hoeft niets te doen"
_PERSONS = "er is niets geladen of bewaard; stuur het bestand terug en vraag om aantallen per gebied"

FILES: dict[str, tuple[str, str]] = {
    "FILE-002": ("het bestand is leeg", _AGAIN),
    "FILE-003": ("het bestand heeft geen rijen met gegevens (of geen kopregel op de plaats die is opgegeven)", _AGAIN),
    "FILE-006": (
        "het bestand is UTF-16 en dat is niet opgegeven, of andersom",
        "zet `format.encoding` goed, of sla het bestand op als CSV UTF-8",
    ),
    "FILE-007": (
        "een teken op deze regel is geen UTF-8, terwijl het bestand dat wel is of zo is opgegeven",
        "herstel deze regel bij de bron, of zet `format.encoding: cp1252` als het hele bestand zo is",
    ),
    "FILE-009": (
        "met dit scheidingsteken wordt het één kolom; een ander past wel{named}",
        "zet het scheidingsteken goed{named}",
    ),
    "FILE-010": (
        "aanhalingstekens staan waar ze niet mogen, of worden niet gesloten",
        "zet alleen hele velden tussen aanhalingstekens en verdubbel die daarbinnen",
    ),
    "FILE-012": ("een NUL-teken: het bestand is onderweg beschadigd", _AGAIN),
    "FILE-013": (
        "deze regel heeft meer velden dan de kopregel",
        "herstel deze regel bij de bron: zet een veld met het scheidingsteken erin tussen aanhalingstekens",
    ),
    "FILE-015": (
        "deze regel heeft minder velden dan de kopregel",
        "herstel deze regel bij de bron: vul aan wat ontbreekt",
    ),
    "FILE-016": (
        "het bestand breekt af: de laatste rij of bladzijde is niet compleet",
        "lever het hele bestand opnieuw",
    ),
    "FILE-018": (
        "de totaalregel is niet de som van de rijen",
        "vraag de leverancier wat klopt, of laat de totaalregel weg",
    ),
    "FILE-020": (
        "dit is niet het bestand dat bij deze bron hoort, of er ontbreekt een kolom{named}",
        "lever de rijen van de juiste tabel, met de kolommen die bij deze bron horen{named}",
    ),
    "FILE-021": ("een kolom of onderwerp komt twee keer voor{named}", "geef elke kolom een eigen naam"),
    "FILE-024": (
        "de kopregel staat op een andere regel dan is opgegeven",
        "zet de goede regel in de configuratie{named}",
    ),
    "FILE-025": (
        "een kolom die niet is opgegeven heeft een naam die over personen gaat{named}. Er is niets geladen",
        "haal de kolom bij de bron weg; " + _PERSONS,
    ),
    "FILE-027": (
        "geen van de rijen, of niet elke rij, is van deze gemeente",
        "lever een bestand met gebieden van deze gemeente, of maak `path` van de bron nauwer",
    ),
    "FILE-030": (
        "dit bestand is ouder dan wat al geladen is en brengt geen nieuwe periode",
        "haal het oude bestand weg; wilt u terug, gebruik dan `buurtbeeld rollback`",
    ),
    "FILE-031": (
        "dit is een Excel- of zipbestand en geen CSV",
        "geef het de goede uitgang (.xlsx), pak het uit, of sla het op als CSV UTF-8",
    ),
    "FILE-033": (
        "dit is een oud Excelbestand (.xls), of een bestand met een wachtwoord",
        "sla het zonder wachtwoord op als .xlsx, of als CSV UTF-8",
    ),
    "FILE-034": (
        "uitgepakt is het bestand te groot",
        "sla het opnieuw op zonder lege rijen, of lever het in kleinere delen",
    ),
    "FILE-037": ("samengevoegde cellen", "hef de samenvoeging op en zet de waarde in elke rij"),
    "FILE-039": ("een cel bevat een foutmelding van het rekenblad", _AT_SOURCE),
    "FILE-040": (
        "een datum waar iets anders hoort te staan: Excel maakt van 1-3 een datum",
        "maak de kolom op als tekst en herstel de cellen",
    ),
    "FILE-042": ("een pad in het zipbestand leidt buiten de map{named}", "pak de map opnieuw in, zonder zulke paden"),
    "FILE-043": (
        "het bestand is te groot voor wat het moet bevatten",
        "lever aantallen per gebied, periode en categorie",
    ),
    "FILE-044": (
        "het bestand is een verwijzing naar een plaats buiten de map{named}",
        "zet het bestand zelf in de map",
    ),
    "FILE-045": (
        "dit is een export van de StatLine-webpagina die hier niet gelezen kan worden",
        "download de tabel met codes, zoals OData die geeft",
    ),
    "FILE-046": (
        "het bestand zegt niet van welk jaar het is",
        "zet `year` bij de bron, of zet het jaar of het tabelnummer in de bestandsnaam",
    ),
    "FILE-048": (
        "het JSON-bestand is onleesbaar, of heeft niet de vorm die hier hoort",
        "lever de bestanden zoals de dienst ze geeft, ongewijzigd",
    ),
    "FILE-050": (
        "dit is geen gewoon bestand of geen gewone map, of het veranderde tijdens het lezen",
        "zet het bestand zelf neer, wacht tot het geschreven is en laad opnieuw",
    ),
    "FILE-103": (
        "een formule waarvan de uitkomst niet in het bestand staat",
        "open het bestand in Excel en sla het op, of plak de kolom als waarden",
    ),
    "FILE-104": ("meer dan één werkblad heeft gegevens{named}", "noem het goede werkblad bij `format.sheet`"),
    "FILE-105": ("het opgegeven werkblad is er niet{named}", "zet bij `format.sheet` een van deze namen"),
    "FILE-106": (
        "het bestand is niet te lezen als Excelwerkmap (.xlsx)",
        "open het in Excel en sla het opnieuw op als .xlsx, of als CSV UTF-8",
    ),
    "FILE-107": ("het werkblad is te groot", "lever alleen het werkblad en de kolommen met cijfers"),
    "FILE-109": ("het bestand is niet te lezen als Parquet", "schrijf het opnieuw, of lever CSV UTF-8"),
    "PII-001": ("een kolom met burgerservicenummers{named}. Er is niets geladen", _PERSONS),
    "PII-002": ("een burgerservicenummer in een tekst{named}. Er is niets geladen", _PERSONS),
    "PII-005": ("een e-mailadres{named}. Er is niets geladen", _PERSONS),
    "PII-006": ("een telefoonnummer{named}. Er is niets geladen", _PERSONS),
    "PII-007": ("een postcode met huisnummer{named}. Er is niets geladen", _PERSONS),
    "PII-009": ("een straat met huisnummer{named}. Er is niets geladen", _PERSONS),
    "PII-011": ("een kenteken{named}. Er is niets geladen", _PERSONS),
    "PII-012": ("een bankrekeningnummer{named}. Er is niets geladen", _PERSONS),
    "PII-013": ("een zaaknummer van politie of justitie{named}. Er is niets geladen", _PERSONS),
    "PII-014": (
        "een kolom heeft een naam die over personen gaat{named}. Er is niets geladen",
        "haal de kolom bij de bron weg; " + _PERSONS,
    ),
    "PII-015": ("een geboortedatum, of een kolom die zo heet{named}. Er is niets geladen", _PERSONS),
    "PII-016": ("een kolom met vrije tekst{named}. Er is niets geladen", _PERSONS),
    "PII-017": (
        "de rijen zijn losse voorvallen en geen aantallen. Er is niets geladen",
        "tel eerst op tot één rij per gebied, periode en categorie; " + _PERSONS,
    ),
    "PII-018": (
        "een tijdstip op de dag: fijner dan een week mag een periode niet zijn{named}. Er is niets geladen",
        _PERSONS,
    ),
    "PII-022": (
        "de naam van het bestand bevat een gegeven over een persoon. Er is niets geladen",
        "geef het bestand een naam zonder dat gegeven; " + _PERSONS,
    ),
    "PII-023": (
        "buiten de tabel (opmerking, koptekst, eigenschap of ander werkblad) staat een gegeven over een persoon."
        " Er is niets geladen",
        "haal het weg uit de werkmap; " + _PERSONS,
    ),
}

_N = r"(?P<n>[\d,]+)"

#: Warnings and notes, as in `etl.findings_nl.SENTENCES`.
SENTENCES_OF_FILES: dict[str, tuple[tuple[str, str], ...]] = {
    "FILE-001": ((r".*", "bestand niet gevonden"),),
    "FILE-004": ((r".*", "bytevolgordeteken (BOM) aan het begin van het bestand weggelaten"),),
    "FILE-005": ((r".*", "het bestand is geen UTF-8; gelezen als cp1252 (Windows)"),),
    "FILE-022": (
        (rf"spaces removed around {_N} .*?: (?P<names>.*)", "spaties rond {n} kolomnamen weggelaten: {names}"),
    ),
    "FILE-023": (
        (
            rf"{_N} topics .*?: (?P<names>.*)",
            "{n} onderwerpen staan onder meer dan één kop en zijn niet gelezen: {names}",
        ),
    ),
    "FILE-028": (
        (
            r"(?P<file>.*?): identical to the loaded delivery (?P<other>.*) of (?P<day>\S+); nothing to do",
            "{file}: gelijk aan de geladen levering {other} van {day}; er hoeft niets te gebeuren",
        ),
    ),
    "FILE-047": (
        (
            rf"{_N} topics .*?: (?P<names>.*)",
            "{n} onderwerpen zijn voor elk gebied leeg en tellen als niet geleverd: {names}",
        ),
    ),
    "FILE-051": (
        (r"(?P<file>.*?): withdrawn on (?P<day>\S+); not used", "{file}: ingetrokken op {day}; niet gebruikt"),
    ),
    "FILE-052": (
        (
            r"every delivery of (?P<what>\S+) is withdrawn \((?P<n>\d+)\).*",
            "elke levering van {what} is ingetrokken ({n}); er is niets om uit op te bouwen",
        ),
    ),
    "FILE-102": (
        (
            rf"{_N} undeclared columns? not read: (?P<names>.*)",
            "{n} kolom(men) niet opgegeven en niet gelezen: {names}",
        ),
        (rf"{_N} undeclared columns? not read", "{n} kolom(men) niet opgegeven en niet gelezen"),
    ),
    "FILE-036": (
        (rf"{_N} hidden rows? (is|are) loaded too", "{n} verborgen rij(en) ook geladen"),
        (r"the sheet is hidden.*", "het werkblad is verborgen en is geladen"),
    ),
    "PII-004": ((r".*", "een getal in een tekst dat een burgerservicenummer kan zijn; niet geladen"),),
    "PII-010": (
        (
            rf"column (?P<name>`.*?`): {_N} of (?P<all>[\d,]+) values look like an address",
            "kolom {name}: {n} van {all} waarden lijken op een adres",
        ),
        (r".*", "enkele waarden lijken op een adres"),
    ),
    "PII-008": (
        (
            r"column (?P<name>`.*?`) holds postcodes.*",
            "kolom {name} bevat postcodes, fijner dan het toegestane niveau (buurt); niet geladen",
        ),
    ),
}

REPAIRS_OF_FILES: dict[str, str] = {
    "FILE-001": "zet het bestand in de map van de gemeente",
    "FILE-004": _NOTHING,
    "FILE-005": "u hoeft niets te doen; UTF-8 is veiliger bij de bron",
    "FILE-022": _NOTHING,
    "FILE-023": _NOTHING,
    "FILE-028": "u hoeft niets te doen; het dubbele bestand kan weg",
    "FILE-047": "u hoeft niets te doen; het CBS vult een tabel in stappen",
    "FILE-051": "u hoeft niets te doen; lever een verbeterd bestand",
    "FILE-052": "lever een goed bestand, of haal de bron uit `sources`; de laatste goede cijfers blijven staan",
    "FILE-102": "u hoeft niets te doen; alleen opgegeven kolommen worden gelezen",
    "FILE-036": "haal het filter bij de bron weg als deze rijen niet bedoeld zijn",
    "PII-004": "bekijk deze cel; is het een burgerservicenummer, stuur het bestand dan terug",
    "PII-010": "controleer of het de naam van een plek is en geen woonadres",
    "PII-008": "lever per buurt in plaats van per postcode",
}
