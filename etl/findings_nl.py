"""Findings in Dutch, for the quality page and `--lang nl`.

A finding is written in English where it is found. Here stands, per code, how its sentences read in Dutch: a pattern of
the English sentence, and the Dutch one with the same parts. What stops a load has one sentence per code, with what
the English one names between quotes.
"""

from __future__ import annotations

import re

from config.errors import Finding
from etl.findings_nl_areas import REPAIRS_OF_DIVISIONS, SENTENCES_OF_DIVISIONS
from etl.findings_nl_configuration import CONFIGURATION
from etl.findings_nl_disclosure import REPAIRS_OF_DISCLOSURE, SENTENCES_OF_DISCLOSURE
from etl.findings_nl_fetch import REPAIRS_OF_FETCH, SENTENCES_OF_FETCH
from etl.findings_nl_files import FILES, REPAIRS_OF_FILES, SENTENCES_OF_FILES
from etl.findings_nl_harm import REPAIRS_OF_HARM, SENTENCES_OF_HARM
from etl.findings_nl_index import REPAIRS_OF_INDEXES, SENTENCES_OF_INDEXES
from etl.findings_nl_names import REPAIRS_OF_NAMES, SENTENCES_OF_NAMES
from etl.findings_nl_running import RUNNING
from etl.findings_nl_values import VALUES

_N = r"(?P<n>[\d,]+)"
_SET_ASIDE = rf"; {_N} rows? set aside"
_ASIDE = "; {n} rij(en) apart gezet"

