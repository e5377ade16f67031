"""Forty different mistakes planted in good deliveries: which are found, and with which Dutch words.

Found is: refused, rows set aside, or a finding. What is not found stands here by name too.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from config.errors import Finding, FixableError
from config.load import Configured
from etl.areas import build_tree
from etl.deliveries import DeliveryLog
from etl.division_files import build_divisions
from etl.divisions import Divisions
from etl.findings_nl import dutch, dutch_repair
from etl.frames import work_connection
from etl.intake import keep, survey, take_in
from tests.smalltown import CATEGORIES, CODES, CONFIGURATION, HEADER, MONTHS, Town, text, town

WEEKLY = """\
  - id: weekly
    kind: tabular
    path: "weekly/*.csv"
    columns: {area: Buurt, period: Week, category: Soort, count: Aantal}
    period: {type: week, pattern: "{year}-{week:02}"}
    categories: {Woninginbraak: burglary_home, Mishandeling: assault}
    delivery: {date: "{year}-{week:02}", weekday: tuesday, lag_weeks: 1}
    expected_rows: {min: 20, max: 2000}
    legal_basis: "Convenant"
    purpose: "Gebiedsgericht beleid"
    retention_months: 120
    practice: true
  - id: shares
    kind: tabular
    path: "shares/*.csv"
    columns: {area: Buurt, period: Jaar, value: Pct}
    period: {type: year, pattern: "{year}"}
    values: {Pct: burglary_victims_share}
    legal_basis: "Convenant"
    purpose: "Gebiedsgericht beleid"
    retention_months: 120
    practice: true
