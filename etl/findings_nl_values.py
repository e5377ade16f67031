"""Dutch for values (exit code 21) and areas (exit code 40) that are refused.

Code -> (sentence, repair). `{named}` stands for what the English sentence, or its repair, names between quotes.
"""

from __future__ import annotations

VALUES: dict[str, tuple[str, str]] = {
    "VAL-001": (
        "getallen met een ander decimaalteken dan is opgegeven{named}",
        "zet `format.decimal` zoals het bestand het schrijft",
    ),
    "VAL-002": (
        "bij een geheel getal is onduidelijk of het teken duizendtallen of decimalen scheidt{named}",
        "schrijf de aantallen zonder scheidingsteken, of geef `format` op{named}",
    ),
    "VAL-007": ("alle waarden zijn hoogstens 1, terwijl 0-100 is opgegeven", "zet `scale: 0-1`"),
    "VAL-011": (
        "alle waarden zijn 0",
        "vraag de leverancier of de cijfers klaar waren en lever het bestand opnieuw",
    ),
    "VAL-014": (
        "dezelfde sleutel staat er nog eens met een andere waarde",
        "vraag de leverancier welke klopt en haal de andere weg",
    ),
    "VAL-017": (
        "veel gebiedscodes horen niet bij deze indeling",
        "zet `vintage` van de bron goed, of koppel de codes in een bestand van `geography.crosswalks`",
    ),
    "VAL-019": (
        "een naam waar een gebiedscode hoort te staan{named}",
        "schrijf de code (zoals BU01530103), of geef `area_code` op",
    ),
    "VAL-020": (
        "een naam past bij meer dan één gebied{named}",
        "gebruik codes: namen die twee keer voorkomen zijn niet uit elkaar te houden",
    ),
    "VAL-029": (
        "een dagnummer van Excel waar een periode hoort te staan",
        "maak de kolom op als tekst, of zet `period.excel_dates: true`",
    ),
    "VAL-041": ("tekens in een getal{named}", "haal ze bij de bron weg"),
    "VAL-100": (
        "te veel rijen zijn apart gezet om de levering te gebruiken",
        "herstel wat hier staat en lever het bestand opnieuw; de laatste goede cijfers blijven staan",
    ),
    "VAL-108": ("geen enkele cel bevat een getal", "lever het bestand opnieuw, ingevuld"),
    "GEO-001": (
        "het bestand met gebieden of koppelingen is niet gevonden",
        "zet het bestand daar, of haal de regel weg",
    ),
    "GEO-004": (
        "de grenzen liggen niet in Nederland: het coördinatenstelsel klopt niet",
        "zet het goede stelsel in het bestand of bij `geography`{named}",
    ),
    "GEO-006": ("een gebied heeft geen grens", "teken het gebied, of haal het uit het bestand"),
    "GEO-007": ("de grens van een gebied is geen vlak", "exporteer de gebieden als vlakken (Polygon of MultiPolygon)"),
    "GEO-009": (
        "twee gebieden overlappen elkaar",
        "verbeter de grens, of haal het gebied weg dat er niet hoort",
    ),
    "GEO-012": (
        "gebieden zonder geldige CBS-code{named}",
        "geef elk gebied zijn CBS-code, zoals BU01530103",
    ),
    "GEO-013": ("de wijk waarin een buurt ligt staat niet in het bestand", "voeg de wijk toe, of verbeter haar code"),
    "GEO-018": ("het teken `<` staat in een naam", "schrijf de naam als gewone tekst"),
    "GEO-102": (
        "het bestand met grenzen is onleesbaar, beschadigd of zonder gebieden van deze gemeente",
        "download of exporteer het opnieuw, met de gebieden van deze gemeente",
    ),
    "GEO-103": (
        "het bestand met gebieden heeft een vorm die hier niet gelezen wordt",
        "exporteer het uit uw GIS in een van de vormen uit de handleiding{named}",
    ),
    "GEO-105": (
        "gebiedscodes staan in meer dan één laag of bestand",
        "houd één laag per niveau over, zonder vereenvoudigde kopieën",
    ),
    "GEO-106": (
        "de lijst bevat geen gebied van deze gemeente",
        "gebruik een lijst met uw gemeente, of laat de lijst weg",
    ),
    "GEO-107": ("een buurt van een eigen gebied bestaat niet in deze indeling{named}", "gebruik codes uit de grenzen"),
    "GEO-110": ("dit is geen koppeltabel", "geef de kolommen from_code, from_vintage, to_code en to_vintage"),
    "GEO-111": ("een regel van de koppeltabel klopt niet", "koppel een buurt aan een buurt en een wijk aan een wijk"),
    "GEO-112": (
        "de aandelen van een gebied in de koppeltabel tellen niet op tot 1",
        "geef de aandelen van alle gebieden waar het in opging",
    ),
    "GEO-113": (
        "een code in de koppeltabel hoort niet bij die indeling",
        "verbeter de code of het jaar van de indeling",
    ),
    "GEO-114": ("een koppeling leidt niet naar een latere indeling", "wissel de twee kanten om"),
    "GEO-115": (
        "een indeling leidt niet naar die op het scherm",
        "voeg een koppeltabel toe die er wel naartoe leidt",
    ),
    "GEO-116": ("een koppeling staat er twee keer", "haal een van de twee weg"),
}
