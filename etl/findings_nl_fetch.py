"""Dutch for what `fetch` says: services that do not answer, tables that changed, and what was passed over."""

from __future__ import annotations

_LATER = "probeer het later opnieuw; wat binnen is blijft bewaard, alleen de rest wordt dan gevraagd"

SENTENCES_OF_FETCH: dict[str, tuple[tuple[str, str], ...]] = {
    "NET-001": (
        (r"the service does not answer: no connection", "de dienst antwoordt niet: geen verbinding"),
        (r"the service does not answer: no answer in time", "de dienst antwoordt niet op tijd"),
        (r"the service does not answer: its certificate.*", "het certificaat van de dienst is niet vertrouwd"),
        (r"the service does not answer: the proxy.*", "de proxy laat ons niet door"),
        (r"the service does not answer: its address.*", "het adres van de dienst is geen adres"),
        (r"the service does not answer: .*", "de dienst antwoordt niet: hij blijft bezet"),
    ),
    "NET-002": ((r"the service refuses \(status (?P<n>\d+)\)", "de dienst weigert (status {n})"),),
    "NET-003": (
        (
            r"the service sends us to another address \((?P<address>.*)\); not followed",
            "de dienst stuurt ons naar een ander adres ({address}); niet gevolgd",
        ),
        (r"redirects without end", "de dienst verwijst eindeloos door"),
        (r"an address without TLS.*", "een adres zonder TLS wordt niet gevraagd"),
    ),
    "NET-004": ((r".*\(status (?P<n>\d+)\)", "de dienst kent deze tabel of verzameling niet (status {n})"),),
    "NET-005": (
        (
            r"the answer is not usable: .*\((?P<n>\d+) tries\)",
            "het antwoord is onbruikbaar of afgebroken ({n} pogingen)",
        ),
        (r"an answer of more than (?P<n>\d+) MB", "een antwoord van meer dan {n} MB"),
        (r"the next page.*", "de volgende bladzijde is al gevraagd"),
        (r"more than .* pages.*", "te veel bladzijden"),
    ),
    "NET-006": (
        (
            r"table (?P<table>\w+) has changed: .*lacks? (?P<names>.*)",
            "tabel {table} is veranderd: er ontbreekt {names}",
        ),
        (
            r"table (?P<table>\w+) gives two values.*",
            "tabel {table} geeft twee waarden voor één gebied, periode en cijfer",
        ),
        (r"a feature of .*", "een gebied in het antwoord heeft geen code"),
        (r"the pages name more than one.*", "de bladzijden noemen meer dan één coördinatenstelsel, of een onbekend"),
    ),
    "NET-007": (
        (
            r"table (?P<table>\w+) was published anew.*",
            "tabel {table} is tijdens het ophalen twee keer opnieuw verschenen",
        ),
    ),
    "NET-008": (
        (
            r"the service counts (?P<n>[\d,]+) rows, its pages hold (?P<m>[\d,]+); nothing is kept",
            "de dienst telt {n} rijen, de bladzijden hebben er {m}; er is niets bewaard",
        ),
    ),
    "NET-009": (
        (r"(?P<table>\S+): nothing new since (?P<day>\S+)", "{table}: niets nieuws sinds {day}"),
        (r"(?P<table>\S+): nothing new", "{table}: niets nieuws"),
        (r"(?P<table>\S+): the same content as last time", "{table}: dezelfde inhoud als de vorige keer"),
    ),
    "NET-010": (
        (r"(?P<source>.*): made-up figures; not fetched", "{source}: oefendata; niet opgehaald"),
        (r"(?P<source>.*): invented outlines; not fetched", "{source}: bedachte grenzen; niet opgehaald"),
        (
            r"(?P<source>.*): is there and was not fetched; it stays",
            "{source}: bestaat al en is niet opgehaald; het blijft",
        ),
    ),
    "NET-011": (
        (r"`(?P<path>.*)` names folders.*", "`{path}` noemt mappen; een opgehaalde tabel is één CSV-bestand"),
        (r"`(?P<path>.*)` takes in no .*", "`{path}` neemt een opgehaald CSV-bestand niet mee"),
        (r"boundaries are fetched as GeoJSON; `(?P<path>.*)` .*", "grenzen komen als GeoJSON; `{path}` eindigt anders"),
    ),
    "NET-012": (
        (r"table (?P<table>\w+) has no rows of (?P<codes>.*)", "tabel {table} heeft geen rijen van {codes}"),
        (r"no area of (?P<code>\w+) among the boundaries", "geen gebied van {code} bij de grenzen"),
    ),
    "NET-013": (
        (
            r"table (?P<table>\w+) lists (?P<n>\d+) periods; (?P<m>\d+) have rows of this municipality",
            "tabel {table} noemt {n} perioden; {m} hebben rijen van deze gemeente",
        ),
    ),
}

REPAIRS_OF_FETCH: dict[str, str] = {
    "NET-001": f"controleer het netwerk en de proxy (HTTPS_PROXY); {_LATER}",
    "NET-002": f"{_LATER}; controleer anders `services` in config/site.yml",
    "NET-003": "controleer `services` in config/site.yml; is de dienst verhuisd, zet daar het nieuwe adres",
    "NET-004": "zoek bij de uitgever het nieuwe nummer of jaar, en zet dat in de configuratie",
    "NET-005": _LATER,
    "NET-006": "zoek bij de uitgever in welke tabel deze cijfers nu staan, en zet `table` van deze bron",
    "NET-007": "probeer het later opnieuw",
    "NET-008": "geef dezelfde opdracht opnieuw; het ophalen begint dan vooraan",
    "NET-009": "u hoeft niets te doen",
    "NET-010": "u hoeft niets te doen",
    "NET-011": "geef `path` een patroon dat een CSV-bestand meeneemt; grenzen eindigen op .geojson",
    "NET-012": "controleer `code`, en de tabel of het jaar",
    "NET-013": "niets, tenzij de nieuwste periode ontbreekt: vraag dan de uitgever",
}
