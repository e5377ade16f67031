"""Dutch sentences of findings about divisions, link tables and what was carried (see `etl.findings_nl`)."""

from __future__ import annotations

_N = r"(?P<n>[\d,]+)"

#: Code -> (pattern of the English sentence, Dutch sentence).
SENTENCES_OF_DIVISIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "GEO-121": (
        (
            rf"{_N} areas of (?P<old>\d+) lead to none of (?P<new>\d+): (?P<list>.*); their series break there",
            "{n} gebieden van {old} leiden naar geen gebied van {new}: {list}; hun reeksen breken daar af",
        ),
    ),
    "GEO-122": (
        (
            r"rows of division (?P<list>.*) are shown on that of (?P<new>\d+); estimated share (?P<share>[\d.]+)%",
            "cijfers van indeling {list} staan op die van {new}; aandeel geschat {share}%",
        ),
    ),
    "GEO-123": (
        (
            r"(?P<old>GM\d+) no longer exists since (?P<year>\d+); successor (?P<new>GM\d+)\. Series are converted,"
            r" estimated share (?P<share>[\d.]+)%",
            "{old} bestaat sinds {year} niet meer; opvolger {new}. Reeksen zijn omgerekend, aandeel geschat {share}%",
        ),
    ),
    "GEO-124": (
        (
            rf"{_N} rows of (?P<areas>\d+) areas lead to no area of (?P<new>\d+) \((?P<list>.*)\); set aside",
            "{n} rijen van {areas} gebieden leiden naar geen gebied van {new} ({list}); apart gezet",
        ),
    ),
    "GEO-125": (
        (
            rf"the border of {_N} areas moved between (?P<old>\d+) and (?P<new>\d+) while their code stayed, with more"
            r" than (?P<share>\d+)% of their residents: (?P<list>.*); their series break there",
            "de grens van {n} gebieden is tussen {old} en {new} verlegd terwijl hun code bleef, met meer dan {share}%"
            " van hun inwoners: {list}; hun reeksen breken daar af",
        ),
    ),
}

REPAIRS_OF_DIVISIONS: dict[str, str] = {
    "GEO-121": "neem ze op in een bestand van `geography.crosswalks`; gelijke namen zijn een voorstel, geen bewijs",
    "GEO-122": "u hoeft niets te doen",
    "GEO-123": "u hoeft niets te doen",
    "GEO-124": "neem de gebieden op in een bestand van `geography.crosswalks`",
    "GEO-125": "u hoeft niets te doen",
}
