"""Where the events of an indicator come from: an entry per kind of source, or other indicators."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from config.base import Model
from config.fields import Identifier, Plain
from config.index import Index


class StatlineCodes(Model):
    """Category codes of StatLine tables that are summed."""

    tables: tuple[str, ...] = Field(strict=False, min_length=1)
    codes: tuple[str, ...] = Field(strict=False, min_length=1)


class KwbColumns(Model):
    """Base names of KWB topics that are summed, or the topic's own figure."""

    columns: tuple[str, ...] = Field(strict=False, min_length=1)
    figure: Literal["count", "value"] = "count"  # value: the topic is itself a share, mean or class


class HealthTopic(Model):
    """A topic of the health monitor by its base name: a share of adults, the source's own figure."""

    topic: Plain

    @property
    def codes(self) -> tuple[str, ...]:
        return (self.topic,)


class Codes(Model):
    """Category codes of a source that are summed."""

    codes: tuple[str, ...] = Field(strict=False, min_length=1)


class Nothing(Model):
    """Fed by the indicator's id on the right-hand side of a source's `categories:` or `values:`."""


class Numerator(Model):
    """Where an indicator's events come from: an entry per kind of source, or other indicators."""

    statline: StatlineCodes | None = None
    kwb: KwbColumns | None = None
    health: HealthTopic | None = None
    politie_kaart: Codes | None = None
    tabular: Nothing | None = None
    sum_of: tuple[Identifier, ...] | None = Field(default=None, strict=False)
    ratio: tuple[Identifier, Identifier] | None = Field(default=None, strict=False)
    index: Index | None = None  # made from `indexes` of the municipality, never written in an entry
    weights: SkipJsonSchema[tuple[float, ...] | None] = Field(default=None, strict=False)  # of `sum_of`, one by one

    @model_validator(mode="after")
    def _something(self) -> Numerator:
        by_kind = (self.statline, self.kwb, self.health, self.politie_kaart, self.tabular)
        if all(one is None for one in by_kind) and not self.sum_of and not self.ratio and not self.index:
            raise ValueError("name at least one kind of source, `sum_of` or `ratio`")
        if self.sum_of and self.ratio:
            raise ValueError("`sum_of` and `ratio` exclude each other")
        if self.weights is not None and len(self.weights) != len(self.sum_of or ()):
            raise ValueError("`weights` gives each member of `sum_of` its own")
        return self

    @property
    def weight_of(self) -> dict[str, float]:
        """Member -> its weight, of a weighted sum; empty for a plain one."""
        return dict(zip(self.sum_of or (), self.weights, strict=True)) if self.weights else {}
