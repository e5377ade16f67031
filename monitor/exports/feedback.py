"""What the supplier of a source should mend, as a file to send along."""

from __future__ import annotations

import csv
import io

from etl.snapshot import Snapshot
from monitor.exports.export import csv_text
from monitor.queries.quality import feedback

COLUMNS = ("source", "delivery", "code", "what", "number", "codes", "fix")


def feedback_csv(snapshot: Snapshot, source_id: str, language: str) -> bytes:
    """One line per fault: codes and counts, never a row. UTF-8, comma; no cell runs as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    what, fix = ("what_nl", "fix_nl") if language == "nl" else ("what", "fix")
    for row in feedback(snapshot, source_id).to_dict("records"):
        number = "" if row["number"] != row["number"] or row["number"] is None else int(row["number"])
        cells = (source_id, row["delivery"], row["code"], row[what], number, row["codes"], row[fix])
        writer.writerow([csv_text(cell) for cell in cells])
    return text.getvalue().encode("utf-8")
