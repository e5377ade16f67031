"""The indicator that a municipality's weights make, and what those weights must cover.

Weights belong to offences. So every code of the offence list that the municipality loads is weighed or left out on
purpose, and what is weighed is an indicator of its own: its counts are on screen beside the days. Who knows the weights
can read the counts of rare, heavy offences from the score; so it is shown only for the levels and lengths of period for
which each of its offences is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from config.explain import did_you_mean
from config.harm import HARM, Harm
from config.model import Indicator, Municipality, StatlineSource, Text
from config.numerator import Numerator
from config.strict_yaml import Document, KeyPath
from config.vocabulary import TOTAL_CODE, AreaLevel, Direction, Pack, PeriodType, SourceKind, Unit

#: Table of the kinds of crime on its three StatLine releases; the first that a municipality loads counts.
CRIME_TABLES = ("47022NED", "47018NED", "47013NED")
#: Levels and lengths of period of the score, where its offences have them.
LEVELS = (AreaLevel.NEIGHBOURHOOD, AreaLevel.DISTRICT, AreaLevel.MUNICIPALITY)
PERIOD_TYPES = (PeriodType.MONTH, PeriodType.QUARTER, PeriodType.YEAR)
THEME = "crime"

_WHERE = ("harm",)


@dataclass(frozen=True)
class Offences:
    """The list of offences that weights refer to: `table` as in `config/categories`, code -> Dutch title."""

    table: str
    titles: Mapping[str, str]

    def counted_by(self, code: str, indicators: Iterable[Indicator]) -> Indicator | None:
        """The first indicator that counts exactly this code."""
        return next((entry for entry in indicators if self._codes(entry) == (code,)), None)

    def _codes(self, entry: Indicator) -> tuple[str, ...]:
        numerator = entry.numerator
        if self.table == SourceKind.POLITIE_KAART:
            return numerator.politie_kaart.codes if numerator.politie_kaart else ()
        statline = numerator.statline
        return statline.codes if statline and self.table in statline.tables else ()


def offences_of(municipality: Municipality, categories: Mapping[str, Mapping[str, str]]) -> Offences | None:
    """Offences of the first source that gives them one by one; None: there is only a rough division, or nothing."""
    tables = [source.table for source in municipality.sources if isinstance(source, StatlineSource)]
    kinds = {str(source.kind) for source in municipality.sources}
    candidates = [table for table in tables if table in CRIME_TABLES]
    candidates += [SourceKind.POLITIE_KAART] if SourceKind.POLITIE_KAART in kinds else []
    for table in candidates:
        if titles := categories.get(table):
            return Offences(str(table), {code: title for code, title in titles.items() if code != TOTAL_CODE})
    return None


def check_harm(
    document: Document,
    municipality: Municipality,
    indicators: Mapping[str, Indicator],
    categories: Mapping[str, Mapping[str, str]],
) -> None:
    """Add a finding for everything that keeps these weights from making an indicator.

    Args:
        indicators: of the catalogue and of the municipality itself.
    """
    harm = municipality.harm
    if harm is None:
        return
    if HARM in indicators or HARM in {one.id for one in municipality.indexes}:
        what = f"`{HARM}` is the id of the indicator that `harm` makes"
        document.add("CFG-024", what, path=_WHERE, fix="give the other indicator another id")
    offences = offences_of(municipality, categories)
    if offences is None:
        tables = ", ".join(CRIME_TABLES)
        document.add(
            "CFG-075",
            "`harm` needs a source that gives offences one by one; weights of a few broad groups say nothing",
            path=_WHERE,
            fix=f"add a source of kind statline (table {tables}) or politie_kaart, or leave `harm` out",
        )
        return
    _check_codes(document, harm, offences)
    _check_members(document, harm, offences, _in_use(municipality, indicators))


def _check_codes(document: Document, harm: Harm, offences: Offences) -> None:
    places: list[tuple[str, KeyPath]] = [(code, (*_WHERE, "weights", code)) for code in harm.weights]
    places += [(code, (*_WHERE, "exclude", n)) for n, code in enumerate(harm.exclude)]
    for code, path in places:
        if code not in offences.titles:
            is_total = code == TOTAL_CODE
            near = "" if is_total else did_you_mean(code, offences.titles)
            what = f"`{code}` is the total, no offence" if is_total else f"`{code}` is no offence of {offences.table}"
            fix = "leave it out" if is_total else "see config/categories for its codes"
            document.add("CFG-072", f"{what}{near}", path=path, fix=fix)
    for n, code in enumerate(harm.exclude):
        if code in harm.weights:
            what = f"`{code}` has a weight and is left out"
            document.add("CFG-071", what, path=(*_WHERE, "exclude", n), fix="keep one of the two")
    missing = [code for code in offences.titles if code not in harm.weights and code not in harm.exclude]
    if missing:
        listed = ", ".join(f'"{code}"' for code in missing)
        document.add(
            "CFG-070",
            f"{len(missing)} offences of {offences.table} have no weight and are not left out: {listed}",
            path=_WHERE,
            fix="weigh each of them under `weights`, or copy the codes into `exclude: […]`",
        )


def _check_members(document: Document, harm: Harm, offences: Offences, indicators: Iterable[Indicator]) -> None:
    known = list(indicators)
    counted = {code: offences.counted_by(code, known) for code in harm.weights if code in offences.titles}
    members = [entry for entry in counted.values() if entry is not None]
    if not (_common_levels(members) and _common_period_types(members)):
        document.add(
            "CFG-077",
            "the weighed offences share no level or no length of period",
            path=_WHERE,
            fix="give the entries under `indicators.own` the levels and period types of the others",
        )
    for code, entry in counted.items():
        if entry is None:
            document.add(
                "CFG-074",
                f"no indicator counts `{code}` ({offences.titles[code]}) alone",
                path=(*_WHERE, "weights", code),
                fix="add it to `exclude`, or an entry under `indicators.own` with this one code",
            )


def _common_levels(members: Iterable[Indicator]) -> tuple[AreaLevel, ...]:
    shown = [set(member.levels) for member in members]
    return tuple(level for level in LEVELS if all(level in levels for levels in shown))


def _common_period_types(members: Iterable[Indicator]) -> tuple[PeriodType, ...]:
    shown = [set(member.period_types) for member in members]
    return tuple(kind for kind in PERIOD_TYPES if all(kind in kinds for kinds in shown))


def _in_use(municipality: Municipality, indicators: Mapping[str, Indicator]) -> Iterator[Indicator]:
    """The municipality's own first, those it switched off last: what is weighed is on screen where it can be."""
    own = {entry.id for entry in municipality.indicators.own}
    disabled = set(municipality.indicators.disable)
    yield from sorted(indicators.values(), key=lambda entry: (entry.id in disabled, entry.id not in own))


