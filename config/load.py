"""Configuration from disk: strict YAML to models, every mistake of a file at once, with file, line and column."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config import cross_checks
from config.catalogue import Catalogue, read_catalogue, shown_path
from config.corrections import Correction, read_corrections
from config.errors import ConfigError, Finding
from config.explain import did_you_mean
from config.fields import SCHEMA_VERSION, SLUG
from config.folders import check_files, data_folder
from config.harm_indicator import with_harm
from config.index_indicator import with_indexes
from config.installation import Site
from config.model import Break, Indicator, Municipality
from config.partial import validated
from config.strict_yaml import Document, KeyPath, read

_REQUIRED = tuple(name for name, known in Municipality.model_fields.items() if known.is_required())
#: Stand in for required keys that were refused, so that the rest of the file is still checked.
_STAND_INS: dict[str, Any] = {
    "code": "GM0000",
    "name": "-",
    "folder": "-",
    "geography": {"boundaries": "-", "vintage": 2000},
    "sources": [{"id": "none", "kind": "kwb", "path": "-"}],
}


@dataclass(frozen=True)
class Configured:
    """One municipality, ready to load: its file, the installation, and the indicators it uses.

    `indicators` holds those on screen and the ones they are computed from (`helpers`), in screen order. `folder` is
    the resolved data folder; it need not exist yet.
    """

    slug: str
    municipality: Municipality
    site: Site
    indicators: dict[str, Indicator]
    helpers: frozenset[str]
    catalogue: dict[str, Indicator]
    categories: dict[str, dict[str, str]]
    file: Path
    folder: Path
    warehouse: Path
    config_hash: str
    document: Document = field(repr=False, compare=False)
    corrections: tuple[Correction, ...] = ()  # of config/corrections/<slug>.yml

    def where(self, *loc: str | int) -> str:
        """`config/municipalities/x.yml:12:3`: the key at this key path, or its nearest parent that is in the file."""
        return self.document.where(loc)


def load_site(config_dir: Path) -> Site:
    """`site.yml` of the installation, or the defaults where there is none.

    Raises:
        ConfigError: with all findings of the file.
    """
    site, findings = _read_site(config_dir)
    if findings:
        raise ConfigError.of(findings)
    return site


def load_catalogue(config_dir: Path) -> dict[str, Indicator]:
    """The indicator catalogue by id, in screen order: the shipped one, added to or replaced by `config_dir`.

    Raises:
        ConfigError: with all findings of all its files.
    """
    catalogue = read_catalogue(config_dir)
    if catalogue.findings:
        raise ConfigError.of(catalogue.findings)
    return catalogue.indicators


def available(config_dir: Path) -> list[str]:
    """Slugs of the municipalities that have a file."""
    return sorted(path.stem for path in (config_dir / "municipalities").glob("*.yml") if SLUG.match(path.stem))


def load_municipality(config_dir: Path, slug: str, *, warehouse: Path | None = None) -> Configured:
    """One municipality with everything it refers to.

    Args:
        config_dir: the folder with `municipalities/` and, where they differ from the shipped ones, `site.yml`,
            `indicators/` and `categories/`.
        slug: name of its file, or the path of a file.
        warehouse: in place of the one in site.yml.

    Raises:
        ConfigError: with all findings of the installation, the catalogue and the file.
    """
    configured, findings = _read_municipality(config_dir, slug, warehouse)
    if configured is None or findings:
        raise ConfigError.of(findings)
    return configured


def validate_all(config_dir: Path, targets: Sequence[str] = ()) -> list[Finding]:
    """All findings on the installation, the catalogue, the named municipalities (default: all) and their files."""
    names = list(targets) or available(config_dir)
    findings: list[Finding] = []
    folders: dict[Path, str] = {}
    if not names:
        findings += _read_site(config_dir)[1] + list(read_catalogue(config_dir).findings)
    for name in names:
        configured, found = _read_municipality(config_dir, name, None)
        findings += [finding for finding in found if finding not in findings]
        if configured is None or found:
            continue
        findings += check_files(configured.municipality, configured.site, config_dir, configured.document)
        if configured.folder in folders:
            what = f"folder `{configured.municipality.folder}` is also that of {folders[configured.folder]}"
            fix = "give each municipality a folder of its own"
            findings.append(Finding("CFG-036", what, configured.where("folder"), fix))
        folders.setdefault(configured.folder, configured.document.shown)
    return findings


# --- site -------------------------------------------------------------------------------------------------------------


def _read_site(config_dir: Path) -> tuple[Site, list[Finding]]:
    path = config_dir / "site.yml"
    if not path.is_file():
        return Site(), []
    document = read(path, shown_path(path), required=("warehouse", "data_roots"))
    if document.data is None or not _is_known_version(document):
        return Site(), document.findings
    site, left = validated(document, Site, {})
    if site is not None and left is document and site.access.mode == "oidc" and site.access.oidc is None:
        fix = "add `oidc: {issuer: …, client_id: …}` and set BUURTBEELD_OIDC_SECRET in the environment"
        document.add("CFG-006", "`access.mode: oidc` needs `access.oidc`", path=("access", "mode"), fix=fix)
    return site or Site(), document.findings


def _is_known_version(document: Document) -> bool:
    """Files of another version of the keys are refused whole: their other errors would only mislead."""
    data = document.data
    version = data.get("version", SCHEMA_VERSION) if isinstance(data, dict) else SCHEMA_VERSION
    if not isinstance(version, int) or isinstance(version, bool) or version == SCHEMA_VERSION:
        return True
    age = "an older" if version < SCHEMA_VERSION else "a newer"
    what = f"version {version} is of {age} release; this program reads version {SCHEMA_VERSION}"
    fix = "see docs/upgrade.md" if version < SCHEMA_VERSION else "upgrade the program, see docs/upgrade.md"
    document.add("CFG-034", what, path=("version",), fix=fix)
    return False


# --- one municipality -------------------------------------------------------------------------------------------------


def _file_of(config_dir: Path, target: str) -> Path:
    if target.endswith((".yml", ".yaml")) or "/" in target or "\\" in target:
        return Path(target)
    return config_dir / "municipalities" / f"{target}.yml"


def _read_document(config_dir: Path, path: Path) -> Document:
    shown = shown_path(path)
    if not path.is_file():
        slugs = available(config_dir)
        listed = ", ".join(slugs) or "none"
        document = Document(shown)
        document.add(
            "CFG-001",
            f"file not found{did_you_mean(path.stem, slugs)}",
            where=shown,
            fix=f"available: {listed}. Start one with `buurtbeeld init GM0000 --output {shown}`",
        )
        return document
    document = read(path, shown, required=_REQUIRED)
    if not SLUG.match(path.stem):
        fix = "name it with lower case letters, digits and hyphens, starting with a letter (at most 40), ending in .yml"
        document.add("CFG-009", "the name of the file is no slug", where=shown, fix=fix)
    return document


def _read_municipality(
    config_dir: Path, target: str, warehouse: Path | None
) -> tuple[Configured | None, list[Finding]]:
    site, findings = _read_site(config_dir)
    catalogue = read_catalogue(config_dir)
    findings += catalogue.findings
    path = _file_of(config_dir, target)
    document = _read_document(config_dir, path)
    findings_of_file = document.findings
    if document.data is None or not _is_known_version(document):
        return None, findings + findings_of_file
    municipality, left = validated(document, Municipality, _STAND_INS)
    if municipality is None:
        return None, findings + findings_of_file
    is_whole = left is document
    cross_checks.check(left, municipality, catalogue, is_whole=is_whole)
    folder = data_folder(municipality, site, config_dir, left)
    findings += sorted(findings_of_file, key=_position)
    if not is_whole or findings:
        return None, findings
    place = warehouse or config_dir.resolve().parent / site.warehouse
    known = catalogue.indicators | {entry.id: entry for entry in municipality.indicators.own}
    corrections, findings = read_corrections(config_dir, path.stem, municipality.sources, known)
    if findings:
        return None, findings
    return _configured(path, municipality, site, catalogue, folder, place.resolve(), document, corrections), []


def _position(finding: Finding) -> tuple[int, ...]:
    """Line and column, to tell the findings of a file in the order of the file."""
    return tuple(int(part) for part in finding.where.split(":")[1:] if part.isdigit())


def _configured(
    path: Path,
    municipality: Municipality,
    site: Site,
    catalogue: Catalogue,
    folder: Path,
    warehouse: Path,
    document: Document,
    corrections: tuple[Correction, ...],
) -> Configured:
    own = {entry.id: entry for entry in municipality.indicators.own}
    known = with_harm(municipality, {**catalogue.indicators, **own}, catalogue.categories)
    known = with_indexes(municipality, known)
    chosen = cross_checks.chosen_ids(municipality, known)
    needed = cross_checks.with_helpers(chosen, known)
    indicators = {name: _with_breaks(entry, municipality) for name, entry in known.items() if name in needed}
    return Configured(
        slug=path.stem,
        municipality=municipality,
        site=site,
        indicators=indicators,
        helpers=frozenset(needed - chosen),
        catalogue=catalogue.indicators,
        categories=catalogue.categories,
        file=path,
        folder=folder,
        warehouse=warehouse,
        config_hash=_hash(municipality, site, indicators, catalogue, corrections),
        document=document,
        corrections=corrections,
    )


def _hash(
    municipality: Municipality,
    site: Site,
    indicators: dict[str, Indicator],
    catalogue: Catalogue,
    corrections: tuple[Correction, ...],
) -> str:
    """sha256 of everything here that a snapshot depends on, as canonical JSON: the same on every machine."""
    content = {
        "municipality": municipality.model_dump(mode="json"),
        "indicators": [entry.model_dump(mode="json") for entry in indicators.values()],
        "categories": catalogue.categories,
        "languages": site.languages,
        "corrections": [entry.model_dump(mode="json") for entry in corrections],
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


__all__ = [
    "Configured",
    "KeyPath",
    "available",
    "load_catalogue",
    "load_municipality",
    "load_site",
    "validate_all",
]


def _with_breaks(indicator: Indicator, municipality: Municipality) -> Indicator:
    """The indicator with the breaks that the municipality itself wrote down, beside those of the catalogue."""
    own = [one for one in municipality.breaks if indicator.id in one.indicators]
    if not own:
        return indicator
    known = {one.date: one for one in (*indicator.breaks, *own)}  # the municipality's own words prevail
    return indicator.model_copy(
        update={"breaks": tuple(Break(date=day, reason=known[day].reason) for day in sorted(known))}
    )
