"""Dutch for what stops a command: the command line, exports, disks, ports and snapshots.

Code -> (sentence, repair). `{named}` stands for what the English sentence, or its repair, names between quotes.
"""

from __future__ import annotations

_DISK = "maak ruimte op deze schijf (oude back-ups, logboeken) en geef dezelfde opdracht opnieuw"

RUNNING: dict[str, tuple[str, str]] = {
    "CLI-001": (
        "er is geen gemeente genoemd, of er is er geen ingesteld",
        "noem een gemeente, of begin met `buurtbeeld init`",
    ),
    "CLI-002": ("onbekende taal{named}", "gebruik en of nl"),
    "CLI-003": ("het bestand bestaat al", "noem een ander bestand met --output"),
    "CLI-004": ("het genoemde bestand bestaat niet", "noem een bestand dat bestaat"),
    "CLI-005": ("onbekende uitgave{named}", "gebruik internal of public"),
    "CLI-006": ("de opdracht klopt niet{named}", "zie `buurtbeeld --help`{named}"),
    "CLI-007": ("onduidelijk welke bron, lading of dag bedoeld is{named}", "kies er een{named}"),
    "CLI-008": ("er is geen snapshot bewaard dat op die dag getoond werd", "kies een latere dag{named}"),
    "CLI-009": ("die indeling is hier niet bekend", "kies een bekende, of voeg een koppeltabel toe en laad opnieuw"),
    "CLI-010": ("die taal biedt deze gemeente niet{named}", "kies een taal die in `languages` staat"),
    "CLI-011": ("er is geen gebied genoemd", "noem codes van gebieden, of --all"),
    "CLI-012": ("dit gebied staat niet op de grenzen van dit rapport{named}", "noem een code van deze gemeente{named}"),
    "EXP-001": ("onbekende vorm van export{named}", "gebruik csv, json, parquet of xlsx"),
    "EXP-002": ("een filter van de export klopt niet{named}", "verbeter het filter; zie `buurtbeeld export --help`"),
    "EXP-003": ("er is niets dat bij deze filters past{named}", "maak de filters ruimer{named}"),
    "EXP-004": ("te veel cijfers om in één keer te verantwoorden", "filter op gebied, indicator of periode"),
    "EXP-005": (
        "--explain schrijft een tweede bestand naast het eerste",
        "geef een bestandsnaam met --output, of gebruik --format json",
    ),
    "RUN-001": ("de schijf is vol of bijna vol; wat gepubliceerd was blijft staan", _DISK),
    "RUN-002": ("de schijf is vol bij het omzetten naar de nieuwe cijfers", _DISK),
    "RUN-003": ("geen recht om hier te lezen of te schrijven; er is niets veranderd", "geef de gebruiker dat recht"),
    "RUN-004": (
        "lezen of schrijven lukt niet",
        "kijk of de schijf er is en gezond is en geef dezelfde opdracht opnieuw",
    ),
    "RUN-005": ("er loopt al een lading voor deze gemeente", "wacht tot die klaar is en probeer het opnieuw"),
    "RUN-008": ("gestopt; wat gepubliceerd was blijft staan", "laad opnieuw"),
    "RUN-012": ("voor deze gemeente zijn nog geen cijfers geladen", "voer de opdracht uit om te laden{named}"),
    "RUN-013": ("een reden ontbreekt", "zeg in een paar woorden waarom (--reason)"),
    "RUN-014": ("dat snapshot is niet meer bewaard", "kies een bewaard snapshot{named}"),
    "RUN-017": ("de poort is bezet door een ander programma", "kies een andere poort met --port"),
    "RUN-018": (
        "op dit adres kan niet gediend worden",
        "kies een poort boven 1023 met --port, en 127.0.0.1 als --host",
    ),
    "RUN-019": ("access.mode local dient alleen deze computer", "gebruik --host 127.0.0.1"),
    "RUN-020": ("de omgeving verandert Dash zelf", "haal de variabelen en invoegingen weg die hier staan"),
    "RUN-021": ("deze gemeente is niet ingesteld", "kies een ingestelde gemeente, of begin met `buurtbeeld init`"),
    "RUN-022": (
        "de vraag duurde te lang en is gestopt",
        "vraag minder tegelijk: een gebied, een indicator, een periode",
    ),
    "RUN-023": (
        "de vraag vraagt te veel geheugen en is gestopt",
        "vraag minder tegelijk: een gebied, een indicator, een periode",
    ),
    "RUN-028": ("deze uitgave is nog niet gemaakt", "gebruik `--edition internal`"),
    "RUN-040": (
        "die levering is niet te vinden of niet duidelijk genoemd",
        "noem meer tekens van de vingerafdruk{named}",
    ),
    "RUN-041": (
        "dit is het bestand met grenzen of de gebiedenlijst, dat elk snapshot nodig heeft",
        "verander `geography` in het bestand van de gemeente",
    ),
}
