"""One division of a snapshot at a time: views that stand before the tables of the file.

A file may hold the same figures on several divisions. Whoever asks gets one: the tables as they are for that vintage,
under their own names, so no question can forget to say which.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from config.errors import UsageError


@dataclass(frozen=True)
class Vintages:
    """The divisions a file holds. `views`: table -> its text, per vintage; none where there is one division."""

    screen: int | None = None
    known: tuple[int, ...] = ()
    views: dict[int, dict[str, str]] = field(default_factory=dict)

    def checked(self, vintage: int | None) -> int | None:
        """The vintage itself, None for the one on screen.

        Raises:
            UsageError: CLI-009, this snapshot does not have it; the known ones are named.
        """
        if vintage is None or vintage == self.screen:
            return None
        if vintage in self.known:
            return vintage
        known = ", ".join(str(year) for year in self.known)
        raise UsageError(
            "CLI-009",
            f"division {vintage} is not known here; known: {known}",
            where="vintage",
            fix="choose one of those, or add a link table to `geography.crosswalks` and load again",
        )

    def statements(self, vintage: int | None, sql: str | None = None) -> list[str]:
        """What a connection runs first: the views of one vintage, of the tables that `sql` mentions (None: all)."""
        if self.screen is None:
            return []
        views = self.views.get(vintage or self.screen, {})
        return [text for table, text in views.items() if sql is None or table in sql]


#: A file that holds one division needs no views.
ONE_DIVISION = Vintages()


def vintages_of(con: duckdb.DuckDBPyConnection) -> Vintages:
    """The divisions of an open file. A table without a vintage is of the one on screen.

    On another division such a table shows only what is of no area: a verdict of 2024 is none of 2018.
    """
    (database,) = con.execute("SELECT current_database()").fetchall()[0]
    columns: dict[str, list[str]] = dict(
        con.execute(
            """SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns()
               WHERE database_name = ? AND schema_name = 'main' AND NOT internal GROUP BY table_name
               ORDER BY table_name""",
            [database],
        ).fetchall()
    )
    if not all("vintage" in columns.get(table, []) for table in ("area", "municipality")):
        return ONE_DIVISION
    found = con.execute("SELECT DISTINCT vintage FROM area WHERE vintage IS NOT NULL ORDER BY vintage").fetchall()
    known = tuple(int(vintage) for (vintage,) in found)
    rows = con.execute("SELECT vintage FROM municipality WHERE vintage IS NOT NULL").fetchall()
    screen = int(rows[0][0]) if rows else None
    if screen is None or len(known) < 2:
        return Vintages(screen, known)
    views: dict[int, dict[str, str]] = {}
    for vintage in known:
        views[vintage] = {}
        for table, names in columns.items():
            shown = _shown(table, names, vintage, screen)
            if shown is not None:
                text = f'CREATE TEMP VIEW "{table}" AS SELECT {shown[0]} FROM "{database}".main."{table}" {shown[1]}'
                views[vintage][table] = text
    return Vintages(screen, known, views)


def _shown(table: str, columns: list[str], vintage: int, screen: int) -> tuple[str, str] | None:
    """Columns and condition of a view; None where the table is the same on every division."""
    if table == "municipality":
        return f"* REPLACE ({vintage} AS vintage)", ""
    if "vintage" in columns and table != "delivery":  # there it is the year that rows came with
        return "*", f"WHERE vintage = {vintage}"
    if "area_code" in columns and vintage != screen:
        return "*", "WHERE area_code IS NULL"
    return None
