"""What the public edition leaves out of the story of restricted deliveries: whatever is made of their exact counts.

A fingerprint confirms a guess: who knows all of a small file but a few hidden counts tries them until it fits. A number
of rows or bytes tells how many counts are 0 where zeros have no row. Words that people wrote at a row may name figures.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

#: Table -> columns that are empty for restricted sources.
_LEFT_OUT = {
    "delivery": ("bytes", "rows_read", "rows_used", "rows_skipped", "rows_quarantined", "areas"),
    "lineage": ("cells",),
    "correction": ("delivered", "value", "reason"),
    "withdrawal": ("reason",),
}
#: Table -> column that holds the fingerprint of a delivery.
_FINGERPRINTS = {"delivery": "sha256", "withdrawal": "sha256", "lineage": "delivery", "correction": "delivery"}


def as_public(frames: Mapping[str, pd.DataFrame], hides: Collection[str]) -> dict[str, pd.DataFrame]:
    """The tables on deliveries, without what tells exact counts of the sources in `hides`.

    A delivery of such a source goes by the name of its source and a number (oldest first) instead of its fingerprint:
    the tables still meet in it.

    Args:
        frames: table -> rows; `delivery`, `withdrawal`, `lineage` and `correction` are among them.
    """
    names = _names(frames, hides)
    shown = dict(frames)
    for table, column in _FINGERPRINTS.items():
        frame = frames[table].copy()
        if frame.empty:
            continue
        is_hidden = frame["source_id"].isin(hides)
        for left_out in _LEFT_OUT.get(table, ()):
            frame[left_out] = frame[left_out].astype(object).where(~is_hidden, None)
        pairs = zip(frame["source_id"], frame[column], is_hidden, strict=True)
        frame[column] = [names.get((source, sha), None) if hidden else sha for source, sha, hidden in pairs]
        shown[table] = frame
    return shown


def _names(frames: Mapping[str, pd.DataFrame], hides: Collection[str]) -> dict[tuple[str, str], str]:
    """(source, fingerprint) -> what the public edition calls the delivery."""
    keys = ["source_id", "received", "name", "sha256"]
    known = pd.concat([frame[keys] for frame in (frames["delivery"], frames["withdrawal"]) if not frame.empty])
    mine = known[known["source_id"].isin(hides)].sort_values(keys[:3], kind="stable")
    number = mine.groupby("source_id").cumcount() + 1
    return {
        (str(source), str(sha)): f"{source}-{n}"
        for source, sha, n in zip(mine["source_id"], mine["sha256"], number, strict=True)
    }
