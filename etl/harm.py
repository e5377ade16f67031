"""What a harm score rests on: its heaviest offence per cell, other weights, and the weights themselves.

Made from the same counts as the score, so in the public edition from what it may show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.errors import Finding
from config.harm import HARM
from config.harm_indicator import offences_of
from config.load import Configured
from config.model import Indicator
from config.vocabulary import AreaLevel, PeriodType
from etl.calendar import exposure_years
from etl.cell_grid import COMPARED_TYPES, grid, newest_complete
from etl.cube import AreaAxis, Floats
from etl.derive import Cells
from etl.series import Chosen, Series

DETAIL = [
    "indicator", "area_code", "period", "harm", "n_offences", "per_offence", "heaviest_code", "heaviest_title",
    "n_heaviest", "heaviest_share", "is_driven_by_one", "without_heaviest",
]  # fmt: skip
SENSITIVITY = [
    "indicator", "area_level", "period", "code", "title", "weight", "factor", "is_changed", "top", "entered", "left",
]  # fmt: skip
#: Factor of the row that says which areas are on top with the weights as set.
AS_SET = 1.0
WEIGHT = ["indicator", "code", "title", "member", "weight", "is_excluded", "source", "date", "owner"]


def harm_frames(
    configured: Configured, chosen: Chosen, cells: Sequence[Cells], axis: AreaAxis
) -> dict[str, pd.DataFrame]:
    """The tables `harm_weight`, `harm_detail` and `harm_sensitivity` of an edition; empty without weights.

    Args:
        chosen, cells: the series and cells of that edition.
    """
    indicator = configured.indicators.get(HARM)
    if indicator is None:
        return {
            "harm_weight": pd.DataFrame(columns=WEIGHT),
            "harm_detail": pd.DataFrame(columns=DETAIL),
            "harm_sensitivity": pd.DataFrame(columns=SENSITIVITY),
        }
    weights = _weights(configured, indicator)
    told = weights[~weights.is_excluded].set_index("member")
    blocks = {block.period_type: block for block in cells if block.indicator.id == HARM}
    details, sensitivities = [], []
    for block, places in _shown(blocks, axis):
        for one in chosen[HARM, block.period_type]:
            details += [_detail(one, place, block, axis, told) for place in places]
    for block, place in _newest(blocks, axis):
        for one in chosen[HARM, block.period_type]:
            if one.level in (AreaLevel.DISTRICT, AreaLevel.NEIGHBOURHOOD):
                sensitivities.append(_sensitivity(one, place, block, axis, told))
    return {
        "harm_weight": weights,
        "harm_detail": _stacked(details, DETAIL),
        "harm_sensitivity": _stacked(sensitivities, SENSITIVITY),
    }


def not_made(configured: Configured, chosen: Chosen) -> list[Finding]:
    """Why a municipality with weights has no score: a sum that leaves out an offence would be no harm score."""
    indicator = configured.indicators.get(HARM)
    if indicator is None or any(name == HARM for name, _ in chosen):
        return []
    given = {name for name, _ in chosen}
    lacking = [name for name in indicator.numerator.sum_of or () if name not in given]
    reason = f"no figures of {', '.join(lacking)}" if lacking else "no source gives every weighed offence"
    return [
        Finding(
            "QUA-004",
            f"the harm score is not made: {reason}",
            where=configured.where("harm"),
            fix="deliver these offences (a zero is a figure too), or add their codes to `harm.exclude`",
            level="warning",
            number=len(lacking),
        )
    ]


def _weights(configured: Configured, indicator: Indicator) -> pd.DataFrame:
    """Every offence of the list: its weight and the indicator that counts it, or that it is left out."""
    harm, offences = configured.municipality.harm, offences_of(configured.municipality, configured.categories)
    if harm is None or offences is None:
        raise ValueError("an indicator of harm without weights or offences")
    member = dict(zip(harm.weights, indicator.numerator.sum_of or (), strict=True))
    return pd.DataFrame(
        [
            {
                "indicator": HARM,
                "code": code,
                "title": title,
                "member": member.get(code),
                "weight": harm.weights.get(code),
                "is_excluded": code in harm.exclude,
                "source": harm.source,
                "date": harm.date,
                "owner": harm.owner,
            }
            for code, title in offences.titles.items()
        ]
    )


def _shown(blocks: dict[PeriodType, Cells], axis: AreaAxis) -> Iterator[tuple[Cells, list[int]]]:
    """Every year, and the newest complete period of the types that screens open with."""
    newest = {block.period_type: place for block, place in _newest(blocks, axis)}
    for kind, block in blocks.items():
        places = range(len(block.periods)) if kind is PeriodType.YEAR else [newest[kind]] if kind in newest else []
        yield block, list(places)


def _newest(blocks: dict[PeriodType, Cells], axis: AreaAxis) -> Iterator[tuple[Cells, int]]:
    for kind in COMPARED_TYPES:
        if kind in blocks and (place := newest_complete(blocks[kind], axis)) is not None:
            yield blocks[kind], place


def _counts(
    one: Series, period: str, areas: NDArray[np.intp], axis: AreaAxis, told: pd.DataFrame
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Whole offences per area (rows) and code, and which of these areas have all of them."""
    members = [one.cube.indicators.index(name) for name in told.index]
    at = one.cube.periods.index(period)
    known = np.rint(one.cube.value[members][:, areas, at].T)
    is_known = ~np.isnan(known).any(axis=1) & ~np.isnan(one.cube.value[one.index, areas, at])
    return pd.DataFrame(known, index=[axis.codes[area] for area in areas], columns=told.code.tolist()), is_known


