"""The command line as users run it: every verb, its exit code, and what stands there afterwards."""

from __future__ import annotations

import csv
import io
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import duckdb
import pytest

from config.model import Municipality
from etl.tables import TABLES
from sample_data.maker import make
from tests.process import ROOT, buurtbeeld

COLUMNS = (
    "municipality,area_level,area_code,area_name,vintage,indicator,period,value,unit,numerator,denominator,rate,lower,upper,"
    "status,source,snapshot"
)


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    """A folder with the practice municipality Kleinedam, configured and loaded once."""
    place = tmp_path_factory.mktemp("town")
    make("kleinedam", place / "sample_data")
    (place / "config" / "municipalities").mkdir(parents=True)
    shutil.copy(ROOT / "config" / "municipalities" / "kleinedam.yml", place / "config" / "municipalities")
    done = buurtbeeld("load", "kleinedam", "--json", cwd=place)
    assert done.code == 0, done.err
    return place


@pytest.fixture
def copy(town, tmp_path) -> Path:
    """The same, to be spoiled by one test."""
    shutil.copytree(town, tmp_path / "town")
    return tmp_path / "town"


def served(place: Path) -> str:
    return str(json.loads((place / "warehouse" / "kleinedam" / "CURRENT").read_text(encoding="utf-8"))["load_id"])


def test_help_names_every_verb_and_the_readme_explains_it(town):
    done = buurtbeeld("--help", cwd=town)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    verbs = [
        line.split()[0]
        for line in done.out.partition("Commands:")[2].splitlines()
        if line.startswith("  ") and line[2] != " "
    ]
    assert set(verbs) == {
        "demo", "init", "validate", "schema", "fetch", "preview", "load", "status", "withdraw", "rollback", "verify",
        "serve", "export", "report",
    }  # fmt: skip
    assert [verb for verb in verbs if f"`buurtbeeld {verb}" not in readme] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["loda"],
        ["load", "--nonsense"],
        ["export"],
        ["--lang", "fy", "status"],
        ["load", "kleinedam", "--edition", "secret"],
    ],
)
def test_a_wrong_command_line_ends_with_2(town, arguments):
    done = buurtbeeld(*arguments, cwd=town)

    assert done.code == 2
    assert "Traceback" not in done.err


def test_options_stand_before_or_after_the_verb(town):
    before = buurtbeeld("--config", town / "config", "--json", "validate", cwd=ROOT)
    after = buurtbeeld("validate", "--config", town / "config", "--json", cwd=ROOT)

    assert before.code == after.code == 0
    assert before.json == after.json == {"ok": True, "findings": []}


def test_init_writes_a_file_that_validates(tmp_path):
    (tmp_path / "data" / "delft").mkdir(parents=True)

    made = buurtbeeld("init", "GM0503", "--name", "Delft", cwd=tmp_path)
    again = buurtbeeld("init", "GM0503", "--name", "Delft", cwd=tmp_path)
    checked = buurtbeeld("validate", "delft", "--json", cwd=tmp_path)

    assert made.code == 0
    assert (tmp_path / "config" / "municipalities" / "delft.yml").is_file()
    assert again.code == 2
    assert {finding["code"] for finding in checked.json["findings"]} <= {"CFG-037"}, "only the files are still missing"


def test_validate_tells_file_line_and_repair_with_exit_code_10(copy):
    file = copy / "config" / "municipalities" / "kleinedam.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("vintage:", "vintag:"), encoding="utf-8")

    done = buurtbeeld("validate", "kleinedam", cwd=copy)

    assert done.code == 10
    assert "vintag" in done.err
    assert "did you mean `vintage`" in done.err or "vintage" in done.err
    assert "kleinedam.yml:" in done.err