#: Code -> (pattern of the English sentence, Dutch sentence). `{place}` is the place; other parts come from the pattern.
SENTENCES: dict[str, tuple[tuple[str, str], ...]] = {
    **SENTENCES_OF_FILES,
    "VAL-004": ((rf"(?P<value>\S+): .*{_SET_ASIDE}", "{value}: een aantal kan niet negatief zijn" + _ASIDE),),
    "VAL-005": ((rf"(?P<value>\S+): .*{_SET_ASIDE}", "{value}: een aantal moet een heel getal zijn" + _ASIDE),),
    "VAL-008": ((rf"(?P<value>\".*\"|.*) is no usable number{_SET_ASIDE}", "geen bruikbaar getal" + _ASIDE),),
    "VAL-010": (
        (
            r"(?P<what>\S+) (?P<area>\S+) (?P<period>\S+): (?P<value>\S+), usual (?P<low>\d+)-(?P<high>\d+); .*",
            "{what} {area} {period}: {value}, gewoonlijk {low} tot {high}; geladen zoals geleverd,"
            " tenzij een correctie anders zegt",
        ),
        (
            rf"{_N} more numbers are (?P<times>\d+) times .*",
            "nog {n} getallen zijn {times} keer zo hoog als gewoonlijk",
        ),
    ),
    "VAL-012": (
        (
            r"(?P<period>\S+) came as zeros.*",
            "{period} kwam in elk gebied als 0 binnen; getoond als niet geleverd, niet als 0",
        ),
    ),
    "VAL-013": ((rf".*{_SET_ASIDE}", "dezelfde rij staat er twee keer" + _ASIDE),),
    "VAL-016": (
        (
            rf"area (?P<code>\S+) is not in vintage (?P<year>\d+)(, and (?P<more>\d+) more codes)?{_SET_ASIDE}",
            "gebied {code} hoort niet bij indeling {year}" + _ASIDE,
        ),
        (
            rf"area (?P<code>\S+) ended (on|between (?P<last>\d+) and) (?P<day>\S+?)"
            rf"(, and (?P<more>\d+) more codes)?{_SET_ASIDE}",
            "gebied {code} bestaat niet meer sinds {day}" + _ASIDE,
        ),
        (rf".*{_SET_ASIDE}", "een tekst waar een gebiedscode hoort te staan" + _ASIDE),
    ),
    "VAL-022": (
        (
            rf"no rows for (?P<list>.*) \({_N} of (?P<all>\d+)\); .*",
            'geen rijen voor {list} ({n} van {all}); getoond als "geen gegevens", niet als 0',
        ),
    ),
    "VAL-023": (
        (
            r"coverage (?P<n>\d+) of (?P<all>\d+) for (?P<times>\d+) .*",
            "dekking {n} van {all} gebieden, al {times} leveringen",
        ),
    ),
    "VAL-025": ((r"(?P<period>\S+) is not over.*", "{period} is nog niet voorbij; geladen als voorlopig"),),
    "VAL-026": (
        (rf"(?P<value>\"\S+\") is no period{_SET_ASIDE}", "{value} is geen periode" + _ASIDE),
        (rf".*{_SET_ASIDE}", "een tekst waar een periode hoort te staan" + _ASIDE),
    ),
    "VAL-028": ((rf"(?P<year>\d+) has no .*{_SET_ASIDE}", "{year} heeft geen ISO-week 53" + _ASIDE),),
    "VAL-031": ((r"(?P<list>.*) missing; .*", "{list} ontbreekt; trendlijnen tonen een gat, er wordt niets ingevuld"),),
    "VAL-035": (
        (rf"category (?P<value>\".*\") is not mapped{_SET_ASIDE}", "categorie {value} is niet gekoppeld" + _ASIDE),
        (rf".*{_SET_ASIDE}", "een categorie die niet is gekoppeld" + _ASIDE),
    ),
    "VAL-040": ((rf".* uses (?P<sign>.*?){_SET_ASIDE}", "een getal met vreemde tekens ({sign})" + _ASIDE),),
    "VAL-101": ((rf".*{_SET_ASIDE}", "geen gebiedscode" + _ASIDE),),
    "VAL-102": ((rf".*{_SET_ASIDE}", "een onleesbaar getal" + _ASIDE),),
    "VAL-103": ((rf".*{_SET_ASIDE}", "een aantal dat te groot is voor een gemeente" + _ASIDE),),
    "VAL-106": (
        (rf"{_N} rows .*", "{n} rijen hebben een onbekende plaats; zij tellen voor de gemeente, niet voor een buurt"),
    ),
    "VAL-107": ((rf"(?P<period>\S+) has not begun{_SET_ASIDE}", "{period} is nog niet begonnen" + _ASIDE),),
    "VAL-110": ((rf".*{_SET_ASIDE}", "de marges liggen niet om de waarde heen" + _ASIDE),),
    "VAL-109": ((rf"{_N} cells .*", "{n} cellen zonder rij tellen als 0 (`zero_rows: omitted`)"),),
    "VAL-111": (
        (
            r"(?P<what>.+): (?P<times>[\d.]+) times the usual level; .*",
            "{what}: {times} keer zo hoog als gewoonlijk; andere eenheid, of een decimaalteken verloren?",
        ),
        (
            r"(?P<what>.+): 1/(?P<times>[\d.]+) of the usual level; .*",
            "{what}: {times} keer zo laag als gewoonlijk; andere eenheid, of een decimaalteken verloren?",
        ),
    ),
    "VAL-112": (
        (
            r"the same periods count × (?P<times>[\d.]+) .* \((?P<list>.*)\): .*",
            "dezelfde perioden tellen × {times} in alle gebieden tegelijk ({list}): telwijze veranderd?",
        ),
        (
            r"from (?P<period>\S+) on × (?P<times>[\d.]+) .* \((?P<list>.*)\): .*",
            "vanaf {period} × {times} in alle gebieden tegelijk ({list}): telwijze veranderd?",
        ),
    ),
    "VAL-113": (
        (
            rf"{_N} rows per period, usual (?P<usual>[\d,]+)",
            "{n} rijen per periode, gewoonlijk {usual}",
        ),
    ),
    "VAL-114": (
        (
            rf"{_N} rows to use; declared are at least (?P<low>[\d,]+)",
            "{n} bruikbare rijen; afgesproken zijn er ten minste {low}",
        ),
        (
            rf"{_N} rows to use; declared are (?P<low>[\d,]+) to (?P<high>[\d,]+)",
            "{n} bruikbare rijen; afgesproken zijn er {low} tot {high}",
        ),
    ),
    "VAL-115": (
        (
            r"(?P<period>\S+) has rows of (?P<n>\d+) areas, usual (?P<usual>\d+)",
            "{period} heeft rijen van {n} gebieden, gewoonlijk {usual}",
        ),
    ),
    "VAL-116": (
        (
            r"the name says (?P<day>\S+), the file reaches to (?P<period>\S+)",
            "de naam zegt {day}, het bestand loopt tot en met {period}",
        ),
    ),
    "VAL-117": (
        (
            r"(?P<period>\S+) equals (?P<other>\S+) in every cell; .*",
            "{period} is in elke cel gelijk aan {other}; twee keer geleverd onder een andere periode?",
        ),
    ),
    "COR-001": (
        (
            r"correction (?P<name>`.*?`): the source does not say .* \((?P<n>[\d,]+) cells?\); not applied",
            "correctie {name}: de bron zegt niet meer wat werd gecorrigeerd ({n} cel(len)); niet toegepast",
        ),
    ),
    "QUA-001": (
        (
            r"(?P<share>[\d.]+)% of the events have no known neighbourhood \(limit (?P<limit>\d+)%\)",
            "van {share}% van de voorvallen is de buurt niet bekend (grens {limit}%)",
        ),
    ),
    "QUA-002": (
        (
            r"(?P<n>\d+) weeks should have come in; the newest is (?P<period>\S+)",
            "{n} weken hadden binnen moeten zijn; de nieuwste is {period}",
        ),
    ),
    "QUA-003": (
        (
            r"the neighbourhoods together are (?P<share>[\d.]+)% more .* \(limit (?P<limit>[\d.]+)%\)",
            "de buurten samen zijn {share}% meer dan de gemeente (grens {limit}%)",
        ),
    ),
    "CFG-037": (
        (r"no file matches (?P<name>.*)", "geen bestand past op {name}"),
        (r"(?P<name>`.*`) does not exist", "{name} bestaat niet"),
    ),
    "RUN-010": ((r".*", "een gepubliceerd bestand is beschadigd ({place})"),),
    "RUN-011": ((r".*", "een gepubliceerd bestand ontbreekt ({place})"),),
    "GEO-003": (
        (
            r"(?P<file>.*?): the file says (?P<said>\S+); .* says (?P<stated>\S+) and is used.*",
            "{file}: het bestand zegt {said}; `geography.crs` zegt {stated} en is gebruikt: zo liggen de gebieden goed",
        ),
    ),
    "GEO-010": (
        (
            r"(?P<file>.*?): (?P<n>\d+) gaps?, (?P<size>[\d,]+) m².*",
            "{file}: {n} gat(en), samen {size} m²; op de kaart blijven zij leeg",
        ),
    ),
    "GEO-019": (
        (
            rf"(?P<codes>\d+) area codes are of another division than (?P<year>\d+) \({_N} rows\)",
            "{codes} gebiedscodes horen bij een andere indeling dan {year} ({n} rijen)",
        ),
        (
            r"(?P<file>.*?): division (?P<year>\d+); .* says (?P<other>\d+) \((?P<n>\d+) areas\)",
            "{file}: indeling {year}; `geography.vintage` zegt {other} ({n} gebieden)",
        ),
    ),
    "GEO-101": (
        (
            r"(?P<file>.*?): the file does not say .*; only (?P<crs>\S+) fits and is used",
            "{file}: het bestand noemt geen coördinatenstelsel; alleen {crs} past en is gebruikt",
        ),
    ),
    "GEO-104": (
        (
            r"(?P<file>.*?): (?P<n>\d+) areas had borders .*",
            "{file}: {n} gebieden hadden grenzen die zichzelf kruisen; hersteld",
        ),
        (
            r"(?P<file>.*?): (?P<n>\d+) areas stand .*",
            "{file}: {n} gebieden staan in delen in het bestand en zijn samengevoegd",
        ),
        (r"(?P<file>.*?): borders did not meet.*", "{file}: grenzen sloten niet precies aan en zijn gesloten"),
    ),
    "GEO-108": (
        (
            r"(?P<file>.*?): (?P<n>\d+) areas are not in (?P<other>.*) \((?P<list>.*)\)",
            "{file}: {n} gebieden staan niet in {other} ({list})",
        ),
    ),
    "GEO-120": (
        (
            r"(?P<n>\d+) areas \((?P<level>\S+)\) have no figures from any source: (?P<list>.*)",
            "{n} gebieden ({level}) hebben van geen enkele bron cijfers: {list}",
        ),
    ),
    **SENTENCES_OF_DIVISIONS,
    **SENTENCES_OF_NAMES,
    **SENTENCES_OF_FETCH,
    **SENTENCES_OF_DISCLOSURE,
    **SENTENCES_OF_INDEXES,
    **SENTENCES_OF_HARM,
}