def _detail(one: Series, place: int, block: Cells, axis: AreaAxis, told: pd.DataFrame) -> pd.DataFrame:
    from etl.statistics.harm import harm_score

    period = block.periods[place]
    if period not in one.cube.periods:
        return pd.DataFrame(columns=DETAIL)
    counts, is_known = _counts(one, period, axis.at(one.level), axis, told)
    counts = counts[is_known]
    found = harm_score(counts, dict(zip(told.code, told.weight, strict=True)))
    titles = dict(zip(told.code, told.title, strict=True))
    heaviest = [None if code is None else str(code) for code in found.heaviest_code]
    return pd.DataFrame(
        {
            "indicator": HARM,
            "area_code": counts.index,
            "period": period,
            "harm": found.harm,
            "n_offences": found.n_offences,
            "per_offence": found.per_offence,
            "heaviest_code": heaviest,
            "heaviest_title": [None if code is None else titles[code] for code in heaviest],
            "n_heaviest": [
                None if code is None else counts.at[area, code]
                for area, code in zip(counts.index, heaviest, strict=True)
            ],
            "heaviest_share": found.heaviest_share,
            "is_driven_by_one": found.is_driven_by_one,
            "without_heaviest": found.without_heaviest,
        }
    )


def _sensitivity(one: Series, place: int, block: Cells, axis: AreaAxis, told: pd.DataFrame) -> pd.DataFrame:
    """Other weights, for a level with more areas than the top that is watched."""
    from etl.statistics.harm import FACTORS, N_TOP, harm_sensitivity

    period, areas = block.periods[place], axis.at(one.level)
    people = grid(block, np.where(np.isnan(block.rate), np.nan, block.denominator), axis)[place, areas]
    counts, is_known = _counts(one, period, areas, axis, told)
    is_known &= people > 0
    if is_known.sum() <= N_TOP:
        return pd.DataFrame(columns=SENSITIVITY)
    exposure: Floats = people[is_known] * exposure_years(period)
    weights = dict(zip(told.code, told.weight, strict=True))
    found = harm_sensitivity(counts[is_known], weights, population=exposure, factors=(AS_SET, *FACTORS))
    found = found[(found.factor != AS_SET) | (found.index == 0)]  # the weights as set once, as the first row
    changed = found.factor != AS_SET
    titles = dict(zip(told.code, told.title, strict=True))
    return pd.DataFrame(
        {
            "indicator": HARM,
            "area_level": str(one.level),
            "period": period,
            "code": found.code.where(changed, None),
            "title": found.code.map(titles).where(changed, None),
            "weight": found.code.map(weights).where(changed),
            "factor": found.factor,
            "is_changed": found.is_changed,
            **{name: found[name].map(",".join) for name in ("top", "entered", "left")},
        }
    )


def _stacked(frames: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    kept = [frame for frame in frames if len(frame)]
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(columns))