def test_validate_imports_no_dash():
    code = (
        "import sys; from monitor.cli import main; main(['validate']); "
        "print('dash' in sys.modules, 'statsmodels' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert done.stdout.strip().splitlines()[-1] == "False False"


def test_schema_accepts_the_shipped_files(town):
    schema = buurtbeeld("schema", cwd=town).json

    assert set(schema["properties"]) >= {"code", "name", "folder", "geography", "sources", "indicators", "today"}
    assert set(Municipality.model_fields) <= {*schema["properties"], "is_schematic"}


def test_preview_shows_the_mapping_and_changes_nothing(town):
    before = served(town)
    file = next((town / "sample_data" / "kleinedam" / "politie").glob("47022NED*.csv"))

    done = buurtbeeld("preview", "kleinedam", file, cwd=town)

    assert done.code == 0, done.err
    assert "SoortMisdrijf" in done.out
    assert served(town) == before


def test_a_file_that_is_not_there_is_a_wrong_command_line(town):
    assert buurtbeeld("preview", "kleinedam", "nothing.csv", cwd=town).code == 2


def test_a_second_load_changes_nothing(town):
    done = buurtbeeld("load", "kleinedam", cwd=town)

    assert done.code == 0
    assert "nothing new" in done.out
    assert served(town) == "000001"


def test_the_same_file_under_another_name_is_told_and_changes_nothing(copy):
    folder = copy / "sample_data" / "kleinedam" / "kwb"
    file = next(folder.glob("*.csv"))
    shutil.copy(file, folder / f"again_{file.name}")

    done = buurtbeeld("load", "kleinedam", cwd=copy)

    assert done.code == 0
    assert "identical to the loaded delivery" in done.out
    assert served(copy) == "000001"


def test_other_boundaries_make_another_snapshot(copy):
    file = copy / "sample_data" / "kleinedam" / "buurten.geojson"
    outlines = json.loads(file.read_text(encoding="utf-8"))
    outlines["features"][0]["properties"]["buurtnaam"] = "Nieuwe naam"
    file.write_text(json.dumps(outlines), encoding="utf-8")

    done = buurtbeeld("load", "kleinedam", "--json", cwd=copy)

    assert done.json[0]["load_id"] == "000002"
    with duckdb.connect(str(copy / "warehouse/kleinedam/snapshots/000002/internal.duckdb"), read_only=True) as con:
        assert con.execute(
            "SELECT count(*) FROM area WHERE area_name = 'Nieuwe naam' AND vintage = 2024"
        ).fetchall() == [(1,)]


def test_the_same_deliveries_give_the_same_content(copy):
    first = json.loads((copy / "warehouse/kleinedam/snapshots/000001/manifest.json").read_text(encoding="utf-8"))

    done = buurtbeeld("load", "kleinedam", "--rebuild", "--json", cwd=copy)

    assert done.json[0]["load_id"] == "000002"
    assert done.json[0]["content_hash"] == first["content_hash"]


def test_a_refused_file_leaves_the_last_good_snapshot_and_is_not_kept(copy):
    folder = copy / "sample_data" / "kleinedam" / "politie"
    bad = folder / "47022NED_2026-11-20.csv"
    bad.write_text(
        "ID;SoortMisdrijf;WijkenEnBuurten;Perioden;Achternaam\n1;1.1.1;GM9902;2026MM01;x\n", encoding="utf-8"
    )
    kept = sorted(path.name for path in (copy / "warehouse/kleinedam/deliveries").iterdir())

    done = buurtbeeld("load", "kleinedam", cwd=copy)

    assert done.code in (20, 30)
    assert served(copy) == "000001"
    assert sorted(path.name for path in (copy / "warehouse/kleinedam/deliveries").iterdir()) == kept


def test_a_correction_replaces_and_is_listed_as_a_revision(copy):
    folder = copy / "sample_data" / "kleinedam" / "politie"
    file = next(folder.glob("47022NED*.csv"))
    lines = file.read_bytes().split(b"\n")
    place = next(i for i, line in enumerate(lines) if b"1.1.1" in line and b"BU9902" in line and b"2024MM05" in line)
    cells = lines[place].split(b";")
    cells[4] = str(int(cells[4]) + 3).encode().rjust(len(cells[4]))
    lines[place] = b";".join(cells)
    (folder / "47022NED_2026-11-20.csv").write_bytes(b"\n".join(lines))

    done = buurtbeeld("load", "kleinedam", "--json", cwd=copy)

    assert done.code == 0, done.err
    assert done.json[0]["new_deliveries"] == 1
    with duckdb.connect(str(copy / "warehouse/kleinedam/snapshots/000002/internal.duckdb"), read_only=True) as con:
        changed = con.execute(
            "SELECT new_numerator - old_numerator FROM revision "
            "WHERE indicator = 'burglary_home' AND period = '2024-05'"
        ).fetchall()
    assert (3.0,) in changed


def test_several_municipalities_are_each_finished_and_the_highest_code_is_returned(copy):
    (copy / "config" / "municipalities" / "leegdam.yml").write_text(
        "code: GM9903\nname: Leegdam\nfolder: leegdam\ngeography: {boundaries: none.geojson, vintage: 2024}\n"
        "sources:\n  - {id: police, kind: statline, table: 47022NED, path: none.csv}\n",
        encoding="utf-8",
    )

    (copy / "config" / "municipalities" / "foutdam.yml").write_text("code: GM9904\nnaam: Foutdam\n", encoding="utf-8")

    done = buurtbeeld("load", "--all", "--rebuild", "--json", cwd=copy)

    codes = {report["slug"]: report["exit_code"] for report in done.json}
    assert (codes["kleinedam"], codes["foutdam"]) == (0, 10)
    assert done.code == codes["leegdam"] >= 20
    assert served(copy) == "000002"


def test_every_table_and_column_of_the_file_carries_its_comment(town):
    with duckdb.connect(str(town / "warehouse/kleinedam/snapshots/000001/internal.duckdb"), read_only=True) as con:
        tables = dict(con.execute("SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal").fetchall())
        columns = con.execute(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()

    assert tables == {name: table.comment for name, table in TABLES.items()}
    expected = {(name, column, text) for name, table in TABLES.items() for column, (_, text) in table.columns.items()}
    assert {tuple(row) for row in columns} == expected


def test_status_lists_every_delivery_with_its_fingerprint(town):
    (standing,) = buurtbeeld("status", "kleinedam", "--json", cwd=town).json

    listed = [delivery for source in standing["sources"] for delivery in source["listed"]]
    kept = {path.name for path in (town / "warehouse/kleinedam/deliveries").iterdir()}
    assert len(listed) == 6
    assert {delivery["sha256"] for delivery in listed} < kept


def test_status_rollback_and_verify(copy):
    buurtbeeld("load", "kleinedam", "--rebuild", cwd=copy)

    (standing,) = buurtbeeld("status", "kleinedam", "--json", cwd=copy).json
    back = buurtbeeld("rollback", "kleinedam", "--to", "000001", "--reason", "proef", cwd=copy)
    lost = buurtbeeld("rollback", "kleinedam", "--to", "000099", "--reason", "proef", cwd=copy)
    good = buurtbeeld("verify", "kleinedam", cwd=copy)
    database = copy / "warehouse/kleinedam/snapshots/000002/internal.duckdb"
    database.chmod(0o644)
    database.write_bytes(database.read_bytes()[:-1] + b"x")
    damaged = buurtbeeld("verify", "kleinedam", cwd=copy)

    assert standing["load_id"] == "000002"
    assert {source["source_id"] for source in standing["sources"]} == {
        "police_monthly",
        "nuisance_monthly",
        "key_figures",
    }
    assert (back.code, served(copy)) == (0, "000001")
    assert lost.code == 2
    assert good.code == 0
    assert damaged.code == 60


def test_export_has_exactly_the_columns_of_the_contract(town):
    done = buurtbeeld("export", "kleinedam", "--period", "2025", "--level", "municipality", cwd=town)

    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert done.out.splitlines()[0] == COLUMNS
    assert rows
    assert {row["source"].startswith("oefendata: ") for row in rows} == {True}
    assert {row["municipality"] for row in rows} == {"kleinedam"}
    assert [(row["indicator"], row["period"]) for row in rows] == sorted(
        (row["indicator"], row["period"]) for row in rows
    )


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "xlsx"])
def test_every_format_holds_the_same_rows(town, tmp_path, form):
    target = tmp_path / f"figures.{form}"

    done = buurtbeeld(
        "export", "kleinedam", "--indicator", "burglary_home", "--from", "2024-01", "--to", "2024-06",
        "--format", form, "--output", target, cwd=town,
    )  # fmt: skip

    assert done.code == 0, done.err
    assert "rows" in done.out
    areas = 12 + 3 + 1
    assert rows_of(target, form) == 6 * areas