def with_harm(
    municipality: Municipality,
    indicators: Mapping[str, Indicator],
    categories: Mapping[str, Mapping[str, str]],
) -> dict[str, Indicator]:
    """The indicators, and after the last of its theme the one that the weights make; unchanged without weights.

    Weights that `check_harm` accepts are asked for: one that no indicator counts raises KeyError.
    """
    if municipality.harm is None:
        return dict(indicators)
    made = harm_indicator(municipality, municipality.harm, indicators, categories)
    place = max((n for n, entry in enumerate(indicators.values(), start=1) if entry.theme == THEME), default=0)
    listed = list(indicators.items())
    return dict([*listed[:place], (HARM, made), *listed[place:]])


def harm_indicator(
    municipality: Municipality,
    harm: Harm,
    indicators: Mapping[str, Indicator],
    categories: Mapping[str, Mapping[str, str]],
) -> Indicator:
    """Days per 1,000 inhabitants: the sum over offences of weight times number."""
    offences = offences_of(municipality, categories)
    known = list(_in_use(municipality, indicators))
    members: dict[str, tuple[Indicator, float]] = {}
    for code, weight in harm.weights.items():
        member = offences.counted_by(code, known) if offences else None
        if member is None:
            raise KeyError(f"no indicator counts {code}")
        members[code] = (member, weight)
    day = harm.date.isoformat()
    return Indicator(
        id=HARM,
        pack=Pack.POLICE,
        theme=THEME,
        label=Text(nl="Ernstscore", en="Harm score"),
        description=Text(
            nl="Geregistreerde misdrijven, elk geteld met het aantal dagen dat de gemeente eraan heeft toegekend.",
            en="Registered offences, each counted with the number of days that the municipality gave it.",
        ),
        unit=Unit.DAYS_PER_1000_INHABITANTS,
        numerator=Numerator(
            sum_of=tuple(member.id for member, _ in members.values()),
            weights=tuple(weight for _, weight in members.values()),
        ),
        denominator="population",
        direction=Direction.HIGHER_IS_WORSE,
        levels=_common_levels(member for member, _ in members.values()),
        period_types=_common_period_types(member for member, _ in members.values()),
        source=next((member.source for member, _ in members.values() if member.source), None),
        caveat=Text(
            nl=f"Een enkel zwaar delict kan dit cijfer bepalen. De weging is vastgesteld door {harm.owner} op {day} en"
            " is geen officiële schaal: een andere weging geeft een ander cijfer.",
            en=f"A single serious offence can decide this figure. The weights were set by {harm.owner} on {day} and are"
            " no official scale: other weights give another figure.",
        ),
        owner=Text(nl=harm.owner, en=harm.owner),
        follow_up=Text(
            nl="Bekijk welk delict het cijfer bepaalt, en bespreek dat met de eigenaar van dat onderwerp.",
            en="See which offence decides the figure, and discuss it with the owner of that topic.",
        ),
        composition_version=day,
    )
