"""The house: who may import whom, and that what is promised exists."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from etl.tables import TABLES
from monitor.address import STATE_KEYS

ROOT = Path(__file__).parent.parent.parent
CODE = [
    path
    for folder in ("config", "etl", "monitor", "sample_data", "bench", "docs")
    for path in (ROOT / folder).rglob("*.py")
]


def test_data_moves_to_the_right_only():
    lint = Path(sys.executable).parent / "lint-imports"
    assert lint.exists() or shutil.which("lint-imports")

    done = subprocess.run([str(lint)], cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_one_subject(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_no_module_knows_a_municipality_by_name():
    names = re.compile(r"enschede|oefenstad|kleinedam|rijswijk|zoetermeer|delft|GM0153|GM0603", re.IGNORECASE)
    told = []
    for path in CODE:
        if path.parts[len(ROOT.parts)] not in ("config", "etl", "monitor"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            is_example = (
                line.lstrip().startswith(("#", '"""', "*")) or '"""' in line or "such as" in line or "help=" in line
            )
            if names.search(line) and not is_example and not _in_docstring(path, number):
                told.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert told == []


def _in_docstring(path: Path, number: int) -> bool:
    texts = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    return any(text.lineno <= number <= (text.end_lineno or text.lineno) for text in texts)


def test_every_table_and_column_has_a_comment():
    for name, table in TABLES.items():
        assert table.comment, name
        assert all(comment for _, comment in table.columns.values()), name


def test_the_snapshot_tables_are_printed_in_the_docs():
    text = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")

    for name, table in TABLES.items():
        assert f"## {name}" in text
        assert all(f"| {column} |" in text for column in table.columns), name


def test_pins_carry_hashes_and_no_index_address():
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert not re.search(r"https?://|file:|--index-url|--find-links", text), path.name


def test_nothing_is_loaded_from_elsewhere():
    """No page, style or script asks anything of another host."""
    for path in (ROOT / "monitor").rglob("*"):
        if path.suffix in (".js", ".css"):
            text = path.read_text(encoding="utf-8")
            found = [address for address in re.findall(r"https?://[^\s'\"()]+", text) if "www.w3.org" not in address]
            assert found == [], path.name


def test_every_key_of_an_address_is_known_to_the_router_and_told_in_the_docs():
    told = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    scripts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "monitor" / "assets").glob("*.js"))
    used = set(re.findall(r"(?:query|location\.search\)|searchParams)\.(?:get|set|delete)\(\"(\w+)\"", scripts))

    assert {"measure", "area", "lang"} <= used <= set(STATE_KEYS)
    assert [key for key in STATE_KEYS if f"`{key}`" not in told] == []
