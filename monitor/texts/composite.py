"""An index in sentences: what it is, where an area stands, and how far that depends on the way of calculating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from config.index import Index
from config.vocabulary import AreaLevel
from monitor.components.format import count_text, number, period_name
from monitor.i18n import Translator
from monitor.queries.composite import BasePart, Move, ScoredPart, Standing
from monitor.queries.exactness import EXACT, Exactness


def headline(label: str, value: float | None, index: Index, period: str, _: Translator) -> str:
    """The index of the municipality, with what it is held against."""
    return _(
        "{label}: {value} in {period} (100 = municipality in {year})",
        label=label, value=number(value, _), period=period_name(period, _), year=index.base,
    )  # fmt: skip


def sentence(one: Standing, base: str, _: Translator, exact: Exactness = EXACT) -> str:
    """ "Index 86 (100 = gemeente in 2024). Plaats 4; bij andere rekenwijzen 4-4." """
    said = _(
        "Index {value} (100 = municipality in {year}).",
        value=count_text(one.value, _, exact, one.status), year=base,
    )  # fmt: skip
    return f"{said} {place(one, _)}".strip()


def place(one: Standing, _: Translator) -> str:
    """The place, never without the places that other ways of calculating give. The whole and own areas have none."""
    if one.rank is None or one.rank_min is None or one.rank_max is None:
        has_places = one.area_level in (AreaLevel.NEIGHBOURHOOD, AreaLevel.DISTRICT)
        return _("No place: too few residents for a rate.") if has_places else ""
    return _(
        "Rank {rank}; {first}-{last} under other methods.", rank=one.rank, first=one.rank_min, last=one.rank_max
    )  # fmt: skip


def band_name(band: str, _: Translator) -> str:
    """Where an index lies against 100, without a judgement."""
    return {
        "far_below": _("far below 100"),
        "below": _("below 100"),
        "average": _("around 100"),
        "above": _("above 100"),
        "far_above": _("far above 100"),
    }[band]


def bands(_: Translator) -> str:
    """Where the bands end."""
    return _(
        "Far below 100 (less than 70), below (70 to 90), around 100 (90 to 110), above (110 to 130) and far"
        " above (130 and more)."
    )


def meaning(base: Sequence[BasePart], _: Translator) -> str:
    """What 100 and 25 points stand for, and which way is up."""
    return _(
        "100 is the municipality in {year}; 25 points are one ordinary spread between its neighbourhoods in that year."
        " Higher is more favourable. That base stays: each year is measured by it.",
        year=base[0].base_period,
    )


def own_value(value: float | None, base: Sequence[BasePart], _: Translator) -> str:
    """Why the municipality itself is not 100 in the base year, where it is not."""
    if value is None or round(value) == 100:
        return ""
    return _(
        "The municipality's own figures give {value} in {year}: 100 is the mean of its neighbourhoods weighed by"
        " residents, and events without a known neighbourhood count for the municipality only.",
        value=number(value, _), year=base[0].base_period,
    )  # fmt: skip


def division(base: Sequence[BasePart], _: Translator) -> str:
    """On which division the base stands; said louder where its figures were carried over."""
    first = base[0]
    if first.is_carried:
        return _(
            "New division since the base year: the figures of {year} were carried over to the division of {vintage} and"
            " the base was calculated again. Points published on an earlier division cannot be compared with these.",
            year=first.base_period, vintage=first.vintage,
        )  # fmt: skip
    if first.vintage > int(first.base_period):
        return _(
            "The base of {year} stands on the division of {vintage}.", year=first.base_period, vintage=first.vintage
        )
    return ""


def made_of(base: Sequence[BasePart], labels: Mapping[str, str], language: str, _: Translator) -> str:
    """The parts by theme: "Diefstal (woninginbraak, fietsdiefstal); Geweld (mishandeling)"."""
    themes: dict[int, list[str]] = {}
    for one in base:
        themes.setdefault(one.theme, []).append(labels.get(one.part, one.part))
    if not base[0].theme_nl:
        return _("Mean of {parts}.", parts=", ".join(next(iter(themes.values()))))
    names = {one.theme: one.theme_name(language) for one in base}
    said = "; ".join(f"{names[theme]} ({', '.join(parts)})" for theme, parts in themes.items())
    return _("Mean of themes that count alike: {themes}.", themes=said)


def set_by(index: Index, _: Translator) -> str:
    """Who set it, why, and where that stands."""
    return _(
        "Set by {owner}. Purpose: {purpose}. Laid down in: {source}.",
        owner=_bare(index.owner), purpose=_bare(index.purpose), source=_bare(index.source),
    )  # fmt: skip


def way_name(way: str, labels: Mapping[str, str], _: Translator) -> str:
    """Another way of making an index."""
    kind, _sign, part = way.partition(":")
    if kind == "without":
        return _("Without {part}", part=labels.get(part, part))
    return {
        "geometric": _("Multiplied instead of added (geometric mean)"),
        "principal": _("Weights by what goes together (first principal component)"),
    }[kind]


def move(one: Move, _: Translator) -> str:
    """What a way does to the places."""
    if one.rank == one.other_rank:
        return _("every area keeps its place")
    return _(
        "{area} moves most, from place {rank} to {other}; {same} of {n} areas keep their place",
        area=one.area_name, rank=one.rank, other=one.other_rank, same=one.n_same, n=one.n,
    )  # fmt: skip


def largest(moves: Sequence[Move], labels: Mapping[str, str], _: Translator) -> str:
    """The way that moves an area most, in one sentence."""
    one = max(moves, key=lambda found: abs(found.other_rank - found.rank))
    if one.rank == one.other_rank:
        return _("No other way of calculating gives any area another place.")
    return _(
        "What matters most: {way}. Then {area} goes from place {rank} to {other} of {n}.",
        way=_lower(way_name(one.way, labels, _)), area=one.area_name, rank=one.rank, other=one.other_rank, n=one.n,
    )  # fmt: skip


def filled_in(parts: Sequence[ScoredPart], value: float, _: Translator) -> str:
    """The points filled in: "((75 + 85) : 2 + 125) : 2 = 102,5"."""
    themes: dict[int, list[str]] = {}
    for one in parts:
        if one.score is not None:
            themes.setdefault(one.theme, []).append(number(one.score, _, 1))
    sums = [_mean(points) for points in themes.values()]
    return f"{_mean(sums)} = {number(value, _, 1)}".replace("-", "−")


def points_formula(one: ScoredPart, shown: str, _: Translator) -> str:
    """How one figure became points: "100 − 25 × (12,0 − 10,0) : 2,0 = 75,0"."""
    sign = "+" if one.is_higher_better else "−"
    return (
        f"100 {sign} 25 × ({shown} − {number(one.mean, _, 1)}) : {number(one.deviation, _, 1)}"
        f" = {number(one.score, _, 1)}"
    ).replace("-", "−")


def _mean(terms: Sequence[str]) -> str:
    return terms[0] if len(terms) == 1 else f"({' + '.join(terms)}) : {len(terms)}"


def _bare(text: str) -> str:
    """Without a full stop, which the sentence brings."""
    return text.rstrip().removesuffix(".")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
