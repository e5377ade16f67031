"""The report of an area as a file."""

from __future__ import annotations

from etl.asof import made_at
from monitor.queries.areas import Area
from monitor.reports.content import area_report
from monitor.reports.pdf import pdf_of
from monitor.router import View


def report_of(view: View, here: Area) -> bytes:
    """Two A4 pages on one area as PDF/UA: edition, day and division of the view. The same view, the same bytes."""
    return pdf_of(area_report(view, here), made_at(view.snapshot.manifest))


def file_name(view: View, here: Area) -> str:
    """`delft-BU05030000-000012-internal.pdf`: its snapshot and edition stay known when a report is passed on."""
    return f"{view.slug}-{here.code}-{view.outline.load_id}-{view.edition}.pdf"
