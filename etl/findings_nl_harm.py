"""Dutch sentences of findings about weights of offences (see `etl.findings_nl`)."""

from __future__ import annotations

#: Code -> (pattern of the English sentence, Dutch sentence).
SENTENCES_OF_HARM: dict[str, tuple[tuple[str, str], ...]] = {
    "QUA-004": (
        (
            r"the harm score is not made: no figures of (?P<names>.*)",
            "de ernstscore is niet gemaakt: geen cijfers van {names}",
        ),
        (r"the harm score is not made: .*", "de ernstscore is niet gemaakt: geen bron geeft elk gewogen delict"),
    ),
    "CFG-070": (
        (
            r"(?P<n>\d+) offences of (?P<table>\S+) have no weight and are not left out: (?P<codes>.*)",
            "{n} delicten van {table} hebben geen gewicht en zijn niet buiten de telling gelaten: {codes}",
        ),
    ),
    "CFG-071": ((r"(?P<code>`.*`) has a weight and is left out", "{code} heeft een gewicht en is buiten de telling"),),
    "CFG-072": (
        (r"(?P<code>`.*`) is the total, no offence", "{code} is het totaal, geen delict"),
        (
            r"(?P<code>`.*?`) is no offence of (?P<table>[^\s;]+); did you mean (?P<near>`.*`)\?",
            "{code} is geen delict van {table}; bedoelt u {near}?",
        ),
        (r"(?P<code>`.*?`) is no offence of (?P<table>\S+)", "{code} is geen delict van {table}"),
    ),
    "CFG-073": ((r".*", "een gewicht is een aantal dagen, 0 of meer"),),
    "CFG-074": (
        (r"no indicator counts (?P<code>`.*`) \((?P<title>.*)\) alone", "geen indicator telt alleen {code} ({title})"),
    ),
    "CFG-075": (
        (
            r"`harm` needs a source .*",
            "`harm` vraagt een bron die delicten apart geeft; gewichten van een paar ruime groepen zeggen niets",
        ),
    ),
    "CFG-077": ((r".*", "de gewogen delicten hebben geen niveau of geen periodelengte gemeen"),),
    "CFG-076": ((r"indicator (?P<name>`.*`) counts in days of harm", "indicator {name} telt in dagen ernst"),),
}

REPAIRS_OF_HARM: dict[str, str] = {
    "QUA-004": "lever deze delicten (ook een nul is een cijfer), of zet hun codes bij `harm.exclude`",
    "CFG-070": "geef elk een gewicht onder `weights`, of neem de codes over in `exclude: […]`",
    "CFG-071": "houd een van de twee",
    "CFG-072": "zie config/categories voor de codes; het totaal hoort er niet bij",
    "CFG-073": "schrijf het als 365, of 0.5",
    "CFG-074": "zet de code bij `exclude`, of maak onder `indicators.own` een indicator met deze ene code",
    "CFG-075": "voeg een bron toe: statline (47022NED, 47018NED, 47013NED) of politie_kaart; of haal `harm` weg",
    "CFG-077": "geef de indicatoren onder `indicators.own` de niveaus en periodelengtes van de andere",
    "CFG-076": "zet de gewichten onder `harm` in het bestand van de gemeente",
}
