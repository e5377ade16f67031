"""A delivery about persons, as a user meets it: exit 30, nothing stored, nothing repeated, the last load served."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from config.load import load_municipality
from etl.run import load
from sample_data.maker import make
from tests.process import buurtbeeld
from tests.workbooks import workbook

CONFIG = """\
code: GM9902
name: Kleinedam
folder: kleinedam
geography: {boundaries: buurten.geojson, vintage: 2024, schematic: true}
sources:
  - id: own
    kind: tabular
    path: "eigen/*.*"
    columns: {area: Buurt, period: Maand, category: Soort, count: Aantal}
    period: {type: month, pattern: "{year}-{month:02}"}
    categories: {Zwerfafval: litter_reports}
    publication: open
    practice: true
  - {id: key_figures, kind: kwb, path: "kwb/*.csv", practice: true, vintage: by_period}
indicators: {packs: [context]}
contact: {name: Team, email: team@kleinedam.example}
today: 2026-11-16
"""
HEADER = ["Buurt", "Maand", "Soort", "Aantal"]
#: Sounds like persons, is invented; none of it may stand anywhere after a refusal.
SECRETS = ("jan@voorbeeld.example", "123456782", "Pietersen", "06-12345678", "GB-123-X", "2026-03-01 23:14")


def codes(place: Path) -> list[str]:
    features = json.loads((place / "sample_data" / "kleinedam" / "buurten.geojson").read_text(encoding="utf-8"))[
        "features"
    ]
    found = {str(value) for one in features for value in one["properties"].values()}
    return sorted(code for code in found if code.startswith("BU"))


def rows(place: Path) -> list[list[object]]:
    return [
        [code, f"2026-{month:02}", "Zwerfafval", 1 + (month + turn) % 7]
        for turn, code in enumerate(codes(place))
        for month in range(1, 10)
    ]


def as_csv(made: list[list[object]], header: list[str] = HEADER) -> bytes:
    return "\n".join(";".join(map(str, row)) for row in [header, *made]).encode()


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    """A municipality with an own source, loaded once with a clean file."""
    place = tmp_path_factory.mktemp("town")
    make("kleinedam", place / "sample_data")
    (place / "config" / "municipalities").mkdir(parents=True)
    (place / "config" / "municipalities" / "kleinedam.yml").write_text(CONFIG, encoding="utf-8")
    own = place / "sample_data" / "kleinedam" / "eigen"
    own.mkdir()
    (own / "clean.csv").write_bytes(as_csv(rows(place)))
    report = load(load_municipality(place / "config", "kleinedam"))
    assert report.exit_code == 0, report.findings
    return place


@pytest.fixture
def copy(town, tmp_path) -> Path:
    shutil.copytree(town, tmp_path / "town")
    return tmp_path / "town"


def contents(place: Path) -> dict[str, str]:
    """Every file of the warehouse with its fingerprint, but for the lock, which names the last process, and the log."""
    root = place / "warehouse"
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "lock" not in path.name and path.name != "log.jsonl"
    }


def log_of(place: Path) -> list[dict[str, object]]:
    log = place / "warehouse" / "kleinedam" / "log.jsonl"
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def with_mail_in_a_row(place: Path) -> tuple[str, bytes]:
    return "new.csv", as_csv([*rows(place), [codes(place)[0], "2026-10", SECRETS[0], 1]])


def with_an_undeclared_column(place: Path) -> tuple[str, bytes]:
    numbers = [
        str(n)
        for n in range(123456700, 123460000)
        if sum(int(d) * w for d, w in zip(str(n), (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) % 11 == 0
    ]
    made = [[*row, numbers[turn]] for turn, row in enumerate(rows(place))]
    return "new.csv", as_csv(made, [*HEADER, "kenmerk"])


def with_a_comment_in_a_workbook(place: Path) -> tuple[str, bytes]:
    from openpyxl.comments import Comment

    def spoil(book) -> None:
        book["Data"]["D4"].comment = Comment(f"gebeld met Pietersen, {SECRETS[3]}", "x")

    return "new.xlsx", workbook({"Data": [HEADER, *rows(place)]}, spoil)


def with_plates_in_parquet(place: Path) -> tuple[str, bytes]:
    path = place / "made.parquet"
    listed = ", ".join(f"('{a}', '{m}', '{s}', {n}, 'GB-{100 + t}-X')" for t, (a, m, s, n) in enumerate(rows(place)))
    duckdb.execute(
        f"COPY (SELECT * FROM (VALUES {listed}) t(Buurt, Maand, Soort, Aantal, merk)) TO '{path}' (FORMAT parquet)"
    )
    data = path.read_bytes()
    path.unlink()
    return "new.parquet", data


def with_a_name_as_file_name(place: Path) -> tuple[str, bytes]:
    return f"melding BSN 123456782 {SECRETS[3]}.csv", as_csv(rows(place)[:-1])


def with_incidents(place: Path) -> tuple[str, bytes]:
    return "new.csv", as_csv([[codes(place)[turn % 3], "2026-09", "Zwerfafval", 1] for turn in range(300)])


KINDS: dict[str, tuple[Callable[[Path], tuple[str, bytes]], str, str]] = {
    "an e-mail address in a row": (with_mail_in_a_row, "PII-005", "e-mail address"),
    "citizen numbers in a column nobody reads": (with_an_undeclared_column, "PII-001", "citizen service numbers"),
    "a phone number in a comment": (with_a_comment_in_a_workbook, "PII-023", "new.xlsx Data!D4, comment"),
    "plates in Parquet": (with_plates_in_parquet, "PII-011", "licence plate"),
    "a citizen number in the name of the file": (
        with_a_name_as_file_name,
        "PII-022",
        "the name of a file of source own",
    ),
    "one row an incident": (with_incidents, "PII-017", "individual incidents"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_about_persons_ends_with_30_and_leaves_no_trace(kind, copy):
    make_file, code, words = KINDS[kind]
    name, data = make_file(copy)
    (copy / "sample_data" / "kleinedam" / "eigen" / name).write_bytes(data)
    before, told = contents(copy), log_of(copy)

    report = load(load_municipality(copy / "config", "kleinedam"))

    said = "\n".join(finding.lines() for finding in report.findings)
    assert report.exit_code == 30, said + report.traceback
    assert code in {finding.code for finding in report.findings}
    assert words in said
    assert "return the file to its sender" in said
    assert [secret for secret in SECRETS if secret in said] == []
    assert contents(copy) == before
    *earlier, refusal = log_of(copy)  # that a file was refused, and why by code: no name of it, no value
    assert earlier == told
    assert refusal["action"] == "refuse"
    assert code in json.dumps(refusal)
    assert name not in json.dumps(refusal)
    kept = b"".join(path.read_bytes() for path in (copy / "warehouse").rglob("*") if path.is_file())
    assert [secret for secret in SECRETS if secret.encode() in kept] == []


def test_the_command_line_tells_place_and_kind_and_no_value(copy):
    name, data = with_mail_in_a_row(copy)
    (copy / "sample_data" / "kleinedam" / "eigen" / name).write_bytes(data)
    before = contents(copy)

    done = buurtbeeld("load", "kleinedam", cwd=copy)

    assert done.code == 30, done.err
    assert "error PII-005:" in done.err
    assert f"where: new.csv:{len(rows(copy)) + 2}:3" in done.err
    assert "72 hours" in done.err.replace("\n", " ")
    assert "Traceback" not in done.err
    assert [secret for secret in SECRETS if secret in done.out + done.err] == []
    assert contents(copy) == before


def test_an_open_table_is_looked_at_too(copy):
    file = next((copy / "sample_data" / "kleinedam" / "kwb").glob("kwb_2024.csv"))
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    cells = lines[4].split(";")
    cells[4] = "bel 06-12345678"
    lines[4] = ";".join(cells)
    file.write_text("\n".join(lines), encoding="utf-8")
    before = contents(copy)

    report = load(load_municipality(copy / "config", "kleinedam"))

    assert report.exit_code == 30, report.traceback
    assert {finding.code for finding in report.findings} == {"PII-006"}
    assert "06-12345678" not in str(report.findings)
    assert contents(copy) == before