_NOTHING = "u hoeft niets te doen"
_SUPPLIER = "vraag de leverancier het bij de bron te herstellen"
_BOUNDARIES = "gebruik de grenzen zoals het CBS ze publiceert, of laat het zo"
#: Code -> what to do, in Dutch. Shorter than the English repair, which names keys and files.
REPAIRS: dict[str, str] = {
    **REPAIRS_OF_FILES,
    "VAL-004": _SUPPLIER,
    "VAL-005": _SUPPLIER,
    "VAL-008": _SUPPLIER,
    "VAL-010": "vraag de leverancier of het klopt",
    "VAL-012": "vraag de leverancier om deze periode",
    "VAL-013": _SUPPLIER,
    "VAL-016": "voeg een omzetting toe bij `geography.crosswalks`, of lever op de huidige indeling",
    "VAL-022": "vraag de leverancier of deze gebieden ontbreken of nul zijn",
    "VAL-023": "vraag de leverancier, of geef de gebieden op bij `missing_on_purpose`",
    "VAL-025": _NOTHING,
    "VAL-026": _SUPPLIER,
    "VAL-028": "controleer het weeknummer bij de bron",
    "VAL-031": "vraag de leverancier om deze periode",
    "VAL-035": "koppel de categorie bij `categories` van deze bron",
    "VAL-040": _SUPPLIER,
    "VAL-101": _SUPPLIER,
    "VAL-102": _SUPPLIER,
    "VAL-103": _SUPPLIER,
    "VAL-106": _NOTHING,
    "VAL-107": _SUPPLIER,
    "VAL-109": _NOTHING,
    "VAL-110": _SUPPLIER,
    "VAL-111": "vraag de leverancier, en lever het bestand opnieuw",
    "VAL-112": "vraag de leverancier; is er iets veranderd, zet de datum bij `breaks` van de indicator",
    "VAL-113": "vraag de leverancier of het bestand heel is",
    "VAL-114": "vraag de leverancier of het bestand heel is, of pas `expected_rows` aan",
    "VAL-115": "vraag de leverancier of het bestand heel is",
    "VAL-116": "verbeter de datum in de naam van het bestand",
    "VAL-117": "vraag de leverancier om het goede bestand van deze periode",
    "COR-001": "haal de correctie weg, of bekijk het nieuwe cijfer en corrigeer dat",
    "QUA-001": "vraag de leverancier de plaats vast te leggen",
    "QUA-002": "vraag de leverancier wanneer de levering komt",
    "QUA-003": "vraag de leverancier welke van de twee klopt",
    "CFG-037": "zet het bestand in de map van de gemeente, of pas `path` aan",
    "RUN-010": "laad opnieuw; de andere momentopnamen zijn er nog",
    "RUN-011": "laad opnieuw; de andere momentopnamen zijn er nog",
    "GEO-003": "controleer het bestand met de grenzen",
    "GEO-010": "voeg de ontbrekende gebieden toe, of noem ze in `geography.area_list`",
    "GEO-019": "gebruik grenzen en cijfers van dezelfde indeling",
    "GEO-101": "zet het coördinatenstelsel in `geography.crs`",
    "GEO-104": _BOUNDARIES,
    "GEO-108": "niets als deze gebieden geen grens hebben; gebruik anders grenzen en lijst van hetzelfde jaar",
    "GEO-120": "vraag de leverancier, of haal de gebieden uit het bestand met de grenzen",
    **REPAIRS_OF_DIVISIONS,
    **REPAIRS_OF_NAMES,
    **REPAIRS_OF_FETCH,
    **REPAIRS_OF_DISCLOSURE,
    **REPAIRS_OF_INDEXES,
    **REPAIRS_OF_HARM,
}