def rows_of(path: Path, form: str) -> int:
    if form == "csv":
        return len(path.read_text(encoding="utf-8").splitlines()) - 1
    if form == "json":
        found = json.loads(path.read_text(encoding="utf-8"))
        return max(len(value) for value in found.values() if isinstance(value, list))
    if form == "parquet":
        with duckdb.connect() as con:
            return int(con.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchall()[0][0])
    import openpyxl

    return sum(1 for _ in openpyxl.load_workbook(path, read_only=True).worksheets[0].iter_rows()) - 1


def test_both_editions_are_published_and_can_be_exported(town):
    internal = buurtbeeld("export", "kleinedam", "--period", "2025", "--level", "municipality", cwd=town)
    public = buurtbeeld(
        "export", "kleinedam", "--period", "2025", "--level", "municipality", "--edition", "public", cwd=town
    )

    assert internal.code == public.code == 0
    assert internal.out == public.out  # every source of this municipality is open
    assert {path.name for path in (town / "warehouse" / "kleinedam").rglob("*.duckdb")} == {
        "internal.duckdb",
        "public.duckdb",
    }


def test_a_runner_that_is_not_built_is_refused_not_replaced(copy):
    (copy / "config" / "site.yml").write_text("runner: spark\n", encoding="utf-8")

    done = buurtbeeld("load", "kleinedam", cwd=copy)

    assert done.code == 10
    assert "runner 'spark' is not built yet" in done.err


