"""Boundary files inside a zip: looked through before one byte is unpacked, and unpacked one level deep only."""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from config.errors import AreasError

#: National boundary zips stay well below these.
MAX_BYTES = 1_000_000_000
MAX_RATIO = 100
MAX_MEMBERS = 1_000

#: What opens a layer; the other parts of a shapefile lie beside it.
OPENABLE = (".shp", ".gpkg", ".geojson", ".json")
WANTED = (*OPENABLE, ".shx", ".dbf", ".prj", ".cpg")


def unpack(path: Path, name: str, folder: Path) -> list[Path]:
    """Unpack the boundary files of a zip into an empty folder; returns those that can be opened, sorted.

    Raises:
        AreasError: damaged, encrypted, too large, a member that leaves the folder, or nothing to open.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _check(members, name)
            written = [_write(archive, member, folder) for member in members if _is_wanted(member)]
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as problem:
        raise AreasError(
            "GEO-102", f"{name}: the zip is damaged ({type(problem).__name__})", where=name, fix="download it again"
        ) from None
    openable = sorted(file for file in written if file.suffix.lower() in OPENABLE)
    if not openable:
        raise AreasError(
            "GEO-102",
            f"{name}: no shapefile, GeoPackage or GeoJSON in the zip",
            where=name,
            fix="zip the .shp, .shx, .dbf and .prj of one shapefile together",
        )
    return openable


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    return PurePosixPath(member.filename).suffix.lower() in WANTED and "__MACOSX" not in parts


def _check(members: list[zipfile.ZipInfo], name: str) -> None:
    def refuse(what: str, fix: str) -> AreasError:
        return AreasError("GEO-102", f"{name}: {what}", where=name, fix=fix)

    if len(members) > MAX_MEMBERS:
        raise refuse(f"{len(members)} files in the zip; at most {MAX_MEMBERS}", "keep only the boundary files in it")
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        if parts.is_absolute() or ".." in parts.parts or ":" in member.filename or is_link:
            raise refuse("a member of the zip points outside its folder", "make the zip anew from plain files")
        if member.flag_bits & 0x1:
            raise refuse("the zip is locked with a password", "make it anew without one")
        if member.file_size > MAX_RATIO * max(member.compress_size, 10_000):
            raise refuse(f"a member unpacks to more than {MAX_RATIO} times its size", "make the zip anew")
    total = sum(member.file_size for member in members)
    if total > MAX_BYTES:
        limit = f"{MAX_BYTES // 1_000_000} MB"
        raise refuse(f"the zip unpacks to {total // 1_000_000} MB; at most {limit}", "cut out your municipality")


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> Path:
    """One member, at most as large as the list of contents says; folders inside the zip become part of the name."""
    flat = "__".join(PurePosixPath(member.filename.replace("\\", "/")).parts)
    target = folder / flat
    with archive.open(member) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    if target.suffix.lower() in {".shp", ".shx", ".dbf", ".prj", ".cpg"}:
        return target.rename(target.with_suffix(target.suffix.lower()))  # GDAL looks for parts in one spelling
    return target
