"""Kind `statline`: exports of the web page, where areas stand by name, and pages of JSON; true and spoiled ones."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from config.errors import ExitCode, Finding, StructureError
from config.model import StatlineSource
from etl.areas import AreaTree
from etl.frames import RawFrame, work_connection
from etl.sources import area_names, statline
from etl.sources.statline_export import period

#: Kade is a wijk and a buurt; Kerk is a buurt in two wijken; Wijk 02 says its level itself.
AREAS = {
    "GM9901": "Oefenstad",
    "WK990101": "Kade",
    "WK990102": "Wijk 02 Haven",
    "BU99010101": "Kade",
    "BU99010102": "Lasonder, Zeggelt",
    "BU99010103": "Kerk (Kade)",
    "BU99010201": "Haven",
    "BU99010202": "Kerk (Wijk 02 Haven)",
    "BU99010203": "Privé",
}
LEVEL = {"GM": "municipality", "WK": "district", "BU": "neighbourhood"}
THEFT = "1.2.3 Diefstal van brom-, snor-, fietsen"


def tree(names: dict[str, str] | None = None, code: str = "GM9901") -> AreaTree:
    names = names or AREAS
    frame = pd.DataFrame({"area_code": list(names), "area_name": list(names.values())})
    frame["area_level"] = frame.area_code.str[:2].map(LEVEL)
    frame = frame.assign(parent=None, geometry=None, listed_only=False)
    return AreaTree(code, 2024, frame)


def listed(*rows: tuple[str, str, str], heading: str = "Wijken en buurten") -> str:
    """A list as StatLine writes it: BOM, `;`, quotes, CRLF, padded numbers."""
    lines = [f'"Soort misdrijf";"Perioden";"{heading}";"Geregistreerde misdrijven (aantal)"']
    lines += [f'"{THEFT}";"{when}";"{name}";"{number:>8}"' for name, when, number in rows]
    return "\ufeff" + "\r\n".join(lines) + "\r\n"


@pytest.fixture
def con():
    return work_connection()


@pytest.fixture
def read(con, tmp_path):
    def read(
        content: Any, table: str = "47018NED", name: str = "export.csv", areas: AreaTree | None = None
    ) -> RawFrame:
        path: Path = tmp_path / name
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline="")
        source = StatlineSource(id="police", kind="statline", table=table, path=name)
        code = (areas or tree()).municipality_code
        return statline.read(con, source, path, name=name, municipality_code=code, table="raw", areas=areas or tree())

    return read


@pytest.fixture
def refusal(read):
    def refusal(content: Any, **how: Any) -> Finding:
        with pytest.raises(StructureError) as caught:
            read(content, **how)
        assert caught.value.exit_code == ExitCode.STRUCTURE
        return caught.value.findings[0]

    return refusal


def cells(con) -> list[tuple]:
    return con.execute("SELECT row, area, period, measure, value, mark FROM raw ORDER BY row, period").fetchall()


def told(raw: RawFrame) -> dict[str, Finding]:
    return {finding.code: finding for finding in raw.findings}


# --- lists -----------------------------------------------------------------------------------------------------------


def test_names_of_one_level_get_the_codes_of_that_level(con, read):
    rows = [("Kade", "2024", "4"), ("LASONDER. ZEGGELT", "2024", "0"), ("Prive", "2024*", "."), ("Haven", "2024*", "7")]

    raw = read(listed(*rows))

    assert cells(con) == [
        (2, "BU99010101", "2024", "1.2.3", 4.0, None),
        (3, "BU99010102", "2024", "1.2.3", 0.0, None),
        (4, "BU99010203", "2024", "1.2.3", None, "suppressed"),
        (5, "BU99010201", "2024", "1.2.3", 7.0, "provisional"),
    ]
    assert told(raw)["FILE-110"].what == "areas stand here by name; 4 names are placed (neighbourhood)"
    assert raw.skipped == {}


def test_columns_may_stand_in_another_order_below_title_lines(con, read):
    text = (
        '"Misdrijven per maand"\r\n""\r\n'
        '"Geregistreerde misdrijven (aantal)";"Wijken en buurten";"Perioden";"Soort misdrijf"\r\n'
        '"  3";"Privé";"2025 januari*";"Totaal misdrijven"\r\n"Bron: Politie"\r\n'
    )

    read(text)

    assert cells(con) == [(4, "BU99010203", "2025-01", "0.0.0", 3.0, "provisional")]


def test_a_file_that_mixes_levels_is_told_apart_and_never_added_up(con, read):
    names = {**AREAS, "WK990101": "Wijk 01 Kade"}
    rows = [("Oefenstad", "2024", "9"), ("Wijk 01 Kade", "2024", "4"), ("Kade", "2024", "3"), ("Haven", "2024", "2")]
    rows += [("Wijk 02 Haven", "2024", "5"), ("Privé", "2024", "3"), ("Lasonder, Zeggelt", "2024", "1")]

    raw = read(listed(*rows), areas=tree(names))

    assert {row[1]: row[4] for row in cells(con)} == {
        "GM9901": 9.0, "WK990101": 4.0, "WK990102": 5.0,
        "BU99010101": 3.0, "BU99010201": 2.0, "BU99010203": 3.0, "BU99010102": 1.0,
    }  # fmt: skip
    assert "(municipality and district and neighbourhood)" in told(raw)["FILE-110"].what
    assert "FILE-111" not in told(raw)


def test_a_name_that_is_wijk_and_buurt_is_never_guessed(con, read):
    names = {"GM9901": "Oefenstad", "WK990101": "Kade", "BU99010101": "Kade", "WK990102": "Noord", "BU99010201": "Zuid"}
    names |= {"BU99010202": "Oost", "BU99010203": "West"}
    rows = [(name, "2024", "5") for name in ("Oefenstad", "Kade", "Kade", "Noord", "Zuid", "Oost", "West")]

    raw = read(listed(*rows), areas=tree(names))

    assert [row[1] for row in cells(con)] == ["GM9901", "WK990102", "BU99010201", "BU99010202", "BU99010203"]
    finding = told(raw)["FILE-111"]
    assert (finding.level, finding.number, finding.where) == ("warning", 2, "export.csv")
    assert "BU99010101 or WK990101" in finding.what
    assert raw.skipped == {"name of two areas": 2}


def test_a_name_that_two_neighbourhoods_share_and_a_name_of_none_are_set_aside(con, read):
    known = [(name, "2024", "1") for name in ("Kade", "Lasonder, Zeggelt", "Haven", "Privé", "Kerk (Kade)")]

    shared = read(listed(*known, ("Kerk", "2024", "8")))
    codes = {row[1] for row in cells(con)}
    unknown = read(listed(*known, ("Elders", "2024", "6")))

    assert "BU99010202" not in codes
    assert told(shared)["FILE-111"].number == 1
    assert "Kerk" not in told(shared)["FILE-111"].lines()
    assert (told(unknown)["FILE-112"].number, unknown.skipped) == (1, {"name of no area": 1})


def test_names_of_another_municipality_are_refused(refusal):
    finding = refusal(listed(("Privé", "2024", "1"), ("Elders", "2024", "2"), ("Nergens", "2024", "2")))

    assert (finding.code, finding.where) == ("FILE-113", "export.csv")
    assert finding.what == "2 of 3 names of areas have no place in GM9901 of 2024"
    assert "with codes" in finding.fix


def test_towns_are_no_municipality(refusal):
    finding = refusal(listed(("Oefenstad", "2024", "11875"), heading="Plaatsen"))

    assert (finding.code, finding.where) == ("FILE-114", "export.csv:1")
    assert "municipality, district and neighbourhood" in finding.fix


def test_a_further_dimension_is_not_added_up(refusal):
    text = (
        '"Soort misdrijf";"Perioden";"Wijken en buurten";"Geslacht";"Geregistreerde misdrijven (aantal)"\r\n'
        f'"{THEFT}";"2024";"Kade";"Mannen";"1"\r\n"{THEFT}";"2024";"Kade";"Totaal";"3"\r\n'
    )

    assert refusal(text).code == "FILE-116"


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        (listed(("Kade", "2024", "1")) + '"te kort"\r\n', "FILE-015", "export.csv:3"),
        (listed(), "FILE-003", "export.csv:1"),
        (listed(("Kade", "2024", "1")).replace("Wijken en buurten", "Plek"), "FILE-020", "export.csv:1"),
    ],
)
def test_a_spoiled_list_is_refused_with_its_place(refusal, text, code, where):
    finding = refusal(text)

    assert (finding.code, finding.where) == (code, where)


# --- municipalities and cross tables ---------------------------------------------------------------------------------

CROSS = (
    '\ufeff"Bevolkingsontwikkeling; regio per maand";;;;;\r\n;;;;;\r\n;;;Perioden;;\r\n'
    "Regio's;Onderwerp;;2021;2023;2025 januari*\r\n{rows}Bron: CBS;;;;;\r\n"
)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Hengelo", "Hengelo (O.)"),
        ("Den Haag", "'s-Gravenhage (gemeente)"),
        ("Groningen", "Groningen (gemeente)"),
        ("Utrecht", "Utrecht (gemeente)"),
        ("Enschede", "Enschede"),
    ],
)
def test_a_municipality_is_found_under_the_name_that_cbs_gives_it(con, read, name, written):
    own = tree({"GM0164": name}, code="GM0164")
    lines = [("Nederland", 1), ("Groningen (PV)", 2), ("Utrecht (PV)", 3), ("Hengelo (Gld.)", 4), (written, 5)]
    lines = lines if name == "Hengelo" else [line for line in lines if "Gld" not in line[0]]
    if name == "Hengelo":
        own = tree({"GM0164": "Hengelo (O.)"}, code="GM0164")
    rows = "".join(f"{said};Bevolking;aantal;{n}0;;{n}1\r\n" for said, n in lines)

    raw = read(CROSS.format(rows=rows), table="37230NED", areas=own)

    line = 4 + len(lines)
    assert cells(con) == [
        (line, "GM0164", "2021", "Bevolking", 50.0, None),
        (line, "GM0164", "2023", "Bevolking", None, "suppressed"),
        (line, "GM0164", "2025-01", "Bevolking", 51.0, "provisional"),
    ]
    assert raw.skipped == {"other region": 3 * (len(lines) - 1)}


def test_two_municipalities_of_one_name_are_not_mixed_up(refusal):
    rows = "".join(f"{said};Bevolking;aantal;1;2;3\r\n" for said in ("Bergen (L.)", "Bergen (NH.)"))

    finding = refusal(CROSS.format(rows=rows), table="37230NED", areas=tree({"GM0373": "Bergen"}, code="GM0373"))

    assert finding.code == "FILE-113"


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("2024", ("2024", False)),
        ("2016*", ("2016", True)),
        ("2025 januari*", ("2025-01", True)),
        ("2025 april *", ("2025-04", True)),
        ("2024 3e kwartaal", ("2024-Q3", False)),
        ("2026 week 5*", ("2026-W05", True)),
        ("laatste jaar", ("laatste jaar", False)),
    ],
)
def test_periods_of_the_web_page(label, expected):
    assert period(label) == expected


# --- codes -----------------------------------------------------------------------------------------------------------

RECORDS = [
    {"ID": 1, "SoortMisdrijf": "0.0.0 ", "WijkenEnBuurten": "NL00      ", "Perioden": "2026MM01",
     "GeregistreerdeMisdrijven_1": 65000, "Gemeentenaam_2": "Nederland", "SoortRegio_3": "Land"},
    {"ID": 2, "SoortMisdrijf": "0.0.0 ", "WijkenEnBuurten": "BU99010101", "Perioden": "2026MM01",
     "GeregistreerdeMisdrijven_1": 7, "Gemeentenaam_2": None, "SoortRegio_3": None},
    {"ID": 3, "SoortMisdrijf": "1.4.1 ", "WijkenEnBuurten": "BU99010101", "Perioden": "2026MM01",
     "GeregistreerdeMisdrijven_1": None, "Gemeentenaam_2": "Oefenstad", "SoortRegio_3": "Buurt"},
]  # fmt: skip
V3, V4 = "odata.metadata", "@odata.context"


def page(path: Path, records: list[dict], key: str = V3, **more: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({key: "https://example.invalid", **more, "value": records}), encoding="utf-8")
    return path


EXPECTED = [("BU99010101", "2026-01", "0.0.0", 7.0, None), ("BU99010101", "2026-01", "1.4.1", None, "suppressed")]


@pytest.mark.parametrize("key", [V3, V4])
def test_a_page_of_odata_gives_the_rows_of_the_municipality(con, read, tmp_path, key):
    page(tmp_path / "page.json", RECORDS, key)

    raw = read(None, "47022NED", "page.json")

    assert [row[1:] for row in cells(con)] == EXPECTED
    assert (raw.rows_read, raw.skipped) == (3, {"country": 1})


@pytest.mark.parametrize("is_zipped", [True, False])
def test_pages_of_one_table_are_one_delivery(con, read, tmp_path, is_zipped):
    for number, record in enumerate(RECORDS):
        more = {} if number == 2 else {"odata.nextLink": "https://example.invalid/next"}
        page(tmp_path / "pages" / f"{number:04}.json", [record], **more)
    if is_zipped:
        with zipfile.ZipFile(tmp_path / "pages.zip", "w") as archive:
            for file in sorted((tmp_path / "pages").iterdir()):
                archive.write(file, file.name)

    read(None, "47022NED", "pages.zip" if is_zipped else "pages")

    assert [row[1:] for row in cells(con)] == EXPECTED
    assert con.execute("SELECT DISTINCT part FROM raw ORDER BY 1").fetchall() == [("0001.json",), ("0002.json",)]


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ('{"odata.metadata": "x", "value": [{"ID": 1', "FILE-048", "page.json:1:"),
        ('{"type": "FeatureCollection", "features": []}', "FILE-048", "page.json"),
        ('{"odata.metadata": "x", "value": []}', "FILE-003", "page.json"),
        ('{"odata.nextLink": "https://x.invalid", "value": [{"ID": 1}]}', "FILE-016", "page.json"),
        ('{"value": [{"ID": 1, "Overlast": "E35"}]}', "FILE-020", "page.json:1"),
    ],
)
def test_a_spoiled_page_is_refused_with_its_place(refusal, text, code, where):
    finding = refusal(text, name="page.json", table="47022NED")

    assert finding.code == code
    assert finding.where.startswith(where)
    assert finding.fix


THEFTS = """\
ID;GebruikVanGeweld;SoortDiefstal;RegioS;Perioden;TotaalGeregistreerdeDiefstallen_1;GeregistreerdeDiefstallenPer1000Inw_3
1;T001540;CRI1122;GM9901;2018JJ00;25;       .
2;A048106;CRI1122;GM9901;2018JJ00;5;       .
3;T001540;CRI1122;GM9902;2018JJ00;7;       .
"""


def test_of_a_further_dimension_the_total_is_read_and_not_its_parts(con, read):
    read(THEFTS, table="83651NED")

    assert cells(con) == [(2, "GM9901", "2018", "CRI1122", 25.0, None)]


def test_a_further_dimension_without_total_is_refused(refusal):
    finding = refusal(THEFTS.replace("T001540", "A048105"), table="83651NED")

    assert (finding.code, finding.where) == ("FILE-116", "export.csv:1")
    assert "`GebruikVanGeweld`" in finding.what
    assert "total" in finding.fix


def test_line_numbers_hold_where_rows_of_others_are_left_out(con, read):
    header = "SoortMisdrijf;WijkenEnBuurten;Perioden;GeregistreerdeMisdrijven_1;Opmerking"
    rows = [f'1.1.1;BU9902{n:04};2026MM01;1;"twee\nregels"' for n in range(50)]
    rows.append("1.1.1;BU99010101;2026MM01;4;")

    raw = read("\n".join([header, *rows]) + "\n", table="47022NED")

    assert cells(con) == [(102, "BU99010101", "2026-01", "1.1.1", 4.0, None)]
    assert raw.skipped == {"other municipality": 50}


def test_names_are_compared_without_case_accents_and_signs():
    assert area_names.key("Lasonder. Zeggelt") == area_names.key("LASONDER, ZEGGELT")
    assert area_names.key("Privé") == area_names.key("prive")
    assert area_names.key("Noord-Oost") != area_names.key("Noordwest")
