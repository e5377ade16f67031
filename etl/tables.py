"""Tables of a snapshot: names, columns and comments that people meet who open the file with DuckDB (docs: DESIGN 6).

A table that a load cannot fill yet does not exist. `TABLES` is the one place that names columns; the publish step
creates them from it, `docs/` prints it, and a test holds a built snapshot against it.
"""

from __future__ import annotations

from etl.table import Table
from etl.tables_origin import TABLES_OF_ORIGIN
from etl.tables_statistics import TABLES_OF_STATISTICS

TABLES: dict[str, Table] = {
    "meta": Table(
        "One row per fact about this snapshot.",
        {
            "key": (
                "VARCHAR",
                "municipality, edition, load_id, content_hash, config_hash, today, built_at, …; of the table peer:"
                " peers_elsewhere_source, peers_elsewhere_year, or peers_elsewhere_reason where there are none",
            ),
            "value": ("VARCHAR", "the fact as text"),
        },
    ),
    "municipality": Table(
        "The municipality as it is configured.",
        {
            "slug": ("VARCHAR", "name in addresses and folders"),
            "code": ("VARCHAR", "CBS code, GM and four digits"),
            "name": ("VARCHAR", "name on screen"),
            "vintage": ("INTEGER", "year of the boundaries on screen"),
            "is_practice": ("BOOLEAN", "true: figures of events are made up"),
            "is_schematic": ("BOOLEAN", "true: the outlines are invented"),
            "today": ("DATE", "day that 'this week' and lateness refer to"),
        },
    ),
    "area": Table(
        "Areas of every division that can be asked; municipality.vintage is the one on screen.",
        {
            "area_code": ("VARCHAR", "CBS code: GM, WK or BU; or the id of an own area"),
            "area_level": ("VARCHAR", "municipality, district, neighbourhood or custom"),
            "area_name": ("VARCHAR", "name on screen"),
            "vintage": ("INTEGER", "year of the boundaries"),
            "parent": ("VARCHAR", "code of the area it lies in; empty for the municipality"),
            "geometry": ("BLOB", "outline as WKB in EPSG:4326; empty where only a list names the area"),
            "area_km2": ("DOUBLE", "surface in square kilometres"),
            "has_figures": ("BOOLEAN", "false: no source delivers figures for this area"),
        },
    ),
    "area_neighbour": Table(
        "Pairs of areas of one level that share a border or a corner (both directions).",
        {
            "area_code": ("VARCHAR", "an area"),
            "neighbour_code": ("VARCHAR", "an area that touches it"),
            "vintage": ("INTEGER", "year of the boundaries"),
        },
    ),
    "map_layer": Table(
        "Outlines for the screen: integer paths on a 4096 grid, ready to send.",
        {
            "area_level": ("VARCHAR", "level of the layer"),
            "vintage": ("INTEGER", "year of the boundaries"),
            "sha256": ("VARCHAR", "fingerprint of the JSON; part of its address"),
            "json": ("VARCHAR", "{width, height, areas: [[code, path, x, y], …], listed, outline, shared_borders}"),
        },
    ),
    "indicator": Table(
        "Indicators in use, as the catalogue and the municipality define them.",
        {
            "indicator": ("VARCHAR", "id"),
            "position": ("INTEGER", "order on screen"),
            "pack": ("VARCHAR", "set it belongs to"),
            "theme": ("VARCHAR", "theme on screen"),
            "label_nl": ("VARCHAR", "name in Dutch"),
            "label_en": ("VARCHAR", "name in English"),
            "unit": ("VARCHAR", "unit of value"),
            "denominator": ("VARCHAR", "id of the indicator that is divided by; empty: none"),
            "direction": ("VARCHAR", "higher_is_worse, higher_is_better or neutral: decides colours, never a verdict"),
            "source_id": ("VARCHAR", "the source that gives the series; empty: no source provides it"),
            "definition": ("VARCHAR", "the whole catalogue entry as JSON"),
        },
    ),
    "period": Table(
        "Periods that occur in observation.",
        {
            "period": ("VARCHAR", "2026, 2026-Q1, 2026-03, 2026-W12, 2026-03-R12, 2026-W12-R4"),
            "period_type": ("VARCHAR", "year, quarter, month, week, rolling_12_months, rolling_4_weeks"),
            "first_day": ("DATE", "first day"),
            "last_day": ("DATE", "last day"),
            "position": ("INTEGER", "order within its type, from 1"),
        },
    ),
    "observation": Table(
        "One row per indicator, area, period and vintage: the figures.",
        {
            "municipality": ("VARCHAR", "slug"),
            "area_level": ("VARCHAR", "municipality, district, neighbourhood or custom"),
            "area_code": ("VARCHAR", "code of the area"),
            "area_name": ("VARCHAR", "name of the area"),
            "vintage": ("INTEGER", "year of the boundaries"),
            "indicator": ("VARCHAR", "id of the indicator"),
            "period_type": ("VARCHAR", "length of the period"),
            "period": ("VARCHAR", "period"),
            "value": ("DOUBLE", "rate for rates and shares, numerator for counts, the source's own figure for scores"),
            "unit": ("VARCHAR", "unit of value"),
            "numerator": ("DOUBLE", "events, or the counted part; of a harm score days"),
            "denominator": ("DOUBLE", "people, dwellings, … that the numerator is divided by"),
            "rate": ("DOUBLE", "numerator / denominator in the unit's base, per year"),
            "lower": ("DOUBLE", "lower bound of value at 95 %"),
            "upper": ("DOUBLE", "upper bound of value at 95 %"),
            "status": ("VARCHAR", "not_applicable, not_delivered, suppressed, rounded, provisional, estimated, final"),
            "source": ("VARCHAR", "id of the source, preceded by 'oefendata: ' where it is practice"),
            "snapshot": ("VARCHAR", "load id"),
            "source_id": ("VARCHAR", "id of the source"),
            "load_id": ("VARCHAR", "load id"),
            "denominator_period": ("VARCHAR", "year the denominator is of"),
            "coverage_share": ("DOUBLE", "share of the area's neighbourhoods that the source delivers, 0 to 1"),
            "estimated_share": ("DOUBLE", "share redistributed over changed boundaries, 0 to 1"),
            "numerator_status": ("VARCHAR", "status of the numerator alone, also where no rate is possible"),
        },
    ),
    "benchmark": Table(
        "What a figure of the newest period is compared with, and the verdict of that comparison.",
        {
            "indicator": ("VARCHAR", "id of the indicator"),
            "area_code": ("VARCHAR", "code of the area"),
            "period": ("VARCHAR", "period of the figure"),
            "kind": ("VARCHAR", "rest_of_municipality or year_before"),
            "value": ("DOUBLE", "the figure compared with, in the unit of the indicator"),
            "ratio": ("DOUBLE", "figure of the area / figure compared with"),
            "ratio_lower": ("DOUBLE", "lower bound of ratio at 95 %"),
            "ratio_upper": ("DOUBLE", "upper bound of ratio at 95 %"),
            "verdict": ("VARCHAR", "higher, lower, no_difference or too_few"),
            "vintage": ("INTEGER", "year of the boundaries"),
        },
    ),
    "unallocated": Table(
        "Events of the municipality that belong to no neighbourhood.",
        {
            "indicator": ("VARCHAR", "id of the indicator"),
            "period_type": ("VARCHAR", "length of the period"),
            "period": ("VARCHAR", "period"),
            "whole": ("DOUBLE", "the municipality's own row"),
            "parts": ("DOUBLE", "sum of its neighbourhoods"),
            "unallocated": ("DOUBLE", "events without a known place: whole minus parts, or given as such"),
            "origin": ("VARCHAR", "own_row: whole minus parts; pseudo_area: rows of an unknown place"),
            "vintage": ("INTEGER", "year of the boundaries"),
        },
    ),
    "series_break": Table(
        "Dates at which the way of counting, or the border of an area, changed.",
        {
            "indicator": ("VARCHAR", "id of the indicator; empty: every indicator of the area"),
            "area_code": ("VARCHAR", "code of the area; empty: every area"),
            "date": ("DATE", "first day of the new way"),
            "reason_nl": ("VARCHAR", "why, in Dutch"),
            "reason_en": ("VARCHAR", "why, in English"),
        },
    ),
    "target": Table(
        "Targets of policy plans.",
        {
            "indicator": ("VARCHAR", "id of the indicator"),
            "area_level": ("VARCHAR", "level"),
            "area_code": ("VARCHAR", "code of the area; empty: the municipality"),
            "period": ("VARCHAR", "period in which it must be reached"),
            "value": ("DOUBLE", "target, in the unit of the indicator"),
            "source": ("VARCHAR", "plan it stands in"),
        },
    ),
    "delivery": Table(
        "Deliveries this snapshot was built from.",
        {
            "source_id": ("VARCHAR", "id of the source"),
            "sha256": ("VARCHAR", "fingerprint of the file, folder or zip; public, restricted source: a name"),
            "name": ("VARCHAR", "name as it came in"),
            "bytes": ("BIGINT", "size; this and numbers of rows: empty where they would tell counts (public edition)"),
            "received": ("TIMESTAMP", "when it was taken in (UTC)"),
            "delivery_date": ("VARCHAR", "date in the file name, where the source gives a pattern"),
            "rows_read": ("BIGINT", "rows in the file"),
            "rows_used": ("BIGINT", "rows accepted"),
            "rows_skipped": ("BIGINT", "rows of other municipalities or outside the table's use"),
            "rows_quarantined": ("BIGINT", "rows set aside"),
            "first_period": ("VARCHAR", "earliest period"),
            "last_period": ("VARCHAR", "latest period"),
            "areas": ("BIGINT", "areas that occur"),
            "vintage": ("VARCHAR", "year of the area codes, or by_period"),
            "practice": ("BOOLEAN", "true: made-up figures"),
            "publication": ("VARCHAR", "open or restricted"),
        },
    ),
    "quarantine": Table(
        "Rows set aside, with the reason.",
        {
            "source_id": ("VARCHAR", "id of the source"),
            "delivery": ("VARCHAR", "sha256 of the delivery"),
            "part": ("VARCHAR", "file inside a folder or zip"),
            "row": ("BIGINT", "line in the file"),
            "area": ("VARCHAR", "area code in the file"),
            "period": ("VARCHAR", "period in the file"),
            "measure": ("VARCHAR", "category in the file"),
            "value": ("DOUBLE", "number in the file"),
            "code": ("VARCHAR", "code of the finding"),
            "reason": ("VARCHAR", "why"),
        },
    ),
    "quality_check": Table(
        "Findings of this load: what a reader of the figures should know.",
        {
            "source_id": ("VARCHAR", "id of the source; empty: the municipality as a whole"),
            "code": ("VARCHAR", "code of the finding, such as GEO-010"),
            "level": ("VARCHAR", "warning or note"),
            "what_nl": ("VARCHAR", "what was found, in Dutch"),
            "what": ("VARCHAR", "what was found, in English"),
            "place": ("VARCHAR", "where"),
            "fix_nl": ("VARCHAR", "how to mend it, in Dutch"),
            "fix": ("VARCHAR", "how to mend it, in English"),
            "number": ("BIGINT", "how many rows, areas or periods"),
        },
    ),
    "revision": Table(
        "Cells that changed since the snapshot before.",
        {
            "source_id": ("VARCHAR", "id of the source"),
            "indicator": ("VARCHAR", "id of the indicator"),
            "area_code": ("VARCHAR", "code of the area"),
            "period": ("VARCHAR", "period"),
            "old_numerator": ("DOUBLE", "figure before"),
            "new_numerator": ("DOUBLE", "figure now"),
            "old_status": ("VARCHAR", "status before; empty: the cell is new"),
            "new_status": ("VARCHAR", "status now; empty: the cell is gone"),
            "old_load": ("VARCHAR", "load before"),
            "new_load": ("VARCHAR", "this load"),
        },
    ),
    **TABLES_OF_STATISTICS,
    **TABLES_OF_ORIGIN,
}

#: Raised when a table or column changes meaning; a reader refuses what it does not know.
SCHEMA_VERSION = 3
