"""Weights with which a municipality counts offences by their seriousness: set by itself, never by this program."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from config.base import Model
from config.fields import Date, Plain

#: Id of the indicator that is made where a municipality has weights.
HARM = "harm_score"


def _weight(value: float) -> float:
    if not (math.isfinite(value) and value >= 0):
        raise PydanticCustomError(
            "CFG-073", "a weight is a number of days, 0 or more", {"fix": "write it like 365, or 0.5"}
        )
    return value


Weight = Annotated[float, Field(strict=False), AfterValidator(_weight)]


class Harm(Model):
    """Weights per offence, and who set them when. `date` is the day they were adopted."""

    source: Plain
    date: Date
    owner: Plain
    weights: dict[str, Weight] = Field(min_length=1)
    exclude: tuple[str, ...] = Field(default=(), strict=False)
