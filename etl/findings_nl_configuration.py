"""Dutch for a configuration that is refused (exit code 10).

Code -> (sentence, repair). `{named}` stands for what the English sentence, or its repair, names between quotes.
"""

from __future__ import annotations

_WRITE = "schrijf het zoals de handleiding het noemt{named}"

CONFIGURATION: dict[str, tuple[str, str]] = {
    "CFG-001": ("bestand niet gevonden", "kies een bestaand bestand, of begin er een{named}"),
    "CFG-002": ("het bestand is leeg", "vul de verplichte sleutels in{named}"),
    "CFG-003": ("niet te lezen als YAML", "herstel het inspringen, de aanhalingstekens of het teken op deze plaats"),
    "CFG-004": ("een sleutel staat er twee keer{named}", "haal er een weg"),
    "CFG-005": ("onbekende sleutel{named}", "schrijf een sleutel die hier bekend is{named}"),
    "CFG-006": ("een verplichte sleutel ontbreekt{named}", "voeg hem toe{named}"),
    "CFG-007": ("een waarde van een andere soort dan hier hoort{named}", _WRITE),
    "CFG-008": (
        "de grenzen zijn van een andere gemeente dan `code`",
        "verbeter `code`, of het bestand bij `geography.boundaries`",
    ),
    "CFG-009": ("deze waarde is hier niet toegestaan{named}", _WRITE),
    "CFG-010": ("het pad leidt buiten de map van de gemeente", "geef een pad binnen de map van de gemeente"),
    "CFG-011": ("een absoluut pad mag niet", "geef een pad binnen de map van de gemeente"),
    "CFG-012": ("het pad leidt via een verwijzing buiten de map", "zet het bestand of de map zelf daar"),
    "CFG-013": ("bronnen op het netwerk mogen niet", "zet het bestand in de map van de gemeente"),
    "CFG-014": ("YAML-tags mogen niet", "haal het woord weg dat met `!` begint"),
    "CFG-015": ("YAML-ankers en -verwijzingen mogen niet", "schrijf de waarde uit"),
    "CFG-016": ("te diep genest", "maak de opbouw vlakker"),
    "CFG-017": ("het bestand is te groot; de grens is 256 kB", "zet cijfers in bestanden in de map van de gemeente"),
    "CFG-018": (
        "een getal met een voorloopnul, dat verschillend gelezen wordt",
        "zet de waarde tussen aanhalingstekens",
    ),
    "CFG-019": ("een link moet met https:// beginnen", "geef het hele adres, beginnend met https://"),
    "CFG-020": (
        "een kolomnaam mag alleen letters, cijfers, spaties en _ . - / ( ) bevatten",
        "hernoem de kolom in de levering, hoogstens 80 tekens",
    ),
    "CFG-021": ("alleen gewone tekst: het teken < mag niet", "laat opmaak weg, of schrijf het teken als woord"),
    "CFG-022": ("deze naam is niet bekend of past hier niet{named}", "noem iets dat bestaat{named}"),
    "CFG-023": ("een definitie verwijst naar zichzelf", "laat een van beide uit een bron komen"),
    "CFG-024": ("deze naam bestaat al{named}", "geef het een andere naam, of haal er een weg"),
    "CFG-025": (
        "bij een indicator ontbreekt wie ermee werkt en hoe, of een andere verplichte omschrijving{named}",
        "vul aan wat ontbreekt{named}",
    ),
    "CFG-026": ("de drempel ligt onder het minimum", "vraag uw privacyfunctionaris; zet hem op het minimum of hoger"),
    "CFG-027": (
        "bij een afgeschermde bron ontbreekt grondslag, doel of bewaartermijn{named}",
        "vul aan wat ontbreekt{named}",
    ),
    "CFG-028": ("een kleur wordt geschreven als #rrggbb", 'schrijf bijvoorbeeld "#00594f", tussen aanhalingstekens'),
    "CFG-029": ("witte tekst heeft te weinig contrast op deze kleur", "neem de dichtstbijzijnde die voldoet{named}"),
    "CFG-030": ("de map van de gemeente bestaat niet{named}", "maak de map{named}"),
    "CFG-031": (
        "geheimen horen niet in de configuratie",
        "haal het weg, vervang het geheim en zet het in de omgeving als BUURTBEELD_OIDC_SECRET",
    ),
    "CFG-032": ("het bestand is geen UTF-8", "sla het op als UTF-8"),
    "CFG-033": (
        "deze indicator wordt hier niet gebruikt of kan hier niet{named}",
        "zet hem aan, of noem een andere{named}",
    ),
    "CFG-034": ("het bestand is van een andere versie dan dit programma leest", "zie docs/upgrade.md"),
    "CFG-035": ("`today` staat stil terwijl een bron echte cijfers heeft{named}", "haal `today` weg"),
    "CFG-036": ("twee gemeenten hebben dezelfde map{named}", "geef elke gemeente een eigen map"),
    "CFG-038": ("het bestand kan niet gelezen worden", "geef de gebruiker van dit programma het recht om het te lezen"),
    "CFG-041": ("deze manier van laden is er nog niet{named}", "gebruik `runner: pool` of `runner: one`"),
    "CFG-060": (
        "deze manier van toegang komt in een latere versie",
        "zet `access: {mode: local}` voor deze computer, of `{mode: public}` voor de openbare uitgave",
    ),
    "CFG-101": (
        "`period.pattern` mist een deel dat bij dit soort periode hoort, of heeft het twee keer",
        "schrijf het patroon zoals het bestand de periode schrijft{named}",
    ),
}
