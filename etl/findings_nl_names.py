"""Dutch sentences of findings about published tables: names for codes, further dimensions (see `etl.findings_nl`)."""

from __future__ import annotations

_N = r"(?P<n>[\d,]+)"

#: Code -> (pattern of the English sentence, Dutch sentence).
SENTENCES_OF_NAMES: dict[str, tuple[tuple[str, str], ...]] = {
    "FILE-110": (
        (
            rf"areas stand here by name; {_N} names are placed \(.*\)",
            "gebieden staan hier met hun naam; {n} namen hebben hun plaats gevonden",
        ),
    ),
    "FILE-111": (
        (
            rf"{_N} names stand for more than one area \((?P<list>.*)\); (?P<rows>[\d,]+) rows set aside",
            "{n} namen staan voor meer dan één gebied; {rows} rij(en) apart gezet",
        ),
    ),
    "FILE-112": (
        (
            rf"{_N} names are no area of (?P<code>\S+) in (?P<year>\d+); (?P<rows>[\d,]+) rows set aside",
            "{n} namen zijn geen gebied van {code} in {year}; {rows} rij(en) apart gezet",
        ),
    ),
    "FILE-113": (
        (
            rf"{_N} of (?P<all>\d+) names of areas have no place in (?P<code>\S+) of (?P<year>\d+)",
            "{n} van {all} namen van gebieden horen niet bij {code} in {year}",
        ),
    ),
    "FILE-114": (
        (r".*", "de rijen gaan over plaatsen, niet over de gemeente: een plaats is kleiner, haar aantallen zijn lager"),
    ),
    "FILE-115": ((rf"{_N} other topics are not read", "{n} andere onderwerpen zijn niet gelezen"),),
    "FILE-116": (
        (
            r"column `(?P<name>.*)` divides the counts into (?P<n>\d+) and has no total",
            "kolom `{name}` verdeelt de aantallen in {n} en heeft geen totaal",
        ),
        (r"(?P<name>.*) divides the figures into (?P<n>\d+)", "een kolom verdeelt de cijfers in {n}"),
        (r".*", "meer dan één onderwerp, en geen daarvan is het aantal registraties"),
    ),
    "FILE-117": ((r".*", "het databasebestand is beschadigd"),),
}

_WITH_CODES = "download de tabel met codes (kolommen als WijkenEnBuurten en Perioden)"
REPAIRS_OF_NAMES: dict[str, str] = {
    "FILE-110": "u hoeft niets te doen; codes zijn veiliger",
    "FILE-111": _WITH_CODES,
    "FILE-112": _WITH_CODES,
    "FILE-113": _WITH_CODES + "; namen veranderen",
    "FILE-114": "download de tabel per gemeente, wijk en buurt (47018NED, 47022NED, 47013NED)",
    "FILE-115": "u hoeft niets te doen",
    "FILE-116": "download de tabel voor één onderdeel, of met het totaal",
    "FILE-117": "lever het bestand opnieuw",
}
