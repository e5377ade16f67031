import datetime as dt
import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from config.errors import MachineError, StructureError
from etl.deliveries import DeliveryLog, delivery_date

MONDAY = dt.datetime(2026, 3, 16, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def log(tmp_path: Path) -> DeliveryLog:
    return DeliveryLog(tmp_path / "warehouse" / "oefenstad")


def given(folder: Path, name: str, content: str = "area;count\n") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def kept(log: DeliveryLog, path: Path, *, source: str = "police", received: dt.datetime = MONDAY, **options):
    return log.keep(source, path, log.fingerprint(path), {"rows_read": 1}, received, **options)


@pytest.mark.parametrize(
    ("name", "pattern", "day"),
    [
        ("week-2026-12.csv", "{year}-{week:02}", "2026-03-16"),
        ("2020-53.csv", "{year}-{week:02}", "2020-12-28"),
        ("export202612.csv", "{year}{week:02}", "2026-03-16"),
        ("politie 2026-3.csv", "{year}-{month}", "2026-03-01"),
        ("cijfers_2026_q2.xlsx", "{year}_q{quarter}", "2026-04-01"),
        ("20260316_levering.zip", "{year}{month:02}{day:02}", "2026-03-16"),
        ("kwb-2023.csv", "kwb-{year}", "2023-01-01"),
        ("2026-99 vervangt 2026-12.csv", "{year}-{week:02}", "2026-03-16"),
    ],
)
def test_the_date_in_a_name_becomes_the_first_day_of_its_period(name: str, pattern: str, day: str):
    assert delivery_date(name, pattern) == day


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("meldingen.csv", "{year}-{week:02}"),
        ("2021-53.csv", "{year}-{week:02}"),
        ("2026-13.csv", "{year}-{month:02}"),
        ("2026-1.csv", "{year}-{week:02}"),
        ("12026-12.csv", "{year}-{week:02}"),
        ("2026-123.csv", "{year}-{week:02}"),
    ],
)
def test_a_name_without_a_date_that_exists_has_none(name: str, pattern: str):
    assert delivery_date(name, pattern) is None


@pytest.mark.parametrize("pattern", ["{year}-{decade}", "{week:02}", "levering"])
def test_a_pattern_that_cannot_give_a_day_is_refused(pattern: str):
    with pytest.raises(ValueError, match=r"unknown part|needs \{year\}"):
        delivery_date("2026-12.csv", pattern)


def test_later_dates_sort_later_across_a_change_of_year():
    names = ["2025-52.csv", "2026-01.csv", "2026-12.csv", "2026-53.csv"]

    dates = [delivery_date(name, "{year}-{week:02}") for name in names]

    assert dates == sorted(dates)  # type: ignore[type-var]


def test_a_file_is_known_by_its_bytes_and_not_by_its_name(log: DeliveryLog, tmp_path: Path):
    one, other = given(tmp_path, "a.csv"), given(tmp_path, "b.csv")

    assert log.fingerprint(one) == log.fingerprint(other) == hashlib.sha256(b"area;count\n").hexdigest()


