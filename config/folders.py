"""The data folder of a municipality and the files it names: below a data root, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from config.errors import Finding
from config.installation import Site
from config.model import Municipality
from config.strict_yaml import Document, KeyPath


def data_roots(site: Site, config_dir: Path) -> list[Path]:
    """The folders that may hold data; relative ones lie beside the folder that holds the configuration."""
    return [config_dir.resolve().parent / root for root in site.data_roots]


def data_folder(municipality: Municipality, site: Site, config_dir: Path, document: Document) -> Path:
    """The municipality's folder, resolved: below the first data root that has it, else below the first root.

    A folder that leaves its root through a symbolic link gets a finding.
    """
    roots = data_roots(site, config_dir)
    root = next((root for root in roots if (root / municipality.folder).exists()), roots[0])
    folder = (root / municipality.folder).resolve()
    if not folder.is_relative_to(root.resolve()) and not document.is_spoiled(("folder",)):
        document.add(
            "CFG-012",
            f"folder leaves the data root `{root.name}` through a symbolic link",
            where=document.where(("folder",), value=True),
            fix="place the folder itself there, or add its parent to `data_roots` of site.yml",
        )
    return folder


def matching(folder: Path, pattern: str) -> list[Path]:
    """Files and folders below `folder` that a `path` names, sorted; what a symbolic link leads outside is left out."""
    found = [folder / pattern] if not any(sign in pattern for sign in "*?[") else list(folder.glob(pattern))
    return sorted(path for path in found if path.exists() and path.resolve().is_relative_to(folder.resolve()))


def check_files(municipality: Municipality, site: Site, config_dir: Path, document: Document) -> list[Finding]:
    """Does everything exist that the file names? A source without files yet is a warning: deliveries come later."""
    roots = data_roots(site, config_dir)
    found = next((root / municipality.folder for root in roots if (root / municipality.folder).is_dir()), None)
    if found is None:
        names = ", ".join(f"`{root}`" for root in site.data_roots)
        what = f"folder `{municipality.folder}` does not exist below {names}"
        where = document.where(("folder",), value=True)
        return [Finding("CFG-030", what, where, f"make it, or run `buurtbeeld practice {Path(document.shown).stem}`")]
    folder = found.resolve()
    findings = []
    for path, name in _named_files(municipality):
        if not matching(folder, name):
            findings.append(_absent(document, folder, path, name, "error"))
    for n, source in enumerate(municipality.sources):
        if not matching(folder, source.path):
            findings.append(_absent(document, folder, ("sources", n, "path"), source.path, "warning"))
    return findings


def _named_files(municipality: Municipality) -> Iterator[tuple[KeyPath, str]]:
    geography = municipality.geography
    if isinstance(geography.boundaries, str):
        yield ("geography", "boundaries"), geography.boundaries
    else:
        yield from ((("geography", "boundaries", n), name) for n, name in enumerate(geography.boundaries))
    if geography.area_list:
        yield ("geography", "area_list"), geography.area_list
    yield from ((("geography", "crosswalks", n), name) for n, name in enumerate(geography.crosswalks))
    for n, former in enumerate(geography.former_boundaries):
        yield ("geography", "former_boundaries", n, "path"), former.path
    yield from (
        (("disclosure", "external_totals", n), name) for n, name in enumerate(municipality.disclosure.external_totals)
    )
    if municipality.theme.logo:
        yield ("theme", "logo"), municipality.theme.logo


def _absent(document: Document, folder: Path, path: KeyPath, name: str, level: str) -> Finding:
    """A name that matches nothing, or only what a symbolic link leads to outside the folder."""
    where = document.where(path, value=True)
    is_pattern = any(sign in name for sign in "*?[")
    leads_out = any(folder.glob(name)) if is_pattern else (folder / name).exists()
    if leads_out:
        return Finding(
            "CFG-012",
            "path leaves the municipality folder through a symbolic link",
            where,
            "place the file itself there",
        )
    what = f"no file matches `{name}`" if is_pattern else f"`{name}` does not exist"
    return Finding("CFG-037", what, where, f"place it below folder `{folder.name}`, or mend the path", level)
