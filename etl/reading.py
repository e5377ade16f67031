"""Read one delivery with the adapter of its kind, also for municipalities that have gone into this one."""

from __future__ import annotations

import importlib
from dataclasses import replace
from types import ModuleType

import duckdb

from config.errors import StructureError
from config.model import Source
from config.vocabulary import SourceKind
from etl.deliveries import Delivery
from etl.divisions import Divisions
from etl.frames import RawFrame
from etl.personal_data_columns import check_raw
from etl.sources.file_gate import check_asides
from etl.sources.tabular_files import kind_of

#: "None of the rows is of this municipality", as adapters of national files say it.
NONE_OF_IT = "FILE-027"


def adapter(kind: str) -> ModuleType:
    """The module that reads a kind of source: the kind is its name."""
    return importlib.import_module(f"etl.sources.{SourceKind(kind)}")


def read_delivery(
    con: duckdb.DuckDBPyConnection, source: Source, delivery: Delivery, divisions: Divisions, *, table: str
) -> RawFrame:
    """The rows of this municipality, and of those that went into it where the rows may be of their time.

    Raises:
        FixableError: the file cannot be read, is about persons, or holds no row of any of them.
    """
    tree = divisions.tree_of(source.vintage)
    codes = [divisions.code]
    if SourceKind(source.kind) is not SourceKind.TABULAR:  # a municipality's own file is read whole
        codes += sorted(divisions.predecessors)
    found: list[RawFrame] = []
    refused: list[StructureError] = []
    for place, code in enumerate(codes):
        into = table if place == 0 else f"{table}_{code}"
        try:
            raw = adapter(source.kind).read(
                con, source, delivery.path, name=delivery.name, municipality_code=code, table=into, areas=tree
            )
            is_own = SourceKind(source.kind) is SourceKind.TABULAR
            check_raw(con, raw, name=delivery.name, known_codes=tuple(tree.names()), is_looked_through=is_own)
            if not is_own and kind_of(delivery.path, delivery.name) == "workbook":
                check_asides(delivery.path, delivery.name)
            found.append(raw)
        except StructureError as error:
            if len(codes) == 1 or {finding.code for finding in error} != {NONE_OF_IT}:
                raise
            refused.append(error)
    if not found:
        raise refused[0]
    return _together(con, found)


def _together(con: duckdb.DuckDBPyConnection, found: list[RawFrame]) -> RawFrame:
    first, *others = found
    for other in others:
        rows = con.execute(f'SELECT count(*) FROM "{other.table}"').fetchall()[0][0]
        con.execute(f'INSERT INTO "{first.table}" SELECT * FROM "{other.table}"')
        con.execute(f'DROP TABLE "{other.table}"')
        reason = "other municipality"
        skipped = {**first.skipped, reason: max(first.skipped.get(reason, 0) - rows, 0)}
        first = replace(
            first,
            area_names={**other.area_names, **first.area_names},
            skipped={word: number for word, number in skipped.items() if number},
        )
    return first
