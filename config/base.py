"""What every model of the configuration has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen, strict about unknown keys, and never turning one kind of value into another (`no` stays refused)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)
