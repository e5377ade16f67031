"""Dutch for what disclosure control says."""

from __future__ import annotations

_N = r"(?P<n>[\d,]+)"

SENTENCES_OF_DISCLOSURE: dict[str, tuple[tuple[str, str], ...]] = {
    "DIS-010": (
        (
            rf"{_N} totals deviate by more than (?P<limit>\d+) after rounding \((?P<list>.*)\)",
            "{n} totalen wijken na het afronden meer dan {limit} af ({list})",
        ),
    ),
    "DIS-011": (
        (
            r"left out of the public edition: (?P<list>.*?); .*",
            "niet in de openbare editie: {list}; eigen scores, gemiddelden en aandelen zijn niet af te ronden",
        ),
    ),
    "DIS-012": (
        (
            r"left out of the public edition: (?P<list>.*?); .*",
            "niet in de openbare editie: {list}; een open bron telt dezelfde gebeurtenissen",
        ),
    ),
    "DIS-013": (
        (
            r"left out of the public edition: (?P<list>.*?); .*",
            "niet in de openbare editie: {list}; een totaal naast zijn delen geeft de kleine aantallen prijs",
        ),
    ),
    "DIS-014": (
        (
            r"left out of the public edition: (?P<list>.*?); .*",
            "niet in de openbare editie: {list}; dezelfde gebeurtenissen in een andere periode of bron heffen het op",
        ),
    ),
    "DIS-015": (
        (
            rf"{_N} periods of (?P<source>\\S+) were published on another division before.*",
            "{n} perioden van {source} zijn eerder op een andere indeling gepubliceerd;"
            " de openbare editie houdt die cijfers aan en rekent ze om",
        ),
    ),
    "DIS-016": (
        (
            rf"{_N} periods of (?P<source>\S+) are withheld from the public edition.*\((?P<list>.*)\)",
            "{n} perioden van {source} blijven uit de openbare editie: ze zijn zo sterk herzien dat totalen buiten de"
            " beloofde marge kwamen ({list})",
        ),
    ),
    "DIS-020": (
        (
            r"(?P<file>\S+) is damaged.*",
            "{file} is beschadigd: wat eerder is getoond is niet bekend, en het anders tonen zou aantallen prijsgeven",
        ),
    ),
    "DIS-021": (
        (r"others than its owner may read the key", "anderen dan de eigenaar kunnen de sleutel lezen"),
        (r"the memory of the rounding is here.*", "het geheugen van het afronden is er, de sleutel niet"),
        (r"this is no key.*", "dit is geen sleutel: er zijn ten minste 32 hexadecimale cijfers nodig"),
    ),
    "DIS-040": (
        (r"(?P<file>\S+) cannot be read", "{file} is niet te lezen"),
        (r"(?P<file>\S+) has not the columns .*", "{file} heeft niet de kolommen area_code, indicator, period, count"),
        (r"(?P<file>\S+) has counts .*", "{file} heeft aantallen die geen hele getallen zijn"),
    ),
    "DIS-031": (
        (rf"{_N} totals are not .*", "{n} totalen zijn niet de som van wat van hun delen wordt getoond"),
        (rf"{_N} weighted sums are not .*", "{n} gewogen sommen zijn niet gemaakt van wat van hun delen wordt getoond"),
    ),
    "DIS-030": tuple(
        (
            rf"{attack}: {_N} small counts can be told .*? \((?P<list>.*)\)",
            f"{naam}: {{n}} kleine aantallen zijn te herleiden tot minder waarden dan beloofd ({{list}})",
        )
        for attack, naam in (
            ("a figure itself", "een cijfer zelf"),
            ("totals minus parts", "totalen min delen"),
            ("windows one period apart", "vensters die één periode schelen"),
            ("rates and bounds", "verhoudingscijfers en marges"),
            ("two exports", "twee exports"),
            ("earlier editions", "eerdere uitgaven"),
            ("another division of areas", "een andere gebiedsindeling"),
            ("totals known elsewhere", "totalen die elders bekend zijn"),
        )
    ),
}

REPAIRS_OF_DISCLOSURE: dict[str, str] = {
    "DIS-011": "zet `publication: open` waar ze getoond mogen worden",
    "DIS-012": "niet nodig: de openbare editie neemt de open bron",
    "DIS-013": "niet nodig",
    "DIS-014": "niet nodig",
    "DIS-015": "niet nodig",
    "DIS-040": "schrijf area_code,indicator,period,count: een totaal per regel",
    "DIS-010": "laat deze perioden van deze bron weg uit de openbare uitgave",
    "DIS-016": "niet nodig; de interne editie heeft ze",
    "DIS-020": "zet het bestand en zijn sleutel terug uit een back-up",
    "DIS-021": "zet rounding.key terug uit een back-up, of geef de sleutel in BUURTBEELD_ROUNDING_KEY",
    "DIS-030": "er is niets gepubliceerd; neem deze cijfers alleen uit de open bron, of publiceer alleen intern",
    "DIS-031": "er is niets gepubliceerd; meld dit als programmafout en publiceer alleen intern",
}
