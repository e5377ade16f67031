"""The numbers behind "did it work?" as a file: results, and the series they were worked out from."""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from config.vocabulary import Edition
from etl.snapshot import Snapshot
from monitor.exports.about import PROTECTION
from monitor.exports.export import csv_text
from monitor.queries.areas import municipality
from monitor.queries.effect import Effect

RESULTS = ("quantity", "value", "lower", "upper", "p", "note")
SERIES = ("period", "group", "is_compared", "is_after", "count", "expected")
GROUPS = ("treated", "around", "comparison")

#: An archive holds a fixed date: the same question then gives the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def effect_zip(snapshot: Snapshot, one: Effect, edition: Edition) -> bytes:
    """Two CSVs and what they are about (JSON). UTF-8, comma, dot; an empty cell is not known."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("results.csv", _csv(RESULTS, _results(one))),
            ("series.csv", _csv(SERIES, _series(one))),
            ("about.json", json.dumps(_about(snapshot, one, edition), ensure_ascii=False, indent=2)),
        ):
            archive.writestr(zipfile.ZipInfo(name, _DATE), content)
    return stream.getvalue()


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([csv_text(_plain(cell)) for cell in row] for row in rows)
    return text.getvalue()


def _plain(cell: Any) -> Any:
    value = cell.item() if hasattr(cell, "item") else cell
    if isinstance(value, bool):
        return str(value).lower()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _results(one: Effect) -> list[tuple[Any, ...]]:
    found = one.found
    if found is None:
        return []
    rows: list[tuple[Any, ...]] = [("refusal", None, None, None, None, code) for code in one.refusals]
    if found.effect is not None:
        effect = found.effect
        rows.append(
            ("ratio", effect.ratio, effect.lower, effect.upper, effect.p, f"verdict: {found.verdict or 'none'}")
        )
        note = f"share of {effect.n_reassigned + 1} choices of areas"
        rows.append(("randomisation", None, None, None, effect.p_randomisation, note))
        rows.append(("pre_trend", None, None, None, found.pre_trend_p, "moved alike before the start"))
        rows.append(("dispersion", effect.phi, None, None, None, "variance / mean"))
    if found.relative_effect is not None:
        rows.append(("relative_effect", *found.relative_effect, None, "(A0 C1) / (A1 C0)"))
    if (moved := found.displacement) is not None:
        rows.append(("displacement_quotient", moved.quotient, moved.lower, moved.upper, None, moved.reading))
    if (series := found.interrupted) is not None:
        note = series.reason or "ratio at the start"
        rows.append(("own_series_step", series.level, series.level_lower, series.level_upper, series.level_p, note))
        slope = (series.slope_pct, series.slope_lower_pct, series.slope_upper_pct)
        rows.append(("own_series_slope_pct", *slope, None, series.reason or "change of growth per year"))
    if (twin := found.synthetic) is not None:
        rows.append(("synthetic_control", twin.ratio, None, None, twin.p, twin.reason or "ratio after the start"))
    return rows + [("warning", None, None, None, None, code) for code in found.warnings]


def _series(one: Effect) -> Iterable[tuple[Any, ...]]:
    effect = one.found.effect if one.found is not None else None
    compared = set(one.compared)
    for group, areas, counts in zip(GROUPS, one.groups, one.sums, strict=True):
        for place, period in enumerate(one.periods if areas else ()):
            expected = effect.expected[place] if effect is not None and group == "treated" else None
            yield period, group, place in compared, place >= one.at, counts[place], expected


def _about(snapshot: Snapshot, one: Effect, edition: Edition) -> dict[str, Any]:
    town, question = municipality(snapshot), one.question
    return {
        "municipality": town.slug,
        "indicator": question.indicator,
        "start": one.start,
        "end": one.periods[-1] if one.periods else None,
        **{name: [area.code for area in areas] for name, areas in zip(GROUPS, one.groups, strict=True)},
        "areas_left_out": {area.code: why for area, why in one.areas_out},
        "periods_left_out": dict(one.periods_out),
        "quarter_before_start_left_out": question.without_peak,
        "snapshot": snapshot.load_id,
        "boundaries": snapshot.vintage or town.vintage,
        "edition": str(edition),
        "protection": PROTECTION[str(edition)],
        "practice": "oefendata: made-up figures, for practice only" if town.is_practice else "no",
        "method": "difference in differences (quasi-Poisson, randomisation test); no proof of cause",
    }
