"""Open-data services as their documentation describes them, on this machine: StatLine (OData 3 and 4) and PDOK.

Small recordings in the shape of the real answers: 47022NED as version 3 gives it (padded codes, blank names, pages),
85984NED as version 4 gives it (one measure a row), buurten as OGC API Features. A test may plant faults: answers that
come once instead of the right one.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CODE = "GM9906"
HOODS = tuple(f"BU9906{district:02}{number:02}" for district in (1, 2) for number in range(1, 5))
DISTRICTS = ("WK990601", "WK990602")
MONTHS = tuple(f"2025MM{month:02}" for month in range(1, 13))
KINDS = {"0.0.0": "Totaal misdrijven", "1.1.1": "1.1.1 Diefstal/inbraak woning", "1.4.5": "1.4.5 Mishandeling"}
MODIFIED = "2026-08-15T02:00:00"


def count(kind: str, hood: str, month: str) -> int:
    """Events of a neighbourhood by a fixed rule; the total is more than its parts, as with the police."""
    own = 1 + (HOODS.index(hood) * 3 + int(month[6:]) * 5 + len(kind) * int(kind[-1])) % 7
    return own + 9 if kind == "0.0.0" else own


def _sum(kind: str, area: str, month: str) -> int:
    if area in HOODS:
        return count(kind, area, month)
    return sum(count(kind, hood, month) for hood in HOODS if area == CODE or hood[2:8] == area[2:])


def crimes() -> list[dict[str, Any]]:
    """Rows of 47022NED: this municipality, and a neighbour and the country that a filter must leave out."""
    areas = [CODE, *DISTRICTS, *HOODS]
    rows = [
        (kind, area, month, _sum(kind, area, month), "Veldstad") for kind in KINDS for area in areas for month in MONTHS
    ]
    rows += [(kind, area, month, 777, "") for kind in KINDS for area in ("NL00", "GM9907") for month in MONTHS]
    return [
        {
            "ID": number,
            "SoortMisdrijf": kind.ljust(6),
            "WijkenEnBuurten": area.ljust(10),
            "Perioden": month,
            "GeregistreerdeMisdrijven_1": value,
            "Gemeentenaam_2": name.ljust(30),
            "SoortRegio_3": "Buurt   ",
        }
        for number, (kind, area, month, value, name) in enumerate(rows)
    ]


def observations() -> list[dict[str, Any]]:
    """Rows of 85984NED in version 4: inhabitants and households; one value is withheld."""
    rows = []
    for area, people in [(CODE, 8_000), *((code, 4_000) for code in DISTRICTS), *((code, 1_000) for code in HOODS)]:
        rows += [("T001036", area, people), ("1050010_2", area, None if area == HOODS[0] else people // 2)]
    rows.append(("T001036", "GM9907", 5))
    return [
        {
            "Id": number,
            "Measure": measure,
            "ValueAttribute": "None" if value is not None else "Confidential",
            "Value": None if value is None else float(value),
            "WijkenEnBuurten": area,
        }
        for number, (measure, area, value) in enumerate(rows)
    ]


def features(collection: str) -> list[dict[str, Any]]:
    """Squares in degrees; a neighbourhood of another municipality is among them."""
    found = []
    for place, hood in enumerate((*HOODS, "BU99070001")):
        x, y = 6.0 + place % 4 * 0.01, 52.0 + place // 4 * 0.006
        found.append((hood, f"Buurt {place + 1}", _box(x, y, x + 0.01, y + 0.006)))
    if collection == "wijken":
        found = [
            (code, f"Wijk {n}", _box(6.0, 52.0 + n * 0.006, 6.04, 52.006 + n * 0.006))
            for n, code in enumerate(DISTRICTS)
        ]
    if collection == "gemeenten":
        found = [(CODE, "Veldstad", _box(6.0, 52.0, 6.04, 52.012))]
    word = {"buurten": "buurt", "wijken": "wijk", "gemeenten": "gemeente"}[collection]
    return [
        {
            "type": "Feature",
            "id": code,
            "properties": {
                f"{word}code": code,
                f"{word}naam": name,
                "gemeentecode": f"GM{code[2:6]}",
                "gemeentenaam": "Veldstad",
                **({"wijkcode": f"WK{code[2:8]}"} if word == "buurt" else {}),
                "water": "NEE",
                "aantal_inwoners": 1_000,
            },
            "geometry": {"type": "Polygon", "coordinates": [box]},
        }
        for code, name, box in found
    ]


def _box(x: float, y: float, right: float, top: float) -> list[list[float]]:
    corners = [(x, y), (right, y), (right, top), (x, top), (x, y)]
    return [[round(a, 3), round(b, 3)] for a, b in corners]


@dataclass
class Fault:
    """An answer given `times` times to requests whose address holds `part`, from the `after`-th such request on."""

    part: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    after: int = 0
    times: int = 1
    keeps: bool = False  # the right body, cut in half
    waits: threading.Event | None = None  # … or no answer until this is set


@dataclass
class Services:
    """What is served, what was asked (`asked`: path and query, in order), and what goes wrong."""

    base: str = ""
    page_rows: int = 100
    modified: str = MODIFIED
    crimes: list[dict[str, Any]] = field(default_factory=crimes)
    observations: list[dict[str, Any]] = field(default_factory=observations)
    properties: list[tuple[str, str]] = field(
        default_factory=lambda: [
            ("Dimension", "SoortMisdrijf"), ("GeoDetail", "WijkenEnBuurten"), ("TimeDimension", "Perioden"),
            ("Topic", "GeregistreerdeMisdrijven_1"), ("TopicGroup", ""), ("Topic", "Gemeentenaam_2"),
            ("Topic", "SoortRegio_3"),
        ]
    )  # fmt: skip
    counts: bool = True
    etag: str | None = '"v1"'
    content_crs: str | None = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def configuration(self) -> str:
        """The part of site.yml that leads here."""
        places = {"statline": "ODataFeed/OData", "cbs": "odata/v1/CBS", "pdok": "cbs"}
        return "services:\n" + "".join(f"  {name}: {self.base}/{path}\n" for name, path in places.items())

    def rows_asked(self) -> list[str]:
        """Requests for pages of rows."""
        return [one for one in self.asked if "TypedDataSet?" in one or "Observations?" in one or "/items?" in one]

    def answer(self, address: str, headers: Any) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the right answer."""
        parts, query = urlsplit(address), {key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}
        path = parts.path
        if found := re.fullmatch(r"/ODataFeed/OData/47022NED/(.*)", path):
            return self._v3(found[1], query)
        if found := re.fullmatch(r"/odata/v1/CBS/85984NED/(.*)", path):
            return self._v4(found[1], query)
        if found := re.fullmatch(r"/cbs/wijken-en-buurten-2024/ogc/v1/collections/(\w+)/items", path):
            return self._ogc(found[1], query, headers)
        return 404, {}, b"<html>Not Found</html>"

    def _v3(self, resource: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if resource == "TableInfos":
            return _page("odata", [{"ID": 0, "Identifier": "47022NED", "Modified": self.modified}])
        if resource == "DataProperties":
            return _page(
                "odata", [{"ID": n, "Type": kind, "Key": key} for n, (kind, key) in enumerate(self.properties)]
            )
        if resource == "Perioden":
            return _page("odata", [{"Key": month, "Title": month, "Status": "Definitief"} for month in MONTHS])
        rows = [row for row in self.crimes if _starts(query.get("$filter", ""), row["WijkenEnBuurten"])]
        if resource == "TypedDataSet/$count":
            return (200, {}, str(len(rows)).encode()) if self.counts else (404, {}, b"")
        skip, top = int(query.get("$skip", 0)), int(query.get("$top", 10_000))
        size = min(top, self.page_rows)
        more = {}
        if skip + size < len(rows) and size < top:
            asked = f"$filter={query['$filter']}&$format=json&$top={top}&$skip={skip + size}"
            more = {"odata.nextLink": f"{self.base}/ODataFeed/OData/47022NED/TypedDataSet?{asked.replace(' ', '%20')}"}
        return _page("odata", rows[skip : skip + size], more)

    def _v4(self, resource: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if resource == "Properties":
            return 200, {}, json.dumps({"Identifier": "85984NED", "Modified": self.modified}).encode()
        if resource == "Dimensions":
            return _page(
                "@odata", [{"Identifier": "WijkenEnBuurten", "Title": "Wijken en buurten", "Kind": "GeoDetail"}]
            )
        if resource == "MeasureCodes":
            named = [
                ("T001036", "Aantal inwoners", "Long"),
                ("1050010_2", "Huishoudens totaal", "Long"),
                ("M1", "Naam", "String"),
            ]
            return _page(
                "@odata", [{"Identifier": key, "Title": title, "DataType": kind} for key, title, kind in named]
            )
        rows = [row for row in self.observations if _starts(query.get("$filter", ""), row["WijkenEnBuurten"])]
        if resource == "Observations/$count":
            return 200, {}, b"\xef\xbb\xbf" + str(len(rows)).encode()
        skip = int(query.get("$skip", 0))
        more = {}
        if skip + self.page_rows < len(rows):
            chosen = query["$filter"].replace(" ", "%20")
            more = {"@odata.nextLink": f"Observations?$filter={chosen}&$skip={skip + self.page_rows}"}
        return _page("@odata", rows[skip : skip + self.page_rows], more)

    def _ogc(self, collection: str, query: dict[str, str], headers: Any) -> tuple[int, dict[str, str], bytes]:
        if self.etag and headers.get("If-None-Match") == self.etag:
            return 304, {}, b""
        rows, offset, limit = features(collection), int(query.get("cursor", 0)), min(int(query["limit"]), 3)
        page = rows[offset : offset + limit]
        links = [{"rel": "self", "href": "…"}]
        if offset + limit < len(rows):
            links.append({"rel": "next", "href": f"?f=json&limit={limit}&cursor={offset + limit}&gemeentecode={CODE}"})
        said = {"type": "FeatureCollection", "links": links, "numberReturned": len(page), "features": page}
        known = {"ETag": self.etag, "Content-Crs": self.content_crs}
        return 200, {key: value for key, value in known.items() if value}, json.dumps(said).encode()


def _page(
    word: str, rows: list[dict[str, Any]], more: dict[str, Any] | None = None
) -> tuple[int, dict[str, str], bytes]:
    said = {f"{word}.{'metadata' if word == 'odata' else 'context'}": "…", "value": rows, **(more or {})}
    return 200, {"Content-Type": "application/json"}, json.dumps(said).encode()


def _starts(chosen: str, area: str) -> bool:
    return any(area.startswith(start) for start in re.findall(r"startswith\(\w+,'(\w+)'\)", chosen))


@contextmanager
def serving(services: Services) -> Iterator[Services]:
    """Serve on a free port of this machine."""
    seen: dict[int, int] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            services.asked.append(self.path)
            status, headers, body = services.answer(self.path, self.headers)
            cut = len(body)
            for fault in services.faults:
                if fault.part not in self.path:
                    continue
                seen[id(fault)] = seen.get(id(fault), 0) + 1
                if not fault.after < seen[id(fault)] <= fault.after + fault.times:
                    continue
                if fault.waits is not None:
                    fault.waits.wait(30)
                elif fault.keeps:
                    cut = len(body) // 2
                else:
                    status, headers, body = fault.status, fault.headers, fault.body
                    cut = len(body)
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[:cut])
            except (BrokenPipeError, ConnectionResetError):
                pass
            if cut < len(body):
                self.close_connection = True

        def log_message(self, *arguments: Any) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    services.base = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield services
    finally:
        server.shutdown()
        server.server_close()
