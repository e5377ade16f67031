"""Boundaries of a year from PDOK: OGC API Features, the collections gemeenten, wijken and buurten.

    <base>/wijken-en-buurten-<year>/ogc/v1/collections/<collection>/items?f=json&limit=…&gemeentecode=GM0153

Pages of GeoJSON that name the next one under `links`. Coordinates are degrees (CRS84) unless the header `Content-Crs`
names another system, which is then written into the file. Of the hundreds of properties only codes, names and water are
kept, so the file has one layer in which each area has its code under `statcode`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from config.errors import StructureError
from etl.fetch.client import Answer, Client, ServiceError
from etl.fetch.paging import Read, gather
from etl.fetch.work import Work
from etl.sources.properties import known_columns
from etl.storage import sync_file, sync_folder

#: Collection -> property with the code of its areas, and with their name.
COLLECTIONS = {
    "gemeenten": ("gemeentecode", "gemeentenaam"),
    "wijken": ("wijkcode", "wijknaam"),
    "buurten": ("buurtcode", "buurtnaam"),
}
PAGE_FEATURES = 100
_CRS = re.compile(r"/def/crs/(?:OGC/1\.3/(CRS84)|EPSG/[\d.]+/(\d{4,5}))>?$")


def dataset(vintage: int) -> str:
    """Name of the boundaries of a year, as PDOK calls them."""
    return f"wijken-en-buurten-{vintage}"


def fetch_boundaries(
    client: Client, vintage: int, code: str, works: dict[str, Work], etags: dict[str, str]
) -> dict[str, str] | None:
    """Fetch the pages of all collections.

    Args:
        code: such as GM0153. works: pages got so far, by collection. etags: of the first pages, last time.

    Returns:
        ETags of the first pages; None where the service says that nothing changed since.

    Raises:
        ServiceError: no answer, no boundaries of that year, pages that are not what they should be.
    """

    def ask(collection: str, etag: str | None) -> str | None:
        path = f"{dataset(vintage)}/ogc/v1/collections/{collection}/items"
        first = client.address(path, f="json", limit=PAGE_FEATURES, gemeentecode=code)
        return gather(client, works[collection], first, _read, shape=_is_collection, etag=etag)

    is_complete = set(etags) == set(COLLECTIONS) and not any(work.pages for work in works.values())
    found = {collection: ask(collection, etags[collection] if is_complete else None) for collection in COLLECTIONS}
    if not any(work.pages for work in works.values()):
        return None
    for collection, work in works.items():
        if not work.pages:  # unchanged, but the file is made of all collections together
            found[collection] = ask(collection, None)
    return {collection: etag for collection, etag in found.items() if etag}


def write_boundaries(works: dict[str, Work], code: str, target: Path) -> int:
    """Write the areas of one municipality as one GeoJSON file; whole when this returns, and not there before.

    Returns:
        Number of areas.

    Raises:
        ServiceError: NET-012, no area of this municipality.
        StructureError: NET-006, features without a code, or coordinates in more than one system.
    """
    systems = {page.note for work in works.values() for page in work.pages}
    if len(systems) != 1 or "" in systems:
        what = "the pages name more than one coordinate system, or one that is not known"
        raise StructureError("NET-006", what, where=target.name, fix="download the boundaries by hand")
    part = target.with_name(f".{target.name}.part")
    number = 0
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.write('{"type": "FeatureCollection",')
            if (system := systems.pop()) != "CRS84":
                named = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{system}"}}
                file.write(f' "crs": {json.dumps(named)},')
            file.write(' "features": [')
            for feature in _own(works, code, target.name):
                file.write(("," if number else "") + "\n" + json.dumps(feature, ensure_ascii=False))
                number += 1
            file.write("\n]}\n")
        if not number:
            what = f"no area of {code} among the boundaries"
            raise ServiceError("NET-012", what, where=target.name, fix="check `code` and `geography.vintage`")
        sync_file(part)
        os.replace(part, target)
        sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)
    return number


def _own(works: dict[str, Work], code: str, name: str) -> Iterator[dict[str, Any]]:
    for collection, work in works.items():
        code_column, name_column = COLLECTIONS[collection]
        for page in _contents(work):
            for feature in page["features"]:
                said = feature.get("properties") or {}
                own = str(said.get(code_column) or "").strip()
                if not own:
                    what = f"a feature of `{collection}` has no `{code_column}`"
                    raise StructureError("NET-006", what, where=name, fix="download the boundaries by hand")
                if own[2:6] != code[2:]:
                    continue  # the service may give neighbours too
                kept = {column: said.get(column) for column in known_columns(said).values() if column != code_column}
                properties = {"statcode": own, "statnaam": said.get(name_column), **_above(kept)}
                yield {"type": "Feature", "properties": properties, "geometry": feature.get("geometry")}


def _above(kept: dict[str, Any]) -> dict[str, Any]:
    """Properties about the areas above; codes of this level are under `statcode` alone."""
    aside = {"buurtcode", "buurtnaam", "statcode", "statnaam", "code", "naam", "name"}
    return {key: value for key, value in kept.items() if key not in aside and value is not None}


def _contents(work: Work) -> Iterator[dict[str, Any]]:
    for page in work.pages:
        yield json.loads((work.pages_folder / page.name).read_bytes())


def _system(headers: Mapping[str, str]) -> str:
    """CRS84 (also where nothing is said, as GeoJSON has it), the number of EPSG, or nothing: not known."""
    said = next((value for name, value in headers.items() if name.casefold() == "content-crs"), None)
    if said is None:
        return "CRS84"
    found = _CRS.search(said.strip())
    return (found[1] or found[2]) if found else ""


def _is_collection(data: Any) -> bool:
    return isinstance(data, dict) and isinstance(data.get("features"), list)


def _read(data: Any, answer: Answer) -> Read:
    """Raises ValueError for a page with fewer features than it says."""
    features = data["features"]
    if data.get("numberReturned", len(features)) != len(features):
        raise ValueError("fewer features than the page says")
    links = data.get("links") or []
    follows = next((str(link["href"]) for link in links if link.get("rel") == "next" and link.get("href")), None)
    return Read(len(features), follows, data.get("numberMatched"), _system(answer.headers))
