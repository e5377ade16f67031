"""Two towns that look alike in public: the same rounded figures, other exact counts behind them.

The one is loaded; the other is given the key and the memory of its rounding, and other counts that the promise allows:
0 to 4 where 0 is shown, 1 to 5 where 5 is. Whatever the public edition says of the two must be the same, byte for byte:
then nothing that it says follows from an exact count. Totals are large and odd, so that they do not occur by chance.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from unittest import mock

import duckdb
import numpy as np

from config.vocabulary import Edition
from etl.deliveries import DeliveryLog
from etl.disclosure.memory import FILE, KEY_FILE
from etl.run import load
from etl.snapshot import SETTINGS
from etl.upkeep import withdraw
from etl.warehouse import snapshot_folder
from tests.smalltown import CODE, CODES, SLUG, Town, town

__all__ = ["CODE", "CODES", "SLUG", "Twin", "twins"]

WORDS = {"Woninginbraak": "burglary_home", "Mishandeling": "assault"}
RESTRICTED = (*WORDS.values(), "all_reports")
MONTHS = tuple(f"{year}-{month:02}" for year in range(2023, 2027) for month in range(1, 13))[18:44]  # to 2026-08
#: Months that the first delivery holds; the second one has all, and revises the last two of these.
FIRST = len(MONTHS) - 1
HEADER = "Buurt;Maand;Soort;Aantal"
CONFIGURATION = """\
code: GM9905
name: Kleinstad
folder: kleinstad
geography:
  boundaries: buurten.geojson
  vintage: 2024
  schematic: true
  crosswalks: [buurten_2023_2024.csv]
  custom_areas:
    - {id: centrum, name: Centrum, neighbourhoods: [BU99050101, BU99050205, BU99050206]}
sources:
  - id: reports
    kind: tabular
    path: "own/*.csv"
    columns: {area: Buurt, period: Maand, category: Soort, count: Aantal}
    period: {type: month, pattern: "{year}-{month:02}"}
    categories: {Woninginbraak: burglary_home, Mishandeling: assault}
    zero_rows: omitted
    delivery: {date: "{year}-{month:02}-{day:02}"}
    legal_basis: "Convenant"
    purpose: "Gebiedsgericht beleid"
    retention_months: 120
    practice: true
  - id: litter
    kind: tabular
    path: "litter/*.csv"
    columns: {area: Buurt, period: Maand}
    period: {type: month, pattern: "{year}-{month:02}"}
    values: {Aantal: litter_reports}
    publication: open
    practice: true
  - {id: key_figures, kind: kwb, path: "kwb/*.csv", practice: true}
indicators:
  packs: [police, context, public_space]
  own:
    - {id: all_reports, pack: own, theme: own, label: {nl: Alle eigen meldingen, en: All own reports},
       unit: per_1000_inhabitants, denominator: population,
       numerator: {sum_of: [burglary_home, assault]}}
questions:
  - {id: inbraak, question: "Waar loopt woninginbraak op?", owner: "Team Veiligheid", follow_up: "Gesprek",
     indicators: [burglary_home, all_reports], audience: [adviser], maintainer: "Informatie", review: 2027-03-01}
targets:
  - {indicator: burglary_home, level: municipality, period: "2027", value: 3.0, source: "Plan"}