def test_a_zip_is_known_by_its_bytes(log: DeliveryLog, tmp_path: Path):
    path = tmp_path / "kaart.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("2025/wijk.json", "{}")

    assert log.fingerprint(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_folder_is_known_by_the_sorted_fingerprints_of_its_members(log: DeliveryLog, tmp_path: Path):
    given(tmp_path, "kaart/2025/b.json", "2")
    given(tmp_path, "kaart/2024/a.json", "1")
    lines = sorted(
        f"{hashlib.sha256(text).hexdigest()}  {name}\n" for text, name in [(b"1", "2024/a.json"), (b"2", "2025/b.json")]
    )

    assert log.fingerprint(tmp_path / "kaart") == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_a_folder_changes_with_a_name_and_a_byte_but_not_with_hidden_files(log: DeliveryLog, tmp_path: Path):
    folder = tmp_path / "kaart"
    given(folder, "2025/wijk.json", "1")
    first = log.fingerprint(folder)

    given(folder, ".DS_Store", "left by a file browser")
    with_hidden = log.fingerprint(folder)
    (folder / "2025" / "wijk.json").rename(folder / "2025" / "buurt.json")
    renamed = log.fingerprint(folder)

    assert with_hidden == first
    assert renamed != first


def test_an_accepted_file_is_kept_unchanged_under_its_own_name(log: DeliveryLog, tmp_path: Path):
    path = given(tmp_path, "week-2026-12.csv", "area;count\nBU01530001;3\n")

    delivery = kept(log, path, delivery_date="2026-03-16")

    assert delivery.path == log.folder / delivery.sha256 / "week-2026-12.csv"
    assert delivery.path.read_bytes() == path.read_bytes()
    assert delivery.path.stat().st_mode & 0o222 == 0
    assert (delivery.bytes, delivery.received, delivery.delivery_date) == (path.stat().st_size, MONDAY, "2026-03-16")
    assert delivery.manifest == {"rows_read": 1}


def test_a_folder_is_kept_with_its_members(log: DeliveryLog, tmp_path: Path):
    given(tmp_path, "kaart/2025/b.json", "22")
    given(tmp_path, "kaart/2024/a.json", "1")

    delivery = kept(log, tmp_path / "kaart")

    assert (delivery.path / "2025" / "b.json").read_text() == "22"
    assert delivery.bytes == 3
    assert log.fingerprint(delivery.path) == delivery.sha256


def test_the_same_content_twice_is_one_delivery_with_its_first_time_of_receipt(log: DeliveryLog, tmp_path: Path):
    path = given(tmp_path, "a.csv")
    first = kept(log, path)

    again = kept(log, path, received=MONDAY + dt.timedelta(days=7))

    assert again == first
    assert log.known("police") == [first]


def test_two_sources_may_use_one_delivery_each_with_its_own_facts(log: DeliveryLog, tmp_path: Path):
    path = given(tmp_path, "a.csv")
    kept(log, path, source="police")

    second = kept(log, path, source="reports", received=MONDAY + dt.timedelta(days=1), name="b.csv")

    assert [d.source_id for d in log.all()] == ["police", "reports"]
    assert (second.name, second.received) == ("b.csv", MONDAY + dt.timedelta(days=1))
    assert second.path.read_bytes() == path.read_bytes()


def test_deliveries_are_ordered_by_date_in_the_name_then_receipt_then_name(log: DeliveryLog, tmp_path: Path):
    hour = dt.timedelta(hours=1)
    late = kept(log, given(tmp_path, "2026-10.csv", "10"), received=MONDAY + 5 * hour, delivery_date="2026-03-02")
    new = kept(log, given(tmp_path, "2026-12.csv", "12"), received=MONDAY, delivery_date="2026-03-16")
    middle = kept(log, given(tmp_path, "2026-11.csv", "11"), received=MONDAY + hour, delivery_date="2026-03-09")
    same_time = [kept(log, given(tmp_path, name, name), source="reports") for name in ("b.csv", "a.csv")]

    assert log.known("police") == [late, middle, new]
    assert log.known("reports") == same_time[::-1]


def test_a_second_log_over_the_same_folder_knows_the_same(log: DeliveryLog, tmp_path: Path):
    kept(log, given(tmp_path, "a.csv"), delivery_date="2026-03-16")

    assert DeliveryLog(log.root).known("police") == log.known("police")


def test_a_file_that_changes_while_it_is_read_is_not_kept(log: DeliveryLog, tmp_path: Path):
    path = given(tmp_path, "a.csv")
    checked = log.fingerprint(path)
    path.write_text("another content")

    with pytest.raises(StructureError, match="changed while it was being read"):
        log.keep("police", path, checked, {}, MONDAY)

    assert list(log.folder.iterdir()) == []


def test_leftovers_of_a_copy_that_died_are_removed_and_never_listed(log: DeliveryLog, tmp_path: Path):
    left = log.folder / ".incoming-4242-abc"
    given(left, "half.csv", "ha")

    assert log.all() == []
    kept(log, given(tmp_path, "a.csv"))

    assert not left.exists()


@pytest.mark.parametrize("make", ["file", "member", "folder"])
def test_symbolic_links_are_not_followed(log: DeliveryLog, tmp_path: Path, make: str):
    secret = given(tmp_path, "elsewhere/secret.csv")
    given(tmp_path, "kaart/2025/wijk.json")
    folder = tmp_path / "kaart"
    links = {"file": tmp_path / "a.csv", "member": folder / "2025" / "b.json", "folder": folder / "x"}
    links[make].symlink_to(secret.parent if make == "folder" else secret)

    with pytest.raises(StructureError, match="symbolic link") as refused:
        log.fingerprint(links["file"] if make == "file" else folder)

    assert str(links[make]) in str(refused.value)


def test_a_pipe_is_refused_and_not_waited_for(log: DeliveryLog, tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.csv")

    with pytest.raises(StructureError, match="no file and no folder"):
        log.fingerprint(tmp_path / "pipe.csv")


def test_an_empty_folder_is_refused(log: DeliveryLog, tmp_path: Path):
    (tmp_path / "kaart").mkdir()

    with pytest.raises(StructureError, match="empty"):
        log.fingerprint(tmp_path / "kaart")


def test_a_file_that_is_not_there_is_told_with_a_repair(log: DeliveryLog, tmp_path: Path):
    with pytest.raises(MachineError, match=r"gone\.csv: cannot be read") as refused:
        log.fingerprint(tmp_path / "gone.csv")

    assert refused.value.findings[0].fix


def test_a_delivery_that_was_changed_on_the_disk_is_found(log: DeliveryLog, tmp_path: Path):
    good = kept(log, given(tmp_path, "a.csv", "good"))
    bad = kept(log, given(tmp_path, "b.csv", "0" * 100))
    gone = kept(log, given(tmp_path, "c.csv", "gone"))
    assert log.verify() == []
    bad.path.chmod(0o644)
    bad.path.write_text("0" * 99 + "1")
    gone.path.unlink()

    findings = {finding.where: finding.what for finding in log.verify()}

    assert str(good.path.parent) not in findings
    assert findings[str(bad.path.parent)].endswith("sha256 differs")
    assert findings[str(gone.path.parent)].endswith("file missing")


def test_a_damaged_manifest_stops_the_list_and_is_found(log: DeliveryLog, tmp_path: Path):
    delivery = kept(log, given(tmp_path, "a.csv"))
    manifest = delivery.path.parent / "manifest.json"
    manifest.write_text(manifest.read_text().replace("2026-03-16", "2026-03-17"))

    with pytest.raises(MachineError, match=r"manifest\.json: missing or damaged"):
        log.known("police")

    assert [finding.code for finding in log.verify()] == ["RUN-010"]
