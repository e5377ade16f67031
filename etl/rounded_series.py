"""Series of the public edition whose small counts were rounded: told, and not judged.

A count that is shown as 0 or 5 jumps where nothing happens; a verdict on it would report the rounding.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from etl.judge import VERDICT, Panel


def not_judged(found: Sequence[Panel]) -> pd.DataFrame:
    """Rows of the table `verdict` (columns VERDICT) that say why there is none, on the newest complete period."""
    from etl.statistics.verdict_words import NONE, ROUNDED, TOO_FEW

    frames = []
    for panel in found:
        complete = np.flatnonzero((~np.isnan(panel.counts) & ~panel.provisional).any(axis=0))
        at = int(complete[-1]) if complete.size else len(panel.periods) - 1
        frame = pd.DataFrame(
            {
                "indicator": [name for name, _ in panel.series],
                "area_code": [code for _, code in panel.series],
                "period_type": str(panel.period_type),
                "period": panel.periods[at],
                "verdict": TOO_FEW,
                "reason": ROUNDED,
                "method": NONE,
                "observed": panel.counts[:, at],
                "n_tested": 0,
                "expected_false": 0.0,
            }
        )
        frames.append(frame.reindex(columns=VERDICT))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=VERDICT)