#: What stops a load or a command: code -> (sentence, repair).
REFUSALS: dict[str, tuple[str, str]] = {**FILES, **VALUES, **CONFIGURATION, **RUNNING}


def dutch_repair(finding: Finding) -> str:
    """What to do, in Dutch; in English where no sentence is known."""
    if finding.code in REFUSALS:
        return REFUSALS[finding.code][1].replace("{named}", _named(finding.fix))
    return REPAIRS.get(finding.code, finding.fix)


_WORDS = {"neighbourhood": "buurt", "district": "wijk", "municipality": "gemeente", " more": " meer", " and ": " en "}


def dutch(finding: Finding) -> str:
    """The finding in Dutch; in English where no sentence is known."""
    for pattern, sentence in SENTENCES.get(finding.code, ()):
        found = re.fullmatch(pattern, finding.what, re.DOTALL)
        if found:
            parts = {name: _dutch_part(name, text or "") for name, text in found.groupdict().items()}
            return sentence.format(place=finding.where, **parts)
    if finding.code in REFUSALS:
        return REFUSALS[finding.code][0].replace("{named}", _named(finding.what))
    return finding.what


def _named(text: str) -> str:
    """What a sentence names between quotes, for the end of another one; empty where it names nothing."""
    names = list(dict.fromkeys(re.findall(r"`[^`]+`|\"[^\"]+\"|(?<!\w)'[^']+'(?!\w)", text)))
    return f" ({', '.join(names)})" if names else ""


def _dutch_part(name: str, text: str) -> str:
    """Numbers with a Dutch thousands sign; the few words between codes in Dutch."""
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+|-?\d+(\.\d+)?", text):
        return text.replace(",", "\0").replace(".", ",").replace("\0", ".")
    if name in ("list", "level"):
        for english, word in _WORDS.items():
            text = text.replace(english, word)
    return text
