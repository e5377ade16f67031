"""What a map adds to the figures of one level: smoothed rates, places with their interval, and the one verdict."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from config.vocabulary import AreaLevel
from etl.snapshot import Snapshot
from monitor.queries.verdicts import NORMAL, SIGNAL, TOO_FEW, WATCH, Judged, verdicts_of

#: Order of the verdicts as digits; 9: none.
VERDICTS = (SIGNAL, WATCH, NORMAL, TOO_FEW)
#: The level whose rates stand on small numbers, so that the map draws them towards the mean first.
SMOOTHED_LEVEL = AreaLevel.NEIGHBOURHOOD


def standing_of(snapshot: Snapshot, indicator: str) -> pd.DataFrame:
    """Where areas stand in the newest complete period: columns area_code, period, smoothed, rank, rank_lower,
    rank_upper, n_ranked. Empty on other boundaries than those on screen: there it is not known.
    """
    frame = snapshot.query(
        "SELECT area_code, period, smoothed, rank, rank_lower, rank_upper, n_ranked FROM standing WHERE indicator = ?",
        [indicator],
    )
    if frame.empty:  # places on an index: the first and last over all ways of making it
        frame = snapshot.query(
            """
            SELECT area_code, period, NULL::DOUBLE AS smoothed, rank, rank_min AS rank_lower, rank_max AS rank_upper,
                   n_ranked
            FROM composite_standing WHERE indicator = $indicator AND rank IS NOT NULL
              AND period = (SELECT max(period) FROM composite_standing WHERE indicator = $indicator)
            """,
            {"indicator": indicator},
        )
    return frame if snapshot.vintage is None else frame.iloc[:0]


def put_standing(block: dict[str, Any], level: AreaLevel, found: pd.DataFrame, scale: float) -> None:
    """Add `standing` to a block of the map (level and length of period), where its period is one of the block's.

    `smoothed` (× scale; neighbourhoods only), `rank`, `best`, `worst` per area in the order of `codes`, null where not
    known; `n` areas have a place; `differ` is false where nothing but chance tells the areas apart.
    """
    mine = found[found["area_code"].isin(block["codes"]) & found["period"].isin(block["periods"])]
    if mine.empty:
        return
    rows = mine.drop_duplicates("area_code").set_index("area_code").reindex(block["codes"])
    smoothed = rows["smoothed"] * (1.0 if level == SMOOTHED_LEVEL else np.nan)
    known = smoothed.dropna().to_numpy(dtype=float)
    block["standing"] = {
        "period": str(mine["period"].iloc[0]),
        "smoothed": [_whole(value * scale) for value in smoothed] if known.size else [],
        "rank": [_whole(value) for value in rows["rank"]],
        "best": [_whole(value) for value in rows["rank_lower"]],
        "worst": [_whole(value) for value in rows["rank_upper"]],
        "n": int(mine["n_ranked"].max()),
        "differ": bool(known.size < 2 or np.ptp(known) > 1e-9 * max(1.0, float(known.max()))),
    }


def judged_of(snapshot: Snapshot, indicator: str, codes: list[str]) -> dict[str, Any] | None:
    """The verdicts on these areas in columns, None where nothing is judged.

    `word` and `way`: a character per area (digit of VERDICTS, 9 none; h high, l low, - within); `method`: e where the
    last periods are the measure, else f. `at` and `why`: place in `periods` and `reasons`, null for none. `observed`,
    `lower`, `upper`: events, null where unknown. `leaf`: these are rounded counts, not sums of them.
    """
    known = verdicts_of(snapshot, indicator) if snapshot.vintage is None else {}
    found = [known.get(code) for code in codes]
    if not any(found):
        return None
    periods = sorted({one.period for one in found if one})
    reasons = sorted({one.reason for one in found if one and one.reason})

    def column(ask: Any) -> list[Any]:
        return [None if one is None else ask(one) for one in found]

    return {
        "periods": periods,
        "reasons": reasons,
        "word": "".join("9" if one is None else str(VERDICTS.index(one.verdict)) for one in found),
        "way": "".join(_way(one) for one in found),
        "method": "".join("e" if one and one.method == "ears" else "f" for one in found),
        "at": column(lambda one: periods.index(one.period)),
        "why": column(lambda one: reasons.index(one.reason) if one.reason else None),
        "observed": column(lambda one: _whole(one.observed)),
        "lower": column(lambda one: _whole(one.lower)),
        "upper": column(lambda one: _whole(one.upper)),
        "leaf": any(one.exact.is_leaf for one in found if one),
    }


def _way(one: Judged | None) -> str:
    return {"high": "h", "low": "l"}.get((one.direction if one else None) or "", "-")


def _whole(number: float | None) -> int | None:
    return None if number is None or pd.isna(number) else round(float(number))
