"""Series of the public edition whose small counts were rounded: told, and not judged.

A count that is shown as 0 or 5 jumps where nothing happens; a verdict on it would report the rounding.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from etl.judge import VERDICT, Panel, not_judged


def without_verdict(found: Sequence[Panel]) -> pd.DataFrame:
    """Rows of the table `verdict` (columns VERDICT) that say so, on the newest complete period of each panel."""
    from etl.statistics.verdict_words import ROUNDED

    frames = []
    for panel in found:
        complete = np.flatnonzero((~np.isnan(panel.counts) & ~panel.provisional).any(axis=0))
        at = int(complete[-1]) if complete.size else len(panel.periods) - 1
        frames.append(not_judged(panel, at, ROUNDED))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=VERDICT)
