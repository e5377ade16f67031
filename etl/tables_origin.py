"""Tables that say where figures come from and how good their sources are."""

from __future__ import annotations

from etl.table import Table

TABLES_OF_ORIGIN: dict[str, Table] = {
    "lineage": Table(
        "Which delivery gave the figures of an indicator in a period, as delivered; longer periods and groups follow "
        "from their parts. Per period and category the newest delivery gives all areas.",
        {
            "source_id": ("VARCHAR", "id of the source"),
            "indicator": ("VARCHAR", "id of the indicator that the rows feed"),
            "period_type": ("VARCHAR", "length of the period"),
            "period": ("VARCHAR", "period, as delivered"),
            "delivery": ("VARCHAR", "sha256 of the delivery; several where categories of one indicator came apart"),
            "cells": ("BIGINT", "rows that it gave for this indicator and period; empty: not shown in this edition"),
            "levels": ("VARCHAR", "levels of which it gives rows; other levels are sums of neighbourhoods"),
            "categories": ("VARCHAR", "categories of the source that were summed, such as 1.1.1"),
        },
    ),
    "source": Table(
        "Sources of this municipality, in order of precedence.",
        {
            "source_id": ("VARCHAR", "id of the source"),
            "position": ("INTEGER", "order of precedence, from 1"),
            "kind": ("VARCHAR", "kind of source"),
            "table_id": ("VARCHAR", "StatLine table; empty for other kinds"),
            "publication": ("VARCHAR", "open: public as exact counts; restricted: protected in the public edition"),
            "practice": ("BOOLEAN", "true: made-up figures"),
            "legal_basis": ("VARCHAR", "agreement or law under which figures are shared"),
            "purpose": ("VARCHAR", "what the figures may be used for"),
            "retention_months": ("INTEGER", "how long a delivered file is kept; empty: as long as it is in use"),
        },
    ),
    "correction": Table(
        "Known mistakes in deliveries that are mended here, cell by cell (config/corrections).",
        {
            "correction_id": ("VARCHAR", "id of the decision in the file of corrections"),
            "source_id": ("VARCHAR", "id of the source"),
            "indicator": ("VARCHAR", "id of an indicator that the cell feeds"),
            "category": ("VARCHAR", "category of the source"),
            "area_code": ("VARCHAR", "code of the area"),
            "period": ("VARCHAR", "period"),
            "action": ("VARCHAR", "replace, withhold (shown as not delivered) or add"),
            "delivered": ("DOUBLE", "the wrong figure as delivered; empty: none, or not shown in this edition"),
            "value": ("DOUBLE", "the figure in its place; empty: none, or not shown in this edition"),
            "state": ("VARCHAR", "applied, or expired: the source does not hold the wrong figure any more"),
            "delivery": ("VARCHAR", "sha256 of the delivery that was corrected"),
            "reason": ("VARCHAR", "what is wrong, in the words of the municipality; empty: not shown in this edition"),
            "decided_by": ("VARCHAR", "who decided"),
            "date": ("DATE", "when it was decided"),
        },
    ),
    "withdrawal": Table(
        "Deliveries that were taken out of use: kept, and no part of this snapshot.",
        {
            "source_id": ("VARCHAR", "id of the source"),
            "sha256": ("VARCHAR", "as delivery.sha256"),
            "name": ("VARCHAR", "name as it came in"),
            "received": ("TIMESTAMP", "when it was taken in (UTC)"),
            "withdrawn": ("TIMESTAMP", "when it was taken out of use (UTC)"),
            "reason": ("VARCHAR", "why; empty: not shown in this edition"),
        },
    ),
    "source_quality": Table(
        "The state of each source: one row per source.",
        {
            "source_id": ("VARCHAR", "id of the source"),
            "state": ("VARCHAR", "good, attention (a failed check) or late; empty: not shown in this edition"),
            "last_delivery": ("VARCHAR", "name of the newest delivery"),
            "received": ("TIMESTAMP", "when it was taken in (UTC)"),
            "last_period": ("VARCHAR", "newest period in use"),
            "weeks_late": ("BIGINT", "weeks that should have come in; empty: no day is agreed"),
            "areas_expected": ("BIGINT", "areas of the levels that the source gives"),
            "areas_delivered": ("BIGINT", "of those, areas of which it gives rows"),
            "completeness_pct": ("DOUBLE", "cells that came in, of those expected in the newest year of periods"),
            "rows_used": ("BIGINT", "rows accepted, of all deliveries; this and what was found: empty if not shown"),
            "rows_set_aside": ("BIGINT", "rows set aside, of all deliveries"),
            "rows_duplicate": ("BIGINT", "of those: the same row twice"),
            "rows_unknown_area": ("BIGINT", "of those: an unknown area code"),
            "rows_unknown_category": ("BIGINT", "of those: a category that is not mapped"),
            "unallocated_share_pct": ("DOUBLE", "events without a known neighbourhood, of all, in the newest year"),
            "checks_failed": ("BIGINT", "findings that ask for attention"),
            "checks_noted": ("BIGINT", "findings that are only told"),
            "cells_revised": ("BIGINT", "cells that changed since the snapshot before"),
            "corrections_applied": ("BIGINT", "cells that are corrected here"),
            "corrections_expired": ("BIGINT", "corrections that no longer fit the source"),
        },
    ),
}
