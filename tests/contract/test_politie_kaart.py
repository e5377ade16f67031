"""Kind `politie_kaart`: the JSON behind the police map, in a folder or a zip; a true delivery, and spoiled ones."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import duckdb
import pytest

from config.errors import ExitCode, Finding, StructureError
from config.model import PolitieKaartSource
from etl.frames import RawFrame, work_connection
from etl.sources import politie_kaart


def place(code: str, delicts: object, name: str = "Kade") -> dict[str, object]:
    return {"name": name, "code": code, "delicts": delicts, "latitude": "52.1", "longitude": "4.3"}


def year_of(first_month: list, others: list | None = None) -> list[list]:
    return [first_month] + [others or [] for _ in range(11)]


TRUE = {
    "2016/99101.json": {
        "104": year_of([place("9010101", "3"), place("9010102", "0", "Haven")], [place("9010101", "1")]),
        "111": year_of([place("9010101", ".")]),
    },
    "2017/99101.json": {"104": [[place("9010101", " 2 ")], [place("09010102", "")]]},
    "2017/99202.json": {"104": year_of([place("9020101", "8"), place("9010103", "4")])},
}


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return work_connection()


@pytest.fixture
def folder(tmp_path):
    def folder(members: dict[str, object]) -> Path:
        for member, content in members.items():
            file = tmp_path / "kaart" / member
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return tmp_path / "kaart"

    return folder


@pytest.fixture
def zipped(tmp_path):
    def zipped(members: dict[str, object]) -> Path:
        path = tmp_path / "kaart.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content if isinstance(content, bytes) else json.dumps(content))
        return path

    return zipped


@pytest.fixture
def read(con):
    def read(path: Path) -> RawFrame:
        source = PolitieKaartSource(id="map", kind="politie_kaart", path="kaart")
        return politie_kaart.read(con, source, path, name=path.name, municipality_code="GM0901", table="raw")

    return read


@pytest.fixture
def refusal(read):
    def refusal(path: Path) -> Finding:
        with pytest.raises(StructureError) as caught:
            read(path)
        assert caught.value.exit_code == ExitCode.STRUCTURE
        assert caught.value.findings[0].fix
        return caught.value.findings[0]

    return refusal


def cells(con) -> list[tuple]:
    sql = "SELECT part, row, area, period, measure, value, mark FROM raw WHERE period <= '2016-01' OR period >= '2017'"
    return con.execute(sql + " ORDER BY part, row").fetchall()


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_folder_and_zip_give_the_same_cells(con, read, folder, zipped, kind):
    raw = read((folder if kind == "folder" else zipped)(TRUE))

    assert cells(con) == [
        ("2016/99101.json", 1, "BU09010101", "2016-01", "104", 3.0, None),
        ("2016/99101.json", 2, "BU09010102", "2016-01", "104", 0.0, None),
        ("2016/99101.json", 14, "BU09010101", "2016-01", "111", None, "suppressed"),
        ("2017/99101.json", 1, "BU09010101", "2017-01", "104", 2.0, None),
        ("2017/99101.json", 2, "BU09010102", "2017-02", "104", None, "suppressed"),
        ("2017/99202.json", 2, "BU09010103", "2017-01", "104", 4.0, None),
    ]
    assert raw.area_names == {"BU09010101": "Kade", "BU09010102": "Kade", "BU09010103": "Kade"}
    assert raw.skipped == {"other municipality": 1}
    assert raw.rows_read == 18


def test_months_are_told_by_position(con, read, folder):
    read(folder(TRUE))

    periods = con.execute("SELECT DISTINCT period FROM raw WHERE part = '2016/99101.json' ORDER BY 1").fetchall()
    assert [period for (period,) in periods] == [f"2016-{month:02}" for month in range(1, 13)]


def test_letters_in_codes_prefixes_and_unreadable_counts_are_kept(con, read, folder):
    read(
        folder({"2023/a.json": {"104": [[place("0901AA03", 5), place("BU0901AA04", "1e400"), place("901AA05", "-1")]]}})
    )

    assert con.execute("SELECT area, value, mark, text FROM raw ORDER BY row").fetchall() == [
        ("BU0901AA03", 5.0, None, None),
        ("BU0901AA04", None, "invalid", "1e400"),
        ("BU0901AA05", -1.0, None, None),
    ]


def test_other_files_in_the_folder_are_left_alone(read, folder):
    beside = {"areas.txt": b"90101,Kade|52.0,4.3", "GM0503.zip": b"PK", ".hidden/2016/x.json": b"no", **TRUE}

    assert read(folder(beside)).rows_read == 18


@pytest.mark.parametrize(
    ("content", "where", "said"),
    [
        ({"104": [[]] * 13}, "", "13 months under delict 104"),
        ({"104": {"1": []}}, ", delict 104", "a list of months"),
        ({"104": [{"code": "9010101"}]}, ", delict 104", "a list of months"),
        ({"104": [[], [{"code": "9010101"}]]}, ", delict 104, month 2", "an object with `code` and `delicts`"),
        ({"104": [["9010101"]]}, ", delict 104, month 1", "an object with `code` and `delicts`"),
        ({"104": [[{"code": 9010101, "delicts": "1"}]]}, ", delict 104, month 1", "an object with `code`"),
        ([1, 2], "", "no object with kinds of crime"),
        (b'{"104": [[{"name"', ":1:18", "not readable as JSON"),
        (b'{"104": "\xe9"}', "", "not readable as JSON"),
        (b"[" * 100_000, "", "not readable as JSON"),
    ],
)
def test_member_of_another_shape_is_named(refusal, folder, content, where, said):
    finding = refusal(folder({**TRUE, "2017/99303.json": content}))

    assert (finding.code, finding.where) == ("FILE-048", "kaart/2017/99303.json" + where)
    assert said in finding.what


def test_member_outside_a_year_is_refused(refusal, folder):
    finding = refusal(folder({"old/99101.json": TRUE["2016/99101.json"]}))

    assert (finding.code, finding.where) == ("FILE-046", "kaart/old/99101.json")


def test_delivery_without_the_municipality_is_refused(refusal, folder):
    finding = refusal(folder({"2016/99202.json": {"104": year_of([place("9020101", "8")])}}))

    assert (finding.code, finding.where) == ("FILE-027", "kaart")
    assert finding.what == "none of the 1 cells is of GM0901"


@pytest.mark.parametrize("entry", ["../../x.json", "/etc/x.json", "2016\\..\\..\\x.json", "C:/x.json"])
def test_file_042_zip_entry_that_leaves_the_folder(refusal, zipped, entry):
    finding = refusal(zipped({**TRUE, entry: b"{}"}))

    assert (finding.code, finding.where) == ("FILE-042", "kaart.zip")
    assert "leaves the folder" in finding.what


def test_file_042_link_that_leaves_the_folder(refusal, folder, tmp_path):
    (tmp_path / "elsewhere.json").write_text("{}")
    path = folder(TRUE)
    (path / "2016" / "link.json").symlink_to(tmp_path / "elsewhere.json")

    assert refusal(path).code == "FILE-042"


def test_file_034_zip_that_unpacks_beyond_the_limits(refusal, zipped):
    finding = refusal(zipped({**TRUE, "2016/bomb.json": b" " * 30_000_000}))

    assert (finding.code, finding.where) == ("FILE-034", "kaart.zip")
    assert "limits 200 MB and 100x" in finding.what


def test_damaged_zip_is_refused(refusal, zipped):
    path = zipped(TRUE)
    damaged = bytearray(path.read_bytes())
    damaged[60:90] = bytes(30)
    path.write_bytes(damaged)

    assert refusal(path).code == "FILE-048"


def test_empty_folder_and_what_is_no_folder_are_refused(refusal, tmp_path, folder):
    (tmp_path / "kaart").mkdir()
    (tmp_path / "kaart.txt").write_text("x")

    assert refusal(tmp_path / "kaart").what == "no JSON file in it"
    assert refusal(tmp_path / "kaart.txt").what == "neither a folder nor a zip"
    shutil.rmtree(tmp_path / "kaart")
    assert refusal(tmp_path / "kaart").code == "FILE-001"
