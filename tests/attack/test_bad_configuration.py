"""Every bad configuration of the catalogue is refused: its code, the place, and how to mend it."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from config.errors import ExitCode, Finding
from config.load import load_municipality, validate_all
from tests.configuration import SMALLEST, config_folder, findings_of

CASES = {case["id"]: case for case in json.loads((Path(__file__).parent / "bad_inputs.json").read_text())["cases"]}

TABULAR = """\
  - id: own
    kind: tabular
    path: "eigen.csv"
    columns: {area: buurt, period: maand, category: soort, count: aantal}
    categories: {Vermogen: property_crime}
    legal_basis: "Convenant"
    purpose: "Beleid"
    retention_months: 12
"""
OWN = """\
indicators:
  own:
    - id: share
      pack: own
      label: {{nl: Aandeel}}
      unit: share_pct
      numerator: {{ratio: [{first}, {second}]}}
      owner: {{nl: Team}}
      follow_up: {{nl: Gesprek}}
"""


def _changed(old: str, new: str, text: str = SMALLEST) -> str:
    assert old in text
    return text.replace(old, new)


#: id -> text of the file, line[:column] of the finding, words of what, words of the repair.
BAD: dict[str, tuple[str | bytes, str, str, str]] = {
    "CFG-002": ("", "", "file is empty", "`code`, `name`, `folder`, `geography`, `sources`"),
    "CFG-004": (SMALLEST + "name: Hengelo\n", "8:1", "key `name` given twice (first on line 2)", "remove one"),
    "CFG-005": (
        SMALLEST + "indicatorz: {}\n",
        "8:1",
        "unknown key `indicatorz`; did you mean `indicators`?",
        "indicators",
    ),
    "CFG-007": (_changed("name: Enschede", "name: NO"), "2:7", "expected text, got true/false", "put quotes around"),
    "CFG-010": (
        _changed("politie/*.csv", "../../utrecht/p.csv"),
        "6:65",
        "path leaves the municipality folder",
        "give a path below",
    ),
    "CFG-011": (_changed("politie/*.csv", "/etc/passwd"), "6:65", "absolute path not allowed", "give a path below"),
    "CFG-013": (
        _changed("politie/*.csv", "http://10.0.0.1/x.csv"),
        "6:65",
        "network sources are not allowed",
        "place the file below",
    ),
    "CFG-014": (
        _changed("name: Enschede", "name: !!python/object/apply:os.system [ls]"),
        "2:7",
        "YAML tags are not allowed",
        "remove",
    ),
    "CFG-016": ("code: " + "[" * 3_000, "1:26", "nested deeper than 20 levels", "flatten"),
    "CFG-017": (SMALLEST + "#" * 5_000_000, "", "5.0 MB; the limit is 256 kB", "keep figures out"),
    "CFG-019": (
        SMALLEST + "contact: {name: T, url: 'javascript:alert(1)'}\n",
        "8:25",
        "link must start with https://",
        "https://",
    ),
    "CFG-020": (
        SMALLEST + _changed("count: aantal", 'count: "n); drop table t; --"', TABULAR),
        "11:67",
        "column name may hold letters, digits, space and _ . - / ( ) only",
        "rename the column",
    ),
    "CFG-022": (
        SMALLEST + OWN.format(first="dwellings", second="populaton"),
        "14:38",
        "`populaton` is not defined; did you mean `population`?",
        "name an indicator",
    ),
    "CFG-023": (
        SMALLEST + OWN.format(first="share", second="population"),
        "10:7",
        "circular definition: share -> share",
        "from a source",
    ),
    "CFG-025": (
        SMALLEST + "indicators:\n  own:\n"
        "    - {id: shops, pack: own, label: {nl: W}, unit: count, numerator: {tabular: {}}}\n",
        "10:7",
        "indicator `shops` lacks `owner` and `follow_up`",
        "add `owner` and `follow_up`",
    ),
    "CFG-026": (
        SMALLEST + "disclosure: {public: {base: 1}}\n",
        "8:29",
        "threshold 1 is below the floor of 5",
        "ask your privacy officer",
    ),
    "CFG-028": (SMALLEST + 'theme: {primary: "url(x)"}\n', "8:18", "colour must be #rrggbb", "write it like"),
    "CFG-029": (
        SMALLEST + 'theme: {primary: "#88aaff"}\n',
        "8:18",
        "contrast 2.2:1 is below 4.5:1 (WCAG 1.4.3",
        'nearest that passes: "#',
    ),
    "CFG-031": (
        SMALLEST + "client_secret: hunter2\n",
        "8:1",
        "secrets do not belong in config",
        "BUURTBEELD_OIDC_SECRET",
    ),
    "CFG-032": (SMALLEST.encode("utf-16"), "", "encoded as UTF-16", "save as UTF-8"),
    "CFG-034": ("version: 0\n" + SMALLEST, "1:1", "version 0", "see docs/upgrade.md"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_its_place_and_repair(case: str, tmp_path: Path):
    text, place, what, fix = BAD[case]

    findings = findings_of(tmp_path, text)

    assert [finding.code for finding in findings] == [case]
    assert CASES[case]["exit_code"] == ExitCode.CONFIGURATION
    finding = findings[0]
    assert finding.where.endswith("config/municipalities/x.yml" + (f":{place}" if place else ""))
    assert what in finding.what
    assert fix in finding.fix
    assert finding.lines().startswith(f"error {case}: ")


def test_a_missing_file_names_what_is_available(tmp_path: Path):
    config = config_folder(tmp_path, {"municipalities/enschede.yml": SMALLEST})

    findings = validate_all(config, ["enschee"])

    assert [finding.code for finding in findings] == ["CFG-001"]
    assert findings[0].what == "file not found; did you mean `enschede`?"
    assert findings[0].where.endswith("municipalities/enschee.yml")
    assert "available: enschede" in findings[0].fix
    assert "buurtbeeld init" in findings[0].fix


def test_every_case_of_the_catalogue_has_a_test_here():
    elsewhere = {"CFG-001", "CFG-008"}  # above; and with the boundaries, which alone know whose areas they hold

    assert {name for name, case in CASES.items() if case["area"] == "CFG"} == set(BAD) | elsewhere


# --- what is not in the catalogue -------------------------------------------------------------------------------------


def _codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("# only a comment\n", "CFG-002", ""),
        ("just a word\n", "CFG-007", ":1:1"),
        ("[1, 2]\n", "CFG-007", ":1:1"),
        ("code: [GM0153\n", "CFG-003", ":2:1"),
        ("code: GM0153\n\tname: x\n", "CFG-003", ":2:1"),
        (SMALLEST + "---\ncode: GM0001\n", "CFG-003", ":8:1"),
        (SMALLEST.replace("Enschede", "En\x00schede"), "CFG-003", ":2"),
        (SMALLEST.replace("Enschede", "Fryslân").encode("cp1252"), "CFG-032", ":2"),
        (SMALLEST.replace("Enschede", "&n Enschede"), "CFG-015", ":2:7"),
        (SMALLEST.replace("Enschede", "*n"), "CFG-015", ":2:7"),
        (SMALLEST.replace("GM0153", "0153"), "CFG-018", ":1:7"),
        (SMALLEST.replace("GM0153", "153"), "CFG-007", ":1:7"),
        (SMALLEST.replace("GM0153", "BU01530000"), "CFG-009", ":1:7"),
        (SMALLEST.replace("Enschede", "<b>Enschede</b>"), "CFG-021", ":2:7"),
        (SMALLEST.replace("vintage: 2024", 'vintage: "2024"'), "CFG-007", ":4:48"),
        (SMALLEST.replace("folder: enschede\n", ""), "CFG-006", ":1:1"),
        (SMALLEST.replace("kind: kwb", "kind: kbw"), "CFG-009", ":7:29"),
        (SMALLEST.replace("id: key_figures", "id: police_monthly"), "CFG-024", ":7:6"),
        (SMALLEST + "today: 2026-11-16\n", "CFG-035", ":8:1"),
        (SMALLEST + "today: 2026-02-30\n", "CFG-009", ":8:8"),
        (SMALLEST + "today: 20261116\n", "CFG-009", ":8:8"),
        (SMALLEST + TABULAR.replace('    purpose: "Beleid"\n', ""), "CFG-027", ":8:5"),
        (SMALLEST + TABULAR.replace("property_crime", "proprty_crime"), "CFG-022", ":12:28"),
        (SMALLEST + TABULAR.replace("property_crime", "woz_average"), "CFG-022", ":12:28"),
        (SMALLEST + "indicators: {disable: [cybercrim]}\n", "CFG-022", ":8:24"),
        (SMALLEST + "indicators: {owners: {burglary_hom: Team}}\n", "CFG-022", ":8:23"),
        (
            SMALLEST + "indicators: {packs: [police], disable: [vandalism]}\n"
            'targets: [{indicator: vandalism, period: "2027", value: 3, source: Plan}]\n',
            "CFG-033",
            ":9:23",
        ),
        (
            SMALLEST + 'targets: [{indicator: vandalism, period: "2027-W60", value: 3, source: Plan}]\n',
            "CFG-009",
            ":8:42",
        ),
        (SMALLEST + "targets: [{indicator: vandalism, period: 2027, value: 3, source: Plan}]\n", "CFG-007", ":8:42"),
        (
            SMALLEST + 'targets: [{indicator: vandalism, period: "2027", value: .nan, source: Plan}]\n',
            "CFG-007",
            ":8:57",
        ),
        (SMALLEST + "roles: {vewer: [x]}\n", "CFG-005", ":8:9"),
    ],
)
def test_other_mistakes_are_refused_where_they_stand(text: str | bytes, code: str, place: str, tmp_path: Path):
    findings = findings_of(tmp_path, text)

    assert _codes(findings) == [code]
    assert findings[0].where.endswith("config/municipalities/x.yml" + place)
    assert findings[0].fix


def test_all_mistakes_of_a_file_come_at_once_in_the_order_of_the_file(tmp_path: Path):
    text = """\
