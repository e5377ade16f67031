"""Dutch sentences of findings about indexes (see `etl.findings_nl`)."""

from __future__ import annotations

_LEFT_OUT = r"index (?P<name>\S+) is left out: "

#: Code -> (pattern of the English sentence, Dutch sentence).
SENTENCES_OF_INDEXES: dict[str, tuple[tuple[str, str], ...]] = {
    "CFG-080": ((r"index (?P<name>`.*`) has the id of an indicator", "index {name} heeft de id van een indicator"),),
    "CFG-081": ((r"index (?P<name>`.*`) is made of (?P<n>\d+) indicator", "index {name} bestaat uit {n} indicator"),),
    "CFG-082": ((r"(?P<name>`.*`) stands in this index twice", "{name} staat twee keer in deze index"),),
    "CFG-083": (
        (
            r"(?P<name>`.*`) has no direction: higher is neither better nor worse",
            "{name} heeft geen richting: hoger is niet beter en niet slechter",
        ),
    ),
    "CFG-084": (
        (
            r"(?P<name>`.*`) is a number: a larger area has more of it",
            "{name} is een aantal: een groter gebied heeft er meer van",
        ),
    ),
    "CFG-085": ((r"indicator (?P<name>`.*`) is an index", "indicator {name} is een index"),),
    "IDX-001": (
        (
            _LEFT_OUT + r"no complete figures per neighbourhood of its base year (?P<year>\d{4}) for (?P<list>.*)",
            "index {name} is weggelaten: geen volledige cijfers per buurt van het basisjaar {year} voor {list}",
        ),
    ),
    "IDX-002": (
        (
            _LEFT_OUT + r"(?P<list>.*) is the same in every neighbourhood in (?P<year>\d{4}), .*",
            "index {name} is weggelaten: {list} is in {year} in elke buurt gelijk; dan is er geen spreiding om mee te"
            " meten",
        ),
    ),
    "IDX-003": (
        (
            _LEFT_OUT
            + r"(?P<list>.*) is known in (?P<n>\d+) neighbourhoods with residents in (?P<year>\d{4}); at least"
            r" (?P<least>\d+) are needed",
            "index {name} is weggelaten: {list} is in {year} bekend in {n} buurten met inwoners; {least} zijn nodig",
        ),
    ),
}

_OTHER_BASE = "kies een ander basisjaar, of haal deze indicatoren uit de index"
REPAIRS_OF_INDEXES: dict[str, str] = {
    "CFG-080": "geef de index een eigen id",
    "CFG-081": "noem er ten minste twee; één alleen is geen index",
    "CFG-082": "haal er een weg: elk onderdeel telt even zwaar",
    "CFG-083": "noem een indicator waarvan `direction` zegt welke kant gunstig is",
    "CFG-084": "noem een cijfer per inwoners of een aandeel",
    "CFG-085": "zet de index onder `indexes` in het bestand van de gemeente",
    "IDX-001": _OTHER_BASE,
    "IDX-002": _OTHER_BASE,
    "IDX-003": _OTHER_BASE,
}