"""
RECEIVED = dt.datetime(2026, 11, 16, 8, 0, tzinfo=dt.UTC)
OLD, NEW = MONTHS[:31], MONTHS[29:33]  # to 2026-07; 2026-06 to 2026-09
WEEKS = tuple(f"2026-{week:02}" for week in range(32, 41))
WEEK_HEADER = "Buurt;Week;Soort;Aantal"


def rows(months: Iterable[str], codes: Iterable[str] = CODES) -> list[str]:
    """Good lines: every area has its own level, a little more in winter, and moves by one or two."""
    return [
        f"{code};{month};{word};{level + int(month[-2:]) % 11 // 5 + (7 * MONTHS.index(month) + 3 * level + turn) % 3}"
        for month in months
        for code in codes
        for turn, word in enumerate(CATEGORIES)
        for level in [6 + CODES.index(code) % 7]
    ]


GOOD = rows(NEW)


def weekly(weeks: tuple[str, ...]) -> list[str]:
    """A good weekly file: between 2 and 9 events, another number in every week."""
    return [
        f"{code};{week};{word};{2 + (3 * number + 5 * int(week[-2:]) + len(word)) % 8}"
        for week in weeks
        for number, code in enumerate(CODES)
        for word in CATEGORIES
    ]


def times(lines: list[str], factor: float, *, only: str = "") -> list[str]:
    """The same lines with other numbers; `only`: those that contain this text."""
    made = []
    for line in lines:
        head, _, number = line.rpartition(";")
        made.append(f"{head};{round(int(number) * factor)}" if only in line else line)
    return made


@dataclass(frozen=True)
class Base:
    """The town with good deliveries taken in, to be copied for each fault."""

    made: Town
    configured: Configured
    divisions: Divisions


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Base:
    settings = CONFIGURATION.replace(
        "  - {id: key_figures", WEEKLY.partition("  - id: shares")[0] + "  - {id: key_figures"
    )
    made = town(tmp_path_factory.mktemp("town"), settings)
    made.deliver("2026-08-05.csv", text(rows(OLD)))
    for week in WEEKS:
        made.deliver(f"{week}.csv", text(weekly((week,)), WEEK_HEADER), folder="weekly")
    configured = made.configured()
    tree, _ = build_tree(configured)
    divisions, _ = build_divisions(configured, tree)
    found = Base(made, configured, divisions)
    for source in ("reports", "weekly", "key_figures"):
        told = take(found, configured, DeliveryLog(made.root), source)
        assert [finding for finding in told if finding.level != "note"] == [], "the good deliveries are good"
    return found


def take(base: Base, configured: Configured, log: DeliveryLog, source_id: str) -> list[Finding]:
    """What the intake says of all deliveries of a source; raises what it refuses."""
    source = next(one for one in configured.municipality.sources if one.id == source_id)
    with work_connection() as con:
        intake = take_in(con, configured, survey(configured, source, log, RECEIVED), base.divisions)
        keep(log, intake)
    return list(intake.findings)


Plant = Callable[[Town], str]  # puts the file there; returns the source


def own(name: str, content: str | bytes) -> Plant:
    def plant(town_: Town) -> str:
        town_.deliver(name, content)
        return "reports"

    return plant


def week(name: str, lines: list[str], header: str = WEEK_HEADER) -> Plant:
    def plant(town_: Town) -> str:
        town_.deliver(name, text(lines, header), folder="weekly")
        return "weekly"

    return plant


def key_figures(change: Callable[[str], str]) -> Plant:
    """Key figures of a next year, changed."""

    def plant(town_: Town) -> str:
        good = (town_.data / "kwb" / "kwb-2025.csv").read_text(encoding="utf-8")
        town_.deliver("kwb-2026.csv", change(good), folder="kwb")
        return "key_figures"

    return plant


def spoiled(line: int, **cells: str) -> str:
    """The good file with other cells in one line: area, period, word, count."""
    lines = list(GOOD)
    now = dict(zip(("area", "period", "word", "count"), lines[line].split(";"), strict=True))
    lines[line] = ";".join((now | cells).values())
    return text(lines)


NAME = "2026-10-05.csv"
WEEK_41 = weekly(("2026-41",))

#: fault -> how it is planted, codes of which at least one must be told, words of the Dutch sentence
FAULTS: dict[str, tuple[Plant, set[str], str]] = {
    "a month is missing": (own(NAME, text([r for r in GOOD if "2026-08" not in r])), {"VAL-031"}, "ontbreekt"),
    "a week is missing": (week("2026-42.csv", weekly(("2026-42",))), {"VAL-031"}, "2026-W41 ontbreekt"),
    "last week's figures under a new week": (
        week("2026-41.csv", [r.replace("2026-40", "2026-41") for r in weekly(("2026-40",))]),
        {"VAL-117"}, "gelijk aan"),
    "the same rows twice": (own(NAME, text([*GOOD, GOOD[5]])), {"VAL-013"}, "twee keer"),
    "the whole month twice": (own(NAME, text([*GOOD, *rows(NEW[-1:])])), {"VAL-100"}, ""),
    "two numbers for one cell": (own(NAME, text([*GOOD, times(GOOD[5:6], 3)[0]])), {"VAL-014"}, ""),
    "area and period swapped": (
        own(NAME, text([";".join([b, a, c, d]) for a, b, c, d in (r.split(";") for r in GOOD)])), {"VAL-019"}, ""),
    "category and count swapped": (
        own(NAME, text([";".join([a, b, d, c]) for a, b, c, d in (r.split(";") for r in GOOD)])),
        {"VAL-100", "VAL-102"}, ""),
    "gross instead of net": (own(NAME, text(times(GOOD, 1.5))), {"VAL-112"}, "telwijze veranderd"),
    "a step in all areas from a month on": (
        own(NAME, text([*rows(NEW[:2]), *times(rows(NEW[2:]), 1.7)])),
        {"VAL-112"}, "telwijze veranderd"),
    "a decimal sign lost in every number": (own(NAME, text(times(GOOD, 10))), {"VAL-111"}, ""),
    "factor ten in the newest month": (own(NAME, text(times(GOOD, 10, only="2026-09"))), {"VAL-111"}, ""),
    "a digit too many in one number": (own(NAME, spoiled(100, count="440")), {"VAL-010"}, "gewoonlijk"),
    "an unknown area code": (own(NAME, spoiled(100, area="BU99050199")), {"VAL-016", "VAL-100"}, ""),
    "a total row among the areas": (own(NAME, spoiled(100, area="Totaal")), {"FILE-018"}, ""),
    "an unknown category": (own(NAME, spoiled(100, word="Fietsdiefstal")), {"VAL-035", "VAL-100"}, ""),
    "a renamed category": (own(NAME, text([r.replace("Mishandeling", "Mishandelingen") for r in GOOD])),
                             {"VAL-100"}, ""),
    "areas missing in the whole file": (own(NAME, text(rows(NEW, CODES[:12]))), {"VAL-022"}, "geen rijen voor"),
    "areas missing in the newest month": (
        own(NAME, text([*rows(NEW[:-1]), *rows(NEW[-1:], CODES[:9])])), {"VAL-115"}, "rijen van 9 gebieden"),
    "all zeros": (own(NAME, text(times(GOOD, 0))), {"VAL-011"}, ""),
    "the newest month all zeros": (own(NAME, text(times(GOOD, 0, only="2026-09"))), {"VAL-012"}, "niet geleverd"),
    "a future month": (own(NAME, spoiled(100, period="2027-03")), {"VAL-107", "VAL-100"}, ""),
    "a month that is not over": (
        own("2026-11-14.csv", text([*rows(NEW), *(r.replace("2026-09", "2026-11") for r in rows(NEW[-1:]))])),
        {"VAL-025"}, "nog niet voorbij"),
    "half a month": (own(NAME, text(times(GOOD, 0.45, only="2026-09"))), {"VAL-112"}, "telwijze veranderd"),
    "a negative number": (own(NAME, spoiled(100, count="-4")), {"VAL-004", "VAL-100"}, ""),
    "a fraction": (own(NAME, spoiled(100, count="4,5")), {"VAL-005", "VAL-100"}, ""),
    "a text for a number": (own(NAME, spoiled(100, count="onbekend")), {"VAL-102", "VAL-100"}, ""),
    "a point for thousands": (own(NAME, spoiled(100, count="1.234")), {"VAL-002"}, ""),
    "a month 13": (own(NAME, spoiled(100, period="2026-13")), {"VAL-026", "VAL-100"}, ""),
    "a day number of a spreadsheet": (own(NAME, spoiled(100, period="46113")), {"VAL-029"}, ""),
    "another municipality": (own(NAME, text([r.replace("BU9905", "BU0153") for r in GOOD])), {"FILE-027"}, ""),
    "areas of two divisions": (own(NAME, text([*GOOD, *(r.replace("BU990502", "BU990507") for r in GOOD[16:48])])),
                               {"VAL-017", "VAL-100"}, ""),
    "cut off in the middle of a line": (own(NAME, text(GOOD)[:-1500]), {"FILE-016"}, ""),
    "another encoding": (own(NAME, text(GOOD).encode("utf-16")), {"FILE-006", "FILE-005"}, ""),
    "a web page instead of a file": (own(NAME, "<!DOCTYPE html><html><body>Inloggen</body></html>"),
                                     {"FILE-003", "FILE-008"}, ""),
    "another sign between columns": (own(NAME, text(GOOD).replace(";", ",")), {"FILE-009"}, ""),
    "a column is gone": (own(NAME, text([r.rpartition(";")[0] for r in GOOD], HEADER.rpartition(";")[0])),
                         {"FILE-020"}, ""),
    "only a header": (own(NAME, text([])), {"FILE-003"}, ""),
    "a column with names of persons": (
        own(NAME, text([f"{r};x" for r in GOOD], HEADER + ";Achternaam")), {"FILE-025", "PII-014"}, ""),
    "the wrong year in the name": (own("2025-10-05.csv", text(GOOD)), {"VAL-116"}, "de naam zegt 2025-10-05"),
    "an older file sent again": (own("2026-07-05.csv", text(rows(OLD[-6:-1]))), {"FILE-030"}, ""),
    "the same file sent again": (own("2026-11-05.csv", text(rows(OLD))), {"FILE-028"}, "gelijk aan de geladen"),
    "week 53 of a year without": (week("2026-41.csv", [*WEEK_41, WEEK_41[3].replace("2026-41", "2025-53")]),
                                  {"VAL-028", "VAL-100"}, ""),
    "hardly any rows": (week("2026-41.csv", WEEK_41[:18]), {"VAL-114"}, ""),
    "two thirds of the rows": (week("2026-41.csv", WEEK_41[:21]), {"VAL-113", "VAL-115"}, ""),
    "key figures in thousands": (
        key_figures(lambda good: "\n".join(line if n == 0 else ";".join(c if i < 5 else c[:-3] or "0" for i, c in
                    enumerate(line.split(";"))) for n, line in enumerate(good.strip().split("\n"))) + "\n"),
        {"VAL-111", "VAL-112"}, ""),
    # --- not found: nothing in the file speaks against them
    "two areas swapped": (own(NAME, text([r.replace(CODES[2], "X").replace(CODES[3], CODES[2]).replace("X", CODES[3])
                                          for r in GOOD])), set(), ""),
    "one event too many": (own(NAME, times(GOOD[100:101], 1.2) and spoiled(100, count="9")), set(), ""),
}  # fmt: skip
NOT_FOUND = {name for name, (_, codes, _) in FAULTS.items() if not codes}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_with_its_dutch_text(fault: str, base: Base, tmp_path: Path):
    plant, codes, words = FAULTS[fault]
    copy = Town(tmp_path)
    shutil.copytree(base.made.data, copy.data)
    shutil.copytree(base.made.root, copy.root)
    configured = replace(base.configured, folder=copy.data)
    source = plant(copy)

    try:
        told = [finding for finding in take(base, configured, DeliveryLog(copy.root), source)]
    except FixableError as error:
        told = list(error)
    told = [finding for finding in told if finding.code != "FILE-028" or "FILE-028" in codes]

    found = [finding for finding in told if finding.code in codes]
    assert bool(found) == bool(codes), [(finding.code, finding.what) for finding in told]
    for finding in found:
        assert dutch_repair(finding), finding.code
    assert not words or any(words in dutch(finding) for finding in found), [dutch(finding) for finding in found]


def test_at_least_38_of_40_faults_are_found():
    assert len(FAULTS) >= 40
    assert (len(FAULTS) - len(NOT_FOUND)) / len(FAULTS) >= 38 / 40
    assert {"two areas swapped", "one event too many"} == NOT_FOUND
