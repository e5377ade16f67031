"""Print the tables of a snapshot as documentation: `python -m docs.tables` writes docs/tables.md from etl/tables.py."""

from __future__ import annotations

from pathlib import Path

from etl.tables import SCHEMA_VERSION, TABLES


def page() -> str:
    """The page, from the one place that names tables and columns."""
    lines = [
        "# Tables of a snapshot",
        "",
        "`warehouse/<slug>/snapshots/<load_id>/internal.duckdb` can be opened with DuckDB 2 or newer; every table and",
        f"column carries the comment below. Schema version {SCHEMA_VERSION}. Printed by `python -m docs.tables`.",
    ]
    for name, table in TABLES.items():
        lines += ["", f"## {name}", "", table.comment, "", "| column | type | meaning |", "|---|---|---|"]
        lines += [
            f"| {column} | {kind} | {comment.replace('|', '/')} |" for column, (kind, comment) in table.columns.items()
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / "tables.md").write_text(page(), encoding="utf-8")
