"""How boundary files are opened: which format a file is, by its content, and which layers of it have geometry.

Read are GeoPackage (all layers), GeoJSON, TopoJSON, zipped shapefile, and CSV with a column of WKT, as a GIS exports
them. What GDAL would open beside those, or open wrongly, is refused by name.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio

from config.errors import AreasError
from etl.sources.archive import unpack

FORMATS = (
    "GeoPackage (.gpkg), GeoJSON (.geojson) and a zipped shapefile (.zip); also read: TopoJSON, CSV with a WKT column"
)
#: What a column of outlines is called in an export as CSV.
WKT_COLUMNS = ("wkt", "geometry", "geom", "the_geom", "wkt_geom", "geometrie", "shape", "geo")
_WKT = re.compile(r"(?:^|[;,\t|\"])\s*(?:MULTI)?(?:POLYGON|POINT|LINESTRING)\s*Z?\s*(?:\(|EMPTY)", re.IGNORECASE)
_SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True)
class Layer:
    """One layer with geometry. `source` is what GDAL opens, `options` how."""

    source: str
    name: str
    fields: tuple[str, ...]
    crs: str | None  # as the file says it; None: it does not
    options: Mapping[str, str] = field(default_factory=dict)

    def properties(self, columns: list[str]) -> pd.DataFrame:
        """Properties of every feature, by feature id, without geometry."""
        table: pd.DataFrame = pyogrio.read_dataframe(
            self.source, layer=self.name, columns=columns, read_geometry=False, fid_as_index=True, **self.options
        )
        return table

    def shapes(self, fids: list[int]) -> dict[int, Any]:
        """Feature id -> geometry of these features; None where it cannot be read."""
        chosen = {} if self.source.startswith("TopoJSON:") else {"fids": fids}  # that driver knows positions only
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # quotes what it cannot read; such an area is refused below
            read = pyogrio.read_dataframe(
                self.source, layer=self.name, columns=[], fid_as_index=True, **chosen, **self.options
            )
        return {fid: read.geometry.loc[fid] for fid in fids}


@contextmanager
def opened(path: Path, name: str, *, place: str) -> Iterator[list[Layer]]:
    """The layers with geometry of a file, or of the boundary files in a zip, for as long as they are needed.

    Args:
        path: the file. name: its name in messages. place: where the configuration names it.

    Raises:
        AreasError: GEO-001 missing, GEO-102 damaged or no geometry, GEO-103 another format.
    """
    if not path.is_file():
        raise AreasError("GEO-001", f"{name}: not found", where=place, fix=f"put the boundary file there: {FORMATS}")
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK\x03\x04"):
        with tempfile.TemporaryDirectory(prefix="buurtbeeld-") as folder:
            yield [layer for part in unpack(path, name, Path(folder)) for layer in _layers(part, name)]
    elif head.startswith(_SQLITE) or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        yield _layers(path, name)
    elif b"\0" not in head and head.strip():
        yield [_csv_layer(path, name)]
    else:
        raise _not_read(name, "this format")


def _layers(path: Path, name: str) -> list[Layer]:
    """Layers with geometry. JSON must be a FeatureCollection or a Topology; GDAL would also open its cousins."""
    source = str(path)
    if path.suffix.lower() not in {".shp", ".gpkg"}:
        content = path.read_bytes()
        if not content.startswith(_SQLITE):
            if re.search(rb'"type"\s*:\s*"Topology"', content):
                # Recognised by GDAL only where "type" stands first; CBS copies have their members sorted by name.
                source = f"TopoJSON:{path}"
            elif not re.search(rb'"type"\s*:\s*"FeatureCollection"', content):
                raise _not_read(name, "JSON without a FeatureCollection")
    try:
        found = [str(layer) for layer, kind in pyogrio.list_layers(source) if kind is not None]
        layers = [_described(source, layer) for layer in found]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        raise AreasError(
            "GEO-102", f"{name}: the file is damaged or cut off", where=name, fix="download or export it again"
        ) from None
    if not layers:
        raise AreasError("GEO-102", f"{name}: no layer with geometry", where=name, fix="export the areas with polygons")
    return layers


def _described(source: str, layer: str) -> Layer:
    info = pyogrio.read_info(source, layer=layer)
    return Layer(source, layer, tuple(str(column) for column in info["fields"]), _crs(info))


def _crs(info: Mapping[str, Any]) -> str | None:
    return None if info["crs"] is None else str(info["crs"])


def _csv_layer(path: Path, name: str) -> Layer:
    """Text with a column of outlines in WKT; the numbers tell the system, as text has no place to say it."""
    with path.open("rb") as file:
        lines = [file.readline(1 << 22).decode("utf-8-sig", errors="replace") for _ in range(2)]
    if not _WKT.search(lines[1]):
        raise _not_read(name, "text without a column of outlines (WKT, such as POLYGON((…)))")
    options = {"GEOM_POSSIBLE_NAMES": ",".join(WKT_COLUMNS), "KEEP_GEOM_COLUMNS": "NO"}
    source = f"CSV:{path}"
    try:
        layer = str(pyogrio.list_layers(source)[0][0])
        info = pyogrio.read_info(source, layer=layer, **options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, IndexError):
        raise AreasError(
            "GEO-102", f"{name}: the file is damaged or cut off", where=name, fix="download or export it again"
        ) from None
    if info["geometry_type"] is None:
        what = f"{name}: the column with outlines has a name that is not known"
        fix = f"call it one of {', '.join(WKT_COLUMNS)}"
        raise AreasError("GEO-103", what, where=f"{name}:1", fix=fix)
    return Layer(source, layer, tuple(str(column) for column in info["fields"]), _crs(info), options)


def _not_read(name: str, what: str) -> AreasError:
    return AreasError(
        "GEO-103", f"{name}: {what} is not read", where=name, fix=f"export it from your GIS as one of: {FORMATS}"
    )
