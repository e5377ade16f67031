"""The table `observation` from the derived cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from config.vocabulary import STATUS_ORDER
from etl.cube import ROUNDED, SUPPRESSED, AreaAxis
from etl.derive import Cells
from etl.frames import coded


def observation_frame(
    cells: Iterable[Cells],
    axis: AreaAxis,
    area_names: Sequence[str],
    *,
    slug: str,
    vintage: int,
    load_id: str,
    sources: Sequence[str],
    practice: frozenset[str],
    rounded: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """The table `observation` (columns of `etl.tables`), sorted by indicator, period type, period and area.

    Words that repeat are categoricals, so that the database stores each once.

    Args:
        rounded: source -> base to which its small counts were rounded in this edition. A number of such a source that
            is 0 or the base stands for a range, whatever it is the sum of: its status says so.
    """
    blocks = [block for block in cells if len(block.value)]
    length = sum(len(block.value) for block in blocks)

    def joined(name: str, kind: type = float) -> Any:
        return np.concatenate([getattr(block, name) for block in blocks] or [np.array([], dtype=kind)])

    def repeated(words: Sequence[str]) -> Any:
        unique = sorted(set(words))
        codes = [
            np.full(len(block.value), unique.index(word), np.int32) for word, block in zip(words, blocks, strict=True)
        ]
        return coded(np.concatenate(codes or [np.array([], np.int32)]), unique)

    area = joined("area", int)

    def of_area(words: Sequence[str]) -> Any:
        unique, codes = np.unique(np.asarray(words, dtype=str), return_inverse=True)
        return coded(codes[area], unique.tolist())

    def one_word(word: str) -> Any:
        return coded(np.zeros(length, dtype=np.int8), [word])

    source = joined("source", int)
    labels = [f"oefendata: {name}" if name in practice else name for name in sources]
    status, delivered = joined("status", int), joined("delivered_status", int)
    small = _is_small(source, joined("numerator"), sources, rounded or {})
    small &= ~np.repeat([block.indicator.is_weighted for block in blocks], [len(block.value) for block in blocks])
    status, delivered = (np.where(small & (rank > SUPPRESSED), ROUNDED, rank) for rank in (status, delivered))
    year = joined("denominator_year", int)
    known_years = [known for known in np.unique(year).tolist() if known]
    year_codes = np.where(year > 0, np.searchsorted(known_years, year), -1)
    return pd.DataFrame(
        {
            "municipality": one_word(slug),
            "area_level": of_area([str(level) for level in axis.levels]),
            "area_code": of_area(axis.codes),
            "area_name": of_area(area_names),
            "vintage": np.full(length, vintage, dtype=np.int32),
            "indicator": repeated([block.indicator.id for block in blocks]),
            "period_type": repeated([str(block.period_type) for block in blocks]),
            "period": _period_column(blocks),
            "value": joined("value"),
            "unit": repeated([str(block.indicator.unit) for block in blocks]),
            "numerator": joined("numerator"),
            "denominator": joined("denominator"),
            "rate": joined("rate"),
            "lower": joined("lower"),
            "upper": joined("upper"),
            "status": coded(status, [str(word) for word in STATUS_ORDER]),
            "source": coded(source, labels),
            "snapshot": one_word(load_id),
            "source_id": coded(source, list(sources)),
            "load_id": one_word(load_id),
            "denominator_period": coded(year_codes, [str(known) for known in known_years]),
            "coverage_share": joined("coverage"),
            "estimated_share": joined("estimated"),
            "numerator_status": coded(delivered, [str(word) for word in STATUS_ORDER]),
        }
    )


def _is_small(source: Any, numerator: Any, sources: Sequence[str], rounded: Mapping[str, int]) -> Any:
    """Cells of rounded sources whose number is 0 or the base."""
    base = np.array([rounded.get(name, -1) for name in sources])[source] if len(sources) else np.full(len(source), -1)
    return (base > 0) & ((numerator == 0) | (numerator == base))


def joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Frames of several divisions one below the other; a column of words keeps one list of words."""
    if len(frames) == 1:
        return frames[0]
    columns = {}
    for name in frames[0].columns:
        parts = [frame[name] for frame in frames]
        is_coded = isinstance(parts[0].dtype, pd.CategoricalDtype)
        columns[name] = union_categoricals(parts) if is_coded else np.concatenate([part.to_numpy() for part in parts])
    return pd.DataFrame(columns)


def _period_column(blocks: Sequence[Cells]) -> Any:
    words = sorted({text for block in blocks for text in block.periods})
    place = {text: index for index, text in enumerate(words)}
    codes = [np.array([place[text] for text in block.periods], dtype=np.int32)[block.period] for block in blocks]
    return coded(np.concatenate(codes) if codes else np.array([], dtype=np.int32), words)
