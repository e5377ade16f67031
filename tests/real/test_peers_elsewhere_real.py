"""Real key figures of many municipalities: who is alike elsewhere, and what a file of the country costs."""

from __future__ import annotations

import csv
import json
import os
import resource
import time
from pathlib import Path

import pytest

from tests.smalltown import Town
from tests.unit.etl.test_peers_elsewhere import TOPICS, figures, found_in

DATA = os.environ.get("BUURTBEELD_REAL_DATA")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(DATA is None, reason="BUURTBEELD_REAL_DATA is not set: the real open data is not here"),
]
UTRECHT, COUNTRY = "cbs_kwb/buurten_utrecht_provincie.csv", "cbs_kwb/Population85984_2024.csv"


def rows(path: str) -> list[dict[str, str]]:
    with (Path(str(DATA)) / path).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def place_of(folder: Path, code: str, hoods: list[str], name: str, content: str | bytes, year: int) -> Town:
    """A municipality with squares for outlines and one file of key figures."""
    place = Town(folder)
    (folder / "config" / "municipalities").mkdir(parents=True)
    (folder / "config" / "municipalities" / "kleinstad.yml").write_text(
        f"code: {code}\nname: Gemeente\nfolder: kleinstad\n"
        f"geography: {{boundaries: buurten.geojson, vintage: {year}, schematic: true}}\n"
        f"sources:\n  - {{id: key_figures, kind: kwb, path: '{name}', year: {year}}}\n",
        encoding="utf-8",
    )
    features = []
    for number, hood in enumerate(hoods):
        x, y = 5 + number % 20 * 0.01, 52 - number // 20 * 0.01
        ring = [[x, y], [x + 0.01, y], [x + 0.01, y - 0.01], [x, y - 0.01], [x, y]]
        named = {"buurtcode": hood, "buurtnaam": hood, "wijkcode": f"WK{hood[2:8]}", "gemeentecode": code}
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": named, "geometry": shape})
    place.deliver("buurten.geojson", json.dumps({"type": "FeatureCollection", "features": features}), folder=".")
    place.deliver(name, content, folder=".")
    return place


def test_amersfoort_is_held_against_the_rest_of_the_province(tmp_path):
    listed = rows(UTRECHT)
    own = sorted(row["buurt_code"] for row in listed if row["buurt_code"].startswith("BU0307"))
    content = (Path(str(DATA)) / UTRECHT).read_bytes()

    found = found_in(place_of(tmp_path, "GM0307", own, "buurten.csv", content, 2020))

    known = {row["buurt_code"]: row for row in listed}
    assert (found.year, found.reason) == ("2020", None)
    assert set(found.features.columns) == {"owner_occupied_share", "built_from_2000_share", "woz_average"}
    assert set(found.peers.area_code) <= set(own)
    assert not found.peers.peer_code.str.startswith("BU0307").any()
    assert found.peers.peer_name.tolist() == [known[code]["regio"] for code in found.peers.peer_code]
    assert found.peers.municipality_name.tolist() == [known[code]["gm_naam"] for code in found.peers.peer_code]
    for code, shares in found.features.owner_occupied_share.items():
        said = known[str(code)]["koopwoning_percentage"]
        assert shares == pytest.approx(float(said)) if said else shares != shares
    assert found.peers[found.peers["rank"] == 1].distance.median() < 0.3


def test_the_inhabitants_of_the_country_alone_make_nobody_alike(tmp_path):
    hoods = sorted(row["nhood_id"] for row in rows(COUNTRY) if row["nhood_id"].startswith("BU0603"))
    content = (Path(str(DATA)) / COUNTRY).read_bytes()

    found = found_in(place_of(tmp_path, "GM0603", hoods, "bevolking_2024.csv", content, 2024))

    assert found.facts() == {"peers_elsewhere_reason": "too_few_features"}


def test_a_file_of_the_country_takes_seconds_and_little_memory(tmp_path):
    codes = [row["nhood_id"] for row in rows(COUNTRY)]
    hoods = sorted(code for code in codes if code.startswith("BU0153"))
    more = [f"Onderwerp{number}_{number + 200}" for number in range(100)]  # as wide as the table of the CBS
    lines = [";".join(["WijkenEnBuurten", "Gemeentenaam_1", "SoortRegio_2", "Codering_3", *TOPICS, *more])]
    for number, code in enumerate(codes):
        cells = [*figures((number * 37) % 1_009), *range(100)]
        lines.append(";".join([f"Buurt {number}", code[2:6], "Buurt", f"{code:10}", *map(str, cells)]))
    place = place_of(tmp_path, "GM0153", hoods, "kwb-2024.csv", "\n".join(lines) + "\n", 2024)
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    found = found_in(place)

    assert len(codes) > 14_500
    assert len(found.peers) == 10 * len(hoods) == 700
    assert len(found.features) == len(codes)
    assert time.process_time() - started < 20
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 500
