"""Figures as files: CSV, JSON, Parquet and XLSX, all from the one query of `monitor.queries.observations`."""

from monitor.exports.export import FORMATS, LIMIT, Exported, Format, export

__all__ = ["FORMATS", "LIMIT", "Exported", "Format", "export"]
