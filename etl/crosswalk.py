"""What became of areas between two divisions: links between codes, from vintage to vintage.

    line   one line of a link table: area A of 2018 went for this share to area B of 2024
    step   all lines between two vintages
    link   the same after composing steps (2018 → 2020 → 2024), with its kind

An area that no line mentions and that both divisions have is itself: identical. Shares are fractions, so steps compose
without loss; `on_grid` gives shares of which sums of counts are exact in floating point. Pure: no file, no database.

Kinds (words of CBS in its notes on wijken and buurten): identical, renamed (same code, other name), recoded (other
code, same ground), merged (whole, into an area that others went into too), split (part, into areas of its own), moved
(part, into an area that others went into too: a border moved).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from config.errors import AreasError, Finding

#: Shares are multiples of 1 / GRID: products with counts below 2 ** 29 and all their sums are exact in a double.
GRID = 2**24
#: The shares of one area may miss 1 by this much: they are written with few decimals. They are then scaled to 1.
TOLERANCE = Fraction(1, 200)


class Kind(StrEnum):
    """What happened to an area."""

    IDENTICAL = "identical"
    RENAMED = "renamed"
    RECODED = "recoded"
    SPLIT = "split"
    MERGED = "merged"
    MOVED = "moved"


@dataclass(frozen=True)
class Line:
    """One line of a link table. `basis`: table, overlap or population; `where`: its place, for messages."""

    from_code: str
    from_vintage: int
    to_code: str
    to_vintage: int
    share: Fraction = Fraction(1)
    from_name: str | None = None
    to_name: str | None = None
    basis: str = "table"
    where: str = ""

    @property
    def step(self) -> tuple[int, int]:
        return self.from_vintage, self.to_vintage


@dataclass(frozen=True)
class Link:
    """What part of an area of one vintage is in an area of another.

    is_sole: nothing else went into `to_code`, so also a figure that cannot be summed may be taken over if share is 1.
    """

    from_code: str
    to_code: str
    share: Fraction
    kind: Kind
    is_sole: bool
    basis: str

    @property
    def is_whole(self) -> bool:
        return self.share == 1


@dataclass(frozen=True)
class Crosswalk:
    """Divisions and how areas lead from one to another.

    codes: vintage -> codes of its areas, all of one level.
    names: vintage -> code -> name, as far as lines tell.
    steps: (from, to) -> lines. screen: the vintage on screen.
    """

    screen: int
    codes: Mapping[int, frozenset[str]]
    steps: Mapping[tuple[int, int], tuple[Line, ...]] = field(default_factory=dict)
    names: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    _composed: dict[tuple[object, ...], tuple[Link, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def vintages(self) -> tuple[int, ...]:
        """Every vintage that can be asked, oldest first."""
        return tuple(sorted(self.codes))

    def path(self, from_vintage: int, to_vintage: int) -> list[int] | None:
        """The vintages on the way, both ends included: the fewest steps, over later ones where several are as short."""
        reached: dict[int, list[int]] = {from_vintage: [from_vintage]}
        waiting = [from_vintage]
        while waiting and to_vintage not in reached:
            here = waiting.pop(0)
            beside = {b if a == here else a for a, b in self.steps if here in (a, b)}
            for there in sorted(beside - reached.keys(), reverse=True):
                reached[there] = [*reached[here], there]
                waiting.append(there)
        return reached.get(to_vintage)

    def links(
        self, from_vintage: int, to_vintage: int, weights: Mapping[int, Mapping[str, float]] | None = None
    ) -> tuple[Link, ...]:
        """Links from every area of one vintage to those of another; an area that leads nowhere has none.

        Args:
            weights: vintage -> area -> inhabitants. An area made of several is divided by them on the way back in
                time; without them it leads nowhere back.
        """
        key = (from_vintage, to_vintage, None if weights is None else id(weights))
        if key not in self._composed:
            self._composed[key] = self._compose(from_vintage, to_vintage, weights or {})
        return self._composed[key]

    def _compose(
        self, from_vintage: int, to_vintage: int, weights: Mapping[int, Mapping[str, float]]
    ) -> tuple[Link, ...]:
        way = self.path(from_vintage, to_vintage)
        if way is None:
            return ()
        found: dict[str, dict[str, tuple[Fraction, str]]] = {
            code: {code: (Fraction(1), "identical")} for code in sorted(self.codes[from_vintage])
        }
        for here, there in pairwise(way):
            step = self._forward(here, there) if here < there else self._backward(here, there, weights)
            found = {code: _one_step(parts, step) for code, parts in found.items()}
        renamed = self._renamed(from_vintage, to_vintage)
        return _with_kinds({code: parts for code, parts in found.items() if parts}, renamed)

    def _forward(self, here: int, there: int) -> dict[str, list[tuple[str, Fraction, str]]]:
        """Area -> its parts in the next vintage: as lines tell, else itself where it is still there."""
        parts: dict[str, list[tuple[str, Fraction, str]]] = defaultdict(list)
        mentioned = {line.from_code for line in self.steps[here, there]}
        for line in self.steps[here, there]:
            if line.to_code in self.codes[there]:
                parts[line.from_code].append((line.to_code, line.share, line.basis))
        for code in self.codes[here] & self.codes[there] - mentioned:
            parts[code].append((code, Fraction(1), "identical"))
        return parts

    def _backward(
        self, here: int, there: int, weights: Mapping[int, Mapping[str, float]]
    ) -> dict[str, list[tuple[str, Fraction, str]]]:
        """Area -> the areas it was made of: the one it lies in, or several by their inhabitants where all are known."""
        origins: dict[str, list[tuple[str, Fraction, str]]] = defaultdict(list)
        for code, parts in self._forward(there, here).items():
            for to_code, share, basis in parts:
                origins[to_code].append((code, share, basis))
        known = weights.get(there, {})
        back: dict[str, list[tuple[str, Fraction, str]]] = {}
        for code, made_of in origins.items():
            if len(made_of) == 1:
                back[code] = [(made_of[0][0], Fraction(1), made_of[0][2])]
                continue
            sizes = [Fraction(known.get(origin, 0.0)) * share for origin, share, _ in made_of]
            if all(size > 0 for size in sizes):
                total = sum(sizes)
                back[code] = [(one[0], size / total, "population") for one, size in zip(made_of, sizes, strict=True)]
        return back

    def _renamed(self, from_vintage: int, to_vintage: int) -> frozenset[str]:
        before, after = self.names.get(from_vintage, {}), self.names.get(to_vintage, {})
        return frozenset(code for code in before.keys() & after.keys() if before[code] != after[code])


def _one_step(
    parts: Mapping[str, tuple[Fraction, str]], step: Mapping[str, list[tuple[str, Fraction, str]]]
) -> dict[str, tuple[Fraction, str]]:
    found: dict[str, tuple[Fraction, str]] = {}
    for code, (share, basis) in parts.items():
        for to_code, part, of_step in step.get(code, ()):
            before, known = found.get(to_code, (Fraction(0), ""))
            words = {*known.split(", "), *basis.split(", "), of_step} - {"", "identical"}
            found[to_code] = (before + share * part, ", ".join(sorted(words)) or "identical")
    return found


def _with_kinds(found: Mapping[str, Mapping[str, tuple[Fraction, str]]], renamed: Collection[str]) -> tuple[Link, ...]:
    origins: dict[str, int] = defaultdict(int)
    for parts in found.values():
        for to_code in parts:
            origins[to_code] += 1
    links = []
    for code, parts in found.items():
        for to_code, (share, basis) in sorted(parts.items()):
            if share == 1 and origins[to_code] > 1:
                kind = Kind.MERGED
            elif share == 1:
                same = Kind.RENAMED if code in renamed else Kind.IDENTICAL
                kind = same if code == to_code else Kind.RECODED
            else:
                kind = Kind.SPLIT if all(origins[other] == 1 for other in parts) else Kind.MOVED
            links.append(Link(code, to_code, share, kind, origins[to_code] == 1, basis))
    return tuple(links)


def on_grid(shares: Iterable[Fraction]) -> list[float]:
    """Shares as multiples of 1 / GRID that add up to what they added up to (largest remainders).

    A whole number below 2 ** 29 times these, summed in any order, is exact in a double: totals survive to the bit.
    """
    exact = [share * GRID for share in shares]
    floors = [int(one) for one in exact]
    missing = round(sum(exact)) - sum(floors)
    order = sorted(range(len(exact)), key=lambda place: (floors[place] - exact[place], place))
    for place in order[:missing]:
        floors[place] += 1
    return [number / GRID for number in floors]


# --- from lines ------------------------------------------------------------------------------------------------------


def crosswalk_of(
    lines: Iterable[Line], *, screen: int, known: Mapping[int, Collection[str]], own: Collection[str]
) -> Crosswalk:
    """Hold the lines against each other and against the divisions that are known, and make the crosswalk.

    Args:
        lines: of one level.
        screen: vintage on screen; `known` has its areas.
        known: vintage -> all its areas, for divisions of which there is a list or a map.
        own: codes of the municipality and of those that went into it. Lines of others are left out.

    Raises:
        AreasError: GEO-111 a code or a level that cannot be, GEO-112 shares that do not add up, GEO-113 a code that its
            division does not have, GEO-114 a step back in time, GEO-115 a vintage that does not lead to the one on
            screen, GEO-116 the same line twice.
    """
    kept = [line for line in lines if _is_own(line.from_code, own)]
    problems = [*_strange(kept), *_twice(kept), *_backwards(kept), *_unequal(kept)]
    if problems:
        raise AreasError.of(problems)
    steps: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in _scaled(kept):
        steps[line.step].append(line)
    codes = {vintage: frozenset(found) for vintage, found in known.items()}
    _spread(codes, steps, own)
    adrift = sorted({vintage for step in steps for vintage in step} - codes.keys())
    if adrift:
        where = next(line.where for line in kept if adrift[0] in line.step)
        what = f"division {adrift[0]} does not lead to {screen}, the one on screen"
        raise AreasError("GEO-115", what, where=where, fix=f"add a link table that leads from {adrift[-1]} to {screen}")
    unknown = list(_unknown(steps, codes, own))
    if unknown:
        raise AreasError.of(unknown)
    return Crosswalk(screen, codes, {step: tuple(found) for step, found in sorted(steps.items())}, _names(kept))


def _is_own(code: str, own: Collection[str]) -> bool:
    return f"GM{code[2:6]}" in own


def _strange(lines: Iterable[Line]) -> Iterable[Finding]:
    for line in lines:
        if line.from_code[:2] != line.to_code[:2]:
            what = f"{line.from_code} and {line.to_code} are areas of two levels"
            yield Finding("GEO-111", what, line.where, "link a buurt to a buurt, a wijk to a wijk")


def _twice(lines: Iterable[Line]) -> Iterable[Finding]:
    seen: dict[tuple[str, int, str, int], str] = {}
    for line in lines:
        key = (line.from_code, line.from_vintage, line.to_code, line.to_vintage)
        if key in seen:
            what = f"{line.from_code} of {line.from_vintage} to {line.to_code} of {line.to_vintage} is given twice"
            yield Finding("GEO-116", f"{what} (first: {seen[key]})", line.where, "remove one of the two")
        seen.setdefault(key, line.where)


def _backwards(lines: Iterable[Line]) -> Iterable[Finding]:
    for line in lines:
        if line.from_vintage >= line.to_vintage:
            what = f"leads from {line.from_vintage} to {line.to_vintage}; a link leads to a later division"
            yield Finding("GEO-114", what, line.where, "swap the two sides; the way back follows from it")


def _per_area(lines: Iterable[Line]) -> dict[tuple[str, int, int], list[Line]]:
    found: dict[tuple[str, int, int], list[Line]] = defaultdict(list)
    for line in lines:
        found[line.from_code, *line.step].append(line)
    return found


def _unequal(lines: Iterable[Line]) -> Iterable[Finding]:
    for (code, vintage, _), parts in _per_area(lines).items():
        total = sum((line.share for line in parts), Fraction(0))
        if abs(total - 1) > TOLERANCE:
            what = f"the shares of {code} of {vintage} add up to {float(total):.4g}, not to 1 ({len(parts)} lines)"
            yield Finding("GEO-112", what, parts[0].where, "give the shares of all areas it went to")


def _scaled(lines: Iterable[Line]) -> Iterable[Line]:
    for parts in _per_area(lines).values():
        total = sum((line.share for line in parts), Fraction(0))
        for line in parts:
            yield line if total == 1 else Line(**{**vars(line), "share": line.share / total})


def _spread(
    codes: dict[int, frozenset[str]], steps: Mapping[tuple[int, int], list[Line]], own: Collection[str]
) -> None:
    """The codes of divisions that have no list: those of the division beside it, less what the lines changed."""
    waiting = True
    while waiting:
        waiting = False
        for (before, after), lines in steps.items():
            gone = {line.from_code for line in lines}
            new = {line.to_code for line in lines if _is_own(line.to_code, own)}
            if before in codes and after not in codes:
                codes[after] = frozenset(codes[before] - gone | new)
                waiting = True
            elif after in codes and before not in codes:
                codes[before] = frozenset(codes[after] - new | gone)
                waiting = True


def _unknown(
    steps: Mapping[tuple[int, int], list[Line]], codes: Mapping[int, frozenset[str]], own: Collection[str]
) -> Iterable[Finding]:
    for lines in steps.values():
        for line in lines:
            for code, vintage in ((line.from_code, line.from_vintage), (line.to_code, line.to_vintage)):
                if _is_own(code, own) and code not in codes[vintage]:
                    what = f"{code} is not in division {vintage}"
                    yield Finding("GEO-113", what, line.where, "correct the code or the year of the division")


def _names(lines: Iterable[Line]) -> dict[int, dict[str, str]]:
    names: dict[int, dict[str, str]] = defaultdict(dict)
    for line in lines:
        for vintage, code, name in (
            (line.from_vintage, line.from_code, line.from_name),
            (line.to_vintage, line.to_code, line.to_name),
        ):
            if name:
                names[vintage][code] = name
    return dict(names)
