"""Known mistakes in deliveries as data: `config/corrections/<slug>.yml`, strict, with file and line in every error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from config.catalogue import shown_path
from config.errors import Finding
from config.explain import add_model_errors, did_you_mean
from config.fields import AREA_CODE, Date, Identifier, Plain
from config.model import Indicator, Model, Source, TabularSource
from config.strict_yaml import Document, read

Number = Annotated[float, Field(strict=False, allow_inf_nan=False)]
_PERIOD = re.compile(r"^[0-9]{4}(-(Q[1-4]|W(0[1-9]|[1-4][0-9]|5[0-3])|(0[1-9]|1[0-2])))?\Z")


def _period(text: str) -> str:
    """A period as delivered, never a window."""
    if not _PERIOD.match(text):
        fix = "write it in quotes like '2026', '2026-Q1', '2026-03' or '2026-W12'"
        raise PydanticCustomError("CFG-009", "expected a period", {"fix": fix})
    return text


class CorrectedCell(Model):
    """One cell: where it is, what the source says there, and what is right."""

    area: Plain
    period: Annotated[str, AfterValidator(_period)]
    delivered: Number | None = None  # the guard; left out with `add`: the source says nothing there
    value: Number | None = None  # left out with `withhold`


class Correction(Model):
    """One decision on one or more cells of one category of a source."""

    id: Identifier
    source: Identifier
    indicator: Identifier | None = None
    category: Plain | None = None
    action: Literal["replace", "withhold", "add"]
    cells: tuple[CorrectedCell, ...] = Field(strict=False, min_length=1)
    reason: Plain
    decided_by: Plain
    date: Date

    @model_validator(mode="after")
    def _fits_its_action(self) -> Correction:
        if (self.indicator is None) == (self.category is None):
            raise ValueError("name `indicator` or `category`, one of the two")
        for cell in self.cells:
            if self.action != "add" and cell.delivered is None:
                raise ValueError(f"`{self.action}` needs `delivered`: the wrong figure as the source gives it")
            if self.action == "add" and cell.delivered is not None:
                raise ValueError("`add` is for a cell that the source leaves out: no `delivered`")
            if (self.action == "withhold") != (cell.value is None):
                raise ValueError("`replace` and `add` need `value`; `withhold` has none")
        return self


class CorrectionsFile(Model):
    """All that one file of corrections holds."""

    corrections: tuple[Correction, ...] = Field(strict=False)


MEANING: dict[str, dict[str, str]] = {
    "CorrectionsFile": {"corrections": "Decisions, each on one or more cells of one category of a source."},
    "Correction": {
        "id": "Id of the decision, lower case letters, digits and _.",
        "source": "Source whose figures are corrected.",
        "indicator": "Indicator, where one category of the source feeds it.",
        "category": "Category as the source writes it, such as 1.1.1.",
        "action": "replace: another number. withhold: shown as not delivered. add: a cell that the source leaves out.",
        "cells": "The cells, each with its guard.",
        "reason": "What is wrong, and how it is known.",
        "decided_by": "Who decided, as a role or team.",
        "date": "When it was decided.",
    },
    "CorrectedCell": {
        "area": "Area code.",
        "period": "Period in quotes, such as '2026-03' or '2026-W12'.",
        "delivered": "The wrong number as delivered: does the source no longer say so, the correction expires.",
        "value": "The number in its place.",
    },
}


def corrections_file(config_dir: Path, slug: str) -> Path:
    """Where the corrections of a municipality stand; the file need not exist."""
    return config_dir / "corrections" / f"{slug}.yml"


def read_corrections(
    config_dir: Path, slug: str, sources: Iterable[Source], indicators: Mapping[str, Indicator]
) -> tuple[tuple[Correction, ...], list[Finding]]:
    """The corrections of a municipality, and every mistake in their file.

    Args:
        sources, indicators: those of the municipality, to which the entries must refer.
    """
    path = corrections_file(config_dir, slug)
    if not path.is_file():
        return (), []
    document = read(path, shown_path(path), required=("corrections",))
    if document.data is None:
        return (), document.findings
    try:
        entries = CorrectionsFile.model_validate(document.data).corrections
    except ValidationError as error:
        add_model_errors(document, error, CorrectionsFile)
        return (), document.findings
    _check(document, entries, {source.id: source for source in sources}, indicators)
    return entries, document.findings


def _check(
    document: Document,
    entries: tuple[Correction, ...],
    sources: Mapping[str, Source],
    indicators: Mapping[str, Indicator],
) -> None:
    """Do the entries name what exists, and each cell once?"""
    seen: dict[tuple[str, ...], str] = {}
    ids: set[str] = set()
    for position, entry in enumerate(entries):
        here = ("corrections", position)
        if entry.id in ids:
            what = f"correction `{entry.id}` is defined twice"
            document.add("CFG-024", what, path=(*here, "id"), fix="remove one, or give it another id")
        ids.add(entry.id)
        if entry.source not in sources:
            what = f"source `{entry.source}` is not configured{did_you_mean(entry.source, sources)}"
            document.add("CFG-022", what, path=(*here, "source"), fix="name an id under `sources`")
            continue
        if entry.indicator is not None:
            _check_indicator(document, entry, here, sources[entry.source], indicators)
        for number, cell in enumerate(entry.cells):
            place = (*here, "cells", number)
            key = (entry.source, str(entry.category or entry.indicator), cell.area, cell.period)
            if key in seen:
                what = f"this cell is corrected twice (first in `{seen[key]}`)"
                document.add("CFG-024", what, path=(*place, "area"), fix="keep one of the two")
            seen.setdefault(key, entry.id)
            if cell.area[:2] in ("GM", "WK", "BU") and not AREA_CODE.match(cell.area):
                what = f"`{cell.area}` is no area code"
                document.add("CFG-009", what, path=(*place, "area"), fix="write it like BU01530103")


def _check_indicator(
    document: Document, entry: Correction, here: tuple[Any, ...], source: Source, indicators: Mapping[str, Indicator]
) -> None:
    found = categories_of_indicator(source, indicators.get(str(entry.indicator)))
    if len(found) == 1:
        return
    what = f"`{entry.indicator}` is fed by {len(found)} categories of `{source.id}`"
    fix = f"name one of them as `category`: {', '.join(found)}" if found else "name an indicator that this source feeds"
    document.add("CFG-022", what, path=(*here, "indicator"), fix=fix)


def categories_of_indicator(source: Source, indicator: Indicator | None) -> tuple[str, ...]:
    """The categories of a source that feed an indicator, as they stand in its rows."""
    if indicator is None:
        return ()
    numerator = indicator.numerator
    if isinstance(source, TabularSource):
        fed = {*source.categories.values(), *source.values.values()}
        return (indicator.id,) if indicator.id in fed else ()
    if source.kind == "statline":
        is_fed = numerator.statline is not None and source.table in numerator.statline.tables
        return numerator.statline.codes if is_fed and numerator.statline else ()
    if source.kind == "kwb":
        return numerator.kwb.columns if numerator.kwb else ()
    feeds = getattr(numerator, source.kind, None)
    return tuple(getattr(feeds, "codes", ()) or ())