code: GM0153
name: no
folder: enschede
geography: {boundaries: ../buurten.gpkg, vintage: 2024}
sources:
  - {id: a, kind: statline, table: 47022, path: "politie/*.csv"}
  - {id: a, kind: kwb, path: "kwb/*.csv", publication: restricted}
  - {id: a, kind: kwb, path: "kwb/*.csv"}
theme: {primary: "#ffff00"}
disclosure: {public: {bas: 5}}
"""

    findings = findings_of(tmp_path, text)

    assert [(finding.code, finding.where.partition(".yml:")[2]) for finding in findings] == [
        ("CFG-007", "2:7"),
        ("CFG-010", "4:25"),
        ("CFG-007", "6:36"),
        ("CFG-027", "7:5"),
        ("CFG-024", "8:6"),
        ("CFG-029", "9:18"),
        ("CFG-005", "10:23"),
    ]


def test_an_alias_bomb_is_refused_before_it_costs_anything(tmp_path: Path):
    bomb = "a: &a [x, x]\n" + "".join(
        f"{c}: &{c} [*{p}, *{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )

    findings = findings_of(tmp_path, bomb)

    assert {"CFG-015"} <= set(_codes(findings))
    assert len(findings) < 100


def test_a_secret_never_appears_in_a_message(tmp_path: Path):
    oidc = "issuer: 'https://u:hunter2@login.example', client_id: x, client_secret: hunter2"
    site = f"access: {{mode: oidc, oidc: {{{oidc}}}}}\n"

    findings = findings_of(tmp_path, SMALLEST + "password: hunter2\n", **{"site.yml": site})

    assert _codes(findings) == ["CFG-031", "CFG-031", "CFG-031"]
    assert "hunter2" not in "".join(finding.lines() for finding in findings)


def test_the_nearest_colour_that_passes_does_pass(tmp_path: Path):
    findings = findings_of(tmp_path, SMALLEST + 'theme: {primary: "#88aaff"}\n')
    nearest = findings[0].fix.split('"')[1]

    assert findings_of(tmp_path, SMALLEST + f'theme: {{primary: "{nearest}"}}\n') == []


def test_a_folder_that_a_link_leads_out_of_its_root_is_refused(tmp_path: Path):
    config = config_folder(tmp_path, {"municipalities/x.yml": SMALLEST.replace("folder: enschede", "folder: linked")})
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "data" / "linked").symlink_to(tmp_path / "elsewhere")

    findings = validate_all(config, ["x"])

    assert _codes(findings) == ["CFG-012"]
    assert findings[0].where.endswith("x.yml:3:9")


def test_a_folder_of_two_municipalities_is_refused_but_a_shared_code_and_theme_are_not(tmp_path: Path):
    config = config_folder(tmp_path, {"municipalities/x.yml": SMALLEST, "municipalities/y.yml": SMALLEST})
    data = tmp_path / "data" / "enschede"
    for name in ("buurten.gpkg", "politie/a.csv", "kwb/a.csv"):
        (data / name).parent.mkdir(exist_ok=True)
        (data / name).touch()

    findings = validate_all(config, [])

    assert _codes(findings) == ["CFG-036"]
    assert findings[0].where.endswith("y.yml:3:1")
    assert load_municipality(config, "x").folder == load_municipality(config, "y").folder


@pytest.mark.parametrize(
    "content",
    [
        b"\x00" * 50,
        b"\xff\xfe",
        b"{",
        b"- ",
        b"? a\n: b",
        b"!!!!",
        b"%YAML 9.9\n---\na: b\n",
        b"a: 'b",
        b"{a: b}: c",
        b"<<: x",
    ],
)
def test_rubbish_ends_in_a_finding_not_in_a_traceback(content: bytes, tmp_path: Path):
    findings = findings_of(tmp_path, content)

    assert findings
    assert all(finding.code.startswith("CFG-") and finding.fix for finding in findings)


@pytest.mark.parametrize("seed", range(4))
def test_spoiled_files_are_accepted_or_refused_with_findings(seed: int, tmp_path: Path):
    source = random.Random(seed)
    pieces = [
        "no",
        "0153",
        "[]",
        "{",
        "- ",
        "*a",
        "&b",
        "!t ",
        "'",
        "\t",
        "\n",
        ":",
        "1e400",
        "../x",
        "<",
        "é",
        "\x00",
        "?",
    ]

    for _ in range(60):
        text = SMALLEST + TABULAR + OWN.format(first="dwellings", second="population")
        for _ in range(source.randint(1, 3)):
            at = source.randrange(len(text))
            text = text[:at] + source.choice(pieces) + text[at + source.randrange(3) :]
        for finding in findings_of(tmp_path, text):
            assert finding.code.startswith("CFG-")
            assert finding.where.partition(".yml")[0].endswith("municipalities/x")
            assert finding.what
            assert finding.fix
