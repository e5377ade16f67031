"""A configuration folder in sight: the smallest municipality, changed line by line in a test."""

from __future__ import annotations

from pathlib import Path

from config.errors import ConfigError, Finding
from config.load import load_municipality

#: The smallest file that is accepted, and what its tests change.
SMALLEST = """\
code: GM0153
name: Enschede
folder: enschede
geography: {boundaries: buurten.gpkg, vintage: 2024}
sources:
  - {id: police_monthly, kind: statline, table: 47022NED, path: "politie/*.csv"}
  - {id: key_figures, kind: kwb, path: "kwb/*.csv"}
"""


def config_folder(place: Path, files: dict[str, str | bytes] | None = None) -> Path:
    """A folder `config` below `place`, with a data root and the folder of municipality x beside it."""
    (place / "data" / "enschede").mkdir(parents=True, exist_ok=True)
    config = place / "config"
    for name, content in (files or {}).items():
        path = config / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    (config / "municipalities").mkdir(parents=True, exist_ok=True)
    return config


def findings_of(place: Path, text: str | bytes, **files: str) -> list[Finding]:
    """What `load_municipality` refuses in this text; places are relative to `config/municipalities/`."""
    config = config_folder(place, {"municipalities/x.yml": text, **files})
    try:
        load_municipality(config, "x")
    except ConfigError as error:
        return list(error)
    return []


def places(findings: list[Finding]) -> list[tuple[str, str]]:
    """Code and `line:column` of each finding (empty where the file as a whole is meant)."""
    return [(finding.code, finding.where.partition(".yml")[2].lstrip(":")) for finding in findings]