def test_nothing_found_is_told_with_1(town):
    assert buurtbeeld("export", "kleinedam", "--period", "1999", cwd=town).code == 1


def test_figures_of_an_earlier_load_can_be_asked(copy):
    buurtbeeld("load", "kleinedam", "--rebuild", cwd=copy)

    done = buurtbeeld("export", "kleinedam", "--period", "2025", "--asof", "000001", cwd=copy)

    assert {row["snapshot"] for row in csv.DictReader(io.StringIO(done.out))} == {"000001"}
    assert buurtbeeld("export", "kleinedam", "--asof", "2001-01-01", cwd=copy).code == 2


def test_dutch_messages_on_request(town):
    done = buurtbeeld("export", "kleinedam", "--edition", "secret", "--lang", "nl", cwd=town)

    assert done.code == 2
    assert done.err.startswith("fout CLI-005")


def test_a_taken_port_is_told_before_any_work(town):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = buurtbeeld("serve", "--port", port, cwd=town)
        demo = buurtbeeld("demo", "--port", port, cwd=town)

    assert done.code == demo.code == 60
    assert f"port {port}" in done.err


def test_another_address_than_loopback_is_refused(town):
    done = buurtbeeld("serve", "--host", "0.0.0.0", "--port", 8099, cwd=town)

    assert done.code == 2
    assert "loopback" in done.err


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, seconds: float = 240) -> float:
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return time.monotonic() - started
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{address} did not answer in {seconds} s")


@pytest.mark.slow
def test_demo_serves_three_municipalities_and_starts_at_once_the_second_time(tmp_path):
    for name in ("config", "sample_data"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("politie", "kwb", "*.geojson", ".made.json")
        )
    port = free_port()
    command = [sys.executable, "-m", "monitor.cli", "demo"]
    times = []
    for _ in range(2):
        process = subprocess.Popen(
            command, cwd=tmp_path, env={**__import__("os").environ, "PYTHONPATH": str(ROOT), "PORT": str(port)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            times.append(wait_for(f"http://127.0.0.1:{port}/readyz"))
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                chooser = answer.read().decode()
        finally:
            process.terminate()
            out, _ = process.communicate(timeout=30)
        assert all(name in chooser for name in ("Enschede", "Oefenstad", "Kleinedam"))
        assert f"http://127.0.0.1:{port}" in out
        assert [step in out for step in ("[1/3]", "[2/3]", "[3/3]")] == [True, True, True]
    assert times[1] < times[0]
