"""Every source on every division that can be asked: which rows are of which vintage, and how they are carried."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from config.errors import Finding
from config.model import Source
from config.vocabulary import AreaLevel
from etl.carry import Carried, Way, carry
from etl.contract import is_by_period
from etl.divisions import Divisions

_NAMED = 5
#: A border that moved this share of an area's people across it breaks the series of that area.
BREAK_SHARE = 0.10
#: Context indicator with the inhabitants of areas.
POPULATION = "population"


@dataclass
class Carrier:
    """Carries the leaves of sources to one vintage; remembers what it did."""

    con: duckdb.DuckDBPyConnection
    divisions: Divisions
    vintage: int
    done: dict[str, Carried] = field(default_factory=dict)  # by LEAF table
    _ways: dict[int, Way] = field(default_factory=dict)
    _of_period: dict[str, dict[str, int]] = field(default_factory=dict)

    def carried(self, table: str, source: Source, figures: frozenset[str]) -> str:
        """The table of a source's leaves on the vintage of this carrier: its own where nothing has to change.

        Args:
            table: LEAF, as delivered or as an edition may see it. figures: indicators that are never summed.
        """
        if len(self.divisions.vintages) == 1:
            return table
        if table not in self.done:
            of = self.vintages_of(table, source)
            is_whole = not self.divisions.trees[self.vintage].former
            ways = {one: self._way(one) for one in set(of.values()) if one != self.vintage or not is_whole}
            self.done[table] = carry(
                self.con, table, vintages=of, to_vintage=self.vintage, ways=ways, figures=figures,
                table=f"{table}__{self.vintage}",
            )  # fmt: skip
        return self.done[table].table

    def declare(self, table: str, of_period: Mapping[str, int]) -> None:
        """Say on which vintage the rows of a table are, where that is not what its source declares."""
        self._of_period[table] = dict(of_period)

    def vintages_of(self, table: str, source: Source) -> Mapping[str, int]:
        """Period -> vintage of its area codes."""
        if table not in self._of_period:
            self._of_period[table] = vintages_of(self.con, table, source, self.divisions)
        return self._of_period[table]

    def _way(self, vintage: int) -> Way:
        if vintage not in self._ways:
            self._ways[vintage] = self.divisions.way(vintage, self.vintage)
        return self._ways[vintage]


def vintages_of(con: duckdb.DuckDBPyConnection, table: str, source: Source, divisions: Divisions) -> dict[str, int]:
    """Division of each period of a LEAF table: the one its source declares, or the one that knows its codes."""
    rows = con.execute(f'SELECT DISTINCT period, area_code FROM "{table}"').fetchall()
    if not is_by_period(source):
        declared = source.vintage if isinstance(source.vintage, int) else divisions.screen
        vintage = declared if declared in divisions.vintages else divisions.screen
        return {str(period): vintage for period, _ in rows}
    codes: dict[str, set[str]] = defaultdict(set)
    for period, code in rows:
        codes[str(period)].add(str(code))
    known: dict[tuple[int, frozenset[str]], int] = {}
    found = {}
    for period, of_period in codes.items():
        key = (int(period[:4]), frozenset(of_period))
        if key not in known:
            known[key] = divisions.vintage_of(of_period, key[0])
        found[period] = known[key]
    return found


def inhabitants(
    con: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, Source]], divisions: Divisions
) -> dict[int, dict[str, float]]:
    """Inhabitants of neighbourhoods per vintage, as the newest year that is of that vintage gives them."""
    found: dict[int, dict[str, float]] = {}
    if len(divisions.vintages) == 1:
        return found
    for table, source in tables:
        of = vintages_of(con, table, source, divisions)
        rows = con.execute(
            f"""SELECT period, area_code, value FROM "{table}" WHERE indicator = ? AND area_level = ?
                AND period_type = 'year' AND value IS NOT NULL ORDER BY period""",
            [POPULATION, AreaLevel.NEIGHBOURHOOD],
        ).fetchall()
        for period, code, value in rows:
            found.setdefault(of[str(period)], {})[str(code)] = float(value)
    return found


def findings(carrier: Carrier, sources: Sequence[tuple[str, Source]]) -> list[tuple[str, Finding]]:
    """Per source: what was carried, for which share by estimate, and what could not be.

    Args:
        sources: (LEAF table, source), as carried.
    """
    told: list[tuple[str, Finding]] = []
    for table, source in sources:
        done = carrier.done.get(table)
        if done is None or not done.vintages:
            continue
        former = " and ".join(str(vintage) for vintage in sorted(done.vintages))
        share = f"{done.estimated_share:.1%}"
        what = f"rows of division {former} are shown on that of {carrier.vintage}; estimated share {share}"
        told.append((source.id, Finding("GEO-122", what, source.id, "none needed", "note")))
        for code in carrier.divisions.predecessors:
            since = _since(carrier.divisions, code, carrier.vintages_of(table, source))
            what = f"{code} no longer exists since {since}; successor {carrier.divisions.code}. Series are converted"
            told.append(
                (source.id, Finding("GEO-123", f"{what}, estimated share {share}", source.id, "none needed", "note"))
            )
        if done.rows_aside:
            codes = ", ".join(done.codes_aside[:_NAMED])
            more = len(done.codes_aside) - _NAMED
            codes += f" and {more} more" if more > 0 else ""
            what = f"{done.rows_aside:,} rows of {len(done.codes_aside)} areas lead to no area of {carrier.vintage}"
            fix = "add the areas to a file of `geography.crosswalks`"
            finding = Finding("GEO-124", f"{what} ({codes}); set aside", source.id, fix, "warning", done.rows_aside)
            told.append((source.id, finding))
    return told


def _since(divisions: Divisions, code: str, of_period: Mapping[str, int]) -> int:
    """First year without a municipality: of the rows that come after it, else of the divisions."""
    later = [vintage for vintage in divisions.vintages if code not in divisions.trees[vintage].former]
    last = max((vintage for vintage in divisions.vintages if vintage not in later), default=divisions.vintages[0])
    first = min((vintage for vintage in later if vintage > last), default=divisions.screen)
    return min((int(period[:4]) for period, vintage in of_period.items() if vintage > last), default=first)


@dataclass(frozen=True)
class MovedBorder:
    """An area that kept its code while its border moved: what changed of its people."""

    area_code: str
    from_vintage: int
    to_vintage: int
    change: float  # people of the new ground / people of the old ground - 1


def moved_borders(divisions: Divisions) -> list[MovedBorder]:
    """Areas on screen with the code of an earlier area whose border moved by more than `BREAK_SHARE` of its people.

    Both numbers are of the same year, so that growth is no change of border.
    """
    found = []
    for vintage in divisions.vintages:
        if vintage >= divisions.screen:
            continue
        people = divisions.weights.get(vintage, {})
        links = divisions.hoods.links(vintage, divisions.screen, divisions.weights)
        after: dict[str, float] = defaultdict(float)
        for link in links:
            after[link.to_code] += people.get(link.from_code, 0.0) * float(link.share)
        changed = {code for link in links if not link.is_whole for code in (link.from_code, link.to_code)}
        for code in sorted(changed & people.keys() & divisions.hoods.codes[divisions.screen]):
            if people[code] > 0 and abs(after[code] / people[code] - 1) > BREAK_SHARE:
                found.append(MovedBorder(code, vintage, divisions.screen, after[code] / people[code] - 1))
    return found


def told_borders(moved: Sequence[MovedBorder], where: str) -> list[Finding]:
    """One warning per division whose borders moved under unchanged codes."""
    found = []
    for vintage in sorted({one.from_vintage for one in moved}):
        changed = [one for one in moved if one.from_vintage == vintage]
        codes = ", ".join(one.area_code for one in changed[:_NAMED])
        codes += f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
        what = (
            f"the border of {len(changed)} areas moved between {vintage} and {changed[0].to_vintage} while their code"
            f" stayed, with more than {BREAK_SHARE:.0%} of their residents: {codes}; their series break there"
        )
        found.append(Finding("GEO-125", what, where, "none needed", "warning", number=len(changed)))
    return found
