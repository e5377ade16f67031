"""The lineage of exported figures: nested for JSON, one line per part and delivery for a second file or sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pandas as pd

from config.errors import UsageError
from etl.snapshot import Snapshot
from monitor.i18n import translator
from monitor.queries.lineage import Part, Passport, passport
from monitor.texts.passport import filled_in, interval_method, protection

#: Figures explained at once: each takes some questions of its own.
MOST = 2_000

#: Columns of the second file or sheet: the key of the figure, then what it rests on.
COLUMNS = (
    "area_code", "vintage", "indicator", "period", "part", "part_indicator", "part_value", "part_period", "source",
    "table", "publisher", "licence", "categories", "members", "periods", "summed_over_areas", "delivery",
    "delivery_name", "received", "delivery_rows", "corrections", "formula", "interval", "protection", "snapshot",
    "built_at", "sql",
)  # fmt: skip


def lineages(snapshot: Snapshot, frame: pd.DataFrame) -> list[Passport | None]:
    """The passport of each row of `observations`, in its order; None where there is none.

    Raises:
        UsageError: more than MOST rows.
    """
    if len(frame) > MOST:
        what = f"{len(frame):,} figures to explain; at most {MOST:,} at once"
        raise UsageError("EXP-004", what, where="--explain", fix="narrow the filters: an area, an indicator, a period")
    keys = zip(frame["indicator"], frame["area_code"], frame["period"], strict=True)
    return [passport(snapshot, str(indicator), str(area), str(period)) for indicator, area, period in keys]


def nested(one: Passport | None) -> dict[str, Any] | None:
    """A passport as JSON values, with its sentences in English."""
    if one is None:
        return None
    words = _sentences(one)
    told = asdict(one)
    for name in ("numerator", "denominator"):
        for delivery in (told[name] or {}).get("deliveries", ()):
            delivery["received"] = delivery["received"].isoformat() if delivery["received"] else None
    for mended in told["corrections"]:
        mended["date"] = mended["date"].isoformat()
    told["verdicts"] = [{"against": kind, "verdict": verdict} for kind, verdict in one.verdicts]
    kept = {key: told[key] for key in ("numerator", "denominator", "corrections", "verdicts", "edition", "publication",
                                       "years", "coverage_share", "estimated_share", "made_of")}  # fmt: skip
    return {
        "definition": {"indicator": one.indicator, "unit": one.unit, **words},
        **kept,
        "load": {"id": one.load_id, "built_at": one.built_at},
        "sql": {"read": one.sql, "recalculate": one.recalculation},
    }


def lines(passports: list[Passport | None]) -> Iterator[tuple[Any, ...]]:
    """The rows of COLUMNS: one per figure, part and delivery."""
    for one in passports:
        if one is None:
            continue
        words = _sentences(one)
        mended = "; ".join(f"{cell.correction_id} ({cell.area_code} {cell.period})" for cell in one.corrections)
        for name, part in (("numerator", one.numerator), ("denominator", one.denominator)):
            if part is not None and not one.made_of:
                yield from _part_lines(one, name, part, words, mended if name == "numerator" else "")
        for scored in one.made_of:
            yield (
                one.area_code, one.vintage, one.indicator, one.period, "part", scored.part, scored.value, one.period,
                scored.source_id, None, None, None, "", "", "", "no", None, None, None, None, "",
                words["formula"], words["interval"], words["protection"], one.load_id, one.built_at, one.sql,
            )  # fmt: skip


def _part_lines(one: Passport, name: str, part: Part, words: dict[str, str], mended: str) -> Iterator[tuple[Any, ...]]:
    periods = part.periods[0] if len(part.periods) == 1 else ""
    if len(part.periods) > 1:
        periods = f"{part.periods[0]}..{part.periods[-1]} ({len(part.periods)})"
    source = f"oefendata: {part.source_id}" if part.is_practice else part.source_id
    for delivery in part.deliveries or (None,):
        yield (
            one.area_code, one.vintage, one.indicator, one.period, name, part.indicator, part.value, part.period,
            source, part.table_id, part.publisher, part.licence, ", ".join(part.categories), ", ".join(part.members),
            periods, "yes" if part.is_summed_over_areas else "no",
            delivery.sha256 if delivery else None, delivery.name if delivery else None,
            delivery.received.isoformat() if delivery and delivery.received else None,
            delivery.rows_used if delivery else None,
            mended, words["formula"], words["interval"], words["protection"], one.load_id, one.built_at, one.sql,
        )  # fmt: skip


def _sentences(one: Passport) -> dict[str, str]:
    english = translator("en")
    people = one.denominator.indicator.replace("_", " ") if one.denominator else ""
    return {
        "formula": filled_in(one, people, english),
        "interval": interval_method(one, english),
        "protection": protection(one, english),
    }
