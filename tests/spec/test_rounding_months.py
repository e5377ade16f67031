"""The monthly case: every month is decided when all before it are published and can not be tried anew."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from etl.disclosure.leaves import Block, blocks
from etl.disclosure.rounding import LIMIT, _Hand, _kept
from tests.conftest import IS_SOAK

#: Areas, kinds of event, months; `make soak` takes a large municipality for half a century.
SIZE = (115, 15, 600) if IS_SOAK else (40, 6, 48)
KEY = b"a key for tests, never used elsewhere"


def town(level: float, seed: int) -> Block:
    """Counts as they are in a municipality: few areas with many events, many with few, a season, overdispersion."""
    noise = np.random.default_rng(seed)
    areas, kinds, months = SIZE
    mean = np.exp(noise.normal(level, 1.0, (areas, 1)) + noise.normal(0, 0.9, (1, kinds)))
    season = 1 + 0.25 * np.sin(np.arange(months) * np.pi / 6)
    counts = noise.poisson(noise.gamma(4, mean[:, :, None] * season / 4, SIZE))
    area, kind, month = np.indices(SIZE).reshape(3, -1)
    periods = pd.period_range("1990-01", periods=months, freq="M").astype(str).to_numpy()
    leaves = pd.DataFrame(
        {
            "source_id": "reports", "indicator": np.array([f"kind{n:02}" for n in range(kinds)], dtype=object)[kind],
            "area_code": np.array([f"BU0153{n // 10:02}{n % 10:02}" for n in range(areas)], dtype=object)[area],
            "district": np.array([f"WK0153{n // 10:02}" for n in range(areas)], dtype=object)[area],
            "period": periods[month], "period_type": "month", "value": counts.ravel().astype(float),
        }
    )  # fmt: skip
    names = sorted(leaves.indicator.unique())
    third = kinds // 3
    (block,) = blocks(leaves, {"all": tuple(names), "one": tuple(names[:third]), "two": tuple(names[third:-1])}, {})
    return block


@pytest.mark.parametrize(("level", "seed"), [(-0.2, 1), (0.3, 2), (-1.0, 3)], ids=["ordinary", "busy", "quiet"])
def test_no_total_deviates_by_more_than_promised_in_any_month(level: float, seed: int):
    block = town(level, seed)
    hand = _Hand(block, KEY, 5, _kept(block, 5, None))

    kept = [hand.round(month, turn=0) for month in range(len(block.periods))]

    assert all(kept)
    worst = 0
    for month in range(len(block.periods)):
        ends = hand.running[:, month + 1]
        firsts = {month, *(int(first) for first in block.opens[:, month])}
        worst = max(worst, *(int(np.abs(ends - hand.running[:, first]).max()) for first in firsts))
    assert 5 <= worst <= LIMIT * 5
    small = (block.true > 0) & (block.true < 5)
    shown = hand.shown.reshape(block.true.shape)
    assert small.mean() > 0.2
    assert set(shown[small]) == {0, 5}
    assert (shown[~small] == block.true[~small]).all()
