"""The maker makes the same files each time, and none where they are there already."""

import json
import subprocess
import sys

import pytest

from sample_data import maker
from sample_data.__main__ import main
from sample_data.maker import make
from sample_data.places import places

ROOT = maker.Path(maker.__file__).parents[1]


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("slug", ["enschede", "kleinedam"])
def test_the_same_bytes_each_time_also_in_another_process(slug, made, tmp_path):
    command = [sys.executable, "-m", "sample_data", "--output", str(tmp_path), slug]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)

    assert contents(tmp_path / slug) == contents(made / slug)


def test_every_municipality_has_its_files(made):
    for slug, weekly, nuisance in (("enschede", 18, 1), ("oefenstad", 28, 2), ("kleinedam", 0, 1)):
        folder = made / slug
        assert (folder / "buurten.geojson").is_file()
        assert len(list((folder / "politie").glob("47022NED_*.csv"))) == 1
        assert len(list((folder / "politie").glob("47024NED_*.csv"))) == nuisance
        assert len(list((folder / "politie").glob("week-*.csv"))) == weekly
        assert len(list((folder / "kwb").glob("*.csv"))) == (5 if slug == "enschede" else 4)
        assert (folder / "gemeente" / "meldingen.csv").is_file() == (slug == "oefenstad")


def test_made_files_are_left_alone(tmp_path):
    first = make("kleinedam", tmp_path)
    times = {path: path.stat().st_mtime_ns for path in first}
    told = []

    again = make("kleinedam", tmp_path, lambda *step: told.append(step))

    assert again == first
    assert {path: path.stat().st_mtime_ns for path in again} == times
    assert told == []


@pytest.mark.parametrize("damage", ["missing", "cut short", "unreadable stamp", "stamp that points elsewhere"])
def test_damaged_files_are_made_again(tmp_path, damage):
    made = make("kleinedam", tmp_path)
    whole = contents(tmp_path)
    stamp = tmp_path / "kleinedam" / maker.STAMP
    elsewhere = tmp_path / "precious.txt"
    elsewhere.write_text("kept", encoding="utf-8")
    if damage == "missing":
        made[1].unlink()
    elif damage == "cut short":
        made[1].write_bytes(made[1].read_bytes()[:-100])
    elif damage == "unreadable stamp":
        stamp.write_text("{", encoding="utf-8")
    else:
        stamp.write_text(json.dumps({"maker": "old", "files": {"../precious.txt": 4}}), encoding="utf-8")

    make("kleinedam", tmp_path)

    assert elsewhere.read_text(encoding="utf-8") == "kept"
    elsewhere.unlink()
    assert contents(tmp_path) == whole


def test_another_maker_makes_the_files_again_and_removes_its_predecessors(tmp_path):
    make("kleinedam", tmp_path)
    folder = tmp_path / "kleinedam"
    stamp = json.loads((folder / maker.STAMP).read_text(encoding="utf-8"))
    (folder / "politie" / "week-2020-01.csv").write_text("old", encoding="utf-8")
    stamp["maker"], stamp["files"]["politie/week-2020-01.csv"] = "an older maker", 3
    (folder / maker.STAMP).write_text(json.dumps(stamp), encoding="utf-8")

    make("kleinedam", tmp_path)

    assert not (folder / "politie" / "week-2020-01.csv").exists()
    assert json.loads((folder / maker.STAMP).read_text(encoding="utf-8"))["maker"] == maker.maker_hash()


def test_progress_counts_up_to_the_number_of_files(made, tmp_path):
    told = []
    for slug, place in places().items():
        stamp = json.loads((made / slug / maker.STAMP).read_text(encoding="utf-8"))
        assert maker._number_of_files(place) == len(stamp["files"])

    made = make("kleinedam", tmp_path, lambda *step: told.append(step))

    assert [done for _, done, _ in told] == list(range(1, len(made) + 1))
    assert {total for _, _, total in told} == {len(made)}


def test_an_unknown_municipality_is_refused_with_those_there_are(tmp_path, capsys):
    with pytest.raises(ValueError, match="enschede, oefenstad, kleinedam"):
        make("utrecht", tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["--output", str(tmp_path), "utrecht"])
    assert stopped.value.code == 2
    assert "enschede, oefenstad, kleinedam" in capsys.readouterr().err