contact: {name: Team Veiligheid, email: veiligheid@kleinstad.example}
today: 2026-11-16
"""


@dataclass(frozen=True)
class Twin:
    """A loaded town: load 000002 is served, 000001 is kept. `counts`: shape (categories, areas, months)."""

    town: Town
    counts: np.ndarray

    @property
    def config(self) -> Path:
        return self.town.place / "config"

    def file(self, edition: Edition, load_id: str = "000002") -> Path:
        return snapshot_folder(self.town.root, load_id) / f"{edition}.duckdb"

    def ask(self, edition: Edition, sql: str, *values: object, load_id: str = "000002") -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.file(edition, load_id)), read_only=True, config=SETTINGS) as con:
            return con.execute(sql, list(values)).fetchall()

    @cached_property
    def marks(self) -> frozenset[int]:
        """Exact totals of which the public edition of either load knows nothing; no years, no coordinates."""
        found = self._numbers(Edition.INTERNAL, ("numerator",)) - self._numbers(Edition.PUBLIC)
        return frozenset(int(float(number)) for number in found if float(number) >= 4_200)

    @cached_property
    def long_marks(self) -> frozenset[str]:
        """The same of figures on 1,000 events and more that are no whole numbers, to seven digits: with fewer events
        another topic has the same rate by chance."""
        words = ("value", "rate", "lower", "upper")
        found = self._numbers(Edition.INTERNAL, words) - self._numbers(Edition.PUBLIC)
        return frozenset(number for number in found if not float(number).is_integer())

    def _numbers(self, edition: Edition, columns: Sequence[str] = ()) -> set[str]:
        """Numbers of the observations on many events of both loads to seven digits; without columns: of every table."""
        found: set[str] = set()
        for load_id in ("000001", "000002"):
            for table, column in self.ask(
                edition,
                "SELECT table_name, column_name FROM duckdb_columns() WHERE data_type = 'DOUBLE'",
                load_id=load_id,
            ):
                if not columns or (table == "observation" and column in columns):
                    many = " AND numerator >= 1000" if columns else ""
                    sql = f"SELECT DISTINCT {column} FROM {table} WHERE isfinite({column}){many}"
                    found |= {f"{number:.6e}" for (number,) in self.ask(edition, sql, load_id=load_id)}
        return found


def twins(place: Path) -> tuple[Twin, Twin]:
    """Load both towns below `place`."""
    counts = _counts()
    one = _loaded(place / "one", counts, memory_of=None)
    other = _loaded(place / "other", _other_counts(one), memory_of=one)
    return one, other


def _counts() -> np.ndarray:
    """A few large neighbourhoods, some middling, most with small counts; the first month has rows of all."""
    noise = np.random.default_rng(20)
    level = np.array([310.0, 190.0, 25.0, 9.0, 4.0, 2.5, 2.0, 1.5, 270.0, 60.0, 12.0, 6.0, 3.0, 2.5, 2.0, 1.0])
    counts = noise.poisson(level[None, :, None] * np.array([1.0, 1.3])[:, None, None], (2, len(CODES), len(MONTHS)))
    counts[:, :, 0] = np.maximum(counts[:, :, 0], 6)
    return np.asarray(counts)


def _other_counts(one: Twin) -> np.ndarray:
    """Other counts for the leaves that may be them, with every total still within 6 of what is shown."""
    counts = one.counts.copy()
    shown = np.zeros_like(counts)
    for indicator, area, period, number in one.ask(
        Edition.PUBLIC,
        "SELECT indicator, area_code, period, numerator FROM observation WHERE source_id = 'reports'"
        " AND area_level = 'neighbourhood' AND period_type = 'month' AND vintage = 2024 AND numerator IS NOT NULL",
    ):
        if indicator in WORDS.values():
            shown[list(WORDS.values()).index(str(indicator)), CODES.index(str(area)), MONTHS.index(str(period))] = (
                number
            )
    noise = np.random.default_rng(21)
    off = shown - counts
    leaves = np.argwhere((counts > 0) & (counts < 5))
    for kind, area, month in noise.permutation(leaves)[: 2 * len(leaves) // 3]:
        was, number = counts[kind, area, month], shown[kind, area, month]
        choices = [n for n in (range(5) if number == 0 else range(1, 6)) if n != was]
        now = int(noise.choice(choices))
        off[kind, area, month] = number - now
        district = slice(0, 8) if area < 8 else slice(8, 16)
        year = slice(max(0, month - 11), month + 12)
        centre = [0, 12, 13]
        sums = [off[:, area, month], off[kind, district, month], off[:, district, month], off[kind, :, month],
                off[:, :, month], off[kind, centre, month], off[:, centre, month]]  # fmt: skip
        spans = [off[kind, area, year], off[:, area, year].sum(axis=0), off[kind, district, year].sum(axis=0),
                 off[:, district, year].sum(axis=(0, 1)), off[kind, :, year].sum(axis=0),
                 off[:, :, year].sum(axis=(0, 1)), off[kind][centre, year].sum(axis=0),
                 off[:, centre, year].sum(axis=(0, 1))]  # fmt: skip
        worst = max(max(abs(int(part.sum())) for part in sums), max(_widest(span) for span in spans))
        if worst > 10:
            off[kind, area, month] = number - was
        else:
            counts[kind, area, month] = now
    return counts


def _widest(deviations: np.ndarray) -> int:
    """The largest sum of any stretch of at most twelve months, in absolute terms."""
    running = np.concatenate([[0], np.cumsum(deviations)])
    return max(int(np.ptp(running[last : last + 13])) for last in range(len(running)))


def _loaded(place: Path, counts: np.ndarray, memory_of: Twin | None) -> Twin:
    made = town(place, CONFIGURATION)
    if memory_of is not None:
        made.root.mkdir(parents=True)
        for name in (FILE, KEY_FILE):
            shutil.copy2(memory_of.town.root / name, made.root / name)
    _write_others(made)
    _correct(made, right=int(counts[0, 4, 8]))
    first = counts[:, :, :FIRST].copy()
    late = first[:, :, -2:]
    late[late > 20] -= 3
    late[0, 7] -= (late[0, 7] > 1) & (late[0, 7] < 5)  # a revision that stays small
    loads = (("2026-08-10", first), ("2026-09-10", counts))
    for number, (day, told) in enumerate(loads):
        with _clock(dt.datetime.fromisoformat(f"{day}T09:00:00+00:00")):
            if number:
                _withdraw(made, why=f"Er stond {int(counts[0, 4, 8])}")
            made.deliver(f"{day}.csv", "\n".join([HEADER, *_rows(told)]) + "\n")
            report = load(made.configured())
        if report.exit_code or "DIS-016" in {finding.code for finding in report.findings}:
            raise AssertionError([report.traceback, *(finding.lines() for finding in report.findings)])
    return Twin(made, counts)


def _rows(counts: np.ndarray) -> Iterator[str]:
    """Lines of the restricted source; a zero has no line, one line stands twice, one names an unknown area."""
    for kind, word in enumerate(WORDS):
        for area, code in enumerate(CODES):
            for month in range(counts.shape[2]):
                number = int(counts[kind, area, month])
                if (kind, area, month) == (0, 4, 8):
                    number = 44  # the mistake that is corrected
                if number:
                    yield f"{code};{MONTHS[month]};{word};{number}"
    yield f"{CODES[5]};{MONTHS[2]};Mishandeling;{int(counts[1, 5, 2])}"
    yield f"BU99050199;{MONTHS[2]};Mishandeling;{int(counts[1, 5, 3])}"


def _write_others(made: Town) -> None:
    """What is public anyway, the same in both towns: an open source of reports, key figures, a former division."""
    lines = [
        f"{code};{month};{20 + (CODES.index(code) * 3 + MONTHS.index(month) * 5) % 10}"
        for month in MONTHS
        for code in CODES
    ]
    made.deliver("2026-09-01.csv", "\n".join(["Buurt;Maand;Aantal", *lines]) + "\n", folder="litter")
    links = [f"{code},2023,{code},2024,1" for code in (*CODES, "BU99050109")]
    links[-1] = links[-1].replace("BU99050109,2024", f"{CODES[3]},2024")  # one that went into another since
    made.deliver(
        "buurten_2023_2024.csv", "\n".join(["from_code,from_vintage,to_code,to_vintage,share", *links]) + "\n", "."
    )
    (made.place / "config" / "site.yml").write_text(
        f'warehouse: "{made.place / "warehouse"}"\ndata_roots: ["{made.place / "data"}"]\naccess: {{mode: public}}\n'
    )


def _correct(made: Town, right: int) -> None:
    """A known mistake, with the right count in the configuration, in its reason too."""
    folder = made.place / "config" / "corrections"
    folder.mkdir()
    (folder / f"{SLUG}.yml").write_text(
        "corrections:\n  - id: digit\n    source: reports\n    indicator: burglary_home\n    action: replace\n"
        f'    cells:\n      - {{area: {CODES[4]}, period: "{MONTHS[8]}", delivered: 44, value: {right}}}\n'
        f'    reason: "Het waren er {right}"\n    decided_by: "Team"\n    date: 2026-06-09\n'
    )


def _withdraw(made: Town, why: str) -> None:
    """The first delivery is taken out of use, with a figure in the reason."""
    (wrong,) = DeliveryLog(made.root).known("reports")
    withdraw(made.root, wrong.sha256, why)
    (made.data / "own" / wrong.name).unlink()


@contextmanager
def _clock(moment: dt.datetime) -> Iterator[None]:
    """Everything of a load happens at one moment, so that two towns differ in nothing else."""
    still = mock.Mock(wraps=dt.datetime)
    still.now.return_value = moment
    with (
        mock.patch("etl.exclusive.datetime", still),
        mock.patch("etl.publish.datetime", still),
        mock.patch("etl.upkeep.datetime", still),
    ):
        yield
