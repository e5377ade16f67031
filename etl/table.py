"""What a table of a snapshot is: a comment, and its columns with type and comment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table with a comment and, per column, its type and comment."""

    comment: str
    columns: dict[str, tuple[str, str]]

    def create_sql(self, name: str) -> str:
        columns = ", ".join(f'"{column}" {kind}' for column, (kind, _) in self.columns.items())
        return f'CREATE TABLE "{name}" ({columns})'

    def comment_sql(self, name: str) -> list[str]:
        def quoted(text: str) -> str:
            return "'" + text.replace("'", "''") + "'"

        own = f'COMMENT ON TABLE "{name}" IS {quoted(self.comment)}'
        return [own] + [
            f'COMMENT ON COLUMN "{name}"."{column}" IS {quoted(comment)}'
            for column, (_, comment) in self.columns.items()
        ]
